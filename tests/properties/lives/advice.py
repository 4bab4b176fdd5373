"""What `check` and `tax-due` advise, followed to the letter."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from beancount_invoicing.cli import main as command
from beancount_invoicing.model import Finding


def _entry(text: str, found: Iterable[Finding]) -> str:
    """The entries that stand below the sentences are added."""
    return "\n".join([text, *(finding.message.partition("\n")[2] + "\n" for finding in found)])


_EXCHANGE = re.compile(r"Write here (.*), and beside it (.*)\Z")


def _exchange(text: str, found: Iterable[Finding]) -> str:
    """The posting is written as the sentence says, and another one beside it."""
    lines = text.split("\n")
    for finding in sorted(found, key=lambda one: one.source, reverse=True):
        match = _EXCHANGE.search(finding.message)
        if match:
            lines[finding.source.line - 1 : finding.source.line] = [
                f"  {each}" for each in (*match[1].split(", "), match[2])
            ]
    return "\n".join(lines)


FOLLOWED: dict[str, Callable[[str, Iterable[Finding]], str]] = {
    "exchange-difference": _exchange,
    "write-off-revived": _entry,
}
"""By rule: the ledger, once the advice of all findings of that rule is followed."""


def tax_moved(text: str, day: date) -> str:
    """The ledger with the entries that `tax-due` says are missing; as it is where there are none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "main.beancount"
        file.write_text(text, encoding="utf-8")
        said = CliRunner().invoke(command, ["-f", str(file), "tax-due", "--as-of", day.isoformat()]).output
    entries = re.split(r"What still has to be moved in the books.*\n\n", said)[1:]
    return "\n".join([text, *(re.split(r"\n(?! |\d{4}-|\n)", entry)[0] + "\n" for entry in entries)])
