"""Checks of where things are supplied: services to businesses abroad, goods to consumers in other states of the Union."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.checks.documents import money
from beancount_invoicing.model import ZERO, Book, Customer, Finding, Invoice, Line, Tax
from beancount_invoicing.rules import currencies, steps, supply

SINCE = date(2010, 1, 1)
"""From then on services to a business are supplied where it is (directive 2008/8/EC)."""
CODES = {
    "union": ("REVERSE", "Reverse charge", "AE", "VATEX-EU-AE", "union business"),
    "outside": ("OUTSIDE", "Outside the scope of VAT", "O", "VATEX-EU-O", "outside business"),
}
"""By where a business is: the tax code that services to it have, as it may be written."""


def _takes_back(invoice: Invoice) -> bool:
    """Whether a document only takes back what another supplied: a corrective invoice supplies it itself."""
    return bool(invoice.corrects) and invoice.kind != "corrective"


def services_abroad(book: Book) -> Iterator[Finding]:
    """Services to a business abroad bear no tax of the seller's country, nor its exemption of small firms (art. 44, 196); where the
    country has places with rates of their own, they bear those of where the business is. Once for each document and code."""
    if book.seller is None:
        return
    for invoice in book.invoices:
        customer = invoice.customer
        if customer is None or invoice.kind in {"void", "opening", "claim"} or invoice.date < SINCE:
            continue
        if _takes_back(invoice) or book.replacement_of(invoice.number):
            continue
        if supply.is_consumer(customer):
            continue
        seller = supply.place_of_seller(book.seller.at(invoice.date))
        place = supply.place_of(customer, "services")
        named = law.named_there(seller, place, "services")
        if not named:  # at home
            continue
        where = law.whereabouts(seller, place, "services")
        if not (rule := law.services_to_business(seller, place)):
            continue
        rates = law.usual_rates(place, invoice.date) if where == "home" else ()
        if where == "home" and rates == law.usual_rates(seller, invoice.date):
            continue
        said: set[str] = set()
        for line in invoice.lines:
            tax = invoice.codes.get(line.tax)
            nature = line.nature or supply.nature_under(tax)
            if tax is None or tax.code in said or nature == "goods" or tax.withholding:
                continue
            whom = supply.sold_to(tax.sold_to) if tax.sold_to else None
            if tax.sold_to == supply.ANYONE or (whom and not named.union({where}).isdisjoint(whom.places)):
                continue
            if where == "home":
                if tax.rate in {one.rate for one in rates} or not (
                    tax.category == "S" or (tax.category == "O" and law.no_vat(seller, "en"))
                ):
                    continue
                problem = _at_another_rate(book, invoice, customer, tax, seller, place, rates, rule)
            elif (tax.category == "S" and tax.rate) or _small_firm(book, invoice, tax):
                problem = (
                    f"{_charged(tax)} services to {customer.name}, a business in {place}, where they are supplied: they bear no tax"
                    f" of {law.state_of(seller)} ({rule}): {_remedy(book, invoice, customer, tax, seller, where)}"
                )
            else:
                continue
            said.add(tax.code)
            yield Finding(
                "warning",
                "place-of-supply",
                f"{invoice.number}: {problem}"
                + ("" if nature else '; if it is goods, say nature: "goods" on the line, its item or its tax code'),
                line.source,
            )


def _at_another_rate(
    book: Book,
    invoice: Invoice,
    customer: Customer,
    tax: Tax,
    seller: str,
    place: str,
    rates: tuple[law.Rate, ...],
    rule: str,
) -> str:
    """That services bear the rates of another place of the same country, and what to write."""
    usual = rates[0].rate.normalize()
    chosen = supply.code_abroad(book.taxes, seller, customer, "services", invoice.date)
    define = ""
    if chosen:
        usual = book.taxes[chosen].at(invoice.date).rate.normalize()
    else:
        chosen, shown = f"{place}{usual:f}".replace(".", ""), f"{usual:f}".replace(".", ",")
        define = (
            f'define custom "invoice-tax" "{chosen}" "TVA {shown} %" {tax.account or "Liabilities:VAT"} with rate: {usual:f},'
            + (f' due-on: "payment", pending: {tax.pending},' if tax.on_payment else "")
            + f' nature: "services" and sold-to: "{place} business", and '
        )
    net = sum((line.net for line in invoice.lines if line.tax == tax.code), ZERO)
    due = steps.round_to(net * usual / 100, currencies.decimals(invoice.currency))
    known = " or ".join(f"{one.rate.normalize():f} %" for one in rates)
    return (
        f"{tax.code} charges {tax.rate.normalize():f} % on services to {customer.name}, a business in {place}, whose rates they"
        f' bear, {known} ({rule}): {define}write tax: "{chosen}" on the line and on its tax, {money(due, invoice.currency)}'
    )


def _small_firm(book: Book, invoice: Invoice, tax: Tax) -> bool:
    """Whether a code says that the seller is exempt as a whole."""
    as_a_whole = tax.code == book.option("default-tax", invoice.date)
    return tax.category == "E" and (as_a_whole or tax.reason == "VATEX-FR-FRANCHISE")


def _charged(tax: Tax) -> str:
    return f"{tax.code} charges {tax.rate.normalize():f} % on" if tax.rate else f"{tax.code} exempts"


def _remedy(book: Book, invoice: Invoice, customer: Customer, tax: Tax, seller: str, where: law.Where) -> str:
    """What leads out: the VAT id, the code that the books have for such customers, or the one to define."""
    if where == "union" and not customer.vat_id:
        place = supply.place_of(customer, "services")
        return (
            f'write its VAT id, vat-id: "{"EL" if place == "GR" else place}…", on {customer.account}, or buyer:'
            ' "consumer" where it is none'
        )
    chosen = supply.code_abroad(book.taxes, seller, customer, "services", invoice.date)
    code, label, category, reason, whom = CODES[where]
    define = ""
    if not chosen:
        define = (
            f'define custom "invoice-tax" "{code}" "{label}" with category: "{category}", reason: "{reason}", nature: "services"'
            f' and sold-to: "{whom}", '
        )
    amount = next((each.amount for each in invoice.taxes if each.tax.code == tax.code), ZERO)
    take_out = f", without the {money(amount, invoice.currency)} of tax" if amount else ""
    return (
        f'{define}write tax: "{chosen or code}" on the line{take_out}; what is taxed where it takes place (land, admissions,'
        ' meals, short hire) has a code of its own, with sold-to: "anyone"'
    )


def distance_sales(book: Book) -> Iterator[Finding]:
    """Goods to consumers in other states of the Union bear the seller's own tax up to a threshold only (art. 59c)."""
    rule = law.distance_sales()
    sales: list[tuple[Invoice, str, Line, Decimal]] = []
    for invoice in book.invoices:
        customer = invoice.customer
        if customer is None or customer.buyer != "consumer" or invoice.date < rule.since or book.seller is None:
            continue
        country = supply.place_of(customer, "goods")
        if law.whereabouts(supply.place_of_seller(book.seller.at(invoice.date)), country, "goods") == "union":
            sales += [(invoice, country, line, amount) for line, amount in _goods(invoice)]
    totals: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    said: set[str] = set()
    for invoice, country, line, amount in sorted(sales, key=lambda one: (one[0].date, one[0].source, one[2].source)):
        year = invoice.date.year
        totals[year] += amount
        beyond = next((one for one in (year, year - 1) if totals[one] > rule.threshold), None)
        tax = invoice.codes.get(line.tax)
        if beyond is None or tax is None or tax.sold_to or not tax.rate or invoice.number in said:
            continue
        if _takes_back(invoice) or book.replacement_of(invoice.number):
            continue
        said.add(invoice.number)
        rate = law.standard_rate(country, line.taxed_on or invoice.date)
        yield Finding(
            "warning",
            "distance-sales",
            f"{invoice.number}: goods to consumers in other states of the Union came to {money(totals[beyond], 'EUR')} in"
            f" {beyond}, more than {money(rule.threshold, 'EUR')}: the tax of {country} is owed on them, not {tax.code}"
            f' ({rule.source}): bill them anew with a code of its rate, custom "invoice-tax" "OSS-{country}" "VAT {rate} %"'
            f' {tax.account}:OSS with rate: {rate}, nature: "goods", sold-to: "{country} consumer"',
            line.source,
        )


def _goods(invoice: Invoice) -> Iterator[tuple[Line, Decimal]]:
    """The lines of goods, with what they come to in euros, where they have such an amount."""
    for line in invoice.lines:
        tax = invoice.codes.get(line.tax)
        if (line.nature or supply.nature_under(tax)) != "goods" or tax is None or tax.category != "S":
            continue
        if invoice.currency == "EUR":
            yield line, line.net
        elif line.booked_currency == "EUR":
            yield line, line.booked


CHECKS = (services_abroad, distance_sales)
