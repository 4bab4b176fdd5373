"""Which letters are due on a day, and which are held back, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount_invoicing.dunning.claims import ClaimUnknown, interest_on
from beancount_invoicing.dunning.levels import courtesy_level, due_level, last_reminder, later
from beancount_invoicing.dunning.pauses import asked_amount, pause, sending_followed_from, unsent
from beancount_invoicing.dunning.policies import NONE, named, policy
from beancount_invoicing.dunning.unowed_claims import unowed
from beancount_invoicing.model import ZERO, Book, Channel, Customer, Policy, ReminderLevel, Tone, a_day
from beancount_invoicing.receivables import Allocated, Position, allocate, lies_there, positions
from beancount_invoicing.rules.interest import Interest


@dataclass(frozen=True, slots=True)
class Late:
    """A document in a letter: late, or in a notice before the due date about to be due.

    `open` leaves out what is contested; `reminded`: its level goes up with this letter.
    """

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
        return self.claim.interest if self.claim and self.claim.known else None

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
    """The highest level of its invoices; 0: a notice before the due date."""
    invoices: tuple[Late, ...]
    total: Decimal
    """What is late of `invoices` (in a notice: about to be due), without interest, indemnity and fee."""
    held: tuple[Held, ...]
    reasons: tuple[Held, ...]
    """For each late document, in the letter or not: why."""
    notices: tuple[str, ...]
    """What could not be worked out, such as interest at a rate that is not known."""
    policy: str = ""
    tone: Tone = "friendly"
    channel: Channel = "email"
    deadline: date | None = None
    """The last day to pay that the letter sets; None where it sets none."""
    fee: Decimal = ZERO
    registered: bool = False
    escalation: str = ""
    """E-mail addresses that it goes to as well."""
    signed_by: str = ""

    @property
    def interest(self) -> Decimal:
        """The interest claimed for all of them."""
        return sum((late.interest or ZERO for late in self.invoices), ZERO)

    @property
    def indemnity(self) -> Decimal:
        """The fixed indemnities claimed for all of them."""
        return sum((late.indemnity or ZERO for late in self.invoices), ZERO)

    @property
    def claimed(self) -> Decimal:
        """All that the letter asks for."""
        return self.total + self.interest + self.indemnity + self.fee


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document that a letter may speak of, with the level that is due for it today."""

    position: Position
    policy: Policy
    level: ReminderLevel | None


def propose(book: Book, as_of: date, allocated: Allocated | None = None) -> tuple[Proposal, ...]:
    """What would be sent on `as_of` (inclusive), and what is held back: one proposal per customer and currency.

    Customers of whom something is late, or of whom a notice before the due date is due, by account and currency.
    `allocated`: as of that day, if at hand.
    """
    a_day(as_of)
    allocated = allocated or allocate(book, as_of)
    all_of: defaultdict[str, dict[str, Position]] = defaultdict(dict)
    open_: defaultdict[tuple[str, str], list[Position]] = defaultdict(list)
    credit: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for position in positions(book, as_of, allocated, by_debtor=True):
        debtor = position.debtor
        if debtor is None or position.invoice.draft:
            continue
        all_of[debtor.account].setdefault(position.invoice.number, position)
        if position.open > 0:
            open_[debtor.account, position.invoice.currency].append(position)
        elif position.open < 0:
            credit[debtor.account, position.invoice.currency] -= position.open
    for left in allocated.unallocated:
        if left.amount < 0:
            credit[left.payment.customer, left.payment.currency] -= left.amount
    followed_from = sending_followed_from(book, as_of)
    result = []
    for account, currency in sorted(open_):
        customer = book.customers[account].at(as_of)
        those = sorted(open_[account, currency], key=lambda one: (one.due or as_of, one.invoice.number))
        proposal = _proposal(
            book, customer, currency, those, all_of[account], credit[account, currency], followed_from, as_of
        )
        if proposal is not None:
            result.append(proposal)
    return tuple(result)


def _proposal(
    book: Book,
    customer: Customer,
    currency: str,
    those: Sequence[Position],
    of_customer: Mapping[str, Position],
    credit: Decimal,
    followed_from: date | None,
    as_of: date,
) -> Proposal | None:
    """The letter to a customer; None where nothing is late and no notice is due."""
    held: list[Held] = []
    reasons: list[Held] = []
    late: list[_Candidate] = []
    soon: list[_Candidate] = []
    for position in those:
        number, is_late = position.invoice.number, position.days_overdue > 0
        name = named(book, position, as_of)
        rule = policy(book, name, as_of) if name != NONE else None
        notice = courtesy_level(rule, position, as_of) if rule and not is_late else None
        if not is_late and notice is None:
            continue
        why = "reminders: none" if name == NONE else f"there is no policy {name}" if rule is None else ""
        paused = pause(position, of_customer, as_of)
        if not why and paused and not paused.over:
            why = paused.why
        if not why and (beyond := _never_owed(book, position, of_customer)):
            why = beyond
        if not why and unsent(position, followed_from):
            why = "nothing says that it was sent: send it first"
        if why or rule is None:
            reasons.append(Held(number, why))
            if is_late:
                held.append(reasons[-1])
            continue
        due = notice or due_level(rule, position, as_of)
        reasons.append(Held(number, due.why + (f" ({paused.why})" if paused else "")))
        (late if is_late else soon).append(_Candidate(position, rule, due.level))
    if not reasons:
        return None
    letter = late if any(one.level for one in late) else [one for one in soon if one.level]
    leading = max((one for one in letter if one.level), key=_weight, default=None)
    nothing = Proposal(customer, currency, as_of, None, (), ZERO, tuple(held), tuple(reasons), ())
    if leading is None or leading.level is None:
        return nothing
    total = sum((_asked(one.position, as_of) for one in letter), ZERO)
    short = leading.policy.minimum if currency == book.currency else ZERO
    if total < short:
        return _all_held(nothing, letter, f"{total} is less than the minimum of {short} for a letter")
    if credit >= total > 0:
        why = f"{credit} {currency} on the account is allocated to no invoice: say what it settles, or pay it back"
        return _all_held(nothing, letter, why)
    return _letter(book, nothing, letter, leading.policy, leading.level, credit)


def _never_owed(book: Book, position: Position, of_customer: Mapping[str, Position]) -> str:
    """Why a claim for late interest is not to be asked for; "" where it is owed, and of any other document."""
    late = of_customer.get(position.invoice.claims) if position.invoice.kind == "claim" else None
    if late is None:
        return ""
    if beyond := unowed(book, late, position.invoice):
        return beyond.words()
    if late.on_account and unowed(book, late, position.invoice, lying=True):
        there, currency = lies_there(late.on_account), late.invoice.currency
        return (
            f"{there} {currency} on the account may be for {late.invoice.number}: say what it settles, or pay it back"
        )
    return ""


def _stops_interest(letter: Iterable[_Candidate]) -> str:
    """That money on the account stops interest, where it covers something of the letter."""
    return ", which claims no interest for what it covers" if any(one.position.on_account for one in letter) else ""


_TONES: tuple[Tone, ...] = ("courtesy", "friendly", "firm", "final")


def _weight(one: _Candidate) -> tuple[int, int, str]:
    """The letter speaks as its gravest invoice asks."""
    return (one.level.level, _TONES.index(one.level.tone), one.policy.name) if one.level else (-1, 0, "")


def _all_held(nothing: Proposal, letter: Iterable[_Candidate], why: str) -> Proposal:
    """The proposal with all that the letter would have spoken of held back."""
    numbers = {one.position.invoice.number for one in letter}
    reasons = tuple(Held(one.number, why) if one.number in numbers else one for one in nothing.reasons)
    held = tuple(one for one in reasons if one.number in numbers or one in nothing.held)
    return Proposal(
        nothing.customer, nothing.currency, nothing.as_of, None, (), ZERO, held, reasons, ()
    )  # fmt: skip


def _asked(position: Position, as_of: date) -> Decimal:
    """What a letter asks for of a document: what is late, or else due next, without what is contested of it."""
    amount = asked_amount(position, as_of)
    return amount - min(position.disputed, amount)


def _letter(
    book: Book, nothing: Proposal, letter: Sequence[_Candidate], rule: Policy, level: ReminderLevel, credit: Decimal
) -> Proposal:
    customer, currency, as_of = nothing.customer, nothing.currency, nothing.as_of
    notices: list[str] = []
    invoices: list[Late] = []
    for one in letter:
        claim = None
        if level.interest:
            try:
                claim = interest_on(book, one.position, as_of)
            except ClaimUnknown as error:
                notices.append(str(error))
                claim = error.claim
        last = last_reminder(one.position)
        invoices.append(
            Late(
                position=one.position,
                due=one.position.due or as_of,
                open=_asked(one.position, as_of),
                days_overdue=one.position.days_overdue,
                level=one.level.level if one.level else (last.level or 0) if last else 0,
                reminded=one.level is not None,
                claim=claim,
            )
        )
    bought = {one.position.invoice.customer.buyer for one in letter if one.position.invoice.customer}
    consumer = "consumer" in {customer.buyer, *bought}
    fee = level.fee if not consumer and currency == book.currency else ZERO
    if level.fee and not fee:
        whose = "a consumer pays" if consumer else f"in {currency} there is"
        notices.append(
            f"{customer.name}: {whose} no fee for a reminder: the {level.fee} of level {level.level} is left out"
        )
    if credit:
        notices.append(
            f"{customer.name}: {credit} {currency} on the account is allocated to no invoice, and not taken off in the"
            f" letter{_stops_interest(letter) if level.interest else ''}: say what it settles"
        )
    channel: Channel = "post" if level.registered else level.channel or customer.channel
    if not level.registered and channel == "e-invoice":
        channel = "email" if customer.email else "post"  # platforms carry invoices, not letters
    return Proposal(
        customer=customer,
        currency=currency,
        as_of=as_of,
        level=level.level,
        invoices=tuple(invoices),
        total=sum((one.open for one in invoices), ZERO),
        held=nothing.held,
        reasons=nothing.reasons,
        notices=tuple(notices),
        policy=rule.name,
        tone=level.tone,
        channel=channel,
        deadline=later(as_of, level.deadline) if level.deadline is not None else None,
        fee=fee,
        registered=level.registered,
        escalation=customer.escalation if level.escalate else "",
        signed_by=level.signed_by or rule.signed_by,
    )
