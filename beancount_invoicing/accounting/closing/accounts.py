"""The accounts of closing entries: by what their `open` says, else by their number in the French chart of accounts.

The numbers are those of the French chart of accounts (plan comptable général, règlement ANC 2014-03).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerAccount, RootAccounts

ClosingRole = Literal[
    "accrued-income", "accrued-credit", "accrued-tax", "deferred-income", "receivables", "unrealised-loss",
    "unrealised-gain", "doubtful", "allowance", "allowance-expense", "retention",
]  # fmt: skip


class _Chart(NamedTuple):
    """What an account is called: in words, by number, and below which root under which name it may be opened."""

    words: str
    number: str
    root: Literal["assets", "liabilities", "expenses"]
    english: str
    french: str


_CHART: dict[ClosingRole, _Chart] = {
    "accrued-income": _Chart(_("invoices to be issued"), "418", "assets", "AccruedIncome", "FacturesAEtablir"),
    "accrued-credit": _Chart(_("credit notes to be issued"), "4198", "liabilities", "AccruedCredits", "AvoirsAEtablir"),
    "accrued-tax": _Chart(_("VAT to be regularised"), "44587", "liabilities", "AccruedTax", "TVAFacturesAEtablir"),
    "deferred-income": _Chart(_("deferred income"), "487", "liabilities", "DeferredIncome", "ProduitsConstatesDAvance"),
    "receivables": _Chart(_("adjustments of receivables"), "411", "assets", "Receivables", "Clients"),
    "unrealised-loss": _Chart(_("unrealised exchange losses"), "476", "assets", "UnrealisedLosses", "EcartsActif"),
    "unrealised-gain": _Chart(_("unrealised exchange gains"), "477", "liabilities", "UnrealisedGains", "EcartsPassif"),
    "doubtful": _Chart(_("doubtful receivables"), "416", "assets", "Doubtful", "ClientsDouteux"),
    "allowance": _Chart(_("allowances for receivables"), "491", "assets", "Allowances", "Depreciations"),
    "allowance-expense": _Chart(_("additions to allowances"), "6817", "expenses", "Allowances", "Dotations"),
    "retention": _Chart(_("retentions"), "4117", "assets", "Retentions", "RetenuesDeGarantie"),
}
ROLES: tuple[str, ...] = tuple(_CHART)
"""The texts that `closing` on an `open` may have."""
_CUSTOMERS, _RETENTION = "411", "4117"


class ClosingAccounts:
    """The accounts of closing entries that are open on a day; those that are asked for and missing are remembered."""

    def __init__(self, general_ledger: GeneralLedger, book: Book, day: date) -> None:
        self._general_ledger, self._book, self._day = general_ledger, book, day
        self._parents = {main.rsplit(":", cut)[0] for main in book.customers for cut in range(1, main.count(":") + 1)}
        self._taxes = {
            account
            for dated in book.taxes.values()
            for _since, tax in dated.versions
            for account in (tax.account, tax.pending)
            if account
        }
        self._found: dict[ClosingRole, LedgerAccount | None] = {}
        self._missing: set[ClosingRole] = set()

    def has(self, role: ClosingRole) -> bool:
        """Whether the ledger has such an account."""
        return self._find(role) is not None

    def of(self, role: ClosingRole) -> str:
        """The account of a role; "" if there is none, which `findings` reports then."""
        account = self._find(role)
        if account is None or not self._open(account):
            self._missing.add(role)
        return account.name if account else ""

    def findings(self) -> list[Finding]:
        """What is missing, with the lines to write, and what no role is called."""
        return [*self._misspelt(), *(self._lacking(role) for role in ROLES if role in self._missing)]

    def is_numbered(self, account: str, role: ClosingRole) -> bool:
        """Whether an account's own number is already that of a role."""
        known = self._general_ledger.accounts.get(account)
        return known is not None and known.number.startswith(_CHART[role].number)

    def _find(self, role: ClosingRole) -> LedgerAccount | None:
        if role not in self._found:
            accounts = self._general_ledger.accounts.values()
            named = [account for account in accounts if account.closing == role]
            self._found[role] = next(iter(sorted(named)), None) or self._numbered(role, accounts)
        return self._found[role]

    def _numbered(self, role: ClosingRole, accounts: Collection[LedgerAccount]) -> LedgerAccount | None:
        """The account of that number, else of the shortest number that begins so; never a customer's, nor one of taxes."""
        number = _CHART[role].number
        candidates = [
            account
            for account in accounts
            if account.number.startswith(number)
            and not account.closing
            and (number != _CUSTOMERS or not account.number.startswith(_RETENTION))
            and account.name not in self._book.main_accounts
            and account.name not in self._parents
            and account.name not in self._taxes
            and account.name not in self._book.closed_accounts
        ]
        return min(candidates, key=lambda account: (len(account.number), account.number, account.name), default=None)

    def _open(self, account: LedgerAccount) -> bool:
        return self._book.opened_accounts.get(account.name, date.max) <= self._day

    def _misspelt(self) -> list[Finding]:
        return [
            Finding(
                "error",
                "closing-account",
                _(
                    'closing: "{text}" on {account} is not known: it may be {roles}',
                    text=account.closing,
                    account=account.name,
                    roles=", ".join(ROLES),
                ),
                account.source,
            )
            for account in sorted(self._general_ledger.accounts.values())
            if account.closing and account.closing not in ROLES
        ]

    def _lacking(self, role: ClosingRole) -> Finding:
        chart, account = _CHART[role], self._find(role)
        if account is not None:
            message = _(
                "{account} ({words}) is opened after {day}: give its open the date {day}",
                account=account.name,
                words=chart.words,
                day=self._day,
            )
            return Finding("error", "closing-account", message, account.source)
        key, value = self._key(role)
        message = _(
            'no account is known for {words} ({number}): write {day} open {account}, and on the line below it {key}: "{value}"',
            words=chart.words,
            number=chart.number,
            day=self._day,
            account=suggested_account(role, self._general_ledger.roots, self._book.books_language(self._day)),
            key=key,
            value=value,
        )
        return Finding("error", "closing-account", message, self._book.option_source(""))

    def _key(self, role: ClosingRole) -> tuple[str, str]:
        """The key and value that make an account one of this role: its number, if this ledger numbers its accounts."""
        if any(account.number for account in self._general_ledger.accounts.values()):
            return self._book.option("account-number-key", self._book.last_date, "pcg"), _CHART[role].number
        return "closing", role


def suggested_account(role: ClosingRole, roots: RootAccounts, language: str) -> str:
    """A name for an account of a role, in the language of the books (two letters)."""
    chart = _CHART[role]
    group, name = ("Cloture", chart.french) if language == "fr" else ("Closing", chart.english)
    return f"{getattr(roots, chart.root)}:{group}:{name}"
