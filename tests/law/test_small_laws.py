"""Smaller questions to the law: what is cited, deposits, limits of turnover, public buyers, and why no tax is charged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.law import default_terms
from beancount_invoicing.law.citations import late_payment
from beancount_invoicing.law.corrections import credit_note_naming
from beancount_invoicing.law.deposits import deposits_keep_their_rate
from beancount_invoicing.law.exemptions import exemption, small_business, why_untaxed
from beancount_invoicing.law.interest import by_half_years, late_interest_law, with_ledger_rates
from beancount_invoicing.law.micro import turnover_limits
from beancount_invoicing.law.public_buyers import e_invoicing_mandate
from beancount_invoicing.law.tax_codes import untaxed
from beancount_invoicing.law.territory import reduced_rates, standard_rate
from beancount_invoicing.model import BuyerKind

DAY = date(2026, 11, 1)


@pytest.mark.parametrize("country", ["FR", "RE", "DE", "US", ""])
def test_thirty_days_are_the_law_where_nothing_else_is_known(country: str) -> None:
    assert default_terms(country).startswith("30 ")


@pytest.mark.parametrize(("country", "keeps"), [("FR", True), ("RE", True), ("DE", False), ("IT", True), ("", True)])
def test_whether_a_deposit_keeps_its_rate(country: str, keeps: bool) -> None:
    assert deposits_keep_their_rate(country) is keeps


@pytest.mark.parametrize(
    ("buyer", "cited"), [("business", True), ("public", True), ("hospital", True), ("consumer", False)]
)
def test_a_consumer_owes_no_interest_without_a_reminder(buyer: BuyerKind, cited: bool) -> None:
    assert bool(late_payment("FR", buyer)) is cited
    assert late_payment("US", buyer) == ""


def test_public_buyers_have_an_article_of_their_own() -> None:
    assert late_payment("FR", "public") == late_payment("FR", "hospital") != late_payment("FR", "business")


def test_the_union_asks_that_a_credit_note_names_its_invoice() -> None:
    everywhere = credit_note_naming("SE")
    assert everywhere is not None
    assert everywhere == credit_note_naming("FI")
    assert credit_note_naming("US") is None


@pytest.mark.parametrize(
    ("country", "buyer", "day", "law"),
    [
        ("FR", "public", DAY, "Code de la commande publique, art. L2192-1 and R2192-3"),
        ("FR", "hospital", DAY, "Code de la commande publique, art. L2192-1 and R2192-3"),
        ("FR", "business", DAY, ""),
        ("FR", "public", date(2019, 12, 31), ""),
        ("DE", "public", DAY, ""),
    ],
)
def test_who_takes_electronic_invoices_only(country: str, buyer: str, day: date, law: str) -> None:
    assert e_invoicing_mandate(country, buyer, day) == law


def test_limits_of_turnover_of_a_year() -> None:
    """By year: for goods and all sales together, then for services; the franchise ends at once above the higher ones."""
    limits = {year: turnover_limits(date(year, 12, 31)) for year in (2022, 2024, 2025, 2026)}
    assert [(limit.name, limit.services_only, int(limit.amount), limit.by_days) for limit in limits[2026]] == [
        ("micro", False, 203100, True),
        ("micro", True, 83600, True),
        ("vat", False, 85000, True),
        ("vat", True, 37500, True),
        ("vat-above", False, 93500, False),
        ("vat-above", True, 41250, False),
    ]
    assert [int(limit.amount) for limit in limits[2025]][:2] == [188700, 77700]
    assert [limit.name for limit in limits[2024]] == ["micro", "micro"]
    assert limits[2022] == ()


# why no tax is charged -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "reason", "words", "code"),
    [
        ("S", "", "", ""),
        ("AE", "", "Reverse charge", "VATEX-EU-AE"),
        ("AE", "VATEX-EU-AE", "Reverse charge", "VATEX-EU-AE"),
        ("AE", "As agreed", "As agreed", "VATEX-EU-AE"),
        ("K", "", "Intra-Community supply", "VATEX-EU-IC"),
        ("G", "", "The label", "VATEX-EU-G"),
        ("G", "Goods leave", "Goods leave", "VATEX-EU-G"),
        ("E", "", "The label", ""),
        ("E", "Training", "Training", ""),
        ("E", "VATEX-EU-132", "Exempt from VAT: Article\xa0132", "VATEX-EU-132"),
        ("E", "VATEX-XX-1", "The label", "VATEX-XX-1"),
    ],
)
def test_why_no_tax_is_charged(category: str, reason: str, words: str, code: str) -> None:
    said, known_by = why_untaxed(category, reason, "The label", "en", DAY)
    assert known_by == code
    assert said.replace("\xa0", " ").startswith(words.replace("\xa0", " "))
    assert bool(said) is bool(words)


@pytest.mark.parametrize(
    ("home", "reason", "language", "day", "begins"),
    [
        ("BE", "", "fr", DAY, "Autoliquidation : En l’absence"),
        ("BE", "VATEX-EU-AE", "nl", DAY, "Verlegging van heffing."),
        ("BE", "", "en", DAY, "Autoliquidation : En l’absence"),  # the first language of its law
        ("BE", "", "fr", date(2023, 1, 1), "Autoliquidation : En l’absence"),
        ("BE", "", "en", date(2022, 12, 31), "Reverse charge"),
        ("BE", "As agreed", "fr", DAY, "As agreed"),
        ("FR", "", "en", DAY, "Reverse charge"),
        ("", "", "en", DAY, "Reverse charge"),
    ],
)
def test_a_country_may_have_words_of_its_own_for_reverse_charge(
    home: str, reason: str, language: str, day: date, begins: str
) -> None:
    said, code = why_untaxed("AE", reason, "The label", language, day, home)
    assert (said.startswith(begins), code) == (True, "VATEX-EU-AE"), said


def test_the_words_of_belgium_are_for_reverse_charge_alone() -> None:
    assert why_untaxed("K", "", "The label", "fr", DAY, "BE")[0].startswith("Livraison intracommunautaire")


def test_the_franchise_before_its_first_article_has_no_words() -> None:
    assert exemption("VATEX-FR-FRANCHISE", "fr", date(1999, 12, 31)) is None
    assert exemption("VATEX-FR-FRANCHISE", "fr", date(2027, 12, 31)) == "TVA non applicable, art. 293 B du CGI."
    assert exemption("VATEX-FR-FRANCHISE", "fr", date(2028, 1, 1)) == "TVA non applicable, art. L. 223-3 du CIBS."


@pytest.mark.parametrize(
    ("country", "language", "words"),
    [
        ("BE", "fr", "Régime particulier de la franchise de taxe"),
        ("BE", "en", "Exempt: small enterprise (Article 284 of Directive 2006/112/EC)"),
        ("PL", "fr", "Franchise de TVA des petites entreprises (article 284 de la directive 2006/112/CE)"),
        ("FR", "fr", ""),
        ("ES", "en", ""),
        ("US", "en", ""),
    ],
)
def test_the_sentence_of_a_small_business(country: str, language: str, words: str) -> None:
    assert small_business(country, language).replace("\xa0", " ") == words


# rates -------------------------------------------------------------------------------------------------------------------------


def test_rates_of_the_ledger_stand_in_the_order_of_their_half_years() -> None:
    law = late_interest_law("DE", "business")
    assert law is not None
    older, newer = (date(2001, 1, 1), Decimal(9)), (date(2099, 1, 1), Decimal(3))
    rates = with_ledger_rates(law, [newer, older]).rates
    assert (rates[0], rates[-1]) == (older, newer)
    assert list(rates) == sorted(rates)
    assert dict(rates) | by_half_years([older, newer]) == dict(rates)


def test_the_rates_of_places_beside_the_states() -> None:
    assert standard_rate("MC", DAY) == standard_rate("FR", DAY) == 20
    assert standard_rate("FR", date(2021, 6, 30)) is None, "the list begins on 1 July 2021"
    days = [date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2024, 1, 1)]
    assert [standard_rate("LU", day) for day in days] == [17, 16, 16, 17]
    assert standard_rate("PT-20", DAY) == 16
    assert standard_rate("US", DAY) is None
    assert reduced_rates("FR", DAY) == (Decimal(10), Decimal("5.5"), Decimal("2.1"))
    assert reduced_rates("US", DAY) == ()


def test_codes_without_tax_are_called_in_french_where_the_books_are() -> None:
    assert [untaxed("FR", language)[0].code for language in ("fr", "en", "de")] == ["AUTOLIQ", "REVERSE", "REVERSE"]
