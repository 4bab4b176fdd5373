"""What a payment makes of taxes: those that wait for it become due, those that a discount lowers are owed no more."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.customer_accounts import CustomerAccounts, TaxEffect
from beancount_invoicing.bank.payment_values import Valuation
from beancount_invoicing.bank.payments import CannotBook, MoneyMovement
from beancount_invoicing.bank.settled_legs import CustomerLeg
from beancount_invoicing.model import ZERO, CalculationStep, Payment
from beancount_invoicing.receivables import claim_and_invoiced_taxes
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import code_of_name


class TaxPosting(NamedTuple):
    """A posting on an account of a tax, for one document; `number` is "" of what belongs to none."""

    account: str
    code: str
    currency: str
    amount: Decimal
    number: str
    cancelled: Decimal
    """What of it the discount lowers: it is no part of the account of discounts."""
    because: str
    steps: tuple[CalculationStep, ...] = ()


def lowered_taxes(
    accounts: CustomerAccounts, movement: MoneyMovement, legs: Sequence[CustomerLeg], worth: Valuation
) -> list[TaxPosting]:
    """The share of a discount in the taxes that were owed once invoiced, in the currency in which they are booked.

    Of each document round(tax × discount / claim); that of the whole rest takes what rounding left. (A discount lowers the taxable
    amount: directive 2006/112/EC, art. 79 (a) and 90; CGI, art. 267, II, 1°.)
    """
    found: list[TaxPosting] = []
    places = currency_decimals(worth.currency)
    for leg, priced in zip(legs, worth.legs, strict=True):
        invoice = accounts.invoice(leg.number)
        if not leg.discount or invoice is None:
            continue
        day = accounts.last_day(movement.date)
        allocated = accounts.allocated(leg.customer, day)
        claim, taxes = claim_and_invoiced_taxes(
            invoice, (allocation for allocation in allocated.allocations if allocation.invoice is invoice)
        )
        rate = worth.rate_of(leg, priced)
        for (code, account), tax in sorted(taxes.items()):
            exact = tax * -leg.discount / claim * rate if claim else ZERO
            amount = round_to(exact, places)
            if amount:
                steps = (
                    CalculationStep(
                        "tax",
                        "share of",
                        (tax, -leg.discount, claim),
                        tax * -leg.discount / claim,
                        "tax × discount / claim",
                    ),
                    CalculationStep("tax", "rounded", (exact, Decimal(places)), amount, "half away from zero"),
                )
                because = f"{code} in the discount on {leg.number}: it is owed no more"
                found.append(TaxPosting(account, code, worth.currency, amount, leg.number, amount, because, steps))
    return found


def moved_taxes(accounts: CustomerAccounts, movement: MoneyMovement, payments: Sequence[Payment]) -> list[TaxPosting]:
    """What leaves the accounts on which taxes wait until they are paid, and what is owed of it from then on."""
    found: list[TaxPosting] = []
    for effect in accounts.tax_effects(payments, accounts.last_day(movement.date)):
        pending = effect.pending
        leaving = effect.released + effect.cancelled
        what = f" of {effect.number}" if effect.number else ""
        words = [f"{pending.code}{what} that waited for the payment"] if effect.released else []
        words += [f"{pending.code} in the discount{what}: it never becomes due"] if effect.cancelled else []
        if leaving:
            found.append(
                TaxPosting(
                    pending.account, pending.code, pending.currency, leaving, effect.number, effect.cancelled,
                    "; ".join(words), effect.steps,
                )
            )  # fmt: skip
        if effect.owed:
            because = (
                f"{pending.code}{what} is owed from now on"
                if effect.owed > 0
                else f"{pending.code}{what} is owed no more"
            )
            account = _due_account(accounts, effect, movement)
            found.append(
                TaxPosting(
                    account, pending.code, pending.currency, -effect.owed, effect.number, ZERO, because, effect.steps
                )
            )
    return found


def _due_account(accounts: CustomerAccounts, effect: TaxEffect, movement: MoneyMovement) -> str:
    taxes = accounts.book.taxes
    dated = taxes.get(code_of_name(effect.pending.code, taxes))
    account = dated.at(movement.date).account if dated else None
    if not account:
        raise CannotBook(
            f"{effect.released} {effect.pending.currency} on {effect.pending.account} wait without saying of which tax: write tax:"
            " below those postings first"
        )
    return account
