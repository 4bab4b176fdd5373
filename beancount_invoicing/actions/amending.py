"""What holds from a day on, of contracts, customers and items: an amendment of just what changes, and what to know about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is, change
from beancount_invoicing.checks import check
from beancount_invoicing.entries import Loading, amending, text, writer
from beancount_invoicing.entries.amending import Values
from beancount_invoicing.model import Book, Finding, Source


class Thing(NamedTuple):
    """What is amended: the directive's kind, the place and text of its name in its head, and the head of an amendment."""

    kind: str
    place: int
    name: str
    head: Sequence[text.Value]
    moved: bool = False
    """The head says something new itself: whose contract it is."""


def amendments(loading: Loading, thing: Thing, days: Sequence[tuple[date, Values]]) -> Changes:
    """What must be written so that from each day on those values hold: a directive of that day, or what stands in it already.

    What holds already is left out. Raises CannotBill where nothing changes, or a day is before the first.
    """
    those = amending.sayings(loading.entries, thing.kind, thing.name, thing.place)
    new: list[New] = []
    edits: list[writer.Edit] = []
    notices: list[str] = []
    told: dict[str, text.Value | None] = {}
    for day, values in days:
        if day < those[0].day:
            raise CannotBill(f"{thing.name} begins on {those[0].day} ({those[0].source}): say that day or a later one")
        there = amending.in_force(those, day) | told
        wanted = {key: value for key, value in values.items() if amending.differs(there.get(key), value)}
        told |= values
        if not wanted and not thing.moved:
            continue
        of_day = [one for one in those if one.day == day]
        if of_day and not thing.moved:
            by_place: dict[Source, dict[str, text.Value | None]] = {}
            for key, value in wanted.items():
                where = next((one for one in of_day if key in one.values), of_day[-1]).source
                by_place.setdefault(where, {})[key] = value
            for where, own in by_place.items():
                edits.append(writer.Edit(Path(where.file), where.line, *amending.with_values(where, own)))
        else:
            entry = amending.directive(day, thing.kind, thing.head, wanted)
            new.append(New(day, as_it_is(entry), those[-1].source.file))
        notices += _later(those, day, wanted, days)
    if not new and not edits:
        said = ", ".join(f"{key} {_said(value)}" for _day, values in days for key, value in values.items())
        raise CannotBill(f"nothing changes: {thing.name} has {said or 'nothing new'} on {days[0][0]} already")
    return Changes(tuple(new), tuple(edits), notices=tuple(dict.fromkeys(notices)))


def _later(
    those: Sequence[amending.Saying], day: date, values: Values, days: Sequence[tuple[date, Values]]
) -> list[str]:
    """What to say of directives of later days that say something else again."""
    until = min((other for other, _values in days if other > day), default=date.max)
    return [
        f"{one.source}: from {one.day} on {key} is {_said(one.values[key])} again, as an amendment of that day says"
        for key, value in values.items()
        for one in those
        if day < one.day < until and key in one.values and amending.differs(one.values[key], value)
    ]


def _said(value: object) -> str:
    if value is None or value == "":
        return "not said"
    return text.value(value) if isinstance(value, (bool, date)) else str(value)


def changed(file: str | Path, make: Callable[[Loading], Changes], how: How) -> Outcome:
    """As `change`; the outcome's warnings are all that the ledger did not have before, wherever they stand: what was billed before
    may be otherwise now. Raises what `change` raises, and `make`."""
    before: list[Book] = []

    def keeping(loading: Loading) -> Changes:
        before.append(loading.book)
        return make(loading)

    outcome = change(file, keeping, how)
    known = {_key(one) for one in check(before[0])}
    fresh = [one for one in check(outcome.book) if one.severity == "warning" and _key(one) not in known]
    return replace(outcome, warnings=tuple(fresh))


def _key(one: Finding) -> tuple[str, str]:
    return one.rule, one.message
