"""Plays a history to its end, lets each letter leave, and holds each sentence against what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from beancount import loader

from beancount_invoicing import rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.entries import read_book as book_of
from tests.properties.letters.history import DAYS, DEADLINES, FEES, INTERVAL, History, Invoice, Part, made, noted
from tests.properties.letters.reader import Letter, UnreadError, other_voice, read

START, END, STEP = date(2026, 1, 20), date(2026, 6, 20), 4


def failure(seed: int) -> str:
    """What is not so in the letters of a seed's history; "" where all is."""
    history = made(seed)
    day = START
    while day <= END:
        entries, _errors, options = loader.load_string(history.text)
        book = book_of(entries, options)
        proposals = [reminder for reminder in due_reminders(book, day) if reminder.level is not None]
        where = rendering.folders(book)
        letters: list[Letter] = []
        texts: list[str] = []
        for proposal in proposals:
            texts.append(rendering.to_text(rendering.letter_view(book, proposal, where), where))
            try:
                letters.append(read(texts[-1], history.language))
            except UnreadError as error:
                return f"seed {seed}, {day}: a sentence that nobody has read: {error}\n\n{texts[-1]}"
            if other := other_voice(texts[-1], history.language, history.alone):
                return f"seed {seed}, {day}: alone is {history.alone}, but it says {other}\n\n{texts[-1]}"
        for letter, text in zip(letters, texts, strict=True):
            if wrong := list(untrue(history, letter, letters, day)):
                return f"seed {seed}, {day}: {'; '.join(wrong)}\n\n{text}\n\n{history.text}"
        if missing := forgotten(history, letters, day):
            return f"seed {seed}, {day}: no letter asks for {missing}\n\n{history.text}"
        due = {number: due_parts(invoice, day) for number, invoice in history.invoices.items()}
        for letter in letters:
            numbers = [row[0] for row in letter.rows]
            for number in numbers:
                for part in due[number][letter.level]:
                    part.letters.append((day, letter.level))
            history.text += noted(day, letter.level, numbers)
        day += timedelta(days=STEP)
    return ""


def late_parts(invoice: Invoice, day: date) -> dict[int, list[Part]]:
    """The late instalments of an invoice by the level that they have come to."""
    found: dict[int, list[Part]] = {}
    for part in invoice.late(day):
        found.setdefault(part.reached(day), []).append(part)
    return found


def due_parts(invoice: Invoice, day: date) -> dict[int, list[Part]]:
    """The late instalments of an invoice by the level that is due for them on a day."""
    last = max((sent for part in invoice.parts for sent, _level in part.before(day)), default=None)
    found: dict[int, list[Part]] = {}
    for reached, parts in late_parts(invoice, day).items():
        level = reached + 1
        if level not in DAYS or (day - parts[0].due).days < DAYS[level]:
            continue
        waits = [sent + timedelta(days=DEADLINES.get(level - 1, -1)) for sent, _level in _letters(parts, day)[-1:]]
        if (last and day < last + timedelta(days=INTERVAL)) or any(day <= one for one in waits):
            continue
        found[level] = parts
    return found


def _letters(parts: Sequence[Part], day: date) -> list[tuple[date, int]]:
    """The letters about any of some instalments by a day, in their order."""
    return sorted({one for part in parts for one in part.before(day)})


def untrue(history: History, letter: Letter, letters: Sequence[Letter], day: date) -> Iterator[str]:
    """Each statement of a letter that is not so; `letters`: all of the day."""
    rows = [
        (history.invoices[row[0]], due_parts(history.invoices[row[0]], day).get(letter.level, []))
        for row in letter.rows
    ]
    there = history.there(day)
    if letter.day != day:
        yield f"it is of {letter.day}"
    asked = [sum((invoice.open_of(part, day) for part in parts), Decimal(0)) for invoice, parts in rows]
    for (number, dated, due, sums, late), (one, parts), sum_ in zip(letter.rows, rows, asked, strict=True):
        if not parts:
            yield f"nothing of {number} has come to level {letter.level}"
            return
        received = one.settled(day)
        wanted = [one.amount, received, sum_] if received else [one.amount, sum_]
        first = parts[0].due
        if (dated, due, sums, late) != (one.day, first, wanted, (day - first).days):
            yield f"{number}: {dated}, {due}, {sums}, {late} days; it is {one.day}, {first}, {wanted}"
        if number in most_likely_paid(history, day):
            yield f"{number} is most likely paid"
        others = sum(
            (row[3][-1] for each in letters if each is not letter for row in each.rows if row[0] == number), Decimal(0)
        )
        all_late = sum((one.open_of(part, day) for part in one.late(day)), Decimal(0))
        left_out = {"separate": others, "not-asked": all_late - sum_ - others, "not-due": one.open(day) - all_late}
        left_out = {kind: amount for kind, amount in left_out.items() if amount}
        if letter.left_out.get(number, {}) != left_out:
            yield f"{number}: {letter.left_out.get(number)} is left out; it is {left_out}"
    before = [_letters(parts, day) for _one, parts in rows]
    if letter.reminded and any([sent for sent, _level in those] != [letter.reminded] for those in before):
        yield f"not each had one reminder, of {letter.reminded}"
    if letter.reminders and not all(before):
        yield "not each has had a reminder"
    if letter.level > 1 and all(before) and not (letter.reminded or letter.reminders):
        yield "their reminders are not spoken of"
    partly = any(invoice.settled(day) for invoice, _parts in rows)
    if (letter.partly and not partly) or (letter.whole and partly):
        yield f"paid in part: {partly}"
    total = sum(asked, Decimal(0))
    more = letter.totals[1:-1] if len(letter.totals) > 1 else []
    if not letter.totals or letter.totals[0] != total or letter.totals[-1] != total + sum(more, Decimal(0)):
        yield f"the totals are {letter.totals}, {total} is late"
    if letter.claimed != [letter.totals[-1]]:
        yield f"it asks for {letter.claimed}, below for {letter.totals[-1]}"
    interest = sum((_interest(invoice, parts, day) for invoice, parts in rows), Decimal(0))
    compensation = Decimal(40) * sum(_bears_the_compensation(invoice, parts, day) for invoice, parts in rows)
    fee = max(FEES.get(letter.level, Decimal(0)) - compensation, Decimal(0))
    claims = [one for one in (interest, compensation, fee) if one] if letter.level > 1 else []
    if not there and more != claims:
        yield f"interest, compensation and fee are {more}, not {claims}"
    if letter.fee and letter.fee != (more[-1] if there else fee):
        yield f"the fee is {letter.fee}, not {fee}"
    if fee in more[2:] and not letter.fee:
        yield f"of the fee of {fee} nothing is said"
    deadline = day + timedelta(days=DEADLINES[letter.level]) if letter.level in DEADLINES else None
    if letter.deadline != deadline:
        yield f"the deadline is {letter.deadline}, not {deadline}"
    told = {(row[0], letter.level) for letter in letters for row in letter.rows}
    for number, sum_, level, sent in letter.apart:
        one = history.invoices[number]
        parts = late_parts(one, day).get(level, [])
        if (number, level + 1) in told:
            yield f"apart: {number}, level {level}, has a letter of the same day"
        if sum_ != sum((one.open_of(part, day) for part in parts), Decimal(0)) or not sum_:
            yield f"apart: {number}, {sum_} has had level {level}: {parts}"
        if _letters(parts, day)[-1:] != [(sent, level)]:
            yield f"apart: {number}: the last letter was {_letters(parts, day)[-1:]}, not level {level} of {sent}"
    booked = max((one for one in history.bank if one <= day), default=None)
    if letter.until and (there or letter.until != booked):
        yield f"payments until {letter.until}: the bank until {booked}, {there} on the account"
    sums_ = {Decimal(0)}
    for _day, amount, _words in there:
        sums_ |= {amount + other for other in sums_}
    if letter.unknown is not None and letter.unknown not in sums_ - {Decimal(0)}:
        yield f"{letter.unknown} on the account: there is {there}"


def forgotten(history: History, letters: list[Letter], day: date) -> str:
    """An invoice and level of which a letter is due, while nothing lies on the account, and of which none speaks."""
    told = {(row[0], letter.level) for letter in letters for row in letter.rows}
    if history.there(day):
        return ""
    due = ((number, level) for number, invoice in history.invoices.items() for level in due_parts(invoice, day))
    return next((f"{number} at level {level}" for number, level in due if (number, level) not in told), "")


def most_likely_paid(history: History, day: date) -> set[str]:
    """The numbers that the money on the account is most likely for: those that it names; or, where it names none, the one due first
    of which just so much is open, of those that were there before the money if any was. One payment is for one of these."""
    open_ = sorted(
        (invoice for invoice in history.invoices.values() if invoice.day <= day and invoice.open(day) > 0),
        key=lambda invoice: (invoice.next_due(day), invoice.day, invoice.number),
    )
    found: set[str] = set()
    nameless = []
    for came, amount, words in sorted(history.there(day), key=lambda one: (one[0], -one[1])):
        named = {invoice.number for invoice in open_ if invoice.number.replace("-", "") in words}
        found |= named
        nameless += [] if named else [(came, amount)]
    for came, amount in nameless:
        free = [invoice for invoice in open_ if amount in sums_of(invoice, day) and invoice.number not in found]
        found |= {invoice.number for invoice in ([invoice for invoice in free if invoice.day <= came] or free)[:1]}
    return found


def sums_of(invoice: Invoice, day: date) -> set[Decimal]:
    """What somebody may pay who pays an invoice: all of it, what is late, an instalment."""
    parts = [invoice.open_of(part, day) for part in invoice.parts]
    return {invoice.open(day), sum((invoice.open_of(part, day) for part in invoice.late(day)), Decimal(0)), *parts} - {
        Decimal(0)
    }


def _with_the_earliest(invoice: Invoice, parts: Sequence[Part], day: date) -> list[Part]:
    """Some late instalments and, where they are the earliest, those that are settled by now."""
    late = invoice.late(day)
    settled = [part for part in invoice.parts if part.due < day and part not in late]
    return sorted([*parts, *(settled if late[:1] == list(parts[:1]) else ())], key=lambda part: part.due)


def _bears_the_compensation(invoice: Invoice, parts: Sequence[Part], day: date) -> bool:
    """Whether the oldest debt of an invoice is among some instalments: the compensation is due once."""
    debts = [part for part in invoice.parts if part.due < day and invoice.open_of(part, part.due)]
    return any(part is debts[0] for part in _with_the_earliest(invoice, parts, day)) if debts else False


def _interest(invoice: Invoice, parts: Sequence[Part], day: date) -> Decimal:
    """12 % a year of what was open on each day after the due date, what was credited was never owed; rounded once."""
    credited = sum((amount for when, amount in invoice.credited if when <= day), Decimal(0))
    total = Decimal(0)
    for part in _with_the_earliest(invoice, parts, day):
        at = part.due + timedelta(days=1)
        while at <= day:
            if len(invoice.parts) > 1:
                total += invoice.open_of(part, at - timedelta(days=1))
            else:
                total += (
                    part.amount - credited - sum((amount for when, amount in invoice.paid if when < at), Decimal(0))
                )
            at += timedelta(days=1)
    return (total * 12 / 36500).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
