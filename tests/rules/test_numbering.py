from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.rules.numbering import (
    PatternError,
    distance,
    ends_with,
    link,
    number_matcher,
    number_problem,
    parse_pattern,
)

MARCH = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("pattern", "number", "found"),
    [
        ("F{year}-{seq:04}", "F2026-0012", ("F2026-#", 12)),
        ("F{year}-{seq:04}", "F2026-12345", ("F2026-#", 12345)),
        ("F{year}-{seq:04}", "F2026-012", None),
        ("F{year}-{seq:04}", "F2026-00012", None),
        ("F{year}-{seq:04}", "F2025-0012", None),
        ("F{year}-{seq:04}", "A2026-0012", None),
        ("F{year}-{seq:04}", "F2026-0012a", None),
        ("F{year}-{seq:04}", "F2026-", None),
        ("F{year}-{seq:04}", "F2026--012", None),
        ("F{year}-{seq:04}", "F2026-٠٠١٢", None),
        ("F{year}-{seq:04}", "F2026-" + "1" * 5000, None),
        ("{year:02}{month:02}/{seq}", "2603/7", ("2603/#", 7)),
        ("{year:02}{month:02}/{seq}", "2604/7", None),
        ("{year:02}{month:02}/{seq}", "2603/07", None),
        ("{month}{seq}", "312", ("3#", 12)),
        ("{seq:3}-{year:04}", "012-2026", ("#-2026", 12)),
        ("{seq:3}-{year:04}", "012-2025", None),
        ("{month:1}/{seq}", "3/7", ("3/#", 7)),
        ("{seq}", "12", ("#", 12)),
        ("{seq}", "0", ("#", 0)),
        ("{seq}", "", None),
        ("{seq}", "9" * 18, ("#", 999_999_999_999_999_999)),
        ("{seq}", "9" * 19, None),
        ("RE.{seq:05}+", "RE.00012+", ("RE.#+", 12)),
        ("11{seq}1", "111", None),
        ("1{seq}1", "11", None),
    ],
)
def test_read(pattern: str, number: str, found: tuple[str, int] | None) -> None:
    assert parse_pattern(pattern).read(number, MARCH) == found


@pytest.mark.parametrize(
    ("pattern", "seq", "number"),
    [
        ("F{year}-{seq:04}", 1, "F2026-0001"),
        ("F{year}-{seq:04}", 10000, "F2026-10000"),
        ("{year:02}{month:02}-{seq:03}", 7, "2603-007"),
        ("{seq}/{month}", 7, "7/3"),
    ],
)
def test_write(pattern: str, seq: int, number: str) -> None:
    assert parse_pattern(pattern).write(MARCH, seq) == number


def test_the_series_is_the_pattern_with_its_year_and_month() -> None:
    assert parse_pattern("F{year}-{seq:04}").series(MARCH) == "F2026-#"
    assert parse_pattern("F{year}-{seq:06}").series(MARCH) == "F2026-#"
    assert parse_pattern("{year}/{month:02}/{seq}").series(MARCH) == "2026/03/#"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("F2026", "must contain {seq} once"),
        ("", "must contain {seq} once"),
        ("{seq}{seq}", "must contain {seq} once"),
        ("{day}{seq}", "has an unknown field: the fields are"),
        ("{seq:four}", "has an unknown field: the fields are"),
        ("{year:03}-{seq}", "write {year}, {year:02} or {month:02}"),
        ("{month:04}-{seq}", "write {year}, {year:02} or {month:02}"),
        ("{seq", "has an unknown field: the fields are"),
        ("F}{seq}", "has an unknown field: the fields are"),
    ],
)
def test_patterns_that_cannot_be_read(pattern: str, message: str) -> None:
    with pytest.raises(PatternError) as error:
        parse_pattern(pattern)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("number", "expected"),
    [("F2026-0001", "F2026-0001"), ("RE 2026/7.b", "RE-2026/7.b"), ("été #1", "-t---1"), ("a_b", "a_b")],
)
def test_link(number: str, expected: str) -> None:
    assert link(number) == expected


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("F2026-0001", None),
        ("a" * 35, None),
        ("a" * 36, "36 characters"),
        ("", "empty"),
        ("F.1", "not '.'"),
        ("F 1é", "not ' ' 'é'"),
        ("F1\n", "not '\\n'"),
        ("é" * 35, "not 'é'"),
    ],
)
def test_new_numbers(number: str, problem: str | None) -> None:
    found = number_problem(number)
    assert (found is None) if problem is None else (problem in str(found))


PIECES = st.lists(
    st.sampled_from(["{year}", "{year:02}", "{month}", "{month:02}", "F", "1", "-", "/", "a.b", "(+)"]), max_size=4
).map("".join)


@given(PIECES, PIECES, st.integers(0, 9), st.dates(), st.integers(1, 10**12))
def test_what_is_written_is_read_back(before: str, after: str, width: int, day: date, seq: int) -> None:
    pattern = parse_pattern(before + (f"{{seq:0{width}}}" if width else "{seq}") + after)
    assert pattern.read(pattern.write(day, seq), day) == (pattern.series(day), seq)


@given(PIECES, st.integers(1, 9998), st.integers(1, 9999))
def test_no_number_is_read_in_another_year(pieces: str, before: int, after: int) -> None:
    pattern = parse_pattern(f"{pieces}{{year}}-{{seq:04}}")
    number = pattern.write(date(before, 3, 9), 7)
    assert (pattern.read(number, date(after, 3, 9)) is None) == (before != after)


@given(PIECES, PIECES, st.text())
def test_any_text_is_read_or_not(before: str, after: str, number: str) -> None:
    found = parse_pattern(f"{before}{{seq}}{after}").read(number, MARCH)
    assert found is None or found[1] >= 0


@pytest.mark.parametrize(
    ("patterns", "numbers", "link", "like"),
    [
        (["F{year}-{seq:04}"], [], "F2026-0010", True),
        (["F{year}-{seq:04}"], [], "f2062-001", True),
        (["F{year}-{seq:04}"], [], "F2026-0001-bank", False),
        (["F{year}-{seq:04}"], [], "PO2026-0001", False),
        (["{year}-{seq:03}"], [], "2026-004", True),
        (["{year}-{seq:03}"], [], "2026-12", False),
        ([], ["INV-98", "INV-99"], "INV-100", True),
        ([], ["INV-98"], "INV-1000", False),
        ([], ["2026/1", "2026/2"], "2026/3", True),
        ([], ["2026/1"], "2026/3", False),
        ([], ["Kerbrat"], "Kerbrat", False),
        (["no {sequence}"], [], "no 1", False),
        (["F{seq}"], [], "F12", True),
        (["F{seq}"], [], "F123", False),
        (["F{seq}"], ["F1001"], "F12345", True),
        (["F{seq}"], ["G7", "H1001"], "F12345", True),
        (["F{year}-{seq:04}"], ["X123456789"], "F2026-12345", True),
        (["F{year}-{seq:04}"], ["X123456789"], "F2026-123456", False),
        (["F{year}-{seq:04}"], [], "F20265-0001", True),
        (["F{year}-{seq:04}"], [], "F202655-0001", False),
        (["F{year}-{seq:04}"], [], "F20-0001", False),
        (["F{year:02}-{seq:04}"], [], "F260-0001", True),
        (["F{year:02}-{seq:04}"], [], "F2026-0001", False),
        (["F{seq:03}/{month:02}"], [], "F1/9", True),
        (["F{seq:03}/{month:02}"], [], "F00112/123", False),
        (["{month:02}-{seq:03}"], [], "3-001", False),
        (["{month:02}-{seq:03}"], [], "03-001", True),
        (["{month:02}-{seq:03}"], [], "03-0001", False),
        (["{year}-{seq}"], ["2026-12"], "2026-7", True),
        (["{year}-{seq}"], ["2026-12"], "2026-71234", False),
        (["{seq}A"], [], "7A", True),
        ([], ["INV-98"], "INV-7", True),
        ([], ["2026/10", "2026/11"], "2026/3", False),
        ([], ["2026/1", "2026/11"], "2026/123", False),
        ([], ["2026/1", "2026/11"], "2026/12", True),
        ([], ["A.1"], "AB1", False),
    ],
)
def test_what_is_written_like_a_number_of_a_series(
    patterns: list[str], numbers: list[str], link: str, like: bool
) -> None:
    assert number_matcher(patterns, numbers)(link) is like


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("F2026-0012", "f2026-12", 0),
        ("F2026-0012", "F2026-0021", 1),
        ("F2026-0012", "F2025-0012", 1),
        ("F2026-0012", "F2026-0102", 1),
        ("F2026-0012", "F2026-0099", 2),
    ],
)
def test_slips_of_the_pen_between_two_numbers(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips


@pytest.mark.parametrize(
    ("number", "end", "is_end"),
    [
        ("F2026-0080", "80", True),
        ("F2026-0080", "0080", True),
        ("F2026-0080", "2026-80", True),
        ("F2026-0080", "f2026-0080", True),
        ("F2026-0080", "79", False),
        ("F2026-0080", "a", False),
        ("F2026-0080", "26-80", False),
        ("F2026-0080", "8", False),
        ("F2026-0080", "0", False),
        ("F2026-0100", "1", False),
        ("F2026-0080", "-80", True),
        ("F2026-000", "0", True),
        ("F2026-000A", "0a", True),
        ("80", "180", False),
        ("F2026-0080", "", False),
    ],
)
def test_the_end_of_a_number(number: str, end: str, is_end: bool) -> None:
    assert ends_with(number, end) is is_end


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("A1", "", 2), ("A1", "A12", 1), ("12", "21", 1), ("312", "321", 1), ("A0", "A00", 0), ("A10", "A1", 1),
     ("AB12", "BA21", 2), ("1234", "3412", 4), ("111", "1", 2)],
)  # fmt: skip
def test_slips_at_the_ends_of_numbers(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips
