"""An entry as DATEV's bookings, which have one account and one other.

An entry with one debit or one credit becomes a booking for each posting on the other side. One with several on both sides goes
through the customer's account, if only one is in it, or through an interim account that comes to zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.datev_settings import WITHOUT_AUTOMATIC, DatevSettings
from beancount_invoicing.accounting.entries import AccountingEntry
from beancount_invoicing.messages import _n
from beancount_invoicing.model import ZERO, Day, Finding, Invoice, Source
from beancount_invoicing.rules.steps import round_to


class DatevBooking(NamedTuple):
    """A line of a Buchungsstapel. `amount` is above 0, in the books' currency; it debits `account` if `is_debit`, and credits it
    otherwise; `contra` gets the opposite, less the tax that DATEV takes out of it.
    """

    date: Day
    amount: Decimal
    is_debit: bool
    account: str
    contra: str
    key: str
    reference: str
    text: str
    source: Source
    tax: Decimal = ZERO
    """The tax inside the amount, as DATEV works it out; 0 or more."""
    tax_account: str = ""
    """The ledger's number of the account of that tax."""
    vat_id: str = ""
    """Of the customer, on supplies to another member state."""
    supplied_on: Day | None = None
    due: Day | None = None


class DatevItem(NamedTuple):
    """What an entry books on one account, above 0 for a debit, with the tax inside."""

    number: str
    amount: Decimal
    key: str = ""
    reference: str = ""
    rate: Decimal = ZERO
    """Percent; of the tax inside."""
    tax: Decimal = ZERO
    """The ledger's tax inside, with the sign of `amount`."""
    tax_account: str = ""
    vat_id: str = ""
    is_customer: bool = False

    @property
    def place(self) -> tuple[str, ...]:
        """Items of the same place are one."""
        return self.number, self.key, self.reference, self.tax_account, self.vat_id


def paired(
    entry: AccountingEntry, items: Sequence[DatevItem], invoice: Invoice | None, settings: DatevSettings
) -> list[DatevBooking] | None:
    """The bookings of an entry; None if they need an interim account, and there is none."""
    if not items:
        return []
    pivot = _pivot(items)
    if pivot is None:
        if not settings.interim_account:
            return None
        pivot, others = DatevItem(settings.interim_account, ZERO), list(items)
    else:
        others = [item for item in items if item is not pivot]
    bookings = []
    for item in others:
        taken_out = _tax_taken_out(item)
        if item.amount:
            bookings.append(_booking(entry, pivot, item, taken_out, invoice, settings))
        if item.tax != taken_out:
            bookings.append(_correction(entry, item, item.tax - taken_out))
    return bookings


def _booking(
    entry: AccountingEntry,
    pivot: DatevItem,
    item: DatevItem,
    taken_out: Decimal,
    invoice: Invoice | None,
    settings: DatevSettings,
) -> DatevBooking:
    has_day = invoice is not None and settings.has_supply_dates and bool(item.rate or item.vat_id)
    return DatevBooking(
        date=entry.date,
        amount=abs(item.amount),
        is_debit=item.amount < 0,
        account=pivot.number,
        contra=item.number,
        key=item.key,
        reference=item.reference or pivot.reference or entry.reference,
        text=entry.text,
        source=entry.source,
        tax=abs(taken_out),
        tax_account=item.tax_account,
        vat_id=item.vat_id,
        supplied_on=invoice.supplied_on if invoice and has_day else None,
        due=_due(invoice) if pivot.is_customer else None,
    )


def _pivot(items: Sequence[DatevItem]) -> DatevItem | None:
    """The item against which all others are booked; None if there is none."""
    debits = [item for item in items if item.amount > 0]
    credited = [item for item in items if item.amount < 0]
    single = [side[0] for side in (debits, credited) if len(side) == 1 and not side[0].key and not side[0].rate]
    customers = [item for item in items if item.is_customer]
    for candidates in ([item for item in single if item.is_customer], single, customers if len(customers) == 1 else []):
        if candidates:
            return candidates[0]
    return None


def _tax_taken_out(item: DatevItem) -> Decimal:
    """The tax that DATEV takes out of an amount, with its sign, rounded half away from zero to the cent."""
    return round_to(item.amount * item.rate / (100 + item.rate), 2)


def _correction(entry: AccountingEntry, item: DatevItem, cents: Decimal) -> DatevBooking:
    """The booking that makes the tax that DATEV took out that of the ledger; above 0 it debits the tax."""
    return DatevBooking(
        date=entry.date,
        amount=abs(cents),
        is_debit=cents > 0,
        account=item.tax_account,
        contra=item.number,
        key="" if item.key else WITHOUT_AUTOMATIC,
        reference=entry.reference,
        text=entry.text,
        source=entry.source,
    )


def _due(invoice: Invoice | None) -> date | None:
    """The due date of a document that is paid at once."""
    return invoice.instalments[0].due_at(invoice.date) if invoice and len(invoice.instalments) == 1 else None


def no_interim_account(entry: AccountingEntry) -> Finding:
    """The finding that an entry can only be booked through an account that the ledger does not name."""
    debits = sum(line.amount > 0 for line in entry.lines)
    return Finding(
        "error",
        "interim-account",
        _n(
            debits,
            "this entry has {count} debit and {credits} credits, but a DATEV booking has two accounts: name an account through "
            'which it is booked, option datev-interim-account "1590", for example',
            "this entry has {count} debits and {credits} credits, but a DATEV booking has two accounts: name an account through "
            'which it is booked, option datev-interim-account "1590", for example',
            count=debits,
            credits=len(entry.lines) - debits,
        ),
        entry.source,
    )
