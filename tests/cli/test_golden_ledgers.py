"""Every command answers on every golden ledger, wrong as it is: with what can be known, and without a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import TESTS

LEDGERS = sorted((TESTS / "golden").glob("*.beancount"))
COMMANDS = (
    ("check",),
    ("list", "--as-of", "2026-12-31"),
    ("aging", "--explain", "--as-of", "2026-12-31"),
    ("run", "--date", "2026-06-30", "--yes"),
    ("contracts", "--explain", "--as-of", "2026-06-30"),
    ("today", "--as-of", "2026-06-30"),
    ("tax-due", "--as-of", "2026-12-31"),
    ("remind", "--explain", "--as-of", "2026-06-30", "--to", "html,text"),
    ("render", "--all", "--as-of", "2026-12-31", "--to", "html,text"),
)


@pytest.mark.parametrize("file", LEDGERS, ids=lambda file: file.stem)
def test_commands_answer(file: Path, tmp_path: Path) -> None:
    for name, *options in COMMANDS:
        folder = ["-o", str(tmp_path)] if "--to" in options else []
        result = CliRunner().invoke(main, ["-f", str(file), name, *options, *folder])
        assert result.exception is None or isinstance(result.exception, SystemExit), f"{name}: {result.exception!r}"
        assert result.exit_code in {0, 1}, result.output
        assert "is a mistake of ours" not in result.output
