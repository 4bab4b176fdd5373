"""When a contract is in force: from its first day to its end, by the version of each day, except while it is paused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Contract, Dated
from beancount_invoicing.rules.periods import Period


class ContractSpan(NamedTuple):
    """Days without a gap on which a contract has one rhythm and one customer's account; `stop` is inclusive, None: no end."""

    contract: Contract
    """The contract on its first day."""
    origin: date
    """The day from which its periods are counted."""
    start: date
    end: date | None


def ends(contract: Contract) -> date | None:
    """The last day of a contract in a version; None if it has none, or renews itself."""
    return None if contract.renews else contract.until


def versions(contract_versions: Dated[Contract]) -> Iterator[tuple[Contract, date, date | None]]:
    """Each version of a contract with the first and the last day (None: no end) on which it applies, up to the
    contract's end.
    """
    following = [day for day, _version in contract_versions.versions[1:]]
    for (day, version), after in zip(contract_versions.versions, [*following, None], strict=True):
        last = after - timedelta(days=1) if after else None
        end = ends(version)
        if end is not None and (last is None or end < last):
            last = end
        if last is None or day <= last:
            yield version, day, last


def contract_spans(contract_versions: Dated[Contract]) -> list[ContractSpan]:
    """The spans of a contract. If a contract had ended and gets a later end, another span begins on the date of that
    amendment.
    """
    result: list[ContractSpan] = []
    rhythm: tuple[str, date | None] | None = None
    origin = contract_versions.first.start
    for version, start, stop in versions(contract_versions):
        if (version.every, version.anchor) != rhythm:
            rhythm = version.every, version.anchor
            origin = version.anchor or start
        before = result[-1] if result else None
        if (
            before
            and before.end == start - timedelta(days=1)
            and before.contract.customer == version.customer
            and (before.contract.every, before.contract.anchor) == rhythm
        ):
            result[-1] = before._replace(end=stop)
        else:
            result.append(ContractSpan(version, origin, start, stop))
    return result


def paused_periods(contract_versions: Dated[Contract]) -> list[Period]:
    """The days on which it is paused; a pause without an end continues."""
    return [
        Period(start, stop or date(9000, 12, 31)) for version, start, stop in versions(contract_versions) if version.paused
    ]  # fmt: skip


def why_not_in_force(contract_versions: Dated[Contract], day: date) -> str:
    """Why nothing of a day is billed: "begins on …", "ended on …", "is paused"; "" if the contract is in force."""
    return why_version_not_in_force(contract_versions.at(day), day)


def why_version_not_in_force(contract: Contract, day: date) -> str:
    """The same for a version of the contract on that day."""
    end = ends(contract)
    if day < contract.start:
        return _("begins on {start}", start=contract.start)
    if end is not None and day > end:
        return _("ended on {end}", end=end)
    return _("is paused") if contract.paused else ""
