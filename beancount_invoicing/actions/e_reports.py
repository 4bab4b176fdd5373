"""The e-reports of a French firm: which periods there are, what each report says, and their files in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.accounting.entries import valued_entries
from beancount_invoicing.accounting.sales import sales
from beancount_invoicing.actions.accounting import general_ledger_of
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.e_reporting.duty import NoRegime, reporting_since, reports_in_france, vat_regime
from beancount_invoicing.e_reporting.payments import (
    InvoiceReceipt,
    ReportedReceipt,
    daily_receipts,
    invoice_receipts,
    reported_receipts,
)
from beancount_invoicing.e_reporting.reports import ReportRow
from beancount_invoicing.e_reporting.told import (
    amounts_text,
    report_count,
    report_state,
    reports_told,
    untold_receipts,
)
from beancount_invoicing.e_reporting.transactions import (
    Transaction,
    daily_sales,
    international_numbers,
    transactions,
    without_nature,
)
from beancount_invoicing.einvoice import NoEInvoice, e_invoice
from beancount_invoicing.einvoice.business_terms import EInvoice, Identifier
from beancount_invoicing.einvoice.frr import (
    NotReportable,
    ReportHeader,
    content_digest,
    payments_xml,
    transactions_xml,
)
from beancount_invoicing.einvoice.lifecycle import CollectedMessage, collected_xml
from beancount_invoicing.law.e_reporting import REPORT_KINDS, ReportPeriod, report_periods
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.platform.reports import COLLECTED
from beancount_invoicing.receivables.tax_due import TaxDue, tax_due
from beancount_invoicing.sending.outbox import OUTBOX
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.new_documents import InvalidRequest

_TYPE_CODES = {"invoice": "380", "deposit": "386", "credit-note": "381", "corrective": "384"}


class CannotReport(ValueError):
    """There are no reports of this ledger: the message says why, and what to write."""


class PeriodReport(NamedTuple):
    """A report of a period: its row, and its content with the header of the one to be sent."""

    row: ReportRow
    xml: bytes
    """b"" if it cannot be written."""
    digest: str
    """Of its content; "" if there is nothing to say."""
    identifier: str


class EReports(NamedTuple):
    """The reports of a span, and all amounts in it."""

    book: Book
    since: date
    """The day from which the firm reports."""
    span: tuple[date, date]
    """From the first day of the first period to the last of the last (both inclusive)."""
    transactions: tuple[Transaction, ...]
    receipts: tuple[ReportedReceipt, ...]
    due: TaxDue
    reports: tuple[PeriodReport, ...]
    to_tell: tuple[InvoiceReceipt, ...]
    """The receipts of status 212 that were not told, of all days up to the end of the span."""


def e_reports(
    book: Book, general_ledger: GeneralLedger, as_of: date, span: tuple[date, date] | None, made_at: datetime
) -> EReports:
    """The reports of the periods that have a day in `span` (both inclusive); None: of those that are over on `as_of` and that
    must be sent, or were sent and changed.

    Raises CannotReport, CannotMakeEntries.
    """
    if not reports_in_france(book, as_of):
        raise CannotReport(_("e-reports are for sellers in France: write country below invoice-seller"))
    if book.currency != "EUR":
        raise CannotReport(_("e-reports are in euros, but the books are in {currency}", currency=book.currency or "–"))
    since = reporting_since(book, as_of)
    first, last = span or (since, max(since, as_of))
    try:
        regime = vat_regime(book, as_of)
        periods = [period for kind in REPORT_KINDS for period in report_periods(regime, kind, first, last)]
    except NoRegime as error:
        if span or since < as_of:
            raise CannotReport(str(error)) from None
        periods = []
    periods.sort(key=lambda period: (period.due, period.kind, period.since))
    start = min((period.since for period in periods), default=first)
    end = max((period.until for period in periods), default=last)
    valued, _moneyless = valued_entries(general_ledger, book, end)
    sold = transactions(book, sales(valued, book, start, end), since)
    due = tax_due(book, min(as_of, max(end, book.last_date)))
    receipts = reported_receipts(book, due, since)
    make = partial(_report, book, sold, receipts, made_at, as_of)
    reports = tuple(make(period) for period in periods if period.until >= since or span)
    to_tell = untold_receipts(invoice_receipts(receipts, "212"), book.flows, min(as_of, end))
    if span is None:
        reports = tuple(report for report in reports if report.row.state in {"initial", "rectify"})
        start, end = _days(reports, to_tell, as_of)
    return EReports(book, since, (start, end), sold, receipts, due, reports, to_tell)


def _days(reports: Sequence[PeriodReport], to_tell: Sequence[InvoiceReceipt], as_of: date) -> tuple[date, date]:
    """The first and the last day of what has to be sent; `as_of` if that is nothing."""
    days = [day for report in reports for day in (report.row.period.since, report.row.period.until)]
    days += [receipt.date for receipt in to_tell]
    return (min(days), max(days)) if days else (as_of, as_of)


def _report(
    book: Book,
    sold: Sequence[Transaction],
    receipts: Sequence[ReportedReceipt],
    made_at: datetime,
    as_of: date,
    period: ReportPeriod,
) -> PeriodReport:
    told = reports_told(book.flows, period)
    seller = book.seller.at(as_of) if book.seller else None
    assert seller is not None
    siren = seller.siren or seller.siret[:9]
    identifier = f"{siren}-{period.kind[0].upper()}-{period.since:%Y%m%d}-{report_count(book.flows, period) + 1}"
    header = ReportHeader(identifier, made_at, bool(told), siren, seller.name)
    amount, problem, xml, empty = ZERO, "", b"", True
    try:
        if not siren:
            raise NotReportable(_("the seller has no SIREN: write siren below invoice-seller"))
        if period.kind == "transactions":
            inside = [sale for sale in sold if period.since <= sale.date <= period.until]
            amount = sum((sale.base + sale.tax for sale in inside if sale.flow), ZERO)
            xml, empty = _transactions(book, header, period, inside)
        else:
            came = [receipt for receipt in receipts if period.since <= receipt.date <= period.until]
            _must_be_in_euros(came)
            amount = sum((receipt.amount for receipt in came if receipt.flow in {"10.2", "10.4"}), ZERO)
            by_invoice, by_day = invoice_receipts(came, "10.2"), daily_receipts(came)
            xml, empty = (
                payments_xml(header, period.since, period.until, by_invoice, by_day),
                not (by_invoice or by_day),
            )
    except NotReportable as error:
        problem = str(error)
    digest = "" if empty or not xml else content_digest(xml)
    state = "initial" if problem and period.until < as_of else report_state(period, told, digest, as_of)
    return PeriodReport(
        ReportRow(period, state, amount, told[-1].file if told else "", problem), xml, digest, identifier
    )


def _must_be_in_euros(receipts: Sequence[ReportedReceipt]) -> None:
    """Raises NotReportable if a tax is booked in another currency."""
    for receipt in receipts:
        if receipt.currency != "EUR" and receipt.flow:
            raise NotReportable(
                _(
                    "{number}: its tax is booked in {currency}, but payments are reported in euros: book the tax in EUR",
                    number=receipt.number,
                    currency=receipt.currency,
                )
            )


def _transactions(
    book: Book, header: ReportHeader, period: ReportPeriod, inside: Sequence[Transaction]
) -> tuple[bytes, bool]:
    """The XML of the sales of a period, and whether it says nothing. Raises NotReportable."""
    if lacking := without_nature(book, inside):
        raise NotReportable(
            _(
                "{number}: a line does not say whether it is goods or services: write nature on it, its item or its tax code",
                number=lacking[0],
            )
        )
    paid, documents = paid_on_its_date(book), book.invoices_by_number()
    invoices: list[EInvoice] = []
    for number in international_numbers(inside):
        invoice = documents[number]
        if invoice.kind == "cancellation":
            continue  # the corrective invoice that replaces the document says so
        try:
            invoices.append(e_invoice(book, invoice, paid(invoice), "fr", addressed=False))
        except NoEInvoice as error:
            raise NotReportable(_("{number}: {reason}", number=number, reason=error)) from None
    days = daily_sales(inside)
    return transactions_xml(header, period.since, period.until, invoices, days), not (invoices or days)


def write_e_reports(
    file: str | Path,
    find: Callable[[Book, GeneralLedger], EReports],
    day: date,
    made_at: datetime,
    write_options: WriteOptions,
) -> tuple[EReports, Outcome]:
    """Writes the reports that have to be sent, and the messages 212, into the outbox, and a record of each into the ledger; returns
    the reports as they were before that.

    `find` works the reports out; `day`: of the records. Raises what `change` raises, InvalidRequest, CannotReport.
    """
    before: list[EReports] = []

    def make(loading: Loading) -> Changes:
        found = find(loading.book, general_ledger_of(loading))
        before.append(found)
        due = [report for report in found.reports if report.row.state in {"initial", "rectify"}]
        if problem := next((report for report in due if report.row.problem), None):
            raise InvalidRequest(problem.row.problem)
        folder = Path(loading.book.file).parent / OUTBOX
        written = [_report_files(report, folder, day) for report in due]
        written += [_message_files(found.book, receipt, folder, day, made_at) for receipt in found.to_tell]
        return Changes(
            tuple(NewDirective(day, verbatim(record)) for _place, _content, record in written),
            message=_("E-reports prepared on {day}", day=day),
            summary=_n(
                len(written), "{count} file for your platform", "{count} files for your platform", count=len(written)
            ),
            files=tuple((place, content) for place, content, _record in written),
            nothing_to_do=_("Nothing has to be reported on {day}.", day=day),
        )

    outcome = change(file, make, write_options)
    return before[-1], outcome


_Written = tuple[Path, bytes, str]


def _report_files(report: PeriodReport, folder: Path, day: date) -> _Written:
    period = report.row.period
    place = folder / f"{report.identifier}.frr.xml"
    meta: text.MetaItems = [
        ("event", "prepared"),
        ("flow-type", _FLOW_TYPES[period.kind]),
        ("from", period.since),
        ("until", period.until),
        ("message-id", f"<{report.identifier}@{OUTBOX}>"),
        ("file", os_path.relpath(place, folder.parent).replace("\\", "/")),
        ("sha256", sha256(report.xml).hexdigest()),
        ("facts", report.digest),
    ]
    return place, report.xml, text.custom_directive(day, "invoice-flow", [period.kind], meta)


_FLOW_TYPES = {
    "transactions": "AggregatedCustomerTransactionReport",
    "payments": "AggregatedCustomerPaymentReport",
}


def _message_files(book: Book, receipt: InvoiceReceipt, folder: Path, day: date, made_at: datetime) -> _Written:
    invoice = book.invoice(receipt.number)
    seller = book.seller.at(day) if book.seller else None
    if invoice is None or invoice.customer is None or seller is None:
        raise InvalidRequest(
            _(
                "{number}: status 212 told its payments, but it is not in the ledger any more: put it back",
                number=receipt.number,
            )
        )
    customer = invoice.customer
    buyer = customer.siren or customer.siret[:9]
    if not buyer or not (seller.siren or seller.siret):
        raise InvalidRequest(
            _("{number}: a status 212 names both by their SIREN: write siren below {account}", number=receipt.number,
              account=customer.account)
        )  # fmt: skip
    before = sum(1 for flow in book.flows if flow.flow_type == COLLECTED and flow.subject == receipt.number)
    identifier = f"212-{receipt.number}-{receipt.date:%Y%m%d}-{before + 1}"
    scheme, _colon, address = customer.endpoint.partition(":") if customer.endpoint else ("0225", ":", buyer)
    message = CollectedMessage(
        identifier, made_at, seller.siren or seller.siret[:9], seller.name, buyer, customer.name, Identifier(address, scheme),
        _TYPE_CODES.get(invoice.kind, "380"),
    )  # fmt: skip
    xml = collected_xml(message, receipt)
    place = folder / f"{identifier.replace('/', '-')}.cdar.xml"
    meta: text.MetaItems = [
        ("event", "prepared"),
        ("flow-type", COLLECTED),
        ("from", receipt.date),
        ("until", receipt.date),
        ("amounts", amounts_text(receipt.amounts)),
        ("message-id", f"<{identifier}@{OUTBOX}>"),
        ("file", os_path.relpath(place, folder.parent).replace("\\", "/")),
        ("sha256", sha256(xml).hexdigest()),
    ]
    return place, xml, text.custom_directive(day, "invoice-flow", [receipt.number], meta)
