"""The facts of a payment, what it settles, and the entry that books it, as values."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, CalculationStep, Day, Payment, TaxMovement


class CannotBook(ValueError):
    """A payment cannot be booked as it is asked for; the message says why, with both figures, and what to do."""


class MoneyMovement(NamedTuple):
    """What the bank says of one movement: of money that came, or (negative) went."""

    date: Day
    amount: Decimal
    """What the bank account shows, in `currency`: net of `fee`; negative where money left."""
    currency: str
    bank_account: str
    payer: str = ""
    """Who paid, as the bank names them; "" for the customer's name."""
    text: str = ""
    """The narration; "" for one that names the documents."""
    bank_id: str = ""
    """The bank's own id of the movement, kept in `bank-id`."""
    fee: Decimal = ZERO
    """What was kept back on the way, 0 or more, in `currency`: the other side paid `amount` + `fee`, or got −(`amount` + `fee`)."""
    fee_account: str = ""
    is_return: bool = False
    """It gives an earlier payment back, as a debit that bounced."""
    return_reason: str = ""
    """Of a payment that came back: the bank's reason, kept in `return-reason`, such as AM04."""


class SettledDocument(NamedTuple):
    """How much of a document a movement settles, in the document's currency, with the sign that it has in the customer's account.

    Positive of an invoice that is paid; negative of a credit note that is used or paid back. Against the document's own sign it
    takes a payment back: of an invoice −120.00, where a debit bounced, or 120.00 were paid too much and are paid back.
    """

    number: str
    amount: Decimal
    """With `discount`, which is a part of it."""
    discount: Decimal = ZERO
    """What of `amount` is given up as cash discount, with its sign."""
    instalment: int | None = None
    """Only this instalment, from 1."""


class PaymentPosting(NamedTuple):
    """A posting to be written; `price` is what one unit is worth, and in which currency, or what all of it is, `price_is_total`."""

    account: str
    amount: Decimal
    currency: str
    meta: tuple[tuple[str, str | int], ...] = ()
    price: tuple[Decimal, str] | None = None
    price_is_total: bool = False


class ExplainedFigure(NamedTuple):
    """Where the amount of a posting comes from, in a sentence, with the steps of its calculation if there are any."""

    account: str
    amount: Decimal
    currency: str
    because: str
    steps: tuple[CalculationStep, ...] = ()


class PaymentEntry(NamedTuple):
    """The whole transaction of a payment: what is to be written, and why. Its postings balance."""

    date: Day
    payee: str
    narration: str
    links: tuple[str, ...]
    """Without `^`, in the order of the documents."""
    meta: tuple[tuple[str, str], ...]
    """`bank-id`, `return-reason`; not those that are empty."""
    postings: tuple[PaymentPosting, ...]
    explanation: tuple[ExplainedFigure, ...]
    """In the order of the postings."""
    against: tuple[str, ...]
    """What speaks against it, or what a person should know before it is written: a sentence each."""
    settled: tuple[SettledDocument, ...]
    currency: str
    """Of the documents, and of what stays on account."""
    on_account: Decimal
    """What stays on the customer's account for no document (negative: what is taken from there), in the claims' currency."""
    payments: tuple[Payment, ...] = ()
    """How the ledger will be read: for `CustomerAccounts.after`, which books the next payment on top of this one."""
    tax_movements: tuple[TaxMovement, ...] = ()
