"""What DATEV must know of a firm: its adviser, its number there, its accounts and its financial year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from beancount_invoicing.accounting.results import financial_years_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.model.general_ledger import GeneralLedger

AUTOMATIC = "automatic"
"""Instead of a tax key: the revenue account says the tax itself (Automatikkonto)."""
WITHOUT_AUTOMATIC = "40"
"""The key that keeps DATEV from taking tax out on such an account (Aufhebung der Automatik)."""
_CHARTS = {"skr03": "03", "skr04": "04"}
"""DATEV's codes of charts of accounts, by the usual metadata key."""


class DatevSettings(NamedTuple):
    """What the ledger's options for DATEV say on the last day of a period."""

    consultant: str
    """Beraternummer."""
    client: str
    """Mandantennummer."""
    year_start: date
    year_end: date
    account_length: int
    """Digits of general ledger accounts; those of customers have one more."""
    interim_account: str
    has_supply_dates: bool
    """Whether bookings carry the day of supply, by which DATEV then finds the period of their tax."""
    number_key: str
    """The metadata key of account numbers."""
    chart: str
    """DATEV's code of the chart of accounts; "" if it is not known."""


def datev_settings(general_ledger: GeneralLedger, book: Book, until: date) -> tuple[DatevSettings, tuple[Finding, ...]]:
    """The settings on the last day of a period, and what is missing or wrong with them.

    DATEV takes adviser numbers from 1001 to 9999999, client numbers from 1 to 99999, and accounts of 4 to 8 digits (DATEV-Format,
    header, fields 11, 12 and 14).
    """
    number_key = book.option("account-number-key", until, "pcg")
    year = financial_years_of(general_ledger, book, until)[-1]
    length = int(book.option("datev-account-length", until, "4"))
    settings = DatevSettings(
        book.option("datev-consultant", until),
        book.option("datev-client", until),
        year.first,
        year.last,
        length,
        book.option("datev-interim-account", until),
        book.option("datev-supply-date", until) == "True",
        number_key,
        _CHARTS.get(number_key.lower(), ""),
    )
    findings = [
        _finding(book, name, _wrong(name, text, meaning, first, last))
        for name, text, meaning, first, last in (
            (
                "datev-consultant",
                settings.consultant,
                _("your tax adviser's number at DATEV (Beraternummer)"),
                1001,
                9999999,
            ),
            ("datev-client", settings.client, _("your number at your tax adviser (Mandantennummer)"), 1, 99999),
            ("datev-account-length", str(length), _("the digits of DATEV's accounts (Sachkontenlänge)"), 4, 8),
        )
        if not (text.isascii() and text.isdigit() and first <= int(text) <= last)
    ]
    interim = settings.interim_account
    if interim and not (interim.isascii() and interim.isdigit() and len(interim) == length):
        message = _(
            'option datev-interim-account is "{number}", but DATEV\'s accounts have {length} digits',
            number=interim,
            length=length,
        )
        findings.append(_finding(book, "datev-interim-account", message))
    return settings, (*findings, *_wrong_keys(book))


def _wrong_keys(book: Book) -> Iterator[Finding]:
    """Findings on keys that DATEV does not take as tax keys."""
    for code, versions in sorted(book.taxes.items()):
        for _day, tax in versions.versions:
            key = tax.datev_key
            if key and key != AUTOMATIC and not (key.isascii() and key.isdigit() and len(key) <= 4 and key.strip("0")):
                yield Finding(
                    "error",
                    "datev-key",
                    _(
                        '{code}: datev-key is "{key}", but must be a number of up to 4 digits, or "automatic"',
                        code=code,
                        key=key,
                    ),
                    tax.source,
                )


def _wrong(name: str, text: str, meaning: str, first: int, last: int) -> str:
    if text:
        return _(
            'option {name} is "{text}", but must be from {first} to {last}: {meaning}',
            name=name,
            text=text,
            first=first,
            last=last,
            meaning=meaning,
        )
    return _(
        'option {name} is missing: write {day} custom "invoice-option" "{name}" "…", with {meaning}',
        name=name,
        day="2026-01-01",
        meaning=meaning,
    )


def _finding(book: Book, option: str, message: str) -> Finding:
    return Finding("error", "option", message, book.option_source(option))
