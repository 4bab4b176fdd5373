"""The lists of sales as tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn
from beancount_invoicing.accounting.sales_list import CustomerTurnover, EuSales, OssSales
from beancount_invoicing.messages import _

_DOCUMENTS = ReportColumn("documents", _("documents"))
_SOURCE = ReportColumn("source", _("where"), "source")
_CUSTOMER = (ReportColumn("vat_id", _("VAT id")), ReportColumn("customer", _("customer")))


def eu_report(lines: Iterable[EuSales], since: date, until: date, currency: str, booked: Decimal) -> Report:
    """The EC sales list; `booked`: what the ledger's entries book as such sales."""
    columns = (
        *_CUSTOMER,
        ReportColumn("code", _("kind")),
        ReportColumn("amount", _("amount"), "amount", summed=True),
        ReportColumn("declared", _("declared"), "amount", summed=True),
        _DOCUMENTS,
        _SOURCE,
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (line.vat_id, line.customer, line.code, line.amount, line.declared, " ".join(line.numbers), line.source)
        for line in lines
    )
    report = Report("sales-list", _("EC sales list"), since, until, currency, columns, rows)
    agreed = Reconciliation(_("supplies to other member states"), report.totals["amount"], booked)
    return report._replace(reconciliations=(agreed,))


def oss_report(lines: Iterable[OssSales], since: date, until: date, currency: str, booked: Decimal) -> Report:
    """Sales with the VAT of other member states; `booked`: the tax that the ledger's entries book under such codes."""
    columns = (
        ReportColumn("country", _("country")),
        ReportColumn("nature", _("nature")),
        ReportColumn("rate", _("rate")),
        ReportColumn("base", _("base"), "amount", summed=True),
        ReportColumn("tax", _("tax"), "amount", summed=True),
        ReportColumn("corrects", _("corrects")),
        _DOCUMENTS,
        _SOURCE,
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            line.country, line.nature, f"{line.rate.normalize():f} %", line.base, line.tax, line.corrects,
            " ".join(line.numbers), line.source,
        )
        for line in lines
    )  # fmt: skip
    report = Report("oss", _("VAT of other member states"), since, until, currency, columns, rows)
    return report._replace(reconciliations=(Reconciliation(_("tax"), report.totals["tax"], booked),))


def customers_report(lines: Iterable[CustomerTurnover], since: date, until: date, currency: str) -> Report:
    """The Belgian list of customers who are taxable persons."""
    columns = (
        *_CUSTOMER,
        ReportColumn("turnover", _("turnover"), "amount", summed=True),
        ReportColumn("tax", _("tax"), "amount", summed=True),
        _DOCUMENTS,
        _SOURCE,
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (line.vat_id, line.customer, line.turnover, line.tax, " ".join(line.numbers), line.source) for line in lines
    )
    return Report("customers", _("Customers who are taxable persons"), since, until, currency, columns, rows)
