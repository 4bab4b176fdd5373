"""Documents kept with their fingerprints, and whether they, and what the ledger says of them, are still the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from difflib import SequenceMatcher
from hashlib import sha256
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.documents import find, render_one
from beancount_invoicing.actions.places import into_file
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is, change
from beancount_invoicing.entries import Loading, text
from beancount_invoicing.model import Book, Finding, Invoice, Seal, Source
from beancount_invoicing.rules import numbering

OF_INVOICES = frozenset({"sealed", "sending", "sent"})
"""The events whose document is the invoice itself; others are letters."""
_WORDING = frozenset({"notes", "payment_terms", "process", "description"})
"""Business terms that our own words make up, which may change with our version."""


def seal(file: str | Path, numbers: Sequence[str], day: date, how: How) -> Outcome:
    """Documents are stored beside the ledger, and a directive written for each with its fingerprint.

    What is sealed already is passed over. Raises what `change` raises, CannotBill, UnknownNumber, rendering.TemplateError.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        top = Path(book.file)
        new: list[New] = []
        files: list[tuple[Path, bytes]] = []
        notices = []
        there = {number: one for one in book.seals if one.event in OF_INVOICES for number in one.numbers}
        for position in find(book, max(day, book.last_date), numbers):
            invoice = position.invoice
            if invoice.number in there:
                notices.append(f"{invoice.number} is sealed already, since {there[invoice.number].date}")
                continue
            target = (
                into_file(how.into, max(day, invoice.date))
                if how.into
                else Path(book.events[-1].source.file if book.events else invoice.source.file)
            )
            assert invoice.customer is not None
            for stored, content in _stored(book, invoice, top):
                if stored.exists() and stored.read_bytes() != content:
                    raise CannotBill(
                        f"{stored} is there already, and is another document: move it away, or seal that one by hand"
                    )
                entry = text.kept(
                    max(day, invoice.date),
                    invoice.instalments[0].account if invoice.instalments else invoice.customer.account,
                    os_path.relpath(stored, target.parent).replace("\\", "/"),
                    [numbering.link(invoice.number)],
                    [("event", "sealed"), ("sha256", sha256(content).hexdigest())],
                )
                new.append(New(max(day, invoice.date), as_it_is(entry), str(target)))
                files.append((stored, content))
        return Changes(tuple(new), message=f"Sealed: {', '.join(numbers)}", notices=tuple(notices), files=tuple(files))

    return change(file, make, how)


def _stored(book: Book, invoice: Invoice, top: Path) -> list[tuple[Path, bytes]]:
    """Where a document is stored, and its bytes: a PDF, and its plain text where no e-invoice in it says its figures.

    Raises CannotBill where it is none that is issued.
    """
    from beancount_invoicing import einvoice
    from beancount_invoicing.rendering import NoDocument

    if invoice.draft:
        raise CannotBill(f"{invoice.number} is a draft: issue it first")
    try:
        made = [render_one(book, invoice.number, "pdf")]
        try:
            einvoice.extract(made[0][1])
        except einvoice.NotReadable:
            made.append(render_one(book, invoice.number, "text"))
    except NoDocument as error:
        raise CannotBill(str(error)) from None
    folder = book.option("documents", invoice.date, "documents/{year}").replace("{year}", f"{invoice.date.year:04}")
    return [(top.parent / folder / name, content) for name, content in made]


class Difference(NamedTuple):
    """What was sealed, and what is now; `what` is a business term, "file" or "document"."""

    what: str
    sealed: str
    now: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A sealed document and what is no longer as it was; `source`: where the ledger says the invoice, else the seal."""

    seal: Seal
    number: str
    differences: tuple[Difference, ...]
    source: Source
    notice: str = ""

    @property
    def unchanged(self) -> bool:
        """Whether all is as it was sealed."""
        return not self.differences


def verify(book: Book, numbers: Sequence[str] = ()) -> Iterator[Verified]:
    """Each sealed document, by date, or those of `numbers`: its bytes, and what the ledger says today against what it says."""
    by_number = {one.number: one for one in reversed(book.invoices)}
    links = {numbering.link(number) for number in numbers}
    as_text = {number for one in book.seals if one.file.endswith(".txt") for number in one.numbers}
    for one in book.seals:
        names = one.numbers or one.lost
        if numbers and not (set(names) & {*numbers, *links}):
            continue
        content, gone = _content(one)
        if one.event not in OF_INVOICES:
            yield Verified(one, ", ".join(names), gone, one.source)
            continue
        for number in names:
            invoice = by_number.get(number)
            if invoice is None:
                lost = Difference("document", f"sealed on {one.date}", "not in the ledger any more")
                yield Verified(one, number, (*gone, lost), one.source)
            elif content is None:
                yield Verified(one, number, gone, one.source)
            else:
                found, notice = _facts(book, invoice, content, one.file.endswith(".txt"), number in as_text)
                yield Verified(one, number, (*gone, *found), invoice.source, notice)


def moved_due_dates(book: Book) -> Iterator[Finding]:
    """A warning for each sealed document whose due date would be another today than stands in it.

    Only those are looked at that say no `due` and fall where due dates move to business days: which days are holidays is known
    from another package, whose next version may know it otherwise. Of others `verify` tells.
    """
    from beancount_invoicing import einvoice

    by_number = {one.number: one for one in reversed(book.invoices)}
    for one in book.seals:
        for number in one.numbers if one.event in OF_INVOICES and not one.file.endswith(".txt") else ():
            invoice = by_number.get(number)
            if invoice is None or not book.option("business-days", invoice.date) or not _by_terms(invoice):
                continue
            content, _gone = _content(one)
            try:
                sealed = einvoice.read(einvoice.extract(content)).due if content else None
            except einvoice.NotReadable:
                continue  # no e-invoice
            now = {each.due_on_page(invoice.date) for each in invoice.instalments}
            if sealed and now != {sealed}:
                dates = " and ".join(str(day) for day in sorted(filter(None, now)))
                yield Finding(
                    "warning",
                    "due-moved",
                    f"{number} was sealed on {one.date} as due on {sealed}, but by its terms and the holidays known today it is"
                    f" due on {dates}: write due: {sealed} into it",
                    invoice.source,
                )


def _by_terms(invoice: Invoice) -> bool:
    return any(each.steps and each.steps[-1].operation != "as written" for each in invoice.instalments)


def _content(one: Seal) -> tuple[bytes | None, tuple[Difference, ...]]:
    """The bytes of a sealed file, and whether they are those that were sealed."""
    try:
        content = Path(one.file).read_bytes()
    except OSError as error:
        return None, (Difference("file", one.sha256, f"{one.file}: {error.strerror}"),)
    now = sha256(content).hexdigest()
    return (content, ()) if now == one.sha256 else (None, (Difference("file", one.sha256, now),))


_OTHER_LOOK = "its facts are the same; layout or words would be others today"
_BY_ITS_TEXT = (
    "the file itself; made today it would be another, and the text sealed with it tells whether the facts are the same"
)


def _facts(
    book: Book, invoice: Invoice, content: bytes, is_text: bool, has_text: bool
) -> tuple[tuple[Difference, ...], str]:
    """What a sealed document and the ledger say differently: nothing where the same bytes come out; else its e-invoices are
    compared, or, where there is none, the lines of its text.
    """
    from beancount_invoicing import einvoice, rendering

    try:
        _name, now = render_one(book, invoice.number, "text" if is_text else "pdf")
    except (rendering.NoDocument, rendering.TemplateError) as error:
        return (Difference("document", "sealed", str(error)),), ""
    if now == content:
        return (), ""
    if is_text:
        return tuple(_lines(content, now)), ""
    try:
        before = einvoice.read(einvoice.extract(content))
        after = einvoice.read(einvoice.extract(now))
    except einvoice.NotReadable:
        if has_text:  # which tells what differs
            return (), _BY_ITS_TEXT
        return (Difference("document", "as sealed", "made again from the ledger, it is another one"),), ""
    differences = tuple(_differences("", before, after))
    return differences, "" if differences else _OTHER_LOOK


def _lines(before: bytes, after: bytes) -> Iterator[Difference]:
    """The lines of a text that are others now."""
    old = [" ".join(line.split()) for line in before.decode("utf-8", "replace").splitlines()]
    new = [" ".join(line.split()) for line in after.decode("utf-8", "replace").splitlines()]
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Difference("text", " / ".join(old[start:end]) or "nothing", " / ".join(new[first:last]) or "nothing")


def _differences(path: str, before: object, after: object) -> Iterator[Difference]:
    if is_dataclass(before) and is_dataclass(after) and type(before) is type(after):
        for field in fields(before):
            if field.name not in _WORDING:
                inner = f"{path}.{field.name}" if path else field.name
                yield from _differences(inner, getattr(before, field.name), getattr(after, field.name))
    elif isinstance(before, tuple) and isinstance(after, tuple):
        for index in range(max(len(before), len(after))):
            yield from _differences(
                f"{path} {index + 1}",
                before[index] if index < len(before) else None,
                after[index] if index < len(after) else None,
            )
    elif before != after:
        yield Difference(path, _said(before), _said(after))


def _said(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if not is_dataclass(value):
        return str(value)
    name = getattr(value, "name", None)
    return (
        str(name) if name else ", ".join(str(said) for field in fields(value) if (said := getattr(value, field.name)))
    )
