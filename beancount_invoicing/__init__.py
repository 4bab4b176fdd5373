"""Invoicing in a Beancount ledger. This module is the plugin: `plugin "beancount_invoicing"`, below all that makes entries, above
plugins that change transactions.

It checks what `docs/ledger-format.md` says, returns errors, and writes facts for queries (`invoice-due`, `invoice-open`,
`invoice-settled-on` on receivable postings, `invoice-total` on transactions), as of the ledger's last entry.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from beancount_invoicing.model import Finding

__all__ = ["InvoicingError", "__version__", "plugin"]
__plugins__ = ("plugin",)
__version__ = "0.1.0"

imported_at = time.time_ns()
"""When this process began to read our code: what of it is put on the disk later, the process does not run."""


_BEANCOUNTS_OWN = {"filename", "lineno", "__automatic__", "__tolerances__"}
"""Metadata that Beancount writes itself."""


class InvoicingError(NamedTuple):
    """An error as Beancount wants it, with the rule that saw it."""

    source: dict[str, Any]
    message: str
    entry: Any
    rule: str = ""


def plugin(
    entries: list[Any], options_map: dict[str, Any], config: str | None = None
) -> tuple[list[Any], list[InvoicingError]]:
    """Checks the entries and writes the facts; the list that came in goes out. Never raises."""
    del config
    place = {"filename": str(options_map.get("filename", "<ledger>")), "lineno": 0}
    try:
        twice = sum(name == __name__ for name, _config in options_map.get("plugin", ())) > 1
        if not twice and _says_nothing(entries):
            return entries, []  # before our modules are read, which takes longer than an empty ledger does
        from beancount_invoicing.checks import check
        from beancount_invoicing.collector import set_aside_first
        from beancount_invoicing.entries import memo, plugins
        from beancount_invoicing.entries.facts import write_facts
        from beancount_invoicing.entries.reader import read
        from beancount_invoicing.receivables import allocate

        errors: list[InvoicingError] = []
        if twice:
            if any("invoice-total" in entry.meta for entry in entries):
                return entries, []  # the second time: the facts of the first stand there already
            message = f'plugin "{__name__}" stands twice in this file: keep the last of these lines'
            errors.append(InvoicingError(place, message, None, "plugin-twice"))
        with set_aside_first():
            documents = memo.Documents()
            seen = plugins.as_they_are(entries) if plugins.followed(options_map) else entries
            book = read(seen, options_map, facts_are_ours=False, known=documents)
            allocated = allocate(book, book.last_date)
            findings = check(book, allocated)
            found = [one for one in findings if one.severity == "error"]
            if found and plugins.preceded(options_map):

                def checked(those: Sequence[Any]) -> list[Finding]:
                    other = read(those, options_map, facts_are_ours=False)
                    return [one for one in check(other) if one.severity == "error"]

                false, misplaced = plugins.blamed(found, options_map, checked)
                findings = tuple(one for one in findings if one not in false) + tuple(misplaced)
            errors += [
                InvoicingError({"filename": one.source.file, "lineno": one.source.line}, one.message, None, one.rule)
                for one in findings
                if one.severity == "error"
            ]
            write_facts(seen, book, allocated)
            memo.keep(memo.Checked(seen, book, documents, allocated, findings, options_map))
    except Exception as error:  # a plugin that raises would hide the whole ledger behind a traceback
        message = (
            f"beancount_invoicing could not check this ledger ({type(error).__name__}: {error}): this is a mistake of the"
            " plugin, please report it with the entry that causes it"
        )
        return entries, [InvoicingError(place, message, None, "internal")]
    return entries, errors


def _says_nothing(entries: list[Any]) -> bool:
    """Whether a ledger has neither a custom directive nor metadata of its own: there is nothing that we could read."""
    return all(
        type(entry).__name__ != "Custom"
        and (entry.meta or {}).keys() <= _BEANCOUNTS_OWN
        and all((posting.meta or {}).keys() <= _BEANCOUNTS_OWN for posting in getattr(entry, "postings", ()))
        for entry in entries
    )
