"""Servers as options name them."""

from __future__ import annotations

import re

from beancount_invoicing.messages import _

__all__ = ["host_and_port"]

_SERVER = re.compile(r"(?P<host>[^\s:/@\[\]]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>\d{1,5}))?")


def host_and_port(text: str) -> tuple[str, int | None]:
    """The host and port of "smtp.example.org:587"; without a port None. Raises ValueError with what to write."""
    match = _SERVER.fullmatch(text.strip())
    port = int(match["port"]) if match and match["port"] else None
    if not match or (port is not None and not 0 < port < 65536):
        raise ValueError(
            _('write the server as "smtp.example.org:587": its name and port, without a web address, user or password')
        )
    return match["host"].strip("[]"), port
