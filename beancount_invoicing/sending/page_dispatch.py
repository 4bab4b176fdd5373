"""The dispatch of a single page to a customer: a statement, a receipt, or a copy."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from beancount_invoicing.delivery import Attachment, Dispatch, DispatchKind, addresses
from beancount_invoicing.documents.written_files import view_bytes
from beancount_invoicing.model import Book, Channel, Customer
from beancount_invoicing.sending.invoice_dispatches import PDF_MEDIA_TYPE, letter_channel, postal_place

if TYPE_CHECKING:
    from beancount_invoicing.rendering import View
    from beancount_invoicing.rendering.mail import MailText


def page_dispatch(
    book: Book,
    kind: DispatchKind,
    day: date,
    customer: Customer,
    view: View,
    words: MailText,
    file_name: str,
    template_folders: tuple[Path, ...],
    channel: Channel | None,
) -> Dispatch:
    """The dispatch of a page on a day, by `channel` or by the usual channel of letters to the customer; it is about no
    document until one is added. `words`: of the e-mail; `file_name`: without its suffix.
    """
    pdf = Attachment(f"{file_name}.pdf", PDF_MEDIA_TYPE, partial(view_bytes, view, template_folders, "pdf"))
    return Dispatch(
        kind=kind,
        day=day,
        account=customer.account,
        customer=customer.name,
        numbers=(),
        title=view.title,
        channel=channel or letter_channel(customer),
        language=view.language,
        to=addresses.split_addresses(customer.email),
        cc=addresses.split_addresses(customer.cc),
        subject=words.subject,
        text=words.text,
        html=words.html,
        attachments=(pdf,),
        address=view.recipient,
        postal_place=postal_place(book, customer, day),
        notices=view.notices,
    )
