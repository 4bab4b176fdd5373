"""Allocates money on a customer's account to documents, in a separate entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.exchange_accounts import exchange_account
from beancount_invoicing.bank.payment_taxes import moved_taxes
from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Payment, Transfer
from beancount_invoicing.receivables import Allocated, Position, allocate
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest


class AllocationRequest(NamedTuple):
    """Which documents get money on the account, in their order: at most `amount` (above 0) of it, or else everything
    that is open. `source`: the number of the credit note, or of the overpaid invoice, from which it is taken; "" for
    money that names nothing.
    """

    numbers: tuple[str, ...]
    amount: Decimal | None = None
    source: str = ""


def allocate_money(file: str | Path, request: AllocationRequest, day: date, write_options: WriteOptions) -> Outcome:
    """Writes the entry of `day` that allocates the customer's unallocated money to documents, in their currency.

    The money keeps the day of its payment. Raises what `change` raises, UnknownNumber, and InvalidRequest if nothing is
    open, or no money is there.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        allocated = allocate(book, day)
        claims = find_documents(book, day, request.numbers)
        account, currency = _where(book, claims)
        if request.source:
            (source,) = find_documents(book, day, [request.source])
            available = _of_document(allocated, source, account, currency)
        else:
            available = _unnamed(allocated, account, currency)
        if available <= 0:
            raise InvalidRequest(_nothing_there(request, allocated, account, currency, day))
        parts = _parts(request, claims, available, account, currency, day)
        entries = [
            NewDirective(day, partial(allocation_transaction, book, account, currency, parts, request.source, day))
        ]
        taxes = _taxes(book, account, currency, parts, request.source, day)
        if taxes:
            entries.append(
                NewDirective(day, partial(_tax_transaction, book, taxes, [number for number, _part in parts], day))
            )
        return Changes(
            tuple(entries),
            message=f"Allocated: {', '.join(number for number, _part in parts)}",
            act="payment",
        )

    return change(file, make, write_options)


def _nothing_there(request: AllocationRequest, allocated: Allocated, account: str, currency: str, day: date) -> str:
    """The message that nothing can be allocated, and what else the customer has."""
    left = _("of {place} is left", place=request.source) if request.source else _("unallocated lies")
    elsewhere = _left_of(allocated, account, currency)
    remedy = (
        _(
            "but {elsewheres}: take it from there, bean-invoice allocate {numbers} --from {elsewhere}",
            elsewheres=joined(
                _(" and "),
                (
                    _(
                        "{amount} {currency} is left of {number}",
                        amount=amount,
                        currency=currency,
                        number=number,
                    )
                    for number, amount in elsewhere
                ),
            ),
            numbers=" ".join(request.numbers),
            elsewhere=elsewhere[0][0],
        )
        if elsewhere
        else _("bean-invoice aging lists unallocated money")
    )
    return _(
        "nothing {subject} on {account} in {currency} on {day}{elsewhere}{remedy}",
        subject=left,
        account=account,
        currency=currency,
        day=day,
        elsewhere=(", " if elsewhere else ": "),
        remedy=remedy,
    )


def _parts(
    request: AllocationRequest, claims: Sequence[Position], available: Decimal, account: str, currency: str, day: date
) -> list[tuple[str, Decimal]]:
    """How much each document gets, by number. Raises InvalidRequest if more is asked for than lies there, or is open."""
    left = available if request.amount is None else request.amount
    if left > available:
        raise InvalidRequest(
            _(
                "{left} {currency} cannot be allocated: only {there} {currency} is available on {account} on {day}",
                left=left,
                currency=currency,
                there=available,
                account=account,
                day=day,
            )
        )
    parts = []
    for claim in claims:
        part = min(left, claim.open)
        left -= part
        if part:
            parts.append((claim.invoice.number, part))
    if request.amount is not None and left:
        raise InvalidRequest(
            _(
                "{amount} {currency} is more than what is open on {numbers}: {other_amount} {currency}",
                amount=request.amount,
                currency=currency,
                numbers=", ".join(request.numbers),
                other_amount=request.amount - left,
            )
        )
    return parts


def _where(book: Book, claims: Sequence[Position]) -> tuple[str, str]:
    """The account and currency in which the documents are open. Raises InvalidRequest."""
    places = set()
    for claim in claims:
        invoice = claim.invoice
        if invoice.draft or claim.open <= 0:
            new = book.final_replacement_of(invoice)
            difference = (
                _("a draft: issue it first")
                if invoice.draft
                else _("replaced by {number}: that is what is to be paid", number=new.number)
                if new and not claim.open
                else _("not open: {amount} {currency}", amount=claim.open, currency=invoice.currency)
            )
            raise InvalidRequest(_("{number} is {subject}", number=invoice.number, subject=difference))
        places |= {(account, invoice.currency) for account in claim.accounts}
    if len(places) > 1:
        named = joined(
            ", ",
            (_("{account} in {currency}", account=account, currency=currency) for account, currency in sorted(places)),
        )
        raise InvalidRequest(
            _("they are on several accounts ({named}): allocate to one document at a time", named=named)
        )
    ((account, currency),) = places
    return account, currency


def _unnamed(allocated: Allocated, account: str, currency: str) -> Decimal:
    """Unallocated money on an account, less debits there that name nothing."""
    return -sum(
        (
            left
            for payment, left in allocated.unallocated
            if (payment.account, payment.currency) == (account, currency) and payment.means != "write-off"
        ),
        ZERO,
    )


def _left_of(allocated: Allocated, account: str, currency: str) -> list[tuple[str, Decimal]]:
    """What documents have left on an account: the open amount of credit notes and cancellations, the overpaid amount of
    invoices.
    """
    left: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for claim in allocated.open_items:
        if (claim.account, claim.invoice.currency) == (account, currency) and claim.open < 0:
            left[claim.invoice.number] -= claim.open
    known = {claim.invoice.number for claim in allocated.open_items}
    for payment, amount in allocated.unallocated:
        named = [number for number in payment.settles or payment.links if number in known]
        if (payment.account, payment.currency) == (account, currency) and named and payment.means != "write-off":
            left[named[0]] -= amount
    return [(number, amount) for number, amount in sorted(left.items()) if amount > 0]


def _of_document(allocated: Allocated, source: Position, account: str, currency: str) -> Decimal:
    """What a document can give: a credit note its open amount, an invoice its overpaid amount."""
    number = source.invoice.number
    if source.invoice.currency != currency or (source.open < 0 and account not in source.accounts):
        raise InvalidRequest(
            _(
                "{number} is on {accounts} in {currency}, not on {account} in {other_currency}",
                number=number,
                accounts=", ".join(source.accounts),
                currency=source.invoice.currency,
                account=account,
                other_currency=currency,
            )
        )
    over = -sum(
        (
            left
            for payment, left in allocated.unallocated
            if number in (payment.settles or payment.links)
            and (payment.account, payment.currency) == (account, currency)
        ),
        ZERO,
    )
    return -source.open if source.open < 0 else over


def _taxes(
    book: Book, account: str, currency: str, parts: Sequence[tuple[str, Decimal]], source: str, day: date
) -> list[text.NewPosting]:
    """The tax due on payment that this makes due, as an entry of its own: an entry that books anything beside the customer's
    account would be a payment.
    """
    accounts = CustomerAccounts(book)
    numbers = tuple(sorted([*([source] if source else []), *(number for number, _part in parts)]))
    leg = Payment(
        date=day,
        account=account,
        customer=book.main_accounts[account],
        currency=currency,
        amount=sum((part for _number, part in parts), ZERO),
        source=accounts.new_source(),
        settles=(source,) if source else (),
        links=() if source else numbers,
    )
    given = [
        leg._replace(amount=-part, settles=(number,), links=(), source=accounts.new_source()) for number, part in parts
    ]
    transfer = Transfer(day, leg.customer, currency, (leg, *given), leg.source)
    try:
        postings = moved_taxes(accounts, day, accounts.tax_effect_of_allocation(transfer, accounts.last_day(day)))
        sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
        for posting in postings:
            sums[posting.account, posting.code, posting.currency] += posting.amount
        legs = [
            text.NewPosting(place, amount, money, (("tax", code),))
            for (place, code, money), amount in sums.items()
            if amount
        ]
        off = -sum(sums.values(), ZERO)
        if off:
            legs.append(text.NewPosting(exchange_account(book, day, off), off, legs[0].currency))
    except CannotBook as error:
        raise InvalidRequest(str(error)) from error
    return legs


def _tax_transaction(
    book: Book, legs: Sequence[text.NewPosting], numbers: Sequence[str], day: date, column: int
) -> str:
    words = narration(book.books_language(day), "tax-due", ", ".join(numbers))
    return text.transaction(day, "*", "", words, legs, column=column)


def allocation_transaction(
    book: Book,
    account: str,
    currency: str,
    parts: Sequence[tuple[str, Decimal]],
    source: str,
    day: date,
    column: int,
) -> str:
    """The transaction that gives each document (its number, how much) money on an account, or the money that is left on
    `source`.
    """
    total = sum((amount for _number, amount in parts), ZERO)
    numbers = [number for number, _amount in parts]
    main = book.main_accounts[account]
    words = narration(
        book.books_language(day), "allocated-from" if source else "allocated", numbers=", ".join(numbers), source=source
    )
    return text.transaction(
        day,
        "*",
        book.customers[main].at(day).name,
        words,
        [
            text.NewPosting(account, total, currency, (("settles", source),)),
            *(text.NewPosting(account, -amount, currency, (("settles", number),)) for number, amount in parts),
        ],
        links=[numbering.link(number) for number in ([source] if source else []) + numbers],
        column=column,
    )
