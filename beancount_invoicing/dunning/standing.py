"""How an invoice stands on the day on which it is sent: its page says what was so on its own date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from beancount_invoicing.dunning.lying import likely, lying
from beancount_invoicing.model import ZERO, Book, Channel, Invoice
from beancount_invoicing.receivables import Allocated, Position, positions

Asks = Literal["nothing", "to-pay", "overdue", "paid", "credited", "settled", "open"]
"""What is to be said of its payment: that there is nothing to pay by its page; that it is to be paid, or is late; that it was paid,
credited, or both since; or nothing: it is contested, given up, or money that lies on the account is most likely for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an invoice stands on the day on which it is sent; amounts are in its currency."""

    asks: Asks
    open: Decimal = ZERO
    due: date | None = None
    """The earliest day that is still open; None where nothing is asked for."""
    as_printed: bool = True
    """Whether its page's own sums still hold."""
    credited_by: tuple[str, ...] = ()
    settled: str = ""
    """Why nothing is asked for any more, though its page asks for it."""
    likely: str = ""
    """What lies on the account and is most likely for it, with what to do."""

    def against(self, channel: Channel) -> str:
        """Why it should not leave by itself; "" where nothing speaks against it. A platform needs the invoice as it is."""
        if channel == "e-invoice":
            return ""
        if self.settled and channel == "post":
            return f"{self.settled}, but its page asks for it, and no words go with a letter"
        return self.likely


def standing(book: Book, invoice: Invoice, paid: Decimal, day: date, allocated: Allocated) -> Standing:
    """How an invoice stands at the end of `day` (inclusive). `paid`: what its page says is paid; `allocated`: as of that day."""
    if invoice.payable <= paid:
        return Standing("nothing")
    (whole,) = positions(book, day, allocated, (invoice,))
    if whole.open <= 0:
        return _settled(whole)
    printed = whole.open == invoice.payable - paid
    advice = _likely(book, whole, day, allocated)
    if whole.disputed >= whole.open or advice:
        return Standing("open", whole.open, as_printed=False, likely=advice)
    return Standing("overdue" if whole.days_overdue else "to-pay", whole.open, whole.due, printed, likely=advice)


def _settled(whole: Position) -> Standing:
    if whole.status == "written-off":
        return Standing("open", whole.open, as_printed=False, settled=f"is written off since {whole.settled_on}")
    notes = tuple(dict.fromkeys(one.other.number for one in whole.allocations if one.other))
    money = any(one.other is None for one in whole.allocations)
    asks: Asks = "paid" if not notes else "settled" if money else "credited"
    how = (
        f"settled, by {', '.join(notes)} too,"
        if notes and money
        else f"credited by {', '.join(notes)}"
        if notes
        else "paid"
    )
    return Standing(asks, whole.open, None, False, notes, f"is {how} since {whole.settled_on}")


def _likely(book: Book, whole: Position, day: date, allocated: Allocated) -> str:
    """What lies on its customer's account and is most likely for it, with what to do; "" where nothing is."""
    debtor, currency = whole.debtor, whole.invoice.currency
    if debtor is None or not any(one.payment.customer == debtor.account for one in allocated.unallocated):
        return ""
    those = [
        one
        for one in positions(book, day, allocated, by_debtor=True)
        if one.debtor
        and one.debtor.account == debtor.account
        and one.invoice.currency == currency
        and not one.invoice.draft
    ]
    there = lying(allocated, those).get((debtor.account, currency), ())
    guess = likely(there, [one for one in those if one.open > 0], day).get(whole.invoice.number)
    return guess.advice(whole.invoice.number, book.file) if guess else ""
