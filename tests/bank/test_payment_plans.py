"""What a person means who names documents: what is refused, with both figures, and what is settled of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_entries import payment_entry
from beancount_invoicing.bank.payment_plans import (
    PaymentPlan,
    PaymentPlanner,
    WantedDocument,
    discount_on_offer,
    named_invoice,
    open_amount,
    plan_refund,
    plan_return,
)
from beancount_invoicing.bank.payments import CannotBook, SettledDocument
from tests.bank.payments import moved, read

LEDGER = """
2025-01-01 open Assets:Receivable:Acme:Kept
2026-01-05 * "Acme SAS" "One" ^F2026-0001
  invoice: "F2026-0001"
  cash-discount: "2% within 30 days"
  Assets:Receivable:Acme  100.00 EUR
  Income:Services
2026-01-06 * "Acme SAS" "Works, 5 % kept back for a year" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme       190.00 EUR
    due: 2026-02-05
  Assets:Receivable:Acme:Kept   10.00 EUR
    due: 2027-01-06
  Income:Services
2026-01-07 * "Acme SAS" "In two parts" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Acme  300.00 EUR
    due: 2026-02-01
  Assets:Receivable:Acme  700.00 EUR
    due: 2026-06-01
  Income:Services
2026-01-08 * "Acme SAS" "In dollars" ^F2026-0004
  invoice: "F2026-0004"
  Assets:Receivable:Acme  500.00 USD
  Income:Services
2026-01-09 * "void" ^F2026-0005
  invoice: "F2026-0005"
  kind: "void"
2026-01-10 ! "Acme SAS" "A draft" ^draft-acme-1
  invoice: "draft-acme-1"
  Assets:Receivable:Acme  50.00 EUR
  Income:Services
2026-01-11 * "Acme SAS" "Given back" ^A2026-0001
  invoice: "A2026-0001"
  Assets:Receivable:Acme  -80.00 EUR
  Income:Services
2026-01-12 * "Acme SAS" "Given back, too" ^A2026-0002
  invoice: "A2026-0002"
  Assets:Receivable:Acme  -20.00 EUR
  Income:Services
"""
DAY = date(2026, 2, 1)


def accounts(more: str = "") -> CustomerAccounts:
    return CustomerAccounts(read(LEDGER + more))


def wanted(*documents: str) -> list[WantedDocument]:
    """Documents as `bean-invoice pay` takes them, NUMBER or NUMBER=AMOUNT."""
    parts = [document.partition("=") for document in documents]
    return [WantedDocument(number, Decimal(amount) if amount else None) for number, _equals, amount in parts]


def plan(
    *documents: str,
    amount: str | None = None,
    fee: str = "0",
    currency: str = "EUR",
    day: date = DAY,
    instalment: int | None = None,
    more: str = "",
    discount: bool | None = None,
    **values: Any,
) -> PaymentPlan:
    planner = PaymentPlanner(accounts(more), day, wanted(*documents), instalment=instalment)
    came = None if amount is None else Decimal(amount)
    return planner.payment(came, currency, Decimal(fee), discount=discount, **values)


def amounts(settled: Sequence[SettledDocument]) -> list[tuple[str, str]]:
    return [(document.number, str(document.amount)) for document in settled]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("F2026-0099", "there is no document F2026-0099"),
        (
            "draft-acme-1",
            "draft-acme-1 is a draft, which nobody can pay: issue it first, bean-invoice issue draft-acme-1",
        ),
        ("F2026-0005", "F2026-0005 is void: there is nothing to settle"),
    ],
)
def test_a_document_that_nobody_can_pay_is_not_planned_for(number: str, message: str) -> None:
    with pytest.raises(CannotBook, match=f"^{message}$"):
        named_invoice(accounts(), number)


def test_documents_in_two_currencies_are_paid_apart() -> None:
    with pytest.raises(CannotBook, match=r"^they are in several currencies \(EUR, USD\): book what was paid in each"):
        plan("F2026-0001", "F2026-0004")


def test_what_is_kept_back_stays_open_until_money_comes_for_it() -> None:
    due = plan("F2026-0002")
    assert (amounts(due.settled), due.amount) == ([("F2026-0002", "190.00")], Decimal("190.00"))
    assert due.notices == ("F2026-0002: 10.00 EUR is kept back until later, and stays open",)
    part = plan("F2026-0002", amount="194.00")
    assert (amounts(part.settled), part.notices) == ([("F2026-0002", "194.00")], ())
    assert amounts(plan("F2026-0002", amount="200.00").settled) == [("F2026-0002", "200.00")]
    with pytest.raises(
        CannotBook, match=r"^201\.00 EUR is more than is to be paid on F2026-0002: 200\.00 EUR; .* 1\.00 EUR"
    ):
        plan("F2026-0002", amount="201.00")
    assert amounts(plan("F2026-0002", day=date(2027, 1, 6)).settled) == [("F2026-0002", "200.00")]


def test_one_instalment_is_paid_by_itself() -> None:
    found = plan("F2026-0003", instalment=2)
    assert found.settled == (SettledDocument("F2026-0003", Decimal("700.00"), instalment=2),)
    with pytest.raises(CannotBook, match=r"^nothing is open of instalment 3 of F2026-0003$"):
        plan("F2026-0003", instalment=3)


def test_a_discount_that_was_agreed_is_given_up_of_one_document() -> None:
    found = plan("F2026-0003", amount="950.00", agreed_discount=Decimal("50.00"))
    assert found.settled == (SettledDocument("F2026-0003", Decimal("1000.00"), Decimal("50.00")),)
    with pytest.raises(
        CannotBook, match=r"^an agreed discount is for one document: book what was paid on each separately"
    ):
        plan("F2026-0001", "F2026-0003", agreed_discount=Decimal("50.00"))


def test_a_discount_is_taken_where_it_is_wanted_and_is_enough() -> None:
    found = plan("F2026-0001", discount=True)
    assert found.settled == (SettledDocument("F2026-0001", Decimal("100.00"), Decimal("2.00")),)
    assert found.amount == Decimal("98.00")
    assert plan("F2026-0001", amount="98.00", discount=False).settled == (
        SettledDocument("F2026-0001", Decimal("98.00")),
    )
    with pytest.raises(
        CannotBook, match=r"^with the discount of 2\.00, 98\.00 is to be paid, but 97\.00 was received: leave"
    ):
        plan("F2026-0001", amount="97.00", discount=True)


def test_a_discount_that_is_too_late_or_was_never_offered_is_refused() -> None:
    late = "there is no cash discount to be taken on 2026-02-05: that of F2026-0001 could be taken until 2026-02-04, 1 day earlier;"
    with pytest.raises(CannotBook, match=f"^{late} if it is granted all the same, give its amount, --discount-amount$"):
        plan("F2026-0001", discount=True, day=date(2026, 2, 5))
    with pytest.raises(
        CannotBook, match=r"^there is no cash discount to be taken on 2026-02-01: F2026-0003 offers none;"
    ):
        plan("F2026-0003", discount=True)


def test_money_goes_to_the_documents_in_their_order_and_credit_notes_first() -> None:
    found = plan("F2026-0003", "F2026-0001", "A2026-0001", amount="100.00")
    assert amounts(found.settled) == [("F2026-0003", "180.00"), ("A2026-0001", "-80.00")]
    assert found.notices[-1] == "nothing is left for F2026-0001"
    assert amounts(plan("F2026-0001", "A2026-0001", discount=False).settled) == [
        ("F2026-0001", "100.00"),
        ("A2026-0001", "-80.00"),
    ]


def test_money_in_another_currency_settles_all_of_what_is_named() -> None:
    found = plan("F2026-0004", amount="460.00")
    assert (amounts(found.settled), found.amount) == ([("F2026-0004", "500.00")], Decimal("460.00"))
    with pytest.raises(
        CannotBook, match=r"^F2026-0004 is in USD: give how much was received in EUR, --amount; or what"
    ):
        plan("F2026-0004")


def test_what_a_document_offers_and_what_is_open_of_a_void_one() -> None:
    there = accounts()
    one, void = there.invoice("F2026-0001"), there.invoice("F2026-0005")
    assert one is not None
    assert void is not None
    assert discount_on_offer(there, one, DAY) == (Decimal("2.00"), date(2026, 2, 4))
    assert open_amount(there, void, DAY) == 0
    assert discount_on_offer(there, void, DAY) is None


PAID_AT_ONCE = """
2026-01-20 * "Acme SAS" "Two invoices" ^F2026-0001 ^F2026-0003
  Assets:Bank  400.00 EUR
  Assets:Receivable:Acme  -100.00 EUR
    settles: "F2026-0001"
  Assets:Receivable:Acme  -300.00 EUR
    settles: "F2026-0003"
"""


def test_a_payment_that_came_back_opens_all_that_it_had_settled() -> None:
    found = plan_return(accounts(PAID_AT_ONCE), DAY, wanted("F2026-0001"), None, Decimal(0))
    assert amounts(found.settled) == [("F2026-0001", "-100.00"), ("F2026-0003", "-300.00")]
    assert found.amount == Decimal("-400.00")
    assert found.notices == ("the payment that came back had also settled F2026-0003: it is open again",)
    both = plan_return(accounts(PAID_AT_ONCE), DAY, wanted("F2026-0001", "F2026-0003"), None, Decimal("5.00"))
    assert (amounts(both.settled), both.amount, both.notices) == (amounts(found.settled), Decimal("-405.00"), ())


def test_of_a_payment_that_came_back_a_person_may_say_how_much_of_each() -> None:
    part = plan_return(accounts(PAID_AT_ONCE), DAY, wanted("F2026-0003=120"), None, Decimal(0))
    assert (amounts(part.settled), part.amount) == ([("F2026-0003", "-120")], Decimal(-120))
    less_fee = plan_return(accounts(PAID_AT_ONCE), DAY, wanted("F2026-0003"), Decimal("312.00"), Decimal("12.00"))
    assert (amounts(less_fee.settled), less_fee.amount) == ([("F2026-0003", "-300.00")], Decimal("-312.00"))


def test_what_came_back_is_what_had_been_paid() -> None:
    there = accounts(PAID_AT_ONCE)
    with pytest.raises(CannotBook, match=r"^nothing was paid on F2026-0002 by 2026-02-01, so nothing can come back$"):
        plan_return(there, DAY, wanted("F2026-0002"), None, Decimal(0))
    with pytest.raises(
        CannotBook,
        match=r"^410\.00 was taken back, including the fee of 5\.00, but what is open again comes to 400\.00: give",
    ):
        plan_return(there, DAY, wanted("F2026-0001", "F2026-0003"), Decimal("410.00"), Decimal("5.00"))


TOO_MUCH = """
2026-01-20 * "Acme SAS" "Too much" ^F2026-0001
  Assets:Bank  130.00 EUR
  Assets:Receivable:Acme
"""


def test_what_was_paid_too_much_comes_back_with_the_payment() -> None:
    found = plan_return(accounts(TOO_MUCH), DAY, wanted("F2026-0001"), None, Decimal(0))
    assert (amounts(found.settled), found.amount) == ([("F2026-0001", "-130.00")], Decimal("-130.00"))


def test_what_was_paid_too_much_and_credit_notes_are_paid_back() -> None:
    there = accounts(TOO_MUCH)
    over = plan_refund(there, DAY, wanted("F2026-0001"), None, Decimal(0))
    assert (amounts(over.settled), over.amount) == ([("F2026-0001", "-30.00")], Decimal("-30.00"))
    credited = plan_refund(there, DAY, wanted("A2026-0001=50", "A2026-0002"), None, Decimal("1.00"))
    assert (amounts(credited.settled), credited.amount) == (
        [("A2026-0001", "-50"), ("A2026-0002", "-20.00")],
        Decimal("-71.00"),
    )
    first = plan_refund(there, DAY, wanted("A2026-0001", "A2026-0002"), Decimal("80.00"), Decimal(0))
    assert amounts(first.settled) == [("A2026-0001", "-80.00")]


@pytest.mark.parametrize(
    ("documents", "amount", "message"),
    [
        (
            ["F2026-0003"],
            None,
            "nothing of F2026-0003 can be paid back: it is not an open credit note, and nothing was",
        ),
        (["A2026-0001=90"], None, r"90 EUR is more than can be paid back on A2026-0001: 80\.00$"),
        (
            ["A2026-0001", "A2026-0002"],
            "101.00",
            r"101\.00 is more than can be paid back on A2026-0001, A2026-0002: 100\.00$",
        ),
    ],
)
def test_no_more_is_paid_back_than_there_is(documents: list[str], amount: str | None, message: str) -> None:
    with pytest.raises(CannotBook, match=f"^{message}"):
        plan_refund(accounts(), DAY, wanted(*documents), Decimal(amount) if amount else None, Decimal(0))


REPLACED = """
2026-01-25 * "Acme SAS" "The first is cancelled" ^F2026-0001-cancelled ^F2026-0001
  invoice: "F2026-0001-cancelled"
  kind: "cancellation"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  -100.00 EUR
  Income:Services
2026-01-25 * "Acme SAS" "The first again, with another text" ^F2026-0006 ^F2026-0001
  invoice: "F2026-0006"
  kind: "corrective"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  100.00 EUR
  Income:Services
"""


def test_a_document_that_was_replaced_names_the_one_to_pay() -> None:
    with pytest.raises(
        CannotBook,
        match=r"^F2026-0001 was replaced by F2026-0006: that is the one to pay, bean-invoice pay F2026-0006$",
    ):
        plan("F2026-0001", more=REPLACED)


def test_a_settled_document_says_since_when_and_where_the_second_payment_goes() -> None:
    paid = TOO_MUCH.replace("130.00", "100.00")
    with pytest.raises(
        CannotBook,
        match=r"^F2026-0001 is settled since 2026-01-20 \(.*\): if Acme SAS paid a second time, that money stays",
    ):
        plan("F2026-0001", more=paid)


@pytest.mark.parametrize(
    ("settled", "message"),
    [
        (("F2026-0099", "1.00"), "there is no document F2026-0099"),
        (("draft-acme-1", "1.00"), "draft-acme-1 is a draft: issue it first, bean-invoice issue draft-acme-1"),
        (("F2026-0005", "1.00"), "F2026-0005 is void: there is nothing to settle"),
        (("F2026-0003", "0"), "F2026-0003: an amount of 0 settles nothing"),
        (
            ("F2026-0003", "-5.00"),
            r"F2026-0003: 5\.00 EUR cannot be taken back, as only 0\.00 EUR had been paid on it by then",
        ),
        (
            ("F2026-0001", "10.00"),
            r"nothing is open on F2026-0001: it was settled on 2026-01-20 \(.*\); if the money came a second time, it stays",
        ),
    ],
)
def test_an_entry_settles_only_what_is_there(settled: tuple[str, str], message: str) -> None:
    there = accounts(TOO_MUCH)
    number, amount = settled
    with pytest.raises(CannotBook, match=f"^{message}"):
        payment_entry(there, moved("2026-02-01", amount), [SettledDocument(number, Decimal(amount))])


def test_an_entry_settles_no_more_of_an_instalment_than_is_open_of_it() -> None:
    with pytest.raises(
        CannotBook, match=r"^301\.00 EUR is more than is open on instalment 1 of F2026-0003: 300\.00 EUR;"
    ):
        payment_entry(
            accounts(), moved("2026-02-01", "301.00"), [SettledDocument("F2026-0003", Decimal("301.00"), instalment=1)]
        )


def test_an_entry_pays_back_what_was_paid_too_much() -> None:
    entry = payment_entry(
        accounts(TOO_MUCH), moved("2026-02-01", "-30.00"), [SettledDocument("F2026-0001", Decimal("-30.00"))]
    )
    assert [(posting.account, str(posting.amount)) for posting in entry.postings] == [
        ("Assets:Bank", "-30.00"),
        ("Assets:Receivable:Acme", "30.00"),
    ]


def test_an_entry_for_nothing_is_refused() -> None:
    with pytest.raises(CannotBook, match=r"^the payment settles nothing, and stays on nobody's account$"):
        payment_entry(accounts(), moved("2026-02-01", "0.00"), [])
    with pytest.raises(CannotBook, match=r"^Assets:Bank is not a customer's main account$"):
        payment_entry(accounts(), moved("2026-02-01", "5.00"), [], on_account_of="Assets:Bank")


def test_an_entry_s_fee_is_none_below_0_and_has_an_account() -> None:
    one = [SettledDocument("F2026-0003", Decimal("10.00"))]
    with pytest.raises(CannotBook, match=r"^a fee must be 0 or more, not -1\.00 EUR$"):
        payment_entry(accounts(), moved("2026-02-01", "11.00", fee="-1.00"), one)
    with pytest.raises(
        CannotBook, match=r'^a fee of 1\.00 EUR needs an account: custom "invoice-option" "fee-account"'
    ):
        payment_entry(accounts(), moved("2026-02-01", "9.00", fee="1.00")._replace(fee_account=""), one)


def test_an_entry_s_documents_are_in_one_currency() -> None:
    both = [SettledDocument("F2026-0003", Decimal("10.00")), SettledDocument("F2026-0004", Decimal("10.00"))]
    with pytest.raises(
        CannotBook, match=r"^the documents are in several currencies \(F2026-0003 in EUR, F2026-0004 in USD\)"
    ):
        payment_entry(accounts(), moved("2026-02-01", "20.00"), both)


def test_an_entry_s_discount_needs_an_account() -> None:
    with pytest.raises(CannotBook, match=r'^a discount needs an account: custom "invoice-option" "discount-account"'):
        payment_entry(
            accounts(),
            moved("2026-02-01", "98.00"),
            [SettledDocument("F2026-0001", Decimal("100.00"), Decimal("2.00"))],
        )


def test_an_entry_for_two_customers_says_so() -> None:
    of_kiefer = """
2026-01-20 * "Kiefer GmbH" "Theirs" ^F2026-0007
  invoice: "F2026-0007"
  Assets:Receivable:Kiefer  40.00 EUR
  Income:Services
"""
    both = [SettledDocument("F2026-0003", Decimal("10.00")), SettledDocument("F2026-0007", Decimal("40.00"))]
    entry = payment_entry(accounts(of_kiefer), moved("2026-02-01", "50.00"), both)
    assert entry.against == ("it pays for several customers: Assets:Receivable:Acme, Assets:Receivable:Kiefer",)


ON_ACCOUNT = """
2026-01-20 * "Acme SAS" "One, and more"
  Assets:Bank  130.00 EUR
  Assets:Receivable:Acme  -100.00 EUR
    settles: "F2026-0001"
  Assets:Receivable:Acme   -30.00 EUR
"""


def test_a_payment_that_came_back_takes_what_it_left_on_account_with_it() -> None:
    more = '2025-01-01 custom "invoice-option" "allocation" "explicit"\n' + ON_ACCOUNT
    found = plan_return(accounts(more), DAY, wanted("F2026-0001"), None, Decimal(0))
    assert amounts(found.settled) == [("F2026-0001", "-100.00")]
    assert (found.amount, found.on_account_of) == (Decimal("-130.00"), "Assets:Receivable:Acme")


def test_what_was_written_off_does_not_come_back() -> None:
    written_off = """
2026-01-20 * "Acme SAS" "Given up" ^F2026-0001 #write-off
  Expenses:BadDebt  100.00 EUR
  Assets:Receivable:Acme
"""
    with pytest.raises(CannotBook, match=r"^nothing was paid on F2026-0001 by 2026-02-01, so nothing can come back$"):
        plan_return(accounts(written_off), DAY, wanted("F2026-0001"), None, Decimal(0))


def test_what_came_for_one_retention_is_not_counted_for_the_next() -> None:
    second = """
2026-01-13 * "Acme SAS" "More works" ^F2026-0008
  invoice: "F2026-0008"
  Assets:Receivable:Acme       190.00 EUR
    due: 2026-02-05
  Assets:Receivable:Acme:Kept   10.00 EUR
    due: 2027-01-06
  Income:Services
"""
    found = plan("F2026-0002", "F2026-0008", amount="384.00", more=second)
    assert amounts(found.settled) == [("F2026-0002", "194.00"), ("F2026-0008", "190.00")]
    assert found.notices == ("F2026-0008: 10.00 EUR is kept back until later, and stays open",)
