"""What is said of contracts, their milestones, and of what documents bill of them."""

from __future__ import annotations

import pytest

from beancount_invoicing.checks import check
from beancount_invoicing.checks.contracts import CHECKS
from tests.documents import document
from tests.ledgers import sound_book

ACCOUNTS = """
2025-01-01 open Assets:Receivable:Acme:Kept
2025-01-01 open Assets:Receivable:Other
  customer: "Other SA"
2025-01-01 open Assets:Time HOUR
"""


def said(text: str) -> list[str]:
    """Severity and message of what the contracts' checks find."""
    book = sound_book(ACCOUNTS + text)
    return [f"{finding.severity} {finding.message}" for rule in CHECKS for finding in rule(book)]


def contract(mode: str = "fixed", *keys: str, day: str = "2026-01-01", customer: str = "Acme") -> str:
    head = f'{day} custom "invoice-contract" Assets:Receivable:{customer} "K"' + (f' "{mode}"' if mode else "")
    return head + "".join(f"\n  {key}" for key in keys) + "\n"


def fixed(*keys: str) -> str:
    return contract("fixed", "account: Income:Services", 'text: "Site"', *(keys or ("price: 1000.00",)))


def support(*keys: str) -> str:
    return contract("subscription", "account: Income:Services", 'text: "Care"', "price: 10.00", 'every: "month"', *keys)


def amended(day: str, *keys: str, customer: str = "Acme") -> str:
    return contract("", *keys, day=day, customer=customer)


def milestone(day: str, name: str, *keys: str) -> str:
    return f'{day} custom "invoice-milestone" "K" "{name}"' + "".join(f"\n  {key}" for key in keys) + "\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            support("included: 5"),
            "error contract K: included has no meaning on a contract of mode subscription: take it out",
        ),
        (
            contract("time", 'item: "DEV"', "time: Assets:Time", "included: 5", "commitment: 5"),
            "error contract K: included is counted per period",
        ),
        (
            support("included: 5", "commitment: 5"),
            "error contract K: included has no meaning on a contract of mode subscription: take it out",
        ),
        (
            support('tiers: "10 @ 1, 2"'),
            "error contract K: tiers has no meaning on a contract of mode subscription: take it out",
        ),
        (
            contract("time", 'item: "DEV"', "time: Assets:Time", "commitment: 5"),
            "error contract K: commitment is counted per period",
        ),
        (contract("time", 'item: "DEV"', "time: Assets:Time", 'every: "month"', "commitment: 5"), ""),
        (
            contract(
                "time", 'item: "DEV"', "time: Assets:Time", 'every: "month"', "included: 5", 'carry-over: "1 month"'
            ),
            "",
        ),
        (
            contract("time", 'item: "DEV"', "time: Assets:Time", 'every: "month"', "cap: 500.00"),
            "error contract K: cap has no meaning where time",
        ),
        (contract("time", 'item: "DEV"', "time: Assets:Time", "cap: 500.00"), ""),
        (contract("time", 'item: "DEV"', "time: Assets:Time", "discount: 5"), ""),
        (contract("time", 'item: "DEV"', "time: Assets:Time", 'time-rounding: "up to 0.5 per day"'), ""),
        (
            contract("time", 'item: "DEV"', "time: Assets:Time", 'every: "month"', 'tiers: "rubbish"'),
            "error contract K: tiers: ",
        ),
        (
            fixed("price: 10.00", "discount: 5"),
            "error contract K: discount has no meaning on a contract of mode fixed: agree on another price",
        ),
        (
            fixed("price: 10.00", 'index: "SYNTEC"'),
            'error contract K: index "SYNTEC" has no values: write 2026-01-01 custom',
        ),
        (support('index: "I"') + '2026-01-01 custom "invoice-index" "I" 100\n', ""),
        (
            support('index: "I"') + '2026-01-02 custom "invoice-index" "I" 100\n',
            'warning contract K: index "I" begins on 2026-01-02',
        ),
        (support('tax: "FR20"'), ""),
        (support('notice: "1 month"', 'renews: "year"', "until: 2026-12-31"), ""),
        (
            support('notice: "1 month"', 'renews: "year"'),
            "warning contract K: notice has no meaning without renews and until",
        ),
        (
            support('notice: "1 month"', "until: 2026-12-31"),
            "warning contract K: notice has no meaning without renews and until",
        ),
        (support("retention: 5"), "error contract K: a retention needs an account of the customer"),
        (support("retention: 5", "retention-account: Assets:Receivable:Acme:Kept"), ""),
        (
            support("retention: 5", "retention-account: Assets:Receivable:Other"),
            "error contract K: Assets:Receivable:Other is not an account of the same",
        ),
        (contract("subscription", 'item: "DEV"', 'every: "month"'), ""),
        (contract("subscription", 'item: "DEV"', "price: 5.00", 'every: "month"'), ""),
        (
            contract("subscription", 'text: "Care"', "account: Income:Services", 'every: "month"'),
            "warning contract K: neither it nor its item has a price",
        ),
        (
            contract("subscription", 'text: "Care"', "price: 5.00", 'every: "month"'),
            "warning contract K: it has no income account",
        ),
        (contract("time", 'text: "Work"', "price: 5.00", "time: Assets:Time"), ""),
    ],
)
def test_one_contract(text: str, expected: str) -> None:
    found = said(text)
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


def test_an_item_whose_price_includes_tax_is_a_price() -> None:
    item = '2025-01-01 custom "invoice-item" "X" "Thing" Income:Services\n  price-with-tax: 12.00\n  tax: "FR20"\n'
    assert said(item + contract("subscription", 'item: "X"', 'every: "month"')) == []
    bare = '2025-01-01 custom "invoice-item" "X" "Thing"\n  tax: "FR20"\n'
    assert [one.split(":")[0] for one in said(bare + contract("subscription", 'item: "X"', 'every: "month"'))] == [
        "warning contract K",
        "warning contract K",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (fixed() + milestone("2026-02-01", "A", "percent: 40") + milestone("2026-03-01", "B", "percent: 60"), ""),
        (
            fixed() + milestone("2026-02-01", "A", "percent: 40"),
            "warning K: its milestones add up to 400, but its price is 1000.00: add what",
        ),
        (
            fixed() + milestone("2026-02-01", "A", "price: 1000.01"),
            "error K: its milestones add up to 1000.01, but its price is 1000.00: lower",
        ),
        (fixed() + milestone("2026-02-01", "A", "cumulative: 40"), ""),  # more is to come
        (fixed() + milestone("2026-02-01", "A", "cumulative: 100"), ""),
        (
            fixed() + milestone("2026-02-01", "A", "price: 10") + milestone("2026-03-01", "B", "cumulative: 101"),
            "error K: its milestones",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + milestone("2026-01-05", "D", "percent: 100", "deposit: TRUE"),
            "",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + milestone("2026-01-05", "D", "price: 1000.01", "deposit: TRUE"),
            "warning K: its deposits add up to 1000.01, but its price is 1000.00: lower one",
        ),
        (fixed() + milestone("2026-02-01", "A"), "error K, A: a milestone has either percent, cumulative or price"),
        (support() + milestone("2026-02-01", "A", "price: 10.00"), ""),
        (
            support() + milestone("2026-02-01", "A", "percent: 10"),
            "error K, A: a milestone of a subscription contract is a line",
        ),
        # the price may be that of any of their days, and in the end it is the last one's
        (
            fixed()
            + milestone("2026-02-01", "A", "price: 1000.00")
            + amended("2026-03-01", "price: 800.00")
            + milestone("2026-04-01", "B", "price: -200.00"),
            "",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "price: 1000.00")
            + amended("2026-03-01", "price: 800.00")
            + milestone("2026-04-01", "B", "price: -100.00"),
            "warning K: its milestones add up to 900, but its price is 800.00: add",
        ),
        # a change order with milestones of its own
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + amended("2026-03-01", "price: 1200.00")
            + milestone("2026-03-01", "B", "change-order: 2026-03-01", "price: 200.00"),
            "",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + amended("2026-03-01", "price: 1200.00")
            + milestone("2026-03-01", "B", "change-order: 2026-03-01", "cumulative: 50"),
            "",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + amended("2026-03-01", "price: 1200.00")
            + milestone("2026-03-01", "B", "change-order: 2026-03-01", "price: 199.00"),
            "warning K: the milestones of its change order of 2026-03-01 add up to 199, but the order changes "
            "the price by +200.00: add what",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + amended("2026-03-01", "price: 1200.00")
            + milestone("2026-03-01", "B", "change-order: 2026-03-01", "price: 201.00"),
            "error K: the milestones of its change order of 2026-03-01 add up to 201, but the order changes the "
            "price by +200.00: correct one",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + amended("2026-03-01", "price: 900.00")
            + milestone("2026-03-01", "B", "change-order: 2026-03-01", "price: 50.00"),
            "error K: the milestones of its change order of 2026-03-01 add up to 50, but the order changes the "
            "price by -100.00: correct one",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + amended("2026-03-01", "price: 900.00")
            + milestone("2026-03-01", "B", "change-order: 2026-03-01", "cumulative: 100"),
            "",
        ),
        (
            fixed() + milestone("2026-02-01", "A", "percent: 100") + amended("2026-03-01", "price: 1200.00"),
            "warning K: no milestone bills the change order of 2026-03-01 (+200.00): write when it is done",
        ),
    ],
)
def test_milestones_come_to_the_price(text: str, expected: str) -> None:
    found = said(text)
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


def test_a_change_order_that_takes_away_is_passed_by_more_than_it_takes_away() -> None:
    less = fixed() + milestone("2026-02-01", "A", "percent: 100") + amended("2026-03-01", "price: 900.00")
    (found,) = said(less + milestone("2026-03-01", "B", "change-order: 2026-03-01", "price: -150.00"))
    assert found.startswith("error K: the milestones of its change order of 2026-03-01 add up to -150")
    (found,) = said(less + milestone("2026-03-01", "B", "change-order: 2026-03-01", "price: -50.00"))
    assert found.endswith("add what is missing")


def test_time_by_the_period_is_handed_over_on_any_day() -> None:
    by_month = contract("time", 'item: "DEV"', "time: Assets:Time", 'every: "month"', "prorate: FALSE")
    assert said(by_month + amended("2026-03-02", customer="Other")) == []


def test_what_documents_billed_of_the_price_is_no_change_order_left() -> None:
    ledger = fixed() + milestone("2026-02-01", "A", "percent: 100") + amended("2026-03-01", "price: 1200.00")
    bill = document(
        "N1", '1000.00 | text: "Site" | contract: "K" | milestone: "A"', '200.00 | text: "More" | contract: "K"'
    )
    assert said(ledger + bill.replace("2026-01-31", "2026-03-05")) == []
    expense = '200.00 | text: "Train" | contract: "K" | expense: 2026-02-02'
    short = document("N1", '1000.00 | text: "Site" | contract: "K" | milestone: "A"', expense, day="2026-03-05")
    assert len(said(ledger + short)) == 1
    deposit = document("D1", '200.00 | text: "Deposit" | contract: "K"', day="2026-03-05", keys='kind: "deposit"')
    assert len(said(ledger + short.replace(expense, "") + deposit)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (support() + amended("2026-03-01", "price: 12.00"), ""),
        (support("until: 2026-12-31") + amended("2026-03-01", "until: 2026-02-28"), ""),
        (
            support("until: 2026-12-31") + amended("2026-03-01", "until: 2026-02-27"),
            "warning contract K: until: 2026-02-27 is before",
        ),
        (support("until: 2026-01-31") + amended("2026-03-01", "price: 12.00"), ""),
        (support() + amended("2026-03-01", customer="Other"), ""),
        (support("prorate: FALSE") + amended("2026-03-01", customer="Other"), ""),
        (
            support("prorate: FALSE") + amended("2026-03-02", customer="Other"),
            "error contract K: from 2026-03-02 on it is billed to Assets",
        ),
        (support("prorate: TRUE") + amended("2026-03-02", customer="Other"), ""),
        (support("prorate: FALSE") + amended("2026-03-02", "price: 12.00"), ""),
        (
            support() + amended("2026-03-01", customer="Other") + amended("2026-05-01", customer="Acme"),
            "warning contract K: from 2026-05-01 on it is billed to Assets:Receivable:Acme again",
        ),
        (
            fixed()
            + milestone("2026-02-01", "A", "percent: 100")
            + contract("time", "time: Assets:Time", day="2026-03-01").replace(' "fixed"', ""),
            "error contract K: its mode is fixed and cannot change: end it with until: 2026-02-28 and write a "
            "contract of mode time",
        ),
    ],
)
def test_amendments(text: str, expected: str) -> None:
    found = said(text)
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


MONTH = '10.00 | text: "Care" | quantity: 1 | price: 10.00 | contract: "K" | from: 2026-01-01 | to: 2026-01-31'
NEXT = MONTH.replace("2026-01-01", "2026-02-01").replace("2026-01-31", "2026-02-28")
FREE = MONTH.replace("10.00", "0.00")
BACK = MONTH.replace("10.00 | text", "-10.00 | text").replace("quantity: 1", "quantity: -1")
HALF = MONTH.replace("10.00 | text", "5.00 | text").replace("quantity: 1", "quantity: 0.5")
GIFT = "0.00 | discount: 0 | " + FREE.partition(" | ")[2].replace("quantity: 1 | price: 0.00 | ", "")


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([MONTH, NEXT], ""),
        ([MONTH, MONTH], "warning K: 2026-01-01 to 2026-01-31 is billed by N1 and by N2: credit one with --reopen"),
        (
            [NEXT, MONTH, MONTH],
            "warning K: 2026-01-01 to 2026-01-31 is billed by N2 and by N3: credit one with --reopen",
        ),
        (
            [MONTH, NEXT.replace("2026-02-01", "2026-01-31")],
            "warning K: 2026-01-31 to 2026-01-31 is billed by N1 and by N2",
        ),
        (
            [MONTH, MONTH.replace("2026-01-31", "2026-01-10")],
            "warning K: 2026-01-01 to 2026-01-10 is billed by N2 and by N1",
        ),
        ([MONTH, BACK, MONTH], ""),
        (
            [MONTH, BACK.replace("2026-01-31", "2026-01-30"), MONTH],
            "warning K: 2026-01-01 to 2026-01-31 is billed by N1 and by N3",
        ),
        (
            [MONTH, BACK.replace("2026-01-01", "2026-01-02"), MONTH],
            "warning K: 2026-01-01 to 2026-01-31 is billed by N1 and by N3",
        ),
        (
            [
                MONTH,
                BACK.replace("-10.00 | text", "-10.00 | discount: 0 | text").replace(
                    " | quantity: -1 | price: 10.00", ""
                ),
                MONTH,
            ],
            "",
        ),
        # for nothing, given back, and for nothing again
        ([FREE, FREE.replace("quantity: 1", "quantity: -1"), FREE], ""),
        ([FREE, FREE], "warning K: 2026-01-01 to 2026-01-31 is billed by N1 and by N2: credit one with --reopen"),
        ([HALF, HALF], "warning K: 2026-01-01 to 2026-01-31 is billed by N1 and by N2: credit one with --reopen"),
        ([MONTH, GIFT], "warning K: 2026-01-01 to 2026-01-31 is billed by N1 and by N2: credit one with --reopen"),
        ([MONTH, MONTH + ' | adjusts: "N1"'], ""),
        ([MONTH, MONTH.replace('"K"', '"L"')], ""),
        ([MONTH, MONTH.replace(" | from: 2026-01-01 | to: 2026-01-31", "")], ""),
        (
            [MONTH, "0.00 | discount: 100 | quantity: 1 | price: 10.00 " + MONTH[MONTH.index("| contract") :]],
            "warning K: 2026-01-01 to 2026-01-31 is billed by N1 and by N2",
        ),
    ],
)
def test_no_period_is_billed_twice(documents: list[str], expected: str) -> None:
    text = "".join(document(f"N{number}", one, day=f"2026-03-{number:02}") for number, one in enumerate(documents, 1))
    book = sound_book(ACCOUNTS + support() + support().replace('"K"', '"L"') + text)
    found = [f"{finding.severity} {finding.message}" for finding in check(book) if finding.rule == "billed-twice"]
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


@pytest.mark.parametrize("bills", [MONTH, HALF, FREE])
def test_what_is_given_back_hides_no_other_month_that_is_billed_twice(bills: str) -> None:
    back = "-" + bills.replace("quantity: ", "quantity: -").replace("2026-01-01", "2026-01-05").replace(
        "01-31", "01-20"
    )
    found = [
        finding.message
        for finding in check(
            sound_book(
                ACCOUNTS
                + support()
                + document("N1", bills)
                + document("N2", back, day="2026-03-01")
                + document("N3", bills.replace("2026-01-01", "2026-01-25"), day="2026-03-02")
            )
        )
        if finding.rule == "billed-twice"
    ]
    assert found == ["K: 2026-01-25 to 2026-01-31 is billed by N1 and by N3: credit one with --reopen"]


def test_a_line_beside_an_adjustment_is_billed_twice_all_the_same() -> None:
    text = document("N1", MONTH) + document("N2", NEXT + ' | adjusts: "N0"', MONTH, day="2026-03-01")
    found = [
        finding.message for finding in check(sound_book(ACCOUNTS + support() + text)) if finding.rule == "billed-twice"
    ]
    assert found == ["K: 2026-01-01 to 2026-01-31 is billed by N1 and by N2: credit one with --reopen"]


STAGE = '400.00 | text: "Half" | contract: "K" | milestone: "A"'


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ([[STAGE]], ""),
        ([[STAGE, STAGE]], ""),  # two parts of one document
        ([[STAGE], [STAGE]], "warning K: A is billed by N1 and by N2: credit one with --reopen"),
        ([[STAGE], ["-" + STAGE], [STAGE]], ""),
        (
            [[STAGE], ["-" + STAGE], [STAGE], [STAGE]],
            "warning K: A is billed by N3 and by N4: credit one with --reopen",
        ),
        ([["0" + STAGE[3:]], [STAGE]], "warning K: A is billed by N1 and by N2: credit one with --reopen"),
        ([[STAGE + ' | adjusts: "N0"'], [STAGE]], ""),
    ],
)
def test_no_milestone_is_billed_twice(documents: list[list[str]], expected: str) -> None:
    plan = fixed() + milestone("2026-02-01", "A", "percent: 40") + milestone("2026-03-01", "B", "percent: 60")
    text = "".join(
        document(f"N{number}", *those, day=f"2026-03-{number:02}") for number, those in enumerate(documents, 1)
    )
    book = sound_book(ACCOUNTS + plan + text)
    found = [f"{finding.severity} {finding.message}" for finding in check(book) if finding.rule == "billed-twice"]
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


def test_an_adjustment_names_days_and_what_billed_them() -> None:
    def found(*lines: str) -> list[str]:
        documents = document("N1", MONTH) + document("N2", *lines, day="2026-03-01")
        return [one for one in said(support() + documents) if "adjust" in one and "bean-invoice" not in one]

    assert found(MONTH + ' | adjusts: "N1"') == []
    assert found(MONTH + ' | adjusts: "N3"') == [
        'error N2: adjusts: "N3" bills nothing of K: name the invoice that billed these days'
    ]
    assert len(found(MONTH.replace(" | from: 2026-01-01", "") + ' | adjusts: "N1"')) == 1
    assert len(found(MONTH.replace(" | to: 2026-01-31", "") + ' | adjusts: "N1"')) == 1
    both = found(MONTH.replace(' | contract: "K"', "") + ' | adjusts: "N1"', MONTH + ' | adjusts: "N3"')
    assert len(both) == 2
    assert (
        both[0]
        == "error N2: an adjustment needs the contract and the days that it adjusts: write contract, from and to"
    )


def test_no_more_is_billed_than_a_price_or_a_cap_allows() -> None:
    def found(text: str) -> list[str]:
        return [one for one in said(text) if "is billed, but" in one]

    plan = fixed() + milestone("2026-02-01", "A", "percent: 100")
    line = '{} | text: "Site" | contract: "K"'
    assert found(plan + document("N1", line.format("1000.00"))) == []
    assert found(plan + document("N1", line.format("1000.01"))) == [
        "warning K: 1000.01 EUR is billed, but its price is 1000.00 EUR: let a milestone give the difference "
        "back, or amend it"
    ]
    assert found(plan + document("N1", line.format("1000.00"), line.format("50.00") + " | expense: 2026-01-05")) == []
    assert found(plan + document("N1", line.format("1000.01"), keys='kind: "deposit"')) == []
    to_come = fixed() + milestone("2026-02-01", "A", "price: 1100.00") + milestone("2026-03-01", "B", "price: -100.00")
    bill = document("N1", '1100.00 | text: "Site" | contract: "K" | milestone: "A"')
    assert found(to_come + bill) == []
    assert found(to_come.replace("-100.00", "-99.00") + bill) != []
    capped = contract("time", 'item: "DEV"', "time: Assets:Time", "cap: 500.00")
    assert found(capped + document("N1", line.format("500.00"))) == []
    assert found(capped + document("N1", line.format("500.01"))) == [
        "warning K: 500.01 EUR is billed, but its cap is 500.00 EUR: credit the difference, or amend it"
    ]
    assert found(capped + milestone("2026-02-01", "A", "price: -100.00") + document("N1", line.format("600.00"))) != []
    assert found(support("cap: 5.00") + document("N1", line.format("600.00"))) == []


def test_no_more_time_is_billed_than_was_worked() -> None:
    ledger = contract("time", 'item: "DEV"', "time: Assets:Time") + "2025-01-01 open Equity:Time\n"
    text = '2026-01-05 * "Work"\n  Assets:Time  2 HOUR\n  Equity:Time\n2026-01-06 * "Off"\n  Assets:Time  {} HOUR\n  Equity:Time\n'
    assert said(ledger + text.format("-2")) == []
    assert said(ledger + text.format("-2.5")) == [
        "warning Assets:Time: by 2026-01-06, 0.5 HOUR more of DEV are billed than were worked"
    ]


def test_works_are_accepted_once_and_keep_back_five_percent_for_a_year() -> None:
    ledger = fixed("price: 1000.00", "retention: {}", "retention-account: Assets:Receivable:Acme:Kept", "{}")
    ledger += milestone("2026-02-01", "A", "percent: 100")
    assert said(ledger.format("5", 'retention-terms: "1 year"')) == []
    assert said(ledger.format("5", 'retention-terms: "12 months"')) == []
    assert said(ledger.format("5", 'retention-terms: "366 days"')) == []
    assert len(said(ledger.format("5", 'retention-terms: "367 days"'))) == 1
    assert len(said(ledger.format("5", 'retention-terms: "13 months"'))) == 1
    assert len(said(ledger.format("5.01", 'retention-terms: "1 year"'))) == 1
    later = ledger.format("0", 'retention-terms: "1 year"') + amended("2026-01-02", "retention: 10")
    assert len(said(later)) == 1
    abroad = (
        ledger.format("10", 'retention-terms: "2 years"') + '2025-01-01 custom "invoice-seller" "B"\n  country: "BE"\n'
    )
    assert said(abroad.replace("2025-01-01 custom", "2025-06-01 custom")) == []
    accepted = '2026-03-0{} custom "invoice-accepted" "K"\n'
    sound = ledger.format("5", 'retention-terms: "1 year"')
    assert said(sound + accepted.format(1)) == []
    assert len(said(sound + accepted.format(1) + accepted.format(2))) == 1
    assert len(said(sound + accepted.format(1) + accepted.format(2) + accepted.format(3))) == 2


def yearly(*keys: str) -> str:
    return contract("subscription", "account: Income:Services", 'text: "Care"', "price: 10.00", "prorate: FALSE", *keys)


@pytest.mark.parametrize(
    ("every", "day", "wrong"),
    [
        ("month", "2026-03-01", False),
        ("month", "2026-03-02", True),
        ("month", "2026-02-28", True),
        ("year", "2027-01-01", False),
        ("year", "2026-12-31", True),
        ("now and then", "2026-03-02", False),  # the length itself is wrong: that is said, and nothing else
    ],
)
def test_another_customer_pays_from_the_first_day_of_a_period(every: str, day: str, wrong: bool) -> None:
    found = said(yearly(f'every: "{every}"') + amended(day, customer="Other"))
    assert any("in the middle of a period" in message for message in found) is wrong, found


def test_a_contract_in_another_mode_is_another_contract() -> None:
    found = said(support() + amended("2026-03-15", 'mode: "time"'))
    assert not any("in the middle" in message for message in found)


@pytest.mark.parametrize(
    ("terms", "longer"),
    [
        ("1 year", False),
        ("12 months", False),
        ("13 months", True),
        ("366 days", False),
        ("367 days", True),
        ("2 years", True),
        ("soon", False),
    ],
)
def test_a_retention_on_works_is_paid_after_a_year_at_the_latest(terms: str, longer: bool) -> None:
    """Law 71-584 of 16 July 1971, art. 2: one year after acceptance."""
    text = fixed(
        "price: 1000.00",
        "retention: 5",
        "retention-account: Assets:Receivable:Acme:Kept",
        f'retention-terms: "{terms}"',
    )
    assert any("retention-terms: the retention on works" in message for message in said(text)) is longer


def test_a_retention_without_terms_is_paid_after_the_year_of_the_law() -> None:
    text = fixed("price: 1000.00", "retention: 5", "retention-account: Assets:Receivable:Acme:Kept")
    assert not any("retention-terms" in message for message in said(text))


def test_a_retention_of_more_than_five_percent_is_too_much() -> None:
    for percent, too_much in (("5", False), ("5.01", True)):
        text = fixed("price: 1000.00", f"retention: {percent}", "retention-account: Assets:Receivable:Acme:Kept")
        assert bool(said(text + milestone("2026-02-02", "All", "percent: 100"))) is too_much
