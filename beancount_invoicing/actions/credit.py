"""Credits: what is given back of a document, booked as the document was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from beancount.core.data import Transaction

from beancount_invoicing.billing import ExchangeRate
from beancount_invoicing.billing.credit_notes import CannotCredit, CreditLine, CreditRequest, credit_note
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.platform.life_cycle import refusal_of
from beancount_invoicing.platform.statuses import status_in_words
from beancount_invoicing.receivables import Position, allocate
from beancount_invoicing.rules import currencies
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import DocumentDating, document_changes, next_number_for

__all__ = ["CreditLine", "CreditRequest", "credit"]


def credit(file: str | Path, request: CreditRequest, dating: DocumentDating, write_options: WriteOptions) -> Outcome:
    """A credit note for a document, or for what is left of it.

    Raises what `change` raises, UnknownNumber, billing.CannotNumber, CannotCredit, CannotCompose.
    """
    return change(
        file, partial(credit_note_changes, request=request, dating=dating, write_options=write_options), write_options
    )


def credit_note_changes(
    loading: Loading, request: CreditRequest, dating: DocumentDating, write_options: WriteOptions
) -> Changes:
    """What `credit` writes into a ledger. Raises as it does."""
    book = loading.book
    as_of = max(dating.day, book.last_date)
    (position,) = find_documents(book, as_of, [request.number])
    _must_not_be_refused(book, position.invoice, dating.day)
    invoice, accounts = _as_owed(book, position)
    claims = [
        item
        for item in allocate(book, as_of).open_items
        if item.invoice is position.invoice and (invoice is position.invoice or item.account in accounts)
    ]
    exchange = exchange_rate_of(loading, position.invoice)
    draft, notices = credit_note(book, invoice, claims, request, dating.day, exchange)
    draft = draft._replace(number=next_number_for(book, dating, write_options)(draft.numbered_kind, draft.date))
    return document_changes(book, [draft], notices)


def _must_not_be_refused(book: Book, invoice: Invoice, day: date) -> None:
    """Raises CannotCredit if a document was refused or rejected at a platform: it is reversed without a credit note."""
    if refusal := refusal_of(book, invoice.number, day):
        raise CannotCredit(
            _(
                "{number} was refused on {day}, {status}: a refused invoice gets no credit note; take it out of the books "
                "and issue it anew: bean-invoice correct {number}; or only take it out: bean-invoice platform reverse {number} "
                "--write",
                number=invoice.number,
                day=refusal.date,
                status=status_in_words(refusal),
            )
        )


def _as_owed(book: Book, position: Position) -> tuple[Invoice, Sequence[str]]:
    """The document as its credit note sees it: of the customer who owes it, on the accounts where it is; and these accounts."""
    invoice, debtor = position.invoice, position.debtor
    if len(position.debtors) > 1:
        names = joined(_(" and "), (debtor.name for debtor in position.debtors))
        raise CannotCredit(
            _(
                "{number} is owed by {names}: a credit note has only one customer; first bring the debt together "
                "with a transaction that moves it to one of them",
                number=invoice.number,
                names=names,
            )
        )
    if debtor is None or invoice.customer is None or debtor.account == invoice.customer.account:
        return invoice, position.accounts
    moved = []
    for instalment in invoice.instalments:
        account = instalment.account
        for move in position.moves:
            account = move.account if move.from_account == account else account
        if book.main_accounts.get(account) != debtor.account:  # it was paid before
            like = debtor.account + account.removeprefix(book.main_accounts.get(account, ""))
            account = like if like in book.main_accounts else debtor.account
        moved.append(instalment._replace(account=account))
    own = [account for account in position.accounts if book.main_accounts.get(account) == debtor.account] or [
        moved[0].account
    ]
    return invoice._replace(customer=debtor, instalments=tuple(moved)), own


def exchange_rate_of(loading: Loading, invoice: Invoice) -> ExchangeRate | None:
    """How a document is booked if it is, in whole or in part, in another currency: at the price in its entry.

    That is the price of its receivable, else of its lines; None if everything is booked in its own currency.
    """
    entry = entry_of(loading, invoice)
    if entry is None:
        return None
    received = {instalment.account for instalment in invoice.instalments} | {
        payment.account for payment in invoice.immediate_payments
    }
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
            return ExchangeRate(at, number, currencies.currency_decimals(at), frozenset(own))
    for _account, currency, number, at in priced:
        if at == invoice.currency != currency:
            return ExchangeRate(
                currency, 1 / number, currencies.currency_decimals(currency), frozenset(own), price_on_lines=True
            )
    return None


def entry_of(loading: Loading, invoice: Invoice) -> Transaction | None:
    """The transaction of a document."""
    for entry in loading.entries:
        if isinstance(entry, Transaction) and source_of(entry.meta) == invoice.source:
            return entry
    return None
