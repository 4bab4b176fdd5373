"""An entry's text, posting by posting: what is changed in it, and what stays as it was written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.model import Source
from beancount_invoicing.writing import text
from beancount_invoicing.writing.blocks import (
    Block,
    split_entry,
    trailing_comments,
    with_key,
    with_narration,
    with_posting_number,
)
from beancount_invoicing.writing.renaming import renamed, text_of

ENTRY = """2026-01-15 * "Acme" "Work"
  invoice: "F1"
  Assets:A  10.00 EUR ; all of it
    due: 2026-02-01
  ; about the next
  Income:B"""


def test_an_entry_falls_into_its_head_and_its_postings() -> None:
    parts = split_entry(ENTRY, 40, (45, 42))
    assert parts is not None
    assert parts.head == '2026-01-15 * "Acme" "Work"\n  invoice: "F1"'
    assert [(block.line, block.text) for block in parts.blocks] == [
        (42, "  Assets:A  10.00 EUR ; all of it\n    due: 2026-02-01\n  ; about the next"),
        (45, "  Income:B"),
    ]
    assert parts.text == ENTRY


@pytest.mark.parametrize("lines", [(), (40, 42), (42, 42), (42, 46), (39, 42)])
def test_postings_that_are_not_on_lines_of_their_own_below_the_first_are_not_in_it(lines: tuple[int, ...]) -> None:
    assert split_entry(ENTRY, 40, lines) is None


@pytest.mark.parametrize(
    ("line", "number", "new"),
    [
        ("  Assets:A    10.00 EUR", "9.5", "  Assets:A      9.5 EUR"),  # its currency stays where it is
        ("  Assets:A    10.00 EUR", "1000.00", "  Assets:A  1000.00 EUR"),
        ("  Assets:A 10.00 EUR", "1000.00", "  Assets:A 1000.00 EUR"),  # there is no room: a space is left
        ("  ! Assets:A  -(4 + 1) * 2 EUR @ 1.10 USD ; x", "-10", "  ! Assets:A           -10 EUR @ 1.10 USD ; x"),
        ("  Assets:A  1,000.00 EUR {2 USD}", "5", "  Assets:A         5 EUR {2 USD}"),
        ("  Assets:A", "5", "  Assets:A"),  # what Beancount works out stays so
        ("  Assets:A  ; 5 EUR", "6", "  Assets:A  ; 5 EUR"),
    ],
)
@pytest.mark.parametrize("below", ["", "\n    due: 2026-02-01"])
def test_a_posting_gets_another_number(line: str, number: str, new: str, below: str) -> None:
    block = Block(1, line + below)
    assert with_posting_number(block, Decimal(number)) == Block(1, new + below)


POSTING = Block(7, '  Income:B  -10.00 EUR ; x\n    text: "a\\"; b" ; why\n    quantity:2\n    price: 5.00')


@pytest.mark.parametrize(
    ("key", "value", "after", "new"),
    [
        ("text", "c", (), POSTING.text.replace('"a\\"; b"', '"c"')),
        ("quantity", Decimal("3.50"), (), POSTING.text.replace("quantity:2", "quantity: 3.50")),
        ("price", date(2026, 1, 2), (), POSTING.text.replace("5.00", "2026-01-02")),
        # a new key: at once below the posting, or below the last of those that it follows
        ("tax", "V", (), POSTING.text.replace("; x\n", '; x\n    tax: "V"\n')),
        ("tax", "V", ("missing",), POSTING.text.replace("; x\n", '; x\n    tax: "V"\n')),
        ("tax", "V", ("text", "quantity"), POSTING.text.replace("quantity:2\n", 'quantity:2\n    tax: "V"\n')),
        ("tax", "V", ("quantity", "text"), POSTING.text.replace("quantity:2\n", 'quantity:2\n    tax: "V"\n')),
        ("tax", "V", ("price", "text"), POSTING.text + '\n    tax: "V"'),
        # no key begins so
        ("quant", True, ("price",), POSTING.text + "\n    quant: TRUE"),
    ],
)
def test_a_key_is_set_in_place_or_added(key: str, value: text.DirectiveValue, after: tuple[str, ...], new: str) -> None:
    assert with_key(POSTING, key, value, after) == Block(7, new)


def test_a_posting_alone_gets_its_first_key() -> None:
    assert with_key(Block(1, "  Income:B"), "tax", "V").text == '  Income:B\n    tax: "V"'


@pytest.mark.parametrize(
    ("block", "left"),
    [
        ("  Income:B", ""),
        ("  Income:B\n    tax: 5\n    ; of the tax", ""),
        ("  Income:B\n  ; between\n    tax: 5\n  ; the next\n; and so on", "  ; the next\n; and so on"),
        ("    Income:B\n  ; the next", "  ; the next"),
    ],
)
def test_comments_that_are_about_what_follows_stay_where_a_posting_goes(block: str, left: str) -> None:
    assert trailing_comments(Block(1, block)) == left


@pytest.mark.parametrize(
    ("head", "new"),
    [
        ('2026-01-15 * "Old"', '2026-01-15 * "New \\"x\\""'),
        ('2026-01-15 * "Old" "Old" ^a ; "Old"', '2026-01-15 * "Old" "New \\"x\\"" ^a ; "Old"'),
        ('2026-01-15 ! "P\\"" "Old"\n  note: "Old"', '2026-01-15 ! "P\\"" "New \\"x\\""\n  note: "Old"'),
        ('2026-01-15 * "Old" "Other"', '2026-01-15 * "Old" "Other"'),  # its narration is another
        ('2026-01-15 * ; "Old"', '2026-01-15 * ; "Old"'),
    ],
)
def test_a_narration_is_changed_where_it_is_the_old_one(head: str, new: str) -> None:
    assert with_narration(head, "Old", 'New "x"') == new


# where an entry ends ----------------------------------------------------------------------------------------------------

FILE = """; head
2026-01-15 * "Acme" "a
2026-01-16 b
"
  Assets:A  1 EUR ; "

  ; its own

; the next one's
2026-01-17 note Assets:A "x"
"""


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        (2, '2026-01-15 * "Acme" "a\n2026-01-16 b\n"\n  Assets:A  1 EUR ; "\n\n  ; its own'),
        (10, '2026-01-17 note Assets:A "x"'),
        (0, ""),
        (11, ""),
    ],
)
def test_the_text_of_an_entry_ends_before_what_is_the_next_one_s(tmp_path: Path, line: int, entry: str) -> None:
    for newline in ("\n", "\r\n"):
        file = tmp_path / "a.beancount"
        file.write_bytes(FILE.replace("\n", newline).encode())
        assert text_of(Source(str(file), line)) == entry
    assert text_of(Source(str(tmp_path / "none.beancount"), line)) == ""


def test_what_stands_nowhere_has_no_text(tmp_path: Path) -> None:
    file = tmp_path / "a.beancount"
    file.write_bytes(FILE.rstrip("\n").encode())
    assert text_of(Source(str(file), 0)) == ""


def test_numbers_are_renamed_in_links_and_keys_and_nowhere_else() -> None:
    entry = """2026-01-15 * "draft-a" "^draft-a" ^draft-a ^draft-ab ^other ; ^draft-a
  settles: "draft-a"
  corrects: "draft-a F9 draft-b"
  claims: "draft-a F9"
  note: "draft-a"
  Assets:A  1 EUR ; settles: "draft-a"
    deposit:  "draft-b" """
    new = renamed(entry, {"draft-a": "F 1", "draft-b": "F2"})
    assert (
        new.text
        == """2026-01-15 * "draft-a" "^draft-a" ^F-1 ^draft-ab ^other ; ^draft-a
  settles: "F 1"
  corrects: "F 1 F9 F2"
  claims: "draft-a F9"
  note: "draft-a"
  Assets:A  1 EUR ; settles: "draft-a"
    deposit:  "F2" """
    )
    assert {'settles: "draft-a"', "^draft-a", "^other", 'deposit: "draft-b"'} <= new.names
    assert renamed(entry, {}).text == entry
