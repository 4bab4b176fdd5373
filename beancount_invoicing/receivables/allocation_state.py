"""The working state of an allocation: parts of claims, and payments with what is left of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, AllocationKind, Instalment, Invoice, Payment, Source, Transfer


class OpenItemMove(NamedTuple):
    """A part of a claim that went from one account to another; with the sign of the claim."""

    date: date
    invoice: Invoice
    from_account: str
    account: str
    """The account on which it is from then on."""
    amount: Decimal
    source: Source
    taken_over_by: str = ""
    """Name of the customer who took it over; "" between the accounts of one."""
    former: str = ""
    """Name of the customer who owed it before."""


class Settlement:
    """A settlement of a part, less what has been taken back of it."""

    __slots__ = ("amount", "came", "day", "how", "money", "order", "payer")

    def __init__(
        self,
        amount: Decimal,
        how: AllocationKind,
        order: int,
        day: date,
        came: date,
        money: Source,
        payer: OpenPayment | None,
    ) -> None:
        self.day = day
        self.amount = amount
        self.how = how
        self.order = order
        """Settlements are taken back in reverse order, the latest first."""
        self.came = came
        self.money = money
        """The entry that paid."""
        self.payer = payer
        """None if it is money paid of the invoice that this one replaces."""


class OpenItemPart:
    """An instalment, or its part on one account."""

    __slots__ = ("account", "amount", "instalment", "invoice", "key", "open", "settled_by")

    def __init__(self, invoice: Invoice, instalment: Instalment, account: str, amount: Decimal) -> None:
        self.invoice = invoice
        self.instalment = instalment
        self.account = account
        self.amount = amount
        self.open = amount
        # a retention is never assumed to be what a payment is for
        due = date.max if instalment.retention_contract else instalment.due
        self.key = (due, invoice.date, invoice.number, instalment.index, account, invoice.source)
        self.settled_by: list[Settlement] = []
        """By payment, oldest first: how much of it can still be reversed."""

    @property
    def written_off(self) -> Decimal:
        """The written-off part of it."""
        return sum((settlement.amount for settlement in self.settled_by if settlement.how == "write-off"), ZERO)


class OpenPayment:
    """A payment or credit that looks for claims, with what is left of it."""

    __slots__ = ("how", "key", "left", "moves", "names", "payment", "taken", "taken_on")

    def __init__(self, payment: Payment, key: tuple[object, ...] | None = None, *, moves: bool = False) -> None:
        self.moves = moves
        """A leg of a transfer: it moves claims, and is never assumed to settle one."""
        self.taken = ZERO
        """For a loss: how much later money has taken back of it, without an entry that says so."""
        self.taken_on = payment.date
        """The last day on which that happened."""
        self.payment = payment
        self.left = payment.amount
        self.names = payment.settles or payment.links
        self.how: AllocationKind = (
            payment.means if payment.means != "money" else "at-once" if payment.at_once else
            "settles" if payment.settles else "link"
        )  # fmt: skip
        self.key = payment_key(payment) if key is None else key

    @property
    def is_write_off(self) -> bool:
        """Whether it writes off, or takes a write-off back."""
        return self.payment.means == "write-off"


class AllocatableAmount(NamedTuple):
    """Something on the account that an entry can allocate: an amount, from a payment of that day or from a credit note."""

    amount: Decimal
    paid_on: date
    how: AllocationKind | None
    """None: in the way in which the entry names what it settles."""
    part: OpenItemPart | None = None
    """For a credit note: how much of it is used."""
    paid_by: Source | None = None
    """The entry by which the money came; None for a credit note."""


class CancelledInvoicePayment(NamedTuple):
    """Money paid of an invoice that is cancelled: its day, and its entry."""

    amount: Decimal
    paid_on: date
    paid_by: Source


_MEANS = {"discount": 0, "set-off": 1, "money": 2, "write-off": 3}
"""Within a day, what a payment gives up comes before money, which may be too much, and money comes before losses."""


def payment_key(payment: Payment) -> tuple[object, ...]:
    """The order of payments: by their values, and only last by where they are written."""
    names = payment.settles or payment.links
    return (
        payment.date, _MEANS[payment.means], not payment.settles, payment.instalment is None, payment.amount, names,
        payment.instalment, payment.account, payment.currency, payment.narration, payment.source,
    )  # fmt: skip


def opposite(decimal: Decimal, other: Decimal) -> bool:
    """Whether one is above 0 and the other below 0."""
    return (decimal < 0 < other) or (other < 0 < decimal)


def settled_amount(open_: Decimal, left: Decimal) -> Decimal:
    """The part of `open_` (with its sign) that an amount `left` of the opposite sign settles."""
    return min(abs(open_), abs(left)).copy_sign(open_)


def moves_claims(transfer: Transfer) -> bool:
    """Whether a transfer moves claims between accounts; on one account, it allocates the money there."""
    return len({leg.account for leg in transfer.legs}) > 1
