"""Checks of corrections: credit notes name the invoice that they take back; a corrective invoice takes back all of the
replaced one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.checks.documents import ledger_amount, severity
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Finding, Invoice, Severity
from beancount_invoicing.platform.life_cycle import refusal_of
from beancount_invoicing.receivables import LeftToCredit, credit_note_effects, creditable, invoices_by_number
from beancount_invoicing.rules import numbering


def check_credit_notes_name_invoice(book: Book) -> Iterator[Finding]:
    """Where the law requires it, a credit note names what it corrects (CGI, art. 289, I, 5; directive 2006/112/EC, art. 219)."""
    if book.seller is None:
        return
    wrong = {
        finding.source for finding in book.findings if finding.severity == "error"
    }  # a wrong invoice name is reported already
    links: dict[str, Invoice] = {}
    for note in book.invoices:
        if note.kind != "credit-note" or note.corrects or note.interest_on or note.source in wrong:
            continue
        if note.draft:  # it can still be added, and must be before it is issued
            continue
        naming = law.credit_note_naming(_country(book, note))
        if naming is None:
            continue
        links = links or {
            numbering.link(invoice.number): invoice for invoice in book.invoices if invoice.kind != "credit-note"
        }
        linked = " ".join(links[link].number for link in sorted(note.links) if link in links)
        yield Finding(
            severity(book, note.date) if naming.mandatory else "warning",
            "credit-note-reference",
            _(
                "{number} gives something back, but names no invoice, as a credit note must ({place}): write "
                'corrects: "{linked}"',
                number=note.number,
                place=naming.source,
                linked=linked or "NUMBER",
            ),
            note.source,
        )


def check_replaced_invoices(book: Book) -> Iterator[Finding]:
    """A corrective invoice cancels and replaces one invoice: it names it (CGI, art. 289, I, 5; directive 2006/112/EC, art.
    219), and nothing of that invoice is left in the books, so that it is not owed twice.
    """
    invoices = [invoice for invoice in book.invoices if invoice.kind == "corrective"]
    if not invoices:
        return
    known = invoices_by_number(book.invoices)
    left: dict[str, LeftToCredit] = {}
    for effect in credit_note_effects(book.invoices, known):
        left.update((left.invoice.number, left) for left in effect.after)
    first: dict[str, Invoice] = {}
    for invoice in invoices:
        judged = severity(book, invoice.date)
        if len(invoice.corrects) != 1:
            if not any(finding.source == invoice.source and finding.severity == "error" for finding in book.findings):
                yield _must_name_one(invoice, judged)
            continue
        (number,) = invoice.corrects
        other = known[number]
        if number in first:
            yield Finding(
                judged,
                "corrective",
                _(
                    "{number} is replaced twice, by {first_number} ({place}) and by {invoice_number}: correct the "
                    'first corrective invoice instead, corrects: "{first_number}"',
                    number=number,
                    first_number=first[number].number,
                    place=first[number].source,
                    invoice_number=invoice.number,
                ),
                invoice.source,
            )
            continue
        first[number] = invoice
        rest = left[number].payable if number in left else creditable(other)
        if rest * creditable(other) > 0 and other.has_page:  # more than all of it: that credit note is reported
            yield _not_taken_back(invoice, other, rest, judged)


def check_invoices_issued_anew(book: Book) -> Iterator[Finding]:
    """An invoice that was issued in place of another one (`replaces`): nothing of that one is left in the books, so that it is not
    owed twice, and only one invoice stands for it.
    """
    invoices = [invoice for invoice in book.invoices if invoice.replaces]
    if not invoices:
        return
    known = invoices_by_number(book.invoices)
    left: dict[str, LeftToCredit] = {}
    for effect in credit_note_effects(book.invoices, known):
        left.update((left.invoice.number, left) for left in effect.after)
    first: dict[str, Invoice] = {}
    for invoice in invoices:
        number = invoice.replaces
        other, judged = known[number], severity(book, invoice.date)
        before = first.setdefault(number, invoice)
        rest = left[number].payable if number in left else creditable(other)
        if before is not invoice:
            yield Finding(
                judged,
                "issued-anew",
                _(
                    "{number} stands in place of {other_number}, but so does {first_number} ({place}): take replaces: "
                    '"{other_number}" out of the one that bills something else, or credit one, bean-invoice credit {number}',
                    number=invoice.number,
                    other_number=number,
                    first_number=before.number,
                    place=before.source,
                ),
                invoice.source,
            )
        elif rest * creditable(other) > 0 and not invoice.draft:
            yield Finding(
                judged,
                "issued-anew",
                _(
                    "{number} stands in place of {other_number}, but {amount} of its {other_amount} is not taken back and "
                    "stays owed beside {number}: bean-invoice credit {other_number}, or, if it was refused or rejected, "
                    "bean-invoice platform reverse {other_number} --write",
                    number=invoice.number,
                    other_number=number,
                    amount=ledger_amount(rest, other.currency),
                    other_amount=ledger_amount(creditable(other), other.currency),
                ),
                invoice.source,
            )


def _must_name_one(invoice: Invoice, judged: Severity) -> Finding:
    """A corrective invoice that names none, or several."""
    return Finding(
        judged,
        "corrective",
        (
            _(
                "{number} is a corrective invoice, which replaces one invoice, but names {corrects}: "
                'write corrects: "{correct}"',
                number=invoice.number,
                corrects=joined(_(" and "), invoice.corrects) or _("none"),
                correct=invoice.corrects[0],
            )
            if invoice.corrects
            else _(
                "{number} is a corrective invoice, which replaces one invoice, but names {corrects}: "
                'write corrects: "NUMBER"',
                number=invoice.number,
                corrects=joined(_(" and "), invoice.corrects) or _("none"),
            )
        ),
        invoice.source,
    )


def _not_taken_back(invoice: Invoice, other: Invoice, rest: Decimal, judged: Severity) -> Finding:
    """Something is left in the books of what an invoice replaces."""
    number = other.number
    return Finding(
        judged,
        "corrective",
        _(
            "{number} replaces {other_number}, but {amount} of its {other_amount} is not taken back and "
            'stays owed beside {number}: take it back with an entry with kind: "cancellation" and corrects: '
            '"{other_number}", as bean-invoice correct {other_number} writes it',
            number=invoice.number,
            other_number=number,
            amount=ledger_amount(rest, other.currency),
            other_amount=ledger_amount(creditable(other), other.currency),
        ),
        invoice.source,
    )


def check_cancellations(book: Book) -> Iterator[Finding]:
    """The cancellation of a replaced invoice comes with the corrective invoice that replaces it; that of an invoice that was
    refused or rejected at a platform stands alone (XP Z12-014, annex A, 2.4).
    """
    for invoice in book.invoices:
        if invoice.kind != "cancellation":
            continue
        correctives = [
            invoice
            for number in invoice.corrects
            for invoice in book.corrections.get(number, ())
            if invoice.kind == "corrective"
        ]
        refused = any(refusal_of(book, number, invoice.date) for number in invoice.corrects)
        if (
            not correctives
            and not refused
            and not any(finding.source == invoice.source and finding.severity == "error" for finding in book.findings)
        ):
            names = joined(_(" and "), invoice.corrects)
            yield Finding(
                severity(book, invoice.date),
                "cancellation",
                _(
                    "{number} cancels {names}, but no corrective invoice replaces {names_clause}: bill it again with "
                    'kind: "corrective" and corrects: "{other_names}"; or take this cancellation out, and write a '
                    "credit note, bean-invoice credit {other_names}",
                    number=invoice.number,
                    names=names or _("nothing"),
                    names_clause=(_("it, so that nobody is told") if names else _("anything")),
                    other_names=names or "NUMBER",
                ),
                invoice.source,
            )
        issued = [invoice for invoice in correctives if not invoice.draft]
        if issued and all(other.date != invoice.date for other in issued):
            original = issued[0]
            yield Finding(
                severity(book, invoice.date),
                "cancellation",
                _(
                    "{number} is dated {day}, but {entry_number}, which replaces {corrects}, is dated {entry_day}: "
                    "they are one document, so date it {entry_day}",
                    number=invoice.number,
                    day=invoice.date,
                    entry_number=original.number,
                    corrects=" ".join(invoice.corrects),
                    entry_day=original.date,
                ),
                invoice.source,
            )


def _country(book: Book, invoice: Invoice) -> str:
    return book.seller.at(invoice.date).address.country if book.seller else ""


CHECKS = (check_credit_notes_name_invoice, check_replaced_invoices, check_invoices_issued_anew, check_cancellations)
