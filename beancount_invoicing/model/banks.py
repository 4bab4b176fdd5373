"""The ledger's bank accounts, and how the files of their banks are read."""

from __future__ import annotations

from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Source

StatementFormat = Literal["", "camt", "mt940", "ofx", "cfonb120", "csv"]
"""A format of statements; "" if the files themselves show it."""
TableDateOrder = Literal["", "ymd", "dmy", "mdy"]
"""The order of year, month and day in a table; "" if the dates themselves show it."""


class CsvTable(NamedTuple):
    """Which columns of a bank's table hold what, and how. A field that is "" is taken from the preset, or recognised
    from the file.
    """

    preset: str = ""
    """The name of a known table, such as "qonto"; the other fields take precedence over it."""
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Fields of a statement's line, each with the titles of its columns, or their numbers from 1."""
    decimal: str = ""
    """The decimal mark: "." or ","."""
    date_order: TableDateOrder = ""
    encoding: str = ""
    delimiter: str = ""
    currency: str = ""
    """The currency of all lines, if no column gives it."""
    default_currency: str = ""
    """Of all lines, if neither the table nor its description says one: that of the ledger's account."""


class BankAccount(NamedTuple):
    """An account of the ledger at a bank or at a provider of payments: custom "invoice-bank"."""

    account: str
    source: Source
    iban: str = ""
    """In capitals and without spaces."""
    format: StatementFormat = ""
    table: CsvTable = CsvTable()
