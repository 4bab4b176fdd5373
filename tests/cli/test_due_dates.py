"""What is issued says its due dates itself: they stay, whatever becomes known of terms or holidays."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Invoice

LEDGER = """option "operating_currency" "EUR"
plugin "beancount_invoicing"
2024-01-01 custom "invoice-seller" "Kade Advies BV"
  address: "Kade 1"
  postcode: "1011 AA"
  city: "Amsterdam"
  country: "NL"
  vat-id: "NL000099998B57"
2024-01-01 custom "invoice-tax" "NL21" "BTW 21 %" Liabilities:BTW
  rate: 21
2024-01-01 custom "invoice-option" "business-days" "NL"
2024-01-01 custom "invoice-option" "number" "N{seq}"
2024-01-01 custom "invoice-option" "default-tax" "NL21"
2024-01-01 open Assets:Clients:Molen
  customer: "Molen BV"
  address: "Dijk 2"
  postcode: "1012 AB"
  city: "Amsterdam"
  country: "NL"
  terms: "30 days"
2024-01-01 open Income:Advies
2024-01-01 open Liabilities:BTW
"""
DRAFT = """
2026-02-01 ! "Molen BV" "Advies"
  invoice: "draft-a"
  Assets:Clients:Molen     121.00 EUR  ; the whole
  Income:Advies           -100.00 EUR
  Liabilities:BTW          -21.00 EUR
    tax: "NL21"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str) -> str:
    ran = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.output


def with_terms(ledger: Path, terms: str, more: str = "") -> None:
    text = re.sub('terms: ".*"', f'terms: "{terms}"', ledger.read_text(encoding="utf-8"))
    ledger.write_text(text + more, encoding="utf-8")


def first(ledger: Path) -> Invoice:
    return open_ledger(ledger).book.invoices[0]


def dues(ledger: Path) -> list[str]:
    return [f"{instalment.due} {instalment.amount}" for instalment in first(ledger).instalments]


def test_a_new_invoice_says_its_due_date(ledger: Path) -> None:
    run(ledger, "new", "Molen", "1 Advies @ 100", "--account", "Income:Advies", "--date", "2026-05-04", "--write")
    assert '  invoice: "N1"\n  due: 2026-06-03\n' in ledger.read_text(encoding="utf-8")
    assert first(ledger).terms == "30 days"  # which is printed beside it
    with_terms(ledger, "60 days")
    assert dues(ledger) == ["2026-06-03 121.00"]
    assert first(ledger).terms == ""  # they say another date


def test_a_due_date_on_a_business_day_keeps_its_terms(ledger: Path) -> None:
    run(ledger, "new", "Molen", "1 Advies @ 100", "--account", "Income:Advies", "--date", "2026-03-06", "--write")
    assert dues(ledger) == ["2026-04-07 121.00"]  # 5 April is Easter
    text = ledger.read_text(encoding="utf-8")
    assert first(ledger).terms == "30 days"
    ledger.write_text(
        text.replace("due: 2026-04-07", "due: 2026-04-06"), encoding="utf-8"
    )  # as one more holiday makes it
    assert first(ledger).terms == "30 days"
    ledger.write_text(text.replace("due: 2026-04-07", "due: 2026-04-20"), encoding="utf-8")  # more than holidays do
    assert first(ledger).terms == ""


def test_several_instalments_are_a_posting_each(ledger: Path) -> None:
    with_terms(ledger, "30% on receipt; 70% 60 days")
    run(ledger, "new", "Molen", "1 Advies @ 100", "--account", "Income:Advies", "--date", "2026-05-04", "--write")
    text = ledger.read_text(encoding="utf-8")
    assert re.findall(r"Assets:Clients:Molen +(\S+) EUR\n    due: (\S+)", text) == [
        ("36.30", "2026-05-04"),
        ("84.70", "2026-07-03"),
    ]
    with_terms(ledger, "30 days")
    assert dues(ledger) == ["2026-05-04 36.30", "2026-07-03 84.70"]


def test_a_draft_falls_due_by_its_terms_until_it_is_issued(ledger: Path) -> None:
    with_terms(ledger, "30 days", DRAFT)
    assert dues(ledger) == ["2026-03-03 121.00"]
    run(ledger, "issue", "--all", "--date", "2026-05-04", "--write")
    assert '  invoice: "N1"\n  due: 2026-06-03\n  Assets' in ledger.read_text(encoding="utf-8")


def test_a_draft_with_instalments_gets_a_posting_for_each(ledger: Path) -> None:
    with_terms(ledger, "30% on receipt; 70% 60 days", DRAFT)
    run(ledger, "issue", "--all", "--date", "2026-05-04", "--write")
    lines = (
        "  Assets:Clients:Molen      36.30 EUR  ; the whole\n    due: 2026-05-04\n"
        "  Assets:Clients:Molen      84.70 EUR\n    due: 2026-07-03\n"
    )
    assert lines in ledger.read_text(encoding="utf-8")


def test_a_draft_with_a_posting_for_each_instalment_gets_its_dates(ledger: Path) -> None:
    two = DRAFT.replace(
        "  Assets:Clients:Molen     121.00 EUR  ; the whole\n",
        "  Assets:Clients:Molen      60.50 EUR\n  Assets:Clients:Molen      60.50 EUR\n",
    )
    with_terms(ledger, "50% 30 days; 50% 60 days", two)
    run(ledger, "issue", "--all", "--date", "2026-05-04", "--write")
    assert dues(ledger) == ["2026-06-03 60.50", "2026-07-03 60.50"]
    assert ledger.read_text(encoding="utf-8").count("    due: ") == 2


def test_a_draft_whose_amount_is_left_to_beancount_goes_on_by_its_terms(ledger: Path) -> None:
    with_terms(ledger, "30% on receipt; 70% 60 days", DRAFT.replace("    121.00 EUR  ; the whole", ""))
    run(ledger, "issue", "--all", "--date", "2026-05-04", "--write")
    assert dues(ledger) == ["2026-05-04 36.30", "2026-07-03 84.70"]


def test_a_credit_note_says_none(ledger: Path) -> None:
    run(ledger, "new", "Molen", "1 Advies @ 100", "--account", "Income:Advies", "--date", "2026-05-04", "--write")
    run(ledger, "credit", "N1", "--date", "2026-05-05", "--write")
    assert ledger.read_text(encoding="utf-8").count("due:") == 1


def test_terms_are_those_of_the_day_of_issue(ledger: Path) -> None:
    amended = '2026-04-01 custom "invoice-customer" Assets:Clients:Molen\n  terms: "60 days"\n'
    with_terms(ledger, "30 days", amended + DRAFT)
    run(ledger, "issue", "--all", "--date", "2026-05-04", "--write")
    assert first(ledger).date == date(2026, 5, 4)
    assert dues(ledger) == ["2026-07-03 121.00"]


def test_a_sealed_document_that_would_be_due_on_another_day_is_a_warning(ledger: Path) -> None:
    by_hand = DRAFT.replace("!", "*").replace("draft-a", "N1").replace('"Advies"\n', '"Advies" ^N1\n')
    with_terms(ledger, "30 days", by_hand)
    run(ledger, "seal", "N1", "--date", "2026-02-01", "--write")
    assert "0 warnings" in run(ledger, "check")
    with_terms(ledger, "31 days")
    assert "N1 was sealed on 2026-02-01 with the due date 2026-03-03, but" in run(ledger, "check")
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace('  invoice: "N1"\n', '  invoice: "N1"\n  due: 2026-03-03\n'), encoding="utf-8")
    assert "0 warnings" in run(ledger, "check")  # what the warning says leads out
