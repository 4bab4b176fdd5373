"""Whom a name names, and what is said where it is nobody's or several customers'."""

from __future__ import annotations

import pytest

from beancount_invoicing import customer_search
from beancount_invoicing.customer_search import UnknownCustomer
from tests.ledgers import sound_book

BOOK = sound_book("""
2025-01-01 open Assets:Receivable:Armor
  customer: "Armor Pêche SAS"
2025-01-01 open Assets:Receivable:ArmorSud
  customer: "Armor du Sud SARL"
2025-01-01 open Assets:Receivable:Oeuvres
  customer: "L’Œuvre d’Élise"
2026-06-01 custom "invoice-customer" Assets:Receivable:Oeuvres
  customer: "Maison Garance"
2025-01-01 open Assets:Abroad:Kiefer
  customer: "Kiefer Inc"
""")
R = "Assets:Receivable:"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"{R}Armor", ["Armor"]),
        (f"{R.lower()}acme:doubtful", ["Acme"]),  # an account below
        ("ARMOR", ["Armor"]),  # the last part of one before a part of another's
        ("armor du  sud sarl", ["ArmorSud"]),
        ("l'oeuvre d'elise", ["Oeuvres"]),  # as it was called
        ("garance", ["Oeuvres"]),
        ("armor ", ["Armor"]),
        ("rmor", ["Armor", "ArmorSud"]),
        ("receivable:armor", ["Armor", "ArmorSud"]),
    ],
)
def test_whom_a_name_names(name: str, found: list[str]) -> None:
    assert customer_search.find_customers(BOOK, name) == tuple(R + one for one in found)
    if len(found) == 1:
        assert customer_search.find_customer(BOOK, name) == R + found[0]
        assert customer_search.ambiguous_name_notice(BOOK, name, customer_search.find_customers(BOOK, name)) == ""


def test_several_are_listed() -> None:
    listed = f"Armor Pêche SAS ({R}Armor), Armor du Sud SARL ({R}ArmorSud)"
    with pytest.raises(UnknownCustomer) as caught:
        customer_search.find_customer(BOOK, "rmor")
    assert str(caught.value) == f'"rmor" can be {listed}: say which account'
    assert (
        customer_search.ambiguous_name_notice(BOOK, "rmor", customer_search.find_customers(BOOK, "rmor"))
        == f'"rmor" is 2 customers: {listed}'
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Armr", ": did you mean Armor or ArmorSud?"),
        ("Garanse", ": did you mean Oeuvres?"),  # by a word of its name
        ("Kiefr", ": did you mean Assets:Abroad:Kiefer or Assets:Receivable:Kiefer?"),
        ("Zzz", ""),
        ("", ""),
    ],
)
def test_nobody_is_called_so(name: str, hint: str) -> None:
    with pytest.raises(UnknownCustomer) as caught:
        customer_search.find_customers(BOOK, name)
    assert str(caught.value) == f'there is no customer "{name}"{hint}'


def test_what_customers_are_called_in_short() -> None:
    assert customer_search.leaves(BOOK.customers) == {
        "Assets:Abroad:Kiefer": "Assets:Abroad:Kiefer",
        f"{R}Acme": "Acme",
        f"{R}Armor": "Armor",
        f"{R}ArmorSud": "ArmorSud",
        f"{R}Kiefer": f"{R}Kiefer",
        f"{R}Oeuvres": "Oeuvres",
    }
    alike = sound_book(f'2025-01-01 open {R}Sud\n  customer: "Acme"\n')
    assert customer_search.short_names(alike)[f"{R}Acme"] == f"{R}Acme"  # another one is called so
    assert customer_search.short_names(alike)[f"{R}Sud"] == "Sud"


def test_a_code_that_is_not_there_has_the_nearest_named() -> None:
    assert customer_search.near_name_hint("dév", ["DEV", "DESIGN"]) == ": did you mean DEV?"
    assert customer_search.near_name_hint("xyz", ["DEV"]) == ""
