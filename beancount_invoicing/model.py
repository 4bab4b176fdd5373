"""The nouns of the house: what a ledger says about selling, owing and paying.

Everything is frozen, holds only `Decimal` and `date`, and remembers where it was written. Amounts have the sign that they
have in the customer's account: what an invoice asks for is positive, what a credit note gives back and what a payment
brings is negative. This module imports nothing of ours.

Those of which a ledger has thousands are NamedTuples: they are made in a third of the time of a frozen dataclass.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, NamedTuple, TypeVar

__all__ = [
    "NOT_YET",
    "ZERO",
    "Acceptance",
    "Address",
    "Adjustment",
    "AtOnce",
    "Book",
    "Buyer",
    "Channel",
    "Contract",
    "Counter",
    "Customer",
    "Dated",
    "Day",
    "Deduction",
    "Event",
    "EventKind",
    "Expense",
    "Figure",
    "Finding",
    "How",
    "IndexValue",
    "Instalment",
    "Invoice",
    "Item",
    "Kind",
    "Line",
    "Means",
    "Milestone",
    "Mode",
    "Movement",
    "Nature",
    "NumberUse",
    "OptionValue",
    "Payment",
    "Policy",
    "ReferenceRate",
    "ReminderLevel",
    "Seal",
    "Seller",
    "Severity",
    "Source",
    "Step",
    "TakenOver",
    "Tax",
    "TaxAmount",
    "TaxMovement",
    "Tone",
    "Transfer",
    "Unmatched",
    "UpperPosting",
    "Value",
    "Weight",
    "Work",
    "Worth",
    "a_day",
]

Day = date  # for nouns that have a field called date
T = TypeVar("T")

Kind = Literal["invoice", "credit-note", "deposit", "corrective", "cancellation", "claim", "opening", "void"]
Nature = Literal["goods", "services", "electronic"]
"""What is sold; "electronic": services that are supplied electronically, of telecommunications and broadcasting."""
Buyer = Literal["business", "consumer", "public", "hospital", "public-enterprise"]
Channel = Literal["email", "post", "e-invoice"]
Severity = Literal["error", "warning"]
Means = Literal["money", "discount", "set-off", "write-off"]
"""What a posting on a customer's account stands for: money that came, or what lowers the claim without any."""
How = Literal[
    "settles", "link", "credit-note", "replacement", "oldest", "at-once", "discount", "set-off", "write-off", "reversal"
]  # fmt: skip
EventKind = Literal[
    "sealed", "prepared", "sending", "not-sent", "sent", "reminder", "statement", "receipt", "acquitted", "unpaid", "dispute",
    "dispute-settled", "promise", "hold", "resume", "insolvency", "declared", "acknowledged",
]  # fmt: skip
OPENING = frozenset({"prepared", "sending"})
"""The events that something is about to leave: it waits for a person, or is being sent."""
Tone = Literal["courtesy", "friendly", "firm", "final"]
Mode = Literal["subscription", "fixed", "time"]
OptionValue = str | Decimal | date | bool | int
Value = Decimal | date | int | str

ZERO = Decimal(0)


class Source(NamedTuple):
    """Where something is written: the ledger file and its line (from 1)."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Step(NamedTuple):
    """One step of a calculation: `result` is `operation` applied to `inputs`, worked out for `figure`.

    The operations are those of `rules.steps.OPERATIONS`, so every step can be calculated again from itself.
    `because` says in words which rule asked for it.
    """

    figure: str
    operation: str
    inputs: tuple[Value, ...]
    result: Value
    because: str = ""


class Figure(NamedTuple):
    """A calculated amount. The `steps` that lead to it are put together when somebody asks why: most are never asked for."""

    value: Decimal
    derive: Callable[..., tuple[Step, ...]]
    """Gives the steps for `inputs`; the last one's result is the amount."""
    inputs: tuple[Any, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the amount came about."""
        return self.derive(*self.inputs)


class Finding(NamedTuple):
    """Something wrong (`error`) or doubtful (`warning`) in the ledger, at a place, by the name of the rule that saw it."""

    severity: Severity
    rule: str
    message: str
    source: Source


def a_day(day: date) -> date:
    """The day, where it is one. Raises TypeError for a time (datetime), which no date compares with, and for a text."""
    if isinstance(day, datetime):
        raise TypeError(f"a day is wanted, not the time {day!r}: give its date, .date()")
    if not isinstance(day, date):
        raise TypeError(f"a day is wanted, a datetime.date, not {day!r}")
    return day


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """What held when: each version is in force from its date (inclusive) on; the first one holds before its date too."""

    versions: tuple[tuple[date, T], ...]

    def at(self, day: date) -> T:
        """The version in force on `day`."""
        if len(self.versions) == 1:
            return self.versions[0][1]
        return self.versions[max(bisect_right(self.versions, day, key=lambda version: version[0]) - 1, 0)][1]

    @property
    def first(self) -> T:
        """The version of the first directive: for what no amendment changes, such as the code and the mode of a contract."""
        return self.versions[0][1]

    @property
    def as_last_said(self) -> T:
        """The version of the last directive, whatever its day: for names to look up and settings of a whole ledger.

        Never for what is billed, owed or reported: that has a day of its own, to be asked with `at`.
        """
        return self.versions[-1][1]


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. `street` holds its lines, `country` an ISO 3166 code of two letters ("" if not said)."""

    street: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: the legal mentions of an invoice's head and foot. What is not said is ""."""

    name: str
    source: Source
    address: Address = Address()
    legal_form: str = ""
    siren: str = ""
    siret: str = ""
    vat_id: str = ""
    register: str = ""
    register_id: str = ""
    """Its number in a register, with the scheme before a colon where there is one: "0208:0403019261" (BT-30)."""
    tax_number: str = ""
    """The number under which its tax office knows it, where it is no VAT id (BT-32)."""
    email: str = ""
    phone: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""
    endpoint: str = ""
    logo: str = ""
    """Path of an image (svg, png, jpg)."""
    insurance: str = ""
    mention: str = ""
    """Free mentions for the foot of each document, lines separated by newlines."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys, identified by the (main) account that it was opened with. What is not said is "" or None."""

    account: str
    name: str
    source: Source
    address: Address = Address()
    delivery: Address | None = None
    siren: str = ""
    siret: str = ""
    vat_id: str = ""
    email: str = ""
    cc: str = ""
    contact: str = ""
    purchase_order: str = ""
    service_code: str = ""
    endpoint: str = ""
    phone: str = ""
    legal_form: str = ""
    register: str = ""
    register_id: str = ""
    """Its number in a register, as the seller's (BT-47)."""
    language: str = ""
    terms: str = ""
    cash_discount: str = ""
    tax: str = ""
    channel: Channel = "email"
    reminders: str = ""
    """Name of a reminder policy, or "none"."""
    escalation: str = ""
    """E-mail addresses that letters of levels with `escalate` go to as well."""
    late_interest: str = ""
    """A law ("FR"), a contract's yearly rate in percent, or "none"; over the option of that name."""
    credit_limit: Decimal | None = None
    inactive: bool = False
    buyer: Buyer = "business"
    iban: str = ""
    """An IBAN (and BIC) on which this customer pays instead of the seller's."""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax code. `rate` in percent; `account` is None where no tax is due.

    One that consists of `parts` has no account: each part has its own, and its tax is due apart. Its `rate` is that of all of
    them together, which an amount with tax contains; nobody reads it, as it is no tax's rate.
    """

    code: str
    label: str
    account: str | None
    source: Source
    category: str = "S"
    rate: Decimal = ZERO
    reason: str = ""
    nature: str = ""
    on_payment: bool = False
    pending: str | None = None
    withholding: bool = False
    parts: tuple[Tax, ...] = ()
    """In the order in which they are written."""
    compound: bool = False
    """Each part is due on the net and on the parts before it, not on the net alone."""
    sold_to: str = ""
    """Which customers abroad get it by default: "union business", "outside", "DE consumer" …; or "anyone", see rules.supply."""
    instead_of: str = ""
    """The code of the seller's own place that it stands for abroad; "" for any."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is sold; `price` excludes tax, `price_with_tax` includes it (one of them, or none)."""

    code: str
    name: str
    account: str
    source: Source
    unit: str = ""
    price: Decimal | None = None
    price_with_tax: Decimal | None = None
    tax: str = ""
    text: str = ""
    nature: Nature | None = None


class Line(NamedTuple):
    """A line of a document. `net` is in the document's currency, `booked` what the posting says, in `booked_currency`."""

    text: str
    net: Decimal
    account: str
    source: Source
    booked: Decimal
    booked_currency: str
    item: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    price_with_tax: Decimal | None = None
    discount: Decimal | None = None
    """Percent, 0 to 100."""
    tax: str = ""
    """Tax code; "" where none could be found (an error says so). Of two rates of a code, the older is named with it: "VAT 20%"."""
    nature: Nature | None = None
    contract: str = ""
    milestone: str = ""
    start: date | None = None
    """First day of the period billed, inclusive (`from`)."""
    end: date | None = None
    """Last day of the period billed, inclusive (`to`)."""
    expense: Day | None = None
    """Where an expense is billed again: its date; with `cost`, which one it was."""
    cost: Decimal | None = None
    worked_out: Decimal | None = None
    """Quantity × price less discount, rounded, where it says both: what should be booked, or contain its net and tax."""
    delivered: Day | None = None
    """Day of its supply, where the line says it."""
    taxed_on: Day | None = None
    """The day whose rate it has, where the rate of its document's day is another one."""
    of: int = 0
    """Of a credit note: which line of what it corrects, from 1, it gives back; 0 where it does not say so."""
    adjusts: tuple[str, ...] = ()
    """Of an adjustment: the documents that billed its days. It changes what these days came to, and bills none of them again."""
    agreed: bool = False
    """What it bills was agreed for these days, whatever the contract says of them."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (negative on an invoice) or charge (positive) on the whole document, before tax."""

    reason: str
    net: Decimal
    charge: bool
    account: str
    source: Source
    tax: str = ""
    delivered: Day | None = None
    """Day of the supply that it is of, where it says it."""


class TaxAmount(NamedTuple):
    """The tax of one code on a document. `amount` is what the ledger books; `base` the sum of the nets it is due on.

    Codes under which no tax is due (reverse charge, exempt) stand here too, with amount 0, for their mention and base.
    `pending` tells that it was booked as owed only once paid.
    """

    tax: Tax
    base: Decimal
    amount: Decimal
    pending: bool = False
    sources: tuple[Source, ...] = ()
    figure: Figure | None = None
    """The amount that should be booked, as it follows from the lines."""
    booked: Decimal = ZERO
    """Where it is booked in another currency than the document's: how much of it, in `booked_currency`; else nothing."""
    booked_currency: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the amount that should be booked follows from the lines; the last step's result is that amount."""
        return self.figure.steps if self.figure else ()


@dataclass(frozen=True, slots=True)
class Deduction:
    """A part of an earlier deposit invoice that this document deducts: `amount` > 0 lowers what is to be paid.

    `tax` is the code of the tax deducted, "" for the net.
    """

    number: str
    amount: Decimal
    account: str
    source: Source
    tax: str = ""
    """As the deposit names it."""
    named: str = ""
    """As this document names it, where it has several rates of the code."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What was paid at once, outside the customer's account (bank, cash), on the document's own date."""

    amount: Decimal
    account: str
    source: Source


NOT_YET = date.max
"""The due date of what hangs on an event that has not happened: it comes after every day of a report."""


class Instalment(NamedTuple):
    """What is to be paid on one due date. `posting` is the (entry, posting) position in the ledger that it comes from."""

    index: int  # type: ignore[assignment] # every tuple has a method of this name, which nobody needs here
    """From 1, in the order of the terms or postings."""
    account: str
    amount: Decimal
    due: date
    source: Source
    posting: tuple[int, int]
    steps: tuple[Step, ...] = ()
    """How the due date and the amount came about."""
    retained: str = ""
    """Code of the contract under which it is kept back: due so long after the acceptance of the works; NOT_YET before."""
    after: str = ""
    """How long after the acceptance, as the contract says it."""
    accepted: Day | None = None
    """The day of that acceptance, where `due` follows from it."""
    printed: Day | None = None
    """The due date that the entry says all the same, and its page with it."""

    def due_at(self, as_of: Day) -> Day | None:
        """The due date as it was known at the end of `as_of`; None before the acceptance that it hangs on."""
        return None if self.due == NOT_YET or (self.accepted and self.accepted > as_of) else self.due

    def due_on_page(self, day: Day) -> Day | None:
        """The due date that the page of a document of `day` says, whatever happened since; None where it hangs on an acceptance."""
        return self.printed or self.due_at(day)


class Invoice(NamedTuple):
    """An invoice, credit note, deposit … as it is in the ledger.

    `customer` is the customer as it stood on the document's date, with what the document itself says over it; None
    only for a void number. `currency` is "" for a void number. `claim`s and `opening`s have no tax.
    """

    number: str
    kind: Kind
    draft: bool
    date: Day
    currency: str
    customer: Customer | None
    source: Source
    lines: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    taxes: tuple[TaxAmount, ...] = ()
    combined: tuple[Tax, ...] = ()
    """The codes of its lines that consist of parts; the taxes are those of the parts."""
    deductions: tuple[Deduction, ...] = ()
    rounding: Decimal = ZERO
    rounding_account: str = ""
    at_once: tuple[AtOnce, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    corrects: tuple[str, ...] = ()
    claims: str = ""
    """Of a claim for late interest: the number of the invoice that was paid late."""
    delivered: Day | None = None
    """Date of supply: said, else the latest day or period end that lines say, else the document's date; None for void, opening."""
    terms: str = ""
    """The payment terms that its due dates follow, as written; "" where it says the due dates itself."""
    narration: str = ""
    note: str = ""
    contract_reference: str = ""
    links: frozenset[str] = frozenset()
    rate: Decimal | None = None
    """Where lines are booked in another currency: how much of it one unit of the document's currency is worth."""
    worth: tuple[str, Decimal] | None = None
    """A currency, and how much of it one unit of the document's is worth, by the price in its entry; None where there is none."""
    to_send: bool = False
    """It says that it is to be sent, whatever the ledger says of when it follows that."""
    booked_on: Day | None = None
    """Date of the ledger's entry where it is not the document's own: an opening item's claim is in the books from then."""

    @property
    def codes(self) -> dict[str, Tax]:
        """The tax codes of its lines and taxes, as they hold for it."""
        return {tax.code: tax for tax in (*self.combined, *(each.tax for each in self.taxes))}

    def nature_of(self, line: Line) -> str:
        """What a line sells, "goods" or "services", as it, its item or its tax code says; what is taxed once paid, or supplied
        electronically, is services."""
        tax = self.codes.get(line.tax)
        nature = line.nature or (tax.nature or ("services" if tax.on_payment else "") if tax else "")
        return "services" if nature == "electronic" else nature

    @property
    def has_page(self) -> bool:
        """Whether somebody gets it: a void number was never used, the page of an opening item is in other books, and of a
        cancellation the corrective invoice speaks."""
        return self.kind not in {"void", "opening", "cancellation"}

    @property
    def pageless(self) -> str:
        """What it is that has no page, in words; "" where it has one."""
        if self.kind == "cancellation":
            return "a cancellation, which its corrective invoice says"
        return "" if self.has_page else self.kind

    @property
    def gives_back(self) -> bool:
        """Whether it gives back something of other documents: a credit note, or the cancellation of a replaced invoice."""
        return self.kind in {"credit-note", "cancellation"}

    @property
    def since(self) -> Day:
        """From which day (inclusive) on it is in the books: what is "dated" for every as-of report."""
        return self.booked_on or self.date

    @property
    def net(self) -> Decimal:
        """Lines, allowances and charges, before tax (BT-109)."""
        return sum((line.net for line in self.lines), ZERO) + sum((each.net for each in self.adjustments), ZERO)

    @property
    def tax(self) -> Decimal:
        """The tax charged (BT-110), without withholdings, before the deduction of deposits."""
        return sum((each.amount for each in self.taxes if not each.tax.withholding), ZERO)

    @property
    def withheld(self) -> Decimal:
        """What the customer keeps back for the state: positive on an invoice, negative on a credit note."""
        return -sum((each.amount for each in self.taxes if each.tax.withholding), ZERO)

    @property
    def total(self) -> Decimal:
        """net + tax (BT-112)."""
        return self.net + self.tax

    @property
    def asked(self) -> Decimal:
        """What it asks for as a whole, total − withheld: before deposits and rounding."""
        return self.total - self.withheld

    @property
    def prepaid(self) -> Decimal:
        """Deposits deducted, with their tax."""
        return sum((deduction.amount for deduction in self.deductions), ZERO)

    @property
    def payable(self) -> Decimal:
        """What the receivable postings and the payments at once add up to."""
        return sum((each.amount for each in self.instalments), ZERO) + sum((each.amount for each in self.at_once), ZERO)


class Counter(NamedTuple):
    """A loss's or discount's share of a posting on an account that is no customer's; `tax` is the code that it says."""

    account: str
    amount: Decimal
    currency: str
    tax: str = ""


class Worth(NamedTuple):
    """What a payment's transaction says that one unit of the payment's currency is worth in another `currency`."""

    currency: str
    priced: Decimal | None
    """By the price of the posting on the customer's account."""
    money: Decimal | None
    """By the money that came for it."""
    clear: bool = True
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
    means: Means = "money"
    at_once: bool = False
    """Stands in the invoice's own transaction, whose number is in `settles`."""
    narration: str = ""
    beside: tuple[Counter, ...] = ()
    """Of a write-off: what belongs to it on other accounts, not rounded; of a discount: its taxes."""
    worth: Worth | None = None
    """Where the transaction speaks of another currency too, and a tax is owed only once paid."""
    payee: str = ""


class TakenOver(NamedTuple):
    """A customer who took over (a part of) what is owed on a document, from a day on."""

    date: Day
    customer: str
    """Main account of the one who owes it from then on."""
    former: tuple[str, ...]
    """Main accounts of those who owed it before."""


class Unmatched(NamedTuple):
    """A name on payments that no document has: of a link perhaps the user's own, perhaps mistyped."""

    name: str
    key: Literal["link", "settles"]
    date: Day
    payments: tuple[Payment, ...]
    """What is named so: of a link, all of its transaction."""
    source: Source


class UpperPosting(NamedTuple):
    """A posting on an account above customers' accounts, of a transaction that touches none of them: nobody's, for us."""

    date: Day
    account: str
    currency: str
    amount: Decimal
    links: frozenset[str]
    words: str
    """Payee and narration."""
    source: Source


@dataclass(frozen=True, slots=True)
class Transfer:
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


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to invoices (`numbers`), or to the whole customer (no numbers). `amount`: the part in dispute."""

    date: Day
    event: EventKind
    customer: str
    """Main account of the customer."""
    numbers: tuple[str, ...]
    note: str
    source: Source
    level: int | None = None
    tone: str = ""
    """Of a reminder: how it spoke; "final" is the formal notice to pay."""
    amount: Decimal | None = None
    until: Day | None = None
    instalment: int | None = None
    channel: str = ""
    document: str = ""
    sha256: str = ""
    message_id: str = ""
    sends: str = ""
    """What is being sent: "reminder", "statement", "receipt", "acquitted", "unpaid"; "" for the invoice itself."""
    file: str = ""
    """Path of the document that is being sent."""
    facts: str = ""
    """Digest of the business terms of the invoice that is being sent."""
    not_to: str = ""
    """Of what was sent: who has not got it, and what the server said of each."""


class Seal(NamedTuple):
    """A document that the ledger keeps with its fingerprint, whether or not what it is linked to is still there."""

    date: date
    customer: str
    """Main account of the customer; "" where its account is no customer's."""
    numbers: tuple[str, ...]
    """Of the invoices that it is linked to, whoever's they are."""
    lost: tuple[str, ...]
    """Its links that no invoice has."""
    event: str
    file: str
    sha256: str
    source: Source
    facts: str = ""
    """Digest of the business terms of the invoice that it is; "" where none was sealed."""
    previous: str = ""
    """Mark of the seal before it in the chain; "" of the first one, and of those from before there were chains."""


@dataclass(frozen=True, slots=True)
class Milestone:
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


@dataclass(frozen=True, slots=True)
class Contract:
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
    index: str = ""
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
    def named(self) -> str:
        """The customer's account that its directives name, whoever pays."""
        return self.recipient or self.customer


@dataclass(frozen=True, slots=True)
class ReminderLevel:
    """One level of a reminder policy: when its letter is due, how it speaks and leaves."""

    level: int
    """From 1; 0 is the courtesy notice before the due date."""
    days: int
    """From so many days after the due date on; of level 0 negative: so many days before it."""
    tone: Tone
    source: Source
    """Where it is written; of a policy that the ledger does not write, nowhere."""
    channel: Channel | None = None
    """None: the customer's."""
    deadline: int | None = None
    """Days from the letter's date to pay; None where the letter sets no deadline."""
    interest: bool = False
    """Late interest and the fixed indemnity are claimed."""
    fee: Decimal = ZERO
    """In the ledger's first operating currency; never from a consumer."""
    registered: bool = False
    escalate: bool = False
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """A reminder policy as it stands from one of its directives on; its levels in their order."""

    name: str
    levels: tuple[ReminderLevel, ...]
    source: Source
    interval: int = 7
    """At least so many days lie between two letters about an invoice."""
    minimum: Decimal = ZERO
    """No letter leaves for less than this."""
    signed_by: str = ""


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
    counter: str
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


class ReferenceRate(NamedTuple):
    """A reference rate for late interest that the ledger says: percent a year, from its date on."""

    date: date
    rate: Decimal
    source: Source


class NumberUse(NamedTuple):
    """A document number that the ledger uses, also where the rest of the document could not be read."""

    number: str
    kind: Kind
    date: date
    source: Source
    draft: bool = False


class Movement(NamedTuple):
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
    into: str
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
    beside: tuple[Source, ...] = ()
    """The postings of the same transaction on customers' accounts."""
    settles: str = ""
    """The document whose tax it is, where a payment says so."""
    straight: bool = False
    reached: Decimal = ZERO
    """Of what a payment moves: what reached the account of the tax owed. Another amount where the exchange rate is another."""
    deposit: str = ""
    """Of what a document deducts: the number of the deposit invoice."""
    taken_over: bool = False
    """It stands against equity, and is of no document that is known."""


_FRENCH = frozenset({"FR", "GP", "MQ", "RE", "GF", "YT"})
"""Where documents are in French, if nothing else is said: France and its overseas departments."""


@dataclass(frozen=True, slots=True)
class Book:
    """All that a ledger says to us, read once and never changed. Everything is sorted; the order of files plays no part."""

    seller: Dated[Seller] | None = None
    options: Mapping[str, Dated[OptionValue]] = field(default_factory=dict)
    option_sources: Mapping[str, Source] = field(default_factory=dict)
    """Where each option is first set."""
    taxes: Mapping[str, Dated[Tax]] = field(default_factory=dict)
    items: Mapping[str, Dated[Item]] = field(default_factory=dict)
    customers: Mapping[str, Dated[Customer]] = field(default_factory=dict)
    """By main account."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Each account of a customer that is opened or used, and its customer's main account."""
    opened: frozenset[str] = frozenset()
    """Every account that the ledger opens."""
    invoices: tuple[Invoice, ...] = ()
    """By date, number, place; drafts, voids and openings included."""
    payments: tuple[Payment, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    taken_over: Mapping[str, tuple[TakenOver, ...]] = field(default_factory=dict)
    """By number, who took documents over from the customers invoiced, by date; what is nobody else's is not here."""
    unmatched: tuple[Unmatched, ...] = ()
    """By date."""
    upper: tuple[UpperPosting, ...] = ()
    """By date."""
    events: tuple[Event, ...] = ()
    """By date; on one day in the order of the file."""
    seals: tuple[Seal, ...] = ()
    """Documents with their fingerprints, by date."""
    contracts: Mapping[str, Dated[Contract]] = field(default_factory=dict)
    milestones: Mapping[str, tuple[Milestone, ...]] = field(default_factory=dict)
    """By the code of their contract."""
    acceptances: tuple[Acceptance, ...] = ()
    """By contract and date."""
    work: tuple[Work, ...] = ()
    """Of all time contracts, by date."""
    expenses: tuple[Expense, ...] = ()
    """Those with `billable`, by date."""
    indexes: Mapping[str, tuple[IndexValue, ...]] = field(default_factory=dict)
    """By name; the values by date."""
    policies: Mapping[str, Dated[Policy]] = field(default_factory=dict)
    """The reminder policies that the ledger writes, by name."""
    banks: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    """The bank accounts that are not closed, each with the days on which something was booked or asserted there."""
    reference_rates: Mapping[str, tuple[ReferenceRate, ...]] = field(default_factory=dict)
    """Reference rates for late interest by their code, by date: they extend and win over those that `law` knows."""
    claims: Mapping[str, tuple[Invoice, ...]] = field(default_factory=dict)
    """The claims for late interest, drafts too, by the number of the invoice that was paid late."""
    corrections: Mapping[str, tuple[Invoice, ...]] = field(default_factory=dict)
    """What corrects it – credit notes, a cancellation, the corrective invoice that replaces it, drafts too –, by the number of each
    document."""
    given_back: Mapping[str, date] = field(default_factory=dict)
    """The claims for late interest that credit notes give back whole, by number: from which day on (inclusive)."""
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The currencies that accounts are opened for, where they say so."""
    currency: str = ""
    """The ledger's first operating currency."""
    expenses_root: str = "Expenses"
    """The root of expense accounts."""
    rates: Mapping[tuple[str, str], tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)
    """Exchange rates by (currency, currency in which it is priced), by date: the ledger's `price` directives."""
    numbers: tuple[NumberUse, ...] = ()
    movements: tuple[Movement, ...] = ()
    """By date."""
    weights: tuple[Weight, ...] = ()
    """Of the postings on customers' accounts that have a price, by date."""
    tax_movements: tuple[TaxMovement, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What was wrong on the way from the entries to here; `checks` adds the rest."""
    last_date: date = date.min
    """Date of the ledger's last entry."""
    file: str = ""
    """The top ledger file."""
    title: str = ""

    def option(self, key: str, day: date, default: str = "") -> str:
        """The text of an option in force on `day`, or `default` where it was never set."""
        values = self.options.get(key)
        return str(values.at(day)) if values else default

    def late_interest(self, customer: Customer, day: date) -> str:
        """By which law or contract a customer pays late interest: its own word, else the option's; "" where none is said."""
        return customer.late_interest or self.option("late-interest", day)

    def language(self, customer: Customer, day: date) -> str:
        """The language of a customer's documents, two letters: its own, else the option's, else French in France, else English."""
        for language in (customer.language, self.option("language", day)):
            if language:
                return language.lower()[:2]
        country = customer.address.country or (self.seller.at(day).address.country if self.seller else "")
        return "fr" if country in _FRENCH else "en"

    def owed_by(self, invoice: Invoice, customer: str, day: date) -> bool:
        """Whether a customer (main account) was invoiced a document, or took it over by `day` (inclusive)."""
        return (invoice.customer is not None and invoice.customer.account == customer) or any(
            one.customer == customer and one.date <= day for one in self.taken_over.get(invoice.number, ())
        )

    def replacement_of(self, number: str) -> Invoice | None:
        """The corrective invoice that replaces a document; None where there is none."""
        those = self.corrections.get(number, ())
        return next((one for one in those if one.kind == "corrective" and not one.draft), None)

    def stands_for(self, invoice: Invoice) -> Invoice | None:
        """The corrective invoice that stands for a document that was replaced, or for the cancellation of one: the last one, where
        it was replaced in its turn. None for all others."""
        numbers = invoice.corrects[:1] if invoice.kind == "cancellation" else (invoice.number,)
        found: Invoice | None = None
        seen: set[str] = set()
        while numbers and numbers[0] not in seen and (new := self.replacement_of(numbers[0])):
            seen.add(numbers[0])
            found, numbers = new, (new.number,)
        return found

    def turn_of(self, invoice: Invoice) -> tuple[date, str, bool]:
        """Which documents come before which: by date and number, a cancellation just before what replaces the same."""
        first = next(iter(invoice.corrects), "") if invoice.kind == "cancellation" else ""
        new = self.replacement_of(first) if first else None
        return invoice.date, (new or invoice).number, not first

    def place(self, option: str) -> Source:
        """Where an option is set; the top of the ledger where it is not."""
        return self.option_sources.get(option, Source(self.file, 0))

    def invoice(self, number: str) -> Invoice | None:
        """The first document with that number (a duplicate is an error that checks report)."""
        return next((invoice for invoice in self.invoices if invoice.number == number), None)
