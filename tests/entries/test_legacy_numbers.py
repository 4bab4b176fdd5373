"""Numbers of older invoices, out of their texts and links."""

from __future__ import annotations

import pytest

from beancount_invoicing.entries.legacy_numbers import links_with_number, numbers_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Invoice 2025-03-001", ["2025-03-001"]),
        ("Consulting April 2025, INVOICE-17", ["INVOICE-17"]),
        ("Consulting May 2025, invoice #18", ["18"]),
        ("Invoice INV-2025-00019", ["INV-2025-00019"]),
        ("RE 2025/0020", ["2025/0020"]),
        ("Rechnung Nr. 21 vom 03.08.2025", ["21"]),
        ("Facture n° F-2025-12 du 3 mars", ["F-2025-12"]),
        ("Fattura n. 12/2025", ["12/2025"]),
        ("Order 12345, invoice 17", ["17", "12345"]),
        ("Retainer Feb 2024 (INV-0024)", ["INV-0024"]),
        ("Zahlung 1.250,00 EUR RE-1002", ["RE-1002"]),
        ("Invoice 2025", []),
        ("Consulting 2025-03", []),
        ("Consulting 2025-03-15", []),
        ("Workshop of 3 days, 40 h, 1 250.00 EUR", []),
        ("(Padding inserted for Balance of 750 EUR for difference 750 EUR)", []),
        ("Q3-2025, 2nd instalment", []),
        ("", []),
    ],
)
def test_numbers_in_a_text(text: str, numbers: list[str]) -> None:
    assert numbers_in(text) == numbers


def test_links_are_numbers_where_they_stand_alone_and_have_figures() -> None:
    links = {"A-17", "job", "job-2025", "shared-7"}
    assert list(links_with_number(links, {"A-17", "job", "job-2025"})) == ["A-17"]
    assert list(links_with_number(None, ())) == []
