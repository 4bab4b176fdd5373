"""The sales of a period that are reported: 10.1 by invoice, 10.3 by day, category and rate; and why each amount is there or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.accounting.sales import Sale
from beancount_invoicing.accounting.vat import supply_of_sale
from beancount_invoicing.e_reporting.scope import MARGIN_SCHEMES, Flow, is_exempt, scope
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Day, Source
from beancount_invoicing.rules.supply import kind_of

Category = Literal["TLB1", "TPS1", "TNT1", "TMA1", ""]
"""TT-81: taxed goods, taxed services, no French VAT, margin schemes; "" outside flow 10.3."""
DueCode = Literal["5", "72", ""]
"""TT-80, when VAT on services is due: 5 once invoiced (option for débits), 72 once paid (UNTDID 2475); "" for all else."""

_UNTAXED_IN_FRANCE = {"oss", "export", "services-outside", "services-union", "goods-union", "outside", "zero"}


class Transaction(NamedTuple):
    """An amount of a document at one rate, in the books' currency; negative if it is given back, or deducted as a deposit."""

    flow: Flow
    date: Day
    number: str
    customer: str
    category: Category
    due_code: DueCode
    rate: Decimal
    """In percent; 0 where no French VAT is charged."""
    base: Decimal
    tax: Decimal
    why: str
    """Why it is reported there, or not at all."""
    source: Source


class RateAmount(NamedTuple):
    """What was sold at one rate: without tax, and its tax."""

    rate: Decimal
    base: Decimal
    tax: Decimal


class DailySales(NamedTuple):
    """The sales of a day in one category (TG-31)."""

    date: Day
    category: Category
    due_code: DueCode
    documents: int
    """How many documents they are (TT-85)."""
    amounts: tuple[RateAmount, ...]
    """By rate; never empty."""

    @property
    def base(self) -> Decimal:
        """Without tax (TT-82)."""
        return sum((amount.base for amount in self.amounts), ZERO)

    @property
    def tax(self) -> Decimal:
        """The tax (TT-83)."""
        return sum((amount.tax for amount in self.amounts), ZERO)


def transactions(book: Book, sold: Iterable[Sale], since: date) -> tuple[Transaction, ...]:
    """Every amount of the sales `sold`, in their order. `since`: the day from which the firm reports."""
    documents = book.invoices_by_number()
    found: list[Transaction] = []
    for sale in sold:
        where = scope(documents[sale.number], sale.customer, since)
        found += _of_sale(book, sale, where.sales, where.why_sales)
    return tuple(found)


def _of_sale(book: Book, sale: Sale, flow: Flow, why: str) -> Iterator[Transaction]:
    category, due_code, french_tax = _category(book, sale)
    if flow == "10.1" and sale.deposit:
        flow, why = "", _("a deposit deducted: the invoice is reported with its whole amount")
    elif flow == "10.3" and not category:
        flow, why = "", _("exempt by CGI, art. 261 to 261 E: not reported (CGI, art. 290)")
    line = Transaction(
        flow, sale.date, sale.number, sale.customer.name, category if flow == "10.3" else "", due_code if flow else "",
        ZERO, sale.base, ZERO, why, sale.source,
    )  # fmt: skip
    if not french_tax or not sale.taxes:
        yield line
        return
    by_rate: defaultdict[Decimal, Decimal] = defaultdict(lambda: ZERO)
    for charged in sale.taxes:
        by_rate[charged.tax.rate] += charged.amount
    base = sale.base
    for rate, tax in by_rate.items():
        yield line._replace(rate=rate, base=base, tax=tax)
        base = ZERO  # the base of several taxes on the same sale counts once


def _category(book: Book, sale: Sale) -> tuple[Category, DueCode, bool]:
    """The category of a sale, when its VAT is due, and whether it bears French VAT; no category if it is exempt."""
    supply = supply_of_sale(book, sale)
    services = kind_of(sale.nature) == "services"
    if sale.tax.reason in MARGIN_SCHEMES:
        return "TMA1", "", False
    if supply == "taxed":
        if not services:
            return "TLB1", "", True
        return "TPS1", "72" if sale.tax.on_payment else "5", True
    if supply in _UNTAXED_IN_FRANCE:
        return "TNT1", "", False
    if is_exempt(sale.tax):
        return "", "", False
    return "TPS1" if services else "TLB1", "", False


def daily_sales(found: Iterable[Transaction]) -> tuple[DailySales, ...]:
    """Flow 10.3: the sales to consumers by day, category and due code. Rates and days that add up to nothing are left out."""
    groups: defaultdict[tuple[date, Category, DueCode], list[Transaction]] = defaultdict(list)
    for transaction in found:
        if transaction.flow == "10.3":
            groups[transaction.date, transaction.category, transaction.due_code].append(transaction)
    result = []
    for (day, category, due_code), group in sorted(groups.items()):
        amounts = tuple(amount for amount in _by_rate(group) if amount.base or amount.tax)
        if amounts:
            documents = len({transaction.number for transaction in group})
            result.append(DailySales(day, category, due_code, documents, amounts))
    return tuple(result)


def _by_rate(group: Iterable[Transaction]) -> Iterator[RateAmount]:
    sums: defaultdict[Decimal, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for transaction in group:
        sums[transaction.rate][0] += transaction.base
        sums[transaction.rate][1] += transaction.tax
    for rate, (base, tax) in sorted(sums.items()):
        yield RateAmount(rate, base, tax)


def international_numbers(found: Iterable[Transaction]) -> tuple[str, ...]:
    """Flow 10.1: the numbers of the invoices to businesses abroad, in the order of their dates."""
    return tuple(dict.fromkeys(transaction.number for transaction in found if transaction.flow == "10.1"))


def without_nature(book: Book, found: Iterable[Transaction]) -> tuple[str, ...]:
    """The documents of flow 10.3 with lines that do not say whether they are goods or services: their category is not known."""
    documents = book.invoices_by_number()
    numbers = dict.fromkeys(transaction.number for transaction in found if transaction.flow == "10.3")
    return tuple(
        number for number in numbers if any(not documents[number].nature_of(line) for line in documents[number].lines)
    )
