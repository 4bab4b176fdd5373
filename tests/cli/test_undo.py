"""The last documents are taken back, as long as nobody knows of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import PRELUDE

TWO = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOST" "subscription"
  text: "Hosting"
  account: Income:Services
  price: 50.00
  every: "month"
  group: "a"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  text: "Care"
  account: Income:Services
  price: 80.00
  every: "month"
2025-01-01 custom "invoice-option" "default-tax" "FR20"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two subscriptions that get two invoices a month; January is billed."""
    file = tmp_path / "main.beancount"
    file.write_text(f'{PRELUDE}{TWO}\nplugin "beancount_invoicing"\n', encoding="utf-8")
    run(file, "bill", "--until", "2026-01-31", "--write")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What `bean-invoice` prints, errors too."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def add(ledger: Path, text: str) -> None:
    """More entries at the end."""
    with ledger.open("a", encoding="utf-8") as file:
        file.write(text)


def test_what_a_run_wrote_is_taken_back_and_the_ledger_is_as_it_was(ledger: Path) -> None:
    january = ledger.read_bytes()
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    both = ledger.read_bytes()
    shown = run(ledger, "undo")
    assert [line.split()[0] for line in shown.splitlines()[:2]] == ["F2026-0003", "F2026-0004"]
    assert "2 documents: 156.00 EUR; nothing is taken out without --write." in shown
    assert ledger.read_bytes() == both
    run(ledger, "undo", "--write")
    assert ledger.read_bytes() == january
    assert "F2026-0003" in run(ledger, "bill", "--until", "2026-02-28", "--write")
    assert ledger.read_bytes() == both


def test_some_of_them_are_taken_back_where_they_are_named(ledger: Path) -> None:
    run(ledger, "undo", "F2026-0002", "--write")
    assert [invoice.number for invoice in open_ledger(ledger).book.invoices] == ["F2026-0001"]


def test_drafts_of_a_run_are_taken_back_without_numbered_documents(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-02-28", "--draft", "--write")
    run(ledger, "undo", "--write")
    assert [invoice.number for invoice in open_ledger(ledger).book.invoices] == ["F2026-0001", "F2026-0002"]


@pytest.mark.parametrize(
    ("more", "numbers", "said"),
    [
        ("", ("F2026-0001",), "F2026-0002 was numbered after F2026-0001"),
        (
            '2026-02-01 note Assets:Receivable:Acme "went" ^F2026-0002\n  event: "sent"\n',
            (),
            "F2026-0002 was sent on 2026-02-01",
        ),
        (
            '2026-02-01 * "pays" ^F2026-0001\n  Assets:Bank  1 EUR\n  Assets:Receivable:Acme  -1 EUR\n',
            (),
            "F2026-0001 is named by",
        ),
        (
            '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
            '2026-02-01 * "pays"\n  Assets:Bank  1 EUR\n  Assets:Receivable:Acme  -1 EUR\n',
            (),
            "is settled by",
        ),
        ("", ("F2026-0009",), "there is no document F2026-0009"),
        (
            "2026-02-01 balance Assets:Receivable:Acme  156.00 EUR\n",
            (),
            "this cannot be written: the ledger would then have errors",
        ),
    ],
)
def test_what_somebody_may_know_of_stays(ledger: Path, more: str, numbers: tuple[str, ...], said: str) -> None:
    add(ledger, more)
    before = ledger.read_bytes()
    assert said in run(ledger, "undo", *numbers, "--write", code=1)
    assert ledger.read_bytes() == before


def test_a_credited_invoice_stays_and_its_credit_note_does_not(ledger: Path) -> None:
    run(ledger, "credit", "F2026-0002", "--date", "2026-02-02", "--write")
    assert "F2026-0002 is named by" in run(ledger, "undo", "F2026-0002", "--write", code=1)
    run(ledger, "undo", "--write")
    assert [invoice.number for invoice in open_ledger(ledger).book.invoices] == ["F2026-0001", "F2026-0002"]


def test_a_ledger_without_documents_says_so(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(f'{PRELUDE}\nplugin "beancount_invoicing"\n', encoding="utf-8")
    assert "there is no document that can be taken back" in run(file, "undo", code=1)


def test_what_came_last_is_a_payment(ledger: Path) -> None:
    january = ledger.read_bytes()
    run(ledger, "pay", "F2026-0002", "--date", "2026-02-05", "--account", "Assets:Bank", "--write")
    shown = run(ledger, "undo")
    assert "The last command wrote no document, but: Règlement de F2026-0002" in shown
    assert "1 entry is taken out" in shown
    assert "Nothing is changed without --write." in shown
    run(ledger, "undo", "--write")
    assert ledger.read_bytes() == january
    assert "F2026-0001" in run(ledger, "undo"), "before the payment came the bill"


def test_what_came_last_is_neither_a_document_nor_a_payment(ledger: Path) -> None:
    run(ledger, "item", "add", "AUDIT", "Audit", "--price", "980", "--account", "Income:Services", "--write")
    said = run(ledger, "undo", code=1)
    assert "the last command wrote neither a document nor a payment" in said
    assert 'custom "invoice-item" "AUDIT"' in said
    assert "F2026-0001" in run(ledger, "undo", "F2026-0001", "F2026-0002")
