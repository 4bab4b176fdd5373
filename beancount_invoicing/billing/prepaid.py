"""What customers have ahead under their contracts: deposits that are not deducted yet, and included units that are not used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.billing import usage
from beancount_invoicing.billing.cutoff import cut_off
from beancount_invoicing.billing.prices import price_at
from beancount_invoicing.billing.usage import Allowance
from beancount_invoicing.billing.waiting import Wanted, currency_of, waiting, wanted_contracts
from beancount_invoicing.billing.whose import by_contract
from beancount_invoicing.billing.worked import unbilled_work
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Invoice
from beancount_invoicing.rules import currencies, periods, tiers, worktime

HUNDREDTH = Decimal("0.01")


class Movement(NamedTuple):
    """A document that adds to what is prepaid, or takes from it: `amount` without tax, and the balance after it."""

    date: date
    number: str
    what: Literal["deposit", "deducted", "given-back"]
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Prepaid:
    """What is prepaid under a contract on a day, in its currency and without tax."""

    contract: Contract
    name: str
    customer: str
    currency: str
    movements: tuple[Movement, ...]
    """Oldest first; drafts too."""
    waits: Decimal
    """What may be billed and will be deducted."""
    units: Decimal | None
    """Of a time contract: how many units the rest pays for at the price of the day, two decimals, rounded down; else None."""
    periods: tuple[Allowance, ...]
    """Of a contract with included units: its periods, oldest first; the last one may not be over."""

    @property
    def balance(self) -> Decimal:
        """What documents leave of its deposits."""
        return self.movements[-1].balance if self.movements else ZERO

    @property
    def left(self) -> Decimal:
        """What is left of it once all is billed that may be; never below zero."""
        return max(self.balance - self.waits, ZERO)


def prepaid(book: Book, as_of: date, wanted: Wanted) -> list[Prepaid]:
    """The contracts that are asked for, by code, that have had deposits, or have included units, as of `as_of` (inclusive)."""
    then = cut_off(book, as_of)
    movements = _movements(then.invoices)
    waits: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in waiting(then, as_of, wanted)[0]:
        if one.what != "deposit":
            waits[one.contract.code] += one.line.net
    work = by_contract(then, unbilled_work(then, as_of)).of
    result = []
    for dated in wanted_contracts(then, wanted):
        code, contract = dated.first.code, dated.at(as_of)
        counts = contract.start <= as_of and any(version.included for _day, version in dated.versions)
        if code not in movements and not counts:
            continue
        allowances: tuple[Allowance, ...] = ()
        with suppress(periods.PeriodError, worktime.RoundingError, tiers.TierError, ArithmeticError):  # checks say it
            allowances = tuple(usage.allowances(then, dated, work.get(code, []), as_of)) if counts else ()
        item = then.items[contract.item].at(as_of) if contract.item in then.items else None
        found = Prepaid(
            contract=contract,
            name=contract.text or (item.name if item else code),
            customer=then.customers[then.accounts[contract.customer]].at(as_of).name,
            currency=currency_of(then, contract),
            movements=tuple(movements.get(code, ())),
            waits=waits[code] if code in movements else ZERO,
            units=None,
            periods=allowances,
        )
        result.append(_with_units(then, dated, found, as_of))
    return result


def _with_units(book: Book, dated: Dated[Contract], one: Prepaid, as_of: date) -> Prepaid:
    if one.contract.mode != "time" or not one.movements:
        return one
    price = None
    with suppress(periods.PeriodError, ArithmeticError):
        price = price_at(book, dated, max(as_of, one.contract.start), currencies.decimals(one.currency))
    if price is None or price.with_tax or not price.value:
        return one
    return replace(one, units=(one.left / price.value).quantize(HUNDREDTH, ROUND_DOWN))


def _movements(invoices: Sequence[Invoice]) -> dict[str, list[Movement]]:
    """By contract: its deposits, what invoices deduct of them, and what credit notes give back."""
    of = {
        one.number: next((line.contract for line in one.lines if line.contract), "")
        for one in invoices
        if one.kind == "deposit"
    }
    result: defaultdict[str, list[Movement]] = defaultdict(list)

    def add(invoice: Invoice, code: str, what: Literal["deposit", "deducted", "given-back"], amount: Decimal) -> None:
        if code and amount:
            before = result[code][-1].balance if result[code] else ZERO
            result[code].append(Movement(invoice.date, invoice.number, what, amount, before + amount))

    for invoice in sorted(invoices, key=lambda one: (one.date, one.kind != "deposit")):  # else as the Book has them
        if invoice.kind == "deposit":
            add(invoice, of[invoice.number], "deposit", invoice.net)
        for code in dict.fromkeys(of.get(number, "") for number in invoice.corrects):
            add(invoice, code, "given-back", invoice.net)
        taken: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for deduction in invoice.deductions:
            if not deduction.tax:
                taken[of.get(deduction.number, "")] += deduction.amount
        for code, amount in taken.items():
            add(invoice, code, "deducted", -amount)
    return dict(result)
