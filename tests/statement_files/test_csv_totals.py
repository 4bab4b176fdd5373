"""Rows of sums and balances in a table are no movements: they are left out, and said."""

from __future__ import annotations

import pytest

from beancount_invoicing.bank.statement_checks import check_statements
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.model.banks import CsvTable
from beancount_invoicing.statement_files.csv_table import read_csv_table
from beancount_invoicing.statement_files.csv_totals import total_words
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.table_guess import guessed_table

TABLE = CsvTable(
    columns=(("date", ("Date",)), ("text", ("Libellé",)), ("debit", ("Débit",)), ("credit", ("Crédit",))),
    default_currency="EUR",
)
ROWS = "Date;Libellé;Débit;Crédit\n03/11/2026;VIR F2026-0001;;120,00\n14/11/2026;LOYER;100,00;\n"


def read(last: str) -> Statement:
    (statement,) = read_csv_table((ROWS + last).encode(), "bank.csv", TABLE)
    return statement


def told(last: str) -> list[str]:
    return [f"{found.source}: {found.message}" for found in check_statements([read(last)])]


@pytest.mark.parametrize(
    "last",
    [";Total;100,00;120,00\n", "Total;;100,00;120,00\n", ";Solde au 30/11/2026;;1 020,00\n", "Sous-total :;;;20,00\n"],
)
def test_a_sum_or_a_balance_without_a_date_is_no_line(last: str) -> None:
    assert [str(line.amount) for line in read(last).lines] == ["120.00", "-100.00"]
    (sentence,) = told(last)
    assert sentence.startswith("bank.csv:4: “")
    assert sentence.endswith("is a sum or a balance, no movement: the row is left out")


def test_a_sum_that_is_not_that_of_the_lines_is_told_with_both_figures() -> None:
    assert told(";Total;100,00;150,00\n") == [
        "bank.csv:4: “Total” says 50.00 EUR, but the lines come to 20.00: check whether a line is missing"
    ]


def test_a_row_without_a_date_that_may_be_a_movement_is_refused() -> None:
    with pytest.raises(StatementFileError, match="is not a date of this table"):
        read(";FRAIS;5,00;\n")


@pytest.mark.parametrize("day", ["15/11/2026"])
def test_a_movement_whose_text_begins_with_such_a_word_is_a_line(day: str) -> None:
    assert len(read(f"{day};SOLDE FACTURE F2026-0002;;50,00\n").lines) == 3


@pytest.mark.parametrize("words", ["Summe", "Neuer Saldo", "Endsaldo", "Saldo final", "Totale", "Closing balance"])
def test_the_words_of_several_languages_are_known(words: str) -> None:
    assert total_words(["", words, "12,00"]) == words


@pytest.mark.parametrize("words", ["VIR TOTAL ENERGIES", "Sumup", "Loyer", ""])
def test_other_words_are_none(words: str) -> None:
    assert not total_words([words])


def test_a_sum_below_an_unknown_table_does_not_hide_its_columns() -> None:
    guess = guessed_table(ROWS + "Total;;100,00;120,00\n")
    assert guess.columns == "date = Date; debit = Débit; credit = Crédit; text = Libellé"
