"""Errors in a bank's file, with their place."""

from __future__ import annotations

from beancount_invoicing.messages import joined
from beancount_invoicing.model import Source


class StatementFileError(ValueError):
    """The file does not follow its format, so nothing of it is read.

    Its text names the file and the line (for CFONB the record), what is wrong, and what to do.
    """

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(joined("", (f"{file}:{line}: " if line else f"{file}: ", message)))
        self.source = Source(file, line)
        self.message = message
