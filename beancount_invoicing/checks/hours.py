"""Checks of time on contracts: what a document bills of it is what it takes off the time account."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from beancount_invoicing.checks.documents import severity
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Contract, Finding, Invoice, Line, Work
from beancount_invoicing.rules import worktime
from beancount_invoicing.rules.steps import round_to


def check_hours_billed(book: Book) -> Iterator[Finding]:
    """The time that a document bills under a contract, by item, leaves the time account. Time that is written down
    there is ignored.

    A credit note gives back no more time than it credits. If time is rounded (`time-rounding`), the difference may be
    as large as the rounding of its entries. Time billed as a single sum, for example up to a cap, has no quantity to
    compare.
    """
    contracts = _Timed(book)
    if not contracts.of_account:
        return
    moved: defaultdict[str, list[Work]] = defaultdict(list)
    for work in book.work:
        if work.document:
            moved[work.document].append(work)
        if work.written_down and work.quantity > 0:
            yield Finding(
                "error",
                "time-written-down",
                _(
                    "{account}: {quantity} {commodity} are written down, but are added to the account: time is "
                    "written down with a minus sign; time worked for free has non-billable: TRUE",
                    account=work.account,
                    quantity=work.quantity,
                    commodity=work.commodity,
                ),
                work.source,
            )
    twice = _twice(invoice.number for invoice in book.invoices)
    for invoice in book.invoices:
        if invoice.kind in {"deposit", "void", "opening", "claim"} or invoice.number in twice:
            continue
        if invoice.number in moved or any(line.contract in contracts.of_code for line in invoice.lines):
            yield from _compared(book, contracts, invoice, moved.get(invoice.number, ()))


def _twice(numbers: Iterable[str]) -> set[str]:
    return {number for number, times in Counter(numbers).items() if times > 1}


class _Timed:
    """The contracts of mode time and their accounts: contracts that share an account, one after the other, form a group."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.of_code: dict[str, str] = {}
        """The kin of a contract: the first of its accounts."""
        self.of_account: dict[str, str] = {}
        """The kin of an account."""
        for code, dated in sorted(book.contracts.items()):
            accounts = sorted(
                {contract.time for _day, contract in dated.versions if contract.mode == "time" and contract.time}
            )
            if accounts:
                kin = next(
                    (self.of_account[account] for account in accounts if account in self.of_account), accounts[0]
                )
                others = {self.of_account[account] for account in accounts if account in self.of_account}
                for names in (self.of_account, self.of_code):
                    names.update({name: kin for name, group in names.items() if group in others})
                self.of_account.update(dict.fromkeys(accounts, kin))
                self.of_code[code] = kin

    def at(self, line: Line, day: date) -> Contract:
        """The contract that a line names, as it was when the time was worked."""
        return self.book.contracts[line.contract].at(line.start or day)

    @cached_property
    def entries(self) -> Mapping[tuple[str, str], Sequence[Work]]:
        """The time that was worked, by account and item, by date."""
        result: defaultdict[tuple[str, str], list[Work]] = defaultdict(list)
        for work in self.book.work:
            if work.quantity > 0:
                result[work.account, work.item].append(work)
        return result


class _Group(NamedTuple):
    """A document's data about the time of one item, of one contract or of those that share its account."""

    lines: list[Line]
    loose: list[Line]
    """Lines of the item that name no contract."""
    moved: list[Work]


def _compared(book: Book, contracts: _Timed, invoice: Invoice, moved: Sequence[Work]) -> Iterator[Finding]:
    groups: defaultdict[tuple[str, str], _Group] = defaultdict(lambda: _Group([], [], []))
    for work in moved:
        if work.billable and not work.written_down and work.account in contracts.of_account:
            groups[contracts.of_account[work.account], work.item].moved.append(work)
    for line in invoice.lines:
        if line.contract in contracts.of_code and line.expense_date is None and not line.milestone and not line.adjusts:
            item = line.item or contracts.at(line, invoice.date).item
            groups[contracts.of_code[line.contract], item].lines.append(line)
    for (_kin, item), group in groups.items():
        if group.moved:
            group.loose.extend(line for line in invoice.lines if not line.contract and line.item == item)
    for (_kin, item), group in sorted(groups.items()):
        yield from _of_item(book, contracts, invoice, item, group)


def _of_item(book: Book, contracts: _Timed, invoice: Invoice, item: str, group: _Group) -> Iterator[Finding]:
    lines, moved = group.lines, group.moved
    account = moved[0].account if moved else contracts.at(lines[0], invoice.date).time
    commodity = moved[0].commodity if moved else _commodity(book, contracts, account)
    gone = -sum((worktime.to_seconds(work.quantity, work.commodity) for work in moved), ZERO)
    billed = _billed(lines, commodity, moved=bool(moved))
    lump = any(line.quantity is None or line.unit.lower() in worktime.LUMP_WORDS for line in lines)
    if group.loose and billed != gone:
        billed += _billed(group.loose, commodity, moved=True)
    if billed == gone or abs(billed - gone) <= _slack(contracts, invoice, account, item, commodity, lines):
        return
    if lump and (billed < gone or gone < 0):  # some of it is billed as one sum, or all
        return
    if billed < gone <= 0:  # credited, and not to be billed again
        return
    if invoice.corrects and gone == 0:  # what takes a credit note back that gave no time back
        return
    codes = ", ".join(sorted({line.contract for line in lines})) or account
    yield Finding(
        severity(book, invoice.date),
        "hours",
        _("{number}: {text}", number=invoice.number, text=_said(billed, gone, codes, item, account, commodity)),
        moved[0].source if moved else lines[0].source,
    )


def _said(billed: Decimal, gone: Decimal, codes: str, item: str, account: str, commodity: str) -> str:
    """Both figures, the consequence, and what to write."""

    def of(seconds: Decimal) -> str:
        return f"{worktime.without_trailing_zeros(worktime.from_seconds_rounded(seconds, commodity))} {commodity}"

    subject = codes + (f" ({item})" if item else "")
    if billed < 0 or gone < 0:
        return _(
            "{of_document} of {subject} are credited, but {other_of_document} return to {account}: write "
            "{of_document} there, or credit as many",
            of_document=of(max(-billed, ZERO)),
            subject=subject,
            other_of_document=of(-gone),
            account=account,
        )
    if billed > gone:
        return _(
            "{of_document} of {subject} are billed, but {other_of_document} leave {account}, so {of_document_3} "
            "would be billed again: write {of_document_4} there, or bill {other_of_document}",
            of_document=of(billed),
            subject=subject,
            other_of_document=of(gone),
            account=account,
            of_document_3=of(billed - gone),
            of_document_4=of(-billed),
        )
    return _(
        "{of_document} of {subject} are billed, but {other_of_document} leave {account}, so {of_document_3} "
        "would never be billed: write {of_document_4} there, or bill {other_of_document}; write what is "
        "given away as a posting of its own, {of_document_5} with written-down: TRUE",
        of_document=of(billed),
        subject=subject,
        other_of_document=of(gone),
        account=account,
        of_document_3=of(gone - billed),
        of_document_4=of(-billed),
        of_document_5=of(billed - gone),
    )


def _billed(lines: Sequence[Line], commodity: str, *, moved: bool) -> Decimal:
    """The seconds that lines bill: a line of one sum bills none, nor does one in another unit (km …), unless that is all
    there is for time that leaves its account.
    """
    unit = worktime.seconds_per_unit(commodity)
    counted = [line for line in lines if line.unit.lower() not in worktime.LUMP_WORDS]
    timed = [line for line in counted if unit == 1 or not line.unit or worktime.seconds_per_unit(line.unit) > 1]
    total = ZERO
    for line in timed or (counted if moved else ()):
        length = worktime.seconds_per_unit(line.unit)
        total += (line.quantity or ZERO) * (length if length > 1 and unit > 1 else unit)
    return total


def _commodity(book: Book, contracts: _Timed, account: str) -> str:
    """The unit of a time account: that of its entries, else of its `open`, else hours."""
    entries = next((works for (name, _item), works in contracts.entries.items() if name == account), ())
    currencies = book.currencies.get(account, ())
    return entries[0].commodity if entries else currencies[0] if currencies else "HOUR"


def _slack(
    contracts: _Timed, invoice: Invoice, account: str, item: str, commodity: str, lines: Sequence[Line]
) -> Decimal:
    """By how many seconds billed time may differ from what leaves the account: by the contract's rounding of each entry, and
    if entries are kept to the second, or taken in part up to a cap, by their last decimal and by the quantity's.
    """
    unit = worktime.seconds_per_unit(commodity)
    works = contracts.entries.get((account, item), ())
    works = works[: bisect_right(works, invoice.date, key=lambda work: work.date)]
    exact = sum(worktime.decimal_places(work.quantity) >= worktime.MAX_QUANTITY_DECIMALS for work in works)
    slack = exact * round_to(Decimal(unit) / 10_000, 2) + (len(lines) * Decimal(unit) / 200 if exact else ZERO)
    timed = [contracts.at(line, invoice.date) for line in lines]
    if any(contract.cap is not None for contract in timed):  # the entry that reaches a cap is taken in part
        slack += Decimal(unit) / 2_000
    for text in {contract.time_rounding for contract in timed}:
        try:
            rule = worktime.parse_time_rounding(text)
        except worktime.TimeRoundingError:  # said by lengths
            continue
        if rule:
            stretches = len({work.date for work in works}) if rule.per == "day" else len(works)
            slack += rule.step * unit * stretches
    return slack


CHECKS = (check_hours_billed,)
