"""The reports of a period's VAT: by code, by box of the return, line by line, and beside the accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.accounting.reports import Cell, Reconciliation, Report, ReportColumn
from beancount_invoicing.accounting.vat import (
    Vat,
    VatKind,
    VatLine,
    pending_accounts,
    supply_of_sale,
    tax_accounts,
)
from beancount_invoicing.accounting.vat_payable import payable_accounts
from beancount_invoicing.law.vat_returns import VatBox, VatReturn, vat_return
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Day, Source
from beancount_invoicing.model.general_ledger import GeneralLedger, LedgerEntry, LedgerPosting
from beancount_invoicing.rules.tax import code_of_name

KINDS: dict[VatKind, str] = {
    "invoice": _("invoice"),
    "deposit": _("deposit"),
    "deducted": _("deposit deducted"),
    "credit-note": _("credit note"),
    "corrective": _("corrective invoice"),
    "cancellation": _("cancellation"),
    "payment": _("payment"),
    "earlier": _("payment of an earlier period"),
    "paid-deposit-deducted": _("paid deposit deducted"),
    "write-off": _("loss"),
    "discount": _("discount"),
}
"""What makes tax due, in words, in the order of the reports."""
VatTable = Literal["codes", "boxes", "lines", "differences"]
_LOSSES = {"write-off", "discount"}

_CODE_COLUMNS = (
    ReportColumn("code", _("code")),
    ReportColumn("category", _("category")),
    ReportColumn("rate", _("rate")),
    ReportColumn("kind", _("due on")),
    ReportColumn("lines", _("lines"), "count"),
    ReportColumn("base", _("base"), "amount", summed=True),
    ReportColumn("tax", _("tax"), "amount", summed=True),
)
_LINE_COLUMNS = (
    ReportColumn("date", _("date"), "date"),
    ReportColumn("kind", _("due on")),
    ReportColumn("number", _("document")),
    ReportColumn("customer", _("customer")),
    ReportColumn("place", _("place")),
    ReportColumn("code", _("code")),
    ReportColumn("category", _("category")),
    ReportColumn("rate", _("rate")),
    ReportColumn("nature", _("nature")),
    ReportColumn("base", _("base"), "amount", summed=True),
    ReportColumn("tax", _("tax"), "amount", summed=True),
    ReportColumn("boxes", _("boxes")),
    ReportColumn("source", _("where"), "source"),
)
_BOX_COLUMNS = (
    ReportColumn("box", _("box")),
    ReportColumn("title", _("as the form calls it")),
    ReportColumn("amount_of", _("what")),
    ReportColumn("lines", _("lines"), "count"),
    ReportColumn("exact", _("exact"), "amount"),
    ReportColumn("declared", _("to declare"), "amount"),
)
_DIFFERENCE_COLUMNS = (
    ReportColumn("subject", _("compared")),
    ReportColumn("what", _("what")),
    ReportColumn("date", _("date"), "date"),
    ReportColumn("reference", _("reference")),
    ReportColumn("amount", _("amount"), "amount"),
    ReportColumn("source", _("where"), "source"),
)


class UnplacedLine(NamedTuple):
    """A line for which the return has no box of its base, or of its tax."""

    line: VatLine
    missing: str
    """"base" or "tax"."""


class Difference(NamedTuple):
    """What the accounts have more (or, below zero, less) than the report, and why."""

    why: str
    amount: Decimal
    entry: LedgerEntry | None = None
    line: VatLine | None = None
    """The tax of a document that is not on the account, or only in part."""

    @property
    def place(self) -> tuple[Day | None, str, Source | None]:
        """Its day, the document or what the entry rests on, and where it is written."""
        if self.line:
            return self.line.date, self.line.number, self.line.source
        return (self.entry.date, self.entry.reference, self.entry.source) if self.entry else (None, "", None)


class Comparison(NamedTuple):
    """What the report says of some accounts beside their movements, and every difference between the two."""

    subject: str
    reported: Decimal
    differences: tuple[Difference, ...]
    booked: Decimal

    @property
    def unexplained(self) -> Decimal:
        """What the differences leave."""
        return self.booked - self.reported - sum((difference.amount for difference in self.differences), ZERO)


def return_of_seller(book: Book, day: date) -> VatReturn | None:
    """The return of the seller's country on a day; None if none is known."""
    return vat_return(book.seller.at(day).address.country, day) if book.seller else None


def vat_tables(vat: Vat, general_ledger: GeneralLedger, book: Book, form: VatReturn | None) -> dict[VatTable, Report]:
    """All tables of a period's VAT by name, those by code first; without boxes if no return is known."""
    compared = comparisons(vat, general_ledger, book)
    tables: dict[VatTable, Report] = {"codes": codes_report(vat, compared)}
    if form:
        tables["boxes"] = boxes_report(vat, book, form)
    tables["differences"] = differences_report(vat, compared)
    tables["lines"] = lines_report(vat, form)
    return tables


def codes_report(vat: Vat, comparisons: Iterable[Comparison]) -> Report:
    """The bases and taxes by code, rate and what makes them due, and how they meet the accounts."""
    sums: defaultdict[tuple[str, Decimal, str, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    order = list(KINDS)
    for line in vat.lines:
        total = sums[line.tax.code, line.tax.rate, line.tax.category, order.index(line.kind)]
        total[0] += 1
        total[1] += line.base
        total[2] += line.amount
    rows = tuple(
        (code, category, _rate(rate), KINDS[order[kind]], int(count), base, tax)
        for (code, rate, category, kind), (count, base, tax) in sorted(sums.items())
    )
    met = tuple(
        Reconciliation(
            _("{subject}, with the differences named", subject=compared.subject),
            compared.booked - compared.unexplained,
            compared.booked,
        )
        for compared in comparisons
    )
    return Report("vat", _("VAT"), vat.since, vat.until, vat.currency, _CODE_COLUMNS, rows, met)


def lines_report(vat: Vat, form: VatReturn | None) -> Report:
    """Every line, with the document or payment that it comes from, and the boxes in which it is."""
    rows = tuple(
        (
            line.date, KINDS[line.kind], line.number, line.customer, line.place, line.tax.code, line.tax.category,
            _rate(line.tax.rate), line.nature, line.base, line.amount, " ".join(boxes_of(line, form)), line.source,
        )
        for line in vat.lines
    )  # fmt: skip
    return Report("vat-lines", _("VAT, line by line"), vat.since, vat.until, vat.currency, _LINE_COLUMNS, rows)


def boxes_report(vat: Vat, book: Book, form: VatReturn) -> Report:
    """The boxes of a return that have an amount, exact and as it is declared."""
    rows: list[tuple[Cell, ...]] = []
    for box in form.boxes:
        amounts = list(_invoiced(vat, book, box) if box.invoiced else _due(vat, box))
        exact = sum(amounts, ZERO)
        if amounts:
            words = _("base") if box.amount == "base" else _("tax")
            rows.append((box.box, box.title, words, len(amounts), exact, form.declared(exact, box.amount)))
    title = _("Boxes of {form} ({country})", form=form.form, country=form.country)
    return Report("vat-boxes", title, vat.since, vat.until, vat.currency, _BOX_COLUMNS, tuple(rows))


def below_zero(vat: Vat, form: VatReturn) -> tuple[tuple[str, Decimal], ...]:
    """The boxes of tax that are below zero, with their amounts, if the return has another one for what is given back."""
    taxes = ((box.box, sum(_due(vat, box), ZERO)) for box in form.boxes if box.amount == "tax" and form.given_back)
    return tuple((box, amount) for box, amount in taxes if amount < 0)


def _due(vat: Vat, box: VatBox) -> Iterator[Decimal]:
    for line in vat.lines:
        amount = line.base if box.amount == "base" else line.amount
        if amount and takes(box, line):
            yield box.sign * amount


def _invoiced(vat: Vat, book: Book, box: VatBox) -> Iterator[Decimal]:
    for sale in vat.sales:
        amount = sale.base if box.amount == "base" else sale.tax_amount
        if amount and supply_of_sale(book, sale) in box.supplies:
            yield amount


def takes(box: VatBox, line: VatLine) -> bool:
    """Whether a line's amount belongs in a box."""
    if line.supply not in box.supplies or (box.rates is not None and line.tax.rate not in box.rates):
        return False
    if box.places and line.seller_place not in box.places:
        return False
    if line.kind in _LOSSES:
        return box.losses != "no"
    return box.losses != "only" and (box.documents == "all" or line.is_credit == (box.documents == "credits"))


def boxes_of(line: VatLine, form: VatReturn | None) -> tuple[str, ...]:
    """The boxes of a return in which a line's base or tax is."""
    boxes = [box.box for box in form.boxes if takes(box, line)] if form else []
    return tuple(dict.fromkeys(boxes))


def unplaced(vat: Vat, form: VatReturn) -> tuple[UnplacedLine, ...]:
    """The lines whose base or tax is in no box; of a loss, only its tax must be in one."""
    found = []
    for line in vat.lines:
        if line.supply in form.unreported:
            continue
        boxes = {box.amount for box in form.boxes if takes(box, line)}
        boxes |= {box.amount for box in form.boxes if box.invoiced and line.supply in box.supplies}
        if line.base and "base" not in boxes and line.kind not in _LOSSES:
            found.append(UnplacedLine(line, "base"))
        elif line.amount and "tax" not in boxes:
            found.append(UnplacedLine(line, "tax"))
    return tuple(found)


def differences_report(vat: Vat, comparisons: Iterable[Comparison]) -> Report:
    """From what the report says to what the accounts say, difference by difference; first, from the sales to the bases."""
    rows: list[tuple[Cell, ...]] = [
        (_("bases"), why, None, "", amount, None) for why, amount in _from_sales_to_bases(vat)
    ]
    for compared in comparisons:
        rows.append((compared.subject, _("in this report"), None, "", compared.reported, None))
        for difference in compared.differences:
            day, reference, source = difference.place
            rows.append((compared.subject, difference.why, day, reference, difference.amount, source))
        if compared.unexplained:
            rows.append((compared.subject, _("unexplained"), None, "", compared.unexplained, None))
        rows.append((compared.subject, _("movements on the accounts"), None, "", compared.booked, None))
    title = _("VAT beside the accounts")
    return Report("vat-differences", title, vat.since, vat.until, vat.currency, _DIFFERENCE_COLUMNS, tuple(rows))


def _from_sales_to_bases(vat: Vat) -> Iterator[tuple[str, Decimal]]:
    """Why the bases of a period are not its sales: what is taxed once paid has its base in the period of the payment."""
    sold = sum((sale.base for sale in vat.sales), ZERO)
    waits = sum((sale.base for sale in vat.sales if sale.taxes and all(tax.tax.on_payment for tax in sale.taxes)), ZERO)
    paid = sum((line.base for line in vat.lines if line.is_on_payment), ZERO)
    lost = sum((line.base for line in vat.lines if line.kind in _LOSSES), ZERO)
    other = vat.base - (sold - waits + paid + lost)
    yield _("sales of the period"), sold
    for why, amount in (
        (_("of them taxed once paid"), -waits),
        (_("fell due by payments"), paid),
        (_("losses and discounts on which tax is taken back"), lost),
        (_("under two taxes, or due at once in part"), other),
    ):
        if amount:
            yield why, amount
    yield _("bases of this report"), vat.base


def comparisons(vat: Vat, general_ledger: GeneralLedger, book: Book) -> tuple[Comparison, ...]:
    """Turnover and VAT beside the movements of their accounts: those of income and deposits, and those of VAT that is owed."""
    payable = payable_accounts(general_ledger, book, vat.since, vat.until)
    return _turnover(vat, book, general_ledger.result_roots), _tax(vat, book, payable)


def _turnover(vat: Vat, book: Book, result_roots: Collection[str]) -> Comparison:
    """The sales beside the movements of every account on which documents book them, and of all income."""
    accounts: set[str] = set()
    for invoice in book.invoices:
        accounts.update(line.account for line in invoice.lines)
        accounts.update(adjustment.account for adjustment in invoice.adjustments)
        accounts.update(deduction.account for deduction in invoice.deductions if not deduction.tax)
    income = set(result_roots) - {book.expenses_root}
    reported: defaultdict[Source, Decimal] = defaultdict(lambda: ZERO)
    for sale in vat.sales:
        reported[sale.entry] += sale.base

    def counts(posting: LedgerPosting, _entry: LedgerEntry) -> bool:
        return posting.account in accounts or posting.account.split(":")[0] in income

    return _compared(_("turnover"), vat, reported, counts, frozenset())


def _tax(vat: Vat, book: Book, payable: frozenset[str]) -> Comparison:
    """The VAT beside the movements of the accounts on which it is owed."""
    accounts, pending = tax_accounts(book), pending_accounts(book)
    reported: defaultdict[Source, Decimal] = defaultdict(lambda: ZERO)
    for line in vat.lines:
        if not line.is_on_payment:
            reported[line.entry] += line.amount
    on_payment = {
        code for code, dated in book.taxes.items() if any(version.on_payment for _day, version in dated.versions)
    }

    def moves(posting: LedgerPosting, entry: LedgerEntry) -> bool:
        if entry.is_document or posting.account not in accounts:
            return False
        if posting.tax:
            return code_of_name(posting.tax, book.taxes) in on_payment
        return any(other.account in pending for other in entry.postings)

    def counts(posting: LedgerPosting, entry: LedgerEntry) -> bool:
        return posting.account in accounts and not moves(posting, entry)

    own = _compared(_("VAT"), vat, reported, counts, payable)
    moved = [(entry, posting.account, -value) for entry, posting, value in _postings(vat) if moves(posting, entry)]
    due = [line for line in vat.lines if line.is_on_payment]
    unmoved = tuple(
        difference
        for account in sorted(
            {*(line.tax.account or "" for line in due), *(account for _entry, account, _amount in moved)}
        )
        for difference in _unmoved(
            vat,
            [line for line in due if (line.tax.account or "") == account],
            [(entry, amount) for entry, on, amount in moved if on == account],
        )
    )
    return Comparison(
        own.subject,
        own.reported + sum((line.amount for line in due), ZERO),
        (*unmoved, *own.differences),
        own.booked + sum((amount for _entry, _account, amount in moved), ZERO),
    )


def _unmoved(vat: Vat, due: Sequence[VatLine], moved: Sequence[tuple[LedgerEntry, Decimal]]) -> Iterator[Difference]:
    """What payments made due of an account's tax and no entry moved there, document by document; or what was moved beyond it, entry
    by entry. An entry that moves a month's tax names no document: if no single one accounts for the difference, the latest do.
    """
    missing = sum((line.amount for line in due), ZERO) - sum((amount for _entry, amount in moved), ZERO)
    if not missing:
        return
    not_yet = _(
        "due on payments and not moved to the tax account yet: bean-invoice tax-due --since {since} --until {until} -w",
        since=vat.since,
        until=vat.until,
    )
    beyond = _("moved to the tax account, and due in another period")
    lines = [line for line in reversed(due) if line.amount * missing > 0]
    entries = [(entry, amount) for entry, amount in reversed(moved) if amount * missing < 0]
    for line in [line for line in lines if line.amount == missing][:1] or lines if missing > 0 else []:
        part = min(line.amount, missing)
        missing -= part
        if part:
            yield Difference(not_yet, -part, line=line)
    for entry, amount in [found for found in entries if found[1] == -missing][:1] or entries:
        part = min(abs(amount), abs(missing)).copy_sign(amount)
        missing += part
        if part:
            yield Difference(beyond, part, entry)
    if missing:
        yield Difference(not_yet if missing > 0 else beyond, -missing)


def _postings(vat: Vat) -> Iterator[tuple[LedgerEntry, LedgerPosting, Decimal]]:
    for entry, postings in vat.valued:
        if entry.date >= vat.since:
            for posting, value in postings:
                yield entry, posting, value


def _compared(
    subject: str,
    vat: Vat,
    reported: Mapping[Source, Decimal],
    counts: Callable[[LedgerPosting, LedgerEntry], bool],
    payable: frozenset[str],
) -> Comparison:
    """What is reported of each entry beside its postings that count; each entry in which they differ is named."""
    booked: defaultdict[Source, Decimal] = defaultdict(lambda: ZERO)
    entries: dict[Source, LedgerEntry] = {}
    for entry, posting, value in _postings(vat):
        if counts(posting, entry):
            booked[entry.source] -= value
            entries[entry.source] = entry
    differences = [
        Difference(_why(entry, payable), booked[source] - reported.get(source, ZERO), entry)
        for source, entry in entries.items()
        if booked[source] != reported.get(source, ZERO)
    ]
    differences.sort(
        key=lambda difference: (difference.entry.date, difference.entry.source) if difference.entry else ()
    )
    return Comparison(
        subject, sum(reported.values(), ZERO), tuple(differences), sum((booked[source] for source in entries), ZERO)
    )


def _why(entry: LedgerEntry, payable: frozenset[str]) -> str:
    if any(posting.account in payable for posting in entry.postings):
        return _("settlement of the VAT: {text}", text=entry.text)
    if entry.is_opening:
        return _("taken over from other books: {text}", text=entry.text)
    if entry.is_document:
        return _("a document that is not a sale, or only in part: {text}", text=entry.text)
    return _("an entry that is not a document: {text}", text=entry.text)


def _rate(rate: Decimal) -> str:
    return f"{rate.normalize():f} %"
