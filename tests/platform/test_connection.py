"""The connection with real parts: certificates, proxies, the key ring; and platforms that want to do harm."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import socketserver
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import keyring
import keyring.backend
import keyring.errors
import pytest
import trustme

from beancount_invoicing.delivery.https import HttpClient, NoAnswer, NotReached, ServerUnusable
from beancount_invoicing.delivery.platform_api import FlowToSend, Platform, PlatformServer, RequestRefused
from beancount_invoicing.delivery.tokens import Credentials, SecretStore
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.platform_settings import secrets_from
from tests.delivery.servers import free_port
from tests.platform.connected import COMMUNE, DAY, events, option, record, run
from tests.platform.stand_in import Fault, StandIn, running

BILL = FlowToSend("F2026-1.0123456789abcdef", "F2026-1.pdf", "Factur-X", b"%PDF")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority of certificates that this computer trusts."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return ca


def certified(
    ca: trustme.CA, name: str = "localhost", not_before: datetime | None = None, not_after: datetime | None = None
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name, not_before=not_before, not_after=not_after).configure_cert(context)
    return context


def platform_at(address: str, stand_in: StandIn, timeout: float = 5) -> Platform:
    store = SecretStore(lambda: Credentials(stand_in.secret), lambda _token: None, contextlib.nullcontext)
    server = PlatformServer(f"{address}/flow-service", f"{address}/token", stand_in.client, timeout=timeout)
    return Platform(server, store, pauses=(), sleep=lambda _seconds: None)


# certificates -----------------------------------------------------------------------------------------------------------


def test_a_certificate_of_a_trusted_authority(authority: trustme.CA) -> None:
    with running(StandIn(), certified(authority)) as stand_in:
        assert platform_at(stand_in.address, stand_in).hand_in(BILL).state == "accepted"


@pytest.mark.parametrize("fault", ["self-signed", "other name", "expired", "not yet"])
def test_a_certificate_that_is_wrong_gets_nothing(authority: trustme.CA, fault: str) -> None:
    far, past = datetime(2099, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
    context = {
        "self-signed": lambda: certified(trustme.CA()),
        "other name": lambda: certified(authority, "elsewhere.example"),
        "expired": lambda: certified(authority, not_before=past, not_after=past.replace(year=2021)),
        "not yet": lambda: certified(authority, not_before=far, not_after=far.replace(year=2100)),
    }[fault]()
    with running(StandIn(), context) as stand_in:
        with pytest.raises(ServerUnusable, match="its certificate is not trusted") as told:
            platform_at(stand_in.address, stand_in).hand_in(BILL)
        assert "\n" not in str(told.value)
        assert stand_in.requests == []


def test_a_wrong_certificate_is_told_in_a_line_and_nothing_is_recorded(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(StandIn(), certified(trustme.CA())) as stand_in:
        option(
            ledger,
            platform=f"{stand_in.address}/flow-service",
            platform_token=f"{stand_in.address}/token",
            platform_client=stand_in.client,
        )
        monkeypatch.setenv("BEAN_INVOICE_PLATFORM_SECRET", stand_in.secret)
        assert run(ledger, "platform", "check", *DAY, code=1).count("certificate is not trusted") == 1
        assert "certificate is not trusted" in run(ledger, "send", COMMUNE, *DAY, "--write", code=1)
        assert events(ledger) == []
        assert stand_in.requests == []


# proxies ----------------------------------------------------------------------------------------------------------------


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that takes every CONNECT to one place, or refuses it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, place: tuple[str, int], status: str = "200 OK") -> None:
        super().__init__(("127.0.0.1", 0), _ProxyHandler)
        self.place, self.status = place, status
        self.heads: list[str] = []

    def handle_error(self, *_arguments: object) -> None:
        """A client that has gone is no error."""


class _ProxyHandler(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.rfile.readline()
        self.server.heads.append(head.decode())
        self.wfile.write(f"HTTP/1.1 {self.server.status}\r\n\r\n".encode())
        if not self.server.status.startswith("200"):
            return
        with socket.create_connection(self.server.place) as far:
            back = threading.Thread(target=_pour, args=(far, self.connection))
            back.start()
            _pour(self.connection, far)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxy(place: tuple[str, int], status: str = "200 OK") -> Iterator[Proxy]:
    with Proxy(place, status) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_is_used_and_reads_nothing(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(StandIn(), certified(authority, "platform.example")) as stand_in:
        port = int(stand_in.address.rpartition(":")[2])
        with proxy(("127.0.0.1", port)) as between:
            monkeypatch.setenv("HTTPS_PROXY", f"http://anne:p%40ss@127.0.0.1:{between.server_address[1]}")
            assert platform_at("https://platform.example", stand_in).hand_in(BILL).state == "accepted"
        heads = "".join(between.heads)
        assert "CONNECT platform.example:443" in heads
        assert f"Proxy-Authorization: Basic {b64encode(b'anne:p@ss').decode()}" in heads.title().replace(
            b64encode(b"anne:p@ss").decode().title(), b64encode(b"anne:p@ss").decode()
        )
        assert stand_in.secret not in heads
        assert stand_in.tokens[-1] not in heads


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
def test_a_proxy_that_refuses_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    with proxy(("127.0.0.1", 1), status) as between:
        monkeypatch.setenv("HTTPS_PROXY", f"http://anne:p4ssw0rd@127.0.0.1:{between.server_address[1]}")
        with pytest.raises(NotReached, match=r"platform\.example cannot be reached") as told:
            platform_at("https://platform.example", StandIn()).hand_in(BILL)
    assert "p4ssw0rd" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("text", ["socks5://127.0.0.1:1", "http://[", "http://", "http://host:port"])
def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", text)
    with pytest.raises(ServerUnusable, match="HTTPS_PROXY"):
        platform_at("https://platform.example", StandIn()).hand_in(BILL)


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{free_port()}")
    with pytest.raises(NotReached):
        platform_at("https://platform.example", StandIn()).hand_in(BILL)


# the key ring -----------------------------------------------------------------------------------------------------------


class Ring(keyring.backend.KeyringBackend):
    """A key ring in memory, with the real interface."""

    priority: ClassVar[float] = 1
    error: Exception | None = None

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # keyring does not say its types
        self.known: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.error:
            raise self.error
        return self.known.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.known[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.known[service, username]


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    before = keyring.get_keyring()
    made = Ring()
    keyring.set_keyring(made)
    monkeypatch.delenv("BEAN_INVOICE_PLATFORM_SECRET", raising=False)
    monkeypatch.setenv("BEAN_INVOICE_PLATFORM_FILE", str(tmp_path / "none.json"))
    yield made
    keyring.set_keyring(before)


def stored(stand_in: StandIn, environment: dict[str, str]) -> Platform:
    """A platform whose secrets are where a person keeps them."""
    server = PlatformServer(f"{stand_in.address}/flow-service", f"{stand_in.address}/token", stand_in.client, timeout=5)
    return Platform(server, secrets_from(environment)(server), pauses=(), sleep=lambda _seconds: None)


def test_the_key_ring_has_the_secret_and_keeps_each_new_refresh_token(
    stand_in: StandIn, ring: Ring, tmp_path: Path
) -> None:
    host = stand_in.address.removeprefix("http://")
    environment = {"BEAN_INVOICE_PLATFORM_FILE": str(tmp_path / "none.json")}
    ring.known[host, stand_in.client] = stand_in.secret
    assert stored(stand_in, environment).hand_in(BILL).state == "accepted"
    stand_in.refresh_token = ring.known[host, f"{stand_in.client}/refresh-token"] = "first"  # noqa: S105 - of the test
    for _time in range(3):
        assert stored(stand_in, environment).hand_in(BILL).state == "accepted"
        assert ring.known[host, f"{stand_in.client}/refresh-token"] == stand_in.refresh_token != "first"
    assert not (tmp_path / "none.json").exists()


def test_a_key_ring_that_is_locked_is_said_and_none_at_all_is_none(
    stand_in: StandIn, ring: Ring, tmp_path: Path
) -> None:
    environment = {"BEAN_INVOICE_PLATFORM_FILE": str(tmp_path / "none.json")}
    ring.error = keyring.errors.KeyringLocked("locked")
    with pytest.raises(CannotSend, match="BEAN_INVOICE_PLATFORM_SECRET"):
        stored(stand_in, environment).authorize()
    ring.error = keyring.errors.NoKeyringError("no backend")
    with pytest.raises(ServerUnusable, match="is not known"):
        stored(stand_in, environment).authorize()
    environment["BEAN_INVOICE_PLATFORM_SECRET"] = stand_in.secret
    stored(stand_in, environment).authorize()


# platforms that want to do harm -------------------------------------------------------------------------------------------

BOMB = gzip.compress(b" " * 50_000_000)
HARM = [
    Fault(body=BOMB, headers={"Content-Encoding": "gzip"}),
    Fault(body=b"\x00" * 1000),
    Fault(body=b"[" * 1_000_000),
    Fault(body=b'{"flowId": ["x"]}'),
    Fault(202, body=b'{"flowId": {"a": 1}}'),
    Fault(202, body=json.dumps({"flowId": "x" * 10_000}).encode()),
    Fault(307, {"Location": "https://thief.example/TOKEN"}),
    Fault(307, {"Location": "//[bad"}),
    Fault(400, body=b'{"errorCode": "TOKEN", "errorMessage": "\\u001b[2J\\nTOKEN"}'),
    Fault(400, body=b'{"errorCode": {"x": []}, "errorMessage": 1e999}'),
    Fault(200, {f"X-{number}": "y" * 1000 for number in range(300)}),
    Fault(200, {"Content-Length": "-1"}, b"x"),
]


@pytest.mark.parametrize("fault", HARM, ids=range(len(HARM)))
def test_nothing_leaks_to_a_platform_that_wants_to_do_harm(stand_in: StandIn, fault: Fault) -> None:
    talking = platform_at(stand_in.address, stand_in)
    talking.authorize()
    token = stand_in.tokens[-1]
    fault = Fault(
        fault.status,
        {name: value.replace("TOKEN", token) for name, value in fault.headers.items()},
        fault.body.replace(b"TOKEN", token.encode()),
    )
    messages = []
    acts: dict[str, Callable[[], str]] = {
        "POST flows": lambda: talking.hand_in(BILL).reason,
        "POST flows/search": lambda: str(list(talking.search({"trackingId": "x"}))),
    }
    for request, act in acts.items():
        stand_in.fail(request, fault)
        try:
            messages.append(act())
        except (ServerUnusable, NotReached, NoAnswer, RequestRefused) as error:
            messages.append(str(error))
    for text in messages:
        assert text.isprintable()
        assert len(text) < 800
        assert token not in text
        assert stand_in.secret not in text


def test_what_a_platform_that_wants_to_do_harm_says_is_one_line_in_the_ledger(
    connected: Path, stand_in: StandIn
) -> None:
    stand_in.fail(
        "POST flows", Fault(400, body=b'{"errorCode": "X\\"\\n2026-11-30 open Assets:Evil", "errorMessage": "\\u0000"}')
    )
    output = run(connected, "send", COMMUNE, *DAY, "--write", code=1)
    assert stand_in.secret not in output + record(connected)
    assert stand_in.tokens[-1] not in output + record(connected)
    assert "\n2026-11-30 open" not in record(connected)


def test_a_bomb_is_not_unpacked(stand_in: StandIn) -> None:
    stand_in.fail("POST /token", Fault(body=BOMB, headers={"Content-Encoding": "gzip"}))
    answer: Any = HttpClient(5).request("POST", f"{stand_in.address}/token", headers={}, body=b"", limit=1 << 20)
    assert answer.data == BOMB
