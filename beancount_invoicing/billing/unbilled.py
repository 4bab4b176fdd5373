"""What can be billed up to a day, line by line, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.billing import fixed, subscriptions, time_and_expenses, usage
from beancount_invoicing.billing.adjustments import retroactive_adjustments
from beancount_invoicing.billing.drafts import BillingNotice, DraftLine
from beancount_invoicing.billing.in_force import why_not_in_force
from beancount_invoicing.billing.prices import tax_rate
from beancount_invoicing.billing.time_owner import by_contract
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Contract, Dated, Expense, Source, Work
from beancount_invoicing.rules import currencies, periods, tiers, worktime
from beancount_invoicing.rules.tax import gross_split, tax_point_of_line

UnbilledKind = Literal["period", "milestone", "deposit", "time", "expense", "adjustment", "running"]


class UnbilledLine(NamedTuple):
    """A line that may be billed: its kind, and the contract as it was on the line's own day, which decides to whom and how it is
    billed.

    The own day of a period is its first, or that of the part that is billed; of an hour, the day it was worked; of a milestone or
    an expense, its date.
    """

    kind: UnbilledKind
    day: date
    contract: Contract
    customer: str
    """The customer's main account."""
    currency: str
    line: DraftLine


class LineFilter(NamedTuple):
    """A selection of what can be billed; fields that are "" or None select everything."""

    person: str = ""
    """The time of this person, in any case of letters; likewise `task`. Nothing else has them."""
    task: str = ""
    since: date | None = None
    """Things of this day or later: a period's first day, the day of time worked, a milestone's, an expense's."""
    item: str = ""
    """Things of this item (its code)."""

    def passes_work(self, work: Work) -> bool:
        """Whether time that was worked is selected."""
        return (
            time_and_expenses.of_whom(work, self.person, self.task)
            and (self.since is None or work.date >= self.since)
            and (not self.item or work.item == self.item)
        )

    def passes_line(self, day: date, line: DraftLine) -> bool:
        """Whether a line is selected that is not of time, or is of time billed by the period, which cannot be split."""
        return (
            not (self.person or self.task)
            and (self.since is None or day >= self.since)
            and (not self.item or line.item == self.item)
        )


class ContractFilter(NamedTuple):
    """The selected contracts: of these customers (main accounts; none: of all), and of this code ("": all)."""

    customers: tuple[str, ...] = ()
    contract: str = ""
    line_filter: LineFilter = LineFilter()


def currency_of(book: Book, contract: Contract) -> str:
    """The currency in which a contract is billed: its own, else the only one of the customer's account, else the ledger's."""
    currencies = book.currencies.get(contract.customer, ())
    return contract.currency or (currencies[0] if len(currencies) == 1 else "") or book.currency


def wanted_contracts(book: Book, contract_filter: ContractFilter) -> list[Dated[Contract]]:
    """The selected contracts, by code: of any day on which a selected customer held them.

    Those on accounts that are not a customer's are left out (an error reports it).
    """
    result = []
    for code, dated in sorted(book.contracts.items()):
        versions = [version for _day, version in dated.versions]
        known = all(version.customer in book.main_accounts for version in versions)
        if (
            known
            and (not contract_filter.contract or code == contract_filter.contract)
            and any(customer_passes(book, contract_filter, version) for version in versions)
        ):
            result.append(dated)
    return result


def customer_passes(book: Book, contract_filter: ContractFilter, contract: Contract) -> bool:
    """Whether a selected customer is invoiced for a contract, or holds it."""
    if not contract_filter.customers:
        return True
    mains = {book.main_accounts.get(contract.customer), book.main_accounts.get(contract.recipient)}
    return not mains.isdisjoint(contract_filter.customers)


def _for_whom(book: Book, contract: Contract, day: date, line: DraftLine) -> DraftLine:
    """The line with the name of the customer whose contract it is, if somebody else is invoiced."""
    main = book.main_accounts.get(contract.recipient)
    if main is None:
        return line
    item = book.items[line.item].at(day) if line.item in book.items else None
    text = line.text or (item.text or item.name if item else contract.code)
    return line._replace(text=f"{text} – {book.customers[main].at(day).name}")


class AlreadyBilled(NamedTuple):
    """What the documents of a Book, drafts included, have billed already."""

    days: dict[str, list[periods.Period]]
    milestones: dict[tuple[str, str], Decimal]
    expenses: dict[tuple[str, date, Decimal], int]
    net_by_contract: dict[str, Decimal]
    """By contract, without deposits and expenses."""
    deposits_left: dict[str, list[fixed.DepositLeft]]
    """By contract, what is not deducted yet."""


def already_billed(book: Book) -> AlreadyBilled:
    """Everything that is billed, worked out once."""
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        if invoice.kind != "deposit":
            for line in invoice.lines:
                if line.contract and line.expense_date is None:
                    nets[line.contract] += line.net
    return AlreadyBilled(
        {code: subscriptions.days_still_billed(days) for code, days in subscriptions.billed_days(book).items()},
        fixed.billed_milestones(book.invoices),
        time_and_expenses.billed_expenses(book.invoices),
        dict(nets),
        fixed.deposits_left(book.invoices),
    )


DatedLine = tuple[UnbilledKind, date, DraftLine]
"""A line with its kind and its own day."""


def unbilled_lines(
    book: Book,
    until: date,
    contract_filter: ContractFilter = ContractFilter(),  # noqa: B008 - frozen
) -> tuple[list[UnbilledLine], list[BillingNotice]]:
    """What may be billed up to `until` (inclusive), by contract and day; and notices for the user.

    Each thing is billed by the contract, price, customer … of its own day. A day on which its contract is paused, has ended or has
    not begun is not billed, and a notice reports it.
    """
    return _waiting(book, until, contract_filter, only_notices=False)


def left_out_notices(book: Book, until: date) -> list[BillingNotice]:
    """The notices of `waiting`, without those about periods of subscriptions and adjustments: for the checks."""
    if not book.contracts and not book.work:
        return []
    return _waiting(book, until, ContractFilter(), only_notices=True)[1]


def _waiting(
    book: Book, until: date, wanted: ContractFilter, *, only_notices: bool
) -> tuple[list[UnbilledLine], list[BillingNotice]]:
    billed = already_billed(book)
    work = by_contract(book, time_and_expenses.unbilled_work(book, until))
    expenses: defaultdict[str, list[Expense]] = defaultdict(list)
    for spent in time_and_expenses.unbilled_expenses(book.expenses, billed.expenses, until):
        expenses[spent.contract].append(spent)
    found: list[UnbilledLine] = []
    notices: list[BillingNotice] = []
    left: defaultdict[str, list[BillingNotice]] = defaultdict(list)
    for notice in work.notices:
        left[notice.contract].append(notice)
    for dated in wanted_contracts(book, wanted):
        contract = dated.at(until)
        notices += left.get(contract.code, ())
        if contract.start > until:
            continue
        currency = currency_of(book, contract)
        if not currency:
            notices.append(
                BillingNotice(
                    contract.code,
                    _('it has no currency: write currency: "EUR" below it'),
                    "not-billed",
                    contract.source,
                )
            )
            continue
        decimals = currencies.currency_decimals(currency)
        of_contract = work.by_contract.get(contract.code, [])
        lines = _contract_lines(book, dated, until, billed, of_contract, wanted.line_filter, notices, only_notices)
        lines += _expenses(book, dated, expenses.get(contract.code, ()), decimals, notices)
        if contract.code in billed.deposits_left:
            waits = sum((line.net for kind, _day, line in lines if kind != "deposit"), ZERO)
            notices += _deposits_left(book, dated, until, billed, waits)
        if only_notices:
            for _kind, day, line in lines:
                _without_account(line, dated.at(day), notices)
        else:
            found += _asked_lines(book, dated, lines, wanted, until, decimals, notices)
    if wanted == ContractFilter():
        notices += left.get("", ())
    if not only_notices:  # the checks look at these by themselves
        found += _adjustments(book, until, wanted, notices)
    return [line for line in found if line.line.account], list(dict.fromkeys(notices))  # each is said once


def _contract_lines(
    book: Book,
    dated: Dated[Contract],
    until: date,
    billed: AlreadyBilled,
    work: list[Work],
    line_filter: LineFilter,
    notices: list[BillingNotice],
    only_notices: bool,
) -> list[DatedLine]:
    """What may be billed of one contract, without expenses; `notices` gets the reasons for the rest. `work`: all of it that is not
    billed.
    """
    contract = dated.at(until)
    decimals = currencies.currency_decimals(currency_of(book, contract))
    lines: list[DatedLine] = []
    try:
        if dated.first.mode == "subscription":
            lines += [] if only_notices else _periods(book, dated, until, billed, decimals, notices)
        elif dated.first.mode == "fixed":
            lines += _milestones(book, dated, until, billed, decimals, notices)
        else:
            if line_filter != LineFilter():
                work = [entry for entry in work if dated.at(entry.date).every or line_filter.passes_work(entry)]
            lines += _time(book, dated, until, work, billed, decimals, notices, only_notices=only_notices)
        if dated.first.mode != "fixed":
            lines += _milestones(book, dated, until, billed, decimals, notices)
    except (periods.PeriodError, worktime.TimeRoundingError, tiers.TierError) as error:
        notices.append(BillingNotice(contract.code, str(error), "contract", contract.source))
    except ArithmeticError:
        notices.append(
            BillingNotice(
                contract.code,
                _("its dates or numbers are too large to calculate with: correct them"),
                source=contract.source,
            )
        )
    return lines


def _asked_lines(
    book: Book,
    dated: Dated[Contract],
    lines: Sequence[DatedLine],
    wanted: ContractFilter,
    until: date,
    decimals: int,
    notices: list[BillingNotice],
) -> Iterator[UnbilledLine]:
    """The lines of a contract that pass the filter, as its document has them."""
    for kind, day, line in lines:
        contract = dated.at(day)
        main = book.main_accounts[contract.customer]
        chosen = (kind == "time" and not contract.every) or wanted.line_filter.passes_line(day, line)
        if chosen and customer_passes(book, wanted, contract):
            line = _for_whom(book, contract, day, _of_them(line, wanted.line_filter))
            line = _net(book, main, _without_account(line, contract, notices), until, decimals)
            yield UnbilledLine(kind, day, contract, main, currency_of(book, contract), line)


def _adjustments(
    book: Book, until: date, wanted: ContractFilter, notices: list[BillingNotice]
) -> Iterable[UnbilledLine]:
    """Adjustments by `until`; for a draft, or a difference without an explanation, a notice instead."""
    for adjustment in retroactive_adjustments(book, wanted.contract):
        due = adjustment.due_by(until) if adjustment.changed_on else adjustment.days.end <= until
        if not due or not customer_passes(book, wanted, adjustment.contract):
            continue
        if adjustment.of_draft or not adjustment.changed_on:
            notices.append(
                BillingNotice(
                    adjustment.contract.code,
                    _(
                        "{number} bills {start} to {end} for {billed_amount}, but this now comes to {current_amount}",
                        number=adjustment.billed_line.invoice.number,
                        start=adjustment.days.start,
                        end=adjustment.days.end,
                        billed_amount=adjustment.billed_amount,
                        current_amount=adjustment.current_amount,
                    ),
                    "contract",
                    adjustment.billed_line.line.source,
                    adjustment.amount,
                    adjustment.currency,
                    adjustment.days.start,
                    adjustment.advice,
                )
            )
            continue
        decimals = currencies.currency_decimals(adjustment.currency)
        for line in adjustment.lines:
            net = _net(book, adjustment.customer, _without_account(line, adjustment.contract, notices), until, decimals)
            yield UnbilledLine(
                "adjustment",
                line.start or adjustment.days.start,
                adjustment.contract,
                adjustment.customer,
                adjustment.currency,
                net,
            )


def accrued_lines(book: Book, as_of: date, contract_filter: ContractFilter = ContractFilter()) -> list[UnbilledLine]:  # noqa: B008 - frozen
    """What has run by the end of `as_of` of the periods that may only be billed later.

    Of subscriptions, the share by days; of time billed by the period, its amount so far. Rounded once, half away from zero; without
    tax. `line.since` is the later day on which the period may be billed. What cannot be worked out is left out: `waiting` says why.
    """
    billed = already_billed(book)
    work = by_contract(book, time_and_expenses.unbilled_work(book, as_of))
    found = []
    for dated in wanted_contracts(book, contract_filter):
        contract = dated.at(as_of)
        currency = currency_of(book, contract)
        if contract.start > as_of or not currency:
            continue
        decimals = currencies.currency_decimals(currency)
        lines: list[tuple[date, DraftLine]] = []
        try:
            if dated.first.mode == "subscription":
                for piece in subscriptions.accrued_periods(
                    book, dated, as_of, billed.days.get(contract.code, []), decimals
                ):
                    line = subscriptions.subscription_line(book, dated, piece, decimals)
                    lines += [(piece.span.start, line)] if line else []
            elif dated.first.mode == "time":
                lines += usage.accrued_usage_lines(
                    book, dated, work.by_contract.get(contract.code, []), as_of, decimals
                )
        except (periods.PeriodError, worktime.TimeRoundingError, tiers.TierError, ArithmeticError):
            continue
        for day, line in lines:
            held = dated.at(day)
            main = book.main_accounts[held.customer]
            if customer_passes(book, contract_filter, held):
                net = _net(book, main, line, as_of, decimals)
                found.append(UnbilledLine("running", day, held, main, currency_of(book, held), net))
    return found


def _of_them(line: DraftLine, only: LineFilter) -> DraftLine:
    """The line, which takes only the selected people's time off its account."""
    if not (only.person or only.task):
        return line
    return line._replace(
        time_releases=tuple(out._replace(person=only.person, task=only.task) for out in line.time_releases)
    )


def _net(book: Book, main: str, line: DraftLine, until: date, decimals: int) -> DraftLine:
    """The line with its net, if its price includes tax."""
    if line.price_with_tax is None:
        return line
    rate = tax_rate(book, main, line.tax, line.item, tax_point_of_line(until, line.supply_date))
    return line._replace(gross=line.net, net=gross_split(line.net, rate, decimals)[0].value)


def _without_account(line: DraftLine, contract: Contract, notices: list[BillingNotice]) -> DraftLine:
    if not line.account:
        notices.append(
            BillingNotice(
                contract.code,
                _("it has no income account: give it an item, or account: Income:…"),
                "contract" if contract.mode != "time" else "not-billed",
                contract.source,
            )
        )
    return line


def _periods(
    book: Book, dated: Dated[Contract], until: date, billed: AlreadyBilled, decimals: int, notices: list[BillingNotice]
) -> Iterable[DatedLine]:
    code = dated.first.code
    for piece in subscriptions.unbilled_periods(book, dated, until, billed.days.get(code, []), decimals, notices):
        line = subscriptions.subscription_line(book, dated, piece, decimals)
        if line is None:
            notices.append(
                BillingNotice(
                    code,
                    _("{start}: no price is known: give it a price, or an item that has one", start=piece.span.start),
                    source=dated.at(piece.span.start).source,
                    since=piece.span.start,
                )
            )
        elif line.quantity and (line.price or line.price_with_tax):  # nothing at no price is no line
            yield "period", piece.span.start, line


def _holds(dated: Dated[Contract], day: date, subject: str, source: Source, notices: list[BillingNotice]) -> bool:
    """Whether the contract is in force on the day of something; a notice reports it if not."""
    why = why_not_in_force(dated, day)
    if why:
        code = dated.first.code
        text = _(
            "{subject} of {day} is not billed: {code} {reason}: correct its day, or amend {code}",
            subject=subject,
            day=day,
            code=code,
            reason=why,
        )
        notices.append(BillingNotice(code, text, "outside-contract", source, since=day))
    return not why


def _milestones(
    book: Book, dated: Dated[Contract], until: date, billed: AlreadyBilled, decimals: int, notices: list[BillingNotice]
) -> Iterable[DatedLine]:
    code = dated.first.code
    milestones = book.milestones.get(code, ())
    if dated.first.mode == "fixed":
        notices += _fixed_left_out(book, dated, until, billed)
    if not milestones:
        return
    for stage in fixed.milestone_amounts(dated, milestones, billed.milestones, decimals):
        milestone = stage.milestone
        if milestone.date > until or (code, milestone.name) in billed.milestones:
            continue
        if not _holds(dated, milestone.date, milestone.name, milestone.source, notices):
            continue
        if milestone.deposit:
            account = dated.at(milestone.date).deposit_account or book.option("deposit-account", milestone.date)
            if not account:
                notices.append(
                    BillingNotice(
                        code,
                        _(
                            "{milestone} is a deposit, but no account is known for it: write deposit-account: "
                            'Liabilities:… below the contract, or custom "invoice-option" "deposit-account"',
                            milestone=milestone.name,
                        ),
                        source=milestone.source,
                        since=milestone.date,
                    )
                )
                continue
            yield "deposit", milestone.date, fixed.milestone_line(dated, book, stage, account)
        elif stage.amount:
            account = fixed.milestone_account(dated, book, milestone.date)
            yield "milestone", milestone.date, fixed.milestone_line(dated, book, stage, account)


def _fixed_left_out(book: Book, dated: Dated[Contract], until: date, billed: AlreadyBilled) -> Iterable[BillingNotice]:
    """What no milestone bills of a fixed price, or of a change order."""
    contract = dated.at(until)
    code, currency = contract.code, currency_of(book, contract)
    left = max((contract.price or ZERO) - billed.net_by_contract.get(code, ZERO), ZERO)
    if left and not book.milestones.get(code) and not contract.paused:
        yield BillingNotice(
            code,
            _(
                "{left} {currency} will never be billed, because there is no milestone: write custom "
                '"invoice-milestone" "{code}" "…" with percent: 100 on the day when it is to be billed',
                left=left,
                currency=currency,
                code=code,
            ),
            "no-milestone",
            dated.first.source,
            left,
            currency,
            contract.start,
        )
    for order in fixed.orders_without_milestones(dated, fixed.milestone_plan(dated, book.milestones.get(code, ()))):
        if order.date <= until and billed.net_by_contract.get(code) != contract.price:
            yield BillingNotice(
                code,
                _("no milestone bills {words}", words=order.words),
                "contract",
                order.source,
                order.amount,
                currency,
                order.date,
                order.remedy,
            )


def _deposits_left(
    book: Book, dated: Dated[Contract], until: date, billed: AlreadyBilled, waits: Decimal
) -> Iterable[BillingNotice]:
    """Deposits that nothing will deduct any more."""
    code = dated.first.code
    currency = currency_of(book, dated.at(until))
    for stranded in fixed.stranded(
        dated, billed.deposits_left.get(code, ()), billed.net_by_contract.get(code, ZERO), waits, currency, until
    ):
        invoice = book.invoice(stranded.deposit.number)
        yield BillingNotice(
            code, stranded.reason, "deposit-left", invoice.source if invoice else None,
                    stranded.net, currency, stranded.deposit.date, stranded.remedy
        )  # fmt: skip


def _time(
    book: Book,
    dated: Dated[Contract],
    until: date,
    work: list[Work],
    billed: AlreadyBilled,
    decimals: int,
    notices: list[BillingNotice],
    *,
    only_notices: bool,
) -> Iterable[DatedLine]:
    contract = dated.at(until)
    if not any(version.time for _day, version in dated.versions):
        notices.append(
            BillingNotice(
                contract.code, _("it has no time account: write time: Assets:… below it"), "contract", contract.source
            )
        )
        return
    if any(version.every for _day, version in dated.versions):
        by_period = [entry for entry in work if dated.at(entry.date).every]
        for day, line in usage.usage_lines(book, dated, by_period, until, decimals, notices):
            yield "time", day, line
        work = [entry for entry in work if not dated.at(entry.date).every]
    net = billed.net_by_contract.get(contract.code, ZERO)
    for day, line in time_and_expenses.time_lines(
        book, dated, work, until, net, decimals, notices, only_notices=only_notices
    ):
        yield "time", day, line


def _expenses(
    book: Book, dated: Dated[Contract], expenses: Sequence[Expense], decimals: int, notices: list[BillingNotice]
) -> Iterable[DatedLine]:
    code = dated.first.code
    for expense in expenses:
        if not _holds(
            dated, expense.date, f"{expense.text}, {expense.amount} {expense.currency},", expense.source, notices
        ):
            continue
        currency = currency_of(book, dated.at(expense.date))
        if expense.currency != currency:
            notices.append(
                BillingNotice(
                    code,
                    _(
                        "an expense of {amount} {currency} is not billed, because the contract is billed in "
                        "{other_currency}",
                        amount=expense.amount,
                        currency=expense.currency,
                        other_currency=currency,
                    ),
                    source=expense.source,
                    amount=expense.amount,
                    currency=expense.currency,
                    since=expense.date,
                )
            )
            continue
        own_cost = expense.account.startswith(book.expenses_root + ":")
        if not own_cost and not expense.tax:
            notices.append(
                BillingNotice(
                    code,
                    _(
                        "{expense}: what was paid in the customer's name is not part of your sales: write its tax "
                        "code, tax: …, below {account}",
                        expense=expense.text,
                        account=expense.account,
                    ),
                    source=expense.source,
                    amount=expense.amount,
                    currency=expense.currency,
                    since=expense.date,
                )
            )
            continue
        yield "expense", expense.date, time_and_expenses.expense_line(book, dated, expense, decimals, own_cost)
