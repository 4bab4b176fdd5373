"""One's own templates, words and file names."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing import rendering
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book
from beancount_invoicing.rendering import TemplateError, unique_file_names
from tests.ledgers import PRELUDE

INVOICE = """
2026-02-02 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


def book_in(folder: Path, own: dict[str, str], option: str = "") -> Book:
    """A ledger in `folder`, with one's own templates beside it."""
    for name, text in own.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "main.beancount").write_text(PRELUDE + option + INVOICE, encoding="utf-8")
    return open_ledger(folder / "main.beancount").book


def shown(book: Book, output: str = "text") -> str:
    invoice = book.invoice("F2026-0001")
    assert invoice is not None
    where = rendering.folders(book)
    view = rendering.document_view(book, invoice, invoice.payable * 0, where)
    if output == "pdf":
        return str(rendering.to_pdf(view, where)[:5])
    return rendering.to_html(view, where) if output == "html" else rendering.to_text(view, where)


def test_one_s_own_words_win_one_by_one(tmp_path: Path) -> None:
    text = shown(book_in(tmp_path, {"templates/words/fr.toml": '[labels]\ndue = "À régler avant le"\n'}))
    assert "À régler avant le\u00a0: 4 mars 2026" in text
    assert "Net à payer" in text


def test_words_in_english_do_not_win_over_the_language_of_the_document(tmp_path: Path) -> None:
    text = shown(book_in(tmp_path, {"templates/words/en.toml": '[labels]\namount-due = "Pay this"\n'}))
    assert "Net à payer" in text


def test_words_that_changed_are_read_again(tmp_path: Path) -> None:
    words = tmp_path / "templates" / "words" / "fr.toml"
    book = book_in(tmp_path, {"templates/words/fr.toml": '[labels]\ndue = "Un"\n'})
    assert "Un\u00a0: 4 mars 2026" in shown(book)
    words.write_text('[labels]\ndue = "Deux fois"\n', encoding="utf-8")
    assert "Deux fois\u00a0: 4 mars 2026" in shown(book)


def test_one_s_own_layout_wins(tmp_path: Path) -> None:
    book = book_in(tmp_path, {"templates/document.txt.j2": "Invoice {{ view.number }} of {{ view.seller }}\n"})
    assert shown(book) == "Invoice F2026-0001 of Atelier Test\n"


def test_the_folder_may_be_named(tmp_path: Path) -> None:
    option = '2025-01-01 custom "invoice-option" "templates" "mine"\n'
    book = book_in(tmp_path, {"mine/document.txt.j2": "Mine\n", "templates/document.txt.j2": "Not this\n"}, option)
    assert shown(book) == "Mine\n"


def test_a_new_language_is_a_new_file(tmp_path: Path) -> None:
    own = {"templates/words/sv.toml": '[titles]\ninvoice = "Faktura"\n'}
    option = '2025-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  language: "sv"\n'
    text = shown(book_in(tmp_path, own, option))
    assert "Faktura F2026-0001" in text
    assert "Amount due" in text, "English fills what it lacks"
    assert "120,00 €" in text.replace("\xa0", " "), "and figures are written as that language does"


@pytest.mark.parametrize(
    ("name", "text", "output", "where"),
    [
        ("document.txt.j2", "one\n{{ view.nothing }}\n", "text", "document.txt.j2:2"),
        ("document.txt.j2", "one\n\n{% if %}\n", "text", "document.txt.j2:3"),
        ("document.html.j2", "{{ 1 / 0 }}", "html", "document.html.j2:1"),
        ("document.typ", "#panic(1)", "pdf", "document.typ"),
        ("words/fr.toml", "due = 'x", "text", "fr.toml"),
        ("document.typ", "// view.sections\n" + "#let s = " + '"wide " * 9000\n#panic(s)', "pdf", " …"),
        ("words/fr.toml", 'due = "x"', "text", "fr.toml: due is outside a section"),
        ("words/fr.toml", "[labels]\ndue = 5", "text", '[labels] due: must be a text in quotes, such as "Due date"'),
        ("words/fr.toml", '[labels]\nqr = "{x}"', "text", "[labels] qr: may have {amount} filled in, and nothing else"),
        ("words/fr.toml", '[labels]\nqr = "{amount.x}"', "text", "[labels] qr: may have {amount} filled in"),
        ("words/fr.toml", '[labels]\nqr = "{"', "text", "[labels] qr: may have {amount} filled in"),
        ("words/fr.toml", "[units]\nbox = 5", "text", "[units] box: must be two texts, for one and for several"),
        ("document.txt.j2", '{% include "document.txt.j2" %}', "text", "maximum recursion depth exceeded"),
    ],
)
def test_a_mistake_in_a_template_says_where(tmp_path: Path, name: str, text: str, output: str, where: str) -> None:
    book = book_in(tmp_path, {f"templates/{name}": text})
    with pytest.raises(TemplateError) as error:
        shown(book, output)
    assert where in str(error.value)


INSPECT = "access to attribute '{}' of '{}' object is unsafe"


@pytest.mark.parametrize(
    ("name", "expression", "output", "said"),
    [
        ("document.txt.j2", "cycler.__init__.__globals__", "text", INSPECT.format("__init__", "type")),
        ("document.html.j2", "cycler.__init__.__globals__", "html", INSPECT.format("__init__", "type")),
        ("document.txt.j2", "view.title.__class__", "text", INSPECT.format("__class__", "str")),
        ("document.txt.j2", "view | attr('__class__')", "text", INSPECT.format("__class__", "View")),
        ("document.txt.j2", "'{0.__class__}'.format(view)", "text", INSPECT.format("__class__", "View")),
        ("document.txt.j2", "columns.__globals__", "text", INSPECT.format("__globals__", "function")),
        ("document.txt.j2", "columns.__code__", "text", INSPECT.format("__code__", "function")),
        ("document.txt.j2", "self._TemplateReference__context", "text", "is unsafe"),
        ("document.txt.j2", "range(10 ** 9)", "text", "Range too big"),
    ],
)
def test_a_template_reaches_what_it_is_given_and_nothing_behind_it(
    tmp_path: Path, name: str, expression: str, output: str, said: str
) -> None:
    book = book_in(tmp_path, {f"templates/{name}": f"{{# view.sections #}}{{{{ {expression} }}}}"})
    with pytest.raises(TemplateError) as error:
        shown(book, output)
    assert f"{name}:1: " in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "source", ['#import "@preview/cetz:0.3.4": *', '#eval("import \\"@pre" + "view/cetz:0.3.4\\"", mode: "code")']
)
def test_a_layout_asks_for_no_package_over_the_network(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever proxy somebody has set, here one that listens: nobody comes."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("no_proxy", "typst.org")
        book = book_in(tmp_path, {"templates/document.typ": f"// view.sections\n{source}\n"})
        with pytest.raises(
            TemplateError, match=r"document\.typ: this layout imports @preview/cetz:0\.3\.4, and no layout"
        ):
            shown(book, "pdf")
        with pytest.raises(BlockingIOError):
            proxy.accept()
        assert (os.environ["HTTPS_PROXY"], os.environ["no_proxy"]) == (address, "typst.org")


# file names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("F2026-0001", "F2026-0001"),
        ("2026/12", "2026-12"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("a:b*c", "a-b-c"),
        ("CON", "CON-"),
        ("Facture n° 7", "Facture n- 7"),
        ("BäckereiMüßig", "BackereiMussig"),
        ("Zoé-d’Œuvre", "Zoe-d-OEuvre"),
        ("..", "-"),
    ],
)
def test_a_number_makes_a_file_name(number: str, name: str) -> None:
    assert unique_file_names([number]) == {number: name}


def test_two_numbers_never_share_a_name() -> None:
    names = unique_file_names(["a/b", "a-b", "A-B", "a:b"])
    assert len({name.casefold() for name in names.values()}) == 4


@given(st.lists(st.text(max_size=40), max_size=12))
def test_names_stay_in_their_folder_and_apart(numbers: list[str]) -> None:
    names = unique_file_names(numbers)
    assert len({name.casefold() for name in names.values()}) == len(set(numbers))
    for name in names.values():
        assert (Path("/folder") / f"{name}.pdf").resolve().parent == Path("/folder")
        assert name not in {"", ".", ".."}
        assert "\x00" not in name
