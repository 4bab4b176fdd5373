"""No-break spaces between a figure and its unit, or before a French colon; Italian elisions before a date."""

from __future__ import annotations

import re

_AFTER = re.compile(r"((?<![^\s(])(?:[Aa]rt\.|§§?|[Nn]°|[Nn]r\.|[Nn]\.º|Abs\.|Nr\.)) (?=[\dA-Z])")
"""An article and its number."""
_BEFORE = re.compile(r"(?<=\d) (?=(?:%|€|£|\$|[A-Z])(?!\w))")
"""A figure and its unit, an article's number and its letter: 20 %, 293 B."""
_FRENCH = re.compile(r"(?<=\S) (?=[:;!?»](?:\s|$))|(?<=«) (?=\S)")
_ITALIAN = re.compile(r"\b([Ii]|[Aa]|[Dd]a|[Dd]e|[Nn]e)l (?=(?:8|11) [a-z])")
"""An Italian article, by itself or in a preposition, before a date in words whose figure begins with a vowel."""


def bound(text: str, language: str) -> str:
    """The same text with the no-break spaces that its language requires, and in Italian with elisions: "entro l’8
    dicembre", "dall’11 marzo".
    """
    if " " not in text:
        return text
    text = _BEFORE.sub("\u00a0", _AFTER.sub("\\1\u00a0", text))
    if language == "it":
        text = _ITALIAN.sub(_elided, text)
    return _FRENCH.sub("\u00a0", text) if language == "fr" else text


def _elided(article: re.Match[str]) -> str:
    word = article[1]
    return "l’" if word == "i" else "L’" if word == "I" else f"{word}ll’"
