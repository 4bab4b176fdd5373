"""The numbering statement as a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.billing.number_statement import number_statement
from beancount_invoicing.cli import main
from beancount_invoicing.rendering import view_texts
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.rendering.numbering import numbering_view
from tests.accounting.books import ACCOUNTS, invoice, read

PATTERN = '2025-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"\n'


def texts(ledger: str, until: str = "2026-12-31") -> list[str]:
    _general_ledger, book = read(PATTERN + ledger)
    since, last = date(2026, 1, 1), date.fromisoformat(until)
    return list(
        view_texts(numbering_view(book, number_statement(book, since, last), since, last, (BUILT_IN_TEMPLATES,)))
    )


def test_a_series_has_its_first_and_last_number_and_what_is_missing_between() -> None:
    shown = texts(
        invoice("2026-01-05", "F2026-0001") + invoice("2026-02-01", "F2026-0002") + invoice("2026-03-05", "F2026-0005")
    )
    assert "État de la numérotation" in shown
    assert "F2026-0001 – F2026-0005" in shown
    assert "05/01/2026 – 05/03/2026" in shown
    assert "Manquants entre : F2026-0002 … F2026-0005" in [text.replace("\xa0", " ") for text in shown]
    assert shown.count("2") == 2  # missing, in the head and in the row


def test_numbers_outside_every_series_are_listed_by_themselves() -> None:
    shown = texts(invoice("2026-01-05", "F2026-0001") + invoice("2026-02-01", "spring"))
    assert any(text.startswith("Hors série") for text in shown)
    assert "spring" in shown


def test_a_period_without_documents_says_so() -> None:
    assert "Aucun document n’a été émis pendant cette période." in texts(invoice("2025-01-05", "F2025-0001"))


def test_books_in_a_language_without_templates_get_an_english_page() -> None:
    ledger = '2025-01-01 custom "invoice-option" "language" "fi"\n' + invoice("2026-01-05", "F2026-0001")
    assert "Numbering statement" in texts(ledger)


@pytest.mark.usefixtures("typeset_once")
def test_a_file_that_ends_in_pdf_is_a_page(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(
        ACCOUNTS + invoice("2026-01-05", "F2026-0001") + 'plugin "beancount_invoicing"\n', encoding="utf-8"
    )
    file = tmp_path / "numbering.pdf"
    result = CliRunner().invoke(main, ["-f", str(ledger), "accounting", "numbering", "2026", "-o", str(file)])
    assert result.exit_code == 0, result.output
    assert file.read_bytes().startswith(b"%PDF")
