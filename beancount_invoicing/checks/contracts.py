"""Checks of contracts: what they name exists, their prices and periods can be read, and nothing is billed twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from beancount_invoicing.billing import fixed
from beancount_invoicing.billing.adjustments import RetroactiveAdjustment, retroactive_adjustments
from beancount_invoicing.billing.in_force import contract_spans, ends
from beancount_invoicing.billing.unbilled import currency_of
from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.law import law_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Acceptance, Book, Contract, Dated, Finding, Line, Milestone, Severity
from beancount_invoicing.rules import currencies, periods, tiers, worktime

LENGTHS = ("every", "renews", "notice", "index_every", "retention_terms", "carry_over")
"""Keys that give a length of time."""


def check_lengths(book: Book) -> Iterator[Finding]:
    """Every length of time, and every rounding of time, can be read; a subscription has a length."""
    for contract in _versions(book):
        for name in LENGTHS:
            text = getattr(contract, name)
            if text:
                try:
                    periods.parse_length(text)
                except periods.PeriodError as error:
                    yield _error(contract, _("{name}: {error}", name=name.replace("_", "-"), error=error))
        try:
            worktime.parse_time_rounding(contract.time_rounding)
        except worktime.TimeRoundingError as error:
            yield _error(contract, _("time-rounding: {error}", error=error))
        if contract.time_rounding and contract.mode != "time":
            yield _error(
                contract,
                _("time-rounding has no meaning on a contract of mode {mode}: take it out", mode=contract.mode),
            )
        yield from _usage(contract)
        if contract.mode == "subscription" and not contract.every:
            yield _error(contract, _('a subscription needs the length of its periods: write every: "month"'))
    for dated in book.contracts.values():
        unread = [contract for _day, contract in dated.versions if contract.notice]
        if unread and not any(contract.renews and contract.until for _day, contract in dated.versions):
            yield _warning(
                unread[0],
                _('notice has no meaning without renews and until: write until: 2026-12-31 and renews: "year"'),
            )


def _usage(contract: Contract) -> Iterator[Finding]:
    """What is billed by the period has mode time and periods; tiers can be read; a discount is on periods or time."""
    try:
        tiers.parse_tiers(contract.tiers or "0")
    except tiers.TierError as error:
        yield _error(contract, _("tiers: {error}", error=error))
    counted = [name for name in ("included", "tiers", "commitment") if getattr(contract, name)]
    if counted and contract.mode != "time":
        yield _error(
            contract,
            _(
                "{counted} has no meaning on a contract of mode {mode}: take it out",
                counted=counted[0],
                mode=contract.mode,
            ),
        )
    elif counted and not contract.every:
        yield _error(contract, _('{counted} is counted per period: write every: "month"', counted=counted[0]))
    if contract.carry_over and not contract.included:
        yield _error(contract, _("carry-over has no meaning without included: write included: 10"))
    if contract.every and contract.cap is not None:
        yield _error(contract, _("cap has no meaning where time is billed by the period (every): take one of them out"))
    if contract.discount and contract.mode == "fixed":
        yield _error(contract, _("discount has no meaning on a contract of mode fixed: agree on another price"))


def check_taxes_and_indexes(book: Book) -> Iterator[Finding]:
    """The taxes and indexes that contracts name exist; an index has a value when the contract starts."""
    for contract in _versions(book):
        if contract.tax and contract.tax not in book.taxes:
            yield _error(contract, _('tax "{tax}" is not known', tax=contract.tax))
        if not contract.index:
            continue
        values = book.indexes.get(contract.index, ())
        if not values:
            yield _error(
                contract,
                _(
                    'index "{index}" has no values: write {start} custom "invoice-index" "{index}" …',
                    index=contract.index,
                    start=contract.start,
                ),
            )
        elif values[0].date > contract.start:
            yield _warning(
                contract,
                _(
                    'index "{index}" begins on {day}, after the contract ({start}): the price is not revised until '
                    "there is a value for the contract's start",
                    index=contract.index,
                    day=values[0].date,
                    start=contract.start,
                ),
            )


def check_expenses(book: Book) -> Iterator[Finding]:
    """The contracts that `billable` names exist."""
    for expense in book.expenses:
        if expense.contract not in book.contracts:
            yield Finding(
                "error",
                "unknown-contract",
                _('billable: "{contract}" is not a contract: correct it, or add it', contract=expense.contract),
                expense.source,
            )


def check_completeness(book: Book) -> Iterator[Finding]:
    """A contract has what it is billed with: price, account, time account, retention account."""
    for dated in book.contracts.values():
        found: set[tuple[str, str]] = set()
        for day, contract in dated.versions:
            for level, message in _missing(book, contract, day):
                if (level, message) not in found:
                    found.add((level, message))
                    yield (_error if level == "error" else _warning)(contract, message)


def _missing(book: Book, contract: Contract, day: date) -> Iterator[tuple[Severity, str]]:
    """What a contract lacks from `day` on."""
    item = book.items[contract.item].at(day) if contract.item in book.items else None
    price = contract.price is not None or (item and (item.price is not None or item.price_with_tax is not None))
    if contract.mode == "subscription" and not price:
        yield "warning", _("neither it nor its item has a price: nothing can be billed")
    if contract.mode == "fixed" and contract.price is None:
        yield "error", _("a fixed-price contract needs its price: write price: …")
    if contract.mode == "time" and not contract.time:
        yield "error", _("a time contract needs the account of its time: write time: Assets:…")
    if contract.mode != "time" and not contract.account and not (item and item.account):
        yield "warning", _("it has no income account: write account: Income:…, or give it an item")
    if contract.retention and not contract.retention_account:
        yield "error", _("a retention needs an account of the customer: write retention-account: Assets:…")
    if contract.retention_account and book.main_accounts.get(contract.retention_account) != book.main_accounts.get(
        contract.customer
    ):
        yield (
            "error",
            _(
                "{retention_account} is not an account of the same customer: open it with customer: {customer}",
                retention_account=contract.retention_account,
                customer=contract.customer,
            ),
        )


def check_amendments(book: Book) -> Iterator[Finding]:
    """An amendment changes neither the mode nor the past. A subscription is handed over so that each customer has days
    of its own, and is handed back to a former customer only on purpose.
    """
    for dated in book.contracts.values():
        before = dated.first
        former: dict[str, date] = {}
        for day, version in dated.versions[1:]:
            if version.mode != dated.first.mode:
                yield _error(
                    version,
                    _(
                        "its mode is {mode} and cannot change: end it with until: {day} and write a contract of mode "
                        "{version_mode} with another code",
                        mode=dated.first.mode,
                        day=day - timedelta(days=1),
                        version_mode=version.mode,
                    ),
                )
            if version.until and version.until != before.until and version.until < day - timedelta(days=1):
                yield _warning(
                    version,
                    _(
                        "until: {until} is before this amendment, so the days between them stay billed: date "
                        "the amendment {until} or earlier",
                        until=version.until,
                    ),
                )
            whole = version.mode == "subscription" and version.prorate is False
            if whole and version.customer != before.customer and not _begins_a_period(dated, day):
                yield _error(
                    version,
                    _(
                        "from {day} on it is billed to {customer}, in the middle of a period, and prorate: FALSE "
                        "bills that period to both customers: date it to the start of a period, or take prorate out",
                        day=day,
                        customer=version.customer,
                    ),
                )
            if version.customer != before.customer:
                if version.customer in former:
                    yield Finding(
                        "warning",
                        "handed-back",
                        _(
                            "contract {version}: from {day} on it is billed to {customer} again, who handed "
                            "it over on {former}: if you only want to change what is written below, name "
                            "{before_customer} here",
                            version=version.code,
                            day=day,
                            customer=version.customer,
                            former=former[version.customer],
                            before_customer=before.customer,
                        ),
                        version.source,
                    )
                former[before.customer] = day
            before = version


def _begins_a_period(dated: Dated[Contract], day: date) -> bool:
    """Whether a period of a subscription begins on a day; also if its length cannot be read, which is reported elsewhere."""
    for span in contract_spans(dated):
        if span.start == day:
            try:
                first = next(periods.periods(periods.parse_length(span.contract.every), span.origin, day, day), None)
            except periods.PeriodError:
                return True
            return first is None or first.start == day
    return True


def check_milestones(book: Book) -> Iterator[Finding]:
    """The milestones of a fixed price add up to it, and those of a change order to its change (deposits are separate); each
    has one name and one amount.
    """
    unplanned = []
    for code, milestones in sorted(book.milestones.items()):
        dated = book.contracts.get(code)
        if dated is None:
            continue
        if dated.first.mode != "fixed":  # lines that are billed once
            for milestone in milestones:
                if milestone.price is None:
                    yield Finding(
                        "error", "contract",
                        _("{code}, {milestone}: a milestone of a {mode} contract is a line that is billed only once: "
                        "write its price: …", code=code, milestone=milestone.name, mode=dated.first.mode), milestone.source,
                    )  # fmt: skip
            continue
        yield from _unsound(code, milestones)
        sound = tuple(milestone for milestone in milestones if len(_amounts_said(milestone)) == 1)
        planned = fixed.milestone_plan(dated, sound)
        places = currencies.currency_decimals(currency_of(book, dated.at(milestones[-1].date)))
        amounts = {amount.milestone: amount.amount for amount in fixed.milestone_amounts(dated, sound, {}, places)}
        yield from _whole(dated, planned, amounts)
        yield from _change_orders(dated, planned, amounts)
        yield from _deposits_within_price(dated, sound, amounts)
        if loose := fixed.orders_without_milestones(dated, planned):
            unplanned.append((code, loose[-1]))
    nets = _nets(book) if unplanned else {}
    for code, order in unplanned:
        if nets.get(code) != book.contracts[code].at(order.date).price:
            yield Finding(
                "warning",
                "contract",
                _(
                    "{code}: no milestone bills {words}: {remedy}",
                    code=code,
                    words=order.words,
                    remedy=order.remedy,
                ),
                order.source,
            )


def _amounts_said(milestone: Milestone) -> list[Decimal]:
    """What a milestone says of its amount, of which one thing is wanted."""
    amounts = (milestone.percent, milestone.cumulative, milestone.price)
    return [amount for amount in amounts if amount is not None]


def _unsound(code: str, milestones: Sequence[Milestone]) -> Iterator[Finding]:
    """Of the milestones of a fixed price, each has one amount and a name of its own."""
    seen: set[str] = set()
    for milestone in milestones:
        if len(_amounts_said(milestone)) != 1:
            yield _of(
                milestone,
                _(
                    "{code}, {milestone}: a milestone has either percent, cumulative or price",
                    code=code,
                    milestone=milestone.name,
                ),
            )
        if milestone.name in seen:
            yield _of(
                milestone,
                _(
                    "{code} has two milestones {milestone}: give each a name of its own",
                    code=code,
                    milestone=milestone.name,
                ),
            )
        seen.add(milestone.name)


def _deposits_within_price(
    dated: Dated[Contract], milestones: Sequence[Milestone], amounts: Mapping[Milestone, Decimal]
) -> Iterator[Finding]:
    """What milestones ask for ahead is no more than the price."""
    ahead = [milestone for milestone in milestones if milestone.deposit]
    asked = sum((amounts[milestone] for milestone in ahead), ZERO)
    if ahead and asked > (price := dated.at(ahead[-1].date).price or ZERO):
        yield _of(
            ahead[-1],
            _(
                "{code}: its deposits add up to {asked}, but its price is {price}: lower one",
                code=dated.first.code,
                asked=f"{asked.normalize():f}",
                price=price,
            ),
            "warning",
        )


def _whole(
    dated: Dated[Contract], planned: fixed.MilestonePlan, amounts: dict[Milestone, Decimal]
) -> Iterator[Finding]:
    """The milestones of the price itself: never more than it on the last of their days, in the end as much as it is then."""
    milestones = planned.milestones
    if not milestones:
        return
    code, last = dated.first.code, milestones[-1]
    part = sum((amounts[milestone] for milestone in milestones), ZERO)
    most = max(planned.own_price(dated, milestone.date) for milestone in milestones)
    sums = _("{code}: its milestones add up to {part}, but its price is", code=code, part=f"{part.normalize():f}")
    if part > most:
        yield _of(last, _("{sums} {most}: lower one", sums=sums, most=most))
        return
    now = planned.own_price(dated, last.date)
    if part != now and (last.cumulative is None or last.cumulative == 100):
        yield _of(last, _("{sums} {now}: add what is missing", sums=sums, now=now), "warning")


def _nets(book: Book) -> defaultdict[str, Decimal]:
    """By contract: what documents bill, without deposits and expenses."""
    result: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for invoice in book.invoices:
        for line in invoice.lines if invoice.kind != "deposit" else ():
            if line.contract and line.expense_date is None:
                result[line.contract] += line.net
    return result


def _change_orders(
    dated: Dated[Contract], planned: fixed.MilestonePlan, amounts: dict[Milestone, Decimal]
) -> Iterator[Finding]:
    """Change orders with milestones of their own: they are agreed by then, and their milestones add up to them."""
    code = dated.first.code
    for milestone in planned.with_unknown_order:
        dates = ", ".join(str(order.date) for order in fixed.change_orders(dated)) or "none"
        yield _of(
            milestone,
            _(
                "{code}, {milestone}: change-order: {change_order} is not a day on which an amendment changes the "
                "price of {code} (days known: {there}): correct it, or write the amendment",
                code=code,
                milestone=milestone.name,
                change_order=milestone.change_order,
                there=dates,
            ),
        )
    for order, milestones in planned.separate_orders:
        for milestone in milestones:
            if milestone.date < order.date:
                yield _of(
                    milestone,
                    _(
                        "{code}, {milestone}: it is billed before its change order of {day}: move one of them",
                        code=code,
                        milestone=milestone.name,
                        day=order.date,
                    ),
                )
        part, last = sum((amounts[milestone] for milestone in milestones), ZERO), milestones[-1]
        if part == order.amount or (last.cumulative is not None and last.cumulative < 100):
            continue
        beyond = abs(part) > abs(order.amount) or part * order.amount < 0
        yield _of(
            last,
            _(
                "{code}: the milestones of its change order of {day} add up to {part}, but the order changes the "
                "price by {amount}: {beyond}",
                code=code,
                day=order.date,
                part=f"{part.normalize():f}",
                amount=f"{order.amount:+f}",
                beyond=(
                    _("correct one, or name with change-order: the other order that it bills")
                    if beyond
                    else _("add what is missing")
                ),
            ),
            "error" if beyond else "warning",
        )


def _of(milestone: Milestone, message: str, severity: Severity = "error") -> Finding:
    return Finding(severity, "contract", message, milestone.source)


def check_billed_twice(book: Book) -> Iterator[Finding]:
    """No period and no milestone is billed twice; credits are deducted."""
    spans: defaultdict[str, list[tuple[Line, str]]] = defaultdict(list)
    stages: defaultdict[tuple[str, str], list[tuple[Line, str]]] = defaultdict(list)
    for invoice in book.invoices:
        for line in invoice.lines:
            dated = book.contracts.get(line.contract)
            if dated is None:
                continue
            if line.adjusts:
                continue
            if dated.first.mode == "subscription" and line.start and line.end:
                spans[line.contract].append((line, invoice.number))
            elif line.milestone:
                stages[line.contract, line.milestone].append((line, invoice.number))
    for code, billed in sorted(spans.items()):
        given_back = [line for line, _number in billed if (line.quantity or line.net) < 0]
        billed = [span for span in billed if (span[0].quantity or span[0].net) >= 0]
        billed.sort(key=lambda span: (span[0].start, span[0].end, span[1]))
        for (first, number), (second, other) in pairwise(billed):
            assert first.end and second.start and second.end and first.start
            end = min(first.end, second.end)
            back = any(line.start <= second.start and line.end >= end for line in given_back if line.start and line.end)
            if second.start <= first.end and not back:
                yield Finding(
                    "warning",
                    "billed-twice",
                    _(
                        "{code}: {start} to {end} is billed by {number} and by {other}: credit one with --reopen",
                        code=code,
                        start=second.start,
                        end=end,
                        number=number,
                        other=other,
                    ),
                    second.source,
                )
    for (code, name), billed in sorted(stages.items()):
        nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for line, number in billed:  # two lines of one document are two parts of it, such as of two tax rates
            nets[number] += line.net
        billed = list({number: (line, number) for line, number in billed}.values())
        plus = [span for span in billed if nets[span[1]] >= 0]
        if len(plus) - (len(billed) - len(plus)) > 1:
            yield Finding(
                "warning",
                "billed-twice",
                _(
                    "{code}: {name} is billed by {document} and by {other_document}: credit one with --reopen",
                    code=code,
                    name=name,
                    document=plus[-2][1],
                    other_document=plus[-1][1],
                ),
                plus[-1][0].source,
            )


def check_billed_otherwise(book: Book) -> Iterator[Finding]:
    """The billed amounts are those that the contract, its items and indexes now give for the days, unless something
    else was agreed.
    """
    for adjustment in retroactive_adjustments(book):
        end = ends(book.contracts[adjustment.contract.code].at(adjustment.days.end))
        ended = end is not None and end < adjustment.days.end
        problem = _billed_otherwise(book, adjustment, end)
        yield Finding(
            "warning",
            "billed-after-end" if ended else "billed-otherwise",
            _("{subject}: {advice}", subject=problem, advice=_advice(adjustment)),
            adjustment.billed_line.line.source,
        )


def _billed_otherwise(book: Book, adjustment: RetroactiveAdjustment, end: date | None) -> str:
    """What was billed of days, and what is due of them; `end`: of the contract."""
    number, code = adjustment.billed_line.invoice.number, adjustment.contract.code
    was, now = (
        ledger_amount(adjustment.billed_amount, adjustment.currency),
        ledger_amount(adjustment.current_amount, adjustment.currency),
    )
    invoiced = adjustment.billed_line.invoice.customer
    if invoiced and invoiced.account != adjustment.customer:
        who = book.customers[adjustment.customer].at(adjustment.days.end).name
        return _(
            "{number} bills {code} to {invoiced}, but since {changed_on}, {now} of it belongs to {who}",
            number=number,
            code=code,
            invoiced=invoiced.name,
            changed_on=adjustment.changed_on,
            now=now,
            who=who,
        )
    if end is not None and end < adjustment.days.end:
        return _(
            "{number} bills {code} up to {end}, but the contract ends on {other_end}: {was} is billed, {now} is due",
            number=number,
            code=code,
            end=adjustment.days.end,
            other_end=end,
            was=was,
            now=now,
        )
    if adjustment.changed_on:
        return _(
            "{number} bills {code} from {start} to {end} for {was}, but what is written since {changed_on} makes "
            "it {now}",
            number=number,
            code=code,
            start=adjustment.days.start,
            end=adjustment.days.end,
            was=was,
            changed_on=adjustment.changed_on,
            now=now,
        )
    return _(
        "{number} bills {code} from {start} to {end} for {was}, but the contract changes within these days "
        "and gives {now}",
        number=number,
        code=code,
        start=adjustment.days.start,
        end=adjustment.days.end,
        was=was,
        now=now,
    )


def _advice(adjustment: RetroactiveAdjustment) -> str:
    """What to do about days that were billed otherwise."""
    advice = adjustment.advice
    if adjustment.changed_on and not adjustment.of_draft:
        amount = ledger_amount(abs(adjustment.amount), adjustment.currency)
        verb = _("asks for") if adjustment.amount > 0 else _("gives back")
        advice = _("bean-invoice bill {verb} {amount}; if this was agreed, write", verb=verb, amount=amount)
        advice += _(" agreed: TRUE below that line")
    return advice


def check_adjusted_documents(book: Book) -> Iterator[Finding]:
    """An adjustment names documents that billed days of its contract."""
    adjusting = [(line, invoice) for invoice in book.invoices for line in invoice.lines if line.adjusts]
    if not adjusting:
        return
    billing = {(invoice.number, line.contract) for invoice in book.invoices for line in invoice.lines}
    for line, invoice in adjusting:
        if not (line.contract and line.start and line.end):
            yield Finding(
                "error", "contract",
                _("{number}: an adjustment needs the contract and the days that it adjusts: write contract, from and "
                "to", number=invoice.number),
                line.source,
            )  # fmt: skip
            continue
        for number in line.adjusts:
            if (number, line.contract) not in billing:
                yield Finding(
                    "error", "contract",
                    _('{number}: adjusts: "{other_number}" bills nothing of {contract}: name the invoice '
                      "that billed these days", number=invoice.number, other_number=number, contract=line.contract),
                    line.source,
                )  # fmt: skip


def _to_come(book: Book, code: str, currency: str) -> Decimal:
    """The total of a contract's unbilled milestones; below zero if they give something back."""
    billed = fixed.billed_milestones(book.invoices)
    places = currencies.currency_decimals(currency)
    amounts = fixed.milestone_amounts(book.contracts[code], book.milestones.get(code, ()), billed, places)
    return sum(
        (
            amount.amount
            for amount in amounts
            if not amount.milestone.deposit and (code, amount.milestone.name) not in billed
        ),
        ZERO,
    )


def check_overbilling(book: Book) -> Iterator[Finding]:
    """No more is billed than a cap or a fixed price allows, and no more time than was worked."""
    nets: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    last: dict[str, Line] = {}
    for invoice in book.invoices:
        for line in invoice.lines if invoice.kind != "deposit" else ():
            if line.contract in book.contracts and line.expense_date is None:
                nets[line.contract] += line.net
                last[line.contract] = line
    for code, net in sorted(nets.items()):
        contract = book.contracts[code].at(book.last_date)
        most = contract.price if contract.mode == "fixed" else contract.cap
        if contract.mode != "subscription" and most is not None and net > most:
            currency = currency_of(book, contract)
            if contract.mode == "fixed" and net + _to_come(book, code, currency) <= most:
                continue
            limit, remedy = (
                (_("its price is"), _("let a milestone give the difference back"))
                if contract.mode == "fixed"
                else (_("its cap is"), _("credit the difference"))
            )
            yield Finding(
                "warning",
                "billed-beyond",
                _(
                    "{code}: {amount} is billed, but {subject} {other_amount}: {remedy}, or amend it",
                    code=code,
                    amount=ledger_amount(net, currency),
                    subject=limit,
                    other_amount=ledger_amount(most, currency),
                    remedy=remedy,
                ),
                last[code].source,
            )
    worked: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for work in book.work:
        worked[work.account, work.item] += work.quantity
        if worked[work.account, work.item] < 0:
            yield Finding(
                "warning",
                "time-below-zero",
                _(
                    "{account}: by {day}, {worked} {commodity} more of {item} are billed than were worked",
                    account=work.account,
                    worked=-worked[work.account, work.item],
                    commodity=work.commodity,
                    item=work.item or _("time"),
                    day=work.date,
                ),
                work.source,
            )


def _versions(book: Book) -> Iterator[Contract]:
    """Each contract as of each of its directives."""
    for dated in book.contracts.values():
        for _day, version in dated.versions:
            yield version


def _error(contract: Contract, message: str) -> Finding:
    return Finding(
        "error",
        "contract",
        _("contract {contract}: {message}", contract=contract.code, message=message),
        contract.source,
    )


def _warning(contract: Contract, message: str) -> Finding:
    return Finding(
        "warning",
        "contract",
        _("contract {contract}: {message}", contract=contract.code, message=message),
        contract.source,
    )


def check_retentions(book: Book) -> Iterator[Finding]:
    """Acceptances of works belong to contracts, one for each."""
    first: dict[str, Acceptance] = {}
    for acceptance in book.acceptances:
        if acceptance.contract not in book.contracts:
            yield Finding(
                "error",
                "unknown-contract",
                _(
                    'invoice-accepted: "{contract}" is not a contract: correct it, or add it',
                    contract=acceptance.contract,
                ),
                acceptance.source,
            )
        elif acceptance.contract in first:
            before = first[acceptance.contract]
            yield Finding(
                "error",
                "contract",
                _(
                    "the works of {contract} are accepted on both {day} ({place}) and {acceptance_day}: keep one",
                    contract=acceptance.contract,
                    day=before.date,
                    place=before.source,
                    acceptance_day=acceptance.date,
                ),
                acceptance.source,
            )
        first.setdefault(acceptance.contract, acceptance)
    for invoice in book.invoices:
        for instalment in invoice.instalments:
            if instalment.retention_contract and instalment.retention_contract not in book.contracts:
                yield Finding(
                    "error",
                    "unknown-contract",
                    _(
                        '{number}: retained: "{retention_contract}" is not a contract: correct it, or add it',
                        number=invoice.number,
                        retention_contract=instalment.retention_contract,
                    ),
                    instalment.source,
                )
    yield from _french_retentions(book)


def _french_retentions(book: Book) -> Iterator[Finding]:
    """A French seller's works have 5 % kept back for a year at most.

    Source: loi n° 71-584 of 16 July 1971, art. 1 (5 p. 100 of each payment) and art. 2 (a year from the acceptance).
    """
    for dated in book.contracts.values():
        found: set[str] = set()
        for day, contract in dated.versions:
            if not contract.retention or book.seller is None or law_of(book.seller.at(day).address.country) != "FR":
                continue
            law = _("loi n° 71-584 du 16 juillet 1971, art.")
            if contract.retention > MOST_RETAINED and "percent" not in found:
                found.add("percent")
                yield _warning(
                    contract,
                    _(
                        "retention: at most {most_retained} % may be kept back on works, not {retention} % ({law} "
                        "1): lower it",
                        most_retained=MOST_RETAINED,
                        retention=contract.retention,
                        law=law,
                    ),
                )
            if "terms" not in found and _longer_than_a_year(contract.retention_terms):
                found.add("terms")
                yield _warning(
                    contract,
                    _(
                        "retention-terms: the retention on works is to be paid one year after their acceptance, not "
                        '"{retention_terms}" ({law} 2): write retention-terms: "1 year"',
                        retention_terms=contract.retention_terms,
                        law=law,
                    ),
                )


MOST_RETAINED = Decimal(5)


def _longer_than_a_year(text: str) -> bool:
    try:
        length = periods.parse_length(text)
    except periods.PeriodError:  # none is said, or it is reported by lengths
        return False
    return length.number > (366 if length.unit == "days" else 12)


CHECKS = (
    check_lengths,
    check_taxes_and_indexes,
    check_expenses,
    check_completeness,
    check_amendments,
    check_milestones,
    check_billed_twice,
    check_billed_otherwise,
    check_adjusted_documents,
    check_overbilling,
    check_retentions,
)
