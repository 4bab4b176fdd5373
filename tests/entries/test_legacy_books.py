"""What is open in books that have no invoices yet: which money settles which claim, and what is left of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from beancount import loader

from beancount_invoicing.entries.legacy_books import (
    balance,
    count_with_invoice_key,
    customer_accounts,
    later_transactions_text,
    open_accounts,
    open_items,
    payees,
    readable_name,
)

DAY = date(2026, 12, 31)
CLIENTS = "Assets:Clients"
HEAD = f"""
2025-01-01 open {CLIENTS}
2025-01-01 open Assets:Bank
2025-01-01 open Income:Work
2025-01-01 open Liabilities:Waiting
"""


def entries_of(text: str) -> Sequence[Any]:
    entries, errors, _options = loader.load_string(HEAD + text)
    assert errors == []
    return entries


def claim(day: str, amount: str, payee: str = "Acme", narration: str = "Work", links: str = "") -> str:
    return f'{day} * "{payee}" "{narration}" {links}\n  {CLIENTS}  {amount} EUR\n  Income:Work\n'


def paid(day: str, amount: str, payee: str = "Acme", narration: str = "Transfer", links: str = "") -> str:
    return f'{day} * "{payee}" "{narration}" {links}\n  {CLIENTS}  -{amount} EUR\n  Assets:Bank\n'


def left(text: str, day: date = DAY, used: set[str] | None = None) -> tuple[list[tuple[str, str]], list[str]]:
    """Number and amount of what is open, and what was overpaid."""
    items, over = open_items(entries_of(text), {CLIENTS}, day, set() if used is None else used)
    return [(item.number, str(item.amount)) for item in items], [str(payment.amount) for payment in over]


ONE = claim("2026-01-05", "100.00", narration="Invoice 2026-001")
TWO = claim("2026-01-06", "200.00", narration="Invoice 2026-002")


@pytest.mark.parametrize(
    ("money", "items", "over"),
    [
        ("", [("2026-001", "100.00"), ("2026-002", "200.00")], []),
        (
            paid("2026-02-01", "100.00", narration="Invoice 2026-002"),
            [("2026-001", "100.00"), ("2026-002", "100.00")],
            [],
        ),
        (paid("2026-02-01", "120.00"), [("2026-002", "180.00")], []),  # the oldest first
        (paid("2026-02-01", "250.00", narration="2026-002"), [("2026-001", "100.00")], ["50.00"]),  # it named the other
        (paid("2026-02-01", "310.00"), [], ["10.00"]),
        (paid("2026-02-01", "310.00") + paid("2026-02-02", "5.00", narration="2026-001"), [], ["15.00"]),
        (paid("2026-02-01", "0.00"), [("2026-001", "100.00"), ("2026-002", "200.00")], []),
        (paid("2027-01-01", "300.00"), [("2026-001", "100.00"), ("2026-002", "200.00")], []),  # later
    ],
)
def test_money_settles_what_it_names_else_the_oldest(money: str, items: list[tuple[str, str]], over: list[str]) -> None:
    assert left(ONE + TWO + money) == (items, over)


def test_money_of_a_payee_settles_its_own_claims_before_others() -> None:
    older = claim("2026-01-01", "50.00", payee="Kiefer", narration="Invoice K-100")
    assert left(older + ONE + paid("2026-02-01", "100.00"))[0] == [("K-100", "50.00")]
    assert left(older + ONE + paid("2026-02-01", "120.00"))[0] == [("K-100", "30.00")]


def test_a_link_counts_more_than_words() -> None:
    linked = claim("2026-01-07", "100.00", links="^A-7")
    money = paid("2026-02-01", "100.00", narration="Invoice 2026-001", links="^A-7")
    assert left(ONE + linked + money)[0] == [("2026-001", "100.00")]


def test_what_is_paid_with_its_number_on_the_day_itself_is_left_to_the_new_books() -> None:
    linked = claim("2026-01-07", "100.00", links="^A-7")
    assert left(linked + paid("2026-12-31", "100.00", links="^A-7")) == ([("A-7", "100.00")], [])
    assert left(linked + paid("2026-12-30", "100.00", links="^A-7")) == ([], [])
    assert left(linked + paid("2026-12-31", "100.00")) == ([], [])


def test_numbers_are_given_once() -> None:
    same = claim("2026-01-08", "10.00") + claim("2026-01-08", "20.00") + claim("2026-01-08", "30.00")
    assert left(same)[0] == [
        ("OPEN-2026-01-08", "10.00"),
        ("OPEN-2026-01-08-2", "20.00"),
        ("OPEN-2026-01-08-3", "30.00"),
    ]
    assert left(ONE, used={"2026-001"})[0] == [("OPEN-2026-01-05", "100.00")]


def test_currencies_and_accounts_stand_apart() -> None:
    dollars = claim("2026-01-05", "70.00").replace("EUR", "USD")
    items, over = open_items(entries_of(ONE + dollars + paid("2026-02-01", "30.00")), {CLIENTS}, DAY, set())
    assert [(item.currency, str(item.amount)) for item in items] == [("EUR", "70.00"), ("USD", "70.00")]
    assert over == []


def test_of_pending_tax_the_open_part_waits() -> None:
    """A third of 120.00 is open, so of 20.00 of tax 6.67, on a base of 33.33 of 100.00."""
    taxed = f"""2026-01-05 * "Acme" "Invoice 2026-001"
  {CLIENTS}  120.00 EUR
  Income:Work  -100.00 EUR
  Liabilities:Waiting  -20.00 EUR
"""
    entries = entries_of(taxed + paid("2026-02-01", "80.00"))
    ((item,), _over) = open_items(entries, {CLIENTS}, DAY, set(), "Liabilities:Waiting")
    (tax,) = item.taxes
    assert (str(item.amount), str(tax.amount)) == ("40.00", "6.67")
    assert {str(round(base, 2)) for base in tax.bases} == {"33.33"}


def test_accounts_that_are_open_on_a_day_by_name() -> None:
    more = "2025-02-01 open Assets:Aaa EUR,USD\n2026-03-31 close Assets:Aaa\n2025-03-01 open Assets:Bbb\n"
    entries = entries_of(more)
    found = open_accounts(entries, date(2026, 3, 30))
    assert list(found) == ["Assets:Aaa", "Assets:Bank", "Assets:Bbb", CLIENTS, "Income:Work", "Liabilities:Waiting"]
    assert found["Assets:Aaa"].currencies == ("EUR", "USD")
    assert "Assets:Aaa" not in open_accounts(entries, date(2026, 3, 31))


def test_which_accounts_are_customers() -> None:
    more = (
        "2025-01-01 open Assets:Clients:Acme\n2025-01-01 open Assets:Clients:Kiefer\n2025-01-01 open Assets:Savings\n"
    )
    entries = entries_of(more + claim("2026-01-05", "10.00").replace(CLIENTS, "Assets:Clients:Acme"))

    def found(known: set[str], day: date = DAY) -> list[str]:
        return [one.name for one in customer_accounts(entries, open_accounts(entries, day), known, "Assets", day)]

    assert found(set()) == ["Assets:Clients:Acme", "Assets:Clients:Kiefer"]
    assert found({"Assets:Clients:Acme"}) == ["Assets:Clients:Kiefer"]


def test_an_account_of_all_customers_counts_once_it_has_claims_of_several() -> None:
    def found(text: str) -> list[tuple[str, bool]]:
        entries = entries_of(text)
        accounts = customer_accounts(entries, open_accounts(entries, DAY), (), "Assets", DAY)
        return [(one.name, one.pooled) for one in accounts]

    assert found("") == []
    assert found(ONE) == [(CLIENTS, False)]
    assert found(ONE + claim("2026-01-09", "10.00", payee="Kiefer")) == [(CLIENTS, True)]
    assert found(paid("2026-01-09", "10.00")) == []


def test_sums_and_words_about_an_account() -> None:
    entries = entries_of(ONE + TWO + paid("2026-02-01", "50.00") + claim("2026-01-05", "7.00").replace("EUR", "USD"))
    assert {currency: str(amount) for currency, amount in balance(entries, CLIENTS, DAY).items()} == {
        "EUR": "250.00",
        "USD": "7.00",
    }
    assert balance(entries, CLIENTS, date(2026, 1, 4)) == {}
    assert payees(entries, CLIENTS) == {"Acme": 4}
    assert [later_transactions_text(entries, CLIENTS, date(2026, *day)) for day in ((1, 5), (1, 6), (2, 1))] == [
        "2 transactions", "1 transaction", "",
    ]  # fmt: skip
    assert count_with_invoice_key(entries_of(ONE.replace("\n", '\n  invoice: "F1"\n', 1) + TWO)) == 1
    assert [readable_name(part) for part in ("BirchAndSons", "Birch-And", "ACME", "A2Z")] == [
        "Birch And Sons", "Birch And", "ACME", "A2 Z",
    ]  # fmt: skip
