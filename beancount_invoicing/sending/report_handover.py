"""E-reports and messages 212 that were prepared: handed in at the platform, each at most once, and recorded before and after.

A file is offered under its own identifier. If no clear answer comes, it is in doubt until the platform has been asked for that
identifier. What was not taken is prepared again in the ledger, so that it can be handed in another time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import nullcontext
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from beancount_invoicing.checks import OF_ONE_CUSTOMER
from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.files import FileChanged
from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import FlowRecord
from beancount_invoicing.platform.reports import HandIn, doubt_advice, report_title, series, waiting_reports
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.sending import platform_settings
from beancount_invoicing.sending.event_directives import record_file
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.platform_handover import tracking_id
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.sending.records import LedgerAppender, sending_locked, try_directives
from beancount_invoicing.sending.send import SendOptions, SendReport, SendResult, SendState
from beancount_invoicing.writing import git, text
from beancount_invoicing.writing.changes import Refused, WriteOptions
from beancount_invoicing.writing.dated_files import target_file
from beancount_invoicing.writing.writer import CannotWrite

if TYPE_CHECKING:  # only who has a platform needs them
    from beancount_invoicing.delivery.platform_api import FlowToSend, HandInResult, Platform

_IDENTIFIER = re.compile(r"\d{9}-[TP]-\d{8}-\d+|212-.+-\d{8}-\d+|220-.+-\d{8}")


def is_report(word: str) -> bool:
    """Whether a word of the user is the identifier of a report or a message, as `platform report` makes them."""
    return _IDENTIFIER.fullmatch(word) is not None


def report_tracking_id(item: HandIn) -> str:
    """The identifier under which the platform gets a report."""
    return tracking_id(item.record.message_id)


def report_record(record: FlowRecord, event: str, day: date, target: Path, flow: str = "", reason: str = "") -> str:
    """The directive, for the file `target`, that says what becomes of a report."""
    meta: text.MetaItems = [
        ("event", event),
        ("flow-type", record.flow_type or None),
        ("from", record.first_day),
        ("until", record.last_day),
        ("status", record.status or None),
        ("amounts", record.amounts or None),
        ("message-id", record.message_id),
        ("flow", flow or None),
        ("reason", one_line(reason) or None),
        ("file", relative_to(target, Path(record.file)) if record.file else None),
        ("sha256", record.sha256 or None),
        ("facts", record.content_digest or None),
    ]
    return text.custom_directive(day, "invoice-flow", [record.subject], meta)


def hand_in_reports(
    file: str | Path,
    send_options: SendOptions,
    write_options: WriteOptions,
    identifiers: Collection[str] = (),
    loader: LedgerLoader | None = None,
) -> SendReport:
    """Hands in what was prepared (or only `identifiers`); without `write_options.write`, only says what it would do.

    With `send_options.retry_open`, what is in doubt is asked for and, if the platform does not have it, handed in again. Raises
    what `send` raises before anything is sent.
    """
    file = Path(file)
    with sending_locked(file) if write_options.write else nullcontext():
        ledger, loading = (loader or LedgerLoader(file)).ledger_and_loading(fresh=write_options.write)
        items = waiting_reports(ledger.book, send_options.day, identifiers)
        if not items:
            return SendReport((), ledger.errors, ledger.book)
        grave = tuple(error for error in ledger.errors if error.rule not in OF_ONE_CUSTOMER)
        if write_options.write and grave:
            raise Refused(_("the ledger has errors: nothing is sent until they are corrected"), grave)
        run = _Reports(ledger, loading, send_options, write_options)
        results = run.all(items)
        files = tuple(dict.fromkeys(run.changed))
        if write_options.commit and files:
            left = ", ".join(result.title for result in results if result.state == "sent")
            git.commit(list(files), narration(ledger.book.books_language(send_options.day), "sent", left)[:200])
        return SendReport(results, ledger.errors, ledger.book, files)


class _Reports:
    """One call of `hand_in_reports`."""

    def __init__(self, ledger: Ledger, loading: Loading, way: SendOptions, how: WriteOptions) -> None:
        self.ledger, self.loading, self.way, self.how = ledger, loading, way, how
        self.target = target_file(how.into, way.day) if how.into else record_file(ledger.book, way.day)
        self.changed: list[Path] = []
        self._record = LedgerAppender(loading, self.target)

    def all(self, items: tuple[HandIn, ...]) -> tuple[SendResult, ...]:
        platform = self._platform() if self.how.write else None
        if self.how.write:
            self._try(items)
        behind: set[tuple[object, ...]] = set()
        results = []
        problem = ""
        for item in items:
            own = series(item.record)
            if problem:
                result = _result("failed", item, problem)
            elif own in behind:
                result = _result("held", item, _("an earlier one of it has not been taken yet: that one comes first"))
            else:
                result, problem = self._one(platform, item)
            if result.state != "sent":
                behind.add(own)
            results.append(result)
            self.way.on_result(result)
        return tuple(results)

    def _platform(self) -> Platform:
        from beancount_invoicing.delivery.platform_api import Platform

        server = platform_settings.platform_server(self.ledger.book, self.way.day)
        assert server is not None  # without one, nothing waits
        return Platform(
            server, self.way.secrets(server), pauses=self.way.platform_pauses, sleep=self.way.sleep,
            notice=self.way.on_notice,
        )  # fmt: skip

    def _try(self, items: Iterable[HandIn]) -> None:
        """Makes sure that everything can be recorded before anything leaves."""
        texts = [self._directive(item, event) for item in items for event in ("sending", "sent")]
        try_directives(self.loading, self.ledger.errors, self.target, texts)
        if self.how.commit:
            git.must_be_clean(self._record.files)
        if self.loading.stale():
            raise FileChanged(_("the ledger changed while it was being read: nothing was sent; try again"))

    def _one(self, platform: Platform | None, item: HandIn) -> tuple[SendResult, str]:
        """What becomes of a report, and what keeps all others from leaving, if anything does."""
        if item.state == "in-doubt" and not self.way.retry_open:
            return _result("held", item, doubt_advice(item)), ""
        flow = _file_of(item)
        if isinstance(flow, str):
            return _result("held", item, flow), ""
        if platform is None:
            return _result("would-send", item), ""
        from beancount_invoicing.delivery.https import NoAnswer, NotReached, ServerUnusable
        from beancount_invoicing.delivery.platform_api import RequestRefused

        opened = False
        try:
            platform.authorize()
            if item.state == "in-doubt":
                if known := platform.tracked(flow.tracking_id, is_message=item.is_message):
                    self._add(item, "sent", known.flow)
                    return _result("sent", item, _("the platform had it already")), ""
                self._add(item, "prepared", reason=_("the platform did not have it"))
            self._add(item, "sending")
            opened = True
            return self._told(item, platform.hand_in(flow, ask_first=True)), ""
        except RequestRefused as error:
            return _result("held", item, _("{error}: nothing was sent", error=error)), ""
        except (ServerUnusable, NotReached, NoAnswer, CannotSend) as error:
            if opened:
                self._add(item, "prepared", reason=str(error))
            return _result("failed", item, str(error)), str(error)
        except (OSError, FileChanged, CannotWrite) as error:  # nothing can be recorded, or no secret be kept
            why = _("nothing more was sent: {value}", value=getattr(error, "strerror", None) or error)
            return _result("in-doubt" if opened else "failed", item, why), why

    def _told(self, item: HandIn, taken: HandInResult) -> SendResult:
        """Records what the platform answered; nothing, if nobody knows."""
        if taken.state == "accepted":
            self._add(item, "sent", taken.flow)
            return _result("sent", item)
        if taken.state == "in-doubt":
            return _result(
                "in-doubt",
                item,
                _("{reason}: it may have arrived; {doubt}", reason=taken.reason, doubt=doubt_advice(item)),
            )
        self._add(item, "prepared", reason=taken.reason)
        return _result("failed", item, taken.reason)

    def _add(self, item: HandIn, event: str, flow: str = "", reason: str = "") -> None:
        files = self._record.files
        self._record.append(self._directive(item, event, flow, reason))
        self.changed += files

    def _directive(self, item: HandIn, event: str, flow: str = "", reason: str = "") -> str:
        return report_record(item.record, event, self.way.day, self.target, flow, reason)


def _file_of(item: HandIn) -> FlowToSend | str:
    """The file as it is handed in; or why it cannot be."""
    from beancount_invoicing.delivery.platform_api import FlowToSend

    record = item.record
    try:
        content = Path(record.file).read_bytes()
    except OSError as error:
        return _("{file} cannot be read: {reason}", file=record.file, reason=error.strerror)
    if record.sha256 != sha256(content).hexdigest():
        return _(
            '{file} is not what was prepared ({place}): put it back, or note event: "not-sent" with message-id: '
            '"{message_id}", and write it again',
            file=Path(record.file).name,
            place=record.source,
            message_id=record.message_id,
        )
    return FlowToSend(report_tracking_id(item), Path(record.file).name, "CDAR" if item.is_message else "FRR", content)


def _result(state: SendState, item: HandIn, why: str = "") -> SendResult:
    record = item.record
    return SendResult(
        state=state, title=report_title(record), customer="", account="", numbers=(item.identifier,), event="sent",
        channel="e-invoice", files=(Path(record.file).name,), reason=why, message_id=record.message_id,
    )  # fmt: skip
