"""Reminder letters: which are due, and writing them to files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.documents.letter_files import letter_file_names
from beancount_invoicing.documents.written_files import SUFFIXES, Output, WrittenFile, view_bytes, write_view
from beancount_invoicing.dunning import HeldInvoice, Proposal, behind, propose
from beancount_invoicing.dunning.banks import BankAccount
from beancount_invoicing.files import write_if_different
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Customer
from beancount_invoicing.receivables import Allocated, allocate, lapsing


def due_reminders(
    book: Book,
    as_of: date,
    customers: Collection[str] = (),
    include_idle: bool = False,
    allocated: Allocated | None = None,
    level: int | None = None,
) -> tuple[Proposal, ...]:
    """The letters due on `as_of`, and what is held back; for `customers` (main accounts), or all if there are none.

    `level`: only the letters of this level. With `include_idle`, also customers with late documents, but nothing to send or hold
    back today.
    """

    def wanted(proposal: Proposal) -> bool:
        if level is not None:
            return proposal.level == level
        return include_idle or proposal.level is not None or bool(proposal.held)

    return tuple(
        proposal
        for proposal in propose(book, as_of, allocated)
        if wanted(proposal) and (not customers or proposal.customer.account in customers)
    )


class DueLetters(NamedTuple):
    """The letters that are due, the invoices that are held back, and why none of the letters may leave."""

    proposals: tuple[Proposal, ...] = ()
    held: tuple[tuple[Customer, HeldInvoice], ...] = ()
    bank_notices: tuple[str, ...] = ()
    """Bank accounts that are not up to date."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What to know of the letters, such as interest that is not claimed."""
        return tuple(text for proposal in self.proposals for text in proposal.notices)


def due_letters(ledger: Ledger, as_of: date, customers: Collection[str] = (), level: int | None = None) -> DueLetters:
    """The letters to be sent on `as_of`; for `customers` (main accounts), or all; of one `level`, or all."""
    proposals = due_reminders(ledger.book, as_of, customers, allocated=ledger.allocated_at(as_of), level=level)
    held = tuple((proposal.customer, invoice) for proposal in proposals for invoice in proposal.held)
    return DueLetters(proposals, held, bank_notices(ledger.book, as_of))


def lapse_notices(
    book: Book, as_of: date, customers: Collection[str] = (), allocated: Allocated | None = None
) -> tuple[str, ...]:
    """Warnings about documents with amounts that lapse within six months of `as_of`, or have lapsed; for `customers`
    (main accounts), or all if there are none.
    """
    return tuple(
        lapse.message(as_of)
        for lapse in lapsing(book, allocated or allocate(book, as_of), as_of)
        if not customers or lapse.debtor in customers
    )


def bank_notices(book: Book, as_of: date) -> tuple[str, ...]:
    """Warnings about bank accounts that are not up to date on `as_of`: a payment may have arrived that is not booked."""
    return tuple(_behind(account, as_of) for account in behind(book, as_of))


def _behind(account: BankAccount, as_of: date) -> str:
    if account.booked_until is None:
        return _("{account}: nothing is booked until {day}; book the bank first", account=account.account, day=as_of)
    values = {
        "account": account.account,
        "booked_until": account.booked_until,
        "days": (as_of - account.booked_until).days,
        "day": as_of,
    }
    if account.is_imported:
        return _(
            "{account} is imported until {booked_until}, {days} days before {day}; import the next statement first:"
            " bean-invoice bank import",
            **values,
        )
    return _("{account} is booked until {booked_until}, {days} days before {day}; book the bank first", **values)


def render_reminders(
    book: Book,
    proposals: Sequence[Proposal],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    attach: bool = False,
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes the letters, one after the other; yields the files of each.

    Raises TemplateError, OSError, and (once all others are written) Altered if a sealed invoice that goes with a letter must not be
    sent. With `attach`, a PDF contains the invoices after the letter, for printing: it is then not an archive file (PDF/A).
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.delivery.post import joined as joined_pdf
    from beancount_invoicing.documents.differences import Altered
    from beancount_invoicing.sending.letter_dispatches import invoice_attachments

    invoices = invoice_attachments(book) if attach and "pdf" in outputs else None
    where = rendering.folders(book)
    folder = Path(folder)
    letters = [proposal for proposal in proposals if proposal.level is not None]
    names = letter_file_names(book, letters)
    altered: list[str] = []
    for proposal, name in zip(letters, names, strict=True):
        view = rendering.letter_view(book, proposal, where)
        for text in view.notices:
            notice(text)
        if invoices is None:
            yield write_view(view, where, folder / name, outputs)
            continue
        try:
            attachments = invoices(proposal)
        except Altered as error:
            altered.append(str(error))
            continue
        letter = view_bytes(view, where, "pdf")
        whole = folder / f"{name}.{SUFFIXES['pdf']}"
        documents = (letter, *(attachment.content for attachment in attachments))
        yield (
            WrittenFile(whole, write_if_different(whole, joined_pdf(documents))),
            *write_view(view, where, folder / name, [output for output in outputs if output != "pdf"]),
        )
    if altered:
        raise Altered(joined("; ", altered))
