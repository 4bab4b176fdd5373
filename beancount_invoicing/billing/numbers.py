"""Document numbers: the place of a number in its series, and the next number."""

from __future__ import annotations

from datetime import date

from beancount_invoicing.billing.compose import NextNumber
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, DocumentKind, NumberUse
from beancount_invoicing.rules import numbering

SERIES = ("number", "credit-note-number", "deposit-number", "corrective-number", "claim-number")
"""The options that set a pattern of numbers."""


class CannotNumber(ValueError):
    """No number can be given; the message says why, and what to do."""


def option_of(book: Book, kind: DocumentKind) -> str:
    """The option whose pattern the numbers of a kind follow: its own where it is set, else `number`."""
    own = f"{kind}-number"
    return own if own in SERIES and own in book.options else "number"


def series_place(book: Book, use: NumberUse) -> tuple[str, int] | None:
    """The series and place of a number; None for numbers outside all series (drafts, openings, cancellations, other numbers)."""
    found = _pattern_and_place(book, use)
    return found[1] if found else None


def number_in_series(book: Book, use: NumberUse, seq: int) -> str:
    """The number at place `seq` of the series of `use`, written as on its day; "" if it is in no series."""
    found = _pattern_and_place(book, use)
    return found[0].write(use.date, seq) if found else ""


def _pattern_and_place(book: Book, use: NumberUse) -> tuple[numbering.Pattern, tuple[str, int]] | None:
    if use.draft or use.kind in {"opening", "cancellation"}:
        return None
    for name in SERIES if use.kind == "void" else (option_of(book, use.kind),):
        text = book.option(name, use.date)
        if not text:
            continue
        try:
            pattern = numbering.parse_pattern(text)
        except numbering.PatternError:
            continue
        if found := pattern.read(use.number, use.date):
            return pattern, found
    return None


def next_numbers(book: Book) -> NextNumber:
    """Gives each document its number: the next one of the series of its kind and date.

    The function returned raises CannotNumber if there is no pattern, the number could not be written, or the series has a later
    date already: numbers and dates rise together (CGI, ann. II, art. 242 nonies A, I, 7°: chronological and continuous).
    """
    last: dict[str, tuple[int, date, str]] = {}
    for use in book.number_uses:
        found = series_place(book, use)
        if found:
            series, seq = found
            known = last.get(series, (0, date.min, ""))
            last[series] = (max(known[0], seq), *max(known[1:], (use.date, use.number)))

    def following(kind: DocumentKind, day: date) -> str:
        option = option_of(book, kind)
        text = book.option(option, day)
        if not text:
            raise CannotNumber(
                _(
                    'no number pattern is set: write {year}-01-01 custom "invoice-option" "number" '
                    '"F{{year}}-{{seq:04}}"',
                    year=day.year,
                )
            )
        try:
            pattern = numbering.parse_pattern(text)
        except numbering.PatternError as error:
            raise CannotNumber(str(error)) from None
        series = pattern.series(day)
        seq, latest, holder = last.get(series, (0, date.min, ""))
        if latest > day:
            raise CannotNumber(
                _(
                    "{holder} is dated {latest}: the number after it cannot be dated {day}; use --date {latest} or "
                    "later",
                    holder=holder,
                    latest=latest,
                    day=day,
                )
            )
        number = pattern.write(day, seq + 1)
        problem = numbering.number_problem(number)
        if problem:
            raise CannotNumber(
                _(
                    "the number {number} cannot be given: {problem}; change the option {option}",
                    number=number,
                    problem=problem,
                    option=option,
                )
            )
        last[series] = (seq + 1, day, number)
        return number

    return following


def next_draft_names(book: Book) -> NextNumber:
    """Gives each document a draft name that is still free, `draft-2026-03-31-1`."""
    used = {use.number for use in book.number_uses}

    def name(_kind: DocumentKind, day: date) -> str:
        count = 1
        while (text := f"draft-{day.isoformat()}-{count}") in used:
            count += 1
        used.add(text)
        return text

    return name
