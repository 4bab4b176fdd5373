"""Messages and a server: each is taken at most once, whatever the server does, and it is known what became of it."""

from __future__ import annotations

import socket
import ssl
from decimal import Decimal
from pathlib import Path

import pytest
import trustme

from beancount_invoicing.delivery import smtp
from beancount_invoicing.delivery.smtp import DeliveryResult, OutgoingMessage, Server, ServerUnusable
from tests.delivery.servers import Broken, Handler, broken, free_port, server


def parcel(name: str, *recipients: str, body: str = "Hello", utf8: bool = False) -> OutgoingMessage:
    """A message by its name, to one or more recipients, the first of whom is the main one."""
    those = recipients or (f"{name}@customer.example",)
    content = f"Subject: {name}\r\n\r\n{body}\r\n.\r\n..dots\r\n".encode()
    return OutgoingMessage("me@seller.example", those, frozenset(those[:1]), utf8, lambda: content)


class Told:
    """What was told of each message, in order, and how long was waited."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []
        self.taken: dict[int, DeliveryResult] = {}
        self.waited: list[float] = []

    def before(self, place: int) -> None:
        self.events.append(("before", place))

    def after(self, place: int, taken: DeliveryResult) -> None:
        self.events.append((taken.state, place))
        self.taken[place] = taken

    @property
    def states(self) -> list[str]:
        return [self.taken[place].state for place in sorted(self.taken)]


def sent(where: Server, *parcels: OutgoingMessage, pauses: tuple[float, ...] = (1, 2)) -> Told:
    told = Told()
    smtp.deliver(where, parcels, told.before, told.after, pauses=pauses, sleep=told.waited.append)
    return told


def plain(port: int, patience: float = 60, final: float = 60) -> Server:
    return Server("127.0.0.1", port, "none", timeout=patience, final_timeout=final)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority of certificates that this computer trusts."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return ca


def certified(ca: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


def test_all_messages_go_over_one_connection_with_their_dots() -> None:
    handler = Handler()
    with server(handler) as port:
        told = sent(plain(port), parcel("one"), parcel("two"), parcel("three"))
    assert told.states == ["accepted"] * 3
    assert len(handler.connections) == 1
    assert handler.taken[1].content == b"Subject: two\r\n\r\nHello\r\n.\r\n..dots\r\n"
    assert told.events == [(event, place) for place in range(3) for event in ("before", "accepted")]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not see that the whole connection is TLS
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_with_a_password(authority: trustme.CA, security: smtp.Security) -> None:
    handler = Handler()
    context = certified(authority)
    users = {"solene": "s€cret"}
    implicit, upgraded = (context, None) if security == "tls" else (None, context)
    with server(handler, tls=implicit, starttls=upgraded, users=users) as port:
        where = Server("localhost", port, security, "solene", "s€cret", timeout=60)
        assert sent(where, parcel("one")).states == ["accepted"]
        wrong = Server("localhost", port, security, "solene", "guess", timeout=60)
        with pytest.raises(ServerUnusable, match="does not let solene in"):
            sent(wrong, parcel("one"))
    assert len(handler.taken) == 1


def test_a_server_that_is_not_the_one_named_gets_nothing(authority: trustme.CA) -> None:
    handler = Handler()
    with server(handler, starttls=certified(authority, "elsewhere.example")) as port:
        told = Told()
        with pytest.raises(ServerUnusable, match=": its certificate is not trusted"):
            smtp.deliver(Server("localhost", port, timeout=60), [parcel("one")], told.before, told.after)
    assert (handler.taken, told.events) == ([], [])


def test_a_certificate_that_nobody_vouches_for_is_not_trusted() -> None:
    handler = Handler()
    with (
        server(handler, tls=certified(trustme.CA())) as port,
        pytest.raises(ServerUnusable, match=": its certificate is not trusted"),
    ):
        sent(Server("localhost", port, "tls", timeout=60), parcel("one"))
    assert handler.asked == []


def test_nothing_goes_in_the_clear_where_tls_was_asked_for() -> None:
    handler = Handler()
    with (
        server(handler) as port,
        pytest.raises(ServerUnusable, match="does not offer STARTTLS: nothing was sent in the clear"),
    ):
        sent(Server("localhost", port, "starttls", timeout=60), parcel("one"))
    assert handler.asked == []


def test_a_recipient_that_is_refused_leaves_no_trace_and_stops_nobody() -> None:
    handler = Handler(rcpt=lambda address: "550 no such user" if "two" in address else "")
    with server(handler) as port:
        told = sent(plain(port), parcel("one"), parcel("two"), parcel("three"))
    assert told.states == ["accepted", "refused", "accepted"]
    assert told.taken[1].reason == "two@customer.example: 550 no such user"
    assert ("before", 1) not in told.events
    assert told.waited == []


def test_a_copy_that_is_refused_is_told_and_the_message_goes() -> None:
    handler = Handler(rcpt=lambda address: "550 gone" if address.startswith("cc") else "")
    with server(handler) as port:
        told = sent(plain(port), parcel("one", "one@customer.example", "cc@customer.example"))
    assert told.states == ["accepted"]
    assert told.taken[0].refused_recipients == (("cc@customer.example", "550 gone"),)
    assert handler.taken[0].recipients == ["one@customer.example"]


def test_a_greylist_lets_it_pass_when_it_is_offered_again() -> None:
    seen: set[str] = set()

    def greylist(address: str) -> str:
        if address in seen or "white" in address:
            return ""
        seen.add(address)
        return "450 come back later"

    handler = Handler(rcpt=greylist)
    with server(handler) as port:
        told = sent(plain(port), parcel("grey"), parcel("white"))
    assert told.states == ["accepted", "accepted"]
    assert told.waited == [1]
    assert told.events == [("before", 1), ("accepted", 1), ("before", 0), ("accepted", 0)], "the others need not wait"


def test_a_refusal_for_now_that_lasts_is_told_in_the_end() -> None:
    handler = Handler(rcpt=lambda _address: "451 busy")
    with server(handler) as port:
        told = sent(plain(port), parcel("one"))
    assert told.events == [("later", 0)]
    assert told.waited == [1, 2]
    assert "451 busy" in told.taken[0].reason


def test_a_copy_that_is_refused_for_now_is_left_out_only_in_the_end() -> None:
    handler = Handler(rcpt=lambda address: "451 busy" if address.startswith("cc") else "")
    with server(handler) as port:
        told = sent(plain(port), parcel("one", "one@customer.example", "cc@customer.example"))
    assert told.states == ["accepted"]
    assert len(handler.taken) == 1
    assert told.waited == [1, 2]


@pytest.mark.parametrize(("answer", "state"), [("554 spam", "refused"), ("452 full", "later")])
def test_a_whole_message_that_is_refused_is_told_before_it_is_offered_again(answer: str, state: str) -> None:
    handler = Handler(data=lambda _content: answer)
    with server(handler) as port:
        told = sent(plain(port), parcel("one"), pauses=(1,))
    once = [("before", 0), (state, 0)]
    assert told.events == (once if state == "refused" else once * 2)
    assert answer in told.taken[0].reason


@pytest.mark.parametrize("how", ["at once", "rcpt", "421", "content"])
def test_a_connection_that_breaks_before_the_end_of_a_message_is_made_again(how: str) -> None:
    those = Broken({0: how})
    body = "long line\r\n" * 600_000 if how == "content" else "Hello"  # more than the buffers on the way hold
    with broken(those) as port:
        told = sent(plain(port), parcel("one", body=body), parcel("two"))
    assert sorted(told.states) == ["accepted", "accepted"]
    assert sorted(content.split(b"\r\n")[0] for content in those.taken) == [b"Subject: one", b"Subject: two"]


@pytest.mark.parametrize("how", ["end", "silent"])
def test_a_message_whose_end_got_no_answer_is_in_doubt_and_not_sent_again(how: str) -> None:
    those = Broken({0: how})
    with broken(those) as port:
        told = sent(plain(port, final=0.3), parcel("one"), parcel("two"))
    assert told.states == ["in-doubt", "accepted"]
    assert len(those.taken) == 2
    assert told.events[:2] == [("before", 0), ("in-doubt", 0)]


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    with broken(Broken({0: "mute", 1: "mute"})) as port:
        told = sent(plain(port, patience=0.2), parcel("one"), parcel("two"), pauses=(1,))
    assert told.states == ["later", "later"]
    assert "timed out" in told.taken[0].reason


def test_where_nobody_listens_all_are_tried_again_and_then_told() -> None:
    told = sent(plain(free_port()), parcel("one"), parcel("two"))
    assert told.events == [("later", 0), ("later", 1)]
    assert told.waited == [1, 2]


def test_a_connection_that_ended_between_two_messages_is_made_again_at_once() -> None:
    those = Broken({0: "one", 1: "one"})
    with broken(those) as port:
        told = sent(plain(port), parcel("one"), parcel("two"), parcel("three"))
    assert told.states == ["accepted"] * 3
    assert told.waited == []
    assert those.connections == 3


def test_no_more_in_a_minute_than_the_rate_allows() -> None:
    with server(Handler()) as port:
        where = Server("127.0.0.1", port, "none", per_minute=Decimal(30))
        told = sent(where, parcel("one"), parcel("two"), parcel("three"))
    assert [round(one) for one in told.waited] == [2, 2]


def test_an_address_beyond_ascii_needs_a_server_that_knows_them() -> None:
    for utf8, state in ((True, "accepted"), (False, "refused")):
        handler = Handler()
        with server(handler, utf8=utf8) as port:
            told = sent(plain(port), parcel("one", "zoë@customer.example", utf8=True), parcel("two"))
        assert told.states == [state, "accepted"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_where_the_ledger_cannot_be_told_before_nothing_is_sent(error: BaseException) -> None:
    handler = Handler()

    def before(_place: int) -> None:
        raise error

    def after(_place: int, taken: DeliveryResult) -> None:
        raise AssertionError(taken)

    with server(handler) as port:
        with pytest.raises(type(error)):
            smtp.deliver(plain(port), [parcel("one"), parcel("two")], before, after)
        sent(plain(port), parcel("three"))
    assert [received.content[:14] for received in handler.taken] == [b"Subject: three"]


def test_a_server_that_asks_for_no_user_says_so() -> None:
    handler = Handler()
    with server(handler) as port, pytest.raises(ServerUnusable, match="take smtp-user out if"):
        sent(Server("127.0.0.1", port, "none", "solene", "secret", timeout=60), parcel("one"))
    assert handler.taken == []


def test_a_server_that_begins_without_tls_is_asked_for_starttls_instead() -> None:
    with (
        server(Handler()) as port,
        pytest.raises(ServerUnusable, match="does not answer TLS on this port: should smtp-security be"),
    ):
        sent(Server("127.0.0.1", port, "tls", timeout=60), parcel("one"))


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_arguments: object, **_more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("beancount_invoicing.delivery.smtp.smtplib.SMTP", nowhere)
    with pytest.raises(ServerUnusable, match=r'there is no server smtp\.example: check invoice-option "smtp"'):
        sent(Server("smtp.example", 25, "none"), parcel("one"))


def test_a_message_that_cannot_be_made_leaves_nothing_half_sent() -> None:
    def fails() -> bytes:
        raise OSError(5, "Input/output error")

    handler = Handler()
    unreadable = parcel("one")._replace(content=fails)
    with server(handler) as port:
        with pytest.raises(OSError, match="Input/output error"):
            sent(plain(port), unreadable, parcel("two"))
        assert sent(plain(port), parcel("three")).states == ["accepted"]
    assert [received.content[:14] for received in handler.taken] == [b"Subject: three"]


def test_a_message_without_a_last_line_break_gets_one() -> None:
    handler = Handler()
    without = parcel("one")._replace(content=lambda: b"Subject: one\r\n\r\n.x")
    with server(handler) as port:
        assert sent(plain(port), without).states == ["accepted"]
    assert handler.taken[0].content == b"Subject: one\r\n\r\n.x\r\n"
