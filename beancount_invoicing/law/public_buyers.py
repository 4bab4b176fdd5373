"""How public buyers receive invoices."""

from __future__ import annotations

from datetime import date
from functools import cache

from beancount_invoicing.law.data import load_data, row_in_force
from beancount_invoicing.law.places import law_of


@cache
def e_invoicing_mandate(country: str, buyer: str, day: date = date.max) -> str:
    """The law by which, on `day`, a buyer of that kind in `country` accepts only electronic invoices; "" if there is no
    such law.
    """
    row = row_in_force(load_data("public_buyers.toml").get(law_of(country), []), day)
    return str(row["source"]).split(" (")[0] if row and buyer in row["buyers"] else ""
