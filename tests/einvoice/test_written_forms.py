"""A document as a file: in which form and under which name, what is said of it, and what stays as it was sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree

from beancount_invoicing import einvoice
from beancount_invoicing.documents.differences import (
    Altered,
    Difference,
    _differences,
    _figures,
    _lines,
    altered_since,
    as_sealed,
    seal_differences,
    sealed_content,
)
from beancount_invoicing.documents.e_invoices import (
    EInvoiceFormat,
    checked_e_invoice,
    e_invoice_xml,
    factur_x_xml,
    validate_file,
    validate_files,
    write_e_invoices,
)
from beancount_invoicing.documents.render import document_file, render, render_one
from beancount_invoicing.documents.written_files import Output
from beancount_invoicing.model import Book, Invoice, Seal, Source
from beancount_invoicing.rules import digests
from tests.einvoice.documents import book
from tests.ledgers import sound_book

NUMBER = "D-MIXED"
ZERO = Decimal(0)


def invoice(of: Book | None = None) -> Invoice:
    found = (of or book()).invoice(NUMBER)
    assert found is not None
    return found


# e-invoices -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "root"),
    [
        ("facturx", "CrossIndustryInvoice"),
        ("cii", "CrossIndustryInvoice"),
        ("ubl", "Invoice"),
        ("peppol", "Invoice"),
    ],
)
def test_each_form_has_its_syntax(form: EInvoiceFormat, root: str) -> None:
    data = e_invoice_xml(book(), invoice(), ZERO, (), form)
    assert etree.QName(etree.fromstring(data).tag).localname == root
    assert (b"urn:fdc:peppol.eu:2017:poacc:billing:01:1.0" in data) == (form == "peppol")


def test_what_keeps_no_rules_is_none_and_says_all_that_is_wrong() -> None:
    first, *others = invoice().taxes
    wrong = invoice()._replace(taxes=(first._replace(amount=first.amount + 5), *others))
    with pytest.raises(einvoice.NoEInvoice) as raised:
        checked_e_invoice(book(), wrong, ZERO, (), "cii")
    rules = {reason.term for reason in raised.value.reasons}
    assert "BR-CO-17" in rules, "EN 16931: the tax of a rate is its base times the rate"
    assert {reason.source for reason in raised.value.reasons} == {wrong.source}
    told: list[str] = []
    assert factur_x_xml(book(), wrong, ZERO, (), told.append) is None
    assert len(told) == len(raised.value.reasons)
    assert all(text.startswith(f"{wrong.source}: {NUMBER} is not an e-invoice (") for text in told)


def test_of_a_draft_nobody_is_told_that_it_is_none() -> None:
    told: list[str] = []
    draft = invoice()._replace(draft=True, lines=())
    assert factur_x_xml(book(), draft, ZERO, (), told.append) is None
    assert told == []


def test_files_are_judged_in_their_order_and_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    names = [tmp_path / f"{number}.xml" for number in range(3)]
    names[1].mkdir()
    for name in (names[0], names[2]):
        name.write_bytes(b"no XML")
    judged = list(validate_files(names))
    assert [file for file, _layers in judged] == names
    assert [layer.not_run for _file, layers in judged for layer in layers if layer.name == "document"] == [
        "",
        "it cannot be read: Is a directory",
        "",
    ]
    assert list(validate_files([])) == []


def test_a_file_that_is_too_large_is_refused_and_one_that_is_not_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read is what `validate` needs to see that it is too much: a byte more than it takes."""
    seen: list[int] = []

    def judge(data: bytes) -> tuple[einvoice.Layer, ...]:
        seen.append(len(data))
        return ()

    monkeypatch.setattr(einvoice, "validate", judge)
    monkeypatch.setattr(einvoice, "LIMIT", 10)
    for size in (9, 10, 11, 40):
        (tmp_path / "a.xml").write_bytes(b"x" * size)
        validate_file(tmp_path / "a.xml")
    assert seen == [9, 10, 11, 11]


def test_a_document_that_was_sealed_otherwise_is_not_written_as_another(tmp_path: Path) -> None:
    seal = sealed(tmp_path, b"%PDF, of other facts", facts=digests.content_digest(book(), invoice()))
    errors: list[str] = []
    good = replace(book(), seals=(seal,))
    (written,) = write_e_invoices(good, [invoice()], "cii", tmp_path, errors.append)
    assert (errors, written.file.file.name, written.layers) == ([], f"{NUMBER}.cii.xml", ())
    other = replace(book(), seals=(seal._replace(content_digest=other_facts()),))
    assert list(write_e_invoices(other, [invoice()], "cii", tmp_path, errors.append)) == []
    assert [error.partition(f"{NUMBER} ")[2][:29] for error in errors] == ["was sealed on 2026-02-01, but"]


# files ------------------------------------------------------------------------------------------------------------------


def test_a_void_number_has_no_document_and_the_others_are_written_all_the_same(tmp_path: Path) -> None:
    void = sound_book('2026-01-31 * "Void"\n  invoice: "V1"\n  kind: "void"\n')
    told: list[str] = []
    both = replace(book(), invoices=(*void.invoices, *book().invoices))
    found = list(render(both, [void.invoices[0], invoice()], tmp_path, ["text"], told.append))
    assert [[file.file.name for file in files] for files in found] == [[], [f"{NUMBER}.txt"]]
    assert len(told) == 1
    assert "V1" in told[0]


@pytest.mark.parametrize(
    ("outputs", "plain", "said"),
    [
        (["pdf"], False, ""),
        (["pdf", "text"], False, "newly made, not taken from there: text"),
        (["text"], False, "newly made, not taken from there: text"),
        (["pdf", "html"], True, "newly made, not taken from there: pdf, html"),
    ],
)
def test_the_sealed_file_is_handed_out_and_what_else_is_made_is_said(
    tmp_path: Path, outputs: list[Output], plain: bool, said: str
) -> None:
    seal = sealed(tmp_path, b"%PDF as it was", facts="")
    told: list[str] = []
    ((first, *_more),) = render(
        replace(book(), seals=(seal,)), [invoice()], tmp_path / "out", outputs, told.append, plain
    )
    assert (first.file.read_bytes() == b"%PDF as it was") == (outputs[0] == "pdf" and not plain)
    assert [said in text for text in told] == ([True] if said else [])


def test_a_sealed_pdf_is_the_document_s_file_as_long_as_it_is_as_it_was_sealed(tmp_path: Path) -> None:
    of_seal = replace(book(), seals=(sealed(tmp_path, b"%PDF as it was", facts=""),))
    assert document_file(of_seal, NUMBER, "pdf") == (f"{NUMBER}.pdf", b"%PDF as it was")
    assert document_file(of_seal, NUMBER, "text") == render_one(book(), NUMBER, "text")
    Path(of_seal.seals[0].file).write_bytes(b"%PDF of somebody")
    name, content = document_file(of_seal, NUMBER, "pdf")
    assert (name, content[:5], len(content) > 10_000) == (f"{NUMBER}.pdf", b"%PDF-", True)


def test_each_output_is_what_it_says() -> None:
    name, page = render_one(book(), NUMBER, "html")
    assert (name, page[:15].lower()) == (f"{NUMBER}.html", b"<!doctype html>")
    name, words = render_one(book(), NUMBER, "text")
    assert (name, b"<" in words[:15]) == (f"{NUMBER}.txt", False)


@pytest.mark.parametrize("plain", [True, False])
def test_a_plain_pdf_holds_no_e_invoice(tmp_path: Path, plain: bool) -> None:
    told: list[str] = []
    ((written,),) = render(book(), [invoice()], tmp_path, ["pdf"], told.append, plain)
    if plain:
        with pytest.raises(einvoice.NotReadable):
            einvoice.extract(written.file.read_bytes())
    else:
        assert b"CrossIndustryInvoice" in einvoice.extract(written.file.read_bytes())


# what was sealed --------------------------------------------------------------------------------------------------------


def sealed(folder: Path, content: bytes, facts: str, name: str = "sealed.pdf") -> Seal:
    """A seal of the document, whose file has this content."""
    file = folder / name
    file.write_bytes(content)
    digest = sha256(content).hexdigest()
    account = "Assets:Receivable:Acme"
    return Seal(date(2026, 2, 1), account, (NUMBER,), (), "sealed", str(file), digest, Source("m", 1), facts, "")


def other_facts() -> str:
    """The digest of a document that says something else."""
    return digests.content_digest(book(), invoice()._replace(narration="Other words", number="D-OTHER"))


def test_the_facts_decide_and_else_the_document(tmp_path: Path) -> None:
    facts = digests.content_digest(book(), invoice())
    same = sealed(tmp_path, b"%PDF", facts)
    assert seal_differences(book(), invoice(), same, b"%PDF") == ((), "")
    assert seal_differences(book(), invoice(), same, None) == ((), "")
    other = same._replace(content_digest=other_facts())
    told = seal_differences(book(), invoice(), other, None)
    assert told == ((Difference("facts", other.content_digest, facts),), "")
    assert seal_differences(book(), invoice(), same._replace(content_digest=""), None) == ((), "")


def test_of_an_older_seal_bytes_or_an_e_invoice_or_figures_decide(tmp_path: Path) -> None:
    page = render_one(book(), NUMBER, "pdf")[1]
    older = sealed(tmp_path, page, "")
    assert seal_differences(book(), invoice(), older, page) == ((), "")
    renamed = page + b"% later\n"  # the same e-invoice in other bytes
    assert seal_differences(book(), invoice(), older, renamed) == ((), "")
    found, notice = seal_differences(book(), invoice(), older, b"%PDF of nothing")
    assert found == ()
    assert "sealed without its facts" in notice
    words = render_one(book(), NUMBER, "text")[1]
    text = tmp_path / "sealed.txt"
    text.write_bytes(words)
    assert seal_differences(book(), invoice(), older, b"%PDF of nothing") == ((), "")
    text.write_bytes(b"Other words\n" + words)
    found, notice = seal_differences(book(), invoice(), older, b"%PDF of nothing")
    assert found == ()
    assert "all its figures are still there" in notice
    text.write_bytes(words + b"and 99 more\n")
    found, notice = seal_differences(book(), invoice(), older, b"%PDF of nothing")
    assert [difference.sealed for difference in found] == ["and 99 more"]
    assert notice == ""


def test_what_cannot_be_read_or_was_changed_is_not_sent(tmp_path: Path) -> None:
    seal = sealed(tmp_path, b"%PDF", digests.content_digest(book(), invoice()))
    assert as_sealed(book(), invoice(), seal) == (b"%PDF", "")
    assert sealed_content(seal) == (b"%PDF", ())
    assert altered_since(book(), invoice(), seal) == ""
    assert altered_since(book(), invoice(), None) == ""
    assert "was sealed on 2026-02-01, but the ledger now differs: facts: sealed" in altered_since(
        book(), invoice(), seal._replace(content_digest=other_facts())
    )
    with pytest.raises(Altered, match=r"^was sealed on 2026-02-01, but the ledger now differs: facts"):
        as_sealed(book(), invoice(), seal._replace(content_digest=other_facts()))
    Path(seal.file).write_bytes(b"%PDF!")
    content, (changed,) = sealed_content(seal)
    assert (content, changed.sealed, changed.current) == (None, seal.sha256, sha256(b"%PDF!").hexdigest())
    with pytest.raises(Altered, match=r"has been changed since: bean-invoice verify D-MIXED; put it back"):
        as_sealed(book(), invoice(), seal)
    Path(seal.file).unlink()
    with pytest.raises(Altered, match=r"its document cannot be read: .*sealed\.pdf: No such file or directory; put it"):
        as_sealed(book(), invoice(), seal)


def test_figures_are_counted_whatever_separates_their_digits() -> None:
    assert _figures(b"1,044.00 EUR and 5") == _figures(b"EUR 1.044,00 + 5") == {"104400": 1, "5": 1}
    assert _figures(b"5 5 x") == {"5": 2}


def test_lines_that_are_others_now_are_told_together() -> None:
    assert list(_lines(b"a\nb  c\nd\n", b"a\nb c\ne\nf\n")) == [Difference("text", "d", "e / f")]
    assert list(_lines(b"a\n", b"a\nb\n")) == [Difference("text", "nothing", "b")]
    assert list(_lines(b"a\nb\n", b"b\n")) == [Difference("text", "a", "nothing")]


def test_what_differs_is_told_by_the_place_where_it_stands() -> None:
    assert list(_differences("lines", ("a", "b"), ("a", "c", "d"))) == [
        Difference("lines 2", "b", "c"),
        Difference("lines 3", "nothing", "d"),
    ]
    before = invoice()
    after = before._replace(currency="USD", narration="")
    assert set(_differences("", before, after)) == {
        Difference("currency", "EUR", "USD"),
        Difference("narration", before.narration, "nothing"),
    }
    assert list(_differences("", before, before)) == []
