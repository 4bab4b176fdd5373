"""What the ledger's events say of sending, and letters in the order of the post."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest

from beancount_invoicing.delivery import addresses, headers
from beancount_invoicing.delivery.attempts import History
from beancount_invoicing.delivery.dispatch import Attachment, Dispatch
from beancount_invoicing.delivery.post import batch, in_post_order, joined, laid_out, page_count
from beancount_invoicing.model import Event, Source

ACME = "Assets:Receivable:Acme"
DISPATCH = Dispatch("sent", date(2026, 2, 3), ACME, "Acme SAS", ("N1",), "Invoice N1", "post", "fr")


def events(*said: str) -> tuple[Event, ...]:
    """Events: "2026-02-03 sent N1 | level=1"."""
    result = []
    for place, one in enumerate(said, 1):
        head, *parts = (part.strip() for part in one.split("|"))
        day, event, *numbers = head.split()
        keys = dict(part.split("=", 1) for part in parts)
        result.append(
            Event(
                date.fromisoformat(day),
                event,  # type: ignore[arg-type] # one of the kinds
                ACME,
                tuple(numbers),
                "x",
                Source("x", place),
                level=int(keys["level"]) if "level" in keys else None,
                message_id=keys.get("message-id", ""),
                sends_kind=keys.get("sends", ""),
            )
        )
    return tuple(result)


def test_an_attempt_is_open_until_something_closes_it() -> None:
    sending = "2026-02-03 sending N1 | message-id=<1@x>"
    sent = "2026-02-03 sent N1 | message-id=<1@x>"
    (attempt,) = History(events(sending)).open
    assert (attempt.in_doubt, attempt.kind, attempt.name, attempt.numbers) == (True, "sent", "N1", ("N1",))
    assert History(events(sending, sent)).open == ()
    assert History(events(sent, sending)).open == ()
    assert History(events(sending, sent, sending)).open != ()
    assert History(events(sending, "2026-02-03 not-sent N1 | message-id=<1@x>")).open == ()
    assert History(events(sending, "2026-02-03 sent N1 | message-id=<2@x>")).open != ()
    assert History(events("2026-02-03 sending N1")).open == ()  # nothing could close it
    (waiting,) = History(events("2026-02-03 prepared | message-id=<3@x> | sends=statement")).open
    assert (waiting.in_doubt, waiting.kind, waiting.name, waiting.numbers) == (False, "statement", ACME, ())


def test_what_was_sent_is_found_by_its_kind_and_number() -> None:
    history = History(
        events(
            "2026-02-01 sent N1",
            "2026-02-02 sent N1 | message-id=<1@x>",
            "2026-02-03 sent N1 | message-id=<2@x>",
            "2026-02-04 statement",
            "2026-02-05 not-sent N1 | message-id=<4@x>",
        )
    )
    assert [event.date.day for event in history.sent("sent", "N1")] == [1, 2, 3]
    assert history.sent("reminder", "N1") == ()
    assert [event.date.day for event in history.sent("statement", ACME)] == [4]
    assert (history.first_message_id("N1"), history.first_message_id("N2")) == ("<1@x>", "")


def test_what_waits_of_a_dispatch_is_of_its_kind_and_documents() -> None:
    history = History(
        events(
            "2026-02-03 sending N1 | message-id=<1@x>",
            "2026-02-03 prepared N1 | message-id=<2@x> | sends=reminder",
            "2026-02-03 prepared | message-id=<3@x> | sends=statement",
        )
    )
    assert [attempt.event.message_id for attempt in history.open_attempts(DISPATCH)] == ["<1@x>"]
    assert (
        history.open_attempts(DISPATCH._replace(kind="reminder")) == ()
    )  # of a letter whoever makes it says which it stands for
    letter = DISPATCH._replace(kind="reminder", replaces=frozenset({"<2@x>"}))
    assert [attempt.event.message_id for attempt in history.open_attempts(letter)] == ["<2@x>"]
    assert history.open_attempts(DISPATCH._replace(numbers=("N2",))) == ()
    assert [
        attempt.event.message_id for attempt in history.open_attempts(DISPATCH._replace(kind="statement", numbers=()))
    ] == ["<3@x>"]
    assert history.open_attempts(DISPATCH._replace(kind="statement", numbers=(), account="Assets:Other")) == ()


def test_just_this_was_sent_before() -> None:
    history = History(
        events(
            "2026-02-03 sent N1",
            "2026-02-03 reminder N1 | level=1",
            "2026-02-10 reminder N1 | level=2",
            "2026-02-03 statement",
        )
    )

    def before(**changes: object) -> list[str]:
        return [event.kind for event in history.already_sent(DISPATCH._replace(**changes))]  # type: ignore[arg-type] # fields by their names

    assert before() == ["sent"]
    assert before(day=date(2027, 1, 1)) == ["sent"]  # whenever it was
    assert before(numbers=("N2",)) == []
    assert before(kind="reminder", level=1) == ["reminder"]
    assert before(kind="reminder", level=1, day=date(2026, 2, 4)) == []
    assert before(kind="reminder", level=2) == ["reminder"]
    assert before(kind="reminder", level=2, day=date(2026, 2, 10)) == ["reminder"]
    assert before(kind="reminder", level=3) == []
    assert before(kind="statement", numbers=()) == ["statement"]
    assert before(kind="statement", numbers=(), day=date(2026, 2, 4)) == []


def pdf(pages: int, width: int = 100) -> bytes:
    with pikepdf.new() as whole:
        for _page in range(pages):
            whole.add_blank_page(page_size=(width, 200))
        stream = io.BytesIO()
        whole.save(stream)
    return stream.getvalue()


def test_each_letter_begins_on_the_front_of_a_sheet() -> None:
    assert [page_count(pdf(count)) for count in (1, 2, 3)] == [2, 2, 4]
    attachment = Attachment("a.pdf", "application/pdf", pdf(1))
    three = Attachment("b.pdf", "application/pdf", pdf(3, 150))
    data = Attachment("c.xml", "application/xml", b"<x/>")
    far = DISPATCH._replace(customer="Zeta", postal_place=("DE", "10115"), attachments=(attachment,))
    near = DISPATCH._replace(customer="acme", postal_place=("", "35000"), attachments=(attachment, three, data))
    next_door = DISPATCH._replace(customer="Beta", postal_place=("", "35000"), attachments=(three,))
    assert [dispatch.customer for dispatch in in_post_order([far, next_door, near])] == ["acme", "Beta", "Zeta"]
    letters = laid_out([far, next_door, near], 3)
    assert [(letter.dispatch.customer, letter.first_page, letter.sheets) for letter in letters] == [
        ("acme", 3, 3),
        ("Beta", 9, 2),
        ("Zeta", 13, 1),
    ]
    with pikepdf.open(io.BytesIO(batch(pdf(2), letters))) as whole:
        assert len(whole.pages) == 2 + 6 + 4 + 2
        assert [int(whole.pages[place].mediabox[2]) for place in (0, 2, 4, 6, 7, 8)] == [100, 100, 150, 150, 150, 150]
    assert batch(pdf(2), letters) == batch(pdf(2), letters)


def test_a_blank_page_is_as_large_as_the_one_before_wherever_that_begins() -> None:
    with pikepdf.open(io.BytesIO(pdf(1))) as page:
        page.pages[0].mediabox = pikepdf.Array([10, 20, 110, 220])
        stream = io.BytesIO()
        page.save(stream)
    with pikepdf.open(io.BytesIO(joined([stream.getvalue()]))) as whole:
        assert [float(side) for side in whole.pages[1].mediabox] == [0, 0, 100, 200]


def test_addresses_and_headers() -> None:
    assert addresses.split_addresses(" a@b.example ,, c@d.example,") == ("a@b.example", "c@d.example")
    assert addresses.checked_address("é@müller.example") == "é@xn--mller-kva.example"
    assert addresses.checked_addresses(["a@b.example", "a@b.example"]) == ("a@b.example",)
    assert addresses.checked_address("a" * 64 + "@b.example").startswith("aaa")
    for wrong in ("a" * 65 + "@b.example", "a@b@c", "a@-b.example", "@b.example", "a", "a@" + "b" * 64 + ".example"):
        with pytest.raises(addresses.BadAddress):
            addresses.checked_address(wrong)
    assert (addresses.needs_utf8(["a@b.example"]), addresses.needs_utf8(["a@b.example", "é@b.example"])) == (
        False,
        True,
    )
    assert addresses.one_line("a\u2028b\x00c\u200bd") == "a b cd"
    assert headers.mailbox_tokens([("", "a@b.example"), ("Acme SAS", "c@d.example")]) == [
        "a@b.example,",
        "Acme",
        "SAS",
        "<c@d.example>",
    ]
    assert headers.mailbox_tokens([('A "B", C', "a@b.example")]) == ['"A \\"B\\", C"', "<a@b.example>"]
    assert headers.mailbox_tokens([("=?x?=", "a@b.example")])[0].startswith("=?utf-8?")
    assert headers.text_tokens("=?x?=")[0].startswith("=?utf-8?")
    assert headers.text_tokens("a b") == ["a", "b"]
    long = headers.header_line("To", ["a" * 30, "b" * 41, "c"])
    assert long == b"To: " + b"a" * 30 + b" " + b"b" * 41 + b"\r\n c\r\n"
    assert headers.header_line("To", ["a" * 90]) == b"To: " + b"a" * 90 + b"\r\n"
