"""Sending: each thing at most once, recorded in the ledger before and after.

Before a byte of an e-mail is sent, a note `event: "sending"` with its Message-ID is in the ledger, on the disk. Once the server has
accepted it, the document is recorded with its fingerprint and `event: "sent"`. If a crash happens between the two, the e-mail is in
doubt: nothing sends it again unless the user says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from os import path as os_path
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from beancount_invoicing.checks import OF_ONE_CUSTOMER
from beancount_invoicing.delivery import (
    Attempt,
    BadAddress,
    Dispatch,
    HeldDispatch,
    History,
    post,
    smtp,
)
from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.delivery.mail import Mail, Sender, mail_addresses, make_mail, message_id
from beancount_invoicing.documents import seal_chain
from beancount_invoicing.files import FileChanged
from beancount_invoicing.gc_control import no_collections
from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Book, Channel, Finding, Source
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.sending import platform_directory, platform_settings, staging
from beancount_invoicing.sending.directory_cache import CachedDirectory
from beancount_invoicing.sending.event_directives import (
    SentFacts,
    not_sent_directive,
    record_file,
    sent_directives,
)
from beancount_invoicing.sending.mail_settings import CannotSend, mail_server, sender
from beancount_invoicing.sending.outbox import (
    OUTBOX,
    Objection,
    OutboxItem,
    files_to_discard,
    follow_up_commands,
    objections,
    outbox_kind,
    outbox_of,
    own_channel,
    waiting_files,
    why_not_resent,
)
from beancount_invoicing.sending.platform_handover import (
    flow_to_send,
    tracked_attempt,
    tracking_id,
)
from beancount_invoicing.sending.recorded_files import BY_HAND_PREFIX, relative_to
from beancount_invoicing.sending.records import LedgerAppender, sending_locked, try_directives
from beancount_invoicing.writing import git, text
from beancount_invoicing.writing.changes import Refused, WriteOptions
from beancount_invoicing.writing.dated_files import target_file
from beancount_invoicing.writing.writer import CannotWrite

if TYPE_CHECKING:  # only who has a platform needs them
    from beancount_invoicing.delivery.platform_api import Platform, PlatformServer
    from beancount_invoicing.delivery.tokens import SecretStore

DispatchFactory = Callable[[Ledger], Sequence[Dispatch | HeldDispatch]]
"""Makes the dispatches from a ledger."""
PLATFORM_PAUSES: tuple[float, ...] = (2, 10, 60)
SendState = Literal["would-send", "would-prepare", "sent", "prepared", "in-doubt", "failed", "held"]


def no_password(_server: str, _user: str) -> str:
    """No password is known."""
    return ""


class SendOptions(NamedTuple):
    """The options for sending. `day` is the day of the events; `now` returns the time for the Date header of e-mails."""

    day: date
    clock: Callable[[], datetime]
    resend: bool = False
    """Whether something that was already sent is sent once more."""
    retry_open: bool = False
    """Whether the user says that what is in doubt, or was prepared, was not sent: then it is sent."""
    folder: str | Path | None = None
    """The folder for what is sent by hand; None: `outbox` beside the ledger."""
    password: Callable[[str, str], str] = no_password
    """The password of a user on a server: (server, user)."""
    secrets: Callable[[PlatformServer], SecretStore] = platform_settings.secrets_from({})
    """Where the secrets of a platform are kept."""
    directory_cache: Path | None = None
    """The file with what the directory of platforms said; None: it is not asked whether documents reach a customer."""
    retry_delays: Sequence[float] = smtp.RETRY_DELAYS
    """Seconds before each new attempt after a temporary refusal by a server."""
    platform_pauses: Sequence[float] = PLATFORM_PAUSES
    """Seconds before each new request to a platform that is busy."""
    sleep: Callable[[float], None] = time.sleep
    on_result: Callable[[SendResult], None] = lambda _result: None
    """Called with each result as it comes."""
    on_notice: Callable[[str], None] = lambda _text: None


class SendResult(NamedTuple):
    """What happened, or would happen, to one thing to be sent."""

    state: SendState
    title: str
    customer: str
    account: str
    numbers: tuple[str, ...]
    event: str
    """The event that is recorded once it was sent."""
    level: int | None = None
    channel: Channel | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    files: tuple[str, ...] = ()
    """Names of what is attached."""
    address: tuple[str, ...] = ()
    reason: str = ""
    message_id: str = ""
    file: Path | None = None
    """What is to be sent by hand."""
    notices: tuple[str, ...] = ()
    refused_recipients: tuple[str, ...] = ()
    """Addresses that the server refused, while others received it."""

    @property
    def needs_attention(self) -> bool:
        """Whether the user has to do something about it."""
        return self.state in {"in-doubt", "failed", "held"} or bool(self.refused_recipients)


class SendReport(NamedTuple):
    """All results; the ledger's errors, if nothing was written because of them; the files that were changed."""

    results: tuple[SendResult, ...]
    errors: tuple[Finding, ...]
    book: Book
    files: tuple[Path, ...] = ()
    problem: str = ""
    """What went wrong after everything was sent and recorded: it was not committed."""


def send(
    file: str | Path,
    make_dispatches: DispatchFactory,
    send_options: SendOptions,
    write_options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> SendReport:
    """Sends what `make_dispatches` makes from the ledger, with one load; without `write_options.write`, only says what it would do.

    The ledger is read from its files, never from a cache; `loader`: the loader of the same command, if it has loaded
    the ledger already. E-mails go to the server that options name, or else become .eml files; letters become one PDF;
    e-invoices become files in a folder. Dispatches to be sent by hand are recorded as prepared. If one fails, the
    others are still sent. Raises, before anything is sent: Refused if the ledger has errors (errors that concern one
    customer only hold back that customer's dispatches), CannotSend, writer.CannotWrite, FileChanged, git.GitError,
    OSError, and what `make_dispatches` raises.
    """
    file = Path(file)
    with sending_locked(file) if write_options.write else nullcontext(), no_collections():
        ledger, loading = (loader or LedgerLoader(file)).ledger_and_loading(fresh=write_options.write)
        grave = tuple(error for error in ledger.errors if error.rule not in OF_ONE_CUSTOMER)
        if write_options.write and grave:
            raise Refused(_("the ledger has errors: nothing is sent until they are corrected"), grave)
        run = _Run(ledger, loading, send_options, write_options)
        if write_options.write:
            run.finish()
        results = run.all(tuple(make_dispatches(ledger)))
        files = tuple(dict.fromkeys(run.changed))
        if write_options.commit and files:
            left = ", ".join(result.title for result in results if result.state in {"sent", "prepared"})
            try:
                git.commit(list(files), narration(ledger.book.books_language(send_options.day), "sent", left)[:200])
            except git.GitError as error:  # what was sent must still be reported
                problem = _(
                    "sent or prepared, and recorded, but not committed: {error}; commit it yourself", error=error
                )
                return SendReport(results, ledger.errors, ledger.book, files, problem)
        return SendReport(results, ledger.errors, ledger.book, files)


@dataclass(slots=True)
class _Item:
    """A dispatch under way: its Message-ID, where its document is kept, and what is recorded of it when."""

    dispatch: Dispatch
    identifier: str
    stored: Path
    digest: str
    """The fingerprint of the document."""
    sealed: bool
    letter: Mail | None
    opened: bool = False
    made: bool = False

    def result(self, state: SendState, why: str = "", file: Path | None = None) -> SendResult:
        return _result(state, self.dispatch, why, self.identifier, file)


class _Run:
    """One call of `send`."""

    def __init__(self, ledger: Ledger, loading: Loading, way: SendOptions, how: WriteOptions) -> None:
        self.ledger, self.loading, self.way, self.how = ledger, loading, way, how
        self.book = ledger.book
        self.top = Path(ledger.book.file)
        self.history = History(ledger.book.events)
        self.outbox = outbox_of(ledger.book)
        self.target = target_file(how.into, way.day) if how.into else record_file(ledger.book, way.day)
        self.folder = Path(way.folder) if way.folder else self.top.parent / OUTBOX
        self.changed: list[Path] = []
        self._results: dict[int, SendResult] = {}
        self._going: list[Dispatch] = []
        """What this call sends."""
        self._against: dict[str, Objection] | None = None
        self._last = seal_chain.tip(ledger.book)
        """The mark of the last seal, which the next one names."""
        self._sealed = {(seal.file, seal.sha256) for seal in ledger.book.seals}

    def finish(self) -> None:
        """What an interrupted send has left beside its place gets its name, or is removed."""
        staging.finish_staged(waiting_files(self.book), (self.folder, self._folder(self.way.day)))

    def all(self, dispatches: Sequence[Dispatch | HeldDispatch]) -> tuple[SendResult, ...]:
        wanted = [dispatch for dispatch in dispatches if isinstance(dispatch, Dispatch)]
        who, host, no_mail = self._mailing(wanted)
        platform = self._platform(wanted)
        items: dict[int, _Item] = {}
        for place, going in enumerate(dispatches):
            if isinstance(going, Dispatch) and going.channel == "email" and no_mail:
                ready: _Item | HeldDispatch = HeldDispatch(
                    going.title, going.customer, going.numbers, no_mail, going.account
                )
            else:
                ready = going if isinstance(going, HeldDispatch) else self._item(going, who, by_hand=host is None)
            if isinstance(ready, HeldDispatch):
                event, level = (going.kind, going.level) if isinstance(going, Dispatch) else ("sent", None)
                self._tell(
                    place,
                    SendResult(
                        "held",
                        ready.title,
                        ready.customer,
                        ready.account,
                        ready.numbers,
                        event,
                        level,
                        reason=ready.reason,
                    ),
                )
            else:
                items[place] = ready
                self._going.append(ready.dispatch)
        if not self.how.write:
            for place, item in items.items():
                channel = item.dispatch.channel
                by_server = (channel == "email" and host) or (channel == "e-invoice" and platform)
                self._tell(place, item.result("would-send" if by_server else "would-prepare"))
        elif items:
            self._write(items, host, platform)
        return tuple(self._results[place] for place in sorted(self._results))

    def _mailing(self, wanted: Sequence[Dispatch]) -> tuple[Sender | None, smtp.Server | None, str]:
        """Who sends e-mails, and through which server; and why none can be sent, if other things are sent otherwise.

        Raises CannotSend.
        """
        others = [dispatch for dispatch in wanted if dispatch.channel != "email"]
        if len(others) == len(wanted):
            return None, None, ""
        try:
            who = sender(self.book, self.way.day)
            return who, mail_server(self.book, self.way.day, self.way.password if self.how.write else _anything), ""
        except CannotSend as error:
            if not others:
                raise
            return None, None, str(error)

    def _platform(self, wanted: Sequence[Dispatch]) -> Platform | None:
        """The platform that takes e-invoices; None if there are none, or no option names one. Raises CannotSend."""
        if not any(dispatch.channel == "e-invoice" for dispatch in wanted):
            return None
        server = platform_settings.platform_server(self.book, self.way.day)
        if server is None:
            return None
        from beancount_invoicing.delivery.platform_api import Platform

        return Platform(
            server, self.way.secrets(server), pauses=self.way.platform_pauses, sleep=self.way.sleep,
            notice=self.way.on_notice,
        )  # fmt: skip

    def _tell(self, place: int, result: SendResult) -> None:
        self._results[place] = result
        self.way.on_result(result)

    def _item(self, dispatch: Dispatch, who: Sender | None, *, by_hand: bool) -> _Item | HeldDispatch:
        """A dispatch that may be sent, or why it may not. Documents are only made if they are written, or one is there already."""

        def held(why: str) -> HeldDispatch:
            return HeldDispatch(dispatch.title, dispatch.customer, dispatch.numbers, why, dispatch.account)

        waiting = self.history.open_attempts(dispatch)
        if waiting and not self.way.retry_open:
            return held(self._because(waiting[0]))
        if self.way.retry_open and not waiting:
            return held(self._not_waiting(dispatch))
        before = self.history.already_sent(dispatch)
        if before and not (self.way.resend or self.way.retry_open):
            once_more = "" if dispatch.kind == "reminder" else _(": --again sends it once more")
            return held(
                _(
                    "was sent on {day} ({where}){once_more}",
                    day=before[-1].date,
                    where=self._where(before[-1].source),
                    once_more=once_more,
                )
            )
        if not dispatch.attachments:
            return held(_("has no document"))
        customer = self.book.customers.get(self.book.main_accounts.get(dispatch.account, dispatch.account))
        place = customer.at(dispatch.day).source if customer else self.book.file
        if dispatch.channel == "email":
            assert who is not None
            if not dispatch.to:
                return held(
                    _(
                        '{place}: no e-mail address is known: write email: "…" there, or send it with --channel post',
                        place=place,
                    )
                )
            try:
                mail_addresses(dispatch, who)
            except BadAddress as error:
                return held(_("{place}: {error}", place=place, error=error))
        elif dispatch.channel == "post":
            if len(dispatch.address) < 2:
                return held(
                    _("{place}: no postal address is known: write address, postcode and city there", place=place)
                )
            if not any(attachment.media_type == "application/pdf" for attachment in dispatch.attachments):
                return held(_("has no PDF to print"))
        elif dispatch.kind != "sent":
            return held(_("platforms carry invoices only: send it with --channel email or post"))
        stored = dispatch.sealed_path or self._folder(dispatch.day) / dispatch.document.name
        exists = stored.exists()
        digest = sha256(dispatch.document.content).hexdigest() if exists or self.how.write else ""
        sealed = (str(stored), digest) in self._sealed
        if exists and not sealed and not self._ours(stored, dispatch):
            return held(_("{stored} already exists, and is another document: move it away", stored=stored))
        if not self.how.write:
            return _Item(dispatch, "", stored, digest, sealed, None)
        owner = who.address if who else _own_domain(self.book, self.way.day)
        identifier = message_id(dispatch, owner, len(before))
        letter = make_mail(dispatch, who, identifier, draft=by_hand) if who and dispatch.channel == "email" else None
        return _Item(dispatch, identifier, stored, digest, sealed, letter)

    def _because(self, attempt: Attempt) -> str:
        """Why a waiting or doubtful item is not sent."""
        if self._against is None:
            self._against = objections(self.book, self.way.day, self.ledger.allocated_at(self.way.day))
        return why_not_resent(self.outbox, attempt, self._against.get(attempt.event.message_id))

    def _not_waiting(self, dispatch: Dispatch) -> str:
        """Why it is not sent by --retry: what is in doubt or prepared for the same documents instead, if anything."""
        numbers = set(dispatch.numbers)
        others = [
            _("the {outbox_kind} {because}", outbox_kind=outbox_kind(attempt.kind), because=self._because(attempt))
            for attempt in self.history.open
            if numbers & set(attempt.numbers)
        ]
        if not others:
            return _("nothing of it is in doubt or prepared: send it without --retry")
        return _(
            "the {outbox_kind} is neither in doubt nor prepared; but {others}",
            outbox_kind=outbox_kind(dispatch.kind),
            others=joined("; ", others),
        )

    def _where(self, source: Source) -> str:
        return f"{os_path.relpath(source.file, self.top.parent)}:{source.line}"

    def _folder(self, day: date) -> Path:
        return self.top.parent / self.book.option("documents", day, "documents/{year}").replace(
            "{year}", f"{day.year:04}"
        )

    def _ours(self, stored: Path, dispatch: Dispatch) -> bool:
        """Whether a document may replace an existing file: it is the same, or an earlier version of it that was never sent."""
        if stored.read_bytes() == dispatch.document.content:
            return True
        ours = any(
            event.file
            and Path(event.file).resolve() == stored.resolve()
            and (set(event.numbers) & set(dispatch.numbers) if event.numbers else event.customer == dispatch.account)
            for event in self.book.events
        )
        return ours and not any(Path(seal.file).resolve() == stored.resolve() for seal in self.book.seals)

    # writing -------------------------------------------------------------------------------------------------------

    def _write(self, items: dict[int, _Item], host: smtp.Server | None, platform: Platform | None) -> None:
        record = LedgerAppender(self.loading, self.target)
        texts = [
            directive
            for item in items.values()
            for directive in (self._opening(item, "sending", "x"), self._closing(item)[0])
        ]
        try_directives(self.loading, self.ledger.errors, self.target, texts)
        if self.how.commit:
            git.must_be_clean(record.files)
        if self.loading.stale():
            raise FileChanged(_("the ledger changed while it was being read: nothing was sent; try again"))
        if self.way.retry_open and platform:
            items = self._not_at_platform(record, items, platform)
        if self.way.retry_open and items:
            self._took_back(record, items)
        by_server = {place: item for place, item in items.items() if item.letter and host}
        to_platform = {
            place: item for place, item in items.items() if platform and item.dispatch.channel == "e-invoice"
        }
        by_hand = {place: item for place, item in items.items() if place not in by_server | to_platform}
        if by_hand:
            self._prepare(record, by_hand)
        if by_server and host:
            self._deliver(record, by_server, host)
        if to_platform and platform:
            self._hand_in(record, to_platform, platform)

    def _add(self, record: LedgerAppender, directives: str) -> None:
        files = record.files
        record.append(directives)
        self.changed += files

    def _took_back(self, record: LedgerAppender, items: dict[int, _Item]) -> None:
        """The user has said that these attempts failed."""
        waiting = {
            attempt.event.message_id: (attempt, item)
            for item in items.values()
            for attempt in self.history.open_attempts(item.dispatch)
        }
        self._add(
            record,
            joined(
                "\n",
                (
                    not_sent_directive(
                        self.way.day,
                        item.dispatch.account,
                        _("{title} was not sent, as reported by hand", title=item.dispatch.title),
                        event,
                    )
                    for attempt, item in waiting.values()
                    for event in attempt.events
                ),
            ),
        )
        files = files_to_discard(self.book, [attempt for attempt, _item in waiting.values()])
        gone = [file for file, stays in files.items() if not stays]
        self.changed += git.tracked(gone) if self.how.commit else ()
        for file in gone:
            file.unlink(missing_ok=True)
        for file, stays in files.items():
            if stays and file.is_relative_to(self.folder):
                self.way.on_notice(_("{file} stays: {stays}", file=relative_to(self.top, file), stays=stays))

    def _stage(self, item: _Item) -> list[Path]:
        """Puts the document, and its enclosures to be kept, beside their final places; returns these places."""
        if item.sealed:
            return []
        item.made = not item.stored.exists()
        contents = {item.stored: item.dispatch.document.content}
        contents |= {
            item.stored.with_name(attachment.name): attachment.content for attachment in item.dispatch.text_copies
        }
        for file, content in contents.items():
            staging.stage(file, content)
        return list(contents)

    def _name(self, files: Sequence[Path]) -> None:
        """Gives what was staged, and will be kept, its name: the ledger records it."""
        for file in files:
            staging.put_in_place(file)
        self.changed += files

    def _prepare(self, record: LedgerAppender, items: dict[int, _Item]) -> None:
        """What is to be sent by hand: staged, recorded in the ledger, and then put into the outbox."""
        files: dict[int, Path] = {}
        taken: set[Path] = set()

        def staged(stem: str, suffix: str, data: bytes) -> Path:
            file = _free(self.folder, stem, suffix, data, taken)
            taken.add(file)
            staging.stage(file, data)
            return file

        letters = {place: item for place, item in items.items() if item.dispatch.channel == "post"}
        if letters:
            data = self._batch([letter.dispatch for letter in letters.values()])
            file = staged(f"post-{self.way.day}", ".pdf", data)
            files |= dict.fromkeys(letters, file)
        for place, item in items.items():
            if item.letter:
                noon = datetime.combine(item.dispatch.day, datetime.min.time(), self.way.clock().tzinfo).replace(
                    hour=12
                )
                files[place] = staged(item.stored.stem, ".eml", item.letter.bytes_at(noon))
            elif item.dispatch.channel == "e-invoice":
                last = item.dispatch.attachments[-1]
                stem, _dot, suffix = last.name.partition(".")
                files[place] = staged(stem, f".{suffix}", last.content)
        paths = [file for item in items.values() for file in self._stage(item)]
        self._add(
            record,
            joined(
                "\n",
                (self._opening(item, "prepared", relative_to(self.top, files[place])) for place, item in items.items()),
            ),
        )
        self._name(paths)
        for file in taken:
            staging.put_in_place(file)
        for place, item in items.items():
            self._tell(place, item.result("prepared", file=files[place]))

    def _batch(self, dispatches: Sequence[Dispatch]) -> bytes:
        """The letters in one PDF after the list of them, whose own length does not depend on the page numbers in it."""
        first = 1
        for _times in range(2):
            letters = post.laid_out(dispatches, first)
            cover = self._cover(letters)
            first = post.page_count(cover) + 1
        return post.batch(cover, letters)

    def _cover(self, letters: Sequence[post.BatchLetter]) -> bytes:
        from beancount_invoicing import rendering

        where = rendering.folders(self.book)
        posteds = [
            rendering.Posted(
                letter.dispatch.customer,
                letter.dispatch.address[1:],
                letter.dispatch.title,
                letter.first_page,
                letter.sheets,
                letter.dispatch.registered,
            )
            for letter in letters
        ]
        return rendering.to_pdf(rendering.post_list_view(self.book, self.way.day, posteds, where), where)

    def _deliver(self, record: LedgerAppender, items: dict[int, _Item], host: smtp.Server) -> None:
        places = list(items)

        def before(index: int) -> None:
            item = items[places[index]]
            self._open(record, item, ", ".join(item.dispatch.to))

        def after(index: int, taken: smtp.DeliveryResult) -> None:
            self._close(record, places[index], items[places[index]], taken)

        try:
            smtp.deliver(
                host,
                [self._parcel(items[place]) for place in places],
                before,
                after,
                pauses=self.way.retry_delays,
                sleep=self.way.sleep,
                notice=self.way.on_notice,
            )
        except smtp.ServerUnusable as error:
            self._rest(items, str(error))
        except (
            OSError,
            FileChanged,
            CannotWrite,
        ) as error:  # nothing can be recorded in the ledger
            self._rest(items, _("nothing more was sent: {value}", value=getattr(error, "strerror", None) or error))

    def _hand_in(self, record: LedgerAppender, items: dict[int, _Item], platform: Platform) -> None:
        """Hands documents in at the platform, one after the other."""
        from beancount_invoicing.delivery.https import NoAnswer, NotReached, ServerUnusable

        host = platform.server.flows
        known = {event.message_id for event in self.book.events}
        try:
            platform.authorize()
            directory = self._directory(platform)
            for place, item in items.items():
                if directory and (why := self._unreached(directory, item.dispatch)):
                    self._tell(place, item.result("held", why))
                    continue
                flow = flow_to_send(item.dispatch, item.identifier)
                self._open(record, item, host)
                taken = platform.hand_in(flow, ask_first=item.identifier in known)
                result = smtp.DeliveryResult(taken.state, taken.reason)
                self._close(record, place, item, result, taken.flow)
        except (ServerUnusable, NotReached, NoAnswer, CannotSend) as error:
            self._never_left(record, items, str(error))
        except (OSError, FileChanged, CannotWrite) as error:  # nothing can be recorded, or no secret be kept
            self._rest(items, _("nothing more was sent: {value}", value=getattr(error, "strerror", None) or error))

    def _directory(self, platform: Platform) -> CachedDirectory | None:
        """The directory that is asked before the first document to a customer; None if it is not."""
        file = self.way.directory_cache
        return CachedDirectory(platform, file, self.way.day) if file and platform.server.directory else None

    def _unreached(self, directory: CachedDirectory, dispatch: Dispatch) -> str:
        """Why a document would not reach its customer; "" if it does, or an earlier one did. Raises as `CachedDirectory.entry`."""
        from beancount_invoicing.delivery.platform_api import RequestRefused

        invoice = self.book.invoice(dispatch.numbers[0])
        customer = invoice.customer if invoice else None
        if customer is None or not platform_directory.is_listed(customer) or not platform_directory.siren_of(customer):
            return ""
        if platform_directory.was_reached(self.book, customer.account, dispatch.day):
            return ""
        try:
            return platform_directory.why_not(platform_directory.reached(directory, customer), dispatch.numbers[0])
        except RequestRefused as error:
            return _("the directory does not answer: {error}", error=error)

    def _never_left(self, record: LedgerAppender, items: dict[int, _Item], why: str) -> None:
        """Nothing was taken of what is not told yet."""
        for place, item in items.items():
            if place not in self._results:
                self._close(record, place, item, smtp.DeliveryResult("refused", why))

    def _not_at_platform(self, record: LedgerAppender, items: dict[int, _Item], platform: Platform) -> dict[int, _Item]:
        """What may be handed in again: the platform does not have it. What it has is recorded as sent."""
        from beancount_invoicing.delivery.https import NoAnswer, NotReached, ServerUnusable
        from beancount_invoicing.delivery.platform_api import RequestRefused

        left = dict(items)
        for place, item in items.items():
            for attempt in self.history.open_attempts(item.dispatch):
                if item.dispatch.channel != "e-invoice" or not attempt.in_doubt:
                    continue
                try:
                    flow = platform.tracked(tracking_id(attempt.event.message_id))
                except (RequestRefused, NoAnswer, NotReached, ServerUnusable) as error:
                    del left[place]
                    self._tell(place, item.result("failed", _("{error}: nothing was sent", error=error)))
                    break
                if flow:
                    told, self._last = tracked_attempt(self.book, self.target, attempt, flow.flow, self._last)
                    self._add(record, told)
                    del left[place]
                    self._tell(place, item.result("sent", _("the platform had it already")))
                    break
        return left

    def _open(self, record: LedgerAppender, item: _Item, to: str) -> None:
        """Records that something is about to leave, before any byte of it does."""
        paths = self._stage(item)
        self._add(record, self._opening(item, "sending", to))
        item.opened = True
        self._name(paths)

    def _close(
        self, record: LedgerAppender, place: int, item: _Item, taken: smtp.DeliveryResult, flow: str = ""
    ) -> None:
        """Records what became of it; nothing, if nobody knows."""
        if taken.state == "accepted":
            left = joined("; ", (f"{address}: {why}" for address, why in taken.refused_recipients))
            told, last = self._closing(item, left, flow)
            self._add(record, told)
            self._last = last
            item.opened = False
            refused = tuple(address for address, _why in taken.refused_recipients)
            why = _("not to {left}: {anew}", left=left, anew=self._anew(item)) if left else ""
            self._tell(place, item.result("sent", why)._replace(refused_recipients=refused))
            return
        if taken.state == "in-doubt":
            why = _("{reason}: it may have arrived; {answers}", reason=taken.reason, answers=self._answers(item))
            self._tell(place, item.result("in-doubt", why))
            return
        if item.opened:
            self._add(
                record,
                self._note(
                    item,
                    "not-sent",
                    _("{title} was not sent: {reason}", title=item.dispatch.title, reason=taken.reason),
                ),
            )
            item.opened = False
            self._drop(item)
        self._tell(place, item.result("failed", taken.reason))

    def _rest(self, items: dict[int, _Item], why: str) -> None:
        for place, item in items.items():
            if place not in self._results or self._results[place].state == "failed":
                doubtful = item.opened
                self._tell(
                    place,
                    item.result(
                        "in-doubt" if doubtful else "failed",
                        _("{reason}; {answers}", reason=why, answers=self._answers(item)) if doubtful else why,
                    ),
                )

    def _answers(self, item: _Item) -> str:
        """What the user can do if it is in doubt."""
        dispatch = item.dispatch
        main = self.book.main_accounts.get(dispatch.account, dispatch.account)
        own = (
            own_channel(self.book, dispatch.kind, main, dispatch.day)
            if main in self.book.customers
            else dispatch.channel
        )
        by = "" if dispatch.channel == own else dispatch.channel
        commands = follow_up_commands(
            self.outbox, self._thing(dispatch), by, other_items=[self._thing(going) for going in self._going]
        )
        return _("if it arrived: {confirm}, if not: {resend}", confirm=commands.confirm, resend=commands.resend)

    def _thing(self, dispatch: Dispatch) -> OutboxItem:
        return OutboxItem(
            outbox_kind(dispatch.kind),
            dispatch.numbers,
            self.book.main_accounts.get(dispatch.account, dispatch.account),
            dispatch.level,
        )

    def _anew(self, item: _Item) -> str:
        """What to do if one of several recipients did not get it."""
        dispatch = item.dispatch
        mend = _("the others have received it; correct the address")
        return (
            _(
                "{mend}, and send it again: bean-invoice send {number} --again --write",
                mend=mend,
                number=dispatch.numbers[0],
            )
            if dispatch.kind == "sent"
            else mend
        )

    def _drop(self, item: _Item) -> None:
        """Removes a document that is not needed after all."""
        if item.made:
            item.stored.unlink(missing_ok=True)
            self.changed = [path for path in self.changed if path != item.stored]
            for attachment in item.dispatch.text_copies:
                item.stored.with_name(attachment.name).unlink(missing_ok=True)
                self.changed = [path for path in self.changed if path != item.stored.with_name(attachment.name)]

    def _parcel(self, item: _Item) -> smtp.OutgoingMessage:
        letter = item.letter
        assert letter is not None
        return smtp.OutgoingMessage(
            letter.sender,
            letter.recipients,
            letter.main_recipients,
            letter.utf8,
            lambda: letter.bytes_at(self.way.clock()),
        )

    # what the ledger is told ---------------------------------------------------------------------------------------

    def _opening(self, item: _Item, event: str, where: str) -> str:
        join = "to" if event == "sending" else BY_HAND_PREFIX
        return self._note(item, event, f"{item.dispatch.title} {join} {where}")

    def _note(self, item: _Item, event: str, comment: str) -> str:
        dispatch = item.dispatch
        opening = event != "not-sent"
        return text.note_directive(
            dispatch.day,
            dispatch.account,
            one_line(comment),
            map(numbering.link, dispatch.numbers),
            [
                ("event", event),
                ("sends", dispatch.kind if dispatch.kind != "sent" else None),
                ("level", dispatch.level),
                ("until", dispatch.deadline),
                ("tone", dispatch.tone),
                ("channel", dispatch.channel),
                ("message-id", item.identifier),
                ("sha256", item.digest if opening else None),
                ("facts", dispatch.facts_digest if opening else None),
                ("file", relative_to(self.target, item.stored) if opening else None),
            ],
        )

    def _closing(self, item: _Item, not_to: str = "", flow: str = "") -> tuple[str, str]:
        """What is recorded once it was sent, and which of several recipients the server refused; and the mark that the next
        seal names.
        """
        dispatch = item.dispatch
        directives, last = sent_directives(
            self.target,
            [
                SentFacts(dispatch.kind, dispatch.day, dispatch.account, dispatch.numbers, dispatch.level, dispatch.deadline,
                     dispatch.tone, dispatch.channel, item.identifier, item.digest, dispatch.title, one_line(not_to),
                     dispatch.facts_digest, flow)
            ],
            None if item.sealed else item.stored,
            self._last,
            self.ledger.book.books_language(dispatch.day),
        )  # fmt: skip
        return joined("\n", directives), last


def _anything(_server: str, _user: str) -> str:
    """Without --write, no password is asked for."""
    return "-"


def _own_domain(book: Book, day: date) -> str:
    """An address of the seller, for the identifiers of what is not sent by e-mail."""
    try:
        return sender(book, day).address
    except CannotSend:
        return "invoices@localhost"


def _free(folder: Path, stem: str, suffix: str, data: bytes, taken: Collection[Path]) -> Path:
    """A name in a folder that is free and not `taken`; or that of a file with exactly this content."""
    count = 1
    while True:
        file = folder / f"{stem}{f'-{count}' if count > 1 else ''}{suffix}"
        if file not in taken and (not file.exists() or file.read_bytes() == data):
            return file
        count += 1


def _result(state: SendState, dispatch: Dispatch, why: str, identifier: str, file: Path | None) -> SendResult:
    return SendResult(
        state=state,
        title=dispatch.title,
        customer=dispatch.customer,
        account=dispatch.account,
        numbers=dispatch.numbers,
        event=dispatch.kind,
        level=dispatch.level,
        channel=dispatch.channel,
        to=dispatch.to if dispatch.channel == "email" else (),
        cc=dispatch.cc if dispatch.channel == "email" else (),
        subject=dispatch.subject if dispatch.channel == "email" else "",
        files=tuple(attachment.name for attachment in dispatch.attachments),
        address=dispatch.address if dispatch.channel == "post" else (),
        reason=why,
        message_id=identifier,
        file=file,
        notices=dispatch.notices,
    )
