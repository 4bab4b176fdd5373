"""The entries of a period as the table that another accounting program imports, described by its user (TOML).

The description names the columns in their order, each with its title and a field of ours, and how the file is written: delimiter,
encoding, decimal mark, dates. A line stands for each debit or credit, in the order of the entries.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount_invoicing.accounting.charsets import in_charset
from beancount_invoicing.accounting.entries import AccountingEntries, AccountingEntry, AccountingLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO

FIELDS = (
    "journal", "journal-name", "entry", "date", "number", "label", "auxiliary", "auxiliary-name", "account", "reference",
    "reference-date", "text", "debit", "credit", "amount", "side", "letter", "letter-date", "units", "currency",
)  # fmt: skip
"""What a column can hold: `account` is the customer's auxiliary code or the number; `amount` has no sign, `side` is D or C."""


class WrongDescription(ValueError):
    """A description of a table cannot be used; the message says why, and what to write."""


class EntryTable(NamedTuple):
    """How another program's table is written."""

    columns: tuple[tuple[str, str], ...]
    """Title and field of each."""
    has_titles: bool = True
    delimiter: str = ";"
    encoding: str = "utf-8"
    decimal: str = ","
    date_format: str = "%d/%m/%Y"


def table_of(described: Mapping[str, Any]) -> EntryTable:
    """The table that a description (the values of its TOML file) means. Raises WrongDescription."""
    unknown = described.keys() - {"columns", "titles", "delimiter", "encoding", "decimal", "date"}
    if unknown:
        raise WrongDescription(
            _(
                '"{key}" has no meaning here: write columns, titles, delimiter, encoding, decimal or date',
                key=min(unknown),
            )
        )
    columns = described.get("columns")
    if not isinstance(columns, dict) or not columns:
        raise WrongDescription(_('the table has no columns: write [columns], and below it "Title" = "field" for each'))
    for title, field in columns.items():
        if field not in FIELDS and field != "":
            raise WrongDescription(
                _(
                    'column "{title}": "{field}" is not a field; the fields are {fields}',
                    title=title,
                    field=field,
                    fields=", ".join(FIELDS),
                )
            )
    table = EntryTable(
        tuple(columns.items()),
        described.get("titles", True) is not False,
        str(described.get("delimiter", ";")),
        str(described.get("encoding", "utf-8")),
        str(described.get("decimal", ",")),
        str(described.get("date", "%d/%m/%Y")),
    )
    if len(table.delimiter) != 1:
        raise WrongDescription(
            _('delimiter is "{delimiter}", but must be one character, such as ";"', delimiter=table.delimiter)
        )
    try:
        "".encode(table.encoding)
    except LookupError:
        raise WrongDescription(
            _('"{encoding}" is not an encoding: write "utf-8" or "cp1252", for example', encoding=table.encoding)
        ) from None
    return table


def table_bytes(entries: AccountingEntries, table: EntryTable) -> bytes:
    """The file: lines end with CR LF. What the encoding lacks is written as a similar character, or else as a question mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=table.delimiter, lineterminator="\r\n")
    if table.has_titles:
        writer.writerow([title for title, _field in table.columns])
    writer.writerows(_rows(entries, table))
    return in_charset(stream.getvalue(), table.encoding).encode(table.encoding, errors="replace")


def _rows(entries: AccountingEntries, table: EntryTable) -> Iterator[Iterable[str]]:
    for entry in entries.entries:
        for line in entry.lines:
            fields = _fields(entry, line)
            yield [_text(fields[field], table) if field else "" for _title, field in table.columns]


def _fields(entry: AccountingEntry, line: AccountingLine) -> dict[str, str | date | Decimal | None]:
    auxiliary, letter = line.auxiliary, line.letter
    return {
        "journal": entry.journal.code,
        "journal-name": entry.journal.name,
        "entry": str(entry.number),
        "date": entry.date,
        "number": line.number,
        "label": line.label,
        "auxiliary": auxiliary.code if auxiliary else "",
        "auxiliary-name": auxiliary.name if auxiliary else "",
        "account": auxiliary.code if auxiliary else line.number,
        "reference": line.reference or entry.reference,
        "reference-date": line.reference_date or entry.reference_date,
        "text": entry.text or entry.journal.name,
        "debit": max(line.amount, ZERO),
        "credit": max(-line.amount, ZERO),
        "amount": abs(line.amount),
        "side": "D" if line.amount > 0 else "C",
        "letter": letter.code if letter else "",
        "letter-date": letter.completed_on if letter else None,
        "units": line.units,
        "currency": line.currency,
    }


def _text(value: str | date | Decimal | None, table: EntryTable) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", table.decimal)
    if isinstance(value, date):
        return value.strftime(table.date_format)
    return " ".join((value or "").split())
