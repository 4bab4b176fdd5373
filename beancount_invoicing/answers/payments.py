"""The stable JSON of a payment that is, or would be, booked."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer, amount_text, number_text, step_json
from beancount_invoicing.bank.payments import PaymentEntry


def payment_json(entry: PaymentEntry, text: str, notices: tuple[str, ...], *, written: bool) -> Answer:
    """The entry with its text, what it settles, and where each figure comes from; `currency` is that of the documents
    settled.
    """
    currency = entry.currency
    return {
        "date": entry.date.isoformat(),
        "payee": entry.payee,
        "narration": entry.narration,
        "links": list(entry.links),
        "meta": dict(entry.meta),
        "currency": currency,
        "settles": [
            {
                "number": document.number,
                "amount": amount_text(document.amount, currency),
                "discount": amount_text(document.discount, currency),
                "instalment": document.instalment,
            }
            for document in entry.settled
        ],
        "on_account": amount_text(entry.on_account, currency),
        "postings": [
            {
                "account": posting.account,
                "amount": amount_text(posting.amount, posting.currency),
                "currency": posting.currency,
                "price": number_text(posting.price[0]) if posting.price else None,
                "price_currency": posting.price[1] if posting.price else None,
                "price_is_total": posting.price_is_total,
                "meta": dict(posting.meta),
                "because": figure.because,
                "steps": [step_json(step) for step in figure.steps],
            }
            for posting, figure in zip(entry.postings, entry.explanation, strict=True)
        ],
        "against": list(entry.against),
        "notices": list(notices),
        "entry": text,
        "written": written,
    }
