"""What is agreed with customers, and what is worked and spent for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Day, Source

Mode = Literal["subscription", "fixed", "time"]


class Milestone(NamedTuple):
    """A stage of a fixed-price contract: `percent` of its price, `cumulative` percent done by then, or `price`.

    `deposit`s stand beside the whole; one with a `change_order` is a part of what the amendment of that day changes the price by.
    """

    date: Day
    name: str
    source: Source
    percent: Decimal | None = None
    cumulative: Decimal | None = None
    price: Decimal | None = None
    deposit: bool = False
    change_order: Day | None = None


class Acceptance(NamedTuple):
    """The works of a contract were accepted on a day."""

    contract: str
    date: Day
    source: Source


class Contract(NamedTuple):
    """What will be billed, as it stands from one of its directives on. What is not said is "" or None."""

    code: str
    customer: str
    """The account of the customer who is invoiced: its `payer`, else the one that is named."""
    mode: Mode
    start: date
    """Date of the contract's first directive."""
    source: Source
    item: str = ""
    text: str = ""
    account: str = ""
    """Income account, where no item names one."""
    price: Decimal | None = None
    quantity: Decimal | None = None
    discount: Decimal | None = None
    """Percent off the price of its periods and time."""
    unit: str = ""
    tax: str = ""
    currency: str = ""
    purchase_order: str = ""
    recipient: str = ""
    """Where somebody else pays: the customer's account that is named."""
    group: str = ""
    """Contracts of different groups are billed by different invoices."""
    until: date | None = None
    """Last day, inclusive; with `renews`, the last day of the current term."""
    renews: str = ""
    """How long each tacit renewal lasts."""
    notice: str = ""
    """How long before the end of a term notice must be given."""
    every: str = ""
    anchor: date | None = None
    bill: Literal["advance", "arrears"] = "arrears"
    prorate: bool | None = None
    """Whether parts of periods are billed by days; None, not said: only those that the contract's own start or end cuts off."""
    paused: bool = False
    index: str = ""  # type: ignore[assignment] # hides tuple.index, which nobody asks a contract for
    index_every: str = ""
    index_share: Decimal | None = None
    """Percent of the price that follows the index."""
    index_floor: Decimal | None = None
    """The least change at one revision, in percent."""
    index_cap: Decimal | None = None
    """The most change at one revision, in percent."""
    deposit_account: str = ""
    retention: Decimal | None = None
    """Percent of each invoice, tax included, that is kept back until later."""
    retention_account: str = ""
    retention_terms: str = ""
    time: str = ""
    cap: Decimal | None = None
    """The most that may be billed, without tax."""
    included: Decimal | None = None
    """Units of each period that cost nothing."""
    carry_over: str = ""
    """How long after the end of its period an included unit that was not used may still be used; "": not at all."""
    tiers: str = ""
    """Prices by tiers, as `rules.tiers.parse` reads them."""
    tiers_mode: Literal["graduated", "volume"] = "graduated"
    commitment: Decimal | None = None
    """The least that a period of its time comes to, without tax."""
    time_rounding: str = ""
    """How time is rounded, as `rules.worktime.rounding` reads it; "": not at all."""
    lines: Literal["item", "day", "person", "task"] = "item"
    markup: Decimal | None = None
    """Percent put on expenses that are billed again."""
    expense_account: str = ""
    """Income account of expenses that are billed again."""
    enclose: str = ""
    """What goes along with its invoices: "timesheet", "receipts", both with a space between."""

    @property
    def supplied_customer(self) -> str:
        """The customer's account that its directives name, whoever pays."""
        return self.recipient or self.customer


class Work(NamedTuple):
    """Time on a contract's account: worked (quantity > 0), or booked out because it was billed or given up (< 0)."""

    date: date
    account: str
    commodity: str
    item: str
    quantity: Decimal
    billable: bool
    person: str
    task: str
    counter_account: str
    """The account on the transaction's other side."""
    source: Source
    document: str = ""
    """Number of the document that it is booked in: what billed it (< 0), or gave it back to be billed again (> 0)."""
    written_down: bool = False
    """It leaves the account (< 0) and is billed to nobody."""
    worked_on: Day | None = None
    """Of what is written down outside documents: the day it was worked, where that is said; else it is the oldest."""


class Expense(NamedTuple):
    """A cost that a contract's customer pays: `billable` on a posting; negative where it came back."""

    date: date
    contract: str
    account: str
    currency: str
    amount: Decimal
    text: str
    tax: str
    source: Source
    payee: str = ""
    """Who was paid."""
    receipts: tuple[str, ...] = ()
    """The files that its `document` names."""


class IndexValue(NamedTuple):
    """A value of a price index, in force from its date on."""

    date: date
    value: Decimal
    source: Source
