"""What a customer would cost if it never paid again: what it owes, and what is done or ordered and not billed yet.

With tax, in the currency of its credit limit. What is paid ahead for an order is taken off that order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.billing import (
    ContractFilter,
    UnbilledLine,
    accrued_lines,
    book_at_cutoff,
    currency_of,
    unbilled_lines,
)
from beancount_invoicing.billing.in_force import ends
from beancount_invoicing.billing.prices import tax_rate
from beancount_invoicing.billing.unbilled import AlreadyBilled, already_billed, wanted_contracts
from beancount_invoicing.cash.currencies import exchange_rate
from beancount_invoicing.model import ZERO, Book, require_date
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.exact import exact
from beancount_invoicing.rules.steps import round_to


class ExposurePart(NamedTuple):
    """The exposure in one currency, with tax."""

    currency: str
    owed: Decimal
    """The balance of the customer's accounts without drafts: less payments and credit notes that nothing has used."""
    drafts: Decimal
    unbilled: Decimal
    """What may be billed, and what has run of periods that may only be billed later; no deposits."""
    ordered: Decimal
    """What is left of fixed prices after what was billed and what may be billed."""
    paid_ahead: Decimal
    """Deposits that are not deducted yet, at most what their contracts have to bill; taken off."""
    rate: Decimal | None
    """What one unit is worth in the exposure's currency; None if the ledger has no price."""

    @property
    def total(self) -> Decimal:
        """What all of it comes to, in its own currency."""
        return self.owed + self.drafts + self.unbilled + self.ordered - self.paid_ahead


class Exposure(NamedTuple):
    """What a customer owes and will owe at the end of a day, beside its credit limit."""

    customer: str
    """Main account."""
    currency: str
    """The currency of the limit: the only one of the customer's account, else that of the books."""
    limit: Decimal | None
    parts: tuple[ExposurePart, ...]
    """By currency."""

    @property
    def total(self) -> Decimal:
        """All parts that have a rate, rounded once to the currency's decimals, half away from zero."""
        whole = sum((part.total * part.rate for part in self.parts if part.rate is not None), ZERO)
        return round_to(whole, currency_decimals(self.currency))

    @property
    def without_rate(self) -> tuple[str, ...]:
        """The currencies that are not in the total, because the ledger has no price for them."""
        return tuple(part.currency for part in self.parts if part.rate is None)

    @property
    def excess(self) -> Decimal:
        """By how much the total is above the limit; 0 up to the limit itself (inclusive), and without a limit."""
        return ZERO if self.limit is None else max(self.total - self.limit, ZERO)


_Place = tuple[str, str]
"""A customer's main account, and a currency."""


@exact
def exposures(book: Book, as_of: date, customers: Collection[str]) -> dict[str, Exposure]:
    """The exposures to customers (main accounts) at the end of `as_of` (inclusive), in the order of `customers`.

    Amounts have the decimals of their currency; the tax of each line is rounded by itself, half away from zero. The limit is that
    in force on `as_of`.
    """
    require_date(as_of)
    balances, drafts = _balances(book, as_of), _drafts(book, as_of)
    to_bill = _to_bill(book_at_cutoff(book, as_of), as_of, customers)
    found: dict[str, dict[str, list[Decimal]]] = {customer: {} for customer in customers}
    for amounts, place in ((balances, 0), (drafts, 1)):
        for (customer, currency), amount in amounts.items():
            if customer in found:
                found[customer].setdefault(currency, [ZERO] * 5)[place] += amount
    for (customer, currency), parts in to_bill.items():
        if customer in found:
            found[customer].setdefault(currency, [ZERO] * 5)[2:] = parts
    return {
        customer: _exposure(book, as_of, customer, {currency: parts for currency, parts in own.items() if any(parts)})
        for customer, own in found.items()
    }


def _exposure(book: Book, as_of: date, customer: str, amounts: dict[str, list[Decimal]]) -> Exposure:
    own = book.currencies.get(customer, ())
    currency = own[0] if len(own) == 1 else book.currency or next(iter(sorted(amounts)), "")
    parts = (
        ExposurePart(name, owed - drafts, drafts, unbilled, ordered, ahead, exchange_rate(book, name, currency, as_of))
        for name, (owed, drafts, unbilled, ordered, ahead) in sorted(amounts.items())
    )
    return Exposure(customer, currency, book.customers[customer].at(as_of).credit_limit, tuple(parts))


def _balances(book: Book, as_of: date) -> dict[_Place, Decimal]:
    """The balances of the customers' accounts, drafts included."""
    result: defaultdict[_Place, Decimal] = defaultdict(lambda: ZERO)
    for movement in book.customer_movements:
        if movement.date <= as_of:
            result[book.main_accounts.get(movement.account, ""), movement.currency] += movement.amount
    return result


def _drafts(book: Book, as_of: date) -> dict[_Place, Decimal]:
    result: defaultdict[_Place, Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        if invoice.draft and invoice.booked_from <= as_of:
            for instalment in invoice.instalments:
                result[book.main_accounts.get(instalment.account, ""), invoice.currency] += instalment.amount
    return result


_ContractPlace = tuple[str, str, str]
"""A contract's code, who is invoiced for it, and the currency."""


def _to_bill(then: Book, as_of: date, customers: Collection[str]) -> dict[_Place, list[Decimal]]:
    """Unbilled, ordered, and paid ahead, of the Book at the cut-off."""
    if not then.contracts or not customers:
        return {}
    wanted = ContractFilter(customers=tuple(customers))
    unbilled: defaultdict[_ContractPlace, Decimal] = defaultdict(lambda: ZERO)
    milestones: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in _waiting(then, as_of, wanted):
        net = line.line.net
        rate = tax_rate(then, line.customer, line.line.tax, line.line.item, as_of)
        unbilled[line.contract.code, line.customer, line.currency] += _with_tax(net, rate, line.currency)
        if line.kind == "milestone":
            milestones[line.contract.code] += net
    billed = already_billed(then)
    ordered = dict(_ordered(then, as_of, wanted, billed, milestones))
    ahead = _paid_ahead(billed)
    result: defaultdict[_Place, list[Decimal]] = defaultdict(lambda: [ZERO] * 3)
    for place in unbilled.keys() | ordered.keys():
        code, customer, currency = place
        waits, still_ordered = unbilled.get(place, ZERO), ordered.get(place, ZERO)
        amounts = result[customer, currency]
        amounts[0] += waits
        amounts[1] += still_ordered
        amounts[2] += min(ahead.get((code, customer), ZERO), max(waits + still_ordered, ZERO))
    return result


def _ordered(
    then: Book, as_of: date, wanted: ContractFilter, billed: AlreadyBilled, milestones: Mapping[str, Decimal]
) -> Iterator[tuple[_ContractPlace, Decimal]]:
    """What is left of each fixed price that is agreed by `as_of` and has not ended, beyond the milestones that may be billed."""
    for dated in wanted_contracts(then, wanted):
        contract = dated.at(as_of)
        end, currency = ends(contract), currency_of(then, contract)
        over = end is not None and end < as_of
        if dated.first.mode != "fixed" or contract.price is None or over or not currency:
            continue
        left = contract.price - billed.net_by_contract.get(contract.code, ZERO) - milestones.get(contract.code, ZERO)
        if left > 0 and dated.versions[0][0] <= as_of:
            main = then.main_accounts[contract.customer]
            rate = tax_rate(then, main, contract.tax, contract.item, as_of)
            yield (contract.code, main, currency), _with_tax(left, rate, currency)


def _paid_ahead(billed: AlreadyBilled) -> dict[tuple[str, str], Decimal]:
    """By contract and customer, the deposits that are not deducted yet, with their tax."""
    result: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for code, deposits in billed.deposits_left.items():
        for deposit in deposits:
            result[code, deposit.customer] += deposit.net + sum((tax.left for tax in deposit.taxes), ZERO)
    return result


def _waiting(then: Book, as_of: date, wanted: ContractFilter) -> Iterator[UnbilledLine]:
    yield from (line for line in unbilled_lines(then, as_of, wanted)[0] if line.kind != "deposit")
    yield from accrued_lines(then, as_of, wanted)


def _with_tax(net: Decimal, rate: Decimal, currency: str) -> Decimal:
    return net + round_to(net * rate / 100, currency_decimals(currency))
