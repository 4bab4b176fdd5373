"""Which transactions of the past tell what a payment was for, and what the bank had shown of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_backtest import past_payments
from beancount_invoicing.bank.backtest import PastPayment
from beancount_invoicing.loading.loader import load

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 custom "invoice-bank" Assets:Bank
2026-01-01 custom "invoice-bank" Assets:Card
2026-01-01 custom "invoice-option" "fee-account" Expenses:Fees
2026-01-01 open Assets:Bank
2026-01-01 open Assets:Card
2026-01-01 open Assets:Cash
2026-01-01 open Expenses:Fees
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme  100.00 EUR
  Income:Work
"""


def told(folder: Path, text: str) -> list[PastPayment]:
    file = folder / "main.beancount"
    file.write_text(LEDGER + text + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    loading = load(str(file))
    assert loading.errors == ()
    return list(past_payments(loading))


def test_a_payment_tells_its_documents_and_its_fee(tmp_path: Path) -> None:
    paid = """2026-02-03 * "ACME" "F2026-0001" ^F2026-0001
  bank-id: "x~1"
  Assets:Bank            98.00 EUR
  Expenses:Fees           2.00 EUR
  Assets:Clients:Acme  -100.00 EUR
"""
    (payment,) = told(tmp_path, paid)
    assert payment.settled == {"F2026-0001": Decimal("100.00")}
    line = payment.line
    assert (line.bank_id, line.amount, line.fee, line.payer) == ("x~1", Decimal("98.00"), Decimal("2.00"), "ACME")


@pytest.mark.parametrize(
    "paid",
    [
        # two movements of the bank, or none
        "  Assets:Bank  60.00 EUR\n  Assets:Card  40.00 EUR\n  Assets:Clients:Acme  -100.00 EUR\n",
        "  Assets:Cash  100.00 EUR\n  Assets:Clients:Acme  -100.00 EUR\n",
    ],
)
def test_what_is_not_a_single_movement_on_a_bank_account_tells_nothing(tmp_path: Path, paid: str) -> None:
    assert told(tmp_path, f'2026-02-03 * "Acme" "paid" ^F2026-0001\n{paid}') == []


def test_what_was_paid_at_once_was_never_to_be_found(tmp_path: Path) -> None:
    at_once = """2026-02-03 * "Acme" "Sold" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Bank           30.00 EUR
  Income:Work          -30.00 EUR
"""
    assert told(tmp_path, at_once) == []


def test_what_was_given_to_a_document_only_later_was_not_known_on_its_day(tmp_path: Path) -> None:
    on_account = '2026-02-03 * "Acme" "on account"\n  Assets:Bank  100.00 EUR\n  Assets:Clients:Acme  -100.00 EUR\n'
    later = """2026-02-20 * "Acme" "for F2026-0001" ^F2026-0001
  Assets:Clients:Acme  -100.00 EUR
    settles: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
"""
    assert told(tmp_path, on_account) == []
    assert told(tmp_path, on_account + later) == []
