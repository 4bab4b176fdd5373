"""Printing in the user's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

import click

from beancount_invoicing.languages import translated
from beancount_invoicing.words import figure


def echo(text: object = "", *, nl: bool = True, err: bool = False, file: IO[Any] | None = None) -> None:
    """Prints a text, a message in the user's language."""
    click.echo(translated(text) if isinstance(text, str) else text, nl=nl, err=err, file=file)


def prompt(text: str, **settings: Any) -> Any:
    """Asks a question; its answer, as click.prompt gives it."""
    return click.prompt(translated(text), **settings)


def confirm(text: str, **settings: Any) -> bool:
    """Asks a question of yes or no."""
    return click.confirm(translated(text), **settings)


def label_width(names: Iterable[str]) -> int:
    """How many characters the longest of some names of amounts has in the user's language."""
    return max(len(translated(figure(name))) for name in names)
