"""Fixed prices: where a situation stands, what nothing will deduct any more, and the words of a milestone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing import billing
from beancount_invoicing.billing.fixed import DepositLeft, deposits_left, progress_billing, stranded
from beancount_invoicing.billing.unbilled import left_out_notices
from beancount_invoicing.model import Book
from tests.ledgers import book_of

D = Decimal
SITE = """
2026-01-02 custom "invoice-contract" Assets:Receivable:Acme "S" "fixed"
  text: "Roof"
  account: Income:Services
  tax: "FR20"
  price: 8000.00
2026-02-02 custom "invoice-milestone" "S" "S1"
  cumulative: 60
2026-03-02 custom "invoice-milestone" "S" "S2"
  cumulative: 100
"""
SITUATION = """
{day} * "Acme SAS" "Roof" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme
  Income:Services  -{net} EUR
    tax: "REVERSE"
    contract: "S"
    milestone: "{name}"
"""
FIRST = SITUATION.format(day="2026-02-02", number="F2026-0001", net="4800.00", name="S1")
SECOND = SITUATION.format(day="2026-03-02", number="F2026-0002", net="3200.00", name="S2")


def book(text: str) -> Book:
    found = book_of(text)
    assert not [str(finding) for finding in found.findings if finding.severity == "error"]
    return found


def progress(text: str) -> list[tuple[str, str, str, str]]:
    """Of each document: the price, what is billed by then, what is billed here, what is left."""
    there = book(text)
    return [
        (str(state.contract_price), str(state.billed), str(state.billed_here), str(state.left))
        for invoice in there.invoices
        for state in progress_billing(there, invoice)
    ]


def test_a_situation_stands_where_it_stood_on_its_own_day() -> None:
    assert progress(SITE + FIRST + SECOND) == [
        ("8000.00", "4800.00", "4800.00", "3200.00"),
        ("8000.00", "8000.00", "3200.00", "0.00"),
    ]


def test_expenses_and_other_contracts_are_no_part_of_a_situation() -> None:
    other = SITE.replace('"S" "fixed"', '"T" "fixed"').replace('"S" "S', '"T" "T')
    beside = """  Income:Services  -70.00 EUR
    tax: "REVERSE"
    contract: "S"
    expense: 2026-02-01
    cost: 70.00
  Income:Services  -500.00 EUR
    tax: "REVERSE"
    contract: "T"
    milestone: "T1"
"""
    assert progress(SITE + other + FIRST + beside) == [
        ("8000.00", "4800.00", "4800.00", "3200.00"),
        ("8000.00", "500.00", "500.00", "7500.00"),
    ]


DEPOSIT = """
2026-01-05 * "Acme SAS" "Deposit" ^F1
  invoice: "F1"
  kind: "deposit"
  Assets:Receivable:Acme  360.00 EUR
  Liabilities:Deposits  -300.00 EUR
    text: "Deposit"
    tax: "FR20"
    contract: "S"
  Liabilities:VAT  -60.00 EUR
    tax: "FR20"
"""


@pytest.mark.parametrize(
    ("net", "tax", "left"),
    [("0.00", "0.00", ("300.00", "60.00")), ("100.00", "20.00", ("200.00", "40.00")), ("300.00", "60.00", None)],
)
def test_what_is_credited_of_a_deposit_is_not_left_to_deduct(net: str, tax: str, left: tuple[str, str] | None) -> None:
    note = f"""
2026-01-20 * "Acme SAS" "Back" ^A1
  invoice: "A1"
  corrects: "F1"
  Assets:Receivable:Acme
  Liabilities:Deposits  {net} EUR
    text: "Deposit"
    tax: "FR20"
  Liabilities:VAT  {tax} EUR
    tax: "FR20"
"""
    found = deposits_left(book(SITE + DEPOSIT + (note if D(net) else "")).invoices).get("S", [])
    assert [(str(one.net), str(one.taxes[0].left)) for one in found] == ([left] if left else [])


def test_a_change_order_counts_from_its_own_day_on() -> None:
    priced = '{day} custom "invoice-contract" Assets:Receivable:Acme "S"\n  price: 9000.00\n'
    on_the_day, the_day_after = (SITE + FIRST + priced.format(day=day) for day in ("2026-02-02", "2026-02-03"))
    assert progress(on_the_day) == [("8000.00", "4800.00", "4800.00", "4200.00")]
    assert progress(the_day_after) == [("8000.00", "4800.00", "4800.00", "3200.00")]


def test_what_has_no_milestone_or_bills_a_deposit_has_no_state() -> None:
    assert progress(SITE + FIRST.replace('    milestone: "S1"\n', "")) == []
    lump = SITE.replace("cumulative: 60", "percent: 60").replace("cumulative: 100", "percent: 40")
    assert progress(lump + FIRST) == []


# what nothing will deduct any more --------------------------------------------------------------------------------------


def deposit(number: str, day: str, net: str) -> DepositLeft:
    return DepositLeft(number, date.fromisoformat(day), "S", "Liabilities:Deposits", D(net), D(net), ())


DEPOSITS = [deposit("F1", "2026-01-05", "1000.00"), deposit("F2", "2026-01-06", "500.00")]


@pytest.mark.parametrize(
    ("net", "waits", "wanted"),
    [
        ("6500.00", "0", []),  # 1,500.00 of the price are left: as much as the deposits
        ("6600.00", "0", [("F2", "100.00")]),
        ("7000.00", "0", [("F2", "500.00")]),
        ("7000.01", "0", [("F2", "500.00"), ("F1", "0.01")]),
        ("8000.00", "0", [("F2", "500.00"), ("F1", "1000.00")]),
        ("8100.00", "0", [("F2", "500.00"), ("F1", "1000.00")]),  # more than all is not stranded twice
        ("8000.00", "9000.00", [("F2", "500.00"), ("F1", "1000.00")]),  # what waits counts once the contract is over
    ],
)
def test_a_deposit_is_stranded_beyond_what_is_left_of_the_price(
    net: str, waits: str, wanted: list[tuple[str, str]]
) -> None:
    dated = book(SITE).contracts["S"]
    found = stranded(dated, DEPOSITS, D(net), D(waits), "EUR", date(2026, 3, 1))
    assert [(each.deposit.number, str(each.net)) for each in found] == wanted


@pytest.mark.parametrize(
    ("day", "waits", "wanted"),
    [
        ("2026-03-31", "0", []),  # on its last day all of the price may still be billed
        ("2026-04-01", "0", ["F2", "F1"]),
        ("2026-04-01", "1000.00", ["F2"]),
        ("2026-04-01", "1500.00", []),
        ("2026-04-01", "-100.00", ["F2", "F1"]),
    ],
)
def test_once_the_contract_is_over_only_what_waits_deducts_it(day: str, waits: str, wanted: list[str]) -> None:
    dated = book(SITE.replace("  price:", "  until: 2026-03-31\n  price:")).contracts["S"]
    found = stranded(dated, DEPOSITS, D(0), D(waits), "EUR", date.fromisoformat(day))
    assert [each.deposit.number for each in found] == wanted
    assert all("S ended on 2026-03-31" in each.reason and "milestone of 2026-03-31" in each.remedy for each in found)


def test_without_a_price_nobody_knows_what_is_left_to_bill() -> None:
    dated = book(
        SITE.replace("  price: 8000.00\n", "")
        .replace("cumulative: 60", "price: 100.00")
        .replace("cumulative: 100", "price: 200.00")
    ).contracts["S"]
    assert stranded(dated, DEPOSITS, D(9000), D(0), "EUR", date(2026, 3, 1)) == []


def test_a_part_of_a_deposit_is_credited_by_its_amount() -> None:
    dated = book(SITE).contracts["S"]
    part, whole = (stranded(dated, DEPOSITS[1:], D(net), D(0), "EUR", date(2026, 3, 1))[0] for net in (7600, 8000))
    assert "bean-invoice credit F2 --amount 100.00 " in part.remedy
    assert "only 400.00 EUR of S is still to be billed" in part.reason
    assert "bean-invoice credit F2 --write" in whole.remedy
    assert "all of S is already billed" in whole.reason
    (draft,) = stranded(dated, [deposit("draft-1", "2026-01-06", "500.00")], D(8000), D(0), "EUR", date(2026, 3, 1))
    assert draft.remedy == "change the draft draft-1, or take it out"


# words and accounts of a milestone --------------------------------------------------------------------------------------

OF_ITEM = """
2025-01-01 custom "invoice-item" "ROOF" "Roofing" Income:Services
  {text}price: 1.00
2026-01-02 custom "invoice-contract" Assets:Receivable:Acme "S" "fixed"
  item: "ROOF"
  tax: "FR20"
  price: 8000.00
2026-02-02 custom "invoice-milestone" "S" "{name}"
  percent: 100
"""


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "Frame", "Roofing, Frame"),
        ('text: "A new roof"\n  ', "Frame", "A new roof, Frame"),
        ("", "Roofing", "Roofing"),
    ],
)
def test_a_milestone_is_called_by_its_contract_s_text_or_item(text: str, name: str, words: str) -> None:
    waiting, _notices = billing.unbilled_lines(book(OF_ITEM.format(text=text, name=name)), date(2026, 2, 2))
    assert [(line.line.text, line.line.item, line.line.account) for line in waiting] == [
        (words, "ROOF", "Income:Services")
    ]


def test_a_milestone_booked_elsewhere_than_its_item_does_not_name_it() -> None:
    text = OF_ITEM.format(text="", name="Frame").replace(
        '  tax: "FR20"\n  price', '  account: Income:Discounts\n  tax: "FR20"\n  price'
    )
    waiting, _notices = billing.unbilled_lines(book(text), date(2026, 2, 2))
    assert [(line.line.item, line.line.account) for line in waiting] == [("", "Income:Discounts")]


def test_what_is_left_out_is_said_where_no_time_is_recorded_too() -> None:
    nowhere = SITE.replace("  account: Income:Services\n", "")
    assert ["S" in str(notice) for notice in left_out_notices(book_of(nowhere), date(2026, 3, 2))] == [True]
    assert left_out_notices(book_of(""), date(2026, 3, 2)) == []
