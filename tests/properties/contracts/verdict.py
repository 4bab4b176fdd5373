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
from beancount_invoicing.actions import bill as command
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book, Invoice, Line
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating
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
            right += [((code, piece.account), piece.net) for piece in firm.pieces(code, END)]
        elif contract.mode == "time" and "every" in contract.at(contract.start):
            right += [((code, one.account), one.net) for one in firm.usage(code, END)[0]]
    metered = {code for code, contract in firm.contracts.items() if "every" in contract.at(contract.start)}
    for hour in firm.hours(END):
        if hour.code and hour.code not in metered and hour.price is not None:
            right.append(((hour.code, hour.customer), hour.quantity * hour.price))
    lines = [
        (invoice, line)
        for invoice, line in billed_lines(book)
        if line.start and not line.expense_date and not line.milestone
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
            added(((piece.code, piece.period.first, piece.account, piece.order, piece.tax), piece.net) for piece in right),
        )  # fmt: skip


def _key(right: Sequence[Piece], invoice: Invoice, line: Line) -> tuple[Any, ...]:
    assert line.start
    period = next(
        (piece.period.first for piece in right if piece.span.first <= line.start <= piece.span.last), line.start
    )
    return line.contract, period, account_of(invoice), order_of(invoice), code_of(line)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def hours(life: Life, book: Book) -> None:
    """Every hour is billed once, to whom its contract was with on its day and at its price; or stays, and is named."""
    metered = [
        code
        for code, contract in life.firm.contracts.items()
        if contract.mode == "time" and "every" in contract.at(contract.start)
    ]
    usage = [life.firm.usage(code, END) for code in metered]
    agree(
        "what a period comes to of",
        added(
            ((line.contract, str(line.start), account_of(invoice), order_of(invoice), code_of(line)), line.net)
            for invoice, line in billed_lines(book)
            if line.contract in metered and line.expense_date is None
        ),
        added(
            ((one.code, one.what, one.account, one.order, one.tax), one.net) for ones, _later in usage for one in ones
        ),
    )
    later = [worked for _those, workeds in usage for worked in workeds]
    capped = {
        code
        for code, contract in life.firm.contracts.items()
        if any("cap" in facts for facts in contract.said.values())
    }
    all_hours = [hour for hour in life.firm.hours(END) if hour.code not in metered]
    worked = [hour for hour in all_hours if hour.code and hour.price is not None]
    right = [hour for hour in worked if hour.code not in capped]
    lines = [
        (invoice, line)
        for invoice, line in billed_lines(book)
        if life.firm.contracts[line.contract].mode == "time"
        and line.contract not in metered
        and line.expense_date is None
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
        added(
            ((hour.code, hour.customer, hour.order, hour.tax, hour.item, hour.price), hour.quantity) for hour in right
        ),
    )
    left = [(hour.account, hour.quantity) for hour in all_hours if hour not in worked]
    left += [(worked.account, worked.quantity) for worked in later]
    accounts = {hour.account for hour in worked if hour.code in capped}
    agree(
        "left on", added(((work.account,), work.quantity) for work in book.work if work.account not in accounts),
        added(((account,), quantity) for account, quantity in left if account not in accounts),
    )  # fmt: skip
    for code in sorted(capped):
        whole = sum((hour.quantity * (hour.price or ZERO) for hour in worked if hour.code == code), ZERO)
        net = sum((line.net for _invoice, line in lines if line.contract == code), ZERO)
        same(f"net of {code} up to its cap", net, min(whole, life.firm.contracts[code].at(END)["cap"]))


def _price(line: Line) -> Decimal:
    """What a unit costs, less the discount."""
    return cents((line.price or ZERO) * (100 - (line.discount or ZERO)) / 100)


def singles(life: Life, book: Book) -> None:
    """Every expense and milestone is billed once, by the contract of its day; deposits are deducted as far as invoices reach."""
    firm = life.firm
    fixed = [code for code, contract in firm.contracts.items() if contract.mode == "fixed"]
    right = [*firm.billed_again(END), *(stage for code in fixed for stage in firm.stages(code, END))]
    agree(
        "net of",
        added(
            (
                (
                    line.contract,
                    line.milestone or f"{line.expense_date} {line.expense_amount}",
                    account_of(invoice),
                    order_of(invoice),
                    code_of(line),
                ),
                line.net,
            )
            for invoice, line in billed_lines(book)
            if line.milestone or line.expense_date
        ),
        added(((one.code, one.what, one.account, one.order, one.tax), one.net) for one in right),
    )
    deposits = {(milestone.code, milestone.name) for milestone in firm.milestones if milestone.deposit}
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
    taken = sum(
        (deduction.amount for invoice in book.invoices for deduction in invoice.deductions if not deduction.tax), ZERO
    )
    same(f"deducted of deposits of {asked}", taken, reached)


def taxes(life: Life, book: Book) -> None:
    """The tax of each document is that of its lines, each at the rate of its supply, as far as it was over by then."""
    days = {(milestone.code, milestone.name): milestone.day for milestone in life.firm.milestones}
    for invoice in book.invoices:
        if invoice.corrects:
            continue
        nets: list[tuple[Any, Decimal]] = []
        for line in invoice.lines:
            own = line.supplied_on or days.get((line.contract, line.milestone)) or line.expense_date or line.end
            day = invoice.date if invoice.kind == "deposit" else own or invoice.date
            nets.append(((code_of(line), life.firm.rates[code_of(line)].at(min(day, invoice.date))), line.net))
        right = sum((cents(net * (rate or ZERO) / 100) for (_code, rate), net in added(nets).items()), ZERO)
        same(f"tax of {invoice.number}", sum((tax.amount for tax in invoice.taxes), ZERO), right)


def named(life: Life, book: Book) -> None:
    """What of the time stays on its account, less that of periods that are not over, is named with its rule and place."""
    metered = [
        code
        for code, contract in life.firm.contracts.items()
        if contract.mode == "time" and "every" in contract.at(contract.start)
    ]
    running = sum((worked.quantity for code in metered for worked in life.firm.usage(code, END)[1]), ZERO)
    stays = sum((work.quantity for work in book.work), ZERO) - running
    notices = [notice for notice in billing.unbilled_lines(book, END)[1] if notice.rule in LEFT_OUT]
    said = sum((Decimal(number) for notice in notices for number in re.findall(r"([\d.]+) HOUR", notice.message)), ZERO)
    same("hours that are named as not billed", said, stays)
    for notice in notices:
        if not notice.source:
            raise Differs(f"no place is said of {notice.message}")


LEFT_OUT = {"time-without-contract", "outside-contract", "over-cap"}
"""Rules of the time that a life may leave unbilled."""


def nothing_is_left(book: Book) -> None:
    """Billing again has nothing to do."""
    waiting, _notices = billing.unbilled_lines(book, END)
    documents, _more = billing.compose_drafts(book, waiting, END, billing.next_numbers(book))
    if documents:
        lines = [
            f"{line.contract} {line.start} {line.end} {line.net}" for document in documents for line in document.lines
        ]
        raise Differs(f"billed, and bill has more: {lines}")


def nothing_later_is_known(life: Life, book: Book, day: date) -> None:
    """Reports at a day say the same whether or not the later entries are there; milestones are planned, and known before."""
    known = [
        entry for entry in life.entries if entry[:10] <= day.isoformat() or ' custom "invoice-milestone"' in entry[:40]
    ]
    then = loaded(PRELUDE + "\n" + "\n".join(known))
    for what, report in (("unbilled", _unbilled), ("contracts", _contracts)):
        one, other = report(book, day), report(then, day)
        if one != other:
            here, there = [each for each in one if each not in other], [each for each in other if each not in one]
            raise Differs(f"{what} on {day}: {here[:2]}, in a ledger that ends that day {there[:2]}")


def _unbilled(book: Book, day: date) -> list[Any]:
    return [
        (
            line.kind,
            line.contract.code,
            line.customer,
            line.line.start,
            line.line.end,
            line.line.quantity,
            line.line.net,
        )
        for line in billing.unbilled_lines(billing.book_at_cutoff(book, day), day)[0]
    ]


def _contracts(book: Book, day: date) -> list[Any]:
    return [
        (
            status.contract.code,
            status.customer,
            status.price,
            status.billed,
            status.unbilled,
            status.unbilled_price,
            status.next_due,
            status.ends,
        )
        for status in billing.contract_statuses(book, day, billing.ContractFilter())
        if status.contract.start <= day
    ]


def verify(life: Life, seed: int) -> None:
    """Raises Differs where something that must always hold does not."""
    life.act = Act(0, END, "", 0)
    issue(life)
    for number in range(2):
        outcome = life.command(
            f"bill --until {END}", lambda file: command.bill(file, END, DocumentDating(END), WriteOptions(write=True))
        )
        if number and outcome.documents:
            raise Differs(f"bill, said again, bills {outcome.text}")
    book = loaded(life.text)
    undecided = set()
    for finding in check(book):
        if finding.severity == "error" or finding.rule not in EXPECTED | (UNDECIDED if life.late else frozenset()):
            raise Differs(f"check: {finding.severity}, {finding.rule}: {finding.message} (line {finding.source.line})")
        undecided |= {
            code for code in life.firm.contracts if finding.rule in UNDECIDED and code in finding.message.split()
        }
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
    days = sorted({entry[:10] for entry in life.entries})
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
