"""Time and other units that are billed by the period: included units, price tiers, and the minimum amount of a period."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing.drafts import BillingNotice, DraftLine
from beancount_invoicing.billing.in_force import contract_spans, paused_periods
from beancount_invoicing.billing.line_words import Word, word
from beancount_invoicing.billing.prices import price_at, tax_rate
from beancount_invoicing.billing.time_and_expenses import (
    rounding_groups,
    time_lines,
    time_releases,
    with_counter_accounts,
)
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, CalculationStep, Contract, Dated, Line, Work
from beancount_invoicing.rules import periods, tiers, worktime
from beancount_invoicing.rules.periods import Period
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import gross_split, line_net

HUNDRED = Decimal(100)


class UsagePeriod(NamedTuple):
    """A period of a contract whose time is billed by the period: the days billed, and those of the whole period."""

    span: Period
    period: Period


def usage_periods(contract_versions: Dated[Contract], until: date) -> list[UsagePeriod]:
    """The periods that have begun by `until` (inclusive) of a time contract with `every`. Raises periods.PeriodError."""
    result = []
    for stretch in contract_spans(contract_versions):
        if stretch.contract.every:
            length = periods.parse_length(stretch.contract.every)
            last = min(stretch.end, until) if stretch.end else until
            for period in periods.periods(length, stretch.origin, stretch.start, last):
                end = min(period.end, stretch.end) if stretch.end else period.end
                result.append(UsagePeriod(Period(max(period.start, stretch.start), end), period))
    return result


def usage_lines(
    book: Book,
    contract_versions: Dated[Contract],
    work: Sequence[Work],
    until: date,
    decimals: int,
    notices: list[BillingNotice],
) -> Iterator[tuple[date, DraftLine]]:
    """The lines that bill the periods of a contract with `every` that are over by `until` (inclusive), with their first days.
    `work`: its unbilled part.

    A period is billed as a whole: its units are counted together with those already billed. `included` units are free; those beyond
    have the prices of `tiers`, graduated or by volume; and the period costs at least `commitment` (by its days if the contract's
    start, end or, with `prorate`, a pause cuts it). Amounts are in the contract's currency, each line rounded once. Raises
    periods.PeriodError, tiers.TierError, worktime.TimeRoundingError.
    """
    for unit in included_units(book, contract_versions, work, until):
        period, credited = unit.period, not sum((line.net for line in unit.billed_lines), ZERO)
        if period.span.end <= until and (unit.work or credited):
            for line in _of_period(book, contract_versions, unit, decimals, notices):
                yield (
                    period.span.start,
                    line._replace(billable_from=period.span.end, start=period.span.start, end=period.span.end),
                )


def accrued_usage_lines(
    book: Book, contract_versions: Dated[Contract], work: Sequence[Work], as_of: date, decimals: int
) -> Iterator[tuple[date, DraftLine]]:
    """The amount so far for the units of periods that are not over by `as_of` (inclusive), without the minimum."""
    for unit in included_units(book, contract_versions, work, as_of):
        period = unit.period
        if period.span.end > as_of and unit.work:
            for line in _of_period(book, contract_versions, unit, decimals, [], over=False):
                ran = min(period.span.end, as_of)
                yield period.span.start, line._replace(billable_from=period.span.end, start=period.span.start, end=ran)


def period_amount_difference(
    book: Book,
    contract_versions: Dated[Contract],
    days: Period,
    billed_lines: Sequence[Line],
    waits: Sequence[Work],
    decimals: int,
) -> Decimal | None:
    """The amount of a period beyond the lines that bill it, or below (< 0), without any more units; None if it is unknown.

    `days`: all days of the period on which the contract is in force; `waits`: unbilled time, of which earlier periods may need what
    they would carry over. Raises periods.PeriodError, tiers.TierError.
    """
    notices: list[BillingNotice] = []
    if any(version.carry_over for _day, version in contract_versions.versions):
        mine = [
            work for work in waits if contract_versions.at(work.date).time == work.account and work.date < days.start
        ]
        allowance = next(
            (unit for unit in included_units(book, contract_versions, mine, days.end) if unit.period.span == days), None
        )
    else:
        usage_period = next(
            (period for period in usage_periods(contract_versions, days.end) if period.span == days), None
        )
        contract = contract_versions.at(days.start)
        used = _billed_units(contract, billed_lines)
        allowance = usage_period and IncludedUnits(
            usage_period, [], list(billed_lines), contract.included or ZERO, ZERO, used
        )
    if allowance is None:
        return None
    lines = _of_period(book, contract_versions, allowance._replace(billed_lines=list(billed_lines)), decimals, notices)
    return None if notices else sum((line.net for line in lines), ZERO)


class IncludedUnits(NamedTuple):
    """A period with its unbilled time, the lines that bill it already, and its free units."""

    period: UsagePeriod
    work: list[Work]
    billed_lines: list[Line]
    included: Decimal
    """Its own included units."""
    carried: Decimal
    """Those of earlier periods that were not used there, and may be used in this one."""
    used: Decimal
    """Units of the contract's item, billed or not."""

    @property
    def available(self) -> Decimal:
        """How many units are free."""
        return self.included + self.carried

    @property
    def overage(self) -> Decimal:
        """How many units are charged."""
        return max(self.used - self.available, ZERO)

    @property
    def left(self) -> Decimal:
        """How many free units are not used."""
        return max(self.available - self.used, ZERO)


def included_units(
    book: Book, contract_versions: Dated[Contract], work: Sequence[Work], until: date
) -> Iterator[IncludedUnits]:
    """The periods that have begun by `until` (inclusive), by date, with their free units. `work`: what is not billed.

    Included units that are not used may be used, for `carry-over` after their period, in the periods that end by then: units that
    expire first are used first. Raises periods.PeriodError.
    """
    pool: list[tuple[date, Decimal]] = []
    for period, works, lines in _shares(book, contract_versions, work, until):
        contract = contract_versions.at(period.span.start)
        included = contract.included or ZERO
        pool = [(last, left) for last, left in pool if last >= period.span.end]
        used = _billed_units(contract, lines) + _quantity(contract_versions, _own(contract, works))
        units = IncludedUnits(period, works, lines, included, sum((left for _last, left in pool), ZERO), used)
        yield units
        last = period.span.end
        if contract.carry_over:
            last = periods.parse_length(contract.carry_over).after(last + timedelta(days=1), 1) - timedelta(days=1)
        rest, left_over = used, []
        for lapses, left in sorted([*pool, (last, included)]):
            left_over.append((lapses, left - min(left, rest)))
            rest -= min(left, rest)
        pool = [(lapses, left) for lapses, left in left_over if left]


def _own(contract: Contract, work: Sequence[Work]) -> list[Work]:
    """The time of a period that is counted together: that of the contract's item, if it has tiers or included units."""
    if not (contract.tiers or contract.included):
        return []
    return [entry for entry in work if entry.billable and entry.counter_account and entry.item == contract.item]


def _units_billed(contract: Contract, lines: Sequence[Line]) -> list[Line]:
    """The lines of a period that bill such time."""
    if not (contract.tiers or contract.included):
        return []
    return [line for line in lines if not _lump(line) and (line.item or contract.item) == contract.item]


def _billed_units(contract: Contract, lines: Sequence[Line]) -> Decimal:
    return sum((line.quantity or ZERO for line in _units_billed(contract, lines)), ZERO)


def _shares(
    book: Book, dated: Dated[Contract], work: Sequence[Work], until: date
) -> Iterator[tuple[UsagePeriod, list[Work], list[Line]]]:
    """Each period that has begun by `until`, with its unbilled time and the lines that bill it already."""
    work = sorted(with_counter_accounts(book, work), key=lambda account: (account.date, account.source))
    days = [entry.date for entry in work]
    billed = [
        line
        for invoice in book.invoices
        if invoice.kind != "deposit"
        for line in invoice.lines
        if line.contract == dated.first.code and line.expense_date is None and not line.milestone
    ]
    for period in usage_periods(dated, until):
        works = work[bisect_left(days, period.span.start) : bisect_right(days, period.span.end)]
        yield period, works, [line for line in billed if (line.start, line.end) == period.span]


def _of_period(
    book: Book,
    dated: Dated[Contract],
    allowance: IncludedUnits,
    decimals: int,
    notices: list[BillingNotice],
    *,
    over: bool = True,
) -> list[DraftLine]:
    """The lines of a period; if it is `over`, with the difference to its minimum."""
    period, billed_lines, work = allowance.period, allowance.billed_lines, allowance.work
    start = period.span.start
    contract = dated.at(start)
    own = _own(contract, work)
    others = [entry for entry in work if entry not in own]
    lines = [line for _day, line in time_lines(book, dated, others, period.span.end, ZERO, decimals, notices)]
    before = _units_billed(contract, billed_lines)
    comes_to = sum((line.net for line in billed_lines if not _lump(line) and line not in before), ZERO)
    comes_to += sum((_net(book, contract, line, start, decimals) for line in lines), ZERO)
    if own or before:
        unit = _price(book, dated, contract, start, decimals)
        if unit is None:
            notices.append(
                BillingNotice(
                    contract.code,
                    _(
                        "{item} has no price, so its time is not billed; give it one",
                        item=contract.item or contract.code,
                    ),
                )
            )
            return lines
        already = _billed_units(contract, billed_lines)
        quantity = allowance.used - already
        unit = unit._replace(name=own[0].commodity.lower() if own else "")
        new = _lines(book, contract, start, unit, allowance.available, already, already + quantity, decimals)
        if own and new:
            new[0] = new[0]._replace(time_releases=time_releases(own), work=tuple(own))
        lines = new + lines
        all_of_it = _lines(book, contract, start, unit, allowance.available, ZERO, already + quantity, decimals)
        comes_to += sum((_net(book, contract, line, start, decimals) for line in all_of_it), ZERO)
    least = _least(dated, period, decimals) if over else ZERO
    billed = sum((line.net for line in billed_lines), ZERO)
    billed += sum((_net(book, contract, line, start, decimals) for line in lines), ZERO)
    rest = max(comes_to, least) - billed
    if rest:
        why: Word = "minimum" if least > comes_to else "adjustment"
        steps = (
            CalculationStep(
                _("line"), "larger of", (comes_to, least), max(comes_to, least), _("what the period comes to, at least")
            ),
            CalculationStep(
                _("line"), "difference", (max(comes_to, least), billed), rest, _("less what its other lines bill")
            ),
        )
        lines.append(_lump_line(book, contract, start, rest, word(book, contract, start, why))._replace(steps=steps))
    return lines


def _lump(line: Line) -> bool:
    return line.unit.lower() in worktime.LUMP_WORDS


def _net(book: Book, contract: Contract, line: DraftLine, day: date, decimals: int) -> Decimal:
    """The net of a line, also where its price includes tax."""
    if line.price_with_tax is None:
        return line.net
    rate = tax_rate(book, book.main_accounts[contract.customer], line.tax, line.item, day)
    return gross_split(line.net, rate, decimals)[0].value


class _Unit(NamedTuple):
    """The price of a unit (by tiers, or one price for all) and its name."""

    tiers: tuple[tiers.Tier, ...]
    with_tax: bool = False
    name: str = ""


def _price(book: Book, dated: Dated[Contract], contract: Contract, day: date, decimals: int) -> _Unit | None:
    if contract.tiers:
        return _Unit(tiers.parse_tiers(contract.tiers))
    price = price_at(book, dated, day, decimals)
    return _Unit((tiers.Tier(None, price.value),), price.with_tax) if price else None


def _quantity(dated: Dated[Contract], work: Sequence[Work]) -> Decimal:
    if not work:
        return ZERO
    exact = sum((group.billed for group in rounding_groups(dated, work)), ZERO) / worktime.seconds_per_unit(
        work[0].commodity
    )
    return (
        exact
        if worktime.decimal_places(exact) <= worktime.MAX_QUANTITY_DECIMALS
        else round_to(exact, worktime.MAX_QUANTITY_DECIMALS)
    )


def _lines(
    book: Book,
    contract: Contract,
    day: date,
    unit: _Unit,
    included: Decimal,
    before: Decimal,
    after: Decimal,
    decimals: int,
) -> list[DraftLine]:
    """The lines of the units from `before` (exclusive) to `after` (inclusive), counted from the period's first; of these, so many
    are free.
    """
    free = min(after, included) - min(before, included)
    how = tiers.volume if contract.tiers_mode == "volume" else tiers.graduated
    segments = how(unit.tiers, max(before - included, ZERO), max(after - included, ZERO))
    item = book.items[contract.item].at(day) if contract.item in book.items else None

    def line(quantity: Decimal, price: Decimal, discount: Decimal | None) -> DraftLine:
        figure = line_net(quantity, price, discount, decimals)
        return DraftLine(
            net=figure.value,
            account=(item.account if item else "") or contract.account,
            tax=contract.tax,
            billable_from=day,
            item=contract.item,
            text=contract.text,
            unit=contract.unit or ("" if item and item.unit else unit.name),
            quantity=quantity,
            price=None if unit.with_tax else price,
            price_with_tax=price if unit.with_tax else None,
            discount=discount,
            contract=contract.code,
            steps=figure.steps,
        )

    lines = [line(free, unit.tiers[0].price, HUNDRED)] if free > 0 else []
    for segment in segments:
        lines.append(line(segment.quantity, segment.price, contract.discount or None))
        if segment.flat:
            lines.append(_lump_line(book, contract, day, segment.flat, word(book, contract, day, "flat")))
    return lines


def _lump_line(book: Book, contract: Contract, day: date, amount: Decimal, text: str) -> DraftLine:
    """A line billed as a sum, beside those of the period's units."""
    item = book.items[contract.item].at(day) if contract.item in book.items else None
    name = contract.text or (item.text or item.name if item else contract.code)
    return DraftLine(
        net=amount,
        account=(item.account if item else "") or contract.account,
        tax=contract.tax,
        billable_from=day,
        item=contract.item,
        text=f"{name}, {text}",
        unit="LS",
        quantity=Decimal(1).copy_sign(amount),
        price=abs(amount),
        contract=contract.code,
    )


def _least(dated: Dated[Contract], usage_period: UsagePeriod, decimals: int) -> Decimal:
    """The minimum of a period: `commitment`, in proportion to the days on which the contract is in force."""
    contract = dated.at(usage_period.span.start)
    if not contract.commitment or contract.paused:
        return ZERO
    if contract.prorate is False:
        return contract.commitment
    held = periods.without(usage_period.span, paused_periods(dated)) if contract.prorate else [usage_period.span]
    days = sum(period.days for period in held)
    return round_to(contract.commitment * days / usage_period.period.days, decimals)
