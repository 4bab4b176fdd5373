"""One pass over our directives: each goes to those of its subject."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from beancount.core.data import Custom

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.directives.amendments import DirectiveValues
from beancount_invoicing.entries.directives.books import BookDirectives
from beancount_invoicing.entries.directives.contracts import ContractDirectives
from beancount_invoicing.entries.directives.dated_figures import FigureDirectives
from beancount_invoicing.entries.directives.items import ItemDirectives
from beancount_invoicing.entries.directives.options import OptionDirectives
from beancount_invoicing.entries.directives.parties import CustomerDirectives, SellerDirectives
from beancount_invoicing.entries.directives.policies import PolicyDirectives
from beancount_invoicing.entries.directives.suppliers import SupplierDirectives
from beancount_invoicing.entries.directives.taxes import TaxDirectives
from beancount_invoicing.entries.metadata import FindingCollector, read_metadata, source_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import Source


class Directives:
    """Our directives by subject: collected in one pass over the entries, then made into the dated values of the model."""

    def __init__(self, findings: FindingCollector, assets: str = "Assets") -> None:
        self.findings = findings
        self.seller = SellerDirectives(findings)
        self.options = OptionDirectives(findings)
        self.taxes = TaxDirectives(findings)
        self.items = ItemDirectives(findings)
        self.customers = CustomerDirectives(findings, assets)
        self.contracts = ContractDirectives(findings)
        self.policies = PolicyDirectives(findings)
        self.figures = FigureDirectives(findings)
        self.books = BookDirectives(findings, assets)
        self.suppliers = SupplierDirectives(findings)
        self._add_by_place: dict[str, Callable[[DirectiveValues, list[Any]], None]] = {
            keys.SELLER: self.seller.add,
            keys.TAX: self.taxes.add,
            keys.ITEM: self.items.add,
            keys.CUSTOMER_AMENDMENT: self.customers.add,
            keys.CONTRACT_DIRECTIVE: self.contracts.add,
            keys.MILESTONE: self.contracts.add_milestone,
            keys.ACCEPTANCE: self.contracts.add_acceptance,
            keys.INDEX: self.figures.add_index,
            keys.REFERENCE_RATE: self.figures.add_rate,
            keys.POLICY: self.policies.add,
            keys.LEVEL: self.policies.add,
            keys.BANK: self.books.add_bank,
            keys.JOURNAL: self.books.add_journal,
            keys.LOCK: self.books.add_lock,
            keys.REOPENING: self.books.add_reopening,
            keys.FLOW: self.books.add_flow,
            keys.RECEIVED: self.suppliers.add_received,
            keys.SUPPLIER: self.suppliers.add_account,
        }

    def add_custom(self, entry: Custom) -> None:
        """One of our custom directives; other people's are ignored, a misspelt one is an error."""
        source = source_of(entry.meta)
        place = keys.DIRECTIVES.get(entry.type)
        if place is None:
            self._unknown(entry, source)
            return
        values = [value.value for value in entry.values or []]
        if place == "option":
            self.options.add(entry, values, source)
            return
        if place == keys.POLICY and len(values) > 1:
            place = keys.LEVEL
        directive = DirectiveValues(entry.date, source, read_metadata(entry.meta, place, source, self.findings))
        self._add_by_place[place](directive, values)

    def _unknown(self, entry: Custom, source: Source) -> None:
        """A directive that is not ours; if it is one of ours, misspelt, it is an error."""
        near = get_close_matches(entry.type, keys.DIRECTIVES, cutoff=0.8)
        if entry.type.startswith("invoice-") or near:
            hint = (
                _(': did you mean "{near}"?', near=near[0])
                if near
                else _(": it must be one of {directives}", directives=", ".join(keys.DIRECTIVES))
            )
            self.findings.error(
                "directive",
                _('"{type}" is not a directive of this plugin{hint}', type=entry.type, hint=hint),
                source,
            )
