"""The entry of a payment as ledger text."""

from __future__ import annotations

from beancount_invoicing.bank.payments import PaymentEntry, PaymentPosting
from beancount_invoicing.writing import text


def payment_posting(posting: PaymentPosting) -> text.NewPosting:
    """The text of a posting."""
    return text.NewPosting(
        posting.account, posting.amount, posting.currency, posting.meta, posting.price, posting.price_is_total
    )


def payment_transaction(entry: PaymentEntry, column: int = text.COLUMN) -> str:
    """The text of the transaction, with its currencies in a column (from 1)."""
    return text.transaction(
        entry.date,
        "*",
        entry.payee,
        entry.narration,
        [payment_posting(posting) for posting in entry.postings],
        links=entry.links,
        meta=entry.meta,
        column=column,
    )
