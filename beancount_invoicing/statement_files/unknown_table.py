"""What is said of a table that nobody has described: the directive that describes it."""

from __future__ import annotations

from beancount_invoicing.messages import _
from beancount_invoicing.statement_files.errors import StatementFileError
from beancount_invoicing.statement_files.table_guess import TableGuess


class UnknownTable(StatementFileError):
    """A table that nobody has described, and that is no known bank's; its text gives the directive that describes it."""

    def __init__(self, file: str, guess: TableGuess, account: str = "Assets:Bank", day: str = "2025-01-01") -> None:
        columns = guess.columns or "date = …; amount = …; text = …"
        directive = f'{day} custom "invoice-bank" {account}\n  columns: "{columns}"'
        titles = ", ".join(f'"{title}"' for title in guess.titles) or "…"
        message = (
            _(
                "no known bank's table has the titles {titles}. Going by its content, write into the ledger, and check "
                "it (docs/bank.md):\n{directive}",
                titles=titles,
                directive=directive,
            )
            if guess.columns
            else _(
                "no known bank's table has the titles {titles}, and no date or no amount is seen in it. Describe its "
                "columns in the ledger (docs/bank.md):\n{directive}",
                titles=titles,
                directive=directive,
            )
        )
        super().__init__(file, 1, message)
        self.guess = guess
