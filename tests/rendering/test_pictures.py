"""Twelve documents as pictures, pixel by pixel: `pytest --update` draws them anew, for a person to look at.

They are drawn by Typst itself, with the package's fonts only, so that every machine draws the same.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from beancount_invoicing import rendering
from beancount_invoicing.actions.remind import due_reminders
from beancount_invoicing.customer_search import find_customers
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import positions, receipt, statements
from beancount_invoicing.rendering import View
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.rendering.output import typst_arguments
from beancount_invoicing.rendering.theme import theme
from beancount_invoicing.rendering.typesetting import _compiler
from tests.ledgers import EXAMPLE
from tests.rendering.test_pages import with_rows

DAY = date(2026, 11, 30)
PICTURES = Path(__file__).parent / "pictures"
DOTS = 64
"""Dots in an inch: enough to see what moved."""


@pytest.fixture(scope="module")
def book() -> Book:
    return open_ledger(EXAMPLE).book


def document(number: str, language: str = "") -> Callable[[Book], View]:
    def drawn(book: Book) -> View:
        invoice = book.invoice(number)
        assert invoice is not None
        assert invoice.customer is not None
        spoken = invoice.customer._replace(language=language or invoice.customer.language)
        paid = paid_on_its_date(book)(invoice)
        return rendering.document_view(book, invoice._replace(customer=spoken), paid, (BUILT_IN_TEMPLATES,))

    return drawn


def final_notice(book: Book) -> View:
    proposal, *_milder = due_reminders(book, DAY, find_customers(book, "Vandamme"))
    return rendering.letter_view(book, proposal, (BUILT_IN_TEMPLATES,))


def statement(book: Book) -> View:
    (told,) = statements(book, DAY, date(2026, 1, 1), {"Assets:Clients:SaintEvran"})
    return rendering.statement_view(book, told, (BUILT_IN_TEMPLATES,))


def received(book: Book) -> View:
    position = next(position for position in positions(book, DAY) if position.invoice.number == "F2026-0055")
    return rendering.receipt_view(book, receipt(position), (BUILT_IN_TEMPLATES,))


def left_window(book: Book) -> View:
    look, _notices = theme(replace(book, options={}), DAY, (BUILT_IN_TEMPLATES,))
    left = replace(look, side="left", window=replace(look.window, x=25, y=62.7, width=75, bottom=98))
    return replace(document("F2026-0066", "de")(book), theme=left)


DOCUMENTS: dict[str, Callable[[Book], View]] = {
    "invoice": document("F2026-0055"),
    "instalments": document("F2026-0067"),
    "english": document("F2026-0068"),
    "credit-note": document("A2026-0001"),
    "deposit": document("F2025-0021"),
    "deposit-deducted": document("F2025-0055"),
    "draft": document("draft-kerbrat-2026-11"),
    "long": lambda book: with_rows(document("F2026-0055")(book), 60),
    "left-window": left_window,
    "final-notice": final_notice,
    "statement": statement,
    "receipt": received,
}


def pages(view: View) -> list[bytes]:
    """Each page as a PNG."""
    arguments = {name: value for name, value in typst_arguments(view).items() if name == "sys_inputs"}
    text = (BUILT_IN_TEMPLATES / "document.typ").read_bytes()
    drawn = _compiler(BUILT_IN_TEMPLATES).compile(input=text, format="png", ppi=DOTS, **arguments)
    return [page for page in (drawn if isinstance(drawn, list) else [drawn]) if page]


def picture(view: View) -> Image.Image:
    """The pages beside each other, in shades of grey."""
    drawn = [Image.open(io.BytesIO(page)).convert("L") for page in pages(view)]
    whole = Image.new("L", (sum(one.width for one in drawn) + 4 * (len(drawn) - 1), drawn[0].height))
    at = 0
    for one in drawn:
        whole.paste(one, (at, 0))
        at += one.width + 4
    return whole


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_looks_as_it_did(book: Book, name: str, update: bool) -> None:
    found = picture(DOCUMENTS[name](book))
    file = PICTURES / f"{name}.png"
    if update:
        PICTURES.mkdir(exist_ok=True)
        found.save(file, optimize=True)
    with Image.open(file) as kept:
        assert kept.size == found.size
        changed = ImageChops.difference(kept.convert("L"), found).getbbox()
    assert changed is None, (
        f"{name} is another picture in {changed}: pytest --update tests/rendering/test_pictures.py, and look"
    )


def test_there_are_no_other_pictures() -> None:
    assert {file.stem for file in PICTURES.glob("*.png")} == set(DOCUMENTS)
