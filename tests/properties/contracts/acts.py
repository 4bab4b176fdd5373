"""Random acts of a firm with contracts: each writes a directive as a person or a command would, and tells the referee of it.

An act is a day, a kind and a seed of its own, so that a life without one of them is still a life: an act for which there is
nothing to do on its day does nothing.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from beancount_invoicing import billing as billed_by
from beancount_invoicing.actions import bill as billing
from beancount_invoicing.actions import credit as crediting
from beancount_invoicing.actions import issue as issuing
from beancount_invoicing.actions import new as new_action
from beancount_invoicing.actions.new import InvoiceRequest
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating
from tests.properties.contracts.life import CUSTOMERS, END, ITEMS, START, TIMES, Act, Life, loaded
from tests.properties.contracts.model import DAY, Contract, Milestone, Piece, Span, Spent, Worked, after, period_of

WRITE = WriteOptions(write=True)
EVERY = ("month", "month", "month", "quarter", "2 weeks", "10 days", "half-year")


# agreements ------------------------------------------------------------------------------------------------------------


def _price(life: Life) -> Decimal:
    """Of an hour four quarters are whole cents."""
    return Decimal(life.chance.choice((life.chance.randint(10, 400), life.chance.randint(2, 90) * 10, 310))) + Decimal(
        life.chance.choice((0, 0, "0.40", "0.96"))
    )


def subscribe(life: Life) -> None:
    """A subscription."""
    chance = life.chance
    facts: dict[str, Any] = {
        "account": chance.choice(CUSTOMERS),
        **({"price": _price(life)} if chance.random() < 0.8 else {"item": chance.choice(sorted(ITEMS))}),
        "text": f"Service {life.act.name}",
        "every": chance.choice(EVERY),
        "bill": chance.choice(("advance", "arrears", "arrears")),
    }
    prorate = chance.choice((True, True, None, False))
    if prorate is not None:
        facts["prorate"] = prorate
    match chance.randrange(6):
        case 0:
            facts["anchor"] = date(2026, 1, 1)
        case 1:
            facts["anchor"] = date(2025, 12, 31)
        case 2:
            facts["anchor"] = life.day + timedelta(days=chance.randint(-40, 40))
    if chance.random() < 0.3:
        facts["quantity"] = Decimal(chance.choice(("2", "3", "2.5")))
    if chance.random() < 0.25:
        facts["purchase-order"] = f"PO-{life.act.name}"
    if chance.random() < 0.2:
        facts["tax"] = chance.choice(("LOW", "NONE"))
    if chance.random() < 0.3:
        facts["until"] = life.day + timedelta(days=chance.randint(20, 300))
        if chance.random() < 0.4:
            facts["renews"] = chance.choice(("month", "quarter"))
    if chance.random() < 0.2:
        facts |= {"index": "CPI", "index-every": chance.choice(("month", "quarter", "half-year"))}
        if chance.random() < 0.5:
            facts["index-share"] = Decimal(chance.choice((50, 80)))
        if chance.random() < 0.3:
            facts["index-floor"] = Decimal(0)
        if chance.random() < 0.3:
            facts["index-cap"] = Decimal(2)
    life.agree(life.day, f"S{life.act.name}", "subscription", facts)


def _free_account(life: Life) -> str | None:
    """A time account that no contract has, or had."""
    taken = {facts.get("time") for contract in life.firm.contracts.values() for facts in contract.said.values()}
    return next((account for account in TIMES if account not in taken), None)


def engage(life: Life) -> None:
    """Work by the hour, now and then up to a cap."""
    account = _free_account(life)
    if account is None:
        return
    chance = life.chance
    facts: dict[str, Any] = {"account": chance.choice(CUSTOMERS), "text": f"Work {life.act.name}", "time": account}
    facts |= {"price": _price(life)} if chance.random() < 0.6 else {"item": "DEV"}
    if chance.random() < 0.3:
        facts["lines"] = chance.choice(("day", "task"))
    if chance.random() < 0.3:
        facts["cap"] = Decimal(chance.randint(1, 30) * 100)
    if chance.random() < 0.3:
        facts["markup"] = Decimal(chance.choice((5, 10)))
    life.agree(life.day, f"T{life.act.name}", "time", facts)


def meter(life: Life) -> None:
    """Time that is billed by the period: some of it included, by tiers or not, with a least amount or not."""
    account = _free_account(life)
    if account is None:
        return
    chance = life.chance
    facts: dict[str, Any] = {
        "account": chance.choice(CUSTOMERS),
        "text": f"Support {life.act.name}",
        "time": account,
        "every": chance.choice(("month", "quarter", "2 weeks")),
    }
    if chance.random() < 0.5:
        facts["tiers"] = "2 @ 90, 8 @ 70.40, 55"
        if chance.random() < 0.4:
            facts["tiers-mode"] = "volume"
    else:
        facts["price"] = _price(life)
    if chance.random() < 0.5:
        facts["included"] = Decimal(chance.choice(("1", "2.5", "6")))
    if chance.random() < 0.5:
        facts["commitment"] = _price(life)
    life.agree(life.day, f"M{life.act.name}", "time", facts)


def undertake(life: Life) -> None:
    """A fixed price, with its milestones and perhaps a deposit."""
    chance, code = life.chance, f"X{life.act.name}"
    facts = {"account": chance.choice(CUSTOMERS), "text": f"Site {life.act.name}", "price": _price(life) * 10}
    life.agree(life.day, code, "fixed", facts)
    days = sorted(chance.sample(range(1, 300), 4))
    if chance.random() < 0.4:
        _milestone(life, Milestone(code, life.day + timedelta(days=days[0]), "Order", Decimal(30), deposit=True))
    shares = chance.choice((("33.33", "33.33", "33.34"), ("10", "90"), ("40", "60"), ("25.5", "24.5", "50")))
    cumulative, done = chance.random() < 0.4, Decimal(0)
    for number, (share, day) in enumerate(zip(shares, days[1:], strict=False), 1):
        done += Decimal(share)
        percent = done if cumulative else Decimal(share)
        _milestone(life, Milestone(code, life.day + timedelta(days=day), f"Part {number}", percent, cumulative))


def _milestone(life: Life, milestone: Milestone) -> None:
    life.firm.milestones.append(milestone)
    key = f"  {'cumulative' if milestone.cumulative else 'percent'}: {milestone.percent}\n"
    deposit = "  deposit: TRUE\n" if milestone.deposit else ""
    life.entries.append(
        f'{milestone.day} custom "invoice-milestone" "{milestone.code}" "{milestone.name}"\n{key}{deposit}'
    )


def _amended(life: Life) -> tuple[Contract, date] | None:
    """A contract, and a day from which on it may be amended: none that is billed, where changes come in time."""
    contracts = [contract for contract in life.firm.contracts.values() if contract.start < life.day]
    if not contracts:
        return None
    contract = min(contracts, key=lambda contract: random.Random(f"{life.act.seed} {contract.code}").random())  # noqa: S311 - no secret
    if life.late:
        day = max(contract.start + DAY, life.day + timedelta(days=life.chance.randint(-50, 20)))
    else:
        day = max(life.day + timedelta(days=life.chance.choice((0, 0, 0, 5, 30))), life.billed_to(contract.code) + DAY)
    return None if day in contract.said or day > END else (contract, day)


def amend(life: Life) -> None:
    """An amendment of a contract."""
    found = _amended(life)
    if found is None:
        return
    contract, day = found
    chance, facts = life.chance, contract.at(day)
    change = chance.choice({"time": _TIME, "fixed": _FIXED, "subscription": _SUBSCRIPTION}[contract.mode])
    last = facts.get("until")
    ended = last is not None and not facts.get("renews") and last < day
    match change:
        case "price" if contract.mode == "fixed":
            last_day = max(milestone.day for milestone in life.firm.milestones if milestone.code == contract.code)
            if day <= last_day and not _deposits(life, contract):
                life.agree(day, contract.code, "", {"price": facts["price"] + _price(life)})
        case "price" if "price" in facts:
            life.agree(day, contract.code, "", {"price": _price(life)})
        case "quantity":
            life.agree(day, contract.code, "", {"quantity": Decimal(chance.choice(("1", "4", "1.5")))})
        case "text":
            life.agree(day, contract.code, "", {"text": f"Service as of {day}"})
        case "tax":
            life.agree(day, contract.code, "", {"tax": chance.choice(("STD", "LOW", "NONE"))})
        case "purchase-order":
            life.agree(day, contract.code, "", {"purchase-order": f"PO-{life.act.name}"})
        case "customer":
            at_start = contract.mode != "subscription" or _period(contract, day).first == day
            if (facts.get("prorate") is not False or at_start) and not _deposits(life, contract):
                others = [account for account in CUSTOMERS if account != facts["account"]]
                life.agree(day, contract.code, "", {"account": chance.choice(others)})
        case "pause":
            life.agree(day, contract.code, "", {"paused": not facts.get("paused")})
        case "until" if last is None:
            life.agree(day, contract.code, "", {"until": day + timedelta(days=chance.randint(0, 90))})
        case "until" if ended:
            life.agree(day, contract.code, "", {"until": day + timedelta(days=chance.randint(10, 120))})
        case "until" if facts.get("renews"):
            life.agree(day, contract.code, "", {"renews": "", "until": day + timedelta(days=chance.randint(0, 90))})
        case "rhythm" if not ended:
            start = day if facts.get("prorate") else after_period(contract, day)
            if start not in contract.said and start > life.billed_to(contract.code):
                every = chance.choice([one for one in EVERY if one != facts["every"]])
                life.agree(start, contract.code, "", {"every": every, "anchor": start})
        case "bill" if not life.late:  # what was billed in advance stays billed
            life.agree(day, contract.code, "", {"bill": "arrears" if facts.get("bill") == "advance" else "advance"})
        case "prorate":
            life.agree(day, contract.code, "", {"prorate": not facts.get("prorate")})
        case "time" if not life.late and (account := _free_account(life)) is not None:
            life.agree(day, contract.code, "", {"time": account})
        case "cap" if "cap" in facts:
            life.agree(day, contract.code, "", {"cap": facts["cap"] + 100 * chance.randint(1, 20)})
        case "discount":
            life.agree(day, contract.code, "", {"discount": Decimal(chance.choice((0, 10, 25)))})
        case "commitment" if "every" in facts:
            life.agree(day, contract.code, "", {"commitment": _price(life)})
        case "markup":
            life.agree(day, contract.code, "", {"markup": Decimal(chance.choice((0, 7, 15)))})


def _deposits(life: Life, contract: Contract) -> bool:
    """Whether a deposit is asked for: it is deducted from invoices to who paid it only."""
    return any(milestone.deposit for milestone in life.firm.milestones if milestone.code == contract.code)


_FIXED = ("price", "text", "tax", "purchase-order", "customer")
_TIME = (
    "price", "price", "text", "tax", "purchase-order", "customer", "pause", "until", "time", "cap", "markup",
    "discount", "commitment",
)  # fmt: skip
_SUBSCRIPTION = (
    "price", "price", "price", "quantity", "text", "tax", "purchase-order", "customer", "customer", "pause", "pause",
    "until", "until", "rhythm", "bill", "prorate", "discount",
)  # fmt: skip


def _period(contract: Contract, day: date) -> Span:
    """The period that a day lies in, were the contract to go on."""
    facts, counted = contract.at(day), contract.start
    for _day, _facts, origin in contract.running(day):
        counted = origin
    return period_of(day, counted, facts["every"])


def after_period(contract: Contract, day: date) -> date:
    """The first day of the next period."""
    return _period(contract, day).last + DAY


def item_price(life: Life) -> None:
    """An item costs more, from the next month on."""
    item = life.chance.choice(sorted(ITEMS))
    day = life.day if life.late else max(life.day, life.all_billed_to() + DAY)
    if day > END or any(since == day for since, _value in life.firm.prices[item].said):
        return
    price = _price(life)
    life.firm.prices[item].say(day, price)
    life.entries.append(f'{day} custom "invoice-item" "{item}"\n  price: {price}\n')


def index_value(life: Life) -> None:
    """A value of the index."""
    day = (
        life.day - timedelta(days=life.chance.randint(0, 45))
        if life.late
        else max(life.day, life.all_billed_to() + DAY)
    )
    if day > END or any(since == day for since, _value in life.firm.indexes["CPI"].said):
        return
    value = Decimal(life.chance.randint(950, 1150)) / 10
    life.firm.indexes["CPI"].say(day, value)
    life.entries.append(f'{day} custom "invoice-index" "CPI" {value}\n')


def tax_rate(life: Life) -> None:
    """A tax has another rate from a later day on."""
    day = life.day + timedelta(days=life.chance.choice((1, 10, 40)))
    rates = life.firm.rates["STD"]
    if day > END or any(since >= day for since, _rate in rates.said):
        return
    issue(life)
    rate = Decimal(life.chance.choice(("19", "21", "22.5")))
    rates.say(day, rate)
    life.entries.append(f'{day} custom "invoice-tax" "STD"\n  rate: {rate}\n')


def _rate_changes(life: Life) -> bool:
    """Whether a rate changes: a draft of days to come has the rate of its own day, and is not issued later at another."""
    return len(life.firm.rates["STD"].said) > 1


def work(life: Life) -> None:
    """Hours are worked, and written some days later."""
    contracts = [contract for contract in life.firm.contracts.values() if contract.mode == "time"]
    if not contracts:
        return
    contract = life.chance.choice(contracts)
    day = max(life.day - timedelta(days=life.chance.choice((0, 0, 1, 3, 20))), contract.start)
    account, hours = contract.at(day)["time"], Decimal(life.chance.randint(1, 40)) / 4
    item = "" if contract.at(day).keys() & {"price", "tiers"} else life.chance.choice(("DEV", "OPS"))
    life.firm.work.append(Worked(day, account, hours, item))
    key = f'    item: "{item}"\n' if item else ""
    task = life.chance.choice(("Tests", "Talks", "Tools"))
    life.entries.append(f'{day} * "{task}" #time\n  {account}  {hours} HOUR\n{key}  Equity:Time\n')


def spend(life: Life) -> None:
    """An expense that is to be billed again."""
    contracts = [contract for contract in life.firm.contracts.values() if contract.mode == "time"]
    if contracts:
        spent = Spent(life.day, life.chance.choice(contracts).code, _price(life))
        life.firm.expenses.append(spent)
        key = f'    billable: "{spent.code}"\n'
        life.entries.append(f'{spent.day} * "Train"\n  Expenses:Travel  {spent.amount} EUR\n{key}  Assets:Bank\n')


# documents -------------------------------------------------------------------------------------------------------------


def bill(life: Life) -> None:
    """All that is due is billed, or that of one customer or contract; now or as drafts."""
    chance = life.chance
    until = life.day - timedelta(days=chance.choice((0, 0, 0, 1, 9)))
    drafts = chance.random() < 0.25 and not _rate_changes(life)
    if not drafts:
        issue(life)  # what has a number would deduct a deposit that has none
    if chance.random() < 0.3:
        customer = contract = ""
        match chance.randrange(6):
            case 0:
                customer = chance.choice(CUSTOMERS).rpartition(":")[2]
            case 1:
                contract = chance.choice(["", *sorted(life.firm.contracts)])
        life.command(
            f"bill {customer} --contract {contract} --until {until} --date {life.day}",
            lambda file: billing.bill(file, until, DocumentDating(life.day, drafts), WRITE, customer, contract),
        )
    else:
        book = loaded(life.text)
        waiting, _notices = billed_by.unbilled_lines(book, until)
        names = billed_by.next_draft_names(book) if drafts else billed_by.next_numbers(book)
        made, _notices = billed_by.compose_drafts(book, waiting, life.day, names)
        life.entries += [text.document_transaction(draft) for draft in made]
    life.billed_until = max(life.billed_until, until)


def issue(life: Life) -> None:
    """Drafts become invoices."""
    if any(invoice.draft for invoice in loaded(life.text).invoices):
        life.command(f"issue --date {life.day}", lambda file: issuing.issue(file, (), life.day, WRITE))


def new(life: Life) -> None:
    """An invoice that has nothing to do with any contract."""
    wanted = InvoiceRequest(life.chance.choice(("Acme", "Berg")), ("2 Widget @ 15.50",), "Income:Work")
    life.command("new", lambda file: new_action.new_invoice(file, wanted, DocumentDating(life.day), WRITE))


def credited_numbers(book: Book) -> set[str]:
    """What credit notes correct, and these themselves."""
    return {number for invoice in book.invoices for number in invoice.corrects} | {
        invoice.number for invoice in book.invoices if invoice.corrects
    }


def credit(life: Life) -> None:
    """An invoice of contracts is credited, to be billed again."""
    book = loaded(life.text)
    gone = credited_numbers(book)
    invoices = [
        invoice
        for invoice in book.invoices
        if not invoice.draft
        and invoice.number not in gone
        and invoice.kind == "invoice"
        and any(line.contract for line in invoice.lines)
    ]
    if not invoices:
        return
    number = life.chance.choice(invoices).number
    wanted = crediting.CreditRequest(number, reopen=True)
    life.command(
        f"credit {number} --reopen --date {life.day}",
        lambda file: crediting.credit(file, wanted, DocumentDating(life.day), WRITE),
    )


def days_billed(invoices: Sequence[Invoice], code: str) -> Counter[date]:
    """How often each day of a subscription is billed, less how often it is given back."""
    count: Counter[date] = Counter()
    for invoice in invoices:
        for line in invoice.lines:
            if line.contract == code and line.start and line.end and not is_adjustment(line):
                sign = -1 if (line.quantity if line.quantity is not None else line.net) < 0 else 1
                for step in range((line.end - line.start).days + 1):
                    count[line.start + timedelta(days=step)] += sign
    return count


def is_adjustment(line: object) -> bool:
    """Whether a line changes what billed days came to."""
    return bool(getattr(line, "adjusts", False))


def by_hand(life: Life) -> None:
    """A draft of the next piece of a subscription, written by hand."""
    if _rate_changes(life):
        return
    book = loaded(life.text)
    for code, contract in sorted(life.firm.contracts.items()):
        if contract.mode != "subscription":
            continue
        there = days_billed(book.invoices, code)
        for piece in life.firm.pieces(code, life.day):
            if not there[piece.span.first] and piece.net:
                life.entries.append(_handwritten(life, piece))
                return


def _handwritten(life: Life, piece: Piece) -> str:
    rate = life.firm.rates[piece.tax].at(min(piece.span.last, life.day)) or Decimal(0)
    tax = (piece.net * rate / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    name = f"draft-hand-{life.act.name}"
    order = f'  purchase-order: "{piece.order}"\n' if piece.order != life.firm.orders[piece.account] else ""
    vat = f'  Liabilities:VAT  {-tax} EUR\n    tax: "{piece.tax}"\n' if tax else ""
    return (
        f'{life.day} ! "By hand" ^{name}\n  invoice: "{name}"\n{order}  {piece.account}  {piece.net + tax} EUR\n'
        f'  Income:Work  {-piece.net} EUR\n    text: "Service"\n    quantity: 1\n    price: {piece.net}\n    tax: "{piece.tax}"\n'
        f'    contract: "{piece.code}"\n    from: {piece.span.first}\n    to: {piece.span.last}\n{vat}'
    )


# lives -----------------------------------------------------------------------------------------------------------------

KINDS: dict[str, Callable[[Life], None]] = {
    one.__name__: one
    for one in (
        subscribe,
        engage,
        meter,
        undertake,
        amend,
        item_price,
        index_value,
        tax_rate,
        work,
        spend,
        bill,
        issue,
        new,
        credit,
        by_hand,
    )
}
WEIGHTS = {
    "amend": 40,
    "item_price": 3,
    "index_value": 5,
    "tax_rate": 2,
    "work": 20,
    "spend": 4,
    "issue": 8,
    "new": 2,
    "credit": 4,
    "by_hand": 4,
}


def acts(seed: int) -> list[Act]:
    """The acts of a seed: some agreements, what is amended, worked and billed until the end."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    days = (END - START).days
    kinds = chance.choices([*WEIGHTS], [*WEIGHTS.values()], k=chance.randint(4, 30))
    made = [
        *((chance.randint(0, 120), "subscribe") for _ in range(chance.randint(1, 3))),
        *((chance.randint(0, 60), "engage") for _ in range(chance.randint(0, 2))),
        *((chance.randint(0, 60), "meter") for _ in range(chance.choice((0, 0, 1)))),
        *((chance.randint(0, 100), "undertake") for _ in range(chance.randint(0, 1))),
        *((chance.randint(10, days), kind) for kind in kinds),
        *((day, "bill") for day in _days_of_billing(chance, days)),
    ]
    made.sort(key=lambda one: one[0])
    return [
        Act(name, START + timedelta(days=day), kind, chance.randrange(2**32))
        for name, (day, kind) in enumerate(made, 1)
    ]


def _days_of_billing(chance: random.Random, days: int) -> list[int]:
    """On which of so many days it is billed: each month, each week, late, or now and then."""
    months = [(after(START, "month", number) - START).days for number in range(1, 15)]
    match chance.randrange(4):
        case 0:
            return [day - chance.randint(0, 1) for day in months]
        case 1:
            return [*range(7, days, 7)]
        case 2:
            return [months[place] + chance.randint(0, 12) for place in (3, 4, 8, 12)]
        case _:
            return [chance.randint(20, days) for _ in range(6)]


def lived(those: Sequence[Act], late: bool) -> Life:
    """The life of these acts. `late`: contracts are amended, and values published, when days are billed already."""
    life = Life(late)
    for act in those:
        life.act, life.chance = act, random.Random(act.seed)  # noqa: S311 - no secret
        KINDS[act.kind](life)
    return life
