"""Contracts with their state, and the lines that may be billed, with their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import billing
from beancount_invoicing.actions.bill import contract_filter
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.model import ZERO


class UnbilledRow(NamedTuple):
    """A line that may be billed, since when, and whose."""

    unbilled: billing.UnbilledLine
    customer: str
    text: str
    days: int


class ContractsPage(NamedTuple):
    """All contracts and all that may be billed, as of a day."""

    contracts: tuple[billing.ContractStatus, ...]
    unbilled: tuple[UnbilledRow, ...]
    """The longest waiting first."""
    totals: tuple[tuple[str, Decimal], ...]
    """What may be billed, without tax, by currency."""
    notices: tuple[str, ...]
    """What is left out of it, and why."""


def contracts_page(ledger: Ledger, as_of: date, wanted: Callable[[str], bool]) -> ContractsPage:
    """The contracts of customers whose accounts are `wanted`, as of `as_of` (inclusive), and what of them may be billed."""
    book = ledger.book
    everything = contract_filter(book, "", "")
    statuses = billing.contract_statuses(book, as_of, everything)
    then = billing.book_at_cutoff(book, as_of)
    lines, left_out = billing.unbilled_lines(then, as_of, everything)
    rows = [
        UnbilledRow(
            line,
            book.customers[line.customer].at(as_of).name,
            line.line.text or _item_name(ledger, line),
            (as_of - line.line.billable_from).days,
        )
        for line in lines
        if wanted(line.customer)
    ]
    rows.sort(key=lambda row: (-row.days, row.customer.casefold(), row.unbilled.contract.code, row.text))
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        sums[row.unbilled.currency] += row.unbilled.line.net
    return ContractsPage(
        tuple(status for status in statuses if wanted(book.main_accounts[status.contract.customer])),
        tuple(rows),
        tuple(sorted(sums.items())),
        tuple(notice.one_line for notice in left_out),
    )


def _item_name(ledger: Ledger, line: billing.UnbilledLine) -> str:
    item = ledger.book.items.get(line.line.item)
    return item.at(line.line.billable_from).name if item else line.line.name or line.line.item
