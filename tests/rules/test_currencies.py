from __future__ import annotations

import pytest

from beancount_invoicing.rules.currencies import currency_decimals


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("EUR", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("XOF", 0),
        ("XAF", 0),
        ("KWD", 3),
        ("BHD", 3),
        ("TND", 3),
        ("CLF", 4),
        ("HOUR", 2),
    ],
)
def test_decimals(currency: str, expected: int) -> None:
    assert currency_decimals(currency) == expected
