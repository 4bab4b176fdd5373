"""Values of our keys that Beancount cannot even parse: its own message names a token, not the expected value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from beancount_invoicing.entries import keys
from beancount_invoicing.messages import _
from beancount_invoicing.model import Source

_SAID = re.compile(r"\s+(?P<key>[a-z][a-zA-Z0-9_-]*):\s*(?P<value>.*?)\s*(?:;.*)?\Z")
_AMISS = re.compile(r"Invalid token: |ValueError: |syntax error")
_WANTED: Mapping[keys.KeyType, str] = {
    "text": _('a text: write it in quotes, {key}: "{value}"'),
    "terms": _('a text: write it in quotes, {key}: "{value}"'),
    "country": _('a two-letter code in quotes: write {key}: "FR", for example'),
    "language": _('a two-letter code in quotes: write {key}: "fr", for example'),
    "number": _("a number: write it bare and with a point, such as {key}: 10.50"),
    "price": _("a number: write it bare and with a point, such as {key}: 10.50"),
    "percent": _("a percentage: write it bare, such as {key}: 5.5"),
    "count": _("a number: write it bare, such as {key}: 3"),
    "whole": _("a whole number: write it bare, such as {key}: 3"),
    "days": _("a number of days: write it bare, such as {key}: 14"),
    "date": _("a date: write an existing day in figures, such as {key}: 2026-01-31"),
    "flag": _("yes or no: write {key}: TRUE, or {key}: FALSE"),
    "account": _("an account: write {key}: Assets:Bank, for example"),
}


def explain_parse_error(message: str, place: Source) -> str:
    """An error of Beancount's parser, with the expected value if the line has one of our keys."""
    if not _AMISS.match(message):
        return message
    try:
        line = Path(place.file).read_text(encoding="utf-8", errors="replace").splitlines()[place.line - 1]
    except (OSError, IndexError):
        return message
    match = _SAID.match(line)
    key = keys.KEYS.get(match["key"]) if match else None
    if match is None or key is None:
        return message
    wanted = _WANTED[key.type].format(key=key.name, value=match["value"].strip('"').replace('"', "'"))
    return _(
        "{key}: {value} cannot be read, and the whole entry is ignored because of it. It must be {wanted} ({message})",
        key=key.name,
        value=match["value"],
        wanted=wanted,
        message=message,
    )
