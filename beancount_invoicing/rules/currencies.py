"""How many decimals a currency has (ISO 4217)."""

from __future__ import annotations

_DECIMALS = {
    **dict.fromkeys(
        ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    "CLF": 4,
    "UYW": 4,
}  # fmt: skip


def decimals(currency: str) -> int:
    """The decimals of a currency by ISO 4217; 2 for anything that it does not list otherwise."""
    return _DECIMALS.get(currency, 2)
