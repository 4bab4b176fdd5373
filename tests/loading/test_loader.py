"""A ledger that Beancount itself stumbles over is an error like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main

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
    assert f"{ledger}:0: Beancount cannot load this ledger (InvalidOperation" in result.stderr
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
            "1: the file begins with a byte order mark, which Beancount cannot read: save it as UTF-8 without one (BOM)",
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
