"""Invoicing in a Beancount ledger. This module is the plugin: `plugin "beancount_invoicing"`, below all plugins that
make entries, above those that change transactions.

It checks the rules of `docs/ledger-format.md`, returns errors, and writes facts for queries (`invoice-due`,
`invoice-open`, `invoice-settled-on` on receivable postings, `invoice-total` on transactions), as of the ledger's last
entry.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from beancount_invoicing.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from beancount_invoicing.model import Finding

__all__ = ["InvoicingError", "__version__", "plugin"]
__plugins__ = ("plugin",)
__version__ = "0.1.0"

imported_at = time.time_ns()
"""When this process began to import our code: code that is put on the disk later is not what the process runs."""


_BEANCOUNTS_OWN = {"filename", "lineno", "__automatic__", "__tolerances__"}
"""Metadata that Beancount writes itself."""


class InvoicingError(NamedTuple):
    """An error in the form that Beancount expects, with the rule that reports it."""

    source: dict[str, Any]
    message: str
    entry: Any
    rule: str = ""


def plugin(
    entries: list[Any], options_map: dict[str, Any], config: str | None = None
) -> tuple[list[Any], list[InvoicingError]]:
    """Checks the entries and writes the facts; returns the same list of entries. Never raises."""
    del config
    place = {"filename": str(options_map.get("filename", "<ledger>")), "lineno": 0}
    try:
        twice = sum(name == __name__ for name, _config in options_map.get("plugin", ())) > 1
        if not twice and _says_nothing(entries):
            return entries, []  # before our modules are read, which takes longer than an empty ledger does
        from beancount_invoicing.checks import check
        from beancount_invoicing.entries import plugins
        from beancount_invoicing.entries.known_documents import KnownDocuments
        from beancount_invoicing.entries.reader import read_book
        from beancount_invoicing.gc_control import no_collections_then_freeze
        from beancount_invoicing.loading import last_load
        from beancount_invoicing.loading.query_metadata import write_query_metadata
        from beancount_invoicing.receivables import allocate

        errors: list[InvoicingError] = []
        if twice:
            if any("invoice-total" in entry.meta for entry in entries):
                return entries, []  # the second time: the facts of the first stand there already
            message = _('plugin "{name}" appears twice in this file: keep the last of these lines', name=__name__)
            errors.append(InvoicingError(place, message, None, "plugin-twice"))
        with no_collections_then_freeze():
            documents = KnownDocuments()
            seen = plugins.with_copied_postings(entries) if plugins.any_plugin_after(options_map) else entries
            book = read_book(seen, options_map, plugin_ran=False, known=documents)
            allocated = allocate(book, book.last_date)
            findings = check(book, allocated)
            found = [finding for finding in findings if finding.severity == "error"]
            if found and plugins.any_plugin_before(options_map):
                false, misplaced = plugins.blame_plugins(
                    found, options_map, lambda entries: _errors_of(entries, options_map)
                )
                findings = tuple(finding for finding in findings if finding not in false) + tuple(misplaced)
            errors += [_as_error(finding) for finding in findings if finding.severity == "error"]
            write_query_metadata(seen, book, allocated)
            last_load.remember(last_load.Checked(seen, book, documents, allocated, findings, options_map))
    except Exception as error:  # a plugin that raises would hide the whole ledger behind a traceback
        message = _(
            "beancount_invoicing could not check this ledger ({name}: {error}): this is a bug in the plugin, "
            "please report it with the entry that causes it",
            name=type(error).__name__,
            error=error,
        )
        return entries, [InvoicingError(place, message, None, "internal")]
    return entries, errors


def _errors_of(entries: Sequence[Any], options_map: dict[str, Any]) -> list[Finding]:
    """The errors that our checks find in entries among which this plugin has not run."""
    from beancount_invoicing.checks import check
    from beancount_invoicing.entries.reader import read_book

    book = read_book(entries, options_map, plugin_ran=False)
    return [finding for finding in check(book) if finding.severity == "error"]


def _as_error(finding: Finding) -> InvoicingError:
    """A finding as Beancount shows errors, in the language of the one who reads them."""
    from beancount_invoicing.messages import for_plugin

    place = {"filename": finding.source.file, "lineno": finding.source.line}
    return InvoicingError(place, for_plugin(finding.message), None, finding.rule)


def _says_nothing(entries: list[Any]) -> bool:
    """Whether a ledger has neither a custom directive nor metadata of its own: there is nothing that we could read."""
    return all(
        type(entry).__name__ != "Custom"
        and (entry.meta or {}).keys() <= _BEANCOUNTS_OWN
        and all((posting.meta or {}).keys() <= _BEANCOUNTS_OWN for posting in getattr(entry, "postings", ()))
        for entry in entries
    )
