"""What waits in the outbox, or is in doubt: which of it a command is about, and what is said of it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.cli.test_sending import answers, events, record, run, sound
from tests.delivery.servers import Broken, broken

LEDGER = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple SARL"
  country: "FR"
  email: "factures@exemple.example"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
  email: "compta@acme.example"
  address: "1 rue A"
  postcode: "35000"
  city: "Rennes"
2026-01-01 open Assets:Clients:AcmeSud
  customer: "Acme Sud"
  email: "compta@acme-sud.example"
  address: "2 rue B"
  postcode: "31000"
  city: "Toulouse"
2026-01-10 * "Acme" "Work" ^N1
  invoice: "N1"
  Assets:Clients:Acme     1000.00 EUR
  Income:Work
2026-01-11 * "Acme Sud" "Work" ^N2
  invoice: "N2"
  Assets:Clients:AcmeSud   500.00 EUR
  Income:Work
plugin "beancount_invoicing"
"""
DAY = "2026-02-25"
REMIND = ("remind", "--send", "--yes", "--as-of", DAY)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two customers of like names, an invoice of each, and no mail server."""
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def write(ledger: Path, text: str) -> None:
    """Something more is in the ledger."""
    with ledger.open("a", encoding="utf-8") as file:
        file.write(text)


def call(ledger: Path, *arguments: str) -> str:
    """What a command prints, whatever its exit code."""
    return CliRunner().invoke(main, ["-f", str(ledger), *arguments]).output


# which customer ------------------------------------------------------------------------------------------------------


def numbers(ledger: Path, *arguments: str) -> list[str]:
    """The invoices that `remind` speaks of."""
    return [one["number"] for row in remind(ledger, *arguments) for one in row["invoices"]]


def remind(ledger: Path, *arguments: str) -> list[dict[str, Any]]:
    called = ["-f", str(ledger), "remind", "--as-of", DAY, "--format", "json", *arguments]
    return list(json.loads(CliRunner().invoke(main, called).stdout))


@pytest.mark.parametrize("name", ["Acme", "acme", "Assets:Clients:Acme"])
def test_a_whole_name_or_account_is_one_customer(ledger: Path, name: str) -> None:
    assert numbers(ledger, "--customer", name) == ["N1"]
    assert numbers(ledger, "--customer", "acme sud") == ["N2"]
    assert numbers(ledger, "--customer", "sud") == ["N2"], "a part that no other has"


def test_a_part_of_several_names_sends_nothing_and_lists_them(ledger: Path) -> None:
    shown = run(ledger, "remind", "--as-of", DAY, "--customer", "acm")
    assert '"acm" is 2 customers: Acme (Assets:Clients:Acme), Acme Sud' in shown
    for more in (("--send",), ("--send", "--retry", "--write")):
        text = run(ledger, "remind", "--as-of", DAY, "--customer", "acm", *more, code=1)
        assert '"acm" can be Acme (Assets:Clients:Acme), Acme Sud (Assets:Clients:AcmeSud): say which account' in text
    assert 'there is no customer "Amce": did you mean Acme?' in run(ledger, "remind", "--customer", "Amce", code=1)
    assert events(ledger) == []


def test_a_retry_for_one_customer_leaves_the_other_s_letter_alone(ledger: Path) -> None:
    run(ledger, *REMIND, "--write")
    run(ledger, *REMIND, "--retry", "--customer", "Acme", "--write")
    assert events(ledger) == ["prepared", "prepared", "not-sent", "prepared"]
    assert re.findall(r"\^(N\d)", record(ledger)) == ["N1", "N2", "N1", "N1"]
    assert sound(ledger)


def test_today_of_a_whole_name_is_of_one_customer(ledger: Path) -> None:
    def asked(name: str) -> set[object]:
        return {one["account"] for one in answers(ledger, "today", "--as-of", DAY, "--customer", name)}

    assert asked("Acme") == {"Assets:Clients:Acme"}
    assert asked("acm") == {"Assets:Clients:Acme", "Assets:Clients:AcmeSud"}
    assert "there is no customer" in run(ledger, "today", "--as-of", DAY, "--customer", "Amce", code=1)


# discarding ----------------------------------------------------------------------------------------------------------


def names(ledger: Path) -> set[str]:
    """The files that were made beside the ledger."""
    folder = ledger.parent
    return {str(path.relative_to(folder)) for each in ("outbox", "documents") for path in (folder / each).rglob("*.*")}


def ledger_text(ledger: Path) -> str:
    """What the files of the ledger say."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted(ledger.parent.rglob("*.beancount")))


def test_a_letter_that_waits_is_discarded_with_its_files_and_is_due_again(ledger: Path) -> None:
    run(ledger, *REMIND, "--write")
    waits = names(ledger)
    text = run(ledger, "send", "--discard", "N1", "--date", "2026-02-26")
    assert "outbox/2026-02-25-Acme-EUR-1.eml would be removed" in text
    assert (names(ledger), events(ledger)) == (waits, ["prepared"] * 2), "without --write nothing changes"
    text = run(ledger, "send", "--discard", "N1", "--date", "2026-02-26", "--write")
    assert text.splitlines()[:3] == [
        "N1: reminder prepared on 2026-02-25, email: discarded",
        "outbox/2026-02-25-Acme-EUR-1.eml is removed",
        "documents/2026/2026-02-25-Acme-EUR-1.pdf is removed",
    ]
    assert 'Acme "Rappel N1 was discarded: it was not sent" ^N1' in ledger_text(ledger)
    assert waits - names(ledger) == {
        "outbox/2026-02-25-Acme-EUR-1.eml", "documents/2026/2026-02-25-Acme-EUR-1.pdf",
    }  # fmt: skip
    assert events(ledger) == ["prepared", "prepared", "not-sent"]
    assert "N1" not in run(ledger, "send", "--date", "2026-02-26")
    (again,) = answers(ledger, *REMIND, "--customer", "Acme")
    assert (again["state"], again["numbers"]) == ("would-prepare", ["N1"])
    assert sound(ledger)


def test_an_invoice_that_is_discarded_is_to_be_sent_again(ledger: Path) -> None:
    run(ledger, "send", "N1", "--date", "2026-01-12", "--write")
    run(ledger, "send", "--discard", "N1", "--date", "2026-01-12", "--write")
    assert names(ledger) == set()
    assert [one["numbers"] for one in answers(ledger, "send", "--since", "2026-01-01", "--date", "2026-01-12")] == [
        ["N1"], ["N2"],
    ]  # fmt: skip
    assert "nothing of N1 is in doubt or prepared" in run(ledger, "send", "--discard", "N1", "--write", code=1)
    assert sound(ledger)


def test_a_print_batch_stays_as_long_as_something_else_is_in_it(ledger: Path) -> None:
    day = ("--date", "2026-01-12")
    run(ledger, "send", "N1", "N2", *day, "--channel", "post", "--write")
    batch = "outbox/post-2026-01-12.pdf"
    text = run(ledger, "send", "--discard", "N1", *day, "--write")
    assert f"{batch} stays: N2 is in it too: do not send the whole file" in text
    assert names(ledger) == {batch, "documents/2026/N2.pdf", "documents/2026/N2.txt"}
    text = run(ledger, "send", "--discard", "--all", *day, "--write")
    assert f"{batch} is removed" in text, "N1, which is in it too, shall not leave either"
    assert names(ledger) == set()
    assert events(ledger) == ["prepared", "prepared", "not-sent", "not-sent"]
    run(ledger, "send", "N1", "N2", *day, "--channel", "post", "--write")
    run(ledger, "send", "--confirm", "N2", *day, "--write")
    run(ledger, "send", "--discard", "N1", *day, "--write")
    assert names(ledger) == {batch, "documents/2026/N2.pdf", "documents/2026/N2.txt"}, "what has left is in it"
    assert sound(ledger)


def test_what_is_sealed_or_was_changed_since_is_not_removed(ledger: Path) -> None:
    day = ("--date", "2026-01-12")
    run(ledger, "seal", "N1", *day, "--write")
    run(ledger, "send", "N1", "N2", *day, "--write")
    (ledger.parent / "documents" / "2026" / "N2.pdf").write_bytes(b"%PDF: another one")
    (ledger.parent / "outbox" / "N2.eml").write_text("Subject: another one\n", encoding="utf-8")
    text = run(ledger, "send", "--discard", "N1", "N2", *day, "--write")
    assert "outbox/N1.eml is removed" in text
    assert "documents/2026/N1.pdf stays: it is sealed" in text
    assert "outbox/N2.eml stays: it is a different e-mail now" in text
    assert "documents/2026/N2.pdf stays: it has been changed since" in text
    assert names(ledger) >= {"documents/2026/N1.pdf", "outbox/N2.eml", "documents/2026/N2.pdf"}
    assert "N1: unchanged" in run(ledger, "verify", "N1")


def test_a_letter_about_several_invoices_is_discarded_as_a_whole(ledger: Path) -> None:
    more = '2026-01-12 * "Acme" "More" ^N3\n  invoice: "N3"\n  Assets:Clients:Acme  50.00 EUR\n  Income:Work\n'
    write(ledger, more)
    run(ledger, *REMIND, "--customer", "Acme", "--write")
    assert events(ledger) == ["prepared"]
    run(ledger, "send", "--discard", "N3", "--date", DAY, "--write")
    assert events(ledger) == ["prepared", "not-sent"]
    assert "Nothing is in doubt" in run(ledger, "send", "--date", DAY)
    assert sound(ledger)


def test_what_is_in_doubt_is_discarded_by_its_number_only(doubtful: Path) -> None:
    run(doubtful, "send", "--discard", "--all", "--date", DAY, "--write")
    assert events(doubtful) == ["sending"], "--all is about what was prepared"
    text = run(doubtful, "send", "--discard", "N1", "--date", DAY, "--write")
    assert "N1: reminder in doubt since 2026-02-25, email: discarded" in text
    assert 'Acme "N1 was discarded: it was not sent" ^N1' in ledger_text(doubtful)
    assert events(doubtful) == ["sending", "not-sent"]
    assert names(doubtful) == set()
    assert sound(doubtful)


def test_what_goes_is_in_the_commit(ledger: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(ledger.parent), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("config", "user.name", "x")
    git("config", "user.email", "x@x.example")
    (ledger.parent / ".gitignore").write_text("outbox\n*.picklecache\n.bean-invoice-*\n", encoding="utf-8")
    git("add", ".")
    git("commit", "-qm", "Books")
    run(ledger, *REMIND, "--write", "--commit")
    run(ledger, "send", "--discard", "N1", "--date", DAY, "--write", "--commit")
    assert git("status", "--porcelain") == ""
    assert "documents/2026/2026-02-25-Acme-EUR-1.pdf" in git("show", "--stat", "--format=%s", "HEAD")
    run(ledger, *REMIND, "--retry", "--customer", "Acme Sud", "--write", "--commit", code=0)
    assert git("status", "--porcelain") == ""


def test_what_is_made_anew_takes_the_place_of_what_waited(ledger: Path) -> None:
    run(ledger, "send", "N1", "N2", "--date", "2026-01-12", "--write")
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace('invoice: "N1"', 'invoice: "N1"\n  note: "Mended"'), encoding="utf-8")
    run(ledger, "send", "N1", "--retry", "--date", "2026-01-13", "--write")
    assert {name for name in names(ledger) if "outbox" in name} == {"outbox/N1.eml", "outbox/N2.eml"}
    assert b"Mended" in (ledger.parent / "documents" / "2026" / "N1.txt").read_bytes()
    run(ledger, "send", "N1", "N2", "--retry", "--channel", "post", "--date", "2026-01-13", "--write")
    said = run(ledger, "send", "N1", "--retry", "--channel", "post", "--date", "2026-01-13", "--write")
    assert "outbox/post-2026-01-13.pdf stays: N2 is in it too: do not send the whole file" in said
    assert sound(ledger)


# which of several ----------------------------------------------------------------------------------------------------


@pytest.fixture
def twice(ledger: Path) -> Path:
    """An invoice and a reminder of it wait."""
    run(ledger, "send", "N1", "--date", "2026-01-12", "--write")
    run(ledger, *REMIND, "--customer", "Acme", "--write")
    return ledger


@pytest.mark.parametrize("word", ["--confirm", "--discard"])
def test_where_several_things_wait_for_a_number_a_person_chooses(twice: Path, word: str) -> None:
    text = run(twice, "send", word, "N1", "--date", DAY, "--write", code=1)
    assert (
        "N1: several messages are waiting: invoice (prepared on 2026-01-12), reminder (prepared on "
        "2026-02-25): choose one: --what invoice or --what reminder"
    ) in text
    assert events(twice) == ["prepared", "prepared"]
    run(twice, "send", word, "N1", "--what", "invoice", "--date", DAY, "--write")
    done = "sent" if word == "--confirm" else "not-sent"
    assert events(twice) == ["prepared", "prepared", done]
    assert "no receipt of N1 is in doubt or prepared" in run(
        twice, "send", word, "N1", "--what", "receipt", "--date", DAY, "--write", code=1
    )
    run(twice, "send", word, "N1", "--date", DAY, "--write")
    assert events(twice)[3] == ("reminder" if word == "--confirm" else "not-sent"), "one thing alone needs no name"
    assert sound(twice)


IN_TWO = """
2026-01-12 * "Acme" "More" ^N3
  invoice: "N3"
  terms: "50% 10 days; 50% 33 days"
  Assets:Clients:Acme     600.00 EUR
  Income:Work
2026-02-12 note Assets:Clients:Acme "By hand" ^N1 ^N3
  event: "reminder"
  level: 1
"""


@pytest.fixture
def both(ledger: Path) -> Path:
    """Two letters about one invoice wait: the second one about what fell due first, and the first one about the rest."""
    write(ledger, IN_TWO)
    run(ledger, *REMIND, "--customer", "Acme", "--write")
    return ledger


def commands(ledger: Path) -> list[str]:
    """What `send` says can be answered, in its order."""
    return [" ".join(one) for one in hints(run(ledger, "send", "--date", DAY))]


@pytest.mark.parametrize("word", ["--confirm", "--discard"])
def test_two_letters_about_one_invoice_are_answered_one_by_one(both: Path, word: str) -> None:
    levels = [one["level"] for one in answers(both, "send", "--date", DAY)]
    assert levels == [2, 1]
    text = run(both, "send", word, "N3", "--date", DAY, "--write", code=1)
    assert (
        "N3: several messages are waiting: reminder of level 2 (prepared on 2026-02-25), reminder of level 1 "
        "(prepared on 2026-02-25): choose one: --level 2 or --level 1"
    ) in text
    assert commands(both)[:3] == [
        "send --confirm N1 N3 --level 2 --write",
        "remind --send --retry --customer Acme --level 2 --write",
        "send --discard N1 N3 --level 2 --write",
    ]
    run(both, "send", word, "N3", "--level", "1", "--date", DAY, "--write")
    done = "reminder" if word == "--confirm" else "not-sent"
    assert events(both) == ["prepared", "prepared", done]
    assert [one["level"] for one in answers(both, "send", "--date", DAY)] == [2], "the other one waits"
    assert "no reminder of N3 of level 1 is" in run(
        both, "send", word, "N3", "--what", "reminder", "--level", "1", "--write", "--date", DAY, code=1
    )
    assert sound(both)


def test_one_of_two_letters_about_one_invoice_is_made_anew(both: Path) -> None:
    text = run(both, *REMIND, "--retry", "--customer", "Acme", "--level", "1", "--write")
    assert "outbox/2026-02-25-Acme-EUR-1.eml" in text
    assert "EUR-2" not in text
    assert events(both) == ["prepared", "prepared", "not-sent", "prepared"]
    assert record(both).count('event: "not-sent"\n  sends: "reminder"\n  level: 1') == 1


def test_what_speaks_against_one_letter_is_not_said_of_the_other(both: Path) -> None:
    write(both, """
2026-02-25 note Assets:Clients:Acme "The first half is wrong" ^N3
  event: "dispute"
  amount: 300.00
2026-02-26 * "Acme" "N1" ^N1
  Assets:Bank  1000.00 EUR
  Assets:Clients:Acme
""")  # fmt: skip
    second, first = answers(both, "send", "--date", "2026-02-26")
    assert "N1: settled since 2026-02-26; N3: in dispute since 2026-02-25" in str(second["objection"])
    assert first["objection"] is None
    (rest,) = [row for row in remind(both, "--customer", "Acme") if row["level"] == 1]
    assert rest["waiting"] == {"state": "prepared", "since": DAY}


def test_a_letter_about_another_instalment_waits_for_no_other_letter(both: Path) -> None:
    run(both, "send", "--discard", "N3", "--level", "1", "--date", DAY, "--write")
    (second, first) = answers(both, *REMIND, "--customer", "Acme")
    assert (first["state"], first["level"], second["state"], second["level"]) == ("would-prepare", 1, "held", 2)
    assert "--retry --customer Acme --write" in str(second["why"]), "there is one letter only"


def test_all_of_a_kind(twice: Path) -> None:
    run(twice, "send", "--confirm", "--all", "--what", "reminder", "--date", DAY, "--write")
    assert events(twice) == ["prepared", "prepared", "reminder"]


def test_a_statement_is_named_by_its_customer(ledger: Path) -> None:
    run(ledger, "statement", "--all", "--as-of", DAY, "--send", "--write")
    assert events(ledger) == ["prepared"] * 2
    text = run(ledger, "send", "--discard", "acm", "--date", DAY, "--write", code=1)
    assert '"acm" can be Acme (Assets:Clients:Acme), Acme Sud (Assets:Clients:AcmeSud): say which account' in text
    run(ledger, "send", "--discard", "Acme", "--date", DAY, "--write")
    assert record(ledger).rstrip().endswith('>"')
    (left,) = answers(ledger, "send")
    assert left["customer"] == "Assets:Clients:AcmeSud"
    for number in ("N1", "N99"):
        assert f"nothing of {number} is in doubt" in run(ledger, "send", "--confirm", number, "--write", code=1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--discard",),
        ("--discard", "--confirm", "N1"),
        ("--discard", "--retry", "N1"),
        ("--what", "reminder", "N1"),
        ("--discard", "--all", "N1"),
        ("--discard", "N1", "--what", "letter"),
    ],
)
def test_options_that_say_nothing_together(ledger: Path, arguments: tuple[str, ...]) -> None:
    run(ledger, "send", *arguments, code=2)


# the hints, as they are written --------------------------------------------------------------------------------------


@pytest.fixture
def doubtful(ledger: Path) -> Iterator[Path]:
    """A reminder whose end the server took without an answer; the next one arrives."""
    with broken(Broken({0: "end"})) as port:
        write(ledger, f'2026-01-01 custom "invoice-option" "smtp" "127.0.0.1:{port}"\n')
        write(ledger, '2026-01-01 custom "invoice-option" "smtp-security" "none"\n')
        run(ledger, *REMIND, "--customer", "Acme", "--write", code=1)
        yield ledger


def hints(said: str) -> list[list[str]]:
    """The commands that a message names, each with its arguments."""
    return [shlex.split(one)[1:] for one in re.findall(r"bean-invoice [^:;,\n]*? --write", said)]


def follow(ledger: Path, hint: list[str]) -> str:
    """What a hint does, on the day of the tests."""
    day = ["--date", DAY] if hint[0] == "send" else ["--as-of", DAY, *(["--yes"] if hint[0] == "remind" else [])]
    return run(ledger, *hint, *day)


def test_a_retry_of_the_invoice_names_the_command_for_the_reminder(doubtful: Path) -> None:
    text = run(doubtful, "send", "N1", "--retry", "--date", DAY, "--write", code=1)
    assert "the invoice is neither in doubt nor prepared; but the reminder has been in doubt since 2026-02-25" in text
    assert events(doubtful) == ["sending"]
    confirm, anew = hints(text)
    assert confirm == ["send", "--confirm", "N1", "--write"]
    assert anew == ["remind", "--send", "--retry", "--customer", "Acme", "--write"]
    follow(doubtful, anew)
    assert events(doubtful) == ["sending", "not-sent", "sending", "reminder"]
    assert sound(doubtful)


def test_each_hint_does_what_it_says(twice: Path) -> None:
    before = record(twice)
    text = run(twice, "send", "--date", DAY)
    of_invoice, of_reminder = (hints(line) for line in text.splitlines())
    expected = [["sent"], ["not-sent", "prepared"], ["not-sent"], ["reminder"], ["not-sent", "prepared"], ["not-sent"]]
    for hint, then in zip([*of_invoice, *of_reminder], expected, strict=True):
        (twice.parent / "sent-2026.beancount").write_text(before, encoding="utf-8")
        follow(twice, hint)
        assert events(twice) == ["prepared", "prepared", *then], hint


@pytest.mark.parametrize("what", ["statement", "receipt"])
def test_the_hints_of_statements_and_receipts(ledger: Path, what: str) -> None:
    write(ledger, '2026-02-20 * "Part" ^N1\n  Assets:Bank  10.00 EUR\n  Assets:Clients:Acme\n')
    run(ledger, what, "Acme" if what == "statement" else "N1", "--as-of", DAY, "--send", "--write")
    before = record(ledger)
    for hint, then in zip(hints(run(ledger, "send")), [[what], ["not-sent", "prepared"], ["not-sent"]], strict=True):
        (ledger.parent / "sent-2026.beancount").write_text(before, encoding="utf-8")
        follow(ledger, hint)
        assert events(ledger) == ["prepared", *then], hint


@pytest.mark.parametrize("command", [("send", "N1"), ("statement", "Acme", "--send")])
def test_what_went_by_another_channel_is_made_anew_by_it(ledger: Path, command: tuple[str, ...]) -> None:
    """And not, all of a sudden, by e-mail."""
    day = ("--date" if command[0] == "send" else "--as-of", DAY)
    run(ledger, *command, *day, "--channel", "post", "--write")
    _confirm, anew, _discard = hints(run(ledger, "send"))
    assert anew[-3:] == ["--channel", "post", "--write"]
    follow(ledger, anew)
    assert re.findall(r'channel: "(\w+)"', record(ledger)) == ["post"] * 3


def test_customers_of_like_accounts_are_named_in_full(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8").replace("Assets:Clients:AcmeSud", "Assets:Clients:Sud:Acme")
    ledger.write_text(text, encoding="utf-8")
    run(ledger, *REMIND, "--write")
    said = run(ledger, "send", "--date", DAY)
    assert "--customer Assets:Clients:Acme --write" in said
    assert "--customer Assets:Clients:Sud:Acme --write" in said


def test_a_retry_of_nothing_says_so(ledger: Path) -> None:
    run(ledger, "send", "N1", "--date", "2026-01-12", "--write")
    text = run(ledger, *REMIND, "--retry", "--write")
    assert "No reminder is in doubt or prepared; bean-invoice send shows what is." in text
    assert events(ledger) == ["prepared"]


# judged again --------------------------------------------------------------------------------------------------------

NEXT = "2026-03-02"
PAID = '2026-02-27 * "Acme" "{}" ^N1\n  Assets:Bank  {} EUR\n  Assets:Clients:Acme\n'
SAID = '2026-02-27 note Assets:Clients:Acme "Said" ^N1\n  event: "{}"\n{}'


@pytest.mark.parametrize(
    ("since", "why"),
    [
        (PAID.format("All", "1000.00"), "settled since 2026-02-27"),
        (SAID.format("promise", "  until: 2026-03-10\n"), "promised until 2026-03-10"),
        (SAID.format("dispute", ""), "in dispute since 2026-02-27"),
        (SAID.format("hold", ""), "on hold since 2026-02-27"),
        (SAID.format("insolvency", "").replace(" ^N1", ""), "insolvency since 2026-02-27"),
        (SAID.format("reminder", "  level: 1\n"), "level 1 left on 2026-02-27"),
    ],
)
def test_a_letter_that_waits_is_judged_again(ledger: Path, since: str, why: str) -> None:
    run(ledger, *REMIND, "--write")
    assert all(one["objection"] is None for one in answers(ledger, "send", "--date", NEXT))
    write(ledger, since)
    discard = "discard it: bean-invoice send --discard N1 --write"
    for command in (
        ("send", "--date", NEXT),
        ("remind", "--as-of", NEXT),
        ("remind", "--as-of", NEXT, "--send", "--yes"),
        ("run", "--date", NEXT, "--yes"),
        ("today", "--as-of", NEXT),
    ):
        text = " ".join(call(ledger, *command).split())
        assert re.search(rf"it would not be sent today \(N1: [^)]*{re.escape(why)}", text), command
        assert discard in text, command
        assert "N2: " not in text.replace("N2: was prepared", ""), "the other letter stays as it is"
    first, second = answers(ledger, "send", "--date", NEXT)
    assert why in str(first["objection"])
    assert second["objection"] is None
    assert why not in run(ledger, "send", "--date", "2026-02-26"), "on an earlier day nobody knew it"


def test_a_letter_whose_level_has_left_meanwhile_is_another_one_by_now(ledger: Path) -> None:
    run(ledger, *REMIND, "--customer", "Acme", "--write")
    write(ledger, SAID.format("reminder", "  level: 1\n"))
    text = run(ledger, "send", "--date", "2026-03-10")
    assert "level 1 left on 2026-02-27: level 2 is due): make it again: bean-invoice remind --send" in text


def test_what_is_confirmed_all_the_same_is_recorded_with_a_warning(ledger: Path) -> None:
    run(ledger, *REMIND, "--write")
    write(ledger, PAID.format("All", "1000.00"))
    text = run(ledger, "send", "--confirm", "--all", "--date", NEXT, "--write")
    assert "N1: warning: it would not be sent today (N1: settled since 2026-02-27)" in text
    assert text.count("warning") == 1
    assert events(ledger) == ["prepared", "prepared", "reminder", "reminder"]
    assert sound(ledger)


def test_a_letter_that_asks_for_more_than_is_owed_by_now_is_made_anew(ledger: Path) -> None:
    run(ledger, *REMIND, "--customer", "Acme", "--write")
    write(ledger, PAID.format("Part", "400.00"))
    text = run(ledger, "send", "--date", NEXT)
    assert "it would not be sent like this today (N1: 400.00 was received after 2026-02-25)" in text
    anew, discard, confirm = hints(text)
    assert "make it again: bean-invoice remind --send --retry --customer Acme --write" in text
    assert discard == ["send", "--discard", "N1", "--write"]
    assert confirm == ["send", "--confirm", "N1", "--write"]
    run(ledger, *anew, "--as-of", NEXT, "--yes")
    assert names(ledger) == {
        "outbox/2026-03-02-Acme-EUR-1.eml", "documents/2026/2026-03-02-Acme-EUR-1.pdf",
    }  # fmt: skip
    assert "would not be sent" not in run(ledger, "send", "--date", NEXT)
    assert sound(ledger)


def test_of_a_letter_about_two_invoices_one_is_paid(ledger: Path) -> None:
    more = '2026-01-10 * "Acme" "More" ^N3\n  invoice: "N3"\n  Assets:Clients:Acme  50.00 EUR\n  Income:Work\n'
    write(ledger, more)
    run(ledger, *REMIND, "--customer", "Acme", "--write")
    write(ledger, PAID.format("All", "1000.00"))
    text = run(ledger, "send", "--date", NEXT)
    assert "it would not be sent like this today (N1: settled since 2026-02-27): make it again:" in text
    text = run(ledger, "remind", "--send", "--yes", "--as-of", NEXT, code=1)
    assert text.count("it would not be sent like this today") == 1


def test_what_is_in_doubt_and_paid_by_now_is_not_sent_again(doubtful: Path) -> None:
    write(doubtful, PAID.format("All", "1000.00"))
    text = run(doubtful, "send", "--date", NEXT)
    assert "if it did: bean-invoice send --confirm N1 --write, if not, it would not be sent today" in text
    assert "discard it: bean-invoice send --discard N1 --write" in text
    assert "--retry" not in text
    text = run(doubtful, "remind", "--send", "--retry", "--yes", "--as-of", NEXT, "--write")
    assert "discard it: bean-invoice send --discard N1 --write" in text
    assert events(doubtful) == ["sending"]


# plain remind --------------------------------------------------------------------------------------------------------


def test_remind_marks_what_waits_already_and_leaves_it_out_of_what_it_writes(ledger: Path) -> None:
    run(ledger, *REMIND, "--customer", "Acme", "--write")
    first, second = remind(ledger)
    assert first["waiting"] == {"state": "prepared", "since": DAY}
    assert second["waiting"] is None
    table = run(ledger, "remind", "--as-of", DAY)
    assert re.search(r"Acme +1 +N1 .*EUR +prepared 2026-02-25", table)
    assert re.search(r"Acme Sud +1 +N2 .*EUR$", table, re.MULTILINE)
    assert re.search(r"N1,.*,prepared$", run(ledger, "remind", "--as-of", DAY, "--format", "csv"), re.MULTILINE)
    folder = ledger.parent / "letters"
    text = run(ledger, "remind", "--as-of", DAY, "-o", str(folder), "--to", "text")
    assert [path.name for path in folder.iterdir()] == ["2026-02-25-AcmeSud-EUR-1.txt"]
    assert "not written: the letter about N1 is already waiting: prepared 2026-02-25" in text
    assert remind(ledger, "--as-of", "2026-02-24")[0]["waiting"] is None, "of a past day it says what was due on it"


def test_without_anything_that_waits_the_table_has_no_column_for_it(ledger: Path) -> None:
    assert "waits" not in run(ledger, "remind", "--as-of", DAY)


def test_a_letter_in_doubt_is_marked_too(doubtful: Path) -> None:
    assert remind(doubtful)[0]["waiting"] == {"state": "in-doubt", "since": DAY}


# where things are recorded -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["--confirm", "--discard"])
def test_a_sealed_document_is_known_from_a_record_in_another_folder(ledger: Path, word: str) -> None:
    """The record names it as ../documents/…: confirmed, it is not put into the ledger a second time; discarded, it stays."""
    write(ledger, '2026-01-01 custom "invoice-option" "sent-file" "sent/{year}.beancount"\n')
    run(ledger, "seal", "N1", "--date", "2026-01-12", "--write")
    run(ledger, "send", "N1", "--date", "2026-01-12", "--write")
    run(ledger, "send", word, "N1", "--date", "2026-01-13", "--write")
    recorded = (ledger.parent / "sent" / "2026.beancount").read_text(encoding="utf-8")
    assert "../documents/2026/N1.pdf" in recorded
    assert " document " not in recorded
    assert (ledger.parent / "documents" / "2026" / "N1.pdf").is_file()
    assert sound(ledger)
