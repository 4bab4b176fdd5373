"""A customer's standing: how late it pays, whether that gets worse, what it promised, and what it would cost.

Counted from the instalments of the two years up to a day. Days late are counted from the due date; below 0 is early.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Literal, NamedTuple

from beancount_invoicing.cash.currencies import books_rate
from beancount_invoicing.cash.exposure import Exposure, exposures
from beancount_invoicing.cash.history import PAID_KINDS, received_amounts
from beancount_invoicing.dunning import Insolvency, insolvency
from beancount_invoicing.dunning.promises import PromiseKept, PromiseOutcome, promises_kept
from beancount_invoicing.model import ZERO, Book, Customer, Day, Event, Instalment, Invoice, Source, require_date
from beancount_invoicing.receivables import Allocated, Position, disputed, positions
from beancount_invoicing.receivables.debtors import events_by_number, events_of
from beancount_invoicing.receivables.on_account import cover_by_document
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.steps import plus_months

MONTHS = 24
"""How far back is counted: instalments due, promises and disputes of this many months up to the day."""
ENOUGH = 3
"""With fewer instalments, nothing is said of a customer's habits."""
APART = 5
"""From this many days on, two delays differ."""
TrendWord = Literal["slower", "steady", "faster"]


class Delay(NamedTuple):
    """An amount, and how late it came, or how late it is if it is still open."""

    invoice: Invoice
    instalment: Instalment
    amount: Decimal
    """In the document's currency."""
    days: int
    """After the due date; negative if it came earlier."""
    on: Day
    """When it came; if it is open, the day of the report."""
    is_open: bool
    source: Source
    """The payment; if it is open, the document."""


class UsualDelay(NamedTuple):
    """The delay within which half of the money came."""

    days: int
    at_least: bool
    """Whether it can only grow, because amounts that are still open are among the first half."""
    instalments: int
    """How many instalments it is counted from."""


class Trend(NamedTuple):
    """The newer half of the instalments by due date, against the older half (which has the odd one)."""

    word: TrendWord
    newer: UsualDelay
    older: UsualDelay


class Standing(NamedTuple):
    """How a customer stands at the end of a day."""

    customer: Customer
    """Its data on that day."""
    as_of: date
    delays: tuple[Delay, ...]
    """What is counted, by due date, document, instalment and day."""
    usual: UsualDelay | None
    """None if too little is known."""
    trend: Trend | None
    """None if too little is known."""
    longest: Delay | None
    """The latest of all, paid or open."""
    promises: tuple[PromiseKept, ...]
    disputes: tuple[Event, ...]
    """When the customer contested something."""
    insolvency: Insolvency | None
    exposure: Exposure

    @property
    def instalments(self) -> int:
        """How many instalments are counted."""
        return _instalments(self.delays)

    def promised(self, outcome: PromiseOutcome) -> int:
        """How many promises had an outcome."""
        return sum(1 for promise in self.promises if promise.outcome == outcome)


@exact
def standings(book: Book, as_of: date, allocated: Allocated, customers: Collection[str] = ()) -> tuple[Standing, ...]:
    """The standing of each customer (of `customers`, by their main accounts; () for all) at the end of `as_of`, by name.

    `allocated`: the allocation of `as_of`. Counted are money that came for instalments, and what is open and late of them; not what
    is contested, kept back as a retention, or covered by money on the account.
    """
    require_date(as_of)
    wanted = list(customers) or list(book.customers)
    delays = _delays(book, as_of, allocated, frozenset(wanted))
    events: defaultdict[str, list[Event]] = defaultdict(list)
    for event in book.events:
        if event.date <= as_of:
            events[event.customer].append(event)
    promises = _promises(book, as_of, allocated, {main: events[main] for main in wanted if main in events})
    exposed = exposures(book, as_of, wanted)
    since = _since(as_of)
    found = [
        _standing(
            book, as_of, book.customers[main].at(as_of), delays.get(main, ()), promises.get(main, ()),
            [event for event in events.get(main, ()) if event.kind == "dispute" and event.date > since],
            insolvency(events.get(main, ())), exposed[main],
        )
        for main in wanted
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda standing: (standing.customer.name.casefold(), standing.customer.account)))


def _standing(
    book: Book, as_of: date, customer: Customer, delays: Sequence[Delay], promises: Sequence[PromiseKept],
    disputes: Sequence[Event], insolvent: Insolvency | None, exposure: Exposure,
) -> Standing:  # fmt: skip
    weights = _weights(book, delays, as_of)
    usual = _usual(delays, weights) if _instalments(delays) >= ENOUGH else None
    longest = max(delays, key=lambda delay: (delay.days, delay.is_open, delay.amount), default=None)
    return Standing(
        customer, as_of, tuple(delays), usual, _trend(delays, weights), longest, tuple(promises), tuple(disputes), insolvent,
        exposure,
    )  # fmt: skip


def _since(as_of: date) -> date:
    """The day after which things count."""
    try:
        return plus_months(as_of, -MONTHS)
    except OverflowError:
        return date.min


# how late ------------------------------------------------------------------------------------------------------------------


def _delays(book: Book, as_of: date, allocated: Allocated, customers: frozenset[str]) -> dict[str, list[Delay]]:
    """By customer, what came and what is open and late, of instalments due after the day from which things count."""
    since = _since(as_of)
    result: defaultdict[str, list[Delay]] = defaultdict(list)
    for money in received_amounts(book, as_of, allocated):
        if money.customer in customers and money.instalment.due > since:
            result[money.customer].append(
                Delay(
                    money.invoice,
                    money.instalment,
                    money.amount,
                    money.days_late,
                    money.received_on,
                    False,
                    money.source,
                )
            )
    for customer, delay in _late(book, as_of, allocated):
        if customer in customers and delay.instalment.due > since:
            result[customer].append(delay)
    for delays in result.values():
        delays.sort(key=_place)
    return result


def _place(delay: Delay) -> tuple[date, str, int, date, Source]:
    return delay.instalment.due, delay.invoice.number, delay.instalment.index, delay.on, delay.source


def _late(book: Book, as_of: date, allocated: Allocated) -> Iterator[tuple[str, Delay]]:
    """What is open and late, with who owes it, less what is contested and what money on the account covers."""
    events = events_by_number(book, as_of) if book.events else {}
    covered: defaultdict[tuple[int, int, str], Decimal] = defaultdict(lambda: ZERO)
    for document, money in cover_by_document(allocated).items():
        for part in money:
            covered[document, part.instalment, part.account] += part.amount
    open_of: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    if events:
        for item in allocated.open_items:
            open_of[id(item.invoice), book.main_accounts[item.account]] += item.open
    contested: dict[tuple[int, str], Decimal] = {}
    for item in allocated.open_items:
        invoice, due, customer = item.invoice, item.instalment.due_at(as_of), book.main_accounts[item.account]
        if item.open <= 0 or due is None or due >= as_of or invoice.kind not in PAID_KINDS:
            continue
        if item.instalment.retention_contract or invoice.draft:
            continue
        key = id(invoice), customer
        if events and key not in contested:
            contested[key] = disputed(invoice, open_of[key], events_of(events, customer, invoice.number))
        held = min(contested.get(key, ZERO), item.open)
        if held:
            contested[key] -= held
        left = item.open - held - covered.get((id(invoice), item.instalment.index, item.account), ZERO)
        if left > 0:
            days = (as_of - due).days
            yield customer, Delay(invoice, item.instalment, left, days, as_of, True, invoice.source)


def _instalments(delays: Iterable[Delay]) -> int:
    return len({(id(delay.invoice), delay.instalment.index) for delay in delays})


def _weights(book: Book, delays: Sequence[Delay], as_of: date) -> dict[str, Decimal] | None:
    """What a unit of each currency weighs: 1 if there is only one, else its price in the books' currency; None, so that all
    amounts weigh the same, if a price is missing.
    """
    currencies = {delay.invoice.currency for delay in delays}
    if len(currencies) < 2:
        return dict.fromkeys(currencies, Decimal(1))
    rates = {currency: books_rate(book, currency, as_of) for currency in currencies}
    known = {currency: rate for currency, rate in rates.items() if rate}
    return known if len(known) == len(rates) else None


def _usual(delays: Sequence[Delay], weights: Mapping[str, Decimal] | None) -> UsualDelay:
    """The smallest delay within which at least half of the money came: the median, weighted by amounts."""
    weighed = sorted(
        (delay.days, delay.amount * weights[delay.invoice.currency] if weights else Decimal(1), delay.is_open)
        for delay in delays
    )
    half = sum((weight for _days, weight, _open in weighed), ZERO) / 2
    came = accumulate(weight for _days, weight, _open in weighed)
    days = next(delay for (delay, _weight, _open), so_far in zip(weighed, came, strict=True) if so_far >= half)
    at_least = any(is_open and open_days <= days for open_days, _weight, is_open in weighed)
    return UsualDelay(days, at_least, _instalments(delays))


def _trend(delays: Sequence[Delay], weights: Mapping[str, Decimal] | None) -> Trend | None:
    by_instalment: dict[tuple[int, int], list[Delay]] = {}
    for delay in delays:
        by_instalment.setdefault((id(delay.invoice), delay.instalment.index), []).append(delay)
    groups = list(by_instalment.values())
    half = len(groups) // 2
    if half < ENOUGH:
        return None
    older, newer = (
        _usual([delay for group in part for delay in group], weights) for part in (groups[:-half], groups[-half:])
    )
    apart = newer.days - older.days
    word: TrendWord = "slower" if apart >= APART else "faster" if apart <= -APART else "steady"
    return Trend(word, newer, older)


# what was promised ---------------------------------------------------------------------------------------------------------


def _promises(
    book: Book, as_of: date, allocated: Allocated, events: Mapping[str, Sequence[Event]]
) -> dict[str, tuple[PromiseKept, ...]]:
    """By customer, what became of its promises of the months that count."""
    promising = {main: own for main, own in events.items() if any(event.kind == "promise" for event in own)}
    if not promising:
        return {}
    named = {main: {number for event in own for number in event.numbers} for main, own in promising.items()}
    about = frozenset().union(*named.values())
    wanted = [
        invoice
        for invoice in book.invoices
        if invoice.number in about or (invoice.customer and invoice.customer.account in promising)
    ]
    of_customer: defaultdict[str, dict[str, Position]] = defaultdict(dict)
    for position in positions(book, as_of, allocated, wanted):
        owner = position.invoice.customer
        for main, numbers in named.items():
            if position.invoice.number in numbers or (owner and owner.account == main):
                of_customer[main][position.invoice.number] = position
    since = _since(as_of)
    return {
        main: tuple(promise for promise in promises_kept(own, of_customer[main], as_of) if promise.promise.date > since)
        for main, own in promising.items()
    }
