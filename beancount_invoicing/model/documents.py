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
"""What is sold; "electronic" means electronic services, telecommunications and broadcasting."""


NO_TAX = "none"
"""The value of option `default-tax`, and the tax code, of a seller who charges no tax and says nothing of one."""


class Tax(NamedTuple):
    """A tax code. `rate` is in percent; `account` is None if no tax is due.

    A code that consists of `parts` has no account: each part has its own, and its tax is due separately. The `rate` of
    such a code is that of all parts together, which a price with tax contains. It is not the rate of any tax, and is
    never printed.
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
    """Whether each part is due on the net plus the parts before it, not on the net alone."""
    sold_to: str = ""
    """Which customers abroad get it by default: "union business", "outside", "DE consumer" … or "anyone"; see
    rules.supply.
    """
    instead_of: str = ""
    """The domestic tax code that this one replaces abroad; "" for any."""
    sales_list: str = ""
    """What the EC sales list calls its supplies, if nature and category do not say it: "L", "S" or "T"."""
    datev_key: str = ""
    """DATEV's tax key (BU-Schlüssel) of its sales, or "automatic" where the revenue account itself says the tax."""


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
    """A line of a document. `net` is in the document's currency; `booked` is the amount of the posting, in
    `booked_currency`.
    """

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
    """Tax code; "" if none could be found (an error reports it). If a document has two rates of a code, the older rate
    is part of its name: "VAT 20%".
    """
    nature: Nature | None = None
    contract: str = ""
    milestone: str = ""
    start: date | None = None
    """First day of the period billed, inclusive (`from`)."""
    end: date | None = None
    """Last day of the period billed, inclusive (`to`)."""
    expense_date: Day | None = None
    """The date of an expense that is billed again; together with `cost`, it identifies the expense."""
    expense_amount: Decimal | None = None
    computed: Decimal | None = None
    """Quantity × price less discount, rounded, if the line has both: the amount to book (or, for a price with tax, the
    net and its tax).
    """
    supplied_on: Day | None = None
    """Day of its supply, if the line gives it."""
    tax_point: Day | None = None
    """The day whose tax rate applies, if that rate differs from the rate on the document's day."""
    corrects_line: int = 0
    """On a credit note: the number, from 1, of the corrected invoice's line that this line gives back; 0 if not given.
    """
    adjusts: tuple[str, ...] = ()
    """On an adjustment: the documents that billed its days. The line changes what these days come to, and bills none of
    them again.
    """
    agreed: bool = False
    """Whether its days were agreed as billed, whatever the contract says."""
    withheld: bool = True
    """Whether a withholding is calculated on it."""


class Adjustment(NamedTuple):
    """An allowance (negative on an invoice) or charge (positive) on the whole document, before tax."""

    reason: str
    net: Decimal
    charge: bool
    account: str
    source: Source
    tax: str = ""
    supplied_on: Day | None = None
    """Day of its supply, if it gives it."""


class TaxAmount(NamedTuple):
    """The tax of one code on a document. `amount` is what the ledger books; `base` is the sum of the nets on which it
    is due.

    Codes under which no tax is due (reverse charge, exempt) are here too, with amount 0, for their mention and base.
    `pending`: whether the tax was booked as owed only on payment.
    """

    tax: Tax
    base: Decimal
    amount: Decimal
    pending: bool = False
    sources: tuple[Source, ...] = ()
    figure: Figure | None = None
    """The amount that should be booked, calculated from the lines."""
    booked: Decimal = ZERO
    """The amount in `booked_currency`, if the tax is booked in another currency than the document's; otherwise none."""
    booked_currency: str = ""

    @property
    def steps(self) -> tuple[CalculationStep, ...]:
        """How the amount that should be booked follows from the lines; the last step's result is that amount."""
        return self.figure.steps if self.figure else ()


class Deduction(NamedTuple):
    """A part of an earlier deposit invoice that this document deducts: `amount` > 0 lowers the amount to pay.

    `tax` is the code of the tax deducted, "" for the net.
    """

    number: str
    amount: Decimal
    account: str
    source: Source
    tax: str = ""
    """The tax code under the name that the deposit uses."""
    named_code: str = ""
    """The tax code under the name that this document uses, if it has several rates of the code."""


class ImmediatePayment(NamedTuple):
    """What was paid at once, outside the customer's account (bank, cash), on the document's own date."""

    amount: Decimal
    account: str
    source: Source


NOT_YET = date.max
"""The due date of an amount that depends on an event which has not happened: it is after every day of a report."""


class Instalment(NamedTuple):
    """An amount to pay on one due date. `posting` is the (entry, posting) position in the ledger that it comes from."""

    index: int  # type: ignore[assignment] # every tuple has a method of this name, which nobody needs here
    """From 1, in the order of the terms or postings."""
    account: str
    amount: Decimal
    due: date
    source: Source
    posting: tuple[int, int]
    steps: tuple[CalculationStep, ...] = ()
    """How the due date and the amount were worked out."""
    retention_contract: str = ""
    """Code of the contract under which it is kept back. It is due some time after the acceptance of the works; NOT_YET
    before.
    """
    retention_terms: str = ""
    """How long after the acceptance, as written in the contract."""
    accepted: Day | None = None
    """The day of that acceptance, if `due` follows from it."""
    printed_due: Day | None = None
    """A due date in the entry that does not count, because the acceptance decides, but that is printed on the page."""

    def due_at(self, as_of: Day) -> Day | None:
        """The due date as it was known at the end of `as_of`; None before the acceptance on which it depends."""
        return None if self.due == NOT_YET or (self.accepted and self.accepted > as_of) else self.due

    def due_on_page(self, day: Day) -> Day | None:
        """The due date on the page of a document of `day`, whatever has happened since; None if it depends on an
        acceptance.
        """
        return self.printed_due or self.due_at(day)


class Invoice(NamedTuple):
    """An invoice, credit note, deposit … as it is in the ledger.

    `customer` is the customer as of the document's date, with the values that the document itself sets; None only for a
    void number. `currency` is "" for a void number. A `claim` or `opening` has no tax.
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
    replaces: str = ""
    """On an invoice: the number of the one in whose place it was issued, where that was refused, rejected or credited in full."""
    interest_on: str = ""
    """On a claim for late interest: the number of the invoice that was paid late."""
    supplied_on: Day | None = None
    """Date of supply: the one given, else the latest day or period end of its lines, else the document's date; None for
    void, opening.
    """
    terms: str = ""
    """The payment terms that its due dates follow, as written; "" if the document gives the due dates itself."""
    narration: str = ""
    note: str = ""
    contract_reference: str = ""
    links: frozenset[str] = frozenset()
    booking_rate: Decimal | None = None
    """If lines are booked in another currency: the value of one unit of the document's currency in it."""
    price_rate: tuple[str, Decimal] | None = None
    """A currency, and the value in it of one unit of the document's currency, by the price in the entry; None if there
    is no price.
    """
    to_send: bool = False
    """Whether the document itself says that it is to be sent, even if the ledger does not track sending at its date."""
    direct_debit: bool = True
    """Whether it may be collected under the customer's mandate."""
    booked_on: Day | None = None
    """Date of the ledger's entry, if it is not the document's own: an opening item is in the books from that day."""

    @property
    def tax_codes(self) -> dict[str, Tax]:
        """The tax codes of its lines and taxes, as they apply to it."""
        return {tax.code: tax for tax in (*self.combined, *(tax.tax for tax in self.taxes))}

    def nature_of(self, line: Line) -> str:
        """The nature of a line, "goods" or "services", given by the line, its item or its tax code. A line whose tax is
        due on payment, or that is an electronic supply, is services.
        """
        tax = self.tax_codes.get(line.tax)
        nature = line.nature or (tax.nature or ("services" if tax.on_payment else "") if tax else "")
        return "services" if nature == "electronic" else nature

    @property
    def has_page(self) -> bool:
        """Whether somebody receives it. A void number was never used, the page of an opening item is in other books,
        and a cancellation is announced by the corrective invoice.
        """
        return self.kind not in {"void", "opening", "cancellation"}

    @property
    def why_no_page(self) -> str:
        """The kind of a document that has no page, in words; "" if it has one."""
        if self.kind == "cancellation":
            return _("a cancellation, which its corrective invoice mentions")
        return "" if self.has_page else self.kind

    @property
    def is_credit(self) -> bool:
        """Whether it gives back a part of other documents: a credit note, or the cancellation of a replaced invoice."""
        return self.kind in {"credit-note", "cancellation"}

    @property
    def booked_from(self) -> Day:
        """The day (inclusive) from which it is in the books: the date that counts in reports as of a day."""
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
        """The whole amount that it asks for, total − withheld, before deposits and rounding."""
        return self.total - self.withheld

    @property
    def prepaid(self) -> Decimal:
        """Deposits deducted, with their tax."""
        return sum((deduction.amount for deduction in self.deductions), ZERO)

    @property
    def payable(self) -> Decimal:
        """The sum of its receivable postings and of the payments at once."""
        claimed = sum([instalment.amount for instalment in self.instalments], ZERO)
        return claimed + sum([payment.amount for payment in self.immediate_payments], ZERO)
