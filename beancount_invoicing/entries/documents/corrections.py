"""Which documents a credit note, a cancellation or a corrective invoice corrects, and in whose place an invoice was issued."""

from __future__ import annotations

from collections.abc import Mapping

from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.entries.takeovers import DebtorsByDocument
from beancount_invoicing.messages import _
from beancount_invoicing.model import Invoice
from beancount_invoicing.rules import numbering


def resolved_corrections(invoice: Invoice, debtors: DebtorsByDocument, findings: FindingCollector) -> Invoice:
    """The invoice with `corrects` split into the numbers that it names; a number may itself contain spaces.

    The numbers are those of documents of its customer: invoiced to it, or taken over by then.
    """
    known = debtors.by_number
    if invoice.replaces:
        invoice = _resolved_replaced(invoice, known, findings)
    if not invoice.corrects:
        return invoice
    text = invoice.corrects[0]
    numbers = (text,) if text in known else tuple(text.split())
    found = []
    for number in numbers:
        other = known.get(number)
        if other is None:
            findings.error(
                "unknown-invoice",
                _(
                    '{number}: corrects "{other_number}", but there is no such invoice{likely_hint}',
                    number=invoice.number,
                    other_number=number,
                    likely_hint=_likely_hint(number, invoice, known),
                ),
                invoice.source,
            )
        elif (
            other.customer
            and invoice.customer
            and invoice.kind != "corrective"  # which may be for the customer whom the other one should have been for
            and not debtors.owes(other, invoice.customer.account, invoice.booked_from)
        ):
            findings.error(
                "other-customer",
                _(
                    "{number} of {customer} corrects {other_number}, which is an invoice of {other_customer}",
                    number=invoice.number,
                    customer=invoice.customer.name,
                    other_number=number,
                    other_customer=other.customer.name,
                ),
                invoice.source,
            )
        else:
            found.append(number)
    return invoice._replace(corrects=tuple(found))


def _resolved_replaced(invoice: Invoice, known: Mapping[str, Invoice], findings: FindingCollector) -> Invoice:
    """The invoice with `replaces` if that names another invoice."""
    other = known.get(invoice.replaces)
    if other is not None and other is not invoice and invoice.kind == "invoice" and other.kind != "void":
        return invoice
    if other is None:
        problem = _(
            '{number}: replaces "{other_number}", but there is no such invoice',
            number=invoice.number,
            other_number=invoice.replaces,
        )
    elif invoice.kind != "invoice":
        problem = _(
            '{number}: replaces "{other_number}" is for an invoice: write corrects: "{other_number}" instead',
            number=invoice.number,
            other_number=invoice.replaces,
        )
    else:
        problem = _(
            '{number}: replaces "{other_number}", which cannot be replaced: take that out',
            number=invoice.number,
            other_number=invoice.replaces,
        )
    findings.error("unknown-invoice", problem, invoice.source)
    return invoice._replace(replaces="")


def _likely_hint(number: str, note: Invoice, known: Mapping[str, Invoice]) -> str:
    """A hint at the document of the same customer that a credit note most likely corrects; "" if there is none."""
    account = note.customer.account if note.customer else ""
    near = sorted(
        (numbering.distance(number, invoice.number) + (invoice.payable != -note.payable), invoice.number)
        for invoice in known.values()
        if invoice.customer and invoice.customer.account == account and invoice.payable > 0 > note.payable
    )
    return _(": did you mean {near}?", near=near[0][1]) if near and near[0][0] < 3 else ""
