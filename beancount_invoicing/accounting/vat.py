"""The VAT of a period: what is due on documents, on payments and taken back on losses, line by line.

What is due on a payment is what `receivables.tax_due` works out. A period counts what its last day knows, less what the day before
it knew. So the VAT of the months is that of the year, even if a document of February takes money of January: its tax is then in
February, as one that belongs to an earlier period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing import law
from beancount_invoicing.accounting.entries import ValuedEntries, ValuedEntry, valued_entries
from beancount_invoicing.accounting.sales import Sale, sales
from beancount_invoicing.law.vat_returns import Supply
from beancount_invoicing.model import ZERO, Book, Day, Invoice, Payment, Source, Tax
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerPosting
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.receivables.exchange import latest_price
from beancount_invoicing.receivables.pending_taxes import PendingTaxKey
from beancount_invoicing.receivables.tax_due import TaxDue, TaxShare, tax_due
from beancount_invoicing.receivables.tax_shares import TaxEffectKind
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.supply import (
    ANYONE,
    kind_of,
    nature_under,
    parse_sold_to,
    place_of_seller,
    place_of_supply,
)
from beancount_invoicing.rules.tax import code_of_name

VatKind = Literal[
    "invoice", "deposit", "deducted", "credit-note", "corrective", "cancellation", "payment", "earlier",
    "paid-deposit-deducted", "write-off", "discount",
]  # fmt: skip
"""Why tax is due (or, below zero, no longer): a document; a deposit that it deducts; a payment; a payment of an earlier period that
only now has its document; the deduction of a deposit that was paid; a loss or a discount on which it is taken back.
"""
_ON_PAYMENT = {"payment", "earlier", "paid-deposit-deducted"}


class VatLine(NamedTuple):
    """An amount on which VAT falls due, or no VAT is charged, in the books' currency; below zero on credit notes and losses."""

    date: Day
    kind: VatKind
    number: str
    """Of the document; of a loss without one, what its entry names."""
    customer: str
    tax: Tax
    """As it applied to the document; its `code` is the name there: "VAT 20%" at an older rate."""
    nature: str
    supply: Supply
    seller_place: str
    place: str
    """The places of the seller and of supply."""
    is_credit: bool
    """Whether its document is a credit note, or the cancellation of a replaced invoice."""
    base: Decimal
    amount: Decimal
    source: Source
    entry: Source
    """The transaction of a document or a loss; of a payment: the posting on the customer's account."""

    @property
    def is_on_payment(self) -> bool:
        """Whether it falls due because of a payment."""
        return self.kind in _ON_PAYMENT


class Vat(NamedTuple):
    """The VAT of a period (both days inclusive), the sales of its documents, and the entries up to its end."""

    since: Day
    until: Day
    currency: str
    lines: tuple[VatLine, ...]
    sales: tuple[Sale, ...]
    due: TaxDue
    """As of the end of the period."""
    valued: tuple[ValuedEntry, ...]

    @property
    def base(self) -> Decimal:
        """The sum of its bases, of taxed and untaxed sales."""
        return sum((line.base for line in self.lines), ZERO)

    @property
    def amount(self) -> Decimal:
        """The sum of its taxes."""
        return sum((line.amount for line in self.lines), ZERO)


def vat_of_period(
    general_ledger: GeneralLedger,
    book: Book,
    since: date,
    until: date,
    allocated: Allocated | None = None,
    known: ValuedEntries | None = None,
) -> Vat:
    """The VAT from `since` to `until` (both inclusive), by date and document. Raises CannotMakeEntries.

    `allocated`: as of `until`, `known`: the `valued_entries` up to it, if the caller has them.
    """
    valued, _moneyless = known or valued_entries(general_ledger, book, until)
    due = tax_due(book, until, allocated)
    earlier = tax_due(book, since - timedelta(days=1))
    sold = sales(valued, book, since, until)
    lines = [
        *_of_documents(book, sold),
        *_of_payments(book, due, earlier, since),
        *_taken_back(book, valued, since, until),
    ]
    lines.sort(key=lambda line: (line.date, line.number, line.kind, line.tax.code, line.nature, line.source))
    return Vat(since, until, book.currency, tuple(lines), sold, due, tuple(valued))


def _of_documents(book: Book, sold: Iterable[Sale]) -> Iterator[VatLine]:
    """What documents make due themselves, and what bears no tax.

    Of a tax due on payment, that is what they book as owed already: what is paid at once, and what they take off of a deposit
    that was paid.
    """
    waiting, places = pending_accounts(book), currency_decimals(book.currency)
    for sale in sold:
        kind: VatKind = "deducted" if sale.deposit else sale.kind  # type: ignore[assignment] # only sales
        line = VatLine(
            sale.date, kind, sale.number, sale.customer.name, sale.tax, sale.nature, supply_of_sale(book, sale),
            seller_place(book, sale.date), sale.place, sale.kind in {"credit-note", "cancellation"}, sale.base, ZERO, sale.source,
            sale.entry,
        )  # fmt: skip
        whole: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for charged in sale.taxes:
            whole[charged.tax.code] += charged.amount
        for charged in sale.taxes:
            if charged.tax.on_payment and charged.account in waiting:
                continue
            part = charged.amount / whole[charged.tax.code] if whole[charged.tax.code] else Decimal(1)
            yield line._replace(tax=charged.tax, base=round_to(sale.base * part, places), amount=charged.amount)
        if not sale.taxes and not sale.tax.on_payment:
            yield line


class VatPart(NamedTuple):
    """What falls due of one tax of a document."""

    date: Day
    kind: VatKind
    base: Decimal
    amount: Decimal
    source: Source
    entry: Source


def _line_of(book: Book, invoice: Invoice, code: str, part: VatPart) -> VatLine:
    """A line for a tax of a document, with its nature: that of the document's lines which bear it."""
    tax = tax_of(book, invoice, code)
    bearing = [
        line.nature
        for line in invoice.lines
        if line.nature and code in {part_of_code.code for part_of_code in _parts(invoice.tax_codes.get(line.tax))}
    ]
    nature = bearing[0] if bearing else nature_under(tax)
    customer = invoice.customer
    place = place_of_supply(customer, nature) if customer else ""
    seller = seller_place(book, part.date)
    return VatLine(
        part.date, part.kind, invoice.number, customer.name if customer else "", tax, nature,
        supply_of(tax, nature, seller, place), seller, place, invoice.is_credit, part.base, part.amount, part.source, part.entry,
    )  # fmt: skip


def _parts(tax: Tax | None) -> tuple[Tax, ...]:
    return (tax.parts or (tax,)) if tax else ()


def tax_of(book: Book, invoice: Invoice, code: str) -> Tax:
    """A tax code by its name on a document, as it applied to it."""
    known = invoice.tax_codes.get(code)
    if known:
        return known
    dated = book.taxes.get(code_of_name(code, book.taxes))
    return dated.at(invoice.date) if dated else Tax(code, code, None, invoice.source, category="")


_ShareKey = tuple[date, str, PendingTaxKey, TaxEffectKind, Source]


def _of_payments(book: Book, due: TaxDue, earlier: TaxDue, since: date) -> Iterator[VatLine]:
    """What payments make due: what is known at the end of the period, less what was known before it."""
    known: defaultdict[_ShareKey, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    shares: dict[_ShareKey, TaxShare] = {}
    for sign, all_of in ((1, due.tax_shares), (-1, earlier.tax_shares)):
        for share in all_of:
            if share.is_due:
                key = share.date, share.number, share.pending, share.kind, share.source
                shares.setdefault(key, share)
                known[key][0] += sign * share.base
                known[key][1] += sign * share.amount
    documents = book.invoices_by_number()
    for key, (base, amount) in known.items():
        share = shares[key]
        invoice = documents.get(share.number)
        if invoice is None or not (base or amount):
            continue
        in_books = _in_books(book, share.pending.currency, share.date)
        kind: VatKind = "payment" if share.date >= since else "earlier"
        if share.kind == "deducted":
            kind = "paid-deposit-deducted"
        yield _line_of(
            book,
            invoice,
            share.pending.code,
            VatPart(share.date, kind, in_books(base), in_books(amount), share.source, share.source),
        )


class _InBooks(NamedTuple):
    rate: Decimal
    places: int

    def __call__(self, amount: Decimal) -> Decimal:
        return round_to(amount * self.rate, self.places)


def _in_books(book: Book, currency: str, day: date) -> _InBooks:
    """Converts from the currency in which a tax is booked at the ledger's latest price; the books' own stays."""
    price = None if currency == book.currency else latest_price(book, (currency, book.currency), day)
    return _InBooks(price[1] if price else Decimal(1), currency_decimals(book.currency))


def tax_accounts(book: Book) -> dict[str, tuple[Tax, ...]]:
    """The accounts of VAT that is owed, each with the codes that are booked there; withholdings are left out."""
    found: defaultdict[str, dict[str, Tax]] = defaultdict(dict)
    for dated in book.taxes.values():
        for _day, tax in dated.versions:
            if tax.account and not tax.withholding:
                found[tax.account][tax.code] = tax
    return {account: tuple(codes.values()) for account, codes in sorted(found.items())}


def pending_accounts(book: Book) -> frozenset[str]:
    """The accounts of VAT that is owed only once paid."""
    return frozenset(tax.pending for dated in book.taxes.values() for _day, tax in dated.versions if tax.pending)


def _taken_back(book: Book, valued: Sequence[ValuedEntry], since: date, until: date) -> Iterator[VatLine]:
    """Tax due once invoiced that entries take back as part of a loss or a discount."""
    accounts = tax_accounts(book)
    losing = {payment.source: payment for payment in book.payments if payment.means in {"write-off", "discount"}}
    documents = book.invoices_by_number() if losing else {}
    for entry, postings in valued:
        if not since <= entry.date <= until or entry.is_document:
            continue
        payment = next((losing[posting.source] for posting, _value in postings if posting.source in losing), None)
        if payment is None:
            continue
        for posting, value in postings:
            tax = _invoiced_tax(book, posting, accounts, entry.date)
            if tax is None or not value:
                continue
            base = round_to(-value * 100 / tax.rate, currency_decimals(book.currency)) if tax.rate else ZERO
            kind: VatKind = "write-off" if payment.means == "write-off" else "discount"
            invoice = _document_of(documents, payment)
            part = VatPart(entry.date, kind, base, -value, posting.source, entry.source)
            if invoice:
                yield _line_of(book, invoice, tax.code, part)
            else:
                number = " ".join(payment.settles or payment.links)
                supply: Supply = "taxed"
                yield VatLine(
                    part.date, kind, number, book.customers[payment.customer].at(entry.date).name, tax,
                    nature_under(tax), supply, seller_place(book, entry.date), "", False, base, -value, posting.source,
                    entry.source,
                )  # fmt: skip


def _document_of(documents: Mapping[str, Invoice], payment: Payment) -> Invoice | None:
    """The only document that a payment names."""
    numbers = payment.settles or payment.links
    return documents.get(numbers[0]) if len(numbers) == 1 else None


def _invoiced_tax(book: Book, posting: LedgerPosting, accounts: Mapping[str, tuple[Tax, ...]], day: date) -> Tax | None:
    """The tax due once invoiced that a posting is about: the code that it names, else the only one of its account."""
    codes = accounts.get(posting.account, ())
    if posting.tax:
        code = code_of_name(posting.tax, book.taxes)
        named = book.taxes[code].at(day) if code in book.taxes and any(tax.code == code for tax in codes) else None
        return named if named and not named.on_payment else None
    invoiced = [tax for tax in codes if not tax.on_payment]
    return invoiced[0] if len(codes) == 1 and invoiced else None


def seller_place(book: Book, day: date) -> str:
    """The place of the seller on a day, as a code of law.places; "" if none is known."""
    return place_of_seller(book.seller.at(day)) if book.seller else ""


def supply_of_sale(book: Book, sale: Sale) -> Supply:
    """`supply_of` a sale."""
    return supply_of(sale.tax, sale.nature, seller_place(book, sale.date), sale.place)


def supply_of(tax: Tax, nature: str, seller: str, place: str) -> Supply:
    """What a sale is for VAT, by the category of its code (UNCL 5305), its nature, and the places of seller and supply.

    A sale of unknown nature is one of goods under the categories K and G, and of services under others.
    """
    kind = kind_of(nature) if nature else "goods" if tax.category in {"K", "G"} else "services"
    where = law.whereabouts(seller, place, kind)
    if tax.category == "S":
        return "oss" if where == "union" and _of_another_state(tax, seller) else "taxed"
    by_place: dict[str, Supply] = {
        "home": "reverse-home" if tax.category == "AE" else "outside",
        "union": "services-union",
        "outside": "services-outside",
    }
    by_category: dict[str, Supply] = {
        "Z": "zero",
        "E": "exempt",
        "K": "goods-union",
        "AE": by_place[where],
        "O": by_place[where],
        "G": "export" if kind == "goods" else by_place[where if where != "home" else "outside"],
    }
    return by_category.get(tax.category, "")


def _of_another_state(tax: Tax, seller: str) -> bool:
    """Whether a code is for customers in named states, whose tax it is (One Stop Shop)."""
    whom = parse_sold_to(tax.sold_to) if tax.sold_to and tax.sold_to != ANYONE else None
    return whom is not None and all(law.in_union(law.state_of(place)) and place != seller for place in whom.places)
