"""Fixed prices: milestones, deposits and what is left of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from beancount_invoicing.billing.drafts import DraftLine
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Invoice, Milestone, Step
from beancount_invoicing.receivables.tax_due import tax_due
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import code_named


class Stage(NamedTuple):
    """A milestone with its amount without tax, and how that came about."""

    milestone: Milestone
    amount: Decimal
    steps: tuple[Step, ...]


def billed_milestones(invoices: Iterable[Invoice]) -> dict[tuple[str, str], Decimal]:
    """What each milestone of a contract is billed with, drafts too, less what is credited; none that is credited whole."""
    result: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for invoice in invoices:
        for line in invoice.lines:
            if line.contract and line.milestone:
                result[line.contract, line.milestone] += line.net
    return {milestone: net for milestone, net in result.items() if net}


def stages(
    dated: Dated[Contract], milestones: tuple[Milestone, ...], billed: dict[tuple[str, str], Decimal], places: int
) -> list[Stage]:
    """The milestones with their amounts: what they are billed with, else what they will be; deposits stand beside the whole.

    A percentage is of the contract's price on the milestone's date; `cumulative` takes off what those before it have. Where
    they reach the whole price, the last one takes the remainder to the cent.
    """
    result: list[Stage] = []
    sum_so_far = ZERO
    percent_so_far = ZERO
    ordinary = [each for each in milestones if not each.deposit]
    for milestone in milestones:
        contract = dated.at(milestone.date)
        price = contract.price or ZERO
        there = billed.get((contract.code, milestone.name))
        if milestone.percent is not None:
            percent_so_far += ZERO if milestone.deposit else milestone.percent
        elif milestone.cumulative is not None:
            percent_so_far = milestone.cumulative
        last = bool(ordinary) and milestone is ordinary[-1] and percent_so_far == 100
        if there:
            stage = Stage(milestone, there, ())
        elif milestone.price is not None:
            stage = Stage(
                milestone, milestone.price, (Step("price", "as written", (milestone.price,), milestone.price),)
            )
        elif last:
            whole = price
            rest = whole - sum_so_far
            stage = Stage(
                milestone,
                rest,
                (Step("price", "difference", (whole, sum_so_far), rest, "the last one takes the remainder"),),
            )
        else:
            stage = _percent(milestone, price, sum_so_far, places)
        if not milestone.deposit:
            sum_so_far += stage.amount
        result.append(stage)
    return result


def _percent(milestone: Milestone, price: Decimal, before: Decimal, places: int) -> Stage:
    percent = milestone.percent if milestone.percent is not None else milestone.cumulative or ZERO
    exact = price * percent / 100
    value = round_to(exact, places)
    steps = [
        Step("price", "percent of", (percent, price), exact, "of the contract's price"),
        Step("price", "rounded", (exact, places), value, "to the cent"),
    ]
    if milestone.percent is None:
        rest = value - before
        steps.append(Step("price", "difference", (value, before), rest, "less what was billed before"))
        value = rest
    return Stage(milestone, value, tuple(steps))


def income_account(dated: Dated[Contract], book: Book, day: date) -> str:
    """The account that a contract's milestones are booked on: its own, else its item's; "" where it has none."""
    contract = dated.at(day)
    item = book.items[contract.item].at(day) if contract.item in book.items else None
    return contract.account or (item.account if item else "")


def line(dated: Dated[Contract], book: Book, stage: Stage, account: str) -> DraftLine:
    """The line that bills a stage, on `account` (a deposit's liability account, else the contract's)."""
    milestone = stage.milestone
    contract = dated.at(milestone.date)
    item = book.items[contract.item].at(milestone.date) if contract.item in book.items else None
    what = contract.text or (item.text or item.name if item else contract.code)
    return DraftLine(
        net=stage.amount,
        account=account,
        tax=contract.tax,
        since=milestone.date,
        item=contract.item if account == (item.account if item else None) else "",
        text=f"{what}, {milestone.name}",
        name=f"{what}, {milestone.name}",
        quantity=Decimal(1).copy_sign(stage.amount),
        price=abs(stage.amount),
        contract=contract.code,
        milestone=milestone.name,
        delivered=None if milestone.deposit else milestone.date,
        steps=stage.steps,
    )


class TaxLeft(NamedTuple):
    """The tax of one code on a deposit: what is left to deduct, and what it was billed with."""

    code: str
    account: str
    left: Decimal
    billed: Decimal
    owed_on: str = ""
    """Where it waits on `account` until it is paid: the account that it reaches then."""


class DepositLeft(NamedTuple):
    """What is left to deduct of a deposit, with the accounts that it stands on; `of_net` is what it was billed with."""

    number: str
    date: date
    contract: str
    account: str
    net: Decimal
    of_net: Decimal
    taxes: tuple[TaxLeft, ...]
    customer: str = ""
    """Main account of the customer who was asked for it: nobody else's invoice deducts it."""


def deposits_left(invoices: Iterable[Invoice]) -> dict[str, list[DepositLeft]]:
    """By contract ("" for none), the deposits (drafts too) that are not wholly deducted or credited, oldest first."""
    invoices = list(invoices)
    deposits = {one.number: one for one in invoices if one.kind == "deposit" and one.lines}
    gone: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    """By deposit and tax code ("" for the net), what was deducted or credited."""
    for invoice in invoices:
        for deduction in invoice.deductions:
            if deduction.number in deposits:
                gone[deduction.number, deduction.tax] += deduction.amount
        for number in invoice.corrects:
            if number in deposits:
                gone[number, ""] -= invoice.net
                for amount in invoice.taxes:
                    gone[number, amount.tax.code] -= amount.amount
    result: defaultdict[str, list[DepositLeft]] = defaultdict(list)
    for number, deposit in deposits.items():
        net = deposit.net - gone[number, ""]
        if net <= 0:
            continue
        code = next((line.contract for line in deposit.lines if line.contract), "")
        taxes = (
            TaxLeft(
                amount.tax.code,
                (amount.tax.pending if amount.pending else amount.tax.account) or "",
                amount.amount - gone[number, amount.tax.code],
                amount.amount,
                (amount.tax.account or "") if amount.pending else "",
            )
            for amount in deposit.taxes
        )
        result[code].append(
            DepositLeft(
                number,
                deposit.date,
                code,
                deposit.lines[0].account,
                net,
                deposit.net,
                tuple(one for one in taxes if one.left),
                deposit.customer.account if deposit.customer else "",
            )
        )
    for those in result.values():
        those.sort(key=lambda one: (one.date, one.number))
    return dict(result)


Owed = Callable[[], Mapping[tuple[str, str], Decimal]]
"""Gives, by deposit and tax code, what of the tax is owed because it was paid, and not deducted yet."""


def owed_of_deposits(book: Book, day: date) -> Owed:
    """What of deposits' taxes that are owed only once paid is owed on `day` (inclusive), in the deposits' currencies.

    It is worked out once, when somebody asks for it.
    """

    @cache
    def owed() -> Mapping[tuple[str, str], Decimal]:
        deposits = {one.number: one for one in book.invoices if one.kind == "deposit"}
        result: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for share in tax_due(book, day).shares:
            if share.number in deposits and share.what == "due":
                deposit = deposits[share.number]
                foreign = deposit.rate if deposit.currency != share.pending.currency else None
                result[share.number, share.pending.code] += share.released / foreign if foreign else share.released
        for invoice in book.invoices:
            for deduction in invoice.deductions:
                place = deduction.number, deduction.tax
                if (
                    place in result
                    and deduction.account != book.taxes[code_named(deduction.tax, book.taxes)].at(invoice.date).pending
                ):
                    result[place] -= deduction.amount
        return {
            (number, code): round_to(amount, decimals(deposits[number].currency))
            for (number, code), amount in result.items()
        }

    return owed
