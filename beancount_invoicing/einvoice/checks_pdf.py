"""The PDF's own data, and its data about the invoice inside it: the requirements of Factur-X that can be checked
without drawing a page.

Whether fonts, colours and everything else conform to PDF/A-3 is not tested here; veraPDF does that. The checks are
those of Mustang (its PDFValidator), and those of ISO 19005-3 (6.8, associated files) and of the profile that Factur-X's
metadata name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.profiles import Profile
from beancount_invoicing.messages import _

_PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_FIELDS = ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")
_FILES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml")
_VERSIONS = {"1.0", "1p0", "2p0", "3p0", "1.2", "2.0", "2.1", "2.2", "2.3", "3.0"}
_LEVELS = {
    "MINIMUM": "minimum",
    "BASIC WL": "basicwl",
    "BASIC": "basic",
    "EN 16931": "en16931",
    "COMFORT": "en16931",
    "CIUS": "en16931",
    "XRECHNUNG": "en16931",
    "EXTENDED": "extended",
}
"""The profiles that the metadata may name, and the level of the invoice that they stand for."""
_RELATIONSHIPS = {"/Data", "/Alternative", "/Source"}


@dataclass(frozen=True, slots=True)
class PdfClaims:
    """The data in a PDF about itself."""

    metadata: bool = False
    """Whether it has XMP metadata that can be read."""
    part: str = ""
    """The part of PDF/A that it claims to conform to: "3"."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Factur-X's fields in its metadata."""
    file: str = ""
    """The name of the invoice's file, exactly as written."""
    relationship: str = ""
    """The relationship of the file to the document: "/Alternative"."""
    is_associated_file: bool = False
    """Whether the document names it as an associated file (/AF)."""
    has_identifier: bool = False
    """Whether it has an identifier (/ID)."""


def pdf_claims(document: Any, file: Any, packet: bytes) -> PdfClaims:
    """The data of a PDF, opened by pikepdf, about itself and one of its attached files. `packet`: its XMP metadata."""
    name = str(file.filename or "")
    part, fields = "", {}
    root = _metadata(packet)
    if root is not None:
        part = _said(root, f"{_PDFA}part")
        fields = {key: _said(root, f"{{*}}{key}") for key in _FIELDS}
    related = [file.get("/UF", file.get("/F")) for file in document.Root.get("/AF", ())]
    return PdfClaims(
        metadata=root is not None,
        part=part,
        fields={key: value for key, value in fields.items() if value},
        file=name,
        relationship=str(file.obj.get("/AFRelationship", "")),
        is_associated_file=name in {str(file) for file in related},
        has_identifier="/ID" in document.trailer,
    )


def _metadata(packet: bytes) -> Any:
    """The XMP metadata as XML; None if there is none that can be read."""
    from lxml import etree

    start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b"</x:xmpmeta>")
    if 0 <= start < end:
        packet = packet[start : end + len(b"</x:xmpmeta>")]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(packet, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _said(root: Any, name: str) -> str:
    """A property, which RDF lets be an element or an attribute of its description."""
    for element in root.iter(name):
        if (element.text or "").strip():
            return str(element.text).strip()
    local = name.rpartition("}")[2]
    for description in root.iter(f"{_RDF}Description"):
        for attribute, value in description.attrib.items():
            if attribute.rpartition("}")[2] == local and (name.startswith("{*}") or attribute == name):
                return str(value).strip()
    return ""


def check_pdf(claims: PdfClaims, profile: Profile) -> Iterator[Problem]:
    """The errors and doubts in these data. `profile`: that of the invoice inside."""
    if not claims.has_identifier:
        yield Problem("pdf-id", "/ID", _("the PDF has no identifier, which PDF/A requires (ISO 19005-3, 6.1.3)"))
    yield from _check_file(claims, profile)
    if not claims.metadata:
        yield Problem(
            "xmp", "XMP", _("the metadata are missing or cannot be read, so it is neither a PDF/A nor a Factur-X")
        )
        return
    if claims.part not in {"3", "4"}:
        told = f"PDF/A-{claims.part}" if claims.part else _("not a PDF/A at all")
        yield Problem("pdfa-3", _("XMP, pdfaid:part"), _("it claims to be {told}, not a PDF/A-3", told=told))
    if claims.part == "4":
        message = _("it claims to be a PDF/A-4, which not everybody accepts as a Factur-X: it must be a PDF/A-3")
        yield Problem("pdfa-3", _("XMP, pdfaid:part"), message, warning=True)
    yield from _check_fields(claims, profile)


def _check_file(claims: PdfClaims, profile: Profile) -> Iterator[Problem]:
    if claims.file not in _FILES:
        yield Problem(
            "attachment-name", claims.file, _("the invoice's file is not one of {files}", files=", ".join(_FILES[:3]))
        )
    if not claims.is_associated_file:
        message = _("the invoice is attached, but not declared as an associated file (/AF; ISO 19005-3, 6.8)")
        yield Problem("associated-file", claims.file, message)
    if not claims.relationship:
        message = _("the attachment does not give its relationship to the document (/AFRelationship; ISO 19005-3, 6.8)")
        yield Problem("relationship", claims.file, message)
    elif claims.relationship not in _RELATIONSHIPS:
        message = _(
            "its relationship is {relationship}, which is none of {relationships}",
            relationship=claims.relationship,
            relationships=", ".join(sorted(_RELATIONSHIPS)),
        )
        yield Problem("relationship", claims.file, message, warning=True)
    elif not profile.has_lines and claims.relationship != "/Data":
        message = _(
            "its relationship is {relationship}, although a {profile} is not the whole invoice: /Data",
            relationship=claims.relationship,
            profile=profile.name,
        )
        yield Problem("relationship", claims.file, message, warning=True)


def _check_fields(claims: PdfClaims, profile: Profile) -> Iterator[Problem]:
    for key in _FIELDS:
        if key not in claims.fields:
            yield Problem(f"xmp-{key}", "XMP", _("the metadata do not give the {entry} of the invoice", entry=key))
    values = claims.fields
    for key, known in (
        ("DocumentType", {"INVOICE"}),
        ("DocumentFileName", set(_FILES)),
        ("Version", _VERSIONS),
        ("ConformanceLevel", set(_LEVELS)),
    ):
        if key in values and values[key] not in known:
            message = _(
                "{entry} is {value}, which is none of {known}",
                entry=key,
                value=values[key],
                known=", ".join(sorted(known)),
            )
            yield Problem(f"xmp-{key}", "XMP", message)
    name, level = values.get("DocumentFileName"), values.get("ConformanceLevel")
    if name in _FILES and name != claims.file:
        yield Problem(
            "xmp-DocumentFileName",
            "XMP",
            _("the metadata name {name}, but the invoice is {file}", name=name, file=claims.file),
        )
    if level in _LEVELS and _LEVELS[level] != profile.level.partition("-")[0]:
        message = _("the metadata give {level}, but the invoice inside is {profile}", level=level, profile=profile.name)
        yield Problem("xmp-ConformanceLevel", "XMP", message, warning=True)
