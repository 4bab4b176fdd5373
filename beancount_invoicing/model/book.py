"""All that a ledger says, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from beancount_invoicing.model.banks import BankAccount
from beancount_invoicing.model.contracts import Acceptance, Contract, Expense, IndexValue, Milestone, Work
from beancount_invoicing.model.documents import DocumentKind, Invoice, Item, Tax
from beancount_invoicing.model.events import Event, FlowRecord, Seal
from beancount_invoicing.model.general_ledger import Journal
from beancount_invoicing.model.locks import ClosedBooks
from beancount_invoicing.model.parties import Customer, Seller
from beancount_invoicing.model.payments import (
    CustomerMovement,
    ParentAccountPosting,
    Payment,
    PaymentAccounts,
    ReceivedCharge,
    TakenOver,
    TaxMovement,
    Transfer,
    Unmatched,
    Weight,
)
from beancount_invoicing.model.received import BookedBill, ReceivedRecord, SupplierRule
from beancount_invoicing.model.reminders import Policy
from beancount_invoicing.model.values import Dated, Finding, OptionValue, Source


class ReferenceRate(NamedTuple):
    """A reference rate for late interest in the ledger: percent a year, from its date on."""

    date: date
    rate: Decimal
    source: Source


class NumberUse(NamedTuple):
    """A document number that the ledger uses, even if the rest of the document could not be read."""

    number: str
    kind: DocumentKind
    date: date
    source: Source
    draft: bool = False


_FRENCH = frozenset({"FR", "GP", "MQ", "RE", "GF", "YT"})
"""Where documents are in French, if nothing else is said: France and its overseas departments."""


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that a ledger says to this program, read once and never changed. Everything is sorted; the order of
    files does not matter.
    """

    seller: Dated[Seller] | None = None
    options: Mapping[str, Dated[OptionValue]] = field(default_factory=dict)
    option_sources: Mapping[str, Source] = field(default_factory=dict)
    """Where each option is first set."""
    taxes: Mapping[str, Dated[Tax]] = field(default_factory=dict)
    items: Mapping[str, Dated[Item]] = field(default_factory=dict)
    customers: Mapping[str, Dated[Customer]] = field(default_factory=dict)
    """By main account."""
    main_accounts: Mapping[str, str] = field(default_factory=dict)
    """Each account of a customer that is opened or used, with its customer's main account."""
    opened_accounts: Mapping[str, date] = field(default_factory=dict)
    """Every account that the ledger opens, with the day."""
    closed_accounts: Mapping[str, date] = field(default_factory=dict)
    """The accounts that it closes, with the last day on which something may be booked there."""
    invoices: tuple[Invoice, ...] = ()
    """By date, number, place; drafts, voids and openings included."""
    payments: tuple[Payment, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    takeovers: Mapping[str, tuple[TakenOver, ...]] = field(default_factory=dict)
    """By number: who took a document over from the invoiced customer, by date. Documents that nobody took over are not
    here.
    """
    payment_accounts: PaymentAccounts = field(default_factory=PaymentAccounts)
    """The accounts used by payments outside documents."""
    unmatched: tuple[Unmatched, ...] = ()
    """By date."""
    parent_account_postings: tuple[ParentAccountPosting, ...] = ()
    """By date."""
    events: tuple[Event, ...] = ()
    """By date; on one day in the order of the file."""
    seals: tuple[Seal, ...] = ()
    """Documents with their fingerprints, by date."""
    flows: tuple[FlowRecord, ...] = ()
    """What a platform handles beside documents (`invoice-flow`), by date and place."""
    received: tuple[ReceivedRecord, ...] = ()
    """Invoices of suppliers, and answers to them (`invoice-received`), by date and place."""
    suppliers: tuple[SupplierRule, ...] = ()
    """The accounts of suppliers (`invoice-supplier`), by date and place."""
    booked_bills: tuple[BookedBill, ...] = ()
    """The entries of suppliers' invoices, by date."""
    contracts: Mapping[str, Dated[Contract]] = field(default_factory=dict)
    milestones: Mapping[str, tuple[Milestone, ...]] = field(default_factory=dict)
    """By the code of their contract."""
    acceptances: tuple[Acceptance, ...] = ()
    """By contract and date."""
    work: tuple[Work, ...] = ()
    """Of all time contracts, by date."""
    expenses: tuple[Expense, ...] = ()
    """Those with `billable`, by date."""
    indexes: Mapping[str, tuple[IndexValue, ...]] = field(default_factory=dict)
    """By name; the values by date."""
    policies: Mapping[str, Dated[Policy]] = field(default_factory=dict)
    """The reminder policies that the ledger defines, by name."""
    bank_accounts: Mapping[str, Dated[BankAccount]] = field(default_factory=dict)
    """The ledger's bank accounts (`invoice-bank`), by account."""
    journals: tuple[Journal, ...] = ()
    """The journals that the ledger names (`invoice-journal`), in the order of their directives."""
    closed_books: ClosedBooks = field(default_factory=ClosedBooks)
    """The locks of the books, and whether the closed periods are unchanged."""
    bank_days: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """The bank accounts that are not closed, each with the days on which the ledger books or asserts something there.
    """
    imported_from: Mapping[str, date] = field(default_factory=dict)
    """The first day of a bank account's first line from a statement (`bank-id`), for accounts that have such lines.
    From then on, its `bank_days` are only those of statements.
    """
    reference_rates: Mapping[str, tuple[ReferenceRate, ...]] = field(default_factory=dict)
    """Reference rates for late interest by code, by date. They add to the rates that `law` knows, and take precedence
    over them.
    """
    interest_invoices: Mapping[str, tuple[Invoice, ...]] = field(default_factory=dict)
    """The claims for late interest, drafts too, by the number of the invoice that was paid late."""
    received_charges: Mapping[str, tuple[ReceivedCharge, ...]] = field(default_factory=dict)
    """Late interest and indemnities that payments brought without a claim, by the number of the invoice that was paid late."""
    corrections: Mapping[str, tuple[Invoice, ...]] = field(default_factory=dict)
    """By the number of each document, what corrects it: credit notes, a cancellation, and the corrective invoice that
    replaces it. Drafts are included.
    """
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The currencies that accounts are opened for, if they name any."""
    currency: str = ""
    """The ledger's first operating currency."""
    expenses_root: str = "Expenses"
    """The root of expense accounts."""
    exchange_rates: Mapping[tuple[str, str], tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)
    """Exchange rates by (currency, currency in which it is priced), by date: the ledger's `price` directives."""
    number_uses: tuple[NumberUse, ...] = ()
    customer_movements: tuple[CustomerMovement, ...] = ()
    """By date."""
    posting_weights: tuple[Weight, ...] = ()
    """The weights of the postings on customers' accounts that have a price, by date."""
    tax_movements: tuple[TaxMovement, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What was found wrong while reading the entries; `checks` adds the rest."""
    last_date: date = date.min
    """Date of the ledger's last entry."""
    file: str = ""
    """The top ledger file."""
    title: str = ""

    def option(self, key: str, day: date, default: str = "") -> str:
        """The text of an option in force on `day`, or `default` where it was never set."""
        values = self.options.get(key)
        return str(values.at(day)) if values else default

    def late_interest(self, customer: Customer, day: date) -> str:
        """The law or contract by which a customer pays late interest: the customer's own, else the option's; "" if
        neither is set.
        """
        return customer.late_interest or self.option("late-interest", day)

    def language(self, customer: Customer, day: date) -> str:
        """The language of a customer's documents, two letters: the customer's own, else the option's, else French in
        France, else English.
        """
        if language := customer.language or self.option("language", day):
            return language.lower()[:2]
        if customer.address.country:
            return "fr" if customer.address.country in _FRENCH else "en"
        return self.books_language(day)

    def books_language(self, day: date) -> str:
        """The language of the books, two letters, in which narrations are written: the option's, else French for a seller in
        France, else English."""
        if language := self.option("language", day):
            return language.lower()[:2]
        return "fr" if self.seller and self.seller.at(day).address.country in _FRENCH else "en"

    def is_owed_by(self, invoice: Invoice, customer: str, day: date) -> bool:
        """Whether a customer (main account) was invoiced a document, or took it over by `day` (inclusive)."""
        return (invoice.customer is not None and invoice.customer.account == customer) or any(
            over.customer == customer and over.date <= day for over in self.takeovers.get(invoice.number, ())
        )

    def replacement_of(self, number: str) -> Invoice | None:
        """The corrective invoice that replaces a document; None if there is none."""
        invoices = self.corrections.get(number, ())
        return next((invoice for invoice in invoices if invoice.kind == "corrective" and not invoice.draft), None)

    def final_replacement_of(self, invoice: Invoice) -> Invoice | None:
        """The corrective invoice that stands for a replaced document, or for the cancellation of one. If that invoice
        was replaced too, it is the last one. None for all other documents.
        """
        numbers = invoice.corrects[:1] if invoice.kind == "cancellation" else (invoice.number,)
        found: Invoice | None = None
        seen: set[str] = set()
        while numbers and numbers[0] not in seen and (new := self.replacement_of(numbers[0])):
            seen.add(numbers[0])
            found, numbers = new, (new.number,)
        return found

    def document_order_key(self, invoice: Invoice) -> tuple[date, str, bool]:
        """The sort key of documents: by date and number, a cancellation just before the invoice that replaces the same
        document.
        """
        first = next(iter(invoice.corrects), "") if invoice.kind == "cancellation" else ""
        new = self.replacement_of(first) if first else None
        return invoice.date, (new or invoice).number, not first

    def option_source(self, option: str) -> Source:
        """Where an option is set; the top of the ledger if it is not set."""
        return self.option_sources.get(option, Source(self.file, 0))

    def invoice(self, number: str) -> Invoice | None:
        """The first document with that number (a duplicate is an error that checks report). Whoever asks for many takes
        `invoices_by_number`.
        """
        return next((invoice for invoice in self.invoices if invoice.number == number), None)

    def invoices_by_number(self) -> dict[str, Invoice]:
        """The first document of each number, in one walk over all documents."""
        return {invoice.number: invoice for invoice in reversed(self.invoices)}


_FIELDS = tuple(part.name for part in fields(Book))
_PLACES = {name: place for place, name in enumerate(_FIELDS)}
_values_of = attrgetter(*_FIELDS)


def with_parts(book: Book, **parts: Any) -> Book:
    """A Book with other `parts`, by their fields: `dataclasses.replace`, in a third of the time, for a Book per payment.

    Raises KeyError for what is not a field.
    """
    values = list(_values_of(book))
    for name, part in parts.items():
        values[_PLACES[name]] = part
    return Book(*values)
