"""Which reminder letters are due on a day, and which are held back, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount_invoicing.dunning.claims import ClaimUnknown, interest_on
from beancount_invoicing.model import ZERO, Book, Customer, Event
from beancount_invoicing.receivables import Position, positions
from beancount_invoicing.rules.interest import Interest


@dataclass(frozen=True, slots=True)
class Level:
    """A level of reminder: from how many days late on, and whether interest and indemnity are claimed in it."""

    days: int
    claims: bool


POLICY: tuple[Level, ...] = (Level(8, False), Level(15, True), Level(30, True))
"""The levels 1, 2, 3: at 8, 15 and 30 days late."""
INTERVAL = 7
"""At least so many days lie between two reminders of an invoice."""


@dataclass(frozen=True, slots=True)
class Late:
    """A late document in a letter. `open` leaves out what is contested; `reminded`: its level goes up with this letter."""

    position: Position
    due: date
    open: Decimal
    days_overdue: int
    level: int
    reminded: bool
    claim: Interest | None
    """Interest and indemnity with their steps; None where none is claimed."""

    @property
    def interest(self) -> Decimal | None:
        """The interest claimed."""
        return self.claim.interest if self.claim else None

    @property
    def indemnity(self) -> Decimal | None:
        """The fixed indemnity claimed."""
        return self.claim.indemnity if self.claim else None


@dataclass(frozen=True, slots=True)
class Held:
    """A late document that no letter speaks of, and why."""

    number: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The letter to one customer in one currency; without `level` nothing is sent, only held back."""

    customer: Customer
    currency: str
    as_of: date
    level: int | None
    invoices: tuple[Late, ...]
    total: Decimal
    """What is late of `invoices`, without interest and indemnity."""
    held: tuple[Held, ...]
    notices: tuple[str, ...]
    """What could not be worked out, such as interest at a rate that is not known."""

    @property
    def interest(self) -> Decimal:
        """The interest claimed for all of them."""
        return sum((late.interest or ZERO for late in self.invoices), ZERO)

    @property
    def indemnity(self) -> Decimal:
        """The fixed indemnities claimed for all of them."""
        return sum((late.indemnity or ZERO for late in self.invoices), ZERO)


def held_because(position: Position, customer: Customer, as_of: date) -> str:
    """Why no reminder of a late document may leave on `as_of`; "" where it may."""
    if position.invoice.customer and "none" in {position.invoice.customer.reminders, customer.reminders}:
        return "reminders: none"
    paused: dict[str, Event] = {}
    for event in position.events:
        if event.event in {"promise", "hold", "insolvency"}:
            paused[event.event] = event
        elif event.event == "resume":
            paused.clear()
    if "insolvency" in paused:
        return f"insolvency since {paused['insolvency'].date}"
    hold = paused.get("hold")
    if hold and (hold.until is None or as_of <= hold.until):
        return f"on hold until {hold.until}" if hold.until else f"on hold since {hold.date}"
    promise = paused.get("promise")
    if promise and promise.until and as_of <= promise.until:
        return f"promised until {promise.until}"
    if position.disputed and position.disputed >= _late_amount(position, as_of):
        since = next(event.date for event in reversed(position.events) if event.event == "dispute")
        return f"in dispute since {since}"
    return ""


def _late_amount(position: Position, as_of: date) -> Decimal:
    return sum((each.open for each in position.instalments if each.due < as_of), ZERO)


def _last_reminder(position: Position) -> tuple[int, date | None]:
    level, day = 0, None
    for event in position.events:
        if event.event == "reminder":
            level, day = max(level, event.level or 1), event.date
    return level, day


def _due_level(position: Position, days: int, as_of: date) -> int | None:
    """The level that is due: one more than the last one, none skipped; None where none is due today."""
    last, day = _last_reminder(position)
    if last >= len(POLICY) or days < POLICY[last].days:
        return None
    if day is not None and (as_of - day).days < INTERVAL:
        return None
    return last + 1


def propose(book: Book, as_of: date) -> tuple[Proposal, ...]:
    """What would be sent on `as_of` (inclusive), and what is held back: one proposal per customer and currency."""
    late: defaultdict[tuple[str, str], list[Position]] = defaultdict(list)
    for position in positions(book, as_of):
        if position.days_overdue > 0 and position.invoice.customer:
            late[position.invoice.customer.account, position.invoice.currency].append(position)
    result = []
    for account, currency in sorted(late):
        proposal = _proposal(book, book.customers[account].at(as_of), currency, late[account, currency], as_of)
        if proposal.level is not None or proposal.held:
            result.append(proposal)
    return tuple(result)


def _proposal(book: Book, customer: Customer, currency: str, late: list[Position], as_of: date) -> Proposal:
    held: list[Held] = []
    those: list[tuple[Position, int | None]] = []
    for position in late:
        why = held_because(position, customer, as_of)
        if why:
            held.append(Held(position.invoice.number, why))
        else:
            those.append((position, _due_level(position, position.days_overdue, as_of)))
    levels = [level for _position, level in those if level is not None]
    if not levels:
        return Proposal(customer, currency, as_of, None, (), ZERO, tuple(held), ())
    level = max(levels)
    notices: list[str] = []
    invoices: list[Late] = []
    for position, due_level in sorted(those, key=lambda one: (one[0].due or as_of, one[0].invoice.number)):
        claim = None
        if POLICY[level - 1].claims:
            try:
                claim = interest_on(book, position, as_of)
            except ClaimUnknown as error:
                notices.append(str(error))
        invoices.append(
            Late(
                position=position,
                due=position.due or as_of,
                open=_late_amount(position, as_of) - min(position.disputed, _late_amount(position, as_of)),
                days_overdue=position.days_overdue,
                level=due_level or _last_reminder(position)[0],
                reminded=due_level is not None,
                claim=claim,
            )
        )
    total = sum((one.open for one in invoices), ZERO)
    return Proposal(customer, currency, as_of, level, tuple(invoices), total, tuple(held), tuple(notices))
