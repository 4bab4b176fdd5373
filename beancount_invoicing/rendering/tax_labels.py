"""The names of a document's taxes on its page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from beancount_invoicing.model import Tax, TaxAmount
from beancount_invoicing.rendering.formats import Formats

_VAT = {
    "TVA": {"fr"},
    "VAT": {"en"},
    "USt": {"de"},
    "MwSt": {"de"},
    "MWST": {"de"},
    "IVA": {"es", "it", "pt"},
    "BTW": {"nl"},
    "Btw": {"nl"},
}
"""What value added tax is called, and in which languages."""
_VAT_LABEL = re.compile(rf"({'|'.join(_VAT)})\.?(?: *\d+(?:[.,]\d+)? *%)?")


def tax_label(tax: Tax, others: Sequence[TaxAmount], formats: Formats, labels: dict[str, str]) -> str:
    """The name of a tax: VAT in the document's language, others as the words of its region call them. If two rates of the document
    would have the same name, the rate is added.
    """
    first, space, rest = tax.label.partition(" ")
    if here := labels.get(f"tax-{first}"):  # what a region calls it: the GST is the TPS in French
        return f"{here}{space}{rest}"
    found = _VAT_LABEL.fullmatch(tax.label)
    if found and formats.language not in _VAT[found[1]]:
        return f"{labels['tax']} {formats.percent(tax.rate)}"
    alike = {other.tax.rate for other in others if other.tax.label == tax.label}
    return f"{tax.label} {formats.percent(tax.rate)}" if len(alike) > 1 else tax.label
