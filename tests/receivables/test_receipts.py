"""Receipts: what was received on a document until a day, in what way, and what remains; and the letter that says so."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing import rendering
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import ZERO, AllocationKind, Book
from beancount_invoicing.receivables import NothingReceived, Position, Receipt, positions, receipt
from beancount_invoicing.rendering import view_texts
from beancount_invoicing.rules.steps import recompute
from tests.cli.test_commands import call
from tests.ledgers import EXAMPLE, TESTS, book_of, month_ends
from tests.receivables.test_statements import invoice, moved
from tests.rendering.test_documents import assert_same_facts
from tests.rendering.test_templates import book_in

ACME = "Assets:Receivable:Acme"
PAID = (
    invoice("2026-01-10", "F1", "500.00 EUR", '  terms: "40% on receipt; 60% 60 days"\n')
    + moved("2026-01-20", "-250.00 EUR", "F1")
    + moved("2026-01-25", "-100.00 EUR", "F1")
    + moved("2026-01-28", "100.00 EUR", "F1")
    + invoice("2026-02-10", "A1", "-50.00 EUR", '  corrects: "F1"\n')
    + f'\n2026-03-01 * "Half" ^F1 #write-off\n  {ACME}  -60.00 EUR\n  Expenses:BadDebt\n'
)


def told(book: Book, as_of: str, number: str = "F1") -> Receipt:
    day = date.fromisoformat(as_of)
    return receipt(next(position for position in positions(book, day) if position.invoice.number == number))


def test_what_was_received_and_what_else_became_of_it() -> None:
    one = told(book_of(PAID), "2026-12-31")
    assert [f"{entry.date} {entry.kind} {entry.number} {entry.amount}" for entry in one.entries] == [
        "2026-01-20 payment  250.00",
        "2026-01-25 payment  100.00",
        "2026-01-28 reversal  -100.00",
        "2026-02-10 credit-note A1 50.00",
        "2026-03-01 write-off  60.00",
    ]
    assert (
        f"{one.received} {one.credited} {one.reduced_without_money} {one.position.open}" == "250.00 50.00 60.00 140.00"
    )


def test_one_transfer_for_two_instalments_is_one_line_and_later_ones_are_not_known_yet() -> None:
    one = told(book_of(PAID), "2026-01-20")
    assert [f"{entry.kind} {entry.amount}" for entry in one.entries] == ["payment 250.00"]
    assert one.position.open == Decimal("250.00")


DISCOUNTED = invoice("2026-01-10", "F1", "500.00 EUR") + moved("2026-01-20", "-490.00 EUR", "F1")


def in_kind(how: AllocationKind, amount: str) -> Position:
    """F1 at the end of 2026, paid but for `amount`, which settles in another way than by money."""
    (position,) = positions(book_of(DISCOUNTED), date(2026, 12, 31))
    (paid,) = position.allocations
    other = paid._replace(how=how, amount=Decimal(amount))
    return position._replace(allocations=(paid, other), open=Decimal("10.00") - Decimal(amount))


@pytest.mark.parametrize("how", ["discount", "set-off", "write-off"])
def test_it_certifies_the_money_alone(how: AllocationKind) -> None:
    one = receipt(in_kind(how, "10.00"))
    assert [f"{entry.date} {entry.kind} {entry.amount}" for entry in one.entries] == [
        "2026-01-20 payment 490.00",
        f"2026-01-20 {how} 10.00",
    ]
    apart = {"discount": one.discounted, "set-off": one.set_off, "write-off": one.written_off}
    assert apart == {kind: Decimal("10.00") if kind == how else ZERO for kind in apart}
    assert (str(one.received), str(one.reduced_without_money), one.position.open) == ("490.00", "10.00", ZERO)
    assert all(recompute(step) == step.result for step in one.steps)


def test_a_discount_that_is_taken_back_is_no_money_that_came_back() -> None:
    position = in_kind("discount", "10.00")
    back = position.allocations[1]._replace(how="reversal", reverses="discount", amount=Decimal("-10.00"))
    one = receipt(position._replace(allocations=(*position.allocations, back), open=Decimal("10.00")))
    assert (str(one.received), one.discounted) == ("490.00", ZERO)
    assert [entry.kind for entry in one.entries] == ["payment"]


def test_a_payment_has_the_day_on_which_the_money_came() -> None:
    (position,) = positions(book_of(DISCOUNTED), date(2026, 12, 31))
    later = tuple(allocation._replace(date=date(2026, 5, 5)) for allocation in position.allocations)
    assert [str(entry.date) for entry in receipt(position._replace(allocations=later)).entries] == ["2026-01-20"]


def test_an_invoice_that_a_credit_note_of_another_settles_has_no_receipt() -> None:
    book = book_of(
        invoice("2026-01-10", "F1", "120.00 EUR")
        + moved("2026-01-20", "-120.00 EUR", "F1")
        + invoice("2026-02-01", "A1", "-120.00 EUR", '  corrects: "F1"\n')
        + invoice("2026-02-01", "F2", "120.00 EUR")
        + f'\n2026-02-02 * "Used"\n  {ACME}  120.00 EUR\n    settles: "A1"\n  {ACME}  -120.00 EUR\n    settles: "F2"\n'
    )
    with pytest.raises(NothingReceived, match="nothing was received on F2"):
        told(book, "2026-12-31", "F2")
    assert told(book, "2026-12-31").received == Decimal("120.00")


def test_money_that_was_for_another_document_did_not_come_back() -> None:
    book = book_of(
        invoice("2026-01-10", "F1", "100.00 EUR")
        + invoice("2026-01-11", "F2", "100.00 EUR")
        + moved("2026-01-20", "-100.00 EUR", "F1")
        + f'\n2026-03-05 * "Some of it was for F2"\n  {ACME}  40.00 EUR\n    settles: "F1"\n'
        + f'  {ACME}  -40.00 EUR\n    settles: "F2"\n'
    )
    for number, amount in (("F1", "60.00"), ("F2", "40.00")):
        one = told(book, "2026-12-31", number)
        assert [f"{entry.date} {entry.kind} {entry.amount}" for entry in one.entries] == [
            f"2026-01-20 payment {amount}"
        ]
        assert str(one.received) == amount
    assert told(book, "2026-03-04").received == Decimal("100.00"), "nothing later changes what was said before"


def test_what_settles_without_any_money_has_no_receipt() -> None:
    position = in_kind("set-off", "10.00")
    with pytest.raises(NothingReceived, match="nothing was received on F1"):
        receipt(position._replace(allocations=position.allocations[1:]))


@pytest.mark.parametrize("language", ["fr", "en", "de", "es", "it", "nl", "pt"])
def test_the_letter_names_it_in_each_language(language: str) -> None:
    of_acme = f'\n2025-02-01 custom "invoice-customer" {ACME}\n  language: "{language}"\n'
    book = book_of(DISCOUNTED + of_acme)
    (position,) = positions(book, date(2026, 12, 31))
    (paid,) = position.allocations
    those = (
        paid,
        paid._replace(how="discount", amount=Decimal("6.00")),
        paid._replace(how="set-off", amount=Decimal("4.00")),
    )
    where = rendering.folders(book)
    view = rendering.receipt_view(book, receipt(position._replace(allocations=those, open=ZERO)), where)
    said = rendering.word_table(where, language)["statement"]
    assert view.table is not None
    assert [row.cells[1] for row in view.table.rows] == [said["payment"], said["discount"], said["set-off"]]
    labels = [pair.label for pair in view.totals]
    assert labels[1:4] == [said["received"], said["discount"], said["set-off"]]
    assert said["adjusted"] not in labels


@pytest.mark.parametrize(
    ("as_of", "number", "why"),
    [
        ("2026-01-19", "F1", "nothing was received on F1 until 2026-01-19"),
        ("2026-12-31", "A1", "A1 asks for nothing"),
        ("2026-12-31", "draft-1", "draft-1 is a draft"),
    ],
)
def test_nothing_is_confirmed_where_nothing_was_received(as_of: str, number: str, why: str) -> None:
    ledger = PAID + invoice("2026-01-12", "draft-1", "70.00 EUR").replace(" * ", " ! ")
    with pytest.raises(NothingReceived, match=why):
        told(book_of(ledger), as_of, number)


@pytest.mark.parametrize("ledger", [EXAMPLE, TESTS / "golden" / "receivables.beancount"], ids=["example", "golden"])
def test_the_parts_are_the_whole_at_each_month_s_end(ledger: Path) -> None:
    book = open_ledger(ledger).book
    found = 0
    for day in month_ends(date(2025, 1, 1), date(2027, 12, 31)):
        for position in positions(book, day):
            try:
                one = receipt(position)
            except NothingReceived:
                continue
            found += 1
            assert one.received + one.credited + one.reduced_without_money + position.open == position.payable
            assert sum((entry.amount for entry in one.entries), ZERO) == position.settled
            for step in one.steps:
                assert recompute(step) == step.result, step
    assert found > 20


# as a letter, and as data -------------------------------------------------------------------------------------------


def test_the_letter_names_the_document_the_days_and_what_remains() -> None:
    book = book_of(PAID)
    view = rendering.receipt_view(book, told(book, "2026-12-31"), rendering.folders(book))
    assert_same_facts(view, rendering.folders(book))
    text = "\n".join(view_texts(view)).replace("\xa0", " ")
    assert "avoir reçu à ce jour la somme de 250,00 € (facture F1 du 10 janvier 2026)" in text
    assert "Il reste 140,00 € à payer." in text
    assert view.table
    assert [row.cells[1] for row in view.table.rows] == [
        "Règlement", "Règlement", "Règlement retourné", "Avoir A1", "Régularisation",
    ]  # fmt: skip
    assert view.qr == "", "it asks for nothing"


def test_one_s_own_words_win(tmp_path: Path) -> None:
    own = {"templates/letters/fr/receipt.j2": "Merci : {{ received }} pour {{ document }}.\n"}
    book_in(tmp_path, own)
    with (tmp_path / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(moved("2026-03-01", "-20.00 EUR", "F2026-0001"))
    book = open_ledger(tmp_path / "main.beancount").book
    view = rendering.receipt_view(book, told(book, "2026-12-31", "F2026-0001"), rendering.folders(book))
    assert [text.replace("\xa0", " ") for text in view.opening] == ["Merci : 20,00 € pour Facture F2026-0001."]


def test_the_command(tmp_path: Path) -> None:
    day = ("--as-of", "2026-11-30")
    (one,) = json.loads(call("receipt", "F2026-0055", *day, "--format", "json", "--explain").stdout)
    assert list(one) == [
        "number", "customer", "date", "as_of", "currency", "payable", "entries", "received", "credited", "adjusted",
        "discounted", "set_off", "written_off", "open", "explain",
    ]  # fmt: skip
    assert (one["payable"], one["received"], one["open"]) == ("844.80", "422.40", "422.40")
    assert one["entries"] == [{"date": "2026-11-05", "what": "payment", "document": None, "amount": "422.40"}]
    lines = call("receipt", "F2026-0055", *day, "--format", "csv").stdout.splitlines()
    assert lines[1] == "F2026-0055,Halles de Vilaine SA,EUR,2026-11-05,payment,,422.40"
    written = call("receipt", "F2026-0055", *day, "-o", tmp_path, "--to", "pdf,html,text").stdout.split()
    assert written == [str(tmp_path / f"2026-11-30-F2026-0055-receipt.{suffix}") for suffix in ("pdf", "html", "txt")]
    assert "nothing was received on F2026-0068" in call("receipt", "F2026-0068", *day, code=1).stderr
    assert "did you mean F2026-0055?" in call("receipt", "F2026-0O55", *day, code=1).stderr


def test_several_numbers_give_the_receipts_that_there_are(tmp_path: Path) -> None:
    asked = ("receipt", "F2026-0068", "F2026-0055", "F2026-0O55", "F2026-0036", "--as-of", "2026-11-30")
    told = call(*asked, "--format", "json", code=1)
    assert [one["number"] for one in json.loads(told.stdout)] == ["F2026-0055", "F2026-0036"]
    assert told.stderr.splitlines() == [
        "nothing was received on F2026-0068 until 2026-11-30",
        "there is no F2026-0O55: did you mean F2026-0055?",
    ]
    written = call(*asked, "-o", tmp_path, code=1)
    assert [Path(name).name for name in written.stdout.split()] == [
        "2026-11-30-F2026-0055-receipt.pdf",
        "2026-11-30-F2026-0036-receipt.pdf",
    ]
    sent = call(*asked, "--send", "--format", "json", code=1)
    assert [one["numbers"] for one in json.loads(sent.stdout)] == [["F2026-0055"], ["F2026-0036"]]
    assert "nothing was received on F2026-0068" in sent.stderr
