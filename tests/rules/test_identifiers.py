from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beancount_invoicing.rules.identifiers import problem

KINDS = ["siren", "siret", "vat-id", "iban", "bic", "endpoint"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("siren", "732 829 320"),
        ("siret", "732 829 320 00074"),
        ("siret", "35600000049837"),
        ("vat-id", "FR44732829320"),
        ("vat-id", "DE 136695976"),
        ("vat-id", "BE0428759497"),
        ("vat-id", "GB980780684"),
        ("vat-id", "EL094259216"),
        ("vat-id", "US12345"),
        ("iban", "FR76 3000 6000 0112 3456 7890 189"),
        ("iban", "de89 3704 0044 0532 0130 00"),
        ("bic", "BNPAFRPP"),
        ("bic", "DEUTDEFF500"),
        ("endpoint", "0225:732829320"),
        ("endpoint", "0225:732829320_ROUTING"),
        ("endpoint", "0009:73282932000074"),
        ("endpoint", "EM:bills@example.org"),
        ("register-id", "0002:732829320"),
        ("register-id", "0009:73282932000074"),
        ("register-id", "HRB 12345"),
        ("register-id", "0088:732829321"),
        ("other", "anything"),
    ],
)
def test_nothing_is_wrong(kind: str, value: str) -> None:
    assert problem(kind, value) is None


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("siren", "732829321", "it is 732829320"),
        ("siren", "73282932", "a SIREN has 9"),
        ("siren", "73282932X", "characters that do not belong"),
        ("siret", "73282932000075", "it is 73282932000074"),
        ("siret", "73282932100074", "its first 9 digits are not a SIREN: the check digit does not match"),
        ("siret", "73282932100074", "it is 732829320"),
        ("siret", "732829321000", "its length (12) is wrong"),
        ("siret", "7328293X100074", "characters that do not belong"),
        ("siret", "35600000049838", "check digits do not match"),
        ("siret", "732829320", "a SIRET has 14"),
        ("vat-id", "FR45732829320", "it is FR44732829320"),
        ("vat-id", "FR45732829321", "check digits do not match"),
        ("vat-id", "732829320", "two letters of its country"),
        ("vat-id", "", "two letters of its country"),
        ("iban", "FR7730006000011234567890189", "it is FR7630006000011234567890189"),
        ("iban", "FR76", "characters that do not belong"),
        ("bic", "BNP", "8 or 11 characters"),
        ("endpoint", "732829320", "scheme:identifier"),
        ("endpoint", "0225:732829321", "it is 732829320"),
        ("endpoint", "0009:73282932000075", "it is 73282932000074"),
        ("register-id", "0002:732829321", "it is 732829320"),
        ("register-id", "0009:73282932000075", "it is 73282932000074"),
    ],
)
def test_what_is_wrong_is_said_with_the_right_digits(kind: str, value: str, message: str) -> None:
    assert message in str(problem(kind, value))


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.text() | st.from_regex(r"[A-Z]{2}[0-9A-Z]{0,30}", fullmatch=True))
def test_any_text_is_judged(kind: str, value: str) -> None:
    found = problem(kind, value)
    assert found is None or found


@settings(deadline=None)
@given(st.integers(0, 10**8 - 1), st.integers(0, 9))
def test_the_siren_proposed_is_right(stem: int, digit: int) -> None:
    found = problem("siren", f"{stem:08}{digit}")
    assert found is None or problem("siren", found[-9:]) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("vat-id", "HR12732829320"),  # not by the French rule
        ("vat-id", "FR45732829321"),  # its SIREN is wrong, too
        ("siret", "35600000049838"),  # an establishment of La Poste: any of its digits may be the wrong one
    ],
)
def test_no_remedy_is_offered_where_none_is_sure(kind: str, value: str) -> None:
    assert str(problem(kind, value)).endswith("something in it is mistyped")


def test_a_remedy_is_right_itself() -> None:
    """Also where the right check digits begin with a zero."""
    for siren in ("732829320", "123456782", "552100554"):
        for wrong in range(97):
            text = problem("vat-id", f"FR{wrong:02}{siren}")
            right = text.rpartition(" ")[2] if text else f"FR{wrong:02}{siren}"
            assert problem("vat-id", right) is None
            assert right.endswith(siren)
