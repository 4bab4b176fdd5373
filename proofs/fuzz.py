"""Mutated slices of the example's books: no traceback, whatever a ledger contains.

Prints its seed; `--seed N` repeats a run. Each try takes a slice of the books, changes it (bytes, tokens, values of metadata,
lines moved, dropped or doubled), loads it with the plugin, asks all reports and runs commands. A try that raises, or that the
plugin's guard had to catch, is printed with its ledger, and the run fails.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import traceback
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from beancount import loader  # noqa: E402 - the path first
from click.testing import CliRunner  # noqa: E402

from beancount_invoicing import actions, rendering  # noqa: E402
from beancount_invoicing.actions import answers  # noqa: E402
from beancount_invoicing.cli import main as command  # noqa: E402
from beancount_invoicing.entries.keys import KEYS, OPTIONS  # noqa: E402
from beancount_invoicing.receivables import aging, positions  # noqa: E402

VALUES = (
    '"text"', '""', "12", "-1", "0", "0.2", "1E+9", "99999999999999999999", "2026-02-28", "9999-12-31", "0001-01-01",
    "TRUE", "FALSE", "NULL", "", "Assets:Clients:Kerbrat", "Income:Etudes", "12.00 EUR", "#tag", '"2026-13-45"',
    '"F2026-0001"', '"30% on receipt; 70% 60 days"', '"45 days end of month"', '"{seq}"', '"F{year}-{seq:04}-{nope}"',
    '"é\\u202e🙂"', '"draft-x"', '"deposit"', '"void"', '"opening"',
)  # fmt: skip


def directives() -> tuple[list[str], list[str]]:
    """The books' directives: those that set the stage, and the others."""
    stage: list[str] = []
    others: list[str] = []
    for name in ("settings", "accounts", "customers", "contracts"):
        text = (ROOT / "ledger" / f"{name}.beancount").read_text(encoding="utf-8")
        stage += re.findall(r"^\d{4}-\d\d-\d\d .*(?:\n[ \t]+.*)*", text, re.MULTILINE)
    for file in sorted((ROOT / "ledger").glob("20*/*.beancount")):
        text = file.read_text(encoding="utf-8")
        others += re.findall(r"^\d{4}-\d\d-\d\d .*(?:\n[ \t]+.*)*", text, re.MULTILINE)
    return stage, others


def mutate(text: str, chance: random.Random) -> str:
    """One change of a ledger's text."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(9):
        case 0:
            lines[at] = re.sub(r":\s.*", lambda _match: ": " + chance.choice(VALUES), lines[at])
        case 1:
            lines.insert(at, f"  {chance.choice([*KEYS, *OPTIONS])}: {chance.choice(VALUES)}")
        case 2:
            del lines[at]
        case 3:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 4:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case 5:
            words = lines[at].split(" ")
            words[chance.randrange(len(words))] = chance.choice(VALUES)
            lines[at] = " ".join(words)
        case 6:
            lines[at] = re.sub(
                r"-?\d+\.\d\d",
                lambda _match: chance.choice(["0.00", "-5.00", "1E3", "1234567890123.45", "0.001"]),
                lines[at],
            )
        case 7:
            lines[at] = re.sub(r"\bEUR\b", lambda _match: chance.choice(["GBP", "JPY", "HOUR", "KWD"]), lines[at])
        case _:
            place = chance.randrange(len(lines[at]) + 1)
            lines[at] = (
                lines[at][:place]
                + chance.choice(['"', "\t", "é", "\x00", "\\", "^", "@", "{", "💥"])
                + lines[at][place:]
            )
    return "\n".join(lines)


def ask(file: Path) -> None:
    """Loads a ledger with the plugin and asks every report."""
    _entries, errors, _options = loader.load_file(str(file))
    for error in errors:
        if getattr(error, "rule", "") == "internal":
            raise RuntimeError(error.message)
    ledger = actions.open_ledger(file)
    for day in (date(2025, 6, 30), date(2026, 11, 30)):
        report = aging(ledger.book, day)
        answers.aged(report, explain=True)
        for row, balance in zip(report.rows, report.ledger, strict=True):
            if row.total + row.drafts != balance.balance:
                raise RuntimeError(f"{row.account} {row.currency}: {row.total} + {row.drafts} is not {balance.balance}")
        for proposal in actions.due_reminders(ledger.book, day):
            answers.reminded(proposal, actions.language(ledger.book, proposal))
            if proposal.level is not None:
                rendering.to_text(
                    rendering.letter(ledger.book, proposal, rendering.folders(ledger.book)),
                    rendering.folders(ledger.book),
                )
    where = rendering.folders(ledger.book)
    for position in positions(ledger.book, date(2026, 12, 31)):
        answers.shown(position, explain=True)
        try:
            view = rendering.document(ledger.book, position.invoice, position.settled, where)
        except rendering.NoDocument:
            continue
        rendering.to_html(view, where)
        rendering.to_text(view, where)
    for line in ("check", "list --as-of 2026-11-30", "aging --format csv --as-of 2026-11-30"):
        result = CliRunner().invoke(command, ["-f", str(file), *line.split()])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        if result.exit_code not in {0, 1}:
            raise RuntimeError(f"{line} ended with {result.exit_code}: {result.output}")


def main() -> int:
    """So many tries."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=20261130)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    stage, others = directives()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fuzz.beancount"
        for number in range(options.tries):
            chance = random.Random(options.seed * 1_000_003 + number)  # noqa: S311 - repeatable on purpose
            start = chance.randrange(len(others))
            text = "\n".join([*stage, *others[start : start + 12], *chance.sample(others, 4)])
            for _ in range(chance.randint(1, 5)):
                text = mutate(text, chance)
            file.write_bytes(f'{text}\nplugin "beancount_invoicing"\n'.encode("utf-8", "surrogatepass"))
            try:
                ask(file)
            except Exception:  # every exception is what this looks for
                failures += 1
                kept = ROOT / "build" / f"fuzz-{options.seed}-{number}.beancount"
                kept.parent.mkdir(exist_ok=True)
                kept.write_bytes(file.read_bytes())
                print(f"try {number}, kept as {kept}:\n{traceback.format_exc()}", flush=True)
    print(f"{options.tries} tries, {failures} failures, seed {options.seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
