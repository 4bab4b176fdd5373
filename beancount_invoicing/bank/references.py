"""Structured references of payments: their check digits, and the letters and digits that identify a document."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.rules.references import is_creditor_reference

ReferenceKind = Literal["ISO 11649", "Belgian", "Swiss QR", "OCR"]

_CREDITOR = re.compile(r"(?<![0-9A-Za-z])RF\d\d(?:[ ]?[0-9A-Za-z])+", re.IGNORECASE)
_BELGIAN = re.compile(r"(?<![0-9])(?:\+{3}|\*{3})?(\d{3})/(\d{4})/(\d{5})(?:\+{3}|\*{3})?(?![0-9])")
_SWISS = re.compile(r"(?<![0-9])\d{2}(?: ?\d{5}){5}(?![0-9])")
_LONGEST_CREDITOR = 25


class StructuredReference(NamedTuple):
    """A reference with check digits.

    `core` is the part that identifies a document, in lower case without leading zeros: only digits for kinds without letters.
    """

    written: str
    kind: ReferenceKind
    core: str
    valid: bool
    """Whether the check digits are right."""


def structured_references(line: StatementLine) -> tuple[StructuredReference, ...]:
    """The structured references of a line: those in the bank's own field, and those in its text, without repetition.

    Sources: ISO 11649 (RF), the Belgian gestructureerde mededeling (modulo 97), the Swiss QR reference (modulo 10, recursive), and
    machine-readable references that end with a Luhn digit (ISO/IEC 7812-1), the last only from the bank's own field.
    """
    found = [reference for text in line.references if (reference := _whole(text))]
    found += [reference for match in _BELGIAN.finditer(line.text) if (reference := _whole("".join(match.groups())))]
    found += [
        reference for match in _SWISS.finditer(line.text) if (reference := _whole(match.group().replace(" ", "")))
    ]
    found += [_creditor_in(match.group()) for match in _CREDITOR.finditer(line.text)]
    return tuple({(reference.kind, reference.core): reference for reference in reversed(found)}.values())[::-1]


def is_structured(reference: str) -> bool:
    """Whether a bank's reference has check digits, right or wrong, and is not a text that may contain numbers."""
    found = _whole(reference)
    return found is not None and (found.valid or found.kind == "ISO 11649")


def _whole(text: str) -> StructuredReference | None:
    from stdnum import luhn
    from stdnum.be import ogm_vcs
    from stdnum.ch import esr

    compact = re.sub(r"[\s+*/]", "", text).upper()
    if re.fullmatch(r"RF\d\d[0-9A-Z]{1,21}", compact):
        return StructuredReference(text, "ISO 11649", _core(compact[4:]), is_creditor_reference(compact))
    if not compact.isascii() or not compact.isdigit():
        return None
    if len(compact) == 12 and ogm_vcs.is_valid(compact):
        return StructuredReference(text, "Belgian", _core(compact[:10]), valid=True)
    if len(compact) == 27:
        return StructuredReference(text, "Swiss QR", _core(compact[:26]), esr.is_valid(compact))
    if 5 <= len(compact) <= 25 and luhn.is_valid(compact):
        return StructuredReference(text, "OCR", _core(compact[:-1]), valid=True)
    return None


def _creditor_in(text: str) -> StructuredReference:
    """The creditor reference at the start of a text: as many of its words as possible with valid check digits."""
    ends = [match.end() for match in re.finditer(r"[0-9A-Za-z](?![0-9A-Za-z])", text)]
    for end in reversed(ends):
        compact = text[:end].replace(" ", "").upper()
        if len(compact) <= _LONGEST_CREDITOR and is_creditor_reference(compact):
            return StructuredReference(text[:end], "ISO 11649", _core(compact[4:]), valid=True)
    first = text[: ends[0]] if len(text[: ends[0]]) > 4 or len(ends) == 1 else text[: ends[1]]
    return StructuredReference(first, "ISO 11649", _core(first.replace(" ", "")[4:]), valid=False)


def _core(text: str) -> str:
    return text.lower().lstrip("0")
