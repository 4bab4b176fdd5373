"""References by which a payment is recognised."""

from __future__ import annotations

import re

__all__ = [
    "BELGIAN_DIGITS",
    "QR_DIGITS",
    "belgian_reference",
    "creditor_reference",
    "is_creditor_reference",
    "is_qr_iban",
    "payment_reference",
    "qr_reference",
    "reference_digits",
    "reference_on_page",
]

QR_DIGITS, BELGIAN_DIGITS = 26, 10
"""How many digits a QR reference (SIX, Swiss Implementation Guidelines QR-bill 2.3, annex B) and a Belgian structured communication
have before their check digits."""


def creditor_reference(number: str) -> str:
    """The creditor reference (ISO 11649: RF, two check digits) of a document's number; the number itself if it has none. Only
    its letters and digits are used, the last 21 of them.
    """
    from stdnum import iso11649
    from stdnum.iso7064 import mod_97_10

    core = "".join(sign for sign in number.upper() if sign.isascii() and sign.isalnum())[-21:]
    reference = f"RF{mod_97_10.calc_check_digits(core + 'RF')}{core}" if core else ""
    return reference if iso11649.is_valid(reference) else number


def is_creditor_reference(text: str) -> bool:
    """Whether it is a creditor reference (ISO 11649) with valid check digits, written without blanks."""
    from stdnum import iso11649

    return text.isalnum() and iso11649.is_valid(text)


def reference_digits(number: str, longest: int) -> str:
    """A document's number in at most `longest` digits: each letter as two of them, A as 10 to Z as 35, like ISO 7064 and ISO 13616
    count letters. Only the digits of the number if that is too long; "" if they are too many, too, or there are none.
    """
    signs = [sign for sign in number.upper() if sign.isascii() and sign.isalnum()]
    with_letters = "".join(str(int(sign, 36)) for sign in signs)
    digits = "".join(sign for sign in signs if sign.isdigit())
    return next((text for text in (with_letters, digits) if len(text) <= longest), "") if digits else ""


def qr_reference(number: str) -> str:
    """The Swiss QR reference of a document's number: 26 digits and a check digit (modulo 10, recursive); the number itself if it
    has none (see `reference_digits`). Source: SIX, Swiss Implementation Guidelines QR-bill 2.3, annex B.
    """
    from stdnum.ch import esr

    digits = reference_digits(number, QR_DIGITS)
    return f"{(core := digits.zfill(QR_DIGITS))}{esr.calc_check_digit(core)}" if digits else number


def belgian_reference(number: str) -> str:
    """The Belgian structured communication of a document's number, such as "+++152/0260/01286+++": ten digits, and their remainder
    by 97 as two check digits (97 where it is 0); the number itself if it has none (see `reference_digits`).
    """
    from stdnum.be import ogm_vcs

    digits = reference_digits(number, BELGIAN_DIGITS)
    if not digits:
        return number
    core = digits.zfill(BELGIAN_DIGITS)
    whole = f"{core}{ogm_vcs.calc_check_digits(core)}"
    return f"+++{whole[:3]}/{whole[3:7]}/{whole[7:]}+++"


_REFERENCES = {"iso11649": creditor_reference, "qrr": qr_reference, "ogm": belgian_reference}


def payment_reference(option: str, number: str) -> str:
    """The reference that a payer quotes, according to option `payment-reference`: the document's number, its creditor reference
    ("iso11649"), its Swiss QR reference ("qrr") or its Belgian structured communication ("ogm"). "" for no number.
    """
    return _REFERENCES[option](number) if number and option in _REFERENCES else number


def reference_on_page(reference: str) -> str:
    """A reference as it is printed: a creditor reference in groups of four, a QR reference in two digits and groups of five."""
    from stdnum.ch import esr

    if is_creditor_reference(reference):
        return " ".join(re.findall(".{1,4}", reference))
    if len(reference) == QR_DIGITS + 1 and reference.isascii() and reference.isdigit() and esr.is_valid(reference):
        return " ".join((reference[:2], *re.findall(".{5}", reference[2:])))
    return reference


def is_qr_iban(iban: str) -> bool:
    """Whether an account number (without blanks, upper case) is a QR-IBAN: of Switzerland or Liechtenstein, its bank identified by
    30000 to 31999. Payments to it must carry a QR reference, and only they may (SIX, guidelines QR-bill 2.3, 4.2.2).
    """
    return iban[:2] in {"CH", "LI"} and iban[4:9].isdigit() and 30000 <= int(iban[4:9]) <= 31999
