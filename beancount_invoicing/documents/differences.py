"""The content of a sealed document, and how it and the ledger differ now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.documents.render import render_one
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Invoice, Seal
from beancount_invoicing.rules import digests

_WORDING = frozenset(
    {
        "notes", "payment_terms", "process", "description", "specification", "remittance", "account_name", "service_provider",
        "contact", "electronic_address", "tax_registration", "legal_information", "reason", "reason_code",
    }
)  # fmt: skip
"""Terms of an e-invoice that contain our own wording, or contact data: another version may word them differently."""


class Altered(ValueError):
    """A sealed document, or the ledger's data about it, has changed since: it must not be sent. The message says what to do."""


class Difference(NamedTuple):
    """What was sealed, and what is now; `what` is a business term, "file", "facts", "document", or "seal" (one that is gone)."""

    term: str
    sealed: str
    current: str


def is_text_copy(file: str) -> bool:
    """Whether it is the text of a document, kept beside it; earlier versions sealed it too."""
    return file.endswith(".txt")


def sealed_content(seal: Seal) -> tuple[bytes | None, tuple[Difference, ...]]:
    """The bytes of a sealed file, and whether they are those that were sealed."""
    try:
        content = Path(seal.file).read_bytes()
    except OSError as error:
        return None, (Difference("file", seal.sha256, f"{seal.file}: {error.strerror}"),)
    now = sha256(content).hexdigest()
    return (content, ()) if now == seal.sha256 else (None, (Difference("file", seal.sha256, now),))


_NO_FACTS = _(
    "it was sealed without its facts, and would be another document if made today: there is no way to "
    "know whether the ledger still says the same"
)
_OTHER_WORDS = _(
    "it was sealed without its facts, and its words would differ if made today: all its figures are "
    "still there; there is no way to know whether the words say the same"
)
_LATER = _("its facts were sealed by a later version of this program, which this version cannot compare")


def seal_differences(
    book: Book, invoice: Invoice, seal: Seal, content: bytes | None
) -> tuple[tuple[Difference, ...], str]:
    """The differences between a sealed document and the ledger, and a notice if they cannot be determined.

    If the digest of its facts was sealed, that decides, and the document itself only shows what differs. For older seals, the
    document decides: the same bytes result, or its e-invoice has the same content, or the figures in its text are the same.
    """
    if seal.content_digest:
        if not digests.is_known_digest(seal.content_digest):
            return (), _LATER
        now = digests.content_digest(book, invoice)
        if now == seal.content_digest:
            return (), ""
        told = _told(book, invoice, seal, content)[0] if content else ()
        return told or (Difference("facts", seal.content_digest, now),), ""
    return _told(book, invoice, seal, content) if content else ((), "")


def as_sealed(book: Book, invoice: Invoice, seal: Seal) -> tuple[bytes, str]:
    """The bytes of a sealed document, as they were sealed, for sending; and a notice if it cannot be determined whether
    the ledger still agrees. Raises Altered.
    """
    content, gone = sealed_content(seal)
    if content is None:
        file = Path(seal.file)
        subject = (
            _("{file} has been changed since: bean-invoice verify {number}", file=file, number=invoice.number)
            if file.is_file()
            else _("its document cannot be read: {current}", current=gone[0].current)
        )
        raise Altered(
            _("is sealed, but {subject}; put it back as it was sealed, from git or from a backup", subject=subject)
        )
    found, notice = seal_differences(book, invoice, seal, content)
    if found:
        raise Altered(_otherwise(invoice, seal, found))
    return content, notice


def altered_since(book: Book, invoice: Invoice, seal: Seal | None) -> str:
    """Why a document must not be sent as the ledger makes it today: something else was sealed. "" if nothing prevents it."""
    found = seal_differences(book, invoice, seal, sealed_content(seal)[0])[0] if seal else ()
    return _otherwise(invoice, seal, found) if seal and found else ""


def _otherwise(invoice: Invoice, seal: Seal, found: Sequence[Difference]) -> str:
    first, more = found[0], len(found) - 1
    also = _(" (and {more} more: bean-invoice verify {number})", more=more, number=invoice.number) if more else ""
    return _(
        "was sealed on {day}, but the ledger now differs: {term}: sealed {sealed}, now {current}{also}; {hint}",
        day=seal.date,
        term=first.term,
        sealed=first.sealed,
        current=first.current,
        also=also,
        hint=undo_change_hint(invoice.number),
    )


def undo_change_hint(number: str) -> str:
    """What to do if the ledger differs from what was sealed."""
    return _(
        "undo the change (git log -p shows where); if what was sealed is wrong, then credit it: bean-invoice "
        "credit {number}; write changes of the seller or the customer as an entry of their own, from their day on",
        number=number,
    )


def _told(book: Book, invoice: Invoice, seal: Seal, content: bytes) -> tuple[tuple[Difference, ...], str]:
    """The differences between the sealed document and today's; and a notice if neither the bytes nor an e-invoice decide."""
    from beancount_invoicing import einvoice, rendering

    try:
        now = render_one(book, invoice.number, "text" if is_text_copy(seal.file) else "pdf")[1]
        if now == content:
            return (), ""
        with suppress(einvoice.NotReadable):
            before = einvoice.read_e_invoice(einvoice.extract(content))
            return tuple(_differences("", before, einvoice.read_e_invoice(einvoice.extract(now)))), ""
        text = Path(seal.file).with_suffix(".txt")
        if not text.is_file():
            return (), "" if seal.content_digest else _NO_FACTS
        before_in_text, now_in_text = text.read_bytes(), render_one(book, invoice.number, "text")[1]
        lines = tuple(_lines(before_in_text, now_in_text))
        if seal.content_digest or _figures(before_in_text) - _figures(
            now_in_text
        ):  # more of them may be another version's words
            return lines, ""
        return (), _OTHER_WORDS if lines else ""
    except (rendering.NoDocument, rendering.TemplateError) as error:
        return (Difference("document", "sealed", str(error)),), ""


def _figures(text: bytes) -> Counter[str]:
    """The figures in a text and how often each occurs, whatever separates their digits: 1,044.00 is 1.044,00."""
    words = text.decode("utf-8", "replace").split()
    return Counter(figure for word in words if (figure := "".join(filter(str.isdigit, word))))


def _lines(before: bytes, after: bytes) -> Iterator[Difference]:
    """The lines of a text that are different now."""
    old = [" ".join(line.split()) for line in before.decode("utf-8", "replace").splitlines()]
    new = [" ".join(line.split()) for line in after.decode("utf-8", "replace").splitlines()]
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Difference("text", " / ".join(old[start:end]) or "nothing", " / ".join(new[first:last]) or "nothing")


def _differences(path: str, before: object, after: object) -> Iterator[Difference]:
    fields = _fields(before)
    if fields and type(before) is type(after):
        for field in fields:
            if field not in _WORDING:
                inner = f"{path}.{field}" if path else field
                yield from _differences(inner, getattr(before, field), getattr(after, field))
    elif isinstance(before, tuple) and isinstance(after, tuple):
        for index in range(max(len(before), len(after))):
            yield from _differences(
                f"{path} {index + 1}",
                before[index] if index < len(before) else None,
                after[index] if index < len(after) else None,
            )
    elif before != after:
        yield Difference(path, _said(before), _said(after))


def _said(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    fields = _fields(value)
    if not fields:
        return str(value)
    name = getattr(value, "name", None)
    return str(name) if name else ", ".join(str(part) for field in fields if (part := getattr(value, field)))


def _fields(value: object) -> tuple[str, ...]:
    """The field names of a named tuple or a data class; none for other values."""
    return tuple(getattr(value, "_fields", ())) or tuple(getattr(value, "__dataclass_fields__", ()))
