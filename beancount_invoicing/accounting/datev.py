"""The entries of a period as DATEV books them: on every account the bookings add up to the entries.

Sales at a tax with a `datev_key` are booked with their tax inside (brutto): DATEV takes it out, rounded to the cent. Where that is
not the tax of the ledger, one more booking corrects the cents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.datev_bookings import DatevBooking, no_interim_account, paired
from beancount_invoicing.accounting.datev_items import automatic_accounts, items_of, paid_documents, vat_ids_abroad
from beancount_invoicing.accounting.datev_numbers import DatevNumbers
from beancount_invoicing.accounting.datev_settings import DatevSettings
from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.model import ZERO, Book, Finding
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import Allocated


class DatevBatch(NamedTuple):
    """The bookings of a period, and what keeps them from being right: nothing is to be written as long as there is any."""

    bookings: tuple[DatevBooking, ...]
    findings: tuple[Finding, ...]
    debtors: Mapping[str, tuple[str, ...]]
    """The customers (main accounts) of each debtor number in the bookings."""
    plain_taxes: tuple[str, ...] = ()
    """Codes of taxes without a `datev-key`: their sales are booked without tax, and the tax beside them."""


def datev_batch(
    entries: AccountingEntries, general_ledger: GeneralLedger, book: Book, allocated: Allocated, settings: DatevSettings
) -> DatevBatch:
    """The entries of a period, without the opening balances, as bookings in their order."""
    chosen = [entry for entry in entries.entries if not entry.is_opening]
    numbers = DatevNumbers(general_ledger, book, settings)
    documents = {invoice.source: invoice for invoice in book.invoices}
    paid = paid_documents(allocated)
    automatic = automatic_accounts(book, chosen)
    vat_ids = vat_ids_abroad(book)
    findings: list[Finding] = []
    bookings: list[DatevBooking] = []
    plain: set[str] = set()
    for entry in chosen:
        invoice = documents.get(entry.source)
        items = items_of(entry, invoice, numbers, automatic, paid, vat_ids)
        if invoice:
            plain |= {tax.tax.code for tax in invoice.taxes if tax.amount and not tax.tax.datev_key}
        made = paired(entry, items, invoice, settings)
        if made is None:
            findings.append(no_interim_account(entry))
        else:
            bookings += made
    return DatevBatch(tuple(bookings), (*numbers.findings(), *findings), numbers.debtors(), tuple(sorted(plain)))


def sums_by_account(bookings: Iterable[DatevBooking]) -> dict[str, Decimal]:
    """What DATEV's accounts come to after these bookings, above 0 for debits, as it takes the tax out."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for booking in bookings:
        sign = 1 if booking.is_debit else -1
        sums[booking.account] += sign * booking.amount
        sums[booking.contra] -= sign * (booking.amount - booking.tax)
        sums[booking.tax_account] -= sign * booking.tax
    return {number: amount for number, amount in sums.items() if amount}


def sums_of_entries(
    entries: AccountingEntries, general_ledger: GeneralLedger, book: Book, settings: DatevSettings
) -> dict[str, Decimal]:
    """What the ledger moved in the period on the accounts with DATEV's numbers, above 0 for debits."""
    numbers = DatevNumbers(general_ledger, book, settings)
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries.entries:
        for line in entry.lines:
            if not entry.is_opening:
                sums[numbers.of(line)] += line.amount
    return {number: amount for number, amount in sums.items() if amount}
