"""Which difference between the time that is billed and the time that leaves its account is one, and which is none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.checks.hours import check_hours_billed
from tests.documents import document
from tests.ledgers import sound_book

ACCOUNTS = """
2025-01-01 open Equity:Time
2025-01-01 open Assets:Time:Quay HOUR
2025-01-01 open Assets:Time:Lock HOUR
2025-01-01 open Assets:Time:Visits CALL
2025-01-01 open Assets:Time:Loose
2025-01-01 custom "invoice-item" "TRIP" "Trajet" Income:Services
  unit: "km"
  price: 1.00
  tax: "FR20"
"""
SIX = "600.00 | quantity: 6 | price: 100.00"
QUAY = f'{SIX} | item: "DEV" | contract: "QUAY"'


def contract(code: str = "QUAY", time: str = "Quay", *keys: str) -> str:
    text = "".join(f"  {key}\n" for key in ('item: "DEV"', *keys))
    return f'2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "{code}" "time"\n{text}  time: Assets:Time:{time}\n'


def worked(hours: str, day: str = "2026-01-05", account: str = "Quay", keys: str = "") -> str:
    return f'{day} * "Worked"\n  Assets:Time:{account}  {hours}\n{keys}  Equity:Time\n'


def gone(hours: str, account: str = "Quay", keys: str = "") -> str:
    number, unit = hours.split()
    return f"  Assets:Time:{account}  {hours}\n{keys}  Equity:Time  {-Decimal(number)} {unit}\n"


def said(text: str) -> list[str]:
    return [finding.message for finding in check_hours_billed(sound_book(ACCOUNTS + text))]


def test_what_is_billed_too_much_and_too_little_in_both_figures() -> None:
    ledger = contract() + worked("40 HOUR")
    assert said(ledger + document("N1", QUAY, more=gone("-6 HOUR"))) == []
    assert said(ledger + document("N1", QUAY, more=gone("-5.50 HOUR"))) == [
        "N1: 6 HOUR of QUAY (DEV) are billed, but 5.50 HOUR leave Assets:Time:Quay, so 0.50 HOUR would be "
        "billed again: write -6 HOUR there, or bill 5.50 HOUR"
    ]
    assert said(ledger + document("N1", QUAY, more=gone("-6.50 HOUR"))) == [
        "N1: 6 HOUR of QUAY (DEV) are billed, but 6.50 HOUR leave Assets:Time:Quay, so 0.50 HOUR would never "
        "be billed: write -6 HOUR there, or bill 6.50 HOUR; "
        "write what is given away as a posting of its own, -0.50 HOUR with written-down: TRUE"
    ]


@pytest.mark.parametrize(
    ("line", "posting", "expected"),
    [
        ('600.00 | contract: "QUAY"', "-6 HOUR", ""),  # one sum says no time
        ('600.00 | contract: "QUAY"', "-1 HOUR", ""),
        ('600.00 | contract: "QUAY"', "1 HOUR", ""),
        ('600.00 | quantity: 1 | unit: "Forfait" | price: 600.00 | contract: "QUAY"', "-6 HOUR", ""),
        ('600.00 | quantity: 1 | unit: "forfait" | price: 600.00 | contract: "QUAY"', "-0.5 HOUR", ""),
        (f'{SIX} | unit: "day" | contract: "QUAY"', "-48 HOUR", ""),
        (f'{SIX} | unit: "day" | contract: "QUAY"', "-6 HOUR", "48 HOUR of QUAY (DEV) are billed, but 6 HOUR leave"),
        (f'{SIX} | unit: "km" | contract: "QUAY"', "-6 HOUR", ""),  # all there is for time that leaves
        (f'{SIX} | unit: "km" | contract: "QUAY"', "-5 HOUR", "6 HOUR of QUAY (DEV) are billed, but 5 HOUR leave"),
        (QUAY + ' | milestone: "Start"', "-6 HOUR", "0 HOUR of Assets:Time:Quay (DEV) are billed, but 6 HOUR leave"),
        (QUAY + " | expense: 2026-01-05", "-6 HOUR", "0 HOUR of Assets:Time:Quay (DEV) are billed, but 6 HOUR leave"),
        (QUAY + ' | adjusts: "N0"', "-6 HOUR", "0 HOUR of Assets:Time:Quay (DEV) are billed, but 6 HOUR leave"),
    ],
)
def test_one_document(line: str, posting: str, expected: str) -> None:
    found = said(contract() + worked("40 HOUR") + document("N1", line, more=gone(posting)))
    assert len(found) == bool(expected)
    assert expected in "".join(found)


@pytest.mark.parametrize(
    ("quantity", "back", "expected"),
    [
        ("-2", "2 HOUR", ""),
        ("-2", "0.5 HOUR", ""),  # the rest is not to be billed again
        ("-2", "", ""),
        (
            "-2",
            "2.25 HOUR",
            "2 HOUR of QUAY (DEV) are credited, but 2.25 HOUR return to Assets:Time:Quay: write 2 HOUR",
        ),
        (
            "-2",
            "-1 HOUR",
            "2 HOUR of QUAY (DEV) are credited, but -1 HOUR return to Assets:Time:Quay: write 2 HOUR",
        ),
        ("2", "1 HOUR", "0 HOUR of QUAY (DEV) are credited, but 1 HOUR"),
    ],
)
def test_a_credit_note_gives_back_no_more_than_it_credits(quantity: str, back: str, expected: str) -> None:
    net = f"{int(quantity) * 100}.00"
    line = f'{net} | quantity: {quantity} | price: 100.00 | item: "DEV" | contract: "QUAY"'
    ledger = contract() + worked("40 HOUR") + document("N1", QUAY, more=gone("-6 HOUR"))
    more = gone(back) if back else ""
    found = said(ledger + document("G1", line, day="2026-02-01", keys='corrects: "N1"', more=more))
    assert len(found) == bool(expected)
    assert expected in "".join(found)


def test_what_takes_back_a_credit_note_that_gave_back_no_time() -> None:
    ledger = contract() + worked("40 HOUR") + document("N1", QUAY, more=gone("-6 HOUR"))
    again = document("N2", QUAY, day="2026-02-02", keys='corrects: "N1"')
    assert said(ledger + again) == []
    assert len(said(ledger + again.replace('  corrects: "N1"\n', ""))) == 1
    assert len(said(ledger + again + gone("-1 HOUR"))) == 1


def test_lines_of_the_item_without_a_contract_count_where_time_leaves() -> None:
    ledger = contract() + worked("40 HOUR")
    loose = f'{SIX} | item: "DEV"'
    assert said(ledger + document("N1", loose, more=gone("-6 HOUR"))) == []
    assert said(ledger + document("N1", QUAY, loose, more=gone("-12 HOUR"))) == []
    assert said(ledger + document("N1", QUAY, loose, more=gone("-6 HOUR"))) == []  # of other time
    assert len(said(ledger + document("N1", QUAY, f'{SIX} | text: "Other"', more=gone("-12 HOUR")))) == 1
    assert said(ledger + document("N1", loose)) == []


@pytest.mark.parametrize(
    ("keys", "entries", "left", "sound"),
    [
        ("cap: 9000.00", ["40 HOUR"], "-6.0004 HOUR", True),  # the entry that reaches the cap is taken in part
        ("cap: 9000.00", ["40 HOUR"], "-6.0008 HOUR", False),
        ("", ["40 HOUR"], "-6.0004 HOUR", False),
        ("", ["10.3333 HOUR", "9.333 HOUR"], "-6.0050 HOUR", True),  # one entry to the second, one line
        ("", ["10.3333 HOUR", "9.333 HOUR"], "-6.0054 HOUR", False),
        ('time-rounding: "up to 0.5 per entry"', ["3 HOUR", "2 HOUR"], "-5.00 HOUR", True),
        ('time-rounding: "up to 0.5 per entry"', ["3 HOUR", "2 HOUR"], "-4.90 HOUR", False),
        ('time-rounding: "up to 0.5 per day"', ["3 HOUR", "2 HOUR"], "-5.50 HOUR", True),
        ('time-rounding: "up to 0.5 per day"', ["3 HOUR", "2 HOUR"], "-5.40 HOUR", False),
        ('time-rounding: "as you like"', ["3 HOUR"], "-5.90 HOUR", False),
    ],
)
def test_only_so_much_may_differ_as_entries_can_be_rounded_by(
    keys: str, entries: list[str], left: str, sound: bool
) -> None:
    those = (
        "".join(worked(entry) for entry in entries)
        + worked("8 HOUR", "2026-02-01")
        + worked("7.1111 HOUR", "2026-02-01")
    )
    ledger = (contract("QUAY", "Quay", keys) if keys else contract()) + those
    bill = document("N1", QUAY, more=gone(left))
    assert (said(ledger + bill) == []) is sound


def test_an_entry_of_the_invoices_own_day_counts() -> None:
    ledger = contract("QUAY", "Quay", 'time-rounding: "up to 0.5 per entry"')
    bill = document("N1", QUAY, more=gone("-5.50 HOUR"))
    assert said(ledger + worked("5.5 HOUR", "2026-01-31") + bill) == []
    assert len(said(ledger + worked("5.5 HOUR", "2026-02-01") + bill)) == 1


def test_contracts_that_share_an_account_one_after_the_other_are_one() -> None:
    ledger = contract("QUAY", "Quay", "until: 2026-01-15") + contract("QUAY2", "Quay").replace(
        "2026-01-01", "2026-01-16", 1
    )
    ledger += worked("12 HOUR")
    both = (QUAY, QUAY.replace('"QUAY"', '"QUAY2"'))
    assert said(ledger + document("N1", *both, more=gone("-12 HOUR"))) == []
    assert "6 HOUR of QUAY (DEV)" not in "".join(said(ledger + document("N1", *both, more=gone("-6 HOUR"))))
    assert said(ledger + document("N1", *both, more=gone("-6 HOUR")))[0].startswith("N1: 12 HOUR of QUAY, QUAY2 (DEV)")


def test_a_contract_whose_time_moves_to_another_account_has_both() -> None:
    moves = '2026-01-10 custom "invoice-contract" Assets:Receivable:Acme "QUAY"\n  time: Assets:Time:Lock\n'
    later = contract("LOCK", "Lock").replace("2026-01-01", "2026-03-01", 1)
    ledger = contract() + moves + later + worked("3 HOUR") + worked("3 HOUR", "2026-01-12", "Lock")
    bill = document("N1", QUAY, more=gone("-3 HOUR") + gone("-3 HOUR", "Lock"))
    assert said(ledger + bill) == []
    # each account alone, of contracts that have nothing to do with each other
    apart = contract() + contract("LOCK", "Lock") + worked("3 HOUR") + worked("3 HOUR", account="Lock")
    assert len(said(apart + bill)) == 2


@pytest.mark.parametrize(("time", "unit"), [("Quay", "HOUR"), ("Visits", "CALL"), ("Loose", "HOUR")])
def test_the_unit_is_that_of_the_account(time: str, unit: str) -> None:
    bill = document("N1", '600.00 | quantity: 6 | price: 100.00 | contract: "QUAY"')
    (found,) = said(contract("QUAY", time) + bill)
    assert f"0 {unit} leave Assets:Time:{time}" in found
    assert f"of {'6' if unit == 'CALL' else '6.00'} {unit}" not in found
    (found,) = said(contract("QUAY", "Loose") + worked("1 DAY", account="Loose") + bill)
    assert "6 DAY of QUAY (DEV) are billed, but 0 DAY leave" in found
    hours = document("N1", f'{SIX} | unit: "hour" | contract: "QUAY"', more=gone("-0.75 DAY", "Loose"))
    assert said(contract("QUAY", "Loose") + hours) == []


def test_what_is_written_down_or_not_billable_is_no_time_billed() -> None:
    ledger = contract() + worked("40 HOUR")
    down = gone("-4 HOUR", keys="    written-down: TRUE\n")
    assert said(ledger + document("N1", QUAY, more=gone("-6 HOUR") + down)) == []
    assert (
        said(ledger + document("N1", QUAY, more=gone("-6 HOUR") + gone("-4 HOUR", keys="    non-billable: TRUE\n")))
        == []
    )
    assert said(ledger + document("N1", QUAY, more=gone("-6 HOUR") + gone("-4 HOUR", "Lock"))) == []  # of no contract
    (found,) = said(ledger + worked("2 HOUR", keys="    written-down: TRUE\n"))
    assert found.startswith("Assets:Time:Quay: 2 HOUR are written down, but are added to the account")
    assert said(ledger + worked("0 HOUR", keys="    written-down: TRUE\n")) == []


def test_before_checked_from_it_only_warns_and_two_of_one_number_are_said_elsewhere() -> None:
    start = '2026-01-01 custom "invoice-option" "checked-from" 2026-02-01\n'
    ledger = contract() + worked("40 HOUR")
    for more, day, severity in (
        (start, "2026-01-31", "warning"),
        (start, "2026-02-01", "error"),
        ("", "2026-01-31", "error"),
    ):
        (found,) = check_hours_billed(
            sound_book(ACCOUNTS + ledger + more + document("N1", QUAY, day=day, more=gone("-5 HOUR")))
        )
        assert found.severity == severity
    assert said(ledger + document("N1", QUAY, more=gone("-5 HOUR")) + document("N1", QUAY, day="2026-02-01")) == []
    assert said(ledger + document("N1", QUAY, keys='kind: "deposit"')) == []
    assert said(document("N1", QUAY)) == []


def test_what_else_stands_on_the_document_changes_nothing() -> None:
    ledger = contract() + worked("40 HOUR")
    loose = f'{SIX} | item: "DEV"'
    (found,) = said(ledger + document("N1", loose, more=gone("-5 HOUR")))
    assert found.startswith("N1: 6 HOUR of Assets:Time:Quay (DEV) are billed, but 5 HOUR leave")
    assert len(said(ledger + document("N1", '50.00 | text: "Fee"', QUAY))) == 1
    deposit = document("D1", "100.00", day="2026-01-04", keys='kind: "deposit"')
    assert len(said(ledger + deposit + document("N1", QUAY, more=gone("-5 HOUR")))) == 1
    lump = '100.00 | text: "All in" | contract: "QUAY"'
    assert len(said(ledger + document("N1", QUAY, lump, more=gone("-5 HOUR")))) == 1
    assert len(said(ledger + document("N1", QUAY, lump))) == 1
    assert said(ledger + document("N1", QUAY, lump, more=gone("-7 HOUR"))) == []


def test_each_item_and_each_unit_is_compared_with_its_own() -> None:
    ledger = contract() + worked("40 HOUR") + worked("5 HOUR", keys='    item: "TRIP"\n')
    trip = '20.00 | item: "TRIP" | quantity: 2 | price: 10.00 | contract: "QUAY" | unit: "hour"'
    both = gone("-6 HOUR") + gone("-3 HOUR", keys='    item: "TRIP"\n')
    (found,) = said(ledger + document("N1", QUAY, trip, more=both))
    assert found.startswith("N1: 2 HOUR of QUAY (TRIP) are billed, but 3 HOUR leave")
    kilometres = '20.00 | item: "DEV" | quantity: 20 | unit: "km" | price: 1.00 | contract: "QUAY"'
    assert said(ledger + document("N1", QUAY, kilometres, more=gone("-6 HOUR"))) == []
    assert said(ledger + document("N1", kilometres)) == []  # nothing leaves: it was no time
    visits = contract("VISITS", "Visits")
    three = '300.00 | text: "Visit" | quantity: 3 | unit: "visit" | price: 100.00 | contract: "VISITS"'
    assert said(visits + document("N1", three, more=gone("-3 CALL", "Visits"))) == []
    (found,) = said(visits + document("N1", three, more=gone("-2 CALL", "Visits")))
    assert found.startswith(
        "N1: 3 CALL of VISITS (DEV) are billed, but 2 CALL leave Assets:Time:Visits, so 1 CALL would"
    )
    hours = three.replace('"visit"', '"hour"')
    assert said(visits + document("N1", hours, more=gone("-3 CALL", "Visits"))) == []


def test_only_contracts_of_time_have_time() -> None:
    support = (
        '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "QUAY" "subscription"\n  item: "DEV"\n  '
        'every: "month"\n'
        "  time: Assets:Time:Quay\n"
    )
    assert said(support + worked("40 HOUR") + document("N1", QUAY)) == []
    without = contract().replace("  time: Assets:Time:Quay\n", "")
    assert said(without + contract("LOCK", "Lock") + document("N1", QUAY)) == []


def test_accounts_that_a_third_contract_joins_are_one() -> None:
    moves = '2026-02-10 custom "invoice-contract" Assets:Receivable:Acme "C"\n  time: Assets:Time:Lock\n'
    ledger = contract("A", "Quay", "until: 2026-01-31") + contract("B", "Lock", "until: 2026-01-31")
    ledger += contract("C").replace("2026-01-01", "2026-02-01", 1) + moves
    both = gone("-3 HOUR") + gone("-2 HOUR", "Lock")
    line = QUAY.replace("QUAY", "C")
    (found,) = said(ledger + document("N1", line, day="2026-02-28", more=both))
    assert "6 HOUR of C (DEV) are billed, but 5 HOUR leave Assets:Time:Quay" in found


def test_the_item_is_that_of_the_day_on_which_it_was_worked() -> None:
    changed = '2026-01-20 custom "invoice-contract" Assets:Receivable:Acme "QUAY"\n  item: "TRIP"\n'
    line = f'{SIX} | contract: "QUAY" | unit: "hour"'
    early = gone("-6 HOUR", keys='    item: "DEV"\n')
    ledger = contract() + changed + worked("40 HOUR")
    assert said(ledger + document("N1", line + " | from: 2026-01-05 | to: 2026-01-06", more=early)) == []
    assert len(said(ledger + document("N1", line, more=early))) == 2
