"""The usual numbers of the account of the VAT to pay, in the charts of accounts of countries (vat_accounts.toml)."""

from __future__ import annotations

from beancount_invoicing.law.data import load_data
from beancount_invoicing.law.places import state_of


def vat_payable_numbers(country: str) -> tuple[str, ...]:
    """How the number of that account begins in the charts of a country (or of the state of a place), the usual one first.

    None for a country without a chart that is usual for all.
    """
    return tuple(load_data("vat_accounts.toml").get(state_of(country), {}).get("numbers", ()))
