"""Which documents a text names: whole words, and never a part of something else."""

from __future__ import annotations

import pytest

from beancount_invoicing.bank.tokens import Mention, mentions, number_index

INDEX = number_index(
    ["F2026-0058", "F2026-0059", "F2026-00581", "A2026-0003", "2026-0115", "2026-4115", "1042", "58", "2026"]
)


def named(text: str) -> list[str]:
    return [" or ".join(mention.numbers) for mention in mentions(text, INDEX)[0]]


def only(text: str) -> Mention:
    ((mention,), _unknown) = mentions(text, INDEX)
    return mention


@pytest.mark.parametrize(
    "text",
    [
        "F2026-0058", "FACTURE F2026-0058 MERCI", "f2026-0058", "F2026 0058", "F20260058", "F2026/0058", "F2026.0058.",
        "ref:F2026-0058,", "FACT-F2026-0058", "F2026-00 58", "F2 026-0058", "réf.F2026-0058", "12/F2026-0058",
        "F2026-0058-ACME", "FR76 3000 6000 0112 3456 7890 189 F2026-0058", "VIR 15/01/2026 F2026-0058 06 12 34 56 78",
    ],
)  # fmt: skip
def test_a_number_is_found_however_banks_write_it(text: str) -> None:
    assert named(text) == ["F2026-0058"]


@pytest.mark.parametrize(
    "text",
    [
        "XF2026-0058", "F2026-0058-2", "3F2026-0058", "F2026-00580", "F2026-058", "FR7620260058", "ACH-F2026-0058", "F2026-0058/2",
        "58", "2026", "FACTURE 58", "JANVIER 2026",
    ],
)  # fmt: skip
def test_a_part_of_something_longer_or_too_short_names_nothing(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "20260115", "2026-01-15 115", "VIR DU 15.01.2026", "FR76 3000 2026 0115 3456 7890 189", "FR7620260115000112345678901",
        "06 20 26 01 15", "+33 6 2026 0115 11", "TEL 20260115", "SIRET 20260115", "1042.00", "1.042,00", "12-1042", "1042-3",
        "IBAN BE68 1042 0075 4703 X", "CH93 0076 2011 6238 5295 7",
    ],
)  # fmt: skip
def test_digits_of_dates_ibans_telephones_and_amounts_name_nothing(text: str) -> None:
    assert named(text) == []


def test_several_are_named_in_their_order() -> None:
    assert named("F2026-0059 et F2026-0058") == ["F2026-0059", "F2026-0058"]
    assert named("F2026-0058/F2026-0059") == ["F2026-0058", "F2026-0059"]
    assert named("F2026-0058+F20260059-A2026-0003") == ["F2026-0058", "F2026-0059", "A2026-0003"]


def test_a_number_that_begins_like_another_is_not_it() -> None:
    assert named("F2026-00581") == ["F2026-00581"]
    assert named("F202600581") == ["F2026-00581"]
    assert named("F2026-0058 1") == ["F2026-0058 or F2026-00581"]  # the bank may have broken the line there
    assert named("F2026-0058 2") == ["F2026-0058"]
    assert named("F2026 0058 1") == ["F2026-0058 or F2026-00581"]  # nobody can tell


def test_digits_alone_are_weak_where_they_are_few_or_apart() -> None:
    assert only("FACTURE 1042").weak
    assert only("FACTURE 1042").introduced
    assert only("LOYER 2026 4115").weak
    assert not only("2026-0115").weak
    assert not only("F2026 0058").weak


def test_what_looks_like_a_number_of_the_series_and_is_none_is_told() -> None:
    assert mentions("F2026-9999 pour solde", INDEX) == ((), ("F2026-9999",))
    assert mentions("F2026 0058", INDEX)[1] == ()
    assert mentions("CONTRAT K7-12", INDEX) == ((), ())
