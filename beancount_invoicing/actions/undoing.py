"""The last documents are taken back, as long as nobody knows of them: nothing was sent, paid, credited or numbered after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.drafting import taken_out
from beancount_invoicing.actions.naming import near
from beancount_invoicing.actions.writing import Changes, How, Outcome, change
from beancount_invoicing.entries import Loading, renaming
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.receivables import positions
from beancount_invoicing.rules import numbering


def undo(file: str | Path, numbers: Sequence[str], how: How) -> Outcome:
    """The documents that the last run wrote, or those of these numbers, are taken out of the ledger; their numbers are free again.

    Which ones a run wrote is seen from the file: the last document of the file that the latest one stands in, and those of the same
    date right above it with nothing between them, drafts or numbered like it. Time, periods and expenses that they billed wait
    again. Raises what `change` raises, and CannotBill where somebody may know of them already.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        those = _named(book, numbers) if numbers else _last_run(book)
        _must_be_last(book, those)
        _must_be_unknown(loading, those)
        return taken_out(loading, those)

    return change(file, make, how)


def _named(book: Book, numbers: Sequence[str]) -> list[Invoice]:
    """The documents of these numbers."""
    known = {one.number: one for one in book.invoices if one.kind != "opening"}
    for number in numbers:
        if number not in known:
            raise CannotBill(f"there is no document {number}{near(number, known)}")
    named = dict.fromkeys(numbers)
    for number in numbers:  # a corrective invoice and the cancellation of what it replaces are one
        for other in known[number].corrects:
            pair = book.corrections.get(other, ()) if known[number].kind in {"corrective", "cancellation"} else ()
            named.update((one.number, None) for one in pair if one.kind in {"corrective", "cancellation"})
    return [known[number] for number in named]


def _last_run(book: Book) -> list[Invoice]:
    """The documents that stand together at the end of those of a file."""
    documents = [one for one in book.invoices if one.kind != "opening"]
    if not documents:
        raise CannotBill("there is no document that could be taken back")
    latest = max(documents, key=lambda one: (one.date, one.source.line))
    there = sorted((one for one in documents if one.source.file == latest.source.file), key=lambda one: one.source)
    result = [there.pop()]
    last = result[0]
    lines = Path(last.source.file).read_text(encoding="utf-8").split("\n")
    while there:
        one = there.pop()
        end = one.source.line + renaming.text_of(one.source).count("\n")
        if (one.date, one.draft) != (last.date, last.draft) or any(
            line.strip() for line in lines[end : result[0].source.line - 1]
        ):
            break
        result.insert(0, one)
    return result


def _must_be_last(book: Book, those: Sequence[Invoice]) -> None:
    """Raises CannotBill where a later number of a series stays."""
    numbers = {one.number for one in those}
    lowest: dict[str, tuple[int, str]] = {}
    for use in book.numbers:
        found = billing.place(book, use)
        if found and use.number in numbers:
            series, place = found
            lowest[series] = min(lowest.get(series, (place, use.number)), (place, use.number))
    for use in book.numbers:
        found = billing.place(book, use)
        if found and use.number not in numbers and found[0] in lowest and found[1] > lowest[found[0]][0]:
            own = lowest[found[0]][1]
            invoice = book.invoice(own)
            raise CannotBill(
                f"{use.number} was numbered after {own} ({use.source}): without {own} its series would have a gap; take back"
                f" {use.number} first, or {_instead(book, invoice) if invoice else f'correct {own}'}"
            )


def _must_be_unknown(loading: Loading, those: Sequence[Invoice]) -> None:
    """Raises CannotBill where something happened to one of the documents: it was sent, paid, credited, deducted …"""
    book = loading.book
    own = {one.source for one in those}
    by_number = {one.number: one for one in those}
    for event in book.events:
        for number in event.numbers:
            if number in by_number:
                said = {"sent": "was sent", "prepared": "was prepared to be sent", "sealed": "was sealed"}
                what = said.get(event.event, f'has an event "{event.event}"')
                raise CannotBill(_stays(book, by_number[number], f"{what} on {event.date} ({event.source})"))
    for place in renaming.naming(loading.entries, frozenset(by_number)):
        if place.source not in own:
            number = _of(min(place.names), by_number)
            raise CannotBill(_stays(book, by_number[number], f"is named by {place.source}"))
    spans = [(one.source.file, one.source.line, renaming.text_of(one.source).count("\n")) for one in those]
    for position in positions(book, book.last_date):
        if position.invoice.source in own:
            for each in position.allocations:
                if each.how != "credit-note" and not any(  # whose notes name it, or what it names itself
                    file == each.source.file and 0 <= each.source.line - line <= count for file, line, count in spans
                ):
                    raise CannotBill(_stays(book, position.invoice, f"is settled by {each.source}"))


def _of(name: str, numbers: Iterable[str]) -> str:
    """The number that an entry names, as a link or by a key."""
    said = name[1:] if name.startswith("^") else name.split('"')[1]
    return next(one for one in numbers if said in {one, numbering.link(one)} or one in said.split())


def _instead(book: Book, one: Invoice) -> str:
    """What else is done about a document that stays: what replaces another one is replaced in its turn, or credited."""
    new = book.stands_for(one) or one
    credit = f"credit {'it' if new is one else new.number} instead, bean-invoice credit {new.number}"
    if new.kind != "corrective":
        return credit
    return f"correct {'it' if new is one else new.number} anew, bean-invoice correct {new.number}, or {credit}"


def _stays(book: Book, one: Invoice, why: str) -> str:
    remedy = f"take that out first, then bean-invoice draft drop {one.number}" if one.draft else _instead(book, one)
    return f"{one.number} {why}, so that it is not taken back: {remedy}"
