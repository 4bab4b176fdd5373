"""What has to be reported by when, from the Book alone: for the list of what to do today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from beancount_invoicing.e_reporting.duty import NoRegime, reporting_since, reports_in_france, vat_regime
from beancount_invoicing.e_reporting.payments import ReportedReceipt, invoice_receipts, reported_receipts
from beancount_invoicing.e_reporting.scope import is_exempt, scope
from beancount_invoicing.e_reporting.told import reports_told, untold_receipts
from beancount_invoicing.law.e_reporting import REPORT_KINDS, ReportPeriod, report_periods
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.receivables.tax_due import tax_due


class DueReport(NamedTuple):
    """Something to report; `day`: by when, or since when it waits."""

    day: date
    text: str


def due_reports(book: Book, as_of: date, allocated: Allocated) -> tuple[DueReport, ...]:
    """The reports of periods that are over on `as_of` and were never written, and receipts to tell as status 212.

    Whether a report that was written has changed since is for `platform report` to say: that needs the whole ledger.
    """
    if not book.invoices or not reports_in_france(book, as_of):
        return ()
    since = reporting_since(book, as_of)
    if as_of <= since:
        return ()
    try:
        regime = vat_regime(book, as_of)
    except NoRegime as error:
        return (DueReport(since, str(error)),)
    receipts = reported_receipts(book, tax_due(book, as_of, allocated), since)
    found = [
        _due(period)
        for kind in REPORT_KINDS
        for period in report_periods(regime, kind, since, as_of)
        if period.until < as_of
        and not reports_told(book.flows, period)
        and _has_something(book, period, receipts, since)
    ]
    return (*found, *_to_tell(book, receipts, as_of))


def _has_something(book: Book, period: ReportPeriod, receipts: tuple[ReportedReceipt, ...], since: date) -> bool:
    if period.kind == "payments":
        return any(
            receipt.flow in {"10.2", "10.4"} and period.since <= receipt.date <= period.until for receipt in receipts
        )
    return any(
        scope(invoice, invoice.customer, since).sales and not all(map(is_exempt, invoice.tax_codes.values()))
        for invoice in book.invoices
        if invoice.customer and not invoice.draft
        and period.since <= invoice.booked_from <= period.until
    )  # fmt: skip


def _due(period: ReportPeriod) -> DueReport:
    values = {"since": period.since, "until": period.until, "due": period.due}
    if period.kind == "payments":
        text = _("payments of {since} to {until}, by {due}: bean-invoice platform report --write", **values)
    else:
        text = _("sales of {since} to {until}, by {due}: bean-invoice platform report --write", **values)
    return DueReport(period.due, text)


def _to_tell(book: Book, receipts: tuple[ReportedReceipt, ...], as_of: date) -> Iterator[DueReport]:
    waiting = untold_receipts(invoice_receipts(receipts, "212"), book.flows, as_of)
    if waiting:
        count, first = len(waiting), min(receipt.date for receipt in waiting)
        text = _n(
            count,
            "{count} receipt of an e-invoice, status 212: bean-invoice platform report --write",
            "{count} receipts of e-invoices, status 212: bean-invoice platform report --write",
            count=count,
        )
        yield DueReport(first, text)
