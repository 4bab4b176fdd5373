"""Which claims lapse soon, by the limitation period of the seller's law."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Event, Invoice
from beancount_invoicing.receivables.allocation import Allocated
from beancount_invoicing.receivables.debtors import debtor, events_by_number, events_of
from beancount_invoicing.rules.steps import plus_months

WARNING_MONTHS = 6
"""How long before a claim lapses a warning appears."""


class Lapsing(NamedTuple):
    """The open amount of an invoice, for which one can sue until `last_day` (inclusive); `source` is the law."""

    invoice: Invoice
    debtor: str
    """Main account of the customer who owes it."""
    open: Decimal
    last_day: date
    source: str

    def message(self, as_of: date) -> str:
        """What to know and do about it, as of a day."""
        when = (
            _("lapses after {last_day}", last_day=self.last_day)
            if self.last_day >= as_of
            else _("lapsed after {last_day}", last_day=self.last_day)
        )
        return _(
            "{number}: {amount} {currency} {when} ({place}): have the debt acknowledged in writing and note it "
            '(event: "acknowledged"), sue, or write it off',
            number=self.invoice.number,
            amount=self.open,
            currency=self.invoice.currency,
            when=when,
            place=self.source,
        )


def last_day_to_sue(book: Book, invoice: Invoice, due: date, events: tuple[Event, ...], as_of: date) -> date | None:
    """The last day to sue for an amount that fell due on `due`; None if no limitation period is known. By the law of the seller's
    country as of `as_of`.

    An event `acknowledged` on or after the due date starts the whole period again; a payment on account does not.
    """
    rule = law.limitation(_country(book, as_of), invoice.customer.buyer) if invoice.customer else None
    if rule is None:
        return None
    acknowledged = max(
        (event.date for event in events if event.kind == "acknowledged" and event.date >= due), default=None
    )
    return rule.last_day(due, acknowledged)


def _country(book: Book, as_of: date) -> str:
    return book.seller.at(as_of).address.country if book.seller else ""


def lapsing(book: Book, allocated: Allocated, as_of: date, months: int = WARNING_MONTHS) -> tuple[Lapsing, ...]:
    """The invoices with an open amount that has lapsed, or will within `months` of `as_of`, in the order of their claims."""
    try:
        horizon = plus_months(as_of, months)
    except OverflowError:
        horizon = date.max
    country = _country(book, as_of)
    late: defaultdict[tuple[int, str], list[tuple[date, Decimal]]] = defaultdict(list)
    invoices: dict[tuple[int, str], tuple[Invoice, law.Limitation]] = {}
    for claim in allocated.open_items:
        due, invoice = claim.instalment.due, claim.invoice
        if claim.open <= 0:
            continue
        assert invoice.customer, "a void number claims nothing"
        rule = law.limitation(country, invoice.customer.buyer)
        if rule is None or due.year + rule.years > horizon.year:
            continue
        key = id(invoice), debtor(book, claim)
        late[key].append((due, claim.open))
        invoices[key] = invoice, rule
    events = events_by_number(book, as_of) if late else {}
    result = []
    for key, (invoice, rule) in invoices.items():
        happened = events_of(events, key[1], invoice.number)
        days = [
            (last, open_)
            for due, open_ in late[key]
            if (last := last_day_to_sue(book, invoice, due, happened, as_of)) is not None and last <= horizon
        ]
        if days:
            open_ = sum((amount for _last, amount in days), ZERO)
            result.append(Lapsing(invoice, key[1], open_, min(last for last, _amount in days), rule.source))
    return tuple(result)
