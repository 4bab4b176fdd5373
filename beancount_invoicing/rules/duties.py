"""In which form an invoice must leave by the law of the seller's country."""

from __future__ import annotations

from datetime import date

from beancount_invoicing import law
from beancount_invoicing.model import Customer, Seller


def duty_of(seller: Seller, customer: Customer, day: date) -> law.Duty | None:
    """The duty that holds for an invoice of `day`; None if there is none. A business counts as a consumer if neither a VAT id nor a
    number in a register shows it to be one.
    """
    home = law.law_of(seller.address.country)
    table = law.country_table(home)
    if table is None:
        return None
    shown = customer.vat_id or customer.register_id or customer.siren or customer.siret
    duty = table.duty("consumer" if customer.buyer == "business" and not shown else customer.buyer, day)
    where = law.country_of(customer.address.country, customer.vat_id, customer.siren or customer.siret)
    return duty if duty and (duty.abroad or law.law_of(where) == home) else None


def is_met_by_peppol(duty: law.Duty) -> bool:
    """Whether an e-invoice through Peppol meets it: the form that this program makes."""
    return duty.form == "peppol"


def peppol_endpoint(country: str, vat_id: str, register_id: str = "") -> str:
    """The electronic address that a business has in Peppol by its country's habit, as "scheme:identifier"; "" if none is known.

    Belgium: 0208 and the ten digits of the enterprise number, which are those of the VAT id.
    """
    digits = "".join(character for character in vat_id if character.isdigit())
    if country == "BE" and register_id.startswith("0208:"):
        return register_id
    return f"0208:{digits}" if country == "BE" and len(digits) == 10 else ""
