"""The money of our own direct debits: one by one, or a whole file as one movement, as some banks book it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from beancount_invoicing.bank.evidence import Names, Proposal
from beancount_invoicing.bank.handed_in import Batch, Order, batch_of, batches
from beancount_invoicing.bank.open_documents import Receivables, why_not_open
from beancount_invoicing.bank.payments import SettledDocument
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.messages import _, _n, joined
from beancount_invoicing.model import ZERO

_CURRENCY = "EUR"
"""Of all SEPA payments."""


def collected(
    known: Receivables, open_of: Callable[[str], Decimal], line: StatementLine, names: Names
) -> Proposal | None:
    """The documents of a line that brings money, if it names a direct debit that was handed in, or a file of them;
    otherwise None.
    """
    if line.currency != _CURRENCY:
        return None
    order = next((naming.order for naming in names.namings if naming.order), None)
    if order is not None and not order.is_payment_out:
        return _of_order(known, open_of, line, names, order)
    orders = [order for order in batch_of(known.handed_in, line) if not order.is_payment_out]
    return _of_file(known, open_of, line, names, orders) if orders else None


def perhaps_batch(known: Receivables, open_of: Callable[[str], Decimal], line: StatementLine) -> Proposal | None:
    """The direct debits whose sum equals a line that names nothing, for a person to confirm; None if there are none."""
    found = [
        batch
        for batch in known.handed_in.by_total.get(_money(line), ())
        if line.currency == _CURRENCY
        and not _missing(known, open_of, batch, line)
        and all(order.handed_in <= line.date for order in batch.orders)
    ]
    if not found:
        return None
    first = found[0].orders[0]
    against = [_("nothing names the file")]
    against += [_("so do those of {message_id}", message_id=batch.orders[0].message_id) for batch in found[1:]]
    evidence = (_sum(found[0], line), _file(first))
    return Proposal(
        line, "propose", "D", _settlements(found[0]), _customer(found[0]), evidence, tuple(dict.fromkeys(against))
    )


def _of_order(
    known: Receivables, open_of: Callable[[str], Decimal], line: StatementLine, names: Names, order: Order
) -> Proposal:
    money, open_ = _money(line), max(open_of(order.number), ZERO)
    evidence = [naming.sentence for naming in names.namings if naming.order is order]
    against = [*names.against, *_others(names, {order.number})]
    if money == order.amount:
        evidence.append(_("{money} EUR is what was to be collected of {number}", money=money, number=order.number))
    else:
        against.append(
            _(
                "{money} EUR came, but {amount} were to be collected of {number}",
                money=money,
                amount=order.amount,
                number=order.number,
            )
        )
    if not open_ or known.documents[order.number].date > line.date:
        against.append(_closed(known, order.number, line))
    elif money > open_:
        against.append(
            _(
                "{money} {currency} is {rest} more than is open of {numbers}",
                money=money,
                currency=line.currency,
                rest=money - open_,
                numbers=order.number,
            )
        )
    settled = SettledDocument(order.number, min(money, open_), instalment=order.instalment)
    return Proposal(
        line,
        "propose" if against else "book",
        "A",
        (settled,) if open_ else (),
        order.customer,
        tuple(evidence),
        tuple(dict.fromkeys(against)),
    )


def _of_file(
    known: Receivables, open_of: Callable[[str], Decimal], line: StatementLine, names: Names, orders: Sequence[Order]
) -> Proposal:
    evidence = [_file(orders[0])]
    against = [*names.against, *_others(names, {order.number for order in orders})]
    whole, *by_day = batches(orders)
    fits = [batch for batch in (whole, *by_day) if batch.total == _money(line)]
    collectable = [batch for batch in fits if not _missing(known, open_of, batch, line)]
    if not fits:
        against.append(
            _n(
                len(orders),
                "{money} EUR is not the total of its direct debits: {total}",
                "{money} EUR is not what its {count} direct debits add up to: {total}",
                count=len(orders),
                money=_money(line),
                total=whole.total,
            )
        )
        return Proposal(line, "propose", "A", (), "", tuple(evidence), tuple(dict.fromkeys(against)))
    batch = (collectable or fits)[0]
    evidence.append(_sum(batch, line))
    if len(collectable) > 1:
        days = joined(_(" and "), (other.orders[0].execution_date.isoformat() for other in collectable))
        against.append(_("those of {days} add up to the same: nobody can tell which", days=days))
    if not collectable:
        against += [_closed(known, number, line) for number in _missing(known, open_of, batch, line)]
    return Proposal(
        line,
        "propose" if against else "book",
        "A",
        _settlements(batch) if collectable else (),
        _customer(batch),
        tuple(evidence),
        tuple(dict.fromkeys(against)),
    )


def _money(line: StatementLine) -> Decimal:
    return line.amount + line.fee


def _missing(known: Receivables, open_of: Callable[[str], Decimal], batch: Batch, line: StatementLine) -> list[str]:
    """The documents of a batch of which less is open than was to be collected."""
    wanted: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for order in batch.orders:
        wanted[order.number] += order.amount
    return [
        number
        for number, amount in wanted.items()
        if open_of(number) < amount or known.documents[number].date > line.date
    ]


def _settlements(batch: Batch) -> tuple[SettledDocument, ...]:
    return tuple(SettledDocument(order.number, order.amount, instalment=order.instalment) for order in batch.orders)


def _customer(batch: Batch) -> str:
    customers = {order.customer for order in batch.orders}
    return customers.pop() if len(customers) == 1 else ""


def _file(order: Order) -> str:
    return _(
        "it is the file {message_id} of direct debits, handed in on {day}",
        message_id=order.message_id,
        day=order.handed_in,
    )


def _sum(batch: Batch, line: StatementLine) -> str:
    return _n(
        len(batch.orders),
        "{money} EUR is the total of its direct debits of {day}",
        "{money} EUR is what its {count} direct debits of {day} add up to",
        count=len(batch.orders),
        money=_money(line),
        day=joined(", ", dict.fromkeys(order.execution_date.isoformat() for order in batch.orders)),
    )


def _closed(known: Receivables, number: str, line: StatementLine) -> str:
    document = known.documents.get(number)
    if document is not None and document.date > line.date:
        return _("{number} is of {day}, after the payment", number=number, day=document.date)
    if document is not None:
        return _("less is open of {number} than was to be collected", number=number)
    return why_not_open(known, number)


def _others(names: Names, numbers: set[str]) -> list[str]:
    """What else a line names."""
    return [
        _("{sentence}, which is another document", sentence=naming.sentence)
        for naming in names.namings
        if numbers.isdisjoint(naming.numbers)
    ]
