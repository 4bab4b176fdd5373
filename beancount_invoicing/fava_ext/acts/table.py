"""All acts by name, and how one is shown and carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.billing import CannotCompose, CannotNumber
from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.fava_ext.acts import documents, drafts, notes, outbox, payments, taxes
from beancount_invoicing.fava_ext.acts.forms import MEANT, Act, Field, Values, command_line
from beancount_invoicing.files import FileChanged
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.messages import _
from beancount_invoicing.model import Finding, Invoice
from beancount_invoicing.rendering import NoDocument, TemplateError
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.writing.changes import Outcome, Refused, WriteOptions
from beancount_invoicing.writing.git import GitError
from beancount_invoicing.writing.new_documents import InvalidRequest
from beancount_invoicing.writing.writer import CannotWrite

ACTS: Mapping[str, Act] = {
    "pay": payments.PAY,
    "allocate": payments.ALLOCATE,
    "new": documents.NEW,
    "bill": documents.BILL,
    "issue": documents.ISSUE,
    "edit-draft": drafts.EDIT_DRAFT,
    "drop-draft": drafts.DROP_DRAFT,
    "credit": documents.CREDIT,
    "note": notes.NOTE,
    "move-taxes": taxes.MOVE_TAXES,
    "prepare-invoices": outbox.PREPARE_INVOICES,
    "prepare-reminders": outbox.PREPARE_REMINDERS,
    "sent-by-post": outbox.SENT_BY_POST,
}


_ERRORS = _(
    "the ledger has errors: nothing is written into it until they are corrected (a broken entry may hide a number)"
)


class ActResult(NamedTuple):
    """What was written, or would be; `state` identifies the ledger that the user saw. With an `error`, nothing was written."""

    command: str
    text: str = ""
    notices: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Warnings about what is new; or the ledger's errors, beside which nothing is written."""
    summary: str = ""
    state: str = ""
    written: bool = False
    error: str = ""


def perform(
    file: Path,
    act: Act,
    fields: Sequence[Field],
    values: Values,
    today: date,
    shown_state: str = "",
) -> ActResult:
    """Shows what an act would write into the ledger `file`; with the `shown_state` of what was shown, writes it.

    What is dated far ahead of `today` is written only if the user says that it is meant. Whatever is wrong is the result's
    `error`; nothing is raised but what no user can cause.
    """
    command = command_line(act, fields, values)
    meant = MEANT in fields and values.get(MEANT.name) == "true"
    options = WriteOptions(write=bool(shown_state), today=None if meant else today, shown_state=shown_state)
    try:
        with no_collections():
            outcome = act.run(file, values, options)
    except Refused as error:
        return ActResult(command, error=str(error), findings=error.findings)
    except (
        InvalidRequest, CannotSend, UnknownCustomer, UnknownNumber, CannotCompose, CannotNumber, CannotWrite, FileChanged,
        GitError, NoDocument, TemplateError,
    ) as error:  # fmt: skip
        return ActResult(command, error=str(error))
    except OSError as error:
        reason = _("{file}: {reason}: nothing more was written", file=error.filename, reason=error.strerror)
        return ActResult(command, error=reason)
    return _result(command, outcome, written=options.write)


def _result(command: str, outcome: Outcome, *, written: bool) -> ActResult:
    nothing = not (outcome.text or outcome.documents or outcome.removed_documents)
    return ActResult(
        command,
        text=outcome.text,
        notices=(*outcome.notices, *(notice.one_line for notice in outcome.left_out)),
        findings=(*outcome.errors, *outcome.warnings),
        summary=outcome.nothing_to_do or _("There is nothing to do.") if nothing else _summary(outcome),
        state="" if nothing or outcome.errors else outcome.shown_state,
        written=written and not nothing,
        error=outcome.problem or (_ERRORS if outcome.errors else ""),
    )


def _summary(outcome: Outcome) -> str:
    """The documents by number, customer and amount; else the number of entries in words."""
    if outcome.removed_documents:
        return _("taken out: {documents}", documents=_named(outcome.removed_documents))
    return _named(outcome.documents) or outcome.summary


def _named(documents: Sequence[Invoice]) -> str:
    return "; ".join(
        f"{document.number}  {document.customer.name if document.customer else ''}  {document.payable} {document.currency}"
        for document in documents
    )
