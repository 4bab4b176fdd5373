"""Closing entries on what customers owe: other currencies, doubtful claims, deposits that nobody has paid, retentions.

None of them touches a customer's own account: the counter-account is one of its own beside the customers' (PCG 411 in France), so
that aged balance, letters and statements stay as they are, and the balance sheet is both together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.closing.matrix import AllowanceMatrix
from beancount_invoicing.accounting.closing.proposals import (
    ClosingDay,
    ClosingKind,
    ClosingPosting,
    ClosingProposal,
    posted,
)
from beancount_invoicing.model import ZERO, Invoice
from beancount_invoicing.receivables.allocation import Allocated, OpenItem
from beancount_invoicing.rules.narrations import narration


class _OpenDocument(NamedTuple):
    """A document with the items that are open of it."""

    invoice: Invoice
    items: tuple[OpenItem, ...]


def _open_documents(allocated: Allocated) -> list[_OpenDocument]:
    """What is open, document by document, in their order."""
    by_document: defaultdict[int, list[OpenItem]] = defaultdict(list)
    for item in allocated.open_items:
        if item.open:
            by_document[id(item.invoice)].append(item)
    return [_OpenDocument(items[0].invoice, tuple(items)) for items in by_document.values()]


def _proposal(
    closing_day: ClosingDay,
    kind: ClosingKind,
    invoice: Invoice,
    calculation: str,
    postings: tuple[ClosingPosting, ...],
) -> ClosingProposal:
    name = invoice.customer.name if invoice.customer else ""
    return ClosingProposal(
        kind, closing_day.day, invoice.number, invoice.number, name, calculation, postings, invoice.source
    )


def revaluation(closing_day: ClosingDay, allocated: Allocated) -> Iterator[ClosingProposal]:
    """What each document open in another currency is worth at the closing rate, less its worth at its own rate: an unrealised
    loss or gain (PCG, accounts 476 and 477).
    """
    books = closing_day.book.currency
    for invoice, items in _open_documents(allocated):
        if invoice.currency == books:
            continue
        open_ = sum((item.open for item in items), ZERO)
        own, now = closing_day.rate_of(invoice), closing_day.closing_rate(invoice.currency, invoice.source)
        before, after = closing_day.rounded(open_ * own), closing_day.rounded(open_ * now)
        if before == after:
            continue
        calculation = (
            f"{open_} {invoice.currency}, {after} (× {now:f}) − {before} (× {own:f}) = {after - before} {books}"
        )
        role = closing_day.account("unrealised-gain" if after > before else "unrealised-loss")
        postings = posted((closing_day.account("receivables"), after - before), (role, before - after))
        yield _proposal(closing_day, "currency", invoice, calculation, postings)


def doubtful_claims(
    closing_day: ClosingDay, allocated: Allocated, matrix: AllowanceMatrix
) -> Iterator[ClosingProposal]:
    """What is as late as the matrix says: the whole claim becomes a doubtful one (PCG, account 416), and its percentage of
    the amount without tax an allowance (accounts 491 and 6817): the VAT of a lost claim comes back.
    """
    language = closing_day.book.books_language(closing_day.day)
    for invoice, items in _open_documents(allocated):
        late = [(item, (closing_day.day - item.instalment.due).days) for item in items if item.open > 0]
        hit = [(item, days, percent) for item, days in late if (percent := matrix.percent(days))]
        if not hit or invoice.is_credit or invoice.kind == "deposit":  # a deposit that nobody paid is no claim at all
            continue
        rate = closing_day.closing_rate(invoice.currency, invoice.source)
        moved = sum((item.open for item, _days, _percent in hit if not _is_doubtful(closing_day, item)), ZERO)
        claim = closing_day.rounded(moved * rate)
        parts, allowance = [], ZERO
        for item, days, percent in hit:
            net = closing_day.rounded(_without_tax(invoice, item.open) * rate)
            part = closing_day.rounded(net * percent / 100)
            allowance += part
            late_for = narration(language, "closing-late", days=str(days))
            parts.append(f"{closing_day.rounded(item.open * rate)} ({late_for}), {percent:f} % × {net} = {part}")
        moves = (
            [(closing_day.account("doubtful"), claim), (closing_day.account("receivables"), -claim)] if claim else []
        )
        postings = posted(
            *moves,
            (closing_day.account("allowance-expense"), allowance),
            (closing_day.account("allowance"), -allowance),
        )
        yield _proposal(closing_day, "doubtful", invoice, "; ".join(parts), postings)


def _is_doubtful(closing_day: ClosingDay, item: OpenItem) -> bool:
    """Whether the claim is on an account of doubtful claims already."""
    return closing_day.accounts.is_numbered(item.account, "doubtful")


def _without_tax(invoice: Invoice, open_: Decimal) -> Decimal:
    """The share of an open amount that is not tax, not rounded."""
    return open_ - open_ * _tax_share(invoice)


def _tax_share(invoice: Invoice) -> Decimal:
    """How much of what a document asks for is tax: less the tax of deposits that it deducts."""
    tax = invoice.tax - sum((deduction.amount for deduction in invoice.deductions if deduction.tax), ZERO)
    return tax / invoice.payable if invoice.payable else ZERO


def unpaid_deposits(closing_day: ClosingDay, allocated: Allocated) -> Iterator[ClosingProposal]:
    """A deposit invoice that is not paid is not an advance received (PCG 4191): what is open of it leaves both sides.

    Its VAT goes against VAT to be regularised, so that the accounts of VAT due and of VAT waiting stay as they are.
    """
    for invoice, items in _open_documents(allocated):
        if invoice.kind != "deposit" or not invoice.lines:
            continue
        open_ = sum((item.open for item in items), ZERO)
        rate = closing_day.rate_of(invoice)
        whole = closing_day.rounded(open_ * rate)
        tax = closing_day.rounded(open_ * _tax_share(invoice) * rate)
        if tax and not closing_day.accounts.has("accrued-tax") and not _numbered_books(closing_day):
            whole, tax = whole - tax, ZERO
        postings = posted(
            (invoice.lines[0].account, whole - tax),
            *([(closing_day.account("accrued-tax"), tax)] if tax else []),
            (closing_day.account("receivables"), -whole),
        )
        calculation = f"{whole - tax} + {tax} = {whole}"
        yield _proposal(closing_day, "deposits", invoice, calculation, postings)


def _numbered_books(closing_day: ClosingDay) -> bool:
    return any(account.number for account in closing_day.general_ledger.accounts.values())


def retentions(closing_day: ClosingDay, allocated: Allocated) -> Iterator[ClosingProposal]:
    """What customers keep back until works are accepted: from the customers' account to that of retentions (PCG 4117)."""
    for invoice, items in _open_documents(allocated):
        retained = [
            item
            for item in items
            if item.instalment.retention_contract and not closing_day.accounts.is_numbered(item.account, "retention")
        ]
        open_ = sum((item.open for item in retained), ZERO)
        if not open_:
            continue
        whole = closing_day.rounded(open_ * closing_day.rate_of(invoice))
        contract = retained[0].instalment.retention_contract
        postings = posted((closing_day.account("retention"), whole), (closing_day.account("receivables"), -whole))
        yield _proposal(
            closing_day, "retentions", invoice, f"{contract}, {open_} {invoice.currency} = {whole}", postings
        )
