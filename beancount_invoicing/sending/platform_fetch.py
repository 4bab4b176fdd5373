"""What a platform says: each message is kept as a file and recorded in the ledger, once.

Where fetching goes on is in the ledger too: at the latest moment that it has recorded, and somewhat before, because a platform may
list a message late. A message that is known already is left alone, so that fetching twice changes nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.checks import OF_ONE_CUSTOMER
from beancount_invoicing.delivery import History
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.einvoice.lifecycle import LifecycleStatus, NotAStatus, StatusAmount, read_statuses
from beancount_invoicing.files import FileChanged, write_if_different
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import Book, Event, FlowRecord, Source
from beancount_invoicing.platform.life_cycle import flow_of_message
from beancount_invoicing.platform.reports import hand_ins
from beancount_invoicing.platform.statuses import ACK_ERROR, ACK_OK, UNREAD, status_text
from beancount_invoicing.rules import numbering
from beancount_invoicing.sending.event_directives import record_file
from beancount_invoicing.sending.platform_handover import tracked_attempt, tracking_id
from beancount_invoicing.sending.recorded_files import relative_to
from beancount_invoicing.sending.records import LedgerAppender, sending_locked, try_directives
from beancount_invoicing.sending.report_handover import report_record, report_tracking_id
from beancount_invoicing.writing import git, text
from beancount_invoicing.writing.changes import Refused, WriteOptions
from beancount_invoicing.writing.dated_files import target_file

if TYPE_CHECKING:
    from beancount_invoicing.delivery.platform_api import Platform, RemoteFlow

OVERLAP = timedelta(minutes=10)
"""How far before the latest recorded moment fetching begins."""
FUTURE = timedelta(days=2)
"""How far ahead of the day a platform's clock may be."""
REPORTS = (
    "AggregatedCustomerTransactionReport", "UnitaryCustomerTransactionReport", "AggregatedCustomerPaymentReport",
    "UnitaryCustomerPaymentReport", "UnitarySupplierTransactionReport", "MultiFlowReport",
)  # fmt: skip
"""The types of flows that are reports."""
LIFE_CYCLES = (
    "CustomerInvoiceLC", "StateCustomerInvoiceLC", "StateTransactionReportLC", "StatePaymentReportLC",
)  # fmt: skip
"""The types of flows that are messages about what we handed in."""
FETCHED = ("CustomerInvoice", *LIFE_CYCLES, *REPORTS, "Undefined")
"""The types that are asked for; what suppliers send is not among them."""
_ACKS = {"Ok": ACK_OK, "Error": ACK_ERROR}
_CODE = re.compile(r"\w{1,20}")
_LONGEST = 300
"""Characters of a platform's words that get into the ledger."""
_MOST = 1000
"""How many documents a message may be about."""
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


class Told(NamedTuple):
    """A status that is recorded, or would be."""

    number: str
    """The document, or what the platform names; "" if nothing is known."""
    customer: str
    """The customer's name; "" if the ledger does not have the document."""
    status: str
    reason: str
    day: date
    updated: str
    flow: str
    status_flow: str
    file: Path | None

    @property
    def text(self) -> str:
        """The status in words."""
        return status_text(self.status)


class _DocumentStatus(NamedTuple):
    """A status of a document, in printable text: its number, the code and the reasons."""

    number: str
    code: str
    reason: str
    paid: StatusAmount | None = None
    """What a payment that was sent amounts to, with its day, if it is told once."""


class FetchReport(NamedTuple):
    """What was recorded, or would be; and what went wrong after that was recorded."""

    told: tuple[Told, ...]
    found: tuple[str, ...]
    """The documents and reports in doubt of which the platform says that it has them."""
    book: Book
    problem: str = ""
    files: tuple[Path, ...] = ()


def fetch(
    file: str | Path,
    platform_of: Callable[[Book], Platform],
    day: date,
    options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> FetchReport:
    """Fetches what the platform says of documents and reports since the last time; without `options.write`, only shows it.

    Raises, before anything is written: Refused if the ledger has errors, CannotSend, writer.CannotWrite, FileChanged, git.GitError,
    OSError, and the errors of `Platform.search` if not even a list could be had.
    """
    file = Path(file)
    with sending_locked(file) if options.write else nullcontext():
        ledger, loading = (loader or LedgerLoader(file)).ledger_and_loading(fresh=options.write)
        if options.write and any(error.rule not in OF_ONE_CUSTOMER for error in ledger.errors):
            raise Refused(_("the ledger has errors: nothing is recorded until they are corrected"), ledger.errors)
        _must_be_unchanged(loading, options)
        book = ledger.book
        target = target_file(options.into, day) if options.into else record_file(book, day)
        platform = platform_of(book)
        found = _Fetched(book, target)
        problem = found.ask(platform, day)
        if options.write and found.directives:
            try_directives(loading, ledger.errors, target, found.directives)
            record = LedgerAppender(loading, target)
            if options.commit:
                git.must_be_clean(record.files)
            _must_be_unchanged(loading, options)
            for path, content in found.files.items():
                write_if_different(path, content)
            changed = record.files
            record.append(joined("\n", found.directives))
            files = (*changed, *found.files)
            if options.commit:
                git.commit(
                    list(files), _n(len(found.told), "{count} status", "{count} statuses", count=len(found.told))
                )
            return FetchReport(tuple(found.told), tuple(found.doubts), book, problem, files)
        return FetchReport(tuple(found.told), tuple(found.doubts), book, problem)


def _must_be_unchanged(loading: Loading, options: WriteOptions) -> None:
    """Raises FileChanged if something is to be written and the ledger has changed since it was read."""
    if options.write and loading.stale():
        raise FileChanged(_("the ledger changed while it was being read: nothing was recorded; try again"))


class _Fetched:
    """What is fetched: the directives to be written, in order, and the files that they name."""

    def __init__(self, book: Book, target: Path) -> None:
        self.book, self.target = book, target
        self.told: list[Told] = []
        self.doubts: list[str] = []
        self.directives: list[str] = []
        self.files: dict[Path, bytes] = {}
        self._events: defaultdict[str, list[Event]] = defaultdict(list)
        for event in book.events:
            self._note(event)
        self._last = seal_chain.tip(book)
        recorded = _statuses(book)
        self._known = {record.status_flow for record in recorded if record.status != UNREAD or record.file}
        self._acks = {(record.flow, record.status) for record in recorded}
        self._unread = {
            record.status_flow: record
            for record in book.flows
            if record.status == UNREAD and record.status_flow not in self._known
        }
        self._by_flow = {event.flow: event for event in book.events if event.kind == "sent" and event.flow}
        self._by_tracking = {
            tracking_id(event.message_id): event.flow for event in self._by_flow.values() if event.message_id
        }
        self._reports = {record.flow: record for record in book.flows if record.kind == "sent" and record.flow}

    def _note(self, event: Event) -> None:
        """Keeps an event with the documents that it is about."""
        for number in event.numbers:
            self._events[number].append(event)

    def ask(self, platform: Platform, day: date) -> str:
        """Asks for everything; what kept it from reaching the end."""
        from beancount_invoicing.delivery.https import NoAnswer, NotReached, ServerUnusable
        from beancount_invoicing.delivery.platform_api import RequestRefused

        self._ask_about_doubts(platform)
        where = {"updatedAfter": _since(self.book), "flowType": list(FETCHED)}
        listed = sorted(platform.search(where), key=lambda flow: (flow.updated, flow.flow))
        latest = datetime.combine(day, time.max, UTC) + FUTURE
        for flow in listed:
            if _moment(flow.updated) is None or _moment(flow.updated) > latest:  # type: ignore[operator] # it is none just before
                raise RequestRefused(
                    _(
                        "the platform lists {flow} with the time {time}, which is none or to come: nothing was recorded; "
                        "check this computer's clock, or ask the platform",
                        flow=flow.flow,
                        time=flow.updated,
                    )
                )
        again = {flow.flow for flow in listed}
        from_before = [flow for flow in map(_remote, self._unread.values()) if flow.flow not in again]
        try:
            for flow in (*from_before, *dict.fromkeys(listed)):
                self._take(platform, flow)
        except (NoAnswer, NotReached, ServerUnusable) as error:
            return _("{error}: what came before is recorded; fetch again later", error=error)
        return ""

    def _ask_about_doubts(self, platform: Platform) -> None:
        """Documents that may have been handed in: those that the platform has are recorded as sent."""
        for attempt in History(self.book.events).open:
            if not attempt.in_doubt or attempt.event.channel != "e-invoice":
                continue
            if flow := platform.tracked(tracking_id(attempt.event.message_id)):
                told, self._last = tracked_attempt(self.book, self.target, attempt, flow.flow, self._last)
                self.directives.append(told)
                self.doubts.append(attempt.name)
                event = attempt.event._replace(kind="sent", flow=flow.flow)
                self._note(event)
                self._by_flow[flow.flow] = event
        for item in hand_ins(self.book.flows):
            if item.state == "in-doubt" and (
                flow := platform.tracked(report_tracking_id(item), is_message=item.is_message)
            ):
                self.directives.append(report_record(item.record, "sent", item.record.date, self.target, flow.flow))
                self.doubts.append(item.identifier)
                self._reports[flow.flow] = item.record

    def _take(self, platform: Platform, flow: RemoteFlow) -> None:
        """One flow of the list: an acknowledgement of what we handed in, or a message."""
        is_own = flow.direction == "Out" or flow.flow in self._reports  # a 212 that we have told ourselves
        if flow.flow_type in LIFE_CYCLES and not is_own:
            if flow.flow not in self._known:
                self._message(platform, flow)
            return
        status = _ACKS.get(flow.ack)
        if status is None or (flow.flow, status) in self._acks:
            return
        self._acks.add((flow.flow, status))
        event = self._by_flow.get(flow.flow)
        if event:
            self._of_document(flow, _DocumentStatus(event.numbers[0], status, flow.reasons), flow.flow, None)
        elif flow.flow in self._reports or flow.flow_type != "Undefined":
            report = self._reports.get(flow.flow)
            name = report.subject if report else flow.tracking_id or flow.name or flow.flow
            self._beside(flow, _DocumentStatus(name, status, flow.reasons), flow.flow, None)

    def _message(self, platform: Platform, flow: RemoteFlow) -> None:
        """A life-cycle message, which is kept whatever it is."""
        from beancount_invoicing.delivery.platform_api import RequestRefused

        name = flow.name or flow.tracking_id or flow.flow
        try:
            content = platform.document(flow.flow)
        except RequestRefused as error:
            if flow.flow not in self._unread:
                self._beside(flow, _DocumentStatus(name, UNREAD, str(error)), "", None)
            return
        try:
            statuses = _read(content)
        except NotAStatus as error:
            self._beside(flow, _DocumentStatus(name, UNREAD, str(error)), "", content)
            return
        told_flow = self._by_tracking.get(flow.tracking_id, "")
        for status in statuses:
            if self.book.invoice(status.number):
                own = flow_of_message(self._events[status.number], status.number, told_flow, status.code, status.reason)
                self._of_document(flow, status, own, content)
            else:
                self._beside(flow, status, told_flow, content)

    def _of_document(self, flow: RemoteFlow, status: _DocumentStatus, own: str, content: bytes | None) -> None:
        """A status of a document of the ledger."""
        invoice = self.book.invoice(status.number)
        assert invoice is not None
        sent = self._by_flow.get(own)
        account = sent.customer if sent else invoice.customer.account if invoice.customer else ""
        if not account:
            self._beside(flow, status, own, content)
            return
        day = max(_day(flow.updated), invoice.date)
        customer = self.book.customers[account].at(day).name
        told = self._tell(flow, status, own, day, customer, content)
        links = [numbering.link(status.number)]
        paid = status.paid if status.paid and status.paid.currency == invoice.currency else None
        meta = [
            ("event", "status"),
            *_meta(told, content),
            ("amount", paid.amount if paid else None),
            ("until", paid.date if paid else None),
        ]
        if told.file:
            link = seal_chain.seal_link(day, account, relative_to(self.target, told.file), links, meta, self._last)
            self.directives.append(link.text)
            self._last = link.hash
        else:
            self.directives.append(text.note_directive(day, account, told.text, links, meta))
        self._note(
            Event(
                day,
                "status",
                account,
                (status.number,),
                "",
                Source("", 0),
                flow=own,
                status=status.code,
                status_flow=flow.flow,
                updated=flow.updated,
                reason=status.reason,
                amount=paid.amount if paid else None,
                until=paid.date if paid else None,
            )
        )

    def _beside(self, flow: RemoteFlow, status: _DocumentStatus, own: str, content: bytes | None) -> None:
        """A status of something that is no document of the ledger."""
        told = self._tell(flow, status, own, _day(flow.updated), "", content)
        meta = [
            ("event", "status"),
            ("flow-type", flow.flow_type),
            *_meta(told, content),
            ("file", relative_to(self.target, told.file) if told.file else None),
        ]
        self.directives.append(text.custom_directive(told.day, "invoice-flow", [status.number], meta))

    def _tell(
        self, flow: RemoteFlow, status: _DocumentStatus, own: str, day: date, customer: str, content: bytes | None
    ) -> Told:
        path = None
        if content is not None:
            short = sha256(flow.flow.encode() + b"\0" + content).hexdigest()[:8]
            number = _STRANGE.sub("-", status.number).strip("-.")[:40] or "message"
            folder = self.book.option("documents", day, "documents/{year}").replace("{year}", f"{day.year:04}")
            path = Path(self.book.file).parent / folder / f"{number}.{status.code}.{short}.xml"
            self.files[path] = content
        told = Told(status.number, customer, status.code, status.reason, day, flow.updated, own, flow.flow, path)
        self.told.append(told)
        return told


def _read(content: bytes) -> tuple[_DocumentStatus, ...]:
    """The statuses in a life-cycle message. Raises NotAStatus."""
    told = [
        _DocumentStatus(
            _line(status.number),
            _line(status.code),
            _line("; ".join(": ".join(filter(None, (why.code, why.text, why.note))) for why in status.reasons)),
            _paid(status),
        )
        for status in read_statuses(content)
    ]
    if len(told) > _MOST or not all(status.number and _CODE.fullmatch(status.code) for status in told):
        raise NotAStatus(_("it names no document, no status, or more than {count} documents", count=_MOST))
    return tuple(told)


def _paid(status: LifecycleStatus) -> StatusAmount | None:
    """What a payment that was sent (211) amounts to; None if that is not told, or in several parts."""
    paid = [amount for amount in status.amounts if amount.kind == "MPA"] if status.code == "211" else []
    return paid[0] if len(paid) == 1 and paid[0].amount > 0 else None


def _line(text_: str) -> str:
    """Somebody's text in one line, without what is not printable."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text_.split()))[:_LONGEST]


def _remote(record: FlowRecord) -> RemoteFlow:
    """A message that was recorded without having been fetched, as the platform listed it."""
    from beancount_invoicing.delivery.platform_api import RemoteFlow

    return RemoteFlow(record.status_flow, record.updated, record.flow_type, "In", "", record.subject, "", "")


def _meta(told: Told, content: bytes | None) -> Iterator[tuple[str, str | None]]:
    yield "status", told.status
    yield "flow", told.flow or None
    yield "status-flow", told.status_flow
    yield "updated", told.updated
    yield "reason", told.reason or None
    yield "sha256", sha256(content).hexdigest() if content is not None else None


def _statuses(book: Book) -> list[Event | FlowRecord]:
    """The statuses that the ledger records."""
    return [
        *(event for event in book.events if event.kind == "status"),
        *(flow for flow in book.flows if flow.kind == "status"),
    ]


def _moment(updated: str) -> datetime | None:
    """A time of a platform, in UTC; None if it is none."""
    try:
        told = datetime.fromisoformat(updated)
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)


def _day(updated: str) -> date:
    moment = _moment(updated)
    assert moment is not None
    return moment.date()


def _since(book: Book) -> str:
    """From when on everything is asked for: somewhat before the latest recorded moment, or else since there is a platform."""
    moments = _moments(record.updated for record in _statuses(book))
    start = max(moments, default=None)
    if start is None:
        first = book.options["platform"].versions[0][0]
        return datetime.combine(first, time.min, UTC).isoformat().replace("+00:00", "Z")
    return (start - OVERLAP).isoformat().replace("+00:00", "Z")


def _moments(updated: Iterable[str]) -> Sequence[datetime]:
    return [moment for text_ in updated if text_ and (moment := _moment(text_))]
