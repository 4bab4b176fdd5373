"""Tables to read, as wide as the space allows; figures are never cut."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len

from beancount_invoicing.cli.colours import mark_of, paint

FOLD_WIDTHS = (16, 10)
"""A column of text may be wrapped to so many characters, or to its longest word; if space is short, to fewer."""
_STRANGE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


_STYLES = {"": "", "late": "red", "doubtful": "yellow", "done": "dim", "draft": "cyan", "new": "green"}
"""Rich's words for the colours."""


class Column(NamedTuple):
    """A column; one without a name is the unit (the currency) of the column before it."""

    name: str
    numeric: bool
    narrow: Literal["", "spare", "below"] = ""
    """What happens to it if space is short: it is left out (`spare`), or shown below its row's first cell (`below`)."""


def draw(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    last: Sequence[Sequence[str]],
    room: int,
    colours: bool = False,
) -> str:
    """A table of `rows`, `room` characters wide; `last` rows are below a rule. `colours`: whether the terminal shows
    them.

    If it does not fit, its texts are wrapped between words, its columns move closer, less important columns give way,
    and finally each row becomes a paragraph.
    """
    widths = _natural(columns, (*rows, *last))
    width = sum(widths) + 3 * len(columns) - 2
    if cell_len(title) < width <= room and not any(_STRANGE.search(cell) for row in (*rows, *last) for cell in row):
        return "\n".join(_in_full(title, columns, rows, last, widths, colours))
    for without in ((), ("spare",), ("spare", "below")):
        shown, cells, sums = (columns, rows, last) if not without else _narrower(columns, rows, last, without)
        for folded in FOLD_WIDTHS:
            for padding in (1, 0):
                free = room - (1 + 2 * padding) * len(shown)
                if fitting := _fitting(shown, (*cells, *sums), free, folded):
                    return _table(title, shown, cells, sums, room, fitting, padding, colours)
    return "\n".join(_paragraphs(title, columns, (*rows, *last), room, colours))


def _natural(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is where nothing is folded."""
    return [
        max(cell_len(line) for cell in (column.name, *(row[index] for row in rows)) for line in cell.split("\n"))
        for index, column in enumerate(columns)
    ]


def _fitting(columns: Sequence[Column], rows: Sequence[Sequence[str]], free: int, folded: int) -> list[int]:
    """How wide each column may be, so that all of them have `free` characters; none where they do not fit.

    Figures are in one line; texts are folded to `folded` characters, but never within a word.
    """
    natural = _natural(columns, rows)
    least = [
        width
        if column.numeric
        else min(
            width,
            max([folded, *(cell_len(word) for row in rows for word in row[index].split()), cell_len(column.name)]),
        )
        for index, (column, width) in enumerate(zip(columns, natural, strict=True))
    ]
    left = free - sum(least)
    if left < 0:
        return []
    for index in sorted(range(len(columns)), key=lambda index: natural[index] - least[index]):
        more = min(natural[index] - least[index], left)
        least[index] += more
        left -= more
    return least


def _narrower(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], last: Sequence[Sequence[str]], without: Collection[str]
) -> tuple[list[Column], list[list[str]], list[list[str]]]:
    """The table without the columns that give way; what `below` ones say is below the first cell of each row."""

    def narrowed(row: Sequence[str]) -> list[str]:
        cells = [cell for column, cell in zip(columns, row, strict=True) if column.narrow not in without]
        more = [
            f"{column.name}\u00a0{cell}"
            for column, cell in zip(columns, row, strict=True)
            if column.narrow == "below" and "below" in without and cell not in {"", "–"}
        ]
        return ["\n".join((cells[0], *more)), *cells[1:]] if more else cells

    shown = [column for column in columns if column.narrow not in without]
    return shown, [narrowed(row) for row in rows], [narrowed(row) for row in last]


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
        parts = []
        for column, width, cell in zip(columns, widths, cells, strict=True):
            text = cell.rstrip() if column.numeric else cell
            blank = " " * (width - cell_len(text))
            if colours and (style := mark_of(cell)) and not strong:
                text = paint(text, style)
            parts.append(blank + text if column.numeric else text + blank)
        whole = (" " + "   ".join(parts)).rstrip()
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
    widths: Sequence[int],
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
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.name,
            justify="right" if column.numeric else "left",
            no_wrap=column.numeric,
            overflow="fold",
            min_width=width,
            max_width=width,
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
    """Each row: its first cell, then what the others say, by their names; a nought only where its unit is beside it."""
    yield from (paint(title, mark_of(title), bold=True) if colours else title, "")
    units = [*(not column.name for column in columns[1:]), False]
    for row in rows:
        named = []
        for index, (column, cell) in enumerate(zip(columns, row, strict=True)):
            unit = row[index + 1] if units[index] else ""
            if index and column.name and (unit or cell not in {"", "–"}):
                named.append(f"{column.name} {cell} {unit}".rstrip())
        text = f"{row[0]}: {', '.join(named)}" if row[0] else f"  {', '.join(named)}"
        style = next(filter(None, map(mark_of, row)), "") if colours else ""
        for part in textwrap.wrap(text, room, subsequent_indent="  ", break_on_hyphens=False):
            yield paint(part, style)
    yield ""
