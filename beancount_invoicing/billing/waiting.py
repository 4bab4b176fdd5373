"""What waits to be billed up to a day, line by line, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.billing import fixed, subscriptions, usage, worked
from beancount_invoicing.billing.adjustments import adjustments
from beancount_invoicing.billing.drafts import DraftLine, Notice
from beancount_invoicing.billing.in_force import why_not
from beancount_invoicing.billing.prices import tax_rate
from beancount_invoicing.billing.whose import by_contract
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Expense, Source, Work
from beancount_invoicing.rules import currencies, periods, tiers, worktime
from beancount_invoicing.rules.tax import gross_split, tax_day

What = Literal["period", "milestone", "deposit", "time", "expense", "adjustment", "running"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that may be billed: what it is, and the contract as it held on its own day, which says whom it is billed to and how.

    A period's own day is its first, or that of the part that is billed; an hour's the day it was worked; a milestone's and an
    expense's its date.
    """

    what: What
    day: date
    contract: Contract
    customer: str
    """The customer's main account."""
    currency: str
    line: DraftLine


class Only(NamedTuple):
    """What alone is asked for of what waits; what is not said ("" or None) lets all pass."""

    person: str = ""
    """The time of this person, in any case of letters; so for `task`. Nothing else has them."""
    task: str = ""
    since: date | None = None
    """What is of this day or later, its own day: a period's first, the day of time worked, a milestone's, an expense's."""
    item: str = ""
    """What is of this item (its code)."""

    def work(self, one: Work) -> bool:
        """Whether time that was worked is asked for."""
        return (
            worked.of_whom(one, self.person, self.task)
            and (self.since is None or one.date >= self.since)
            and (not self.item or one.item == self.item)
        )

    def line(self, day: date, line: DraftLine) -> bool:
        """Whether a line is asked for that is not of time, or of time that is billed by the period, which has no parts."""
        return (
            not (self.person or self.task)
            and (self.since is None or day >= self.since)
            and (not self.item or line.item == self.item)
        )


class Wanted(NamedTuple):
    """What is asked for: of the contracts of these customers (main accounts; none: of all), of the one of this code ("": all)."""

    customers: tuple[str, ...] = ()
    contract: str = ""
    only: Only = Only()


def currency_of(book: Book, contract: Contract) -> str:
    """The currency that a contract is billed in: its own, else the only one of the customer's account, else the ledger's."""
    said = book.currencies.get(contract.customer, ())
    return contract.currency or (said[0] if len(said) == 1 else "") or book.currency


def wanted_contracts(book: Book, wanted: Wanted) -> list[Dated[Contract]]:
    """The contracts that are asked for, by code: of any day on which a customer that is asked for held them.

    Those of accounts that are no customer's are left out (an error says so).
    """
    result = []
    for code, dated in sorted(book.contracts.items()):
        versions = [version for _day, version in dated.versions]
        known = all(version.customer in book.accounts for version in versions)
        if (
            known
            and (not wanted.contract or code == wanted.contract)
            and any(asked(book, wanted, one) for one in versions)
        ):
            result.append(dated)
    return result


def asked(book: Book, wanted: Wanted, contract: Contract) -> bool:
    """Whether a customer is asked for who is invoiced for a contract, or whose it is."""
    if not wanted.customers:
        return True
    mains = {book.accounts.get(contract.customer), book.accounts.get(contract.recipient)}
    return not mains.isdisjoint(wanted.customers)


def _for_whom(book: Book, contract: Contract, day: date, line: DraftLine) -> DraftLine:
    """The line with the name of the customer whose contract it is, where somebody else is invoiced."""
    main = book.accounts.get(contract.recipient)
    if main is None:
        return line
    item = book.items[line.item].at(day) if line.item in book.items else None
    text = line.text or (item.text or item.name if item else contract.code)
    return replace(line, text=f"{text} – {book.customers[main].at(day).name}")


class Billed(NamedTuple):
    """What the documents of a Book, drafts too, have billed already."""

    days: dict[str, list[periods.Period]]
    milestones: dict[tuple[str, str], Decimal]
    expenses: dict[tuple[str, date, Decimal], int]
    nets: dict[str, Decimal]
    """By contract, without deposits and expenses."""
    deposits: dict[str, list[fixed.DepositLeft]]
    """By contract, what is not deducted yet."""


def billed(book: Book) -> Billed:
    """All that is billed, worked out once."""
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        if invoice.kind != "deposit":
            for line in invoice.lines:
                if line.contract and line.expense is None:
                    nets[line.contract] += line.net
    return Billed(
        {code: subscriptions.covered(those) for code, those in subscriptions.billed_days(book).items()},
        fixed.billed_milestones(book.invoices),
        worked.billed_expenses(book.invoices),
        dict(nets),
        fixed.deposits_left(book.invoices),
    )


Found = tuple[What, date, DraftLine]
"""A line with what it is and its own day."""


def waiting(book: Book, until: date, wanted: Wanted = Wanted()) -> tuple[list[Waiting], list[Notice]]:  # noqa: B008 - frozen
    """What may be billed up to `until` (inclusive), by contract and day; and what somebody should know about it.

    Each thing is billed by the contract, price, customer … of its own day; what falls on a day on which its contract is paused, has
    ended or has not begun is not billed, and a notice says so.
    """
    return _waiting(book, until, wanted, only_notices=False)


def left_out(book: Book, until: date) -> list[Notice]:
    """What `waiting` says that somebody should know, but of periods of subscriptions and of adjustments: for the checks."""
    if not book.contracts and not book.work:
        return []
    return _waiting(book, until, Wanted(), only_notices=True)[1]


def _waiting(book: Book, until: date, wanted: Wanted, *, only_notices: bool) -> tuple[list[Waiting], list[Notice]]:
    there = billed(book)
    work = by_contract(book, worked.unbilled_work(book, until))
    expenses: defaultdict[str, list[Expense]] = defaultdict(list)
    for spent in worked.unbilled_expenses(book.expenses, there.expenses, until):
        expenses[spent.contract].append(spent)
    found: list[Waiting] = []
    notices: list[Notice] = []
    left: defaultdict[str, list[Notice]] = defaultdict(list)
    for one in work.left:
        left[one.contract].append(one)
    for dated in wanted_contracts(book, wanted):
        contract = dated.at(until)
        notices += left.get(contract.code, ())
        if contract.start > until:
            continue
        currency = currency_of(book, contract)
        if not currency:
            notices.append(
                Notice(
                    contract.code, 'it has no currency: write currency: "EUR" below it', "not-billed", contract.source
                )
            )
            continue
        decimals = currencies.decimals(currency)
        lines: list[Found] = []
        try:
            if dated.first.mode == "subscription":
                lines += [] if only_notices else _periods(book, dated, until, there, decimals, notices)
            elif dated.first.mode == "fixed":
                lines += _milestones(book, dated, until, there, decimals, notices)
            else:
                of_it = work.of.get(contract.code, [])
                if wanted.only != Only():
                    of_it = [one for one in of_it if dated.at(one.date).every or wanted.only.work(one)]
                lines += _time(book, dated, until, of_it, there, decimals, notices, only_notices=only_notices)
            if dated.first.mode != "fixed":
                lines += _milestones(book, dated, until, there, decimals, notices)
        except (periods.PeriodError, worktime.RoundingError, tiers.TierError) as error:
            notices.append(Notice(contract.code, str(error), "contract", contract.source))
        except ArithmeticError:
            notices.append(
                Notice(
                    contract.code,
                    "its dates or numbers are beyond what can be calculated: correct them",
                    source=contract.source,
                )
            )
        lines += _expenses(book, dated, expenses.get(contract.code, ()), decimals, notices)
        if contract.code in there.deposits:
            waits = sum((line.net for what, _day, line in lines if what != "deposit"), ZERO)
            notices += _deposits_left(book, dated, until, there, waits)
        for what, day, line in lines:
            held = dated.at(day)
            if only_notices:
                _without_account(line, held, notices)
                continue
            main = book.accounts[held.customer]
            chosen = (what == "time" and not held.every) or wanted.only.line(day, line)
            if chosen and asked(book, wanted, held):
                line = _for_whom(book, held, day, _of_them(line, wanted.only))
                line = _net(book, main, _without_account(line, held, notices), until, decimals)
                found.append(Waiting(what, day, held, main, currency_of(book, held), line))
    if wanted == Wanted():
        notices += left.get("", ())
    if not only_notices:  # the checks look at these by themselves
        found += _adjustments(book, until, wanted, notices)
    return [one for one in found if one.line.account], list(dict.fromkeys(notices))  # each is said once


def _adjustments(book: Book, until: date, wanted: Wanted, notices: list[Notice]) -> Iterable[Waiting]:
    """What billed days come to otherwise by `until`; of a draft, and where nothing explains it, a notice says so."""
    for one in adjustments(book, wanted.contract):
        due = one.due_by(until) if one.changed else one.days.end <= until
        if not due or not asked(book, wanted, one.contract):
            continue
        if one.draft or not one.changed:
            notices.append(
                Notice(
                    one.contract.code,
                    f"{one.billed.invoice.number} bills {one.days.start} to {one.days.end} for {one.was}, but by now this comes to"
                    f" {one.now}",
                    "contract",
                    one.billed.line.source,
                    one.amount,
                    one.currency,
                    one.days.start,
                    one.advice,
                )
            )
            continue
        decimals = currencies.decimals(one.currency)
        for line in one.lines:
            net = _net(book, one.customer, _without_account(line, one.contract, notices), until, decimals)
            yield Waiting("adjustment", line.start or one.days.start, one.contract, one.customer, one.currency, net)


def running(book: Book, as_of: date, wanted: Wanted = Wanted()) -> list[Waiting]:  # noqa: B008 - frozen
    """What has run by the end of `as_of` of the periods that may only be billed later: of subscriptions at its share by days, of
    time that is billed by the period what it comes to so far.

    Rounded once, half away from zero; without tax. `line.since` is the later day on which the period may be billed. What cannot
    be worked out is left out: `waiting` says why.
    """
    there = billed(book)
    work = by_contract(book, worked.unbilled_work(book, as_of))
    found = []
    for dated in wanted_contracts(book, wanted):
        contract = dated.at(as_of)
        currency = currency_of(book, contract)
        if contract.start > as_of or not currency:
            continue
        decimals = currencies.decimals(currency)
        lines: list[tuple[date, DraftLine]] = []
        try:
            if dated.first.mode == "subscription":
                for piece in subscriptions.running(book, dated, as_of, there.days.get(contract.code, []), decimals):
                    line = subscriptions.line(book, dated, piece, decimals)
                    lines += [(piece.span.start, line)] if line else []
            elif dated.first.mode == "time":
                lines += usage.running(book, dated, work.of.get(contract.code, []), as_of, decimals)
        except (periods.PeriodError, worktime.RoundingError, tiers.TierError, ArithmeticError):
            continue
        for day, line in lines:
            held = dated.at(day)
            main = book.accounts[held.customer]
            if asked(book, wanted, held):
                net = _net(book, main, line, as_of, decimals)
                found.append(Waiting("running", day, held, main, currency_of(book, held), net))
    return found


def _of_them(line: DraftLine, only: Only) -> DraftLine:
    """The line, which takes off its account the time of those alone who are asked for."""
    if not (only.person or only.task):
        return line
    return replace(line, book_out=tuple(replace(out, person=only.person, task=only.task) for out in line.book_out))


def _net(book: Book, main: str, line: DraftLine, until: date, decimals: int) -> DraftLine:
    """The line with its net, where its price includes tax."""
    if line.price_with_tax is None:
        return line
    rate = tax_rate(book, main, line.tax, line.item, tax_day(until, line.supplied))
    return replace(line, gross=line.net, net=gross_split(line.net, rate, decimals)[0].value)


def _without_account(line: DraftLine, contract: Contract, notices: list[Notice]) -> DraftLine:
    if not line.account:
        notices.append(
            Notice(
                contract.code,
                "it has no income account: give it an item, or account: Income:…",
                "contract" if contract.mode != "time" else "not-billed",
                contract.source,
            )
        )
    return line


def _periods(
    book: Book, dated: Dated[Contract], until: date, there: Billed, decimals: int, notices: list[Notice]
) -> Iterable[Found]:
    code = dated.first.code
    for piece in subscriptions.unbilled(book, dated, until, there.days.get(code, []), decimals, notices):
        line = subscriptions.line(book, dated, piece, decimals)
        if line is None:
            notices.append(
                Notice(
                    code,
                    f"{piece.span.start}: no price is known: give it a price, or an item that has one",
                    source=dated.at(piece.span.start).source,
                    since=piece.span.start,
                )
            )
        elif line.quantity and (line.price or line.price_with_tax):  # nothing at no price is no line
            yield "period", piece.span.start, line


def _holds(dated: Dated[Contract], day: date, what: str, source: Source, notices: list[Notice]) -> bool:
    """Whether the contract holds on a day that something is of; a notice says where it does not."""
    why = why_not(dated, day)
    if why:
        code = dated.first.code
        text = f"{what} of {day} is not billed: {code} {why}: correct its day, or amend {code}"
        notices.append(Notice(code, text, "outside-contract", source, since=day))
    return not why


def _milestones(
    book: Book, dated: Dated[Contract], until: date, there: Billed, decimals: int, notices: list[Notice]
) -> Iterable[Found]:
    code = dated.first.code
    those = book.milestones.get(code, ())
    if dated.first.mode == "fixed":
        notices += _fixed_left_out(book, dated, until, there)
    if not those:
        return
    for stage in fixed.stages(dated, those, there.milestones, decimals):
        milestone = stage.milestone
        if milestone.date > until or (code, milestone.name) in there.milestones:
            continue
        if not _holds(dated, milestone.date, milestone.name, milestone.source, notices):
            continue
        if milestone.deposit:
            account = dated.at(milestone.date).deposit_account or book.option("deposit-account", milestone.date)
            if not account:
                notices.append(
                    Notice(
                        code,
                        f"{milestone.name} is a deposit, but no account for it is known: write deposit-account: Liabilities:…"
                        ' below the contract, or custom "invoice-option" "deposit-account"',
                        source=milestone.source,
                        since=milestone.date,
                    )
                )
                continue
            yield "deposit", milestone.date, fixed.line(dated, book, stage, account)
        elif stage.amount:
            account = fixed.income_account(dated, book, milestone.date)
            yield "milestone", milestone.date, fixed.line(dated, book, stage, account)


def _fixed_left_out(book: Book, dated: Dated[Contract], until: date, there: Billed) -> Iterable[Notice]:
    """What of a fixed price nothing bills: there is no milestone, or none of a change order."""
    contract = dated.at(until)
    code, currency = contract.code, currency_of(book, contract)
    left = max((contract.price or ZERO) - there.nets.get(code, ZERO), ZERO)
    if left and not book.milestones.get(code) and not contract.paused:
        yield Notice(
            code,
            f'{left} {currency} are never billed, as it has no milestone: write custom "invoice-milestone" "{code}" "…" with'
            " percent: 100 on the day when it is to be billed",
            "no-milestone",
            dated.first.source,
            left,
            currency,
            contract.start,
        )
    for order in fixed.unplanned(dated, fixed.plan(dated, book.milestones.get(code, ()))):
        if order.date <= until and there.nets.get(code) != contract.price:
            yield Notice(
                code, f"{order.words} is billed by no milestone", "contract", order.source, order.amount, currency, order.date,
                order.remedy,
            )  # fmt: skip


def _deposits_left(book: Book, dated: Dated[Contract], until: date, there: Billed, waits: Decimal) -> Iterable[Notice]:
    """Deposits that nothing will deduct any more."""
    code = dated.first.code
    currency = currency_of(book, dated.at(until))
    for one in fixed.stranded(dated, there.deposits.get(code, ()), there.nets.get(code, ZERO), waits, currency, until):
        invoice = book.invoice(one.deposit.number)
        yield Notice(
            code, one.words, "deposit-left", invoice.source if invoice else None, one.net, currency, one.deposit.date, one.remedy
        )  # fmt: skip


def _time(
    book: Book,
    dated: Dated[Contract],
    until: date,
    work: list[Work],
    there: Billed,
    decimals: int,
    notices: list[Notice],
    *,
    only_notices: bool,
) -> Iterable[Found]:
    contract = dated.at(until)
    if not any(version.time for _day, version in dated.versions):
        notices.append(
            Notice(contract.code, "it has no time account: write time: Assets:… below it", "contract", contract.source)
        )
        return
    if any(version.every for _day, version in dated.versions):
        by_period = [one for one in work if dated.at(one.date).every]
        for day, line in usage.usage_lines(book, dated, by_period, until, decimals, notices):
            yield "time", day, line
        work = [one for one in work if not dated.at(one.date).every]
    net = there.nets.get(contract.code, ZERO)
    for day, line in worked.time_lines(book, dated, work, until, net, decimals, notices, only_notices=only_notices):
        yield "time", day, line


def _expenses(
    book: Book, dated: Dated[Contract], those: Sequence[Expense], decimals: int, notices: list[Notice]
) -> Iterable[Found]:
    code = dated.first.code
    for one in those:
        if not _holds(dated, one.date, f"{one.text}, {one.amount} {one.currency},", one.source, notices):
            continue
        currency = currency_of(book, dated.at(one.date))
        if one.currency != currency:
            notices.append(
                Notice(
                    code,
                    f"an expense of {one.amount} {one.currency} is not billed: the contract is billed in {currency}",
                    source=one.source,
                    amount=one.amount,
                    currency=one.currency,
                    since=one.date,
                )
            )
            continue
        own_cost = one.account.startswith(book.expenses_root + ":")
        if not own_cost and not one.tax:
            notices.append(
                Notice(
                    code,
                    f"{one.text}: what was paid in the customer's name is outside your sales: write its tax code, tax: …, below"
                    f" {one.account}",
                    source=one.source,
                    amount=one.amount,
                    currency=one.currency,
                    since=one.date,
                )
            )
            continue
        yield "expense", one.date, worked.expense_line(book, dated, one, decimals, own_cost)
