"""What an auditor asks for at a year's end: what was open on a day, and what has become of it since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Source
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import Allocated, Statement
from beancount_invoicing.receivables.allocation import Allocation, OpenItem
from beancount_invoicing.words import word

OPEN_COLUMNS = (
    ReportColumn("customer", _("customer")),
    ReportColumn("account_number", _("no.")),
    ReportColumn("account", _("account")),
    ReportColumn("document", _("document")),
    ReportColumn("date", _("date"), "date"),
    ReportColumn("due", _("due"), "date"),
    ReportColumn("days_late", _("days late"), "count"),
    ReportColumn("amount", _("amount"), "amount"),
    ReportColumn("open", _("open"), "amount"),
    ReportColumn("currency", ""),
    ReportColumn("source", _("where"), "source"),
)


def open_items_report(general_ledger: GeneralLedger, book: Book, allocated: Allocated) -> Report:
    """What customers owed at the end of `allocated`'s day, instalment by instalment, and money that settles no document.

    Amounts are in the currency of each document. Their sums are the balances of the customers' accounts, by currency.
    """
    day = allocated.as_of
    rows: list[tuple[Cell, ...]] = []
    for item in allocated.open_items:
        if item.open:
            due = item.instalment.due_at(day)
            late = max((day - due).days, 0) if due and item.open > 0 else 0
            rows.append(
                (
                    _name(book, item.account, day), _number(general_ledger, item.account), item.account, item.invoice.number,
                    item.invoice.date, due, late or None, item.amount, item.open, item.invoice.currency, item.invoice.source,
                )
            )  # fmt: skip
    for left in allocated.unallocated:
        payment = left.payment
        rows.append(
            (
                _name(book, payment.account, day), _number(general_ledger, payment.account), payment.account, "", payment.date,
                None, None, None, left.amount, payment.currency, payment.source,
            )
        )  # fmt: skip
    rows.sort(key=_row_order)
    balances = _balances(book, day)
    sums = _sums(rows, 8, 9)
    return Report(
        "open-items",
        _("Open items"),
        day,
        day,
        book.currency,
        OPEN_COLUMNS,
        tuple(rows),
        tuple(
            Reconciliation(_("balance in {currency}", currency=currency), sums[currency], balances[currency])
            for currency in sorted(sums.keys() | balances.keys())
        ),
    )


def _row_order(row: tuple[Cell, ...]) -> tuple[str, ...]:
    return (str(row[0]).casefold(), str(row[2]), str(row[4]), str(row[3]), str(row[5]), str(row[10]))


def _name(book: Book, account: str, day: date) -> str:
    """The name of the customer whose account it is, on a day."""
    dated = book.customers.get(book.main_accounts.get(account, account))
    return dated.at(day).name if dated else account


def _number(general_ledger: GeneralLedger, account: str) -> str:
    known = general_ledger.accounts.get(account)
    return known.number if known else ""


def _sums(rows: Sequence[tuple[Cell, ...]], amount: int, currency: int) -> defaultdict[str, Decimal]:
    """The sums of a column, by the currency of another."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        value = row[amount]
        if isinstance(value, Decimal):
            sums[str(row[currency])] += value
    return sums


def _balances(book: Book, day: date, accounts: Mapping[str, str] | None = None) -> defaultdict[str, Decimal]:
    """What the ledger says that customers owe at the end of a day, without drafts, by currency; `accounts`: only on these."""
    balances: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for movement in book.customer_movements:
        if movement.date <= day and (accounts is None or movement.account in accounts):
            balances[movement.currency] += movement.amount
    for invoice in book.invoices:
        if invoice.draft and invoice.booked_from <= day:
            for instalment in invoice.instalments:
                if accounts is None or instalment.account in accounts:
                    balances[invoice.currency] -= instalment.amount
    return defaultdict(lambda: ZERO, {currency: balance for currency, balance in balances.items() if balance})


SETTLED_COLUMNS = (
    ReportColumn("customer", _("customer")),
    ReportColumn("document", _("document")),
    ReportColumn("due", _("due"), "date"),
    ReportColumn("open", _("open on the day"), "amount"),
    ReportColumn("settled_on", _("settled on"), "date"),
    ReportColumn("how", _("how")),
    ReportColumn("settled", _("settled"), "amount"),
    ReportColumn("left", _("still open"), "amount"),
    ReportColumn("currency", ""),
    ReportColumn("source", _("where"), "source"),
)
_MONEY = {"settles", "link", "oldest", "at-once"}


def post_closing_report(book: Book, at_closing: Allocated, later: Allocated) -> Report:
    """What became of the documents that were open at the end of `at_closing`'s day, until `later`'s (inclusive): payments, credit
    notes, losses; money that came back is negative. The first row of a document has what was open, the last what still is.
    """
    day = at_closing.as_of
    open_by_document = _open_by_document(at_closing)
    left = {key: sum((item.open for item in items), ZERO) for key, items in _open_by_document(later).items()}
    since: defaultdict[int, list[Allocation]] = defaultdict(list)
    for allocation in later.allocations:
        if allocation.date > day and id(allocation.invoice) in open_by_document:
            since[id(allocation.invoice)].append(allocation)
    rows: list[tuple[Cell, ...]] = []
    for key, items in open_by_document.items():
        invoice = items[0].invoice
        due = min((when for item in items if (when := item.instalment.due_at(day))), default=None)
        own = sorted(since[key], key=lambda allocation: (allocation.date, allocation.source, allocation.amount))
        settlements: list[tuple[date | None, str, Decimal | None, Source]] = [
            (allocation.date, _how(allocation), allocation.amount, allocation.source) for allocation in own
        ] or [(None, "", None, invoice.source)]
        for place, (settled_on, how, amount, source) in enumerate(settlements):
            rows.append(
                (
                    _name(book, items[0].account, day), invoice.number, due,
                    sum((item.open for item in items), ZERO) if place == 0 else None, settled_on, how, amount,
                    left.get(key, ZERO) if place == len(settlements) - 1 else None, invoice.currency, source,
                )
            )  # fmt: skip
    rows = _by_customer(rows)
    opened, settled, rest = (_sums(rows, place, 8) for place in (3, 6, 7))
    return Report(
        "post-closing",
        _("What became of the open items"),
        day,
        later.as_of,
        book.currency,
        SETTLED_COLUMNS,
        tuple(rows),
        tuple(
            Reconciliation(
                _("settled and still open in {currency}", currency=currency),
                settled[currency] + rest[currency],
                opened[currency],
            )
            for currency in sorted(opened)
        ),
    )


def _open_by_document(allocated: Allocated) -> dict[int, list[OpenItem]]:
    """What is open, by document (its `id`)."""
    by_document: defaultdict[int, list[OpenItem]] = defaultdict(list)
    for item in allocated.open_items:
        if item.open:
            by_document[id(item.invoice)].append(item)
    return dict(by_document)


def _how(allocation: Allocation) -> str:
    return word("payment") if allocation.how in _MONEY else word(allocation.how)


def _by_customer(rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """The rows by customer, and of each in the order in which they are."""
    return sorted(rows, key=lambda row: str(row[0]).casefold())


CONFIRMED_COLUMNS = (
    ReportColumn("customer", _("customer")),
    ReportColumn("account", _("account")),
    ReportColumn("balance", _("balance"), "amount"),
    ReportColumn("currency", ""),
    ReportColumn("items", _("open items"), "count"),
    ReportColumn("language", _("language")),
)


def confirmations_report(book: Book, statements: Sequence[Statement], languages: Sequence[str], day: date) -> Report:
    """The balances that customers are asked to confirm, beside the ledger's own; `languages`: that of each letter."""
    rows: list[tuple[Cell, ...]] = [
        (
            statement.customer.name, statement.customer.account, currency.closing, currency.currency, len(currency.open),
            language,
        )
        for statement, language in zip(statements, languages, strict=True)
        for currency in statement.currencies
    ]  # fmt: skip
    mains = {statement.customer.account for statement in statements}
    accounts = {account: main for account, main in book.main_accounts.items() if main in mains}
    balances, sums = _balances(book, day, accounts), _sums(rows, 2, 3)
    return Report(
        "confirmations",
        _("Balances to be confirmed"),
        day,
        day,
        book.currency,
        CONFIRMED_COLUMNS,
        tuple(rows),
        tuple(
            Reconciliation(_("balance in {currency}", currency=currency), sums[currency], balances[currency])
            for currency in sorted(sums.keys() | balances.keys())
        ),
    )
