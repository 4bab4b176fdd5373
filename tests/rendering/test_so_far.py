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


def rows(progress: Book, number: str) -> list[tuple[str, ...]]:
    """What the page says of the contract."""
    return [row.cells for part in view_of(progress, number).sections for row in part.table.rows]


def test_each_situation_says_where_the_price_stands() -> None:
    progress = book("cumulative: 25", "cumulative: 75")
    assert [part.title for part in view_of(progress, "F2026-0001").sections] == ["Roof: progress of the contract"]
    assert rows(progress, "F2026-0001") == [
        ("Contract price", "8,000.00"),
        ("Billed before", "0.00"),
        ("Invoice F2026-0001", "2,000.00"),
        ("Left to be billed", "6,000.00"),
    ]
    assert rows(progress, "F2026-0002")[1:] == [
        ("Billed before", "2,000.00"),
        ("Invoice F2026-0002", "4,000.00"),
        ("Left to be billed", "2,000.00"),
    ]


def test_change_orders_stand_apart_from_their_day_on() -> None:
    order = '2026-03-01 custom "invoice-contract" Assets:Receivable:Acme "S"\n  price: 9500.00\n'
    changed = book("percent: 25", "percent: 50", order)
    assert not rows(changed, "F2026-0001")
    assert rows(changed, "F2026-0002") == [
        ("Contract price", "8,000.00"),
        ("Change orders", "1,500.00"),
        ("Contract with change orders", "9,500.00"),
        ("Billed before", "2,000.00"),
        ("Invoice F2026-0002", "4,000.00"),
        ("Left to be billed", "3,500.00"),
    ]


@pytest.mark.parametrize(("language", "word"), [("fr", "Marché"), ("de", "Auftragssumme"), ("nl", "Aanneemsom")])
def test_in_the_language_of_the_document(language: str, word: str) -> None:
    assert rows(book("cumulative: 25", "cumulative: 75", language=language), "F2026-0001")[0][0] == word


def test_other_fixed_prices_say_nothing_more() -> None:
    assert not rows(book("percent: 25", "percent: 50"), "F2026-0002")


DEPOSITS = """
2025-02-01 custom "invoice-tax" "FR10" "TVA 10 %" Liabilities:VAT
  rate: 10
2026-01-10 * "Acme SAS" "Deposit" ^F2026-0001
  invoice: "F2026-0001"
  kind: "deposit"
  language: "fr"
  Assets:Receivable:Acme  720.00 EUR
  Liabilities:Deposits  -600.00 EUR
    text: "Acompte"
    tax: "FR20"
  Liabilities:VAT  -120.00 EUR
    tax: "FR20"
2026-03-10 * "Acme SAS" "Final" ^F2026-0002
  invoice: "F2026-0002"
  language: "fr"
  Assets:Receivable:Acme  1700.00 EUR
  Income:Services  -1100.00 EUR
    text: "Travaux"
    tax: "FR20"
  Income:Services  -1000.00 EUR
    text: "Rénovation"
    tax: "FR10"
  Liabilities:VAT  -220.00 EUR
    tax: "FR20"
  Liabilities:VAT  -100.00 EUR
    tax: "FR10"
  Liabilities:Deposits  600.00 EUR
    deposit: "F2026-0001"
  Liabilities:VAT  120.00 EUR
    deposit: "F2026-0001"
    tax: "FR20"
"""


def plain(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Cells with plain spaces and hyphens."""
    return tuple(cell.replace("\u202f", " ").replace("\xa0", " ").replace("−", "-") for cell in cells)


def test_a_deposit_is_deducted_with_its_tax() -> None:
    (section,) = view_of(book_of(DEPOSITS), "F2026-0002").sections
    assert plain(section.table.columns) == ("Désignation", "Montant HT", "TVA 10 %", "TVA 20 %", "Total TTC")
    assert [plain(row.cells) for row in section.table.rows] == [
        ("Facture F2026-0002", "2 100,00", "100,00", "220,00", "2 420,00"),
        ("Acompte F2026-0001 du 10/01/2026 déduit", "-600,00", "0,00", "-120,00", "-720,00"),
        ("Reste après acomptes", "1 500,00", "100,00", "100,00", "1 700,00"),
    ]
