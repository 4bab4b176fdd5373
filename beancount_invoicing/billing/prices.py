"""The price of a contract on a day: its own or its item's, revised by an index if it follows one."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, CalculationStep, Contract, Dated, IndexValue
from beancount_invoicing.rules import periods
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.supply import code_abroad, nature_under, place_of_seller

HUNDRED = Decimal(100)


class Price(NamedTuple):
    """A unit price, with its calculation; `with_tax` if it includes tax. `said`: the calculation as the document prints it."""

    value: Decimal
    with_tax: bool
    steps: tuple[CalculationStep, ...] = ()
    derivation: str = ""


def price_at(book: Book, contract_versions: Dated[Contract], day: date, decimals: int) -> Price | None:
    """The unit price on `day`: the contract's, else its item's; None if neither has one.

    A price that follows an index is P × ((100 − share) + share × S1 / S0) / 100, rounded to `decimals`, half away from zero, at
    each revision. P is the price as last agreed, S0 the index on that day and S1 on the day of revision. `index-floor` and
    `index-cap` limit the change from one revision to the next.
    """
    contract = contract_versions.at(day)
    item = book.items[contract.item].at(day) if contract.item in book.items else None
    if contract.price is not None:
        value, with_tax = contract.price, False
    elif item and item.price is not None:
        value, with_tax = item.price, False
    elif item and item.price_with_tax is not None:
        value, with_tax = item.price_with_tax, True
    else:
        return None
    if not contract.index:
        return Price(value, with_tax)
    agreed = _agreed_on(book, contract_versions, day)
    values = book.indexes.get(contract.index, ())
    first = index_at(values, agreed)
    if first is None:
        return Price(value, with_tax)
    steps: list[CalculationStep] = []
    text = ""
    price = value
    for revision in _revisions(contract, agreed, day):
        now = index_at(values, revision)
        if now is None or now.date == first.date:
            continue
        new, revised, said_now = _revised(contract, value, price, first, now, decimals)
        if new != price:
            price, text = new, said_now
            steps += revised
    return Price(price, with_tax, tuple(steps), text)


def _revised(
    contract: Contract, agreed: Decimal, before: Decimal, first: IndexValue, now: IndexValue, decimals: int
) -> tuple[Decimal, list[CalculationStep], str]:
    share = contract.index_share if contract.index_share is not None else HUNDRED
    moving = agreed * share / HUNDRED
    exact = moving * now.value / first.value
    why = _(
        "{index}: {now} of {day} to {first} of {first_day}",
        index=contract.index,
        now=now.value,
        day=now.date,
        first=first.value,
        first_day=first.date,
    )
    steps = [
        CalculationStep(
            _("price"),
            "percent of",
            (share, agreed),
            moving,
            _("the part of the price that follows {index}", index=contract.index),
        ),
        CalculationStep(_("price"), "share of", (moving, now.value, first.value), exact, why),
    ]
    text = f"{contract.index}: {agreed} × {now.value} / {first.value}"
    if share != HUNDRED:
        fixed = agreed - moving
        steps.append(CalculationStep(_("price"), "difference", (agreed, moving), fixed, _("the part that stays")))
        steps.append(CalculationStep(_("price"), "sum", (fixed, exact), fixed + exact, _("both parts")))
        exact = fixed + exact
        text = f"{contract.index}: {agreed} × ({(HUNDRED - share) / HUNDRED} + {share / HUNDRED} × {now.value} / {first.value})"
    value = round_to(exact, decimals)
    steps.append(CalculationStep(_("price"), "rounded", (exact, decimals), value, _("the revised price")))
    for limit, operation, sign in (
        (contract.index_floor, _("larger of"), 1),
        (contract.index_cap, _("smaller of"), -1),
    ):
        if limit is None:
            continue
        bound = before * (HUNDRED + limit) / HUNDRED
        edge = round_to(bound, decimals)
        if (edge - value) * sign > 0:
            which = "index-floor" if sign > 0 else "index-cap"
            steps += [
                CalculationStep(
                    _("price"),
                    "less percent",
                    (before, -limit),
                    bound,
                    _("{which} {limit} % on {before}", which=which, limit=limit, before=before),
                ),
                CalculationStep(_("price"), "rounded", (bound, decimals), edge, which),
                CalculationStep(_("price"), operation, (value, edge), edge, which),
            ]
            value = edge
            text = f"{contract.index}, {limit:+} %: {before} × {(HUNDRED + limit) / HUNDRED}"
    return value, steps, text


def with_local_numbers(book: Book, contract: Contract, day: date, text: str) -> str:
    """A calculation with numbers in the notation of the customer's language: with a decimal comma except in English."""
    main = book.main_accounts.get(contract.customer, "")
    if main not in book.customers or book.language(book.customers[main].at(day), day) == "en":
        return text
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text)


def purchase_order(book: Book, contract: Contract, day: date) -> str:
    """The purchase order that applies on `day`: the contract's, else its customer's; "" for none."""
    main = book.main_accounts.get(contract.customer, "")
    return contract.purchase_order or (book.customers[main].at(day).purchase_order if main in book.customers else "")


def tax_code(book: Book, customer: str, own_code: str, item: str, day: date, nature: str = "") -> str:
    """The tax code of a line on `day`: its own, else the customer's (a main account), the one for customers in that place and this
    nature, its item's, the default; "" for none.
    """
    buyer = book.customers[customer].at(day)
    if own_code or buyer.tax:
        return own_code or buyer.tax
    sold = book.items[item].at(day) if item in book.items else None
    home = (sold.tax if sold else "") or book.option("default-tax", day)
    nature = (
        nature
        or (sold.nature if sold else "")
        or nature_under(book.taxes[home].at(day) if home in book.taxes else None)
    )
    seller = place_of_seller(book.seller.at(day)) if book.seller else ""
    return code_abroad(book.taxes, seller, buyer, nature, day, home) or home


def tax_rate(book: Book, customer: str, own_code: str, item: str, day: date) -> Decimal:
    """The rate in percent of that code; 0 if it is unknown."""
    code = tax_code(book, customer, own_code, item, day)
    return book.taxes[code].at(day).rate if code in book.taxes else Decimal(0)


def index_at(values: tuple[IndexValue, ...], day: date) -> IndexValue | None:
    """The value in force on a day: the last one dated by then; None before the first."""
    place = bisect_right(values, day, key=lambda value: value.date)
    return values[place - 1] if place else None


def _agreed_on(book: Book, dated: Dated[Contract], day: date) -> date:
    """The day since which the agreed price (apart from revisions) has been that of `day`."""
    agreed = dated.versions[0][0]
    before = None
    for since in _said_on(book, dated):
        if since > day:
            break
        contract = dated.at(since)
        item = book.items[contract.item].at(since) if contract.item in book.items else None
        now = (
            contract.price,
            contract.index,
            None if contract.price is not None else item and (item.price or item.price_with_tax),
        )
        if before is not None and now != before:
            agreed = since
        before = now
    return agreed


def _said_on(book: Book, dated: Dated[Contract]) -> list[date]:
    """The days, from the contract's start on, on which it or one of its items changes."""
    start = dated.versions[0][0]
    days = {day for day, _version in dated.versions}
    for code in {version.item for _day, version in dated.versions}:
        if code in book.items:
            days |= {day for day, _item in book.items[code].versions if day > start}
    return sorted(days)


def _revisions(contract: Contract, agreed: date, day: date) -> list[date]:
    length = periods.parse_length(contract.index_every or "year")
    result = []
    times = 1
    while (revision := length.after(agreed, times)) <= day:
        result.append(revision)
        times += 1
    return result


def line_changes_on(book: Book, contract_versions: Dated[Contract], day: date, decimals: int) -> bool:
    """Whether a line that begins on `day` differs from that of the day before: in price, quantity, words, account or tax; or in its
    document: purchase order, group, or retention.
    """
    before = day - timedelta(days=1)
    return _said(book, contract_versions, day, decimals) != _said(book, contract_versions, before, decimals)


def _said(book: Book, dated: Dated[Contract], day: date, decimals: int) -> tuple[object, ...]:
    contract = dated.at(day)
    item = book.items[contract.item].at(day) if contract.item in book.items else None
    price = price_at(book, dated, day, decimals)
    return (
        (
            contract.item,
            contract.quantity,
            contract.text,
            contract.unit,
            contract.account,
            contract.tax,
            contract.discount,
        ),
        (purchase_order(book, contract, day), contract.group, contract.currency),
        (contract.retention, contract.retention_account),
        item and (item.name, item.text, item.unit, item.account, item.tax),
        price and (price.value, price.with_tax),
    )


def price_change_days(book: Book, contract_versions: Dated[Contract], until: date) -> list[date]:
    """The days up to `until` on which the price may change: amendments, item prices and revisions; sorted."""
    days = _said_on(book, contract_versions)
    result = set(days)
    for account in {version.customer for _day, version in contract_versions.versions}:
        customer = book.customers.get(book.main_accounts.get(account, ""))
        result.update(
            day for day, _said in customer.versions[1:] if day > contract_versions.first.start
        ) if customer else None
    for day in days:
        contract = contract_versions.at(day)
        if contract.index:
            result.update(_revisions(contract, _agreed_on(book, contract_versions, day), until))
    return sorted(day for day in result if day <= until)
