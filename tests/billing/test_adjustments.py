"""What changed under billed days: each case a small ledger, and what is asked for, or given back, of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing import billing
from beancount_invoicing.billing.adjustments import retroactive_adjustments
from beancount_invoicing.billing.subscriptions import billable_periods, subscription_line
from beancount_invoicing.checks import check
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.rules.steps import recompute
from beancount_invoicing.writing import text
from tests.ledgers import book_of

D = Decimal
ACCOUNTS = """
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-item" "PLAN" "Plan" Income:Services
  price: 100.00
2025-01-01 custom "invoice-item" "GROSS" "Plan" Income:Services
  price-with-tax: 49.99
"""
FIRST = "2026-01-01"


def contract(keys: str, start: str = FIRST) -> str:
    said = "".join(f"  {key.strip()}\n" for key in keys.split(";"))
    return f'{start} custom "invoice-contract" Assets:Receivable:Acme "K" "subscription"\n  every: "month"\n{said}'


def amended(day: str, keys: str, customer: str = "Acme") -> str:
    said = "".join(f"  {key.strip()}\n" for key in keys.split(";"))
    return f'{day} custom "invoice-contract" Assets:Receivable:{customer} "K"\n{said}'


ADVANCE = contract('text: "Hosting"; account: Income:Services; price: 100.00; bill: "advance"')
BY_DAYS = contract('text: "Hosting"; account: Income:Services; price: 100.00; bill: "advance"; prorate: TRUE')


def book(ledger: str) -> Book:
    """A Book with nothing wrong in it."""
    found = book_of(ACCOUNTS + ledger)
    assert not [str(finding) for finding in found.findings if finding.severity == "error"]
    return found


def billed(ledger: str, *until: str, drafts: bool = False) -> str:
    """A ledger with what `bill` writes on each of some days."""
    for day in until:
        there = book(ledger)
        waiting, _notices = billing.unbilled_lines(there, date.fromisoformat(day))
        naming = billing.next_draft_names(there) if drafts else billing.next_numbers(there)
        documents, _more = billing.compose_drafts(there, waiting, date.fromisoformat(day), naming)
        ledger += "\n" + "\n".join(text.document_transaction(document) for document in documents)
    return ledger


def adjusted(ledger: str, until: str) -> list[tuple[str, str, str, str]]:
    """The adjustments that wait on a day: customer, from, to, net."""
    waiting, _notices = billing.unbilled_lines(book(ledger), date.fromisoformat(until))
    return [
        (line.customer.rpartition(":")[2], str(line.line.start), str(line.line.end), str(line.line.net))
        for line in waiting
        if line.kind == "adjustment"
    ]


JANUARY, FEBRUARY, MARCH = ("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31")


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        pytest.param(ADVANCE, amended("2026-03-01", "price: 120.00"), [(*MARCH, "20.00")], id="from the first day on"),
        pytest.param(ADVANCE, amended("2026-03-02", "price: 120.00"), [], id="amid a period that is billed whole"),
        pytest.param(BY_DAYS, amended("2026-03-16", "price: 120.00"), [(*MARCH, "10.33")], id="amid a period, by days"),
        pytest.param(
            ADVANCE, amended("2026-02-01", "price: 90.00"), [(*FEBRUARY, "-10.00"), (*MARCH, "-10.00")], id="a lower price"
        ),
        pytest.param(ADVANCE, amended("2026-03-01", "quantity: 3"), [(*MARCH, "200.00")], id="a quantity"),
        pytest.param(ADVANCE, amended("2026-03-01", "discount: 15"), [(*MARCH, "-15.00")], id="a discount"),
        pytest.param(ADVANCE, amended("2026-03-01", 'text: "Cloud"'), [], id="other words alone"),
        pytest.param(ADVANCE, amended("2026-03-10", "until: 2026-03-14"), [(*MARCH, "-54.84")], id="an end in a period"),
        pytest.param(ADVANCE, amended("2026-02-10", "until: 2026-02-28"), [(*MARCH, "-100.00")], id="an end before it"),
        pytest.param(BY_DAYS, amended("2026-03-22", "paused: TRUE"), [(*MARCH, "-32.26")], id="a pause, by days"),
        pytest.param(ADVANCE, amended("2026-03-22", "paused: TRUE"), [], id="a pause in a period that is billed whole"),
        pytest.param(
            contract('item: "PLAN"; bill: "advance"'),
            '2026-03-01 custom "invoice-item" "PLAN"\n  price: 115.00\n',
            [(*MARCH, "15.00")],
            id="an item's price",
        ),
        pytest.param(
            contract('item: "GROSS"; bill: "advance"; quantity: 3'),
            '2026-03-01 custom "invoice-item" "GROSS"\n  price-with-tax: 54.99\n',
            [(*MARCH, "12.50")],
            id="an item's price with tax",
        ),
    ],
)  # fmt: skip
def test_a_change_under_billed_days_is_adjusted_once(
    before: str, after: str, wanted: list[tuple[str, str, str]]
) -> None:
    ledger = billed(before, "2026-03-01") + after
    assert adjusted(ledger, "2026-03-31") == [("Acme", *one) for one in wanted]
    ledger = billed(ledger, "2026-03-31")
    assert adjusted(ledger, "2026-03-31") == []
    assert [finding.rule for finding in check(book(ledger)) if finding.rule.startswith("billed-")] == []
    assert billed(ledger, "2026-03-31") == ledger + "\n"


def test_an_index_that_is_published_late_is_caught_up() -> None:
    index = '2025-01-01 custom "invoice-index" "CPI" 95\n'
    agreed = contract('text: "Rent"; account: Income:Services; price: 100.00; index: "CPI"', "2025-01-01")
    ledger = billed(index + agreed, "2026-02-28") + '2026-01-01 custom "invoice-index" "CPI" 100\n'
    assert adjusted(ledger, "2026-02-28") == [("Acme", *JANUARY, "5.26"), ("Acme", *FEBRUARY, "5.26")]


def test_what_was_billed_in_another_currency_than_the_contract_has_now_is_left_as_it_is() -> None:
    ledger = billed(ADVANCE, "2026-03-01") + amended("2026-03-01", 'price: 120.00; currency: "USD"')
    assert adjusted(ledger, "2026-03-31") == []


def test_what_a_note_without_its_contract_gave_back_with_tax_is_not_given_back_again() -> None:
    """10.00 with tax (8.33 and 1.67) went back by hand: of the 15.00 less that the month costs, 5.00 are left to give back."""
    note = """
2026-01-20 * "Some days without service" ^A2026-0001
  invoice: "A2026-0001"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  -10.00 EUR
  Income:Services  8.33 EUR
    text: "Plan"
    quantity: -1
    unit: "LS"
    price-with-tax: 10.00
    tax: "FR20"
  Liabilities:VAT  1.67 EUR
    tax: "FR20"
"""
    ledger = billed(contract('item: "GROSS"; bill: "advance"'), FIRST) + note
    ledger += f'{FIRST} custom "invoice-item" "GROSS"\n  price-with-tax: 34.99\n'
    found = [
        (str(adjustment.billed_amount), str(adjustment.current_amount), str(adjustment.amount))
        for adjustment in retroactive_adjustments(book(ledger))
    ]
    assert found == [("49.99", "34.99", "-5.00")]
    waiting, _notices = billing.unbilled_lines(book(ledger), date(2026, 1, 31))
    (line,) = (waits.line for waits in waiting if waits.kind == "adjustment")
    assert (str(line.quantity), str(line.price_with_tax), str(line.gross)) == ("-1", "5.00", "-5.00")
    assert str(line.net) == "-4.17"


def test_a_price_with_tax_after_one_without_is_left_to_a_person() -> None:
    ledger = billed(contract('item: "PLAN"; bill: "advance"'), "2026-03-01") + amended("2026-03-01", 'item: "GROSS"')
    assert adjusted(ledger, "2026-03-31") == []


def test_what_was_written_into_the_first_directive_later_is_adjusted_as_long_as_it_holds() -> None:
    ledger = billed(ADVANCE, "2026-02-01").replace('text: "Hosting"', 'quantity: 2\n  text: "Hosting"', 1) + amended(
        "2026-03-01", "quantity: 3"
    )
    assert adjusted(ledger, "2026-02-28") == [("Acme", *JANUARY, "100.00"), ("Acme", *FEBRUARY, "100.00")]


def test_it_waits_for_the_day_of_the_change() -> None:
    ledger = billed(BY_DAYS, "2026-03-01") + amended("2026-03-16", "price: 200.00")
    assert adjusted(ledger, "2026-03-15") == []
    assert adjusted(ledger, "2026-03-16") == [("Acme", *MARCH, "51.62")]


def test_what_a_change_does_not_explain_is_left_to_a_person() -> None:
    by_hand = (
        billed(ADVANCE, "2026-02-01")
        .replace("100.00 EUR", "80.00 EUR")
        .replace("price: 100.00\n    tax", "price: 80.00\n    tax")
    )
    by_hand = by_hand.replace("240.00 EUR", "192.00 EUR").replace("-40.00 EUR", "-32.00 EUR")
    assert adjusted(by_hand + amended("2026-02-01", "price: 120.00"), "2026-02-28") == []


def test_an_expense_of_the_days_is_no_part_of_their_price() -> None:
    train = """
2026-02-20 * "Acme SAS" "Costs" ^E1
  invoice: "E1"
  Assets:Receivable:Acme  96.00 EUR
  Income:Services  -80.00 EUR
    text: "Train"
    contract: "K"
    expense: 2026-02-05
    cost: 80.00
    from: 2026-02-05
    to: 2026-02-06
    tax: "FR20"
  Liabilities:VAT  -16.00 EUR
    tax: "FR20"
"""
    ledger = billed(ADVANCE, "2026-02-01") + train + amended("2026-02-01", "price: 120.00")
    assert adjusted(ledger, "2026-02-28") == [("Acme", *FEBRUARY, "20.00")]


def test_what_was_agreed_is_not_adjusted() -> None:
    ledger = billed(ADVANCE, "2026-02-01").replace("to: 2026-02-28", "to: 2026-02-28\n    agreed: TRUE")
    ledger += amended("2026-02-01", "price: 120.00")
    assert adjusted(ledger, "2026-02-28") == []
    assert [finding.rule for finding in check(book(ledger)) if finding.rule.startswith("billed-")] == []


def test_a_customer_gets_back_what_another_one_takes_over() -> None:
    ledger = billed(BY_DAYS, "2026-03-01") + amended("2026-03-16", 'group: ""', "Kiefer")
    assert adjusted(ledger, "2026-03-31") == [
        ("Acme", *MARCH, "-51.61"),
        ("Kiefer", "2026-03-16", "2026-03-31", "51.61"),
    ]
    ledger = billed(ledger, "2026-03-31", "2026-04-01")
    assert adjusted(ledger, "2026-04-30") == []
    nets = {
        invoice.customer.name: sum((line.net for line in invoice.lines), ZERO)
        for invoice in book(ledger).invoices
        if invoice.customer
    }
    assert sum((line.net for invoice in book(ledger).invoices for line in invoice.lines), ZERO) == D("400.00"), nets


def test_what_stays_the_same_for_one_customer_does_not_hide_what_another_owes() -> None:
    """206.67 a month: 15 of 31 days come to the 100.00 that Acme has paid, the 16 days of Kiefer to 106.67."""
    ledger = billed(BY_DAYS, "2026-03-01") + amended("2026-03-01", "price: 206.67")
    ledger += amended("2026-03-16", 'group: ""', "Kiefer")
    assert adjusted(ledger, "2026-03-31") == [("Kiefer", "2026-03-16", "2026-03-31", "106.67")]


def test_a_change_that_is_written_before_one_that_was_known_holds_until_it() -> None:
    """The price of March was there when March was billed; that there were two from February on was written later."""
    known = amended("2026-03-01", "price: 120.00")
    ledger = billed(ADVANCE + known, "2026-03-01") + amended("2026-02-01", "quantity: 2")
    assert adjusted(ledger, "2026-03-31") == [("Acme", *FEBRUARY, "100.00"), ("Acme", *MARCH, "120.00")]
    assert [found.changed_on for found in retroactive_adjustments(book(ledger))] == [date(2026, 2, 1)] * 2


BACK = """
2026-02-10 * "Back" ^A2026-0001
  invoice: "A2026-0001"
  corrects: "F2026-0002"
  Assets:Receivable:Acme  -120.00 EUR
  Income:Services  100.00 EUR
    text: "Hosting"
    quantity: -1
    price: 100.00
    tax: "FR20"
    contract: "K"
    from: 2026-02-01
    to: 2026-02-28
  Liabilities:VAT  20.00 EUR
    tax: "FR20"
"""


def test_of_days_that_were_credited_and_billed_again_the_later_invoice_is_adjusted() -> None:
    ledger = billed(billed(ADVANCE, "2026-01-01", "2026-02-01") + BACK, "2026-02-15")
    there = book(ledger + amended("2026-02-01", "price: 90.00"))
    (found,) = retroactive_adjustments(there)
    assert (found.days.start, str(found.amount)) == (date(2026, 2, 1), "-10.00")
    assert [line.adjusts for line in found.lines] == [("F2026-0003",)]
    assert found.billed_line.invoice.number == "F2026-0003"


def test_a_contract_that_cannot_be_worked_out_hides_no_other() -> None:
    both = ADVANCE.replace('"K"', '"A"') + ADVANCE
    ledger = billed(both, "2026-02-01") + amended("2026-02-01", "price: 90.00")
    broken = amended("2026-02-01", 'price: 90.00; every: "soon"').replace('"K"', '"A"')
    found = retroactive_adjustments(book_of(ACCOUNTS + ledger + broken))
    assert [adjustment.contract.code for adjustment in found] == ["K"]
    assert [adjustment.contract.code for adjustment in retroactive_adjustments(book(ledger), "A")] == []


def test_what_goes_back_becomes_a_credit_note_that_names_the_invoices() -> None:
    ledger = billed(ADVANCE, "2026-01-01", "2026-02-01", "2026-03-01") + amended("2026-02-01", "price: 90.00")
    there = book(ledger)
    waiting, _notices = billing.unbilled_lines(there, date(2026, 3, 2))
    (note,), notices = billing.compose_drafts(there, waiting, date(2026, 3, 2), billing.next_numbers(there))
    _january, first, second = (invoice.number for invoice in there.invoices)
    assert (note.kind, note.net, note.corrects) == ("credit-note", D("-20.00"), f"{second} {first}")
    assert [line.adjusts for line in note.lines] == [(first,), (second,)]
    assert not notices


IN_DOLLARS = """
2025-01-01 open Income:Hosting EUR
2026-01-01 price USD 0.90 EUR
2026-02-01 price USD 0.80 EUR
2026-03-01 price USD 0.70 EUR
"""


def test_what_goes_back_in_dollars_is_booked_at_the_rate_of_its_invoice_and_not_of_the_day() -> None:
    agreed = contract('text: "Hosting"; account: Income:Hosting; price: 100.00; bill: "advance"; currency: "USD"')
    ledger = billed(IN_DOLLARS + agreed, "2026-01-01", "2026-02-01")
    there = book(ledger + amended("2026-02-01", "price: 90.00"))
    waiting, _notices = billing.unbilled_lines(there, date(2026, 3, 1))
    back = [line for line in waiting if line.kind == "adjustment"]
    (note,), _notices = billing.compose_drafts(there, back, date(2026, 3, 1), billing.next_numbers(there))
    assert (note.kind, note.corrects, note.payable) == ("credit-note", "F2026-0002", D("-12.00"))
    assert note.exchange is not None
    assert (note.exchange.currency, note.exchange.rate) == ("EUR", D("0.80")), "not the 0.70 of the day"


def test_what_two_invoices_give_back_is_valued_at_the_rate_of_each() -> None:
    """10.00 dollars of each: 12.00 with tax at 0.80, and 12.00 at 0.70. Of tax, 1.60 + 1.40 euros."""
    agreed = contract('text: "Hosting"; account: Income:Hosting; price: 100.00; bill: "advance"; currency: "USD"')
    ledger = billed(IN_DOLLARS + agreed, "2026-01-01", "2026-02-01", "2026-03-01")
    there = book(ledger + amended("2026-02-01", "price: 90.00"))
    waiting, _notices = billing.unbilled_lines(there, date(2026, 3, 15))
    back = [line for line in waiting if line.kind == "adjustment"]
    (note,), _notices = billing.compose_drafts(there, back, date(2026, 3, 15), billing.next_numbers(there))
    assert (note.kind, note.corrects, note.payable) == ("credit-note", "F2026-0003 F2026-0002", D("-24.00"))
    assert note.exchange is not None
    assert note.exchange.rate == D("0.75"), "neither 0.80 nor 0.70"


def test_a_rebate_that_reaches_over_two_invoices_is_valued_by_what_it_takes_of_each() -> None:
    """150.00 dollars: 100.00 of the latest invoice at 0.80, and 50.00 of the one before at 0.90."""
    agreed = contract('text: "Hosting"; account: Income:Hosting; price: 100.00; bill: "advance"; currency: "USD"')
    rebate = contract('text: "Rebate"; account: Income:Hosting; price: -150.00; currency: "USD"', "2026-03-01")
    there = book(billed(IN_DOLLARS + agreed, "2026-01-01", "2026-02-01") + rebate)
    waiting, _notices = billing.unbilled_lines(there, date(2026, 3, 31))
    back = [line for line in waiting if line.line.text == "Rebate"]
    (note,), _notices = billing.compose_drafts(there, back, date(2026, 3, 31), billing.next_numbers(there))
    assert note.exchange is not None
    assert (note.net, note.corrects, note.exchange.rate) == (D("-150.00"), "F2026-0002 F2026-0001", D("0.833333333333"))


def test_an_invoice_that_was_credited_whole_is_not_named_by_what_goes_back() -> None:
    """A rebate of 30.00: the latest invoice of the contract was given back already, so it is the one before that is credited."""
    work = """
{day} * "Work" ^{number}
  invoice: "{number}"
{corrects}  Assets:Receivable:Acme  {sign}120.00 EUR
  Income:Services  -{sign}100.00 EUR
    text: "Work"
    tax: "FR20"
    contract: "K"
  Liabilities:VAT  -{sign}20.00 EUR
    tax: "FR20"
"""
    first = work.format(day="2026-01-10", number="F2026-0001", corrects="", sign="")
    latest = work.format(day="2026-02-10", number="F2026-0002", corrects="", sign="")
    back = work.format(day="2026-02-20", number="A2026-0001", corrects='  corrects: "F2026-0002"\n', sign="-")
    back = back.replace("--", "")
    rebate = contract('text: "Rebate"; account: Income:Services; price: -30.00', "2026-03-01")
    for more, credited in (("", "F2026-0002"), (back, "F2026-0001")):
        there = book(rebate + first + latest + more)
        waiting, _notices = billing.unbilled_lines(there, date(2026, 3, 31))
        (note,), _notices = billing.compose_drafts(there, waiting, date(2026, 3, 31), billing.next_numbers(there))
        assert (note.kind, note.net, note.corrects) == ("credit-note", D("-30.00"), credited)


def test_what_goes_back_is_taken_off_what_is_asked_for() -> None:
    ledger = billed(ADVANCE, "2026-02-01") + amended("2026-02-01", "price: 90.00")
    there = book(ledger)
    waiting, _notices = billing.unbilled_lines(there, date(2026, 3, 1))
    (invoice,), _notices = billing.compose_drafts(there, waiting, date(2026, 3, 1), billing.next_numbers(there))
    assert (invoice.kind, invoice.corrects) == ("invoice", "")
    assert [(str(line.net), line.adjusts != ()) for line in invoice.lines] == [("-10.00", True), ("90.00", False)]


def test_its_steps_add_up_to_it() -> None:
    ledger = billed(BY_DAYS, "2026-03-01") + amended("2026-03-16", "price: 120.00")
    waiting, _notices = billing.unbilled_lines(book(ledger), date(2026, 3, 31))
    steps = waiting[0].line.steps
    assert all(recompute(step) == step.result for step in steps)
    assert [str(step.result) for step in steps if step.operation in {"sum", "difference"}] == ["110.33", "10.33"]


def test_a_draft_is_named_and_not_adjusted() -> None:
    ledger = billed(ADVANCE, "2026-02-01", drafts=True)
    there = book(ledger + amended("2026-02-01", "price: 120.00"))
    waiting, notices = billing.unbilled_lines(there, date(2026, 2, 28))
    assert not waiting
    assert ["take that draft out and bill again" in notice.advice for notice in notices] == [True]


# time -------------------------------------------------------------------------------------------------------------------

WORK = """
2026-01-10 * "Work"
  Assets:Time  5 HOUR
  Equity:Time
2026-01-20 * "Work"
  Assets:Time  3 HOUR
  Equity:Time
"""


def hours(keys: str) -> str:
    said = "".join(f"  {key.strip()}\n" for key in keys.split(";"))
    return f'2025-12-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"\n  time: Assets:Time\n{said}' + WORK


@pytest.mark.parametrize(
    ("keys", "change", "wanted"),
    [
        ('item: "PLAN"', amended("2026-01-01", "price: 120.00"), "160.00"),
        ('item: "PLAN"', amended("2025-12-01", "price: 120.00"), "160.00"),
        ('item: "PLAN"', amended("2026-01-15", "price: 120.00"), "60.00"),
        ('item: "PLAN"', '2026-01-15 custom "invoice-item" "PLAN"\n  price: 90.00\n', "-30.00"),
        ('item: "PLAN"; cap: 900.00', amended("2026-01-01", "price: 110.00"), "80.00"),
        ('item: "PLAN"; cap: 900.00', amended("2026-01-01", "price: 120.00"), None),
        ('item: "PLAN"; every: "month"; included: 2', amended("2026-01-01", "included: 1"), "100.00"),
        ('item: "PLAN"; every: "month"; commitment: 500.00', amended("2026-01-01", "commitment: 1000.00"), "200.00"),
    ],
)  # fmt: skip
def test_billed_time_is_adjusted_by_the_price_of_its_day(keys: str, change: str, wanted: str | None) -> None:
    ledger = billed(hours(keys), "2026-01-31") + change
    assert [net for *_days, net in adjusted(ledger, "2026-01-31")] == ([wanted] if wanted else [])
    ledger = billed(ledger, "2026-01-31")
    assert adjusted(ledger, "2026-01-31") == []


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param("5 HOUR\n    non-billable: TRUE", id="time that nobody pays"),
        pytest.param("4 HOUR", id="time of days that are not billed yet"),
    ],
)
def test_time_that_is_not_billed_does_not_keep_the_other_from_being_adjusted(beside: str) -> None:
    day = "2026-01-12" if "TRUE" in beside else "2026-02-12"
    more = f'\n{day} * "More"\n  Assets:Time  {beside}\n  Equity:Time\n'
    ledger = billed(hours('item: "PLAN"') + more, "2026-01-31") + amended("2026-01-15", "price: 120.00")
    assert [net for *_days, net in adjusted(ledger, "2026-01-31")] == ["60.00"]


def test_hours_that_the_account_does_not_tell_apart_are_not_adjusted() -> None:
    ledger = billed(hours('item: "PLAN"'), "2026-01-31").replace("2026-01-20 * ", "2026-02-20 * ")
    assert adjusted(ledger + amended("2026-01-15", "price: 120.00"), "2026-01-31") == []


# always -----------------------------------------------------------------------------------------------------------------

PRICES = st.decimals(min_value=1, max_value=500, places=2)
DAYS = st.integers(min_value=0, max_value=150)


@given(
    prorate=st.booleans(),
    mode=st.sampled_from(["advance", "arrears"]),
    changes=st.lists(st.tuples(DAYS, PRICES, st.booleans()), min_size=1, max_size=3, unique_by=lambda one: one[0]),
)
def test_however_late_a_change_is_written_the_same_is_billed_in_the_end(
    prorate: bool, mode: str, changes: list[tuple[int, Decimal, bool]]
) -> None:
    """Billed month by month, each change written only after the month of its day was billed, it comes to what it would have."""
    keys = f'text: "Hosting"; account: Income:Services; price: 100.00; bill: "{mode}"; prorate: {str(prorate).upper()}'
    ledger = contract(keys)
    ends = [date(2026, month, 28) for month in range(1, 8)]
    said: dict[date, tuple[Decimal, bool]]
    said = {date.fromordinal(date(2026, 1, 1).toordinal() + 1 + day): (price, two) for day, price, two in changes}
    for until in ends:
        ledger = billed(ledger, until.isoformat())
        for day in [day for day in said if (day.year, day.month) <= (until.year, until.month)]:
            price, two = said.pop(day)
            ledger += amended(day.isoformat(), f"price: {price}; quantity: {2 if two else 1}")
    ledger = billed(ledger, "2026-07-31")
    there = book(ledger)
    dated = there.contracts["K"]
    wanted = [
        subscription_line(there, dated, piece, 2) for piece in billable_periods(there, dated, date(2026, 7, 31), 2)
    ]
    came_to = sum((line.net for invoice in there.invoices for line in invoice.lines), ZERO)
    assert came_to == sum((line.net for line in wanted if line), ZERO)
    assert adjusted(ledger, "2026-07-31") == []


def test_a_contract_that_goes_to_an_account_of_no_customer_has_no_adjustment() -> None:
    """Nobody can be asked for it: the check says what is wrong with the amendment."""
    there = book_of(
        ACCOUNTS
        + "2025-01-01 open Assets:Receivable:Nobody\n"
        + billed(ADVANCE, "2026-03-01")
        + amended("2026-03-01", "price: 120.00", "Nobody")
    )
    assert retroactive_adjustments(there) == []
