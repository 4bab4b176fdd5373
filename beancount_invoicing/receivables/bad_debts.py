"""Bad debts: what was written off of a document, net and tax, less anything that was paid after all."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, CalculationStep, Day
from beancount_invoicing.receivables.positions import Position
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


class BadDebt(NamedTuple):
    """What is lost of a document on its position's day: net + tax = amount, in the document's currency."""

    position: Position
    date: Day
    """The date of the last write-off."""
    net: Decimal
    tax: Decimal
    steps: tuple[CalculationStep, ...]

    @property
    def amount(self) -> Decimal:
        """What was written off, tax included."""
        return self.net + self.tax


class NoBadDebt(ValueError):
    """Nothing of a document was written off; the message says so, and what to do."""


def bad_debt(position: Position) -> BadDebt:
    """The amount written off on a document by the position's day, less money received afterwards. Raises NoBadDebt.

    Its tax is the share of the claim's tax, less deposits and credit notes, rounded once, half away from zero.
    """
    invoice = position.invoice
    allocations = [
        allocation for allocation in position.allocations if "write-off" in {allocation.how, allocation.reverses}
    ]
    amount = sum((allocation.amount for allocation in allocations), ZERO)
    if invoice.draft or amount <= 0:
        raise NoBadDebt(
            _(
                "nothing of {number} is written off by {day}: book the loss first, with the tag #write-off",
                number=invoice.number,
                day=position.as_of,
            )
        )
    claim = invoice.payable
    tax = invoice.tax - sum((deduction.amount for deduction in invoice.deductions if deduction.tax), ZERO)
    for allocation in position.allocations:
        # a set-off named by a payment counts as paid: only what corrects on its own reduces claim and tax
        if (
            allocation.counter_document is not None
            and allocation.source == allocation.counter_document.source
            and allocation.counter_document.payable
        ):
            claim -= allocation.amount
            tax += allocation.counter_document.tax * abs(allocation.amount) / abs(allocation.counter_document.payable)
    exact = amount * tax / claim if claim else ZERO
    part = round_to(exact, currency_decimals(invoice.currency))
    steps = (
        CalculationStep(
            _("written off"),
            "sum",
            tuple(allocation.amount for allocation in allocations),
            amount,
            _("write-offs, less what came in after all"),
        ),
        CalculationStep(_("tax"), "share of", (amount, tax, claim), exact, _("the share of the claim's tax")),
        CalculationStep(_("tax"), "rounded", (exact, currency_decimals(invoice.currency)), part, _("to the cent")),
        CalculationStep(_("net"), "difference", (amount, part), amount - part, _("what is left without tax")),
    )
    return BadDebt(position, max(allocation.date for allocation in allocations), amount - part, part, steps)
