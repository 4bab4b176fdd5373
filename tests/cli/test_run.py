"""The day's run: bills, sends and reminds, each once; what is left for a person is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from tests.cli.test_sending import by_server, events, message, option, sound
from tests.cli.test_sending import ledger as ledger
from tests.delivery.servers import Handler, server

DAY = ("--date", "2026-12-31")
BOOKED = ("--yes",)


def call(ledger: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["-f", str(ledger), "run", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(ledger: Path, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(call(ledger, *arguments, "--format", "json").stdout))


def text_of(ledger: Path) -> dict[str, bytes]:
    """All files of the ledger's folder."""
    root = ledger.parent
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file() and not file.name.endswith("cache") and ".bean-invoice" not in file.name
    }


def test_without_write_nothing_changes(ledger: Path) -> None:
    before = text_of(ledger)
    result = call(ledger, *DAY, *BOOKED)
    assert text_of(ledger) == before
    assert "To bill" in result.stdout
    assert "3 documents" in result.output
    assert "would be prepared" in result.stdout


def test_it_bills_sends_and_reminds_once(ledger: Path) -> None:
    taken = Handler()
    with server(taken) as port:
        by_server(ledger, port)
        done = answer(ledger, *DAY, *BOOKED, "--write")
        billed = [one["number"] for one in done["billed"]]
        assert billed == ["F2026-0079", "F2026-0080", "F2026-0081"]
        assert [one["numbers"] for one in done["sent"]] == [[number] for number in billed]
        assert {one["state"] for one in done["sent"]} == {"sent"}
        assert {one["event"] for one in done["reminded"]} == {"reminder"}
        assert sound(ledger)
        count = len(taken.taken)
        assert count == sum(one["state"] == "sent" for one in (*done["sent"], *done["reminded"]))
        again = answer(ledger, *DAY, *BOOKED, "--write")
        assert (again["billed"], again["sent"], again["reminded"]) == ([], [], [])
        assert len(taken.taken) == count
    assert events(ledger).count("sent") == 3


def test_no_reminder_leaves_while_the_bank_is_behind(ledger: Path) -> None:
    result = call(ledger, *DAY, "--only", "remind", "--write")
    assert result.exit_code == 1
    assert "no reminder is sent: Assets:Banque is booked until 2026-11-20, 41 days before 2026-12-31" in result.stderr
    assert "reminder" not in events(ledger)
    option(ledger, ("bank-accounts", "Assets:Clients:Kerbrat"))
    assert answer(ledger, *DAY, "--only", "remind", "--yes")["bank"] == []


def test_what_is_sent_besides_is_said_by_the_option(ledger: Path) -> None:
    only = (*DAY, "--only", "send")
    assert answer(ledger, *only)["sent"] == []
    file = ledger.parent / "settings.beancount"
    with file.open("a", encoding="utf-8") as end:
        end.write('2025-01-01 custom "invoice-option" "send-from" 2026-11-20\n')
    assert [one["numbers"] for one in answer(ledger, *only)["sent"]] == [["F2026-0076"], ["F2026-0077"], ["F2026-0078"]]
    call(ledger, *only, "--write")
    assert answer(ledger, *only, "--write")["sent"] == [], "what was prepared waits for a person"
    left = answer(ledger, *only)["left"]
    assert {one["number"] for one in left if one["kind"] == "prepared"} == {"F2026-0076", "F2026-0077", "F2026-0078"}


def test_a_letter_that_was_prepared_waits_for_a_person(ledger: Path) -> None:
    first = answer(ledger, *DAY, *BOOKED, "--only", "remind", "--write")
    assert {one["state"] for one in first["reminded"]} == {"prepared"}
    again = answer(ledger, *DAY, *BOOKED, "--only", "remind", "--write")
    assert again["reminded"] == []
    numbers = {number for one in first["reminded"] for number in one["numbers"]}
    assert numbers <= {number for one in again["left"] if one["kind"] == "prepared" for number in one["number"].split()}
    assert "remind" not in {one["kind"] for one in again["left"]}


def test_the_ledger_chooses_its_steps(ledger: Path) -> None:
    option(ledger, ("run", "bill, remind"))
    assert answer(ledger, *DAY, *BOOKED)["steps"] == ["bill", "remind"]
    assert answer(ledger, *DAY, *BOOKED, "--only", "send")["steps"] == ["send"]


def test_a_step_that_there_is_not(ledger: Path) -> None:
    option(ledger, ("run", "bill dance"))
    result = call(ledger, *DAY, "--write")
    assert result.exit_code == 1
    assert 'option run: "dance" is not a step: write some of "bill send collect remind"' in result.stderr


def test_what_leaves_today_is_not_reminded_of_today(ledger: Path) -> None:
    with (ledger.parent / "settings.beancount").open("a", encoding="utf-8") as end:
        end.write('2025-01-01 custom "invoice-option" "send-from" 2026-11-20\n')
    late = ("--date", "2027-01-15", "--yes")  # F2026-0076 is late by then, and never left
    done = answer(ledger, *late, "--only", "send", "--only", "remind")
    assert ["F2026-0076"] in [one["numbers"] for one in done["sent"]]
    assert "F2026-0076" not in {number for one in done["reminded"] for number in one["numbers"]}
    assert {"number": "F2026-0076", "why": "nothing shows that it was sent: send it first"} in done["held"]


@pytest.mark.slow
def test_two_at_once_do_each_thing_once(ledger: Path) -> None:
    taken = Handler()
    with server(taken) as port:
        by_server(ledger, port)
        command = [sys.executable, "-m", "beancount_invoicing", "-f", str(ledger), "run", *DAY, *BOOKED, "--write"]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
        for process in both:
            process.communicate(timeout=120)
        identifiers = [message(received.content)["Message-ID"] for received in taken.taken]
    assert len(identifiers) == len(set(identifiers)) > 3
    assert sound(ledger)
    assert answer(ledger, *DAY, *BOOKED)["billed"] == []


def test_what_a_letter_leaves_out_is_said_to_whoever_sends_it(ledger: Path) -> None:
    """As `remind` says it: here a payment that is most likely for one invoice; likewise interest whose rate is not known."""
    left_out = 'what is open of F2026-0062: if it is for F2026-0062, write settles: "F2026-0062" below that line'
    day = (*DAY, "--only", "remind", *BOOKED)
    assert left_out in call(ledger, *day).stdout
    assert any(left_out in each["why"] for each in answer(ledger, *day)["held"])
    sent = CliRunner().invoke(main, ["-f", str(ledger), "remind", "--send", "--as-of", DAY[1]])
    assert left_out in sent.stderr


@pytest.mark.parametrize("where", ["customer", "invoice"])
def test_a_late_interest_that_says_nothing_holds_its_own_letters_only(ledger: Path, where: str) -> None:
    customers, invoices = ledger.parent / "customers.beancount", ledger.parent / "2026" / "invoices.beancount"
    file, line = (
        (customers, '  customer: "GAEC des Trois Chênes"\n')
        if where == "customer"
        else (invoices, '  invoice: "F2026-0053"\n')
    )
    text = file.read_text(encoding="utf-8")
    assert text.count(line) == 1
    file.write_text(text.replace(line, line + "  late-interest: 120\n"), encoding="utf-8")
    done = answer(ledger, *DAY, *BOOKED, "--write")
    held = [one for one in (*done["sent"], *done["reminded"]) if one["state"] == "held"]
    assert {one["customer"] for one in held} == {"GAEC des Trois Chênes"}
    assert all(
        "late-interest: 120 is not a yearly rate in percent: write 12, for example" in one["why"] for one in held
    )
    others = [one for one in done["reminded"] if one["state"] == "prepared"]
    assert others
    assert "GAEC des Trois Chênes" not in {one["customer"] for one in others}
    assert len(done["billed"]) == 3
    assert call(ledger, *DAY, *BOOKED, "--write").exit_code == 1
