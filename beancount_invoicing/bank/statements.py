"""A bank statement and its lines, the same whatever format the bank sends."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model.values import ZERO, Day, Source


class StatementLine(NamedTuple):
    """One movement on the account. A batch that the bank itemises is one line per item."""

    bank_id: str
    """The bank's own id of the movement, or a digest of its content: the same in each file that contains the movement."""
    date: Day
    """The day it was booked."""
    amount: Decimal
    """In the account's currency; money that came is positive."""
    currency: str
    source: Source
    """The file, and the line (or the record) in it."""
    value_date: Day | None = None
    payer: str = ""
    """The name of the other side: who paid, or who was paid."""
    payer_iban: str = ""
    """The other side's account, in capitals and without spaces."""
    text: str = ""
    """The other side's text, as it was written, lines joined by a space."""
    references: tuple[str, ...] = ()
    """Structured references (ISO 11649, Belgian, Swiss …), without spaces; their check digits may be wrong."""
    end_to_end_id: str = ""
    """The reference given by whoever ordered the movement (our own for a direct debit); never `NOTPROVIDED`."""
    mandate: str = ""
    return_reason: str = ""
    """The ISO 20022 code (AM04, MS03 …) if the movement reverses an earlier one, else empty; see `is_return`."""
    is_return: bool = False
    fee: Decimal = ZERO
    """What was deducted before the money came, in the account's currency: `amount` + `fee` was paid."""
    ordered_amount: Decimal | None = None
    """The amount ordered, if that was in another currency …"""
    ordered_currency: str = ""
    batch: str = ""
    """What the side that ordered it called the file, or the group in it, of which the bank books all as this one movement."""
    ultimate_payer: str = ""
    """On whose behalf `payer` paid (or was paid), if the bank gives it: the ultimate debtor or creditor of ISO 20022."""


class TotalRow(NamedTuple):
    """A row of a table that sums up or tells a balance, and is not a movement."""

    source: Source
    words: str
    total: Decimal | None = None
    """The sum that it states of all movements; None of a balance."""


class Statement(NamedTuple):
    """The movements of an account between two balances."""

    source: Source
    currency: str
    lines: tuple[StatementLine, ...]
    """In the order of the file, oldest first."""
    iban: str = ""
    """The account, in capitals and without spaces; empty where the file names none."""
    account_name: str = ""
    """The account as the file names it, if that is not an IBAN."""
    number: str = ""
    since: date | None = None
    """First day that the statement covers."""
    until: date | None = None
    """Last day that it covers: the closing balance is that of its evening."""
    opening: Decimal | None = None
    closing: Decimal | None = None
    has_period: bool = True
    """Whether the file says which days it covers; else `since` and `until` are those of its first and last line."""
    total_rows: tuple[TotalRow, ...] = ()


class AccountStatement(NamedTuple):
    """A statement, and its account in the ledger."""

    account: str
    statement: Statement
