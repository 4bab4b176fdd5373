"""`bean-invoice forecast`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.forecast import WEEK_COLUMNS, backtest_json, forecast_json
from beancount_invoicing.cash import Forecast, backtest, forecast
from beancount_invoicing.cash.forecast import ENOUGH_PAYMENTS
from beancount_invoicing.cli.common import (
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
    print_notice,
    print_table,
    relative,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.messages import _, _n

BAND_COLUMNS = ("above", "up_to", "count", "called", "came")


@click.command(
    epilog=examples("forecast", "forecast --weeks 4 --explain", "forecast --customer Kerbrat", "forecast --backtest")
)
@click.option(
    "--weeks", type=click.IntRange(1, 104), default=13, show_default=True, help="How many weeks to look ahead."
)
@click.option("--backtest", "back", is_flag=True, help="Foresee the past again, and compare it with what came.")
@customer_option
@as_of_option
@format_option
@explain_option
@click.pass_obj
def forecast_command(
    session: Session, weeks: int, back: bool, customer: str, as_of: date, form: str, explain: bool
) -> None:
    """What will come in, week by week: from open documents, promises, drafts, and what is to be billed."""
    ledger = session.open()
    whose = customers_wanted(session, ledger.book, customer)
    if whose is None:
        return
    print_assumed_notice(ledger.book, as_of)
    allocated = ledger.allocated if as_of < ledger.book.last_date else ledger.allocated_at(as_of)
    if back:
        if customer:
            raise click.UsageError(_("--backtest compares the forecasts of all customers: leave out --customer"))
        _print_backtest(backtest_json(backtest(ledger.book, as_of, allocated), ledger.book.currency), form)
        return
    found = forecast(ledger.book, as_of, allocated, weeks, whose)
    answer = forecast_json(found, ledger.book, explain)
    if form == "json":
        print_json(answer)
        return
    if not found.is_enough:
        print_notice(
            _n(
                found.payments,
                "Too little is known: the ledger has {count} payment, and {needed} are needed to foresee the next. Only due "
                "dates are shown.",
                "Too little is known: the ledger has {count} payments, and {needed} are needed to foresee the next. Only due "
                "dates are shown.",
                count=found.payments,
                needed=ENOUGH_PAYMENTS,
            )
        )
    if form == "csv":
        print_csv(WEEK_COLUMNS, [[week[name] for name in WEEK_COLUMNS] for week in answer["weeks"]])
        return
    _print(answer, as_of)
    if explain:
        _explain(found, answer)


def _print(answer: Answer, as_of: date) -> None:
    print_table(
        _("Expected after {day}", day=as_of),
        [(_("week"), False), (_("falls due"), True), (_("low"), True), (_("expected"), True), (_("high"), True),
         ("", False), (_("tax due with it"), True)],
        [
            [f"{week['since']} – {week['until']}", spaced(week["due"]), spaced(week["low"]), spaced(week["expected"]),
             spaced(week["high"]), week["currency"], spaced(week["tax"])]
            for week in answer["weeks"]
        ],
    )  # fmt: skip


def _explain(found: Forecast, answer: Answer) -> None:
    """Every amount, and which share of it comes within all weeks."""
    for item, facts in zip(found.items, answer["items"], strict=True):
        place = f"{relative(item.source.file)}:{item.source.line}" if item.source else item.number
        share = f"{sum(item.shares) * 100:.0f} %" if found.is_enough else "–"
        echo(
            _(
                "{place}: {number}, {customer}, {amount} {currency}, due {due}: {share} expected ({because})",
                place=place,
                number=item.number,
                customer=facts["customer"],
                amount=facts["amount"],
                currency=item.currency,
                due=item.due or _("on acceptance"),
                share=share,
                because=item.because,
            )
        )


def _print_backtest(answer: Answer, form: str) -> None:
    if form == "json":
        print_json(answer)
    elif form == "csv":
        print_csv(BAND_COLUMNS, [[band[name] for name in BAND_COLUMNS] for band in answer["bands"]])
    elif answer["brier"] is None:
        echo(
            _(
                "Too little is known: a forecast needs {needed} payments before it, and open documents.",
                needed=ENOUGH_PAYMENTS,
            )
        )
    else:
        print_table(
            _(
                "{forecasts} past forecasts of {days} days, {count} amounts",
                forecasts=len(answer["forecasts"]),
                days=answer["days"],
                count=answer["count"],
            ),
            [(_("called"), False), (_("amounts"), True), (_("called, mean %"), True), (_("came %"), True)],
            [
                [f"{band['above']}–{band['up_to']} %", str(band["count"]), band["called"], band["came"]]
                for band in answer["bands"]
            ],
        )
        for band in answer["bands"]:
            echo(_("Of what was called {called} %, {came} % came.", called=band["called"], came=band["came"]))
        echo(
            _n(
                len(answer["totals"]),
                "In {within} of {count} forecast, what came in all lies between low and high; 8 of 10 should.",
                "In {within} of {count} forecasts, what came in all lies between low and high; 8 of 10 should.",
                within=answer["within"],
                count=len(answer["totals"]),
            )
        )
        echo(_("Brier score {brier}: 0 is always right, 0.25 is a coin.", brier=answer["brier"]))
