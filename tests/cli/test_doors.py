"""What comes in at the doors and is no text, and output that nobody takes: a line says so, and nothing is half written."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import PRELUDE

LATIN = os.fsdecode(b"Caf\xe9")
"""What Python makes of an argument in Latin-1 where the locale is UTF-8."""
FULL = Path("/dev/full")
INVOICE = """
2026-02-02 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"

plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger, in the folder where commands run."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "main.beancount"
    path.write_text(PRELUDE + INVOICE, encoding="utf-8")
    return path


def run(*arguments: str, code: int) -> str:
    """What a command prints; it ends with `code`."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    return str(result.output)


@pytest.mark.parametrize(
    "arguments",
    [
        (LATIN,),
        (f"--{LATIN}",),
        ("-f", LATIN, "list"),
        ("list", LATIN),
        ("list", f"--customer={LATIN}"),
        ("new", "Acme", f"1 {LATIN} @ 10", "--write"),
        ("new", "Acme", "1 DEV", "--note", LATIN, "--write"),
        ("new", "Acme", "1 DEV", "--into", f"{LATIN}.beancount", "--write"),
        ("customer", "add", LATIN, "--write"),
        ("item", "add", "X", LATIN, "--write"),
        ("credit", "F2026-0001", LATIN, "--write"),
        ("init", "new", "--name", LATIN),
        ("render", "F2026-0001", "-o", LATIN),
        ("validate", f"{LATIN}.xml"),
    ],
    ids=ascii,
)
def test_an_argument_that_is_no_text_is_refused(ledger: Path, arguments: tuple[str, ...]) -> None:
    before = ledger.read_bytes()
    text = run(*arguments, code=2)
    assert "Caf\ufffd" in text
    assert "is not UTF-8: write it in UTF-8" in text
    assert ledger.read_bytes() == before
    assert os.listdir() == [ledger.name]  # noqa: PTH208 - not even a folder


def test_utf8_is_read_where_the_locale_knows_ascii_only(ledger: Path) -> None:
    """Python keeps each byte above 127 as it keeps one that is no text."""
    assert ledger.exists()
    assert '"Créa"' in run("list", "Créa".encode().decode("ascii", "surrogateescape"), code=1)


def test_a_file_may_be_named_by_bytes(ledger: Path) -> None:
    Path(f"{LATIN}.xml").write_text("<a/>", encoding="utf-8")
    assert "not UTF-8" not in run("validate", f"{LATIN}.xml", code=1)
    text = run("-f", str(ledger), "new", "Acme", f"{LATIN}.xml", code=1)
    assert "Traceback" not in text


def test_a_name_of_a_file_that_is_used_as_text_is_refused(ledger: Path) -> None:
    before = ledger.read_bytes()
    Path(LATIN).touch()
    assert "is not UTF-8" in run(
        "new", "Acme", "1 DEV", "--note", LATIN, "--date", "2026-03-01", "--write", "--yes", code=1
    )
    assert ledger.read_bytes() == before


# output -------------------------------------------------------------------------------------------------------------


def ended(*arguments: str) -> object:
    """How a command ends, in this process."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list",), 0),
        (("check",), 0),
        (("show", "F2026-0001", "--explain"), 0),
        (("--help",), 0),
        (("nothing",), 2),
        (("new", "Acme", "1 DEV", "--date", "2026-02-03", "--write"), 0),
        (("new",), 2),
    ],
    ids=str,
)
def test_closed_output_is_like_none(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int
) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert ended(*arguments) == code
    for name in ("stdin", "stdout", "stderr"):
        if stream := getattr(sys, name):
            stream.close()
    assert ("F2026-0002" in ledger.read_text(encoding="utf-8")) == ("--write" in arguments)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [("list",), ("--help",), ("--version",), ("list", "--help"), ("new", "Acme", "1 DEV", "--date", "2026-02-03"),
     ("render", "F2026-0001"), ("einvoice", "F2026-0001")],
    ids=str,
)  # fmt: skip
def test_output_that_takes_nothing_is_named(
    ledger: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert ledger.exists()
    with FULL.open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert ended(*arguments) == 1
    assert capsys.readouterr().err.endswith("Error: the output: cannot be written or read: No space left on device\n")


# spreadsheets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(1+1)", "'@SUM(1+1)"),
        ("+33 2 99 00 00 00", "'+33 2 99 00 00 00"),
        ("-2+3", "'-2+3"),
        ("－1", "'－1"),
        ("-12", "-12"),
        ("Acme = Co", "Acme = Co"),
    ],
)
def test_no_cell_of_csv_is_a_formula(ledger: Path, name: str, cell: str) -> None:
    text = ledger.read_text(encoding="utf-8").replace('customer: "Acme SAS"', f'customer: "{name}"')
    ledger.write_text(text, encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(run("list", "--format", "csv", code=0)))
    assert row["customer"] == cell
    (told,) = json.loads(run("list", "--format", "json", code=0))
    assert told["customer"] == name, "JSON is as it was"


@pytest.mark.usefixtures("ledger")
def test_negative_amounts_stay_numbers() -> None:
    run("credit", "F2026-0001", "--date", "2026-02-03", "--write", code=0)
    _invoice, credit = csv.DictReader(io.StringIO(run("list", "--format", "csv", code=0)))
    assert credit["total"] == "-120.00"


# what is no file ----------------------------------------------------------------------------------------------------


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _loop(file: Path) -> None:
    file.symlink_to(file.name)


def _device(file: Path) -> None:
    """One that takes all and gives nothing, as /dev/null: made here, so that none of the system's is ever in danger."""
    try:
        os.mknod(file, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except OSError:
        pytest.skip("only an administrator may make a device")


NO_FILE: dict[Callable[[Path], None], str] = {
    _pipe: "it is a folder, a device or a pipe",
    _device: "it is a folder, a device or a pipe",
    _loop: "Too many levels of symbolic links",
}
NEW = ("new", "Acme", "1 DEV", "--date", "2026-03-01", "--write")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes that are files")
@pytest.mark.parametrize("make", NO_FILE)
def test_what_is_no_file_is_neither_read_nor_replaced(ledger: Path, make: Callable[[Path], None]) -> None:
    odd = ledger.with_name("odd.beancount")
    make(odd)
    before, kind = ledger.read_bytes(), odd.lstat().st_mode
    assert f"odd.beancount: {NO_FILE[make]}" in run(*NEW, "--into", odd.name, code=1)
    assert ledger.read_bytes() == before
    ledger.write_bytes(b'2026-01-01 custom "invoice-option" "file" "odd.beancount"\n' + before)
    assert f"odd.beancount: {NO_FILE[make]}" in run(*NEW, code=1)
    assert odd.lstat().st_mode == kind
    Path("out").mkdir()
    odd.rename("out/F2026-0001.pdf") if make is not _loop else make(Path("out/F2026-0001.pdf"))
    assert f"out/F2026-0001.pdf: cannot be written: {NO_FILE[make]}" in run("render", "F2026-0001", "-o", "out", code=1)
    assert Path("out/F2026-0001.pdf").lstat().st_mode == kind


def test_a_logo_that_leads_round_in_a_circle_is_not_there(ledger: Path) -> None:
    Path("logo.svg").symlink_to("logo.svg")
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(re.sub(r'(custom "invoice-seller" .*)', r'\1\n  logo: "logo.svg"', text), encoding="utf-8")
    assert "logo: there is no file" in run("render", "F2026-0001", "--to", "text", code=0)


@pytest.mark.parametrize("name", ["folder", "f*r", "."])
def test_an_include_of_a_folder_is_an_error_at_its_line(ledger: Path, name: str) -> None:
    Path("folder").mkdir()
    Path("other.beancount").touch()
    ledger.write_text(f'include "other.beancount"\n; a folder\ninclude "{name}"\n', encoding="utf-8")
    opened = open_ledger(ledger)
    (error,) = opened.errors
    assert (error.source.line, error.rule) == (3, "beancount")
    assert error.message.endswith("Is a directory: include a file, or take this line out")
    assert "main.beancount:3: include: " in run("check", code=1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes that are files")
@pytest.mark.parametrize("make", [_pipe, _device])
def test_an_include_of_what_is_no_file_is_an_error_at_its_line(ledger: Path, make: Callable[[Path], None]) -> None:
    make(Path("odd.beancount"))
    before = f'; 2026\ninclude "o*d.beancount"\n{ledger.read_text(encoding="utf-8")}'
    ledger.write_text(before, encoding="utf-8")
    for command in (("check",), NEW):
        text = run(*command, code=1)
        assert re.search(r"main\.beancount:2: include: \S*odd\.beancount is a device or a pipe", text)
    assert ledger.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "due: soon",
            "due: soon cannot be read, and the whole entry is ignored because of it. It must be a date: write an "
            "existing day in figures",
        ),
        ("due: 2026-02-30", "It must be a date: write an existing day in figures, such as due: 2026-01-31"),
        ("terms: 30 days", 'It must be a text: write it in quotes, terms: "30 days"'),
        ("price: 10,50", "It must be a number: write it bare and with a point, such as"),
        ("colour: blue", "Invalid token: 'blue'"),  # no key of ours
    ],
)
def test_a_value_that_cannot_be_read_says_what_belongs_there(ledger: Path, line: str, said: str) -> None:
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace('  invoice: "F', f'  {line}\n  invoice: "F'), encoding="utf-8")
    number = text[: text.index('  invoice: "F')].count("\n") + 1
    assert f"main.beancount:{number}: " in (output := run("check", code=1))
    assert said in output


def test_into_takes_the_year_and_the_month(ledger: Path) -> None:
    assert "Written to main.beancount, {year}" not in run(*NEW, "--into", "{year}/sold-{month}.beancount", code=0)
    assert "F2026-0002" in Path("2026/sold-03.beancount").read_text(encoding="utf-8")
    assert 'include "2026/sold-03.beancount"' in ledger.read_text(encoding="utf-8")
    text = run(*NEW, "--into", "{quarter}.beancount", code=1)
    assert "--into {quarter}.beancount: {quarter} has no meaning there: known are {year} and {month}" in text
    assert not list(Path().glob("*quarter*"))


def test_a_commit_that_git_could_not_make_is_refused_first(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(ledger.parent.parent))
    monkeypatch.setenv("HOME", str(ledger.parent))
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    before = ledger.read_bytes()
    assert "git init in the ledger's folder, or leave --commit" in run(*NEW, "--commit", code=1)
    git = ("git", "-c", "user.useConfigOnly=true")
    subprocess.run([*git, "init", "-q", "."], check=True)
    subprocess.run([*git, "config", "user.useConfigOnly", "true"], check=True)
    assert "git does not know who you are:" in run(*NEW, "--commit", code=1)
    assert ledger.read_bytes() == before


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("$HOME", ""),
        ("{x}", ""),
        (
            "br[a]",
            'main.beancount:1: include "rest.beancount" is not found: the name of the folder',
        ),
        (
            LATIN,
            "main.beancount: the name of this folder or file is not UTF-8, the only encoding Beancount reads: "
            "rename it",
        ),
    ],
    ids=ascii,
)
def test_a_folder_with_an_odd_name(ledger: Path, monkeypatch: pytest.MonkeyPatch, folder: str, said: str) -> None:
    Path(folder).mkdir()
    ledger.rename(Path(folder) / "rest.beancount")
    monkeypatch.chdir(folder)
    Path("main.beancount").write_text('include "rest.beancount"\n', encoding="utf-8")
    assert said in run("check", code=1 if said else 0)
    if not said:
        run(*NEW, code=0)
        assert "F2026-0002" in run("list", code=0)
