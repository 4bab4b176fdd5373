"""A ledger that Beancount itself stumbles over is an error like any other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.loading.loader import load

TOO_MANY_DIGITS = """
option "operating_currency" "EUR"
2026-01-01 open Assets:Bank
2026-01-01 open Expenses:Phone
2026-01-05 * "A number that cannot be balanced to the cent"
  Expenses:Phone  100000000000000000000000000000.00 EUR
  Assets:Bank
plugin "beancount_invoicing"
"""


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("list", "--as-of", "2026-12-31"),
        ("remind", "--as-of", "2026-12-31"),
        ("customer", "add", "Acme", "--write"),
        ("bill", "--until", "2026-12-31", "--write"),
    ],
    ids=lambda command: command[0],
)
def test_a_ledger_that_beancount_cannot_load(command: tuple[str, ...], tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(TOO_MANY_DIGITS, encoding="utf-8")
    result = CliRunner().invoke(main, ["-f", str(ledger), *command])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert f"{ledger}: Beancount cannot load this ledger (InvalidOperation" in result.stderr
    assert ledger.read_text(encoding="utf-8") == TOO_MANY_DIGITS


SOUND = 'option "operating_currency" "EUR"\n2026-01-01 open Assets:Banque\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            SOUND.encode() + b'include "gone.beancount"\n',
            '3: include "gone.beancount": there is no such file: put it back, or take this line out',
        ),
        (
            b"\xef\xbb\xbf" + SOUND.encode(),
            "1: the file begins with a byte order mark (BOM), which Beancount cannot read: save it as UTF-8 without it",
        ),
        (
            SOUND.encode() + '2026-01-02 note Assets:Banque "payé"\n'.encode("latin-1"),
            "3: this is not UTF-8: save the file as UTF-8 (UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9",
        ),
    ],
    ids=["a missing file", "a byte order mark", "another encoding"],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line_and_what_to_do(
    content: bytes, said: str, tmp_path: Path
) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_bytes(content)
    result = CliRunner().invoke(main, ["-f", str(ledger), "check"])
    assert result.exit_code == 1
    assert f"{ledger}:{said}" in result.stderr


def problem(ledger: Path, place: Path | None = None) -> tuple[int, str]:
    """The only thing that is wrong with a ledger, there or in another file of it: its line and what is said of it."""
    (finding,) = load(str(ledger), fresh=True).errors
    assert finding.source.file == str(place or ledger)
    return finding.source.line, str(finding.message)


def test_a_folder_or_nothing_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        load(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        load(str(tmp_path / "main.beancount"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "main.beancount").write_text(f'{SOUND}include "more.beancount"\n', encoding="utf-8")
    ledger = tmp_path / "more.beancount"
    ledger.write_text('include "m*"\ninclude "p*"\n', encoding="utf-8")
    line, message = problem(tmp_path / "main.beancount", ledger)
    assert (line, message) == (
        2,
        f"include: {tmp_path / 'pipe'} is a device or a pipe: include a file, or take this line out",
    )


def test_the_include_of_a_missing_file_is_found_in_whichever_file_it_stands(tmp_path: Path) -> None:
    (tmp_path / "main.beancount").write_text(f'{SOUND}include "more.beancount"\n', encoding="utf-8")
    (tmp_path / "more.beancount").write_text('\ninclude "gone.beancount"\n', encoding="utf-8")
    line, message = problem(tmp_path / "main.beancount", tmp_path / "more.beancount")
    assert (line, message) == (
        2,
        'include "gone.beancount": there is no such file: put it back, or take this line out',
    )


def test_a_folder_whose_name_is_a_pattern_is_not_found_by_beancount(tmp_path: Path) -> None:
    folder = tmp_path / "books [2026]"
    folder.mkdir()
    (folder / "more.beancount").touch()
    ledger = folder / "main.beancount"
    ledger.write_text(f'{SOUND}include "more.beancount"\n', encoding="utf-8")
    line, message = problem(ledger)
    assert line == 3
    assert f"the name of the folder {folder} contains * ? or [" in message


def test_a_plugin_that_cannot_be_imported_is_told_with_its_line(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(f'{SOUND}plugin "not_installed_here"\n', encoding="utf-8")
    line, message = problem(ledger)
    assert line == 3
    assert message.startswith('plugin "not_installed_here" cannot be imported (ModuleNotFoundError: ')


def test_of_a_plugin_that_raises_the_last_line_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugin_that_raises.py").write_text(
        '__plugins__ = ("run",)\n\ndef run(entries, options):\n    raise KeyError("Assets:Gone")\n', encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    ledger = tmp_path / "main.beancount"
    ledger.write_text(f'{SOUND}plugin "plugin_that_raises"\n', encoding="utf-8")
    (error,) = load(str(ledger), fresh=True).errors
    assert "KeyError: 'Assets:Gone'" in error.message
    assert "Traceback" not in error.message
    assert "plugin_that_raises.py" not in error.message
