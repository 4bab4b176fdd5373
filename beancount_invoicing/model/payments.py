"""What settles documents, or moves between customers: payments, transfers, and what the ledger books of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import ZERO, Day, Source

SettlementMeans = Literal["money", "discount", "set-off", "write-off"]
"""What a posting on a customer's account stands for: money that came, or what lowers the claim without any."""
AllocationKind = Literal[
    "settles", "link", "credit-note", "replacement", "oldest", "at-once", "discount", "set-off", "write-off", "reversal"
]  # fmt: skip


class CounterPosting(NamedTuple):
    """A loss's or discount's share of a posting on an account that is no customer's; `tax` is the code that it says."""

    account: str
    amount: Decimal
    currency: str
    tax: str = ""


class PaymentExchangeRate(NamedTuple):
    """What a payment's transaction says that one unit of the payment's currency is worth in another `currency`."""

    currency: str
    by_price: Decimal | None
    """By the price of the posting on the customer's account."""
    by_money: Decimal | None
    """By the money that came for it."""
    without_fee: bool = True
    """Whether that money is all that came: no fee was taken off it."""
    account: str = ""
    """Where the transaction books the exchange difference, as far as can be told."""


class Payment(NamedTuple):
    """A posting on a customer's account outside an invoice (or, `at_once`, inside it, against its direction).

    Against a claim's direction it settles, in it it reverses; which of both it is follows from what it names.
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
    """Numbers of this customer's invoices that the transaction's links stand for, sorted."""
    means: SettlementMeans = "money"
    at_once: bool = False
    """Stands in the invoice's own transaction, whose number is in `settles`."""
    narration: str = ""
    counter_postings: tuple[CounterPosting, ...] = ()
    """Of a write-off: what belongs to it on other accounts, not rounded; of a discount: its taxes."""
    exchange_rate: PaymentExchangeRate | None = None
    """Where the transaction speaks of another currency too, and a tax is owed only once paid."""
    payee: str = ""
    entry: Source | None = None
    """The transaction: what was paid by one of its postings came with what was paid by the others."""


class AccountUse(NamedTuple):
    """How many payments used an account."""

    account: str
    payments: int


class PaymentAccounts(NamedTuple):
    """The accounts that payments used so far, each kind by how often, the most used first."""

    money: tuple[AccountUse, ...] = ()
    """Bank, cash and clearing accounts."""
    fees: tuple[AccountUse, ...] = ()
    discounts: tuple[AccountUse, ...] = ()


class TakenOver(NamedTuple):
    """A customer who took over (a part of) what is owed on a document, from a day on."""

    date: Day
    customer: str
    """Main account of the one who owes it from then on."""
    former_customers: tuple[str, ...]
    """Main accounts of those who owed it before."""


class Unmatched(NamedTuple):
    """A name on payments that no document has: of a link perhaps the user's own, perhaps mistyped."""

    name: str
    key: Literal["link", "settles"]
    date: Day
    payments: tuple[Payment, ...]
    """What is named so: of a link, all of its transaction."""
    source: Source


class ParentAccountPosting(NamedTuple):
    """A posting on an account above customers' accounts, of a transaction that touches none of them: nobody's, for us."""

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

    Over several accounts, claims move between them; between customers, from one to the other. On one account (where nothing else
    is booked), what lies there, or what a document that a debit names gave, goes to the documents that the credits name.
    """

    date: Day
    customer: str
    """Main account of the customer; "" between several."""
    currency: str
    legs: tuple[Payment, ...]
    source: Source


class CustomerMovement(NamedTuple):
    """What the ledger books on a customer's account, whatever it means: the balance that every report must meet."""

    date: date
    account: str
    currency: str
    amount: Decimal


class Weight(NamedTuple):
    """What a posting on a customer's account is worth by its own price: `amount` of a currency, and its `value` in another."""

    account: str
    currency: str
    amount: Decimal
    value: Decimal
    """amount × price, not rounded, in `into`."""
    currency_of_value: str
    source: Source


class TaxMovement(NamedTuple):
    """What the ledger books on the account of a tax that is owed only once paid (`pending`).

    `amount` has the ledger's sign: negative what a document adds, positive what a payment takes away. `number` is the
    document's or the open item's, "" outside them; `code` is "" where a posting outside documents does not say it and several
    are possible. `write_off`: taken away because it will never be paid. `straight`: booked by a document as owed at once, and
    never on `account`.
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
    """The document whose tax it is, where a payment says so."""
    to_due_account: bool = False
    reached_due_account: Decimal = ZERO
    """Of what a payment moves: what reached the account of the tax owed. Another amount where the exchange rate is another."""
    deposit: str = ""
    """Of what a document deducts: the number of the deposit invoice."""
    taken_over: bool = False
    """It stands against equity, and is of no document that is known."""
