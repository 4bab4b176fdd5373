"""What reminder letters cite of the law of the seller's country (citations.toml); what is not known is not cited."""

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
    """By what a formal demand of a seller in `country` puts the debtor in default; "" where that is not known."""
    return str(_citations().get(law_of(country), {}).get("demand", ""))


def late_payment(country: str, buyer: BuyerKind) -> str:
    """By what a buyer owes interest without a reminder; "" where that is not known, and always for a consumer."""
    late = _citations().get(law_of(country), {}).get("late", {})
    return str(late.get("business" if buyer == "business" else "public", "")) if buyer != "consumer" else ""
