"""`bean-invoice bank import`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from beancount_invoicing.actions.bank_files import statements_of_accounts
from beancount_invoicing.actions.bank_import import import_statements
from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.bank_lines import bank_line_json
from beancount_invoicing.bank.statements import AccountStatement
from beancount_invoicing.cli.common import (
    Session,
    examples,
    format_option,
    print_csv,
    print_json,
    print_table,
    relative,
    say,
    spaced,
    with_relative,
)
from beancount_invoicing.cli.completion import complete_accounts
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.statement_errors import reading_statements
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _p
from beancount_invoicing.model import Book

COLUMNS = (
    "account", "bank_id", "date", "amount", "currency", "payer", "text", "reference", "tier", "action", "customer", "settles",
    "evidence", "against", "source",
)  # fmt: skip
_ACTIONS = {
    "book": _("booked"),
    "return": _("taken back"),
    "propose": _("to be decided"),
    "known": _("known"),
    "not-ours": _("left alone"),
}
_DOUBTFUL = frozenset({"propose", "not-ours"})


@click.command(
    "import",
    epilog=examples(
        "bank import ledger/statements/2026-11.xml", "bank import ledger/statements/2026-10.txt --format json"
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_accounts,
    help="The account of the statements, if the file does not give it.",
)
@writing_options
@format_option
@click.pass_obj
def bank_import_command(
    session: Session,
    files: tuple[Path, ...],
    account: str,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
) -> None:
    """Book bank statements: --write writes what is certain; everything else is shown with the reasons."""
    way = build_write_options(write, into, commit)

    def statements_of(book: Book) -> list[AccountStatement]:
        return [AccountStatement(named, statement) for statement, named in statements_of_accounts(book, files, account)]

    with changing(session), reading_statements(session):
        done = import_statements(session.find(), statements_of, way)
        answers = [bank_line_json(line) for line in done.lines]
        if form == "json":
            print_json(answers)
        elif form == "csv":
            print_csv(COLUMNS, [csv_row(answer) for answer in answers])
        else:
            print_lines(answers)
            print_outcome(done.outcome, way)


def print_lines(answers: Sequence[Answer], title: str = "") -> None:
    """Prints the lines in a table, then the evidence for and against those that a person must decide."""
    print_table(
        title or _("Lines of the statements"),
        [(_("date"), False), (_("amount"), True), ("", False), (_("payer or payee"), False), ("", False), (_("tier"), False),
         (_p("column", "settles"), False)],
        [
            [
                answer["date"], spaced(answer["amount"]), answer["currency"], answer["payer"] or answer["text"] or "",
                _ACTIONS[answer["action"]], answer["tier"] or "", _settles(answer),
            ]
            for answer in answers
        ],
    )  # fmt: skip
    for answer in answers:
        if answer["action"] in _DOUBTFUL:
            say(
                f"\n{answer['date']}  {spaced(answer['amount'])} {answer['currency']}  {answer['payer'] or ''}".rstrip()
            )
            for sentence in answer["evidence"]:
                echo(_("  for: {sentence}", sentence=sentence))
            for sentence in answer["against"]:
                echo(_("  against: {sentence}", sentence=with_relative(translated(sentence))))
    echo("")


def _settles(answer: Answer) -> str:
    if answer["known"]:
        file, _colon, line = answer["known"].rpartition(":")
        return f"{relative(file)}:{line}"
    return ", ".join(f"{settled['number']} {spaced(settled['amount'])}" for settled in answer["settles"])


def csv_row(answer: Answer) -> list[str | None]:
    """A line's cells, in the order of COLUMNS."""
    settles = " ".join(f"{settled['number']}={settled['amount']}" for settled in answer["settles"])
    joined = {"settles": settles, "evidence": "; ".join(answer["evidence"]), "against": "; ".join(answer["against"])}
    return [joined.get(name, answer[name]) for name in COLUMNS]
