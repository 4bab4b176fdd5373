"""How much of a late claim becomes an allowance: option `allowance-matrix`, "25% after 90 days; 100% after 360 days"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO

_STEP = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,4})?)\s*%\s*(?:after|from|après|apres|à partir de)\s+(\d{1,4})\s*(?:days?|jours?|d|j)",
    re.IGNORECASE,
)


class MatrixError(ValueError):
    """A matrix cannot be read; the message says what to write."""


class AllowanceMatrix(NamedTuple):
    """Percentages by days late, in ascending order of both: what is later by more than so many days gets the percentage."""

    steps: tuple[tuple[int, Decimal], ...] = ()

    def percent(self, days_late: int) -> Decimal:
        """The percentage of a claim that is so many days late; 0 below the first step."""
        return next((percent for days, percent in reversed(self.steps) if days_late > days), ZERO)

    @property
    def words(self) -> str:
        """The matrix in words."""
        return "; ".join(_("{percent} % after {days} days", percent=percent, days=days) for days, percent in self.steps)


def parse_matrix(text: str) -> AllowanceMatrix:
    """The matrix in a text such as "25% after 90 days; 50% after 180 days"; without steps if it is empty. Raises MatrixError."""
    steps: list[tuple[int, Decimal]] = []
    for part in (part.strip() for part in text.split(";")):
        match = _STEP.fullmatch(part)
        if not part:
            continue
        if match is None:
            raise MatrixError(
                _(
                    '{part} is not a step of a matrix: write "25% after 90 days; 100% after 360 days", for example',
                    part=part,
                )
            )
        percent, days = Decimal(match[1].replace(",", ".")), int(match[2])
        if percent > 100 or (steps and (days <= steps[-1][0] or percent <= steps[-1][1])):
            raise MatrixError(
                _("{part}: both days and percentage must be higher than those before it, and at most 100 %", part=part)
            )
        steps.append((days, percent))
    return AllowanceMatrix(tuple(steps))
