"""`bean-invoice statement`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from beancount_invoicing import actions, receivables
from beancount_invoicing.actions import answers
from beancount_invoicing.cli.changing import how, send_options
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
    notice,
    print_csv,
    print_json,
    print_table,
    say,
    say_assumed,
    since_option,
    spaced,
    to_option,
)
from beancount_invoicing.cli.render import print_written, with_progress
from beancount_invoicing.cli.send import channel_option, only_with_send, retry_option, send_letters
from beancount_invoicing.cli.show import figure
from beancount_invoicing.model import Channel
from beancount_invoicing.receivables import Statement
from beancount_invoicing.rules.steps import describe

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
@to_option("")
@format_option
@explain_option
@click.option("--send", "sending", is_flag=True, help="Send them (-o: the folder of what is sent by hand).")
@click.option("--again", is_flag=True, help="With --send: once more what was sent on that day already.")
@channel_option
@retry_option
@send_options
@click.pass_obj
def statement(
    session: Session,
    customer: str,
    everybody: bool,
    balance: bool,
    since: date | None,
    as_of: date,
    folder: Path | None,
    outputs: tuple[actions.Output, ...],
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
        raise click.UsageError("name a customer, or all: CUSTOMER or --all")
    if balance and not everybody:
        raise click.UsageError("--balance says nothing without --all")
    # nobody is written to about an account on which nothing is open
    whose: actions.Whose = "balance" if balance else "open" if sending else "moved"
    if sending:

        def accounts(opened: actions.Ledger) -> tuple[str, ...]:
            return (actions.customer(opened.book, customer),) if customer else ()

        def make(opened: actions.Ledger) -> list[actions.Dispatch | actions.Held]:
            return list(actions.of_statements(opened, _told(opened, accounts(opened), whose, as_of, since), channel))

        send_letters(session, make, as_of, folder, form, again=again, retry=retry, how=how(write, into, commit))
        return
    only_with_send(write, into, commit, channel, retry, again)
    ledger = session.open()
    say_assumed(ledger.book, as_of)
    wanted = customers_wanted(session, ledger.book, customer)
    if wanted is None:
        return
    those = _told(ledger, wanted, whose, as_of, since)
    for one in those:
        for each in one.currencies:
            if (books := each.unmet()) is not None:
                session.error(
                    f"{one.customer.account}: closing {each.closing} + drafts {each.drafts} {each.currency} is not the"
                    f" ledger's balance {books}: this is a mistake of ours, please report it"
                )
    told = [answers.stated(one, actions.language_to(ledger.book, one.customer, as_of), explain) for one in those]
    if form == "json":
        print_json(told)
    elif form == "csv":
        print_csv(COLUMNS, [row for answer in told for row in _rows(answer)])
    elif folder or outputs:
        pass  # the files say it
    else:
        for one, answer in zip(those, told, strict=True):
            _table(one, answer, explain)
    if folder or outputs:
        files = actions.render_statements(ledger.book, those, folder or Path(), outputs or ("pdf",), notice)
        print_written(session, with_progress(files, "Statements", len(those)))


def _told(
    ledger: actions.Ledger, customers: tuple[str, ...], whose: actions.Whose, as_of: date, since: date | None
) -> tuple[Statement, ...]:
    """The statements that are asked for: those customers', else of all. Raises click.BadParameter."""
    try:
        if customers:
            return actions.statements_of(ledger, customers, as_of, since)
        return actions.statements_of_all(ledger, as_of, since, whose)
    except receivables.SinceError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None


def _rows(answer: answers.Answer) -> list[list[Any]]:
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


def _what(moved: answers.Answer) -> str:
    if not moved["other"]:
        return str(moved["what"])
    return f"taken over {'by' if moved['what'] == 'handed-over' else 'from'} {moved['other']}"


def _table(one: Statement, answer: answers.Answer, explain: bool) -> None:
    start = f"from {one.since} " if one.since else ""
    if not answer["currencies"]:
        click.echo(f"Nothing moved on the account of {one.customer.name} {start}to {one.as_of}, and nothing is owed.")
    for each in answer["currencies"]:
        currency = each["currency"]
        opening = [["", "balance", "", "", "", figure(each["opening"])]] if one.since else []
        click.echo(f"{one.customer.name}, account in {currency} {start}to {one.as_of}")
        print_table(
            "",
            [("date", False), ("what", False), ("documents", False), ("debit", True), ("credit", True), ("balance", True)],
            [*opening,
             *([moved["date"], _what(moved), moved["number"] or " ".join(moved["settles"]), spaced(moved["debit"]),
                spaced(moved["credit"]), figure(moved["balance"])] for moved in each["movements"])],
            [[one.as_of.isoformat(), "balance", "", "", "", figure(each["closing"])]],
        )  # fmt: skip
        if each["open"]:
            print_table(
                f"Open on {one.as_of}",
                [("number", False), ("date", False), ("due", False), ("late", True), ("amount", True), ("open", True),
                 ("", False), ("disputed", True)],
                [
                    [item["number"] or item["what"], item["date"], item["due"],
                     marked(f"{item['days_overdue']} d" if item["days_overdue"] else "", "late"), spaced(item["amount"]),
                     spaced(item["open"]), currency, spaced(item["disputed"])]
                    for item in each["open"]
                ],
            )  # fmt: skip
            ages = each["aging"]
            print_table(
                f"In days late on {one.as_of}",
                [("not due", True), *((name, True) for name in answers.bucket_names(one.bounds, "due")),
                 ("unallocated", True), ("total", True), ("", False)],
                [[spaced(ages["not_due"]), *map(spaced, ages["buckets"]), spaced(ages["unallocated"]),
                  spaced(ages["total"]), currency]],
            )  # fmt: skip
        if Decimal(each["drafts"]):
            say(f"Drafts of {figure(each['drafts'])} {currency} are left out; the ledger has them on the account.\n")
    if explain:
        for in_currency in one.currencies:
            for step in in_currency.steps:
                click.echo(f"  {describe(step)}")
