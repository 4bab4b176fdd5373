"""What moves while payments are allocated: parts of claims, and payments with what is left of them."""

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
    """Where it stands from then on."""
    amount: Decimal
    source: Source
    taken_over_by: str = ""
    """Name of the customer who took it over; "" between the accounts of one."""
    former: str = ""
    """Name of the customer who owed it before."""


class Settlement:
    """A settlement of a part, with what has not been taken back of it."""

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
        """Settlements are taken back from the latest one on."""
        self.came = came
        self.money = money
        """The entry that paid."""
        self.payer = payer
        """None where it is what was paid of the invoice that it replaces."""


class OpenItemPart:
    """An instalment, or what of it stands on one account."""

    __slots__ = ("account", "amount", "instalment", "invoice", "key", "open", "settled_by")

    def __init__(self, invoice: Invoice, instalment: Instalment, account: str, amount: Decimal) -> None:
        self.invoice = invoice
        self.instalment = instalment
        self.account = account
        self.amount = amount
        self.open = amount
        # what is kept back is never assumed to be what is paid
        due = date.max if instalment.retention_contract else instalment.due
        self.key = (due, invoice.date, invoice.number, instalment.index, account, invoice.source)
        self.settled_by: list[Settlement] = []
        """Per payment, oldest first, what of it can still be reversed."""

    @property
    def written_off(self) -> Decimal:
        """What of it is written off."""
        return sum((settlement.amount for settlement in self.settled_by if settlement.how == "write-off"), ZERO)


class OpenPayment:
    """A payment or credit on its way to claims, with what is left of it."""

    __slots__ = ("how", "key", "left", "moves", "names", "payment", "taken", "taken_on")

    def __init__(self, payment: Payment, moves: bool = False) -> None:
        self.moves = moves
        """A leg of a transfer: it moves claims, and is never assumed to settle one."""
        self.taken = ZERO
        """Of a loss: what money that came after all has taken back of it, and no entry says so yet."""
        self.taken_on = payment.date
        """The day on which it did so last."""
        self.payment = payment
        self.left = payment.amount
        self.names = payment.settles or payment.links
        self.how: AllocationKind = (
            payment.means if payment.means != "money" else "at-once" if payment.at_once else
            "settles" if payment.settles else "link"
        )  # fmt: skip
        self.key = payment_key(payment)

    @property
    def is_write_off(self) -> bool:
        """Whether it writes off, or takes that back."""
        return self.payment.means == "write-off"


class AllocatableAmount(NamedTuple):
    """What an entry finds on the account to allocate: so much, of a payment of that day or of a credit note."""

    amount: Decimal
    paid_on: date
    how: AllocationKind | None
    """None: as the entry names what it settles."""
    part: OpenItemPart | None = None
    """Of a credit note: what of it is used."""


class CancelledInvoicePayment(NamedTuple):
    """What was paid of an invoice that is cancelled, on which day, and by which entry."""

    amount: Decimal
    paid_on: date
    paid_by: Source


_MEANS = {"discount": 0, "set-off": 1, "money": 2, "write-off": 3}
"""On one day what a payment gives up comes before money, which may be too much, and money before losses."""


def payment_key(payment: Payment) -> tuple[object, ...]:
    """By what payments are ordered: their values, and where they are written only last."""
    names = payment.settles or payment.links
    return (
        payment.date, _MEANS[payment.means], not payment.settles, payment.instalment is None, payment.amount, names,
        payment.instalment, payment.account, payment.currency, payment.narration, payment.source,
    )  # fmt: skip


def opposite(decimal: Decimal, other: Decimal) -> bool:
    """Whether one is above 0 and the other below."""
    return (decimal < 0 < other) or (other < 0 < decimal)


def settled_amount(open_: Decimal, left: Decimal) -> Decimal:
    """How much of `open_` (with its sign) `left`, of the opposite sign, settles."""
    return min(abs(open_), abs(left)).copy_sign(open_)


def moves_claims(transfer: Transfer) -> bool:
    """Whether it moves claims between accounts; on one account it allocates what lies there."""
    return len({leg.account for leg in transfer.legs}) > 1
