"""What contracts make due: each case a small ledger, and what its lines are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing import billing
from beancount_invoicing.billing import ContractFilter
from beancount_invoicing.billing.time_and_expenses import unbilled_expenses
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of

D = Decimal
ACCOUNTS = """
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Assets:Receivable:Acme:Retention
2025-01-01 open Assets:Disbursements
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-tax" "PASSED" "Débours"
  category: "E"
  rate: 0
  reason: "VATEX-EU-79-C"
"""


def book(text: str) -> Book:
    """A Book of the golden prelude, the accounts of this file, and `text`; nothing may be wrong with it."""
    found = book_of(ACCOUNTS + text)
    assert not [str(finding) for finding in found.findings if finding.severity == "error"]
    return found


def lines(text: str, until: str) -> list[tuple[str, str, str]]:
    """What waits on a day: from, to, net."""
    waiting, notices = billing.unbilled_lines(book(text), date.fromisoformat(until))
    assert not notices
    return [(str(line.line.start), str(line.line.end), str(line.line.net)) for line in waiting]


def subscription(keys: str, start: str = "2026-01-01") -> str:
    head = f'{start} custom "invoice-contract" Assets:Receivable:Acme "K" "subscription"\n'
    return head + "".join(
        f"  {key.strip()}\n" for key in f'text: "Hosting"; account: Income:Services; {keys}'.split(";")
    )


def amended(day: str, keys: str) -> str:
    head = f'{day} custom "invoice-contract" Assets:Receivable:Acme "K"\n'
    return head + "".join(f"  {key.strip()}\n" for key in keys.split(";"))


# periods ----------------------------------------------------------------------------------------------------------------


def test_in_arrears_a_period_is_due_on_its_last_day() -> None:
    text = subscription('price: 100.00; every: "month"')
    assert lines(text, "2026-01-30") == []
    assert lines(text, "2026-01-31") == [("2026-01-01", "2026-01-31", "100.00")]


def test_in_advance_a_period_is_due_on_its_first_day() -> None:
    text = subscription('price: 100.00; every: "3 months"; bill: "advance"')
    assert lines(text, "2025-12-31") == []
    assert lines(text, "2026-01-01") == [("2026-01-01", "2026-03-31", "100.00")]


def test_what_begins_on_the_31st_goes_on_at_the_ends_of_the_months() -> None:
    text = subscription('price: 100.00; every: "month"; bill: "advance"', "2026-01-31")
    assert [line[:2] for line in lines(text, "2026-05-01")] == [
        ("2026-01-31", "2026-02-27"),
        ("2026-02-28", "2026-03-30"),
        ("2026-03-31", "2026-04-29"),
        ("2026-04-30", "2026-05-30"),
    ]


def test_a_year_that_begins_on_29_february() -> None:
    text = subscription('price: 100.00; every: "year"; bill: "advance"', "2024-02-29")
    assert [line[:2] for line in lines(text, "2028-02-29")] == [
        ("2024-02-29", "2025-02-27"),
        ("2025-02-28", "2026-02-27"),
        ("2026-02-28", "2027-02-27"),
        ("2027-02-28", "2028-02-28"),
        ("2028-02-29", "2029-02-27"),
    ]


@pytest.mark.parametrize(
    ("every", "end"), [("day", "2026-01-01"), ("2 weeks", "2026-01-14"), ("semestre", "2026-06-30")]
)
def test_any_length(every: str, end: str) -> None:
    text = subscription(f'price: 1.00; every: "{every}"; bill: "advance"')
    assert lines(text, "2026-01-01") == [("2026-01-01", end, "1.00")]


def test_an_anchor_and_a_start_and_an_end_inside_a_period() -> None:
    keys = 'price: 310.00; every: "month"; anchor: 2026-01-01; until: 2026-03-10; prorate: TRUE'
    text = subscription(keys, "2026-01-22")
    assert lines(text, "2026-12-31") == [
        ("2026-01-22", "2026-01-31", "100.00"),  # 10 of 31 days
        ("2026-02-01", "2026-02-28", "310.00"),
        ("2026-03-01", "2026-03-10", "100.00"),
    ]


def test_a_first_and_a_last_part_of_a_period_are_by_days_unless_the_contract_says_otherwise() -> None:
    keys = 'price: 310.00; every: "month"; anchor: 2026-01-01; until: 2026-03-10'
    by_days = [
        ("2026-01-22", "2026-01-31", "100.00"),
        ("2026-02-01", "2026-02-28", "310.00"),
        ("2026-03-01", "2026-03-10", "100.00"),
    ]
    assert lines(subscription(keys, "2026-01-22"), "2026-12-31") == by_days
    assert [line[2] for line in lines(subscription(keys + "; prorate: FALSE", "2026-01-22"), "2026-12-31")] == [
        "310.00"
    ] * 3


def test_a_part_that_was_billed_by_the_whole_price_stays_billed() -> None:
    text = subscription('price: 310.00; every: "month"; anchor: 2026-01-01; until: 2026-03-10', "2026-01-22")
    part = """
2026-01-31 * "Acme" "January" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  372.00 EUR
  Income:Services        -310.00 EUR
    contract: "K"
    from: 2026-01-22
    to: 2026-01-31
  Liabilities:VAT         -62.00 EUR
    tax: "FR20"
"""
    assert [line[0] for line in lines(text + part, "2026-12-31")] == ["2026-02-01", "2026-03-01"]
    assert check(book(text + part)) == ()


def test_a_new_price_inside_a_period() -> None:
    text = subscription('price: 300.00; every: "month"; prorate: TRUE') + amended("2026-04-11", "price: 600.00")
    assert lines(text, "2026-05-31")[3:] == [
        ("2026-04-01", "2026-04-10", "100.00"),
        ("2026-04-11", "2026-04-30", "400.00"),
        ("2026-05-01", "2026-05-31", "600.00"),
    ]
    text = subscription('price: 300.00; every: "month"') + amended("2026-04-11", "price: 600.00")
    assert [line[2] for line in lines(text, "2026-05-31")] == ["300.00"] * 4 + ["600.00"]


def test_what_changes_nothing_on_the_line_does_not_cut_a_period() -> None:
    text = subscription('price: 99.99; every: "month"; prorate: TRUE')
    whole = [("2026-04-01", "2026-04-30", "99.99")]  # in halves it would be twice 50.00
    assert lines(text + amended("2026-04-16", 'notice: "3 months"'), "2026-04-30")[3:] == whole
    assert lines(text + amended("2026-04-16", "price: 99.99"), "2026-04-30")[3:] == whole
    halves = [("2026-04-01", "2026-04-15", "50.00"), ("2026-04-16", "2026-04-30", "50.00")]
    assert lines(text + amended("2026-04-16", 'tax: "FR10"'), "2026-04-30")[3:] == halves
    followed = INDEX + subscription(
        'price: 99.99; every: "month"; prorate: TRUE; index: "SYNTEC"; index-cap: 0', "2026-01-16"
    )
    assert len(lines(followed, "2027-02-15")) == 13  # the revision of 2027-01-16 comes to the same price


def test_a_new_price_of_the_item_holds_from_its_date_on() -> None:
    text = 'every: "month"; item: "DEV"; quantity: 2'
    raised = '2026-02-01 custom "invoice-item" "DEV"\n  price: 110.00\n'
    assert [line[2] for line in lines(subscription(text) + raised, "2026-02-28")] == ["200.00", "220.00"]


def test_a_pause() -> None:
    pause = amended("2026-02-15", "paused: TRUE") + amended("2026-04-01", "paused: FALSE")
    text = subscription('price: 280.00; every: "month"; prorate: TRUE') + pause
    assert lines(text, "2026-04-30") == [
        ("2026-01-01", "2026-01-31", "280.00"),
        ("2026-02-01", "2026-02-14", "140.00"),
        ("2026-04-01", "2026-04-30", "280.00"),
    ]
    text = subscription('price: 280.00; every: "month"') + pause
    assert [line[0] for line in lines(text, "2026-04-30")] == ["2026-01-01", "2026-02-01", "2026-04-01"]


def test_a_new_rhythm_begins_where_the_old_one_stops() -> None:
    text = subscription('price: 100.00; every: "month"') + amended("2026-03-01", 'every: "3 months"; price: 270.00')
    assert lines(text, "2026-05-31") == [
        ("2026-01-01", "2026-01-31", "100.00"),
        ("2026-02-01", "2026-02-28", "100.00"),
        ("2026-03-01", "2026-05-31", "270.00"),
    ]


@pytest.mark.parametrize("anchor", ["", "; anchor: 2026-01-01"])
def test_a_new_way_of_billing_leaves_the_periods_where_they_are(anchor: str) -> None:
    text = subscription(f'price: 310.00; every: "month"{anchor}') + amended("2026-03-16", 'bill: "advance"')
    whole = [("2026-03-01", "2026-03-31", "310.00"), ("2026-04-01", "2026-04-30", "310.00")]
    assert lines(text, "2026-03-30")[2:] == []
    assert lines(text, "2026-03-31")[2:] == whole[:1]
    assert lines(text, "2026-04-01")[2:] == whole
    text = subscription(f'price: 310.00; every: "month"; bill: "advance"{anchor}')
    assert lines(text + amended("2026-03-16", 'bill: "arrears"'), "2026-04-30")[2:] == whole
    prorated = amended("2026-02-16", "prorate: TRUE") + amended("2026-03-11", "price: 620.00")
    assert lines(text + prorated, "2026-04-01")[1:] == [
        ("2026-02-01", "2026-02-28", "310.00"),
        ("2026-03-01", "2026-03-10", "100.00"),
        ("2026-03-11", "2026-03-31", "420.00"),
        ("2026-04-01", "2026-04-30", "620.00"),
    ]
    no_longer = (
        prorated + amended("2026-04-11", "price: 930.00; prorate: FALSE") + amended("2026-05-11", "price: 310.00")
    )
    assert lines(text + no_longer, "2026-05-01")[4:] == [
        ("2026-04-01", "2026-04-10", "206.67"),
        ("2026-04-11", "2026-04-30", "620.00"),
        ("2026-05-01", "2026-05-31", "930.00"),
    ]


def test_prices_that_include_tax_are_billed_to_the_cent() -> None:
    item = '2025-01-01 custom "invoice-item" "BOX" "Box" Income:Services\n  price-with-tax: 9.99\n  tax: "FR20"\n'
    text = (
        item + '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "subscription"\n  item: "BOX"\n  '
        'every: "month"\n'
    )
    (draft,) = drafts(book(text), "2026-02-28")
    assert (draft.net, draft.payable) == (D("16.65"), D("19.98"))


# what is billed already ---------------------------------------------------------------------------------------------------

BILLED = """
2026-01-31 * "Acme SAS" "Hosting" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Hosting"
    quantity: 1
    price: 100.00
    contract: "K"
    from: 2026-01-01
    to: 2026-01-31
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""
CREDITED = """
2026-02-01 * "Acme SAS" "Hosting" ^A2026-0001 ^F2026-0001
  invoice: "A2026-0001"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  -120.00 EUR
  Income:Services  100.00 EUR
    text: "Hosting"
    quantity: -1
    price: 100.00
    contract: "K"
    from: 2026-01-01
    to: 2026-01-31
  Liabilities:VAT  20.00 EUR
    tax: "FR20"
"""


def test_what_lines_say_is_billed() -> None:
    text = subscription('price: 100.00; every: "month"')
    assert lines(text + BILLED, "2026-02-28") == [("2026-02-01", "2026-02-28", "100.00")]


def test_a_draft_counts_as_billed() -> None:
    draft = BILLED.replace('* "Acme', '! "Acme').replace("F2026-0001", "draft-1")
    assert lines(subscription('price: 100.00; every: "month"') + draft, "2026-01-31") == []


def test_a_credited_line_opens_its_period_again_only_if_it_repeats_it() -> None:
    text = subscription('price: 100.00; every: "month"') + BILLED
    assert lines(text + CREDITED, "2026-01-31") == [("2026-01-01", "2026-01-31", "100.00")]
    silent = CREDITED.replace('    contract: "K"\n    from: 2026-01-01\n    to: 2026-01-31\n', "")
    assert lines(text + silent, "2026-01-31") == []


def test_a_new_rhythm_inside_a_billed_period_is_said_and_an_anchor_settles_it() -> None:
    text = subscription('price: 100.00; every: "month"; bill: "advance"') + BILLED
    quarterly = amended("2026-01-15", 'every: "3 months"; price: 300.00')
    waiting, notices = billing.unbilled_lines(book(text + quarterly), date(2026, 4, 30))
    assert [str(line.line.start) for line in waiting] == ["2026-04-15"]
    assert (
        "2026-01-15 to 2026-04-14 is only billed in part, and the rest from 2026-02-01 on is not billed"
        in notices[0].message
    )
    assert "write anchor: 2026-02-01" in notices[0].message
    anchored = quarterly + "  anchor: 2026-02-01\n"
    assert lines(text + anchored, "2026-04-30") == [("2026-02-01", "2026-04-30", "300.00")]


def test_a_rebate_is_billed_once_and_a_credit_of_it_opens_it_again() -> None:
    text = subscription('price: 100.00; quantity: -1; every: "month"')
    assert lines(text, "2026-01-31") == [("2026-01-01", "2026-01-31", "-100.00")]
    rebate = CREDITED.replace('  corrects: "F2026-0001"\n', "").replace(" ^F2026-0001", "")
    assert lines(text + rebate, "2026-01-31") == []
    back = BILLED.replace("2026-01-31 *", "2026-02-20 *")
    assert lines(text + rebate + back, "2026-01-31") == [("2026-01-01", "2026-01-31", "-100.00")]


# indexes ------------------------------------------------------------------------------------------------------------------

INDEX = """
2026-01-01 custom "invoice-index" "SYNTEC" 300.0
2026-11-15 custom "invoice-index" "SYNTEC" 312.0
2027-11-15 custom "invoice-index" "SYNTEC" 330.0
"""


@pytest.mark.parametrize(
    ("keys", "second", "third"),
    [
        ("", "1040.00", "1100.00"),
        ("; index-share: 50", "1020.00", "1050.00"),
        ("; index-cap: 3", "1030.00", "1060.90"),
        ("; index-floor: 5", "1050.00", "1102.50"),
        ('; index-every: "2 years"', "1000.00", "1100.00"),
    ],
)
def test_a_price_follows_an_index_from_one_revision_to_the_next(keys: str, second: str, third: str) -> None:
    text = INDEX + subscription(f'price: 1000.00; every: "year"; bill: "advance"; index: "SYNTEC"{keys}')
    assert [line[2] for line in lines(text, "2028-01-01")] == ["1000.00", second, third]


def test_a_new_price_starts_the_index_anew() -> None:
    text = INDEX + subscription('price: 1000.00; every: "year"; bill: "advance"; index: "SYNTEC"')
    assert [line[2] for line in lines(text + amended("2027-01-01", "price: 2000.00"), "2028-01-01")] == [
        "1000.00",
        "2000.00",
        "2115.38",  # 2000 × 330 / 312
    ]


def test_the_line_says_how_a_revised_price_came_about_and_its_steps_can_be_recomputed() -> None:
    text = INDEX + subscription('price: 1000.00; every: "year"; bill: "advance"; index: "SYNTEC"; index-share: 80')
    waiting, _ = billing.unbilled_lines(book(text), date(2027, 1, 1))
    line = waiting[1].line
    assert line.text == "Hosting (SYNTEC: 1000,00 × (0,2 + 0,8 × 312,0 / 300,0) = 1032,00)"
    assert [recompute(step) for step in line.steps] == [step.result for step in line.steps]
    assert line.steps[-1].result == line.net == D("1032.00")


# fixed prices -------------------------------------------------------------------------------------------------------------

FIXED = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "P" "fixed"
  text: "Website"
  account: Income:Services
  price: 1000.00
"""


def milestone(day: str, name: str, keys: str) -> str:
    return f'{day} custom "invoice-milestone" "P" "{name}"\n' + "".join(f"  {key.strip()}\n" for key in keys.split(";"))


def test_the_last_milestone_takes_the_remainder() -> None:
    text = FIXED.replace("1000.00", "1000.01")
    text += "".join(
        milestone(f"2026-0{n}-01", f"M{n}", f"percent: {p}") for n, p in ((1, "33.33"), (2, "33.33"), (3, "33.34"))
    )
    assert [line[2] for line in lines(text, "2026-12-31")] == ["333.30", "333.30", "333.41"]


def test_progress_is_what_is_done_less_what_was_billed() -> None:
    text = FIXED + "".join(
        milestone(f"2026-0{n}-01", f"S{n}", f"cumulative: {p}") for n, p in ((1, 15), (2, 40), (3, 100))
    )
    assert [line[2] for line in lines(text, "2026-02-01")] == ["150.00", "250.00"]
    assert [line[2] for line in lines(text, "2026-12-31")] == ["150.00", "250.00", "600.00"]


def drafts(found: Book, until: str, day: str = "") -> list[billing.Draft]:
    """The documents that would be billed."""
    last = date.fromisoformat(until)
    waiting, notices = billing.unbilled_lines(found, last)
    made, more = billing.compose_drafts(
        found, waiting, date.fromisoformat(day) if day else last, billing.next_draft_names(found)
    )
    assert not notices
    assert not more
    return made


DEPOSIT = milestone("2026-01-05", "Deposit", "percent: 30; deposit: TRUE")


def test_a_deposit_of_the_same_run_is_deducted() -> None:
    deposit, final = drafts(book(FIXED + DEPOSIT + milestone("2026-03-01", "All", "percent: 100")), "2026-03-31")
    assert (deposit.kind, deposit.payable) == ("deposit", D("360.00"))
    assert [(deduction.number, deduction.amount, deduction.tax) for deduction in final.deductions] == [
        (deposit.number, D("300.00"), ""),
        (deposit.number, D("60.00"), "FR20"),
    ]
    assert final.payable == D("840.00")


def test_a_deposit_is_deducted_as_far_as_it_reaches() -> None:
    half = milestone("2026-03-01", "Start", "percent: 20") + milestone("2026-04-01", "Rest", "percent: 80")
    _deposit, start = drafts(book(FIXED + DEPOSIT + half), "2026-03-31")
    assert (sum(deduction.amount for deduction in start.deductions), start.payable) == (D("240.00"), D("0.00"))


def test_a_retention_is_a_part_of_the_lines_of_its_contract() -> None:
    kept = '  retention: 5\n  retention-account: Assets:Receivable:Acme:Retention\n  retention-terms: "1 year"\n'
    other = subscription('price: 500.00; every: "month"')
    text = FIXED + kept + milestone("2026-01-31", "All", "percent: 100") + other
    (draft,) = drafts(book(text), "2026-01-31")
    assert [
        (receivable.account, receivable.amount, str(receivable.due), receivable.retained)
        for receivable in draft.receivables
    ] == [
        ("Assets:Receivable:Acme", D("1740.00"), "2026-03-02", ""),
        ("Assets:Receivable:Acme:Retention", D("60.00"), "None", "P"),
    ]


def test_each_contract_of_an_invoice_keeps_its_own_retention() -> None:
    kept = "  retention: 5\n  retention-account: Assets:Receivable:Acme:Retention\n"
    other = subscription('price: 500.00; every: "month"; retention: 10')
    other += '  retention-account: Assets:Receivable:Acme:Retention\n  retention-terms: "2 years"\n'
    (draft,) = drafts(book(FIXED + kept + milestone("2026-01-31", "All", "percent: 100") + other), "2026-01-31")
    assert [
        (receivable.account, receivable.amount, str(receivable.due), receivable.retained)
        for receivable in draft.receivables
    ] == [
        ("Assets:Receivable:Acme", D("1680.00"), "2026-03-02", ""),
        ("Assets:Receivable:Acme:Retention", D("60.00"), "None", "K"),
        ("Assets:Receivable:Acme:Retention", D("60.00"), "None", "P"),
    ]


def test_a_milestone_below_zero_is_a_quantity_below_zero() -> None:
    more = milestone("2026-03-01", "All", "price: 1200.00") + milestone("2026-03-01", "Rebate", "price: -200.00")
    (draft,) = drafts(book(FIXED + more), "2026-03-31")
    assert [(line.quantity, line.price, line.net) for line in draft.lines] == [
        (D(1), D("1200.00"), D("1200.00")),
        (D(-1), D("200.00"), D("-200.00")),
    ]


# time and expenses ----------------------------------------------------------------------------------------------------------

TIME = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "time"
  item: "DEV"
  time: Assets:Time
"""


def work(day: str, hours: str, keys: str = "") -> str:
    meta = "".join(f"    {key.strip()}\n" for key in keys.split(";") if key)
    return f'{day} * "Work on {day}"\n  Assets:Time  {hours} HOUR\n{meta}  Equity:Time\n'


def test_hours_have_the_price_of_the_day_they_were_worked() -> None:
    raised = '2026-02-01 custom "invoice-item" "DEV"\n  price: 110.00\n'
    text = TIME + raised + work("2026-01-30", "2") + work("2026-01-31", "1.5") + work("2026-02-02", "4")
    waiting, _ = billing.unbilled_lines(book(text), date(2026, 2, 28))
    assert [(line.line.quantity, line.line.price, line.line.net) for line in waiting] == [
        (D("3.5"), D("100.00"), D("350.00")),
        (D("4"), D("110.00"), D("440.00")),
    ]


@pytest.mark.parametrize(("by", "count"), [("item", 1), ("day", 2), ("person", 2), ("task", 3)])
def test_lines_by_item_day_person_or_task(by: str, count: int) -> None:
    text = TIME + f'  lines: "{by}"\n'
    text += work("2026-01-05", "1", 'person: "Anna"; task: "A"') + work("2026-01-05", "2", 'person: "Bo"; task: "B"')
    text += work("2026-01-06", "4", 'person: "Anna"; task: "C"')
    waiting, _ = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert len(waiting) == count
    assert sum(line.line.net for line in waiting) == D("700.00")


def test_a_line_of_a_person_says_what_was_done() -> None:
    text = (
        '2025-01-01 custom "invoice-item" "WAY" "Déplacement" Income:Services\n  unit: "hour"\n  price: 50.00\n' + TIME
    )
    text += '  lines: "person"\n' + work("2026-01-05", "1", 'person: "Anna"')
    text += work("2026-01-06", "2", 'person: "Anna"; item: "WAY"') + work("2026-01-07", "4")
    waiting, _ = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert [line.line.text for line in waiting] == ["Développement – Anna", "Déplacement – Anna", ""]
    own_words = text.replace('  lines: "person"\n', '  lines: "person"\n  text: "Forge"\n')
    waiting, _ = billing.unbilled_lines(book(own_words), date(2026, 1, 31))
    assert [line.line.text for line in waiting] == ["Forge – Anna", "Déplacement – Anna", "Forge"]


def test_an_expense_says_who_was_paid() -> None:
    text = TIME + '2026-01-05 * "SNCF" "Train"\n  Expenses:Office  40.00 EUR\n    billable: "T"\n  Assets:Bank\n'
    text += (
        '2026-01-06 * "Taxi Bleu" "Taxi bleu, gare"\n  Expenses:Office  9.00 EUR\n    billable: "T"\n  Assets:Bank\n'
    )
    waiting, _ = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert [line.line.text for line in waiting] == ["Train (SNCF)", "Taxi bleu, gare"]


def test_what_is_over_the_cap_stays_unbilled_and_is_said() -> None:
    text = TIME + "  cap: 250.00\n" + work("2026-01-05", "2") + work("2026-01-06", "2")
    waiting, notices = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert [(line.line.quantity, line.line.net) for line in waiting] == [(D("2.50"), D("250.00"))]
    assert [out.quantity for out in waiting[0].line.time_releases] == [D("2.50")]
    assert "the cap of 250.00 is reached: 1.50 HOUR of DEV stays unbilled" in notices[0].message


def test_a_cap_in_yen_is_billed_as_far_as_it_reaches() -> None:
    """At 95 yen 21.35 hours are 2028, and 21.36 are 2029: nothing is left for another invoice."""
    item = '2025-01-01 custom "invoice-item" "YEN" "Yen" Income:Services\n  unit: "hour"\n  price: 95\n  tax: "FR20"\n'
    text = item + TIME.replace('item: "DEV"', 'item: "YEN"\n  currency: "JPY"\n  cap: 2029')
    worked = '2026-02-01 * "Work"\n  Assets:Time  21.40 HOUR\n  Equity:Time\n'
    waiting, _notices = billing.unbilled_lines(book(text + worked), date(2026, 2, 28))
    assert [(line.line.quantity, line.line.net) for line in waiting] == [(D("21.36"), D(2029))]


@pytest.mark.parametrize(
    ("price", "cap", "quantity", "said"),
    [
        ("650.00", "11500.00", "17.6923", None),  # 11 499.995
        (
            "1234.56",
            "1000.00",
            "1",
            "Développement (0,8100 × 1234,56)",
        ),  # 999.99 and 1 000.12: no quantity of four decimals
    ],
)
def test_a_cap_is_billed_to_its_last_cent(price: str, cap: str, quantity: str, said: str | None) -> None:
    raised = f'2026-01-02 custom "invoice-item" "DEV"\n  price: {price}\n'
    found = book(raised + TIME + f"  cap: {cap}\n" + work("2026-01-05", "12.5") + work("2026-01-06", "6"))
    ((line,), notices) = billing.unbilled_lines(found, date(2026, 1, 31))
    assert (line.line.net, line.line.quantity, line.line.text or None) == (D(cap), D(quantity), said)
    (out,) = line.line.time_releases
    assert notices[0].message == f"the cap of {cap} is reached: {D('18.5') - out.quantity} HOUR of DEV stays unbilled"


def test_minutes_are_added_up_before_they_are_rounded() -> None:
    """0:20 is a third of an hour: three are an hour, and thirty of 0:50 are twenty-five."""
    priced = '2026-01-02 custom "invoice-item" "DEV"\n  price: 27.50\n'
    thirds = "".join(work(f"2026-01-{day:02}", "0.3333") for day in range(5, 8))
    ((line,), _) = billing.unbilled_lines(book(priced + TIME + thirds), date(2026, 1, 31))
    assert (line.line.quantity, line.line.net) == (D("1.00"), D("27.50"))
    assert [out.quantity for out in line.line.time_releases] == [D("0.9999")]
    ((line,), _) = billing.unbilled_lines(book(priced + TIME + thirds), date(2026, 1, 6))
    assert (line.line.quantity, line.line.net) == (D("0.6667"), D("18.33"))
    fifty = "".join(work(f"2026-01-{day:02}", "0.8333") for day in range(2, 32))
    ((line,), _) = billing.unbilled_lines(book(priced + TIME + fifty), date(2026, 1, 31))
    assert (line.line.quantity, line.line.net) == (D("25.00"), D("687.50"))


@pytest.mark.parametrize(
    ("rule", "quantity"),
    [
        ("up to 0.25 per entry", "2.25"),  # 0.50 + 0.25 + 0.50 + 1.00
        ("up to 0.25 per day", "2.00"),  # 0:30, 1:20
        ("Nearest to 0,4 per entry", "1.6"),  # 0.4 + 0 + 0.4 + 0.8
        ("down to 0.1 per day", "1.8"),
    ],
)
def test_time_is_rounded_as_the_contract_says(rule: str, quantity: str) -> None:
    text = TIME + f'  time-rounding: "{rule}"\n' + work("2026-01-05", "0.3333") + work("2026-01-05", "0.1667")
    text += work("2026-01-06", "0.5") + work("2026-01-06", "0.8333")
    ((line,), notices) = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert (line.line.quantity, line.line.net) == (D(quantity), D(quantity) * 100)
    assert [out.quantity for out in line.line.time_releases] == [D("1.8333")]
    assert notices == []


def test_what_is_rounded_up_reaches_a_cap_earlier() -> None:
    text = TIME + '  time-rounding: "up to 1 per entry"\n  cap: 150.00\n'
    text += work("2026-01-05", "0.50") + work("2026-01-06", "0.50")
    ((line,), notices) = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert (line.line.quantity, line.line.net) == (D("1.50"), D("150.00"))
    assert [out.quantity for out in line.line.time_releases] == [D("0.75")]
    assert "0.25 HOUR of DEV stays unbilled" in notices[0].message


def test_a_rounding_that_cannot_be_read_bills_nothing_and_says_what_to_write() -> None:
    text = TIME + '  time-rounding: "quarters"\n' + work("2026-01-05", "1")
    waiting, notices = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert waiting == []
    assert 'write "up to 0.25 per entry"' in notices[0].message


def test_a_cap_is_without_the_tax_that_prices_include() -> None:
    item = '2025-01-01 custom "invoice-item" "CALL" "Call" Income:Services\n  price-with-tax: 120.00\n'
    text = (
        item + TIME.replace('"DEV"', '"CALL"') + "  cap: 250.00\n" + work("2026-01-05", "2") + work("2026-01-06", "2")
    )
    found = book(text)
    waiting, _ = billing.unbilled_lines(found, date(2026, 1, 31))
    assert [(line.line.quantity, line.line.net, line.line.gross) for line in waiting] == [
        (D("2.50"), D("250.00"), D("300.00"))
    ]
    (stands,) = billing.contract_statuses(found, date(2026, 1, 31), ContractFilter())
    assert stands.unbilled == D("250.00")
    by_day = book(text.replace("cap: 250.00", 'cap: 250.00\n  lines: "day"'))
    waiting, notices = billing.unbilled_lines(by_day, date(2026, 1, 31))
    assert [(line.line.quantity, line.line.net) for line in waiting] == [(D("2"), D("200.00")), (D("0.50"), D("50.00"))]
    (over,) = notices
    assert over.amount == D("150.00"), "1.5 hours at 100.00 without tax"


def test_time_that_is_not_billed_leaves_with_what_is() -> None:
    text = TIME + work("2026-01-05", "2") + work("2026-01-06", "1", "non-billable: TRUE")
    waiting, _ = billing.unbilled_lines(book(text), date(2026, 1, 31))
    (line,) = [line.line for line in waiting]
    assert line.net == D("200.00")
    assert [(out.quantity, out.billable) for out in line.time_releases] == [(D(2), True), (D(1), False)]


def test_expenses_with_a_markup_and_disbursements_as_they_were() -> None:
    text = TIME + "  markup: 10\n  expense-account: Income:Services\n"
    text += '2026-01-07 * "Train"\n  Expenses:Office  40.00 EUR\n    billable: "T"\n  Assets:Bank\n'
    text += '2026-01-08 * "Court fee"\n  Assets:Disbursements  35.00 EUR\n    billable: "T"\n    tax: "PASSED"\n  Assets:Bank\n'
    (draft,) = drafts(book(text), "2026-01-31")
    assert [(line.net, line.account, line.tax, line.cost) for line in draft.lines] == [
        (D("44.00"), "Income:Services", "FR20", D("40.00")),
        (D("35.00"), "Assets:Disbursements", "PASSED", D("35.00")),
    ]
    assert draft.payable == D("87.80")


def test_an_expense_that_was_refunded_is_billed_back() -> None:
    text = TIME + "  markup: 10\n  account: Income:Services\n"
    text += '2026-01-07 * "Train"\n  Expenses:Office  40.00 EUR\n    billable: "T"\n  Assets:Bank\n'
    text += '2026-01-08 * "Train, refunded"\n  Expenses:Office  -15.00 EUR\n    billable: "T"\n  Assets:Bank\n'
    waiting, notices = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert [(line.line.quantity, line.line.price, line.line.net, line.line.account) for line in waiting] == [
        (D(1), D("44.00"), D("44.00"), "Income:Services"),
        (D(-1), D("16.50"), D("-16.50"), "Income:Services"),
    ]
    assert notices == []


def test_an_expense_in_another_currency_is_said_and_not_billed() -> None:
    text = TIME + "  expense-account: Income:Services\n"
    text += '2026-01-07 * "Train"\n  Expenses:Office  40.00 CHF\n    billable: "T"\n  Assets:Bank\n'
    text += '2026-01-08 * "Taxi"\n  Expenses:Office  9.00 EUR\n    billable: "T"\n  Assets:Bank\n'
    waiting, (notice,) = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert [line.line.net for line in waiting] == [D("9.00")]
    assert notice.message == "an expense of 40.00 CHF is not billed, because the contract is billed in EUR"
    assert (notice.amount, notice.currency, notice.since) == (D("40.00"), "CHF", date(2026, 1, 7))


def test_a_disbursement_without_its_tax_code_is_not_billed() -> None:
    text = TIME + '2026-01-08 * "Court fee"\n  Assets:Disbursements  35.00 EUR\n    billable: "T"\n  Assets:Bank\n'
    waiting, notices = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert not waiting
    assert "write its tax code" in notices[0].message


# documents ------------------------------------------------------------------------------------------------------------------


def test_one_invoice_per_customer_currency_order_and_group() -> None:
    text = ""
    for code, keys in (
        ("A", ""),
        ("B", ""),
        ("C", '; purchase-order: "PO-1"'),
        ("D", '; group: "x"'),
        ("E", '; currency: "USD"'),
    ):
        text += subscription(f'price: 100.00; every: "month"{keys}').replace('"K"', f'"{code}"')
    made = drafts(book(text), "2026-01-31")
    assert [[line.contract for line in draft.lines] for draft in made] == [["A", "B"], ["E"], ["D"], ["C"]]


def test_each_contract_is_booked_on_the_account_that_it_names() -> None:
    site = "2025-01-01 open Assets:Receivable:Acme:Site\n"
    one = subscription('price: 100.00; every: "month"')
    other = one.replace('Acme "K"', 'Acme:Site "S"').replace("100.00", "30.00")
    booked = [(draft.receivables[0].account, draft.net) for draft in drafts(book(site + one + other), "2026-01-31")]
    assert booked == [("Assets:Receivable:Acme", D("100.00")), ("Assets:Receivable:Acme:Site", D("30.00"))]


def test_a_currency_that_the_accounts_are_not_kept_in_is_booked_at_the_ledgers_price() -> None:
    text = "2025-01-01 open Income:Euro EUR\n2026-01-15 price USD 0.9234 EUR\n2026-02-15 price USD 0.95 EUR\n"
    text += subscription('price: 333.33; every: "month"; currency: "USD"; tax: "REVERSE"').replace(
        "Income:Services", "Income:Euro"
    )
    (draft,) = drafts(book(text), "2026-01-31")
    assert draft.exchange
    assert draft.exchange.rate == D("0.9234")
    tomorrow = text.replace("2026-02-15 price", "2026-02-01 price")
    (draft,) = drafts(book(tomorrow), "2026-01-31")
    assert draft.exchange
    assert draft.exchange.rate == D("0.9234"), "of the day after"
    on_the_day = text.replace("2026-01-15 price", "2026-01-31 price")
    (draft,) = drafts(book(on_the_day), "2026-01-31")
    assert draft.exchange
    assert draft.exchange.rate == D("0.9234")


# where contracts stand --------------------------------------------------------------------------------------------------------


def test_a_contract_that_renews_itself_says_when_notice_must_be_given() -> None:
    text = subscription('price: 100.00; every: "month"; until: 2026-02-28; renews: "6 months"; notice: "1 month"')
    for day, ends, notice in (("2026-01-15", "2026-02-28", "2026-01-31"), ("2026-03-01", "2026-08-31", "2026-07-31")):
        (status,) = billing.contract_statuses(book(text), date.fromisoformat(day), ContractFilter())
        assert (str(status.ends), str(status.notice_by)) == (ends, notice)
    assert len(lines(text, "2027-12-31")) == 24


@pytest.mark.parametrize(
    ("keys", "ends", "notice"),
    [
        ('renews: "6 months"', "2026-02-28", None),  # no notice is agreed
        ('notice: "1 month"', "2026-02-28", None),  # it ends by itself
        ('renews: "month"; notice: "2 weeks"', "2026-02-28", "2026-02-14"),
        ('renews: "6 months"; notice: "soon"', "2026-02-28", None),  # checks say that it cannot be read
    ],
)
def test_notice_is_given_of_what_renews_itself_and_says_by_when(keys: str, ends: str, notice: str | None) -> None:
    text = subscription(f'price: 100.00; every: "month"; until: 2026-02-28; {keys}')
    (status,) = billing.contract_statuses(book_of(text), date(2026, 1, 15), ContractFilter())
    assert (str(status.ends), status.notice_by and str(status.notice_by)) == (ends, notice)


def test_a_contract_without_words_of_its_own_has_its_item_s_name_else_its_code() -> None:
    item = '2025-01-01 custom "invoice-item" "CARE" "Care of machines" Income:Services\n  price: 10.00\n'
    for keys, name in (('item: "CARE"', "Care of machines"), ('item: "CARE"; text: "Our care"', "Our care")):
        text = '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K7" "subscription"\n  every: "month"\n'
        text += "".join(f"  {key.strip()}\n" for key in keys.split(";"))
        (status,) = billing.contract_statuses(book_of(item + text), date(2026, 1, 31), ContractFilter())
        assert status.name == name


def test_a_contract_of_which_notice_is_given_ends() -> None:
    text = subscription('price: 100.00; every: "month"; until: 2026-02-28; renews: "6 months"; notice: "1 month"')
    text += amended("2026-07-15", 'renews: ""; until: 2026-08-31')
    assert [finding.message for finding in check(book(text)) if finding.rule == "contract"] == []
    assert lines(text, "2027-12-31")[-1] == ("2026-08-01", "2026-08-31", "100.00")


def test_billed_and_left_and_next() -> None:
    text = FIXED + milestone("2026-03-01", "Half", "percent: 50") + milestone("2026-09-01", "Rest", "percent: 50")
    (status,) = billing.contract_statuses(book(text), date(2026, 1, 31), ContractFilter())
    assert (status.billed, status.unbilled_price, str(status.next_due)) == (D(0), D("1000.00"), "2026-03-01")


def test_customers_and_contracts_can_be_chosen() -> None:
    text = subscription('price: 100.00; every: "month"')
    found = book(text)
    for wanted, count in (
        (ContractFilter(("Assets:Receivable:Acme",)), 1),
        (ContractFilter(("Assets:Receivable:Kiefer",)), 0),
        (ContractFilter(contract="K"), 1),
        (ContractFilter(contract="L"), 0),
    ):
        assert len(billing.unbilled_lines(found, date(2026, 1, 31), wanted)[0]) == count


def test_what_keeps_a_contract_from_being_billed_is_said() -> None:
    text = subscription('every: "month"').replace("Acme", "Kiefer")
    _waiting, notices = billing.unbilled_lines(book(text), date(2026, 1, 31))
    assert "no price is known" in notices[0].message


def test_time_without_words_is_called_by_its_contract_and_what_cannot_be_billed_keeps_nothing_back() -> None:
    time = '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "time"\n  time: Assets:Time\n'
    time += "  account: Income:Services\n"
    those = work("2026-01-03", "2", "non-billable: TRUE") + work("2026-01-04", "3", 'person: "Ada"')
    priced = time + '  price: 50.00\n  lines: "person"\n'
    waiting, _notices = billing.unbilled_lines(book(priced + those), date(2026, 1, 31))
    assert [(line.line.text, str(line.line.net)) for line in waiting] == [("T – Ada", "150.00")]
    nothing, notices = billing.unbilled_lines(book(time + work("2026-01-02", "1") + those), date(2026, 1, 31))
    assert nothing == []
    assert [notice.message for notice in notices] == [
        "T has no price: 4 HOUR from 2026-01-02 to 2026-01-04 are not billed; give the item or the contract a price"
    ]


def test_a_price_of_days_for_time_in_hours_is_said() -> None:
    time = '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "time"\n  text: "Advice"\n  time: Assets:Time\n'
    time += '  account: Income:Services\n  price: 800.00\n  unit: "day"\n'
    _waiting, notices = billing.unbilled_lines(book(time + work("2026-01-04", "8")), date(2026, 1, 31))
    assert ["day" in notice.message for notice in notices] == [True]


def test_of_two_expenses_that_are_alike_each_is_billed_once() -> None:
    train = '2026-01-15 * "Train"\n  Expenses:Office  80.00 EUR\n    billable: "K"\n  Assets:Bank\n'
    ledger = subscription('every: "month"; price: 10.00; bill: "arrears"') + train + train
    there = book(ledger)
    key = ("K", date(2026, 1, 15), D("80.00"))
    left = [
        len(unbilled_expenses(there.expenses, {key: times}, date.fromisoformat(until)))
        for times, until in ((0, "2026-01-15"), (1, "2026-01-15"), (2, "2026-01-15"), (0, "2026-01-14"))
    ]
    assert left == [2, 1, 0, 0]


@pytest.mark.parametrize(("since", "count"), [("2026-01-20", 1), ("2026-01-21", 0), ("2026-01-05", 2)])
def test_what_is_billed_since_a_day_includes_it(since: str, count: int) -> None:
    text = work("2026-01-05", "2") + work("2026-01-20", "3")
    only = ContractFilter(line_filter=billing.LineFilter(since=date.fromisoformat(since)))
    contract = (
        '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"\n  time: Assets:Time\n'
        '  text: "Work"\n  account: Income:Services\n  price: 100.00\n  lines: "day"\n'
    )
    waiting, _notices = billing.unbilled_lines(book(contract + text), date(2026, 1, 31), only)
    assert len(waiting) == count


@pytest.mark.parametrize(
    ("since", "count"), [("2026-01-01", 2), ("2026-01-02", 1), ("2026-02-01", 1), ("2026-02-02", 0)]
)
def test_a_period_counts_by_its_first_day(since: str, count: int) -> None:
    text = subscription('price: 100.00; every: "month"')
    only = ContractFilter(line_filter=billing.LineFilter(since=date.fromisoformat(since)))
    waiting, _notices = billing.unbilled_lines(book(text), date(2026, 2, 28), only)
    assert len(waiting) == count
