"""Checks of what corrects: credit notes name the invoice that they take back; what replaces an invoice takes all of it back."""

from __future__ import annotations

from collections.abc import Iterator

from beancount_invoicing import law
from beancount_invoicing.checks.documents import severity
from beancount_invoicing.model import Book, Finding, Invoice
from beancount_invoicing.rules import numbering


def credit_notes(book: Book) -> Iterator[Finding]:
    """Where the law asks for it, a credit note names what it corrects (CGI, art. 289, I, 5; directive 2006/112/EC, art. 219)."""
    if book.seller is None:
        return
    wrong = {
        one.source for one in book.findings if one.severity == "error"
    }  # what names a wrong invoice is said already
    links: dict[str, Invoice] = {}
    for note in book.invoices:
        if note.kind != "credit-note" or note.corrects or note.claims or note.source in wrong:
            continue
        if note.draft:  # it may still be said, and has to be before it is issued
            continue
        naming = law.credit_notes_name(_country(book, note))
        if naming is None:
            continue
        links = links or {numbering.link(one.number): one for one in book.invoices if one.kind != "credit-note"}
        linked = " ".join(links[link].number for link in sorted(note.links) if link in links)
        yield Finding(
            severity(book, note.date) if naming.must else "warning",
            "credit-note-reference",
            f"{note.number} takes something back, but names no invoice, as a credit note has to ({naming.source}): write"
            f' corrects: "{linked or "NUMBER"}"',
            note.source,
        )


def _country(book: Book, invoice: Invoice) -> str:
    return book.seller.at(invoice.date).address.country if book.seller else ""


CHECKS = (credit_notes,)
