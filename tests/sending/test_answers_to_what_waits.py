"""What a person answers about what waits, or is in doubt: it left, it goes nowhere, it is sent anew; each by itself."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from beancount_invoicing.delivery import Attempt
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.sending.confirm import AttemptFilter, _of, confirm, discard
from beancount_invoicing.sending.mail_settings import CannotSend
from beancount_invoicing.sending.outbox import (
    Objection,
    OutboxItem,
    follow_up_commands,
    in_doubt_notices,
    matching_attempts,
    objections,
    open_attempts,
    outbox_kind,
    outbox_of,
    why_not_resent,
)
from beancount_invoicing.writing.changes import WriteOptions
from tests.documents import document
from tests.ledgers import PRELUDE, sound_book

DAY = date(2026, 3, 20)
ACME = "Assets:Receivable:Acme"
KIEFER = "Assets:Receivable:Kiefer"
BOOKS = document("N1", "100.00", day="2026-01-05") + document("N2", "50.00", day="2026-01-06", customer="Kiefer")


def opened(
    event: str, name: str, number: str = "N1", account: str = ACME, day: str = "2026-03-10", **keys: str | int
) -> str:
    """A record of something that is about to leave."""
    link = f" ^{number}" if number else ""
    keys = {"event": event, **keys, "channel": keys.get("channel", "post"), "message-id": f"<{name}@a.example>"}
    said = "".join(
        f"  {key}: {value if isinstance(value, int) else repr(value)}\n".replace("'", '"')
        for key, value in keys.items()
    )
    return f'{day} note {account} "{name.title()} to be sent by hand: outbox/{name}.pdf"{link}\n{said}'


INVOICE = opened("prepared", "invoice")
FIRST = opened("prepared", "first", sends="reminder", level=1)
SECOND = opened("prepared", "second", sends="reminder", level=2, day="2026-03-12")
BOTH = f'2026-03-01 * "A half of it" ^N1\n  {ACME}  -60.00 EUR\n  {KIEFER}  60.00 EUR\n' + FIRST
BOTH += FIRST.replace("<first", "<third").replace(ACME, KIEFER)
DOUBT = opened("sending", "doubt", channel="email", day="2026-03-01")
STATEMENT = opened("prepared", "statement", "", sends="statement")
OTHER = opened("prepared", "other", "N2", KIEFER)


def attempts(ledger: str, **chosen: object) -> list[str]:
    """The Message-IDs of what is chosen."""
    return [
        re.sub(r"[<>]|@.*", "", attempt.event.message_id)
        for attempt in _of(sound_book(BOOKS + ledger), AttemptFilter(**chosen))  # type: ignore[arg-type] # any of its fields
    ]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (
            {},
            ["first", "second", "invoice", "other", "statement"],
        ),  # all that was prepared; doubts are named one by one
        ({"kind": "reminder"}, ["first", "second"]),
        ({"kind": "invoice"}, ["invoice", "other"]),
        ({"kind": "reminder", "level": 2}, ["second"]),
        ({"channel": "email"}, []),
        ({"channel": "post", "customer": "Kiefer"}, ["other"]),
        ({"numbers": ("N2",)}, ["other"]),
        ({"numbers": ("N1",), "channel": "email"}, ["doubt"]),
        ({"numbers": ("N1",), "kind": "reminder", "level": 1}, ["first"]),
        ({"numbers": ("N2", "Acme")}, ["other", "statement"]),
    ],
)
def test_what_is_chosen_of_all_that_waits(chosen: dict[str, object], found: list[str]) -> None:
    assert sorted(attempts(INVOICE + FIRST + SECOND + STATEMENT + OTHER + DOUBT, **chosen)) == sorted(found)


@pytest.mark.parametrize(
    ("ledger", "chosen", "said"),
    [
        ("", {"numbers": ("N1",)}, "nothing of N1 is in doubt or prepared"),
        (INVOICE, {"numbers": ("N1",), "kind": "reminder", "level": 3}, "no reminder of N1 of level 3 is in doubt or prepared"),
        (INVOICE, {"numbers": ("N2",)}, "nothing of N2 is in doubt or prepared"),
        (
            INVOICE + FIRST,
            {"numbers": ("N1",)},
            "N1: several messages are waiting: invoice (prepared on 2026-03-10), reminder (prepared on 2026-03-10): "
            "choose one: --what invoice or --what reminder",
        ),
        (
            FIRST + SECOND.replace('"prepared"', '"sending"'),
            {"numbers": ("N1",)},
            "N1: several messages are waiting: reminder of level 1 (prepared on 2026-03-10), reminder of level 2 "
            "(in doubt since 2026-03-12): choose one: --level 1 or --level 2",
        ),
        (
            BOTH,
            {"numbers": ("N1",)},
            "choose one: --customer Acme or --customer Kiefer",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_asked(ledger: str, chosen: dict[str, object], said: str) -> None:
    with pytest.raises(CannotSend) as raised:
        attempts(ledger, **chosen)
    assert said in str(raised.value)


def test_the_same_twice_is_answered_twice() -> None:
    assert attempts(INVOICE + INVOICE.replace("<invoice", "<again"), numbers=("N1",)) == ["invoice", "again"]


def recorded(folder: Path, ledger: str, *, of: str = "confirm", day: date = DAY) -> tuple[str, tuple[str, ...]]:
    """The records that an answer adds, and what it says."""
    file = folder / "main.beancount"
    file.write_text(f'{PRELUDE}{BOOKS}{ledger}plugin "beancount_invoicing"\n', encoding="utf-8")
    answer = confirm if of == "confirm" else discard
    outcome = answer(file, AttemptFilter(), day, WriteOptions(write=True))
    assert open_ledger(file).errors == ()
    assert open_attempts(open_ledger(file).book) == ()
    return outcome.text, outcome.notices


def test_what_was_prepared_was_sent_on_the_day_on_which_that_is_said(tmp_path: Path) -> None:
    text, notices = recorded(tmp_path, OTHER)
    assert text == (
        f'2026-03-20 note {KIEFER} "Envoyé : N2" ^N2\n  event: "sent"\n  channel: "post"\n'
        '  message-id: "<other@a.example>"\n'
    )
    assert notices == ("N2: sent on 2026-03-20, post",)


@pytest.mark.parametrize(("day", "said"), [(date(2026, 3, 9), "2026-03-10"), (date(2026, 3, 11), "2026-03-11")])
def test_nothing_left_before_it_was_made(tmp_path: Path, day: date, said: str) -> None:
    assert recorded(tmp_path, OTHER, day=day)[0].startswith(f"{said} note")


def test_what_is_discarded_is_recorded_and_said(tmp_path: Path) -> None:
    text, notices = recorded(tmp_path, OTHER, of="discard")
    assert text == (
        f'2026-03-20 note {KIEFER} "Other was discarded: it was not sent" ^N2\n  event: "not-sent"\n'
        '  channel: "post"\n  message-id: "<other@a.example>"\n'
    )
    assert notices == ("N2: invoice prepared on 2026-03-10, post: discarded",)


# commands ---------------------------------------------------------------------------------------------------------------


def commands(ledger: str, name: str) -> list[str]:
    book = sound_book(BOOKS + ledger)
    waiting = outbox_of(book)
    (attempt,) = [attempt for attempt in waiting.attempts if name in attempt.event.message_id]
    return [
        command.removesuffix(" --write") for command in follow_up_commands(waiting, OutboxItem.from_attempt(attempt))
    ]


@pytest.mark.parametrize(
    ("ledger", "name", "expected"),
    [
        (OTHER, "other", ["send --confirm N2", "send --retry N2", "send --discard N2"]),
        (
            INVOICE + FIRST,
            "invoice",
            ["send --confirm N1 --what invoice", "send --retry N1", "send --discard N1 --what invoice"],
        ),
        (
            INVOICE + FIRST,
            "first",
            ["send --confirm N1 --what reminder", "remind --send --retry --customer Acme", "send --discard N1 --what reminder"],
        ),
        (
            FIRST + SECOND,
            "second",
            ["send --confirm N1 --level 2", "remind --send --retry --customer Acme --level 2", "send --discard N1 --level 2"],
        ),
        (STATEMENT, "statement", ["send --confirm Acme", "statement Acme --send --retry", "send --discard Acme"]),
        (
            BOTH,
            "third",
            [
                "send --confirm N1 --customer Kiefer",
                "remind --send --retry --customer Kiefer",
                "send --discard N1 --customer Kiefer",
            ],
        ),
    ],
)  # fmt: skip
def test_each_command_names_exactly_this_one(ledger: str, name: str, expected: list[str]) -> None:
    assert commands(ledger, name) == [f"bean-invoice {command}" for command in expected]


@pytest.mark.parametrize(
    ("kind", "word"),
    [("sent", "invoice"), ("reminder", "reminder"), ("statement", "statement"), ("receipt", "receipt"), ("acquitted", "acquitted")],
)  # fmt: skip
def test_a_kind_has_a_word(kind: str, word: str) -> None:
    assert outbox_kind(kind) == word


def test_a_channel_that_is_not_the_customer_s_own_is_kept() -> None:
    email = f'2025-02-01 custom "invoice-customer" {ACME}\n  email: "a@acme.example"\n  channel: "email"\n'
    waiting = outbox_of(sound_book(email + BOOKS + INVOICE + DOUBT))
    assert waiting.other_channels == {"<invoice@a.example>": "post"}
    texts = [why_not_resent(waiting, attempt) for attempt in waiting.attempts]
    assert [("--channel post" in text, "has been in doubt since 2026-03-01" in text) for text in texts] == [
        (False, True),
        (True, False),
    ]


def test_what_is_in_doubt_is_told_but_for_what_is_known() -> None:
    book = sound_book(BOOKS + INVOICE + DOUBT)
    (notice,) = in_doubt_notices(book)
    assert notice.startswith("N1: has been in doubt since 2026-03-01: nobody knows whether it arrived")
    assert in_doubt_notices(book, {"<doubt@a.example>"}) == []


def test_whose_statement_a_name_means() -> None:
    book = sound_book(BOOKS + STATEMENT + OTHER)
    waiting = open_attempts(book)

    def names(name: str) -> list[str]:
        return [attempt.name for attempt in matching_attempts(book, waiting, name)]

    assert [names(name) for name in ("Acme", "N2", "N1", "Kiefer", "N9")] == [[ACME], ["N2"], [], [], []]


# what would not be sent any more ----------------------------------------------------------------------------------------

PAID = f'2026-03-15 * "Acme" "Paid" ^N1\n  Assets:Bank  {{}} EUR\n  {ACME}\n'


@pytest.mark.parametrize(
    ("ledger", "day", "reason", "level"),
    [
        (FIRST, DAY, "", None),
        (FIRST + PAID.format("120.00"), DAY, "N1: settled since 2026-03-15", None),
        (FIRST + PAID.format("120.00"), date(2026, 3, 14), "", None),  # it is not known yet
        (FIRST + PAID.format("120.00"), date(2026, 3, 9), "", None),  # nor the letter
        (SECOND, DAY, "N1: ", 1),  # the first has not left: another would be sent in its place
    ],
)
def test_a_letter_is_judged_as_if_it_were_made_today(ledger: str, day: date, reason: str, level: int | None) -> None:
    found = [*objections(sound_book(BOOKS + ledger), day).values()]
    assert [objection.reason.startswith(reason) for objection in found] == ([True] if reason else [])
    assert [objection.level for objection in found] == ([level] if reason else [])
    assert [objection.would_be_replaced for objection in found] == ([level is not None] if reason else [])


def test_an_objection_says_whether_another_would_be_sent() -> None:
    assert Objection("x", would_be_replaced=True).text == "it would not be sent like this today (x)"
    assert Objection("x", would_be_replaced=False).text == "it would not be sent today (x)"


def test_a_letter_to_who_owes_it_no_more_says_who_does() -> None:
    moved = f'2026-03-15 * "Taken over" ^N1\n  {ACME}  -120.00 EUR\n  {KIEFER}  120.00 EUR\n'
    (objection,) = objections(sound_book(BOOKS + FIRST + moved), DAY).values()
    assert objection.reason == "N1: Kiefer GmbH has taken it over"


def test_attempts_know_what_they_are_about() -> None:
    attempt: Attempt
    (attempt,) = open_attempts(sound_book(BOOKS + STATEMENT))
    assert (attempt.name, attempt.kind, attempt.in_doubt, attempt.numbers) == (ACME, "statement", False, ())
