"""Commands in the user's language: their help texts and placeholders, click's own texts, and the errors that click
prints.
"""

from __future__ import annotations

import gettext
import inspect
import re
from copy import copy
from typing import TypeVar

import click

from beancount_invoicing.languages import DOMAIN, LOCALES, is_english, translated, translated_text
from beancount_invoicing.messages import _p, joined

C = TypeVar("C", bound=click.Command)
E = TypeVar("E", bound=click.ClickException)
_PLACEHOLDERS: dict[str, str] = {
    word: word
    for word in (
        _p("placeholder", "ACCOUNT"),
        _p("placeholder", "AMOUNT"),
        _p("placeholder", "ARGS"),
        _p("placeholder", "CODE"),
        _p("placeholder", "COMMAND"),
        _p("placeholder", "CONTRACT"),
        _p("placeholder", "CUSTOMER"),
        _p("placeholder", "DATE"),
        _p("placeholder", "DAYS"),
        _p("placeholder", "DRAFT"),
        _p("placeholder", "FILE"),
        _p("placeholder", "FILES"),
        _p("placeholder", "FOLDER"),
        _p("placeholder", "INTEGER"),
        _p("placeholder", "INTEGER RANGE"),
        _p("placeholder", "LEDGER"),
        _p("placeholder", "LINE"),
        _p("placeholder", "MARK"),
        _p("placeholder", "NAME"),
        _p("placeholder", "NUMBER"),
        _p("placeholder", "OPTIONS"),
        _p("placeholder", "PERCENT"),
        _p("placeholder", "PRICE"),
        _p("placeholder", "PROJECT"),
        _p("placeholder", "QUANTITY"),
        _p("placeholder", "REASON"),
        _p("placeholder", "TEXT"),
    )
}
"""What stands for a value in help, such as NUMBER in "show NUMBER"."""
_FIGURE = _p("figure", "NUMBER")


def set_click_language() -> None:
    """From now on, click's own texts ("Usage:", "No such option") come from our catalogue, if it has them."""
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain("messages" if is_english() else DOMAIN)


def in_language(command: C) -> C:
    """The command with its help texts in the user's language; unchanged in English."""
    if is_english():
        return command
    spoken = copy(command)
    spoken.help = translated_text(unwrapped(command.help or "")) or None
    spoken.epilog = joined("\n", (translated_text(line) for line in (command.epilog or "").split("\n"))) or None
    spoken.params = [_parameter(parameter) for parameter in command.params]
    spoken.options_metavar = _placeholders(command.options_metavar or "")
    if isinstance(spoken, click.Group):
        spoken.subcommand_metavar = _placeholders(spoken.subcommand_metavar)
        spoken.commands = {name: in_language(under) for name, under in spoken.commands.items()}
    return spoken


def _parameter(parameter: click.Parameter) -> click.Parameter:
    spoken = copy(parameter)
    # a metavar that is set is shown as it stands, without the brackets and dots that click adds
    spoken.make_metavar = lambda ctx: _placeholders(parameter.make_metavar(ctx), parameter)  # type: ignore[method-assign]
    if not isinstance(spoken, click.Option):
        return spoken
    assert isinstance(parameter, click.Option)
    spoken.help = translated_text(unwrapped(parameter.help or "")) or None
    if isinstance(spoken.show_default, str):
        spoken.show_default = translated_text(spoken.show_default)
    return spoken


def _placeholders(metavar: str, parameter: click.Parameter | None = None) -> str:
    """A metavar with its placeholders in the user's language. NUMBER is a document's, or a figure where a number is asked for."""
    is_figure = isinstance(parameter, click.Option) and parameter.type is not click.STRING
    words = _PLACEHOLDERS | {"NUMBER": _FIGURE} if is_figure else _PLACEHOLDERS
    return re.sub(r"INTEGER RANGE|[A-Z]{2,}", lambda found: translated(words.get(found[0], found[0])), metavar)


def unwrapped(text: str) -> str:
    """A help text in the form of the catalogue: one line per paragraph, except paragraphs that click leaves as they are
    (\b).
    """
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(part if part.startswith("\b") else " ".join(part.split("\n")) for part in paragraphs)


def in_words(error: E) -> E:
    """The error with its message in the user's language."""
    error.message = translated(error.message)  # type: ignore[misc] # click types it as final
    return error
