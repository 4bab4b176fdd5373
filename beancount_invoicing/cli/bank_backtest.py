"""`bean-invoice bank backtest`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions.bank_backtest import rematched_payments
from beancount_invoicing.actions.bank_files import statements_of_accounts
from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.bank_backtest import backtest_json
from beancount_invoicing.bank.backtest import bound, tier_figures, tiers_below
from beancount_invoicing.cli.common import (
    Session,
    examples,
    format_option,
    print_csv,
    print_json,
    print_table,
    say,
    since_option,
    spaced,
    until_option,
    with_relative,
)
from beancount_invoicing.cli.completion import complete_accounts
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.statement_errors import reading_statements
from beancount_invoicing.loading import loader
from beancount_invoicing.messages import _, _n

COLUMNS = (
    "tier", "booked", "right", "wrong", "precision", "recall", "proposed", "proposed_right", "not_booked_because",
)  # fmt: skip


@click.command(
    "backtest",
    epilog=examples("bank backtest", "bank backtest ledger/statements/2026-11.xml --since 2026-11-01 --format json"),
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@since_option("Payments from this day on.")
@until_option("Payments until the end of this day.")
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_accounts,
    help="The account of the files, if they do not name it.",
)
@format_option
@click.pass_obj
def bank_backtest_command(
    session: Session, files: tuple[Path, ...], since: date | None, until: date | None, account: str, form: str
) -> None:
    """Match the ledger's past payments again, as if nothing said what they settle: how many would be booked, and how
    many of these rightly.

    FILES: statements of that time, which say more of a line than the ledger does. Nothing is written.
    """
    loading = loader.load(str(session.find()))
    with reading_statements(session):
        statements = [(named, found) for found, named in statements_of_accounts(loading.book, files, account)]
        rematched = rematched_payments(loading, since, until, statements)
        asked = bound(loading.book, loading.book.last_date)
        answer = backtest_json(rematched, tiers_below(tier_figures(rematched), asked) if asked else {})
        if form == "json":
            print_json(answer)
        elif form == "csv":
            print_csv(COLUMNS, [[tier[name] for name in COLUMNS] for tier in answer["tiers"]])
        else:
            _print(answer)


def _print(answer: Answer) -> None:
    count = answer["payments"]
    if not count:
        say(_("No past payment says what it settles: there is nothing to compare with."))
        return
    print_table(
        _n(count, "{count} past payment, matched again", "{count} past payments, matched again", count=count),
        [(_("tier"), False), (_("booked"), True), (_("right"), True), (_("wrong"), True), (_("precision"), True),
         (_("recall"), True), (_("proposed"), True), (_("right"), True)],
        [
            [
                tier["tier"] or "–", str(tier["booked"]), str(tier["right"]), str(tier["wrong"]),
                _percent(tier["precision"]), _percent(tier["recall"]), str(tier["proposed"]), str(tier["proposed_right"]),
            ]
            for tier in answer["tiers"]
        ],
    )  # fmt: skip
    for payment in answer["wrong"]:
        say("")
        echo(
            _(
                "{place}: {amount} {currency}, tier {tier}, would be booked for {matched}; right is {right}",
                place=with_relative(payment["entry"]),
                amount=spaced(payment["amount"]),
                currency=payment["currency"],
                tier=payment["tier"],
                matched=_documents(payment["matched"]),
                right=_documents(payment["right"]),
            )
        )
        for sentence in payment["evidence"]:
            echo(_("  for: {sentence}", sentence=sentence))
    say("")
    for tier in answer["tiers"]:
        if tier["not_booked_because"]:
            say(_("Not booked without asking: {reason}", reason=tier["not_booked_because"]))
    say(_("{percent} % of the payments would be booked rightly, without asking.", percent=answer["recall"]))


def _percent(figure: str | None) -> str:
    return "" if figure is None else f"{figure} %"


def _documents(settled: list[Answer]) -> str:
    return ", ".join(f"{document['number']} {spaced(document['amount'])}" for document in settled) or "–"
