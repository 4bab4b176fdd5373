"""Acts about what a customer answered."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from beancount_invoicing.actions.note import NoteKind, NoteRequest, note
from beancount_invoicing.fava_ext.acts.forms import Act, Field, Subject, Values, amount, day, required_day, text, words
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.writing.changes import Outcome, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest

_KINDS: tuple[NoteKind, ...] = get_args(NoteKind)


def _fields(_ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    about = subject.number or subject.customer
    return (
        Field("kind", _("What happened"), "choice", value="promise", choices=_KINDS, required=True),
        Field("about", _("Documents, or a customer"), "words", value=about, required=True),
        Field("until", _("Last day of a promise or a hold"), "day", "--until"),
        Field("amount", _("Only this part is in dispute, or promised"), "amount", "--amount"),
        Field("text", _("Words of your own"), "text", "--text"),
        Field("day", _("Day on which it happened"), "day", "--date", subject.day.isoformat(), required=True),
    )


def _note(file: Path, values: Values, options: WriteOptions) -> Outcome:
    kind = next((known for known in _KINDS if known == text(values, "kind")), None)
    about, until = words(values, "about"), day(values, "until")
    if kind is None or not about:
        raise InvalidRequest(_("say what happened, and to which documents or to which customer"))
    if kind == "promise" and until is None:
        raise InvalidRequest(_("a promise needs its last day"))
    if until and kind not in {"promise", "hold", "insolvency"}:
        raise InvalidRequest(_("the last day has no meaning for {kind}: leave it empty", kind=kind))
    part = amount(values, "amount")
    if part is not None and kind not in {"promise", "dispute"}:
        raise InvalidRequest(_("the amount has no meaning for {kind}: leave it empty", kind=kind))
    return note(file, NoteRequest(kind, about, text(values, "text"), until, part), required_day(values, "day"), options)


NOTE = Act(_("Note a promise, a dispute or a hold"), ("note",), _fields, _note)
