"""Factur-X: what a PDF/A-3 says in its metadata about the XML invoice inside it, and taking that invoice out again."""

from __future__ import annotations

import io
from typing import Any

from beancount_invoicing.einvoice.syntax import NotReadable

FILE = "factur-x.xml"
"""The name of the XML invoice in a Factur-X PDF."""
KNOWN_FILES = (FILE, "xrechnung.xml", "zugferd-invoice.xml")
"""The names under which an XML invoice may stand in a PDF, in lower case."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = {
    "DocumentFileName": (FILE, "name of the embedded XML invoice file"),
    "DocumentType": ("INVOICE", "type of the document"),
    "Version": ("1.0", "version of the XML schema of the invoice"),
    "ConformanceLevel": ("EN 16931", "profile of the invoice"),
}


def with_metadata(pdf: bytes) -> bytes:
    """A PDF/A-3 in which `FILE` is attached, with what Factur-X wants in its metadata: profile EN 16931."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.Root.Metadata.write(_extended(document.Root.Metadata.read_bytes()))
        result = io.BytesIO()
        document.save(result, deterministic_id=True, fix_metadata_version=False)
    return result.getvalue()


def _extended(packet: bytes) -> bytes:
    """XMP metadata with the Factur-X properties, and their schema in the bag of schemas: a second bag would be invalid."""
    from lxml import etree

    start, end = packet.index(b"<x:xmpmeta"), packet.index(b"</x:xmpmeta>") + len(b"</x:xmpmeta>")
    root = etree.fromstring(packet[start:end])
    (bag,) = root.iterfind(f".//{{{_EXTENSION}}}schemas/{{{_RDF}}}Bag")
    bag.append(_schema(etree))
    (rdf,) = root.iterfind(f"{{{_RDF}}}RDF")
    description = etree.SubElement(rdf, f"{{{_RDF}}}Description", nsmap={"fx": _FX})
    description.set(f"{{{_RDF}}}about", "")
    for name, (value, _) in _PROPERTIES.items():
        etree.SubElement(description, f"{{{_FX}}}{name}").text = value
    return packet[:start] + bytes(etree.tostring(root, encoding="UTF-8")) + packet[end:]


def _schema(etree: Any) -> Any:
    resource = {f"{{{_RDF}}}parseType": "Resource"}
    schema = etree.Element(f"{{{_RDF}}}li", resource)
    for name, text in (("schema", "Factur-X PDFA Extension Schema"), ("namespaceURI", _FX), ("prefix", "fx")):
        etree.SubElement(schema, f"{{{_SCHEMA}}}{name}").text = text
    properties = etree.SubElement(etree.SubElement(schema, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    for name, (_, meaning) in _PROPERTIES.items():
        one = etree.SubElement(properties, f"{{{_RDF}}}li", resource)
        for key, value in (("name", name), ("valueType", "Text"), ("category", "external"), ("description", meaning)):
            etree.SubElement(one, f"{{{_PROPERTY}}}{key}").text = value
    return schema


def extract(pdf: bytes) -> bytes:
    """The XML invoice inside a PDF. Raises NotReadable where there is none."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            for name in document.attachments:
                if name.lower() in KNOWN_FILES:
                    return bytes(document.attachments[name].get_file().read_bytes())
    except (pikepdf.PdfError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise NotReadable(f"it is no PDF that can be read: {error}") from None
    raise NotReadable("there is no XML invoice in this PDF")
