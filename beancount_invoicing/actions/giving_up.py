"""Time that waits and shall not be billed: written down, or marked as not billable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from beancount.core.data import Transaction

from beancount_invoicing import billing
from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.naming import folded
from beancount_invoicing.actions.timekeeping import time_contract
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, change
from beancount_invoicing.entries import Loading, renaming, text, writer
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import ZERO, Book, Source, Work
from beancount_invoicing.rules import worktime


@dataclass(frozen=True, slots=True)
class WriteOff:
    """Time of a contract that is given up: `quantity` in the commodity of its account, or (`seconds`) in seconds."""

    contract: str
    quantity: Decimal
    seconds: bool = False
    reason: str = ""
    item: str = ""
    """Only time of this item; "" for any."""
    worked_on: date | None = None
    """Only time of this day; None for the oldest."""


def write_off_time(file: str | Path, wanted: WriteOff, day: date, how: How) -> Outcome:
    """Time leaves its account on `day` and is billed to nobody: the oldest, or that of a day. What was worked stays as it is.

    Raises what `change` raises, CannotBill where less waits.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = time_contract(book, wanted.contract, wanted.worked_on or day)
        waits = [
            one
            for one in billing.unbilled_work(billing.cut_off(book, day), day)
            if one.account == contract.time and one.billable
            if wanted.item in {"", one.item} and wanted.worked_on in {None, one.date}
        ]
        if not waits:
            raise CannotBill(f"no time of {wanted.contract} waits to be billed{_of(wanted)} on {day}")
        commodity = waits[0].commodity
        left = worktime.written(wanted.quantity, commodity) if wanted.seconds else wanted.quantity
        there = sum((one.quantity for one in waits), ZERO)
        if not 0 < left <= there:
            raise CannotBill(
                f"{left} {commodity} cannot be written down: {there} {commodity} of {wanted.contract} wait{_of(wanted)} on {day}"
            )
        given_up: dict[str, Decimal] = {}
        for one in waits:
            taken = min(left, one.quantity)
            left -= taken
            given_up[one.item] = given_up.get(one.item, ZERO) + taken
        legs = []
        for item, quantity in given_up.items():
            if quantity:
                meta: text.Meta = [("item", item), ("from", wanted.worked_on), ("written-down", True)]
                legs += [
                    text.Leg(contract.time, -quantity, commodity, meta),
                    text.Leg(waits[0].counter, quantity, commodity),
                ]
        name = book.customers[book.accounts[contract.customer]].at(day).name
        render = partial(_rendered, day, name, wanted.reason or f"Written down: {wanted.contract}", legs)
        return Changes((New(day, render, waits[-1].source.file),), message=f"Time written down: {wanted.contract}")

    return change(file, make, how)


def _of(wanted: WriteOff) -> str:
    said = [f"of {wanted.item}" if wanted.item else "", f"of {wanted.worked_on}" if wanted.worked_on else ""]
    return "".join(f" {one}" for one in said if one)


def _rendered(day: date, payee: str, narration: str, legs: Sequence[text.Leg], column: int) -> str:
    return text.transaction(day, "*", payee, narration, legs, tags=("time",), column=column)


@dataclass(frozen=True, slots=True)
class TimeWanted:
    """Which entries of time are meant; what is not said lets all pass. `place`: FILE:LINE, or the end of it."""

    contract: str
    day: date | None = None
    person: str = ""
    words: str = ""
    """What was worked on, or a part of it where nothing is called so as a whole; accents and case do not matter."""
    place: str = ""
    every: bool = False
    """All that are found; else there must be one only."""


def mark_time(file: str | Path, wanted: TimeWanted, until: date, billable: bool, how: How) -> Outcome:
    """Entries of time up to `until` (inclusive) that wait are marked as not billable, or as billable again, where they stand.

    Raises what `change` raises, CannotBill where there is none, several, or a part of one is billed.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        found = _found(book, wanted, until, billable)
        left: dict[Source, Decimal] = {}
        for one in billing.unbilled_work(book, date.max):
            left[one.source] = left.get(one.source, ZERO) + one.quantity
        for one in found:
            if (rest := left.get(one.source, ZERO)) < one.quantity:
                raise CannotBill(
                    f"{one.source}: {one.quantity - rest} of {one.quantity} {one.commodity} of {one.task} on {one.date} are billed,"
                    " or written down, already: write down what is left of it (time write-off)"
                )
        edits = [_edit(place, those, billable) for place, those in _transactions(loading.entries, found).items()]
        count = f"{len(found)} {'entry' if len(found) == 1 else 'entries'} of time"
        return Changes(
            edits=tuple(edits),
            message=f"Time {'billable' if billable else 'not billable'}: {wanted.contract}",
            counted=count,
        )

    return change(file, make, how)


def _found(book: Book, wanted: TimeWanted, until: date, billable: bool) -> list[Work]:
    contract = time_contract(book, wanted.contract, wanted.day or until)
    those = [
        one
        for one in book.work
        if one.account == contract.time and one.quantity > 0 and not one.document and one.billable != billable
        if one.date <= until and wanted.day in {None, one.date} and folded(wanted.person) in {"", folded(one.person)}
        if folded(wanted.words) in folded(one.task) and str(one.source).endswith(wanted.place)
    ]
    those = [one for one in those if folded(one.task) == folded(wanted.words)] or those
    if not those:
        kind = "not billable" if billable else "billable"
        raise CannotBill(
            f"no {kind} time of {wanted.contract} is found so: bean-invoice time list --all says what there is"
        )
    if len(those) > 1 and not wanted.every:
        listed = "\n".join(
            f"  {one.date}  {one.quantity} {one.commodity}  {one.person + ': ' if one.person else ''}{one.task}  ({one.source})"
            for one in those
        )
        raise CannotBill(
            f"these are {len(those)} entries: say which (--date, --person, TEXT, --entry FILE:LINE), or --all\n{listed}"
        )
    return those


def _transactions(entries: Sequence[Any], found: Sequence[Work]) -> dict[Source, list[Source]]:
    """The transactions in which postings stand, with these."""
    wanted = {one.source for one in found}
    result: dict[Source, list[Source]] = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if source_of(posting.meta) in wanted:
                    result.setdefault(source_of(entry.meta), []).append(source_of(posting.meta))
    return result


def _edit(place: Source, postings: Sequence[Source], billable: bool) -> writer.Edit:
    """A transaction with its postings marked. Raises CannotBill where they do not stand there."""
    old = renaming.text_of(place)
    lines = old.split("\n")
    for posting in sorted(postings, reverse=True):
        at = posting.line - place.line
        if posting.file != place.file or not 0 < at < len(lines):
            raise CannotBill(f"{posting}: this time is not written there: a plugin makes it")
        following = next((i for i in range(at + 1, len(lines)) if not _is_key(lines[i])), len(lines))
        lines[at + 1 : following] = [
            line for line in lines[at + 1 : following] if "non-billable:" not in line.split('"')[0]
        ]
        if not billable:
            lines.insert(at + 1, "    non-billable: TRUE")
    return writer.Edit(Path(place.file), place.line, old, "\n".join(lines))


def _is_key(line: str) -> bool:
    """Whether a line of a transaction says a key of what stands above it (which begins with a small letter)."""
    return line.strip()[:1].islower() and ":" in line
