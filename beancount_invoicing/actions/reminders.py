"""Reminder letters: which are due, and writing them to files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

from beancount_invoicing.actions.documents import SUFFIXES, Output, Written, as_bytes, write_view
from beancount_invoicing.actions.naming import leaves
from beancount_invoicing.dunning import Proposal, behind, propose
from beancount_invoicing.files import write_if_different
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Allocated, allocate, lapsing


def due_reminders(
    book: Book,
    as_of: date,
    customers: Collection[str] = (),
    every: bool = False,
    allocated: Allocated | None = None,
    level: int | None = None,
) -> tuple[Proposal, ...]:
    """The letters due on `as_of`, and what is held back; of `customers` (main accounts), or (none) of all. `level`: only
    the letters of this one.

    With `every` also the customers of whom something is late, but nothing to be sent or held back today.
    """

    def wanted(one: Proposal) -> bool:
        if level is not None:
            return one.level == level
        return every or one.level is not None or bool(one.held)

    return tuple(
        one
        for one in propose(book, as_of, allocated)
        if wanted(one) and (not customers or one.customer.account in customers)
    )


def lapse_notices(
    book: Book, as_of: date, customers: Collection[str] = (), allocated: Allocated | None = None
) -> tuple[str, ...]:
    """What to say of each document of which something lapses within six months of `as_of`, or has lapsed; of `customers` (main
    accounts), or (none) of all."""
    return tuple(
        one.words(as_of)
        for one in lapsing(book, allocated or allocate(book, as_of), as_of)
        if not customers or one.debtor in customers
    )


def bank_notices(book: Book, as_of: date) -> tuple[str, ...]:
    """What to say of each bank account that is not up to date on `as_of`: a payment may have come that is not booked."""
    return tuple(
        f"{one.account} is booked until {one.until}: {(as_of - one.until).days} days before {as_of}; book the bank first"
        if one.until
        else f"{one.account}: nothing is booked until {as_of}; book the bank first"
        for one in behind(book, as_of)
    )


def language(book: Book, proposal: Proposal) -> str:
    """The language of a proposal's letter."""
    from beancount_invoicing import rendering

    where = rendering.folders(book)
    return rendering.language_of(book, proposal.customer, proposal.as_of, rendering.languages(where))


def render_reminders(
    book: Book,
    proposals: Sequence[Proposal],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    attach: bool = False,
) -> Iterator[tuple[Written, ...]]:
    """Writes the letters, one after the other; yields the files of each. Raises TemplateError, OSError, and (once all others are
    written) Altered where a sealed invoice that goes with a letter must not leave.

    With `attach` a PDF has the invoices after the letter, to be printed: it is no archive file (PDF/A) then.
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.actions.differences import Altered
    from beancount_invoicing.actions.letters import invoices_of
    from beancount_invoicing.delivery.post import joined

    invoices = invoices_of(book) if attach and "pdf" in outputs else None
    where = rendering.folders(book)
    folder = Path(folder)
    letters = [proposal for proposal in proposals if proposal.level is not None]
    names = file_names(book, letters)
    altered: list[str] = []
    for proposal, name in zip(letters, names, strict=True):
        view = rendering.letter(book, proposal, where)
        for text in view.notices:
            notice(text)
        if invoices is None:
            yield write_view(view, where, folder / name, outputs)
            continue
        try:
            those = invoices(proposal)
        except Altered as error:
            altered.append(str(error))
            continue
        letter = as_bytes(view, where, "pdf")
        whole = folder / f"{name}.{SUFFIXES['pdf']}"
        documents = (letter, *(one.content for one in those))
        yield (
            Written(whole, write_if_different(whole, joined(documents))),
            *write_view(view, where, folder / name, [output for output in outputs if output != "pdf"]),
        )
    if altered:
        raise Altered("; ".join(altered))


def file_names(book: Book, letters: Sequence[Proposal]) -> list[str]:
    """A file name for each letter: its day, the customer's account by its last part where it is the only one, currency, level, and
    the policy where several of them have letters of that level."""
    from beancount_invoicing import rendering

    short = leaves(book.customers)

    usual = [f"{one.as_of}-{short[one.customer.account]}-{one.currency}-{one.level}" for one in letters]
    twice = Counter(usual)
    titles = [f"{name}-{one.policy}" if twice[name] > 1 else name for name, one in zip(usual, letters, strict=True)]
    files = rendering.file_names(titles)
    return [files[title] for title in titles]
