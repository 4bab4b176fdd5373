"""Tax that is due only on payment: what becomes due with each payment, and what the books have moved.

A document's tax becomes due as its claim is paid (for services in France: CGI, art. 269-2 c), on the day on which the money came,
even if the invoice came later. What is paid at once is a part of the claim; what the document books as due at once does not become
due again. A credit note that is used lowers the claim and the tax of what it settles by its own amounts. Tax on an amount written
off, or on a discount, never becomes due: it is cancelled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from datetime import date
from decimal import Decimal
from operator import is_not
from threading import Lock
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, CalculationStep, Day, Payment, Source, TaxMovement, require_date
from beancount_invoicing.receivables.advances import Advance, advances
from beancount_invoicing.receivables.allocation import Allocated, Allocation, allocate
from beancount_invoicing.receivables.exchange import DayRate, day_rate
from beancount_invoicing.receivables.missing_taxes import MissingTaxEntry, UnmovedTax, missing_tax_entries
from beancount_invoicing.receivables.pending_taxes import DocumentPendingTax, PendingTaxKey, pending_tax_by_document
from beancount_invoicing.receivables.tax_shares import RunningTax, TaxEffect, TaxEffectKind, TwoCurrencyAmount
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.tax import code_of_name


class TaxShare(NamedTuple):
    """How much tax of one document one settlement makes due; or cancels, if `what` is "lost", "discount" or "deducted"."""

    date: Day
    """Of a payment: the day on which the money came."""
    number: str
    customer: str
    pending: PendingTaxKey
    rate: Decimal
    """Of the tax, in percent."""
    base: Decimal
    """Without tax, in the currency of the tax."""
    amount: Decimal
    kind: TaxEffectKind
    source: Source
    steps: tuple[CalculationStep, ...]
    released: Decimal
    """How much of the pending tax it is: a different amount if the day's exchange rate is not the invoice's."""
    exchange_rate: Decimal | None = None

    @property
    def is_written_off(self) -> bool:
        """Whether it is cancelled as part of a loss."""
        return self.kind == "lost"

    @property
    def is_discount(self) -> bool:
        """Whether it is cancelled by a discount."""
        return self.kind == "discount"

    @property
    def is_due(self) -> bool:
        """Whether it becomes due (or, negative, is no longer due)."""
        return self.kind in {"due", "deducted"}


class TaxTotal(NamedTuple):
    """One code: what documents add to the pending account, and what should leave it and has left it."""

    pending: PendingTaxKey
    due_account: str | None
    booked: Decimal
    """By documents (without drafts), less credit notes and deposits."""
    due: Decimal
    moved: Decimal
    """Moved by the books to the tax account."""
    released: Decimal
    """How much of the pending tax the due tax is, at the exchange rates of the invoices."""
    left: Decimal
    """Moved by the books from the pending account to the tax account."""
    cancelled: Decimal
    """Cancelled by write-offs and discounts."""
    taken_off: Decimal
    """Taken off by the books' write-offs and discounts."""

    @property
    def to_move(self) -> Decimal:
        """What the books should still move to the tax account; negative: too much was moved."""
        return self.due - self.moved

    @property
    def to_release(self) -> Decimal:
        """What should still leave the pending account; the rest of `to_move` is an exchange difference."""
        return self.released - self.left

    @property
    def to_cancel(self) -> Decimal:
        """The amount that the books should still take off because it was lost or given up."""
        return self.cancelled - self.taken_off


class PeriodTotal(NamedTuple):
    """One code at one rate: what became due in a period."""

    pending: PendingTaxKey
    rate: Decimal
    base: Decimal
    due: Decimal
    cancelled: Decimal


class TaxDue(NamedTuple):
    """Everything as of the end of a day."""

    as_of: date
    tax_shares: tuple[TaxShare, ...]
    totals: tuple[TaxTotal, ...]
    missing: tuple[MissingTaxEntry, ...]
    """The entries that the books lack, one for each month in which tax became due."""
    on_account: tuple[Advance, ...]
    """Money that no document has used yet, and that may be for supplies taxed on payment."""
    unassigned: tuple[TaxMovement, ...]
    """Tax taken over from earlier books without a known item."""
    codes: frozenset[str]
    """The tax codes that are known."""

    def within(self, since: date | None, until: date | None) -> TaxDue:
        """The same for a period (both days inclusive): its shares, money on account, and entries. The totals are still
        those of all time.
        """

        def inside(day: date) -> bool:
            return (not since or since <= day) and (not until or day <= until)

        def in_month(day: date) -> bool:
            month = day.year, day.month
            return (not since or (since.year, since.month) <= month) and (
                not until or month <= (until.year, until.month)
            )

        return self._replace(
            tax_shares=tuple(share for share in self.tax_shares if inside(share.date)),
            missing=tuple(entry for entry in self.missing if in_month(entry.date)),
            on_account=tuple(advance for advance in self.on_account if inside(advance.payment.date)),
        )

    def for_documents(self, numbers: Container[str], customers: Container[str]) -> TaxDue:
        """The same for some documents and customers (main accounts): shares and money on account.

        Totals and entries, which cover everybody, are left out.
        """
        return self._replace(
            tax_shares=tuple(share for share in self.tax_shares if share.number in numbers),
            totals=(),
            missing=(),
            on_account=tuple(advance for advance in self.on_account if advance.payment.customer in customers),
            unassigned=(),
        )

    @property
    def by_rate(self) -> tuple[PeriodTotal, ...]:
        """The sums of its shares, by code and rate."""
        sums: defaultdict[tuple[PendingTaxKey, Decimal], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
        for share in self.tax_shares:
            key = share.pending._replace(code=code_of_name(share.pending.code, self.codes)), share.rate
            base, due, cancelled = sums[key]
            if share.is_due:
                sums[key] = [base + share.base, due + share.amount, cancelled]
            else:
                sums[key] = [base, due, cancelled + share.amount]
        return tuple(PeriodTotal(*key, *amounts) for key, amounts in sorted(sums.items()))


def tax_due(book: Book, as_of: date, allocated: Allocated | None = None) -> TaxDue:
    """The taxes on payments that became due up to `as_of` (inclusive), and what the ledger's postings moved.

    Amounts are in the currency in which the tax is booked, rounded to its decimals, half away from zero.
    """
    require_date(as_of)
    if not any(version.on_payment for dated in book.taxes.values() for _day, version in dated.versions):
        return TaxDue(as_of, (), (), (), (), (), frozenset())
    allocated = allocated or allocate(book, as_of)
    movements = [movement for movement in book.tax_movements if movement.date <= as_of]
    waiting, shares = _waiting_and_shares(book, as_of, allocated)
    lying = advances(book, allocated)
    moves, taken_off = _moves(shares, movements)
    lacks = _missing(book, shares, moves, lying, as_of)
    return TaxDue(
        as_of,
        tuple(sorted(shares, key=lambda share: (share.date, share.number, share.pending, not share.is_due))),
        _totals(book, waiting, shares, taken_off, lacks, as_of),
        lacks,
        lying,
        tuple(movement for movement in movements if movement.taken_over and movement.amount < 0),
        frozenset(book.taxes),
    )


_Waiting = dict[str, dict[PendingTaxKey, DocumentPendingTax]]


_ONE_AT_A_TIME = Lock()


class _Last:
    """The shares of a ledger that were worked out last, when the whole of it was known: its check needs them, and so does whoever
    asks for the tasks of the day after it. They are found by the identity of what they are made of, so of another ledger never.
    """

    made_of: tuple[object, ...] = ()
    waiting: _Waiting
    shares: tuple[TaxShare, ...]


def _waiting_and_shares(book: Book, as_of: date, allocated: Allocated) -> tuple[_Waiting, tuple[TaxShare, ...]]:
    """The pending taxes by document, and what became of them; neither is to be changed."""
    if as_of < book.last_date:
        waiting = pending_tax_by_document(book, as_of)
        return waiting, tuple(_shares(book, waiting, allocated))
    made_of = (book.invoices, book.payments, book.taxes, book.tax_movements, book.options, allocated.allocations)
    with _ONE_AT_A_TIME:
        known = _Last.made_of
        if len(known) != len(made_of) or any(map(is_not, known, made_of)):
            _Last.waiting = pending_tax_by_document(book, as_of)
            _Last.shares = tuple(_shares(book, _Last.waiting, allocated))
            _Last.made_of = made_of
        return _Last.waiting, _Last.shares


def _moves(
    shares: Iterable[TaxShare], movements: Iterable[TaxMovement]
) -> tuple[list[TaxMovement], dict[PendingTaxKey, Decimal]]:
    """What the books moved to the tax account, and what they took off: in a loss; or beside a payment, for its discount."""
    released: defaultdict[tuple[Source, PendingTaxKey], Decimal] = defaultdict(lambda: ZERO)
    given: defaultdict[tuple[Source, PendingTaxKey], Decimal] = defaultdict(lambda: ZERO)
    for share in shares:
        if share.is_due:
            released[share.source, share.pending] += share.released
        elif share.is_discount:
            given[share.source, share.pending] += share.amount
    moves: list[TaxMovement] = []
    taken_off: defaultdict[PendingTaxKey, Decimal] = defaultdict(lambda: ZERO)
    together: defaultdict[tuple[PendingTaxKey, tuple[Source, ...]], list[TaxMovement]] = defaultdict(list)
    for movement in movements:
        where = PendingTaxKey(movement.account, movement.code, movement.currency)
        if movement.write_off:
            taken_off[where] += movement.amount
        elif not movement.number:
            together[where, movement.customer_postings].append(movement)
    for (where, beside), of_pair in together.items():
        left = sum((movement.amount for movement in of_pair), ZERO)
        most = sum((given[source, where] for source in beside), ZERO)
        # an entry may take off only the discount's tax, and leave the due tax to another entry
        over = left if left == most else left - sum((released[source, where] for source in beside), ZERO)
        off = min(abs(over), abs(most)).copy_sign(over) if over * most > 0 else ZERO
        taken_off[where] += off
        for entry in of_pair:
            part = min(abs(off), abs(entry.amount)).copy_sign(entry.amount) if off * entry.amount > 0 else ZERO
            off -= part
            reached = (
                entry.reached_due_account - part
                if entry.reached_due_account == entry.amount
                else entry.reached_due_account
            )
            moves.append(entry._replace(amount=entry.amount - part, reached_due_account=reached))
    return moves, taken_off


def _shares(book: Book, waiting: _Waiting, allocated: Allocated) -> list[TaxShare]:
    by_invoice: defaultdict[int, list[Allocation]] = defaultdict(list)
    for allocation in allocated.allocations:
        by_invoice[id(allocation.invoice)].append(allocation)
    money_of = {payment.source: payment for payment in book.payments}
    money_of |= {payment.source: payment for payment in book.payments if payment.exchange_rate}
    shares: list[TaxShare] = []
    for taxes in waiting.values():
        for tax in taxes.values():
            allocations = sorted(by_invoice[id(tax.invoice)], key=lambda allocation: allocation.date)
            shares += _of_document(book, tax, allocations, waiting, money_of)
    return shares


def _of_document(
    book: Book,
    tax: DocumentPendingTax,
    allocations: Sequence[Allocation],
    waiting: dict[str, dict[PendingTaxKey, DocumentPendingTax]],
    money_of: dict[Source, Payment],
) -> list[TaxShare]:
    """The tax events of one document, from its settlements in their order, and the deductions after those of their day."""
    invoice, where = tax.invoice, tax.pending_key
    name = invoice.customer.name if invoice.customer else ""
    running = RunningTax(
        invoice.payable, tax.tax, tax.base, tax.due_at_once, tax.booking_rate, currency_decimals(where.currency)
    )
    shares: list[TaxShare] = []

    def share(day: date, source: Source, made: Iterable[TaxEffect]) -> None:
        shares.extend(
            TaxShare(
                day, invoice.number, name, where, tax.rate, effect.base, effect.amount, effect.kind, source,
            effect.steps, effect.released,
                effect.rate,
            )
            for effect in made
        )  # fmt: skip

    deductions = list(tax.deducted)
    for allocation in allocations:
        while deductions and deductions[0].date < allocation.date:
            first = deductions.pop(0)
            share(first.date, first.source, running.deduct(first.amount, first.number))
        # tax on money paid of a replaced invoice has been declared: it moves to the other one on the day of the correction
        day = allocation.date if allocation.how == "replacement" else allocation.received_on
        share(day, allocation.source, _made(book, tax, running, allocation, waiting, money_of))
    for first in deductions:
        share(first.date, first.source, running.deduct(first.amount, first.number))
    return shares


def _made(
    book: Book,
    tax: DocumentPendingTax,
    running: RunningTax,
    allocation: Allocation,
    waiting: dict[str, dict[PendingTaxKey, DocumentPendingTax]],
    money_of: dict[Source, Payment],
) -> list[TaxEffect]:
    invoice, where = tax.invoice, tax.pending_key
    if allocation.counter_document is not None:
        if invoice.payable < 0:
            part, of = abs(allocation.amount) / abs(invoice.payable), tax
            sign = -1
        else:
            theirs = waiting.get(allocation.counter_document.number, {}).get(where)
            if theirs is None or not allocation.counter_document.payable:
                return running.credit(allocation.amount, TwoCurrencyAmount(ZERO, ZERO), TwoCurrencyAmount(ZERO, ZERO))
            part, of = allocation.amount / abs(allocation.counter_document.payable), theirs
            sign = 1
        return running.credit(
            allocation.amount,
            *(
                TwoCurrencyAmount(whole.booked * part * sign, whole.in_document_currency * part * sign)
                for whole in (of.tax, of.base)
            ),
        )
    if "write-off" in {allocation.how, allocation.reverses}:
        return running.write_off(allocation.amount)
    if "discount" in {allocation.how, allocation.reverses}:
        return running.discount(allocation.amount)
    rate: DayRate | None = None
    if tax.booking_rate is not None:
        pair = invoice.currency, where.currency
        if allocation.how == "at-once":
            rate = DayRate(tax.booking_rate, _("the invoice's rate: it is paid at once"))
        else:
            money = money_of.get(allocation.paid_by or allocation.source)
            day = (
                money.date if money and allocation.paid_by else allocation.received_on
            )  # of a replaced document: as it was counted
            rate = day_rate(book, pair, day, tax.booking_rate, money.exchange_rate if money else None)
    return running.settle(allocation.amount, rate)


def _missing(
    book: Book,
    shares: Sequence[TaxShare],
    moves: Sequence[TaxMovement],
    lying: Sequence[Advance],
    as_of: date,
) -> tuple[MissingTaxEntry, ...]:
    """The entries that the books lack; exchange differences go where the payments book theirs."""
    months: dict[Source, date] = {}
    by_place: defaultdict[PendingTaxKey, UnmovedTax] = defaultdict(UnmovedTax)
    own = {
        payment.source: payment.exchange_rate.account
        for payment in book.payments
        if payment.exchange_rate and payment.exchange_rate.account
    }
    accounts: dict[PendingTaxKey, str] = {}
    for due_share in sorted(shares, key=lambda share: (share.date, share.source)):
        if due_share.is_due:
            months[due_share.source] = due_share.date
            by_place[due_share.pending].add_due(due_share.date, due_share.amount, due_share.released)
            if due_share.source in own:
                accounts[due_share.pending] = own[due_share.source]
    known = {invoice.number for invoice in book.invoices if invoice.booked_from <= as_of}
    early = {
        advance.payment.source
        for advance in lying
        if known.isdisjoint(advance.payment.settles or advance.payment.links)
    }  # for which there is no document yet, and which is no excess on one
    for move in sorted(moves):
        where = PendingTaxKey(move.account, move.code, move.currency)
        tied = min((months[source] for source in move.customer_postings if source in months), default=None)
        if tied is None and not early.isdisjoint(move.customer_postings):
            continue  # moved with money that no document has taken yet
        by_place[where].add_moved(move, tied)
    exchange_accounts = (
        str(book.options["exchange-account"].at(as_of)).split() if "exchange-account" in book.options else []
    )
    owed = {where: _due_account(book, where.code, as_of) for where in by_place}
    return missing_tax_entries(
        by_place,
        owed,
        {where: exchange_accounts or ([accounts[where]] if where in accounts else []) for where in by_place},
        as_of,
    )


def _totals(
    book: Book,
    waiting: dict[str, dict[PendingTaxKey, DocumentPendingTax]],
    shares: Iterable[TaxShare],
    taken_off: dict[PendingTaxKey, Decimal],
    lacks: Iterable[MissingTaxEntry],
    as_of: date,
) -> tuple[TaxTotal, ...]:
    booked: defaultdict[PendingTaxKey, Decimal] = defaultdict(lambda: ZERO)
    due: defaultdict[PendingTaxKey, Decimal] = defaultdict(lambda: ZERO)
    released: defaultdict[PendingTaxKey, Decimal] = defaultdict(lambda: ZERO)
    cancelled: defaultdict[PendingTaxKey, Decimal] = defaultdict(lambda: ZERO)
    to_move: defaultdict[PendingTaxKey, Decimal] = defaultdict(lambda: ZERO)
    to_release: defaultdict[PendingTaxKey, Decimal] = defaultdict(lambda: ZERO)
    for taxes in waiting.values():
        for where, tax in taxes.items():
            booked[where] += tax.booked
    for share in shares:
        if share.is_due:
            due[share.pending] += share.amount
            released[share.pending] += share.released
        else:
            cancelled[share.pending] += share.amount
    for entry in lacks:
        for line in entry.lines:
            to_move[line.pending] += line.owed
            to_release[line.pending] += line.released
    return tuple(
        TaxTotal(
            where, _due_account(book, where.code, as_of), booked[where], due[where], due[where] - to_move[where],
            released[where], released[where] - to_release[where], cancelled[where], taken_off.get(where, ZERO),
        )
        for where in sorted({*booked, *taken_off, *to_move})
    )  # fmt: skip


def _due_account(book: Book, code: str, day: date) -> str | None:
    dated = book.taxes.get(code_of_name(code, book.taxes))
    return dated.at(day).account if dated else None
