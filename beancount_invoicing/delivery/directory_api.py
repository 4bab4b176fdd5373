"""The directory of platforms by its Directory Service, AFNOR XP Z12-013, version 1.3.0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.delivery.https import SHOWN, host_of
from beancount_invoicing.delivery.platform_api import Platform, RequestRefused
from beancount_invoicing.messages import _
from beancount_invoicing.platform.directory import DirectoryEntry, DirectoryLine, LineStatus

_PAGE = 100
_PAGES = 100
_ADDRESS = re.compile(r"[A-Za-z0-9._/+-]{9,125}")
"""What is written into a ledger and into documents: SIREN, SIRET, routing code or suffix."""


def directory_entry(platform: Platform, siren: str) -> DirectoryEntry:
    """What the directory says of a SIREN. Raises as `Platform.search`.

    Whether the firm is known is asked by searching, because some platforms do not answer `GET siren/code-insee:…`; "not found" is a
    404 at some of them and an empty list at others.
    """
    lines: dict[str, DirectoryLine] = {}
    name = ""
    for told in _found(platform, "directory-line/search", siren, {"include": ["siren"]}):
        line = _line(platform, siren, told)
        name = name or _name(told.get("legalUnit"))
        lines[line.address] = line
    known = bool(lines)
    if not known:
        units = [told for told in _found(platform, "siren/search", siren, {}) if told.get("siren") == siren]
        known, name = bool(units), _name(units[0]) if units else ""
    return DirectoryEntry(siren, known, name, tuple(lines[address] for address in sorted(lines)))


def check_directory(platform: Platform) -> None:
    """Asks whether the directory works. Raises as `Platform.search`."""
    platform.ask(f"{platform.server.directory}/v1/healthcheck")


def _found(platform: Platform, path: str, siren: str, more: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The results for a SIREN, page by page."""
    url = f"{platform.server.directory}/v1/{path}"
    host = host_of(url)
    filters = {"siren": {"op": "strict", "value": siren}}
    seen = 0
    for _page in range(_PAGES):
        try:
            told = platform.ask(url, {"filters": filters, "limit": _PAGE, "ignore": seen, **more})
        except RequestRefused as error:
            if error.status == 404:
                return
            raise
        results = told.get("results") if told else None
        if told is None or not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            raise RequestRefused(_("{host} gives no list of addresses", host=host))
        yield from results
        seen += len(results)
        total = told.get("totalNumberOfResults")  # -1: the directory does not count
        is_last = seen >= total if isinstance(total, int) and total >= 0 else len(results) < _PAGE
        if not results or is_last:
            return
    raise RequestRefused(_("{host} never comes to the end of its list of addresses", host=host))


def _line(platform: Platform, siren: str, told: Mapping[str, Any]) -> DirectoryLine:
    """An address of the list. Raises RequestRefused if it is none, or not one of the firm's."""
    address = told.get("addressingIdentifier")
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address) or not address.startswith(siren):
        raise RequestRefused(
            _(
                '{host} gives "{address}" as an address of {siren}, which it cannot be',
                host=host_of(platform.server.directory),
                address=one_line(str(address))[:SHOWN],
                siren=siren,
            )
        )
    status = told.get("directoryLineStatus")
    known = cast("LineStatus", status) if status in get_args(LineStatus) else ""
    return DirectoryLine(
        address, known, _text(told, "siret"), _text(told, "routingIdentifier"), _text(told, "addressingSuffix")
    )


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    return one_line(value)[:125] if isinstance(value, str) else ""


def _name(told: object) -> str:
    return _text(told, "businessName") if isinstance(told, dict) else ""
