"""Why no letter may be sent about an invoice: promises, payment plans, holds, insolvency, disputes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.dunning.promises import open_on, plan_in_force, received_for
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Event
from beancount_invoicing.platform.life_cycle import document_state, flow_states
from beancount_invoicing.receivables import Position


class Pause(NamedTuple):
    """Why an invoice is held back; or, if `over`, that a promise about it was broken, so that it is not."""

    reason: str
    broken_promise: bool = False


def pause(position: Position, of_customer: Mapping[str, Position], as_of: date) -> Pause | None:
    """What holds letters about a document back on `as_of` (inclusive); None if nothing does.

    `of_customer`: the positions of its customer by number, for promises about several documents. Insolvency and holds
    come first, then promises, then disputes about everything that a letter would ask for. `resume` ends the first
    three; a newer promise replaces an older one; a promise ends after its day, whether it was kept or not.
    """
    standing: dict[str, list[Event]] = {}
    for event in position.events:
        if event.kind == "resume":
            standing.clear()
        elif event.kind in {"hold", "insolvency"}:
            standing[event.kind] = [event]
    if "insolvency" in standing:
        return Pause(_("insolvency since {day}", day=standing["insolvency"][0].date))
    for hold in standing.get("hold", []):
        if hold.until is None:
            return Pause(_("on hold since {day}", day=hold.date))
        if as_of <= hold.until:
            return Pause(_("on hold until {until}", until=hold.until))
    promised = _promised(plan_in_force(position.events), position, of_customer, as_of)
    if promised and not promised.broken_promise:
        return promised
    if position.disputed and position.disputed >= asked_amount(position, as_of):
        return Pause(dispute_notice(position))
    return promised


def dispute_notice(position: Position) -> str:
    """The message that a contested document is in dispute, and since when."""
    since = next(event.date for event in reversed(position.events) if event.kind == "dispute")
    return _("in dispute since {since}", since=since)


class Insolvency(NamedTuple):
    """A customer in insolvency proceedings: since when, the last day (inclusive) to declare what it owes, if given, and
    whether that is done.
    """

    since: date
    until: date | None
    declared: bool


def insolvency(events: Iterable[Event]) -> Insolvency | None:
    """The insolvency of a customer after `events` (its own, in their order); None if there is none.

    Such notes concern everything that it owes, whichever invoice they name. `resume` ends them; a `resume` for certain invoices
    ends only notes that name no others.
    """
    standing: list[Event] = []
    declared = False
    for event in events:
        if event.kind == "insolvency":
            standing.append(event)
        elif event.kind == "declared":
            declared = True
        elif event.kind == "resume":
            resumed = set(event.numbers)
            standing = [
                event for event in standing if resumed and not (event.numbers and set(event.numbers) <= resumed)
            ]
        declared = declared and bool(standing)
    if not standing:
        return None
    until = next((event.until for event in reversed(standing) if event.until), None)
    return Insolvency(standing[0].date, until, declared)


def send_from_day(book: Book, as_of: date) -> date | None:
    """The day from which documents must be sent, by `send-from` as of `as_of` (inclusive); None if it is not set."""
    option = book.options.get("send-from")
    value = option.at(as_of) if option else None
    return value if isinstance(value, date) else None


def sending_tracked_from(book: Book, as_of: date) -> date | None:
    """The day from which the ledger records for each document that it was sent: option `send-from`, else the first `sent` event.

    None if neither exists by `as_of` (inclusive): the ledger does not track sending, except for documents marked to-send.
    """
    if day := send_from_day(book, as_of):
        return day
    return min((event.date for event in book.events if event.kind == "sent" and event.date <= as_of), default=None)


def is_unsent(position: Position, followed_from: date | None) -> bool:
    """Whether a document has not reached its customer, as far as the ledger tracks that: from `followed_from` on, and if it
    is marked to-send, each has a `sent` event, or another event that shows that it arrived.
    """
    invoice = position.invoice
    state = document_state(flow_states(position.events, invoice.number))
    if state and state.standing == "inadmissible":  # the platform did not take it
        return True
    followed = followed_from is not None and invoice.date >= followed_from and invoice.kind != "opening"
    if not followed and not invoice.to_send:
        return False
    return not any(
        event.kind in {"sent", "reminder", "dispute", "promise"} and event.numbers for event in position.events
    )


def late_amount(position: Position, as_of: date) -> Decimal:
    """What is open of a document and was due before `as_of`, in its currency; contested parts included."""
    return sum(
        (instalment.open for instalment in position.instalments if instalment.due and instalment.due < as_of), ZERO
    )


def asked_amount(position: Position, as_of: date) -> Decimal:
    """What a letter is about: what is late, or else due next; contested parts included."""
    late = late_amount(position, as_of)
    return late or sum((instalment.open for instalment in position.instalments if instalment.due == position.due), ZERO)


def _promised(
    promises: Sequence[Event], position: Position, of_customer: Mapping[str, Position], as_of: date
) -> Pause | None:
    """The first promise that was broken, or else the next one to come; None if there is none, or all were kept.

    With `amount`, that much is to be paid by then, together with earlier promised amounts; without it, everything that is due by
    then.
    """
    plan = sorted(promises, key=lambda promise: promise.until or promise.date)
    sum_promised = ZERO
    for promise in plan:
        until = promise.until or promise.date
        sum_promised += promise.amount or ZERO
        if as_of <= until:
            words = _("promised until {until}", until=until)
            if promise.amount is not None:
                words = _("{amount} promised until {until}", amount=promise.amount, until=until)
            return Pause(words)
        if promise.amount is None:
            if not open_on(position, until):
                continue
            return Pause(_("the promise to pay until {until} was broken", until=until), broken_promise=True)
        about = [of_customer[number] for number in promise.numbers or of_customer if number in of_customer]
        received = received_for(promise, about or [position], until)
        if received < sum_promised:
            return Pause(
                _(
                    "the promise to pay {sum_promised} until {until} was broken: only {received} was received",
                    sum_promised=sum_promised,
                    until=until,
                    received=received,
                ),
                broken_promise=True,
            )
    return None
