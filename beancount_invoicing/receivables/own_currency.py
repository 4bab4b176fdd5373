"""The VAT of a document in the currency that it is owed in, where the document is in another one."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.model import Book, Invoice, TaxAmount
from beancount_invoicing.receivables.exchange import latest_price
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to


class OwnTax(NamedTuple):
    """The tax of one code of a document, and what it is in the currency that it is owed in."""

    tax: TaxAmount
    amount: Decimal


class InOwnCurrency(NamedTuple):
    """The VAT of a document in the `currency` that it is owed in; `taxes` are None where no rate of exchange is known."""

    currency: str
    taxes: tuple[OwnTax, ...] | None

    @property
    def total(self) -> Decimal | None:
        """All of it (BT-111): the sum of what the page shows for each code."""
        return None if self.taxes is None else sum((one.amount for one in self.taxes), Decimal(0))


def in_own_currency(book: Book, invoice: Invoice) -> InOwnCurrency | None:
    """The VAT charged by a document in the seller's currency, rounded for each code; None where the document is in it.

    The VAT to be paid is expressed in the currency of the state where it is owed (directive 2006/112/EC, art. 230). That is the one
    of the seller's law, where it is known, else that of the books. The amount is what is booked in that currency; else it is worked
    out by the price that the entry itself says, else by the ledger's last `price` up to the document's date.
    """
    seller = book.seller.at(invoice.date) if book.seller else None
    rules = law.e_invoice_rules(seller.address.country, invoice.date) if seller else None
    own = rules.currency if rules else book.currency
    if not own or not invoice.currency or own == invoice.currency:
        return None
    rate = _rate(book, invoice, own)
    places = decimals(own)
    taxes: list[OwnTax] = []
    for each in invoice.taxes:
        if each.tax.withholding:
            continue
        if each.booked_currency == own:
            taxes.append(OwnTax(each, each.booked))
        elif not each.amount:
            taxes.append(OwnTax(each, round_to(Decimal(0), places)))
        elif rate is None:
            return InOwnCurrency(own, None)
        else:
            taxes.append(OwnTax(each, round_to(each.amount * rate, places)))
    return InOwnCurrency(own, tuple(taxes))


def _rate(book: Book, invoice: Invoice, own: str) -> Decimal | None:
    if invoice.worth and invoice.worth[0] == own:
        return invoice.worth[1]
    price = latest_price(book, (invoice.currency, own), invoice.date)
    return price[1] if price else None
