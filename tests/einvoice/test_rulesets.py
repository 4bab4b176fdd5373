"""Which rules a document is judged by, and how often an official stylesheet is asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from beancount_invoicing.einvoice import official, rulesets, saxon, syntax
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.einvoice.profiles import EN16931_SPECIFICATION
from beancount_invoicing.law.data import load_data
from tests.einvoice.documents import e_invoice
from tests.einvoice.test_bounds import PEPPOL, XRECHNUNG

SINCE = next(row["from"] for row in load_data("e_invoices.toml")["FR"])
UBL = """<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:IssueDate>{}</cbc:IssueDate>
 <cac:AccountingSupplierParty><cac:Party><cac:PostalAddress><cac:Country>
 <cbc:IdentificationCode>{}</cbc:IdentificationCode>
 </cac:Country></cac:PostalAddress></cac:Party></cac:AccountingSupplierParty></Invoice>"""


@pytest.mark.parametrize(
    ("day", "country", "french"),
    [
        (str(SINCE), "FR", True),
        (str(SINCE), "DE", False),
        (str(SINCE - timedelta(days=1)), "FR", False),
        (f"{SINCE:%Y%m%d}", "FR", True),
        ("soon", "FR", True),  # it is not told from when it is
        ("soon", "DE", False),
        ("", "FR", True),
    ],
)
def test_whether_the_rules_of_france_hold(day: str, country: str, french: bool) -> None:
    assert rulesets._french(syntax.parse_xml(UBL.format(day, country).encode())) is french


@pytest.mark.parametrize(
    ("name", "specification", "sheets"),
    [
        ("cii", EN16931_SPECIFICATION, ["Factur-X EN16931", "BR-FR"]),
        ("ubl", EN16931_SPECIFICATION, ["EN 16931 UBL", "BR-FR"]),
        ("ubl", PEPPOL, ["EN 16931 UBL", "Peppol BIS 3"]),
        ("cii", PEPPOL, ["EN 16931 CII", "Peppol BIS 3: its rules in CII are not known here"]),
        (
            "ubl",
            XRECHNUNG.replace("3.0", "2.3"),
            ["EN 16931 UBL", "XRechnung 2.3: the rules known here are those of XRechnung 3.0"],
        ),
        ("ubl", "urn:x#compliant#y", ["EN 16931 UBL", "urn:x#compliant#y: its rules in UBL are not known here"]),
    ],
)
def test_each_specification_is_judged_by_the_norm_and_by_what_comes_on_top(
    name: syntax.Syntax, specification: str, sheets: list[str]
) -> None:
    written = syntax.to_xml(e_invoice("D-DEBITS"), name).decode()
    root = syntax.parse_xml(written.replace(EN16931_SPECIFICATION, specification).encode())
    found = rulesets.rule_set_of(root).stylesheets
    assert [f"{sheet.name}: {sheet.not_run}" if sheet.not_run else sheet.name for sheet in found] == sheets
    assert all(sheet.not_run or (sheet.file and sheet.file.is_file()) for sheet in found)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        (["ok"], "ok"),
        (["warning"], "warning"),
        (["failed", "failed"], "failed"),
        (["both", "both"], "both"),
        (["both", "ok", "ok"], "ok"),  # the fresh process decides
        (["failed", "ok", "failed"], "failed"),
    ],
)
def test_what_fails_is_asked_once_more(monkeypatch: pytest.MonkeyPatch, reports: list[str], expected: str) -> None:
    error, warning = Problem("A", "", "wrong"), Problem("B", "", "doubtful", warning=True)
    said = {"ok": (), "warning": (warning,), "failed": (error,), "both": (warning, error)}
    left = list(reports)
    monkeypatch.setattr(saxon, "installed", lambda: True)
    fresh: list[bool] = []

    def report(_stylesheet: Path, _xml: bytes, **how: bool) -> str:
        fresh.append(how.get("fresh", False))
        return left.pop(0)

    monkeypatch.setattr(saxon, "report", report)
    monkeypatch.setattr(official, "_findings", lambda report: said[report])
    found = official.against_stylesheet(syntax.parse_xml(UBL.format("", "").encode()), Path("rules.xsl"))
    assert found == said[expected]
    assert left == []
    assert fresh == [False, False, True][: len(reports)]
