"""Sending: each thing at most once, and what was sent is told to the ledger before and after.

Before a byte of an e-mail leaves, a note `event: "sending"` with its Message-ID is in the ledger, on the disk; once the server has
taken it, the document with its fingerprint and `event: "sent"`. What stands between the two after a crash is in doubt: nothing
sends it again but a person's word.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from os import path as os_path
from pathlib import Path
from typing import Literal

from beancount_invoicing.actions import chain, git, staging
from beancount_invoicing.actions.ledger import Ledger, Loads
from beancount_invoicing.actions.mailing import CannotSend, sender, server
from beancount_invoicing.actions.outbox import (
    OUTBOX,
    Objection,
    Thing,
    answers,
    files_of,
    objections,
    open_because,
    own_channel,
    waiting_files,
    what,
    what_waits,
)
from beancount_invoicing.actions.places import into_file
from beancount_invoicing.actions.recording import Record, alone, try_out
from beancount_invoicing.actions.telling import BY_HAND, Sent, closings, not_sent, record_file, relative_to
from beancount_invoicing.actions.writing import How, Refused
from beancount_invoicing.checks import OF_ONE_CUSTOMER
from beancount_invoicing.collector import no_collections
from beancount_invoicing.delivery import (
    Attempt,
    BadAddress,
    Dispatch,
    Held,
    History,
    Mail,
    Sender,
    mail,
    message_id,
    post,
    smtp,
)
from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.entries import Loading, text
from beancount_invoicing.entries.writer import CannotWrite
from beancount_invoicing.files import Changed
from beancount_invoicing.model import Book, Channel, Finding, Source
from beancount_invoicing.rules import numbering

Making = Callable[[Ledger], Sequence[Dispatch | Held]]
"""What makes dispatches of a ledger."""
State = Literal["would-send", "would-prepare", "sent", "prepared", "in-doubt", "failed", "held"]


def nobody(_server: str, _user: str) -> str:
    """No password is known."""
    return ""


@dataclass(frozen=True, slots=True)
class Way:
    """How things are sent. `day` is the day of the events; `now` tells the time that e-mails say they left at."""

    day: date
    now: Callable[[], datetime]
    again: bool = False
    """What was sent already is sent once more."""
    retry: bool = False
    """A person says that what is in doubt, or was prepared, has not left: it is sent."""
    folder: str | Path | None = None
    """Of what is to be sent by hand; None: `outbox` beside the ledger."""
    password: Callable[[str, str], str] = nobody
    """Of a user on a server: (server, user)."""
    pauses: Sequence[float] = smtp.PAUSES
    """Seconds before each new try of what a server refuses for now."""
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[Result], None] = lambda _result: None
    """Is told of each result as it comes."""
    notice: Callable[[str], None] = lambda _text: None


@dataclass(frozen=True, slots=True)
class Result:
    """What became, or would become, of one thing to be sent."""

    state: State
    title: str
    customer: str
    account: str
    numbers: tuple[str, ...]
    event: str
    """What the ledger is told once it was sent."""
    level: int | None = None
    channel: Channel | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    files: tuple[str, ...] = ()
    """Names of what is attached."""
    address: tuple[str, ...] = ()
    why: str = ""
    message_id: str = ""
    file: Path | None = None
    """What is to be sent by hand."""
    notices: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()
    """Addresses that the server refused, where others have got it."""

    @property
    def wrong(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.state in {"in-doubt", "failed", "held"} or bool(self.not_to)


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of all; the ledger's errors, for which nothing was written; the files that were changed."""

    results: tuple[Result, ...]
    errors: tuple[Finding, ...]
    book: Book
    files: tuple[Path, ...] = ()
    problem: str = ""
    """What went wrong after all was sent and recorded: it was not committed."""


def send(file: str | Path, make: Making, way: Way, how: How, loads: Loads | None = None) -> Sending:
    """Sends what `make` makes of the ledger, by one load; without `how.write` only says what it would do.

    What is sent is what the files themselves say, never what a cache says of them; `loads`: of the same command, where it has
    loaded the ledger already.

    E-mails go to the server that options name, else become .eml files; letters become one PDF; e-invoices files in a folder:
    what is to be sent by hand is recorded as prepared. A failure of one stops no other. Raises, before anything leaves: Refused
    where the ledger has errors (but for one customer's own, whose things are held), CannotSend, writer.CannotWrite, Changed,
    git.GitError, OSError, and what `make` raises.
    """
    file = Path(file)
    with alone(file) if how.write else nullcontext(), no_collections():
        ledger, loading = (loads or Loads(file)).both(fresh=how.write)
        grave = tuple(one for one in ledger.errors if one.rule not in OF_ONE_CUSTOMER)
        if how.write and grave:
            raise Refused("the ledger has errors: nothing is sent before they are mended", grave)
        run = _Run(ledger, loading, way, how)
        if how.write:
            run.finish()
        results = run.all(tuple(make(ledger)))
        files = tuple(dict.fromkeys(run.changed))
        if how.commit and files:
            left = ", ".join(one.title for one in results if one.state in {"sent", "prepared"})
            try:
                git.commit(list(files), f"Sent: {left}"[:200])
            except git.GitError as error:  # what was sent is still to be told
                problem = f"sent or prepared, and recorded, but not committed: {error}; commit it"
                return Sending(results, ledger.errors, ledger.book, files, problem)
        return Sending(results, ledger.errors, ledger.book, files)


@dataclass(slots=True)
class _Item:
    """A dispatch on its way: its Message-ID, where its document is kept, and what is told of it when."""

    dispatch: Dispatch
    identifier: str
    stored: Path
    mark: str
    """The fingerprint of the document."""
    sealed: bool
    letter: Mail | None
    opened: bool = False
    made: bool = False

    def result(self, state: State, why: str = "", file: Path | None = None) -> Result:
        return _result(state, self.dispatch, why, self.identifier, file)


class _Run:
    """One call of `send`."""

    def __init__(self, ledger: Ledger, loading: Loading, way: Way, how: How) -> None:
        self.ledger, self.loading, self.way, self.how = ledger, loading, way, how
        self.book = ledger.book
        self.top = Path(ledger.book.file)
        self.history = History(ledger.book.events)
        self.outbox = what_waits(ledger.book)
        self.target = into_file(how.into, way.day) if how.into else record_file(ledger.book, way.day)
        self.folder = Path(way.folder) if way.folder else self.top.parent / OUTBOX
        self.changed: list[Path] = []
        self._results: dict[int, Result] = {}
        self._going: list[Dispatch] = []
        """What this call sends."""
        self._against: dict[str, Objection] | None = None
        self._last = chain.tip(ledger.book)
        """The mark of the last seal, which the next one names."""
        self._sealed = {(one.file, one.sha256) for one in ledger.book.seals}

    def finish(self) -> None:
        """What a send that was ended has left beside its place gets its name, or goes."""
        staging.finish(waiting_files(self.book), (self.folder, self._folder(self.way.day)))

    def all(self, wanted: Sequence[Dispatch | Held]) -> tuple[Result, ...]:
        who, host, no_mail = self._mailing([one for one in wanted if isinstance(one, Dispatch)])
        items: dict[int, _Item] = {}
        for place, one in enumerate(wanted):
            if isinstance(one, Dispatch) and one.channel == "email" and no_mail:
                ready: _Item | Held = Held(one.title, one.customer, one.numbers, no_mail, one.account)
            else:
                ready = one if isinstance(one, Held) else self._item(one, who, by_hand=host is None)
            if isinstance(ready, Held):
                event, level = (one.event, one.level) if isinstance(one, Dispatch) else ("sent", None)
                self._tell(
                    place,
                    Result(
                        "held", ready.title, ready.customer, ready.account, ready.numbers, event, level, why=ready.why
                    ),
                )
            else:
                items[place] = ready
                self._going.append(ready.dispatch)
        if not self.how.write:
            for place, item in items.items():
                by_server = item.dispatch.channel == "email" and host is not None
                self._tell(place, item.result("would-send" if by_server else "would-prepare"))
        elif items:
            self._write(items, host)
        return tuple(self._results[place] for place in sorted(self._results))

    def _mailing(self, wanted: Sequence[Dispatch]) -> tuple[Sender | None, smtp.Server | None, str]:
        """Who sends e-mails, by which server; and why none can be sent, where other things go otherwise. Raises CannotSend."""
        others = [one for one in wanted if one.channel != "email"]
        if len(others) == len(wanted):
            return None, None, ""
        try:
            who = sender(self.book, self.way.day)
            return who, server(self.book, self.way.day, self.way.password if self.how.write else _anything), ""
        except CannotSend as error:
            if not others:
                raise
            return None, None, str(error)

    def _tell(self, place: int, result: Result) -> None:
        self._results[place] = result
        self.way.tell(result)

    def _item(self, dispatch: Dispatch, who: Sender | None, *, by_hand: bool) -> _Item | Held:
        """A dispatch that may leave, or why it may not."""

        def held(why: str) -> Held:
            return Held(dispatch.title, dispatch.customer, dispatch.numbers, why, dispatch.account)

        waiting = self.history.waiting(dispatch)
        if waiting and not self.way.retry:
            return held(self._because(waiting[0]))
        if self.way.retry and not waiting:
            return held(self._not_waiting(dispatch))
        before = self.history.before(dispatch)
        if before and not (self.way.again or self.way.retry):
            once_more = "" if dispatch.event == "reminder" else ": --again sends it once more"
            return held(f"was sent on {before[-1].date} ({self._where(before[-1].source)}){once_more}")
        if not dispatch.attachments:
            return held("has no document")
        letter = None
        owner = who.address if who else _own_domain(self.book, self.way.day)
        identifier = message_id(dispatch, owner, len(before))
        customer = self.book.customers.get(self.book.accounts.get(dispatch.account, dispatch.account))
        place = customer.at(dispatch.day).source if customer else self.book.file
        if dispatch.channel == "email":
            assert who is not None
            if not dispatch.to:
                return held(
                    f'{place}: no e-mail address is known: write email: "…" there, or send it by --channel post'
                )
            try:
                letter = mail(dispatch, who, identifier, draft=by_hand)
            except BadAddress as error:
                return held(f"{place}: {error}")
        elif dispatch.channel == "post":
            if len(dispatch.address) < 2:
                return held(f"{place}: no postal address is known: write address, postcode and city there")
            if not post.pages(dispatch):
                return held("has no PDF to print")
        elif dispatch.event != "sent":
            return held("platforms carry invoices only: send it by --channel email or post")
        stored = dispatch.kept or self._folder(dispatch.day) / dispatch.document.name
        mark = sha256(dispatch.document.content).hexdigest()
        sealed = (str(stored), mark) in self._sealed
        if not sealed and stored.exists() and not self._ours(stored, dispatch):
            return held(f"{stored} is there already, and is another document: move it away")
        return _Item(dispatch, identifier, stored, mark, sealed, letter)

    def _because(self, attempt: Attempt) -> str:
        """Why what waits, or is in doubt, does not leave."""
        if self._against is None:
            self._against = objections(self.book, self.way.day, self.ledger.allocated_at(self.way.day))
        return open_because(self.outbox, attempt, self._against.get(attempt.event.message_id))

    def _not_waiting(self, dispatch: Dispatch) -> str:
        """Why it is not sent by --retry: what of the same documents is in doubt or prepared in its stead, if anything is."""
        those = set(dispatch.numbers)
        others = [f"the {what(one.kind)} {self._because(one)}" for one in self.history.open if those & set(one.numbers)]
        if not others:
            return "nothing of it is in doubt or prepared: send it without --retry"
        return f"the {what(dispatch.event)} is not in doubt, nor prepared; but {'; '.join(others)}"

    def _where(self, source: Source) -> str:
        return f"{os_path.relpath(source.file, self.top.parent)}:{source.line}"

    def _folder(self, day: date) -> Path:
        return self.top.parent / self.book.option("documents", day, "documents/{year}").replace(
            "{year}", f"{day.year:04}"
        )

    def _ours(self, stored: Path, dispatch: Dispatch) -> bool:
        """Whether a document may be put where one is: it is the same, or what was made before of the same, and never sent."""
        if stored.read_bytes() == dispatch.document.content:
            return True
        ours = any(
            one.file
            and Path(one.file).resolve() == stored.resolve()
            and (set(one.numbers) & set(dispatch.numbers) if one.numbers else one.customer == dispatch.account)
            for one in self.book.events
        )
        return ours and not any(Path(one.file).resolve() == stored.resolve() for one in self.book.seals)

    # writing -------------------------------------------------------------------------------------------------------

    def _write(self, items: dict[int, _Item], host: smtp.Server | None) -> None:
        record = Record(self.loading, self.target)
        texts = [
            one for item in items.values() for one in (self._opening(item, "sending", "x"), self._closing(item)[0])
        ]
        try_out(self.loading, self.ledger.errors, self.target, texts)
        if self.how.commit:
            git.must_be_clean(record.files)
        if self.loading.stale():
            raise Changed("the ledger was changed while it was read: nothing was sent; do it again")
        if self.way.retry:
            self._took_back(record, items)
        by_server = {place: one for place, one in items.items() if one.letter and host}
        by_hand = {place: one for place, one in items.items() if place not in by_server}
        if by_hand:
            self._prepare(record, by_hand)
        if by_server and host:
            self._deliver(record, by_server, host)

    def _add(self, record: Record, directives: str) -> None:
        files = record.files
        record.add(directives)
        self.changed += files

    def _took_back(self, record: Record, items: dict[int, _Item]) -> None:
        """A person has said that these attempts came to nothing."""
        waiting = {
            one.event.message_id: (one, item) for item in items.values() for one in self.history.waiting(item.dispatch)
        }
        self._add(
            record,
            "\n".join(
                not_sent(
                    self.way.day,
                    item.dispatch.account,
                    f"{item.dispatch.title} has not left, as was said by hand",
                    event,
                )
                for one, item in waiting.values()
                for event in one.events
            ),
        )
        files = files_of(self.book, [one for one, _item in waiting.values()])
        gone = [file for file, stays in files.items() if not stays]
        self.changed += git.tracked(gone) if self.how.commit else ()
        for file in gone:
            file.unlink(missing_ok=True)
        for file, stays in files.items():
            if stays and file.is_relative_to(self.folder):
                self.way.notice(f"{relative_to(self.top, file)} stays: {stays}")

    def _stage(self, item: _Item) -> list[Path]:
        """Puts the document, and what is kept with it, beside where they will be kept; these places."""
        if item.sealed:
            return []
        item.made = not item.stored.exists()
        kept = {item.stored: item.dispatch.document.content}
        kept |= {item.stored.with_name(each.name): each.content for each in item.dispatch.companions}
        for file, content in kept.items():
            staging.stage(file, content)
        return list(kept)

    def _name(self, files: Sequence[Path]) -> None:
        """Gives what was staged, and will be kept, its name: the ledger knows of it."""
        for file in files:
            staging.name(file)
        self.changed += files

    def _prepare(self, record: Record, items: dict[int, _Item]) -> None:
        """What is to be sent by hand: staged, told to the ledger, and then put into the outbox."""
        files: dict[int, Path] = {}
        taken: set[Path] = set()

        def staged(stem: str, suffix: str, data: bytes) -> Path:
            file = _free(self.folder, stem, suffix, data, taken)
            taken.add(file)
            staging.stage(file, data)
            return file

        letters = {place: one for place, one in items.items() if one.dispatch.channel == "post"}
        if letters:
            data = self._batch([one.dispatch for one in letters.values()])
            file = staged(f"post-{self.way.day}", ".pdf", data)
            files |= dict.fromkeys(letters, file)
        for place, item in items.items():
            if item.letter:
                noon = datetime.combine(item.dispatch.day, datetime.min.time(), self.way.now().tzinfo).replace(hour=12)
                files[place] = staged(item.stored.stem, ".eml", item.letter.at(noon))
            elif item.dispatch.channel == "e-invoice":
                last = item.dispatch.attachments[-1]
                stem, _dot, suffix = last.name.partition(".")
                files[place] = staged(stem, f".{suffix}", last.content)
        kept = [file for item in items.values() for file in self._stage(item)]
        self._add(
            record,
            "\n".join(
                self._opening(item, "prepared", relative_to(self.top, files[place])) for place, item in items.items()
            ),
        )
        self._name(kept)
        for file in taken:
            staging.name(file)
        for place, item in items.items():
            self._tell(place, item.result("prepared", file=files[place]))

    def _batch(self, dispatches: Sequence[Dispatch]) -> bytes:
        """The letters in one PDF below the list of them, whose own length does not depend on the pages that it names."""
        first = 1
        for _ in range(2):
            letters = post.laid_out(dispatches, first)
            cover = self._cover(letters)
            first = post.pages_of(cover) + 1
        return post.batch(cover, letters)

    def _cover(self, letters: Sequence[post.Letter]) -> bytes:
        from beancount_invoicing import rendering

        where = rendering.folders(self.book)
        those = [
            rendering.Posted(
                one.dispatch.customer,
                one.dispatch.address[1:],
                one.dispatch.title,
                one.page,
                one.sheets,
                one.dispatch.registered,
            )
            for one in letters
        ]
        return rendering.to_pdf(rendering.post_list(self.book, self.way.day, those, where), where)

    def _deliver(self, record: Record, items: dict[int, _Item], host: smtp.Server) -> None:
        places = list(items)

        def before(index: int) -> None:
            item = items[places[index]]
            kept = self._stage(item)
            self._add(record, self._opening(item, "sending", ", ".join(item.dispatch.to)))
            item.opened = True
            self._name(kept)

        def after(index: int, taken: smtp.Taken) -> None:
            item = items[places[index]]
            if taken.state == "accepted":
                left = "; ".join(f"{address}: {why}" for address, why in taken.left_out)
                told, last = self._closing(item, left)
                self._add(record, told)
                self._last = last
                item.opened = False
                refused = tuple(address for address, _why in taken.left_out)
                why = f"not to {left}: {self._anew(item)}" if left else ""
                self._tell(places[index], replace(item.result("sent", why), not_to=refused))
                return
            if taken.state == "in-doubt":
                why = f"{taken.why}: it may have arrived; {self._answers(item)}"
                self._tell(places[index], item.result("in-doubt", why))
                return
            if item.opened:
                self._add(record, self._note(item, "not-sent", f"{item.dispatch.title} has not left: {taken.why}"))
                item.opened = False
                self._drop(item)
            self._tell(places[index], item.result("failed", taken.why))

        try:
            smtp.deliver(
                host,
                [self._parcel(items[place]) for place in places],
                before,
                after,
                pauses=self.way.pauses,
                sleep=self.way.sleep,
                notice=self.way.notice,
            )
        except smtp.NoServer as error:
            self._rest(items, str(error))
        except (
            OSError,
            Changed,
            CannotWrite,
        ) as error:  # nothing can be told to the ledger
            self._rest(items, f"nothing more was sent: {getattr(error, 'strerror', None) or error}")

    def _rest(self, items: dict[int, _Item], why: str) -> None:
        for place, item in items.items():
            if place not in self._results or self._results[place].state == "failed":
                doubtful = item.opened
                self._tell(
                    place,
                    item.result(
                        "in-doubt" if doubtful else "failed", f"{why}; {self._answers(item)}" if doubtful else why
                    ),
                )

    def _answers(self, item: _Item) -> str:
        """What a person can say where it is in doubt."""
        one = item.dispatch
        main = self.book.accounts.get(one.account, one.account)
        own = own_channel(self.book, one.event, main, one.day) if main in self.book.customers else one.channel
        by = "" if one.channel == own else one.channel
        said = answers(self.outbox, self._thing(one), by, beside=[self._thing(each) for each in self._going])
        return f"if it did: {said.left}, if not: {said.anew}"

    def _thing(self, one: Dispatch) -> Thing:
        return Thing(what(one.event), one.numbers, self.book.accounts.get(one.account, one.account), one.level)

    def _anew(self, item: _Item) -> str:
        """What to do where one of several has not got it."""
        one = item.dispatch
        mend = "the others have got it; mend the address"
        return (
            f"{mend}, and send it once more: bean-invoice send {one.numbers[0]} --again --write"
            if one.event == "sent"
            else mend
        )

    def _drop(self, item: _Item) -> None:
        """Takes away a document that was kept for nothing."""
        if item.made:
            item.stored.unlink(missing_ok=True)
            self.changed = [one for one in self.changed if one != item.stored]
            for each in item.dispatch.companions:
                item.stored.with_name(each.name).unlink(missing_ok=True)
                self.changed = [one for one in self.changed if one != item.stored.with_name(each.name)]

    def _parcel(self, item: _Item) -> smtp.Parcel:
        letter = item.letter
        assert letter is not None
        return smtp.Parcel(
            letter.sender, letter.recipients, letter.main, letter.utf8, lambda: letter.at(self.way.now())
        )

    # what the ledger is told ---------------------------------------------------------------------------------------

    def _opening(self, item: _Item, event: str, where: str) -> str:
        join = "to" if event == "sending" else BY_HAND
        return self._note(item, event, f"{item.dispatch.title} {join} {where}")

    def _note(self, item: _Item, event: str, comment: str) -> str:
        dispatch = item.dispatch
        opening = event != "not-sent"
        return text.note(
            dispatch.day,
            dispatch.account,
            one_line(comment),
            map(numbering.link, dispatch.numbers),
            [
                ("event", event),
                ("sends", dispatch.event if dispatch.event != "sent" else None),
                ("level", dispatch.level),
                ("until", dispatch.until),
                ("tone", dispatch.tone),
                ("channel", dispatch.channel),
                ("message-id", item.identifier),
                ("sha256", item.mark if opening else None),
                ("facts", dispatch.facts if opening else None),
                ("file", relative_to(self.target, item.stored) if opening else None),
            ],
        )

    def _closing(self, item: _Item, not_to: str = "") -> tuple[str, str]:
        """What is told once it has left, and whom of several the server refused; and the mark that the next seal names."""
        dispatch = item.dispatch
        those, last = closings(
            self.target,
            [
                Sent(dispatch.event, dispatch.day, dispatch.account, dispatch.numbers, dispatch.level, dispatch.until,
                     dispatch.tone, dispatch.channel, item.identifier, item.mark, dispatch.title, one_line(not_to),
                     dispatch.facts)
            ],
            None if item.sealed else item.stored,
            self._last,
        )  # fmt: skip
        return "\n".join(those), last


def _anything(_server: str, _user: str) -> str:
    """Without --write no password is asked for."""
    return "-"


def _own_domain(book: Book, day: date) -> str:
    """An address of the seller, for the identifiers of what is sent otherwise than by e-mail."""
    try:
        return sender(book, day).address
    except CannotSend:
        return "invoices@localhost"


def _free(folder: Path, stem: str, suffix: str, data: bytes, taken: Collection[Path]) -> Path:
    """A name in a folder that nothing has, and is not `taken`; or that of a file which holds just this."""
    count = 1
    while True:
        file = folder / f"{stem}{f'-{count}' if count > 1 else ''}{suffix}"
        if file not in taken and (not file.exists() or file.read_bytes() == data):
            return file
        count += 1


def _result(state: State, dispatch: Dispatch, why: str, identifier: str, file: Path | None) -> Result:
    return Result(
        state=state,
        title=dispatch.title,
        customer=dispatch.customer,
        account=dispatch.account,
        numbers=dispatch.numbers,
        event=dispatch.event,
        level=dispatch.level,
        channel=dispatch.channel,
        to=dispatch.to if dispatch.channel == "email" else (),
        cc=dispatch.cc if dispatch.channel == "email" else (),
        subject=dispatch.subject if dispatch.channel == "email" else "",
        files=tuple(one.name for one in dispatch.attachments),
        address=dispatch.address if dispatch.channel == "post" else (),
        why=why,
        message_id=identifier,
        file=file,
        notices=dispatch.notices,
    )
