"""Checks between documents: credit notes, deposits, and what payments could not do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from beancount_invoicing.checks.documents import money, severity
from beancount_invoicing.model import ZERO, Book, Finding, Invoice
from beancount_invoicing.receivables import Allocated, credited, tax_due
from beancount_invoicing.rules import currencies, steps, tax


def by_number(book: Book) -> dict[str, Invoice]:
    """The first document of each number."""
    result: dict[str, Invoice] = {}
    for invoice in book.invoices:
        result.setdefault(invoice.number, invoice)
    return result


def credit_notes(book: Book) -> Iterator[Finding]:
    """A credit note is not larger than what is left of the invoices that it corrects."""
    for note, available, _left in credited(book.invoices, by_number(book)):
        if -note.asked > available:
            yield Finding(
                severity(book, note.date),
                "credit-note-beyond",
                f"{note.number} credits {money(-note.asked, note.currency)}, but of {', '.join(note.corrects)} only"
                f" {money(available, note.currency)} is left to credit: lower it, or correct what it corrects",
                note.source,
            )


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
        by_code: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
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
            if deposit.currency != invoice.currency:
                yield Finding(
                    "error",
                    "deposit",
                    f"{invoice.number} in {invoice.currency} deducts {deduction.number}, which is a deposit in {deposit.currency}:"
                    " deduct it from an invoice in its own currency, or pay it back by a credit note",
                    deduction.source,
                )
                continue
            if deposit.since > invoice.since:
                yield Finding(
                    "error",
                    "deposit",
                    f"{invoice.number} of {invoice.date} deducts {deduction.number}, which is only of {deposit.date}:"
                    " correct one of the dates",
                    deduction.source,
                )
            key = deduction.number, deduction.tax
            brought = (
                sum((each.amount for each in deposit.taxes if each.tax.code == deduction.tax), ZERO)
                if deduction.tax
                else deposit.net
            ) + credited[key]
            deducted[key] += deduction.amount
            (by_code[deduction.number] if deduction.tax else nets)[deduction.tax or deduction.number] += (
                deduction.amount
            )
            if deducted[key] > brought:
                what = f"of the tax {deduction.tax} " if deduction.tax else ""
                yield Finding(
                    severity(book, invoice.date),
                    "deposit-beyond",
                    f"{invoice.number}: with it {money(deducted[key], invoice.currency)} {what}of {deduction.number} are"
                    f" deducted, but {'less its credit notes ' if credited[key] else ''}it brought"
                    f" {money(brought, invoice.currency)}: deduct at most"
                    f" {money(brought - deducted[key] + deduction.amount, invoice.currency)} here",
                    deduction.source,
                )
        for number in sorted(nets.keys() | by_code.keys()):
            yield from _deducted_tax(book, invoice, known[number], nets[number], by_code[number])


def _deducted_tax(
    book: Book, invoice: Invoice, deposit: Invoice, net: Decimal, taxes: Mapping[str, Decimal]
) -> Iterator[Finding]:
    """The taxes deducted are those of the net deducted: at each rate of the deposit, to a cent."""
    decimals = currencies.decimals(invoice.currency)
    cent = Decimal(1).scaleb(-decimals)
    rates = {each.tax.code: each.tax.rate for each in deposit.taxes if each.tax.rate and not each.tax.withholding}
    number = deposit.number
    if not rates or any(each.tax.withholding for each in deposit.taxes):
        return
    charged = {line.tax for line in deposit.lines if line.tax} | {each.tax for each in deposit.adjustments if each.tax}
    if len(charged) == 1 or len(rates) == len(deposit.taxes) == 1:
        one = deposit.codes.get(charged.pop() if len(charged) == 1 else next(iter(rates)))
        if one is None:
            return
        due = tax.taxes_due([tax.Charged(one, net)], decimals)
        if all(abs(each.figure.value - taxes.get(code, ZERO)) <= cent for code, each in due.items()):
            return
        amounts = (
            f"{each.tax.rate} % of {'it' if each.base == net else money(each.base, invoice.currency)} is"
            f" {money(each.figure.value, invoice.currency)}"
            for each in due.values()
        )
        names = (f'tax: "{code}"' for code in due)
        wanted = f'{", ".join(amounts)}: deduct the tax with deposit: "{number}" and {", ".join(names)}'
    elif deposit.combined and all(taxes.get(code, ZERO) <= (net * rate / 100) + cent for code, rate in rates.items()):
        return  # which part of the net bears which taxes is not written
    else:
        # which part of the net is at which rate is not written: the taxes must be those of just this net
        bases = sum((taxes.get(code, ZERO) * 100 / rate for code, rate in rates.items()), ZERO)
        untaxed = sum((each.base for each in deposit.taxes if not each.tax.rate), ZERO)
        slack = sum((cent * 100 / rate for rate in rates.values()), ZERO)
        if net - untaxed - slack <= bases <= net + slack:
            return
        brought = ", ".join(
            f"{money(each.amount, deposit.currency)} of {each.tax.code} on {money(each.base, deposit.currency)}"
            for each in deposit.taxes
        )
        wanted = (
            f"that is the tax on {money(steps.round_to(bases, decimals), invoice.currency)}: it brought {brought};"
            f' deduct the tax of each with deposit: "{number}" and its tax:'
        )
    deducted = sum(taxes.values(), ZERO)
    yield Finding(
        severity(book, invoice.date),
        "deposit-tax",
        f"{invoice.number} deducts {money(net, invoice.currency)} of {number} and {money(deducted, invoice.currency)} of its"
        f" tax, but {wanted}",
        invoice.source,
    )


def taxes_moved(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """The tax that payments made due has left the account where it waited."""
    for total in tax_due(book, book.last_date, allocated).totals:
        code, account, currency = total.pending.code, total.pending.account, total.pending.currency
        if not code:
            unsaid = [
                one
                for one in book.tax_movements
                if (one.account, one.code, one.currency) == (account, "", currency) and not one.number
            ]
            if unsaid:
                left = money(sum((one.amount for one in unsaid), ZERO), currency)
                yield Finding(
                    "warning",
                    "tax-code",
                    f"{left} left {account} without saying of which tax: write tax: below those postings",
                    unsaid[0].source,
                )
            continue
        source = book.taxes[code].latest.source
        if total.to_move:
            yield Finding(
                "warning",
                "tax-due",
                f"{code}: by payments until {book.last_date} {money(total.due, currency)} became due, but"
                f" {money(total.moved, currency)} left {account}: bean-invoice tax-due shows where, and the entry to add",
                source,
            )
        if total.to_cancel:
            yield Finding(
                "warning",
                "tax-written-off",
                f"{code}: {money(total.cancelled, currency)} of tax was lost by write-offs and discounts, but"
                f" {money(total.taken_off, currency)} left {account}: take it off in the write-off, with"
                f' tax: "{code}"',
                source,
            )


CHECKS = (credit_notes, deposits)
