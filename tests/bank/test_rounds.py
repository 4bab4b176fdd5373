"""Lines are compared again only where something changed: what comes of them is what it would be if all were compared each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from beancount_invoicing.bank.booking import BookedLine, with_entries
from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.matching import match_lines
from beancount_invoicing.bank.open_documents import ChangedDocuments, receivables, with_changes
from beancount_invoicing.bank.past_days import receivables_on
from beancount_invoicing.bank.rounds import LineKey, NewLine, Rounds
from beancount_invoicing.model import Book
from beancount_invoicing.writing.payment_text import payment_transaction
from tests.bank.firms import Firm, draw_firm
from tests.ledgers import sound_book

SEEDS = range(1, 13)
LAST = date(2026, 12, 31)


def all_again(book: Book, lines: Sequence[NewLine]) -> tuple[BookedLine, ...]:
    """What becomes of lines where in each round everything is worked out from the whole Book."""
    accounts = CustomerAccounts(book)
    found: dict[int, BookedLine] = {}
    left = list(range(len(lines)))
    while left:
        proposals = match_lines(receivables(book, LAST), [lines[at].line for at in left])
        pairs = [(lines[at].account, proposal) for at, proposal in zip(left, proposals, strict=True)]
        found |= zip(left, with_entries(book, pairs, accounts), strict=True)
        booked = [found[at] for at in left if found[at].is_booked]
        left = [at for at in left if found[at].proposal.action == "propose"] if booked else []
        payments = [payment for line in booked if line.entry for payment in line.entry.payments]
        book = replace(book, payments=(*book.payments, *payments))
    return tuple(found[at] for at in range(len(lines)))


def new_lines(firm: Firm) -> dict[LineKey, NewLine]:
    return {("Assets:Bank", true.line.bank_id): NewLine("Assets:Bank", true.line) for true in firm.lines}


def told(lines: Iterable[BookedLine]) -> Iterator[object]:
    for line in lines:
        yield line.proposal, payment_transaction(line.entry) if line.entry else None


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_looked_at_again_are_those_that_something_changed_for(seed: int) -> None:
    firm = draw_firm(seed)
    book = sound_book(firm.ledger)
    lines = new_lines(firm)
    rounds = Rounds(receivables(book, LAST), CustomerAccounts(book), LAST, lines, {})
    assert list(told(rounds.booked.values())) == list(told(all_again(book, list(lines.values()))))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_open_after_payments_is_what_the_whole_book_says(seed: int) -> None:
    firm = draw_firm(seed)
    book = sound_book(firm.ledger)
    known, accounts = receivables(book, LAST), CustomerAccounts(book)
    rounds = Rounds(known, accounts, LAST, new_lines(firm), {})
    entries = [line.entry for line in rounds.booked.values() if line.is_booked and line.entry]
    payments = [payment for entry in entries for payment in entry.payments]
    after = replace(book, payments=(*book.payments, *payments))
    changed = (
        ChangedDocuments(*accounts.allocated_around(payment.customer, payment.settles or payment.links, LAST))
        for payment in payments
    )
    assert payments
    assert with_changes(known, book, LAST, changed) == receivables(after, LAST)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_open_on_past_days_is_what_the_book_of_each_day_says(seed: int) -> None:
    book = sound_book(draw_firm(seed).ledger)
    late = {payment.entry for payment in book.payments if payment.entry}
    first = min(invoice.booked_from for invoice in book.invoices)
    days = [first + timedelta(days=off) for off in range(-1, 90, 4)]
    for day, known in zip(days, receivables_on(book, days, late), strict=True):
        there = (payment for payment in book.payments if payment.date < day or payment.entry not in late)
        assert known == receivables(replace(book, payments=tuple(there)), day)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_decision_lines_are_as_if_all_were_compared_anew(seed: int) -> None:
    firm = draw_firm(seed)
    book = sound_book(firm.ledger)
    lines = new_lines(firm)
    rounds = Rounds(receivables(book, LAST), CustomerAccounts(book), LAST, lines, {})
    for _decision in range(3):
        undecided = {key: line.entry for key, line in rounds.booked.items() if not line.is_booked and line.entry}
        if not undecided:
            break
        key, entry = next(iter(undecided.items()))
        del lines[key]
        if not rounds.book(key, entry, lines):
            break
        book = replace(book, payments=(*book.payments, *entry.payments))
        anew = Rounds(receivables(book, LAST), CustomerAccounts(book), LAST, lines, {})
        assert list(told(rounds.booked.values())) == list(told(anew.booked.values()))


def test_a_decision_that_a_certain_line_depends_on_asks_for_all_to_be_compared_anew() -> None:
    firm = draw_firm(1)
    book = sound_book(firm.ledger)
    lines = new_lines(firm)
    rounds = Rounds(receivables(book, LAST), CustomerAccounts(book), LAST, lines, {})
    key, certain = next((key, line) for key, line in rounds.booked.items() if line.is_booked)
    assert certain.entry
    other = next(other for other in lines if other != key)
    assert not rounds.book(other, certain.entry, {at: line for at, line in lines.items() if at != other})
    assert not rounds.book(other, certain.entry, {})
