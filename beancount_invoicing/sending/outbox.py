"""What waits to be sent by hand, and what is in doubt: how the user answers, and what has changed since."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from os.path import normpath
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from beancount_invoicing.customer_search import UnknownCustomer, find_customer, find_customers, short_names
from beancount_invoicing.delivery import DISPATCH_END_EVENTS, Attempt, History
from beancount_invoicing.documents.originals import INVOICE_SEAL_EVENTS
from beancount_invoicing.documents.written_files import SUFFIXES
from beancount_invoicing.dunning import HeldInvoice, Proposal, dues_asked, late_instalments, propose
from beancount_invoicing.files import has_digest
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import ZERO, Book, Channel, Event
from beancount_invoicing.receivables import Allocated, Position, allocate, positions
from beancount_invoicing.receivables.bank_orders import ORDER_EVENTS
from beancount_invoicing.rules import digests
from beancount_invoicing.sending.invoice_dispatches import letter_channel
from beancount_invoicing.sending.recorded_files import BY_HAND_PREFIX, relative_to

OUTBOX = "outbox"
"""The default folder, beside the ledger, for what is sent by hand."""
_BATCH = re.compile(r"post-\d{4}-\d\d-\d\d(-\d+)?\.pdf")
_DRAFT_ID = re.compile(r"^Message-ID:\s+(<\S+\.[0-9a-f]{16}@\S+>)\r?$", re.MULTILINE)
OutboxKind = Literal["invoice", "reminder", "statement", "receipt", "acquitted", "unpaid"]
"""What the user calls it: the ledger's event `sent` is the invoice itself."""
_ANEW = {
    "invoice": "bean-invoice send --retry {name}{by} --write",
    "reminder": "bean-invoice remind --send --retry --customer {customer}{level}{by} --write",
    "statement": "bean-invoice statement {customer} --send --retry{by} --write",
    "receipt": "bean-invoice receipt {name} --send --retry{by} --write",
    "acquitted": "bean-invoice receipt {name} --acquitted --send --retry{by} --write",
    "unpaid": "bean-invoice bad-debts {name}{as_list} --send --retry{by} --write",
}
"""The command that sends something again that was not sent."""


class FollowUpCommands(NamedTuple):
    """The commands by which the user answers: it was sent, it was not and should be, it should not be sent."""

    confirm: str
    resend: str
    discard: str


class OutboxItem(NamedTuple):
    """How the user names a waiting item."""

    kind: OutboxKind
    numbers: tuple[str, ...]
    """The documents that it is about; none: the whole customer."""
    account: str
    """The customer's main account."""
    level: int | None
    """Of a reminder."""

    @classmethod
    def from_attempt(cls, attempt: Attempt) -> OutboxItem:
        """What an attempt is about."""
        return cls(outbox_kind(attempt.kind), attempt.numbers, attempt.event.customer, attempt.event.level)


class Objection(NamedTuple):
    """Why a waiting or doubtful item would not be sent like this today."""

    reason: str
    would_be_replaced: bool
    """Whether another one would be sent in its place."""
    level: int | None = None
    """The level of the letter that would be."""

    @property
    def text(self) -> str:
        """The objection as a sentence."""
        return (
            _("it would not be sent like this today ({reason})", reason=self.reason)
            if self.would_be_replaced
            else _("it would not be sent today ({reason})", reason=self.reason)
        )


class Outbox(NamedTuple):
    """What waits for the user, and how it is named."""

    attempts: tuple[Attempt, ...]
    """What is in doubt, and what waits to be sent by hand; by date."""
    customer_names: Mapping[str, str]
    """Names of the customer of each main account."""
    other_channels: Mapping[str, str]
    """For an item on another channel than its customer's own on that day: its channel, by Message-ID."""


def outbox_of(book: Book) -> Outbox:
    """What is in doubt, and what waits to be sent by hand."""
    attempts = open_attempts(book)
    return Outbox(
        attempts=attempts,
        customer_names=short_names(book) if attempts else {},
        other_channels={
            attempt.event.message_id: attempt.event.channel
            for attempt in attempts
            if attempt.event.channel
            not in {"", own_channel(book, attempt.kind, attempt.event.customer, attempt.event.date)}
        },
    )


def own_channel(book: Book, kind: str, account: str, day: date) -> Channel:
    """The channel of something of a kind to the customer of a main account on `day`, unless another one is chosen."""
    buyer = book.customers[account].at(day)
    return buyer.channel if kind == "sent" else letter_channel(buyer)


def open_attempts(book: Book) -> tuple[Attempt, ...]:
    """What is in doubt, and what waits to be sent by hand; by date."""
    return History(book.events).open


def outbox_kind(kind: str) -> OutboxKind:
    """The user's word for the kind of an event."""
    return next((known for known in get_args(OutboxKind) if known == kind), "invoice")


def matching_attempts(book: Book, attempts: Sequence[Attempt], name: str) -> tuple[Attempt, ...]:
    """The items of a document's number; else the statements of the customer that `name` names.

    Raises UnknownCustomer if it is not a number, statements wait, and it names more than one customer.
    """
    found = tuple(attempt for attempt in attempts if name in attempt.numbers)
    of_customers = [attempt for attempt in attempts if not attempt.numbers]
    if found or not of_customers or book.invoice(name):
        return found
    try:
        find_customers(book, name)
    except UnknownCustomer:  # most likely a number that does not exist
        return ()
    account = find_customer(book, name)
    return tuple(customer for customer in of_customers if customer.event.customer == account)


def follow_up_commands(
    waiting: Outbox,
    outbox_item: OutboxItem,
    channel: str = "",
    resend_level: int | None = None,
    other_items: Iterable[OutboxItem] = (),
) -> FollowUpCommands:
    """The commands by which the user answers about an item.

    Each names exactly this one, whatever else waits (or `other_items`) for the same number; a new one goes by `channel` or ("") the
    customer's own, as a letter of level `resend_level` or (None) its own.
    """
    customer_name = waiting.customer_names.get(outbox_item.account, outbox_item.account)
    name = " ".join(outbox_item.numbers) or customer_name
    others = {*map(OutboxItem.from_attempt, waiting.attempts), *other_items} - {outbox_item}
    chosen = " ".join([name, *_told_apart(outbox_item, others, customer_name)])
    letters = {item.level for item in others if (item.kind, item.account) == ("reminder", outbox_item.account)}
    level = outbox_item.level if resend_level is None else resend_level
    return FollowUpCommands(
        confirm=f"bean-invoice send --confirm {chosen} --write",
        resend=_ANEW[outbox_item.kind].format(
            name=name,
            customer=customer_name,
            level=f" --level {level}" if letters - {level} else "",
            by=f" --channel {channel}" if channel else "",
            as_list=" --list" if len(outbox_item.numbers) > 1 else "",
        ),
        discard=f"bean-invoice send --discard {chosen} --write",
    )


def _told_apart(outbox_item: OutboxItem, others: Iterable[OutboxItem], customer_name: str) -> Iterator[str]:
    """The options that select exactly this item among all that wait for the same documents."""
    alike = [item for item in others if set(item.numbers) & set(outbox_item.numbers)]
    of_kind = [item for item in alike if item.kind == outbox_item.kind]
    if of_kind != alike:
        yield f"--what {outbox_item.kind}"
    of_level = [item for item in of_kind if item.level == outbox_item.level]
    if of_level != of_kind:
        yield f"--level {outbox_item.level}"
    if any(item.account != outbox_item.account for item in of_level):
        yield f"--customer {customer_name}"


def _answers(waiting: Outbox, attempt: Attempt, objection: Objection | None = None) -> FollowUpCommands:
    channel = waiting.other_channels.get(attempt.event.message_id, "")
    return follow_up_commands(
        waiting, OutboxItem.from_attempt(attempt), channel, objection.level if objection else None
    )


def why_not_resent(waiting: Outbox, attempt: Attempt, objection: Objection | None = None) -> str:
    """Why an item that is in doubt, or was prepared, is not sent, and what the user can do."""
    day = attempt.event.date
    commands = _answers(waiting, attempt, objection)
    against = objection_advice(waiting, attempt, objection) if objection else ""
    if attempt.in_doubt:
        text = _(
            "has been in doubt since {day}: nobody knows whether it arrived; if it did: {confirm}, if not",
            day=day,
            confirm=commands.confirm,
        )
        return text + (_(", {against}", against=against) if objection else f": {commands.resend}")
    text = _("was prepared on {day} ({note}): ", day=day, note=attempt.event.note)
    if objection:
        return _(
            "{text}{against}; if you have sent it already: {confirm}",
            text=text,
            against=against,
            confirm=commands.confirm,
        )
    return _(
        "{text}once you have sent it: {confirm}; to make it again: {resend}; to discard it: {discard}",
        text=text,
        confirm=commands.confirm,
        resend=commands.resend,
        discard=commands.discard,
    )


def in_doubt_notices(book: Book, except_ids: Collection[str] = ()) -> list[str]:
    """What is in doubt, and what the user can do; without the Message-IDs `except_ids`."""
    outbox = outbox_of(book)
    attempts = [
        attempt for attempt in outbox.attempts if attempt.in_doubt and attempt.event.message_id not in except_ids
    ]
    return [
        _("{attempt}: {why_not_resent}", attempt=attempt.name, why_not_resent=why_not_resent(outbox, attempt))
        for attempt in attempts
    ]


def objection_advice(waiting: Outbox, attempt: Attempt, objection: Objection) -> str:
    """Why an item would not be sent today, and what to do about it."""
    commands = _answers(waiting, attempt, objection)
    if objection.would_be_replaced:
        return _(
            "{objection}: make it again: {resend}, or discard it: {discard}",
            objection=objection.text,
            resend=commands.resend,
            discard=commands.discard,
        )
    return _("{objection}: discard it: {discard}", objection=objection.text, discard=commands.discard)


def objections(
    book: Book, as_of: date, allocated: Allocated | None = None, proposals: Sequence[Proposal] | None = None
) -> dict[str, Objection]:
    """Objections on `as_of` (inclusive) to items that wait or are in doubt since that day or before, by Message-ID.

    A letter is judged as if it were made today: is its level still due for each of its documents, and is the same
    amount still asked for? An invoice must agree with the ledger. A statement and a receipt remain valid for their day.
    `allocated`, `proposals`: of that day, if available.
    """
    attempts = [attempt for attempt in open_attempts(book) if attempt.event.date <= as_of]
    return _to_invoices(book, attempts) | _to_letters(
        book, [attempt for attempt in attempts if attempt.kind == "reminder"], as_of, allocated, proposals
    )


def _to_invoices(book: Book, waiting: Iterable[Attempt]) -> dict[str, Objection]:
    """Objections to waiting invoices: the ledger's facts about one have changed since it was made."""
    sealed = {number for seal in book.seals if seal.event in INVOICE_SEAL_EVENTS for number in seal.numbers}
    found: dict[str, Objection] = {}
    for attempt in waiting:
        facts = attempt.event.content_digest
        invoice = book.invoice(attempt.numbers[0]) if attempt.kind == "sent" and attempt.numbers else None
        if facts and invoice and digests.is_known_digest(facts) and digests.content_digest(book, invoice) != facts:
            if invoice.number in sealed:
                why = _(
                    "it was sealed, but the ledger now says something else: bean-invoice verify {number}",
                    number=invoice.number,
                )
            else:
                why = _("the ledger no longer says what it said on {day}", day=attempt.event.date)
            found[attempt.event.message_id] = Objection(why, invoice.number not in sealed)
    return found


def _to_letters(
    book: Book,
    waiting: Sequence[Attempt],
    as_of: date,
    allocated: Allocated | None,
    proposals: Sequence[Proposal] | None,
) -> dict[str, Objection]:
    """Objections to waiting letters."""
    if not waiting:
        return {}
    allocated = allocated or allocate(book, as_of)
    proposals = propose(book, as_of, allocated) if proposals is None else proposals
    due: defaultdict[tuple[str, str], list[tuple[frozenset[date], Proposal]]] = defaultdict(list)
    reasons: defaultdict[tuple[str, str], list[HeldInvoice]] = defaultdict(list)
    for proposal in proposals:
        for late in proposal.invoices:
            due[proposal.customer.account, late.position.invoice.number].append((late.due_dates, proposal))
        for reason in proposal.reasons:
            reasons[proposal.customer.account, reason.number].append(reason)
    stand: dict[tuple[str, str], Position] = {}
    owed_by: dict[str, str] = {}
    for position in positions(book, as_of, allocated, by_debtor=True):
        if debtor := position.debtor:
            stand.setdefault((debtor.account, position.invoice.number), position)
            owed_by.setdefault(position.invoice.number, debtor.name)
    found: dict[str, Objection] = {}
    for attempt in waiting:
        whys: defaultdict[str, list[str]] = defaultdict(list)
        instead: list[Proposal] = []
        for event in attempt.events:
            for number in event.numbers:
                key = event.customer, number
                position_ = stand.get(key)
                dues = dues_asked(position_, event) if position_ else frozenset[date]()
                today = [proposal for asked, proposal in due[key] if asked & dues]
                instead += today
                if position_ is None or event.level not in {proposal.level for proposal in today}:
                    why = next((invoice.reason for invoice in reasons[key] if invoice.due_dates & dues), "")
                    whys[why or _not_late(position_, owed_by.get(number, ""))].append(number)
                elif less := ", ".join(_less(position_, dues, event.date)):
                    whys[less].append(number)
        if whys:
            why = joined("; ", (f"{' '.join(numbers)}: {text}" for text, numbers in whys.items()))
            level = attempt.event.level
            levels = [proposal.level for proposal in instead]
            found[attempt.event.message_id] = Objection(
                why, bool(instead), level if level in levels else next(iter(levels), None)
            )
    return found


def _not_late(position: Position | None, owed_by: str) -> str:
    """Why a waiting reminder no longer fits a document: settled, taken over, not late. `owed_by`: who owes it, if anybody."""
    if position is None and owed_by:
        return _("{owed_by} has taken it over", owed_by=owed_by)
    if position is None:
        return _("is not in the books")
    if position.settled_on:
        return _("{status} since {settled_on}", status=position.status, settled_on=position.settled_on)
    return _("none of it is late")


def _less(position: Position, dues: Collection[date], since: date) -> Iterator[str]:
    """Payments for, or disputes about, what fell due on `dues` after the day of a letter that is still due: it asks for more
    than is owed.
    """
    taken = {
        instalment.index
        for instalment, standing in zip(position.invoice.instalments, position.instalments, strict=True)
        if standing.due in dues
    }
    came = sum(
        (
            allocation.amount
            for allocation in position.allocations
            if allocation.date > since and allocation.instalment in taken
        ),
        ZERO,
    )
    if came > ZERO:
        yield _("{came} was received after {since}", came=came, since=since)
    groups = late_instalments(position, position.as_of)
    contested = (
        next((instalments.contested for instalments in groups if instalments.due_dates & set(dues)), ZERO)
        if groups
        else position.disputed
    )
    disputes = [event for event in position.events if event.kind == "dispute" and event.date > since]
    if disputes and contested:
        yield _("{contested} in dispute since {day}", contested=contested, day=disputes[-1].date)


def objection_notices(
    book: Book,
    as_of: date,
    allocated: Allocated | None = None,
    customers: Collection[str] = (),
    *,
    also_anew: bool = True,
    kinds: Collection[OutboxKind] = get_args(OutboxKind),
) -> tuple[str, ...]:
    """Notices about waiting items of these kinds that would not be sent like this on `as_of` any more; of `customers` (main
    accounts), or (none) of all. Without `also_anew`, only those that no other item would replace.
    """
    against, waiting = objections(book, as_of, allocated), outbox_of(book)
    return tuple(
        _(
            "{attempt}, {customer}: the {outbox_kind} {why_not_resent}",
            attempt=attempt.name,
            customer=book.customers[attempt.event.customer].at(as_of).name,
            outbox_kind=outbox_kind(attempt.kind),
            why_not_resent=why_not_resent(waiting, attempt, objection),
        )
        for attempt in waiting.attempts
        if (objection := against.get(attempt.event.message_id))
        and outbox_kind(attempt.kind) in kinds
        and (not customers or attempt.event.customer in customers)
        and (also_anew or not objection.would_be_replaced)
    )


def files_to_discard(book: Book, discarded: Sequence[Attempt]) -> dict[Path, str]:
    """The files made for items that are discarded, each with the reason why it stays ("": it is not needed any more): it
    holds something else too, is sealed, or was changed since.
    """
    needed = _kept(book, discarded)
    return {
        file: stays for attempt in discarded for file, stays in _files(attempt, _by_hand(book, attempt.event), needed)
    }


class _Kept(NamedTuple):
    """Which files of attempts are not deleted with those that are discarded."""

    by_hand: dict[Path, tuple[str, ...]]
    """What else, waiting or sent, is in a file of the outbox."""
    waiting: frozenset[Path]
    """Documents of items that still wait, or are in doubt."""
    sealed: frozenset[Path]


def _kept(book: Book, discarded: Sequence[Attempt]) -> _Kept:
    gone = {attempt.event.message_id for attempt in discarded}
    waiting = [attempt for attempt in open_attempts(book) if attempt.event.message_id not in gone]
    message_ids = {attempt.event.message_id for attempt in waiting}
    message_ids |= {
        event.message_id for event in book.events if event.kind in DISPATCH_END_EVENTS and event.kind != "not-sent"
    } - gone
    by_hand: defaultdict[Path, dict[str, None]] = defaultdict(dict)
    for event in book.events:
        if event.message_id in message_ids and (file := _by_hand(book, event)):
            by_hand[file] |= dict.fromkeys(event.numbers or (event.customer,))
    return _Kept(
        {file: tuple(names) for file, names in by_hand.items()},
        frozenset(Path(attempt.event.file) for attempt in waiting if attempt.event.file),
        frozenset(Path(seal.file) for seal in book.seals),
    )


def _files(attempt: Attempt, by_hand: Path | None, needed: _Kept) -> Iterator[tuple[Path, str]]:
    if by_hand and by_hand.is_file():
        if others := needed.by_hand.get(by_hand):
            yield (
                by_hand,
                _n(
                    len(others),
                    "{others} is in it too: do not send the whole file",
                    "{others} are in it too: do not send the whole file",
                    others=" ".join(others),
                ),
            )
        elif by_hand.suffix == ".eml" and attempt.event.message_id.encode() not in by_hand.read_bytes():
            yield by_hand, _("it is a different e-mail now")
        else:
            yield by_hand, ""
    if not attempt.event.file or not (stored := Path(attempt.event.file)).is_file():
        return
    if stored in needed.sealed:
        yield stored, _("it is sealed")
    elif stored in needed.waiting:
        yield stored, _("another message that is waiting is about it too")
    elif not has_digest(stored, attempt.event.sha256):
        yield stored, _("it has been changed since")
    else:
        yield stored, ""
        text = stored.with_suffix(f".{SUFFIXES['text']}")
        if attempt.kind == "sent" and text.is_file() and text not in needed.sealed:
            yield text, ""


def waiting_files(book: Book) -> dict[Path, str]:
    """The files of items that wait to be sent by hand, or are in doubt, each with its fingerprint ("": the ledger does not
    record it).
    """
    found: dict[Path, str] = {}
    for event in (event for attempt in open_attempts(book) for event in attempt.events):
        if by_hand := _by_hand(book, event):
            found[by_hand] = ""
        if event.file:
            stored = Path(event.file)
            found |= {stored.with_suffix(f".{SUFFIXES['text']}"): "", stored: event.sha256}
    withdrawn = {event.end_to_end_id for event in book.events if event.kind == "not-collected"}
    for event in book.events:  # files for the bank
        if event.kind in ORDER_EVENTS and event.file and event.end_to_end_id not in withdrawn:
            found[Path(event.file)] = event.sha256
    return found


def unrecorded(book: Book, folder: Path | None = None) -> tuple[Path, ...]:
    """Files in the outbox that look ready to send, but that the ledger records neither as waiting nor as sent.

    Print batches are recognised by their names, e-mails and withdrawn files by their identifiers. Anything else may be
    the user's own. Unrecorded files come from an older version that was interrupted, or from a record that was removed.
    `folder`: None for the usual one.
    """
    folder = Path(normpath(folder or Path(book.file).parent / OUTBOX))
    if not folder.is_dir():
        return ()
    known = {Path(normpath(file)) for file in _kept(book, ()).by_hand}
    taken_back = {Path(normpath(file)) for event in book.events if (file := _by_hand(book, event))} - known
    identifiers = {event.message_id for event in book.events if event.message_id}
    return tuple(
        file
        for file in sorted(folder.iterdir())
        if file.is_file()
        and file not in known
        and (file in taken_back or _BATCH.fullmatch(file.name) or _is_draft(file, identifiers))
    )


def _is_draft(file: Path, identifiers: Collection[str]) -> bool:
    """Whether a file is an e-mail of ours for sending by hand whose identifier the ledger does not know."""
    if file.suffix != ".eml":
        return False
    with file.open("rb") as stream:
        head = stream.read(1 << 14).decode("utf-8", "replace")
    found = _DRAFT_ID.search(head)
    return found is not None and "\r\nX-Unsent: 1\r\n" in head and found[1] not in identifiers


def unrecorded_because(book: Book, file: Path) -> str:
    """The notice about a file of the outbox that the ledger does not know."""
    name = relative_to(Path(book.file), file)
    return _(
        "{name}: the ledger does not list it as waiting to be sent: do not send it, remove it; what is to be sent "
        'is prepared again. If you have already sent it, write for each document a note with event: "sent"',
        name=name,
    )


def _by_hand(book: Book, event: Event) -> Path | None:
    """The file in the outbox that a note records as prepared; None if it names none."""
    _title, found, name = event.note.rpartition(f" {BY_HAND_PREFIX} ")
    return Path(book.file).parent / name if found and event.kind == "prepared" else None
