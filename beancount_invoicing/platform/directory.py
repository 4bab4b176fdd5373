"""The directory of platforms (annuaire): whether a firm takes e-invoices, and at which address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

SCHEME = "0225"
"""The scheme of the addresses in the directory: SIREN, SIREN_SIRET, SIREN_SIRET_CODE or SIREN_SUFFIX (XP Z12-012)."""

LineStatus = Literal["Enabled", "Disabled", "Upcoming", ""]
"""As the directory has it; "" if it does not say."""
Reach = Literal["open", "unclear", "elsewhere", "upcoming", "closed", "unknown"]
"""What becomes of an address: it takes documents; the directory does not say whether it does; only other addresses of the firm do;
one will; none does; the directory does not know the firm.
"""


class DirectoryLine(NamedTuple):
    """An address of a firm, without its scheme. A value that is not given is ""."""

    address: str
    status: LineStatus
    siret: str = ""
    routing_code: str = ""
    suffix: str = ""


class DirectoryEntry(NamedTuple):
    """What the directory says of a firm. `known`: whether it knows its SIREN, even if no address takes documents."""

    siren: str
    known: bool
    name: str
    lines: tuple[DirectoryLine, ...]


class Reachability(NamedTuple):
    """Whether an address reaches its firm. `choices`: the open addresses of the firm, with their scheme, the best first."""

    state: Reach
    choices: tuple[str, ...] = ()


def reachability(entry: DirectoryEntry, wanted: str, siret: str = "", service_code: str = "") -> Reachability:
    """Whether the address that documents carry (`wanted`, scheme:identifier, or "") reaches the firm.

    `siret` and `service_code` say which of several other addresses is the best.
    """
    scheme, _colon, identifier = wanted.partition(":")
    statuses = {line.address: line.status for line in entry.lines}
    status = statuses.get(identifier) if scheme == SCHEME else None
    if status == "Enabled":
        return Reachability("open", (wanted,))
    choices = tuple(f"{SCHEME}:{line.address}" for line in _best_first(entry.lines, siret, service_code))
    if status == "":
        return Reachability("unclear", choices)
    if choices:
        return Reachability("elsewhere", choices)
    if "" in statuses.values():
        return Reachability("unclear")
    if "Upcoming" in statuses.values():
        return Reachability("upcoming")
    return Reachability("closed" if entry.known or entry.lines else "unknown")


def _best_first(lines: Sequence[DirectoryLine], siret: str, service_code: str) -> list[DirectoryLine]:
    """The open addresses: of the service, of the establishment, of the firm, and then the others."""

    def rank(line: DirectoryLine) -> tuple[bool, bool, bool, str]:
        of_service = bool(service_code) and line.routing_code == service_code
        of_place = bool(siret) and line.siret == siret and (of_service or not line.routing_code)
        general = not (line.siret or line.routing_code or line.suffix)
        return not of_service, not of_place, not general, line.address

    return sorted((line for line in lines if line.status == "Enabled"), key=rank)
