"""Checks of the tax in losses and discounts: the tax taken back is the share of what is lost or given up.

This covers taxes that are due once invoiced; the movements of the others are compared as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import ZERO, Book, Finding, Payment, Source
from beancount_invoicing.receivables import Allocated, Allocation, claim_and_invoiced_taxes
from beancount_invoicing.rules import payment_terms
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to

REDUCING = frozenset({"write-off", "discount"})
"""The means of settlement with which tax goes down."""
_WRONG_TAX = {
    ("write-off", True): _(
        "{numbers}: {amount} is lost, and {taken} of {code} is taken back, but the tax in it is {tax}: write {account} "
        '{share} with tax: "{code}", and the other {rest} on the account for what is lost'
    ),
    ("write-off", False): _(
        "{numbers}: {amount} is lost, and {taken} of {code} is taken up again, but the tax in it is {tax}: write "
        '{account} {share} with tax: "{code}", and the other {rest} on the account for what is lost'
    ),
    ("discount", True): _(
        "{numbers}: {amount} is given up, and {taken} of {code} is taken back, but the tax in it is {tax}: write "
        '{account} {share} with tax: "{code}", and the other {rest} on the account for what is given up'
    ),
    ("discount", False): _(
        "{numbers}: {amount} is given up, and {taken} of {code} is taken up again, but the tax in it is {tax}: write "
        '{account} {share} with tax: "{code}", and the other {rest} on the account for what is given up'
    ),
}
"""What is wrong, by the means, and whether tax goes down, or what had gone down comes back."""


def check_tax_reductions(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """For each loss and discount: the tax that its transaction takes back is that of what is lost or given up, within a cent."""
    by_source: defaultdict[Source, list[Allocation]] = defaultdict(list)
    by_invoice: defaultdict[int, list[Allocation]] = defaultdict(list)
    for allocation in allocated.allocations:
        by_invoice[id(allocation.invoice)].append(allocation)
        if not REDUCING.isdisjoint({allocation.how, allocation.reverses}):
            by_source[allocation.source].append(allocation)
    for means, payments in _transactions(book):
        allocations = [
            allocation
            for payment in payments
            for allocation in by_source[payment.source]
            if means in {allocation.how, allocation.reverses}
        ]
        gone = sum((allocation.amount for allocation in allocations), ZERO)
        if not allocations or gone != -sum((payment.amount for payment in payments), ZERO):
            continue  # what settles nothing has been said already
        yield from _compared(book, means, payments, allocations, gone, by_invoice)
        if means == "discount":
            yield from _late(allocations)


def _transactions(book: Book) -> Iterator[tuple[str, list[Payment]]]:
    """The losses and discounts of each transaction: the postings beside them are in the same proportion."""
    found: defaultdict[tuple[str, tuple[object, ...]], list[Payment]] = defaultdict(list)
    for payment in book.payments:
        if payment.means in REDUCING and payment.date <= book.last_date:
            beside = tuple(
                (posting.account, posting.tax, posting.amount / payment.amount) for posting in payment.counter_postings
            )
            alone = payment.source if not beside else None
            entry = payment.date, payment.source.file, payment.narration, payment.links
            found[payment.means, (*entry, payment.amount > 0, beside, alone)].append(payment)
    for (means, _entry), payments in found.items():
        yield means, payments


def _compared(
    book: Book,
    means: str,
    payments: Sequence[Payment],
    allocations: Sequence[Allocation],
    gone: Decimal,
    by_invoice: dict[int, list[Allocation]],
) -> Iterator[Finding]:
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for allocation in allocations:
        claim, taxes = claim_and_invoiced_taxes(allocation.invoice, by_invoice[id(allocation.invoice)])
        for place, tax in taxes.items():
            if claim:
                expected[place] += tax * allocation.amount / claim
    numbers = ", ".join(sorted({allocation.invoice.number for allocation in allocations}))
    first = allocations[0].invoice
    cent = Decimal(1).scaleb(-currency_decimals(first.currency))
    for (code, account), exact in sorted(expected.items()):
        counters = [
            posting
            for payment in payments
            for posting in payment.counter_postings
            if posting.account == account and posting.tax in {"", code} and posting.currency == first.currency
        ]
        if any(posting.currency != first.currency for payment in payments for posting in payment.counter_postings):
            continue
        beside = sum(place[1] == account for place in expected) > 1
        if any(not counter.tax for counter in counters) and (beside or _serves_others(book, account, code)):
            continue
        taken = round_to(sum((counter.amount for counter in counters), ZERO), currency_decimals(first.currency))
        share = round_to(exact, currency_decimals(first.currency))
        if abs(taken - share) <= cent * len(allocations) or (not taken and not _of_the_whole(means, allocations)):
            continue
        yield Finding(
            "warning",
            "discount-tax" if means == "discount" else "write-off-tax",
            _WRONG_TAX[means, gone > 0].format(
                numbers=numbers,
                amount=ledger_amount(abs(gone), first.currency),
                taken=ledger_amount(abs(taken), first.currency),
                code=code,
                tax=ledger_amount(abs(share), first.currency),
                account=account,
                share=ledger_amount(share, first.currency),
                rest=ledger_amount(abs(gone) - abs(share), first.currency),
            ),
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


def _of_the_whole(means: str, allocations: Sequence[Allocation]) -> bool:
    """Whether a discount includes its tax, as the documents' own cash discount says."""
    if means != "discount":
        return False
    for allocation in allocations:
        text = allocation.invoice.customer.cash_discount if allocation.invoice.customer else ""
        with suppress(payment_terms.TermsError):
            if not payment_terms.parse_cash_discount(text).on_net:
                return True
    return False


def _late(allocations: Sequence[Allocation]) -> Iterator[Finding]:
    """A cash discount is taken by its last day."""
    for allocation in allocations:
        invoice = allocation.invoice
        paid = sum((payment.amount for payment in invoice.immediate_payments), ZERO)
        found = None
        with suppress(payment_terms.TermsError):
            found = payment_terms.discounted_rest(invoice, paid, currency_decimals(invoice.currency))
        if found is None or allocation.how != "discount" or allocation.received_on <= found.date:
            continue
        days = (allocation.received_on - found.date).days
        yield Finding(
            "warning",
            "discount-late",
            _n(
                days,
                "{number}: its cash discount could be taken until {day}, but {amount} is taken on {received_on}, "
                '{days} day late: leave that open and ask for it, or agree to it with cash-discount: "… within '
                '{received_on_days} days" on the invoice',
                "{number}: its cash discount could be taken until {day}, but {amount} is taken on {received_on}, "
                '{days} days late: leave that open and ask for it, or agree to it with cash-discount: "… within '
                '{received_on_days} days" on the invoice',
                number=invoice.number,
                day=found.date,
                amount=ledger_amount(allocation.amount, invoice.currency),
                received_on=allocation.received_on,
                days=days,
                received_on_days=(allocation.received_on - invoice.date).days,
            ),
            allocation.source,
        )
