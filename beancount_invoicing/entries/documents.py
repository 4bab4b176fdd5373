"""Invoice transactions: which posting is what, and the Invoice that follows from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from beancount.core.data import Posting, Transaction

from beancount_invoicing import law
from beancount_invoicing.entries import keys
from beancount_invoicing.entries.directives import customer_with_overrides
from beancount_invoicing.entries.metadata import FindingCollector, read_metadata, source_of
from beancount_invoicing.entries.takeovers import Owing
from beancount_invoicing.model import (
    NOT_YET,
    ZERO,
    Adjustment,
    CalculationStep,
    Customer,
    Dated,
    Deduction,
    DocumentKind,
    Figure,
    ImmediatePayment,
    Instalment,
    Invoice,
    Item,
    Line,
    NumberUse,
    OptionValue,
    Payment,
    Seller,
    Source,
    Tax,
    TaxAmount,
)
from beancount_invoicing.rules import currencies, numbering, payment_terms, steps, supply, tax

PostingRole = Literal["receivable", "at-once", "line", "adjustment", "tax", "deduction", "rounding", "other"]

_KEY_PLACES: dict[PostingRole, str] = {
    "receivable": keys.RECEIVABLE,
    "at-once": keys.AT_ONCE,
    "line": keys.LINE,
    "adjustment": keys.ADJUSTMENT,
    "tax": keys.TAX_POSTING,
    "deduction": keys.DEDUCTION,
    "rounding": keys.ROUNDING,
    "other": keys.OTHER_POSTING,
}
DUE_SAID = "due: says so"
_IN_SUM: frozenset[PostingRole] = frozenset({"line", "adjustment", "tax", "deduction", "rounding"})


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What is known before invoices are read: the directives, and whose account is whose."""

    options: Mapping[str, Dated[OptionValue]]
    taxes: Mapping[str, Dated[Tax]]
    items: Mapping[str, Dated[Item]]
    customers: Mapping[str, Dated[Customer]]
    owner: Callable[[str], str | None]
    """The main account of the customer whom an account belongs to, if any."""
    income: str
    assets: str
    tax_accounts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The tax codes that each account, or pending account, serves."""
    combined: bool = False
    """Whether a tax code consists of parts."""
    seller: Dated[Seller] | None = None
    codes_abroad: Mapping[str, Dated[Tax]] = field(default_factory=dict)
    """The tax codes that customers abroad get by default."""
    codes_with_several_rates: frozenset[str] = frozenset()
    """The tax codes that have had several rates."""
    taxed_on: Mapping[str, date] = field(default_factory=dict)
    """By number, the day whose taxes a document has: those of its lines are not later."""
    documents_read: Mapping[str, Invoice] = field(default_factory=dict)
    """Where a rate has changed: the documents that are read by now."""

    def option(self, name: str, day: date, default: str = "") -> str:
        """The text of an option on a day."""
        values = self.options.get(name)
        return str(values.at(day)) if values else default

    def tax(self, code: str, day: date) -> Tax | None:
        """A tax code as it stood on a day."""
        dated = self.taxes.get(code)
        return dated.at(day) if dated else None

    def tax_abroad(self, customer: Customer, nature: str, home: str, day: date) -> str:
        """The tax code that a customer gets because of where it is; `home`: the one of what is sold to it, else; "" for none."""
        seller = supply.place_of_seller(self.seller.at(day)) if self.seller else ""
        nature = nature or supply.nature_under(self.tax(home, day))
        return supply.code_abroad(self.codes_abroad, seller, customer, nature, day, home)

    def item(self, code: str, day: date) -> Item | None:
        """An item as it stood on a day."""
        dated = self.items.get(code)
        return dated.at(day) if dated else None


class DocumentPosting(NamedTuple):
    """A posting of the document with what it is."""

    role: PostingRole
    posting: Posting
    position: int
    """Of the posting in its transaction, from 0."""
    source: Source
    number: Decimal
    """What is booked; parts without a number are left out before."""
    currency: str
    """The currency in which it is booked."""


class TransactionDocuments(NamedTuple):
    """What one transaction yields: documents, payments on the customer's account inside them, and the numbers used."""

    invoices: list[Invoice]
    payments: list[Payment]
    numbers: list[NumberUse]
    handled_postings: frozenset[int]
    """The postings (by their position) on customers' accounts that are accounted for here."""


def _numbers(corrects: str, known: Container[str]) -> list[str]:
    """The numbers that `corrects` names; one may itself contain spaces."""
    return [corrects] if corrects in known else corrects.split()


def tax_point_of_document(corrects: str, day: date, taxed_on: Mapping[str, date]) -> date:
    """The day whose tax rates a document of `day` has: its own, or (the latest) of the documents that it corrects.

    A supply keeps the rate of its time (directive 2006/112/EC, art. 93), also where it is credited under another one.
    """
    numbers = _numbers(corrects, taxed_on)
    return max((taxed_on[number] for number in numbers if number in taxed_on), default=day)


def supplied(line: Line) -> date | None:
    """The day on which a line was supplied, as it says it; None where it does not."""
    return line.supplied_on or line.end or line.expense_date


def is_document(entry: Transaction, setting: ReadingContext, touches: bool) -> bool:
    """Whether a transaction is a document of ours: it has `invoice`, and a customer's account or what only ours have."""
    meta = entry.meta
    if "invoice" not in meta:
        return False
    if touches or "kind" in meta or "corrects" in meta:
        return True
    owner = meta.get("customer")
    if isinstance(owner, str) and setting.owner(owner):
        return True
    return any(
        posting.account.startswith(setting.income + ":")
        and posting.meta
        and not keys.BY_PLACE[keys.LINE].isdisjoint(posting.meta)
        for posting in entry.postings
    )


def read_document(
    entry: Transaction, position: int, setting: ReadingContext, findings: FindingCollector
) -> TransactionDocuments:
    """The document that a transaction with `invoice` is."""
    source = source_of(entry.meta)
    nothing = TransactionDocuments([], [], [], frozenset())
    said = read_metadata(entry.meta, keys.DOCUMENT, source, findings)
    number = said.get("invoice")
    if not number:
        if said.get("invoice", 0) is None or number == "":
            findings.error("invoice-number", 'invoice has no number: write invoice: "F2026-0001"', source)
        return nothing
    draft = number.startswith("draft-")
    if draft and entry.flag != "!":
        findings.error(
            "draft", f"{number} is a draft, but its flag is {entry.flag}: write ! or give it its number", source
        )
    kind: DocumentKind = said.get("kind") or "invoice"
    if kind == "void":
        for posting in entry.postings:
            if posting.units is not None and posting.units.number:
                findings.error(
                    "void",
                    f"{number} is void, but {posting.account} is booked with {posting.units}: a void number has no"
                    " amounts",
                    source_of(posting.meta),
                )
        customer = _said_customer(said, setting, source, findings)
        void = Invoice(
            number=number,
            kind="void",
            draft=False,
            date=entry.date,
            currency="",
            customer=setting.customers[customer].at(entry.date) if customer else None,
            source=source,
            narration=entry.narration or "",
        )
        return TransactionDocuments([void], [], [NumberUse(number, "void", entry.date, source)], frozenset())
    reading = _Reading(entry, position, number, kind, draft, said, setting, findings, source)
    return reading.document()


def _said_customer(
    said: dict[str, Any], setting: ReadingContext, source: Source, findings: FindingCollector
) -> str | None:
    account = said.get("customer")
    if not account:
        return None
    main = setting.owner(account)
    if main is None:
        findings.error(
            "no-customer", f'customer: {account} is no customer\'s account: open it with customer: "Legal name"', source
        )
    return main


class _Reading:
    """Reads one invoice; each method works out one thing of it."""

    def __init__(
        self,
        entry: Transaction,
        position: int,
        number: str,
        kind: DocumentKind,
        draft: bool,
        said: dict[str, Any],
        setting: ReadingContext,
        findings: FindingCollector,
        source: Source,
    ) -> None:
        self.entry = entry
        self.position = position
        self.number = number
        self.kind = kind
        self.draft = draft
        self.said = said
        self.setting = setting
        self.findings = findings
        self.source = source
        self.day = entry.date
        self.tax_day = tax_point_of_document(said.get("corrects") or "", entry.date, setting.taxed_on)
        """The latest day whose rates its lines have."""
        self.taxes: dict[str, Tax] = {}
        """The taxes of its lines under codes that have had several rates, by their names in it."""
        self.corrected = [
            setting.documents_read[number]
            for number in _numbers(said.get("corrects") or "", setting.documents_read)
            if number in setting.documents_read
        ]
        """The documents that it corrects, where a rate has changed."""
        self.rate: Decimal | None = None
        self.toward = Decimal(1)
        """Which way the document goes: below 0 it is in the customer's favour."""

    def document(self) -> TransactionDocuments:
        """The whole."""
        owners = [self.setting.owner(posting.account) for posting in self.entry.postings]
        mains = sorted({owner for owner in owners if owner})
        said_main = _said_customer(self.said, self.setting, self.source, self.findings)
        use = NumberUse(self.number, self.kind, self.day, self.source, self.draft)
        if said_main and said_main not in mains:
            mains.append(said_main)
        if not mains:
            if not self.said.get("customer"):
                self.findings.error(
                    "no-customer",
                    f"{self.number} has no customer: book it on an account that is opened with customer:"
                    ' "Legal name", or name that account, customer: Assets:…',
                    self.source,
                )
            return TransactionDocuments([], [], [use], frozenset())
        if len(mains) > 1:
            self.findings.error(
                "two-customers",
                f"{self.number} is booked on two customers, {mains[0]} and {mains[1]}: an invoice has one customer",
                self.source,
            )
            return TransactionDocuments([], [], [use], frozenset())
        main = mains[0]
        self.customer = customer_with_overrides(self.setting.customers[main].at(self.day), self.said)
        self.on_account = frozenset(index for index, owner in enumerate(owners) if owner)
        self.currency = self._currency()
        self.decimals = currencies.currency_decimals(self.currency)
        parts = self._classified()
        return self._assembled(main, parts, use)

    # which posting is what -----------------------------------------------------------------------------------------

    def _currency(self) -> str:
        """The document's currency: the receivable's; without one the lines'."""
        here = [
            posting.units.currency
            for index, posting in enumerate(self.entry.postings)
            if index in self.on_account and posting.units is not None
        ]
        if len(set(here)) > 1:
            self.findings.error(
                "two-currencies",
                f"{self.number} is booked on the customer's account in {' and '.join(sorted(set(here)))}: an invoice"
                " has one currency",
                self.source,
            )
        if here:
            return sorted(set(here), key=lambda currency: (-here.count(currency), currency))[0]
        for posting in self.entry.postings:
            if posting.units is not None and posting.account.startswith(self.setting.income + ":"):
                return posting.units.currency
        return next((p.units.currency for p in self.entry.postings if p.units is not None), "")

    def _place(self, index: int, posting: Posting) -> PostingRole:
        if index in self.on_account:
            return "receivable"
        meta = posting.meta or {}
        if "rounding" in meta:
            return "rounding"
        if "deposit" in meta:
            return "deduction"
        if "allowance" in meta or "charge" in meta:
            return "adjustment"
        if "settles" in meta:
            return "at-once"
        if "text" in meta or "quantity" in meta:
            return "line"
        if posting.account in self.setting.tax_accounts:
            return "tax"
        if posting.account.startswith(self.setting.income + ":"):
            return "line"
        if (
            not self.on_account
            and posting.account.startswith(self.setting.assets + ":")
            and posting.units is not None
            and posting.units.currency == self.currency
        ):
            return "at-once"
        return "other"

    def _classified(self) -> list[DocumentPosting]:
        parts = []
        for index, posting in enumerate(self.entry.postings):
            units = posting.units
            if units is None or units.number is None:
                continue
            place = self._place(index, posting)
            parts.append(DocumentPosting(place, posting, index, source_of(posting.meta), units.number, units.currency))
        return parts

    # which rate is whose -------------------------------------------------------------------------------------------

    def _day(self, supplied: date | None) -> date:
        """The day whose rate is that of a line, or allowance, which was supplied on a day; None: as the document says."""
        return tax.tax_point_of_line(self.tax_day, supplied or self.said.get("delivered"))

    def _tax(self, code: str) -> Tax | None:
        """A tax, as it holds for this document."""
        return self.taxes.get(code) or self.setting.tax(code, self.tax_day)

    def _with_rates(self, lines: list[Line], adjustments: list[Adjustment]) -> tuple[list[Line], list[Adjustment]]:
        """Both with the names of their taxes, where a code has had several rates: two of them are told apart.

        What corrects a document calls its taxes as that one does, and gives back the newest where a line does not say its day, nor
        which line it is of. An allowance that does not say its day has the latest of its code's lines.
        """
        changed = self.setting.codes_with_several_rates
        versions: dict[tuple[str, date], Tax] = {}
        before: dict[tuple[str, date], Tax] = {}
        latest: dict[str, date] = {}
        for invoice in self.corrected:
            for line in invoice.lines:
                code, day = tax.code_of_name(line.tax, self.setting.taxes), line.tax_point or self.tax_day
                if code in changed:
                    before[code, day] = self.setting.taxes[code].at(day)
                    latest[code] = max(latest.get(code, day), day)

        def day_of(line: Line) -> date:
            day = supplied(line)
            if day or not self.corrected:
                return self._day(day)
            of = (
                self.corrected[0].lines[line.corrects_line - 1 : line.corrects_line]
                if line.corrects_line and len(self.corrected) == 1
                else ()
            )
            return (of[0].tax_point or self.tax_day) if of else latest.get(line.tax) or self._day(None)

        def noted(code: str, day: date) -> tuple[str, date] | None:
            if code not in changed:
                return None
            dated = self.setting.taxes[code]
            if tax.rates_of(dated.at(day)) == tax.rates_of(dated.at(self.tax_day)):
                day = self.tax_day
            versions[code, day] = dated.at(day)
            return code, day

        of_lines = [noted(line.tax, day_of(line)) for line in lines]
        of_others = []
        for adjustment in adjustments:
            days = [place[1] for place in of_lines if place and place[0] == adjustment.tax]
            day = self._day(adjustment.supplied_on) if adjustment.supplied_on else max(days, default=self._day(None))
            of_others.append(noted(adjustment.tax, day))
        apart = tax.taxes_by_code_and_day(versions, before)
        self.taxes = {tax.code: tax for whole in apart.values() for tax in (whole, *whole.parts)}
        return (
            [
                line
                if place is None
                else line._replace(tax=apart[place].code, tax_point=None if place[1] == self.tax_day else place[1])
                for line, place in zip(lines, of_lines, strict=True)
            ],
            [
                adjustment if place is None else replace(adjustment, tax=apart[place].code)
                for adjustment, place in zip(adjustments, of_others, strict=True)
            ],
        )

    def _tax_said(self, name: str, source: Source) -> str:
        """The tax that a posting of tax means, which may say a rate: "VAT 20%"."""
        code = tax.code_of_name(name, self.setting.taxes)
        if code == name:
            return name
        name = tax.normalized_code_name(name, self.setting.taxes)
        if name in self.taxes:
            return name
        there = [one for one in self.taxes.values() if tax.code_of_name(one.code, self.setting.taxes) == code]
        meant = next((one.code for one in there if tax.name_at_rate(code, one.rate) == name), "")
        found = " and ".join(f"{tax.rate} %" for tax in there)
        remedy = f'write tax: "{meant or (there[0].code if there else code)}"'
        if not meant:
            remedy += ", or say on the line when it was supplied, delivered: …"
        self.findings.error(
            "tax-code",
            f"{self.number}: {name}: {f'its lines under {code} have {found}' if there else f'no line is under {code}'}: {remedy}",
            source,
        )
        return meant or (there[0].code if there else code)

    # amounts -------------------------------------------------------------------------------------------------------

    def _amount(self, part: DocumentPosting) -> Decimal:
        """What a posting adds to the document, in its currency, not rounded: the sign turned, as the customer sees it."""
        if part.currency == self.currency:
            return -part.number
        price = part.posting.price
        if price is not None and price.currency == self.currency and price.number is not None:
            return -part.number * price.number
        if self.rate:
            return -part.number / self.rate
        return ZERO

    def _signed(self, said: Decimal, part: DocumentPosting) -> Decimal:
        """An amount that is said with the sign of what is booked; of what is too little to be booked, with the document's."""
        return abs(said).copy_sign(-part.number or self.toward) if said else ZERO

    def _said_amount(self, said: Mapping[str, Any], amount: Decimal, part: DocumentPosting) -> Decimal:
        """The amount in the document's currency that a posting in another one says; `amount` where it says none."""
        own = said.get("amount")
        if own is None or part.currency == self.currency:
            return amount
        own = self._signed(own, part)
        self._converted(part.posting.account, own, part)
        return own

    def _exchange(self, parts: list[DocumentPosting]) -> None:
        """Finds the rate of the receivable's `@` price where lines are booked in another currency."""
        foreign = None
        for part in parts:
            if part.role in _IN_SUM and part.currency != self.currency:
                price = part.posting.price
                if price is None or price.currency != self.currency:
                    foreign = foreign or (part.currency, part)
        if foreign is None:
            return
        for part in parts:
            price = part.posting.price
            if (
                part.role in {"receivable", "at-once"}
                and price is not None
                and price.currency == foreign[0]
                and price.number
            ):
                self.rate = price.number
                return
        at_cost = next((part for part in parts if part.role == "receivable" and part.posting.cost is not None), None)
        hint = (
            "give the receivable a price"
            if at_cost is None
            else f"the receivable ({at_cost.source}) is held at a cost: give it a price instead"
        )
        self.findings.error(
            "exchange-rate",
            f"{self.number} is in {self.currency}, but {foreign[1].posting.account} is booked in {foreign[0]}: {hint}, …"
            f" {self.currency} @ … {foreign[0]}",
            foreign[1].source,
        )

    # parts ---------------------------------------------------------------------------------------------------------

    def _line(self, part: DocumentPosting) -> Line:
        posting = part.posting
        said = read_metadata(posting.meta, keys.LINE, part.source, self.findings, self.currency)
        code = said.get("item") or ""
        item = self.setting.item(code, self.day) if code else None
        if code and item is None:
            self.findings.error(
                "unknown-item",
                f'{self.number}: item "{code}" is not known: {_near(code, self.setting.items)}',
                part.source,
            )
        quantity, price, gross = said.get("quantity"), said.get("price"), said.get("price-with-tax")
        if price is not None and gross is not None:
            self.findings.error(
                "line-price", f"{self.number}: a line has a price and a price-with-tax: keep one of them", part.source
            )
            gross = None
        if quantity is not None and price is None and gross is None and item:
            price, gross = item.price, item.price_with_tax
        discount = said.get("discount")
        if discount is not None and not 0 <= discount <= 100:
            self.findings.error(
                "discount", f"{self.number}: a discount of {discount} % must be from 0 to 100", part.source
            )
            discount = None
        unit_price = price if price is not None else gross
        if quantity is None and unit_price is not None:
            quantity = Decimal(1) if part.number <= 0 or unit_price < 0 else Decimal(-1)
        booked = -part.number
        net = booked if part.currency == self.currency else self._amount(part)
        worked_out = None
        if quantity is not None and unit_price is not None:
            worked_out = tax.line_amount(quantity, unit_price, discount, self.decimals)
            if gross is None and part.currency != self.currency and self._a_cent_off(worked_out, part):
                net = worked_out
        net = self._said_amount(said, net, part)
        day = self._day(said.get("delivered") or said.get("to") or said.get("expense"))
        of_item = self.setting.item(code, day) if item and day != self.day else item
        nature = said.get("nature") or (item.nature if item else None)
        code_of_tax = self._tax_code(
            said.get("tax"), of_item.tax if of_item else "", part.source, day, nature=nature or ""
        )
        return Line(
            text=said.get("text") or (item.text or item.name if item else "") or self.entry.narration or code,
            net=net if part.currency == self.currency else steps.round_to(net, self.decimals),
            account=posting.account,
            source=part.source,
            booked=booked,
            booked_currency=part.currency,
            item=code,
            quantity=quantity,
            unit=said.get("unit") or (item.unit if item else ""),
            price=price,
            price_with_tax=gross,
            discount=discount,
            tax=code_of_tax,
            nature=nature,
            contract=said.get("contract") or "",
            milestone=said.get("milestone") or "",
            start=said.get("from"),
            end=said.get("to"),
            expense_date=said.get("expense"),
            expense_amount=said.get("cost"),
            supplied_on=said.get("delivered"),
            computed=worked_out,
            corrects_line=said.get("line") or 0,
            adjusts=tuple((said.get("adjusts") or "").split()),
            agreed=bool(said.get("agreed")),
        )

    def _without_tax(self, lines: list[Line], parts: list[DocumentPosting]) -> list[Line]:
        """The lines; where prices include tax and are booked in another currency, with the nets that belong to these prices."""
        by_code: defaultdict[str, list[int]] = defaultdict(list)
        for index, line in enumerate(lines):
            if line.price_with_tax is not None and line.computed is not None:
                by_code[line.tax].append(index)
        result = list(lines)
        for code, those in by_code.items():
            known = self._tax(code)
            if known is None or all(parts[index].currency == self.currency for index in those):
                continue
            grosses = [gross for index in those if (gross := lines[index].computed) is not None]
            nets = tax.gross_nets(grosses, known.rate, self.decimals, self._per_line())
            for index, net in zip(those, nets, strict=True):
                said = "amount" in (parts[index].posting.meta or {})
                if parts[index].currency != self.currency and not said and self._a_cent_off(net, parts[index]):
                    result[index] = lines[index]._replace(net=net)
        return result

    def _per_line(self) -> bool:
        return self.setting.option("tax-rounding", self.day) == "line"

    def _a_cent_off(self, net: Decimal, part: DocumentPosting) -> bool:
        """Whether a net in the document's currency is, at the rate, what is booked in the other, to a cent."""
        booked = -part.number
        decimals = currencies.currency_decimals(part.currency)
        rate = self.rate
        price = part.posting.price
        if price is not None and price.currency == self.currency and price.number:
            rate = 1 / price.number
        return rate is not None and abs(net * rate - booked) < Decimal(3).scaleb(-decimals) / 2

    def _tax_code(
        self, own: str | None, of_item: str, source: Source, day: date, fallback: str = "", nature: str = ""
    ) -> str:
        """The code of what was supplied on a day: its own, else the customer's, that of customers where it is, the item's, the
        default, as they were then."""
        if self.kind == "claim":
            return ""
        customer = self.customer
        if day != self.day and "tax" not in self.said:
            customer = self.setting.customers[customer.account].at(day)
        code = own or customer.tax
        if not code:
            home = of_item or fallback or self.setting.option("default-tax", day)
            abroad = self.setting.codes_abroad and not fallback
            code = (self.setting.tax_abroad(customer, nature, home, day) if abroad else "") or home
        if not code:
            self.findings.error(
                "no-tax",
                f'{self.number}: no tax code: write tax: "…" on the line, its item or its customer, or set'
                ' custom "invoice-option" "default-tax" "…"',
                source,
            )
        elif code not in self.setting.taxes:
            self.findings.error(
                "unknown-tax",
                f'{self.number}: tax "{code}" is not known: {_near_tax(code, self.setting.taxes)}',
                source,
            )
            return ""
        return code

    def _adjustment(self, part: DocumentPosting, lines: list[Line]) -> Adjustment:
        said = read_metadata(part.posting.meta, keys.ADJUSTMENT, part.source, self.findings, self.currency)
        charge = "charge" in said and "allowance" not in said
        codes = {line.tax for line in lines}
        own = codes.pop() if len(codes) == 1 else ""
        return Adjustment(
            reason=said.get("charge" if charge else "allowance") or "",
            net=self._said_amount(said, steps.round_to(self._amount(part), self.decimals), part),
            charge=charge,
            account=part.posting.account,
            source=part.source,
            tax=self._tax_code(said.get("tax"), "", part.source, self._day(said.get("delivered")), own),
            supplied_on=said.get("delivered"),
        )

    def _taxes(self, parts: list[DocumentPosting], lines: list[Line], adjustments: list[Adjustment]) -> list[TaxAmount]:
        booked: defaultdict[str, list[tuple[Decimal, bool, Source]]] = defaultdict(list)
        abroad: defaultdict[str, list[DocumentPosting]] = defaultdict(list)
        for part in parts:
            posting = part.posting
            said = read_metadata(posting.meta, keys.TAX_POSTING, part.source, self.findings, self.currency)
            served = self.setting.tax_accounts[posting.account]
            code = said.get("tax")
            if code and code not in self.setting.taxes:
                code = self._tax_said(code, part.source)
            known_as = tax.code_of_name(code, self.setting.taxes) if code else ""
            if code and known_as not in self.setting.taxes:
                self.findings.error(
                    "unknown-tax",
                    f'{self.number}: tax "{code}" is not known: {_near_tax(code, self.setting.taxes)}',
                    part.source,
                )
                code = None
            of = self._tax(code) if code else None
            if of and of.parts:
                self.findings.error(
                    "tax-account",
                    f"{self.number}: {code} consists of {' and '.join(part.code for part in of.parts)}: book each on its account, "
                    + ", ".join(f'{part.account} with tax: "{part.code}"' for part in of.parts),
                    part.source,
                )
                code = self._likely(served, lines, part.number)
            elif code and known_as not in served:
                own = [account for account, codes in sorted(self.setting.tax_accounts.items()) if known_as in codes]
                self.findings.error(
                    "tax-account",
                    f"{self.number}: {posting.account} is not an account of {code}: "
                    + (f"book it on {' or '.join(own)}" if own else "no tax is due under that code"),
                    part.source,
                )
            elif not code:
                code = self._likely(served, lines, part.number)
                meant = [one for one in self.taxes if tax.code_of_name(one, self.setting.taxes) in served]
                if len(served) > 1 or len(meant) > 1:
                    self.findings.error(
                        "tax-code",
                        f"{self.number}: {posting.account} serves {', '.join(sorted({*served, *meant}))}: write which one it"
                        f' is, tax: "{code}"',
                        part.source,
                    )
            amount = steps.round_to(self._amount(part), self.decimals)
            if part.currency != self.currency:
                abroad[code].append(part)
                if said.get("amount") is not None:
                    amount = self._signed(said["amount"], part)
                    self._converted(f"the tax {code}", amount, part)
                elif part.number:
                    self.findings.error(
                        "tax-amount",
                        f"{self.number}: {posting.account} is booked in {part.currency}, the document is in"
                        f" {self.currency}: write the tax in the document's currency, amount: {amount}",
                        part.source,
                    )
            known = self._tax(code)
            booked[code].append((amount, bool(known and posting.account == known.pending), part.source))
        everything: list[Line | Adjustment] = [*lines, *adjustments]
        of_lines = {code: self._tax(code) for code in {each.tax for each in everything} if code}
        charged = [
            tax.TaxableAmount(
                known, each.net, each.computed if isinstance(each, Line) and each.price_with_tax is not None else None
            )
            for each in everything
            if (known := of_lines.get(each.tax)) and not known.withholding
        ]
        due = tax.taxes_due(charged, self.decimals, self._per_line())
        kept = of_lines.keys() - {amount.tax.code for amount in charged}
        result = []
        for code in sorted(due.keys() | booked.keys() | kept):
            known = due[code].tax if code in due else self._tax(code)
            if known is None:
                continue
            if code in due:
                base, figure = due[code].base, due[code].figure
            else:
                base = sum((each.net for each in everything), ZERO) if known.withholding else ZERO
                figure = self._withheld(known, everything)
            postings = booked.get(code, [])
            elsewhere = abroad.get(code, [])
            result.append(
                TaxAmount(
                    tax=known,
                    base=base,
                    amount=sum((amount for amount, _, _ in postings), ZERO),
                    pending=any(pending for _, pending, _ in postings),
                    sources=tuple(source for _, _, source in postings),
                    figure=figure,
                    booked=-sum((part.number for part in elsewhere), ZERO),
                    booked_currency=elsewhere[0].currency if elsewhere else "",
                )
            )
        return result

    def _converted(self, what: str, amount: Decimal, part: DocumentPosting) -> None:
        """What is booked in another currency is what the document says, at its rate, to a cent."""
        places = currencies.currency_decimals(part.currency)
        if self.rate is None:
            return
        expected = steps.round_to(amount * self.rate, places)
        if abs(expected + part.number) > Decimal(1).scaleb(-places):
            self.findings.warning(
                "tax-amount",
                f"{self.number}: {what} of {amount} {self.currency} is {expected} {part.currency} at {self.rate}, but"
                f" booked are {-part.number} {part.currency}: correct the posting, or the receivable's price",
                part.source,
            )

    def _likely(self, served: tuple[str, ...], lines: list[Line], booked: Decimal) -> str:
        """The code that a tax posting means: one that the lines have, best the one whose tax is as much as was booked."""
        nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        rates: dict[str, Decimal] = {}
        for line in lines:
            known = self._tax(line.tax)
            for part in (known.parts or (known,)) if known else ():
                if tax.code_of_name(part.code, self.setting.taxes) in served:
                    nets[part.code] += line.net
                    rates[part.code] = part.rate
        for code, net in nets.items():
            if tax.tax_on(net, rates[code], self.decimals).value == abs(booked):
                return code
        return next(iter(nets), served[0])

    def _withheld(self, known: Tax, everything: list[Line | Adjustment]) -> Figure:
        """What is withheld of all lines; nothing of a tax that no line is charged with."""
        if not known.withholding:
            return tax.tax_on(ZERO, known.rate, self.decimals)
        return tax.tax_of_lines([each.net for each in everything], [], -known.rate, self.decimals, self._per_line())

    def _combined(self, lines: list[Line], adjustments: list[Adjustment]) -> tuple[Tax, ...]:
        """The codes of the lines that consist of parts."""
        codes = {line.tax for line in lines} | {adjustment.tax for adjustment in adjustments}
        known = (self._tax(code) for code in sorted(codes))
        return tuple(tax for tax in known if tax and tax.parts)

    def _deduction(self, part: DocumentPosting) -> Deduction:
        said = read_metadata(part.posting.meta, keys.DEDUCTION, part.source, self.findings, self.currency)
        code = said.get("tax") or ""
        if not code and part.posting.account in self.setting.tax_accounts:
            served = self.setting.tax_accounts[part.posting.account]
            self.findings.error(
                "tax-code",
                f"{self.number}: the deposit's tax deducted on {part.posting.account} must say its code: tax:"
                f' "{served[0]}"',
                part.source,
            )
            code = served[0]
        amount = -steps.round_to(self._amount(part), self.decimals)
        if part.currency != self.currency and said.get("amount") is not None:
            amount = abs(said["amount"]).copy_sign(part.number)
        named = tax.normalized_code_name(code, self.setting.taxes)
        deposit = self.setting.documents_read.get(said.get("deposit") or "")
        if not deposit or named not in deposit.tax_codes:
            code = tax.code_of_name(named, self.setting.taxes)
        return Deduction(
            number=said.get("deposit") or "",
            amount=amount,
            account=part.posting.account,
            source=part.source,
            tax=code,
            named_code=named if named != code else "",
        )

    # the whole -----------------------------------------------------------------------------------------------------

    def _assembled(self, main: str, parts: list[DocumentPosting], use: NumberUse) -> TransactionDocuments:
        self._exchange(parts)
        self.toward = sum((part.number for part in parts if part.role == "receivable"), ZERO) or self.toward
        by_place: defaultdict[PostingRole, list[DocumentPosting]] = defaultdict(list)
        for part in parts:
            by_place[part.role].append(part)
        lines = [self._line(part) for part in by_place["line"]]
        adjustments = [self._adjustment(part, lines) for part in by_place["adjustment"]]
        if self.setting.codes_with_several_rates:
            lines, adjustments = self._with_rates(lines, adjustments)
        lines = self._without_tax(lines, by_place["line"])
        taxes = self._taxes(by_place["tax"], lines, adjustments)
        deductions = [self._deduction(part) for part in by_place["deduction"]]
        rounding = ZERO
        for part in by_place["rounding"]:
            said = read_metadata(part.posting.meta, keys.ROUNDING, part.source, self.findings, self.currency)
            rounding += self._said_amount(said, steps.round_to(self._amount(part), self.decimals), part)
        for part in by_place["other"]:
            read_metadata(part.posting.meta, keys.OTHER_POSTING, part.source, self.findings)
        net = sum((line.net for line in lines), ZERO) + sum((adjustment.net for adjustment in adjustments), ZERO)
        to_pay = (
            net
            + sum((amount.amount for amount in taxes), ZERO)
            - sum((deduction.amount for deduction in deductions), ZERO)
            + rounding
        )
        at_once = []
        for part in by_place["at-once"]:
            said = read_metadata(part.posting.meta, keys.AT_ONCE, part.source, self.findings)
            if said.get("settles") and said["settles"] != self.number:
                self.findings.error(
                    "settles-in-invoice",
                    f"{self.number}: a posting of this invoice settles {said['settles']}: it can only settle"
                    f" {self.number} itself; book the payment of {said['settles']} apart",
                    part.source,
                )
            at_once.append(ImmediatePayment(-self._amount(part), part.posting.account, part.source))
        receivables, payments = self._receivables(main, by_place["receivable"], to_pay)
        if self.kind in {"invoice", "deposit", "claim"} and net < 0:
            self.kind = "credit-note"
        text_of_terms = self.customer.terms or self.setting.option("terms", self.day) or law.default_terms("")
        instalments, hold = self._instalments(receivables, text_of_terms, to_pay < 0 or self.kind == "credit-note")
        ends = [day for line in lines if (day := line.supplied_on or line.end)]
        corrects = self.said.get("corrects") or ""
        invoice = Invoice(
            number=self.number,
            kind=self.kind,
            draft=self.draft,
            date=self.day,
            currency=self.currency,
            customer=self.customer,
            source=self.source,
            lines=tuple(lines),
            adjustments=tuple(adjustments),
            taxes=tuple(taxes),
            combined=self._combined(lines, adjustments) if self.setting.combined else (),
            deductions=tuple(deductions),
            rounding=rounding,
            rounding_account=by_place["rounding"][0].posting.account if by_place["rounding"] else "",
            immediate_payments=tuple(at_once),
            instalments=tuple(instalments),
            corrects=(corrects,) if corrects else (),
            interest_on=self.said.get("claims") or "",
            supplied_on=self.said.get("delivered") or (max(ends) if ends else self.day),
            terms=text_of_terms if hold else "",
            narration=self.entry.narration or "",
            note=(self.said.get("note") or "").replace("\\n", "\n"),
            contract_reference=self.said.get("contract-reference") or "",
            links=frozenset(self.entry.links or ()),
            booking_rate=self.rate,
            price_rate=_worth(parts, self.currency),
            to_send=bool(self.said.get("to-send")),
        )
        return TransactionDocuments([invoice], payments, [use._replace(kind=self.kind)], self.on_account)

    def _receivables(
        self, main: str, parts: list[DocumentPosting], to_pay: Decimal
    ) -> tuple[list[DocumentPosting], list[Payment]]:
        """The receivable postings, in the document's direction, and those against it: paid at once."""
        total = sum((part.number for part in parts), ZERO)
        direction = -1 if to_pay < 0 or (to_pay == 0 and total < 0) else 1
        receivables, payments = [], []
        for part in parts:
            if part.number * direction >= 0 and part.currency == self.currency:
                receivables.append(part)
                continue
            read_metadata(part.posting.meta, keys.PAYMENT_POSTING, part.source, self.findings)
            payments.append(
                Payment(
                    date=self.day,
                    account=part.posting.account,
                    customer=main,
                    currency=part.currency,
                    amount=part.number,
                    source=part.source,
                    settles=() if self.draft else (self.number,),
                    at_once=True,
                    narration=self.entry.narration or "",
                )
            )
        return receivables, payments

    def _instalments(self, parts: list[DocumentPosting], text: str, plain: bool) -> tuple[list[Instalment], bool]:
        """The instalments: by the postings' own due dates, the document's, or the terms; what is `retained` hangs on an acceptance.

        A `plain` document (to be paid back, never late) is due on its own date where nothing else is said. Tells too whether the
        terms hold: they do not where other dates are written.
        """
        said = [read_metadata(part.posting.meta, keys.RECEIVABLE, part.source, self.findings) for part in parts]
        usual = [(part, each) for part, each in zip(parts, said, strict=True) if not each.get("retained")]
        result, hold = self._dated([part for part, _each in usual], [each for _part, each in usual], text, plain)
        for part, each in zip(parts, said, strict=True):
            if code := each.get("retained"):
                why: tuple[CalculationStep, ...] = ()
                if day := each.get("due"):
                    why = (CalculationStep("due date", "as written", (day,), day, DUE_SAID),)
                where = (self.position, part.position)
                number = len(result) + 1
                result.append(
                    Instalment(number, part.posting.account, part.number, day or NOT_YET, part.source, where, why, code)
                )
        return result, hold or not result

    def _dated(
        self, parts: list[DocumentPosting], said: list[dict[str, Any]], text: str, plain: bool
    ) -> tuple[list[Instalment], bool]:
        """The instalments of what is not kept back, and whether they are due by the terms."""
        own: list[date | None] = [each.get("due") or self.said.get("due") for each in said]
        schedule: list[payment_terms.DueInstalment] = []
        written = all(own)
        agree = False
        if parts and not plain:
            total = sum((part.number for part in parts), ZERO)
            calendar = self.setting.option("business-days", self.day)
            moves = (
                bool(calendar) and calendar in payment_terms.calendars()
            )  # one that is not is an error of the option
            try:
                parsed = payment_terms.parse_terms(text, self.day)
                schedule = list(payment_terms.schedule(parsed, self.day, total, self.decimals))
            except payment_terms.TermsError as error:
                if not written:
                    self.findings.error("terms", f"{self.number}: {error}", self.source)
            dated = [(day, part.number) for day, part in zip(own, parts, strict=True) if day]
            agree = written and payment_terms.terms_match(schedule, dated, moves)
            if moves and not written:
                schedule = [payment_terms.moved_to_business_day(due, calendar) for due in schedule]
            if not written and len(parts) > 1 and len(schedule) not in {0, 1, len(parts)}:
                self.findings.error(
                    "instalments",
                    f"{self.number} has {len(parts)} receivable postings, but its terms ({text}) have"
                    f" {len(schedule)} instalments: write one posting, or one for each instalment",
                    self.source,
                )
                schedule = schedule[:1]
            elif len(parts) == len(schedule) > 1 and not any(own):
                for part, due in zip(parts, schedule, strict=True):
                    if part.number != due.amount:
                        self.findings.error(
                            "instalments",
                            f"{self.number}: this instalment is {part.number}, but by its terms ({text}) it is"
                            f" {due.amount} {self.currency}: correct it, or write its due: on each posting",
                            part.source,
                        )
        result: list[Instalment] = []
        why: tuple[CalculationStep, ...]
        split = len(parts) == 1 and not own[0] and len(schedule) > 1
        for index, part in enumerate(parts):
            where = (self.position, part.position)
            if split:
                for number, due in enumerate(schedule, 1):
                    result.append(
                        Instalment(number, part.posting.account, due.amount, due.date, part.source, where, due.steps)
                    )
                continue
            amount = part.number
            due_said = own[index]
            if due_said:
                day, why = due_said, (CalculationStep("due date", "as written", (due_said,), due_said, DUE_SAID),)
                if agree:
                    why = (*_explained(schedule[index if len(schedule) == len(parts) else 0], amount), *why)
            elif not schedule:
                because = "paid back, or no terms that can be read"
                day, why = self.day, (CalculationStep("due date", "as written", (self.day,), self.day, because),)
            else:
                due = schedule[index] if len(schedule) == len(parts) else schedule[0]
                day, why = due.date, _explained(due, amount)
            result.append(Instalment(index + 1, part.posting.account, amount, day, part.source, where, why))
        return result, agree or not written


def _worth(parts: list[DocumentPosting], currency: str) -> tuple[str, Decimal] | None:
    """The price of the document's currency that its entry says: the receivable's, else that of the first posting that has one."""
    priced = [
        (part.role != "receivable", price.currency, price.number)
        for part in parts
        if (price := part.posting.price) is not None and price.number and part.currency == currency
    ]
    return min(priced, key=lambda one: one[0])[1:] if priced else None


def _explained(due: payment_terms.DueInstalment, amount: Decimal) -> tuple[CalculationStep, ...]:
    """How the terms come to an instalment; of an amount that they did not make, they explain the date only."""
    return tuple(step for step in due.steps if step.figure == "due date" or due.amount == amount)


def _near(code: str, known: Mapping[str, object]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(code, known, cutoff=0.5)
    if near:
        return f'did you mean "{near[0]}"?'
    return "known are " + ", ".join(known) if known else "none is defined"


def _near_tax(code: str, known: Mapping[str, Dated[Tax]]) -> str:
    """What to write instead of a tax code that is not known; several in one are a code that consists of them."""
    codes = code.split()
    if len(codes) < 2 or not all(code in known for code in codes):
        return _near(code, known)
    for name, dated in known.items():
        if {part.code for part in dated.latest.parts} == set(codes):
            return f'a line has one code: write tax: "{name}", which consists of these'
    return (
        f'a line has one code: define one that consists of these, custom "invoice-tax" "{"-".join(codes)}" "…" with'
        f' parts: "{code}"'
    )


def read_opening(
    entry: Transaction, position: int, setting: ReadingContext, findings: FindingCollector
) -> TransactionDocuments:
    """Open items taken over from other books: each receivable posting is an invoice of its own."""
    source = source_of(entry.meta)
    read_metadata(entry.meta, keys.OPENING_TRANSACTION, source, findings)
    invoices, numbers, claimed = [], [], set()
    for index, posting in enumerate(entry.postings):
        main = setting.owner(posting.account)
        if main is None or posting.units is None or posting.units.number is None:
            if posting.account in setting.tax_accounts:
                read_metadata(posting.meta, keys.OPENING_TAX, source_of(posting.meta), findings)
            continue
        where = source_of(posting.meta)
        said = read_metadata(posting.meta, keys.OPENING_ITEM, where, findings)
        number = said.get("invoice")
        if not number:
            findings.error(
                "opening-item",
                f'{posting.account}: an open item needs its number: write invoice: "…" below this posting',
                where,
            )
            continue
        day = said.get("date") or entry.date
        kept = said.get("retained") or ""
        due = said.get("due") or (NOT_YET if kept else day)
        why = () if due == NOT_YET else (CalculationStep("due date", "as written", (due,), due, DUE_SAID),)
        claimed.add(index)
        numbers.append(NumberUse(number, "opening", day, where))
        invoices.append(
            Invoice(
                number=number,
                kind="opening",
                draft=False,
                date=day,
                currency=posting.units.currency,
                customer=setting.customers[main].at(day),
                source=where,
                narration=entry.narration or "",
                booked_on=entry.date,
                booking_rate=posting.price.number if posting.price is not None else None,
                links=frozenset({numbering.link(number)}),
                instalments=(
                    Instalment(
                        1,
                        posting.account,
                        posting.units.number,
                        due,
                        where,
                        (position, index),
                        why,
                        kept,
                    ),
                ),
            )
        )
    return TransactionDocuments(invoices, [], numbers, frozenset(claimed))


def resolved_corrections(invoice: Invoice, owing: Owing, findings: FindingCollector) -> Invoice:
    """The invoice with `corrects` as the numbers that it names; a number may itself contain spaces.

    They are documents of its customer: invoiced to it, or taken over by then.
    """
    if not invoice.corrects:
        return invoice
    known = owing.by_number
    text = invoice.corrects[0]
    numbers = (text,) if text in known else tuple(text.split())
    good = []
    for number in numbers:
        other = known.get(number)
        if other is None:
            findings.error(
                "unknown-invoice",
                f'{invoice.number}: corrects "{number}", but there is no such invoice{_meant(number, invoice, known)}',
                invoice.source,
            )
        elif (
            other.customer
            and invoice.customer
            and invoice.kind != "corrective"  # which may be for whom the other should have been
            and not owing.owes(other, invoice.customer.account, invoice.booked_from)
        ):
            findings.error(
                "other-customer",
                f"{invoice.number} of {invoice.customer.name} corrects {number}, which is an invoice of"
                f" {other.customer.name}",
                invoice.source,
            )
        else:
            good.append(number)
    return invoice._replace(corrects=tuple(good))


def _meant(number: str, note: Invoice, known: Mapping[str, Invoice]) -> str:
    """A hint at the document of the same customer that a credit note likely corrects; "" where none is near."""
    account = note.customer.account if note.customer else ""
    near = sorted(
        (numbering.distance(number, invoice.number) + (invoice.payable != -note.payable), invoice.number)
        for invoice in known.values()
        if invoice.customer and invoice.customer.account == account and invoice.payable > 0 > note.payable
    )
    return f": did you mean {near[0][1]}?" if near and near[0][0] < 3 else ""
