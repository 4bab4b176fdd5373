"""`bean-invoice statement`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from beancount_invoicing import customer_search, receivables
from beancount_invoicing.actions import statement
from beancount_invoicing.actions.statement import StatementScope
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.receivables import bucket_names
from beancount_invoicing.answers.statements import statement_json
from beancount_invoicing.cli.colours import marked
from beancount_invoicing.cli.common import (
    Session,
    as_of_option_named,
    customer_option,
    customers_wanted,
    examples,
    explain_option,
    folder_option,
    format_option,
    output_format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_notice,
    print_table,
    say,
    since_option,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.render import print_written, with_progress
from beancount_invoicing.cli.send import channel_option, only_with_send, retry_option, send_for_command
from beancount_invoicing.cli.show import amount_in_sentence
from beancount_invoicing.cli.writing import build_write_options, sending_options
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Channel
from beancount_invoicing.receivables import Statement
from beancount_invoicing.rules.steps import describe_step

COLUMNS = ("customer", "account", "currency", "date", "what", "number", "settles", "debit", "credit", "balance", "text",
           "source")  # fmt: skip


@click.command(
    epilog=examples("statement Halles --since 2026-10", "statement --all --as-of month-end --to pdf -o letters")
)
@customer_option
@click.option("--all", "everybody", is_flag=True, help="Of each customer whose account moved, or has an open item.")
@click.option("--balance", is_flag=True, help="With --all: only of those who owe something, or are owed.")
@since_option("The first day; else the beginning.")
@as_of_option_named("--until", "-u", "--date")
@folder_option(None)
@output_format_option("")
@format_option
@explain_option
@click.option("--send", "sending", is_flag=True, help="Send them (-o: the folder of what is sent by hand).")
@click.option("--again", is_flag=True, help="With --send: once more what was sent on that day already.")
@channel_option
@retry_option
@sending_options
@click.pass_obj
def statement_command(
    session: Session,
    customer: str,
    everybody: bool,
    balance: bool,
    since: date | None,
    as_of: date,
    folder: Path | None,
    outputs: tuple[Output, ...],
    form: str,
    explain: bool,
    sending: bool,
    again: bool,
    channel: Channel | None,
    retry: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """A customer's statement of account: balance, movements, balance, what is open; with -o or --to, write it as a letter."""
    if bool(customer) == everybody:
        raise click.UsageError(_("name a customer, or all: CUSTOMER or --all"))
    if balance and not everybody:
        raise click.UsageError(_("--balance says nothing without --all"))
    # nobody is written to about an account on which nothing is open
    whose: StatementScope = "balance" if balance else "open" if sending else "moved"
    if sending:

        def accounts(opened: Ledger) -> tuple[str, ...]:
            return (customer_search.find_customer(opened.book, customer),) if customer else ()

        def make(opened: Ledger) -> list[Dispatch | HeldDispatch]:
            return list(
                statement.dispatches_of_statements(
                    opened, _told(opened, accounts(opened), whose, as_of, since), channel
                )
            )

        send_for_command(
            session,
            make,
            as_of,
            folder,
            form,
            again=again,
            retry=retry,
            write_options=build_write_options(write, into, commit),
        )
        return
    only_with_send(write, into, commit, channel, retry, again)
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    wanted = customers_wanted(session, ledger.book, customer)
    if wanted is None:
        return
    statements = _told(ledger, wanted, whose, as_of, since)
    for one in statements:
        for currency in one.currencies:
            if (books := currency.unreconciled()) is not None:
                session.error(
                    _(
                        "{account}: closing {closing} + drafts {drafts} {currency} is not the ledger's balance "
                        "{books}: this is a mistake of ours, please report it",
                        account=one.customer.account,
                        closing=currency.closing,
                        drafts=currency.drafts,
                        currency=currency.currency,
                        books=books,
                    )
                )
    told = [statement_json(one, statement.language_to(ledger.book, one.customer, as_of), explain) for one in statements]
    if form == "json":
        print_json(told)
    elif form == "csv":
        print_csv(COLUMNS, [row for answer in told for row in _rows(answer)])
    elif folder or outputs:
        pass  # the files say it
    else:
        for one, answer in zip(statements, told, strict=True):
            _table(one, answer, explain)
    if folder or outputs:
        files = statement.render_statements(
            ledger.book, statements, folder or Path(), outputs or ("pdf",), print_notice
        )
        print_written(session, with_progress(files, "Statements", len(statements)))


def _told(
    ledger: Ledger, customers: tuple[str, ...], whose: StatementScope, as_of: date, since: date | None
) -> tuple[Statement, ...]:
    """The statements that are asked for: those customers', else of all. Raises click.BadParameter."""
    try:
        if customers:
            return statement.statements_of(ledger, customers, as_of, since)
        return statement.statements_of_all(ledger, as_of, since, whose)
    except receivables.StatementPeriodError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None


def _rows(answer: amounts.Answer) -> list[list[Any]]:
    """The movements as rows, between the balances before and after them."""
    rows: list[list[Any]] = []
    for one in answer["currencies"]:
        who = [answer["customer"], answer["account"], one["currency"]]
        rows.append([*who, answer["since"], "opening-balance", *[None] * 4, one["opening"], None, None])
        rows += [
            [answer["customer"], each["account"], one["currency"], each["date"], each["what"], each["number"],
             " ".join(each["settles"]), each["debit"], each["credit"], each["balance"], each["text"], each["source"]]
            for each in one["movements"]
        ]  # fmt: skip
        rows.append([*who, answer["as_of"], "closing-balance", *[None] * 4, one["closing"], None, None])
    return rows


def _what(moved: amounts.Answer) -> str:
    if not moved["other"]:
        return str(moved["what"])
    return (
        _("taken over by {other}", other=moved["other"])
        if moved["what"] == "handed-over"
        else _("taken over from {other}", other=moved["other"])
    )


def _table(one: Statement, answer: amounts.Answer, explain: bool) -> None:
    start = _("from {since} ", since=one.since) if one.since else ""
    if not answer["currencies"]:
        echo(
            _(
                "Nothing moved on the account of {customer} {start}to {day}, and nothing is owed.",
                customer=one.customer.name,
                start=start,
                day=one.as_of,
            )
        )
    for each in answer["currencies"]:
        currency = each["currency"]
        opening = [["", "balance", "", "", "", amount_in_sentence(each["opening"])]] if one.since else []
        echo(
            _(
                "{customer}, account in {currency} {start}to {day}",
                customer=one.customer.name,
                currency=currency,
                start=start,
                day=one.as_of,
            )
        )
        print_table(
            "",
            [
                (_("date"), False),
                (_("what"), False),
                (_("documents"), False),
                (_("debit"), True),
                (_("credit"), True),
                (_("balance"), True),
            ],
            [
                *opening,
                *(
                    [
                        moved["date"],
                        _what(moved),
                        moved["number"] or " ".join(moved["settles"]),
                        spaced(moved["debit"]),
                        spaced(moved["credit"]),
                        amount_in_sentence(moved["balance"]),
                    ]
                    for moved in each["movements"]
                ),
            ],
            [[one.as_of.isoformat(), "balance", "", "", "", amount_in_sentence(each["closing"])]],
        )
        if each["open"]:
            print_table(
                _("Open on {day}", day=one.as_of),
                [
                    (_("number"), False),
                    (_("date"), False),
                    (_("due"), False),
                    (_("late"), True),
                    (_("amount"), True),
                    (_("open"), True),
                    ("", False),
                    (_("disputed"), True),
                ],
                [
                    [
                        item["number"] or item["what"],
                        item["date"],
                        item["due"],
                        marked(
                            _("{days_overdue} d", days_overdue=item["days_overdue"]) if item["days_overdue"] else "",
                            "late",
                        ),
                        spaced(item["amount"]),
                        spaced(item["open"]),
                        currency,
                        spaced(item["disputed"]),
                    ]
                    for item in each["open"]
                ],
            )
            ages = each["aging"]
            print_table(
                _("In days late on {day}", day=one.as_of),
                [(_("not due"), True), *((name, True) for name in bucket_names(one.bounds, "due")),
                 (_("unallocated"), True), (_("total"), True), ("", False)],
                [[spaced(ages["not_due"]), *map(spaced, ages["buckets"]), spaced(ages["unallocated"]),
                  spaced(ages["total"]), currency]],
            )  # fmt: skip
        if Decimal(each["drafts"]):
            say(
                _(
                    "Drafts of {amount} {currency} are left out; the ledger has them on the account.\n",
                    amount=amount_in_sentence(each["drafts"]),
                    currency=currency,
                )
            )
    if explain:
        for in_currency in one.currencies:
            for step in in_currency.steps:
                echo(_("  {step}", step=describe_step(step)))
