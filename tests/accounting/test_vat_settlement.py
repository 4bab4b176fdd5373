"""The entry that settles the VAT of a period, and why it may be refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.accounting.vat import vat_of_period
from beancount_invoicing.accounting.vat_settlement import CannotSettleVat, VatSettlement, vat_settlement
from beancount_invoicing.cli import main
from tests.accounting.books import ACCOUNTS, invoice, payment, read
from tests.accounting.test_vat import CODES, services

PAYABLE = """
2025-01-01 open Liabilities:TVA-A-Payer
2025-01-01 custom "invoice-option" "vat-payable-account" Liabilities:TVA-A-Payer
"""
MOVED = """
2026-01-31 * "Taxe exigible"
  Liabilities:Attente  20.00 EUR
    tax: "E20"
  Liabilities:TVA  -20.00 EUR
    tax: "E20"
"""
SETTLED = """
2026-01-31 * "TVA collectée, 2026-01"
  Liabilities:TVA  40.00 EUR
  Liabilities:TVA-A-Payer  -40.00 EUR
"""
JANUARY = invoice("2026-01-05", "F1") + services("2026-01-06", "F2") + payment("2026-01-20", "120.00", "F2")


def settlement(ledger: str, since: str = "2026-01-01", until: str = "2026-01-31") -> VatSettlement:
    general_ledger, book = read(CODES + ledger)
    period = vat_of_period(general_ledger, book, date.fromisoformat(since), date.fromisoformat(until))
    return vat_settlement(period, general_ledger, book, date(2026, 3, 1))


def refused(ledger: str, until: str = "2026-01-31") -> str:
    with pytest.raises(CannotSettleVat) as error:
        settlement(ledger, until=until)
    return str(error.value)


def test_all_that_fell_due_leaves_its_account() -> None:
    made = settlement(PAYABLE + JANUARY + MOVED)
    assert made.leaves == (("Liabilities:TVA", Decimal("40.00")),)
    assert (made.total, made.payable_account, made.stays) == (Decimal("40.00"), "Liabilities:TVA-A-Payer", ())


def test_what_stays_on_the_account_is_told() -> None:
    ledger = invoice("2025-12-05", "F0") + PAYABLE + JANUARY + MOVED
    assert settlement(ledger).stays == (("Liabilities:TVA", Decimal("20.00"), date(2025, 12, 5)),)


def test_what_stays_is_looked_for_since_the_account_was_last_settled() -> None:
    """November and January are settled, December is not."""
    november = invoice("2025-11-05", "F0") + SETTLED.replace("2026-01-31", "2025-11-30").replace("40.00", "20.00")
    ledger = november + invoice("2025-12-05", "F01") + invoice("2026-01-06", "F02") + PAYABLE
    assert settlement(ledger).stays == (("Liabilities:TVA", Decimal("20.00"), date(2025, 12, 5)),)


def test_a_settlement_is_refused_with_what_to_do() -> None:
    assert "2026-01-01 to 2026-03-31 is not over" in refused(PAYABLE + JANUARY + MOVED, until="2026-03-31")
    assert "20.00 EUR of 2026-01-31): first bean-invoice tax-due --as-of 2026-01-31 -w" in refused(PAYABLE + JANUARY)
    assert "settles VAT of this period already" in refused(PAYABLE + JANUARY + MOVED + SETTLED)
    assert "settles VAT of this period already" in refused(PAYABLE + JANUARY + MOVED + SETTLED, until="2026-02-28")


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(ACCOUNTS + CODES + PAYABLE + JANUARY + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return file


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_advice_leads_to_the_entry_and_the_report_then_names_it(firm: Path) -> None:
    code, output = run("accounting", "vat", "--close", "2026-01", "-w")
    assert code == 1
    assert "tax-due --as-of 2026-01-31 -w" in output
    assert run("tax-due", "--as-of", "2026-01-31", "-w")[0] == 0
    before = firm.read_bytes()
    code, output = run("accounting", "vat", "2026-01", "--close")
    assert code == 0
    assert "Liabilities:TVA-A-Payer" in output
    assert firm.read_bytes() == before
    assert run("accounting", "vat", "--close", "2026-01", "-w")[0] == 0
    assert '2026-01-31 * "TVA collectée, 2026-01"' in firm.read_text(encoding="utf-8")
    code, output = run("accounting", "vat", "--close", "2026-01", "-w")
    assert code == 1
    assert "already" in output
    code, output = run("accounting", "vat", "2026-01")
    assert code == 0
    assert "settlement of the VAT: TVA collectée, 2026-01" in output


@pytest.mark.usefixtures("firm")
def test_only_the_settlement_is_written() -> None:
    code, output = run("accounting", "vat", "2026-01", "-w")
    assert code == 2
    assert "add --close" in output


def to_pay(number: str, name: str = "TVA-A-Payer", day: str = "2025-01-01", key: str = "pcg") -> str:
    return f'\n{day} open Liabilities:{name}\n  {key}: "{number}"\n'


def test_the_account_with_the_usual_number_takes_it() -> None:
    found = to_pay("445510") + to_pay("44551", "Ancien") + "\n2025-12-31 close Liabilities:Ancien\n"
    later = to_pay("44551", "Apres", "2026-02-01")
    assert settlement(found + later + JANUARY + MOVED).payable_account == "Liabilities:TVA-A-Payer"


def test_several_accounts_of_that_number_are_asked_about() -> None:
    two = to_pay("44551", "Un") + to_pay("44551", "Deux") + JANUARY + MOVED
    message = refused(two)
    line = '2026-01-01 custom "invoice-option" "vat-payable-account" Liabilities:Deux'
    assert "Liabilities:Deux, Liabilities:Un have the number 44551" in message
    assert line in message
    assert settlement(f"{two}\n{line}\n").payable_account == "Liabilities:Deux"


def test_the_missing_account_is_told_with_its_lines() -> None:
    message = refused(JANUARY + MOVED)
    lines = '2026-01-01 open Liabilities:TVA-A-Payer, and on the line below it pcg: "44551"'
    assert f"no account is known for the VAT to pay (44551): write {lines}" in message
    opened = lines.replace(", and on the line below it ", "\n  ")
    assert settlement(f"{JANUARY}{MOVED}\n{opened}\n").total == Decimal("40.00")


def test_an_account_without_a_number_is_named_by_the_option() -> None:
    opened = "\n2025-01-01 open Liabilities:TVA-A-Payer\n" + JANUARY + MOVED
    line = '2026-01-01 custom "invoice-option" "vat-payable-account" Liabilities:TVA-A-Payer'
    assert refused(opened).endswith(line)
    assert settlement(f"{opened}\n{line}\n").payable_account == "Liabilities:TVA-A-Payer"


def test_where_no_number_is_usual_the_option_is_asked_for() -> None:
    italy = '\n2025-06-01 custom "invoice-seller" "Studio Prova"\n  country: "IT"\n' + JANUARY + MOVED
    lines = '2026-01-01 open Liabilities:VAT-Payable and 2026-01-01 custom "invoice-option" "vat-payable-account"'
    assert lines in refused(italy)
    written = lines.replace(" and ", "\n") + " Liabilities:VAT-Payable"
    assert settlement(f"{italy}\n{written}\n").payable_account == "Liabilities:VAT-Payable"


@pytest.mark.parametrize(
    ("country", "number"),
    [("BE", "451200"), ("LU", "461412"), ("DE", "1797"), ("DE", "3820"), ("ES", "4750"), ("MC", "44551")],
)
def test_each_country_has_its_usual_numbers(country: str, number: str) -> None:
    seller = f'\n2025-06-01 custom "invoice-seller" "Essai"\n  country: "{country}"\n'
    taken = to_pay(number) + to_pay("451000", "Other")
    assert settlement(seller + taken + JANUARY + MOVED).payable_account == "Liabilities:TVA-A-Payer"
