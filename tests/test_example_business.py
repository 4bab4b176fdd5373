"""The example business: its books are sound, with our plugin and without, and have one of each situation."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Entries, Open, Transaction
from click.testing import CliRunner

from beancount_invoicing.answers.documents import explanation_steps
from beancount_invoicing.cli import main
from beancount_invoicing.dunning import propose
from beancount_invoicing.ledger import Ledger, open_ledger
from beancount_invoicing.model import ZERO
from beancount_invoicing.receivables import aging, allocate, positions
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import EXAMPLE, month_ends, recent_example

DAY = date(2026, 11, 30)
MONTH_ENDS = tuple(month_ends(date(2025, 1, 1), DAY))
days_of_two_years = pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)])
"""Each third day; each day in `make proof`."""


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return open_ledger(EXAMPLE)


@pytest.fixture(scope="module")
def entries() -> Entries:
    loaded, errors, _options = loader.load_file(str(EXAMPLE))
    assert not errors
    return loaded


def test_nothing_is_wrong_or_doubtful(ledger: Ledger) -> None:
    assert ledger.findings == ()


def test_bean_check_is_silent_also_without_the_plugin(tmp_path: Path) -> None:
    top = EXAMPLE.read_text(encoding="utf-8").replace('include "', f'include "{EXAMPLE.parent}/')
    bare = tmp_path / "bare.beancount"
    bare.write_text(top.replace('plugin "beancount_invoicing"', ""), encoding="utf-8")
    for file in (EXAMPLE, bare):
        command = [sys.executable, "-m", "beancount.scripts.check", "--no-cache", str(file)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_how_much_there_is(ledger: Ledger) -> None:
    book = ledger.book
    kinds = defaultdict(list)
    for invoice in book.invoices:
        kinds["draft" if invoice.draft else invoice.kind].append(invoice)
    assert len(kinds["invoice"]) + len(kinds["deposit"]) >= 150
    assert all(kinds[kind] for kind in ("deposit", "credit-note", "opening", "void", "draft"))
    customers = [dated.latest for dated in book.customers.values()]
    assert len(customers) >= 12
    assert {customer.address.country for customer in customers} >= {"FR", "DE", "BE", "GB"}
    assert {customer.buyer for customer in customers} >= {"business", "consumer", "public"}
    assert {invoice.currency for invoice in book.invoices} >= {"EUR", "GBP"}
    assert {invoice.date.year for invoice in book.invoices} == {2024, 2025, 2026}, "2024: opening items"
    used = {amount.tax.code: amount for invoice in book.invoices for amount in invoice.taxes}
    assert {amount.tax.rate for amount in used.values()} >= {Decimal(20), Decimal(10), Decimal("5.5"), ZERO}
    assert {amount.tax.category for amount in used.values()} >= {"S", "AE", "G"}
    assert {amount.tax.on_payment for amount in used.values()} == {True, False}


def test_situations(ledger: Ledger) -> None:
    book = ledger.book
    at = {position.invoice.number: position for position in positions(book, DAY)}
    assert any(position.invoice.deductions for position in at.values()), "a final invoice deducts its deposit"
    assert any(len(position.instalments) > 1 for position in at.values())
    assert any(line.discount for position in at.values() for line in position.invoice.lines)
    assert any(position.invoice.adjustments for position in at.values())
    assert any(position.invoice.immediate_payments for position in at.values()), "a cash sale"
    hows = {allocation.how for position in at.values() for allocation in position.allocations}
    assert hows >= {"link", "settles", "credit-note", "at-once", "write-off", "reversal"}
    late = [
        (position.settled_on - position.due).days
        for position in at.values()
        if position.settled_on and position.due and position.payable > 0
    ]
    assert min(late) <= 0 < max(late), "paid on time, and late"
    assert {"partly-paid", "overdue", "settled"} <= {
        position.status for day in MONTH_ENDS for position in positions(book, day)
    }
    assert any(amount < 0 for _payment, amount in allocate(book, DAY).unallocated), "money without a reference"
    assert book.transfers, "a claim moved to doubtful"
    kinds = {event.kind for event in book.events}
    assert kinds >= {"sent", "reminder", "dispute", "promise", "hold"}
    assert {event.level for event in book.events if event.kind == "reminder"} == {1, 2, 3}
    assert str(book.option("late-interest", DAY)) == "12", "late interest at a contract rate"


def test_one_transfer_pays_several_invoices(entries: Entries) -> None:
    assert any(
        isinstance(entry, Transaction)
        and "invoice" not in entry.meta
        and len(entry.links) > 1
        and any(posting.account.startswith("Assets:Banque") for posting in entry.postings)
        for entry in entries
    )


def test_every_account_has_its_number_in_the_french_chart(entries: Entries) -> None:
    for entry in entries:
        if isinstance(entry, Open):
            pcg = entry.meta.get("pcg", "")
            assert re.fullmatch(r"[1-9]\d{1,6}", pcg), entry
            first = {"Assets": "23458", "Liabilities": "14", "Equity": "189", "Income": "7", "Expenses": "6"}
            assert pcg[0] in first[entry.account.partition(":")[0]], f"{entry.account} is {pcg}"


def test_files_are_by_year_and_dated_in_it(entries: Entries) -> None:
    for entry in entries:
        folder = Path(entry.meta["filename"]).parent.name
        if folder.isdigit() and isinstance(entry, Transaction):
            assert entry.date.year == int(folder)


@pytest.mark.parametrize("day", MONTH_ENDS, ids=str)
def test_the_aged_balance_meets_the_ledger_at_each_month_end(ledger: Ledger, entries: Entries, day: date) -> None:
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        if isinstance(entry, Transaction) and entry.date <= day:
            for posting in entry.postings:
                if posting.account in ledger.book.main_accounts and posting.units and posting.units.number:
                    balances[posting.account, posting.units.currency] += posting.units.number
    for basis in ("due", "invoice"):
        report = aging(ledger.book, day, basis=basis)
        sums = {(row.account, row.currency): row.total + row.drafts for row in report.rows}
        assert {key: one for key, one in sums.items() if one} == {key: one for key, one in balances.items() if one}


@days_of_two_years
def test_the_aged_balance_meets_the_ledger_on_the_days_of_two_years(
    ledger: Ledger, entries: Entries, step: int
) -> None:
    moves: defaultdict[date, list[tuple[tuple[str, str], Decimal]]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if posting.account in ledger.book.main_accounts and posting.units and posting.units.number:
                    moves[entry.date].append(((posting.account, posting.units.currency), posting.units.number))
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for day in (date(2024, 12, 31) + timedelta(days=count) for count in range((DAY - date(2024, 12, 31)).days + 1)):
        for account, amount in moves[day]:
            balances[account] += amount
        if day.toordinal() % step:
            continue
        report = aging(ledger.book, day)
        sums = {(row.account, row.currency): row.total + row.drafts for row in report.rows}
        assert {key: one for key, one in sums.items() if one} == {key: one for key, one in balances.items() if one}, day


def test_the_tax_waiting_for_payment_is_that_of_what_is_open(ledger: Ledger, entries: Entries) -> None:
    """At each month end the pending account holds the tax of the open share of each invoice taxed on payment."""
    for day in MONTH_ENDS[3::4]:
        pending = ZERO
        for entry in entries:
            if isinstance(entry, Transaction) and entry.date <= day:
                for posting in entry.postings:
                    if posting.account == "Liabilities:TVA:EnAttente" and posting.units and posting.units.number:
                        pending -= posting.units.number
        expected = ZERO
        for position in positions(ledger.book, day):
            taxes = sum((tax.amount for tax in position.invoice.taxes if tax.pending), ZERO)
            if taxes and position.payable and position.status != "void" and position.invoice.booked_from <= day:
                expected += taxes * position.open / position.payable
        assert abs(pending - expected) < Decimal("0.05"), f"{day}: {pending} is booked, {expected} is open"


@pytest.mark.parametrize("day", MONTH_ENDS[::3], ids=str)
def test_figures_are_recomputed_from_their_steps(ledger: Ledger, day: date) -> None:
    for position in positions(ledger.book, day):
        for step in explanation_steps(position):
            assert recompute(step) == step.result, (position.invoice.number, step)


@days_of_two_years
def test_no_reminder_goes_to_whom_it_must_not(ledger: Ledger, step: int) -> None:
    """In two years: levels rise one by one, at least a week apart, and never before their days."""
    day = date(2025, 1, 1)
    while day <= DAY:
        for proposal in propose(ledger.book, day):
            for late in proposal.invoices:
                events = [event for event in late.position.events if event.kind == "reminder" and event.level]
                assert proposal.level == len({event.level for event in events}) + 1
                assert late.days_overdue >= (8, 15, 30)[proposal.level - 1]
                assert all(day - event.date >= timedelta(days=7) for event in events)
        day += timedelta(days=step)


def test_what_is_recent_of_it_owes_and_is_due_as_the_whole(ledger: Ledger, tmp_path: Path) -> None:
    recent = open_ledger(recent_example(tmp_path))
    assert {finding.rule for finding in recent.findings} == {"series-gap"}
    owed, same = ([(row.customer, row.total) for row in aging(ledger.book, DAY).rows] for ledger in (ledger, recent))
    assert owed == same
    due, same_due = (
        [(proposal.customer.name, proposal.level, proposal.total) for proposal in propose(ledger.book, DAY)]
        for ledger in (ledger, recent)
    )
    assert due == same_due
    billed, same_billed = (
        CliRunner().invoke(main, ["-f", str(file), "bill", "--until", "2026-12-31"]).stdout
        for file in (EXAMPLE, tmp_path / EXAMPLE.name)
    )
    assert billed == same_billed
    assert billed.count("Total") == 3
