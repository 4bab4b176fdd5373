"""Fixed prices: milestones, deposits and what is left of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from beancount_invoicing.billing.drafts import DraftLine
from beancount_invoicing.billing.in_force import ends
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, CalculationStep, Contract, Dated, Invoice, Milestone, Source
from beancount_invoicing.receivables.tax_due import tax_due
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import code_of_name


class MilestoneAmount(NamedTuple):
    """A milestone with its amount without tax, and how that was worked out."""

    milestone: Milestone
    amount: Decimal
    steps: tuple[CalculationStep, ...]


def billed_milestones(invoices: Iterable[Invoice]) -> dict[tuple[str, str], Decimal]:
    """The amount billed for each milestone of a contract, drafts included, less credits; milestones credited in full
    are left out.
    """
    result: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for invoice in invoices:
        for line in invoice.lines:
            if line.contract and line.milestone:
                result[line.contract, line.milestone] += line.net
    return {milestone: net for milestone, net in result.items() if net}


class ChangeOrder(NamedTuple):
    """The amount by which an amendment changes a fixed price from `date` (inclusive) on, plus or minus (French: avenant)."""

    date: date
    amount: Decimal
    source: Source

    @property
    def words(self) -> str:
        """Its name in messages."""
        return _("the change order of {day} ({amount})", day=self.date, amount=f"{self.amount:+f}")

    @property
    def remedy(self) -> str:
        """How to have it billed."""
        return _("write when it is done, with a milestone with change-order: {day} and percent: 100", day=self.date)


def change_orders(contract_versions: Dated[Contract]) -> tuple[ChangeOrder, ...]:
    """The change orders of a fixed price, oldest first: each version with another price than the one before it."""
    if contract_versions.first.mode != "fixed":
        return ()
    return tuple(
        ChangeOrder(day, version.price - before.price, version.source)
        for (_day, before), (day, version) in pairwise(contract_versions.versions)
        if version.price is not None and before.price is not None and version.price != before.price
    )


class MilestonePlan(NamedTuple):
    """How the parts of a fixed price are billed: by milestones of the price itself, and by those of separate change orders."""

    milestones: tuple[Milestone, ...]
    """Milestones of the price itself, by date; change orders without milestones of their own are part of it from their date on."""
    separate_orders: tuple[tuple[ChangeOrder, tuple[Milestone, ...]], ...]
    """The change orders that have milestones of their own, by date."""
    with_unknown_order: tuple[Milestone, ...]
    """Milestones that name a change order which does not exist."""

    def own_price(self, contract_versions: Dated[Contract], day: date) -> Decimal:
        """The total to which the price's own milestones refer on `day`: the contract's price less the separate orders."""
        return (contract_versions.at(day).price or ZERO) - sum(
            (order.amount for order, _those in self.separate_orders if order.date <= day), ZERO
        )


def milestone_plan(contract_versions: Dated[Contract], milestones: tuple[Milestone, ...]) -> MilestonePlan:
    """Which milestones (by date, without deposits) bill the price, and which a change order.

    A milestone bills the order that its `change-order` names; one after the percentages have reached 100 bills the last order
    agreed by its date.
    """
    orders = {order.date: order for order in change_orders(contract_versions)}
    of_order: defaultdict[date, list[Milestone]] = defaultdict(list)
    own: list[Milestone] = []
    astray: list[Milestone] = []
    percent = ZERO
    for milestone in milestones:
        if milestone.deposit:
            continue
        agreed = milestone.change_order or max(
            (day for day in orders if day <= milestone.date and percent == 100), default=None
        )
        if agreed is None:
            own.append(milestone)
            percent = _percent_done(milestone, percent)
        elif agreed in orders:
            of_order[agreed].append(milestone)
        else:
            astray.append(milestone)
    return MilestonePlan(
        tuple(own), tuple((orders[day], tuple(of_order[day])) for day in sorted(of_order)), tuple(astray)
    )


def orders_without_milestones(contract_versions: Dated[Contract], planned: MilestonePlan) -> list[ChangeOrder]:
    """The change orders, oldest first, that no milestone bills: those after the last milestone of the price, without any of their
    own.
    """
    if not planned.milestones:
        return []
    last = planned.milestones[-1]
    if last.cumulative is not None and last.cumulative < 100:
        return []
    apart = {order.date for order, _those in planned.separate_orders}
    return [order for order in change_orders(contract_versions) if order.date > last.date and order.date not in apart]


def _percent_done(milestone: Milestone, before: Decimal) -> Decimal:
    if milestone.cumulative is not None:
        return milestone.cumulative
    return before + (milestone.percent or ZERO)


def milestone_amounts(
    contract_versions: Dated[Contract],
    milestones: tuple[Milestone, ...],
    billed: dict[tuple[str, str], Decimal],
    places: int,
) -> list[MilestoneAmount]:
    """The milestones, by date, with the amounts billed for them, or else to be billed; deposits are separate.

    A milestone is a part of the contract's price on its own date, less the change orders that have milestones of their own; theirs
    are parts of the order's change. `cumulative` deducts what earlier ones have, and may be negative. The milestone that brings the
    percentages to 100 takes whatever is left, to the cent (`places`).
    """
    planned = milestone_plan(contract_versions, milestones)
    found: dict[Milestone, MilestoneAmount] = {}
    for group in (
        *(
            [(milestone, contract_versions.at(milestone.date).price or ZERO)]
            for milestone in milestones
            if milestone.deposit
        ),
        [(milestone, planned.own_price(contract_versions, milestone.date)) for milestone in planned.milestones],
        *([(milestone, order.amount) for milestone in of_it] for order, of_it in planned.separate_orders),
    ):
        found |= _parts(contract_versions.first.code, group, billed, places)
    return [found[milestone] for milestone in milestones if milestone in found]


def _parts(
    code: str, shares: Iterable[tuple[Milestone, Decimal]], billed: dict[tuple[str, str], Decimal], places: int
) -> dict[Milestone, MilestoneAmount]:
    """Milestones that add up to one price, each with that price on its date."""
    result: dict[Milestone, MilestoneAmount] = {}
    before = percent = ZERO
    for milestone, whole in shares:
        percent = _percent_done(milestone, percent)
        already = billed.get((code, milestone.name))
        if already:
            stage = MilestoneAmount(milestone, already, ())
        elif milestone.price is not None:
            stage = MilestoneAmount(
                milestone,
                milestone.price,
                (CalculationStep(_("price"), "as written", (milestone.price,), milestone.price),),
            )
        elif percent == 100:
            rest = whole - before
            step = CalculationStep(
                _("price"), "difference", (whole, before), rest, _("the last one takes the remainder")
            )
            stage = MilestoneAmount(milestone, rest, (step,))
        else:
            stage = _percent(milestone, whole, before, places)
        before += stage.amount
        result[milestone] = stage
    return result


def _percent(milestone: Milestone, price: Decimal, before: Decimal, places: int) -> MilestoneAmount:
    percent = milestone.percent if milestone.percent is not None else milestone.cumulative or ZERO
    exact = price * percent / 100
    value = round_to(exact, places)
    steps = [
        CalculationStep(_("price"), "percent of", (percent, price), exact, _("of the contract's price")),
        CalculationStep(_("price"), "rounded", (exact, places), value, _("to the cent")),
    ]
    if milestone.percent is None:
        rest = value - before
        steps.append(CalculationStep(_("price"), "difference", (value, before), rest, _("less what was billed before")))
        value = rest
    return MilestoneAmount(milestone, value, tuple(steps))


class ProgressBilling(NamedTuple):
    """The state of a fixed price after a document, without tax: `billed` by then, this document included."""

    name: str
    contract_price: Decimal
    change_orders: Decimal
    """The total of the change orders agreed by then."""
    billed: Decimal
    billed_here: Decimal
    """What this document bills of it."""

    @property
    def left(self) -> Decimal:
        """What is left to be billed."""
        return self.contract_price + self.change_orders - self.billed


def progress_billing(book: Book, invoice: Invoice) -> list[ProgressBilling]:
    """The state of the fixed prices of an invoice or credit note with `cumulative` milestones, or whose contract has
    change orders.
    """
    result = []
    codes = dict.fromkeys(line.contract for line in invoice.lines if line.milestone and line.contract in book.contracts)
    for code in codes if invoice.kind in {"invoice", "credit-note", "corrective"} else ():
        dated = book.contracts[code]
        contract = dated.at(invoice.date)
        orders = sum((order.amount for order in change_orders(dated) if order.date <= invoice.date), ZERO)
        progress = any(milestone.cumulative is not None for milestone in book.milestones.get(code, ()))
        if contract.mode == "fixed" and contract.price is not None and (orders or progress):
            billed = sum(
                (
                    line.net
                    for other in book.invoices
                    if other.kind != "deposit" and book.document_order_key(other) <= book.document_order_key(invoice)
                    for line in other.lines
                    if line.contract == code and line.expense_date is None
                ),
                ZERO,
            )
            here = sum(
                (line.net for line in invoice.lines if line.contract == code and line.expense_date is None), ZERO
            )
            result.append(ProgressBilling(contract.text or code, contract.price - orders, orders, billed, here))
    return result


def milestone_account(contract_versions: Dated[Contract], book: Book, day: date) -> str:
    """The account on which a contract's milestones are booked: its own, else its item's; "" if it has none."""
    contract = contract_versions.at(day)
    item = book.items[contract.item].at(day) if contract.item in book.items else None
    return contract.account or (item.account if item else "")


def milestone_line(contract_versions: Dated[Contract], book: Book, stage: MilestoneAmount, account: str) -> DraftLine:
    """The line that bills a stage, on `account` (a deposit's liability account, else the contract's)."""
    milestone = stage.milestone
    contract = contract_versions.at(milestone.date)
    item = book.items[contract.item].at(milestone.date) if contract.item in book.items else None
    words = contract.text or (item.text or item.name if item else contract.code)
    text = milestone.name if milestone.name == words else f"{words}, {milestone.name}"
    return DraftLine(
        net=stage.amount,
        account=account,
        tax=contract.tax,
        billable_from=milestone.date,
        item=contract.item if account == (item.account if item else None) else "",
        text=text,
        name=text,
        quantity=Decimal(1).copy_sign(stage.amount),
        price=abs(stage.amount),
        contract=contract.code,
        milestone=milestone.name,
        delivered=None if milestone.deposit else milestone.date,
        steps=stage.steps,
        source=milestone.source,
    )


class TaxLeft(NamedTuple):
    """The tax of one code on a deposit: what is left to deduct, and what was billed."""

    code: str
    account: str
    left: Decimal
    billed: Decimal
    rate: Decimal | None = None
    """In percent, if known."""
    document_name: str = ""
    """Its name on the document that deducts it, if it has another one there."""
    owed_on: str = ""
    """If it waits on `account` until it is paid: the account to which it then goes."""


class DepositLeft(NamedTuple):
    """What is left to deduct of a deposit, with its accounts; `of_net` is what was billed."""

    number: str
    date: date
    contract: str
    account: str
    net: Decimal
    billed_net: Decimal
    taxes: tuple[TaxLeft, ...]
    customer: str = ""
    """Main account of the customer who was asked for it: only that customer's invoices deduct it."""


def deposits_left(invoices: Iterable[Invoice]) -> dict[str, list[DepositLeft]]:
    """By contract ("" for none), the deposits (drafts included) that are not fully deducted or credited, oldest first."""
    invoices = list(invoices)
    deposits = {invoice.number: invoice for invoice in invoices if invoice.kind == "deposit" and invoice.lines}
    gone: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    """By deposit and tax code ("" for the net), what was deducted or credited."""
    for invoice in invoices:
        for deduction in invoice.deductions:
            if deduction.number in deposits:
                gone[deduction.number, deduction.tax] += deduction.amount
        for number in invoice.corrects:
            if number in deposits:
                gone[number, ""] -= invoice.net
                for amount in invoice.taxes:
                    gone[number, amount.tax.code] -= amount.amount
    result: defaultdict[str, list[DepositLeft]] = defaultdict(list)
    for number, deposit in deposits.items():
        net = deposit.net - gone[number, ""]
        if net <= 0:
            continue
        code = next((line.contract for line in deposit.lines if line.contract), "")
        taxes = (
            TaxLeft(
                amount.tax.code,
                (amount.tax.pending if amount.pending else amount.tax.account) or "",
                amount.amount - gone[number, amount.tax.code],
                amount.amount,
                amount.tax.rate,
                owed_on=(amount.tax.account or "") if amount.pending else "",
            )
            for amount in deposit.taxes
        )
        result[code].append(
            DepositLeft(
                number,
                deposit.date,
                code,
                deposit.lines[0].account,
                net,
                deposit.net,
                tuple(tax for tax in taxes if tax.left),
                deposit.customer.account if deposit.customer else "",
            )
        )
    for deposit_lefts in result.values():
        deposit_lefts.sort(key=lambda deposit_left: (deposit_left.date, deposit_left.number))
    return dict(result)


class Stranded(NamedTuple):
    """The part of a deposit, without tax, that nothing will deduct any more: why, and what to do, in words."""

    deposit: DepositLeft
    net: Decimal
    reason: str
    remedy: str


def stranded(
    contract_versions: Dated[Contract],
    deposits: Sequence[DepositLeft],
    net: Decimal,
    waits: Decimal,
    currency: str,
    day: date,
) -> list[Stranded]:
    """The parts of a contract's deposits, the latest first, that exceed what is left to bill of a fixed price on `day`.
    If the contract ended before that day, those that exceed what can still be billed.

    `net`: what its documents bill, `waits`: what may be billed; both without deposits and tax.
    """
    contract, code = contract_versions.at(day), contract_versions.first.code
    end = ends(contract)
    over = end is not None and end < day
    if over:
        room, why = max(waits, ZERO), _("{code} ended on {end}", code=code, end=end)
    elif contract.mode == "fixed" and contract.price is not None:
        room = max(contract.price - net, ZERO)
        why = (
            _("only {room} {currency} of {code} is still to be billed", room=room, currency=currency, code=code)
            if room
            else _("all of {code} is already billed", code=code)
        )
    else:
        return []
    beyond = sum((deposit.net for deposit in deposits), ZERO) - room
    result = []
    for deposit in reversed(deposits):
        part = min(beyond, deposit.net)
        if part > 0:
            remedy = _given_back(deposit, part)
            if over:
                remedy += _("; or bill what is kept, with a milestone of {end} with a price", end=end)
            words = _(
                "{part} {currency} of deposit {number} is never deducted, because {reason}",
                part=part,
                currency=currency,
                number=deposit.number,
                reason=why,
            )
            result.append(Stranded(deposit, part, words, remedy))
            beyond -= part
    return result


def _given_back(deposit: DepositLeft, net: Decimal) -> str:
    """How this part of a deposit is given back."""
    if deposit.number.startswith("draft-"):
        return _("change the draft {number}, or take it out", number=deposit.number)
    part = "" if net == deposit.billed_net else _(' --amount {net} "What was not needed"', net=net)
    return _("credit it, bean-invoice credit {number}{part} --write", number=deposit.number, part=part)


DepositTaxesDue = Callable[[], Mapping[tuple[str, str], Decimal]]
"""Returns, by deposit and tax code, how much of the tax is due because it was paid, and is not deducted yet."""


def deposit_taxes_due(book: Book, day: date) -> DepositTaxesDue:
    """Of the deposits' taxes that are due on payment, the amounts that are due on `day` (inclusive), in the deposits'
    currencies.

    They are worked out only once, when first needed.
    """

    @cache
    def owed() -> Mapping[tuple[str, str], Decimal]:
        deposits = {invoice.number: invoice for invoice in book.invoices if invoice.kind == "deposit"}
        result: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for share in tax_due(book, day).tax_shares:
            if share.number in deposits and share.kind == "due":
                deposit = deposits[share.number]
                foreign = deposit.booking_rate if deposit.currency != share.pending.currency else None
                result[share.number, share.pending.code] += share.released / foreign if foreign else share.released
        for invoice in book.invoices:
            for deduction in invoice.deductions:
                place = deduction.number, deduction.tax
                if (
                    place in result
                    and deduction.account
                    != book.taxes[code_of_name(deduction.tax, book.taxes)].at(invoice.date).pending
                ):
                    result[place] -= deduction.amount
        return {
            (number, code): round_to(amount, currency_decimals(deposits[number].currency))
            for (number, code), amount in result.items()
        }

    return owed
