"""Lines of statements booked in rounds: what is booked of some may make others certain, or settle what they seemed to pay.

In each round after the first, a line is compared again only where something changed of what it was compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeVar, overload

from beancount_invoicing.bank.booking import AUTOMATIC, BookedLine, with_entries
from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.earlier_receipts import EarlierReceipts
from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.matching import match_lines
from beancount_invoicing.bank.open_documents import ChangedDocuments, Receivables, with_changes
from beancount_invoicing.bank.payments import PaymentEntry
from beancount_invoicing.bank.related_documents import named_numbers
from beancount_invoicing.bank.statements import StatementLine

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
_Default = TypeVar("_Default")


LineKey = tuple[str, str]
"""A line's account, and its `bank-id`."""


class NewLine(NamedTuple):
    """A line that the ledger has not."""

    account: str
    """The ledger's account that its statement is of."""
    line: StatementLine
    against: tuple[str, ...] = ()
    """What speaks against booking it, whatever it names."""
    receipts: EarlierReceipts | None = None
    """Receipts of the ledger that may be the same payment."""


class Rounds:
    """Lines that are booked in rounds, on top of `known` and `accounts`, which are as of the end of `as_of`.

    Once some are booked, those that are only proposed are looked at again on top of them, until nothing more is booked: as the
    next import would. Each line has a key of its own. `not_booked` as `match_lines` has it.
    """

    def __init__(
        self,
        known: Receivables,
        accounts: CustomerAccounts,
        as_of: date,
        lines: Mapping[LineKey, NewLine],
        not_booked: Mapping[str, str],
    ) -> None:
        self.as_of = as_of
        self.booked: dict[LineKey, BookedLine] = {}
        """What becomes of each line, in the order of `lines`."""
        self._known = known
        self._accounts = accounts
        self._lines = dict(lines)
        self._not_booked = not_booked
        self._consulted: dict[LineKey, set[Hashable]] = {}
        self._look_at(list(lines))

    def book(self, key: LineKey, entry: PaymentEntry, lines: Mapping[LineKey, NewLine]) -> bool:
        """Books a line as a person decided, and looks again at those that it changes; `lines`: all others, as they are by then.

        False if it changes what a line is certainly booked for, or if lines came or went: all of them are compared again,
        with other rounds.
        """
        if lines.keys() != self._lines.keys() - {key}:
            return False
        entry = self._accounts.own(entry)
        self._accounts.after(entry)
        changed = self._count_in([entry])
        again = [
            at
            for at, booked in self.booked.items()
            if at != key and (not changed.isdisjoint(self._consulted[at]) or lines[at] != self._lines[at])
        ]
        if any(self.booked[at].is_booked for at in again):
            return False
        self._lines = dict(lines)
        del self.booked[key]
        self._look_at(
            [
                at
                for at, booked in self.booked.items()
                if at in again or (_may_take_back(booked) and not booked.is_booked)
            ]
        )
        return True

    def _look_at(self, places: list[LineKey]) -> None:
        """Compares lines, and then those that are changed by what is booked of them."""
        while places:
            proposals, asked = _proposals(self._known, [self._lines[at] for at in places], self._not_booked)
            pairs = [(self._lines[at].account, proposal) for at, proposal in zip(places, proposals, strict=True)]
            made = with_entries(self._accounts.book, pairs, self._accounts)
            self.booked |= zip(places, made, strict=True)
            self._consulted |= zip(places, asked, strict=True)
            taking = {at for at, proposal in zip(places, proposals, strict=True) if proposal.action in AUTOMATIC}
            entries = [line.entry for line in made if line.is_booked and line.entry]
            if not entries:
                return
            changed = self._count_in(entries)
            places = [
                at
                for at, line in self.booked.items()
                if line.proposal.action == "propose"
                and (at in taking or _may_take_back(line) or not changed.isdisjoint(self._consulted[at]))
            ]

    def _count_in(self, entries: Sequence[PaymentEntry]) -> set[Hashable]:
        """From now on, these entries count in what is open; what a line may have been compared with that is another now."""
        before, documents = self._known, _changed_by(self._accounts, entries, self.as_of)
        self._known = with_changes(before, self._accounts.book, self.as_of, documents)
        return _changed_keys(before, self._known, self._accounts, documents, entries)


def _may_take_back(booked: BookedLine) -> bool:
    """Whether a line may be about money that any document received."""
    return booked.proposal.line.amount <= 0 or booked.proposal.line.is_return


def _changed_by(accounts: CustomerAccounts, entries: Iterable[PaymentEntry], as_of: date) -> list[ChangedDocuments]:
    """The documents that were paid, and those that have to do with them."""
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for payment in (payment for entry in entries for payment in entry.payments):
        numbers[payment.customer] += named_numbers(payment)
    return [ChangedDocuments(*accounts.allocated_around(customer, named, as_of)) for customer, named in numbers.items()]


def _changed_keys(
    before: Receivables,
    after: Receivables,
    accounts: CustomerAccounts,
    changed: Iterable[ChangedDocuments],
    entries: Iterable[PaymentEntry],
) -> set[Hashable]:
    """What a line may have been compared with that is another now: numbers, customers, and amounts that are open."""
    payers = {payment.customer for entry in entries for payment in entry.payments}
    keys: set[Hashable] = {customer for payer in payers for customer in accounts.linked_customers(payer)}
    for number in (invoice.number for documents in changed for invoice in documents.invoices):
        keys.add(number)
        for known in (before, after):
            if document := known.documents.get(number):
                keys |= {document.customer, (document.currency, document.open)}
    return keys


def _proposals(
    known: Receivables, lines: Sequence[NewLine], not_booked: Mapping[str, str]
) -> tuple[tuple[Proposal, ...], list[set[Hashable]]]:
    """A proposal for each line, and what it was compared with: numbers, customers, and amounts that are open."""
    asked: defaultdict[int, set[Hashable]] = defaultdict(set)
    now: set[Hashable] = set()

    def looking_at(place: int) -> None:
        nonlocal now
        now = asked[place]

    def note(key: Hashable) -> None:
        now.add(key)

    noted = known._replace(
        documents=_Noting(known.documents, note),
        states=_Noting(known.states, note),
        customers_of=_Noting(known.customers_of, note),
        by_customer=_Noting(known.by_customer, note),
        by_amount=_Noting(known.by_amount, note),
    )
    against = {place: new.against for place, new in enumerate(lines) if new.against}
    receipts = {place: new.receipts for place, new in enumerate(lines) if new.receipts}
    proposals = match_lines(noted, [new.line for new in lines], against, not_booked, receipts, looking_at)
    for place, proposal in enumerate(proposals):
        asked[place] |= {proposal.customer, *(settled.number for settled in proposal.settlements)}
    return proposals, [asked[place] for place in range(len(lines))]


class _Noting(Mapping[_Key, _Value]):
    """A mapping that notes what it is asked for."""

    def __init__(self, mapping: Mapping[_Key, _Value], note: Callable[[Hashable], None]) -> None:
        self._mapping = mapping
        self._note = note

    def __getitem__(self, key: _Key) -> _Value:
        self._note(key)
        return self._mapping[key]

    @overload
    def get(self, key: _Key, /) -> _Value | None: ...
    @overload
    def get(self, key: _Key, /, default: _Value | _Default) -> _Value | _Default: ...
    def get(self, key: _Key, /, default: object = None) -> object:
        self._note(key)
        return self._mapping.get(key, default)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return key in self._mapping

    def __iter__(self) -> Iterator[_Key]:
        raise TypeError("a line is compared with what it asks for, not with everything")

    def __len__(self) -> int:
        return len(self._mapping)
