"""Taxes at the command line: what is charged and what is withheld, and codes that consist of parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

WITHHELD = """
2026-01-01 open Assets:Withheld
2026-01-01 custom "invoice-tax" "IRPF" "Withholding 15 %" Assets:Withheld
  rate: 15
  withholding: TRUE
2026-01-10 * "Acme SAS" "Consulting" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme   1050.00 EUR
  Income:Services         -1000.00 EUR
    text: "Consulting"
    tax: "FR20"
  Liabilities:VAT          -200.00 EUR
    tax: "FR20"
  Assets:Withheld           150.00 EUR
    tax: "IRPF"
2026-01-11 * "Acme SAS" "Nothing withheld" ^N
  invoice: "N"
  Assets:Receivable:Acme   120.00 EUR
  Income:Services         -100.00 EUR
    text: "Consulting"
    tax: "FR20"
  Liabilities:VAT          -20.00 EUR
    tax: "FR20"
2026-02-10 * "Acme SAS" "A half given back" ^A2026-0001
  invoice: "A2026-0001"
  corrects: "F2026-0001"
  Assets:Receivable:Acme   -525.00 EUR
  Income:Services           500.00 EUR
    text: "Consulting"
    tax: "FR20"
  Liabilities:VAT           100.00 EUR
    tax: "FR20"
  Assets:Withheld           -75.00 EUR
    tax: "IRPF"
"""


def ledger_of(folder: Path, text: str) -> Path:
    """A ledger with the golden ledgers' prelude, in a folder of its own."""
    path = folder / "main.beancount"
    path.write_text(PRELUDE + text + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return path


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What a command prints; it ends with `code`."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def data(ledger: Path, *arguments: str) -> Any:
    """The JSON that a command prints."""
    return json.loads(run(ledger, *arguments, "--format", "json"))


@pytest.mark.parametrize(
    ("number", "figures"),
    [
        ("F2026-0001", ("1000.00", "200.00", "1200.00", "150.00", "0.00", "1050.00")),
        ("A2026-0001", ("-500.00", "-100.00", "-600.00", "-75.00", "0.00", "-525.00")),
    ],
)
def test_what_is_withheld_is_no_part_of_tax_and_total(tmp_path: Path, number: str, figures: tuple[str, ...]) -> None:
    ledger = ledger_of(tmp_path, WITHHELD)
    run(ledger, "check")
    shown = data(ledger, "show", number, "--as-of", "2026-03-01", "--explain")
    assert tuple(shown[name] for name in ("net", "tax", "total", "withheld", "prepaid", "payable")) == figures
    (listed,) = [one for one in data(ledger, "list", "--as-of", "2026-03-01") if one["number"] == number]
    assert listed.items() <= shown.items()
    ends = {one["figure"]: one["result"] for one in shown["explain"]}
    assert (ends["tax"], ends["total"], ends["payable"]) == (figures[1], figures[2], figures[5])
    kept, charged = sorted(shown["taxes"], key=lambda one: not one["withholding"])
    assert (kept["code"], kept["category"], kept["withholding"]) == ("IRPF", None, True)
    assert (charged["code"], charged["category"], charged["withholding"]) == ("FR20", "S", False)


def test_show_says_what_is_withheld_only_where_something_is(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, WITHHELD)
    shown = run(ledger, "show", "F2026-0001", "--as-of", "2026-01-31").replace("\u202f", " ")
    assert "  total          1 200.00 EUR\n  withheld         150.00 EUR\n" in shown
    assert "withheld" not in run(ledger, "show", "N", "--as-of", "2026-01-31")


# codes that consist of parts ------------------------------------------------------------------------------------------------

PARTS = """
2025-01-01 custom "invoice-option" "default-tax" "BOTH"
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-tax" "GST" "GST" Liabilities:GST
  rate: 5
  due-on: "payment"
  pending: Liabilities:GST:Pending
2025-01-01 custom "invoice-tax" "QST" "QST" Liabilities:QST
  rate: 7.5
2025-01-01 custom "invoice-tax" "BOTH" "GST and QST"
  parts: "GST QST"
  compound: TRUE
2026-03-01 custom "invoice-tax" "QST"
  rate: 9.5
2025-01-01 open Liabilities:GST
2025-01-01 open Liabilities:GST:Pending
2025-01-01 open Liabilities:QST
2025-01-01 custom "invoice-item" "HAT" "Hat" Income:Services
  price-with-tax: 9.99
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  text: "Care"
  account: Income:Services
  price: 1000.00
  every: "month"
"""


def test_bill_and_credit_write_each_part(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, PARTS)
    run(ledger, "bill", "--until", "2026-02-15", "--date", "2026-02-15", "--write")
    (bill,) = data(ledger, "list", "--as-of", "2026-02-15")
    shown = data(ledger, "show", bill["number"], "--as-of", "2026-02-15")
    assert [line["tax"] for line in shown["lines"]] == ["BOTH"]
    assert [(one["code"], one["rate"], one["base"], one["amount"]) for one in shown["taxes"]] == [
        ("GST", "5", "1000.00", "50.00"),
        ("QST", "7.5", "1050.00", "78.75"),
    ]
    run(ledger, "credit", bill["number"], "--date", "2026-04-01", "--write")  # at the rates of what it corrects
    note = data(ledger, "show", "A2026-0001", "--as-of", "2026-04-01")
    assert [(one["base"], one["amount"]) for one in note["taxes"]] == [("-1000.00", "-50.00"), ("-1050.00", "-78.75")]
    run(ledger, "check")


def test_prices_with_tax_contain_both(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, PARTS)
    written = run(ledger, "new", "Acme", "3 HAT", "1 Work @ 100 [GST]", "--account", "Income:Services",
                  "--date", "2026-03-02", "--write")  # fmt: skip
    assert "F2026-0001" in written
    (found,) = data(ledger, "list", "--as-of", "2026-03-02")
    assert (found["net"], found["tax"], found["total"]) == ("126.07", "8.90", "134.97")
    run(ledger, "check")


def test_a_deposit_and_its_deduction_have_both(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, PARTS)
    run(ledger, "deposit", "Acme", "200", "--text", "Advance", "--date", "2026-03-07", "--write")
    run(ledger, "new", "Acme", "1 Work @ 1000", "--deduct", "F2026-0001", "--account", "Income:Services",
        "--date", "2026-03-08", "--write")  # fmt: skip
    run(ledger, "check")
    final = data(ledger, "show", "F2026-0002", "--as-of", "2026-03-08")
    assert (final["total"], final["prepaid"], final["payable"]) == ("1149.75", "229.95", "919.80")


def test_a_part_that_is_due_on_payment(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, PARTS + """
2026-01-05 * "Acme SAS" "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  112.88 EUR
  Income:Services  -100.00 EUR
    text: "Work"
  Liabilities:GST:Pending  -5.00 EUR
    tax: "GST"
  Liabilities:QST  -7.88 EUR
    tax: "QST"
2026-02-05 * "Acme SAS" "A half" ^N1
  Assets:Bank  56.44 EUR
  Assets:Receivable:Acme  -56.44 EUR
""")  # fmt: skip
    due = data(ledger, "tax-due", "--as-of", "2026-02-28")
    assert [(one["code"], one["amount"]) for one in due["shares"]] == [("GST", "2.50")]


def test_the_page_shows_each_part_and_the_e_invoice_is_refused(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, PARTS)
    run(ledger, "new", "Acme", "1 Work @ 100", "--account", "Income:Services", "--date", "2026-02-02", "--write")
    run(ledger, "render", "F2026-0001", "--to", "pdf,text", "-o", str(tmp_path))
    (page,) = tmp_path.glob("*.txt")
    text = " ".join(page.read_text(encoding="utf-8").split())
    for part in (
        "5 % + 7,5 %",
        "GST : 5,00",
        "QST : 7,88",
        "Total TTC : 112,88",
        "GST 100,00 5 % 5,00",
        "QST 105,00 7,5 % 7,88",
    ):
        assert part in text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "12,875" not in text
    assert [file.suffix for file in tmp_path.glob("*.pdf")] == [".pdf"]
    refused = run(ledger, "einvoice", "F2026-0001", "--syntax", "cii", code=1)
    assert (
        "BOTH puts GST and QST on one line, but a line of EN 16931 has only one VAT rate: its PDF is the invoice"
        in refused
    )


def test_money_on_account_contains_the_part_that_is_due_on_payment(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, PARTS + """
2026-02-05 * "Acme SAS" "On account"
  Assets:Bank  112.88 EUR
  Assets:Receivable:Acme  -112.88 EUR
""")  # fmt: skip
    assert "5.00 EUR of BOTH is due on it since that day" in run(ledger, "tax-due", "--as-of", "2026-02-28")


def test_a_discount_with_both_taxes_beside_a_fee(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, """
2025-01-01 custom "invoice-tax" "GST" "GST" Liabilities:GST
  rate: 5
2025-01-01 custom "invoice-tax" "QST" "QST" Liabilities:QST
  rate: 9.975
2025-01-01 custom "invoice-tax" "BOTH" "GST and QST"
  parts: "GST QST"
2025-01-01 open Liabilities:GST
2025-01-01 open Liabilities:QST
2026-02-02 * "Acme SAS" "Work" ^F2026-0001
  invoice: "F2026-0001"
  cash-discount: "2% within 10 days"
  Assets:Receivable:Acme  114.98 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "BOTH"
  Liabilities:GST  -5.00 EUR
  Liabilities:QST  -9.98 EUR
2026-02-03 * "Acme SAS" "Less 2% and a fee" ^F2026-0001
  Assets:Bank  112.18 EUR
  Expenses:Office  0.50 EUR
  Income:Discounts  2.00 EUR
  Liabilities:GST  0.10 EUR
    tax: "GST"
  Liabilities:QST  0.20 EUR
    tax: "QST"
  Assets:Receivable:Acme  -114.98 EUR
""")  # fmt: skip
    shown = data(ledger, "show", "F2026-0001", "--as-of", "2026-02-28")
    assert [(one["how"], one["amount"]) for one in shown["allocations"]] == [("discount", "2.30"), ("link", "112.68")]
    assert "0 errors, 0 warnings" in run(ledger, "check")
