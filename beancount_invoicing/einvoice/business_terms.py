"""The business terms of EN 16931-1 as dataclasses: the content of an e-invoice, in any syntax.

Amounts have the sign of the document: on a credit note (type 381) they are positive. Nothing here knows CII or UBL.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.einvoice.profiles import EN16931_SPECIFICATION, Profile, profile


class Identifier(NamedTuple):
    """An identifier and the scheme it belongs to: a code of ISO 6523 (0002 SIREN, 0009 SIRET …) or of the EAS list."""

    value: str
    scheme: str = ""


class PostalAddress(NamedTuple):
    """BG-5, BG-8, BG-15."""

    lines: tuple[str, ...] = ()
    """BT-35, BT-36, BT-162; BT-50, BT-51, BT-163; BT-75, BT-76, BT-165: three at most."""
    city: str = ""
    """BT-37, BT-52, BT-77."""
    postcode: str = ""
    """BT-38, BT-53, BT-78."""
    country: str = ""
    """BT-40, BT-55, BT-80."""


class Contact(NamedTuple):
    """BG-6, BG-9."""

    name: str = ""
    """BT-41, BT-56."""
    phone: str = ""
    """BT-42, BT-57."""
    email: str = ""
    """BT-43, BT-58."""


class Party(NamedTuple):
    """Seller (BG-4) or buyer (BG-7)."""

    name: str
    """BT-27, BT-44."""
    address: PostalAddress = PostalAddress()
    identifiers: tuple[Identifier, ...] = ()
    """BT-29, BT-46."""
    legal_registration: Identifier | None = None
    """BT-30, BT-47."""
    vat_identifier: str = ""
    """BT-31, BT-48."""
    tax_registration: str = ""
    """BT-32; sellers only."""
    legal_information: str = ""
    """BT-33; sellers only."""
    electronic_address: Identifier | None = None
    """BT-34, BT-49."""
    contact: Contact | None = None


class Note(NamedTuple):
    """BG-1."""

    text: str
    """BT-22."""
    subject: str = ""
    """BT-21, a code of UNTDID 4451."""


class PrecedingInvoice(NamedTuple):
    """BG-3."""

    number: str
    """BT-25."""
    issued: date | None = None
    """BT-26."""


class Delivery(NamedTuple):
    """BG-13."""

    date: date | None = None
    """BT-72."""
    name: str = ""
    """BT-70."""
    address: PostalAddress | None = None


class PaymentInstructions(NamedTuple):
    """BG-16, BG-17, BG-19."""

    means: str
    """BT-81, a code of UNTDID 4461: 30 credit transfer, 58 SEPA credit transfer, 59 SEPA direct debit."""
    remittance: str = ""
    """BT-83."""
    account: str = ""
    """BT-84."""
    account_name: str = ""
    """BT-85."""
    service_provider: str = ""
    """BT-86."""
    mandate: str = ""
    """BT-89."""
    creditor_id: str = ""
    """BT-90."""
    debited_account: str = ""
    """BT-91."""


class AllowanceCharge(NamedTuple):
    """BG-20, BG-21 on the document; BG-27, BG-28 on a line, without VAT of their own."""

    charge: bool
    amount: Decimal
    """BT-92, BT-99, BT-136, BT-141: always positive, unless the document's sign was reversed."""
    reason: str
    """BT-97, BT-104, BT-139, BT-144."""
    base: Decimal | None = None
    """BT-93, BT-100, BT-137, BT-142."""
    percent: Decimal | None = None
    """BT-94, BT-101, BT-138, BT-143."""
    category: str = ""
    """BT-95, BT-102."""
    rate: Decimal | None = None
    """BT-96, BT-103; None under category O."""


class VatBreakdown(NamedTuple):
    """BG-23."""

    category: str
    """BT-118, a code of UNCL 5305."""
    rate: Decimal | None
    """BT-119; None under category O."""
    base: Decimal
    """BT-116."""
    amount: Decimal
    """BT-117."""
    reason: str = ""
    """BT-120."""
    reason_code: str = ""
    """BT-121, a VATEX code."""


class InvoiceLine(NamedTuple):
    """BG-25."""

    identifier: str
    """BT-126."""
    name: str
    """BT-153."""
    quantity: Decimal | None
    """BT-129; None if it is missing."""
    unit: str
    """BT-130, a code of UN/ECE Recommendation 20 or 21."""
    net: Decimal
    """BT-131."""
    price: Decimal | None
    """BT-146: never negative; None if it is missing."""
    category: str
    """BT-151."""
    rate: Decimal | None
    """BT-152."""
    description: str = ""
    """BT-154."""
    seller_item: str = ""
    """BT-155."""
    start: date | None = None
    """BT-134."""
    end: date | None = None
    """BT-135."""
    price_base_quantity: Decimal | None = None
    """BT-149; 1 if it is missing."""
    adjustments: tuple[AllowanceCharge, ...] = ()
    """BG-27, BG-28."""

    @property
    def adjustments_total(self) -> Decimal:
        """The sum of its allowances and charges."""
        return sum(
            (adjustment.amount if adjustment.charge else -adjustment.amount for adjustment in self.adjustments),
            Decimal(0),
        )


class Totals(NamedTuple):
    """BG-22."""

    lines: Decimal | None
    """BT-106; None if it is missing, as in the smallest profile."""
    allowances: Decimal
    """BT-107."""
    charges: Decimal
    """BT-108."""
    net: Decimal
    """BT-109."""
    vat: Decimal
    """BT-110."""
    gross: Decimal
    """BT-112."""
    paid: Decimal
    """BT-113."""
    rounding: Decimal
    """BT-114."""
    due: Decimal
    """BT-115."""
    vat_in_tax_currency: Decimal | None = None
    """BT-111."""


class EInvoice(NamedTuple):
    """An invoice or credit note in the business terms of EN 16931."""

    number: str
    """BT-1."""
    issued: date
    """BT-2."""
    type_code: str
    """BT-3, a code of UNTDID 1001: 380 invoice, 381 credit note, 384 corrected invoice, 386 prepayment invoice."""
    currency: str
    """BT-5."""
    seller: Party
    """BG-4."""
    buyer: Party
    """BG-7."""
    lines: tuple[InvoiceLine, ...]
    """BG-25."""
    breakdown: tuple[VatBreakdown, ...]
    """BG-23."""
    totals: Totals
    """BG-22."""
    tax_currency: str = ""
    """BT-6."""
    vat_point: str = ""
    """BT-8: "payment" if VAT is due on payment, "invoice", "delivery"."""
    due: date | None = None
    """BT-9."""
    buyer_reference: str = ""
    """BT-10."""
    contract: str = ""
    """BT-12."""
    purchase_order: str = ""
    """BT-13."""
    payment_terms: str = ""
    """BT-20."""
    process: str = ""
    """BT-23."""
    specification: str = EN16931_SPECIFICATION
    """BT-24."""
    notes: tuple[Note, ...] = ()
    """BG-1."""
    preceding: tuple[PrecedingInvoice, ...] = ()
    """BG-3."""
    delivery: Delivery = Delivery()
    """BG-13."""
    start: date | None = None
    """BT-73."""
    end: date | None = None
    """BT-74: end of the invoicing period (BG-14)."""
    tax_representative: str = ""
    """BT-63, the VAT id of the seller's tax representative."""
    payment: PaymentInstructions | None = None
    """BG-16."""
    adjustments: tuple[AllowanceCharge, ...] = ()
    """BG-20, BG-21."""

    @property
    def profile(self) -> Profile:
        """The profile that it names."""
        return profile(self.specification)

    @property
    def credit_note(self) -> bool:
        """Whether it is a credit note."""
        return self.type_code == "381"
