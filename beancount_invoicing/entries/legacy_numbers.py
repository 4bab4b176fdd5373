"""The number of an older invoice, as far as its entry shows it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from beancount_invoicing.rules import numbering

_DATES = re.compile(
    r"(?<![\w./-])(?:(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)?\d\d)?)(?![\w/-])"
)
_AMOUNTS = re.compile(
    r"(?<![\w/-])\d{1,3}(?:[.,' ]\d{3})*[.,]\d{1,2}(?![\w/-])"
    r"|(?<![\w/-])\d[\d.,']*\s*(?:%|€|\$|£|[A-Z]{3}\b|(?:h|hours?|days?|weeks?|months?|pcs|x|heures?|jours?|mois|stunden|std|tage)\b)"
    r"|[€$£]\s*\d[\d.,']*"
)
_INVOICE = re.compile(
    r"(?:\b(?:invoices?|inv|bill|facture|fact|rechnung|rg|re|rn|factura|fattura|factuur|fatura|faktura|lasku|faktury|fakt|szamla"
    r"|no|nr|num|number|numero|numéro|nummer)\b\.?|n[°º]|№|#|发票|發票|請求書)[\s:.#°º]*"
    r"(?:(?:no|nr|num|number|numéro|numero|nummer)\b\.?|n[°º.]|№)?[\s:.#]*"
    r"(?P<number>(?:[A-Za-z]{1,8}[-/_]?)?\d[A-Za-z\d]*(?:[-/_.]\d+[A-Za-z\d]*)*)",
    re.IGNORECASE,
)
_LIKE_ONE = re.compile(r"(?<![\w./-])(?:[A-Za-z]{1,8}[-/_]?)?\d+[A-Za-z\d]*(?:[-/_][A-Za-z\d]+)*(?![\w/])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH = re.compile(
    r"(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/](?:19|20)\d\d|[QTqHhKkWw][1-4]?[-/]?(?:(?:19|20)\d\d)?"
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|er|e|h|x|d)", re.IGNORECASE)


def numbers_in(narration: str) -> list[str]:
    """Possible invoice numbers in a text, the likeliest first: what follows a word for it, else what has the form of one, the
    longest first. Dates, years, months and amounts are excluded.
    """
    text = _AMOUNTS.sub(" ", _DATES.sub(" ", narration))
    named = [match["number"].rstrip(".") for match in _INVOICE.finditer(text)]
    stated = [word for word in named if not _YEAR.fullmatch(word)]
    like = [
        word
        for word in (match[0] for match in _LIKE_ONE.finditer(text))
        if not _MONTH.fullmatch(word)
        and not _ORDINAL.fullmatch(word)
        and _telling(word)
        and (len(word) >= 4 or not word.isdigit())
    ]
    found = [*stated, *sorted(like, key=lambda word: (-len(word), word))]
    return [word for word in dict.fromkeys(found) if numbering.link(word) == word]


def links_with_number(links: Collection[str] | None, alone: Collection[str]) -> Iterator[str]:
    """The links that may be a number: of those that only one claim has, those with digits that are not just a year."""
    for link in sorted(links or ()):
        if link in alone and _telling(link):
            yield link


def _telling(number: str) -> bool:
    """Whether digits are left of it without its years."""
    rest = re.sub(r"(?<!\d)(?:19|20)\d\d(?!\d)", "", number)
    return any(sign.isdigit() for sign in rest)
