"""The parts that commands share: the ledger, the as-of date, output formats."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import click

from beancount_invoicing import customer_search
from beancount_invoicing.answers.csv_rows import csv_text
from beancount_invoicing.cli import days
from beancount_invoicing.cli.colours import Mark, in_colour, painted
from beancount_invoicing.cli.completion import complete_list
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.languages import translated, translated_text
from beancount_invoicing.ledger import Ledger, LedgerLoader, LedgerMissing, find_ledger, open_ledger
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Finding, Source

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

NARROW_SPACE = "\u202f"
"""Separates thousands: narrow, and never at a line's end."""

F = TypeVar("F", bound=Callable[..., Any])


class Number(click.ParamType[Decimal]):
    """An amount, price or percentage: 98.00 or 98,00."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The number in a text."""
        if isinstance(value, Decimal):
            return value
        try:
            number = Decimal(value.replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.fail(_("{value} is not a number: write 98.00, for example", value=value), param, ctx)
        return number


class DayParam(click.ParamType[date]):
    """A date, written 2026-01-31 or in words (see `days`). `edge`: which day of a month, quarter or year is meant."""

    name = "date"

    def __init__(self, edge: days.Edge = "last") -> None:
        self.edge = edge

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date in a text."""
        if isinstance(value, date):
            return value
        try:
            return days.day_said(value, today(), self.edge)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The words for days, for completion."""
        from click.shell_completion import CompletionItem

        del ctx, param
        return [CompletionItem(word) for word in days.OFFERED if word.startswith(incomplete.casefold())]


class Commands(click.Group):
    """A group of commands. Its help page has one line for each, which ends at the end of a clause."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a line for each command."""
        known = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        room = formatter.width - 6 - max(map(len, known))
        with formatter.section(translated_text("Commands")):
            formatter.write_dl([(name, _brief(command.help or "", room)) for name, command in known.items() if command])


def _brief(text: str, room: int) -> str:
    """The first sentence of a text; of one that is too long, as many clauses as fit."""
    sentences = re.split(r"\.(?: |$)", " ".join(text.split()), maxsplit=1)[0]
    for pattern in (r"[:;–] ", ", "):
        while len(sentences) > room and (ends := list(re.finditer(pattern, sentences))):
            sentences = sentences[: ends[-1].start()].rstrip()
    return sentences


class OneOf(click.Choice[str]):
    """A choice of words; for any other word, the error names the nearest one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The chosen word."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            from beancount_invoicing.cli.suggestions import close_matches, meant

            self.fail(error.message + meant(close_matches(str(value), self.choices)), param, ctx)


class AliasOption(click.Option):
    """An option with other names `also`, which neither its help nor the shell shows."""

    def __init__(self, *args: Any, also: Sequence[str] = (), **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.also = also

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Registers the names."""
        super().add_to_parser(parser, ctx)
        if self.also:
            parser.add_option(obj=self, opts=[*self.also], dest=self.name, action="store", nargs=self.nargs)


@dataclass(slots=True)
class Session:
    """One call of the command line: the ledger named, and what has gone wrong so far."""

    named_file: str | None
    failed: bool = field(default=False)
    not_judged: bool = field(default=False)
    """Whether `validate` could not judge a document."""

    def find(self) -> Path:
        """The ledger's file."""
        try:
            return find_ledger(self.named_file, os.environ.get("BEANCOUNT_FILE"), Path.cwd())
        except LedgerMissing as error:
            raise click.UsageError(str(error)) from None

    def open(self, loader: LedgerLoader | None = None) -> Ledger:
        """The ledger, loaded by `loader` if something may be written afterwards. Its errors are printed and make the
        call fail in the end.
        """
        return self.opened(loader.ledger_and_loading(fresh=True)[0] if loader else open_ledger(self.find()))

    def opened(self, ledger: Ledger) -> Ledger:
        """A ledger that was just opened. Its notices and errors are printed, as in `open`."""
        gc.freeze()  # it stays until the command ends
        click.get_current_context().call_on_close(gc.unfreeze)
        for text in ledger.notices:
            print_notice(text)
        for error in ledger.errors:
            self.error(error_line(error))
        return ledger

    def error(self, message: str) -> None:
        """Prints an error, and makes the call fail at the end."""
        self.failed = True
        _tell(message, "late")


def open_streams() -> None:
    """Replaces closed input or output (`>&-`) by /dev/null.

    Otherwise the next file opened would get the number of the closed output, and everything printed would be written
    into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open until the end


def speak_unicode() -> None:
    """Makes files and programs get UTF-8 in any locale; a terminal that lacks a character shows a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def relative(file: str) -> str:
    """A file's path from the current folder, if it is below it."""
    path = Path(file)
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return file


def with_relative(text: str) -> str:
    """A text in which paths of files below the current folder are relative to it."""
    here = f"{Path.cwd()}{os.sep}"
    return text.replace(f"({here}", "(").replace(f" {here}", " ")


def error_line(finding: Finding) -> str:
    """An error with its place, as a line."""
    return f"{_place(finding.source)}: {with_relative(translated(finding.message))}"


def warning_line(finding: Finding) -> str:
    """A warning with its place and rule, as a line; an entry to write follows on lines of its own."""
    first, *more = with_relative(translated(finding.message)).split("\n")
    return "\n".join([f"{_place(finding.source)}: {warning_label()} {first} [{finding.rule}]", *more])


def _place(source: Source) -> str:
    """File and line; the file alone if no line of it is meant."""
    return f"{relative(source.file)}:{source.line}" if source.line else relative(source.file)


def warning_label() -> str:
    """The label before a warning's text."""
    return translated(_("warning:"))


def print_notice(message: str) -> None:
    """Prints information that is not an error; a place in a file is named from the current folder."""
    _tell(message, None)


def _tell(message: str, style: Mark | None) -> None:
    text = translated(message).removeprefix(f"{Path.cwd()}{os.sep}")
    echo(painted(text, style, sys.stderr) if style else text, err=True)


def print_assumed_notice(book: Book, as_of: date) -> None:
    """Prints that settlements are assumed, if an option makes them so."""
    if book.option("allocate", as_of) == "oldest":
        print_notice(_('Assumption: payments that name no invoice settle the oldest due (invoice-option "allocate").'))


def today() -> date:
    """Today's date for the user: read once in a call, and passed on."""
    context = click.get_current_context(silent=True)
    memory: dict[str, date] = context.meta if context else {}
    return memory.setdefault(_TODAY, _calendar())


_TODAY = f"{__name__}.today"


def _calendar() -> date:
    return date.today()  # noqa: DTZ011 - a due date is a day of the user's own calendar


def customer_option(command: F) -> F:
    """CUSTOMER, or the same as `--customer`. The command gets it as `customer`, "" if none is named."""
    from beancount_invoicing.cli.completion import complete_customers

    @wraps(command)
    def named(*args: Any, customer_named: str, customer: str, **values: Any) -> Any:
        if customer and customer_named:
            raise click.UsageError(_("name the customer only once: CUSTOMER, or --customer"))
        return command(*args, customer=customer or customer_named, **values)

    named = click.option(
        "-c", "--customer", default="", shell_complete=complete_customers, help="The same as CUSTOMER.",
    )(named)  # fmt: skip
    return cast(F, click.argument(
        "customer_named", default="", metavar="[CUSTOMER]", shell_complete=complete_customers
    )(named))  # fmt: skip


def customers_wanted(session: Session, book: Book, name: str) -> tuple[str, ...] | None:
    """The main accounts of the customers with a name, for a report. If the name fits several, a notice lists them.

    () for "", which means all customers; None if no customer matches, which is an error.
    """
    if not name:
        return ()
    try:
        found = customer_search.find_customers(book, name)
    except UnknownCustomer as error:
        session.error(str(error))
        return None
    if text := customer_search.ambiguous_name_notice(book, name, found):
        print_notice(text)
    return found


def documents_argument(command: F) -> F:
    """NUMBER or CUSTOMER, one or several, or one by `--customer`. The command gets them as `words`."""

    @wraps(command)
    def named(*args: Any, words: tuple[str, ...], customer: str, **values: Any) -> Any:
        return command(*args, words=(*words, customer) if customer else words, **values)

    return documents_and_customer(cast(F, named), "All documents of this customer; the same as CUSTOMER.")


def documents_and_customer(command: F, says: str) -> F:
    """NUMBER or CUSTOMER, one or several, as `words`, and `--customer` as `customer`; `says`: its help."""
    from beancount_invoicing.cli.completion import complete_customers, complete_documents_or_customers

    named = click.option("-c", "--customer", default="", shell_complete=complete_customers, help=says)(command)
    return click.argument(
        "words", nargs=-1, metavar="[NUMBER|CUSTOMER]...", shell_complete=complete_documents_or_customers
    )(named)


def say_whom(book: Book, numbers_or_customers: Sequence[str]) -> None:
    """Prints which customers a word names if it fits several and all of them are taken."""
    for word in numbers_or_customers:
        if not any(sign.isdigit() for sign in word):
            with suppress(UnknownCustomer):
                if text := customer_search.ambiguous_name_notice(
                    book, word, customer_search.find_customers(book, word)
                ):
                    print_notice(text)


def as_of_option(command: F) -> F:
    """`--as-of`: the date of a report, inclusive. In a command that writes nothing, `--date` is the same."""
    return as_of_option_named("--date")(command)


def as_of_option_named(*also: str) -> Callable[[F], F]:
    """`--as-of`, with these other names."""
    return click.option(
        "--as-of", cls=AliasOption, also=also, type=DayParam(), default=today, show_default="today", metavar="DATE",
        help="State at the end of this day.",
    )  # fmt: skip


def date_option(
    meaning: str,
    *,
    default: Callable[[], date] | None = today,
    also: Sequence[str] = ("--as-of",),
    edge: days.Edge = "last",
) -> Callable[[F], F]:
    """`--date`: the date of what is written, as `day`. In a command that reports nothing, `--as-of` is the same."""
    return click.option(
        "--date", "day", cls=AliasOption, also=also, type=DayParam(edge), default=default, metavar="DATE",
        show_default="today" if default else False, help=meaning,
    )  # fmt: skip


def from_option(command: F) -> F:
    """`--from`: the day from which an agreement applies, as `day`; `--date` and `--as-of` are the same."""
    return click.option(
        "--from", "day", cls=AliasOption, also=("--date", "--as-of"), type=DayParam("first"), default=today, show_default="today",
        metavar="DATE", help="From this day on.",
    )(command)  # fmt: skip


def since_option(meaning: str) -> Callable[[F], F]:
    """`--since`: the first day of a range; for a month, its first day."""
    return click.option("--since", type=DayParam("first"), metavar="DATE", help=meaning)


def until_option(meaning: str) -> Callable[[F], F]:
    """`-u`, `--until`: the last day of a range, inclusive."""
    return click.option("-u", "--until", type=DayParam(), metavar="DATE", help=meaning)


def format_option(command: F) -> F:
    """`--format`: a table, CSV or JSON."""
    return _format_option("table", "csv", "json")(command)


def table_or_json_option(command: F) -> F:
    """`--format` of commands whose answer is no list: a table or JSON."""
    return _format_option("table", "json")(command)


def _format_option(*forms: str) -> Callable[[F], F]:
    return click.option(
        "--format", "form", type=OneOf(forms), default=forms[0], show_default=True, help="For people, or for programs."
    )


def explain_option(command: F) -> F:
    """`--explain`."""
    return click.option("--explain", is_flag=True, help="Show how each figure was calculated.")(command)


def output_format_option(default: str) -> Callable[[F], F]:
    """`--to`."""
    return click.option(
        "--to", "outputs", default=default, show_default=bool(default), callback=_outputs, metavar="pdf,html,text",
        shell_complete=complete_list("pdf", "html", "text"),
        help="Which files to write.",
    )  # fmt: skip


def _outputs(ctx: click.Context, param: click.Parameter, value: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.split(",") if part.strip())
    for name in parts:
        if name not in {"pdf", "html", "text"}:
            raise click.BadParameter(_("{entry} is not one of pdf, html, text", entry=name), ctx=ctx, param=param)
    return tuple(dict.fromkeys(parts))


def folder_option(default: str | None) -> Callable[[F], F]:
    """`-o`."""
    return click.option(
        "-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), default=default,
        show_default=default is not None, metavar="FOLDER", callback=_no_stream, help="The folder for the files.",
    )  # fmt: skip


def _no_stream(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """The folder; `-`, which elsewhere is the output itself, is none."""
    if value is not None and str(value) == "-":
        raise click.BadParameter(_("files go into a folder, not to the output: name a folder"), ctx, param)
    return value


def examples(*lines: str) -> str:
    """Command lines without the program's name, for the end of a help page; the tests run all of them on the example
    ledger.
    """
    title = "Example:" if len(lines) == 1 else "Examples:"
    return joined("\n", ["\b", title, *(_("  bean-invoice {line}", line=line) for line in lines)])


def json_text(answer: Any) -> str:
    """An answer as JSON, without a line break at its end."""
    return json.dumps(answer, ensure_ascii=False, indent=2)


def print_json(answer: Any) -> None:
    """Prints an answer as JSON."""
    echo(json_text(answer))


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints rows as CSV, as `csv_text` makes them."""
    echo(csv_text(columns, rows), nl=False)


ColumnSpec = tuple[str, bool] | tuple[str, bool, Literal["", "spare", "below"]]
"""A column of a table: its title, whether it holds figures, and what to do with it if space is short (see
`tables.Column`).
"""


def print_table(
    title: str,
    columns: Sequence[ColumnSpec],
    rows: Iterable[Sequence[str | None]],
    last: Iterable[Sequence[str | None]] = (),
) -> None:
    """Prints a table to read; `last` rows are below a rule. In a pipe it is as wide as COLUMNS, or else 200 characters."""
    from beancount_invoicing.cli.tables import Column, draw

    text = os.environ.get("COLUMNS", "")
    room = int(text) if text.isdecimal() and 0 < int(text) < 10_000 else 200
    if sys.stdout.isatty():
        from shutil import get_terminal_size

        room = get_terminal_size().columns
    say(
        draw(
            translated(title),
            [Column(translated(name), *form) for name, *form in columns],
            [[translated(cell or "") for cell in row] for row in rows],
            [[translated(cell or "") for cell in row] for row in last],
            room,
            in_colour(sys.stdout),
        )
    )


def say(text: str) -> None:
    """Prints a text with amounts to read. Outside a terminal, they have plain spaces, so that `list | grep "1 044"`
    finds them.
    """
    shown = translated(text)
    echo(shown if sys.stdout.isatty() else shown.replace(NARROW_SPACE, " "))


def spaced(amount: str | None) -> str:
    """An amount to read, with thousands separated; a dash for zero, nothing for None."""
    if amount is None:
        return ""
    sign, digits = ("-", amount[1:]) if amount.startswith("-") else ("", amount)
    whole, _sep, rest = digits.partition(".")
    if not whole.strip("0") and not rest.strip("0"):
        return "–"
    return sign + f"{int(whole):,}".replace(",", NARROW_SPACE) + (f".{rest}" if rest else "")
