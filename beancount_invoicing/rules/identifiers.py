"""Check digits of identifiers, by python-stdnum."""

from __future__ import annotations

import re
from functools import lru_cache

_ENDPOINT = re.compile(r"\d{4}:\S+\Z|[A-Z]{2}:\S+\Z")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?\Z")


@lru_cache(maxsize=4096)
def problem(kind: str, value: str) -> str | None:
    """What is wrong with an identifier of `kind` (siren, siret, vat-id, iban, bic, endpoint); None where nothing is.

    `value` may have spaces. The check digits are those of ISO 13616 (IBAN), of Luhn (SIREN, SIRET; La Poste's own sum) and
    of each state for VAT identification numbers; a country whose numbers stdnum does not know is not judged.
    """
    from stdnum import exceptions, get_cc_module, iban
    from stdnum.fr import siren, siret

    compact = "".join(value.split())
    try:
        if kind == "siren":
            siren.validate(compact)
        elif kind == "siret":
            siret.validate(compact)
        elif kind == "iban":
            iban.validate(compact)
        elif kind == "bic":
            if not _BIC.match(compact):
                return "a BIC has 8 or 11 characters: bank, country, place, branch"
        elif kind == "endpoint":
            return None if _ENDPOINT.match(compact) else 'write it scheme:identifier, such as "0225:732829320"'
        elif kind == "vat-id":
            country = {"EL": "gr"}.get(compact[:2].upper(), compact[:2].lower())
            module = get_cc_module(country, "vat") if country.isalpha() else None
            if module is None:
                return None if country.isalpha() else "it starts with the two letters of its country"
            module.validate(compact[2:] if country in {"gb"} else compact)
    except exceptions.InvalidLength:
        return f"its length ({len(compact)}) is wrong"
    except exceptions.InvalidFormat:
        return "it has characters that do not belong in it"
    except exceptions.InvalidChecksum:
        return "its check digits do not match: a figure is mistyped"
    except exceptions.ValidationError as error:
        return str(error)
    return None
