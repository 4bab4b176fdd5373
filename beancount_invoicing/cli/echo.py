"""Printing in the user's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

import click

from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _p, joined
from beancount_invoicing.words import figure


def echo(text: object = "", *, nl: bool = True, err: bool = False, file: IO[Any] | None = None) -> None:
    """Prints a text; a message is printed in the user's language."""
    click.echo(translated(text) if isinstance(text, str) else text, nl=nl, err=err, file=file)


def prompt(text: str, **settings: Any) -> Any:
    """Asks a question and returns the answer, like click.prompt."""
    settings.setdefault("prompt_suffix", translated(_p("after a question", ": ")))
    return click.prompt(translated(text), **settings)


def confirm(text: str, **settings: Any) -> bool:
    """Asks a yes-or-no question; an empty answer means no. English answers are understood in every language."""
    question = joined(" ", (text, _p("answers", "[y/N]")))
    answers = dict.fromkeys(("y", "yes", *translated(_p("answers", "y, yes")).split(", ")), True)
    answers |= dict.fromkeys(("", "n", "no", *translated(_p("answers", "n, no")).split(", ")), False)
    while True:
        answer = (
            click.prompt(translated(question), default="", show_default=False, prompt_suffix=": ", **settings)
            .strip()
            .lower()
        )
        if answer in answers:
            return answers[answer]
        echo(_("Error: invalid input"), err=settings.get("err", False))


def label_width(names: Iterable[str]) -> int:
    """The length, in characters, of the longest of some amounts' names in the user's language."""
    return max(len(translated(figure(name))) for name in names)
