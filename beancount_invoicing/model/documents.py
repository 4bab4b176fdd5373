"""Invoices, credit notes, deposits: their lines, taxes and instalments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model.parties import Customer
from beancount_invoicing.model.values import ZERO, CalculationStep, Day, Figure, Source

DocumentKind = Literal["invoice", "credit-note", "deposit", "corrective", "cancellation", "claim", "opening", "void"]
Nature = Literal["goods", "services", "electronic"]
"""What is sold; "electronic": services that are supplied electronically, of telecommunications and broadcasting."""


class Tax(NamedTuple):
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


class Item(NamedTuple):
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
    expense_date: Day | None = None
    """Where an expense is billed again: its date; with `cost`, which one it was."""
    expense_amount: Decimal | None = None
    computed: Decimal | None = None
    """Quantity × price less discount, rounded, where it says both: what should be booked, or contain its net and tax."""
    supplied_on: Day | None = None
    """Day of its supply, where the line says it."""
    tax_point: Day | None = None
    """The day whose rate it has, where the rate of its document's day is another one."""
    corrects_line: int = 0
    """Of a credit note: which line of what it corrects, from 1, it gives back; 0 where it does not say so."""
    adjusts: tuple[str, ...] = ()
    """Of an adjustment: the documents that billed its days. It changes what these days came to, and bills none of them again."""
    agreed: bool = False
    """What it bills was agreed for these days, whatever the contract says of them."""


class Adjustment(NamedTuple):
    """An allowance (negative on an invoice) or charge (positive) on the whole document, before tax."""

    reason: str
    net: Decimal
    charge: bool
    account: str
    source: Source
    tax: str = ""
    supplied_on: Day | None = None
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
    def steps(self) -> tuple[CalculationStep, ...]:
        """How the amount that should be booked follows from the lines; the last step's result is that amount."""
        return self.figure.steps if self.figure else ()


class Deduction(NamedTuple):
    """A part of an earlier deposit invoice that this document deducts: `amount` > 0 lowers what is to be paid.

    `tax` is the code of the tax deducted, "" for the net.
    """

    number: str
    amount: Decimal
    account: str
    source: Source
    tax: str = ""
    """As the deposit names it."""
    named_code: str = ""
    """As this document names it, where it has several rates of the code."""


class ImmediatePayment(NamedTuple):
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
    steps: tuple[CalculationStep, ...] = ()
    """How the due date and the amount came about."""
    retention_contract: str = ""
    """Code of the contract under which it is kept back: due so long after the acceptance of the works; NOT_YET before."""
    retention_terms: str = ""
    """How long after the acceptance, as the contract says it."""
    accepted: Day | None = None
    """The day of that acceptance, where `due` follows from it."""
    printed_due: Day | None = None
    """The due date that the entry says all the same, and its page with it."""

    def due_at(self, as_of: Day) -> Day | None:
        """The due date as it was known at the end of `as_of`; None before the acceptance that it hangs on."""
        return None if self.due == NOT_YET or (self.accepted and self.accepted > as_of) else self.due

    def due_on_page(self, day: Day) -> Day | None:
        """The due date that the page of a document of `day` says, whatever happened since; None where it hangs on an acceptance."""
        return self.printed_due or self.due_at(day)


class Invoice(NamedTuple):
    """An invoice, credit note, deposit … as it is in the ledger.

    `customer` is the customer as it stood on the document's date, with what the document itself says over it; None
    only for a void number. `currency` is "" for a void number. `claim`s and `opening`s have no tax.
    """

    number: str
    kind: DocumentKind
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
    immediate_payments: tuple[ImmediatePayment, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    corrects: tuple[str, ...] = ()
    interest_on: str = ""
    """Of a claim for late interest: the number of the invoice that was paid late."""
    supplied_on: Day | None = None
    """Date of supply: said, else the latest day or period end that lines say, else the document's date; None for void, opening."""
    terms: str = ""
    """The payment terms that its due dates follow, as written; "" where it says the due dates itself."""
    narration: str = ""
    note: str = ""
    contract_reference: str = ""
    links: frozenset[str] = frozenset()
    booking_rate: Decimal | None = None
    """Where lines are booked in another currency: how much of it one unit of the document's currency is worth."""
    price_rate: tuple[str, Decimal] | None = None
    """A currency, and how much of it one unit of the document's is worth, by the price in its entry; None where there is none."""
    to_send: bool = False
    """It says that it is to be sent, whatever the ledger says of when it follows that."""
    direct_debit: bool = True
    """Whether it may be collected under the customer's mandate."""
    booked_on: Day | None = None
    """Date of the ledger's entry where it is not the document's own: an opening item's claim is in the books from then."""

    @property
    def tax_codes(self) -> dict[str, Tax]:
        """The tax codes of its lines and taxes, as they hold for it."""
        return {tax.code: tax for tax in (*self.combined, *(tax.tax for tax in self.taxes))}

    def nature_of(self, line: Line) -> str:
        """What a line sells, "goods" or "services", as it, its item or its tax code says; what is taxed once paid, or supplied
        electronically, is services."""
        tax = self.tax_codes.get(line.tax)
        nature = line.nature or (tax.nature or ("services" if tax.on_payment else "") if tax else "")
        return "services" if nature == "electronic" else nature

    @property
    def has_page(self) -> bool:
        """Whether somebody gets it: a void number was never used, the page of an opening item is in other books, and of a
        cancellation the corrective invoice speaks."""
        return self.kind not in {"void", "opening", "cancellation"}

    @property
    def why_no_page(self) -> str:
        """What it is that has no page, in words; "" where it has one."""
        if self.kind == "cancellation":
            return _("a cancellation, which its corrective invoice mentions")
        return "" if self.has_page else self.kind

    @property
    def is_credit(self) -> bool:
        """Whether it gives back something of other documents: a credit note, or the cancellation of a replaced invoice."""
        return self.kind in {"credit-note", "cancellation"}

    @property
    def booked_from(self) -> Day:
        """From which day (inclusive) on it is in the books: what is "dated" for every as-of report."""
        return self.booked_on or self.date

    @property
    def net(self) -> Decimal:
        """Lines, allowances and charges, before tax (BT-109)."""
        net = sum([line.net for line in self.lines], ZERO)
        return net + sum([adjustment.net for adjustment in self.adjustments], ZERO)

    @property
    def tax(self) -> Decimal:
        """The tax charged (BT-110), without withholdings, before the deduction of deposits."""
        return sum([tax.amount for tax in self.taxes if not tax.tax.withholding], ZERO)

    @property
    def withheld(self) -> Decimal:
        """What the customer keeps back for the state: positive on an invoice, negative on a credit note."""
        return -sum([tax.amount for tax in self.taxes if tax.tax.withholding], ZERO)

    @property
    def total(self) -> Decimal:
        """net + tax (BT-112)."""
        return self.net + self.tax

    @property
    def total_after_withholding(self) -> Decimal:
        """What it asks for as a whole, total − withheld: before deposits and rounding."""
        return self.total - self.withheld

    @property
    def prepaid(self) -> Decimal:
        """Deposits deducted, with their tax."""
        return sum((deduction.amount for deduction in self.deductions), ZERO)

    @property
    def payable(self) -> Decimal:
        """What the receivable postings and the payments at once add up to."""
        claimed = sum([instalment.amount for instalment in self.instalments], ZERO)
        return claimed + sum([payment.amount for payment in self.immediate_payments], ZERO)
