from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from beancount_invoicing import law
from beancount_invoicing.law.country import countries, country_data
from beancount_invoicing.rules import payment_terms

D = Decimal
DATA = [
    "deposits.toml",
    "e_invoices.toml",
    "insolvency.toml",
    "late_interest.toml",
    "limitation.toml",
    "mentions.toml",
    "payment_terms.toml",
]


@pytest.mark.parametrize(
    ("country", "buyer", "margin", "indemnity"),
    [
        ("FR", "business", "10", "40.00"),
        ("fr", "public", "8", "40.00"),
        ("FR", "hospital", "8", "40.00"),
        ("DE", "business", "9", "40.00"),
        ("DE", "consumer", "5", None),
        ("AT", "business", "9.2", "40.00"),
        ("BE", "public", "0", "40.00"),
        ("ES", "business", "8", "40.00"),
        ("EU", "business", "8", "40.00"),
        ("FR", "consumer", "0", None),
        ("IT", "business", "8", "40.00"),
        ("NL", "business", "8", "40.00"),
        ("LU", "public", "8", "40.00"),
    ],
)
def test_late_interest(country: str, buyer: str, margin: str, indemnity: str | None) -> None:
    found = law.late_interest_law(country, buyer)
    assert found is not None
    assert found.margin == D(margin)
    assert found.indemnity(D(100)) == (D(indemnity) if indemnity else None)
    assert (found.country, found.year_days, found.currency) == (country.upper(), 365, "EUR")
    assert found.source


@pytest.mark.parametrize(("debt", "fixed"), [("999.99", 40), ("1000", 70), ("9999.99", 70), ("10000", 100)])
def test_the_fixed_sum_in_the_united_kingdom_grows_with_the_debt(debt: str, fixed: int) -> None:
    """Late Payment of Commercial Debts (Interest) Act 1998, s. 5A (2)."""
    found = law.late_interest_law("GB", "business")
    assert found is not None
    assert found.indemnity(D(debt)) == fixed


def test_no_claim_by_law_where_none_is_known() -> None:
    assert law.late_interest_law("BE", "consumer") is None
    assert law.late_interest_law("GB", "consumer") is None
    assert law.late_interest_law("", "business") is None
    assert law.late_interest_law("XX", "business") is None
    assert law.late_interest_law("DE", "business", date(2014, 7, 28)) is None
    assert law.late_interest_law("DE", "business", date(2014, 7, 29)) is not None


@pytest.mark.parametrize(
    ("country", "half", "rate"),
    [
        ("FR", date(2023, 1, 1), "2.50"),
        ("FR", date(2024, 7, 1), "4.25"),
        ("FR", date(2026, 1, 1), "2.15"),
        ("DE", date(2024, 1, 1), "3.62"),
        ("DE", date(2026, 1, 1), "1.27"),
        ("AT", date(2023, 7, 1), "3.38"),
        ("AT", date(2025, 1, 1), "2.53"),
        ("AT", date(2026, 1, 1), "1.53"),
        ("BE", date(2022, 7, 1), "8.00"),
        ("BE", date(2023, 1, 1), "10.50"),
        ("GB", date(2026, 7, 1), "3.75"),
        ("FR", date(2026, 7, 1), "2.40"),
        ("DE", date(2026, 7, 1), "1.52"),
        ("AT", date(2026, 7, 1), "1.53"),
    ],
)
def test_reference_rates(country: str, half: date, rate: str) -> None:
    found = law.late_interest_law(country, "business")
    assert found is not None
    assert dict(found.rates)[half] == D(rate)


@pytest.mark.parametrize(
    ("country", "buyer"),
    [
        ("FR", "business"),
        ("FR", "consumer"),
        ("DE", "business"),
        ("AT", "business"),
        ("BE", "business"),
        ("GB", "business"),
    ],
)
def test_every_half_year_has_its_rate(country: str, buyer: str) -> None:
    found = law.late_interest_law(country, buyer)
    assert found is not None
    starts = [start for start, _rate in found.rates]
    assert starts[0] == date(2016, 7, 1)
    assert starts == [date(2016 + (at + 1) // 2, 1 + 6 * ((at + 1) % 2), 1) for at in range(len(starts))]


def test_who_pays_from_when_and_at_which_rate() -> None:
    def how(country: str, buyer: str) -> tuple[str, bool]:
        found = law.late_interest_law(country, buyer)
        assert found is not None
        return found.starts_after, found.fixed_at_start

    assert how("FR", "business") == ("due", False)
    assert how("FR", "public") == ("due", True)
    assert how("FR", "consumer") == ("notice", False)
    assert how("DE", "business") == ("due", False)
    assert how("GB", "business") == ("due", True)
    assert how("CH", "business") == ("notice", True)
    assert law.late_interest_law("uk", "business") == law.late_interest_law("GB", "business")


def test_what_is_not_known_is_not_there() -> None:
    rates = law.reference_rates()
    assert date(2016, 1, 1) not in rates["ECB"][1]
    assert {code for code, (_name, halves) in rates.items() if max(halves) < date(2026, 7, 1)} == {"BE", "FR-legal"}
    assert all(max(halves) <= date(2026, 7, 1) for _name, halves in rates.values())


def test_every_rule_has_its_address_and_knows_its_reference() -> None:
    data = tomllib.loads(files("beancount_invoicing.law").joinpath("late_interest.toml").read_text(encoding="utf-8"))
    tables = {
        code: country_data(code)["late-interest"] for code in countries() if "late-interest" in country_data(code)
    }
    assert len(tables) >= 12
    for country, table in {**data["laws"], **tables}.items():
        for rule in table["rules"]:
            assert rule["address"].startswith(("https://", "http://")), country
            assert not rule.get("base") or rule["base"] in data["rates"]
            assert rule["changes"] in {"half-year", "fixed"}
            assert rule["start"] in {"due", "notice", "reminder"}


@pytest.mark.parametrize(
    ("said", "halves"),
    [
        ([("2026-07-01", "2.40")], {"2026-07-01": "2.40"}),
        ([("2026-06-11", "2.40")], {"2026-07-01": "2.40"}),
        ([("2026-03-11", "2.90"), ("2026-06-11", "2.40")], {"2026-07-01": "2.40"}),
        ([("2026-07-02", "2.40")], {"2027-01-01": "2.40"}),
        ([("9999-12-31", "2.40")], {}),
    ],
)
def test_a_rate_of_the_ledger_is_that_of_the_half_year_that_it_reaches(
    said: list[tuple[str, str]], halves: dict[str, str]
) -> None:
    found = law.by_half_years((date.fromisoformat(day), D(rate)) for day, rate in said)
    assert found == {date.fromisoformat(day): D(rate) for day, rate in halves.items()}


def test_belgium_caps_what_consumers_may_be_asked_for() -> None:
    cap = law.contract_cap("BE", "consumer")
    assert cap is not None
    assert dict(cap.rates)[date(2026, 1, 1)] + cap.margin == D("10.50")
    assert law.contract_cap("BE", "business") is None
    assert law.contract_cap("FR", "consumer") is None


@pytest.mark.parametrize(
    ("country", "buyer", "due", "acknowledged", "last"),
    [
        ("FR", "business", "2021-04-01", None, "2026-04-01"),
        ("FR", "consumer", "2024-01-31", None, "2026-01-31"),
        ("FR", "consumer", "2024-02-29", None, "2026-02-28"),
        ("FR", "public", "2022-03-01", None, "2026-12-31"),
        ("FR", "business", "2021-04-01", "2023-05-02", "2028-05-02"),
        ("DE", "business", "2022-01-02", None, "2025-12-31"),
        ("DE", "business", "2022-01-02", "2023-05-02", "2026-05-02"),
        ("GB", "business", "2020-06-30", None, "2026-06-30"),
        ("BE", "business", "2020-06-30", None, "2030-06-30"),
    ],
)
def test_when_a_claim_lapses(country: str, buyer: str, due: str, acknowledged: str | None, last: str) -> None:
    rule = law.limitation(country, buyer)
    assert rule is not None
    day = date.fromisoformat(acknowledged) if acknowledged else None
    assert rule.last_day(date.fromisoformat(due), day) == date.fromisoformat(last)
    assert rule.address.startswith("https://")


def test_no_limitation_is_guessed() -> None:
    assert law.limitation("BE", "consumer") is None
    assert law.limitation("FR", "public-enterprise") is None
    assert law.limitation("", "business") is None
    rule = law.limitation("FR", "business")
    assert rule is not None
    assert rule.last_day(date(9998, 1, 1)) is None


@pytest.mark.parametrize(("creditor", "months"), [("FR", 2), ("fr", 2), ("", 2), ("DE", 4)])
def test_by_when_a_claim_on_an_insolvent_customer_is_declared_in_france(creditor: str, months: int) -> None:
    found = law.declaration("FR", "business", creditor)
    assert found is not None
    assert (found.months, found.source) == (months, "Code de commerce, art. L622-24 and R622-24")
    assert found.address.startswith("https://")


def test_no_day_to_declare_is_guessed() -> None:
    assert law.declaration("FR", "consumer", "FR") is None
    assert law.declaration("DE", "business", "FR") is None


def test_a_contract_may_not_go_below_three_times_the_legal_rate() -> None:
    assert law.lowest_contract_rate("FR", date(2026, 3, 1)) == D("7.86")
    assert law.lowest_contract_rate("FR", date(2026, 7, 1)) is None
    assert law.lowest_contract_rate("DE", date(2026, 3, 1)) is None
    assert law.lowest_contract_rate("FR", date(2026, 7, 1), [(date(2026, 7, 1), D(3))]) == D(9)


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
        ("category-services", "prestation de services"),
        ("retention", "loi n°\u00a071-584"),
        ("claim", "hors champ d’application de la TVA"),
    ],
)
def test_mentions(key: str, french: str) -> None:
    assert french in law.mentions("FR", "fr", date(2026, 11, 30))[key]
    assert law.mentions("FR", "en", date(2026, 11, 30))[key]
    assert law.mentions("FR", "sv", date(2026, 11, 30)) == law.mentions("FR", "en", date(2026, 11, 30))


def test_mentions_are_dated() -> None:
    assert "indemnity" not in law.mentions("FR", "fr", date(2012, 12, 31))
    assert "indemnity" in law.mentions("fr", "fr", date(2013, 1, 1))
    assert law.mentions("XX", "fr", date(2026, 1, 1)) == {}


def test_mentions_have_sources() -> None:
    found = {mention.key: mention for mention in law.mention_texts("FR", date(2026, 1, 1))}
    assert "D441-5" in found["indemnity"].source
    assert found["indemnity"].since == date(2013, 1, 1)


@pytest.mark.parametrize("country", ["FR", "DE", "BE", "GB", "IT"])
def test_a_claim_s_sentence_is_there_in_each_language(country: str) -> None:
    (claim,) = (text for text in law.mention_texts(country, date(2026, 1, 1)) if text.key == "claim")
    assert [language for language, _text in claim.texts] == ["fr", "en", "de", "es", "it", "nl", "pt"]
    assert claim.source


def test_default_terms_can_be_read() -> None:
    for country in ("", "FR", "DE", "BE", "XX"):
        assert payment_terms.parse_terms(law.default_terms(country)) == payment_terms.parse_terms("30 days")


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
    [
        ("FR", "FR"),
        (" de ", "DE"),
        ("UK", "GB"),
        ("EU", "EU"),
        ("None", "none"),
        ("12", D(12)),
        ("12,5 %", D("12.5")),
        ("0", D(0)),
    ],
)
def test_the_option_names_a_law_or_a_rate(text: str, expected: str | Decimal) -> None:
    assert law.interest_option(text) == expected


@pytest.mark.parametrize("text", ["", "XX", "-1", "101", "nan", "inf", "1e999999"])
def test_another_option_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 12|write 12, for example"):
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
