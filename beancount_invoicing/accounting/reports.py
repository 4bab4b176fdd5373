"""The accountant's reports of a period: journals, the customers' ledger, the trial balance, lettering.

Each is a table of values with the sums that it must meet: what the ledger itself says of the same accounts. Amounts are in the
books' currency, debits and credits apart; `source` leads back to the file and line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.accounting.entries import AccountingEntries, AccountingEntry, AccountingLine
from beancount_invoicing.accounting.unlettered import why_unlettered
from beancount_invoicing.accounting.valuation import booked_values
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Source
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import Allocated, allocate

Cell = str | date | Decimal | int | Source | None
Kind = Literal["text", "date", "amount", "count", "source"]


class ReportColumn(NamedTuple):
    """A column: its stable name (in JSON and CSV), its title, what it holds; `summed`: a total is below it."""

    name: str
    title: str
    kind: Kind = "text"
    summed: bool = False
    in_table: bool = True
    """Whether a table in a terminal has room for it; files have every column."""


class Reconciliation(NamedTuple):
    """A sum of the report beside what the ledger says: the balance of the accounts that it shows."""

    subject: str
    reported: Decimal
    booked: Decimal

    @property
    def difference(self) -> Decimal:
        """What the report says more."""
        return self.reported - self.booked


def difference_text(sums: Reconciliation, currency: str) -> str:
    """The message that a sum differs from the ledger's, with both figures."""
    return _(
        "{subject}: {reported} in this report differs from {booked} in the ledger by {difference} {currency}",
        subject=sums.subject,
        reported=sums.reported,
        booked=sums.booked,
        difference=sums.difference,
        currency=currency,
    )


class Report(NamedTuple):
    """A table of a period (both days inclusive) in the books' currency; `currency` is "" if it has no amounts."""

    name: str
    title: str
    since: date
    until: date
    currency: str
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    reconciliations: tuple[Reconciliation, ...] = ()

    @property
    def totals(self) -> dict[str, Decimal]:
        """The sums of the columns that have one, by the columns' names."""
        return {
            column.name: sum((cell for row in self.rows if isinstance(cell := row[place], Decimal)), ZERO)
            for place, column in enumerate(self.columns)
            if column.summed
        }

    @property
    def unreconciled(self) -> tuple[Reconciliation, ...]:
        """The sums that the ledger does not confirm: none, by construction, but for a cent of roundings a hundred rows."""
        allowed = Decimal("0.01") * max(1, len(self.rows) // 100)
        return tuple(sums for sums in self.reconciliations if abs(sums.difference) >= allowed)


_ACCOUNT = (ReportColumn("account_number", _("no.")), ReportColumn("account", _("account")))
_DEBIT_CREDIT = (
    ReportColumn("debit", _("debit"), "amount", summed=True),
    ReportColumn("credit", _("credit"), "amount", summed=True),
)
_SOURCE = ReportColumn("source", _("where"), "source")


def journal_report(entries: AccountingEntries, codes: Collection[str] | None) -> Report:
    """The lines of some journals, or of all if `codes` is empty; None: of invoices, credit notes … Its debits are its credits."""
    chosen = [
        entry
        for entry in entries.entries
        if (entry.is_document if codes is None else not codes or entry.journal.code in codes)
    ]
    columns = (
        ReportColumn("journal", _("journal")),
        ReportColumn("entry", _("entry"), "count"),
        ReportColumn("date", _("date"), "date"),
        ReportColumn("reference", _("reference")),
        *_ACCOUNT,
        ReportColumn("customer", _("customer")),
        ReportColumn("text", _("text")),
        *_DEBIT_CREDIT,
        ReportColumn("units", _("in its currency"), "amount"),
        ReportColumn("currency", ""),
        _SOURCE,
    )
    rows = tuple(
        (
            entry.journal.code, entry.number, entry.date, line.reference or entry.reference, line.number,
            line.account or line.label, line.auxiliary.name if line.auxiliary else "", entry.text, *_sides(line.amount),
            line.units, line.currency, line.source,
        )
        for entry, line in _lines(chosen)
    )  # fmt: skip
    balance = sum((line.amount for _entry, line in _lines(chosen)), ZERO)
    title = _("Sales journal") if codes is None else _("Journals")
    off = (Reconciliation(_("debits less credits"), balance, ZERO),) if balance else ()
    return _report("journal", title, entries, columns, rows, off)


def ledger_report(
    entries: AccountingEntries, general_ledger: GeneralLedger, book: Book, accounts: Collection[str]
) -> Report:
    """The customers' ledger (grand livre auxiliaire): every line on customers' accounts, with the balance after it.

    `accounts`: only these main accounts; all customers if it is empty.
    """
    columns = (
        ReportColumn("customer", _("customer")),
        ReportColumn("account", _("account")),
        ReportColumn("date", _("date"), "date"),
        ReportColumn("journal", _("journal")),
        ReportColumn("reference", _("reference")),
        ReportColumn("text", _("text")),
        *_DEBIT_CREDIT,
        ReportColumn("balance", _("balance"), "amount"),
        ReportColumn("letter", _("letter")),
        ReportColumn("lettered_on", _("lettered on"), "date"),
        _SOURCE,
    )
    rows: list[tuple[Cell, ...]] = []
    by_account = _customers_lines(entries, book, accounts)
    for account in sorted(by_account):
        balance = ZERO
        for entry, line in by_account[account]:
            balance += line.amount
            name = line.auxiliary.name if line.auxiliary else ""
            rows.append(
                (
                    name, account, line.reference_date or entry.date, entry.journal.code, line.reference or entry.reference,
                    entry.text, *_sides(line.amount), balance, line.letter.code if line.letter else "",
                    line.letter.completed_on if line.letter else None, line.source,
                )
            )  # fmt: skip
    closing = sum((line.amount for lines in by_account.values() for _entry, line in lines), ZERO)
    agreed = Reconciliation(_("balance"), closing, booked_balance(general_ledger, book, by_account, entries.until))
    return _report("ledger", _("Customers' ledger"), entries, columns, rows, (agreed,))


def balance_report(entries: AccountingEntries, general_ledger: GeneralLedger, book: Book, *, general: bool) -> Report:
    """The trial balance: opening, debit, credit and closing of each customer's account, or of every account if `general`.

    What had nothing open at the beginning and moved nothing is left out.
    """
    columns = (
        *_ACCOUNT,
        ReportColumn("name", _("name")),
        ReportColumn("opening", _("opening"), "amount", summed=True),
        *_DEBIT_CREDIT,
        ReportColumn("closing", _("closing"), "amount", summed=True),
    )
    by_account = _all_lines(entries) if general else _customers_lines(entries, book, ())
    rows: list[tuple[Cell, ...]] = []
    for _account, lines in sorted(by_account.items(), key=lambda item: (item[1][0][1].number, item[0])):
        opening = sum((line.amount for entry, line in lines if entry.is_opening), ZERO)
        moved = [line.amount for entry, line in lines if not entry.is_opening]
        debit = sum((amount for amount in moved if amount > 0), ZERO)
        credit = -sum((amount for amount in moved if amount < 0), ZERO)
        if opening or debit or credit:
            first = lines[0][1]
            rows.append(
                (
                    first.number,
                    first.account,
                    _name(first, general_ledger),
                    opening,
                    debit,
                    credit,
                    opening + debit - credit,
                )
            )
    closing = sum((line.amount for lines in by_account.values() for _entry, line in lines), ZERO)
    booked = ZERO if general else booked_balance(general_ledger, book, by_account, entries.until)
    title = _("Trial balance") if general else _("Trial balance of customers")
    return _report("balance", title, entries, columns, rows, (Reconciliation(_("closing"), closing, booked),))


def _name(line: AccountingLine, general_ledger: GeneralLedger) -> str:
    """Whose account it is: the customer's, or else what the account itself is called, not all accounts of its number."""
    if line.auxiliary:
        return line.auxiliary.name
    account = general_ledger.accounts.get(line.account)
    return account.label if account else line.label


def lettering_report(
    entries: AccountingEntries, book: Book, accounts: Collection[str], allocated: Allocated | None = None
) -> Report:
    """The lines on customers' accounts by their letters, and last those without one, and why: each set adds up to zero.

    `allocated`: the allocations of the last day, if the caller has them.
    """
    why = why_unlettered(book, entries.until, allocated or allocate(book, entries.until))
    columns = (
        ReportColumn("customer", _("customer")),
        ReportColumn("account", _("account")),
        ReportColumn("letter", _("letter")),
        ReportColumn("lettered_on", _("lettered on"), "date"),
        ReportColumn("date", _("date"), "date"),
        ReportColumn("reference", _("reference")),
        ReportColumn("text", _("text")),
        *_DEBIT_CREDIT,
        ReportColumn("open_because", _("open because")),
        _SOURCE,
    )
    rows: list[tuple[Cell, ...]] = []
    lettered: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for account, lines in sorted(_customers_lines(entries, book, accounts).items()):
        for entry, line in sorted(lines, key=_by_letter):
            letter = line.letter
            reference = line.reference or entry.reference
            if letter:
                lettered[account, letter.code] += line.amount
            rows.append(
                (
                    line.auxiliary.name if line.auxiliary else "", account, letter.code if letter else "",
                    letter.completed_on if letter else None, line.reference_date or entry.date, reference,
                    entry.text, *_sides(line.amount), "" if letter else why(line.source, reference), line.source,
                )
            )  # fmt: skip
    off = tuple(
        Reconciliation(_("{account}, letter {code}", account=account, code=code), amount, ZERO)
        for (account, code), amount in sorted(lettered.items())
        if amount
    )
    return _report("lettering", _("Lettering"), entries, columns, rows, off)


def _by_letter(dated: tuple[AccountingEntry, AccountingLine]) -> tuple[bool, int, str, date, Source]:
    entry, line = dated
    code = line.letter.code if line.letter else ""
    return not code, len(code), code, line.reference_date or entry.date, line.source


def _report(
    name: str,
    title: str,
    entries: AccountingEntries,
    columns: tuple[ReportColumn, ...],
    rows: Iterable[tuple[Cell, ...]],
    reconciliations: tuple[Reconciliation, ...],
) -> Report:
    return Report(name, title, entries.since, entries.until, entries.currency, columns, tuple(rows), reconciliations)


def _sides(amount: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """An amount as debit or credit."""
    return (amount, None) if amount > 0 else (None, -amount)


def _lines(entries: Iterable[AccountingEntry]) -> Iterable[tuple[AccountingEntry, AccountingLine]]:
    return ((entry, line) for entry in entries for line in entry.lines)


_LinesByAccount = dict[str, list[tuple[AccountingEntry, AccountingLine]]]


def _all_lines(entries: AccountingEntries) -> _LinesByAccount:
    by_account: defaultdict[str, list[tuple[AccountingEntry, AccountingLine]]] = defaultdict(list)
    for entry, line in _lines(entries.entries):
        by_account[line.account or line.label].append((entry, line))
    return by_account


def _customers_lines(entries: AccountingEntries, book: Book, accounts: Collection[str]) -> _LinesByAccount:
    """The lines on customers' accounts; of some, if `accounts` names main accounts."""
    return {
        account: lines
        for account, lines in _all_lines(entries).items()
        if account in book.main_accounts and (not accounts or book.main_accounts[account] in accounts)
    }


def booked_balance(general_ledger: GeneralLedger, book: Book, accounts: Collection[str], until: date) -> Decimal:
    """What the ledger's postings on some accounts add up to at the end of a day, in the books' currency: each as its entry is
    booked, to the cent. Raises CannotValue.
    """
    total = ZERO
    for entry in general_ledger.entries:
        if entry.date > until:
            break
        if any(posting.account in accounts for posting in entry.postings):
            values = zip(entry.postings, booked_values(entry, book), strict=True)
            total += sum((value for posting, value in values if value and posting.account in accounts), ZERO)
    return total
