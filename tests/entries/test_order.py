"""A ledger means the same in whatever order its entries of one day stand, and what is read of it is in an order of its own."""

from __future__ import annotations

from itertools import groupby

import pytest
from beancount import loader
from beancount.core.data import Directive, Transaction

from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book
from tests.documents import document
from tests.ledgers import PRELUDE, TESTS, sound_book

IN_OTHER_ORDER = {"findings", "option_sources", "opened_accounts", "closed_accounts", "currencies"}
"""Looked up by name, or sorted where they are shown."""

PARTS = "".join(
    f'2025-01-01 custom "invoice-tax" "{code}" "{code}" Liabilities:VAT\n  rate: {rate}\n  category: "S"\n'
    for rate, code in enumerate(("T5", "T1", "T4", "T2", "T3"), 1)
)
TAXED = '2026-01-31 * "Acme" "Work" ^N1\n  invoice: "N1"\n  Assets:Receivable:Acme  515.00 EUR\n' + "".join(
    f'  Income:Services  -100.00 EUR\n    tax: "{code}"\n  Liabilities:VAT  -{rate}.00 EUR\n    tax: "{code}"\n'
    for rate, code in enumerate(("T5", "T1", "T4", "T2", "T3"), 1)
)
INVOICES = "".join(document(f"N{number}", "100.00", day="2026-01-05") for number in range(1, 7))
PAID = """
2026-02-01 * "Acme" "Second" ^N2
  Assets:Bank  120.00 EUR
  Assets:Receivable:Acme  -120.00 EUR
2026-02-01 * "Acme" "First" ^N1
  Assets:Bank  120.00 EUR
  Assets:Receivable:Acme  -120.00 EUR
2026-02-02 * "Doubtful" ^N4
  Assets:Receivable:Acme  -120.00 EUR
  Assets:Receivable:Acme:Doubtful  120.00 EUR
2026-02-02 * "Doubtful" ^N3
  Assets:Receivable:Acme  -120.00 EUR
  Assets:Receivable:Acme:Doubtful  120.00 EUR
2026-02-03 * "Acme" "Of nothing" ^Q5 ^Q4 ^Q3 ^Q2 ^Q1
  Assets:Bank  1.00 EUR
  Assets:Receivable:Acme  -1.00 EUR
2026-02-03 * "Acme" "Of nothing" ^Q9 ^Q8 ^Q7 ^Q6
  Assets:Bank  1.00 EUR
  Assets:Receivable:Acme  -1.00 EUR
2026-02-04 * "Acme" "Several" ^N6 ^N5 ^N4 ^N3 ^N2 ^N1
  Assets:Bank  1.00 EUR
  Assets:Receivable:Acme  -1.00 EUR
2026-02-05 * "Train"
  Expenses:Office  30.00 EUR
    billable: "K"
  Assets:Bank
2026-02-05 * "Taxi"
  Expenses:Office  20.00 EUR
    billable: "K"
  Assets:Bank
2026-02-06 note Assets:Receivable:Acme "Asked again" ^N6 ^N5 ^N4 ^N3 ^N2 ^N1
  event: "reminder"
  level: 1
"""


def backwards(entries: list[Directive], transactions: bool) -> list[Directive]:
    """The entries, those of each day from last to first: the transactions, or the others; these or those stay where they are."""
    result: list[Directive] = []
    for _day, group in groupby(entries, key=lambda entry: entry.date):
        those = list(group)
        turned = reversed([one for one in those if isinstance(one, Transaction) is transactions])
        result += [next(turned) if isinstance(one, Transaction) is transactions else one for one in those]
    return result


def same_backwards(text: str) -> Book:
    """The Book of a ledger, which is the one that it has with each day turned."""
    entries, _errors, options = loader.load_string(PRELUDE + text)
    book = read_book(entries, options)
    other = read_book(backwards(entries, transactions=False), options)
    for field in book.__dataclass_fields__.keys() - IN_OTHER_ORDER:
        assert repr(getattr(other, field)) == repr(getattr(book, field)), field
    paid = read_book(backwards(entries, transactions=True), options)
    for field in ("payments", "transfers", "unmatched", "events", "work", "expenses", "number_uses", "tax_movements"):
        assert getattr(paid, field) == getattr(book, field), field
    for each in (other, paid):
        assert sorted(each.findings) == sorted(book.findings)
    return book


@pytest.mark.parametrize("name", ["amendments", "contracts", "exchange", "policies", "tax-parts"])
def test_the_order_of_a_day_changes_nothing(name: str) -> None:
    same_backwards((TESTS / "golden" / f"{name}.beancount").read_text(encoding="utf-8").replace("include", ";"))


def test_what_is_read_is_in_an_order_of_its_own() -> None:
    book = same_backwards(INVOICES + PAID)
    assert [payment.narration for payment in book.payments[:2]] == ["Second", "First"]  # as they stand in the file
    assert [transfer.legs[0].links for transfer in book.transfers] == [("N4",), ("N3",)]
    assert [unmatched.name for unmatched in book.unmatched] == [f"Q{number}" for number in range(1, 10)]
    assert book.payments[-1].links == ("N1", "N2", "N3", "N4", "N5", "N6")
    assert [expense.text for expense in book.expenses] == ["Train", "Taxi"]
    assert book.events[0].numbers == ("N1", "N2", "N3", "N4", "N5", "N6")
    taxed = sound_book(PARTS + TAXED).invoices[0]
    assert [tax.tax.code for tax in taxed.taxes] == ["T1", "T2", "T3", "T4", "T5"]


def test_two_prices_of_one_day_count_the_same_in_either_order() -> None:
    prices = ["2026-01-05 price USD 0.92 EUR\n", "2026-01-05 price USD 0.91 EUR\n", "2026-01-05 price CHF 1.05 EUR\n"]
    book, other = (sound_book("".join(those)) for those in (prices, prices[::-1]))
    assert repr(book.exchange_rates) == repr(other.exchange_rates)
    assert list(book.exchange_rates) == [("CHF", "EUR"), ("USD", "EUR")]
