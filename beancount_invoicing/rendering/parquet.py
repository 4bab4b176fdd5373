"""A table of facts as Parquet, by pyarrow (the extra `parquet`): amounts are decimal128, dates are date32, never floats."""

from __future__ import annotations

import io
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from beancount_invoicing.accounting.facts import FactTable
from beancount_invoicing.accounting.reports import Cell
from beancount_invoicing.messages import _

_PRECISION, _SCALE = 38, 10
"""Digits of an amount in all, and after the point: an amount with more is rounded, half away from zero."""
_CONTEXT = Context(prec=_PRECISION, rounding=ROUND_HALF_UP)
_UNIT = Decimal(1).scaleb(-_SCALE)


class CannotMakeParquet(RuntimeError):
    """pyarrow is not installed, or an amount has too many digits; the message says so."""


def to_parquet(table: FactTable) -> bytes:
    """The table as the bytes of a Parquet file; the same table gives the same bytes. Raises CannotMakeParquet."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise CannotMakeParquet(_('pyarrow is not installed: pip install "beancount-invoicing[parquet]"')) from None
    types: dict[str, Any] = {
        "text": arrow.string(),
        "date": arrow.date32(),
        "amount": arrow.decimal128(_PRECISION, _SCALE),
        "count": arrow.int32(),
    }
    columns = [
        arrow.array([_value(row[place]) for row in table.rows], type=types[column.kind])
        for place, column in enumerate(table.columns)
    ]
    stream = io.BytesIO()
    parquet.write_table(arrow.table(columns, names=[column.name for column in table.columns]), stream)
    return stream.getvalue()


def _value(cell: Cell) -> Any:
    """A cell as pyarrow takes it: nothing for an empty text."""
    if isinstance(cell, Decimal):
        try:
            return cell.quantize(_UNIT, context=_CONTEXT)
        except InvalidOperation:
            raise CannotMakeParquet(
                _(
                    "{amount} has more than {digits} digits before the point: Parquet takes no more",
                    amount=cell,
                    digits=_PRECISION - _SCALE,
                )
            ) from None
    return cell if cell != "" else None
