"""A loss that is paid after all: the advice, followed to the letter, leads out."""

from __future__ import annotations

import pytest

from beancount_invoicing.checks import check
from beancount_invoicing.model import Finding
from tests.ledgers import book_of

WRITTEN_OFF = """
2026-01-05 * "Acme SAS" "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services  -200.00 EUR
    tax: "FR20"
  Liabilities:VAT  -40.00 EUR
    tax: "FR20"
2026-06-01 * "Acme" "Lost"{link} #write-off
  Expenses:BadDebt  200.00 EUR
  Liabilities:VAT  40.00 EUR
    tax: "FR20"
  Assets:Receivable:Acme  -240.00 EUR{settles}
2026-08-01 * "Acme" "The liquidator" ^N1
  Assets:Bank  24.00 EUR
  Assets:Receivable:Acme  -24.00 EUR
"""


def revived(ledger: str) -> list[Finding]:
    return [finding for finding in check(book_of(ledger)) if finding.rule == "write-off-revived"]


@pytest.mark.parametrize(("link", "settles"), [(" ^N1", ""), ("", '\n    settles: "N1"')])
def test_the_entry_that_takes_a_loss_back_is_the_whole_of_what_is_missing(link: str, settles: str) -> None:
    ledger = WRITTEN_OFF.format(link=link, settles=settles)
    (found,) = revived(ledger)
    entry = found.message.partition("\n")[2]
    assert entry.splitlines() == [
        '2026-08-01 * "Acme SAS" "N1: loss taken back" ^N1 #write-off',
        "  Assets:Receivable:Acme  24.00 EUR",
        "  Expenses:BadDebt  -20.00 EUR",
        "  Liabilities:VAT  -4.00 EUR",
        '    tax: "FR20"',
    ]
    assert revived(ledger + entry + "\n") == []


def test_the_entry_is_in_the_order_of_its_amounts_however_the_loss_was_written() -> None:
    loss = "  Expenses:BadDebt  200.00 EUR\n"
    turned = WRITTEN_OFF.replace(loss, "").replace('    tax: "FR20"\n  Assets:Receivable:Acme  -240.00 EUR{settles}',
        f'    tax: "FR20"\n{loss}  Assets:Receivable:Acme  -240.00 EUR')  # fmt: skip
    (first,), (second,) = (revived(text.format(link=" ^N1", settles="")) for text in (WRITTEN_OFF, turned))
    assert first.message == second.message
    assert "Expenses:BadDebt  -20.00 EUR\n  Liabilities:VAT  -4.00 EUR" in second.message


def test_a_loss_abroad_is_taken_back_at_what_it_was_worth() -> None:
    ledger = """
2026-01-05 * "Acme SAS" "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  200.00 USD @ 0.90 EUR
  Income:Services  -180.00 EUR
    tax: "EXPORT"
2026-06-01 * "Acme" "Lost" ^N1 #write-off
  Expenses:BadDebt  180.00 EUR
  Assets:Receivable:Acme  -200.00 USD @ 0.90 EUR
2026-08-01 * "Acme" "The liquidator" ^N1
  Assets:Bank  18.00 EUR
  Assets:Receivable:Acme  -20.00 USD @ 0.90 EUR
"""
    (found,) = revived(ledger)
    entry = found.message.partition("\n")[2]
    assert entry.splitlines()[1:] == [
        "  Assets:Receivable:Acme  20.00 USD @@ 18.00 EUR",
        "  Expenses:BadDebt  -18.00 EUR",
    ]
    assert revived(ledger + entry + "\n") == []
