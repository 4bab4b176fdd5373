"""Check digits of identifiers, by python-stdnum."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import Any

from beancount_invoicing.law import country_table
from beancount_invoicing.messages import _

__all__ = ["mistake", "numbers_on_page", "problem", "tax_number_problem"]

_ENDPOINT = re.compile(r"(\d{4}|[A-Z]{2}):(\S+)\Z")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?\Z")
_LA_POSTE = "356000000"
_PREFIXES = {"EL": "gr"}
"""Prefixes of VAT ids that are not the code of their country."""


def mistake(kind: str, value: str) -> str | None:
    """What is wrong with an identifier, as `problem` says it; None if only its bank is not in the list of banks, which is older
    than the newest bank.
    """
    return (
        None if kind == "iban" and _is_only_of_an_unknown_bank("".join(value.split()).upper()) else problem(kind, value)
    )


def _is_only_of_an_unknown_bank(iban_number: str) -> bool:
    from stdnum import exceptions, iban

    try:
        iban.validate(iban_number, check_country=False)
        iban.validate(iban_number)
    except exceptions.InvalidComponent:
        return iban.is_valid(iban_number, check_country=False)
    except exceptions.ValidationError:
        return False
    return False


def tax_number_problem(value: str, country: str) -> str | None:
    """What is wrong with a `tax-number`, or with the first of several that is wrong, by the rules of its country; None if
    nothing is, or if no rules are known.
    """
    from stdnum import exceptions

    module = _tax_numbers(country)
    for number in (part.strip() for part in value.split(",")):
        if module is None or _QUEBEC.fullmatch("".join(number.split())):
            continue
        try:
            module.validate(number)
        except exceptions.InvalidLength:
            return _("its length ({count}) is wrong{shapes}", count=len("".join(number.split())), shapes="")
        except exceptions.InvalidChecksum:
            return _("its check digits do not match, so something in it is mistyped{hint}", hint="")
        except exceptions.ValidationError:
            return _("it has characters that do not belong in it, or in the wrong order{shapes}", shapes="")
    return None


def numbers_on_page(value: str, country: str) -> list[tuple[str, str]]:
    """The numbers in a `tax-number`, each as its country writes it, with the letters of what it is for ("TQ": the QST of Quebec; ""
    for the usual one).
    """
    module = _tax_numbers(country)
    numbers = []
    for number in (part.strip() for part in value.split(",")):
        if _QUEBEC.fullmatch("".join(number.split())):
            numbers.append((number, "TQ"))
        elif number:
            shown = (
                module.format(number) if module and hasattr(module, "format") and module.is_valid(number) else number
            )
            numbers.append((str(shown), ""))
    return numbers


_QUEBEC = re.compile(r"\d{10}TQ\d{4}")
"""The number of the Quebec sales tax, which stdnum does not know."""


def _tax_numbers(country: str) -> Any:
    """The module of stdnum for the tax numbers of a country; None if there is none."""
    table = country_table(country)
    return import_module(f"stdnum.{table.tax_number}") if table and table.tax_number else None


@lru_cache(maxsize=4096)
def problem(kind: str, value: str) -> str | None:
    """What is wrong with an identifier of `kind` (siren, siret, vat-id, iban, bic, creditor-id, endpoint, register-id); None if
    nothing is. `value` may have spaces.

    The check digits are those of ISO 13616 (IBAN), of Luhn (SIREN, SIRET; the sum of the digits for La Poste) and of each state for
    VAT ids; numbers of countries that stdnum does not know, and other kinds, are not judged. If the check digits are wrong, the
    message says which ones would fit if all the rest is right.
    """
    from stdnum import exceptions

    compact = "".join(value.split()).upper()
    try:
        return _CHECKS[kind](compact) if kind in _CHECKS else None
    except exceptions.InvalidLength:
        return _("its length ({count}) is wrong{shapes}", count=len(compact), shapes=_SHAPES.get(kind, ""))
    except exceptions.InvalidFormat:
        return _(
            "it has characters that do not belong in it, or in the wrong order{shapes}", shapes=_SHAPES.get(kind, "")
        )
    except exceptions.InvalidComponent:
        if kind == "iban" and _is_only_of_an_unknown_bank(compact):
            return _(
                "its bank is not in the known list of banks; if your bank gave you this number, it is right all the same"
            )
        return _("it does not name a known country, place or authority")
    except exceptions.InvalidChecksum:
        right = _REMEDIES[kind](compact) if kind in _REMEDIES else None
        hint = _("; if everything else is right, it is {right}", right=right) if right else ""
        return _("its check digits do not match, so something in it is mistyped{hint}", hint=hint)
    except ValueError:
        return _("it cannot be read")


_SHAPES = {
    "siren": _(": a SIREN has 9 digits"),
    "siret": _(": a SIRET has 14 digits, the 9 of the SIREN and 5 of the establishment"),
}


def _siren(value: str) -> str | None:
    from stdnum.fr import siren

    siren.validate(value)
    return None


def _siret(value: str) -> str | None:
    from stdnum import exceptions
    from stdnum.fr import siren, siret

    if len(value) == 14:
        try:
            siren.validate(value[:9])
        except exceptions.InvalidChecksum:
            siren_problem = _(
                "the check digit does not match; if everything else is right, it is {right_siren}",
                right_siren=_right_siren(value),
            )
            return _("its first 9 digits are not a SIREN: {siren_problem}", siren_problem=siren_problem)
    siret.validate(value)
    return None


def _iban(value: str) -> str | None:
    from stdnum import iban

    iban.validate(value)
    return None


def _bic(value: str) -> str | None:
    return None if _BIC.match(value) else _("a BIC has 8 or 11 characters: bank, country, place, branch")


def _vat_id(value: str) -> str | None:
    from stdnum import get_cc_module

    prefix = value[:2]
    if not (len(prefix) == 2 and prefix.isascii() and prefix.isalpha()):
        return _(
            "it must start with the two letters of its country; any other number of a tax office is written tax-number: …"
        )
    if re.fullmatch(r"CHE-?[\d.]{9,11}", value):
        return _("a Swiss VAT number ends in MWST, TVA or IVA; without it, it is the UID: write tax-number: …")
    module = get_cc_module(_PREFIXES.get(prefix, prefix.lower()), "vat")
    if module is not None:
        module.validate(value)
    return None


def _endpoint(value: str) -> str | None:
    match = _ENDPOINT.match(value)
    if match is None:
        return _('write it scheme:identifier, such as "0225:732829320"')
    scheme, identifier = match.groups()
    if scheme in {"0002", "0225"}:
        found = problem("siren", identifier[:9])
        return _("the SIREN in it is wrong: {found}", found=found) if found else None
    if scheme == "0009":
        found = problem("siret", identifier)
        return _("the SIRET in it is wrong: {found}", found=found) if found else None
    return None


def _register_id(value: str) -> str | None:
    return _endpoint(value) if value[:5] in {"0002:", "0009:"} else None


def _right_siren(value: str) -> str:
    from stdnum import luhn

    return value[:8] + luhn.calc_check_digit(value[:8])


def _right_siret(value: str) -> str | None:
    from stdnum import luhn

    return None if value.startswith(_LA_POSTE) else value[:13] + luhn.calc_check_digit(value[:13])


def _creditor_id(value: str) -> str | None:
    from stdnum.eu import at_02

    at_02.validate(value)
    return None


def _right_creditor_id(value: str) -> str:
    from stdnum.eu import at_02

    return value[:2] + at_02.calc_check_digits(value) + value[4:]


def _right_iban(value: str) -> str:
    from stdnum import iban

    return value[:2] + iban.calc_check_digits(value) + value[4:]


def _right_vat_id(value: str) -> str | None:
    siren = value[4:]
    if not (value.startswith("FR") and siren.isdigit()) or problem("siren", siren):
        return None
    return f"FR{int(siren + '12') % 97:02}{siren}"


_CHECKS = {
    "siren": _siren,
    "siret": _siret,
    "vat-id": _vat_id,
    "iban": _iban,
    "creditor-id": _creditor_id,
    "bic": _bic,
    "endpoint": _endpoint,
    "register-id": _register_id,
}
_REMEDIES = {
    "siren": _right_siren,
    "siret": _right_siret,
    "iban": _right_iban,
    "creditor-id": _right_creditor_id,
    "vat-id": _right_vat_id,
}
