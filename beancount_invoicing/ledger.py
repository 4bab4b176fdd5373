"""Opening a ledger, and what is wrong with it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.loading import book_cache, loader
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding, require_date
from beancount_invoicing.receivables import Allocated, allocate


class LedgerMissing(FileNotFoundError):
    """No ledger was found; the message says how to name one."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that was read: its Book, and all errors and warnings by file and line."""

    book: Book
    findings: tuple[Finding, ...]
    allocated: Allocated
    """The allocation as of the Book's last day."""
    notices: tuple[str, ...] = field(default=(), compare=False)
    """Notices about Beancount's cache, not about the ledger."""

    def allocated_at(self, day: date) -> Allocated:
        """The allocation as of the end of `day`."""
        if require_date(day) >= self.book.last_date:
            return self.allocated._replace(as_of=day)
        return allocate(self.book, day)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that are errors."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def find_ledger(named_file: str | None, variable: str | None, start_folder: Path) -> Path:
    """The ledger's file: `named_file` (by -f), else the first in `variable` ($BEANCOUNT_FILE, which, like Fava, is
    split as PATH is), else main.beancount or ledger/main.beancount in `start_folder` or a folder above it. Raises
    LedgerMissing.
    """
    if text := named_file or (variable or "").split(os.pathsep)[0]:
        file = Path(text)
        if not file.is_file():
            raise LedgerMissing(_("there is no ledger {file}: name it with -f FILE or in BEANCOUNT_FILE", file=file))
        return file
    for folder in (start_folder, *start_folder.parents):
        for name in ("main.beancount", "ledger/main.beancount"):
            if (folder / name).is_file():
                return folder / name
    raise LedgerMissing(
        _("no ledger found: name it with -f FILE or in BEANCOUNT_FILE, or go to a folder with main.beancount")
    )


def open_ledger(file: str | Path, *, fresh: bool = False) -> Ledger:
    """Reads and checks a ledger. Results that are cached for exactly these files are not calculated again.

    `fresh`: no cache is read or written. Raises FileNotFoundError, IsADirectoryError, OSError; mistakes in the ledger
    are findings.
    """
    file = Path(file)
    with no_collections():
        if fresh:
            return check_loading(loader.load(str(file), fresh=True))
        if found := book_cache.cached_book(file):
            return Ledger(found.book, found.findings, found.allocated)
        loading = loader.load(str(file))
        ledger = check_loading(loading)
        book_cache.store_book(file, book_cache.CachedBook(ledger.book, ledger.allocated, ledger.findings), loading)
    return ledger


def open_for_aging(file: str | Path, as_of: date) -> Ledger:
    """The ledger for `aging` on a day, and for nothing else. If possible, only open items are read from the cache.

    Raises what `open_ledger` raises.
    """
    with no_collections():
        found = book_cache.cached_for_aging(Path(file))
    if found and require_date(as_of) >= found.book.last_date:
        return Ledger(found.book, found.findings, found.allocated)
    return open_ledger(file)


def check_loading(loading: loader.Loading) -> Ledger:
    """The ledger of a load, with all its findings."""
    from beancount_invoicing.checks import check
    from beancount_invoicing.entries import plugins

    known = loading.checked_load
    allocated = known.allocated if known else allocate(loading.book, loading.book.last_date)
    found = {*loading.problems, *(known.findings if known else check(loading.book, allocated))}
    if any(problem.rule == plugins.ORDER_RULE for problem in loading.problems):
        # of the other errors, the plugin has given those that are true
        found = {finding for finding in found if finding.severity != "error" or finding in loading.errors}
    findings = tuple(
        sorted(found, key=lambda finding: (finding.source, finding.severity, finding.rule, finding.message))
    )
    return Ledger(loading.book, findings, allocated, loading.notices)


class LedgerLoader:
    """Loads the ledger for one command: once, and again only if it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._loading: loader.Loading | None = None
        self._fresh = False
        self._ledger: Ledger | None = None

    @property
    def file(self) -> Path:
        """The top ledger file."""
        return self._file

    def load(self, *, fresh: bool) -> loader.Loading:
        """The ledger as it is on the disk now. `fresh`: from its files alone, without any cache, as required for
        everything that writes or sends.
        """
        if self._loading is None or (fresh and not self._fresh) or self._loading.stale():
            self._loading = loader.load(str(self._file), fresh=True) if fresh else loader.load(str(self._file))
            self._fresh, self._ledger = fresh, None
        return self._loading

    def ledger_and_loading(self, *, fresh: bool) -> tuple[Ledger, loader.Loading]:
        """The ledger with all its findings, and the load."""
        loading = self.load(fresh=fresh)
        if self._ledger is None:
            self._ledger = check_loading(loading)
        return self._ledger, loading

    def book(self) -> Book:
        """The cached Book if the ledger has not changed, otherwise a freshly loaded one. For questions that come before
        it is known whether something will be written.
        """
        found = None if self._loading else book_cache.cached_book(self._file)
        return found.book if found else self.load(fresh=True).book

    def if_unchanged(self) -> Ledger | None:
        """The ledger with all its findings, if it has not changed since it was loaded; otherwise None."""
        return None if self._loading is None or self._loading.stale() else self.ledger_and_loading(fresh=self._fresh)[0]
