"""What the law of the seller's country asks of credit notes."""

from __future__ import annotations

from typing import NamedTuple

from beancount_invoicing.law.data import load_data
from beancount_invoicing.law.places import law_of
from beancount_invoicing.law.territory import in_union


class CreditNoteNaming(NamedTuple):
    """The rule that a credit note names the invoice that it corrects, specifically and unambiguously."""

    mandatory: bool
    """Whether a document without that name is not a credit note at all."""
    source: str


def credit_note_naming(country: str) -> CreditNoteNaming | None:
    """The rule on whether a credit note of a seller in `country` names the invoice that it corrects; None if no such
    law is known.
    """
    data, code = load_data("corrections.toml"), law_of(country)
    row = data.get(code, data["union"] if in_union(code) else None)
    return CreditNoteNaming(row["must"], row["source"]) if row else None
