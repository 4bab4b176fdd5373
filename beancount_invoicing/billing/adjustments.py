"""Adjustments (régularisations): compares what billed days came to with what their contract now charges for them.

A contract, an item's price or an index can change after the days that it affects were billed: a price is agreed late, an index is
published late, an end is entered afterwards. The amount of the days (their lines and earlier adjustments, less what can be billed
again) is compared with what billing would now charge for the same days, with the same parts and roundings. Only a difference that
such a change explains is adjusted: what was billed must match the contract as it was before the change.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from itertools import chain, pairwise, product
from typing import Any, NamedTuple

from beancount_invoicing.billing import subscriptions, time_and_expenses, usage
from beancount_invoicing.billing.drafts import DraftLine
from beancount_invoicing.billing.in_force import ends, why_not_in_force
from beancount_invoicing.billing.line_words import word
from beancount_invoicing.billing.prices import Price, price_at, price_change_days, with_local_numbers
from beancount_invoicing.messages import _
from beancount_invoicing.model import (
    ZERO,
    Book,
    CalculationStep,
    Contract,
    Dated,
    IndexValue,
    Invoice,
    Item,
    Line,
    Source,
    Work,
)
from beancount_invoicing.receivables import LeftToCredit, credit_note_effect
from beancount_invoicing.rules import currencies, periods, tiers, worktime
from beancount_invoicing.rules.periods import Period
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import code_of_name, line_net


class BilledLine(NamedTuple):
    """A line of a contract, its document, and the days that it bills."""

    line: Line
    invoice: Invoice
    days: Period


class RetroactiveAdjustment(NamedTuple):
    """Billed days of a contract whose amount has changed, for one customer: `now` instead of `was`.

    Both are without tax, or with it if the prices include it. `lines` charge the difference, or give it back.
    """

    contract: Contract
    """The contract as it was on the first of the days, with the account and the purchase order of the document that billed them."""
    customer: str
    """The customer's main account."""
    currency: str
    days: Period
    billed_amount: Decimal
    current_amount: Decimal
    amount: Decimal
    """What is charged, or given back (< 0): the difference, less what was already given back for these days."""
    changed_on: date | None
    """The day of the change that explains it.

    None if something changed within the days, but what was billed does not match the contract before the change: then a person has
    to decide.
    """
    billed_line: BilledLine
    """The last of the lines that billed these days."""
    of_draft: bool
    """Whether that line is on a draft, which can still be changed."""
    lines: tuple[DraftLine, ...]

    def due_by(self, day: date) -> bool:
        """Whether it may be billed on a day: from the day of the change on, or from the first of the days if that is later."""
        return self.changed_on is not None and max(self.changed_on, self.days.start) <= day

    @property
    def advice(self) -> str:
        """What to do if `bill` does not charge it, or give it back."""
        to_do = (
            _("take that draft out and bill again") if self.of_draft else _("credit it with --reopen and bill it again")
        )
        return _("{to_do}; if this was agreed, write agreed: TRUE below that line", to_do=to_do)


class _Stretch(NamedTuple):
    """Days of a contract that lines have billed; no line and no period crosses their ends."""

    days: Period
    billed_lines: tuple[BilledLine, ...]

    @property
    def billing(self) -> list[BilledLine]:
        """The lines that bill the days, or make them billable again: all but the adjustments."""
        return [line for line in self.billed_lines if not line.line.adjusts]

    def any_of(self, places: Set[Source]) -> bool:
        """Whether one of the lines is at one of these places."""
        return any(line.line.source in places for line in self.billed_lines)


class _History(NamedTuple):
    """A contract, its items and indexes without some of their directives or keys: a state of the ledger before a change
    of `day`.
    """

    place: int
    """0 for the present state, else its rank among the earlier states that are tried."""
    day: date
    book: Book
    dated: Dated[Contract]


_Due = Mapping[str, Sequence[DraftLine]]
"""The amount of a stretch of days, by customer (main account)."""
_Says = Callable[[_History, _Stretch], _Due | None]
"""Returns the amount that a contract charges for a stretch; None if it is not known."""


def retroactive_adjustments(book: Book, contract: str = "") -> list[RetroactiveAdjustment]:
    """What was billed under contracts ("": all) and would be billed differently now, by contract and day.

    Everything in the ledger counts, whatever its date: a caller who asks as of a day takes those that are `due_by` it. What cannot
    be worked out is left out; billing itself reports why.
    """
    found: list[RetroactiveAdjustment] = []
    for code, lines in sorted(_lines(book, contract).items()):
        dated = book.contracts[code]
        try:
            doubtful = _doubtful(book, dated, lines)
            if doubtful:
                compare = _of_time if dated.first.mode == "time" else _of_periods
                found += compare(book, dated, lines, doubtful)
        except (periods.PeriodError, tiers.TierError, worktime.TimeRoundingError, ArithmeticError):
            continue
    return found


def _lines(book: Book, contract: str) -> dict[str, list[BilledLine]]:
    """The lines that bill days of subscriptions and time, and adjust them, by contract."""
    codes = {
        code
        for code, dated in book.contracts.items()
        if (not contract or code == contract)
        and dated.first.mode != "fixed"
        and all(version.customer in book.main_accounts for _day, version in dated.versions)
    }
    result: defaultdict[str, list[BilledLine]] = defaultdict(list)
    for invoice in book.invoices if codes else ():
        for line in invoice.lines if invoice.customer else ():
            if line.contract not in codes or line.expense_date or line.milestone:
                continue
            if line.start and line.end and line.start <= line.end:
                result[line.contract].append(BilledLine(line, invoice, Period(line.start, line.end)))
    return result


_Terms = tuple[tuple[str, Decimal, bool, Decimal, Decimal] | None, ...]
"""Customer, price, whether with tax, discount and quantity, each from some day on; None while nothing may be billed."""


def _doubtful(book: Book, dated: Dated[Contract], lines: Sequence[BilledLine]) -> set[Source]:
    """The places of lines that may bill something other than what the contract now charges.

    All others bill the price of days without a change. A ledger has thousands of those: they are not worked out again.
    """
    result: set[Source] = set()
    last = max(line.days.end for line in lines)
    decimals = currencies.currency_decimals(lines[0].invoice.currency)
    of_time = dated.first.mode == "time"
    steady = len({(version.every, version.anchor) for _day, version in dated.versions}) == 1
    known: dict[str, tuple[list[date], _Terms]] = {}
    for billed in lines:
        line, invoice = billed.line, billed.invoice
        item = _item(dated, billed) if of_time else ""
        if item not in known:
            known[item] = _terms(book, dated, item, last, decimals)
        days, terms = known[item]
        assert invoice.customer
        place = max(bisect_right(days, billed.days.start) - 1, 0)
        price = line.price if line.price is not None else line.price_with_tax
        conditions = (invoice.customer.account, price, line.price is None, line.discount or ZERO, line.quantity)
        now = terms[place]
        if of_time and now:
            now = (*now[:4], line.quantity or ZERO)
        amid = place + 1 < len(days) and days[place + 1] <= billed.days.end
        by_period = of_time and dated.at(billed.days.start).every
        if amid or now != conditions or line.adjusts or by_period or not steady:
            result.add(line.source)
    return result


def _terms(book: Book, dated: Dated[Contract], item: str, last: date, decimals: int) -> tuple[list[date], _Terms]:
    """What a contract charges for work on an item ("": its own), from each day up to `last` on which that may change."""
    own = not item or all(version.item == item for _day, version in dated.versions)
    priced = dated if own else time_and_expenses.contract_with_item(dated, item)
    days = {dated.first.start, *(day for day, _version in dated.versions), *price_change_days(book, priced, last)}
    days |= {version.until + timedelta(days=1) for _day, version in dated.versions if version.until}
    result = []
    for day in sorted(days):
        price = None if why_not_in_force(dated, day) else price_at(book, priced, day, decimals)
        held = dated.at(day)
        quantity = Decimal(1) if held.quantity is None else held.quantity
        who = _customer(book, dated, day)
        result.append(price and (who, price.value, price.with_tax, held.discount or ZERO, quantity))
    return sorted(days), tuple(result)


# periods ----------------------------------------------------------------------------------------------------------------


def _of_periods(
    book: Book, dated: Dated[Contract], lines: Sequence[BilledLine], doubtful: Set[Source]
) -> Iterator[RetroactiveAdjustment]:
    decimals = currencies.currency_decimals(lines[0].invoice.currency)
    last = max(line.days.end for line in lines if line.line.source in doubtful)
    last = max(line.days.end for line in lines if line.days.start <= last)
    known: dict[int, list[subscriptions.BillablePeriod]] = {}

    def pieces(history: _History) -> list[subscriptions.BillablePeriod]:
        if history.place not in known:
            begun = subscriptions.begun_periods(history.book, history.dated, last, decimals)
            known[history.place] = sorted(begun, key=lambda piece: piece.span)
        return known[history.place]

    def says(history: _History, stretch: _Stretch) -> _Due | None:
        billed = subscriptions.days_still_billed(
            [(line.days, -1 if _gives_back(history.dated, line) else 1) for line in stretch.billing]
        )
        due: defaultdict[str, list[DraftLine]] = defaultdict(list)
        periods = pieces(history)
        for piece in periods[max(bisect_left(periods, stretch.days, key=lambda piece: piece.span) - 1, 0) :]:
            if piece.span.start > stretch.days.end:
                break
            parts = [
                Period(max(days.start, piece.span.start), min(days.end, piece.span.end))
                for days in billed
                if days.start <= piece.span.end and piece.span.start <= days.end
            ]
            if parts and parts != [piece.span] and not piece.prorated:
                return None  # part of a period that is billed as a whole has no price of its own
            for part in parts:
                line = subscriptions.subscription_line(history.book, history.dated, piece._replace(span=part), decimals)
                if line is None:
                    return None
                due[_customer(book, history.dated, part.start)].append(line)
        return due

    now = _History(0, date.min, book, dated)
    before = _lazily(_histories(now, {version.item for _day, version in dated.versions}))
    for stretch in _stretches(lines, [piece.span for piece in pieces(now)]):
        if stretch.any_of(doubtful) and not _new_rhythm(dated, stretch.days):
            yield from _compared(stretch, now, before, says)


def _gives_back(dated: Dated[Contract], billed_line: BilledLine) -> bool:
    """Whether a line makes days billable again. For a rebate (a quantity below 0) the signs are reversed."""
    rebate = (dated.at(billed_line.days.start).quantity or ZERO) < 0
    return ((billed_line.line.net if billed_line.line.quantity is None else billed_line.line.quantity) < 0) != rebate


def _new_rhythm(dated: Dated[Contract], days: Period) -> bool:
    """Whether a contract that is not billed by days gets a new rhythm within some days: it applies to the periods after those."""
    return any(
        days.start < day <= days.end
        and not version.prorate
        and (version.every, version.anchor) != (old.every, old.anchor)
        for (_day, old), (day, version) in pairwise(dated.versions)
    )


def _stretches(lines: Sequence[BilledLine], spans: Sequence[Period]) -> Iterator[_Stretch]:
    """Groups lines whose days, or the periods that cover these, overlap."""
    alone: list[tuple[Period, BilledLine | None]] = [(span, None) for span in spans]
    own = [(line.days, line) for line in lines]
    days: Period | None = None
    billed_lines: list[BilledLine] = []
    for span, billed in sorted(chain(alone, own), key=lambda pair: (pair[0], pair[1] is not None)):
        if days is None or span.start > days.end:
            if days and billed_lines:
                yield _of_lines(billed_lines)
            days, billed_lines = span, []
        days = Period(days.start, max(days.end, span.end))
        if billed:
            billed_lines.append(billed)
    if billed_lines:
        yield _of_lines(billed_lines)


def _of_lines(lines: Sequence[BilledLine]) -> _Stretch:
    days = Period(min(line.days.start for line in lines), max(line.days.end for line in lines))
    return _Stretch(days, tuple(lines))


# time -------------------------------------------------------------------------------------------------------------------


def _of_time(
    book: Book, dated: Dated[Contract], billed_lines: Sequence[BilledLine], doubtful: Set[Source]
) -> Iterator[RetroactiveAdjustment]:
    by_item: defaultdict[str, list[BilledLine]] = defaultdict(list)
    counted: list[BilledLine] = []
    for billed_line in billed_lines:
        by_period = dated.at(billed_line.days.start).every
        (counted if by_period else by_item[_item(dated, billed_line)]).append(billed_line)
    billed = sum(
        (line.net for invoice in book.invoices for line in invoice.lines
         if line.contract == dated.first.code and not line.expense_date),
        ZERO,
    )  # fmt: skip
    work = _Worked(book)
    now = _History(0, date.min, book, dated)
    for item, lines in sorted(by_item.items()):
        before = _lazily(_histories(now, [item]))
        for stretch in _stretches(lines, ()):
            for found in _compared(stretch, now, before, work.says) if stretch.any_of(doubtful) else ():
                cap = dated.at(found.days.end).cap
                if cap is None or found.amount <= max(cap - billed, ZERO):  # what exceeds the cap is not billed
                    billed += found.amount
                    yield found
    before = _lazily(_histories(now, {version.item for _day, version in dated.versions}))
    for stretch in _stretches(counted, ()):
        if stretch.any_of(doubtful):
            yield from _compared(stretch, now, before, work.says_of_period)


class _Rate(NamedTuple):
    """The customer, price and discount with which an hour is billed."""

    customer: str
    price: Price
    discount: Decimal | None


@dataclass(frozen=True)
class _Worked:
    """The contract terms for billed time; the entries of the time accounts decide where the lines do not tell."""

    book: Book

    @cached_property
    def waits(self) -> Sequence[Work]:
        """The time that is not billed."""
        return time_and_expenses.unbilled_work(self.book, date.max)

    @cached_property
    def billed(self) -> Sequence[Work]:
        """The time that is billed, entry by entry."""
        left = {work.source: work.quantity for work in self.waits}
        recorded = (work for work in self.book.work if work.quantity > 0 and work.billable and not work.document)
        result = (work._replace(quantity=work.quantity - left.get(work.source, ZERO)) for work in recorded)
        return [work for work in result if work.quantity]

    def says(self, history: _History, stretch: _Stretch) -> _Due | None:
        """The amount of the hours of lines, at the prices of the days on which they were worked."""
        book, dated, days = history.book, history.dated, stretch.days
        first = stretch.billed_lines[0]
        item = _item(dated, first)
        priced = time_and_expenses.contract_with_item(dated, item) if item != dated.at(days.start).item else dated
        decimals = currencies.currency_decimals(first.invoice.currency)
        if any(line.line.unit.lower() in worktime.LUMP_WORDS for line in stretch.billing):
            return None  # time up to the cap may be billed as a single sum
        cuts = [days.start, *(day for day in price_change_days(book, priced, days.end) if days.start < day <= days.end)]
        rates = []
        for day in cuts:
            price = price_at(book, priced, day, decimals)
            if price is None:
                return None
            rates.append(_Rate(_customer(book, dated, day), price, dated.at(day).discount or None))
        if len({(rate.customer, rate.price.value, rate.price.with_tax, rate.discount) for rate in rates}) == 1:
            parts = [(rates[0], line.line.quantity or ZERO, line.line) for line in stretch.billing]
        else:
            split = self._split(dated, stretch, item, cuts)
            if split is None:
                return None
            parts = [
                (rate, worktime.billed_quantity(exact, rate.price.value, decimals), first.line)
                for rate, exact in zip(rates, split, strict=True)
            ]
        due: defaultdict[str, list[DraftLine]] = defaultdict(list)
        for rate, quantity, line in parts:
            due[rate.customer].append(_hours(dated.at(days.start), rate, quantity, line, decimals))
        return due

    def _split(
        self, dated: Dated[Contract], stretch: _Stretch, item: str, cuts: Sequence[date]
    ) -> list[Decimal] | None:
        """The billed hours of a stretch before each of its cuts and after the last; None if the accounts do not tell."""
        days = stretch.days
        worked = [
            work
            for work in self.billed
            if work.account == dated.at(work.date).time and work.item == item and days.start <= work.date <= days.end
        ]
        rounded = time_and_expenses.rounded_time(dated, worked)
        exact = [
            sum((time for day, time in rounded if day >= start and (stop is None or day < stop)), ZERO)
            for start, stop in zip(cuts, [*cuts[1:], None], strict=True)
        ]
        billed = sum((line.line.quantity or ZERO for line in stretch.billing), ZERO)
        slack = Decimal(len(stretch.billing)) / 10_000  # a quantity has at most four decimals
        return exact if worked and abs(sum(exact, ZERO) - billed) <= slack else None

    def says_of_period(self, history: _History, stretch: _Stretch) -> _Due | None:
        """The amount for the units of a period that is billed as a whole; units not yet billed will bring the difference
        themselves.
        """
        book, dated, days = history.book, history.dated, stretch.days
        billed_lines = [line.line for line in stretch.billed_lines]
        account = dated.at(days.start).time
        if any((line.start, line.end) != days or line.price_with_tax is not None for line in billed_lines) or any(
            work.account == account and days.start <= work.date <= days.end for work in self.waits
        ):
            return None
        decimals = currencies.currency_decimals(stretch.billed_lines[0].invoice.currency)
        rest = usage.period_amount_difference(book, dated, days, billed_lines, self.waits, decimals)
        if rest is None:
            return None
        lines = [_as_it_is(line.line) for line in stretch.billing]
        if not lines or not sum((line.net for line in billed_lines), ZERO):
            return None  # what was given back entirely can be billed again
        adjusted = sum((line.net for line in billed_lines if line.adjusts), ZERO)
        lines[0] = lines[0]._replace(net=lines[0].net + adjusted + rest)
        return {_customer(book, dated, days.start): lines}


def _hours(contract: Contract, rate: _Rate, quantity: Decimal, line: Line, decimals: int) -> DraftLine:
    figure = line_net(quantity, rate.price.value, rate.discount, decimals)
    return _as_it_is(line)._replace(
        net=figure.value,
        tax=contract.tax,
        quantity=quantity,
        price=None if rate.price.with_tax else rate.price.value,
        price_with_tax=rate.price.value if rate.price.with_tax else None,
        discount=rate.discount,
        steps=(*rate.price.steps, *figure.steps),
    )


def _as_it_is(line: Line) -> DraftLine:
    """A line of a document as a line to be written."""
    return DraftLine(
        net=line.net,
        account=line.account,
        tax=line.tax,
        billable_from=line.start or date.min,
        item=line.item,
        text=line.text,
        unit=line.unit,
        quantity=line.quantity,
        price=line.price,
        discount=line.discount,
        contract=line.contract,
        start=line.start,
        end=line.end,
    )


def _item(dated: Dated[Contract], billed_line: BilledLine) -> str:
    """The item of the time that a line bills: the line's own, else the contract's."""
    return billed_line.line.item or dated.at(billed_line.days.start).item


# the comparison ---------------------------------------------------------------------------------------------------------


def _compared(
    stretch: _Stretch, now: _History, before: Callable[[], Sequence[_History]], says: _Says
) -> Iterator[RetroactiveAdjustment]:
    """The adjustments of a stretch, one for each customer whose amount changes."""
    currency = stretch.billed_lines[0].invoice.currency
    if any(line.line.agreed or line.invoice.currency != currency for line in stretch.billed_lines):
        return
    contract = now.dated.at(stretch.days.start)
    due = says(now, stretch) if contract.currency in {"", currency} else None
    if due is None:
        return
    was = _was(stretch.billed_lines)
    alone = _was(stretch.billing)
    with_tax = {line.line.price_with_tax is not None for line in stretch.billed_lines}
    with_tax |= {line.price_with_tax is not None for lines in due.values() for line in lines}
    if len(with_tax) > 1:
        return  # a net amount is not part of an amount with tax
    spans = sorted(line.days for line in stretch.billing)
    unit = Decimal(1).scaleb(-currencies.currency_decimals(currency))

    def same(other: _Due, *others: Mapping[str, Decimal]) -> bool:
        """Whether it equals one of `others`; parts other than the billed ones may be rounded separately."""
        parts = sorted((line.start, line.end) for lines in other.values() for line in lines)
        slack = ZERO if parts == spans else unit * max(len(parts) + len(spans) - 2, 0)
        sums = _sums((who, line.net) for who, lines in other.items() for line in lines)
        return any(
            all(abs(sums.get(who, ZERO) - figures.get(who, ZERO)) <= slack for who in sums.keys() | figures.keys())
            for figures in others
        )

    if same(due, was):
        return
    since = stretch.days.start if same(due, alone) else None  # what was adjusted before is part of what was billed
    if since is None:
        explained = (
            history.day
            for history in before()
            if (then := says(history, stretch)) is not None and same(then, was, alone)
        )
        since = next(explained, None)
    if since is None and not _changed_amid(now.dated, stretch.days):
        return
    for who in sorted(due.keys() | was.keys()):
        adjustment = _adjustment(stretch, now, who, due.get(who, ()), was.get(who, ZERO), since)
        if adjustment:
            yield adjustment


def _changed_amid(dated: Dated[Contract], days: Period) -> bool:
    """Whether a contract changes, or has ended, within some days."""
    end = ends(dated.at(days.end))
    return (end is not None and end < days.end) or any(days.start < day <= days.end for day, _version in dated.versions)


def _adjustment(
    stretch: _Stretch, now: _History, who: str, due: Sequence[DraftLine], was: Decimal, changed: date | None
) -> RetroactiveAdjustment | None:
    """What changes for one customer; None if nothing does, or if everything was given back for good."""
    book, contract = now.book, now.dated.at(stretch.days.start)
    since = max(changed or stretch.days.start, stretch.days.start)
    own = [line for line in stretch.billed_lines if line.invoice.customer and line.invoice.customer.account == who]
    standing = _that_stand(own or stretch.billed_lines)
    about = standing[-1]
    decimals = currencies.currency_decimals(stretch.billed_lines[0].invoice.currency)
    comes_to = round_to(sum((line.net for line in due), ZERO), decimals)
    amount = comes_to - was
    given = _given_back(book, own)
    if amount < 0:
        amount = min(amount + given, ZERO)
    elif was and given >= was:
        return None
    if not amount:
        return None
    numbers = tuple(dict.fromkeys(line.invoice.number for line in standing))
    if own:
        first = about.invoice
        assert first.customer is not None
        account = next(
            (instalment.account for instalment in first.instalments if not instalment.retention_contract),
            contract.customer,
        )
        contract = contract._replace(customer=account, purchase_order=first.customer.purchase_order)
        figures = was, comes_to, amount
        lines: tuple[DraftLine, ...] = (_line(book, contract, about, stretch.days, figures, since, numbers, due),)
    else:
        contract = now.dated.at(due[0].start or stretch.days.start)
        lines = tuple(line._replace(billable_from=since, adjusts=numbers) for line in due)
    return RetroactiveAdjustment(
        contract=contract,
        customer=who,
        currency=stretch.billed_lines[0].invoice.currency,
        days=stretch.days,
        billed_amount=was,
        current_amount=comes_to,
        amount=amount,
        changed_on=changed,
        billed_line=about,
        of_draft=bool(own) and any(line.invoice.draft for line in standing),
        lines=lines,
    )


def _that_stand(lines: Sequence[BilledLine]) -> list[BilledLine]:
    """The lines that bill days, by their last day, less those that made days billable again; or, if there are none, their
    adjustments.
    """
    standing: list[BilledLine] = []
    for line in (billed for billed in lines if not billed.line.adjusts):
        given = [billed for billed in standing if line.invoice.is_credit and _same_days(billed.line, line.line)]
        if given:
            standing.remove(given[-1])
        elif not line.invoice.is_credit:
            standing.append(line)
    adjusting = [billed for billed in lines if billed.line.adjusts]
    return sorted(standing or adjusting or lines, key=lambda billed: billed.days.end)


def _same_days(line: Line, other: Line) -> bool:
    return (line.start, line.end) == (other.start, other.end)


def _line(
    book: Book,
    contract: Contract,
    about: BilledLine,
    days: Period,
    figures: tuple[Decimal, Decimal, Decimal],
    since: date,
    numbers: tuple[str, ...],
    due: Sequence[DraftLine],
) -> DraftLine:
    """The line that charges a difference, or gives it back, with the tax and on the account that billed the days."""
    was, now, amount = figures
    line = about.line
    item = book.items[line.item].at(days.start) if line.item in book.items else None
    name = contract.text or (item.text or item.name if item else contract.code)
    words = f"{name}, {word(book, contract, since, 'adjustment')}"
    text = word(book, contract, since, "instead").format(now=now, was=was)
    steps = [step for line in due for step in line.steps]
    if len(due) > 1:
        steps.append(
            CalculationStep(_("price"), "sum", tuple(line.net for line in due), now, _("what the days come to by now"))
        )
    why = _("less the amount billed for them on {numbers}", numbers=", ".join(numbers))
    steps.append(CalculationStep(_("price"), "difference", (now, was), now - was, why))
    if amount != now - was:
        steps.append(
            CalculationStep(
                _("price"), "difference", (now - was, now - was - amount), amount, _("less what was given back already")
            )
        )
    figure = line_net(
        Decimal(1).copy_sign(amount), abs(amount), None, currencies.currency_decimals(about.invoice.currency)
    )
    with_tax = line.price_with_tax is not None
    return DraftLine(
        net=figure.value,
        account=line.account,
        tax=code_of_name(line.tax, book.taxes),
        billable_from=since,
        item=line.item,
        text=f"{words} ({', '.join(numbers)}){with_local_numbers(book, contract, since, text)}",
        name=words,
        unit="LS",
        quantity=Decimal(1).copy_sign(amount),
        price=None if with_tax else abs(amount),
        price_with_tax=abs(amount) if with_tax else None,
        contract=line.contract,
        start=days.start,
        end=days.end,
        adjusts=numbers,
        source=line.source,
        steps=(*steps, *figure.steps),
    )


def _given_back(book: Book, lines: Sequence[BilledLine]) -> Decimal:
    """What credit notes gave back of lines for good (their lines name no contract); with tax if the prices include it."""
    given = ZERO
    for number in dict.fromkeys(line.invoice.number for line in lines):
        sources = {line.line.source for line in lines if line.invoice.number == number}
        for note in book.corrections.get(number, ()):
            found = None if any(line.contract for line in note.lines) else credit_note_effect(book, note)
            for before, after in zip(found.before, found.after, strict=True) if found else ():
                if before.invoice.number == number:
                    given += _of_those(before, after, sources)
    return given


def _of_those(before: LeftToCredit, after: LeftToCredit, sources: Set[Source]) -> Decimal:
    """What one credit note gave back of some lines of a document: its own lines for them, and their share of general amounts."""
    invoice, decimals = before.invoice, currencies.currency_decimals(before.invoice.currency)
    parts = {credit.line.source: credit.net - left.net for credit, left in zip(before.lines, after.lines, strict=True)}
    whole = sum((line.line.net for line in before.lines), ZERO)
    beside = sum(before.nets.values(), ZERO) - sum(after.nets.values(), ZERO) - sum(parts.values(), ZERO)
    given = ZERO
    for billed in before.lines:
        line = billed.line
        if line.source in sources:
            part = parts[line.source] + (beside * line.net / whole if beside and whole else ZERO)
            rate = (
                invoice.tax_codes[line.tax].rate
                if line.price_with_tax is not None and line.tax in invoice.tax_codes
                else ZERO
            )
            given += round_to(part * (100 + rate) / 100, decimals)
    return given


def _of_line(line: Line) -> Decimal:
    """The amount of a line: with tax if its price includes it."""
    return line.computed if line.price_with_tax is not None and line.computed is not None else line.net


def _was(lines: Iterable[BilledLine]) -> dict[str, Decimal]:
    """The amount of lines, by customer (main account)."""
    return _sums((line.invoice.customer.account, _of_line(line.line)) for line in lines if line.invoice.customer)


def _lazily(histories: Iterator[_History]) -> Callable[[], Sequence[_History]]:
    """What is only worked out when the first difference is found."""
    return cache(lambda: tuple(histories))


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    result: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for who, amount in amounts:
        result[who] += amount
    return dict(result)


def _customer(book: Book, dated: Dated[Contract], day: date) -> str:
    """Main account of the customer who has the contract on a day."""
    return book.main_accounts[dated.at(day).customer]


# what was said before ---------------------------------------------------------------------------------------------------


class _Earlier(NamedTuple):
    """A contract, its items or its indexes without directives written since `day`; None: as they are now."""

    day: date
    dated: Dated[Contract] | None = None
    items: Mapping[str, Dated[Item]] | None = None
    indexes: Mapping[str, tuple[IndexValue, ...]] | None = None


_MOST = 4
"""How many states of a contract, its items and its indexes are tried together."""


def _histories(now: _History, items: Iterable[str]) -> Iterator[_History]:
    """States of the ledger that may have existed when days were billed, the likeliest first.

    A contract, an item or an index without its latest directives; without one directive among others; a contract without one of the
    keys that are often added later; and several of these together.
    """
    book, dated = now.book, now.dated
    kinds = (
        [_Earlier(day, dated=less) for day, less in chain(_less(dated), _without_a_key(dated))],
        [
            _Earlier(day, items={**book.items, code: less})
            for code in sorted(set(items) & book.items.keys())
            for day, less in _less(book.items[code])
        ],
        [
            _Earlier(values[place].date, indexes={**book.indexes, name: less})
            for name in sorted({version.index for _day, version in dated.versions} & book.indexes.keys())
            for values in [book.indexes[name]]
            for place in reversed(range(len(values)))
            for less in (values[:place], values[:place] + values[place + 1 :])
        ],
    )
    for place, earlier in enumerate(chain(*kinds, _together(kinds)), 1):
        other = replace(book, items=earlier.items or book.items, indexes=earlier.indexes or book.indexes)
        yield _History(place, earlier.day, other, earlier.dated or dated)


def _together(kinds: Sequence[Sequence[_Earlier]]) -> Iterator[_Earlier]:
    for earliers in product(*((None, *kind[:_MOST]) for kind in kinds)):
        words = [earlier for earlier in earliers if earlier]
        if len(words) > 1:
            yield _Earlier(
                min(earlier.day for earlier in words),
                next((earlier.dated for earlier in words if earlier.dated), None),
                next((earlier.items for earlier in words if earlier.items), None),
                next((earlier.indexes for earlier in words if earlier.indexes), None),
            )


def _less(dated: Dated[Any]) -> Iterator[tuple[date, Dated[Any]]]:
    """The values without the latest directives, or without one of them; and the day of the first that is left out."""
    versions = dated.versions
    for place in reversed(range(1, len(versions))):
        yield versions[place][0], Dated(versions[:place])
    for place in reversed(range(1, len(versions) - 1)):
        versions_before = list(versions[:place])
        for (_before, earlier), (day, then) in pairwise(versions[place:]):
            anew = {name: value for name, value in then._asdict().items() if value != getattr(earlier, name)}
            versions_before.append((day, versions_before[-1][1]._replace(**anew)))
        yield versions[place][0], Dated(tuple(versions_before))


_ADDED = ("until", "price", "quantity", "discount", "index", "included", "tiers", "commitment")
"""Keys that are often added to a directive later: nothing then shows that they were not there before."""


def _without_a_key(dated: Dated[Contract]) -> Iterator[tuple[date, Dated[Contract]]]:
    """A contract's values without one of its keys, as long as that key's first value applies; and the first day of that."""
    defaults = Contract._field_defaults
    for name in _ADDED:
        saying = [
            (day, getattr(version, name)) for day, version in dated.versions if getattr(version, name) != defaults[name]
        ]
        if saying:
            since, value = saying[0]
            less: dict[str, Any] = {name: defaults[name]} | ({"renews": ""} if name == "until" else {})
            versions = tuple(
                (day, version._replace(**less) if name == "until" or getattr(version, name) == value else version)
                for day, version in dated.versions
            )
            yield since, Dated(versions)
