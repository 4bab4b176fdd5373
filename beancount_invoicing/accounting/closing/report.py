"""The closing entries of a day as a report: a row for each debit and credit."""

from __future__ import annotations

from beancount_invoicing.accounting.closing.closing import Closing
from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn
from beancount_invoicing.messages import _, _p
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.words import word

COLUMNS = (
    ReportColumn("kind", _("what")),
    ReportColumn("document", _("document")),
    ReportColumn("customer", _("customer")),
    ReportColumn("calculation", _("calculation")),
    ReportColumn("account_number", _("no.")),
    ReportColumn("account", _("account")),
    ReportColumn("debit", _("debit"), "amount", summed=True),
    ReportColumn("credit", _("credit"), "amount", summed=True),
    ReportColumn("reversed_on", _("reversed on"), "date"),
    ReportColumn("state", _("state")),
    ReportColumn("source", _("where"), "source"),
)


def closing_report(closing: Closing, general_ledger: GeneralLedger, book: Book) -> Report:
    """What the entries book, and why; `source` leads to the document, or to the entry once it is written."""
    rows: list[tuple[Cell, ...]] = []
    for proposal, written in closing.items:
        for account, amount in proposal.postings:
            known = general_ledger.accounts.get(account)
            rows.append(
                (
                    word(proposal.kind), proposal.document, proposal.customer, proposal.calculation,
                    known.number if known else "", account, amount if amount > 0 else None,
                    -amount if amount < 0 else None, proposal.reversed_on,
                    _p("closing entry", "written") if written else _p("closing entry", "proposed"),
                    written.source if written else proposal.source,
                )
            )  # fmt: skip
    both = sum((posting.amount for item in closing.items for posting in item.proposal.postings), ZERO)
    off = (Reconciliation(_("debits less credits"), both, ZERO),) if both else ()
    return Report("closing", _("Closing entries"), closing.day, closing.day, book.currency, COLUMNS, tuple(rows), off)
