"""Entries → Book: one pass for the directives, one for the documents, one for what pays and follows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from beancount.core.data import Document, Transaction

from beancount_invoicing.entries.accounts import OwnerByAccount, codes_by_account, parent_accounts
from beancount_invoicing.entries.banks import banks
from beancount_invoicing.entries.by_kind import EntriesByKind, entries_by_kind
from beancount_invoicing.entries.directives.collector import Directives
from beancount_invoicing.entries.directives.taxes import code_of_no_tax
from beancount_invoicing.entries.documents.context import ReadingContext, tax_point_of_document
from beancount_invoicing.entries.documents.corrections import resolved_corrections
from beancount_invoicing.entries.events import read_event, read_seal
from beancount_invoicing.entries.exchange import payment_exchange_rate_reader
from beancount_invoicing.entries.known_documents import KnownDocuments
from beancount_invoicing.entries.metadata import FindingCollector, forget_files, says
from beancount_invoicing.entries.payment_accounts import PaymentAccountCounter
from beancount_invoicing.entries.payments import read_payments
from beancount_invoicing.entries.pending import PendingTaxes, pending_taxes
from beancount_invoicing.entries.received import booked_bills
from beancount_invoicing.entries.retentions import due_from_acceptance
from beancount_invoicing.entries.settlement_means import AccountKinds, bad_debt_allowance_accounts
from beancount_invoicing.entries.takeovers import DebtorsByDocument, read_takeovers
from beancount_invoicing.entries.transactions import PostingContext, TransactionsRead, read_transactions
from beancount_invoicing.entries.work import time_accounts
from beancount_invoicing.model import (
    Acceptance,
    Book,
    Contract,
    Dated,
    Event,
    Invoice,
    Payment,
    PaymentAccounts,
    ReceivedCharge,
    Seal,
    Seller,
    Transfer,
    Unmatched,
)
from beancount_invoicing.model.locks import ClosedBooks
from beancount_invoicing.platform.life_cycle import with_disputes
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.tax import rate_ever_changed


class _Roots(NamedTuple):
    """The names of the root accounts."""

    assets: str
    income: str
    expenses: str
    equity: str


class _Payments(NamedTuple):
    """What transactions pay, move and name."""

    payments: list[Payment]
    transfers: list[Transfer]
    unmatched: list[Unmatched]
    accounts: PaymentAccounts
    """The accounts that they used."""
    charges: list[ReceivedCharge]


def read_book(
    entries: Sequence[Any], options: Mapping[str, Any], plugin_ran: bool = True, known: KnownDocuments | None = None
) -> Book:
    """The Book of a ledger's entries (as Beancount's loader returns them, sorted and booked).

    `plugin_ran`: the plugin has already written its facts (`invoice-open` …) into these entries. If it has not, such a key was
    written by hand, which is an error. `known`: the documents that these transactions yielded before, under the same directives;
    missing ones are added.
    """
    forget_files()
    findings = FindingCollector()
    roots = _roots(options)
    directives = Directives(findings, roots.assets)
    by_kind = entries_by_kind(entries, directives)
    customers, owners = directives.customers.by_account()
    owner_by_account = OwnerByAccount(owners)
    owner = owner_by_account.__getitem__
    documents_read: dict[str, Invoice] = {}
    context = _reading_context(directives, customers, owner, roots, by_kind.transactions, documents_read)
    for account in by_kind.opened_accounts:
        owner(account)
    pending = pending_taxes(context.taxes, (roots.income, roots.expenses), roots.equity, owner)
    contracts, milestones = directives.contracts.with_milestones()
    parents = parent_accounts(customers, owner)
    of_postings = PostingContext(time_accounts(contracts), by_kind.non_billable_accounts, parents, pending)
    read = read_transactions(by_kind.transactions, context, of_postings, documents_read, findings, plugin_ran, known)
    acceptances = directives.contracts.acceptances()
    invoices, debtors, by_link = _linked_invoices(read, contracts, acceptances, owner, findings)
    paid = _payments(by_kind, read, context, roots, pending, debtors, by_link, findings)
    paying = (transaction for transaction, _handled in read.paying)
    bank_days, imported_from = banks(entries, [*paying], context.options, owner, roots.assets)
    return replace(
        _book_of_transactions(read, paid, options),
        seller=context.seller,
        options=context.options,
        option_sources=directives.options.sources(),
        taxes=context.taxes,
        items=context.items,
        customers=customers,
        main_accounts={account: main for account, main in sorted(owner_by_account.items()) if main is not None},
        opened_accounts=by_kind.opened_accounts,
        closed_accounts=by_kind.closed_accounts,
        invoices=tuple(invoices),
        takeovers={number: tuple(sorted(overs)) for number, overs in sorted(debtors.taken.items())},
        events=_events(by_kind, owner, by_link, debtors, findings),
        seals=_seals(by_kind, owner, by_link),
        contracts=contracts,
        milestones=milestones,
        acceptances=acceptances,
        indexes=directives.figures.indexes(),
        policies=directives.policies.versions(),
        bank_accounts=directives.books.bank_accounts(),
        journals=directives.books.journals(),
        closed_books=_closed_books(entries, directives),
        bank_days=bank_days,
        imported_from=imported_from,
        reference_rates=directives.figures.reference_rates(),
        interest_invoices=_interest_invoices(invoices),
        **_beside_documents(directives, by_kind),
        corrections=_corrections(invoices),
        currencies=by_kind.currencies,
        expenses_root=roots.expenses,
        exchange_rates={pair: tuple(sorted(rates)) for pair, rates in sorted(by_kind.exchange_rates.items())},
        findings=tuple(findings.found),
        last_date=entries[-1].date if entries else date.min,
    )


def _roots(options: Mapping[str, Any]) -> _Roots:
    """The names that the ledger gives the roots of accounts."""
    names = zip(_Roots._fields, ("Assets", "Income", "Expenses", "Equity"), strict=True)
    return _Roots(*(str(options.get(f"name_{root}", usual)) for root, usual in names))


def _reading_context(
    directives: Directives,
    customers: Mapping[str, Any],
    owner: Callable[[str], str | None],
    roots: _Roots,
    transactions: Sequence[tuple[int, Transaction]],
    documents_read: Mapping[str, Invoice],
) -> ReadingContext:
    """What is known before documents are read."""
    seller: Dated[Seller] | None = directives.seller.versions()
    options = directives.options.versions()
    taxes = {**code_of_no_tax(options, directives.options.sources()), **directives.taxes.versions()}
    return ReadingContext(
        options=options,
        taxes=taxes,
        items=directives.items.versions(),
        customers=customers,
        owner=owner,
        income=roots.income,
        assets=roots.assets,
        tax_accounts=codes_by_account(taxes),
        seller=seller,
        codes_abroad={code: dated for code, dated in taxes.items() if any(tax.sold_to for _day, tax in dated.versions)},
        combined=any(tax.parts for dated in taxes.values() for _day, tax in dated.versions),
        codes_with_several_rates=frozenset(code for code, dated in taxes.items() if rate_ever_changed(dated)),
        documents_read=documents_read,
        taxed_on=_taxed_on(transactions),
    )


def _linked_invoices(
    read: TransactionsRead,
    contracts: Mapping[str, Dated[Contract]],
    acceptances: Sequence[Acceptance],
    owner: Callable[[str], str | None],
    findings: FindingCollector,
) -> tuple[list[Invoice], DebtorsByDocument, Mapping[str, tuple[Invoice, ...]]]:
    """The documents in their order, with `corrects` resolved; their debtors; and the documents by link."""
    invoices = due_from_acceptance(read.invoices, contracts, acceptances)
    invoices.sort(key=_turns(invoices))
    by_number: dict[str, Invoice] = {}
    by_link: defaultdict[str, tuple[Invoice, ...]] = defaultdict(tuple)
    for invoice in invoices:
        by_number.setdefault(invoice.number, invoice)
        by_link[numbering.link(invoice.number)] += (invoice,)
    debtors = DebtorsByDocument(by_number)
    read_takeovers(read.paying, owner, by_link, debtors)
    invoices = [resolved_corrections(invoice, debtors, findings) for invoice in invoices]
    debtors.replaced = {
        number: invoice
        for invoice in invoices
        if invoice.kind == "corrective" and not invoice.draft
        for number in invoice.corrects
    } | {invoice.replaces: invoice for invoice in invoices if invoice.replaces and not invoice.draft}
    return invoices, debtors, by_link


def _payments(
    by_kind: EntriesByKind,
    read: TransactionsRead,
    context: ReadingContext,
    roots: _Roots,
    pending: PendingTaxes,
    debtors: DebtorsByDocument,
    by_link: Mapping[str, tuple[Invoice, ...]],
    findings: FindingCollector,
) -> _Payments:
    """What transactions on customers' accounts that are not documents pay, and what is paid inside documents."""
    accounts = AccountKinds(
        context.owner,
        roots.assets + ":",
        roots.income + ":",
        roots.expenses + ":",
        context.tax_accounts,
        context.taxes,
    )
    allowances = bad_debt_allowance_accounts(
        (transaction for transaction, _handled in read.paying),
        (transaction for _position, transaction in by_kind.transactions),
        accounts,
    )
    accounts = accounts._replace(allowances=allowances)
    exchange_rate_of = payment_exchange_rate_reader(pending, context.options.get("exchange-account"))
    used = PaymentAccountCounter(accounts)
    payments = list(read.payments)
    transfers: list[Transfer] = []
    unmatched: list[Unmatched] = []
    charges: list[ReceivedCharge] = []
    for transaction, handled in read.paying:
        found = read_payments(transaction, handled, accounts, debtors, by_link, findings, exchange_rate_of)
        used.add(transaction, found.payments)
        payments += found.payments
        transfers += found.transfers
        unmatched += found.unmatched
        charges += found.charges
    return _Payments(payments, transfers, unmatched, used.by_use(), charges)


def _seals(
    by_kind: EntriesByKind, owner: Callable[[str], str | None], by_link: Mapping[str, tuple[Invoice, ...]]
) -> tuple[Seal, ...]:
    """The documents with their fingerprints."""
    documents = (entry for entry in by_kind.events if isinstance(entry, Document))
    return tuple(seal for document in documents if (seal := read_seal(document, owner, by_link)))


def _events(
    by_kind: EntriesByKind,
    owner: Callable[[str], str | None],
    by_link: Mapping[str, tuple[Invoice, ...]],
    debtors: DebtorsByDocument,
    findings: FindingCollector,
) -> tuple[Event, ...]:
    """What happened to documents, with the disputes that follow from what a platform says."""
    read = (read_event(entry, owner, by_link, debtors, findings) for entry in by_kind.events)
    return with_disputes([event for event in read if event])


def _closed_books(entries: Sequence[Any], directives: Directives) -> ClosedBooks:
    """What is closed, and whether it is unchanged."""
    locks, reopenings = directives.books.closings()
    if not locks:
        return ClosedBooks((), reopenings)
    from beancount_invoicing.entries.closed_books import closed_books  # most ledgers have no lock

    return closed_books(entries, locks, reopenings)


def _beside_documents(directives: Directives, by_kind: EntriesByKind) -> dict[str, Any]:
    """The fields of a Book that are about flows of a platform, and about suppliers."""
    return {
        "flows": directives.books.flows(),
        "received": directives.suppliers.received(),
        "suppliers": directives.suppliers.accounts(),
        "booked_bills": booked_bills(by_kind.transactions),
    }


def _book_of_transactions(read: TransactionsRead, paid: _Payments, options: Mapping[str, Any]) -> Book:
    """The part of a Book that follows from transactions and Beancount's options alone, sorted."""
    return Book(
        currency=str(next(iter(options.get("operating_currency") or ()), "")),
        file=str(options.get("filename", "")),
        title=str(options.get("title", "")),
        payments=tuple(sorted(paid.payments, key=lambda payment: (payment.date, payment.source))),
        payment_accounts=paid.accounts,
        transfers=tuple(sorted(paid.transfers, key=lambda transfer: (transfer.date, transfer.source))),
        unmatched=tuple(
            sorted(paid.unmatched, key=lambda unmatched: (unmatched.date, unmatched.source, unmatched.name))
        ),
        received_charges=_received_charges(paid.charges),
        parent_account_postings=tuple(
            sorted(read.parent_account_postings, key=lambda posting: (posting.date, posting.source))
        ),
        work=tuple(sorted(read.work, key=lambda work: (work.date, work.source))),
        expenses=tuple(sorted(read.expenses, key=lambda expense: (expense.date, expense.source))),
        number_uses=tuple(sorted(read.number_uses, key=lambda use: (use.date, use.number, use.source))),
        customer_movements=tuple(read.customer_movements),
        posting_weights=tuple(read.posting_weights),
        tax_movements=tuple(sorted(read.tax_movements)),
    )


def _turns(invoices: Sequence[Invoice]) -> Callable[[Invoice], tuple[object, ...]]:
    """A key that puts documents in their order: by the day on which they enter the books, date and number; a cancellation
    directly before the corrective invoice that replaces the same document.
    """
    new = {
        number: invoice.number for invoice in invoices if invoice.kind == "corrective" for number in invoice.corrects
    } | {invoice.replaces: invoice.number for invoice in invoices if invoice.replaces}

    def turn(invoice: Invoice) -> tuple[object, ...]:
        cancels = invoice.kind == "cancellation" and bool(invoice.corrects)
        number = new.get(invoice.corrects[0], invoice.number) if cancels else invoice.number
        return invoice.booked_from, invoice.date, number, not cancels, invoice.source

    return turn


def _interest_invoices(invoices: Sequence[Invoice]) -> dict[str, tuple[Invoice, ...]]:
    """The claims for late interest by the number that they name."""
    by_number: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        if invoice.kind == "claim" and invoice.interest_on:
            by_number[invoice.interest_on].append(invoice)
    return {number: tuple(invoices) for number, invoices in sorted(by_number.items())}


def _received_charges(charges: Iterable[ReceivedCharge]) -> dict[str, tuple[ReceivedCharge, ...]]:
    """Interest and indemnities that payments brought, by the number that they name."""
    by_number: defaultdict[str, list[ReceivedCharge]] = defaultdict(list)
    for charge in sorted(charges, key=lambda charge: (charge.date, charge.source)):
        by_number[charge.number].append(charge)
    return {number: tuple(received) for number, received in sorted(by_number.items())}


def _corrections(invoices: Sequence[Invoice]) -> dict[str, tuple[Invoice, ...]]:
    """The credit notes by the numbers that they correct."""
    by_number: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        for number in invoice.corrects:
            by_number[number].append(invoice)
    return {number: tuple(invoices) for number, invoices in sorted(by_number.items())}


def _taxed_on(transactions: Sequence[tuple[int, Transaction]]) -> dict[str, date]:
    """By number, the day whose tax rates a document has."""
    result: dict[str, date] = {}
    for _position, transaction in transactions:
        number, corrects = transaction.meta.get("invoice"), transaction.meta.get("corrects")
        if isinstance(number, str):
            text = corrects if isinstance(corrects, str) else ""
            result.setdefault(number, tax_point_of_document(text, transaction.date, result))
        elif says(transaction.meta, "kind", "opening"):
            for posting in transaction.postings:
                item, day = (posting.meta or {}).get("invoice"), (posting.meta or {}).get("date")
                if isinstance(item, str):
                    result.setdefault(item, day if isinstance(day, date) else transaction.date)
    return result
