"""What a customer must be told about an invoice that it did not pay, by the law of the seller's country."""

from __future__ import annotations

from beancount_invoicing.law.data import load_data
from beancount_invoicing.law.places import law_of


def unpaid_words(country: str) -> str:
    """The sentence, with places for `{net}` and `{tax}` (amounts with their currency); "" if none is known."""
    return str(load_data("bad_debts.toml").get(law_of(country), {}).get("words", ""))
