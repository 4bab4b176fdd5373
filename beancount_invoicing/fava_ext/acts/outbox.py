"""Acts about what is sent by hand: invoices and reminders are put into the outbox, and recorded once they have left.

No e-mail leaves from here: everything goes by post, whatever the customer's channel is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from beancount_invoicing.actions.remind import due_letters
from beancount_invoicing.actions.today import chosen_to_send
from beancount_invoicing.checks import OF_ONE_CUSTOMER
from beancount_invoicing.customer_search import find_customer, short_names
from beancount_invoicing.delivery import Dispatch, HeldDispatch
from beancount_invoicing.entries.sources import sources, state_of
from beancount_invoicing.fava_ext.acts.forms import Act, Field, Subject, Values, required_day, text, words
from beancount_invoicing.files import FileChanged
from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.messages import _, _n
from beancount_invoicing.sending.confirm import AttemptFilter, confirm
from beancount_invoicing.sending.invoice_dispatches import dispatches_of_invoices
from beancount_invoicing.sending.letter_dispatches import dispatches_of_reminders
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.send import SendOptions, SendResult, send
from beancount_invoicing.writing.changes import Outcome, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest

_Maker = Callable[[Ledger], Sequence[Dispatch | HeldDispatch]]


def _prepared(file: Path, make: _Maker, day: date, options: WriteOptions) -> Outcome:
    """What is prepared, or would be, a line for each; with the reasons why something is held back. Raises as `send`."""

    def guarded(ledger: Ledger) -> Sequence[Dispatch | HeldDispatch]:
        if options.shown_state and options.shown_state != _state(file):
            raise FileChanged(_("the ledger has changed since this was shown: nothing was prepared; look at it again"))
        return make(ledger)

    state = _state(file)
    noon = datetime.combine(day, time(12), UTC)  # only e-mails have a time, and none is made here
    report = send(file, guarded, SendOptions(day, lambda: noon), options, LedgerLoader(file))
    going = [result for result in report.results if result.state != "held"]
    return Outcome(
        text="".join(f"{_line(result)}\n" for result in going),
        book=report.book,
        documents=(),
        files=report.files,
        notices=tuple(
            notice
            for result in report.results
            for notice in (*result.notices, *([f"{result.title}: {result.reason}"] if result.reason else ()))
        ),
        warnings=(),
        summary=_n(len(going), "{count} letter", "{count} letters", count=len(going)) if going else "",
        errors=tuple(error for error in report.errors if error.rule not in OF_ONE_CUSTOMER),
        nothing_to_do="" if going else _("there is nothing to prepare"),
        problem=report.problem,
        shown_state=state,
    )


def _state(file: Path) -> str:
    return state_of(sources(str(file.absolute())))


def _line(result: SendResult) -> str:
    """What is prepared, for whom, and in which files."""
    return f"{result.title} – {result.customer} – {', '.join(result.files)}"


def _invoice_fields(_ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    return (
        Field("numbers", "ready-documents", "words", value=subject.number),
        Field("day", "day", "day", "--date", subject.day.isoformat(), required=True),
    )


def _prepare_invoices(file: Path, values: Values, options: WriteOptions) -> Outcome:
    day, numbers = required_day(values, "day"), words(values, "numbers")

    def make(ledger: Ledger) -> Sequence[Dispatch | HeldDispatch]:
        wanted = chosen_to_send(ledger.book, day, numbers, None)
        return tuple(dispatches_of_invoices(ledger, wanted, day, "post", named=bool(numbers)))

    return _prepared(file, make, day, options)


PREPARE_INVOICES = Act(("send", "--channel", "post"), _invoice_fields, _prepare_invoices)


def _reminder_fields(ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    names = short_names(ledger.book)
    customers = ("", *sorted(names.values()))
    return (
        Field("customer", "only-customer", "choice", "--customer", names.get(subject.customer, ""), customers),
        Field("day", "day", "day", "--as-of", subject.day.isoformat(), required=True),
        Field("booked", "booked", "flag", "--yes"),
    )


def _prepare_reminders(file: Path, values: Values, options: WriteOptions) -> Outcome:
    day, customer = required_day(values, "day"), text(values, "customer")

    def make(ledger: Ledger) -> Sequence[Dispatch | HeldDispatch]:
        wanted = (find_customer(ledger.book, customer),) if customer else ()
        due = due_letters(ledger, day, wanted)
        if due.bank_notices and options.write and text(values, "booked") != "true":
            raise CannotSend(_("nothing was prepared: {notices}", notices="; ".join(due.bank_notices)))
        return tuple(dispatches_of_reminders(ledger, due.proposals, "post"))

    return _prepared(file, make, day, options)


PREPARE_REMINDERS = Act(("remind", "--send", "--channel", "post"), _reminder_fields, _prepare_reminders)


def _confirmation_fields(_ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    return (
        Field("numbers", "documents", "words", value=subject.number, required=True),
        Field("day", "left-day", "day", "--date", subject.day.isoformat(), required=True),
    )


def _confirm(file: Path, values: Values, options: WriteOptions) -> Outcome:
    numbers = words(values, "numbers")
    if not numbers:
        raise InvalidRequest(_("name the documents"))
    return confirm(file, AttemptFilter(numbers), required_day(values, "day"), options)


SENT_BY_POST = Act(("send", "--confirm"), _confirmation_fields, _confirm)
