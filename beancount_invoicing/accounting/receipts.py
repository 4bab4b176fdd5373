"""The receipts journal (livre des recettes): money received from customers, by the day on which it came, with what it paid.

A line is the money of one entry for one document, or what of it is for none yet. Money that comes back is negative. Discounts,
losses and credit notes are no money. In France, micro-entrepreneurs keep such a book (CGI, art. 50-0, 5 and art. 102 ter, 4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.reports import Reconciliation, Report, ReportColumn
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Payment, Source
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerEntry
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.receivables.allocation import Allocation
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

_NO_MONEY = {"discount", "set-off", "write-off", "credit-note", "replacement"}

COLUMNS = (
    ReportColumn("date", _("date"), "date"),
    ReportColumn("customer", _("customer")),
    ReportColumn("document", _("document")),
    ReportColumn("money_account", _("received on")),
    ReportColumn("text", _("text")),
    ReportColumn("amount", _("amount"), "amount"),
    ReportColumn("currency", ""),
    ReportColumn("booked", _("in the books' currency"), "amount", summed=True),
    ReportColumn("source", _("where"), "source"),
)


class _Money(NamedTuple):
    """Money of one entry for one document; `number` is "" if it is for none yet."""

    received_on: date
    customer: str
    number: str
    currency: str
    amount: Decimal
    source: Source


def receipts_report(
    general_ledger: GeneralLedger, book: Book, allocated: Allocated, since: date, until: date
) -> Report:
    """What was received from `since` to `until` (both inclusive), as it was allocated on `allocated`'s day.

    `booked` is the amount in the books' currency: of another one, what the money that came is worth, rounded. The sums
    are those of the money on customers' accounts, by currency.
    """
    entries, rates = _entries_and_rates(general_ledger, book)
    sums: defaultdict[tuple[date, str, str, str, Source], Decimal] = defaultdict(lambda: ZERO)
    for money in _money(book, allocated):
        if since <= money.received_on <= until:
            source = entries[money.source].source if money.source in entries else money.source
            sums[money.received_on, money.customer, money.number, money.currency, source] += money.amount
    rows = []
    for (day, customer, number, currency, source), amount in sorted(sums.items()):
        if amount:
            entry = entries.get(source)
            booked = round_to(amount * rates.get((source, currency), Decimal(1)), currency_decimals(book.currency))
            rows.append(
                (
                    day, customer, number, _money_account(entry, book) if entry else "", entry.text if entry else "",
                    amount, currency, booked, source,
                )
            )  # fmt: skip
    return Report(
        "receipts",
        _("Receipts"),
        since,
        until,
        book.currency,
        COLUMNS,
        tuple(rows),
        _reconciled(book, rows, since, until),
    )


def _money(book: Book, allocated: Allocated) -> Iterator[_Money]:
    """Money by what it paid, and what of it paid nothing: what is for none yet, and what was paid too much or went back as such."""
    left: defaultdict[tuple[Source, str], Decimal] = defaultdict(lambda: ZERO)
    payments: dict[tuple[Source, str], Payment] = {}
    for payment in book.payments:
        if payment.means == "money" and payment.date <= allocated.as_of:
            place = payment.source, payment.currency
            payments.setdefault(place, payment)
            left[place] -= payment.amount
    for allocation in allocated.allocations:
        if allocation.how in _NO_MONEY or allocation.reverses in _NO_MONEY:
            continue
        customer, currency = allocation.invoice.customer, allocation.invoice.currency
        came_with = _came_with(allocation)
        left[came_with, currency] -= allocation.amount
        yield _Money(
            allocation.received_on, customer.name if customer else "", allocation.invoice.number, currency, allocation.amount,
            came_with,
        )  # fmt: skip
    for place, payment in payments.items():
        customers = book.customers.get(payment.customer)
        name = customers.at(payment.date).name if customers else payment.customer
        yield _Money(payment.date, name, "", payment.currency, left[place], payment.source)


def _came_with(allocation: Allocation) -> Source:
    """The entry with which the money came."""
    return allocation.paid_by or allocation.source


def _entries_and_rates(
    general_ledger: GeneralLedger, book: Book
) -> tuple[dict[Source, LedgerEntry], dict[tuple[Source, str], Decimal]]:
    """The entry of each place on customers' accounts, and what came for a unit of another currency."""
    entries: dict[Source, LedgerEntry] = {}
    rates: dict[tuple[Source, str], Decimal] = {}
    for entry in general_ledger.entries:
        entries[entry.source] = entry
        for posting in entry.postings:
            entries.setdefault(posting.source, entry)
            if posting.account in book.main_accounts and posting.currency != book.currency:
                rates[entry.source, posting.currency] = _rate(entry, posting.currency, book)
    return entries, rates


def _rate(entry: LedgerEntry, currency: str, book: Book) -> Decimal:
    """What the money that came is worth for a unit of a currency; by the customer's posting if that is all that there is."""
    own = [posting for posting in entry.postings if posting.account in book.main_accounts]
    units = sum((posting.units for posting in own if posting.currency == currency), ZERO)
    weight = sum((posting.weight for posting in own if posting.currency == currency), ZERO)
    root = own[0].account.split(":")[0]
    money = sum(
        (
            posting.weight
            for posting in entry.postings
            if posting.account not in book.main_accounts
            and posting.account.split(":")[0] == root
            and posting.weight_currency == book.currency
        ),
        ZERO,
    )
    if not units:
        return ZERO
    return -money / units if money and all(posting.currency == currency for posting in own) else weight / units


def _money_account(entry: LedgerEntry, book: Book) -> str:
    """Where the money went, or came from: the largest posting that is on no customer's account."""
    others = [posting for posting in entry.postings if posting.account not in book.main_accounts]
    return max(others, key=lambda posting: (abs(posting.weight), posting.account)).account if others else ""


def _reconciled(
    book: Book, rows: list[tuple[date, str, str, str, str, Decimal, str, Decimal, Source]], since: date, until: date
) -> tuple[Reconciliation, ...]:
    """The report's sums beside the money on customers' accounts, and what was paid at once, by currency."""
    reported: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    booked: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        reported[row[6]] += row[5]
    for payment in book.payments:
        if payment.means == "money" and since <= payment.date <= until:
            booked[payment.currency] -= payment.amount
    for invoice in book.invoices:
        if not invoice.draft and since <= invoice.booked_from <= until:
            booked[invoice.currency] += sum((paid.amount for paid in invoice.immediate_payments), ZERO)
    return tuple(
        Reconciliation(_("money in {currency}", currency=currency), reported[currency], booked[currency])
        for currency in sorted(reported.keys() | booked.keys())
        if currency
    )
