"""An invoice of a supplier, whatever it is: its business terms if it has them, and the result of its validation."""

from __future__ import annotations

from typing import Literal, NamedTuple

from beancount_invoicing.einvoice import pdf, syntax
from beancount_invoicing.einvoice.business_terms import EInvoice, Party
from beancount_invoicing.einvoice.layers import Layer, validate
from beancount_invoicing.messages import _

Result = Literal["passed", "failed", "not run"]


_CREDITS = frozenset({"81", "83", "261", "381", "396", "532"})
"""Codes of UNTDID 1001 for documents whose amounts are credited."""


class SupplierInvoice(NamedTuple):
    """A file, and what could be read of it."""

    terms: EInvoice | None
    """None if it is no e-invoice that can be read."""
    problem: str
    """Why it cannot be read; "" if it can."""
    result: Result
    suffix: str
    """Of the file's name: "pdf", "xml" or "bin"."""


def read_supplier_invoice(data: bytes) -> SupplierInvoice:
    """Reads and validates a file. Never raises because of what is in it; entities are not expanded, and nothing is fetched."""
    is_xml = data.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").startswith(b"<")
    suffix = "pdf" if _is_pdf(data) else "xml" if is_xml else "bin"
    terms, problem = supplier_terms(data)
    return SupplierInvoice(terms, problem, _result(validate(data)), suffix)


def supplier_terms(data: bytes) -> tuple[EInvoice | None, str]:
    """What a file says in business terms, or None and why it cannot be read. Raises nothing, as `read_supplier_invoice`."""
    try:
        if len(data) > pdf.LIMIT:
            raise syntax.NotReadable(_("it is larger than {limit} MB", limit=pdf.LIMIT // 1_000_000))
        return syntax.read_e_invoice(pdf.extract(data) if _is_pdf(data) else data), ""
    except syntax.NotReadable as error:
        problem = str(error)
    except Exception as error:  # whatever a stranger's document makes of the reader
        problem = _("it cannot be read: {name}: {error}", name=type(error).__name__, error=error)
    return None, " ".join(problem.split())[:300]


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:1024] and not data.lstrip().startswith(b"<")


def _result(layers: tuple[Layer, ...]) -> Result:
    if any(not layer.not_run and not layer.passed for layer in layers):
        return "failed"
    return "not run" if not layers or any(layer.not_run for layer in layers) else "passed"


def identifiers_of(party: Party) -> tuple[str, ...]:
    """The identifiers of a party, with their schemes if they have any: register, VAT id, its own, electronic address."""
    known = [party.legal_registration, *party.identifiers, party.electronic_address]
    with_scheme = [
        f"{identifier.scheme}:{identifier.value}" if identifier.scheme else identifier.value
        for identifier in known
        if identifier and identifier.value
    ]
    return tuple(dict.fromkeys([*with_scheme[:1], *filter(None, [party.vat_identifier]), *with_scheme[1:]]))


def sign_of(terms: EInvoice) -> int:
    """1 for what is owed, -1 for a credit note, whose amounts are positive."""
    return -1 if terms.type_code in _CREDITS else 1
