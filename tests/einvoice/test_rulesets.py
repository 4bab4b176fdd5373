"""Which rules a document is judged by, and how often an official stylesheet is asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from beancount_invoicing.einvoice import official, rulesets, saxon, syntax
from beancount_invoicing.einvoice.problems import Problem
from beancount_invoicing.law.data import load_data

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
