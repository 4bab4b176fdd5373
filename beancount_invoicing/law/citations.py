"""What reminder letters cite from the law of the seller's country (citations.toml). Nothing is cited if it is not
known.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from beancount_invoicing.law.places import law_of
from beancount_invoicing.model import BuyerKind


@cache
def _citations() -> dict[str, dict[str, Any]]:
    text = Path(__file__).with_name("citations.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def formal_demand(country: str) -> str:
    """The article by which a formal demand of a seller in `country` puts the debtor in default; "" if unknown."""
    return str(_citations().get(law_of(country), {}).get("demand", ""))


def late_payment(country: str, buyer: BuyerKind) -> str:
    """The article by which a buyer owes interest without a reminder; "" if unknown, and always for a consumer."""
    late = _citations().get(law_of(country), {}).get("late", {})
    return str(late.get("business" if buyer == "business" else "public", "")) if buyer != "consumer" else ""
