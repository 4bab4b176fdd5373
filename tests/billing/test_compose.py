"""What a document is put together from: due dates by whose terms, tax on which account, deposits and what is owed of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing import billing
from beancount_invoicing.billing.compose import (
    moved_due_dates,
    payment_schedule,
    payment_schedule_if_issued,
    with_number_and_due_dates,
)
from beancount_invoicing.billing.fixed import DepositLeft, deposit_taxes_due, deposits_left, progress_billing, stranded
from beancount_invoicing.billing.prices import line_changes_on
from beancount_invoicing.billing.tax_rates import milestone_dates_at_other_rates
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from tests.ledgers import book_of, sound_book

D = Decimal
DAY = date(2026, 1, 31)
ACCOUNTS = """
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Liabilities:Pending
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-tax" "FR20E" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
"""


def contract(keys: str, mode: str = "subscription", customer: str = "Acme", day: str = "2026-01-01") -> str:
    head = f'{day} custom "invoice-contract" Assets:Receivable:{customer} "K"' + (f' "{mode}"' if mode else "")
    return head + "\n" + "".join(f"  {key.strip()}\n" for key in keys.split(";"))


def milestone(day: str, name: str, keys: str) -> str:
    return f'{day} custom "invoice-milestone" "K" "{name}"\n' + "".join(f"  {key.strip()}\n" for key in keys.split(";"))


HOSTING = 'text: "Hosting"; account: Income:Services; every: "month"; price: 100.00'


def drafts(book: Book, day: date = DAY) -> list[billing.Draft]:
    waiting, _notices = billing.unbilled_lines(book, day)
    return billing.compose_drafts(book, waiting, day, billing.next_draft_names(book))[0]


# when it is due ---------------------------------------------------------------------------------------------------------


def option(day: str, name: str, value: str) -> str:
    return f'{day} custom "invoice-option" "{name}" "{value}"\n'


@pytest.mark.parametrize(
    ("said", "options", "due"),
    [
        pytest.param("10 days", "", "2026-01-20", id="its own terms"),
        pytest.param("10 days", option("2026-01-01", "terms", "20 days"), "2026-01-20", id="before the ledger's"),
        pytest.param("", option("2026-01-01", "terms", "20 days"), "2026-01-30", id="the ledger's"),
        pytest.param(
            "",
            option("2025-01-01", "terms", "20 days") + option("2026-01-11", "terms", "40 days"),
            "2026-01-30",
            id="as they were on the day",
        ),
        pytest.param("", "", "2026-02-09", id="the law's"),
        pytest.param(
            "15 days", option("2026-01-01", "business-days", "FR"), "2026-01-26", id="a Sunday moves to Monday"
        ),
    ],
)
def test_whose_terms_say_when_it_is_due(said: str, options: str, due: str) -> None:
    found = payment_schedule(book_of(ACCOUNTS + options), said, date(2026, 1, 10), D("100.00"), 2)
    assert [(str(due.date), due.amount) for due in found] == [(due, D("100.00"))]


def test_under_its_number_a_document_says_when_it_is_due_a_draft_does_not() -> None:
    book = sound_book(ACCOUNTS + contract(HOSTING))
    (draft,) = drafts(book)
    assert (
        with_number_and_due_dates(book, draft, "draft-9").due,
        with_number_and_due_dates(book, draft, "F1").due,
    ) == (None, date(2026, 3, 2))
    halves = with_number_and_due_dates(book, draft._replace(terms="50% 10 days; 50% 20 days"), "F1")
    assert (halves.due, [(str(receivable.due), receivable.amount) for receivable in halves.receivables]) == (
        None, [("2026-02-10", D("60.00")), ("2026-02-20", D("60.00"))],
    )  # fmt: skip
    stays = draft._replace(due=date(2026, 5, 1))
    assert with_number_and_due_dates(book, stays, "F1").due == date(2026, 5, 1)
    (only,) = draft.receivables
    for own in (only._replace(due=date(2026, 5, 1)), only._replace(retained="K")):
        kept = draft._replace(number="F1", receivables=(own,))
        assert with_number_and_due_dates(book, kept, "F1") == kept


def test_the_customer_s_terms_are_those_of_a_document_that_says_none() -> None:
    sooner = '2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  terms: "10 days"\n'
    book = sound_book(ACCOUNTS + contract(HOSTING) + sooner)
    assert with_number_and_due_dates(book, drafts(book)[0], "F1").due == date(2026, 2, 10)


def issued(more: str = "", terms: str = "", customer: str = "Acme", amount: str = "100.00", due: str = "") -> str:
    text = f'2026-01-10 ! "Work" ^draft-1\n  invoice: "draft-1"\n{more}' + (f'  terms: "{terms}"\n' if terms else "")
    text += f"  Assets:Receivable:{customer}  {amount} EUR\n" + (f"    due: {due}\n" if due else "")
    return text + '  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'


def test_a_draft_is_due_by_the_terms_of_the_day_on_which_it_is_issued() -> None:
    changed_terms = '2026-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  terms: "10 days"\n'
    day = date(2026, 2, 10)

    def due(ledger: str) -> list[str]:
        book = book_of(ACCOUNTS + changed_terms + ledger)
        return [str(due.date) for due in payment_schedule_if_issued(book, book.invoices[0], day)]

    assert due(issued()) == ["2026-02-20"]
    assert due(issued(terms="5 days")) == ["2026-02-15"]  # its own terms stay
    assert due(issued(terms="30 days")) == ["2026-02-20"]  # what its customer's were when it was written
    assert due(issued(customer="Kiefer")) == ["2026-03-12"]
    assert due(issued(amount="-100.00")) == []
    assert due(issued(amount="0.00")) == []
    assert due(issued(due="2026-03-01")) == []


def test_due_dates_that_follow_from_its_date_move_with_it() -> None:
    book = book_of(ACCOUNTS + issued(terms="40% 10 days; 60% 30 days"))
    assert moved_due_dates(book, book.invoices[0], date(2026, 1, 15)) == {
        date(2026, 1, 20): date(2026, 1, 25),
        date(2026, 2, 9): date(2026, 2, 14),
    }


# taxes ------------------------------------------------------------------------------------------------------------------


def test_a_tax_that_is_owed_once_paid_waits_on_its_account() -> None:
    book = sound_book(ACCOUNTS + contract(HOSTING + '; tax: "FR20E"'))
    (draft,) = drafts(book)
    assert [(tax.code, tax.account, tax.amount) for tax in draft.taxes] == [
        ("FR20E", "Liabilities:Pending", D("20.00"))
    ]


def test_a_tax_that_waits_for_no_payment_does_not_wait_though_an_account_for_it_is_named() -> None:
    debit = '2025-01-01 custom "invoice-tax" "DEBIT" "TVA 20 %" Liabilities:VAT\n  rate: 20\n  pending: Liabilities:Pending\n'
    (draft,) = drafts(sound_book(ACCOUNTS + debit + contract(HOSTING + '; tax: "DEBIT"')))
    assert [(tax.code, tax.account) for tax in draft.taxes] == [("DEBIT", "Liabilities:VAT")]


# where it is booked -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "account", "item"),
    [
        ('item: "DEV"', "Income:Services", "DEV"),
        ('item: "DEV"; account: Income:Services', "Income:Services", "DEV"),
        ('item: "DEV"; account: Income:Discounts', "Income:Discounts", ""),
        ('text: "House"; account: Income:Discounts', "Income:Discounts", ""),
    ],
)
def test_a_milestone_is_booked_on_the_account_of_its_contract_else_of_its_item(
    keys: str, account: str, item: str
) -> None:
    ledger = contract(f"{keys}; price: 1000.00", "fixed") + milestone("2026-01-10", "All", "percent: 100")
    (draft,) = drafts(sound_book(ACCOUNTS + ledger))
    assert [(line.account, line.item) for line in draft.lines] == [(account, item)]


# deposits ---------------------------------------------------------------------------------------------------------------

HOUSE = contract('text: "House"; account: Income:Services; price: 1000.00; tax: "FR20E"', "fixed")
DEPOSIT = """
2026-01-10 * "Deposit" ^D1
  invoice: "D1"
  kind: "deposit"
  Assets:Receivable:Acme  360.00 EUR
  Liabilities:Deposits  -300.00 EUR
    text: "House, Deposit"
    tax: "FR20E"
    contract: "K"
    milestone: "Deposit"
  Liabilities:Pending  -60.00 EUR
    tax: "FR20E"
"""
# what is never deducted
GIVE = "credit it, bean-invoice credit {} --write"
PART = 'credit it, bean-invoice credit {} --amount {} "What was not needed" --write'


@pytest.mark.parametrize(
    ("keys", "mode", "net", "waits", "expected"),
    [
        ('text: "House"; price: 1000.00', "fixed", "700", "300", []),
        (
            'text: "House"; price: 1000.00',
            "fixed",
            "800",
            "200",
            [("D2", "100.00", "only 200.00 EUR of K is still to be billed", PART.format("D2", "100.00"))],
        ),
        (
            'text: "House"; price: 1000.00',
            "fixed",
            "1100",
            "0",
            [
                ("D2", "200", "all of K is already billed", GIVE.format("D2")),
                ("D1", "100", "all of K is already billed", GIVE.format("D1")),
            ],
        ),
        ('text: "Care"; price: 10.00; every: "month"', "subscription", "5000", "0", []),
        (
            'text: "Care"; price: 10.00; every: "month"; until: 2026-01-30',
            "subscription",
            "0",
            "150",
            [
                (
                    "D2",
                    "150",
                    "K ended on 2026-01-30",
                    PART.format("D2", "150") + "; or bill what is kept, with a milestone of 2026-01-30 with a price",
                )
            ],
        ),
        ('text: "Care"; price: 10.00; every: "month"; until: 2026-01-31', "subscription", "0", "0", []),
    ],
)
def test_what_of_deposits_nothing_will_deduct(
    keys: str, mode: str, net: str, waits: str, expected: list[tuple[str, str, str, str]]
) -> None:
    book = sound_book(ACCOUNTS + contract(f"{keys}; account: Income:Services", mode))
    deposits = [
        DepositLeft(number, DAY, "K", "Liabilities:Deposits", D(left), D(left), ())
        for number, left in (("D1", "100"), ("D2", "200"))
    ]
    found = stranded(book.contracts["K"], deposits, D(net), D(waits), "EUR", DAY)
    assert [
        (stranded.deposit.number, str(stranded.net), stranded.reason.partition(", because ")[2], stranded.remedy)
        for stranded in found
    ] == expected
    draft = deposits[0]._replace(number="draft-1")
    for one in stranded(book.contracts["K"], [draft], D("1000"), D(0), "EUR", DAY):
        assert one.remedy.startswith("change the draft draft-1, or take it out")


PLAN = milestone("2026-01-10", "Deposit", "percent: 30; deposit: TRUE") + milestone("2026-03-01", "All", "percent: 100")


def test_a_deposits_tax_waits_until_it_is_paid_and_is_owed_then() -> None:
    paid = '2026-01-20 * "Paid" ^D1\n  Assets:Receivable:Acme  -120.00 EUR\n  Assets:Bank\n'
    other = '2026-01-10 * "Work" ^F1\n  invoice: "F1"\n  Assets:Receivable:Acme  120.00 EUR\n  Income:Services  -100.00 EUR\n'
    other += '    text: "Work"\n    tax: "FR20E"\n  Liabilities:Pending  -20.00 EUR\n    tax: "FR20E"\n'
    other += paid.replace("D1", "F1")  # what is owed of no deposit
    book = book_of(ACCOUNTS + HOUSE + PLAN + DEPOSIT + paid + other)
    ((only,),) = deposits_left(book.invoices).values()
    assert (only.number, only.contract, only.account, only.net, only.billed_net, only.customer) == (
        "D1", "K", "Liabilities:Deposits", D("300.00"), D("300.00"), "Assets:Receivable:Acme",
    )  # fmt: skip
    (tax,) = only.taxes
    assert (tax.code, tax.account, tax.left, tax.billed, tax.owed_on) == (
        "FR20E", "Liabilities:Pending", D("60.00"), D("60.00"), "Liabilities:VAT",
    )  # fmt: skip
    assert deposit_taxes_due(book, date(2026, 1, 19))() == {}
    assert deposit_taxes_due(book, date(2026, 1, 20))() == {("D1", "FR20E"): D("20.00")}


def test_what_is_owed_of_a_deposit_in_dollars_is_told_in_dollars() -> None:
    deposit = DEPOSIT.replace("360.00 EUR", "360.00 USD @ 0.90 EUR").replace("-300.00 EUR", "-300.00 USD @ 0.90 EUR")
    deposit = deposit.replace("-60.00 EUR", "-54.00 EUR").replace("  contract", "contract")
    paid = '2026-01-20 * "Paid" ^D1\n  Assets:Receivable:Acme  -120.00 USD\n  Assets:Bank\n'
    book = book_of(ACCOUNTS + HOUSE + PLAN + deposit + paid)
    assert deposit_taxes_due(book, DAY)() == {("D1", "FR20E"): D("20.00")}


# where a fixed price stands -----------------------------------------------------------------------------------------------


def test_where_a_fixed_price_stands_after_a_change_order_and_that_others_stand_nowhere() -> None:
    line = '\n2026-03-01 * "Work" ^F1\n  invoice: "F1"\n  Assets:Receivable:Acme  400.00 EUR\n'
    line += '  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n    contract: "K"\n    milestone: "All"\n'
    change = contract("price: 1200.00", "", day="2026-02-01")
    house = book_of(ACCOUNTS + HOUSE + PLAN + change + line)
    (only,) = progress_billing(house, house.invoices[0])
    assert (only.contract_price, only.change_orders, only.billed, only.billed_here, only.left) == (
        D("1000.00"), D("200.00"), D("400.00"), D("400.00"), D("800.00"),
    )  # fmt: skip
    plain = book_of(ACCOUNTS + HOUSE + PLAN + line)
    assert progress_billing(plain, plain.invoices[0]) == []
    rent = book_of(ACCOUNTS + contract(HOSTING) + PLAN + change + line)
    assert progress_billing(rent, rent.invoices[0]) == []
    situation = milestone("2026-03-01", "All", "cumulative: 40")
    unpriced = book_of(ACCOUNTS + HOUSE.replace("price: 1000.00", "retention: 5") + situation + line)
    assert progress_billing(unpriced, unpriced.invoices[0]) == [], "an error of the ledger, not of the page"


@pytest.mark.parametrize(
    ("keys", "tax", "at_another_rate"),
    [
        ("", "FR20", True),
        ("    to: 2026-01-31\n", "FR20", False),  # the line says its days
        ("    delivered: 2026-01-31\n", "FR20", False),
        ("", "FR10", False),  # whose rate stays
        ("", "GONE", False),  # an error of its own
    ],
)
def test_a_stage_that_was_reached_under_another_rate(keys: str, tax: str, at_another_rate: bool) -> None:
    rates = "".join(
        f'{day} custom "invoice-tax" "{code}" "TVA" Liabilities:VAT\n  rate: {rate}\n'
        for day, code, rate in (("2025-01-01", "FR10", 10), ("2026-03-01", "FR20", 21))
    )
    draft = '2026-02-28 ! "Work" ^draft-1\n  invoice: "draft-1"\n  Assets:Receivable:Acme  480.00 EUR\n'
    draft += '  Income:Services  -400.00 EUR\n    text: "Work"\n    contract: "K"\n    milestone: "Walls"\n'
    draft += f'    tax: "{tax}"\n{keys}  Liabilities:VAT\n    tax: "{tax}"\n'
    book = book_of(ACCOUNTS + rates + HOUSE + milestone("2026-02-20", "Walls", "percent: 40") + draft)
    (line,) = book.invoices[0].lines
    found = milestone_dates_at_other_rates(book, book.invoices[0], date(2026, 3, 5))
    assert found == ({line.source.line: date(2026, 2, 20)} if at_another_rate else {})


def test_an_expense_of_a_contract_without_an_account_waits_and_says_why() -> None:
    expense = (
        '2026-01-20 * "Rail" "Train"\n  Assets:Bank  -44.00 EUR\n  Expenses:BadDebt  44.00 EUR\n    billable: "K"\n'
    )
    waiting, notices = billing.unbilled_lines(book_of(ACCOUNTS + contract('text: "Work"', "time") + expense), DAY)
    assert list(waiting) == []
    assert str(notices[-1].message) == "it has no income account: give it an item, or account: Income:…"


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("price: 1000.00; account: Income:Services", ["1000.00"]),
        ("price: 1000.00; account: Income:Services; paused: TRUE", []),
        ("account: Income:Services", []),
    ],
)
def test_a_fixed_price_that_nothing_will_bill_is_told(keys: str, left: list[str]) -> None:
    _waiting, notices = billing.unbilled_lines(book_of(ACCOUNTS + contract(f'text: "House"; {keys}', "fixed")), DAY)
    assert [str(notice.amount) for notice in notices if notice.rule == "no-milestone"] == left


# prices -----------------------------------------------------------------------------------------------------------------


def test_an_index_changes_a_line_where_it_changes_the_price() -> None:
    rent = contract(HOSTING + '; index: "CPI"', day="2025-01-01")
    for value, other in ((100, False), (101, True)):
        index = '2024-12-01 custom "invoice-index" "CPI" 100\n'
        index += f'2025-12-01 custom "invoice-index" "CPI" {value}\n'
        book = book_of(ACCOUNTS + index + rent)
        assert line_changes_on(book, book.contracts["K"], date(2026, 1, 1), 2) == other


@pytest.mark.parametrize(
    ("pending", "account"), [("  pending: Liabilities:Pending\n", "Liabilities:Pending"), ("", "Liabilities:VAT")]
)
def test_tax_that_is_owed_on_payment_waits_on_its_account_if_it_has_one(pending: str, account: str) -> None:
    tax = f'2025-01-01 custom "invoice-tax" "CASH" "TVA" Liabilities:VAT\n  rate: 20\n  due-on: "payment"\n{pending}'
    (draft,) = drafts(sound_book(ACCOUNTS + tax + contract(f'{HOSTING}; tax: "CASH"')))
    assert [(charged.account, charged.amount) for charged in draft.taxes] == [(account, D("20.00"))]


def test_a_contract_s_price_is_for_its_own_item_only() -> None:
    book = sound_book(
        ACCOUNTS
        + '2025-01-01 custom "invoice-item" "PLAN" "Plan" Income:Services\n  unit: "hour"\n'
        + contract('item: "DEV"; price: 90.00; time: Assets:Time', mode="time")
        + '2026-01-05 * "Planned"\n  Assets:Time  3 HOUR\n    item: "PLAN"\n  Equity:Time\n'
    )
    lines, notices = billing.unbilled_lines(book, DAY)
    assert lines == []
    assert [notice.rule for notice in notices] == ["time-without-price"]
    assert [finding.rule for finding in check(book)] == ["time-without-price"], "checks look at no more than they must"
