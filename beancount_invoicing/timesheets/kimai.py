"""Kimai: its CSV exports."""

from __future__ import annotations

from datetime import datetime

from beancount_invoicing.timesheets.records import DateFormat, DurationUnit, TimeRecord
from beancount_invoicing.timesheets.tables import DECIMAL, dates_of_column, duration, record, table_rows, time_of_day

KIMAI_FIELDS = {
    "date": "date", "datum": "date",
    "begin": "start", "from": "start", "von": "start", "de": "start",
    "end": "end", "to": "end", "bis": "end", "à": "end",
    "duration": "duration", "dauer": "duration", "durée": "duration",
    "alias": "person", "name": "person",
    "username": "username", "user": "username", "benutzer": "username", "utilisateur": "username", "identifiant": "username",
    "customer": "client", "kunde": "client", "client": "client",
    "project": "project", "projekt": "project", "projet": "project",
    "activity": "task", "tätigkeit": "task", "activité": "task",
    "description": "description", "beschreibung": "description",
    "billable": "billable", "abrechenbar": "billable",
    "tags": "tags", "schlagworte": "tags", "mots-clés": "tags",
}  # fmt: skip


def parse_kimai(text: str, date_format: DateFormat = "", duration_unit: DurationUnit = "") -> list[TimeRecord]:
    """The entries of a CSV export of Kimai (1.x, 2.x), with its columns in English, German or French, in any order.

    Durations have the forms of its versions and templates: 0.11 (hours), 2:30, 2:30:00, 9000 (seconds). A whole number
    is read as hours or seconds, as the times of the entry or the other durations of the file show; otherwise
    `duration_unit` must be given. An empty cell under Billable means no. Sums at the end are skipped.

    https://github.com/kimai/kimai/blob/3976c07b07688b8dc11235baef218f85583266d4/src/Export/ColumnConverter.php (columns),
    https://github.com/kimai/kimai/blob/2aedb76db3c1dd34152729b658d5713465143096/src/Export/DefaultTemplate.php (their order),
    https://github.com/kimai/kimai/blob/1765e90cb404166f5e77ed38b37fa4535b0ca9d9/tests/Export/Timesheet/CsvRendererTest.php
    (1.x: seconds, sums), and translations/messages.{en,de,fr}.xlf of that repository (names of columns).
    """
    rows = table_rows(text, KIMAI_FIELDS)
    if rows and not rows[-1].get("date", "start", "client", "project"):
        rows = rows[:-1]
    if not duration_unit and any(DECIMAL.fullmatch(row.get("duration")) for row in rows):
        duration_unit = "hours"
    days = dates_of_column([(row.line, row.get("date")) for row in rows], date_format)
    records = []
    for row, day in zip(rows, days, strict=True):
        start, end = time_of_day(row, "start"), time_of_day(row, "end")
        span = None
        if start and end:
            span = int((datetime.combine(day, end) - datetime.combine(day, start)).total_seconds())
            span += 24 * 3600 if span < 0 else 0
        empty = False if "billable" in row.cells else None
        records.append(
            record(row, day, start, duration(row, span, duration_unit), row.get("person", "username"), empty)
        )
    return records
