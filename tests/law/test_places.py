"""What is said, and not said, of a tax where the seller is in a place that has its own, or none."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing import law
from beancount_invoicing.actions.init import LedgerSetup, first_ledger
from beancount_invoicing.model import Source, Tax
from beancount_invoicing.rendering.document import _why_untaxed

DAY = date(2026, 1, 1)


def settings(language: str, regime: str, rates: tuple[str, ...] = (), **said: str) -> str:
    """The settings of new books of a seller of whom that is said."""
    start = LedgerSetup(
        "Sel", tuple(said.items()), regime, tuple(map(Decimal, rates)), "EUR", language, "30 days", "F{seq}", DAY
    )
    return first_ledger(start)["settings.beancount"]


def test_books_of_reunion_have_its_rates_and_that_of_services_to_the_mainland() -> None:
    text = settings("fr", "payments", ("8.5", "2.1"), country="FR", postcode="97400")
    assert '"RE85" "TVA 8,5 %" Liabilities:TVA' in text
    assert '"default-tax" "RE85"' in text
    assert (
        '"FR20" "TVA 20 %" Liabilities:TVA\n  rate: 20\n  nature: "services"\n  sold-to: "FR business"\n  '
        'due-on: "payment"' in text
    )
    assert '"EXPORT"' in text
    assert '"INTRACOM"' not in text  # goods leave no member state
    assert '"late-interest" "FR"' in settings("fr", "payments", ("8.5",), country="RE")


def test_books_of_guiana_and_tenerife_speak_of_no_vat_that_is_not_theirs() -> None:
    text = settings("fr", "exempt", country="GF")
    assert text.count("invoice-tax") == 1
    assert 'reason: "TVA non applicable, art. 294, 1 du CGI"' in text
    assert '"IC7" "IGIC 7 %"' in settings("es", "invoices", ("7",), country="ES", postcode="38001")


@pytest.mark.parametrize("country", ["CH", "GB", "US"])
def test_who_is_not_registered_outside_the_union_speaks_of_no_tax(country: str) -> None:
    text = settings("en", "exempt", country=country)
    assert "invoice-tax" not in text
    assert '"default-tax" "none"' in text


def test_the_label_of_the_french_franchise_does_not_name_an_article_that_changes() -> None:
    text = settings("fr", "exempt", country="FR")
    assert '"EXEMPT" "Franchise en base de TVA"' in text
    assert 'reason: "VATEX-FR-FRANCHISE"' in text


def test_an_older_label_does_not_stand_beside_the_words_of_its_day() -> None:
    older = "TVA non applicable, art. 293 B du CGI"
    tax = Tax("EXEMPT", older, None, Source("books", 1), category="E", reason="VATEX-FR-FRANCHISE")
    assert _why_untaxed(tax, "fr", date(2027, 12, 31), "FR") == ["TVA non applicable, art. 293 B du CGI."]
    assert _why_untaxed(tax, "fr", date(2028, 1, 1), "FR") == ["TVA non applicable, art. L. 223-3 du CIBS."]


@pytest.mark.parametrize(
    ("country", "vat_id", "siren", "found"),
    [
        ("", "", "219740156", "FR"),
        ("", "EL094259216", "", "GR"),
        ("be", "FR19812345676", "812345676", "BE"),
        ("", "", "", ""),
        ("", "812345676", "", ""),
    ],
)
def test_the_country_of_who_says_an_identifier(country: str, vat_id: str, siren: str, found: str) -> None:
    assert law.country_of(country, vat_id, siren) == found


def test_northern_ireland_is_there_only_for_who_is_in_the_kingdom() -> None:
    assert law.place_of_address("GB", "BT1 1AA", "XI110305878") == "XI"
    assert law.place_of_address("IE", "D02 X285", "XI110305878") == "IE"


def test_a_code_names_a_place_for_who_has_one_itself() -> None:
    assert law.place_codes_naming("FR", "DE", "services") == {"DE"}
    assert law.place_codes_naming("", "DE", "services") == frozenset()
    assert law.place_codes_naming("FR", "", "services") == frozenset()


def test_electronic_services_are_supplied_where_the_consumer_is_by_the_law_of_the_seller() -> None:
    assert law.electronic_services_law("FR", "US") == "directive 2006/112/EC, art. 58"
    assert law.electronic_services_law("GB", "US") == "VAT Act 1994, sch. 4A, para. 15"
    assert law.electronic_services_law("US", "FR") == ""
    assert law.electronic_services_law("FR", "RE") == ""  # within one state


def test_services_to_a_business_in_another_place_name_the_law_of_there() -> None:
    assert law.b2b_services_law("FR", "RE").startswith("CGI, art. 259-1° and 296")
    assert law.b2b_services_law("RE", "FR").startswith("CGI, art. 259-1° and 296")
    assert law.b2b_services_law("ES", "IC") == "Ley 37/1992, art. 69.Uno.1.º"
    assert law.b2b_services_law("DE", "RE") == "directive 2006/112/EC, art. 44"
    assert law.b2b_services_law("XI", "FR") == "VAT Act 1994, s. 7A"
    assert law.b2b_services_law("US", "FR") == ""


@pytest.mark.parametrize(
    ("country", "currency", "iban", "reference"),
    [
        ("FR", "EUR", "", "iso11649"),
        ("BE", "EUR", "", "ogm"),
        ("CH", "EUR", "", "iso11649"),
        ("CH", "CHF", "", ""),
        ("CH", "CHF", "CH93 0076 2011 6238 5295 7", "iso11649"),
        ("CH", "CHF", "CH44 3199 9123 0008 8901 2", "qrr"),
        ("US", "EUR", "", ""),
    ],
)
def test_payers_quote_a_reference_with_check_digits_where_transfers_carry_it(
    country: str, currency: str, iban: str, reference: str
) -> None:
    values = (("country", country), ("iban", iban))
    start = LedgerSetup("Sel", values, "exempt", (), currency, "en", "30 days", "F{seq}", DAY)
    settings = first_ledger(start)["settings.beancount"]
    assert re.findall('"payment-reference" "([^"]*)"', settings) == ([reference] if reference else [])


def test_a_postcode_shows_the_smaller_of_two_places_it_begins_like() -> None:
    assert law.place_of_address("FR", "97133") == "BL"  # Saint-Barthélemy: 971 alone is Guadeloupe
    assert law.place_of_address("FR", "97110") == "GP"


def test_the_azores_have_rates_of_their_own_within_portugal() -> None:
    assert law.place_codes_naming("PT", "PT-20", "goods") == {"PT-20"}
    assert law.place_codes_naming("FR", "PT-20", "goods") == {"PT-20", "PT"}


def test_states_and_places_of_the_union_are_sorted() -> None:
    assert (law.members()[0], law.members()[-1], len(law.members())) == ("AT", "SK", 27)
    assert law.places_with_rates() == ("PT-20", "PT-30")
