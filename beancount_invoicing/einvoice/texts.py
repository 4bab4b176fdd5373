"""Texts in an e-invoice: in which language, and of which characters."""

from __future__ import annotations

from collections.abc import Mapping


def said(words: Mapping[str, str], language: str) -> str:
    """The word in a language, else in English."""
    return words.get(language, words["en"])


def plain(text: str) -> str:
    """A text without the control characters that XML cannot hold; line breaks stay."""
    return "".join(
        sign for sign in text if sign == "\n" or ((sign.isprintable() or sign.isspace()) and sign >= " ")
    ).strip()
