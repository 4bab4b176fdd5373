"""Sealed documents: what was changed afterwards, in the file or in the ledger, is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.actions import open_ledger
from beancount_invoicing.cli import main
from tests.ledgers import EXAMPLE

NUMBER = "F2026-0064"


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The example business in a folder of its own, with one invoice sealed."""
    shutil.copytree(EXAMPLE.parent, tmp_path / "ledger")
    file = tmp_path / "ledger" / "main.beancount"
    run(file, "seal", NUMBER, "--date", "2026-10-01", "--write")
    return file


def edited(ledger: Path, old: str, new: str) -> Path:
    """The file of invoices with the sealed one changed."""
    invoices = ledger.parent / "2026" / "invoices.beancount"
    text = invoices.read_text(encoding="utf-8")
    start = text.index(f'invoice: "{NUMBER}"')
    start = text.rindex("\n20", 0, start) + 1
    end = text.index("\n20", start) + 1
    entry = text[start:end]
    assert old in entry, entry
    invoices.write_text(text[:start] + entry.replace(old, new) + text[end:], encoding="utf-8")
    return invoices


def test_the_document_stands_beside_the_ledger_and_bean_check_is_silent(ledger: Path) -> None:
    assert (ledger.parent / "documents" / "2026" / f"{NUMBER}.pdf").read_bytes().startswith(b"%PDF")
    assert [str(one) for one in open_ledger(ledger).errors] == []
    assert f"{NUMBER}: unchanged since 2026-10-01" in run(ledger, "verify")
    assert "is sealed already" in run(ledger, "seal", NUMBER, "--write")


def test_what_cannot_be_sealed(ledger: Path) -> None:
    assert "is a draft: issue it first" in run(ledger, "seal", "draft-kerbrat-2026-11", "--write", code=1)
    assert "there is no F2026-9999" in run(ledger, "seal", "F2026-9999", code=1)
    assert "F2026-0001 is not sealed" in run(ledger, "verify", "F2026-0001", code=1)
    other = ledger.parent / "documents" / "2026" / "F2026-0065.pdf"
    other.write_bytes(b"mine")
    assert "is another document" in run(ledger, "seal", "F2026-0065", "--write", code=1)
    assert other.read_bytes() == b"mine"


def test_without_write_nothing_is_stored(ledger: Path) -> None:
    said = run(ledger, "seal", "F2026-0065", "--date", "2026-10-05")
    assert 'document Assets:Clients:Vandamme "../documents/2026/F2026-0065.pdf" ^F2026-0065' in said
    assert not (ledger.parent / "documents" / "2026" / "F2026-0065.pdf").exists()


def test_an_edited_file_is_found(ledger: Path) -> None:
    stored = ledger.parent / "documents" / "2026" / f"{NUMBER}.pdf"
    stored.write_bytes(stored.read_bytes() + b"\n")
    assert f"{NUMBER}, file: sealed " in run(ledger, "verify", code=1)
    stored.unlink()
    output = run(ledger, "verify", code=1)
    assert "No such file" in output
    assert f"put {stored} back as it was sealed, from git or a backup" in output
    assert "bean-invoice credit" not in output, "the ledger says what it said"


def higher(ledger: Path) -> None:
    edited(ledger, "468.00 EUR", "480.00 EUR")
    edited(ledger, "-390.00 EUR", "-400.00 EUR")
    edited(ledger, "price: 390.00", "price: 400.00")
    edited(ledger, "-78.00 EUR", "-80.00 EUR")


def discounted(ledger: Path) -> None:
    edited(ledger, "468.00 EUR", "421.20 EUR")
    edited(ledger, "-390.00 EUR", "-351.00 EUR")
    edited(ledger, "price: 390.00", "price: 390.00\n    discount: 10")
    edited(ledger, "-78.00 EUR", "-70.20 EUR")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (higher, "totals.due: sealed 468.00, now 480.00"),
        (lambda ledger: edited(ledger, "2026-09-30 *", "2026-09-29 *"), "issued: sealed 2026-09-30, now 2026-09-29"),
        (
            lambda ledger: edited(ledger, "CliniqueDuParc", "Kerbrat"),
            "buyer.name: sealed Clinique du Parc SAS, now Menuiserie Kerbrat SAS",
        ),
        (discounted, "lines 1.adjustments 1: sealed nothing, now 39.00, Remise, 390.00, 10"),
    ],
)
def test_an_edited_invoice_is_found_with_the_figure_the_file_and_the_line(
    ledger: Path, change: Callable[[Path], None], said: str
) -> None:
    change(ledger)
    output = run(ledger, "verify", code=1)
    assert said in output
    assert "2026/invoices.beancount:" in output
    assert f"bean-invoice credit {NUMBER}" in output
    rows = json.loads(CliRunner().invoke(main, ["-f", str(ledger), "verify", "--format", "json"]).stdout)
    assert [row["unchanged"] for row in rows] == [False]


def test_a_deleted_invoice_is_found(ledger: Path) -> None:
    invoices = ledger.parent / "2026" / "invoices.beancount"
    text = invoices.read_text(encoding="utf-8")
    start = text.rindex("\n20", 0, text.index(f'invoice: "{NUMBER}"'))
    invoices.write_text(text[:start] + text[text.index("\n20", start + 1) :], encoding="utf-8")
    output = run(ledger, "verify", code=1)
    assert f"{NUMBER}, document: sealed sealed on 2026-10-01, now not in the ledger any more" in output
    assert "it has been issued; put it back" in output
    assert f"{NUMBER} has been issued: put its entry back (git log -p tells when it went)" in output
    assert "bean-invoice credit" not in output, "what is not there cannot be credited"


def test_a_change_of_layout_is_no_change_of_facts(ledger: Path) -> None:
    settings = ledger.parent / "settings.beancount"
    settings.write_text(
        settings.read_text(encoding="utf-8") + '2025-01-01 custom "invoice-option" "accent" "#7a1f5c"\n',
        encoding="utf-8",
    )
    assert "its facts are the same; layout or words would be others today" in run(ledger, "verify")


def test_a_payment_changes_nothing(ledger: Path) -> None:
    bank = ledger.parent / "2026" / "bank.beancount"
    bank.write_text(
        bank.read_text(encoding="utf-8")
        + f'\n2026-11-29 * "Clinique" "VIR" ^{NUMBER}\n  Assets:Banque  468.00 EUR\n  Assets:Clients:CliniqueDuParc\n',
        encoding="utf-8",
    )
    assert f"{NUMBER}: unchanged since 2026-10-01" in run(ledger, "verify")


def test_of_a_document_that_is_no_e_invoice_the_text_tells_what_was_changed(ledger: Path) -> None:
    run(ledger, "seal", "F2026-0068", "--date", "2026-11-01", "--write")
    assert (ledger.parent / "documents" / "2026" / "F2026-0068.txt").exists()
    assert run(ledger, "verify", "F2026-0068").count("F2026-0068: unchanged since") == 2
    settings = ledger.parent / "settings.beancount"
    settings.write_text(
        settings.read_text(encoding="utf-8") + '2025-01-01 custom "invoice-option" "accent" "#7a1f5c"\n',
        encoding="utf-8",
    )
    assert "the text sealed with it tells whether the facts are the same" in run(ledger, "verify", "F2026-0068")
    customers = ledger.parent / "customers.beancount"
    customers.write_text(
        customers.read_text(encoding="utf-8").replace("14 Canal Street", "15 Canal Street"),
        encoding="utf-8",
    )
    changed = run(ledger, "verify", "F2026-0068", code=1)
    assert "text: sealed 14 Canal Street, now 15 Canal Street" in changed
    assert "its facts are the same" not in changed
