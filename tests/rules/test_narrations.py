"""Narrations: each language has them all, with the same placeholders; other languages get English."""

from __future__ import annotations

import string

import pytest

from beancount_invoicing.rules.narrations import _NARRATIONS, LANGUAGES, narration


def places(text: str) -> list[str]:
    """The names in braces of a text."""
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_narration(language: str) -> None:
    english, own = _NARRATIONS["en"], _NARRATIONS[language]
    assert list(own) == list(english)
    assert {key: places(text) for key, text in own.items()} == {key: places(text) for key, text in english.items()}


def test_what_it_is_about_follows_after_a_colon_as_the_language_writes_it() -> None:
    assert narration("fr", "returned", "F1, F2") == "Rejeté par la banque : F1, F2"
    assert narration("en", "returned", "F1") == "Returned by the bank: F1"
    assert narration("de", "paid-back") == "Rückzahlung"
    assert narration("nl", "paid", numbers="F1") == "Betaling van F1"


def test_a_language_that_is_not_known_gets_english() -> None:
    assert narration("pl", "on-account") == "Payment on account"
