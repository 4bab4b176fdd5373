"""References by which a payment is recognised."""

from __future__ import annotations

__all__ = ["creditor_reference", "is_creditor_reference", "payment_reference"]


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


def payment_reference(option: str, number: str) -> str:
    """The reference that a payer quotes, according to option `payment-reference`: the document's number, or its
    creditor reference.
    """
    return creditor_reference(number) if option == "iso11649" else number
