"""What a correction changes: for the customer, for the tax, and for what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model import ZERO, Invoice

Figure = Literal["net", "tax", "to-pay", "paid", "owed"]


class EffectRow(NamedTuple):
    """A figure of the invoice as it was, and of what stands in its place, in the invoice's currency."""

    figure: Figure
    detail: str
    """The tax code; "" for other figures."""
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """after − before."""
        return self.after - self.before


class CorrectionEffect(NamedTuple):
    """A correction in figures."""

    number: str
    replacement: str
    """Number of what stands in its place; "" if that is nothing."""
    customer: str
    """Name of the customer who had it."""
    new_customer: str
    """Name of the customer who gets what stands in its place."""
    currency: str
    rows: tuple[EffectRow, ...]


def correction_effect(invoice: Invoice, paid: Decimal, documents: Sequence[Invoice]) -> CorrectionEffect:
    """What a correction changes. `paid`: what was settled of the invoice before; `documents`: those that the correction issues.

    What was paid pays what stands in its place, unless that is for another customer; nothing more than it asks for. What nobody
    takes is owed to the customer: it is below zero in `owed`.
    """
    new = next((document for document in documents if document.has_page and not document.is_credit), None)
    accounts = {document.customer.account for document in (invoice, new) if document and document.customer}
    same = len(accounts) == 1
    codes = dict.fromkeys(amount.tax.code for document in (invoice, new) if document for amount in document.taxes)
    payable = new.payable if new else ZERO
    rows = [
        EffectRow("net", "", invoice.net, new.net if new else ZERO),
        *(EffectRow("tax", code, _tax(invoice, code), _tax(new, code)) for code in codes),
        EffectRow("to-pay", "", invoice.payable, payable),
    ]
    if paid:
        rows.append(EffectRow("paid", "", paid, min(paid, payable) if same else ZERO))
    rows.append(EffectRow("owed", "", invoice.payable - paid, payable - (paid if same else ZERO)))
    return CorrectionEffect(
        invoice.number,
        new.number if new else "",
        invoice.customer.name if invoice.customer else "",
        new.customer.name if new and new.customer else "",
        invoice.currency,
        tuple(rows),
    )


def _tax(document: Invoice | None, code: str) -> Decimal:
    return sum((amount.amount for amount in document.taxes if amount.tax.code == code), ZERO) if document else ZERO
