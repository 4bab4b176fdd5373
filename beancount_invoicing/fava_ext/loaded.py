"""What Fava has loaded, as a Ledger, and what was worked out from it for the pages: once for each load and day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from fava.beans.funcs import hash_entry

from beancount_invoicing import InvoicingError, checks
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.entries.sources import Sources, sources
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


class LoadedLedger:
    """Fava's ledger as ours."""

    def __init__(self, fava_ledger: FavaLedger) -> None:
        self._fava = fava_ledger
        self._loaded: tuple[object, Ledger] | None = None
        self._results: dict[object, Any] = {}
        self._places: dict[Source, Any] = {}
        self._hashes: dict[Source, str] = {}
        self._sources: Sources = ()
        self._tried: set[str] = set()

    def load_again_if_changed(self) -> None:
        """Makes Fava load again if the ledger's files are not those that it loaded: Fava itself only compares their times."""
        try:
            now = self._files()
            missing = {file.name for file in now if file.seen} - set(self._fava.options["include"])
            if now != self._sources or missing - self._tried:
                self._tried = missing  # what is encrypted is never among those that were loaded
                self._fava.load_file()
        except Exception as error:  # a mistake of ours must not take Fava's pages down
            logging.getLogger(__name__).warning("changes of the ledger's files were not looked for: %s", error)

    def _files(self) -> Sources:
        return sources(self._fava.beancount_file_path, self._sources)

    def after_load(self) -> None:
        """Takes over the plugin's result for this load, before the result for another ledger replaces it."""
        self._sources = self._files()
        self._translate_errors()
        entries: Any = self._fava.all_entries
        options: Any = self._fava.options
        if known := last_load.last_checked(last_load.entries_seen_by_plugin(entries, options)):
            self._take(entries, known.book, known.findings, known.allocated)

    def _translate_errors(self) -> None:
        """Has Fava's own page of errors say ours in the language of the ledger's option: without one, who reads is not known."""
        if language := self._fava.fava_options.language:
            with speaking(language):
                self._fava.load_errors = [
                    error._replace(message=str.__str__(translated(error.message)))
                    if isinstance(error, InvoicingError)
                    else error
                    for error in self._fava.load_errors
                ]

    def ledger(self) -> Ledger:
        """What Fava has loaded, read once for each load where the plugin has not done so."""
        entries: Any = self._fava.all_entries
        if self._loaded is None or self._loaded[0] is not entries:
            options: Any = self._fava.options
            ran = any(name == "beancount_invoicing" for name, _config in options.get("plugin", ()))
            book = read_book(last_load.entries_seen_by_plugin(entries, options), options, plugin_ran=ran)
            allocated = allocate(book, book.last_date)
            return self._take(entries, book, checks.check(book, allocated), allocated)
        return self._loaded[1]

    def _take(self, entries: object, book: Book, findings: tuple[Finding, ...], allocated: Allocated) -> Ledger:
        """What is shown from now on."""
        ledger = Ledger(book, findings, allocated)
        self._loaded = entries, ledger
        self._results.clear()
        self._places.clear()
        self._hashes.clear()
        return ledger

    def allocated_at(self, day: date) -> Allocated:
        """The allocation as of the end of `day`."""
        return self.once(("allocated", day), lambda: self.ledger().allocated_at(day))

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What `make` gives, worked out only once for a `key` until Fava loads again."""
        if key not in self._results:
            made = make()
            if len(self._results) >= KEPT:
                self._results.clear()
            self._results[key] = made
        found: T = self._results[key]
        return found

    def entry_hash(self, place: Source, index: int | None) -> str:
        """Fava's name of the entry at a place; "" if there is none."""
        if place not in self._hashes:
            entry = self._entry(place, index)
            self._hashes[place] = hash_entry(entry) if entry else ""
        return self._hashes[place]

    def _entry(self, place: Source, index: int | None) -> Any:
        """The entry at a place among Fava's: by its index, unless other plugins have moved it; None if there is none."""
        entries: Any = self._fava.all_entries
        if index is not None and index < len(entries) and source_of(entries[index].meta) == place:
            return entries[index]
        if not self._places:
            self._places = {source_of(entry.meta): entry for entry in reversed(entries)}
        return self._places.get(place)
