"""Taxes at the command line: what is charged and what is withheld."""

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
