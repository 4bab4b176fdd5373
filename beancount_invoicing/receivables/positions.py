"""The state of each document at a date: open, settled, due, late, disputed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model import ZERO, Book, Customer, Event, Invoice, require_date
from beancount_invoicing.receivables.allocation import Allocated, Allocation, OpenItem, allocate
from beancount_invoicing.receivables.allocation_state import OpenItemMove
from beancount_invoicing.receivables.debtors import debtor, events_by_number, events_of
from beancount_invoicing.receivables.debtors import debtors as owing
from beancount_invoicing.receivables.on_account import OnAccount, cover_by_document
from beancount_invoicing.rules.exact import exact

Status = Literal["draft", "void", "settled", "written-off", "overdue", "partly-paid", "open"]


class InstalmentPosition(NamedTuple):
    """An instalment at a date; `settled` + `open` = `amount`."""

    due: date | None
    """None for a retention before the works are accepted."""
    amount: Decimal
    settled: Decimal
    open: Decimal


class Position(NamedTuple):
    """A document at a date. Amounts have the sign that they have on the customer's account."""

    invoice: Invoice
    as_of: date
    accounts: tuple[str, ...]
    """The accounts on which it is open; if nothing is open, all accounts on which it was. Sorted."""
    payable: Decimal
    settled: Decimal
    open: Decimal
    due: date | None
    """The earliest due date that is still open, else the last one; None if nothing is due (void), or no day is known yet."""
    status: Status
    disputed: Decimal
    days_overdue: int
    """Days since the earliest open due date; 0 if nothing is late."""
    settled_on: date | None
    """The day of the last settlement if nothing is open."""
    instalments: tuple[InstalmentPosition, ...]
    allocations: tuple[Allocation, ...]
    events: tuple[Event, ...]
    on_account: tuple[OnAccount, ...] = ()
    """Unallocated money on the account, as far as it covers the open amount of this document."""
    debtors: tuple[Customer, ...] = ()
    """Who owes it, or owed what is settled, on that day: the customer invoiced, unless others took it over; the last one to
    take it over comes first. Empty for a void number.
    """
    moves: tuple[OpenItemMove, ...] = ()
    """How its claims moved between accounts."""
    debtor_share: int = 0
    """Whose share this is, if several owe the document: from 1, as `debtors` of the whole document lists them; 0 for the whole."""

    @property
    def debtor(self) -> Customer | None:
        """Who owes it (of several, the last one to take it over), and gets letters about it; None for a void number."""
        return self.debtors[0] if self.debtors else None


def disputed(invoice: Invoice, open_: Decimal, events: tuple[Event, ...]) -> Decimal:
    """How much of `open_` is in dispute after `events` (in order); nothing of what the customer is owed."""
    amount: Decimal | None = ZERO
    for event in events:
        if event.kind == "dispute":
            amount = event.amount
        elif event.kind == "dispute-settled":
            amount = ZERO
    if invoice.draft or open_ <= 0:
        return ZERO
    return open_ if amount is None else min(max(amount, ZERO), open_)


def _status(invoice: Invoice, open_: Decimal, due: date | None, as_of: date, allocations: list[Allocation]) -> Status:
    if invoice.kind == "void":
        return "void"
    if invoice.draft:
        return "draft"
    if open_ == 0:
        lost = sum(
            (allocation.amount for allocation in allocations if "write-off" in {allocation.how, allocation.reverses}),
            ZERO,
        )
        return "written-off" if lost else "settled"
    if open_ < 0:  # a credit note that is not used up
        return "open"
    if due is not None and due < as_of:
        return "overdue"
    if sum((allocation.amount for allocation in allocations), ZERO):
        return "partly-paid"
    return "open"


@exact
def positions(
    book: Book,
    as_of: date,
    allocated: Allocated | None = None,
    only_invoices: Iterable[Invoice] | None = None,
    *,
    by_debtor: bool = False,
) -> tuple[Position, ...]:
    """Every document in the books on `as_of` (inclusive), in the Book's order; or only those in `only_invoices`.

    `by_debtor`: a document that several customers owe, because a part was taken over, has a position for each share.
    """
    require_date(as_of)
    allocated = allocated or allocate(book, as_of)
    claims: defaultdict[int, list[OpenItem]] = defaultdict(list)
    for claim in allocated.open_items:
        claims[id(claim.invoice)].append(claim)
    allocations: defaultdict[int, list[Allocation]] = defaultdict(list)
    for allocation in allocated.allocations:
        allocations[id(allocation.invoice)].append(allocation)
    events = events_by_number(book, as_of)
    covered = cover_by_document(allocated)
    moves: defaultdict[int, list[OpenItemMove]] = defaultdict(list)
    for move in allocated.moves:
        moves[id(move.invoice)].append(move)
    result = []
    for invoice in book.invoices if only_invoices is None else only_invoices:
        if invoice.booked_from > as_of:
            continue
        items, settled = claims[id(invoice)], allocations[id(invoice)]
        owed_by = owing(book, invoice, items, as_of)
        covers, moved = covered.get(id(invoice), ()), tuple(moves.get(id(invoice), ()))
        whose = tuple(book.customers[main].at(as_of) for main in owed_by)
        if not by_debtor or len(owed_by) < 2:
            own_events = events_of(events, owed_by[0] if owed_by else "", invoice.number)
            result.append(_position(invoice, as_of, items, settled, own_events, covers, whose, moved))
            continue
        result += [
            _position(
                invoice, as_of,
                [item for item in items if debtor(book, item) == customer.account],
                [allocation for allocation in settled if book.main_accounts.get(allocation.account) == customer.account],
                events_of(events, customer.account, invoice.number),
                tuple(account for account in covers if book.main_accounts.get(account.account) == customer.account),
                (customer,), moved, share=place,
            )
            for place, customer in enumerate(whose, 1)
        ]  # fmt: skip
    return tuple(result)


def _due(invoice: Invoice, instalments: tuple[InstalmentPosition, ...]) -> date | None:
    still = [instalment.due for instalment in instalments if instalment.open]
    if still:
        return min((day for day in still if day), default=None)
    days = [instalment.due for instalment in instalments if instalment.due]
    return max(days, default=None if invoice.kind == "void" or instalments else invoice.date)


def _position(
    invoice: Invoice,
    as_of: date,
    claims: list[OpenItem],
    allocations: list[Allocation],
    events: tuple[Event, ...],
    on_account: tuple[OnAccount, ...],
    debtors: tuple[Customer, ...],
    moves: tuple[OpenItemMove, ...],
    share: int = 0,
) -> Position:
    open_by: dict[int, Decimal] = {}
    claimed: dict[int, Decimal] = {}
    for claim in claims:
        place = claim.instalment.index
        open_by[place] = open_by.get(place, ZERO) + claim.open
        claimed[place] = claimed.get(place, ZERO) + claim.amount
    if invoice.draft:
        open_by = {instalment.index: instalment.amount for instalment in invoice.instalments}
    standing = []
    for instalment in invoice.instalments:
        amount = claimed.get(instalment.index, ZERO) if share else instalment.amount
        left = open_by.get(instalment.index, ZERO)
        standing.append(InstalmentPosition(instalment.due_at(as_of), amount, amount - left, left))
    instalments = tuple(standing)
    open_ = sum((instalment.open for instalment in instalments), ZERO)
    due = _due(invoice, instalments)
    payable = sum((instalment.amount for instalment in instalments), ZERO) if share else invoice.payable
    status = _status(invoice, open_, due, as_of, allocations)
    accounts = {claim.account for claim in claims if claim.open} or {
        *(instalment.account for instalment in invoice.instalments if not share),
        *(claim.account for claim in claims if claim.amount),
    }
    return Position(
        invoice=invoice,
        as_of=as_of,
        accounts=tuple(sorted(accounts)),
        payable=payable,
        settled=payable - open_,
        open=open_,
        due=due,
        status=status,
        disputed=disputed(invoice, open_, events),
        days_overdue=max((as_of - due).days, 0) if due and open_ > 0 and not invoice.draft else 0,
        settled_on=(
            max((allocation.date for allocation in allocations), default=invoice.booked_from)
            if open_ == 0 and not invoice.draft and invoice.kind != "void"
            else None
        ),
        instalments=instalments,
        allocations=tuple(allocations),
        events=events,
        on_account=on_account,
        debtors=debtors,
        moves=moves,
        debtor_share=share,
    )
