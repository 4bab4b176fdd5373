"""Tables beside a document's own lines: the deposits that it deducts, with their tax, and the state of its contract."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from beancount_invoicing.billing import progress_billing
from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.tax_labels import tax_label
from beancount_invoicing.rendering.view import Section, Table, TableRow


def deposit_sections(book: Book, invoice: Invoice, formats: Formats, word_table: dict[str, Any]) -> tuple[Section, ...]:
    """The document, the deposits that it deducts and what is left: each without tax, with its taxes, and in total. It
    shows which tax the customer already has on a deposit invoice (directive 2006/112/EC, art. 226 (8) to (10)). None if
    no tax is deducted.
    """
    if not any(deduction.tax for deduction in invoice.deductions):
        return ()
    labels, currency = word_table["labels"], invoice.currency
    charged = {tax.tax.code: tax for tax in invoice.taxes if not tax.tax.withholding}
    codes = [code for code, amount in charged.items() if amount.amount]
    parts: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for deduction in invoice.deductions:
        code = (deduction.named_code or deduction.tax) if deduction.tax else ""
        parts[deduction.number][code] += deduction.amount
        if code and code not in codes:
            codes.append(code)

    def called(code: str) -> str:
        known = invoice.tax_codes.get(code) or (book.taxes[code].at(invoice.date) if code in book.taxes else None)
        return tax_label(known, invoice.taxes, formats, labels) if known else code

    def row(name: str, net: Decimal, taxes: dict[str, Decimal]) -> TableRow:
        figures = [net, *(taxes.get(code, ZERO) for code in codes), net + sum(taxes.values(), ZERO)]
        return TableRow((name, *(formats.amount(figure, currency) for figure in figures)))

    net = invoice.net
    taxes = {code: amount.amount for code, amount in charged.items()}
    rows = [row(f"{word_table['titles'][invoice.kind]} {invoice.number}", net, taxes)]
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


def progress_sections(
    book: Book, invoice: Invoice, formats: Formats, word_table: dict[str, Any]
) -> tuple[Section, ...]:
    """The state of fixed prices with progress billing or change orders: contract price, change orders, billed before,
    this document, and what is left, all without tax.
    """
    labels, currency = word_table["labels"], invoice.currency
    sections = []
    for billing in progress_billing(book, invoice):
        figures = [(labels["contract-price"], billing.contract_price)]
        if billing.change_orders:
            figures += [
                (labels["change-orders"], billing.change_orders),
                (labels["contract-whole"], billing.contract_price + billing.change_orders),
            ]
        figures += [
            (labels["billed-before"], billing.billed - billing.billed_here),
            (f"{word_table['titles'][invoice.kind]} {invoice.number}", billing.billed_here),
            (labels["left-to-bill"], billing.left),
        ]
        title = labels["progress"].format(name=billing.name)
        rows = tuple(TableRow((name, formats.amount(amount, currency))) for name, amount in figures)
        columns = (labels["description"], labels["net"])
        sections.append(Section(title, Table(title, columns, (False, True), rows)))
    return tuple(sections)
