"""What settles what: the cases of the format's chapter on payments, one each."""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from beancount_invoicing.model import Book
from beancount_invoicing.receivables import BoundsError, aging, allocate, bad_debt, positions
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
        (position.invoice.number, allocation.how, str(allocation.amount))
        for position in positions(book, DAY)
        for allocation in position.allocations
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


def test_a_credit_note_that_says_not_what_it_corrects_settles_what_it_links_to() -> None:
    note = invoice("G1", "2026-02-01", "-40.00").replace("^G1", "^G1 ^N1")
    assert open_amounts(book_of(ONE + TWO + note)) == {"N1": "60.00", "N2": "200.00", "G1": "0.00"}
    early = note.replace("2026-02-01", "2026-01-05")  # it waits for the invoice
    assert open_amounts(book_of(early + ONE)) == {"G1": "0.00", "N1": "60.00"}
    of_another = ONE + invoice("K1", "2026-01-10", "100.00", "Kiefer") + note.replace("^N1", "^K1")
    assert open_amounts(book_of(of_another)) == {"N1": "100.00", "K1": "100.00", "G1": "-40.00"}


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


def test_the_oldest_is_what_is_due_first_and_not_what_was_invoiced_first() -> None:
    option = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    soon = invoice("N2", "2026-01-20", "200.00", more="  due: 2026-01-25\n")
    assert how(book_of(option + ONE + soon + payment("2026-02-01", "150.00"))) == [("N2", "oldest", "150.00")]


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_payments_of_one_day_the_one_that_names_less_comes_first(turned: bool) -> None:
    """Whatever they are called and wherever they stand: so both are used up."""
    both = payment("2026-02-01", "100.00", "N1", "N2").replace("Paid", "A payment")
    one = payment("2026-02-01", "100.00", "N1").replace("Paid", "Yet another")
    book = book_of(ONE + TWO + (one + both if turned else both + one))
    assert unallocated(book) == []
    assert open_amounts(book) == {"N1": "0.00", "N2": "100.00"}


def test_what_was_paid_and_came_back_is_open_as_it_was() -> None:
    back = '\n2026-01-14 * "Returned" ^N1\n  Assets:Receivable:Acme  60.00 EUR\n  Assets:Bank\n'
    book = book_of(ONE + payment("2026-01-12", "60.00", "N1") + back)
    assert [positions(book, date(2026, 1, day))[0].status for day in (11, 12, 13, 14)] == [
        "open", "partly-paid", "partly-paid", "open",
    ]  # fmt: skip


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
    assert [position.status for position in positions(book, date(2026, 2, 5))] == ["settled"]


def test_a_bounced_debit_takes_back_the_latest_settlement_also_of_an_earlier_instalment() -> None:
    """The second instalment is paid first; the payment of the first one bounces."""
    split = invoice("N1", "2026-01-10", "100.00", more='  terms: "40% 30 days; 60% 60 days"\n')
    early = payment("2026-02-01", "60.00", settles="N1").replace('"N1"', '"N1"\n    instalment: 2')
    late = payment("2026-03-01", "40.00", settles="N1").replace('"N1"', '"N1"\n    instalment: 1')
    back = '\n2026-03-05 * "Returned" ^N1\n  Assets:Receivable:Acme  40.00 EUR\n  Assets:Bank\n'
    (position,) = positions(book_of(split + early + late + back), DAY)
    assert [str(instalment.open) for instalment in position.instalments] == ["40.00", "0.00"]
    assert position.due == date(2026, 2, 9)


def test_what_was_assumed_to_be_settled_can_bounce() -> None:
    """The payment named nothing, its return names the invoice, which is open again, and stays so."""
    oldest = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    bounced = '\n2026-02-10 * "Returned" ^N1\n  Assets:Receivable:Acme  100.00 EUR\n  Assets:Bank\n'
    book = book_of(oldest + ONE + payment("2026-02-01", "100.00") + bounced)
    assert how(book) == [("N1", "oldest", "100.00"), ("N1", "reversal", "-100.00")]
    assert open_amounts(book) == {"N1": "100.00"}
    assert unallocated(book) == []
    assert [position.status for position in positions(book, date(2026, 2, 9))] == ["settled"]


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
    start = time.process_time()
    assert sum(left for _payment, left in allocate(book, DAY).unallocated) == -85000
    assert time.process_time() - start < 5


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


def test_a_payment_that_came_before_the_claim_was_moved_to_its_account_settles_it_then() -> None:
    early = payment("2026-02-20", "100.00", "N1", account="Acme:Doubtful")
    move = '\n2026-03-01 * "Doubtful" ^N1\n  Assets:Receivable:Acme:Doubtful  100.00 EUR\n  Assets:Receivable:Acme\n'
    book = book_of(ONE + early + move)
    assert unallocated(book, date(2026, 2, 28)) == ["-100.00"]
    assert [
        (allocation.date, allocation.received_on) for p in positions(book, DAY) for allocation in p.allocations
    ] == [(date(2026, 3, 1), date(2026, 2, 20))]
    assert (open_amounts(book), unallocated(book)) == ({"N1": "0.00"}, [])


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
    assert [(str(instalment.amount), str(instalment.open)) for instalment in position.instalments] == [
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
        (date(2026, 4, 10), 1),
        (date(2026, 4, 11), 2),
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


def test_what_is_contested_is_counted_once_over_the_instalments() -> None:
    """90.00 of 40.00, late, and 60.00."""
    two = invoice("N1", "2026-01-10", "100.00", more='  terms: "40% 30 days; 60% 90 days"\n')
    noted = '\n2026-01-20 note Assets:Receivable:Acme "wrong" ^N1\n  event: "dispute"\n  amount: 90.00\n'
    (row,) = aging(book_of(two + noted), date(2026, 3, 1)).rows
    assert (str(row.disputed), str(row.not_due), str(row.buckets[0])) == ("90.00", "60.00", "40.00")


def test_rows_stand_by_name_then_account_and_drafts_from_their_day_on() -> None:
    """What has come to nothing and is in no draft has no row."""
    names = '\n2025-01-01 open Assets:Receivable:Delta\n  customer: "delta"\n'
    draft = invoice("draft-1", "2026-03-01", "70.00", "Kiefer").replace("01 *", "01 !")
    text = names + draft + invoice("N1", "2026-01-10", "50.00", "Delta") + invoice("N4", "2026-01-10", "3.00")
    text += invoice("N2", "2026-01-10", "9.00", "Acme:Doubtful")
    text += invoice("N3", "2026-01-10", "5.00", "Kiefer") + payment("2026-02-28", "5.00", "N3", account="Kiefer")

    def rows(day: date) -> list[tuple[str, str, str, str]]:
        found = aging(book_of(text), day)
        assert found.unreconciled() == ()
        return [(row.customer, row.account.split(":", 2)[2], str(row.total), str(row.drafts)) for row in found.rows]

    first = [
        ("Acme SAS", "Acme", "3.00", "0"),
        ("Acme SAS", "Acme:Doubtful", "9.00", "0"),
        ("delta", "Delta", "50.00", "0"),
    ]
    assert rows(date(2026, 2, 28)) == first
    assert rows(date(2026, 3, 1)) == [*first, ("Kiefer GmbH", "Kiefer", "0", "70.00")]


@pytest.mark.parametrize("bounds", [(), (0,), (30, 30), (60, 30)])
def test_bounds_ascend(bounds: tuple[int, ...]) -> None:
    with pytest.raises(BoundsError, match="ascending"):
        aging(book_of(ONE), DAY, bounds)


# losses ---------------------------------------------------------------------------------------------------------------

LOST = '\n2026-06-01 * "Lost" ^N1 #write-off\n  Assets:Receivable:Acme  -100.00 EUR\n  Expenses:BadDebt\n'
BACK = '\n{day} * "Loss taken back" ^N1 #write-off\n  Assets:Receivable:Acme  40.00 EUR\n  Expenses:BadDebt\n'
BOTH = """
2026-09-10 * "Loss taken back, and the money" ^N1 #write-off
  Assets:Bank              40.00 EUR
  Assets:Receivable:Acme  -40.00 EUR
  Assets:Receivable:Acme   40.00 EUR
  Expenses:BadDebt        -40.00 EUR
"""


def sums(book: Book, day: date = DAY) -> dict[str, Decimal]:
    """What settles N1, by what it is; what is taken back is taken off."""
    found: dict[str, Decimal] = {}
    for position in positions(book, day):
        for allocation in position.allocations:
            means = allocation.reverses or allocation.how
            found[means] = found.get(means, Decimal(0)) + allocation.amount
    return {means: amount for means, amount in found.items() if amount}


def test_money_in_a_write_off_is_money() -> None:
    """60.00 of 100.00 come, the rest is lost, in one transaction; the bank is never paid otherwise."""
    both = (
        '\n2026-06-01 * "A compromise" ^N1 #write-off\n  Assets:Till  60.00 EUR\n  Expenses:BadDebt  40.00 EUR\n'
        "  Assets:Receivable:Acme  -100.00 EUR\n2025-01-01 open Assets:Till\n"
    )
    assert sums(book_of(ONE + both)) == {"link": Decimal(60), "write-off": Decimal(40)}


def test_a_provision_that_is_used_is_no_money() -> None:
    """Its account is an asset too, but never has a balance above zero."""
    used = (
        '\n2025-01-01 open Assets:Provisions\n2025-12-31 * "Provided"\n  Assets:Provisions  -70.00 EUR\n  '
        "Expenses:BadDebt\n"
        '\n2026-06-01 * "Lost" ^N1 #write-off\n  Assets:Provisions  70.00 EUR\n  Expenses:BadDebt  30.00 EUR\n'
        "  Assets:Receivable:Acme  -100.00 EUR\n"
    )
    assert sums(book_of(ONE + used)) == {"write-off": Decimal(100)}


def test_one_leg_of_several_that_is_just_the_money_is_paid_and_the_other_lost() -> None:
    both = (
        '\n2026-06-01 * "N1 is paid, N2 is lost" #write-off\n  Assets:Bank  100.00 EUR\n  Expenses:BadDebt  '
        "200.00 EUR\n"
        '  Assets:Receivable:Acme  -200.00 EUR\n    settles: "N2"\n  Assets:Receivable:Acme  -100.00 EUR\n   '
        ' settles: "N1"\n'
    )
    assert how(book_of(ONE + TWO + both)) == [("N1", "settles", "100.00"), ("N2", "write-off", "200.00")]


def test_money_and_loss_are_shared_by_two_invoices_in_proportion() -> None:
    both = (
        '\n2026-06-01 * "A third of both" #write-off\n  Assets:Bank  99.99 EUR\n  Expenses:BadDebt  200.01 EUR\n'
        '  Assets:Receivable:Acme  -200.00 EUR\n    settles: "N2"\n  Assets:Receivable:Acme  -100.00 EUR\n   '
        ' settles: "N1"\n'
    )
    assert sorted(how(book_of(ONE + TWO + both))) == [
        ("N1", "settles", "33.33"), ("N1", "write-off", "66.67"), ("N2", "settles", "66.66"), ("N2", "write-off", "133.34"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "recovered",
    [
        BACK.format(day="2026-09-01") + payment("2026-09-10", "40.00", "N1"),
        payment("2026-09-10", "40.00", "N1") + BACK.format(day="2026-09-10"),
        payment("2026-09-10", "40.00", "N1") + BACK.format(day="2026-12-30"),
        BOTH,
    ],
    ids=["loss taken back before", "on one day", "after", "in one transaction"],
)
def test_a_loss_that_is_paid_after_all_is_the_same_whatever_is_booked_first(recovered: str) -> None:
    book = book_of(ONE + LOST + recovered)
    assert sums(book) == {"write-off": Decimal(60), "link": Decimal(40)}
    assert open_amounts(book) == {"N1": "0.00"}
    assert unallocated(book) == []
    assert allocate(book, DAY).recoveries == ()


def test_money_revives_what_was_written_off_until_an_entry_says_so() -> None:
    book = book_of(ONE + LOST + payment("2026-09-10", "40.00", "N1"))
    assert sums(book) == {"write-off": Decimal(60), "link": Decimal(40)}
    assert unallocated(book) == ["-40.00"], "the loss is that much too large"
    assert [(str(recovery.amount), recovery.date) for recovery in allocate(book, DAY).recoveries] == [
        ("40.00", date(2026, 9, 10))
    ]


def test_money_on_the_day_of_the_loss_revives_it_too() -> None:
    book = book_of(ONE + LOST + payment("2026-06-01", "40.00", "N1"))
    assert sums(book) == {"write-off": Decimal(60), "link": Decimal(40)}
    assert [str(recovery.amount) for recovery in allocate(book, DAY).recoveries] == ["40.00"]


def test_of_more_money_than_was_lost_the_rest_lies_on_the_account() -> None:
    book = book_of(ONE + LOST + payment("2026-09-10", "150.00", "N1"))
    assert sums(book) == {"link": Decimal(100)}
    assert sorted(unallocated(book)) == ["-100.00", "-50.00"], "the loss, and what nobody owed"
    assert [str(recovery.amount) for recovery in allocate(book, DAY).recoveries] == ["100.00"]


def test_what_comes_after_a_loss_was_paid_whole_revives_nothing_more() -> None:
    book = book_of(ONE + LOST + payment("2026-09-10", "100.00", "N1") + payment("2026-09-20", "20.00", "N1"))
    assert how(book) == [("N1", "write-off", "100.00"), ("N1", "reversal", "-100.00"), ("N1", "link", "100.00")]
    assert sorted(unallocated(book)) == ["-100.00", "-20.00"]


def test_a_loss_of_what_was_paid_before_is_none_that_money_revives() -> None:
    book = book_of(ONE + payment("2026-02-01", "100.00", "N1") + LOST)
    assert (unallocated(book), allocate(book, DAY).recoveries) == (["-100.00"], ())


def test_the_latest_loss_is_revived_first() -> None:
    first = LOST.replace("-100.00", "-60.00")
    second = LOST.replace("-100.00", "-40.00").replace("2026-06-01", "2026-07-01")
    book = book_of(ONE + first + second + payment("2026-09-10", "50.00", "N1"))
    assert [(str(recovery.payment.date), str(recovery.amount)) for recovery in allocate(book, DAY).recoveries] == [
        ("2026-06-01", "10.00"),
        ("2026-07-01", "40.00"),
    ]
    assert sums(book) == {"write-off": Decimal(50), "link": Decimal(50)}


def test_a_loss_on_a_refund_that_is_paid_after_all_is_revived_too() -> None:
    """What we owed a customer was dropped from the books, and is paid out later."""
    dropped = '\n2026-06-01 * "Dropped" ^G1 #write-off\n  Assets:Receivable:Acme  100.00 EUR\n  Expenses:BadDebt\n'
    refunded = '\n2026-09-10 * "Refunded" ^G1\n  Assets:Receivable:Acme  30.00 EUR\n  Assets:Bank\n'
    book = book_of(invoice("G1", "2026-01-10", "-100.00") + dropped + refunded)
    assert sums(book) == {"write-off": Decimal(-70), "link": Decimal(-30)}
    assert [str(recovery.amount) for recovery in allocate(book, DAY).recoveries] == ["30.00"]
    assert unallocated(book) == ["30.00"]


def test_what_money_is_for_beside_the_claim_is_not_paid_on_it() -> None:
    """65.00 come in the compromise, of which 5.00 are interest: 40.00 are lost."""
    both = (
        '\n2026-06-01 * "A compromise" ^N1 #write-off\n  Assets:Bank  65.00 EUR\n  Income:Services  -5.00 EUR\n'
        "  Expenses:BadDebt  40.00 EUR\n  Assets:Receivable:Acme  -100.00 EUR\n"
    )
    assert sums(book_of(ONE + both)) == {"link": Decimal(60), "write-off": Decimal(40)}


def test_the_money_that_revived_a_loss_bounces_and_it_is_lost_again() -> None:
    bounced = '\n2026-09-20 * "Returned" ^N1\n  Assets:Receivable:Acme  40.00 EUR\n  Assets:Bank\n'
    book = book_of(ONE + LOST + payment("2026-09-10", "40.00", "N1") + bounced)
    assert sums(book) == {"write-off": Decimal(100)}
    assert (unallocated(book), allocate(book, DAY).recoveries) == ([], ())


def test_a_loss_taken_back_never_takes_a_payment_back() -> None:
    back = BACK.format(day="2026-09-01")
    book = book_of(ONE + payment("2026-02-01", "100.00", "N1") + back)
    assert sums(book) == {"link": Decimal(100)}
    assert unallocated(book) == ["40.00"]


def test_a_debit_that_bounced_takes_the_payment_back_and_not_the_loss() -> None:
    """60.00 were paid, 40.00 written off later; then the bank returns the 60.00."""
    lost = '\n2026-06-01 * "Lost" ^N1 #write-off\n  Assets:Receivable:Acme  -40.00 EUR\n  Expenses:BadDebt\n'
    bounced = '\n2026-06-10 * "Returned" ^N1\n  Assets:Receivable:Acme  60.00 EUR\n  Assets:Bank\n'
    book = book_of(ONE + payment("2026-02-01", "60.00", "N1") + lost + bounced)
    assert sums(book) == {"write-off": Decimal(40)}
    assert open_amounts(book) == {"N1": "60.00"}


# discounts, and what is set off -----------------------------------------------------------------------------------------


def test_a_cash_discount_that_the_document_offers_stands_apart_and_a_fee_does_not() -> None:
    one = invoice("N1", "2026-01-10", "100.00", more='  cash-discount: "2% within 10 days"\n')
    taken = (
        '\n2026-01-15 * "Paid" ^N1\n  Assets:Bank  97.00 EUR\n  Expenses:Office  1.00 EUR\n  '
        "Income:Discounts  2.00 EUR\n"
        "  Assets:Receivable:Acme  -100.00 EUR\n"
    )
    assert how(book_of(one + taken)) == [("N1", "discount", "2.00"), ("N1", "link", "98.00")]


def test_what_is_set_off_against_a_debt_stands_apart() -> None:
    against = (
        '\n2026-02-01 * "Set off" ^N1\n  Liabilities:Deposits  60.00 EUR\n  Assets:Bank  40.00 EUR\n'
        "  Assets:Receivable:Acme  -100.00 EUR\n"
    )
    assert how(book_of(ONE + against)) == [("N1", "set-off", "60.00"), ("N1", "link", "40.00")]


def test_a_payment_less_discount_that_bounces_and_comes_again_on_one_day_keeps_the_discount() -> None:
    one = invoice("N1", "2026-01-10", "100.00", more='  cash-discount: "2% within 10 days"\n')
    taken = (
        '\n2026-01-15 * "Paid" ^N1\n  Assets:Bank  98.00 EUR\n  Income:Discounts  2.00 EUR\n'
        "  Assets:Receivable:Acme  -100.00 EUR\n"
    )
    bounced = '\n2026-01-15 * "Returned" ^N1\n  Assets:Receivable:Acme  98.00 EUR\n  Assets:Bank\n'
    book = book_of(one + taken + bounced + payment("2026-01-15", "98.00", "N1"))
    assert sums(book) == {"discount": Decimal(2), "link": Decimal(98)}


def test_money_that_bounces_was_the_money_that_nothing_needed_and_no_set_off() -> None:
    """Of both something is left over: the set-off came first, but it did not bounce."""
    against = (
        '\n2026-02-01 * "Set off" ^N1\n  Liabilities:Deposits  120.00 EUR\n  Assets:Receivable:Acme  -120.00 EUR\n'
    )
    text = ONE + against + payment("2026-02-05", "20.00", "N1")
    assert sorted(unallocated(book_of(text))) == ["-20.00", "-20.00"]
    bounced = book_of(text + '\n2026-02-10 * "Returned" ^N1\n  Assets:Receivable:Acme  20.00 EUR\n  Assets:Bank\n')
    (left,) = allocate(bounced, DAY).unallocated
    assert (left.payment.means, str(left.amount), open_amounts(bounced)) == ("set-off", "-20.00", {"N1": "0.00"})


# allocated later --------------------------------------------------------------------------------------------------------


def allotted(day: str, amount: str, *numbers: str, source: str = "", links: str = "") -> str:
    """An entry that gives what lies on the account to `numbers`, so much each."""
    total = Decimal(amount) * len(numbers)
    named = f'\n    settles: "{source}"' if source else ""
    legs = "".join(f'  Assets:Receivable:Acme  -{amount} EUR\n    settles: "{number}"\n' for number in numbers)
    return f'\n{day} * "Allocated" {links}\n  Assets:Receivable:Acme  {total} EUR{named}\n{legs}'


def test_what_lies_on_the_account_is_allocated_later_and_counts_from_the_day_it_came() -> None:
    early = payment("2026-01-05", "60.00") + payment("2026-02-07", "90.00")
    book = book_of(ONE + TWO + early + allotted("2026-05-05", "70.00", "N1", "N2"))
    found = [
        (p.invoice.number, allocation.date, allocation.received_on, str(allocation.amount))
        for p in positions(book, DAY)
        for allocation in p.allocations
    ]
    entry = date(2026, 5, 5)
    assert found == [
        ("N1", entry, date(2026, 1, 5), "60.00"), ("N1", entry, date(2026, 2, 7), "10.00"),
        ("N2", entry, date(2026, 2, 7), "70.00"),
    ]  # fmt: skip
    assert unallocated(book) == ["-10.00"]
    assert unallocated(book, date(2026, 5, 4)) == ["-60.00", "-90.00"]


def test_a_link_on_the_entry_is_not_the_debit_s() -> None:
    book = book_of(ONE + payment("2026-01-20", "100.00") + allotted("2026-05-05", "100.00", "N1", links="^N1"))
    assert (open_amounts(book), unallocated(book)) == ({"N1": "0.00"}, [])


def test_what_was_allocated_to_the_wrong_one_goes_to_another() -> None:
    wrong = payment("2026-02-01", "100.00", "N1")
    book = book_of(ONE + TWO + wrong + allotted("2026-05-05", "100.00", "N2", source="N1"))
    assert open_amounts(book) == {"N1": "100.00", "N2": "100.00"}
    assert [
        allocation.received_on for p in positions(book, DAY) for allocation in p.allocations if p.invoice.number == "N2"
    ] == [date(2026, 2, 1)]


def test_of_what_was_allocated_to_the_wrong_one_the_latest_goes_and_no_more_than_is_said() -> None:
    wrong = payment("2026-02-01", "60.00", "N1") + payment("2026-02-05", "40.00", "N1")
    book = book_of(ONE + TWO + wrong + allotted("2026-05-05", "70.00", "N2", source="N1"))
    assert (open_amounts(book), unallocated(book)) == ({"N1": "70.00", "N2": "130.00"}, [])
    assert [
        (str(allocation.amount), allocation.received_on)
        for p in positions(book, DAY)
        for allocation in p.allocations
        if p.invoice.number == "N2"
    ] == [("40.00", date(2026, 2, 5)), ("30.00", date(2026, 2, 1))]


def test_a_credit_note_is_used_for_another_invoice_and_that_is_no_payment() -> None:
    note = invoice("C1", "2026-03-01", "-100.00", more='  corrects: "N1"\n')
    paid = payment("2026-02-01", "100.00", "N1")
    book = book_of(ONE + TWO + paid + note + allotted("2026-05-05", "100.00", "N2", source="C1"))
    assert open_amounts(book) == {"N1": "0.00", "C1": "0.00", "N2": "100.00"}
    found = [
        (p.invoice.number, allocation.how, allocation.counter_document and allocation.counter_document.number)
        for p in positions(book, DAY)
        for allocation in p.allocations
    ]
    assert sorted(found[1:], key=str) == [("C1", "credit-note", "N2"), ("N2", "credit-note", "C1")]


def test_money_that_is_allocated_to_what_was_written_off_revives_it() -> None:
    book = book_of(ONE + LOST + payment("2026-09-10", "40.00") + allotted("2026-10-01", "40.00", "N1"))
    assert sums(book) == {"write-off": Decimal(60), "settles": Decimal(40)}
    assert [str(recovery.amount) for recovery in allocate(book, DAY).recoveries] == ["40.00"]


def test_what_came_on_the_day_itself_can_be_allocated() -> None:
    book = book_of(ONE + payment("2026-05-05", "100.00") + allotted("2026-05-05", "100.00", "N1"))
    assert (open_amounts(book), unallocated(book)) == ({"N1": "0.00"}, [])


def test_what_comes_later_is_not_allocated_by_an_earlier_entry() -> None:
    book = book_of(ONE + payment("2026-05-06", "100.00") + allotted("2026-05-05", "100.00", "N1"))
    assert open_amounts(book) == {"N1": "100.00"}
    assert sorted(unallocated(book)) == ["-100.00", "-100.00", "100.00"]


def test_more_than_lies_there_stays_open() -> None:
    book = book_of(ONE + payment("2026-01-20", "30.00") + allotted("2026-05-05", "100.00", "N1"))
    assert open_amounts(book) == {"N1": "70.00"}
    assert sum(map(Decimal, unallocated(book))) == 0


def test_a_transfer_that_settles_on_two_accounts_of_one_customer_is_a_payment() -> None:
    """What is doubtful of N2 stands on a sub-account; one payment pays N1 on the main one and a part of N2 there."""
    doubtful = (
        '\n2026-03-01 * "N2 is doubtful" ^N2\n  Assets:Receivable:Acme  -200.00 EUR\n'
        "  Assets:Receivable:Acme:Doubtful  200.00 EUR\n"
    )
    paid = (
        '\n2026-03-05 * "One transfer for both" ^N1 ^N2\n  Assets:Bank  120.00 EUR\n'
        "  Assets:Receivable:Acme  -100.00 EUR\n  Assets:Receivable:Acme:Doubtful  -20.00 EUR\n"
    )
    book = book_of(ONE + TWO + doubtful + paid)
    assert not book.findings
    assert how(book) == [("N1", "link", "100.00"), ("N2", "link", "20.00")]
    assert open_amounts(book) == {"N1": "0.00", "N2": "180.00"}
    assert unallocated(book) == []


def test_a_refund_of_a_credit_note_that_comes_back_opens_it_again() -> None:
    refunded = (
        invoice("G1", "2026-02-01", "-50.00")
        + '\n2026-02-10 * "Refunded" ^G1\n  Assets:Receivable:Acme  50.00 EUR\n  Assets:Bank\n'
    )
    assert open_amounts(book_of(refunded)) == {"G1": "0.00"}
    book = book_of(refunded + payment("2026-02-20", "50.00", "G1"))
    assert how(book) == [("G1", "link", "-50.00"), ("G1", "reversal", "50.00")]
    assert open_amounts(book) == {"G1": "-50.00"}
    assert unallocated(book) == []


# open items of earlier books ---------------------------------------------------------------------------------------------

OLDER = """
2025-03-01 * "sold" ^A-17
  Assets:Receivable:Acme  1000.00 EUR
  Income:Services
2025-12-31 * "Open items"
  kind: "opening"
  Assets:Receivable:Acme  600.00 EUR
    invoice: "A-17"
  Equity:Opening-Balances
2025-12-31 * "taken out of what has no number"
  Assets:Receivable:Acme  -600.00 EUR
  Equity:Opening-Balances
"""


def test_what_names_an_open_item_before_its_day_has_been_taken_off_already() -> None:
    book = book_of(OLDER + payment("2025-04-01", "400.00", "A-17"))
    assert open_amounts(book) == {"A-17": "600.00"}
    assert open_amounts(book_of(OLDER + payment("2025-12-31", "400.00", "A-17"))) == {"A-17": "200.00"}


def test_older_claims_and_payments_settle_among_themselves_before_anything_is_assumed() -> None:
    oldest = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    book = book_of(oldest + OLDER + payment("2025-04-01", "400.00", "A-17"))
    assert (open_amounts(book), unallocated(book)) == ({"A-17": "600.00"}, [])
    paid = book_of(oldest + OLDER + payment("2025-04-01", "400.00") + payment("2026-01-10", "100.00"))
    assert open_amounts(paid) == {"A-17": "500.00"}


def test_older_claims_that_nobody_paid_stay_beside_the_open_items() -> None:
    """Of 1000.00 without a number 600.00 were taken over and 300.00 paid; what comes until the last item is taken over is of
    older books."""
    oldest = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    book = book_of(oldest + OLDER + payment("2025-04-01", "300.00"))
    assert (open_amounts(book), unallocated(book)) == ({"A-17": "600.00"}, ["100.00"])
    first = OLDER.replace("1000.00", "1600.00")
    second = OLDER[OLDER.index("2025-12-31") :].replace("A-17", "A-18").replace("2025-12-31", "2026-01-31")
    book = book_of(oldest + first + second + payment("2026-01-20", "400.00"))
    assert (open_amounts(book), unallocated(book)) == ({"A-17": "600.00", "A-18": "600.00"}, [])


def test_transfers_of_older_books_are_not_asked_for_a_number() -> None:
    older = """
2025-02-01 * "put off, and on again"
  Assets:Receivable:Acme  300.00 EUR
  Assets:Receivable:Acme  -300.00 EUR
"""
    assert not allocate(book_of(OLDER + older), DAY).notices
    later = older.replace("2025", "2026")
    assert [notice.rule for notice in allocate(book_of(OLDER + later), DAY).notices] == ["transfer-names-none"]


@pytest.mark.parametrize("turned", [False, True])
def test_payments_of_one_day_on_instalments_come_in_the_order_of_these(turned: bool) -> None:
    """Not in that of the lines."""
    both = [
        payment("2026-02-01", "50.00", settles="N1").replace('"N1"', f'"N1"\n    instalment: {place}')
        for place in (2, 1)
    ]
    text = invoice("N1", "2026-01-10", "100.00", more='  terms: "50% 10 days; 50% 30 days"\n')
    book = book_of(text + "".join(reversed(both) if turned else both))
    assert [allocation.instalment for allocation in allocate(book, DAY).allocations] == [1, 2]


@pytest.mark.parametrize("turned", [False, True])
def test_a_payment_of_one_instalment_comes_before_one_of_the_whole_of_that_day(turned: bool) -> None:
    """So both are used up, wherever they stand."""
    whole = payment("2026-02-01", "50.00", settles="N1")
    first = payment("2026-02-01", "50.00", settles="N1").replace('"N1"', '"N1"\n    instalment: 1')
    text = invoice("N1", "2026-01-10", "100.00", more='  terms: "50% 10 days; 50% 30 days"\n')
    book = book_of(text + (whole + first if turned else first + whole))
    assert (open_amounts(book), unallocated(book)) == ({"N1": "0.00"}, [])


def test_a_credit_note_gives_back_what_is_due_first_however_the_invoice_was_written() -> None:
    two = (
        '\n2026-01-10 * "Work" ^N1\n  invoice: "N1"\n  Assets:Receivable:Acme  70.00 EUR\n    due: 2026-04-10\n'
        '  Assets:Receivable:Acme  30.00 EUR\n    due: 2026-02-10\n  Income:Services\n    text: "Work"\n    '
        'tax: "REVERSE"\n'
    )
    (position, _note) = positions(book_of(two + invoice("A1", "2026-01-20", "-30.00", more='  corrects: "N1"\n')), DAY)
    assert {(str(instalment.due), str(instalment.open)) for instalment in position.instalments} == {
        ("2026-02-10", "0.00"),
        ("2026-04-10", "70.00"),
    }


def test_a_credit_note_of_nobody_that_names_an_invoice_settles_nothing() -> None:
    """Cash over the counter."""
    note = '\n2026-01-20 * "Back" ^A1 ^N1\n  invoice: "A1"\n  Assets:Cash  -10.00 EUR\n    settles: "A1"\n'
    note += '  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    assert open_amounts(book_of(ONE + note))["N1"] == "100.00"


def test_a_payment_that_names_an_invoice_and_its_credit_note_settles_both_and_one_of_the_invoice_alone_leaves_the_note() -> (
    None
):
    """80.00 pay an invoice of 100.00 less a credit note of 20.00 for something else."""
    note = invoice("A1", "2026-01-15", "-20.00").replace("--", "")
    both = book_of(ONE + note + payment("2026-02-01", "80.00", "N1", "A1"))
    assert open_amounts(both) == {"N1": "0.00", "A1": "0.00"}
    alone = book_of(ONE + note + payment("2026-02-01", "80.00", "N1"))
    assert open_amounts(alone) == {"N1": "20.00", "A1": "-20.00"}


def test_what_is_paid_on_a_day_counts_before_what_is_lost_on_it() -> None:
    """80.00 come in, and 30.00 are given up as lost: nothing of the money is too much, and 20.00 are lost."""
    lost = '\n2026-02-01 * "A loss" ^N1 #write-off\n  Assets:Receivable:Acme  -30.00 EUR\n  Expenses:BadDebt\n'
    book = book_of(ONE + lost + payment("2026-02-01", "80.00", "N1"))
    assert how(book) == [("N1", "link", "80.00"), ("N1", "write-off", "20.00")]


def test_a_position_says_to_which_account_a_claim_went() -> None:
    moved = "  Assets:Receivable:Acme  -100.00 EUR\n  Assets:Receivable:Acme:Doubtful  100.00 EUR\n"
    doubtful = f'\n2026-03-01 * "Doubtful" ^N1\n{moved}'
    (before,), (after,) = (positions(book_of(ONE + doubtful), date(2026, month, 1)) for month in (2, 3))
    assert before.moves == ()
    assert [(move.from_account[-4:], move.account[-8:], str(move.amount)) for move in after.moves] == [
        ("Acme", "Doubtful", "100.00")
    ]


def test_a_loss_bears_its_share_of_the_tax_of_the_whole_claim_also_of_what_was_set_off() -> None:
    """60.00 of 240.00 were set off against a credit without tax: of the 180.00 that are lost, 30.00 are tax."""
    book = book_of("""
2026-01-10 * "Acme SAS" "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services  -200.00 EUR
    tax: "FR20"
  Liabilities:VAT  -40.00 EUR
    tax: "FR20"
2026-01-20 * "Acme SAS" "Goodwill" ^G1
  invoice: "G1"
  Assets:Receivable:Acme  -60.00 EUR
  Income:Services  60.00 EUR
    tax: "REVERSE"
2026-02-01 * "Acme SAS" "Set off"
  Assets:Receivable:Acme  60.00 EUR
    settles: "G1"
  Assets:Receivable:Acme  -60.00 EUR
    settles: "N1"
2026-06-01 * "Acme" "Lost" ^N1 #write-off
  Expenses:BadDebt  150.00 EUR
  Liabilities:VAT  30.00 EUR
    tax: "FR20"
  Assets:Receivable:Acme  -180.00 EUR
""")
    lost = bad_debt(next(position for position in positions(book, DAY) if position.invoice.number == "N1"))
    assert (str(lost.net), str(lost.tax), str(lost.amount)) == ("150.00", "30.00", "180.00")
