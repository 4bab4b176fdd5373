"""Who sells and who buys."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Source

BuyerKind = Literal["business", "consumer", "public", "hospital", "public-enterprise"]
Channel = Literal["email", "post", "e-invoice"]
MandateType = Literal["core", "b2b"]
MandateSequence = Literal["recurring", "one-off", "final"]
"""How often is collected under a mandate: again and again, once, or (final) once more and then never again."""


class Address(NamedTuple):
    """A postal address. `street` holds its lines, `country` an ISO 3166 code of two letters ("" if not said)."""

    street: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    country: str = ""


class Seller(NamedTuple):
    """Who sells: the legal mentions of an invoice's head and foot. What is not said is ""."""

    name: str
    source: Source
    address: Address = Address()
    legal_form: str = ""
    siren: str = ""
    siret: str = ""
    vat_id: str = ""
    register: str = ""
    register_id: str = ""
    """Its number in a register, with the scheme before a colon where there is one: "0208:0403019261" (BT-30)."""
    tax_number: str = ""
    """The number under which its tax office knows it, where it is no VAT id (BT-32)."""
    email: str = ""
    phone: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""
    endpoint: str = ""
    logo: str = ""
    """Path of an image (svg, png, jpg)."""
    insurance: str = ""
    creditor_id: str = ""
    """The creditor identifier under which it collects by SEPA direct debit (ICS, AT-02)."""
    mention: str = ""
    """Free mentions for the foot of each document, lines separated by newlines."""


class Customer(NamedTuple):
    """Who buys, identified by the (main) account that it was opened with. What is not said is "" or None."""

    account: str
    name: str
    source: Source
    address: Address = Address()
    delivery: Address | None = None
    siren: str = ""
    siret: str = ""
    vat_id: str = ""
    email: str = ""
    cc: str = ""
    contact: str = ""
    purchase_order: str = ""
    service_code: str = ""
    endpoint: str = ""
    phone: str = ""
    legal_form: str = ""
    register: str = ""
    register_id: str = ""
    """Its number in a register, as the seller's (BT-47)."""
    language: str = ""
    terms: str = ""
    cash_discount: str = ""
    tax: str = ""
    channel: Channel = "email"
    reminders: str = ""
    """Name of a reminder policy, or "none"."""
    escalation: str = ""
    """E-mail addresses that letters of levels with `escalate` go to as well."""
    late_interest: str = ""
    """A law ("FR"), a contract's yearly rate in percent, or "none"; over the option of that name."""
    credit_limit: Decimal | None = None
    inactive: bool = False
    buyer: BuyerKind = "business"
    iban: str = ""
    """An IBAN (and BIC) on which this customer pays instead of the seller's."""
    bic: str = ""
    payer_iban: str = ""
    """The IBANs from which this customer pays, separated by commas, without spaces."""
    mandate: str = ""
    """Reference of the SEPA mandate by which its invoices are collected; "" where they are not."""
    mandate_date: date | None = None
    """The day on which the mandate was signed."""
    mandate_type: MandateType = "core"
    mandate_sequence: MandateSequence = "recurring"
    mandate_used: date | None = None
    """The last day on which it was collected under before this ledger knows of it."""
    debtor_iban: str = ""
    """The account that the mandate is for."""
    debtor_bic: str = ""
