from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from beancount_invoicing import law
from beancount_invoicing.rules import terms

D = Decimal
DATA = ["e_invoices.toml", "late_interest.toml", "mentions.toml", "payment_terms.toml"]


@pytest.mark.parametrize(
    ("country", "buyer", "margin", "indemnity"),
    [
        ("FR", "business", "10", "40.00"),
        ("fr", "public", "8", "40.00"),
        ("FR", "hospital", "8", "40.00"),
        ("DE", "business", "9", "40.00"),
        ("DE", "consumer", "5", None),
    ],
)
def test_late_interest(country: str, buyer: str, margin: str, indemnity: str | None) -> None:
    found = law.late_interest(country, buyer)
    assert found is not None
    assert found.margin == D(margin)
    assert found.indemnity == (D(indemnity) if indemnity else None)
    assert (found.country, found.year_days, found.currency) == (country.upper(), 365, "EUR")
    assert found.source


def test_no_claim_by_law_where_none_is_known() -> None:
    assert law.late_interest("FR", "consumer") is None
    assert law.late_interest("", "business") is None
    assert law.late_interest("XX", "business") is None
    assert law.late_interest("DE", "business", date(2014, 7, 28)) is None
    assert law.late_interest("DE", "business", date(2014, 7, 29)) is not None


@pytest.mark.parametrize(
    ("country", "half", "rate"),
    [
        ("FR", date(2023, 1, 1), "2.50"),
        ("FR", date(2024, 7, 1), "4.25"),
        ("FR", date(2026, 1, 1), "2.15"),
        ("DE", date(2024, 1, 1), "3.62"),
        ("DE", date(2026, 1, 1), "1.27"),
    ],
)
def test_reference_rates(country: str, half: date, rate: str) -> None:
    found = law.late_interest(country, "business")
    assert found is not None
    assert dict(found.rates)[half] == D(rate)


def test_the_second_half_of_2026_is_not_guessed() -> None:
    for country in ("FR", "DE"):
        found = law.late_interest(country, "business")
        assert found is not None
        assert max(start for start, _rate in found.rates) == date(2026, 1, 1)


@pytest.mark.parametrize("country", ["FR", "DE"])
def test_every_half_year_has_its_rate(country: str) -> None:
    found = law.late_interest(country, "business")
    assert found is not None
    starts = [start for start, _rate in found.rates]
    first = starts[0].year
    assert starts == [date(first + at // 2, 1 + 6 * (at % 2), 1) for at in range(len(starts))]


def test_a_contract_may_not_go_below_three_times_the_legal_rate() -> None:
    assert law.lowest_contract_rate("FR", date(2026, 3, 1)) == D("7.86")
    assert law.lowest_contract_rate("FR", date(2026, 7, 1)) is None
    assert law.lowest_contract_rate("DE", date(2026, 3, 1)) is None


@pytest.mark.parametrize(
    ("key", "french"),
    [
        ("late-interest", "majoré de 10\u00a0points"),
        ("late-interest-contract", "au taux annuel de {rate}\u00a0%"),
        ("late-interest-public", "majoré de 8\u00a0points"),
        ("indemnity", "40\u00a0€"),
        ("no-cash-discount", "Pas d’escompte pour paiement anticipé"),
        ("on-debits", "Option pour le paiement de la taxe d’après les débits"),
        ("on-payments", "encaissements"),
        ("franchise", "TVA non applicable, art. 293 B du CGI"),
        ("reverse-charge", "Autoliquidation"),
    ],
)
def test_mentions(key: str, french: str) -> None:
    assert french in law.mentions("FR", "fr", date(2026, 11, 30))[key]
    assert law.mentions("FR", "en", date(2026, 11, 30))[key]
    assert law.mentions("FR", "sv", date(2026, 11, 30)) == law.mentions("FR", "en", date(2026, 11, 30))


def test_mentions_are_dated() -> None:
    assert "indemnity" not in law.mentions("FR", "fr", date(2012, 12, 31))
    assert "indemnity" in law.mentions("fr", "fr-FR", date(2013, 1, 1))
    assert law.mentions("XX", "fr", date(2026, 1, 1)) == {}


def test_mentions_have_sources() -> None:
    found = {mention.key: mention for mention in law.mention_texts("FR", date(2026, 1, 1))}
    assert "D441-5" in found["indemnity"].source
    assert found["indemnity"].since == date(2013, 1, 1)


def test_default_terms_can_be_read() -> None:
    for country in ("", "FR", "DE", "BE", "XX"):
        assert terms.parse(law.default_terms(country)) == terms.parse("30 days")


@pytest.mark.parametrize(
    ("buyer", "days", "end_of_month_days"),
    [("business", 60, 45), ("public", 30, None), ("hospital", 50, None), ("public-enterprise", 60, None)],
)
def test_longest_terms(buyer: str, days: int, end_of_month_days: int | None) -> None:
    found = law.longest_terms("FR", buyer, date(2026, 1, 1))
    assert found is not None
    assert (found.days, found.end_of_month_days) == (days, end_of_month_days)


@pytest.mark.parametrize(
    ("country", "buyer", "days"), [("DE", "business", 60), ("DE", "public", 30), ("BE", "business", 60)]
)
def test_longest_terms_elsewhere(country: str, buyer: str, days: int) -> None:
    found = law.longest_terms(country, buyer, date(2026, 1, 1))
    assert found is not None
    assert (found.days, found.end_of_month_days) == (days, None)


def test_no_longest_terms_are_known_for_consumers_and_elsewhere() -> None:
    assert law.longest_terms("FR", "consumer", date(2026, 1, 1)) is None
    assert law.longest_terms("DE", "consumer", date(2026, 1, 1)) is None
    assert law.longest_terms("GB", "business", date(2026, 1, 1)) is None
    assert law.longest_terms("BE", "business", date(2022, 1, 31)) is None, "of the law before nothing is known here"
    assert law.longest_terms("FR", "business", date(2000, 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("FR", "FR"), (" de ", "DE"), ("12", D(12)), ("12,5 %", D("12.5")), ("0", D(0))],
)
def test_the_option_names_a_law_or_a_rate(text: str, expected: str | Decimal) -> None:
    assert law.interest_option(text) == expected


@pytest.mark.parametrize("text", ["", "XX", "-1", "101", "nan", "inf", "1e999999"])
def test_another_option_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="such as 12"):
        law.interest_option(text)


def sourced(rows: Any) -> bool:
    """Whether every table with dated facts names its source, itself or its rows."""
    if isinstance(rows, list):
        return all(sourced(row) for row in rows)
    if "source" in rows:
        return bool(rows["source"])
    return all(sourced(value) for value in rows.values() if isinstance(value, dict | list) and value and name_of(value))


def name_of(value: Any) -> bool:
    """Whether `value` is a table or a list of tables, other than the bare rates whose source stands beside them."""
    return isinstance(value, dict) or not {"rate"} >= set(value[0]) - {"from"}


@pytest.mark.parametrize("name", DATA)
def test_every_fact_has_a_source(name: str) -> None:
    data = tomllib.loads(files("beancount_invoicing.law").joinpath(name).read_text(encoding="utf-8"))
    assert data
    assert all(sourced(rows) for rows in data.values())


def test_e_invoices_are_the_law_from_their_day_on() -> None:
    assert law.e_invoice_rules("FR", date(2026, 8, 31)) is None
    found = law.e_invoice_rules("fr", date(2026, 9, 1))
    assert found is not None
    assert {D("20"), D("5.5"), D("0")} <= found.rates
    assert D("21") not in found.rates
    assert (found.currency, found.quantity_decimals, found.price_decimals) == ("EUR", 4, 6)
    assert law.e_invoice_rules("DE", date(2026, 9, 1)) is None


def test_the_franchise_names_the_code_that_holds_on_the_document_s_date() -> None:
    before, after = (law.mentions("FR", "fr", day)["franchise"] for day in (date(2027, 12, 31), date(2028, 1, 1)))
    assert before == "TVA non applicable, art. 293 B du CGI."
    assert after == "TVA non applicable, art. L. 223-3 du CIBS."
