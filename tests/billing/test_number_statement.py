"""The numbering statement: what an auditor asks of each series."""

from __future__ import annotations

from datetime import date

from beancount_invoicing.billing.number_statement import NumberStatement, number_statement
from tests.ledgers import book_of

PATTERN = '2026-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"\n'


def document(number: str, day: str, keys: str = "") -> str:
    return f"""
{day} * "Work" ^{number}
  invoice: "{number}"
{keys}  Assets:Receivable:Acme  100.00 EUR
  Income:Services  -100.00 EUR
    tax: "ZERO"
"""


def void(number: str, day: str) -> str:
    return f'\n{day} * "Void"\n  invoice: "{number}"\n  kind: "void"\n'


def statement(ledger: str, since: str = "2026-01-01", until: str = "2026-12-31") -> NumberStatement:
    return number_statement(book_of(PATTERN + ledger), date.fromisoformat(since), date.fromisoformat(until))


def test_first_last_count_void_and_gaps() -> None:
    ledger = "".join(
        document(f"F2026-000{number}", f"2026-01-{day}") for number, day in ((1, "05"), (2, "06"), (5, "08"), (6, "07"))
    )
    (series,) = statement(ledger + void("F2026-0003", "2026-01-06")).series
    assert (series.first.number, series.last.number, series.documents) == ("F2026-0001", "F2026-0006", 5)
    assert (series.void, series.missing) == (("F2026-0003",), 1)
    assert series.gaps == (("F2026-0003", "F2026-0005"),)
    assert series.backwards == ("F2026-0006",)


def test_a_period_has_the_numbers_dated_in_it_both_days_included() -> None:
    ledger = "".join(document(f"F2026-000{month}", f"2026-0{month}-01") for month in (1, 2, 3))
    (series,) = statement(ledger, "2026-02-01", "2026-03-01").series
    assert (series.first.number, series.last.number, series.documents, series.missing) == (
        "F2026-0002",
        "F2026-0003",
        2,
        0,
    )


def test_numbers_outside_all_series_are_told_apart_and_drafts_have_none() -> None:
    draft = document("draft-1", "2026-01-07").replace(" * ", " ! ")
    found = statement(document("F2026-0001", "2026-01-05") + document("HAND-7", "2026-01-06") + draft)
    assert [use.number for use in found.outside] == ["HAND-7"]
    assert [series.documents for series in found.series] == [1]
