"""Which invoices may leave, and what of them a batch of letters lacks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from beancount_invoicing.delivery import Attachment
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.sending.invoice_dispatches import (
    _CannotLeave,
    _customer_of_sendable,
    _unprinted,
    replaced_by,
)
from tests.documents import document
from tests.ledgers import PRELUDE

DAY = date(2026, 3, 31)
BOOKS = (
    document("N1", "100.00", day="2026-01-10")
    + document("N1-X", "-100.00", day="2026-03-01", keys='kind: "cancellation" | corrects: "N1"')
    + document("N5", "90.00", day="2026-03-01", keys='kind: "corrective" | corrects: "N1"')
    + document("draft-1", "50.00", day="2026-03-02").replace(" * ", " ! ")
    + """
2026-01-01 * "Acme SAS" "Taken over"
  kind: "opening"
  Assets:Receivable:Acme  50.00 EUR
    invoice: "OLD-7"
    date: 2025-11-01
    due: 2026-01-31
  Equity:Opening
"""
)


@pytest.mark.parametrize(
    ("number", "day", "why"),
    [
        ("N1", date(2026, 2, 28), ""),
        ("N1", DAY, "is replaced by N5: that is the invoice the customer gets, bean-invoice send N5"),
        ("N5", DAY, ""),
        ("draft-1", DAY, "is a draft: bean-invoice issue draft-1"),
        ("OLD-7", DAY, "there is no document to send"),
    ],
)
def test_what_may_leave(tmp_path: Path, number: str, day: date, why: str) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(f'{PRELUDE}{BOOKS}plugin "beancount_invoicing"\n', encoding="utf-8")
    ledger = open_ledger(file)
    invoice = ledger.book.invoice(number)
    assert invoice is not None
    if why:
        with pytest.raises(_CannotLeave, match=why):
            _customer_of_sendable(ledger, invoice, day)
    else:
        assert _customer_of_sendable(ledger, invoice, day).name == "Acme SAS"
    assert replaced_by(ledger.book, "N1", day) == ("N5" if day == DAY else "")


def test_what_is_no_pdf_is_not_in_the_batch_of_letters() -> None:
    page, sheet = Attachment("N1.pdf", "application/pdf", b"%PDF"), Attachment("hours.csv", "text/csv", b"a;b")
    assert _unprinted([page]) == ()
    assert _unprinted([page, sheet]) == ("hours.csv: no PDF, so it is not in the batch of letters: print it yourself",)
