"""What notes and documents tell of invoices: letters, disputes, promises, and fingerprints."""

from __future__ import annotations

from decimal import Decimal

import pytest
from beancount import loader

from beancount_invoicing.entries import read_book
from tests.documents import document
from tests.ledgers import PRELUDE, sound_book

INVOICES = document("N1", "100.00", day="2026-01-05") + document("N2", "50.00", day="2026-01-05", customer="Kiefer")
ASKED = '2026-02-20 note Assets:Receivable:Acme "Said" {}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ASKED.format('^N1\n  event: "reminder"\n  level: 2'), ""),
        (ASKED.format('^N1\n  event: "reminder"'), "error event-level: a reminder needs a level: write level: 1"),
        (ASKED.format('\n  event: "dispute"'), ""),
        (ASKED.format('^N1\n  event: "dispute"\n  amount: 10.00'), ""),
        (
            ASKED.format('\n  event: "dispute"\n  amount: 10.00'),
            "error event-amount: a dispute of 10.00 needs its invoice: add its link, ^NUMBER; without an amount "
            "everything is contested",
        ),
        (ASKED.format('^N1\n  event: "promise"\n  until: 2026-03-01'), ""),
        (
            ASKED.format('\n  event: "promise"'),
            "error event-until: a promise needs its last day: write until: 2026-02-20",
        ),
        (
            ASKED.format('^N2\n  event: "sent"'),
            "error event-nothing: sent: N2 is an invoice of Kiefer GmbH, not of this account's customer",
        ),
        (
            ASKED.format('^N8 ^N9\n  event: "sent"'),
            "error event-nothing: sent: there is no invoice for its link ^N8 ^N9",
        ),
        (
            ASKED.format('^N9\n  event: "sent"\n  sha256: "ab"'),
            "error event-nothing: sent: there is no invoice for its link ^N9: it has been issued; put it back "
            "(git log shows when"
            " it was deleted), and credit it if it was wrong",
        ),
        (
            ASKED.format('^N1\n  event: "sent"').replace("Receivable:Acme", "Bank"),
            "error event-nothing: an event of N1 is on Assets:Bank, which is not a customer's account",
        ),
    ],
)
def test_what_is_wrong_with_an_event(text: str, expected: str) -> None:
    book = sound_book(INVOICES + text)
    assert [f"{finding.severity} {finding.rule}: {finding.message}" for finding in book.findings] == [expected] * bool(
        expected
    )
    assert len(book.events) == (not expected)


def test_what_an_event_keeps() -> None:
    keys = '^N1 ^N8\n  event: "dispute"\n  amount: 10.00\n  instalment: 1\n  channel: "post"\n  file: "letters/a.pdf"'
    keys += (
        '\n  sends: "receipt"\n  message-id: "<a@b.example>"\n  facts: "F1"\n  not-to: "c@b.example"\n  sha256: "ab"'
    )
    (event,) = sound_book(INVOICES + ASKED.format(keys)).events
    assert (event.kind, event.numbers, event.note, event.amount) == ("dispute", ("N1",), "Said", Decimal("10.00"))
    assert (event.instalment, event.channel, event.sends_kind, event.message_id) == (
        1,
        "post",
        "receipt",
        "<a@b.example>",
    )
    assert (event.content_digest, event.undelivered_to, event.sha256, event.document) == ("F1", "c@b.example", "ab", "")
    assert event.file == "letters/a.pdf"
    assert (event.level, event.tone, event.until) == (None, "", None)


def test_what_a_sealed_document_keeps() -> None:
    sealed = '2026-01-05 document Assets:Receivable:Acme "/N1.pdf" ^N1 ^N0 ^N9\n  event: "issued"\n  sha256: " AB "\n'
    others = (
        '2026-01-06 document Assets:Bank "/N2.pdf" ^N2\n  event: "issued"\n  sha256: "cd"\n  facts: "F"\n  '
        "previous: 5\n"
        '2026-01-06 document Assets:Bank "/N3.pdf" ^N2\n  event: "issued"\n  sha256: ""\n'
        '2026-01-06 document Assets:Bank "/N4.pdf" ^N2\n  event: "issued"\n'
        '2026-01-06 document Assets:Bank "/N4.pdf" ^N2\n  sha256: "ef"\n'
    )
    entries, _no_such_files, options = loader.load_string(PRELUDE + INVOICES + sealed + others)
    first, second = read_book(entries, options).seals
    assert (first.customer, first.numbers, first.unknown_links) == ("Assets:Receivable:Acme", ("N1",), ("N0", "N9"))
    assert (first.event, first.sha256, first.content_digest, first.previous) == ("issued", "ab", "", "")
    assert (second.customer, second.numbers, second.unknown_links) == ("", ("N2",), ())
    assert (second.sha256, second.content_digest, second.previous) == ("cd", "f", "")
