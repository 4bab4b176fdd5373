"""The sales journal by tax: of each document and tax code the base, the tax and the total, as they are booked.

Claims for late interest are left out: what a debtor owes for being late is not consideration (Court of Justice, 222/81, BAZ
Bausystem).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.entries import ValuedEntries, ValuedEntry, valued_entries
from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn
from beancount_invoicing.accounting.sales import NO_SALE, Sale, sales
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Adjustment, Book, Invoice, Line, Source
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerPosting

COLUMNS = (
    ReportColumn("date", _("date"), "date"),
    ReportColumn("document", _("document")),
    ReportColumn("customer", _("customer")),
    ReportColumn("account_number", _("no.")),
    ReportColumn("account", _("account")),
    ReportColumn("deposit", _("deposit deducted")),
    ReportColumn("tax", _("tax")),
    ReportColumn("rate", _("rate")),
    ReportColumn("base", _("base"), "amount", summed=True),
    ReportColumn("tax_amount", _("tax amount"), "amount", summed=True),
    ReportColumn("total", _("total"), "amount", summed=True),
    ReportColumn("base_in_currency", _("base, in its currency"), "amount", in_table=False),
    ReportColumn("tax_in_currency", _("tax amount, in its currency"), "amount", in_table=False),
    ReportColumn("total_in_currency", _("in its currency"), "amount"),
    ReportColumn("currency", ""),
    ReportColumn("source", _("where"), "source"),
)
_Key = tuple[str, Source, str, str]
"""Number, place of the document, tax code, deposit that is deducted."""


class _Amounts(NamedTuple):
    base: Decimal
    tax: Decimal


def sales_by_tax_report(
    general_ledger: GeneralLedger, book: Book, since: date, until: date, known: ValuedEntries | None = None
) -> Report:
    """A row for each document of the period (both days inclusive) and tax code, and for each deposit that it deducts.

    `base` and `tax_amount` are what the entry books; in the document's currency they are what the document says. The total is what
    the customers' accounts, and payments at once, book for the same documents. `known`: the `valued_entries` up to `until`, if the
    caller has them. Raises CannotMakeEntries.
    """
    valued, _moneyless = known or valued_entries(general_ledger, book, until)
    documents = {
        invoice.source: invoice
        for invoice in book.invoices
        if not invoice.draft
        and invoice.kind not in NO_SALE
        and since <= invoice.booked_from <= until
        and invoice.customer
    }
    entries = [dated for dated in valued if dated.entry.source in documents]
    sold = _by_key(sales(entries, book, since, until), documents)
    foreign = [_in_its_currency(dated, documents[dated.entry.source]) for dated in entries]
    in_currency = {
        key: _amounts(parts) for key, parts in _by_key(sales(foreign, book, since, until), documents).items()
    }
    rows = [
        _row(parts, documents[key[1]], in_currency.get(key, _Amounts(ZERO, ZERO)), general_ledger)
        for key, parts in sold.items()
    ]
    total = sum((part.base + part.tax_amount for parts in sold.values() for part in parts), ZERO)
    charged = sum((_charged(dated, documents[dated.entry.source], book) for dated in entries), ZERO)
    return Report(
        "sales-by-tax", _("Sales journal by tax"), since, until, book.currency, COLUMNS, tuple(rows),
        (Reconciliation(_("total"), total, charged),),
    )  # fmt: skip


def _by_key(sold: Sequence[Sale], documents: Mapping[Source, Invoice]) -> dict[_Key, list[Sale]]:
    """The sales by document, code and deposit; goods and services of a code together."""
    place_of = {invoice.number: source for source, invoice in documents.items()}
    grouped: defaultdict[_Key, list[Sale]] = defaultdict(list)
    for sale in sold:
        grouped[sale.number, place_of[sale.number], sale.tax.code, sale.deposit].append(sale)
    return dict(grouped)


def _amounts(parts: Sequence[Sale]) -> _Amounts:
    return _Amounts(sum((part.base for part in parts), ZERO), sum((part.tax_amount for part in parts), ZERO))


def _row(
    parts: Sequence[Sale], invoice: Invoice, in_currency: _Amounts, general_ledger: GeneralLedger
) -> tuple[Cell, ...]:
    sale, (base, tax) = parts[0], _amounts(parts)
    accounts = (
        sorted({line.account for line in _lines(invoice) if line.tax == sale.tax.code})
        if not sale.deposit
        else sorted({part.account for part in invoice.deductions if part.number == sale.deposit and not part.tax})
    )
    known = [general_ledger.accounts[account] for account in accounts if account in general_ledger.accounts]
    numbers = dict.fromkeys(account.number for account in known if account.number)
    return (
        sale.date, sale.number, sale.customer.name, " ".join(numbers), " ".join(accounts), sale.deposit, sale.tax.code,
        f"{sale.tax.rate.normalize():f} %", base, tax, base + tax, in_currency.base, in_currency.tax,
        in_currency.base + in_currency.tax, invoice.currency, sale.source,
    )  # fmt: skip


def _in_its_currency(dated: ValuedEntry, invoice: Invoice) -> ValuedEntry:
    """The entry of a document with the amounts that the document says, in its own currency."""
    return ValuedEntry(dated.entry, [(_posting(source, amount), amount) for source, amount in _said(invoice)])


def _said(invoice: Invoice) -> Iterator[tuple[Source, Decimal]]:
    """The amounts of a document by their places, above 0 for debits."""
    for line in _lines(invoice):
        yield line.source, -line.net
    for tax in invoice.taxes:
        if tax.sources:
            yield tax.sources[0], -tax.amount
            yield from ((source, ZERO) for source in tax.sources[1:])
    for deduction in invoice.deductions:
        yield deduction.source, deduction.amount


def _lines(invoice: Invoice) -> list[Line | Adjustment]:
    return [*invoice.lines, *invoice.adjustments]


def _posting(source: Source, amount: Decimal) -> LedgerPosting:
    return LedgerPosting("", amount, "", amount, "", source)


def _charged(dated: ValuedEntry, invoice: Invoice, book: Book) -> Decimal:
    """What an entry books on customers' accounts and as paid at once, without rounding, and with what the customer keeps back."""
    at_once = {payment.source for payment in invoice.immediate_payments}
    withheld = {source for tax in invoice.taxes if tax.tax.withholding for source in tax.sources}
    charged = ZERO
    for posting, value in dated.postings:
        on_customer = posting.account in book.main_accounts or posting.source in at_once | withheld
        if on_customer or (invoice.rounding and posting.account == invoice.rounding_account):
            charged += value
    return charged
