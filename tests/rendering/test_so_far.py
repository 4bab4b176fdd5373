"""Where a fixed price stands is said on the page of each situation, and of what bills a contract that was changed."""

from __future__ import annotations

import pytest

from beancount_invoicing.model import Book
from tests.ledgers import book_of
from tests.rendering.test_documents import view_of

CONTRACT = """
2026-01-02 custom "invoice-contract" Assets:Receivable:Acme "S" "fixed"
  text: "Roof"
  account: Income:Services
  price: 8000.00
2026-02-02 custom "invoice-milestone" "S" "One"
  {first}
2026-04-02 custom "invoice-milestone" "S" "Two"
  {second}
"""
BILLED = """
{day} * "Acme SAS" "Roof" ^{number}
  invoice: "{number}"
  language: "{language}"
  Assets:Receivable:Acme  {total} EUR
  Income:Services  -{net} EUR
    text: "Roof, {name}"
    quantity: 1
    price: {net}
    tax: "FR20"
    contract: "S"
    milestone: "{name}"
  Liabilities:VAT  -{tax} EUR
    tax: "FR20"
"""


def book(first: str, second: str, more: str = "", language: str = "en") -> Book:
    text = CONTRACT.format(first=first, second=second) + more
    for day, number, name, net in (
        ("2026-02-02", "F2026-0001", "One", 2000),
        ("2026-04-02", "F2026-0002", "Two", 4000),
    ):
        text += BILLED.format(
            day=day, number=number, name=name, net=f"{net}.00", tax=f"{net / 5:.2f}", total=f"{net * 1.2:.2f}",
            language=language,
        )  # fmt: skip
    return book_of(text)


def test_each_situation_says_where_the_price_stands() -> None:
    progress = book("cumulative: 25", "cumulative: 75")
    assert [view_of(progress, number).mentions[0] for number in ("F2026-0001", "F2026-0002")] == [
        "Roof: contract price €8,000.00; billed to date €2,000.00, left €6,000.00 (without tax)",
        "Roof: contract price €8,000.00; billed to date €6,000.00, left €2,000.00 (without tax)",
    ]


def test_change_orders_stand_apart_from_their_day_on() -> None:
    order = '2026-03-01 custom "invoice-contract" Assets:Receivable:Acme "S"\n  price: 9500.00\n'
    changed = book("percent: 25", "percent: 50", order)
    assert not any("Roof" in one for one in view_of(changed, "F2026-0001").mentions)
    assert view_of(changed, "F2026-0002").mentions[0] == (
        "Roof: contract price €8,000.00, change orders €1,500.00, in all €9,500.00; billed to date €6,000.00,"
        " left €3,500.00 (without tax)"
    )


@pytest.mark.parametrize(("language", "word"), [("fr", "marché"), ("de", "Auftragssumme"), ("nl", "aanneemsom")])
def test_in_the_language_of_the_document(language: str, word: str) -> None:
    assert word in view_of(book("cumulative: 25", "cumulative: 75", language=language), "F2026-0001").mentions[0]


def test_other_fixed_prices_say_nothing_more() -> None:
    assert not any("Roof" in one for one in view_of(book("percent: 25", "percent: 50"), "F2026-0002").mentions)
