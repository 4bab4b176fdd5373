"""Tables in text, as other programs export them: their rows with the lines on which they begin."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator


class UnreadableRowError(ValueError):
    """A row of a table that cannot be read: the line on which it begins, and what the reader says of it."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def rows_with_lines(text: str, delimiter: str, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line (from 1) on which it begins.

    `strict`: quotes must be closed and stand at the ends of cells (RFC 4180). Raises UnreadableRowError.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableRowError(line, str(error)) from None
