"""The entries of a period as an accountant books them: opening balances, journals, accounts by number, letters.

Amounts are in the books' currency, rounded to its decimals, above 0 for debits. Every entry adds up to zero, and on each account
opening and entries add up to the ledger's balance at the end of the period.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from babel.numbers import is_currency

from beancount_invoicing.accounting.journals import (
    CARRIED_FORWARD,
    CUSTOMERS,
    LAST_RESULT,
    OPENING,
    journal_of,
    usual_journals,
)
from beancount_invoicing.accounting.lettering import EntryOnAccount, Letter, lettering_on
from beancount_invoicing.accounting.results import (
    Movement,
    closes_accounts,
    financial_years_of,
    is_of_year_results,
    results_before,
)
from beancount_invoicing.accounting.valuation import CannotValue, booked_values
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Book, Day, Finding, Source
from beancount_invoicing.model.general_ledger import GeneralLedger, Journal, LedgerAccount, LedgerEntry, LedgerPosting
from beancount_invoicing.receivables import Allocated, allocate
from beancount_invoicing.rules.financial_year import FinancialYear


class CannotMakeEntries(ValueError):
    """The ledger lacks something that an accountant's entries need; `findings` say where and what to do."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(findings[0].message)
        self.findings = tuple(findings)


class Auxiliary(NamedTuple):
    """A customer's account below the account of all customers: its code, and the customer's name."""

    code: str
    name: str


class AccountingLine(NamedTuple):
    """A debit (above 0) or credit on an account, in the books' currency."""

    account: str
    """The ledger's."""
    number: str
    """Of the chart of accounts; "" if the ledger does not say it."""
    label: str
    auxiliary: Auxiliary | None
    amount: Decimal
    units: Decimal | None
    """In another currency: how much of it; None in the books' own."""
    currency: str
    """That currency; "" in the books' own."""
    letter: Letter | None
    source: Source
    reference: str = ""
    """In opening balances: the document of the item that is still open; otherwise that of the entry."""
    reference_date: Day | None = None


class AccountingEntry(NamedTuple):
    """An entry of a journal: its lines add up to zero. `number` counts the entries of the period, from 1, in their order."""

    number: int
    journal: Journal
    date: Day
    text: str
    reference: str
    """What it rests on: a document's number, the bank's own id …"""
    reference_date: Day
    lines: tuple[AccountingLine, ...]
    source: Source
    is_document: bool = False
    """Whether it is an invoice, a credit note …"""

    @property
    def is_opening(self) -> bool:
        """Whether it opens the balances of the period's first day."""
        return self.journal is OPENING and self.number == 1


class AccountingEntries(NamedTuple):
    """The entries of a period (both days inclusive), and what is not in them."""

    since: Day
    until: Day
    currency: str
    entries: tuple[AccountingEntry, ...]
    moneyless: tuple[Source, ...]
    """Transactions that move only goods or hours without a price."""
    closing: tuple[Source, ...] = ()
    """Entries of the period that close income and expenses into an account 12: a FEC has none."""


class ValuedEntry(NamedTuple):
    """A transaction that moves money."""

    entry: LedgerEntry
    postings: Sequence[tuple[LedgerPosting, Decimal]]
    """Those that move money, with their values."""


class ValuedEntries(NamedTuple):
    """The transactions up to a day that move money, and the places of those that do not."""

    entries: Sequence[ValuedEntry]
    moneyless: tuple[Source, ...]


def accounting_entries(
    general_ledger: GeneralLedger,
    book: Book,
    since: date,
    until: date,
    allocated: Allocated | None = None,
    known: ValuedEntries | None = None,
) -> AccountingEntries:
    """The entries from `since` to `until` (both inclusive), after the opening balances of `since`; letters as of `allocated`'s day,
    or else as of `until`.

    Income and expenses from before its financial year are opened as results of earlier years (plan comptable général, accounts 110
    to 129). `known`: the `valued_entries` up to `until`, if the caller has them.
    Raises CannotMakeEntries, with all entries that have no value in the books' currency.
    """
    valued, moneyless = known or valued_entries(general_ledger, book, until)
    closing = [dated.entry for dated in valued if closes_accounts(dated.entry, general_ledger)]
    valued = [dated for dated in valued if not closes_accounts(dated.entry, general_ledger)]
    years = financial_years_of(general_ledger, book, since)
    settled, letters = lettering_on(
        general_ledger, book, allocated or allocate(book, until), [since - timedelta(days=1)]
    )
    accounts = _Accounts(general_ledger, book, until)
    before = [entry for entry in valued if entry.entry.date < since]
    result: list[AccountingEntry] = []
    if before:
        opening = _Opening(before, accounts, settled, letters, years).entry(since)
        result += [opening] if opening.lines else []
    for dated in valued:
        if dated.entry.date >= since and _moves_something(dated, book):  # what moves nothing takes no number
            result.append(_entry(len(result) + 1, dated, accounts, letters))
    closed = tuple(entry.source for entry in closing if entry.date >= since)
    return AccountingEntries(since, until, book.currency, tuple(result), moneyless, closed)


def _moves_something(valued: ValuedEntry, book: Book) -> bool:
    """Whether any of an entry's lines has an amount."""
    return any(value or (posting.units and is_foreign(posting, book)) for posting, value in valued.postings)


def is_foreign(posting: LedgerPosting, book: Book) -> bool:
    """Whether a posting is in another currency than the books (ISO 4217): goods and shares are in none."""
    return posting.currency != book.currency and is_currency(posting.currency)


def valued_entries(general_ledger: GeneralLedger, book: Book, until: date) -> ValuedEntries:
    """The entries up to a day (inclusive) that move money, with their values, and the places of those that do not.

    Raises CannotMakeEntries, with all entries that have no value in the books' currency.
    """
    if not book.currency:
        message = _('the books have no currency: write option "operating_currency" "EUR", for example')
        raise CannotMakeEntries([Finding("error", "books-currency", message, Source(book.file, 1))])
    valued: list[ValuedEntry] = []
    moneyless: list[Source] = []
    findings: list[Finding] = []
    for entry in general_ledger.entries:
        if entry.date > until:
            break
        try:
            values = booked_values(entry, book)
        except CannotValue as error:
            findings.append(Finding("error", "entry-value", str(error), entry.source))
            continue
        money = [(posting, value) for posting, value in zip(entry.postings, values, strict=True) if value is not None]
        if money:
            valued.append(ValuedEntry(entry, money))
        else:
            moneyless.append(entry.source)
    if findings:
        raise CannotMakeEntries(findings)
    return ValuedEntries(valued, tuple(moneyless))


class _Accounts:
    """What the chart of accounts, the customers and the documents say of the ledger's accounts and references."""

    def __init__(self, general_ledger: GeneralLedger, book: Book, until: date) -> None:
        self.book = book
        self.usual_journals = usual_journals(book, until)
        self.general_ledger = general_ledger
        self.known = general_ledger.accounts
        self.result_roots = general_ledger.result_roots
        self._auxiliaries = _auxiliaries(book)
        self._labels: dict[str, str] = {}
        for account in sorted(self.known.values(), key=lambda account: account.source):
            if account.number and (account.has_label or account.name not in book.main_accounts):
                self._labels.setdefault(account.number, account.label)
        self._main = book.main_accounts
        self._documents: dict[str, date] = {invoice.number: invoice.date for invoice in reversed(book.invoices)}

    def is_of_result(self, name: str) -> bool:
        """Whether it is an account of income or expenses."""
        return name.split(":")[0] in self.result_roots

    def reference_date(self, entry: LedgerEntry) -> date:
        """The date of the document that an entry refers to; else its own."""
        return self._documents.get(entry.reference, entry.date)

    def label_of(self, number: str, otherwise: str) -> str:
        """What the ledger calls an account number, if it uses it."""
        return self._labels.get(number, otherwise)

    def account(self, name: str) -> LedgerAccount:
        """The account, also if nothing opens it."""
        return self.known.get(name) or LedgerAccount(name, "", name, Source("", 0))

    def label(self, name: str) -> str:
        """What an account's number is called: by the account that the ledger opens first with that number."""
        account = self.account(name)
        return self._labels.get(account.number, CUSTOMERS if name in self._main else account.label)

    def auxiliary(self, name: str) -> Auxiliary | None:
        """The customer whose account it is."""
        return self._auxiliaries.get(self._main.get(name, ""))


def _auxiliaries(book: Book) -> dict[str, Auxiliary]:
    """A code for each customer's main account: its last word, and as many before it as make it unique."""
    endings = {main: _endings(main) for main in book.customers}
    counts = Counter(ending for of_main in endings.values() for ending in of_main)
    return {
        main: Auxiliary(
            next((ending for ending in of_main if counts[ending] == 1), main).replace(":", "-"),
            book.customers[main].latest.name,
        )
        for main, of_main in endings.items()
    }


def _endings(account: str) -> list[str]:
    """The last word of an account's name, the last two … all of it."""
    words = account.split(":")
    return [":".join(words[-count:]) for count in range(1, len(words) + 1)]


def _entry(
    number: int, valued: ValuedEntry, accounts: _Accounts, letters: Mapping[EntryOnAccount, Letter]
) -> AccountingEntry:
    entry, book, lines = valued.entry, accounts.book, []
    for posting, value in valued.postings:
        foreign = is_foreign(posting, book)
        if not value and not (foreign and posting.units):
            continue
        lines.append(
            AccountingLine(
                account=posting.account,
                number=accounts.account(posting.account).number,
                label=accounts.label(posting.account),
                auxiliary=accounts.auxiliary(posting.account),
                amount=value,
                units=posting.units if foreign else None,
                currency=posting.currency if foreign else "",
                letter=letters.get(EntryOnAccount(entry.source, posting.account)),
                source=posting.source,
            )
        )
    journal = journal_of(entry, accounts.known, book.journals, accounts.usual_journals)
    reference = entry.reference or f"{journal.code}-{number}"
    return AccountingEntry(
        number=number,
        journal=journal,
        date=entry.date,
        text=entry.text,
        reference=reference,
        reference_date=accounts.reference_date(entry),
        lines=tuple(lines),
        source=entry.source,
        is_document=entry.is_document,
    )


class _Opening:
    """The opening balances (à nouveaux) of the first day of a period, customers' open items one by one."""

    def __init__(
        self,
        before: Sequence[ValuedEntry],
        accounts: _Accounts,
        settled: Mapping[EntryOnAccount, Letter],
        letters: Mapping[EntryOnAccount, Letter],
        years: Sequence[FinancialYear],
    ) -> None:
        self._before = before
        self._accounts = accounts
        self._settled = settled
        self._letters = letters
        self._years = years
        self._entries = {valued.entry.source: valued.entry for valued in before}

    def entry(self, since: date) -> AccountingEntry:
        """The entry of the first day. Income and expenses of the same financial year are on their accounts."""
        balances: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        items: defaultdict[str, dict[EntryOnAccount, Decimal]] = defaultdict(dict)
        of_results: list[Movement] = []
        on_year_results: list[Movement] = []
        for entry, postings in self._before:
            for posting, value in postings:
                account = posting.account
                if entry.date < self._years[-1].first and self._accounts.is_of_result(account):
                    of_results.append(Movement(entry.date, account, value))
                    continue
                balances[account] += value
                if account in self._accounts.book.main_accounts:
                    place = EntryOnAccount(entry.source, account)
                    if place not in self._settled:
                        items[account][place] = items[account].get(place, ZERO) + value
                elif is_of_year_results(account, self._accounts.general_ledger):
                    on_year_results.append(Movement(entry.date, account, value))
        results = results_before(of_results, self._years, on_year_results)
        for account, appropriated in results.appropriated.items():
            balances[account] -= appropriated
        lines = self._lines(balances, items)
        for amount, accounts in ((results.carried_forward, CARRIED_FORWARD), (results.last_year, LAST_RESULT)):
            lines += [self._result(amount, accounts)] if amount else []
        source = self._before[-1].entry.source
        return AccountingEntry(
            1, OPENING, since, OPENING.name, f"{OPENING.code}-{since.year}", since, tuple(lines), source
        )

    def _lines(
        self, balances: Mapping[str, Decimal], items: Mapping[str, Mapping[EntryOnAccount, Decimal]]
    ) -> list[AccountingLine]:
        """What is open on customers' accounts, item by item, and the other accounts' balances."""
        lines: list[AccountingLine] = []
        for account in sorted(balances, key=lambda name: (self._accounts.account(name).number, name)):
            open_items = [self._item(place, value) for place, value in items.get(account, {}).items() if value]
            lines += open_items
            balance = balances[account] - sum((line.amount for line in open_items), ZERO)
            if balance:
                lines.append(self._line(account, balance, self._accounts.account(account).source))
        return lines

    def _result(self, amount: Decimal, accounts: tuple[tuple[str, str], tuple[str, str]]) -> AccountingLine:
        """The result of earlier years: on the account of profits (credits), or that of losses; its number is French or empty."""
        number, label = accounts[0] if amount < 0 else accounts[1]
        if not self._accounts.usual_journals.has_french_chart:
            return AccountingLine("", "", label, None, amount, None, "", None, self._before[-1].entry.source)
        label = self._accounts.label_of(number, label)
        return AccountingLine("", number, label, None, amount, None, "", None, self._before[-1].entry.source)

    def _item(self, place: EntryOnAccount, value: Decimal) -> AccountingLine:
        """What an entry left open on a customer's account."""
        entry = self._entries[place.entry]
        return self._line(place.account, value, entry.source)._replace(
            letter=self._letters.get(place),
            reference=entry.reference,
            reference_date=self._accounts.reference_date(entry),
        )

    def _line(self, account: str, amount: Decimal, source: Source) -> AccountingLine:
        return AccountingLine(
            account=account,
            number=self._accounts.account(account).number,
            label=self._accounts.label(account),
            auxiliary=self._accounts.auxiliary(account),
            amount=amount,
            units=None,
            currency="",
            letter=None,
            source=source,
        )


def left_out_notices(entries: AccountingEntries, book: Book) -> list[str]:
    """What a file of entries for an accountant has that it should not have, and what it lacks: drafts, hours without a price."""
    notices = []
    drafts = [
        invoice.number for invoice in book.invoices if invoice.draft and entries.since <= invoice.date <= entries.until
    ]
    if drafts:
        notices.append(
            _n(
                len(drafts),
                "a draft is among the entries: {numbers}; issue it, or take it out, before you hand the file over",
                "drafts are among the entries: {numbers}; issue them, or take them out, before you hand the file over",
                numbers=", ".join(drafts),
            )
        )
    if entries.moneyless:
        notices.append(
            _n(
                len(entries.moneyless),
                "{count} transaction moves only hours or goods without a price, and is not in it",
                "{count} transactions move only hours or goods without a price, and are not in it",
                count=len(entries.moneyless),
            )
        )
    return notices
