"""Which account a bank's file belongs to, and by which of the ledger's descriptions a table is read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_files import (
    RefusedStatements,
    StatementFileError,
    UnknownBankAccount,
    read_bank_files,
    statements_of_accounts,
)
from tests.ledgers import sound_book

SAVINGS = """
2025-01-01 open Assets:Savings EUR
2025-01-01 custom "invoice-bank" Assets:Savings
  columns: "date = Jour; amount = Somme; text = Motif"
  decimal: ","
  date-format: "dmy"
  delimiter: ";"
  currency: "EUR"
"""
CHECKING = """
2025-01-01 custom "invoice-bank" Assets:Bank
  columns: "date = Datum; amount = Betrag; text = Zweck"
  decimal: ","
  date-format: "dmy"
  delimiter: ";"
  currency: "EUR"
"""
IBAN = "FR7630006000011234567890189"
OF_SAVINGS = "Jour;Somme;Motif\n03/02/2026;12,50;Interest\n"
OF_CHECKING = "Datum;Betrag;Zweck\n04.02.2026;-3,00;Fees\n"
MT940 = f":20:1\n:25:{IBAN}\n:28C:1/1\n:60F:C260201EUR100,00\n:61:2602030203C20,00NTRFNONREF\n:86:Acme\n:62F:C260203EUR"


def saved(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def amounts(ledger: str, file: Path, named: str = "") -> list[tuple[str, list[Decimal]]]:
    """The account that each statement of a file is described for, and what its lines say."""
    read = read_bank_files(sound_book(ledger), [file], named)
    return [(account, [line.amount for line in statement.lines]) for statement, account in read]


def test_a_table_is_that_of_the_description_whose_columns_it_has(tmp_path: Path) -> None:
    both = SAVINGS + CHECKING
    assert amounts(both, saved(tmp_path, "a.csv", OF_SAVINGS)) == [("Assets:Savings", [Decimal("12.50")])]
    assert amounts(both, saved(tmp_path, "b.csv", OF_CHECKING)) == [("Assets:Bank", [Decimal("-3.00")])]


def test_the_only_description_says_itself_what_the_table_lacks(tmp_path: Path) -> None:
    file = saved(tmp_path, "b.csv", OF_CHECKING)
    with pytest.raises(StatementFileError, match='"jour"'):
        amounts(SAVINGS, file)
    with pytest.raises(StatementFileError, match='"jour"'):
        amounts(SAVINGS + CHECKING, file, "Assets:Savings")


def test_a_table_that_no_description_fits_is_not_read_by_one_of_them(tmp_path: Path) -> None:
    file = saved(tmp_path, "c.csv", "Tag;Wert\n04.02.2026;-3,00\n")
    with pytest.raises(StatementFileError) as raised:
        amounts(SAVINGS + CHECKING, file)
    assert "jour" not in str(raised.value)
    assert "datum" not in str(raised.value)


def test_a_description_without_columns_describes_no_table(tmp_path: Path) -> None:
    named = SAVINGS + f'\n2025-01-01 custom "invoice-bank" Assets:Bank\n  iban: "{IBAN}"\n'
    assert amounts(named, saved(tmp_path, "a.csv", OF_SAVINGS)) == [("Assets:Savings", [Decimal("12.50")])]


def test_the_format_that_an_account_says_is_not_guessed(tmp_path: Path) -> None:
    named = '\n2025-01-01 custom "invoice-bank" Assets:Bank\n  format: "mt940"\n'
    good = saved(tmp_path, "bank.txt", f"{MT940}120,00\n-\n")
    assert amounts(named, good, "Assets:Bank") == [("Assets:Bank", [Decimal("20.00")])]
    assert amounts(named, good) == [("", [Decimal("20.00")])], "nobody said whose it is: its IBAN will"
    with pytest.raises(StatementFileError):
        amounts(named, saved(tmp_path, "a.csv", OF_SAVINGS), "Assets:Bank")


def test_a_file_with_a_format_of_its_own_is_no_table_of_the_account_that_is_named(tmp_path: Path) -> None:
    """An account whose description is of columns only may have files of both kinds."""
    file = saved(tmp_path, "bank.txt", f"{MT940}120,00\n-\n")
    assert amounts(SAVINGS, file, "Assets:Savings") == [("", [Decimal("20.00")])]


def test_statements_that_do_not_add_up_are_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    book = sound_book(f'\n2025-01-01 custom "invoice-bank" Assets:Bank\n  iban: "{IBAN}"\n')
    good = saved(tmp_path, "good.txt", f"{MT940}120,00\n-\n")
    ((statement, account),) = statements_of_accounts(book, [good])
    assert (account, statement.closing) == ("Assets:Bank", Decimal("120.00"))
    wrong = [saved(tmp_path, f"wrong{n}.txt", f"{MT940}{closing}\n-\n") for n, closing in enumerate(("121,00", "1,00"))]
    with pytest.raises(RefusedStatements) as raised:
        statements_of_accounts(book, [good, *wrong])
    first, second = raised.value.findings
    assert str(raised.value) == f"{first.source}: {first.message}"
    assert [Path(finding.source.file).name for finding in (first, second)] == ["wrong0.txt", "wrong1.txt"]


def test_a_statement_that_no_account_is_known_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownBankAccount, match=f"^no account of the ledger is known for {IBAN}"):
        statements_of_accounts(sound_book(""), [saved(tmp_path, "bank.txt", f"{MT940}120,00\n-\n")])
