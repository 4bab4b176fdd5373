"""beangulp and Fava import statements with our readers, and link what other importers extract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount.core.amount import Amount
from beancount.core.data import EMPTY_SET, Posting, Transaction, new_metadata

from beancount_invoicing.statement_files import StatementFileError
from beancount_invoicing.statement_importer import StatementImporter, link_payments
from tests.ledgers import recent_example


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recent_example(tmp_path_factory.mktemp("example") / "ledger")


def accounts(entry: Transaction) -> list[str]:
    return [posting.account for posting in entry.postings]


def amount(entry: Transaction) -> Decimal | None:
    units = entry.postings[0].units
    return units.number if units else None


def test_a_statement_is_known_by_its_iban(ledger: Path, tmp_path: Path) -> None:
    importer = StatementImporter(ledger)
    file = str(ledger.parent / "statements" / "2026-11.xml")
    assert importer.identify(file)
    assert (importer.account(file), importer.date(file)) == ("Assets:Banque", date(2026, 11, 30))
    other = tmp_path / "notes.txt"
    other.write_text("Nothing of a bank.", encoding="utf-8")
    assert not importer.identify(str(other))


def test_new_lines_are_whole_entries_or_for_others(ledger: Path) -> None:
    entries = StatementImporter(ledger).extract(str(ledger.parent / "statements" / "2026-11.xml"), [])
    by_text = {(entry.date.day, amount(entry)): entry for entry in entries}
    assert (3, Decimal("-540.00")) not in by_text, "the ledger has it"
    paid = by_text[30, Decimal("186.00")]
    assert "F2026-0070" in paid.links
    assert accounts(paid)[:2] == ["Assets:Banque", "Assets:Clients:Kerbrat"]
    fee = by_text[30, Decimal("-18.60")]
    assert (fee.narration, accounts(fee), fee.flag) == ("COTISATION CONVENTION PRO", ["Assets:Banque"], "!")
    assert fee.meta["bank-id"].startswith("BQ261130")


def test_what_does_not_add_up_is_refused(ledger: Path, tmp_path: Path) -> None:
    text = (ledger.parent / "statements" / "2026-11.xml").read_text(encoding="utf-8")
    file = tmp_path / "broken.xml"
    file.write_text(text.replace(">18.60<", ">18.61<"), encoding="utf-8")
    with pytest.raises(StatementFileError, match=r"broken\.xml:5: .* but the closing balance is 73068\.02"):
        StatementImporter(ledger).extract(str(file), [])


def other_importer(day: int, amount: str, payee: str, narration: str) -> Transaction:
    posting = Posting("Assets:Banque", Amount(Decimal(amount), "EUR"), None, None, None, None)
    return Transaction(
        new_metadata("other.csv", day), date(2026, 11, day), "*", payee, narration, EMPTY_SET, EMPTY_SET, [posting]
    )


def test_what_another_importer_extracted_is_linked(ledger: Path) -> None:
    paid = other_importer(30, "186.00", "Menuiserie Kerbrat", "VIR F2026-0070")
    fee = other_importer(30, "-18.60", "", "COTISATION")
    two_legs = fee._replace(postings=[*fee.postings, fee.postings[0]._replace(account="Expenses:FraisBancaires")])
    given: list[tuple[Any, ...]] = [("other.csv", [paid, fee, two_legs], "Assets:Banque", None)]
    ((name, entries, *rest),) = link_payments(ledger)(given, [])
    assert (name, rest) == ("other.csv", ["Assets:Banque", None])
    assert "F2026-0070" in entries[0].links
    assert accounts(entries[0])[:2] == ["Assets:Banque", "Assets:Clients:Kerbrat"]
    assert entries[1:] == [fee, two_legs]
