"""The proof of generated documents draws the same for the same seed, and sees a figure that is wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from beancount_invoicing.documents import e_invoices
from beancount_invoicing.ledger import open_ledger
from proofs.generated.__main__ import differences, refused
from proofs.generated.ledgers import Expected, generated
from proofs.generated.reading import said

EXPECTED = Expected(number="N1", country="BE", kind="invoice", currency="EUR")


def test_a_seed_draws_one_ledger(tmp_path: Path) -> None:
    path, other = (generated(tmp_path / name, "NL", "7", 3).main.parent for name in ("one", "other"))
    assert [file.read_text("utf-8") for file in sorted(path.glob("*.beancount"))] == [
        file.read_text("utf-8") for file in sorted(other.glob("*.beancount"))
    ]


def test_a_wrong_figure_is_seen(tmp_path: Path) -> None:
    ledger = generated(tmp_path / "books", "BE", "2", 2)
    book = open_ledger(ledger.main).book
    expected = ledger.expected[-1]
    invoice = book.invoice(expected.number)
    assert invoice is not None
    for form in ("cii", "ubl"):
        read = said(e_invoices.e_invoice_xml(book, invoice, Decimal(0), (), form))
        assert differences(expected, read) == []
        assert len(differences(expected, replace(read, vat=read.vat + 1))) == 1
        assert len(differences(expected, replace(read, breakdown={}))) == 1


def test_what_is_refused_has_to_be_foreseen() -> None:
    why = ["main.beancount:3: N1 is not an e-invoice (BT-34): the seller has no electronic address"]
    assert refused(EXPECTED, "cii", []) == []
    assert refused(EXPECTED, "cii", why) == [f"it should be one: {why[0]}"]
    foreseen = replace(EXPECTED, none_as={"cii": frozenset({"BT-34"})})
    assert refused(foreseen, "cii", why) == []
    assert refused(foreseen, "cii", []) == ["it should be none, by BT-34"]
