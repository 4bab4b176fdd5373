"""What customers have paid ahead under their contracts: deposits not deducted yet, and included units not used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.billing import usage
from beancount_invoicing.billing.cutoff import book_at_cutoff
from beancount_invoicing.billing.prices import price_at
from beancount_invoicing.billing.time_and_expenses import unbilled_work
from beancount_invoicing.billing.time_owner import by_contract
from beancount_invoicing.billing.unbilled import ContractFilter, currency_of, unbilled_lines, wanted_contracts
from beancount_invoicing.billing.usage import IncludedUnits
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Invoice
from beancount_invoicing.rules import currencies, periods, tiers, worktime

HUNDREDTH = Decimal("0.01")


class PrepaidMovement(NamedTuple):
    """A document that adds to what is prepaid, or takes from it: `amount` without tax, and the balance after it."""

    date: date
    number: str
    kind: Literal["deposit", "deducted", "given-back"]
    amount: Decimal
    balance: Decimal


class PrepaidBalance(NamedTuple):
    """What is prepaid under a contract on a day, in its currency and without tax."""

    contract: Contract
    name: str
    customer: str
    currency: str
    movements: tuple[PrepaidMovement, ...]
    """Oldest first; drafts too."""
    unbilled: Decimal
    """What may be billed and will be deducted."""
    units_left: Decimal | None
    """For a time contract: how many units the rest pays for at the price of the day, two decimals, rounded down; else None."""
    periods: tuple[IncludedUnits, ...]
    """For a contract with included units: its periods, oldest first; the last one may still be running."""

    @property
    def balance(self) -> Decimal:
        """What is left of its deposits after all documents."""
        return self.movements[-1].balance if self.movements else ZERO

    @property
    def left(self) -> Decimal:
        """What will be left once everything that may be billed is billed; never below zero."""
        return max(self.balance - self.unbilled, ZERO)


def prepaid_balances(book: Book, as_of: date, contract_filter: ContractFilter) -> list[PrepaidBalance]:
    """The requested contracts, by code, that have had deposits, or have included units, as of `as_of` (inclusive)."""
    then = book_at_cutoff(book, as_of)
    movements = _movements(then.invoices)
    waits: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in unbilled_lines(then, as_of, contract_filter)[0]:
        if line.kind != "deposit":
            waits[line.contract.code] += line.line.net
    work = by_contract(then, unbilled_work(then, as_of)).by_contract
    result = []
    for dated in wanted_contracts(then, contract_filter):
        code, contract = dated.first.code, dated.at(as_of)
        counts = contract.start <= as_of and any(version.included for _day, version in dated.versions)
        if code not in movements and not counts:
            continue
        allowances: tuple[IncludedUnits, ...] = ()
        with suppress(
            periods.PeriodError, worktime.TimeRoundingError, tiers.TierError, ArithmeticError
        ):  # checks say it
            allowances = tuple(usage.included_units(then, dated, work.get(code, []), as_of)) if counts else ()
        item = then.items[contract.item].at(as_of) if contract.item in then.items else None
        found = PrepaidBalance(
            contract=contract,
            name=contract.text or (item.name if item else code),
            customer=then.customers[then.main_accounts[contract.customer]].at(as_of).name,
            currency=currency_of(then, contract),
            movements=tuple(movements.get(code, ())),
            unbilled=waits[code] if code in movements else ZERO,
            units_left=None,
            periods=allowances,
        )
        result.append(_with_units(then, dated, found, as_of))
    return result


def _with_units(book: Book, dated: Dated[Contract], prepaid_balance: PrepaidBalance, as_of: date) -> PrepaidBalance:
    if prepaid_balance.contract.mode != "time" or not prepaid_balance.movements:
        return prepaid_balance
    price = None
    with suppress(periods.PeriodError, ArithmeticError):
        price = price_at(
            book,
            dated,
            max(as_of, prepaid_balance.contract.start),
            currencies.currency_decimals(prepaid_balance.currency),
        )
    if price is None or price.with_tax or not price.value:
        return prepaid_balance
    return prepaid_balance._replace(units_left=(prepaid_balance.left / price.value).quantize(HUNDREDTH, ROUND_DOWN))


def _movements(invoices: Sequence[Invoice]) -> dict[str, list[PrepaidMovement]]:
    """By contract: its deposits, what invoices deduct of them, and what credit notes give back."""
    of = {
        invoice.number: next((line.contract for line in invoice.lines if line.contract), "")
        for invoice in invoices
        if invoice.kind == "deposit"
    }
    result: defaultdict[str, list[PrepaidMovement]] = defaultdict(list)

    def add(invoice: Invoice, code: str, kind: Literal["deposit", "deducted", "given-back"], amount: Decimal) -> None:
        if code and amount:
            before = result[code][-1].balance if result[code] else ZERO
            result[code].append(PrepaidMovement(invoice.date, invoice.number, kind, amount, before + amount))

    for invoice in sorted(
        invoices, key=lambda invoice: (invoice.date, invoice.kind != "deposit")
    ):  # else as the Book has them
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
