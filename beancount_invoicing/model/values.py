"""The parts of every noun: where it was written, figures with their steps, and values that change from a day on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, NamedTuple, TypeVar

Day = date  # for nouns that have a field called date
T = TypeVar("T")
Severity = Literal["error", "warning"]
OptionValue = str | Decimal | date | bool | int
StepValue = Decimal | date | int | str

ZERO = Decimal(0)


class Source(NamedTuple):
    """Where something is written: the ledger file and its line (from 1)."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class CalculationStep(NamedTuple):
    """One step of a calculation: `result` is `operation` applied to `inputs`, calculated for `figure`.

    The operations are those of `rules.steps.OPERATIONS`, so every step can be recalculated from its own data. `because`
    names the rule that requires the step, in words.
    """

    figure: str
    operation: str
    inputs: tuple[StepValue, ...]
    result: StepValue
    because: str = ""


class Figure(NamedTuple):
    """A calculated amount. The `steps` that lead to it are derived only when somebody asks for them; for most figures
    nobody does.
    """

    value: Decimal
    derive_steps: Callable[..., tuple[CalculationStep, ...]]
    """Returns the steps for `inputs`; the last one's result is the amount."""
    inputs: tuple[Any, ...]

    @property
    def steps(self) -> tuple[CalculationStep, ...]:
        """How the amount was worked out."""
        return self.derive_steps(*self.inputs)


class Finding(NamedTuple):
    """Something wrong (`error`) or doubtful (`warning`) in the ledger, at a place, by the name of the rule that saw it."""

    severity: Severity
    rule: str
    message: str
    source: Source


def require_date(day: date) -> date:
    """The day, if it is a date. Raises TypeError for a time (datetime), which cannot be compared with a date, and for a
    text.
    """
    if isinstance(day, datetime):
        raise TypeError(f"a day is wanted, not the time {day!r}: give its date, .date()")
    if not isinstance(day, date):
        raise TypeError(f"a day is wanted, a datetime.date, not {day!r}")
    return day


class Dated(NamedTuple, Generic[T]):
    """A value that changes over time: each version is in force from its date (inclusive) on; the first one applies
    before its date too.
    """

    versions: tuple[tuple[date, T], ...]

    def at(self, day: date) -> T:
        """The version in force on `day`."""
        if len(self.versions) == 1:
            return self.versions[0][1]
        return self.versions[max(bisect_right(self.versions, day, key=lambda version: version[0]) - 1, 0)][1]

    @property
    def first(self) -> T:
        """The version of the first directive, for values that no amendment changes, such as the code and the mode of a
        contract.
        """
        return self.versions[0][1]

    @property
    def latest(self) -> T:
        """The version of the last directive, whatever its day: for names to look up and settings of a whole ledger.

        Never for billing, debts or reports: these have a day of their own, for which to ask with `at`.
        """
        return self.versions[-1][1]
