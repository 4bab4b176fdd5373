"""What an accounting pack has for the auditor: numbering, closed periods, what became of open items, letters to customers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from beancount_invoicing.accounting.micro import book_of_receipts, book_report, limits_report, quarters_report
from beancount_invoicing.accounting.reports import Cell, Report, ReportColumn
from beancount_invoicing.accounting.year_end import confirmations_report, post_closing_report
from beancount_invoicing.actions.accounting import numbering_report
from beancount_invoicing.actions.confirmations import confirmation_letters, largest_balances, statements_to_confirm
from beancount_invoicing.actions.numbering_page import numbering_pdf
from beancount_invoicing.actions.pack_reports import (
    CannotMakeReport,
    PackBooks,
    PackContent,
    ReportFile,
    Workbook,
    period_argument,
)
from beancount_invoicing.actions.seal import Verified
from beancount_invoicing.actions.statement import language_to
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _n, _p, joined
from beancount_invoicing.rendering import TemplateError

LETTERS_SHARE = Decimal("0.8")
"""The part of what customers owe, in each currency, that the letters of a pack ask about."""
LETTERS_MOST = 25
"""How many letters a pack has at most."""


def numbering(books: PackBooks) -> list[PackContent]:
    """The numbering statement, also as a page to be printed."""
    report = numbering_report(books.book, books.since, books.until)
    try:
        page = numbering_pdf(books.book, books.since, books.until)
    except TemplateError as error:
        raise CannotMakeReport(str(error)) from None
    return [report, ReportFile(f"{translated(_p('file', 'numbering'))}.pdf", report.title, page)]


def confirmations(books: PackBooks) -> list[PackContent]:
    """The balances that customers are asked to confirm at the end of a financial year that is over, and the letters to those who
    owe most."""
    book, until = books.book, books.until
    statements = statements_to_confirm(books.books.ledger, until, ())
    if not books.ends_a_financial_year or books.last_date < until or not statements:
        return []
    written_on = until + timedelta(days=1)
    chosen = largest_balances(statements, LETTERS_SHARE, LETTERS_MOST)
    folder = translated(_p("file", "confirmations"))
    try:
        languages = [language_to(book, statement.customer, written_on) for statement in statements]
        letters = [
            ReportFile(f"{folder}/{name}", "", content, notices=notices)
            for name, content, notices in confirmation_letters(book, chosen, written_on)
        ]
    except TemplateError as error:
        raise CannotMakeReport(str(error)) from None
    notice = _n(
        len(letters),
        "{count} letter of {customers}: to the customers who owe most, up to 80 % of what is owed in each currency, 25 letters at "
        "most; bean-invoice accounting confirmations {day} -o FOLDER writes all",
        "{count} letters of {customers}: to the customers who owe most, up to 80 % of what is owed in each currency, 25 letters "
        "at most; bean-invoice accounting confirmations {day} -o FOLDER writes all",
        count=len(letters),
        customers=len(statements),
        day=until,
    )
    told = (
        (letters[0]._replace(notices=(notice, *letters[0].notices)), *letters[1:])
        if len(letters) < len(statements)
        else letters
    )
    return [confirmations_report(book, statements, languages, until), *told]


def post_closing(books: PackBooks) -> list[PackContent]:
    """What became of the items that were open at the end of a financial year, as far as the ledger goes."""
    if not books.ends_a_financial_year or books.last_date <= books.until:
        return []
    return [post_closing_report(books.book, books.allocated, books.books.ledger.allocated_at(books.last_date))]


def micro(books: PackBooks) -> list[PackContent]:
    """The book of receipts of a French micro-enterprise, receipts by quarter, and of a year what is left of its limits."""
    if not is_micro(books):
        return []
    book, since, until = books.book, books.since, books.until
    receipts, sums = book_of_receipts(books.books.general_ledger, book, books.allocated, since, until)
    parts = [quarters_report(receipts, since, until, book.currency)]
    if period_argument(since, until) == str(until.year):
        parts.append(limits_report(receipts, since, until, book.currency))
    return [Workbook(book_report(receipts, since, until, book.currency, sums), tuple(parts))]


def is_micro(books: PackBooks) -> bool:
    """Whether the seller is in France and says that it is a micro-enterprise, or is a sole trader without VAT (CGI, art. 293 B)."""
    if books.book.seller is None or books.country != "FR":
        return False
    form = books.book.seller.at(books.until).legal_form.casefold()
    if "micro" in form or "auto-entrepreneur" in form:
        return True
    alone = form.split()[:1] == ["ei"] or "entrepreneur individuel" in form or "entreprise individuelle" in form
    codes = [versions.at(books.until) for versions in books.book.taxes.values()]
    return alone and bool(codes) and all(not code.rate for code in codes)


LOCK_COLUMNS = (
    ReportColumn("date", _("date"), "date"),
    ReportColumn("what", _("what")),
    ReportColumn("last_day", _("up to"), "date"),
    ReportColumn("state", _("state")),
    ReportColumn("sha256", "SHA-256"),
    ReportColumn("previous", _("the one before")),
    ReportColumn("reason", _("reason")),
    ReportColumn("source", _("where"), "source"),
)
VERIFIED_COLUMNS = (
    ReportColumn("document", _("document")),
    ReportColumn("sealed_on", _("sealed on"), "date"),
    ReportColumn("state", _("state")),
    ReportColumn("differences", _("what differs")),
    ReportColumn("file", _("file")),
    ReportColumn("sha256", "SHA-256"),
    ReportColumn("source", _("where"), "source"),
)


def closed_books(books: PackBooks) -> list[PackContent]:
    """The closings up to the last day and their reopenings, and the sealed documents of the period: what is still as it was."""
    locks, seals = _locks(books), _verified(books)
    if locks and seals:
        return [Workbook(_lock_report(books, locks), (_verified_report(books, seals),))]
    if locks:
        return [_lock_report(books, locks)]
    return [_verified_report(books, seals)] if seals else []


def _locks(books: PackBooks) -> list[tuple[Cell, ...]]:
    closed = books.book.closed_books
    in_force = {period.lock: period.holds for period in closed.periods}
    rows: list[tuple[Cell, ...]] = []
    for lock in closed.locks:
        if lock.last_day <= books.until:
            holds = in_force.get(lock)
            state = _("opened again") if holds is None else _("unchanged") if holds else _("changed")
            rows.append((lock.date, _("closed"), lock.last_day, state, lock.sha256, lock.previous, "", lock.source))
    rows += [
        (
            reopening.date, _("opened again"), reopening.last_day, "", "", reopening.previous, reopening.reason,
            reopening.source,
        )
        for reopening in closed.reopenings
        if reopening.last_day <= books.until
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (str(row[0]), str(row[2]), str(row[7])))


def _lock_report(books: PackBooks, rows: list[tuple[Cell, ...]]) -> Report:
    return Report("locks", _("Closed periods"), books.since, books.until, "", LOCK_COLUMNS, tuple(rows))


def _verified(books: PackBooks) -> list[Verified]:
    """What `verify` says of the period's documents, and of the chains as a whole."""
    numbers = {invoice.number for invoice in books.book.invoices if books.since <= invoice.booked_from <= books.until}
    return [verified for verified in books.verified if verified.number in numbers or not verified.number]


def _verified_report(books: PackBooks, verified_seals: list[Verified]) -> Report:
    rows: list[tuple[Cell, ...]] = []
    for number, seal, unchanged, differences, notice, file, source in (
        (
            verified.number, verified.seal, verified.unchanged, verified.differences, verified.notice, verified.file,
            verified.source,
        )
        for verified in verified_seals
    ):  # fmt: skip
        state = _("changed") if unchanged is False else _("unchanged") if unchanged else _("not known")
        found = joined("; ", [f"{term}: {sealed} → {current}" for term, sealed, current in differences] or [notice])
        rows.append(
            (
                number,
                seal.date if seal else None,
                state,
                found,
                books.relative(file),
                seal.sha256 if seal else "",
                source,
            )
        )
    return Report(
        "verified", _("Sealed documents, verified"), books.since, books.until, "", VERIFIED_COLUMNS, tuple(rows)
    )
