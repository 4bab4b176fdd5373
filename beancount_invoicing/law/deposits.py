"""What a change of a VAT rate does to deposits: by the seller's country."""

from __future__ import annotations

from beancount_invoicing.law.data import load_data
from beancount_invoicing.law.places import law_of


def deposits_keep_their_rate(country: str) -> bool:
    """Whether a deposit invoiced before a rate changed keeps its rate, although the supply comes after the change.

    This is the rule of directive 2006/112/EC, art. 93 (a) and 65. By art. 95 a member state may adjust the tax, as
    Germany does (UStG, § 27 (1)).
    """
    data = load_data("deposits.toml")
    keeps: bool = data.get(law_of(country), data["default"])["keeps_rate"]
    return keeps
