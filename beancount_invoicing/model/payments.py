"""What settles documents or moves between customers: payments, transfers, and related postings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import ZERO, Day, Source

SettlementMeans = Literal["money", "discount", "set-off", "write-off"]
"""The kind of a posting on a customer's account: money, or something that lowers the claim without money."""
AllocationKind = Literal[
    "settles", "link", "credit-note", "replacement", "oldest", "at-once", "discount", "set-off", "write-off", "reversal"
]  # fmt: skip


class CounterPosting(NamedTuple):
    """The share of a loss or discount in a posting on an account that is not a customer's; `tax` is the posting's tax
    code.
    """

    account: str
    amount: Decimal
    currency: str
    tax: str = ""


class PaymentExchangeRate(NamedTuple):
    """What one unit of the payment's currency is worth in another `currency`, according to the payment's transaction."""

    currency: str
    by_price: Decimal | None
    """By the price of the posting on the customer's account."""
    by_money: Decimal | None
    """By the money that was received for it."""
    without_fee: bool = True
    """Whether that money is the whole amount, with no fee deducted."""
    account: str = ""
    """The account of the exchange difference in the transaction, if it is clear."""


class Payment(NamedTuple):
    """A posting on a customer's account outside an invoice (or, `at_once`, inside it, against its direction).

    A posting against the claim's direction settles the claim, one in its direction reverses a payment; what it names
    decides which claims.
    """

    date: Day
    account: str
    customer: str
    """Main account of the customer."""
    currency: str
    amount: Decimal
    source: Source
    settles: tuple[str, ...] = ()
    """Numbers that the posting itself names."""
    instalment: int | None = None
    links: tuple[str, ...] = ()
    """Numbers of this customer's invoices that the transaction's links name, sorted."""
    means: SettlementMeans = "money"
    at_once: bool = False
    """Whether it is in the invoice's own transaction, whose number is in `settles`."""
    narration: str = ""
    counter_postings: tuple[CounterPosting, ...] = ()
    """For a write-off: its share of postings on other accounts, not rounded; for a discount: its taxes."""
    exchange_rate: PaymentExchangeRate | None = None
    """The exchange rate, if the transaction also has another currency and the customer owes tax that is due on payment.
    """
    payee: str = ""
    entry: Source | None = None
    """The transaction: all of its postings on the customer's account were paid together."""


class AccountUse(NamedTuple):
    """How many payments used an account."""

    account: str
    payments: int


class PaymentAccounts(NamedTuple):
    """The accounts that past payments used, by kind, the most used first."""

    money: tuple[AccountUse, ...] = ()
    """Bank, cash and clearing accounts."""
    fees: tuple[AccountUse, ...] = ()
    discounts: tuple[AccountUse, ...] = ()


class TakenOver(NamedTuple):
    """A customer who took over (a part of) the amount owed on a document, from a day on."""

    date: Day
    customer: str
    """Main account of the customer who owes it from then on."""
    former_customers: tuple[str, ...]
    """Main accounts of the customers who owed it before."""


class Unmatched(NamedTuple):
    """A name on payments that belongs to no document. If it is a link, it may be the user's own, or mistyped."""

    name: str
    key: Literal["link", "settles"]
    date: Day
    payments: tuple[Payment, ...]
    """The payments with this name; for a link, all payments of its transaction."""
    source: Source


class ParentAccountPosting(NamedTuple):
    """A posting on an account above customers' accounts, in a transaction that touches none of them. It belongs to no
    customer.
    """

    date: Day
    account: str
    currency: str
    amount: Decimal
    links: frozenset[str]
    payee_and_narration: str
    """Payee and narration."""
    source: Source


class Transfer(NamedTuple):
    """A transaction that nets to zero on one customer in one currency; or, on customers' accounts only, between several.

    Over several accounts, claims move between them; between customers, from one to the other. On a single account (with
    no other posting), the unallocated money, or the money of a document that a debit names, goes to the documents that
    the credits name.
    """

    date: Day
    customer: str
    """Main account of the customer; "" between several."""
    currency: str
    legs: tuple[Payment, ...]
    source: Source


class CustomerMovement(NamedTuple):
    """A movement that the ledger books on a customer's account, whatever it means: every report must agree with their
    balance.
    """

    date: date
    account: str
    currency: str
    amount: Decimal


class Weight(NamedTuple):
    """The value of a posting on a customer's account by its own price: `amount` of a currency, and its `value` in
    another.
    """

    account: str
    currency: str
    amount: Decimal
    value: Decimal
    """amount × price, not rounded, in `into`."""
    currency_of_value: str
    source: Source


class ReceivedCharge(NamedTuple):
    """Late interest for the days from `start` to `end` (inclusive), or the fixed indemnity (no days), that a payment brought for a
    document without a claim for it."""

    date: Day
    number: str
    amount: Decimal
    """Without sign."""
    currency: str
    source: Source
    start: Day | None = None
    end: Day | None = None


class TaxMovement(NamedTuple):
    """A movement on the account of a tax that is owed only on payment (`pending`).

    `amount` has the ledger's sign: negative if a document adds tax, positive if a payment takes it away. `number` is
    that of the document or open item, "" outside them. `code` is "" if a posting outside documents does not give it and
    several are possible. `write_off`: whether the tax leaves because it will never be paid. `straight`: whether a
    document books it as owed at once, never on `account`.
    """

    date: date
    account: str
    code: str
    currency: str
    amount: Decimal
    number: str
    write_off: bool
    source: Source
    customer_postings: tuple[Source, ...] = ()
    """The postings of the same transaction on customers' accounts."""
    settles: str = ""
    """The document whose tax it is, if a payment names one."""
    to_due_account: bool = False
    reached_due_account: Decimal = ZERO
    """For a payment: the amount that reached the account of the tax owed. It differs if the exchange rate differs."""
    deposit: str = ""
    """For a deduction in a document: the number of the deposit invoice."""
    taken_over: bool = False
    """Whether it is booked against equity, and belongs to no known document."""
