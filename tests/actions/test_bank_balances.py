"""Where the ledger does not reach a statement's closing balance, what is missing is said; what is advised makes it reach it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_import import import_statements
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.languages import translated
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Source
from beancount_invoicing.writing.changes import WriteOptions

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank EUR
2026-01-01 open Income:Work
2026-01-01 open Expenses:Rent
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"

2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
  Income:Work

plugin "beancount_invoicing"
"""
OPENING = "Its balance is asserted once nothing is missing"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def add(ledger: Path, text: str) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")


def line(bank_id: str, day: date, amount: str, text: str = "") -> StatementLine:
    return StatementLine(bank_id, day, Decimal(amount), "EUR", Source("bank.xml", day.day), text=text)


PAID = line("a~1", date(2026, 2, 5), "100.00", "F2026-0001")
RENT = line("b~1", date(2026, 2, 9), "-700.00", "rent")


def statement(*lines: StatementLine, opening: str | None, closing: str, since: date | None = None) -> AccountStatement:
    return AccountStatement(
        "Assets:Bank",
        Statement(
            Source("bank.xml", 1),
            "EUR",
            lines,
            since=since or lines[0].date,
            until=lines[-1].date,
            opening=None if opening is None else Decimal(opening),
            closing=Decimal(closing),
        ),
    )


def said(ledger: Path, *statements: AccountStatement) -> list[str]:
    done = import_statements(ledger, lambda _book: statements, WriteOptions(write=True))
    assert open_ledger(ledger).errors == ()
    return [translated(notice) for notice in done.outcome.notices]


def asserts(ledger: Path) -> list[str]:
    text = ledger.read_text(encoding="utf-8")
    return [" ".join(row.split()) for row in text.splitlines() if " balance " in row]


@pytest.mark.parametrize("opening", ["1000.00", None])
def test_the_opening_balance_is_told_from_lines_and_what_is_advised_makes_it_whole(
    ledger: Path, opening: str | None
) -> None:
    read = statement(PAID, RENT, opening=opening, closing="400.00")
    first, advice = said(ledger, read)
    assert first == (
        "Assets:Bank: 100.00 EUR on 2026-02-09, but 400.00 by the statement. -700.00 of lines are not booked here; "
        f"1000.00 is the opening balance of 2026-02-05, which the ledger lacks: write the lines below into it. {OPENING}"
    )
    assert advice.splitlines() == [
        "2026-02-04 open Equity:Opening-Balances",
        '2026-02-04 * "Opening balance"',
        "  Assets:Bank               1000.00 EUR",
        "  Equity:Opening-Balances  -1000.00 EUR",
    ]
    add(ledger, advice)
    assert said(ledger, read) == [
        "Assets:Bank: 1100.00 EUR on 2026-02-09, but 400.00 by the statement. -700.00 of lines are not booked here. "
        + OPENING
    ]
    add(ledger, '2026-02-08 * "rent"\n  Assets:Bank  -700.00 EUR\n  Expenses:Rent')
    assert said(ledger, read) == []
    assert asserts(ledger) == ["2026-02-10 balance Assets:Bank 400.00 EUR"]
    before = ledger.read_bytes()
    assert said(ledger, read) == []
    assert ledger.read_bytes() == before


def test_the_opening_balance_is_not_taken_for_a_line_of_its_amount(ledger: Path) -> None:
    read = statement(PAID, opening="100.00", closing="200.00")
    add(ledger, said(ledger, read)[1])
    assert said(ledger, read) == []
    assert asserts(ledger) == ["2026-02-06 balance Assets:Bank 200.00 EUR"]
    ledger.write_text(LEDGER, encoding="utf-8")
    add(ledger, "2026-02-04 open Equity:Opening\n2026-02-04 pad Assets:Bank Equity:Opening")
    add(ledger, "2026-02-05 balance Assets:Bank  100.00 EUR")
    assert said(ledger, read) == []
    assert asserts(ledger)[-1] == "2026-02-06 balance Assets:Bank 200.00 EUR"


def test_the_ledgers_own_account_of_opening_balances_is_taken(ledger: Path) -> None:
    add(ledger, "2026-01-01 open Equity:Ouverture EUR\n2026-01-01 open Equity:Opening USD")
    advice = said(ledger, statement(PAID, opening="-50.00", closing="50.00"))[1]
    assert advice.splitlines() == [
        '2026-02-04 * "Opening balance"',
        "  Assets:Bank      -50.00 EUR",
        "  Equity:Ouverture  50.00 EUR",
    ]


def test_an_account_that_is_opened_that_day_gets_it_that_day(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace("2026-01-01 open Assets:Bank", "2026-02-05 open Assets:Bank"), encoding="utf-8")
    read = statement(PAID, opening="20.00", closing="120.00")
    advice = said(ledger, read)[1]
    assert advice.splitlines()[1] == '2026-02-05 * "Opening balance"'
    add(ledger, advice)
    assert said(ledger, read) == []


def test_what_came_before_the_statement_is_asked_for_first(ledger: Path) -> None:
    add(ledger, '2026-01-20 * "rent"\n  Assets:Bank  -70.00 EUR\n  Expenses:Rent')
    first, advice = said(ledger, statement(PAID, opening="500.00", closing="600.00"))
    assert (
        "570.00 is from before 2026-02-05: import the earlier statements, or, if there are none, write the opening balance"
        in first
    )
    assert "  Assets:Bank               570.00 EUR" in advice


def test_entries_that_no_line_is_are_named(ledger: Path) -> None:
    add(ledger, '2026-02-05 * "cash"\n  Assets:Bank  -20.00 EUR\n  Expenses:Rent')
    at = ledger.read_text(encoding="utf-8").split("\n").index('2026-02-05 * "cash"') + 1
    (first,) = said(ledger, statement(PAID, opening="0.00", closing="100.00"))
    assert first == (
        "Assets:Bank: 80.00 EUR on 2026-02-05, but 100.00 by the statement. 20.00 is in entries that no line is: "
        f"{ledger}:{at} (-20.00). {OPENING}"
    )


def test_of_many_entries_some_are_named(ledger: Path) -> None:
    for amount in range(1, 6):
        add(ledger, f'2026-02-05 * "cash"\n  Assets:Bank  -{amount}.00 EUR\n  Expenses:Rent')
    (first,) = said(ledger, statement(PAID, opening="0.00", closing="100.00"))
    assert first.count("main.beancount") == 3
    assert "(-3.00), …. Its balance" in first


def test_a_statement_that_is_missing_between_two_is_said_once(ledger: Path) -> None:
    later = line("c~1", date(2026, 4, 5), "-9.00")
    first = statement(PAID, opening="0.00", closing="100.00")
    second = statement(later, opening="150.00", closing="141.00")
    assert said(ledger, first, second) == [
        "Assets:Bank: 100.00 EUR on 2026-04-05, but 141.00 by the statement. -9.00 of lines are not booked here; "
        f"50.00 is in none of the lines: a statement is missing between them. {OPENING}"
    ]
