"""What waits to be billed up to a day, line by line, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.billing import fixed, subscriptions, worked
from beancount_invoicing.billing.drafts import DraftLine, Notice
from beancount_invoicing.billing.prices import tax_rate
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Expense, Work
from beancount_invoicing.rules import currencies, periods, worktime
from beancount_invoicing.rules.tax import gross_split

What = Literal["period", "milestone", "deposit", "time", "expense", "running"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that may be billed: what it is, under which contract (as it stands on the last day), to which customer."""

    what: What
    contract: Contract
    customer: str
    """The customer's main account."""
    currency: str
    line: DraftLine


class Wanted(NamedTuple):
    """Which contracts are asked for: those of these customers (main accounts; none: of all), the one of this code ("": all)."""

    customers: tuple[str, ...] = ()
    contract: str = ""


def currency_of(book: Book, contract: Contract) -> str:
    """The currency that a contract is billed in: its own, else the only one of the customer's account, else the ledger's."""
    said = book.currencies.get(contract.customer, ())
    return contract.currency or (said[0] if len(said) == 1 else "") or book.currency


def wanted_contracts(book: Book, wanted: Wanted) -> list[Dated[Contract]]:
    """The contracts that are asked for, by code; those of accounts that are no customer's are left out (an error says so)."""
    result = []
    for code, dated in sorted(book.contracts.items()):
        main = book.accounts.get(dated.latest.customer)
        if main is None or (wanted.contract and code != wanted.contract):
            continue
        if not wanted.customers or main in wanted.customers:
            result.append(dated)
    return result


class Billed(NamedTuple):
    """What the documents of a Book, drafts too, have billed already."""

    days: dict[str, list[periods.Period]]
    milestones: dict[tuple[str, str], Decimal]
    expenses: dict[tuple[str, date, Decimal], int]
    nets: dict[str, Decimal]
    """By contract, without deposits and expenses."""


def billed(book: Book) -> Billed:
    """All that is billed, worked out once."""
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        if invoice.kind != "deposit":
            for line in invoice.lines:
                if line.contract and line.expense is None:
                    nets[line.contract] += line.net
    return Billed(
        {code: subscriptions.covered(those) for code, those in subscriptions.billed_days(book).items()},
        fixed.billed_milestones(book.invoices),
        worked.billed_expenses(book.invoices),
        dict(nets),
    )


def waiting(book: Book, until: date, wanted: Wanted = Wanted()) -> tuple[list[Waiting], list[Notice]]:  # noqa: B008 - frozen
    """What may be billed up to `until` (inclusive), by contract and day; and what somebody should know about it."""
    there = billed(book)
    work: defaultdict[str, list[Work]] = defaultdict(list)
    for one in worked.unbilled_work(book.work, until):
        work[one.account].append(one)
    expenses: defaultdict[str, list[Expense]] = defaultdict(list)
    for spent in worked.unbilled_expenses(book.expenses, there.expenses, until):
        expenses[spent.contract].append(spent)
    found: list[Waiting] = []
    notices: list[Notice] = []
    for dated in wanted_contracts(book, wanted):
        contract = dated.at(until)
        if contract.start > until:
            continue
        currency = currency_of(book, contract)
        if not currency:
            notices.append(
                Notice(contract.code, f'it has no currency: write currency: "EUR" below it ({contract.source})')
            )
            continue
        decimals = currencies.decimals(currency)
        lines: list[tuple[What, DraftLine]] = []
        try:
            if contract.mode == "subscription":
                lines += _periods(book, dated, until, there, decimals, notices)
            elif contract.mode == "fixed":
                lines += _milestones(book, dated, until, there, decimals, notices)
            elif not contract.paused:
                lines += _time(book, dated, work, there, decimals, notices)
        except (periods.PeriodError, worktime.RoundingError) as error:
            notices.append(Notice(contract.code, f"{error} ({contract.source})"))
        except ArithmeticError:
            notices.append(
                Notice(
                    contract.code,
                    f"its dates or numbers are beyond what can be calculated: correct them ({contract.source})",
                )
            )
        if not contract.paused:
            lines += [
                ("expense", line)
                for line in _expenses(book, dated, expenses[contract.code], currency, decimals, notices)
            ]
        main = book.accounts[contract.customer]
        found += [
            Waiting(
                what,
                contract,
                main,
                currency,
                _net(book, main, _without_account(line, contract, notices), until, decimals),
            )
            for what, line in lines
        ]
    return [one for one in found if one.line.account], notices


def running(book: Book, as_of: date, wanted: Wanted = Wanted()) -> list[Waiting]:  # noqa: B008 - frozen
    """What has run by the end of `as_of` of the periods of subscriptions that may only be billed later, at its share by days.

    Rounded once, half away from zero; without tax. `line.since` is the later day on which the period may be billed. What cannot
    be worked out is left out: `waiting` says why.
    """
    there = billed(book)
    found = []
    for dated in wanted_contracts(book, wanted):
        contract = dated.at(as_of)
        currency = currency_of(book, contract)
        if contract.mode != "subscription" or contract.start > as_of or not currency:
            continue
        decimals = currencies.decimals(currency)
        main = book.accounts[contract.customer]
        try:
            for piece in subscriptions.running(book, dated, as_of, there.days.get(contract.code, []), decimals):
                line = subscriptions.line(book, dated, piece, decimals)
                if line:
                    found.append(Waiting("running", contract, main, currency, _net(book, main, line, as_of, decimals)))
        except (periods.PeriodError, ArithmeticError):
            continue
    return found


def _net(book: Book, main: str, line: DraftLine, until: date, decimals: int) -> DraftLine:
    """The line with its net, where its price includes tax."""
    if line.price_with_tax is None:
        return line
    rate = tax_rate(book, main, line.tax, line.item, until)
    return replace(line, gross=line.net, net=gross_split(line.net, rate, decimals)[0].value)


def _without_account(line: DraftLine, contract: Contract, notices: list[Notice]) -> DraftLine:
    if not line.account:
        notices.append(
            Notice(
                contract.code, f"it has no income account: give it an item, or account: Income:… ({contract.source})"
            )
        )
    return line


def _periods(
    book: Book, dated: Dated[Contract], until: date, there: Billed, decimals: int, notices: list[Notice]
) -> Iterable[tuple[What, DraftLine]]:
    code = dated.latest.code
    for piece in subscriptions.unbilled(book, dated, until, there.days.get(code, []), decimals, notices):
        line = subscriptions.line(book, dated, piece, decimals)
        if line is None:
            notices.append(
                Notice(code, f"{piece.span.start}: no price is known: give it a price, or an item that has one")
            )
        else:
            yield "period", line


def _milestones(
    book: Book, dated: Dated[Contract], until: date, there: Billed, decimals: int, notices: list[Notice]
) -> Iterable[tuple[What, DraftLine]]:
    code = dated.latest.code
    for stage in fixed.stages(dated, book.milestones.get(code, ()), there.milestones, decimals):
        milestone = stage.milestone
        if milestone.date > until or (code, milestone.name) in there.milestones or dated.at(until).paused:
            continue
        if milestone.deposit:
            account = dated.at(milestone.date).deposit_account or book.option("deposit-account", milestone.date)
            if not account:
                notices.append(
                    Notice(
                        code,
                        f"{milestone.name} is a deposit, but no account for it is known: write deposit-account: Liabilities:…"
                        f' below the contract, or custom "invoice-option" "deposit-account" ({milestone.source})',
                    )
                )
                continue
            yield "deposit", fixed.line(dated, book, stage, account)
        elif stage.amount:
            yield "milestone", fixed.line(dated, book, stage, fixed.income_account(dated, book, milestone.date))


def _time(
    book: Book,
    dated: Dated[Contract],
    work: dict[str, list[Work]],
    there: Billed,
    decimals: int,
    notices: list[Notice],
) -> Iterable[tuple[What, DraftLine]]:
    contract = dated.latest
    if not contract.time:
        notices.append(
            Notice(contract.code, f"it has no time account: write time: Assets:… below it ({contract.source})")
        )
        return
    those = work.pop(contract.time, [])  # an account is billed once, by the first contract that names it
    lines, said = worked.time_lines(book, dated, those, there.nets.get(contract.code, ZERO), decimals)
    notices += [Notice(contract.code, text) for text in said]
    for line in lines:
        yield "time", line


def _expenses(
    book: Book,
    dated: Dated[Contract],
    those: list[Expense],
    currency: str,
    decimals: int,
    notices: list[Notice],
) -> Iterable[DraftLine]:
    for one in those:
        if one.currency != currency:
            notices.append(
                Notice(
                    dated.latest.code,
                    f"an expense of {one.amount} {one.currency} is not billed: the contract is billed in {currency} ({one.source})",
                )
            )
            continue
        own_cost = one.account.startswith(book.expenses_root + ":")
        if not own_cost and not one.tax:
            notices.append(
                Notice(
                    dated.latest.code,
                    f"{one.text}: what was paid in the customer's name is outside your sales: write its tax code, tax: …, below"
                    f" {one.account} ({one.source})",
                )
            )
            continue
        yield worked.expense_line(book, dated, one, decimals, own_cost)
