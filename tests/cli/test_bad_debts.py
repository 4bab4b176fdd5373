"""What was written off, and the copies that tell the customer; the copy of what is paid in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

BOOKS = """
2026-01-01 open Expenses:Losses
2026-01-05 * "Acme SAS" "Travaux" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  1200.00 EUR
  Income:Services  -1000.00 EUR
    text: "Travaux"
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
2026-01-06 * "Acme SAS" "Conseil" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services  -200.00 EUR
    text: "Conseil"
    tax: "FR20"
  Liabilities:VAT  -40.00 EUR
    tax: "FR20"
2026-02-01 * "Acme" "Part" ^F2026-0001
  Assets:Bank  300.00 EUR
  Assets:Receivable:Acme  -300.00 EUR
2026-02-02 * "Acme" "All" ^F2026-0002
  Assets:Bank  240.00 EUR
  Assets:Receivable:Acme  -240.00 EUR
2026-06-01 * "Acme" "Liquidation" ^F2026-0001 #write-off
  Assets:Receivable:Acme  -900.00 EUR
  Expenses:Losses  750.00 EUR
  Liabilities:VAT  150.00 EUR
    tax: "FR20"
plugin "beancount_invoicing"
"""
SENTENCE = (
    "Facture demeurée impayée pour la somme de 750,00 € (prix net) et pour la somme de 150,00 € (TVA correspondante) qui ne peut"
    " faire l’objet d’une déduction (article 272 du CGI)."
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + BOOKS, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return result.output


def text_of(file: Path) -> str:
    """The words of a file, with plain spaces."""
    return " ".join(file.read_text(encoding="utf-8").split())


def test_the_loss_has_its_share_of_the_tax(ledger: Path) -> None:
    (row,) = json.loads(run(ledger, "bad-debts", "--as-of", "2026-06-30", "--format", "json"))
    assert (row["number"], row["written_off"]) == ("F2026-0001", "2026-06-01")
    assert (row["net"], row["tax"], row["amount"]) == ("750.00", "150.00", "900.00")
    assert json.loads(run(ledger, "bad-debts", "--as-of", "2026-05-31", "--format", "json")) == []


def test_the_duplicate_and_the_list_say_what_cannot_be_deducted(ledger: Path) -> None:
    folder = ledger.parent / "out"
    run(ledger, "bad-debts", "F2026-0001", "--as-of", "2026-06-30", "-o", str(folder), "--to", "text")
    said = text_of(folder / "F2026-0001-unpaid.txt")
    assert SENTENCE in said
    assert "Duplicata – Facture F2026-0001" in said
    assert "1 200,00 €" in said
    run(ledger, "bad-debts", "Acme", "--list", "--as-of", "2026-06-30", "-o", str(folder), "--to", "html")
    said = text_of(folder / "2026-06-30-Acme-unpaid.html")
    assert SENTENCE in said
    assert "État récapitulatif des factures impayées" in said


OTHER = """
2026-02-09 * "Acme SAS" "Travaux" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services  -218.18 EUR
    text: "Conseil"
    tax: "FR10"
  Liabilities:VAT  -21.82 EUR
    tax: "FR10"
2026-02-09 * "Acme" "All" ^F2026-0003
  Assets:Bank  240.00 EUR
  Assets:Receivable:Acme  -240.00 EUR
2026-02-10 * "Acme SAS" "Avoir" ^A2026-0001
  invoice: "A2026-0001"
  corrects: "F2026-0003"
  Assets:Receivable:Acme  -240.00 EUR
  Income:Services  218.18 EUR
    text: "Conseil"
    tax: "FR10"
  Liabilities:VAT  21.82 EUR
    tax: "FR10"
"""
OLD = """
2026-01-02 * "Reprise"
  kind: "opening"
  Assets:Receivable:Acme  120.00 EUR
    invoice: "F2025-0007"
    date: 2025-12-03
    due: 2026-01-31
  Equity:Opening
2026-06-02 * "Acme" ^F2025-0007 #write-off
  Assets:Receivable:Acme  -120.00 EUR
  Expenses:Losses  120.00 EUR
"""


def test_what_is_set_off_is_paid_and_takes_no_tax_from_the_loss(ledger: Path) -> None:
    said = ledger.read_text(encoding="utf-8").replace('plugin "', OTHER + 'plugin "')
    ledger.write_text(
        said.replace("-900.00", "-660.00")
        .replace("  750.00", "  550.00")
        .replace("150.00 EUR\n    tax", "110.00 EUR\n    tax")
    )
    run(ledger, "allocate", "F2026-0001", "--from", "A2026-0001", "--date", "2026-03-01", "--write")
    (row,) = json.loads(run(ledger, "bad-debts", "--as-of", "2026-06-30", "--format", "json"))
    assert (row["amount"], row["net"], row["tax"]) == ("660.00", "550.00", "110.00")


def test_what_was_taken_over_has_no_document_and_keeps_no_other_from_being_written(ledger: Path) -> None:
    folder = ledger.parent / "out"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace('plugin "', OLD + 'plugin "'), encoding="utf-8")
    to = ("--as-of", "2026-06-30", "-o", str(folder), "--to", "text")
    assert "F2025-0007 is opening: there is no document to print" in run(ledger, "bad-debts", *to, code=1)
    assert (folder / "F2026-0001-unpaid.txt").exists()
    run(ledger, "bad-debts", "--list", *to)
    assert "F2025-0007" in text_of(next(folder.glob("*Acme-unpaid.txt")))


def test_what_is_not_lost_is_said(ledger: Path) -> None:
    assert "nothing of F2026-0002 is written off by 2026-06-30" in run(
        ledger, "bad-debts", "F2026-0002", "--as-of", "2026-06-30", code=1
    )


def test_sellers_elsewhere_have_no_such_words(ledger: Path) -> None:
    abroad = ledger.read_text(encoding="utf-8").replace('  country: "FR"\n  siren: "732829320"', '  country: "DE"', 1)
    ledger.write_text(abroad, encoding="utf-8")
    assert "no law is known by which a seller in DE" in run(
        ledger, "bad-debts", "F2026-0001", "--as-of", "2026-06-30", "--to", "text", "-o", str(ledger.parent), code=1
    )


def test_what_is_paid_has_an_acquitted_copy(ledger: Path) -> None:
    folder = ledger.parent / "out"
    run(ledger, "receipt", "F2026-0002", "--acquitted", "--as-of", "2026-06-30", "-o", str(folder), "--to", "text")
    said = text_of(folder / "F2026-0002-acquitted.txt")
    assert "Facture acquittée F2026-0002" in said
    assert "Acquittée le 2 février 2026" in said
    assert "Net à payer" not in said


def test_what_is_not_paid_has_none(ledger: Path) -> None:
    said = ("receipt", "F2026-0001", "--acquitted", "-o", str(ledger.parent), "--as-of")
    assert "F2026-0001 is not paid: 900.00 EUR is open on 2026-05-01" in run(ledger, *said, "2026-05-01", code=1)
    assert "900.00 EUR of it is written off" in run(ledger, *said, "2026-06-30", code=1)
    assert "--acquitted writes files" in run(ledger, "receipt", "F2026-0002", "--acquitted", code=2)
