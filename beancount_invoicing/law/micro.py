"""The limits of turnover under which a French enterprise is a micro-enterprise, and charges no VAT (micro.toml)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.law.data import load_data, row_in_force


class TurnoverLimit(NamedTuple):
    """A limit of a year's turnover: of all sales, or only of services; `name` says which regime it ends, and when."""

    name: str
    services_only: bool
    amount: Decimal
    by_days: bool
    """Whether it is lowered in proportion to the days of a first year that is not whole."""


def turnover_limits(day: date) -> tuple[TurnoverLimit, ...]:
    """The limits in euros in the year of a day; none for a year that is not known."""
    result = []
    for regime, ends in (("micro", ("",)), ("vat", ("", "-above"))):
        row = row_in_force(load_data("micro.toml")[regime]["rows"], day)
        if row is None:
            continue
        for end in ends:
            for nature in ("goods", "services"):
                amount = Decimal(str(row[f"{nature}{end}"]))
                result.append(TurnoverLimit(f"{regime}{end}", nature == "services", amount, not end))
    return tuple(result)
