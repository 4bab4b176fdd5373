"""Files whose names contain a date: `{year}/invoices-{month}.beancount`."""

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
    """The absolute path of the file that --into names, for something dated `day`: a pattern as in option `file`.

    Raises writer.CannotWrite if the pattern has braces with anything else.
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
