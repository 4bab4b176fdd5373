"""Commands in the user's language: their help texts, click's own texts, and the errors that it prints."""

from __future__ import annotations

import gettext
import inspect
from copy import copy
from typing import TypeVar

import click

from beancount_invoicing.languages import DOMAIN, LOCALES, is_english, translated, translated_text
from beancount_invoicing.messages import joined

C = TypeVar("C", bound=click.Command)
E = TypeVar("E", bound=click.ClickException)


def set_click_language() -> None:
    """From here on click's own texts ("Usage:", "No such option") are those of our catalogue, where there is one."""
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain("messages" if is_english() else DOMAIN)


def in_language(command: C) -> C:
    """The command with its help texts in the user's language; itself in English."""
    if is_english():
        return command
    spoken = copy(command)
    spoken.help = translated_text(flowing(command.help or "")) or None
    spoken.epilog = joined("\n", (translated_text(line) for line in (command.epilog or "").split("\n"))) or None
    spoken.params = [_parameter(parameter) for parameter in command.params]
    if isinstance(spoken, click.Group):
        spoken.commands = {name: in_language(under) for name, under in spoken.commands.items()}
    return spoken


def _parameter(parameter: click.Parameter) -> click.Parameter:
    if not isinstance(parameter, click.Option):
        return parameter
    spoken = copy(parameter)
    spoken.help = translated_text(flowing(parameter.help or "")) or None
    if isinstance(spoken.show_default, str):
        spoken.show_default = translated_text(spoken.show_default)
    return spoken


def flowing(text: str) -> str:
    """A help text as it stands in a catalogue: a line for each paragraph, but for those that click leaves as they are (\\b)."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(part if part.startswith("\b") else " ".join(part.split("\n")) for part in paragraphs)


def in_words(error: E) -> E:
    """The error with its message in the user's language."""
    error.message = translated(error.message)  # type: ignore[misc] # click types it as final
    return error
