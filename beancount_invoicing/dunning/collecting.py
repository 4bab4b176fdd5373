"""What can be collected by direct debit, or paid out, on a day; and the reasons for everything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.dunning.banks import all_booked_until
from beancount_invoicing.dunning.pauses import is_unsent, pause, sending_tracked_from
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Customer, Instalment, Invoice
from beancount_invoicing.receivables import Allocated, InstalmentPosition, Position, allocate, positions, total_cover
from beancount_invoicing.receivables.bank_orders import BankOrder, bank_orders, order_under_way
from beancount_invoicing.receivables.direct_debit import (
    MandateDays,
    collection_days,
    has_lapsed,
    has_mandate,
    last_used,
    lead_days,
    may_be_collected,
)
from beancount_invoicing.rules import sepa

SequenceType = Literal["FRST", "RCUR", "OOFF", "FNAL"]
RETURN_DAYS = 5
"""The number of TARGET days after the collection day within which banks return debits that they cannot collect (SDD
Core rulebook, EPC016-06, 4.3.4; B2B, EPC222-07: three).
"""
_LARGEST = Decimal("999999999.99")
"""The largest amount of a SEPA payment, in euros."""


class DueOrder(NamedTuple):
    """An instalment to be collected, or a credit note to be paid out: `amount` euros, above 0."""

    customer: Customer
    """The customer as of the day of handing in."""
    invoice: Invoice
    instalment: int
    account: str
    amount: Decimal
    due: date
    execution_date: date
    last_day: date
    """The last day to hand it in for its due date."""
    end_to_end_id: str
    sequence: SequenceType = "RCUR"
    account_changed: bool = False
    """Whether the mandate was used with another account before."""
    other_account: str = ""
    """The IBAN that money is collected from, or paid to."""


class HeldOrder(NamedTuple):
    """Why a document is not collected, or paid out."""

    number: str
    customer: str
    reason: str
    needs_attention: bool = True
    """Whether the user should be told without asking."""


class DueOrders(NamedTuple):
    """What to hand in, by customer, day and number, and what is not handed in."""

    orders: tuple[DueOrder, ...]
    held: tuple[HeldOrder, ...]


def last_due_date(as_of: date) -> date:
    """The last due date that can be handed in on `as_of`: banks accept orders at most 14 days before their day."""
    return as_of + timedelta(days=sepa.EARLIEST_HAND_IN_DAYS)


def due_collections(
    book: Book,
    as_of: date,
    allocated: Allocated | None = None,
    due_until: date | None = None,
    named: Collection[str] = (),
    again: Collection[tuple[str, int]] = (),
) -> DueOrders:
    """The instalments to be handed in on `as_of` (inclusive), due on `due_until` at the latest (None: as early as banks accept
    them).

    `named`: only these numbers are considered, and they are collected again if they came back; `again`: numbers and instalments
    whose earlier order did not happen, according to the user.
    """
    allocated = allocated or allocate(book, as_of)
    due_until = min(due_until or last_due_date(as_of), last_due_date(as_of))
    stands = positions(book, as_of, allocated, by_debtor=True)
    of_customer: defaultdict[str, dict[str, Position]] = defaultdict(dict)
    for position in stands:
        if position.debtor:
            of_customer[position.debtor.account].setdefault(position.invoice.number, position)
    orders: list[DueOrder] = []
    held: list[HeldOrder] = []
    followed_from = sending_tracked_from(book, as_of)
    days = collection_days(book, as_of)
    for position in stands:
        invoice, debtor = position.invoice, position.debtor
        if debtor is None or position.open <= 0 or invoice.draft or (named and invoice.number not in named):
            continue
        due = [
            (instalment, standing)
            for instalment, standing in zip(invoice.instalments, position.instalments, strict=True)
            if standing.open > 0 and standing.due and standing.due <= due_until and not instalment.retention_contract
        ]
        if not due or not (debtor.mandate or named):
            continue
        if why := _held_whole(book, position, debtor, of_customer[debtor.account], days, as_of):
            held.append(HeldOrder(invoice.number, debtor.name, why, may_be_collected(book, invoice)))
        elif is_unsent(position, followed_from):
            held.append(
                HeldOrder(
                    invoice.number,
                    debtor.name,
                    _("the ledger does not record that it was sent, and the customer must know first"),
                )
            )
        else:
            for instalment, standing in due:
                found = _collection(book, position, debtor, instalment, standing, as_of, named, again)
                (orders if isinstance(found, DueOrder) else held).append(found)  # type: ignore[arg-type] # by its own type
    return _in_sequence(book, orders, held, as_of)


def _held_whole(
    book: Book,
    position: Position,
    debtor: Customer,
    of_customer: Mapping[str, Position],
    days: MandateDays,
    as_of: date,
) -> str:
    """Why nothing of a document is collected; "" if nothing prevents it."""
    invoice = position.invoice
    if invoice.currency != "EUR":
        return _("is in {currency}: SEPA direct debits are in euros", currency=invoice.currency)
    if not may_be_collected(book, invoice):
        return (
            _("is a claim for late interest")
            if invoice.kind == "claim"
            else _("is not to be collected (direct-debit: FALSE)")
        )
    if not debtor.mandate:
        return _("{customer} has no mandate: write mandate, mandate-date and debtor-iban", customer=debtor.name)
    if not has_mandate(debtor, as_of):
        if debtor.mandate_date and debtor.debtor_iban:
            return _("mandate {mandate} is signed on {day} only", mandate=debtor.mandate, day=debtor.mandate_date)
        return _("mandate {mandate} has no mandate-date, or no debtor-iban: write it", mandate=debtor.mandate)
    if has_lapsed(debtor, days, as_of):
        return _(
            "mandate {mandate} was last used on {day}, and has lapsed: have a new one signed; if it was used "
            "since, write"
            " mandate-used: with the day",
            mandate=debtor.mandate,
            day=last_used(debtor, days),
        )
    paused = pause(position, of_customer, as_of)
    if paused and not paused.broken_promise:
        return paused.reason
    if position.disputed:
        return _("{amount} of it is in dispute", amount=position.disputed)
    if position.on_account:
        return _(
            "{amount} EUR on the account may be for it: write what it settles, or pay it back",
            amount=total_cover(position.on_account),
        )
    return ""


def _collection(
    book: Book,
    position: Position,
    debtor: Customer,
    instalment: Instalment,
    standing: InstalmentPosition,
    as_of: date,
    named: Collection[str],
    again: Collection[tuple[str, int]],
) -> DueOrder | HeldOrder:
    """An instalment as an order, or the reason why it is none."""
    invoice = position.invoice
    before = bank_orders(position, instalment.index)
    if before and (why := _not_again(before[-1], (invoice.number, instalment.index), named, again, "collect")):
        return HeldOrder(invoice.number, debtor.name, why, before[-1].state == "returned")
    if standing.open > _LARGEST:
        return HeldOrder(
            invoice.number, debtor.name, _("{amount} EUR is more than a SEPA payment may be", amount=standing.open)
        )
    assert standing.due is not None
    lead = lead_days(book, as_of)
    return DueOrder(
        debtor,
        invoice,
        instalment.index,
        position.accounts[0],
        standing.open,
        standing.due,
        sepa.collection_day(standing.due, as_of, lead),
        sepa.last_hand_in_day(standing.due, lead),
        sepa.end_to_end_id(
            invoice.number,
            instalment.index,
            len(invoice.instalments),
            len(before) + 1,
            debtor.account if position.debtor_share else "",
        ),
        other_account=debtor.debtor_iban,
    )


def _not_again(
    order: BankOrder,
    place: tuple[str, int],
    named: Collection[str],
    again: Collection[tuple[str, int]],
    command: str,
) -> str:
    """Why an order that was handed in before is not repeated; "" if it may be."""
    if order.state in {"withdrawn", "done"} or place in again:
        return ""
    number = place[0]
    if order.state == "returned":
        if number in named:
            return ""
        return _(
            "came back on {day}: once it can be done, bean-invoice {command} {number} --write",
            day=order.returned_on,
            command=command,
            number=number,
        )
    return _(
        "was handed in on {day} for {execution_date}, but nothing of it is booked: book it; if the bank did not "
        "carry it out, bean-invoice {command} --again {number} --write",
        day=order.event.date,
        execution_date=order.execution_date,
        command=command,
        number=number,
    )


def _in_sequence(book: Book, orders: Sequence[DueOrder], held: Sequence[HeldOrder], as_of: date) -> DueOrders:
    """The orders with their sequence in the collections of their mandate (SDD rulebooks, AT-21): first, recurrent, one-off,
    final.
    """
    by_mandate: defaultdict[tuple[str, str], list[DueOrder]] = defaultdict(list)
    for order in sorted(orders, key=lambda order: (order.execution_date, order.invoice.number, order.instalment)):
        by_mandate[order.customer.account, order.customer.mandate].append(order)
    found: list[DueOrder] = []
    held_back = list(held)
    withdrawn = {event.end_to_end_id for event in book.events if event.kind == "not-collected" and event.date <= as_of}
    collected = [
        event
        for event in book.events
        if event.kind == "collected" and event.date <= as_of and event.end_to_end_id not in withdrawn
    ]
    for (account, mandate), collections in sorted(by_mandate.items()):
        customer = collections[0].customer
        used = [event for event in collected if (event.customer, event.mandate) == (account, mandate)]
        if customer.mandate_sequence == "one-off":
            others = collections if used else collections[1:]
            found += [] if used else [collections[0]._replace(sequence="OOFF")]
            held_back += [
                HeldOrder(
                    order.invoice.number,
                    customer.name,
                    _("mandate {mandate} is for one collection only", mandate=mandate),
                )
                for order in others
            ]
            continue
        is_used = bool(used or customer.mandate_used)
        changed = bool(used) and book.customers[account].at(used[-1].date).debtor_iban != customer.debtor_iban
        for place, order in enumerate(collections):
            sequence: SequenceType = "RCUR" if is_used or place else "FRST"
            if customer.mandate_sequence == "final" and place == len(collections) - 1:
                sequence = "FNAL"
            found.append(order._replace(sequence=sequence, account_changed=changed and place == 0))
    return DueOrders(tuple(found), tuple(sorted(dict.fromkeys(held_back))))


def due_payments_out(
    book: Book,
    as_of: date,
    allocated: Allocated | None = None,
    named: Collection[str] = (),
    again: Collection[tuple[str, int]] = (),
) -> DueOrders:
    """The credit notes to be paid out on `as_of` (inclusive): due by then, in euros, and not set off against anything.

    If the customer owes something else, against which they may be set off, only those that are `named`. Other arguments as for
    `due_collections`.
    """
    stands = positions(book, as_of, allocated, by_debtor=True)
    owing = {
        position.debtor.account
        for position in stands
        if position.debtor and position.open > 0 and not position.invoice.draft
    }
    orders: list[DueOrder] = []
    held: list[HeldOrder] = []
    for position in stands:
        note, customer = position.invoice, position.debtor
        if customer is None or position.open >= 0 or note.draft or (named and note.number not in named):
            continue
        if position.due is not None and position.due > as_of and not named:
            continue
        if why := _not_paid_out(position, customer, owing, named, again):
            held.append(HeldOrder(note.number, customer.name, why, bool(customer.debtor_iban)))
            continue
        orders.append(
            DueOrder(
                customer, note, 1, position.accounts[0], -position.open, position.due or as_of, sepa.target_day(as_of),
                position.due or as_of,
                sepa.end_to_end_id(note.number, 1, 1, len(bank_orders(position, 1)) + 1,
                                   customer.account if position.debtor_share else ""),
                other_account=account_to_pay(customer),
            )
        )  # fmt: skip
    orders.sort(key=lambda order: (order.customer.account, order.execution_date, order.invoice.number))
    return DueOrders(tuple(orders), tuple(sorted(dict.fromkeys(held))))


def account_to_pay(customer: Customer) -> str:
    """The IBAN on which a customer is paid: that of its mandate, else the only one from which it pays; "" for none."""
    known = [iban for iban in customer.payer_iban.split(",") if iban]
    return customer.debtor_iban or (known[0] if len(known) == 1 else "")


def _not_paid_out(
    position: Position,
    customer: Customer,
    owing: Collection[str],
    named: Collection[str],
    again: Collection[tuple[str, int]],
) -> str:
    """Why a credit note is not paid out; "" if it is."""
    note = position.invoice
    if note.currency != "EUR":
        return _("is in {currency}: SEPA credit transfers are in euros", currency=note.currency)
    if len(position.instalments) > 1:
        return _("has several due dates: pay it by hand")
    if not account_to_pay(customer):
        return _('{customer} has no account to pay to: write debtor-iban: "…"', customer=customer.name)
    before = bank_orders(position, 1)
    if before and (why := _not_again(before[-1], (note.number, 1), named, again, "pay-out")):
        return why
    if position.on_account:
        return _(
            "{amount} EUR on the account may be for it: write what it settles", amount=total_cover(position.on_account)
        )
    if customer.account in owing and note.number not in named:
        return _(
            "{customer} owes other documents: set it against them, or name it: bean-invoice pay-out {number} --write",
            customer=customer.name,
            number=note.number,
        )
    if -position.open > _LARGEST:
        return _("{amount} EUR is more than a SEPA payment may be", amount=-position.open)
    return ""


def why_not_asked_for(book: Book, position: Position, as_of: date, days: MandateDays) -> str:
    """Why no letter asks for an amount that is being, or will be, collected; "" if a letter may ask for it, because
    nothing is collected, or the debit came back. `days`: the last collection under each mandate by then
    (`collection_days`).
    """
    debtor = position.debtor
    waits = [
        instalment
        for instalment, standing in zip(position.invoice.instalments, position.instalments, strict=True)
        if standing.open > 0 and standing.due and (standing.due < as_of or standing.due == position.due)
    ]
    if not waits or debtor is None:
        return ""
    under_way = [order_under_way(position, instalment.index) for instalment in waits]
    first = next((order for order in under_way if order), None)
    if first and all(order and _is_awaited(book, order, as_of) for order in under_way):
        return _(
            "is being collected: handed in on {day} for {execution_date}",
            day=first.event.date,
            execution_date=first.execution_date,
        )
    if any(bank_orders(position, instalment.index) for instalment in waits):
        return ""
    seller = book.seller.at(as_of) if book.seller else None
    if (
        seller
        and seller.creditor_id
        and may_be_collected(book, position.invoice)
        and has_mandate(debtor, as_of)
        and not has_lapsed(debtor, days, as_of)
    ):
        return _("is to be collected under mandate {mandate}: bean-invoice collect", mandate=debtor.mandate)
    return ""


def _is_awaited(book: Book, order: BankOrder, as_of: date) -> bool:
    """Whether the money of an order of which nothing is booked may still come: banks have RETURN_DAYS to return it, and as long as
    a bank account is not booked past them, it may lie there."""
    last = sepa.target_days_later(order.execution_date, RETURN_DAYS)
    if as_of <= last:
        return True
    booked_until = all_booked_until(book, as_of)
    return booked_until is not None and booked_until <= last


def orders_without_money(positions_: Sequence[Position], as_of: date) -> Iterator[tuple[Position, BankOrder]]:
    """Orders that should have been carried out more than RETURN_DAYS before `as_of`, without any booking."""
    for position in positions_:
        for instalment in position.invoice.instalments:
            order = order_under_way(position, instalment.index)
            if order and position.open and sepa.target_days_later(order.execution_date, RETURN_DAYS) < as_of:
                yield position, order
