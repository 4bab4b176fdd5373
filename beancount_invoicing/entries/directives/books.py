"""What belongs to the books as a whole: bank accounts, journals, closed periods, and what a platform handles beside documents."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import Any

from beancount_invoicing.entries.bank_accounts import bank_account
from beancount_invoicing.entries.directives.amendments import DirectiveValues, amended
from beancount_invoicing.entries.flows import read_flow
from beancount_invoicing.entries.locks import read_lock, read_reopening
from beancount_invoicing.entries.metadata import ACCOUNT, FindingCollector, Unreadable
from beancount_invoicing.messages import _
from beancount_invoicing.model import Dated, FlowRecord
from beancount_invoicing.model.banks import BankAccount
from beancount_invoicing.model.general_ledger import Journal
from beancount_invoicing.model.locks import Lock, Reopening


class BookDirectives:
    """The directives of bank accounts, journals, locks, reopenings and flows."""

    def __init__(self, findings: FindingCollector, assets: str) -> None:
        self.findings = findings
        self._assets = assets
        self._banks: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._journals: list[Journal] = []
        self._locks: list[Lock] = []
        self._reopenings: list[Reopening] = []
        self._flows: list[FlowRecord] = []

    def add_bank(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A bank account and its table."""
        match values:
            case [str(account)] if ACCOUNT.match(account):
                self._banks[account].append(directive)
            case _:
                self.findings.error(
                    "directive",
                    _(
                        'a bank account has one value, its account: {day} custom "invoice-bank" {assets}:Bank',
                        day=directive.date,
                        assets=self._assets,
                    ),
                    directive.source,
                )

    def add_journal(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A journal of the books."""
        match values:
            case [str(code), str(name)] if code.strip() and name.strip():
                self._journals.append(
                    Journal(
                        code.strip(),
                        name.strip(),
                        directive.source,
                        tuple((directive.values.get("accounts") or "").split()),
                        bool(directive.values.get("documents")),
                    )
                )
            case _:
                self.findings.error(
                    "directive",
                    _(
                        'a journal has two values, its code and its name: {day} custom "invoice-journal" "BQ" "Banque"',
                        day=directive.date,
                    ),
                    directive.source,
                )

    def add_lock(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A day up to which the books are closed."""
        try:
            self._locks.append(read_lock(directive.date, values, directive.values, directive.source))
        except Unreadable as error:
            self.findings.error("directive", str(error), directive.source)

    def add_reopening(self, directive: DirectiveValues, values: list[Any]) -> None:
        """The reopening of closed books."""
        try:
            self._reopenings.append(read_reopening(directive.date, values, directive.values, directive.source))
        except Unreadable as error:
            self.findings.error("directive", str(error), directive.source)

    def add_flow(self, directive: DirectiveValues, values: list[Any]) -> None:
        """What a platform handles beside documents."""
        try:
            self._flows.append(read_flow(directive.date, values, directive.values, directive.source))
        except Unreadable as error:
            self.findings.error("directive", str(error), directive.source)

    def bank_accounts(self) -> dict[str, Dated[BankAccount]]:
        """The bank accounts; one whose table is wrong is left out."""
        result = {}
        for account in sorted(self._banks):
            dated = amended(
                self._banks[account],
                _("bank account {account}", account=account),
                partial(bank_account, account, findings=self.findings),
                self.findings,
            )
            if dated:
                result[account] = dated
        return result

    def journals(self) -> tuple[Journal, ...]:
        """The journals that the ledger names, in the order of their directives: an entry belongs to the first that takes it."""
        return tuple(self._journals)

    def closings(self) -> tuple[tuple[Lock, ...], tuple[Reopening, ...]]:
        """The locks of the books, and the reopenings."""
        return tuple(self._locks), tuple(self._reopenings)

    def flows(self) -> tuple[FlowRecord, ...]:
        """What a platform handles beside documents, by date and place."""
        return tuple(sorted(self._flows, key=lambda flow: (flow.date, flow.source)))
