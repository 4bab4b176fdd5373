"""The entry of a supplier's invoice: offered as a draft for a person to look at, to the cent, and once."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.einvoice.business_terms import EInvoice
from beancount_invoicing.einvoice.supplier_invoices import sign_of, supplier_terms
from beancount_invoicing.entries.received import BILL_KEY
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.platform.received import (
    ReceivedInvoice,
    UnknownReceived,
    is_same,
    named_received,
    received_invoices,
    supplier_account,
)
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import Changes, NewDirective, Outcome, WriteOptions, change
from beancount_invoicing.writing.dated_files import expanded_pattern, target_file
from beancount_invoicing.writing.new_documents import InvalidRequest

_CURRENCY = re.compile(r"[A-Z]{3}")
_LINK = re.compile(r"[A-Za-z0-9._/-]+")
_OWED_BY_BUYER = frozenset({"AE", "K"})
"""Categories under which the buyer owes the tax: reverse charge, and supplies from another member state."""


class _Part(NamedTuple):
    """What an invoice charges at a rate; None: it has no rates."""

    rate: Decimal | None
    base: Decimal
    tax: Decimal


def book_received(file: str | Path, wanted: str, day: date | None, options: WriteOptions) -> Outcome:
    """Writes the entry of a supplier's invoice, dated `day`, or else as the invoice is, with the file as its document.

    Raises what `change` raises, and InvalidRequest with what is to be done if there can be no entry.
    """

    def make(loading: Loading) -> Changes:
        book = loading.book
        every = received_invoices(book)
        try:
            invoice = named_received(every, wanted)
        except UnknownReceived as error:
            raise InvalidRequest(str(error)) from None
        _must_be_bookable(invoice, every)
        terms = _terms(invoice)
        on = day or terms.issued
        target = _target(book, on, options)
        return Changes(
            (NewDirective(on, lambda column: _entry(book, invoice, terms, on, target, column), str(target)),),
            message=_("Invoice {number} of {supplier}", number=invoice.first.number, supplier=invoice.first.supplier),
            summary=_("the entry of {name}", name=invoice.name),
            notices=_notices(book, terms),
        )

    return change(file, make, options)


def _target(book: Book, day: date, options: WriteOptions) -> Path:
    """The file of the entry: its path to the invoice depends on it."""
    if options.into:
        return target_file(options.into, day)
    pattern = book.option("file", day)
    return Path(book.file).parent / expanded_pattern(pattern, day) if pattern else Path(book.file)


def _must_be_bookable(invoice: ReceivedInvoice, every: tuple[ReceivedInvoice, ...]) -> None:
    """Raises InvalidRequest if the invoice, or another with the same number of the same supplier, is booked, or it was refused."""
    same = [other for other in every if other.booked and (other is invoice or is_same(other.first, invoice.first))]
    for other in same:
        assert other.booked
        raise InvalidRequest(
            _(
                "{place}: {number} of {supplier} is booked already: take that entry out first, if it is wrong",
                place=other.booked.source,
                number=invoice.first.number or invoice.name,
                supplier=invoice.first.supplier or _("this supplier"),
            )
        )
    if invoice.answer == "210":
        raise InvalidRequest(
            _(
                "{name} was refused (210) on {day}: it is not owed; the supplier has to issue another",
                name=invoice.name,
                day=invoice.answers[-1].date,
            )
        )


def _terms(invoice: ReceivedInvoice) -> EInvoice:
    """What the invoice's file says. Raises InvalidRequest if it is not the one that came, cannot be read, or does not add up."""
    path = Path(invoice.first.file) if invoice.first.file else None
    if path is None or not path.exists():
        raise InvalidRequest(
            _(
                "{name}: its file {file} is not there: put it back, or fetch it again",
                name=invoice.name,
                file=invoice.first.file or "",
            )
        )
    content = path.read_bytes()
    if invoice.first.sha256 and sha256(content).hexdigest() != invoice.first.sha256:
        raise InvalidRequest(
            _("{file} is not the file that came on {day}: put that one back", file=path, day=invoice.first.date)
        )
    terms, problem = supplier_terms(content)
    if terms is None:
        raise InvalidRequest(_("{file}: {problem}: write its entry yourself", file=path, problem=problem))
    if wrong := _contradiction(terms):
        raise InvalidRequest(
            _(
                "{name}: {wrong}: nothing is offered; ask {supplier} for another, bean-invoice received answer {name} disputed",
                name=invoice.name,
                wrong=wrong,
                supplier=invoice.first.supplier,
            )
        )
    return terms


def _contradiction(terms: EInvoice) -> str:
    """What does not add up, with both figures; "" if all does."""
    if not _CURRENCY.fullmatch(terms.currency):
        return _("its currency is {currency}", currency=terms.currency or "–")
    totals = terms.totals
    for part in _parts(terms):
        for amount in (part.base, part.tax):
            if not _to_the_cent(amount, terms.currency):
                return _("{amount} is no amount in {currency}", amount=amount, currency=terms.currency)
    bases = sum((part.base for part in _parts(terms)), ZERO)
    taxes = sum((part.tax for part in _parts(terms)), ZERO)
    compared = (
        (_("the bases of its rates are {found} in all, but its total without tax is {told}"), bases, totals.net),
        (_("the taxes of its rates are {found} in all, but its total of tax is {told}"), taxes, totals.vat),
        (
            _("its total without tax and its tax are {found}, but its total is {told}"),
            totals.net + totals.vat,
            totals.gross,
        ),
        (
            _("its total less what is paid is {found}, but it asks for {told}"),
            totals.gross - totals.paid + totals.rounding,
            totals.due,
        ),
    )
    return next((told.format(found=f"{a:f}", told=f"{b:f}") for told, a, b in compared if a != b), "")


def _to_the_cent(amount: Decimal, currency: str) -> bool:
    decimals = currency_decimals(currency)
    return amount.is_finite() and abs(amount) < Decimal(10) ** 15 and amount == round(amount, decimals)


def _parts(terms: EInvoice) -> list[_Part]:
    """What it charges, by rate; in all if it does not say that."""
    if not terms.breakdown:
        return [_Part(None, terms.totals.net, terms.totals.vat)]
    return [_Part(group.rate, group.base, group.amount) for group in terms.breakdown]


def _entry(book: Book, invoice: ReceivedInvoice, terms: EInvoice, day: date, target: Path, column: int) -> str:
    """The transaction and the document. Raises InvalidRequest if an account is not said."""
    payable = book.option("supplier-account", day)
    expense = supplier_account(book, invoice.first, day)
    if not payable:
        raise InvalidRequest(
            _(
                'write on which account you owe suppliers: {day} custom "invoice-option" "supplier-account" '
                "Liabilities:Suppliers",
                day=day,
            )
        )
    if not expense:
        raise InvalidRequest(
            _(
                'write on which account the invoices of {supplier} go: {day} custom "invoice-supplier" "{supplier}" '
                "Expenses:Office",
                supplier=invoice.first.supplier,
                day=day,
            )
        )
    total = terms.totals.gross + terms.totals.rounding
    links = [invoice.name] if _LINK.fullmatch(invoice.name) else []
    entry = text.transaction(
        day,
        "!",
        invoice.first.supplier,
        invoice.first.number,
        [
            text.NewPosting(payable, -sign_of(terms) * total, terms.currency),
            *_charges(terms, expense, book.option("deductible-tax-account", day)),
        ],
        links=links,
        meta=[(BILL_KEY, invoice.name), ("due", terms.due)],
        column=column,
    )
    path = Path(invoice.first.file)
    return joined("\n", [entry, text.document_directive(day, payable, relative_to(target, path), links)])


def _charges(terms: EInvoice, expense: str, deductible: str) -> list[text.NewPosting]:
    """The postings on the expense and, if it is deducted, on the tax."""
    sign = sign_of(terms)
    postings = []
    for part in _parts(terms):
        net = part.base if deductible else part.base + part.tax
        if net:
            postings.append(text.NewPosting(expense, sign * net, terms.currency))
        if deductible and part.tax:
            meta: text.MetaItems = [("tax-rate", part.rate.normalize() if part.rate else None)]
            postings.append(text.NewPosting(deductible, sign * part.tax, terms.currency, meta))
    if terms.totals.rounding:
        postings.append(text.NewPosting(expense, sign * terms.totals.rounding, terms.currency))
    return postings


def _notices(book: Book, terms: EInvoice) -> tuple[str, ...]:
    """What the entry leaves to the reader."""
    found = []
    if terms.totals.paid:
        found.append(
            _("{amount} {currency} of it is paid already, as it says: book that payment too, if it is not there",
              amount=terms.totals.paid, currency=terms.currency)
        )  # fmt: skip
    if any(group.category in _OWED_BY_BUYER for group in terms.breakdown):
        found.append(_("you owe the tax as the buyer (reverse charge): add it, and its deduction, yourself"))
    if book.currency and terms.currency != book.currency:
        found.append(
            _(
                "it is in {currency}, and booked in {currency}; the books are in {books}",
                currency=terms.currency,
                books=book.currency,
            )
        )
    return tuple(found)
