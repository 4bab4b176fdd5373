"""Which account of the ledger a statement, a payment, a fee or an exchange difference belongs to; or why nobody can tell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.bank.accounts import UnknownBankAccount, account_of
from beancount_invoicing.bank.exchange_accounts import exchange_account
from beancount_invoicing.bank.payment_accounts import bank_account, discount_account, fee_account
from beancount_invoicing.bank.payments import CannotBook
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.model import Source
from tests.ledgers import sound_book

DAY = date(2026, 2, 1)
IBAN = "FR7630006000011234567890189"
NAMED = f"""
2025-01-01 custom "invoice-bank" Assets:Bank
  iban: "{IBAN}"
"""
SELLERS = f"""
2025-02-01 custom "invoice-seller" "Atelier Test"
  iban: "{IBAN}"
"""
OPTION = '2025-01-01 custom "invoice-option" "bank-accounts" "Assets:Bank"\n'


def account(ledger: str, named: str = "", *, iban: str = IBAN, account_name: str = "", currency: str = "EUR") -> str:
    """The account of a statement."""
    statement = Statement(Source("statement.xml", 1), currency, (), iban=iban, account_name=account_name)
    return account_of(sound_book(ledger), statement, DAY, named)


def test_a_statement_belongs_to_the_account_with_its_iban() -> None:
    assert account(NAMED) == "Assets:Bank"
    assert account("", "Assets:Cash") == "Assets:Cash"
    german = NAMED.replace(IBAN, "DE76508800500194774600")
    assert account(german, iban="", account_name="50880050/194774600") == "Assets:Bank"
    with pytest.raises(UnknownBankAccount, match=r"^no account of the ledger is known for 50880050/194774601: give"):
        account(german, iban="", account_name="50880050/194774601")


def test_the_seller_s_iban_is_the_only_bank_account_or_the_one_that_is_named() -> None:
    assert account(SELLERS + OPTION) == "Assets:Bank"
    assert account(SELLERS + OPTION, "Assets:Cash") == "Assets:Cash"
    with pytest.raises(UnknownBankAccount, match=rf"^no account of the ledger is known for {IBAN}: give --account"):
        account(SELLERS)


def test_a_statement_that_two_answers_claim_is_refused_with_both() -> None:
    with pytest.raises(
        UnknownBankAccount, match=rf"^{IBAN} is Assets:Bank by its IBAN, but --account says Assets:Cash: leave"
    ):
        account(NAMED, "Assets:Cash")


def test_a_table_without_any_account_is_told_apart_by_the_option() -> None:
    with pytest.raises(
        UnknownBankAccount, match=r"statement.xml does not say whose account it is: .* --account Assets:Bank$"
    ):
        account("", iban="")


def test_a_statement_nobody_knows_says_what_to_write() -> None:
    with pytest.raises(
        UnknownBankAccount, match=rf'or write 2026-02-01 custom "invoice-bank" Assets:Bank with iban: "{IBAN}"$'
    ):
        account("")


def test_a_statement_s_account_is_open_in_its_currency() -> None:
    with pytest.raises(
        UnknownBankAccount, match=r"^there is no account Assets:Bnk: did you mean Assets:Bank\? If not, "
    ):
        account("", "Assets:Bnk")
    francs = "2025-01-01 open Assets:Francs CHF\n"
    with pytest.raises(
        UnknownBankAccount,
        match=rf"^the statement of {IBAN} is in EUR, but Assets:Francs is open for CHF: give another account",
    ):
        account(francs, "Assets:Francs")
    assert account(francs, "Assets:Francs", currency="CHF") == "Assets:Francs"


def test_a_payment_s_bank_is_the_only_one_that_the_ledger_names() -> None:
    assert bank_account(sound_book(NAMED), DAY) == ("Assets:Bank", "the only account that invoice-bank names")
    assert bank_account(sound_book(OPTION), DAY) == ("Assets:Bank", "the option bank-accounts")
    with pytest.raises(
        CannotBook, match=r"^there is no account Equity:Xyzzy12345: write 2026-02-01 open Equity:Xyzzy12345 "
    ):
        bank_account(sound_book(""), DAY, "Equity:Xyzzy12345")


def test_fees_and_discounts_go_where_the_ledger_says_or_not_at_all() -> None:
    assert fee_account(sound_book(""), DAY, "Expenses:Office") == ("Expenses:Office", "as given")
    option = '2025-01-01 custom "invoice-option" "fee-account" Expenses:Office\n'
    assert fee_account(sound_book(option), DAY) == ("Expenses:Office", "the option fee-account")
    with pytest.raises(CannotBook, match=r"^the account of the bank's fees is not known: write 2026-01-01 custom"):
        fee_account(sound_book(""), DAY)
    with pytest.raises(CannotBook, match=r"^the account of cash discounts is not known: write 2026-01-01 custom"):
        discount_account(sound_book(""), DAY)


def test_an_exchange_difference_goes_to_the_account_of_its_kind_or_is_refused() -> None:
    with pytest.raises(
        CannotBook,
        match=r'^12\.50 of exchange difference needs an account: write custom "invoice-option" "exchange-account"',
    ):
        exchange_account(sound_book(""), DAY, Decimal("-12.50"))
    gains = "2025-01-01 open Income:Exchange\n"
    losses = "2025-01-01 open Expenses:Exchange\n"
    assert exchange_account(sound_book(gains + losses), DAY, Decimal("12.50")) == "Expenses:Exchange"
    assert exchange_account(sound_book(gains + losses), DAY, Decimal("-12.50")) == "Income:Exchange"
    assert exchange_account(sound_book(gains), DAY, Decimal("12.50")) == "Income:Exchange"
