"""What waits in the outbox, or is in doubt: which of it a command is about, and what is said of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.cli.test_sending import answers, events, record, run, sound

LEDGER = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple SARL"
  country: "FR"
  email: "factures@exemple.example"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
  email: "compta@acme.example"
  address: "1 rue A"
  postcode: "35000"
  city: "Rennes"
2026-01-01 open Assets:Clients:AcmeSud
  customer: "Acme Sud"
  email: "compta@acme-sud.example"
  address: "2 rue B"
  postcode: "31000"
  city: "Toulouse"
2026-01-10 * "Acme" "Work" ^N1
  invoice: "N1"
  Assets:Clients:Acme     1000.00 EUR
  Income:Work
2026-01-11 * "Acme Sud" "Work" ^N2
  invoice: "N2"
  Assets:Clients:AcmeSud   500.00 EUR
  Income:Work
plugin "beancount_invoicing"
"""
DAY = "2026-02-25"
REMIND = ("remind", "--send", "--yes", "--as-of", DAY)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two customers of like names, an invoice of each, and no mail server."""
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def write(ledger: Path, text: str) -> None:
    """Something more is in the ledger."""
    with ledger.open("a", encoding="utf-8") as file:
        file.write(text)


# which customer ------------------------------------------------------------------------------------------------------


def numbers(ledger: Path, *arguments: str) -> list[str]:
    """The invoices that `remind` speaks of."""
    return [one["number"] for row in remind(ledger, *arguments) for one in row["invoices"]]


def remind(ledger: Path, *arguments: str) -> list[dict[str, Any]]:
    called = ["-f", str(ledger), "remind", "--as-of", DAY, "--format", "json", *arguments]
    return list(json.loads(CliRunner().invoke(main, called).stdout))


@pytest.mark.parametrize("name", ["Acme", "acme", "Assets:Clients:Acme"])
def test_a_whole_name_or_account_is_one_customer(ledger: Path, name: str) -> None:
    assert numbers(ledger, "--customer", name) == ["N1"]
    assert numbers(ledger, "--customer", "acme sud") == ["N2"]
    assert numbers(ledger, "--customer", "sud") == ["N2"], "a part that no other has"


def test_a_part_of_several_names_is_an_error_that_lists_them(ledger: Path) -> None:
    for more in ((), ("--send",), ("--send", "--retry", "--write")):
        said = run(ledger, "remind", "--as-of", DAY, "--customer", "acm", *more, code=1)
        assert '"acm" can be Acme (Assets:Clients:Acme), Acme Sud (Assets:Clients:AcmeSud): say which account' in said
    assert 'there is no customer "Amce": did you mean Acme?' in run(ledger, "remind", "--customer", "Amce", code=1)
    assert events(ledger) == []


def test_a_retry_for_one_customer_leaves_the_other_s_letter_alone(ledger: Path) -> None:
    run(ledger, *REMIND, "--write")
    run(ledger, *REMIND, "--retry", "--customer", "Acme", "--write")
    assert events(ledger) == ["prepared", "prepared", "not-sent", "prepared"]
    assert re.findall(r"\^(N\d)", record(ledger)) == ["N1", "N2", "N1", "N1"]
    assert sound(ledger)


def test_today_of_a_whole_name_is_of_one_customer(ledger: Path) -> None:
    def asked(name: str) -> set[object]:
        return {one["account"] for one in answers(ledger, "today", "--as-of", DAY, "--customer", name)}

    assert asked("Acme") == {"Assets:Clients:Acme"}
    assert asked("acm") == {"Assets:Clients:Acme", "Assets:Clients:AcmeSud"}
    assert "there is no customer" in run(ledger, "today", "--as-of", DAY, "--customer", "Amce", code=1)
