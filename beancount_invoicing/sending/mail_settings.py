"""Who sends e-mails, and through which server: from the ledger's options. The password is never there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from beancount_invoicing.delivery import BadAddress, addresses
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.rules.hosts import host_and_port

if TYPE_CHECKING:  # both need much of the standard library; listing what is to be sent does without
    from beancount_invoicing.delivery.mail import Sender
    from beancount_invoicing.delivery.smtp import Server

PASSWORD = "BEAN_INVOICE_SMTP_PASSWORD"  # noqa: S105 - the name of the variable that holds it
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class CannotSend(Exception):
    """Nothing can be sent like this; the message says why, and what to do. Nothing was sent."""


def password_from(environment: Mapping[str, str]) -> Callable[[str, str], str]:
    """A function that looks up a user's password on a server: from the environment, else from keyring if it is installed."""

    def password(host: str, user: str) -> str:
        if text := environment.get(PASSWORD):
            return text
        try:
            import keyring
        except ImportError:
            return ""
        try:
            return keyring.get_password(host, user) or ""
        except keyring.errors.KeyringError as error:
            raise CannotSend(
                _(
                    "the password cannot be read from the keyring ({error}): set {password}",
                    error=error,
                    password=PASSWORD,
                )
            ) from None

    return password


def sender(book: Book, day: date) -> Sender:
    """The sender on `day`. Raises CannotSend if no address is known, or it is not a valid one."""
    from beancount_invoicing.delivery.mail import Sender

    seller = book.seller.at(day) if book.seller else None
    own = seller.email if seller else ""
    address = book.option("mail-from", day) or own
    if not address:
        raise CannotSend(
            _(
                '{place}: the sender of e-mails is not known: write email: "you@example.org" into invoice-seller, or '
                'custom "invoice-option" "mail-from" "you@example.org"',
                place=seller.source if seller else book.file,
            )
        )
    copies = addresses.split_addresses(book.option("mail-bcc", day))
    for option, value in (
        ("mail-from", address),
        ("mail-from", own or address),
        *(("mail-bcc", copy) for copy in copies),
    ):
        try:
            addresses.checked_address(value)
        except BadAddress as error:
            place = book.option_source(option) if option in book.options else seller.source if seller else book.file
            raise CannotSend(_("{place}: {error}", place=place, error=error)) from None
    return Sender(seller.name if seller else "", address, own if own != address else "", copies)


def mail_server(book: Book, day: date, password: Callable[[str, str], str]) -> Server | None:
    """The server through which e-mails are sent on `day`; None if no option names one. Raises CannotSend."""
    from beancount_invoicing.delivery.smtp import Server

    text = book.option("smtp", day)
    if not text:
        return None
    try:
        host, port = host_and_port(text)
    except ValueError as error:
        raise CannotSend(_("{option_source}: {error}", option_source=book.option_source("smtp"), error=error)) from None
    security = book.option("smtp-security", day) or ("tls" if port == 465 else "starttls")
    if security not in {"starttls", "tls", "none"}:
        raise CannotSend(
            _(
                '{option_source}: smtp-security must be "starttls", "tls" or "none", not "{security}"',
                option_source=book.option_source("smtp-security"),
                security=security,
            )
        )
    user = book.option("smtp-user", day)
    if user and security == "none" and host not in _HERE:
        raise CannotSend(
            _(
                '{option_source}: the password would go to {host} in the clear: take smtp-security "none" out',
                option_source=book.option_source("smtp-security"),
                host=host,
            )
        )
    known = password(host, user) if user else ""
    if user and not known:
        raise CannotSend(
            _(
                "the password of {user} on {host} is not known: set {password}, or store it with: keyring set {host} "
                "{user}",
                user=user,
                host=host,
                password=PASSWORD,
            )
        )
    rate = book.options["mail-rate"].at(day) if "mail-rate" in book.options else None
    per_minute = rate if isinstance(rate, Decimal) and rate > 0 else None
    return Server(
        host=host,
        port=port or (465 if security == "tls" else 587),
        security="none" if security == "none" else "tls" if security == "tls" else "starttls",
        user=user,
        password=known,
        per_minute=per_minute,
    )
