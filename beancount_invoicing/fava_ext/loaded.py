"""What Fava has loaded, as a Ledger, and what was worked out from it for the pages: once for each load and day.

Requests run beside each other, and any of them may make Fava load again: each keeps to the load that it began with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from threading import Lock
from time import time_ns
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from fava.beans.funcs import hash_entry
from flask import g, has_request_context, request_started

from beancount_invoicing import InvoicingError, checks
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.entries.sources import Sources, changed_at, sources
from beancount_invoicing.languages import speaking, translated
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.loading import last_load
from beancount_invoicing.model import Book, Finding, Source
from beancount_invoicing.receivables import Allocated, allocate

if TYPE_CHECKING:
    from fava.core import FavaLedger

T = TypeVar("T")
KEPT = 64
"""How many results of one load are kept."""
COARSE = 20_000_000
"""By how much the times of files may lag behind the clock, in nanoseconds."""


def _note_beginning(_app: object, **_more: object) -> None:
    """Notes when a request began: Fava may load before any extension is asked, and files may change while it does."""
    g.receivables_began = time_ns()


request_started.connect(_note_beginning)


class Load(NamedTuple):
    """One load of Fava's, and what was worked out from it so far."""

    entries: Any
    """Fava's."""
    ledger: Ledger
    results: dict[object, Any]
    hashes: dict[Source, str]
    places: dict[Source, Any]
    """The entries by their places; empty until they are needed."""


class LoadedLedger:
    """Fava's ledger as ours."""

    def __init__(self, fava_ledger: FavaLedger) -> None:
        self._fava = fava_ledger
        self._loaded: Load | None = None
        self._sources: Sources = ()
        self._changed_meanwhile = False
        self._tried: set[str] = set()
        self._one_at_a_time = Lock()

    def load_again_if_changed(self) -> None:
        """Makes Fava load again if the ledger's files are not those that it loaded: Fava itself only compares their times.

        Whoever asks while another does so waits for it.
        """
        with self._one_at_a_time:
            try:
                now = self._files()
                missing = {file.name for file in now if file.seen} - set(self._fava.options["include"])
                if now != self._sources or self._changed_meanwhile or missing - self._tried:
                    self._tried = missing  # what is encrypted is never among those that were loaded
                    self._fava.load_file()
                    self._changed_meanwhile = now != self._sources
            except Exception as error:  # a mistake of ours must not take Fava's pages down
                logging.getLogger(__name__).warning("changes of the ledger's files were not looked for: %s", error)

    def _files(self) -> Sources:
        return sources(self._fava.beancount_file_path, self._sources)

    def after_load(self) -> None:
        """Takes over the plugin's result for this load, before the result for another ledger replaces it."""
        self._sources = self._files()
        began = getattr(g, "receivables_began", None) if has_request_context() else None
        self._changed_meanwhile = began is not None and any(changed_at(f) > began - COARSE for f in self._sources)
        self._translate_errors()
        entries: Any = self._fava.all_entries
        options: Any = self._fava.options
        if known := last_load.last_checked(last_load.entries_seen_by_plugin(entries, options)):
            self._take(entries, known.book, known.findings, known.allocated)

    def _translate_errors(self) -> None:
        """Has Fava's own page of errors say ours in the language of the ledger's option: without one, who reads is not known."""
        if language := self._fava.fava_options.language:
            with speaking(language, with_findings=True):
                self._fava.load_errors = [
                    error._replace(message=str.__str__(translated(error.message)))
                    if isinstance(error, InvoicingError)
                    else error
                    for error in self._fava.load_errors
                ]

    def _now(self) -> Load:
        """What Fava has loaded, read once for each load where the plugin has not done so."""
        entries: Any = self._fava.all_entries
        if (known := self._loaded) is not None and known.entries is entries:
            return known
        options: Any = self._fava.options
        ran = any(name == "beancount_invoicing" for name, _config in options.get("plugin", ()))
        book = read_book(last_load.entries_seen_by_plugin(entries, options), options, plugin_ran=ran)
        allocated = allocate(book, book.last_date)
        return self._take(entries, book, checks.check(book, allocated), allocated)

    def _take(self, entries: Any, book: Book, findings: tuple[Finding, ...], allocated: Allocated) -> Load:
        """What is shown from now on."""
        load = self._loaded = Load(entries, Ledger(book, findings, allocated), {}, {}, {})
        return load

    def _of_request(self) -> Load:
        """The load that a request shows, from its beginning to its end."""
        if not has_request_context():
            return self._now()
        loads: dict[LoadedLedger, Load] = getattr(
            g, "receivables_loads", {}
        )  # Fava's own kind of g: no more than attributes
        if self not in loads:
            loads[self] = self._now()
            g.receivables_loads = loads
        return loads[self]

    def ledger(self) -> Ledger:
        """The ledger that the request shows."""
        return self._of_request().ledger

    def allocated_at(self, day: date) -> Allocated:
        """The allocation as of the end of `day`."""
        return self.once(("allocated", day), lambda: self.ledger().allocated_at(day))

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What `make` gives, worked out only once for a `key` until Fava loads again."""
        results = self._of_request().results
        try:
            known: T = results[key]
        except KeyError:
            made = make()
            if len(results) >= KEPT:
                results.clear()
            results[key] = made
            return made
        return known

    def entry_hash(self, place: Source, index: int | None) -> str:
        """Fava's name of the entry at a place; "" if there is none."""
        load = self._of_request()
        if (known := load.hashes.get(place)) is not None:
            return known
        entry = _entry(load, place, index)
        found = load.hashes[place] = hash_entry(entry) if entry else ""
        return found


def _entry(load: Load, place: Source, index: int | None) -> Any:
    """The entry at a place among Fava's: by its index, unless other plugins have moved it; None if there is none."""
    if index is not None and index < len(load.entries) and source_of(load.entries[index].meta) == place:
        return load.entries[index]
    if not load.places:
        load.places.update({source_of(entry.meta): entry for entry in reversed(load.entries)})  # in one go
    return load.places.get(place)
