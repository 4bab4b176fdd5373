"""Contracts, items and customers are agreed on and changed by commands: amendments of just what changes, checked before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import call
from tests.cli.test_customer_search import LEDGER

ON = ("--as-of", "2026-05-31")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    item = (
        '2026-01-01 custom "invoice-item" "DEV" "Développement" Income:Ventes\n  unit: "hour"\n  price: 90.00 ; net\n'
    )
    file.write_text(LEDGER.replace('plugin "', item + 'plugin "'), "utf-8")
    return file


def contract(ledger: Path, code: str, day: str) -> dict[str, object]:
    rows = json.loads(
        call("contract", "list", "--contract", code, "--as-of", day, "--format", "json", ledger=ledger).stdout
    )
    assert len(rows) == 1
    return dict(rows[0])


def test_a_contract_is_added_changed_paused_and_stopped(ledger: Path) -> None:
    call("contract", "add", "garance", "G-HOST", "subscription", "--text", "Hébergement", "--account", "Income:Ventes",
         "--price", 50, "--every", "month", "--tax", "T20", "--from", "2026-01-01", "--write", ledger=ledger)  # fmt: skip
    call("contract", "change", "G-HOST", "--price", "62,5", "--from", "2026-03-01", "--write", ledger=ledger)
    call("contract", "pause", "G-HOST", "--from", "2026-04-01", "--to", "2026-04-30", "--write", ledger=ledger)
    call("contract", "stop", "G-HOST", "--on", "2026-05-31", "--date", "2026-05-02", "--write", ledger=ledger)
    text = ledger.read_text("utf-8")
    assert text.count('"G-HOST"') == 5
    assert text.endswith('plugin "beancount_invoicing"\n')
    for entry in (
        '2026-03-01 custom "invoice-contract" Assets:Clients:Oeuvres "G-HOST"\n  price: 62.50\n\n',
        '2026-04-01 custom "invoice-contract" Assets:Clients:Oeuvres "G-HOST"\n  paused: TRUE\n\n',
        '2026-05-01 custom "invoice-contract" Assets:Clients:Oeuvres "G-HOST"\n  paused: FALSE\n\n',
        '2026-05-02 custom "invoice-contract" Assets:Clients:Oeuvres "G-HOST"\n  until: 2026-05-31\n\n',
    ):
        assert entry in text
    then = contract(ledger, "G-HOST", "2026-06-30")
    assert (then["unbilled"], then["ends"], then["price"]) == ("225.00", "2026-05-31", "62.50")  # 2 × 50.00 + 2 × 62.50


def test_without_an_item_it_is_booked_where_items_are(ledger: Path) -> None:
    said = ("contract", "add", "garance", "G-AUDIT", "fixed", "--text", "Audit", "--price", 900, "--from", "2026-01-01")
    assert "  account: Income:Ventes\n" in call(*said, ledger=ledger).stdout


def test_a_later_amendment_that_hands_it_back_is_remarked(ledger: Path) -> None:
    call("contract", "change", "A-MAINT", "--price", 120, "--from", "2026-06-01", "--write", ledger=ledger)
    over = ("contract", "change", "A-MAINT", "--customer", "garance", "--from", "2026-03-01")
    assert "from 2026-06-01 on it is billed to" in call(*over, "--write", ledger=ledger).stderr


def test_what_one_day_says_is_changed_where_it_stands(ledger: Path) -> None:
    call("contract", "change", "A-MAINT", "--price", 120, "--from", "2026-03-01", "--write", ledger=ledger)
    call(
        "contract",
        "change",
        "A-MAINT",
        "--price",
        125,
        "--quantity",
        2,
        "--from",
        "2026-03-01",
        "--write",
        ledger=ledger,
    )
    call("item", "price", "DEV", 95, "--from", "2026-01-01", "--write", ledger=ledger)
    text = ledger.read_text("utf-8")
    assert text.count('2026-03-01 custom "invoice-contract"') == 1
    assert "\n  price: 125.00\n  quantity: 2\n" in text
    assert "\n  price: 95.00  ; net\n" in text
    assert text.count('"DEV"') == 1


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("change", "A-MAINT", "--price", 100, "--from", "2026-03-01"), "nothing changes: on 2026-03-01, A-MAINT "
        "already has price 100.00"),
        (("change", "A-MAINT", "--price", 90, "--from", "2025-12-31"), "A-MAINT begins on 2026-01-01"),
        (("change", "A-MAIN", "--price", 90), "did you mean A-MAINT?"),
        (("change", "A-MAINT"), "what changes"),
        (("change", "A-MAINT", "--tax", "T55", "--from", "2026-03-01"), "T55"),
        (("change", "A-MAINT", "--customer", "Armo", "--from", "2026-03-01"), "which account"),
        (("stop", "A-MAINT", "--on", "2025-06-30"), "it cannot end on 2025-06-30"),
        (("pause", "A-MAINT", "--from", "2026-03-02", "--to", "2026-03-01"), "is before --from"),
        (("milestone", "A-MAINT", "Moitié", "--percent", 50), "A-MAINT"),
        (("add", "Armor", "A-MAINT", "time"), "A-MAINT already"),
        (("add", "Armr", "A-2", "time"), 'there is no customer "Armr": did you mean Armor'),
        (("add", "Armor", "A-2", "subscription", "--item", "DEW"), "DEW"),
        (("add", "Armor", "A-2", "subscription", "--item", "DEV", "--every", "fortnightly"), "fortnightly"),
    ],
)  # fmt: skip
def test_what_would_be_wrong_is_not_written(ledger: Path, command: tuple[object, ...], why: str) -> None:
    before = ledger.read_bytes()
    assert why in call("contract", *command, "--write", ledger=ledger, code=1).stderr
    assert ledger.read_bytes() == before


def test_an_empty_option_takes_back_what_was_said(ledger: Path) -> None:
    call("contract", "change", "A-MAINT", "--until", "2026-06-30", "--from", "2026-02-01", "--write", ledger=ledger)
    assert contract(ledger, "A-MAINT", "2026-03-01")["ends"] == "2026-06-30"
    result = call("contract", "change", "A-MAINT", "--until", "", "--from", "2026-01-01", ledger=ledger, code=1)
    assert "nothing changes" in result.stderr
    call("contract", "change", "A-MAINT", "--until", "", "--from", "2026-04-01", "--write", ledger=ledger)
    assert "\n  until:\n" in ledger.read_text("utf-8")
    assert contract(ledger, "A-MAINT", "2026-05-01")["ends"] is None


def test_what_later_amendments_say_again_is_named(ledger: Path) -> None:
    call("contract", "change", "A-MAINT", "--price", 130, "--from", "2026-06-01", "--write", ledger=ledger)
    result = call("contract", "change", "A-MAINT", "--price", 110, "--from", "2026-03-01", ledger=ledger)
    assert "from 2026-06-01 on, price is 130.00 again" in result.stderr


def test_a_change_under_a_billed_period_is_said_with_the_invoice(ledger: Path) -> None:
    call("bill", "Armor", "--until", "2026-02-28", "--write", ledger=ledger)
    result = call("contract", "stop", "A-MAINT", "--on", "2026-01-31", "--date", "2026-03-01", ledger=ledger)
    assert "[billed-after-end]" in result.stderr


def test_a_time_contract_gets_an_account(ledger: Path) -> None:
    call("contract", "add", "Armor", "A-DEV", "time", "--item", "DEV", "--from", "2026-01-01", "--write", ledger=ledger)
    call("contract", "add", "Armor", "A-DEV2", "time", "--item", "DEV", "--cap", 900, "--from", "2026-01-01", "--write",
         ledger=ledger)  # fmt: skip
    call("time", "add", "A-DEV", 2, "Atelier", "--date", "2026-01-05", "--write", ledger=ledger)
    call("time", "add", "A-DEV2", 3, "Atelier", "--date", "2026-01-05", "--write", ledger=ledger)
    text = ledger.read_text("utf-8")
    assert "open Assets:Time:Armor HOUR\n" in text
    assert "open Assets:Time:ADEV2 HOUR\n" in text
    assert text.count("open Equity:Time HOUR") == 1
    assert contract(ledger, "A-DEV", "2026-01-31")["unbilled"] == "180.00"
    assert contract(ledger, "A-DEV2", "2026-01-31")["unbilled"] == "270.00"


def test_a_second_contract_for_the_same_is_remarked(ledger: Path) -> None:
    result = call("contract", "add", "Armor", "A-2", "subscription", "--text", "Maintenance", "--price", 5, "--every", "month",
                  "--account", "Income:Ventes", "--tax", "T20", "--from", "2026-02-01", ledger=ledger)  # fmt: skip
    assert "A-MAINT of the same customer bills the same" in result.stderr


@pytest.mark.parametrize(("start", "remarked"), [("2026-01-31", True), ("2026-02-01", False)])
def test_a_contract_that_has_ended_by_then_is_no_second_one(ledger: Path, start: str, remarked: bool) -> None:
    call("contract", "stop", "A-MAINT", "--on", "2026-01-31", "--date", "2026-01-15", "--write", ledger=ledger)
    result = call("contract", "add", "Armor", "A-2", "subscription", "--text", "Maintenance", "--price", 5, "--every", "month",
                  "--account", "Income:Ventes", "--tax", "T20", "--from", start, ledger=ledger)  # fmt: skip
    assert ("A-MAINT of the same customer bills the same" in result.stderr) == remarked


def test_milestones(ledger: Path) -> None:
    added = call("contract", "add", "Sud", "S-SITE", "fixed", "--price", 1000, "--text", "Site", "--account", "Income:Ventes",
                 "--tax", "T20", "--from", "2026-01-01", "--write", ledger=ledger)  # fmt: skip
    assert "contract milestone S-SITE NAME" in added.stderr
    for name, percent, day in (("Maquettes", "40%", "2026-02-01"), ("Recette", 60, "2026-03-01")):
        call("contract", "milestone", "S-SITE", name, "--percent", percent, "--date", day, "--write", ledger=ledger)
    assert contract(ledger, "S-SITE", "2026-02-15")["unbilled"] == "400.00"


def test_items_and_their_prices(ledger: Path) -> None:
    result = call("item", "price", "DEV", "95", "--from", "2026-06-01", "--write", ledger=ledger)
    assert result.stdout == '2026-06-01 custom "invoice-item" "DEV"\n  price: 95.00\n'
    (row,) = json.loads(call("item", "list", *ON, "--format", "json", ledger=ledger).stdout)
    assert (row["price"], row["since"], row["next_price"], row["next_from"]) == (
        "90.00",
        "2026-01-01",
        "95.00",
        "2026-06-01",
    )
    call("item", "price", "DEV", "120", "--with-tax", "--from", "2026-07-01", "--write", ledger=ledger)
    (row,) = json.loads(call("item", "list", "--as-of", "2026-07-01", "--format", "json", ledger=ledger).stdout)
    assert (row["price"], row["price_with_tax"], row["since"]) == (None, "120.00", "2026-07-01")
    call(
        "contract",
        "add",
        "Armor",
        "A-DEV",
        "time",
        "--item",
        "DEV",
        "--price",
        80,
        "--from",
        "2026-01-01",
        "--write",
        ledger=ledger,
    )
    assert "A-DEV has its own" in call("item", "price", "DEV", 99, "--from", "2026-08-01", ledger=ledger).stderr
    assert 'there is no item "DEW": did you mean DEV?' in call("item", "price", "DEW", 1, ledger=ledger, code=1).stderr


def test_customers_change_from_a_day_on(ledger: Path) -> None:
    call("customer", "change", "sud", "--name", "Armor Midi", "--email", "a@midi.example", "--from", "2026-03-01", "--write",
         ledger=ledger)  # fmt: skip
    rows = json.loads(call("customer", "list", "Midi", *ON, "--format", "json", ledger=ledger).stdout)
    assert [(row["name"], row["email"], row["channel"]) for row in rows] == [("Armor Midi", "a@midi.example", "email")]
    (before,) = json.loads(
        call("customer", "list", "Midi", "--as-of", "2026-02-01", "--format", "json", ledger=ledger).stdout
    )
    assert (before["name"], before["email"]) == ("Armor du Sud SARL", None)
    call("customer", "change", "Midi", "--inactive", "--from", "2026-04-01", "--write", ledger=ledger)
    assert "Midi" not in call("customer", "list", *ON, ledger=ledger).stdout
    assert "Midi" in call("customer", "list", "--all", *ON, ledger=ledger).stdout
    assert 'there is no tax "T21"' in call("customer", "change", "Midi", "--tax", "T21", ledger=ledger, code=1).stderr
    assert "12345" in call("customer", "change", "Midi", "--siren", "123456789", ledger=ledger, code=2).output


def test_a_customer_that_is_there_is_remarked(ledger: Path) -> None:
    call("customer", "change", "Armor", "--email", "a@armor.example", "--from", "2026-01-01", "--write", ledger=ledger)
    result = call("customer", "add", "Pêche", "--email", "A@armor.example", "--cc", "b@armor.example", ledger=ledger)
    assert "Assets:Clients:Armor has the same email" in result.stderr
    assert '  cc: "b@armor.example"\n' in result.stdout
    same = ("customer", "add", "l'oeuvre d'elise")
    assert "is a customer of the same name" in call(*same, code=1, ledger=ledger).stderr
    assert "open Assets:Clients:" in call(*same, "--another", ledger=ledger).stdout


def test_time_is_listed_for_the_customer_who_held_its_contract_on_its_day(ledger: Path) -> None:
    call(
        "contract", "add", "garance", "G-DEV", "time", "--item", "DEV", "--from", "2026-01-01", "--write", ledger=ledger
    )
    for day in ("2026-01-10", "2026-02-10"):
        call("time", "add", "G-DEV", 3, "Plan", "--date", day, "--write", ledger=ledger)
    whom = call("customer", "list", "--format", "json", ledger=ledger).stdout
    other = next(one["account"] for one in json.loads(whom) if "Oeuvres" not in one["account"])
    call("contract", "change", "G-DEV", "--customer", other, "--from", "2026-02-01", "--write", ledger=ledger)

    def days(*more: str) -> list[str]:
        return [
            one["date"]
            for one in json.loads(call("time", "list", *more, *ON, "--format", "json", ledger=ledger).stdout)
        ]

    assert days() == ["2026-01-10", "2026-02-10"]
    assert (days("garance"), days(other)) == (["2026-01-10"], ["2026-02-10"])
