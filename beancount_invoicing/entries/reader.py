"""Entries → Book: one pass for the directives, one for the documents, one for what pays and follows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from beancount.core.data import Custom, Document, Note, Open, Posting, Price, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.banks import banks
from beancount_invoicing.entries.directives import Directives
from beancount_invoicing.entries.documents import (
    ReadingContext,
    is_document,
    read_document,
    read_opening,
    resolved_corrections,
    tax_point_of_document,
)
from beancount_invoicing.entries.events import read_event, read_seal
from beancount_invoicing.entries.exchange import payment_exchange_rate_reader
from beancount_invoicing.entries.known_documents import KnownDocuments
from beancount_invoicing.entries.metadata import FindingCollector, forget_files, says, source_of
from beancount_invoicing.entries.payment_accounts import PaymentAccountCounter
from beancount_invoicing.entries.payments import read_payments
from beancount_invoicing.entries.pending import pending_taxes
from beancount_invoicing.entries.pending import tax_movements_of as movements_of_taxes
from beancount_invoicing.entries.retentions import due_from_acceptance
from beancount_invoicing.entries.settlement_means import Accounts, bad_debt_allowance_accounts
from beancount_invoicing.entries.takeovers import Owing, read_takeovers
from beancount_invoicing.entries.work import is_time, read_expense, read_work, time_accounts
from beancount_invoicing.model import (
    Book,
    CustomerMovement,
    Dated,
    Expense,
    Finding,
    Invoice,
    NumberUse,
    ParentAccountPosting,
    Payment,
    Tax,
    TaxMovement,
    Transfer,
    Unmatched,
    Weight,
    Work,
)
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.tax import rate_ever_changed
from beancount_invoicing.rules.worktime import TIME_COMMODITIES


def read_book(
    entries: Sequence[Any], options: Mapping[str, Any], plugin_ran: bool = True, known: KnownDocuments | None = None
) -> Book:
    """The Book of a ledger's entries (as Beancount's loader gives them, sorted and booked).

    `plugin_ran`: the plugin has already written its facts (`invoice-open` …) into these entries. Where it has not, such
    a key was written by hand, which is an error. `known`: the documents that these transactions yielded before, under the same
    directives; those that it does not have are added.
    """
    forget_files()
    findings = FindingCollector()
    assets = str(options.get("name_assets", "Assets"))
    directives = Directives(findings, assets)
    transactions: list[tuple[int, Transaction]] = []
    followers: list[Note | Document] = []
    opened: list[str] = []
    opened_for: dict[str, tuple[str, ...]] = {}
    given: set[str] = set()  # time on them is billed to nobody
    rates: defaultdict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for position, entry in enumerate(entries):
        if isinstance(entry, Transaction):
            transactions.append((position, entry))
        elif isinstance(entry, Open):
            opened.append(entry.account)
            if entry.meta.get("non-billable") is True:
                given.add(entry.account)
            if entry.currencies:
                opened_for[entry.account] = tuple(entry.currencies)
            if "customer" in entry.meta:
                directives.add_open(entry)
        elif isinstance(entry, Price):
            if isinstance(entry.amount.number, Decimal):
                rates[entry.currency, entry.amount.currency].append((entry.date, entry.amount.number))
        elif isinstance(entry, (Note, Document)):
            if "event" in entry.meta:
                followers.append(entry)
        elif isinstance(entry, Custom):
            directives.add_custom(entry)
    customers, owners = directives.customers()
    seller = directives.seller()
    taxes = directives.taxes()
    changed = frozenset(code for code, dated in taxes.items() if rate_ever_changed(dated))
    there: dict[str, Invoice] = {}
    owner_of = _Owners(owners)
    owner = owner_of.__getitem__
    setting = ReadingContext(
        options=directives.options(),
        taxes=taxes,
        items=directives.items(),
        customers=customers,
        owner=owner,
        income=str(options.get("name_income", "Income")),
        assets=assets,
        tax_accounts=_tax_accounts(taxes),
        seller=seller,
        codes_abroad={code: dated for code, dated in taxes.items() if any(tax.sold_to for _day, tax in dated.versions)},
        combined=any(tax.parts for dated in taxes.values() for _day, tax in dated.versions),
        codes_with_several_rates=changed,
        documents_read=there,
        taxed_on=_taxed_on(transactions),
    )
    for account in opened:
        owner(account)
    above = _above(customers, owner)

    results = str(options.get("name_income", "Income")), str(options.get("name_expenses", "Expenses"))
    equity = str(options.get("name_equity", "Equity"))
    pending = pending_taxes(taxes, results, equity, owner)
    contracts, milestones = directives.contracts()
    timed = time_accounts(contracts)

    # documents
    invoices: list[Invoice] = []
    payments: list[Payment] = []
    numbers: list[NumberUse] = []
    movements: list[CustomerMovement] = []
    weights: list[Weight] = []
    rest: list[tuple[Transaction, frozenset[int]]] = []
    tax_movements: list[TaxMovement] = []
    upper: list[ParentAccountPosting] = []
    work: list[Work] = []
    expenses: list[Expense] = []
    for position, transaction in transactions:
        touched, taxed = 0, False
        for posting in transaction.postings:
            account = posting.account
            if account in timed or (
                posting.units is not None
                and posting.units.currency in TIME_COMMODITIES
                and account not in given
                and is_time(posting, assets)
            ):
                work += read_work(transaction, posting, timed, findings)
            elif posting.meta and "billable" in posting.meta:
                expenses += read_expense(transaction, posting, findings)
            if account in pending.accounts:
                taxed = True
            if owner(account) is not None:
                touched += 1
                if posting.units is not None and posting.units.number:
                    movements.append(
                        CustomerMovement(transaction.date, account, posting.units.currency, posting.units.number)
                    )
                    if posting.price is not None or posting.cost is not None:
                        weights += _weight(posting)
        if taxed:
            tax_movements += movements_of_taxes(transaction, pending)
        meta, touches = transaction.meta, touched > 0
        if above and not touches:
            upper += _on_upper_accounts(transaction, above)
        if not touches and "invoice" not in meta:
            continue
        if not plugin_ran and (touches or "invoice" in meta):
            _reserved(transaction, findings)
        alone = "corrects" not in meta  # what corrects another has that one's taxes
        before = known.of(transaction, position, findings) if known is not None and alone else None
        if before is not None:
            written = before
        elif touches and says(meta, "kind", "opening") and "invoice" not in meta:
            written = read_opening(transaction, position, setting, findings)
        elif is_document(transaction, setting, touches):
            count = len(findings.found)
            written = read_document(transaction, position, setting, findings)
            if known is not None:
                known.keep(transaction, written, findings.found[count:])
        elif touches:
            rest.append((transaction, frozenset()))
            continue
        else:
            continue
        invoices += written.invoices
        if changed:
            there.update((invoice.number, invoice) for invoice in written.invoices)
        payments += written.payments
        numbers += written.numbers
        if len(written.handled_postings) < touched:
            rest.append((transaction, written.handled_postings))

    # what names them
    acceptances = directives.acceptances()
    invoices = due_from_acceptance(invoices, contracts, acceptances)
    invoices.sort(key=_turns(invoices))
    by_number: dict[str, Invoice] = {}
    by_link: defaultdict[str, tuple[Invoice, ...]] = defaultdict(tuple)
    for invoice in invoices:
        by_number.setdefault(invoice.number, invoice)
        by_link[numbering.link(invoice.number)] += (invoice,)
    owing = Owing(by_number)
    read_takeovers(rest, owner, by_link, owing)
    invoices = [resolved_corrections(invoice, owing, findings) for invoice in invoices]
    owing.replaced = {
        number: invoice
        for invoice in invoices
        if invoice.kind == "corrective" and not invoice.draft
        for number in invoice.corrects
    }
    transfers: list[Transfer] = []
    unmatched: list[Unmatched] = []
    accounts = Accounts(
        owner, assets + ":", setting.income + ":", results[1] + ":", setting.tax_accounts, taxes
    )  # fmt: skip
    provided = bad_debt_allowance_accounts(
        (transaction for transaction, _claimed in rest),
        (transaction for _position, transaction in transactions),
        accounts,
    )
    accounts = replace(accounts, allowances=provided)
    worth = payment_exchange_rate_reader(pending, setting.options.get("exchange-account"))
    used = PaymentAccountCounter(accounts)
    for transaction, claimed in rest:
        more, moved, unknown = read_payments(transaction, claimed, accounts, owing, by_link, findings, worth)
        used.add(transaction, more)
        payments += more
        transfers += moved
        unmatched += unknown
    events = [event for entry in followers if (event := read_event(entry, owner, by_link, owing, findings))]
    seals = [seal for entry in followers if isinstance(entry, Document) and (seal := read_seal(entry, owner, by_link))]
    operating = options.get("operating_currency") or ()
    return Book(
        seller=seller,
        options=setting.options,
        option_sources=directives.option_sources(),
        taxes=taxes,
        items=setting.items,
        customers=customers,
        main_accounts={account: main for account, main in sorted(owner_of.items()) if main is not None},
        opened_accounts=frozenset(opened),
        invoices=tuple(invoices),
        payments=tuple(sorted(payments, key=lambda payment: (payment.date, payment.source))),
        transfers=tuple(sorted(transfers, key=lambda transfer: (transfer.date, transfer.source))),
        payment_accounts=used.counted(),
        takeovers={number: tuple(sorted(overs)) for number, overs in sorted(owing.taken.items())},
        parent_account_postings=tuple(sorted(upper, key=lambda posting: (posting.date, posting.source))),
        unmatched=tuple(sorted(unmatched, key=lambda unmatched: (unmatched.date, unmatched.source, unmatched.name))),
        events=tuple(events),
        seals=tuple(seals),
        contracts=contracts,
        milestones=milestones,
        acceptances=acceptances,
        work=tuple(sorted(work, key=lambda work: (work.date, work.source))),
        expenses=tuple(sorted(expenses, key=lambda expense: (expense.date, expense.source))),
        indexes=directives.indexes(),
        policies=directives.policies(),
        bank_days=banks(entries, [paying for paying, _claimed in rest], setting.options, owner, assets),
        reference_rates=directives.reference_rates(),
        interest_invoices=_claims(invoices),
        corrections=_corrections(invoices),
        currencies=opened_for,
        currency=str(operating[0]) if operating else "",
        expenses_root=str(options.get("name_expenses", "Expenses")),
        exchange_rates={pair: tuple(sorted(those)) for pair, those in sorted(rates.items())},
        number_uses=tuple(sorted(numbers, key=lambda use: (use.date, use.number, use.source))),
        customer_movements=tuple(movements),
        posting_weights=tuple(weights),
        tax_movements=tuple(sorted(tax_movements)),
        findings=tuple(findings.found),
        last_date=entries[-1].date if entries else date.min,
        file=str(options.get("filename", "")),
        title=str(options.get("title", "")),
    )


def _turns(invoices: Sequence[Invoice]) -> Callable[[Invoice], tuple[object, ...]]:
    """A key that puts documents in their order: by the day since when they are in the books, date and number; a cancellation just
    before the corrective invoice that replaces the same document."""
    new = {
        number: invoice.number for invoice in invoices if invoice.kind == "corrective" for number in invoice.corrects
    }

    def turn(invoice: Invoice) -> tuple[object, ...]:
        cancels = invoice.kind == "cancellation" and bool(invoice.corrects)
        number = new.get(invoice.corrects[0], invoice.number) if cancels else invoice.number
        return invoice.booked_from, invoice.date, number, not cancels, invoice.source

    return turn


def _above(customers: Mapping[str, object], owner: Callable[[str], str | None]) -> frozenset[str]:
    """The accounts above those of customers, which are nobody's; not the roots."""
    parents = {
        main.rsplit(":", cut)[0] for main in customers for cut in range(1, main.count(":"))
    }  # fmt: skip
    return frozenset(account for account in parents if owner(account) is None)


def _on_upper_accounts(entry: Transaction, above: Container[str]) -> Iterator[ParentAccountPosting]:
    """What a transaction that touches no customer's account books above them."""
    for posting in entry.postings:
        if posting.account in above and posting.units is not None and posting.units.number:
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
    """What a posting on a customer's account weighs in another currency."""
    units, per_unit = posting.units, posting.cost or posting.price
    number, into = getattr(per_unit, "number", None), getattr(per_unit, "currency", None)
    if units is None or not isinstance(units.number, Decimal) or not isinstance(number, Decimal) or into is None:
        return []
    return [Weight(posting.account, units.currency, units.number, units.number * number, into, source_of(posting.meta))]


class _Owners(dict[str, str | None]):
    """The main account of the customer that an account belongs to, if any: its nearest ancestor's."""

    def __missing__(self, account: str) -> str | None:
        parent = account.rpartition(":")[0]
        self[account] = result = self[parent] if parent else None
        return result


def _claims(invoices: Sequence[Invoice]) -> dict[str, tuple[Invoice, ...]]:
    """The claims for late interest by the number that they name."""
    by_number: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        if invoice.kind == "claim" and invoice.interest_on:
            by_number[invoice.interest_on].append(invoice)
    return {number: tuple(invoices) for number, invoices in sorted(by_number.items())}


def _corrections(invoices: Sequence[Invoice]) -> dict[str, tuple[Invoice, ...]]:
    """The credit notes by the numbers that they correct."""
    by_number: defaultdict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        for number in invoice.corrects:
            by_number[number].append(invoice)
    return {number: tuple(invoices) for number, invoices in sorted(by_number.items())}


def _tax_accounts(taxes: Mapping[str, Dated[Tax]]) -> dict[str, tuple[str, ...]]:
    served: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for code, dated in taxes.items():
        for _day, tax in dated.versions:
            for account in (tax.account, tax.pending):
                if account:
                    served[account][code] = None
    return {account: tuple(codes) for account, codes in served.items()}


def _taxed_on(transactions: Sequence[tuple[int, Transaction]]) -> dict[str, date]:
    """By number, the day whose taxes a document has."""
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


def _reserved(transaction: Transaction, findings: FindingCollector) -> None:
    """The plugin's own facts, written by hand."""
    for meta in (transaction.meta, *(posting.meta for posting in transaction.postings)):
        if meta and any(map(meta.__contains__, keys.QUERY_KEYS)):
            findings.found += [
                Finding(
                    "error",
                    "reserved-key",
                    f"{fact} is what the plugin works out for queries: it cannot be written by hand; take it out",
                    source_of(meta),
                )
                for fact in keys.QUERY_KEYS
                if fact in meta
            ]
