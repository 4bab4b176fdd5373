"""The payments that are reported because their VAT is due on payment: status 212, flow 10.2, flow 10.4.

The amounts are those of `receivables.tax_due`: every amount that it says is due is here once, with the sign that it has there. So
per rate and period all of them add up to `tax-due`, to the cent. A payment that comes back is the exact opposite of what it was; a
loss, a discount or a credit note is no receipt. What a document books as due at once is paid with the document itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.e_reporting.scope import Flow, scope
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Day, Invoice, Source
from beancount_invoicing.receivables.pending_taxes import pending_tax_by_document
from beancount_invoicing.receivables.tax_due import TaxDue, TaxShare
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

ReceiptKind = Literal["payment", "back", "credit-note", "deducted", "at-once"]
"""Money that came, or came back; what a credit note moves between the rates of money that came before; what a final invoice takes
over of a deposit whose tax was due; what a document books as due at once.
"""


class ReportedReceipt(NamedTuple):
    """What one receipt of a document makes due at one rate, in the currency of the tax; negative if it comes back."""

    flow: Flow
    kind: ReceiptKind
    date: Day
    """On which the money came."""
    number: str
    issued: Day
    """The date of the document."""
    customer: str
    rate: Decimal
    """In percent."""
    base: Decimal
    tax: Decimal
    currency: str
    why: str
    """Why it is reported there, or not at all."""
    source: Source

    @property
    def amount(self) -> Decimal:
        """With its tax: what is reported as received (MDT-215, TT-95, TT-99)."""
        return self.base + self.tax


class ReceivedAtRate(NamedTuple):
    """What was received, with its tax, on supplies taxed at a rate."""

    rate: Decimal
    amount: Decimal


class InvoiceReceipt(NamedTuple):
    """What was received on a document on a day, by rate: a status 212, or an entry of flow 10.2."""

    number: str
    issued: Day
    date: Day
    amounts: tuple[ReceivedAtRate, ...]


class DailyReceipts(NamedTuple):
    """What was received from consumers on a day, by rate: an entry of flow 10.4."""

    date: Day
    amounts: tuple[ReceivedAtRate, ...]


def reported_receipts(book: Book, due: TaxDue, since: date) -> tuple[ReportedReceipt, ...]:
    """Every amount that is due on payment as of `due`, by day and number. `since`: the day from which the firm reports."""
    documents = book.invoices_by_number()
    credits_ = frozenset(document.source for document in book.invoices if document.is_credit)
    found = [
        _receipt(documents[share.number], share, since, credits_)
        for share in due.tax_shares
        if share.is_due and share.number in documents
    ]
    found += _at_once(book, due.as_of, since)
    return tuple(sorted(found, key=lambda receipt: (receipt.date, receipt.number, receipt.rate, receipt.source)))


def _receipt(invoice: Invoice, share: TaxShare, since: date, credits_: frozenset[Source]) -> ReportedReceipt:
    kind = _kind(invoice, share, credits_)
    made = _made(invoice, since, kind, share.date, share.rate, share.source)
    return made._replace(base=share.base, tax=share.amount, currency=share.pending.currency)


def _kind(invoice: Invoice, share: TaxShare, credits_: frozenset[Source]) -> ReceiptKind:
    if share.kind == "deducted":
        return "deducted"
    if share.source in credits_:
        return "credit-note"
    return "back" if (share.amount or share.base) * (-1 if invoice.payable < 0 else 1) < 0 else "payment"


def _at_once(book: Book, as_of: date, since: date) -> list[ReportedReceipt]:
    """What documents book as due at once; below zero, what they take off of a deposit's tax that was paid."""
    found = []
    for taxes in pending_tax_by_document(book, as_of).values():
        for tax in taxes.values():
            if tax.due_at_once:
                part = tax.base.booked * tax.due_at_once / tax.tax.booked if tax.tax.booked else ZERO
                base = round_to(part, currency_decimals(tax.pending_key.currency))
                made = _made(tax.invoice, since, "at-once", tax.invoice.booked_from, tax.rate, tax.invoice.source)
                found.append(made._replace(base=base, tax=tax.due_at_once, currency=tax.pending_key.currency))
    return found


def _made(
    invoice: Invoice, since: date, kind: ReceiptKind, day: date, rate: Decimal, source: Source
) -> ReportedReceipt:
    assert invoice.customer is not None
    where = scope(invoice, invoice.customer, since)
    why = joined("; ", (_WHY[kind], where.why_payments)) if where.payments else where.why_payments
    return ReportedReceipt(
        where.payments, kind, day, invoice.number, invoice.date, invoice.customer.name, rate, ZERO, ZERO, "", why, source
    )  # fmt: skip


_WHY: dict[ReceiptKind, str] = {
    "payment": _("money received"),
    "back": _("money that came back"),
    "credit-note": _("a credit note changes the rates of money received before"),
    "deducted": _("deducted by a later invoice, which makes it due again"),
    "at-once": _("the document books it as due at once"),
}


def invoice_receipts(found: Iterable[ReportedReceipt], flow: Flow) -> tuple[InvoiceReceipt, ...]:
    """The receipts of a flow (212, 10.2) by document and day; what adds up to nothing at a rate is left out."""
    groups: defaultdict[tuple[date, str, date], list[ReportedReceipt]] = defaultdict(list)
    for receipt in found:
        if receipt.flow == flow:
            groups[receipt.date, receipt.number, receipt.issued].append(receipt)
    result = []
    for (day, number, issued), group in sorted(groups.items()):
        if amounts := _by_rate(group):
            result.append(InvoiceReceipt(number, issued, day, amounts))
    return tuple(result)


def daily_receipts(found: Iterable[ReportedReceipt]) -> tuple[DailyReceipts, ...]:
    """Flow 10.4: what consumers paid by day and rate; what adds up to nothing is left out."""
    groups: defaultdict[date, list[ReportedReceipt]] = defaultdict(list)
    for receipt in found:
        if receipt.flow == "10.4":
            groups[receipt.date].append(receipt)
    return tuple(DailyReceipts(day, amounts) for day, group in sorted(groups.items()) if (amounts := _by_rate(group)))


def _by_rate(group: Iterable[ReportedReceipt]) -> tuple[ReceivedAtRate, ...]:
    sums: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for receipt in group:
        sums[receipt.rate] += receipt.amount
    return tuple(ReceivedAtRate(rate, amount) for rate, amount in sorted(sums.items()) if amount)
