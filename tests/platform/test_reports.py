"""E-reports and messages 212 are handed in, each once: in doubt until it is known, in order, and not again once taken."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import FlowRecord, Source
from beancount_invoicing.platform.reports import HandIn, hand_ins, rejected_reports
from tests.platform.connected import break_ledger, committed, git, run
from tests.platform.stand_in import Fault, StandIn

DAY = ("--date", "2027-10-12")
AS_OF = ("--as-of", "2027-10-12")
POST = "POST flows"


def items(ledger: Path) -> tuple[HandIn, ...]:
    return hand_ins(open_ledger(ledger).book.flows)


def states(ledger: Path) -> Counter[str]:
    return Counter(item.state for item in items(ledger))


def send(ledger: Path, *arguments: str, code: int = 0) -> str:
    return run(ledger, "send", *arguments, *DAY, code=code)


def handed_in(stand_in: StandIn) -> list[str]:
    return [flow.info["trackingId"] for flow in stand_in.documents]


def reports_of(ledger: Path) -> list[HandIn]:
    return [item for item in items(ledger) if not item.is_message]


def test_everything_that_was_prepared_is_handed_in_once(prepared: Path, stand_in: StandIn) -> None:
    waiting = items(prepared)
    assert states(prepared) == {"waiting": len(waiting)}
    assert len(reports_of(prepared)) > 2
    assert "to be sent: bean-invoice send" in send(prepared)
    names = [item.identifier for item in waiting]
    assert "would be sent" in send(prepared, *names)
    assert stand_in.requests == []
    send(prepared, *names, "--write")
    assert sorted(handed_in(stand_in)) == sorted(names)
    assert states(prepared) == {"sent": len(waiting)}
    for flow in stand_in.documents:
        (item,) = [item for item in waiting if item.identifier == flow.info["trackingId"]]
        assert flow.info["flowSyntax"] == ("CDAR" if item.is_message else "FRR")
        assert sha256(flow.content).hexdigest() == item.record.sha256 == flow.info["sha256"]
    assert "Nothing to send" in send(prepared, *names, "--write")
    assert len(handed_in(stand_in)) == len(names)


def test_what_was_handed_in_is_committed(prepared: Path) -> None:
    committed(prepared)
    name = items(prepared)[0].identifier
    send(prepared, name, "--write", "--commit")
    assert git(prepared, "status", "--porcelain") == ""
    assert git(prepared, "rev-list", "--count", "HEAD") == "2"


def test_books_with_errors_hand_nothing_in(prepared: Path, stand_in: StandIn) -> None:
    name = items(prepared)[0].identifier
    break_ledger(prepared)
    assert "until they are corrected" in send(prepared, name, "--write", code=1)
    assert stand_in.requests == []


def test_today_and_run_know_what_was_prepared(prepared: Path, stand_in: StandIn) -> None:
    count = len(items(prepared))
    assert f"{count} files for your platform are prepared" in run(prepared, "today", *DAY)
    run(prepared, "run", "--only", "send", *DAY, "--write", code=None)
    assert len(handed_in(stand_in)) == count
    assert "for your platform" not in run(prepared, "today", *DAY)


def test_without_a_platform_nothing_is_sent(prepared: Path, stand_in: StandIn) -> None:
    text = prepared.read_text(encoding="utf-8")
    prepared.write_text(re.sub(r'[^\n]*"invoice-option" "platform[^\n]*\n', "", text), encoding="utf-8")
    assert "Nothing to send" in send(prepared, items(prepared)[0].identifier, "--write")
    assert "for your platform" not in run(prepared, "today", *DAY)
    assert stand_in.requests == []


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("is_message", [True, False])
def test_a_cut_connection_leaves_a_doubt(prepared: Path, stand_in: StandIn, taken: bool, is_message: bool) -> None:
    name = next(item.identifier for item in items(prepared) if item.is_message == is_message)
    stand_in.fail(POST, Fault(cut=True, taken=taken))
    assert "IN DOUBT" in send(prepared, name, "--write", code=1)
    assert "it is in doubt" in send(prepared, name, "--write", code=1)
    assert len(handed_in(stand_in)) == taken
    assert "it is in doubt" in " ".join(run(prepared, "today", *DAY).split())
    run(prepared, "platform", "fetch", *DAY, "--write")
    assert states(prepared)["in-doubt"] == (0 if taken else 1)
    if not taken:
        send(prepared, name, "--retry", "--write")
    assert handed_in(stand_in) == [name]
    assert states(prepared)["sent"] == 1
    run(prepared, "platform", "fetch", *DAY, "--write")  # our own message 212 is no status that somebody tells us
    assert not [event for event in open_ledger(prepared).book.events if event.kind == "status"]


def test_retrying_finds_what_the_platform_has(prepared: Path, stand_in: StandIn) -> None:
    name = items(prepared)[0].identifier
    stand_in.fail(POST, Fault(cut=True, taken=True))
    send(prepared, name, "--write", code=1)
    stand_in.fail("POST flows/search", Fault(400))
    assert "nothing was sent" in send(prepared, name, "--retry", "--write", code=1)
    assert "the platform had it already" in send(prepared, name, "--retry", "--write")
    assert handed_in(stand_in) == [name]


def test_what_is_not_taken_is_prepared_again_and_later_ones_wait(prepared: Path, stand_in: StandIn) -> None:
    first = reports_of(prepared)[0]
    stand_in.fail(POST, Fault(400, body=b'{"errorCode": "InvalidSchema"}'))
    assert "400 InvalidSchema" in send(prepared, first.identifier, "--write", code=1)
    assert states(prepared)["waiting"] == len(items(prepared))
    assert "400 InvalidSchema" in send(prepared)
    send(prepared, first.identifier, "--write")
    assert handed_in(stand_in) == [first.identifier]


def test_a_platform_that_lets_nobody_in_has_nothing(prepared: Path, stand_in: StandIn) -> None:
    names = [item.identifier for item in items(prepared)]
    stand_in.fail("POST /token", Fault(401))
    assert "no token" in send(prepared, *names, "--write", code=1)
    assert states(prepared) == {"waiting": len(names)}
    assert handed_in(stand_in) == []


def test_a_file_that_was_changed_is_not_sent(prepared: Path, stand_in: StandIn) -> None:
    one, another = items(prepared)[:2]
    Path(one.record.file).write_bytes(b"<other/>")
    Path(another.record.file).unlink()
    output = send(prepared, one.identifier, another.identifier, "--write", code=1)
    assert "is not what was prepared" in output
    assert "cannot be read" in output
    assert handed_in(stand_in) == []


def test_a_period_that_changes_is_rectified_once_and_in_order(prepared: Path, stand_in: StandIn) -> None:
    text = prepared.read_text(encoding="utf-8")
    for old, new in (
        ("  Assets:Cash  36.00 EUR", "  Assets:Cash  72.00 EUR"),
        ("  -30.00 EUR", "  -60.00 EUR"),
        ("  -6.00 EUR", "  -12.00 EUR"),
    ):
        start = text.index("^F2027-0003")
        text = text[:start] + text[start:].replace(old, new, 1)
    prepared.write_text(text, encoding="utf-8")
    run(prepared, "platform", "report", *AS_OF, "--write")
    rectifying = [item for item in reports_of(prepared) if item.identifier.endswith("-2")]
    assert rectifying
    initial = rectifying[0].identifier[:-1] + "1"
    stand_in.fail(POST, Fault(400))
    output = send(prepared, initial, rectifying[0].identifier, "--write", code=1)
    assert "that one comes first" in output
    assert handed_in(stand_in) == []
    run(prepared, "send", "--write", *DAY, code=None)  # documents of this ledger cannot all be sent
    names = handed_in(stand_in)
    assert names.index(initial) < names.index(rectifying[0].identifier)
    assert len(set(names)) == len(names)
    assert "Nothing has to be reported" in run(prepared, "platform", "report", *AS_OF, "--write")


def test_a_rejected_report_is_to_be_reported_again_under_another_number(prepared: Path, stand_in: StandIn) -> None:
    first = reports_of(prepared)[0]
    send(prepared, first.identifier, "--write")
    (flow,) = stand_in.documents
    stand_in.acknowledge(flow.number, "Error", "InvalidSchema", "no TaxTotal")
    run(prepared, "platform", "fetch", *DAY, "--write")
    assert states(prepared)["rejected"] == 1
    assert "InvalidSchema: no TaxTotal; put it right" in " ".join(run(prepared, "today", *DAY).split())
    run(prepared, "platform", "report", *AS_OF, "--write")
    fresh = first.identifier.removesuffix("1") + "2"
    assert fresh in [item.identifier for item in items(prepared) if item.state == "waiting"]
    send(prepared, fresh, "--write")
    assert b"<TypeCode>IN</TypeCode>" in stand_in.documents[-1].content
    assert "was rejected" not in run(prepared, "today", *DAY)
    assert "Nothing has to be reported" in run(prepared, "platform", "report", *AS_OF, "--write")


def test_a_duplicate_leaves_the_first_one_alone(prepared: Path, stand_in: StandIn) -> None:
    first = reports_of(prepared)[0]
    send(prepared, first.identifier, "--write")
    stand_in.acknowledge(stand_in.documents[0].number, "Error", "AlreadyExistingFlow")
    run(prepared, "platform", "fetch", *DAY, "--write")
    assert states(prepared)["sent"] == 1


def test_what_was_not_sent_is_written_again_once(prepared: Path) -> None:
    first = reports_of(prepared)[0].record
    with prepared.open("a", encoding="utf-8") as stream:
        stream.write(
            f'2027-10-12 custom "invoice-flow" "{first.subject}"\n  event: "not-sent"\n  from: {first.first_day}\n'
            f'  until: {first.last_day}\n  message-id: "{first.message_id}"\n'
        )
    run(prepared, "platform", "report", *AS_OF, "--write")
    assert "Nothing has to be reported" in run(prepared, "platform", "report", *AS_OF, "--write")


DATE = date(2027, 10, 1)

# what records say -------------------------------------------------------------------------------------------------------

KINDS = st.lists(st.sampled_from(("prepared", "sending", "sent", "not-sent", "ack-error", "DOUBLON")), max_size=7)


def record(kind: str, place: int) -> FlowRecord:
    first = Source("file", place)
    if kind in {"ack-error", "DOUBLON"}:
        return FlowRecord(
            DATE,
            "transactions",
            "status",
            first,
            flow="f",
            status="ack-error",
            reason=kind if kind == "DOUBLON" else "",
        )
    return FlowRecord(
        DATE, "transactions", kind, first, message_id="<1-T-20270901-1@outbox>",  # type: ignore[arg-type] # it is a kind
        flow="f" if kind == "sent" else "",
    )  # fmt: skip


@given(KINDS, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(kinds: list[str], order: object) -> None:
    flows = [record(kind, place) for place, kind in enumerate(["prepared", *kinds])]
    (item,) = hand_ins(flows)
    order.shuffle(flows)  # type: ignore[attr-defined] # a Random, as hypothesis makes it
    (again,) = hand_ins(flows)
    assert item.state == again.state
    taken, rejected = "sent" in kinds, "ack-error" in kinds
    expected = "rejected" if rejected else "sent"
    if not taken:
        open_ones = kinds.count("sending") - kinds.count("prepared")
        expected = "not-sent" if "not-sent" in kinds else "in-doubt" if open_ones > 0 else "waiting"
    assert item.state == expected
    assert len(rejected_reports(flows)) == (item.state == "rejected")
