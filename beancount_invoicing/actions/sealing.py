"""Documents kept with their fingerprints, and whether they, and what the ledger says of them, are still the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from difflib import SequenceMatcher
from glob import escape, glob
from hashlib import sha256
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions import chain
from beancount_invoicing.actions.billing import CannotBill
from beancount_invoicing.actions.documents import find, render_one
from beancount_invoicing.actions.places import into_file, of_day
from beancount_invoicing.actions.telling import relative_to
from beancount_invoicing.actions.writing import Changes, How, New, Outcome, as_it_is, change
from beancount_invoicing.entries import Loading
from beancount_invoicing.model import Book, Finding, Invoice, Seal, Source
from beancount_invoicing.rules import business_terms, numbering

OF_INVOICES = frozenset({"sealed", "sending", "sent"})
"""The events whose document is the invoice itself; others are letters."""
_DOCUMENTS = "documents/{year}"
_WORDING = frozenset(
    {
        "notes", "payment_terms", "process", "description", "specification", "remittance", "account_name", "service_provider",
        "contact", "electronic_address", "tax_registration", "legal_information", "reason", "reason_code",
    }
)  # fmt: skip
"""Terms of an e-invoice that our own words make up, or that are ways to reach somebody: another version may say them otherwise."""


def seal(file: str | Path, numbers: Sequence[str], day: date, how: How) -> Outcome:
    """Documents are stored beside the ledger, and a directive written for each with the fingerprints of its bytes and facts.

    What is sealed already is passed over. Raises what `change` raises, CannotBill, UnknownNumber, rendering.TemplateError.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        top = Path(book.file)
        new: list[New] = []
        files: list[tuple[Path, bytes]] = []
        notices = []
        last = chain.tip(book)
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
            made = _stored(book, invoice, top)
            for stored, content in made:
                if stored.exists() and stored.read_bytes() != content:
                    raise CannotBill(
                        f"{stored} is there already, and is another document: move it away, or seal that one by hand"
                    )
            files += made
            stored, content = made[0]
            dated = max(day, invoice.date)
            entry, last = chain.sealed(
                dated,
                invoice.instalments[0].account if invoice.instalments else invoice.customer.account,
                relative_to(target, stored),
                [numbering.link(invoice.number)],
                [
                    ("event", "sealed"),
                    ("sha256", sha256(content).hexdigest()),
                    ("facts", business_terms.digest(book, invoice)),
                ],
                last,
            )
            new.append(New(dated, as_it_is(entry), str(target)))
        return Changes(tuple(new), message=f"Sealed: {', '.join(numbers)}", notices=tuple(notices), files=tuple(files))

    return change(file, make, how)


def _stored(book: Book, invoice: Invoice, top: Path) -> list[tuple[Path, bytes]]:
    """Where a document is stored, and its bytes: a PDF, and beside it its plain text where no e-invoice in it says its figures.

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
    folder = of_day(book.option("documents", invoice.date, _DOCUMENTS), invoice.date)
    return [(top.parent / folder / name, content) for name, content in made]


class Difference(NamedTuple):
    """What was sealed, and what is now; `what` is a business term, "file", "facts", "document", or "seal": one that is gone."""

    what: str
    sealed: str
    now: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A sealed document and what is no longer as it was; `source`: where the ledger says the invoice, else the seal.

    `seal` is None of a document whose seal is gone: its file lies there, or a later seal names it.
    """

    seal: Seal | None
    number: str
    differences: tuple[Difference, ...]
    source: Source
    file: str = ""
    notice: str = ""

    @property
    def unchanged(self) -> bool | None:
        """Whether all is as it was sealed; None where of an older seal that cannot be told, for what `notice` says."""
        return False if self.differences else None if self.notice else True


def verify(book: Book, numbers: Sequence[str] = ()) -> Iterator[Verified]:
    """Each sealed document, by date, or those of `numbers`: its bytes, and whether the ledger says today what was sealed; then what
    has lost its seal."""
    by_number = {one.number: one for one in reversed(book.invoices)}
    links = {numbering.link(number) for number in numbers}
    documents = {one.file for one in book.seals if not _is_text(one)}
    texts = {str(Path(one.file).with_suffix(".pdf")): _content(one)[1] for one in book.seals if _is_text(one)}
    for one in book.seals:
        names = one.numbers or one.lost
        if numbers and not (set(names) & {*numbers, *links}):
            continue
        if _is_text(one) and str(Path(one.file).with_suffix(".pdf")) in documents:
            continue  # it is told with its document
        content, gone = _content(one)
        gone += texts.get(one.file, ())
        if one.event not in OF_INVOICES:
            yield Verified(one, ", ".join(names), gone, one.source, one.file)
            continue
        for number in names:
            invoice = by_number.get(number)
            if invoice is None:
                lost = Difference("document", f"sealed on {one.date}", "not in the ledger any more")
                yield Verified(one, number, (*gone, lost), one.source, one.file)
            else:
                found, notice = _facts(book, invoice, one, content)
                yield Verified(one, number, (*gone, *found), invoice.source, one.file, notice)
    yield from _unsealed(book, numbers)
    for after in chain.gaps(book) if not numbers else ():
        gap = Difference("seal", after.previous, "no seal of this mark, or not as it was")
        yield Verified(None, "", (gap,), after.source)


def _is_text(one: Seal) -> bool:
    """Whether it is the text of a document, which earlier versions sealed beside it."""
    return one.file.endswith(".txt")


def _unsealed(book: Book, numbers: Sequence[str]) -> Iterator[Verified]:
    """The documents of invoices that lie in the folder of what is sealed, though nothing seals them or speaks of sending them."""
    from beancount_invoicing.rendering import file_names

    known = {os_path.normpath(one.file) for one in book.seals} | {
        os_path.normpath(one.file) for one in book.events if one.file
    }
    invoices = {one.number: one for one in book.invoices if not one.draft and one.kind not in {"void", "opening"}}
    names = {f"{name}.pdf": number for number, name in file_names(invoices).items()}
    said = book.options.get("documents")
    patterns = {_DOCUMENTS, *(str(each) for _day, each in said.versions)} if said else {_DOCUMENTS}
    top = Path(escape(str(Path(book.file).parent)))
    found = {
        os_path.normpath(file)
        for pattern in patterns
        for file in glob(str(top / escape(pattern).replace("{year}", "[0-9]*") / "*.pdf"))  # noqa: PTH207 - above the ledger too
    }
    for file in sorted(found - known):
        number = names.get(Path(file).name)
        if number and (not numbers or number in numbers):
            gone = Difference("seal", "as the file lies there", "no directive says that it was sealed or sent")
            yield Verified(None, number, (gone,), invoices[number].source, file)


def moved_due_dates(book: Book) -> Iterator[Finding]:
    """A warning for each sealed document whose due date would be another today than stands in it.

    Only those are looked at that say no `due` and fall where due dates move to business days: which days are holidays is known
    from another package, whose next version may know it otherwise. Of others `verify` tells.
    """
    from beancount_invoicing import einvoice

    by_number = {one.number: one for one in reversed(book.invoices)}
    for one in book.seals:
        for number in one.numbers if one.event in OF_INVOICES and not _is_text(one) else ():
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


_NO_FACTS = (
    "it was sealed without its facts, and made today it would be another document: whether the ledger still says the same"
    " cannot be told"
)
_OTHER_WORDS = (
    "it was sealed without its facts, and made today its words would be others: all its figures are there still; whether the"
    " words say the same cannot be told"
)
_LATER = "its facts were sealed by a later version of this program, and cannot be compared by this one"


def _facts(book: Book, invoice: Invoice, one: Seal, content: bytes | None) -> tuple[tuple[Difference, ...], str]:
    """What a sealed document and the ledger say differently, and what to know where that cannot be told.

    Where the digest of its facts was sealed, that decides, and the document itself only tells what differs. Of older seals the
    document decides: the same bytes come out, or its e-invoice says the same, or the figures in its text are the same.
    """
    if one.facts:
        if not business_terms.comparable(one.facts):
            return (), _LATER
        now = business_terms.digest(book, invoice)
        if now == one.facts:
            return (), ""
        told = _told(book, invoice, one, content)[0] if content else ()
        return told or (Difference("facts", one.facts, now),), ""
    return _told(book, invoice, one, content) if content else ((), "")


def _told(book: Book, invoice: Invoice, one: Seal, content: bytes) -> tuple[tuple[Difference, ...], str]:
    """What the sealed document and the one that the ledger makes today say differently; and what to know where neither the bytes
    nor an e-invoice decide."""
    from beancount_invoicing import einvoice, rendering

    try:
        now = render_one(book, invoice.number, "text" if _is_text(one) else "pdf")[1]
        if now == content:
            return (), ""
        with suppress(einvoice.NotReadable):
            before = einvoice.read(einvoice.extract(content))
            return tuple(_differences("", before, einvoice.read(einvoice.extract(now)))), ""
        text = Path(one.file).with_suffix(".txt")
        if not text.is_file():
            return (), "" if one.facts else _NO_FACTS
        before_in_text, now_in_text = text.read_bytes(), render_one(book, invoice.number, "text")[1]
        lines = tuple(_lines(before_in_text, now_in_text))
        if one.facts or _figures(before_in_text) - _figures(now_in_text):  # more of them may be another version's words
            return lines, ""
        return (), _OTHER_WORDS if lines else ""
    except (rendering.NoDocument, rendering.TemplateError) as error:
        return (Difference("document", "sealed", str(error)),), ""


def _figures(text: bytes) -> Counter[str]:
    """The figures in a text and how often each stands there, whatever stands between its digits: 1,044.00 is 1.044,00."""
    words = text.decode("utf-8", "replace").split()
    return Counter(figure for word in words if (figure := "".join(filter(str.isdigit, word))))


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
