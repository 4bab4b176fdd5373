"""Crediting: what is given back of a document, booked as the document is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from beancount.core.data import Transaction

from beancount_invoicing import billing
from beancount_invoicing.actions.billing import Dating, document_changes, naming_for
from beancount_invoicing.actions.documents import find
from beancount_invoicing.actions.writing import Changes, How, Outcome, change
from beancount_invoicing.billing import CannotCredit, CreditLine, CreditWanted, Exchange
from beancount_invoicing.entries import Loading
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.receivables import Position, allocate
from beancount_invoicing.rules import currencies

__all__ = ["CreditLine", "CreditWanted", "credit"]


def credit(file: str | Path, wanted: CreditWanted, dating: Dating, how: How) -> Outcome:
    """A credit note on a document, or on what is left of it.

    Raises what `change` raises, UnknownNumber, billing.CannotNumber, CannotCredit, CannotCompose.
    """
    return change(file, partial(credited, wanted=wanted, dating=dating, how=how), how)


def credited(loading: Loading, wanted: CreditWanted, dating: Dating, how: How) -> Changes:
    """What `credit` writes into a ledger. Raises as it does."""
    book = loading.book
    as_of = max(dating.day, book.last_date)
    (position,) = find(book, as_of, [wanted.number])
    invoice, accounts = _as_owed(book, position)
    claims = [
        one
        for one in allocate(book, as_of).claims
        if one.invoice is position.invoice and (invoice is position.invoice or one.account in accounts)
    ]
    exchange = exchange_of(loading, position.invoice)
    draft, notices = billing.credit_note(book, invoice, claims, wanted, dating.day, exchange)
    draft = replace(draft, number=naming_for(book, dating, how)(draft.read_as, draft.date))
    return document_changes(book, [draft], notices)


def _as_owed(book: Book, position: Position) -> tuple[Invoice, Sequence[str]]:
    """The document as its credit note sees it: of the customer who owes it, on the accounts where it stands; and these."""
    invoice, debtor = position.invoice, position.debtor
    if len(position.debtors) > 1:
        names = " and ".join(one.name for one in position.debtors)
        raise CannotCredit(
            f"{invoice.number} is owed by {names}: a credit note has one customer; bring it together first, by a transaction that"
            " moves it to one of them"
        )
    if debtor is None or invoice.customer is None or debtor.account == invoice.customer.account:
        return invoice, position.accounts
    moved = []
    for each in invoice.instalments:
        account = each.account
        for move in position.moves:
            account = move.account if move.origin == account else account
        if book.accounts.get(account) != debtor.account:  # it was paid before
            like = debtor.account + account.removeprefix(book.accounts.get(account, ""))
            account = like if like in book.accounts else debtor.account
        moved.append(each._replace(account=account))
    own = [account for account in position.accounts if book.accounts.get(account) == debtor.account] or [
        moved[0].account
    ]
    return invoice._replace(customer=debtor, instalments=tuple(moved)), own


def exchange_of(loading: Loading, invoice: Invoice) -> Exchange | None:
    """How a document is booked where that is, in whole or in part, in another currency: at the price that stands in its entry.

    The price of its receivable says it, else those of its lines; None where all is booked in its own currency.
    """
    entry = entry_of(loading, invoice)
    if entry is None:
        return None
    received = {each.account for each in invoice.instalments} | {each.account for each in invoice.at_once}
    own, priced = set(), []
    for posting in entry.postings:
        units, price = posting.units, posting.price
        if units is None or not units.number:
            continue
        if units.currency == invoice.currency and posting.account not in received:
            own.add(posting.account)
        if price is not None and price.number and invoice.currency in {units.currency, price.currency}:
            priced.append((posting.account, units.currency, price.number, price.currency))
    for account, currency, number, at in priced:
        if account in received and currency == invoice.currency != at:
            return Exchange(at, number, currencies.decimals(at), frozenset(own))
    for _account, currency, number, at in priced:
        if at == invoice.currency != currency:
            return Exchange(currency, 1 / number, currencies.decimals(currency), frozenset(own), on_lines=True)
    return None


def entry_of(loading: Loading, invoice: Invoice) -> Transaction | None:
    """The transaction that a document is."""
    for entry in loading.entries:
        if isinstance(entry, Transaction) and source_of(entry.meta) == invoice.source:
            return entry
    return None
