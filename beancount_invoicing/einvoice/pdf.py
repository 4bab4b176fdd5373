"""Factur-X: the metadata of a PDF/A-3 about the XML invoice inside it, and how to extract that invoice."""

from __future__ import annotations

import io
import re
import zlib
from functools import cache
from typing import Any, NamedTuple

from beancount_invoicing.einvoice.checks_pdf import PdfClaims, pdf_claims
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.syntax import NotReadable
from beancount_invoicing.messages import _

FILE = "factur-x.xml"
"""The name of the XML invoice in a Factur-X PDF."""
KNOWN_FILES = (FILE, "xrechnung.xml", "zugferd-invoice.xml", "order-x.xml")
"""The names, in lower case, that an XML invoice or order may have in a PDF, in the order in which they are looked for.
"""
LIMIT = 100_000_000
"""Size in bytes of the largest document that is read."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = {
    "DocumentFileName": (FILE, _("name of the embedded XML invoice file")),
    "DocumentType": (_("INVOICE"), _("type of the document")),
    "Version": ("1.0", _("version of the XML schema of the invoice")),
    "ConformanceLevel": (_("EN 16931"), _("profile of the invoice")),
}


def with_metadata(pdf: bytes) -> bytes:
    """A PDF/A-3 in which `FILE` is attached, with the metadata that Factur-X requires: profile EN 16931."""
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
    for name, (value, _other) in _PROPERTIES.items():
        etree.SubElement(description, f"{{{_FX}}}{name}").text = value
    return packet[:start] + bytes(etree.tostring(root, encoding="UTF-8")) + packet[end:]


def _schema(etree: Any) -> Any:
    resource = {f"{{{_RDF}}}parseType": "Resource"}
    schema = etree.Element(f"{{{_RDF}}}li", resource)
    for name, text in (("schema", "Factur-X PDFA Extension Schema"), ("namespaceURI", _FX), ("prefix", "fx")):
        etree.SubElement(schema, f"{{{_SCHEMA}}}{name}").text = text
    properties = etree.SubElement(etree.SubElement(schema, f"{{{_SCHEMA}}}property"), f"{{{_RDF}}}Seq")
    for name, (_other, meaning) in _PROPERTIES.items():
        item = etree.SubElement(properties, f"{{{_RDF}}}li", resource)
        for key, value in (("name", name), ("valueType", "Text"), ("category", "external"), ("description", meaning)):
            etree.SubElement(item, f"{{{_PROPERTY}}}{key}").text = value
    return schema


class Attached(NamedTuple):
    """The XML invoice inside a PDF, and the defects of that PDF."""

    name: str
    xml: bytes
    problems: tuple[Problem, ...] = ()
    claims: PdfClaims = PdfClaims()
    """The data of the PDF about itself and the invoice."""


def extract(pdf: bytes) -> bytes:
    """The XML invoice inside a PDF. Raises NotReadable if there is none."""
    return attached(pdf).xml


def attached(pdf: bytes) -> Attached:
    """The XML invoice inside a PDF; if there are several, the one with the newest name. A damaged PDF is repaired, and
    the result says so.

    Raises NotReadable if there is no invoice, if the PDF needs a password to open, or if it unpacks to more than LIMIT.
    """
    import pikepdf

    _limit_memory()
    try:
        try:
            with pikepdf.open(io.BytesIO(pdf), attempt_recovery=False) as document:
                return _found(document)
        except pikepdf.PasswordError:
            raise NotReadable(_("the PDF is encrypted, and only opens with a password")) from None
        except pikepdf.PdfError as error:
            with pikepdf.open(io.BytesIO(pdf)) as document:
                found = _found(document)
            told = _(
                "the PDF is damaged (is it complete?) and had to be repaired before it could be read: {words}",
                words=_words(error),
            )
            return found._replace(problems=(Problem("PDF", "", told), *found.problems))
    except NotReadable:
        raise
    except Exception as error:  # whatever a stranger's PDF makes of the library
        raise NotReadable(_("it is not a readable PDF: {words}", words=_words(error))) from None


@cache
def _limit_memory() -> None:
    """Keeps the streams that a PDF is itself made of from inflating without end, where pikepdf can: for the whole process."""
    import pikepdf

    if hasattr(pikepdf, "settings") and hasattr(pikepdf.settings, "set_qpdf_limits"):
        pikepdf.settings.set_qpdf_limits(
            flate_max_memory=LIMIT, png_max_memory=LIMIT, run_length_max_memory=LIMIT, tiff_max_memory=LIMIT
        )


def _words(error: Exception) -> str:
    """What pikepdf says, without the name of an object in memory."""
    return re.sub(r"^stream <[^>]*>[\s:]*", "", str(error)) or type(error).__name__


def _found(document: Any) -> Attached:
    here: dict[str, Any] = {}
    for key, file in document.attachments.items():
        for name in (str(file.filename or "").lower(), key.lower()):
            here.setdefault(name, file)
    for name in KNOWN_FILES:
        if name in here:
            problems = []
            if document.is_encrypted:
                told = _("the PDF is encrypted, which PDF/A forbids (ISO 19005-3, 6.1.3)")
                problems.append(Problem("PDF", "", told))
            claims = pdf_claims(document, here[name], _packet(document))
            return Attached(name, _inflated(here[name].get_file().obj), tuple(problems), claims)
    raise NotReadable(_("there is no XML invoice in this PDF"))


def _packet(document: Any) -> bytes:
    """The XMP metadata; empty where there are none that can be read."""
    try:
        return _inflated(document.Root.Metadata) if "/Metadata" in document.Root else b""
    except Exception:  # whatever it is, it is no metadata
        return b""


def _inflated(stream: Any) -> bytes:
    """The bytes of a stream. Raises NotReadable if they are more than LIMIT, without having them all in memory."""
    import pikepdf

    filters = stream.get("/Filter", pikepdf.Array())
    names = [str(name) for name in (filters if isinstance(filters, pikepdf.Array) else [filters])]
    if set(names) - {"/FlateDecode"}:
        raise NotReadable(
            _("the XML invoice in this PDF is stored in a way that is not supported ({names})", names=", ".join(names))
        )
    data = bytes(stream.read_raw_bytes())
    for _times in names:
        inflater = zlib.decompressobj()
        data = inflater.decompress(data, LIMIT + 1)
        if len(data) > LIMIT:
            raise NotReadable(
                _(
                    "the XML invoice in this PDF is larger than {limit} MB, which no invoice should be",
                    limit=LIMIT // 1000000,
                )
            )
    return bytes(stream.read_bytes()) if "/DecodeParms" in stream else data  # a predictor does not make it larger
