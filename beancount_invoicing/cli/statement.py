"""`bean-invoice statement`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
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
from beancount_invoicing.cli.page_options import (
    PageOptions,
    page_file_options,
    page_sending_options,
    refuse_options_of_sending,
    send_pages,
)
from beancount_invoicing.cli.render import print_written, with_progress
from beancount_invoicing.cli.show import amount_in_sentence
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _, _p
from beancount_invoicing.receivables import Statement
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.words import word

COLUMNS = ("customer", "account", "currency", "date", "what", "number", "settles", "debit", "credit", "balance", "text",
           "source")  # fmt: skip


@click.command(
    epilog=examples("statement Halles --since 2026-10", "statement --all --as-of month-end --to pdf -o letters")
)
@customer_option
@click.option("--all", "everybody", is_flag=True, help="For each customer whose account moved or has an open item.")
@click.option("--balance", is_flag=True, help="With --all: only customers with a balance, in either direction.")
@since_option("The first day. Default: from the beginning.")
@as_of_option_named("--until", "-u", "--date")
@page_file_options
@click.pass_obj
@page_sending_options
def statement_command(
    session: Session,
    customer: str,
    everybody: bool,
    balance: bool,
    since: date | None,
    as_of: date,
    page: PageOptions,
) -> None:
    """Show a customer's statement of account: opening balance, movements, closing balance, open items; with -o or --to,
    write it as a letter.
    """
    if bool(customer) == everybody:
        raise click.UsageError(_("name a customer, or all of them: CUSTOMER or --all"))
    if balance and not everybody:
        raise click.UsageError(_("--balance has no meaning without --all"))
    # nobody is written to about an account on which nothing is open
    scope: StatementScope = "balance" if balance else "open" if page.sending else "moved"
    if page.sending:

        def make(ledger: Ledger) -> list[Dispatch | HeldDispatch]:
            customers = (customer_search.find_customer(ledger.book, customer),) if customer else ()
            asked = _statements(ledger, customers, scope, as_of, since)
            return list(statement.dispatches_of_statements(ledger, asked, page.channel))

        send_pages(session, make, as_of, page)
        return
    refuse_options_of_sending(page)
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    customers = customers_wanted(session, ledger.book, customer)
    if customers is None:
        return
    statements = _statements(ledger, customers, scope, as_of, since)
    _fail_where_unreconciled(session, statements)
    _print_statements(ledger, statements, page)
    if page.writes_files:
        files = statement.render_statements(ledger.book, statements, *page.files, print_notice)
        print_written(session, with_progress(files, _("Statements"), len(statements)))


def _fail_where_unreconciled(session: Session, statements: tuple[Statement, ...]) -> None:
    """An error for each statement that is not the ledger's own balance."""
    for customer_statement in statements:
        for currency in customer_statement.currencies:
            if (books := currency.unreconciled()) is not None:
                session.error(
                    _(
                        "{account}: closing {closing} + drafts {drafts} {currency} differs from the ledger's balance "
                        "{books}: this is a bug in the program, please report it",
                        account=customer_statement.customer.account,
                        closing=currency.closing,
                        drafts=currency.drafts,
                        currency=currency.currency,
                        books=books,
                    )
                )


def _print_statements(ledger: Ledger, statements: tuple[Statement, ...], page: PageOptions) -> None:
    """The statements as JSON or CSV, or as tables where no file says it."""
    answers = [
        statement_json(
            customer_statement,
            statement.language_to(ledger.book, customer_statement.customer, customer_statement.as_of),
            page.explain,
        )
        for customer_statement in statements
    ]
    if page.form == "json":
        print_json(answers)
    elif page.form == "csv":
        print_csv(COLUMNS, [row for answer in answers for row in _rows(answer)])
    elif not page.writes_files:
        for customer_statement, answer in zip(statements, answers, strict=True):
            _table(customer_statement, answer, page.explain)


def _statements(
    ledger: Ledger, customers: tuple[str, ...], scope: StatementScope, as_of: date, since: date | None
) -> tuple[Statement, ...]:
    """The statements that are asked for: those customers', else of all. Raises click.BadParameter."""
    try:
        if customers:
            return statement.statements_of(ledger, customers, as_of, since)
        return statement.statements_of_all(ledger, as_of, since, scope)
    except receivables.StatementPeriodError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None


def _rows(answer: amounts.Answer) -> list[list[Any]]:
    """The movements as rows, between the balances before and after them."""
    rows: list[list[Any]] = []
    for in_currency in answer["currencies"]:
        who = [answer["customer"], answer["account"], in_currency["currency"]]
        rows.append([*who, answer["since"], "opening-balance", *[None] * 4, in_currency["opening"], None, None])
        rows += [
            [answer["customer"], row["account"], in_currency["currency"], row["date"], row["what"], row["number"],
             " ".join(row["settles"]), row["debit"], row["credit"], row["balance"], row["text"], row["source"]]
            for row in in_currency["movements"]
        ]  # fmt: skip
        rows.append([*who, answer["as_of"], "closing-balance", *[None] * 4, in_currency["closing"], None, None])
    return rows


def _what(moved: amounts.Answer) -> str:
    if not moved["other"]:
        return word(moved["what"])
    return (
        _("taken over by {other}", other=moved["other"])
        if moved["what"] == "handed-over"
        else _("taken over from {other}", other=moved["other"])
    )


def _table(statement: Statement, answer: amounts.Answer, explain: bool) -> None:
    start = _("from {since} ", since=statement.since) if statement.since else ""
    if not answer["currencies"]:
        echo(
            _(
                "There was no movement on the account of {customer} {start}to {day}, and nothing is owed.",
                customer=statement.customer.name,
                start=start,
                day=statement.as_of,
            )
        )
    for in_currency in answer["currencies"]:
        currency = in_currency["currency"]
        echo(
            _(
                "{customer}, account in {currency} {start}to {day}",
                customer=statement.customer.name,
                currency=currency,
                start=start,
                day=statement.as_of,
            )
        )
        _movements_table(statement, in_currency)
        if in_currency["open"]:
            _open_table(statement, in_currency)
        if Decimal(in_currency["drafts"]):
            say(
                _(
                    "Drafts of {amount} {currency} are left out; the ledger includes them in the account.\n",
                    amount=amount_in_sentence(in_currency["drafts"]),
                    currency=currency,
                )
            )
    if explain:
        for step in (step for part in statement.currencies for step in part.steps):
            echo(_("  {step}", step=describe_step(step)))


def _movements_table(statement: Statement, in_currency: amounts.Answer) -> None:
    """The movements of a currency, between its balances."""
    opening = [["", _("balance"), "", "", "", amount_in_sentence(in_currency["opening"])]] if statement.since else []
    print_table(
        "",
        [
            (_("date"), False),
            (_p("movement", "what"), False),
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
                for moved in in_currency["movements"]
            ),
        ],
        [[statement.as_of.isoformat(), _("balance"), "", "", "", amount_in_sentence(in_currency["closing"])]],
    )


def _open_table(statement: Statement, in_currency: amounts.Answer) -> None:
    """What is open in a currency, and its age."""
    currency = in_currency["currency"]
    print_table(
        _("Open on {day}", day=statement.as_of),
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
                item["number"] or word(item["what"]),
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
            for item in in_currency["open"]
        ],
    )
    ages = in_currency["aging"]
    print_table(
        _("In days late on {day}", day=statement.as_of),
        [(_("not due"), True), *((name, True) for name in bucket_names(statement.bounds, "due")),
         (_("unallocated"), True), (_("total"), True), ("", False)],
        [[spaced(ages["not_due"]), *map(spaced, ages["buckets"]), spaced(ages["unallocated"]),
          spaced(ages["total"]), currency]],
    )  # fmt: skip
