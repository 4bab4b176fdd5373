"""`bean-invoice validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beancount_invoicing.cli.common import Session, examples, format_option, print_csv, print_json
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.documents import e_invoices
from beancount_invoicing.messages import _
from beancount_invoicing.words import word

if TYPE_CHECKING:
    from beancount_invoicing.einvoice import Layer

_COLUMNS = ("file", "layer", "result", "rule", "location", "message", "severity")


def print_layers(file: str, layers: Sequence[Layer]) -> bool:
    """Prints the result of each layer for a file, and returns whether all of them were run and passed."""
    for layer in layers:
        echo(
            _("  {layer}: {result} ({not_run})", layer=layer.name, result=word(result(layer)), not_run=layer.not_run)
            if layer.not_run
            else _("  {layer}: {result}", layer=layer.name, result=word(result(layer)))
        )
        for problem in layer.problems:
            place = _(" at {location}", location=problem.location) if problem.location else ""
            echo(
                _(
                    "{file}: {warning}{rule}{place}: {message}",
                    file=file,
                    warning=(_("warning: ") if problem.warning else ""),
                    rule=problem.rule,
                    place=place,
                    message=problem.message,
                )
            )
    return all(layer.passed for layer in layers)


def result(layer: Layer) -> str:
    """The result of a layer, in one or two words."""
    if layer.not_run:
        return _("not run")
    return "passed" if layer.passed else "failed"


def rows(file: str, layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """A row for each problem, or one row for a layer without problems."""
    found: list[dict[str, Any]] = []
    for layer in layers:
        base: dict[str, Any] = {"file": file, "layer": layer.name, "result": result(layer)}
        found += [
            base
            | {
                "rule": problem.rule,
                "location": problem.location,
                "message": problem.message,
                "severity": "warning" if problem.warning else "error",
            }
            for problem in layer.problems
        ]
        if not layer.problems:
            found.append(base | {"rule": None, "location": None, "message": layer.not_run or None, "severity": None})
    return found


@click.command(epilog=examples("validate invoice.pdf"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@click.pass_obj
def validate_command(session: Session, files: tuple[Path, ...], form: str) -> None:
    """Check e-invoices, from any program: XML in CII or UBL, or PDFs with one inside.

    Layers are reported separately: our own checks, the XML schema, each official set of rules. A layer that could not
    be run has not passed. The exit code is 1 if a document is not valid, otherwise 2 if one could not be judged,
    otherwise 0.
    """
    every: list[dict[str, Any]] = []
    for file, layers in e_invoices.validate_files(files):
        if any(result(layer) == "failed" for layer in layers):
            session.failed = True
        if any(layer.not_run for layer in layers):
            session.not_judged = True
        if form == "table":
            echo(str(file))
            print_layers(str(file), layers)
        every += rows(str(file), layers)
    if form == "json":
        print_json(every)
    elif form == "csv":
        print_csv(_COLUMNS, [[row[column] for column in _COLUMNS] for row in every])
