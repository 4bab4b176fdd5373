"""A customer's account: what it owed on one day, all movements until another, what it owes then, and for what.

Sub-accounts of a customer (doubtful, retention) are combined. A document that was paid at once, outside the customer's account,
appears with its full amount and a payment, so that the customer finds both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import (
    ZERO,
    Book,
    CalculationStep,
    Customer,
    Day,
    Invoice,
    Payment,
    Source,
    Transfer,
    require_date,
)
from beancount_invoicing.receivables.aging import DEFAULT_BOUNDS, Aging, AgingTotal, LedgerBalance, aging, aging_totals
from beancount_invoicing.receivables.allocation import Allocated, allocate
from beancount_invoicing.receivables.allocation_state import opposite
from beancount_invoicing.receivables.credit_notes import invoices_by_number
from beancount_invoicing.receivables.debtors import debtor, events_by_number, events_of
from beancount_invoicing.receivables.positions import disputed
from beancount_invoicing.rules.exact import exact

StatementEntryKind = Literal[
    "invoice", "credit-note", "deposit", "corrective", "cancellation", "claim", "opening", "void", "payment", "discount", "set-off",
    "write-off", "reversal", "refund", "debit", "transfer", "handed-over", "taken-over",
]  # fmt: skip
"""`reversal`: a payment that came back; `refund`: a credit note that is paid out; `debit`: any other debit that names
nothing; `transfer`: a movement between a customer's accounts, or a reallocation, which changes nothing for the customer.
"""


class StatementEntry(NamedTuple):
    """A movement on the account. `amount`: what the customer owes more (debit) or less (credit, negative) because of it."""

    date: Day
    kind: StatementEntryKind
    number: str
    """The document's number; "" if it is not a document."""
    settles: tuple[str, ...]
    """The documents that a payment names, or a credit note corrects."""
    account: str
    amount: Decimal
    balance: Decimal
    """What is owed after it."""
    text: str
    source: Source
    other_customer: str = ""
    """The name of the other customer who takes a claim over (`handed-over`), or from whom it is taken over."""

    @property
    def debit(self) -> Decimal | None:
        """The amount, if more is owed because of it."""
        return self.amount if self.amount >= 0 else None

    @property
    def credit(self) -> Decimal | None:
        """The amount, as a positive number, if less is owed because of it."""
        return -self.amount if self.amount < 0 else None


class StatementOpenItem(NamedTuple):
    """What is open on the last day: of an instalment (`due`), or of a payment or debit that settles nothing (no `due`).

    Amounts in the customer's favour are negative.
    """

    kind: StatementEntryKind
    number: str
    date: Day
    due: Day | None
    amount: Decimal
    open: Decimal
    disputed: Decimal
    days_late: int


class StatementInCurrency(NamedTuple):
    """The account in one currency. opening + entries = closing = sum of open; closing + drafts = the ledger's balance."""

    currency: str
    opening: Decimal
    """What was owed before the first day."""
    entries: tuple[StatementEntry, ...]
    closing: Decimal
    """What is owed at the end of the last day."""
    open: tuple[StatementOpenItem, ...]
    """The earliest due first; amounts in the customer's favour last."""
    aging: AgingTotal
    """What is open by age, counted from due dates."""
    drafts: Decimal
    ledger: tuple[LedgerBalance, ...]
    """The ledger's own balance of each account of the customer."""
    steps: tuple[CalculationStep, ...]

    @exact
    def unreconciled(self) -> Decimal | None:
        """The ledger's balance, if it is not closing + drafts: never, by construction, but checked nevertheless."""
        books = sum((balance.balance for balance in self.ledger), ZERO)
        return None if self.closing + self.drafts == books else books

    @property
    def overdue(self) -> Decimal:
        """What of the open items is late."""
        return sum((item.open for item in self.open if item.days_late), ZERO)


class Statement(NamedTuple):
    """A customer's statement of account from `since` (None: the beginning) to `as_of`, both inclusive."""

    customer: Customer
    """The customer's data on the last day."""
    since: date | None
    as_of: date
    bounds: tuple[int, ...]
    currencies: tuple[StatementInCurrency, ...]
    """Sorted; a currency without movements and open items is left out."""

    @property
    def has_balance(self) -> bool:
        """Whether anything is owed, on either side, in any currency."""
        return any(currency.closing for currency in self.currencies)

    @property
    def has_open_items(self) -> bool:
        """Whether anything is open, on either side, even if both sides are equal."""
        return any(currency.open for currency in self.currencies)

    @property
    def moved(self) -> bool:
        """Whether anything moved from its first day to its last."""
        return any(currency.entries for currency in self.currencies)


class StatementPeriodError(ValueError):
    """A statement would begin after its end."""


@exact
def statements(
    book: Book,
    as_of: date,
    since: date | None = None,
    customers: Collection[str] | None = None,
    allocated: Allocated | None = None,
    bounds: tuple[int, ...] = DEFAULT_BOUNDS,
) -> tuple[Statement, ...]:
    """The statements of `customers` (main accounts), or of all that have any; by name, account.

    `since` and `as_of` are inclusive; `allocated` is the allocation as of `as_of`. Raises StatementPeriodError, BoundsError.
    """
    if since is not None and require_date(since) > require_date(as_of):
        raise StatementPeriodError(_("it cannot begin on {since}, after its last day, {day}", since=since, day=as_of))
    allocated = allocated or allocate(book, as_of)
    aged = aging(book, as_of, bounds, allocated=allocated)
    entries: defaultdict[tuple[str, str], list[tuple[tuple[object, ...], StatementEntry]]] = defaultdict(list)
    for main, currency, key, entry in _entries(book, as_of, customers):
        entries[main, currency].append((key, entry))
    open_items: defaultdict[tuple[str, str], list[StatementOpenItem]] = defaultdict(list)
    for main, currency, item in _open_items(book, allocated, customers):
        open_items[main, currency].append(item)
    ages: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, row in enumerate(aged.rows):
        if customers is None or row.main_account in customers:
            ages[row.main_account, row.currency].append(index)
    found: defaultdict[str, list[StatementInCurrency]] = defaultdict(list)
    for main, currency in sorted(entries.keys() | ages.keys()):
        moved = [entry for _key, entry in sorted(entries[main, currency], key=lambda keyed: keyed[0])]
        in_currency = _in_currency(
            currency, moved, since, as_of, open_items[main, currency], aged, ages[main, currency]
        )
        if in_currency.opening or in_currency.entries or in_currency.closing or in_currency.drafts or in_currency.open:
            found[main].append(in_currency)
    mains = set(found) if customers is None else set(customers) & book.customers.keys()
    return tuple(
        sorted(
            (Statement(book.customers[main].at(as_of), since, as_of, aged.bounds, tuple(found[main]))
             for main in mains if main in book.customers),
            key=lambda statement: (statement.customer.name.casefold(), statement.customer.account),
        )
    )  # fmt: skip


def _in_currency(
    currency: str,
    moved: list[StatementEntry],
    since: date | None,
    as_of: date,
    items: list[StatementOpenItem],
    aged: Aging,
    rows: list[int],
) -> StatementInCurrency:
    before = [entry.amount for entry in moved if since is not None and entry.date < since]
    opening = balance = sum(before, ZERO)
    entries = []
    for entry in moved[len(before) :]:
        balance += entry.amount
        entries.append(entry._replace(balance=balance))
    aged_rows = [aged.rows[index] for index in rows]
    ledger = tuple(aged.ledger[index] for index in rows)
    drafts = sum((row.drafts for row in aged_rows), ZERO)
    items.sort(
        key=lambda item: (
            item.open < 0, item.due or (date.max if item.number else item.date), item.date, item.number, item.amount, item.open
        )
    )  # fmt: skip
    start = _("before {since}", since=since) if since else _("nothing before")
    steps = (
        CalculationStep(_("opening {currency}", currency=currency), "sum", tuple(before), opening, start),
        CalculationStep(
            _("closing {currency}", currency=currency),
            "sum",
            (opening, *(entry.amount for entry in entries)),
            balance,
            _("up to {day}", day=as_of),
        ),
        CalculationStep(
            _("open {currency}", currency=currency),
            "sum",
            tuple(item.open for item in items),
            balance,
            _("what is open, one by one"),
        ),
        CalculationStep(
            _("ledger {currency}", currency=currency),
            "sum",
            (balance, drafts),
            sum((balance.balance for balance in ledger), ZERO),
            _(
                "closing + drafts: {ledgers}",
                ledgers=", ".join(f"{balance.account} {balance.balance:f}" for balance in ledger) or _("no balance"),
            ),
        ),
    )
    (ages,) = aging_totals(aged_rows) or (
        AgingTotal(currency, ZERO, (ZERO,) * (len(aged.bounds) + 1), ZERO, ZERO, ZERO, ZERO),
    )
    return StatementInCurrency(currency, opening, tuple(entries), balance, tuple(items), ages, drafts, ledger, steps)


_Found = tuple[str, str, tuple[object, ...], StatementEntry]


def _entries(book: Book, as_of: date, customers: Collection[str] | None) -> Iterator[_Found]:
    """The movements up to `as_of`: main account, currency, sorting key, entry.

    Within a day, documents come first, then credit notes, transfers, payments, reversals; among equals, values decide, never the
    order of lines or files.
    """
    direction = {
        number: -1 if invoice.payable < 0 else 1 for number, invoice in invoices_by_number(book.invoices).items()
    }

    def found(rank: int, currency: str, entry: StatementEntry, main: str) -> _Found:
        key = (entry.date, rank, entry.number, entry.amount, entry.settles, entry.account, entry.text, entry.source)
        return main, currency, key, entry

    for invoice in book.invoices:
        if invoice.draft or invoice.booked_from > as_of or invoice.customer is None:
            continue
        main = invoice.customer.account
        if customers is not None and main not in customers:
            continue
        if invoice.payable or invoice.instalments or invoice.immediate_payments:
            yield found(int(invoice.payable < 0), invoice.currency, _of_document(invoice, main), main)
        for paid in invoice.immediate_payments:
            entry = StatementEntry(
                invoice.booked_from, "payment" if paid.amount >= 0 else "refund", "", (invoice.number,), paid.account,
                -paid.amount, ZERO, invoice.narration, paid.source,
            )  # fmt: skip
            yield found(3, invoice.currency, entry, main)
    for transfer in book.transfers:
        if transfer.date > as_of:
            continue
        for leg in transfer.legs:
            if customers is None or leg.customer in customers:
                entry = _of_payment(leg, "transfer")
                if not transfer.customer:
                    entry = _between(book, transfer, leg, entry, direction)
                yield found(2, leg.currency, entry, leg.customer)
    for payment in book.payments:
        if payment.date <= as_of and (customers is None or payment.customer in customers):
            kind = _what(payment, {direction[name] for name in _names(payment) if name in direction})
            yield found(4 if kind == "reversal" else 3, payment.currency, _of_payment(payment, kind), payment.customer)


def _between(
    book: Book, transfer: Transfer, leg: Payment, entry: StatementEntry, direction: Mapping[str, int]
) -> StatementEntry:
    """The movement that takes a claim, or money on account, from one customer to another."""
    signs = {direction[name] for name in entry.settles if name in direction}
    gives = leg.amount.is_signed() == (signs == {1})
    others = sorted(
        {payment.customer for payment in transfer.legs if opposite(payment.amount, leg.amount)} - {leg.customer}
    )
    names = ", ".join(book.customers[main].at(transfer.date).name for main in others)
    return entry._replace(kind="handed-over" if gives else "taken-over", other_customer=names)


def _of_document(invoice: Invoice, main: str) -> StatementEntry:
    account = min((instalment.account for instalment in invoice.instalments), default=main)
    return StatementEntry(
        invoice.booked_from, invoice.kind, invoice.number, invoice.corrects, account, invoice.payable, ZERO, invoice.narration,
        invoice.source,
    )  # fmt: skip


def _of_payment(payment: Payment, kind: StatementEntryKind) -> StatementEntry:
    return StatementEntry(
        payment.date,
        kind,
        "",
        _names(payment),
        payment.account,
        payment.amount,
        ZERO,
        payment.narration,
        payment.source,
    )


def _names(payment: Payment) -> tuple[str, ...]:
    return payment.settles or payment.links


def _what(payment: Payment, directions: set[int]) -> StatementEntryKind:
    """`directions`: of the documents that it names, 1 for invoices, -1 for credit notes.

    Incoming money is a payment, even if it is part of a refund that was too large and is sent back.
    """
    if payment.means != "money":
        return payment.means
    if payment.amount < 0:
        return "payment"
    return "refund" if -1 in directions else "reversal" if directions else "debit"


def _open_items(
    book: Book, allocated: Allocated, customers: Collection[str] | None
) -> Iterator[tuple[str, str, StatementOpenItem]]:
    """The open items: each instalment, wherever it is, and each payment: main account, currency, item."""
    as_of = allocated.as_of
    events = events_by_number(book, as_of)
    invoices: dict[tuple[int, str], Invoice] = {}
    opens: defaultdict[tuple[int, str], defaultdict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    amounts: defaultdict[tuple[int, str, int], Decimal] = defaultdict(lambda: ZERO)
    for claim in allocated.open_items:
        main = debtor(book, claim)
        if customers is not None and main not in customers:
            continue
        amounts[id(claim.invoice), main, claim.instalment.index] += claim.amount
        if claim.open:
            invoices[id(claim.invoice), main] = claim.invoice
            opens[id(claim.invoice), main][claim.instalment.index] += claim.open
    for key, invoice in invoices.items():
        main = key[1]
        events_of_invoice = events_of(events, main, invoice.number)
        contested = disputed(invoice, sum(opens[key].values(), ZERO), events_of_invoice)
        for instalment in sorted(invoice.instalments, key=lambda instalment: (instalment.due, instalment.index)):
            open_ = opens[key][instalment.index]
            if not open_:
                continue
            part = min(contested, open_) if open_ > 0 else ZERO
            contested -= part
            late = max((as_of - instalment.due).days, 0) if open_ > 0 else 0
            amount = amounts[*key, instalment.index]
            day = instalment.due_at(as_of)
            item = StatementOpenItem(invoice.kind, invoice.number, invoice.date, day, amount, open_, part, late)
            yield main, invoice.currency, item
    for payment, left in allocated.unallocated:
        if customers is None or payment.customer in customers:
            kind: StatementEntryKind = payment.means if payment.means != "money" else "payment" if left < 0 else "debit"
            item = StatementOpenItem(kind, "", payment.date, None, payment.amount, left, ZERO, 0)
            yield payment.customer, payment.currency, item
