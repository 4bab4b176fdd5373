"""Amounts, days and accounts in the forms that banks use in files."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from beancount_invoicing.messages import _
from beancount_invoicing.statement_files.errors import StatementFileError

_PLAIN_AMOUNT = re.compile(r"[+-]?\d{1,18}(?:\.\d{0,9})?|[+-]?\.\d{1,9}", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_ABSENT = frozenset({"NOTPROVIDED", "NONREF", "NOREF", "NOTAVAILABLE", "NONE", "-"})


def plain_amount(text: str, file: str, line: int) -> Decimal:
    """An amount with a decimal point and without thousands separators: 1234.50. Raises StatementFileError."""
    if not _PLAIN_AMOUNT.fullmatch(text):
        raise StatementFileError(
            file, line, _('"{text}" is not an amount: expected something like 1234.50', text=text[:40])
        )
    return Decimal(text)


def iso_day(text: str, file: str, line: int) -> date:
    """The day of a date or time in ISO 8601, as written, without converting time zones. Raises StatementFileError."""
    found = _ISO_DAY.match(text)
    day = found and _day(int(found[1]), int(found[2]), int(found[3]))
    if not day:
        raise StatementFileError(
            file, line, _('"{text}" is not a date: expected something like 2026-10-05', text=text[:40])
        )
    return day


def six_digit_day(text: str, order: str, file: str, line: int) -> date:
    """A day of six digits, `order` "ymd" or "dmy", in the years 1980 to 2079. Raises StatementFileError.

    Some banks count a month as 30 days: their 30 February is read as the last day of the month.
    """
    day = None
    if _SIX_DIGITS.fullmatch(text):
        first, second, third = (int(text[place : place + 2]) for place in (0, 2, 4))
        year, month, number = (first, second, third) if order == "ymd" else (third, second, first)
        year += 1900 if year >= 80 else 2000
        day = _day(year, month, number)
        if day is None and month == 2 and number in {29, 30}:
            day = date(year, 3, 1) - timedelta(days=1)
    if not day:
        shown = "261005" if order == "ymd" else "051026"
        raise StatementFileError(
            file,
            line,
            _('"{text}" is not a date: expected something like {shown} for 2026-10-05', text=text[:40], shown=shown),
        )
    return day


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def currency_code(text: str, file: str, line: int) -> str:
    """A currency's three capital letters (ISO 4217). Raises StatementFileError."""
    if not _CURRENCY.fullmatch(text):
        raise StatementFileError(
            file, line, _('"{text}" is not a currency: expected three capitals, such as EUR', text=text[:40])
        )
    return text


def compact(text: str) -> str:
    """A reference or account without spaces, in capitals."""
    return "".join(text.split()).upper()


def iban_in(text: str) -> str:
    """The IBAN that a text consists of, in capitals and without spaces; "" if it does not look like one. Check digits
    may be wrong.
    """
    account = compact(text)
    return account if _IBAN.fullmatch(account) else ""


def one_line(*texts: str) -> str:
    """Texts on one line, without empty ones."""
    return " ".join(" ".join(texts).split())


def real_reference(reference: str) -> str:
    """A reference, or "" if it is a word that banks write instead of one (NOTPROVIDED, NONREF …)."""
    reference = " ".join(reference.split())
    return "" if reference.replace(" ", "").upper() in _ABSENT else reference
