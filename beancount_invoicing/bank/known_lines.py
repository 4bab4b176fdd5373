"""Which lines of statements the ledger has already: by the bank's id, in another format of the same days, or typed by hand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.names import name_words
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Day, Source

DAYS = 5
"""So many days an entry that somebody typed may be off the bank's day."""


class LedgerMovement(NamedTuple):
    """What a transaction of the ledger moves on a bank account."""

    date: Day
    amount: Decimal
    currency: str
    source: Source
    """Of the transaction."""
    bank_id: str = ""
    words: str = ""
    """Its payee and narration."""


@dataclass(frozen=True, slots=True)
class KnownLines:
    """Lines, by their place among those asked for, that the ledger has."""

    known: Mapping[int, LedgerMovement] = field(default_factory=dict)
    tied: Mapping[int, LedgerMovement] = field(default_factory=dict)
    """Of those, the entries without an id that are recognised: each gets the line's."""
    doubtful: Mapping[int, tuple[LedgerMovement, ...]] = field(default_factory=dict)
    """Lines that may be one of several entries: nobody can tell which, or whether."""


def known_lines(lines: Sequence[StatementLine], movements: Iterable[LedgerMovement]) -> KnownLines:
    """Which lines of one account the ledger's movements on it are.

    An id says so for certain. An entry with an id that is in none of these lines, of a line's day and amount, is that line in
    another format if its words are alike, and doubtful if they are not; two references that a bank gives in one form are two
    movements. An entry without an id is the line of its amount within DAYS days, if it is the nearest of that line, and the line
    the nearest of it; where two are as near as each other, it is doubtful.
    """
    movements = list(movements)
    ids = {line.bank_id for line in lines}
    by_id = {movement.bank_id: movement for movement in movements if movement.bank_id}
    known = {at: by_id[line.bank_id] for at, line in enumerate(lines) if line.bank_id in by_id}
    foreign: defaultdict[tuple[Day, Decimal, str], list[LedgerMovement]] = defaultdict(list)
    typed: defaultdict[tuple[Decimal, str], list[LedgerMovement]] = defaultdict(list)
    for movement in movements:
        if not movement.bank_id:
            typed[movement.amount, movement.currency].append(movement)
        elif movement.bank_id not in ids:
            foreign[movement.date, movement.amount, movement.currency].append(movement)
    tied: dict[int, LedgerMovement] = {}
    doubtful: dict[int, tuple[LedgerMovement, ...]] = {}
    for at, line in enumerate(lines):
        there = foreign.get((line.date, line.amount, line.currency), [])
        others = [movement for movement in there if _form(movement.bank_id) != _form(line.bank_id)]
        same = next((movement for movement in others if _alike(line, movement)), None)
        if at in known or not others:
            continue
        if same is None:
            doubtful[at] = tuple(others)
        else:
            known[at] = same
            there.remove(same)
    waiting: defaultdict[tuple[Decimal, str], list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        if at not in known and at not in doubtful and (line.amount, line.currency) in typed:
            waiting[line.amount, line.currency].append(at)
    for key, places in waiting.items():
        own, unclear = _nearest(lines, places, typed[key])
        tied |= own
        doubtful |= unclear
    return KnownLines(known | tied, tied, doubtful)


def _form(bank_id: str) -> str:
    """How a bank writes its references; of an id made of a line's words, nothing that another has too."""
    reference = bank_id.split("~")[0]
    return re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", reference)) if reference else bank_id


def _alike(line: StatementLine, movement: LedgerMovement) -> bool:
    """Whether an entry says at least half of what a line says, or the line half of what the entry says."""
    own, others = name_words(f"{line.payer} {line.text}"), name_words(movement.words)
    return bool(own and others) and 2 * len(own & others) >= min(len(own), len(others))


def _nearest(
    lines: Sequence[StatementLine], places: Sequence[int], entries: Sequence[LedgerMovement]
) -> tuple[dict[int, LedgerMovement], dict[int, tuple[LedgerMovement, ...]]]:
    """Lines and entries of one amount in pairs, the nearest first; lines whose entry nobody can tell."""
    tied: dict[int, LedgerMovement] = {}
    left_lines, left_entries = list(places), sorted(entries, key=lambda entry: (entry.date, entry.source))
    for days in range(DAYS + 1):
        for at in list(left_lines):
            near = [entry for entry in left_entries if abs((entry.date - lines[at].date).days) == days]
            if not near:
                continue
            rivals = [other for other in left_lines if abs((near[0].date - lines[other].date).days) == days]
            if len(near) == len(rivals) == 1 or (len(near) == len(rivals) and days == 0):
                tied[at] = near[0]
                left_lines.remove(at)
                left_entries.remove(near[0])
    doubtful = {}
    for at in left_lines:
        near = [entry for entry in left_entries if abs((entry.date - lines[at].date).days) <= DAYS]
        if near:
            doubtful[at] = tuple(near)
    return tied, doubtful
