"""Lettering (lettrage): which entries on a customer's account settle each other to zero, under one code per set.

A set is what allocations tie together: an invoice, its payments, its credit notes, what else these settle, and what names them. It
is lettered once its amounts add up to zero, in each currency and at their prices. Codes follow the day on which a set was complete
for the first time, and a code is never given to another set: what comes later changes no code that was given. A set that is opened
again (by a payment that bounces) has no letter until it is complete, and then its own again. Sets that are tied together later go
on under the older code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Day, Source
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import Allocated


class EntryOnAccount(NamedTuple):
    """What one transaction books on one account."""

    entry: Source
    account: str


class Letter(NamedTuple):
    """The code of a lettered set: it is unique on its account; `completed_on`: the day of its last entry."""

    code: str
    completed_on: Day


class _Booked(NamedTuple):
    date: date
    units: tuple[tuple[str, Decimal], ...]


class _Tie(NamedTuple):
    """Two entries that belong to one set, from a day on."""

    date: date
    entry: EntryOnAccount
    tied_to: EntryOnAccount


def lettering(general_ledger: GeneralLedger, book: Book, allocated: Allocated) -> dict[EntryOnAccount, Letter]:
    """The lettered entries on customers' accounts as of `allocated`'s day (inclusive); what is open, or settled in part, is not
    among them.
    """
    return lettering_on(general_ledger, book, allocated, ())[-1]


def lettering_on(
    general_ledger: GeneralLedger, book: Book, allocated: Allocated, days: Collection[date]
) -> list[dict[EntryOnAccount, Letter]]:
    """The same as of the ends of some earlier days too, in their order; last, as of `allocated`'s own."""
    booked, entry_of = _on_customers_accounts(general_ledger, book, allocated.as_of)
    happened: defaultdict[date, list[EntryOnAccount | _Tie]] = defaultdict(list)
    for place, entry in booked.items():
        happened[entry.date].append(place)
    for tie in _ties(book, allocated, booked, entry_of):
        happened[tie.date].append(tie)
    sets = _Sets()
    found: list[dict[EntryOnAccount, Letter]] = []
    wanted = [*sorted(days), allocated.as_of]
    for day in sorted(happened):
        while day > wanted[len(found)] and len(found) < len(wanted) - 1:
            found.append(sets.letters())
        for event in sorted(happened[day], key=lambda event: isinstance(event, _Tie)):
            if isinstance(event, _Tie):
                sets.tie(event.entry, event.tied_to)
            else:
                sets.add(event, booked[event])
        sets.end_day()
    return found + [sets.letters()] * (len(wanted) - len(found))


def _ties(
    book: Book, allocated: Allocated, booked: Mapping[EntryOnAccount, _Booked], entry_of: Mapping[Source, Source]
) -> Iterator[_Tie]:
    """What belongs together, from the day on which the last of it was booked."""

    def place(source: Source, account: str) -> EntryOnAccount:
        return EntryOnAccount(entry_of.get(source, source), account)

    def tied(day: date, *places: EntryOnAccount) -> Iterator[_Tie]:
        known = [place for place in places if place in booked]
        latest = max((booked[place].date for place in known), default=day)
        return (_Tie(max(day, latest), known[0], other) for other in known[1:])

    for allocation in allocated.allocations:
        if allocation.account in book.main_accounts:  # others are paid at once, outside the customer's account
            sources = [allocation.invoice.source, allocation.source, allocation.paid_by]
            if allocation.counter_document is not None:
                sources.append(allocation.counter_document.source)
            yield from tied(
                allocation.date, *(place(source, allocation.account) for source in sources if source is not None)
            )
    for move in allocated.moves:
        for account in (move.from_account, move.account):
            yield from tied(date.min, place(move.invoice.source, account), place(move.source, account))
    documents = {invoice.number: invoice.source for invoice in book.invoices if not invoice.draft}
    for payment in book.payments:  # also what was given back of an overpayment, which settles nothing
        for number in payment.settles or payment.links:
            if number in documents:
                pair = place(documents[number], payment.account), place(payment.source, payment.account)
                yield from tied(date.min, *pair)


def _on_customers_accounts(
    general_ledger: GeneralLedger, book: Book, as_of: date
) -> tuple[dict[EntryOnAccount, _Booked], dict[Source, Source]]:
    """What entries up to a day book on customers' accounts, and the entry of each of their postings."""
    booked: dict[EntryOnAccount, _Booked] = {}
    entry_of: dict[Source, Source] = {}
    for entry in general_ledger.entries:
        if entry.date > as_of:
            break
        sums: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for posting in entry.postings:
            if posting.account in book.main_accounts:
                entry_of[posting.source] = entry.source
                on_account = sums[posting.account]
                on_account[posting.currency] += posting.units
                if posting.weight_currency != posting.currency:  # an exchange difference is still to be booked
                    on_account[f"{posting.currency} in {posting.weight_currency}"] += posting.weight
        for account, units in sums.items():
            booked[EntryOnAccount(entry.source, account)] = _Booked(entry.date, tuple(units.items()))
    return booked, entry_of


def letter_code(index: int) -> str:
    """The code of a set by its place, from 0: A … Z, AA, AB …"""
    code = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        code = chr(ord("A") + letter) + code
    return code


@dataclass
class _Set:
    """Entries that are tied together; `index`: the place of its code on the account, once it was complete."""

    account: str
    first: tuple[date, EntryOnAccount]
    members: list[EntryOnAccount]
    sums: dict[str, Decimal]
    last_day: date
    index: int | None = None

    @property
    def is_complete(self) -> bool:
        return not any(self.sums.values())


class _Sets:
    """Sets of entries as they grow from day to day, with their codes."""

    def __init__(self) -> None:
        self._set_of: dict[EntryOnAccount, _Set] = {}
        self._touched: dict[int, _Set] = {}
        self._codes: defaultdict[str, int] = defaultdict(int)

    def add(self, place: EntryOnAccount, booked: _Booked) -> None:
        """An entry, tied to nothing yet."""
        alone = _Set(place.account, (booked.date, place), [place], dict(booked.units), booked.date)
        self._set_of[place] = self._touched[id(alone)] = alone

    def tie(self, entry: EntryOnAccount, tied_to: EntryOnAccount) -> None:
        """Makes one set of the sets of two entries."""
        larger, smaller = self._set_of[entry], self._set_of[tied_to]
        if larger is smaller:
            return
        if len(larger.members) < len(smaller.members):
            larger, smaller = smaller, larger
        larger.first = min(larger.first, smaller.first)
        larger.members += smaller.members
        larger.last_day = max(larger.last_day, smaller.last_day)
        for currency, units in smaller.sums.items():
            larger.sums[currency] = larger.sums.get(currency, ZERO) + units
        larger.index = min((index for index in (larger.index, smaller.index) if index is not None), default=None)
        for place in smaller.members:
            self._set_of[place] = larger
        self._touched.pop(id(smaller), None)
        self._touched[id(larger)] = larger

    def end_day(self) -> None:
        """Gives codes to the sets that are complete for the first time."""
        complete = [grown for grown in self._touched.values() if grown.index is None and grown.is_complete]
        for grown in sorted(complete, key=lambda grown: grown.first):
            grown.index = self._codes[grown.account]
            self._codes[grown.account] += 1
        self._touched.clear()

    def letters(self) -> dict[EntryOnAccount, Letter]:
        """The letters of the sets that are complete."""
        letters: dict[EntryOnAccount, Letter] = {}
        for grown in {id(grown): grown for grown in self._set_of.values()}.values():
            if grown.index is not None and grown.is_complete:
                letters.update(dict.fromkeys(grown.members, Letter(letter_code(grown.index), grown.last_day)))
        return letters
