"""The items that are sold."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from beancount_invoicing.entries.directives.amendments import DirectiveValues, add_coded, amended_by_code
from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.messages import _
from beancount_invoicing.model import Dated, Item, Source


class ItemDirectives:
    """The directives of items."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._items: defaultdict[str, list[DirectiveValues]] = defaultdict(list)

    def add(self, directive: DirectiveValues, values: list[Any]) -> None:
        """An item, or what amends it."""
        add_coded(directive, values, ("name", "account"), _("an item's code"), self._items, self.findings)

    def versions(self) -> dict[str, Dated[Item]]:
        """The items by code."""

        def build(code: str, values: dict[str, Any], source: Source) -> Item | None:
            if "price" in values and "price-with-tax" in values:
                self.findings.error(
                    "item-price", _("{code} has a price and a price-with-tax: keep one of them", code=code), source
                )
            return Item(
                code=code,
                name=values.get("=name", code),
                account=values.get("=account", ""),
                source=source,
                unit=values.get("unit", ""),
                price=values.get("price"),
                price_with_tax=values.get("price-with-tax"),
                tax=values.get("tax", ""),
                text=values.get("text", ""),
                nature=values.get("nature"),
            )

        return amended_by_code(self._items, "item", build, self.findings)
