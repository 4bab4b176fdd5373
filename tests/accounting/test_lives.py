"""What must always hold of the accountant's reports: on generated lives of a business, at every month end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import filter_txns

from beancount_invoicing.accounting.aged_balance import aged_balance_report
from beancount_invoicing.accounting.closing.closing import closing
from beancount_invoicing.accounting.closing.proposals import KINDS
from beancount_invoicing.accounting.entries import accounting_entries
from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.accounting.reports import balance_report, journal_report, ledger_report, lettering_report
from beancount_invoicing.accounting.vat import VatLine, vat_of_period
from beancount_invoicing.accounting.vat_reports import comparisons
from beancount_invoicing.accounting.year_end import open_items_report, post_closing_report
from beancount_invoicing.actions.close import unbilled_services
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.general_ledger import read_general_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import Allocated, allocate
from beancount_invoicing.receivables.tax_due import tax_due
from tests.accounting.test_closing import check_reversed, ready_to_close
from tests.ledgers import month_ends
from tests.properties.lives.acts import acts, lived
from tests.sizes import seeds

Sums = dict[Any, Decimal]


def of_a_life(seed: int) -> None:
    """Every report of each month meets the ledger; months add up to the whole; closing entries are reversed to zero."""
    entries, _errors, options = loader.load_string(lived(acts(seed)).text)
    days = [entry.date for entry in filter_txns(entries)]
    if not days:
        return
    book = read_book(entries, options)
    documents = {document.source: document.number for document in book.invoices}
    general_ledger = read_general_ledger(entries, options, "pcg", documents)
    first = days[0].replace(day=1)
    ends = list(month_ends(first, date(days[-1].year, 12, 31)))
    charged: list[tuple[str, Decimal]] = []
    received: list[tuple[str, Decimal]] = []
    last = allocate(book, ends[-1])
    for day in ends:
        since, allocated = day.replace(day=1), allocate(book, day)
        meets_the_ledger(general_ledger, book, allocated, last)
        charged += by_code(vat_of_period(general_ledger, book, since, day).lines)
        received += money(general_ledger, book, allocated, since)
        check_reversed(closing(*ready_to_close(general_ledger, book), day, unbilled_services(book, day, day)[0], KINDS))
    whole = vat_of_period(general_ledger, book, first, ends[-1])
    assert sums(charged) == sums(by_code(whole.lines))
    assert sums(received) == sums(money(general_ledger, book, last, first))
    on_payment = [(line.tax.code, line.amount) for line in whole.lines if line.is_on_payment]
    shares = tax_due(book, ends[-1]).tax_shares
    assert sums(on_payment) == sums((share.pending.code, share.amount) for share in shares if share.is_due)


def meets_the_ledger(general_ledger: GeneralLedger, book: Book, allocated: Allocated, last: Allocated) -> None:
    """The reports of a month have no difference to the ledger that is not named, and letters and journals come to zero."""
    day = allocated.as_of
    since = day.replace(day=1)
    entries = accounting_entries(general_ledger, book, since, day)
    for entry in entries.entries:
        assert sum(line.amount for line in entry.lines) == 0
    for report in (
        journal_report(entries, []),
        ledger_report(entries, general_ledger, book, ()),
        balance_report(entries, general_ledger, book, general=False),
        balance_report(entries, general_ledger, book, general=True),
        lettering_report(entries, book, ()),
        receipts_report(general_ledger, book, allocated, since, day),
        aged_balance_report(general_ledger, book, allocated),
        open_items_report(general_ledger, book, allocated),
        post_closing_report(book, allocated, last),
    ):
        assert not any(both.difference for both in report.reconciliations), report.name
    vat = vat_of_period(general_ledger, book, since, day, allocated)
    assert not any(compared.unexplained for compared in comparisons(vat, general_ledger, book))


def by_code(lines: Iterable[VatLine]) -> list[tuple[str, Decimal]]:
    """The bases and the taxes of lines, each under its code."""
    return [pair for line in lines for pair in ((f"{line.tax.code}, base", line.base), (line.tax.code, line.amount))]


def money(general_ledger: GeneralLedger, book: Book, allocated: Allocated, since: date) -> list[tuple[Any, Decimal]]:
    """What was received, by day and currency: whatever it paid, which may be known later only."""
    report = receipts_report(general_ledger, book, allocated, since, allocated.as_of)
    places = [[column.name for column in report.columns].index(name) for name in ("date", "currency", "amount")]
    rows: list[Any] = [[row[place] for place in places] for row in report.rows]
    return [((day, currency), amount) for day, currency, amount in rows]


def sums(pairs: Iterable[tuple[Any, Decimal]]) -> Sums:
    """What each key comes to, without those that come to nothing."""
    result: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for key, amount in pairs:
        result[key] += amount
    return {key: amount for key, amount in result.items() if amount}


@pytest.mark.parametrize("seed", [0, 1, 2, 1005])
def test_the_accountant_s_reports_of_a_life_meet_its_ledger(seed: int) -> None:
    of_a_life(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(100))
def test_those_of_more_lives_do(seed: int) -> None:
    of_a_life(seed)
