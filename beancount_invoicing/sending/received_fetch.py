"""Suppliers' invoices that come by the platform: each is fetched, kept as a file and recorded, once.

Where fetching goes on is in the ledger: at the latest moment that it has recorded of one, and somewhat before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.checks import OF_ONE_CUSTOMER
from beancount_invoicing.files import FileChanged, write_if_different
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import Book
from beancount_invoicing.platform.received import received_invoices
from beancount_invoicing.sending.event_directives import record_file
from beancount_invoicing.sending.received_records import NewlyReceived, Origin, newly_received, not_had
from beancount_invoicing.sending.records import LedgerAppender, sending_locked, try_directives
from beancount_invoicing.writing import git
from beancount_invoicing.writing.changes import Refused, WriteOptions
from beancount_invoicing.writing.dated_files import target_file

if TYPE_CHECKING:
    from beancount_invoicing.delivery.platform_api import Platform, RemoteFlow

OVERLAP = timedelta(minutes=10)
"""How far before the latest recorded moment fetching begins."""
FUTURE = timedelta(days=2)
"""How far ahead of the day a platform's clock may be."""


class ReceivedReport(NamedTuple):
    """What came, or would be recorded; and what went wrong after that was recorded."""

    invoices: tuple[NewlyReceived, ...]
    problem: str = ""
    files: tuple[Path, ...] = ()


def fetch_received(
    file: str | Path,
    platform_of: Callable[[Book], Platform],
    day: date,
    options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> ReceivedReport:
    """Fetches what suppliers sent since the last time; without `options.write`, only shows it.

    Raises, before anything is written: Refused if the ledger has errors, CannotSend, writer.CannotWrite, FileChanged, git.GitError,
    OSError, and the errors of `Platform.search` if not even a list could be had.
    """
    file = Path(file)
    with sending_locked(file) if options.write else nullcontext():
        ledger, loading = (loader or LedgerLoader(file)).ledger_and_loading(fresh=options.write)
        if options.write and any(error.rule not in OF_ONE_CUSTOMER for error in ledger.errors):
            raise Refused(_("the ledger has errors: nothing is recorded until they are corrected"), ledger.errors)
        book = ledger.book
        target = target_file(options.into, day) if options.into else record_file(book, day)
        came, problem = _fetched(book, platform_of(book), target, day)
        if not options.write or not came:
            return ReceivedReport(came, problem)
        directives = [invoice.directive for invoice in came]
        try_directives(loading, ledger.errors, target, directives)
        record = LedgerAppender(loading, target)
        if options.commit:
            git.must_be_clean(record.files)
        if loading.stale():
            raise FileChanged(_("the ledger changed while it was being read: nothing was recorded; try again"))
        new = [invoice for invoice in came if not invoice.known and invoice.content]
        for invoice in new:
            write_if_different(invoice.path, invoice.content)
        files = (*record.files, *(invoice.path for invoice in new))
        record.append(joined("\n", directives))
        if options.commit:
            message = _n(len(came), "{count} invoice of a supplier", "{count} invoices of suppliers", count=len(came))
            git.commit(list(files), message)
        return ReceivedReport(came, problem, files)


def _fetched(book: Book, platform: Platform, target: Path, day: date) -> tuple[tuple[NewlyReceived, ...], str]:
    """What came, and what kept the fetching from reaching the end."""
    from beancount_invoicing.delivery.https import NoAnswer, NotReached, ServerUnusable
    from beancount_invoicing.delivery.platform_api import RemoteFlow, RequestRefused

    had = {flow for invoice in received_invoices(book) if invoice.first.file for flow in invoice.flows}
    listed = [
        flow
        for flow in platform.search({"updatedAfter": _since(book), "flowType": ["SupplierInvoice"]})
        if flow.direction in {"", "In"} and flow.ack != "Error" and flow.flow not in had
    ]
    _must_have_times(listed, day)
    again = {flow.flow for flow in listed}
    tried = {record.flow: record for record in book.received if record.kind == "received" and record.flow not in had}
    listed += [
        RemoteFlow(name, record.updated, "SupplierInvoice", "In", "", record.name, "", "")
        for name, record in tried.items()
        if name and name not in again
    ]
    before = list(book.received)
    came: list[NewlyReceived] = []
    problem = ""
    for flow in dict.fromkeys(sorted(listed, key=lambda flow: (flow.updated, flow.flow))):
        moment = _moment(flow.updated).date()
        origin = Origin(flow.name or flow.flow, flow.flow, flow.updated)
        try:
            content = platform.document(flow.flow)
        except RequestRefused:
            if flow.flow in tried:
                continue
            invoice = not_had(moment, origin)
        except (NoAnswer, NotReached, ServerUnusable) as error:
            problem = _("{error}: what came before is recorded; fetch again later", error=error)
            break  # fetching goes on at the latest recorded one: nothing may be left out
        else:
            invoice = newly_received(book, target, moment, content, origin, before)
        came.append(invoice)
        before.append(invoice.record)
    return tuple(came), problem


def _must_have_times(listed: Sequence[RemoteFlow], day: date) -> None:
    """Raises RequestRefused if the platform lists something with no time, or one to come."""
    from beancount_invoicing.delivery.platform_api import RequestRefused

    latest = datetime.combine(day, time.max, UTC) + FUTURE
    for flow in listed:
        try:
            sensible = _moment(flow.updated) <= latest
        except (ValueError, OverflowError):
            sensible = False
        if not sensible:
            raise RequestRefused(
                _(
                    "the platform lists {flow} with the time {time}, which is none or to come: nothing was recorded; "
                    "check this computer's clock, or ask the platform",
                    flow=flow.flow,
                    time=flow.updated,
                )
            )


def _moment(updated: str) -> datetime:
    """A time of a platform, in UTC. Raises ValueError if it is none."""
    told = datetime.fromisoformat(updated)
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _since(book: Book) -> str:
    """From when on everything is asked for."""
    moments = []
    for record in book.received:
        if record.kind == "received" and record.updated:
            try:
                moments.append(_moment(record.updated))
            except ValueError:
                continue
    start = max(moments, default=None)
    if start is None:
        start = datetime.combine(book.options["platform"].versions[0][0], time.min, UTC) + OVERLAP
    return (start - OVERLAP).isoformat().replace("+00:00", "Z")
