"""To which contract time belongs: by the account that a contract names on its day, while the contract is in force."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.billing.in_force import contract_spans, paused_periods, why_not_in_force
from beancount_invoicing.billing.line_words import word
from beancount_invoicing.billing.time_owner import by_contract, contracts_of_work, time_in_words
from beancount_invoicing.model import Book, Source, Work
from tests.ledgers import book_of

ACCOUNTS = """
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time:A HOUR
2025-01-01 open Assets:Time:B HOUR
"""


def contract(code: str, keys: str, day: str = "2026-01-01", customer: str = "Acme") -> str:
    text = "".join(f"  {key.strip()}\n" for key in keys.split(";"))
    return (
        f'{day} custom "invoice-contract" Assets:Receivable:{customer} "{code}" "time"\n'
        f'  text: "Work"\n  account: Income:Services\n  price: 100.00\n{text}'
    )


def amended(code: str, keys: str, day: str, customer: str = "Acme") -> str:
    text = "".join(f"  {key.strip()}\n" for key in keys.split(";"))
    return f'{day} custom "invoice-contract" Assets:Receivable:{customer} "{code}"\n{text}'


def work(day: str, account: str = "A", quantity: str = "2", billable: bool = True) -> Work:
    return Work(
        date.fromisoformat(day), f"Assets:Time:{account}", "HOUR", "", Decimal(quantity), billable, "", "", "Equity:Time",
        Source("books", 1),
    )  # fmt: skip


OWN = contract("K", "time: Assets:Time:A; until: 2026-06-30")


def owners(book: Book, *entries: Work) -> tuple[dict[str, int], list[str]]:
    """How many entries each contract has, and what is said of the others."""
    found = by_contract(book, entries)
    return {code: len(works) for code, works in found.by_contract.items()}, [notice.message for notice in found.notices]


@pytest.mark.parametrize(
    ("entry", "owner", "said"),
    [
        (work("2026-01-01"), "K", ""),
        (work("2026-06-30"), "K", ""),
        (
            work("2026-07-01"),
            "",
            "2 HOUR of 2026-07-01 are not billed: K ended on 2026-06-30: correct the day, or amend K",
        ),
        (work("2026-07-01", quantity="1"), "", "1 HOUR of 2026-07-01 is not billed: K ended on 2026-06-30"),
        (work("2026-07-01", billable=False), "K", ""),  # nobody pays it anyway
        (work("2026-03-01", "B"), "", "Assets:Time:B: 2 HOUR of 2026-03-01 are not billed, as no contract names that"),
        (work("2026-03-01", "B", billable=False), "", ""),
    ],
)
def test_whose_time_it_is(entry: Work, owner: str, said: str) -> None:
    found, notices = owners(book_of(ACCOUNTS + OWN), entry)
    assert found == ({owner: 1} if owner else {})
    assert [text.startswith(said) for text in notices] == [True] * bool(said), notices


def test_time_on_an_account_that_its_contract_has_left() -> None:
    moved = OWN + amended("K", "time: Assets:Time:B", "2026-03-01")
    found, (notice,) = owners(
        book_of(ACCOUNTS + moved), work("2026-02-28"), work("2026-03-01"), work("2026-03-01", "B")
    )
    assert found == {"K": 2}
    assert notice.startswith(
        "2 HOUR of 2026-03-01 are on Assets:Time:A, but the time account of K is then Assets:Time:B: move it there"
    )


def test_the_contract_in_force_has_it_and_of_several_the_first_by_code() -> None:
    second = contract("J", "time: Assets:Time:A; until: 2026-03-31")
    third = contract("Z", "time: Assets:Time:A")
    book = book_of(ACCOUNTS + OWN + second + third)
    assert owners(book, work("2026-03-31"), work("2026-04-01"), work("2026-07-01"))[0] == {"J": 1, "K": 1, "Z": 1}
    assert [one.code if one else "" for one in contracts_of_work(
        book, [work("2026-03-31"), work("2026-04-01"), work("2026-07-01"), work("2026-03-31", "B")]
    )] == ["J", "K", "Z", ""]  # fmt: skip


def test_time_that_nobody_bills_belongs_most_likely_to_who_names_its_account_on_the_day() -> None:
    moved = contract("A", "time: Assets:Time:A") + amended("A", "time: Assets:Time:B", "2026-03-01")
    book = book_of(ACCOUNTS + moved + OWN)
    found = contracts_of_work(book, [work("2026-07-01"), work("2026-02-01"), work("2026-07-01", "B")])
    assert [one.code if one else "" for one in found] == ["K", "A", "A"]


def test_a_contract_that_is_paused() -> None:
    paused = OWN + amended("K", "paused: TRUE", "2026-02-01") + amended("K", "paused: FALSE", "2026-03-01")
    book = book_of(ACCOUNTS + paused)
    dated = book.contracts["K"]
    assert [why_not_in_force(dated, date(2026, month, 1)) for month in (1, 2, 3, 7)] == [
        "", "is paused", "", "ended on 2026-06-30",
    ]  # fmt: skip
    assert why_not_in_force(dated, date(2025, 12, 31)) == "begins on 2026-01-01"
    assert [(str(days.start), str(days.end)) for days in paused_periods(dated)] == [("2026-02-01", "2026-02-28")]
    (span,) = contract_spans(dated)
    assert (span.origin, span.start, span.end) == (date(2026, 1, 1), date(2026, 1, 1), date(2026, 6, 30))


def test_another_rhythm_begins_another_span_and_so_does_a_gap() -> None:
    monthly = contract("S", 'every: "month"; until: 2026-03-31').replace('"time"', '"subscription"')
    by_quarter = amended("S", 'every: "quarter"', "2026-02-10")
    again = amended("S", "until: 2026-12-31", "2026-05-01")

    def spans(text: str) -> list[tuple[str, str, str]]:
        return [
            (str(span.origin), str(span.start), str(span.end)) for span in contract_spans(book_of(text).contracts["S"])
        ]

    assert spans(monthly) == [("2026-01-01", "2026-01-01", "2026-03-31")]
    assert spans(monthly + by_quarter) == [
        ("2026-01-01", "2026-01-01", "2026-02-09"),
        ("2026-02-10", "2026-02-10", "2026-03-31"),
    ]
    assert spans(monthly + again) == [
        ("2026-01-01", "2026-01-01", "2026-03-31"),
        ("2026-01-01", "2026-05-01", "2026-12-31"),
    ], "periods count from the first day as before"


def test_time_in_words() -> None:
    assert time_in_words([work("2026-03-10")], "HOUR") == "2 HOUR of 2026-03-10 are"
    assert time_in_words([work("2026-03-10", quantity="1")], "HOUR") == "1 HOUR of 2026-03-10 is"
    assert time_in_words([work("2026-03-10"), work("2026-03-12"), work("2026-03-11")], "HOUR") == (
        "6 HOUR from 2026-03-10 to 2026-03-12 are"
    )


@pytest.mark.parametrize(("language", "said"), [("fr", "forfait"), ("nl", "vast bedrag"), ("sv", "flat fee")])
def test_words_on_lines_are_in_the_customer_s_language(language: str, said: str) -> None:
    spoken = f'2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    book = book_of(ACCOUNTS + spoken + OWN)
    assert word(book, book.contracts["K"].first, date(2026, 1, 1), "flat") == said
