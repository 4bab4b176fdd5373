"""The invoice is taken out of other people's PDFs, and what is wrong with them is said."""

from __future__ import annotations

import functools
import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from beancount_invoicing.documents import render
from beancount_invoicing.einvoice import layers, pdf, syntax
from tests.einvoice.documents import book, e_invoice

XML = syntax.to_xml(e_invoice("D-MIXED"), "cii")


@functools.cache
def made() -> bytes:
    """A PDF of ours; not made on import, for the compiler leaves threads behind that a fork of the process has not."""
    return render.render_one(book(), "D-MIXED", "pdf")[1]


def changed(change: Callable[[pikepdf.Pdf], None], **how: Any) -> bytes:
    """The PDF, changed."""
    with pikepdf.open(io.BytesIO(made())) as document:
        change(document)
        result = io.BytesIO()
        document.save(result, **how)
    return result.getvalue()


def stored(data: bytes, *filters: str) -> bytes:
    """The PDF, with the bytes of its attachment stored as they are, and said to be filtered."""

    def change(document: pikepdf.Pdf) -> None:
        names = pikepdf.Array([pikepdf.Name(f"/{name}") for name in filters])
        document.attachments[pdf.FILE].get_file().obj.write(data, filter=names)

    return changed(change, compress_streams=False)


def other(name: str, data: bytes) -> Callable[[pikepdf.Pdf], None]:
    """Attaches a file before those that are there."""

    def change(document: pikepdf.Pdf) -> None:
        document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)

    return change


def test_the_newest_name_is_taken_of_several() -> None:
    for name in ("ZUGFeRD-invoice.xml", "xrechnung.xml", "A.xml"):
        assert pdf.attached(changed(other(name, b"<CrossIndustryDocument/>"))).xml == XML


def test_an_older_name_is_taken_in_any_case() -> None:
    def change(document: pikepdf.Pdf) -> None:
        del document.attachments[pdf.FILE]
        other("ZUGFeRD-invoice.xml", b"<a/>")(document)

    assert pdf.attached(changed(change))[:2] == ("zugferd-invoice.xml", b"<a/>")


@pytest.mark.parametrize("filters", [(), ("FlateDecode",), ("FlateDecode", "FlateDecode")])
def test_an_attachment_is_inflated(filters: tuple[str, ...]) -> None:
    data = XML
    for _ in filters:
        data = zlib.compress(data)
    assert pdf.extract(stored(data, *filters)) == XML


@pytest.mark.parametrize("times", [1, 2])
def test_an_attachment_that_inflates_beyond_the_limit_is_refused(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(2_000_000)
    for _ in range(times):
        data = zlib.compress(data)
    monkeypatch.setattr(pdf, "LIMIT", 1_000_000)
    with pytest.raises(syntax.NotReadable, match="larger than 1 MB, which no invoice"):
        pdf.extract(stored(data, *["FlateDecode"] * times))


def test_an_attachment_is_not_unpacked_in_every_way() -> None:
    with pytest.raises(syntax.NotReadable, match=r"in a way that is not supported \(/LZWDecode\)"):
        pdf.extract(stored(b"\x80\x0b", "LZWDecode"))


def test_a_document_beyond_the_limit_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LIMIT", 1_000)
    assert [layer.not_run for layer in layers.validate(XML)] == ["it is larger than 0 MB, which no invoice should be"]


def test_a_password_is_said() -> None:
    locked = changed(lambda _: None, encryption=pikepdf.Encryption(owner="a", user="b"))
    first, *_ = layers.validate(locked)
    assert [problem.message for problem in first.problems] == ["the PDF is encrypted, and only opens with a password"]
    open_to_all = pdf.attached(changed(lambda _: None, encryption=pikepdf.Encryption(owner="a", user="")))
    assert open_to_all.xml == XML
    assert "PDF/A forbids" in open_to_all.problems[0].message


@pytest.mark.parametrize("cut", [20_000, -8])
def test_a_pdf_that_was_repaired_has_not_passed(cut: int) -> None:
    first, *others = layers.validate(made()[:cut])
    assert (first.name, first.passed) == ("PDF", False)
    assert first.problems[0].message.startswith("the PDF is damaged (is it complete?) and had to be repaired")
    assert "BytesIO" not in first.problems[0].message
    assert all(layer.passed for layer in others)


def test_a_pdf_may_begin_after_other_bytes() -> None:
    assert layers.validate(b"\r\n\0 mail\r\n\r\n" + made())[-1].passed


@pytest.mark.parametrize(
    "xml", [b"\xef\xbb\xbf" + XML, XML.replace(b"<rsm:", b"<!-- as in the %PDF-1.7 beside it --><rsm:", 1)]
)
def test_xml_is_xml_with_a_byte_order_mark_and_whatever_it_speaks_of(xml: bytes) -> None:
    assert layers.validate(xml)[0] == layers.Layer("own checks")


def test_a_pdf_that_cannot_be_repaired_is_not_read() -> None:
    first, *_ = layers.validate(made()[:3_000])
    assert first.problems[0].message.startswith("it is not a readable PDF:")
    assert "BytesIO" not in first.problems[0].message
