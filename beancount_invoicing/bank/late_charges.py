"""Late interest and indemnities that a payment brings because a reminder asked for them, though no claim is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from beancount_invoicing.bank.payments import AskedCharges, LateCharge
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO

_MOST_DOCUMENTS = 3
"""Of more documents, some choice of charges nearly always makes the amount by chance."""


class ChargesPaid(NamedTuple):
    """The charges that make an amount exactly, and why."""

    charges: tuple[LateCharge, ...]
    reason: str
    doubt: str
    """Why a person should look at it."""


def charges_paid(
    asked: Mapping[str, Sequence[AskedCharges]], numbers: Sequence[str], amount: Decimal, currency: str
) -> ChargesPaid | None:
    """The charges on documents that come to `amount`: of each, all that one reminder asked for, only the interest, only the
    indemnity, or nothing. The latest reminders come first. None if there are none, or `amount` is not above 0.
    """
    if amount <= 0 or not any(number in asked for number in numbers) or len(numbers) > _MOST_DOCUMENTS:
        return None
    for choice in product(*([*_choices(asked.get(number, ())), None] for number in numbers)):
        chosen = [part for part in choice if part]
        if chosen and sum((charge.amount for part in chosen for charge in part.parts), ZERO) == amount:
            return _paid(chosen, amount, currency)
    return None


def _choices(asked: Sequence[AskedCharges]) -> list[AskedCharges]:
    alone = [AskedCharges(letter.letter, (part,)) for letter in asked for part in letter.parts if len(letter.parts) > 1]
    return [*asked, *alone]


def _paid(chosen: Sequence[AskedCharges], amount: Decimal, currency: str) -> ChargesPaid:
    parts = joined(
        " + ",
        (
            _(
                "{amount} of interest on {number} until {day}, asked for on {letter}",
                amount=charge.amount,
                number=charge.number,
                day=charge.end,
                letter=letter.letter,
            )
            if charge.end
            else _(
                "{amount} of indemnity for {number}, asked for on {letter}",
                amount=charge.amount,
                number=charge.number,
                letter=letter.letter,
            )
            for letter in chosen
            for charge in letter.parts
        ),
    )
    charges = tuple(charge for letter in chosen for charge in letter.parts)
    return ChargesPaid(
        charges,
        _("{amount} {currency} beside it is {parts}", amount=amount, currency=currency, parts=parts),
        _(
            "no claim is booked for it: accept the entry, which books it as income, or book the claim first, bean-invoice "
            "interest {number} --book",
            number=charges[0].number,
        ),
    )
