"""Checks of the place of supply of services: to businesses abroad, and electronically to consumers outside the Union."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Customer, Finding, Invoice, Tax
from beancount_invoicing.rules import currencies, steps, supply

SINCE = date(2010, 1, 1)
"""Since then, services to a business are supplied where the business is (directive 2008/8/EC, art. 2)."""
ELECTRONIC_SINCE = date(2015, 1, 1)
"""Since then, electronic services are supplied where the consumer is (art. 5 of it)."""
SERVICES_ABROAD_CODES = {
    "union": ("REVERSE", "Reverse charge", "AE", "VATEX-EU-AE", "services", "union business"),
    "outside": ("OUTSIDE", "Outside the scope of VAT", "O", "VATEX-EU-O", "services", "outside business"),
}
"""The tax code, as it may be written, for services to a business in each kind of place."""
ELECTRONIC_OUTSIDE_CODE = (
    "ONLINE",
    "Outside the scope of VAT",
    "O",
    "VATEX-EU-O",
    supply.ELECTRONIC,
    "outside consumer",
)
"""The tax code that electronic services to a consumer outside the Union have."""


_TAX = {"DE": "USt", "PT": "IVA"}
"""The name of the tax in a state that has places with other rates or none; else TVA."""


def only_takes_back(invoice: Invoice) -> bool:
    """Whether a document only takes back a supply of another one; a corrective invoice is a supply itself."""
    return bool(invoice.corrects) and invoice.kind != "corrective"


def check_services_abroad(book: Book) -> Iterator[Finding]:
    """Services to a business abroad are charged neither with the tax of the seller's country nor under its exemption of small
    firms (art. 44, 196); nor are electronic services to a consumer outside the Union (art. 58). If the country has places
    with rates of their own, services to a business have the rates of its place. Once for each document and code.
    """
    for invoice in book.invoices:
        abroad = _services_abroad(book, invoice)
        if abroad is None:
            continue
        found: set[str] = set()
        for line in invoice.lines:
            tax = invoice.tax_codes.get(line.tax)
            nature = line.nature or supply.nature_under(tax)
            if tax is None or tax.code in found or nature == "goods" or tax.withholding:
                continue
            if abroad.consumer and nature != supply.ELECTRONIC:
                continue
            whom = supply.parse_sold_to(tax.sold_to) if tax.sold_to else None
            if tax.sold_to == supply.ANYONE or (
                whom and not abroad.place_codes.union({abroad.where}).isdisjoint(whom.places)
            ):
                continue
            problem = _place_problem(book, invoice, abroad, tax, nature)
            if not problem:
                continue
            found.add(tax.code)
            yield Finding(
                "warning",
                "place-of-supply",
                (
                    _("{number}: {problem}", number=invoice.number, problem=problem)
                    if nature
                    else _(
                        '{number}: {problem}; if these are goods, write nature: "goods" on the line, its item or its '
                        "tax code",
                        number=invoice.number,
                        problem=problem,
                    )
                ),
                line.source,
            )


class _ServicesAbroad(NamedTuple):
    """Where services of an invoice are supplied, if not where the seller is, and what the law says of it."""

    customer: Customer
    consumer: bool
    seller: str
    place: str
    place_codes: frozenset[str]
    """All that `sold-to` may call the place."""
    where: law.Where
    rates: tuple[law.Rate, ...]
    """The usual rates there, where it is of the seller's country."""
    rule: str


def _services_abroad(book: Book, invoice: Invoice) -> _ServicesAbroad | None:
    """Where services to the customer of an invoice are supplied; None if that is at home, or no rule is known."""
    customer = invoice.customer
    if book.seller is None or customer is None or invoice.kind in {"void", "opening", "claim"}:
        return None
    consumer = supply.is_consumer(customer)
    if invoice.date < (ELECTRONIC_SINCE if consumer else SINCE):
        return None
    if only_takes_back(invoice) or book.replacement_of(invoice.number):
        return None
    seller = supply.place_of_seller(book.seller.at(invoice.date))
    place = supply.place_of_supply(customer, "services")
    place_codes = law.place_codes_naming(seller, place, "services")
    if not place_codes:  # at home
        return None
    where = law.whereabouts(seller, place, "services")
    if consumer and where == "union":  # up to a threshold they may bear the seller's tax: checks.consumers
        return None
    rule = (law.electronic_services_law if consumer else law.b2b_services_law)(seller, place)
    if not rule:
        return None
    rates = law.usual_rates(place, invoice.date) if where == "home" else ()
    if where == "home" and rates == law.usual_rates(seller, invoice.date):
        return None
    return _ServicesAbroad(customer, consumer, seller, place, place_codes, where, rates, rule)


def _place_problem(book: Book, invoice: Invoice, abroad: _ServicesAbroad, tax: Tax, nature: str) -> str:
    """What is wrong with the tax code of services abroad, and what to do; "" if it fits."""
    customer, seller, place, where, rates, rule = (
        abroad.customer, abroad.seller, abroad.place, abroad.where, abroad.rates, abroad.rule,
    )  # fmt: skip
    if where == "home":
        if tax.rate in {rate.rate for rate in rates} or not (
            tax.category == "S" or (tax.category == "O" and law.no_vat_mention(seller, "en"))
        ):
            return ""
        return _at_another_rate(book, invoice, customer, tax, seller, place, rates, rule)
    if (tax.category == "S" and tax.rate) or _small_firm(book, invoice, tax):
        services, buyer = (_("electronic services"), "consumer") if abroad.consumer else ("services", "business")
        return _(
            "{charged} {subject} to {customer}, a {buyer} in {place}, where they count as supplied: they bear no "
            "tax of {state_of} ({rule}): {remedy}",
            charged=_charged(tax),
            subject=services,
            customer=customer.name,
            buyer=buyer,
            place=place,
            state_of=law.state_of(seller),
            rule=rule,
            remedy=_remedy(book, invoice, customer, tax, nature, seller, where),
        )
    return ""


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
    """The message that services are charged with the rates of another place of the same country, and what to write."""
    usual = rates[0].rate.normalize()
    chosen = supply.code_abroad(book.taxes, seller, customer, "services", invoice.date)
    define = ""
    if chosen:
        usual = book.taxes[chosen].at(invoice.date).rate.normalize()
    else:
        chosen, shown = f"{place}{usual:f}".replace(".", ""), f"{usual:f}".replace(".", ",")
        label = _TAX.get(law.state_of(place), "TVA")
        define = _(
            'define custom "invoice-tax" "{chosen}" "{label} {shown} %" {account} with rate: '
            '{usual},{on_payment} nature: "services" and sold-to: "{place} business", and ',
            chosen=chosen,
            label=label,
            shown=shown,
            account=tax.account or "Liabilities:VAT",
            usual=f"{usual:f}",
            on_payment=(_(' due-on: "payment", pending: {pending},', pending=tax.pending) if tax.on_payment else ""),
            place=place,
        )
    net = sum((line.net for line in invoice.lines if line.tax == tax.code), ZERO)
    due = steps.round_to(net * usual / 100, currencies.currency_decimals(invoice.currency))
    known = joined(_(" or "), (f"{rate.rate.normalize():f} %" for rate in rates))
    return _(
        "{tax} charges {rate} % on services to {customer}, a business in {place}, whose rates apply to them, "
        '{known} ({rule}): {define}write tax: "{chosen}" on the line and on its tax, {amount}',
        tax=tax.code,
        rate=f"{tax.rate.normalize():f}",
        customer=customer.name,
        place=place,
        known=known,
        rule=rule,
        define=define,
        chosen=chosen,
        amount=ledger_amount(due, invoice.currency),
    )


def _small_firm(book: Book, invoice: Invoice, tax: Tax) -> bool:
    """Whether a code says that the seller is exempt as a whole."""
    as_a_whole = tax.code == book.option("default-tax", invoice.date)
    return tax.category == "E" and (as_a_whole or tax.reason == "VATEX-FR-FRANCHISE")


def _charged(tax: Tax) -> str:
    return (
        _("{tax} charges {rate} % on", tax=tax.code, rate=f"{tax.rate.normalize():f}")
        if tax.rate
        else _("{tax} exempts", tax=tax.code)
    )


def _remedy(
    book: Book, invoice: Invoice, customer: Customer, tax: Tax, nature: str, seller: str, where: law.Where
) -> str:
    """The way out: the VAT id, the code that the books have for such customers, or the one to define."""
    consumer = supply.is_consumer(customer)
    place = supply.place_of_supply(customer, "services")
    if where == "union" and not customer.vat_id:
        return (
            _(
                'write its VAT id, vat-id: "EL…", on {account}, or buyer: "consumer" if it is not a business',
                account=customer.account,
            )
            if place == "GR"
            else _(
                'write its VAT id, vat-id: "{place}…", on {account}, or buyer: "consumer" if it is not a business',
                place=place,
                account=customer.account,
            )
        )
    chosen = supply.code_abroad(book.taxes, seller, customer, nature, invoice.date)
    rate = law.standard_rate(place, invoice.date) if consumer else None
    if rate is not None and not chosen:  # a seller outside the Union: the tax of the consumer's state is owed
        code, definition = one_stop_shop_directive(book, place, nature, rate, tax)
        return _(
            'the tax of {place} is owed: define {definition}, write tax: "{code}" on the line and on its tax',
            place=place,
            definition=definition,
            code=code,
        )
    code, label, category, reason, kind, whom = ELECTRONIC_OUTSIDE_CODE if consumer else SERVICES_ABROAD_CODES[where]
    define = ""
    if not chosen:
        define = _(
            'define custom "invoice-tax" "{code}" "{label}" with category: "{category}", reason: "{reason}", '
            'nature: "{kind}" and sold-to: "{whom}", ',
            code=code,
            label=label,
            category=category,
            reason=reason,
            kind=kind,
            whom=whom,
        )
    amount = next((amount.amount for amount in invoice.taxes if amount.tax.code == tax.code), ZERO)
    take_out = _(", without the {amount} of tax", amount=ledger_amount(amount, invoice.currency)) if amount else ""
    text = _(
        '{define}write tax: "{chosen}" on the line{take_out}', define=define, chosen=chosen or code, take_out=take_out
    )
    if not consumer:
        text += _(
            "; what is taxed where it takes place (land, admissions, meals, short hire) has a code of its own, "
            'with sold-to: "anyone"'
        )
    return text


def one_stop_shop_directive(
    book: Book, state: str, nature: str, rate: Decimal, charged: Tax, instead_of: str = ""
) -> tuple[str, str]:
    """A tax code for sales to consumers in a state of the Union at that state's rate, in percent, to replace the
    charged code, below whose account it is booked: its name, and its directive as text.
    """
    shown = f"{rate.normalize():f}"
    code = f"OSS-{state}" + ("-ELECTRONIC" if nature == supply.ELECTRONIC else "") + (f"-{shown}" if instead_of else "")
    account = (charged.account or "Liabilities:VAT").removesuffix(":OSS") + ":OSS"
    opened = "" if account in book.opened_accounts else _(" (open that account)")
    return code, (
        _(
            'custom "invoice-tax" "{code}" "VAT {shown} %" {account}{opened} with rate: {shown}, nature: '
            '"{nature}", sold-to: "{state} consumer"{instead_of}',
            code=code,
            shown=shown,
            account=account,
            opened=opened,
            nature=nature,
            state=state,
            instead_of=(_(', instead-of: "{instead_of}"', instead_of=instead_of) if instead_of else ""),
        )
    )


CHECKS = (check_services_abroad,)
