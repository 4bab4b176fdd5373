"""Bad debts: what of a document was written off, net and tax, once all that was paid after all is taken off it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from beancount_invoicing.model import ZERO, Day, Step
from beancount_invoicing.receivables.positions import Position
from beancount_invoicing.rules.currencies import decimals
from beancount_invoicing.rules.steps import round_to


@dataclass(frozen=True, slots=True)
class Lost:
    """What of a document is lost at its position's day: net + tax = amount, in the document's currency."""

    position: Position
    date: Day
    """Of the last write-off."""
    net: Decimal
    tax: Decimal
    steps: tuple[Step, ...]

    @property
    def amount(self) -> Decimal:
        """What was written off, tax included."""
        return self.net + self.tax


class NothingLost(ValueError):
    """Nothing of a document was written off; the message says so, and what to do."""


def lost(position: Position) -> Lost:
    """What of a document was written off by the position's day, less what came in after all. Raises NothingLost.

    Its tax is the share of the claim's tax, deposits and credit notes taken off, rounded once, half away from zero.
    """
    invoice = position.invoice
    those = [one for one in position.allocations if "write-off" in {one.how, one.reverses}]
    amount = sum((one.amount for one in those), ZERO)
    if invoice.draft or amount <= 0:
        raise NothingLost(
            f"nothing of {invoice.number} is written off by {position.as_of}: book the loss first, tagged #write-off"
        )
    claim = invoice.payable
    tax = invoice.tax - sum((one.amount for one in invoice.deductions if one.tax), ZERO)
    for one in position.allocations:
        # what a payment's word sets off is paid by it: only what corrects by its own word makes claim and tax less
        if one.other is not None and one.source == one.other.source and one.other.payable:
            claim -= one.amount
            tax += one.other.tax * abs(one.amount) / abs(one.other.payable)
    exact = amount * tax / claim if claim else ZERO
    part = round_to(exact, decimals(invoice.currency))
    steps = (
        Step(
            "written off", "sum", tuple(one.amount for one in those), amount, "write-offs, less what came in after all"
        ),
        Step("tax", "share of", (amount, tax, claim), exact, "the share of the claim's tax"),
        Step("tax", "rounded", (exact, decimals(invoice.currency)), part, "to the cent"),
        Step("net", "difference", (amount, part), amount - part, "what is left without tax"),
    )
    return Lost(position, max(one.date for one in those), amount - part, part, steps)
