"""One connection, answer by answer: what each answer of a server, or none, makes of a message."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from beancount_invoicing.delivery.smtp import DeliveryResult, OutgoingMessage, Server, ServerUnusable, deliver


class Sock:
    """A connection's socket: what is sent, and where it breaks."""

    def __init__(self, breaks: str = "") -> None:
        self.breaks, self.sent = breaks, b""

    def settimeout(self, _seconds: float) -> None:
        """Any."""

    def sendall(self, data: bytes) -> None:
        if (self.breaks == "content" and data != b".\r\n") or (self.breaks == "end" and data == b".\r\n"):
            raise ConnectionResetError(104, "Connection reset by peer")
        self.sent += data


class Fake:
    """Stands for smtplib.SMTP. `answers` by command: a code, or an error that is raised."""

    def __init__(self, answers: dict[str, Any], extensions: tuple[str, ...] = ("smtputf8",)) -> None:
        self.answers, self.extensions = answers, extensions
        self.sock: Sock | None = Sock(answers.get("breaks", ""))
        self.asked: list[str] = []

    def __call__(self, *_arguments: object, **_named: object) -> Fake:
        return self

    def _answer(self, command: str, usual: int = 250) -> tuple[int, bytes]:
        self.asked.append(command)
        said = self.answers.get(command, usual)
        if isinstance(said, Exception):
            raise said
        return said, b"words"

    def ehlo_or_helo_if_needed(self) -> None:
        self._answer("ehlo")

    def has_extn(self, name: str) -> bool:
        return name in self.extensions

    def login(self, _user: str, _password: str) -> None:
        code, words = self._answer("login", 235)
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, words)

    def mail(self, _sender: str, options: list[str]) -> tuple[int, bytes]:
        self.asked += options
        return self._answer("mail")

    def rcpt(self, recipient: str) -> tuple[int, bytes]:
        return self._answer(recipient)

    def docmd(self, command: str, _argument: str = "") -> tuple[int, bytes]:
        return self._answer(command, 354 if command == "DATA" else 235)

    def getreply(self) -> tuple[int, bytes]:
        return self._answer("reply")

    def rset(self) -> None:
        self._answer("rset")

    def quit(self) -> None:
        self._answer("quit")

    def close(self) -> None:
        self.asked.append("close")


PARCEL = OutgoingMessage(
    "me@x.example", ("a@x.example", "b@x.example"), frozenset({"a@x.example"}), False, lambda: b".Hello\r\nyou"
)
Offer = Callable[..., tuple[list[DeliveryResult], Fake]]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Offer:
    def offer(
        answers: dict[str, Any], parcel: OutgoingMessage = PARCEL, server: Server | None = None, **kind: Any
    ) -> tuple[list[DeliveryResult], Fake]:
        fake = Fake(answers, **kind)
        monkeypatch.setattr(smtplib, "SMTP", fake)
        told: list[DeliveryResult] = []
        deliver(
            server or Server("x", 25, "none"),
            [parcel],
            lambda _place: None,
            lambda _place, taken: told.append(taken),
            pauses=(),
        )
        return told, fake

    return offer


def test_a_message_is_taken_with_its_dots_and_its_end(offered: Offer) -> None:
    told, fake = offered({})
    assert told == [DeliveryResult("accepted", "250 words")]
    assert fake.sock is not None
    assert fake.sock.sent == b"..Hello\r\nyou\r\n.\r\n"
    assert fake.asked[-2:] == ["quit", "close"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"reply": 451}, DeliveryResult("later", "451 words")),
        ({"reply": 550}, DeliveryResult("refused", "550 words")),
        ({"reply": 299}, DeliveryResult("accepted", "299 words")),
        ({"reply": 300}, DeliveryResult("refused", "300 words")),
        ({"reply": -1}, DeliveryResult("in-doubt", "the connection was closed before the server answered")),
        ({"reply": TimeoutError()}, DeliveryResult("in-doubt", "no answer in time")),
        ({"reply": smtplib.SMTPServerDisconnected("gone")}, DeliveryResult("in-doubt", "gone")),
        ({"breaks": "end"}, DeliveryResult("in-doubt", "Connection reset by peer")),
        ({"breaks": "content"}, DeliveryResult("later", "Connection reset by peer")),
        ({"DATA": 451}, DeliveryResult("later", "451 words")),
        ({"DATA": 400}, DeliveryResult("later", "400 words")),
        ({"DATA": 499}, DeliveryResult("later", "499 words")),
        ({"DATA": 500}, DeliveryResult("refused", "500 words")),
        ({"DATA": 554}, DeliveryResult("refused", "554 words")),
        ({"a@x.example": 400}, DeliveryResult("later", "a@x.example: 400 words")),
        ({"a@x.example": 500}, DeliveryResult("refused", "a@x.example: 500 words")),
        ({"DATA": 421}, DeliveryResult("later", "421 words")),
        ({"DATA": -1}, DeliveryResult("later", "the connection ended")),
        ({"DATA": OSError("broken pipe")}, DeliveryResult("later", "broken pipe")),
        ({"mail": 550}, DeliveryResult("refused", "550 words")),
        ({"mail": 300}, DeliveryResult("refused", "300 words")),
        ({"mail": 299}, DeliveryResult("accepted", "250 words")),
        ({"mail": 451}, DeliveryResult("later", "451 words")),
        ({"mail": -1}, DeliveryResult("later", "the connection ended")),
        ({"a@x.example": 550}, DeliveryResult("refused", "a@x.example: 550 words")),
        ({"a@x.example": 450}, DeliveryResult("later", "a@x.example: 450 words")),
        ({"a@x.example": 421}, DeliveryResult("later", "421 words")),
        ({"a@x.example": -1}, DeliveryResult("later", "the connection ended")),
        ({"b@x.example": 550}, DeliveryResult("accepted", "250 words", (("b@x.example", "550 words"),))),
        ({"b@x.example": 450}, DeliveryResult("accepted", "250 words", (("b@x.example", "450 words"),))),  # the last time
        ({"b@x.example": 550, "reply": 550}, DeliveryResult("refused", "550 words")),
        ({"b@x.example": 550, "breaks": "end"},
         DeliveryResult("in-doubt", "Connection reset by peer", (("b@x.example", "550 words"),))),
        ({"ehlo": smtplib.SMTPHeloError(421, b"busy")}, DeliveryResult("later", "x:25: 421 busy")),
        ({"rset": OSError("gone"), "DATA": 554}, DeliveryResult("refused", "554 words")),
        ({"quit": smtplib.SMTPServerDisconnected("gone")}, DeliveryResult("accepted", "250 words")),
    ],
)  # fmt: skip
def test_what_an_answer_makes_of_it(offered: Offer, answers: dict[str, Any], expected: DeliveryResult) -> None:
    told, _fake = offered(answers)
    assert told == [expected]


def test_a_new_connection_that_breaks_is_not_made_again_at_once(offered: Offer) -> None:
    told, fake = offered({"mail": smtplib.SMTPServerDisconnected("gone")})
    assert told == [DeliveryResult("later", "gone")]
    assert fake.asked.count("mail") == 1


def test_what_is_beyond_ascii_asks_for_a_server_that_takes_it(offered: Offer) -> None:
    beyond = PARCEL._replace(utf8=True)
    told, fake = offered({}, beyond)
    assert told == [DeliveryResult("accepted", "250 words")]
    assert fake.asked[1:3] == ["SMTPUTF8", "BODY=8BITMIME"]
    told, _fake = offered({}, beyond, extensions=())
    assert told == [DeliveryResult("refused", "the server does not accept addresses beyond ASCII (SMTPUTF8)")]


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("bad")
    error.verify_message = "self-signed"
    return error


def no_tls() -> ssl.SSLError:
    error = ssl.SSLError(1, "wrong version")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("user", "answers", "expected"),
    [
        ("me", {"login": 535}, "x:25 does not let me in (535 words): check smtp-user and the password"),
        ("mé", {"AUTH": 535}, "x:25 does not let mé in (535 words): check smtp-user and the password"),
        (
            "me",
            {"login": smtplib.SMTPNotSupportedError("no AUTH")},
            "x:25: no AUTH: take smtp-user out if the server does not ask for one",
        ),
        ("", {"ehlo": untrusted()}, "x:25: its certificate is not trusted"),
    ],
)
def test_who_is_not_let_in(offered: Offer, user: str, answers: dict[str, Any], expected: str) -> None:
    with pytest.raises(ServerUnusable, match="^" + expected.replace("(", r"\(").replace(")", r"\)")):
        offered(answers, server=Server("x", 25, "none", user, "secret"))


def test_who_is_let_in(offered: Offer) -> None:
    for user, answers in (("me", {}), ("mé", {}), ("mé", {"AUTH": 503})):
        told, _fake = offered(answers, server=Server("x", 25, "none", user, "secret"))
        assert [result.state for result in told] == ["accepted"]
    told, _fake = offered({"login": 454}, server=Server("x", 25, "none", "me", "secret"))
    assert told == [DeliveryResult("later", "x:25: 454 words")]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(-2, "Name or service not known"), "there is no server x: check invoice-option"),
        (no_tls(), "x:25 does not answer TLS on"),
        (untrusted(), "x:25: its certificate is not trusted"),
    ],
)
def test_a_server_that_there_is_not(monkeypatch: pytest.MonkeyPatch, error: Exception, expected: str) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(smtplib, "SMTP_SSL", fail)
    with pytest.raises(ServerUnusable, match=expected):
        deliver(Server("x", 25, "tls"), [PARCEL], lambda _place: None, lambda _place, _taken: None, pauses=())


def test_no_starttls_is_no_sending_in_the_clear(offered: Offer) -> None:
    with pytest.raises(ServerUnusable, match="STARTTLS: nothing was sent in the clear"):
        offered({}, server=Server("x", 25, "starttls"))


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), RuntimeError("mistake")])
def test_an_end_from_outside_drops_the_connection(monkeypatch: pytest.MonkeyPatch, interrupt: BaseException) -> None:
    def stop(*_place: object) -> None:
        raise interrupt

    fake = Fake({})
    monkeypatch.setattr(smtplib, "SMTP", fake)
    with pytest.raises(type(interrupt)):
        deliver(Server("x", 25, "none"), [PARCEL], stop, lambda _place, _taken: None, pauses=())
    assert fake.sock is not None
    assert (fake.sock.sent, fake.asked[-1], "quit" in fake.asked) == (b"", "close", False)
    waits = Fake({})
    monkeypatch.setattr(waits, "getreply", stop)
    monkeypatch.setattr(smtplib, "SMTP", waits)
    with pytest.raises(type(interrupt)):
        deliver(Server("x", 25, "none"), [PARCEL], lambda _place: None, lambda _place, _taken: None, pauses=())
    assert (waits.asked[-1], "quit" in waits.asked) == ("close", False)


def test_a_connection_that_ended_meanwhile_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Fake] = []

    def connect(*_arguments: object, **_named: object) -> Fake:
        made.append(Fake({}))
        return made[-1]

    monkeypatch.setattr(smtplib, "SMTP", connect)
    told: list[str] = []

    def after(_place: int, taken: DeliveryResult) -> None:
        told.append(taken.state)
        made[-1].sock = None

    deliver(Server("x", 25, "none"), [PARCEL, PARCEL], lambda _place: None, after, pauses=())
    assert (told, len(made)) == (["accepted", "accepted"], 2)


@pytest.mark.parametrize(
    ("server", "answers"),
    [
        (Server("x", 25, "starttls"), {}),
        (Server("x", 25, "none"), {"ehlo": untrusted()}),
        (Server("x", 25, "none", "me", "secret"), {"login": 535}),
        (Server("x", 25, "none", "me", "secret"), {"login": smtplib.SMTPNotSupportedError("no AUTH")}),
    ],
)
def test_a_server_that_cannot_be_used_is_left_without_another_word(
    monkeypatch: pytest.MonkeyPatch, server: Server, answers: dict[str, Any]
) -> None:
    fake = Fake(answers)
    monkeypatch.setattr(smtplib, "SMTP", fake)
    with pytest.raises(ServerUnusable):
        deliver(server, [PARCEL], lambda _place: None, lambda _place, _taken: None, pauses=())
    assert (fake.asked[-1], "quit" in fake.asked) == ("close", False)


@pytest.mark.parametrize("answers", [{"login": 454}, {"login": 421}, {"ehlo": OSError("gone")}])
def test_a_connection_that_could_not_be_made_is_not_written_on(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]
) -> None:
    """All wait for one that lets us in."""
    made: list[Fake] = []

    def connect(*_arguments: object, **_named: object) -> Fake:
        made.append(Fake({} if made else answers))
        return made[-1]

    monkeypatch.setattr(smtplib, "SMTP", connect)
    told: list[str] = []
    deliver(
        Server("x", 25, "none", "me", "secret"),
        [PARCEL, PARCEL],
        lambda _place: None,
        lambda _place, taken: told.append(taken.state),
        pauses=(0,),
    )
    assert told == ["accepted", "accepted"]
    assert ([fake.asked[-1] for fake in made], "mail" in made[0].asked) == (["close", "close"], False)
