"""Issuing drafts: they get their numbers and dates, and the numbers replace the drafts' names wherever the ledger uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.customer_search import near_name_hint
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.payment_terms import DueInstalment, TermsError
from beancount_invoicing.writing import renaming, writer
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest

_HEAD = re.compile(r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})(\s+)!(\s)")


def issue(file: str | Path, names: Sequence[str], day: date | None, write_options: WriteOptions) -> Outcome:
    """Numbers drafts (all of them if none is named), dated `day`, in the order of files and lines. If `day` is None, each keeps its
    own day, and they are numbered by these.

    Whatever names them – links of payments, notes and documents, `settles`, `corrects`, `claims`, `deposit` – names the numbers
    from then on, in all files of the ledger. Raises what `change` raises, InvalidRequest, billing.CannotNumber.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        drafts = [invoice for invoice in book.invoices if invoice.draft and (not names or invoice.number in names)]
        missing = [name for name in names if name not in {draft.number for draft in drafts}]
        if missing:
            known = [invoice.number for invoice in book.invoices if invoice.draft]
            raise InvalidRequest(
                _("there is no draft {missing}{hint}", missing=missing[0], hint=near_name_hint(missing[0], known))
            )
        drafts.sort(key=lambda invoice: invoice.source)  # file by file: an interruption between files leaves no gap
        naming = billing.next_numbers(book)
        days = {draft.number: day or draft.date for draft in drafts}
        drafts.sort(key=lambda invoice: days[invoice.number])
        given = {draft.number: naming(draft.kind, days[draft.number]) for draft in drafts}
        at = {draft.source: draft for draft in drafts}
        places = renaming.entries_naming(loading.entries, frozenset(given)) if given else ()
        edits = [_edited(book, place, at.get(place.source), given, days) for place in places]
        numbers = ", ".join(given.values())
        return Changes(edits=tuple(edits), message=f"Invoices: {numbers}")

    return change(file, make, write_options)


def _edited(
    book: Book, place: renaming.NamingEntry, draft: Invoice | None, given: Mapping[str, str], days: Mapping[str, date]
) -> writer.Edit:
    """The lines of an entry with drafts' names replaced by their numbers; raises InvalidRequest if the names are not there."""
    old = renaming.text_of(place.source)
    renamed = renaming.renamed(old, given)
    if lost := sorted(place.names - renamed.names):
        numbers = joined(
            ", ",
            (
                _("{name} becomes {number}", name=name, number=number)
                for name, number in given.items()
                if name in " ".join(lost)
            ),
        )
        raise InvalidRequest(
            _(
                "{place}: this entry has {lost}, but not in the lines of that file: a plugin or pushmeta adds it, "
                "and it cannot be changed there; remove it, issue the draft, then name the number ({numbers})",
                place=place.source,
                lost=", ".join(lost),
                numbers=numbers or lost[0],
            )
        )
    new = _issued(book, draft, renamed.text, given[draft.number], days[draft.number]) if draft else renamed.text
    return writer.Edit(Path(place.source.file), place.source.line, old, new)


def _issued(book: Book, draft: Invoice, text: str, number: str, day: date) -> str:
    """The entry of a draft with date, flag and link; due dates that followed from its date follow from the new one."""
    changed = text.split("\n")
    match = _HEAD.match(changed[0])
    if not match:
        raise InvalidRequest(
            _("{place}: this draft is not written with a date and ! – write it so, then issue it", place=draft.source)
        )
    changed[0] = f"{day.isoformat()}{match[2]}*{match[3]}{changed[0][match.end() :]}"
    link = f"^{numbering.link(number)}"
    if link not in renaming.renamed(text, {}).names:
        changed[0] = _with_link(changed[0], link)
    moved = billing.moved_due_dates(book, draft, day)
    for instalment in draft.instalments:
        index = instalment.source.line - draft.source.line + 1
        due_line = re.match(r"(\s+due:\s*)(\d{4}-\d{2}-\d{2})", changed[index]) if index < len(changed) else None
        if due_line and (due := date.fromisoformat(due_line[2])) in moved:
            changed[index] = f"{due_line[1]}{moved[due].isoformat()}{changed[index][due_line.end() :]}"
    instead = [
        (
            line - draft.source.line,
            [changed[line - draft.source.line], _("    delivered: {supplied}", supplied=supplied.isoformat())],
        )
        for line, supplied in billing.milestone_dates_at_other_rates(book, draft, day).items()
    ]
    try:
        instead += _due_dates(draft, changed, billing.payment_schedule_if_issued(book, draft, day))
    except TermsError as error:
        raise InvalidRequest(_("{place}: {error}", place=draft.source, error=error)) from None
    for place, lines in sorted(instead, reverse=True):  # those above stay in place
        changed[place : place + 1] = lines
    supplied = billing.milestones_supplied_on(book, draft)
    if supplied and supplied < day:
        place = next(i for i, line in enumerate(changed) if i and line.lstrip().startswith("invoice:"))
        key = changed[place][: -len(changed[place].lstrip())] + "delivered:"
        if not any(line.startswith(key) for line in changed):
            changed.insert(place + 1, f"{key} {supplied.isoformat()}")
    return joined("\n", changed)


_POSTING = re.compile(r"(\s+(?:[!*&#?%] +)?\S+)(\s+)-?[\d,.]+( +[A-Z][A-Z0-9'._-]*(?: +@ +[\d.]+ +\S+)?) *(;.*)?")
"""A posting of a plain amount; the amount is left out of the groups."""


def _due_dates(draft: Invoice, lines: Sequence[str], dues: Sequence[DueInstalment]) -> list[tuple[int, list[str]]]:
    """The lines of an entry that get its due dates, by their place, each with its new text: a single date goes below the number; if
    there are several, each goes below its posting, and a posting for all of them becomes one for each.

    Anything but a posting of a plain amount remains due by the terms.
    """
    if not dues:
        return []
    if len(dues) == 1:
        place = next(i for i, line in enumerate(lines) if i and line.lstrip().startswith("invoice:"))
        indent = lines[place][: -len(lines[place].lstrip())]
        return [(place, [lines[place], _("{indent}due: {day}", indent=indent, day=dues[0].date.isoformat())])]
    places = sorted({instalment.source.line - draft.source.line for instalment in draft.instalments})
    if len(places) == len(dues):
        return [
            (place, [lines[place], _("    due: {day}", day=due.date.isoformat())])
            for place, due in zip(places, dues, strict=True)
        ]
    match = _POSTING.fullmatch(lines[places[0]])
    if len(places) > 1 or match is None:
        return []
    account, gap, currency, comment = match.groups()
    width = len(lines[places[0]].removesuffix(comment or "").rstrip()) - len(account) - len(currency)
    made = []
    for due in dues:
        made.append(f"{account}{f'{due.amount:f}'.rjust(width) if gap else ''}{currency}")
        made.append(_("    due: {day}", day=due.date.isoformat()))
    if comment:
        made[0] += f"  {comment}"
    return [(places[0], made)]


def _with_link(head: str, link: str) -> str:
    """The first line of a transaction with another link, before its comment."""
    strings = re.match(r'(?:[^";]|"(?:[^"\\]|\\.)*")*', head)
    end = strings.end() if strings else len(head)
    return f"{head[:end].rstrip()} {link}{'  ' + head[end:] if head[end:] else ''}"
