"""The taxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from beancount_invoicing.entries.directives.amendments import DirectiveValues, add_coded, amended_by_code
from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.entries.tax_parts import combined_tax, with_parts
from beancount_invoicing.messages import _
from beancount_invoicing.model import NO_TAX, Dated, OptionValue, Source, Tax
from beancount_invoicing.rules.supply import parse_sold_to


def code_of_no_tax(options: Mapping[str, Dated[OptionValue]], sources: Mapping[str, Source]) -> dict[str, Dated[Tax]]:
    """The tax code "none", where option `default-tax` is or was "none": outside the scope of the tax (category O), with nothing
    to print. {} otherwise. A code of that name in the ledger takes its place.
    """
    default = options.get("default-tax")
    days = [day for day, code in default.versions if code == NO_TAX] if default else []
    if not days:
        return {}
    tax = Tax(code=NO_TAX, label="", account=None, source=sources["default-tax"], category="O")
    return {NO_TAX: Dated(((days[0], tax),))}


class TaxDirectives:
    """The directives of taxes."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._taxes: defaultdict[str, list[DirectiveValues]] = defaultdict(list)

    def add(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A tax, or what amends it."""
        add_coded(directive, values, ("label", "account"), _("a tax's code"), self._taxes, self.findings)

    def versions(self) -> dict[str, Dated[Tax]]:
        """The taxes by code; those that consist of parts have the parts as they are from the same day on."""
        parts: dict[Source, tuple[str, ...]] = {}

        def build(code: str, values: dict[str, Any], source: Source) -> Tax | None:
            if "parts" in values:
                parts[source] = tuple(values["parts"].split())
                whom = self._sold_to(code, values.get("sold-to", ""), source)
                return combined_tax(code, values, parts[source], source, self.findings)._replace(sold_to=whom)
            if not self._tax_fits(code, values, source):
                return None
            return Tax(
                code=code,
                instead_of=values.get("instead-of", ""),
                sold_to=self._sold_to(code, values.get("sold-to", ""), source),
                label=values.get("=label", code),
                account=values.get("=account"),
                source=source,
                category=values.get("category", "S"),
                rate=values.get("rate", Decimal(0)),
                reason=values.get("reason", ""),
                nature=values.get("nature", ""),
                on_payment=values.get("due-on") == "payment",
                pending=values.get("pending"),
                withholding=bool(values.get("withholding")),
                sales_list=values.get("sales-list", ""),
                datev_key=values.get("datev-key", ""),
            )

        return with_parts(amended_by_code(self._taxes, "tax", build, self.findings), parts, self.findings)

    def _tax_fits(self, code: str, values: dict[str, Any], source: Source) -> bool:
        """Whether a tax without parts can be used; what is wrong with it becomes findings."""
        rate = values.get("rate", Decimal(0))
        if "compound" in values:
            self.findings.error(
                "tax-parts",
                _('{code} is compound, but has no parts: name them, parts: "…", or take compound out', code=code),
                source,
            )
        if rate < 0 or rate > 100:
            self.findings.error(
                "tax-rate",
                _("the rate of {code} is {rate}, but must be from 0 to 100", code=code, rate=rate),
                source,
            )
            return False
        if values.get("category", "S") in {"AE", "K", "G", "O", "E", "Z"} and rate and not values.get("withholding"):
            self.findings.error(
                "tax-rate",
                _(
                    "{code} has category {category}, where no tax is due, and a rate of {rate}: one of the two is "
                    "wrong",
                    code=code,
                    category=values["category"],
                    rate=rate,
                ),
                source,
            )
        if rate and not values.get("=account"):
            self.findings.error(
                "tax-account",
                _("{code} has a rate of {rate} but no account: name it after the label", code=code, rate=rate),
                source,
            )
        if values.get("due-on") == "payment" and not values.get("pending"):
            self.findings.error(
                "tax-account",
                _("{code} is due on payment: name the account where it waits, pending: Liabilities:…", code=code),
                source,
            )
        return True

    def _sold_to(self, code: str, text: str, source: Source) -> str:
        """The value of `sold-to` of a tax code; "" if it is not a known one."""
        try:
            if text:
                parse_sold_to(text)
        except ValueError as error:
            self.findings.error(
                "sold-to", _('{code}: sold-to is "{text}", but {error}', code=code, text=text, error=error), source
            )
            return ""
        return " ".join(text.split())
