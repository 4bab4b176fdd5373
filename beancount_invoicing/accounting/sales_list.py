"""Sales by customer and by country, as tax offices list them.

- The EC sales list (état récapitulatif and DES, relevé intracommunautaire, Zusammenfassende Meldung): supplies without VAT to
  customers with a VAT id of another member state (directive 2006/112/EC, art. 262 to 264).
- Sales with the VAT of other member states (One Stop Shop, art. 369g).
- The Belgian list of customers who are taxable persons (Code de la TVA, art. 53quinquies; A.R. n° 23).

A document counts in the period of its own date: a credit note lowers the period in which it is issued.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from beancount_invoicing import law
from beancount_invoicing.accounting.entries import ValuedEntry
from beancount_invoicing.accounting.sales import Sale
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Source
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.supply import parse_sold_to

BELGIAN_MINIMUM = Decimal(250)
"""A customer is on the Belgian list from this turnover without VAT on (A.R. n° 23, art. 1)."""
_WHOLE_EUROS = {"FR", "DE"}
"""Where the list is declared in whole euros: France (DES), Germany (ZM)."""

K = TypeVar("K")


class EuSales(NamedTuple):
    """What a customer in another member state was sold in a period, of one kind."""

    vat_id: str
    """With the prefix of its state: "EL" for Greece."""
    customer: str
    code: str
    """"L" for goods, "S" for services, "T" for goods sold on in a chain of three (triangular)."""
    amount: Decimal
    """Without tax, in the books' currency; negative if credit notes are more."""
    declared: Decimal
    """As the form of the seller's country rounds it."""
    numbers: tuple[str, ...]
    source: Source


class OssSales(NamedTuple):
    """What was sold with the VAT of another member state at one rate."""

    country: str
    nature: str
    rate: Decimal
    base: Decimal
    tax: Decimal
    corrects: str
    """The quarter of the sales that credit notes correct, if it is an earlier one, such as "2026-Q3"; else ""."""
    numbers: tuple[str, ...]
    source: Source


class CustomerTurnover(NamedTuple):
    """What a customer who is a taxable person of the seller's country was sold in a year."""

    vat_id: str
    customer: str
    turnover: Decimal
    tax: Decimal
    numbers: tuple[str, ...]
    source: Source


def eu_sales(sales: Iterable[Sale], seller: str) -> tuple[tuple[EuSales, ...], tuple[Finding, ...]]:
    """The EC sales list of a period's sales, by VAT id and code; `seller`: the seller's place.

    Findings: customers without a VAT id of another member state.
    """
    home = law.state_of(seller)
    listed: list[Sale] = []
    findings: dict[str, Finding] = {}
    for sale in sales:
        if not is_listed(sale, home):
            continue
        vat_id = _plain(sale.customer.vat_id)
        if law.of_vat_id(vat_id) in {"", home}:
            findings.setdefault(sale.customer.account, _no_vat_id(sale))
        listed.append(sale)
    places = 0 if home in _WHOLE_EUROS else 2
    result = []
    for (vat_id, code), group in _grouped(listed, lambda sale: (_plain(sale.customer.vat_id), _code(sale))):
        amount = sum((sale.base for sale in group), ZERO)
        result.append(
            EuSales(
                vat_id, group[-1].customer.name, code, amount, round_to(amount, places), _numbers(group), group[0].source
            )
        )  # fmt: skip
    return tuple(result), tuple(findings.values())


def oss_sales(sales: Iterable[Sale], book: Book, seller: str) -> tuple[OssSales, ...]:
    """The sales under tax codes that are for named places in other member states (`sold-to`), by country, nature and rate."""
    home = law.state_of(seller)
    charged = [sale for sale in sales if sale.tax.rate and is_for_state(sale, home)]
    invoices = {invoice.number: invoice for invoice in book.invoices}
    result = []
    for (country, corrects, nature, rate), group in _grouped(
        charged, lambda sale: (law.state_of(sale.place), _corrected_quarter(sale, invoices), sale.nature, sale.tax.rate)
    ):
        base = sum((sale.base for sale in group), ZERO)
        tax = sum((sale.tax_amount for sale in group), ZERO)
        result.append(OssSales(country, nature, rate, base, tax, corrects, _numbers(group), group[0].source))
    return tuple(result)


def customers_turnover(sales: Iterable[Sale], seller: str) -> tuple[CustomerTurnover, ...]:
    """The turnover of a year with customers who have a VAT id of the seller's country, from 250.00 on; without exempt sales."""
    home = law.state_of(seller)
    taxed = [
        sale
        for sale in sales
        if law.of_vat_id(_plain(sale.customer.vat_id)) == home and sale.tax.category not in {"E", "O"}
    ]
    result = []
    for vat_id, group in _grouped(taxed, lambda sale: _plain(sale.customer.vat_id)):
        turnover = sum((sale.base for sale in group), ZERO)
        tax = sum((sale.tax_amount for sale in group), ZERO)
        if abs(turnover) >= BELGIAN_MINIMUM:
            result.append(
                CustomerTurnover(vat_id, group[-1].customer.name, turnover, tax, _numbers(group), group[0].source)
            )
    return tuple(result)


def booked_supplies(valued: Iterable[ValuedEntry], book: Book, sales: Iterable[Sale], seller: str) -> Decimal:
    """What the entries of the listed documents book on the lines that are listed, in the books' currency."""
    home = law.state_of(seller)
    listed = _codes_by_number(sale for sale in sales if is_listed(sale, home))
    places: set[Source] = set()
    for invoice in book.invoices:
        codes = listed.get(invoice.number, set())
        places |= {line.source for line in invoice.lines if line.tax in codes}
        places |= {adjustment.source for adjustment in invoice.adjustments if adjustment.tax in codes}
        places |= {taken.source for taken in invoice.deductions if codes and not taken.tax}
    return _credited(valued, places)


def booked_tax(valued: Iterable[ValuedEntry], book: Book, sales: Iterable[Sale], seller: str) -> Decimal:
    """What the entries of documents with the VAT of other member states book as that VAT, in the books' currency."""
    home = law.state_of(seller)
    charged = _codes_by_number(sale for sale in sales if is_for_state(sale, home))
    places: set[Source] = set()
    for invoice in book.invoices:
        codes = charged.get(invoice.number, set())
        places |= {source for tax in invoice.taxes if tax.tax.code in codes for source in tax.sources}
        places |= {taken.source for taken in invoice.deductions if codes and taken.tax}
    return _credited(valued, places)


def _codes_by_number(sales: Iterable[Sale]) -> dict[str, set[str]]:
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for sale in sales:
        codes[sale.number].add(sale.tax.code)
    return codes


def _credited(valued: Iterable[ValuedEntry], places: Collection[Source]) -> Decimal:
    return sum((-value for dated in valued for posting, value in dated.postings if posting.source in places), ZERO)


def is_listed(sale: Sale, home: str) -> bool:
    """Whether it is a supply without VAT to a business in another member state: goods (K), or services taxed there (AE)."""
    where = law.state_of(sale.place) or law.of_vat_id(_plain(sale.customer.vat_id))
    return sale.tax.category in {"K", "AE"} and where != home and (law.in_union(where) or where == "XI")


def is_for_state(sale: Sale, home: str) -> bool:
    """Whether its tax is that of another member state, to which its code is for sales (`sold-to`)."""
    sold_to = parse_sold_to(sale.tax.sold_to) if sale.tax.sold_to else None
    state = law.state_of(sale.place)
    named = {law.state_of(place) for place in sold_to.places} if sold_to else set()
    return state in named and state != home and law.in_union(state)


def _code(sale: Sale) -> str:
    return sale.tax.sales_list or ("L" if sale.nature == "goods" or sale.tax.category == "K" else "S")


def _plain(vat_id: str) -> str:
    return "".join(letter for letter in vat_id.upper() if letter.isalnum())


def _corrected_quarter(sale: Sale, invoices: Mapping[str, Invoice]) -> str:
    """The quarter of the document that a credit note corrects, if it is not the credit note's own."""
    corrects = invoices[sale.number].corrects
    corrected = invoices.get(corrects[0]) if corrects else None
    before = quarter(corrected.booked_from) if corrected else ""
    return before if before != quarter(sale.date) else ""


def quarter(day: date) -> str:
    """The quarter of a day: "2026-Q3"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _grouped(sales: Iterable[Sale], key: Callable[[Sale], K]) -> list[tuple[K, list[Sale]]]:
    groups: defaultdict[K, list[Sale]] = defaultdict(list)
    for sale in sales:
        groups[key(sale)].append(sale)
    return sorted(groups.items(), key=lambda item: str(item[0]))


def _numbers(sales: Iterable[Sale]) -> tuple[str, ...]:
    return tuple(sorted({sale.number for sale in sales}))


def _no_vat_id(sale: Sale) -> Finding:
    return Finding(
        "error",
        "sales-list",
        _(
            "{number}: {customer} has no VAT id of another member state, but {code} is for businesses there and the list names "
            "each by its VAT id: write vat-id below {account}, or choose another tax",
            number=sale.number,
            customer=sale.customer.name,
            code=sale.tax.code,
            account=sale.customer.account,
        ),
        sale.source,
    )
