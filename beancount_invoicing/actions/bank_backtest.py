"""The past payments of a ledger as lines of the bank, to measure how well they are matched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core.data import Transaction

from beancount_invoicing.actions.bank_entries import movements_on
from beancount_invoicing.bank.backtest import PastPayment, RematchedPayment, backtest, bound, tier_figures, tiers_below
from beancount_invoicing.bank.earlier_receipts import EarlierReceipts, earlier_movements, earlier_receipts
from beancount_invoicing.bank.known_lines import Movements, known_lines
from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.model import Book, Payment, Source
from beancount_invoicing.receivables import Allocated, allocate

MOST_PAST_PAYMENTS = 1000
"""By so many past payments a bound is judged: one more changes the share by less than a tenth of a percent."""
_BY_WORD = frozenset({"settles", "link"})
"""How a person, or a file, said what is settled; what was merely assumed says nothing."""


def rematched_payments(
    loading: Loading,
    since: date | None = None,
    until: date | None = None,
    statements: Sequence[tuple[str, Statement]] = (),
    latest: int | None = None,
) -> tuple[RematchedPayment, ...]:
    """The payments of a period (both days inclusive) that name what they settle, matched again.

    `statements` (each with its account) give the bank's data for lines that the ledger has: payers' accounts,
    references. Otherwise the payee and the narration of the transaction are used. A fee that the transaction books
    counts as stated by the bank. `latest`: only so many of them, the last ones (None: all).
    """
    told = _told_by_statements(loading, statements)
    past = [
        payment._replace(line=told.get(payment.entry, payment.line))
        for payment in past_payments(loading)
        if (not since or payment.line.date >= since) and (not until or payment.line.date <= until)
    ]
    past = past[-latest:] if latest else past
    return backtest(loading.book, past, _earlier_receipts(loading, past))


def tiers_not_booked(loading: Loading, day: date) -> dict[str, str]:
    """The tiers that the firm's bound leaves to a person on `day`, with the reason; none without a bound.

    They are measured on the payments of the ledger's last twelve months, at most the latest MOST_PAST_PAYMENTS.
    """
    asked = bound(loading.book, day)
    if asked is None:
        return {}
    last = loading.book.last_date
    since = last.replace(year=last.year - 1, day=min(last.day, 28))
    return tiers_below(tier_figures(rematched_payments(loading, since, latest=MOST_PAST_PAYMENTS)), asked)


def _earlier_receipts(loading: Loading, past: Sequence[PastPayment]) -> dict[Source, EarlierReceipts]:
    """By entry, the receipts shortly before a payment that may be the same money, as an import would have seen them."""
    book = loading.book
    by_account = movements_on(loading, _banks(book))
    account_of = {found.source: account for account, moved in by_account.items() for found in moved}
    movements = {account: Movements(moved) for account, moved in by_account.items()}
    imported = {account: moved.days_with_ids() for account, moved in movements.items()}
    earlier = {
        payment.entry: earlier_movements(payment.line, payment.entry, movements[account], imported[account])
        for payment in past
        if (account := account_of.get(payment.entry))
    }
    known = loading.checked_load.allocated if loading.checked_load else allocate(book, book.last_date)
    every = {found.movement.source: found for untied in earlier.values() for found in untied}
    receipts = earlier_receipts(book, known, list(every.values()))
    by_source = {receipt.untied.movement.source: receipt for listed in receipts.values() for receipt in listed}
    return {
        entry: {(untied[0].movement.amount, untied[0].movement.currency): own}
        for entry, untied in earlier.items()
        if (own := [by_source[found.movement.source] for found in untied if found.movement.source in by_source])
    }


def _banks(book: Book) -> set[str]:
    """The accounts that are the bank's: those that the ledger describes, else those that payments used."""
    return set(book.bank_accounts) or {use.account for use in book.payment_accounts.money}


def past_payments(loading: Loading) -> tuple[PastPayment, ...]:
    """The transactions with one posting on a bank account whose money settles named documents, by day."""
    book = loading.book
    by_entry: defaultdict[Source, list[Payment]] = defaultdict(list)
    for payment in book.payments:
        if payment.entry and not payment.at_once:
            by_entry[payment.entry].append(payment)
    known = loading.checked_load.allocated if loading.checked_load else None
    settled = _settled(book, known or allocate(book, book.last_date))
    banks = _banks(book)
    fees = {use.account for use in book.payment_accounts.fees}
    found: list[PastPayment] = []
    for entry in loading.entries:
        if not isinstance(entry, Transaction):
            continue
        source = source_of(entry.meta)
        numbers = settled.get(source)
        if not numbers or not by_entry.get(source):
            continue
        line = _line(entry, source, by_entry[source], banks, fees)
        if line is not None:
            found.append(PastPayment(source, line, numbers))
    return tuple(sorted(found, key=lambda payment: (payment.line.date, payment.entry)))


def _settled(book: Book, allocated: Allocated) -> dict[Source, dict[str, Decimal]]:
    """What each transaction settled on its own day, by number; not those of which a part was assumed, or waits for one."""
    entries = {payment.source: payment for payment in book.payments if payment.entry}
    found: defaultdict[Source, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    unclear: set[Source] = set()
    for allocation in allocated.allocations:
        payment = entries.get(allocation.source)
        if payment is None or payment.entry is None:
            continue
        how = allocation.reverses or allocation.how
        if how == "write-off":
            continue
        if how not in _BY_WORD | {"discount"} or allocation.date != payment.date:
            unclear.add(payment.entry)
        found[payment.entry][allocation.invoice.number] += allocation.amount
    return {
        entry: {number: amount for number, amount in numbers.items() if amount}
        for entry, numbers in found.items()
        if entry not in unclear
    }


def _line(
    entry: Any, source: Source, payments: Sequence[Payment], banks: set[str], fees: set[str]
) -> StatementLine | None:
    """The line that the bank showed, as far as the ledger tells; None of what is not a single movement on a bank account."""
    on_bank = [posting for posting in entry.postings if posting.account in banks and posting.units is not None]
    if len(on_bank) != 1:
        return None
    units = on_bank[0].units
    fee = sum(
        (
            posting.units.number
            for posting in entry.postings
            if posting.account in fees and posting.units is not None and posting.units.currency == units.currency
        ),
        Decimal(0),
    )
    money = [payment for payment in payments if payment.means == "money"]
    claimed = -sum((payment.amount for payment in money), Decimal(0))
    currency = money[0].currency if money else units.currency
    reason = entry.meta.get("return-reason")
    line = StatementLine(
        str(entry.meta.get("bank-id") or source), entry.date, units.number, units.currency, source,
        payer=entry.payee or "", text=entry.narration or "", fee=max(fee, Decimal(0)),
        is_return=isinstance(reason, str), return_reason=reason if isinstance(reason, str) else "",
    )  # fmt: skip
    return line if currency == units.currency else line._replace(ordered_amount=claimed, ordered_currency=currency)


def _told_by_statements(loading: Loading, statements: Sequence[tuple[str, Statement]]) -> dict[Source, StatementLine]:
    """The lines of statements that the ledger has, by their transactions."""
    movements = movements_on(loading, {account for account, _statement in statements})
    found: dict[Source, StatementLine] = {}
    for account, statement in statements:
        known = known_lines(statement.lines, movements.get(account, []))
        found |= {movement.source: statement.lines[at] for at, movement in known.known.items()}
    return found
