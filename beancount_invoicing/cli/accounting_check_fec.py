"""`bean-invoice accounting check-fec`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from beancount_invoicing.accounting.fec_check import FecSummary, check_fec
from beancount_invoicing.accounting.fec_findings import FecFinding
from beancount_invoicing.answers.amounts import Answer, day_text
from beancount_invoicing.cli.common import Session, examples, format_option, print_csv, print_json, spaced
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.messages import _, _n

_COLUMNS = ("file", "line", "severity", "rule", "message")
_MOST = 10
"""So many findings of a rule are shown; the rest is counted."""


@click.command("check-fec", epilog=examples("accounting check-fec 123456782FEC20261231.txt"))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@format_option
@click.pass_obj
def check_fec_command(session: Session, files: tuple[Path, ...], form: str) -> None:
    """Check FEC files, from any program: columns, dates, amounts, balance, numbering, lettering.

    Exit code 1 if one has an error. No ledger is needed.
    """
    summaries = {file: check_fec(file.read_bytes(), file.name) for file in files}
    session.failed = not all(summary.is_valid for summary in summaries.values())
    if form == "json":
        print_json([_summary_json(file, summary) for file, summary in summaries.items()])
    elif form == "csv":
        rows = [(str(file), *finding) for file, summary in summaries.items() for finding in summary.findings]
        print_csv(_COLUMNS, rows)
    else:
        for file, summary in summaries.items():
            _print(file, summary)


def _print(file: Path, summary: FecSummary) -> None:
    echo(
        _(
            "{file}: {entries} entries, {lines} lines from {first} to {last}, debit {debit}, credit {credit}",
            file=file,
            entries=summary.entries,
            lines=summary.lines,
            first=summary.first or "–",
            last=summary.last or "–",
            debit=spaced(f"{summary.debit:.2f}"),
            credit=spaced(f"{summary.credit:.2f}"),
        )
    )
    shown: Counter[str] = Counter()
    for finding in summary.findings:
        shown[finding.rule] += 1
        if shown[finding.rule] <= _MOST:
            echo(_finding_line(file, finding))
    for rule, count in shown.items():
        if count > _MOST:
            echo(_("  {rule}: {count} more", rule=rule, count=count - _MOST))
    errors = sum(finding.severity == "error" for finding in summary.findings)
    echo(
        _n(errors, "  not valid: {count} error", "  not valid: {count} errors", count=errors)
        if errors
        else _("  valid: no errors")
    )


def _finding_line(file: Path, finding: FecFinding) -> str:
    warning = _("warning: ") if finding.severity == "warning" else ""
    return _(
        "  {file}:{line}: {warning}{message} [{rule}]",
        file=file.name,
        line=finding.line or 1,
        warning=warning,
        message=finding.message,
        rule=finding.rule,
    )


def _summary_json(file: Path, summary: FecSummary) -> Answer:
    return {
        "file": str(file),
        "valid": summary.is_valid,
        "lines": summary.lines,
        "entries": summary.entries,
        "debit": f"{summary.debit:f}",
        "credit": f"{summary.credit:f}",
        "first": day_text(summary.first),
        "last": day_text(summary.last),
        "findings": [finding._asdict() for finding in summary.findings],
    }
