"""`statement` on the example business: what it prints, in which form, and how it ends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.test_commands import DAY, call, data, rows

HALLES = ("statement", "halles", "--since", "2026-10-01", *DAY)
KEYS = ["customer", "account", "language", "since", "as_of", "bounds", "currencies"]
IN_CURRENCY = [
    "currency", "opening", "movements", "closing", "overdue", "open", "aging", "drafts", "ledger",
]  # fmt: skip
MOVEMENT = ["date", "what", "number", "settles", "other", "account", "debit", "credit", "balance", "text", "source"]
OPEN = ["what", "number", "date", "due", "amount", "open", "disputed", "days_overdue"]


def test_it_has_these_keys_and_its_figures_add_up() -> None:
    told = data("statement", "--all", "--since", "2026-07-01", *DAY)
    assert len(told) == 12
    for one in told:
        assert list(one) == KEYS
        for account in one["currencies"]:
            assert list(account) == IN_CURRENCY
            balance = Decimal(account["opening"])
            for moved in account["movements"]:
                assert list(moved) == MOVEMENT
                assert (moved["debit"] is None) != (moved["credit"] is None)
                balance += Decimal(moved["debit"] or 0) - Decimal(moved["credit"] or 0)
                assert Decimal(moved["balance"]) == balance
            assert Decimal(account["closing"]) == balance
            assert all(list(item) == OPEN for item in account["open"])
            assert sum(Decimal(item["open"]) for item in account["open"]) == balance
            assert Decimal(account["aging"]["total"]) == balance
            books = sum(Decimal(each["balance"]) for each in account["ledger"])
            assert books == balance + Decimal(account["drafts"])


def test_each_balance_is_the_aged_balance_s() -> None:
    """The example has one account with a balance for each customer."""
    aged = {(row["customer"], row["currency"], row["total"]) for row in data("aging", *DAY)["rows"]}
    told = data("statement", "--all", *DAY)
    assert {
        (one["customer"], account["currency"], account["closing"])
        for one in told
        for account in one["currencies"]
        if Decimal(account["closing"])
    } == aged


def test_csv_goes_from_balance_to_balance() -> None:
    found = rows(*HALLES)
    assert [(row["what"], row["balance"]) for row in (found[0], found[-1])] == [
        ("opening-balance", "4646.40"),
        ("closing-balance", "4857.60"),
    ]
    assert [row["number"] or row["settles"] for row in found[1:-1]] == [
        "F2026-0047", "F2026-0071", "A2026-0002", "F2026-0055", "F2026-0077",
    ]  # fmt: skip
    assert (found[3]["credit"], found[3]["settles"]) == ("211.20", "F2026-0063")


def test_explain_adds_the_movements_up() -> None:
    text = call(*HALLES, "--explain").stdout
    assert "closing EUR: 4646.40 + -1900.80 + 844.80 + -211.20 + -422.40 + 1900.80 = 4857.60 (up to 2026-11-30)" in text
    assert "ledger EUR: 4857.60 + 0 = 4857.60 (closing + drafts: Assets:Clients:Halles 4857.60)" in text
    (one,) = data(*HALLES, "--explain")
    assert [step["figure"] for step in one["currencies"][0]["explain"]] == [
        "opening EUR", "closing EUR", "open EUR", "ledger EUR",
    ]  # fmt: skip


def test_drafts_are_said() -> None:
    text = call("statement", "kerbrat", *DAY).stdout.replace("\u202f", " ")
    assert "Drafts of 186.00 EUR are left out; the ledger includes them in the account." in text


def test_letters_are_written_once(tmp_path: Path) -> None:
    first = call("statement", "--all", *DAY, "-o", tmp_path, "--to", "text").stdout.splitlines()
    assert len(first) == 13
    assert str(tmp_path / "2026-11-30-Halles-statement.txt") in first
    again = call("statement", "--all", *DAY, "-o", tmp_path, "--to", "text").stdout.splitlines()
    assert [f"{line} (unchanged)" for line in first] == again


def test_all_are_those_whose_account_moved_or_has_an_open_item() -> None:
    def names(*more: str) -> set[str]:
        return {one["customer"] for one in data("statement", "--all", "--as-of", "2025-12-31", *more)}

    year, month = names("--since", "2025-01-01"), names("--since", "2025-12-31")
    assert "Habitat Ouest" in {name[:13] for name in year}, "it moved, and all is settled"
    assert month < year
    assert names("--since", "2025-01-01", "--balance") <= month


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nobody",), 1, 'there is no customer "nobody"'),
        (("a",), 0, '"a" is '),
        ((), 2, "CUSTOMER or --all"),
        (("halles", "--all"), 2, "CUSTOMER or --all"),
        (("halles", "--balance"), 2, "--balance has no meaning without --all"),
        (("halles", "--since", "2026-12-01"), 2, "it cannot begin on 2026-12-01, after its last day, 2026-11-30"),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], code: int, message: str) -> None:
    assert message in call("statement", *arguments, *DAY, code=code).stderr


def test_nothing_is_said_too() -> None:
    text = call("statement", "halles", "--as-of", "2024-01-01").stdout
    assert text == "There was no movement on the account of Halles de Vilaine SA to 2024-01-01, and nothing is owed.\n"
