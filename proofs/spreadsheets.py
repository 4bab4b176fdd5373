"""Another program reads our spreadsheets: LibreOffice works out their totals anew, and they are those of the reports.

`python -m proofs.spreadsheets` writes each report of the example business as XLSX, takes the value that we wrote beside each
formula away, has LibreOffice calculate, and compares every cell and every total.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount_invoicing.accounting.aged_balance import aged_balance_report
from beancount_invoicing.accounting.entries import accounting_entries
from beancount_invoicing.accounting.micro import book_of_receipts, book_report, limits_report, quarters_report
from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.accounting.reports import (
    Report,
    balance_report,
    journal_report,
    ledger_report,
    lettering_report,
)
from beancount_invoicing.accounting.sales_by_tax import sales_by_tax_report
from beancount_invoicing.accounting.vat import vat_of_period
from beancount_invoicing.accounting.vat_reports import codes_report, comparisons, lines_report
from beancount_invoicing.accounting.year_end import open_items_report, post_closing_report
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.receivables import allocate
from beancount_invoicing.rendering.spreadsheet import to_xlsx

EXAMPLE = Path(__file__).resolve().parent.parent / "ledger" / "main.beancount"
SINCE, UNTIL = date(2026, 1, 1), date(2026, 11, 30)
ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,false"
"""Commas, quotes, UTF-8, from the first line, English, cells as they are formatted."""


def reports() -> dict[str, Report]:
    """Each report of the example business, by the name of its file."""
    books = accounting_books(LedgerLoader(EXAMPLE))
    general_ledger, book = books.general_ledger, books.ledger.book
    entries = accounting_entries(general_ledger, book, SINCE, UNTIL)
    vat = vat_of_period(general_ledger, book, SINCE, UNTIL)
    micro, sums = book_of_receipts(general_ledger, book, allocate(book, UNTIL), SINCE, UNTIL)
    return {
        "book": book_report(micro, SINCE, UNTIL, book.currency, sums),
        "quarters": quarters_report(micro, SINCE, UNTIL, book.currency),
        "limits": limits_report(micro, SINCE, UNTIL, book.currency),
        "journal": journal_report(entries, []),
        "ledger": ledger_report(entries, general_ledger, book, ()),
        "balance": balance_report(entries, general_ledger, book, general=False),
        "general": balance_report(entries, general_ledger, book, general=True),
        "lettering": lettering_report(entries, book, ()),
        "vat": codes_report(vat, comparisons(vat, general_ledger, book)),
        "vat-lines": lines_report(vat, None),
        "open-items": open_items_report(general_ledger, book, allocate(book, SINCE)),
        "post-closing": post_closing_report(book, allocate(book, SINCE), allocate(book, UNTIL)),
        "aging": aged_balance_report(general_ledger, book, allocate(book, UNTIL)),
        "sales-by-tax": sales_by_tax_report(general_ledger, book, SINCE, UNTIL),
        "receipts": receipts_report(general_ledger, book, allocate(book, UNTIL), SINCE, UNTIL),
    }


def without_values(content: bytes) -> bytes:
    """An XLSX whose formulas have no values yet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>0</v>", data)
            new.writestr(name, data)
    return stream.getvalue()


def calculated(folder: Path, files: list[Path]) -> None:
    """LibreOffice makes a CSV of each file, with everything worked out anew."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_CALCULATE, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", AS_CSV]
    subprocess.run([*command, "--outdir", folder, *files], check=True, capture_output=True, timeout=600)


def differences(report: Report, rows: list[list[str]]) -> list[str]:
    """Where LibreOffice's table is another one than the report."""
    found = []
    expected = [[cell if isinstance(cell, Decimal) else None for cell in row] for row in report.rows]
    totals = report.totals
    expected.append([totals.get(column.name) for column in report.columns])
    for number, row in enumerate(expected, 1):
        for place, amount in enumerate(row):
            if amount is not None:
                shown = rows[number][place].replace(",", "")
                if not shown or Decimal(shown) != amount:
                    found.append(
                        f"{report.name} row {number + 1}, {report.columns[place].name}: {shown!r}, not {amount}"
                    )
    return found


def main() -> None:
    """Prints how many cells agree; ends with 1 where one does not."""
    found: list[str] = []
    cells = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = reports()
        files = [folder / f"{report}.xlsx" for report in made]
        for file, report in zip(files, made.values(), strict=True):
            file.write_bytes(without_values(to_xlsx(report)))
        calculated(folder, files)
        for file, report in zip(files, made.values(), strict=True):
            with file.with_suffix(".csv").open(encoding="utf-8", newline="") as stream:
                found += differences(report, list(csv.reader(stream)))
            cells += sum(isinstance(cell, Decimal) for row in report.rows for cell in row) + len(report.totals)
    if found:
        print("\n".join(found[:20]))
        sys.exit(1)
    print(f"{len(made)} spreadsheets: LibreOffice reads {cells} amounts and totals as they are")


if __name__ == "__main__":
    main()
