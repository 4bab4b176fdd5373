"""Files that are named by the day: `{year}/invoices-{month}.beancount`."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from beancount_invoicing.messages import _
from beancount_invoicing.writing.writer import CannotWrite

_FIELD = re.compile(r"\{[^{}]*\}")


def expanded_pattern(pattern: str, day: date) -> str:
    """A pattern with the day's `{year}` and `{month}` in it; other braces stay as they are."""
    return pattern.replace("{year}", f"{day.year:04}").replace("{month}", f"{day.month:02}")


def target_file(into: str | Path, day: date) -> Path:
    """The file that --into names for what is dated `day`, absolute: a pattern as in option `file`.

    Raises writer.CannotWrite where the file's name has braces that say something else.
    """
    path = Path(expanded_pattern(str(into), day))
    if wrong := _FIELD.search(path.name):
        raise CannotWrite(
            _(
                "--into {into}: {wrong} has no meaning there: known are {{year}} and {{month}}",
                into=into,
                wrong=wrong[0],
            )
        )
    return path.absolute()
