"""Tokens of OAuth 2.0 (RFC 6749): by the client's secret, or by a refresh token that changes with each use."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.delivery.https import SHOWN, HttpClient, ServerUnusable, host_of
from beancount_invoicing.messages import _

_LIMIT = 1 << 18
_LONGEST = 1 << 14
"""The longest token that is taken."""


class Credentials(NamedTuple):
    """What the platform gave to its user; "" for what is not known."""

    client_secret: str = ""
    refresh_token: str = ""


class SecretStore(NamedTuple):
    """Where secrets are kept, outside the ledger."""

    read: Callable[[], Credentials]
    write_refresh_token: Callable[[str], None]
    """Keeps a new refresh token, on the disk. Raises OSError, ServerUnusable."""
    locked: Callable[[], AbstractContextManager[None]]
    """A context in which no other process of ours uses the refresh token."""


def access_token(http: HttpClient, address: str, client: str, scope: str, store: SecretStore) -> str:
    """A new access token. With a refresh token, the one that the server gives in exchange is stored before anything else happens.

    Raises ServerUnusable if there is none to be had, NotReached, NoAnswer, and what the store raises.
    """
    with store.locked():
        known = store.read()
        if known.refresh_token:
            form = {"grant_type": "refresh_token", "refresh_token": known.refresh_token}
        elif known.client_secret:
            form = {"grant_type": "client_credentials"}
        else:
            raise ServerUnusable(
                _(
                    "the secret of {client} at {host} is not known: set BEAN_INVOICE_PLATFORM_SECRET, or store it with: "
                    "keyring set {host} {client}",
                    client=client,
                    host=host_of(address),
                )
            )
        told = _asked(http, address, client, known, form | ({"scope": scope} if scope else {}))
        token, fresh = told.get("access_token"), told.get("refresh_token")
        if not _is_token(token) or (fresh is not None and not _is_token(fresh)):
            raise ServerUnusable(
                _("{host} gives no token that could be used: check platform-token", host=host_of(address))
            )
        if known.refresh_token and fresh and fresh != known.refresh_token:
            store.write_refresh_token(str(fresh))
    return str(token)


def _is_token(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isascii() and value.isprintable()


def _asked(http: HttpClient, address: str, client: str, known: Credentials, form: dict[str, str]) -> dict[str, Any]:
    """The answer of the token address. Raises as `access_token`."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if known.client_secret:  # RFC 6749, 2.3.1: both parts are encoded first
        pair = f"{quote_plus(client)}:{quote_plus(known.client_secret)}"
        headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
    else:
        form = form | {"client_id": client}
    answer = http.request("POST", address, headers=headers, body=urlencode(form).encode(), limit=_LIMIT)
    told = json_object(answer.data)
    if answer.status != 200 or told is None:
        words = " ".join(str(told[key]) for key in ("error", "error_description") if told.get(key)) if told else ""
        for secret in known:
            words = words.replace(secret, "…") if secret else words
        raise ServerUnusable(
            _(
                "{host} gives {client} no token ({answer}): check platform-client and the secret",
                host=host_of(address),
                client=client,
                answer=one_line(f"{answer.status} {words}").strip()[:SHOWN],
            )
        )
    return told


def json_object(data: bytes) -> dict[str, Any] | None:
    """An object in JSON; None if it is anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
