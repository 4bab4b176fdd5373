"""Which code a customer abroad gets, and where a place is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing import law
from beancount_invoicing.model import Address, Customer, Dated, Source, Tax
from beancount_invoicing.rules.supply import (
    code_abroad,
    is_consumer,
    nature_under,
    parse_sold_to,
    place_of_supply,
    why_abroad,
)

DAY = date(2026, 3, 1)
HERE = Source("books", 1)


def buyer(country: str, vat_id: str = "", kind: str = "business", delivered: str = "", postcode: str = "") -> Customer:
    to = Address(country=delivered) if delivered else None
    at = Address(country=country, postcode=postcode)
    return Customer("Assets:A", "A", HERE, at, to, vat_id=vat_id, buyer=kind)  # type: ignore[arg-type] # one of the kinds


def codes(**said: str) -> dict[str, Dated[Tax]]:
    """Tax codes by name: what `sold-to` says, and perhaps a nature after a slash."""
    made = {}
    for code, text in said.items():
        whom, _, nature = text.partition("/")
        made[code] = Dated(((date.min, Tax(code, code, None, HERE, nature=nature, sold_to=whom)),))
    return made


BOOKS = codes(
    REVERSE="union business/services",
    INTRA="union business/goods",
    OUTSIDE="outside business/services",
    EXPORT="outside/goods",
    OSS="DE consumer/goods",
    ONLINE="outside consumer/electronic",
    OSSE="DE consumer/electronic",
    LAND="anyone",
    HOME="",
)


@pytest.mark.parametrize(
    ("customer", "nature", "code"),
    [
        (buyer("DE", "DE136695976"), "services", "REVERSE"),
        (buyer("DE", "DE136695976"), "", "REVERSE"),
        (buyer("DE", "DE136695976"), "goods", "INTRA"),
        (buyer("", "EL094259216"), "services", "REVERSE"),
        (buyer("DE"), "services", ""),
        (buyer("DE", kind="public"), "services", ""),
        (buyer("DE", "DE136695976", "public"), "services", "REVERSE"),
        (buyer("DE", kind="consumer"), "services", ""),
        (buyer("DE", kind="consumer"), "goods", "OSS"),
        (buyer("SE", kind="consumer"), "goods", ""),
        # electronic services are services to a business, and where a consumer is: directive 2006/112/EC, art. 44, 58
        (buyer("DE", "DE136695976"), "electronic", "REVERSE"),
        (buyer("CH"), "electronic", "OUTSIDE"),
        (buyer("DE", kind="consumer"), "electronic", "OSSE"),
        (buyer("SE", kind="consumer"), "electronic", ""),
        (buyer("CH", kind="consumer"), "electronic", "ONLINE"),
        (buyer("DE", kind="consumer", delivered="CH"), "electronic", "OSSE"),
        (buyer("GB", "XI110305878"), "electronic", "OUTSIDE"),
        (buyer("RE", kind="consumer"), "electronic", ""),
        (buyer("CH"), "services", "OUTSIDE"),
        (buyer("CH", kind="consumer"), "services", ""),
        (buyer("CH", kind="consumer"), "goods", "EXPORT"),
        (buyer("DE", "DE136695976", delivered="CH"), "goods", "EXPORT"),
        (buyer("DE", "DE136695976", delivered="CH"), "services", "REVERSE"),
        (buyer("DE", "DE136695976", delivered="FR"), "goods", ""),
        (buyer("FR", "FR19812345676", delivered="DE"), "goods", ""),  # registered where the goods leave
        (buyer("FR", "DE136695976", delivered="DE"), "goods", "INTRA"),
        (buyer("FR", "FR19812345676"), "services", ""),
        (buyer("MC"), "services", ""),
        (buyer("RE"), "services", ""),  # French VAT, at its own rates
        (buyer("RE"), "goods", "EXPORT"),
        (buyer("FR", postcode="97400"), "goods", "EXPORT"),
        (buyer("FR", postcode="971 10"), "goods", "EXPORT"),
        (buyer("FR", postcode="69002"), "goods", ""),
        (buyer("FR", delivered="RE"), "goods", "EXPORT"),
        (buyer("GF"), "services", "OUTSIDE"),
        (buyer("FR", postcode="98800"), "services", "OUTSIDE"),
        (buyer("ES", "ESB12345674", postcode="38001"), "services", "OUTSIDE"),
        (buyer("ES", "ESB12345674", postcode="38001"), "goods", "EXPORT"),
        (buyer("ES", "ESB12345674", postcode="28001"), "goods", "INTRA"),
        (buyer("GB", "XI110305878"), "goods", "INTRA"),
        (buyer("GB", postcode="BT1 5GS"), "goods", ""),  # no VAT id: no business there
        (buyer("GB", "XI110305878"), "services", "OUTSIDE"),
        (buyer("GB", "GB110305878"), "goods", "EXPORT"),
        (buyer("DE", "XI110305878"), "goods", "INTRA"),
        (buyer(""), "services", ""),
    ],
)
def test_the_code_of_a_customer_of_a_french_seller(customer: Customer, nature: str, code: str) -> None:
    assert code_abroad(BOOKS, "FR", customer, nature, DAY) == code


def test_the_code_that_says_more_has_its_way() -> None:
    swiss = codes(A="outside business", B="CH", C="CH business", D="CH business/goods")
    assert code_abroad(swiss, "FR", buyer("CH"), "services", DAY) == "C"
    assert code_abroad(swiss, "FR", buyer("CH"), "goods", DAY) == "D"
    assert code_abroad(swiss, "FR", buyer("CH", kind="consumer"), "goods", DAY) == "B"
    assert code_abroad(swiss, "FR", buyer("US"), "goods", DAY) == "A"
    assert code_abroad(codes(Y="outside", X="outside"), "FR", buyer("US"), "goods", DAY) == "X"


def test_what_is_for_services_is_for_electronic_ones_too_but_not_the_other_way_round() -> None:
    german = codes(A="DE consumer/services", B="DE consumer", C="DE consumer/electronic")
    at_home = buyer("DE", kind="consumer")
    assert code_abroad(german, "FR", at_home, "electronic", DAY) == "C"
    assert code_abroad(german, "FR", at_home, "services", DAY) == "A"
    del german["C"]
    assert code_abroad(german, "FR", at_home, "electronic", DAY) == "A"
    assert code_abroad(german, "FR", at_home, "goods", DAY) == "B"


def test_a_code_stands_for_one_of_the_sellers_own() -> None:
    book = Tax("D7", "D7", None, HERE, nature="goods", sold_to="DE consumer", instead_of="FR55")
    both = codes(D19="DE consumer/goods") | {"D7": Dated(((date.min, book),))}
    at_home = buyer("DE", kind="consumer")
    assert code_abroad(both, "FR", at_home, "goods", DAY, "FR55") == "D7"
    assert code_abroad(both, "FR", at_home, "goods", DAY, "FR20") == "D19"
    assert code_abroad(both, "FR", at_home, "goods", DAY) == "D19"


def test_a_code_chooses_nothing_before_its_own_day() -> None:
    reverse = Tax("R", "R", None, HERE, sold_to="union business")
    later = {"R": Dated(((date(2026, 1, 1), reverse),))}
    assert code_abroad(later, "FR", buyer("DE", "DE136695976"), "services", date(2025, 12, 31)) == ""
    assert code_abroad(later, "FR", buyer("DE", "DE136695976"), "services", date(2026, 1, 1)) == "R"


def test_a_code_that_changes_later_holds_from_its_first_day_on() -> None:
    reverse = Tax("R", "R", None, HERE, sold_to="union business")
    changed = {"R": Dated(((date.min, reverse), (date(2027, 1, 1), reverse)))}
    assert code_abroad(changed, "FR", buyer("DE", "DE136695976"), "services", DAY) == "R"


def test_goods_need_a_vat_id_of_another_state_and_services_any() -> None:
    union = codes(R="union business")
    of_the_seller_s_state = buyer("DE", "FR11123456782")
    assert code_abroad(union, "FR", of_the_seller_s_state, "services", DAY) == "R"
    assert code_abroad(union, "FR", of_the_seller_s_state, "goods", DAY) == ""


@pytest.mark.parametrize(
    ("kind", "vat_id", "consumer"),
    [
        ("consumer", "", True),
        ("consumer", "DE136695976", True),
        ("business", "", False),
        ("public", "", True),
        ("public", "DE136695976", False),
        ("hospital", "", True),
        ("hospital", "DE136695976", False),
    ],
)
def test_a_public_body_without_a_vat_id_is_taxed_as_a_consumer(kind: str, vat_id: str, consumer: bool) -> None:
    assert is_consumer(buyer("DE", vat_id, kind)) is consumer


def test_a_tax_due_on_payment_is_that_of_services() -> None:
    tax = codes(R="union")["R"].at(DAY)
    assert nature_under(None) == nature_under(tax) == ""
    assert nature_under(tax._replace(on_payment=True)) == "services"
    assert nature_under(tax._replace(on_payment=True, nature="goods")) == "goods"


@pytest.mark.parametrize(("number", "place"), [("siren", "FR"), ("siret", "FR"), ("", "")])
def test_a_customer_without_an_address_is_where_its_number_is(number: str, place: str) -> None:
    numbers = {"siren": "732829320", "siret": "73282932000074"}
    customer = buyer("")._replace(**{number: numbers[number]}) if number else buyer("")  # type: ignore[arg-type]
    assert place_of_supply(customer, "services") == place


@pytest.mark.parametrize(
    ("since", "keys"),
    [
        (date(2027, 1, 1), {"sold_to": "DE consumer"}),
        (date.min, {"sold_to": "CH consumer"}),
        (date.min, {"sold_to": "DE consumer", "nature": "services"}),
        (date.min, {"sold_to": "DE consumer", "instead_of": "FR55"}),
        (date.min, {"sold_to": "DE business"}),
        (date.min, {}),
    ],
)
def test_a_code_that_does_not_fit_hides_none_that_comes_after_it(since: date, keys: dict[str, str]) -> None:
    first = {"A": Dated(((since, Tax("A", "A", None, HERE, **keys)),))}  # type: ignore[arg-type] # keys that are texts
    assert code_abroad(first | codes(Z="DE consumer/goods"), "FR", buyer("DE", kind="consumer"), "goods", DAY) == "Z"


def test_nobody_is_abroad_where_the_seller_is_nowhere() -> None:
    assert code_abroad(BOOKS, "", buyer("CH"), "services", DAY) == ""


@pytest.mark.parametrize(
    "text", ["abroad", "union businesses", "de consumer", "business", "anyone business", "DE fr", "union FR"]
)
def test_what_sold_to_cannot_say(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        parse_sold_to(text)


def test_why_is_said_of_codes_that_customers_abroad_get() -> None:
    tax = BOOKS["REVERSE"].at(DAY)
    assert (
        why_abroad(buyer("DE", "DE136695976"), tax, "")
        == 'services to a business in DE, VAT id DE136695976: sold-to is "union business"'
    )
    assert (
        why_abroad(buyer("DE"), BOOKS["LAND"].at(DAY), "") == why_abroad(buyer("DE"), BOOKS["HOME"].at(DAY), "") == ""
    )


@pytest.mark.parametrize(
    ("seller", "place", "goods", "services"),
    [
        ("FR", "DE", "union", "union"),
        ("FR", "GB", "outside", "outside"),
        ("GB", "FR", "outside", "outside"),
        ("US", "US", "home", "home"),
        # directive 2006/112/EC, art. 7
        ("FR", "MC", "home", "home"),
        ("DE", "MC", "union", "union"),
        ("GB", "IM", "home", "home"),
        # the overseas departments: CGI, art. 294; BOI-TVA-GEO-20-40
        ("FR", "GP", "outside", "home"),
        ("GP", "FR", "outside", "home"),
        ("GP", "MQ", "home", "home"),
        ("GP", "RE", "outside", "home"),
        ("RE", "DE", "outside", "union"),
        ("DE", "RE", "outside", "outside"),
        ("FR", "GF", "outside", "outside"),
        ("GF", "FR", "outside", "home"),
        ("GF", "YT", "outside", "outside"),
        ("GF", "GF", "home", "home"),
        ("GF", "DE", "outside", "outside"),
        ("NC", "FR", "outside", "outside"),
        # art. 6
        ("FI", "AX", "outside", "home"),
        ("SE", "AX", "outside", "outside"),
        ("ES", "IC", "outside", "outside"),
        ("IC", "ES", "outside", "outside"),
        ("IC", "IC", "home", "home"),
        ("DE", "Büsingen", "outside", "outside"),
        ("CH", "Büsingen", "home", "home"),
        ("Büsingen", "CH", "home", "home"),
        ("DE", "Helgoland", "outside", "outside"),
        ("Helgoland", "DE", "outside", "home"),  # who is there owes the tax of Germany on services
        ("Livigno", "IT", "outside", "outside"),
        # the Azores and Madeira are in the Union
        ("PT", "PT-20", "home", "home"),
        ("PT-20", "PT-30", "home", "home"),
        ("PT-30", "FR", "union", "union"),
        ("FR", "PT-20", "union", "union"),
        ("FR", "FR-20R", "home", "home"),
        # goods of Northern Ireland are in the Union, its services in the United Kingdom
        ("FR", "XI", "union", "outside"),
        ("XI", "FR", "union", "outside"),
        ("XI", "GB", "home", "home"),
        ("XI", "US", "outside", "outside"),
        ("", "RE", "home", "home"),
        ("FR", "", "home", "home"),
    ],
)
def test_where_a_place_is(seller: str, place: str, goods: str, services: str) -> None:
    assert law.whereabouts(seller, place, "goods") == goods
    assert law.whereabouts(seller, place, "services") == services


@pytest.mark.parametrize(
    ("country", "postcode", "vat_id", "place"),
    [
        ("FR", "97400", "", "RE"),
        ("FR", "F-97 4 00", "", "RE"),
        ("FR", "FR 97400", "", "RE"),
        ("FR", "fr97400", "", "RE"),
        ("DE", "D-27498", "", "Helgoland"),
        ("IT", "I-23041", "", "Livigno"),
        ("FI", "FIN-22100", "", "AX"),
        ("GB", "GB-BT1 5GS", "", "XI"),
        ("GB", "UK BT1 5GS", "", "XI"),
        ("GB", "G1 1AA", "", "GB"),
        ("PT", "9500-321", "", "PT-20"),
        ("PT", "P-9000-050", "", "PT-30"),
        ("PT", "1100-148", "", "PT"),
        ("FR", "20000", "", "FR-20R"),
        ("FR", "F-69002", "", "FR"),
        ("FR", "F97", "", "FR"),
        ("FR", "FR-97400", "", "RE"),
        ("FR", "97133", "", "BL"),
        ("FR", "97150", "", "MF"),
        ("FR", "97110", "", "GP"),
        ("FR", "75001", "", "FR"),
        ("ES", "35001", "", "IC"),
        ("ES", "51001", "", "EA"),
        ("FI", "22100", "", "AX"),
        ("DE", "78266", "", "Büsingen"),
        ("GB", "bt1 5gs", "", "XI"),
        ("GB", "EC1A 1BB", "XI110305878", "XI"),
        ("DE", "22100", "", "DE"),
        ("RE", "97400", "", "RE"),
        ("", "97400", "", ""),
    ],
)
def test_the_place_of_an_address(country: str, postcode: str, vat_id: str, place: str) -> None:
    assert law.place_of_address(country, postcode, vat_id) == place


def test_a_place_of_a_country_with_its_own_rates_has_a_code_of_its_own() -> None:
    island = codes(RE="GP MQ RE business/services", LYON="FR business/services", OUT="outside business")
    assert code_abroad(island, "FR", buyer("RE"), "services", DAY) == "RE"
    assert code_abroad(island, "FR", buyer("FR", postcode="97200"), "services", DAY) == "RE"
    assert code_abroad(island, "FR", buyer("RE", kind="consumer"), "services", DAY) == ""  # the seller's rate
    assert code_abroad(island, "FR", buyer("FR"), "services", DAY) == ""
    assert code_abroad(island, "RE", buyer("RE"), "services", DAY) == ""
    assert code_abroad(island, "RE", buyer("FR"), "services", DAY) == "LYON"
    assert code_abroad(island, "RE", buyer("MC"), "services", DAY) == "LYON"
    assert code_abroad(island, "DE", buyer("MC", "FR19812345676"), "services", DAY) == "LYON"
    assert code_abroad(island, "DE", buyer("RE"), "services", DAY) == "RE"
    assert code_abroad(codes(UK="GB business"), "FR", buyer("GB", "XI110305878"), "services", DAY) == "UK"
    assert code_abroad(codes(UK="GB business"), "FR", buyer("GB", "XI110305878"), "goods", DAY) == ""


def test_the_azores_and_madeira_are_named_apart_within_portugal_only() -> None:
    book = codes(
        AZ="PT-20 business/services", MAD="PT-30 business/services", PT="PT business/services", EU="union business"
    )
    island, mainland = buyer("PT", postcode="9500-321"), buyer("PT", postcode="1100-148")
    assert code_abroad(book, "PT", island, "services", DAY) == "AZ"
    assert code_abroad(book, "PT", mainland, "services", DAY) == ""
    assert code_abroad(book, "PT-20", mainland, "services", DAY) == "PT"
    assert code_abroad(book, "PT-20", island, "services", DAY) == ""
    assert code_abroad(book, "PT-30", island, "services", DAY) == "AZ"
    del book["AZ"]
    assert code_abroad(book, "PT-30", island, "services", DAY) == ""  # not that of the mainland
    lisbon = buyer("PT", "PT501964843", postcode="9500-321")
    assert code_abroad(book, "FR", lisbon, "services", DAY) == "PT"
    assert code_abroad(codes(C="FR-20R business"), "FR", buyer("FR", postcode="20090"), "services", DAY) == "C"


def test_rates_of_places_of_the_union() -> None:
    assert law.standard_rate("PT-20", DAY) == 16
    assert law.standard_rate("PT-30", DAY) == 22
    assert law.standard_rate("FR-20R", DAY) == 20
    assert [int(rate) for rate in law.reduced_rates("PT-30", DAY)] == [12, 4]
    for place in law.places_with_rates():
        assert law.usual_rates(place, DAY)[0].rate == law.standard_rate(place, DAY)


def test_the_law_of_overseas_departments_is_that_of_france() -> None:
    for code in ("GP", "MQ", "RE", "GF", "YT"):
        assert law.mentions(code, "fr", DAY) == law.mentions("FR", "fr", DAY)
        assert law.late_interest_law(code, "business", DAY) == law.late_interest_law("FR", "business", DAY)
        assert law.e_invoicing_mandate(code, "public", DAY)
    assert law.law_of("NC") == "NC"
    assert law.law_of("re") == "FR"


def test_rates_and_codes_of_places() -> None:
    assert [str(rate.rate) for rate in law.usual_rates("RE", DAY)] == ["8.5", "2.1"]
    assert law.usual_rates("MC", DAY) == law.usual_rates("FR", DAY)
    assert law.usual_rates("AX", DAY) == law.usual_rates("FI", DAY)
    assert not law.usual_rates("GF", DAY)
    assert law.usual_rates("Büsingen", DAY) == law.usual_rates("CH", DAY)
    assert [str(law.usual_rates(code, DAY)[0].rate) for code in ("PT-20", "PT-30", "FR-20R", "IC", "CH")] == [
        "16", "22", "20", "7", "8.1",
    ]  # fmt: skip
    assert not law.usual_rates("Livigno", DAY)
    assert [untaxed.kind for untaxed in law.untaxed("RE", "fr")] == [
        "reverse",
        "outside",
        "export",
        "online",
        "construction",
        "margin",
    ]
    assert [untaxed.kind for untaxed in law.untaxed("XI", "en")] == [
        "outside",
        "intra",
        "export",
        "online",
        "construction",
        "margin",
    ]
    assert not law.untaxed("GF", "fr")
    assert not law.untaxed("IC", "es")


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("FI", date(2024, 8, 31), "24"),
        ("FI", date(2024, 9, 1), "25.5"),
        ("LU", date(2023, 12, 31), "16"),
        ("LU", date(2024, 1, 1), "17"),
        ("RO", date(2025, 8, 1), "21"),
        ("EE", date(2025, 6, 30), "22"),
        ("SK", DAY, "23"),
        ("CH", DAY, None),
        ("DE", date(2021, 6, 30), None),
    ],
)
def test_standard_rates_of_the_union(country: str, day: date, rate: str | None) -> None:
    assert law.standard_rate(country, day) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("country", "day", "rates"),
    [
        ("DE", DAY, "7"),
        ("FI", date(2025, 12, 31), "14 10"),
        ("FI", date(2026, 1, 1), "13.5 10"),
        ("LT", date(2026, 1, 1), "12 5"),
        ("RO", date(2025, 8, 1), "11"),
        ("DK", DAY, ""),
        ("CH", DAY, ""),
        ("DE", date(2024, 12, 31), ""),  # not known
    ],
)
def test_reduced_rates_of_the_union(country: str, day: date, rates: str) -> None:
    assert " ".join(f"{rate:f}" for rate in law.reduced_rates(country, day)) == rates


def test_reduced_rates_are_below_the_standard_one_the_highest_first() -> None:
    for state in law.members():
        rates = law.reduced_rates(state, DAY)
        standard = law.standard_rate(state, DAY)
        assert standard is not None
        assert list(rates) == sorted(rates, reverse=True)
        assert all(0 < rate < standard for rate in rates)
        assert rates or state == "DK"


@pytest.mark.parametrize(
    ("seller", "place", "law_of_it"),
    [
        ("FR", "CH", "directive 2006/112/EC, art. 58"),
        ("FR", "DE", "directive 2006/112/EC, art. 58"),
        ("GB", "DE", "VAT Act 1994, sch. 4A, para. 15"),
        ("CH", "US", "MWSTG, Art. 8 (1)"),
        ("FR", "FR", ""),
        ("FR", "GF", ""),
        ("ES", "IC", ""),
        ("US", "DE", ""),
    ],
)
def test_electronic_services_are_supplied_where_a_consumer_is(seller: str, place: str, law_of_it: str) -> None:
    assert law.electronic_services_law(seller, place) == law_of_it


def test_the_union_has_27_states_and_rates_from_15_percent_on() -> None:
    assert len(law.members()) == 27
    assert all(rate >= 15 for state in law.members() for _day, rate in law.standard_rates(state))  # art. 97


def test_the_codes_of_ten_countries_name_their_law() -> None:
    for country in ("FR", "DE", "BE", "AT", "ES", "IT", "NL", "PT", "LU", "GB"):
        rates = law.usual_rates(country, DAY)
        assert all(rate.source for rate in rates)
        assert rates[0].rate == max(rate.rate for rate in rates)
        assert [rate.rate for rate in rates] == sorted((rate.rate for rate in rates), reverse=True)
        assert law.standard_rate(country, DAY) in {rates[0].rate, None}
        kinds = [untaxed.kind for untaxed in law.untaxed(country, "en")]
        assert {"outside", "export", "margin"} <= set(kinds)
        assert ("reverse" in kinds, "intra" in kinds) == ((False, False) if country == "GB" else (True, True))
    assert [str(rate.rate) for rate in law.usual_rates("FR", DAY)] == ["20", "10", "5.5", "2.1"]
    assert law.usual_rates("IE", DAY)[0].rate == 23
    assert not law.usual_rates("US", DAY)
    assert not law.untaxed("US", "en")


def test_labels_are_in_the_language_of_the_books() -> None:
    assert law.untaxed("FR", "fr")[0].label == "Autoliquidation (CGI, art. 259-1° et 283-2)"
    assert law.untaxed("DE", "de")[1].label == "Nicht steuerbar (§ 3a Abs. 2 UStG)"
    assert law.untaxed("PL", "pl")[0].label == "Reverse charge (directive 2006/112/EC, art. 44, 196)"


def test_what_is_supplied_is_said_by_the_line_else_by_the_code() -> None:
    tax = BOOKS["EXPORT"].at(DAY)
    assert why_abroad(buyer("CH"), tax, "") == 'goods to a business in CH: sold-to is "outside"'
    assert why_abroad(buyer("CH"), tax, "services") == 'services to a business in CH: sold-to is "outside"'
    assert (
        why_abroad(buyer("CH", kind="consumer"), BOOKS["ONLINE"].at(DAY), "")
        == 'electronic services to a consumer in CH: sold-to is "outside consumer"'
    )
