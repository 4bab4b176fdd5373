"""What is written into ledger files: only the lines that must, whole or not at all, wherever it is interrupted."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from beancount import loader
from beancount.scripts.format import align_beancount
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from beancount_invoicing.files import FileChanged
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.loading.loader import load
from beancount_invoicing.model import Source
from beancount_invoicing.sending.records import LedgerAppender
from beancount_invoicing.writing import text, trial, writer
from beancount_invoicing.writing.writer import Addition, CannotWrite, Edit
from tests.killing import killed_at_each_step
from tests.ledgers import PRELUDE

CONTRACT = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "subscription"
  text: "Hosting"
  account: Income:Services
  price: 100.00
  every: "month"
  tax: "FR20"
"""
PLUGIN = """
; what is said right above the plugin belongs to it
plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with a contract, whose plugin line stands last."""
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + CONTRACT + PLUGIN, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str) -> Result:
    """`bean-invoice` on a ledger."""
    return CliRunner().invoke(main, ["-f", str(ledger), *arguments])


def bill(ledger: Path, until: str = "2026-01-31", *more: str) -> Result:
    return run(ledger, "bill", "--until", until, "--write", *more)


def numbers(ledger: Path) -> list[str]:
    """The numbers of the ledger's documents; nothing may be wrong with it."""
    opened = open_ledger(ledger)
    assert [str(error) for error in opened.errors] == []
    return [invoice.number for invoice in opened.book.invoices]


# where and how it is written ------------------------------------------------------------------------------------------------


def test_it_stands_at_the_end_but_before_the_plugin_line_and_all_else_stays(ledger: Path) -> None:
    before = ledger.read_text(encoding="utf-8")
    assert bill(ledger).exit_code == 0
    after = ledger.read_text(encoding="utf-8")
    assert after.startswith(before.removesuffix(PLUGIN.lstrip("\n")))
    assert after.endswith('    tax: "FR20"\n' + PLUGIN)
    assert numbers(ledger) == ["F2026-0001"]


def test_a_file_that_the_option_names_is_made_and_included(ledger: Path) -> None:
    option = '2025-01-01 custom "invoice-option" "file" "{year}/{month}.beancount"\n'
    ledger.write_text(PRELUDE + CONTRACT + option + PLUGIN, encoding="utf-8")
    assert bill(ledger).exit_code == 0
    assert bill(ledger, "2026-02-28").exit_code == 0
    assert 'include "2026/01.beancount"\n' in ledger.read_text(encoding="utf-8")
    assert (ledger.parent / "2026/02.beancount").read_text(encoding="utf-8").startswith("2026-02-28 *")
    assert numbers(ledger) == ["F2026-0001", "F2026-0002"]


@pytest.mark.parametrize("pattern", ["", 'include "2*.beancount"\n'])
def test_a_full_disk_leaves_no_empty_new_file(ledger: Path, pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pattern + ledger.read_text(encoding="utf-8")
    ledger.write_text(before, encoding="utf-8")
    if pattern:
        ledger.with_name("2025.beancount").write_text("", encoding="utf-8")

    def full(descriptor: int) -> None:
        """There is room for the first file, the one with the include, and not for the second."""
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(28, "No space left on device")

    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", full)
    new = ledger.with_name("2026.beancount")
    plan = writer.plan(ledger, [str(ledger)], [Addition(new, "; new\n"), Addition(ledger, "; newer\n")])
    with pytest.raises(OSError, match="No space left") as raised:
        writer.write(plan)
    assert Path(raised.value.filename) in {new, ledger}
    assert sorted(ledger.parent.glob(".*")) == []
    assert ledger.read_text(encoding="utf-8") == before
    assert not ledger.with_name("2026.beancount").exists()


def test_no_include_is_added_where_a_pattern_reaches_the_new_file(ledger: Path) -> None:
    option = '2025-01-01 custom "invoice-option" "file" "books/{year}.beancount"\ninclude "books/*.beancount"\n'
    (ledger.parent / "books").mkdir()
    (ledger.parent / "books" / "2025.beancount").write_text("", encoding="utf-8")
    ledger.write_text(PRELUDE + CONTRACT + option + PLUGIN, encoding="utf-8")
    assert bill(ledger).exit_code == 0
    assert ledger.read_text(encoding="utf-8").count("include") == 1
    assert numbers(ledger) == ["F2026-0001"]


ROOTS = """\
option "name_assets" "Activa"
option "name_liabilities" "Passiva"
option "name_equity" "Kapital"
option "name_income" "Ertrag"
option "name_expenses" "Aufwand"
"""


@pytest.fixture
def renamed(ledger: Path) -> Path:
    """The ledger, with other names of the roots of its accounts; new documents go into `2026.beancount`."""
    said = PRELUDE + CONTRACT + '2025-01-01 custom "invoice-option" "file" "2026.beancount"\n'
    for name, root in re.findall(r'"name_(\w+)" "(\w+)"', ROOTS):
        said = said.replace(f"{name.capitalize()}:", f"{root}:")
    ledger.write_text(ROOTS + said + PLUGIN, encoding="utf-8")
    return ledger


def test_a_new_file_has_the_options_that_rename_the_roots(renamed: Path) -> None:
    assert bill(renamed).exit_code == 0
    assert bill(renamed, "2026-02-28").exit_code == 0
    made = renamed.with_name("2026.beancount").read_text(encoding="utf-8")
    assert made.startswith(f"{ROOTS}\n2026-01-31 *")
    assert made.count("option") == 5
    assert numbers(renamed) == ["F2026-0001", "F2026-0002"]


@pytest.mark.parametrize("there", ["; mine\n", "2026-01-01 price USD 0.90 EUR\n", ""])
def test_a_file_that_lacks_the_options_gets_them_before_what_is_added(renamed: Path, there: str) -> None:
    other = renamed.with_name("2026.beancount")
    other.write_text(there, encoding="utf-8")
    renamed.write_text(renamed.read_text("utf-8") + 'include "2026.beancount"\n', encoding="utf-8")
    assert bill(renamed).exit_code == 0
    assert other.read_text("utf-8").startswith(there + ("\n" if there else "") + ROOTS)
    assert numbers(renamed) == ["F2026-0001"]


def test_events_that_are_recorded_are_read_by_the_options_of_their_file(renamed: Path) -> None:
    record = LedgerAppender(load(str(renamed)), renamed.with_name("sent.beancount"))
    record.append('2026-02-01 note Activa:Receivable:Acme "Called"\n')
    record.append('2026-02-02 note Activa:Receivable:Acme "Called again"\n')
    assert renamed.with_name("sent.beancount").read_text("utf-8").count("option") == 5
    assert numbers(renamed) == []
    with pytest.raises(CannotWrite, match="Invalid account name: Assets:Receivable:Acme"):
        record.append('2026-02-02 note Assets:Receivable:Acme "Called"\n')


def test_what_its_own_file_would_not_read_is_refused_with_what_to_do(renamed: Path) -> None:
    customers = renamed.with_name("customers.beancount")
    customers.write_text('2026-06-01 custom "invoice-option" "deposit-account"\n  for: "later"\n', encoding="utf-8")
    renamed.write_text(renamed.read_text("utf-8") + 'include "customers.beancount"\n', encoding="utf-8")
    loading = load(str(renamed))
    edit = Edit(customers, 1, '2026-06-01 custom "invoice-option" "deposit-account"', "2026-06-01 open Activa:Deposits")
    (error,) = trial.try_plan(loading, writer.plan(renamed, loading.files, [], [edit])).errors
    assert error[0] == Source(str(customers), 1)
    assert error[1].startswith("Invalid account name: Activa:Deposits: Beancount reads each file with its own options")
    assert error[1].endswith(f"at its head, one per line: {', '.join(ROOTS.splitlines())}")


@pytest.mark.parametrize("file", ["main.beancount", "more.beancount"])
def test_what_is_pushed_around_an_entry_holds_in_the_trial_too(ledger: Path, file: str) -> None:
    entry = """2026-01-10 * "Acme SAS" "Work"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""
    pushed = f"""pushmeta invoice: "F2026-0001"
pushmeta due: 2026-12-31
{entry}popmeta due:
popmeta invoice:
"""
    more = ledger.with_name(file)
    ledger.write_text(PRELUDE + ('include "more.beancount"\n' if more != ledger else "") + PLUGIN, encoding="utf-8")
    there = more.read_text("utf-8") if more.exists() else ""
    more.write_text(there + pushed, encoding="utf-8")
    loading = load(str(ledger))
    line = there.count("\n") + 3
    edit = Edit(more, line, entry, entry.replace('"Work"', '"Works"'))
    tried = trial.try_plan(loading, writer.plan(ledger, loading.files, [], [edit]))
    assert tried.errors == ()
    (invoice,) = tried.book.invoices
    assert (invoice.number, invoice.instalments[0].due) == ("F2026-0001", date(2026, 12, 31))
    assert invoice.source == Source(str(more), line)


@pytest.mark.parametrize(
    ("pattern", "includes"),
    [
        ("books/*.beancount", 1),
        ("books/20??.beancount", 1),
        ("books/**/*.beancount", 1),
        ("other/*.beancount", 2),  # as deep, another folder
        ("[0-9].beancount", 2),  # not as deep
        ("books/*/*.beancount", 2),
        ("books/1*.beancount", 2),
        ("other/**/*.beancount", 2),
    ],
)
def test_only_a_pattern_that_reaches_the_new_file_spares_the_include(ledger: Path, pattern: str, includes: int) -> None:
    option = f'2025-01-01 custom "invoice-option" "file" "books/{{year}}.beancount"\ninclude "{pattern}"\n'
    for name in (
        "0.beancount",
        "books/1.beancount",
        "books/2000.beancount",
        "books/x/2.beancount",
        "other/y/3.beancount",
    ):
        file = ledger.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    (ledger.parent / "other" / "4.beancount").write_text("", encoding="utf-8")
    ledger.write_text(PRELUDE + CONTRACT + option + PLUGIN, encoding="utf-8")
    result = bill(ledger)
    assert result.exit_code == 0, result.output
    assert ledger.read_text(encoding="utf-8").count("include ") == includes
    assert numbers(ledger) == ["F2026-0001"]


@pytest.mark.parametrize("name", ["x[1].beancount", "*.beancount", 'a"b.beancount', "a\\b.beancount", "a?/b.beancount"])
def test_a_file_that_no_include_can_name_is_not_written(ledger: Path, name: str) -> None:
    before = ledger.read_bytes()
    result = bill(ledger, "2026-01-31", "--into", str(ledger.parent / name))
    assert result.exit_code == 1
    assert "no include can name it" in result.output
    assert [file.name for file in ledger.parent.iterdir()] == [ledger.name]
    assert ledger.read_bytes() == before


def test_a_folder_that_beancount_takes_for_a_pattern(tmp_path: Path) -> None:
    ledger = tmp_path / "books [1] é '" / "main.beancount"
    ledger.parent.mkdir()
    ledger.write_text(PRELUDE + CONTRACT + PLUGIN, encoding="utf-8")
    assert (
        "no include can name it" in bill(ledger, "2026-01-31", "--into", str(ledger.parent / "more.beancount")).output
    )
    assert bill(ledger).exit_code == 0
    assert numbers(ledger) == ["F2026-0001"]


def test_a_file_that_no_include_names_is_not_written_into(ledger: Path) -> None:
    other = ledger.parent / "other.beancount"
    other.write_text("; mine\n", encoding="utf-8")
    result = bill(ledger, "2026-01-31", "--into", str(other))
    assert result.exit_code == 1
    assert "no include names it" in result.output
    assert other.read_text(encoding="utf-8") == "; mine\n"


def test_newlines_no_final_newline_mode_and_a_symlink_stay(tmp_path: Path) -> None:
    real = tmp_path / "books" / "main.beancount"
    real.parent.mkdir()
    data = (PRELUDE + CONTRACT + "; the end").replace("\n", "\r\n").encode()
    real.write_bytes(data)
    real.chmod(0o640)
    link = tmp_path / "main.beancount"
    link.symlink_to(real)
    assert bill(link).exit_code == 0
    after = real.read_bytes()
    assert after.startswith(data + b"\r\n\r\n2026-01-31 *")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert numbers(link) == ["F2026-0001"]


def test_a_byte_order_mark_stays(ledger: Path) -> None:
    ledger.write_bytes(b"\xef\xbb\xbf" + ledger.read_bytes())
    result = bill(ledger)
    assert ledger.read_bytes().startswith(b"\xef\xbb\xbf"), result.output


def test_bean_format_leaves_it_as_it_is(ledger: Path) -> None:
    assert (
        run(
            ledger, "bill", "--until", "2026-01-31", "--write", "--into", str(ledger.parent / "2026.beancount")
        ).exit_code
        == 0
    )
    written = (ledger.parent / "2026.beancount").read_text(encoding="utf-8")
    assert align_beancount(written, currency_column=text.COLUMN) == written


def test_currencies_are_put_where_the_file_has_them(ledger: Path) -> None:
    aligned = ledger.parent / "2026.beancount"
    aligned.write_text(
        '2026-01-01 * "x"\n  Assets:Bank                       1.00 EUR\n  Equity:Opening\n', encoding="utf-8"
    )
    ledger.write_text(PRELUDE + CONTRACT + 'include "2026.beancount"\n' + PLUGIN, encoding="utf-8")
    assert bill(ledger, "2026-01-31", "--into", str(aligned)).exit_code == 0
    places = {line.index(" EUR") for line in aligned.read_text(encoding="utf-8").splitlines() if " EUR" in line}
    assert len(places) == 1


@pytest.mark.parametrize(
    "said",
    ['quo"ted', "back\\slash", "two\nlines", "tab\tand\x07bell", "é ŝ 日本 🙂", "; no comment", "^no-link #no-tag"],
)
def test_any_text_comes_back(ledger: Path, said: str) -> None:
    result = run(ledger, "new", "Acme", "1 DEV", "--narration", said, "--note", said, "--date", "2026-01-31", "--write")
    assert result.exit_code == 0, result.output
    (invoice,) = open_ledger(ledger).book.invoices
    clean = said.replace("\t", " ").replace("\x07", " ")
    assert invoice.narration == clean
    assert invoice.note == clean.replace("\\n", "\n")


# nothing is written ---------------------------------------------------------------------------------------------------------


def refused(ledger: Path, result: Result, before: bytes) -> str:
    assert result.exit_code == 1, result.output
    assert not isinstance(result.exception, OSError | ValueError)
    assert ledger.read_bytes() == before
    assert sorted(path.name for path in ledger.parent.iterdir()) == [ledger.name]
    return result.output


def test_a_ledger_with_errors_is_left_alone(ledger: Path) -> None:
    ledger.write_text(PRELUDE + CONTRACT + "2026-01-01 open\n" + PLUGIN, encoding="utf-8")
    assert "the ledger has errors" in refused(ledger, bill(ledger), ledger.read_bytes())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("2026-01-02 balance Assets:Bank 5 EUR\n", "Balance failed for 'Assets:Bank'"),
        ('plugin "beancount.plugins.nounused"\n', "Unused account 'Expenses:Office'"),
    ],
)
def test_an_error_that_hides_no_entry_is_told_and_keeps_nothing_from_being_written(
    ledger: Path, more: str, said: str
) -> None:
    ledger.write_text(PRELUDE + CONTRACT + more + PLUGIN, encoding="utf-8")
    before = ledger.read_bytes()
    assert said in run(ledger, "run", "--date", "2026-01-31", "--yes", "--write").stderr
    assert ledger.read_bytes() == before, "nothing is sent beside an error, nor billed for that"
    for options in ((), ("--write",)):
        result = run(ledger, "bill", "--until", "2026-01-31", *options)
        assert result.exit_code == 0, result.output
        assert said in result.stderr
        assert "this hides no entry, and does not prevent anything from being written)" in result.stderr
    assert "invoice: " in ledger.read_text(encoding="utf-8")
    assert run(ledger, "check").exit_code == 1, "for check it is an error"


def test_what_would_be_wrong_is_not_written(ledger: Path) -> None:
    before = ledger.read_bytes()
    result = run(
        ledger, "new", "Acme", "1 Audit @ 100 [FR20]", "--account", "Income:Nowhere", "--date", "2026-01-31", "--write"
    )
    said = refused(ledger, result, before)
    assert "Income:Nowhere" in said
    assert "main.beancount:" in said


def test_a_balance_that_would_not_hold_any_more_is_not_written(ledger: Path) -> None:
    balance = "2026-06-01 balance Assets:Receivable:Acme 0 EUR\n"
    ledger.write_text(PRELUDE + CONTRACT + balance + PLUGIN, encoding="utf-8")
    assert "Balance failed" in refused(ledger, bill(ledger), ledger.read_bytes())


def test_a_file_that_may_not_be_written_is_left_alone(ledger: Path) -> None:
    ledger.chmod(0o444)
    assert "Permission denied" in refused(ledger, bill(ledger), ledger.read_bytes())


def test_a_full_disk_changes_nothing(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in refused(ledger, bill(ledger), ledger.read_bytes())


def test_an_edit_meanwhile_is_not_overwritten(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = ledger.read_bytes() + b"; a thought\n"

    def meanwhile(planned: writer.Plan) -> None:
        ledger.write_bytes(edited)
        really(planned)

    really = writer.write
    monkeypatch.setattr(writer, "write", meanwhile)
    assert "was changed in" in refused(ledger, bill(ledger), edited)


def test_what_is_not_there_any_more_is_not_edited(tmp_path: Path) -> None:
    file = tmp_path / "a.beancount"
    file.write_text("one\ntwo\n", encoding="utf-8")
    with pytest.raises(CannotWrite, match=": the lines to be changed are no longer there: try again"):
        writer.plan(file, [str(file)], [], [Edit(file, 2, "three", "four")])


def test_somebody_who_writes_between_plan_and_rename_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a.beancount"
    file.write_text("; one\n", encoding="utf-8")
    planned = writer.plan(file, [str(file)], [Addition(file, "; two\n")])
    file.write_text("; three\n", encoding="utf-8")
    with pytest.raises(FileChanged):
        writer.write(planned)
    assert file.read_text(encoding="utf-8") == "; three\n"


# wherever it is interrupted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_any_step_nothing_is_lost_or_doubled(ledger: Path, stride: int) -> None:
    """At each third step; at each in `make proof`."""
    option = '2025-01-01 custom "invoice-option" "file" "{year}/invoices.beancount"\n'
    start = (PRELUDE + CONTRACT + option + PLUGIN).encode()
    ledger.write_bytes(start)

    def start_over() -> None:
        for path in ledger.parent.glob("2026/*"):
            path.unlink()
        ledger.write_bytes(start)

    steps = []
    for step in killed_at_each_step(
        ["-f", str(ledger), "bill", "--until", "2026-02-28", "--write"], stride, start_over
    ):
        steps.append(step)
        assert numbers(ledger) in ([], ["F2026-0001"])  # sound, all or nothing
        again = bill(ledger, "2026-02-28")
        assert again.exit_code == 0, again.output
        assert numbers(ledger) == ["F2026-0001"]
        assert [len(invoice.lines) for invoice in open_ledger(ledger).book.invoices] == [2]
    assert steps[-1] > 10  # there were steps to be killed at


def test_many_at_once_give_each_number_once(ledger: Path) -> None:
    def new(count: int) -> Sequence[int]:
        command = [sys.executable, "-m", "beancount_invoicing", "-f", str(ledger), "new", "Acme", f"{count} DEV"]
        done = subprocess.run([*command, "--date", "2026-01-31", "--write"], capture_output=True, check=False)
        return (done.returncode, count)

    with ThreadPoolExecutor(4) as pool:
        assert [code for code, _count in pool.map(new, range(1, 5))] == [0] * 4
    assert numbers(ledger) == [f"F2026-000{count}" for count in range(1, 5)]
    assert sorted(invoice.lines[0].quantity or 0 for invoice in open_ledger(ledger).book.invoices) == list(range(1, 5))


# git ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(ledger: Path) -> Path:
    """The ledger in a git repository."""
    for command in ("init -q", "config user.email a@b.example", "config user.name A", "add .", "commit -qm first"):
        subprocess.run(["git", "-C", str(ledger.parent), *command.split()], check=True)  # noqa: S607 - git as the user has it
    return ledger


def git(ledger: Path, *arguments: str) -> str:
    command = ["git", "-C", str(ledger.parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_commit_of_just_these_changes(repository: Path) -> None:
    (repository.parent / "staged.txt").write_text("mine", encoding="utf-8")
    git(repository, "add", "staged.txt")
    result = bill(repository, "2026-01-31", "--commit", "--into", str(repository.parent / "2026.beancount"))
    assert result.exit_code == 0, result.output
    assert git(repository, "show", "--name-only", "--format=%s").split("\n")[:4] == [
        "Invoices: F2026-0001",
        "",
        "2026.beancount",
        "main.beancount",
    ]
    # this repository has no .gitignore, which leaves out what `undo` notes
    assert git(repository, "status", "--porcelain") == "A  staged.txt\n?? .bean-invoice-undo\n"


def test_a_commit_that_fails_says_what_is_written_all_the_same(repository: Path) -> None:
    hook = repository.parent / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho no such day >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    result = bill(repository, "2026-01-31", "--commit")
    assert result.exit_code == 1
    assert "F2026-0001: written to main.beancount, but not committed: no such day; do not do it again" in result.output
    assert "and committed" not in result.output
    assert numbers(repository) == ["F2026-0001"]


def test_a_file_with_changes_of_its_own_is_not_committed(repository: Path) -> None:
    repository.write_text(repository.read_text(encoding="utf-8") + "; a thought\n", encoding="utf-8")
    before = repository.read_bytes()
    result = bill(repository, "2026-01-31", "--commit")
    assert result.exit_code == 1
    assert "has uncommitted changes" in result.output
    assert repository.read_bytes() == before


def test_a_folder_copied_with_beancounts_cache_is_the_copy(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = loader.PICKLE_CACHE_THRESHOLD
    monkeypatch.setattr(loader, "PICKLE_CACHE_THRESHOLD", 0.0)
    monkeypatch.delenv("BEANCOUNT_DISABLE_LOAD_CACHE", raising=False)
    books = ledger.parent / "books"
    books.mkdir()
    shutil.move(ledger, books / "main.beancount")
    loader.initialize(True)
    try:
        loader.load_file(str(books / "main.beancount"))
        assert (books / ".main.beancount.picklecache").exists()
        shutil.copytree(books, ledger.parent / "copy")
        before = (books / "main.beancount").read_bytes()
        assert bill(ledger.parent / "copy" / "main.beancount").exit_code == 0
    finally:
        monkeypatch.setattr(loader, "PICKLE_CACHE_THRESHOLD", usual)
        loader.initialize(os.getenv("BEANCOUNT_DISABLE_LOAD_CACHE") is None)
    assert (books / "main.beancount").read_bytes() == before
    assert numbers(ledger.parent / "copy" / "main.beancount") == ["F2026-0001"]
