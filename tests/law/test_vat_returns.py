"""Which returns are known, and how they round."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.law.vat_returns import countries_with_vat_returns, vat_return


def test_the_countries_are_named_in_the_order_of_the_alphabet() -> None:
    assert countries_with_vat_returns() == ("BE", "DE", "ES", "FR", "GB", "IT", "LU", "NL")


@pytest.mark.parametrize(
    ("country", "base", "tax"),
    [
        ("FR", "1235", "1235"),  # to the nearest euro, half away from zero
        ("DE", "1234", "1234.50"),  # bases in whole euros, the rest left out
        ("NL", "1234", "1234"),
        ("GB", "1234", "1234.50"),  # boxes 6 to 9 leave out pence
        ("BE", "1234.50", "1234.50"),
    ],
)
def test_amounts_as_a_return_wants_them(country: str, base: str, tax: str) -> None:
    form = vat_return(country, date(2026, 1, 31))
    assert form is not None
    amount = Decimal("1234.50")
    assert (str(form.declared(amount, "base")), str(form.declared(amount, "tax"))) == (base, tax)
    assert form.declared(-amount, "base") == -form.declared(amount, "base")


def test_dutch_tax_is_rounded_in_the_taxpayers_favour_also_below_zero() -> None:
    form = vat_return("NL", date(2026, 1, 31))
    assert form is not None
    assert [form.declared(Decimal(amount), "tax") for amount in ("0.99", "-0.01", "-1.00")] == [0, -1, -1]
