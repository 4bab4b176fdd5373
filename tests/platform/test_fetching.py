"""What a platform says is fetched once, kept as files, and acts: disputes, refusals, duplicates, and what nobody knows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from beancount_invoicing.delivery.platform_api import Platform
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.platform.life_cycle import document_state, flow_states
from tests.platform.connected import COMMUNE, DAY, break_ledger, committed, events, git, option, record, run, sound
from tests.platform.stand_in import Fault, StandIn, cdar


@pytest.fixture
def sent(connected: Path, stand_in: StandIn) -> Path:
    """The example, after an invoice was handed in as flow-1."""
    run(connected, "send", COMMUNE, *DAY, "--write")
    assert len(stand_in.documents) == 1
    return connected


def fetch(ledger: Path, *arguments: str, code: int = 0) -> str:
    return run(ledger, "platform", "fetch", *DAY, *arguments, code=code)


def statuses(ledger: Path) -> list[str]:
    return re.findall(r'  status: "([^"]*)"', record(ledger))


def standing(ledger: Path) -> str:
    state = document_state(flow_states(open_ledger(ledger).book.events, COMMUNE))
    assert state
    return state.standing


def disputed(ledger: Path) -> bool:
    found = json.loads(run(ledger, "show", COMMUNE, "--format", "json", "--as-of", "2026-12-31"))
    return bool(found["disputed"] != "0.00")


def test_nothing_new_is_said(sent: Path) -> None:
    assert "nothing new" in fetch(sent, "--write")
    assert statuses(sent) == []


def test_each_status_is_kept_and_recorded_once(sent: Path, stand_in: StandIn) -> None:
    stand_in.acknowledge("flow-1", "Ok")
    told = stand_in.tell(COMMUNE, "200")
    stand_in.tell(COMMUNE, "203")
    assert "Nothing is recorded" in fetch(sent)
    assert statuses(sent) == []
    output = fetch(sent, "--write")
    assert "200 deposited" in output
    assert "203 made available to the customer" in output
    assert statuses(sent) == ["ack-ok", "200", "203"]
    (kept,) = (sent.parent / "documents" / "2026").glob(f"{COMMUNE}.200.*.xml")
    assert kept.read_bytes() == told.content
    before = record(sent)
    assert "nothing new" in fetch(sent, "--write")
    assert record(sent) == before
    assert standing(sent) == "received"
    assert sound(sent)
    assert "unchanged" in run(sent, "verify", COMMUNE)


def test_statuses_are_committed(sent: Path, stand_in: StandIn) -> None:
    committed(sent)
    stand_in.tell(COMMUNE, "200")
    fetch(sent, "--write", "--commit")
    assert git(sent, "show", "--no-patch", "--format=%s") == "1 status"
    assert git(sent, "status", "--porcelain") == ""


def test_books_with_errors_record_no_status(sent: Path, stand_in: StandIn) -> None:
    stand_in.tell(COMMUNE, "200")
    break_ledger(sent)
    assert "nothing is recorded until they are corrected" in fetch(sent, "--write", code=1)
    assert statuses(sent) == []


def test_fetching_goes_on_where_it_was(sent: Path, stand_in: StandIn) -> None:
    stand_in.tell(COMMUNE, "200")
    fetch(sent, "--write")
    stand_in.ticks += 3600
    stand_in.tell(COMMUNE, "203")
    fetch(sent, "--write")
    fetch(sent, "--write")
    wheres = [json.loads(body)["where"] for _m, path, _h, body in stand_in.requests if path.endswith("search")]
    asked = [where["updatedAfter"] for where in wheres if "CustomerInvoiceLC" in where["flowType"]]
    assert asked == ["2025-01-01T00:00:00Z", "2026-11-30T07:50:02Z", "2026-11-30T08:50:03Z"]
    assert statuses(sent) == ["200", "203"]


def test_a_dispute_and_its_end(sent: Path, stand_in: StandIn) -> None:
    stand_in.tell(COMMUNE, "207", "QTE_ERR", words="two hours too many")
    assert "QTE_ERR: two hours too many" in fetch(sent, "--write")
    assert disputed(sent)
    stand_in.ticks += 86_400
    stand_in.tell(COMMUNE, "205")
    run(sent, "platform", "fetch", "--date", "2026-12-02", "--write")
    assert not disputed(sent)
    assert sound(sent)


def test_a_refusal_stays_with_its_flow_and_a_duplicate_changes_nothing(sent: Path, stand_in: StandIn) -> None:
    stand_in.tell(COMMUNE, "200")
    fetch(sent, "--write")
    run(sent, "send", "--again", COMMUNE, *DAY, "--write")
    stand_in.tell(COMMUNE, "213", "DOUBLON")
    fetch(sent, "--write")
    assert 'status: "213"\n  flow: "flow-3"' in record(sent)
    assert standing(sent) == "deposited"
    assert not disputed(sent)


def test_a_message_names_its_flow_by_our_identifier(sent: Path, stand_in: StandIn) -> None:
    run(sent, "send", "--again", COMMUNE, *DAY, "--write")
    first, second = (flow.info["trackingId"] for flow in stand_in.documents)
    stand_in.tell(COMMUNE, "210", "TX_TVA_ERR", tracking=second)
    stand_in.tell(COMMUNE, "205", tracking=first)
    fetch(sent, "--write")
    assert re.findall(r'status: "(\d+)"\n  flow: "(flow-\d)"', record(sent)) == [("210", "flow-2"), ("205", "flow-1")]
    assert standing(sent) == "approved"


def test_unknown_codes_documents_and_files_are_kept(sent: Path, stand_in: StandIn) -> None:
    stand_in.tell(COMMUNE, "666", "NEW")
    stand_in.tell("X-99/7", "200")
    stand_in.tell(COMMUNE, "200").content = b"<html>no message</html>"
    output = fetch(sent, "--write")
    assert "666" in output
    assert "X-99/7" in output
    assert "a message that could not be read" in output
    names = sorted(path.name.rsplit(".", 2)[0] for path in (sent.parent / "documents" / "2026").glob("*.xml"))
    assert names == [f"{COMMUNE}-200.xml.unread", f"{COMMUNE}.666", "X-99-7.200"]
    assert [(flow.subject, flow.status) for flow in open_ledger(sent).book.flows] == [
        ("X-99/7", "200"), (f"{COMMUNE}-200.xml", "unread"),
    ]  # fmt: skip
    assert sound(sent)
    assert "nothing new" in fetch(sent, "--write")


def test_a_message_that_cannot_be_had_is_asked_for_again(sent: Path, stand_in: StandIn) -> None:
    stand_in.tell(COMMUNE, "207")
    stand_in.fail("GET flows/ID", Fault(404), Fault(404))
    fetch(sent, "--write")
    assert statuses(sent) == ["unread"]
    stand_in.ticks += 86_400
    stand_in.tell(COMMUNE, "208")
    run(sent, "platform", "fetch", "--date", "2026-12-01", "--write")
    assert statuses(sent) == ["unread", "unread", "208"] or statuses(sent) == ["unread", "208"]
    run(sent, "platform", "fetch", "--date", "2026-12-01", "--write")
    assert sorted(statuses(sent)) == ["207", "208", "unread"]
    assert disputed(sent)
    assert sound(sent)


def test_what_came_before_a_break_is_recorded(sent: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform.__init__, "__kwdefaults__", Platform.__init__.__kwdefaults__ | {"pauses": ()})  # type: ignore[operator] # it has defaults
    stand_in.tell(COMMUNE, "200")
    stand_in.tell(COMMUNE, "207")
    stand_in.fail("GET flows/ID", Fault(0, taken=True), Fault(cut=True))
    assert "fetch again later" in fetch(sent, "--write", code=1)
    assert statuses(sent) == ["200"]
    fetch(sent, "--write")
    assert statuses(sent) == ["200", "207"]


def test_technical_refusals_are_statuses_of_their_flow(sent: Path, stand_in: StandIn) -> None:
    stand_in.acknowledge("flow-1", "Error", "InvalidSchema", "line 3")
    assert "InvalidSchema: line 3" in fetch(sent, "--write")
    assert standing(sent) == "inadmissible"
    assert not disputed(sent)
    stand_in.flows[0].flow_type = "Undefined"
    assert "nothing new" in fetch(sent, "--write")


def test_a_doubt_is_asked_about(connected: Path, stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(cut=True, taken=True))
    run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    stand_in.tell(COMMUNE, "200")
    assert "no longer in doubt" in fetch(connected, "--write")
    assert events(connected) == ["sending", "sent", "status"]
    assert re.findall(r'flow: "(flow-1)"', record(connected)) == ["flow-1", "flow-1"]
    assert sound(connected)


def test_flows_of_others_and_reports_are_recorded_beside(sent: Path, stand_in: StandIn) -> None:
    info = {"name": "r.xml", "flowSyntax": "FRR", "trackingId": "report-2026-11"}
    report = stand_in.add(info, b"<Report/>", "AggregatedCustomerTransactionReport", "Out")
    other = stand_in.add({"name": "o.pdf", "flowSyntax": "Factur-X"}, b"%PDF", "CustomerInvoice", "Out")
    for flow in (report, other):
        stand_in.acknowledge(flow.number, "Ok")
    stand_in.add({"name": "s.pdf", "flowSyntax": "Factur-X"}, b"%PDF", "SupplierInvoice", "In").ack = "Ok"
    fetch(sent, "--write")
    assert [(flow.subject, flow.status, flow.flow_type) for flow in open_ledger(sent).book.flows] == [
        ("report-2026-11", "ack-ok", "AggregatedCustomerTransactionReport"),
        ("o.pdf", "ack-ok", "CustomerInvoice"),
    ]
    assert "nothing new" in fetch(sent, "--write")


@pytest.mark.parametrize("time", ["2031-01-01T00:00:00Z", "tomorrow"])
def test_a_time_to_come_stops_everything(sent: Path, stand_in: StandIn, time: str) -> None:
    stand_in.tell(COMMUNE, "200")
    listed = json.dumps({"results": [{"flowId": "x", "updatedAt": time, "flowType": "CustomerInvoiceLC"}]})
    stand_in.fail("POST flows/search", Fault(body=listed.encode()))
    assert "none or to come" in fetch(sent, "--write", code=1)
    assert statuses(sent) == []


def test_a_hostile_message_is_text_in_the_ledger(sent: Path, stand_in: StandIn) -> None:
    flow = stand_in.tell("../../evil", "200", "A", words='" 2026-01-01 open Assets:Evil')
    stand_in.tell(COMMUNE, "207", 'x"\n2026-11-30 open Assets:Evil EUR ; ')
    flow.info["name"] = "../../../etc/passwd"
    fetch(sent, "--write")
    assert sound(sent)
    assert "Assets:Evil" not in open_ledger(sent).book.opened_accounts
    inside = sent.parent / "documents" / "2026"
    assert sorted(path.name.split(".")[0] for path in inside.glob("*.xml")) == [COMMUNE, "evil"]


def test_the_connection_can_be_tried(connected: Path, stand_in: StandIn) -> None:
    assert f"works, and lets {stand_in.client} in" in run(connected, "platform", "check", *DAY)
    stand_in.secret = "changed"  # noqa: S105 - of the test
    assert "check platform-client" in run(connected, "platform", "check", *DAY, code=1)


def test_without_a_platform_there_is_nothing_to_fetch(ledger: Path) -> None:
    assert "docs/platform.md" in fetch(ledger, code=1)
    option(ledger, platform="https://p.example/flow-service", platform_client="x")
    assert "platform-token" in fetch(ledger, code=1)


PAYMENT = (
    b"<ram:SpecifiedDocumentStatus><ram:SpecifiedDocumentCharacteristic><ram:TypeCode>MPA</ram:TypeCode><ram:ValueDateTime>"
    b'<udt:DateTimeString format="102">20261203</udt:DateTimeString></ram:ValueDateTime><ram:ValueAmount currencyID="EUR">'
    b"900.50</ram:ValueAmount></ram:SpecifiedDocumentCharacteristic></ram:SpecifiedDocumentStatus>"
)


@pytest.mark.parametrize(
    ("code", "content", "recorded"),
    [
        ("211", PAYMENT, "  amount: 900.50\n  until: 2026-12-03\n"),
        ("211", PAYMENT + PAYMENT, ""),  # which of the two counts is not told
        ("211", PAYMENT.replace(b"EUR", b"USD"), ""),
        ("211", PAYMENT.replace(b"MPA", b"MEN"), ""),
        ("205", PAYMENT, ""),
    ],
)
def test_what_was_paid_and_when_is_recorded(
    sent: Path, stand_in: StandIn, code: str, content: bytes, recorded: str
) -> None:
    end = b"</ram:ReferenceReferencedDocument>"
    stand_in.add(
        {"name": "status.xml", "flowSyntax": "CDAR"}, cdar(COMMUNE, code).replace(end, content + end),
        "CustomerInvoiceLC", "In",
    )  # fmt: skip
    fetch(sent, "--write")
    told = record(sent)[record(sent).index(f'status: "{code}"') :]
    assert recorded in told
    assert ("  amount:" in told) == bool(recorded)
    answer = json.loads(run(sent, "forecast", "--explain", "--format", "json", *DAY))
    items = [(item["kind"], item["amount"], item["because"]) for item in answer["items"] if item["number"] == COMMUNE]
    if recorded:
        assert items[0][:2] == ("announced", "900.50")
        assert items[1][0] == "open"
    else:
        assert [kind for kind, _amount, _because in items] == ["announced" if code == "211" else "open"]


def test_json(sent: Path, stand_in: StandIn) -> None:
    stand_in.tell(COMMUNE, "207", "QTE_ERR")
    told = json.loads(fetch(sent, "--format", "json").partition("\nNothing")[0])[0]
    assert (told["number"], told["status"], told["reason"], told["flow"]) == (COMMUNE, "207", "QTE_ERR", "flow-1")
    assert cdar(COMMUNE, "207", "QTE_ERR") == stand_in.flows[-1].content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        cdar("", "207"),
        cdar(COMMUNE, "x y"),
        cdar(COMMUNE, "207").replace(b"ReferenceReferencedDocument", b"X"),
    ],
)
def test_files_that_are_no_messages_are_kept_unread(sent: Path, stand_in: StandIn, content: bytes) -> None:
    stand_in.tell(COMMUNE, "207").content = content
    fetch(sent, "--write")
    (flow,) = open_ledger(sent).book.flows
    assert (flow.status, Path(flow.file).read_bytes()) == ("unread", content)
    assert sound(sent)
