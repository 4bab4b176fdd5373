"""Invoices → what is to be sent, with the words of the e-mail, the documents, and where they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from os import path as os_path
from pathlib import Path

from beancount_invoicing.actions.differences import Altered, as_sealed
from beancount_invoicing.actions.documents import SUFFIXES, Output, Prepared, as_bytes, find, prepare
from beancount_invoicing.actions.e_invoices import SUFFIXES as FORMS
from beancount_invoicing.actions.e_invoices import Form, factur_x, why_not, xml
from beancount_invoicing.actions.enclosures import enclosures
from beancount_invoicing.actions.ledger import Ledger
from beancount_invoicing.actions.originals import sealed_documents
from beancount_invoicing.billing import Enclosure
from beancount_invoicing.delivery import Attachment, Dispatch, Held, History, addresses
from beancount_invoicing.dunning import standings
from beancount_invoicing.dunning.standing import Stands
from beancount_invoicing.model import Book, Channel, Customer, Invoice, Seal
from beancount_invoicing.rules import business_terms

PDF = "application/pdf"
_PRINTED: tuple[Output, ...] = ("pdf",)


def of_invoices(
    ledger: Ledger,
    numbers: Sequence[str],
    day: date,
    channel: Channel | None = None,
    enclose: Sequence[Enclosure] = (),
    *,
    named: bool = False,
) -> Iterator[Dispatch | Held]:
    """What sends each of these documents on `day`, by the customer's channel or `channel`; or why it cannot leave.

    With it goes what its contracts say, and `enclose`; to a platform goes the invoice alone. The e-mail's words are of `day`, the
    page is of its own date: what would ask for what is most likely paid, or (a letter without words) is settled, leaves only where
    a person has `named` it.

    Raises UnknownNumber, rendering.TemplateError.
    """
    book = ledger.book
    positions = find(book, date.max, dict.fromkeys(numbers))
    prepared = prepare(book)
    seals = sealed_documents(book)
    history = History(book.events)
    stands_at = cache(lambda leaves: standings(book, leaves, ledger.allocated_at(leaves)))
    for position in positions:
        invoice = position.invoice
        seal = seals.get(invoice.number)
        leaves = max(day, invoice.date)
        yield _of_invoice(
            ledger, invoice, day, channel, prepared, stands_at(leaves), history, seal, enclose, named=named
        )


def unsent(book: Book, since: date | None, until: date, *, marked: bool = False) -> tuple[str, ...]:
    """The numbers of the documents of these days (inclusive; None: of none) of which nothing says that they were sent; in their
    order. With `marked` also those of earlier days that are marked to-send.

    What waits to be sent by hand is left out; what is in doubt is not: it cannot be sent, and is named.
    """
    history = History(book.events)
    by_hand = {number for one in history.open if one.kind == "sent" and not one.in_doubt for number in one.numbers}
    return tuple(
        one.number
        for one in book.invoices
        if one.date <= until
        and ((since is not None and since <= one.date) or (marked and one.to_send))
        and not one.draft
        and one.has_page
        and one.number not in by_hand
        and not history.sent("sent", one.number)
        and not replaced_by(book, one.number, until)
    )


def replaced_by(book: Book, number: str, day: date) -> str:
    """The corrective invoice that replaces a document by the end of `day`, if any does."""
    return next(
        (
            one.number
            for one in book.corrections.get(number, ())
            if one.kind == "corrective" and not one.draft and one.date <= day
        ),
        "",
    )


def _of_invoice(
    ledger: Ledger,
    invoice: Invoice,
    day: date,
    channel: Channel | None,
    prepared: Prepared,
    stands_by: Stands,
    history: History,
    seal: Seal | None,
    enclose: Sequence[Enclosure],
    *,
    named: bool,
) -> Dispatch | Held:
    from beancount_invoicing import rendering

    book = ledger.book
    customer = invoice.customer
    name = customer.name if customer else ""

    def held(why: str) -> Held:
        return Held(invoice.number, name, (invoice.number,), why, customer.account if customer else "")

    if invoice.draft:
        return held(f"is a draft: bean-invoice issue {invoice.number}")
    if not invoice.has_page or customer is None:
        return held(f"is {invoice.pageless}: there is no document to send")
    if by := replaced_by(book, invoice.number, day):
        return held(f"is replaced by {by}: that is what the customer gets, bean-invoice send {by}")
    if error := wrong(ledger, invoice, customer):
        return held(f"has an error in the ledger: {error}")
    receiver = _receiver(book, customer, invoice.date, day)
    way = channel or receiver.channel
    try:
        paid = prepared.paid(invoice)
        view = rendering.document(book, invoice, paid, prepared.where)
    except rendering.NoDocument as error:
        return held(str(error))
    leaves = max(day, invoice.date)
    stands = stands_by(invoice, paid)
    against = stands.against(way)
    if against and not named:
        return held(f"{against}; or send it by name: bean-invoice send {invoice.number} --write")
    beside = (f"{invoice.number}: {against}",) if against else ()
    reasons: list[str] = []
    e_invoice = factur_x(book, invoice, paid, prepared.where, reasons.append)
    if way == "e-invoice" and e_invoice is None:
        return held("; ".join(reasons) + "; or send it otherwise: --channel email")
    stem = prepared.names[invoice.number]
    companions: tuple[Attachment, ...] = ()
    if seal:
        try:
            content, untold = as_sealed(book, invoice, seal)
        except Altered as error:
            return held(str(error))
        beside = (*beside, f"{invoice.number}: {untold}") if untold else beside
    else:
        content = as_bytes(view, prepared.where, "pdf", e_invoice)
        if e_invoice is None:  # its text tells later what was changed
            text = as_bytes(view, prepared.where, "text")
            companions = (Attachment(f"{stem}.{SUFFIXES['text']}", "text/plain", text),)
    attachments = [Attachment(f"{stem}.pdf", PDF, content)]
    form = _form(book, invoice)
    if way == "e-invoice" and form != "facturx":
        from beancount_invoicing import einvoice

        try:
            data = xml(book, invoice, paid, prepared.where, form)
        except einvoice.NoEInvoice as error:
            return held("; ".join(why_not(invoice, reason) for reason in error.reasons))
        attachments.append(Attachment(f"{stem}.{FORMS[form]}", "application/xml", data))
    if way != "e-invoice":
        try:
            attachments += enclosures(book, invoice, prepared.where, stem, _PRINTED, enclose)
        except OSError as error:
            return held(f"what goes along with it cannot be read: {error.filename}: {error.strerror}")
        unprinted = [one.name for one in attachments if one.media_type != PDF] if way == "post" else []
        if unprinted:
            beside = (
                *beside,
                f"{', '.join(unprinted)}: no PDF, so it is not in the batch of letters: print it",
            )
    words = rendering.mail_words(
        prepared.where,
        "invoice",
        view,
        rendering.document_facts(view)
        if stands.as_printed
        else rendering.later_facts(invoice, stands, view, prepared.where),
        invoice=invoice,
        customer=customer,
        to_pay=stands.asks in {"to-pay", "overdue"},
        later=bool(stands.later),
        standing=stands.asks,
        credited_by=", ".join(stands.credited_by),
    )
    return Dispatch(
        event="sent",
        day=leaves,
        account=invoice.instalments[0].account if invoice.instalments else customer.account,
        customer=customer.name,
        numbers=(invoice.number,),
        title=f"{view.title} {view.number}",
        channel=way,
        language=view.language,
        to=addresses.split(receiver.email),
        cc=addresses.split(receiver.cc),
        subject=words.subject,
        text=words.text,
        html=words.html,
        attachments=tuple(attachments),
        replies_to=first_mails(history, invoice.corrects),
        address=view.recipient,
        place=place(book, customer, invoice.date),
        notices=(*_in_short(invoice.number, reasons), *beside),
        kept=Path(seal.file) if seal else None,
        companions=companions,
        facts=business_terms.digest(book, invoice),
    )


def _in_short(number: str, reasons: Sequence[str]) -> tuple[str, ...]:
    """The first reason why a document is no e-invoice, and where the others are told."""
    more = f" (and {len(reasons) - 1} more: bean-invoice einvoice {number})" if len(reasons) > 1 else ""
    return tuple(one + more for one in reasons[:1])


def _form(book: Book, invoice: Invoice) -> Form:
    said = book.option("e-invoice-form", invoice.date)
    return "cii" if said == "cii" else "ubl" if said == "ubl" else "peppol" if said == "peppol" else "facturx"


def _receiver(book: Book, customer: Customer, since: date, day: date) -> Customer:
    """Where and how to reach the customer of a document on `day`: as it is then, but for what the document says itself."""
    versions = book.customers.get(customer.account)
    if versions is None:
        return customer
    usual, now = versions.at(since), versions.at(max(since, day))
    return replace(
        customer,
        email=customer.email if customer.email != usual.email else now.email,
        cc=customer.cc if customer.cc != usual.cc else now.cc,
        channel=customer.channel if customer.channel != usual.channel else now.channel,
    )


def first_mails(history: History, numbers: Iterable[str]) -> tuple[str, ...]:
    """The e-mails that brought these documents: what follows them stands in their thread."""
    return tuple(dict.fromkeys(one for number in numbers if (one := history.first_mail(number))))


def wrong(ledger: Ledger, invoice: Invoice, customer: Customer) -> str:
    """An error of the ledger that stands in a document, or in what it says of the customer; "" where there is none."""
    places = {invoice.source, *(one.source for one in invoice.lines), *(one.source for one in invoice.instalments)}
    said = ledger.book.customers.get(customer.account)
    places |= {version.source for _day, version in said.versions} if said else set()
    top = Path(ledger.book.file).parent
    return next(
        (
            f"{os_path.relpath(one.source.file, top)}:{one.source.line}: {one.message}"
            for one in ledger.errors
            if one.source in places
        ),
        "",
    )


def by_letter(customer: Customer) -> Channel:
    """How a letter goes to a customer: platforms carry invoices, and nothing else."""
    if customer.channel == "e-invoice":
        return "email" if customer.email else "post"
    return customer.channel


def place(book: Book, customer: Customer, day: date) -> tuple[str, str]:
    """Where a letter goes, for the post: country ("" at home) and post code."""
    home = book.seller.at(day).address.country if book.seller else ""
    country = customer.address.country
    return ("" if country in {"", home} else country, customer.address.postcode)
