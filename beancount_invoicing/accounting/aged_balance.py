"""The aged balance for the accountant: who owes what, and since when, in the currency of the books and in that of the documents.

In the books' currency, an open item is worth what its document was booked at, and money on account what it was booked at. What an
account's balance has besides, such as exchange differences that are not booked yet, has a column of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.entries import ValuedEntries, ValuedEntry, valued_entries
from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn, booked_balance
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Source
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerAccount
from beancount_invoicing.receivables import Allocated, aging
from beancount_invoicing.receivables.aging import DEFAULT_BOUNDS, Aging, AgingRow, Basis
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

_AccountAndCurrency = tuple[str, str]


class _Worth(NamedTuple):
    """What the ledger books on customers' accounts, in the books' currency."""

    balances: dict[_AccountAndCurrency, Decimal]
    rates: dict[tuple[Source, str], Decimal]
    """The value of one unit of another currency in the entry or posting that is written there."""


def aged_balance_report(
    general_ledger: GeneralLedger,
    book: Book,
    allocated: Allocated,
    bounds: Sequence[int] = DEFAULT_BOUNDS,
    basis: Basis = "due",
    customers: Container[str] = (),
    known: ValuedEntries | None = None,
) -> Report:
    """The aged balance as of `allocated`'s day (inclusive), with the buckets of `receivables.aging`; `customers`: only these main
    accounts, all if it is empty.

    Each row's balance is that of the ledger, and all of them together meet its accounts. `known`: the `valued_entries` up to that
    day, if the caller has them. Raises BoundsError, CannotMakeEntries.
    """
    as_of = allocated.as_of
    worth = _worth((known or valued_entries(general_ledger, book, as_of)).entries, book)
    in_documents = aging(book, as_of, bounds, basis, allocated)
    in_books = {
        (row.account, row.currency): row
        for row in aging(book, as_of, bounds, basis, _in_books_currency(allocated, book, worth)).rows
    }
    rows: list[tuple[Cell, ...]] = []
    balances = ZERO
    for row in _rows(in_documents, worth, book, as_of):
        if customers and row.main_account not in customers:
            continue
        key = row.account, row.currency
        balance = worth.balances.get(key, ZERO)
        drafts = _drafts(row, book, worth, as_of)
        rows.append(
            _cells(row, in_books.get(key, _nothing(row)), drafts, balance, general_ledger.accounts.get(row.account))
        )
        balances += balance
    accounts = {account for account, main in book.main_accounts.items() if not customers or main in customers}
    booked = booked_balance(general_ledger, book, accounts, as_of)
    return Report(
        "aging",
        _("Aged balance, in days late") if basis == "due" else _("Aged balance, in days since the invoice"),
        as_of,
        as_of,
        book.currency,
        _columns(in_documents),
        tuple(rows),
        (Reconciliation(_("balance"), balances, booked), *_in_their_currencies(in_documents, customers)),
    )


def _worth(valued: Iterable[ValuedEntry], book: Book) -> _Worth:
    balances: defaultdict[_AccountAndCurrency, Decimal] = defaultdict(lambda: ZERO)
    units: defaultdict[tuple[Source, str], Decimal] = defaultdict(lambda: ZERO)
    values: defaultdict[tuple[Source, str], Decimal] = defaultdict(lambda: ZERO)
    for entry, postings in valued:
        for posting, value in postings:
            if posting.account not in book.main_accounts:
                continue
            balances[posting.account, posting.currency] += value
            if posting.currency != book.currency:
                for source in {entry.source, posting.source}:
                    units[source, posting.currency] += posting.units
                    values[source, posting.currency] += value
    return _Worth(dict(balances), {key: values[key] / amount for key, amount in units.items() if amount})


def _in_books_currency(allocated: Allocated, book: Book, worth: _Worth) -> Allocated:
    """The same open items and money on account, with their amounts in the books' currency."""

    def value(amount: Decimal, source: Source, currency: str) -> Decimal:
        if currency == book.currency:
            return amount
        return round_to(amount * worth.rates.get((source, currency), ZERO), currency_decimals(book.currency))

    return allocated._replace(
        open_items=tuple(
            item._replace(open=value(item.open, item.invoice.source, item.invoice.currency))
            for item in allocated.open_items
        ),
        unallocated=tuple(
            left._replace(amount=value(left.amount, left.payment.source, left.payment.currency))
            for left in allocated.unallocated
        ),
    )


def _rows(in_documents: Aging, worth: _Worth, book: Book, as_of: date) -> list[AgingRow]:
    """The rows of the aged balance, and a row for each account on which only a value in the books' currency is left."""
    known = {(row.account, row.currency) for row in in_documents.rows}
    nothing = ZERO, (ZERO,) * (len(in_documents.bounds) + 1)
    rest = []
    for (account, currency), balance in sorted(worth.balances.items()):
        if balance and (account, currency) not in known:
            main = book.main_accounts[account]
            name = book.customers[main].at(as_of).name if main in book.customers else main
            rest.append(AgingRow(name, main, account, currency, *nothing, ZERO, ZERO, ZERO, ZERO))
    return [*in_documents.rows, *rest]


def _nothing(row: AgingRow) -> AgingRow:
    return row._replace(not_due=ZERO, buckets=(ZERO,) * len(row.buckets), unallocated=ZERO, total=ZERO)


def _drafts(row: AgingRow, book: Book, worth: _Worth, as_of: date) -> Decimal:
    """Drafts on an account, in the books' currency."""
    if row.currency == book.currency or not row.drafts:
        return row.drafts
    places = currency_decimals(book.currency)
    return sum(
        (
            round_to(instalment.amount * worth.rates.get((invoice.source, row.currency), ZERO), places)
            for invoice in book.invoices
            if invoice.draft and invoice.booked_from <= as_of and invoice.currency == row.currency
            for instalment in invoice.instalments
            if instalment.account == row.account
        ),
        ZERO,
    )


def _cells(
    row: AgingRow, value: AgingRow, drafts: Decimal, balance: Decimal, account: LedgerAccount | None
) -> tuple[Cell, ...]:
    """A row of the report: `row` in the documents' currency, `value` in that of the books."""
    return (
        row.customer, account.number if account else "", row.account,
        value.not_due, *value.buckets, value.unallocated, value.total, drafts, balance - value.total - drafts, balance,
        row.total + row.drafts, row.currency, row.not_due, *row.buckets, row.unallocated, row.total, row.disputed, row.drafts,
        account.source if account else None,
    )  # fmt: skip


def _columns(aged: Aging) -> tuple[ReportColumn, ...]:
    first = 1 if aged.basis == "due" else 0
    starts = (first, *(bound + 1 for bound in aged.bounds))
    spans = [(f"days_{start}_{end}", f"{start}-{end}") for start, end in zip(starts, aged.bounds, strict=False)]
    buckets = [*spans, (f"over_{aged.bounds[-1]}", _("over {bound}", bound=aged.bounds[-1]))]
    ages = [("not_due", _("not due")), *buckets, ("unallocated", _("unallocated")), ("total", _("total"))]
    return (
        ReportColumn("customer", _("customer")),
        ReportColumn("account_number", _("no.")),
        ReportColumn("account", _("account")),
        *(ReportColumn(name, title, "amount", summed=True) for name, title in ages),
        ReportColumn("drafts", _("drafts"), "amount", summed=True),
        ReportColumn("exchange", _("exchange difference"), "amount", summed=True),
        ReportColumn("balance", _("balance"), "amount", summed=True),
        ReportColumn("units", _("in its currency"), "amount"),
        ReportColumn("currency", ""),
        *(
            ReportColumn(f"{name}_in_currency", _("{title}, in its currency", title=title), "amount", in_table=False)
            for name, title in (*ages, ("disputed", _("disputed")), ("drafts", _("drafts")))
        ),
        ReportColumn("source", _("where"), "source"),
    )


def _in_their_currencies(aged: Aging, customers: Container[str]) -> list[Reconciliation]:
    """What is owed in each currency, with drafts, beside the ledger's balances in it."""
    reported: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    booked: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for row, ledger in zip(aged.rows, aged.ledger, strict=True):
        if not customers or row.main_account in customers:
            reported[row.currency] += row.total + row.drafts
            booked[row.currency] += ledger.balance
    return [
        Reconciliation(_("owed in {currency}", currency=currency), reported[currency], booked[currency])
        for currency in sorted(reported)
    ]
