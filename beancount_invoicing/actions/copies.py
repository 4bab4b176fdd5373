"""Copies of documents that are paid, or remained unpaid, and writing them to files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.documents import Output, Written, named_documents, prepare, write_view
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Lost, NothingLost, Receipt, lost, positions


class BadDebts(NamedTuple):
    """What of documents was written off, and for each that was named and has nothing lost: why."""

    those: tuple[Lost, ...]
    missing: tuple[str, ...]


def bad_debts(book: Book, as_of: date, words: Sequence[str], *, one: bool = False) -> BadDebts:
    """What of documents was written off until `as_of` (inclusive): of these numbers and customers (the `one`, for what is written),
    or of all. Raises UnknownNumber, UnknownCustomer."""
    named = named_documents(book, as_of, words, one=one) if words else None
    wanted = named.positions if named else tuple(p for p in positions(book, as_of) if p.invoice.since <= as_of)
    those, missing = [], []
    for position in wanted:
        try:
            those.append(lost(position))
        except NothingLost as error:
            if named and position.invoice.number not in named.of_customers:
                missing.append(str(error))
    return BadDebts(tuple(those), tuple(missing))


def render_acquitted(
    book: Book,
    those: Sequence[Receipt],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[Written, ...]]:
    """Writes the documents of receipts as paid, one after the other. Raises rendering.NoCopy, TemplateError, OSError."""
    from beancount_invoicing import rendering

    prepared = prepare(book)
    for one in those:
        view = rendering.acquitted(book, one, prepared.where)
        for text in view.notices:
            notice(text)
        name = f"{prepared.names[one.position.invoice.number]}-acquitted"
        yield write_view(view, prepared.where, Path(folder) / name, outputs)


def render_unpaid(
    book: Book,
    those: Sequence[Lost],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    *,
    as_list: bool = False,
) -> Iterator[tuple[Written, ...]]:
    """Writes the duplicate of each document that remained unpaid, or a list for each customer and currency, one after the other.

    Raises rendering.NoCopy (once all others are written), TemplateError, OSError."""
    from beancount_invoicing import rendering

    prepared = prepare(book)
    without: list[str] = []
    if as_list:
        groups: dict[tuple[str, str], list[Lost]] = {}
        for one in those:
            account = one.position.debtor.account if one.position.debtor else ""
            groups.setdefault((account, one.position.invoice.currency), []).append(one)
        several = len({account for account, _currency in groups}) < len(groups)
        views = [
            (
                f"{own[0].position.as_of}-{account.split(':')[-1]}{f'-{currency}' if several else ''}-unpaid",
                rendering.unpaid_list(book, own, prepared.where),
            )
            for (account, currency), own in groups.items()
        ]
    else:
        views = []
        for one in those:
            try:
                view = rendering.unpaid(book, one, prepared.paid(one.position.invoice), prepared.where)
            except rendering.NoCopy as error:
                without.append(str(error))
                continue
            views.append((f"{prepared.names[one.position.invoice.number]}-unpaid", view))
    for name, view in views:
        for text in view.notices:
            notice(text)
        yield write_view(view, prepared.where, Path(folder) / name, outputs)
    if without:
        raise rendering.NoCopy("; ".join(without))
