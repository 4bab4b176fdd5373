"""The options of commands whose pages are written to files or sent: statements, receipts, copies of unpaid documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from beancount_invoicing.cli.common import (
    F,
    Session,
    explain_option,
    folder_option,
    format_option,
    output_format_option,
)
from beancount_invoicing.cli.render import print_written
from beancount_invoicing.cli.send import build_send_options, channel_option, retry_option, send_and_print
from beancount_invoicing.cli.writing import build_write_options, sending_options
from beancount_invoicing.documents.written_files import Output, WrittenFile
from beancount_invoicing.messages import _
from beancount_invoicing.model import Channel
from beancount_invoicing.sending.send import DispatchFactory


class PageOptions(NamedTuple):
    """The user's options for pages: how they are shown, into which files they go, and whether and how they are sent."""

    form: str
    explain: bool
    folder: Path | None
    outputs: tuple[Output, ...]
    sending: bool
    again: bool
    channel: Channel | None
    retry: bool
    write: bool
    into: Path | None
    commit: bool

    @property
    def writes_files(self) -> bool:
        """Whether a folder or a format is given."""
        return bool(self.folder or self.outputs)

    @property
    def files(self) -> tuple[Path, tuple[Output, ...]]:
        """The folder and the formats of the files; by default PDFs in the current folder."""
        return self.folder or Path(), self.outputs or ("pdf",)


def page_file_options(command: F) -> F:
    """`-o`, `--to`, `--format`, `--explain`."""
    return folder_option(None)(output_format_option("")(format_option(explain_option(command))))


def page_sending_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--send` and the options that go with it. The command gets these options, and those of `page_file_options`, as
    one value `page`.
    """

    @wraps(command)
    def with_page(*arguments: Any, **options: Any) -> None:
        page = PageOptions(**{name: options.pop(name) for name in PageOptions._fields})
        command(*arguments, page=page, **options)

    decorated = click.option(
        "--again", is_flag=True, help="With --send: send again what was already sent on that day."
    )(channel_option(retry_option(sending_options(with_page))))
    return click.option(
        "--send", "sending", is_flag=True, help="Send them (-o: the folder for what you send by hand)."
    )(decorated)


def send_pages(session: Session, make_dispatches: DispatchFactory, day: date, page: PageOptions) -> None:
    """Sends the pages that another command makes, and prints the result for each. Raises click.UsageError for an option
    without effect.
    """
    write_options = build_write_options(page.write, page.into, page.commit)
    if page.form == "csv":
        raise click.UsageError(_("--send answers with a table or json only"))
    if page.again and page.retry:
        raise click.UsageError(_("--again and --retry exclude each other"))
    send_options = build_send_options(day, page.folder, again=page.again, retry=page.retry)
    send_and_print(session, make_dispatches, send_options, write_options, page.form)


def refuse_options_of_sending(page: PageOptions) -> None:
    """Raises click.UsageError if an option that needs --send is given without it."""
    if page.write or page.into or page.commit or page.channel or page.retry or page.again:
        raise click.UsageError(
            _("--write, --into, --commit, --channel, --retry and --again have no meaning without --send")
        )


def write_pages(session: Session, batches: Iterator[tuple[WrittenFile, ...]]) -> None:
    """Prints the files as they are written, and an error for each page that does not exist or cannot be written."""
    from beancount_invoicing.rendering import NoCopy

    try:
        print_written(session, batches)
    except NoCopy as error:
        session.error(str(error))
