"""Payment terms: from words to due dates and instalments.

Steps are read from left to right, separated by commas; instalments are separated by semicolons. English and French are understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, CalculationStep, Invoice, StepValue
from beancount_invoicing.rules import steps

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

_ANY_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?) ?%")
_MOST_DISCOUNT = 5
"""A single percentage up to this is not an instalment (they add up to 100): a discount is meant."""

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
    """Payment terms as written in `text`."""

    text: str
    parts: tuple[TermsPart, ...]


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


_UNITS = {
    **dict.fromkeys(("day", "days", "d", "jour", "jours", "j"), ("days", 1)),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), ("days", 7)),
    **dict.fromkeys(("month", "months", "mois"), ("months", 1)),
    **dict.fromkeys(("year", "years", "an", "ans", "année", "années"), ("months", 12)),
}
_LONGEST = {"days": 3660, "months": 120}
_UNIT = "|".join(_UNITS)
_STEPS = {
    "span": rf"(?:à |sous |within |net )?(\d{{1,9}}) ?({_UNIT})(?: nets?)?"
    r"(?:(?: (?:à compter de|après|de))?(?: la)? date (?:d['’]émission )?de (?:la )?facture"
    r"| (?:from|after) (?:the )?(?:invoice date|date of (?:the )?invoice))?",
    "end": r"(?:at |by )?(?:the )?end of (?:the )?month|(?:à )?(?:la )?fin (?:de |du )?mois|eom|fdm",
    "day": r"(?:on )?(?:the )?(?:day|jour) (\d{1,9})|le (?:jour )?(\d{1,9})(?:er)?"
    r"|(?:on )?the (\d{1,9})(?:st|nd|rd|th)",
    "receipt": r"(?:due |payable )?(?:up)?on receipt|immediate(?:ly)?|cash|comptant"
    r"|(?:payable )?[àa] (?:la )?r[ée]ception(?: de (?:la )?facture)?",
}
_STEP = {name: re.compile(rf"(?:{pattern})(?![^\s,])") for name, pattern in _STEPS.items()}
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?) ?%,? ?(.+)\Z")
_DISCOUNT = re.compile(
    r"(\d{1,2}(?:[.,]\d{1,4})?) ?%(?: (of (?:the )?net|excl\.? (?:vat|tax)|before tax|du ht|du montant ht|ht))?"
    r" (?:si payé |si paiement |if paid )?(?:within|sous|in|à|dans les)"
    rf" (\d{{1,4}}) ?({_UNIT})\Z"
)
_EXAMPLES = '"30 days", "45 days, end of month", "on receipt", "30% on receipt; 70% 60 days", "30 jours, fin de mois"'


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).strip(" .").lower()


def parse_terms(text: str, example: date | None = None) -> Terms:
    """The terms in `text`, in English or French. A bare number is days.

    Raises TermsError if they cannot be read, their instalments do not add up to 100 %, or they can be read in two ways ("45 days
    end of month" without the comma): its message then shows both, with the due date that each gives for an invoice of the date
    `example`.
    """
    try:
        return _read(text)
    except _TwoReadings as found:
        raise TermsError(found.message(example)) from None


@lru_cache(maxsize=4096)
def _read(text: str) -> Terms:
    plain = _normal(text)
    if not plain:
        raise TermsError(_("the payment terms are empty: write {examples}", examples=_EXAMPLES))
    if re.fullmatch(r"(?:net )?\d+", plain):
        plain = f"{plain} days"
    percentages = _ANY_PERCENT.findall(plain)
    if len(percentages) == 1 and Decimal(percentages[0].replace(",", ".")) <= _MOST_DISCOUNT:
        raise TermsError(
            _(
                '"{text}": a discount for early payment does not belong in the terms: write it in the key cash-discount, such as '
                'cash-discount: "{percent}% within 10 days", and the terms without it',
                text=text,
                percent=percentages[0],
            )
        )
    pieces = [piece.strip() for piece in plain.split(";") if piece.strip()]
    if len(pieces) == 1 and not _PERCENT.match(pieces[0]):
        return Terms(text, (TermsPart(None, _rules(pieces[0], plain, text)),))
    parts = []
    for piece in pieces:
        match = _PERCENT.match(piece)
        if match is None:
            raise TermsError(
                _(
                    '"{text}": the instalment "{piece}" has no percentage, or no date: write "30% on receipt; 70% 60 '
                    'days", for example',
                    text=text,
                    piece=piece,
                )
            )
        parts.append(TermsPart(Decimal(match.group(1).replace(",", ".")), _rules(match.group(2), plain, text)))
    whole = sum((part.percent or ZERO for part in parts), ZERO)
    if whole != 100:
        raise TermsError(_('"{text}": the instalments add up to {whole} %, not to 100 %', text=text, whole=whole))
    if any(part.percent == 0 for part in parts):
        raise TermsError(_('"{text}": an instalment of 0 % has no effect: leave it out', text=text))
    return Terms(text, tuple(parts))


def _rules(piece: str, plain: str, text: str) -> tuple[TermsRule, ...]:
    """The rules of one instalment, `piece`, of the terms `text`, `plain` in lower case."""
    rules: list[TermsRule] = []
    words = [word.strip() for word in piece.split(",")]
    if any(_PERCENT.match(word) for word in words):
        raise TermsError(
            _(
                '"{text}": separate the instalments with ";": write "30% on receipt; 70% 60 days", for example',
                text=text,
            )
        )
    for place, word in enumerate(words):
        name, step = _step(word)
        if name == "span":
            rules.append(_span(step[0], step[1], text))
        elif name == "end":
            rules.append(("end of month", 0))
        elif name == "day":
            number = int(step[0])
            if not 1 <= number <= 31:
                raise TermsError(_('"{text}": no month has a day {number}', text=text, number=number))
            rules.append(("day of following month" if rules and rules[-1][0] == "end of month" else "day", number))
        elif name == "receipt":
            if len(words) > 1:
                raise TermsError(_('"{text}": "{word}" must be on its own, without other steps', text=text, word=word))
        else:
            _refuse(words, place, piece, plain, text)
    return tuple(rules)


def _step(word: str) -> tuple[str, tuple[str, ...]]:
    """The step in `word` ("" for none), and the numbers and units in it."""
    for name, expression in _STEP.items():
        if match := expression.fullmatch(word):
            return name, tuple(group for group in match.groups() if group)
    return "", ()


def _span(number: str, unit: str, text: str) -> TermsRule:
    name, factor = _UNITS[unit]
    if int(number) * factor > _LONGEST[name]:
        raise TermsError(_('"{text}": {number} {unit} is more than ten years', text=text, number=number, unit=unit))
    return name, int(number) * factor


def _refuse(words: Sequence[str], place: int, piece: str, plain: str, text: str) -> None:
    """Raises an error that explains how to write the step at `place`, which cannot be read as one."""
    word = words[place]
    apart = _without_commas(word)
    names = [_step(word)[0] for word in apart]

    def rewritten(order: Sequence[str]) -> str:
        return ", ".join([*words[:place], *order, *words[place + 1 :]])

    for at in range(len(apart) - 1):
        if {names[at], names[at + 1]} == {"span", "end"}:
            swapped = [*apart[:at], apart[at + 1], apart[at], *apart[at + 2 :]]
            both = (apart, swapped) if names[at] == "span" else (swapped, apart)
            pieces = rewritten(both[0]), rewritten(both[1])
            raise _TwoReadings(text, (plain.replace(piece, pieces[0]), plain.replace(piece, pieces[1])), pieces)
    if "receipt" in names:
        others = [word for word, name in zip(apart, names, strict=True) if name != "receipt"] or apart[1:]
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
    raise TermsError(
        _(
            'the payment terms "{text}" cannot be read at "{word}": write {examples}',
            text=text,
            word=word,
            examples=_EXAMPLES,
        )
    )


def _without_commas(word: str) -> list[str]:
    """The steps in `word`, one after another, with nothing else between them; none if there is anything else."""
    found: list[str] = []
    rest = word
    while rest:
        match = next((match for expression in _STEP.values() if (match := expression.match(rest))), None)
        if match is None:
            return []
        found.append(match.group())
        rest = rest[match.end() :].lstrip()
    return found


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
    """The cash discount in `text`, such as "2% within 7 days" or "2 % sous 7 jours". Raises TermsError."""
    match = _DISCOUNT.match(_normal(text))
    if match is None or _UNITS[match.group(4)][0] != "days":
        raise TermsError(
            _(
                'the cash discount "{text}" cannot be read: write "2% within 7 days" (of the amount with tax) or "2% '
                'of net within 7 days", for example',
                text=text,
            )
        )
    percent = Decimal(match.group(1).replace(",", "."))
    if percent == 0:
        raise TermsError(_('the cash discount "{text}" has no effect: leave it out', text=text))
    return CashDiscount(percent, _span(match.group(3), match.group(4), text)[1], match.group(2) is not None)


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


_WORDS = {
    "en": {
        "days": ("{} day", "{} days"),
        "months": ("{} month", "{} months"),
        "end of month": ("end of month",),
        "day": ("day {}",),
        "receipt": ("on receipt",),
        "instalment": ("{}% ",),
        "discount": ("{}% ",),
        "of net": ("of net ",),
        "within": ("within {} day", "within {} days"),
    },
    "fr": {
        "days": ("{} jour", "{} jours"),
        "months": ("{} mois",),
        "end of month": ("fin de mois",),
        "day": ("le {}",),
        "receipt": ("à réception",),
        "instalment": ("{}\u00a0% ",),
        "discount": ("{}\u00a0% ",),
        "of net": ("du HT ",),
        "within": ("sous {} jour", "sous {} jours"),
    },
    "de": {
        "days": ("{} Tag", "{} Tage"),
        "months": ("{} Monat", "{} Monate"),
        "days after": ("{} Tag", "{} Tagen"),
        "months after": ("{} Monat", "{} Monaten"),
        "end of month": ("Monatsende",),
        "day": ("am {}.",),
        "receipt": ("sofort nach Erhalt",),
        "instalment": ("{}\u00a0%: ",),
        "discount": ("{}\u00a0% ",),
        "of net": ("vom Nettobetrag ",),
        "within": ("innerhalb von {} Tag", "innerhalb von {} Tagen"),
    },
    "es": {
        "days": ("{} día", "{} días"),
        "months": ("{} mes", "{} meses"),
        "end of month": ("fin de mes",),
        "day": ("día {}",),
        "receipt": ("a la recepción",),
        "instalment": ("{}\u00a0%: ",),
        "discount": ("{}\u00a0% ",),
        "of net": ("de la base imponible ",),
        "within": ("en {} día", "en {} días"),
    },
    "it": {
        "days": ("{} giorno", "{} giorni"),
        "months": ("{} mese", "{} mesi"),
        "end of month": ("fine mese",),
        "day": ("giorno {}",),
        "receipt": ("a ricevimento fattura",),
        "instalment": ("{}%: ",),
        "discount": ("{}% ",),
        "of net": ("dell’imponibile ",),
        "within": ("entro {} giorno", "entro {} giorni"),
    },
    "nl": {
        "days": ("{} dag", "{} dagen"),
        "months": ("{} maand", "{} maanden"),
        "end of month": ("einde maand",),
        "day": ("de {}e",),
        "receipt": ("bij ontvangst",),
        "instalment": ("{}%: ",),
        "discount": ("{}% ",),
        "of net": ("van het nettobedrag ",),
        "within": ("binnen {} dag", "binnen {} dagen"),
    },
    "pt": {
        "days": ("{} dia", "{} dias"),
        "months": ("{} mês", "{} meses"),
        "end of month": ("fim de mês",),
        "day": ("dia {}",),
        "receipt": ("contra receção da fatura",),
        "instalment": ("{}%: ",),
        "discount": ("{}% ",),
        "of net": ("do valor sem IVA ",),
        "within": ("no prazo de {} dia", "no prazo de {} dias"),
    },
}
"""What terms say in each language; a phrase with two forms has the singular first."""
_AFTER = {"de": "nach {}", "en": "after {}", "es": "a {}", "fr": "à {}", "it": "a {}", "nl": "na {}", "pt": "a {}"}
"""The phrase for the time after which an instalment is due."""
TERMS_LANGUAGES = tuple(_WORDS)
"""The languages that terms are written in; they are read in English and French."""


def _said(language: str, name: str, number: int | Decimal = 0) -> str:
    language = language[:2].lower()
    if language not in _WORDS:
        language = "en"
    forms = _WORDS[language].get(name) or _WORDS[language][name.removesuffix(" after")]
    shown = format(number.normalize(), "f") if isinstance(number, Decimal) else str(number)
    singular = number == 1 or (number == 0 and language == "fr")
    return forms[0 if singular else -1].format(shown if language == "en" else shown.replace(".", ","))


def terms_in_words(terms: Terms, language: str) -> str:
    """The terms as a person writes them, in one of LANGUAGES (else English); English and French are read back the same."""
    parts = []
    for part in terms.parts:
        rules = [_said(language, name.removesuffix(" of following month"), number) for name, number in part.rules]
        percent = "" if part.percent is None else _said(language, "instalment", part.percent)
        parts.append(percent + (", ".join(rules) or _said(language, "receipt")))
    return joined("; ", parts)


def sentence(terms: Terms, language: str) -> str:
    """The terms as printed on a page, in one of LANGUAGES (else English): "À réception", "30 % à réception, 70 % à 45 jours"."""
    language = language[:2].lower() if language[:2].lower() in _WORDS else "en"
    parts = []
    for part in terms.parts:
        rules = [_said(language, name.removesuffix(" of following month"), number) for name, number in part.rules]
        if part.percent is None:
            parts.append(", ".join(rules) or _said(language, "receipt"))
            continue
        if part.rules and part.rules[0][0] in {"days", "months"}:
            rules[0] = _AFTER[language].format(_said(language, part.rules[0][0] + " after", part.rules[0][1]))
        percent = _said(language, "instalment", part.percent).removesuffix(": ").rstrip(" ")
        parts.append(f"{percent} {', '.join(rules) or _said(language, 'receipt')}")
    # instalments of several steps, which have commas themselves, are set apart by semicolons
    apart = ", " if all(len(part.rules) < 2 for part in terms.parts) else "\u00a0; " if language == "fr" else "; "
    text = apart.join(parts)
    return text[:1].upper() + text[1:]


def discount_in_words(discount: CashDiscount, language: str) -> str:
    """The cash discount as a person writes it in one of LANGUAGES (else English); English and French are read back the same."""
    return (
        _said(language, "discount", discount.percent)
        + (_said(language, "of net") if discount.on_net else "")
        + _said(language, "within", discount.days)
    )
