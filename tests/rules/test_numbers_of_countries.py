"""Numbers from tax offices, and IBANs of banks that are not in a list."""

from __future__ import annotations

import pytest

from beancount_invoicing.rules.identifiers import mistake, numbers_on_page, problem, tax_number_problem


@pytest.mark.parametrize(
    ("country", "value", "wrong"),
    [
        ("DE", "21/815/08150", ""),
        ("DE", "21/815", "its length (6) is wrong"),
        ("CH", "CHE-116.281.710", ""),
        ("CH", "CHE-116.281.711", "its check digits do not match"),
        ("AU", "51 824 753 556", ""),
        ("AU", "51 824 753 557", "its check digits do not match"),
        ("IT", "RSSMRA80A01H501U", ""),
        ("US", "91-1144442", ""),
        ("CA", "123456782 RT0001, 1234567890 TQ0001", ""),
        ("CA", "123456789 RT0001", "its check digits do not match"),
        ("ES", "5436231?K", "it has characters that do not belong"),
        ("XX", "anything", ""),
        ("FR", "anything", ""),
    ],
)
def test_a_tax_number_is_judged_by_its_country(country: str, value: str, wrong: str) -> None:
    found = str(tax_number_problem(value, country) or "")
    assert found.startswith(wrong)
    assert bool(found) == bool(wrong)


def test_numbers_are_written_as_their_country_does() -> None:
    assert numbers_on_page("51824753556", "AU") == [("51 824 753 556", "")]
    assert numbers_on_page("123456782RT0001, 1234567890 TQ0001", "CA") == [
        ("123456782RT0001", ""),
        ("1234567890 TQ0001", "TQ"),
    ]
    assert numbers_on_page("5182475355", "AU") == [("5182475355", "")], "a wrong one as it stands"
    assert numbers_on_page(" X1 ,", "XX") == [("X1", "")]


@pytest.mark.parametrize(
    ("iban", "warned", "refused"),
    [
        ("BE68 5390 0754 7034", True, False),  # 539 is in no list of banks
        ("BE69 5390 0754 7034", True, True),
        ("XX68 5390 0754 7034", True, True),
        ("BE43 0689 9999 9501", False, False),
    ],
)
def test_a_bank_that_is_not_known_is_no_mistake(iban: str, warned: bool, refused: bool) -> None:
    assert (problem("iban", iban) is not None, mistake("iban", iban) is not None) == (warned, refused)


def test_a_vat_id_that_is_none_leads_to_the_tax_number() -> None:
    assert "written tax-number: …" in str(problem("vat-id", "51824753556"))
    assert "it is the UID: write tax-number: …" in str(problem("vat-id", "CHE-116.281.710"))
    assert problem("vat-id", "CHE-116.281.710 MWST") is None
