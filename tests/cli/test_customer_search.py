"""One rule says which customer, and which document, a word names; in all commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import DAY, call, data

LEDGER = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Atelier Sel"
  country: "FR"
2026-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"
2026-01-01 custom "invoice-tax" "T20" "TVA 20 %" Liabilities:TVA
  rate: 20
2026-01-01 open Assets:Banque EUR
2026-01-01 open Assets:Clients:Armor EUR
  customer: "Armor Pêche SAS"
2026-01-01 open Assets:Clients:Armor:Retenue EUR
2026-01-01 open Assets:Clients:ArmorSud EUR
  customer: "Armor du Sud SARL"
2026-01-01 open Assets:Clients:Oeuvres EUR
  customer: "L’Œuvre d’Élise"
2026-06-01 custom "invoice-customer" Assets:Clients:Oeuvres
  customer: "Maison Garance"
2026-01-01 open Income:Ventes EUR
2026-01-01 open Liabilities:TVA EUR
2026-01-01 custom "invoice-contract" Assets:Clients:Armor "A-MAINT" "subscription"
  text: "Maintenance"
  account: Income:Ventes
  price: 100.00
  every: "month"
  tax: "T20"
2026-01-01 custom "invoice-contract" Assets:Clients:ArmorSud "S-MAINT" "subscription"
  text: "Maintenance"
  account: Income:Ventes
  price: 200.00
  every: "month"
  tax: "T20"
2026-01-05 * "Armor" "Filets" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Armor  120.00 EUR
    due: 2026-02-04
  Income:Ventes  -100.00 EUR
    text: "Filets"
    tax: "T20"
  Liabilities:TVA  -20.00 EUR
    tax: "T20"
2026-01-06 * "Armor du Sud" "Bouées" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:ArmorSud  240.00 EUR
    due: 2026-02-05
  Income:Ventes  -200.00 EUR
    text: "Bouées"
    tax: "T20"
  Liabilities:TVA  -40.00 EUR
    tax: "T20"
2026-01-07 * "Élise" "Tissus" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Clients:Oeuvres  12.00 EUR
    due: 2026-02-06
  Income:Ventes  -10.00 EUR
    text: "Tissus"
    tax: "T20"
  Liabilities:TVA  -2.00 EUR
    tax: "T20"
2026-01-20 * "Armor" "Virement" ^F2026-0001
  Assets:Banque  120.00 EUR
  Assets:Clients:Armor  -120.00 EUR
plugin "beancount_invoicing"
"""
ON = ("--as-of", "2026-03-31")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, "utf-8")
    return file


def listed(ledger: Path, *words: str) -> list[str]:
    result = call("list", *words, *ON, "--format", "json", ledger=ledger)
    return [one["number"] for one in json.loads(result.stdout)]


@pytest.mark.parametrize(
    "name",
    [
        "Assets:Clients:Oeuvres",
        "assets:clients:oeuvres",
        "OEUVRES",
        "l'oeuvre d'elise",  # the name that it had
        "Maison  Garance",  # the name that it has, whatever day is asked about
        "elise",
        "garance",
        "Clients:Oeuvres",
    ],
)
def test_accents_case_and_quotes_do_not_matter(ledger: Path, name: str) -> None:
    assert listed(ledger, name) == ["F2026-0003"]
    assert listed(ledger, "--customer", name) == ["F2026-0003"]


def test_what_is_whole_wins_over_a_part(ledger: Path) -> None:
    assert listed(ledger, "armor") == ["F2026-0001"]
    assert listed(ledger, "Assets:Clients:Armor:Retenue") == ["F2026-0001"]
    assert listed(ledger, "sud") == ["F2026-0002"]


def test_a_report_takes_all_that_a_part_names_and_says_whom(ledger: Path) -> None:
    result = call("list", "armo", *ON, "--format", "csv", ledger=ledger)
    assert [line.split(",")[0] for line in result.stdout.splitlines()[1:]] == ["F2026-0001", "F2026-0002"]
    assert result.stderr == (
        '"armo" is 2 customers: Armor Pêche SAS (Assets:Clients:Armor), Armor du Sud SARL (Assets:Clients:ArmorSud)\n'
    )


def test_what_is_written_wants_one(ledger: Path) -> None:
    before = ledger.read_bytes()
    shown = call("bill", "armo", "--until", "2026-01-31", ledger=ledger)
    assert "A-MAINT" in shown.stdout
    assert "S-MAINT" in shown.stdout
    assert "is 2 customers" in shown.stderr
    result = call("bill", "armo", "--until", "2026-01-31", "--write", ledger=ledger, code=1)
    assert '"armo" can be Armor Pêche SAS (Assets:Clients:Armor), ' in result.stderr
    call("remind", "armo", *ON, "--send", ledger=ledger, code=1)
    call("send", "armo", "--since", "2026-01-01", "--date", "2026-03-31", ledger=ledger, code=1)
    assert ledger.read_bytes() == before
    call("bill", "ARMOR", "--until", "2026-01-31", "--write", ledger=ledger)
    assert b"A-MAINT" in ledger.read_bytes()[len(before) - 40 :]


COMMANDS = ["aging", "bill", "contracts", "interest", "list", "receipt", "remind", "render", "send", "statement",
            "tax-due", "today", "unbilled"]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("way", [["Armr"], ["--customer", "Armr"], ["-c", "Armr"]])
def test_a_customer_that_is_not_there_is_an_error_in_each_command(ledger: Path, command: str, way: list[str]) -> None:
    result = call(command, *way, ledger=ledger, code=1)
    assert 'there is no customer "Armr": did you mean Armor' in result.stderr


def test_a_customer_is_named_once() -> None:
    assert "name the customer" in call("list", "Kerbrat", "--customer", "Halles", code=2).output


def test_reports_of_one_customer_add_up() -> None:
    aged = data("aging", "Halles", *DAY)
    assert [(row["customer"], row["total"]) for row in aged["rows"]] == [("Halles de Vilaine SA", "4857.60")]
    assert [(one["currency"], one["total"]) for one in aged["totals"]] == [("EUR", "4857.60")]
    taxes = data("tax-due", "Halles", *DAY, "--since", "2026-11-01")
    assert [one["number"] for one in taxes["shares"]] == ["F2026-0055"]
    assert taxes["totals"] == taxes["missing"] == []
    assert [one["due"] for one in taxes["period"]] == ["70.40"]


def test_documents_by_their_customer(ledger: Path, tmp_path: Path) -> None:
    result = call("render", "armo", "--to", "text", "-o", tmp_path, ledger=ledger)
    assert [Path(line).name for line in result.stdout.splitlines()] == ["F2026-0001.txt", "F2026-0002.txt"]
    call("render", "F2026-0001", "--since", "2026-01-01", ledger=ledger, code=2)
    assert "F2026-0001 of 2026-01-05" in call("receipt", "Armor", *ON, ledger=ledger).stdout
    assert "nothing was received until" in call("receipt", "Sud", *ON, ledger=ledger, code=1).stderr
    assert "interest" in call("interest", "vandamme", *DAY).stdout
    assert "F2026-0002: " in call("interest", "Sud", *ON, ledger=ledger).stderr
    assert "Nothing may be claimed" in call("interest", "Sud", "--as-of", "2026-01-31", ledger=ledger).stderr
    assert "F2026-0077" in call("send", "halles", "--date", "2026-11-30").stdout
    assert "nothing of Garnier is waiting to be sent" in call("send", "Garnier", "--date", "2026-11-30", code=1).stderr


@pytest.mark.parametrize("end", ["0067", "67", "2026-67", "2026-0067", "f2026-0067", "F2026-67"])
def test_the_end_of_a_number_finds_it(end: str) -> None:
    result = call("show", end, *DAY, code=1 if "2026" not in end else 0)
    if "2026" in end:
        assert result.stdout.startswith("F2026-0067  ")
    else:
        assert f"{end} can be F2025-0067, F2026-0067: say which one" in result.stderr


def test_one_end_of_a_number_is_enough(ledger: Path) -> None:
    assert call("show", "2", *ON, ledger=ledger).stdout.startswith("F2026-0002  ")
    assert "F2026-0002 is dated 2026-01-06" in call("show", "2", "--as-of", "2026-01-05", ledger=ledger, code=1).stderr
    assert "there is no 26-0002" in call("show", "26-0002", *ON, ledger=ledger, code=1).stderr
