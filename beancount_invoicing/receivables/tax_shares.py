"""The tax of one document as its settlements are applied: what each of them makes due, cancels, or gives back.

If a claim is paid in parts, round(tax × paid / claim) is due after each, so the parts add up to the cent. In another currency, each
part is converted at its day's rate.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, CalculationStep
from beancount_invoicing.receivables.exchange import DayRate
from beancount_invoicing.rules.steps import round_to

TaxEffectKind = Literal["due", "lost", "discount", "deducted"]


class TwoCurrencyAmount(NamedTuple):
    """The tax of a document, or the base that it is due on: in the currency of the books, and in the document's."""

    booked: Decimal
    in_document_currency: Decimal


class TaxEffect(NamedTuple):
    """The effect of one settlement on the tax: `due`, or cancelled because it is lost, given up or deducted."""

    kind: TaxEffectKind
    amount: Decimal
    """At the day's rate."""
    released: Decimal
    """How much of the pending tax that is, as the document booked it."""
    base: Decimal
    rate: Decimal | None
    """Of the exchange rate, if the document is in another currency."""
    steps: tuple[CalculationStep, ...]


class _Figure:
    """The tax, or its base: what is due, given up and lost so far, and what was so before the last settlement."""

    __slots__ = ("before", "exchange", "given", "lost", "places", "told", "told_released", "whole")

    def __init__(self, whole: TwoCurrencyAmount, at_once: Decimal, places: int) -> None:
        self.whole = whole
        self.places = places
        self.before = (ZERO, ZERO)
        """The due and released amounts from before a deduction, which are final."""
        self.exchange = self.given = self.lost = ZERO
        self.told = self.told_released = at_once

    def share(self, settled: Decimal, claim: Decimal) -> Decimal:
        """The share of what is booked, not rounded."""
        return self.whole.booked * settled / claim if claim else ZERO

    def rounded(self, settled: Decimal, claim: Decimal) -> Decimal:
        return round_to(self.share(settled, claim), self.places)

    def changed(self, paid: Decimal, claim: Decimal) -> tuple[Decimal, Decimal]:
        """What became due, and was released, since the last call."""
        share = self.share(paid, claim)
        rounded = round_to(share, self.places)
        due = (round_to(share + self.exchange, self.places) if self.exchange else rounded) + self.before[0]
        released = rounded + self.before[1]
        change = due - self.told, released - self.told_released
        self.told, self.told_released = due, released
        return change

    def cancelled(self, paid: Decimal, given: Decimal, lost: Decimal, claim: Decimal) -> tuple[Decimal, Decimal]:
        """What was given up, and lost, since the last call. The order is: paid, then given up, then lost."""
        until = self.rounded(paid + given, claim)
        given_up = until - self.rounded(paid, claim)
        gone = self.rounded(paid + given + lost, claim) - until
        change = given_up - self.given, gone - self.lost
        self.given, self.lost = given_up, gone
        return change

    def differs(self, amount: Decimal, claim: Decimal, more: Decimal) -> None:
        """A payment of `amount` is worth `more` per unit than the document booked."""
        if claim and more:
            self.exchange += self.whole.in_document_currency * amount * more / claim

    def lowered(self, by: TwoCurrencyAmount, paid: Decimal, before: Decimal, after: Decimal) -> None:
        """The whole is reduced, and the claim is `after` instead of `before`."""
        old = self.share(paid, before)
        self.whole = TwoCurrencyAmount(
            self.whole.booked + by.booked, self.whole.in_document_currency + by.in_document_currency
        )
        if old:
            self.exchange *= self.share(paid, after) / old

    def closed(self, paid: Decimal, claim: Decimal, deducted: Decimal) -> None:
        """Only what is not settled yet, less what is deducted, can still become due; any excess comes back."""
        left = self.whole.booked - self.rounded(paid, claim) - self.given - self.lost - deducted
        over = left if left * self.whole.booked < 0 else ZERO
        self.before = self.told + over, self.told_released + over
        left -= over
        part = left / self.whole.booked if self.whole.booked else ZERO
        self.whole = TwoCurrencyAmount(left, self.whole.in_document_currency * part)
        self.exchange = self.given = self.lost = ZERO


class RunningTax:
    """One document and one tax of it."""

    def __init__(
        self,
        claim: Decimal,
        tax: TwoCurrencyAmount,
        base: TwoCurrencyAmount,
        at_once: Decimal,
        own_rate: Decimal | None,
        places: int,
    ) -> None:
        self.whole_claim = self.claim = claim
        self.own_rate = own_rate
        """What the document books for a unit of its currency, if its tax is booked in another one."""
        self.places = places
        self.paid = self.given = self.lost = ZERO
        at_once_base = round_to(base.booked * at_once / tax.booked, places) if tax.booked else ZERO
        self.tax = _Figure(tax, at_once, places)
        self.base = _Figure(base, at_once_base, places)
        self.rates: list[tuple[Decimal, DayRate]] = []
        """At which rates the money was paid, the oldest first."""

    def credit(self, amount: Decimal, tax: TwoCurrencyAmount, base: TwoCurrencyAmount) -> list[TaxEffect]:
        """Records that a document with the opposite sign takes `amount` off the claim, and its own tax off the tax."""
        for figure, by in ((self.tax, tax), (self.base, base)):
            figure.lowered(by, self.paid, self.claim, self.claim - amount)
        self.claim -= amount
        return self._changes()

    def write_off(self, amount: Decimal) -> list[TaxEffect]:
        """Records that a part of the claim is lost; a negative amount is no longer lost."""
        self.lost += amount
        return self._changes()

    def discount(self, amount: Decimal) -> list[TaxEffect]:
        """Records that a part of the claim is given up by a discount."""
        self.given += amount
        return self._changes()

    def settle(self, amount: Decimal, rate: DayRate | None) -> list[TaxEffect]:
        """Records that a part of the claim is paid; `rate` is the exchange rate of the day, if the document is in
        another currency.
        """
        used = self._differs(amount, rate)
        self.paid += amount
        return self._changes(used)

    def deduct(self, amount: Decimal, number: str) -> list[TaxEffect]:
        """Records that a final invoice under another tax deducts `amount` of the pending tax, which then never becomes
        due.
        """
        whole = self.tax.whole.booked
        base = round_to(self.base.whole.booked * amount / whole, self.places) if whole else ZERO
        self.tax.closed(self.paid, self.claim, amount)
        self.base.closed(self.paid, self.claim, base)
        self.claim -= self.paid + self.given + self.lost
        self.paid = self.given = self.lost = ZERO
        self.rates = []
        due, released = self.tax.changed(ZERO, self.claim)
        base_due, _other = self.base.changed(ZERO, self.claim)
        if not due:
            return []
        step = CalculationStep(
            _("tax due"),
            "difference",
            (ZERO, -due),
            due,
            _("{number} deducts it, though it was due already", number=number),
        )
        return [TaxEffect("deducted", due, released, base_due, None, (step,))]

    def _differs(self, amount: Decimal, rate: DayRate | None) -> DayRate | None:
        """Records by how much a payment is worth more (or less) than was booked; for one that comes back, its worth then."""
        if rate is None or self.own_rate is None:
            return None
        parts = [(amount, rate)]
        if amount * self.whole_claim < 0:
            parts = []
            back = amount
            while back and self.rates:
                other, at = self.rates.pop()
                part = min(abs(other), abs(back)).copy_sign(back)
                parts.append((part, at))
                back -= part
                if other + part:
                    self.rates.append((other + part, at))
            if back:
                parts.append((back, rate))
        else:
            self.rates.append((amount, rate))
        for part, at in parts:
            for figure in (self.tax, self.base):
                figure.differs(part, self.claim, at.rate - self.own_rate)
        return parts[0][1]

    def _changes(self, rate: DayRate | None = None) -> list[TaxEffect]:
        """What became due, was given up or lost since the last call, and the steps of the calculation."""
        told, told_given, told_lost = self.tax.told, self.tax.given, self.tax.lost
        due, released = self.tax.changed(self.paid, self.claim)
        # where a few cents bring no tax, their base goes with the next share that has some
        base = self.base.changed(self.paid, self.claim)[0] if due or released else ZERO
        given = lost = base_given = base_lost = ZERO
        if self.given or self.lost or told_given or told_lost:
            cancelled = self.paid, self.given, self.lost, self.claim
            given, lost = self.tax.cancelled(*cancelled)
            base_given, base_lost = self.base.cancelled(*cancelled)
        changes = []
        if due or released:
            changes.append(
                TaxEffect("due", due, released, base, rate.rate if rate else None, self._due_steps(told, rate))
            )
        if given:
            steps = self._cancelled_steps(self.paid + self.given, self.paid, told_given)
            changes.append(TaxEffect("discount", given, given, base_given, None, steps))
        if lost:
            steps = self._cancelled_steps(self.paid + self.given + self.lost, self.paid + self.given, told_lost)
            changes.append(TaxEffect("lost", lost, lost, base_lost, None, steps))
        return changes

    def _due_steps(self, told: Decimal, rate: DayRate | None) -> tuple[CalculationStep, ...]:
        figure = self.tax
        steps = list(self._share_steps(self.paid, figure.exchange, rate))
        before = figure.before[0]
        if before:
            last = steps[-1].result if steps else ZERO
            assert isinstance(last, Decimal)
            steps.append(
                CalculationStep(
                    _("tax"), "sum", (before, last), before + last, _("with what was due before the deduction")
                )
            )
        change = figure.told - told
        return (
            *steps,
            CalculationStep(_("tax due"), "difference", (figure.told, told), change, _("less what was due before")),
        )

    def _cancelled_steps(self, settled: Decimal, before: Decimal, told: Decimal) -> tuple[CalculationStep, ...]:
        until, since = self.tax.rounded(settled, self.claim), self.tax.rounded(before, self.claim)
        because = _("less what is paid, and what was cancelled")
        step = CalculationStep(_("tax cancelled"), "difference", (until, since, told), until - since - told, because)
        return (*self._share_steps(settled, ZERO, None), step)

    def _share_steps(self, settled: Decimal, exchange: Decimal, rate: DayRate | None) -> tuple[CalculationStep, ...]:
        if not self.claim:
            return ()
        exact = self.tax.share(settled, self.claim)
        steps = [
            CalculationStep(
                _("tax"), "share of", (self.tax.whole.booked, settled, self.claim), exact, _("tax × settled / claim")
            )
        ]
        if rate:
            steps.append(CalculationStep(_("exchange rate"), "as written", (rate.rate,), rate.rate, rate.because))
        if exchange:
            because = _(
                "with what each payment was worth above or below {own_rate}, the invoice's rate",
                own_rate=self.own_rate,
            )
            steps.append(CalculationStep(_("tax"), "sum", (exact, exchange), exact + exchange, because))
        total = exact + exchange
        rounded = round_to(total, self.places)
        return (
            *steps,
            CalculationStep(_("tax"), "rounded", (total, Decimal(self.places)), rounded, _("half away from zero")),
        )
