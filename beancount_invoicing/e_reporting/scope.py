"""To whom a document is, for the French reform: its amounts travel with the e-invoice, or are reported (CGI, art. 289 bis, 290)."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from beancount_invoicing import law
from beancount_invoicing.messages import _
from beancount_invoicing.model import Customer, Invoice, Tax
from beancount_invoicing.rules.supply import is_consumer

Audience = Literal["domestic", "abroad", "consumer"]
"""A business or public body in France; a business elsewhere; a consumer, or somebody else who is no taxable person."""
Flow = Literal["10.1", "10.2", "10.3", "10.4", "212", ""]
"""Where an amount is reported; "" for nowhere."""

MARGIN_SCHEMES = frozenset({"VATEX-EU-D", "VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J"})
"""Travel agents, second-hand goods, works of art, antiques."""
_FRANCHISE = "VATEX-FR-FRANCHISE"

_SALES: dict[Audience, Flow] = {"domestic": "", "abroad": "10.1", "consumer": "10.3"}
_PAYMENTS: dict[Audience, Flow] = {"domestic": "212", "abroad": "10.2", "consumer": "10.4"}


class Scope(NamedTuple):
    """Where the amounts of a document are reported, and why there."""

    audience: Audience
    sales: Flow
    payments: Flow
    why_sales: str
    why_payments: str


def audience(customer: Customer) -> Audience:
    """Who a customer of a French firm is; in France, if nothing else is said.

    A public body in France gets e-invoices; one abroad without a VAT id is no taxable person.
    """
    country = law.country_of(customer.address.country, customer.vat_id, customer.siren or customer.siret)
    if customer.buyer == "consumer":
        return "consumer"
    if not country or law.law_of(country) == "FR":
        return "domestic"
    return "consumer" if is_consumer(customer) else "abroad"


def scope(invoice: Invoice, customer: Customer, since: date) -> Scope:
    """Where the amounts of a document are reported. `since`: the day from which the firm reports: earlier documents never are."""
    who = audience(customer)
    if invoice.date < since:
        before = _("issued on {day}, before the duty began on {since}", day=invoice.date, since=since)
        return Scope(who, "", "", before, before)
    if invoice.kind == "claim":
        damages = _("late interest and indemnities are damages, outside VAT")
        return Scope(who, "", "", damages, damages)
    if invoice.kind == "opening":
        taken_over = _("issued in the books before these: what was sold was reported there")
        return Scope(who, "", _PAYMENTS[who], taken_over, _why_payment(who))
    return Scope(who, _SALES[who], _PAYMENTS[who], _why_sale(who), _why_payment(who))


def is_exempt(tax: Tax) -> bool:
    """Whether supplies under a tax code are exempt by CGI, art. 261 to 261 E, and so not reported. The franchise and the margin
    schemes are no such exemption.
    """
    return tax.category == "E" and tax.reason != _FRANCHISE and tax.reason not in MARGIN_SCHEMES


def _why_sale(who: Audience) -> str:
    return {
        "domestic": _("to a business or public body in France: its e-invoice tells it (CGI, art. 289 bis)"),
        "abroad": _("to a business abroad: each invoice is reported (CGI, art. 290, I)"),
        "consumer": _("to a consumer: reported by day and rate (CGI, art. 290, I)"),
    }[who]


def _why_payment(who: Audience) -> str:
    return {
        "domestic": _("VAT due on payment, of an e-invoice: status 212, encaissée (CGI, art. 290 A)"),
        "abroad": _("VAT due on payment, of an invoice that is reported: flow 10.2 (CGI, art. 290 A)"),
        "consumer": _("VAT due on payment, of a consumer: flow 10.4, by day and rate (CGI, art. 290 A)"),
    }[who]
