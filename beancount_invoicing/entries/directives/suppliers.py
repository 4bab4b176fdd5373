"""Suppliers: their invoices that came, the answers to these, and the accounts on which they go."""

from __future__ import annotations

from typing import Any

from beancount_invoicing.entries.directives.amendments import DirectiveValues
from beancount_invoicing.entries.metadata import FindingCollector, Unreadable
from beancount_invoicing.entries.received import read_received, read_supplier
from beancount_invoicing.model import ReceivedRecord, SupplierRule


class SupplierDirectives:
    """The directives of suppliers and their invoices."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._received: list[ReceivedRecord] = []
        self._accounts: list[SupplierRule] = []

    def add_received(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A supplier's invoice that came, or an answer to it."""
        try:
            self._received.append(read_received(directive.date, values, directive.values, directive.source))
        except Unreadable as error:
            self.findings.error("directive", str(error), directive.source)

    def add_account(self, directive: DirectiveValues, values: list[Any]) -> None:
        """The account of a supplier's invoices."""
        try:
            self._accounts.append(read_supplier(directive.date, values, directive.source))
        except Unreadable as error:
            self.findings.error("directive", str(error), directive.source)

    def received(self) -> tuple[ReceivedRecord, ...]:
        """The records of suppliers' invoices, by date and place."""
        return tuple(sorted(self._received, key=lambda record: (record.date, record.source)))

    def accounts(self) -> tuple[SupplierRule, ...]:
        """The accounts of suppliers, by date and place."""
        return tuple(sorted(self._accounts, key=lambda rule: (rule.date, rule.source)))
