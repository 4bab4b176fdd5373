"""The records of sending in the ledger: what was sent, what waits to be sent by hand, and what is in doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from beancount_invoicing.delivery.dispatch import Dispatch
from beancount_invoicing.model import DISPATCH_START_EVENTS, Event

DISPATCH_END_EVENTS = frozenset({"sent", "reminder", "statement", "receipt", "acquitted", "unpaid", "not-sent"})


class Attempt(NamedTuple):
    """Something that was about to be sent and has no later record: the events that opened it, one for each level of a
    reminder.
    """

    events: tuple[Event, ...]

    @property
    def event(self) -> Event:
        """The first of these events."""
        return self.events[0]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The documents that it is about; empty if it is about the whole customer."""
        return tuple(dict.fromkeys(number for event in self.events for number in event.numbers))

    @property
    def name(self) -> str:
        """The name by which a person selects it: the documents, else the customer's account."""
        return " ".join(self.numbers) or self.event.customer

    @property
    def in_doubt(self) -> bool:
        """Whether it may have left: it was, or may have been, offered to the server. If not, it waits to be sent by
        hand.
        """
        return self.event.kind == "sending"

    @property
    def kind(self) -> str:
        """Its kind: "sent" (the invoice itself), "reminder", "statement", "receipt", "acquitted", "unpaid"."""
        return self.event.sends_kind or "sent"


class History:
    """The sending events of a ledger. Each attempt has its Message-ID. It is open while it has more opening than
    closing events, in whatever order the files have them.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._sent: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
        balance: defaultdict[str, int] = defaultdict(int)
        opened: defaultdict[str, dict[tuple[int | None, tuple[str, ...]], Event]] = defaultdict(dict)
        for event in events:
            if event.kind in DISPATCH_START_EVENTS and event.message_id:
                balance[event.message_id] += 1
                opened[event.message_id][event.level, event.numbers] = event
            elif event.kind in DISPATCH_END_EVENTS:
                if event.message_id:
                    balance[event.message_id] -= 1
                if event.kind != "not-sent":
                    for number in event.numbers or ("",):
                        self._sent[event.kind, number or event.customer].append(event)
        self.open = tuple(Attempt(tuple(opened[name].values())) for name in opened if balance[name] > 0)
        """The attempts of which nothing further is said, by date."""

    def sent(self, kind: str, number: str) -> tuple[Event, ...]:
        """The events that record that something of a kind was sent for a document (or, with its account, for a
        customer).
        """
        return tuple(self._sent.get((kind, number), ()))

    def first_message_id(self, number: str) -> str:
        """The Message-ID of the e-mail that first brought a document; "" if unknown."""
        return next((event.message_id for event in self.sent("sent", number) if event.message_id), "")

    def open_attempts(self, dispatch: Dispatch) -> tuple[Attempt, ...]:
        """The open attempts to send what a dispatch sends."""
        if dispatch.kind == "reminder":
            return tuple(attempt for attempt in self.open if attempt.event.message_id in dispatch.replaces)
        numbers = set(dispatch.numbers)
        return tuple(
            attempt
            for attempt in self.open
            if attempt.kind == dispatch.kind
            and (
                numbers & set(attempt.numbers)
                if numbers
                else not attempt.numbers and attempt.event.customer == dispatch.account
            )
        )

    def already_sent(self, dispatch: Dispatch) -> tuple[Event, ...]:
        """The events that record that exactly this dispatch was sent.

        For a reminder, only events on its day or later count: its level was worked out from the earlier letters, and
        each instalment begins at the first level again.
        """
        events: Iterable[Event]
        if dispatch.numbers:
            events = (event for number in dispatch.numbers for event in self.sent(dispatch.kind, number))
        else:
            events = self.sent(dispatch.kind, dispatch.account)
        if dispatch.kind == "reminder":
            events = (event for event in events if event.date >= dispatch.day and event.level == dispatch.level)
        elif dispatch.kind != "sent":
            events = (event for event in events if event.date == dispatch.day)
        return tuple(dict.fromkeys(events))
