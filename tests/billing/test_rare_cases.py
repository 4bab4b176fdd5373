"""What is rarely billed, or not at all: each case a small ledger, and what is said of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from beancount import loader

from beancount_invoicing import billing
from beancount_invoicing.billing import ContractFilter, LineFilter
from beancount_invoicing.billing.contract_status import term_end
from beancount_invoicing.billing.credit_notes import _shared
from beancount_invoicing.billing.fixed import deposit_taxes_due
from beancount_invoicing.billing.in_force import paused_periods, why_not_in_force
from beancount_invoicing.billing.numbers import series_place
from beancount_invoicing.billing.unbilled import left_out_notices
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import allocate
from tests.ledgers import PRELUDE, book_of

D = Decimal
ACCOUNTS = """
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 custom "invoice-option" "default-tax" "FR20"
"""
CARE = """
{day} custom "invoice-contract" Assets:Receivable:Acme "{code}" "subscription"
  text: "Care"
  account: Income:Services
  every: "month"
  price: 100.00
"""


def book(text: str) -> Book:
    return book_of(ACCOUNTS + text)


def care(keys: str = "", code: str = "K", day: str = "2026-01-01") -> str:
    return CARE.format(code=code, day=day) + "".join(f"  {key.strip()}\n" for key in keys.split(";") if key.strip())


def waits(text: str, until: str, only: ContractFilter = ContractFilter()) -> tuple[list[str], list[str]]:  # noqa: B008
    """The nets that may be billed, by contract, and what is said of the rest."""
    waiting, notices = billing.unbilled_lines(book(text), date.fromisoformat(until), only)
    return [f"{line.contract.code} {line.line.net}" for line in waiting], [notice.message for notice in notices]


# when a contract is in force ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2025-12-31", "begins on 2026-01-01"),
        ("2026-01-01", ""),
        ("2026-02-28", ""),
        ("2026-03-01", "is paused"),
        ("2026-03-31", "is paused"),
        ("2026-04-01", ""),
        ("2026-06-30", ""),
        ("2026-07-01", "ended on 2026-06-30"),
    ],
)
def test_why_nothing_of_a_day_is_billed(day: str, why: str) -> None:
    paused = '2026-03-01 custom "invoice-contract" Assets:Receivable:Acme "K"\n  paused: TRUE\n'
    paused += '2026-04-01 custom "invoice-contract" Assets:Receivable:Acme "K"\n  paused: FALSE\n'
    dated = book(care("until: 2026-06-30") + paused).contracts["K"]
    assert why_not_in_force(dated, date.fromisoformat(day)) == why
    assert [(str(span.start), str(span.end)) for span in paused_periods(dated)] == [("2026-03-01", "2026-03-31")]


def test_a_pause_without_an_end_goes_on() -> None:
    dated = book(
        care() + '2026-03-01 custom "invoice-contract" Assets:Receivable:Acme "K"\n  paused: TRUE\n'
    ).contracts["K"]
    assert [(str(span.start), span.end.year > 8000) for span in paused_periods(dated)] == [("2026-03-01", True)]


@pytest.mark.parametrize(
    ("keys", "day", "end"),
    [
        ("", "2026-05-01", "None"),
        ("until: 2026-02-28", "2026-05-01", "2026-02-28"),
        ('until: 2026-02-28; renews: "6 months"', "2026-02-28", "2026-02-28"),
        ('until: 2026-02-28; renews: "6 months"', "2026-03-01", "2026-08-31"),
        ('until: 2026-02-28; renews: "6 months"', "2026-08-31", "2026-08-31"),
        ('until: 2026-02-28; renews: "6 months"', "2026-09-01", "2027-02-28"),
        ('until: 2028-02-29; renews: "1 year"', "2028-03-01", "2029-02-28"),
        ('renews: "6 months"', "2026-05-01", "None"),
    ],
)
def test_the_term_that_a_day_is_in(keys: str, day: str, end: str) -> None:
    assert str(term_end(book(care(keys)).contracts["K"].first, date.fromisoformat(day))) == end


# what is left out, without hiding what follows -----------------------------------------------------------------------------


def test_a_contract_without_a_currency_is_said_and_hides_no_other() -> None:
    no_currency = loader.load_string(
        (PRELUDE + ACCOUNTS + care(code="A") + care('currency: "EUR"', code="B")).replace(
            'option "operating_currency" "EUR"\n', ""
        )
    )
    waiting, notices = billing.unbilled_lines(read_book(no_currency[0], no_currency[2]), date(2026, 1, 31))
    assert [line.contract.code for line in waiting] == ["B"]
    assert [(notice.contract, notice.message) for notice in notices] == [
        ("A", 'it has no currency: write currency: "EUR" below it')
    ]


def test_a_contract_that_has_not_begun_hides_no_other() -> None:
    assert waits(care(code="A", day="2027-01-01") + care(code="B"), "2026-01-31") == (["B 100.00"], [])


def test_what_is_too_large_is_said_and_hides_no_other() -> None:
    huge = care(code="A").replace("price: 100.00", "price: 1" + "0" * 40 + "\n  quantity: 1" + "0" * 40)
    nets, said = waits(huge + care(code="B"), "2026-01-31")
    assert nets[-1:] == ["B 100.00"]
    assert len(nets) + len(said) == 2


MILESTONES = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "S" "fixed"
  text: "Site"
  account: Income:Services
  tax: "FR20"
  price: 1000.00
2026-02-01 custom "invoice-milestone" "S" "Deposit"
  percent: 30
  deposit: TRUE
2026-02-01 custom "invoice-milestone" "S" "Half"
  percent: 50
2026-03-01 custom "invoice-milestone" "S" "Rest"
  percent: 50
"""


def test_a_deposit_without_an_account_is_said_and_hides_no_milestone() -> None:
    nets, said = waits(MILESTONES, "2026-02-01")
    assert nets == ["S 500.00"]
    assert ["Deposit is a deposit, but no account is known for it" in message for message in said] == [True]
    known = '2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits\n'
    assert waits(known + MILESTONES, "2026-02-01") == (["S 300.00", "S 500.00"], [])
    own = MILESTONES.replace("  price: 1000.00\n", "  price: 1000.00\n  deposit-account: Liabilities:Deposits\n")
    assert waits(own, "2026-02-01") == (["S 300.00", "S 500.00"], [])
    assert waits(own, "2026-01-31") == ([], [])


def test_a_milestone_of_a_paused_contract_is_said_and_hides_no_other() -> None:
    paused = '2026-02-15 custom "invoice-contract" Assets:Receivable:Acme "S"\n  paused: TRUE\n'
    back = '2026-03-15 custom "invoice-contract" Assets:Receivable:Acme "S"\n  paused: FALSE\n'
    third = MILESTONES.replace('"Rest"\n  percent: 50', '"Third"\n  percent: 20')
    third = third.replace("percent: 30\n  deposit: TRUE", "percent: 1\n  deposit: TRUE")
    third += '2026-04-01 custom "invoice-milestone" "S" "Rest"\n  percent: 30\n'
    account = '2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits\n'
    nets, said = waits(account + third + paused + back, "2026-04-01")
    assert nets == ["S 10.00", "S 500.00", "S 300.00"]
    assert ["Third of 2026-03-01 is not billed: S is paused" in message for message in said] == [True]


@pytest.mark.parametrize(
    ("mode", "keys"),
    [("time", '  item: "NIX"\n  every: "month"\n'), ("time", '  every: "month"\n')],
)
def test_units_of_a_period_without_a_price_are_said(mode: str, keys: str) -> None:
    contract = f'2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "{mode}"\n  time: Assets:Time\n'
    contract += "  account: Income:Services\n" + keys
    item = '2025-01-01 custom "invoice-item" "NIX" "Nothing" Income:Services\n'
    worked = '2026-01-05 * "Work"\n  Assets:Time  2 HOUR\n  Equity:Time\n'
    nets, said = waits(item + contract + worked, "2026-01-31")
    assert nets == []
    name = "NIX" if "NIX" in keys else "T"
    assert said == [f"{name} has no price: 2 HOUR of 2026-01-05 are not billed; give the item or the contract a price"]


def test_a_least_amount_is_without_the_tax_that_a_price_includes() -> None:
    """2 hours at 120.00 with 20 % in it are 200.00 without: of the least 500.00 of a month 300.00 are missing."""
    contract = """
2025-01-01 custom "invoice-item" "GROSS" "Calls" Income:Services
  price-with-tax: 120.00
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "time"
  item: "GROSS"
  time: Assets:Time
  every: "month"
  commitment: 500.00
"""
    worked = '2026-01-05 * "Work"\n  Assets:Time  2 HOUR\n  Equity:Time\n'
    waiting, notices = billing.unbilled_lines(book(contract + worked), date(2026, 1, 31))
    assert not notices
    assert [str(line.line.net) for line in waiting] == ["200.00", "300.00"]
    assert [line.line.price_with_tax is None for line in waiting] == [False, True]


# numbers ------------------------------------------------------------------------------------------------------------------


def test_a_number_of_the_second_series_is_found_though_the_first_has_no_pattern() -> None:
    text = """
2026-01-05 * "Void" ^A2026-0001
  invoice: "A2026-0001"
  kind: "void"
"""
    (use,) = book(text).number_uses
    there = book(text)
    assert series_place(there, use) is not None
    assert series_place(there, use._replace(draft=True)) is None
    assert series_place(there, use._replace(kind="opening")) is None
    assert series_place(there, use._replace(kind="cancellation")) is None


# deposits whose tax is due on payment ---------------------------------------------------------------------------------------

ON_PAYMENT = """
2025-01-01 open Liabilities:VAT:Pending
2025-01-01 custom "invoice-tax" "ENC" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2026-01-05 * "Acme" "Deposit" ^F2026-0001
  invoice: "F2026-0001"
  kind: "deposit"
  Assets:Receivable:Acme  360.00 EUR
  Liabilities:Deposits  -300.00 EUR
    text: "Deposit"
    tax: "ENC"
  Liabilities:VAT:Pending  -60.00 EUR
    tax: "ENC"
"""
HALF_PAID = '2026-01-20 * "Paid" ^F2026-0001\n  Assets:Bank  180.00 EUR\n  Assets:Receivable:Acme  -180.00 EUR\n'
DEDUCTED = """
2026-02-05 * "Acme" "The rest" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  840.00 EUR
  Income:Services  -1000.00 EUR
    tax: "ENC"
  Liabilities:VAT:Pending  -200.00 EUR
    tax: "ENC"
  Liabilities:Deposits  300.00 EUR
    deposit: "F2026-0001"
  Liabilities:VAT  {due} EUR
    deposit: "F2026-0001"
    tax: "ENC"
  Liabilities:VAT:Pending  {pending} EUR
    deposit: "F2026-0001"
    tax: "ENC"
"""


@pytest.mark.parametrize(
    ("text", "day", "left"),
    [
        (ON_PAYMENT, "2026-01-31", {}),
        (ON_PAYMENT + HALF_PAID, "2026-01-19", {}),
        (ON_PAYMENT + HALF_PAID, "2026-01-20", {("F2026-0001", "ENC"): "30.00"}),
        (ON_PAYMENT + HALF_PAID + DEDUCTED.format(due="30.00", pending="30.00"), "2026-02-05", {("F2026-0001", "ENC"): "0.00"}),
        (ON_PAYMENT + HALF_PAID + DEDUCTED.format(due="10.00", pending="50.00"), "2026-02-05", {("F2026-0001", "ENC"): "20.00"}),
    ],
)  # fmt: skip
def test_the_tax_of_a_deposit_that_is_due_is_that_of_what_was_paid_less_what_was_deducted(
    text: str, day: str, left: dict[tuple[str, str], str]
) -> None:
    found = deposit_taxes_due(book(text), date.fromisoformat(day))()
    assert {place: str(amount) for place, amount in found.items()} == left


def test_notices_of_checks_are_those_of_billing_without_its_periods() -> None:
    assert left_out_notices(book(care()), date(2026, 1, 31)) == []
    assert [notice.contract for notice in left_out_notices(book(MILESTONES), date(2026, 2, 1))] == ["S"]


def test_a_selection_by_item_takes_lines_of_that_item_only() -> None:
    time = (
        '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "time"\n  item: "DEV"\n  time: Assets:Time\n'
    )
    worked = '2026-01-05 * "Work" \n  Assets:Time  2 HOUR\n  Equity:Time\n'
    assert waits(time + worked + care(), "2026-01-31", ContractFilter(line_filter=LineFilter(item="DEV")))[0] == [
        "T 200.00"
    ]
    assert waits(time + worked + care(), "2026-01-31", ContractFilter(line_filter=LineFilter(item="")))[0] == [
        "K 100.00",
        "T 200.00",
    ]
    assert waits(time + worked + care(), "2026-01-31", ContractFilter(line_filter=LineFilter(person="Ada")))[0] == []


def test_a_contract_that_begins_on_the_day_itself_is_billed() -> None:
    assert waits(care('bill: "advance"'), "2026-01-01")[0] == ["K 100.00"]
    assert waits(care('bill: "advance"'), "2025-12-31")[0] == []


@pytest.mark.parametrize(
    ("item", "contract", "unit"),
    [
        ('  unit: "day"\n', "", ""),  # the item's own unit
        ("", "", "hour"),
        ("", '  unit: "session"\n', "session"),
        ('  unit: "day"\n', '  unit: "session"\n', "session"),
    ],
)
def test_the_unit_of_time_is_the_contract_s_or_the_item_s_or_that_of_the_account(
    item: str, contract: str, unit: str
) -> None:
    text = f"""
2025-01-01 custom "invoice-item" "TALK" "Talk" Income:Services
  price: 100.00
{item}2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "time"
  item: "TALK"
  time: Assets:Time
{contract}"""
    worked = '2026-01-05 * "Work"\n  Assets:Time  2 HOUR\n  Equity:Time\n'
    waiting, _notices = billing.unbilled_lines(book(text + worked), date(2026, 1, 31))
    assert [line.line.unit for line in waiting] == ([unit] if waiting else [])
    assert waiting or "day" in item


def test_time_on_a_day_on_which_its_contract_is_paused_is_said_with_its_name() -> None:
    contract = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "{code}" "time"
  item: "DEV"
  time: {account}
"""
    text = "2025-01-01 open Assets:Other HOUR\n" + contract.format(code="A", account="Assets:Time")
    text += '2026-02-01 custom "invoice-contract" Assets:Receivable:Acme "A"\n  time: Assets:Other\n'
    text += contract.format(code="B", account="Assets:Time").replace("2026-01-01", "2026-02-01")
    text += '2026-03-01 custom "invoice-contract" Assets:Receivable:Acme "B"\n  paused: TRUE\n'
    worked = '2026-03-05 * "Work"\n  Assets:Time  2 HOUR\n  Equity:Time\n'
    nets, said = waits(text + worked, "2026-03-31")
    assert nets == []
    assert ["B is paused" in message for message in said] == [True]


@pytest.mark.parametrize(
    ("accounts", "currency"),
    [
        ("Income:Services EUR", "EUR"),
        ("Income:Pounds GBP", "GBP"),  # an account that is not kept in the ledger's currency
    ],
)
def test_a_document_is_booked_in_a_currency_that_its_accounts_take(accounts: str, currency: str) -> None:
    account, _blank, kept_in = accounts.partition(" ")
    text = "2025-01-01 open Income:Pounds GBP\n2026-01-01 price USD 0.90 EUR\n2026-01-01 price USD 0.75 GBP\n"
    if account == "Income:Services":
        text += "2025-01-01 open Income:Euro EUR\n"
        account = "Income:Euro"
    there = book(text + care('currency: "USD"; tax: "REVERSE"').replace("Income:Services", account))
    waiting, _notices = billing.unbilled_lines(there, date(2026, 1, 31))
    (draft,), _more = billing.compose_drafts(there, waiting, date(2026, 1, 31), billing.next_numbers(there))
    assert draft.exchange is not None
    assert (draft.exchange.currency, kept_in) == (currency, currency)


# what a credit note gives back on which account -----------------------------------------------------------------------------

ON_TWO = """
2025-01-01 open Assets:Receivable:Acme:Site
2026-01-05 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  {first}  80.00 EUR
  {second}  40.00 EUR
  Income:Services  -120.00 EUR
    text: "Work"
    tax: "REVERSE"
"""
ACME = "Assets:Receivable:Acme"


@pytest.mark.parametrize(
    ("first", "second", "back", "wanted"),
    [
        ("Site", "Doubtful", "-120.00", [("Site", "-80.00"), ("Doubtful", "-40.00")]),
        ("Site", "Doubtful", "-60.00", [("Site", "-40.00"), ("Doubtful", "-20.00")]),
        ("Site", "Doubtful", "-0.01", [("Site", "-0.01")]),
        ("Doubtful", "Site", "-60.00", [("Doubtful", "-40.00"), ("Site", "-20.00")]),
        ("", "Site", "-60.00", [("", "-40.00"), ("Site", "-20.00")]),
        ("Site", "", "-60.00", [("", "-20.00"), ("Site", "-40.00")]),  # the main account stands first
    ],
)
def test_a_credit_note_gives_back_on_each_account_its_part(
    first: str, second: str, back: str, wanted: list[tuple[str, str]]
) -> None:
    def account(name: str) -> str:
        return f"{ACME}:{name}" if name else ACME

    there = book(ON_TWO.format(first=account(first), second=account(second)))
    claims = allocate(there, date(2026, 1, 31)).open_items
    found = _shared(there.invoices[0], claims, D(back), date(2026, 1, 31))
    assert [(part.account, str(part.amount)) for part in found] == [(account(name), amount) for name, amount in wanted]


def test_what_one_account_has_no_room_for_goes_to_the_other() -> None:
    """The 80.00 on the site are paid: a credit of 30.00 is taken off what is still open, the 40.00."""
    paid = f'2026-01-10 * "Paid" ^F2026-0001\n  {ACME}:Site  -80.00 EUR\n  Assets:Bank\n'
    there = book(ON_TWO.format(first=f"{ACME}:Site", second=f"{ACME}:Doubtful") + paid)
    claims = allocate(there, date(2026, 1, 31)).open_items
    found = _shared(there.invoices[0], claims, D("-30.00"), date(2026, 1, 31))
    assert [(part.account, str(part.amount)) for part in found] == [(f"{ACME}:Doubtful", "-30.00")]
