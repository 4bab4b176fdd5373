"""Takes back payments, and what was written from bank statements: exactly the entries that were written, if they are
unchanged.

The log of `writing.undo_log` tells what was written last. An entry that has changed since, or on which something
depends, stays, and so does everything that was written with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.bank.statements import AccountStatement
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Source
from beancount_invoicing.receivables import allocate, tax_due
from beancount_invoicing.writing import trial, undo_log, writer
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.undo_log import Act, TextLocator, WrittenText

_BANK_ID = re.compile(r'(?m)^\s+bank-id: "((?:[^"\\]|\\.)*)"')
_BALANCE = re.compile(r"(\d{4}-\d\d-\d\d) balance (\S+)")


class TakenBack(NamedTuple):
    """The result, whether written or only shown: directives that are removed, and entries that get back their earlier
    text.
    """

    outcome: Outcome
    message: str
    """The message of the command that wrote it."""
    removed: tuple[tuple[Source, str], ...]
    restored: tuple[tuple[Source, str], ...]
    """The entries with their restored texts."""


class BankSelection(NamedTuple):
    """The selected lines and balances among those that were written."""

    bank_ids: frozenset[str]
    balances: frozenset[tuple[str, str]]
    """The day, as written, and the account."""


def selection_of(statements: Sequence[AccountStatement]) -> BankSelection:
    """What an import of statements writes: entries with their lines' ids, and their closing balances."""
    days = {
        (
            statement.account,
            statement.statement.until or max((line.date for line in statement.statement.lines), default=None),
        )
        for statement in statements
    }
    return BankSelection(
        frozenset(line.bank_id for statement in statements for line in statement.statement.lines),
        frozenset(((day + timedelta(days=1)).isoformat(), account) for account, day in days if day),
    )


def last_act(top: Path, files: Collection[str] | None = None) -> Act | None:
    """The last act of which anything is still in the ledger; None if none is known."""
    locator = TextLocator(files if files is not None else _files_beside(top))
    return next((act for act in reversed(undo_log.recorded_acts(top)) if _is_there(act, locator)), None)


def _files_beside(top: Path) -> set[str]:
    return {text.file for act in undo_log.recorded_acts(top) for text in act.texts}


def _is_there(act: Act, locator: TextLocator) -> bool:
    return any(locator.line_of(text.file, text.text) for text in act.texts)


def take_back_last(file: str | Path, write_options: WriteOptions) -> TakenBack:
    """Takes back what the last command wrote, if it was a payment, an allocation, a note, or from the bank. Raises what
    `change` raises, and InvalidRequest if it was something else, or cannot be taken back.
    """

    def acts_of(loading: Loading) -> list[Act]:
        act = last_act(Path(loading.book.file), loading.files)
        if act is None or act.kind not in {"payment", "bank", "note"}:
            raise InvalidRequest(_("the last command wrote neither a payment nor a document: there is nothing to undo"))
        return [act]

    return _take_back(file, acts_of, None, write_options)


def take_back_bank(file: str | Path, wanted: BankSelection | None, write_options: WriteOptions) -> TakenBack:
    """Takes back what was last written from the bank, or with `wanted` what was ever written of some lines. Raises as
    above.
    """

    def acts_of(loading: Loading) -> list[Act]:
        top = Path(loading.book.file)
        locator = TextLocator(loading.files)
        acts = [act for act in undo_log.recorded_acts(top) if act.kind == "bank" and _is_there(act, locator)]
        if not acts:
            raise InvalidRequest(
                _(
                    "nothing that bank import, bank review or bank match wrote is there to be taken back, as far as {file} "
                    "beside the ledger knows: if it was written on another machine, take it out by hand",
                    file=undo_log.UNDO_FILE,
                )
            )
        return acts if wanted else acts[-1:]

    return _take_back(file, acts_of, wanted, write_options)


def _take_back(
    file: str | Path,
    acts_of: Callable[[Loading], list[Act]],
    wanted: BankSelection | None,
    write_options: WriteOptions,
) -> TakenBack:
    found: list[_Removal] = []

    def make(loading: Loading) -> Changes:
        removal = _removal(loading, acts_of(loading), wanted)
        _must_stand_alone(loading, removal)
        found[:] = [removal]
        count = len(removal.edits)
        return Changes(
            edits=tuple(removal.edits),
            message=f"Undone: {removal.message}",
            notices=tuple(removal.notices),
            act="undo",
            summary=_n(count, "{count} entry", "{count} entries", count=count),
        )

    outcome = change(file, make, write_options)
    (removal,) = found
    places = [(Source(str(edit.file), edit.line), edit) for edit in removal.edits]
    return TakenBack(
        outcome,
        removal.message,
        tuple((place, edit.old) for place, edit in places if not edit.new),
        tuple((place, edit.new) for place, edit in places if edit.new),
    )


class _Removal(NamedTuple):
    message: str
    edits: tuple[writer.Edit, ...]
    notices: tuple[str, ...]
    events: Mapping[str, int]


def _removal(loading: Loading, acts: Sequence[Act], wanted: BankSelection | None) -> _Removal:
    """The edits that take acts back. Raises InvalidRequest if a text was changed since, or nothing of it is there."""
    locator = TextLocator(loading.files)
    names = {str(Path(name).resolve()): name for name in loading.files}
    edits: list[writer.Edit] = []
    notices: list[str] = []
    messages: dict[str, None] = {}
    events: dict[str, int] = {}
    for act in acts:
        for text in act.texts:
            if wanted is not None and not _is_wanted(text, wanted):
                continue
            line = locator.line_of(text.file, text.text)
            if not line:
                notices.append(_gone(text, locator))
                continue
            edits.append(writer.Edit(Path(names[str(Path(text.file).resolve())]), line, text.text, text.before))
            messages[act.message] = None
            events.update(act.events)
    if not edits:
        raise InvalidRequest(_("nothing of it was written here, or it is gone already"))
    return _Removal(", ".join(messages), tuple(edits), tuple(notices), events)


def _is_wanted(text: WrittenText, wanted: BankSelection) -> bool:
    if found := _BANK_ID.search(text.text):
        return found[1] in wanted.bank_ids
    balance = _BALANCE.match(text.text)
    return bool(balance and (balance[1], balance[2]) in wanted.balances)


def _gone(text: WrittenText, locator: TextLocator) -> str:
    """What to say of a text that is not there as it was written. Raises InvalidRequest if it was changed."""
    head = text.text.split("\n")[0]
    bank_id = _BANK_ID.search(text.text)
    line = bank_id and locator.first_line(text.file, lambda other: other.strip() == bank_id[0].strip())
    line = line or locator.first_line(text.file, lambda other: other == head)
    if line:
        raise InvalidRequest(
            _(
                "{place}: this entry was changed since it was written: nothing is taken back; put it as it was, or take "
                "it out by hand, and do this again",
                place=Source(text.file, line),
            )
        )
    return _("{head} (in {file}) is no longer there: it is skipped", head=head, file=text.file)


def _must_stand_alone(loading: Loading, removal: _Removal) -> None:
    """Raises InvalidRequest if something that stays depends on what goes: another payment, moved tax, a letter."""
    book = loading.book
    plan = writer.plan(Path(book.file), loading.files, [], removal.edits)
    after = trial.try_plan(loading, plan).book
    spans = [(str(edit.file), edit.line, edit.line + edit.old.count("\n")) for edit in removal.edits]
    for place in _dependents(book, after, spans):
        raise InvalidRequest(
            _(
                "{place} refers to what would be taken back: nothing is taken back; take that out first",
                place=place,
            )
        )
    _no_new_tax(book, after)
    now = undo_log.note_counts(book, removal.events)
    for number, count in removal.events.items():
        if now[number] > count:
            last = [event for event in book.events if number in event.numbers][-1]
            raise InvalidRequest(
                _(
                    "{place}: {number} had a letter or a note after this was written: nothing is taken back; if the "
                    "money came back, book that, bean-invoice pay --return {number}",
                    place=last.source,
                    number=number,
                )
            )


def _dependents(book: Book, after: Book, spans: Sequence[tuple[str, int, int]]) -> Iterator[Source]:
    """The entries that stay and settle something else once the others are gone, or take money that is there no more."""

    def stays(source: Source) -> bool:
        return not any(source.file == file and first <= source.line <= last for file, first, last in spans)

    day = book.last_date
    state, later = allocate(book, day), allocate(after, day)
    settled, still = (
        Counter((item.source, item.invoice.number, item.how, item.amount) for item in allocated.allocations)
        for allocated in (state, later)
    )
    lost = [key[0] for key in (settled - still) if stays(key[0])]
    taken, taken_later = (
        Counter((item.payment.source, item.amount) for item in allocated.unallocated if item.amount > 0)
        for allocated in (state, later)
    )
    lost += [source for source, _amount in (taken_later - taken)]
    yield from sorted(lost)


def _no_new_tax(book: Book, after: Book) -> None:
    """Raises InvalidRequest if tax was moved by an entry that stays."""
    before, later = _missing_tax(book), _missing_tax(after)
    for (day, code, currency), amount in later.items():
        if amount != before.get((day, code, currency)):
            raise InvalidRequest(
                _(
                    "tax of {code} was moved for it, by an entry that stays: {amount} {currency} of {month} would be wrong; "
                    "take that entry out first (bean-invoice tax-due --until {day} shows it)",
                    code=code,
                    amount=amount,
                    currency=currency,
                    month=day.strftime("%Y-%m"),
                    day=day,
                )
            )


def _missing_tax(book: Book) -> dict[tuple[date, str, str], Decimal]:
    """What the books lack, by month, code and currency."""
    return {
        (entry.date, line.pending.code, line.pending.currency): line.owed
        for entry in tax_due(book, book.last_date).missing
        for line in entry.lines
    }
