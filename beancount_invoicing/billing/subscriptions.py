"""Subscriptions: the periods of a contract that may be billed, and those that are billed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from beancount_invoicing.billing.drafts import BillingNotice, DraftLine
from beancount_invoicing.billing.in_force import contract_spans, paused_periods
from beancount_invoicing.billing.prices import Price, line_changes_on, price_at, price_change_days, with_local_numbers
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, CalculationStep, Contract, Dated
from beancount_invoicing.rules import periods
from beancount_invoicing.rules.periods import Period
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import line_net

MAX_PERIODS = 20_000
"""The most periods that a contract may have; more are a mistake (fifty years of days are fewer)."""


class BillablePeriod(NamedTuple):
    """A stretch of days that one line bills: a whole period, or a part of it. Due on `due`."""

    span: Period
    period: Period
    due: date
    prorated: bool
    """Whether a part is billed by its days; otherwise by the whole price."""


def billable_periods(
    book: Book, contract_versions: Dated[Contract], until: date, decimals: int
) -> list[BillablePeriod]:
    """What a subscription bills up to `until` (inclusive): a period is due on its first day in advance, on its last in arrears.

    With `prorate`, a period is cut where the contract starts, ends, pauses, or where its price or anything else on its line
    changes, and each part is billed by its days. Without it, the terms of a period's first day apply to all of it, and only a
    period that the contract's start, end, new rhythm or new customer cuts off is billed by its days; by the whole price if
    `prorate` is FALSE. What is billed in advance is due on the first billed day of its period. `decimals`: of the contract's
    currency. Raises periods.PeriodError.
    """
    return [piece for piece in begun_periods(book, contract_versions, until, decimals) if piece.due <= until]


def begun_periods(book: Book, contract_versions: Dated[Contract], until: date, decimals: int) -> list[BillablePeriod]:
    """The pieces of `pieces`, and those of the period running on `until` (inclusive), which are due later."""
    result: list[BillablePeriod] = []
    prorated = any(version.prorate for _day, version in contract_versions.versions)
    holes = paused_periods(contract_versions)
    for stretch in contract_spans(contract_versions):
        start, stop = stretch.start, stretch.end
        length = periods.parse_length(stretch.contract.every)
        horizon = length.after(
            min(until, periods.LAST_PERIOD_START), 2
        )  # beyond the end of the period that runs on `until`
        cuts = price_change_days(book, contract_versions, min(stop or horizon, horizon)) if prorated else []
        for period in periods.periods(length, stretch.origin, start, min(stop, until) if stop else until):
            covered = Period(max(period.start, start), min(period.end, stop) if stop else period.end)
            contract = contract_versions.at(covered.start)
            if len(result) >= MAX_PERIODS:
                raise periods.PeriodError(
                    _(
                        "more than {max_periods} periods since {start}: its start, anchor or every is not what you "
                        "meant",
                        max_periods=MAX_PERIODS,
                        start=start,
                    )
                )
            if not contract.prorate:
                if not any(hole.start <= covered.start <= hole.end for hole in holes):
                    by_days = contract.prorate is None and covered != period
                    due = covered.start if contract.bill == "advance" else covered.end
                    result.append(BillablePeriod(covered, period, due, by_days))
                continue
            left = periods.without(covered, holes)
            for active in left:
                due = left[0].start if contract.bill == "advance" else covered.end
                days = [
                    day
                    for day in cuts
                    if active.start < day <= active.end and line_changes_on(book, contract_versions, day, decimals)
                ]
                result += [BillablePeriod(part, period, due, True) for part in periods.split_at_days(active, days)]
    return result


def billed_days(book: Book) -> Mapping[str, list[tuple[Period, int]]]:
    """By contract: the periods on invoice lines (+1), drafts included, and on credit note lines that repeat them (−1).

    For a rebate (a contract with a quantity below 0), the signs of the lines are reversed.
    """
    result: defaultdict[str, list[tuple[Period, int]]] = defaultdict(list)
    for invoice in book.invoices:
        for line in invoice.lines:
            if line.contract and line.start and line.end and line.start <= line.end and not line.adjusts:
                dated = book.contracts.get(line.contract)
                rebate = dated is not None and (dated.at(line.start).quantity or 0) < 0
                gone = ((line.quantity if line.quantity is not None else line.net) < 0) != rebate
                result[line.contract].append((Period(line.start, line.end), -1 if gone else 1))
    return result


def days_still_billed(billed: list[tuple[Period, int]]) -> list[Period]:
    """The days that are billed more often than credited."""
    if not billed:
        return []
    steps: defaultdict[date, int] = defaultdict(int)
    for period, sign in billed:
        steps[period.start] += sign
        if period.end < date.max:  # the last day of the calendar has none after it
            steps[period.end + timedelta(days=1)] -= sign
    result: list[Period] = []
    level = 0
    for day, following in pairwise([*sorted(steps), date.max]):
        level += steps[day]
        if level > 0:
            end = following - timedelta(days=1)
            if result and result[-1].end + timedelta(days=1) == day:
                result[-1] = Period(result[-1].start, end)
            else:
                result.append(Period(day, end))
    return result


def unbilled_periods(
    book: Book,
    contract_versions: Dated[Contract],
    until: date,
    billed: list[Period],
    decimals: int,
    notices: list[BillingNotice] | None = None,
) -> list[BillablePeriod]:
    """The pieces up to `until` less what is billed.

    If a part is billed, the rest is billed only with `prorate`; `notices` report it.
    """
    result = []
    for piece in billable_periods(book, contract_versions, until, decimals):
        left = periods.without(piece.span, billed)
        if left == [piece.span]:
            result.append(piece)
        elif left and piece.prorated:
            result += [piece._replace(span=span) for span in left]
        elif left and notices is not None:
            contract = contract_versions.at(piece.span.start)
            notices.append(
                BillingNotice(
                    contract.code,
                    _(
                        "{start} to {end} is only billed in part, and the rest from {left_start} on is not billed: "
                        "write anchor: {left_start}, where a period begins, or prorate: TRUE",
                        start=piece.span.start,
                        end=piece.span.end,
                        left_start=left[0].start,
                    ),
                    source=contract.source,
                    since=left[0].start,
                )
            )
    return result


def accrued_periods(
    book: Book, contract_versions: Dated[Contract], as_of: date, billed: list[Period], decimals: int
) -> list[BillablePeriod]:
    """The elapsed part, by the end of `as_of`, of pieces that are due later, less what is billed. It is to be valued by
    its days.
    """
    result = []
    for piece in begun_periods(book, contract_versions, as_of, decimals):
        if piece.due > as_of >= piece.span.start:
            ran = Period(piece.span.start, min(piece.span.end, as_of))
            of = (
                piece.period if piece.prorated else piece.span
            )  # what is billed by the whole price runs over its own days
            result += [BillablePeriod(span, of, piece.due, True) for span in periods.without(ran, billed)]
    return result


def subscription_line(
    book: Book, contract_versions: Dated[Contract], piece: BillablePeriod, decimals: int
) -> DraftLine | None:
    """The line that bills a piece; None if no price is known on its first day.

    A part of a period is billed as quantity 1 at quantity × price × days / days of the period, rounded once.
    """
    contract = contract_versions.at(piece.span.start)
    price = price_at(book, contract_versions, piece.span.start, decimals)
    if price is None:
        return None
    item = book.items[contract.item].at(piece.span.start) if contract.item in book.items else None
    quantity = contract.quantity if contract.quantity is not None else Decimal(1)
    text = contract.text or (item.text or item.name if item else contract.code)
    words = contract.text
    if price.derivation:
        derivation = with_local_numbers(book, contract, piece.span.start, f"{price.derivation} = {price.value}")
        words = f"{text} ({derivation})"
    steps = list(price.steps)
    whole = piece.span == piece.period or not piece.prorated
    if whole:
        figure = line_net(quantity, price.value, contract.discount, decimals)
        steps += figure.steps
    else:
        quantity, price, figure_steps, part = _part(quantity, price, piece, decimals)
        steps += figure_steps
        words = f"{words or text} ({with_local_numbers(book, contract, piece.span.start, part)})"
        figure = line_net(quantity, price.value, contract.discount, decimals)
        steps += figure.steps if contract.discount else ()
    return DraftLine(
        net=figure.value,
        account=contract.account or (item.account if item else ""),
        tax=contract.tax,
        billable_from=piece.due,
        item=contract.item,
        text=words,
        name=text,
        unit=contract.unit if whole else "LS",  # a part of a month is no month
        quantity=quantity,
        price=None if price.with_tax else price.value,
        price_with_tax=price.value if price.with_tax else None,
        discount=contract.discount or None,
        contract=contract.code,
        start=piece.span.start,
        end=piece.span.end,
        steps=tuple(steps),
    )


def _part(
    quantity: Decimal, price: Price, piece: BillablePeriod, decimals: int
) -> tuple[Decimal, Price, list[CalculationStep], str]:
    whole = quantity * price.value
    days, of = Decimal(piece.span.days), Decimal(piece.period.days)
    exact = whole * days / of
    value = round_to(exact, decimals)
    steps = [
        CalculationStep(_("price"), "product", (quantity, price.value), whole, _("a whole period")),
        CalculationStep(
            _("price"),
            "share of",
            (whole, days, of),
            exact,
            _(
                "{days} of {of_document} days, {start} to {end}",
                days=days,
                of_document=of,
                start=piece.period.start,
                end=piece.period.end,
            ),
        ),
        CalculationStep(_("price"), "rounded", (exact, decimals), value, _("the part of the period, rounded once")),
    ]
    times = "" if quantity == 1 else f"{quantity} × "
    return Decimal(1), Price(value, price.with_tax), steps, f"{days}/{of} × {times}{price.value}"
