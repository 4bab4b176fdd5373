"""A claim that another customer takes over, as the commands tell it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

NEW = """
2025-01-01 custom "invoice-option" "late-interest" "12"
2025-01-01 custom "invoice-option" "claim-account" Income:Services
2025-01-01 open Assets:Receivable:Loire
  customer: "Groupe Loire SA"
  address: "2 quai Sud"
  city: "Nantes"
  country: "FR"
  siren: "303656847"
2025-01-01 open Assets:Receivable:Loire:Doubtful
2026-01-05 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  360.00 EUR
  Income:Services  -300.00 EUR
    item: "DEV"
    quantity: 3
    price: 100.00
  Liabilities:VAT  -60.00 EUR
    tax: "FR20"
"""
MERGED = """2026-03-01 * "Acme is merged into Groupe Loire" ^F2026-0001
  Assets:Receivable:Loire   {amount} EUR
  Assets:Receivable:Acme   -{amount} EUR
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An invoice that was taken over."""
    return written(tmp_path, MERGED.format(amount="360.00"))


def written(folder: Path, more: str) -> Path:
    file = folder / "main.beancount"
    file.write_text(f'{PRELUDE}{NEW}{more}\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str) -> str:
    """What `bean-invoice` prints."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def asked(ledger: Path, *arguments: str) -> Any:
    """The JSON that `bean-invoice` prints."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_list_and_show_tell_who_owes_it_and_since_when(ledger: Path) -> None:
    day = ("--as-of", "2026-03-01")
    (row,) = asked(ledger, "list", *day)
    assert (row["customer"], row["owed_by"]) == ("Acme SAS", ["Groupe Loire SA"])
    assert (
        asked(ledger, "list", "--customer", "loire", *day) == asked(ledger, "list", "--customer", "acme", *day) == [row]
    )
    assert asked(ledger, "list", "--customer", "loire", "--as-of", "2026-02-28") == []
    shown = asked(ledger, "show", "F2026-0001", *day)
    assert {key: shown["taken_over"][0][key] for key in ("date", "by", "from", "amount")} == {
        "date": "2026-03-01",
        "by": "Groupe Loire SA",
        "from": "Acme SAS",
        "amount": "360.00",
    }
    assert "Acme SAS; owed by Groupe Loire SA" in run(ledger, "show", "F2026-0001", *day)


def test_the_credit_note_is_made_out_to_who_owes_it_and_settles_it(ledger: Path) -> None:
    run(ledger, "credit", "F2026-0001", "--lines", "1x1", "--date", "2026-03-10", "--write")
    assert '"Groupe Loire SA"' in ledger.read_text(encoding="utf-8").split("plugin")[0].split("2026-03-10")[1]
    rows = {row["number"]: row["open"] for row in asked(ledger, "list", "--as-of", "2026-03-31")}
    assert rows == {"F2026-0001": "240.00", "A2026-0001": "0.00"}
    assert "0 errors, 0 warnings" in run(ledger, "check", "--strict")


def test_a_paid_invoice_that_went_along_is_credited_to_the_new_customer(tmp_path: Path) -> None:
    paid = '2026-02-01 * "Acme" "paid" ^F2026-0001\n  Assets:Bank  360.00 EUR\n  Assets:Receivable:Acme  -360.00 EUR\n'
    ledger = written(tmp_path, paid + MERGED.format(amount="0.00"))
    assert "Assets:Receivable:Loire -360.00" in " ".join(
        run(ledger, "credit", "F2026-0001", "--date", "2026-03-10").split()
    )
    assert asked(ledger, "receipt", "F2026-0001", "--as-of", "2026-03-10")[0]["customer"] == "Groupe Loire SA"


def test_each_is_charged_interest_on_its_share_and_no_day_twice(tmp_path: Path) -> None:
    ledger = written(tmp_path, MERGED.format(amount="120.00"))
    run(ledger, "interest", "F2026-0001", "--as-of", "2026-03-31", "--book", "--date", "2026-03-31", "--write")
    claims = [row for row in asked(ledger, "list", "--as-of", "2026-03-31") if row["kind"] == "claim"]
    assert [(row["customer"], row["total"]) for row in claims] == [("Groupe Loire SA", "42.17"), ("Acme SAS", "4.34")]
    assert "0 errors, 0 warnings" in run(ledger, "check", "--strict")
    assert "nothing more" in run(ledger, "interest", "F2026-0001", "--as-of", "2026-03-31")


def test_a_letter_that_waits_for_the_old_customer_is_objected_to(ledger: Path) -> None:
    waits = '2026-02-20 note Assets:Receivable:Acme "by hand" ^F2026-0001\n  event: "prepared"\n  sends: "reminder"\n'
    waits += '  level: 1\n  channel: "post"\n  message-id: "<one@example>"\n'
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("plugin", waits + "\nplugin"), encoding="utf-8")
    assert "Groupe Loire SA has taken it over" in run(ledger, "today", "--as-of", "2026-03-05")


def test_the_letters_of_both_statements_say_it(ledger: Path) -> None:
    for name in ("Acme", "Loire"):
        run(ledger, "statement", name, "--as-of", "2026-03-31", "-o", str(ledger.parent), "--to", "text")
    texts = [file.read_text(encoding="utf-8") for file in sorted(ledger.parent.glob("*-statement.txt"))]
    assert ["Repris par Groupe Loire SA" in texts[0], "Repris de Acme SAS" in texts[1]] == [True, True]
    assert all("F2026-0001" in text for text in texts)
