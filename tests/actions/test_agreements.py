"""What is agreed on and changed: the accounts that time gets, and what is remarked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.contract import ContractRequest, add_contract, change_contract
from beancount_invoicing.actions.item import price_item
from beancount_invoicing.actions.time import import_time
from beancount_invoicing.checks import check
from beancount_invoicing.timesheets import TimeRecord
from beancount_invoicing.writing.amendment_text import Values
from beancount_invoicing.writing.changes import WriteOptions
from tests.documents import document
from tests.ledgers import PRELUDE

ACME = "Assets:Receivable:Acme"
DAY = date(2026, 3, 1)


def on_disk(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + text, "utf-8")
    return file


def opened(tmp_path: Path, text: str, item: str = "DEV") -> list[str]:
    """The accounts, each with its commodity, that a new contract of time opens."""
    said: Values = {"item": item} if item else {"price": Decimal(80)}
    wanted = ContractRequest("Acme", "NEW", "time", DAY, said)
    shown = add_contract(on_disk(tmp_path, text), wanted, WriteOptions()).text
    return [line.partition(" open ")[2] for line in shown.splitlines() if " open " in line]


WORKED = """
2025-01-01 open Assets:Time:Old {0}
2025-01-01 open {1} {0}
2026-01-05 * "Worked"
  Assets:Time:Old  2 {0}
  {1}
"""
DAYS = (
    '2025-01-01 custom "invoice-item" "DAY" "Journée" Income:Services\n  unit: "day"\n  price: 700.00\n  tax: "FR20"\n'
)


@pytest.mark.parametrize(
    ("text", "item", "expected"),
    [
        ("", "DEV", ["Assets:Time:Acme HOUR", "Equity:Time HOUR"]),
        (DAYS, "DAY", ["Assets:Time:Acme DAY", "Equity:Time DAY"]),
        # as time is kept already, with what it stands against
        (WORKED.format("H", "Equity:Time") + "2025-01-01 open Assets:Time:Other H\n", "", ["Assets:Time:Acme H"]),
        (WORKED.format("HOURS", "Equity:Time"), "DEV", ["Assets:Time:Acme HOURS"]),
        (WORKED.format("DAYS", "Equity:Time"), "", ["Assets:Time:Acme DAYS"]),
        # hours, though the last that was worked were days
        (
            WORKED.format("DAYS", "Equity:Time"),
            "DEV",
            ["Assets:Time:Acme HOUR", "Equity:Time:Hour HOUR"],
        ),
        (
            WORKED.format("HOURS", "Equity:Time") + WORKED.format("DAYS", "Equity:Days").replace(":Old", ":Days"),
            "DEV",
            ["Assets:Time:Acme HOURS"],
        ),
        # it stands against another account, or is opened and not worked yet
        (WORKED.format("HOUR", "Expenses:Unpaid"), "DEV", ["Assets:Time:Acme HOUR"]),
        ("2025-01-01 open Income:Time HOUR\n", "DEV", ["Assets:Time:Acme HOUR"]),
    ],
)
def test_which_accounts_the_time_of_a_contract_gets(text: str, item: str, expected: list[str], tmp_path: Path) -> None:
    if "Assets:Time:Old H\n" in text:  # a contract says that this is time
        text += f'2026-01-01 custom "invoice-contract" {ACME} "OLD" "time"\n  item: "DEV"\n  time: Assets:Time:Old\n'
    assert opened(tmp_path, text, item) == expected


CONTRACT = '2026-01-01 custom "invoice-contract" {} "{}" "subscription"\n  item: "DEV"\n  every: "month"\n'


def test_a_new_price_names_the_contracts_that_keep_their_own(tmp_path: Path) -> None:
    contracts = CONTRACT.format(ACME, "PLAIN") + CONTRACT.format(ACME, "OWN") + "  price: 80.00\n"
    contracts += CONTRACT.format(ACME, "ENDED") + "  price: 80.00\n  until: 2026-02-28\n"
    contracts += CONTRACT.format(ACME, "LAST") + "  price: 80.00\n  until: 2026-03-01\n"
    contracts += CONTRACT.format(ACME, "RENEWED") + '  price: 80.00\n  until: 2026-02-28\n  renews: "year"\n'
    contracts += CONTRACT.format(ACME, "OTHER").replace('item: "DEV"', 'text: "Other"') + "  price: 80.00\n"
    file = on_disk(tmp_path, contracts)
    notices = price_item(file, "DEV", Decimal(110), None, DAY, WriteOptions()).notices
    assert [notice.split()[0] for notice in notices] == ["LAST", "OWN", "RENEWED"]
    assert notices[1].startswith("OWN has its own price from 2026-03-01 on, 80.00")


def test_what_was_remarked_before_is_not_said_again(tmp_path: Path) -> None:
    """A tax that is not that of the customer's country is a warning, whatever is agreed on."""
    contract = CONTRACT.format(ACME, "CARE") + '  tax: "FR20"\n'
    file = on_disk(tmp_path, contract + document("F2026-0001", "100.00", customer="Kiefer"))
    outcome = change_contract(file, "CARE", DAY, {"price": Decimal(90)}, "", WriteOptions())
    assert outcome.errors == ()
    assert outcome.book is not None
    assert any(finding.severity == "warning" for finding in check(outcome.book))
    assert outcome.warnings == ()


def test_imported_time_says_what_was_done_else_of_what_project(tmp_path: Path) -> None:
    contract = (
        "2025-01-01 open Assets:Time:Acme HOUR\n2025-01-01 open Equity:Time HOUR\n"
        f'2026-01-01 custom "invoice-contract" {ACME} "TIME" "time"\n  item: "DEV"\n  time: Assets:Time:Acme\n'
    )
    records = [
        TimeRecord(DAY, None, 3600, project="Roof", task="Plans", description="First sketch"),
        TimeRecord(DAY, None, 7200, project="Roof", task="Plans"),
        TimeRecord(DAY, None, 1800, project="Roof"),
    ]
    file = on_disk(tmp_path, contract)
    outcome = import_time(file, records, "TIME", {}, "Anne", WriteOptions(write=True))
    assert outcome.book is not None
    assert [(work.task, str(work.quantity), work.person) for work in outcome.book.work] == [
        ("Plans", "1.00", "Anne"),
        ("Plans", "2.00", "Anne"),
        ("Roof", "0.50", "Anne"),
    ]
    assert '"First sketch"' in outcome.text
    again = import_time(file, records, "TIME", {}, "Anne", WriteOptions())
    assert again.notices == ("3 of 3 records are already in the ledger",)
    assert again.text == ""
