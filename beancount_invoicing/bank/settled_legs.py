"""The accounts of a customer with the documents that a payment settles, or reverses, and their booked values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payments import CannotBook, SettledDocument
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Invoice, Source, Weight
from beancount_invoicing.receivables import Allocated


class CustomerLeg(NamedTuple):
    """A posting on a customer's account; `amount` has the ledger's sign, negative if a claim is settled."""

    number: str
    """The document's number; "" for money that stays on the account."""
    account: str
    customer: str
    currency: str
    amount: Decimal
    discount: Decimal = ZERO
    """The part of `amount` that is given up as a discount, with its sign."""
    instalment: int | None = None
    booked_value: Decimal | None = None
    """The booked value of `amount`, in `value_currency`, with its sign; None if the claim has no price."""
    value_currency: str = ""


class _Part(NamedTuple):
    """The amount of an instalment on an account, without sign."""

    account: str
    source: Source
    """Of the instalment."""
    amount: Decimal


def legs_of(accounts: CustomerAccounts, settled: Sequence[SettledDocument], day: date) -> tuple[CustomerLeg, ...]:
    """The postings on customers' accounts, in the order of `settled`; one by document and account.

    Raises CannotBook if a document does not exist on `day`, or if less is open on it (or was paid on it) than
    requested.
    """
    legs: list[CustomerLeg] = []
    used: defaultdict[tuple[Source, str], Decimal] = defaultdict(lambda: ZERO)
    for document in settled:
        invoice = _invoice(accounts, document, day)
        customer = invoice.customer
        assert customer is not None, "a void number is settled by nothing"
        last = accounts.last_day(day)
        _around, allocated = accounts.allocated_around(customer.account, [invoice.number], last)
        forward = document.amount * invoice.payable > 0
        settleable = _open(allocated, invoice, document) if forward else _paid(allocated, invoice, document)
        weights = accounts.weights(customer.account)
        left, sign = abs(document.amount), -1 if document.amount > 0 else 1
        taken: defaultdict[str, list[tuple[Decimal, Weight | None]]] = defaultdict(list)
        for part in settleable:
            amount = min(part.amount - used[part.source, part.account], left)
            if amount > 0:
                used[part.source, part.account] += amount
                left -= amount
                taken[part.account].append((amount * sign, weights.get(part.source)))
        if left:
            raise CannotBook(_too_much(allocated, invoice, document, abs(document.amount) - left, forward=forward))
        discount = document.discount * -1
        for account, parts in taken.items():
            amount = sum((amount for amount, _weight in parts), ZERO)
            own = min(abs(discount), abs(amount)).copy_sign(discount)
            discount -= own
            main = accounts.book.main_accounts.get(account, customer.account)
            legs.append(
                CustomerLeg(
                    invoice.number, account, main, invoice.currency, amount, own, document.instalment, *_booked(parts)
                )
            )
    return tuple(legs)


def _invoice(accounts: CustomerAccounts, document: SettledDocument, day: date) -> Invoice:
    invoice = accounts.invoice(document.number)
    if invoice is None:
        raise CannotBook(_("there is no document {number}", number=document.number))
    if invoice.draft:
        raise CannotBook(_("{number} is a draft: issue it first, bean-invoice issue {number}", number=invoice.number))
    if invoice.kind == "void" or invoice.customer is None:
        raise CannotBook(_("{number} is void: there is nothing to settle", number=invoice.number))
    if invoice.booked_from > day:
        raise CannotBook(
            _(
                "{number} is dated {day}, the payment {other_day}: first put the money that came before on account, "
                'bean-invoice pay --on-account "{customer}" --date {other_day}, then allocate it, bean-invoice pay '
                "--allocate {number}",
                number=invoice.number,
                day=invoice.booked_from,
                other_day=day,
                customer=invoice.customer.name,
            )
        )
    if not document.amount:
        raise CannotBook(_("{number}: an amount of 0 settles nothing", number=invoice.number))
    return invoice


def _open(allocated: Allocated, invoice: Invoice, document: SettledDocument) -> Iterator[_Part]:
    """What is open, in the order in which a payment settles it: the oldest due first, retentions last."""
    items = [
        item
        for item in allocated.open_items
        if item.invoice is invoice
        and item.open * document.amount > 0
        and document.instalment in {None, item.instalment.index}
    ]
    for item in sorted(
        items,
        key=lambda item: (
            bool(item.instalment.retention_contract),
            item.instalment.due,
            item.instalment.index,
            item.account,
        ),
    ):
        yield _Part(item.account, item.instalment.source, abs(item.open))


def _paid(allocated: Allocated, invoice: Invoice, document: SettledDocument) -> Iterator[_Part]:
    """What was paid and can be reversed: overpayments, then the latest payment, in the order in which a debit reverses them."""
    for payment, left in allocated.unallocated:
        if left * document.amount > 0 and invoice.number in (payment.settles or payment.links):
            yield _Part(payment.account, payment.source, abs(left))
    sources = {instalment.index: instalment.source for instalment in invoice.instalments}
    paid: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for allocation in allocated.allocations:
        if allocation.invoice is not invoice or allocation.counter_document is not None:
            continue
        how = allocation.reverses or allocation.how
        index = allocation.instalment
        if index is not None and how != "write-off" and document.instalment in {None, index}:
            place = index, allocation.account
            before = paid.pop(place, ZERO)
            paid[place] = before + allocation.amount  # the latest one is the last
    for (index, account), amount in reversed(paid.items()):
        if amount * document.amount < 0:
            yield _Part(account, sources[index], abs(amount))


def _booked(parts: Sequence[tuple[Decimal, Weight | None]]) -> tuple[Decimal | None, str]:
    """The booked value of parts of a claim, and its currency; None if a part has no price, or one in another currency."""
    currencies = {weight.currency_of_value if weight else "" for _amount, weight in parts}
    if currencies == {""} or len(currencies) > 1:
        return None, ""
    value = sum((amount * weight.value / weight.amount for amount, weight in parts if weight), ZERO)
    return value, currencies.pop()


def _too_much(
    allocated: Allocated, invoice: Invoice, document: SettledDocument, limit: Decimal, *, forward: bool
) -> str:
    """Why that much of a document cannot be settled, and what to do."""
    number, currency, amount = invoice.number, invoice.currency, abs(document.amount)
    which = (
        _("instalment {instalment} of {number}", instalment=document.instalment, number=number)
        if document.instalment
        else number
    )
    name = invoice.customer.name if invoice.customer else ""
    if not forward:
        return _(
            "{which}: {amount} {currency} cannot be taken back, as only {there} {currency} had been paid on it by then",
            which=which,
            amount=amount,
            currency=currency,
            there=limit,
        )
    if limit:
        return _(
            "{amount} {currency} is more than is open on {which}: {there} {currency}; the excess stays on "
            'account with --on-account "{name}", or settles another document if you name it too',
            amount=amount,
            currency=currency,
            which=which,
            there=limit,
            name=name,
        )
    last = max(
        (allocation for allocation in allocated.allocations if allocation.invoice is invoice),
        key=lambda allocation: (allocation.date, allocation.source),
        default=None,
    )
    why = _(": it was settled on {day} ({place})", day=last.date, place=last.source) if last else ""
    return _(
        "nothing is open on {which}{reason}; if the money came a second time, it stays on account until it "
        'is paid back: bean-invoice pay --on-account "{name}" --amount {amount}',
        which=which,
        reason=why,
        name=name,
        amount=amount,
    )
