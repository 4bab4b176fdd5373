"""Unbilled time that should not be billed: written down, or marked as non-billable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core.data import Transaction

from beancount_invoicing import billing
from beancount_invoicing.actions.time import time_contract
from beancount_invoicing.customer_search import folded
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import ZERO, Book, Source, Work
from beancount_invoicing.rules import worktime
from beancount_invoicing.writing import renaming, text, writer
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest


class TimeWriteOff(NamedTuple):
    """Time of a contract that is given up: `quantity` in the commodity of its account, or (`seconds`) in seconds."""

    contract: str
    quantity: Decimal
    in_seconds: bool = False
    reason: str = ""
    item: str = ""
    """Only time of this item; "" for any."""
    worked_on: date | None = None
    """Only time of this day; None for the oldest."""


def write_off_time(file: str | Path, request: TimeWriteOff, day: date, write_options: WriteOptions) -> Outcome:
    """Takes time off its account on `day` without billing it: the oldest, or that of a day.

    The entries of the work stay as they are. Raises what `change` raises, InvalidRequest if less is unbilled.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = time_contract(book, request.contract, request.worked_on or day)
        waits = [
            work
            for work in billing.unbilled_work(billing.book_at_cutoff(book, day), day)
            if work.account == contract.time and work.billable
            if request.item in {"", work.item} and request.worked_on in {None, work.date}
        ]
        if not waits:
            raise InvalidRequest(
                _(
                    "no time of {contract} is waiting to be billed{of_document} on {day}",
                    contract=request.contract,
                    of_document=_of(request),
                    day=day,
                )
            )
        commodity = waits[0].commodity
        left = worktime.from_seconds(request.quantity, commodity) if request.in_seconds else request.quantity
        total = sum((work.quantity for work in waits), ZERO)
        if not 0 < left <= total:
            raise InvalidRequest(
                _(
                    "{left} {commodity} cannot be written down: {there} {commodity} of {contract} are "
                    "waiting{of_document} on {day}",
                    left=left,
                    commodity=commodity,
                    there=total,
                    contract=request.contract,
                    of_document=_of(request),
                    day=day,
                )
            )
        given_up: dict[str, Decimal] = {}
        for entry in waits:
            taken = min(left, entry.quantity)
            left -= taken
            given_up[entry.item] = given_up.get(entry.item, ZERO) + taken
        legs = []
        for item, quantity in given_up.items():
            if quantity:
                meta: text.MetaItems = [("item", item), ("from", request.worked_on), ("written-down", True)]
                legs += [
                    text.NewPosting(contract.time, -quantity, commodity, meta),
                    text.NewPosting(waits[0].counter_account, quantity, commodity),
                ]
        name = book.customers[book.main_accounts[contract.customer]].at(day).name
        render = partial(
            _rendered, day, name, request.reason or _("Written down: {contract}", contract=request.contract), legs
        )
        return Changes(
            (NewDirective(day, render, waits[-1].source.file),), message=f"Time written down: {request.contract}"
        )

    return change(file, make, write_options)


def _of(wanted: TimeWriteOff) -> str:
    words = [
        _("of {item}", item=wanted.item) if wanted.item else "",
        _("of {worked_on}", worked_on=wanted.worked_on) if wanted.worked_on else "",
    ]
    return joined("", (f" {word}" for word in words if word))


def _rendered(day: date, payee: str, narration: str, legs: Sequence[text.NewPosting], column: int) -> str:
    return text.transaction(day, "*", payee, narration, legs, tags=("time",), column=column)


class TimeFilter(NamedTuple):
    """Which entries of time are meant; fields that are not given match everything. `place`: FILE:LINE, or the end of it."""

    contract: str
    day: date | None = None
    person: str = ""
    text_contains: str = ""
    """The task, or a part of it if no task has exactly that name; accents and case do not matter."""
    place: str = ""
    all_matching: bool = False
    """All entries found; otherwise there must be exactly one."""


def mark_time(
    file: str | Path, time_filter: TimeFilter, until: date, billable: bool, write_options: WriteOptions
) -> Outcome:
    """Marks unbilled entries of time up to `until` (inclusive) as non-billable, or as billable again, in place.

    Raises what `change` raises, InvalidRequest if there is none, several, or a part of one is billed.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        found = _found(book, time_filter, until, billable)
        left: dict[Source, Decimal] = {}
        for work in billing.unbilled_work(book, date.max):
            left[work.source] = left.get(work.source, ZERO) + work.quantity
        for work in found:
            if (rest := left.get(work.source, ZERO)) < work.quantity:
                raise InvalidRequest(
                    _(
                        "{place}: {quantity} of {work_quantity} {commodity} of {task} on {day} are already billed or "
                        "written down: write down what is left of it (time write-off)",
                        place=work.source,
                        quantity=work.quantity - rest,
                        work_quantity=work.quantity,
                        commodity=work.commodity,
                        task=work.task,
                        day=work.date,
                    )
                )
        edits = [_edit(place, sources, billable) for place, sources in _transactions(loading.entries, found).items()]
        count = _n(len(found), "{count} entry of time", "{count} entries of time", count=len(found))
        return Changes(
            edits=tuple(edits),
            message=f"Time {'billable' if billable else 'not billable'}: {time_filter.contract}",
            summary=count,
        )

    return change(file, make, write_options)


def _found(book: Book, wanted: TimeFilter, until: date, billable: bool) -> list[Work]:
    contract = time_contract(book, wanted.contract, wanted.day or until)
    found = [
        work
        for work in book.work
        if work.account == contract.time and work.quantity > 0 and not work.document and work.billable != billable
        if work.date <= until and wanted.day in {None, work.date} and folded(wanted.person) in {"", folded(work.person)}
        if folded(wanted.text_contains) in folded(work.task) and str(work.source).endswith(wanted.place)
    ]
    found = [work for work in found if folded(work.task) == folded(wanted.text_contains)] or found
    if not found:
        kind = _("not billable") if billable else _("billable")
        raise InvalidRequest(
            _(
                "no {kind} time of {contract} matches: bean-invoice time list --all shows what there is",
                kind=kind,
                contract=wanted.contract,
            )
        )
    if len(found) > 1 and not wanted.all_matching:
        listed = joined(
            "\n",
            (
                f"  {work.date}  {work.quantity} {work.commodity}  {work.person + ': ' if work.person else ''}{work.task}  "
                f"({work.source})"
                for work in found
            ),
        )
        raise InvalidRequest(
            _(
                "{count} entries match: say which (--date, --person, TEXT, --entry FILE:LINE), or --all\n{listed}",
                count=len(found),
                listed=listed,
            )
        )
    return found


def _transactions(entries: Sequence[Any], found: Sequence[Work]) -> dict[Source, list[Source]]:
    """The transactions that contain postings, with these."""
    wanted = {work.source for work in found}
    result: dict[Source, list[Source]] = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if source_of(posting.meta) in wanted:
                    result.setdefault(source_of(entry.meta), []).append(source_of(posting.meta))
    return result


def _edit(place: Source, postings: Sequence[Source], billable: bool) -> writer.Edit:
    """A transaction with its postings marked. Raises InvalidRequest if they are not there."""
    old = renaming.text_of(place)
    lines = old.split("\n")
    for posting in sorted(postings, reverse=True):
        at = posting.line - place.line
        if posting.file != place.file or not 0 < at < len(lines):
            raise InvalidRequest(_("{posting}: this time is not written there: a plugin produces it", posting=posting))
        following = next((i for i in range(at + 1, len(lines)) if not _is_below(lines[i])), len(lines))
        lines[at + 1 : following] = [line for line in lines[at + 1 : following] if not _NON_BILLABLE.match(line)]
        if not billable:
            lines.insert(at + 1, "    non-billable: TRUE")
    return writer.Edit(Path(place.file), place.line, old, joined("\n", lines))


_NON_BILLABLE = re.compile(r"\s+non-billable:")


def _is_below(line: str) -> bool:
    """Whether a line of a transaction belongs to the posting above it: a key (it begins with a small letter), or a comment."""
    start = line.strip()[:1]
    return start in {"", ";"} or (start.islower() and ":" in line)
