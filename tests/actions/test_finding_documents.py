"""Which documents are meant: by number, its end, a customer, dates and amounts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.customer_search import UnknownCustomer
from beancount_invoicing.documents.search import (
    DocumentFilter,
    UnknownNumber,
    document_finder,
    find_documents,
    named_documents,
    select_documents,
)
from tests.documents import document
from tests.ledgers import sound_book

KIEFER = "Assets:Receivable:Kiefer"
ACME = "Assets:Receivable:Acme"
BOOK = sound_book(
    document("F2026-0001", "100.00", day="2026-01-10")
    + document("F2026-0002", "200.00", day="2026-01-20")
    + document("F2026-0012", "50.00", day="2026-01-31", customer="Kiefer")
    + document("F2026-0102", "-100.00", day="2026-02-10")
    + f'2026-02-15 * "Acme" "A part" ^F2026-0002\n  Assets:Bank  90.00 EUR\n  {ACME}\n'
)
DAY = date(2026, 2, 28)


def numbers(document_filter: DocumentFilter, day: date = DAY) -> list[str]:
    return [position.invoice.number[-4:] for position in select_documents(BOOK, day, document_filter)]


@pytest.mark.parametrize(
    ("document_filter", "found"),
    [
        (DocumentFilter(), ["0001", "0002", "0012", "0102"]),
        (DocumentFilter(since=date(2026, 1, 20)), ["0002", "0012", "0102"]),
        (DocumentFilter(since=date(2026, 1, 21)), ["0012", "0102"]),
        (DocumentFilter(until=date(2026, 1, 20)), ["0001", "0002"]),
        (DocumentFilter(until=date(2026, 1, 19)), ["0001"]),
        (DocumentFilter(since=date(2026, 1, 20), until=date(2026, 1, 20)), ["0002"]),
        (DocumentFilter(customers=(KIEFER,)), ["0012"]),
        (DocumentFilter(customers=(KIEFER, ACME), until=date(2026, 1, 31)), ["0001", "0002", "0012"]),
        (DocumentFilter(amount=Decimal("150.00")), ["0002"]),  # 240.00 less 90.00 is open
        (DocumentFilter(amount=Decimal("200")), ["0002"]),  # its net
        (DocumentFilter(amount=Decimal("-240.00")), ["0002"]),  # its total, whatever its sign
        (DocumentFilter(amount=Decimal("120.00")), ["0001", "0102"]),  # an invoice, and a credit note of -120.00
        (DocumentFilter(amount=Decimal("0")), []),
        (DocumentFilter(amount=Decimal("90.00")), []),
    ],
)
def test_what_passes_a_filter(document_filter: DocumentFilter, found: list[str]) -> None:
    assert numbers(document_filter) == found


def test_a_document_passes_by_what_it_is_on_the_day() -> None:
    """F2026-0002 is due 30 days after 20 January."""
    for status, day, found in (
        ("partly-paid", date(2026, 2, 19), ["0002"]),
        ("partly-paid", date(2026, 2, 20), []),
        ("overdue", date(2026, 2, 19), ["0001"]),
        ("overdue", date(2026, 2, 20), ["0001", "0002"]),
    ):
        assert numbers(DocumentFilter(statuses=(status,), customers=(ACME,)), day) == found
    assert numbers(DocumentFilter(statuses=("overdue", "open"), customers=(ACME,))) == ["0001", "0002", "0102"]


def test_documents_of_the_day_are_there_and_later_ones_are_not() -> None:
    assert numbers(DocumentFilter(), date(2026, 1, 20)) == ["0001", "0002"]
    assert numbers(DocumentFilter(), date(2026, 1, 19)) == ["0001"]
    find = document_finder(BOOK, date(2026, 1, 19))
    for word in ("F2026-0002", "02", "2026-0002"):
        with pytest.raises(UnknownNumber, match=r"^F2026-0002 is dated 2026-01-20, after 2026-01-19$"):
            find(word)


@pytest.mark.parametrize(
    ("word", "number"), [("F2026-0001", "F2026-0001"), ("1", "F2026-0001"), ("0102", "F2026-0102")]
)
def test_the_end_of_a_number_is_enough_where_one_ends_so(word: str, number: str) -> None:
    assert [position.invoice.number for position in find_documents(BOOK, DAY, [word])] == [number]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("0003", "there is no 0003"),
        ("F2027-0012", "there is no F2027-0012: did you mean F2026-0012?"),
        ("G7", "there is no G7"),
    ],
)
def test_a_number_that_there_is_not(word: str, said: str) -> None:
    with pytest.raises(UnknownNumber, match="^" + re.escape(said)):
        document_finder(BOOK, DAY)(word)


def test_several_that_end_so_are_named() -> None:
    several = sound_book(document("A-7", "1.00") + document("B-7", "1.00"))
    with pytest.raises(UnknownNumber, match=r"^7 can be A-7, B-7: say which one$"):
        document_finder(several, DAY)("7")


def test_words_are_numbers_or_customers_each_document_once() -> None:
    found = named_documents(BOOK, DAY, ["acme", "F2026-0002", "Kiefer", "acme"])
    assert [position.invoice.number[-4:] for position in found.positions] == ["0001", "0002", "0102", "0012"]
    assert found.named_by_customer == {"F2026-0001", "F2026-0102", "F2026-0012"}, "0002 was named by itself"
    first = named_documents(BOOK, DAY, ["F2026-0002", "acme"])
    assert first.named_by_customer == {"F2026-0001", "F2026-0102"}


def test_a_word_that_is_nothing_is_taken_for_a_number_where_it_has_digits() -> None:
    with pytest.raises(UnknownNumber, match=r"^there is no X-99"):
        named_documents(BOOK, DAY, ["X-99"])
    with pytest.raises(UnknownCustomer):
        named_documents(BOOK, DAY, ["Xyzzy"])


def test_what_has_no_page_is_not_among_a_customer_s_documents() -> None:
    opening = (
        f'2026-01-05 * "Taken over"\n  kind: "opening"\n  {ACME}  240.00 EUR\n    invoice: "OLD1"\n  Equity:Opening\n'
    )
    book = sound_book(opening + document("F2026-0001", "100.00", day="2026-01-10"))
    found = named_documents(book, DAY, ["acme"])
    assert [position.invoice.number for position in found.positions] == ["F2026-0001"]
    assert [position.invoice.number for position in named_documents(book, DAY, ["OLD1"]).positions] == ["OLD1"]
