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
"""How often the mandate is used: again and again, once, or (final) one last time."""


class Address(NamedTuple):
    """A postal address. `street` holds its lines, `country` a two-letter ISO 3166 code ("" if not given)."""

    street: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    country: str = ""


class Seller(NamedTuple):
    """The seller, with the legal mentions at the head and foot of an invoice. A value that is not given is ""."""

    name: str
    source: Source
    address: Address = Address()
    legal_form: str = ""
    siren: str = ""
    siret: str = ""
    vat_id: str = ""
    register: str = ""
    register_id: str = ""
    """Its number in a register, with the scheme before a colon if it has one: "0208:0403019261" (BT-30)."""
    tax_number: str = ""
    """The number from its tax office that is not a VAT id (BT-32)."""
    email: str = ""
    phone: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""
    account_number: str = ""
    """The number of its account where there is no IBAN; in the currency of its country."""
    bank_code: str = ""
    """The code of the bank and branch of that account: routing number, transit and institution, BSB."""
    wire_code: str = ""
    """The routing number for wires; "" if it is the bank code."""
    account_bank: str = ""
    check_to: str = ""
    """The address for checks, lines separated by newlines."""
    endpoint: str = ""
    logo: str = ""
    """Path of an image (svg, png, jpg)."""
    insurance: str = ""
    creditor_id: str = ""
    """The creditor identifier under which it collects by SEPA direct debit (ICS, AT-02)."""
    mention: str = ""
    """Other mentions for the foot of each document, lines separated by newlines."""


class Customer(NamedTuple):
    """The buyer, identified by the (main) account that it was opened with. A value that is not given is "" or None."""

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
    """Its number in a register, in the same form as the seller's (BT-47)."""
    tax_number: str = ""
    """The number from its tax office that is not a VAT id; several by commas."""
    language: str = ""
    terms: str = ""
    cash_discount: str = ""
    tax: str = ""
    channel: Channel = "email"
    reminders: str = ""
    """Name of a reminder policy, or "none"."""
    escalation: str = ""
    """More e-mail addresses for the letters of levels with `escalate`."""
    late_interest: str = ""
    """A law ("FR"), a contract's yearly rate in percent, or "none"; it takes precedence over the option of that name.
    """
    credit_limit: Decimal | None = None
    inactive: bool = False
    buyer: BuyerKind = "business"
    iban: str = ""
    """An IBAN (with BIC) to which this customer pays, instead of the seller's."""
    bic: str = ""
    payer_iban: str = ""
    """The IBANs from which this customer pays, separated by commas, without spaces."""
    mandate: str = ""
    """Reference of the SEPA mandate by which its invoices are collected; "" if there is none."""
    mandate_date: date | None = None
    """The day on which the mandate was signed."""
    mandate_type: MandateType = "core"
    mandate_sequence: MandateSequence = "recurring"
    mandate_used: date | None = None
    """The day of the last collection under the mandate that is not in this ledger."""
    debtor_iban: str = ""
    """The account that the mandate is for."""
    debtor_bic: str = ""
    debtor_number: str = ""
    """Its account in the books of the tax adviser (DATEV: Debitorennummer)."""
