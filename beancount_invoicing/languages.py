"""The language of messages: that of the catalogue in `locale/` that the environment names, as in gettext.

LANGUAGE, LC_ALL, LC_MESSAGES and LANG are read when something is shown; the first that is set counts. `speaking` sets
another language for the code inside it, such as a request to a server.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from beancount_invoicing.messages import Message, without_context

DOMAIN = "beancount_invoicing"
LOCALES = Path(__file__).parent / "locale"
_ENGLISH = {"en", "C", "POSIX"}
_chosen: ContextVar[str | None] = ContextVar("language", default=None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """A context in which messages are in `language`, such as "fr" or "fr_CA"; in English if there is no catalogue for
    it.
    """
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def translated(text: str) -> str:
    """A message in the reader's language; any other text unchanged."""
    if not isinstance(text, Message):
        return text
    catalogue = _catalogue(_languages())
    return _said(text, catalogue) if catalogue else str.__str__(text)


def translated_text(text: str) -> str:
    """A text without placeholders, such as a word in a table cell or a help text, in the reader's language."""
    catalogue = _catalogue(_languages())
    return catalogue.gettext(text) if catalogue and text else text


def is_english() -> bool:
    """Whether nothing is translated for the reader."""
    return _catalogue(_languages()) is None


def _said(text: str, catalogue: gettext.NullTranslations) -> str:
    if not isinstance(text, Message):
        return text
    template, values = text.template, text.values
    if not template:
        return ""  # gettext has the head of its catalogue under it
    pattern = catalogue.gettext(template) if isinstance(template, str) else catalogue.ngettext(*template)
    pattern = without_context(pattern)
    return pattern.format_map({name: _said(value, catalogue) for name, value in values.items()}) if values else pattern


def _languages() -> tuple[str, ...]:
    """The languages that are wanted, the best first."""
    if (chosen := _chosen.get()) is not None:
        return (chosen,)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return tuple(value.split(":"))
    return ()


@cache
def _catalogue(languages: Sequence[str]) -> gettext.NullTranslations | None:
    """The catalogue of the first language that has one; None for English, whose texts are in the code."""
    for language in languages:
        if language.partition(".")[0].partition("_")[0] in _ENGLISH:
            return None
        try:
            return gettext.translation(DOMAIN, LOCALES, [language])
        except OSError:
            continue
    return None
