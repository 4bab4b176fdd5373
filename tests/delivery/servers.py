"""Mail servers of the tests: a real one (aiosmtpd, with TLS and AUTH), and one that breaks off where it is told to."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Protocol  # noqa: N811 - it is the protocol of one connection
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

Answer = Callable[[str], str]


@dataclass
class Received:
    """A message that a server took: its envelope and its bytes."""

    sender: str
    recipients: list[str]
    content: bytes


@dataclass
class Handler:
    """Keeps what is taken. `rcpt` answers to a recipient, `data` to a whole message; "" takes it."""

    rcpt: Answer = lambda _address: ""
    data: Answer = lambda _content: ""
    taken: list[Received] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Protocol, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.connections.add(session.peer)
        self.asked.append(address)
        if answer := self.rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: Protocol, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        if answer := self.data(content.decode("utf-8", "replace")):
            return answer
        self.taken.append(Received(str(envelope.mail_from), list(envelope.rcpt_tos), content))
        return "250 taken"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def server(
    handler: Handler,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    users: dict[str, str] | None = None,
    utf8: bool = True,
) -> Iterator[int]:
    """A real server on this computer; yields its port."""

    def authenticator(_server: Any, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        right = (users or {}).get(auth.login.decode()) == auth.password.decode()
        return AuthResult(success=right, handled=False)

    more: dict[str, Any] = {}
    if users is not None:
        more |= {"authenticator": authenticator, "auth_required": True, "auth_require_tls": not tls}
    if starttls:
        more |= {"tls_context": starttls, "require_starttls": True}
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), ssl_context=tls, enable_SMTPUTF8=utf8, **more
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@dataclass
class Broken:
    """A server of few words that breaks off: at its nth connection (from 0) it does what `breaks` says at that number.

    "at once": closes when it is connected to; "rcpt": closes instead of answering to a recipient; "421": says so there; "content":
    closes after some of the content; "end": takes the whole message, and closes without an answer; "silent": never answers to
    the whole message; "mute": never says hello; "one": takes one message, and closes. Any other connection is served well.
    """

    breaks: dict[int, str]
    taken: list[bytes] = field(default_factory=list)
    connections: int = 0

    def serve(self, connection: socket.socket, number: int) -> None:
        how = self.breaks.get(number, "")
        if how == "at once":
            return
        if how == "mute":
            threading.Event().wait(3)
            return
        with connection.makefile("rwb") as stream:

            def say(line: bytes) -> None:
                stream.write(line + b"\r\n")
                stream.flush()

            say(b"220 here")
            while line := stream.readline():
                command = line[:4].upper()
                if command in {b"EHLO", b"HELO"}:
                    say(b"250 here")
                elif command == b"RCPT" and how == "rcpt":
                    return
                elif command == b"RCPT" and how == "421":
                    say(b"421 too many messages")
                    return
                elif command == b"DATA":
                    say(b"354 go on")
                    if how == "content":
                        stream.read(1000)
                        return
                    content = bytearray()
                    while (line := stream.readline()) not in {b".\r\n", b""}:
                        content += line
                    if not line:  # broken off by who sends
                        return
                    self.taken.append(bytes(content))
                    if how == "end":
                        return
                    if how == "silent":
                        threading.Event().wait(3)
                        return
                    say(b"250 taken")
                    if how == "one":
                        return
                elif command == b"QUIT":
                    say(b"221 bye")
                    return
                else:
                    say(b"250 yes")


@contextlib.contextmanager
def broken(those: Broken) -> Iterator[int]:
    """A server that breaks off; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)  # little is taken that is not read

    def served(connection: socket.socket, number: int) -> None:
        with connection, contextlib.suppress(OSError):
            those.serve(connection, number)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listener.accept()
                number = those.connections
                those.connections += 1
                threading.Thread(target=served, args=(connection, number), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
