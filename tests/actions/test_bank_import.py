"""Lines of statements become entries of the ledger: once, and only what is certain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_import import BankImport, import_statements
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Source
from beancount_invoicing.receivables import aging, positions
from beancount_invoicing.receivables.bank_orders import bank_orders
from beancount_invoicing.writing.changes import WriteOptions

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
2026-01-01 open Assets:Clients:Other
  customer: "Other"

2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
  Income:Work

2026-01-11 * "Other" "Work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:Other  250.00 EUR
  Income:Work

2026-02-03 * "Acme" "typed by hand" ^F2026-0001
  Assets:Bank            40.00 EUR
  Assets:Clients:Acme

plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def line(bank_id: str, day: int, amount: str, text: str = "", payer: str = "") -> StatementLine:
    source = Source("statement.xml", day)
    return StatementLine(bank_id, date(2026, 2, day), Decimal(amount), "EUR", source, text=text, payer=payer)


TYPED = line("a~1", 5, "40.00", "F2026-0001", "ACME")
NAMED = line("b~1", 6, "250.00", "FACT F2026 0002", "OTHER LTD")
PROPOSED = line("c~1", 7, "60.00", "merci", "Acme")
RENT = line("d~1", 8, "-700.00", "rent", "Landlord")


def statement(lines: Sequence[StatementLine], closing: str | None = None) -> Statement:
    until = lines[-1].date
    return Statement(
        Source("statement.xml", 1), "EUR", tuple(lines), until=until, closing=Decimal(closing) if closing else None
    )


def imported(ledger: Path, *statements: Statement, write: bool = True) -> BankImport:
    found = [AccountStatement("Assets:Bank", one) for one in statements]
    return import_statements(ledger, lambda _book: found, WriteOptions(write=write))


def test_what_is_certain_is_booked_and_the_rest_is_left(ledger: Path) -> None:
    done = imported(ledger, statement([TYPED, NAMED, PROPOSED, RENT]))
    actions = [(line.proposal.action, line.proposal.tier) for line in done.lines]
    assert actions == [("known", ""), ("book", "B"), ("propose", "D"), ("not-ours", "")]
    text = ledger.read_text(encoding="utf-8")
    assert '2026-02-03 * "Acme" "typed by hand" ^F2026-0001\n  bank-id: "a~1"\n  Assets:Bank' in text
    assert '2026-02-06 * "OTHER LTD" "FACT F2026 0002" ^F2026-0002\n  bank-id: "b~1"\n' in text
    assert "merci" not in text
    opened = open_ledger(str(ledger))
    assert opened.errors == ()
    assert not aging(opened.book, date(2026, 12, 31)).unreconciled()


@pytest.mark.parametrize("second", [[TYPED, NAMED, PROPOSED, RENT], [NAMED, RENT], [TYPED, NAMED]])
def test_done_again_it_changes_no_byte(ledger: Path, second: list[StatementLine]) -> None:
    imported(ledger, statement([TYPED, NAMED, PROPOSED, RENT]))
    before = ledger.read_bytes()
    imported(ledger, statement(second))
    assert ledger.read_bytes() == before


def test_a_line_of_two_statements_is_booked_once(ledger: Path) -> None:
    done = imported(ledger, statement([TYPED, NAMED]), statement([NAMED, RENT]), statement([TYPED, NAMED]))
    assert [line.proposal.line.bank_id for line in done.lines] == ["a~1", "b~1", "d~1"]
    assert ledger.read_text(encoding="utf-8").count("FACT F2026 0002") == 1


def test_two_formats_of_one_period_are_booked_once(ledger: Path) -> None:
    other = [one._replace(bank_id=f"~{at:016x}") for at, one in enumerate([TYPED, NAMED, RENT])]
    done = imported(ledger, statement([TYPED, NAMED, RENT], "-410.00"), statement(other, "-410.00"))
    assert [booked.proposal.line.bank_id for booked in done.lines] == ["a~1", "b~1", "d~1", other[0].bank_id]
    assert not done.lines[3].is_booked, "what was typed with another day may be this line"
    assert len(done.outcome.notices) == 1, "one balance, said once"
    before = ledger.read_bytes()
    assert before.count(b"FACT F2026 0002") == 1
    imported(ledger, statement(other))
    assert ledger.read_bytes() == before


def test_an_entry_of_another_day_that_a_line_was_tied_to_may_be_the_same_line_in_another_format(ledger: Path) -> None:
    imported(ledger, statement([TYPED]))
    assert 'typed by hand" ^F2026-0001\n  bank-id: "a~1"' in ledger.read_text(encoding="utf-8")
    before = ledger.read_bytes()
    (booked,) = imported(ledger, statement([TYPED._replace(bank_id="~0123456789abcdef")])).lines
    assert ledger.read_bytes() == before, "40.00 is not booked a second time"
    assert booked.proposal.against[0].endswith(
        "an entry of 2026-02-03 also moves 40.00 EUR, and has the bank-id of a line: if it is this line in another format,"
        " leave this line out"
    )
    (booked,) = imported(ledger, statement([TYPED._replace(bank_id="a~2")])).lines
    assert booked.is_booked, "two references in one form are two movements"


def test_the_closing_balance_is_asserted_once_all_is_booked(ledger: Path) -> None:
    imported(ledger, statement([TYPED, NAMED], "290.00"))
    assert "2026-02-07 balance Assets:Bank" in ledger.read_text(encoding="utf-8")
    before = ledger.read_bytes()
    done = imported(ledger, statement([TYPED, NAMED], "290.00"))
    assert ledger.read_bytes() == before
    assert done.outcome.text == ""


def test_a_balance_that_is_not_reached_is_said_and_not_asserted(ledger: Path) -> None:
    done = imported(ledger, statement([TYPED, NAMED, RENT], "-410.00"))
    assert "balance Assets:Bank" not in ledger.read_text(encoding="utf-8")
    assert done.outcome.notices[-1] == (
        "Assets:Bank: 290.00 EUR on 2026-02-08, but -410.00 by the statement. -700.00 of lines are not booked here. "
        "Its balance is asserted once nothing is missing"
    )


def test_payments_and_the_balance_go_where_the_account_has_its_entries(ledger: Path) -> None:
    bank = ledger.with_name("bank.beancount")
    typed = LEDGER[LEDGER.index("2026-02-03") : LEDGER.index("plugin")]
    bank.write_text(typed, encoding="utf-8")
    option = 'include "bank.beancount"\n2026-01-01 custom "invoice-option" "file" "invoices-{year}.beancount"\n'
    ledger.write_text(LEDGER.replace(typed, option), encoding="utf-8")
    imported(ledger, statement([TYPED, NAMED], "290.00"))
    text = bank.read_text(encoding="utf-8")
    assert "2026-02-07 balance Assets:Bank" in text
    assert '2026-02-06 * "OTHER LTD"' in text
    assert not ledger.with_name("invoices-2026.beancount").exists()


COLLECTED = """
2026-02-01 custom "invoice-customer" Assets:Clients:Other
  mandate: "M-1"
  mandate-date: 2026-01-05
  debtor-iban: "FR76 3000 6000 0112 3456 7890 189"
2026-01-12 * "Other" "In two parts" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Clients:Other  300.00 EUR
    due: 2026-02-05
  Assets:Clients:Other  300.00 EUR
    due: 2026-02-06
  Income:Work
"""
ORDER = """
2026-02-02 note Assets:Clients:Other "To be collected" ^F2026-0003
  event: "collected"
  instalment: {0}
  amount: 300.00
  mandate: "M-1"
  end-to-end-id: "F2026-0003:{0}"
  collection-date: 2026-02-0{1}
"""


def test_a_reminder_that_waits_for_a_collection_goes_on_once_it_came_back(ledger: Path) -> None:
    text = LEDGER + COLLECTED + ORDER.format(1, 5) + ORDER.format(2, 6)
    ledger.write_text(text, encoding="utf-8")
    assert states(ledger) == ["under-way", "under-way"]
    second = line("e~1", 6, "300.00")._replace(end_to_end_id="F2026-0003:2", mandate="M-1")
    imported(ledger, statement([second]))
    assert states(ledger) == ["under-way", "done"]
    returned = line("f~1", 9, "-300.00")._replace(
        end_to_end_id="F2026-0003:2", mandate="M-1", is_return=True, return_reason="AM04"
    )
    imported(ledger, statement([second, returned]))
    assert states(ledger) == ["under-way", "returned"]


def states(ledger: Path) -> list[str]:
    """What became of the collections of the first and of the second instalment."""
    found = positions(open_ledger(str(ledger)).book, date(2026, 2, 20), by_debtor=True)
    (position,) = (position for position in found if position.invoice.number == "F2026-0003")
    return [order.state for instalment in (1, 2) for order in bank_orders(position, instalment)]


def test_nothing_is_written_without_being_asked(ledger: Path) -> None:
    done = imported(ledger, statement([TYPED, NAMED]), write=False)
    assert ledger.read_text(encoding="utf-8") == LEDGER
    assert "FACT F2026 0002" in done.outcome.text


def test_what_may_be_an_entry_of_the_ledger_is_not_booked(ledger: Path) -> None:
    twice = [line("x~1", 3, "40.00", "F2026-0001"), line("y~1", 3, "40.00", "F2026-0001")]
    done = imported(ledger, statement(twice))
    assert [line.proposal.action for line in done.lines] == ["propose", "propose"]
    assert (
        done.lines[0]
        .proposal.against[0]
        .endswith(
            'an entry of 2026-02-03 also moves 40.00 EUR: if it is this line, write bank-id: "x~1" below its first line'
        )
    )


def test_a_debit_that_came_back_with_its_fee_can_be_accepted_whole(ledger: Path) -> None:
    account = """2026-01-01 open Expenses:Fees
2026-01-01 custom "invoice-option" "fee-account" Expenses:Fees
"""
    ledger.write_text(LEDGER.replace("2026-01-10", f"{account}2026-01-10", 1), encoding="utf-8")
    back = line("r~1", 12, "-43.00", "F2026-0001")._replace(is_return=True, return_reason="AM04")
    booked, _other = imported(ledger, statement([TYPED._replace(bank_id="a~1"), back])).lines[::-1]
    assert booked.proposal.action == "propose"
    assert booked.entry is not None
    assert [(posting.account, str(posting.amount)) for posting in booked.entry.postings] == [
        ("Assets:Bank", "-43.00"),
        ("Expenses:Fees", "3.00"),
        ("Assets:Clients:Acme", "40.00"),
    ]
