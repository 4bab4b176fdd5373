from __future__ import annotations

import subprocess
import sys

import click

from beancount_invoicing.cli import main


def test_a_report_imports_neither_beancount_nor_what_it_does_not_need() -> None:
    """Each costs a warm report a third of its time."""
    program = "import sys, beancount_invoicing.cli.aging; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "beancount_invoicing.receivables.aging" in said
    heavy = {
        "beancount",
        "rich.console",
        "babel",
        "lxml",
        "beancount_invoicing.billing",
        "beancount_invoicing.einvoice",
    }
    assert not heavy & set(said)


def test_each_command_is_in_its_module() -> None:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
    assert main.get_command(context, "nothing") is None
