"""Drafts are issued: they get their numbers and dates, and the numbers go wherever the ledger names the drafts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.naming import near
from beancount_invoicing.actions.writing import Changes, How, Outcome, change
from beancount_invoicing.entries import Loading, renaming, writer
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.rules import numbering

_HEAD = re.compile(r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})(\s+)!(\s)")


def issue(file: Path, names: Sequence[str], day: date | None, how: How) -> Outcome:
    """Drafts (all of them where none is named) get their numbers, dated `day`, in the order of files and lines; where it is None
    each keeps its own day, and they are numbered by these.

    Whatever names them – links of payments, notes and documents, `settles`, `corrects`, `claims`, `deposit` – names the numbers
    from then on, in all files of the ledger. Raises what `change` raises, CannotBill, billing.CannotNumber.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        drafts = [one for one in book.invoices if one.draft and (not names or one.number in names)]
        missing = [name for name in names if name not in {one.number for one in drafts}]
        if missing:
            known = [one.number for one in book.invoices if one.draft]
            raise CannotBill(f"there is no draft {missing[0]}{near(missing[0], known)}")
        drafts.sort(key=lambda one: one.source)  # file by file: an interruption between files leaves no gap
        naming = billing.numbers(book)
        days = {one.number: day or one.date for one in drafts}
        drafts.sort(key=lambda one: days[one.number])
        given = {one.number: naming(one.kind, days[one.number]) for one in drafts}
        at = {one.source: one for one in drafts}
        places = renaming.naming(loading.entries, frozenset(given)) if given else ()
        edits = [_edited(book, place, at.get(place.source), given, days) for place in places]
        numbers = ", ".join(given.values())
        return Changes(edits=tuple(edits), message=f"Invoices: {numbers}")

    return change(file, make, how)


def _edited(
    book: Book, place: renaming.Place, draft: Invoice | None, given: Mapping[str, str], days: Mapping[str, date]
) -> writer.Edit:
    """The lines of an entry with drafts' names replaced by their numbers; raises CannotBill where they do not stand there."""
    old = renaming.text_of(place.source)
    renamed = renaming.renamed(old, given)
    if lost := sorted(place.names - renamed.names):
        numbers = ", ".join(f"{name} becomes {number}" for name, number in given.items() if name in " ".join(lost))
        raise CannotBill(
            f"{place.source}: this entry has {', '.join(lost)}, but not in the lines of that file: a plugin or pushmeta adds it,"
            f" where it cannot be changed; take it out there, issue the draft, then name the number ({numbers or lost[0]})"
        )
    new = _issued(book, draft, renamed.text, given[draft.number], days[draft.number]) if draft else renamed.text
    return writer.Edit(Path(place.source.file), place.source.line, old, new)


def _issued(book: Book, draft: Invoice, text: str, number: str, day: date) -> str:
    """The entry of a draft with date, flag and link; due dates that followed from its date follow from the new one."""
    changed = text.split("\n")
    match = _HEAD.match(changed[0])
    if not match:
        raise CannotBill(f"{draft.source}: this draft is not written as a date and ! – write it so, then issue it")
    changed[0] = f"{day.isoformat()}{match[2]}*{match[3]}{changed[0][match.end() :]}"
    link = f"^{numbering.link(number)}"
    if link not in renaming.renamed(text, {}).names:
        changed[0] = _with_link(changed[0], link)
    dues = billing.moved_dues(book, draft, day)
    for each in draft.instalments:
        index = each.source.line - draft.source.line + 1
        said = re.match(r"(\s+due:\s*)(\d{4}-\d{2}-\d{2})", changed[index]) if index < len(changed) else None
        if said and (due := date.fromisoformat(said[2])) in dues:
            changed[index] = f"{said[1]}{dues[due].isoformat()}{changed[index][said.end() :]}"
    for line, supplied in sorted(
        billing.supplied_before(book, draft, day).items(), reverse=True
    ):  # those above stay in place
        changed.insert(line - draft.source.line + 1, f"    delivered: {supplied.isoformat()}")
    return "\n".join(changed)


def _with_link(head: str, link: str) -> str:
    """The first line of a transaction with a link more, before its comment."""
    strings = re.match(r'(?:[^";]|"(?:[^"\\]|\\.)*")*', head)
    end = strings.end() if strings else len(head)
    return f"{head[:end].rstrip()} {link}{'  ' + head[end:] if head[end:] else ''}"
