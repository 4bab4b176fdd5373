"""The XML of one document, as the page in Fava hands it out; where there is none, why."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.documents.e_invoices import e_invoice_file
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.rendering import NoDocument
from tests.ledgers import PRELUDE, book_of

INVOICE = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2026-01-05 {flag} "Acme SAS" "Audit" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme  600.00 EUR
  Income:Services        -500.00 EUR
    text: "Audit"
  Liabilities:VAT        -100.00 EUR
    tax: "FR20"
"""


def test_it_is_the_xml_of_its_factur_x() -> None:
    name, xml = e_invoice_file(book_of(INVOICE.format(flag="*", number="F2026-0001")), "F2026-0001")
    assert name == "F2026-0001.cii.xml"
    assert b"<ram:GrandTotalAmount>600.00</ram:GrandTotalAmount>" in xml


def test_a_draft_has_none() -> None:
    with pytest.raises(NoDocument, match="draft-audit is a draft: there is no e-invoice"):
        e_invoice_file(book_of(INVOICE.format(flag="!", number="draft-audit")), "draft-audit")


def test_what_is_not_as_it_was_sealed_has_none(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(PRELUDE + INVOICE.format(flag="*", number="F2026-0001"), encoding="utf-8")
    result = CliRunner().invoke(main, ["-f", str(ledger), "seal", "F2026-0001", "--date", "2026-01-05", "--write"])
    assert result.exit_code == 0, result.output
    assert e_invoice_file(open_ledger(ledger).book, "F2026-0001")[1]
    ledger.write_text(ledger.read_text(encoding="utf-8").replace('text: "Audit"', 'text: "Advice"'), encoding="utf-8")
    with pytest.raises(NoDocument, match=r":\d+: F2026-0001 was sealed on 2026-01-05, but the ledger now differs"):
        e_invoice_file(open_ledger(ledger).book, "F2026-0001")
