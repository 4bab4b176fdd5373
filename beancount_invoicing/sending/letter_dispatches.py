"""From reminder letters to dispatches: the letter, and the invoices that it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from beancount_invoicing.delivery import Attachment, Dispatch, HeldDispatch, History, addresses
from beancount_invoicing.delivery.attempts import Attempt
from beancount_invoicing.documents.differences import Altered, as_sealed
from beancount_invoicing.documents.e_invoices import factur_x_xml
from beancount_invoicing.documents.letter_files import letter_file_names
from beancount_invoicing.documents.originals import sealed_documents
from beancount_invoicing.documents.render import RenderContext, render_context
from beancount_invoicing.documents.written_files import view_bytes
from beancount_invoicing.dunning import Proposal
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Channel, Invoice, Seal
from beancount_invoicing.receivables import Position
from beancount_invoicing.sending.invoice_dispatches import (
    PDF_MEDIA_TYPE,
    first_message_ids,
    ledger_error_of,
    postal_place,
)
from beancount_invoicing.sending.waiting_letters import letters_for_proposal, letters_waiting


def dispatches_of_reminders(
    ledger: Ledger, proposals: Sequence[Proposal], channel: Channel | None = None, *, retry: bool = False
) -> Iterator[Dispatch | HeldDispatch]:
    """The dispatch of each letter, by the letter's own channel or `channel`, or why it cannot be sent; with `retry`,
    only of letters in doubt or prepared. Raises rendering.TemplateError.
    """
    book = ledger.book
    history = History(book.events)
    waiting = letters_waiting(book)
    prepared = render_context(book)
    seals = sealed_documents(book)
    letters = [proposal for proposal in proposals if proposal.level is not None]
    still_open: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for claim in ledger.allocated.open_items:
        still_open[claim.invoice.number] += claim.open
    for proposal, name in zip(letters, letter_file_names(book, letters), strict=True):
        customer, day = proposal.customer, proposal.as_of
        invoices = [late.position.invoice for late in proposal.invoices]
        numbers = tuple(invoice.number for invoice in invoices)
        stand = letters_for_proposal(waiting, proposal)
        if retry and not stand:
            continue
        reasons = [
            error and _("has an error in the ledger: {error}", error=error) for error in _wrong(ledger, proposal)
        ]
        sealed, altered, untold = _as_sealed(book, invoices, seals)
        reasons += altered
        reasons += [_settled_later(late.position, day, still_open) for late in proposal.invoices]
        if why := next((why for why in reasons if why), ""):
            yield HeldDispatch(name, customer.name, numbers, why, customer.account)
            continue
        yield _dispatch(book, proposal, name, prepared, history, sealed, stand, channel, untold)


def _dispatch(
    book: Book,
    proposal: Proposal,
    name: str,
    prepared: RenderContext,
    history: History,
    sealed: Mapping[str, bytes],
    waiting: Sequence[Attempt],
    channel: Channel | None,
    untold: Sequence[str],
) -> Dispatch:
    """The dispatch of one letter with its invoices, which are attached as they are `sealed`; it replaces those that are
    `waiting`.
    """
    from beancount_invoicing import rendering

    customer, day = proposal.customer, proposal.as_of
    invoices = [late.position.invoice for late in proposal.invoices]
    numbers = tuple(invoice.number for invoice in invoices)
    view = rendering.letter_view(book, proposal, prepared.template_folders)
    letter = Attachment(f"{name}.pdf", PDF_MEDIA_TYPE, partial(view_bytes, view, prepared.template_folders, "pdf"))
    documents = tuple(
        attachment
        for invoice in invoices
        if (attachment := _attached(book, invoice, prepared, sealed.get(invoice.number)))
    )
    words = rendering.mail_text(
        prepared.template_folders,
        "reminder",
        view,
        rendering.letter_facts(proposal, view, prepared.template_folders),
        numbers=numbers,
        attached=len(documents),
        proposal=proposal,
    )
    earlier = [event for number in numbers for event in history.sent("reminder", number) if event.message_id]
    before = [event.message_id for event in sorted(earlier, key=lambda event: event.date)]
    return Dispatch(
        kind="reminder",
        day=day,
        account=customer.account,
        customer=customer.name,
        numbers=numbers,
        title=f"{view.title} {', '.join(numbers[:3])}{' …' if len(numbers) > 3 else ''}",
        channel=channel or proposal.channel,
        language=view.language,
        to=addresses.split_addresses(customer.email),
        cc=(*addresses.split_addresses(customer.cc), *addresses.split_addresses(proposal.escalation)),
        subject=words.subject,
        text=words.text,
        html=words.html,
        attachments=(letter, *documents),
        replies_to=tuple(dict.fromkeys((*first_message_ids(history, numbers), *before))),
        address=view.recipient,
        postal_place=postal_place(book, customer, day),
        level=proposal.level,
        replaces=frozenset(attempt.event.message_id for attempt in waiting),
        deadline=proposal.deadline,
        tone="final" if proposal.tone == "final" else "",
        registered=proposal.registered,
        notices=(*proposal.notices, *untold),
    )


def invoice_attachments(book: Book) -> Callable[[Proposal], tuple[Attachment, ...]]:
    """A function that makes the documents of a letter's invoices. It raises rendering.TemplateError, Altered."""
    prepared, seals = render_context(book), sealed_documents(book)

    def made(proposal: Proposal) -> tuple[Attachment, ...]:
        invoices = [late.position.invoice for late in proposal.invoices]
        sealed, altered, _untold = _as_sealed(book, invoices, seals)
        if altered:
            raise Altered(altered[0])
        return tuple(
            attachment
            for invoice in invoices
            if (attachment := _attached(book, invoice, prepared, sealed.get(invoice.number)))
        )

    return made


def _wrong(ledger: Ledger, proposal: Proposal) -> Iterator[str]:
    """Errors of the ledger in data that a letter uses."""
    return (ledger_error_of(ledger, late.position.invoice, proposal.customer) for late in proposal.invoices)


def _as_sealed(
    book: Book, invoices: Sequence[Invoice], seals: Mapping[str, Seal]
) -> tuple[dict[str, bytes], list[str], list[str]]:
    """The sealed documents of invoices, by number; why one must not be sent; and a notice if that is not known."""
    sealed: dict[str, bytes] = {}
    altered: list[str] = []
    untold: list[str] = []
    for invoice in invoices:
        if seal := seals.get(invoice.number):
            try:
                sealed[invoice.number], notice = as_sealed(book, invoice, seal)
            except Altered as error:
                altered.append(_("{number} {error}", number=invoice.number, error=error))
            else:
                untold += [_("{number}: {notice}", number=invoice.number, notice=notice)] if notice else []
    return sealed, altered, untold


def _settled_later(position: Position, day: date, still_open: Mapping[str, Decimal]) -> str:
    """The message that the ledger records a payment of a document after the day of an earlier letter; "" if it does not."""
    number = position.invoice.number
    if still_open[number] >= position.open:
        return ""
    return _(
        "a payment or credit came in on {number} after {day}: send the letter of a later day", day=day, number=number
    )


def _attached(book: Book, invoice: Invoice, prepared: RenderContext, sealed: bytes | None) -> Attachment | None:
    """The document of an invoice as it was sealed, else as it is made today; None if it has none (an opening item)."""
    from beancount_invoicing import rendering

    name = f"{prepared.names[invoice.number]}.pdf"
    if sealed:
        return Attachment(name, PDF_MEDIA_TYPE, sealed)
    paid = prepared.paid_on_date(invoice)
    try:
        view = rendering.document_view(book, invoice, paid, prepared.template_folders)
    except rendering.NoDocument:
        return None
    e_invoice = factur_x_xml(book, invoice, paid, prepared.template_folders, lambda _why: None)
    return Attachment(name, PDF_MEDIA_TYPE, partial(view_bytes, view, prepared.template_folders, "pdf", e_invoice))
