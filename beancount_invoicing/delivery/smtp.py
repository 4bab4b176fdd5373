"""E-mails to a server, one connection for all of them, each at most once.

A message that cannot have been accepted may be offered again: after a temporary refusal (4xx), or if the connection
breaks before the end of the message is being sent. Once its last line is being sent, only the server knows; without an
answer the message is in doubt and is not sent again. (RFC 5321, 4.1.1.4: a server that answers 250 to the end of the
data has accepted the message.)
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.messages import _

Security = Literal["starttls", "tls", "none"]
RETRY_DELAYS: tuple[float, ...] = (20, 60, 300)
"""Seconds before a temporarily refused message is offered again; a greylist accepts it after five minutes."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server and how to connect to it. `patience`: seconds to wait for an answer; `final`: for the answer to a whole
    message.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    per_minute: Decimal | None = None
    timeout: float = 60
    final_timeout: float = 600  # RFC 5321, 4.5.3.2.6


class OutgoingMessage(NamedTuple):
    """A message for the server. `content` makes its bytes, with CRLF, when the message's turn comes."""

    sender: str
    recipients: tuple[str, ...]
    main_recipients: frozenset[str]
    """If the server refuses one of these recipients, the message is not sent."""
    utf8: bool
    content: Callable[[], bytes]


class DeliveryResult(NamedTuple):
    """The result for a message. "later": temporarily refused. `why` quotes the server; `left_out` are the recipients
    that were refused while others were accepted.
    """

    state: Literal["accepted", "refused", "later", "in-doubt"]
    reason: str = ""
    refused_recipients: tuple[tuple[str, str], ...] = ()


_PIECE = 1 << 16


class ServerUnusable(Exception):
    """This server cannot send any message; the error says why, and what to do."""


class _Broken(Exception):
    """The connection is not there, or broke before the end of a message was on its way."""


def deliver(
    server: Server,
    parcels: Sequence[OutgoingMessage],
    before: Callable[[int], None],
    after: Callable[[int, DeliveryResult], None],
    *,
    pauses: Sequence[float] = RETRY_DELAYS,
    sleep: Callable[[float], None] = time.sleep,
    notice: Callable[[str], None] = lambda _text: None,
) -> None:
    """Offers each message to the server. Temporarily refused ones are offered again after each of `pauses` (seconds).

    `before` is called with a message's place once the server waits for its content, before any byte of it is sent.
    `after` is called with the result: once for each call of `before`, and at least once for each message. An exception
    in either ends everything. Raises ServerUnusable if no message can be sent; messages that were not accepted by then
    are unchanged.
    """
    waiting = list(range(len(parcels)))
    every = 60 / float(server.per_minute) if server.per_minute else 0.0
    with contextlib.closing(_Line(server)) as line:
        for round_, pause in enumerate((0.0, *pauses)):
            if pause:
                notice(
                    _(
                        "{count} of {other_count} cannot be sent at the moment: trying again in {pause} seconds",
                        count=len(waiting),
                        other_count=len(parcels),
                        pause=f"{pause:g}",
                    )
                )
                line.close()
                sleep(pause)
            last = round_ == len(pauses)
            again: list[tuple[int, DeliveryResult]] = []
            free = time.monotonic()
            for index, place in enumerate(waiting):
                if (rest := free - time.monotonic()) > 0:
                    sleep(rest)
                free = time.monotonic() + every
                try:
                    taken = _offered(line, parcels[place], place, before, after, last=last)
                except _Broken as error:  # no connection: the others need not try now
                    again += [(parcel, DeliveryResult("later", str(error))) for parcel in waiting[index:]]
                    break
                if taken.state == "later":
                    again.append((place, taken))
                else:
                    after(place, taken)
            if last:
                for place, taken in again:
                    after(place, taken)
            waiting = [place for place, _taken in again]
            if not waiting:
                return


def _offered(
    line: _Line,
    parcel: OutgoingMessage,
    place: int,
    before: Callable[[int], None],
    after: Callable[[int, DeliveryResult], None],
    *,
    last: bool,
) -> DeliveryResult:
    """A parcel is offered; once more at once where the connection had ended meanwhile. Raises _Broken where there is none."""
    fresh = line.open()
    told = False

    def ready() -> None:
        nonlocal told
        before(place)
        told = True

    try:
        taken = line.offer(parcel, ready, last=last)
    except _Broken as error:
        line.close()
        if told or fresh:
            taken = DeliveryResult("later", str(error))
        else:
            line.open()
            try:
                taken = line.offer(parcel, ready, last=last)
            except _Broken as again:
                line.close()
                taken = DeliveryResult("later", str(again))
    if told and taken.state == "later" and not last:
        after(place, taken)
    return taken


class _Line:
    """The connection to the server, made when it is needed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def close(self) -> None:
        """Ends the connection."""
        if self._smtp and self._smtp.sock:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.sock.settimeout(5)
                self._smtp.quit()
        self._drop()

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
            self._smtp = None

    def open(self) -> bool:
        """Makes the connection where there is none; whether it did. Raises ServerUnusable, _Broken."""
        if self._smtp:
            return False
        server = self._server
        where = f"{server.host}:{server.port}"
        smtp = self._smtp = _connect(server)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                if not smtp.has_extn("starttls"):
                    raise ServerUnusable(
                        _(
                            "{where} does not offer STARTTLS: nothing was sent in the clear. Check the port and "
                            'smtp-security ("tls"?)',
                            where=where,
                        )
                    )
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if server.user:
                _login(smtp, server)
        except ServerUnusable:
            self._drop()
            raise
        except ssl.SSLCertVerificationError as error:
            self._drop()
            raise ServerUnusable(_certificate(where, error)) from None
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            if 400 <= error.smtp_code < 500:
                raise _Broken(
                    _("{where}: {answer}", where=where, answer=_answer(error.smtp_code, error.smtp_error))
                ) from None
            raise ServerUnusable(
                _(
                    "{where} does not let {user} in ({answer}): check smtp-user and the password",
                    where=where,
                    user=server.user,
                    answer=_answer(error.smtp_code, error.smtp_error),
                )
            ) from None
        except smtplib.SMTPNotSupportedError as error:
            self._drop()
            raise ServerUnusable(
                _(
                    "{where}: {text}: take smtp-user out if the server does not ask for one",
                    where=where,
                    text=_said(error),
                )
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise _Broken(_("{where}: {text}", where=where, text=_said(error))) from None
        return True

    def offer(self, parcel: OutgoingMessage, ready: Callable[[], None], *, last: bool) -> DeliveryResult:
        """Offers a message. Raises _Broken where the connection ends before the end of the message was on its way."""
        smtp = self._smtp
        assert smtp is not None
        if smtp.sock is None:
            raise _Broken(_("the connection ended"))
        try:
            smtp.sock.settimeout(self._server.timeout)
            refused = self._envelope(smtp, parcel, last=last)
            if isinstance(refused, DeliveryResult):
                return refused
            code, answer = smtp.docmd("DATA")
            if code != 354:
                return self._refusal(smtp, code, answer)
        except (OSError, smtplib.SMTPException) as error:
            raise _Broken(_said(error)) from None
        try:
            ready()
            content = parcel.content()
        except BaseException:  # nothing of it is sent: without its end the server takes nothing
            self._drop()
            raise
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
        try:
            whole = re.sub(rb"(?m)^\.", b"..", content)
            for start in range(0, len(whole), _PIECE):  # the time that sendall may take is for all that it is given
                smtp.sock.sendall(whole[start : start + _PIECE])
        except OSError as error:  # its end was not sent
            raise _Broken(_said(error)) from None
        try:
            smtp.sock.settimeout(self._server.final_timeout)
            smtp.sock.sendall(b".\r\n")
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return DeliveryResult("in-doubt", _said(error), refused)
        except BaseException:  # ended from outside: the connection is of no use any more
            self._drop()
            raise
        if 200 <= code < 300:
            return DeliveryResult("accepted", _answer(code, answer), refused)
        if code < 0:
            self._drop()
            return DeliveryResult("in-doubt", _("the connection was closed before the server answered"), refused)
        return self._refusal(smtp, code, answer)

    def _envelope(
        self, smtp: smtplib.SMTP, parcel: OutgoingMessage, *, last: bool
    ) -> DeliveryResult | tuple[tuple[str, str], ...]:
        """Sender and recipients: those that were refused alone, or what became of the whole."""
        options = []
        if parcel.utf8:
            if not smtp.has_extn("smtputf8"):
                return DeliveryResult("refused", _("the server does not accept addresses beyond ASCII (SMTPUTF8)"))
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        code, answer = smtp.mail(parcel.sender, options)
        if code >= 300 or code < 0:
            return self._refusal(smtp, code, answer)
        refused: list[tuple[str, str]] = []
        later = ""
        for recipient in parcel.recipients:
            code, answer = smtp.rcpt(recipient)
            if code == 421 or code < 0:
                return self._refusal(smtp, code, answer)
            if code >= 300:
                refused.append((recipient, _answer(code, answer)))
                later = later or (f"{recipient}: {_answer(code, answer)}" if 400 <= code < 500 else "")
        if later and not last:
            smtp.rset()
            return DeliveryResult("later", later)
        if parcel.main_recipients <= {recipient for recipient, _why in refused}:
            smtp.rset()
            return DeliveryResult(
                "later" if later else "refused", "; ".join(f"{address}: {why}" for address, why in refused)
            )
        return tuple(refused)

    def _refusal(self, smtp: smtplib.SMTP, code: int, answer: bytes) -> DeliveryResult:
        if code == 421 or code < 0:  # it closes the connection
            self._drop()
            return DeliveryResult("later", _answer(code, answer) if code > 0 else _("the connection ended"))
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.rset()
        return DeliveryResult("later" if 400 <= code < 500 else "refused", _answer(code, answer))


def _connect(server: Server) -> smtplib.SMTP:
    """A connection to the server, without a word yet. Raises ServerUnusable, _Broken."""
    where = f"{server.host}:{server.port}"
    try:
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=ssl.create_default_context()
            )
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    except ssl.SSLCertVerificationError as error:
        raise ServerUnusable(_certificate(where, error)) from None
    except ssl.SSLError as error:
        raise ServerUnusable(
            _(
                '{where} does not answer TLS on this port: should smtp-security be "starttls"? ({reason})',
                where=where,
                reason=error.reason or error,
            )
        ) from None
    except socket.gaierror as error:
        raise ServerUnusable(
            _(
                'there is no server {host}: check invoice-option "smtp" ({reason})',
                host=server.host,
                reason=error.strerror,
            )
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise _Broken(_("{where}: {text}", where=where, text=_said(error))) from None


def _login(smtp: smtplib.SMTP, server: Server) -> None:
    """Raises what smtplib raises."""
    if f"{server.user}{server.password}".isascii():
        smtp.login(server.user, server.password)
        return
    # smtplib knows ASCII only; RFC 4616 has UTF-8
    code, answer = smtp.docmd("AUTH", "PLAIN " + b64encode(f"\0{server.user}\0{server.password}".encode()).decode())
    if code not in {235, 503}:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return one_line(f"{code} {text}")[:300]


def _said(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return _("no answer in time")
    return one_line(str(getattr(error, "strerror", None) or error) or type(error).__name__)[:300]


def _certificate(where: str, error: ssl.SSLCertVerificationError) -> str:
    return _(
        "{where}: its certificate is not trusted ({verify_message}): nothing was sent. If the server has a "
        "certificate of its own, name the file in SSL_CERT_FILE",
        where=where,
        verify_message=error.verify_message,
    )
