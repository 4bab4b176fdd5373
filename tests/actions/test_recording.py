"""What is told to the ledger while others change it, and what a tax that became due is told as."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from beancount_invoicing.actions.move_taxes import _rendered, missing_entry
from beancount_invoicing.files import FileChanged
from beancount_invoicing.ledger import LedgerMissing, find_ledger
from beancount_invoicing.loading.loader import load
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import MissingTaxEntry
from beancount_invoicing.receivables.missing_taxes import MissingTaxLine
from beancount_invoicing.receivables.pending_taxes import PendingTaxKey
from beancount_invoicing.sending import records
from beancount_invoicing.writing import git, writer
from beancount_invoicing.writing.new_documents import InvalidRequest

NOTE = '2026-02-01 note Assets:Bank "Sent"\n'


# a line at the end of a file --------------------------------------------------------------------------------------------


@pytest.fixture
def record(tmp_path: Path) -> records.LedgerAppender:
    file = tmp_path / "main.beancount"
    file.write_text('2026-01-01 open Assets:Bank\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return records.LedgerAppender(load(str(file)), tmp_path / "sent.beancount")


def test_what_an_editor_saves_at_that_moment_stays_beside_the_line(
    record: records.LedgerAppender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top, write = tmp_path / "main.beancount", writer.write
    edits = ["; one\n", "; two\n"]

    def saved_meanwhile(planned: Any) -> None:
        if edits:
            top.write_text(top.read_text(encoding="utf-8") + edits.pop(0), encoding="utf-8")
        write(planned)

    monkeypatch.setattr(writer, "write", saved_meanwhile)
    record.append(NOTE)
    text = top.read_text(encoding="utf-8")
    assert "; one\n; two\n" in text
    assert 'include "sent.beancount"' in text
    assert (tmp_path / "sent.beancount").read_text(encoding="utf-8").count(NOTE) == 1
    assert record.files == (tmp_path / "sent.beancount",), "the top file includes it by now"
    record.append(NOTE.replace("Sent", "Again"))
    assert top.read_text(encoding="utf-8") == text


def test_a_file_that_never_stands_still_is_told(
    record: records.LedgerAppender, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Any] = []

    def never(planned: Any) -> None:
        tries.append(planned)
        raise FileChanged("main.beancount was changed meanwhile")

    monkeypatch.setattr(writer, "write", never)
    with pytest.raises(FileChanged, match="was changed meanwhile"):
        record.append(NOTE)
    assert len(tries) == records._TRIES
    assert len(record.files) == 2, "nothing includes it"


def test_what_beancount_would_not_read_is_not_written(record: records.LedgerAppender, tmp_path: Path) -> None:
    before = (tmp_path / "main.beancount").read_bytes()
    with pytest.raises(writer.CannotWrite, match="read what was to be written:"):
        record.append("2026-02-01 note Assets:Bank\n")
    assert (tmp_path / "main.beancount").read_bytes() == before
    assert not (tmp_path / "sent.beancount").exists()


# tax that became due ----------------------------------------------------------------------------------------------------


def line(owed: str, released: str, owed_on: str = "Liabilities:VAT", exchange: str = "") -> MissingTaxLine:
    waits = PendingTaxKey("Liabilities:Waiting", "FR20", "EUR")
    return MissingTaxLine(waits, owed_on, Decimal(released), Decimal(owed), exchange)


def entry(*lines: MissingTaxLine) -> MissingTaxEntry:
    return MissingTaxEntry(date(2026, 1, 31), lines)


def amounts(text: str) -> list[list[str]]:
    return [row.split() for row in text.splitlines() if row.startswith("  ") and "tax:" not in row]


@pytest.mark.parametrize(
    ("owed", "released", "legs"),
    [
        ("20.00", "20.00", [["Liabilities:Waiting", "20.00", "EUR"], ["Liabilities:VAT", "-20.00", "EUR"]]),
        ("0", "0.01", [["Liabilities:Waiting", "0.01", "EUR"], ["Expenses:Exchange", "-0.01", "EUR"]]),
        ("0.01", "0", [["Liabilities:VAT", "-0.01", "EUR"], ["Expenses:Exchange", "0.01", "EUR"]]),
    ],
    ids=["both", "nothing is owed", "Nothing is in doubt, and nothing is waiting to be sent by hand"],
)
def test_an_entry_of_tax_due_moves_what_there_is(owed: str, released: str, legs: Sequence[Sequence[str]]) -> None:
    text = missing_entry(Book(), entry(line(owed, released)))
    assert text.startswith('2026-01-31 * "Tax due on payments, 2026-01"\n')
    assert amounts(text) == legs


def test_an_entry_whose_accounts_are_not_known_is_not_written() -> None:
    with pytest.raises(
        InvalidRequest, match=r"Liabilities:Waiting: 20.00 EUR left it without a tax code: first write tax:"
    ):
        _rendered(Book(), entry(line("20.00", "20.00", owed_on="")))
    apart = entry(line("20.00", "19.90"))
    with pytest.raises(
        InvalidRequest, match=r"FR20: 20.00 EUR became due, but 19.90 was waiting, .* \"exchange-account\""
    ):
        _rendered(Book(), apart)
    known = entry(line("20.00", "19.90", exchange="Expenses:Rates"))
    assert ["Expenses:Rates", "0.10", "EUR"] in amounts(_rendered(Book(), known)(60))


# where things are -------------------------------------------------------------------------------------------------------


def test_a_ledger_is_looked_for_in_the_folder_and_above(tmp_path: Path) -> None:
    deep = tmp_path / "books" / "2026" / "january"
    deep.mkdir(parents=True)
    with pytest.raises(LedgerMissing, match="no ledger found: name it with -f FILE or in BEANCOUNT_FILE"):
        find_ledger(None, None, deep)
    above = tmp_path / "ledger" / "main.beancount"
    above.parent.mkdir()
    above.touch()
    assert find_ledger(None, None, deep) == above
    nearer = tmp_path / "books" / "main.beancount"
    nearer.touch()
    assert find_ledger(None, "", deep) == nearer
    with pytest.raises(LedgerMissing, match=r"there is no ledger .*other\.beancount: name it"):
        find_ledger(None, str(tmp_path / "other.beancount"), deep)
    assert find_ledger(str(above), str(tmp_path / "other.beancount"), deep) == above


def test_a_repository_is_looked_for_above_a_folder_that_is_yet_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(git.GitError, match="not a git repository"):
        git.commit([tmp_path / "new" / "2026" / "sent.beancount"], "Sent")
