"""Who sends e-mails, by which server, and where its password comes from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.model import Book
from beancount_invoicing.sending.mail_settings import PASSWORD, CannotSend, mail_server, password_from, sender
from tests.ledgers import sound_book

DAY = date(2026, 1, 31)
EMAIL = '2025-01-02 custom "invoice-seller" "Atelier Test"\n  email: "atelier@brume.example"\n'


def test_a_password_in_the_environment_is_taken_for_every_server() -> None:
    password = password_from({PASSWORD: "s3cret"})
    assert password("smtp.brume.example", "brume") == "s3cret"


def book(**options: str) -> Book:
    values = {name.replace("_", "-"): value if value.isdigit() else f'"{value}"' for name, value in options.items()}
    return sound_book(
        EMAIL + "".join(f'2025-01-01 custom "invoice-option" "{name}" {value}\n' for name, value in values.items())
    )


def test_the_seller_sends() -> None:
    one = sender(book(), DAY)
    assert (one.name, one.address, one.reply_to, one.bcc) == ("Atelier Test", "atelier@brume.example", "", ())


def test_from_another_address_answers_go_to_the_sellers() -> None:
    one = sender(book(mail_from="rechnung@brume.example", mail_bcc="a@brume.example, b@brume.example"), DAY)
    assert (one.address, one.reply_to) == ("rechnung@brume.example", "atelier@brume.example")
    assert one.bcc == ("a@brume.example", "b@brume.example")
    alone = sound_book('2025-01-01 custom "invoice-option" "mail-from" "rechnung@brume.example"\n')
    assert (sender(alone, DAY).address, sender(alone, DAY).reply_to) == ("rechnung@brume.example", "")
    with pytest.raises(CannotSend, match="the sender of e-mails is not known: write email:"):
        sender(sound_book(""), DAY)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"smtp": "mail.brume.example"}, ("mail.brume.example", 587, "starttls", "", None)),
        ({"smtp": "mail.brume.example:465"}, ("mail.brume.example", 465, "tls", "", None)),
        ({"smtp": "mail.brume.example:2525"}, ("mail.brume.example", 2525, "starttls", "", None)),
        ({"smtp": "mail.brume.example", "smtp_security": "tls"}, ("mail.brume.example", 465, "tls", "", None)),
        (
            {"smtp": "mail.brume.example:465", "smtp_security": "starttls"},
            ("mail.brume.example", 465, "starttls", "", None),
        ),
        ({"smtp": "mail.brume.example", "smtp_security": "none"}, ("mail.brume.example", 587, "none", "", None)),
        (
            {"smtp": "localhost", "smtp_security": "none", "smtp_user": "brume"},
            ("localhost", 587, "none", "s3cret of brume on localhost", None),
        ),
        (
            {"smtp": "mail.brume.example", "smtp_user": "brume", "mail_rate": "20"},
            ("mail.brume.example", 587, "starttls", "s3cret of brume on mail.brume.example", Decimal(20)),
        ),
    ],
)
def test_the_server(options: dict[str, str], expected: tuple[object, ...]) -> None:
    server = mail_server(book(**options), DAY, lambda host, user: f"s3cret of {user} on {host}")
    assert server is not None
    assert (server.host, server.port, server.security, server.password, server.per_minute) == expected
    assert server.user == options.get("smtp_user", "")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (
            {"smtp": "mail.brume.example", "smtp_security": "none", "smtp_user": "brume"},
            'the password would go to mail.brume.example in the clear: take smtp-security "none" out',
        ),
        (
            {"smtp": "mail.brume.example", "smtp_user": "brume"},
            f"the password of brume on mail.brume.example is not known: set {PASSWORD}, or store it with: keyring set"
            " mail.brume.example brume",
        ),
    ],
)
def test_what_a_server_needs(options: dict[str, str], why: str) -> None:
    with pytest.raises(CannotSend) as caught:
        mail_server(book(**options), DAY, lambda _host, _user: "")
    assert str(caught.value).endswith(why)


def test_without_a_server_nothing_is_sent_by_one() -> None:
    assert mail_server(book(), DAY, lambda _host, _user: "") is None
