"""What was open on a day, and which money came when: the facts that all figures about cash are counted from."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Day, Instalment, Invoice, Source, require_date
from beancount_invoicing.receivables import Allocated, Allocation, OpenItem, allocate
from beancount_invoicing.receivables.allocation_state import OpenItemMove
from beancount_invoicing.rules.exact import exact

SALES = frozenset({"invoice", "deposit", "corrective", "credit-note", "cancellation"})
"""Kinds of documents that are sales (or take sales back). Open items of older books were sold there; interest is not a sale."""
PAID_KINDS = frozenset({"invoice", "deposit", "corrective", "opening"})
"""Kinds of documents whose payments tell how a customer pays."""
_MONEY = frozenset({"settles", "link", "oldest", "replacement", "at-once"})
"""How money settles; discounts, set-offs, losses and credit notes are no money."""


class Sale(NamedTuple):
    """What one document adds to what a customer owes; negative for one that takes back."""

    date: Day
    customer: str
    """Main account of the customer who was invoiced."""
    currency: str
    amount: Decimal
    """With tax, less deposits, without what was paid at once elsewhere."""
    invoice: Invoice


class ReceivedAmount(NamedTuple):
    """Money that came for an instalment, and has not gone back."""

    invoice: Invoice
    instalment: Instalment
    customer: str
    """Main account of the customer who paid."""
    amount: Decimal
    received_on: Day
    source: Source
    """The entry by which the money came."""

    @property
    def days_to_pay(self) -> int:
        """Days from the document's date."""
        return (self.received_on - self.invoice.date).days

    @property
    def days_late(self) -> int:
        """Days from the due date; negative if it came earlier."""
        return (self.received_on - self.instalment.due).days


class OpenAmount(NamedTuple):
    """What is open of an instalment on one account on a day; above 0."""

    invoice: Invoice
    instalment: Instalment
    account: str
    customer: str
    """Main account of the customer who owes it."""
    open: Decimal

    def is_overdue(self, day: date) -> bool:
        """Whether it was due before `day`."""
        due = self.instalment.due_at(day)
        return due is not None and due < day


class Receivables(NamedTuple):
    """What a customer owes on one account in one currency at the end of a day; `current` + `overdue` is the ledger's balance
    without drafts.
    """

    account: str
    customer: str
    currency: str
    current: Decimal
    """What is not late. Negative if more was paid than is owed."""
    overdue: Decimal
    """What is late, less money on the account that no document has used."""


@exact
def sales(book: Book, until: date) -> tuple[Sale, ...]:
    """The sales up to `until` (inclusive), in the Book's order: what documents book on customers' accounts, drafts left out."""
    found = []
    for invoice in book.invoices:
        if invoice.draft or invoice.customer is None or invoice.kind not in SALES or invoice.booked_from > until:
            continue
        amount = sum((instalment.amount for instalment in invoice.instalments), ZERO)
        if amount:
            found.append(Sale(invoice.date, invoice.customer.account, invoice.currency, amount, invoice))
    return tuple(found)


_Place = tuple[int, int, str]
"""A document (by its `id`), the index of an instalment, and an account."""


class OpenHistory:
    """What is open on each day up to that of an allocation."""

    def __init__(self, book: Book, allocated: Allocated) -> None:
        self._book = book
        self._as_of = allocated.as_of
        self._same_on_earlier_days = _same_on_earlier_days(book)
        self._items: dict[_Place, OpenItem] = {}
        self._open: defaultdict[_Place, Decimal] = defaultdict(lambda: ZERO)
        """On the allocation's day."""
        self._changes: list[tuple[Day, _Place, Decimal]] = []
        """What to add on earlier days."""
        for item in allocated.open_items:
            place = id(item.invoice), item.instalment.index, item.account
            self._items.setdefault(place, item)
            self._open[place] += item.open
        for settled in allocated.allocations:
            if settled.instalment is not None:
                place = id(settled.invoice), settled.instalment, settled.account
                self._changes.append((settled.date, place, settled.amount))
        for move, index in _moved_instalments(allocated):
            for account, amount in ((move.from_account, move.amount), (move.account, -move.amount)):
                self._changes.append((move.date, (id(move.invoice), index, account), amount))
        self._changes.sort(key=itemgetter(0))
        self._change_days = [day for day, _place, _amount in self._changes]
        self._until = self._last_days()
        self._last = [day for day, _order, _place in self._until]
        self._as_now: dict[_Place, OpenAmount] = {}
        """What is open on the allocation's day, as far as it was asked for."""

    def _last_days(self) -> list[tuple[Day, int, _Place]]:
        """The day from which on each place is settled for good, its order, and the place itself; by day."""
        changed = {place: day for day, place, _amount in self._changes}
        return sorted(
            (date.max if self._open[place] > 0 else changed.get(place, date.min), order, place)
            for order, place in enumerate(self._items)
        )

    @exact
    def at(self, day: date) -> tuple[OpenAmount, ...]:
        """What was open at the end of `day`."""
        if require_date(day) < self._as_of and not self._same_on_earlier_days:
            return OpenHistory(self._book, allocate(self._book, day)).at(day)
        later: defaultdict[_Place, Decimal] = defaultdict(lambda: ZERO)
        for _day, place, amount in self._changes[bisect_right(self._change_days, day) :]:
            later[place] += amount
        found = []
        unsettled = self._until[bisect_right(self._last, day) :]
        for _day, _order, place in sorted(unsettled, key=itemgetter(1)):
            item = self._now(place)
            if place in later:
                item = item._replace(open=item.open + later[place])
            if item.open > 0 and item.invoice.booked_from <= day:
                found.append(item)
        return tuple(found)

    def _now(self, place: _Place) -> OpenAmount:
        """What is open on the allocation's day, even if that is nothing."""
        found = self._as_now.get(place)
        if found is None:
            item = self._items[place]
            main = self._book.main_accounts[item.account]
            found = OpenAmount(item.invoice, item.instalment, item.account, main, self._open[place])
            self._as_now[place] = found
        return found


def _same_on_earlier_days(book: Book) -> bool:
    """Whether an allocation says of an earlier day what the allocation as of that day says.

    Assumed settlements give way to later ones that name a document, and a replaced invoice gives its payments to the one that
    replaces it.
    """
    replaced = any(new.kind == "corrective" for corrections in book.corrections.values() for new in corrections)
    return not ("allocate" in book.options or replaced)


def _moved_instalments(allocated: Allocated) -> Iterator[tuple[OpenItemMove, int]]:
    """Each move of a claim with the index of its instalment: of each document, the open items are in the order of its
    instalments, then of its moves.
    """
    if not allocated.moves:
        return
    items: defaultdict[int, list[OpenItem]] = defaultdict(list)
    for item in allocated.open_items:
        items[id(item.invoice)].append(item)
    moves: defaultdict[int, int] = defaultdict(int)
    for move in allocated.moves:
        key = id(move.invoice)
        yield move, items[key][len(move.invoice.instalments) + moves[key]].instalment.index
        moves[key] += 1


class AccountBalances:
    """The balances of customers' accounts without drafts, by account and currency, at the ends of days: quickest in their order."""

    def __init__(self, book: Book) -> None:
        movements = [
            (movement.date, movement.account, movement.currency, movement.amount)
            for movement in book.customer_movements
        ]
        movements += [
            (invoice.booked_from, instalment.account, invoice.currency, -instalment.amount)
            for invoice in book.invoices
            if invoice.draft
            for instalment in invoice.instalments
        ]
        self._movements = sorted(movements, key=itemgetter(0))
        self._day, self._added = date.min, 0
        self._balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)

    @exact
    def at(self, day: date) -> Mapping[tuple[str, str], Decimal]:
        """The balances at the end of `day`, until another day is asked for."""
        if day < self._day:
            self._balances.clear()
            self._added = 0
        end = bisect_right(self._movements, day, key=itemgetter(0))
        for _day, account, currency, amount in self._movements[self._added : end]:
            self._balances[account, currency] += amount
        self._day, self._added = day, end
        return self._balances


@exact
def receivables_on(
    book: Book, day: date, open_amounts: Iterable[OpenAmount], balances: Mapping[tuple[str, str], Decimal]
) -> tuple[Receivables, ...]:
    """What each account owes at the end of `day`, as in the aged balance of that day, by account and currency.

    `open_amounts`: what is open on that day; `balances`: those of that day.

    Money that no document has used is taken off what is late first, on its own account.
    """
    claims: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    late: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for item in open_amounts:
        invoice, instalment, account, _customer, amount = item
        where = account, invoice.currency
        claims[where] += amount
        if instalment.due < day and item.is_overdue(day):
            late[where] += amount
    result = []
    for account, currency in sorted(balances.keys() | claims.keys()):
        where = account, currency
        balance = balances.get(where, ZERO)
        overdue = max(late[where] + min(balance - claims[where], ZERO), ZERO)
        if balance or overdue:
            main = book.main_accounts.get(account, account)
            result.append(Receivables(account, main, currency, balance - overdue, overdue))
    return tuple(result)


class BalanceHistory:
    """What customers owed at the ends of days, by account and by instalment: worked out once for each day."""

    def __init__(self, book: Book, allocated: Allocated) -> None:
        """`allocated`: the allocation of the last day asked for, or of a later one."""
        self._book = book
        self._history = OpenHistory(book, allocated)
        self._accounts = AccountBalances(book)
        self._known: dict[date, tuple[tuple[Receivables, ...], tuple[OpenAmount, ...]]] = {}

    def at(self, day: date, customers: Container[str] = ()) -> tuple[tuple[Receivables, ...], tuple[OpenAmount, ...]]:
        """By account; and by instalment. `customers`: main accounts, for only these; () for all."""
        if day not in self._known:
            still_open = self._history.at(day)
            self._known[day] = receivables_on(self._book, day, still_open, self._accounts.at(day)), still_open
        owed, still_open = self._known[day]
        if not customers:
            return owed, still_open
        return (
            tuple(balance for balance in owed if balance.customer in customers),
            tuple(item for item in still_open if item.customer in customers),
        )


@exact
def received_amounts(book: Book, until: date, allocated: Allocated) -> tuple[ReceivedAmount, ...]:
    """The money that came up to `until` (inclusive) for sales and open items taken over, and that has not gone back by then.

    Retentions are left out: the contract keeps them back, not the customer. `allocated`: the allocation of `until` or later.
    """
    if until < allocated.as_of and not _same_on_earlier_days(book):
        allocated = allocate(book, until)
    standing: dict[tuple[int, int], list[Allocation]] = {}
    for allocation in allocated.allocations:
        if allocation.date > until or allocation.instalment is None or allocation.invoice.kind not in PAID_KINDS:
            continue
        settled = standing.setdefault((id(allocation.invoice), allocation.instalment), [])
        if allocation.reverses is None:
            settled.append(allocation)
        else:
            _take_back(settled, allocation)
    return tuple(_received(book, standing.values()))


def _take_back(settled: list[Allocation], reversal: Allocation) -> None:
    """Takes a reversal off what it takes back, the latest first."""
    left = -reversal.amount
    for place in reversed(range(len(settled))):
        allocation = settled[place]
        if left == 0:
            return
        if (
            allocation.how == reversal.reverses
            and allocation.account == reversal.account
            and allocation.amount * left > 0
        ):
            taken = min(abs(left), abs(allocation.amount)).copy_sign(left)
            settled[place] = allocation._replace(amount=allocation.amount - taken)
            left -= taken


def _received(book: Book, settlements: Iterable[list[Allocation]]) -> Iterator[ReceivedAmount]:
    for settled in settlements:
        for allocation in settled:
            if allocation.how not in _MONEY or allocation.amount <= 0:
                continue
            instalment = next(part for part in allocation.invoice.instalments if part.index == allocation.instalment)
            if instalment.amount <= 0 or instalment.retention_contract:
                continue
            yield ReceivedAmount(
                allocation.invoice,
                instalment,
                book.main_accounts[allocation.account],
                allocation.amount,
                allocation.received_on,
                allocation.paid_by or allocation.source,
            )
