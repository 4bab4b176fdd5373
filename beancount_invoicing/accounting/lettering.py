"""Lettering (lettrage): which entries on a customer's account settle each other to zero, under one code per set.

A set is what allocations tie together: an invoice, its payments, its credit notes, what else these settle, and what names them. It
is lettered once its amounts add up to zero, in each currency and at their prices. Codes follow the day on which sets were complete:
what comes later does not change the codes of what was lettered before, unless it opens a set again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
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


def lettering(general_ledger: GeneralLedger, book: Book, allocated: Allocated) -> dict[EntryOnAccount, Letter]:
    """The lettered entries on customers' accounts as of `allocated`'s day (inclusive); what is open, or settled in part, is not
    among them.
    """
    booked, entry_of = _on_customers_accounts(general_ledger, book, allocated.as_of)
    documents = {
        invoice.number: entry_of.get(invoice.source, invoice.source) for invoice in book.invoices if not invoice.draft
    }
    sets = _Sets()
    for allocation in allocated.allocations:
        if allocation.account not in book.main_accounts:
            continue  # paid at once, outside the customer's account
        invoice = EntryOnAccount(entry_of.get(allocation.invoice.source, allocation.invoice.source), allocation.account)
        tied = [allocation.source, allocation.paid_by]
        if allocation.counter_document is not None:
            tied.append(allocation.counter_document.source)
        for source in tied:
            if source is not None:
                sets.tie(invoice, EntryOnAccount(entry_of.get(source, source), allocation.account))
    for move in allocated.moves:
        transfer, document = (
            entry_of.get(move.source, move.source),
            entry_of.get(move.invoice.source, move.invoice.source),
        )
        sets.tie(EntryOnAccount(document, move.from_account), EntryOnAccount(transfer, move.from_account))
        sets.tie(EntryOnAccount(document, move.account), EntryOnAccount(transfer, move.account))
    for payment in book.payments:  # also what was given back of an overpayment, which settles nothing
        entry = EntryOnAccount(entry_of.get(payment.source, payment.source), payment.account)
        for number in payment.settles or payment.links:
            if entry in booked and number in documents:
                sets.tie(entry, EntryOnAccount(documents[number], payment.account))
    return _coded(sets.grouped(booked), booked)


def _on_customers_accounts(
    general_ledger: GeneralLedger, book: Book, as_of: date
) -> tuple[dict[EntryOnAccount, _Booked], dict[Source, Source]]:
    """What entries up to a day book on customers' accounts, and the entry of each of their postings."""
    sums: defaultdict[EntryOnAccount, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    days: dict[EntryOnAccount, date] = {}
    entry_of: dict[Source, Source] = {}
    for entry in general_ledger.entries:
        if entry.date > as_of:
            break
        for posting in entry.postings:
            if posting.account in book.main_accounts:
                entry_of[posting.source] = entry.source
                place = EntryOnAccount(entry.source, posting.account)
                sums[place][posting.currency] += posting.units
                if posting.weight_currency != posting.currency:  # an exchange difference is still to be booked
                    sums[place][f"{posting.currency} in {posting.weight_currency}"] += posting.weight
                days[place] = entry.date
    booked = {place: _Booked(days[place], tuple(sorted(units.items()))) for place, units in sums.items()}
    return booked, entry_of


def _coded(sets: Iterable[list[EntryOnAccount]], booked: dict[EntryOnAccount, _Booked]) -> dict[EntryOnAccount, Letter]:
    """Codes for the sets that add up to zero: by account, in the order in which they were complete."""
    by_account: defaultdict[str, list[tuple[date, list[EntryOnAccount]]]] = defaultdict(list)
    for members in sets:
        sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for place in members:
            for currency, units in booked[place].units:
                sums[currency] += units
        if not any(sums.values()):
            by_account[members[0].account].append((max(booked[place].date for place in members), members))
    letters: dict[EntryOnAccount, Letter] = {}
    for complete in by_account.values():
        complete.sort(key=lambda dated: (dated[0], min((booked[place].date, place) for place in dated[1])))
        for index, (day, members) in enumerate(complete):
            letters.update(dict.fromkeys(members, Letter(letter_code(index), day)))
    return letters


def letter_code(index: int) -> str:
    """The code of a set by its place, from 0: A … Z, AA, AB …"""
    code = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        code = chr(ord("A") + letter) + code
    return code


class _Sets:
    """Sets of entries that grow together as they are tied."""

    def __init__(self) -> None:
        self._above: dict[EntryOnAccount, EntryOnAccount] = {}

    def _top(self, place: EntryOnAccount) -> EntryOnAccount:
        while (above := self._above.get(place, place)) != place:
            self._above[place] = self._above.get(above, above)
            place = above
        return place

    def tie(self, place: EntryOnAccount, other: EntryOnAccount) -> None:
        """Makes one set of the sets of two entries."""
        first, second = self._top(place), self._top(other)
        self._above[max(first, second)] = min(first, second)

    def grouped(self, places: Iterable[EntryOnAccount]) -> list[list[EntryOnAccount]]:
        """These entries by their sets, each set in their order."""
        groups: defaultdict[EntryOnAccount, list[EntryOnAccount]] = defaultdict(list)
        for place in places:
            groups[self._top(place)].append(place)
        return list(groups.values())
