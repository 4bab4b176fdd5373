"""The act about tax that payments made due: its entries are written."""

from __future__ import annotations

from pathlib import Path

from beancount_invoicing.actions.move_taxes import move_taxes
from beancount_invoicing.fava_ext.acts.forms import Act, Field, Subject, Values, required_day
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.writing.changes import Outcome, WriteOptions


def _fields(_ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    return (Field("day", "tax-day", "day", "--as-of", subject.day.isoformat(), required=True),)


def _move(file: Path, values: Values, options: WriteOptions) -> Outcome:
    return move_taxes(file, required_day(values, "day"), None, None, options)


MOVE_TAXES = Act(("tax-due",), _fields, _move)
