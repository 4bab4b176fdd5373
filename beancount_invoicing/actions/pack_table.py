"""The reports of an accounting pack: a line for each, with its file, what it is, how it is made, and the countries that want it."""

from __future__ import annotations

import os
from pathlib import Path

from beancount_invoicing.accounting import fec
from beancount_invoicing.accounting.aged_balance import aged_balance_report
from beancount_invoicing.accounting.closing.closing import closing
from beancount_invoicing.accounting.closing.proposals import KINDS
from beancount_invoicing.accounting.closing.report import closing_report
from beancount_invoicing.accounting.entries import CannotMakeEntries
from beancount_invoicing.accounting.fec_check import check_fec
from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.accounting.reports import (
    Report,
    ReportColumn,
    balance_report,
    journal_report,
    ledger_report,
    lettering_report,
)
from beancount_invoicing.accounting.sales_by_tax import sales_by_tax_report
from beancount_invoicing.accounting.vat import vat_of_period
from beancount_invoicing.accounting.vat_reports import return_of_seller, vat_tables
from beancount_invoicing.accounting.year_end import open_items_report
from beancount_invoicing.actions import seal
from beancount_invoicing.actions.close import unbilled_services
from beancount_invoicing.actions.pack_declarations import (
    datev,
    intra_listings,
    one_stop_shop,
    recapitulative_statements,
    sales_to_member_states,
    services_declarations,
    taxable_customers,
)
from beancount_invoicing.actions.pack_reports import CannotMakeReport, PackBooks, PackReport, ReportFile, Workbook
from beancount_invoicing.actions.pack_year_end import closed_books, confirmations, micro, numbering, post_closing
from beancount_invoicing.languages import translated
from beancount_invoicing.law.territory import union_members
from beancount_invoicing.messages import _, _p, joined


def wanted_reports(country: str) -> tuple[PackReport, ...]:
    """The reports of the pack of a seller in a country ("" if it is unknown)."""
    return tuple(report for report in REPORTS if not report.countries or country in report.countries)


def _fec(books: PackBooks) -> ReportFile:
    siren = fec.seller_siren(books.book, books.until)
    if not siren:
        raise CannotMakeReport(fec.no_siren(books.book, books.until))
    findings = fec.fec_findings(books.entries)
    if findings:
        raise CannotMakeEntries(findings)
    file = fec.file_name(siren, books.until)
    content = fec.fec_bytes(fec.fec_rows(books.entries, books.book.closed_books))
    summary = check_fec(content, file)
    return ReportFile(
        file,
        _("FEC, the file of accounting entries"),
        content,
        (
            (_("entries"), summary.entries),
            (_("lines"), summary.lines),
            (_("debit"), summary.debit),
            (_("credit"), summary.credit),
        ),
        tuple(fec.notices(books.entries, books.books.general_ledger, books.book)),
        tuple(
            joined(": ", (f"{file}:{finding.line}", finding.message))
            for finding in summary.findings
            if finding.severity == "error"
        ),
    )


def _vat(books: PackBooks) -> Workbook:
    """The VAT by code, boxes, differences from the accounts and lines, each on a sheet."""
    general_ledger = books.books.general_ledger
    vat = vat_of_period(general_ledger, books.book, books.since, books.until, books.allocated, books.valued)
    form = return_of_seller(books.book, books.until)
    report, *parts = vat_tables(vat, general_ledger, books.book, form).values()
    return Workbook(report, tuple(parts))


def _closing(books: PackBooks) -> Report:
    """The closing entries of the last day, those that are written and those that are proposed."""
    services, _left_out = unbilled_services(books.book, books.until, max(books.until, books.book.last_date))
    proposed = closing(books.books.general_ledger, books.book, books.until, services, KINDS, books.allocated)
    return closing_report(proposed, books.books.general_ledger, books.book)


def _findings(books: PackBooks) -> Report:
    """What `check` finds."""
    found = sorted(
        (*books.books.ledger.findings, *seal.due_date_warnings(books.book)), key=lambda finding: finding.source
    )
    columns = (
        ReportColumn("severity", _("severity")),
        ReportColumn("rule", _("rule")),
        ReportColumn("message", _("message")),
        ReportColumn("source", _("where"), "source"),
    )
    root = f"{Path(books.book.file).parent}{os.sep}"
    rows = tuple(
        (
            translated(_("error") if finding.severity == "error" else _("warning")), finding.rule,
            translated(finding.message).replace(root, ""), finding.source,
        )
        for finding in found
    )  # fmt: skip
    return Report("findings", _("What the checks of the ledger find"), books.since, books.until, "", columns, rows)


REPORTS: tuple[PackReport, ...] = (
    PackReport(
        _p("file", "sales-journal"),
        _("Every invoice and credit note, with the accounts that it is booked on."),
        lambda books: journal_report(books.entries, None),
    ),
    PackReport(
        _p("file", "sales-by-tax"),
        _("Each document by tax code: base, rate, tax, total, also in its own currency."),
        lambda books: sales_by_tax_report(
            books.books.general_ledger, books.book, books.since, books.until, books.valued
        ),
    ),
    PackReport(
        _p("file", "journals"),
        _("Every entry of the period, by journals, with the opening balances."),
        lambda books: journal_report(books.entries, ()),
    ),
    PackReport(
        _p("file", "receipts"),
        _("Money that customers paid, by the day on which it came, with the document that it paid."),
        lambda books: receipts_report(
            books.books.general_ledger, books.book, books.allocated, books.since, books.until
        ),
    ),
    PackReport(
        _p("file", "customers-ledger"),
        _("Each customer's account, line by line, with the balance after it and the letters."),
        lambda books: ledger_report(books.entries, books.books.general_ledger, books.book, ()),
    ),
    PackReport(
        _p("file", "customers-balance"),
        _("What each customer owed on the first day, what was booked, and what it owes on the last day."),
        lambda books: balance_report(books.entries, books.books.general_ledger, books.book, general=False),
    ),
    PackReport(
        _p("file", "trial-balance"),
        _("The same for every account of the ledger."),
        lambda books: balance_report(books.entries, books.books.general_ledger, books.book, general=True),
    ),
    PackReport(
        _p("file", "aged-balance"),
        _("Who owes what on the last day, and since when."),
        lambda books: aged_balance_report(books.books.general_ledger, books.book, books.allocated, known=books.valued),
    ),
    PackReport(
        _p("file", "open-items"),
        _("The same, document by document, with the money that settles none."),
        lambda books: open_items_report(books.books.general_ledger, books.book, books.allocated),
    ),
    PackReport(
        _p("file", "lettering"),
        _("Which invoices and payments settle each other, and what is still open."),
        lambda books: lettering_report(books.entries, books.book, (), books.allocated),
    ),
    PackReport(
        _p("file", "numbering"),
        _("The numbers of the documents: first, last, how many, void ones and gaps; also to be printed."),
        numbering,
        command="accounting numbering",
    ),
    PackReport(
        _p("file", "vat"),
        _("VAT on sales by code and by box of the return, what leads to the accounts, and each line behind it."),
        _vat,
    ),
    PackReport(
        _p("file", "sales-to-member-states"),
        _("Sales without VAT to businesses in other member states (EC sales list)."),
        sales_to_member_states,
        union_members(),
        command="accounting sales-list",
    ),
    PackReport(
        "des",
        _(
            "Services to businesses in other member states, month by month: import each file on douane.gouv.fr (France, DES)."
        ),
        services_declarations,
        frozenset({"FR"}),
        command="accounting sales-list",
    ),
    PackReport(
        "intervat-intra",
        _("Sales to businesses in other member states: import each file in Intervat (Belgium)."),
        intra_listings,
        frozenset({"BE"}),
        command="accounting sales-list",
    ),
    PackReport(
        "zm",
        _(
            "Sales to businesses in other member states: import each file in Mein ELSTER (Germany, Zusammenfassende Meldung)."
        ),
        recapitulative_statements,
        frozenset({"DE"}),
        command="accounting sales-list",
    ),
    PackReport(
        _p("file", "one-stop-shop"),
        _("Sales with the VAT of other member states, for the One Stop Shop."),
        one_stop_shop,
        union_members(),
        command="accounting sales-list --list oss",
    ),
    PackReport(
        _p("file", "taxable-customers"),
        _("Turnover with customers who are taxable persons (Belgium, yearly list); of a year, also for Intervat."),
        taxable_customers,
        frozenset({"BE"}),
        command="accounting sales-list --list customers",
    ),
    PackReport(
        _p("file", "micro-enterprise"),
        _(
            "The book of receipts of a micro-enterprise, receipts by quarter and nature, and what is left of the year's limits."
        ),
        micro,
        frozenset({"FR"}),
        command="accounting micro",
    ),
    PackReport(
        _p("file", "closing-entries"),
        _(
            "What the last day asks for: invoices to be issued, deferred income, doubtful claims …, written or proposed."
        ),
        _closing,
        optional=True,
    ),
    PackReport(
        _p("file", "post-closing"),
        _("What became of the items that were open at the end of the year: payments, credit notes, losses since then."),
        post_closing,
    ),
    PackReport(
        _p("file", "confirmations"),
        _(
            "What customers are asked to confirm to the auditor, and the letters to those who owe most, each with a reply to sign."
        ),
        confirmations,
    ),
    PackReport(
        _p("file", "closed-periods"),
        _("Which periods are closed and which documents sealed, and whether they are still as they were."),
        closed_books,
    ),
    PackReport(
        "fec",
        _("Every entry, as the French tax office asks for it (LPF, art. A47 A-1)."),
        _fec,
        frozenset({"FR"}),
        command="accounting fec",
    ),
    PackReport(
        "datev",
        _("Every entry, month by month, and the customers, as DATEV imports them."),
        datev,
        command="accounting datev",
    ),
    PackReport(
        _p("file", "checks"), _("What the program finds doubtful in the ledger, and what to do about it."), _findings
    ),
)
"""In the order of the pack's first page."""
