"""What a document has been asked for beside it: the deposits that it deducts, with their tax, and where its contract stands."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from beancount_invoicing.billing import so_far
from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.tax_labels import tax_label
from beancount_invoicing.rendering.view import Row, Section, Table


def deposits(book: Book, invoice: Invoice, formats: Formats, table: dict[str, Any]) -> tuple[Section, ...]:
    """The document, the deposits that it deducts and what is left, each without tax, with its taxes and in all: what of the tax the
    customer has had on a deposit's invoice already (directive 2006/112/EC, art. 226 (8) to (10)). None where no tax is deducted.
    """
    if not any(one.tax for one in invoice.deductions):
        return ()
    labels, currency = table["labels"], invoice.currency
    charged = {each.tax.code: each for each in invoice.taxes if not each.tax.withholding}
    codes = [code for code, each in charged.items() if each.amount]
    parts: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in invoice.deductions:
        code = (one.named or one.tax) if one.tax else ""
        parts[one.number][code] += one.amount
        if code and code not in codes:
            codes.append(code)

    def called(code: str) -> str:
        known = invoice.codes.get(code) or (book.taxes[code].at(invoice.date) if code in book.taxes else None)
        return tax_label(known, invoice.taxes, formats, labels) if known else code

    def row(name: str, net: Decimal, taxes: dict[str, Decimal]) -> Row:
        figures = [net, *(taxes.get(code, ZERO) for code in codes), net + sum(taxes.values(), ZERO)]
        return Row((name, *(formats.amount(figure, currency) for figure in figures)))

    net = invoice.net
    taxes = {code: each.amount for code, each in charged.items()}
    rows = [row(f"{table['titles'][invoice.kind]} {invoice.number}", net, taxes)]
    for number, amounts in parts.items():
        deposit = book.invoice(number)
        name = labels["deducted"].format(number=number, date=formats.short_day(deposit.date) if deposit else "")
        own = {code: -amount for code, amount in amounts.items() if code}
        rows.append(row(name, -amounts[""], own))
        net -= amounts[""]
        taxes = {code: taxes.get(code, ZERO) + own.get(code, ZERO) for code in {*taxes, *own}}
    rows.append(row(labels["after-deposits"], net, taxes))
    columns = (labels["description"], labels["net"], *map(called, codes), labels["total"])
    title = labels["deposits"]
    return (Section(title, Table(title, columns, (False, *[True] * (len(columns) - 1)), tuple(rows))),)


def progress(book: Book, invoice: Invoice, formats: Formats, table: dict[str, Any]) -> tuple[Section, ...]:
    """Where the fixed prices stand that are billed in situations, or were changed: contract, change orders, what was billed before,
    this document, and what is left, without tax."""
    labels, currency = table["labels"], invoice.currency
    sections = []
    for one in so_far(book, invoice):
        figures = [(labels["contract-price"], one.contract_price)]
        if one.orders:
            figures += [
                (labels["change-orders"], one.orders),
                (labels["contract-whole"], one.contract_price + one.orders),
            ]
        figures += [
            (labels["billed-before"], one.billed - one.here),
            (f"{table['titles'][invoice.kind]} {invoice.number}", one.here),
            (labels["left-to-bill"], one.left),
        ]
        title = labels["progress"].format(name=one.name)
        rows = tuple(Row((name, formats.amount(amount, currency))) for name, amount in figures)
        columns = (labels["description"], labels["net"])
        sections.append(Section(title, Table(title, columns, (False, True), rows)))
    return tuple(sections)
