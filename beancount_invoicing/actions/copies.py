"""Copies of documents that are paid, or remained unpaid: writing them to files, and sending them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.delivery import Dispatch, DispatchKind, HeldDispatch, History
from beancount_invoicing.documents.render import render_context
from beancount_invoicing.documents.written_files import Output, WrittenFile, write_views
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import joined
from beancount_invoicing.model import Book, Channel
from beancount_invoicing.receivables import BadDebt, Position, Receipt
from beancount_invoicing.sending.invoice_dispatches import first_message_ids
from beancount_invoicing.sending.page_dispatch import page_dispatch

if TYPE_CHECKING:
    from beancount_invoicing.rendering import View
    from beancount_invoicing.rendering.view import Pair


def render_receipted_invoices(
    book: Book,
    receipts: Sequence[Receipt],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes the documents of receipts as paid, one after the other. Raises rendering.NoCopy, TemplateError, OSError."""
    from beancount_invoicing import rendering

    prepared = render_context(book)
    template_folders = prepared.template_folders
    pages = (
        (
            f"{prepared.names[receipt.position.invoice.number]}-acquitted",
            rendering.acquitted_copy(book, receipt, template_folders),
        )
        for receipt in receipts
    )
    yield from write_views(pages, template_folders, folder, outputs, notice)


def render_duplicates(
    book: Book,
    losses: Sequence[BadDebt],
    folder: str | Path,
    outputs: Sequence[Output],
    notice: Callable[[str], None],
    *,
    as_list: bool = False,
) -> Iterator[tuple[WrittenFile, ...]]:
    """Writes the duplicate of each document that remained unpaid, or a list for each customer and currency, one after the other.

    Raises rendering.NoCopy (once all others are written), TemplateError, OSError."""
    from beancount_invoicing import rendering

    prepared = render_context(book)
    without: list[str] = []
    views = []
    if as_list:
        views = [
            (name, rendering.unpaid_list_view(book, debts, prepared.template_folders)) for name, debts in _lists(losses)
        ]
    else:
        for loss in losses:
            try:
                view = rendering.bad_debt_duplicate(
                    book, loss, prepared.paid_on_date(loss.position.invoice), prepared.template_folders
                )
            except rendering.NoCopy as error:
                without.append(str(error))
                continue
            views.append((f"{prepared.names[loss.position.invoice.number]}-unpaid", view))
    yield from write_views(views, prepared.template_folders, folder, outputs, notice)
    if without:
        raise rendering.NoCopy(joined("; ", without))


class _List(NamedTuple):
    """The unpaid documents of one customer in one currency, and the file name of their list."""

    name: str
    debts: list[BadDebt]


def _lists(debts: Sequence[BadDebt]) -> list[_List]:
    groups: dict[tuple[str, str], list[BadDebt]] = {}
    for debt in debts:
        account = debt.position.debtor.account if debt.position.debtor else ""
        groups.setdefault((account, debt.position.invoice.currency), []).append(debt)
    several = len({account for account, _currency in groups}) < len(groups)
    return [
        _List(f"{own[0].position.as_of}-{account.split(':')[-1]}{f'-{currency}' if several else ''}-unpaid", own)
        for (account, currency), own in groups.items()
    ]


def dispatches_of_receipted_invoices(
    ledger: Ledger, receipts: Sequence[Receipt], channel: Channel | None = None
) -> Iterator[Dispatch | HeldDispatch]:
    """The dispatches of paid documents, one for each receipt, on the receipt's day: in the thread of the invoice's
    e-mail, by the customer's channel or `channel`. A document that is not paid in full is held back. Raises
    TemplateError.
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.rendering.view import Pair

    prepared = render_context(ledger.book)
    for receipt in receipts:
        try:
            view = rendering.acquitted_copy(ledger.book, receipt, prepared.template_folders)
        except rendering.NoCopy as error:
            yield _held(receipt.position, str(error))
            continue
        name = f"{receipt.as_of}-{prepared.names[receipt.position.invoice.number]}-acquitted"
        facts = (Pair(view.title, view.number, strong=True),)
        yield _dispatch(ledger, "acquitted", [receipt.position], view, name, facts, channel)


def dispatches_of_duplicates(
    ledger: Ledger, losses: Sequence[BadDebt], channel: Channel | None = None, *, as_list: bool = False
) -> Iterator[Dispatch | HeldDispatch]:
    """The dispatches of the duplicates of documents that remained unpaid, or of a list for each customer and currency,
    by the same rules. They are held back if no law is known that requires informing the customer. Raises TemplateError.
    """
    from beancount_invoicing import rendering
    from beancount_invoicing.rendering.view import Pair

    prepared = render_context(ledger.book)
    groups = (
        _lists(losses)
        if as_list
        else [
            _List(f"{loss.position.as_of}-{prepared.names[loss.position.invoice.number]}-unpaid", [loss])
            for loss in losses
        ]
    )
    for name, own in groups:
        positions = [debt.position for debt in own]
        first = own[0]
        try:
            if as_list:
                view = rendering.unpaid_list_view(ledger.book, own, prepared.template_folders)
                facts = view.totals
            else:
                view = rendering.bad_debt_duplicate(
                    ledger.book, first, prepared.paid_on_date(first.position.invoice), prepared.template_folders
                )
                facts = (Pair(view.title, view.number, strong=True),)
        except rendering.NoCopy as error:
            yield _held(first.position, str(error))
            continue
        yield _dispatch(ledger, "unpaid", positions, view, name, facts, channel)


def _held(position: Position, why: str) -> HeldDispatch:
    customer = position.debtor
    assert customer is not None, "a void number is neither paid nor lost"
    number = position.invoice.number
    return HeldDispatch(
        number, customer.name, (number,), why.removeprefix(f"{number} ").removeprefix(f"{number}: "), customer.account
    )


def _dispatch(
    ledger: Ledger,
    event: DispatchKind,
    positions: Sequence[Position],
    view: View,
    name: str,
    facts: tuple[Pair, ...],
    channel: Channel | None,
) -> Dispatch:
    """The dispatch of a copy, or of a list of several documents, on its day."""
    from beancount_invoicing import rendering

    book, day, invoiced = ledger.book, positions[0].as_of, positions[0].debtor
    assert invoiced is not None, "a void number is neither paid nor lost"
    customer = book.customers[invoiced.account].at(day)
    template_folders = rendering.folders(book)
    numbers = tuple(position.invoice.number for position in positions)
    words = rendering.mail_text(template_folders, "copy", view, facts, event=event, customer=customer)
    return page_dispatch(book, event, day, customer, view, words, name, template_folders, channel)._replace(
        numbers=numbers,
        title=f"{view.title} {view.number}".strip(),
        replies_to=first_message_ids(History(book.events), numbers),
    )
