"""What was written of payments and statements is taken back just as it was written, or not at all."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.allocate import AllocationRequest, allocate_money
from beancount_invoicing.actions.bank_import import import_statements
from beancount_invoicing.actions.bank_review import LinePart, book_line, decided_entry, review_lines
from beancount_invoicing.actions.item import ItemRequest, add_item
from beancount_invoicing.actions.move_taxes import move_taxes
from beancount_invoicing.actions.pay import PaymentRequest, pay
from beancount_invoicing.actions.take_back import TakenBack, last_act, selection_of, take_back_bank, take_back_last
from beancount_invoicing.bank.payment_plans import WantedDocument
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.loading.loader import load
from beancount_invoicing.model import Source
from beancount_invoicing.writing.changes import Refused, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.undo_log import Act, WrittenText, record_act

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

2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
  Income:Work

2026-01-11 * "Acme" "Work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:Acme   250.00 EUR
  Income:Work

2026-02-03 * "Acme" "typed by hand" ^F2026-0001 ; as the cheque says
  Assets:Bank            40.00 EUR
  Assets:Clients:Acme

plugin "beancount_invoicing"
"""
WRITE = WriteOptions(write=True)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def line(bank_id: str, day: int, amount: str, text: str = "") -> StatementLine:
    return StatementLine(bank_id, date(2026, 2, day), Decimal(amount), "EUR", Source("bank.xml", day), text=text)


TYPED = line("a~1", 5, "40.00", "F2026-0001")
NAMED = line("b~1", 6, "250.00", "F2026-0002")
LATER = line("c~1", 20, "60.00", "F2026-0001")


def statement(*lines: StatementLine, closing: str | None = None) -> AccountStatement:
    last = Decimal(closing) if closing else None
    return AccountStatement(
        "Assets:Bank", Statement(Source("bank.xml", 1), "EUR", lines, until=lines[-1].date, closing=last)
    )


def imported(ledger: Path, read: AccountStatement) -> None:
    import_statements(ledger, lambda _book: [read], WRITE)


def add(ledger: Path, text: str) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(text)


def test_an_import_is_taken_back_to_the_byte(ledger: Path) -> None:
    imported(ledger, statement(TYPED, NAMED, closing="290.00"))
    written = ledger.read_text(encoding="utf-8")
    assert "balance Assets:Bank" in written
    shown = take_back_bank(ledger, None, WriteOptions())
    assert ledger.read_text(encoding="utf-8") == written
    assert [text.split("\n")[0] for _place, text in shown.removed] == [
        '2026-02-06 * "Acme" "F2026-0002" ^F2026-0002',
        "2026-02-07 balance Assets:Bank  290.00 EUR",
    ]
    assert [place.line for place, _text in shown.restored] == [23]
    take_back_bank(ledger, None, WRITE)
    assert ledger.read_text(encoding="utf-8") == LEDGER
    with pytest.raises(InvalidRequest, match="nothing that bank import, bank review or bank match wrote is there"):
        take_back_bank(ledger, None, WRITE)


def test_the_import_before_it_comes_next(ledger: Path) -> None:
    imported(ledger, statement(NAMED))
    first = ledger.read_bytes()
    imported(ledger, statement(LATER))
    take_back_bank(ledger, None, WRITE)
    assert ledger.read_bytes() == first
    take_back_bank(ledger, None, WRITE)
    assert ledger.read_text(encoding="utf-8") == LEDGER


def test_the_lines_of_one_statement_are_taken_back_whenever_they_were_written(ledger: Path) -> None:
    imported(ledger, statement(LATER))
    only_later = ledger.read_bytes()
    ledger.write_text(LEDGER, encoding="utf-8")
    early = statement(TYPED, NAMED, closing="290.00")
    imported(ledger, early)
    imported(ledger, statement(LATER))
    take_back_bank(ledger, selection_of([early]), WRITE)
    assert ledger.read_bytes() == only_later


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("^F2026-0002\n  bank-id", "^F2026-0002 #seen\n  bank-id"),
        ("Assets:Bank           250.00 EUR", "Assets:Bank  250.00 EUR"),
    ],
)
def test_an_entry_that_was_changed_stays_and_all_with_it(ledger: Path, before: str, after: str) -> None:
    imported(ledger, statement(TYPED, NAMED))
    text = ledger.read_text(encoding="utf-8")
    assert text.count(before) == 1
    ledger.write_text(text.replace(before, after), encoding="utf-8")
    changed = ledger.read_bytes()
    with pytest.raises(InvalidRequest, match=r"main.beancount:2\d: this entry was changed since it was written"):
        take_back_bank(ledger, None, WRITE)
    assert ledger.read_bytes() == changed


def test_what_somebody_took_out_already_is_passed_over(ledger: Path) -> None:
    imported(ledger, statement(TYPED, NAMED))
    text = ledger.read_text(encoding="utf-8")
    start = text.index('2026-02-06 * "Acme"')
    ledger.write_text(text[:start] + text[text.index("plugin", start) :], encoding="utf-8")
    done = take_back_bank(ledger, None, WRITE)
    assert "is no longer there: it is skipped" in done.outcome.notices[0]
    assert ledger.read_text(encoding="utf-8") == LEDGER


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            '2026-02-25 * "Acme" "back" ^F2026-0002\n  Assets:Bank  -250.00 EUR\n  Assets:Clients:Acme\n',
            "refers to what would be taken back",
        ),
        (
            '2026-02-25 note Assets:Clients:Acme "Receipt" ^F2026-0002\n  event: "receipt"\n',
            "F2026-0002 had a letter or a note after this was written",
        ),
    ],
)
def test_what_something_depends_on_stays(ledger: Path, more: str, said: str) -> None:
    imported(ledger, statement(TYPED, NAMED))
    add(ledger, more)
    before = ledger.read_bytes()
    with pytest.raises(InvalidRequest) as caught:
        take_back_bank(ledger, None, WRITE)
    assert said in str(caught.value)
    assert "main.beancount:" in str(caught.value)
    assert ledger.read_bytes() == before


def test_a_balance_that_would_not_hold_keeps_it(ledger: Path) -> None:
    imported(ledger, statement(TYPED, NAMED))
    add(ledger, "2026-03-01 balance Assets:Bank  290.00 EUR\n")
    with pytest.raises(Refused) as caught:
        take_back_bank(ledger, None, WRITE)
    assert "Balance failed" in caught.value.findings[0].message


def test_what_a_review_accepted_is_taken_back_together(ledger: Path) -> None:
    lines = (line("d~1", 8, "60.00", "thanks"), line("e~1", 9, "30.00", "again"))
    read = [statement(*lines)]
    for _each in lines:
        shown = (
            review_lines(load(str(ledger), fresh=True), read).undecided
            or review_lines(load(str(ledger), fresh=True), read).left_alone
        )
        parts = [LinePart(customer="Assets:Clients:Acme")]
        book = load(str(ledger), fresh=True).book
        chosen = shown[0]._replace(entry=decided_entry(book, shown[0], parts)[0])
        book_line(ledger, lambda _book: read, chosen, parts, session="one")
    assert len(take_back_bank(ledger, None, WRITE).removed) == 2
    assert ledger.read_text(encoding="utf-8") == LEDGER


def paid(ledger: Path) -> None:
    pay(ledger, PaymentRequest(date(2026, 2, 10), (WantedDocument("F2026-0002"),), account="Assets:Bank"), WRITE)


def last(ledger: Path) -> TakenBack:
    return take_back_last(ledger, WRITE)


def test_a_payment_and_an_allocation_are_undone_the_last_first(ledger: Path) -> None:
    request = PaymentRequest(
        date(2026, 2, 10), amount=Decimal(250), on_account_of="Acme", account="Assets:Bank", currency="EUR"
    )
    pay(ledger, request, WRITE)
    on_account = ledger.read_bytes()
    allocate_money(ledger, AllocationRequest(("F2026-0002",)), date(2026, 2, 11), WRITE)
    last(ledger)
    assert ledger.read_bytes() == on_account
    last(ledger)
    assert ledger.read_text(encoding="utf-8") == LEDGER


def test_money_that_was_allocated_stays(ledger: Path) -> None:
    request = PaymentRequest(
        date(2026, 2, 10), amount=Decimal(250), on_account_of="Acme", account="Assets:Bank", currency="EUR"
    )
    pay(ledger, request, WRITE)
    add(
        ledger,
        '2026-02-11 * "Acme" "given"\n  Assets:Clients:Acme  250 EUR\n  Assets:Clients:Acme  -250 EUR\n    settles: "F2026-0002"\n',
    )
    with pytest.raises(InvalidRequest, match="refers to what would be taken back"):
        last(ledger)


def test_a_payment_that_the_statement_recognised_is_undone_after_the_statement(ledger: Path) -> None:
    paid(ledger)
    booked = ledger.read_bytes()
    imported(ledger, statement(line("f~1", 10, "250.00")))
    assert b"f~1" in ledger.read_bytes()
    last(ledger)
    assert ledger.read_bytes() == booked
    last(ledger)
    assert ledger.read_text(encoding="utf-8") == LEDGER


def test_what_came_last_is_known_by_a_file_that_may_be_moved_lost_or_broken(ledger: Path, tmp_path: Path) -> None:
    paid(ledger)
    add_item(ledger, ItemRequest("AUDIT", "Audit", "Income:Work"), date(2026, 1, 1), WRITE)
    act = last_act(ledger)
    assert act is not None
    assert (act.kind, act.texts[0].text.split("\n")[0]) == (
        "other",
        '2026-01-01 custom "invoice-item" "AUDIT" "Audit" Income:Work',
    )
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("main.beancount", ".bean-invoice-undo"):
        shutil.copy(tmp_path / name, moved / name)
    found = last_act(moved / "main.beancount")
    assert found is not None
    assert found.texts[0].file == str(moved / "main.beancount")
    log = ledger.with_name(".bean-invoice-undo")
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text(lines[0] + "\n{broken\n[1]\n", encoding="utf-8")
    still = last_act(ledger)
    assert still is not None
    assert still.kind == "payment"
    log.unlink()
    assert last_act(ledger) is None


UNTAXED = """2026-02-10 * "Acme" "typed without its tax" ^F2026-0003
  Assets:Bank           120.00 EUR
  Assets:Clients:Acme  -120.00 EUR"""


def test_a_payment_whose_tax_was_moved_by_another_entry_stays(ledger: Path) -> None:
    add(
        ledger,
        """2026-01-01 open Liabilities:VAT
2026-01-01 open Liabilities:Pending
2026-01-01 custom "invoice-tax" "V" "VAT" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2026-01-20 * "Acme" "Work" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Clients:Acme   120.00 EUR
  Income:Work          -100.00 EUR
    tax: "V"
  Liabilities:Pending   -20.00 EUR
"""
        + UNTAXED
        + "\n",
    )
    record_act(ledger, Act(ledger.name, "payment", "Payment", (WrittenText(str(ledger), UNTAXED),)))
    shown = take_back_last(ledger, WriteOptions())
    assert [text for _place, text in shown.removed] == [UNTAXED]
    move_taxes(ledger, date(2026, 2, 28), None, None, WRITE)
    record_act(ledger, Act(ledger.name, "payment", "Payment", (WrittenText(str(ledger), UNTAXED),)))
    with pytest.raises(InvalidRequest, match=r"tax of V was moved for it, by an entry that stays"):
        take_back_last(ledger, WRITE)
