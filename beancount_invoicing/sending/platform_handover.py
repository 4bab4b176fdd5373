"""E-invoices at a platform: what is handed in under which identifier, and what a doubt turns out to be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from beancount_invoicing.delivery import Attempt, Dispatch
from beancount_invoicing.documents.e_invoices import E_INVOICE_SUFFIXES
from beancount_invoicing.files import has_digest
from beancount_invoicing.messages import joined
from beancount_invoicing.model import Book
from beancount_invoicing.sending.event_directives import SentFacts, sent_directives

if TYPE_CHECKING:
    from beancount_invoicing.delivery.platform_api import FlowSyntax, FlowToSend

_LONGEST = 64
"""Characters of a tracking id, by XP Z12-013."""


def tracking_id(message_id: str) -> str:
    """The identifier under which a platform gets what has a message-id in the ledger: its part before the @."""
    return message_id.strip("<>").rpartition("@")[0][-_LONGEST:]


def flow_to_send(dispatch: Dispatch, message_id: str) -> FlowToSend:
    """The file of an e-invoice as it is handed in: the XML, or the PDF that contains it."""
    from beancount_invoicing.delivery.platform_api import FlowToSend

    file = dispatch.attachments[-1]
    syntax: FlowSyntax = (
        "CII"
        if file.name.endswith(f".{E_INVOICE_SUFFIXES['cii']}")
        else "Factur-X"
        if file.media_type == "application/pdf"
        else "UBL"
    )
    return FlowToSend(tracking_id(message_id), file.name, syntax, file.content)


def tracked_attempt(book: Book, target: Path, attempt: Attempt, flow: str, previous: str) -> tuple[str, str]:
    """The directives, for the file `target`, that record that something in doubt is at the platform as `flow`; and the mark for the
    next seal. `previous`: the mark of the seal before.
    """
    event = attempt.event
    stored = Path(event.file)
    sealed = any(seal.file == event.file and seal.sha256 == event.sha256 for seal in book.seals)
    invoice = book.invoice(event.numbers[0]) if event.numbers else None
    account = invoice.instalments[0].account if invoice and invoice.instalments else event.customer
    facts = SentFacts(
        attempt.kind, event.date, account, event.numbers, None, None, "", event.channel, event.message_id, event.sha256,
        attempt.name, "", event.content_digest, flow,
    )  # fmt: skip
    document = stored if event.file and has_digest(stored, event.sha256) and not sealed else None
    directives, last = sent_directives(target, [facts], document, previous, book.books_language(event.date))
    return joined("\n", directives), last
