"""Amounts in messages: with the decimals of their currency, and more only where they have more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.checks.documents import ledger_amount


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1.5", "EUR", "1.50 EUR"),
        ("1.005", "EUR", "1.005 EUR"),
        ("1E+2", "EUR", "100.00 EUR"),
        ("12", "JPY", "12 JPY"),
        ("12.5", "JPY", "12.5 JPY"),
        ("-0.001", "KWD", "-0.001 KWD"),
    ],
)
def test_no_figure_is_cut_and_none_is_bare(amount: str, currency: str, said: str) -> None:
    assert ledger_amount(Decimal(amount), currency) == said
