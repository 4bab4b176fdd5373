"""Late interest and indemnities that reminders asked for, so that a payment with them is recognised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container

from beancount_invoicing.bank.payments import AskedCharges, LateCharge
from beancount_invoicing.dunning import NO_POLICY, InterestUnknown, interest_on, policy, policy_name
from beancount_invoicing.model import Book, Event
from beancount_invoicing.receivables import Position, positions


def letter_charges(book: Book, numbers: Container[str]) -> dict[str, tuple[AskedCharges, ...]]:
    """By document of `numbers`, what each reminder about it asked for beside its amount, the latest first: by the level of the
    reminder in the policy of its day. What claims, or payments, have charged since is left out.
    """
    found: defaultdict[str, list[AskedCharges]] = defaultdict(list)
    for event in reversed(book.events):
        if event.kind != "reminder" or not event.level:
            continue
        for number in event.numbers:
            invoice = book.invoice(number) if number in numbers else None
            for position in positions(book, event.date, only_invoices=[invoice]) if invoice else ():
                if _asks_interest(book, position, event) and (charges := _charges(book, position, event)):
                    found[number].append(charges)
    return {number: tuple(asked) for number, asked in found.items()}


def _asks_interest(book: Book, position: Position, event: Event) -> bool:
    name = policy_name(book, position, event.date)
    rule = policy(book, name, event.date) if name != NO_POLICY else None
    return rule is not None and any(level.interest for level in rule.levels if level.level == event.level)


def _charges(book: Book, position: Position, event: Event) -> AskedCharges | None:
    try:
        claim = interest_on(book, position, event.date, booked=book.last_date)
    except InterestUnknown as error:
        claim = error.claim
    if claim is None:
        return None
    number, days = position.invoice.number, claim.segments
    parts = []
    if claim.amount and days:
        start, end = min(segment.start for segment in days), max(segment.end for segment in days)
        parts.append(LateCharge(number, claim.amount, start, end))
    if claim.indemnity:
        parts.append(LateCharge(number, claim.indemnity))
    return AskedCharges(event.date, tuple(parts)) if parts else None
