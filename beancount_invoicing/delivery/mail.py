"""A dispatch as an e-mail: text and HTML, the documents attached, and headers that only we write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import NamedTuple

from beancount_invoicing.delivery import addresses, headers
from beancount_invoicing.delivery.dispatch import Dispatch
from beancount_invoicing.messages import _

_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>")
_STRANGE = re.compile(r"[^A-Za-z0-9]+")


class Sender(NamedTuple):
    """The sender: name and address of the e-mails, the address for replies if it is another one, and the recipients of
    blind copies.
    """

    name: str
    address: str
    reply_to: str = ""
    bcc: tuple[str, ...] = ()


class Mail(NamedTuple):
    """An e-mail that is complete except for the moment at which it is sent."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    """The recipients, those of To first."""
    main_recipients: frozenset[str]
    """The recipients of To: if the server refuses one of them, the e-mail is not sent."""
    utf8: bool
    """Whether an address needs SMTPUTF8."""
    head: bytes
    body: bytes

    def bytes_at(self, moment: datetime) -> bytes:
        """The bytes, with CRLF; `moment`, with its time zone, is the Date header. The same moment gives the same bytes."""
        return headers.header_line("Date", [format_datetime(moment)]) + self.head + self.body


def message_id(dispatch: Dispatch, sender: str, attempt: int) -> str:
    """A Message-ID in the sender's domain, made from the content; `attempt` distinguishes what is sent again on
    purpose.
    """
    parts = [
        dispatch.kind, dispatch.account, dispatch.day.isoformat(), dispatch.level or 0, attempt, dispatch.title,
        *dispatch.numbers, *dispatch.to, *(sha256(attachment.content).hexdigest() for attachment in dispatch.attachments),
    ]  # fmt: skip
    digest = sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]
    name = _STRANGE.sub("-", dispatch.numbers[0] if dispatch.numbers else dispatch.kind).strip("-")[:20] or "mail"
    return f"<{name}.{digest}@{addresses.checked_address(sender).rpartition('@')[2]}>"


class MailAddresses(NamedTuple):
    """The addresses of an e-mail, in the form that headers allow."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    """Without those of `to`."""
    bcc: tuple[str, ...]
    reply_to: str
    """"" if replies go to the sender."""


def mail_addresses(dispatch: Dispatch, sender: Sender) -> MailAddresses:
    """The addresses of a dispatch's e-mail. Raises BadAddress."""
    own = addresses.checked_address(sender.address)
    to = addresses.checked_addresses(dispatch.to)
    cc = tuple(address for address in addresses.checked_addresses(dispatch.cc) if address not in to)
    bcc = addresses.checked_addresses(sender.bcc)
    if not to:
        raise addresses.BadAddress(_("there is no e-mail address to send it to"))
    reply_to = addresses.checked_address(sender.reply_to) if sender.reply_to else ""
    return MailAddresses(own, to, cc, bcc, "" if reply_to == own else reply_to)


def make_mail(dispatch: Dispatch, sender: Sender, identifier: str, *, draft: bool = False) -> Mail:
    """The e-mail of a dispatch; as a `draft`, an e-mail program opens it ready to send. Raises BadAddress."""
    own, to, cc, bcc, reply_to = mail_addresses(dispatch, sender)
    name = dispatch.customer if len(to) == 1 else ""
    head = [
        headers.header_line("From", headers.mailbox_tokens([(sender.name, own)])),
        headers.header_line("To", headers.mailbox_tokens([(name, address) for address in to])),
    ]
    if cc:
        head.append(headers.header_line("Cc", headers.mailbox_tokens([("", address) for address in cc])))
    if reply_to:
        head.append(headers.header_line("Reply-To", headers.mailbox_tokens([(sender.name, reply_to)])))
    head += [
        headers.header_line("Subject", headers.text_tokens(dispatch.subject)),
        headers.header_line("Message-ID", [identifier]),
    ]
    before = [address for address in dispatch.replies_to if _ID.fullmatch(address)]
    if before:
        head += [headers.header_line("In-Reply-To", before[-1:]), headers.header_line("References", before)]
    if draft:
        head.append(headers.header_line("X-Unsent", ["1"]))
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(_lines(dispatch.text), cte="quoted-printable")
    if dispatch.html:
        message.add_alternative(_lines(dispatch.html), subtype="html", cte="quoted-printable")
    for attachment in dispatch.attachments:
        main, _slash, sub = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=addresses.one_line(attachment.name)
        )
    _boundaries(message, identifier)
    everybody = (*to, *cc, *(address for address in bcc if address not in {*to, *cc}))
    utf8 = addresses.needs_utf8((own, *everybody))
    return Mail(identifier, own, everybody, frozenset(to), utf8, b"".join(head), message.as_bytes())


def _lines(text: str) -> str:
    return "\n".join(text.splitlines()).rstrip("\n") + "\n"


def _boundaries(message: EmailMessage, seed: str) -> None:
    """Boundaries between the parts that depend on the message alone, where the library would draw them by lot."""
    parts: Sequence[EmailMessage] = [part for part in message.walk() if part.is_multipart()]
    for index, part in enumerate(parts):
        part.set_boundary("=_" + sha256(f"{seed} {index}".encode()).hexdigest()[:32])
