"""Lines of statements that the ledger already has: found by the bank's id, in another format of the same days, or typed
by hand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar

from beancount_invoicing.bank.names import name_words
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Day, Source

_T = TypeVar("_T")
DAYS = 5
"""How many days an entry typed by hand may differ from the bank's day."""


class LedgerMovement(NamedTuple):
    """A transaction's movement on a bank account."""

    date: Day
    amount: Decimal
    currency: str
    source: Source
    """The place of the transaction."""
    bank_id: str = ""
    words: str = ""
    """Its payee and narration."""


class Movements:
    """The movements on one account, by day and by the bank's id."""

    def __init__(self, movements: Iterable[LedgerMovement]) -> None:
        self._by_day: defaultdict[Day, list[LedgerMovement]] = defaultdict(list)
        self._by_id: defaultdict[str, list[LedgerMovement]] = defaultdict(list)
        for movement in movements:
            self.add(movement)

    def add(self, movement: LedgerMovement) -> None:
        """Adds a movement."""
        self._by_day[movement.date].append(movement)
        if movement.bank_id:
            self._by_id[movement.bank_id].append(movement)

    def give_id(self, movement: LedgerMovement, bank_id: str) -> None:
        """Gives a movement the id of a line."""
        self._by_day[movement.date].remove(movement)
        self.add(movement._replace(bank_id=bank_id))

    def near(self, lines: Sequence[StatementLine]) -> list[LedgerMovement]:
        """The movements that may be these lines: those with their ids, and those within DAYS days of one of them."""
        days = {line.date + timedelta(days=off) for line in lines for off in range(-DAYS, DAYS + 1)}
        found = [movement for day in sorted(days) for movement in self._by_day.get(day, ())]
        ids = sorted({line.bank_id for line in lines})
        return found + [other for bank_id in ids for other in self._by_id.get(bank_id, ()) if other.date not in days]

    def between(self, since: Day, until: Day) -> list[LedgerMovement]:
        """Those of the days from `since` to `until` (inclusive), in their order."""
        days = (since + timedelta(days=off) for off in range((until - since).days + 1))
        return [movement for day in days for movement in self._by_day.get(day, ())]

    def days_with_ids(self) -> list[Day]:
        """The days of those that have a line of a statement, in order."""
        return sorted({movement.date for found in self._by_id.values() for movement in found})


@dataclass(frozen=True, slots=True)
class KnownLines:
    """The lines that the ledger has, by their place in the request."""

    known: Mapping[int, LedgerMovement] = field(default_factory=dict)
    tied: Mapping[int, LedgerMovement] = field(default_factory=dict)
    """By line, the recognised entry without an id, which gets the line's."""
    doubtful: Mapping[int, tuple[LedgerMovement, ...]] = field(default_factory=dict)
    """Lines that may be any of several entries, or none."""


def _nobody(_line: StatementLine, _movement: LedgerMovement) -> bool:
    return False


def known_lines(
    lines: Sequence[StatementLine],
    movements: Iterable[LedgerMovement],
    is_another: Callable[[StatementLine, LedgerMovement], bool] = _nobody,
) -> KnownLines:
    """Finds the lines of one account that are already among the ledger's movements.

    The same id identifies a line for certain. An entry with another id, which none of these lines has, of a line's day
    and amount, is taken for that line in another format if the words are similar; if not, the line is doubtful. But two
    different references of the same form are two movements. An entry without an id is taken for a line of the same
    amount within DAYS days, if each is the nearest to the other and it is not `is_another` payment, by what both say. If
    two are equally near, or only another payment is near, the line is doubtful. It is also doubtful if an entry of its
    amount within DAYS days has an id of another form: somebody may have typed that entry with another day before it got
    the id.
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
        of_amount = foreign.get((line.date, line.amount, line.currency), [])
        others = [
            movement for movement in of_amount if reference_form(movement.bank_id) != reference_form(line.bank_id)
        ]
        same = next((movement for movement in others if _alike(line, movement)), None)
        if at in known or not others:
            continue
        if same is None:
            doubtful[at] = tuple(others)
        else:
            known[at] = same
            of_amount.remove(same)
    near: defaultdict[tuple[Decimal, str], list[LedgerMovement]] = defaultdict(list)
    for (_day, amount, currency), others in foreign.items():
        near[amount, currency] += others
    waiting: defaultdict[tuple[Decimal, str], list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        if at not in known and at not in doubtful and (line.amount, line.currency) in typed:
            waiting[line.amount, line.currency].append(at)
    for key, places in waiting.items():
        own, unclear = _nearest(lines, places, typed[key], is_another)
        tied |= own
        doubtful |= unclear
    for at, line in enumerate(lines):
        others = [
            movement
            for movement in near.get((line.amount, line.currency), ())
            if abs(movement.date - line.date).days <= DAYS
            and reference_form(movement.bank_id) != reference_form(line.bank_id)
        ]
        if others and at not in known and at not in tied and at not in doubtful:
            doubtful[at] = tuple(others)
    return KnownLines(known | tied, tied, doubtful)


def reference_form(bank_id: str) -> str:
    """The form of a bank's references; an id made from a line's words has none in common with others."""
    reference = bank_id.split("~")[0]
    return re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", reference)) if reference else bank_id


def _alike(line: StatementLine, movement: LedgerMovement) -> bool:
    """Whether an entry contains at least half of a line's words, or the line half of the entry's."""
    own, others = name_words(f"{line.payer} {line.text}"), name_words(movement.words)
    return bool(own and others) and 2 * len(own & others) >= min(len(own), len(others))


def _nearest(
    lines: Sequence[StatementLine],
    places: Sequence[int],
    entries: Sequence[LedgerMovement],
    is_another: Callable[[StatementLine, LedgerMovement], bool],
) -> tuple[dict[int, LedgerMovement], dict[int, tuple[LedgerMovement, ...]]]:
    """Lines and entries of one amount in pairs, the nearest first; and lines whose entry is not known."""
    tied: dict[int, LedgerMovement] = {}
    entries_of: defaultdict[int, list[LedgerMovement]] = defaultdict(list)
    places_of: defaultdict[int, dict[int, None]] = defaultdict(dict)
    for entry in sorted(entries, key=lambda entry: (entry.date, entry.source)):
        entries_of[entry.date.toordinal()].append(entry)
    for at in places:
        places_of[lines[at].date.toordinal()][at] = None
    for days in range(DAYS + 1):
        for at in [at for at in places if at not in tied]:
            near = [
                entry for entry in _so_far_off(entries_of, lines[at].date, days) if not is_another(lines[at], entry)
            ]
            if not near:
                continue
            rivals = [
                place for place in _so_far_off(places_of, near[0].date, days) if not is_another(lines[place], near[0])
            ]
            if len(near) == len(rivals) == 1 or (len(near) == len(rivals) and days == 0):
                tied[at] = near[0]
                del places_of[lines[at].date.toordinal()][at]
                entries_of[near[0].date.toordinal()].remove(near[0])
    doubtful = {}
    for at in places:
        near = [
            entry for days in range(-DAYS, DAYS + 1) for entry in entries_of.get(lines[at].date.toordinal() + days, ())
        ]
        if at not in tied and near:
            doubtful[at] = tuple(near)
    return tied, doubtful


def _so_far_off(by_day: Mapping[int, Iterable[_T]], day: Day, days: int) -> list[_T]:
    """Those exactly this many days before or after a day, in that order."""
    at = day.toordinal()
    return [found for place in dict.fromkeys((at - days, at + days)) for found in by_day.get(place, ())]
