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
        Field(
            "kind", "what-happened", "choice", value=_known(subject.note) or "promise", choices=_KINDS, required=True
        ),
        Field("about", "about", "words", value=about, required=True),
        Field("until", "until", "day", "--until"),
        Field("amount", "part", "amount", "--amount"),
        Field("text", "own-words", "text", "--text"),
        Field("day", "happened-day", "day", "--date", subject.day.isoformat(), required=True),
    )


def _known(kind: str) -> NoteKind | None:
    return next((known for known in _KINDS if known == kind), None)


def _note(file: Path, values: Values, options: WriteOptions) -> Outcome:
    kind = _known(text(values, "kind"))
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


NOTE = Act(("note",), _fields, _note)
