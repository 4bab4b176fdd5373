"""Documents dated far ahead, perhaps by a slip in the year: they are only written if that is intended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Invoice
from beancount_invoicing.rules import periods


def far_ahead(documents: Sequence[Invoice], today: date) -> str:
    """A description of the documents dated more than a month after `today`: how many, on which days, with which lines,
    for how much; "" if there are none.

    Amounts are the amounts to pay, by currency. Open items taken over from other books do not count.
    """
    latest = periods.parse_length("month").after(today, 1)
    invoices = [document for document in documents if document.date > latest and document.kind != "opening"]
    if not invoices:
        return ""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        totals[invoice.currency] += invoice.payable
    count = len(invoices)
    lines = [line for invoice in invoices for line in invoice.lines]
    text = _n(
        count,
        "{count} document dated {span}",
        "{count} documents dated {span}",
        count=count,
        span=_span([invoice.date for invoice in invoices]),
    )
    days = [day for line in lines for day in (line.start, line.end) if day]
    text += _n(
        len(lines),
        ", {count} line{days}",
        ", {count} lines{days}",
        count=len(lines),
        days=(_(" of {span}", span=_span(days)) if days else ""),
    )
    amounts = ", ".join(f"{amount} {currency}" for currency, amount in sorted(totals.items()))
    return _("{text}, {amounts}: more than a month ahead of today, {today}", text=text, amounts=amounts, today=today)


def _span(days: Sequence[date]) -> str:
    first, last = min(days), max(days)
    return str(first) if first == last else _("{first} to {last}", first=first, last=last)
