"""Directives that amend others: the values of one thing from day to day, and the text that changes some of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from beancount.core.data import Custom, Open

from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.messages import joined
from beancount_invoicing.model import Source
from beancount_invoicing.writing import renaming, text

Values = Mapping[str, "text.DirectiveValue | None"]
"""Keys and their new values; None removes the value."""
_BEANCOUNTS = frozenset({"filename", "lineno"})


class DatedValues(NamedTuple):
    """The values of one directive from its day on, by key, without its head."""

    day: date
    source: Source
    values: dict[str, Any]


def dated_values(entries: Sequence[Any], kind: str, name: str, place: int) -> tuple[DatedValues, ...]:
    """The values of all custom directives of a kind about one thing, by day and place. The thing's name is the
    directive's value number `place`. For a customer, the values of its account's `open` are included.
    """
    found = []
    for entry in entries:
        if isinstance(entry, Custom) and entry.type == kind:
            values = [value.value for value in entry.values or []]
            mine = len(values) > place and values[place] == name
        else:
            mine = isinstance(entry, Open) and kind == "invoice-customer" and entry.account == name
        if mine:
            given = {key: value for key, value in entry.meta.items() if key not in _BEANCOUNTS}
            found.append(DatedValues(entry.date, source_of(entry.meta), given))
    return tuple(sorted(found, key=lambda version: (version.day, version.source)))


def values_in_force(values_by_day: Sequence[DatedValues], day: date) -> dict[str, Any]:
    """The values in force on `day`, by key."""
    state: dict[str, Any] = {}
    for version in values_by_day:
        if version.day <= day:
            state.update(version.values)
    return {key: value for key, value in state.items() if value is not None}


def differs(value: Any, current: text.DirectiveValue | None) -> bool:
    """Whether a new value differs from the present one; amounts are compared by their numbers."""
    if current in (None, "") or value in (None, ""):
        return (current in (None, "")) != (value in (None, ""))
    return bool(getattr(value, "number", value) != current)


def amendment_directive(day: date, kind: str, head: Sequence[text.DirectiveValue], values: Values) -> str:
    """A custom directive; a key without a value is written empty."""
    lines = [text.custom_directive(day, kind, head).rstrip("\n"), *(_line(key, value) for key, value in values.items())]
    return joined("\n", lines) + "\n"


def with_key_values(source: Source, values: Values) -> tuple[str, str]:
    """The lines of the directive at a place, with the values of some keys set: existing keys in place, new ones at the
    end. Comments after a value stay. Raises OSError, UnicodeDecodeError.
    """
    old = renaming.text_of(source)
    new = old
    for key, value in values.items():
        pattern = re.compile(rf'(?m)^[ \t]+{re.escape(key)}:(?:[^";\n]|"(?:[^"\\]|\\.)*")*')
        line = _line(key, value)
        found = pattern.search(new)
        if found:
            behind = new[found.end() : found.end() + 1] == ";"
            new = new[: found.start()] + line + ("  " if behind else "") + new[found.end() :]
        else:
            new = f"{new}\n{line}"
    return old, new


def _line(key: str, value: text.DirectiveValue | None) -> str:
    return f"  {key}:" if value is None else f"  {key}: {text.value_text(value)}"
