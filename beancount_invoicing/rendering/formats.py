"""Amounts, quantities and dates as people write them, by Babel."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from beancount_invoicing.rules.currencies import currency_decimals

_LETTER_AND_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")
_SHORT_DAY = {"de": "dd.MM.yyyy", "nl": "dd-MM-yyyy", **dict.fromkeys(("en", "es", "fr", "it", "pt"), "dd/MM/yyyy")}
"""Dates in figures with the whole year, which most of Babel's leave out; another language has Babel's "short"."""


@cache
def babel_locale(language: str) -> Locale:
    """Babel's locale of a language: Portuguese of Portugal; British English, also for a language unknown to Babel."""
    try:
        return Locale.parse({"en": "en_GB", "pt": "pt_PT"}.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def colon(language: str) -> str:
    """The colon between a label and its value in plain text; in French, a no-break space comes before it."""
    return "\u00a0: " if language == "fr" else ": "


def _all_digits(value: Decimal) -> AbstractContextManager[object]:
    """Lets Babel round a figure of any size: Decimal's usual 28 digits are too few for some that a ledger can hold."""
    return localcontext(prec=value.adjusted() + 100) if value.adjusted() > 12 else nullcontext()


def _minus(text: str) -> str:
    """The minus sign, as wide as the figures, where Babel has a hyphen."""
    return text.replace("-", "\u2212")


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of a language ("fr", "en" …)."""

    language: str

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency, in the currency's decimals: 1 234,50 €."""
        try:
            with _all_digits(amount):
                text = str(
                    format_currency(amount, currency, format=self._money_pattern(currency), locale=babel_locale(self.language),
                                    currency_digits=False)
                )  # fmt: skip
            # CHF 900.00, as CLDR's currency spacing has it: Babel leaves it out
            return _minus(_LETTER_AND_FIGURE.sub("\u00a0", text))
        except (ValueError, KeyError):
            return f"{self.number(amount, currency_decimals(currency))} {currency}"

    def _money_pattern(self, currency: str) -> str:
        pattern = babel_locale(self.language).currency_formats["standard"].pattern
        places = currency_decimals(currency)
        return str(pattern).replace("0.00", "0." + "0" * places if places else "0")

    def amount(self, amount: Decimal, currency: str) -> str:
        """An amount without its currency, in the currency's decimals: 1 234,50."""
        return self.number(amount, currency_decimals(currency))

    def number(self, value: Decimal, places: int) -> str:
        """A number with exactly so many decimals."""
        pattern = "#,##0" + ("." + "0" * places if places else "")
        with _all_digits(value):
            return _minus(str(format_decimal(value, format=pattern, locale=babel_locale(self.language))))

    def price(self, value: Decimal, currency: str) -> str:
        """A unit price with the currency's decimals, or with more if the price has more."""
        exponent = value.normalize().as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return self.number(value, max(places, currency_decimals(currency)))

    def quantity(self, value: Decimal) -> str:
        """A quantity or rate, without trailing zeros."""
        exponent = value.normalize().as_tuple().exponent
        return self.number(value, -exponent if isinstance(exponent, int) and exponent < 0 else 0)

    def percent(self, value: Decimal) -> str:
        """A percentage: 20 % in French, German and Spanish, 20% in English, Italian, Dutch and Portuguese."""
        spaced = babel_locale(self.language).percent_formats[None].pattern[-2].isspace()
        return self.quantity(value) + ("\u00a0%" if spaced else "%")

    def is_singular(self, value: Decimal) -> bool:
        """Whether a quantity takes the singular: in French 1.5 does, in most languages only 1."""
        return bool(babel_locale(self.language).plural_form(abs(value).normalize()) == "one")

    def day(self, day: date) -> str:
        """A date in words: 31 mars 2026. In French and Italian the first of a month is 1er and 1º, which CLDR does not
        know.
        """
        words = str(format_date(day, "long", locale=babel_locale(self.language)))
        first = {"fr": "1er", "it": "1º"}.get(babel_locale(self.language).language)
        return words.replace("1", first, 1) if day.day == 1 and first else words

    def short_day(self, day: date) -> str:
        """A date in figures: 31/03/2026."""
        return str(format_date(day, _SHORT_DAY.get(self.language, "short"), locale=babel_locale(self.language)))
