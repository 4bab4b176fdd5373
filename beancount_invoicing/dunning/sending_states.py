"""The state of an invoice on the day on which it is sent: its page shows the state of its own date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import accumulate
from typing import Literal, NamedTuple

from beancount_invoicing.dunning.pauses import asked_amount, late_amount
from beancount_invoicing.dunning.unallocated import LikelyMatch, advice, likely_matches, unallocated_credits
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Channel, Day, Invoice
from beancount_invoicing.receivables import Allocated, Position, positions

PaymentState = Literal["nothing", "to-pay", "overdue", "paid", "credited", "settled", "open"]
"""What an e-mail says about payment: the page asks for none; it, or the part due by then, is to be paid, or is late; it
was paid, credited, or both; or nothing, because it is contested or written off, or money on the account is most likely
for it.
"""


class StateOnSending(NamedTuple):
    """The state of an invoice on the day on which it is sent; amounts are in its currency."""

    payment_state: PaymentState
    open: Decimal = ZERO
    due: date | None = None
    """The earliest due date that is still open; None if nothing is asked for."""
    asked_amount: Decimal = ZERO
    """What is late of it, or else due next, without contested amounts; 0 if nothing is asked for."""
    later_instalments: tuple[tuple[Day, Decimal], ...] = ()
    """What is due of it after that, by day."""
    contested: Decimal = ZERO
    as_printed: bool = True
    """Whether the sums and dates on its page are still right."""
    credited_by: tuple[str, ...] = ()
    settled_reason: str = ""
    """Why nothing is asked for any more, although its page asks for it."""
    likely_payment: str = ""
    """Money on the account that is most likely for it, with what to do."""

    def reason_to_hold(self, channel: Channel) -> str:
        """Why it should not be sent automatically; "" if nothing prevents it. A platform gets the invoice in any case."""
        if channel == "e-invoice":
            return ""
        if self.settled_reason and channel == "post":
            return _(
                "{settled_reason}, but its page asks for payment, and a letter by post has no covering text",
                settled_reason=self.settled_reason,
            )
        return self.likely_payment


StateLookup = Callable[[Invoice, Decimal], StateOnSending]
"""The state of an invoice whose page shows this amount as paid."""


def states_on_sending(book: Book, day: date, allocated: Allocated) -> StateLookup:
    """A function that returns an invoice's state at the end of `day` (inclusive). `allocated`: as of that day."""

    @cache
    def wholes() -> Mapping[int, Position]:
        return {id(position.invoice): position for position in positions(book, day, allocated)}

    @cache
    def advised() -> Mapping[tuple[str, str], Mapping[str, Sequence[LikelyMatch]]]:
        return _most_likely(book, day, allocated)

    def stands(invoice: Invoice, paid: Decimal) -> StateOnSending:
        if invoice.payable <= paid:
            return StateOnSending("nothing")
        whole = wholes()[id(invoice)]
        if whole.open <= 0:
            return _settled(whole)
        debtor = whole.debtor.account if whole.debtor else ""
        guessed = advised().get((debtor, invoice.currency), {}).get(invoice.number, ())
        return _open(whole, paid, day, advice(guessed, invoice.number, book.file))

    return stands


def state_on_sending(book: Book, invoice: Invoice, paid: Decimal, day: date, allocated: Allocated) -> StateOnSending:
    """The state of an invoice at the end of `day` (inclusive).

    `paid`: what its page shows as paid; `allocated`: as of that day. For several, use `standings`.
    """
    return states_on_sending(book, day, allocated)(invoice, paid)


def _open(whole: Position, paid: Decimal, day: date, advice: str) -> StateOnSending:
    due = asked_amount(whole, day)
    if whole.due is None or whole.disputed >= due or advice:  # of a retention, nothing yet
        return StateOnSending("open", whole.open, as_printed=False, likely_payment=advice)
    late = late_amount(whole, day) > 0
    parts = sorted(
        (instalment.due, instalment.open) for instalment in whole.instalments if instalment.due and instalment.open > 0
    )
    sums = accumulate(amount for _due, amount in parts)
    first = next((part[0] for part, so_far in zip(parts, sums, strict=True) if so_far > whole.disputed), whole.due)
    later = tuple(part for part in parts if (part[0] >= day if late else part[0] != whole.due))
    printed = whole.open == whole.invoice.payable - paid and not whole.disputed and not (late and later)
    return StateOnSending(
        "overdue" if late else "to-pay",
        whole.open,
        first,
        due - whole.disputed,
        later,
        whole.disputed,
        printed,
    )


def _settled(whole: Position) -> StateOnSending:
    if whole.status == "written-off":
        return StateOnSending(
            "open",
            whole.open,
            as_printed=False,
            settled_reason=_("has been written off since {settled_on}", settled_on=whole.settled_on),
        )
    notes = tuple(
        dict.fromkeys(
            allocation.counter_document.number for allocation in whole.allocations if allocation.counter_document
        )
    )
    money = any(allocation.counter_document is None for allocation in whole.allocations)
    asks: PaymentState = "paid" if not notes else "settled" if money else "credited"
    how = (
        _("settled, also by {notes},", notes=", ".join(notes))
        if notes and money
        else _("credited by {notes}", notes=", ".join(notes))
        if notes
        else _("paid")
    )
    return StateOnSending(
        asks,
        whole.open,
        as_printed=False,
        credited_by=notes,
        settled_reason=_("has been {how} since {settled_on}", how=how, settled_on=whole.settled_on),
    )


def _most_likely(
    book: Book, day: date, allocated: Allocated
) -> Mapping[tuple[str, str], Mapping[str, Sequence[LikelyMatch]]]:
    """The money on each customer's account that is most likely for a document, by account and currency."""
    paid = {unallocated.payment.customer for unallocated in allocated.unallocated}
    if not paid:
        return {}
    open_: defaultdict[tuple[str, str], list[Position]] = defaultdict(list)
    credit_notes: list[Position] = []
    for position in positions(book, day, allocated, by_debtor=True):
        if position.debtor is None or position.debtor.account not in paid or position.invoice.draft:
            continue
        if position.open > 0:
            open_[position.debtor.account, position.invoice.currency].append(position)
        else:
            credit_notes.append(position)
    open_credits = unallocated_credits(allocated, credit_notes)
    return {
        key: likely_matches(open_credits[key], positions, day)
        for key, positions in open_.items()
        if key in open_credits
    }
