"""The VAT of a document in the currency in which it is owed, if the document is in another one."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.model import Book, Invoice, TaxAmount
from beancount_invoicing.receivables.exchange import latest_price
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


class TaxInTaxCurrency(NamedTuple):
    """The tax of one code of a document, and its amount in the currency in which it is owed."""

    tax: TaxAmount
    amount: Decimal


class VatInTaxCurrency(NamedTuple):
    """The VAT of a document in the `currency` in which it is owed; `taxes` are None if no exchange rate is known."""

    currency: str
    taxes: tuple[TaxInTaxCurrency, ...] | None

    @property
    def total(self) -> Decimal | None:
        """All of it (BT-111): the sum of what the page shows for each code."""
        return None if self.taxes is None else sum((tax.amount for tax in self.taxes), Decimal(0))


def vat_in_tax_currency(book: Book, invoice: Invoice) -> VatInTaxCurrency | None:
    """The VAT charged by a document in the seller's currency, rounded for each code; None if the document is in that currency.

    The VAT payable is expressed in the currency of the state where it is owed (directive 2006/112/EC, art. 230): that of the
    seller's law, if it is known, else that of the books. The amount is what is booked in that currency; else it is converted at the
    price in the entry itself, else at the ledger's last `price` up to the document's date.
    """
    seller = book.seller.at(invoice.date) if book.seller else None
    rules = law.e_invoice_rules(seller.address.country, invoice.date) if seller else None
    own = rules.currency if rules else book.currency
    if not own or not invoice.currency or own == invoice.currency:
        return None
    rate = _rate(book, invoice, own)
    places = currency_decimals(own)
    taxes: list[TaxInTaxCurrency] = []
    for tax in invoice.taxes:
        if tax.tax.withholding:
            continue
        if tax.booked_currency == own:
            taxes.append(TaxInTaxCurrency(tax, tax.booked))
        elif not tax.amount:
            taxes.append(TaxInTaxCurrency(tax, round_to(Decimal(0), places)))
        elif rate is None:
            return VatInTaxCurrency(own, None)
        else:
            taxes.append(TaxInTaxCurrency(tax, round_to(tax.amount * rate, places)))
    return VatInTaxCurrency(own, tuple(taxes))


def _rate(book: Book, invoice: Invoice, own: str) -> Decimal | None:
    if invoice.price_rate and invoice.price_rate[0] == own:
        return invoice.price_rate[1]
    price = latest_price(book, (invoice.currency, own), invoice.date)
    return price[1] if price else None
