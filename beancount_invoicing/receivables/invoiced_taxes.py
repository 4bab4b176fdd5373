"""The taxes in a claim that are due once invoiced: a discount or a loss takes back its share of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from beancount_invoicing.model import Invoice
from beancount_invoicing.receivables.allocation import Allocation

TaxPlace = tuple[str, str]
"""The code of a tax, and the account on which it is booked."""


def claim_and_invoiced_taxes(
    invoice: Invoice, allocations: Iterable[Allocation]
) -> tuple[Decimal, dict[TaxPlace, Decimal]]:
    """The claim and the taxes of a document, less deposits and the credit notes that settle it (its `allocations`). In the
    document's currency, not rounded.

    Taxes that are due only on payment, and withholdings, are left out.
    """
    claim, taxes = invoice.payable, _taxes(invoice)
    for allocation in allocations:
        if allocation.counter_document is not None and allocation.counter_document.payable:
            claim -= allocation.amount
            for place, tax in _taxes(allocation.counter_document).items():
                if place in taxes:
                    taxes[place] += tax * abs(allocation.amount) / abs(allocation.counter_document.payable)
    return claim, taxes


def _taxes(invoice: Invoice) -> dict[TaxPlace, Decimal]:
    taxes = {
        (tax.tax.code, tax.tax.account): tax.amount
        for tax in invoice.taxes
        if tax.tax.rate and tax.tax.account and not (tax.pending or tax.tax.withholding or tax.tax.on_payment)
    }
    for deduction in invoice.deductions:
        if (deduction.tax, deduction.account) in taxes:
            taxes[deduction.tax, deduction.account] -= deduction.amount
    return taxes
