"""The daily run: bills what is due, sends what is to be sent, reminds late customers; and reports all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from beancount_invoicing.actions.bill import bill
from beancount_invoicing.actions.remind import DueLetters, due_letters
from beancount_invoicing.actions.today import Task, tasks, to_send
from beancount_invoicing.delivery import Dispatch, HeldDispatch
from beancount_invoicing.dunning.banks import BankAccount, bank_accounts, behind
from beancount_invoicing.dunning.collecting import due_collections
from beancount_invoicing.files import FileChanged
from beancount_invoicing.ledger import Ledger, LedgerLoader, open_ledger
from beancount_invoicing.messages import _
from beancount_invoicing.model import Finding
from beancount_invoicing.platform.reports import waiting_reports
from beancount_invoicing.receivables.direct_debit import has_mandates
from beancount_invoicing.rules.sepa import target_days_later
from beancount_invoicing.sending.bank_files import OrderOptions, OrderReport, hand_in
from beancount_invoicing.sending.invoice_dispatches import dispatches_of_invoices
from beancount_invoicing.sending.letter_dispatches import dispatches_of_reminders
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.outbox import in_doubt_notices, objection_notices, unrecorded, unrecorded_because
from beancount_invoicing.sending.report_handover import hand_in_reports
from beancount_invoicing.sending.send import SendOptions, SendReport, SendResult, send
from beancount_invoicing.sending.waiting_letters import proposals_to_send
from beancount_invoicing.writing.changes import Outcome, Refused, WriteOptions
from beancount_invoicing.writing.git import GitError
from beancount_invoicing.writing.new_documents import DocumentDating
from beancount_invoicing.writing.writer import CannotWrite

RunStep = Literal["bill", "send", "collect", "remind"]
RUN_STEPS: tuple[RunStep, ...] = get_args(RunStep)


class UnknownRunStep(ValueError):
    """Option `run` names an unknown step."""


HAND_IN_DAYS = 2
"""A run writes a file for the bank this many TARGET days before the first last day to hand something in; the file
contains everything that is due by then.
"""


class RunResult(NamedTuple):
    """What a run did, or would do."""

    day: date
    steps: tuple[RunStep, ...]
    billed: Outcome | None
    """None if the run does not bill."""
    sent: tuple[SendResult, ...]
    """The documents; for those not sent, why."""
    reminded: tuple[SendResult, ...]
    """The letters; for those not sent, why."""
    held_invoices: tuple[tuple[str, str], ...]
    """(number, why): late documents that no letter may be about today."""
    bank_notices: tuple[str, ...]
    """Why no letter was sent: what to book first."""
    notices: tuple[str, ...]
    """What the user should know about the letters: interest that is not claimed, credits that are not allocated, and what
    waits in the outbox but would not be sent today.
    """
    collected: OrderReport | None
    """The files for the bank, and why something that is due is in none of them; None if nothing has to be handed in
    yet.
    """
    banks: tuple[BankAccount, ...]
    """The days until which the bank accounts are booked."""
    banks_behind: tuple[BankAccount, ...]
    """Those of them that are not up to date."""
    open_tasks: tuple[Task, ...]
    """What is left for the user to do, after the run."""
    problems: tuple[str, ...] = ()
    """What prevented a step after another one was done, or a commit of what was written; what has been in doubt since an earlier
    run, and what is in the outbox without a record: the user has to look into that.
    """
    errors: tuple[Finding, ...] = ()
    """The ledger's own errors, if the run does not bill."""

    @property
    def needs_attention(self) -> bool:
        """Whether something needs a person: it was not done, or nobody knows whether it was."""
        done = (*self.sent, *self.reminded)
        return bool(self.bank_notices or self.problems or self.errors) or any(result.needs_attention for result in done)


def steps_of(ledger: Ledger, day: date, only_steps: Sequence[RunStep] = ()) -> tuple[RunStep, ...]:
    """The steps of a run: those requested, else option `run`'s, else all, without direct debits if no customer has a mandate.
    Raises UnknownRunStep.
    """
    named = ledger.book.option("run", day).replace(",", " ").split()
    unknown = [word for word in named if word not in RUN_STEPS]
    if unknown:
        raise UnknownRunStep(
            _(
                'option run: "{unknown}" is not a step: write some of "{run_steps}"',
                unknown=unknown[0],
                run_steps=" ".join(RUN_STEPS),
            )
        )
    wanted = only_steps or named or RUN_STEPS
    debits = bool(only_steps or named) or has_mandates(ledger.book)
    return tuple(step for step in RUN_STEPS if step in wanted and (step != "collect" or debits))


def _hand_in_reports(
    file: str | Path, loads: LedgerLoader, send_options: SendOptions, write_options: WriteOptions
) -> tuple[tuple[SendResult, ...], str]:
    """Hands in e-reports that were prepared; and what went wrong, or ""."""
    try:
        return hand_in_reports(file, send_options, write_options, loader=loads).results, ""
    except (Refused, CannotSend, CannotWrite, FileChanged, GitError, OSError) as error:
        return (), _("no e-report was sent: {error}", error=_in_words(error))


def _collect(
    file: str | Path, loads: LedgerLoader, send_options: SendOptions, write_options: WriteOptions
) -> tuple[OrderReport | None, str]:
    """Writes the direct debits that are due into files, once the last day to hand one in is near; and what went wrong, or ""."""
    day = send_options.day
    ledger, _loading = loads.ledger_and_loading(fresh=write_options.write)
    due = due_collections(ledger.book, day, ledger.allocated_at(day))
    if not any(order.last_day <= target_days_later(day, HAND_IN_DAYS) for order in due.orders):
        return None, ""
    options = OrderOptions("collected", day, folder=Path(send_options.folder) if send_options.folder else None)
    try:
        report = hand_in(file, lambda _ledger: (), options, write_options, loads)
    except (Refused, CannotSend, CannotWrite, FileChanged, GitError, OSError) as error:
        return None, _("nothing was collected: {text}", text=_in_words(error))
    return report, report.problem


def run(
    file: str | Path,
    send_options: SendOptions,
    write_options: WriteOptions,
    only_steps: Sequence[RunStep] = (),
    bank_is_booked: bool = False,
) -> RunResult:
    """The run of `send_options.day`: each step works on the result of the one before; without `write_options.write`, it only says
    what it would do.

    Bills up to that day, and marks the documents to-send. Sends everything that is marked and, if option `send-from` is set,
    documents from that day on, as far as they were not sent: including those that an earlier run could not send. Letters are only
    sent if the bank is up to date, or `bank_is_booked` says so. A second run on the same day finds nothing to do. Raises what
    `bill` and `send` raise, and UnknownRunStep; once documents are written, whatever prevents sending them is a problem in the
    answer.
    """
    day = send_options.day
    write_options = write_options._replace(strict=True)  # nothing is sent beside an error, nor anything billed for it
    loads = LedgerLoader(Path(file))
    before, _loading = loads.ledger_and_loading(fresh=write_options.write)
    steps = steps_of(before, day, only_steps)
    dating = DocumentDating(day, to_send="send" in (*steps, *steps_of(before, day)))  # some day, if not today
    billed = bill(file, day, dating, write_options, loader=loads) if "bill" in steps else None
    due, letters_from = DueLetters(), 0

    def make(ledger: Ledger) -> list[Dispatch | HeldDispatch]:
        nonlocal due, letters_from
        dispatches: list[Dispatch | HeldDispatch] = []
        if "send" in steps:
            dispatches += dispatches_of_invoices(ledger, to_send(ledger.book, day, for_run=True), day)
        letters_from = len(dispatches)
        if "remind" in steps:
            due = _letters_of_run(ledger, day, bank_is_booked)
            if not due.bank_notices:
                dispatches += dispatches_of_reminders(ledger, due.proposals)
        return dispatches

    done: SendReport | None = None
    problems = [billed.problem] if billed else []
    if {"send", "remind"} & set(steps):
        has_billed = write_options.write and billed is not None and bool(billed.documents)
        done, problem = _send(lambda: send(file, make, send_options, write_options, loads), has_billed)
        problems.append(problem)
    results = done.results if done else ()
    waits = done is not None and "send" in steps and waiting_reports(done.book, day)
    reports, report_problem = _hand_in_reports(file, loads, send_options, write_options) if waits else ((), "")
    collected, problem = _collect(file, loads, send_options, write_options) if "collect" in steps else (None, "")
    problems.append(problem)
    written = bool(reports) or (collected is not None and bool(collected.written))
    after = (None if written else loads.if_unchanged()) or open_ledger(file)  # which keeps what is said next time
    problems += _left_in_doubt(after, {result.message_id for result in results}, send_options.folder)
    notices = [*due.notices, *objection_notices(after.book, day, after.allocated_at(day))]
    return RunResult(
        day=day,
        steps=steps,
        billed=billed,
        sent=(*results[:letters_from], *reports),  # results stand in the order of the dispatches
        reminded=results[letters_from:],
        held_invoices=tuple(dict.fromkeys((invoice.number, invoice.reason) for _customer, invoice in due.held)),
        bank_notices=due.bank_notices,
        notices=tuple(dict.fromkeys(notices)),
        collected=collected,
        banks=bank_accounts(after.book, day),
        banks_behind=behind(after.book, day),
        open_tasks=tasks(after.book, day, after.allocated_at(day)),
        problems=tuple(filter(None, (*problems, report_problem))),
        errors=done.errors if done and billed is None else (),
    )


def _letters_of_run(ledger: Ledger, day: date, bank_is_booked: bool) -> DueLetters:
    """The letters of `day` that do not wait already; `bank_is_booked`: whatever the ledger says of the bank."""
    due = due_letters(ledger, day)
    ready = due._replace(proposals=proposals_to_send(ledger.book, due.proposals))
    return ready._replace(bank_notices=()) if bank_is_booked else ready


def _send(send_all: Callable[[], SendReport], has_billed: bool) -> tuple[SendReport | None, str]:
    """The report of what was sent, and what went wrong. Raises what `send_all` raises, unless something was billed before,
    which must be reported all the same."""
    from beancount_invoicing.rendering import TemplateError

    try:
        report = send_all()
    except (Refused, CannotSend, CannotWrite, FileChanged, GitError, TemplateError, OSError) as error:
        if not has_billed:
            raise
        return None, _nothing_sent(error)
    return report, report.problem


def _nothing_sent(error: Exception) -> str:
    return _("nothing was sent: {text}", text=_in_words(error))


def _in_words(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)


def _left_in_doubt(ledger: Ledger, message_ids: set[str], folder: str | Path | None) -> list[str]:
    """What has been in doubt since an earlier run (not the messages of this one), and what lies in the outbox without a record."""
    return [
        *in_doubt_notices(ledger.book, except_ids=message_ids),
        *(unrecorded_because(ledger.book, path) for path in unrecorded(ledger.book, Path(folder) if folder else None)),
    ]
