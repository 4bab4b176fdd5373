"""Commands on a ledger with a platform, and what the ledger then says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger

DAY = ("--date", "2026-11-30")
COMMUNE = "F2026-0076"


def run(ledger: Path, *arguments: str, code: int | None = 0) -> str:
    """What a command prints; `code`: how it must end, None: anyhow."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert code is None or result.exit_code == code, result.output
    return result.output


def option(ledger: Path, **options: str) -> None:
    file = ledger.parent / "settings.beancount"
    lines = [
        f'2025-01-01 custom "invoice-option" "{name.replace("_", "-")}" "{text}"\n' for name, text in options.items()
    ]
    file.write_text(file.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")


def record(ledger: Path) -> str:
    file = ledger.parent / "sent-2026.beancount"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def events(ledger: Path) -> list[str]:
    return re.findall(r'event: "([^"]*)"', record(ledger))


def sound(ledger: Path) -> bool:
    return [str(error) for error in open_ledger(ledger).errors] == []


def committed(ledger: Path) -> Path:
    """The ledger, all of whose folder is committed in a git repository of its own."""
    (ledger.parent / ".gitignore").write_text(".*.picklecache\n.bean-invoice-*\n", encoding="utf-8")
    git(ledger, "init", "-q")
    git(ledger, "config", "user.name", "Camille")
    git(ledger, "config", "user.email", "camille@quai.example")
    git(ledger, "add", ".")
    git(ledger, "commit", "-qm", "first")
    return ledger


def git(ledger: Path, *arguments: str) -> str:
    """What git prints in the ledger's folder."""
    command = ["git", "-C", str(ledger.parent), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def break_ledger(ledger: Path) -> None:
    """Adds an error to the ledger that concerns all of it."""
    ledger.write_text(
        ledger.read_text(encoding="utf-8") + '\n2025-01-01 custom "invoice-option" "no"\n', encoding="utf-8"
    )
