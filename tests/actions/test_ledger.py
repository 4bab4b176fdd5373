"""A ledger is loaded once for a command, and again only where it must be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from beancount_invoicing.actions import receipts
from beancount_invoicing.actions.ledger import Loads, open_ledger
from beancount_invoicing.actions.receipts import of_receipts, receipts_for
from tests.documents import document
from tests.ledgers import PRELUDE


def test_it_is_loaded_again_past_every_cache_and_where_it_was_changed(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE, "utf-8")
    loads = Loads(file)
    assert loads.unchanged() is None
    first = loads.loading(fresh=False)
    assert loads.loading(fresh=False) is first
    fresh = loads.loading(fresh=True)
    assert fresh is not first
    assert loads.loading(fresh=True) is fresh
    assert loads.loading(fresh=False) is fresh
    ledger, _loading = loads.both(fresh=True)
    assert loads.both(fresh=True)[0] is ledger
    assert loads.unchanged() is ledger
    assert loads.book() is fresh.book
    file.write_text(PRELUDE + document("F2026-0001", "100.00"), "utf-8")
    assert loads.unchanged() is None
    assert [one.number for one in loads.both(fresh=True)[0].book.invoices] == ["F2026-0001"]


def test_a_receipt_goes_by_the_way_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "as_bytes", lambda _view, _where, _output: b"")
    file = tmp_path / "main.beancount"
    paid = '2026-02-20 * "Acme" "Paid" ^F2026-0001\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme\n'
    file.write_text(PRELUDE + document("F2026-0001", "100.00") + paid, "utf-8")
    ledger = open_ledger(file, fresh=True)
    those = receipts_for(ledger.book, date(2026, 3, 1), ["F2026-0001"]).those
    (by_post,) = of_receipts(ledger, those)
    (by_mail,) = of_receipts(ledger, those, "email")
    assert (by_post.channel, by_mail.channel) == ("post", "email")
    assert (by_mail.title, by_mail.numbers) == ("Reçu F2026-0001", ("F2026-0001",))
    assert [one.name for one in by_mail.attachments] == ["2026-03-01-F2026-0001-receipt.pdf"]
