"""Why a line on a customer's account has no letter."""

from __future__ import annotations

from datetime import date

from beancount_invoicing.accounting.entries import accounting_entries
from beancount_invoicing.accounting.reports import lettering_report
from tests.accounting.books import invoice, payment, read

UNTIL = date(2026, 4, 30)


def reasons(ledger: str) -> list[tuple[str, str]]:
    """The document and the reason of each line without a letter, on 30 April 2026."""
    general_ledger, book = read(ledger)
    report = lettering_report(accounting_entries(general_ledger, book, date(2026, 1, 1), UNTIL), book, ())
    names = [column.name for column in report.columns]
    rows = [dict(zip(names, row, strict=True)) for row in report.rows]
    assert all(bool(row["letter"]) != bool(row["open_because"]) for row in rows)
    return [(str(row["reference"]), str(row["open_because"])) for row in rows if not row["letter"]]


def test_what_is_open_says_how_much_and_how_late() -> None:
    ledger = invoice("2026-02-01", "F1") + payment("2026-03-05", "20.00", "F1") + invoice("2026-04-20", "F2")
    assert reasons(ledger) == [
        ("F1", "100.00 EUR of F1 is open, 58 days late"),
        ("F1", "100.00 EUR of F1 is open, 58 days late"),
        ("F2", "120.00 EUR of F2 is open"),
    ]


def test_money_for_no_document() -> None:
    assert [why for _number, why in reasons(payment("2026-03-05", "20.00", "x").replace(" ^x", ""))] == [
        "20.00 EUR of it is for no document"
    ]


def test_a_payment_of_two_invoices_names_the_one_that_is_open() -> None:
    both = payment("2026-03-05", "180.00", "F1").replace("^F1", "^F1 ^F2")
    found = reasons(invoice("2026-02-01", "F1") + invoice("2026-02-02", "F2") + both)
    assert {why for _number, why in found} == {"60.00 EUR of F2 is open, 57 days late"}


def test_what_is_contested() -> None:
    dispute = '2026-03-01 note Assets:Clients:Dupont "Contests it" ^F1\n  event: "dispute"\n'
    assert reasons(invoice("2026-02-01", "F1") + dispute) == [
        ("F1", "120.00 EUR of F1 is open, 120.00 of it in dispute")
    ]


def test_a_draft() -> None:
    draft = invoice("2026-02-01", "draft-1").replace("2026-02-01 *", "2026-02-01 !")
    assert reasons(draft) == [("draft-1", "draft-1 is a draft")]


def test_an_entry_that_is_no_payment_and_no_document() -> None:
    entry = '2026-03-05 * "Correction"\n  Assets:Clients:Dupont  5.00 EUR\n  Assets:Banque\n'
    assert [why for _number, why in reasons(entry)] == ["5.00 EUR of it is for no document"]
