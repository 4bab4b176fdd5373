"""What a day's run left: wherever it was ended, and whether or not the mail server was there, the next one finds it again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from beancount_invoicing.cli.send import build_send_options
from beancount_invoicing.delivery import History
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.sending.outbox import unrecorded
from tests.delivery.servers import Handler, free_port, server

BOOKS = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Atelier Morvan"
  address: "4 quai du Port"
  postcode: "29000"
  city: "Quimper"
  country: "FR"
  email: "bonjour@morvan.example"
2026-01-01 custom "invoice-tax" "NONE" "Not subject to VAT"
  category: "O"
2026-01-01 custom "invoice-option" "default-tax" "NONE"
2026-01-01 custom "invoice-option" "number" "M{year}-{seq:03}"
2026-01-01 custom "invoice-option" "file" "{year}.beancount"
2026-01-01 open Assets:Clients:Bihan
  customer: "Bihan SARL"
  address: "1 rue Haute"
  postcode: "29100"
  city: "Douarnenez"
  email: "compta@bihan.example"
2026-01-01 open Assets:Clients:Cariou
  customer: "Mme Cariou"
  address: "2 rue Basse"
  postcode: "29200"
  city: "Brest"
  buyer: "consumer"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work

2026-01-01 custom "invoice-contract" Assets:Clients:Bihan "BIHAN" "subscription"
  text: "Upkeep"
  account: Income:Work
  price: 100.00
  every: "month"
2026-01-01 custom "invoice-contract" Assets:Clients:Cariou "CARIOU" "subscription"
  text: "Upkeep"
  account: Income:Work
  price: 50.00
  every: "month"

; an invoice of which nobody ever said whether it was sent
2026-01-05 * "Bihan SARL" "Survey" ^M2026-001
  invoice: "M2026-001"
  terms: "60 days"
  Assets:Clients:Bihan   80.00 EUR
  Income:Work
    text: "Survey"
2026-01-30 * "Coffee"
  Assets:Bank            -2.00 EUR
  Income:Work

plugin "beancount_invoicing"
"""
DAY = "2026-01-31"
NEXT = "2026-02-02"
BILLED = ["M2026-002", "M2026-003"]
SENT = '2026-01-20 note Assets:Clients:Bihan "By hand" ^M2026-001\n  event: "sent"\n'


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Books with two contracts and an older invoice, that say nothing of what was sent."""
    file = tmp_path / "books" / "main.beancount"
    file.parent.mkdir()
    file.write_text(BOOKS, encoding="utf-8")
    return file


def add(ledger: Path, text: str) -> None:
    ledger.write_text(ledger.read_text().replace("\nplugin", f"\n{text}\nplugin"), encoding="utf-8")


def by_server(ledger: Path, port: int) -> None:
    for name, value in (("smtp", f"127.0.0.1:{port}"), ("smtp-security", "none")):
        add(ledger, f'2026-01-01 custom "invoice-option" "{name}" "{value}"')


def call(ledger: Path, *arguments: str, code: int | None = None) -> Result:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert code is None or result.exit_code == code, result.output
    return result


def run(ledger: Path, day: str, *more: str, code: int = 0) -> dict[str, Any]:
    return dict(json.loads(call(ledger, "run", "--date", day, "--write", "--format", "json", *more, code=code).stdout))


def to_send(ledger: Path, day: str = NEXT) -> list[str]:
    """What `today` and `send` name as to be sent: the same."""
    tasks = json.loads(call(ledger, "today", "--as-of", day, "--format", "json").stdout)
    said = json.loads(call(ledger, "send", "--date", day, "--format", "json").stdout)
    numbers = [task["number"] for task in tasks if task["kind"] == "send"]
    assert sorted(numbers) == sorted(number for one in said if one["state"] == "to-send" for number in one["numbers"])
    return sorted(numbers)


# what was billed and did not leave --------------------------------------------------------------------------------------


def test_what_an_earlier_run_billed_is_named_and_sent_once(ledger: Path) -> None:
    call(ledger, "run", "--only", "bill", "--date", DAY, "--write", code=0)
    assert to_send(ledger) == BILLED, "not the older invoice, of which the ledger does not follow whether it was sent"
    text = call(ledger, "send", "--date", NEXT).stdout
    assert "M2026-003, Mme Cariou: to be sent, by post: bean-invoice send M2026-003 --write" in text
    done = run(ledger, NEXT)
    assert (done["billed"], [one["numbers"] for one in done["sent"]]) == ([], [["M2026-002"], ["M2026-003"]])
    assert to_send(ledger) == []
    assert run(ledger, NEXT)["sent"] == []
    call(ledger, "send", "--confirm", "--all", "--date", NEXT, "--write", code=0)
    assert (to_send(ledger), run(ledger, NEXT)["sent"]) == ([], []), "the older invoice stays as it is"


@pytest.mark.parametrize("command", [("send", *BILLED), ("send",), ("send", "Bihan SARL", "Mme Cariou")])
def test_send_does_it_too(ledger: Path, command: tuple[str, ...]) -> None:
    call(ledger, "run", "--only", "bill", "--date", DAY, "--write")
    call(ledger, *command, "--date", NEXT, "--write", code=0)
    assert to_send(ledger) == []
    assert {number for attempt in History(open_ledger(ledger).book.events).open for number in attempt.numbers} == set(
        BILLED
    )


def test_no_reminder_speaks_of_what_did_not_leave(ledger: Path) -> None:
    call(ledger, "run", "--only", "bill", "--date", DAY, "--write")
    late = call(ledger, "remind", "--as-of", "2026-04-30", "--explain").output
    assert "M2026-001: " in late
    assert "M2026-002: nothing shows that it was sent: send it first" in late


def test_the_mark_is_written_where_nothing_else_says_it(ledger: Path) -> None:
    add(ledger, '2026-01-01 custom "invoice-option" "send-from" 2026-01-31')
    call(ledger, "run", "--only", "bill", "--date", DAY, "--write", code=0)
    assert "to-send" not in (ledger.parent / "2026.beancount").read_text(encoding="utf-8")
    assert to_send(ledger) == BILLED


def test_who_sends_otherwise_is_told_nothing(ledger: Path) -> None:
    add(ledger, '2026-01-01 custom "invoice-option" "run" "bill remind"')
    run(ledger, DAY, "--yes")
    assert to_send(ledger) == []


def test_a_mark_by_hand_is_as_good(ledger: Path) -> None:
    ledger.write_text(ledger.read_text().replace('terms: "60 days"', "to-send: TRUE"), encoding="utf-8")
    assert to_send(ledger, DAY) == ["M2026-001"]
    assert to_send(ledger, "2026-01-04") == [], "on an earlier day it is not there"


@pytest.mark.parametrize("before", ["", SENT])
def test_a_mail_server_that_is_down_one_morning(ledger: Path, before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    really = build_send_options
    monkeypatch.setattr(
        "beancount_invoicing.cli.run.build_send_options",
        lambda *said, **more: really(*said, **more)._replace(retry_delays=()),
    )
    add(ledger, before)
    port = free_port()
    by_server(ledger, port)
    first = run(ledger, DAY, code=1)
    assert [one["state"] for one in first["sent"]] == ["failed", "prepared"]
    assert to_send(ledger) == BILLED[:1]
    assert [one["state"] for one in run(ledger, NEXT, code=1)["sent"]] == ["failed"]
    taken = Handler()
    with server(taken) as port:
        ledger.write_text(re.sub(r"127.0.0.1:\d+", f"127.0.0.1:{port}", ledger.read_text()), encoding="utf-8")
        assert [one["state"] for one in run(ledger, NEXT)["sent"]] == ["sent"]
        assert run(ledger, NEXT)["sent"] == []
    assert (len(taken.taken), to_send(ledger)) == (1, [])


def test_a_run_that_cannot_commit_or_send_says_what_it_billed(ledger: Path) -> None:
    git = ("git", "-C", str(ledger.parent))
    named = (("config", "user.name", "x"), ("config", "user.email", "x@x.example"))
    for command in (("init", "-q"), *named, ("add", "."), ("commit", "-qm", "Books")):
        subprocess.run([*git, *command], check=True)
    (ledger.parent / ".git" / "index.lock").touch()  # another git, or one that crashed
    result = call(ledger, "run", "--date", DAY, "--write", "--commit", code=1)
    assert "M2026-002, M2026-003: written to main.beancount, 2026.beancount, but not committed: " in result.stderr
    assert "nothing was sent: " in result.stderr
    assert "has uncommitted changes: commit it first" in result.stderr
    assert to_send(ledger) == BILLED
    assert [one["state"] for one in run(ledger, NEXT)["sent"]] == ["prepared", "prepared"]


def test_what_is_in_doubt_needs_a_person_every_day(ledger: Path) -> None:
    call(ledger, "run", "--only", "bill", "--date", DAY, "--write")
    add(
        ledger,
        f'{DAY} note Assets:Clients:Bihan "To Bihan" ^M2026-002\n  event: "sending"\n  message-id: "<1@m.example>"',
    )
    result = call(ledger, "run", "--date", NEXT, "--write", code=1)
    assert (
        "M2026-002: has been in doubt since 2026-01-31: nobody knows whether it arrived; if it did: bean-invoice"
        in result.stderr
    )
    assert to_send(ledger) == []
    call(ledger, "send", "--confirm", "M2026-002", "--date", NEXT, "--write", code=0)
    call(ledger, "run", "--date", NEXT, "--write", code=0)


# what lies in the outbox and the ledger does not know of ----------------------------------------------------------------


def test_what_was_prepared_and_is_not_in_the_ledger_is_named(ledger: Path) -> None:
    before = ledger.read_bytes()
    first = run(ledger, DAY)
    assert {one["state"] for one in first["sent"]} == {"prepared"}
    outbox = ledger.parent / "outbox"
    own = outbox / "stamps.pdf"
    own.write_bytes(b"a person's own")
    (outbox / "answer.eml").write_bytes(b"Message-ID: <1@other.example>\r\n\r\nThank you")
    assert unrecorded(open_ledger(ledger).book) == ()
    ledger.write_bytes(before)  # the record is taken back, as git can do it
    for file in ledger.parent.glob("*2026.beancount"):
        file.unlink()
    shutil.rmtree(ledger.parent / "documents")
    names = ["outbox/M2026-002.eml", "outbox/post-2026-01-31.pdf"]
    for command in (("today", "--as-of", NEXT), ("send", "--date", NEXT), ("run", "--date", NEXT)):
        text = call(ledger, *command).output
        assert all(f"{name}: the ledger does not list it as waiting to be sent" in text for name in names), command
        assert "stamps" not in text
        assert "answer" not in text
    made = run(ledger, NEXT, code=1)
    assert [one["state"] for one in made["sent"]] == ["prepared", "prepared"], "beside them"
    for name in names:
        (ledger.parent / name).unlink()
    call(ledger, "run", "--date", NEXT, "--write", code=0)


def test_a_batch_that_was_taken_back_and_is_still_there_is_named(ledger: Path) -> None:
    run(ledger, DAY)
    batch = ledger.parent / "outbox" / "post-2026-01-31.pdf"
    content = batch.read_bytes()
    call(ledger, "send", "--discard", "M2026-003", "--date", DAY, "--write", code=0)
    assert not batch.exists()
    batch.rename(batch.with_name("letters.pdf")) if batch.exists() else batch.write_bytes(
        content
    )  # ended before it went
    assert unrecorded(open_ledger(ledger).book) == (batch,)


# wherever it is ended ---------------------------------------------------------------------------------------------------


ENDED = """
import os, signal, sys
from pathlib import Path
from beancount_invoicing.cli import main
import beancount_invoicing.rendering, beancount_invoicing.cli.run, beancount_invoicing.sending.send
ledger, first, last, every, *arguments = sys.argv[1:]
for at in range(int(first), int(last), int(every)):
    there = Path(f"{ledger}-{at}")
    child = os.fork()
    if not child:
        steps = 0
        def step(event, said):
            global steps
            if event == "open" and not (str(said[0]).startswith(str(there)) and (said[2] or 0) & (os.O_WRONLY | os.O_RDWR)):
                return
            if event in {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod"}:
                steps += 1
                if steps == at:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(step)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        main(["-f", str(there / "main.beancount"), *arguments], standalone_mode=False)
        os._exit(0)
    if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        break
    print(at)
"""
"""Runs a command again and again, each time in a copy of the books of its own, and kills it before another step that changes a
file; prints which. One process starts them all, so that nothing is imported twice."""


def ended(ledger: Path, first: int, last: int, every: int) -> list[Path]:
    """Books in which a run was ended, one for each of these steps."""
    for at in range(first, last, every):
        shutil.copytree(ledger.parent, f"{ledger.parent}-{at}")
    said = [str(ledger.parent), str(first), str(last), str(every), "run", "--date", DAY, "--write", "--yes"]
    done = subprocess.run([sys.executable, "-c", ENDED, *said], capture_output=True, text=True, check=True)
    return [Path(f"{ledger.parent}-{at}") / ledger.name for at in done.stdout.split()]


def found_again(ledger: Path) -> None:
    """The next run does what was left, once; nothing lies in the outbox that the ledger does not know of."""
    assert [str(error) for error in open_ledger(ledger).errors] == []
    assert unrecorded(open_ledger(ledger).book) == ()
    outbox = ledger.parent / "outbox"
    posted = {file.name for file in outbox.glob("*.*") if not file.name.startswith(".")}
    known = " ".join(event.note for event in open_ledger(ledger).book.events)
    assert all(f"outbox/{name}" in known for name in posted), "a person may post what lies there"
    left = to_send(ledger)
    done = run(ledger, NEXT, "--yes")
    assert left == sorted(number for one in done["sent"] for number in one["numbers"] if number not in new(done))
    book = open_ledger(ledger).book
    assert [invoice.number for invoice in book.invoices] == ["M2026-001", *BILLED]
    attempts = Counter(number for attempt in History(book.events).open for number in attempt.numbers)
    assert attempts == Counter(BILLED)
    again = run(ledger, NEXT, "--yes")
    assert (again["billed"], again["sent"], again["reminded"], again["problems"]) == ([], [], [], [])
    files = {event.note.rpartition(" ")[2] for event in book.events if event.kind == "prepared"}
    assert {f"outbox/{file.name}" for file in outbox.iterdir()} == files, "nothing more, nothing less"
    assert all((ledger.parent / file).is_file() for file in files)
    call(ledger, "send", "--confirm", "--all", "--date", NEXT, "--write", code=0)
    assert [str(error) for error in open_ledger(ledger).errors] == []
    hidden = {file.name for file in ledger.parent.rglob(".*") if not file.name.endswith("cache")}
    assert hidden <= {".bean-invoice-undo"}


def new(done: dict[str, Any]) -> set[str]:
    return {one["number"] for one in done["billed"]}


def test_ended_between_the_steps_it_is_found_again(ledger: Path) -> None:
    some = ended(ledger, 12, 60, 9)
    assert len(some) > 3
    for path in some:
        found_again(path)


@pytest.mark.slow
def test_ended_at_any_step_it_is_found_again(ledger: Path) -> None:
    for path in ended(ledger, 1, 200, 1):
        found_again(path)
