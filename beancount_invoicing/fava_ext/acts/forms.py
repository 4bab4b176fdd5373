"""The forms of acts: their fields, what was filled in, and the command that does the same."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, NamedTuple

from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.writing.changes import Outcome, WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest

FieldKind = Literal["text", "words", "lines", "amount", "day", "choice", "flag"]
"""`words`: several, with spaces between them; `lines`: several, one in each line."""
Values = Mapping[str, str]
"""What was filled in, by the names of the fields."""


class Field(NamedTuple):
    """A field of a form. `option`: what the command calls it; "" for an argument."""

    name: str
    label: str
    """Its key among the words of acts."""
    kind: FieldKind = "text"
    option: str = ""
    value: str = ""
    """What is filled in beforehand."""
    choices: tuple[str, ...] = ()
    required: bool = False
    labels: tuple[str, ...] = ()
    """What the choices are called, if words do not say it."""


MEANT = Field("meant", "date-meant", "flag", "--yes")
"""The field that confirms a date far ahead: without it, nothing dated far ahead of today is written."""


class Subject(NamedTuple):
    """What the user looks at: a document, or a customer (main account), or nothing; on the day of the page."""

    day: date
    number: str = ""
    customer: str = ""
    note: str = ""
    """What happened, if that is known."""


class Act(NamedTuple):
    """Something that a person does from the page. `run` raises what the function of `actions` raises."""

    command: tuple[str, ...]
    fields: Callable[[Ledger, Subject], tuple[Field, ...]]
    run: Callable[[Path, Values, WriteOptions], Outcome]


def text(values: Values, name: str) -> str:
    """A text without blanks around it; "" if nothing was filled in."""
    return values.get(name, "").strip()


def words(values: Values, name: str) -> tuple[str, ...]:
    """The words of a field."""
    return tuple(values.get(name, "").split())


def lines(values: Values, name: str) -> tuple[str, ...]:
    """The lines of a field that are not empty."""
    return tuple(line.strip() for line in values.get(name, "").splitlines() if line.strip())


def amount(values: Values, name: str) -> Decimal | None:
    """An amount above 0, written with a point or a comma; None if nothing was filled in. Raises InvalidRequest."""
    written = text(values, name)
    found = _decimal(written) if written else None
    if found is not None and not (found.is_finite() and found > 0):
        raise InvalidRequest(_("{value} is not an amount above 0: write 98.00, for example", value=written))
    return found


def number(values: Values, name: str) -> Decimal | None:
    """A number of any sign, written like an amount; None if nothing was filled in. Raises InvalidRequest."""
    written = text(values, name)
    found = _decimal(written) if written else None
    if found is not None and not found.is_finite():
        raise InvalidRequest(_("{value} is not a number: write 98.00, for example", value=written))
    return found


def _decimal(written: str) -> Decimal:
    """A number; "NaN" if a text is none."""
    try:
        return Decimal(written.replace(",", ".").replace("\u202f", "").replace("\xa0", "").replace(" ", ""))
    except InvalidOperation:
        return Decimal("NaN")


def day(values: Values, name: str) -> date | None:
    """A day, written 2026-01-31; None if nothing was filled in. Raises InvalidRequest."""
    written = text(values, name)
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise InvalidRequest(_("{value} is not a date: write 2026-01-31, for example", value=written)) from None


def required_day(values: Values, name: str) -> date:
    """A day that must be filled in. Raises InvalidRequest."""
    if (given := day(values, name)) is None:
        raise InvalidRequest(_("give the date"))
    return given


def command_line(act: Act, fields: Sequence[Field], values: Values) -> str:
    """The command that writes the same, for a shell: arguments in their order, then options, then `-w`."""
    arguments: list[str] = []
    options: list[str] = []
    for field in fields:
        given = text(values, field.name)
        if field.kind == "flag":
            options += [field.option] if given == "true" else []
        elif field.option and given:
            options += [word for argument in _arguments(field, values) for word in (field.option, argument)]
        elif given:
            arguments += _arguments(field, values)
    dashed = ["--"] if any(argument.startswith("-") for argument in arguments) else []
    return shlex.join(["bean-invoice", *act.command, *options, "-w", *dashed, *arguments])


def _arguments(field: Field, values: Values) -> tuple[str, ...]:
    if field.kind == "words":
        return words(values, field.name)
    if field.kind == "lines":
        return lines(values, field.name)
    return (text(values, field.name),)
