"""How a document falls onto pages, and what its text layer holds."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from datetime import date

import lxml.html
import pypdf
import pytest

from beancount_invoicing import rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import statements
from beancount_invoicing.rendering import View
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.rendering.view import Pair, Section, TableRow
from tests.ledgers import EXAMPLE, book_of
from tests.rendering.test_documents import view_of

DAY = date(2026, 11, 30)
INVOICE = """
2026-01-05 * "Acme SAS" "Travaux" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    quantity: 1
    price: 100.00
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


def pages(view: View) -> list[str]:
    """The text of each page."""
    data = rendering.to_pdf(view, (BUILT_IN_TEMPLATES,))
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


@pytest.fixture(scope="module")
def invoice() -> View:
    return view_of(book_of(INVOICE), "F2026-0001")


def with_rows(view: View, count: int) -> View:
    assert view.table is not None
    cells = view.table.rows[0].cells[1:]
    rows = tuple(TableRow((f"Ligne {number}", *cells)) for number in range(1, count + 1))
    return replace(view, table=replace(view.table, rows=rows))


def invisible(text: str) -> list[str]:
    """The control and format characters of a text, zero-width ones among them."""
    return [ascii(one) for one in text if one != "\n" and unicodedata.category(one) in {"Cc", "Cf"}]


def test_each_page_says_what_it_belongs_to(invoice: View) -> None:
    found = pages(with_rows(invoice, 90))
    assert len(found) == 3
    for number, text in enumerate(found, 1):
        assert f"Page {number} sur 3" in text
        assert ("Facture F2026-0001 · Acme SAS" in " ".join(text.split())) == (number > 1)


def test_totals_never_stand_alone(invoice: View) -> None:
    counts = set()
    for rows in (1, 2, 5, *range(26, 34), 44):
        found = pages(with_rows(invoice, rows))
        counts.add(len(found))
        (totals,) = (text for text in found if "Net à payer" in text)
        assert f"Ligne {rows}\n" in totals or f"Ligne {rows} " in totals, rows
        assert rows == 1 or f"Ligne {rows - 1}" in totals, rows
        assert "Ligne 1" in found[0], rows
    assert counts == {1, 2}


def test_a_section_s_title_stays_with_its_table_and_the_close_with_what_is_to_be_paid(invoice: View) -> None:
    assert invoice.table is not None
    for rows in (*range(14, 26, 2), 40):
        long = with_rows(invoice, rows)
        section = Section("Autre partie", replace(invoice.table, rows=(TableRow(("Seule", *[""] * 4)),)))
        letter = replace(
            long, opening=("Bonjour,",), sections=(section,), payment=(Pair("IBAN", "FR76 3000"),),
            closing=("Salutations", "Le gérant"), mentions=(),
        )  # fmt: skip
        found = pages(letter)
        (titled,) = (text for text in found if "Autre partie" in text)
        assert "Seule" in titled, rows
        (closed,) = (text for text in found if "Le gérant" in text)
        assert "Salutations" in closed, rows
        assert "IBAN" in closed, rows


@pytest.mark.parametrize("mark", ["@brume.example", "2026CLIENTDURAND0000001", "/very/long/path/of/a/page"])
def test_a_long_word_is_copied_as_it_is(invoice: View, mark: str) -> None:
    word = "facturation-de-la-maison" + mark
    view = replace(invoice, number=word, seller_lines=(word,), recipient=(word,), opening=(f"Voir {word} ici.",))
    found = "".join(pages(view))
    assert invisible(found) == []
    assert "".join(found.split()).count(word) >= 4
    assert found.count(word) >= 2, "unbroken where there is room"


def test_a_word_that_no_line_holds_is_broken(invoice: View) -> None:
    (found,) = pages(replace(invoice, opening=("x" * 300,)))
    assert "x" * 300 in "".join(found.split())
    assert "x" * 150 not in found


@pytest.mark.slow
def test_no_document_of_the_example_holds_what_nobody_sees() -> None:
    book = open_ledger(EXAMPLE).book
    paid, where = paid_on_its_date(book), rendering.folders(book)
    for invoice in book.invoices:
        if invoice.customer and invoice.kind not in {"void", "opening"}:
            found = "".join(pages(rendering.document_view(book, invoice, paid(invoice), where)))
            assert invisible(found) == [], invoice.number
    for proposal in due_reminders(book, DAY):
        if proposal.level is not None:
            assert invisible("".join(pages(rendering.letter_view(book, proposal, where)))) == [], proposal.customer.name
    for told in statements(book, DAY):
        assert invisible("".join(pages(rendering.statement_view(book, told, where)))) == [], told.customer.name


def test_an_html_page_is_laid_out_as_the_pdf(invoice: View) -> None:
    """What an invoice is stands in the head, beside the address; what a letter is, above its first words."""

    def order(view: View) -> list[str]:
        page = lxml.html.fromstring(rendering.to_html(view, (BUILT_IN_TEMPLATES,)))
        parts = page.xpath("//h1 | //header | //header//dl | //*[@class='words'] | //table | //section")
        return [str(part.get("class") or part.tag) for part in parts]

    invoice = replace(invoice, payment_title="Paiement", payment=(Pair("IBAN", "FR76"),))
    delivered = replace(invoice, delivery=("Livraison", "Quai 3"))
    assert order(delivered) == ["header", "h1", "facts", "wide", "pay"]
    page = lxml.html.fromstring(rendering.to_html(delivered, (BUILT_IN_TEMPLATES,)))
    assert page.xpath("//dt[text()='Livraison']/following-sibling::dd[1]/text()") == ["Quai 3"]
    told = replace(invoice, opening=("Madame, Monsieur,",), closing=("Salutations",))
    assert order(told) == ["header", "facts", "h1", "words", "wide", "pay"]


def test_a_date_stays_on_one_line(invoice: View) -> None:
    period = "du 1er janvier 2026 au 30 novembre 2026"
    (page,) = pages(replace(invoice, facts=(Pair("Période", period),)))
    assert "1er janvier 2026" in page
    assert "30 novembre 2026" in page
