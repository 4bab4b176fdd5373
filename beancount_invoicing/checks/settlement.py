"""Checks between documents: credit notes, deposits, and what payments could not do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from beancount_invoicing.checks.documents import money, severity
from beancount_invoicing.model import ZERO, Book, Finding, Invoice
from beancount_invoicing.receivables import Allocated, tax_due
from beancount_invoicing.rules import currencies, tax


def by_number(book: Book) -> dict[str, Invoice]:
    """The first document of each number."""
    result: dict[str, Invoice] = {}
    for invoice in book.invoices:
        result.setdefault(invoice.number, invoice)
    return result


def credit_notes(book: Book) -> Iterator[Finding]:
    """A credit note is not larger than what is left of the invoices that it corrects."""
    known = by_number(book)
    left: dict[str, Decimal] = {}
    for note in book.invoices:
        if note.kind != "credit-note" or not note.corrects or note.draft:
            continue
        for number in note.corrects:
            other = known[number]
            left.setdefault(number, other.payable if other.kind == "opening" else other.total)
        available = sum((left[number] for number in note.corrects), ZERO)
        if -note.total > available:
            yield Finding(
                severity(book, note.date),
                "credit-note-beyond",
                f"{note.number} credits {money(-note.total, note.currency)}, but of {', '.join(note.corrects)} only"
                f" {money(available, note.currency)} is left to credit",
                note.source,
            )
        rest = -note.total
        for number in note.corrects:
            used = min(rest, max(left[number], ZERO))
            left[number] -= used
            rest -= used


def deposits(book: Book) -> Iterator[Finding]:
    """A deposit is deducted once: never more than it brought, net and tax of each code apart."""
    known = by_number(book)
    deducted: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    credited: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        for number in invoice.corrects:
            if number in known and known[number].kind == "deposit":
                credited[number, ""] += invoice.net
                for amount in invoice.taxes:
                    credited[number, amount.tax.code] += amount.amount
    for invoice in book.invoices:
        nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        taxes: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for deduction in invoice.deductions:
            deposit = known.get(deduction.number)
            if deposit is None or deposit.kind != "deposit":
                what = "there is no such invoice" if deposit is None else f"that is no deposit invoice ({deposit.kind})"
                yield Finding(
                    "error",
                    "unknown-invoice" if deposit is None else "deposit",
                    f'{invoice.number} deducts the deposit "{deduction.number}", but {what}',
                    deduction.source,
                )
                continue
            if deposit.customer and invoice.customer and deposit.customer.account != invoice.customer.account:
                yield Finding(
                    "error",
                    "other-customer",
                    f"{invoice.number} deducts {deduction.number}, which is a deposit of {deposit.customer.name}",
                    deduction.source,
                )
                continue
            key = deduction.number, deduction.tax
            brought = (
                sum((each.amount for each in deposit.taxes if each.tax.code == deduction.tax), ZERO)
                if deduction.tax
                else deposit.net
            ) + credited[key]
            deducted[key] += deduction.amount
            (taxes if deduction.tax else nets)[deduction.number] += deduction.amount
            if deducted[key] > brought:
                what = f"of the tax {deduction.tax} " if deduction.tax else ""
                yield Finding(
                    severity(book, invoice.date),
                    "deposit-beyond",
                    f"{invoice.number}: with it {money(deducted[key], invoice.currency)} {what}of {deduction.number} are"
                    f" deducted, but it brought {money(brought, invoice.currency)}: deduct at most"
                    f" {money(brought - deducted[key] + deduction.amount, invoice.currency)} here",
                    deduction.source,
                )
        for number, net in sorted(nets.items()):
            deposit = known[number]
            codes = [each for each in deposit.taxes if each.tax.rate]
            if len(codes) != 1 or len(deposit.taxes) != 1:
                continue
            decimals = currencies.decimals(invoice.currency)
            expected = tax.tax_on(net, codes[0].tax.rate, decimals).value
            if abs(expected - taxes[number]) > Decimal(1).scaleb(-decimals):
                yield Finding(
                    severity(book, invoice.date),
                    "deposit-tax",
                    f"{invoice.number} deducts {money(net, invoice.currency)} of {number} and"
                    f" {money(taxes[number], invoice.currency)} of its tax, but {codes[0].tax.rate} % of it is"
                    f' {money(expected, invoice.currency)}: deduct the tax with deposit: "{number}" and tax:'
                    f' "{codes[0].tax.code}"',
                    invoice.source,
                )


def taxes_moved(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """The tax that payments made due has left the account where it waited."""
    for total in tax_due(book, book.last_date, allocated).totals:
        code, account, currency = total.pending.code, total.pending.account, total.pending.currency
        source = book.taxes[code].latest.source if code else book.place("tax")
        if not code:
            yield Finding(
                "warning",
                "tax-code",
                f"{money(total.moved, currency)} left {account} without saying of which tax: write tax: below those postings",
                source,
            )
        elif total.to_move:
            yield Finding(
                "warning",
                "tax-due",
                f"{code}: by payments until {book.last_date} {money(total.due, currency)} became due, but"
                f" {money(total.moved, currency)} left {account}: bean-invoice tax-due shows where, and the entry to add",
                source,
            )
        if code and total.to_cancel:
            yield Finding(
                "warning",
                "tax-written-off",
                f"{code}: {money(total.cancelled, currency)} of tax was lost by write-offs and discounts, but"
                f" {money(total.taken_off, currency)} left {account}: take it off in the write-off, with"
                f' tax: "{code}"',
                source,
            )


CHECKS = (credit_notes, deposits)
