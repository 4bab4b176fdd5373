"""`bean-invoice bank show`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from beancount_invoicing.actions.bank_files import (
    UnknownBankAccount,
    ledger_account,
    read_bank_files,
)
from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.bank_statements import bank_statement_json
from beancount_invoicing.bank.statement_checks import check_statements
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.cli.common import (
    Session,
    error_line,
    examples,
    format_option,
    print_csv,
    print_json,
    print_notice,
    print_table,
    say,
    spaced,
    warning_line,
)
from beancount_invoicing.cli.completion import complete_accounts
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.statement_errors import reading_statements
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book

COLUMNS = (
    "account", "iban", "bank_id", "date", "value_date", "amount", "currency", "payer", "payer_iban", "ultimate_payer", "text",
    "references", "end_to_end_id", "mandate", "is_return", "return_reason", "fee", "ordered_amount", "ordered_currency", "source",
)  # fmt: skip


@click.command(
    "show",
    epilog=examples("bank show ledger/statements/2026-11.xml", "bank show ledger/statements/2026-10.txt --format json"),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_accounts,
    help="The account of the statements, if the file does not give it; a table is read as its invoice-bank "
    "describes it.",
)
@format_option
@click.pass_obj
def bank_show_command(session: Session, files: tuple[Path, ...], account: str, form: str) -> None:
    """Show bank statements, and whether they add up. Nothing is written."""
    book = session.open().book
    with reading_statements(session):
        read = read_bank_files(book, files, account)
        _tell_findings(session, [statement for statement, _described in read])
        answers = [
            bank_statement_json(statement, _account(book, statement, described, account))
            for statement, described in read
        ]
        if form == "json":
            print_json(answers)
        elif form == "csv":
            print_csv(COLUMNS, [row for answer in answers for row in _rows(answer)])
        elif not answers:
            echo(_("There are no movements in these files."))
        else:
            for answer in answers:
                _print_statement(answer)


def _tell_findings(session: Session, statements: Sequence[Statement]) -> None:
    for finding in check_statements(statements):
        if finding.severity == "error":
            session.error(error_line(finding))
        else:
            print_notice(warning_line(finding))


def _account(book: Book, statement: Statement, described: str, named: str) -> str:
    """The ledger's account of a statement; where none is known, a notice says why."""
    try:
        return ledger_account(book, statement, described, named)
    except UnknownBankAccount as error:
        print_notice(str(error))
        return ""


def _rows(answer: Answer) -> list[list[Any]]:
    return [
        [
            answer["account"],
            answer["iban"],
            *(" ".join(line[name]) if name == "references" else line[name] for name in COLUMNS[2:]),
        ]
        for line in answer["lines"]
    ]


def _print_statement(answer: Answer) -> None:
    currency = answer["currency"]
    whose = answer["account"] or answer["iban"] or answer["account_name"] or answer["source"]
    if answer["since"] and answer["until"]:
        title = _(
            "{account}, {currency} from {since} to {until}",
            account=whose, currency=currency, since=answer["since"], until=answer["until"],
        )  # fmt: skip
    else:
        title = f"{whose}, {currency}"
    opening, closing = answer["opening"], answer["closing"]
    print_table(
        title,
        [(_("date"), False), (_("amount"), True), ("", False), (_("payer or payee"), False), (_("text"), False, "spare"),
         (_("reference"), False, "spare"), (_("fee"), True)],
        [
            *([["", spaced(opening), currency, _("opening balance"), "", "", ""]] if opening is not None else []),
            *(_cells(line) for line in answer["lines"]),
        ],
        [["", spaced(closing), currency, _("closing balance"), "", "", ""]] if closing is not None else [],
    )  # fmt: skip
    if answer["adds_up"]:
        say(_("The opening balance and the lines add up to the closing balance.\n"))
    elif answer["adds_up"] is None:
        say(_("The file does not give both balances, so a missing line would not be noticed.\n"))


def _cells(line: Answer) -> Sequence[str]:
    names = [line["payer"] or "", f"({line['ultimate_payer']})" if line["ultimate_payer"] else ""]
    returned = ""
    if line["is_return"]:
        returned = _("returned {reason}", reason=line["return_reason"]) if line["return_reason"] else _("returned")
    reference = " ".join(filter(None, [*line["references"], line["end_to_end_id"], returned]))
    fee = spaced(line["fee"]) if line["fee"].strip("0.") else ""
    text = line["text"]
    if line["ordered_currency"]:
        text = f"{text} ({spaced(line['ordered_amount'])} {line['ordered_currency']})".strip()
    return [
        line["date"], spaced(line["amount"]), line["currency"], " ".join(filter(None, names)), text, reference, fee,
    ]  # fmt: skip
