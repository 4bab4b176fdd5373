"""`accounting lock`: what is closed stays closed, and whoever changes it is told what it was."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import chdir
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from click.testing import CliRunner
from fava.application import create_app

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

BOOKS = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"

2026-01-05 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"

2026-02-05 * "Acme SAS" "More work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services  -200.00 EUR
    text: "More work"
    tax: "FR20"
  Liabilities:VAT  -40.00 EUR
    tax: "FR20"

2026-02-10 * "Acme SAS" "F2026-0001"
  Assets:Bank  120.00 EUR
  Assets:Receivable:Acme  -120.00 EUR

plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two invoices and a payment, of January and February 2026."""
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + BOOKS, encoding="utf-8")
    return file


@pytest.fixture
def closed(ledger: Path) -> Path:
    """The same, closed up to the end of January."""
    run(ledger, "accounting", "lock", "2026-01-31", "--date", "2026-02-15", "-w")
    return ledger


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    with chdir(ledger.parent):
        result = CliRunner().invoke(main, ["-f", ledger.name, *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def change(ledger: Path, old: str, new: str) -> None:
    text = ledger.read_text(encoding="utf-8")
    assert old in text
    ledger.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_lock_is_shown_first_and_names_the_checksum_of_its_list(ledger: Path) -> None:
    before = ledger.read_bytes()
    shown = run(ledger, "accounting", "lock", "2026-01", "--date", "2026-02-15")
    assert '2026-02-15 custom "invoice-lock" 2026-01-31 sha256: "' in shown
    assert "nothing is written without --write" in shown
    assert ledger.read_bytes() == before
    assert not (ledger.parent / "locks").exists()
    run(ledger, "accounting", "lock", "2026-01", "--date", "2026-02-15", "-w")
    content = (ledger.parent / "locks" / "2026-01-31.txt").read_bytes()
    assert f'sha256: "{sha256(content).hexdigest()}"' in ledger.read_text(encoding="utf-8")
    head, *lines, end = content.decode().split("\n")
    assert head == "invoice-lock 1 2026-02-15 from - to 2026-01-31 after -"
    assert end == ""
    assert lines[-1] == (
        '2026-01-05 * "Acme SAS" "Work" ^F2026-0001 invoice: "F2026-0001" | Assets:Receivable:Acme 120 EUR | '
        'Income:Services -100 EUR tax: "FR20" text: "Work" | Liabilities:VAT -20 EUR tax: "FR20"'
    )
    assert "0 errors" in run(ledger, "check")


def test_what_is_closed_is_closed_once(closed: Path) -> None:
    before = closed.read_bytes()
    for day in ("2026-01-31", "2026-01-15"):
        said = run(closed, "accounting", "lock", day, "-w", "--date", "2026-03-15")
        assert "Nothing to do: the books are closed up to 2026-01-31, since 2026-02-15" in said
    assert closed.read_bytes() == before


def test_locks_follow_each_other(closed: Path) -> None:
    run(closed, "accounting", "lock", "2026-02", "--date", "2026-03-15", "-w")
    text = closed.read_text(encoding="utf-8")
    first, _second = re.findall('sha256: "(.*)"', text)
    assert f'  previous: "{first}"\n  from: 2026-02-01\n  file: "locks/2026-02-28.txt"' in text
    listed = (closed.parent / "locks" / "2026-02-28.txt").read_text(encoding="utf-8")
    assert f'2026-02-15 custom "invoice-lock" 2026-01-31 sha256: "{first}"\n' in listed, "the first is closed, too"
    said = run(closed, "verify")
    assert "Books closed up to 2026-01-31, on 2026-02-15" in said
    assert "Books closed up to 2026-02-28, on 2026-03-15" in said
    assert "missing in between: none" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("2026-02-28", "--date", "2026-02-28"), "2026-02-28 is not over on 2026-02-28: close the books up to a day before"),
        (("2026-03-31", "--date", "2026-02-28"), "2026-03-31 is not over on 2026-02-28"),
        (("2024", "--date", "2026-02-28"), "nothing is dated up to 2024-12-31"),
    ],
)  # fmt: skip
def test_what_cannot_be_closed(ledger: Path, arguments: tuple[str, ...], message: str) -> None:
    assert message in run(ledger, "accounting", "lock", *arguments, "-w", code=1)
    assert "invoice-lock" not in ledger.read_text(encoding="utf-8")


def test_no_lock_before_the_last_one(closed: Path) -> None:
    said = run(closed, "accounting", "lock", "2026-02-10", "--date", "2026-02-12", "-w", code=1)
    assert "the books were closed last on 2026-02-15: a lock of 2026-02-12 would be before it" in said


def test_no_period(ledger: Path) -> None:
    assert "nonsense is neither a day nor a period" in run(ledger, "accounting", "lock", "nonsense", code=2)


def test_a_draft_must_be_issued_first(ledger: Path) -> None:
    change(ledger, '2026-01-05 * "Acme SAS" "Work" ^F2026-0001', '2026-01-05 ! "Acme SAS" "Work" ^draft-1')
    change(ledger, 'invoice: "F2026-0001"', 'invoice: "draft-1"')
    said = run(ledger, "accounting", "lock", "2026-01-31", "--date", "2026-03-01", code=1)
    assert "draft-1 is a draft of 2026-01-05" in said
    assert "bean-invoice issue draft-1" in said


def test_a_ledger_with_errors_is_not_closed(ledger: Path) -> None:
    change(ledger, "Liabilities:VAT  -20.00", "Liabilities:VAT  -21.00")
    assert "the ledger has errors" in run(ledger, "accounting", "lock", "2026-01", "--date", "2026-03-01", "-w", code=1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("120.00 EUR\n  Income:Services  -100.00", "132.00 EUR\n  Income:Services  -110.00",
         ": this entry was changed, but the books are closed up to 2026-01-31 (main.beancount:"),
        ('"Work" ^', '"Other work" ^', 'then "Work", now "Other work"; put it back as it was (git log -p'),
        ("2026-01-05 *", "2026-02-01 *", '2026-01-05 * "Acme SAS" "Work" ^F2026-0001 invoice: "F2026-0001" | Assets'),
        ("2026-02-10 *", "2026-01-10 *", "2026-01-10 is closed, as the books are up to 2026-01-31 (main.beancount:"),
    ],
)  # fmt: skip
def test_a_change_is_told_where_it_is(closed: Path, old: str, new: str, message: str) -> None:
    change(closed, old, new)
    assert message in run(closed, "check", code=1)


def test_a_change_without_the_list(closed: Path) -> None:
    (closed.parent / "locks" / "2026-01-31.txt").unlink()
    assert "0 errors" in run(closed, "check"), "the ledger alone tells that nothing has changed"
    said = run(closed, "verify", code=1)
    assert "locks/2026-01-31.txt, the list of what was closed by main.beancount:" in said
    change(closed, '"Work" ^', '"Other work" ^')
    assert "the books up to 2026-01-31 have changed since they were closed, and" in run(closed, "check", code=1)


def test_windows_line_breaks_are_no_change(closed: Path) -> None:
    listed = closed.parent / "locks" / "2026-01-31.txt"
    listed.write_bytes(listed.read_bytes().replace(b"\n", b"\r\n"))
    run(closed, "verify")
    change(closed, '"Work" ^', '"Other work" ^')
    assert 'then "Work", now "Other work"' in run(closed, "check", code=1)


@pytest.mark.parametrize(
    "command",
    [
        "pay F2026-0001 --date 2026-01-20 --account Assets:Bank",
        "credit F2026-0001 --date 2026-01-31",
        "seal F2026-0001 --date 2026-01-31",
        "contract add Acme HOST subscription --text Hosting --every month --price 5 --account Income:Services "
        "--from 2026-01-01",
    ],
)
def test_commands_write_nothing_into_closed_days(closed: Path, command: str) -> None:
    before = closed.read_bytes()
    said = run(closed, *command.split(), "-w", code=1)
    assert "is closed, as the books are up to 2026-01-31" in said
    assert "date this 2026-02-01 or later" in said
    assert closed.read_bytes() == before


def test_commands_write_into_open_days(closed: Path) -> None:
    for command in (
        "pay F2026-0001 --date 2026-02-12 --account Assets:Bank",
        "credit F2026-0002 --date 2026-03-01",
        "seal F2026-0001 --date 2026-02-16",
        "contract add Acme HOST subscription --text Hosting --every month --price 5 --account Income:Services "
        "--from 2026-03-01",
        "customer change Acme --city Angers --from 2026-03-01",
    ):
        run(closed, *command.split(), "-w")
    assert "0 errors" in run(closed, "check")


def test_a_closed_document_is_not_taken_back_or_matched(closed: Path) -> None:
    run(closed, "accounting", "lock", "2026-02-28", "--date", "2026-03-15", "-w")
    before = closed.read_bytes()
    said = run(closed, "undo", "F2026-0002", "-w", code=1)
    assert '2026-02-05 * "Acme SAS" "More work" ^F2026-0002' in said
    assert "this entry is gone, but the books are closed up to 2026-02-28" in said
    said = run(closed, "bank", "match", "-w")
    assert "1 payment is not matched, because the books are closed up to 2026-02-28: bean-invoice allocate" in said
    assert closed.read_bytes() == before


def test_closed_money_is_allocated_by_a_new_entry(closed: Path) -> None:
    run(closed, "accounting", "lock", "2026-02-28", "--date", "2026-03-15", "-w")
    run(closed, "allocate", "F2026-0001", "--date", "2026-03-16", "-w")
    assert "0 errors" in run(closed, "check")
    assert "2026-03-16 *" in closed.read_text(encoding="utf-8")


def test_a_deleted_seal_is_noticed(closed: Path) -> None:
    run(closed, "seal", "F2026-0001", "--date", "2026-02-16", "-w")
    run(closed, "accounting", "lock", "2026-02-28", "--date", "2026-03-15", "-w")
    text = closed.read_text(encoding="utf-8")
    (directive,) = re.findall(r"2026-02-16 document (?:.*\n)(?:  .*\n)+", text)
    closed.write_text(text.replace(directive, ""), encoding="utf-8")
    (closed.parent / "documents" / "2026" / "F2026-0001.pdf").unlink()
    said = run(closed, "verify", code=1)
    assert '2026-02-16 document Assets:Receivable:Acme "F2026-0001.pdf" ^F2026-0001 event: "sealed"' in said
    assert "this entry is gone" in said


def test_reopening_records_why_and_leaves_the_lock(closed: Path) -> None:
    notice = "A closed period may be opened again only while nobody relies on it"
    said = run(closed, "accounting", "lock", "2026-01", "--reopen", "An invoice was late", "--date", "2026-02-16", "-w")
    assert notice in said
    text = closed.read_text(encoding="utf-8")
    assert '2026-02-16 custom "invoice-reopened" 2026-01-31\n  reason: "An invoice was late"\n  previous: "' in text
    change(closed, '"Work" ^', '"Other work" ^')
    assert "0 errors" in run(closed, "check")
    run(closed, "accounting", "lock", "2026-01", "--date", "2026-02-17", "-w")
    said = run(closed, "verify")
    assert "on 2026-02-15" in said
    assert "opened again" in said
    assert "An invoice was late" in said
    assert "missing in between: none" in said
    assert (closed.parent / "locks" / "2026-01-31-2.txt").is_file()
    change(closed, "An invoice was late", "Nothing special")
    assert "the lock or reopening before this one" in run(closed, "check", code=1), "the next lock names the reason"


def test_only_the_last_lock_is_reopened(closed: Path) -> None:
    run(closed, "accounting", "lock", "2026-02-28", "--date", "2026-03-15", "-w")
    said = run(closed, "accounting", "lock", "2026-01-31", "--reopen", "x", "--date", "2026-03-16", "-w", code=1)
    assert "the last lock is of 2026-02-28" in said
    assert "accounting lock 2026-02-28 --reopen REASON" in said
    said = run(closed, "accounting", "lock", "2026-02-28", "--reopen", "x", "--date", "2026-03-01", "-w", code=1)
    assert "the books were closed on 2026-03-15: they cannot be reopened before" in said


def test_nothing_to_reopen(ledger: Path) -> None:
    assert "the books are not closed" in run(ledger, "accounting", "lock", "2026-01", "--reopen", "x", "-w", code=1)


def test_reopening_is_a_way_out_of_a_change_that_cannot_be_undone(closed: Path) -> None:
    change(closed, '"Work" ^', '"Other work" ^')
    run(closed, "accounting", "lock", "2026-01", "--reopen", "The text was wrong", "--date", "2026-02-16", "-w")
    assert "0 errors" in run(closed, "check")


def test_verify_finds_the_list_of_a_lock_that_was_deleted(closed: Path) -> None:
    mark = re.findall('sha256: "(.*)"', closed.read_text(encoding="utf-8"))[0]
    run(closed, "verify", "--mark", mark[:12])
    text = closed.read_text(encoding="utf-8")
    closed.write_text(re.sub(r"2026-02-15 custom .*\n(  .*\n)+", "", text), encoding="utf-8")
    said = run(closed, "verify", code=1)
    assert "locks/2026-01-31.txt lists what was closed, but no lock in the ledger names it" in said
    (row,) = json.loads(CliRunner().invoke(main, ["-f", str(closed), "verify", "--format", "json"]).stdout)
    assert [difference["what"] for difference in row["differences"]] == ["lock"]
    (closed.parent / "locks" / "2026-01-31.txt").unlink()
    assert "no seal and no lock has the fingerprint" in run(closed, "verify", "--mark", mark[:12], code=1)


def test_verify_lists_what_is_not_sealed(closed: Path) -> None:
    run(closed, "seal", "F2026-0001", "--date", "2026-02-16", "-w")
    assert "Not sealed: 1 document, F2026-0002" in run(closed, "verify")


def git(ledger: Path, *arguments: str) -> str:
    as_somebody = ["-c", "user.name=Camille", "-c", "user.email=camille@quai.example"]
    command = ["git", "-C", str(ledger.parent), *as_somebody, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def in_git(closed: Path) -> Path:
    """The closed books in a repository, one folder below its top."""
    folder = closed.parent / "books"
    folder.mkdir()
    for name in ("main.beancount", "locks"):
        (closed.parent / name).rename(folder / name)
    git(closed, "init", "-q")
    git(closed, "add", "books")
    git(closed, "commit", "-q", "-m", "Closed")
    return folder / "main.beancount"


def test_a_list_that_is_gone_is_taken_from_git(in_git: Path) -> None:
    listed = in_git.parent / "locks" / "2026-01-31.txt"
    content = listed.read_bytes()
    change(in_git, '"Work" ^', '"Other work" ^')
    shutil.rmtree(listed.parent)
    said = run(in_git, "check", code=1)
    assert 'then "Work", now "Other work"' in said
    (advice,) = re.findall(r"put it back, (git checkout [0-9a-f]{12} -- locks/2026-01-31.txt)", said)
    git(in_git, *advice.split()[1:])
    assert listed.read_bytes() == content
    said = run(in_git, "check", code=1)
    assert 'then "Work", now "Other work"' in said
    assert "put it back, git checkout" not in said


def test_the_list_is_found_below_later_versions_of_its_file(in_git: Path) -> None:
    listed = in_git.parent / "locks" / "2026-01-31.txt"
    listed.write_text("invoice-lock 1\n", encoding="utf-8")
    git(in_git, "commit", "-q", "-am", "Spoilt")
    change(in_git, '"Work" ^', '"Other work" ^')
    assert 'then "Work", now "Other work"' in run(in_git, "check", code=1)


def test_without_git_or_a_commit_of_the_list_nothing_can_be_told(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (closed.parent / "locks" / "2026-01-31.txt").unlink()
    change(closed, '"Work" ^', '"Other work" ^')
    untold = "which lists what they said, is missing or was changed too"
    assert untold in run(closed, "check", code=1)
    git(closed, "init", "-q")
    change(closed, '"Other work" ^', '"Others work" ^')
    assert untold in run(closed, "check", code=1), "no commit"
    monkeypatch.setenv("PATH", str(closed.parent))
    change(closed, '"Others work" ^', '"Other work" ^')
    assert untold in run(closed, "check", code=1), "no git"


def rows_of_locks(ledger: Path) -> list[dict[str, Any]]:
    answer = CliRunner().invoke(main, ["-f", str(ledger), "verify", "--format", "json"])
    return [row for row in json.loads(answer.stdout) if row["closed_up_to"]]


def test_the_json_of_verify_has_the_locks(closed: Path) -> None:
    (row,) = rows_of_locks(closed)
    assert (row["closed_up_to"], row["sealed_on"], row["unchanged"]) == ("2026-01-31", "2026-02-15", True)
    assert row["file"].endswith("locks/2026-01-31.txt")
    change(closed, '"Work" ^', '"Other work" ^')
    assert [row["unchanged"] for row in rows_of_locks(closed)] == [False]
    run(closed, "accounting", "lock", "2026-01", "--reopen", "An invoice was late", "--date", "2026-02-16", "-w")
    run(closed, "accounting", "lock", "2026-01", "--date", "2026-02-17", "-w")
    assert [(row["unchanged"], row["notice"]) for row in rows_of_locks(closed)] == [
        (None, "opened again on 2026-02-16: An invoice was late"), (True, None),
    ]  # fmt: skip


def test_errors_of_a_lock_are_the_same_from_beancounts_cache_and_in_fava(closed: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"

    def uncached(name: str) -> Any:
        return loader._load([(name, True)], None, None, None)

    cached = loader.pickle_cache_function(lambda _name: str(cache), 0.0, uncached)

    def told() -> list[str]:
        _entries, errors, _options = cached(str(closed))
        return [error.message for error in errors]

    assert told() == []
    change(closed, '"Work" ^', '"Pork" ^')  # of the same size
    first = told()
    assert ['then "Work", now "Pork"' in message for message in first] == [True]
    before = cache.stat().st_mtime_ns
    assert told() == first
    assert cache.stat().st_mtime_ns == before, "the second load was the cache's"
    browser = create_app([closed], load=True).test_client()
    home = browser.get("/").headers["Location"].removesuffix("income_statement/")
    assert [error["message"] for error in browser.get(f"{home}api/errors").json["data"]] == first  # type: ignore[index]
    change(closed, '"Pork" ^', '"Work" ^')
    assert told() == []
