"""What belongs to the next period by days (deferred income), and what belongs to this one and is not invoiced (accruals)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.accounting.closing.proposals import ClosingDay, ClosingPosting, ClosingProposal, posted
from beancount_invoicing.model import ZERO, Book, CalculationStep, Day, Invoice, Line, Source
from beancount_invoicing.rules.periods import Period

_NO_SUPPLY = frozenset({"deposit", "claim", "opening", "void"})
"""Kinds of documents that bill nothing that was supplied."""
_IN_FRANCE = frozenset({"FR", "MC"})


class UnbilledService(NamedTuple):
    """Something that was supplied by the day and is not invoiced; `net` is without tax, in `currency`."""

    contract: str
    """Code of the contract, or the number of the later document."""
    customer: str
    """Name."""
    day: Day
    """Its first day, or its own."""
    item: str
    account: str
    net: Decimal
    currency: str
    tax_rate: Decimal
    """Percent."""
    quantity: Decimal | None
    price: Decimal | None
    """Without tax."""
    start: date | None
    end: date | None
    steps: tuple[CalculationStep, ...]
    source: Source


def deferred_income(closing_day: ClosingDay) -> Iterator[ClosingProposal]:
    """Of each line whose period reaches past the day, the share of the days after it: income of a later period (PCG, account 487).

    Without tax: the VAT of an invoice is due as it was invoiced. Allowances on the whole document lower each line by its share. The
    period is the line's own (`from`, `to`); on a credit note without one, that of the line that it gives back.
    """
    book, day = closing_day.book, closing_day.day
    by_number = {invoice.number: invoice for invoice in book.invoices}
    for invoice in book.invoices:
        if invoice.draft or invoice.booked_from > day or invoice.kind in _NO_SUPPLY:
            continue
        for place, line in enumerate(invoice.lines, 1):
            period = _period(invoice, line, by_number)
            if period is None or period.end <= day or not _is_income(closing_day, line.account):
                continue
            later = Period(max(period.start, day + timedelta(days=1)), period.end)
            postings, calculation = _deferred(closing_day, invoice, line, later.days, period.days)
            if postings:
                name = invoice.customer.name if invoice.customer else ""
                key = f"{invoice.number}-{place}"
                yield ClosingProposal("deferred", day, key, invoice.number, name, calculation, postings, line.source)


def _period(invoice: Invoice, line: Line, by_number: Mapping[str, Invoice]) -> Period | None:
    """The days that a line bills; None if it does not say them."""
    if not line.start and invoice.is_credit and line.corrects_line and len(invoice.corrects) == 1:
        corrected = by_number.get(invoice.corrects[0])
        if corrected and line.corrects_line <= len(corrected.lines):
            line = corrected.lines[line.corrects_line - 1]
    return Period(line.start, line.end) if line.start and line.end and line.start <= line.end else None


def _is_income(closing_day: ClosingDay, account: str) -> bool:
    return account.split(":")[0] in closing_day.general_ledger.result_roots


def _deferred(
    closing_day: ClosingDay, invoice: Invoice, line: Line, days: int, of: int
) -> tuple[tuple[ClosingPosting, ...], str]:
    """The postings that defer a line's share, and their calculation."""
    book = closing_day.book
    booked = _in_books(closing_day, invoice, line.booked, line.booked_currency)
    part = closing_day.rounded(booked * days / of)
    debits = [(line.account, part)]
    calculation = f"{closing_day.rounded(booked)} × {days}/{of} = {part}"
    net = sum((other.net for other in invoice.lines), ZERO)
    for adjustment in invoice.adjustments if net else ():
        share = adjustment.net * line.net / net
        less = closing_day.rounded(_in_books(closing_day, invoice, share, invoice.currency) * days / of)
        debits.append((adjustment.account, less))
        calculation += f"; {closing_day.rounded(share)} × {days}/{of} = {less}"
    if invoice.currency != book.currency:
        calculation = f"{line.net} {invoice.currency}, {calculation} {book.currency}"
    whole = sum((amount for _account, amount in debits), ZERO)
    if not whole:
        return (), calculation
    return posted(*debits, (closing_day.account("deferred-income"), -whole)), calculation


def _in_books(closing_day: ClosingDay, invoice: Invoice, amount: Decimal, currency: str) -> Decimal:
    """An amount of a document at the document's own rate, not rounded: deferred income is not revalued."""
    return amount if currency == closing_day.book.currency else amount * closing_day.rate_of(invoice)


def invoiced_later(book: Book, day: date, known_until: date) -> Iterator[UnbilledService]:
    """What documents from the day after `day` until `known_until` (inclusive) bill, or give back, of what was supplied by `day`.

    A line counts by its period, or by its day of supply if the line or the document says one (`delivered`); a credit note without
    either by the documents that it corrects. What contracts bill is not here: `unbilled` shows it.
    """
    by_number = {invoice.number: invoice for invoice in book.invoices}
    for invoice in book.invoices:
        if invoice.draft or invoice.kind in _NO_SUPPLY or not day < invoice.booked_from <= known_until:
            continue
        before = invoice.is_credit and all(
            number in by_number and by_number[number].booked_from <= day for number in invoice.corrects
        )
        rates = invoice.tax_codes
        for line in invoice.lines:
            period = _period(invoice, line, by_number)
            supplied = line.supplied_on or invoice.supplied_on or invoice.date
            if (line.contract and not invoice.is_credit) or (invoice.is_credit and not before):
                continue
            if not before and (period.start if period else supplied) > day:
                continue
            yield UnbilledService(
                contract=invoice.number,
                customer=invoice.customer.name if invoice.customer else "",
                day=period.start if period else min(supplied, day),
                item=line.item,
                account=line.account,
                net=line.net,
                currency=invoice.currency,
                tax_rate=rates[line.tax].rate if line.tax in rates else ZERO,
                quantity=None,
                price=None,
                start=period.start if period else None,
                end=period.end if period else None,
                steps=(),
                source=line.source,
            )


def accruals(closing_day: ClosingDay, services: Sequence[UnbilledService]) -> Iterator[ClosingProposal]:
    """Invoices (and credit notes) to be issued for what was supplied by the day (PCG, account 418): of a period that reaches
    past it, the days until then.

    In France with the VAT that the invoice will charge, which waits as VAT to be regularised; elsewhere without it, unless the
    ledger has an account for it. Other currencies are converted at the closing rate.
    """
    for service in services:
        net, calculation = _elapsed(closing_day, service)
        if not net:
            continue
        tax = closing_day.rounded(net * service.tax_rate / 100) if _with_tax(closing_day) else ZERO
        if tax:
            calculation += f"; + {service.tax_rate.normalize():f} % = {net + tax}"
        key = f"{service.contract}-{service.day}" + (f"-{service.item}" if service.item else "")
        yield ClosingProposal(
            "accruals",
            closing_day.day,
            key,
            service.contract,
            service.customer,
            calculation,
            posted(
                (closing_day.account("accrued-income" if net > 0 else "accrued-credit"), net + tax),
                (service.account, -net),
                *([(closing_day.account("accrued-tax"), -tax)] if tax else []),
            ),
            service.source,
        )


def _elapsed(closing_day: ClosingDay, service: UnbilledService) -> tuple[Decimal, str]:
    """What was supplied by the day, in the books' currency and rounded, and its calculation."""
    day, net = closing_day.day, service.net
    if service.start and service.end and service.end > day:
        if service.start > day:
            return ZERO, ""
        days, of = Period(service.start, day).days, Period(service.start, service.end).days
        exact = net * days / of
        text = f"{net} × {days}/{of}"
    else:
        exact, text = net, _by_steps(service)
    rate = closing_day.closing_rate(service.currency, service.source)
    part = closing_day.rounded(exact * rate)
    if service.currency != closing_day.book.currency:
        text = f"{text} {service.currency} × {rate}"
    return part, str(part) if text == str(part) else f"{text} = {part}"


def _by_steps(service: UnbilledService) -> str:
    """How the net came about: a share by days ("1200 × 47/92"), a quantity at a price ("3.5 × 88.00"), or nothing but the net."""
    for step in service.steps:
        if step.operation == "share of" and len(step.inputs) == 3:
            whole, days, of = step.inputs
            if isinstance(days, Decimal) and days == days.to_integral_value():
                return f"{whole} × {days}/{of}"
    if service.quantity and service.quantity != 1 and service.price and service.quantity * service.price == service.net:
        return f"{service.quantity} × {service.price}"
    return str(service.net)


def _with_tax(closing_day: ClosingDay) -> bool:
    """Whether accruals include VAT: as the French chart of accounts wants it, or because the ledger has an account for it."""
    seller = closing_day.book.seller
    country = seller.at(closing_day.day).address.country if seller else ""
    return country in _IN_FRANCE or closing_day.accounts.has("accrued-tax")
