"""From invoices to dispatches, with the words of the e-mail, the documents, and where they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, partial
from os import path as os_path
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

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
from beancount_invoicing.dunning.sending_states import StateLookup, StateOnSending
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Channel, Customer, Invoice, Seal
from beancount_invoicing.receivables.direct_debit import debit_notice, has_mandate
from beancount_invoicing.rules import digests
from beancount_invoicing.rules.duties import duty_of, is_met_by_peppol

if TYPE_CHECKING:
    from beancount_invoicing.rendering.mail import MailText
    from beancount_invoicing.rendering.view import View

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

    book, folders = ledger.book, prepared.template_folders
    try:
        customer = _customer_of_sendable(ledger, invoice, day)
        receiver = _receiver(book, customer, invoice.date, day)
        way = channel or receiver.channel
        try:
            paid = prepared.paid_on_date(invoice)
            view = rendering.document_view(book, invoice, paid, folders)
        except rendering.NoDocument as error:
            raise _CannotLeave(str(error)) from None
        stands = stands_by(invoice, paid)
        against = _reasons_against(invoice, stands, way, named)
        contents = _contents(book, invoice, view, paid, way, prepared, seal, enclose)
    except _CannotLeave as error:
        customer_of = invoice.customer
        name, account = (customer_of.name, customer_of.account) if customer_of else ("", "")
        return HeldDispatch(invoice.number, name, (invoice.number,), error.why, account)
    words = _words(book, invoice, customer, receiver, stands, view, prepared, day)
    return Dispatch(
        kind="sent",
        day=max(day, invoice.date),
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
        attachments=contents.attachments,
        replies_to=first_message_ids(history, (*invoice.corrects, *filter(None, (invoice.replaces,)))),
        address=view.recipient,
        postal_place=postal_place(book, customer, invoice.date),
        notices=(*contents.reasons, *against, *contents.notices),
        sealed_path=Path(seal.file) if seal else None,
        text_copies=contents.companions,
        facts_digest=digests.content_digest(book, invoice),
    )


class _CannotLeave(Exception):
    """A document cannot be sent, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _customer_of_sendable(ledger: Ledger, invoice: Invoice, day: date) -> Customer:
    """The customer of a document, where the ledger lets it leave on `day`. Raises _CannotLeave."""
    customer = invoice.customer
    if invoice.draft:
        raise _CannotLeave(_("is a draft: bean-invoice issue {number}", number=invoice.number))
    if not invoice.has_page or customer is None:
        raise _CannotLeave(_("is {reason}: there is no document to send", reason=invoice.why_no_page))
    if by := replaced_by(ledger.book, invoice.number, day):
        raise _CannotLeave(
            _("is replaced by {by}: that is the invoice the customer gets, bean-invoice send {by}", by=by)
        )
    if error := ledger_error_of(ledger, invoice, customer):
        raise _CannotLeave(_("has an error in the ledger: {error}", error=error))
    return customer


def _reasons_against(invoice: Invoice, stands: StateOnSending, way: Channel, named: bool) -> tuple[str, ...]:
    """What speaks against sending a document that a person has `named`. Raises _CannotLeave where nobody has."""
    against = stands.reason_to_hold(way)
    if against and not named:
        raise _CannotLeave(
            _(
                "{against}; or name it to send it all the same: bean-invoice send {number} --write",
                against=against,
                number=invoice.number,
            )
        )
    return (_("{number}: {against}", number=invoice.number, against=against),) if against else ()


class _Contents(NamedTuple):
    """What leaves of a document."""

    attachments: tuple[Attachment, ...]
    companions: tuple[Attachment, ...]
    """What is stored beside it."""
    reasons: tuple[str, ...]
    """Why the PDF is not an e-invoice, in short."""
    notices: tuple[str, ...]


def _contents(
    book: Book, invoice: Invoice, view: View, paid: Decimal, way: Channel, prepared: RenderContext, seal: Seal | None,
    enclose: Sequence[Enclosure],
) -> _Contents:  # fmt: skip
    """The files of a document that goes by `way`. Raises _CannotLeave."""
    folders, stem = prepared.template_folders, prepared.names[invoice.number]
    reasons: list[str] = []
    e_invoice = factur_x_xml(book, invoice, paid, folders, reasons.append)
    if way == "e-invoice" and e_invoice is None:
        raise _CannotLeave(_("{reasons}; or send it another way: --channel email", reasons=joined("; ", reasons)))
    companions: tuple[Attachment, ...] = ()
    notices: tuple[str, ...] = ()
    if seal:
        page, notices = _sealed_page(book, invoice, seal, stem)
    else:
        page, companions = _new_page(view, folders, stem, e_invoice)
    if way == "e-invoice":
        attachments = (page, *_structured(book, invoice, paid, folders, stem))
    else:
        attachments = (page, *_enclosed(book, invoice, folders, stem, enclose))
    if way == "post":
        notices += _unprinted(attachments)
    return _Contents(attachments, companions, _in_short(invoice.number, reasons), notices)


def _sealed_page(book: Book, invoice: Invoice, seal: Seal, stem: str) -> tuple[Attachment, tuple[str, ...]]:
    """The file that was sealed, and what to say of it. Raises _CannotLeave where what was sealed was altered."""
    try:
        content, untold = as_sealed(book, invoice, seal)
    except Altered as error:
        raise _CannotLeave(str(error)) from None
    notices = (_("{number}: {untold}", number=invoice.number, untold=untold),) if untold else ()
    return Attachment(f"{stem}.pdf", PDF_MEDIA_TYPE, content), notices


def _new_page(
    view: View, folders: tuple[Path, ...], stem: str, e_invoice: bytes | None
) -> tuple[Attachment, tuple[Attachment, ...]]:
    """The PDF of a document that is not sealed, and what is stored beside it."""
    page = Attachment(f"{stem}.pdf", PDF_MEDIA_TYPE, partial(view_bytes, view, folders, "pdf", e_invoice))
    if e_invoice is not None:
        return page, ()
    text = partial(view_bytes, view, folders, "text")  # it tells later what was changed
    return page, (Attachment(f"{stem}.{SUFFIXES['text']}", "text/plain", text),)


def _structured(
    book: Book, invoice: Invoice, paid: Decimal, folders: tuple[Path, ...], stem: str
) -> tuple[Attachment, ...]:
    """The XML that goes with the PDF to a platform, where it is not within it. Raises _CannotLeave."""
    from beancount_invoicing import einvoice

    if book.option("e-invoice-form", invoice.date) == "none":
        raise _CannotLeave(
            _(
                'option e-invoice-form is "none", so there is no e-invoice: give {customer} another channel',
                customer=invoice.customer.name if invoice.customer else "",
            )
        )
    form = _form(book, invoice)
    if form == "facturx":
        return ()
    try:
        data = e_invoice_xml(book, invoice, paid, folders, form)
    except einvoice.NoEInvoice as error:
        raise _CannotLeave(joined("; ", (not_e_invoice_message(invoice, reason) for reason in error.reasons))) from None
    return (Attachment(f"{stem}.{FORMS[form]}", "application/xml", data),)


def _enclosed(
    book: Book, invoice: Invoice, folders: tuple[Path, ...], stem: str, enclose: Sequence[Enclosure]
) -> tuple[Attachment, ...]:
    """What goes along by e-mail or post. Raises _CannotLeave where it cannot be read."""
    try:
        return tuple(enclosures(book, invoice, folders, stem, _PRINTED, enclose))
    except OSError as error:
        raise _CannotLeave(
            _(
                "its attachment cannot be read: {file}: {reason}",
                file=error.filename,
                reason=error.strerror,
            )
        ) from None


def _unprinted(attachments: Sequence[Attachment]) -> tuple[str, ...]:
    """Which attachments do not go into the batch of letters."""
    unprinted = [attachment.name for attachment in attachments if attachment.media_type != PDF_MEDIA_TYPE]
    if not unprinted:
        return ()
    return (
        _(
            "{unprinted}: no PDF, so it is not in the batch of letters: print it yourself",
            unprinted=", ".join(unprinted),
        ),
    )


def _words(
    book: Book, invoice: Invoice, customer: Customer, receiver: Customer, stands: StateOnSending, view: View,
    prepared: RenderContext, day: date,
) -> MailText:  # fmt: skip
    """The words of the e-mail, or of the note beside a letter, of `day`."""
    from beancount_invoicing import rendering

    folders = prepared.template_folders
    is_debited = (
        stands.payment_state in {"to-pay", "overdue"}
        and debit_notice(book, invoice) is not None
        and has_mandate(receiver, day)
    )
    return rendering.mail_text(
        folders,
        "invoice",
        view,
        rendering.document_facts(view)
        if stands.as_printed
        else rendering.outstanding_facts(book, invoice, stands, view, folders),
        invoice=invoice,
        customer=customer,
        to_pay=stands.payment_state in {"to-pay", "overdue"} and not is_debited,
        later=bool(stands.later_instalments),
        standing="debit" if is_debited else stands.payment_state,
        credited_by=", ".join(stands.credited_by),
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
    """What the option says; else what the law asks for between these two, such as Peppol in Belgium; else Factur-X."""
    text = book.option("e-invoice-form", invoice.date)
    if not text and book.seller and invoice.customer:
        duty = duty_of(book.seller.at(invoice.date), invoice.customer, invoice.date)
        text = "peppol" if duty and is_met_by_peppol(duty) else ""
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
    """The Message-IDs of the e-mails that brought these documents: later e-mails go into the same threads."""
    return tuple(dict.fromkeys(message_id for number in numbers if (message_id := history.first_message_id(number))))


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
