"""What was sold in a period: what each document charges under each tax code, in the currency of the books.

A document's amounts are those that its entry books, so that their sums are those of the accounts. A deposit is a sale of its own,
and the document that deducts it takes it off again. Drafts, void numbers, open items of other books and claims for late interest
are no sales.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from beancount_invoicing.accounting.entries import ValuedEntry
from beancount_invoicing.model import ZERO, Adjustment, Book, Customer, Day, Deduction, Invoice, Line, Source, Tax
from beancount_invoicing.model.documents import DocumentKind
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.supply import nature_under, place_of_supply
from beancount_invoicing.rules.tax import code_of_name

NO_SALE = {"void", "opening", "claim"}
"""Kinds of documents that are not sales."""


class ChargedTax(NamedTuple):
    """A tax in a sale: of a combined code, each part is one."""

    tax: Tax
    amount: Decimal
    """As it is booked, in the books' currency: negative on credit notes."""
    account: str
    """On which it is booked: of a tax due on payment, perhaps the one of tax that is owed already."""


class Sale(NamedTuple):
    """What a document charges under one tax code for supplies of one nature, or takes off as a deposit's."""

    number: str
    kind: DocumentKind
    date: Day
    """The day from which the document is in the books: for a tax due once invoiced, the day on which it is due."""
    supplied_on: Day | None
    customer: Customer
    place: str
    """The place of supply, as a code of law.places: a country, or a place in one with a VAT of its own; "" if unknown."""
    tax: Tax
    """The code of the lines, as it applied to them; its `code` is "" if they have none."""
    nature: str
    """"goods", "services" or "electronic"; "" if neither line, item nor code says it."""
    base: Decimal
    """Without tax, in the books' currency: negative on credit notes."""
    taxes: tuple[ChargedTax, ...]
    """None if no tax is charged. Withholdings are left out."""
    deposit: str
    """The number of the deposit invoice that is deducted here; "" for what the document itself charges."""
    source: Source
    """Of the first line."""
    entry: Source
    """Of the transaction."""

    @property
    def tax_amount(self) -> Decimal:
        """All of its taxes, in the books' currency."""
        return sum((charged.amount for charged in self.taxes), ZERO)


def sales(valued: Iterable[ValuedEntry], book: Book, since: date, until: date) -> tuple[Sale, ...]:
    """The sales of documents that are in the books from a day between `since` and `until` (both inclusive), by date and number.

    `valued`: the ledger's entries with their values (`accounting.entries.valued_entries`), at least those of the period.
    """
    entries = {dated.entry.source: dated for dated in valued if dated.entry.is_document and dated.entry.date >= since}
    documents = _Documents(book, book.invoices_by_number())
    found: list[Sale] = []
    for invoice in book.invoices:
        if invoice.draft or invoice.kind in NO_SALE or not since <= invoice.booked_from <= until:
            continue
        if invoice.source in entries and invoice.customer is not None:
            found += _of_document(documents, invoice, _Values(entries[invoice.source]))
    return tuple(sorted(found, key=lambda sale: (sale.date, sale.number, sale.source, sale.tax.code, sale.nature)))


class _Documents(NamedTuple):
    """A ledger, and its documents by their numbers."""

    book: Book
    by_number: Mapping[str, Invoice]


class _Values:
    """What the postings of an entry are worth, as credits, by the place where they are written."""

    def __init__(self, dated: ValuedEntry) -> None:
        self._values: defaultdict[Source, list[tuple[str, Decimal]]] = defaultdict(list)
        for posting, value in dated.postings:
            self._values[posting.source].append((posting.account, -value))

    def take(self, source: Source) -> Decimal:
        """The value of the next posting written there; zero if there is none."""
        return self.take_with_account(source)[1]

    def take_with_account(self, source: Source) -> tuple[str, Decimal]:
        """The next posting's account, and its value."""
        values = self._values[source]
        return values.pop(0) if values else ("", ZERO)


class _Group:
    """The lines of one code and nature."""

    def __init__(self, tax: Tax, nature: str, source: Source) -> None:
        self.tax = tax
        self.nature = nature
        self.source = source
        self.base = ZERO
        self.taxes: list[ChargedTax] = []


def _of_document(documents: _Documents, invoice: Invoice, values: _Values) -> Iterator[Sale]:
    groups: dict[tuple[str, str], _Group] = {}
    codes = invoice.tax_codes
    for line in invoice.lines:
        tax = codes.get(line.tax) or _unknown(line)
        nature = line.nature or nature_under(tax)
        group = groups.setdefault((tax.code, nature), _Group(tax, nature, line.source))
        group.base += values.take(line.source)
    for adjustment in invoice.adjustments:
        tax = codes.get(adjustment.tax) or _unknown(adjustment)
        group = _largest(groups.values(), tax.code) or groups.setdefault(
            (tax.code, nature_under(tax)), _Group(tax, nature_under(tax), adjustment.source)
        )
        group.base += values.take(adjustment.source)
    places = currency_decimals(documents.book.currency)
    for tax_amount in invoice.taxes:
        if tax_amount.tax.withholding:
            continue
        amounts: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for source in tax_amount.sources:
            account, amount = values.take_with_account(source)
            amounts[account] += amount
        bearing = [group for group in groups.values() if _contains(group.tax, tax_amount.tax.code)]
        for account, amount in sorted(amounts.items()):
            for group, share in zip(
                bearing, shared_out(amount, [group.base for group in bearing], places), strict=True
            ):
                group.taxes.append(ChargedTax(tax_amount.tax, share, account))
    for group in groups.values():
        yield _sale(invoice, group, "")
    yield from _deductions(documents, invoice, list(groups.values()), values, places)


def _sale(invoice: Invoice, group: _Group, deposit: str) -> Sale:
    assert invoice.customer is not None
    return Sale(
        invoice.number,
        invoice.kind,
        invoice.booked_from,
        invoice.supplied_on,
        invoice.customer,
        place_of_supply(invoice.customer, group.nature),
        group.tax,
        group.nature,
        group.base,
        tuple(group.taxes),
        deposit,
        group.source,
        invoice.source,
    )


def _deductions(
    documents: _Documents, invoice: Invoice, own: Sequence[_Group], values: _Values, places: int
) -> Iterator[Sale]:
    """What the document takes off as deposits: under the codes of the deposit invoice, in proportion to what it charged."""
    by_deposit: defaultdict[str, list[Deduction]] = defaultdict(list)
    for deduction in invoice.deductions:
        by_deposit[deduction.number].append(deduction)
    for number, deductions in by_deposit.items():
        net, source = ZERO, deductions[0].source
        taxes: list[ChargedTax] = []
        deposit = documents.by_number.get(number)
        for deduction in deductions:
            amount = values.take(deduction.source)
            if deduction.tax:
                tax = _code_of(documents.book, deduction.tax, deposit or invoice)
                taxes.append(ChargedTax(tax, amount, deduction.account))
            else:
                net += amount
        groups = _deposit_groups(deposit, taxes, own, source)
        for group, base in zip(groups, shared_out(net, [group.base for group in groups], places), strict=True):
            group.base = base
        for charged in taxes:
            bearing = [group for group in groups if _contains(group.tax, charged.tax.code)] or groups[:1]
            shares = shared_out(charged.amount, [group.base for group in bearing], places)
            for group, share in zip(bearing, shares, strict=True):
                group.taxes.append(charged._replace(amount=share))
        for group in groups:
            yield _sale(invoice, group, number)


def _deposit_groups(
    deposit: Invoice | None, taxes: Sequence[ChargedTax], own: Sequence[_Group], source: Source
) -> list[_Group]:
    """The codes of a deposit, with what each charged; of a deposit of other books: those of the taxes, else the document's own."""
    groups: dict[tuple[str, str], _Group] = {}
    for line in deposit.lines if deposit else ():
        assert deposit is not None
        tax = deposit.tax_codes.get(line.tax) or _unknown(line)
        nature = line.nature or nature_under(tax)
        groups.setdefault((tax.code, nature), _Group(tax, nature, source)).base += line.net
    if not groups:
        for charged in taxes:
            group = _Group(charged.tax, nature_under(charged.tax), source)
            group.base = charged.amount * 100 / charged.tax.rate if charged.tax.rate else ZERO
            groups[charged.tax.code, group.nature] = group
    if not groups:
        for mine in own:
            groups[mine.tax.code, mine.nature] = _Group(mine.tax, mine.nature, source)
            groups[mine.tax.code, mine.nature].base = mine.base
    return list(groups.values())


def _code_of(book: Book, name: str, invoice: Invoice) -> Tax:
    known = invoice.tax_codes.get(name)
    dated = book.taxes.get(code_of_name(name, book.taxes))
    return known or (dated.at(invoice.date) if dated else Tax(name, name, None, invoice.source, category=""))


def _largest(groups: Iterable[_Group], code: str) -> _Group | None:
    """Where an allowance or charge belongs: to the lines of its code that charge most."""
    return max((group for group in groups if group.tax.code == code), key=lambda group: abs(group.base), default=None)


def _contains(tax: Tax, code: str) -> bool:
    return code in {part.code for part in tax.parts or (tax,)}


def _unknown(line: Line | Adjustment) -> Tax:
    """A line without a tax code that is known."""
    return Tax(line.tax, line.tax, None, line.source, category="")


def shared_out(amount: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """`amount` in proportion to `weights`, each part rounded half away from zero to `places`, and all of it in all.

    If the weights add up to nothing, the first takes all of it.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [amount if place == 0 else ZERO for place in range(len(weights))]
    ends = [round_to(amount * end / whole, places) for end in accumulate(weights)]
    ends[-1] = amount
    return [end - before for end, before in zip(ends, [ZERO, *ends[:-1]], strict=True)]
