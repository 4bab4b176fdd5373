"""A life is played to its end and billed; what was billed is held against what each day and hour was worth."""

from __future__ import annotations

import random
import re
import traceback
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from beancount_invoicing import billing
from beancount_invoicing.actions import billing as command
from beancount_invoicing.actions.writing import How
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book, Invoice, Line
from tests.properties.contracts.acts import acts, days_billed, issue, lived
from tests.properties.contracts.life import END, PRELUDE, Act, Life, Refusal, loaded
from tests.properties.contracts.model import CENT, ZERO, Piece, cents

EXPECTED = frozenset({"time-without-contract", "outside-contract", "over-cap", "not-billed", "handed-back"})
"""The warnings that a life may have."""

UNDECIDED = frozenset({"billed-otherwise", "billed-after-end"})
"""Those by which a life with late changes leaves something to a person, who decides."""


class Differs(Exception):
    """What is billed, or said, is not what is right."""


def same(what: str, said: object, right: object) -> None:
    """Raises Differs unless what is said is right."""
    if said != right:
        raise Differs(f"{what}: {said}, right is {right}")


def added(pairs: Iterable[tuple[Any, Decimal]]) -> dict[Any, Decimal]:
    """Sums by key, without those that are zero."""
    sums: defaultdict[Any, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in pairs:
        sums[key] += amount
    return {key: amount for key, amount in sums.items() if amount}


def agree(what: str, said: dict[Any, Decimal], right: dict[Any, Decimal]) -> None:
    """Raises Differs with the first figure that is another one."""
    for key in sorted({*said, *right}, key=str):
        same(f"{what} {'  '.join(map(str, key))}", said.get(key, ZERO), right.get(key, ZERO))


def billed_lines(book: Book) -> list[tuple[Invoice, Line]]:
    """The lines that bill contracts."""
    return [(invoice, line) for invoice in book.invoices for line in invoice.lines if line.contract]


def account_of(invoice: Invoice) -> str:
    """The customer's account that a document stands on."""
    return invoice.instalments[0].account


def code_of(line: Line) -> str:
    """The tax code of a line, which says its rate where a newer one is there."""
    return line.tax.partition(" ")[0]


def order_of(invoice: Invoice) -> str:
    """The purchase order that a document names."""
    assert invoice.customer
    return invoice.customer.purchase_order


def in_all(life: Life, book: Book, undecided: Collection[str]) -> None:
    """In a life where changes come late, what each contract came to for each customer is right in the end, adjustments with it.

    A cent is left for each line, as days that were billed apart are rounded apart; what `check` leaves to a person is left out, and
    so are caps, expenses and milestones, which are not adjusted.
    """
    firm = life.firm
    right: list[tuple[Any, Decimal]] = []
    for code, contract in firm.contracts.items():
        if contract.mode == "subscription":
            right += [((code, one.account), one.net) for one in firm.pieces(code, END)]
        elif contract.mode == "time" and "every" in contract.at(contract.start):
            right += [((code, one.account), one.net) for one in firm.usage(code, END)[0]]
    metered = {code for code, one in firm.contracts.items() if "every" in one.at(one.start)}
    for hour in firm.hours(END):
        if hour.code and hour.code not in metered and hour.price is not None:
            right.append(((hour.code, hour.customer), hour.quantity * hour.price))
    lines = [
        (invoice, line)
        for invoice, line in billed_lines(book)
        if line.start and not line.expense and not line.milestone
    ]
    said = added(((line.contract, account_of(invoice)), line.net) for invoice, line in lines)
    there = Counter(line.contract for _invoice, line in lines)
    due = added(right)
    for key in sorted({*said, *due}):
        code = key[0]
        if code in undecided or "cap" in firm.contracts[code].at(END):
            continue
        if abs(said.get(key, ZERO) - due.get(key, ZERO)) > CENT * there[code]:
            same(f"in all {'  '.join(key)}", said.get(key, ZERO), due.get(key, ZERO))


def subscriptions(life: Life, book: Book) -> None:
    """Every day is billed once: to whom the contract was with on it, under its order and tax, for what its piece comes to."""
    for code, contract in life.firm.contracts.items():
        if contract.mode != "subscription":
            continue
        right = life.firm.pieces(code, END)
        days = Counter(day for piece in right if piece.net for day in _days(piece.span.first, piece.span.last))
        count = days_billed(book.invoices, code)
        for day in sorted({*days, *count}):
            same(f"{code}, {day} is billed times", count[day], days[day])
        lines = [(invoice, line) for invoice, line in billed_lines(book) if line.contract == code]
        agree(
            "net of", added((_key(right, invoice, line), line.net) for invoice, line in lines),
            added(((one.code, one.period.first, one.account, one.order, one.tax), one.net) for one in right),
        )  # fmt: skip


def _key(right: Sequence[Piece], invoice: Invoice, line: Line) -> tuple[Any, ...]:
    assert line.start
    period = next((one.period.first for one in right if one.span.first <= line.start <= one.span.last), line.start)
    return line.contract, period, account_of(invoice), order_of(invoice), code_of(line)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def hours(life: Life, book: Book) -> None:
    """Every hour is billed once, to whom its contract was with on its day and at its price; or stays, and is named."""
    metered = [code for code, one in life.firm.contracts.items() if one.mode == "time" and "every" in one.at(one.start)]
    usage = [life.firm.usage(code, END) for code in metered]
    agree(
        "what a period comes to of",
        added(
            ((line.contract, str(line.start), account_of(invoice), order_of(invoice), code_of(line)), line.net)
            for invoice, line in billed_lines(book)
            if line.contract in metered and line.expense is None
        ),
        added(
            ((one.code, one.what, one.account, one.order, one.tax), one.net) for those, _later in usage for one in those
        ),
    )
    later = [one for _those, those in usage for one in those]
    capped = {code for code, one in life.firm.contracts.items() if any("cap" in facts for facts in one.said.values())}
    all_hours = [one for one in life.firm.hours(END) if one.code not in metered]
    worked = [one for one in all_hours if one.code and one.price is not None]
    right = [one for one in worked if one.code not in capped]
    lines = [
        (invoice, line)
        for invoice, line in billed_lines(book)
        if life.firm.contracts[line.contract].mode == "time" and line.contract not in metered and line.expense is None
    ]
    agree(
        "hours of",
        added(
            (
                (line.contract, account_of(invoice), order_of(invoice), code_of(line), line.item, _price(line)),
                line.quantity or ZERO,
            )
            for invoice, line in lines
            if line.contract not in capped
        ),
        added(((one.code, one.customer, one.order, one.tax, one.item, one.price), one.quantity) for one in right),
    )
    left = [(one.account, one.quantity) for one in all_hours if one not in worked]
    left += [(one.account, one.quantity) for one in later]
    accounts = {one.account for one in worked if one.code in capped}
    agree(
        "left on", added(((one.account,), one.quantity) for one in book.work if one.account not in accounts),
        added(((account,), quantity) for account, quantity in left if account not in accounts),
    )  # fmt: skip
    for code in sorted(capped):
        whole = sum((one.quantity * (one.price or ZERO) for one in worked if one.code == code), ZERO)
        net = sum((line.net for _invoice, line in lines if line.contract == code), ZERO)
        same(f"net of {code} up to its cap", net, min(whole, life.firm.contracts[code].at(END)["cap"]))


def _price(line: Line) -> Decimal:
    """What a unit costs, less the discount."""
    return cents((line.price or ZERO) * (100 - (line.discount or ZERO)) / 100)


def singles(life: Life, book: Book) -> None:
    """Every expense and milestone is billed once, by the contract of its day; deposits are deducted as far as invoices reach."""
    firm = life.firm
    fixed = [code for code, one in firm.contracts.items() if one.mode == "fixed"]
    right = [*firm.billed_again(END), *(one for code in fixed for one in firm.stages(code, END))]
    agree(
        "net of",
        added(
            (
                (
                    line.contract,
                    line.milestone or f"{line.expense} {line.cost}",
                    account_of(invoice),
                    order_of(invoice),
                    code_of(line),
                ),
                line.net,
            )
            for invoice, line in billed_lines(book)
            if line.milestone or line.expense
        ),
        added(((one.code, one.what, one.account, one.order, one.tax), one.net) for one in right),
    )
    deposits = {(one.code, one.name) for one in firm.milestones if one.deposit}
    asked = sum((one.net for one in right if (one.code, one.what) in deposits), ZERO)
    reached = sum(
        (
            min(
                sum((one.net for one in right if one.code == code and (code, one.what) in deposits), ZERO),
                sum((one.net for one in right if one.code == code and (code, one.what) not in deposits), ZERO),
            )
            for code in fixed
        ),
        ZERO,
    )
    taken = sum((one.amount for invoice in book.invoices for one in invoice.deductions if not one.tax), ZERO)
    same(f"deducted of deposits of {asked}", taken, reached)


def taxes(life: Life, book: Book) -> None:
    """The tax of each document is that of its lines, each at the rate of its supply, as far as it was over by then."""
    days = {(one.code, one.name): one.day for one in life.firm.milestones}
    for invoice in book.invoices:
        if invoice.corrects:
            continue
        nets: list[tuple[Any, Decimal]] = []
        for line in invoice.lines:
            own = line.delivered or days.get((line.contract, line.milestone)) or line.expense or line.end
            day = invoice.date if invoice.kind == "deposit" else own or invoice.date
            nets.append(((code_of(line), life.firm.rates[code_of(line)].at(min(day, invoice.date))), line.net))
        right = sum((cents(net * (rate or ZERO) / 100) for (_code, rate), net in added(nets).items()), ZERO)
        same(f"tax of {invoice.number}", sum((one.amount for one in invoice.taxes), ZERO), right)


def named(life: Life, book: Book) -> None:
    """What of the time stays on its account, less that of periods that are not over, is named with its rule and place."""
    metered = [code for code, one in life.firm.contracts.items() if one.mode == "time" and "every" in one.at(one.start)]
    running = sum((one.quantity for code in metered for one in life.firm.usage(code, END)[1]), ZERO)
    stays = sum((one.quantity for one in book.work), ZERO) - running
    notices = [one for one in billing.waiting(book, END)[1] if one.rule in LEFT_OUT]
    said = sum((Decimal(number) for one in notices for number in re.findall(r"([\d.]+) HOUR", one.message)), ZERO)
    same("hours that are named as not billed", said, stays)
    for one in notices:
        if not one.source:
            raise Differs(f"no place is said of {one.message}")


LEFT_OUT = {"time-without-contract", "outside-contract", "over-cap"}
"""Rules of the time that a life may leave unbilled."""


def nothing_is_left(book: Book) -> None:
    """Billing again has nothing to do."""
    waiting, _notices = billing.waiting(book, END)
    documents, _more = billing.documents(book, waiting, END, billing.numbers(book))
    if documents:
        lines = [f"{line.contract} {line.start} {line.end} {line.net}" for one in documents for line in one.lines]
        raise Differs(f"billed, and bill has more: {lines}")


def nothing_later_is_known(life: Life, book: Book, day: date) -> None:
    """Reports at a day say the same whether or not the later entries are there; milestones are planned, and known before."""
    known = [one for one in life.entries if one[:10] <= day.isoformat() or ' custom "invoice-milestone"' in one[:40]]
    then = loaded(PRELUDE + "\n" + "\n".join(known))
    for what, report in (("unbilled", _unbilled), ("contracts", _contracts)):
        one, other = report(book, day), report(then, day)
        if one != other:
            here, there = [each for each in one if each not in other], [each for each in other if each not in one]
            raise Differs(f"{what} on {day}: {here[:2]}, in a ledger that ends that day {there[:2]}")


def _unbilled(book: Book, day: date) -> list[Any]:
    return [
        (one.what, one.contract.code, one.customer, one.line.start, one.line.end, one.line.quantity, one.line.net)
        for one in billing.waiting(billing.cut_off(book, day), day)[0]
    ]


def _contracts(book: Book, day: date) -> list[Any]:
    return [
        (one.contract.code, one.customer, one.price, one.billed, one.unbilled, one.left, one.next_due, one.ends)
        for one in billing.standings(book, day, billing.Wanted())
        if one.contract.start <= day
    ]


def verify(life: Life, seed: int) -> None:
    """Raises Differs where something that must always hold does not."""
    life.act = Act(0, END, "", 0)
    issue(life)
    for number in range(2):
        outcome = life.command(
            f"bill --until {END}", lambda file: command.bill(file, END, command.Dating(END), How(write=True))
        )
        if number and outcome.documents:
            raise Differs(f"bill, said again, bills {outcome.text}")
    book = loaded(life.text)
    undecided = set()
    for one in check(book):
        if one.severity == "error" or one.rule not in EXPECTED | (UNDECIDED if life.late else frozenset()):
            raise Differs(f"check: {one.severity}, {one.rule}: {one.message} (line {one.source.line})")
        undecided |= {code for code in life.firm.contracts if one.rule in UNDECIDED and code in one.message.split()}
    if life.late:
        in_all(life, book, undecided)
    else:
        subscriptions(life, book)
        hours(life, book)
        singles(life, book)
    taxes(life, book)
    named(life, book)
    nothing_is_left(book)
    chance = random.Random(seed)  # noqa: S311 - no secret
    days = sorted({one[:10] for one in life.entries})
    for day in chance.sample(days, min(3, len(days))):
        nothing_later_is_known(life, book, date.fromisoformat(day))


def is_late(seed: int) -> bool:
    """Whether in the life of a seed changes come when days are billed already."""
    return seed % 2 == 1


def complaint(those: Sequence[Act], seed: int) -> str:
    """What is wrong with the life of these acts; "" where nothing is."""
    try:
        verify(lived(those, is_late(seed)), seed)
    except (Differs, Refusal) as error:
        return str(error)
    except Exception:  # a crash of the product is a failing life too: it is shortened and told like any other
        return traceback.format_exc(limit=-4)
    return ""


def kind_of(complaint: str) -> str:
    """What a complaint is about, without its figures: a life is made short as long as it says the same."""
    return re.sub(r"[^a-z ]", "", complaint)[:16]


def shortened(those: Sequence[Act], seed: int, said: str) -> list[Act]:
    """The acts of a life that fails, less those without which it fails as well."""
    kept = list(those)
    size = len(kept)
    while size:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + size :]
            if kind_of(complaint(fewer, seed)) == kind_of(said):
                kept = fewer
            else:
                start += size
        size //= 2
    return kept


def failure(seed: int) -> str:
    """Plays the life of a seed: "" where all holds, else what does not, with the shortest ledger found for it."""
    those = acts(seed)
    if not (said := complaint(those, seed)):
        return ""
    fewer = shortened(those, seed, said)
    said = complaint(fewer, seed)
    try:
        life = lived(fewer, is_late(seed))
        with suppress(Differs, Refusal):
            verify(life, seed)
        text = "\n".join(life.entries)
    except Refusal as error:
        text = "\n".join(error.entries)
    return f"{said}\n\n{text}\nseed {seed}: python -m proofs.contracts --seed {seed} --lives 1"
