"""The Swiss QR-bill: what its code contains, and what is written on its receipt and payment part.

Sources: SIX, Swiss Implementation Guidelines QR-bill 2.3 (in force since 22 November 2025: structured addresses only), and its
Style Guide QR-bill.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from beancount_invoicing.model import Address, Customer, Seller
from beancount_invoicing.rendering.parties import iban_groups
from beancount_invoicing.rendering.view import Pair, QrBill
from beancount_invoicing.rules.references import is_creditor_reference, is_qr_iban, reference_on_page

CURRENCIES = frozenset({"CHF", "EUR"})
HOME = frozenset({"CH", "LI"})
HIGHEST_AMOUNT = Decimal("999999999.99")
LONGEST_MESSAGE = 140
_NAME, _STREET, _POSTCODE, _TOWN = 70, 70, 16, 35
"""How many characters of each part of an address fit into the code (guidelines, 4.2.2)."""
_MORE_LETTERS = "ȘșȚț€"


def qr_bill(
    seller: Seller,
    customer: Customer,
    reference: str,
    message: str,
    amount: Decimal,
    currency: str,
    language: str,
) -> QrBill | None:
    """The QR-bill for a payment of `amount` (exact, in `currency`) to the account that the customer or the seller names.

    None if it cannot be paid by one: the account is not of Switzerland or Liechtenstein, the currency is neither the franc nor the
    euro, the amount is not between 0.01 and 999 999 999.99, or the seller's address is incomplete. None for euros from payers
    elsewhere either, who have SEPA's own code. In English for languages that it does not come in.
    """
    iban = customer.iban or seller.iban
    address = customer.address
    country = address.country or seller.address.country
    at_home = currency == "CHF" or country in HOME
    if iban[:2] not in HOME or currency not in CURRENCIES or not at_home or missing_parts(seller.address):
        return None
    if not Decimal("0.01") <= amount <= HIGHEST_AMOUNT:
        return None
    kind = "QRR" if is_qr_iban(iban) else "SCOR" if is_creditor_reference(reference) else "NON"
    payer = None if missing_parts(address._replace(country=country)) else address._replace(country=country)
    message = _text(message, LONGEST_MESSAGE)
    lines = (
        *("SPC", "0200", "1"),
        iban,
        *_address(seller.name, seller.address),
        *[""] * 7,  # the ultimate creditor, reserved
        f"{amount:.2f}",
        currency,
        *(_address(customer.name, payer) if payer else [""] * 7),
        kind,
        "" if kind == "NON" else reference,
        message,
        "EPD",
    )
    words = _words()[language if language in _words() else "en"]
    account = Pair(words["account"], "\n".join((iban_groups(iban), *_lines(seller.name, seller.address))))
    quoted = () if kind == "NON" else (Pair(words["reference"], reference_on_page(reference)),)
    payable_by = (
        Pair(words["payable-by"], "\n".join(_lines(customer.name, payer)))
        if payer
        else Pair(words["payable-by-blank"], "")
    )
    return QrBill(
        code="\n".join(lines),
        receipt=(account, *quoted, payable_by),
        payment=(account, *quoted, Pair(words["message"], message), payable_by),
        receipt_title=words["receipt"],
        payment_title=words["payment-part"],
        currency=Pair(words["currency"], currency),
        amount=Pair(words["amount"], f"{amount:,.2f}".replace(",", " ")),
        acceptance_point=words["acceptance-point"],
        separate=words["separate"],
    )


def missing_parts(address: Address) -> Sequence[str]:
    """The keys of what a QR-bill needs of an address and is not there."""
    parts = {"postcode": address.postcode, "city": address.city, "country": address.country}
    return [key for key, value in parts.items() if not value]


def _address(name: str, address: Address) -> Sequence[str]:
    """A structured address. The number of the house may stay with the street (guidelines, 4.2.2)."""
    return (
        "S",
        _text(name, _NAME),
        _text(", ".join(address.street), _STREET),
        "",
        _text(address.postcode, _POSTCODE),
        _text(address.city, _TOWN),
        address.country,
    )


def _lines(name: str, address: Address) -> Sequence[str]:
    """The same as it is printed, which must be the same."""
    _kind, name, street, _house, postcode, town, country = _address(name, address)
    place = f"{postcode} {town}" if country in HOME else f"{country}-{postcode} {town}"
    return [line for line in (name, street, place) if line]


def _text(text: str, length: int) -> str:
    """A text in the characters that the code may contain: printable Latin ones up to U+017F, and five more (guidelines, 4.1.1)."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(letter if _is_allowed(letter) else _plain(letter) for letter in composed)[:length].strip()


def _is_allowed(letter: str) -> bool:
    return " " <= letter <= "~" or "\u00a1" <= letter <= "\u017f" or letter in _MORE_LETTERS


_SIGNS = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."}


def _plain(letter: str) -> str:
    """A letter that the code may not contain, as one that it may; "." if there is none."""
    plain = _SIGNS.get(letter) or "".join(part for part in unicodedata.normalize("NFKD", letter) if _is_allowed(part))
    return plain or "."


@cache
def _words() -> dict[str, dict[str, Any]]:
    """The headings, by language."""
    import tomllib  # only books with a Swiss account read it

    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
