"""Finding documents, and writing them to files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from beancount_invoicing.actions.naming import UnknownCustomer, customer, customers
from beancount_invoicing.actions.originals import original, sealed_documents
from beancount_invoicing.billing import Enclosure
from beancount_invoicing.files import write_if_different
from beancount_invoicing.model import ZERO, Book, Invoice, Seal
from beancount_invoicing.receivables import Position, Status, allocate, positions
from beancount_invoicing.rules import numbering

Output = Literal["pdf", "html", "text"]
SUFFIXES: dict[Output, str] = {"pdf": "pdf", "html": "html", "text": "txt"}
STATUSES: tuple[str, ...] = get_args(Status)


class UnknownNumber(LookupError):
    """There is no document with that number; the message names the likely one."""


class Written(NamedTuple):
    """A file, and whether its bytes changed."""

    file: Path
    changed: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents; each that is not given lets all pass. `since` and `until` are inclusive dates of documents."""

    statuses: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    """Main accounts of the customers invoiced, or of those who owe it by now."""
    since: date | None = None
    until: date | None = None
    amount: Decimal | None = None
    """What its net, its total, what is to be paid of it or is open comes to, of all or of one instalment; without its sign."""

    def passes(self, position: Position) -> bool:
        """Whether a document is one of them."""
        invoice = position.invoice
        if self.statuses and position.status not in self.statuses:
            return False
        if self.customers:
            whose = (*position.debtors, *([invoice.customer] if invoice.customer else ()))
            if not any(one.account in self.customers for one in whose):
                return False
        if self.amount is not None and abs(self.amount) not in map(abs, _amounts(position)):
            return False
        return not (self.since and invoice.date < self.since) and not (self.until and invoice.date > self.until)


def _amounts(position: Position) -> Iterator[Decimal]:
    """The amounts by which a person may look for a document."""
    invoice = position.invoice
    yield from (invoice.net, invoice.total, invoice.payable, *(one.amount for one in invoice.instalments))
    yield from (one for one in (position.open, *(each.open for each in position.instalments)) if one)


def select(book: Book, as_of: date, wanted: Filter) -> tuple[Position, ...]:
    """The documents that are in the books on `as_of` (inclusive) and pass the filter."""
    return tuple(position for position in positions(book, as_of) if wanted.passes(position))


def find(book: Book, as_of: date, numbers: Iterable[str]) -> tuple[Position, ...]:
    """The documents of these numbers, in this order. Raises UnknownNumber."""
    return tuple(map(finder(book, as_of), numbers))


def finder(book: Book, as_of: date) -> Callable[[str], Position]:
    """A function that gives the document of a number, as it is in the books on `as_of` (inclusive).

    The end of a number does where one number only ends so (`rules.numbering.ends_with`). It raises UnknownNumber.
    """
    known: dict[str, Position] = {}
    for position in positions(book, as_of):
        known.setdefault(position.invoice.number, position)

    def found(number: str) -> Position:
        if number in known:
            return known[number]
        if later := book.invoice(number):
            raise UnknownNumber(f"{number} is dated {later.since}, after {as_of}")
        ends = [one for one in known if numbering.ends_with(one, number)]
        if len(ends) == 1:
            return known[ends[0]]
        if ends:
            raise UnknownNumber(f"{number} can be {', '.join(sorted(ends))}: say which")
        if later := next((one for one in book.invoices if numbering.ends_with(one.number, number)), None):
            raise UnknownNumber(f"{later.number} is dated {later.since}, after {as_of}")
        near = get_close_matches(number, sorted(known), cutoff=0.6)
        raise UnknownNumber(f"there is no {number}" + (f": did you mean {near[0]}?" if near else ""))

    return found


class Named(NamedTuple):
    """The documents that words name; `of_customers`: the numbers of those that only their customer's name stands for."""

    positions: tuple[Position, ...]
    of_customers: frozenset[str]


def named_documents(book: Book, as_of: date, words: Sequence[str], *, one: bool = False) -> Named:
    """The documents of numbers, and all of those of customers (without void numbers and opening items), each once, in this order.

    A word is a document's number, or its end, else a customer (the `one`, for what is written), who was invoiced a document or owes
    it by now. Raises UnknownNumber, UnknownCustomer.
    """
    by_number = finder(book, as_of)
    found: dict[str, Position] = {}
    of_customers: set[str] = set()
    for word in dict.fromkeys(words):
        try:
            position = by_number(word)
        except UnknownNumber as error:
            try:
                whose = (customer(book, word),) if one else customers(book, word)
            except UnknownCustomer:
                if any(sign.isdigit() for sign in word):
                    raise error from None
                raise
            for each in select(book, as_of, Filter(customers=whose)):
                if each.invoice.has_page and each.invoice.number not in found:
                    found[each.invoice.number] = each
                    of_customers.add(each.invoice.number)
        else:
            found[position.invoice.number] = position
            of_customers.discard(position.invoice.number)
    return Named(tuple(found.values()), frozenset(of_customers))


def paid_on_its_date(book: Book) -> Callable[[Invoice], Decimal]:
    """A function that tells what of a document had been settled by the end of its own date.

    Explicit settlements of a day never change afterwards, so one allocation serves all documents; where payments are
    assumed to settle the oldest, each date has its own.
    """
    if "allocate" in book.options:
        return lambda invoice: _settled(book, invoice, invoice.date)
    by_invoice: dict[int, Decimal] = {}
    for one in allocate(book, book.last_date).allocations:
        if one.date <= one.invoice.date:
            by_invoice[id(one.invoice)] = by_invoice.get(id(one.invoice), ZERO) + one.amount
    return lambda invoice: by_invoice.get(id(invoice), ZERO)


def _settled(book: Book, invoice: Invoice, as_of: date) -> Decimal:
    those = allocate(book, as_of).allocations
    return sum((one.amount for one in those if one.invoice is invoice), ZERO)


class Prepared(NamedTuple):
    """What all documents of a Book are rendered with: folders of templates, file names, what was paid on its date."""

    where: tuple[Path, ...]
    names: Mapping[str, str]
    paid: Callable[[Invoice], Decimal]


def prepare(book: Book) -> Prepared:
    """What rendering needs to know of the whole Book, worked out once."""
    from beancount_invoicing import rendering

    names = rendering.file_names(invoice.number for invoice in book.invoices)
    return Prepared(rendering.folders(book), names, paid_on_its_date(book))


def render(
    book: Book,
    invoices: Sequence[Invoice],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    plain: bool = False,
    prepared: Prepared | None = None,
    enclose: Sequence[Enclosure] = (),
) -> Iterator[tuple[Written, ...]]:
    """Writes documents as they stood on their own dates, one after the other; yields the files of each.

    The PDF of what was sealed is the very file that was sealed; what is made anew of it, `notice` is told. Another PDF is a
    Factur-X, unless `plain` or where the document is no e-invoice, which `notice` is told. A file is written
    whole or not at all, and only where its bytes differ. Beside it goes what its contracts say that goes along, and `enclose`.
    Void numbers and opening items have no document and are passed over; what the sender should know goes to `notice`. Raises
    TemplateError, OSError.
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.actions.e_invoices import factur_x
    from beancount_invoicing.actions.enclosures import enclosures

    folder = Path(folder)
    where, names, paid = prepared or prepare(book)
    sealed = sealed_documents(book)
    for invoice in invoices:
        try:
            view = rendering.document(book, invoice, paid(invoice), where)
        except rendering.NoDocument as error:
            notice(str(error))
            yield ()
            continue
        for text in view.notices:
            notice(text)
        kept = None
        if one := sealed.get(invoice.number):
            kept = original(one) if "pdf" in outputs and not plain else None
            if said := _made_anew(invoice.number, one, outputs, plain, kept):
                notice(said)
        e_invoice = None
        if kept is None and not plain and "pdf" in outputs:
            e_invoice = factur_x(book, invoice, paid(invoice), where, notice)
        written = write_view(view, where, folder / names[invoice.number], outputs, e_invoice, kept)
        along = enclosures(book, invoice, where, names[invoice.number], outputs, enclose)
        yield (
            *written,
            *(Written(folder / one.name, write_if_different(folder / one.name, one.content)) for one in along),
        )


def _made_anew(number: str, one: Seal, outputs: Sequence[Output], plain: bool, kept: bytes | None) -> str:
    """What to know where a document that was sealed is made anew; "" where only the file that was sealed is given."""
    if kept is None and "pdf" in outputs and not plain:
        return (
            f"{number} was sealed on {one.date}, and {one.file} is not there as it was sealed (bean-invoice verify {number}): what"
            " is written is made anew"
        )
    anew = [output for output in outputs if output != "pdf" or plain]
    return f"{number} was sealed on {one.date} as {one.file}: made anew here is {', '.join(anew)}" if anew else ""


def document_file(book: Book, number: str, output: Output) -> tuple[str, bytes]:
    """One document, its file name and its bytes: the PDF as it was sealed, where that is there; else see render_one."""
    found = book.invoice(number)
    one = sealed_documents(book).get(number) if found and output == "pdf" else None
    kept = original(one) if one else None
    if kept is None:
        return render_one(book, number, output)
    from beancount_invoicing import rendering

    return f"{rendering.file_names(each.number for each in book.invoices)[number]}.pdf", kept


def render_one(book: Book, number: str, output: Output) -> tuple[str, bytes]:
    """One document as it stood on its own date: its file name and its bytes; a PDF is a Factur-X where it can be one.

    Raises UnknownNumber, rendering.NoDocument, rendering.TemplateError, OSError.
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.actions.e_invoices import factur_x

    invoice = book.invoice(number)
    if invoice is None:
        (invoice,) = (position.invoice for position in find(book, date.max, [number]))
    where = rendering.folders(book)
    paid = _settled(book, invoice, invoice.date)
    view = rendering.document(book, invoice, paid, where)
    name = rendering.file_names(one.number for one in book.invoices)[invoice.number]
    e_invoice = factur_x(book, invoice, paid, where, lambda _: None) if output == "pdf" else None
    return f"{name}.{SUFFIXES[output]}", as_bytes(view, where, output, e_invoice)


def as_bytes(view: object, where: tuple[Path, ...], output: Output, e_invoice: bytes | None = None) -> bytes:
    """A view in one form; with the XML of an e-invoice a PDF is a Factur-X. Raises TemplateError."""
    from beancount_invoicing import rendering

    assert isinstance(view, rendering.View)
    if output == "pdf" and e_invoice is not None:
        from beancount_invoicing import einvoice

        return einvoice.with_metadata(rendering.to_pdf(view, where, (einvoice.FILE, e_invoice.decode())))
    if output == "pdf":
        return rendering.to_pdf(view, where)
    return (rendering.to_html(view, where) if output == "html" else rendering.to_text(view, where)).encode()


def write_view(
    view: object,
    where: tuple[Path, ...],
    base: Path,
    outputs: Sequence[Output],
    e_invoice: bytes | None = None,
    kept: bytes | None = None,
) -> tuple[Written, ...]:
    """Writes a view in each form, as `base` with the form's suffix; see as_bytes. `kept`: the PDF, where it is not to be made."""
    result = []
    for output in outputs:
        file = base.with_name(f"{base.name}.{SUFFIXES[output]}")
        content = kept if kept is not None and output == "pdf" else as_bytes(view, where, output, e_invoice)
        result.append(Written(file, write_if_different(file, content)))
    return tuple(result)
