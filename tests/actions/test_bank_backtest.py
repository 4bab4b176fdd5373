"""Past payments matched anew: with what was known on their day, and nothing that came later."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.actions.bank_backtest import rematched_payments, tiers_not_booked
from beancount_invoicing.bank.backtest import Bound, TierFigures, tier_figures, tiers_below
from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.cli import main
from beancount_invoicing.loading import loader
from beancount_invoicing.model import Source

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 open Assets:Bank
2026-01-01 open Expenses:Fees
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
  payer-iban: "FR76 3000 6000 0112 3456 7890 189"
2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
  Income:Work
2026-01-11 * "Acme" "Work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:Acme  250.00 EUR
  Income:Work
2026-02-03 * "Acme" "F2026-0001" ^F2026-0001
  Assets:Bank            40.00 EUR
  Assets:Clients:Acme
2026-02-03 * "Acme" "rest, F2026-0001" ^F2026-0001
  Assets:Bank            58.00 EUR
  Expenses:Fees           2.00 EUR
  Assets:Clients:Acme
2026-02-04 * "Acme" "F2026-0003" ^F2026-0002
  bank-id: "x~1"
  Assets:Bank            250.00 EUR
  Assets:Clients:Acme
2026-02-05 * "Acme" "Work" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Clients:Acme  250.00 EUR
  Income:Work
2026-02-06 * "Acme" "F2026-0003" ^F2026-0002
  Assets:Bank           -250.00 EUR
  Assets:Clients:Acme
2026-02-09 * "Acme" "F2026-0003" ^F2026-0002
  Assets:Bank            250.00 EUR
  Assets:Clients:Acme
2026-02-10 * "Acme" "on account"
  Assets:Bank            9.00 EUR
  Assets:Clients:Acme
plugin "beancount_invoicing"
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def test_each_is_matched_with_what_was_known_on_its_day(ledger: Path) -> None:
    found = rematched_payments(loader.load(str(ledger)))
    assert [(one.past.line.date.day, one.proposal.action, one.proposal.tier, one.is_right) for one in found] == [
        (3, "book", "B", True),
        (3, "book", "B", True),  # with its fee, and after the part that came before it
        (4, "propose", "D", True),  # F2026-0003 was not there yet: the name is all that tells
        (6, "propose", "", False),
        (9, "book", "B", False),  # the bookkeeper says something else than the payer
    ]
    assert tier_figures(found) == (
        TierFigures("B", 3, 2, 0, 0),
        TierFigures("D", 0, 0, 1, 1),
        TierFigures("", 0, 0, 1, 0),
    )


def test_only_the_payments_of_a_period_are_tested(ledger: Path) -> None:
    found = rematched_payments(loader.load(str(ledger)), date(2026, 2, 4), date(2026, 2, 6))
    assert [one.past.line.date.day for one in found] == [4, 6]


def test_a_statement_says_more_than_the_ledger(ledger: Path) -> None:
    line = StatementLine(
        "x~1", date(2026, 2, 4), Decimal("250.00"), "EUR", Source("s", 1), payer_iban="FR7630006000011234567890189"
    )
    statement = Statement(Source("s", 1), "EUR", (line,))
    found = rematched_payments(loader.load(str(ledger)), statements=[("Assets:Bank", statement)])
    assert (found[2].proposal.action, found[2].proposal.tier, found[2].is_right) == ("book", "C", True)


def test_what_is_wrong_is_named_with_its_line_and_what_is_right(ledger: Path) -> None:
    result = CliRunner().invoke(main, ["-f", str(ledger), "bank", "backtest"])
    line = LEDGER[: LEDGER.index("2026-02-09")].count("\n") + 1
    assert (
        f"main.beancount:{line}: 250.00 EUR, tier B, would be booked for F2026-0003 250.00; right is F2026-0002 250.00"
        in (result.stdout)
    )
    assert "40.0 % of the payments would be booked rightly, without asking." in result.stdout
    answer = json.loads(CliRunner().invoke(main, ["-f", str(ledger), "bank", "backtest", "--format", "json"]).stdout)
    assert answer["tiers"][0]["precision"] == "66.6"
    assert answer["wrong"][0]["right"] == [{"number": "F2026-0002", "amount": "250.00"}]
    assert CliRunner().invoke(main, ["-f", str(ledger), "bank", "backtest", "--since", "2027-01-01"]).stdout == (
        "No past payment says what it settles: there is nothing to compare with.\n"
    )


def test_a_tier_below_the_bound_is_not_booked_and_it_is_said(ledger: Path) -> None:
    assert tiers_not_booked(loader.load(str(ledger)), date(2026, 3, 1)) == {}
    bound = '2026-01-01 custom "invoice-option" "bank-precision" 90\n'
    ledger.write_text(LEDGER + bound + '2026-01-01 custom "invoice-option" "bank-past-payments" 3\n', encoding="utf-8")
    below = tiers_not_booked(loader.load(str(ledger)), date(2026, 3, 1))
    assert below["B"] == "tier B: 2 of 3 past payments are right, 66.6 %; your bound is 90 % (option bank-precision)"
    assert (
        below["C"]
        == "tier C: there are only 0 past payments to judge it by, your bound is 3 (option bank-past-payments)"
    )
    table = ledger.with_name("bank.csv")
    table.write_text("Date;Montant;Libellé\n2026-03-02;250,00;F2026-0003\n", encoding="utf-8")
    columns = 'columns: "date = Date; amount = Montant; text = Libellé"'
    described = f'2026-01-01 custom "invoice-bank" Assets:Bank\n  {columns}\n  currency: "EUR"\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + described, encoding="utf-8")
    result = CliRunner().invoke(main, ["-f", str(ledger), "bank", "import", str(table), "--format", "json"])
    (line,) = json.loads(result.stdout)
    assert (line["action"], line["tier"]) == ("propose", "B")
    assert below["B"] in line["against"], "beside the entry of the same amount that is tied to no line"


def test_a_tier_as_good_as_the_bound_is_booked() -> None:
    figures = [TierFigures("A", 10, 10, 0, 0), TierFigures("B", 1000, 995, 0, 0), TierFigures("C", 1000, 994, 0, 0)]
    assert list(tiers_below(figures, Bound(Decimal("99.5"), 10))) == ["C"]
