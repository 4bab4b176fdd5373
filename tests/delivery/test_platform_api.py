"""Talking to a platform: tokens, files handed in, lists, and platforms that are busy, broken or hostile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from hashlib import sha256

import pytest

from beancount_invoicing.delivery.https import BadHttpAddress, NoAnswer, NotReached, ServerUnusable, checked_address
from beancount_invoicing.delivery.platform_api import FlowToSend, Platform, PlatformServer, RequestRefused
from beancount_invoicing.delivery.tokens import Credentials, SecretStore
from tests.delivery.servers import free_port
from tests.platform.stand_in import Fault, StandIn, running

BILL = FlowToSend("F2026-1.0123456789abcdef", "F2026-1.pdf", "Factur-X", b"%PDF the bill \x00\xff\r\n--")


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with running(StandIn()) as platform:
        yield platform
        assert platform.problems == []


class Kept:
    """A store of secrets in memory, which notes what is written, and when."""

    def __init__(self, platform: StandIn, secret: str = "", refresh: str = "") -> None:
        self.now = Credentials(secret, refresh)
        self.platform = platform
        self.written: list[tuple[str, int]] = []

    def write(self, token: str) -> None:
        self.written.append((token, len(self.platform.requests)))
        self.now = self.now._replace(refresh_token=token)

    @property
    def store(self) -> SecretStore:
        return SecretStore(lambda: self.now, self.write, contextlib.nullcontext)


def talking(platform: StandIn, *, store: SecretStore | None = None, pauses: int = 2, timeout: float = 5) -> Platform:
    server = PlatformServer(
        f"{platform.address}/flow-service", f"{platform.address}/token", platform.client, timeout=timeout,
        organization=platform.organization,
    )  # fmt: skip
    return Platform(
        server, store or Kept(platform, platform.secret).store, pauses=(1,) * pauses, sleep=pauses_of(platform).append
    )


def pauses_of(platform: StandIn) -> list[float]:
    return platform.__dict__.setdefault("slept", [])  # type: ignore[no-any-return] # a list beside its fields


def test_a_file_is_handed_in_with_its_fingerprint_and_our_identifier(stand_in: StandIn) -> None:
    result = talking(stand_in).hand_in(BILL)
    (flow,) = stand_in.documents
    assert (result.state, result.flow) == ("accepted", flow.number)
    assert flow.content == BILL.content
    assert flow.info == {
        "trackingId": BILL.tracking_id, "name": "F2026-1.pdf", "flowSyntax": "Factur-X",
        "sha256": sha256(BILL.content).hexdigest(),
    }  # fmt: skip


def test_it_is_found_by_our_identifier(stand_in: StandIn) -> None:
    platform = talking(stand_in)
    assert platform.tracked(BILL.tracking_id) is None
    platform.hand_in(BILL)
    found = platform.tracked(BILL.tracking_id)
    assert found
    assert (found.flow, found.ack, found.flow_type) == ("flow-1", "Pending", "CustomerInvoice")


def test_the_list_goes_on_over_pages(stand_in: StandIn) -> None:
    stand_in.page = 3
    for count in range(10):
        stand_in.tell(f"F{count}", "200")
    told = [flow.name for flow in talking(stand_in).search({"updatedAfter": "2026-01-01T00:00:00Z"})]
    assert told == [f"F{count}-200.xml" for count in range(10)]


def test_files_come_as_they_are(stand_in: StandIn) -> None:
    flow = stand_in.tell("F1", "207", "QTE_ERR")
    assert talking(stand_in).document(flow.number) == flow.content


def test_the_organization_is_named(stand_in: StandIn) -> None:
    stand_in.organization = "firm-2"
    assert talking(stand_in).hand_in(BILL).state == "accepted"
    talking(stand_in).check()


# tokens ----------------------------------------------------------------------------------------------------------------


def test_a_token_that_has_run_out_is_replaced(stand_in: StandIn) -> None:
    platform = talking(stand_in)
    platform.check()
    stand_in.tokens.append("another")
    assert platform.hand_in(BILL).state == "accepted"
    assert len(stand_in.documents) == 1


def test_a_refresh_token_is_stored_before_anything_is_asked_with_it(stand_in: StandIn) -> None:
    stand_in.refresh_token = "first"  # noqa: S105 - of the test
    kept = Kept(stand_in, refresh="first")
    talking(stand_in, store=kept.store).check()
    assert kept.written == [(stand_in.refresh_token, 1)]
    talking(stand_in, store=kept.store).check()
    assert len(kept.written) == 2


def test_a_refresh_token_that_cannot_be_stored_ends_everything(stand_in: StandIn) -> None:
    stand_in.refresh_token = "first"  # noqa: S105 - of the test

    def full(_token: str) -> None:
        raise OSError(28, "No space left on device")

    store = SecretStore(lambda: Credentials("", "first"), full, contextlib.nullcontext)
    with pytest.raises(OSError, match="No space"):
        talking(stand_in, store=store).check()
    assert len(stand_in.requests) == 1


def test_a_wrong_secret_is_said_without_the_secret(stand_in: StandIn) -> None:
    with pytest.raises(ServerUnusable, match=r"no token.*401 invalid_client no …") as caught:
        talking(stand_in, store=Kept(stand_in, "wrong-secret").store).hand_in(BILL)
    assert "wrong-secret" not in str(caught.value)


def test_no_secret_is_said_with_what_to_do(stand_in: StandIn) -> None:
    with pytest.raises(ServerUnusable, match="BEAN_INVOICE_PLATFORM_SECRET"):
        talking(stand_in, store=Kept(stand_in).store).check()
    assert stand_in.requests == []


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"access_token": "a\\r\\nX: y"}', b'{"access_token": 5}', b"<html>"])
def test_an_answer_without_a_token(stand_in: StandIn, body: bytes) -> None:
    stand_in.fail("POST /token", Fault(body=body))
    with pytest.raises(ServerUnusable, match="no token"):
        talking(stand_in).check()


# busy, broken, hostile -------------------------------------------------------------------------------------------------


def test_a_busy_platform_is_asked_again_after_the_pause_it_wants(stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(429, {"Retry-After": "7"}), Fault(503))
    assert talking(stand_in).hand_in(BILL).state == "accepted"
    assert pauses_of(stand_in) == [7, 1]
    assert len(stand_in.documents) == 1


def test_what_a_busy_platform_has_taken_all_the_same_is_not_handed_in_twice(stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(503, taken=True))
    assert talking(stand_in).hand_in(BILL).flow == "flow-1"
    assert len(stand_in.documents) == 1


def test_a_platform_that_stays_busy_has_taken_nothing(stand_in: StandIn) -> None:
    stand_in.fail("POST flows", *[Fault(503)] * 3)
    result = talking(stand_in).hand_in(BILL)
    assert (result.state, stand_in.documents) == ("refused", [])
    assert "503" in result.reason


def test_a_busy_platform_that_cannot_be_asked_leaves_a_doubt(stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(503))
    stand_in.fail("POST flows/search", Fault(400))
    assert talking(stand_in).hand_in(BILL).state == "in-doubt"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=True, taken=True),
        Fault(cut=True),
        Fault(500, taken=True),
        Fault(202, body=b"{}", taken=True),
        Fault(202, body=b'{"flowId": "' + b"x" * 65 + b'"}', taken=True),
        Fault(endless=True, taken=True),
        Fault(delay=1.5, taken=True),
    ],
)
def test_without_a_clear_answer_it_is_in_doubt_and_not_offered_again(stand_in: StandIn, fault: Fault) -> None:
    stand_in.fail("POST flows", fault)
    assert talking(stand_in, timeout=0.5).hand_in(BILL).state == "in-doubt"
    assert sum(path.endswith("/flows") for _method, path, _headers, _body in stand_in.requests) == 1


def test_a_refusal_is_told_in_a_line(stand_in: StandIn) -> None:
    stand_in.fail("POST flows", Fault(422, body=b'{"errorCode": "BAD", "errorMessage": "line 1\\nline 2"}'))
    result = talking(stand_in).hand_in(BILL)
    assert result.state == "refused"
    assert result.reason.endswith("422 BAD line 1 line 2")


def test_nothing_goes_to_where_a_platform_redirects(stand_in: StandIn) -> None:
    with running(StandIn()) as other:
        stand_in.fail("POST flows", Fault(307, {"Location": f"{other.address}/flow-service/v1/flows"}))
        stand_in.fail("POST flows/search", Fault(302, {"Location": other.address}))
        platform = talking(stand_in)
        with pytest.raises(ServerUnusable, match="not followed"):
            platform.hand_in(BILL)
        with pytest.raises(ServerUnusable, match="not followed"):
            platform.tracked("x")
        assert other.requests == []


def test_a_token_is_not_fetched_from_where_a_platform_redirects(stand_in: StandIn) -> None:
    with running(StandIn()) as other:
        stand_in.fail("POST /token", Fault(308, {"Location": f"{other.address}/token"}))
        with pytest.raises(ServerUnusable, match="not followed"):
            talking(stand_in).check()
        assert other.requests == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 100_000,
        b'{"results": 5}',
        b'{"results": [5]}',
        b'{"results": [{"flowId": "a"}]}',
        b'{"results": [{"flowId": "a\\nb", "updatedAt": "2026-11-30T08:00:00Z"}]}',
        b'{"results": [{"flowId": "", "updatedAt": "2026-11-30T08:00:00Z"}]}',
        b'{"results": [], "nextCursor": 5}',
        b"\xff\xfe",
    ],
)
def test_a_list_that_is_none(stand_in: StandIn, body: bytes) -> None:
    stand_in.fail("POST flows/search", Fault(200, body=body))
    with pytest.raises(RequestRefused) as caught:
        list(talking(stand_in).search({"ackStatus": "Ok"}))
    assert "\n" not in str(caught.value)


def test_a_list_that_does_not_end(stand_in: StandIn) -> None:
    stand_in.fail("POST flows/search", *[Fault(body=b'{"results": [], "nextCursor": "same"}')] * 2)
    with pytest.raises(RequestRefused, match="never comes to the end"):
        list(talking(stand_in).search({"ackStatus": "Ok"}))


def test_strange_acknowledgements_are_read_as_far_as_they_can_be(stand_in: StandIn) -> None:
    flow = b'{"flowId": "a", "updatedAt": "2026-11-30T08:00:00Z", "flowType": 5, "acknowledgement": %s}'
    for ack in (
        b'"Ok"',
        b'{"status": ["Ok"], "details": [5, {"reasonCode": "A\\n", "reasonMessage": {}}]}',
        b'{"details": 3}',
    ):
        stand_in.fail("POST flows/search", Fault(body=b'{"results": [' + flow % ack + b"]}"))
        (told,) = talking(stand_in).search({"ackStatus": "Ok"})
        assert (told.flow, told.flow_type, told.ack) == ("a", "", "")
        assert "\n" not in told.reasons


def test_a_huge_answer_is_not_read_to_its_end(stand_in: StandIn) -> None:
    stand_in.fail("POST flows/search", Fault(endless=True))
    with pytest.raises(NoAnswer, match="more than"):
        list(talking(stand_in, pauses=0).search({"ackStatus": "Ok"}))


def test_asking_is_tried_again_and_then_said(stand_in: StandIn) -> None:
    stand_in.fail("GET healthcheck", Fault(cut=True), Fault(500), Fault(503, {"Retry-After": "soon"}))
    with pytest.raises(RequestRefused, match="503"):
        talking(stand_in).check()
    assert pauses_of(stand_in) == [1, 1]


def test_a_platform_that_is_not_there() -> None:
    nowhere = StandIn(address=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NotReached, match=r"cannot be reached.*refused"):
        talking(nowhere, pauses=0).check()
    with pytest.raises(NotReached):
        talking(nowhere).hand_in(BILL)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.example",
        "ftp://api.example",
        "http://api.example/x",
        "https://u:p@api.example",
        "https://a?b",
        "https://[x",
    ],
)
def test_addresses_that_are_none_or_would_tell_secrets(address: str) -> None:
    with pytest.raises(BadHttpAddress, match="https://"):
        checked_address(address)


def test_an_address_has_no_last_slash() -> None:
    assert checked_address(" https://api.example/flow-service/ ") == "https://api.example/flow-service"
    assert checked_address("http://localhost:8080/") == "http://localhost:8080"
