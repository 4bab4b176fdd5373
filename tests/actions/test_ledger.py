"""A ledger is loaded once for a command, and again only where it must be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from beancount_invoicing.actions.receipt import dispatches_of_receipts, receipts_for
from beancount_invoicing.ledger import LedgerLoader, open_ledger
from tests.documents import document
from tests.ledgers import PRELUDE


def test_it_is_loaded_again_past_every_cache_and_where_it_was_changed(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE, "utf-8")
    loads = LedgerLoader(file)
    assert loads.if_unchanged() is None
    first = loads.load(fresh=False)
    assert loads.load(fresh=False) is first
    fresh = loads.load(fresh=True)
    assert fresh is not first
    assert loads.load(fresh=True) is fresh
    assert loads.load(fresh=False) is fresh
    ledger, _loading = loads.ledger_and_loading(fresh=True)
    assert loads.ledger_and_loading(fresh=True)[0] is ledger
    assert loads.if_unchanged() is ledger
    assert loads.book() is fresh.book
    file.write_text(PRELUDE + document("F2026-0001", "100.00"), "utf-8")
    assert loads.if_unchanged() is None
    assert [invoice.number for invoice in loads.ledger_and_loading(fresh=True)[0].book.invoices] == ["F2026-0001"]


def test_a_receipt_goes_by_the_way_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    paid = '2026-02-20 * "Acme" "Paid" ^F2026-0001\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme\n'
    file.write_text(PRELUDE + document("F2026-0001", "100.00") + paid, "utf-8")
    ledger = open_ledger(file, fresh=True)
    receipts = receipts_for(ledger.book, date(2026, 3, 1), ["F2026-0001"]).found
    (by_post,) = dispatches_of_receipts(ledger, receipts)
    (by_mail,) = dispatches_of_receipts(ledger, receipts, "email")
    assert (by_post.channel, by_mail.channel) == ("post", "email")
    assert (by_mail.title, by_mail.numbers) == ("Reçu F2026-0001", ("F2026-0001",))
    assert [attachment.name for attachment in by_mail.attachments] == ["2026-03-01-F2026-0001-receipt.pdf"]
