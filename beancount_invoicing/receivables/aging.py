"""The aged balance: who owes what, and since when. It agrees with the ledger's own balances to the cent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, CustomerMovement, require_date
from beancount_invoicing.receivables.allocation import Allocated, allocate
from beancount_invoicing.receivables.debtors import debtor, events_by_number, events_of
from beancount_invoicing.receivables.positions import disputed
from beancount_invoicing.rules.exact import exact

Basis = Literal["due", "invoice"]
DEFAULT_BOUNDS = (30, 60, 90)


class BoundsError(ValueError):
    """The bounds of the buckets are not ascending whole numbers from 1."""


class AgingRow(NamedTuple):
    """What one customer owes on one account in one currency. total = not_due + sum(buckets) + unallocated."""

    customer: str
    main_account: str
    account: str
    currency: str
    not_due: Decimal
    buckets: tuple[Decimal, ...]
    unallocated: Decimal
    """Payments and credit notes that are not used up (negative), and unallocated debits (positive)."""
    total: Decimal
    disputed: Decimal
    drafts: Decimal


class AgingTotal(NamedTuple):
    """The sum of the rows of one currency."""

    currency: str
    not_due: Decimal
    buckets: tuple[Decimal, ...]
    unallocated: Decimal
    total: Decimal
    disputed: Decimal
    drafts: Decimal


class LedgerBalance(NamedTuple):
    """The ledger's own balance of an account: the total and the drafts of its row."""

    account: str
    currency: str
    balance: Decimal


class Aging(NamedTuple):
    """The aged balance as of a day (inclusive)."""

    as_of: date
    basis: Basis
    bounds: tuple[int, ...]
    rows: tuple[AgingRow, ...]
    totals: tuple[AgingTotal, ...]
    ledger: tuple[LedgerBalance, ...]

    @exact
    def unreconciled(self) -> tuple[tuple[AgingRow, LedgerBalance], ...]:
        """The rows whose total and drafts do not equal the ledger's balance: none, by construction, but checked nevertheless."""
        pairs = zip(self.rows, self.ledger, strict=True)
        return tuple((row, books) for row, books in pairs if row.total + row.drafts != books.balance)

    @exact
    def for_customers(self, customers: Container[str]) -> Aging:
        """The same for some customers, by their main accounts."""
        pairs = [pair for pair in zip(self.rows, self.ledger, strict=True) if pair[0].main_account in customers]
        rows = tuple(row for row, _books in pairs)
        return self._replace(rows=rows, totals=aging_totals(rows), ledger=tuple(books for _row, books in pairs))


_AccountAndCurrency = tuple[str, str]


@dataclass(slots=True)
class _Sums:
    buckets: list[Decimal]
    not_due: Decimal = ZERO
    unallocated: Decimal = ZERO
    disputed: Decimal = ZERO
    drafts: Decimal = ZERO


@exact
def aging(
    book: Book,
    as_of: date,
    bounds: Sequence[int] = DEFAULT_BOUNDS,
    basis: Basis = "due",
    allocated: Allocated | None = None,
) -> Aging:
    """The aged balance as of `as_of` (inclusive), in the buckets that end at `bounds` days, and one above them.

    By `due` date, a claim is late from the day after it. By `invoice` date, it is 0 days old on that day, which is in the first
    bucket. Claims in the customer's favour are unallocated. Raises BoundsError.
    """
    limits = tuple(bounds)
    if not limits or any(bound < 1 for bound in limits) or list(limits) != sorted(set(limits)):
        raise BoundsError(
            _(
                "bounds are ascending whole numbers from 1, such as 30,60,90; these are {map}",
                map=",".join(map(str, limits)),
            )
        )
    require_date(as_of)
    allocated = allocated or allocate(book, as_of)
    sums: defaultdict[_AccountAndCurrency, _Sums] = defaultdict(lambda: _Sums([ZERO] * (len(limits) + 1)))
    _add_open_items(sums, book, allocated, as_of, limits, basis)
    for payment, amount in allocated.unallocated:
        sums[payment.account, payment.currency].unallocated += amount
    for invoice in book.invoices:
        if invoice.draft and invoice.booked_from <= as_of:
            for instalment in invoice.instalments:
                sums[instalment.account, invoice.currency].drafts += instalment.amount
    balances = _ledger_balances(book, as_of)
    rows = tuple(
        sorted(
            (
                _row(book, as_of, account, currency, sums[account, currency])
                for account, currency in sorted(sums.keys() | {key for key, value in balances.items() if value})
            ),
            key=lambda row: (row.customer.casefold(), row.main_account, row.account, row.currency),
        )
    )
    return Aging(
        as_of=as_of,
        basis=basis,
        bounds=limits,
        rows=rows,
        totals=aging_totals(rows),
        ledger=tuple(LedgerBalance(row.account, row.currency, balances[row.account, row.currency]) for row in rows),
    )


def _ledger_balances(book: Book, as_of: date) -> defaultdict[_AccountAndCurrency, Decimal]:
    """The ledger's balance of each account of a customer at the end of a day."""
    balances: defaultdict[_AccountAndCurrency, Decimal] = defaultdict(lambda: ZERO)
    until = bisect_right(book.customer_movements, as_of, key=attrgetter("date"))
    for _day, account, currency, amount in book.customer_movements[:until]:
        balances[account, currency] += amount
    return balances


def _add_open_items(
    sums: defaultdict[_AccountAndCurrency, _Sums],
    book: Book,
    allocated: Allocated,
    as_of: date,
    bounds: tuple[int, ...],
    basis: Basis,
) -> None:
    """Adds each open item to the bucket of its age, and its contested part."""
    in_dispute = _amounts_in_dispute(book, allocated, as_of)
    for claim in allocated.open_items:
        if not claim.open:
            continue
        row = sums[claim.account, claim.invoice.currency]
        if claim.open < 0:
            row.unallocated += claim.open
            continue
        debt = id(claim.invoice), debtor(book, claim)
        contested = min(in_dispute[debt], claim.open)
        row.disputed += contested
        in_dispute[debt] -= contested
        age = (as_of - (claim.instalment.due if basis == "due" else claim.invoice.date)).days
        if basis == "due" and age <= 0:
            row.not_due += claim.open
        else:
            row.buckets[bisect_left(bounds, age)] += claim.open


def _amounts_in_dispute(book: Book, allocated: Allocated, as_of: date) -> defaultdict[tuple[int, str], Decimal]:
    """How much of each document (by its `id`) each debtor contests."""
    result: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    by_number = events_by_number(book, as_of)
    if not by_number:
        return result
    open_amounts: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    invoices = {}
    for claim in allocated.open_items:
        open_amounts[id(claim.invoice), debtor(book, claim)] += claim.open
        invoices[id(claim.invoice)] = claim.invoice
    for (key, main), amount in open_amounts.items():
        events = events_of(by_number, main, invoices[key].number)
        if events:
            result[key, main] = disputed(invoices[key], amount, events)
    return result


@exact
def needed_for_aging(book: Book, allocated: Allocated) -> tuple[Book, Allocated]:
    """A smaller Book with everything that `aging` needs on the Book's last day or later: `aging` gives the same result
    for it. It must not be used for anything else.

    Drafts and open documents stay, without their lines, and so do events about disputes; each account's balance is one movement.
    `allocated` is as of the Book's last day.
    """
    documents = {id(item.invoice): item.invoice for item in allocated.open_items if item.open}
    documents |= {id(invoice): invoice for invoice in book.invoices if invoice.draft}
    bare = {key: invoice._replace(lines=(), taxes=()) for key, invoice in documents.items()}
    balances: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for _day, account, currency, amount in book.customer_movements:
        balances[account, currency] += amount
    open_book = Book(
        options=book.options,
        customers=book.customers,
        main_accounts=book.main_accounts,
        invoices=tuple(bare[id(invoice)] for invoice in book.invoices if id(invoice) in bare),
        takeovers=book.takeovers,
        events=tuple(event for event in book.events if event.kind in {"dispute", "dispute-settled"}),
        customer_movements=tuple(CustomerMovement(book.last_date, *key, balance) for key, balance in balances.items()),
        last_date=book.last_date,
        file=book.file,
    )
    items = tuple(item._replace(invoice=bare[id(item.invoice)]) for item in allocated.open_items if item.open)
    return open_book, allocated._replace(open_items=items, allocations=(), recoveries=(), notices=(), moves=())


def _row(book: Book, as_of: date, account: str, currency: str, sums: _Sums) -> AgingRow:
    main = book.main_accounts.get(account, account)
    dated = book.customers.get(main)
    return AgingRow(
        customer=dated.at(as_of).name if dated else main,
        main_account=main,
        account=account,
        currency=currency,
        not_due=sums.not_due,
        buckets=tuple(sums.buckets),
        unallocated=sums.unallocated,
        total=sums.not_due + sum(sums.buckets, ZERO) + sums.unallocated,
        disputed=sums.disputed,
        drafts=sums.drafts,
    )


def aging_totals(rows: Sequence[AgingRow]) -> tuple[AgingTotal, ...]:
    """The sums of rows, one for each currency, sorted by currency."""
    return tuple(_total(currency, rows) for currency in sorted({row.currency for row in rows}))


def _total(currency: str, rows: Sequence[AgingRow]) -> AgingTotal:
    of_currency = [row for row in rows if row.currency == currency]
    return AgingTotal(
        currency=currency,
        not_due=sum((row.not_due for row in of_currency), ZERO),
        buckets=tuple(sum(column, ZERO) for column in zip(*(row.buckets for row in of_currency), strict=True)),
        unallocated=sum((row.unallocated for row in of_currency), ZERO),
        total=sum((row.total for row in of_currency), ZERO),
        disputed=sum((row.disputed for row in of_currency), ZERO),
        drafts=sum((row.drafts for row in of_currency), ZERO),
    )
