"""What was sealed of a document: the very file that left, to be given once more."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from beancount_invoicing.model import Book, Seal

OF_INVOICES = frozenset({"sealed", "sending", "sent"})
"""The events whose document is the invoice itself; others are letters."""


def sealed_documents(book: Book) -> dict[str, Seal]:
    """The sealed PDF of each document that has one."""
    return {
        number: one
        for one in book.seals
        if one.event in OF_INVOICES and one.file.endswith(".pdf")
        for number in one.numbers
    }


def original(one: Seal) -> bytes | None:
    """The bytes of a sealed file, as they were sealed; None where it is gone, cannot be read or is another by now."""
    with suppress(OSError):
        content = Path(one.file).read_bytes()
        if sha256(content).hexdigest() == one.sha256:
            return content
    return None
