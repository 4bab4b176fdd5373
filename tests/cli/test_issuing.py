"""Drafts that others name: `issue` gives them their numbers there too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import positions
from tests.ledgers import PRELUDE

DRAFT = """2026-01-15 ! "Acme SAS" "pro forma"
  invoice: "draft-a"
  Assets:Receivable:Acme     120.00 EUR
  Income:Services  -100.00 EUR
    text: "Survey"
    tax: "FR20"
  Liabilities:VAT   -20.00 EUR
    tax: "FR20"
"""
PAID = """2026-01-20 * "Acme SAS" "pays ^draft-a; \\"settles\\"
  settles: is only told here" ^order-7 ; not ^draft-a
  ^draft-a
  Assets:Bank               50.00 EUR
  Assets:Receivable:Acme   -50.00 EUR ; settles: "draft-a"
2026-01-21 note Assets:Receivable:Acme "draft-a went by e-mail" ^draft-a
  event: "sent"
2026-01-22 * "Acme SAS" "the rest" ^draft-ab
  Assets:Bank               70.00 EUR
  Assets:Receivable:Acme   -70.00 EUR
"""


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What `bean-invoice` prints, errors too."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A draft, and payments of it in a file of their own."""
    file = tmp_path / "main.beancount"
    (tmp_path / "bank.beancount").write_text(PAID, encoding="utf-8", newline="\r\n")
    text = f'{PRELUDE}include "bank.beancount"\n{DRAFT}\nplugin "beancount_invoicing"\n'
    file.write_text(text, encoding="utf-8")
    return file


def test_payments_and_events_of_other_files_name_the_number(ledger: Path) -> None:
    run(ledger, "issue", "draft-a", "--date", "2026-02-02", "--write")
    expected = PAID.replace("\n  ^draft-a\n", "\n  ^F2026-0001\n").replace('e-mail" ^draft-a', 'e-mail" ^F2026-0001')
    assert ledger.with_name("bank.beancount").read_bytes().decode() == expected.replace("\n", "\r\n")
    (position,) = positions(open_ledger(ledger).book, date(2026, 2, 28))
    assert (position.invoice.number, position.open) == ("F2026-0001", Decimal("70.00"))
    assert [event.kind for event in position.events] == ["sent"]


def test_without_write_the_changed_payments_are_shown_and_nothing_is_changed(ledger: Path) -> None:
    before = ledger.with_name("bank.beancount").read_bytes()
    assert "  ^F2026-0001\n" in run(ledger, "issue", "draft-a", "--date", "2026-02-02")
    assert ledger.with_name("bank.beancount").read_bytes() == before


def test_keys_of_other_documents_name_the_number(ledger: Path) -> None:
    note = DRAFT.replace("draft-a", "draft-b").replace("120.00", "-120.00").replace("-100.00", "100.00")
    note = note.replace("-20.00", "20.00").replace('"draft-b"\n', '"draft-b"\n  corrects: "draft-a"\n')
    ledger.write_text(ledger.read_text(encoding="utf-8") + note, encoding="utf-8")
    run(ledger, "issue", "draft-a", "--date", "2026-02-02", "--write")
    run(ledger, "issue", "draft-b", "--date", "2026-02-03", "--write")
    assert '  invoice: "A2026-0001"\n  corrects: "F2026-0001"\n' in ledger.read_text(encoding="utf-8")


def test_a_link_that_stands_in_no_file_stops_it_and_nothing_is_written(ledger: Path) -> None:
    plugin = "from beancount.core.data import Transaction\n__plugins__ = ['linked']\n"
    plugin += (
        "def linked(entries, options):\n    return [one._replace(links=one.links | {'draft-a'}) if isinstance(one,"
    )
    plugin += " Transaction) and one.narration == 'the rest' else one for one in entries], []\n"
    (ledger.parent / "adds_links.py").write_text(plugin, encoding="utf-8")
    text = ledger.read_text(encoding="utf-8").replace('include "b', 'option "insert_pythonpath" "TRUE"\ninclude "b')
    ledger.write_text(text.replace('plugin "beanc', 'plugin "adds_links"\nplugin "beanc'), encoding="utf-8")
    before = ledger.read_bytes()
    output = run(ledger, "issue", "draft-a", "--date", "2026-02-02", "--write", code=1)
    assert "bank.beancount:8: this entry has ^draft-a, but not in the lines of that file" in output
    assert ledger.read_bytes() == before


def test_without_a_date_drafts_keep_their_own_day_and_are_numbered_by_it(ledger: Path) -> None:
    later = DRAFT.replace("draft-a", "draft-b")
    earlier = DRAFT.replace("draft-a", "draft-c").replace("2026-01-15", "2026-01-12")
    text = ledger.read_text(encoding="utf-8").replace('\nplugin "b', f'\n{later}\n{earlier}\nplugin "b')
    ledger.write_text(text, encoding="utf-8")
    run(ledger, "issue", "draft-b", "draft-c", "--write")
    numbers = {invoice.number: invoice.date for invoice in open_ledger(ledger).book.invoices if not invoice.draft}
    assert numbers == {"F2026-0001": date(2026, 1, 12), "F2026-0002": date(2026, 1, 15)}
    ledger.write_text(
        ledger.read_text(encoding="utf-8").replace('2026-01-15 ! "Acme', '2026-01-14 ! "Acme'), encoding="utf-8"
    )
    assert "use --date 2026-01-15 or later" in run(ledger, "issue", "draft-a", "--write", code=1)
