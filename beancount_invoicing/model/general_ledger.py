"""All of a ledger's entries as an accountant sees them: journals, accounts with their numbers, debits and credits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model.values import Day, Source


class LedgerAccount(NamedTuple):
    """An account of the ledger, and what the accountant's chart of accounts calls it."""

    name: str
    number: str
    """In the chart of accounts: "411"; "" if the ledger does not say it."""
    label: str
    source: Source
    has_label: bool = False
    """Whether the ledger says the label; otherwise it is made of the account's name."""
    closing: str = ""
    """What it is for in closing entries, by the key `closing` on its `open`: "accrued-income" …"""


class LedgerPosting(NamedTuple):
    """A posting: `units` of `currency`, above 0 for a debit, and its weight, by which Beancount balances the transaction."""

    account: str
    units: Decimal
    currency: str
    weight: Decimal
    weight_currency: str
    source: Source
    tax: str = ""
    """The tax code that it names (`tax`)."""


class LedgerEntry(NamedTuple):
    """A transaction of the ledger."""

    date: Day
    text: str
    """Payee and narration."""
    reference: str
    """What the entry rests on: its document's number, else the bank's own id, else its first link; "" without any."""
    journal: str
    """The code of the journal that the entry itself names (`journal`); "" otherwise."""
    is_document: bool
    """Whether it is an invoice, a credit note …; opening items are documents of other books."""
    is_opening: bool
    """Whether it takes open items over from other books."""
    tags: frozenset[str]
    postings: tuple[LedgerPosting, ...]
    source: Source
    links: frozenset[str] = frozenset()


class Journal(NamedTuple):
    """A journal of the accounts, and which entries belong to it: custom "invoice-journal"."""

    code: str
    name: str
    source: Source
    accounts: tuple[str, ...] = ()
    """Entries that touch one of these accounts, or an account below them."""
    documents: bool = False
    """Invoices, credit notes …"""


class RootAccounts(NamedTuple):
    """What the ledger calls the roots of accounts."""

    assets: str = "Assets"
    liabilities: str = "Liabilities"
    expenses: str = "Expenses"


class GeneralLedger(NamedTuple):
    """Every transaction, in Beancount's order, and the accounts that they use, by name."""

    accounts: Mapping[str, LedgerAccount]
    entries: tuple[LedgerEntry, ...]
    result_roots: frozenset[str] = frozenset({"Income", "Expenses"})
    """The root accounts of income and expenses."""
    roots: RootAccounts = RootAccounts()
