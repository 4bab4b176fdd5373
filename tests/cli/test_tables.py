"""Tables as wide as there is room: whatever the terminal, no figure and no text is cut."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import termios
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cli import main, tables
from beancount_invoicing.cli.tables import Column, draw
from tests.cli.test_commands import call
from tests.ledgers import EXAMPLE

Rows = list[tuple[str, str, str]]
COLUMNS = (
    Column("customer", False),
    Column("account", False),
    Column("late", True),
    Column("total", True),
    Column("", False),
)
ROWS = (
    ("Menuiserie Kerbrat et Fils SAS", "Assets:Clients:Kerbrat", "1234.50", "12345.60", "EUR"),
    ("Birchwood Estates Ltd", "Assets:Clients:Birchwood", "–", "–", "GBP"),
)
TOTALS = (("Total", "", "1234.50", "12345.60", "EUR"),)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("room", [24, 40, 60, 70, 80, 100, 200])
def test_nothing_is_cut_and_nothing_is_wider_than_the_room(room: int) -> None:
    text = draw("Receivables", COLUMNS, ROWS, TOTALS, room)
    assert all(len(line) <= room for line in text.splitlines())
    for figure in ("1234.50", "12345.60"):
        assert text.count(figure) == 2, "in one piece, in its row and in the total"
    if room < 60:
        assert all(squeezed(cell) in squeezed(text) for row in ROWS for cell in row)


def test_a_wide_one_is_a_table() -> None:
    assert draw("Receivables", COLUMNS, ROWS, TOTALS, 200).splitlines()[3:] == [
        " ────────────────────────────────────────────────────────────────────────────────────",
        " Menuiserie Kerbrat et Fils SAS   Assets:Clients:Kerbrat     1234.50   12345.60   EUR",
        " Birchwood Estates Ltd            Assets:Clients:Birchwood         –          –   GBP",
        "",
        " Total                                                       1234.50   12345.60   EUR",
    ]


def test_a_narrow_one_is_a_paragraph_for_each_row() -> None:
    assert draw("Receivables", COLUMNS, ROWS, TOTALS, 50).splitlines() == [
        "Receivables",
        "",
        "Menuiserie Kerbrat et Fils SAS: account",
        "  Assets:Clients:Kerbrat, late 1234.50, total",
        "  12345.60 EUR",
        "Birchwood Estates Ltd: account",
        "  Assets:Clients:Birchwood, total – GBP",
        "Total: late 1234.50, total 12345.60 EUR",
    ]


def test_where_room_is_scarce_names_are_folded_between_words_and_columns_give_way() -> None:
    columns = (
        Column("customer", False), Column("account", False, "spare"), Column("late", True), Column("kept", True, "below"),
        Column("total", True), Column("", False),
    )  # fmt: skip
    rows = [(*row[:3], kept, *row[3:]) for row, kept in zip(ROWS, ("5.00", ""), strict=True)]
    assert draw("Receivables", columns, rows, (), 60).splitlines()[2:] == [
        " customer                     late   kept      total",
        " ─────────────────────────────────────────────────────────",
        " Menuiserie Kerbrat et     1234.50   5.00   12345.60   EUR",
        " Fils SAS",
        " Birchwood Estates Ltd           –                 –   GBP",
    ]
    assert draw("Receivables", columns, rows, (), 35).splitlines()[4:] == [
        " Menuiserie    1234.50 12345.60 EUR",
        " Kerbrat et",
        " Fils SAS",
        " kept\xa05.00",
        " Birchwood           –        – GBP",
        " Estates Ltd",
    ]


@pytest.mark.parametrize("line", ["aging", "list --open", "today"])
def test_eighty_columns_are_enough_for_a_table_and_no_name_is_broken(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = call(*line.split(), "--as-of", "2026-11-30").stdout.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert any("───" in line for line in lines)
    words = {word for line in lines for word in line.split()}
    assert "Energietechnik" in words
    assert line == "aging" or "draft-kerbrat-2026-11" in words


@pytest.mark.parametrize("width", ["", "0", "wide"])
def test_a_pipe_without_a_width_has_room(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert "Assets:Clients:HabitatOuest" in call("aging", "--as-of", "2026-11-30").stdout


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), max_size=9
)


@given(
    st.text("Wide title", max_size=60),
    st.lists(st.tuples(CELL, CELL, CELL), max_size=4),
    st.lists(st.tuples(CELL, CELL, CELL), max_size=2),
    st.sampled_from(["late", ""]),
)
def test_what_fits_is_drawn_as_rich_draws_it(title: str, rows: Rows, last: Rows, name: str) -> None:
    columns = (Column("customer", False), Column(name, True), Column("unit", False))
    theirs = tables._table(title, columns, rows, last, 200, tables._natural(columns, (*rows, *last)), 1)
    assert draw(title, columns, rows, last, 200) == theirs


def test_on_a_terminal_title_names_and_totals_are_bold() -> None:
    plain = draw("Receivables", COLUMNS, ROWS, TOTALS, 200)
    bold = draw("Receivables", COLUMNS, ROWS, TOTALS, 200, colours=True)
    assert [line[4:-4] for line in bold.splitlines() if line.startswith("\x1b[1m") and line.endswith("\x1b[0m")] == [
        plain.splitlines()[index] for index in (0, 2, 7)
    ]
    assert re.sub(r"\x1b\[[01]m", "", bold) == plain


def on_a_terminal(room: int, *arguments: str, **environment: str) -> str:
    """What a command prints on a terminal of that width."""
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, room, 0, 0))
    with (
        pytest.MonkeyPatch.context() as patch,
        ThreadPoolExecutor(1) as beside,  # a terminal that nobody reads from is full after some lines
        os.fdopen(theirs, "w", encoding="utf-8") as terminal,
    ):
        shown = beside.submit(_shown, mine)
        for name in ("COLUMNS", "NO_COLOR"):
            patch.delenv(name, raising=False)
        for name, value in ({"TERM": "xterm"} | environment).items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdout", terminal)
        patch.setattr(sys, "__stdout__", terminal)  # whose width is asked for
        assert not main(["-f", str(EXAMPLE), *arguments], standalone_mode=False)
    os.close(mine)
    return shown.result()


def _shown(terminal: int) -> str:
    """What a terminal shows, until nothing is open on it."""
    text = b""
    with suppress(OSError):  # the other end is closed
        while part := os.read(terminal, 65536):
            text += part
    return text.decode()


@pytest.mark.parametrize("room", [60, 80, 120, 160])
def test_the_aged_balance_on_a_terminal(room: int) -> None:
    """On a terminal of that width, each total of the example's customers stands in one piece."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal(room, "aging", "--as-of", "2026-11-30"))
    assert all(len(line) <= room for line in text.splitlines())
    for figure in ("4\u202f857.60", "7\u202f200.81", "23\u202f986.21"):
        assert figure in text


@pytest.mark.parametrize(
    ("line", "room", "painted"),
    [
        ("list --as-of 2026-11-30", 160, ("\x1b[31moverdue\x1b[0m", "\x1b[33moverdue, disputed\x1b[0m", "\x1b[2mF2025-0001\x1b[0m",
                                          "\x1b[36mdraft-kerbrat-2026-11\x1b[0m")),
        ("list --since 2026-10 --as-of 2026-11-30", 120, ("\x1b[31moverdue", "\x1b[36mdraft-kerbrat-2026-11")),
        ("list --as-of 2026-11-30", 40, ("\x1b[31mF2026-0024: date 2026-04-03",)),
        ("aging --as-of 2026-11-30", 200, ("\x1b[33m468.00\x1b[0m", "\x1b[31m2\u202f840.00\x1b[0m")),
        ("unbilled --as-of 2027-02-28", 160, ("\x1b[33m89 d\x1b[0m", "\x1b[32m390.00\x1b[0m")),
        ("today --as-of 2026-12-31", 160, ("\x1b[1;32mTo bill: bean-invoice bill\x1b[0m",
                                           "\x1b[1;31mTo remind: bean-invoice remind\x1b[0m")),
        ("show F2026-0064 --as-of 2026-11-30", 160, ("\x1b[31moverdue, 20 days late\x1b[0m",)),
    ],
)  # fmt: skip
def test_colours_say_what_a_figure_stands_for(line: str, room: int, painted: tuple[str, ...]) -> None:
    text = on_a_terminal(room, *line.split())
    for part in painted:
        assert part in text


@pytest.mark.parametrize("room", [60, 120, 160])
@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_nobody_gets_colours_who_wants_none(room: int, environment: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal(room, "list", "--as-of", "2026-11-30", **environment)


@pytest.mark.parametrize(
    ("line", "figure"),
    [
        ("list", "1 288.00"),
        ("aging", "23 986.21"),
        ("show F2026-0067", "10 286.87"),
        ("statement Halles --since 2026-10", "4 857.60"),
        ("receipt F2026-0047", "1 900.80"),
        ("contracts", "26 284.00"),
    ],
)
def test_in_a_pipe_a_figure_is_found_as_it_is_typed(line: str, figure: str) -> None:
    text = call(*line.split(), "--as-of", "2026-11-30").stdout
    assert figure in text
    assert not set("\x1b\u202f\u00a0") & set(text)
