"""Which claims lapse soon, by the limitation period of the seller's law."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.model import ZERO, Book, Event, Invoice
from beancount_invoicing.receivables.allocation import Allocated
from beancount_invoicing.receivables.positions import events_by_number
from beancount_invoicing.rules.steps import plus_months

WARNING_MONTHS = 6
"""So long before a claim lapses it is told."""


class Lapsing(NamedTuple):
    """What is open of an invoice and can be sued for until `last_day` (inclusive) only; `source` is the law."""

    invoice: Invoice
    open: Decimal
    last_day: date
    source: str

    def words(self, as_of: date) -> str:
        """What to know and do about it, as of a day."""
        when = f"lapses after {self.last_day}" if self.last_day >= as_of else f"lapsed after {self.last_day}"
        return (
            f"{self.invoice.number}: {self.open} {self.invoice.currency} {when} ({self.source}): have the debt acknowledged in"
            ' writing and note it (event: "acknowledged"), sue, or write it off'
        )


def last_day_to_sue(book: Book, invoice: Invoice, due: date, events: tuple[Event, ...], as_of: date) -> date | None:
    """The last day on which what fell due on `due` can be sued for; None where no limitation period is known.

    By the law of the seller's country as of `as_of`. An event `acknowledged` on or after the due date starts the whole
    period anew; a payment on account does not by itself.
    """
    rule = _rule(book, invoice, as_of)
    if rule is None:
        return None
    acknowledged = max((one.date for one in events if one.event == "acknowledged" and one.date >= due), default=None)
    return rule.last_day(due, acknowledged)


def _rule(book: Book, invoice: Invoice, as_of: date) -> law.Limitation | None:
    if invoice.customer is None or not book.seller:
        return None
    return law.limitation(book.seller.at(as_of).address.country, invoice.customer.buyer)


def lapsing(book: Book, allocated: Allocated, as_of: date, months: int = WARNING_MONTHS) -> tuple[Lapsing, ...]:
    """The invoices of which something open has lapsed, or will within `months` of `as_of`, in the Book's order."""
    try:
        horizon = plus_months(as_of, months)
    except OverflowError:
        horizon = date.max
    late: defaultdict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for claim in allocated.claims:
        rule = _rule(book, claim.invoice, as_of) if claim.open > 0 else None
        first = rule.last_day(claim.instalment.due) if rule else None
        if first is not None and first <= horizon:
            late[id(claim.invoice)].append((claim.instalment.due, claim.open))
    if not late:
        return ()
    events = events_by_number(book, as_of)
    result = []
    for invoice in book.invoices:
        those = late.get(id(invoice))
        rule = _rule(book, invoice, as_of)
        if not those or rule is None or invoice.customer is None or invoice.draft:
            continue
        account = invoice.customer.account
        happened = events.get((account, invoice.number), events.get((account, ""), ()))
        days = [
            (last, open_)
            for due, open_ in those
            if (last := last_day_to_sue(book, invoice, due, happened, as_of)) is not None and last <= horizon
        ]
        if days:
            open_ = sum((amount for _last, amount in days), ZERO)
            result.append(Lapsing(invoice, open_, min(last for last, _amount in days), rule.source))
    return tuple(result)
