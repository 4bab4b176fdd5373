"""The language of messages: that of the catalogue in `locale/` that the environment names, as in gettext.

LANGUAGE, LC_ALL, LC_MESSAGES and LANG are read when something is shown; the first that is set counts. `speaking` sets
another language for the code inside it, such as a request to a server.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter

from beancount_invoicing.messages import Message, without_context

DOMAIN = "beancount_invoicing"
FINDINGS_DOMAIN = "findings"
"""The catalogues of languages in which only findings are translated, for a page whose other texts have words of their own."""
LOCALES = Path(__file__).parent / "locale"
_ENGLISH = {"en", "C", "POSIX"}
_chosen: ContextVar[str | None] = ContextVar("language", default=None)
_words: ContextVar[Mapping[str, str | list[str]]] = ContextVar("words", default={})  # noqa: B039 - nobody changes it
_with_findings: ContextVar[bool] = ContextVar("with findings", default=False)


class WordTable(gettext.NullTranslations):
    """A language without a catalogue of all messages: some messages by their English text (with a plural, two texts); the
    others as in `others`. Those whose places are not the English ones stay English.
    """

    def __init__(self, words: Mapping[str, str | list[str]], others: gettext.NullTranslations | None = None) -> None:
        super().__init__()
        self._words = words
        self._others = others or gettext.NullTranslations()

    def gettext(self, message: str) -> str:
        """A message in the language."""
        found = self._words.get(message)
        return found if isinstance(found, str) and _places(found) == _places(message) else self._others.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """A message about one thing or several."""
        found = self._words.get(msgid1)
        if isinstance(found, list) and len(found) == 2 and all(_places(form) == _places(msgid1) for form in found):
            return found[n != 1]
        return self._others.ngettext(msgid1, msgid2, n)


def _places(text: str) -> set[str | None]:
    try:
        return {name for _text, name, _form, _conversion in Formatter().parse(text) if name is not None}
    except ValueError:
        return {None}  # braces that do not match: no message is like it


@contextmanager
def speaking(
    language: str, words: Mapping[str, str | list[str]] | None = None, *, with_findings: bool = False
) -> Iterator[None]:
    """A context in which messages are in `language`, such as "fr" or "fr_CA". If there is no catalogue for it, those that
    `words` has by their English text are in the language too, and with `with_findings` those of its catalogue of findings;
    the others are in English.
    """
    told = _words.set(words or {})
    found = _with_findings.set(with_findings)
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)
        _with_findings.reset(found)
        _words.reset(told)


def translated(text: str) -> str:
    """A message in the reader's language; any other text unchanged."""
    if not isinstance(text, Message):
        return text
    catalogue = _of_reader()
    return _said(text, catalogue) if catalogue else str.__str__(text)


def translated_text(text: str) -> str:
    """A text without placeholders, such as a word in a table cell or a help text, in the reader's language."""
    catalogue = _of_reader()
    return catalogue.gettext(text) if catalogue and text else text


def is_english() -> bool:
    """Whether nothing is translated for the reader."""
    return _of_reader() is None


def _of_reader() -> gettext.NullTranslations | None:
    """The catalogue of the reader's language, or else the words that are given for it; None for English."""
    known = _catalogue(_languages())
    if known is not None:
        return known
    findings = _findings(_languages()) if _with_findings.get() else None
    return WordTable(_words.get(), findings) if _words.get() or findings else None


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
def _findings(languages: Sequence[str]) -> gettext.NullTranslations | None:
    """The catalogue of findings of the language; None if there is none."""
    try:
        return gettext.translation(FINDINGS_DOMAIN, LOCALES, languages)
    except OSError:
        return None


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
