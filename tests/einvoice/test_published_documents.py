"""Published invoices, written as ledgers, give e-invoices of the same totals that keep the official rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.einvoice import checks, layers, mapping, syntax
from tests.ledgers import book_of
from tests.published.test_published import DATA, ledger

D = Decimal


@pytest.mark.parametrize("document", DATA["documents"], ids=lambda document: document["source"].rpartition("/")[2])
def test_published_document(document: dict[str, Any]) -> None:
    book = book_of(ledger(document))
    invoice = book.invoice("F2026-0001")
    assert invoice is not None
    terms = mapping.e_invoice(book, invoice, paid_on_its_date(book)(invoice), "en")
    assert checks.check_business_terms(terms) == ()
    names: tuple[syntax.Syntax, ...] = ("cii", "ubl")
    for name in names:
        xml = syntax.to_xml(terms, name)
        assert [(layer.name, layer.problems) for layer in layers.validate(xml) if layer.problems or layer.not_run] == []
        totals = syntax.read_e_invoice(xml).totals
        assert (totals.net, totals.vat, totals.gross) == (D(document["net"]), D(document["tax"]), D(document["total"]))
        assert totals.paid == D(document.get("prepaid", "0"))
        assert totals.due == D(document.get("payable", document["total"]))
