"""Receipts that the ledger has already under another day: a line of the same amount may be one of them, and is not booked then.

Somebody typed a payment on the day on which the customer announced it, or mistyped its day, and the bank's line comes a week later.
Within `known_lines.DAYS` such an entry is tied to the line. Beyond that nobody can tell it from the next payment of that amount
(an instalment, a subscription), so that it speaks against the line only where it settles a document that the line would settle, or
where no statement has a line for it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.known_lines import DAYS, LedgerMovement, Movements, reference_form
from beancount_invoicing.bank.open_documents import Receivables
from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Day, Source
from beancount_invoicing.receivables import Allocated

DAYS_APART = 30
"""By how many days a receipt may differ from the line that it may be."""
_DAYS_BETWEEN = 31
"""Between two days with lines of statements that are no further apart, the statements are there."""
_MOST = 3
"""So many receipts are named for a line: a longer list does not help."""


class UntiedMovement(NamedTuple):
    """A movement that no line of a statement is known to be."""

    movement: LedgerMovement
    has_no_line: bool
    """The statements of its day are there, and it is in none of them."""
    is_before_table: bool = False
    """It is of a day shortly before the first line of a table, which does not say which days it covers."""
    like_entry: bool = False
    """What it is compared with is in the ledger itself, not in a statement."""


class EarlierReceipt(NamedTuple):
    """A receipt of the ledger that a line may be, what it settles, and the main accounts of whose it is."""

    untied: UntiedMovement
    numbers: frozenset[str]
    customers: frozenset[str]


EarlierReceipts = Mapping[tuple[Decimal, str], Sequence[EarlierReceipt]]
"""By amount and currency."""


def movements_like_lines(
    statement: Statement, new: Iterable[StatementLine], explained: Collection[Source], movements: Movements
) -> list[UntiedMovement]:
    """The movements of an account that may be the `new` lines of its statement, by amount and day.

    `explained`: the entries that a line of the statement is, or may be. An entry with the id of another line counts only where this
    statement should show it, and does not. A table, which does not say which days it covers, should also show those that no other
    statement covers.
    """
    amounts = {(line.amount, line.currency) for line in new}
    if not amounts:
        return []
    days = [line.date for line in statement.lines]
    since, until = min(days), max(days)
    period = (statement.since or since, statement.until or until)
    imported = movements.days_with_ids()
    found = []
    apart = timedelta(days=DAYS_APART)
    for movement in movements.between(since - apart, until + apart):
        if (movement.amount, movement.currency) not in amounts or movement.source in explained:
            continue
        is_covered = period[0] <= movement.date <= period[1]
        if movement.bank_id:
            if is_covered:
                found.append(UntiedMovement(movement, has_no_line=True))
            continue
        is_known_day = is_covered or _is_between(imported, movement.date)
        is_beyond_table = not (is_known_day or statement.has_period)
        is_before_table = is_beyond_table and movement.date < period[0]
        found.append(UntiedMovement(movement, is_known_day or is_beyond_table, is_before_table))
    return found


def movements_like(line: StatementLine, entry: Source, movements: Movements) -> list[UntiedMovement]:
    """The movements that may be the same money as a line that the ledger has in `entry`, where it settles nothing yet."""
    imported = movements.days_with_ids()
    apart = timedelta(days=DAYS_APART)
    return [
        UntiedMovement(
            movement,
            abs(movement.date - line.date).days <= DAYS
            or (not movement.bank_id and _is_between(imported, movement.date)),
            like_entry=True,
        )
        for movement in movements.between(line.date - apart, line.date + apart)
        if (movement.amount, movement.currency) == (line.amount, line.currency) and movement.source != entry
    ]


def earlier_movements(
    line: StatementLine, entry: Source, movements: Movements, imported: Sequence[Day]
) -> list[UntiedMovement]:
    """The movements without an id, of up to DAYS_APART days before, that an import of a line would have seen.

    The line is in `entry`; `imported`: `movements.days_with_ids()`.
    """
    return [
        UntiedMovement(movement, _is_between(imported, movement.date), like_entry=True)
        for movement in movements.between(line.date - timedelta(days=DAYS_APART), line.date)
        if (movement.amount, movement.currency) == (line.amount, line.currency)
        and movement.source != entry
        and not movement.bank_id
    ]


def earlier_receipts(book: Book, allocated: Allocated, untied: Sequence[UntiedMovement]) -> EarlierReceipts:
    """Those of the movements that are payments of customers, with what they settle: by what they name, and by the allocation."""
    entries = {found.movement.source for found in untied}
    numbers: defaultdict[Source, set[str]] = defaultdict(set)
    customers: defaultdict[Source, set[str]] = defaultdict(set)
    entry_of: dict[Source, Source] = {}
    for payment in book.payments if entries else ():
        if payment.entry is not None and payment.entry in entries:
            entry_of[payment.source] = payment.entry
            customers[payment.entry].add(payment.customer)
            numbers[payment.entry].update(payment.settles or payment.links)
    for allocation in allocated.allocations if entry_of else ():
        if allocation.source in entry_of:
            numbers[entry_of[allocation.source]].add(allocation.invoice.number)
    receipts: defaultdict[tuple[Decimal, str], list[EarlierReceipt]] = defaultdict(list)
    for found in untied:
        movement = found.movement
        if movement.source in customers:
            receipt = EarlierReceipt(found, frozenset(numbers[movement.source]), frozenset(customers[movement.source]))
            receipts[movement.amount, movement.currency].append(receipt)
    return receipts


def receipts_against(
    known: Receivables, proposal: Proposal, named: Iterable[str], receipts: EarlierReceipts
) -> tuple[str, ...]:
    """What speaks against a proposal for a line that names these documents: receipts that settle one of its documents, and those
    of its customers that are in no statement."""
    line = proposal.line
    of_amount = receipts.get((line.amount, line.currency), ())
    if not of_amount:
        return ()
    settled = [settlement.number for settlement in proposal.settlements]
    numbers = {*settled, *named}
    customers = {known.documents[number].customer for number in settled if number in known.documents}
    customers |= {known.customers_of[number] for number in numbers if number in known.customers_of}
    customers |= {proposal.customer} - {""}
    found = [
        receipt
        for receipt in of_amount
        if _may_be(line, receipt.untied.movement)
        and (
            receipt.numbers & numbers
            or (
                receipt.untied.has_no_line
                and (not customers or receipt.customers & customers)
                and not (receipt.untied.is_before_table and _are_later(known, settled, receipt.untied.movement))
            )
        )
    ]
    found.sort(key=lambda receipt: (abs(receipt.untied.movement.date - line.date), receipt.untied.movement.source))
    return tuple(_sentence(known, line, receipt) for receipt in found[:_MOST])


def _are_later(known: Receivables, numbers: Iterable[str], movement: LedgerMovement) -> bool:
    """Whether a movement came before one of these documents was there: before a table begins, it is the payment of another one."""
    dates = (known.documents[number].date for number in numbers if number in known.documents)
    return any(day > movement.date for day in dates)


def _may_be(line: StatementLine, movement: LedgerMovement) -> bool:
    """Whether an entry is of days near a line; two ids in the bank's own form are two movements."""
    near = abs(movement.date - line.date).days <= DAYS_APART
    return near and not (
        movement.bank_id and line.bank_id and reference_form(movement.bank_id) == reference_form(line.bank_id)
    )


def _sentence(known: Receivables, line: StatementLine, receipt: EarlierReceipt) -> str:
    movement = receipt.untied.movement
    names = (known.customer_names.get(customer, customer) for customer in sorted(receipt.customers))
    values = {
        "place": movement.source,
        "day": movement.date,
        "amount": movement.amount,
        "currency": movement.currency,
        "numbers": joined(_(" and "), sorted(receipt.numbers) or names),
    }
    if receipt.untied.like_entry:
        return _(
            "{place}: an entry of {day} books {amount} {currency} for {numbers} already. If both are the same money, take "
            "one of them out; if not, write here what it settles",
            **values,
        )
    if movement.bank_id:
        return _(
            "{place}: an entry of {day} books {amount} {currency} for {numbers} already, and has the bank-id of another line. "
            "If it is this line in another format, leave this line out; if it is another payment, accept the line",
            **values,
        )
    return _(
        "{place}: an entry of {day} books {amount} {currency} for {numbers} already. If it is this line, write "
        'bank-id: "{bank_id}" below its first line, or change its day to {line_day}; if it is another payment, accept '
        "the line",
        bank_id=line.bank_id,
        line_day=line.date,
        **values,
    )


def _is_between(imported: Sequence[Day], day: Day) -> bool:
    """Whether lines of statements are there shortly before and after a day."""
    before, after = bisect_right(imported, day), bisect_left(imported, day)
    if before == 0 or after == len(imported):
        return False
    return (imported[after] - imported[before - 1]).days <= _DAYS_BETWEEN
