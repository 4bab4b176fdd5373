"""Checks of numbers: no duplicate, no gap, no date that runs backwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from beancount_invoicing.billing.numbers import SERIES, number_in_series, option_of, series_place
from beancount_invoicing.checks.documents import severity
from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Book, Finding, NumberUse, OptionValue
from beancount_invoicing.rules import numbering


def check_duplicates(book: Book) -> Iterator[Finding]:
    """Each number is used once (CGI, ann. II, art. 242 nonies A, I, 7°: a unique number). If two documents have the
    same number, as after a merge in git, the one that has not been sent gets another.
    """
    uses: defaultdict[str, list[NumberUse]] = defaultdict(list)
    for use in book.number_uses:
        uses[use.number].append(use)
    twice = {number: places for number, places in uses.items() if len(places) > 1}
    free = _next_places(book) if twice else lambda _use: ""
    for number, occurrences in twice.items():
        sent = _sent_by(book, number)
        keeps = next((use for use in occurrences if _customer_at(book, use) in sent), occurrences[0])
        for use in occurrences:
            if use is keeps:
                continue
            other = free(use) or _("another number (and its link)")
            if _customer_at(book, use) in sent and _customer_at(book, keeps) != _customer_at(book, use):
                remedy = _(
                    "both have been sent: give this one {other}, take ^{number} out of the notes saying that it was "
                    "sent, and send it again: it replaces what was sent as {number}",
                    other=other,
                    number=number,
                )
            else:
                which = _("this one, which has not been sent,") if sent else _("the one that has not been sent")
                remedy = _("give {which} {other}", which=which, other=other)
            yield Finding(
                "error",
                "duplicate-number",
                _(
                    "{number} is used twice: also {place}, dated {day}{customer_at}; {remedy}",
                    number=number,
                    place=keeps.source,
                    day=keeps.date,
                    customer_at=(
                        _(", sent on {sent}", sent=sent[_customer_at(book, keeps)])
                        if _customer_at(book, keeps) in sent
                        else ""
                    ),
                    remedy=remedy,
                ),
                use.source,
            )


def _customer_at(book: Book, use: NumberUse) -> str:
    """The customer whose document is at a place."""
    return next(
        (invoice.customer.account for invoice in book.invoices if invoice.source == use.source and invoice.customer), ""
    )


def _sent_by(book: Book, number: str) -> dict[str, date]:
    """The customers to whom a document of that number was sent, with the first day of it."""
    result: dict[str, date] = {}
    for event in book.events:
        if number in event.numbers and event.kind in {"sent", "reminder"}:
            result.setdefault(event.customer, event.date)
    return result


def _next_places(book: Book) -> Callable[[NumberUse], str]:
    """The next free number of a use's series, in words, and its day if it may not keep its own; "" for numbers outside all
    series.
    """
    last: dict[str, int] = {}
    days: dict[str, date] = {}
    for use in book.number_uses:
        found = series_place(book, use)
        if found:
            last[found[0]] = max(last.get(found[0], 0), found[1])
            days[found[0]] = max(days.get(found[0], use.date), use.date)

    def following(use: NumberUse) -> str:
        found = series_place(book, use)
        text = book.option(option_of(book, use.kind), use.date)
        if not found or not text:
            return ""
        last[found[0]] += 1
        number = numbering.parse_pattern(text).write(use.date, last[found[0]])
        latest = days[found[0]]
        return (
            _("the number {number} (and its link) and the date {latest}", number=number, latest=latest)
            if use.date < latest
            else _("the number {number} (and its link)", number=number)
        )

    return following


def check_series(book: Book) -> Iterator[Finding]:
    """In each series: no gap after its first number, and dates never run backwards.

    A number that matches no pattern is only a warning, because it may be intended.
    """
    placed: defaultdict[str, dict[int, NumberUse]] = defaultdict(dict)
    for use in book.number_uses:
        found = series_place(book, use)
        if found:
            placed[found[0]].setdefault(found[1], use)
        elif (
            not use.draft
            and use.kind not in {"opening", "cancellation"}
            and (pattern := book.option(option_of(book, use.kind), use.date))
        ):
            yield Finding(
                "warning",
                "number-not-in-series",
                _(
                    "{number} is not in the series {pattern}: it is only checked for duplicates",
                    number=use.number,
                    pattern=pattern,
                ),
                use.source,
            )
    for name in sorted(placed):
        numbers = sorted(placed[name].items())
        for (before, earlier), (after, later) in pairwise(numbers):
            judged = severity(book, later.date)
            if after != before + 1:
                first, last = (number_in_series(book, earlier, place) for place in (before + 1, after - 1))
                yield Finding(judged, "series-gap", _gap(earlier, later, first, last, after - before - 1), later.source)
            if later.date < earlier.date:
                yield Finding(
                    judged,
                    "series-date",
                    _(
                        "{number} is dated {day}, but {earlier_number} before it {earlier_day}: dates never run "
                        "backwards in a series",
                        number=later.number,
                        day=later.date,
                        earlier_number=earlier.number,
                        earlier_day=earlier.date,
                    ),
                    later.source,
                )


def _gap(earlier: NumberUse, later: NumberUse, first: str, last: str, count: int) -> str:
    """The message that numbers are missing in a series, and what to do: a number that an invoice had is never given again."""
    return _n(
        count,
        "{number} follows {earlier_number}: {first} is missing; if an invoice had that number, put it back as it was "
        "(git log -p shows it); if none ever had it, write a transaction dated {day} without postings, with "
        'invoice: "{first}" and kind: "void"',
        "{number} follows {earlier_number}: {count} numbers are missing, {first} to {last}; if invoices had them, put "
        "them back as they were (git log -p shows them); for each number that no invoice ever had, write a transaction "
        'dated {day} without postings, such as with invoice: "{first}" and kind: "void"',
        count=count,
        number=later.number,
        earlier_number=earlier.number,
        first=first,
        last=last,
        day=earlier.date,
    )


def check_patterns(book: Book) -> Iterator[Finding]:
    """The patterns can be read."""
    for name in SERIES:
        dated = book.options.get(name)
        texts: set[OptionValue] = {value for _day, value in dated.versions} if dated else set()
        for text in sorted(map(str, texts)):
            try:
                numbering.parse_pattern(text)
            except numbering.PatternError as error:
                yield Finding(
                    "error", "option", _("option {name}: {error}", name=name, error=error), book.option_source(name)
                )


CHECKS = (check_duplicates, check_series, check_patterns)
