"""How a ledger describes the columns of a table, and what is wrong with a description."""

from __future__ import annotations

import pytest

from beancount_invoicing.statement_files.columns import ColumnsError, missing_columns, parse_columns, preset_problem


def test_fields_with_the_titles_of_their_columns() -> None:
    assert parse_columns(" date = Jour ;; amount=Montant; text = Libellé + Détail +; ") == (
        ("date", ("Jour",)),
        ("amount", ("Montant",)),
        ("text", ("Libellé", "Détail")),
    )


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("date Jour", r'^"date Jour" has no "=": write "date = Date; amount = Montant; text = Libellé", for example$'),
        ("amout = Montant", r'^"amout" is not a field of a statement: did you mean "amount"\?$'),
        ("zz = Montant", r'^"zz" is not a field of a statement: the fields are date, value-date, amount, debit, '),
        ("date = + ", "^date has no column: write its title after the equals sign$"),
        ("text = A; text = B", r"^text is there twice: join its columns with \+, such as text = Libellé \+ Détail$"),
    ],
)
def test_what_is_wrong_with_them_is_said(columns: str, told: str) -> None:
    with pytest.raises(ColumnsError, match=told):
        parse_columns(columns)


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ("amount = Montant", "date"),
        ("date = Jour; text = Libellé", "amount (or debit and credit)"),
        ("date = Jour; amount = Montant", ""),
        ("date = Jour; credit = Avoir", ""),
    ],
)
def test_a_table_needs_a_date_and_an_amount(columns: str, missing: str) -> None:
    assert missing_columns(parse_columns(columns)) == missing


def test_a_known_table_has_a_name() -> None:
    assert preset_problem("stripe") == ""
    assert preset_problem("strip") == '"strip" is not a known table: did you mean "stripe"?'
    assert preset_problem("zzzz").startswith('"zzzz" is not a known table: the tables are ')
