"""Documents kept with their fingerprints, and whether they and their facts in the ledger are still the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from glob import escape, glob
from hashlib import sha256
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.delivery import History
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.documents.differences import Difference, is_text_copy, seal_differences, sealed_content
from beancount_invoicing.documents.originals import INVOICE_SEAL_EVENTS
from beancount_invoicing.documents.render import render_one
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.entries.closed_books import LIST_START, LISTS_FOLDER, list_bytes
from beancount_invoicing.files import has_digest
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import DISPATCH_START_EVENTS, Book, Finding, Invoice, Seal, Source
from beancount_invoicing.rules import digests, numbering
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change, verbatim
from beancount_invoicing.writing.dated_files import expanded_pattern, target_file
from beancount_invoicing.writing.new_documents import InvalidRequest

_DOCUMENTS = "documents/{year}"


def seal(file: str | Path, numbers: Sequence[str], day: date, write_options: WriteOptions) -> Outcome:
    """Stores documents beside the ledger, and writes a directive for each with the fingerprints of its bytes and facts.

    Already sealed ones are skipped. Raises what `change` raises, InvalidRequest, UnknownNumber, rendering.TemplateError.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        top = Path(book.file)
        new: list[NewDirective] = []
        files: list[tuple[Path, bytes]] = []
        notices = []
        last = seal_chain.tip(book)
        sealed = {number: seal for seal in book.seals if seal.event in INVOICE_SEAL_EVENTS for number in seal.numbers}
        for position in find_documents(book, max(day, book.last_date), numbers):
            invoice = position.invoice
            if invoice.number in sealed:
                notices.append(
                    _("{number} is already sealed, since {day}", number=invoice.number, day=sealed[invoice.number].date)
                )
                continue
            target = (
                target_file(write_options.into, max(day, invoice.date))
                if write_options.into
                else Path(book.events[-1].source.file if book.events else invoice.source.file)
            )
            assert invoice.customer is not None
            made = _stored(book, invoice, top)
            for stored, content in made:
                if stored.exists() and stored.read_bytes() != content:
                    raise InvalidRequest(
                        _(
                            "{stored} already exists, and is another document: move it away, or seal the other by hand",
                            stored=stored,
                        )
                    )
            files += made
            stored, content = made[0]
            dated = max(day, invoice.date)
            entry, last = seal_chain.seal_link(
                dated,
                invoice.instalments[0].account if invoice.instalments else invoice.customer.account,
                relative_to(target, stored),
                [numbering.link(invoice.number)],
                [
                    ("event", "sealed"),
                    ("sha256", sha256(content).hexdigest()),
                    ("facts", digests.content_digest(book, invoice)),
                ],
                last,
            )
            new.append(NewDirective(dated, verbatim(entry), str(target)))
        return Changes(tuple(new), message=f"Sealed: {', '.join(numbers)}", notices=tuple(notices), files=tuple(files))

    return change(file, make, write_options)


def _stored(book: Book, invoice: Invoice, top: Path) -> list[tuple[Path, bytes]]:
    """Where a document is stored, and its bytes: a PDF, with its plain text beside it if there is no e-invoice in it with the
    figures. Raises InvalidRequest if it is not an issued document.
    """
    from beancount_invoicing import einvoice
    from beancount_invoicing.rendering import NoDocument

    if invoice.draft:
        raise InvalidRequest(_("{number} is a draft: issue it first", number=invoice.number))
    try:
        made = [render_one(book, invoice.number, "pdf")]
        try:
            einvoice.extract(made[0][1])
        except einvoice.NotReadable:
            made.append(render_one(book, invoice.number, "text"))
    except NoDocument as error:
        raise InvalidRequest(str(error)) from None
    folder = expanded_pattern(book.option("documents", invoice.date, _DOCUMENTS), invoice.date)
    return [(top.parent / folder / name, content) for name, content in made]


class Verified(NamedTuple):
    """A sealed document and its changes; `source`: the invoice's place in the ledger, else the seal's. `seal` is None
    for a document whose seal is gone (its file is there, or a note or a later seal names its fingerprint), and for a
    document in doubt.
    """

    seal: Seal | None
    number: str
    differences: tuple[Difference, ...]
    source: Source
    file: str = ""
    notice: str = ""

    @property
    def unchanged(self) -> bool | None:
        """Whether everything is as it was sealed; None for an older seal if that is not known, for the reason in `notice`."""
        return False if self.differences else None if self.notice else True


def verify(book: Book, numbers: Sequence[str] = ()) -> Iterator[Verified]:
    """The sealed documents, by date, or those of `numbers`: whether their bytes and the ledger's data are still as
    sealed; then the documents that have lost their seal.
    """
    by_number = {invoice.number: invoice for invoice in reversed(book.invoices)}
    links = {numbering.link(number) for number in numbers}
    documents = {seal.file for seal in book.seals if not is_text_copy(seal.file)}
    texts = {
        str(Path(seal.file).with_suffix(".pdf")): sealed_content(seal)[1]
        for seal in book.seals
        if is_text_copy(seal.file)
    }
    for recorded in book.seals:
        names = recorded.numbers or recorded.unknown_links
        if numbers and not (set(names) & {*numbers, *links}):
            continue
        if is_text_copy(recorded.file) and str(Path(recorded.file).with_suffix(".pdf")) in documents:
            continue  # it is told with its document
        content, gone = sealed_content(recorded)
        gone += texts.get(recorded.file, ())
        if recorded.event not in INVOICE_SEAL_EVENTS:
            yield Verified(recorded, ", ".join(names), gone, recorded.source, recorded.file)
            continue
        for number in names:
            invoice = by_number.get(number)
            if invoice is None:
                lost = Difference("document", _("sealed on {day}", day=recorded.date), _("no longer in the ledger"))
                yield Verified(recorded, number, (*gone, lost), recorded.source, recorded.file)
            else:
                found, notice = seal_differences(book, invoice, recorded, content)
                yield Verified(recorded, number, (*gone, *found), invoice.source, recorded.file, notice)
    yield from _unsealed(book, numbers)
    yield from _without_document(book, numbers)
    if not numbers:
        for after in seal_chain.seals_after_gaps(book):
            gap = Difference("seal", after.previous, _("no seal with this fingerprint, or the seal was changed"))
            yield Verified(None, "", (gap,), after.source)
        yield from _lock_lists(book)


def _lock_lists(book: Book) -> Iterator[Verified]:
    """The lists of closed books that are missing or were changed, and those that no lock names. That closed books
    themselves were changed is an error of the ledger.
    """
    for lock in book.closed_books.locks:
        if list_bytes(lock) is None:
            now = _("missing") if not Path(lock.file).is_file() else _("changed")
            yield Verified(None, "", (Difference("list", lock.sha256, now),), lock.source, lock.file)
    known = {lock.file for lock in book.closed_books.locks}
    for file in sorted((Path(book.file).parent / LISTS_FOLDER).glob("*.txt")):
        if str(file) not in known and file.read_bytes().startswith(LIST_START):
            gone = Difference("lock", _("a list of closed books"), _("no lock in the ledger names it"))
            yield Verified(None, "", (gone,), Source(str(file), 1), str(file))


def _unsealed(book: Book, numbers: Sequence[str]) -> Iterator[Verified]:
    """The documents of invoices in the folder of sealed files that no seal and no record of sending names."""
    from beancount_invoicing.rendering import unique_file_names

    known = {_pdf(seal.file) for seal in book.seals} | {_pdf(event.file) for event in book.events if event.file}
    invoices = {invoice.number: invoice for invoice in book.invoices if not invoice.draft and invoice.has_page}
    names = {f"{name}.pdf": number for number, name in unique_file_names(invoices).items()}
    dated = book.options.get("documents")
    patterns = {_DOCUMENTS, *(str(pattern) for _day, pattern in dated.versions)} if dated else {_DOCUMENTS}
    top = Path(escape(str(Path(book.file).parent)))
    found = {
        os_path.normpath(file)
        for pattern in patterns
        for suffix in ("pdf", "txt")
        for file in glob(f"{top / escape(pattern).replace('{year}', '[0-9]*')}/*.{suffix}")  # noqa: PTH207 - above the ledger too
    }
    for file in sorted(found):
        number = names.get(Path(_pdf(file)).name)
        if _pdf(file) in known or (is_text_copy(file) and _pdf(file) in found):
            continue
        if number and (not numbers or number in numbers):
            gone = Difference("seal", _("as the file is now"), _("no directive says that it was sealed or sent"))
            yield Verified(None, number, (gone,), invoices[number].source, file)


def _pdf(file: str) -> str:
    """The PDF that a file is, or that it is the text of."""
    return os_path.normpath(Path(file).with_suffix(".pdf"))


def _without_document(book: Book, numbers: Sequence[str]) -> Iterator[Verified]:
    """What was sent, or waits, and whose document is gone with its seal: a note names a fingerprint that no seal has, nor
    (for what waits) its file; and what is in doubt.
    """
    history = History(book.events)
    waiting = {attempt.event.message_id: attempt for attempt in history.open}
    told = {seal.sha256 for seal in book.seals}
    for event in book.events:
        digest = event.sha256.strip().lower()
        attempt = waiting.get(event.message_id) if event.kind in DISPATCH_START_EVENTS else None
        if not digest or digest in told or (event.kind in DISPATCH_START_EVENTS and not (attempt and event.file)):
            continue
        told.add(digest)
        if numbers and not set(event.numbers) & set(numbers):
            continue
        name = ", ".join(event.numbers) or event.customer
        if not (attempt and event.file and has_digest(Path(event.file), digest)):
            gone = Difference("document", digest, _("no document has this fingerprint"))
            yield Verified(None, name, (gone,), event.source, event.file)
        elif attempt.in_doubt:
            notice = _(
                "has been in doubt since {day}: no directive says whether it left: bean-invoice send", day=event.date
            )
            yield Verified(None, name, (), event.source, event.file, notice)


def unsealed_documents(book: Book) -> tuple[Invoice, ...]:
    """The issued documents with a page of their own that no seal stores, in the Book's order."""
    sealed = {number for seal in book.seals if seal.event in INVOICE_SEAL_EVENTS for number in seal.numbers}
    return tuple(
        invoice
        for invoice in book.invoices
        if invoice.has_page and not invoice.draft and invoice.kind != "opening" and invoice.number not in sealed
    )


def due_date_warnings(book: Book) -> Iterator[Finding]:
    """A warning for each sealed document whose due date today would differ from the one in it.

    Only documents without `due` in places where due dates move to business days are examined: holidays come from another package,
    whose next version may have others. `verify` covers the rest.
    """
    from beancount_invoicing import einvoice

    by_number = {invoice.number: invoice for invoice in reversed(book.invoices)}
    for seal in book.seals:
        for number in seal.numbers if seal.event in INVOICE_SEAL_EVENTS and not is_text_copy(seal.file) else ():
            invoice = by_number.get(number)
            if invoice is None or not book.option("business-days", invoice.date) or not _by_terms(invoice):
                continue
            content, _gone = sealed_content(seal)
            try:
                sealed = einvoice.read_e_invoice(einvoice.extract(content)).due if content else None
            except einvoice.NotReadable:
                continue  # no e-invoice
            now = {instalment.due_on_page(invoice.date) for instalment in invoice.instalments}
            if sealed and now != {sealed}:
                dates = joined(_(" and "), (str(day) for day in sorted(filter(None, now))))
                yield Finding(
                    "warning",
                    "due-moved",
                    _(
                        "{number} was sealed on {day} with the due date {sealed}, but by its terms and the holidays "
                        "known today it is due on {dates}: write due: {sealed} into it",
                        number=number,
                        day=seal.date,
                        sealed=sealed,
                        dates=dates,
                    ),
                    invoice.source,
                )


def _by_terms(invoice: Invoice) -> bool:
    return any(
        instalment.steps and instalment.steps[-1].operation != "as written" for instalment in invoice.instalments
    )
