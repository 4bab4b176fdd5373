"""What an address asks for, and the addresses of others: each leads back to what it was made of."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.fava_ext.query import FILTERS, PAGES, ROWS, Addresses, Query, Rows, chosen_rows, read_query

HOME = "/books/"


def arguments(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True, strict_parsing=True))


def test_an_address_has_only_what_is_asked_for_and_fava_s_filters() -> None:
    addresses = Addresses(HOME, {"time": "2026-06", "account": "", "search": "not Fava's"})
    assert addresses.of_query(Query()) == "/books/extension/Receivables/?time=2026-06"
    assert (
        addresses.of_query(Query(page="documents", search="F1 & é", start=100))
        == "/books/extension/Receivables/?time=2026-06&page=documents&search=F1+%26+%C3%A9&start=100"
    )
    assert (
        addresses.of_query(Query(), "tasks", kind="tax") == "/books/extension/Receivables/tasks?time=2026-06&kind=tax"
    )
    assert (
        addresses.of_file("pdf", number="F/1#2?") == "/books/extension/Receivables/pdf?time=2026-06&number=F%2F1%232%3F"
    )
    assert Addresses(HOME, {}).of_file("act") == "/books/extension/Receivables/act"
    assert Addresses(HOME, {}).of_file("pdf", number="F1") == "/books/extension/Receivables/pdf?number=F1"


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    st.sampled_from(PAGES), TEXT, TEXT, TEXT, st.integers(0, 999_999_999),
    st.dictionaries(st.sampled_from(FILTERS), TEXT, max_size=4),
)  # fmt: skip
def test_what_an_address_says_is_read_back(
    page: str, customer: str, search: str, sort: str, start: int, filters: dict[str, str]
) -> None:
    asked = Query(page=page, customer=customer, search=search, sort=sort, start=start)
    address = Addresses(HOME, filters).of_query(asked)
    assert address.isascii()
    assert read_query(arguments(address)) == asked
    assert {name: value for name, value in arguments(address).items() if name in FILTERS} == {
        name: value for name, value in filters.items() if value
    }


@pytest.mark.parametrize(("start", "before"), [(0, 0), (1, 0), (ROWS, 0), (ROWS + 1, 1), (3 * ROWS, 2 * ROWS)])
def test_the_rows_before(start: int, before: int) -> None:
    shown = Rows(tuple(range(start, start + ROWS)), 5 * ROWS, start)
    assert shown.before == before
    assert shown.end == start + ROWS


@given(st.integers(1, 450), st.integers(0, 500))
def test_from_part_to_part_and_back(count: int, start: int) -> None:
    """Next, then previous, lead through every row; from any start, back to the first."""

    def part(of: int) -> Rows:
        return chosen_rows(range(count), Query(start=of), {})

    seen: list[Any] = []
    shown = part(0)
    while True:
        seen += shown.shown
        if shown.end >= shown.found:
            break
        following = part(shown.end)
        assert following.before == shown.start
        shown = following
    assert seen == list(range(count))
    steps, shown = 0, part(start)
    while shown.start:
        shown, steps = part(shown.before), steps + 1
    assert steps <= start / ROWS + 1


def test_rows_without_a_value_come_last_in_either_order() -> None:
    def value(number: int) -> int | None:
        return number if number else None

    for sort, found in (("size", (1, 2, 3, 0)), ("-size", (3, 2, 1, 0)), ("nothing", (3, 0, 1, 2))):
        assert chosen_rows((3, 0, 1, 2), Query(sort=sort), {"size": value}).shown == found
