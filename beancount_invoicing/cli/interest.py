"""`bean-invoice interest`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from beancount_invoicing.actions import claim_interest
from beancount_invoicing.actions.claim_interest import InterestClaimRequest, LateClaim
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.reminders import late_interest_json
from beancount_invoicing.cli.common import (
    Session,
    as_of_option_named,
    date_option,
    documents_argument,
    examples,
    explain_option,
    format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_notice,
    print_table,
    say,
    say_whom,
    spaced,
)
from beancount_invoicing.cli.completion import complete_income
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.writing import build_write_options, changing, print_outcome, writing_options, yes_option
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.messages import _
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.writing.new_documents import DocumentDating

COLUMNS = ("number", "customer", "currency", "principal", "from", "to", "days", "rate", "base", "amount", "interest",
           "indemnity", "total", "law")  # fmt: skip


@click.command(epilog=examples("interest F2026-0057 --explain", "interest F2026-0057 --book -w"))
@documents_argument
@as_of_option_named()
@click.option("--book", is_flag=True, help="Claim it: write invoices outside VAT for what has not been claimed yet.")
@date_option("With --book: the date of the claims. Default: the day of --as-of.", default=None, also=())
@click.option(
    "--account",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_income,
    help="With --book: the income account. Default: option claim-account.",
)
@click.option("--draft", is_flag=True, help="With --book: write drafts.")
@yes_option
@writing_options
@format_option
@explain_option
@click.pass_obj
def interest_command(
    session: Session,
    words: tuple[str, ...],
    as_of: date,
    book: bool,
    day: date | None,
    account: str,
    draft: bool,
    yes: bool,
    write: bool,
    into: Path | None,
    commit: bool,
    form: str,
    explain: bool,
) -> None:
    """Calculate the late interest and indemnity that may be claimed, with each step; with --book, claim it."""
    if not words:
        raise click.UsageError(_("name the documents: NUMBER…, or CUSTOMER"))
    way = build_write_options(write, into, commit, yes)
    if book:
        wanted = InterestClaimRequest(words, as_of, account)
        with changing(session):
            outcome = claim_interest.claim_interest(session.find(), wanted, DocumentDating(day or as_of, draft), way)
            print_outcome(outcome, way, form, explain)
        return
    alone = next(
        (
            name
            for name, value in (("--write", write), ("--date", day), ("--account", account), ("--draft", draft))
            if value
        ),
        "",
    )
    if alone:
        raise click.UsageError(_("{alone} has no meaning without --book", alone=alone))
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    try:
        claims = claim_interest.late_claims(ledger.book, as_of, words)
    except (UnknownNumber, UnknownCustomer) as error:
        session.error(str(error))
        return
    say_whom(ledger.book, words)
    if not claims:
        print_notice(_("Nothing may be claimed on {day}.", day=as_of))
    rows = [late_interest_json(claim, explain) for claim in claims]
    if form == "json":
        print_json(rows[0] if len(rows) == 1 else rows)
    elif form == "csv":
        print_csv(COLUMNS, _lines(rows))
    else:
        _table(claims, rows, as_of, explain)
    for claim in claims:
        for text in claim.notices:
            print_notice(text)


def _lines(rows: Sequence[amounts.Answer]) -> list[list[object]]:
    """A line for each stretch of days, one for a document that has none; its sums are in each of its lines."""
    return [
        [part.get(column, row.get(column)) for column in COLUMNS] for row in rows for part in (row["segments"] or [{}])
    ]


def _table(claims: Sequence[LateClaim], rows: Sequence[amounts.Answer], as_of: date, explain: bool) -> None:
    for claim, row in zip(claims, rows, strict=True):
        if claim.interest is None:
            continue
        if not claim.interest.segments:
            say(
                _(
                    "Indemnity on {number}, {customer}: {indemnity} {currency}",
                    number=row["number"],
                    customer=row["customer"],
                    indemnity=spaced(row["indemnity"]),
                    currency=row["currency"],
                )
            )
            continue
        print_table(
            _(
                "Late interest on {number}, {customer}, until {until}",
                number=row["number"],
                customer=row["customer"],
                until=claim.interest.until or as_of,
            ),
            [
                (_("from"), False),
                (_("to"), False),
                (_("days"), True),
                (_("% a year"), True),
                (_("on"), True),
                (_("interest"), True),
                ("", False),
            ],
            [
                [
                    part["from"],
                    part["to"],
                    str(part["days"]),
                    part["rate"],
                    spaced(part["base"]),
                    spaced(part["amount"]),
                    row["currency"],
                ]
                for part in row["segments"]
            ],
            [
                [label, "", "", "", "", spaced(row[key]), row["currency"]]
                for label, key in ((_("interest"), "interest"), (_("indemnity"), "indemnity"), (_("total"), "total"))
                if row[key] is not None
            ],
        )
        if explain:
            echo(_("{number} (law: {law})", number=row["number"], law=row["law"]))
            for step in claim.interest.steps:
                echo(_("  {step}", step=describe_step(step)))
