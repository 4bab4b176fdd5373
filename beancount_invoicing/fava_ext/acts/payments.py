"""Acts about money: a payment, and what lies on a customer's account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount_invoicing.actions.allocate import AllocationRequest, allocate_money
from beancount_invoicing.actions.pay import PaymentKind, PaymentRequest, pay
from beancount_invoicing.bank.payment_accounts import bank_account
from beancount_invoicing.bank.payment_plans import WantedDocument
from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.customer_search import short_names
from beancount_invoicing.fava_ext.acts.forms import (
    MEANT,
    Act,
    Field,
    Subject,
    Values,
    amount,
    required_day,
    text,
    words,
)
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO
from beancount_invoicing.writing.changes import Outcome, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest


def _payment_fields(ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    """The payment of a document, of all that is open and due; else money of a customer."""
    name = short_names(ledger.book).get(subject.customer, "") if not subject.number else ""
    return (
        Field("documents", "paid-documents", "words", value=subject.number),
        Field("day", "money-day", "day", "--date", subject.day.isoformat(), required=True),
        Field("amount", "bank-amount", "amount", "--amount"),
        Field("currency", "bank-currency", "choice", "--currency", choices=("", *_currencies(ledger))),
        Field("account", "bank-account", "choice", "--account", _usual_bank(ledger, subject), _banks(ledger)),
        Field("fee", "fee", "amount", "--fee"),
        Field("on_account", "on-account", "text", "--on-account", name),
        Field("refund", "refund", "flag", "--refund"),
        Field("returned", "returned", "flag", "--return"),
        Field("reason", "return-reason", "text", "--reason"),
        MEANT,
    )


def _usual_bank(ledger: Ledger, subject: Subject) -> str:
    """The bank account that past payments were on; "" if none is known."""
    try:
        return bank_account(ledger.book, subject.day, "").account
    except CannotBook:
        return ""


def _banks(ledger: Ledger) -> tuple[str, ...]:
    """The accounts that payments were ever on, and those that have statements."""
    book = ledger.book
    return ("", *sorted({use.account for use in book.payment_accounts.money} | {*book.bank_accounts, *book.bank_days}))


def _currencies(ledger: Ledger) -> list[str]:
    """Those of documents, of payments, and of bank accounts."""
    book = ledger.book
    found = {invoice.currency for invoice in book.invoices} | {payment.currency for payment in book.payments}
    banks = {currency for account in _banks(ledger) for currency in book.currencies.get(account, ())}
    return sorted((found | banks) - {""})


def _pay(file: Path, values: Values, options: WriteOptions) -> Outcome:
    returned, refund = text(values, "returned") == "true", text(values, "refund") == "true"
    if returned and refund:
        raise InvalidRequest(_("money is either paid back to the customer, or taken back by the bank"))
    kind: PaymentKind = "return" if returned else "refund" if refund else "payment"
    if text(values, "reason") and not returned:
        raise InvalidRequest(_("a reason is only for a payment that the bank took back"))
    documents = tuple(map(_wanted, words(values, "documents")))
    if not documents and not text(values, "on_account"):
        raise InvalidRequest(_("say which documents were paid, or whose money it is"))
    request = PaymentRequest(
        day=required_day(values, "day"),
        documents=documents,
        kind=kind,
        amount=amount(values, "amount"),
        currency=text(values, "currency"),
        account=text(values, "account"),
        fee=amount(values, "fee") or ZERO,
        on_account_of=text(values, "on_account"),
        return_reason=text(values, "reason"),
    )
    return pay(file, request, options).outcome


def _wanted(word: str) -> WantedDocument:
    """F1 or F1=250.00. Raises InvalidRequest."""
    number, equals, amount_text = word.rpartition("=")
    if not equals:
        return WantedDocument(word)
    return WantedDocument(number, amount({"amount": amount_text}, "amount") or _no_amount(word))


def _no_amount(word: str) -> Decimal:
    raise InvalidRequest(_("{value}: write the number and an amount above 0, such as F2026-0067=250.00", value=word))


PAY = Act(("pay",), _payment_fields, _pay)


def _allocation_fields(ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    return (
        Field("numbers", "documents", "words", value=subject.number or _open_numbers(ledger, subject), required=True),
        Field("amount", "available-amount", "amount", "--amount"),
        Field("source", "source", "text", "--from"),
        Field("day", "entry-day", "day", "--date", subject.day.isoformat(), required=True),
    )


def _open_numbers(ledger: Ledger, subject: Subject) -> str:
    """What is open of a customer, the first due first."""
    if not subject.customer:
        return ""
    items = ledger.allocated_at(subject.day).open_items
    own = [
        (item.instalment.due or date.max, item.invoice.number)
        for item in items
        if item.open > 0 and not item.invoice.draft and ledger.book.main_accounts.get(item.account) == subject.customer
    ]
    return " ".join(dict.fromkeys(number for _due, number in sorted(own)))


def _allocate(file: Path, values: Values, options: WriteOptions) -> Outcome:
    numbers = words(values, "numbers")
    if not numbers:
        raise InvalidRequest(_("name the documents"))
    request = AllocationRequest(numbers, amount(values, "amount"), text(values, "source"))
    return allocate_money(file, request, required_day(values, "day"), options)


ALLOCATE = Act(("allocate",), _allocation_fields, _allocate)
