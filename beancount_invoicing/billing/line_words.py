"""The few words that billing itself puts on lines, in the customer's language."""

from __future__ import annotations

from datetime import date
from typing import Literal

from beancount_invoicing.model import Book, Contract

Word = Literal["minimum", "flat", "adjustment", "instead"]

_WORDS: dict[str, dict[Word, str]] = {
    "de": {
        "minimum": "Mindestbetrag",
        "flat": "Pauschale",
        "adjustment": "Nachberechnung",
        "instead": ": {now} statt {was}",
    },
    "en": {
        "minimum": "minimum commitment",
        "flat": "flat fee",
        "adjustment": "adjustment",
        "instead": ": {now} instead of {was}",
    },
    "es": {
        "minimum": "compromiso mínimo",
        "flat": "cuota fija",
        "adjustment": "regularización",
        "instead": ": {now} en lugar de {was}",
    },
    "fr": {
        "minimum": "complément au minimum convenu",
        "flat": "forfait",
        "adjustment": "régularisation",
        "instead": " : {now} au lieu de {was}",
    },
    "it": {
        "minimum": "integrazione al minimo",
        "flat": "quota fissa",
        "adjustment": "conguaglio",
        "instead": ": {now} invece di {was}",
    },
    "nl": {
        "minimum": "aanvulling tot het minimum",
        "flat": "vast bedrag",
        "adjustment": "correctie",
        "instead": ": {now} in plaats van {was}",
    },
    "pt": {
        "minimum": "complemento ao mínimo",
        "flat": "valor fixo",
        "adjustment": "regularização",
        "instead": ": {now} em vez de {was}",
    },
}


def word(book: Book, contract: Contract, day: date, line_word: Word) -> str:
    """A word in the language of the contract's customer on `day`; English if the language is not known here."""
    main = book.main_accounts.get(contract.customer, "")
    language = book.language(book.customers[main].at(day), day) if main in book.customers else "en"
    return _WORDS.get(language, _WORDS["en"])[line_word]
