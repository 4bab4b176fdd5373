"""What flows have become, and the disputes that follow: the referee is a second model that replays the messages day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.model import Event, Source
from beancount_invoicing.platform.life_cycle import document_state, flow_states, with_disputes

FIRST = date(2026, 2, 1)


def handed_in(flow: str, day: int = 1) -> Event:
    return Event(
        FIRST.replace(day=day), "sent", "Assets:Acme", ("F1",), "", Source("main", day), channel="e-invoice", flow=flow
    )


def status(code: str, flow: str = "a", day: int = 2, hour: int = 9, reason: str = "") -> Event:
    told = datetime(2026, 2, day, hour, tzinfo=UTC).isoformat().replace("+00:00", "Z")
    return Event(
        FIRST.replace(day=day), "status", "Assets:Acme", ("F1",), "", Source("main", day), flow=flow, status=code,
        status_flow=f"{flow}{code}{day}{hour}{reason}", updated=told, reason=reason,
    )  # fmt: skip


def standing(*events: Event) -> str:
    state = document_state(flow_states(events, "F1"))
    return state.standing if state else ""


def disputes(*events: Event) -> list[tuple[int, str]]:
    return [(event.date.day, event.kind) for event in with_disputes(events) if event.kind.startswith("dispute")]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((), "handed-in"),
        (("ack-ok",), "deposited"),
        (("200", "202", "203"), "received"),
        (("200", "207"), "disputed"),
        (("200", "207", "203"), "disputed"),
        (("200", "207", "205"), "approved"),
        (("200", "208", "209"), "received"),
        (("200", "999"), "deposited"),
        (("200", "210", "205"), "refused"),
        (("200", "213"), "rejected"),
        (("ack-error",), "inadmissible"),
        (("501",), "inadmissible"),
        (("205", "211", "212"), "paid"),
        (("221",), "routing-error"),
    ],
)
def test_what_a_document_is_after_statuses(codes: tuple[str, ...], expected: str) -> None:
    assert standing(handed_in("a"), *(status(code, hour=hour) for hour, code in enumerate(codes))) == expected


def test_a_duplicate_leaves_the_first_deposit_valid() -> None:
    first = (handed_in("a"), status("200"), status("203", hour=10))
    again = (handed_in("b", 3), status("213", "b", 4, reason="DOUBLON"))
    assert standing(*first, *again) == "received"
    assert disputes(*first, *again) == []
    assert standing(*again) == "duplicate"
    assert disputes(*again) == []


def test_a_rejected_second_deposit_is_not_the_first() -> None:
    events = (handed_in("a"), status("205"), handed_in("b", 3), status("213", "b", 4, reason="TX_TVA_ERR"))
    assert standing(*events) == "approved"
    assert disputes(*events) == []


def test_a_dispute_begins_and_ends_on_its_days() -> None:
    events = (handed_in("a"), status("207", day=3, reason="QTE_ERR"), status("205", day=9))
    assert disputes(*events) == [(3, "dispute"), (9, "dispute-settled")]
    assert [event.note for event in with_disputes(events) if event.kind == "dispute"] == ["QTE_ERR"]


def test_a_refusal_contests_all_of_it_until_another_deposit_lives() -> None:
    events = (handed_in("a"), status("210", day=3), handed_in("b", 6))
    assert disputes(*events) == [(3, "dispute"), (6, "dispute-settled")]


def test_what_was_not_received_is_no_dispute() -> None:
    assert disputes(handed_in("a"), status("501")) == []


def test_a_day_that_ends_as_it_began_changes_nothing() -> None:
    assert disputes(handed_in("a"), status("207", hour=8), status("205", hour=11)) == []


def test_statuses_of_other_documents_are_left_alone() -> None:
    other = status("207")._replace(numbers=("F2",))
    assert standing(handed_in("a"), other) == "handed-in"
    assert flow_states([other], "F3") == ()
    assert document_state(()) is None


def test_a_time_without_a_zone_is_universal_time_and_one_that_is_none_the_beginning_of_the_day() -> None:
    early = status("207")._replace(updated="2026-02-02T07:00:00", status_flow="x")
    late = status("205")._replace(updated="soon", status_flow="y")
    assert standing(handed_in("a"), early, late) == "disputed"  # "soon" is midnight
    (state,) = flow_states([handed_in("a"), early, late], "F1")
    assert [event.status for event in state.statuses] == ["205", "207"]
    assert state.last
    assert state.last.status == "207"


class Message(NamedTuple):
    flow: str
    code: str
    day: int
    hour: int
    duplicate: bool


CODES = ("ack-ok", "ack-error", "200", "203", "205", "207", "208", "210", "211", "213", "220", "501", "777")
MESSAGES = st.lists(
    st.builds(
        Message, st.sampled_from("ab"), st.sampled_from(CODES), st.integers(2, 8), st.integers(0, 23), st.booleans()
    ),
    max_size=8,
    unique_by=lambda message: (message.flow, message.day, message.hour),
)


def model_standing(messages: list[Message]) -> str:
    """A flow, by a second and simpler rule: what ends it first, then the last word."""
    if any(message.duplicate and message.code in {"213", "ack-error"} for message in messages):
        return "dead"
    codes = [message.code for message in sorted(messages, key=lambda message: (message.day, message.hour))]
    if "210" in codes or "213" in codes:
        return "refused"
    if "501" in codes or "ack-error" in codes:
        return "dead"
    words = [code for code in codes if code in {"205", "207", "211", "220"}]
    return "disputed" if words and words[-1] == "207" else "alive"


def model_contested(messages: list[Message], deposited: dict[str, int], day: int) -> bool:
    known = [message for message in messages if message.day <= day]
    flows = sorted(
        {flow for flow, since in deposited.items() if since <= day} | {message.flow for message in known},
        key=lambda flow: (min(deposited.get(flow, 99), *[9]) if flow in deposited else 99, flow),
    )
    by_rank: dict[str, list[str]] = {"alive": [], "refused": [], "dead": []}
    for flow in flows:
        found = model_standing([message for message in known if message.flow == flow])
        by_rank["alive" if found == "disputed" else found].append(found)
    best = next((values for values in by_rank.values() if values), ["dead"])
    return best[-1] in {"disputed", "refused"}


@given(MESSAGES, st.randoms(use_true_random=False))
def test_contested_on_each_day_is_what_the_model_says(messages: list[Message], order: object) -> None:
    deposited = {"a": 1, "b": 2}
    events = [handed_in(flow, day) for flow, day in deposited.items()]
    events += [
        status(message.code, message.flow, message.day, message.hour, "DOUBLON" if message.duplicate else "X")
        for message in messages
    ]
    told = with_disputes(events)
    shuffled = [*events, *events[2:]]
    order.shuffle(shuffled)  # type: ignore[attr-defined] # a Random, as hypothesis makes it
    again = with_disputes(shuffled)
    for day in range(1, 10):
        until = FIRST + timedelta(days=day - 1)
        words = [event.kind for event in told if event.date <= until and event.kind.startswith("dispute")]
        twice = [event.kind for event in again if event.date <= until and event.kind.startswith("dispute")]
        assert words == twice
        assert (words[-1:] == ["dispute"]) == model_contested(messages, deposited, day)
