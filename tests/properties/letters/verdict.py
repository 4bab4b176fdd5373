"""Plays a history to its end, lets each letter leave, and holds each sentence against what happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from beancount import loader

from beancount_invoicing import rendering
from beancount_invoicing.actions import due_reminders
from beancount_invoicing.entries import read as book_of
from tests.properties.letters.history import DAYS, DEADLINES, INTERVAL, History, Invoice, made, noted
from tests.properties.letters.reader import Letter, UnreadError, read

START, END, STEP = date(2026, 1, 20), date(2026, 6, 20), 4


def failure(seed: int) -> str:
    """What is not so in the letters of a seed's history; "" where all is."""
    history = made(seed)
    day = START
    while day <= END:
        entries, _errors, options = loader.load_string(history.text)
        book = book_of(entries, options)
        proposals = [one for one in due_reminders(book, day) if one.level is not None]
        where = rendering.folders(book)
        letters: list[Letter] = []
        for proposal in proposals:
            text = rendering.to_text(rendering.letter(book, proposal, where), where)
            try:
                letters.append(read(text, history.language))
            except UnreadError as error:
                return f"seed {seed}, {day}: a sentence that nobody has read: {error}\n\n{text}"
            wrong = list(untrue(history, letters[-1], day))
            if wrong:
                return f"seed {seed}, {day}: {'; '.join(wrong)}\n\n{text}\n\n{history.text}"
        if missing := forgotten(history, letters, day):
            return f"seed {seed}, {day}: no letter asks for {missing}\n\n{history.text}"
        told = [row[0] for letter in letters for row in letter.rows]
        if both := {one[0] for letter in letters for one in letter.apart} & set(told):
            return f"seed {seed}, {day}: {both} stand apart, and have a letter of the same day"
        for letter in letters:
            numbers = [row[0] for row in letter.rows]
            for number in numbers:
                history.invoices[number].letters.append((day, letter.level))
            history.text += noted(day, letter.level, numbers)
        day += timedelta(days=STEP)
    return ""


def level_due(one: Invoice, day: date) -> int:
    """The level that an invoice has come to on a day; 0 for none."""
    letters = one.before(day)
    level = max((level for _day, level in letters), default=0) + 1
    if level not in DAYS or (day - one.due).days < DAYS[level] or one.open(day) <= 0:
        return 0
    last = max((day for day, _level in letters), default=None)
    if last and (day < last + timedelta(days=INTERVAL) or day <= last + timedelta(days=DEADLINES.get(level - 1, 0))):
        return 0
    return level


def untrue(history: History, letter: Letter, day: date) -> Iterator[str]:
    """Each statement of a letter that is not so."""
    rows = [history.invoices[row[0]] for row in letter.rows]
    there = history.there(day)
    if letter.day != day:
        yield f"it is of {letter.day}"
    for (number, dated, due, sums, late), one in zip(letter.rows, rows, strict=True):
        received = one.settled(day)
        wanted = [one.amount, received, one.open(day)] if received else [one.amount, one.open(day)]
        if (dated, due, sums, late) != (one.day, one.due, wanted, (day - one.due).days):
            yield f"{number}: {dated}, {due}, {sums}, {late} days; it is {one.day}, {one.due}, {wanted}"
        if one.open(day) <= 0:
            yield f"{number} is settled"
        if level_due(one, day) != letter.level:
            yield f"{number} has come to level {level_due(one, day)}, not {letter.level}"
        if number in most_likely_paid(history, day):
            yield f"{number} is most likely paid"
    before = [one.before(day) for one in rows]
    if letter.reminded and any([sent for sent, _level in those] != [letter.reminded] for those in before):
        yield f"not each had one reminder, of {letter.reminded}"
    if letter.reminders and not all(before):
        yield "not each has had a reminder"
    if letter.level > 1 and all(before) and not (letter.reminded or letter.reminders):
        yield "their reminders are not spoken of"
    partly = any(one.settled(day) for one in rows)
    if (letter.partly and not partly) or (letter.whole and partly):
        yield f"paid in part: {partly}"
    total = sum((one.open(day) for one in rows), Decimal(0))
    more = letter.totals[1:-1] if len(letter.totals) > 1 else []
    if not letter.totals or letter.totals[0] != total or letter.totals[-1] != total + sum(more, Decimal(0)):
        yield f"the totals are {letter.totals}, {total} is late"
    if letter.claimed != [letter.totals[-1]]:
        yield f"it asks for {letter.claimed}, below for {letter.totals[-1]}"
    if letter.level > 1 and not there and more[-1:] != [Decimal(40) * len(rows)]:
        yield f"the compensation is {more}"
    if letter.level > 1 and not there and more[0] != sum((_interest(one, day) for one in rows), Decimal(0)):
        yield f"the interest is {more[0]}, not {sum((_interest(one, day) for one in rows), Decimal(0))}"
    deadline = day + timedelta(days=DEADLINES[letter.level]) if letter.level in DEADLINES else None
    if letter.deadline != deadline:
        yield f"the deadline is {letter.deadline}, not {deadline}"
    for number, sum_, level, sent in letter.apart:
        one = history.invoices[number]
        last = max(one.before(day), default=(None, 0))
        if one in rows or (sum_, sent, level) != (one.open(day), *last) or one.open(day) <= 0:
            yield f"apart: {number}, {sum_}, level {level} of {sent}; it is {one.open(day)}, {last}"
    booked = max((one for one in history.bank if one <= day), default=None)
    if letter.until and (there or letter.until != booked):
        yield f"payments until {letter.until}: the bank until {booked}, {there} on the account"
    sums_ = {Decimal(0)}
    for _day, amount, _words in there:
        sums_ |= {amount + other for other in sums_}
    if letter.unknown is not None and letter.unknown not in sums_ - {Decimal(0)}:
        yield f"{letter.unknown} on the account: there is {there}"


def forgotten(history: History, letters: list[Letter], day: date) -> str:
    """An invoice of which a letter is due, while nothing lies on the account, and of which none speaks."""
    told = {row[0] for letter in letters for row in letter.rows}
    if history.there(day):
        return ""
    return next((number for number, one in history.invoices.items() if level_due(one, day) and number not in told), "")


def most_likely_paid(history: History, day: date) -> set[str]:
    """The numbers that the money on the account is most likely for: those that it names; or, where it names none, the one due first
    of which just so much is open, of those that were there before the money if any was. One payment is for one of these."""
    open_ = sorted(
        (one for one in history.invoices.values() if one.day <= day and one.open(day) > 0),
        key=lambda one: (one.due, one.day, one.number),
    )
    found: set[str] = set()
    nameless = []
    for came, amount, words in sorted(history.there(day), key=lambda one: (one[0], -one[1])):
        named = {one.number for one in open_ if one.number.replace("-", "") in words}
        found |= named
        nameless += [] if named else [(came, amount)]
    for came, amount in nameless:
        free = [one for one in open_ if one.open(day) == amount and one.number not in found]
        found |= {one.number for one in ([one for one in free if one.day <= came] or free)[:1]}
    return found


def _interest(one: Invoice, day: date) -> Decimal:
    """12 % a year of what was open on each day after the due date, what was credited was never owed; rounded once."""
    credited = sum((amount for when, amount in one.credited if when <= day), Decimal(0))
    total, at = Decimal(0), one.due + timedelta(days=1)
    while at <= day:
        paid = sum((amount for when, amount in one.paid if when < at), Decimal(0))
        total += one.amount - credited - paid
        at += timedelta(days=1)
    return (total * 12 / 36500).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
