"""What a person decides about a line is booked as it was shown: once, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_import import import_statements
from beancount_invoicing.actions.bank_review import (
    LinePart,
    LineReview,
    book_line,
    decided_entry,
    money_left,
    new_payer,
    payer_iban_value,
    read_part,
    review_lines,
    until,
)
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.loading.loader import load
from beancount_invoicing.model import Source
from beancount_invoicing.receivables import positions
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.payment_text import payment_transaction

IBAN = "FR1420041010050500013M02606"
LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Income:Other
2026-01-01 open Expenses:Rent
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
  payer-iban: "BE68 5390 0754 7034"
2026-01-01 open Assets:Clients:Other
  customer: "Other"

2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
  Income:Work

2026-01-11 * "Acme" "Work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:Acme   250.00 EUR
  Income:Work

plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def line(bank_id: str, day: int, amount: str, text: str = "", payer: str = "", iban: str = "") -> StatementLine:
    source = Source("statement.xml", day)
    return StatementLine(
        bank_id, date(2026, 2, day), Decimal(amount), "EUR", source, text=text, payer=payer, payer_iban=iban
    )


THANKS = line("a~1", 5, "120.00", "merci", "ACME LTD", IBAN)
NAMED = line("b~1", 6, "250.00", "F2026 0002", "ACME LTD")
RENT = line("c~1", 7, "-700.00", "rent", "Landlord")
LINES = (THANKS, NAMED, RENT)


def statements(lines: Sequence[StatementLine] = LINES, closing: str | None = None) -> list[AccountStatement]:
    last = Decimal(closing) if closing else None
    return [
        AccountStatement(
            "Assets:Bank",
            Statement(Source("statement.xml", 1), "EUR", tuple(lines), until=lines[-1].date, closing=last),
        )
    ]


def reviewed(ledger: Path, lines: Sequence[StatementLine] = LINES) -> LineReview:
    return review_lines(load(str(ledger), fresh=True), statements(lines))


def booked(
    ledger: Path,
    shown: BookedLine,
    *parts: LinePart,
    lines: Sequence[StatementLine] = LINES,
    closing: str | None = None,
) -> None:
    if parts:
        shown = shown._replace(entry=decided_entry(open_ledger(ledger).book, shown, parts)[0])
    book_line(ledger, lambda _book: statements(lines, closing), shown, parts)


def test_lines_are_certain_undecided_or_left_alone(ledger: Path) -> None:
    review = reviewed(ledger)
    found = [
        [line.proposal.line.bank_id for line in lines]
        for lines in (review.certain, review.undecided, review.left_alone)
    ]
    assert found == [["b~1"], ["a~1"], ["c~1"]]


def test_a_part_is_a_document_a_customer_or_an_account(ledger: Path) -> None:
    book = open_ledger(ledger).book
    day = date(2026, 2, 5)
    assert read_part(book, day, "F2026-0001") == LinePart(number="F2026-0001")
    assert read_part(book, day, "0001=12,50") == LinePart(number="F2026-0001", amount=Decimal("12.50"))
    assert read_part(book, day, "acme=20") == LinePart(customer="Assets:Clients:Acme", amount=Decimal(20))
    assert read_part(book, day, "Income:Other") == LinePart(account="Income:Other")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("F2026-0001=0", "write an amount above 0"),
        ("F2026-0001=-5", "write an amount above 0"),
        ("F2026-0001=x", "write an amount above 0"),
        ("F2026-0009", "F2026-0009"),
        ("Income:Nothing", "there is no open account of that name"),
        ("Nobody", 'there is no customer "Nobody"'),
    ],
)
def test_what_is_none_of_them_is_said(ledger: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_part(open_ledger(ledger).book, date(2026, 2, 5), text)
    assert said in str(caught.value)


def test_parts_that_are_more_than_the_money_are_refused() -> None:
    assert money_left(THANKS, [LinePart("F2026-0001", amount=Decimal(100))]) == 20
    with pytest.raises(InvalidRequest, match=r"the parts come to 130 EUR, but the line is of 120.00: 10.00 too much"):
        money_left(THANKS, [LinePart("F2026-0001", amount=Decimal(130))])


def test_a_choice_pays_documents_and_the_rest_stays_on_account(ledger: Path) -> None:
    (shown,) = reviewed(ledger).undecided
    booked(ledger, shown, LinePart("F2026-0001"), LinePart(customer="Assets:Clients:Acme"))
    book = open_ledger(ledger).book
    open_ = {position.invoice.number: position.open for position in positions(book, book.last_date)}
    assert open_ == {"F2026-0001": 0, "F2026-0002": 250}
    assert sum(payment.amount for payment in book.payments) == -120


def test_a_split_between_a_document_and_another_account(ledger: Path) -> None:
    (shown,) = reviewed(ledger).undecided
    booked(
        ledger, shown, LinePart("F2026-0001", amount=Decimal(100)), LinePart(account="Income:Other", amount=Decimal(20))
    )
    entry = ledger.read_text(encoding="utf-8").partition('2026-02-05 * "ACME LTD"')[2].split("\n\n")[0]
    assert [row.split() for row in entry.splitlines()] == [
        ['"merci"', "^F2026-0001"],
        ["bank-id:", '"a~1"'],
        ["Assets:Bank", "120.00", "EUR"],
        ["Assets:Clients:Acme", "-100.00", "EUR"],
        ["Income:Other", "-20.00", "EUR"],
    ]
    assert open_ledger(ledger).errors == ()


def test_what_is_no_customers_money_goes_to_an_account(ledger: Path) -> None:
    (shown,) = reviewed(ledger).left_alone
    booked(ledger, shown, LinePart(account="Expenses:Rent"))
    text = ledger.read_text(encoding="utf-8")
    assert '2026-02-07 * "Landlord" "rent"\n  bank-id: "c~1"\n' in text
    assert "-700.00 EUR\n  Expenses:Rent" in text


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((LinePart("F2026-0001"),), "120.00 EUR is more than is to be paid on F2026-0001: 100.00 EUR"),
        ((LinePart("F2026-0001"), LinePart(account="Income:Other")), "say how much goes to Income:Other"),
        (
            (LinePart("F2026-0001", amount=Decimal(100)), LinePart(account="Income:Other", amount=Decimal(120))),
            "120.00 EUR go to other accounts, and nothing of 120.00 is left",
        ),
        ((LinePart(account="Income:Other", amount=Decimal(20)),), "100.00 EUR of the line are left"),
        (
            (LinePart(customer="Assets:Clients:Acme"), LinePart(customer="Assets:Clients:Other")),
            "the rest stays on one customer's account",
        ),
    ],
)
def test_what_cannot_be_booked_so_is_said(ledger: Path, parts: tuple[LinePart, ...], said: str) -> None:
    (shown,) = reviewed(ledger).undecided
    with pytest.raises(InvalidRequest) as caught:
        decided_entry(open_ledger(ledger).book, shown, parts)
    assert said in str(caught.value)


def test_only_the_line_that_was_decided_is_booked_and_once(ledger: Path) -> None:
    (shown,) = reviewed(ledger).undecided
    parts = (LinePart("F2026-0001"), LinePart(customer="Assets:Clients:Acme"))
    booked(ledger, shown, *parts)
    text = ledger.read_bytes()
    assert b"b~1" not in text, "what is certain is import's"
    with pytest.raises(InvalidRequest, match="this line is already in the ledger"):
        booked(ledger, shown, LinePart(account="Income:Other"))
    assert ledger.read_bytes() == text
    assert reviewed(ledger).undecided == ()


def test_what_is_another_entry_by_now_is_not_written(ledger: Path) -> None:
    (shown,) = reviewed(ledger).undecided
    entry, _notices = decided_entry(open_ledger(ledger).book, shown, [LinePart(customer="Assets:Clients:Acme")])
    assert "merci" in payment_transaction(entry)
    other = shown._replace(entry=entry._replace(narration="other"))
    with pytest.raises(InvalidRequest, match="the ledger was changed since this was shown"):
        book_line(ledger, lambda _book: statements(), other, [LinePart(customer="Assets:Clients:Acme")])
    assert ledger.read_text(encoding="utf-8") == LEDGER


def test_the_balance_is_asserted_with_the_last_line(ledger: Path) -> None:
    import_statements(ledger, lambda _book: statements(closing="-330.00"), WriteOptions(write=True))
    review = reviewed(ledger)
    booked(ledger, review.undecided[0], LinePart(customer="Assets:Clients:Acme"), closing="-330.00")
    assert "balance Assets:Bank" not in ledger.read_text(encoding="utf-8")
    booked(ledger, review.left_alone[0], LinePart(account="Expenses:Rent"), closing="-330.00")
    assert "2026-02-08 balance Assets:Bank" in ledger.read_text(encoding="utf-8")
    assert open_ledger(ledger).errors == ()


def test_a_payer_is_new_where_one_customer_was_paid_for_and_nobody_has_the_iban(ledger: Path) -> None:
    (shown,) = reviewed(ledger).undecided
    book = open_ledger(ledger).book
    entry, _notices = decided_entry(
        book, shown, [LinePart("F2026-0001", amount=Decimal(100)), LinePart(customer="Assets:Clients:Acme")]
    )
    assert new_payer(book, THANKS, entry) == "Assets:Clients:Acme"
    assert new_payer(book, THANKS._replace(payer_iban="BE68539007547034"), entry) == "", "it is known"
    assert new_payer(book, THANKS._replace(payer_iban=""), entry) == ""
    assert new_payer(book, RENT._replace(payer_iban=IBAN), entry) == "", "money that leaves tells nothing"
    assert payer_iban_value(book, "Assets:Clients:Acme", IBAN) == f"BE68539007547034, {IBAN}"
    assert payer_iban_value(book, "Assets:Clients:Other", IBAN) == IBAN


def test_a_statement_up_to_a_day_has_no_closing_balance() -> None:
    statement = statements(closing="-330.00")[0].statement
    assert until(statement, None) == until(statement, date(2026, 2, 7)) == statement
    shorter = until(statement, date(2026, 2, 6))
    assert (shorter.lines, shorter.closing, shorter.until) == ((THANKS, NAMED), None, date(2026, 2, 6))
