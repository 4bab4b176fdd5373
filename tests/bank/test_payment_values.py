"""What money in one currency is worth that settles claims in another one: from the ledger's price, else from what is settled."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.bank.customer_accounts import CustomerAccounts
from beancount_invoicing.bank.payment_entries import payment_entry
from beancount_invoicing.bank.payments import CannotBook, SettledDocument
from beancount_invoicing.writing.payment_text import payment_transaction
from tests.bank.payments import moved, read, words

LEDGER = """
2026-01-05 * "Acme SAS" "In euros" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  100.00 EUR
  Income:Services
2026-01-06 * "Acme SAS" "In dollars, without a price" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  500.00 USD
  Income:Services
2026-01-07 * "Acme SAS" "In dollars, at a price" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Acme  1000.00 USD @ 0.92 EUR
  Income:Services        -920.00 EUR
"""


def lines(amount: str, currency: str, number: str, settles: str, *, more: str = "", fee: str = "0") -> list[str]:
    """The postings of a payment."""
    accounts = CustomerAccounts(read(LEDGER + more))
    entry = payment_entry(
        accounts, moved("2026-02-01", amount, currency, fee=fee), [SettledDocument(number, Decimal(settles))]
    )
    return words(payment_transaction(entry))[1:]


def test_dollars_for_a_claim_in_euros_have_the_ledger_s_price_of_their_day() -> None:
    dollars = lines("110.00", "USD", "F2026-0001", "100.00", more="2026-01-31 price USD 0.90 EUR\n")
    assert dollars == [
        "Assets:Bank 110.00 USD @ 0.9 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
        "Expenses:Exchange 1.00 EUR",
    ]
    turned = lines("110.00", "USD", "F2026-0001", "100.00", more="2026-01-31 price EUR 1.25 USD\n")
    assert turned == [
        "Assets:Bank 110.00 USD @ 0.8 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
        "Expenses:Exchange 12.00 EUR",
    ]


def test_dollars_without_a_price_are_worth_what_they_settle() -> None:
    assert lines("110.00", "USD", "F2026-0001", "100.00") == [
        "Assets:Bank 110.00 USD @@ 100.00 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
    ]
    assert lines("99.00", "USD", "F2026-0001", "100.00", fee="11.00") == [
        "Assets:Bank 99.00 USD @@ 90.00 EUR",
        "Expenses:BankFees 11.00 USD @@ 10.00 EUR",
        "Assets:Receivable:Acme -100.00 EUR",
    ]


def test_a_claim_without_a_price_is_worth_what_came_for_it() -> None:
    assert lines("460.00", "EUR", "F2026-0002", "500.00") == [
        "Assets:Bank 460.00 EUR",
        "Assets:Receivable:Acme -500.00 USD @@ 460.00 EUR",
    ]


def test_a_third_currency_needs_a_price() -> None:
    with pytest.raises(
        CannotBook,
        match=r"^the value of CHF in EUR on 2026-02-01 is not known: write 2026-02-01 price CHF … EUR into the ledger$",
    ):
        lines("900.00", "CHF", "F2026-0003", "1000.00")
    assert lines("900.00", "CHF", "F2026-0003", "1000.00", more="2026-01-31 price CHF 1.05 EUR\n") == [
        "Assets:Bank 900.00 CHF @ 1.05 EUR",
        "Assets:Receivable:Acme -1000.00 USD @ 0.92 EUR",
        "Income:Exchange -25.00 EUR",
    ]


def test_claims_with_and_without_a_price_are_paid_apart() -> None:
    both = [SettledDocument("F2026-0002", Decimal("500.00")), SettledDocument("F2026-0003", Decimal("1000.00"))]
    with pytest.raises(
        CannotBook,
        match=r"^the documents were booked in different currencies \(without a price, EUR\): book one payment for",
    ):
        payment_entry(CustomerAccounts(read(LEDGER)), moved("2026-02-01", "1500.00", "USD"), both)


NAMED = '2025-01-01 custom "invoice-option" "exchange-account" "Expenses:Exchange Income:Exchange"\n'
PRICES = "2026-01-31 price USD 0.90 EUR\n"


@pytest.mark.parametrize("option", [True, False], ids=["exchange account", "none"])
@pytest.mark.parametrize("prices", ["", PRICES], ids=["no price", "a price"])
@pytest.mark.parametrize("fee", ["0", "5.00"])
@pytest.mark.parametrize(
    ("amount", "currency", "number", "settles"),
    [
        ("100.00", "EUR", "F2026-0001", "100.00"),
        ("110.00", "USD", "F2026-0001", "100.00"),
        ("500.00", "USD", "F2026-0002", "500.00"),
        ("455.00", "EUR", "F2026-0002", "500.00"),
        ("1000.00", "USD", "F2026-0003", "1000.00"),
        ("920.00", "EUR", "F2026-0003", "1000.00"),
        ("450.00", "EUR", "F2026-0003", "500.00"),
    ],
)
def test_what_a_payment_is_worth_is_known_before_it_is_written_as_it_is_read_after(
    amount: str, currency: str, number: str, settles: str, fee: str, prices: str, option: bool
) -> None:
    ledger = LEDGER + prices + ("" if option else NAMED.replace('"Expenses:Exchange Income:Exchange"', '""'))
    accounts = CustomerAccounts(read(ledger))
    money = moved("2026-02-01", str(Decimal(amount) - Decimal(fee)), currency, fee=fee)
    entry = payment_entry(accounts, money, [SettledDocument(number, Decimal(settles))])
    before = [payment.exchange_rate for payment in entry.payments]
    after = [payment.exchange_rate for payment in read(ledger + "\n" + payment_transaction(entry) + "\n").payments]
    assert len(before) == len(after) == 1
    for said, found in zip(before, after, strict=True):
        assert (said is None) is (found is None), (said, found)
        if said is not None and found is not None:
            assert (said.currency, said.by_price, said.without_fee) == (
                found.currency,
                found.by_price,
                found.without_fee,
            )
            assert (said.by_money is None) is (found.by_money is None)
            assert said.by_money is None or found.by_money is None or round(said.by_money - found.by_money, 9) == 0


def test_tax_on_an_advance_is_one_that_is_due_on_payment() -> None:
    accounts = CustomerAccounts(read(LEDGER))
    with pytest.raises(CannotBook, match=r"^FR20 is not a tax code that is due on payment: those are PAY, PAY10$"):
        payment_entry(
            accounts, moved("2026-02-01", "60.00"), [], on_account_of="Assets:Receivable:Acme", advance_tax="FR20"
        )
