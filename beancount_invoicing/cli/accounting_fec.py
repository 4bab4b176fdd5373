"""`bean-invoice accounting fec`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from beancount_invoicing.accounting import fec
from beancount_invoicing.accounting.entries import AccountingEntries
from beancount_invoicing.accounting.fec_check import check_fec
from beancount_invoicing.actions.accounting import AccountingBooks
from beancount_invoicing.cli.accounting_output import entries_of_period, opened_sound_books
from beancount_invoicing.cli.accounting_period import period_options
from beancount_invoicing.cli.common import Session, error_line, examples, folder_option, print_notice, spaced
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.files import write_if_different
from beancount_invoicing.messages import _


@click.command("fec", epilog=examples("accounting fec 2026", "accounting fec last-year -o ~/comptable"))
@period_options
@folder_option(".")
@click.pass_obj
def fec_command(session: Session, since: date, until: date, folder: Path) -> None:
    """Write the FEC of a financial year: the file of all entries that the French tax office asks for.

    LPF, art. A47 A-1. It has the whole ledger, opening balances first. A ledger with errors makes none.
    """
    books = opened_sound_books(session)
    if books is None:
        return
    book = books.ledger.book
    siren = fec.seller_siren(book, until)
    if not siren:
        session.error(fec.no_siren(book, until))
    entries = entries_of_period(session, books, since, until)
    if entries is None:
        return
    for finding in fec.fec_findings(entries):
        session.error(error_line(finding))
    if not entries.entries:
        session.error(_("there is no entry from {since} to {until}", since=since, until=until))
    if session.failed:
        return
    file = folder / fec.file_name(siren, until)
    content = fec.fec_bytes(fec.fec_rows(entries, book.closed_books))
    folder.mkdir(parents=True, exist_ok=True)
    write_if_different(file, content)
    _report(session, file, content, entries, books)


def _report(session: Session, file: Path, content: bytes, entries: AccountingEntries, books: AccountingBooks) -> None:
    """What was written, and what is not in it."""
    summary = check_fec(content, file.name)
    echo(
        _(
            "{file}: {entries} entries, {lines} lines, debit {debit}, credit {credit} {currency}",
            file=file,
            entries=summary.entries,
            lines=summary.lines,
            debit=spaced(f"{summary.debit:.2f}"),
            credit=spaced(f"{summary.credit:.2f}"),
            currency=entries.currency,
        )
    )
    for finding in summary.findings:
        (session.error if finding.severity == "error" else print_notice)(
            _(
                "{file}:{line}: {message} [{rule}]",
                file=file,
                line=finding.line,
                message=finding.message,
                rule=finding.rule,
            )
        )
    for notice in fec.notices(entries, books.general_ledger, books.ledger.book):
        print_notice(notice)
