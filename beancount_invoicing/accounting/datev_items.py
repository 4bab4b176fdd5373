"""What an entry books on each of DATEV's accounts: sales with their tax inside, money by the document that it settles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.accounting.datev_bookings import DatevItem
from beancount_invoicing.accounting.datev_numbers import DatevNumbers
from beancount_invoicing.accounting.datev_settings import AUTOMATIC, WITHOUT_AUTOMATIC
from beancount_invoicing.accounting.entries import AccountingEntry, AccountingLine
from beancount_invoicing.accounting.vat import seller_place
from beancount_invoicing.model import ZERO, Adjustment, Book, Invoice, Line, Source, Tax
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.steps import round_to, share_out


def automatic_accounts(book: Book, entries: Iterable[AccountingEntry]) -> frozenset[str]:
    """The numbers of the accounts that carry their tax themselves: those of sales at taxes that say so."""
    accounts = {
        line.account
        for invoice in book.invoices
        for line in _sold(invoice)
        if (tax := invoice.tax_codes.get(line.tax)) and tax.datev_key == AUTOMATIC
    }
    return frozenset(line.number for entry in entries for line in entry.lines if line.account in accounts)


def vat_ids_abroad(book: Book) -> dict[Source, str]:
    """The customer's VAT number of each sale that is taxed in another member state (categories K and AE), by the sale's line."""
    return {
        sold.source: invoice.customer.vat_id
        for invoice in book.invoices
        if invoice.customer
        and _is_of_other_state(invoice.customer.vat_id, law.state_of(seller_place(book, invoice.date)))
        for sold in _sold(invoice)
        if (tax := invoice.tax_codes.get(sold.tax)) and tax.category in {"K", "AE"}
    }


def _is_of_other_state(vat_id: str, home: str) -> bool:
    state = law.of_vat_id(vat_id)
    return state != home and (law.in_union(state) or state == "XI")


def paid_documents(allocated: Allocated) -> dict[Source, dict[str, Decimal]]:
    """What the posting of a payment settled, by document, in the document's currency, above 0 for what lowers a claim."""
    paid: defaultdict[Source, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for allocation in allocated.allocations:
        if allocation.counter_document is None and allocation.paid_by is None:
            paid[allocation.source][allocation.invoice.number] += allocation.amount
    return {source: dict(numbers) for source, numbers in paid.items()}


def items_of(
    entry: AccountingEntry,
    invoice: Invoice | None,
    numbers: DatevNumbers,
    automatic: frozenset[str],
    paid: Mapping[Source, Mapping[str, Decimal]],
    vat_ids: Mapping[Source, str],
) -> list[DatevItem]:
    """What an entry books, account by account; items that come to nothing are left out."""
    grouped = _taxed(entry, invoice, numbers, vat_ids) if invoice else {}
    items = [item for group in grouped.values() for item in group.items]
    done = {source for group in grouped.values() for source in group.sources}
    for line in entry.lines:
        if line.source in done:
            continue
        number = numbers.of(line)
        if line.auxiliary and not invoice:
            items += _by_document(line, number, paid.get(line.source, {}))
        else:
            key = WITHOUT_AUTOMATIC if number in automatic else _plain_key(line, invoice)
            vat_id = vat_ids.get(line.source, "")
            items.append(DatevItem(number, line.amount, key, vat_id=vat_id, is_customer=line.auxiliary is not None))
    return _merged(items)


def _plain_key(line: AccountingLine, invoice: Invoice | None) -> str:
    """The key of a sale whose tax is booked beside it."""
    for sold in _sold(invoice) if invoice else ():
        if invoice and sold.source == line.source:
            tax = invoice.tax_codes.get(sold.tax)
            return WITHOUT_AUTOMATIC if tax and tax.datev_key.lstrip("0") == WITHOUT_AUTOMATIC else ""
    return ""


def _by_document(line: AccountingLine, number: str, settled: Mapping[str, Decimal]) -> list[DatevItem]:
    """A customer's money by the documents that it settles, so that DATEV clears each of them; what is left has none."""
    left = line.amount
    items = []
    if not line.currency and len(settled) > 1:
        for document, amount in sorted(settled.items()):
            items.append(DatevItem(number, -amount, reference=document, is_customer=True))
            left += amount
    only = next(iter(settled)) if len(settled) == 1 else ""
    return [*items, DatevItem(number, left, reference=only, is_customer=True)]


def _sold(invoice: Invoice) -> list[Line | Adjustment]:
    """What a document sells: lines, allowances and charges."""
    return [*invoice.lines, *invoice.adjustments]


def _merged(items: Iterable[DatevItem]) -> list[DatevItem]:
    by_place: dict[tuple[str, ...], DatevItem] = {}
    for item in items:
        known = by_place.get(item.place)
        by_place[item.place] = (
            known._replace(amount=known.amount + item.amount, tax=known.tax + item.tax) if known else item
        )
    return [item for item in by_place.values() if item.amount or item.tax]


class _Taxed(NamedTuple):
    """The sales of one tax code with the tax inside, and the lines of the entry that they stand for."""

    items: tuple[DatevItem, ...]
    sources: frozenset[Source]


def _taxed(
    entry: AccountingEntry, invoice: Invoice, numbers: DatevNumbers, vat_ids: Mapping[Source, str]
) -> dict[str, _Taxed]:
    """A document's sales by tax code, where the code has a key by which DATEV works out the tax."""
    lines = {line.source: line for line in entry.lines}
    sales: defaultdict[str, list[Source]] = defaultdict(list)
    for sold in _sold(invoice):
        sales[sold.tax].append(sold.source)
    taxes: defaultdict[str, list[Source]] = defaultdict(list)
    for amount in invoice.taxes:
        taxes[amount.tax.code] += amount.sources
    for code, net, of_tax in _deducted(invoice):
        sales[code].append(net)
        taxes[code] += of_tax
    result = {}
    for code, tax in sorted(invoice.tax_codes.items()):
        key = tax.datev_key.lstrip("0")
        pending = any(amount.pending for amount in invoice.taxes if amount.tax.code == code)
        if not key or key == WITHOUT_AUTOMATIC or tax.withholding or tax.parts or pending:
            continue
        net_lines = [lines[source] for source in sales[code] if source in lines]
        tax_lines = [lines[source] for source in taxes[code] if source in lines]
        if net_lines and len({line.account for line in tax_lines}) <= 1:
            items = _with_tax(tax, net_lines, tax_lines, numbers, vat_ids)
            result[code] = _Taxed(items, frozenset(line.source for line in (*net_lines, *tax_lines)))
    return result


def _deducted(invoice: Invoice) -> Iterator[tuple[str, Source, list[Source]]]:
    """Deposits that are deducted, if one tax code is enough to say their tax: the code, the net's line, the tax's lines."""
    for number in sorted({deduction.number for deduction in invoice.deductions}):
        parts = [deduction for deduction in invoice.deductions if deduction.number == number]
        codes = {deduction.named_code or deduction.tax for deduction in parts if deduction.tax}
        nets = [deduction.source for deduction in parts if not deduction.tax]
        if len(codes) == 1 and len(nets) == 1:
            yield codes.pop(), nets[0], [deduction.source for deduction in parts if deduction.tax]


def _with_tax(
    tax: Tax,
    net_lines: Sequence[AccountingLine],
    tax_lines: Sequence[AccountingLine],
    numbers: DatevNumbers,
    vat_ids: Mapping[Source, str],
) -> tuple[DatevItem, ...]:
    """The sales of one code, by account: net and its share of the ledger's tax; shares follow the rate, rounded to the cent."""
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in net_lines:
        nets[numbers.of(line)] += line.amount
    total = sum((line.amount for line in tax_lines), ZERO)
    shares = [round_to(net * tax.rate / 100, 2) for net in nets.values()] if tax_lines else [ZERO] * len(nets)
    shares = share_out(shares, total - sum(shares, ZERO), 2)
    tax_account = numbers.of(tax_lines[0]) if tax_lines else numbers.named(tax.account or "")
    return tuple(
        DatevItem(
            number,
            net + share,
            "" if tax.datev_key == AUTOMATIC else tax.datev_key,
            rate=tax.rate,
            tax=share,
            tax_account=tax_account,
            vat_id=vat_ids.get(net_lines[0].source, ""),
        )
        for (number, net), share in zip(nets.items(), shares, strict=True)
    )
