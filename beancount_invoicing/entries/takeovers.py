"""Claims that another customer takes over: transactions on nothing but customers' accounts, between several of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from beancount.core.data import Transaction

from beancount_invoicing.model import ZERO, Invoice, TakenOver


class DebtorsByDocument:
    """Which customers owe, or owed, each document: the one invoiced, and those who took it over, each from a day on."""

    def __init__(self, by_number: Mapping[str, Invoice]) -> None:
        self.by_number = by_number
        self.taken: dict[str, list[TakenOver]] = {}
        self.replaced: dict[str, Invoice] = {}
        """By number of a document, the corrective invoice that replaces it."""
        self.between: set[int] = set()
        """The transactions (by `id`) that move claims, or money on account, from customer to customer."""

    def owes(self, invoice: Invoice, customer: str, day: date) -> bool:
        """Whether a document was invoiced to a customer (main account), or taken over by it by `day` (inclusive)."""
        if invoice.customer and invoice.customer.account == customer:
            return True
        return any(over.customer == customer and over.date <= day for over in self.taken.get(invoice.number, ()))

    def may_pay(self, invoice: Invoice, customer: str, day: date) -> bool:
        """Whether a payment of a customer (main account) may name a document: the customer owes it, or what replaces it."""
        seen: set[str] = set()
        document: Invoice | None = invoice
        while document and document.number not in seen:
            if self.owes(document, customer, day):
                return True
            seen.add(document.number)
            document = self.replaced.get(document.number)
        return False


def named_by(link: str, day: date, by_link: Mapping[str, tuple[Invoice, ...]]) -> list[Invoice]:
    """The documents that a link of a transaction of `day` means. Drafts and void numbers are excluded.

    An open item is also excluded before the day on which it enters the books: it is the rest of an earlier invoice, and
    earlier payments have been deducted already.
    """
    return [
        invoice
        for invoice in by_link.get(link, ())
        if not invoice.draft
        and invoice.kind != "void"
        and not (invoice.kind == "opening" and day < invoice.booked_from)
    ]


class _Leg(NamedTuple):
    customer: str
    currency: str
    amount: Decimal
    settles: str


class _Between(NamedTuple):
    transaction: Transaction
    legs: tuple[_Leg, ...]


def read_takeovers(
    transactions: Sequence[tuple[Transaction, Collection[int]]],
    owner: Callable[[str], str | None],
    by_link: Mapping[str, tuple[Invoice, ...]],
    debtors: DebtorsByDocument,
) -> None:
    """Records in `debtors` who takes which document over, and through which transactions.

    In such a transaction, each named document has a posting that takes it from a customer who owes it. If a document
    has none, the transaction corrects money that was booked on the wrong customer: its postings are ordinary payments.
    `transactions`: those that touch customers' accounts, with the postings that documents use.
    """
    found = [
        _Between(transaction, legs)
        for transaction, claimed in transactions
        if not claimed and (legs := _legs(transaction, owner))
    ]
    for _day, betweens in groupby(found, key=lambda between: between.transaction.date):
        left = list(betweens)
        while done := [
            between for between in left if _takes_over(between, by_link, debtors)
        ]:  # of one day, in whatever order
            left = [between for between in left if not any(between is other for other in done)]


def _legs(transaction: Transaction, owner: Callable[[str], str | None]) -> tuple[_Leg, ...]:
    """The postings of a transaction between customers; none if it is not one."""
    mains = []
    for posting in transaction.postings:
        main = owner(posting.account)
        if main is None:
            return ()
        mains.append(main)
    if len(set(mains)) < 2 or "invoice" in transaction.meta or "write-off" in (transaction.tags or ()):
        return ()
    legs = []
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    of_each: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for main, posting in zip(mains, transaction.postings, strict=True):
        if posting.units is None or not isinstance(posting.units.number, Decimal):
            return ()
        settles = (posting.meta or {}).get("settles")
        legs.append(
            _Leg(main, posting.units.currency, posting.units.number, settles if isinstance(settles, str) else "")
        )
        sums[posting.units.currency] += posting.units.number
        of_each[main, posting.units.currency] += posting.units.number
    nothing = not any(leg.amount for leg in legs)
    return tuple(legs) if not any(sums.values()) and (nothing or any(of_each.values())) else ()


def _takes_over(between: _Between, by_link: Mapping[str, tuple[Invoice, ...]], debtors: DebtorsByDocument) -> bool:
    """Whether each named document moves from one customer to another; if so, this is recorded."""
    transaction, legs = between
    day = transaction.date
    customers = {leg.customer for leg in legs}
    names: dict[str, None] = {}
    for link in transaction.links or ():
        invoices = named_by(link, day, by_link)
        ours = [
            invoice.number
            for invoice in invoices
            if any(debtors.owes(invoice, customer, day) for customer in customers)
        ]
        if invoices and not ours:
            return False
        names.update(dict.fromkeys(ours))
    for leg in legs:
        if leg.settles and leg.settles not in debtors.by_number:
            return False
        if leg.settles:
            names[leg.settles] = None
    taken = []
    for number in names:
        invoice = debtors.by_number[number]
        sign = _sign(invoice)
        about = [
            leg for leg in legs if leg.settles in {"", number} and (not leg.amount or leg.currency == invoice.currency)
        ]
        owed_by = {leg.customer for leg in about if debtors.owes(invoice, leg.customer, day)}
        givers = {leg.customer for leg in about if leg.customer in owed_by and leg.amount * sign <= 0}
        takers = {
            leg.customer
            for leg in about
            if leg.customer not in givers
            and (leg.amount * sign > 0 or (not leg.amount and leg.customer not in owed_by))
        }
        if not givers or not takers:
            return False
        taken += [(number, TakenOver(day, taker, tuple(sorted(givers)))) for taker in takers]
    for number, over in taken:
        debtors.taken.setdefault(number, []).append(over)
    debtors.between.add(id(transaction))
    return True


def _sign(invoice: Invoice) -> int:
    return -1 if sum((instalment.amount for instalment in invoice.instalments), ZERO) < 0 else 1
