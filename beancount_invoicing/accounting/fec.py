"""The fichier des écritures comptables (FEC) of France: livre des procédures fiscales (LPF), art. A47 A-1, VII.

One line per debit or credit, 18 columns, dates as YYYYMMDD, amounts with a decimal comma. The entries of a financial year are in
the order of their dates, the opening balances first, and are numbered without a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from beancount_invoicing.accounting.charsets import in_charset
from beancount_invoicing.accounting.entries import (
    AccountingEntries,
    AccountingEntry,
    AccountingLine,
    Auxiliary,
    left_out_notices,
)
from beancount_invoicing.accounting.results import YEAR_RESULT, financial_years_of
from beancount_invoicing.law.places import state_of
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.model.locks import ClosedBooks

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef",
    "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
"""The titles of the columns, in their order."""

ENCODING = "iso-8859-15"
"""One of the character sets that the article allows (III, 1°)."""
_NOTHING = "0,00"
_NOBODY = Auxiliary("", "")
_NOT_CLOSED = ClosedBooks()
_BREAKS = re.compile(r"[|\x00-\x1f\x7f]+")


def file_name(siren: str, closing_day: date) -> str:
    """The name that the article asks for: SIREN, "FEC" and the closing day of the year (LPF, art. A47 A-1, IX)."""
    return f"{siren}FEC{closing_day:%Y%m%d}.txt"


def seller_siren(book: Book, day: date) -> str:
    """The seller's SIREN on a day, also as the beginning of its SIRET; "" without any."""
    if book.seller is None:
        return ""
    seller = book.seller.at(day)
    return seller.siren or seller.siret[:9]


def no_siren(book: Book, day: date) -> str:
    """What to do without a SIREN: write it or, if the seller is not in France, take another report."""
    country = state_of(book.seller.at(day).address.country) if book.seller else ""
    if country not in {"", "FR"}:
        return _(
            "the FEC is for the French tax office, but the seller is in {country}: bean-invoice accounting journal --journal all "
            "has the same entries, and accounting table writes them for another accounting program",
            country=country,
        )
    return _('the seller has no SIREN, which names the file: write siren: "…" below custom "invoice-seller"')


def fec_findings(entries: AccountingEntries) -> list[Finding]:
    """What the file would lack: accounts without a number whose first three characters are digits (VII, 5°)."""
    lacking: dict[str, list[AccountingLine]] = {}
    for entry in entries.entries:
        for line in entry.lines:
            if not re.match(r"[0-9]{2,3}", line.number):
                lacking.setdefault(line.account, []).append(line)
    return [
        Finding(
            "error",
            "account-number",
            _n(
                len(lines),
                "{account} has no number of the chart of accounts, and is in {count} line: write it below its `open`, "
                'such as pcg: "{example}"',
                "{account} has no number of the chart of accounts, and is in {count} lines: write it below its `open`, "
                'such as pcg: "{example}"',
                account=account,
                count=len(lines),
                example=_example_number(lines),
            ),
            lines[0].source,
        )
        for account, lines in sorted(lacking.items())
    ]


_EXAMPLES = {"Assets": "512", "Liabilities": "401", "Equity": "101", "Income": "706", "Expenses": "606"}
"""A number of the plan comptable général for each of Beancount's roots, as an example."""


def _example_number(lines: list[AccountingLine]) -> str:
    """A number that may be meant."""
    if lines[0].auxiliary:
        return "411"
    return _EXAMPLES.get(lines[0].account.split(":")[0], "471")


def fec_rows(entries: AccountingEntries, closed: ClosedBooks = _NOT_CLOSED) -> Iterator[tuple[str, ...]]:
    """The lines of the file as texts, without the titles.

    An entry is validated on the day on which the books were closed over it (BOI-BIC-DECLA-30-10-20-40: validation freezes the
    elements of an entry); one that no lock covers has its own date, as long as the file is provisional.
    """
    for entry in entries.entries:
        lock = closed.lock_of(entry.date)
        for line in entry.lines:
            yield _row(entry, line, lock.date if lock else entry.date)


def _row(entry: AccountingEntry, line: AccountingLine, validated_on: date) -> tuple[str, ...]:
    day = _day(entry.date)
    auxiliary = line.auxiliary or _NOBODY
    return (
        _field(entry.journal.code),
        _field(entry.journal.name),
        str(entry.number),
        day,
        _field(line.number).ljust(3, "0"),
        _field(line.label),
        _field(auxiliary.code),
        _field(auxiliary.name),
        _field(line.reference or entry.reference),
        _day(line.reference_date or entry.reference_date),
        _field(entry.text or entry.journal.name),
        _amount(line.amount) if line.amount > 0 else _NOTHING,
        _amount(-line.amount) if line.amount < 0 else _NOTHING,
        line.letter.code if line.letter else "",
        _day(line.letter.completed_on) if line.letter else "",
        _day(validated_on),
        _amount(line.units) if line.units is not None else "",
        line.currency,
    )


def fec_bytes(rows: Iterable[tuple[str, ...]]) -> bytes:
    """The file: titles and lines, fields separated by tabs, lines ended by CR LF, in ISO 8859-15."""
    lines = ("\t".join(row) for row in (COLUMNS, *rows))
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING, errors="replace")


@lru_cache(maxsize=10_000)
def _field(text: str) -> str:
    """A text as a field: tabs and line breaks inside it become spaces. A character that ISO 8859-15 lacks is written as a similar
    one, or else as a question mark.
    """
    return _BREAKS.sub(" ", in_charset(text, ENCODING)).strip()


@lru_cache(maxsize=10_000)
def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _amount(amount: Decimal) -> str:
    """With a comma, without a separator of thousands (III, 2°)."""
    return f"{amount:f}".replace(".", ",") if amount else _NOTHING


def notices(entries: AccountingEntries, general_ledger: GeneralLedger, book: Book) -> list[str]:
    """What whoever hands the file over should know: a period that is not a financial year, entries that close income and expenses,
    drafts, what is left out, and what is not closed yet."""
    return [
        *_doubts(entries, general_ledger, book),
        *left_out_notices(entries, book),
        *_not_closed(entries, book.closed_books),
    ]


def _not_closed(entries: AccountingEntries, closed: ClosedBooks) -> Iterator[str]:
    """How many entries no lock covers: their day of validation is only their own date."""
    count = sum(closed.lock_of(entry.date) is None for entry in entries.entries)
    if count:
        yield _n(
            count,
            "{count} entry is not closed, and its ValidDate is its own date: once the period is over, close the books with "
            "bean-invoice accounting lock {until} --write, and write the file again",
            "{count} entries are not closed, and their ValidDate is their own date: once the period is over, close the books "
            "with bean-invoice accounting lock {until} --write, and write the file again",
            count=count,
            until=entries.until,
        )


def _doubts(entries: AccountingEntries, general_ledger: GeneralLedger, book: Book) -> Iterator[str]:
    """The notices that the period is not a financial year, and which entries close income and expenses."""
    year = financial_years_of(general_ledger, book, entries.until)[-1]
    is_first = all(entry.date >= entries.since for entry in general_ledger.entries[:1])
    if entries.until != year.last or (entries.since != year.first and not (is_first and entries.since <= year.first)):
        yield _(
            "the period is not the financial year {first} to {last} (option financial-year-end): a FEC is of a whole "
            "financial year, and named after its last day",
            first=year.first,
            last=year.last,
        )
    for place in entries.closing:
        yield _(
            "{place}: this entry closes income and expenses into account 12, and is not in the file: a FEC has no such "
            "entries (LPF, art. A47 A-1, VII, 1°)",
            place=place,
        )
    for entry in entries.entries:
        numbers = [line.number for line in entry.lines]
        if (
            not entry.is_opening
            and any(number.startswith(YEAR_RESULT) for number in numbers)
            and any(number[:1] in {"6", "7"} for number in numbers)
        ):
            yield _(
                "{place}: this entry closes income or expenses into account 12 and books something else too, so it is in "
                "the file; a FEC has no closing entries (LPF, art. A47 A-1, VII, 1°): make two entries of it",
                place=entry.source,
            )
