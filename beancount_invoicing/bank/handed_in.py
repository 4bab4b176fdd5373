"""Orders handed to the bank in files of our own, direct debits and payments out, by the references in statements."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import ZERO, Book, Day
from beancount_invoicing.receivables.bank_orders import ORDER_EVENTS

_OWN_FORM = re.compile(r"(?P<number>.+?)(?::(?P<instalment>\d{1,3}))?(?::[0-9a-f]{4})?(?:\+\d{1,2})?")
"""`rules.sepa.end_to_end_id`: the number, the instalment, who owes it, the attempt."""
_MESSAGE = re.compile(r"(?<![0-9A-Za-z])[A-Z]{3}-\d{8}-[0-9a-f]{12}", re.IGNORECASE)
"""`delivery.pain.message_id`; the groups of a file have a number at its end."""


class Order(NamedTuple):
    """A direct debit, or (`is_payment_out`) a transfer of a credit note: `amount` euros, above 0."""

    end_to_end_id: str
    number: str
    customer: str
    """Main account."""
    amount: Decimal
    instalment: int | None
    """The instalment, if the document has several."""
    handed_in: Day
    execution_date: Day
    message_id: str
    is_payment_out: bool


class Batch(NamedTuple):
    """Orders that a bank may show as one movement."""

    orders: tuple[Order, ...]

    @property
    def total(self) -> Decimal:
        """What they add up to."""
        return sum((order.amount for order in self.orders), ZERO)


class HandedIn(NamedTuple):
    """The orders that were not withdrawn."""

    by_id: Mapping[str, Order]
    """By EndToEndId, in capitals."""
    by_message: Mapping[str, tuple[Order, ...]]
    """By the identifier of the file, in capitals."""
    by_total: Mapping[Decimal, tuple[Batch, ...]]
    """By their sum: the direct debits of a file and a day, and those of a whole file, if there are several."""


def handed_in(book: Book, as_of: date) -> HandedIn:
    """The orders handed to the bank by the end of `as_of`, from the ledger's records."""
    withdrawn = {event.end_to_end_id for event in book.events if event.kind == "not-collected" and event.date <= as_of}
    by_message: defaultdict[str, list[Order]] = defaultdict(list)
    by_id: dict[str, Order] = {}
    for event in book.events:
        if event.kind not in ORDER_EVENTS or event.date > as_of or event.end_to_end_id in withdrawn:
            continue
        if not event.end_to_end_id or not event.amount or len(event.numbers) != 1:
            continue
        order = Order(
            event.end_to_end_id, event.numbers[0], event.customer, event.amount, event.instalment, event.date,
            event.collected_on or event.date, event.message_id, event.kind == "paid-out",
        )  # fmt: skip
        by_id[order.end_to_end_id.upper()] = order
        if order.message_id:
            by_message[order.message_id.upper()].append(order)
    by_total: defaultdict[Decimal, list[Batch]] = defaultdict(list)
    for orders in by_message.values():
        for batch in batches(order for order in orders if not order.is_payment_out):
            if len(batch.orders) > 1:
                by_total[batch.total].append(batch)
    return HandedIn(
        by_id,
        {message: tuple(orders) for message, orders in by_message.items()},
        {total: tuple(found) for total, found in by_total.items()},
    )


def batches(orders: Iterable[Order]) -> tuple[Batch, ...]:
    """The groups of orders that a bank may show as one movement: all orders of a file, and those of each day in it."""
    found = sorted(orders, key=lambda order: (order.execution_date, order.end_to_end_id))
    by_day = [tuple(group) for _day, group in groupby(found, key=lambda order: order.execution_date)]
    return tuple(Batch(group) for group in dict.fromkeys([tuple(found), *by_day]) if group)


def order_of(known: HandedIn, line: StatementLine, money: Decimal) -> Order | None:
    """The order whose EndToEndId a line has. The line must also name the mandate, be a payment out or a return, or have
    exactly the order's amount.

    The reason: a payer may use an invoice number as the EndToEndId of a transfer, too.
    """
    order = known.by_id.get(line.end_to_end_id.upper()) if line.end_to_end_id else None
    if order is None:
        return None
    if line.mandate or line.is_return or abs(money) == order.amount:
        return order
    return None


def numbers_of_orders_of_old(line: StatementLine, numbers: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The documents of a direct debit under a mandate whose order the ledger does not have, recognised by the form of
    our references. `numbers`: document numbers by their letters and digits.
    """
    match = _OWN_FORM.fullmatch(line.end_to_end_id) if line.mandate else None
    if match is None:
        return ()
    bare = re.sub(r"[^a-z0-9]+", "", match["number"].lower())
    return tuple(numbers.get(bare, ()))


def batch_of(known: HandedIn, line: StatementLine) -> tuple[Order, ...]:
    """The orders of the file that a line names, in any field."""
    text = " ".join((line.batch, line.text, *line.references, line.end_to_end_id))
    for match in _MESSAGE.finditer(text):
        if orders := known.by_message.get(match.group().upper()):
            return orders
    return ()
