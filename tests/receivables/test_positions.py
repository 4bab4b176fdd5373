"""Where a document stands on a day: what of it is in dispute, how late it is, and what its tax is in the seller's currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.receivables import positions
from beancount_invoicing.receivables.tax_currency import vat_in_tax_currency
from tests.ledgers import book_of

D = Decimal
ACME = "Assets:Receivable:Acme"
ONE = f"""
2026-01-10 * "Work" ^N1
  invoice: "N1"
  due: 2026-02-09
  {ACME}  100.00 EUR
  Income:Services
    text: "Work"
    tax: "REVERSE"
"""


def paid(amount: str) -> str:
    return f'\n2026-02-01 * "Paid" ^N1\n  {ACME}  -{amount} EUR\n  Assets:Bank\n'


def dispute(amount: str = "") -> str:
    return f'\n2026-01-20 note {ACME} "wrong" ^N1\n  event: "dispute"\n' + (f"  amount: {amount}\n" if amount else "")


@pytest.mark.parametrize(
    ("entries", "disputed"),
    [
        pytest.param(dispute(), "100.00", id="all of it, where no amount is said"),
        pytest.param(dispute("40.00"), "40.00", id="the amount that is said"),
        pytest.param(dispute("40.00") + paid("70.00"), "30.00", id="no more than is open"),
        pytest.param(dispute() + paid("99.50"), "0.50", id="the last cents too"),
        pytest.param(dispute() + paid("100.00"), "0", id="nothing of what is paid"),
        pytest.param(dispute() + paid("130.00"), "0", id="nothing where too much was paid"),
        pytest.param(
            dispute() + f'\n2026-01-25 note {ACME} "agreed" ^N1\n  event: "dispute-settled"\n',
            "0",
            id="settled by then",
        ),
    ],
)
def test_how_much_is_in_dispute(entries: str, disputed: str) -> None:
    (position,) = positions(book_of(ONE + entries), date(2026, 2, 28))
    assert str(position.disputed) == disputed


@pytest.mark.parametrize(("day", "late"), [("2026-02-09", 0), ("2026-02-10", 1), ("2026-03-09", 28)])
def test_it_is_late_from_the_day_after_the_due_date_on(day: str, late: int) -> None:
    (position,) = positions(book_of(ONE), date.fromisoformat(day))
    assert position.days_overdue == late
    (settled,) = positions(book_of(ONE + paid("100.00")), date.fromisoformat(day))
    assert settled.days_overdue == 0


LOST = f'\n2026-03-01 * "Lost" ^N1 #write-off\n  {ACME}  -{{}} EUR\n  Expenses:BadDebt\n'
CREDITED = ONE.replace("N1", "A1").replace("100.00", "-100.00").replace("  due: 2026-02-09\n", '  corrects: "N1"\n')


@pytest.mark.parametrize(
    ("entries", "status", "settled_on"),
    [
        ("", ["open", "overdue"], None),
        (paid("40.00"), ["partly-paid", "overdue"], None),
        (paid("100.00"), ["settled", "settled"], "2026-02-01"),
        (paid("60.00") + LOST.format("40.00"), ["partly-paid", "written-off"], "2026-03-01"),
        (LOST.format("100.00") + paid("100.00").replace("02-01", "04-01"), ["open", "settled"], "2026-04-01"),
        (CREDITED, ["settled", "settled"], "2026-01-10"),
    ],
)
def test_how_it_stands_when_it_is_due_and_later(entries: str, status: list[str], settled_on: str | None) -> None:
    book = book_of(ONE + entries)
    found = [positions(book, day)[0] for day in (date(2026, 2, 9), date(2026, 12, 31))]
    assert [position.status for position in found] == status
    assert found[1].settled_on == (date.fromisoformat(settled_on) if settled_on else None)


def test_of_several_instalments_the_earliest_that_is_open_is_its_due_date_and_the_last_once_all_is_paid() -> None:
    two = ONE.replace("  due: 2026-02-09\n", '  terms: "50% 30 days; 50% 60 days"\n')
    days = [positions(book_of(two + paid(amount)), date(2026, 3, 1))[0].due for amount in ("10.00", "50.00", "100.00")]
    assert days == [date(2026, 2, 9), date(2026, 3, 11), date(2026, 3, 11)]


def test_a_draft_and_what_the_customer_is_owed_are_never_late() -> None:
    draft = ONE.replace("2026-01-10 *", "2026-01-10 !").replace("N1", "draft-N1")
    back = ONE.replace("N1", "A1").replace("100.00", "-100.00").replace("  due: 2026-02-09\n", "")
    assert [position.days_overdue for position in positions(book_of(draft + back), date(2026, 12, 31))] == [0, 0]


def test_a_document_in_the_sellers_currency_has_its_tax_in_no_other() -> None:
    book = book_of(ONE + ONE.replace("N1", "N2").replace("EUR", "USD @ 0.90 EUR"))
    euros, dollars = (vat_in_tax_currency(book, invoice) for invoice in book.invoices)
    assert euros is None
    assert dollars is not None and dollars.currency == "EUR"
