"""The Parquet files of many ledgers: the ten queries of docs/many-ledgers.md say what our own reports say."""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from beancount import loader
from click.testing import CliRunner

from beancount_invoicing.accounting.facts import fact_tables
from beancount_invoicing.accounting.receipts import receipts_report
from beancount_invoicing.cli import main
from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.general_ledger import read_general_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.model.general_ledger import GeneralLedger
from beancount_invoicing.receivables import allocate, positions
from beancount_invoicing.receivables.positions import Position
from beancount_invoicing.rendering.parquet import to_parquet
from tests.ledgers import EXAMPLE, TESTS
from tests.properties.lives.acts import acts, lived

DAY = date(2026, 11, 30)
MONEY = {"settles", "link", "oldest", "at-once"}
PAGE = (TESTS.parent / "docs" / "many-ledgers.md").read_text(encoding="utf-8")
VIEWS, *QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
Ledgers = dict[str, tuple[GeneralLedger, Book]]
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def ledgers() -> Ledgers:
    """The example, and four generated lives, whose customers have the same names."""
    loaded = {"example": loader.load_file(str(EXAMPLE))}
    loaded |= {f"life {seed}": loader.load_string(lived(acts(seed)).text) for seed in range(4)}
    found = {}
    for name, (entries, _errors, options) in loaded.items():
        book = read_book(entries, options)
        documents = {document.source: document.number for document in book.invoices}
        found[name] = (read_general_ledger(entries, options, "pcg", documents), book)
    return found


@pytest.fixture(scope="module")
def database(ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The exports of all ledgers, with the views of the page."""
    folder = tmp_path_factory.mktemp("exports")
    for name, (general_ledger, book) in ledgers.items():
        (folder / name).mkdir()
        for table in fact_tables(general_ledger, book, DAY, name):
            (folder / name / f"{table.name}.parquet").write_bytes(to_parquet(table))
    with duckdb.connect() as connection:
        connection.execute(VIEWS.replace("exports/", f"{folder}/"))
        yield connection


def known(ledgers: Ledgers) -> Iterator[tuple[str, Position]]:
    """The positions of all ledgers, without void numbers and drafts."""
    for name, (_general_ledger, book) in ledgers.items():
        for position in positions(book, DAY):
            if position.invoice.kind != "void" and not position.invoice.draft:
                yield name, position


def added(pairs: Iterable[tuple[Row, Decimal]]) -> list[Row]:
    """Sums by key, in order."""
    sums: defaultdict[Row, Decimal] = defaultdict(Decimal)
    for key, amount in pairs:
        sums[key] += amount
    return [(*key, amount) for key, amount in sorted(sums.items())]


def customer(position: Position) -> str:
    return position.invoice.customer.name if position.invoice.customer else ""


def test_there_are_ten_queries() -> None:
    assert len(QUERIES) == 10


def expected(ledgers: Ledgers) -> list[list[Row]]:
    """The answers to the ten questions, from positions, allocations and the receipts journal."""
    whole = list(known(ledgers))
    of_ledger = {name: allocate(book, DAY) for name, (_general_ledger, book) in ledgers.items()}
    by_debtor = added(((name, customer(each), each.invoice.currency), each.open) for name, each in whole)
    late = [(name, each) for name, each in whole if each.days_overdue > 30]
    counted = Counter((name, each.invoice.currency) for name, each in late)
    invoiced = [(name, each.invoice) for name, each in whole if each.invoice.kind != "opening"]
    money = [
        (name, row)
        for name, (general_ledger, book) in ledgers.items()
        for row in receipts_report(general_ledger, book, of_ledger[name], date.min, DAY).rows
    ]
    paid: defaultdict[Row, list[tuple[int, Decimal]]] = defaultdict(list)
    for name, allocated in of_ledger.items():
        for allocation in allocated.allocations:
            if allocation.how in MONEY and allocation.amount > 0 and allocation.invoice.customer:
                days = (allocation.received_on - allocation.invoice.date).days
                paid[name, allocation.invoice.customer.name].append((days, allocation.amount))
    settled = [(name, each) for name, each in whole if each.settled_on and each.payable > 0]
    after_due = Counter((name, customer(each)) for name, each in settled if each.due and each.settled_on > each.due)  # type: ignore[operator] # settled
    all_settled = Counter((name, customer(each)) for name, each in settled)
    owing: defaultdict[Row, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for name, each in whole:
        if each.open > 0:
            owing[customer(each), each.invoice.currency][name] += each.open
    late_sums = added(((name, each.invoice.currency), each.open) for name, each in late)
    return [
        [row for row in added(((name, each.invoice.currency), each.open) for name, each in whole) if row[2]],
        [(name, currency, counted[name, currency], amount) for name, currency, amount in late_sums],
        sorted(by_debtor, key=lambda row: (-row[3], *row[:3]))[:10],
        added(((name, f"{invoice.date:%Y-%m}", invoice.currency), invoice.net) for name, invoice in invoiced),
        added(((name, f"{row[0]:%Y-%m}"), row[7]) for name, row in money),  # type: ignore[misc] # its kinds are known
        [(*key, mean(parts)) for key, parts in sorted(paid.items())],
        [(*key, all_settled[key], count) for key, count in sorted(after_due.items())],
        added(
            ((name, tax or None, each.invoice.currency), net)
            for name, each in whole
            for tax, net in [(line.tax, line.net) for line in each.invoice.lines]
            + [(adjustment.tax, adjustment.net) for adjustment in each.invoice.adjustments]
        ),
        [(*key, len(names), sum(names.values())) for key, names in sorted(owing.items()) if len(names) > 1],
        added(
            ((name, allocation.how, allocation.invoice.currency), allocation.amount)
            for name, allocated in of_ledger.items()
            for allocation in allocated.allocations
            if allocation.how in {"write-off", "discount", "credit-note"}
        ),
    ]


def mean(parts: list[tuple[int, Decimal]]) -> Decimal:
    """Days by amounts."""
    amount = sum((amount for _days, amount in parts), Decimal(0))
    return (sum((days * amount for days, amount in parts), Decimal(0)) / amount).quantize(Decimal("0.1"), ROUND_HALF_UP)


@pytest.mark.parametrize("place", range(10))
def test_a_query_of_the_page_says_what_our_reports_say(
    place: int, ledgers: Ledgers, database: duckdb.DuckDBPyConnection
) -> None:
    answer = database.execute(QUERIES[place]).fetchall()
    assert answer, "there is something to compare"
    assert answer == expected(ledgers)[place]


def test_amounts_are_exact_and_dates_are_dates(database: duckdb.DuckDBPyConnection) -> None:
    types = {name: kind for name, kind, *_rest in database.execute("DESCRIBE documents").fetchall()}
    assert (types["net"], types["due"], types["days_overdue"]) == ("DECIMAL(38,10)", "DATE", "INTEGER")


def test_the_command_writes_four_files_and_the_same_bytes_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exported() -> dict[str, bytes]:
        result = CliRunner().invoke(
            main, ["-f", str(EXAMPLE), "accounting", "export", "-o", str(tmp_path), "--as-of", "2026-11-30"]
        )
        assert result.exit_code == 0, result.output
        return {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    first = exported()
    assert sorted(first) == ["allocations.parquet", "documents.parquet", "lines.parquet", "receipts.parquet"]
    assert exported() == first
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = CliRunner().invoke(main, ["-f", str(EXAMPLE), "accounting", "export", "-o", str(tmp_path)])
    assert result.exit_code == 1
    assert 'pip install "beancount-invoicing[parquet]"' in result.output
