"""What transactions contain, each on its own: documents, postings on customers' accounts, time, expenses, pending taxes.

Payments of documents are read afterwards, when all documents are known.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.documents.context import ReadingContext, TransactionDocuments
from beancount_invoicing.entries.documents.openings import read_opening
from beancount_invoicing.entries.documents.postings import is_document
from beancount_invoicing.entries.documents.reading import read_document
from beancount_invoicing.entries.known_documents import KnownDocuments
from beancount_invoicing.entries.metadata import FindingCollector, says, source_of
from beancount_invoicing.entries.pending import PendingTaxes, tax_movements_of
from beancount_invoicing.entries.work import TimeAccounts, is_time, read_expense, read_work
from beancount_invoicing.messages import _
from beancount_invoicing.model import (
    CustomerMovement,
    Expense,
    Finding,
    Invoice,
    NumberUse,
    ParentAccountPosting,
    Payment,
    TaxMovement,
    Weight,
    Work,
)
from beancount_invoicing.rules.worktime import TIME_COMMODITIES


@dataclass(slots=True)
class TransactionsRead:
    """What the transactions of a ledger contain, each list in their order."""

    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    """Those inside documents."""
    number_uses: list[NumberUse] = field(default_factory=list)
    customer_movements: list[CustomerMovement] = field(default_factory=list)
    posting_weights: list[Weight] = field(default_factory=list)
    tax_movements: list[TaxMovement] = field(default_factory=list)
    parent_account_postings: list[ParentAccountPosting] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    expenses: list[Expense] = field(default_factory=list)
    paying: list[tuple[Transaction, frozenset[int]]] = field(default_factory=list)
    """Those that pay something, with the postings on customers' accounts that already belong to a document."""


class PostingContext(NamedTuple):
    """The data that distinguish the postings that belong to no document."""

    time_accounts: TimeAccounts
    non_billable_accounts: Container[str]
    parent_accounts: Collection[str]
    """Those above customers' accounts, which belong to nobody."""
    pending: PendingTaxes


def read_transactions(
    transactions: Sequence[tuple[int, Transaction]],
    context: ReadingContext,
    of_postings: PostingContext,
    documents_read: dict[str, Invoice],
    findings: FindingCollector,
    plugin_ran: bool,
    known: KnownDocuments | None,
) -> TransactionsRead:
    """The contents of all transactions, with their positions among the entries.

    `documents_read`, which `context` reads, gets the documents by number if a tax rate has ever changed. `plugin_ran`, `known`: as
    for `reader.read_book`.
    """
    read = TransactionsRead()
    for position, transaction in transactions:
        touched = _read_postings(transaction, context, of_postings, read, findings)
        if not touched and of_postings.parent_accounts:
            read.parent_account_postings += _on_parent_accounts(transaction, of_postings.parent_accounts)
        if not touched and "invoice" not in transaction.meta:
            continue
        if not plugin_ran:
            _reserved(transaction, findings)
        yielded = _documents(transaction, position, context, findings, touched > 0, known)
        if yielded is None:
            if touched:
                read.paying.append((transaction, frozenset()))
            continue
        read.invoices += yielded.invoices
        if context.codes_with_several_rates:
            documents_read.update((invoice.number, invoice) for invoice in yielded.invoices)
        read.payments += yielded.payments
        read.number_uses += yielded.numbers
        if len(yielded.handled_postings) < touched:
            read.paying.append((transaction, yielded.handled_postings))
    return read


def _read_postings(
    transaction: Transaction,
    context: ReadingContext,
    of_postings: PostingContext,
    read: TransactionsRead,
    findings: FindingCollector,
) -> int:
    """Adds what the postings say on their own; returns how many of them are on customers' accounts."""
    time_accounts, non_billable_accounts, _parents, pending = of_postings
    owner, pending_accounts = context.owner, pending.accounts
    touched, moves_tax = 0, False
    for posting in transaction.postings:
        account, units = posting.account, posting.units
        if account in time_accounts or (
            units is not None
            and units.currency in TIME_COMMODITIES
            and account not in non_billable_accounts
            and is_time(posting, context.assets)
        ):
            read.work += read_work(transaction, posting, time_accounts, findings)
        elif posting.meta and "billable" in posting.meta:
            read.expenses += read_expense(transaction, posting, findings)
        if account in pending_accounts:
            moves_tax = True
        if owner(account) is not None:
            touched += 1
            if units is not None and units.number:
                read.customer_movements.append(
                    CustomerMovement(transaction.date, account, units.currency, units.number)
                )
                if posting.price is not None or posting.cost is not None:
                    read.posting_weights += _weight(posting)
    if moves_tax:
        read.tax_movements += tax_movements_of(transaction, pending)
    return touched


def _documents(
    transaction: Transaction,
    position: int,
    context: ReadingContext,
    findings: FindingCollector,
    touches_customer: bool,
    known: KnownDocuments | None,
) -> TransactionDocuments | None:
    """The documents of a transaction; None if it has none."""
    meta = transaction.meta
    if known is not None and "corrects" not in meta:  # what corrects another has that one's taxes
        before = known.of(transaction, position, findings)
        if before is not None:
            return before
    if touches_customer and says(meta, "kind", "opening") and "invoice" not in meta:
        return read_opening(transaction, position, context, findings)
    if not is_document(transaction, context, touches_customer):
        return None
    found_before = len(findings.found)
    documents = read_document(transaction, position, context, findings)
    if known is not None:
        known.keep(transaction, documents, findings.found[found_before:])
    return documents


def _on_parent_accounts(entry: Transaction, parents: Container[str]) -> Iterator[ParentAccountPosting]:
    """What a transaction without a customer's account books above them."""
    for posting in entry.postings:
        if posting.account in parents and posting.units is not None and posting.units.number:
            yield ParentAccountPosting(
                entry.date,
                posting.account,
                posting.units.currency,
                posting.units.number,
                frozenset(entry.links),
                " ".join(filter(None, (entry.payee, entry.narration))),
                source_of(posting.meta),
            )


def _weight(posting: Posting) -> list[Weight]:
    """The weight of a posting on a customer's account in another currency."""
    units, per_unit = posting.units, posting.cost or posting.price
    number, into = getattr(per_unit, "number", None), getattr(per_unit, "currency", None)
    if units is None or not isinstance(units.number, Decimal) or not isinstance(number, Decimal) or into is None:
        return []
    return [Weight(posting.account, units.currency, units.number, units.number * number, into, source_of(posting.meta))]


def _reserved(transaction: Transaction, findings: FindingCollector) -> None:
    """The plugin's own facts, written by hand."""
    for meta in (transaction.meta, *(posting.meta for posting in transaction.postings)):
        if meta and not keys.QUERY_KEY_SET.isdisjoint(meta):
            findings.found += [
                Finding(
                    "error",
                    "reserved-key",
                    _(
                        "{fact} is calculated by the plugin for queries: it cannot be written by hand; take it out",
                        fact=fact,
                    ),
                    source_of(meta),
                )
                for fact in keys.QUERY_KEYS
                if fact in meta
            ]
