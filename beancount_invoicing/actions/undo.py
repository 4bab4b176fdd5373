"""Takes back the last documents, as long as nobody knows of them: nothing was sent, paid, credited or numbered after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from beancount_invoicing import billing
from beancount_invoicing.actions.draft import removal_changes
from beancount_invoicing.customer_search import near_name_hint
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.receivables import positions
from beancount_invoicing.rules import numbering
from beancount_invoicing.writing import renaming
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest


def undo(file: str | Path, numbers: Sequence[str], write_options: WriteOptions) -> Outcome:
    """Removes the documents that the last run wrote, or those of these numbers, from the ledger; their numbers are free again.

    Which documents a run wrote follows from the file: the last document of the file that contains the latest one, and those of the
    same date directly above it with nothing in between, drafts or numbered like it. Time, periods and expenses that they billed can
    be billed again. Raises what `change` raises, and InvalidRequest if somebody may know of them already.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        invoices = _named(book, numbers) if numbers else _last_run(book)
        _must_be_last(book, invoices)
        _must_be_unknown(loading, invoices)
        return removal_changes(loading, invoices)

    return change(file, make, write_options)


def _named(book: Book, numbers: Sequence[str]) -> list[Invoice]:
    """The documents of these numbers."""
    known = {invoice.number: invoice for invoice in book.invoices if invoice.kind != "opening"}
    for number in numbers:
        if number not in known:
            raise InvalidRequest(
                _("there is no document {number}{hint}", number=number, hint=near_name_hint(number, known))
            )
    named = dict.fromkeys(numbers)
    for number in numbers:  # a corrective invoice and the cancellation of what it replaces are one
        for other in known[number].corrects:
            pair = book.corrections.get(other, ()) if known[number].kind in {"corrective", "cancellation"} else ()
            named.update((invoice.number, None) for invoice in pair if invoice.kind in {"corrective", "cancellation"})
        named.update((invoice.number, None) for invoice in _issued_with(book, known[number]))
    return [known[number] for number in named]


def _issued_with(book: Book, invoice: Invoice) -> list[Invoice]:
    """Of an invoice issued in place of a refused one, and of the cancellation of that one: the other of both."""
    if invoice.kind == "cancellation":
        return [other for other in book.invoices if other.replaces in invoice.corrects]
    cancelled = book.corrections.get(invoice.replaces, ()) if invoice.replaces else ()
    return [other for other in cancelled if other.kind == "cancellation" and other.date == invoice.date]


def _last_run(book: Book) -> list[Invoice]:
    """The documents that form the last group in those of a file."""
    documents = [invoice for invoice in book.invoices if invoice.kind != "opening"]
    if not documents:
        raise InvalidRequest(_("there is no document that can be taken back"))
    latest = max(documents, key=lambda document: (document.date, document.source.line))
    runs = sorted(
        (document for document in documents if document.source.file == latest.source.file),
        key=lambda document: document.source,
    )
    result = [runs.pop()]
    last = result[0]
    lines = Path(last.source.file).read_text(encoding="utf-8").split("\n")
    while runs:
        newest = runs.pop()
        end = newest.source.line + renaming.text_of(newest.source).count("\n")
        if (newest.date, newest.draft) != (last.date, last.draft) or any(
            line.strip() for line in lines[end : result[0].source.line - 1]
        ):
            break
        result.insert(0, newest)
    return result


def _must_be_last(book: Book, invoices: Sequence[Invoice]) -> None:
    """Raises InvalidRequest if a later number of a series remains."""
    numbers = {invoice.number for invoice in invoices}
    lowest: dict[str, tuple[int, str]] = {}
    for use in book.number_uses:
        found = billing.series_place(book, use)
        if found and use.number in numbers:
            series, place = found
            lowest[series] = min(lowest.get(series, (place, use.number)), (place, use.number))
    for use in book.number_uses:
        found = billing.series_place(book, use)
        if found and use.number not in numbers and found[0] in lowest and found[1] > lowest[found[0]][0]:
            own = lowest[found[0]][1]
            invoice = book.invoice(own)
            raise InvalidRequest(
                _(
                    "{number} was numbered after {own} ({place}): without {own} its series would have a gap; take "
                    "back {number} first, or {invoice}",
                    number=use.number,
                    own=own,
                    place=use.source,
                    invoice=(_instead(book, invoice) if invoice else _("correct {own}", own=own)),
                )
            )


def _must_be_unknown(loading: Loading, invoices: Sequence[Invoice]) -> None:
    """Raises InvalidRequest if something happened to one of the documents: it was sent, paid, credited, deducted …"""
    book = loading.book
    own = {invoice.source for invoice in invoices}
    by_number = {invoice.number: invoice for invoice in invoices}
    for event in book.events:
        for number in event.numbers:
            if number in by_number:
                records = {"sent": _("was sent"), "prepared": _("was prepared to be sent"), "sealed": _("was sealed")}
                record = records.get(event.kind, f'has an event "{event.kind}"')
                raise InvalidRequest(
                    _stays(
                        book,
                        by_number[number],
                        _("{subject} on {day} ({place})", subject=record, day=event.date, place=event.source),
                    )
                )
    for place in renaming.entries_naming(loading.entries, frozenset(by_number)):
        if place.source not in own:
            number = _of(min(place.names), by_number)
            raise InvalidRequest(_stays(book, by_number[number], _("is named by {place}", place=place.source)))
    spans = [
        (invoice.source.file, invoice.source.line, renaming.text_of(invoice.source).count("\n")) for invoice in invoices
    ]
    for position in positions(book, book.last_date):
        if position.invoice.source in own:
            for allocation in position.allocations:
                if allocation.how != "credit-note" and not any(  # whose notes name it, or what it names itself
                    file == allocation.source.file and 0 <= allocation.source.line - line <= count
                    for file, line, count in spans
                ):
                    raise InvalidRequest(
                        _stays(book, position.invoice, _("is settled by {place}", place=allocation.source))
                    )


def _of(name: str, numbers: Iterable[str]) -> str:
    """The number that an entry names, as a link or by a key."""
    text = name[1:] if name.startswith("^") else name.split('"')[1]
    return next(number for number in numbers if text in {number, numbering.link(number)} or number in text.split())


def _instead(book: Book, invoice: Invoice) -> str:
    """What else to do about a document that has to stay: a corrective invoice is replaced in turn, others are credited."""
    new = book.final_replacement_of(invoice) or invoice
    credit = (
        _("credit it instead, bean-invoice credit {number}", number=new.number)
        if new is invoice
        else _("credit {number} instead, bean-invoice credit {number}", number=new.number)
    )
    if new.kind != "corrective":
        return credit
    return (
        _("correct it again, bean-invoice correct {number}, or {credit}", number=new.number, credit=credit)
        if new is invoice
        else _("correct {number} again, bean-invoice correct {number}, or {credit}", number=new.number, credit=credit)
    )


def _stays(book: Book, invoice: Invoice, why: str) -> str:
    remedy = (
        _("take that out first, then run bean-invoice draft drop {number}", number=invoice.number)
        if invoice.draft
        else _instead(book, invoice)
    )
    return _(
        "{number} {reason}, so it cannot be taken back: {remedy}", number=invoice.number, reason=why, remedy=remedy
    )
