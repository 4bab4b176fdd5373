"""What the law of the seller's country asks of credit notes."""

from __future__ import annotations

from beancount_invoicing.law.data import load


def credit_notes_name(country: str) -> bool:
    """Whether a credit note of a seller in `country` has to name the invoice that it corrects (CGI, art. 289, I, 5)."""
    data = load("corrections.toml")
    named: bool = data.get(country.upper() or "default", data["default"])["named"]
    return named
