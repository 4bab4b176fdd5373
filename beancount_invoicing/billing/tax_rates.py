"""The rate of each line of a new document: that of its day of supply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from beancount_invoicing import law
from beancount_invoicing.billing.drafts import DraftLine
from beancount_invoicing.billing.fixed import DepositLeft
from beancount_invoicing.model import ZERO, Book, Invoice, Line, Tax
from beancount_invoicing.rules import tax


def with_tax_rates(
    book: Book, lines: Sequence[DraftLine], day: date, delivered: date | None = None
) -> tuple[tuple[DraftLine, ...], tuple[Tax, ...]]:
    """The lines of a document of `day`, whose `tax` is a known code, with the names that their taxes have in the
    document; and, by these names, the taxes of codes that have had several rates. `delivered`: the day of supply of
    lines that do not give it.
    """
    versions: dict[tuple[str, date], Tax] = {}
    places: list[tuple[str, date] | None] = []
    for line in lines:
        dated = book.taxes.get(line.tax)
        if dated is None or not tax.rate_ever_changed(dated):
            places.append(None)
            continue
        of_supply = tax.tax_point_of_line(day, line.supply_date or delivered)
        if tax.rates_of(dated.at(of_supply)) == tax.rates_of(dated.at(day)):
            of_supply = day
        versions[line.tax, of_supply] = dated.at(of_supply)
        places.append((line.tax, of_supply))
    apart = tax.taxes_by_code_and_day(versions, {})
    named = (line._replace(tax=apart[place].code) if place else line for line, place in zip(lines, places, strict=True))
    return tuple(named), tuple(apart.values())


def with_deposit_rates(
    book: Book, lines: Sequence[DraftLine], deposits: Sequence[DepositLeft], day: date
) -> tuple[tuple[int, DraftLine], ...]:
    """The lines of a document of `day`, each with its place among the given lines. A line is split if a deposit from
    before a change of rate is deducted from it.

    The deducted part has the rate of the deposit, and the rest is a line of its own: what is paid on account is taxed at the rate
    of that time (directive 2006/112/EC, art. 65 and 93 (a)), unless the seller's country adjusts it. A line of several units or
    with a period, or whose price includes tax, stays whole, at the rate of its supply.
    """
    placed = list(enumerate(lines))
    country = book.seller.at(day).address.country if book.seller else ""
    if not deposits or not law.deposits_keep_their_rate(country):
        return tuple(placed)
    for deposit in deposits:
        left = deposit.net
        same: list[tuple[int, DraftLine]] = []
        others: list[tuple[int, DraftLine]] = []
        for place, line in placed:
            dated = book.taxes.get(line.tax)
            if line.contract == deposit.contract and dated:
                rate = tax.rates_of(dated.at(tax.tax_point_of_line(day, line.supply_date)))
                (same if rate == tax.rates_of(dated.at(deposit.date)) else others).append((place, line))
        left -= sum((line.net for _place, line in same), ZERO)
        for place, line in others:
            part = min(left, line.net)
            if (
                part <= 0
                or line.quantity != 1
                or line.price is None
                or line.discount
                or line.time_releases
                or line.start
            ):
                continue
            at = placed.index((place, line))
            cut = [(place, line._replace(net=part, price=part, delivered=deposit.date))]
            if line.net > part:
                cut.append((place, line._replace(net=line.net - part, price=line.net - part)))
            placed[at : at + 1] = cut
            left -= part
    return tuple(placed)


def lines_to_write(book: Book, lines: Sequence[DraftLine], day: date) -> tuple[DraftLine, ...]:
    """The lines of a document of `day` with their codes, and the day of supply only where the rate would otherwise differ."""
    result = []
    for line in lines:
        code = tax.code_of_name(line.tax, book.taxes)
        delivered = line.delivered
        if delivered and code in book.taxes:
            dated = book.taxes[code]
            own, read = (
                dated.at(tax.tax_point_of_line(day, delivered)),
                dated.at(tax.tax_point_of_line(day, line.end or line.expense)),
            )
            if tax.rates_of(own) == tax.rates_of(read):
                delivered = None
        unchanged = (delivered, code) == (line.delivered, line.tax)
        result.append(line if unchanged else line._replace(delivered=delivered, tax=code))
    return tuple(result)


def credit_lines_to_write(
    book: Book, invoice: Invoice, lines: Sequence[DraftLine], given_back: Sequence[Line | None]
) -> tuple[DraftLine, ...]:
    """The lines of a credit note for a document, whose `tax` is its name there, with their codes; a line that would otherwise be
    read with another rate than the line that it gives back states the day of that line's supply.
    """
    latest = _latest(book, invoice)
    days = {line.tax: line.tax_point or latest for line in invoice.lines}
    result = []
    for line, of in zip(lines, given_back, strict=True):
        code = tax.code_of_name(line.tax, book.taxes)
        if code not in book.taxes:
            result.append(line)
            continue
        dated = book.taxes[code]
        read = days.get(code, latest)
        if line.supply_date:
            read = tax.tax_point_of_line(latest, line.supply_date)
        own = of.tax_point or latest if of else days.get(line.tax, latest)
        other = tax.rates_of(dated.at(read)) != tax.rates_of(dated.at(own))
        result.append(line._replace(tax=code, delivered=own if other else line.delivered))
    return tuple(result)


def milestone_dates_at_other_rates(book: Book, draft: Invoice, day: date) -> dict[int, date]:
    """By the line number in the ledger file: the dates of a draft's milestones whose tax rate on `day` differs from that of their
    date.
    """
    result = {}
    for line in draft.lines:
        stage = next(
            (milestone for milestone in book.milestones.get(line.contract, ()) if milestone.name == line.milestone),
            None,
        )
        code = tax.code_of_name(line.tax, book.taxes)
        if stage is None or stage.deposit or line.supplied_on or line.end or code not in book.taxes:
            continue
        dated = book.taxes[code]
        if tax.rates_of(dated.at(tax.tax_point_of_line(day, stage.date))) != tax.rates_of(dated.at(day)):
            result[line.source.line] = stage.date
    return result


def milestones_supplied_on(book: Book, draft: Invoice) -> date | None:
    """The last day on which the milestones of a draft were reached, if nothing else in it gives a day of supply."""
    if draft.supplied_on != draft.date or draft.kind != "invoice":
        return None
    reached = (
        milestone.date
        for line in draft.lines
        for milestone in book.milestones.get(line.contract, ())
        if milestone.name == line.milestone and not milestone.deposit
    )
    return max(reached, default=None)


def _latest(book: Book, invoice: Invoice) -> date:
    """The day whose taxes a document has: of what corrects others, (the latest of) theirs."""
    others = [other for number in invoice.corrects if (other := book.invoice(number)) is not None]
    return max((_latest(book, other) for other in others), default=invoice.date)
