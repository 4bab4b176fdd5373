"""Suppliers' invoices in the stable JSON."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, amount_text, day_text
from beancount_invoicing.model import ReceivedRecord
from beancount_invoicing.platform.received import ReceivedInvoice


def record_json(record: ReceivedRecord) -> Answer:
    """An invoice as it came."""
    return {
        "name": record.name,
        "received": day_text(record.date),
        "supplier": record.supplier or None,
        "supplier_ids": list(record.supplier_ids),
        "number": record.number or None,
        "issued": day_text(record.issued),
        "due": day_text(record.due),
        "amount": amount_text(record.amount, record.currency),
        "currency": record.currency or None,
        "result": record.result or None,
        "file": record.file or None,
    }


def received_json(invoice: ReceivedInvoice) -> Answer:
    """An invoice, and what became of it."""
    return record_json(invoice.first) | {
        "flows": list(invoice.flows),
        "same_as": invoice.same_as or None,
        "answers": [
            {"date": day_text(answer.date), "status": answer.status, "reason": answer.reason or None}
            for answer in invoice.answers
        ],
        "in_doubt": invoice.doubt.status if invoice.doubt else None,
        "booked": str(invoice.booked.source) if invoice.booked else None,
    }
