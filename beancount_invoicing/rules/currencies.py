"""How many decimals a currency has (ISO 4217, minor units)."""

from __future__ import annotations

__all__ = ["currency_decimals"]

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_DECIMALS = {code: places for places, codes in ((0, _NONE), (3, _THREE), (4, _FOUR)) for code in codes.split()}


def currency_decimals(currency: str) -> int:
    """The decimals of a currency by ISO 4217; 2 for a currency that is not in the list."""
    return _DECIMALS.get(currency, 2)
