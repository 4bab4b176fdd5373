"""Reminder letters → what is to be sent: the letter, and the invoices that it speaks of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from beancount_invoicing.actions.differences import Altered, as_sealed
from beancount_invoicing.actions.dispatches import PDF, first_mails, place, wrong
from beancount_invoicing.actions.documents import Prepared, as_bytes, prepare
from beancount_invoicing.actions.e_invoices import factur_x
from beancount_invoicing.actions.ledger import Ledger
from beancount_invoicing.actions.originals import sealed_documents
from beancount_invoicing.actions.reminders import file_names
from beancount_invoicing.actions.waiting import letters_waiting, standing_for
from beancount_invoicing.delivery import Attachment, Dispatch, Held, History, addresses
from beancount_invoicing.dunning import Proposal
from beancount_invoicing.model import ZERO, Book, Channel, Invoice, Seal
from beancount_invoicing.receivables import Position


def of_reminders(
    ledger: Ledger, proposals: Sequence[Proposal], channel: Channel | None = None, *, retry: bool = False
) -> Iterator[Dispatch | Held]:
    """What sends each letter, by its own channel or `channel`, or why it cannot leave; with `retry` only what is in doubt, or was
    prepared.

    Raises rendering.TemplateError.
    """
    from beancount_invoicing import rendering

    book = ledger.book
    history = History(book.events)
    waiting = letters_waiting(book)
    prepared = prepare(book)
    seals = sealed_documents(book)
    letters = [one for one in proposals if one.level is not None]
    still_open: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for claim in ledger.allocated.claims:
        still_open[claim.invoice.number] += claim.open
    for proposal, name in zip(letters, file_names(book, letters), strict=True):
        customer, day = proposal.customer, proposal.as_of
        invoices = [late.position.invoice for late in proposal.invoices]
        numbers = tuple(one.number for one in invoices)
        stand = standing_for(waiting, proposal)
        if retry and not stand:
            continue
        reasons = [error and f"has an error in the ledger: {error}" for error in _wrong(ledger, proposal)]
        sealed, altered, untold = _as_sealed(book, invoices, seals)
        reasons += altered
        reasons += [_settled_later(late.position, day, still_open) for late in proposal.invoices]
        if why := next((why for why in reasons if why), ""):
            yield Held(name, customer.name, numbers, why, customer.account)
            continue
        view = rendering.letter(book, proposal, prepared.where)
        letter = Attachment(f"{name}.pdf", PDF, as_bytes(view, prepared.where, "pdf"))
        documents = tuple(each for one in invoices if (each := _attached(book, one, prepared, sealed.get(one.number))))
        words = rendering.mail_words(
            prepared.where,
            "reminder",
            view,
            rendering.letter_facts(proposal, view, prepared.where),
            numbers=numbers,
            attached=len(documents),
            proposal=proposal,
        )
        earlier = [one for number in numbers for one in history.sent("reminder", number) if one.message_id]
        before = [one.message_id for one in sorted(earlier, key=lambda one: one.date)]
        yield Dispatch(
            event="reminder",
            day=day,
            account=customer.account,
            customer=customer.name,
            numbers=numbers,
            title=f"{view.title} {', '.join(numbers[:3])}{' …' if len(numbers) > 3 else ''}",
            channel=channel or proposal.channel,
            language=view.language,
            to=addresses.split(customer.email),
            cc=(*addresses.split(customer.cc), *addresses.split(proposal.escalation)),
            subject=words.subject,
            text=words.text,
            html=words.html,
            attachments=(letter, *documents),
            replies_to=tuple(dict.fromkeys((*first_mails(history, numbers), *before))),
            address=view.recipient,
            place=place(book, customer, day),
            level=proposal.level,
            in_place_of=frozenset(one.event.message_id for one in stand),
            until=proposal.deadline,
            tone="final" if proposal.tone == "final" else "",
            registered=proposal.registered,
            notices=(*proposal.notices, *untold),
        )


def invoices_of(book: Book) -> Callable[[Proposal], tuple[Attachment, ...]]:
    """A function that makes the documents of the invoices that a letter speaks of. It raises rendering.TemplateError, Altered."""
    prepared, seals = prepare(book), sealed_documents(book)

    def made(proposal: Proposal) -> tuple[Attachment, ...]:
        invoices = [late.position.invoice for late in proposal.invoices]
        sealed, altered, _untold = _as_sealed(book, invoices, seals)
        if altered:
            raise Altered(altered[0])
        return tuple(each for one in invoices if (each := _attached(book, one, prepared, sealed.get(one.number))))

    return made


def _wrong(ledger: Ledger, proposal: Proposal) -> Iterator[str]:
    """Errors of the ledger in what a letter goes by."""
    return (wrong(ledger, late.position.invoice, proposal.customer) for late in proposal.invoices)


def _as_sealed(
    book: Book, invoices: Sequence[Invoice], seals: Mapping[str, Seal]
) -> tuple[dict[str, bytes], list[str], list[str]]:
    """The sealed documents of invoices, by number; why one must not leave; and what to know of one where that cannot be told."""
    sealed: dict[str, bytes] = {}
    altered: list[str] = []
    untold: list[str] = []
    for one in invoices:
        if seal := seals.get(one.number):
            try:
                sealed[one.number], notice = as_sealed(book, one, seal)
            except Altered as error:
                altered.append(f"{one.number} {error}")
            else:
                untold += [f"{one.number}: {notice}"] if notice else []
    return sealed, altered, untold


def _settled_later(position: Position, day: date, still_open: Mapping[str, Decimal]) -> str:
    """That the ledger knows more of a document than the letter of an earlier day may: a payment; "" where it does not."""
    number = position.invoice.number
    if still_open[number] >= position.open:
        return ""
    return f"after {day} something came in on {number}: send the letter of a later day"


def _attached(book: Book, invoice: Invoice, prepared: Prepared, sealed: bytes | None) -> Attachment | None:
    """The document of an invoice as it was sealed, else as it is made today; None where it has none (an opening item)."""
    from beancount_invoicing import rendering

    name = f"{prepared.names[invoice.number]}.pdf"
    if sealed:
        return Attachment(name, PDF, sealed)
    paid = prepared.paid(invoice)
    try:
        view = rendering.document(book, invoice, paid, prepared.where)
    except rendering.NoDocument:
        return None
    e_invoice = factur_x(book, invoice, paid, prepared.where, lambda _why: None)
    return Attachment(name, PDF, as_bytes(view, prepared.where, "pdf", e_invoice))
