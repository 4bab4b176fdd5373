"""The effect of a payment on taxes: pending ones become due, and a discount lowers others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.bank.customer_accounts import CustomerAccounts, TaxEffect
from beancount_invoicing.bank.payment_values import Valuation
from beancount_invoicing.bank.payments import CannotBook, MoneyMovement
from beancount_invoicing.bank.settled_legs import CustomerLeg
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, CalculationStep, Tax
from beancount_invoicing.receivables import claim_and_invoiced_taxes, tax_contained
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import code_of_name


class TaxPosting(NamedTuple):
    """A posting on a tax account, for one document; `number` is "" for tax that belongs to none."""

    account: str
    code: str
    currency: str
    amount: Decimal
    number: str
    cancelled: Decimal
    """The part of it by which the discount lowers the tax; it is not booked on the account of discounts."""
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
        _around, allocated = accounts.allocated_around(leg.customer, [leg.number], day)
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
                        _("tax"),
                        "share of",
                        (tax, -leg.discount, claim),
                        tax * -leg.discount / claim,
                        _("tax × discount / claim"),
                    ),
                    CalculationStep(_("tax"), "rounded", (exact, Decimal(places)), amount, _("half away from zero")),
                )
                because = _("{code} in the discount on {number}: it is no longer owed", code=code, number=leg.number)
                found.append(TaxPosting(account, code, worth.currency, amount, leg.number, amount, because, steps))
    return found


def moved_taxes(accounts: CustomerAccounts, day: date, effects: Iterable[TaxEffect]) -> list[TaxPosting]:
    """What leaves the pending accounts, and what is due of it from then on.

    If the day's exchange rate is not the invoice's, the two differ. Raises CannotBook if no tax accounts for what is pending.
    """
    found: list[TaxPosting] = []
    for effect in effects:
        pending = effect.pending
        leaving = effect.released + effect.cancelled
        of_document = _(" of {number}", number=effect.number) if effect.number else ""
        words = []
        if effect.released and leaving > 0:
            words.append(_("{pending}{subject} that waited for the payment", pending=pending.code, subject=of_document))
        elif effect.released:
            words.append(_("{pending}{subject} waits again", pending=pending.code, subject=of_document))
        if effect.cancelled:
            words.append(
                _("{pending} in the discount{subject}: it never becomes due", pending=pending.code, subject=of_document)
            )
        if leaving:
            found.append(
                TaxPosting(
                    pending.account, pending.code, pending.currency, leaving, effect.number, effect.cancelled,
                    joined("; ", words), effect.steps,
                )
            )  # fmt: skip
        if effect.owed:
            because = (
                _("{pending}{subject} is owed from now on", pending=pending.code, subject=of_document)
                if effect.owed > 0
                else _("{pending}{subject} is no longer owed", pending=pending.code, subject=of_document)
            )
            account = _due_account(accounts, effect, day)
            found.append(
                TaxPosting(
                    account, pending.code, pending.currency, -effect.owed, effect.number, ZERO, because, effect.steps
                )
            )
    return found


def _due_account(accounts: CustomerAccounts, effect: TaxEffect, day: date) -> str:
    taxes = accounts.book.taxes
    dated = taxes.get(code_of_name(effect.pending.code, taxes))
    account = dated.at(day).account if dated else None
    if not account:
        raise CannotBook(
            _(
                "{released} {currency} on {account} is waiting without a tax code: first write tax: below those "
                "postings",
                released=effect.released,
                currency=effect.pending.currency,
                account=effect.pending.account,
            )
        )
    return account


def taxes_of_advance(
    accounts: CustomerAccounts, movement: MoneyMovement, code: str, amount: Decimal
) -> list[TaxPosting]:
    """The tax in money for services that are already known, although no document bills them yet: it is due when the money
    comes (directive 2006/112/EC, art. 65; CGI, art. 269, 2 c). Raises CannotBook if the code is not due on payment.
    """
    taxes = accounts.book.taxes
    dated = taxes.get(code)
    known = sorted(
        name for name, tax in taxes.items() if any(part.on_payment for part in _parts(tax.at(movement.date)))
    )
    if dated is None or code not in known:
        which = _("those are {known}", known=", ".join(known)) if known else _("the ledger has none")
        raise CannotBook(_("{code} is not a tax code that is due on payment: {which}", code=code, which=which))
    found: list[TaxPosting] = []
    for tax, contained in tax_contained(amount, dated.at(movement.date), currency_decimals(movement.currency)):
        if not tax.account or not tax.pending:
            continue
        because = _(
            "the {tax} in {amount} {currency}, due although it is not invoiced yet",
            tax=tax.code,
            amount=amount,
            currency=movement.currency,
        )
        found.append(TaxPosting(tax.pending, tax.code, movement.currency, contained, "", ZERO, because))
        found.append(TaxPosting(tax.account, tax.code, movement.currency, -contained, "", ZERO, because))
    return found


def _parts(tax: Tax) -> tuple[Tax, ...]:
    return tax.parts or (tax,)
