"""Findings of the checks as data."""

from __future__ import annotations

from beancount_invoicing.answers.amounts import Answer
from beancount_invoicing.model import Finding


def finding_json(finding: Finding) -> Answer:
    """A finding in `check`."""
    return {
        "file": finding.source.file,
        "line": finding.source.line,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
    }
