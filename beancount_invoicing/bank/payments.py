"""The facts of a payment, what it settles, and the entry that books it, as values."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, CalculationStep, Day, Payment, TaxMovement


class CannotBook(ValueError):
    """A payment cannot be booked as requested; the message says why, with both figures, and what to do."""


class MoneyMovement(NamedTuple):
    """The bank's data about one movement: money that came, or (negative) went."""

    date: Day
    amount: Decimal
    """The amount on the bank account, in `currency`: net of `fee`; negative if money left."""
    currency: str
    bank_account: str
    payer: str = ""
    """Who paid, as the bank names them; "" for the customer's name."""
    text: str = ""
    """The narration; "" for one that names the documents."""
    bank_id: str = ""
    """The bank's own id of the movement, kept in `bank-id`."""
    fee: Decimal = ZERO
    """What a bank kept, 0 or more, in `currency`: the other side paid `amount` + `fee`, or got −(`amount` + `fee`)."""
    fee_account: str = ""
    is_return: bool = False
    """It reverses an earlier payment, such as a debit that bounced."""
    return_reason: str = ""
    """For a payment that came back: the bank's reason, such as AM04, for the key `return-reason`."""


class SettledDocument(NamedTuple):
    """How much of a document a movement settles, in the document's currency, with the sign that it has on the customer's account.

    It is positive for an invoice that is paid; negative for a credit note that is used or paid back. The opposite of the document's
    own sign reverses a payment: −120.00 of an invoice, if a debit bounced, or if 120.00 were overpaid and are paid back.
    """

    number: str
    amount: Decimal
    """The amount, with `discount` included."""
    discount: Decimal = ZERO
    """How much of `amount` is given up as cash discount, with its sign."""
    instalment: int | None = None
    """Only this instalment, from 1."""


class LateCharge(NamedTuple):
    """Late interest on a document for the days from `start` to `end` (inclusive), or its fixed indemnity (no days)."""

    number: str
    amount: Decimal
    start: Day | None = None
    end: Day | None = None


class AskedCharges(NamedTuple):
    """What a reminder asked for beside a document's own amount, without a claim in the ledger."""

    letter: Day
    """The reminder's day."""
    parts: tuple[LateCharge, ...]


class PaymentPosting(NamedTuple):
    """A posting to be written; `price` is the price of one unit, with its currency, or with `price_is_total` the price
    of the whole amount.
    """

    account: str
    amount: Decimal
    currency: str
    meta: tuple[tuple[str, str | int | Day], ...] = ()
    price: tuple[Decimal, str] | None = None
    price_is_total: bool = False


class ExplainedFigure(NamedTuple):
    """The source of a posting's amount, in a sentence, with the steps of its calculation if there are any."""

    account: str
    amount: Decimal
    currency: str
    because: str
    steps: tuple[CalculationStep, ...] = ()


class PaymentEntry(NamedTuple):
    """The whole transaction of a payment: its content, and the reasons. Its postings balance."""

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
    """Evidence against it, or what a person should know before it is written, as sentences."""
    settled: tuple[SettledDocument, ...]
    currency: str
    """The currency of the documents, and of the money that stays on account."""
    on_account: Decimal
    """The unallocated amount that stays on the customer's account (negative: what is taken from there), in the claims' currency."""
    payments: tuple[Payment, ...] = ()
    """How the ledger will be read with it: for `CustomerAccounts.after`, which books the next payment on top of this one."""
    tax_movements: tuple[TaxMovement, ...] = ()
