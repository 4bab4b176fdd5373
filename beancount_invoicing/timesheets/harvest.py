"""Harvest: the CSV of its detailed time report."""

from __future__ import annotations

from beancount_invoicing.timesheets.records import DateFormat, TimeRecord
from beancount_invoicing.timesheets.tables import dates_of_column, duration, record, table_rows

HARVEST_FIELDS = {
    "date": "date", "client": "client", "project": "project", "project code": "code", "task": "task", "notes": "description",
    "hours": "duration", "billable?": "billable", "invoiced?": "invoiced", "first name": "first name",
    "last name": "last name",
}  # fmt: skip
_NEEDED = frozenset({"date"}), frozenset({"duration"})


def parse_harvest(text: str, date_format: DateFormat = "") -> list[TimeRecord]:
    """The entries of a detailed time report of Harvest, exported as CSV, its columns in any order.

    Hours are decimal or 6:30. A project's code is read as a tag, by which its contract may be found. Time that Harvest
    has invoiced is not billable.
    """
    rows = table_rows(text, HARVEST_FIELDS, _NEEDED)
    records = []
    for row, day in zip(rows, dates_of_column([(row.line, row.get("date")) for row in rows], date_format), strict=True):
        person = " ".join(name for name in (row.get("first name"), row.get("last name")) if name)
        entry = record(row, day, None, duration(row, None, "hours"), person, None)
        if row.get("code"):
            entry = entry._replace(tags=(row.get("code"),))
        if row.get("invoiced").casefold() == "yes":
            entry = entry._replace(billable=False)
        records.append(entry)
    return records
