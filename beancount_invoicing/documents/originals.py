"""The sealed file of a document, to be handed out once more."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from beancount_invoicing.model import Book, Seal

INVOICE_SEAL_EVENTS = frozenset({"sealed", "sending", "sent"})
"""The events whose document is the invoice itself; others are letters."""


def sealed_documents(book: Book) -> dict[str, Seal]:
    """The sealed PDF of each document that has one."""
    return {
        number: seal
        for seal in book.seals
        if seal.event in INVOICE_SEAL_EVENTS and seal.file.endswith(".pdf")
        for number in seal.numbers
    }


def original(seal: Seal) -> bytes | None:
    """The bytes of a sealed file, as they were sealed; None if it is gone, cannot be read or has changed."""
    with suppress(OSError):
        content = Path(seal.file).read_bytes()
        if sha256(content).hexdigest() == seal.sha256:
            return content
    return None
