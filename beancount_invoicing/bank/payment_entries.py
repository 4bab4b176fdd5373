"""The entry of a payment, worked out from what is open and from what the bank says of the money.

`payment_entry` takes the facts (`MoneyMovement`), what they settle (`SettledDocument`, …) and whose account takes the
rest, and returns a `PaymentEntry`: postings, links, metadata, where each figure comes from, and what speaks against it.
It decides nothing: which documents are meant, and whether a cash discount is granted, is said by whoever calls it.
`bean-invoice pay` and `bean-invoice bank import` both do, so that the same payment is booked alike:

    accounts = CustomerAccounts(book)
    movement = MoneyMovement(
        date(2026, 2, 20), Decimal("198.00"), "EUR", "Assets:Bank", fee=Decimal("2.00"), fee_account="Expenses:Fees"
    )
    entry = payment_entry(accounts, movement, [SettledDocument("N4", Decimal("200.00"))])
    accounts.after(entry)  # the next payment is booked on top of it

Several documents, credit notes among them, are settled by one movement; a part of one is an amount below what is open. What of the
money is for none of them stays on the account of the customer `on_account_of`. A payment that came back, or is paid back, settles a
negative amount of its invoice. Amounts of documents are in their currency, those of the bank in the movement's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from beancount_invoicing.bank.bookable import must_be_bookable
from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.exchange_accounts import exchange_account
from beancount_invoicing.bank.payment_taxes import TaxPosting, lowered_taxes, moved_taxes, taxes_of_advance
from beancount_invoicing.bank.payment_values import Valuation, valuation
from beancount_invoicing.bank.payments import (
    CannotBook,
    ExplainedFigure,
    LateCharge,
    MoneyMovement,
    PaymentEntry,
    PaymentPosting,
    SettledDocument,
)
from beancount_invoicing.bank.settled_legs import CustomerLeg, legs_of
from beancount_invoicing.bank.unwritten_payments import unwritten_payments
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, CalculationStep, Day
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.rules.numbering import link
from beancount_invoicing.rules.steps import round_to


def payment_entry(
    accounts: CustomerAccounts,
    movement: MoneyMovement,
    settled: Sequence[SettledDocument],
    *,
    on_account_of: str = "",
    discount_account: str = "",
    advance_tax: str = "",
    charges: Sequence[LateCharge] = (),
) -> PaymentEntry:
    """The transaction of a movement that settles documents, and leaves the rest on the account of a customer (its main account).

    Every figure is rounded to its currency's decimals, half away from zero; the postings balance. Taxes become due, or
    are no longer due, as `receivables.tax_due` calculates. `advance_tax` is the tax code of the money that stays on
    account, if it is for services that are already known. `charges`: late interest and indemnities that are paid beside the
    documents, without a claim and without VAT, for the account of option `claim-account`. Raises CannotBook if a document does
    not exist, if less of it is open, if the money and what it settles do not add up, or if an account or a price is unknown.
    """
    legs = legs_of(accounts, settled, movement.date)
    _must_fit(movement, legs)
    rest = _rest(accounts, movement, legs, on_account_of, sum((charge.amount for charge in charges), ZERO))
    legs = (*legs, *rest)
    if not legs:
        raise CannotBook(_("the payment settles nothing, and stays on nobody's account"))
    worth = valuation(accounts.book, movement, legs)
    # beside a rest the entry has no links: it would be too much for what they name
    linked = () if rest else tuple(dict.fromkeys(leg.number for leg in legs))
    payee = movement.payer or accounts.book.customers[legs[0].customer].at(movement.date).name
    text = movement.text or _narration(accounts.book, movement, legs)
    apart = len({leg.number for leg in legs}) > 1
    unwritten = unwritten_payments(accounts, movement, legs, worth, linked, payee, text)
    effects = accounts.tax_effects(unwritten, accounts.last_day(movement.date))
    taxes = moved_taxes(accounts, movement.date, effects)
    if advance_tax and rest and rest[0].amount < 0:
        taxes += taxes_of_advance(accounts, movement, advance_tax, -rest[0].amount)
    lowered = lowered_taxes(accounts, movement, legs, worth)
    writing = _Writing(accounts, movement, worth)
    writing.money()
    writing.fee()
    writing.discounts(legs, [*lowered, *taxes], discount_account, apart=apart)
    discounts_apart = apart and any(leg.discount for leg in legs)
    writing.taxes(lowered, apart=discounts_apart)
    writing.claims(legs, linked, apart=apart)
    writing.taxes(taxes, apart=discounts_apart)
    writing.charges(charges)
    writing.exchange()
    meta = (("bank-id", movement.bank_id), ("return-reason", movement.return_reason))
    entry = PaymentEntry(
        date=movement.date,
        payee=payee,
        narration=text,
        links=tuple(dict.fromkeys(link(number) for number in linked)),
        meta=tuple((key, text) for key, text in meta if text),
        postings=tuple(writing.postings),
        explanation=tuple(writing.explanation),
        against=_against(legs),
        settled=tuple(settled),
        currency=legs[0].currency,
        on_account=-sum((leg.amount for leg in rest), ZERO),
        payments=unwritten,
    )
    must_be_bookable(accounts.book, entry)
    return entry


def _must_fit(movement: MoneyMovement, legs: Sequence[CustomerLeg]) -> None:
    """Raises CannotBook if the fee is below 0, or the documents are in several currencies."""
    if movement.fee < 0:
        raise CannotBook(
            _("a fee must be 0 or more, not {fee} {currency}", fee=movement.fee, currency=movement.currency)
        )
    if len({leg.currency for leg in legs}) > 1:
        numbers = joined(", ", (_("{number} in {currency}", number=leg.number, currency=leg.currency) for leg in legs))
        raise CannotBook(
            _(
                "the documents are in several currencies ({numbers}): book one payment for each currency",
                numbers=numbers,
            )
        )


def _rest(
    accounts: CustomerAccounts, movement: MoneyMovement, legs: Sequence[CustomerLeg], customer: str, charges: Decimal
) -> tuple[CustomerLeg, ...]:
    """What of the money settles no document, on the customer's account; in another currency than the claims' there is no rest."""
    currency = legs[0].currency if legs else movement.currency
    if currency != movement.currency:
        return ()
    came = movement.amount + movement.fee
    used = charges - sum((leg.amount - leg.discount for leg in legs), ZERO)
    if came == used:
        return ()
    fee = _(" and the fee of {fee}", fee=movement.fee) if movement.fee else ""
    figures = _(
        "{amount} {currency}{fee} moved, but the settled amounts come to {used} {currency}",
        amount=movement.amount,
        currency=currency,
        fee=fee,
        used=used,
    )
    if legs and (came - used) * came < 0:
        raise CannotBook(
            _(
                "{figures}: {came} {currency} is missing; settle less, or give what pays the rest (a discount, a fee)",
                figures=figures,
                came=abs(came - used),
                currency=currency,
            )
        )
    if not customer:
        raise CannotBook(
            _(
                "{figures}: give the customer whose account keeps the other {came} {currency}",
                figures=figures,
                came=abs(came - used),
                currency=currency,
            )
        )
    if customer not in accounts.book.customers:
        raise CannotBook(_("{customer} is not a customer's main account", customer=customer))
    return (CustomerLeg("", customer, customer, currency, used - came),)


def _narration(book: Book, movement: MoneyMovement, legs: Sequence[CustomerLeg]) -> str:
    language = book.books_language(movement.date)
    numbers = ", ".join(dict.fromkeys(leg.number for leg in legs if leg.number))
    if movement.amount < 0:
        return narration(language, "returned" if movement.is_return else "paid-back", numbers)
    return narration(language, "paid", numbers=numbers) if numbers else narration(language, "on-account")


def _against(legs: Sequence[CustomerLeg]) -> tuple[str, ...]:
    customers = dict.fromkeys(leg.customer for leg in legs)
    if len(customers) < 2:
        return ()
    return (_("it pays for several customers: {customers}", customers=", ".join(customers)),)


class _Writing:
    """The postings of one entry as they come about, each with where it comes from."""

    def __init__(self, accounts: CustomerAccounts, movement: MoneyMovement, worth: Valuation) -> None:
        self.accounts = accounts
        self.movement = movement
        self.worth = worth
        self.places = currency_decimals(worth.currency)
        self.postings: list[PaymentPosting] = []
        self.explanation: list[ExplainedFigure] = []
        self.weight = ZERO
        """What the postings weigh so far, in the currency of the valuation."""

    def _add(
        self, posting: PaymentPosting, weight: Decimal, because: str, steps: tuple[CalculationStep, ...] = ()
    ) -> None:
        if not posting.amount:
            return
        whole = round_to(posting.amount, currency_decimals(posting.currency))
        if whole == posting.amount:  # 250 is written as 250.00
            posting = posting._replace(amount=whole)
        self.postings.append(posting)
        self.weight += weight
        self.explanation.append(ExplainedFigure(posting.account, posting.amount, posting.currency, because, steps))

    def money(self) -> None:
        """What the bank account shows."""
        movement, priced = self.movement, self.worth.money
        because = _("what the account shows")
        if priced.price:
            because += _("; {because}", because=self.worth.because)
        self._add(
            PaymentPosting(
                movement.bank_account, movement.amount, movement.currency, (), priced.price, priced.is_total
            ),
            priced.weight,
            because,
        )

    def fee(self) -> None:
        """What was kept back on the way."""
        movement, priced = self.movement, self.worth.fee
        if movement.fee and not movement.fee_account:
            raise CannotBook(
                _(
                    'a fee of {fee} {currency} needs an account: custom "invoice-option" "fee-account" Expenses:…',
                    fee=movement.fee,
                    currency=movement.currency,
                )
            )
        self._add(
            PaymentPosting(movement.fee_account, movement.fee, movement.currency, (), priced.price, priced.is_total),
            priced.weight,
            _("the fee, which the customer has also paid"),
        )

    def discounts(self, legs: Sequence[CustomerLeg], taxes: Sequence[TaxPosting], account: str, *, apart: bool) -> None:
        """What is given up, less the tax in it; of several documents, each by itself."""
        given: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for leg, priced in zip(legs, self.worth.legs, strict=True):
            if leg.discount:
                given[leg.number] -= round_to(leg.discount * self.worth.rate_of(leg, priced), self.places)
        if not given:
            return
        if not account:
            raise CannotBook(
                _(
                    'a discount needs an account: custom "invoice-option" "discount-account" Expenses:…, or '
                    "--discount-account"
                )
            )
        for number, amount in given.items():
            tax = sum((posting.cancelled for posting in taxes if posting.number == number), ZERO)
            meta = (("settles", number),) if apart else ()
            because = _(
                "the discount on {number}, {amount} {currency}{tax}",
                number=number,
                amount=amount,
                currency=self.worth.currency,
                tax=(_(", less the tax in it, {tax}", tax=tax) if tax else ""),
            )
            self._add(PaymentPosting(account, amount - tax, self.worth.currency, meta), amount - tax, because)

    def claims(self, legs: Sequence[CustomerLeg], linked: Sequence[str], *, apart: bool) -> None:
        """What is settled of each document, and what stays on the account."""
        for leg, priced in zip(legs, self.worth.legs, strict=True):
            meta: list[tuple[str, str | int]] = []
            if leg.number and (apart or leg.instalment or leg.number not in linked):
                meta.append(("settles", leg.number))
            if leg.instalment:
                meta.append(("instalment", leg.instalment))
            if not leg.number:
                because = _("the rest of the money, which settles no document")
            else:
                because = (
                    _("what is settled of {number}", number=leg.number)
                    if leg.amount * self._direction(leg) < 0
                    else _("what is open of {number} again", number=leg.number)
                )
                if priced.price:
                    because += (
                        _(", at the price of its invoice")
                        if leg.booked_value is not None
                        else _("; {because}", because=self.worth.because)
                    )
            self._add(
                PaymentPosting(leg.account, leg.amount, leg.currency, tuple(meta), priced.price, priced.is_total),
                priced.weight,
                because,
            )

    def _direction(self, leg: CustomerLeg) -> int:
        invoice = self.accounts.invoice(leg.number)
        return -1 if invoice is not None and invoice.payable < 0 else 1

    def taxes(self, taxes: Sequence[TaxPosting], *, apart: bool) -> None:
        """What of the taxes leaves where it waits, or is owed no more; by code, and of documents with a discount each by itself."""
        sums: dict[tuple[str, str, str, str], list[TaxPosting]] = {}
        for posting in taxes:
            key = posting.account, posting.code, posting.currency, posting.number if apart else ""
            sums.setdefault(key, []).append(posting)
        for (account, code, currency, number), parts in sums.items():
            meta: list[tuple[str, str | int]] = [("tax", code)]
            if number:
                meta.append(("settles", number))
            amount = sum((part.amount for part in parts), ZERO)
            because = joined("; ", dict.fromkeys(part.because for part in parts))
            steps = tuple(step for part in parts for step in part.steps)
            self._add(
                PaymentPosting(account, amount, currency, tuple(meta)),
                amount,
                because,
                steps,
            )

    def charges(self, charges: Sequence[LateCharge]) -> None:
        """Late interest and indemnities, which are not part of what the documents ask for, and bear no VAT."""
        movement = self.movement
        account = self.accounts.book.option("claim-account", movement.date)
        if charges and not account:
            raise CannotBook(
                _(
                    "no income account for late interest is known: write custom "
                    '"invoice-option" "claim-account" Income:…'
                )
            )
        for charge in charges:
            meta: tuple[tuple[str, str | Day], ...] = (("claims", charge.number),)
            if charge.start and charge.end:
                meta += (("from", charge.start), ("to", charge.end))
                because = _("late interest on {number}, without VAT", number=charge.number)
            else:
                because = _("the fixed indemnity for {number}, without VAT", number=charge.number)
            self._add(PaymentPosting(account, -charge.amount, movement.currency, meta), -charge.amount, because)

    def exchange(self) -> None:
        """What is left between them, where two currencies meet."""
        off = -round_to(self.weight, self.places)
        if not off:
            return
        account = exchange_account(self.accounts.book, self.movement.date, off)
        because = (
            _("an exchange loss: {because}", because=self.worth.because)
            if off > 0
            else _("an exchange gain: {because}", because=self.worth.because)
        )
        self._add(PaymentPosting(account, off, self.worth.currency), off, because)
