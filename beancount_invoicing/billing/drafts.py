"""The results of billing: lines that can be billed, and drafts of documents made from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, CalculationStep, Day, DocumentKind, Source, StepValue, Work


class TimeRelease(NamedTuple):
    """Time that leaves a contract's account because it is billed (`quantity` > 0), or comes back (< 0), as worked on `since`."""

    account: str
    counter: str
    commodity: str
    item: str
    quantity: Decimal
    billable: bool = True
    worked_on: date | None = None
    person: str = ""
    """The person, if only that person's time is billed; likewise `task`."""
    task: str = ""


class DraftLine(NamedTuple):
    """A line to be written: `net`, in the document's currency, is quantity × price less `discount`, to the cent. `text` and `unit`
    are "" if they are the item's.
    """

    net: Decimal
    account: str
    tax: str
    billable_from: date
    """The day from which it can be billed."""
    item: str = ""
    text: str = ""
    name: str = ""
    """A few words for the narration."""
    unit: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    price_with_tax: Decimal | None = None
    discount: Decimal | None = None
    contract: str = ""
    milestone: str = ""
    start: date | None = None
    end: date | None = None
    expense: date | None = None
    cost: Decimal | None = None
    delivered: date | None = None
    """The day of its supply, if that is neither `end` nor `expense`."""
    time_releases: tuple[TimeRelease, ...] = ()
    gross: Decimal | None = None
    """The amount of the line with tax, if its price includes it."""
    nature: str = ""
    corrected_line: int | None = None
    """On a credit note: the number, from 1, of the corrected line, if several match."""
    adjusts: tuple[str, ...] = ()
    """On an adjustment: the numbers of the documents that billed its days."""
    allowance_or_charge: Literal["", "allowance", "charge"] = ""
    """It lowers or raises the whole document, with `text` as the reason; "" for a line of its own."""
    steps: tuple[CalculationStep, ...] = ()
    work: tuple[Work, ...] = ()
    """The time that it bills, entry by entry, with the quantity of each; and time that leaves the account unbilled with it."""
    source: Source | None = None
    """The place of the expense or milestone that it bills, or of the line that it adjusts."""

    @property
    def supply_date(self) -> date | None:
        """The day of its supply; None if it is unknown."""
        return self.delivered or self.end or self.expense


class DraftTax(NamedTuple):
    """A tax posting to be written: `amount` of `code` on `account`."""

    code: str
    account: str
    amount: Decimal
    base: Decimal
    booked: Decimal | None = None
    """The amount in the books' currency, if that is another one; None: as the document's rate gives it."""


class DraftDeduction(NamedTuple):
    """A part of a deposit to be deducted: its net (`tax` is "") or the tax of one code."""

    number: str
    account: str
    amount: Decimal
    tax: str = ""


class DraftReceivable(NamedTuple):
    """A posting on a customer's account to be written; with its `due` if it has one."""

    account: str
    amount: Decimal
    due: date | None = None
    retained: str = ""
    """Code of the contract of which it is a retention."""


class ExchangeRate(NamedTuple):
    """The currency in which lines are booked, and how much of it one unit of the document's is worth."""

    currency: str
    rate: Decimal
    decimals: int
    in_document_currency: frozenset[str] = frozenset()
    """The accounts that are booked in the document's currency nevertheless."""
    price_on_lines: bool = False
    """The price is written on the postings in `currency`; otherwise on those in the document's."""


class Draft(NamedTuple):
    """A document to be written. Amounts have the customer's sign: positive on an invoice, negative on a credit note."""

    kind: DocumentKind
    customer: str
    """Main account of the customer."""
    payee: str
    date: date
    currency: str
    lines: tuple[DraftLine, ...]
    taxes: tuple[DraftTax, ...]
    deductions: tuple[DraftDeduction, ...]
    receivables: tuple[DraftReceivable, ...]
    rounding: Decimal = ZERO
    """The rounding of the amount to pay, on `rounding_account`."""
    rounding_account: str = ""
    number: str = ""
    """Its number, or the name of a draft ("draft-…")."""
    exchange: ExchangeRate | None = None
    purchase_order: str = ""
    terms: str = ""
    due: Day | None = None
    delivered: Day | None = None
    """The day of supply, if its lines do not give it and it is not its date."""
    corrects: str = ""
    replaces: str = ""
    """The number of the invoice in whose place it is issued."""
    claims: str = ""
    """Of a claim for late interest: the number of the invoice that was paid late."""
    narration: str = ""
    note: str = ""
    to_send: bool = False
    """It is marked to be sent."""
    metadata: tuple[tuple[str, StepValue], ...] = ()
    """Other keys on it, such as customer data that differ on this document."""

    @property
    def net(self) -> Decimal:
        """The sum of its lines, without tax."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def numbered_kind(self) -> DocumentKind:
        """The kind that decides its number: a credit note for a claim is written as a claim, outside VAT, and read as a credit
        note.
        """
        return "credit-note" if self.kind == "claim" and self.net < 0 else self.kind

    @property
    def payable(self) -> Decimal:
        """What is to be paid."""
        return sum((receivable.amount for receivable in self.receivables), Decimal(0))


NoticeRule = Literal[
    "time-without-contract", "outside-contract", "time-without-price", "over-cap", "no-milestone", "deposit-left",
    "not-billed", "contract",
]  # fmt: skip
"""Why something cannot be billed; "contract" if the checks of contracts report it already."""


class BillingNotice(NamedTuple):
    """Something that billing leaves out, and what to do about it: the one source for `bill`, `unbilled`, `today` and `check`."""

    contract: str
    """"" if it belongs to none."""
    message: str
    rule: NoticeRule = "not-billed"
    source: Source | None = None
    amount: Decimal | None = None
    """Its amount without tax, in the contract's currency, if known."""
    currency: str = ""
    """The currency of the amount, if it is not the contract's."""
    since: date | None = None
    """Its first day."""
    advice: str = ""
    """What to do, if the message does not say it."""

    @property
    def with_advice(self) -> str:
        """What it is, and what to do about it."""
        return _("{message}: {advice}", message=self.message, advice=self.advice) if self.advice else self.message

    @property
    def one_line(self) -> str:
        """In one line, with its contract and its place."""
        contract = f"{self.contract}: " if self.contract else ""
        return contract + self.with_advice + (f" ({self.source})" if self.source else "")
