"""Checks of the tax in losses and discounts: what is taken back of it is the share of what is lost or given up.

Here for the taxes that are owed once invoiced; what the others move is compared as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

from beancount_invoicing.checks.documents import money
from beancount_invoicing.model import ZERO, Book, Finding, Invoice, Payment, Source
from beancount_invoicing.receivables import Allocated, Allocation
from beancount_invoicing.rules import terms
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to

WORDS = {"write-off": "lost", "discount": "given up"}


def taxes_taken_back(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """Of each loss and discount: the tax that its transaction takes back is that of what is lost or given up, to a cent."""
    by_source: defaultdict[Source, list[Allocation]] = defaultdict(list)
    by_invoice: defaultdict[int, list[Allocation]] = defaultdict(list)
    for one in allocated.allocations:
        by_invoice[id(one.invoice)].append(one)
        if not WORDS.keys().isdisjoint({one.how, one.reverses}):
            by_source[one.source].append(one)
    for means, payments in _transactions(book):
        those = [one for payment in payments for one in by_source[payment.source] if means in {one.how, one.reverses}]
        gone = sum((one.amount for one in those), ZERO)
        if not those or gone != -sum((payment.amount for payment in payments), ZERO):
            continue  # what settles nothing has been said already
        yield from _compared(book, means, payments, those, gone, by_invoice)
        if means == "discount":
            yield from _late(those)


def _transactions(book: Book) -> Iterator[tuple[str, list[Payment]]]:
    """The losses and discounts of each transaction: what stands beside them is in the same proportion."""
    found: defaultdict[tuple[str, tuple[object, ...]], list[Payment]] = defaultdict(list)
    for payment in book.payments:
        if payment.means in WORDS and payment.date <= book.last_date:
            beside = tuple((one.account, one.tax, one.amount / payment.amount) for one in payment.beside)
            alone = payment.source if not beside else None
            entry = payment.date, payment.source.file, payment.narration, payment.links
            found[payment.means, (*entry, payment.amount > 0, beside, alone)].append(payment)
    for (means, _entry), those in found.items():
        yield means, those


def _compared(
    book: Book,
    means: str,
    payments: Sequence[Payment],
    those: Sequence[Allocation],
    gone: Decimal,
    by_invoice: dict[int, list[Allocation]],
) -> Iterator[Finding]:
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for one in those:
        claim, taxes = _left(one.invoice, by_invoice[id(one.invoice)])
        for place, tax in taxes.items():
            if claim:
                expected[place] += tax * one.amount / claim
    numbers = ", ".join(sorted({one.invoice.number for one in those}))
    first = those[0].invoice
    cent = Decimal(1).scaleb(-decimals(first.currency))
    for (code, account), exact in sorted(expected.items()):
        counters = [
            each
            for payment in payments
            for each in payment.beside
            if each.account == account and each.tax in {"", code} and each.currency == first.currency
        ]
        if any(each.currency != first.currency for payment in payments for each in payment.beside):
            continue
        beside = sum(place[1] == account for place in expected) > 1
        if any(not each.tax for each in counters) and (beside or _serves_others(book, account, code)):
            continue
        taken = round_to(sum((each.amount for each in counters), ZERO), decimals(first.currency))
        share = round_to(exact, decimals(first.currency))
        if abs(taken - share) <= cent * len(those) or (not taken and not _of_the_whole(means, those)):
            continue
        yield Finding(
            "warning",
            "discount-tax" if means == "discount" else "write-off-tax",
            f"{numbers}: {money(abs(gone), first.currency)} are {WORDS[means]}, and {money(abs(taken), first.currency)} of"
            f" {code} is taken {'back' if gone > 0 else 'up again'}, but {money(abs(share), first.currency)} of it is the tax in"
            f' that: write {account} {money(share, first.currency)} with tax: "{code}", and the other'
            f" {money(abs(gone) - abs(share), first.currency)} on the account of what is {WORDS[means]}",
            payments[0].source,
        )


def _serves_others(book: Book, account: str, code: str) -> bool:
    """Whether an account is that of other codes too: a posting without `tax` there does not say which it is."""
    return any(
        account in {tax.account, tax.pending}
        for other, dated in book.taxes.items()
        if other != code
        for _day, tax in dated.versions
    )


def _left(invoice: Invoice, those: Sequence[Allocation]) -> tuple[Decimal, dict[tuple[str, str], Decimal]]:
    """The claim and the taxes of a document, deposits deducted, less the credit notes that settle it."""
    claim, taxes = invoice.payable, _taxes(invoice)
    for one in those:
        if one.other is not None and one.other.payable:
            claim -= one.amount
            for place, tax in _taxes(one.other).items():
                if place in taxes:
                    taxes[place] += tax * abs(one.amount) / abs(one.other.payable)
    return claim, taxes


def _taxes(invoice: Invoice) -> dict[tuple[str, str], Decimal]:
    """By code and account, the taxes that are owed once invoiced, less those of deposits that are deducted."""
    taxes = {
        (each.tax.code, each.tax.account): each.amount
        for each in invoice.taxes
        if each.tax.rate and each.tax.account and not (each.pending or each.tax.withholding or each.tax.on_payment)
    }
    for one in invoice.deductions:
        if (one.tax, one.account) in taxes:
            taxes[one.tax, one.account] -= one.amount
    return taxes


def _of_the_whole(means: str, those: Sequence[Allocation]) -> bool:
    """Whether what is given up includes its tax, as the documents' own cash discount says."""
    if means != "discount":
        return False
    for one in those:
        text = one.invoice.customer.cash_discount if one.invoice.customer else ""
        with suppress(terms.TermsError):
            if text and not terms.parse_cash_discount(text).of_net:
                return True
    return False


def _late(those: Sequence[Allocation]) -> Iterator[Finding]:
    """A cash discount is taken by its last day."""
    for one in those:
        invoice = one.invoice
        paid = sum((each.amount for each in invoice.at_once), ZERO)
        found = None
        with suppress(terms.TermsError):
            found = terms.cash_discount(invoice, paid, decimals(invoice.currency))
        if found is None or one.how != "discount" or one.received <= found.date:
            continue
        days = (one.received - found.date).days
        yield Finding(
            "warning",
            "discount-late",
            f"{invoice.number}: its cash discount could be taken until {found.date}, but {money(one.amount, invoice.currency)} of"
            f" it is taken on {one.received}, {days} day{'s' * (days != 1)} late: leave it open and ask for it, or agree to it by"
            f' cash-discount: "… within {(one.received - invoice.date).days} days" on the invoice',
            one.source,
        )
