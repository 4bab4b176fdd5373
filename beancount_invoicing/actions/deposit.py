"""Deposit invoices."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import billing
from beancount_invoicing.actions.new import currency_or_default, number_from, with_next_number
from beancount_invoicing.billing import DraftLine, DraftRequest
from beancount_invoicing.customer_search import find_customer as customer_named
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Contract
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import DocumentDating, InvalidRequest, document_changes, next_number_for


class DepositRequest(NamedTuple):
    """A deposit: of a contract (a percentage of its price, or an amount), or of a customer."""

    contract_or_customer: str
    """A contract's code, or a customer."""
    amount: str
    """"30%" or "3600.00", without tax."""
    text: str = ""
    tax: str = ""
    account: str = ""


def deposit(
    file: str | Path, deposit_request: DepositRequest, dating: DocumentDating, write_options: WriteOptions
) -> Outcome:
    """A deposit invoice. Raises what `change` raises, InvalidRequest, billing.CannotNumber, CannotCompose."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        contract = (
            book.contracts[deposit_request.contract_or_customer].at(dating.day)
            if deposit_request.contract_or_customer in book.contracts
            else None
        )
        main = (
            book.main_accounts.get(contract.customer, "")
            if contract
            else customer_named(book, deposit_request.contract_or_customer)
        )
        currency = billing.currency_of(book, contract) if contract else currency_or_default(book, main, "")
        decimals = currencies.currency_decimals(currency)
        net = _deposit_net(deposit_request, contract.price if contract else None, decimals)
        line = _deposit_line(book, deposit_request, contract, net, dating.day)
        request = DraftRequest(
            kind="deposit",
            customer=main,
            account=contract.customer if contract else main,
            currency=currency,
            date=dating.day,
            lines=(line,),
            purchase_order=contract.purchase_order if contract else "",
        )
        return document_changes(
            book,
            [
                with_next_number(
                    book, billing.compose_draft(book, request), next_number_for(book, dating, write_options)
                )
            ],
        )

    return change(file, make, write_options)


def _deposit_line(
    book: Book, deposit_request: DepositRequest, contract: Contract | None, net: Decimal, day: date
) -> DraftLine:
    """The one line of a deposit invoice of `day`. Raises InvalidRequest if its account or its words are not known."""
    account = (
        deposit_request.account or (contract.deposit_account if contract else "") or book.option("deposit-account", day)
    )
    if not account:
        raise InvalidRequest(
            _(
                'no account for deposits is known: give --account Liabilities:…, or write custom "invoice-option" '
                '"deposit-account" Liabilities:…'
            )
        )
    text = deposit_request.text or (f"{contract.text or contract.code}, {deposit_request.amount}" if contract else "")
    if not text:
        raise InvalidRequest(_("say what the deposit is for: --text"))
    return DraftLine(
        net=net,
        account=account,
        tax=deposit_request.tax or (contract.tax if contract else ""),
        billable_from=day,
        text=text,
        quantity=Decimal(1),
        price=net,
        contract=contract.code if contract else "",
    )


def _deposit_net(wanted: DepositRequest, price: Decimal | None, decimals: int) -> Decimal:
    match = re.match(r"\s*(\d+(?:[.,]\d+)?)\s*(%?)\s*\Z", wanted.amount)
    number = number_from(match[1]) if match else None
    if match is None or number is None or not number:
        raise InvalidRequest(_('"{amount}" is not an amount: write 30% or 3600.00, for example', amount=wanted.amount))
    if not match[2]:
        return round_to(number, decimals)
    if price is None:
        raise InvalidRequest(
            _(
                '{amount} of what? "{contract_or_customer}" is not a contract with a price: write an amount',
                amount=wanted.amount,
                contract_or_customer=wanted.contract_or_customer,
            )
        )
    return round_to(price * number / 100, decimals)
