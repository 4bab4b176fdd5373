"""Opening a ledger, and what is wrong with it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from beancount_invoicing import entries
from beancount_invoicing.collector import no_collections
from beancount_invoicing.entries import kept
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.receivables import Allocated, allocate


class LedgerMissing(FileNotFoundError):
    """There is no ledger where it was looked for; the message says how to name one."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that was read: its Book, and all errors and warnings by file and line."""

    book: Book
    findings: tuple[Finding, ...]
    allocated: Allocated
    """As of the Book's last day."""

    def allocated_at(self, day: date) -> Allocated:
        """What settles what as of the end of `day`."""
        if day >= self.book.last_date:
            return replace(self.allocated, as_of=day)
        return allocate(self.book, day)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(one for one in self.findings if one.severity == "error")


def find_ledger(named: str | None, variable: str | None, here: Path) -> Path:
    """The ledger's file: `named` (by -f), else the first in `variable` ($BEANCOUNT_FILE, which Fava too splits as PATH is),
    else main.beancount or ledger/main.beancount in `here` or a folder above it. Raises LedgerMissing."""
    if text := named or (variable or "").split(os.pathsep)[0]:
        file = Path(text)
        if not file.is_file():
            raise LedgerMissing(f"there is no ledger {file}: name it with -f FILE or in BEANCOUNT_FILE")
        return file
    for folder in (here, *here.parents):
        for name in ("main.beancount", "ledger/main.beancount"):
            if (folder / name).is_file():
                return folder / name
    raise LedgerMissing(
        "no ledger found: name it with -f FILE or in BEANCOUNT_FILE, or go to a folder with main.beancount"
    )


def open_ledger(file: Path) -> Ledger:
    """Reads and checks a ledger; what was worked out before, of the same files, is not worked out again."""
    with no_collections():
        if found := kept.find(file):
            return Ledger(found.book, found.findings, found.allocated)
        ledger, loading = load_ledger(file)
        kept.keep(file, kept.Kept(ledger.book, ledger.allocated, ledger.findings), loading.options)
    return ledger


def load_ledger(file: Path) -> tuple[Ledger, entries.Loading]:
    """Reads and checks a ledger, together with the load that it comes from: for what then writes into it."""
    from beancount_invoicing.checks import check

    loading = entries.load(str(file))
    known = loading.known
    allocated = known.allocated if known else allocate(loading.book, loading.book.last_date)
    found = {*loading.problems, *(known.findings if known else check(loading.book, allocated))}
    findings = tuple(sorted(found, key=lambda one: (one.source, one.severity, one.rule, one.message)))
    return Ledger(loading.book, findings, allocated), loading
