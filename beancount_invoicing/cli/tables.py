"""Tables for eyes, as wide as there is room: figures are never cut."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from beancount_invoicing.cli.colours import mark_of, paint

FOLDED = 16
"""A column of texts may be folded to so many characters."""
_STRANGE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


_STYLES = {"": "", "late": "red", "doubtful": "yellow", "done": "dim", "draft": "cyan", "new": "green"}
"""Rich's words for the colours."""


class Column(NamedTuple):
    """A column; without a name it is the unit (the currency) of the one before it."""

    name: str
    numeric: bool


def draw(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    last: Sequence[Sequence[str]],
    room: int,
    colours: bool = False,
) -> str:
    """A table of `rows` in `room` characters; `last` rows stand below a line. `colours`: where the terminal shows them.

    Where it does not fit, its texts are folded, then its columns move together, then each row becomes a paragraph.
    """
    widths = [
        max(cell_len(cell) for cell in (column.name, *(row[index] for row in (*rows, *last))))
        for index, column in enumerate(columns)
    ]
    width = sum(widths) + 3 * len(columns) - 2
    if cell_len(title) < width <= room and not any(_STRANGE.search(cell) for row in (*rows, *last) for cell in row):
        return "\n".join(_in_full(title, columns, rows, last, widths, colours))
    fold = [not column.numeric and width > FOLDED for column, width in zip(columns, widths, strict=True)]
    least = sum(FOLDED if folded else width for folded, width in zip(fold, widths, strict=True))
    for padding in (1, 0):
        if least + (1 + 2 * padding) * len(columns) <= room:
            return _table(title, columns, rows, last, room, fold, padding, colours)
    return "\n".join(_paragraphs(title, columns, (*rows, *last), room, colours))


def _in_full(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    last: Sequence[Sequence[str]],
    widths: Sequence[int],
    colours: bool,
) -> Iterator[str]:
    """What rich would draw where nothing has to be folded; it takes its time over thousands of cells."""

    def line(cells: Iterable[str], strong: bool = False) -> str:
        said = []
        for column, width, cell in zip(columns, widths, cells, strict=True):
            text = cell.rstrip() if column.numeric else cell
            blank = " " * (width - cell_len(text))
            if colours and (mark := mark_of(cell)) and not strong:
                text = paint(text, mark)
            said.append(blank + text if column.numeric else text + blank)
        whole = (" " + "   ".join(said)).rstrip()
        return paint(whole, "", bold=True) if strong and colours else whole

    if title:
        yield paint(title, mark_of(title), bold=True) if colours else title.rstrip()
    yield ""
    yield line((column.name for column in columns), strong=True)
    yield " " + "─" * (sum(widths) + 3 * len(columns) - 3)
    yield from (line(row) for row in rows)
    if rows and last:
        yield ""
    yield from (line(row, strong=True) for row in last)
    yield ""


def _table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    last: Sequence[Sequence[str]],
    room: int,
    fold: Sequence[bool],
    padding: int,
    colours: bool = False,
) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, title=title or None, title_justify="left", title_style=f"{_STYLES[mark_of(title)]} bold",
        pad_edge=False, padding=(0, padding),
    )  # fmt: skip
    for column, folded in zip(columns, fold, strict=True):
        table.add_column(
            column.name, justify="right" if column.numeric else "left", no_wrap=not folded, overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell, style=_STYLES[mark_of(cell)]) for cell in row))
    if last:
        table.add_section()
        for row in last:
            table.add_row(*(Text(cell, style="bold") for cell in row))
    console = Console(
        width=room,
        highlight=False,
        force_terminal=colours,
        color_system="standard" if colours else None,
        no_color=not colours,
    )
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _paragraphs(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]], room: int, colours: bool
) -> Iterable[str]:
    """Each row: its first cell, then what the others say, by their names; a nought only where its unit stands beside it."""
    yield from (paint(title, mark_of(title), bold=True) if colours else title, "")
    units = [*(not column.name for column in columns[1:]), False]
    for row in rows:
        named = []
        for index, (column, cell) in enumerate(zip(columns, row, strict=True)):
            unit = row[index + 1] if units[index] else ""
            if index and column.name and (unit or cell not in {"", "–"}):
                named.append(f"{column.name} {cell} {unit}".rstrip())
        text = f"{row[0]}: {', '.join(named)}" if row[0] else f"  {', '.join(named)}"
        mark = next(filter(None, map(mark_of, row)), "") if colours else ""
        for part in textwrap.wrap(text, room, subsequent_indent="  ", break_on_hyphens=False):
            yield paint(part, mark)
    yield ""
