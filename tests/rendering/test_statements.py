"""Statements of account as letters: what the customer reads, on how many pages, and in whose layout."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pikepdf
import pypdf
import pytest
import zxingcpp

from beancount_invoicing import rendering
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import statements
from beancount_invoicing.rendering import View, view_texts
from tests.ledgers import EXAMPLE, TESTS, book_of
from tests.rendering.test_documents import assert_same_facts, picture, squeezed
from tests.rendering.test_templates import book_in

DAY = date(2026, 11, 30)


@pytest.fixture(scope="module")
def book() -> Book:
    return open_ledger(EXAMPLE).book


def view_of(book: Book, customer: str, day: date = DAY, since: date | None = date(2026, 10, 1)) -> View:
    (told,) = statements(book, day, since, {customer})
    return rendering.statement_view(book, told, rendering.folders(book))


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("customer", ["Halles", "Kerbrat", "Fournil", "SaintEvran", "Birchwood", "Alpina"])
def test_a_statement_says_the_same_in_each_form(book: Book, customer: str) -> None:
    assert_same_facts(view_of(book, f"Assets:Clients:{customer}"), rendering.folders(book))


def test_it_goes_from_one_balance_to_the_other(book: Book) -> None:
    movements, open_, ages = view_of(book, "Assets:Clients:Halles").sections
    assert [plain(" | ".join(row.cells)) for row in movements.table.rows] == [
        " | Solde avant le 01/10/2026 |  |  | 4 646,40",
        "05/10/2026 | Règlement sur F2026-0047 |  | 1 900,80 | 2 745,60",
        "31/10/2026 | Facture F2026-0071 | 844,80 |  | 3 590,40",
        "05/11/2026 | Avoir A2026-0002 sur F2026-0063 |  | 211,20 | 3 379,20",
        "05/11/2026 | Règlement sur F2026-0055 |  | 422,40 | 2 956,80",
        "30/11/2026 | Facture F2026-0077 | 1 900,80 |  | 4 857,60",
    ]
    assert [plain(f"{pair.label}: {pair.value}") for pair in movements.totals] == [
        "Solde au 30 novembre 2026: 4 857,60 €",
        "dont échu: 422,40 €",
    ]
    assert plain(" | ".join(open_.table.rows[0].cells)) == (
        "F2026-0055 | 31/08/2026 | 31/10/2026 | 844,80 | 422,40 | 30 jours"
    )
    assert plain(" | ".join(ages.table.rows[0].cells)) == "4 435,20 | 422,40 | – | – | – | 4 857,60"


def test_what_the_books_move_between_accounts_is_not_the_customer_s_business(book: Book) -> None:
    """To the doubtful accounts and back; nor is our opinion that it is lost."""
    text = " ".join(view_texts(view_of(book, "Assets:Clients:Fournil")))
    assert "douteu" not in text.casefold()
    assert "Perte" not in text
    assert "Régularisation sur F2026-0024" in text


def test_the_qr_code_is_over_what_is_late_and_not_contested(book: Book) -> None:
    (code,) = zxingcpp.read_barcodes(picture(view_of(book, "Assets:Clients:Vandamme"), last=True))
    lines = code.text.split("\n")
    assert "EUR480.00" in lines, "two months are late; the third is not due yet"
    assert "F2026-0057, F2026-0065" in lines
    contested = view_of(book, "Assets:Clients:SaintEvran")
    assert contested.qr == "", "all that is late is contested"
    assert "Référence à rappeler" not in [pair.label for pair in contested.payment], "nothing is asked for"
    assert view_of(book, "Assets:Clients:Birchwood").qr == "", "pounds"


THREE = """
2025-01-01 custom "invoice-customer" Assets:Receivable:Acme
  language: "de"
""" + "".join(
    f'\n2026-{month:02}-{day:02} * "Work" ^F{currency}{month}{day}\n  invoice: "F{currency}{month}{day}"\n'
    f'  Assets:Receivable:Acme  {month * 100 + day}.00 {currency}\n  Income:Services\n    text: "W"\n    tax: "REVERSE"\n'
    for currency in ("CHF", "EUR", "JPY")
    for month in range(1, 11)
    for day in (3, 17)
)


def pages_of(view: View, book: Book) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(rendering.to_pdf(view, rendering.folders(book))))
    return [page.extract_text() for page in reader.pages]


def test_three_currencies_each_have_their_own_account() -> None:
    book = book_of(THREE.replace(".00 JPY", " JPY"))
    view = view_of(book, "Assets:Receivable:Acme", since=None)
    assert [part.title for part in view.sections[::3]] == ["Konto in CHF", "Konto in EUR", "Konto in JPY"]
    assert view.sections[4].title == "Offen am 30. November 2026 – EUR"
    assert plain(view.sections[6].totals[0].value) == "11.200 ¥"
    assert_same_facts(view, rendering.folders(book))
    pages = pages_of(view, book)
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        assert f"Seite{number}von{len(pages)}" in squeezed(page)


def test_the_head_of_a_table_is_on_each_of_its_pages() -> None:
    lines = "".join(
        f'\n2026-01-{1 + n // 8:02} * "Work" ^F{n:04}\n  invoice: "F{n:04}"\n  Assets:Receivable:Kiefer  {n + 1}.00 EUR\n'
        '  Income:Services\n    text: "Work"\n'
        for n in range(160)
    )
    book = book_of('2025-01-01 custom "invoice-option" "language" "en"\n' + lines)
    pages = pages_of(view_of(book, "Assets:Receivable:Kiefer", since=None), book)
    with_movements = [page for page in pages if re.search(r"Invoice F\d{4}", page)]
    assert len(with_movements) > 3
    assert all("Movement" in page and "Debit" in page for page in with_movements)


def test_it_is_an_archive_file_that_can_be_read_out(book: Book) -> None:
    data = rendering.to_pdf(view_of(book, "Assets:Clients:Halles"), rendering.folders(book))
    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "B", "1")
        assert meta["dc:title"] == "Relevé de compte – Atelier Solène"


def test_an_empty_statement_is_a_page() -> None:
    book = book_of('2026-01-01 note Assets:Bank "Nothing"\n')
    view = view_of(book, "Assets:Receivable:Acme")
    assert view.sections == ()
    assert len(pages_of(view, book)) == 1


NAMES = {
    "long": "Société coopérative " + "intercommunale de production " * 6,
    "one word": "W" * 120,
    "chinese": "上海 東京",
    "markup": "#panic(1) <script>alert(1)</script> {{ 1/0 }}",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_breaks_it(name: str) -> None:
    book = book_of(
        f'2025-02-01 custom "invoice-customer" Assets:Receivable:Acme "{name.strip()}"\n'
        '2026-10-05 * "Work" ^F1\n  invoice: "F1"\n  Assets:Receivable:Acme  9.00 EUR\n  Income:Services\n'
        '    text: "W"\n    tax: "REVERSE"\n'
    )
    view = view_of(book, "Assets:Receivable:Acme")
    assert_same_facts(view, rendering.folders(book))
    assert "<script" not in rendering.to_html(view, rendering.folders(book))


def test_a_payment_of_no_invoice_is_not_asked_for_again() -> None:
    book = book_of(
        '2025-01-01 custom "invoice-seller" "Atelier Test"\n  iban: "FR7630006000011234567890189"\n'
        '2026-05-05 * "Work" ^F1\n  invoice: "F1"\n  Assets:Receivable:Acme  900.00 EUR\n  Income:Services\n'
        '    text: "W"\n    tax: "REVERSE"\n'
        '2026-07-20 * "Acme" "On account"\n  Assets:Receivable:Acme  -500.00 EUR\n  Assets:Bank\n'
    )
    assert "EUR900.00" in view_of(book, "Assets:Receivable:Acme", date(2026, 7, 19), None).qr
    assert "EUR400.00" in view_of(book, "Assets:Receivable:Acme", date(2026, 7, 20), None).qr


def test_whoever_owes_nothing_is_not_told_how_to_pay() -> None:
    book = book_of(
        '2025-01-01 custom "invoice-seller" "Atelier Test"\n  iban: "FR7630006000011234567890189"\n'
        '2026-07-20 * "Acme" "On account"\n  Assets:Receivable:Acme  -500.00 EUR\n  Assets:Bank\n'
    )
    view = view_of(book, "Assets:Receivable:Acme", date(2026, 7, 20), None)
    assert (view.payment, view.qr) == ((), "")


def test_one_s_own_letter_wins(tmp_path: Path) -> None:
    own = {"templates/letters/fr/statement.j2": "Cher {{ customer.name }},\n\nvoici votre compte au {{ as_of }}.\n"}
    book = book_in(tmp_path, own)
    view = view_of(book, "Assets:Receivable:Acme")
    assert view.opening == ("Cher Acme SAS,", "voici votre compte au 30 novembre 2026.")


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("document.typ", '#set document(title: "x")\n= A layout of before statements'),
        ("document.html.j2", "<h1>{{ view.title }}</h1>"),
        ("document.txt.j2", "{{ view.title }}"),
    ],
)
def test_an_older_layout_of_one_s_own_loses_nothing_in_silence(tmp_path: Path, name: str, layout: str) -> None:
    """It would print a statement without its figures."""
    book = book_in(tmp_path, {f"templates/{name}": layout})
    view, where = view_of(book, "Assets:Receivable:Acme"), rendering.folders(book)
    writers: Mapping[str, Callable[[View, tuple[Path, ...]], object]] = {
        "typ": rendering.to_pdf,
        "html": rendering.to_html,
        "txt": rendering.to_text,
    }
    with pytest.raises(rendering.TemplateError, match=rf"{name}: this layout has no view.sections, .* the package's"):
        writers[name.split(".")[1]](view, where)


def test_the_golden_year_says_the_same_in_each_form() -> None:
    book = open_ledger(TESTS / "golden" / "receivables.beancount").book
    for day in (date(2026, 6, 30), date(2027, 12, 31)):
        assert_same_facts(view_of(book, "Assets:Receivable:Acme", day, None), rendering.folders(book))
