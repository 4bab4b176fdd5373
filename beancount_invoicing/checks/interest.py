"""Checks of late interest: the reference rates that the ledger adds, what claims say, and what is about to lapse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from beancount_invoicing import law
from beancount_invoicing.dunning import unowed
from beancount_invoicing.model import Book, Dated, Finding, Invoice, Line, OptionValue, ReferenceRate, Source
from beancount_invoicing.receivables import Allocated, by_number, lapsing, positions

LEAST, MOST = -10, 100
"""Percent a year that a reference rate can be: Germany's has been below 0."""


def reference_rates(book: Book) -> Iterator[Finding]:
    """The reference rates have a known code and a plausible height, and agree with those that are known."""
    known = law.reference_rates()
    for code, rates in book.reference_rates.items():
        if code not in known:
            near = get_close_matches(code, sorted(known), 1, 0.5)
            hint = f'did you mean "{near[0]}"?' if near else "the codes are " + ", ".join(sorted(known))
            yield Finding(
                "error", "rate-code", f'"{code}" is no reference rate that a law uses: {hint}', rates[0].source
            )
            continue
        name, halves = known[code]
        for one in rates:
            if not LEAST <= one.rate <= MOST:
                message = f"the {name} of {one.date} is {one.rate}, but must be from {LEAST} to {MOST} percent"
                yield Finding("error", "rate-height", message, one.source)
                continue
            yield from _agreeing(one, name, halves)


def _agreeing(one: ReferenceRate, name: str, halves: Mapping[date, Decimal]) -> Iterator[Finding]:
    shipped = next((rate for half, rate in halves.items() if half in law.by_half_years([(one.date, one.rate)])), None)
    if shipped is not None and shipped != one.rate:
        yield Finding(
            "warning",
            "rate-differs",
            f"the {name} of {one.date} is {one.rate} here, but is known as {shipped}: this one counts; take it out, or look"
            " it up again",
            one.source,
        )
    elif shipped is None and 0 < abs(one.rate) < 1:
        yield Finding(
            "warning",
            "percent",
            f"the {name} of {one.date} is {one.rate} percent; if {one.rate * 100:f} percent is meant, write"
            f" {(one.rate * 100).normalize():f}",
            one.source,
        )


def claims(book: Book) -> Iterator[Finding]:
    """A claim for late interest names an invoice of its own customer, and charges no day and no indemnity twice; what gives it back
    is outside VAT like itself."""
    known = by_number(book.invoices)
    for invoice in book.invoices:
        given = [number for number in invoice.corrects if known[number].kind == "claim"]
        if given and any(amount.tax.rate for amount in invoice.taxes):
            yield Finding(
                "warning",
                "claim-tax",
                f"{invoice.number} gives back {', '.join(given)} with tax, but a claim for late interest is outside VAT: write"
                ' kind: "claim" on it as well, and no tax',
                invoice.source,
            )
        if not invoice.claims:
            continue
        if invoice.kind != "claim":
            instead = (
                "gives back: write corrects: with the number of the claim instead of claims:"
                if invoice.kind == "credit-note"
                else 'is no claim: write kind: "claim", or take claims: out'
            )
            yield Finding(
                "error",
                "claims",
                f"{invoice.number} claims for {invoice.claims}, but {instead}",
                invoice.source,
            )
            continue
        other = known.get(invoice.claims)
        if other is None:
            yield Finding(
                "error",
                "unknown-invoice",
                f'{invoice.number}: claims "{invoice.claims}", but there is no such invoice',
                invoice.source,
            )
        elif other.customer and invoice.customer and not book.owed_by(other, invoice.customer.account, invoice.since):
            yield Finding(
                "error",
                "other-customer",
                f"{invoice.number} of {invoice.customer.name} claims for {other.number}, which is an invoice of"
                f" {other.customer.name}",
                invoice.source,
            )
    for number, those in book.claims.items():
        yield from _once(book, number, those)


def _once(book: Book, number: str, those: tuple[Invoice, ...]) -> Iterator[Finding]:
    charged: list[tuple[Invoice, Line]] = []
    for claim, line in ((one, line) for one in those for line in one.lines):
        twice = next(
            (
                other
                for before, other in charged
                if _same(other, line)
                and _of_one(book, number, before, claim)
                and book.given_back.get(before.number, date.max) > claim.since
            ),
            None,
        )
        if twice is not None:
            what = f"the interest from {line.start} to {line.end}" if line.end else "the fixed indemnity"
            yield Finding(
                "warning",
                "claimed-twice",
                f"{what} of {number} is charged already, or a part of it ({twice.source}): take it out, or change from: and to:",
                line.source,
            )
        charged.append((claim, line))


def _of_one(book: Book, number: str, before: Invoice, claim: Invoice) -> bool:
    """Whether two claims charge the same for a document: not where each charges another customer, who took a part of it over."""
    if before.customer is None or claim.customer is None or before.customer.account == claim.customer.account:
        return True
    taken = book.taken_over.get(number, ())
    return any(one.customer == claim.customer.account and before.since <= one.date for one in taken)


def _same(one: Line, other: Line) -> bool:
    """Whether both lines charge the fixed indemnity, or days in common."""
    if one.end is None or other.end is None:
        return one.end is None and other.end is None
    return bool(one.start and other.start and one.start <= other.end and other.start <= one.end)


def contract_rates(book: Book) -> Iterator[Finding]:
    """A contract's rate between businesses is not below what the seller's law allows, on the day from which on it is said."""
    said: list[tuple[date, str, str, Source]] = []
    option = book.options.get("late-interest")
    said += [(day, str(text), "option late-interest", book.place("late-interest")) for day, text in _versions(option)]
    for dated in book.customers.values():
        said += [
            (day, one.late_interest, one.name, one.source) for day, one in dated.versions if one.buyer == "business"
        ]
    for day, text, what, source in said:
        try:
            rate = law.interest_option(text) if text else ""
        except ValueError:
            continue  # another check says so
        country = book.seller.at(day).address.country if book.seller else ""
        legal = ((one.date, one.rate) for one in book.reference_rates.get("FR-legal", ()))
        least = law.lowest_contract_rate(country, day, legal) if isinstance(rate, Decimal) else None
        if isinstance(rate, Decimal) and least is not None and rate < least:
            yield Finding(
                "warning",
                "contract-rate",
                f"{what}: {rate} % is less than the {least} % that a contract between businesses must at least ask for on"
                f" {day} (Code de commerce, art. L441-10 II)",
                source,
            )


def _versions(dated: Dated[OptionValue] | None) -> tuple[tuple[date, OptionValue], ...]:
    return dated.versions if dated else ()


def unowed_claims(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """What claims for late interest charge is owed still: of an invoice that was credited since, or paid in time, it never was."""
    if not book.claims:
        return
    those = [claim for claims in book.claims.values() for claim in claims]
    late = [one for number in book.claims if (one := book.invoice(number)) is not None]
    asked = {*book.claims, *(claim.number for claim in those)}
    near = replace(  # few among many: what stands is worked out for these alone
        allocated,
        claims=tuple(one for one in allocated.claims if one.invoice.number in asked),
        allocations=tuple(one for one in allocated.allocations if one.invoice.number in asked),
        unallocated=(),
    )
    stand = {id(one.invoice): one for one in positions(book, allocated.as_of, near, [*late, *those])}
    of_number = {one.number: stand[id(one)] for one in late if id(one) in stand}
    for claim in those:
        if claim.claims not in of_number or stand[id(claim)].status == "written-off":
            continue
        if beyond := unowed(book, of_number[claim.claims], claim):
            yield Finding("warning", "claim-unowed", f"{claim.number}: {beyond.words()}", claim.source)


def lapsing_soon(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """What is still open does not lapse within six months of the ledger's last day."""
    for one in lapsing(book, allocated, book.last_date):
        yield Finding("warning", "lapses", one.words(book.last_date), one.invoice.source)


CHECKS = (reference_rates, claims, contract_rates)
