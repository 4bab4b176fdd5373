"""Errors of reading bank statements, for the commands that read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from beancount_invoicing.actions.bank_files import RefusedStatements, StatementFileError, UnknownBankAccount
from beancount_invoicing.cli.common import Session, error_line, with_relative
from beancount_invoicing.languages import translated


@contextmanager
def reading_statements(session: Session) -> Iterator[None]:
    """Prints an error and makes the command fail if a file cannot be read, does not add up or belongs to no account."""
    try:
        yield
    except RefusedStatements as error:
        for finding in error.findings:
            session.error(error_line(finding))
    except (StatementFileError, UnknownBankAccount) as error:
        session.error(with_relative(translated(str(error))))
