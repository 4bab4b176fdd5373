"""Payments, money on account, its allocation, refunds and returns in any order, beside a model of four figures."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bank.payments import ACCOUNTS
from tests.cli.test_pay import open_of, paid
from tests.ledgers import PRELUDE

LEDGER = """
plugin "beancount_invoicing"
2026-01-05 * "Kiefer GmbH" "Advice" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Kiefer  120.00 EUR
  Income:Services         -100.00 EUR
    tax: "PAY"
  Liabilities:VAT:Pending  -20.00 EUR
    tax: "PAY"
"""
CENTS = st.integers(min_value=1, max_value=9000).map(lambda cents: Decimal(cents) / 100)
STEPS = st.lists(st.tuples(st.sampled_from(["pay", "return", "keep", "allocate", "refund"]), CENTS), max_size=4)


def balance(ledger: Path, account: str) -> Decimal:
    entries, _errors, _options = loader.load_file(str(ledger))
    total = Decimal(0)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            if posting.account == account and posting.units is not None and isinstance(posting.units.number, Decimal):
                total += posting.units.number
    return total


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(STEPS)
def test_any_order_of_payments_leaves_what_four_figures_say(steps: list[tuple[str, Decimal]]) -> None:
    is_open, on_account, bank = Decimal(120), Decimal(0), Decimal(0)
    payments: list[Decimal] = []
    day = date(2026, 2, 1)
    common = ("--account", "Assets:Bank")
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "main.beancount"
        ledger.write_text(PRELUDE + ACCOUNTS + LEDGER, encoding="utf-8")
        for kind, amount in steps:
            day += timedelta(days=1)
            when = ("--date", day.isoformat())
            if kind == "pay" and amount <= is_open:
                paid(ledger, "F2026-0001", "--amount", str(amount), *common, *when)
                is_open, bank = is_open - amount, bank + amount
                payments.append(amount)
            elif kind == "return" and payments:
                paid(ledger, "--return", "F2026-0001", *common, *when)
                is_open, bank = is_open + payments[-1], bank - payments.pop()
            elif kind == "keep":
                paid(ledger, "--on-account", "Kiefer", "--amount", str(amount), *common, *when)
                on_account, bank = on_account + amount, bank + amount
            elif kind == "allocate" and amount <= min(is_open, on_account):
                paid(ledger, "--allocate", "F2026-0001", "--amount", str(amount), *when)
                is_open, on_account = is_open - amount, on_account - amount
                payments.clear()  # the latest payment is another one now
            elif kind == "refund" and amount <= on_account:
                paid(ledger, "--refund", "--on-account", "Kiefer", "--amount", str(amount), *common, *when)
                on_account, bank = on_account - amount, bank - amount
        moved = (Decimal(20) * (120 - is_open) / 120).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert Decimal(open_of(ledger, "F2026-0001")) == is_open
        assert balance(ledger, "Assets:Receivable:Kiefer") == is_open - on_account
        assert balance(ledger, "Assets:Bank") == bank
        assert balance(ledger, "Liabilities:VAT:Pending") == moved - 20
        assert balance(ledger, "Liabilities:VAT") == -moved
