"""The status 220 (annulée): a platform is told that a corrective invoice takes the place of an invoice that was handed in there."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from os import path as os_path
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.einvoice.business_terms import Identifier
from beancount_invoicing.einvoice.lifecycle import CollectedMessage, cancelled_xml
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.platform.life_cycle import NOT_TAKEN, REFUSED, document_state, flow_states
from beancount_invoicing.sending.outbox import OUTBOX
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, verbatim

_TYPE_CODES = {"invoice": "380", "corrective": "384"}
_FLOW_TYPE = "CustomerInvoiceLC"


class StatusFile(NamedTuple):
    """A message to the platform, prepared in the outbox."""

    place: Path
    content: bytes
    day: date
    record: str
    """The directive that records it."""
    notice: str

    def beside(self, changes: Changes) -> Changes:
        """The changes, and with them the message and its record."""
        return changes._replace(
            new=(*changes.new, NewDirective(self.day, verbatim(self.record))),
            files=(*changes.files, (self.place, self.content)),
            notices=(*changes.notices, self.notice),
        )


def cancelled_message(book: Book, invoice: Invoice, corrective: str, day: date, made_at: datetime) -> StatusFile | None:
    """The message of `day` that the invoice of the number `corrective` takes the place of an invoice; None if no platform has that,
    or if the parties have no SIREN.
    """
    state = document_state(flow_states((event for event in book.events if event.date <= day), invoice.number))
    customer, seller = invoice.customer, book.seller.at(day) if book.seller else None
    if state is None or not state.flow or state.standing in NOT_TAKEN | REFUSED or customer is None or seller is None:
        return None
    own, buyer = seller.siren or seller.siret[:9], customer.siren or customer.siret[:9]
    if not own or not buyer:
        return None
    scheme, _colon, address = customer.endpoint.partition(":") if customer.endpoint else ("0225", ":", buyer)
    identifier = f"220-{invoice.number}-{day:%Y%m%d}"
    message = CollectedMessage(
        identifier, made_at, own, seller.name, buyer, customer.name, Identifier(address, scheme),
        _TYPE_CODES.get(invoice.kind, "380"),
    )  # fmt: skip
    xml = cancelled_xml(message, invoice.number, invoice.date, corrective)
    folder = Path(book.file).parent / OUTBOX
    place = folder / f"{identifier.replace('/', '-')}.cdar.xml"
    meta: text.MetaItems = [
        ("event", "prepared"),
        ("flow-type", _FLOW_TYPE),
        ("status", "220"),
        ("message-id", f"<{identifier}@{OUTBOX}>"),
        ("file", os_path.relpath(place, folder.parent).replace("\\", "/")),
        ("sha256", sha256(xml).hexdigest()),
    ]
    notice = _(
        "{number} was handed in at your platform: once the corrective invoice is deposited there, hand in {file}, too: status "
        "220, cancelled",
        number=invoice.number,
        file=os_path.relpath(place, folder.parent),
    )
    return StatusFile(place, xml, day, text.custom_directive(day, "invoice-flow", [invoice.number], meta), notice)
