"""Which letters are due on a day, and which are held back, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.dunning.claims import InterestUnknown, formal_notice, interest_on
from beancount_invoicing.dunning.collecting import why_not_asked_for
from beancount_invoicing.dunning.letter_history import LateInstalments, late_instalments
from beancount_invoicing.dunning.levels import SentLetter, courtesy_level, days_later, due_level, letters_sent_before
from beancount_invoicing.dunning.pauses import (
    asked_amount,
    dispute_notice,
    is_unsent,
    late_amount,
    pause,
    sending_tracked_from,
)
from beancount_invoicing.dunning.policies import NO_POLICY, policy, policy_name
from beancount_invoicing.dunning.unallocated import (
    LikelyMatch,
    UnallocatedCredit,
    advice,
    likely_matches,
    unallocated_credits,
)
from beancount_invoicing.dunning.unowed_claims import unowed
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Channel, Customer, Policy, ReminderLevel, Tone, require_date
from beancount_invoicing.model.reminders import LETTER_MINIMUM
from beancount_invoicing.receivables import Allocated, Position, allocate, positions, total_cover
from beancount_invoicing.receivables.direct_debit import MandateDays, collection_days
from beancount_invoicing.rules.interest import Interest


class Late(NamedTuple):
    """A document in a letter: late or, in a notice before the due date, soon due."""

    position: Position
    due: date
    """The earliest due date of what the letter asks for."""
    open: Decimal
    """What the letter asks for: without contested amounts, `separate` and `unasked`."""
    days_overdue: int
    due_dates: frozenset[date]
    """The due dates of what the letter asks for."""
    earlier_letters: tuple[SentLetter, ...]
    """The letters about what is late now that this customer received."""
    claim: Interest | None
    """Interest and indemnity with their steps; None if none is claimed."""
    contested: Decimal = ZERO
    """How much of it is late, or soon due, and contested."""
    in_other_letter: Decimal = ZERO
    """How much of it another letter of the day asks for: it has reached another level, so this letter's wording does not fit."""
    not_asked: Decimal = ZERO
    """How much of it is late too, is not contested, and is in no letter of the day: its next level is not due yet."""

    @property
    def interest(self) -> Decimal | None:
        """The interest claimed."""
        return self.claim.amount if self.claim and self.claim.known else None

    @property
    def indemnity(self) -> Decimal | None:
        """The fixed indemnity claimed."""
        return self.claim.indemnity if self.claim else None


class SeparatelyReminded(NamedTuple):
    """A late document that the letter does not ask for because it has had a letter of its own: the last of these."""

    number: str
    open: Decimal
    last_letter: SentLetter


class HeldInvoice(NamedTuple):
    """A late document that is in no letter, and why."""

    number: str
    reason: str
    due_dates: frozenset[date] = frozenset()
    """The due dates that this concerns; none if nothing is late."""


class Proposal(NamedTuple):
    """The letter to one customer in one currency about everything that has reached one level of a policy, so that its wording
    fits each document. Without `level`, nothing is sent, and it says why not.
    """

    customer: Customer
    currency: str
    as_of: date
    level: int | None
    """0: a notice before the due date."""
    invoices: tuple[Late, ...]
    total: Decimal
    """What is late of `invoices` (in a notice: soon due), without interest, indemnity and fee."""
    held: tuple[HeldInvoice, ...]
    reasons: tuple[HeldInvoice, ...]
    """Why each document is in the letter; without `level`: why each document is in no letter."""
    notices: tuple[str, ...]
    """What could not be worked out, such as interest at a rate that is not known."""
    policy: str = ""
    tone: Tone = "friendly"
    channel: Channel = "email"
    deadline: date | None = None
    """The last day to pay that the letter sets; None if it sets none."""
    fee: Decimal = ZERO
    registered: bool = False
    escalation: str = ""
    """E-mail addresses that also receive it."""
    signed_by: str = ""
    separately_reminded: tuple[SeparatelyReminded, ...] = ()
    unallocated: Decimal = ZERO
    """Unallocated money on the customer's account that is not deducted."""
    unexplained_payments: Decimal = ZERO
    """The part of it that was paid, and only the customer knows for what."""
    credits: tuple[tuple[str, Decimal], ...] = ()
    """The part of it that is left of credit notes, by credit note, and not set off yet."""

    @property
    def interest(self) -> Decimal:
        """The interest claimed for all of them."""
        return sum((late.interest or ZERO for late in self.invoices), ZERO)

    @property
    def indemnity(self) -> Decimal:
        """The fixed indemnities claimed for all of them."""
        return sum((late.indemnity or ZERO for late in self.invoices), ZERO)

    @property
    def amount_asked(self) -> Decimal:
        """Everything that the letter asks for."""
        return self.total + self.interest + self.indemnity + self.fee


class _Candidate(NamedTuple):
    """A document, or its late instalments that have reached one level, for a letter, with the level that is due today; or the
    reason why it is in none.
    """

    position: Position
    late: LateInstalments | None
    """None if nothing is late: then it is for the notice before the due date."""
    policy: Policy | None
    level: ReminderLevel | None
    why: str
    held: bool = False
    """Late, and held back."""
    place: int = 0
    """Among everything that the customer owes, once all of that is known."""

    @property
    def number(self) -> str:
        return self.position.invoice.number

    @property
    def dues(self) -> frozenset[date]:
        """The due dates of what a letter asks for."""
        if self.late:
            return self.late.due_dates
        return frozenset([self.position.due] if self.position.due else [])

    @property
    def asked(self) -> Decimal:
        """What a letter asks for: what is late, or else due next, without contested amounts."""
        if self.late:
            return self.late.asked_amount
        amount = asked_amount(self.position, self.position.as_of)
        return amount - min(self.position.disputed, amount)


class _Account(NamedTuple):
    """What a customer owes in one currency, and its unallocated money."""

    customer: Customer
    currency: str
    open: Sequence[Position]
    """Above 0, by due date."""
    of_customer: Mapping[str, Position]
    """All of its documents, by number, in any currency."""
    lying: Sequence[UnallocatedCredit]


def propose(
    book: Book, as_of: date, allocated: Allocated | None = None, stands: Sequence[Position] | None = None
) -> tuple[Proposal, ...]:
    """What would be sent on `as_of` (inclusive), and what is held back, by account and currency.

    There is a letter for each level reached, the most serious first, then a proposal without a level that names the
    documents in no letter, and why. It covers customers with late documents, or with a notice before the due date.
    `allocated`: as of that day, if available; `stands`: the positions of that day by debtor, if available.
    """
    require_date(as_of)
    allocated = allocated or allocate(book, as_of)
    all_of: defaultdict[str, dict[str, Position]] = defaultdict(dict)
    open_: defaultdict[tuple[str, str], list[Position]] = defaultdict(list)
    credit_notes: list[Position] = []
    for position in stands or positions(book, as_of, allocated, by_debtor=True):
        debtor = position.debtor
        if debtor is None or position.invoice.draft:
            continue
        all_of[debtor.account].setdefault(position.invoice.number, position)
        if position.open > 0:
            open_[debtor.account, position.invoice.currency].append(position)
        else:
            credit_notes.append(position)
    open_credits = unallocated_credits(allocated, credit_notes)
    followed_from = sending_tracked_from(book, as_of)
    days = collection_days(book, as_of)
    result: list[Proposal] = []
    for account, currency in sorted(open_):
        own = sorted(open_[account, currency], key=lambda position: (position.due or as_of, position.invoice.number))
        owed = _Account(
            book.customers[account].at(as_of),
            currency,
            own,
            all_of[account],
            open_credits.get((account, currency), ()),
        )
        result += _of_account(book, owed, followed_from, days, as_of)
    return tuple(result)


def _of_account(
    book: Book, owed: _Account, followed_from: date | None, days: MandateDays, as_of: date
) -> list[Proposal]:
    """The letters to a customer, and what is in none; empty if nothing is late and no notice is due."""
    guessed = likely_matches(owed.lying, owed.open, as_of)
    found = [
        candidate
        for position in owed.open
        for candidate in _candidates(book, position, owed, guessed, followed_from, days, as_of)
    ]
    candidates = [candidate._replace(place=place) for place, candidate in enumerate(found)]
    groups = _by_level(candidates)
    due = {candidate.place for group in groups for candidate in group}
    rest = [
        candidate
        if candidate.level is None
        else candidate._replace(why=_("{reason}, but not together with a reminder", reason=candidate.why))
        for candidate in candidates
        if candidate.place not in due
    ]
    letters, small = _without_small(groups, owed.currency == book.currency)
    rest += small
    known = {match.credit for matches in guessed.values() for match in matches}
    unknown = sum((credit.amount for credit in owed.lying if credit not in known), ZERO)
    total = sum(map(_total, letters), ZERO)
    if unknown >= total > 0:
        why = _(
            "{unknown} {currency} on the account is not allocated to any invoice: write what it settles, or pay "
            "it back",
            unknown=unknown,
            currency=owed.currency,
        )
        rest += (candidate for group in letters for candidate in _kept_back(group, why))
        letters = []
    rest.sort(key=lambda candidate: candidate.place)
    apart = tuple(reminded for candidate in rest if (reminded := _apart(book, candidate)))
    sure = {match.credit for matches in guessed.values() for match in matches if match.sure}
    told = owed._replace(lying=[credit for credit in owed.lying if credit not in sure])
    parts = _parts(candidates, letters)
    result = _one_fee(_letter(book, told, group, parts, as_of) for group in letters)
    on_account = sum((credit.amount for credit in owed.lying), ZERO)
    result = [proposal._replace(separately_reminded=apart, unallocated=on_account) for proposal in result]
    if result and unknown:
        result[0] = result[0]._replace(notices=(*result[0].notices, _not_taken_off(owed, unknown, letters)))
    advised = {number: advice(matches, number, book.file) for number, matches in guessed.items()}
    reasons_given = {candidate.why for candidate in candidates}
    if result and (
        more := tuple(why for why in advised.values() if why not in reasons_given)
    ):  # not late, or held back anyway
        result[0] = result[0]._replace(notices=(*result[0].notices, *more))
    if rest:
        reasons = tuple(_reason(candidate) for candidate in rest)
        held = tuple(_reason(candidate) for candidate in rest if candidate.held)
        result.append(Proposal(owed.customer, owed.currency, as_of, None, (), ZERO, held, reasons, ()))
    return result


def _without_small(
    groups: Sequence[list[_Candidate]], in_ledger_currency: bool
) -> tuple[list[list[_Candidate]], list[_Candidate]]:
    """The groups that come to a letter's minimum (an amount in the ledger's currency; at most 1 in any other), and what is held
    back of the others.
    """
    letters: list[list[_Candidate]] = []
    small: list[_Candidate] = []
    for group in groups:
        total = _total(group)
        rule = group[0].policy
        assert rule is not None
        least = rule.minimum if in_ledger_currency else min(rule.minimum, LETTER_MINIMUM)
        if total < least:
            small += _kept_back(
                group, _("{total} is below the minimum of {least} for a letter", total=total, least=least)
            )
        else:
            letters.append(group)
    return letters, small


def _reason(candidate: _Candidate) -> HeldInvoice:
    return HeldInvoice(candidate.number, candidate.why, candidate.dues)


class _Parts(NamedTuple):
    """The late amounts of each document, over all levels reached."""

    asked: Mapping[int, Decimal]
    """By the identity of its position (a number may occur twice): what the letters of the day ask for."""
    contested: Mapping[int, Decimal]


def _parts(candidates: Iterable[_Candidate], letters: Iterable[Iterable[_Candidate]]) -> _Parts:
    asked: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    contested: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for chosen in (candidate for group in letters for candidate in group):
        asked[id(chosen.position)] += chosen.asked
    for candidate in candidates:
        contested[id(candidate.position)] += candidate.late.contested if candidate.late else ZERO
    return _Parts(asked, contested)


def _total(group: Iterable[_Candidate]) -> Decimal:
    return sum((candidate.asked for candidate in group), ZERO)


def _apart(book: Book, candidate: _Candidate) -> SeparatelyReminded | None:
    """What is late, in no letter of the day, and not held back either, if it has had a letter before."""
    letters = letters_sent_before(book, candidate.late) if candidate.late and not candidate.held else ()
    return SeparatelyReminded(candidate.number, candidate.asked, letters[-1]) if letters else None


def _one_fee(letters: Iterable[Proposal]) -> list[Proposal]:
    """The letters of a day to one customer charge one fee: the most serious one that has a fee."""
    result: list[Proposal] = []
    for letter in letters:
        charged = any(before.fee for before in result)
        result.append(letter._replace(fee=ZERO) if charged else letter)
    return result


def _candidates(
    book: Book,
    position: Position,
    owed: _Account,
    guessed: Mapping[str, Sequence[LikelyMatch]],
    followed_from: date | None,
    days: MandateDays,
    as_of: date,
) -> Iterator[_Candidate]:
    """What can be said about a document, by the levels of its late instalments; empty if it is neither late nor soon due."""
    late = late_instalments(position, as_of) if position.days_overdue > 0 else ()
    name = policy_name(book, position, as_of)
    rule = policy(book, name, as_of) if name != NO_POLICY else None
    notice = courtesy_level(rule, position, as_of) if rule else None
    if not late and notice is None:
        return
    why = (
        _("reminders: none") if name == NO_POLICY else _("there is no policy {name}", name=name) if rule is None else ""
    )
    paused = pause(position, owed.of_customer, as_of)
    if not why and paused and not paused.broken_promise:
        why = paused.reason
    if not why and (collected := why_not_asked_for(book, position, as_of, days)):
        why = collected
    if not why and (beyond := _never_owed(book, position, owed.of_customer)):
        why = beyond
    if not why and is_unsent(position, followed_from):
        why = _("nothing shows that it was sent: send it first")
    if not why:
        why = advice(guessed.get(position.invoice.number, ()), position.invoice.number, book.file)
    broken = _(" ({reason})", reason=paused.reason) if paused else ""
    for instalments in late or (None,):
        if why or rule is None:
            yield _Candidate(position, instalments, rule, None, why, held=instalments is not None)
        elif instalments is None:
            assert notice is not None
            yield _Candidate(position, None, rule, notice.level, notice.reason + broken)
        elif instalments.asked_amount <= 0:
            yield _Candidate(position, instalments, rule, None, dispute_notice(position), held=True)
        else:
            due = due_level(rule, instalments, as_of, formal_notice(book, position, instalments.due))
            yield _Candidate(position, instalments, rule, due.level, due.reason + broken)


def _by_level(candidates: Iterable[_Candidate]) -> list[list[_Candidate]]:
    """The documents with a letter due, by policy and level, the most serious first; no notice beside a reminder of the same day."""
    groups: defaultdict[tuple[int, int, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.level and candidate.policy:
            groups[candidate.level.level, _TONES.index(candidate.level.tone), candidate.policy.name].append(candidate)
    late = any(level for level, _tone, _policy in groups)
    return [groups[key] for key in sorted(groups, reverse=True) if key[0] or not late]


def _kept_back(group: Iterable[_Candidate], why: str) -> list[_Candidate]:
    return [candidate._replace(level=None, why=why, held=True) for candidate in group]


def _never_owed(book: Book, position: Position, of_customer: Mapping[str, Position]) -> str:
    """Why a claim for late interest should not be asked for; "" if it is owed, and for any other document."""
    late = of_customer.get(position.invoice.interest_on)
    if late is None:
        return ""
    if beyond := unowed(book, late, position.invoice):
        return beyond.advice()
    if late.on_account and unowed(book, late, position.invoice, with_unallocated=True):
        cover, currency = total_cover(late.on_account), late.invoice.currency
        return _(
            "{there} {currency} on the account may be for {number}: write what it settles, or pay it back",
            there=cover,
            currency=currency,
            number=late.invoice.number,
        )
    return ""


_TONES: tuple[Tone, ...] = ("courtesy", "friendly", "firm", "final")


def _not_taken_off(owed: _Account, amount: Decimal, letters: Iterable[Sequence[_Candidate]]) -> str:
    """What to know about money on the account that no letter deducts."""
    stops = any(
        candidate.level and candidate.level.interest and candidate.position.on_account
        for group in letters
        for candidate in group
    )
    return _(
        "{customer}: {amount} {currency} on the account is not allocated to any invoice, and not deducted in "
        "the letter{stops}: write what it settles",
        customer=owed.customer.name,
        amount=amount,
        currency=owed.currency,
        stops=(_(", which claims no interest for what it covers") if stops else ""),
    )


def _letter(
    book: Book,
    owed: _Account,
    group: Sequence[_Candidate],
    parts: _Parts,
    as_of: date,
) -> Proposal:
    """The letter about a group with one policy and level; it mentions the unallocated money in `owed`. `parts`: everything that is
    late."""
    customer, currency = owed.customer, owed.currency
    rule, level = group[0].policy, group[0].level
    assert rule is not None
    assert level is not None
    lates = [_late(book, candidate, level, parts, as_of) for candidate in group]
    invoices = [late for late, _notice in lates]
    fee, fee_notices = _fee(book, owed, group, level, invoices)
    notices = [*(notice for _late_invoice, notice in lates if notice), *fee_notices]
    return Proposal(
        customer=customer,
        currency=currency,
        as_of=as_of,
        level=level.level,
        invoices=tuple(invoices),
        total=sum((invoice.open for invoice in invoices), ZERO),
        held=(),
        reasons=tuple(map(_reason, group)),
        notices=tuple(notices),
        policy=rule.name,
        tone=level.tone,
        channel=_channel(customer, level),
        deadline=days_later(as_of, level.deadline) if level.deadline is not None else None,
        fee=fee,
        registered=level.registered,
        escalation=customer.escalation if level.escalate else "",
        signed_by=level.signed_by or rule.signed_by,
        unexplained_payments=sum((credit.amount for credit in owed.lying if not credit.is_credit), ZERO),
        credits=tuple((credit.number, credit.amount) for credit in owed.lying if credit.is_credit),
    )


def _late(book: Book, candidate: _Candidate, level: ReminderLevel, parts: _Parts, as_of: date) -> tuple[Late, str]:
    """What a letter of a level says of a document, and why late interest is not claimed, if it is not."""
    claim, late, notice = None, candidate.late, ""
    if level.interest and late:
        try:
            claim = interest_on(book, candidate.position, as_of, instalments=late.indices)
        except InterestUnknown as error:
            notice = str(error)
            claim = error.claim
    late_in_all = late_amount(candidate.position, as_of) if late else asked_amount(candidate.position, as_of)
    contested = parts.contested[id(candidate.position)] if late else late_in_all - candidate.asked
    separate = parts.asked[id(candidate.position)] - candidate.asked
    return Late(
        position=candidate.position,
        due=(late.due if late else candidate.position.due) or as_of,
        open=candidate.asked,
        days_overdue=late.days_overdue if late else 0,
        due_dates=candidate.dues,
        earlier_letters=letters_sent_before(book, late) if late else (),
        claim=claim,
        contested=contested,
        in_other_letter=separate,
        not_asked=late_in_all - candidate.asked - contested - separate,
    ), notice


def _fee(
    book: Book, owed: _Account, group: Sequence[_Candidate], level: ReminderLevel, invoices: Sequence[Late]
) -> tuple[Decimal, list[str]]:
    """The fee that a letter asks for, and what is to be said of it.

    The fixed compensation covers the costs of recovery, reminders among them: a fee is owed only as far as it exceeds it (directive
    2011/7/EU, art. 6 (3); CJEU, 13 September 2018, C-287/17).
    """
    notices: list[str] = []
    customer, currency = owed.customer, owed.currency
    bought = {candidate.position.invoice.customer.buyer for candidate in group if candidate.position.invoice.customer}
    consumer = "consumer" in {customer.buyer, *bought}
    fee = level.fee if not consumer and currency == book.currency else ZERO
    if level.fee and not fee:
        whose = _("a consumer pays") if consumer else _("in {currency} there is", currency=currency)
        notices.append(
            _(
                "{customer}: {whose} no fee for a reminder: the {fee} of level {level} is left out",
                customer=customer.name,
                whose=whose,
                fee=level.fee,
                level=level.level,
            )
        )
    indemnity = sum((invoice.indemnity or ZERO for invoice in invoices), ZERO)
    if fee and indemnity:
        notices.append(
            _(
                "{customer}: the fixed compensation of {indemnity} covers {other_fee} of the fee of {fee} of level "
                "{level}: {fee_clause}",
                customer=customer.name,
                fee=level.fee,
                level=level.level,
                indemnity=indemnity,
                other_fee=min(fee, indemnity),
                fee_clause=(_("it is left out") if fee <= indemnity else _("the rest is asked for")),
            )
        )
        fee = max(fee - indemnity, ZERO)
    return fee, notices


def _channel(customer: Customer, level: ReminderLevel) -> Channel:
    channel: Channel = "post" if level.registered else level.channel or customer.channel
    if not level.registered and channel == "e-invoice":
        channel = "email" if customer.email else "post"  # platforms transport invoices, not letters
    return channel
