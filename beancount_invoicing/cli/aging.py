"""`bean-invoice aging`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

import click

from beancount_invoicing import receivables
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.receivables import aging_json, bucket_names
from beancount_invoicing.cli.colours import Mark, marked
from beancount_invoicing.cli.common import (
    ColumnSpec,
    F,
    OneOf,
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    examples,
    explain_option,
    format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_table,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.ledger import open_for_aging
from beancount_invoicing.messages import _


def _bounds(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(
            _("{value} is not a list of days such as 30,60,90", value=value), ctx=ctx, param=param
        ) from None


def _said(amount: str, style: Mark | None) -> str:
    """An amount in its colour; nothing has none."""
    return marked(spaced(amount), style if amount.strip("-0.") else None)


def age_options(command: F) -> F:
    """`--basis` and `--bounds`."""
    bounded = click.option(
        "--bounds", default="30,60,90", show_default=True, callback=_bounds, metavar="DAYS", help="Where buckets end."
    )(command)
    return click.option(
        "--basis", type=OneOf(["due", "invoice"]), default="due", show_default=True,
        help="The date from which age is counted.",
    )(bounded)  # fmt: skip


@click.command(epilog=examples("aging", "aging --as-of end-of-last-month --bounds 15,45"))
@customer_option
@as_of_option
@age_options
@format_option
@explain_option
@click.pass_obj
def aging_command(
    session: Session, customer: str, as_of: date, basis: str, bounds: tuple[int, ...], form: str, explain: bool
) -> None:
    """Who owes what, and since when: the aged balance, which agrees with the balance sheet."""
    ledger = session.opened(open_for_aging(session.find(), as_of))
    print_assumed_notice(ledger.book, as_of)
    try:
        report = receivables.aging(
            ledger.book, as_of, bounds, cast(receivables.Basis, basis), ledger.allocated_at(as_of)
        )
    except receivables.BoundsError as error:
        raise click.BadParameter(str(error), param_hint="--bounds") from None
    _report_differences(session, report)
    whose = customers_wanted(session, ledger.book, customer)
    if whose is None:
        return
    if whose:
        report = report.for_customers(whose)
    answer = aging_json(report, explain)
    names = bucket_names(report.bounds, report.basis)
    if form == "json":
        print_json(answer)
        return
    if form == "csv":
        _print_rows(answer["rows"], names)
        return
    _aging_table(answer, names, basis, as_of, with_drafts=any(row.drafts for row in report.rows))
    if explain:
        for row in report.rows:
            echo(
                _(
                    "  {account}: {total} + drafts {drafts} = balance in the ledger {currency}",
                    account=row.account,
                    total=row.total,
                    drafts=row.drafts,
                    currency=row.currency,
                )
            )


def _report_differences(session: Session, report: receivables.Aging) -> None:
    """An error for each account of which the report is not what the ledger says."""
    for row, books in report.unreconciled():
        session.error(
            _(
                "{account}: total {total} + drafts {drafts} {currency} differs from the ledger's balance {balance}: "
                "this is a bug in the program, please report it",
                account=row.account,
                total=row.total,
                drafts=row.drafts,
                currency=row.currency,
                balance=books.balance,
            )
        )


def _print_rows(rows: list[amounts.Answer], names: Sequence[str]) -> None:
    """CSV; `names`: of the buckets."""
    columns = ("customer", "account", "currency", "not_due", *names, "unallocated", "total", "disputed", "drafts")
    print_csv(
        columns,
        [
            [row["customer"], row["account"], row["currency"], row["not_due"], *row["buckets"], row["unallocated"],
             row["total"], row["disputed"], row["drafts"]]
            for row in rows
        ],
    )  # fmt: skip


def _aging_table(answer: amounts.Answer, names: Sequence[str], basis: str, as_of: date, *, with_drafts: bool) -> None:
    columns_shown: list[ColumnSpec] = [
        (_("customer"), False), (_("account"), False, "spare"), (_("not due"), True), *((name, True) for name in names),
        (_("unallocated"), True, "below"), (_("total"), True), ("", False), (_("disputed"), True, "below"),
    ]  # fmt: skip
    if with_drafts:
        columns_shown.append((_("drafts"), True, "below"))

    def cells(first: str, second: str, row: amounts.Answer) -> list[str | None]:
        return [first, second, spaced(row["not_due"]),
                *(_said(amount, ("late" if place else "doubtful") if basis == "due" else None)
                  for place, amount in enumerate(row["buckets"])),
                spaced(row["unallocated"]), spaced(row["total"]), row["currency"], _said(row["disputed"], "doubtful"),
                *([_said(row["drafts"], "draft")] if with_drafts else [])]  # fmt: skip

    print_table(
        (
            _("Receivables as of {day}, in days late", day=as_of)
            if basis == "due"
            else _("Receivables as of {day}, in days since the invoice", day=as_of)
        ),
        columns_shown,
        [cells(row["customer"], row["account"], row) for row in answer["rows"]],
        [cells(_("Total"), "", total) for total in answer["totals"]],
    )
