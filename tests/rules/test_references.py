from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import ogm_vcs
from stdnum.ch import esr

from beancount_invoicing.rules.references import (
    belgian_reference,
    creditor_reference,
    is_qr_iban,
    payment_reference,
    qr_reference,
    reference_digits,
    reference_on_page,
)


def test_creditor_reference() -> None:
    assert creditor_reference("539007547034") == "RF18539007547034"  # the example of ISO 11649
    assert creditor_reference("F2026-0007") == creditor_reference("f2026/0007")
    assert creditor_reference("é") == "é"


def test_the_option_decides() -> None:
    assert payment_reference("", "F1") == "F1"
    assert payment_reference("iso11649", "F1").startswith("RF")


@pytest.mark.parametrize(
    ("number", "longest", "expected"),
    [
        ("F2026-0012", 26, "1520260012"),  # F is 15
        ("f 2026/0012", 26, "1520260012"),
        ("FA2026-0012", 10, "20260012"),  # 151020260012 has no room
        ("2026-00000012345", 10, ""),
        ("SOLDE", 26, ""),
        ("é", 26, ""),
    ],
)
def test_the_digits_of_a_number(number: str, longest: int, expected: str) -> None:
    assert reference_digits(number, longest) == expected


def test_a_swiss_qr_reference() -> None:
    assert (
        qr_reference("21000000000313947143000901") == "210000000003139471430009017"
    )  # the example of SIX's guidelines
    assert qr_reference("F2026-0001") == "000000000000000015202600011"
    assert reference_on_page("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert qr_reference("SOLDE") == "SOLDE"


def test_a_belgian_structured_communication() -> None:
    assert belgian_reference("0903933755") == "+++090/3933/75567+++"  # 903933755 = 97 × 9318904 + 67
    assert belgian_reference("2026-00000012345") == "2026-00000012345"
    assert reference_on_page("+++090/3933/75567+++") == "+++090/3933/75567+++"


def test_a_remainder_of_zero_is_written_97() -> None:
    assert belgian_reference("0000000097") == "+++000/0000/09797+++"


@given(st.from_regex(r"[A-Z]{1,3}20[0-9]{2}-[0-9]{4}", fullmatch=True))
def test_references_have_right_check_digits_and_differ_as_numbers_do(number: str) -> None:
    assert esr.is_valid(qr_reference(number))
    assert ogm_vcs.is_valid(belgian_reference(number))
    assert qr_reference(number) != qr_reference(number.replace("-", "-1"))


@pytest.mark.parametrize(
    ("iban", "expected"),
    [
        ("CH4431999123000889012", True),
        ("LI0330000000000000000", True),
        ("CH9300762011623852957", False),
        ("CH0032000000000000000", False),
        ("DE0031999000000000000", False),
        ("CH", False),
        ("", False),
    ],
)
def test_a_qr_iban_is_known_by_its_bank(iban: str, expected: bool) -> None:
    assert is_qr_iban(iban) is expected
