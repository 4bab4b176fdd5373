"""Firms drawn by chance, whose statements are imported from files: what must hold after each import, in words where it does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.actions.bank_entries import AccountBalances, movements_on
from beancount_invoicing.actions.bank_files import statements_of_accounts
from beancount_invoicing.actions.bank_import import BankImport, import_statements
from beancount_invoicing.bank.statements import AccountStatement, StatementLine
from beancount_invoicing.ledger import check_loading
from beancount_invoicing.loading import loader
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import aging, tax_due
from beancount_invoicing.writing.changes import WriteOptions
from tests.bank.firms import START, Firm, TrueLine, draw_firm
from tests.bank.statement_writers import TABLE, WRITERS, period
from tests.ledgers import PRELUDE

BANK = "Assets:Bank"
FIRST, LAST = START + timedelta(days=44), START + timedelta(days=95)
_AUTOMATIC = frozenset({"book", "return"})
_OPTIONS = """
2025-01-02 custom "invoice-option" "number" "ZZ{seq}"
2025-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2025-01-01 custom "invoice-option" "default-tax" "Z"
2025-01-01 custom "invoice-option" "discount-account" Income:Discounts
2025-01-01 custom "invoice-option" "fee-account" Expenses:Office
"""


class ImportVerdict(NamedTuple):
    """What did not hold, in words; and how many lines were read, and booked, of which format."""

    wrong: tuple[str, ...]
    lines: Counter[str]
    booked: Counter[str]


def imported_firm(seed: int, folder: Path) -> ImportVerdict:
    """The firm of a seed: its statement in one format, once more, in another one, and (in a ledger of its own) in two files that
    overlap. The folder is used up."""
    firm = draw_firm(seed)
    names = list(WRITERS)
    name, other = names[seed % len(names)], names[(seed // len(names) + seed + 1) % len(names)]
    wrong: list[str] = []
    ledger = _written(folder / "whole", firm)
    opening = _balance(ledger)
    lines = [true.line for true in firm.lines]
    whole = _file(ledger, name, opening, lines, FIRST, LAST)
    done = _import(ledger, whole)
    wrong += _links(firm.lines, done)
    wrong += _state(ledger, opening + sum((line.amount for line in lines), Decimal(0)), done)
    wrong += _unchanged(ledger, whole, "the same file again")
    in_other_format = _file(ledger, other, opening, lines, FIRST, LAST)
    if name == "camt053.xml":  # nothing says more
        wrong += _unchanged(ledger, in_other_format, f"the same as {other}")
    _import(ledger, in_other_format)
    wrong += _unchanged(ledger, in_other_format, f"{other} again")
    wrong += (f"with {other}, {text}" for text in _doubled(ledger, firm))
    apart = _written(folder / "apart", firm)
    middle, end = FIRST + timedelta(days=20), FIRST + timedelta(days=30)
    before = sum((line.amount for line in lines if line.date < middle), Decimal(0))
    first = _file(apart, f"1-{name}", opening, lines, FIRST, end)
    second = _file(apart, f"2-{name}", opening + before, lines, middle, LAST)
    for file in (first, second):
        _import(apart, file)
    wrong += _once(apart)
    wrong += _doubled(apart, firm)
    _import(apart, first)  # what the second one brought may have made a line of the first one certain
    wrong += _unchanged(apart, first, "the first of two that overlap, again")
    wrong += _doubled(apart, firm)
    wrong += _unchanged(apart, second, "the second of two that overlap, again")
    count = Counter({name: len(done.lines)})
    booked = Counter({name: sum(line.is_booked for line in done.lines)})
    return ImportVerdict(tuple(f"seed {seed}, {name}: {text}" for text in wrong), count, booked)


def _written(folder: Path, firm: Firm) -> Path:
    folder.mkdir(parents=True)
    file = folder / "main.beancount"
    file.write_text(f'{PRELUDE}{_OPTIONS}{TABLE}{firm.ledger}\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def _file(ledger: Path, name: str, opening: Decimal, lines: Sequence[StatementLine], since: date, until: date) -> Path:
    file = ledger.with_name(name)
    writer = WRITERS[re.sub(r"^\d-", "", name)]
    file.write_bytes(writer(period(opening, lines, since, until)))
    return file


def _import(ledger: Path, file: Path) -> BankImport:
    def statements_of(book: Book) -> list[AccountStatement]:
        return [AccountStatement(account, found) for found, account in statements_of_accounts(book, [file])]

    return import_statements(ledger, statements_of, WriteOptions(write=True))


def _balance(ledger: Path) -> Decimal:
    return AccountBalances(loader.load(str(ledger)).entries, {BANK}).at(BANK, "EUR", LAST)


def _links(true_lines: Sequence[TrueLine], done: BankImport) -> Iterator[str]:
    """What is booked without asking, against the truth."""
    if len(true_lines) != len(done.lines):
        yield f"{len(done.lines)} lines were read, {len(true_lines)} written"
        return
    for true, line in zip(true_lines, done.lines, strict=True):
        if line.proposal.line.amount != true.line.amount:
            yield f"{line.proposal.line} was read for {true.line}"
        elif line.is_booked:
            found = {settled.number: settled.amount for settled in line.proposal.settlements}
            if found != true.settles:
                yield f"{true} was booked for {found}: {line.proposal.evidence}"


def _state(ledger: Path, closing: Decimal, done: BankImport) -> Iterator[str]:
    """The ledger after an import."""
    loading = loader.load(str(ledger), fresh=True)
    checked = check_loading(loading)
    yield from (f"check: {finding.message}" for finding in checked.errors)
    yield from (f"aging: {off}" for off in aging(checked.book, LAST).unreconciled())
    yield from (f"tax-due: {entry} is missing" for entry in tax_due(checked.book, LAST).missing)
    left = sum((line.proposal.line.amount for line in done.lines if not line.is_booked), Decimal(0))
    balance = AccountBalances(loading.entries, {BANK}).at(BANK, "EUR", LAST)
    if balance + left != closing:
        yield f"{BANK} has {balance}, with {left} that is not booked; the statement has {closing}"


def _unchanged(ledger: Path, file: Path, what: str) -> Iterator[str]:
    before = ledger.read_bytes()
    _import(ledger, file)
    if ledger.read_bytes() != before:
        yield f"{what} changed the ledger"


def _doubled(ledger: Path, firm: Firm) -> Iterator[str]:
    """What is booked more often than the bank moved it, or somebody typed it."""
    shown = Counter((true.line.date, true.line.amount) for true in firm.lines)
    for typed in firm.typed:
        shown[typed.line_date, typed.amount] -= 1
        shown[typed.date, typed.amount] += 1
    movements = movements_on(loader.load(str(ledger)), {BANK})[BANK]
    booked = Counter((movement.date, movement.amount) for movement in movements if movement.date >= FIRST)
    yield from (
        f"{amount} of {day} is booked {count} times"
        for (day, amount), count in booked.items()
        if count > shown[day, amount]
    )


def _once(ledger: Path) -> Iterator[str]:
    """No line twice."""
    ids = Counter(re.findall(r'bank-id: "([^"]+)"', ledger.read_text(encoding="utf-8")))
    yield from (f"{bank_id} is booked {count} times" for bank_id, count in ids.items() if count > 1)


def added(verdicts: Iterable[ImportVerdict]) -> ImportVerdict:
    """All verdicts as one."""
    wrong: list[str] = []
    lines, booked = Counter[str](), Counter[str]()
    for verdict in verdicts:
        wrong += verdict.wrong
        lines += verdict.lines
        booked += verdict.booked
    return ImportVerdict(tuple(wrong), lines, booked)
