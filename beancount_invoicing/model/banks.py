"""The ledger's bank accounts, and how the files of their banks are read."""

from __future__ import annotations

from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Source

StatementFormat = Literal["", "camt", "mt940", "ofx", "cfonb120", "csv"]
"""A format of statements; "" where the files themselves show it."""
TableDateOrder = Literal["", "ymd", "dmy", "mdy"]
"""In which order a table writes year, month and day; "" where the dates themselves show it."""


class CsvTable(NamedTuple):
    """What a table of a bank says where. What is "" is taken from the preset, or told from the file."""

    preset: str = ""
    """The name of a table that is known, such as "qonto"; what is said here wins over it."""
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Fields of a statement's line, each with the titles of its columns, or their numbers from 1."""
    decimal: str = ""
    """The decimal mark: "." or ","."""
    date_order: TableDateOrder = ""
    encoding: str = ""
    delimiter: str = ""
    currency: str = ""
    """Of all lines, where no column says it."""


class BankAccount(NamedTuple):
    """An account of the ledger at a bank or at a provider of payments: custom "invoice-bank"."""

    account: str
    source: Source
    iban: str = ""
    """In capitals and without spaces."""
    format: StatementFormat = ""
    table: CsvTable = CsvTable()
