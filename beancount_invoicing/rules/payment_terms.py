"""Payment terms: from words to due dates and instalments.

Steps are read from left to right, separated by commas; instalments are separated by semicolons. How they are
written in each language: `terms_words`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, CalculationStep, Invoice, StepValue
from beancount_invoicing.rules import steps, terms_grammar
from beancount_invoicing.rules.terms_grammar import DiscountWords, Step
from beancount_invoicing.rules.terms_words import WORDS

__all__ = [
    "TERMS_LANGUAGES",
    "CashDiscount",
    "DiscountedAmount",
    "DueInstalment",
    "Terms",
    "TermsError",
    "TermsPart",
    "TermsRule",
    "apply_cash_discount",
    "calendars",
    "discount_in_words",
    "discounted_rest",
    "moved_to_business_day",
    "parse_cash_discount",
    "parse_terms",
    "schedule",
    "sentence",
    "terms_in_words",
    "terms_match",
]

_MOST_DISCOUNT = 5
"""A percentage up to this, where none add up to 100, is a cash discount even if no word says so."""

TermsRule = tuple[str, int]
"""A step of terms: ("days", 30), ("months", 2), ("end of month", 0), ("day", 15), ("day of following month", 15)."""


class TermsError(ValueError):
    """Payment terms cannot be read or are ambiguous; the message says what to write."""


class TermsPart(NamedTuple):
    """An instalment: its `percent` of the whole (None for the only one), and the rules for its due date.

    No rules: due on receipt.
    """

    percent: Decimal | None
    rules: tuple[TermsRule, ...]


class Terms(NamedTuple):
    """Payment terms as written in `text`; `discount` is the cash discount among them."""

    text: str
    parts: tuple[TermsPart, ...]
    discount: CashDiscount | None = None


class DueInstalment(NamedTuple):
    """An instalment: `date` is the last day of payment in time.

    `steps` lead to the date (figure "due date") and, if there are several instalments, to the amount (figure "amount").
    """

    date: date
    amount: Decimal
    steps: tuple[CalculationStep, ...]


class CashDiscount(NamedTuple):
    """`percent` less for payment within `days` after the invoice's date (the last day included): of the amount including tax,
    or `of_net`: of the amount before tax.
    """

    percent: Decimal
    days: int
    on_net: bool = False


class _TwoReadings(Exception):
    """Days and a month's end without a comma: `readings` are the whole terms, `pieces` the instalment, both ways."""

    def __init__(self, text: str, readings: tuple[str, str], pieces: tuple[str, str]) -> None:
        super().__init__(text)
        self.text = text
        self.readings = readings
        self.pieces = pieces

    def message(self, example: date | None) -> str:
        offers = []
        for reading, piece in zip(self.readings, self.pieces, strict=True):
            shown = ""
            with suppress(TermsError):
                if example is not None:
                    shown = _(
                        " (for {example}: due {due_date})",
                        example=example,
                        due_date=_due_date(_rules(piece, piece, piece), example, piece)[0],
                    )
            offers.append(f'"{reading}"{shown}')
        return _('"{text}" can be read in two ways: write {offers}', text=self.text, offers=joined(_(" or "), offers))


_BARE_DAYS = re.compile(r"\d{1,9}")
_LONGEST = {"days": 3660, "months": 120}
_SAMPLES = _('"30 days", "45 days, end of month", "on receipt", "30% on receipt; 70% 60 days", "2/10 net 30"')


class _Unreadable(Exception):
    """Terms cannot be read at `word`."""

    def __init__(self, text: str, word: str) -> None:
        super().__init__(text)
        self.text = text
        self.word = word

    def message(self, language: str) -> str:
        """With samples in the language of the text if its words tell it, else in `language`, if it is known."""
        words = WORDS.get(terms_grammar.language_of(self.text)) or WORDS.get(language)
        return _(
            'the payment terms "{text}" cannot be read at "{word}": write {examples}',
            text=self.text,
            word=self.word,
            examples=words.samples if words else _SAMPLES,
        )


def parse_terms(text: str, example: date | None = None, language: str = "") -> Terms:
    """The terms in `text`, in any of TERMS_LANGUAGES. A bare number is days.

    Raises TermsError if they cannot be read, their instalments do not add up to 100 %, or they can be read in two ways ("45 days
    end of month" without the comma): its message then shows both, with the due date that each gives for an invoice of the date
    `example`. Samples of terms are in the language of the text, or else in `language`.
    """
    try:
        return _read(text)
    except _TwoReadings as found:
        raise TermsError(found.message(example)) from None
    except _Unreadable as found:
        raise TermsError(found.message(language)) from None


@lru_cache(maxsize=4096)
def _read(text: str) -> Terms:
    plain = terms_grammar.normal(text)
    if not plain:
        raise TermsError(_("the payment terms are empty: write {examples}", examples=_SAMPLES))
    percentages = [_decimal(number) for number in terms_grammar.PERCENTAGE.findall(plain)]
    if sum(percentages) == 100:
        return Terms(text, _instalments(plain, text))
    found = _discount_in(plain, text)
    if found is not None:
        steps_text = found.rest
        discount = _cash_discount(found, text)
        return Terms(text, (TermsPart(None, _rules(steps_text, f"{steps_text}, {found.text}", text)),), discount)
    if percentages:
        return Terms(text, _instalments(plain, text))
    (only, *others) = [piece.strip() for piece in plain.split(";") if piece.strip()] or [plain]
    if others:
        raise TermsError(_no_percentage(only, text))
    return Terms(text, (TermsPart(None, _rules(only, plain, text)),))


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", "."))


def _instalments(plain: str, text: str) -> tuple[TermsPart, ...]:
    """The instalments in `plain`, separated by semicolons; commas before a percentage do as well."""
    parts = []
    for piece in _INSTALMENT_ENDS.split(plain):
        if not piece.strip():
            continue
        match = terms_grammar.INSTALMENT.match(piece.strip())
        if match is None:
            raise TermsError(_no_percentage(piece.strip(), text))
        parts.append(TermsPart(_decimal(match.group(1)), _rules(match.group(2), plain, text)))
    whole = sum((part.percent or ZERO for part in parts), ZERO)
    if whole != 100:
        raise TermsError(_('"{text}": the instalments add up to {whole} %, not to 100 %', text=text, whole=whole))
    if any(part.percent == 0 for part in parts):
        raise TermsError(_('"{text}": an instalment of 0 % has no effect: leave it out', text=text))
    return tuple(parts)


_INSTALMENT_ENDS = re.compile(r";|,(?= ?\d{1,3}(?:[.,]\d{1,6})? ?%)(?<!\d,)")


def _no_percentage(piece: str, text: str) -> str:
    return _(
        '"{text}": the instalment "{piece}" has no percentage, or no date: write "30% on receipt; 70% 60 days", for example',
        text=text,
        piece=piece,
    )


def _discount_in(plain: str, text: str) -> DiscountWords | None:
    """The cash discount in terms that are no instalments, and the terms without it (`rest`); None if there is none."""
    words = terms_grammar.phrases(plain)
    readings = [(place, found) for place, word in enumerate(words) if (found := _as_discount(word))]
    if len(readings) > 1:
        raise TermsError(
            _(
                '"{text}" has two cash discounts, "{first}" and "{second}": only one can be kept; leave one out',
                text=text,
                first=readings[0][1].text,
                second=readings[1][1].text,
            )
        )
    if not readings:
        return _discount_without_comma(plain, text)
    place, found = readings[0]
    others = [terms_grammar.without_otherwise(word) for word in (*words[:place], *words[place + 1 :])]
    if not others:
        raise TermsError(
            _(
                '"{text}" says until when the cash discount may be taken, but not when the whole is due: write both, such '
                'as "{text}, 30 {unit}", or write the discount in the key cash-discount',
                text=text,
                unit=found.unit,
            )
        )
    return found._replace(rest=", ".join(others))


def _as_discount(word: str) -> DiscountWords | None:
    found = terms_grammar.discount_words(word)
    return found if found and (found.is_named or _decimal(found.percent) <= _MOST_DISCOUNT) else None


def _discount_without_comma(plain: str, text: str) -> DiscountWords | None:
    """The cash discount at the beginning or the end of terms, such as "2/10 net 30", if what is left are terms."""
    ways = terms_grammar.leading_discounts(plain)
    for place in [match.start() for match in re.finditer(r"(?<= )\S", plain)]:
        if found := _as_discount(plain[place:]):
            ways.append(found._replace(rest=plain[:place].strip(" ,;/")))
    known = {}
    for found in ways:
        if found.is_named or _decimal(found.percent) <= _MOST_DISCOUNT:
            with suppress(TermsError, _TwoReadings, _Unreadable):
                _rules(found.rest, found.rest, text)
                known[found.percent, found.number, found.unit, found.rest] = found
    if len(known) > 1:
        offers = [f'"{found.rest}, {found.text}"' for found in known.values()]
        raise TermsError(
            _('"{text}" can be read in two ways: write {offers}', text=text, offers=joined(_(" or "), offers[:2]))
        )
    return next(iter(known.values()), None)


def _rules(piece: str, plain: str, text: str) -> tuple[TermsRule, ...]:
    """The rules of one instalment, `piece`, of the terms `text`, `plain` with single blanks."""
    if _BARE_DAYS.fullmatch(piece):
        return (_span(piece, "days", text),)
    words = terms_grammar.pieces(piece)
    rules: list[TermsRule] = []
    for place, word in enumerate(words):
        found = terms_grammar.step(word)
        if found is None:
            several = terms_grammar.steps_without_commas(word)
            if not _is_clear(several):
                _refuse(words, place, piece, plain, text)
        else:
            several = [found]
        for step in several:
            if step.name == "receipt" and len(words) + len(several) > 2:
                raise TermsError(_('"{text}": "{word}" must be on its own, without other steps', text=text, word=word))
            _add_step(rules, step, text)
    return tuple(rules)


def _is_clear(several: Sequence[Step]) -> bool:
    """Whether steps without commas have one reading: days from the date of the invoice, then the end of the month."""
    return len(several) > 1 and several[0].from_invoice and several[1].name == "end"


def _add_step(rules: list[TermsRule], step: Step, text: str) -> None:
    if step.name in {"end", "span after end"}:
        rules.append(("end of month", 0))
    if step.name in {"span", "span after end"}:
        rules.append(_span(step.number, step.unit, text))
    if step.name in {"day", "day of next month"}:
        number = int(step.number)
        if not 1 <= number <= 31:
            raise TermsError(_('"{text}": no month has a day {number}', text=text, number=number))
        if step.name == "day of next month" and (not rules or rules[-1][0] != "end of month"):
            rules.append(("end of month", 0))
        rules.append(("day of following month" if rules and rules[-1][0] == "end of month" else "day", number))


def _span(number: str, unit: str, text: str) -> TermsRule:
    name, factor = terms_grammar.UNITS[unit.lower()]
    if int(number) * factor > _LONGEST[name]:
        raise TermsError(_('"{text}": {number} {unit} is more than ten years', text=text, number=number, unit=unit))
    return name, int(number) * factor


def _refuse(words: Sequence[str], place: int, piece: str, plain: str, text: str) -> None:
    """Raises an error that explains how to write the step at `place`, which cannot be read as one."""
    word = words[place]
    several = terms_grammar.steps_without_commas(word)
    apart = [step.text for step in several]
    names = [step.name for step in several]

    def rewritten(order: Sequence[str]) -> str:
        return ", ".join([*words[:place], *order, *words[place + 1 :]])

    for at in range(len(apart) - 1):
        if {names[at], names[at + 1]} == {"span", "end"}:
            swapped = [*apart[:at], apart[at + 1], apart[at], *apart[at + 2 :]]
            both = (apart, swapped) if names[at] == "span" else (swapped, apart)
            readings = rewritten(both[0]), rewritten(both[1])
            raise _TwoReadings(text, (plain.replace(piece, readings[0]), plain.replace(piece, readings[1])), readings)
    if "receipt" in names:
        others = [step.text for step in several if step.name != "receipt"] or apart[1:]
        alone = apart[names.index("receipt")]
        raise TermsError(
            _(
                '"{text}": "{alone}" is due at once and must be on its own: write "{alone}" or "{others}"',
                text=text,
                alone=alone,
                others=", ".join(others),
            )
        )
    if apart:
        raise TermsError(
            _(
                '"{text}": separate the steps with commas: write "{plain}"',
                text=text,
                plain=plain.replace(piece, rewritten(apart)),
            )
        )
    raise _Unreadable(text, word)


def moved_to_business_day(due: DueInstalment, calendar: str) -> DueInstalment:
    """The same on the next day that is not a Saturday, Sunday or public holiday of `calendar` ("FR", "DE-BY").

    Raises TermsError if there is no such calendar.
    """
    if calendar not in calendars():
        raise TermsError(
            _(
                'no public holidays are known for "{calendar}": write a country such as "FR" or "DE-BY"',
                calendar=calendar,
            )
        )
    day = steps.next_business_day(due.date, calendar)
    if day == due.date:
        return due
    step = CalculationStep(
        _("due date"),
        "next business day",
        (due.date, calendar),
        day,
        _("not on a week-end or holiday ({calendar})", calendar=calendar),
    )
    return due._replace(date=day, steps=(*due.steps, step))


@lru_cache(maxsize=1)
def calendars() -> frozenset[str]:
    """The countries (ISO 3166), and their parts ("DE-BY"), whose public holidays are known."""
    from holidays import list_supported_countries

    return frozenset(
        name
        for country, parts in list_supported_countries().items()
        for name in (country, *(f"{country}-{part}" for part in parts))
    )


@lru_cache(maxsize=16384)
def _due_date(rules: tuple[TermsRule, ...], start: date, text: str) -> tuple[date, tuple[CalculationStep, ...]]:
    day = start
    made: list[CalculationStep] = []
    try:
        for name, number in rules:
            inputs: tuple[StepValue, ...] = (day, number)
            if name == "days":
                operation, result = "plus days", day + timedelta(days=number)
            elif name == "months":
                operation, result = "plus months", steps.plus_months(day, number)
            elif name == "end of month":
                operation, inputs, result = "end of month", (day,), steps.end_of_month(day)
            elif name == "day":
                operation, result = "next day of month", steps.on_day(day, number)
            else:
                operation, result = "day of following month", steps.on_day_of_following_month(day, number)
            made.append(CalculationStep(_("due date"), operation, inputs, result, text))
            day = result
    except OverflowError:
        raise TermsError(
            _('"{text}", counted from {start}, goes past the end of the calendar', text=text, start=start)
        ) from None
    if not made:
        made.append(CalculationStep(_("due date"), "as written", (start,), start, text))
    return day, tuple(made)


def schedule(terms: Terms, start: date, total: Decimal, decimals: int) -> tuple[DueInstalment, ...]:
    """The instalments of `total` for a document of `start`, in the order of the terms.

    Each percentage is rounded half away from zero to `decimals`, but never exceeds what is left of `total`; the last instalment
    takes the remainder, so that they add up to `total` exactly. Raises TermsError if a date is past the calendar.
    """
    parts = terms.parts
    if len(parts) == 1:
        day, why = _due_date(parts[0].rules, start, terms.text)
        return (DueInstalment(day, total, why),)
    result: list[DueInstalment] = []
    left = total
    for part in parts[:-1]:
        day, why = _due_date(part.rules, start, terms.text)
        percent = part.percent or ZERO
        exact = total * percent / 100
        amount = steps.round_to(exact, decimals)
        why = (
            *why,
            CalculationStep(_("amount"), "percent of", (percent, total), exact, terms.text),
            CalculationStep(_("amount"), "rounded", (exact, decimals), amount, _("half away from zero")),
        )
        if abs(amount) > abs(left):
            why = (
                *why,
                CalculationStep(
                    _("amount"), "nearest to zero of", (amount, left), left, _("no more than what is left")
                ),
            )
            amount = left
        left -= amount
        result.append(DueInstalment(day, amount, why))
    day, why = _due_date(parts[-1].rules, start, terms.text)
    taken = tuple(due.amount for due in result)
    last = CalculationStep(_("amount"), "difference", (total, *taken), left, _("the last takes the remainder"))
    return (*result, DueInstalment(day, left, (*why, last)))


_LONGEST_HOLIDAYS = timedelta(days=14)
"""The longest row of week-ends and public holidays."""


def terms_match(schedule: Sequence[DueInstalment], written: Sequence[tuple[date, Decimal]], moves: bool) -> bool:
    """Whether the terms give the written due dates and amounts, all of them, in this order.

    Amounts only matter if the terms give several. If due dates move to business days (`moves`), a written one may be some days
    later than the terms alone give: the known holidays may have changed.
    """
    later = _LONGEST_HOLIDAYS if moves else timedelta(0)
    if len(schedule) == 1:
        return all(schedule[0].date <= day <= schedule[0].date + later for day, _amount in written)
    return len(schedule) == len(written) and all(
        due.date <= day <= due.date + later and amount == due.amount
        for due, (day, amount) in zip(schedule, written, strict=True)
    )


@lru_cache(maxsize=1024)
def parse_cash_discount(text: str) -> CashDiscount:
    """The cash discount in `text`, such as "2% within 7 days", "2 % Skonto 7 Tage" or "2/10". Raises TermsError."""
    found = terms_grammar.discount_words(terms_grammar.normal(text))
    if found is None:
        raise _no_discount(text)
    return _cash_discount(found, text)


def _cash_discount(found: DiscountWords, text: str) -> CashDiscount:
    name, days = _span(found.number, found.unit, text)
    if name != "days":
        raise _no_discount(text)
    percent = _decimal(found.percent)
    if percent == 0:
        raise TermsError(_('the cash discount "{text}" has no effect: leave it out', text=text))
    return CashDiscount(percent, days, found.on_net)


def _no_discount(text: str) -> TermsError:
    return TermsError(
        _(
            'the cash discount "{text}" cannot be read: write "2% within 7 days" (of the amount with tax) or "2% '
            'of net within 7 days", for example',
            text=text,
        )
    )


class DiscountedAmount(NamedTuple):
    """What is paid instead of the whole if a cash discount is taken, until when (inclusive), and its calculation."""

    amount: Decimal
    date: date
    steps: tuple[CalculationStep, ...]


def apply_cash_discount(
    discount: CashDiscount, start: date, net: Decimal, total: Decimal, decimals: int
) -> DiscountedAmount:
    """What is left to pay of `total` (with tax; `net` without) if a document of `start` is paid with cash discount. The
    discount is rounded half away from zero to `decimals`. Raises TermsError if its last day is past the calendar.
    """
    base = net if discount.on_net else total
    exact = base * discount.percent / 100
    off = steps.round_to(exact, decimals)
    try:
        day = start + timedelta(days=discount.days)
    except OverflowError:
        raise TermsError(
            _("{days} days from {start} is past the end of the calendar", days=discount.days, start=start)
        ) from None
    of = "before tax" if discount.on_net else "with tax"
    return DiscountedAmount(
        total - off,
        day,
        (
            CalculationStep(
                _("cash discount"),
                "percent of",
                (discount.percent, base),
                exact,
                _("of the amount {of_document}", of_document=of),
            ),
            CalculationStep(_("cash discount"), "rounded", (exact, decimals), off, _("half away from zero")),
            CalculationStep(_("cash discount"), "difference", (total, off), total - off, _("what is then paid")),
            CalculationStep(_("cash discount"), "plus days", (start, discount.days), day, _("the last day for it")),
        ),
    )


def discounted_rest(invoice: Invoice, paid: Decimal, decimals: int) -> DiscountedAmount | None:
    """What is left to pay of a document with its customer's cash discount, after `paid` was paid by its own date.

    Amounts settled by deposits and `paid` get no discount. None if there is no discount, or nothing to pay. Raises TermsError.
    """
    text = invoice.customer.cash_discount if invoice.customer else ""
    left = invoice.payable - paid
    if not text or left <= 0 or invoice.kind in {"claim", "opening", "void"}:
        return None
    net = invoice.net - sum((deduction.amount for deduction in invoice.deductions if not deduction.tax), ZERO)
    if paid:
        net = net * left / invoice.payable
    return apply_cash_discount(parse_cash_discount(text), invoice.date, net, left, decimals)


TERMS_LANGUAGES = tuple(WORDS)
"""The languages that terms are written and read in."""


def _said(language: str, name: str, number: int | Decimal = 0) -> str:
    language = language[:2].lower()
    words = WORDS.get(language) or WORDS["en"]
    forms = words.forms.get(name) or words.forms[name.removesuffix(" after")]
    shown = format(number.normalize(), "f") if isinstance(number, Decimal) else str(number)
    singular = number == 1 or (number == 0 and language == "fr")
    return forms[0 if singular else -1].format(shown if words is WORDS["en"] else shown.replace(".", ","))


def terms_in_words(terms: Terms, language: str) -> str:
    """The terms as a person writes them, in one of TERMS_LANGUAGES (else English); read back the same."""
    parts = []
    for part in terms.parts:
        rules = [_said(language, name.removesuffix(" of following month"), number) for name, number in part.rules]
        percent = "" if part.percent is None else _said(language, "instalment", part.percent)
        parts.append(percent + (", ".join(rules) or _said(language, "receipt")))
    return joined("; ", parts)


def sentence(terms: Terms, language: str) -> str:
    """The terms as printed on a page, in one of TERMS_LANGUAGES (else English):
    "À réception", "30 % à réception, 70 % à 45 jours"."""
    language = language[:2].lower() if language[:2].lower() in WORDS else "en"
    parts = []
    for part in terms.parts:
        rules = [_said(language, name.removesuffix(" of following month"), number) for name, number in part.rules]
        if part.percent is None:
            parts.append(", ".join(rules) or _said(language, "receipt"))
            continue
        if part.rules and part.rules[0][0] in {"days", "months"}:
            after = _said(language, part.rules[0][0] + " after", part.rules[0][1])
            rules[0] = WORDS[language].forms["after"][0].format(after)
        percent = _said(language, "instalment", part.percent).removesuffix(": ").rstrip(" ")
        parts.append(f"{percent} {', '.join(rules) or _said(language, 'receipt')}")
    # instalments of several steps, which have commas themselves, are set apart by semicolons
    apart = ", " if all(len(part.rules) < 2 for part in terms.parts) else "\u00a0; " if language == "fr" else "; "
    text = apart.join(parts)
    return text[:1].upper() + text[1:]


def discount_in_words(discount: CashDiscount, language: str) -> str:
    """The cash discount as a person writes it in one of TERMS_LANGUAGES (else English); read back the same."""
    return (
        _said(language, "discount", discount.percent)
        + (_said(language, "of net") if discount.on_net else "")
        + _said(language, "within", discount.days)
    )
