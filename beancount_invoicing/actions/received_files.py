"""Suppliers' invoices that came otherwise than by the platform, by e-mail for example, are kept and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing import einvoice
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.sending.event_directives import record_file
from beancount_invoicing.sending.received_records import NewlyReceived, Origin, newly_received
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.dated_files import target_file
from beancount_invoicing.writing.new_documents import InvalidRequest


def add_received(
    file: str | Path, sources: Sequence[Path], day: date, options: WriteOptions
) -> tuple[tuple[NewlyReceived, ...], Outcome]:
    """Keeps files as invoices of suppliers that came on `day`, and records them; returns them, and the outcome.

    A file that the ledger has is left alone. Raises what `change` raises, and InvalidRequest if a file is too large.
    """
    found: list[NewlyReceived] = []

    def make(loading: Loading) -> Changes:
        book = loading.book
        target = target_file(options.into, day) if options.into else record_file(book, day)
        before = list(book.received)
        found.clear()
        for source in sources:
            invoice = newly_received(book, target, day, _content(source), Origin(source.name), before)
            before.append(invoice.record)
            found.append(invoice)
        new = [invoice for invoice in found if not invoice.known]
        summary = _n(len(new), "{count} invoice of a supplier", "{count} invoices of suppliers", count=len(new))
        return Changes(
            tuple(NewDirective(day, verbatim(invoice.directive), str(target)) for invoice in new),
            message=summary,
            summary=summary,
            files=tuple((invoice.path, invoice.content) for invoice in new),
            nothing_to_do=_("The ledger has them already: nothing was added."),
        )

    outcome = change(file, make, options)
    return tuple(found), outcome


def _content(source: Path) -> bytes:
    """The bytes of a file. Raises InvalidRequest if it is empty, or too large for an invoice; OSError."""
    with source.open("rb") as stream:
        data = stream.read(einvoice.LIMIT + 1)
    if not data:
        raise InvalidRequest(_("{file} is empty", file=source))
    if len(data) > einvoice.LIMIT:
        raise InvalidRequest(
            _(
                "{file} is larger than {limit} MB, which no invoice should be",
                file=source,
                limit=einvoice.LIMIT // 1_000_000,
            )
        )
    return data
