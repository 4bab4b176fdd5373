"""The values of what the ledger amends, day by day."""

from __future__ import annotations

from datetime import date

import pytest
from beancount import loader

from beancount_invoicing.writing.amendment_text import dated_values, differs, values_in_force

ACME = "Assets:Receivable:Acme"
LEDGER = f"""
2025-01-01 open {ACME}
  customer: "Acme SAS"
  city: "Nantes"
2025-01-01 open Assets:Receivable:Kiefer
  customer: "Kiefer GmbH"
2026-06-01 custom "invoice-customer" {ACME}
  city: "Brest"
  phone:
2026-03-01 custom "invoice-customer" {ACME}
  city: "Rennes"
  phone: "02 99 00 00 00"
2026-03-02 custom "invoice-customer" Assets:Receivable:Kiefer
  city: "Berlin"
2026-03-03 custom "invoice-milestone" "K"
2026-03-04 custom "invoice-milestone" "K" "DONE"
  price: 100.00
"""
ENTRIES, ERRORS, _OPTIONS = loader.load_string(LEDGER)


def test_the_values_of_a_customer_are_those_of_its_account_and_its_amendments_by_day() -> None:
    assert ERRORS == []
    assert [(version.day, version.values) for version in dated_values(ENTRIES[::-1], "invoice-customer", ACME, 0)] == [
        (date(2025, 1, 1), {"customer": "Acme SAS", "city": "Nantes"}),
        (date(2026, 3, 1), {"city": "Rennes", "phone": "02 99 00 00 00"}),
        (date(2026, 6, 1), {"city": "Brest", "phone": None}),
    ]


def test_the_account_s_own_directive_tells_of_its_customer_only() -> None:
    assert dated_values(ENTRIES, "invoice-bank", ACME, 0) == ()


def test_the_name_may_be_any_of_the_values() -> None:
    (done,) = dated_values(ENTRIES, "invoice-milestone", "DONE", 1)
    assert (done.day, list(done.values)) == (date(2026, 3, 4), ["price"])
    assert dated_values(ENTRIES, "invoice-milestone", "LATER", 1) == ()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2024, 12, 31), {}),
        (date(2026, 2, 28), {"customer": "Acme SAS", "city": "Nantes"}),
        (date(2026, 3, 1), {"customer": "Acme SAS", "city": "Rennes", "phone": "02 99 00 00 00"}),
        (date(2026, 6, 1), {"customer": "Acme SAS", "city": "Brest"}),  # an empty value takes the key away
    ],
)
def test_what_they_say_together_on_a_day(day: date, said: dict[str, str]) -> None:
    assert values_in_force(dated_values(ENTRIES, "invoice-customer", ACME, 0), day) == said


@pytest.mark.parametrize(
    ("value", "current", "different"),
    [("a", "a", False), ("a", "b", True), ("", None, False), ("a", None, True), (None, "a", True)],
)
def test_nothing_and_an_empty_text_are_alike(value: str | None, current: str | None, different: bool) -> None:
    assert differs(value, current) == different
