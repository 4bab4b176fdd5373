"""The time billed by an invoice → view: day, person, work, duration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from beancount_invoicing.model import Book, Invoice, Work
from beancount_invoicing.rendering.document import unit_words
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.view import Pair, Table, TableRow, View
from beancount_invoicing.rules import worktime


def timesheet_view(book: Book, invoice: Invoice, time: Sequence[Work], template_folders: tuple[Path, ...]) -> View:
    """The view of the time that an invoice bills, as it was worked, in the customer's language. Raises TemplateError."""
    customer, day = invoice.customer, invoice.date
    assert customer is not None, "only a void number has none, and no time"
    head = letterhead(book, customer, day, template_folders)
    table, formats = head.words, head.formats
    labels, titles, words = table["labels"], table["titles"], table["timesheet"]
    persons = any(work.person for work in time)

    def length(seconds: Decimal, commodity: str) -> str:
        quantity = worktime.without_trailing_zeros(worktime.from_seconds_rounded(seconds, commodity))
        return f"{formats.quantity(quantity)} {unit_words(commodity.lower(), quantity, formats, table)}"

    rows = tuple(
        TableRow(
            (
                formats.short_day(work.date),
                *((work.person,) if persons else ()),
                work.task,
                length(worktime.to_seconds(work.quantity, work.commodity), work.commodity),
            )
        )
        for work in time
    )
    sums: dict[str, Decimal] = {}
    for entry in time:
        sums[entry.commodity] = sums.get(entry.commodity, Decimal(0)) + worktime.to_seconds(
            entry.quantity, entry.commodity
        )
    columns = (labels["date"], *((words["person"],) if persons else ()), words["task"], words["time"])
    document = f"{titles[invoice.kind]} {invoice.number}"
    return printable_view(
        replace(
            head.view,
            title=words["title"],
            facts=(
                Pair(labels["date"], formats.day(day)),
                Pair(table["statement"]["for-document"], document, strong=True),
            ),
            table=Table(words["title"], columns, (*[False] * (len(columns) - 1), True), rows, wide=len(columns) - 2),
            totals=tuple(
                Pair(table["receivables"]["total"], length(seconds, commodity), strong=True)
                for commodity, seconds in sums.items()
            ),
        )
    )
