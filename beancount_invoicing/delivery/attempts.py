"""What the ledger says of what was sent: what has left, what waits to be sent by hand, and of what nobody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from beancount_invoicing.delivery.dispatch import Dispatch
from beancount_invoicing.model import OPENING, Event

CLOSING = frozenset({"sent", "reminder", "statement", "receipt", "acquitted", "unpaid", "not-sent"})


class Attempt(NamedTuple):
    """Something that was about to leave, and of which nothing further is said: what opened it, for each level of a reminder."""

    events: tuple[Event, ...]

    @property
    def event(self) -> Event:
        """The first of them."""
        return self.events[0]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The documents that it is about; none: the whole customer."""
        return tuple(dict.fromkeys(number for one in self.events for number in one.numbers))

    @property
    def name(self) -> str:
        """How a person names it: the documents, else the customer's account."""
        return " ".join(self.numbers) or self.event.customer

    @property
    def in_doubt(self) -> bool:
        """It may have left: the server was, or may have been, told of it. Else it waits to be sent by hand."""
        return self.event.event == "sending"

    @property
    def kind(self) -> str:
        """What it is: "sent" (the invoice itself), "reminder", "statement", "receipt", "acquitted", "unpaid"."""
        return self.event.sends or "sent"


class History:
    """What the events of a ledger say of sending. Each attempt has its Message-ID; it is open while more events open it than
    close it, whatever their order in the files is."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._sent: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
        balance: defaultdict[str, int] = defaultdict(int)
        opened: defaultdict[str, dict[tuple[int | None, tuple[str, ...]], Event]] = defaultdict(dict)
        for one in events:
            if one.event in OPENING and one.message_id:
                balance[one.message_id] += 1
                opened[one.message_id][one.level, one.numbers] = one
            elif one.event in CLOSING:
                if one.message_id:
                    balance[one.message_id] -= 1
                if one.event != "not-sent":
                    for number in one.numbers or ("",):
                        self._sent[one.event, number or one.customer].append(one)
        self.open = tuple(Attempt(tuple(opened[name].values())) for name in opened if balance[name] > 0)
        """The attempts of which nothing further is said, by date."""

    def sent(self, kind: str, number: str) -> tuple[Event, ...]:
        """The events that say that something of a kind was sent for a document (or, with its account, for a customer)."""
        return tuple(self._sent.get((kind, number), ()))

    def first_mail(self, number: str) -> str:
        """The Message-ID of the e-mail that brought a document first; "" where it is not known."""
        return next((one.message_id for one in self.sent("sent", number) if one.message_id), "")

    def waiting(self, dispatch: Dispatch) -> tuple[Attempt, ...]:
        """The open attempts at what a dispatch sends."""
        if dispatch.event == "reminder":
            return tuple(one for one in self.open if one.event.message_id in dispatch.in_place_of)
        numbers = set(dispatch.numbers)
        return tuple(
            one
            for one in self.open
            if one.kind == dispatch.event
            and (numbers & set(one.numbers) if numbers else not one.numbers and one.event.customer == dispatch.account)
        )

    def before(self, dispatch: Dispatch) -> tuple[Event, ...]:
        """The events that say that just this was sent already.

        Of a reminder: on its day or later. The letters before that day are what its level was worked out from, and each instalment
        begins at the first level again.
        """
        those: Iterable[Event]
        if dispatch.numbers:
            those = (one for number in dispatch.numbers for one in self.sent(dispatch.event, number))
        else:
            those = self.sent(dispatch.event, dispatch.account)
        if dispatch.event == "reminder":
            those = (one for one in those if one.date >= dispatch.day and one.level == dispatch.level)
        elif dispatch.event != "sent":
            those = (one for one in those if one.date == dispatch.day)
        return tuple(dict.fromkeys(those))
