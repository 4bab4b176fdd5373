"""Who owes what: the aged balance with a bar for each row, how late each is, and what is late in all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import AgingRow, AgingTotal, Allocated, aging
from beancount_invoicing.receivables.aging import aging_totals


class BarPart(NamedTuple):
    """The claims in one bucket (0: not due yet), in percent of all claims."""

    bucket: int
    start: Decimal
    width: Decimal


class Bar(NamedTuple):
    """One currency's ages as a bar, of claims only; empty buckets are left out."""

    parts: tuple[BarPart, ...]
    late: Decimal
    """What is past due, in percent."""


class OwingRow(NamedTuple):
    """What a customer owes on one account in one currency."""

    aged: AgingRow
    bar: Bar
    days_late: int
    """Of what is late longest; 0 if nothing is late."""

    @property
    def late(self) -> Decimal:
        """What is past due."""
        return sum(self.aged.buckets, ZERO)


class OwingTotal(NamedTuple):
    """The sum of the rows of one currency."""

    aged: AgingTotal
    bar: Bar
    late_documents: int

    @property
    def late(self) -> Decimal:
        """What is past due."""
        return sum(self.aged.buckets, ZERO)


@dataclass(frozen=True, slots=True)
class Owing:
    """What is owed as of the end of a day. The rows that are late longest come first, then by name."""

    as_of: date
    bounds: tuple[int, ...]
    rows: tuple[OwingRow, ...]
    totals: tuple[OwingTotal, ...]
    assumed: bool
    """Whether a payment without a reference was assumed to settle the oldest claim."""


COLUMNS: Mapping[str, Callable[[OwingRow], Any]] = {
    "customer": lambda row: (row.aged.customer.casefold(), row.aged.account),
    "currency": lambda row: row.aged.currency,
    "late": lambda row: row.late,
    "days": lambda row: row.days_late,
    "total": lambda row: row.aged.total,
    "not-due": lambda row: row.aged.not_due,
    "bucket-0": lambda row: row.aged.buckets[0],
    "bucket-1": lambda row: row.aged.buckets[1],
    "bucket-2": lambda row: row.aged.buckets[2],
    "bucket-3": lambda row: row.aged.buckets[3],
    "unallocated": lambda row: row.aged.unallocated,
    "disputed": lambda row: row.aged.disputed,
    "drafts": lambda row: row.aged.drafts,
}
"""The columns that the rows can be sorted by."""


def owing(
    book: Book, allocated: Allocated, as_of: date, wanted: Callable[[str], bool], currencies: Sequence[str] = ()
) -> Owing:
    """What is owed as of the end of `as_of` on the accounts that are `wanted`; totals in `currencies` come first.

    `allocated`: the allocation as of that day.
    """
    aged = aging(book, as_of, allocated=allocated)
    rows = [row for row in aged.rows if wanted(row.account)]
    rows += _quiet(book, as_of, wanted, rows, len(aged.bounds) + 1)
    days, late_documents = _late(allocated, as_of, wanted)
    shown = [OwingRow(row, bar(row), days.get((row.account, row.currency), 0)) for row in rows]
    shown.sort(key=lambda row: (-row.days_late, not row.aged.total, COLUMNS["customer"](row), row.aged.currency))
    return Owing(
        as_of=as_of,
        bounds=aged.bounds,
        rows=tuple(shown),
        totals=tuple(
            OwingTotal(total, bar(total), late_documents.get(total.currency, 0))
            for total in sorted(aging_totals(rows), key=lambda total: total.currency not in currencies)
        ),
        assumed=any(allocation.how == "oldest" for allocation in allocated.allocations),
    )


def _quiet(
    book: Book, as_of: date, wanted: Callable[[str], bool], rows: Sequence[AgingRow], buckets: int
) -> list[AgingRow]:
    """A row of zeros for each account that had a movement by `as_of` and has no row: nothing is open on it."""
    known = {(row.account, row.currency) for row in rows}
    moved = {
        (movement.account, movement.currency) for movement in book.customer_movements if movement.date <= as_of
    }  # fmt: skip
    result = []
    for account, currency in sorted(moved - known):
        main = book.main_accounts.get(account, account)
        if wanted(account):
            name = book.customers[main].at(as_of).name if main in book.customers else main
            zeros = (ZERO,) * buckets
            result.append(AgingRow(name, main, account, currency, ZERO, zeros, ZERO, ZERO, ZERO, ZERO))
    return result


def _late(
    allocated: Allocated, as_of: date, wanted: Callable[[str], bool]
) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """By account and currency, for how many days the oldest claim is late; by currency, how many documents are late."""
    days: defaultdict[tuple[str, str], int] = defaultdict(int)
    documents: defaultdict[str, set[int]] = defaultdict(set)
    for claim in allocated.open_items:
        age = (as_of - claim.instalment.due).days
        if claim.open > 0 and age > 0 and wanted(claim.account):
            currency = claim.invoice.currency
            days[claim.account, currency] = max(days[claim.account, currency], age)
            documents[currency].add(id(claim.invoice))
    return dict(days), {currency: len(late) for currency, late in documents.items()}


def bar(figures: AgingRow | AgingTotal) -> Bar:
    """The ages of a row as a bar."""
    amounts = (figures.not_due, *figures.buckets)
    whole = sum(amounts)
    parts: list[BarPart] = []
    start = late = ZERO
    for bucket, amount in enumerate(amounts) if whole else ():
        if width := round(100 * amount / whole, 2):
            parts.append(BarPart(bucket, start, width))
            start += width
            late += width if bucket else 0
    return Bar(tuple(parts), late)
