"""A dispatch as an e-mail, read again as others read it."""

from __future__ import annotations

import email
from datetime import UTC, date, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.delivery import (
    Attachment,
    BadAddress,
    Dispatch,
    checked_address,
)
from beancount_invoicing.delivery.addresses import one_line
from beancount_invoicing.delivery.mail import Sender, make_mail, message_id

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SENDER = Sender("Atelier Solène", "facturation@solene.example")
INVOICE = Dispatch(
    kind="sent",
    day=date(2026, 11, 30),
    account="Assets:Clients:Parc",
    customer="Clinique du Parc SAS",
    numbers=("F2026-0072",),
    title="Facture F2026-0072",
    channel="email",
    language="fr",
    to=("compta@parc.example",),
    subject="Facture F2026-0072 – Atelier Solène",
    text="Bonjour,\n.\n" + "mot " * 400 + "\n",
    html="<p>Bonjour,</p>",
    attachments=(Attachment("Facture é.pdf", "application/pdf", bytes(range(256)) * 40),),
)


def content(dispatch: Dispatch, sender: Sender = SENDER, identifier: str = "<1@solene.example>") -> bytes:
    return make_mail(dispatch, sender, identifier).bytes_at(NOON)


def read(content: bytes) -> EmailMessage:
    """As a program of today reads it; it finds nothing wrong."""
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def field(content: bytes, name: str) -> str:
    """A header unfolded, still encoded."""
    return str(email.message_from_bytes(content)[name]).replace("\r\n", "")


def test_its_parts() -> None:
    message = read(content(INVOICE))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    ]  # fmt: skip
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == INVOICE.text.splitlines()
    (attached,) = message.iter_attachments()
    assert attached.get_content() == INVOICE.document.content
    assert attached.get_filename() == "Facture é.pdf"
    assert message["Date"] == "Mon, 30 Nov 2026 12:00:00 +0000"


def test_every_byte_is_ascii_and_no_line_is_long() -> None:
    for line in content(INVOICE).split(b"\r\n"):
        assert line.isascii()
        assert len(line) <= 78
        assert b"\n" not in line


def test_the_same_dispatch_gives_the_same_bytes() -> None:
    identifier = message_id(INVOICE, SENDER.address, 0)
    assert identifier == message_id(INVOICE, SENDER.address, 0)
    assert content(INVOICE) == content(INVOICE)
    others = [
        message_id(INVOICE, SENDER.address, 1),
        message_id(INVOICE._replace(kind="reminder", level=1), SENDER.address, 0),
        message_id(INVOICE._replace(to=("other@parc.example",)), SENDER.address, 0),
    ]
    assert len({identifier, *others}) == 4
    assert identifier.startswith("<F2026-0072.")
    assert identifier.endswith("@solene.example>")


def test_what_follows_stands_in_the_thread_of_the_invoice() -> None:
    first = "<AM0PR0202MB3460F4D1D7A0B1E4B1E4ABCDEF@AM0PR0202MB3460.eurprd02.prod.outlook.example>"
    second = "<F2026-0072.0123456789abcdef@solene.example>"
    written = content(INVOICE._replace(replies_to=(first, "no identifier\r\nBcc: x@y.example", second)))
    assert field(written, "In-Reply-To").strip() == second
    assert field(written, "References").split() == [first, second]
    assert b"Bcc" not in written


def test_answers_go_to_the_seller_and_blind_copies_stay_blind() -> None:
    sender = Sender("Atelier", "noreply@solene.example", "facturation@solene.example", ("archive@solene.example",))
    written = make_mail(INVOICE._replace(cc=("compta@parc.example", "b@parc.example")), sender, "<1@solene.example>")
    assert written.recipients == ("compta@parc.example", "b@parc.example", "archive@solene.example")
    assert b"archive" not in written.bytes_at(NOON)
    assert read(written.bytes_at(NOON))["Reply-To"] == "Atelier <facturation@solene.example>"
    assert read(written.bytes_at(NOON))["Cc"] == "b@parc.example"


def test_a_dispatch_to_nobody_is_no_mail() -> None:
    with pytest.raises(BadAddress, match=r"^there is no e-mail address to send it to$"):
        make_mail(INVOICE._replace(to=()), SENDER, "<1@solene.example>")


def test_a_text_without_html_has_one_form() -> None:
    message = read(content(INVOICE._replace(html="")))
    assert [part.get_content_type() for part in message.walk()] == ["multipart/mixed", "text/plain", "application/pdf"]


@pytest.mark.parametrize(("draft", "unsent"), [(True, "1"), (False, None)])
def test_a_draft_is_opened_to_be_sent(draft: bool, unsent: str | None) -> None:
    written = make_mail(INVOICE, SENDER, "<1@solene.example>", draft=draft)
    assert read(written.bytes_at(NOON))["X-Unsent"] == unsent


def test_domains_beyond_ascii_are_written_as_servers_know_them() -> None:
    assert checked_address("compta@société.example") == "compta@xn--socit-esab.example"
    written = make_mail(INVOICE._replace(to=("zoë@société.example",)), SENDER, "<1@solene.example>")
    assert written.utf8
    assert "zoë@xn--socit-esab.example".encode() in written.bytes_at(NOON)
    assert not make_mail(INVOICE, SENDER, "<1@solene.example>").utf8


@given(st.text(max_size=120), st.text(max_size=120))
def test_whatever_a_name_or_a_subject_holds_only_itself_is_read(name: str, subject: str) -> None:
    long = "comptabilite.fournisseurs.region-bretagne@etablissement-public-amenagement.example"
    dispatch = INVOICE._replace(customer=name, to=(long,), subject=subject)
    written = content(dispatch)
    head = written.split(b"\r\n\r\n", 1)[0]
    assert [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"] == [
        b"Date", b"From", b"To", b"Subject", b"Message-ID", b"MIME-Version", b"Content-Type",
    ]  # fmt: skip
    ((shown, address),) = getaddresses([field(written, "To")])
    assert address == long
    assert str(make_header(decode_header(shown))) == one_line(name)
    assert str(make_header(decode_header(field(written, "Subject").strip()))) == one_line(subject)
    assert max(map(len, head.split(b"\r\n"))) <= 300


@given(st.text(max_size=80))
def test_an_address_is_one_or_is_refused(said: str) -> None:
    try:
        address = checked_address(said)
    except BadAddress:
        return
    assert getaddresses([address]) == [("", address)]
    assert not set(address) & set(' \r\n\t,;:<>()[]\\"\x00')


@pytest.mark.parametrize("good", ["a@b.example", "o'neil+bills@b-c.example", "first.last@localhost", "é@b.example"])
def test_addresses_as_people_have_them(good: str) -> None:
    assert checked_address(good) == good


def test_what_cannot_be_seen_is_not_in_a_header() -> None:
    assert one_line("a\x00b\x1b[31m\r\nBcc: c\u2028d \u202ee\u200b\tf\x85g") == "a b [31m Bcc: c d e f g"


def test_a_message_has_an_id_of_its_own_in_the_seller_s_domain() -> None:
    """What is sent anew on purpose, at another level or to others, has another; the same has the same."""
    first = message_id(INVOICE, SENDER.address, 1)
    assert first.startswith("<F2026-0072.")
    assert first.endswith("@solene.example>")
    letter = INVOICE._replace(kind="reminder")
    others = [
        message_id(INVOICE, SENDER.address, 2),
        message_id(INVOICE._replace(to=("other@parc.example",)), SENDER.address, 1),
        message_id(INVOICE._replace(day=date(2026, 12, 1)), SENDER.address, 1),
        message_id(INVOICE._replace(attachments=()), SENDER.address, 1),
        *(message_id(letter._replace(level=level), SENDER.address, 1) for level in (None, 1, 2)),
    ]
    assert len({first, *others}) == 1 + len(others)
    assert message_id(INVOICE._replace(subject="Other words"), SENDER.address, 1) == first
    assert message_id(INVOICE._replace(numbers=("F 2026/72", "F2")), SENDER.address, 1).startswith("<F-2026-72.")
    assert message_id(INVOICE._replace(numbers=("é" * 3,)), SENDER.address, 1).startswith("<mail.")
    assert message_id(INVOICE._replace(numbers=(), kind="statement"), SENDER.address, 1).startswith("<statement.")


def test_nobody_gets_a_message_twice() -> None:
    sender = Sender("Atelier", "noreply@solene.example", bcc=("b@parc.example", "archive@solene.example"))
    dispatch = INVOICE._replace(to=("a@parc.example", "b@parc.example"), cc=("a@parc.example", "c@parc.example"))
    written = make_mail(dispatch, sender, "<1@solene.example>")
    assert written.recipients == ("a@parc.example", "b@parc.example", "c@parc.example", "archive@solene.example")
    assert written.main_recipients == {"a@parc.example", "b@parc.example"}
