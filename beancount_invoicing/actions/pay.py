"""Payments with one command: the whole entry of money that came in, came back or is paid back, and how it is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_accounts import ChosenAccount, bank_account, discount_account, fee_account
from beancount_invoicing.bank.payment_currency import must_take_currency
from beancount_invoicing.bank.payment_entries import payment_entry
from beancount_invoicing.bank.payment_plans import (
    PaymentPlan,
    PaymentPlanner,
    WantedDocument,
    plan_refund,
    plan_return,
    with_currency_decimals,
)
from beancount_invoicing.bank.payments import CannotBook, MoneyMovement, PaymentEntry
from beancount_invoicing.bank.return_reasons import return_reason
from beancount_invoicing.customer_search import find_customer
from beancount_invoicing.documents.search import find_documents
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.payment_text import payment_transaction

PaymentKind = Literal["payment", "return", "refund"]


class PaymentRequest(NamedTuple):
    """The user's data of a payment. Anything not given follows from the documents, and from how past payments were booked."""

    day: date
    documents: tuple[WantedDocument, ...] = ()
    kind: PaymentKind = "payment"
    amount: Decimal | None = None
    """The amount on the bank account, above 0 even if money left."""
    currency: str = ""
    """The currency of that amount; "" for the documents'."""
    account: str = ""
    """The bank account."""
    fee: Decimal = ZERO
    fee_account: str = ""
    discount: bool | None = None
    """Whether the cash discount on offer is taken; None: if the amount is exactly what it leaves."""
    agreed_discount: Decimal | None = None
    instalment: int | None = None
    on_account_of: str = ""
    """The customer, by any name, on whose account the rest stays, or from whose account money is paid back."""
    advance_tax: str = ""
    """The tax code of the money that stays on account, if tax is due on it now."""
    payer: str = ""
    narration: str = ""
    bank_id: str = ""
    return_reason: str = ""


class PaymentOutcome(NamedTuple):
    """What was, or would be, written, and the entry with its explanation."""

    outcome: Outcome
    entry: PaymentEntry


def pay(file: str | Path, request: PaymentRequest, write_options: WriteOptions) -> PaymentOutcome:
    """Works out the entry of a payment, and writes it if `write_options` says so.

    Raises what `change` raises, UnknownNumber, UnknownCustomer, and InvalidRequest if it cannot be booked like this.
    """
    entries: list[PaymentEntry] = []

    def make(loading: Loading) -> Changes:
        try:
            reason = return_reason(request.return_reason)
            entry, notices = composed(loading.book, request._replace(return_reason=reason))
        except CannotBook as error:
            raise InvalidRequest(str(error)) from error
        entries.append(entry)
        return Changes(
            (NewDirective(entry.date, partial(payment_transaction, entry)),),
            message=entry.narration,
            notices=(*notices, *entry.against, *_future(request, write_options)),
            summary=_summary(entry),
            act="payment",
        )

    outcome = change(file, make, write_options)
    return PaymentOutcome(outcome, entries[-1])


def composed(book: Book, request: PaymentRequest) -> tuple[PaymentEntry, tuple[str, ...]]:
    """The entry and its notices. Raises CannotBook, UnknownNumber and UnknownCustomer."""
    accounts = CustomerAccounts(book)
    wanted = _resolved(book, request)
    customer = find_customer(book, request.on_account_of) if request.on_account_of else ""
    currency = request.currency or _currency(book, wanted, customer)
    request = _in_decimals(request, currency)
    bank = bank_account(book, request.day, request.account)
    numbers = [document.number for document in wanted]
    must_take_currency(
        accounts, bank.account, request.day, numbers, request.amount, currency, is_given=bool(request.currency)
    )
    notices: list[str] = [] if request.account else [joined(": ", (bank.account, bank.because))]
    fee = fee_account(book, request.day, request.fee_account) if request.fee else ChosenAccount("", "")
    if request.fee and not request.fee_account:
        notices.append(_("{account}: {because}", account=fee.account, because=fee.because))
    plan = _plan(accounts, request, wanted, currency, keeps_rest=bool(customer))
    discounts = ""
    if any(document.discount for document in plan.settled):
        discounts = discount_account(book, request.day).account
    movement = MoneyMovement(
        request.day,
        plan.amount,
        currency,
        bank.account,
        payer=request.payer,
        text=request.narration,
        bank_id=request.bank_id,
        fee=request.fee,
        fee_account=fee.account,
        is_return=request.kind == "return",
        return_reason=request.return_reason,
    )
    entry = payment_entry(
        accounts,
        movement,
        plan.settled,
        on_account_of=plan.on_account_of or customer,
        discount_account=discounts,
        advance_tax=request.advance_tax,
    )
    return entry, (*notices, *plan.notices, *_on_account_notices(accounts, entry, request))


def _future(request: PaymentRequest, write_options: WriteOptions) -> tuple[str, ...]:
    """The notice that the money would come after the day of the request. Raises InvalidRequest where it is to be written."""
    today = write_options.today
    if today is None or request.day <= today:
        return ()
    problem = _(
        "the payment is dated {day}, but today is {today}: only money that has moved is booked. Give the day on which "
        "it moved, --date, or --yes if this date is intended",
        day=request.day,
        today=today,
    )
    if write_options.write:
        raise InvalidRequest(_("nothing is written: {text}", text=problem))
    return (problem,)


def _in_decimals(request: PaymentRequest, currency: str) -> PaymentRequest:
    """The request with amounts as the currency writes them."""
    amounts = (request.amount, request.fee, request.agreed_discount)
    amount, fee, discount = (None if value is None else with_currency_decimals(value, currency) for value in amounts)
    return request._replace(amount=amount, fee=fee or ZERO, agreed_discount=discount)


def _resolved(book: Book, request: PaymentRequest) -> tuple[WantedDocument, ...]:
    """The documents by their whole numbers, as every command finds them. Raises UnknownNumber."""
    day = max(request.day, book.last_date)
    found = find_documents(book, day, [document.number for document in request.documents])
    resolved = [
        _with_number(document, position.invoice.number)
        for document, position in zip(request.documents, found, strict=True)
    ]
    numbers = [document.number for document in resolved]
    twice = next((number for number in numbers if numbers.count(number) > 1), "")
    if twice:
        raise CannotBook(
            _("{twice} is named twice: name it once, with the amount settled, {twice}=AMOUNT", twice=twice)
        )
    return tuple(resolved)


def _with_number(document: WantedDocument, number: str) -> WantedDocument:
    """The named document, by its whole number."""
    return document._replace(number=number)


def _currency(book: Book, wanted: Sequence[WantedDocument], customer: str) -> str:
    """The currency of the money if it is not given: the documents'; else the only one of the customer's account; else the
    ledger's.
    """
    if wanted:
        invoice = book.invoice(wanted[0].number)
        return invoice.currency if invoice else book.currency
    opened = book.currencies.get(customer, ())
    currency = opened[0] if len(opened) == 1 else book.currency
    if not currency:
        raise CannotBook(_("the currency in which the money came is not known: give --currency"))
    return currency


def _plan(
    accounts: CustomerAccounts,
    request: PaymentRequest,
    wanted: tuple[WantedDocument, ...],
    currency: str,
    *,
    keeps_rest: bool,
) -> PaymentPlan:
    if request.kind == "return":
        return plan_return(accounts, request.day, wanted, request.amount, request.fee)
    if request.kind == "refund" and wanted:
        return plan_refund(accounts, request.day, wanted, request.amount, request.fee)
    if not wanted:
        if request.amount is None:
            raise CannotBook(_("give the amount: --amount"))
        return PaymentPlan((), -request.amount if request.kind == "refund" else request.amount)
    planner = PaymentPlanner(accounts, request.day, wanted, instalment=request.instalment)
    return planner.payment(
        request.amount,
        currency,
        request.fee,
        discount=request.discount,
        agreed_discount=request.agreed_discount,
        keeps_rest=keeps_rest,
    )


def _on_account_notices(accounts: CustomerAccounts, entry: PaymentEntry, request: PaymentRequest) -> tuple[str, ...]:
    """The notice about money that stays on account: tax may be due on it."""
    if entry.on_account <= 0 or request.advance_tax:
        return ()
    advances = accounts.advances(entry.payments, accounts.last_day(entry.date))
    notices = []
    for advance in advances:
        codes = joined(_(" or "), (tax.code for tax in advance.taxes))
        tax = (
            _("{tax} {currency} of {codes}", tax=advance.tax, currency=advance.payment.currency, codes=codes)
            if advance.tax is not None
            else codes
        )
        notices.append(
            _(
                "if the {amount} {currency} on account are for services known by now, {tax} is due on them today: "
                "bill a deposit, or give --tax {taxe}",
                amount=advance.amount,
                currency=advance.payment.currency,
                tax=tax,
                taxe=advance.taxes[0].code,
            )
        )
    return tuple(notices)


def _summary(entry: PaymentEntry) -> str:
    """How much it is, in words."""
    money = entry.postings[0]
    return f"{money.amount} {money.currency}: {entry.narration}"
