from __future__ import annotations

from beancount_invoicing.rules.references import creditor_reference, payment_reference


def test_creditor_reference() -> None:
    assert creditor_reference("539007547034") == "RF18539007547034"  # the example of ISO 11649
    assert creditor_reference("F2026-0007") == creditor_reference("f2026/0007")
    assert creditor_reference("é") == "é"


def test_the_option_decides() -> None:
    assert payment_reference("", "F1") == "F1"
    assert payment_reference("iso11649", "F1").startswith("RF")
