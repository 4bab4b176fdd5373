"""What a person answers to a supplier's invoice: handed in at the platform once, and recorded.

The ledger has a note before, and the platform's identifier after. In doubt, the platform is asked before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from beancount_invoicing.checks import OF_ONE_CUSTOMER
from beancount_invoicing.einvoice.business_terms import Identifier
from beancount_invoicing.einvoice.lifecycle import AnswerMessage, StatusAmount, answer_xml
from beancount_invoicing.einvoice.supplier_invoices import supplier_terms
from beancount_invoicing.files import FileChanged, write_if_different
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.platform.received import (
    ANSWERS,
    ReceivedInvoice,
    UnknownReceived,
    named_received,
    received_invoices,
)
from beancount_invoicing.sending.event_directives import record_file
from beancount_invoicing.sending.platform_handover import tracking_id
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.sending.records import LedgerAppender, sending_locked, try_directives
from beancount_invoicing.writing import git, text
from beancount_invoicing.writing.changes import Refused, WriteOptions
from beancount_invoicing.writing.dated_files import target_file
from beancount_invoicing.writing.new_documents import InvalidRequest

if TYPE_CHECKING:
    from beancount_invoicing.delivery.platform_api import HandInResult, Platform

OTHER_REASON = "AUTRE"
"""The code of a reason that the list has no code for."""
_NEED_REASON = frozenset({"207", "210"})
_LONGEST = 250


class Answer(NamedTuple):
    """What is answered: the code of the status, and why. `paid`: for 211, what was paid; None: all of it."""

    status: str
    code: str = ""
    reason: str = ""
    paid: Decimal | None = None


class AnswerReport(NamedTuple):
    """What became of an answer. `noted`: it is recorded only, because the invoice did not come by a platform."""

    name: str
    supplier: str
    status: str
    state: Literal["would-answer", "answered", "noted", "in-doubt", "failed"]
    reason: str = ""
    files: tuple[Path, ...] = ()


class _Prepared(NamedTuple):
    """An answer that can be given: its directives without the end, and its message."""

    message_id: str
    meta: tuple[tuple[str, text.DirectiveValue | None], ...]
    path: Path | None
    xml: bytes


def answer_received(
    file: str | Path,
    platform_of: Callable[[Book], Platform],
    wanted: str,
    answer: Answer,
    day: date,
    made_at: datetime,
    options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> AnswerReport:
    """Answers a supplier's invoice, once; without `options.write`, only shows what would be answered.

    Raises InvalidRequest if it cannot be answered like this, and what `platform_fetch.fetch` raises.
    """
    file = Path(file)
    with sending_locked(file) if options.write else nullcontext():
        ledger, loading = (loader or LedgerLoader(file)).ledger_and_loading(fresh=options.write)
        if options.write and any(error.rule not in OF_ONE_CUSTOMER for error in ledger.errors):
            raise Refused(_("the ledger has errors: nothing is recorded until they are corrected"), ledger.errors)
        book = ledger.book
        try:
            invoice = named_received(received_invoices(book), wanted)
        except UnknownReceived as error:
            raise InvalidRequest(str(error)) from None
        target = target_file(options.into, day) if options.into else record_file(book, day)
        prepared = None if invoice.doubt else _prepared(book, invoice, answer, day, made_at, target)
        if not options.write:
            status = invoice.doubt.status if invoice.doubt else answer.status
            return _report(invoice, status, "in-doubt" if invoice.doubt else "would-answer")
        record = LedgerAppender(loading, target)
        if options.commit:
            git.must_be_clean(record.files)
        if loading.stale():
            raise FileChanged(_("the ledger changed while it was being read: nothing was recorded; try again"))
        if prepared is None:
            report = _resolve(record, invoice, platform_of(book), day)
        else:
            openings = [
                _directive(day, invoice, "sending", prepared.meta),
                _directive(day, invoice, "sent", prepared.meta),
            ]
            try_directives(loading, ledger.errors, target, openings)
            report = _give(record, invoice, answer, prepared, platform_of, book, day)
        if options.commit:
            git.commit(list(report.files), _("Answer to {name}", name=invoice.name))
        return report


def _prepared(
    book: Book, invoice: ReceivedInvoice, answer: Answer, day: date, made_at: datetime, target: Path
) -> _Prepared:
    """The answer as it will be given. Raises InvalidRequest if it cannot be given."""
    if answer.status in _NEED_REASON and not answer.reason:
        raise InvalidRequest(_("say why, with --reason: the supplier has to know what to do"))
    if invoice.answer == "210":
        raise InvalidRequest(
            _(
                "{name} was refused (210) on {day}, which is the end of it: nothing more is answered",
                name=invoice.name,
                day=invoice.answers[-1].date,
            )
        )
    if invoice.answer == answer.status and answer.status != "211":
        raise InvalidRequest(
            _("{name}: {status} was answered on {day} already", name=invoice.name, status=answer.status,
              day=invoice.answers[-1].date)
        )  # fmt: skip
    count = 1 + sum(1 for record in book.received if record.name == invoice.name and record.status == answer.status)
    short = invoice.first.sha256[:16] or sha256(invoice.name.encode()).hexdigest()[:16]
    identifier = f"{answer.status}-{short}-{count}"
    code = answer.code or (OTHER_REASON if answer.reason else "")
    reason = " ".join(answer.reason.split())[:_LONGEST]
    meta: list[tuple[str, text.DirectiveValue | None]] = [
        ("status", answer.status),
        ("message-id", f"<{identifier}@received>"),
        ("reason", ": ".join(filter(None, (code, reason)))),
        ("amount", answer.paid),
    ]
    if not invoice.flows:
        return _Prepared(f"<{identifier}@received>", tuple(meta), None, b"")
    xml = answer_xml(_message(book, invoice, answer._replace(code=code, reason=reason), identifier, day, made_at))
    path = Path(invoice.first.file).parent / f"{invoice.name}.{answer.status}-{count}.cdar.xml"
    meta += [("file", relative_to(target, path)), ("sha256", sha256(xml).hexdigest())]
    return _Prepared(f"<{identifier}@received>", tuple(meta), path, xml)


def _message(
    book: Book, invoice: ReceivedInvoice, answer: Answer, identifier: str, day: date, made_at: datetime
) -> AnswerMessage:
    """The message of an answer. Raises InvalidRequest if something that it must name is not known."""
    path = Path(invoice.first.file) if invoice.first.file else None
    terms, problem = supplier_terms(path.read_bytes()) if path and path.exists() else (None, _("its file is not there"))
    if terms is None:
        raise InvalidRequest(
            _("{name} cannot be answered through the platform: {problem}", name=invoice.name, problem=problem)
        )
    us = book.seller.at(day) if book.seller else None
    own = (us.siren or us.siret[:9]) if us else ""
    legal, address = terms.seller.legal_registration, terms.seller.electronic_address
    supplier = legal.value[:9] if legal and legal.scheme in {"0002", "0009"} else ""
    if not supplier and address and address.scheme == "0225":
        supplier = address.value[:9]
    if us is None or not own or not supplier:
        raise InvalidRequest(
            _(
                "{name}: an answer names both firms by their SIREN: {missing}",
                name=invoice.name,
                missing=_("write siren below invoice-seller")
                if not own
                else _("the invoice does not say the supplier's"),
            )
        )
    paid = None
    if answer.status == "211":
        paid = StatusAmount("MPA", answer.paid or terms.totals.due, terms.currency, None, day)
    return AnswerMessage(
        identifier, made_at, own, us.name, supplier, terms.seller.name, address or Identifier(supplier, "0225"), terms.number,
        terms.issued, terms.type_code, answer.status, answer.code, answer.reason, paid,
    )  # fmt: skip


def _directive(
    day: date,
    invoice: ReceivedInvoice,
    event: str,
    meta: tuple[tuple[str, text.DirectiveValue | None], ...],
    flow: str = "",
) -> str:
    return text.custom_directive(day, "invoice-received", [invoice.name], [("event", event), *meta, ("flow", flow)])


def _give(
    record: LedgerAppender,
    invoice: ReceivedInvoice,
    answer: Answer,
    prepared: _Prepared,
    platform_of: Callable[[Book], Platform],
    book: Book,
    day: date,
) -> AnswerReport:
    """Gives an answer that was prepared."""
    files = record.files
    if prepared.path is None:
        record.append(_directive(day, invoice, "sent", prepared.meta))
        return _report(invoice, answer.status, "noted", files=files)
    platform = platform_of(book)
    platform.authorize()
    write_if_different(prepared.path, prepared.xml)
    record.append(_directive(day, invoice, "sending", prepared.meta))
    result = _handed_in(platform, prepared)
    files = (*files, prepared.path)
    if result.state == "in-doubt":
        return _report(invoice, answer.status, "in-doubt", result.reason, files)
    if result.state == "refused":
        record.append(_directive(day, invoice, "not-sent", prepared.meta[:2]))
        return _report(invoice, answer.status, "failed", result.reason, files)
    record.append(_directive(day, invoice, "sent", prepared.meta, result.flow))
    return _report(invoice, answer.status, "answered", files=files)


def _handed_in(platform: Platform, prepared: _Prepared) -> HandInResult:
    from beancount_invoicing.delivery.https import NotReached, ServerUnusable
    from beancount_invoicing.delivery.platform_api import FlowToSend, HandInResult

    assert prepared.path
    flow = FlowToSend(tracking_id(prepared.message_id), prepared.path.name, "CDAR", prepared.xml)
    try:
        return platform.hand_in(flow)
    except (ServerUnusable, NotReached) as error:
        return HandInResult("refused", reason=str(error))


def _resolve(record: LedgerAppender, invoice: ReceivedInvoice, platform: Platform, day: date) -> AnswerReport:
    """An answer in doubt: the platform has it, or it was not sent. Then a person answers anew."""
    doubt = invoice.doubt
    assert doubt
    files = record.files
    meta: tuple[tuple[str, text.DirectiveValue | None], ...] = (
        ("status", doubt.status),
        ("message-id", doubt.message_id),
        ("reason", doubt.reason),
    )
    if found := platform.tracked(tracking_id(doubt.message_id), is_message=True):
        record.append(_directive(day, invoice, "sent", meta, found.flow))
        return _report(invoice, doubt.status, "answered", files=files)
    record.append(_directive(day, invoice, "not-sent", meta[:2]))
    told = _("the platform does not have the earlier answer: answer again")
    return _report(invoice, doubt.status, "failed", told, files)


def _report(
    invoice: ReceivedInvoice,
    status: str,
    state: Literal["would-answer", "answered", "noted", "in-doubt", "failed"],
    reason: str = "",
    files: tuple[Path, ...] = (),
) -> AnswerReport:
    return AnswerReport(invoice.name, invoice.first.supplier, status, state, reason, files)


def answer_in_words(status: str) -> str:
    """A status with its code."""
    return _("{code} {meaning}", code=status, meaning=ANSWERS.get(status, ""))
