"""Statements of banks and payment providers, read from the bytes of their files; one module per format. Pure: knows
neither ledgers nor clocks.

A file is read completely or not at all: StatementFileError names the file and the line, what is wrong and what was
expected.
"""

from __future__ import annotations

import re
from pathlib import Path

from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.messages import _
from beancount_invoicing.model.banks import CsvTable, StatementFormat
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.files import LARGEST, read_bytes, too_large

FORMATS: tuple[StatementFormat, ...] = ("camt", "mt940", "ofx", "cfonb120", "csv")
_HEAD = 8192
_MT940 = re.compile(rb"(?:^|[\r\n])(?:\{1:|:20:)")
_CFONB = re.compile(rb"\s*01[0-9]{5}")
_NO_STATEMENTS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "an archive (ZIP) or a workbook (XLSX)"),
    (b"\x1f\x8b", "an archive (GZIP)"),
    (b"\xd0\xcf\x11\xe0", "a workbook (XLS)"),
)
_DELIMITERS = (b";", b",", b"\t", b"|")
_EXPECTED = "expected CAMT.053 or CAMT.054, MT940, OFX or QFX, CFONB 120, or the CSV of a bank"


def detect(data: bytes, file: str) -> StatementFormat:
    """Which of FORMATS a file has, by its content. Raises StatementFileError if it has none of them."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x01\0")
    if not head:
        raise StatementFileError(file, 1, _("the file is empty: {expected}", expected=_EXPECTED))
    for start, found in _NO_STATEMENTS:
        if data.startswith(start):
            raise StatementFileError(file, 1, _("the file is {found}: {expected}", found=found, expected=_EXPECTED))
    upper = head.upper()
    if b"OFXHEADER" in upper or b"<OFX>" in upper:
        return "ofx"
    if head.startswith(b"<"):
        return "camt"
    if _CFONB.match(head):
        return "cfonb120"
    if _MT940.search(head):
        return "mt940"
    if b"\0" in data[:_HEAD] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise StatementFileError(file, 1, _("the file is not text: {expected}", expected=_EXPECTED))
    if not any(delimiter in head for delimiter in _DELIMITERS):
        raise StatementFileError(
            file,
            1,
            _(
                "the file is not a bank statement: it has neither the format of one nor columns; {expected}",
                expected=_EXPECTED,
            ),
        )
    return "csv"


def read_statements(
    data: bytes, file: str, table: CsvTable | None = None, statement_format: StatementFormat = ""
) -> tuple[Statement, ...]:
    """The statements of a file, in the file's order. Each has its lines, the oldest first, with their identifiers.

    `file`: its name, for messages and sources. `table`: how to read a CSV (from a ledger's `invoice-bank`); without it,
    only known tables can be read. `statement_format`: the format, instead of detecting it. Raises StatementFileError.
    """
    if len(data) > LARGEST:
        raise too_large(file)
    match statement_format or detect(data, file):
        case "camt":
            from beancount_invoicing.statement_files.camt import read_camt

            return read_camt(data, file)
        case "mt940":
            from beancount_invoicing.statement_files.mt940 import read_mt940

            return read_mt940(data, file)
        case "ofx":
            from beancount_invoicing.statement_files.ofx import read_ofx

            return read_ofx(data, file)
        case "cfonb120":
            from beancount_invoicing.statement_files.cfonb120 import read_cfonb120

            return read_cfonb120(data, file)
        case _:
            from beancount_invoicing.statement_files.csv_table import read_csv_table

            return read_csv_table(data, file, table or CsvTable())


def read_statement_file(
    path: Path, table: CsvTable | None = None, statement_format: StatementFormat = ""
) -> tuple[Statement, ...]:
    """As `read_statements`, but for a file on the disk. Raises OSError too."""
    return read_statements(read_bytes(path), str(path), table, statement_format)


__all__ = ["FORMATS", "LARGEST", "StatementFileError", "detect", "read_statement_file", "read_statements"]
