"""Exact sums, however many digits a ledger's figures have."""

from __future__ import annotations

from collections.abc import Callable
from decimal import localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["DIGITS", "exact"]

P = ParamSpec("P")
R = TypeVar("R")
DIGITS = 1_000
"""Decimal's default of 28 digits loses the cents of sums beyond 10^25. Not for quotients: they would fill all digits."""


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a function that only adds, subtracts and compares work with DIGITS digits."""

    @wraps(function)
    def exactly(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(prec=DIGITS):
            return function(*args, **kwargs)

    return exactly
