"""Checks of late interest: the reference rates in the ledger, claims, and claims that are about to lapse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from beancount_invoicing import law
from beancount_invoicing.dunning import unowed
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Dated, Finding, Invoice, Line, OptionValue, ReferenceRate, Source
from beancount_invoicing.receivables import Allocated, claim_given_back_on, invoices_by_number, lapsing, positions

MIN_REFERENCE_RATE, MAX_REFERENCE_RATE = -10, 100
"""Possible values of a reference rate, in percent a year: Germany's has been below 0."""


def check_reference_rates(book: Book) -> Iterator[Finding]:
    """The reference rates have a known code and a plausible value, and agree with those that are known."""
    known = law.reference_rates()
    for code, rates in book.reference_rates.items():
        if code not in known:
            near = get_close_matches(code, sorted(known), 1, 0.5)
            hint = (
                _('did you mean "{near}"?', near=near[0])
                if near
                else _("the codes are {known}", known=", ".join(sorted(known)))
            )
            yield Finding(
                "error",
                "rate-code",
                _('"{code}" is not a reference rate that a law uses: {hint}', code=code, hint=hint),
                rates[0].source,
            )
            continue
        name, halves = known[code]
        for rate in rates:
            if not MIN_REFERENCE_RATE <= rate.rate <= MAX_REFERENCE_RATE:
                message = _(
                    "the {name} of {day} is {rate}, but must be between {min_reference_rate} and "
                    "{max_reference_rate} percent",
                    name=name,
                    day=rate.date,
                    rate=rate.rate,
                    min_reference_rate=MIN_REFERENCE_RATE,
                    max_reference_rate=MAX_REFERENCE_RATE,
                )
                yield Finding("error", "rate-height", message, rate.source)
                continue
            yield from _agreeing(rate, name, halves)


def _agreeing(reference_rate: ReferenceRate, name: str, halves: Mapping[date, Decimal]) -> Iterator[Finding]:
    shipped = next(
        (
            rate
            for half, rate in halves.items()
            if half in law.by_half_years([(reference_rate.date, reference_rate.rate)])
        ),
        None,
    )
    if shipped is not None and shipped != reference_rate.rate:
        yield Finding(
            "warning",
            "rate-differs",
            _(
                "the {name} of {day} is {rate} here, but the known rate is {shipped}: the one here counts; take it "
                "out, or check it",
                name=name,
                day=reference_rate.date,
                rate=reference_rate.rate,
                shipped=shipped,
            ),
            reference_rate.source,
        )
    elif shipped is None and 0 < abs(reference_rate.rate) < 1:
        yield Finding(
            "warning",
            "percent",
            _(
                "the {name} of {day} is {rate} percent; if you mean {other_rate} percent, write {rate_3}",
                name=name,
                day=reference_rate.date,
                rate=reference_rate.rate,
                other_rate=f"{reference_rate.rate * 100:f}",
                rate_3=f"{(reference_rate.rate * 100).normalize():f}",
            ),
            reference_rate.source,
        )


def check_interest_invoices(book: Book) -> Iterator[Finding]:
    """A claim for late interest names an invoice of its own customer, and charges no day and no indemnity twice. Its
    credit note is outside VAT too.
    """
    known = invoices_by_number(book.invoices)
    for invoice in book.invoices:
        given = [number for number in invoice.corrects if known[number].kind == "claim"]
        if given and any(amount.tax.rate for amount in invoice.taxes):
            yield Finding(
                "warning",
                "claim-tax",
                _(
                    "{number} gives back {given} with tax, but a claim for late interest is outside VAT: also write "
                    'kind: "claim" on it, and no tax',
                    number=invoice.number,
                    given=", ".join(given),
                ),
                invoice.source,
            )
        if not invoice.interest_on:
            continue
        if invoice.kind != "claim":
            yield _no_claim(invoice)
            continue
        other = known.get(invoice.interest_on)
        if other is None:
            yield Finding(
                "error",
                "unknown-invoice",
                _(
                    '{number}: claims "{interest_on}", but there is no such invoice',
                    number=invoice.number,
                    interest_on=invoice.interest_on,
                ),
                invoice.source,
            )
        elif (
            other.customer
            and invoice.customer
            and not book.is_owed_by(other, invoice.customer.account, invoice.booked_from)
        ):
            yield Finding(
                "error",
                "other-customer",
                _(
                    "{number} of {customer} claims interest on {other_number}, which is an invoice of {other_customer}",
                    number=invoice.number,
                    customer=invoice.customer.name,
                    other_number=other.number,
                    other_customer=other.customer.name,
                ),
                invoice.source,
            )
    for number, invoices in book.interest_invoices.items():
        yield from _once(book, number, invoices)


def _no_claim(invoice: Invoice) -> Finding:
    """A document says that it claims late interest, but is of another kind."""
    instead = (
        _("gives it back: write corrects: with the number of the claim instead of claims:")
        if invoice.kind == "credit-note"
        else _('is not a claim: write kind: "claim", or take claims: out')
    )
    return Finding(
        "error",
        "claims",
        _(
            "{number} claims interest on {interest_on}, but {instead}",
            number=invoice.number,
            interest_on=invoice.interest_on,
            instead=instead,
        ),
        invoice.source,
    )


def _once(book: Book, number: str, invoices: tuple[Invoice, ...]) -> Iterator[Finding]:
    charged: list[tuple[Invoice, Line]] = []
    for claim, line in ((invoice, line) for invoice in invoices for line in invoice.lines):
        twice = next(
            (
                other
                for before, other in charged
                if _same(other, line)
                and _of_one(book, number, before, claim)
                and (claim_given_back_on(book, before) or date.max) > claim.booked_from
            ),
            None,
        )
        if twice is not None:
            subject = (
                _("the interest from {start} to {end}", start=line.start, end=line.end)
                if line.end
                else _("the fixed indemnity")
            )
            yield Finding(
                "warning",
                "claimed-twice",
                _(
                    "{subject} of {number} is already charged, at least in part ({place}): take it out, or change "
                    "from: and to:",
                    subject=subject,
                    number=number,
                    place=twice.source,
                ),
                line.source,
            )
        charged.append((claim, line))


def _of_one(book: Book, number: str, before: Invoice, claim: Invoice) -> bool:
    """Whether two claims charge the same for a document: not if each charges another customer, who took over a part of it."""
    if before.customer is None or claim.customer is None or before.customer.account == claim.customer.account:
        return True
    taken = book.takeovers.get(number, ())
    return any(over.customer == claim.customer.account and before.booked_from <= over.date for over in taken)


def _same(line: Line, other: Line) -> bool:
    """Whether both lines charge the fixed indemnity, or days in common."""
    if line.end is None or other.end is None:
        return line.end is None and other.end is None
    return bool(line.start and other.start and line.start <= other.end and other.start <= line.end)


def check_contract_rates(book: Book) -> Iterator[Finding]:
    """A contract's rate between businesses is not below what the seller's law allows, on the day on which it takes effect."""
    found: list[tuple[date, str, str, Source]] = []
    option = book.options.get("late-interest")
    found += [
        (day, str(text), _("option late-interest"), book.option_source("late-interest"))
        for day, text in _versions(option)
    ]
    for dated in book.customers.values():
        found += [
            (day, customer.late_interest, customer.name, customer.source)
            for day, customer in dated.versions
            if customer.buyer == "business"
        ]
    for day, text, subject, source in found:
        try:
            rate = law.interest_option(text) if text else ""
        except ValueError:
            continue  # another check says so
        country = book.seller.at(day).address.country if book.seller else ""
        legal = ((rate.date, rate.rate) for rate in book.reference_rates.get("FR-legal", ()))
        least = law.lowest_contract_rate(country, day, legal) if isinstance(rate, Decimal) else None
        if isinstance(rate, Decimal) and least is not None and rate < least:
            yield Finding(
                "warning",
                "contract-rate",
                _(
                    "{subject}: {rate} % is less than the {least} % that a contract between businesses must require "
                    "at least on {day} (Code de commerce, art. L441-10 II)",
                    subject=subject,
                    rate=rate,
                    least=least,
                    day=day,
                ),
                source,
            )


def _versions(dated: Dated[OptionValue] | None) -> tuple[tuple[date, OptionValue], ...]:
    return dated.versions if dated else ()


def check_unowed_interest(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """What claims for late interest charge is still owed: it never was for an invoice that was credited since, or paid in time."""
    if not book.interest_invoices:
        return
    invoices = [claim for claims in book.interest_invoices.values() for claim in claims]
    late = [invoice for number in book.interest_invoices if (invoice := book.invoice(number)) is not None]
    asked = {*book.interest_invoices, *(claim.number for claim in invoices)}
    near = allocated._replace(
        open_items=tuple(item for item in allocated.open_items if item.invoice.number in asked),
        allocations=tuple(allocation for allocation in allocated.allocations if allocation.invoice.number in asked),
        unallocated=(),
    )
    stand = {id(position.invoice): position for position in positions(book, allocated.as_of, near, [*late, *invoices])}
    of_number = {position.number: stand[id(position)] for position in late if id(position) in stand}
    for claim in invoices:
        if claim.interest_on not in of_number or stand[id(claim)].status == "written-off":
            continue
        if beyond := unowed(book, of_number[claim.interest_on], claim):
            yield Finding(
                "warning",
                "claim-unowed",
                _("{number}: {advice}", number=claim.number, advice=beyond.advice()),
                claim.source,
            )


def check_lapsing(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """What is still open does not lapse within six months of the ledger's last day."""
    for lapse in lapsing(book, allocated, book.last_date):
        yield Finding("warning", "lapses", lapse.message(book.last_date), lapse.invoice.source)


CHECKS = (check_reference_rates, check_interest_invoices, check_contract_rates)
