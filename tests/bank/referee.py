"""What a matching got right, against the truth that was drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.earlier_receipts import earlier_receipts, movements_like_lines
from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.known_lines import LedgerMovement, Movements
from beancount_invoicing.bank.matching import match_lines
from beancount_invoicing.bank.open_documents import receivables
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.model import Book, Source
from beancount_invoicing.receivables import allocate
from tests.bank.firms import Firm, TrueLine, draw_firm
from tests.ledgers import sound_book

AUTOMATIC = frozenset({"book", "return"})


class Verdict(NamedTuple):
    """Of a firm: the links that were made by themselves and are wrong, in words; and counts by clue."""

    wrong: tuple[str, ...]
    lines: int
    booked: Counter[str]
    """By tier."""
    could_be_told: Counter[str]
    """By clue."""
    told: Counter[str]


def verdict(seed: int) -> Verdict:
    """The lines of the firm of a seed, matched and judged."""
    return judged(seed, draw_firm(seed))


def judged(seed: int, firm: Firm) -> Verdict:
    """The lines of a firm, matched and judged."""
    book = sound_book(firm.ledger)
    as_of = date(2026, 12, 31)
    allocated = allocate(book, as_of)
    lines = tuple(true.line for true in firm.lines)
    untied = movements_like_lines(Statement(Source("", 0), "EUR", lines), lines, (), _movements(book)) if lines else []
    receipts = earlier_receipts(book, allocated, untied)
    proposals = match_lines(
        receivables(book, as_of, allocated), lines, receipts=dict.fromkeys(range(len(lines)), receipts)
    )
    wrong, booked, could, told = [], Counter[str](), Counter[str](), Counter[str]()
    for true, proposal in zip(firm.lines, proposals, strict=True):
        automatic = proposal.action in AUTOMATIC
        if automatic:
            booked[proposal.tier] += 1
        if automatic and not _right(true, proposal):
            wrong.append(
                f"seed {seed}: {true}\n  {proposal.action} {proposal.tier} {proposal.settlements} {proposal.evidence}"
            )
        if true.can_be_told:
            could[true.clue] += 1
            told[true.clue] += automatic
    return Verdict(tuple(wrong), len(firm.lines), booked, could, told)


def _movements(book: Book) -> Movements:
    """What its payments moved on the bank account."""
    found: dict[Source, LedgerMovement] = {}
    for payment in book.payments:
        if payment.entry is not None:
            before = found.get(payment.entry)
            amount = (before.amount if before else Decimal(0)) - payment.amount
            found[payment.entry] = LedgerMovement(payment.date, amount, payment.currency, payment.entry)
    return Movements(found.values())


def _right(true: TrueLine, proposal: Proposal) -> bool:
    return {settlement.number: settlement.amount for settlement in proposal.settlements} == true.settles


def added(verdicts: Iterable[Verdict]) -> Verdict:
    """All verdicts as one."""
    total = Verdict((), 0, Counter(), Counter(), Counter())
    for one in verdicts:
        total = Verdict(
            total.wrong + one.wrong,
            total.lines + one.lines,
            total.booked + one.booked,
            total.could_be_told + one.could_be_told,
            total.told + one.told,
        )
    return total
