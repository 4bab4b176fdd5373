"""Suggestions for a mistyped command, option or choice."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import click

from beancount_invoicing.cli.common import AliasOption
from beancount_invoicing.messages import _, joined

ALIKE = 0.65
"""How similar two words must be, from 0 to 1: `lst` suggests `list`, `--date` does not suggest `--write`."""

_MEANT = {
    "client": ("customer",),
    "clients": ("customer",),
    "invoice": ("new", "bill"),
    "invoices": ("list",),
    "payment": ("pay", "allocate"),
    "pdf": ("render",),
    "print": ("render",),
    "reminders": ("remind",),
    "balance": ("aging", "statement"),
    "dry": ("dry-run",),
    "save": ("write",),
}
"""Words of other programs, and ours for the same."""


def close_matches(typed: str, known: Iterable[str]) -> list[str]:
    """The known words that may be meant, at most three: words with the same meaning, with the same beginning, or with a
    similar spelling.
    """
    typed = typed.casefold()
    words = sorted(known)
    meant = [word for word in _MEANT.get(typed, ()) if word in words]
    begun = [word for word in words if len(typed) > 1 and word.casefold().startswith(typed)]
    folded = {word.casefold(): word for word in reversed(words)}
    alike = [folded[match] for match in get_close_matches(typed, list(folded), cutoff=ALIKE)]
    return (meant or begun or alike)[:3]


def better(error: click.UsageError) -> click.UsageError:
    """The same error, with suggestions."""
    found: list[str] = []
    if isinstance(error, click.NoSuchOption) and error.ctx and error.option_name.startswith("--"):
        options = error.ctx.command.get_params(error.ctx)
        known = {
            name
            for option in options
            for name in (*option.opts, *(option.also if isinstance(option, AliasOption) else ()))
        }
        names = {name[2:]: name for name in known if name.startswith("--")}
        found = [names[match] for match in close_matches(error.option_name[2:], names)]
    elif isinstance(error, click.NoSuchCommand) and error.ctx:
        found = _commands(error.command_name, error.ctx)
    elif not isinstance(error, click.NoSuchOption):
        return error
    return click.UsageError(error.message + meant(found), error.ctx)


def meant(found: list[str]) -> str:
    """The suggestions as a question, to follow an error."""
    return _(" Did you mean {found}?", found=joined(_(" or "), found)) if found else ""


def _commands(typed: str, ctx: click.Context) -> list[str]:
    """The commands of a group that may be meant; else those of its groups that are called so: `customer add` for `add`."""
    group = ctx.command
    assert isinstance(group, click.Group)  # who else has commands
    commands = {name: group.get_command(ctx, name) for name in group.list_commands(ctx)}
    within = [
        f"{name} {typed}"
        for name, command in commands.items()
        if isinstance(command, click.Group) and typed in command.commands
    ]
    return within or close_matches(typed, commands)
