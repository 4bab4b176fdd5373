"""Opening a ledger, and what is wrong with it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from beancount_invoicing import entries
from beancount_invoicing.collector import no_collections
from beancount_invoicing.entries import kept
from beancount_invoicing.model import Book, Finding, a_day
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
    notices: tuple[str, ...] = field(default=(), compare=False)
    """What is to be said of Beancount's cache, not of the ledger."""

    def allocated_at(self, day: date) -> Allocated:
        """What settles what as of the end of `day`."""
        if a_day(day) >= self.book.last_date:
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


def open_ledger(file: str | Path, *, fresh: bool = False) -> Ledger:
    """Reads and checks a ledger; what was worked out before, of the same files, is not worked out again.

    `fresh`: no cache is read, nor written. Raises FileNotFoundError, IsADirectoryError, OSError; what is wrong in the ledger is
    among its findings.
    """
    file = Path(file)
    with no_collections():
        if fresh:
            return checked(entries.load(str(file), fresh=True))
        if found := kept.find(file):
            return Ledger(found.book, found.findings, found.allocated)
        loading = entries.load(str(file))
        ledger = checked(loading)
        kept.keep(file, kept.Kept(ledger.book, ledger.allocated, ledger.findings), loading)
    return ledger


def checked(loading: entries.Loading) -> Ledger:
    """What was loaded, with all that is wrong with it."""
    from beancount_invoicing.checks import check
    from beancount_invoicing.entries import plugins

    known = loading.known
    allocated = known.allocated if known else allocate(loading.book, loading.book.last_date)
    found = {*loading.problems, *(known.findings if known else check(loading.book, allocated))}
    if any(one.rule == plugins.ORDER for one in loading.problems):
        # of the other errors, the plugin has given those that are true
        found = {one for one in found if one.severity != "error" or one in loading.errors}
    findings = tuple(sorted(found, key=lambda one: (one.source, one.severity, one.rule, one.message)))
    return Ledger(loading.book, findings, allocated, loading.notices)


class Loads:
    """The ledger for one command, which loads it once, and again only where it was changed since."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._loading: entries.Loading | None = None
        self._fresh = False
        self._ledger: Ledger | None = None

    def loading(self, *, fresh: bool) -> entries.Loading:
        """The ledger as it stands on the disk now; `fresh`: from its files alone, past every cache, as whatever writes or sends has
        to read it."""
        if self._loading is None or (fresh and not self._fresh) or self._loading.stale():
            self._loading = entries.load(str(self._file), fresh=True) if fresh else entries.load(str(self._file))
            self._fresh, self._ledger = fresh, None
        return self._loading

    def both(self, *, fresh: bool) -> tuple[Ledger, entries.Loading]:
        """All that is wrong with it, too."""
        loading = self.loading(fresh=fresh)
        if self._ledger is None:
            self._ledger = checked(loading)
        return self._ledger, loading

    def book(self) -> Book:
        """What was kept of the ledger, where it is as it was then; else what is loaded fresh: for a question that comes before it
        is known whether something will be written."""
        found = None if self._loading else kept.find(self._file)
        return found.book if found else self.loading(fresh=True).book

    def unchanged(self) -> Ledger | None:
        """What was loaded, if the ledger still is so."""
        return None if self._loading is None or self._loading.stale() else self.both(fresh=self._fresh)[0]
