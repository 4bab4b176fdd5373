"""Which letters are due on a day, and which are held back, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from beancount_invoicing.dunning.claims import ClaimUnknown, formal_notice, interest_on
from beancount_invoicing.dunning.levels import Said, courtesy_level, due_level, later, said_before
from beancount_invoicing.dunning.lying import Likely, Lying, likely, lying
from beancount_invoicing.dunning.pauses import asked_amount, pause, sending_followed_from, unsent
from beancount_invoicing.dunning.policies import NONE, named, policy
from beancount_invoicing.dunning.unowed_claims import unowed
from beancount_invoicing.model import ZERO, Book, Channel, Customer, Policy, ReminderLevel, Tone, a_day
from beancount_invoicing.receivables import Allocated, Position, allocate, lies_there, positions
from beancount_invoicing.rules.interest import Interest


@dataclass(frozen=True, slots=True)
class Late:
    """A document in a letter: late, or in a notice before the due date about to be due. `open` leaves out what is contested."""

    position: Position
    due: date
    open: Decimal
    days_overdue: int
    before: tuple[Said, ...]
    """The letters about what is late now that this customer has had."""
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
class Apart:
    """A late document that the letter does not ask for, as it has had a letter of its own: the last of these."""

    number: str
    open: Decimal
    said: Said


@dataclass(frozen=True, slots=True)
class Held:
    """A late document that no letter speaks of, and why."""

    number: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The letter to one customer in one currency about what has come to one level of a policy, so that its words hold for each
    document; without `level` nothing is sent, and it says why not."""

    customer: Customer
    currency: str
    as_of: date
    level: int | None
    """0: a notice before the due date."""
    invoices: tuple[Late, ...]
    total: Decimal
    """What is late of `invoices` (in a notice: about to be due), without interest, indemnity and fee."""
    held: tuple[Held, ...]
    reasons: tuple[Held, ...]
    """Why each document is in the letter; without `level`: why each of the others is in none."""
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
    apart: tuple[Apart, ...] = ()
    on_account: Decimal = ZERO
    """What lies on the customer's account, allocated to nothing, and is not taken off."""
    unknown: Decimal = ZERO
    """What of that keeps no invoice back: only the customer knows what it is for."""

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
    """A document that a letter may speak of, and the level that is due for it today; or why none may speak of it."""

    position: Position
    policy: Policy | None
    level: ReminderLevel | None
    why: str
    held: bool = False
    """Late, and kept back."""

    @property
    def number(self) -> str:
        return self.position.invoice.number


@dataclass(frozen=True, slots=True)
class _Account:
    """What a customer owes in one currency, and what lies there."""

    customer: Customer
    currency: str
    open: Sequence[Position]
    """Above 0, by due date."""
    of_customer: Mapping[str, Position]
    """All of its documents, by number, in any currency."""
    lying: Sequence[Lying]


def propose(book: Book, as_of: date, allocated: Allocated | None = None) -> tuple[Proposal, ...]:
    """What would be sent on `as_of` (inclusive), and what is held back, by account and currency: a letter for each level that
    something has come to, the gravest first, then one without a level that says what no letter speaks of, and why.

    Of customers of whom something is late, or of whom a notice before the due date is due. `allocated`: as of that day, if at
    hand.
    """
    a_day(as_of)
    allocated = allocated or allocate(book, as_of)
    all_of: defaultdict[str, dict[str, Position]] = defaultdict(dict)
    open_: defaultdict[tuple[str, str], list[Position]] = defaultdict(list)
    credit_notes: list[Position] = []
    for position in positions(book, as_of, allocated, by_debtor=True):
        debtor = position.debtor
        if debtor is None or position.invoice.draft:
            continue
        all_of[debtor.account].setdefault(position.invoice.number, position)
        if position.open > 0:
            open_[debtor.account, position.invoice.currency].append(position)
        elif position.open < 0:
            credit_notes.append(position)
    there = lying(allocated, credit_notes)
    followed_from = sending_followed_from(book, as_of)
    result: list[Proposal] = []
    for account, currency in sorted(open_):
        those = sorted(open_[account, currency], key=lambda one: (one.due or as_of, one.invoice.number))
        owed = _Account(
            book.customers[account].at(as_of), currency, those, all_of[account], there.get((account, currency), ())
        )
        result += _of_account(book, owed, followed_from, as_of)
    return tuple(result)


def _of_account(book: Book, owed: _Account, followed_from: date | None, as_of: date) -> list[Proposal]:
    """The letters to a customer, and what is in none; nothing where nothing is late and no notice is due."""
    guessed = likely(owed.lying, owed.open, as_of)
    found = [_candidate(book, one, owed, guessed, followed_from, as_of) for one in owed.open]
    candidates = [one for one in found if one is not None]
    letters: list[list[_Candidate]] = []
    groups = _by_level(candidates)
    due = {one.number for group in groups for one in group}
    rest = [
        one if one.level is None else replace(one, why=f"{one.why}, but not beside a reminder")
        for one in candidates
        if one.number not in due
    ]
    for group in groups:
        total = sum((_asked(one.position, as_of) for one in group), ZERO)
        rule = group[0].policy
        least = rule.minimum if rule and owed.currency == book.currency else ZERO
        if total < least:
            rest += _kept_back(group, f"{total} is less than the minimum of {least} for a letter")
        else:
            letters.append(group)
    known = {one.lying for one in guessed.values()}
    unknown = sum((one.amount for one in owed.lying if one not in known), ZERO)
    total = sum((_asked(one.position, as_of) for group in letters for one in group), ZERO)
    if unknown >= total > 0:
        why = (
            f"{unknown} {owed.currency} on the account is allocated to no invoice: say what it settles, or pay it back"
        )
        rest += (one for group in letters for one in _kept_back(group, why))
        letters = []
    result = [_letter(book, owed, group, candidates, unknown, as_of) for group in letters]
    if result and unknown:
        result[0] = replace(result[0], notices=(*result[0].notices, _not_taken_off(owed, unknown, letters)))
    advised = {number: guess.advice(number, book.file) for number, guess in guessed.items()}
    said = {one.why for one in candidates}
    if result and (more := tuple(why for why in advised.values() if why not in said)):  # not late, or kept back anyway
        result[0] = replace(result[0], notices=(*result[0].notices, *more))
    if rest:
        order = {one.number: place for place, one in enumerate(candidates)}
        rest = sorted(rest, key=lambda one: order[one.number])
        reasons = tuple(Held(one.number, one.why) for one in rest)
        held = tuple(Held(one.number, one.why) for one in rest if one.held)
        result.append(Proposal(owed.customer, owed.currency, as_of, None, (), ZERO, held, reasons, ()))
    return result


def _candidate(
    book: Book,
    position: Position,
    owed: _Account,
    guessed: Mapping[str, Likely],
    followed_from: date | None,
    as_of: date,
) -> _Candidate | None:
    """What there is to say of a document; None where it is neither late nor to be announced."""
    late = position.days_overdue > 0
    name = named(book, position, as_of)
    rule = policy(book, name, as_of) if name != NONE else None
    notice = courtesy_level(rule, position, as_of) if rule and not late else None
    if not late and notice is None:
        return None
    why = "reminders: none" if name == NONE else f"there is no policy {name}" if rule is None else ""
    paused = pause(position, owed.of_customer, as_of)
    if not why and paused and not paused.over:
        why = paused.why
    if not why and (beyond := _never_owed(book, position, owed.of_customer)):
        why = beyond
    if not why and unsent(position, followed_from):
        why = "nothing says that it was sent: send it first"
    if not why and (guess := guessed.get(position.invoice.number)):
        why = guess.advice(position.invoice.number, book.file)
        return _Candidate(position, rule, None, why, held=late)
    if why or rule is None:
        return _Candidate(position, rule, None, why, held=late)
    formal = formal_notice(book, position, position.due) if position.due else None
    due = notice or due_level(rule, position, as_of, formal)
    return _Candidate(position, rule, due.level, due.why + (f" ({paused.why})" if paused else ""))


def _by_level(candidates: Iterable[_Candidate]) -> list[list[_Candidate]]:
    """Those of which a letter is due, by policy and level, the gravest first; no notice beside a reminder of the same day."""
    groups: defaultdict[tuple[int, int, str], list[_Candidate]] = defaultdict(list)
    for one in candidates:
        if one.level and one.policy:
            groups[one.level.level, _TONES.index(one.level.tone), one.policy.name].append(one)
    late = any(level for level, _tone, _policy in groups)
    return [groups[key] for key in sorted(groups, reverse=True) if key[0] or not late]


def _kept_back(group: Iterable[_Candidate], why: str) -> list[_Candidate]:
    return [replace(one, level=None, why=why, held=True) for one in group]


def _never_owed(book: Book, position: Position, of_customer: Mapping[str, Position]) -> str:
    """Why a claim for late interest is not to be asked for; "" where it is owed, and of any other document."""
    late = of_customer.get(position.invoice.claims)
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


_TONES: tuple[Tone, ...] = ("courtesy", "friendly", "firm", "final")


def _not_taken_off(owed: _Account, amount: Decimal, letters: Iterable[Sequence[_Candidate]]) -> str:
    """What to know of money on the account that no letter takes off."""
    stops = any(one.level and one.level.interest and one.position.on_account for group in letters for one in group)
    return (
        f"{owed.customer.name}: {amount} {owed.currency} on the account is allocated to no invoice, and not taken off in the"
        f" letter{', which claims no interest for what it covers' if stops else ''}: say what it settles"
    )


def _asked(position: Position, as_of: date) -> Decimal:
    """What a letter asks for of a document: what is late, or else due next, without what is contested of it."""
    amount = asked_amount(position, as_of)
    return amount - min(position.disputed, amount)


def _letter(
    book: Book,
    owed: _Account,
    group: Sequence[_Candidate],
    candidates: Sequence[_Candidate],
    unknown: Decimal,
    as_of: date,
) -> Proposal:
    """The letter about a group of one policy and level."""
    customer, currency = owed.customer, owed.currency
    rule, level = group[0].policy, group[0].level
    assert rule is not None
    assert level is not None
    notices: list[str] = []
    invoices: list[Late] = []
    for one in group:
        claim = None
        if level.interest:
            try:
                claim = interest_on(book, one.position, as_of)
            except ClaimUnknown as error:
                notices.append(str(error))
                claim = error.claim
        invoices.append(
            Late(
                position=one.position,
                due=one.position.due or as_of,
                open=_asked(one.position, as_of),
                days_overdue=one.position.days_overdue,
                before=said_before(book, one.position),
                claim=claim,
            )
        )
    bought = {one.position.invoice.customer.buyer for one in group if one.position.invoice.customer}
    consumer = "consumer" in {customer.buyer, *bought}
    fee = level.fee if not consumer and currency == book.currency else ZERO
    if level.fee and not fee:
        whose = "a consumer pays" if consumer else f"in {currency} there is"
        notices.append(
            f"{customer.name}: {whose} no fee for a reminder: the {level.fee} of level {level.level} is left out"
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
        held=(),
        reasons=tuple(Held(one.number, one.why) for one in group),
        notices=tuple(notices),
        policy=rule.name,
        tone=level.tone,
        channel=channel,
        deadline=later(as_of, level.deadline) if level.deadline is not None else None,
        fee=fee,
        registered=level.registered,
        escalation=customer.escalation if level.escalate else "",
        signed_by=level.signed_by or rule.signed_by,
        apart=tuple(
            Apart(one.number, _asked(one.position, as_of), said[-1])
            for one in candidates
            if one not in group and not one.held and one.position.days_overdue
            if (said := said_before(book, one.position))
        ),
        on_account=sum((one.amount for one in owed.lying), ZERO),
        unknown=unknown,
    )
