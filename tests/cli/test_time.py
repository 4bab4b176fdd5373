"""Time is written at once where a setting says so, remarked where it is there already, written down, and left out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.cli.time import Quantity
from tests.cli.test_commands import call
from tests.cli.test_customer_search import LEDGER

TIME = """
2026-01-01 custom "invoice-item" "DEV" "Développement" Income:Ventes
  price: 100.00
  tax: "T20"
2026-01-01 custom "invoice-item" "AVIS" "Avis" Income:Ventes
  price: 150.00
  tax: "T20"
2026-01-01 custom "invoice-contract" Assets:Clients:Armor "A-DEV" "time"
  item: "DEV"
  time: Assets:Temps:Armor
2026-01-01 open Assets:Temps:Armor HOUR
2026-01-01 open Equity:Temps HOUR
2026-01-08 * "Armor" "Étude" #time
  Assets:Temps:Armor  3 HOUR
    person: "Anna"
  Equity:Temps  -3 HOUR
2026-01-09 * "Armor" "Avis" #time
  Assets:Temps:Armor  2 HOUR
    item: "AVIS"
    person: "Bruno"
  Equity:Temps  -2 HOUR
2026-01-12 * "Armor" "Étude" #time
  Assets:Temps:Armor  4 HOUR ; on site
    person: "Anna"
  Equity:Temps  -4 HOUR
"""
ON = ("--as-of", "2026-01-31")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER.replace('plugin "', TIME + 'plugin "'), "utf-8")
    return file


def waits(ledger: Path, day: str = "2026-01-31") -> list[tuple[str, str, str]]:
    """Day, item and hours of the time that waits."""
    rows = json.loads(call("time", "list", "--as-of", day, "--format", "json", ledger=ledger).stdout)
    return [(row["date"][-2:], row["item"], row["quantity"]) for row in rows]


def unbilled(ledger: Path) -> list[tuple[str, str]]:
    rows = json.loads(call("unbilled", "--contract", "A-DEV", *ON, "--format", "json", ledger=ledger).stdout)
    return [(row["item"], row["net"]) for row in rows]


def test_the_oldest_time_is_written_down_over_its_items(ledger: Path) -> None:
    result = call("time", "write-off", "A-DEV", "4", "Geste", "--date", "2026-01-20", "--write", ledger=ledger)
    assert result.stdout.count("written-down: TRUE") == 2
    assert waits(ledger) == [("09", "AVIS", "1"), ("12", "DEV", "4")]
    assert waits(ledger, "2026-01-19") == [("08", "DEV", "3"), ("09", "AVIS", "2"), ("12", "DEV", "4")]
    call("bill", "Armor", "--contract", "A-DEV", "--until", "2026-01-31", "--write", ledger=ledger)
    assert waits(ledger) == []
    assert "0 errors" in call("check", ledger=ledger).stdout


def test_the_time_of_a_day_is_written_down_in_part(ledger: Path) -> None:
    call("time", "write-off", "A-DEV", "1:30", "--of", "2026-01-12", "--date", "2026-01-20", "--write", ledger=ledger)
    assert waits(ledger) == [("08", "DEV", "3"), ("09", "AVIS", "2"), ("12", "DEV", "2.50")]
    call("time", "write-off", "A-DEV", "2", "--item", "AVIS", "--date", "2026-01-20", "--write", ledger=ledger)
    assert waits(ledger) == [("08", "DEV", "3"), ("12", "DEV", "2.50")]
    assert "from: 2026-01-12\n" in ledger.read_text("utf-8")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("write-off", "A-DEV", "9.5"), "9.5 HOUR cannot be written down: 9 HOUR of A-DEV are waiting on 2026-01-31"),
        (("write-off", "A-DEV", "0"), "0 HOUR cannot be written down"),
        (("write-off", "A-DEV", "1", "--of", "2026-01-10"), "no time of A-DEV is waiting to be billed of 2026-01-10"),
        (("write-off", "A-MAINT", "1"), "time needs a contract with a time account"),
        (("exclude", "A-DEV"), "3 entries match: say which"),
        (("exclude", "A-DEV", "etude"), "2026-01-12  4 HOUR  Anna: Étude"),
        (("exclude", "A-DEV", "Étude", "--date", "2026-01-13"), "no billable time of A-DEV matches"),
        (("include", "A-DEV"), "no not billable time"),
    ],
)
def test_what_is_not_there_is_not_given_up(ledger: Path, command: tuple[str, ...], why: str) -> None:
    before = ledger.read_bytes()
    day = () if "--date" in command else ("--date", "2026-01-31") if command[0] == "write-off" else ()
    assert why in call("time", *command, *day, "--write", ledger=ledger, code=1).stderr
    assert ledger.read_bytes() == before


def test_an_entry_is_left_out_and_taken_in_again(ledger: Path) -> None:
    before = ledger.read_text("utf-8")
    call("time", "exclude", "A-DEV", "etude", "--date", "2026-01-12", "--write", ledger=ledger)
    assert "  Assets:Temps:Armor  4 HOUR ; on site\n    non-billable: TRUE\n    person" in ledger.read_text("utf-8")
    assert unbilled(ledger) == [("DEV", "300.00"), ("AVIS", "300.00")]
    call("time", "include", "A-DEV", "--date", "2026-01-12", "--write", ledger=ledger)
    assert ledger.read_text("utf-8") == before
    result = call("time", "exclude", "A-DEV", "--person", "anna", "--all", "--write", ledger=ledger)
    assert "2 entries of time; written to" in result.stderr
    assert unbilled(ledger) == [("AVIS", "300.00")]


def test_a_whole_text_wins_over_a_part(ledger: Path) -> None:
    call("time", "add", "A-DEV", "1", "Avis complémentaire", "--date", "2026-01-13", "--write", ledger=ledger)
    call("time", "exclude", "A-DEV", "avis", "--write", ledger=ledger)
    assert unbilled(ledger) == [("DEV", "800.00")]


def test_an_entry_is_named_by_its_place(ledger: Path) -> None:
    place = next(
        n for n, line in enumerate(ledger.read_text("utf-8").split("\n"), 1) if "2 HOUR" in line and "-2" not in line
    )
    call("time", "exclude", "A-DEV", "--entry", f"main.beancount:{place}", "--write", ledger=ledger)
    assert unbilled(ledger) == [("DEV", "700.00")]


def test_what_is_billed_in_part_is_not_left_out(ledger: Path) -> None:
    call("time", "write-off", "A-DEV", "1", "--date", "2026-01-20", "--write", ledger=ledger)
    result = call("time", "exclude", "A-DEV", "--date", "2026-01-08", "--write", ledger=ledger, code=1)
    assert "1 of 3 HOUR of Étude on 2026-01-08 are already billed or written down: write" in result.stderr


def test_a_setting_writes_at_once(ledger: Path) -> None:
    ledger.write_text('2026-01-01 custom "invoice-option" "time-write" TRUE\n' + ledger.read_text("utf-8"), "utf-8")
    call("time", "add", "A-DEV", "1", "Appel", "--date", "2026-01-13", ledger=ledger)
    assert ("13", "DEV", "1") in waits(ledger)
    before = ledger.read_bytes()
    shown = call("time", "add", "A-DEV", "1", "Appel", "--date", "2026-01-13", "-n", ledger=ledger)
    assert "1 HOUR of Appel on 2026-01-13 is already there" in shown.stderr
    assert ledger.read_bytes() == before


@pytest.mark.parametrize(
    ("hours", "text", "person"), [("3:01", "Étude", "Anna"), ("3", "Etude", "Anna"), ("3", "Étude", "")]
)
def test_other_time_of_a_day_is_not_the_same(ledger: Path, hours: str, text: str, person: str) -> None:
    result = call("time", "add", "A-DEV", hours, text, "--person", person, "--date", "2026-01-08", ledger=ledger)
    assert "already there" not in result.stderr
    same = call("time", "add", "A-DEV", "3:00", "Étude", "--person", "Anna", "--date", "2026-01-08", ledger=ledger)
    assert "is already there: is this the same work?" in same.stderr


def test_an_import_says_how_much_it_wrote(ledger: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "work.timeclock"
    sheet.write_text(
        "i 2026-01-14 09:00:00 A-DEV\no 2026-01-14 10:00:00\ni 2026-01-15 09:00:00 A-DEV\no 2026-01-15 11:00:00\n",
        "utf-8",
    )
    assert "2 entries of time; written to" in call("time", "import", sheet, "--write", ledger=ledger).stderr
    again = call("time", "import", sheet, "--write", ledger=ledger).stderr
    assert "2 of 2 records are already in the ledger" in again
    assert "Nothing to do." in again


@pytest.mark.parametrize(
    ("said", "quantity"),
    [
        ("1:20", (Decimal(4800), True)),
        ("6:30:20", (Decimal(23420), True)),
        ("0:03", (Decimal(180), True)),
        ("6,25", (Decimal("6.25"), False)),
        ("7", (Decimal(7), False)),
    ],
)
def test_a_clock_says_seconds_and_a_number_hours_or_days(said: str, quantity: tuple[Decimal, bool]) -> None:
    assert Quantity().convert(said, None, None) == quantity


@pytest.mark.parametrize(
    ("name", "more", "rows"),
    [
        ("harvest.csv", ("--contract", "A-DEV"), [("27", "8.00"), ("30", "2.25"), ("31", "0.33")]),
        ("work.org", ("--map", "Relaunch=A-DEV", "--map", "Other=A-DEV"), [("01", "0.0833"), ("30", "0.3333")]),
        (
            "toggl-stop.csv",
            ("--map", "Relaunch=A-DEV", "--map", "(no project)=A-DEV"),
            [("30", "0.50"), ("30", "2.00")],
        ),
        ("work.timedot", ("--contract", "A-DEV"), [("30", "1.50"), ("30", "1.50"), ("31", "0.25"), ("31", "0.3333")]),
    ],
)
def test_time_of_other_programs(ledger: Path, name: str, more: tuple[str, ...], rows: list[tuple[str, str]]) -> None:
    sheet = Path(__file__).parents[1] / "timesheets" / name
    for time in ("first", "second"):
        result = call("time", "import", sheet, *more, "-w", ledger=ledger)
        assert ("already in the ledger" in result.stderr) == (time == "second")
    listed = json.loads(
        call("time", "list", "--all", "--as-of", "2026-12-31", "--format", "json", ledger=ledger).stdout
    )
    assert set(rows) <= {(row["date"][-2:], row["quantity"]) for row in listed}


def test_projects_without_a_contract_are_told_with_what_leads_out(ledger: Path) -> None:
    sheet = Path(__file__).parents[1] / "timesheets" / "toggl-stop.csv"
    text = call("time", "import", sheet, "--map", "Relaunch=A-DEV", ledger=ledger, code=1).stderr
    assert 'no contract is known for (no project): give --map "(no project)=CODE"' in text
    assert "--date-format" in call("time", "import", "--help", ledger=ledger).stdout
