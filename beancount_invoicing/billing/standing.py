"""Where each contract stands on a day: what it costs, what is billed, what is next, when it ends or renews itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from beancount_invoicing.billing import fixed, subscriptions, worked
from beancount_invoicing.billing.cutoff import cut_off
from beancount_invoicing.billing.prices import price_at
from beancount_invoicing.billing.waiting import (
    Billed,
    Waiting,
    Wanted,
    asked,
    billed,
    currency_of,
    waiting,
    wanted_contracts,
)
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Step
from beancount_invoicing.rules import currencies, periods


@dataclass(frozen=True, slots=True)
class Standing:
    """A contract on a day. What cannot be told is None."""

    contract: Contract
    name: str
    customer: str
    currency: str
    price: Decimal | None
    """The unit price in force, as revised by its index; of a fixed price, the whole, change orders included."""
    with_tax: bool
    billed: Decimal
    """What its documents say, without tax, deposits and expenses."""
    unbilled: Decimal
    """What may be billed by then, without tax, deposits left out."""
    left: Decimal | None
    """What a fixed price, or a cap, still leaves after what is billed."""
    next_due: date | None
    """When it may be billed next."""
    ends: date | None
    """The last day of the contract, or of its current term."""
    notice_by: date | None
    """The last day on which notice keeps it from renewing itself."""
    steps: tuple[Step, ...]
    """How the price came about."""
    orders: tuple[fixed.ChangeOrder, ...] = ()
    """The change orders of a fixed price that are agreed by then, oldest first."""

    prepaid: Decimal = ZERO
    """What its deposits, without tax, still have to be deducted."""

    @property
    def changed_by(self) -> Decimal | None:
        """What its change orders come to; None where it is no fixed price."""
        return sum((one.amount for one in self.orders), ZERO) if self.contract.mode == "fixed" else None


def standings(book: Book, as_of: date, wanted: Wanted) -> list[Standing]:
    """The contracts that are asked for, by code, as they stand on `as_of`; those that begin later as on their first day.

    What later documents bill, or give back, plays no part.
    """
    then = cut_off(book, as_of)
    there = billed(then)
    deposits = fixed.deposits_left(then.invoices)
    lines: dict[str, list[Waiting]] = {}
    for one in waiting(then, as_of, wanted)[0]:
        lines.setdefault(one.contract.code, []).append(one)
    return [
        _standing(then, dated, as_of, there, lines.get(dated.first.code, ()), deposits.get(dated.first.code, ()))
        for dated in wanted_contracts(then, wanted)
        if asked(then, wanted, dated.at(as_of))
    ]


def _standing(
    book: Book,
    dated: Dated[Contract],
    as_of: date,
    there: Billed,
    lines: Sequence[Waiting],
    deposits: Sequence[fixed.DepositLeft],
) -> Standing:
    contract = dated.at(as_of)
    main = book.accounts[contract.customer]
    currency = currency_of(book, contract)
    decimals = currencies.decimals(currency)
    try:
        price = price_at(book, dated, max(as_of, contract.start), decimals)
        term = term_end(contract, as_of)
        next_due = _next_due(book, dated, as_of, there, decimals, lines)
        notice = notice_by(contract, term) if term else None
    except (periods.PeriodError, ArithmeticError):  # checks say what is wrong
        price, term, next_due, notice = None, contract.until, None, None
    item = book.items[contract.item].at(as_of) if contract.item in book.items else None
    net = there.nets.get(contract.code, ZERO)
    mode = dated.first.mode
    whole = contract.cap if mode == "time" else contract.price if mode == "fixed" else None
    orders = tuple(one for one in fixed.change_orders(dated) if mode == "fixed" and one.date <= as_of)
    return Standing(
        contract=contract,
        name=contract.text or (item.name if item else contract.code),
        customer=book.customers[main].at(as_of).name,
        currency=currency,
        price=price.value if price else None,
        with_tax=bool(price and price.with_tax),
        billed=net,
        unbilled=sum((one.line.net for one in lines if one.what not in {"deposit", "expense"}), ZERO),
        left=None if whole is None else whole - net,
        next_due=next_due,
        ends=term,
        notice_by=notice,
        steps=(_agreed(dated, orders) if orders else price.steps) if price else (),
        orders=orders,
        prepaid=sum((one.net for one in deposits), ZERO),
    )


def _agreed(dated: Dated[Contract], orders: Sequence[fixed.ChangeOrder]) -> tuple[Step, ...]:
    """How a fixed price came about: as first agreed, and each change order."""
    steps = []
    price = dated.at(orders[0].date).price or ZERO
    price -= orders[0].amount
    for one in orders:
        steps.append(Step("price", "sum", (price, one.amount), price + one.amount, f"change order of {one.date}"))
        price += one.amount
    return tuple(steps)


def term_end(contract: Contract, day: date) -> date | None:
    """The last day of the term that `day` is in: `until`, moved on by whole renewals where it renews itself. None: no end.

    Terms are counted from the first one's end, so month ends stay month ends. Raises periods.PeriodError.
    """
    if contract.until is None or not contract.renews:
        return contract.until
    length = periods.parse(contract.renews)
    following = contract.until + timedelta(days=1)
    times = 0
    while length.after(following, times) <= day and length.after(following, times).year < 9000:
        times += 1
    return length.after(following, times) - timedelta(days=1)


def notice_by(contract: Contract, term: date) -> date | None:
    """The last day to give notice before a term ends: so long before the day after it, less a day. Raises PeriodError."""
    if not (contract.renews and contract.notice):
        return None
    return periods.parse(contract.notice).after(term + timedelta(days=1), -1) - timedelta(days=1)


def _next_due(
    book: Book, dated: Dated[Contract], as_of: date, there: Billed, decimals: int, lines: Sequence[Waiting]
) -> date | None:
    """The day on which the contract may be billed next: of what waits, the first; else the next period's or milestone's."""
    if lines:
        return min(one.line.since for one in lines)
    contract = dated.first
    if contract.mode == "fixed":
        stages = fixed.stages(dated, book.milestones.get(contract.code, ()), there.milestones, decimals)
        days = [one.milestone.date for one in stages if (contract.code, one.milestone.name) not in there.milestones]
        return min((day for day in days if day > as_of), default=None)
    if contract.mode == "subscription":
        horizon = periods.parse(contract.every).after(min(max(as_of, contract.start), periods.FARTHEST), 2)
        those = subscriptions.unbilled(book, dated, horizon, there.days.get(contract.code, []), decimals)
        days = [piece.due for piece in those]
        return min((day for day in days if day > as_of), default=None)
    waits = [
        one.date
        for one in worked.unbilled_work(book, date.max)
        if one.account == dated.at(one.date).time and one.billable
    ]
    return min((day for day in waits if day > as_of), default=None)
