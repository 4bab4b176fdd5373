"""What billing yields: what may be billed, line by line, and the drafts of documents that are made of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, CalculationStep, Day, DocumentKind, Source, StepValue, Work


class TimeRelease(NamedTuple):
    """Time that leaves a contract's account because it is billed: `quantity` > 0; or comes back, < 0, as worked on `since`."""

    account: str
    counter: str
    commodity: str
    item: str
    quantity: Decimal
    billable: bool = True
    worked_on: date | None = None
    person: str = ""
    """Whose time it is, where only theirs is billed; so for `task`."""
    task: str = ""


class DraftLine(NamedTuple):
    """A line to be written: `net` in the document's currency is quantity × price less `discount`, to the cent.

    `text` and `unit` are "" where the item says them already.
    """

    net: Decimal
    account: str
    tax: str
    billable_from: date
    """The day from which on it waits to be billed."""
    item: str = ""
    text: str = ""
    name: str = ""
    """What it is in few words, for the entry's own text."""
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
    """The day of its supply, where neither `end` nor `expense` is it."""
    time_releases: tuple[TimeRelease, ...] = ()
    gross: Decimal | None = None
    """What the line comes to with tax, where its price includes it."""
    nature: str = ""
    corrected_line: int | None = None
    """Of a credit note: which line of what it corrects, from 1, it gives back, where several say the same."""
    adjusts: tuple[str, ...] = ()
    """Of an adjustment: the numbers of the documents that billed its days."""
    allowance_or_charge: Literal["", "allowance", "charge"] = ""
    """It lowers or raises the whole document, and `text` says why; "" for a line of its own."""
    steps: tuple[CalculationStep, ...] = ()
    work: tuple[Work, ...] = ()
    """The time that it bills, entry by entry, each with how much of it; and what leaves the account with it unbilled."""
    source: Source | None = None
    """Where the expense or milestone stands that it bills, or the line that it adjusts."""

    @property
    def supply_date(self) -> date | None:
        """The day of its supply; None where nothing says it."""
        return self.delivered or self.end or self.expense


class DraftTax(NamedTuple):
    """A tax posting to be written: `amount` of `code` on `account`."""

    code: str
    account: str
    amount: Decimal
    base: Decimal
    booked: Decimal | None = None
    """Where the books are kept in another currency: how much it is there; None for what it is at the document's rate."""


class DraftDeduction(NamedTuple):
    """A part of a deposit to be deducted: its net (`tax` is "") or the tax of one code."""

    number: str
    account: str
    amount: Decimal
    tax: str = ""


class DraftReceivable(NamedTuple):
    """A posting on a customer's account to be written; `due` where it is said."""

    account: str
    amount: Decimal
    due: date | None = None
    retained: str = ""
    """Code of the contract under which it is kept back."""


class ExchangeRate(NamedTuple):
    """Where lines are booked in another `currency`: how much of it one unit of the document's is worth."""

    currency: str
    rate: Decimal
    decimals: int
    in_document_currency: frozenset[str] = frozenset()
    """The accounts that are booked in the document's currency all the same."""
    price_on_lines: bool = False
    """The price stands on what is booked in `currency`; else on what is booked in the document's."""


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
    """What the amount to pay is rounded by, on `rounding_account`."""
    rounding_account: str = ""
    number: str = ""
    """Its number, or the name of a draft ("draft-…")."""
    exchange: ExchangeRate | None = None
    purchase_order: str = ""
    terms: str = ""
    due: Day | None = None
    delivered: Day | None = None
    """The day of the supply, where its lines do not say it, and it is not its date."""
    corrects: str = ""
    claims: str = ""
    """Of a claim for late interest: the number of the invoice that was paid late."""
    narration: str = ""
    note: str = ""
    to_send: bool = False
    """It says of itself that it is to be sent."""
    metadata: tuple[tuple[str, StepValue], ...] = ()
    """What else it says of itself, by key: what of the customer holds otherwise for it."""

    @property
    def net(self) -> Decimal:
        """The sum of its lines, without tax."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def numbered_kind(self) -> DocumentKind:
        """The kind that its number is of: what gives a claim back is written as a claim, outside VAT, and read as a credit note."""
        return "credit-note" if self.kind == "claim" and self.net < 0 else self.kind

    @property
    def payable(self) -> Decimal:
        """What is to be paid."""
        return sum((receivable.amount for receivable in self.receivables), Decimal(0))


NoticeRule = Literal[
    "time-without-contract", "outside-contract", "time-without-price", "over-cap", "no-milestone", "deposit-left",
    "not-billed", "contract",
]  # fmt: skip
"""What keeps something from being billed; "contract": what the checks of contracts say already."""


class BillingNotice(NamedTuple):
    """Something that billing leaves out, and what to do about it: `bill`, `unbilled`, `today` and `check` say it from here."""

    contract: str
    """"" where it is of none."""
    message: str
    rule: NoticeRule = "not-billed"
    source: Source | None = None
    amount: Decimal | None = None
    """What it would come to without tax, in the contract's currency, where that is known."""
    currency: str = ""
    """Of the amount, where it is not the contract's."""
    since: date | None = None
    """Its first day."""
    advice: str = ""
    """What to do, where the message does not say it."""

    @property
    def with_advice(self) -> str:
        """What it is, and what to do about it."""
        return _("{message}: {advice}", message=self.message, advice=self.advice) if self.advice else self.message

    @property
    def one_line(self) -> str:
        """In one line, with its contract and its place."""
        contract = f"{self.contract}: " if self.contract else ""
        return contract + self.with_advice + (f" ({self.source})" if self.source else "")
