"""A document is taken back as long as nothing happened to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from beancount_invoicing.actions.undo import undo
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.new_documents import InvalidRequest
from tests.documents import document
from tests.ledgers import PRELUDE

OLDEST = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
PAID = '2026-02-10 * "Paid"\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme  -120.00 EUR\n'


def test_a_payment_that_names_no_number_keeps_it_in_whatever_file_it_stands(tmp_path: Path) -> None:
    (tmp_path / "invoices.beancount").write_text("\n" * 3 + document("F2026-0001", "100.00"), "utf-8")
    (tmp_path / "bank.beancount").write_text("\n" * 4 + PAID, "utf-8")  # on lines that the invoice has in its own file
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + OLDEST + 'include "invoices.beancount"\ninclude "bank.beancount"\n', "utf-8")
    with pytest.raises(InvalidRequest) as caught:
        undo(file, ["F2026-0001"], WriteOptions())
    assert f"F2026-0001 is settled by {tmp_path / 'bank.beancount'}:7, so it cannot be taken back" in str(caught.value)
    assert "credit it instead, bean-invoice credit F2026-0001" in str(caught.value)


@pytest.mark.parametrize("where", ["before", "behind"])
def test_so_does_one_in_the_same_file(where: str, tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    invoice = document("F2026-0001", "100.00")
    file.write_text(PRELUDE + OLDEST + (PAID + invoice if where == "before" else invoice + PAID), "utf-8")
    with pytest.raises(InvalidRequest, match="F2026-0001 is settled by "):
        undo(file, [], WriteOptions())


def test_what_is_paid_in_it_is_taken_back_with_it(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    at_once = document("F2026-0001", "100.00", more="  Assets:Receivable:Acme  -120.00 EUR\n  Assets:Bank  120.00 EUR")
    file.write_text(PRELUDE + at_once, "utf-8")
    outcome = undo(file, [], WriteOptions(write=True))
    assert [invoice.number for invoice in outcome.removed_documents] == ["F2026-0001"]
    assert file.read_text("utf-8").rstrip() == PRELUDE.rstrip()


def test_an_earlier_number_stays_while_a_later_one_is_there(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    numbers = ("F2026-0001", "F2026-0002", "F2026-0003")
    file.write_text(PRELUDE + "".join(document(number, "100.00") for number in numbers), "utf-8")
    with pytest.raises(InvalidRequest) as caught:
        undo(file, ["F2026-0002"], WriteOptions())
    assert "F2026-0003 was numbered after F2026-0002" in str(caught.value)
    assert "take back F2026-0003 first, or credit it instead, bean-invoice credit F2026-0002" in str(caught.value)
    assert [
        invoice.number for invoice in undo(file, ["F2026-0002", "F2026-0003"], WriteOptions()).removed_documents
    ] == [
        "F2026-0002",
        "F2026-0003",
    ]
    assert len(undo(file, [], WriteOptions()).removed_documents) == 3  # written one below the other, on one day
    with pytest.raises(InvalidRequest, match="there is no document F2026-0009"):
        undo(file, ["F2026-0009"], WriteOptions())
