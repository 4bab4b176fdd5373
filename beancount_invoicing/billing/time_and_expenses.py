"""Time and expenses: what was worked and spent for a contract and is not billed yet."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from beancount_invoicing.billing.drafts import BillingNotice, DraftLine, TimeRelease
from beancount_invoicing.billing.prices import price_at, purchase_order, tax_code, tax_rate, with_local_numbers
from beancount_invoicing.billing.time_owner import time_in_words
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Expense, Invoice, Item, Work
from beancount_invoicing.rules import worktime
from beancount_invoicing.rules.periods import Period
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import gross_split, line_net, rates_of


def unbilled_work(book: Book, until: date) -> list[Work]:
    """The unbilled work up to `until` (inclusive), by day.

    What a document takes off an account belongs to the days that its lines of that item bill, the oldest first; a write-down to the
    day that it gives. Anything beyond that, and anything that leaves without a document, takes the oldest of its account, item and
    kind. Entries with a person or a task come before those without. What a credit note gave back comes last: the work behind it is
    billed.
    """
    spans = _billed_spans(book)
    worked: defaultdict[_Kind, list[Work]] = defaultdict(list)
    back: defaultdict[_Kind, list[Work]] = defaultdict(list)
    out: defaultdict[_Kind, list[_Out]] = defaultdict(list)
    for work in book.work:
        kind = (work.account, work.commodity, work.item, work.billable)
        if work.quantity < 0:
            own = (Period(work.worked_on, work.worked_on),) if work.worked_on else ()
            days = spans.get((work.document, work.item), ()) if work.document else own
            out[kind].append(_Out(-work.quantity, days, work.person, work.task if work.document else ""))
        elif work.date <= until:
            (back if work.document else worked)[kind].append(work)
    result = []
    for kind in worked.keys() | back.keys():
        runs = [_Run(works) for works in (worked[kind], back[kind])]
        rest = ZERO
        for taken in sorted(out.get(kind, ()), key=lambda out: not (out.person or out.task)):
            gone = taken.quantity
            for run in runs:
                for span in taken.days:
                    gone = run.take_of(gone, span, taken) if taken.person or taken.task else run.take(gone, span)
            rest += gone
        for run in runs:
            rest = run.take(rest, Period(date.min, date.max))
            result += run.rest()
    return sorted(result, key=lambda unbilled: (unbilled.date, unbilled.source))


class _Out(NamedTuple):
    """Time that leaves an account: its days, and its person or task if given."""

    quantity: Decimal
    days: Sequence[Period]
    person: str
    task: str


def of_whom(work: Work, person: str, task: str) -> bool:
    """Whether time is of a person and for a task, ignoring case; "" matches any."""
    return (not person or work.person.casefold() == person.casefold()) and (
        not task or work.task.casefold() == task.casefold()
    )


class _Run:
    """Work of one kind by date, with the rest of each. Used entries are skipped in one step."""

    def __init__(self, works: list[Work]) -> None:
        self.works = works
        self.days = [work.date for work in works]
        self.left = [work.quantity for work in works]
        self.next = list(range(len(works) + 1))
        """From each place, the first one from there on with a rest."""

    def take(self, gone: Decimal, span: Period) -> Decimal:
        """Takes `gone` off the rests of a span of days (inclusive), the oldest first; returns what could not be taken."""
        stop = bisect_right(self.days, span.end)
        place = self._from(bisect_left(self.days, span.start))
        while gone and place < stop:
            taken = min(gone, self.left[place])
            self.left[place] -= taken
            gone -= taken
            if not self.left[place]:
                self.next[place] = place + 1
            place = self._from(place + 1)
        return gone

    def take_of(self, gone: Decimal, span: Period, out: _Out) -> Decimal:
        """The same, only of the given person and task."""
        for place in range(bisect_left(self.days, span.start), bisect_right(self.days, span.end)):
            if of_whom(self.works[place], out.person, out.task):
                taken = min(gone, self.left[place])
                self.left[place] -= taken
                gone -= taken
        return gone

    def _from(self, place: int) -> int:
        passed = []
        while self.next[place] != place:
            passed.append(place)
            place = self.next[place]
        for work in passed:
            self.next[work] = place
        return place

    def rest(self) -> list[Work]:
        """What is left of it."""
        return [
            work if quantity == work.quantity else work._replace(quantity=worktime.without_trailing_zeros(quantity))
            for work, quantity in zip(self.works, self.left, strict=True)
            if quantity
        ]


_Kind = tuple[str, str, str, bool]
"""What is taken off an account: its account, commodity, item and kind (billable or not)."""


def _billed_spans(book: Book) -> dict[tuple[str, str], Sequence[Period]]:
    """The days on which the lines of a document (by number) bill an item's time, by date."""
    found: defaultdict[tuple[str, str], set[Period]] = defaultdict(set)
    for invoice in book.invoices:
        for line in invoice.lines:
            if line.contract and line.start and line.end and line.contract in book.contracts and not line.adjusts:
                dated = book.contracts[line.contract]
                if dated.first.mode == "time":
                    found[invoice.number, line.item or dated.at(line.start).item].add(Period(line.start, line.end))
    return {key: sorted(periods) for key, periods in found.items()}


class TimeGroup(NamedTuple):
    """What decides which line bills some work: its item, price, discount and cap; its day, person or task if those are listed
    separately. `under`: the version of the contract terms for its document and its text.
    """

    item: str
    price: Decimal
    with_tax: bool
    separated_by: str
    commodity: str
    discount: Decimal | None
    cap: Decimal | None
    contract_terms: tuple[object, ...]


def time_lines(
    book: Book,
    contract_versions: Dated[Contract],
    work: list[Work],
    until: date,
    billed: Decimal,
    decimals: int,
    notices: list[BillingNotice],
    *,
    only_notices: bool = False,
) -> Iterator[tuple[date, DraftLine]]:
    """The lines that bill `work` (of this contract, not billed yet) by the contract and price of the day it was done, that day
    first.

    `billed`: the net that the contract's invoices have already, for its `cap`: an hour is billed up to the highest cap that applied
    from its day to `until`; anything above stays unbilled. Time is counted to the second, rounded by the contract's
    `time-rounding`, and once more if the line needs it: its quantity has at most four decimals. The account is reduced by the time
    as written. `notices` gets the messages; `only_notices` leaves out lines that add none. Raises worktime.TimeRoundingError.
    """
    code = contract_versions.first.code
    if only_notices and _nothing_to_say(book, contract_versions, work):
        return
    work = with_counter_accounts(book, work)
    grouped = _grouped(book, contract_versions, work, until, decimals)
    notices += grouped.notices
    lines: list[tuple[date, DraftLine]] = []
    for group, entries in grouped.entries.items():
        day = entries[0].date
        contract = contract_versions.at(day)
        if unit := _other_unit(book, contract, group, day):
            notices.append(_in_other_unit(code, group, entries, unit))
            continue
        if only_notices and group.cap is None:
            continue
        customer = book.main_accounts[contract.customer]
        rate = tax_rate(book, customer, contract.tax, group.item, day) if group.with_tax else ZERO
        room = None if group.cap is None else group.cap - billed
        line, over = _time_line(book, contract_versions, group, entries, room, rate, decimals)
        if line:
            lines.append((day, line))
            billed += line.net if line.price_with_tax is None else gross_split(line.net, rate, decimals)[0].value
        if over:
            notices.append(_over_cap(code, group, entries[-1], over, rate, decimals))
    free = [entry for entry in work if not entry.billable and entry.counter_account]
    if lines and free:  # non-billable time leaves the account with the time that is billed
        outs = tuple(
            TimeRelease(work.account, work.counter_account, work.commodity, work.item, work.quantity, False)
            for work in free
        )
        day, last = lines[-1]
        lines[-1] = day, last._replace(time_releases=_merged((*last.time_releases, *outs)), work=(*last.work, *free))
    yield from lines


class _GroupedTime(NamedTuple):
    """Time by the line that bills it, and why some of it is on none."""

    entries: dict[TimeGroup, list[Work]]
    notices: list[BillingNotice]


def _grouped(
    book: Book, contract_versions: Dated[Contract], work: Sequence[Work], until: date, decimals: int
) -> _GroupedTime:
    """Work of a contract by the line that bills it; non-billable work is on none."""
    groups: dict[TimeGroup, list[Work]] = {}
    unpriced: defaultdict[tuple[str, str], list[Work]] = defaultdict(list)
    uncountered: defaultdict[tuple[str, str], list[Work]] = defaultdict(list)
    for entry in work:
        if not entry.counter_account:
            uncountered[entry.account, entry.commodity].append(entry)
            continue
        if not entry.billable:
            continue
        contract = contract_versions.at(entry.date)
        of_item = (
            contract_with_item(contract_versions, entry.item) if entry.item != contract.item else contract_versions
        )
        price = price_at(book, of_item, entry.date, decimals)
        if price is None:
            unpriced[entry.item or contract.code, entry.commodity].append(entry)
            continue
        separators = {"item": "", "day": entry.date.isoformat(), "person": entry.person, "task": entry.task}
        group = TimeGroup(
            entry.item,
            price.value,
            price.with_tax,
            separators[contract.lines],
            entry.commodity,
            contract.discount or None,
            _cap(contract_versions, entry.date, until),
            _under(book, contract, entry.item, entry.date),
        )
        groups.setdefault(group, []).append(entry)
    return _GroupedTime(groups, _not_grouped(contract_versions.first.code, unpriced, uncountered))


def _not_grouped(
    code: str,
    unpriced: Mapping[tuple[str, str], Sequence[Work]],
    uncountered: Mapping[tuple[str, str], Sequence[Work]],
) -> list[BillingNotice]:
    """Why time without a price (by item and commodity), or without a counter-account (by account and commodity), is not billed."""
    notices = []
    for (name, commodity), entries in sorted(unpriced.items()):
        text = _(
            "{name} has no price: {time} not billed; give the item or the contract a price",
            name=name,
            time=time_in_words(entries, commodity),
        )
        notices.append(BillingNotice(code, text, "time-without-price", entries[0].source, since=entries[0].date))
    for (account, commodity), entries in sorted(uncountered.items()):
        text = _(
            "{time} not billed: on {account} it is not booked against any account",
            time=time_in_words(entries, commodity),
            account=account,
        )
        advice = _("book it against one, such as Equity:Time")
        notices.append(BillingNotice(code, text, source=entries[0].source, since=entries[0].date, advice=advice))
    return notices


def _in_other_unit(code: str, group: TimeGroup, entries: Sequence[Work], unit: str) -> BillingNotice:
    """Time in hours whose price is per day, or the other way round."""
    quantity = worktime.without_trailing_zeros(sum((work.quantity for work in entries), ZERO))
    text = _(
        "{quantity} {commodity} of {item} is not billed, because its price is for one {unit}",
        quantity=quantity,
        commodity=group.commodity,
        item=group.item or code,
        unit=unit,
    )
    advice = _("give the time an item in its own unit")
    return BillingNotice(code, text, source=entries[0].source, since=entries[0].date, advice=advice)


def _over_cap(code: str, group: TimeGroup, last: Work, over: Decimal, rate: Decimal, decimals: int) -> BillingNotice:
    """The message that this much time is `over` the cap, and its value; `last`: the newest of it; `rate`: of the tax in
    its price.
    """
    figure = line_net(over, group.price, None, decimals).value
    return BillingNotice(
        code,
        _(
            "the cap of {cap} is reached: {over} {commodity} of {item} stays unbilled",
            cap=group.cap,
            over=over,
            commodity=group.commodity,
            item=group.item or code,
        ),
        "over-cap",
        last.source,
        gross_split(figure, rate, decimals)[0].value if group.with_tax else figure,
        since=last.date,
        advice=_(
            "raise the cap, or write {over} {commodity} on {account} with written-down: TRUE",
            over=-over,
            commodity=group.commodity,
            account=last.account,
        ),
    )


def _nothing_to_say(book: Book, dated: Dated[Contract], work: Sequence[Work]) -> bool:
    """Whether all of it is billed plainly, so that it need not be examined day by day: one version of the contract, no cap, prices
    that do not change, in the unit of the time.
    """
    contract = dated.first
    if len(dated.versions) > 1 or contract.cap is not None or not all(entry.counter_account for entry in work):
        return False
    for item, commodity in {(entry.item, entry.commodity) for entry in work}:
        of_item = book.items.get(item)
        if of_item is None or len(of_item.versions) > 1 or _of_other_unit(contract, of_item.first, commodity):
            return False
        own = contract.price is not None and item == contract.item
        if not own and of_item.first.price is None and of_item.first.price_with_tax is None:
            return False
    return True


def _other_unit(book: Book, contract: Contract, bundle: TimeGroup, day: date) -> str:
    """The unit of a price per day if the time is kept in hours, or the other way round; else ""."""
    item = book.items[bundle.item].at(day) if bundle.item in book.items else None
    return _of_other_unit(contract, item, bundle.commodity)


def _of_other_unit(contract: Contract, item: Item | None, commodity: str) -> str:
    unit = contract.unit or (item.unit if item else "")
    lengths = {worktime.seconds_per_unit(unit), worktime.seconds_per_unit(commodity)} if unit else set()
    return unit if lengths == {worktime.SECONDS_PER_HOUR, worktime.SECONDS_PER_DAY} else ""


def _cap(dated: Dated[Contract], day: date, until: date) -> Decimal | None:
    """The most that may be billed for work of `day`, by `until`: the highest cap of the days between; None if one of
    them has none.
    """
    if len(dated.versions) == 1:
        return dated.first.cap
    caps = [dated.at(day).cap, *(version.cap for since, version in dated.versions if day < since <= until)]
    stated = [cap for cap in caps if cap is not None]
    return max(stated) if len(stated) == len(caps) else None


def _under(book: Book, contract: Contract, item: str, day: date) -> tuple[object, ...]:
    """The contract terms that decide on which document, how and with which tax its time is billed."""
    code = tax_code(book, book.main_accounts[contract.customer], contract.tax, item, day)
    return (
        (code, rates_of(book.taxes[code].at(day)) if code in book.taxes else ()),
        (contract.customer, purchase_order(book, contract, day), contract.group, contract.currency),
        (contract.retention, contract.retention_account, contract.account, contract.tax),
        (contract.text, contract.unit, contract.lines),
    )


def with_counter_accounts(book: Book, work: Sequence[Work]) -> list[Work]:
    """Work with its counter-account.

    Work from another contract's account has that of other time of its account, else any, else "".
    """

    def counter(work: Work) -> str:
        others = [other for other in book.work if other.counter_account and other.commodity == work.commodity]
        of_account = [other for other in others if other.account == work.account]
        return next((other.counter_account for other in (*of_account, *others)), "")

    return [entry if entry.counter_account else entry._replace(counter_account=counter(entry)) for entry in work]


def contract_with_item(contract_versions: Dated[Contract], item: str) -> Dated[Contract]:
    """The contract with another item's price: work may name its own item."""
    return Dated(tuple((day, version._replace(item=item, price=None)) for day, version in contract_versions.versions))


class RoundingGroup(NamedTuple):
    """Time that is rounded together, by its contract's `time-rounding`: an entry, or those of a day; and what is billed, in
    seconds.
    """

    work: tuple[Work, ...]
    billed: Decimal


def rounding_groups(contract_versions: Dated[Contract], work: Sequence[Work]) -> list[RoundingGroup]:
    """Work of one commodity, in its order. Raises worktime.TimeRoundingError."""
    together: defaultdict[tuple[date, int], list[Work]] = defaultdict(list)
    for place, entry in enumerate(work):
        rule = worktime.parse_time_rounding(contract_versions.at(entry.date).time_rounding)
        together[entry.date, 0 if rule and rule.per == "day" else place].append(entry)
    result = []
    for (day, _place), group in together.items():
        exact = sum((worktime.to_seconds(work.quantity, work.commodity) for work in group), ZERO)
        rule = worktime.parse_time_rounding(contract_versions.at(day).time_rounding)
        result.append(RoundingGroup(tuple(group), worktime.round_time(exact, group[0].commodity, rule)))
    return result


def rounded_time(contract_versions: Dated[Contract], work: Sequence[Work]) -> list[tuple[date, Decimal]]:
    """Work of one commodity as it is billed, in its unit: each entry, or each day if the contract rounds by the day.

    Raises worktime.TimeRoundingError.
    """
    unit = worktime.seconds_per_unit(work[0].commodity) if work else 1
    return [(group.work[0].date, group.billed / unit) for group in rounding_groups(contract_versions, work)]


def _time_line(
    book: Book,
    dated: Dated[Contract],
    bundle: TimeGroup,
    works: list[Work],
    room: Decimal | None,
    rate: Decimal,
    decimals: int,
) -> tuple[DraftLine | None, Decimal]:
    """The line, as far as there is `room` below the cap; and the time above it. `rate`: of the tax that the price includes."""
    seconds = worktime.seconds_per_unit(bundle.commodity)
    stretches = rounding_groups(dated, works)
    exact = sum((stretch.billed for stretch in stretches), ZERO) / seconds
    quantity, price, lump = worktime.billed_quantity(exact, bundle.price, decimals), bundle.price, False
    taken = [work.quantity for stretch in stretches for work in stretch.work]
    if room is not None and _net(quantity, bundle, rate, decimals) > room:
        quantity, lump = _within(room, bundle, rate, decimals)
        taken = _taken(stretches, quantity * seconds)
    over = worktime.without_trailing_zeros(sum((work.quantity for work in works), ZERO) - sum(taken, ZERO))
    if not quantity:
        return None, over
    first = works[0].date
    contract = dated.at(first)
    item = book.items[bundle.item].at(first) if bundle.item in book.items else None
    text = contract.text
    if contract.lines == "task":
        text = bundle.separated_by or text
    elif contract.lines == "person" and bundle.separated_by:
        text = f"{_what(contract, bundle, item)} – {bundle.separated_by}"
    unit = contract.unit or ("" if item and item.unit else bundle.commodity.lower())
    if lump and room is not None:
        reduced = f" − {bundle.discount} %" if bundle.discount else ""
        name = text or (item.text or item.name if item else contract.code)
        text = f"{name} ({with_local_numbers(book, contract, first, f'{quantity} × {price}{reduced}')})"
        quantity, price, unit = Decimal(1), round_to(room * (100 + rate) / 100, decimals), "LS"
    discount = None if lump else bundle.discount
    figure = line_net(quantity, price, discount, decimals)
    entries = (work for stretch in stretches for work in stretch.work)
    outs = [(work, gone) for work, gone in zip(entries, taken, strict=True) if gone]
    line = DraftLine(
        net=figure.value,
        account=(item.account if item else "") or contract.account,
        tax=contract.tax,
        billable_from=first,
        item=bundle.item,
        text=text,
        unit=unit,
        quantity=quantity,
        price=None if bundle.with_tax else price,
        price_with_tax=price if bundle.with_tax else None,
        discount=discount,
        contract=contract.code,
        start=first,
        end=max((work.date for work, _gone in outs), default=first),
        time_releases=time_releases([work._replace(quantity=gone) for work, gone in outs]),
        work=tuple(work._replace(quantity=gone) for work, gone in outs),
        steps=figure.steps,
    )
    return line, over


def _what(contract: Contract, bundle: TimeGroup, item: Item | None) -> str:
    """A description of the work: the contract's text for its own item, else the item's.

    A line describes the service, not only who worked (in France CGI, ann. II, art. 242 nonies A, I, 8°: dénomination précise).
    """
    own = contract.text if bundle.item == contract.item else ""
    return own or (item.text or item.name if item else contract.text or contract.code)


def _net(quantity: Decimal, bundle: TimeGroup, rate: Decimal, decimals: int) -> Decimal:
    figure = line_net(quantity, bundle.price, bundle.discount, decimals).value
    return gross_split(figure, rate, decimals)[0].value if bundle.with_tax else figure


def _within(room: Decimal, bundle: TimeGroup, rate: Decimal, decimals: int) -> tuple[Decimal, bool]:
    """The time worth exactly `room`; if no quantity of four decimals is, the time that fits, to be billed as one sum (True)."""
    if room <= 0:
        return ZERO, False
    amount = round_to(room * (100 + rate) / 100, decimals)
    reduced = bundle.price * (100 - (bundle.discount or ZERO)) / 100
    most = amount / reduced
    found = worktime.quantity_for_amount(amount, most, reduced, decimals)
    if found is not None:
        return found, False
    return most.quantize(Decimal(1).scaleb(-worktime.MAX_QUANTITY_DECIMALS), ROUND_DOWN), True


def _taken(stretches: Sequence[RoundingGroup], left: Decimal) -> list[Decimal]:
    """How much of each entry's time leaves its account when `left` seconds are billed: the oldest first."""
    taken = []
    for stretch in stretches:
        part = min(left, stretch.billed)
        left -= part
        for work in stretch.work:
            share = work.quantity if part == stretch.billed else round_to(work.quantity * part / stretch.billed, 4)
            taken.append(min(worktime.without_trailing_zeros(share), work.quantity))
    return taken


def time_releases(work: Sequence[Work]) -> tuple[TimeRelease, ...]:
    """The postings that take work off its accounts."""
    return _merged(
        tuple(
            TimeRelease(entry.account, entry.counter_account, entry.commodity, entry.item, entry.quantity)
            for entry in work
        )
    )


def _merged(outs: tuple[TimeRelease, ...]) -> tuple[TimeRelease, ...]:
    """One for each account, item and kind."""
    result: dict[tuple[str, str, str, str, bool], TimeRelease] = {}
    for release in outs:
        key = (release.account, release.counter, release.commodity, release.item, release.billable)
        before = result.get(key)
        result[key] = release._replace(quantity=release.quantity + before.quantity) if before else release
    return tuple(result.values())


def billed_expenses(invoices: Iterable[Invoice]) -> dict[tuple[str, date, Decimal], int]:
    """How often an expense (contract, date, cost) is billed, less how often credited."""
    result: defaultdict[tuple[str, date, Decimal], int] = defaultdict(int)
    for invoice in invoices:
        for line in invoice.lines:
            if line.contract and line.expense_date and line.expense_amount is not None:
                gone = invoice.is_credit
                result[line.contract, line.expense_date, line.expense_amount] += -1 if gone else 1
    return dict(result)


def unbilled_expenses(
    expenses: Iterable[Expense], billed: dict[tuple[str, date, Decimal], int], until: date
) -> list[Expense]:
    """The expenses up to `until` that no invoice line names."""
    left = dict(billed)
    result = []
    for expense in expenses:
        key = (expense.contract, expense.date, expense.amount)
        if left.get(key, 0) > 0:
            left[key] -= 1
        elif expense.date <= until:
            result.append(expense)
    return result


def expense_line(
    book: Book, contract_versions: Dated[Contract], expense: Expense, decimals: int, own_cost: bool
) -> DraftLine:
    """The line that bills an expense again: with the contract's mark-up and tax.

    A disbursement (not `own_cost`), paid in the customer's name, is billed unchanged, on the account on which it waits and under
    its posting's tax code.
    """
    contract = contract_versions.at(expense.date)
    item = book.items[contract.item].at(expense.date) if contract.item in book.items else None
    net = expense.amount
    account, tax = expense.account, expense.tax
    if own_cost:
        net = round_to(net * (100 + (contract.markup or ZERO)) / 100, decimals)
        account = contract.expense_account or contract.account or (item.account if item else "")
        tax = expense.tax or contract.tax
    sign = Decimal(-1 if net < 0 else 1)
    figure = line_net(sign, abs(net), None, decimals)
    return DraftLine(
        net=figure.value,
        account=account,
        tax=tax,
        billable_from=expense.date,
        text=f"{expense.text} ({expense.payee})"
        if expense.payee and expense.payee.casefold() not in expense.text.casefold()
        else expense.text,
        quantity=sign,
        price=abs(net),
        contract=contract.code,
        expense=expense.date,
        cost=expense.amount,
        steps=figure.steps,
        source=expense.source,
    )
