"""`bean-invoice check`."""

from __future__ import annotations

import click

from beancount_invoicing.actions import seal
from beancount_invoicing.answers.findings import finding_json
from beancount_invoicing.cli.colours import painted
from beancount_invoicing.cli.common import (
    Session,
    examples,
    format_option,
    print_csv,
    print_json,
    warning_label,
    warning_line,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.messages import _n, joined


@click.command(epilog=examples("check --strict"))
@click.option("--strict", is_flag=True, help="Fail on warnings as well.")
@format_option
@click.pass_obj
def check_command(session: Session, strict: bool, form: str) -> None:
    """Report errors and warnings in the ledger, and what to do."""
    ledger = session.open()
    findings = sorted((*ledger.findings, *seal.due_date_warnings(ledger.book)), key=lambda finding: finding.source)
    warnings = [finding for finding in findings if finding.severity == "warning"]
    if form == "json":
        print_json([finding_json(finding) for finding in findings])
    elif form == "csv":
        rows = [finding_json(finding) for finding in findings]
        columns = ("file", "line", "rule", "severity", "message")
        print_csv(columns, [[row[column] for column in columns] for row in rows])
    else:
        label = warning_label()
        for warning in warnings:
            echo(warning_line(warning).replace(label, painted(label, "doubtful"), 1))
        errors = len(ledger.errors)
        documents = sum(not invoice.draft for invoice in ledger.book.invoices)
        counts = (
            _n(documents, "{count} document", "{count} documents", count=documents),
            _n(errors, "{count} error", "{count} errors", count=errors),
            _n(len(warnings), "{count} warning", "{count} warnings", count=len(warnings)),
        )
        echo(joined(", ", counts))
    if strict and warnings:
        session.failed = True
