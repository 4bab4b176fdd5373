"""What commands refuse because of the books, each with what to do instead; nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

BOOKS = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-item" "TALK" "Talk" Income:Services
  tax: "FR20"
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Assets:Receivable:Berg
  customer: "Berg AG"
  country: "CH"
2025-01-01 open Assets:Receivable:Coe USD
  customer: "Coe Inc"
  country: "US"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS" "time"
  item: "DEV"
  time: Assets:Time
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "YEARLY" "subscription"
  text: "Site"
  account: Income:Services
  price: 100.00
  every: "month"
  until: 2026-12-31
  renews: "12 months"
2026-03-01 * "Acme SAS" "Site" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  720.00 EUR
  Income:Services  -300.00 EUR
    text: "Hosting"
    from: 2026-03-01
    to: 2026-03-31
  Income:Services  -200.00 EUR
    text: "Boxes"
    quantity: 2
    price: 100.00
  Income:Services  -100.00 EUR
    text: "Advice"
  Liabilities:VAT  -120.00 EUR
    tax: "FR20"
2026-03-02 ! "Acme SAS" "Boxes"
  invoice: "draft-a"
  Assets:Receivable:Acme  480.00 EUR
  Income:Services  -200.00 EUR
    text: "Boxes"
    quantity: 2
    price: 100.00
  Income:Services  -200.00 EUR
    text: "Advice"
  Liabilities:VAT  -80.00 EUR
    tax: "FR20"
2026-03-02 ! "Acme SAS" "Back"
  invoice: "draft-b"
  corrects: "F2026-0001"
  Assets:Receivable:Acme  -120.00 EUR
  Income:Services  100.00 EUR
    text: "Advice"
  Liabilities:VAT  20.00 EUR
    tax: "FR20"
2026-03-02 ! "Acme SAS" "At the counter"
  invoice: "draft-c"
  customer: Assets:Receivable:Acme
  Assets:Cash  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Advice"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
2026-03-05 * "Acme SAS" "Void" ^F2026-0002
  invoice: "F2026-0002"
  kind: "void"
plugin "beancount_invoicing"
"""
DAY = ("--date", "2026-04-01")
REFUSED = {
    "credit F2026-0001 --from 2026-03-15 --lines 3": '"Advice" has no period (from, to): give a part of its quantity',
    "credit F2026-0001 --from 2026-03-15 --lines 1x2": "a period is credited by days: name the lines without x and @",
    "credit F2026-0001 --from 2026-03-15 --to 2026-03-10": "--to 2026-03-10 is before --from 2026-03-15",
    "credit F2026-0001 --lines 3x1": '"Advice" has no quantity: credit it in full',
    "credit F2026-0001 --amount 10 --reopen Gesture": "leave --lines, --from, --to and --reopen",
    "credit F2026-0001 --date 2026-02-01": "F2026-0001 is dated 2026-03-01: a credit note cannot be dated 2026-02-01",
    "draft edit F2026-0001 --line 1 --price 5": "F2026-0001 is not a draft",
    "draft edit draft-x --line 1 --price 5": "draft-x",
    "draft edit draft-b --line 1 --price 5": "draft-b is a credit note: take it out",
    "draft edit draft-a --line 1 --discount 101": "line 1: a discount of 101 % must be between 0 and 100",
    "draft edit draft-a --line 2 --quantity 3": "“Advice”, has no price: give one too, --price",
    "new Acme 2_TALK": "TALK has no price: give one, 2 TALK @ 100.00",
    "new Acme 2_Site_@_-5 --account Income:Services": "a price cannot be negative; to give something back, write a "
    "quantity below 0",
    "new Acme 2_Site_@_5 --account Income:Service": "Invalid reference to unknown account 'Income:Service'",
    "new Berg 2_DEV --currency USD --corrects F2026-0001": "--corrects: F2026-0001 is",
    "item add PAGE Page --price 5 --account Income:Service": "Income:Service is not open: did you mean "
    "Income:Services?",
    "customer list Nobody": "Nobody",
    "time list Nobody": "Nobody",
    "item add PAGE Page --price 5 --account Income:Services --tax FR21": 'there is no tax "FR21"',
    "customer change Acme": "say what changes for Assets:Receivable:Acme",
    "contract add Acme _ subscription --price 5 --every month --text Site": "a contract needs a code",
    "time add NONE 2": 'there is no contract "NONE"',
    "allocate F2026-0001": "nothing unallocated lies on Assets:Receivable:Acme in EUR on 2026-04-01",
    "send F2026-0002": "there is no document to send",
    "interest F2026-0001 --book": "no income account for late interest is known:",
    "deposit YEARLY 100": "deposit",
}


def test_these_books_are_sound(tmp_path: Path) -> None:
    (tmp_path / "main.beancount").write_text(PRELUDE + BOOKS, encoding="utf-8")
    result = CliRunner().invoke(main, ["-f", str(tmp_path / "main.beancount"), "check"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("said", REFUSED)
def test_what_the_books_do_not_allow(said: str, tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(PRELUDE + BOOKS, encoding="utf-8")
    words = [word.replace("_", " ") for word in said.split()]
    reads = words[0] == "send" or "list" in words
    dated = (
        [] if "--date" in words or "list" in words or words[0] in {"draft", "item", "customer", "contract"} else [*DAY]
    )
    result = CliRunner().invoke(main, ["-f", str(ledger), *words, *dated, *([] if reads else ["--write"])])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert REFUSED[said] in result.output
    assert result.exit_code == 1
    assert ledger.read_text(encoding="utf-8") == PRELUDE + BOOKS
