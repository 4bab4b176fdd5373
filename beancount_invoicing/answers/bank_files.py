"""Files for the bank, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beancount_invoicing.answers.amounts import Answer

if TYPE_CHECKING:
    from beancount_invoicing.dunning.collecting import HeldOrder
    from beancount_invoicing.sending.bank_files import BankFile, OrderKind


def bank_file_json(bank_file: BankFile, kind: OrderKind, *, written: bool) -> Answer:
    """A file in `collect` or `pay-out`; `written`: whether it was written, or only shown."""
    return {
        "file": str(bank_file.path),
        "written": written,
        "message_id": bank_file.message.message_id,
        "scheme": bank_file.message.batches[0].scheme or None,
        "total": f"{bank_file.total:.2f}",
        "currency": "EUR",
        "orders": [
            {
                "number": order.invoice.number,
                "instalment": order.instalment,
                "customer": order.customer.name,
                "account": order.account,
                "amount": f"{order.amount:.2f}",
                "due": order.due.isoformat(),
                "execution_date": order.execution_date.isoformat(),
                "last_day": order.last_day.isoformat(),
                "end_to_end_id": order.end_to_end_id,
                "mandate": order.customer.mandate if kind == "collected" else None,
                "sequence": order.sequence if kind == "collected" else None,
                "iban": order.other_account,
            }
            for order in bank_file.orders
        ],
    }


def held_order_json(order: HeldOrder) -> Answer:
    """A document that is not in a file, and the reason."""
    return {"number": order.number, "customer": order.customer, "reason": order.reason}
