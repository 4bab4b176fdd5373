"""A report as a spreadsheet (XLSX): numbers as numbers, dates as dates, totals as formulas that hold their values.

The same report gives the same bytes: the file says no time at which it was made.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from beancount_invoicing.accounting.reports import Cell, Report, ReportColumn
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _
from beancount_invoicing.model import Source
from beancount_invoicing.rules.currencies import currency_decimals

_WIDTHS = {"text": 24, "date": 11, "amount": 14, "count": 8, "source": 28}
_WIDEST = 60
_FOOT_WORDS = 28
"""The width of what is before the figures at the foot; it breaks into lines."""
_A4 = 9
"""The number that spreadsheets give to the paper."""
_MADE = datetime(1980, 1, 1)  # noqa: DTZ001 - no time at all: the same report gives the same file


def to_xlsx(report: Report, parts: Sequence[Report] = ()) -> bytes:
    """The report as the bytes of an XLSX file: a sheet for it and for each of its `parts`, with titles (frozen), rows, totals, and
    the sums that it meets.
    """
    import xlsxwriter

    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    workbook.set_properties({"title": translated(report.title), "created": _MADE})
    decimals = currency_decimals(report.currency)
    places = "." + "0" * decimals if decimals else ""
    formats: dict[str, Any] = {
        "head": workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "amount": workbook.add_format({"num_format": f"#,##0{places}"}),
        "words": workbook.add_format({"text_wrap": True}),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "total": workbook.add_format({"bold": True, "top": 1, "num_format": f"#,##0{places}"}),
    }
    for table in (report, *parts):
        _write_sheet(workbook, table, formats)
    workbook.close()
    return stream.getvalue()


def _write_sheet(workbook: Any, report: Report, formats: dict[str, Any]) -> None:
    sheet = workbook.add_worksheet(report.name)
    for place, column in enumerate(report.columns):
        sheet.write_string(0, place, translated(column.title), formats["head"])
        sheet.set_column(place, place, _width(report, place, column))
    for number, row in enumerate(report.rows, 1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, formats)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if report.rows:
        sheet.autofilter(0, 0, len(report.rows), len(report.columns) - 1)
    _foot(sheet, report, formats)


def _write(sheet: Any, row: int, place: int, cell: Cell, formats: dict[str, Any]) -> None:
    if isinstance(cell, Decimal):
        sheet.write_number(row, place, cell, formats["amount"])
    elif isinstance(cell, Source):
        sheet.write_string(row, place, str(cell))
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, formats["date"])
    elif isinstance(cell, int):
        sheet.write_number(row, place, cell)
    elif cell:
        sheet.write_string(row, place, translated(cell))


def _foot(sheet: Any, report: Report, formats: dict[str, Any]) -> None:
    """Below the rows: totals as formulas, then what the ledger says of the same accounts."""
    from xlsxwriter.utility import xl_range

    line = len(report.rows) + 1
    totals = report.totals
    for place, column in enumerate(report.columns):
        if column.name in totals and report.rows:
            # a spreadsheet counts in binary fractions: a sum of nothing is not 0 until it is rounded
            total = f"=ROUND(SUM({xl_range(1, place, line - 1, place)}),{currency_decimals(report.currency)})"
            sheet.write_formula(line, place, total, formats["total"], totals[column.name])
        elif place == 0:
            sheet.write_string(line, place, translated(_("Total")), formats["total"])
    for offset, sums in enumerate(report.reconciliations, 2):
        sheet.write_string(line + offset, 0, translated(reconciliation_title(sums.subject)), formats["words"])
        for place, amount in enumerate((sums.reported, sums.booked, sums.difference), 1):
            sheet.write_number(line + offset, place, amount, formats["amount"])


def reconciliation_title(subject: str) -> str:
    """What is before a reconciliation: its subject, and what the three figures after it are."""
    return _("{subject}: in this report, in the ledger, difference", subject=subject)


def _width(report: Report, place: int, column: ReportColumn) -> int:
    """A column's width, in characters: of its longest cell, within reason; the first four also hold what is at the foot."""
    at_foot = (_FOOT_WORDS if place == 0 else _WIDTHS["amount"]) if place < 4 and report.reconciliations else 0
    if column.kind != "text":
        return max(_WIDTHS[column.kind], at_foot)
    longest = max((len(str(row[place] or "")) for row in report.rows), default=0)
    return max(min(max(longest, len(translated(column.title)), 6) + 1, _WIDEST), at_foot)
