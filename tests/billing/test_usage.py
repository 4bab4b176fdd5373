"""Units that are billed by the period: included ones, tiers, a least amount; discounts; lines that are billed once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing import billing
from beancount_invoicing.checks import check
from beancount_invoicing.rules import tiers
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of

ACCOUNTS = """
2026-01-01 open Assets:Units UNIT
2026-01-01 open Equity:Units
2026-01-01 custom "invoice-option" "default-tax" "FR20"
"""
STRIPE = "https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing"
LAGO = "https://getlago.com/docs/guide"
ZUPLO = "https://zuplo.com/docs/articles/monetization/pricing-models"

PUBLISHED = [
    (f"{LAGO}/plans/charges/charge-models/volume.md", "volume",
     "10000 @ 0.0010 + 10, 50000 @ 0.0008 + 10, 100000 @ 0.0006 + 10, 0.0004 + 10", "65000", "49.00"),
    (STRIPE, "volume", "5 @ 7, 10 @ 6.5, 6", "5", "35.00"),
    (STRIPE, "volume", "5 @ 7, 10 @ 6.5, 6", "6", "39.00"),
    (STRIPE, "volume", "5 @ 7, 10 @ 6.5, 6", "20", "120.00"),
    (STRIPE, "volume", "5 @ 7, 10 @ 6.5, 6", "25", "150.00"),
    (STRIPE, "graduated", "5 @ 7, 10 @ 6.5, 6", "5", "35.00"),
    (ZUPLO, "graduated", "1000 @ 0.10, 10000 @ 0.05, 0.01", "15000", "600.00"),
    (ZUPLO, "volume", "1000 @ 0.10, 10000 @ 0.05, 0.01", "15000", "150.00"),
]  # fmt: skip
"""Where it stands, how, the tiers, the units of a month, what they come to."""


def contract(keys: str, start: str = "2026-01-01", head: str = ' "time"') -> str:
    text = f'{start} custom "invoice-contract" Assets:Receivable:Acme "K"{head}\n'
    return text + "".join(f"  {key.strip()}\n" for key in keys.split(";"))


HOURS = 'text: "Calls"; account: Income:Services; time: Assets:Units; price: 100'
TIME = 'text: "Calls"; account: Income:Services; time: Assets:Units; every: "month"'


def units(day: str, number: str) -> str:
    return f'{day} * "Calls" #time\n  Assets:Units  {number} UNIT\n  Equity:Units\n'


def lines(text: str, until: str) -> list[tuple[str, str, str, str]]:
    """What waits: text, quantity, from, net; the steps of each lead to it."""
    waiting, notices = billing.unbilled_lines(book_of(ACCOUNTS + text), date.fromisoformat(until))
    assert not notices
    for line in waiting:
        for step in line.line.steps:
            assert recompute(step) == step.result
    return [(one.line.text, str(one.line.quantity), str(one.line.start), str(one.line.net)) for one in waiting]


def invoiced(
    number: str, day: str, *those: tuple[str, str, str, str], start: str = "2026-01-01", end: str = "2026-01-31"
) -> str:
    """An invoice of lines: quantity, price, discount or unit, net; what they bill leaves the account."""
    net = sum(Decimal(one[3]) for one in those)
    text = f'{day} * "Acme SAS" "Calls" ^{number}\n  invoice: "{number}"\n  Assets:Receivable:Acme  {net * 6 / 5:.2f} EUR\n'
    out = Decimal(0)
    for quantity, price, key, amount in those:
        out += 0 if "unit" in key else Decimal(quantity)
        text += f'  Income:Services  {-Decimal(amount)} EUR\n    text: "Calls"\n    quantity: {quantity}\n    price: {price}\n'
        text += (
            f"    {key}\n" if key else ""
        ) + f'    tax: "FR20"\n    contract: "K"\n    from: {start}\n    to: {end}\n'
    text += f'  Liabilities:VAT  {-net / 5:.2f} EUR\n    tax: "FR20"\n'
    return text + (f"  Assets:Units  {-out} UNIT\n  Equity:Units  {out} UNIT\n" if out else "")


@pytest.mark.parametrize(("where", "mode", "said", "number", "comes_to"), PUBLISHED)
def test_tiers_as_they_are_published(where: str, mode: str, said: str, number: str, comes_to: str) -> None:
    text = contract(f'{TIME}; tiers: "{said}"; tiers-mode: "{mode}"') + units("2026-01-20", number)
    found = lines(text, "2026-01-31")
    assert sum((Decimal(net) for *_rest, net in found), Decimal(0)) == Decimal(comes_to), where


@pytest.mark.parametrize(("usage", "missing"), [("800", "200.00"), ("1300", "")])
def test_a_least_amount_as_it_is_published(usage: str, missing: str) -> None:
    """A commitment of 1,000 a month: https://getlago.com/docs/guide/lago-cloud/contract-billing.md."""
    found = lines(contract(f"{TIME}; price: 1; commitment: 1000") + units("2026-01-20", usage), "2026-01-31")
    assert [net for *_rest, net in found] == [f"{usage}.00", *([missing] if missing else [])]


def test_a_period_is_billed_once_it_is_over() -> None:
    text = contract(f'{TIME}; tiers: "10 @ 2, 1"') + units("2026-01-10", "8") + units("2026-01-31", "4")
    assert lines(text, "2026-01-30") == []
    assert lines(text, "2026-01-31") == [("Calls", "10", "2026-01-01", "20.00"), ("Calls", "2", "2026-01-01", "2.00")]
    late = text + invoiced("F2026-0001", "2026-02-01", ("10", "2", "", "20.00"), ("2", "1", "", "2.00"))
    assert lines(late, "2026-02-28") == []
    assert lines(late + units("2026-01-15", "3"), "2026-02-28") == [("Calls", "3", "2026-01-01", "3.00")]
    assert check(book_of(ACCOUNTS + late)) == ()


def test_by_volume_late_units_change_what_all_cost() -> None:
    text = contract(f'{TIME}; tiers: "10 @ 2, 1"; tiers-mode: "volume"') + units("2026-01-10", "9")
    text += invoiced("F2026-0001", "2026-02-01", ("9", "2", "", "18.00")) + units("2026-01-20", "6")
    assert lines(text, "2026-02-28") == [
        ("Calls", "6", "2026-01-01", "6.00"),
        ("Calls, régularisation", "-1", "2026-01-01", "-9.00"),
    ]


def test_units_that_were_taken_back_bill_nothing() -> None:
    text = contract(f"{TIME}; price: 90; included: 10") + units("2026-01-20", "3") + units("2026-01-21", "-3")
    assert lines(text, "2026-01-31") == []


def test_included_units_stand_on_the_invoice_and_cost_nothing() -> None:
    text = contract(f"{TIME}; price: 90; included: 10") + units("2026-01-20", "12.5") + units("2026-02-03", "4")
    assert lines(text, "2026-02-28") == [
        ("Calls", "10", "2026-01-01", "0.00"),
        ("Calls", "2.5", "2026-01-01", "225.00"),
        ("Calls", "4", "2026-02-01", "0.00"),
    ]


def test_a_least_amount_is_owed_without_units_and_by_days_where_the_contract_begins_or_ends() -> None:
    text = contract(f"{TIME}; price: 90; commitment: 310; anchor: 2026-01-01; until: 2026-02-14", "2026-01-17")
    assert [(start, net) for _text, _quantity, start, net in lines(text, "2026-02-28")] == [
        ("2026-01-17", "150.00"), ("2026-02-01", "155.00"),
    ]  # fmt: skip
    topped_up = text + invoiced("F2026-0001", "2026-02-01", ("1", "150", 'unit: "LS"', "150.00"), start="2026-01-17")
    assert lines(topped_up, "2026-02-13") == []
    assert lines(topped_up + units("2026-01-20", "1"), "2026-02-13") == [
        ("Calls", "1", "2026-01-17", "90.00"), ("Calls, complément au minimum convenu", "-1", "2026-01-17", "-90.00"),
    ]  # fmt: skip


def test_a_least_amount_that_is_credited_is_owed_again() -> None:
    text = contract(f"{TIME}; price: 100; commitment: 310")
    line = '    text: "Calls"\n    quantity: {0}\n    price: 310\n    contract: "K"\n    tax: "REVERSE"\n'
    line += "    from: 2026-01-01\n    to: 2026-01-31\n"
    for number, sign in (("F2026-0001", ""), ("A2026-0001", "-")):
        corrects = '  corrects: "F2026-0001"\n' if sign else ""
        text += f'2026-02-01 * "Billed" ^{number}\n  invoice: "{number}"\n{corrects}  Assets:Receivable:Acme  {sign}310 EUR\n'
        text += f"  Income:Services\n{line.format(f'{sign}1')}"
        waits = [net for _text, _quantity, start, net in lines(text, "2026-02-02") if start == "2026-01-01"]
        assert waits == (["310.00"] if sign else [])


def test_what_runs_is_known_at_a_cut_off() -> None:
    text = contract(f'{TIME}; tiers: "10 @ 2, 1"; commitment: 500') + units("2026-01-10", "12")
    (line, other) = billing.accrued_lines(book_of(ACCOUNTS + text), date(2026, 1, 20))
    assert [str(each.line.net) for each in (line, other)] == ["20.00", "2.00"]
    assert (line.line.start, line.line.end, line.line.billable_from) == (
        date(2026, 1, 1),
        date(2026, 1, 20),
        date(2026, 1, 31),
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("ten", '"ten" is not a tier'),
        ("10 @ 1", "the last tier must have no limit"),
        ("10 @ 1, 10 @ 2, 3", "each limit must be higher"),
        ("1, 10 @ 2", "only the last tier"),
    ],
)
def test_tiers_that_cannot_be_read(said: str, message: str) -> None:
    with pytest.raises(tiers.TierError, match=message):
        tiers.parse_tiers(said)


SUBSCRIPTION = 'text: "Care"; account: Income:Services; every: "month"; price: 99.99'


def test_a_discount_holds_from_its_day_to_the_amendment_that_ends_it() -> None:
    text = contract(f"{SUBSCRIPTION}; discount: 25", head=' "subscription"') + contract("discount: 0", "2026-03-01", "")
    assert [net for *_rest, net in lines(text, "2026-03-31")] == ["74.99", "74.99", "99.99"]
    text = contract(f"{HOURS}; discount: 10") + units("2026-01-20", "3")
    assert [net for *_rest, net in lines(text, "2026-01-31")] == ["270.00"]


def test_up_to_a_cap_less_a_discount() -> None:
    text = contract(f"{HOURS}; discount: 10; cap: 450") + units("2026-01-20", "6")
    waiting, notices = billing.unbilled_lines(book_of(ACCOUNTS + text), date(2026, 1, 31))
    assert [(str(line.line.quantity), str(line.line.net)) for line in waiting] == [("5.00", "450.00")]
    assert "1.00 UNIT of K stays unbilled" in notices[0].message


def test_a_milestone_of_a_subscription_is_a_line_that_is_billed_once() -> None:
    text = contract(SUBSCRIPTION, head=' "subscription"')
    text += '2026-01-15 custom "invoice-milestone" "K" "Set-up"\n  price: 250.00\n'
    found = [(line_text, net) for line_text, _quantity, _start, net in lines(text, "2026-01-31")]
    assert sorted(found) == [("Care", "99.99"), ("Care, Set-up", "250.00")]


def test_a_unit_and_an_account_are_the_contracts_or_the_items() -> None:
    priced = '2026-01-01 custom "invoice-item" "CALL" "Calls" Income:Discounts\n  unit: "call"\n  price: 2.00\n'
    own = contract(TIME + '; unit: "unit"; tiers: "10 @ 3, 2"')
    (line,) = (line.line for line in billing.unbilled_lines(book_of(ACCOUNTS + own + units("2026-01-05", "4")), END)[0])
    assert (line.unit, line.account, line.text) == ("unit", "Income:Services", "Calls")
    items = contract('item: "CALL"; time: Assets:Units; every: "month"; included: 1; commitment: 50.00')
    waiting, _notices = billing.unbilled_lines(book_of(ACCOUNTS + priced + items + units("2026-01-05", "4")), END)
    assert {line.line.account for line in waiting} == {"Income:Discounts"}
    assert [(line.line.unit, str(line.line.net)) for line in waiting] == [("", "0.00"), ("", "6.00"), ("LS", "44.00")]


END = date(2026, 1, 31)
