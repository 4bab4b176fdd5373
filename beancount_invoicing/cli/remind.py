"""`bean-invoice remind`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import click

from beancount_invoicing import customer_search
from beancount_invoicing.actions import remind
from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.reminders import reminder_json
from beancount_invoicing.cli.colours import marked
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    customer_option,
    customers_wanted,
    examples,
    explain_option,
    folder_option,
    format_option,
    output_format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_notice,
    print_table,
    spaced,
)
from beancount_invoicing.cli.echo import echo
from beancount_invoicing.cli.render import print_written, with_progress
from beancount_invoicing.cli.send import build_send_options, channel_option, retry_option, send_and_print
from beancount_invoicing.cli.writing import build_write_options, sending_options
from beancount_invoicing.delivery.dispatch import Dispatch, HeldDispatch
from beancount_invoicing.documents import letter_files
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.dunning import Proposal, banks
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Channel
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.sending import letter_dispatches, outbox, waiting_letters
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.outbox import OutboxKind
from beancount_invoicing.words import word
from beancount_invoicing.writing.changes import WriteOptions


@click.command(epilog=examples("remind", "remind --explain", "remind --send -w"))
@customer_option
@folder_option(None)
@output_format_option("")
@click.option("--attach", is_flag=True, help="Put the invoices after the letter in one PDF, to print and post.")
@click.option("--level", type=int, help="Only letters of this level of their policy.")
@as_of_option
@format_option
@explain_option
@click.option(
    "--send", "sending", is_flag=True, help="Send the letters that are due (-o: the folder for what you send by hand)."
)
@click.option("--yes", is_flag=True, help="With --send: even if a bank account is not booked up to date.")
@channel_option
@retry_option
@sending_options
@click.pass_obj
def remind_command(
    session: Session,
    customer: str,
    folder: Path | None,
    outputs: tuple[Output, ...],
    attach: bool,
    level: int | None,
    as_of: date,
    form: str,
    explain: bool,
    sending: bool,
    yes: bool,
    channel: Channel | None,
    retry: bool,
    write: bool,
    into: Path | None,
    commit: bool,
) -> None:
    """Show which reminder letters are due, and what is held back; with -o or --to, write them; with --send, send them."""
    if sending:
        chosen = build_write_options(write, into, commit)
        _send(session, customer, level, as_of, form, yes, channel, folder, retry, chosen)
        return
    if write or into or commit or channel or retry or yes:
        raise click.UsageError(
            _("--write, --into, --commit, --channel, --retry and --yes have no meaning without --send")
        )
    if attach and "pdf" not in (outputs or (("pdf",) if folder else ())):
        raise click.UsageError(_("--attach has no meaning without a PDF: -o FOLDER, or --to pdf"))
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    customers = customers_wanted(session, ledger.book, customer)
    if customers is None:
        return
    allocated = ledger.allocated_at(as_of)
    proposals = remind.due_reminders(ledger.book, as_of, customers, explain, allocated, level)
    rows = _rows(ledger.book, proposals, as_of, explain)
    if form == "json":
        print_json(rows)
    elif form == "csv":
        _print_rows(rows)
    else:
        _table(rows, as_of)
        _print_banks(ledger, as_of)
        if explain:
            _explain(rows, proposals)
    lapses = remind.lapse_notices(ledger.book, as_of, customers, allocated) if explain else ()
    for text in (
        *(text for proposal in proposals for text in proposal.notices),
        *_objected(ledger, as_of, customers),
        *remind.bank_notices(ledger.book, as_of),
        *lapses,
    ):
        print_notice(text)
    if folder or outputs:
        _write_letters(session, ledger, proposals, rows, as_of, (folder or Path(), outputs or ("pdf",), attach))


def _rows(book: Book, proposals: Sequence[Proposal], as_of: date, explain: bool) -> list[amounts.Answer]:
    """Each letter that is due, in JSON, with those prepared by `as_of` that wait in its place."""
    waiting = waiting_letters.letters_waiting(book, as_of)
    return [
        reminder_json(
            proposal,
            letter_files.letter_language(book, proposal),
            explain,
            waiting_letters.letters_for_proposal(waiting, proposal),
            banks.all_booked_until(book, as_of),
        )
        for proposal in proposals
    ]


def _print_rows(rows: list[amounts.Answer]) -> None:
    """CSV: a row for each invoice of a letter, then one for each that is held back."""
    print_csv(
        ("customer", "account", "currency", "level", "channel", "number", "due", "open", "days_overdue", "interest",
         "indemnity", "held", "waiting"),
        [
            [row["customer"], row["account"], row["currency"], row["level"], row["channel"], invoice["number"],
             invoice["due"], invoice["open"], invoice["days_overdue"], invoice["interest"], invoice["indemnity"], None,
             row["waiting"] and row["waiting"]["state"]]
            for row in rows
            for invoice in row["invoices"]
        ]
        + [
            [row["customer"], row["account"], row["currency"], None, None, held["number"], None, None, None, None, None,
             held["why"], None]
            for row in rows
            for held in row["held"]
        ],
    )  # fmt: skip


def _print_banks(ledger: Ledger, as_of: date) -> None:
    """Until when the bank accounts are booked that are up to date."""
    behind = banks.behind(ledger.book, as_of)
    for bank in banks.bank_accounts(ledger.book, as_of):
        if bank not in behind:
            echo(_("bank: {until_when}", until_when=banks.until_when(bank)))


def _explain(rows: list[amounts.Answer], proposals: Sequence[Proposal]) -> None:
    """Why each invoice is reminded or not, by account and currency; then how the interest came about."""
    for _of, group in groupby(rows, key=lambda row: (row["account"], row["currency"])):
        of_account = list(group)
        echo(_("\n{customer}, {currency}", customer=of_account[0]["customer"], currency=of_account[0]["currency"]))
        for reason in (reason for row in of_account for reason in row["reasons"]):
            echo(_("  {number}: {reason}", number=reason["number"], reason=reason["why"]))
    for late in (late for proposal in proposals for late in proposal.invoices if late.claim):
        echo(_("\n{number}", number=late.position.invoice.number))
        for step in late.claim.steps if late.claim else ():
            echo(_("  {step}", step=describe_step(step)))


def _write_letters(
    session: Session,
    ledger: Ledger,
    proposals: Sequence[Proposal],
    rows: list[amounts.Answer],
    as_of: date,
    files: tuple[Path, tuple[Output, ...], bool],
) -> None:
    """Writes the letters that are due and do not wait already; `files`: the folder, the forms, whether invoices are attached."""
    letters = [
        proposal
        for proposal in waiting_letters.proposals_to_send(ledger.book, proposals, as_of)
        if proposal.level is not None
    ]
    for row in rows:
        if row["waiting"]:
            about = " ".join(invoice["number"] for invoice in row["invoices"])
            print_notice(
                _("not written: the letter about {about} is already waiting: {mark}", about=about, mark=_mark(row))
            )
    folder, outputs, attach = files
    written = remind.render_reminders(ledger.book, letters, folder, outputs, lambda _text: None, attach)
    print_written(session, with_progress(written, _("Letters"), len(letters)))


def _send(
    session: Session,
    customer: str,
    level: int | None,
    as_of: date,
    form: str,
    yes: bool,
    channel: Channel | None,
    folder: Path | None,
    retry: bool,
    chosen: WriteOptions,
) -> None:
    """The letters that are due are sent; what is held back is told, and why."""
    if form == "csv":
        raise click.UsageError(_("--send answers with a table or json only"))

    def make(ledger: Ledger) -> list[Dispatch | HeldDispatch]:
        print_assumed_notice(ledger.book, as_of)
        wanted = (customer_search.find_customer(ledger.book, customer),) if customer else ()
        due = remind.due_letters(ledger, as_of, wanted, level)
        for text in due.bank_notices:
            print_notice(text)
        if due.bank_notices and chosen.write and not yes:
            raise CannotSend(
                _("nothing was sent: a payment may have arrived that is not booked yet; if not, give --yes")
            )
        for text in due.notices:
            print_notice(text)
        for debtor, held in due.held:
            print_notice(
                _(
                    "held back: {number} of {customer}: {reason}",
                    number=held.number,
                    customer=debtor.name,
                    reason=held.reason,
                )
            )
        for text in _objected(ledger, as_of, wanted, also_anew=False):  # of the others the answer says it
            print_notice(text)
        accounts = set(wanted or ledger.book.customers)
        if retry and not any(
            attempt.event.customer in accounts for attempt in waiting_letters.letters_waiting(ledger.book)
        ):
            print_notice(_("No reminder is in doubt or prepared; bean-invoice send shows what is."))
        return list(letter_dispatches.dispatches_of_reminders(ledger, due.proposals, channel, retry=retry))

    send_and_print(session, make, build_send_options(as_of, folder, again=False, retry=retry), chosen, form)


def _objected(ledger: Ledger, as_of: date, customers: tuple[str, ...], *, also_anew: bool = True) -> tuple[str, ...]:
    """What to say of the letters that wait, but would not be sent any more."""
    allocated = ledger.allocated_at(as_of)
    of_letters: tuple[OutboxKind, ...] = ("reminder",)
    return outbox.objection_notices(ledger.book, as_of, allocated, customers, also_anew=also_anew, kinds=of_letters)


def _table(rows: list[amounts.Answer], as_of: date) -> None:
    due = [row for row in rows if row["level"] is not None]
    marks = [(_("waits"), False)] if any(row["waiting"] for row in due) else []
    if due:
        print_table(
            _("Reminders due on {day}", day=as_of),
            [
                (_("customer"), False),
                (_("level"), True),
                (_("number"), False),
                (_("due"), False),
                (_("late"), True),
                (_("open"), True),
                (_("interest"), True),
                (_("indemnity"), True),
                ("", False),
                *marks,
            ],
            [
                [
                    row["customer"] if not index else "",
                    str(row["level"]) if not index else "",
                    invoice["number"],
                    invoice["due"],
                    marked(_("{days_overdue} d", days_overdue=invoice["days_overdue"]), "late"),
                    spaced(invoice["open"]),
                    spaced(invoice["interest"]),
                    spaced(invoice["indemnity"]),
                    row["currency"],
                    *([_mark(row) if not index else ""] if marks else []),
                ]
                for row in due
                for index, invoice in enumerate(row["invoices"])
            ],
        )
    else:
        echo(_("No reminder is due on {day}.", day=as_of))
    for row in rows:
        for held in row["held"]:
            echo(
                _(
                    "held back: {number} of {customer}: {reason}",
                    number=held["number"],
                    customer=row["customer"],
                    reason=held["why"],
                )
            )


def _mark(row: amounts.Answer) -> str:
    """The remark that a letter is already prepared, or in doubt, and since when."""
    return (
        _("{state} {since}", state=word(row["waiting"]["state"]), since=row["waiting"]["since"])
        if row["waiting"]
        else ""
    )
