"""SEPA: the days of TARGET at Easter and Christmas, characters, identifiers."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.rules import sepa
from beancount_invoicing.rules.identifiers import problem


@pytest.mark.parametrize(
    ("due", "lead", "collected", "handed_in"),
    [
        (date(2026, 12, 8), 2, date(2026, 12, 8), date(2026, 12, 4)),  # a Tuesday: over the week-end
        (
            date(2026, 4, 3),
            2,
            date(2026, 4, 7),
            date(2026, 4, 1),
        ),  # Good Friday: after Easter Monday, in before Thursday
        (date(2026, 4, 7), 1, date(2026, 4, 7), date(2026, 4, 2)),  # the day after Easter Monday
        (date(2026, 5, 1), 1, date(2026, 5, 4), date(2026, 4, 30)),  # 1 May is a Friday
        (date(2026, 12, 25), 2, date(2026, 12, 28), date(2026, 12, 23)),  # Christmas, then a week-end
        (date(2027, 1, 1), 2, date(2027, 1, 4), date(2026, 12, 30)),  # New Year's Day
        (date(2026, 7, 14), 1, date(2026, 7, 14), date(2026, 7, 13)),  # a holiday in France, not of TARGET
    ],
)
def test_what_is_due_on_a_day(due: date, lead: int, collected: date, handed_in: date) -> None:
    assert sepa.collection_day(due, date(2026, 1, 2), lead) == collected
    assert sepa.last_hand_in_day(due, lead) == handed_in


def test_what_is_handed_in_late_is_collected_later() -> None:
    assert sepa.collection_day(date(2026, 12, 1), date(2026, 12, 23), 2) == date(2026, 12, 28)
    assert sepa.collection_day(date(2026, 12, 1), date(2026, 12, 24), 2) == date(2026, 12, 29)
    assert sepa.collection_day(date(2026, 4, 1), date(2026, 4, 4), 1) == date(2026, 4, 8), (
        "a Saturday counts as Tuesday"
    )


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(1, 6))
def test_the_last_day_to_hand_in_is_the_last(due: date, lead: int) -> None:
    last = sepa.last_hand_in_day(due, lead)
    assert sepa.collection_day(due, last, lead) == sepa.target_day(due)
    assert sepa.collection_day(due, last + timedelta(days=1), lead) > sepa.target_day(due)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Kiefer & Söhne GmbH", "Kiefer + Sohne GmbH"),
        ("Société «L’Œuvre» – Zoë", "Societe L'OEuvre - Zoe"),
        ("Straße_1; a\nb", "Strasse-1. a b"),
        ("日本", ".."),
    ],
)
def test_text_in_the_characters_of_sepa(text: str, plain: str) -> None:
    assert sepa.sepa_text(text, 70) == plain


def test_an_end_to_end_id_is_the_number_where_it_can_be() -> None:
    assert sepa.end_to_end_id("F2026-0001", 1, 1, 1) == "F2026-0001"
    assert sepa.end_to_end_id("F2026-0001", 2, 3, 1) == "F2026-0001:2"
    assert sepa.end_to_end_id("F2026-0001", 2, 3, 2) == "F2026-0001:2+2"
    theirs, others = (sepa.end_to_end_id("F2026-0001", 2, 3, 2, f"Assets:Receivable:{name}") for name in ("A", "B"))
    assert theirs != others, "two customers owe parts of it"
    for found in (theirs, others):
        assert re.fullmatch("F2026-0001:2:[0-9a-f]{4}[+]2", found)
    assert sepa.end_to_end_id("FA 2025-117", 1, 1, 1).startswith("FA-2025-117(")
    long = sepa.end_to_end_id("F" * 60, 12, 12, 3)
    assert len(long) == 35
    assert long.endswith(":12+3")


def test_a_mandate_lapses_36_months_after_its_last_use() -> None:
    assert sepa.mandate_lapses_on(date(2024, 2, 29)) == date(2027, 2, 28)


NUMBERS = st.text("AF20/-_. é", min_size=1, max_size=40)


@given(st.sets(st.tuples(NUMBERS, st.integers(1, 3), st.integers(1, 3)), min_size=2))
def test_no_two_instalments_have_one_end_to_end_id(instalments: set[tuple[str, int, int]]) -> None:
    found = [sepa.end_to_end_id(number, instalment, 3, attempt) for number, instalment, attempt in instalments]
    assert len(set(found)) == len(found)
    assert all(len(text) <= 35 and sepa.is_mandate_reference(text) for text in found)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("M-0001", True),
        ("A/B", True),
        ("/A", False),
        ("A/", False),
        ("A//B", False),
        ("", False),
        ("A" * 35, True),
        ("A" * 36, False),
        ("Mandat n°4", False),
    ],
)
def test_what_may_be_the_reference_of_a_mandate(text: str, good: bool) -> None:
    assert sepa.is_mandate_reference(text) == good


def test_a_creditor_identifier_has_check_digits() -> None:
    assert problem("creditor-id", "FR46ZZZ005002") is None
    assert problem("creditor-id", "FR46 ABC 005002") is None, "the business code is not part of what is checked"
    assert "FR46ZZZ005002" in (problem("creditor-id", "FR64ZZZ005002") or "")


def test_an_identifier_is_35_characters_at_most_and_keeps_its_suffix() -> None:
    fits, over = "F" * 35, "F" * 36
    assert sepa.identifier(fits) == fits
    assert sepa.identifier(fits[:-2], "+2") == "F" * 33 + "+2"
    for text, suffix in ((over, ""), (fits, "+2"), ("F" * 34, "+2"), ("F" * 60, ":12+3")):
        found = sepa.identifier(text, suffix)
        assert len(found) == 35
        assert found.startswith("FFFF")
        assert found.endswith(")" + suffix)
    assert sepa.identifier("F" * 36) != sepa.identifier("F" * 37)


@pytest.mark.parametrize("text", ["F 1", "F//1", "/F1", "F1/", "É1"])
def test_what_banks_do_not_take_is_rewritten_and_stays_apart(text: str) -> None:
    found = sepa.identifier(text)
    assert found != text
    assert found.isascii()
    assert "//" not in found
    assert " " not in found
    assert found != sepa.identifier(text + "1")
