"""Agreements with customers, and the work and expenses for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.model.values import Day, Source

Mode = Literal["subscription", "fixed", "time"]


class Milestone(NamedTuple):
    """A stage of a fixed-price contract: `percent` of its price, `cumulative` percent done by then, or `price`.

    A `deposit` is not part of the price. A milestone with a `change_order` bills a part of the price change that the
    amendment of that day made.
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
    """What will be billed, as it applies from one of its directives on. A value that is not given is "" or None."""

    code: str
    customer: str
    """The account of the customer who is invoiced: the contract's `payer`, else the account that it names."""
    mode: Mode
    start: date
    """Date of the contract's first directive."""
    source: Source
    item: str = ""
    text: str = ""
    account: str = ""
    """Income account, if no item names one."""
    price: Decimal | None = None
    quantity: Decimal | None = None
    discount: Decimal | None = None
    """Percent off the price of its periods and time."""
    unit: str = ""
    tax: str = ""
    currency: str = ""
    purchase_order: str = ""
    recipient: str = ""
    """If somebody else pays: the customer's account that the contract names."""
    group: str = ""
    """Contracts with different groups go on different invoices."""
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
    """Whether parts of periods are billed by days. None if not given: only periods cut off by the contract's own start
    or end.
    """
    paused: bool = False
    index: str = ""  # type: ignore[assignment] # hides tuple.index, which nobody asks a contract for
    index_every: str = ""
    index_share: Decimal | None = None
    """Percent of the price that follows the index."""
    index_floor: Decimal | None = None
    """The smallest change at one revision, in percent."""
    index_cap: Decimal | None = None
    """The largest change at one revision, in percent."""
    deposit_account: str = ""
    retention: Decimal | None = None
    """Percent of each invoice, tax included, that the customer keeps back until the works are accepted."""
    retention_account: str = ""
    retention_terms: str = ""
    time: str = ""
    cap: Decimal | None = None
    """The most that may be billed, without tax."""
    included: Decimal | None = None
    """Units of each period that cost nothing."""
    carry_over: str = ""
    """How long after the end of its period an unused included unit may still be used; "": not at all."""
    tiers: str = ""
    """Prices by tiers, as `rules.tiers.parse` reads them."""
    tiers_mode: Literal["graduated", "volume"] = "graduated"
    commitment: Decimal | None = None
    """The least that a period costs, without tax."""
    time_rounding: str = ""
    """How time is rounded, as `rules.worktime.rounding` reads it; "": not at all."""
    lines: Literal["item", "day", "person", "task"] = "item"
    markup: Decimal | None = None
    """Percent added to expenses that are billed again."""
    expense_account: str = ""
    """Income account of expenses that are billed again."""
    enclose: str = ""
    """What is enclosed with its invoices: "timesheet", "receipts", or both with a space between."""

    @property
    def supplied_customer(self) -> str:
        """The customer's account that its directives name, whoever pays."""
        return self.recipient or self.customer


class Work(NamedTuple):
    """Time on a contract's account: worked (quantity > 0), or taken off because it was billed or written down (< 0)."""

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
    """Number of the document whose entry contains it: the document billed the time (< 0), or gave it back to be billed
    again (> 0).
    """
    written_down: bool = False
    """Whether it leaves the account (< 0) without being billed to anybody."""
    worked_on: Day | None = None
    """For time written down outside documents: the day on which it was worked, if given; otherwise the oldest time is
    taken.
    """


class Expense(NamedTuple):
    """A cost that a contract's customer pays: `billable` on a posting. Negative if it was refunded."""

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
    """The files that its `document` keys name."""


class IndexValue(NamedTuple):
    """A value of a price index, in force from its date on."""

    date: date
    value: Decimal
    source: Source
