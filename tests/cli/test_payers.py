"""One invoice for contracts of several customers of one firm, as others consolidate those of parent accounts.

https://docs.zuora.com/en/zuora-billing/manage-accounts-subscriptions-and-non-subscriptions/manage-subscription-transactions/orders/order-actions-tutorials/owners-of-subscriptions-changes/create-consolidated-invoices-for-parent-accounts/create-a-bill-run-for-the-parent-account
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

FIRM = """
2025-01-01 open Assets:Receivable:Brest
  customer: "Acme SAS, Brest"
  address: "3 quai du Port"
  city: "Brest"
  country: "FR"
  siret: "12345678200010"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HEAD" "subscription"
  text: "Care"
  account: Income:Services
  tax: "FR20"
  price: 100.00
  every: "month"
2026-01-01 custom "invoice-contract" Assets:Receivable:Brest "BREST" "subscription"
  item: "DEV"
  price: 60.00
  every: "month"
  payer: Assets:Receivable:Acme
2026-03-01 custom "invoice-contract" Assets:Receivable:Brest "BREST"
  payer: Assets:Receivable:Brest

plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A firm that pays for an establishment until the end of February."""
    path = tmp_path / "main.beancount"
    path.write_text(PRELUDE + FIRM, encoding="utf-8")
    return path


def run(ledger: Path, *arguments: str) -> str:
    """What a command prints; it succeeds."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == 0, result.output
    return str(result.output)


def test_contracts_of_one_payer_make_one_invoice(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    shown = json.loads(run(ledger, "show", "F2026-0001", "--as-of", "2026-01-31", "--format", "json"))
    assert (shown["customer"], shown["total"]) == ("Acme SAS", "192.00")
    assert [(line["text"], line["net"]) for line in shown["lines"]] == [
        ("Développement – Acme SAS, Brest", "60.00"),
        ("Care", "100.00"),
    ]
    assert "Nothing to do" in run(ledger, "bill", "--until", "2026-01-31")


def test_from_the_day_on_which_it_pays_itself_it_is_invoiced_itself(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-03-31", "--write")
    listed = json.loads(run(ledger, "list", "--as-of", "2026-03-31", "--format", "json"))
    assert {(one["customer"], one["net"]) for one in listed} == {("Acme SAS", "420.00"), ("Acme SAS, Brest", "60.00")}


def test_a_contract_is_found_by_who_pays_and_by_whose_it_is(ledger: Path) -> None:
    for name, codes in (("Brest", {"BREST"}), ("Assets:Receivable:Acme", {"BREST", "HEAD"})):
        found = json.loads(run(ledger, "bill", "--until", "2026-01-31", "--customer", name, "--format", "json"))
        assert {line["contract"] for one in found for line in one["lines"]} == codes


def test_an_amendment_keeps_whose_it_is(ledger: Path) -> None:
    run(ledger, "contract", "change", "BREST", "--price", "70.00", "--date", "2026-02-01", "--write")
    assert '2026-02-01 custom "invoice-contract" Assets:Receivable:Brest "BREST"' in ledger.read_text(encoding="utf-8")
