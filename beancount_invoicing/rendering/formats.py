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
_HOMES = {"de": "DE", "en": "GB", "es": "ES", "fr": "FR", "it": "IT", "nl": "NL", "pt": "PT"}
"""The country whose formats a language without a region has."""
_MONEY_LIKE = {"fr_CH": "de_CH"}
"""Locales that write amounts of money as another one does, and other figures not: CLDR has a decimal point for them, which
Babel does not read, and Swiss books group by an apostrophe in each language.
"""


def regional(language: str, region: str) -> str:
    """The locale of a language ("de") in a country ("CH"): "de-CH". Only the language if it is at home there, if no country is
    given, or if Babel does not know it there.
    """
    here = _HOMES.get(language) == region
    return f"{language}-{region}" if region and not here and is_known(language, region) else language


def is_known(language: str, region: str) -> bool:
    """Whether there are formats for a language in a country."""
    try:
        Locale.parse(f"{language}_{region}")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def speaks(country: str, language: str) -> bool:
    """Whether a language is an official one, or is used like one, in a country."""
    from babel.languages import get_official_languages

    return language in get_official_languages(country, de_facto=True)


@cache
def babel_locale(locale: str) -> Locale:
    """Babel's locale of a language, with or without a region ("de", "de-CH"): Portuguese of Portugal; British English, also for a
    language unknown to Babel.
    """
    try:
        return Locale.parse({"en": "en_GB", "pt": "pt_PT"}.get(locale, locale.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


@cache
def _money_locale(locale: str) -> Locale:
    known = babel_locale(locale)
    return Locale.parse(_MONEY_LIKE.get(str(known), str(known)))


@cache
def _day_in_figures(locale: str) -> str:
    """Babel's "short" pattern with two digits for day and month, and all of the year."""
    pattern = str(babel_locale(locale).date_formats["short"].pattern)
    return re.sub(r"([dMy])\1*", lambda part: {"d": "dd", "M": "MM", "y": "yyyy"}[part[1]], pattern)


def colon(language: str) -> str:
    """The colon between a label and its value in plain text, in a language with or without a region; in French, a no-break space
    comes before it.
    """
    return "\u00a0: " if language[:2] == "fr" else ": "


def _all_digits(value: Decimal) -> AbstractContextManager[object]:
    """Lets Babel round a figure of any size: Decimal's usual 28 digits are too few for some that a ledger can hold."""
    return localcontext(prec=value.adjusted() + 100) if value.adjusted() > 12 else nullcontext()


def _minus(text: str) -> str:
    """The minus sign, as wide as the figures, where Babel has a hyphen."""
    return text.replace("-", "\u2212")


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of a language ("fr"), or of a language in a country ("fr-CH")."""

    locale: str

    @property
    def language(self) -> str:
        """The language alone, two letters."""
        return self.locale.partition("-")[0]

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency, in the currency's decimals: 1 234,50 €."""
        try:
            with _all_digits(amount):
                text = str(
                    format_currency(amount, currency, format=self._money_pattern(currency), locale=_money_locale(self.locale),
                                    currency_digits=False)
                )  # fmt: skip
            # CHF 900.00, as CLDR's currency spacing has it: Babel leaves it out
            return _minus(_LETTER_AND_FIGURE.sub("\u00a0", text))
        except (ValueError, KeyError):
            return f"{self.amount(amount, currency)} {currency}"

    def _money_pattern(self, currency: str) -> str:
        pattern = _money_locale(self.locale).currency_formats["standard"].pattern
        places = currency_decimals(currency)
        return str(pattern).replace("0.00", "0." + "0" * places if places else "0")

    def amount(self, amount: Decimal, currency: str) -> str:
        """An amount without its currency, in the currency's decimals: 1 234,50."""
        return self._number(amount, currency_decimals(currency), _money_locale(self.locale))

    def number(self, value: Decimal, places: int) -> str:
        """A number with exactly so many decimals, that is no amount of money."""
        return self._number(value, places, babel_locale(self.locale))

    @staticmethod
    def _number(value: Decimal, places: int, locale: Locale) -> str:
        pattern = "#,##0" + ("." + "0" * places if places else "")
        with _all_digits(value):
            return _minus(str(format_decimal(value, format=pattern, locale=locale)))

    def price(self, value: Decimal, currency: str) -> str:
        """A unit price with the currency's decimals, or with more if the price has more."""
        exponent = value.normalize().as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return self._number(value, max(places, currency_decimals(currency)), _money_locale(self.locale))

    def quantity(self, value: Decimal) -> str:
        """A quantity or rate, without trailing zeros."""
        exponent = value.normalize().as_tuple().exponent
        return self.number(value, -exponent if isinstance(exponent, int) and exponent < 0 else 0)

    def percent(self, value: Decimal) -> str:
        """A percentage: 20 % in French, German and Spanish, 20% in English, Italian, Dutch and Portuguese."""
        spaced = babel_locale(self.locale).percent_formats[None].pattern[-2].isspace()
        return self.quantity(value) + ("\u00a0%" if spaced else "%")

    def is_singular(self, value: Decimal) -> bool:
        """Whether a quantity takes the singular: in French 1.5 does, in most languages only 1."""
        return bool(babel_locale(self.locale).plural_form(abs(value).normalize()) == "one")

    def day(self, day: date) -> str:
        """A date in words: 31 mars 2026. In French and Italian the first of a month is 1er and 1º, which CLDR does not
        know.
        """
        words = str(format_date(day, "long", locale=babel_locale(self.locale)))
        first = {"fr": "1er", "it": "1º"}.get(babel_locale(self.locale).language)
        return words.replace("1", first, 1) if day.day == 1 and first else words

    def short_day(self, day: date) -> str:
        """A date in figures: 31/03/2026."""
        return str(format_date(day, _day_in_figures(self.locale), locale=babel_locale(self.locale)))
