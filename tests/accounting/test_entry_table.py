"""Tables for other accounting programs, as their users describe them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.accounting.entry_table import WrongDescription, table_bytes, table_of
from beancount_invoicing.cli import main
from tests.accounting.books import ACCOUNTS, entries_of, invoice, payment

DESCRIPTION = """
delimiter = ";"
encoding = "cp1252"
decimal = ","
date = "%d%m%y"

[columns]
Journal = "journal"
Date = "date"
Compte = "account"
"Pièce" = "reference"
Libre = ""
Montant = "amount"
Sens = "side"
"""


def test_a_line_for_each_debit_or_credit_as_described() -> None:
    ledger = invoice("2026-02-01", "F1") + payment("2026-03-05", "120.00", "F1")
    content = table_bytes(entries_of(ledger), table_of(tomllib.loads(DESCRIPTION)))
    assert content.decode("cp1252").split("\r\n") == [
        "Journal;Date;Compte;Pièce;Libre;Montant;Sens",
        "VE;010226;Dupont;F1;;120,00;D",
        "VE;010226;706;F1;;100,00;C",
        "VE;010226;44571;F1;;20,00;C",
        "BQ;050326;512;F1;;120,00;D",
        "BQ;050326;Dupont;F1;;120,00;C",
        "",
    ]


def test_titles_can_be_left_out_and_columns_hold_debits_and_credits() -> None:
    table = table_of({"titles": False, "decimal": ".", "columns": {"a": "debit", "b": "credit", "c": "letter-date"}})
    assert table_bytes(entries_of(invoice("2026-02-01", "F1")), table) == (
        b"120.00;0.00;\r\n0.00;100.00;\r\n0.00;20.00;\r\n"
    )


def test_a_payment_refers_to_the_day_of_what_it_pays_and_cents_have_their_side() -> None:
    fee = '\n2026-03-06 * "Frais"\n  Expenses:Change  0.50 EUR\n  Assets:Banque\n'
    ledger = invoice("2026-02-01", "F1") + payment("2026-03-05", "120.00", "F1") + fee
    table = table_of({"titles": False, "columns": {"a": "reference-date", "b": "amount", "c": "side"}})
    assert table_bytes(entries_of(ledger), table).decode().splitlines() == [
        "01/02/2026;120,00;D", "01/02/2026;100,00;C", "01/02/2026;20,00;C",
        "01/02/2026;120,00;D", "01/02/2026;120,00;C",
        "06/03/2026;0,50;D", "06/03/2026;0,50;C",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({}, "the table has no columns"),
        ({"columns": {"X": "kto"}}, 'column "X": "kto" is not a field; the fields are journal, '),
        ({"columns": {"X": "date"}, "colour": "red"}, '"colour" has no meaning here'),
        ({"columns": {"X": "date"}, "delimiter": ";;"}, 'delimiter is ";;", but must be one character'),
        ({"columns": {"X": "date"}, "encoding": "latin-17"}, '"latin-17" is not an encoding'),
    ],
)
def test_what_is_wrong_with_a_description_is_told(described: dict[str, object], message: str) -> None:
    with pytest.raises(WrongDescription) as caught:
        table_of(described)
    assert message in str(caught.value)


def test_the_command_writes_nothing_for_a_wrong_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.beancount").write_text(ACCOUNTS + invoice("2026-02-01", "F1"), encoding="utf-8")
    (tmp_path / "table.toml").write_text("columns = 3", encoding="utf-8")
    command = ["-f", "main.beancount", "accounting", "table", "2026", "--columns", "table.toml", "-o", "out.csv"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert "the table has no columns" in result.output
    assert not (tmp_path / "out.csv").exists()
    (tmp_path / "table.toml").write_text(DESCRIPTION, encoding="utf-8")
    assert CliRunner().invoke(main, command).exit_code == 0
    assert (tmp_path / "out.csv").read_bytes().count(b"\r\n") == 4
