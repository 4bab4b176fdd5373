"""`bean-invoice forecast`."""

from __future__ import annotations

from datetime import date

import click

from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.answers.forecast import WEEK_COLUMNS, backtest_json, forecast_json
from beancount_invoicing.cash import Forecast, backtest, forecast
from beancount_invoicing.cash.band import ENOUGH_FORECASTS
from beancount_invoicing.cash.observations import ENOUGH_PAYMENTS
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
        _explain(found, answer, ledger.book.currency)


def _print(answer: Answer, as_of: date) -> None:
    columns = [
        (_("week"), False), (_("falls due"), True), (_("low"), True), (_("expected"), True), (_("high"), True), ("", False),
        (_("tax due with it"), True),
    ]  # fmt: skip
    print_table(_("Expected after {day}", day=as_of), columns, [_cells(week) for week in answer["weeks"]])
    if answer["four_weeks"]:
        print_table(
            _("The first four weeks together"),
            [(_("four weeks"), False), *columns[1:]],
            [_cells(weeks) for weeks in answer["four_weeks"]],
        )
    if answer["enough"]:
        echo(_band_text(answer["band"]))


def _cells(week: Answer) -> list[str]:
    return [
        f"{week['since']} – {week['until']}", spaced(week["due"]), spaced(week["low"]), spaced(week["expected"]),
        spaced(week["high"]), week["currency"], spaced(week["tax"]),
    ]  # fmt: skip


def _band_text(band: Answer) -> str:
    """How far low and high are away from what is expected, and why."""
    if not band["enough"]:
        return _n(
            band["forecasts"],
            "Low and high take each amount by itself ({chance} standard deviations): only {count} past forecast can be compared "
            "with what came, and {needed} are needed.",
            "Low and high take each amount by itself ({chance} standard deviations): only {count} past forecasts can be compared "
            "with what came, and {needed} are needed.",
            chance=band["by_chance"],
            count=band["forecasts"],
            needed=ENOUGH_FORECASTS,
        )
    return _(
        "Low and high are {week} standard deviations from what is expected in a week, {four_weeks} in four weeks: 8 of 10 of the "
        "{forecasts} past forecasts were not further off. If each amount came by itself, {chance} would do.",
        week=band["week"] or "∞",
        four_weeks=band["four_weeks"] or "∞",
        forecasts=band["forecasts"],
        chance=band["by_chance"],
    )


def _explain(found: Forecast, answer: Answer, currency: str) -> None:
    """The past forecasts that make the band; every amount, and which share of it comes within all weeks."""
    for replay in answer["band"]["past"] if found.is_enough else ():
        in_all = replay["four_weeks"]
        echo(
            _(
                "forecast of {day} for four weeks: {expected} expected, {came} came, {deviations} standard deviations of "
                "{deviation} {currency} apart; week by week {weeks}",
                day=replay["day"],
                expected=in_all["expected"],
                came=in_all["came"],
                deviations=in_all["deviations"] or "∞",
                deviation=in_all["deviation"],
                currency=currency,
                weeks=", ".join(week["deviations"] or "∞" for week in replay["weeks"]),
            )
        )
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
        echo(
            _n(
                answer["weeks"],
                "Of {count} single week, {within} lies between low and high.",
                "Of {count} single weeks, {within} lie between low and high.",
                count=answer["weeks"],
                within=answer["weeks_within"],
            )
        )
        echo(_("Brier score {brier}: 0 is always right, 0.25 is a coin.", brier=answer["brier"]))
