"""From invoices to dispatches, with the words of the e-mail, the documents, and where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, partial
from os import path as os_path
from pathlib import Path

from beancount_invoicing.billing import Enclosure
from beancount_invoicing.delivery import Attachment, Dispatch, HeldDispatch, History, addresses
from beancount_invoicing.documents.differences import Altered, as_sealed
from beancount_invoicing.documents.e_invoices import E_INVOICE_SUFFIXES as FORMS
from beancount_invoicing.documents.e_invoices import EInvoiceFormat, e_invoice_xml, factur_x_xml, not_e_invoice_message
from beancount_invoicing.documents.enclosures import enclosures
from beancount_invoicing.documents.originals import sealed_documents
from beancount_invoicing.documents.render import RenderContext, render_context
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.documents.written_files import SUFFIXES, Output, view_bytes
from beancount_invoicing.dunning import states_on_sending
from beancount_invoicing.dunning.sending_states import StateLookup
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Channel, Customer, Invoice, Seal
from beancount_invoicing.receivables.direct_debit import debit_notice, has_mandate
from beancount_invoicing.rules import digests

PDF_MEDIA_TYPE = "application/pdf"
_PRINTED: tuple[Output, ...] = ("pdf",)


def dispatches_of_invoices(
    ledger: Ledger,
    numbers: Sequence[str],
    day: date,
    channel: Channel | None = None,
    enclose: Sequence[Enclosure] = (),
    *,
    named: bool = False,
) -> Iterator[Dispatch | HeldDispatch]:
    """The dispatch of each of these documents on `day`, by the customer's channel or `channel`; or why it cannot be sent.

    The enclosures of its contracts go with it, and `enclose`; a platform gets the invoice alone. The e-mail describes the state of
    `day`, the page that of its own date. An invoice that is most likely paid, or (for a letter without words) settled, is only sent
    if the user has `named` it. Raises UnknownNumber, rendering.TemplateError.
    """
    book = ledger.book
    positions = find_documents(book, date.max, dict.fromkeys(numbers))
    prepared = render_context(book)
    seals = sealed_documents(book)
    history = History(book.events)
    stands_at = cache(lambda leaves: states_on_sending(book, leaves, ledger.allocated_at(leaves)))
    for position in positions:
        invoice = position.invoice
        seal = seals.get(invoice.number)
        leaves = max(day, invoice.date)
        yield _of_invoice(
            ledger, invoice, day, channel, prepared, stands_at(leaves), history, seal, enclose, named=named
        )


def unsent_numbers(book: Book, since: date | None, until: date, *, with_marked: bool = False) -> tuple[str, ...]:
    """The numbers of the documents of these days (inclusive; None: none) that are not recorded as sent, in their order.

    With `with_marked`, also those of earlier days that are marked to-send. Those that wait to be sent by hand are left out; those
    in doubt are not: they cannot be sent, and are reported.
    """
    history = History(book.events)
    by_hand = {
        number
        for attempt in history.open
        if attempt.kind == "sent" and not attempt.in_doubt
        for number in attempt.numbers
    }
    return tuple(
        invoice.number
        for invoice in book.invoices
        if invoice.date <= until
        and ((since is not None and since <= invoice.date) or (with_marked and invoice.to_send))
        and not invoice.draft
        and invoice.has_page
        and invoice.number not in by_hand
        and not history.sent("sent", invoice.number)
        and not replaced_by(book, invoice.number, until)
    )


def replaced_by(book: Book, number: str, day: date) -> str:
    """The corrective invoice that replaces a document by the end of `day`, if any does."""
    return next(
        (
            invoice.number
            for invoice in book.corrections.get(number, ())
            if invoice.kind == "corrective" and not invoice.draft and invoice.date <= day
        ),
        "",
    )


def _of_invoice(
    ledger: Ledger,
    invoice: Invoice,
    day: date,
    channel: Channel | None,
    prepared: RenderContext,
    stands_by: StateLookup,
    history: History,
    seal: Seal | None,
    enclose: Sequence[Enclosure],
    *,
    named: bool,
) -> Dispatch | HeldDispatch:
    from beancount_invoicing import rendering

    book = ledger.book
    customer = invoice.customer
    name = customer.name if customer else ""

    def held(why: str) -> HeldDispatch:
        return HeldDispatch(invoice.number, name, (invoice.number,), why, customer.account if customer else "")

    if invoice.draft:
        return held(_("is a draft: bean-invoice issue {number}", number=invoice.number))
    if not invoice.has_page or customer is None:
        return held(_("is {reason}: there is no document to send", reason=invoice.why_no_page))
    if by := replaced_by(book, invoice.number, day):
        return held(_("is replaced by {by}: that is the invoice the customer gets, bean-invoice send {by}", by=by))
    if error := ledger_error_of(ledger, invoice, customer):
        return held(_("has an error in the ledger: {error}", error=error))
    receiver = _receiver(book, customer, invoice.date, day)
    way = channel or receiver.channel
    try:
        paid = prepared.paid_on_date(invoice)
        view = rendering.document_view(book, invoice, paid, prepared.template_folders)
    except rendering.NoDocument as error:
        return held(str(error))
    leaves = max(day, invoice.date)
    stands = stands_by(invoice, paid)
    against = stands.reason_to_hold(way)
    if against and not named:
        return held(
            _(
                "{against}; or name it to send it all the same: bean-invoice send {number} --write",
                against=against,
                number=invoice.number,
            )
        )
    beside = (_("{number}: {against}", number=invoice.number, against=against),) if against else ()
    reasons: list[str] = []
    e_invoice = factur_x_xml(book, invoice, paid, prepared.template_folders, reasons.append)
    if way == "e-invoice" and e_invoice is None:
        return held(_("{reasons}; or send it another way: --channel email", reasons=joined("; ", reasons)))
    stem = prepared.names[invoice.number]
    companions: tuple[Attachment, ...] = ()
    content: bytes | Callable[[], bytes]
    if seal:
        try:
            content, untold = as_sealed(book, invoice, seal)
        except Altered as error:
            return held(str(error))
        beside = (*beside, _("{number}: {untold}", number=invoice.number, untold=untold)) if untold else beside
    else:
        content = partial(view_bytes, view, prepared.template_folders, "pdf", e_invoice)
        if e_invoice is None:  # its text tells later what was changed
            text = partial(view_bytes, view, prepared.template_folders, "text")
            companions = (Attachment(f"{stem}.{SUFFIXES['text']}", "text/plain", text),)
    attachments = [Attachment(f"{stem}.pdf", PDF_MEDIA_TYPE, content)]
    form = _form(book, invoice)
    if way == "e-invoice" and form != "facturx":
        from beancount_invoicing import einvoice

        try:
            data = e_invoice_xml(book, invoice, paid, prepared.template_folders, form)
        except einvoice.NoEInvoice as error:
            return held(joined("; ", (not_e_invoice_message(invoice, reason) for reason in error.reasons)))
        attachments.append(Attachment(f"{stem}.{FORMS[form]}", "application/xml", data))
    if way != "e-invoice":
        try:
            attachments += enclosures(book, invoice, prepared.template_folders, stem, _PRINTED, enclose)
        except OSError as error:
            return held(
                _(
                    "its attachment cannot be read: {file}: {reason}",
                    file=error.filename,
                    reason=error.strerror,
                )
            )
        unprinted = (
            [attachment.name for attachment in attachments if attachment.media_type != PDF_MEDIA_TYPE]
            if way == "post"
            else []
        )
        if unprinted:
            beside = (
                *beside,
                _(
                    "{unprinted}: no PDF, so it is not in the batch of letters: print it yourself",
                    unprinted=", ".join(unprinted),
                ),
            )
    is_debited = (
        stands.payment_state in {"to-pay", "overdue"}
        and debit_notice(book, invoice) is not None
        and has_mandate(receiver, day)
    )
    words = rendering.mail_text(
        prepared.template_folders,
        "invoice",
        view,
        rendering.document_facts(view)
        if stands.as_printed
        else rendering.outstanding_facts(book, invoice, stands, view, prepared.template_folders),
        invoice=invoice,
        customer=customer,
        to_pay=stands.payment_state in {"to-pay", "overdue"} and not is_debited,
        later=bool(stands.later_instalments),
        standing="debit" if is_debited else stands.payment_state,
        credited_by=", ".join(stands.credited_by),
    )
    return Dispatch(
        kind="sent",
        day=leaves,
        account=invoice.instalments[0].account if invoice.instalments else customer.account,
        customer=customer.name,
        numbers=(invoice.number,),
        title=f"{view.title} {view.number}",
        channel=way,
        language=view.language,
        to=addresses.split_addresses(receiver.email),
        cc=addresses.split_addresses(receiver.cc),
        subject=words.subject,
        text=words.text,
        html=words.html,
        attachments=tuple(attachments),
        replies_to=first_message_ids(history, invoice.corrects),
        address=view.recipient,
        postal_place=postal_place(book, customer, invoice.date),
        notices=(*_in_short(invoice.number, reasons), *beside),
        sealed_path=Path(seal.file) if seal else None,
        text_copies=companions,
        facts_digest=digests.content_digest(book, invoice),
    )


def _in_short(number: str, reasons: Sequence[str]) -> tuple[str, ...]:
    """The first reason why a document cannot be an e-invoice, and how to see the others."""
    more = (
        _(" (and {count} more: bean-invoice einvoice {number})", count=len(reasons) - 1, number=number)
        if len(reasons) > 1
        else ""
    )
    return tuple(reason + more for reason in reasons[:1])


def _form(book: Book, invoice: Invoice) -> EInvoiceFormat:
    text = book.option("e-invoice-form", invoice.date)
    return "cii" if text == "cii" else "ubl" if text == "ubl" else "peppol" if text == "peppol" else "facturx"


def _receiver(book: Book, customer: Customer, since: date, day: date) -> Customer:
    """Where and how to reach the customer of a document on `day`: by the customer's data of that day, except those on the
    document itself.
    """
    versions = book.customers.get(customer.account)
    if versions is None:
        return customer
    usual, now = versions.at(since), versions.at(max(since, day))
    return customer._replace(
        email=customer.email if customer.email != usual.email else now.email,
        cc=customer.cc if customer.cc != usual.cc else now.cc,
        channel=customer.channel if customer.channel != usual.channel else now.channel,
    )


def first_message_ids(history: History, numbers: Iterable[str]) -> tuple[str, ...]:
    """The e-mails that brought these documents: later ones go into their thread."""
    return tuple(dict.fromkeys(one for number in numbers if (one := history.first_message_id(number))))


def ledger_error_of(ledger: Ledger, invoice: Invoice, customer: Customer) -> str:
    """An error of the ledger in a document, or in its data about the customer; "" if there is none."""
    places = {
        invoice.source,
        *(line.source for line in invoice.lines),
        *(instalment.source for instalment in invoice.instalments),
    }
    dated = ledger.book.customers.get(customer.account)
    places |= {version.source for _day, version in dated.versions} if dated else set()
    top = Path(ledger.book.file).parent
    return next(
        (
            _(
                "{relpath}:{line}: {message}",
                relpath=os_path.relpath(error.source.file, top),
                line=error.source.line,
                message=error.message,
            )
            for error in ledger.errors
            if error.source in places
        ),
        "",
    )


def letter_channel(customer: Customer) -> Channel:
    """The channel of a letter to a customer: platforms accept only invoices."""
    if customer.channel == "e-invoice":
        return "email" if customer.email else "post"
    return customer.channel


def postal_place(book: Book, customer: Customer, day: date) -> tuple[str, str]:
    """The postal destination of a letter: country ("" at home) and postcode."""
    home = book.seller.at(day).address.country if book.seller else ""
    country = customer.address.country
    return ("" if country in {"", home} else country, customer.address.postcode)
