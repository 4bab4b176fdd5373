"""Ledgers with errors and with figures beyond any size: every report is made, or says why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli.main import main

GOLDEN = Path(__file__).parent.parent / "golden"
REPORTS = (
    "aging", "balance 2026 --general", "close 2026-06-30", "close 2026 --as-of 2027-02-01", "confirmations 2026-06-30",
    "datev 2026-01 -o .", "export -o .", "fec 2026", "journal 2026 --by-tax", "lettering 2026", "lock 2026-03-31", "micro 2026",
    "micro 2026 --list limits", "micro 2026 --list quarters", "numbering 2026", "open-items 2026-06-30", "pack 2026 -o .",
    "post-closing 2026-03-31", "receipts 2026", "sales-list 2026 --list customers", "sales-list 2026 --list oss",
    "sales-list 2026-Q1", "vat 2026 --country DE", "vat 2026-10 --show lines", "vat --close 2026-01",
)  # fmt: skip


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("ledger", ["accounting", "exchange", "figures"])
def test_a_report_is_made_or_says_why_not(
    ledger: str, report: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["-f", str(GOLDEN / f"{ledger}.beancount"), "accounting", *report.split()])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output
