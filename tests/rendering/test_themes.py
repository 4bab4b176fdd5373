"""How documents look by option: where the address stands to the millimetre, colours, fonts, paper, logos."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from beancount_invoicing import rendering
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.rendering import View
from tests.ledgers import EXAMPLE, PRELUDE

MM = 72 / 25.4
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


def view_of(folder: Path, options: str = "", head: str = PRELUDE) -> tuple[View, tuple[Path, ...]]:
    """The view of an invoice under options."""
    file = folder / "main.beancount"
    file.write_text(head + options + INVOICE, encoding="utf-8")
    ledger = open_ledger(file)
    assert [str(error) for error in ledger.errors] == []
    where = rendering.folders(ledger.book)
    invoice = ledger.book.invoices[0]
    return rendering.document_view(ledger.book, invoice, paid_on_its_date(ledger.book)(invoice), where), where


def option(name: str, value: str) -> str:
    return f'2025-01-01 custom "invoice-option" "{name}" "{value}"\n'


def words(
    pdf: bytes, folder: Path, number: int = 1
) -> tuple[tuple[float, float], list[tuple[str, float, float, float, float]]]:
    """A page's size, and each word with its box (left, top, right, bottom), in mm. The first unless `number` is given."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (folder / "page.pdf").write_bytes(pdf)
    said = subprocess.run(
        ["pdftotext", "-bbox", "-f", f"{number}", "-l", f"{number}", folder / "page.pdf", "-"],  # noqa: S607 - poppler's, as installed
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    page = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', said)
    assert page
    boxes = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)<', said)
    return (
        (float(page[1]) / MM, float(page[2]) / MM),
        [(text, *(float(one) / MM for one in box)) for *box, text in boxes],
    )


@pytest.mark.parametrize(
    ("options", "frame"),
    [
        ("", (110, 55, 195, 88)),
        (option("address-window", "right"), (110, 55, 195, 88)),
        (option("address-window", "left"), (25, 62.7, 105, 90)),
    ],
)
def test_the_address_stands_where_the_window_shows_it_and_nothing_else_does(
    tmp_path: Path, options: str, frame: tuple[float, float, float, float]
) -> None:
    view, where = view_of(tmp_path, options)
    _size, found = words(rendering.to_pdf(view, where), tmp_path)
    left, top, right, bottom = frame
    inside = [box for box in found if box[1] < right and box[3] > left and box[2] < bottom and box[4] > top]
    assert " ".join(text for text, *_box in inside) == " ".join(view.recipient)
    slack = 1.5  # what a font has above its capitals
    for text, x, y, end, base in inside:
        assert left - 0.1 <= x, (text, x)
        assert end <= right
        assert top - slack <= y
        assert base <= bottom


@pytest.mark.parametrize(
    ("window", "place"),
    [("right", "left: 90mm; top: 37mm; width: 80mm;"), ("left", "left: 5mm; top: 44.7mm; width: 75mm;")],
)
def test_a_page_that_a_browser_prints_has_the_address_in_the_window_too(
    tmp_path: Path, window: str, place: str
) -> None:
    view, where = view_of(tmp_path, option("address-window", window))
    page = rendering.to_html(view, where)
    assert "margin: 18mm 20mm;" in page
    assert f".recipient {{ position: absolute; grid-area: auto; {place} }}" in page


def test_a_long_seller_and_a_long_address_push_what_follows_down(tmp_path: Path) -> None:
    lines = "\\n".join(f"Bâtiment {number}" for number in range(14))
    view, where = view_of(tmp_path, head=PRELUDE.replace("12 quai de la Loire", lines).replace("1 rue du Test", lines))
    _size, found = words(rendering.to_pdf(view, where), tmp_path)
    table = next(y for text, _x, y, _end, _base in found if text == "Désignation")
    facts = next(y for text, _x, y, _end, _base in found if text == "Échéance")
    seller = max(base for text, x, _y, _end, base in found if text == "Bâtiment" and x < 100)
    recipient = max(base for text, x, _y, _end, base in found if text in {"Bâtiment", "Nantes"} and x > 100)
    assert seller < facts < table
    assert recipient < table


def test_paper(tmp_path: Path) -> None:
    view, where = view_of(tmp_path, option("paper", "letter"))
    size, _found = words(rendering.to_pdf(view, where), tmp_path)
    assert [round(side, 1) for side in size] == [215.9, 279.4]
    assert "size: letter" in rendering.to_html(view, where)


def test_colour(tmp_path: Path) -> None:
    view, where = view_of(tmp_path, option("accent", "#7a1f5c"))
    assert "#7a1f5c" in rendering.to_html(view, where)
    usual, _where = view_of(tmp_path)
    assert rendering.to_pdf(view, where) != rendering.to_pdf(usual, where)


def test_a_font_of_ones_own_and_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "templates" / "fonts").mkdir(parents=True)
    package = Path(rendering.folders(open_ledger(EXAMPLE).book)[-1]) / "fonts"
    shutil.copy(package / "NotoSansHebrew-Regular.ttf", tmp_path / "templates" / "fonts" / "own.ttf")
    view, where = view_of(tmp_path, option("font", "Noto Sans Hebrew"))
    assert view.notices == ()
    assert b"NotoSansHebrew" in rendering.to_pdf(view, where)
    missing, _where = view_of(tmp_path, option("font", "Comic Sans"))
    assert missing.theme.font == "Inter"
    assert 'font: "Comic Sans" is not in templates/fonts; known are' in missing.notices[0]


@pytest.mark.parametrize(
    ("name", "value"), [("accent", "red"), ("paper", "a5"), ("address-window", "middle"), ("accent", "#fff; } body {")]
)
def test_an_option_that_holds_something_else_is_an_error(tmp_path: Path, name: str, value: str) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + option(name, value) + INVOICE, encoding="utf-8")
    (error,) = open_ledger(file).errors
    assert f'option {name} is "{value}", but must be' in error.message


def test_a_logo_outside_the_ledgers_folder_must_be_named_by_the_option(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    shutil.copy(EXAMPLE.parent / "logo.svg", tmp_path / "logo.svg")
    head = PRELUDE.replace('  city: "Rennes"', '  logo: "../logo.svg"\n  city: "Rennes"')
    view, _where = view_of(books, head=head)
    assert view.logo == ""
    assert "is outside the ledger's folder" in view.notices[0]
    allowed, where = view_of(books, option("logo", "../logo.svg"))
    assert allowed.logo
    assert rendering.to_pdf(allowed, where)
