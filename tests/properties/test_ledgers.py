"""What must always hold, on generated ledgers, through Beancount's own loader."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

from beancount import loader
from beancount.core.data import Transaction
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.answers.documents import explanation_steps
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Aging, Basis, aging, allocate, positions, statements
from beancount_invoicing.receivables.aging import needed_for_aging
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import PRELUDE

START = date(2026, 1, 1)
ACCOUNTS = ("Assets:Receivable:Acme", "Assets:Receivable:Acme:Doubtful", "Assets:Receivable:Kiefer")
amounts = st.integers(min_value=1, max_value=40000).map(lambda cents: Decimal(cents) / 100)
days = st.integers(min_value=0, max_value=120).map(lambda day: START + timedelta(days=day))
currencies = st.sampled_from(("EUR", "EUR", "GBP"))


@dataclass(frozen=True)
class Part:
    """One directive of a generated ledger; `names` are the documents that it names."""

    day: date
    text: str
    names: tuple[str, ...] = ()


@st.composite
def invoice(draw: st.DrawFn, number: str) -> Part:
    day, net, currency = draw(days), draw(amounts), draw(currencies)
    account = draw(st.sampled_from(ACCOUNTS))
    tax = (net * 20 / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    kind = draw(st.sampled_from(("invoice", "invoice", "invoice", "credit", "draft", "instalments", "part-paid")))
    sign = -1 if kind == "credit" else 1
    flag, name = ("!", f"draft-{number}") if kind == "draft" else ("*", number)
    lines = [f'{day} {flag} "Generated" ^{number}', f'  invoice: "{name}"']
    if kind == "credit" and draw(st.booleans()):
        lines.append(f'  corrects: "N{draw(st.integers(0, 5))}"')
    if kind == "instalments":
        lines.append('  terms: "30% on receipt; 70% 60 days"')
    lines.append(f"  {account}  {sign * (net + tax)} {currency}")
    if kind == "part-paid":
        part = draw(amounts)
        lines += [f"  {account}  {-part} {currency}", f"  Assets:Bank  {part} {currency}"]
    lines += [f"  Income:Services  {-sign * net} {currency}", '    text: "Work"', '    tax: "FR20"']
    lines += [f"  Liabilities:VAT  {-sign * tax} {currency}", '    tax: "FR20"']
    return Part(day, "\n".join(lines))


@st.composite
def movement(draw: st.DrawFn) -> Part:
    day, amount, currency = draw(days), draw(amounts), draw(currencies)
    account = draw(st.sampled_from(ACCOUNTS))
    links = "".join(f" ^N{n}" for n in draw(st.lists(st.integers(0, 5), max_size=2, unique=True)))
    settles = draw(st.one_of(st.none(), st.integers(0, 5)))
    named = f'\n    settles: "N{settles}"' if settles is not None else ""
    match draw(st.integers(0, 6)):
        case 0:  # a debit: a reversal, refund, or nothing of the kind
            legs = f"  {account}  {amount} {currency}{named}\n  Assets:Bank  {-amount} {currency}"
        case 1:  # between accounts of one customer
            legs = f"  {ACCOUNTS[0]}  {-amount} {currency}{named}\n  {ACCOUNTS[1]}  {amount} {currency}"
        case 2:
            legs = f"  {account}  {-amount} {currency}{named}\n  Expenses:BadDebt  {amount} {currency}"
            links += " #write-off"
        case 3:  # one payment of what stands on two accounts of one customer
            other = draw(amounts)
            legs = (
                f"  {ACCOUNTS[0]}  {-amount} {currency}{named}\n  {ACCOUNTS[1]}  {-other} {currency}\n"
                f"  Assets:Bank  {amount + other} {currency}"
            )
        case _:
            legs = f"  {account}  {-amount} {currency}{named}\n  Assets:Bank  {amount} {currency}"
    text = f'{day} * "Generated"{links}\n{legs}'
    return Part(day, text, tuple(re.findall(r"\bN\d", text)))


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Part, ...]:
    documents = [draw(invoice(f"N{n}")) for n in range(draw(st.integers(1, 6)))]
    movements = draw(st.lists(movement(), max_size=8))
    option = [Part(START, f'{START} custom "invoice-option" "allocate" "oldest"')] if draw(st.booleans()) else []
    return (*option, *documents, *movements)


def loaded(parts: tuple[Part, ...]) -> tuple[Book, list[Any]]:
    entries, _errors, options = loader.load_string(PRELUDE + "\n\n".join(part.text for part in parts))
    return read_book(entries, options), entries


def balances(entries: list[Any], as_of: date) -> dict[tuple[str, str], Decimal]:
    """What Beancount's own entries add up to on the customers' accounts, without anything of ours."""
    result: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        if isinstance(entry, Transaction) and entry.date <= as_of:
            for posting in entry.postings:
                units = posting.units
                if posting.account in ACCOUNTS and units is not None and units.number is not None:
                    result[posting.account, units.currency] += units.number
    return {key: amount for key, amount in result.items() if amount}


def figures(report: Aging) -> Any:
    return report.rows, report.totals, report.ledger


def lines(book: Book, day: date) -> Any:
    """What statements say, but for places in files."""
    return [
        (statement.customer.account, currency.currency, [(e.date, e.kind, e.number, e.amount, e.balance) for e in currency.entries],
         [(i.number, i.date, i.due, i.open, i.days_late) for i in currency.open])
        for statement in statements(book, day)
        for currency in statement.currencies
    ]  # fmt: skip


AS_OF = (START + timedelta(days=30), START + timedelta(days=75), START + timedelta(days=300))


@given(ledgers())
def test_the_aged_balance_meets_the_ledger(parts: tuple[Part, ...]) -> None:
    book, entries = loaded(parts)
    for day in AS_OF:
        report = aging(book, day)
        sums = {(row.account, row.currency): row.total + row.drafts for row in report.rows}
        assert {key: amount for key, amount in sums.items() if amount} == balances(entries, day)


@given(ledgers())
def test_what_is_open_is_enough_for_the_aged_balance(parts: tuple[Part, ...]) -> None:
    book, _entries = loaded(parts)
    allocated = allocate(book, book.last_date)
    open_book, open_allocated = needed_for_aging(book, allocated)
    for day in (book.last_date, book.last_date + timedelta(days=50)):
        for basis in get_args(Basis):
            whole = aging(book, day, basis=basis, allocated=allocated)
            assert repr(aging(open_book, day, basis=basis, allocated=open_allocated)) == repr(whole)


@given(ledgers(), days, days)
def test_a_statement_goes_from_the_ledger_s_balance_to_the_ledger_s_balance(
    parts: tuple[Part, ...], one: date, other: date
) -> None:
    """What drafts bring stands apart: it is no part of any balance that a customer sees."""
    book, entries = loaded(parts)
    since, as_of = sorted((one, other))
    before, after = (owed(book, entries, day) for day in (since - timedelta(days=1), as_of))
    found = statements(book, as_of, since)
    accounts = {
        (statement.customer.account, account.currency): account
        for statement in found
        for account in statement.currencies
    }
    assert {key for key, amount in after.items() if amount} <= accounts.keys()
    drafts_before = {
        (statement.customer.account, account.currency): account.drafts
        for statement in statements(book, since - timedelta(days=1))
        for account in statement.currencies
    }
    for key, account in accounts.items():
        assert account.opening + drafts_before.get(key, ZERO) == before.get(key, ZERO)
        assert account.closing + account.drafts == after.get(key, ZERO)
        assert account.opening + sum((entry.amount for entry in account.entries), ZERO) == account.closing
        assert sum((item.open for item in account.open), ZERO) == account.closing == account.aging.total
        balance = account.opening
        for entry in account.entries:
            balance += entry.amount
            assert entry.balance == balance
            assert since <= entry.date <= as_of
        for step in account.steps:
            assert recompute(step) == step.result, step


def owed(book: Book, entries: list[Any], as_of: date) -> dict[tuple[str, str], Decimal]:
    """The ledger's balances by customer and currency."""
    result: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for (account, currency), amount in balances(entries, as_of).items():
        result[book.main_accounts[account], currency] += amount
    return result


def paid(entries: list[Any]) -> list[tuple[date, str, Decimal]]:
    """What touches a customer's account beside the bank or a loss, also on two accounts at once: payments, no transfers."""
    result = []
    for entry in entries:
        if isinstance(entry, Transaction) and "invoice" not in entry.meta:
            legs = [posting for posting in entry.postings if posting.account in ACCOUNTS]
            amounts = [leg.units.number for leg in legs if leg.units is not None and leg.units.number is not None]
            if len(legs) < len(entry.postings):
                result += [(entry.date, leg.account, amount) for leg, amount in zip(legs, amounts, strict=True)]
    return sorted(result)


@given(ledgers())
def test_everything_is_allocated_once_or_unallocated_once(parts: tuple[Part, ...]) -> None:
    book, entries = loaded(parts)
    assert sorted(
        (payment.date, payment.account, payment.amount) for payment in book.payments if not payment.at_once
    ) == paid(entries)
    for day in AS_OF:
        allocated = allocate(book, day)
        for claim in allocated.open_items:
            assert claim.open * claim.amount >= 0, "a claim never turns round"
            assert abs(claim.open) <= abs(claim.amount)
        for payment, left in allocated.unallocated:
            assert abs(left) <= abs(payment.amount)
            assert left * payment.amount > 0
        for position in positions(book, day):
            assert sum((allocation.amount for allocation in position.allocations), ZERO) == position.settled
            assert position.settled + position.open == position.payable
            assert sum((instalment.open for instalment in position.instalments), ZERO) == position.open


@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_no_figure(parts: tuple[Part, ...], chance: random.Random) -> None:
    shuffled = list(parts)
    chance.shuffle(shuffled)
    book, _ = loaded(parts)
    other, _ = loaded(tuple(shuffled))
    for day in AS_OF:
        assert figures(aging(book, day)) == figures(aging(other, day))
        assert lines(book, day) == lines(other, day)
        one = [(p.invoice.number, p.settled, p.open, p.status, p.due) for p in positions(book, day)]
        assert one == [(p.invoice.number, p.settled, p.open, p.status, p.due) for p in positions(other, day)]


@given(ledgers())
def test_nothing_later_changes_an_earlier_report(parts: tuple[Part, ...]) -> None:
    # a payment that names a document of a later day is not assumed to settle another until then, so here it names it in time
    dated = {number: part.day for part in parts for number in re.findall(r'invoice: "(?:draft-)?(N\d)"', part.text)}
    parts = tuple(part for part in parts if all(dated.get(name, START) <= part.day for name in part.names))
    whole, _ = loaded(parts)
    for day in AS_OF:
        before, _ = loaded(tuple(part for part in parts if part.day <= day))
        assert figures(aging(whole, day)) == figures(aging(before, day))


@given(ledgers())
def test_figures_are_recomputed_from_their_steps(parts: tuple[Part, ...]) -> None:
    book, _ = loaded(parts)
    for position in positions(book, AS_OF[-1]):
        for step in explanation_steps(position):
            assert recompute(step) == step.result, step
