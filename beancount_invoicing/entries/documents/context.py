"""What is known before the postings of a document are read: the ledger's directives, and the data of its transaction."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Transaction

from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.model import (
    Customer,
    Dated,
    DocumentKind,
    Invoice,
    Item,
    NumberUse,
    OptionValue,
    Payment,
    Seller,
    Source,
    Tax,
)
from beancount_invoicing.rules import supply


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What is known before invoices are read: the directives, and which account belongs to whom."""

    options: Mapping[str, Dated[OptionValue]]
    taxes: Mapping[str, Dated[Tax]]
    items: Mapping[str, Dated[Item]]
    customers: Mapping[str, Dated[Customer]]
    owner: Callable[[str], str | None]
    """The main account of the customer to whom an account belongs, if any."""
    income: str
    assets: str
    tax_accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The tax codes that each account, or pending account, serves."""
    combined: bool = False
    """Whether a tax code consists of parts."""
    seller: Dated[Seller] | None = None
    codes_abroad: Mapping[str, Dated[Tax]] = field(default_factory=dict)
    """The tax codes that are the default for customers abroad."""
    codes_with_several_rates: frozenset[str] = frozenset()
    """The tax codes that have had several rates."""
    taxed_on: Mapping[str, date] = field(default_factory=dict)
    """By number, the day whose tax rates a document has: its lines are not later."""
    documents_read: Mapping[str, Invoice] = field(default_factory=dict)
    """If a rate has changed: the documents that are read so far."""

    def option(self, name: str, day: date, default: str = "") -> str:
        """The text of an option on a day."""
        values = self.options.get(name)
        return str(values.at(day)) if values else default

    def tax(self, code: str, day: date) -> Tax | None:
        """A tax code as it was on a day."""
        dated = self.taxes.get(code)
        return dated.at(day) if dated else None

    def tax_abroad(self, customer: Customer, nature: str, home: str, day: date) -> str:
        """The tax code that a customer gets because of its place; `home`: the one that would otherwise apply; "" for none."""
        seller = supply.place_of_seller(self.seller.at(day)) if self.seller else ""
        nature = nature or supply.nature_under(self.tax(home, day))
        return supply.code_abroad(self.codes_abroad, seller, customer, nature, day, home)

    def item(self, code: str, day: date) -> Item | None:
        """An item as it was on a day."""
        dated = self.items.get(code)
        return dated.at(day) if dated else None


class TransactionDocuments(NamedTuple):
    """The result of one transaction: documents, payments on the customer's account inside them, and the numbers used."""

    invoices: list[Invoice]
    payments: list[Payment]
    numbers: list[NumberUse]
    handled_postings: frozenset[int]
    """The postings (by their position) on customers' accounts that are accounted for here."""


class DocumentHeader(NamedTuple):
    """One document while it is read: its data as a whole, before its postings become lines, taxes and instalments."""

    number: str
    kind: DocumentKind
    draft: bool
    entry: Transaction
    position: int
    """Of the transaction among all entries."""
    day: date
    """The document's date."""
    source: Source
    metadata: Mapping[str, Any]
    """The keys of the transaction, with values of the keys' types."""
    main: str
    """The customer's main account."""
    customer: Customer
    """As the document overrides it."""
    customer_postings: frozenset[int]
    """The postings on the customer's account, by position."""
    currency: str
    decimals: int
    tax_day: date
    """The latest day whose rates its lines have."""
    context: ReadingContext
    findings: FindingCollector
    corrected: tuple[Invoice, ...] = ()
    """The documents that it corrects, if a rate has changed."""
    rate: Decimal | None = None
    """Units of the currency of its lines for one unit of the document's, if they are booked in another one."""
    direction: Decimal = Decimal(1)
    """The document's direction: below 0 it is in the customer's favour."""
    taxes_by_name: Mapping[str, Tax] = {}
    """The taxes of its lines under codes that have had several rates, by their names in it."""

    def tax(self, code: str) -> Tax | None:
        """A tax, as it applies to this document."""
        return self.taxes_by_name.get(code) or self.context.tax(code, self.tax_day)

    @property
    def rounds_per_line(self) -> bool:
        """Whether taxes are rounded line by line, not on the sum of a code."""
        return self.context.option("tax-rounding", self.day) == "line"


def corrected_numbers(corrects: str, known: Container[str]) -> list[str]:
    """The numbers that `corrects` names; a number may itself contain spaces."""
    return [corrects] if corrects in known else corrects.split()


def tax_point_of_document(corrects: str, day: date, taxed_on: Mapping[str, date]) -> date:
    """The day whose tax rates a document of `day` has: its own, or (the latest) of the documents that it corrects.

    A supply keeps the rate of its time (directive 2006/112/EC, art. 93), even if it is credited when another rate
    applies.
    """
    numbers = corrected_numbers(corrects, taxed_on)
    return max((taxed_on[number] for number in numbers if number in taxed_on), default=day)
