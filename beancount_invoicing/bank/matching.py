"""Which open documents the lines of a statement pay, by evidence. Pure: open documents and lines in, proposals out.

Lines that name documents come first, in the order of days, so that no document is guessed for one line that another line names.
Then come those of known payers, then names and amounts. What a line is booked for is no longer open for the next one; what is only
proposed stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from types import MappingProxyType
from typing import Literal, NamedTuple

from beancount_invoicing.bank.collected import collected, perhaps_batch
from beancount_invoicing.bank.earlier_receipts import EarlierReceipts, receipts_against
from beancount_invoicing.bank.evidence import Names, Naming, Proposal, Tier, names_in
from beancount_invoicing.bank.late_charges import charges_paid
from beancount_invoicing.bank.names import customers_named
from beancount_invoicing.bank.open_documents import OpenDocument, Receivables, ReceivedPayment, why_not_open
from beancount_invoicing.bank.outgoing import outgoing
from beancount_invoicing.bank.payment_options import PaymentOption, option_reason, payment_options
from beancount_invoicing.bank.payments import LateCharge, SettledDocument
from beancount_invoicing.bank.received_money import ReceivedMoney
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.bank.sums import MOST_DOCUMENTS, Choice, choices, choices_above
from beancount_invoicing.bank.unstated_fees import fee_reason, unstated_fee
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules.exact import exact

_TRIFLE = 100
"""A difference below this fraction of a payment may be a mistake, and is no reason to think of a document."""
_FEW = 3
"""Among this many documents of one amount somebody can tell which is meant; a longer list does not help."""


@exact
def match_lines(
    known: Receivables,
    lines: Sequence[StatementLine],
    against: Mapping[int, Sequence[str]] = MappingProxyType({}),
    not_booked: Mapping[str, str] = MappingProxyType({}),
    receipts: Mapping[int, EarlierReceipts] = MappingProxyType({}),
    looking_at: Callable[[int], None] = lambda _place: None,
) -> tuple[Proposal, ...]:
    """A proposal for each line, in their order. The lines may be from several statements of accounts of one ledger.

    `against`: evidence against booking a line, by its place, whatever the line names. `not_booked`: the tiers that are
    not booked without asking, with the reason. `receipts`: receipts of the ledger that may be the same payment as a
    line, by the line's place. `looking_at` is told the place of each line before anything is looked up for it.

    A line is booked without asking (`book`, `return`) only by a document's reference or number, or if a known payer can
    mean only one combination of open documents; and only if there is no evidence against it.
    """
    return _Matching(known, not_booked, receipts, looking_at).run(lines, against)


class _Settled(NamedTuple):
    """What a line settles of the documents that it names."""

    settlements: tuple[SettledDocument, ...]
    paid: Literal["whole", "part", ""]
    """All of them, or a part of one; "" if nobody can tell."""
    reason: str
    fee: Decimal = ZERO
    """What a bank has kept back of it without saying so."""
    against: tuple[str, ...] = ()
    charges: tuple[LateCharge, ...] = ()
    """What is paid beside them because a reminder asked for it."""


class _Matching:
    """One run over lines: what is left open after everything they are booked for."""

    def __init__(
        self,
        known: Receivables,
        not_booked: Mapping[str, str],
        receipts: Mapping[int, EarlierReceipts],
        looking_at: Callable[[int], None],
    ) -> None:
        self.known = known
        self.not_booked = not_booked
        self.receipts = receipts
        self.looking_at = looking_at
        self.left: dict[str, Decimal] = {}
        self.received = ReceivedMoney(known.received)

    def run(self, lines: Sequence[StatementLine], against: Mapping[int, Sequence[str]]) -> tuple[Proposal, ...]:
        """All lines, the strongest evidence first."""
        order = sorted(range(len(lines)), key=lambda at: (lines[at].date, lines[at].bank_id, at))
        found: dict[int, Proposal] = {}
        unnamed: list[tuple[int, Names]] = []
        for at in order:
            self.looking_at(at)
            line = lines[at]
            names = names_in(line, self.known)
            names = names._replace(against=(*names.against, *against.get(at, ())))
            leaves = line.amount <= 0 or line.is_return
            if leaves:
                proposal: Proposal | None = outgoing(self.known, self.received, self.open_of, line, names)
            else:
                proposal = collected(self.known, self.open_of, line, names) or self._named(line, names)
            if proposal is None:
                unnamed.append((at, names))
            else:
                found[at] = self._taken(at, proposal, names)
        rest = []
        for at, names in unnamed:
            self.looking_at(at)
            of_payer = self._of_known_payer(lines[at], names)
            if of_payer is None:
                rest.append((at, names))
            else:
                found[at] = self._taken(at, of_payer, names)
        for at, names in rest:
            self.looking_at(at)
            found[at] = self._taken(at, self._by_name_or_amount(lines[at], names), names)
        return tuple(found[at] for at in range(len(lines)))

    def open_of(self, number: str) -> Decimal:
        """The open amount of a document now; 0 if nothing is open."""
        document = self.known.documents.get(number)
        return self.left.get(number, document.open) if document else ZERO

    def _taken(self, at: int, proposal: Proposal, names: Names) -> Proposal:
        not_booked = self.not_booked.get(proposal.tier) if proposal.action in {"book", "return"} else None
        if receipts := self.receipts.get(at):
            named = (number for naming in names.namings for number in naming.numbers)
            if doubts := receipts_against(self.known, proposal, named, receipts):
                action = "propose" if proposal.action in {"book", "return"} else proposal.action
                proposal = proposal._replace(action=action, against=(*doubts, *proposal.against))
        if not_booked:
            return proposal._replace(action="propose", against=(*proposal.against, not_booked))
        if proposal.action in {"book", "return"}:
            for settlement in proposal.settlements:
                if settlement.number in self.known.documents:
                    self.left[settlement.number] = self.open_of(settlement.number) - settlement.amount
                    self._receive(proposal.line, settlement)
        return proposal

    def _receive(self, line: StatementLine, settled: SettledDocument) -> None:
        """Records what a document received, so that a later line may give it back."""
        if settled.amount > 0:
            currency = self.known.documents[settled.number].currency
            money = settled.amount - settled.discount
            self.received.receive(ReceivedPayment(settled.number, line.date, money, currency))
        else:
            self.received.give_back(settled.number, -settled.amount)

    # what a line names ---------------------------------------------------------------------------------------------

    def _named(self, line: StatementLine, names: Names) -> Proposal | None:
        """By what it names; None if it names nothing that is open."""
        money, currency = _paid(line)
        against = list(names.against)
        chosen: dict[str, Naming] = {}
        for naming in names.namings:
            open_ = [number for number in naming.numbers if self._is_open(number, line)]
            if len(open_) > 1:
                fits = [
                    number
                    for number in open_
                    if self.known.documents[number].currency == currency
                    and any(option.money == money for option in self._options(number, line))
                ]
                open_ = fits if len(fits) == 1 else open_
            if len(open_) == 1:
                chosen[open_[0]] = naming
            elif open_:
                against.append(_("{sentence}: nothing decides which", sentence=naming.sentence))
            else:
                against += [self._why_not(number, line) for number in naming.numbers]
        documents = [self.known.documents[number] for number in chosen]
        if not any(self.open_of(document.number) > 0 for document in documents):
            return None
        others = sorted({document.currency for document in documents} - {currency})
        if others:
            against.append(self._in_other_currency(documents, money, currency))
        elif line.currency != currency:
            against.append(_arrived_in_other_currency(line, money, currency))
        settled = _Settled((), "", "") if others else self._settle(line, chosen, money)
        evidence = [naming.sentence for naming in dict.fromkeys(chosen.values())]
        if settled.reason:
            (evidence if settled.paid else against).append(settled.reason)
        against += settled.against
        (evidence if settled.paid == "whole" else against).extend(self._payer_of_others(line, documents))
        tier: Tier = "A" if all(naming.tier == "A" for naming in chosen.values()) else "B"
        return Proposal(
            line,
            "propose" if against else "book",
            tier,
            settled.settlements,
            documents[0].customer,
            tuple(evidence),
            tuple(dict.fromkeys(against)),
            settled.fee,
            settled.charges,
        )

    def _in_other_currency(self, documents: Sequence[OpenDocument], money: Decimal, currency: str) -> str:
        """The reason that documents are owed in another currency than they were paid in, so that no amount is evidence."""
        owed = (
            _(
                "{amount} {currency} of {number}",
                amount=self.open_of(document.number),
                currency=document.currency,
                number=document.number,
            )
            for document in documents
        )
        return _(
            "{money} {currency} was paid, but what is owed is {owed}: the currencies differ",
            money=money,
            currency=currency,
            owed=joined(" + ", owed),
        )

    def _settle(self, line: StatementLine, chosen: Mapping[str, Naming], money: Decimal) -> _Settled:
        """What is settled of the documents named."""
        currency = line.ordered_currency or line.currency
        for numbers in dict.fromkeys((tuple(chosen), self._with_claims(chosen, line))):
            if len(numbers) <= MOST_DOCUMENTS:
                found = choices({number: self._options(number, line) for number in numbers}, money, every=True)
                if len(found) == 1 or (found and len(numbers) == 1):
                    return _Settled(_settlements(found[0]), "whole", self._reason(found[0], money, currency))
        total = sum((self.open_of(number) for number in chosen), ZERO)
        settlements, rest = self._oldest_first(chosen, money)
        values = {"money": money, "currency": currency, "numbers": _and(chosen), "total": total}
        asked = charges_paid(self.known.asked, tuple(chosen), rest, currency) if line.currency == currency else None
        if asked:
            reason = joined("; ", (_("{total} {currency} is what is open of {numbers}", **values), asked.reason))
            return _Settled(settlements, "whole", reason, against=(asked.doubt,), charges=asked.charges)
        if rest > 0:
            reason = _("{money} {currency} is {rest} more than is open of {numbers}", rest=rest, **values)
            return _Settled(settlements, "", reason)
        documents = [self.known.documents[number] for number in chosen]
        fee = unstated_fee(self.known, documents, total - money, line)
        if fee == "sure":
            whole = tuple(SettledDocument(number, self.open_of(number)) for number in chosen)
            return _Settled(whole, "whole", fee_reason(total, money, line, chosen), total - money)
        perhaps = (fee_reason(total, money, line, chosen),) if fee else ()
        if len(chosen) > 1:
            reason = _(
                "{money} {currency} is {missing} less than is open of {numbers}", missing=total - money, **values
            )
            return _Settled(settlements, "", reason, against=perhaps)
        (naming,) = chosen.values()
        if naming.weak:
            reason = _("{money} {currency} is not what is open of {numbers}: {total}", **values)
            return _Settled(settlements, "", reason, against=perhaps)
        reason = _("{money} {currency} is a part of what is open of {numbers}: {total}", **values)
        return _Settled(settlements, "part", reason, against=perhaps)

    def _with_claims(self, chosen: Iterable[str], line: StatementLine) -> tuple[str, ...]:
        """Documents with the claims for their interest and indemnity that are open."""
        claims = (claim for number in chosen for claim in self.known.documents[number].claims)
        return tuple(dict.fromkeys([*chosen, *(claim for claim in claims if self._is_open(claim, line))]))

    def _oldest_first(self, numbers: Iterable[str], money: Decimal) -> tuple[tuple[SettledDocument, ...], Decimal]:
        """Money distributed over documents, credits first, then the first due; and what is left of it."""
        documents = sorted(
            (self.known.documents[number] for number in numbers),
            key=lambda document: (document.open > 0, document.parts[0].due, document.number),
        )
        settlements = []
        for document in documents:
            open_ = self.open_of(document.number)
            part = open_ if open_ < 0 else min(open_, money)
            if part:
                settlements.append(SettledDocument(document.number, part))
                money -= part
        return tuple(settlements), money

    def _is_open(self, number: str, line: StatementLine) -> bool:
        document = self.known.documents.get(number)
        return document is not None and document.date <= line.date and self.open_of(number) != 0

    def _why_not(self, number: str, line: StatementLine) -> str:
        document = self.known.documents.get(number)
        if document is None:
            return why_not_open(self.known, number)
        if document.date > line.date:
            return _("{number} is of {day}, after the payment", number=number, day=document.date)
        return _("{number} is settled by another line", number=number)

    def _options(self, number: str, line: StatementLine) -> tuple[PaymentOption, ...]:
        return payment_options(self.known.documents[number], self.open_of(number), line.date)

    def _payer_of_others(self, line: StatementLine, documents: Sequence[OpenDocument]) -> list[str]:
        """The message that the paying account is known for other customers than the debtors of this."""
        payers = self.known.payer_ibans.get(line.payer_iban, ())
        if not payers or any(document.customer in payers for document in documents):
            return []
        names = joined(_(" and "), (self.known.customer_names[payer] for payer in payers))
        return [
            _(
                "it was paid from the account of {names}, not of {customer}",
                names=names,
                customer=documents[0].customer_name,
            )
        ]

    def _reason(self, choice: Choice, money: Decimal, currency: str) -> str:
        if len(choice) == 1:
            number, option = choice[0]
            reason = option_reason(self.known.documents[number], option)
            return _("{money} {currency} {reason}", money=money, currency=currency, reason=reason)
        parts = joined(
            " + ", (_("{money} of {number}", money=option.money, number=number) for number, option in choice)
        )
        return _("{money} {currency} is {parts}", money=money, currency=currency, parts=parts)

    # known payers --------------------------------------------------------------------------------------------------

    def _of_known_payer(self, line: StatementLine, names: Names) -> Proposal | None:
        """By the paying account; None if no customer is known to pay from it."""
        payers = self.known.payer_ibans.get(line.payer_iban, ())
        if not payers:
            return None
        who = joined(_(" and "), (self.known.customer_names[payer] for payer in payers))
        evidence = [_("{payer_iban} is known as the account of {who}", payer_iban=line.payer_iban, who=who)]
        against = self._named_in_vain(line, names)
        if len(payers) > 1:
            against.append(_("several customers pay from it"))
        found = self._choices_of(line, payers)
        less_fee = () if found else self._less_a_fee(line, payers)
        if less_fee:
            return self._known_payer_less_fee(line, less_fee, evidence, against)
        if not found and (charged := self._with_late_charges(line, payers, "C", evidence, against)):
            return charged
        if not found:
            against.append(self._no_choice(line, payers))
            return Proposal(
                line, "propose", "C", (), payers[0] if len(payers) == 1 else "", tuple(evidence), tuple(against)
            )
        best, others = found[0], found[1:]
        money, currency = _paid(line)
        evidence.append(self._reason(best, money, currency))
        against += [_so_is(other) for other in others]
        against += [
            _("{money} of {number} may also be a mistake of the payer", money=option.money, number=number)
            for number, option in best
            if abs(option.money) * _TRIFLE < money
        ]
        if line.currency != currency:
            against.append(_arrived_in_other_currency(line, money, currency))
        customer = self.known.documents[best[0][0]].customer
        return Proposal(
            line,
            "propose" if against else "book",
            "C",
            _settlements(best),
            customer,
            tuple(evidence),
            tuple(against),
        )

    def _with_late_charges(
        self,
        line: StatementLine,
        customers: Sequence[str],
        tier: Tier,
        evidence: Sequence[str],
        against: Sequence[str],
    ) -> Proposal | None:
        """The only document of customers that the money settles with the interest and the indemnity that a reminder asked for."""
        money, currency = _paid(line)
        if currency != line.currency or len(customers) > _FEW:
            return None
        fits = [
            (number, paid)
            for number in self._open_for(line, customers)
            if 0 < self.open_of(number) < money
            and (paid := charges_paid(self.known.asked, (number,), money - self.open_of(number), currency))
        ]
        if len(fits) != 1:
            return None
        ((number, paid),) = fits
        open_ = self.open_of(number)
        reason = _("{amount} {currency} is what is open of {number}", amount=open_, currency=currency, number=number)
        return Proposal(
            line,
            "propose",
            tier,
            (SettledDocument(number, open_),),
            self.known.documents[number].customer,
            (*evidence, joined("; ", (reason, paid.reason))),
            (*against, paid.doubt),
            charges=paid.charges,
        )

    def _less_a_fee(self, line: StatementLine, customers: Iterable[str]) -> tuple[Choice, ...]:
        """Up to two choices of what customers owe that make the money and a fee that no statement says."""
        numbers = self._open_for(line, customers)
        if not self.known.unstated_fee or len(numbers) > MOST_DOCUMENTS:
            return ()
        money, _currency = _paid(line)
        whole = {number: PaymentOption(self.open_of(number), self.open_of(number)) for number in numbers}
        return choices_above(whole, money, self.known.unstated_fee)

    def _known_payer_less_fee(
        self, line: StatementLine, found: Sequence[Choice], evidence: Sequence[str], against: Sequence[str]
    ) -> Proposal:
        best, others = found[0], found[1:]
        money, _currency = _paid(line)
        total = sum((option.money for _number, option in best), ZERO)
        documents = [self.known.documents[number] for number, _option in best]
        sure = unstated_fee(self.known, documents, total - money, line)
        doubts = [*against, *(_so_is(other) for other in others)]
        if sure != "sure":
            doubts.append(_("it may be a part payment as well"))
        reason = fee_reason(total, money, line, [number for number, _option in best])
        return Proposal(
            line,
            "propose" if doubts else "book",
            "C",
            _settlements(best),
            documents[0].customer,
            (*evidence, reason),
            tuple(doubts),
            total - money if sure else ZERO,
        )

    def _choices_of(self, line: StatementLine, customers: Iterable[str]) -> tuple[Choice, ...]:
        """Up to two combinations of what the customers owe that give the money: few documents first, the first due first."""
        numbers = self._open_for(line, customers)
        money, _currency = _paid(line)
        if len(numbers) > MOST_DOCUMENTS:
            return ()
        found = choices({number: self._options(number, line) for number in numbers}, money)
        place = {number: at for at, number in enumerate(numbers)}
        return tuple(sorted(found, key=lambda choice: (len(choice), [place[number] for number, _option in choice])))

    def _open_for(self, line: StatementLine, customers: Iterable[str]) -> list[str]:
        """What customers owe in the line's currency, the first due first; if there are more than MOST_DOCUMENTS, one too many."""
        _money, currency = _paid(line)
        numbers = (
            number
            for customer in customers
            for number in self.known.by_customer.get(customer, ())
            if self._is_open(number, line) and self.known.documents[number].currency == currency
        )
        return list(islice(numbers, MOST_DOCUMENTS + 1))

    def _no_choice(self, line: StatementLine, customers: Iterable[str]) -> str:
        numbers = self._open_for(line, customers)
        money, currency = _paid(line)
        if not numbers:
            return _("nothing is open in {currency}", currency=currency)
        if len(numbers) > MOST_DOCUMENTS:
            return _("more than {count} documents are open: too many to decide by the amount", count=MOST_DOCUMENTS)
        total = sum((self.open_of(number) for number in numbers), ZERO)
        return _(
            "no combination of what is open makes {money} {currency}: {numbers} come to {total} {currency} together",
            money=money,
            currency=currency,
            numbers=_and(numbers),
            total=total,
        )

    def _named_in_vain(self, line: StatementLine, names: Names) -> list[str]:
        """Names in a line that are not open documents."""
        return [
            *names.against,
            *(self._why_not(number, line) for naming in names.namings for number in naming.numbers),
        ]

    # names and amounts ---------------------------------------------------------------------------------------------

    def _by_name_or_amount(self, line: StatementLine, names: Names) -> Proposal:
        against = self._named_in_vain(line, names)
        customers = customers_named(line.payer, self.known.names) if line.payer else ()
        money, currency = _paid(line)
        named = dict.fromkeys(self.known.customer_names[customer] for customer in customers[:_FEW])
        evidence = [_("“{payer}” is the name of {name}", payer=line.payer, name=name) for name in named]
        if len(named) < len(customers) <= _FEW:
            against.append(_("{count} customers have this name", count=len(customers)))
        found = self._choices_of(line, customers) if 0 < len(customers) <= _FEW else ()
        if found:
            evidence.append(self._reason(found[0], money, currency))
            against += [_so_is(other) for other in found[1:]]
            against.append(_("the payer's account is not known as this customer's"))
            owner = self.known.documents[found[0][0][0]].customer
            return Proposal(line, "propose", "D", _settlements(found[0]), owner, tuple(evidence), tuple(against))
        if charged := self._with_late_charges(line, customers[: _FEW + 1], "D", evidence, against):
            return charged
        if customers:
            against.append(self._no_choice(line, customers))
            owner = customers[0] if len(customers) == 1 else ""
            return Proposal(line, "propose", "D", (), owner, tuple(evidence), tuple(against))
        same = [number for number in self.known.by_amount.get((currency, money), ()) if self._is_open(number, line)]
        same = [number for number in same if self.open_of(number) == money]
        if 0 < len(same) <= _FEW:
            first = self.known.documents[same[0]]
            against += [
                _("nothing names {customer}", customer=first.customer_name),
                *(_("so is {number}", number=number) for number in same[1:]),
            ]
            return Proposal(
                line,
                "propose",
                "D",
                (SettledDocument(first.number, money),),
                first.customer,
                (
                    _(
                        "{money} {currency} is what is open of {number}",
                        money=money,
                        currency=currency,
                        number=first.number,
                    ),
                ),
                tuple(against),
            )
        if not names.namings and (batch := perhaps_batch(self.known, self.open_of, line)):
            return batch
        if names.namings:
            return Proposal(
                line, "propose", "", (), "", tuple(naming.sentence for naming in names.namings), tuple(against)
            )
        return Proposal(
            line,
            "not-ours",
            against=(*against, _("it names no document or customer, and no open amount matches it")),
        )


def _paid(line: StatementLine) -> tuple[Decimal, str]:
    """The amount paid, before intermediaries' fees, and its currency."""
    if line.ordered_amount is not None and line.ordered_currency:
        return line.ordered_amount, line.ordered_currency
    return line.amount + line.fee, line.currency


def _arrived_in_other_currency(line: StatementLine, money: Decimal, currency: str) -> str:
    """The reason that a payment of `currency` arrived in the account's currency, so that the difference must be booked."""
    return _(
        "{money} {currency} arrived as {amount} {line_currency}: the exchange difference must be booked",
        money=money,
        currency=currency,
        amount=line.amount,
        line_currency=line.currency,
    )


def _settlements(choice: Choice) -> tuple[SettledDocument, ...]:
    return tuple(SettledDocument(number, option.settles, option.discount) for number, option in choice)


def _so_is(choice: Choice) -> str:
    return _n(len(choice), "so is {numbers}", "so are {numbers}", numbers=_and((number for number, _option in choice)))


def _and(numbers: Iterable[str]) -> str:
    return joined(_(" and "), numbers)
