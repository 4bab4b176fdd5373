"""Tables as wide as there is room: whatever the terminal, no figure and no text is cut."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cli import tables
from beancount_invoicing.cli.tables import Column, draw
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
    theirs = tables._table(title, columns, rows, last, 200, [False] * 3, 1)
    assert draw(title, columns, rows, last, 200) == theirs


def test_on_a_terminal_title_names_and_totals_are_bold() -> None:
    plain = draw("Receivables", COLUMNS, ROWS, TOTALS, 200)
    bold = draw("Receivables", COLUMNS, ROWS, TOTALS, 200, bold=True)
    assert [line[4:-4] for line in bold.splitlines() if line.startswith("\x1b[1m") and line.endswith("\x1b[0m")] == [
        plain.splitlines()[index] for index in (0, 2, 7)
    ]
    assert re.sub(r"\x1b\[[01]m", "", bold) == plain


@pytest.mark.parametrize("room", [60, 80, 120, 160])
def test_the_aged_balance_on_a_terminal(room: int) -> None:
    """On a terminal of that width, each total of the example's customers stands in one piece."""
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, room, 0, 0))
    command = [sys.executable, "-m", "beancount_invoicing", "-f", str(EXAMPLE), "aging", "--as-of", "2026-11-30"]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(command, stdout=theirs, env=environment) as program:
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(mine, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            said += part
    os.close(mine)
    assert program.returncode == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", said.decode())
    assert all(len(line) <= room for line in text.splitlines())
    for figure in ("4\u202f857.60", "7\u202f200.81", "23\u202f986.21"):
        assert figure in text
