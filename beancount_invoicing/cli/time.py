"""`bean-invoice time add`, `list` and `import`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from beancount_invoicing.actions import time, write_off_time
from beancount_invoicing.actions.time import TimeEntry
from beancount_invoicing.actions.write_off_time import TimeFilter, TimeWriteOff
from beancount_invoicing.answers.time import time_json
from beancount_invoicing.cli.common import (
    Commands,
    DayParam,
    F,
    OneOf,
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    date_option,
    examples,
    format_option,
    print_csv,
    print_json,
    print_table,
    today,
)
from beancount_invoicing.cli.completion import (
    complete_accounts,
    complete_items,
    complete_persons,
    complete_tasks,
    complete_time_contracts,
    complete_time_entries,
    complete_timezones,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.writing import build_write_options, changing, is_dry_run, print_outcome, writing_options
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _
from beancount_invoicing.rules import worktime
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest

COLUMNS = ("date", "contract", "item", "quantity", "commodity", "person", "task", "billable", "source")


class Quantity(click.ParamType[tuple[Decimal, bool]]):
    """Hours or days, 6.5 or 6,5; or a clock time, 6:30 or 6:30:20, in seconds, marked as such."""

    name = "quantity"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Decimal, bool]:
        """The number in a text."""
        if isinstance(value, tuple):
            return value
        clock = re.fullmatch(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", value)
        if clock:
            return Decimal(int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)), True
        if re.fullmatch(r"\d{1,6}(?:[.,]\d{1,4})?", value):
            return Decimal(value.replace(",", ".")), False
        return self.fail(_("{value} is not a quantity: write 6.5 or 6:30, for example", value=value), param, ctx)


@click.group(cls=Commands, epilog=examples("time add HALLES-ETU 2:30 -w", "time list"))
def time_group() -> None:
    """Time worked: add, import, list, write off, exclude."""


@time_group.command(
    "add", epilog=examples('time add HALLES-ETU 2:30 "Relevé sur site" -w', "time add HALLES-ETU 6.5 --date yesterday")
)
@click.argument("contract", shell_complete=complete_time_contracts)
@click.argument("quantity", type=Quantity())
@click.argument("text", default="")
@date_option("The day of the work.")
@click.option("--item", default="", shell_complete=complete_items, help="Its item, if it is not the contract's.")
@click.option("--person", default="", shell_complete=complete_persons, help="Who worked.")
@click.option("--task", default="", shell_complete=complete_tasks, help="The task.")
@click.option("--non-billable", is_flag=True, help="Do not bill it.")
@click.option(
    "--against",
    default="",
    metavar="ACCOUNT",
    shell_complete=complete_accounts,
    help="The account of the other posting.",
)
@writing_options
@click.pass_obj
def time_add_command(
    session: Session,
    contract: str,
    quantity: tuple[Decimal, bool],
    text: str,
    day: date,
    item: str,
    person: str,
    task: str,
    non_billable: bool,
    against: str,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Record time. With `invoice-option "time-write" TRUE` it is written at once, without --write."""
    file = session.find()
    loads = LedgerLoader(file)
    with changing(session):
        write = write or (not is_dry_run() and time.writes_by_default(loads, day))
    way = build_write_options(write, into, commit)
    worked = TimeEntry(day, contract, quantity[0], text, item, person, task, not non_billable, quantity[1], against)
    with changing(session):
        print_outcome(time.add_time(file, [worked], way, loads), way)


@time_group.command(
    "write-off",
    epilog=examples(
        'time write-off HALLES-ETU 0.5 "Geste commercial" -w', "time write-off HALLES-ETU 1:30 --of 2026-11-26 -w"
    ),
)
@click.argument("contract", shell_complete=complete_time_contracts)
@click.argument("quantity", type=Quantity())
@click.argument("reason", default="")
@click.option("--of", "worked_on", type=DayParam(), metavar="DATE", help="Time of this day. Default: the oldest.")
@click.option("--item", default="", shell_complete=complete_items, help="Time of this item.")
@date_option("The day on which it is given up.")
@writing_options
@click.pass_obj
def time_write_off_command(
    session: Session,
    contract: str,
    quantity: tuple[Decimal, bool],
    reason: str,
    worked_on: date | None,
    item: str,
    day: date,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Write off unbilled time: it was worked, but nobody is billed for it."""
    way = build_write_options(write, into, commit)
    wanted = TimeWriteOff(contract, quantity[0], quantity[1], reason, item, worked_on)
    with changing(session):
        print_outcome(write_off_time.write_off_time(session.find(), wanted, day, way), way)


def _entries(command: F) -> F:
    """Which entries of time are meant."""
    for decorate in (
        writing_options,
        click.option("--all", "all_matching", is_flag=True, help="All matching entries, not only one."),
        click.option(
            "--entry",
            "place",
            default="",
            metavar="FILE:LINE",
            shell_complete=complete_time_entries,
            help="The entry at this line.",
        ),
        click.option("--person", default="", shell_complete=complete_persons, help="Only entries of this person."),
        date_option("Only entries of this day.", default=None),
        click.argument("text_contains", default="", metavar="[TEXT]", shell_complete=complete_tasks),
        click.argument("contract", shell_complete=complete_time_contracts),
    ):
        command = decorate(command)
    return command


@time_group.command("exclude", epilog=examples("time exclude HALLES-ETU --date 2026-11-26 -w"))
@_entries
@click.pass_obj
def time_exclude_command(session: Session, /, write: bool, into: Path | None, commit: bool, **which: Any) -> None:
    """Mark a time entry as not billed; TEXT is a part of its description."""
    _mark(session, which, False, build_write_options(write, into, commit))


@time_group.command("include", epilog=examples("time include HALLES-ETU --date 2026-11-27 -w"))
@_entries
@click.pass_obj
def time_include_command(session: Session, /, write: bool, into: Path | None, commit: bool, **which: Any) -> None:
    """Mark a time entry that was not billable as billed after all."""
    _mark(session, which, True, build_write_options(write, into, commit))


def _mark(session: Session, which: Mapping[str, Any], billable: bool, way: WriteOptions) -> None:
    with changing(session):
        wanted = TimeFilter(**which)
        print_outcome(write_off_time.mark_time(session.find(), wanted, which["day"] or today(), billable, way), way)


@time_group.command("list", epilog=examples("time list", "time list halles", "time list --all --contract HALLES-ETU"))
@customer_option
@click.option("--contract", default="", shell_complete=complete_time_contracts, help="Only this contract.")
@click.option("--all", "everything", is_flag=True, help="All time, not only what is not billed.")
@as_of_option
@format_option
@click.pass_obj
def time_list_command(session: Session, customer: str, contract: str, everything: bool, as_of: date, form: str) -> None:
    """List time that is not billed yet, or all of it."""
    ledger = session.open()
    customers = customers_wanted(session, ledger.book, customer)
    if customers is None:
        return
    try:
        listed = time.time_listed(ledger.book, as_of, contract, everything, customers)
    except InvalidRequest as error:
        session.error(str(error))
        return
    rows = [time_json(work, code) for code, work in listed]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    elif not rows:
        echo(
            _("No time is waiting to be billed on {day}.", day=as_of)
            if not everything
            else _("There is no time by {day}.", day=as_of)
        )
    else:
        sums: dict[tuple[str, str], Decimal] = {}
        for code, entry in listed:
            counted = worktime.to_seconds(entry.quantity, entry.commodity)
            sums[code, entry.commodity] = sums.get((code, entry.commodity), Decimal(0)) + counted
        print_table(
            (_("Time as of {day}", day=as_of) if everything else _("Time as of {day}, not billed", day=as_of)),
            [(_("date"), False), (_("contract"), False), (_("item"), False), (_("time"), True), ("", False), (_("person"), False),
             (_("task"), False), ("", False)],
            [
                [row["date"], row["contract"], row["item"], row["quantity"], row["commodity"], row["person"], row["task"],
                 "" if row["billable"] else _("not billed")]
                for row in rows
            ],
            [
                [_("Total"), code, "", format(worktime.from_seconds_rounded(seconds, commodity), "f"), commodity, "", "", ""]
                for (code, commodity), seconds in sorted(sums.items())
            ],
        )  # fmt: skip


@time_group.command("import", epilog=examples("time import toggl.csv --contract HALLES-ETU -w"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--type",
    "kind",
    type=OneOf(["toggl", "clockify", "harvest", "kimai", "watson", "timewarrior", "timeclock", "timedot", "org"]),
    help="Its format, if it is not recognised.",
)
@click.option("--contract", default="", shell_complete=complete_time_contracts, help="The contract for the whole file.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="PROJECT=CODE",
    help="The contract of a project or client; may be repeated.",
)
@click.option("--person", default="", shell_complete=complete_persons, help="Who worked, if the file does not say.")
@click.option("--date-format", type=OneOf(["ymd", "dmy", "mdy"]), help="The order of dates, if it is ambiguous.")
@click.option(
    "--duration-unit", type=OneOf(["hours", "seconds"]), help="The unit of whole numbers, if it is ambiguous."
)
@click.option(
    "--timezone", default="UTC", show_default=True, shell_complete=complete_timezones,
    help="The time zone of the work, for files in UTC.",
)  # fmt: skip
@click.option("--skip-open", is_flag=True, help="Leave out what has no end yet.")
@writing_options
@click.pass_obj
def time_import_command(
    session: Session,
    file: Path,
    kind: str | None,
    contract: str,
    pairs: tuple[str, ...],
    person: str,
    date_format: Literal["ymd", "dmy", "mdy"] | None,
    duration_unit: Literal["hours", "seconds"] | None,
    timezone: str,
    skip_open: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Import time from Toggl, Clockify, Harvest, Kimai, Watson, Timewarrior, timeclock, timedot or Org files. What is
    already in the ledger is skipped.
    """
    from beancount_invoicing import timesheets

    mapping = {}
    for pair in pairs:
        project, equals, code = pair.rpartition("=")
        if not equals:
            raise click.UsageError(_('--map {pair}: write it "PROJECT=CODE"', pair=pair))
        mapping[project] = code
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise click.UsageError(
            _("--timezone {timezone}: there is no such time zone; write Europe/Paris, for example", timezone=timezone)
        ) from None
    way = build_write_options(write, into, commit)
    try:
        records = timesheets.parse_timesheet(
            file.read_text(encoding="utf-8-sig"),
            kind or "",
            date_format=date_format or "",
            duration_unit=duration_unit or "",
            zone=zone,
            skip_open=skip_open,
        )
    except timesheets.TimesheetError as error:
        session.error(_("{file}:{line}: {error}", file=file, line=error.line, error=str(error).partition(": ")[2]))
        return
    except UnicodeDecodeError:
        session.error(_("{file}: it is not UTF-8: export it as UTF-8", file=file))
        return
    with changing(session):
        outcome = time.import_time(session.find(), records, contract, mapping, person, way)
        print_outcome(outcome, way)
