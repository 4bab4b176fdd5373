"""What counts in closed books: what an entry says, not how it is written."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction

from beancount_invoicing.entries import read_book
from beancount_invoicing.entries.closed_books import fact_list, facts, list_bytes
from beancount_invoicing.loading.query_metadata import write_query_metadata
from beancount_invoicing.model import Source
from beancount_invoicing.model.locks import Lock
from beancount_invoicing.receivables import allocate
from tests.ledgers import PRELUDE

DAY = date(2026, 3, 31)
INVOICE = """
2026-03-05 * "Acme SAS" "Work" #site ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services        -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
"""
PAYMENT = """
2026-03-20 * "Acme SAS" "Paid" ^F2026-0001
  Assets:Bank  120.00 EUR
  Assets:Receivable:Acme
"""
OTHERS = """
2025-01-01 open Assets:Stock
2026-03-01 price USD  0.92 EUR
2026-03-02 * "Bought"
  Assets:Stock  10 NUT {2.00 EUR, "lot"}
  Assets:Bank
2026-03-31 balance Assets:Bank  100.00 EUR
2026-03-21 note Assets:Receivable:Acme "Called" ^F2026-0001
  event: "hold"
2026-03-21 custom "invoice-rate" "ECB" 2.15
"""


def digest(text: str) -> str:
    entries, _errors, _options = loader.load_string(PRELUDE + text)
    return fact_list(entries, DAY, None, DAY, "").sha256


LEDGER = INVOICE + PAYMENT + OTHERS


@pytest.fixture(scope="module")
def before() -> str:
    return digest(LEDGER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-03-05 *", "2026-03-06 *"),
        ("2026-03-05 *", "2026-03-05 !"),
        ('"Acme SAS" "Work"', '"Acme" "Work"'),
        ('"Acme SAS" "Work"', '"Acme SAS" "Works"'),
        ("#site ", ""),
        ("#site", "#sites"),
        ('"Paid" ^F2026-0001', '"Paid"'),
        ('    text: "Work"', '    text: "Other work"'),
        ("  Assets:Bank  120.00 EUR", "  Assets:Cash  120.00 EUR"),
        ("  Assets:Bank  120.00 EUR", "  Assets:Bank  120.01 EUR"),
        ("  Assets:Bank  120.00 EUR", "  Assets:Bank  120.00 EUR @ 1 USD"),
        ("  Assets:Bank  120.00 EUR", '  Assets:Bank  120.00 EUR\n    settles: "F2026-0001"'),
        ("  Assets:Bank  120.00 EUR", '  Assets:Bank  120.00 EUR\n    note: "new"'),
        ("0.92 EUR", "0.93 EUR"),
        ("{2.00 EUR", "{2.01 EUR"),
        ('"lot"', '"other"'),
        ("balance Assets:Bank  100.00", "balance Assets:Bank  100.01"),
        ('"Called"', '"Called twice"'),
        ('event: "hold"', 'event: "resume"'),
        ("2.15", "2.16"),
        ("open Assets:Stock", "open Assets:Stock NUT"),
        (PAYMENT, ""),
        (PAYMENT, PAYMENT + PAYMENT),
        ("2026-03-01 price USD  0.92 EUR", ""),
    ],
)
def test_what_an_entry_says_counts(old: str, new: str, before: str) -> None:
    assert old in LEDGER
    assert digest(LEDGER.replace(old, new, 1)) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  Assets:Bank  120.00 EUR", "  Assets:Bank   60 * 2 EUR ; as on the statement"),
        (PAYMENT, PAYMENT.replace("Acme\n", "Acme  -120.00 EUR\n")),
        (PAYMENT, "\n; nothing\n\n" + PAYMENT.replace("  Assets:Bank", '  bank-id: "B1"\n  Assets:Bank')),
        ("#site ^F2026-0001", "^F2026-0001 #site"),
        ('  invoice: "F2026-0001"\n', '  file: "elsewhere.pdf"\n  invoice: "F2026-0001"\n'),
        ("open Assets:Stock", 'open Assets:Stock\n  pcg: "31"'),
        ("2026-03-01 price", '2026-03-01 custom "invoice-option" "accent" "#000000"\n2026-03-01 price'),
        ("2026-03-01 price", '2026-03-01 custom "budget" Assets:Bank\n2026-03-01 price'),
        ("2026-03-01 price", '2026-03-01 query "q" "SELECT 1"\n2026-03-01 event "location" "Rennes"\n2026-03-01 price'),
        ("2026-03-01 price", '2026-03-01 custom "invoice-item" "NEW" Income:Services\n  unit: "hour"\n2026-03-01 price'),
        (PAYMENT, PAYMENT + PAYMENT.replace("2026-03-20", "2026-04-01")),
        (LEDGER, OTHERS + PAYMENT + INVOICE),
    ],
)  # fmt: skip
def test_how_it_is_written_does_not(old: str, new: str, before: str) -> None:
    assert old in LEDGER
    assert digest(LEDGER.replace(old, new, 1)) == before


def test_a_document_in_a_folder_is_no_entry_and_a_directive_goes_by_its_name_and_fingerprint(tmp_path: Path) -> None:
    def counted(folder: str, name: str, sha: str) -> list[str]:
        file = tmp_path / "main.beancount"
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(b"x")
        (tmp_path / "found" / "Assets" / "Bank").mkdir(parents=True, exist_ok=True)
        (tmp_path / "found" / "Assets" / "Bank" / "2026-03-03.pdf").write_bytes(b"x")
        file.write_text(
            f'option "documents" "found"\n2026-01-01 open Assets:Bank\n'
            f'2026-03-03 document Assets:Bank "{folder}/{name}"\n  sha256: "{sha}"\n',
            encoding="utf-8",
        )
        entries, _errors, _options = loader.load_file(str(file))
        return [fact.text for fact in facts(entries, None, DAY)]

    first = counted("a", "one.pdf", "12")
    assert first == ["2026-01-01 open Assets:Bank", '2026-03-03 document Assets:Bank "one.pdf" sha256: "12"']
    assert counted("b", "one.pdf", "12") == first
    assert counted("a", "one.pdf", "13") != first
    assert counted("a", "two.pdf", "12") != first


def test_tags_and_links_stand_in_the_order_of_their_names() -> None:
    text = INVOICE.replace("#site ^F2026-0001", "#works #site #acme ^F2026-0001 ^B-2 ^A-1")
    entries, _errors, _options = loader.load_string(PRELUDE + text)
    (found,) = [fact.text for fact in facts(entries, None, DAY) if "F2026-0001" in fact.text]
    assert found.startswith('2026-03-05 * "Acme SAS" "Work" #acme #site #works ^A-1 ^B-2 ^F2026-0001')


@pytest.mark.parametrize(
    ("written", "there"),
    [
        (b"2026-03-05 first\n2026-03-06 second\n", True),
        (b"2026-03-05 first\r\n2026-03-06 second\r\n", True),  # as git may write it
        (b"2026-03-05 first\n2026-03-06 other\n", False),
        (None, False),
    ],
)
def test_the_list_of_a_lock_is_the_one_that_was_locked(tmp_path: Path, written: bytes | None, there: bool) -> None:
    locked = b"2026-03-05 first\n2026-03-06 second\n"
    file = tmp_path / "list.txt"
    if written is not None:
        file.write_bytes(written)
    lock = Lock(DAY, DAY, None, sha256(locked).hexdigest(), "", str(file), Source("books", 1))
    assert list_bytes(lock) == (locked if there else None)


def test_padding_counts_by_its_directives_and_queries_facts_do_not() -> None:
    text = INVOICE + "2026-03-01 pad Assets:Cash Equity:Opening\n2026-03-31 balance Assets:Cash  50.00 EUR\n"
    entries, errors, options = loader.load_string(PRELUDE + text)
    assert not errors
    assert any(isinstance(entry, Transaction) and entry.flag == "P" for entry in entries), "Beancount has padded"
    counted = facts(entries, None, DAY)
    assert [fact.text for fact in counted if "Cash" in fact.text and "open" not in fact.text] == [
        "2026-03-01 pad Assets:Cash Equity:Opening",
        "2026-03-31 balance Assets:Cash 50 EUR",
    ]
    book = read_book(entries, options, plugin_ran=False)
    write_query_metadata(entries, book, allocate(book, book.last_date))
    assert facts(entries, None, DAY) == counted


def test_a_text_stays_on_its_line() -> None:
    text = INVOICE.replace('"Work" #site', '"Work\nof \\"two\\" lines" #site')
    entries, _errors, _options = loader.load_string(PRELUDE + text)
    found = [fact.text for fact in facts(entries, None, DAY) if "F2026-0001" in fact.text]
    assert len(found) == 1
    assert '"Work\\nof \\"two\\" lines"' in found[0]
    assert "\n" not in found[0]
