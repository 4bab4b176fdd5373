"""The results of the financial years before a period: what is still to be appropriated, and what was carried forward.

Plan comptable général: the result of a year is on account 120 (profit) or 129 (loss) until the partners decide; what is carried
forward is on 110 or 119. A ledger need not book either: the result of the last year is then opened on 120 or 129, that of the
years before on 110 or 119. What the ledger books itself on an account 12 counts first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Dated
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerEntry
from beancount_invoicing.rules.financial_year import CALENDAR_YEAR, FinancialYear, financial_years, is_closing_day

YEAR_RESULT = "12"
"""How the numbers of the accounts begin on which the result of a year is."""


class ResultsBefore(NamedTuple):
    """What income and expenses of earlier financial years are opened as; amounts above 0 are losses."""

    last_year: Decimal
    carried_forward: Decimal
    appropriated: Mapping[str, Decimal]
    """By the ledger's own accounts 12: what of their balance appropriates these results, and is opened no more."""


def financial_years_of(general_ledger: GeneralLedger, book: Book, until: date) -> tuple[FinancialYear, ...]:
    """The financial years from the ledger's first transaction to the year of a day (option `financial-year-end`).

    A value of the option that is not a day of a year does not count: checks report it.
    """
    versions = book.options["financial-year-end"].versions if "financial-year-end" in book.options else ()
    ends = Dated(
        tuple((since, str(end)) for since, end in versions if is_closing_day(str(end))) or ((date.min, CALENDAR_YEAR),)
    )
    begin = min(general_ledger.entries[0].date, until) if general_ledger.entries else until
    return financial_years(ends, begin, until)


def closes_accounts(entry: LedgerEntry, general_ledger: GeneralLedger) -> bool:
    """Whether an entry does nothing but move income and expenses to an account 12: a FEC has no such entries (LPF, art. A47 A-1,
    VII, 1°), because they hide what the year earned.
    """
    closes = False
    for posting in entry.postings:
        if posting.account.split(":")[0] not in general_ledger.result_roots:
            if not is_of_year_results(posting.account, general_ledger):
                return False
            closes = True
    return closes and len(entry.postings) > 1


def is_of_year_results(name: str, general_ledger: GeneralLedger) -> bool:
    """Whether the result of a year is on an account. An account under Assets is none: in other charts than the French
    one, 12 is a bank.
    """
    account = general_ledger.accounts.get(name)
    is_asset = name.split(":")[0] == general_ledger.roots.assets
    return account is not None and not is_asset and account.number.startswith(YEAR_RESULT)


class Movement(NamedTuple):
    """An amount on an account, above 0 for a debit."""

    date: date
    account: str
    amount: Decimal


def results_before(
    income_and_expenses: Iterable[Movement], years: Sequence[FinancialYear], on_year_results: Sequence[Movement]
) -> ResultsBefore:
    """The results of the years before the last one of `years`, in which the period begins.

    `income_and_expenses`: those of the earlier years. `on_year_results`: what the ledger itself books on accounts 12. What is
    booked there after a year has ended, and opposite to its result, appropriates it: the latest year's result first.
    """
    ends = [year.last for year in years]
    results: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    for movement in income_and_expenses:
        results[bisect_left(ends, movement.date)] += movement.amount
    last_year = len(years) - 2
    appropriated: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    carried_forward = ZERO
    for year in sorted(results, reverse=True):
        booked: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for movement in on_year_results:
            if movement.date > ends[year]:
                booked[movement.account] += movement.amount
        for account in sorted(booked):
            left = booked[account] - appropriated[account]
            if left * results[year] < 0:
                taken = min(abs(left), abs(results[year])).copy_sign(left)
                results[year] += taken
                appropriated[account] += taken
        if year != last_year:
            carried_forward += results[year]
    return ResultsBefore(results[last_year], carried_forward, appropriated)
