"""Spaces at which no line breaks: between a figure and what it counts, before a French colon."""

from __future__ import annotations

import re

_AFTER = re.compile(r"((?<![^\s(])(?:[Aa]rt\.|§§?|[Nn]°|[Nn]r\.|[Nn]\.º|Abs\.|Nr\.)) (?=[\dA-Z])")
"""An article and its number."""
_BEFORE = re.compile(r"(?<=\d) (?=(?:%|€|£|\$|[A-Z])(?!\w))")
"""A figure and its unit, an article's number and its letter: 20 %, 293 B."""
_FRENCH = re.compile(r"(?<=\S) (?=[:;!?»](?:\s|$))|(?<=«) (?=\S)")


def bound(text: str, language: str) -> str:
    """The text with no-break spaces where the language has them; it says the same."""
    if " " not in text:
        return text
    text = _BEFORE.sub("\u00a0", _AFTER.sub("\\1\u00a0", text))
    return _FRENCH.sub("\u00a0", text) if language == "fr" else text
