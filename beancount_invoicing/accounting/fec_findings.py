"""What is found in a FEC, line by line."""

from __future__ import annotations

from typing import NamedTuple

from beancount_invoicing.model import Severity


class FecFinding(NamedTuple):
    """Something wrong (`error`) or doubtful (`warning`) in the file; `line` 0: in the file as a whole."""

    line: int
    severity: Severity
    rule: str
    message: str


class FecFindings:
    """What was found so far."""

    def __init__(self) -> None:
        self.found: list[FecFinding] = []

    def error(self, line: int, rule: str, message: str) -> None:
        """Notes an error."""
        self.found.append(FecFinding(line, "error", rule, message))

    def warning(self, line: int, rule: str, message: str) -> None:
        """Notes a warning."""
        self.found.append(FecFinding(line, "warning", rule, message))
