"""Requests to a server whose address a person has set: TLS is checked, nothing is followed elsewhere, answers have a limit."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.messages import _

if TYPE_CHECKING:  # it is imported when something is asked
    from urllib3 import PoolManager

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PIECE = 1 << 16
SHOWN = 300
"""How much of a server's words is shown."""


class BadHttpAddress(Exception):
    """An address that is none, or to which secrets would go in the clear; the message says what to write."""


class ServerUnusable(Exception):
    """This server cannot be used like this at all; the message says why, and what to do. Nothing was taken."""


class NotReached(Exception):
    """There was no connection: nothing was sent."""


class NoAnswer(Exception):
    """A request was sent, or a part of it, and no whole answer came: nobody knows what the server has done."""


class Answer(NamedTuple):
    """An answer; `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def checked_address(text: str) -> str:
    """A base address without its last slash. Raises BadHttpAddress."""
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or parts.scheme not in {"https", "http"} or parts.query or parts.fragment or parts.username:
        raise BadHttpAddress(
            _(
                'write an address such as "https://api.platform.example/flow-service", without user, password, ? or #, '
                'not "{text}"',
                text=one_line(text)[:SHOWN],
            )
        )
    if parts.scheme == "http" and host not in _HERE:
        raise BadHttpAddress(_("{text} would send secrets in the clear: write https://", text=one_line(text)[:SHOWN]))
    return text.strip().rstrip("/")


def host_of(address: str) -> str:
    """The host of a checked address, with its port if it has one."""
    return urlsplit(address).netloc


class HttpClient:
    """Connections that are kept while the program runs. `timeout`: seconds to wait for a server; a whole answer may take ten
    times as long.
    """

    def __init__(self, timeout: float = 60) -> None:
        self._timeout = timeout
        self._pools: dict[str, PoolManager] = {}

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, limit: int
    ) -> Answer:
        """Asks once. The answer may have `limit` bytes. Raises ServerUnusable, NotReached, NoAnswer."""
        from urllib3 import exceptions

        host = host_of(url)
        until = time.monotonic() + 10 * self._timeout
        try:
            response = self._pool(url).request(
                method, url, body=body, headers={"Accept-Encoding": "identity", **headers}, redirect=False,
                preload_content=False, decode_content=False,
            )  # fmt: skip
            try:
                data = bytearray()
                while piece := response.read(_PIECE):
                    data += piece
                    if len(data) > limit:
                        raise NoAnswer(_("{host} answers more than {limit} bytes", host=host, limit=limit))
                    if time.monotonic() > until:
                        raise NoAnswer(_("{host} does not come to the end of its answer", host=host))
            finally:
                response.close()
        except (exceptions.NewConnectionError, exceptions.ConnectTimeoutError, exceptions.ProxyError) as error:
            raise NotReached(_("{host} cannot be reached: {reason}", host=host, reason=_said(error))) from None
        except exceptions.SSLError as error:
            raise _of_tls(host, error) from None
        except exceptions.TimeoutError:
            raise NoAnswer(_("{host} gave no answer in time", host=host)) from None
        except (exceptions.HTTPError, OSError) as error:
            raise NoAnswer(_("the connection to {host} broke: {reason}", host=host, reason=_said(error))) from None
        answer = Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, bytes(data))
        if 300 <= answer.status < 400:
            raise ServerUnusable(
                _(
                    "{host} sends you on to {place}: this is not followed, so that nothing of yours goes there. If your "
                    "platform has moved, change its address in the ledger",
                    host=host,
                    place=_place(answer.headers.get("location", "")),
                )
            )
        return answer

    def _pool(self, url: str) -> PoolManager:
        """The connections to a host, by way of the system's proxy if there is one."""
        from urllib.request import getproxies, proxy_bypass

        import urllib3

        parts = urlsplit(url)
        if parts.netloc not in self._pools:
            here = parts.hostname in _HERE or proxy_bypass(parts.hostname or "")
            proxy = "" if here else getproxies().get(parts.scheme, "")
            make: Callable[..., PoolManager] = _by_proxy(proxy) if proxy else urllib3.PoolManager
            self._pools[parts.netloc] = make(
                timeout=urllib3.Timeout(connect=min(self._timeout, 20), read=self._timeout),
                retries=False,
                ssl_context=ssl.create_default_context(),
            )
        return self._pools[parts.netloc]


def _by_proxy(proxy: str) -> Callable[..., PoolManager]:
    """What makes connections by way of a proxy, with the user and password in its address. Raises ServerUnusable if it cannot be
    used.
    """
    import urllib3

    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in {"http", "https"}:
        raise ServerUnusable(
            _(
                "HTTPS_PROXY does not name a proxy that can be used: write HTTPS_PROXY=http://proxy.example:3128, or unset it"
            )
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    headers = urllib3.make_headers(proxy_basic_auth=f"{user}:{password}") if user else None
    shown_host = f"[{host}]" if ":" in host else host
    address = f"{parts.scheme}://{shown_host}:{port or (443 if parts.scheme == 'https' else 3128)}"
    return partial(urllib3.ProxyManager, address, proxy_headers=headers)


def _place(location: str) -> str:
    """Where a redirection leads, without its path: that may repeat what was sent."""
    try:
        host = urlsplit(location).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return one_line(host)[:SHOWN] or _("another address")


def _of_tls(host: str, error: Exception) -> ServerUnusable | NoAnswer:
    cause = error.args[0] if error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ServerUnusable(
            _(
                "{host}: its certificate is not trusted ({verify_message}): nothing was sent. If the server has a "
                "certificate of its own, name the file in SSL_CERT_FILE",
                host=host,
                verify_message=cause.verify_message,
            )
        )
    return NoAnswer(_("the connection to {host} broke: {reason}", host=host, reason=_said(error)))


def _said(error: BaseException) -> str:
    """An error in one line, without the objects that urllib3 names."""
    last = one_line(str(error)).rpartition("): ")[2]
    return last.removeprefix("Failed to establish a new connection: ")[:SHOWN] or type(error).__name__
