"""What settles what: the cases of the format's chapter on payments, one each."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from beancount_invoicing.model import Book
from beancount_invoicing.receivables import BoundsError, aging, allocate, positions
from tests.ledgers import book_of

DAY = date(2026, 12, 31)


def invoice(number: str, day: str, amount: str, account: str = "Acme", more: str = "") -> str:
    """An invoice of one line without tax."""
    return (
        f'\n{day} * "Work" ^{number}\n  invoice: "{number}"\n{more}  Assets:Receivable:{account}  {amount} EUR\n'
        f'  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    )


def payment(day: str, amount: str, *numbers: str, account: str = "Acme", settles: str = "", tag: str = "") -> str:
    """A payment that links to `numbers`."""
    links = "".join(f" ^{number}" for number in numbers)
    named = f'\n    settles: "{settles}"' if settles else ""
    return f'\n{day} * "Paid"{links} {tag}\n  Assets:Receivable:{account}  -{amount} EUR{named}\n  Assets:Bank\n'


def open_amounts(book: Book, day: date = DAY) -> dict[str, str]:
    """What is open of each document."""
    return {position.invoice.number: str(position.open) for position in positions(book, day)}


def unallocated(book: Book, day: date = DAY) -> list[str]:
    return [str(amount) for _payment, amount in allocate(book, day).unallocated]


def how(book: Book) -> list[tuple[str, str, str]]:
    return [
        (position.invoice.number, one.how, str(one.amount))
        for position in positions(book, DAY)
        for one in position.allocations
    ]


ONE = invoice("N1", "2026-01-10", "100.00")
TWO = invoice("N2", "2026-01-20", "200.00")


def test_a_link_settles() -> None:
    book = book_of(ONE + payment("2026-02-01", "100.00", "N1"))
    assert how(book) == [("N1", "link", "100.00")]
    assert open_amounts(book) == {"N1": "0.00"}


def test_settles_on_the_posting_wins_over_the_link() -> None:
    book = book_of(ONE + TWO + payment("2026-02-01", "100.00", "N1", settles="N2"))
    assert open_amounts(book) == {"N1": "100.00", "N2": "100.00"}


def test_a_link_to_two_pays_the_oldest_due_first() -> None:
    book = book_of(ONE + TWO + payment("2026-03-01", "150.00", "N1", "N2"))
    assert open_amounts(book) == {"N1": "0.00", "N2": "150.00"}


def test_too_much_stays_credit_and_a_missing_cent_stays_open() -> None:
    book = book_of(ONE + TWO + payment("2026-02-01", "100.01", "N1") + payment("2026-02-02", "199.99", "N2"))
    assert open_amounts(book) == {"N1": "0.00", "N2": "0.01"}
    assert unallocated(book) == ["-0.01"]


def test_a_payment_that_names_nothing_stays_unallocated() -> None:
    book = book_of(ONE + payment("2026-02-01", "100.00"))
    assert open_amounts(book) == {"N1": "100.00"}
    assert unallocated(book) == ["-100.00"]


def test_unless_the_option_sends_it_to_the_oldest_due() -> None:
    option = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    book = book_of(option + ONE + TWO + payment("2026-02-01", "150.00"))
    assert how(book) == [("N1", "oldest", "100.00"), ("N2", "oldest", "50.00")]


def test_what_names_an_invoice_of_a_later_day_waits_for_it() -> None:
    book = book_of(ONE + payment("2026-01-05", "100.00", "N1"))
    assert unallocated(book, date(2026, 1, 9)) == ["-100.00"]
    assert open_amounts(book, date(2026, 1, 10)) == {"N1": "0.00"}


def test_a_bounced_debit_re_opens_the_invoice_with_its_old_due_date() -> None:
    bounced = '\n2026-02-10 * "Returned" ^N1\n  Assets:Receivable:Acme  100.00 EUR\n  Assets:Bank\n'
    book = book_of(ONE + payment("2026-02-01", "100.00", "N1") + bounced)
    assert how(book) == [("N1", "link", "100.00"), ("N1", "reversal", "-100.00")]
    (position,) = positions(book, DAY)
    assert (str(position.open), position.due) == ("100.00", date(2026, 2, 9))
    assert [one.status for one in positions(book, date(2026, 2, 5))] == ["settled"]


def test_a_bounced_debit_takes_back_the_latest_settlement_also_of_an_earlier_instalment() -> None:
    """The second instalment is paid first; the payment of the first one bounces."""
    split = invoice("N1", "2026-01-10", "100.00", more='  terms: "40% 30 days; 60% 60 days"\n')
    early = payment("2026-02-01", "60.00", settles="N1").replace('"N1"', '"N1"\n    instalment: 2')
    late = payment("2026-03-01", "40.00", settles="N1").replace('"N1"', '"N1"\n    instalment: 1')
    back = '\n2026-03-05 * "Returned" ^N1\n  Assets:Receivable:Acme  40.00 EUR\n  Assets:Bank\n'
    (position,) = positions(book_of(split + early + late + back), DAY)
    assert [str(each.open) for each in position.instalments] == ["40.00", "0.00"]
    assert position.due == date(2026, 2, 9)


def test_what_was_assumed_to_be_settled_can_bounce() -> None:
    """The payment named nothing, its return names the invoice, which is open again, and stays so."""
    oldest = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    bounced = '\n2026-02-10 * "Returned" ^N1\n  Assets:Receivable:Acme  100.00 EUR\n  Assets:Bank\n'
    book = book_of(oldest + ONE + payment("2026-02-01", "100.00") + bounced)
    assert how(book) == [("N1", "oldest", "100.00"), ("N1", "reversal", "-100.00")]
    assert open_amounts(book) == {"N1": "100.00"}
    assert unallocated(book) == []
    assert [one.status for one in positions(book, date(2026, 2, 9))] == ["settled"]


def test_a_reversal_takes_nothing_back_that_was_settled_after_it() -> None:
    oldest = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    back = '\n2026-02-10 * "Refund of nothing" ^N1\n  Assets:Receivable:Acme  100.00 EUR\n  Assets:Bank\n'
    book = book_of(oldest + ONE + back + payment("2026-03-01", "100.00", "N1") + payment("2026-01-05", "5.00"))
    assert how(book) == [("N1", "link", "100.00")]
    assert sorted(unallocated(book)) == ["-5.00", "100.00"]


def test_very_many_payments_that_name_nothing_take_no_time() -> None:
    """Work that grew with days × payments × invoices would take minutes here."""
    many = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    for number in range(1000):
        day = f"{date(2025, 6, 1) + timedelta(days=number % 500)}"
        many += invoice(f"N{number}", day, "100.00") + payment(day, "90.00") + payment(day, "95.00")
    book = book_of(many)
    start = time.monotonic()
    assert sum(left for _payment, left in allocate(book, DAY).unallocated) == -85000
    assert time.monotonic() - start < 5


def test_a_credit_note_settles_what_it_corrects() -> None:
    note = invoice("A1", "2026-01-15", "-30.00", more='  corrects: "N1"\n')
    book = book_of(ONE + note)
    assert open_amounts(book) == {"N1": "70.00", "A1": "0.00"}
    assert how(book)[0][:2] == ("N1", "credit-note")


def test_a_credit_note_that_is_not_used_up_is_open_and_never_late() -> None:
    book = book_of(
        ONE + payment("2026-01-12", "100.00", "N1") + invoice("A1", "2026-01-15", "-30.00", more='  corrects: "N1"\n')
    )
    at = {position.invoice.number: position for position in positions(book, DAY)}
    assert (at["A1"].status, str(at["A1"].open), at["A1"].days_overdue) == ("open", "-30.00", 0)
    (row,) = aging(book, DAY).rows
    assert (str(row.unallocated), str(row.total)) == ("-30.00", "-30.00")
    assert not any(row.buckets)


def test_a_credit_note_that_is_used_in_part_is_open() -> None:
    book = book_of(ONE + invoice("A1", "2026-01-15", "-130.00", more='  corrects: "N1"\n'))
    at = {position.invoice.number: position for position in positions(book, DAY)}
    assert (at["A1"].status, str(at["A1"].settled), str(at["A1"].open)) == ("open", "-100.00", "-30.00")


def test_another_account_of_the_same_customer_is_not_settled() -> None:
    book = book_of(ONE + payment("2026-02-01", "100.00", "N1", account="Acme:Doubtful"))
    assert open_amounts(book) == {"N1": "100.00"}
    assert unallocated(book) == ["-100.00"]
    assert allocate(book, DAY).notices


def test_a_transfer_moves_the_claim_and_settles_nothing() -> None:
    move = '\n2026-03-01 * "Doubtful" ^N1\n  Assets:Receivable:Acme:Doubtful  100.00 EUR\n  Assets:Receivable:Acme\n'
    book = book_of(ONE + move)
    (position,) = positions(book, DAY)
    assert position.accounts == ("Assets:Receivable:Acme:Doubtful",)
    assert (str(position.open), position.due, position.allocations) == ("100.00", date(2026, 2, 9), ())


def test_a_transfer_that_names_nothing_is_a_credit_here_and_a_debit_there() -> None:
    move = '\n2026-03-01 * "Doubtful"\n  Assets:Receivable:Acme:Doubtful  100.00 EUR\n  Assets:Receivable:Acme\n'
    book = book_of(ONE + move)
    assert sorted(unallocated(book)) == ["-100.00", "100.00"]
    assert allocate(book, DAY).notices


def test_a_write_off_in_part_and_whole() -> None:
    half = payment("2026-05-01", "40.00", "N1", tag="#write-off").replace("Assets:Bank", "Expenses:BadDebt")
    book = book_of(ONE + half)
    assert how(book) == [("N1", "write-off", "40.00")]
    assert positions(book, DAY)[0].status == "overdue"
    rest = payment("2026-06-01", "60.00", "N1", tag="#write-off").replace("Assets:Bank", "Expenses:BadDebt")
    assert positions(book_of(ONE + half + rest), DAY)[0].status == "written-off"


def test_an_instalment_by_its_number() -> None:
    two = invoice("N1", "2026-01-10", "100.00", more='  terms: "30% on receipt; 70% 60 days"\n')
    pay = payment("2026-02-01", "70.00", settles="N1").replace('"N1"', '"N1"\n    instalment: 2')
    (position,) = positions(book_of(two + pay), DAY)
    assert [(str(each.amount), str(each.open)) for each in position.instalments] == [
        ("30.00", "30.00"),
        ("70.00", "0.00"),
    ]


@pytest.mark.parametrize(
    ("day", "bucket"),
    [
        (date(2026, 2, 9), "not due"),
        (date(2026, 2, 10), 0),
        (date(2026, 3, 11), 0),
        (date(2026, 3, 12), 1),
        (date(2026, 5, 10), 2),
        (date(2026, 5, 11), 3),
    ],
)
def test_late_starts_the_day_after_the_due_date(day: date, bucket: object) -> None:
    (row,) = aging(book_of(ONE), day).rows
    amounts = [("not due", row.not_due), *enumerate(row.buckets)]
    assert [name for name, amount in amounts if amount] == [bucket]


def test_by_invoice_date_nothing_is_not_due() -> None:
    (row,) = aging(book_of(ONE), date(2026, 1, 10), basis="invoice").rows
    assert (row.not_due, str(row.buckets[0])) == (Decimal(0), "100.00")


@pytest.mark.parametrize("bounds", [(), (0,), (30, 30), (60, 30)])
def test_bounds_ascend(bounds: tuple[int, ...]) -> None:
    with pytest.raises(BoundsError, match="ascending"):
        aging(book_of(ONE), DAY, bounds)
