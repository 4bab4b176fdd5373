"""What we bill under contracts against what others publish of theirs (contracts.toml names each source)."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Transaction
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book, Invoice

DATA: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("contracts.toml").read_text(encoding="utf-8"))[
    "cases"
]
PRELUDE = """option "operating_currency" "EUR"
plugin "beancount_invoicing"
2010-01-01 custom "invoice-seller" "Atelier Lumen"
  country: "IE"
2010-01-01 custom "invoice-option" "number" "F{seq:04}"
2010-01-01 custom "invoice-option" "credit-note-number" "A{seq:04}"
2010-01-01 custom "invoice-option" "default-tax" "STD"
2010-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2010-01-01 custom "invoice-tax" "STD" "VAT 20 %" Liabilities:VAT
  rate: 20
2010-01-01 custom "invoice-tax" "NONE" "Exempt"
  category: "E"
  reason: "Exempt"
2010-01-01 open Assets:Bank EUR
2010-01-01 open Assets:C:Acme EUR
  customer: "Acme"
2010-01-01 open Assets:C:Berg EUR
  customer: "Berg"
2010-01-01 open Assets:C:Coe EUR
  customer: "Coe"
2010-01-01 open Assets:T1 HOUR
2010-01-01 open Equity:Time HOUR
2010-01-01 open Expenses:Travel EUR
2010-01-01 open Income:Work EUR
2010-01-01 open Liabilities:Deposits EUR
2010-01-01 open Liabilities:VAT EUR
"""


def book_of(file: Path) -> tuple[Book, list[Any]]:
    """The Book of a ledger in which nothing is wrong, and its entries."""
    entries, errors, options = loader.load_file(str(file))
    assert [error.message for error in errors] == []
    return read_book(entries, options), entries


def name(invoice: Invoice) -> str:
    """Of whom a document asks."""
    assert invoice.customer
    return invoice.customer.name


def lines(book: Book) -> Iterable[str]:
    """Customer, what, net of each line: its days, its milestone, or the day of its expense."""
    for invoice in book.invoices:
        for line in invoice.lines:
            what = line.milestone or (str(line.expense_date) if line.expense_date else f"{line.start} {line.end}")
            yield f"{name(invoice)} {what} {line.net}"


def totals(book: Book) -> list[str]:
    """Customer, net, and total with tax of each document, in their order."""
    return [f"{name(invoice)} {invoice.net} {invoice.net + invoice.tax}" for invoice in book.invoices]


def sums(book: Book) -> list[str]:
    """The net of all that each customer was billed."""
    result: defaultdict[str, Decimal] = defaultdict(lambda: Decimal(0))
    for invoice in book.invoices:
        result[name(invoice)] += invoice.net
    return [f"{who} {net}" for who, net in sorted(result.items())]


def orders(book: Book) -> list[str]:
    """The purchase order and net of each document."""
    return [f"{invoice.customer.purchase_order} {invoice.net}" for invoice in book.invoices if invoice.customer]


def balances(entries: Iterable[Any], accounts: Iterable[str]) -> list[str]:
    """What stands on accounts."""
    result = dict.fromkeys(accounts, Decimal(0))
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            if posting.account in result and posting.units and posting.units.number is not None:
                result[posting.account] += posting.units.number
    return [f"{account} {amount}" for account, amount in result.items()]


@pytest.mark.parametrize("case", DATA, ids=lambda case: case["name"].replace(" ", "-"))
def test_billed_as_published(case: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + case["ledger"], encoding="utf-8")
    commands = [*case["commands"], *case.get("then", ())]
    codes, said = case.get("codes", [0] * len(commands)), case.get("said", [""] * len(commands))
    for number, (command, code, words) in enumerate(zip(commands, codes, said, strict=True)):
        if number == len(case["commands"]):
            file.write_text(file.read_text(encoding="utf-8") + case.get("later", ""), encoding="utf-8")
        result = CliRunner().invoke(main, ["-f", str(file), *command.split()])
        assert result.exit_code == code, f"{command}: {result.output}"
        assert words in result.output
    book, entries = book_of(file)
    asked = {"lines", "totals", "sums", "orders", "balances"} & case.keys()
    assert asked
    found = {
        "lines": sorted(lines(book)),
        "totals": totals(book),
        "sums": sums(book),
        "orders": sorted(orders(book)),
        "balances": balances(entries, [one.rpartition(" ")[0] for one in case.get("balances", ())]),
    }
    for what in asked:
        expected = case[what] if what in {"totals", "balances"} else sorted(case[what])
        assert found[what] == expected


def test_each_has_its_address() -> None:
    assert len({case["name"] for case in DATA}) == len(DATA)
    for case in DATA:
        assert case["source"].startswith("https://")
        assert case["published"]
