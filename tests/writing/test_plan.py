"""What files will be, to the byte: additions, edits, includes; and what is noted so that it can be taken back."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.model import Source
from beancount_invoicing.writing import text
from beancount_invoicing.writing.amendment_text import with_key_values
from beancount_invoicing.writing.settled_text import SettledText, settled_text
from beancount_invoicing.writing.text import NewPosting, column_of, value_text
from beancount_invoicing.writing.undo_log import UNDO_FILE, Act, TextLocator, WrittenText, record_act, recorded_acts
from beancount_invoicing.writing.writer import Addition, CannotWrite, Edit, plan, write


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return tmp_path / "main.beancount"


def edited(top: Path, before: str, *edits: tuple[int, str, str]) -> tuple[str, list[tuple[int, str]]]:
    """The file after edits, and the lines on which what is new begins."""
    top.write_bytes(before.encode())
    planned = plan(top, [str(top)], [], [Edit(top, *edit) for edit in edits])
    (after,) = [file.new_bytes for file in planned.files] or [before.encode()]
    assert planned.replaced == {(str(top), line) for line, _old, _new in edits}
    write(planned)
    assert top.read_bytes() == after
    return after.decode(), [(piece.line, piece.text) for piece in planned.pieces]


# edits ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "line", "old", "after"),
    [
        ("a\n\nb\n\nc\n", 3, "b", "a\n\nc\n"),  # with the blank line above it
        ("a\n\nb\n", 3, "b\n", "a\n"),
        ("a\n\nb", 3, "b", "a"),
        ("a\n\nc\n", 1, "a", "c\n"),  # the first: with the one below
        ("a\n\nb\nc\n", 3, "b", "a\n\nc\n"),  # another stands right below: the blank line is its own
        ("a\nb\nc\n", 2, "b", "a\nc\n"),
        ("a\nb\n\nc\n", 2, "b", "a\n\nc\n"),
        ("a\n", 1, "a", ""),
        ("a\r\n\r\nb\r\n", 3, "b", "a\r\n"),
    ],
)
def test_what_is_taken_out_leaves_no_gap(top: Path, before: str, line: int, old: str, after: str) -> None:
    assert edited(top, before, (line, old, "")) == (after, [])


def test_edits_of_one_file_do_not_move_each_other(top: Path) -> None:
    before = "; head\na\na2\n\nb\n\nc\n"
    after = "; head\nA\n\nB1\nB2\nB3\n\nC\n"
    edits = (7, "c", "C"), (2, "a\na2", "A"), (5, "b", "B1\nB2\nB3")
    assert edited(top, before, *edits) == (after, [(2, "A"), (4, "B1\nB2\nB3"), (8, "C")])
    assert edited(top, before, (2, "a\na2", ""), (5, "b", "B")) == ("; head\n\nB\n\nc\n", [(3, "B")])


def test_lines_end_as_they_did(top: Path) -> None:
    assert edited(top, "a\r\nb\r\n", (2, "b", "B\nC")) == ("a\r\nB\r\nC\r\n", [(2, "B\nC")])
    mixed = "a\r\nb\nc\r\n"
    assert edited(top, mixed, (2, "b", "B")) == ("a\r\nB\nc\r\n", [(2, "B")])
    assert edited(top, mixed, (1, "a", "A")) == ("A\r\nb\nc\r\n", [(1, "A")])


@pytest.mark.parametrize("edit", [(2, "a", "x"), (1, "a\nb\nc", "x"), (3, "b", "x"), (1, "a ", "x")])
def test_lines_that_are_not_there_are_not_changed(top: Path, edit: tuple[int, str, str]) -> None:
    with pytest.raises(CannotWrite, match=rf"main\.beancount:{edit[0]}: the lines to be changed are no longer there"):
        edited(top, "a\nb\n", edit)


# additions --------------------------------------------------------------------------------------------------------------

OURS = 'plugin "beancount_invoicing"\n'


def added(top: Path, before: str, new: str = "n\n") -> tuple[str, int]:
    """The top file with something new, and the line on which it begins."""
    top.write_bytes(before.encode())
    planned = plan(top, [str(top)], [Addition(top, new)])
    (piece,) = planned.pieces
    return planned.files[0].new_bytes.decode(), piece.line


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("", "n\n", 1),
        ("a", "a\n\nn\n", 3),
        ("a\n", "a\n\nn\n", 3),
        ("a\n\n", "a\n\nn\n", 3),
        ("a\n\n\n", "a\n\n\nn\n", 4),
        ("\n", "\nn\n", 2),
        ("\ufeff", "\ufeff\nn\n", 2),
        ("a\r\n", "a\r\n\r\nn\r\n", 3),
        (f"a\n\n{OURS}", f"a\n\nn\n\n{OURS}", 3),
        (f"a\n; why\n  ; and\n{OURS}; end\n\n", f"a\n\nn\n\n; why\n  ; and\n{OURS}; end\n\n", 3),
        (f'a\n{OURS}plugin "other"\n', f'a\n\nn\n\n{OURS}plugin "other"\n', 3),
        (f"{OURS}a\n", f"{OURS}a\n\nn\n", 4),  # it does not stand last
        (f"{OURS}", f"n\n\n{OURS}", 1),
        ('a\nplugin "other"\n', 'a\nplugin "other"\n\nn\n', 4),
    ],
)
def test_what_is_new_stands_a_blank_line_apart_and_before_our_plugin(
    top: Path, before: str, after: str, line: int
) -> None:
    assert added(top, before) == (after, line)


def test_two_files_each_get_what_is_new_and_only_the_top_file_keeps_its_plugin_last(top: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.beancount"
    top.write_text(f'include "more.beancount"\na\n{OURS}', encoding="utf-8")
    other.write_text(OURS, encoding="utf-8")
    planned = plan(top, [str(top), str(other)], [Addition(other, "n\n"), Addition(top, "m\n"), Addition(other, "o\n")])
    assert {file.file.name: file.new_bytes.decode() for file in planned.files} == {
        "main.beancount": f'include "more.beancount"\na\n\nm\n\n{OURS}',
        "more.beancount": f"{OURS}\nn\n\no\n",
    }
    assert [(piece.file.name, piece.line) for piece in planned.pieces] == [
        ("more.beancount", 3),
        ("main.beancount", 4),
        ("more.beancount", 5),
    ]


NEW = 'include "2026/x.beancount"\ninclude "y.beancount"\n'


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ('include "a"\nb\n', 'include "a"\n' + NEW + 'B\n', [4]),
        ('include "a"\n  include "c" ; d\nb', 'include "a"\n  include "c" ; d\n' + NEW + 'B', [5]),
        ('b\ninclude "a"', 'B\ninclude "a"\n' + NEW, [1]),
        ("b\n", 'B\n\n' + NEW, [1]),
    ],
)  # fmt: skip
def test_new_files_are_included_after_the_last_include_and_edits_move_with_it(
    top: Path, tmp_path: Path, before: str, after: str, lines: list[int]
) -> None:
    top.write_text(before, encoding="utf-8")
    new = [Addition(tmp_path / name, "n\n") for name in ("2026/x.beancount", "y.beancount")]
    at = before.split("\n").index("b") + 1
    planned = plan(top, [str(top)], new, [Edit(top, at, "b", "B")])
    assert planned.files[0].file == top, "an include stands there before what it reaches"
    assert planned.files[0].new_bytes.decode() == after
    assert [piece.line for piece in planned.pieces if piece.file == top] == lines
    write(planned)
    assert (tmp_path / "2026" / "x.beancount").read_text("utf-8") == "n\n"


# amounts and values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("", 61),
        ("2026-01-01 open Assets:A EUR\n", 61),
        ("  Assets:A  1 EUR\n", 15),
        ("  Assets:A  1 EUR\n  Assets:A    -1,000.50 EUR\n  Assets:A   1 EUR\n  Income:B  22 EUR\n", 16),
        ("  Assets:A  1 EUR\n  Assets:A   1 EUR\n", 16),  # as many: the one further to the right
    ],
)
def test_currencies_stand_where_most_of_a_file_s_do(written: str, column: int) -> None:
    assert column_of(written) == column


def test_a_posting_that_needs_more_room_moves_all_of_its_entry() -> None:
    legs = [NewPosting("Assets:A", Decimal("1.00"), "EUR"), NewPosting("Assets:" + "B" * 20, Decimal("-1.00"), "EUR")]
    entry = text.transaction(date(2026, 1, 2), "*", "", "Text", [*legs, NewPosting("Assets:C", None)], column=20)
    head, first, second, third = entry.splitlines()
    assert (head, second, third) == ('2026-01-02 * "Text"', f"  Assets:{'B' * 20}  -1.00 EUR", "  Assets:C")
    assert (first.split(), first.index(" EUR")) == (["Assets:A", "1.00", "EUR"], second.index(" EUR"))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "TRUE"),
        (False, "FALSE"),
        (3, "3"),
        (Decimal("1E+2"), "100"),
        (date(826, 1, 2), "0826-01-02"),
        (text.AccountName("Assets:A"), "Assets:A"),
        ('a"b\\c\r\nd\x07', '"a\\"b\\\\c\\nd "'),
    ],
)
def test_a_value_is_written_as_it_is_read(value: text.DirectiveValue, written: str) -> None:
    assert value_text(value) == written


@pytest.mark.parametrize(
    ("legs", "line"),
    [
        (NewPosting("Assets:A", Decimal(5), "USD", price=(Decimal("0.9"), "EUR")), "5 USD @ 0.9 EUR"),
        (NewPosting("Assets:A", Decimal(5), "USD", price=(Decimal("4.5"), "EUR"), price_is_total=True), "5 USD @@ 4.5 EUR"),
    ],
)  # fmt: skip
def test_a_price_is_for_each_or_for_all(legs: NewPosting, line: str) -> None:
    assert text.posting(legs)[0].split(maxsplit=1)[1] == line


def test_a_balance_stands_in_its_column_or_two_blanks_apart() -> None:
    assert text.balance_directive(date(2026, 2, 1), "Assets:A", Decimal("5.00"), "EUR", 40).index("EUR") == 39
    assert text.balance_directive(date(2026, 2, 1), "Assets:A", Decimal("5.00"), "EUR", 5) == (
        "2026-02-01 balance Assets:A  5.00 EUR\n"
    )


# amendments -------------------------------------------------------------------------------------------------------------


def test_values_are_set_in_place_and_new_ones_at_the_end(top: Path) -> None:
    top.write_text(
        '2026-01-01 open Assets:A\n  city: "a;b" ; there\n  name:\n  name-2: 5\n\n; the next one\'s\n', encoding="utf-8"
    )
    old, new = with_key_values(Source(str(top), 1), {"city": "c", "name": "d", "vat": Decimal(5), "name-2": None})
    assert old == '2026-01-01 open Assets:A\n  city: "a;b" ; there\n  name:\n  name-2: 5'
    assert new == '2026-01-01 open Assets:A\n  city: "c"  ; there\n  name: "d"\n  name-2:\n  vat: 5'


# what gets to know what it settles --------------------------------------------------------------------------------------

MONEY = '2026/2/3 ! "A" "B" ; c\n  Assets:Bank  5 EUR\n    id: 1\n  Assets:Wait  -5 EUR ; "d'


@pytest.mark.parametrize(
    ("replaced", "new", "expected"),
    [
        (4, ("  X  -5 EUR\n    k: 1", "  Y"), "  Assets:Bank  5 EUR\n    id: 1\n  X  -5 EUR ; \"d\n    k: 1\n  Y"),
        (None, ("  Y",), "  Assets:Bank  5 EUR\n    id: 1\n  Assets:Wait  -5 EUR ; \"d\n  Y"),
        (None, (), "  Assets:Bank  5 EUR\n    id: 1\n  Assets:Wait  -5 EUR ; \"d"),
        (2, ("  X  5 EUR",), "  X  5 EUR\n    id: 1\n  Assets:Wait  -5 EUR ; \"d"),
        (4, (), None),  # what it is replaced by is not there
        (3, ("  X",), None),  # no posting stands there
    ],
)  # fmt: skip
def test_new_postings_take_the_place_of_one_or_follow(
    replaced: int | None, new: tuple[str, ...], expected: str | None
) -> None:
    for is_complete, flag in ((True, "*"), (False, "!")):
        made = settled_text(MONEY, SettledText(1, (2, 4), replaced, new, ("F1",), is_complete=is_complete))
        assert made == (None if expected is None else f'2026/2/3 {flag} "A" "B" ^F1 ; c\n{expected}')


# taking back ------------------------------------------------------------------------------------------------------------


def act(name: str, *texts: WrittenText, session: str = "", events: dict[str, int] | None = None) -> Act:
    return Act("main.beancount", "payment", name, texts, events or {}, session)


def test_acts_of_one_session_are_one_and_of_the_others_the_last_fifty_are_known(top: Path, tmp_path: Path) -> None:
    first, second = (WrittenText(str(tmp_path / "a.beancount"), name, "b") for name in ("one", "two"))
    assert recorded_acts(top) == ()
    record_act(top, act("A", first, session="s", events={"F1": 1}))
    record_act(top, act("B", second, session="s", events={"F2": 0}))
    assert recorded_acts(top) == (act("B", first, second, session="s", events={"F1": 1, "F2": 0}),)
    record_act(top, act("C", first, session="t"))
    record_act(top, act("D", first, session="s"))
    record_act(top, act("E", first))
    record_act(top, act("F", first))
    assert [known.message for known in recorded_acts(top)] == ["B", "C", "D", "E", "F"]
    record_act(top.with_name("other.beancount"), act("G", first)._replace(ledger="other.beancount"))
    assert [known.message for known in recorded_acts(top)] == ["B", "C", "D", "E", "F"]
    for number in range(50):
        record_act(top, act(str(number), first))
    assert [known.message for known in recorded_acts(top)] == [str(number) for number in range(50)]


def test_what_is_noted_may_be_moved_and_what_cannot_be_read_is_passed_over(top: Path, tmp_path: Path) -> None:
    record_act(top, act("A", WrittenText(str(tmp_path / "sub" / "a.beancount"), "one")))
    noted = tmp_path / UNDO_FILE
    assert json.loads(noted.read_text("utf-8"))["texts"] == [["sub/a.beancount", "one", ""]]
    elsewhere = tmp_path / "moved"
    elsewhere.mkdir()
    lines = noted.read_text("utf-8")
    (elsewhere / UNDO_FILE).write_text(f'{{"half": \n[]\n{{}}\n{lines}', encoding="utf-8")
    (known,) = recorded_acts(elsewhere / "main.beancount")
    assert known.texts[0].file == str(elsewhere / "sub" / "a.beancount")
    (elsewhere / UNDO_FILE).write_bytes(b"\xff")
    assert recorded_acts(elsewhere / "main.beancount") == ()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("x\na\n  b\n\nc\n", 2),
        ("a\n  b", 1),
        ("a\r\n  b\r\n", 1),
        ("a\n  b\na\n  b\n", 3),  # the last
        ("a\n  b\n  more\n", 0),  # it has got longer
        ("a\n  b\n  more\n\na\n  b\n  \n", 5),
        ("a\n  B\n", 0),
        ("a\n", 0),
    ],
)
def test_a_text_stands_where_the_whole_of_it_does(top: Path, content: str, line: int) -> None:
    top.write_bytes(content.encode())
    locator = TextLocator([str(top)])
    assert locator.line_of(str(top), "a\n  b") == line
    assert locator.first_line(str(top), lambda found: found.startswith("a")) == (2 if content.startswith("x") else 1)
    assert locator.first_line(str(top), lambda found: found == "none") == 0
    assert TextLocator([]).line_of(str(top), "a\n  b") == 0, "a file that is not the ledger's"
