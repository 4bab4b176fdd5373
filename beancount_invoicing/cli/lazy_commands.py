"""A group whose commands are in files of their own, each imported only when its command is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from beancount_invoicing.cli.command_language import in_language
from beancount_invoicing.cli.common import Commands
from beancount_invoicing.gc_control import no_collections


class LazyCommands(Commands):
    """A group of commands: `modules` gives each command's module in `beancount_invoicing.cli`, such as
    `modules={"show": "bank_show"}`.
    """

    def __init__(self, *arguments: Any, modules: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, sorted."""
        del ctx
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        del ctx
        if cmd_name not in self.modules:
            return None
        with no_collections():  # modules are no garbage
            module = import_module(f"beancount_invoicing.cli.{self.modules[cmd_name]}")
        commands = (value for value in vars(module).values() if isinstance(value, click.Command))
        return in_language(next(command for command in commands if command.name == cmd_name))
