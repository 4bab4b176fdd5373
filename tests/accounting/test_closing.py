"""Closing entries: worked out by hand, written and reversed, and the same books afterwards."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader as beancount_loader
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.accounting.closing.accounts import ROLES
from beancount_invoicing.accounting.closing.closing import Closing, closing
from beancount_invoicing.accounting.closing.matrix import MatrixError, parse_matrix
from beancount_invoicing.accounting.closing.proposals import KINDS, CannotClose
from beancount_invoicing.actions.accounting import general_ledger_of
from beancount_invoicing.actions.close import unbilled_services
from beancount_invoicing.cli import main
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.general_ledger import read_general_ledger
from beancount_invoicing.loading import loader
from beancount_invoicing.model import Book, Dated, OptionValue, Source
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerAccount
from tests.accounting.books import ACCOUNTS, invoice, payment
from tests.ledgers import EXAMPLE, TESTS, month_ends

PLUGIN = 'plugin "beancount_invoicing"\n'
OPENS = """
2025-01-01 open Assets:Cloture:FAE
  pcg: "4181"
2025-01-01 open Liabilities:Cloture:Avoirs
  pcg: "4198"
2025-01-01 open Liabilities:Cloture:TVA
  pcg: "44587"
2025-01-01 open Liabilities:Cloture:PCA
  pcg: "487"
2025-01-01 open Assets:Cloture:Clients
  pcg: "411"
2025-01-01 open Assets:Cloture:Ecarts
  pcg: "476"
2025-01-01 open Liabilities:Cloture:Ecarts
  pcg: "477"
2025-01-01 open Assets:Cloture:Douteux
  pcg: "416"
2025-01-01 open Assets:Cloture:Depreciations
  pcg: "491"
2025-01-01 open Expenses:Cloture:Dotations
  pcg: "6817"
2025-01-01 open Assets:Cloture:Retenues
  pcg: "4117"
"""
RUNNING_QUARTER = """
2026-11-15 custom "invoice-contract" Assets:Clients:Dupont "SUIVI" "subscription"
  account: Income:Conseil
  text: "Suivi"
  price: 1200
  every: "3 months"
  bill: "arrears"
  tax: "N20"
"""
LICENCE = """
2026-10-01 * "Dupont" "Licence" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  1440.00 EUR
  Income:Conseil  -1200.00 EUR
    text: "Licence"
    tax: "N20"
    from: 2026-10-01
    to: 2027-09-30
  Liabilities:TVA  -240.00 EUR
"""
DOLLARS = """
2025-01-01 open Assets:Clients:Nord USD
  customer: "Nord Inc"
  country: "US"
  pcg: "411"
2025-01-01 custom "invoice-tax" "OUT" "Hors TVA"
  category: "O"
  reason: "art. 259-1 du CGI"
2026-11-05 * "Nord Inc" "Advice" ^F2
  invoice: "F2"
  Assets:Clients:Nord  1000.00 USD @ 0.90 EUR
  Income:Conseil  -900.00 EUR
    text: "Advice"
    tax: "OUT"
    quantity: 1
    price: 1000
2026-12-30 price USD 0.95 EUR
"""
DEPOSIT = """
2025-01-01 open Liabilities:Acomptes
  pcg: "4191"
2026-12-20 * "Dupont" "Acompte" ^F3
  invoice: "F3"
  kind: "deposit"
  Assets:Clients:Dupont  600.00 EUR
  Liabilities:Acomptes  -500.00 EUR
    text: "Acompte"
    tax: "N20"
  Liabilities:TVA  -100.00 EUR
"""
RETENTION = """
2026-06-01 open Assets:Clients:Martin:Retenues
2026-06-01 custom "invoice-contract" Assets:Clients:Martin "TOIT" "fixed"
  price: 1000
  account: Income:Conseil
  tax: "N20"
  retention: 5
  retention-account: Assets:Clients:Martin:Retenues
2026-07-01 * "Martin" "Toit" ^F4
  invoice: "F4"
  Assets:Clients:Martin  1140.00 EUR
  Assets:Clients:Martin:Retenues  60.00 EUR
    retained: "TOIT"
  Income:Conseil  -1000.00 EUR
    text: "Toit"
    tax: "N20"
    contract: "TOIT"
  Liabilities:TVA  -200.00 EUR
"""
MATRIX = '\n2025-01-01 custom "invoice-option" "allowance-matrix" "25% after 90 days; 100 % après 360 jours"\n'

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `bean-invoice` on a ledger that is written once, before the first call."""
    file = tmp_path / "main.beancount"

    def call(*words: str, ledger: str = "") -> Result:
        if ledger:
            file.write_text(ACCOUNTS + ledger + PLUGIN, encoding="utf-8")
        return CliRunner().invoke(main, ["-f", str(file), *words])

    return call


def lines(result: Result) -> list[tuple[str, ...]]:
    """Document, account number, debit, credit and calculation of each row of a JSON answer."""
    rows = json.loads(result.stdout)["rows"]
    names = ("document", "account_number", "debit", "credit", "calculation")
    return [tuple(row[name] or "" for name in names) for row in rows]


def close(run: Run, ledger: str, *words: str) -> list[tuple[str, ...]]:
    result = run("accounting", "close", "2026-12-31", "--format", "json", *words, ledger=OPENS + ledger)
    assert result.exit_code == 0, result.output
    return lines(result)


def test_a_running_quarter_is_accrued_by_days_with_the_vat_that_it_will_bear(run: Run) -> None:
    calculation = "1200 × 47/92 = 613.04; + 20 % = 735.65"
    assert close(run, RUNNING_QUARTER) == [
        ("SUIVI", "4181", "735.65", "", calculation),
        ("SUIVI", "706", "", "613.04", calculation),
        ("SUIVI", "44587", "", "122.61", calculation),
    ]


def test_of_a_period_billed_in_advance_and_not_invoiced_only_the_days_until_then_are_accrued(run: Run) -> None:
    advance = RUNNING_QUARTER.replace("arrears", "advance")
    assert close(run, advance)[1] == ("SUIVI", "706", "", "613.04", "1200.00 × 47/92 = 613.04; + 20 % = 735.65")


def test_hours_and_milestones_are_accrued_and_a_later_invoice_does_not_change_that(run: Run) -> None:
    work = """
2025-01-01 open Assets:Temps HOUR
2025-01-01 open Equity:Temps HOUR
2026-12-01 custom "invoice-contract" Assets:Clients:Martin "ETUDE" "time"
  time: Assets:Temps
  account: Income:Conseil
  price: 80
  tax: "N20"
2026-12-10 * "Martin" "Plans" #time
  Assets:Temps  3.5 HOUR
  Equity:Temps
2026-12-01 custom "invoice-contract" Assets:Clients:Martin "SITE" "fixed"
  price: 1000
  account: Income:Conseil
  tax: "N20"
2026-12-15 custom "invoice-milestone" "SITE" "Maquette"
  percent: 40
2026-12-01 custom "invoice-milestone" "SITE" "Livraison"
  percent: 60
2026-12-20 custom "invoice-option" "number" "F{year}-{seq:04}"
"""
    expected = [
        ("ETUDE", "706", "", "280.00", "3.5 × 80 = 280.00; + 20 % = 336.00"),
        ("SITE", "706", "", "600.00", "600.00; + 20 % = 720.00"),
        ("SITE", "706", "", "400.00", "400.00; + 20 % = 480.00"),
    ]
    before = [line for line in close(run, work, "--only", "accruals") if line[1] == "706"]
    assert before == expected
    assert run("bill", "--until", "2027-01-31", "--date", "2027-01-31", "-w", "--yes").exit_code == 0
    after = run("accounting", "close", "2026-12-31", "--only", "accruals", "--format", "json")
    assert [line for line in lines(after) if line[1] == "706"] == expected


JANUARY = """
2027-01-05 * "Martin" "Conseil de décembre" ^F5
  invoice: "F5"
  Assets:Clients:Martin  600.00 EUR
  Income:Conseil  -100.00 EUR
    text: "Décembre et janvier"
    tax: "N20"
    from: 2026-12-22
    to: 2027-01-10
  Income:Conseil  -200.00 EUR
    text: "Livré"
    tax: "N20"
    delivered: 2026-12-30
  Income:Conseil  -200.00 EUR
    text: "Janvier"
    tax: "N20"
  Liabilities:TVA  -100.00 EUR
2027-01-06 * "Dupont" "Avoir" ^A5 ^F1
  invoice: "A5"
  corrects: "F1"
  Assets:Clients:Dupont  -1440.00 EUR
  Income:Conseil  1200.00 EUR
    text: "Licence"
    tax: "N20"
    from: 2026-10-01
    to: 2027-09-30
  Liabilities:TVA  240.00 EUR
"""


def test_later_documents_count_if_asked_for_by_the_days_until_then(run: Run) -> None:
    assert close(run, LICENCE + JANUARY, "--only", "accruals") == []
    found = close(run, LICENCE + JANUARY, "--only", "accruals", "--as-of", "2027-01-31")
    assert [line for line in found if line[1] == "706"] == [
        ("A5", "706", "302.47", "", "-1200.00 × 92/365 = -302.47; + 20 % = -362.96"),
        ("F5", "706", "", "50.00", "100.00 × 10/20 = 50.00; + 20 % = 60.00"),
        ("F5", "706", "", "200.00", "200.00; + 20 % = 240.00"),
    ]
    assert ("A5", "4198", "", "362.96", found[0][4]) in found


def test_a_period_that_reaches_past_the_day_is_deferred_by_days(run: Run) -> None:
    assert close(run, LICENCE) == [
        ("F1", "706", "897.53", "", "1200.00 × 273/365 = 897.53"),
        ("F1", "487", "", "897.53", "1200.00 × 273/365 = 897.53"),
    ]


def test_what_is_deferred_in_another_currency_is_worth_what_the_invoice_booked(run: Run) -> None:
    licence = DOLLARS.replace('text: "Advice"', 'text: "Licence"\n    from: 2026-10-01\n    to: 2027-09-30')
    calculation = "1000.00 USD, 900.00 × 273/365 = 673.15 EUR"
    assert close(run, licence, "--only", "deferred") == [
        ("F2", "706", "673.15", "", calculation),
        ("F2", "487", "", "673.15", calculation),
    ]


def test_a_running_quarter_in_another_currency_is_worth_its_closing_rate(run: Run) -> None:
    quarter = RUNNING_QUARTER.replace("Dupont", "Nord").replace('"N20"', '"OUT"') + "  currency: USD\n"
    accruals = ("accounting", "close", "2026-12-31", "--only", "accruals", "--format", "json")
    result = run(*accruals, ledger=OPENS + DOLLARS.replace("2026-12-30 price", "2026-12-31 price") + quarter)
    assert lines(result)[1] == ("SUIVI", "706", "", "582.39", "1200 × 47/92 USD × 0.95 = 582.39")
    result = run(*accruals, ledger=OPENS + DOLLARS.replace("2026-12-30 price USD 0.95 EUR", "") + quarter)
    assert (result.exit_code, "price USD … EUR" in result.output) == (1, True)


def test_books_without_a_currency_are_not_closed(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(
        ACCOUNTS.replace('option "operating_currency" "EUR"', "") + OPENS + invoice("2026-02-01", "F1"),
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["-f", str(file), "accounting", "close", "2026-12-31"])
    assert (result.exit_code, 'write option "operating_currency" "EUR"' in result.output) == (1, True)


def test_an_allowance_on_the_document_lowers_what_is_deferred(run: Run) -> None:
    reduced = LICENCE.replace("1440.00", "1296.00").replace("-240.00", "-216.00") + (
        '  Income:Conseil  120.00 EUR\n    allowance: "Fidélité"\n    tax: "N20"\n'
    )
    assert [line[2:4] for line in close(run, reduced)] == [("807.78", ""), ("", "807.78")]  # 897.53 − 89.75


def test_a_line_is_deferred_by_itself_where_the_lines_come_to_nothing(run: Run) -> None:
    exchanged = LICENCE.replace("1440.00", "12.00").replace("-240.00", "-2.00") + (
        '  Income:Conseil  1200.00 EUR\n    text: "Reprise"\n    tax: "N20"\n'
        '  Income:Conseil  -10.00 EUR\n    charge: "Port"\n    tax: "N20"\n'
    )
    assert [line[1:4] for line in close(run, exchanged)] == [("706", "897.53", ""), ("487", "", "897.53")]


def test_a_credit_note_that_names_the_line_defers_less(run: Run) -> None:
    credit = """
2026-11-01 * "Dupont" "Avoir" ^A1 ^F1
  invoice: "A1"
  corrects: "F1"
  Assets:Clients:Dupont  -144.00 EUR
  Income:Conseil  120.00 EUR
    text: "Licence"
    tax: "N20"
    line: 1
  Liabilities:TVA  24.00 EUR
"""
    assert ("A1", "487", "89.75", "", "-120.00 × 273/365 = -89.75") in close(run, LICENCE + credit)


def test_claims_in_another_currency_are_worth_the_closing_rate(run: Run) -> None:
    calculation = "1000.00 USD, 950.00 (× 0.95) − 900.00 (× 0.90) = 50.00 EUR"
    assert close(run, DOLLARS) == [("F2", "411", "50.00", "", calculation), ("F2", "477", "", "50.00", calculation)]
    loss = close(run, DOLLARS.replace("USD 0.95", "USD 0.85"))
    assert [line[:4] for line in loss] == [("F2", "411", "", "50.00"), ("F2", "476", "50.00", "")]


def test_an_old_price_is_no_closing_rate(run: Run) -> None:
    ledger = OPENS + DOLLARS.replace("2026-12-30 price", "2026-12-01 price")
    result = run("accounting", "close", "2026-12-31", ledger=ledger)
    assert result.exit_code == 1
    assert "the last price of USD, 0.95 on 2026-12-01, is more than 7 days older than 2026-12-31" in result.stderr
    assert "write 2026-12-31 price USD … EUR" in result.stderr


def test_late_claims_are_doubtful_and_the_matrix_gives_the_allowance_without_vat(run: Run) -> None:
    ledger = invoice("2026-08-01", "F8") + invoice("2026-12-01", "F9", "Martin") + MATRIX
    calculation = "120.00 (122 jours de retard), 25 % × 100.00 = 25.00"
    assert close(run, ledger) == [
        ("F8", "416", "120.00", "", calculation),
        ("F8", "411", "", "120.00", calculation),
        ("F8", "6817", "25.00", "", calculation),
        ("F8", "491", "", "25.00", calculation),
    ]
    part_paid = close(run, ledger + payment("2026-12-10", "60.00", "F8"))
    assert [line[2:4] for line in part_paid] == [("60.00", ""), ("", "60.00"), ("12.50", ""), ("", "12.50")]


def test_what_is_on_a_doubtful_account_already_is_not_moved_again(run: Run) -> None:
    moved = """
2025-01-01 open Assets:Clients:Dupont:Douteux
  pcg: "416"
2026-12-01 * "Dupont" "Douteux" ^F8
  Assets:Clients:Dupont:Douteux  120.00 EUR
  Assets:Clients:Dupont  -120.00 EUR
"""
    found = close(run, invoice("2026-08-01", "F8") + moved + MATRIX)
    assert [line[1:4] for line in found] == [("6817", "25.00", ""), ("491", "", "25.00")]
    assert "no matrix" not in run("accounting", "close", "2026-12-31").stderr


def test_without_a_matrix_nothing_is_doubtful_and_it_is_said(run: Run) -> None:
    result = run("accounting", "close", "2026-12-31", ledger=OPENS + invoice("2025-01-01", "F8"))
    assert "no allowance for late claims: no matrix is given" in result.stderr
    assert "Nothing is left to close on 2026-12-31." in result.stderr


@pytest.mark.parametrize("text", ["25", "25% after 90 days; 10% after 180 days", "120% after 90 days", "5% after 9; 6"])
def test_a_matrix_that_is_none_is_refused(text: str, run: Run) -> None:
    with pytest.raises(MatrixError):
        parse_matrix(text)
    option = MATRIX.replace("25% after 90 days; 100 % après 360 jours", text)
    result = run("accounting", "close", "2026-12-31", ledger=OPENS + option)
    assert result.exit_code == 1
    assert "main.beancount:" in result.stderr


def test_a_deposit_that_nobody_paid_leaves_both_sides(run: Run) -> None:
    assert [line[:4] for line in close(run, DEPOSIT + MATRIX)] == [
        ("F3", "4191", "500.00", ""),
        ("F3", "44587", "100.00", ""),
        ("F3", "411", "", "600.00"),
    ]
    assert close(run, DEPOSIT + payment("2026-12-30", "600.00", "F3")) == []


def test_what_is_retained_is_shown_on_its_own_account(run: Run) -> None:
    assert [line[:4] for line in close(run, RETENTION, "--only", "retentions")] == [
        ("F4", "4117", "60.00", ""),
        ("F4", "411", "", "60.00"),
    ]


def test_only_takes_kinds_and_names_them(run: Run) -> None:
    assert {line[0] for line in close(run, LICENCE + DEPOSIT, "--only", "deposits")} == {"F3"}
    result = run("accounting", "close", "2026-12-31", "--only", "deferral")
    assert "deferral is not a kind of closing entry: the kinds are accruals, deferred" in result.stderr


EVERYTHING = RUNNING_QUARTER + LICENCE + DOLLARS + DEPOSIT + RETENTION + invoice("2026-08-01", "F8") + MATRIX
REPORTS = (
    ("aging", "--as-of", "2027-01-31", "--format", "json"),
    ("tax-due", "--as-of", "2027-01-31", "--format", "json"),
    ("list", "--as-of", "2027-01-31", "--format", "json"),
    ("unbilled", "--as-of", "2027-01-31", "--format", "json"),
    ("statement", "--all", "--as-of", "2027-01-31", "--format", "json"),
)


def test_what_is_written_is_reversed_and_not_proposed_again_and_changes_no_report_of_customers(
    run: Run, tmp_path: Path
) -> None:
    run("check", ledger=OPENS + EVERYTHING)
    before = [run(*words).stdout for words in REPORTS]
    checked = run("check").output
    result = run("accounting", "close", "2026-12-31", "-w")
    assert result.exit_code == 0, result.output
    assert "7 closing entries; written to" in result.output
    assert [re.sub(r":\d+", "", run(*words).stdout) for words in REPORTS] == [
        re.sub(r":\d+", "", text) for text in before
    ]
    assert run("check").output == checked
    again = run("accounting", "close", "2026-12-31", "-w")
    assert "Nothing is left to close on 2026-12-31." in again.stderr
    assert "written" in again.stdout
    assert "proposed" not in again.stdout
    entries: Any
    entries, errors, _options = beancount_loader.load_file(str(tmp_path / "main.beancount"))
    assert errors == []
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if "closing" in getattr(entry, "tags", ()):
            for posting in entry.postings:
                sums[posting.account] += posting.units.number
    assert len(sums) == 11
    assert not any(sums.values())


def test_a_written_entry_that_the_ledger_has_overtaken_is_named(run: Run, tmp_path: Path) -> None:
    run("accounting", "close", "2026-12-31", "-w", ledger=OPENS + LICENCE)
    file = tmp_path / "main.beancount"
    file.write_text(file.read_text(encoding="utf-8").replace("to: 2027-09-30", "to: 2027-08-31"), encoding="utf-8")
    changed = run("accounting", "close", "2026-12-31")
    assert "books 897.53, but it now comes to 870.45 (1200.00 × 243/335 = 870.45)" in changed.stderr
    file.write_text(file.read_text(encoding="utf-8").replace("to: 2027-08-31", "to: 2026-12-31"), encoding="utf-8")
    gone = run("accounting", "close", "2026-12-31")
    assert (
        "nothing asks for closing-2026-12-31-deferred-F1-1 any more: delete the entry and its reversal" in gone.stderr
    )


def test_of_two_written_entries_the_overtaken_is_named_alone(run: Run, tmp_path: Path) -> None:
    second = LICENCE.replace("F1", "F2")
    run("accounting", "close", "2026-12-31", "-w", ledger=OPENS + LICENCE + second)
    file = tmp_path / "main.beancount"
    head, middle, end = file.read_text(encoding="utf-8").partition('invoice: "F2"')
    file.write_text(head + middle + end.replace("to: 2027-09-30", "to: 2027-08-31", 1), encoding="utf-8")
    told = run("accounting", "close", "2026-12-31").stderr
    assert "closing-2026-12-31-deferred-F2-1 books 897.53, but it now comes to 870.45" in told
    assert "deferred-F1-1" not in told


def test_following_the_advice_to_the_letter_leads_out(run: Run, tmp_path: Path) -> None:
    result = run("accounting", "close", "2026-12-31", ledger=EVERYTHING)
    assert result.exit_code == 1
    with (tmp_path / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(advised(result.stderr))
    assert run("accounting", "close", "2026-12-31", "-w").exit_code == 0


def test_books_without_numbers_say_what_an_account_is_for(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    unnumbered = re.sub(r"  pcg: .*\n", "", ACCOUNTS + EVERYTHING).replace('country: "FR"', 'country: "DE"') + PLUGIN
    file.write_text(unnumbered, encoding="utf-8")
    result = run("accounting", "close", "2026-12-31")
    assert 'write 2026-12-31 open Assets:Closing:AccruedIncome, and on the line below it closing: "accrued-income"' in (
        result.stderr
    )
    file.write_text(unnumbered + advised(result.stderr), encoding="utf-8")
    answer = run("accounting", "close", "2026-12-31", "--only", "accruals", "--format", "json")
    assert [line[2:4] for line in lines(answer)] == [("613.04", ""), ("", "613.04")], "without VAT outside France"
    file.write_text(file.read_text(encoding="utf-8").replace('"accrued-income"', '"acrued"'), encoding="utf-8")
    assert 'closing: "acrued" on Assets:Closing:AccruedIncome is not known' in run("accounting", "close", "2026").stderr


def advised(messages: str) -> str:
    """The lines that messages say to write; a rate is 1.1."""
    opens = re.findall(r"write (\S+ open \S+), and on the line below it (\S+ \"[^\"]*\")", messages)
    prices = re.findall(r"write (\S+ price \S+) … (\S+)", messages)
    return "\n".join([*(f"{head}\n  {key}" for head, key in opens), *(f"{p} 1.1 {c}" for p, c in prices), ""])


def ready_to_close(general_ledger: GeneralLedger, book: Book) -> tuple[GeneralLedger, Book]:
    """The same books with an account for each role, a closing rate of 1.1 at each month end, and a matrix."""
    accounts = {
        f"Equity:Closing:{role}": LedgerAccount(f"Equity:Closing:{role}", "", role, Source("", 0), closing=role)
        for role in ROLES
    }
    rates = tuple((day, Decimal("1.1")) for day in month_ends(date(2025, 1, 1), date(2026, 12, 31)))
    foreign = {(document.currency, book.currency) for document in book.invoices} - {(book.currency, book.currency)}
    matrix: Dated[OptionValue] = Dated(((date(2025, 1, 1), "10% after 1 day; 50% after 60 days"),))
    return general_ledger._replace(accounts={**general_ledger.accounts, **accounts}), replace(
        book,
        opened_accounts={**book.opened_accounts, **dict.fromkeys(accounts, date(2024, 1, 1))},
        exchange_rates={**book.exchange_rates, **dict.fromkeys(foreign, rates)},
        options={**book.options, "allowance-matrix": matrix},
    )


def check_reversed(made: Closing) -> None:
    """Each entry of a closing balances, and with its reversal adds up to zero on each account; all have links of their own."""
    links = [item.proposal.link for item in made.items]
    assert len(links) == len(set(links))
    for proposal in made.missing:
        both = [*proposal.postings, *proposal.reversal]
        assert sum(posting.amount for posting in proposal.postings) == 0
        for account in {posting.account for posting in both}:
            assert sum(posting.amount for posting in both if posting.account == account) == 0


GOLDEN = sorted((TESTS / "golden").glob("*.beancount"))


@pytest.mark.parametrize("file", [*GOLDEN, EXAMPLE], ids=lambda file: file.stem)
def test_at_each_month_end_entries_balance_and_reverse_to_zero(file: Path) -> None:
    loading = loader.load(str(file))
    general_ledger, book = ready_to_close(general_ledger_of(loading), loading.book)
    if not book.currency:
        return
    for day in month_ends(date(2025, 1, 1), date(2026, 12, 31)):
        services, _left_out = unbilled_services(book, day, day)
        with suppress(CannotClose):  # contracts in currencies that no document has
            check_reversed(closing(general_ledger, book, day, services, KINDS))


@given(
    start=st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    length=st.integers(1, 800),
    net=st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2),
    day=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
)
def test_what_is_deferred_and_what_is_earned_are_the_whole(start: date, length: int, net: Decimal, day: date) -> None:
    end = start + timedelta(days=length - 1)
    tax = (net / 5).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    text = LICENCE.replace("2026-10-01 *", f"{start} *").replace("from: 2026-10-01", f"from: {start}")
    text = text.replace("to: 2027-09-30", f"to: {end}").replace("1440.00", str(net + tax))
    text = text.replace("-1200.00", str(-net)).replace("-240.00", str(-tax))
    entries, _errors, options = beancount_loader.load_string(ACCOUNTS + OPENS + text)
    book = read_book(entries, options)
    made = closing(read_general_ledger(entries, options, "pcg", {}), book, day, (), ["deferred"])
    deferred = sum((item.proposal.amount for item in made.items), Decimal())
    left = sum(day < start + timedelta(days=place) for place in range(length)) if day >= start else 0
    assert deferred == (net * left / length).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_money_in_another_currency_for_no_document_is_named_and_not_revalued(run: Run) -> None:
    ledger = """
2025-01-01 open Assets:Clients:Nord USD
  customer: "Nord Inc"
2026-12-01 * "Nord Inc" "Virement"
  Assets:Banque  900.00 EUR
  Assets:Clients:Nord  -1000.00 USD @ 0.90 EUR
"""
    result = run("accounting", "close", "2026-12-31", "--only", "currency", ledger=OPENS + ledger)
    assert result.exit_code == 0, result.output
    assert "1000.00 USD is for no document and is not revalued" in " ".join(result.output.split())
    assert close(run, ledger, "--only", "currency") == []
    result = run("accounting", "close", "2026-12-31", "--only", "doubtful", ledger=OPENS + ledger)
    assert "is not revalued" not in result.output
