"""Structured references: their check digits decide."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.bank.references import is_structured, structured_references
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Source
from beancount_invoicing.rules.references import creditor_reference


def line(text: str = "", *references: str) -> StatementLine:
    return StatementLine(
        "1", date(2026, 2, 1), Decimal(100), "EUR", Source("statement.xml", 1), text=text, references=references
    )


@pytest.mark.parametrize(
    ("reference", "kind", "core"),
    [
        (creditor_reference("F2026-0058"), "ISO 11649", "f20260058"),
        ("RF18539007547034", "ISO 11649", "539007547034"),
        ("+++010/8068/17183+++", "Belgian", "108068171"),
        ("210000000003139471430009017", "Swiss QR", "21000000000313947143000901"),
        ("202600581", "OCR", "20260058"),
    ],
)
def test_a_reference_is_read_without_its_check_digits(reference: str, kind: str, core: str) -> None:
    (found,) = structured_references(line("", reference))
    assert (found.kind, found.core, found.valid) == (kind, core, True)


def test_a_reference_is_found_in_the_text_too() -> None:
    spread = "RF25 F202 6005 8 ACME SAS"
    (found,) = structured_references(line(spread))
    assert (found.core, found.valid, found.written) == ("f20260058", True, "RF25 F202 6005 8")
    (found,) = structured_references(line("VIR ***010/8068/17183*** MERCI"))
    assert (found.kind, found.valid) == ("Belgian", True)
    (found,) = structured_references(line("21 00000 00003 13947 14300 09017"))
    assert (found.kind, found.valid) == ("Swiss QR", True)


def test_wrong_check_digits_are_told() -> None:
    assert [found.valid for found in structured_references(line("", "RF26F20260058"))] == [False]
    assert [found.valid for found in structured_references(line("RF26 F202 6005 8"))] == [False]
    assert structured_references(line("", "010806817185")) == ()  # twelve digits may be anything
    assert structured_references(line("202600581")) == ()  # in a text nine digits with a right last one are chance


def test_the_same_reference_twice_is_one() -> None:
    assert len(structured_references(line("RF25F20260058", "RF25F20260058"))) == 1


def test_a_plain_number_is_no_structured_reference() -> None:
    assert not is_structured("F2026-0058")
    assert is_structured("RF26F20260058")
