"""The period of an accountant's report: PERIOD, or --since and --until."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

import click

from beancount_invoicing.cli import days
from beancount_invoicing.cli.common import DayParam, since_option, today, until_option
from beancount_invoicing.messages import _

F = TypeVar("F", bound=Callable[..., Any])


def period_options(command: F) -> F:
    """PERIOD (2026, 2026-Q3, 2026-10, last-year …), or --since and --until: the command gets both days, inclusive."""

    @wraps(command)
    def with_period(*args: Any, period: str, since: date | None, until: date | None, **values: Any) -> Any:
        first, last = _period(period, since, until)
        return command(*args, since=first, until=last, **values)

    named = since_option("The period's first day, instead of PERIOD.")(with_period)
    named = until_option("The period's last day, instead of PERIOD.")(named)
    return cast(F, click.argument("period", default="", metavar="[PERIOD]")(named))


class LastDayParam(DayParam):
    """A day, or the last one of a period: 2026-12-31, 2026, 2026-Q3, 2026-10, last-year."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day."""
        if isinstance(value, str):
            with suppress(ValueError):
                return days.period_said(value, today())[1]
        return super().convert(value, param, ctx)


def _period(period: str, since: date | None, until: date | None) -> tuple[date, date]:
    if period:
        if since or until:
            raise click.UsageError(_("give PERIOD, or --since and --until, but not both"))
        try:
            return days.period_said(period, today())
        except ValueError:
            raise click.UsageError(
                _("{period} is not a period: write 2026, 2026-Q3, 2026-10 or last-year, for example", period=period)
            ) from None
    if since is None or until is None:
        raise click.UsageError(_("which period? Write 2026, 2026-Q3 or 2026-10, or both --since and --until"))
    if since > until:
        raise click.UsageError(_("--since {since} is after --until {until}", since=since, until=until))
    return since, until
