"""What was paid of an invoice that is replaced: it pays the corrective invoice, and keeps the day on which it came."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.model import Book
from beancount_invoicing.receivables import allocate, positions
from tests.ledgers import book_of
from tests.receivables.test_allocation import DAY, ONE, TWO, allotted, invoice, open_amounts, payment, unallocated

OLDEST = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n'


def replaced(number: str, by: str, day: str, amount: str, instead: str, account: str = "Acme") -> str:
    """A cancellation of `number`, called `number`-X, and what replaces it."""
    text = f'  corrects: "{number}"\n'
    return invoice(f"{number}-X", day, f"-{amount}", more=f'  kind: "cancellation"\n{text}') + invoice(
        by, day, instead, account, f'  kind: "corrective"\n{text}'
    )


def returned(day: str, amount: str, *numbers: str) -> str:
    links = "".join(f" ^{number}" for number in numbers)
    return f'\n{day} * "Returned"{links}\n  Assets:Receivable:Acme  {amount} EUR\n  Assets:Bank\n'


def settled(book: Book) -> dict[str, list[str]]:
    """By document: how, how much, from which day on and, if not from that day, of which money."""
    result: dict[str, list[str]] = {}
    for allocation in allocate(book, DAY).allocations:
        came = f", came {allocation.received_on}" if allocation.received_on != allocation.date else ""
        result.setdefault(allocation.invoice.number, []).append(
            f"{allocation.how} {allocation.amount} on {allocation.date}{came}"
        )
    return result


REPLACED = replaced("N1", "N5", "2026-03-01", "100.00", "90.00")


def test_of_one_that_nobody_paid_the_other_is_open() -> None:
    book = book_of(ONE + REPLACED)
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "90.00"}
    assert settled(book) == {
        "N1": ["credit-note 100.00 on 2026-03-01"],
        "N1-X": ["credit-note -100.00 on 2026-03-01"],
    }


def test_money_pays_the_other_one_the_oldest_first_and_the_rest_is_owed_back() -> None:
    paid = payment("2026-02-01", "60.00", "N1") + payment("2026-02-10", "40.00", "N1")
    book = book_of(ONE + paid + REPLACED)
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "-10.00", "N5": "0.00"}
    assert settled(book)["N5"] == [
        "replacement 60.00 on 2026-03-01, came 2026-02-01",
        "replacement 30.00 on 2026-03-01, came 2026-02-10",
    ]
    money = {payment.source: payment.date for payment in book.payments}
    assert [
        money[allocation.paid_by]
        for allocation in allocate(book, DAY).allocations
        if allocation.how == "replacement" and allocation.paid_by
    ] == [date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 10), date(2026, 2, 10)]  # fmt: skip


def test_what_is_too_much_is_refunded_or_pays_another_as_the_money_of_its_day() -> None:
    paid = ONE + payment("2026-02-01", "100.00", "N1") + REPLACED
    back = book_of(paid + returned("2026-03-10", "10.00", "N1-X"))
    assert open_amounts(back) == {"N1": "0.00", "N1-X": "0.00", "N5": "0.00"}
    assert settled(back)["N1-X"][1:] == ["link -10.00 on 2026-03-10"]
    other = book_of(paid + TWO + allotted("2026-05-05", "10.00", "N2", source="N1-X"))
    assert open_amounts(other) == {"N1": "0.00", "N2": "190.00", "N1-X": "0.00", "N5": "0.00"}
    assert settled(other)["N2"] == ["replacement 10.00 on 2026-05-05, came 2026-02-01"]


def test_what_bounced_before_was_not_paid() -> None:
    paid = payment("2026-02-01", "60.00", "N1") + returned("2026-02-05", "60.00", "N1")
    book = book_of(ONE + paid + payment("2026-02-10", "40.00", "N1") + REPLACED)
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "50.00"}
    assert settled(book)["N5"] == ["replacement 40.00 on 2026-03-01, came 2026-02-10"]


def test_what_bounces_afterwards_opens_the_other_one_first() -> None:
    book = book_of(ONE + payment("2026-02-01", "100.00", "N1") + REPLACED + returned("2026-03-10", "100.00", "N1"))
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "90.00"}
    assert settled(book)["N5"][1:] == ["reversal -90.00 on 2026-03-10"]
    assert settled(book)["N1"][1:] == ["reversal -10.00 on 2026-03-10", "credit-note 10.00 on 2026-03-10"]


def test_money_that_comes_later_under_the_old_number_pays_the_other_one() -> None:
    book = book_of(ONE + REPLACED + payment("2026-03-10", "90.00", "N1"))
    assert (open_amounts(book), unallocated(book)) == ({"N1": "0.00", "N1-X": "0.00", "N5": "0.00"}, [])
    early = book_of(
        ONE + replaced("N1", "N5", "2026-03-01", "100.00", "120.00") + payment("2026-02-10", "100.00", "N1")
    )
    assert open_amounts(early)["N5"] == "20.00"


@pytest.mark.parametrize(("paid", "left"), [("2026-02-01", "-5.00"), ("2026-04-10", "0.00")])
def test_one_that_is_replaced_twice(paid: str, left: str) -> None:
    """Whether the money came before both or after them, the last one is paid."""
    amount = "100.00" if left != "0.00" else "95.00"
    text = ONE + REPLACED + replaced("N5", "N6", "2026-04-01", "90.00", "95.00") + payment(paid, amount, "N1")
    assert open_amounts(book_of(text)) == {
        "N1": "0.00", "N1-X": "0.00", "N5": "0.00", "N5-X": left, "N6": "0.00",
    }  # fmt: skip


def test_money_of_one_customer_does_not_pay_what_another_one_owes() -> None:
    paid = ONE + payment("2026-02-01", "100.00", "N1")
    book = book_of(paid + replaced("N1", "N5", "2026-03-01", "100.00", "90.00", "Kiefer"))
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "-100.00", "N5": "90.00"}


# money that names nothing ------------------------------------------------------------------------------------------------


def test_what_was_assumed_to_pay_it_until_the_day_before_has_paid_it() -> None:
    """The older N0 first; what comes on the day of the correction pays what is open then."""
    money = payment("2026-02-15", "50.00") + payment("2026-03-01", "500.00")
    book = book_of(OLDEST + invoice("N0", "2026-01-05", "30.00") + ONE + money + REPLACED)
    assert settled(book)["N1"] == ["oldest 20.00 on 2026-02-15", "credit-note 80.00 on 2026-03-01"]
    assert settled(book)["N0"] == ["oldest 30.00 on 2026-02-15"]
    assert settled(book)["N5"] == ["replacement 20.00 on 2026-03-01, came 2026-02-15", "oldest 70.00 on 2026-03-01"]
    assert unallocated(book) == ["-430.00"]


def test_it_pays_no_more_than_it_is_and_what_is_left_pays_others() -> None:
    book = book_of(OLDEST + ONE + TWO + payment("2026-02-15", "150.00") + REPLACED)
    assert open_amounts(book) == {"N1": "0.00", "N2": "150.00", "N1-X": "-10.00", "N5": "0.00"}
    early = payment("2026-01-05", "30.00") + payment("2026-01-15", "30.00")
    book = book_of(OLDEST + ONE + early + REPLACED)
    assert settled(book)["N1"][:2] == [
        "oldest 30.00 on 2026-01-10, came 2026-01-05", "oldest 30.00 on 2026-01-15",
    ]  # fmt: skip


def test_nor_what_lies_on_another_account_or_in_another_currency() -> None:
    others = payment("2026-02-15", "100.00", account="Kiefer") + payment("2026-02-15", "100.00").replace("EUR", "USD")
    book = book_of(OLDEST + ONE + others + REPLACED)
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "90.00"}
    assert unallocated(book) == ["-100.00", "-100.00"]


def test_what_was_assumed_and_bounced_before_the_correction_has_not_paid_it() -> None:
    book = book_of(OLDEST + ONE + payment("2026-02-15", "100.00") + returned("2026-02-20", "100.00", "N1") + REPLACED)
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "90.00"}
    assert [position.status for position in positions(book, date(2026, 2, 19))] == ["settled"]


def test_without_the_option_it_lies_on_the_account() -> None:
    book = book_of(ONE + payment("2026-02-15", "100.00") + REPLACED)
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "90.00"}
    assert unallocated(book) == ["-100.00"]


def test_money_on_the_day_of_the_correction_pays_what_replaces() -> None:
    book = book_of(ONE + REPLACED + payment("2026-03-01", "90.00", "N1"))
    assert open_amounts(book, date(2026, 3, 1)) == {"N1": "0.00", "N1-X": "0.00", "N5": "0.00"}


def test_an_older_invoice_of_another_customer_takes_nothing_of_what_was_assumed() -> None:
    """The money named nothing: it was assumed to pay N1, and 90.00 of it pay what replaces N1."""
    others = invoice("K1", "2026-01-02", "100.00", "Kiefer") + invoice("N0", "2026-01-03", "5.00")
    book = book_of(OLDEST + others + ONE + payment("2026-02-01", "105.00") + REPLACED)
    assert open_amounts(book) == {"K1": "100.00", "N0": "0.00", "N1": "0.00", "N1-X": "-10.00", "N5": "0.00"}


# what a credit note takes back --------------------------------------------------------------------------------------------


def credit(number: str, day: str, amount: str, links: str = "", corrects: str = "", account: str = "Acme") -> str:
    """A credit note that names documents by its links, or by `corrects`."""
    more = f'  corrects: "{corrects}"\n' if corrects else ""
    return invoice(number, day, f"-{amount}", account, more).replace(f" ^{number}\n", f" ^{number}{links}\n")


def test_a_credit_note_on_an_invoice_that_was_replaced_does_not_follow() -> None:
    """It names what is no longer owed (CGI, art. 289, I, 5): it stays the customer's, and `check` says which number to name."""
    book = book_of(ONE + REPLACED + credit("A1", "2026-03-05", "40.00", corrects="N1"))
    assert open_amounts(book) == {"A1": "-40.00", "N1": "0.00", "N1-X": "0.00", "N5": "90.00"}
    book = book_of(ONE + REPLACED + credit("A1", "2026-03-05", "40.00", links=" ^N1"))
    assert open_amounts(book) == {"A1": "-40.00", "N1": "0.00", "N1-X": "0.00", "N5": "90.00"}
    book = book_of(ONE + REPLACED + credit("A1", "2026-03-05", "40.00", corrects="N5"))
    assert open_amounts(book) == {"A1": "0.00", "N1": "0.00", "N1-X": "0.00", "N5": "50.00"}


def test_a_credit_note_settles_what_its_links_name_by_number() -> None:
    both = ONE.replace("N1", "N3") + TWO
    book = book_of(both + credit("A1", "2026-03-05", "120.00", links=" ^N3 ^N2"))
    assert open_amounts(book) == {"A1": "0.00", "N2": "80.00", "N3": "100.00"}, "N2 comes before N3"
    book = book_of(both + credit("A1", "2026-03-05", "120.00", links=" ^N3 ^N2", corrects="N3"))
    assert open_amounts(book) == {"A1": "-20.00", "N2": "200.00", "N3": "0.00"}, "what it says is before its links"


def test_the_links_of_a_credit_note_mean_only_what_its_customer_owes() -> None:
    other = invoice("N2", "2026-01-20", "200.00", "Kiefer")
    book = book_of(ONE + other + credit("A1", "2026-03-05", "30.00", links=" ^N1 ^N2", account="Kiefer"))
    assert open_amounts(book) == {"A1": "0.00", "N1": "100.00", "N2": "170.00"}


# issued in place of another ----------------------------------------------------------------------------------------------


def issued_anew(day: str = "2026-03-01") -> str:
    """N1 is taken back without a corrective invoice, and N5 is issued in its place."""
    back = invoice("N1-X", day, "-100.00", more='  kind: "cancellation"\n  corrects: "N1"\n')
    return back + invoice("N5", day, "90.00", more='  replaces: "N1"\n')


def test_money_paid_on_a_refused_invoice_pays_what_was_issued_in_its_place() -> None:
    book = book_of(ONE + payment("2026-02-01", "60.00", "N1") + issued_anew())
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "30.00"}
    assert settled(book)["N5"] == ["replacement 60.00 on 2026-03-01, came 2026-02-01"]


def test_money_that_names_the_refused_invoice_later_pays_what_was_issued_in_its_place() -> None:
    book = book_of(ONE + issued_anew() + payment("2026-04-01", "90.00", "N1"))
    assert open_amounts(book) == {"N1": "0.00", "N1-X": "0.00", "N5": "0.00"}
    assert unallocated(book) == []


def test_before_it_is_issued_anew_nothing_follows() -> None:
    book = book_of(ONE + payment("2026-02-01", "60.00", "N1") + issued_anew())
    assert open_amounts(book, date(2026, 2, 28)) == {"N1": "40.00"}
