"""What a PDF says of itself is held against what Factur-X asks for."""

from __future__ import annotations

from collections.abc import Callable

import pikepdf
import pytest

from beancount_invoicing.einvoice import layers, pdf, profiles
from beancount_invoicing.einvoice.checks_pdf import _metadata, check_pdf
from tests.einvoice.test_pdf_attachments import changed, made

Change = Callable[[pikepdf.Pdf], None]
NORM = profiles.profile(profiles.EN16931_SPECIFICATION)


def found(data: bytes, profile: profiles.Profile = NORM) -> list[tuple[str, str]]:
    """How each fault is graded, and its rule."""
    problems = check_pdf(pdf.attached(data).claims, profile)
    return [("warning" if problem.warning else "failed", problem.rule) for problem in problems]


def metadata(before: bytes, after: bytes) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        packet = document.Root.Metadata.read_bytes()
        assert before in packet
        document.Root.Metadata.write(packet.replace(before, after))

    return change


def relationship(name: str | None) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        file = document.attachments[pdf.FILE].obj
        if name is None:
            del file["/AFRelationship"]
        else:
            file["/AFRelationship"] = pikepdf.Name(name)

    return change


def renamed(document: pikepdf.Pdf) -> None:
    file = document.attachments[pdf.FILE].obj
    file["/F"] = file["/UF"] = pikepdf.String("FACTUR-X.XML")


def without(key: str) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        del document.Root[key]

    return change


def test_nothing_is_wrong_with_our_own() -> None:
    assert found(made()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without("/Metadata"), [("failed", "xmp")]),
        (metadata(b"<rdf:RDF", b"<rdf:RDFF"), [("failed", "xmp")]),
        (without("/AF"), [("failed", "associated-file")]),
        (relationship(None), [("failed", "relationship")]),
        (relationship("/Unspecified"), [("warning", "relationship")]),
        (relationship("/Source"), []),
        (renamed, [("failed", "attachment-name"), ("failed", "xmp-DocumentFileName")]),
        (metadata(b"pdfaid:part>3<", b"pdfaid:part>2<"), [("failed", "pdfa-3")]),
        (metadata(b"pdfaid:part>3<", b"pdfaid:part>4<"), [("warning", "pdfa-3")]),
        (metadata(b":DocumentType>INVOICE<", b":DocumentType>ORDER<"), [("failed", "xmp-DocumentType")]),
        (metadata(b":DocumentFileName>factur-x.xml<", b":DocumentFileName>xrechnung.xml<"), [("failed", "xmp-DocumentFileName")]),
        (metadata(b":Version>1.0<", b":Version>RC<"), [("failed", "xmp-Version")]),
        (metadata(b":Version>1.0<", b":Version> <"), [("failed", "xmp-Version")]),
        (metadata(b":ConformanceLevel>EN 16931<", b":ConformanceLevel>EN16931<"), [("failed", "xmp-ConformanceLevel")]),
        (metadata(b":ConformanceLevel>EN 16931<", b":ConformanceLevel>EXTENDED<"), [("warning", "xmp-ConformanceLevel")]),
        (metadata(b":ConformanceLevel>EN 16931<", b":ConformanceLevel>COMFORT<"), []),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(change: Change, expected: list[tuple[str, str]]) -> None:
    assert found(changed(change, fix_metadata_version=False)) == expected


def test_a_property_may_be_an_attribute() -> None:
    """RDF lets a property stand as an attribute of its description."""

    def change(document: pikepdf.Pdf) -> None:
        packet = document.Root.Metadata.read_bytes()
        element = b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>"
        head, tail = packet.split(element)
        start = head.rindex(b"<rdf:Description") + len(b"<rdf:Description")
        document.Root.Metadata.write(head[:start] + b' fx:ConformanceLevel="EN 16931"' + head[start:] + tail)

    assert found(changed(change)) == []


def test_the_smallest_profiles_are_data_of_the_page() -> None:
    minimum = profiles.profile("urn:factur-x.eu:1p0:minimum")
    data = changed(metadata(b":ConformanceLevel>EN 16931<", b":ConformanceLevel>MINIMUM<"))
    assert found(data, minimum) == [("warning", "relationship")]


def test_an_order_is_named_and_nothing_else_of_its_pdf_is_judged() -> None:
    def change(document: pikepdf.Pdf) -> None:
        del document.attachments[pdf.FILE]
        order = b'<rsm:SCRDMCCBDACIOMessageStructure xmlns:rsm="urn:x"/>'
        document.attachments["order-x.xml"] = pikepdf.AttachedFileSpec(document, order, filename="order-x.xml")

    (layer,) = layers.validate(changed(change))
    assert "Order-X" in layer.not_run


@pytest.mark.parametrize("before", [b"", b'<?xpacket begin="" id="W5M0"?>\n', b"\0\0"])
@pytest.mark.parametrize("after", [b"", b'\n  <?xpacket end="w"?>', b"\0\0"])
def test_metadata_is_read_whatever_stands_around_it(before: bytes, after: bytes) -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a/></x:xmpmeta>'
    read = _metadata(before + packet + after)
    assert read is not None
    assert [each.tag for each in read] == ["a"]
    assert _metadata(before + packet[:-1] + after) is None
    assert _metadata(before + packet[5:] + after) is None
