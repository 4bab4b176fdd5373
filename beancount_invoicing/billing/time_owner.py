"""To which contract time belongs: the one that names its account on the day it was worked, and is in force then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing.drafts import BillingNotice
from beancount_invoicing.billing.in_force import why_version_not_in_force
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Work
from beancount_invoicing.rules import worktime


class TimeByContract(NamedTuple):
    """Time by the code of its contract; and time that belongs to no contract in force on its day, with the code of the
    contract that it may belong to.
    """

    by_contract: dict[str, list[Work]]
    notices: list[BillingNotice]


def by_contract(book: Book, work: Iterable[Work]) -> TimeByContract:
    """Assigns each entry to the first contract, by code, that names its account on its day and is in force then,
    neither paused nor ended.

    Two such contracts are an error, which checks report. Time that is billed to nobody anyway goes to one that names the account.
    """
    naming = _naming(book)
    of: defaultdict[str, list[Work]] = defaultdict(list)
    left: defaultdict[tuple[str, str, str, str], list[Work]] = defaultdict(list)
    for entry in work:
        known = naming.get(entry.account, ())
        named, reasons = [], []
        for dated in known:
            contract = dated.at(entry.date)
            if contract.time == entry.account:
                why = why_version_not_in_force(contract, entry.date)
                if not why or not entry.billable:
                    of[contract.code].append(entry)
                    break
                named.append(dated)
                reasons.append(why)
        else:
            if not entry.billable:
                continue
            code = (named or known)[0].first.code if known else ""
            left[code, entry.account, entry.commodity, reasons[0] if reasons else ""].append(entry)
    return TimeByContract(dict(of), [_notice(book, *key, works) for key, works in left.items()])


def _naming(book: Book) -> Mapping[str, Sequence[Dated[Contract]]]:
    """By account, the time contracts that name it on any day, by code."""
    naming: defaultdict[str, list[Dated[Contract]]] = defaultdict(list)
    for _code, dated in sorted(book.contracts.items()):
        if dated.first.mode == "time":
            for account in dict.fromkeys(version.time for _day, version in dated.versions if version.time):
                naming[account].append(dated)
    return naming


def contracts_of_work(book: Book, work: Iterable[Work]) -> list[Contract | None]:
    """The contract of each entry, as it was on its day. Contracts that name the account on that day and are in force
    come first, then those that name it on that day, then any that ever name it; None if none does.
    """
    naming = _naming(book)

    def order(contract: Contract, work: Work) -> tuple[bool, bool]:
        return contract.time != work.account, bool(why_version_not_in_force(contract, work.date))

    result = []
    for entry in work:
        known = [dated.at(entry.date) for dated in naming.get(entry.account, ())]
        result.append(min(known, key=lambda contract: order(contract, entry)) if known else None)
    return result


def _notice(book: Book, code: str, account: str, commodity: str, why: str, works: Sequence[Work]) -> BillingNotice:
    time, first = time_in_words(works, commodity), works[0]
    exclude = _("write non-billable: TRUE below what nobody pays")
    if why:
        text = _(
            "{subject} not billed: {code} {reason}: correct the day, or amend {code}; {exclude}",
            subject=time,
            code=code,
            reason=why,
            exclude=exclude,
        )
        return BillingNotice(code, text, "outside-contract", first.source, since=first.date)
    if code:
        other = book.contracts[code].at(first.date).time or "none"
        text = _(
            "{subject} on {account}, but the time account of {code} is then {other}: move it there, or amend "
            "{code}; {exclude}",
            subject=time,
            account=account,
            code=code,
            other=other,
            exclude=exclude,
        )
        return BillingNotice(code, text, "time-without-contract", first.source, since=first.date)
    text = _(
        "{account}: {subject} not billed, as no contract names that account: write time: {account} below the "
        "contract; {exclude}, or once below the open line of the account",
        account=account,
        subject=time,
        exclude=exclude,
    )
    return BillingNotice("", text, "time-without-contract", first.source, since=first.date)


def time_in_words(work: Sequence[Work], commodity: str) -> str:
    """Time and its days in words: "3 HOUR of 2026-03-10 are", "4 HOUR from 2026-03-10 to 2026-03-12 are"."""
    seconds = sum((worktime.to_seconds(entry.quantity, entry.commodity) for entry in work), ZERO)
    quantity = worktime.without_trailing_zeros(worktime.from_seconds_rounded(seconds, commodity))
    days = days_in_words(work[0].date, max(entry.date for entry in work))
    return (
        _("{quantity} {commodity} {days} is", quantity=quantity, commodity=commodity, days=days)
        if quantity == Decimal(1)
        else _("{quantity} {commodity} {days} are", quantity=quantity, commodity=commodity, days=days)
    )


def days_in_words(first: date, last: date) -> str:
    """The days in words: "of 2026-03-10", "from 2026-03-10 to 2026-03-12"."""
    return _("of {first}", first=first) if first == last else _("from {first} to {last}", first=first, last=last)
