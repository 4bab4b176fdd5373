"""The articles that an exemption names, and the half-years that a ledger's own rates are for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.law.exemptions import exemption, is_vatex
from beancount_invoicing.law.interest import by_half_years

DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("code", "article"),
    [
        ("VATEX-FR-CGI261", "art. 261 du CGI"),
        ("VATEX-FR-CGI261-4", "art. 261, 4 du CGI"),
        ("VATEX-FR-CGI261-8BIS", "art. 261, 8 bis du CGI"),
        ("VATEX-FR-CGI261C", "art. 261 C du CGI"),
        ("VATEX-FR-CGI261C-1", "art. 261 C, 1° du CGI"),
        ("VATEX-FR-CGI262TER", None),  # no code of the list
    ],
)
def test_the_article_of_the_french_code(code: str, article: str | None) -> None:
    said = exemption(code, "fr", DAY)
    assert (said is None) is (article is None)
    if said is not None and article is not None:
        assert f"{article}" in said.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("code", "article"),
    [
        ("VATEX-EU-132", "Article 132"),
        ("VATEX-EU-132-1", "Article 132(1)"),
        ("VATEX-EU-132-1I", "Article 132(1)(i)"),
    ],
)
def test_the_article_of_the_directive(code: str, article: str) -> None:
    said = exemption(code, "en", DAY)
    assert said is not None
    assert said.replace("\xa0", " ") == f"Exempt from VAT: {article} of Directive 2006/112/EC."
    assert exemption(code, "xx", DAY) == said, "else in English"


def test_what_is_a_code_of_the_list() -> None:
    assert [is_vatex(text) for text in ("VATEX-EU-AE", "VATEX-XX-1", "Autoliquidation", "VATEX-EU-AE !")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert exemption("VATEX-XX-1", "en", DAY) is None


@pytest.mark.parametrize(
    ("said", "half"),
    [
        ("2026-01-01", "2026-01-01"),
        ("2026-01-02", "2026-07-01"),
        ("2026-06-30", "2026-07-01"),
        ("2026-07-01", "2026-07-01"),
        ("2026-07-02", "2027-01-01"),
        ("2026-12-31", "2027-01-01"),
        ("9999-01-02", "9999-07-01"),
        ("9999-07-01", "9999-07-01"),
        ("9999-07-02", None),  # past the calendar
    ],
)
def test_a_rate_is_for_the_half_year_that_begins_on_its_day_or_next(said: str, half: str | None) -> None:
    found = by_half_years([(date.fromisoformat(said), Decimal(3))])
    assert found == ({date.fromisoformat(half): Decimal(3)} if half else {})


def test_of_two_rates_for_one_half_year_the_later_counts() -> None:
    rates = [(date(2026, 5, 1), Decimal(3)), (date(2026, 2, 1), Decimal(2)), (date(9999, 12, 1), Decimal(1))]
    assert by_half_years(rates) == {date(2026, 7, 1): Decimal(3)}
