"""What a claim in another currency gained or lost until it was settled: the advice, followed to the letter, leads out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Finding
from tests.ledgers import PRELUDE

LEDGER = """
2025-01-01 open Expenses:Exchange
2025-01-01 open Assets:Receivable:Boston
  customer: "Boston Inc"
  vat-id: "GB980780684"
2026-01-05 * "Boston Inc" "Audit" ^N1
  invoice: "N1"
  Assets:Receivable:Boston  1200.00 USD @ 0.92 EUR
  Income:Services  -920.00 EUR
    text: "Audit"
    tax: "FR20"
  Liabilities:VAT  -184.00 EUR
    tax: "FR20"
    amount: 200.00
2026-01-06 * "Boston Inc" "More" ^N2
  invoice: "N2"
  Assets:Receivable:Boston  333.33 USD @ 0.9137 EUR
  Income:Services  -304.56 EUR
    text: "More"
    tax: "REVERSE"
"""
EXACT = LEDGER
# a price of 3.3333…, which no number says
LEDGER += """2026-01-07 * "Boston Inc" "Little" ^N3
  invoice: "N3"
  Assets:Receivable:Boston  3.00 USD @@ 10.00 EUR
  Income:Services  -10.00 EUR
    text: "Little"
    tax: "REVERSE"
"""
ADVICE = re.compile(
    r"Write here (Assets:.* EUR), and beside it (Expenses:Exchange \S+ EUR)(?:; below the second, write (settles: \"\w+\"))?"
)


def differences(file: Path) -> list[Finding]:
    """The findings about exchange; nothing may be wrong with the ledger otherwise."""
    found = open_ledger(file)
    assert [str(error) for error in found.errors] == []
    return [finding for finding in found.findings if finding.rule == "exchange-difference"]


def follow(file: Path) -> list[Finding]:
    """What is found once each advice was followed."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for finding in differences(file):
        told = ADVICE.search(finding.message)
        assert told, finding.message
        postings = [f"  {posting}" for posting in told[1].split(", ")] + ([f"    {told[3]}"] if told[3] else [])
        lines[finding.source.line - 1] = "\n".join([*postings, f"  {told[2]}"])
    file.write_text("\n".join(lines), encoding="utf-8")
    return differences(file)


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        (["^N1 | 1140.00 EUR | -1200.00 USD @ 0.95 EUR"], ["exchange gain of 36.00 EUR"]),
        (["^N1 | 1140.00 USD @ 0.95 EUR | -1140.00 USD @ 0.95 EUR"], ["exchange gain of 34.20 EUR"]),
        (["^N1 | 1000.00 EUR | -1200.00 USD @@ 1000.00 EUR"], ["exchange loss of 104.00 EUR"]),
        (["^N1 ^N2 | 1400.00 EUR | -1533.33 USD @@ 1400.00 EUR"], ["exchange loss of 8.56 EUR"]),
        (
            ["^N1 | 570.00 EUR | -600 USD @ 0.95 EUR", "^N1 | 546.00 EUR | -600 USD @ 0.91 EUR"],
            ["18.00 EUR", "6.00 EUR"],
        ),
        (["^N1 | 1235.00 EUR | -1300.00 USD @ 0.95 EUR"], ["exchange gain of 36.00 EUR"]),  # 100.00 too much
        (["^N2 | 950.00 EUR | -1000.00 USD @ 0.95 EUR"], ["exchange gain of 12.10 EUR"]),  # twice too much
        (["^N3 | 12.00 EUR | -3.00 USD @@ 12.00 EUR"], ["-3.00 USD @@ 10.00 EUR, and beside it"]),
        (
            ["^N3 | 25.00 EUR | -7.00 USD @@ 25.00 EUR"],
            ["-4.00 USD @@ 14.29 EUR, Assets:Receivable:Boston -3.00 USD @@ 10.00 EUR, and beside it"],
        ),
        (["^N1 | 1104.00 EUR | -1200.00 USD @ 0.92 EUR"], []),
        (["^N2 | 304.56 EUR | -333.33 USD @@ 304.56 EUR"], []),  # less than a cent
        (["^N1 | 1200.00 USD | -1200.00 USD"], []),  # what a dollar was worth is not said
        (["| 95.00 EUR | -100.00 USD @ 0.95 EUR"], []),  # settles nothing
        (
            ["^N1 | 1104.00 EUR | -1200.00 USD @ 0.92 EUR", "^N1 | -1140.00 EUR | 1200.00 USD @ 0.95 EUR"],
            ["exchange loss of 36.00 EUR"],
        ),  # returned by the bank
    ],
)
def test_the_advice_leads_out(tmp_path: Path, payments: list[str], expected: list[str]) -> None:
    text = PRELUDE + LEDGER
    for number, each in enumerate(payments, 1):
        links, bank, receivable = (part.strip() for part in each.split("|"))
        text += f'2026-02-{number:02} * "Boston" "Paid" {links}\n  Assets:Bank  {bank}\n  Assets:Receivable:Boston  {receivable}\n'
    file = tmp_path / "main.beancount"
    file.write_text(text + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    found = differences(file)
    assert len(found) == len(expected)
    for finding, part in zip(found, expected, strict=True):
        assert part in finding.message
    assert follow(file) == []


def test_what_was_allocated_later_is_told_where_it_was_paid(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(
        PRELUDE
        + LEDGER
        + """2026-02-01 * "Boston" "Paid, for what is not said"
  Assets:Bank  1140.00 EUR
  Assets:Receivable:Boston  -1200.00 USD @ 0.95 EUR
2026-02-10 * "Boston" "Allocated" ^N1
  Assets:Receivable:Boston  1200.00 USD
  Assets:Receivable:Boston  -1200.00 USD
    settles: "N1"
plugin "beancount_invoicing"
""",
        encoding="utf-8",
    )
    (finding,) = differences(file)
    assert "an exchange gain of 36.00 EUR is not booked anywhere" in finding.message
    assert file.read_text(encoding="utf-8").splitlines()[finding.source.line - 1].endswith("-1200.00 USD @ 0.95 EUR")
    assert follow(file) == []


@pytest.mark.parametrize(
    ("more", "account"),
    [
        ("", "Expenses:Exchange"),
        ('2025-01-01 custom "invoice-option" "exchange-account" "Expenses:Fx Income:Fx"\n', "Income:Fx"),
        ('2025-01-01 custom "invoice-option" "exchange-account" "Expenses:Fx"\n', "Expenses:Fx"),
    ],
)
def test_the_account_is_that_of_the_option(tmp_path: Path, more: str, account: str) -> None:
    file = tmp_path / "main.beancount"
    payment = '2026-02-01 * "Boston" "Paid" ^N1\n  Assets:Bank  1140.00 EUR\n  Assets:Receivable:Boston  -1200.00 USD @ 0.95 EUR\n'
    opened = "2025-01-01 open Expenses:Fx\n2025-01-01 open Income:Fx\n"
    file.write_text(PRELUDE + LEDGER + opened + more + payment + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    (finding,) = differences(file)
    assert f"and beside it {account} -36.00 EUR" in finding.message


UNNAMED = """2026-02-01 * "Boston" "Paid, for what is not said"
  Assets:Bank  {0} EUR
  Assets:Receivable:Boston  -1200.00 USD @@ {0} EUR
2026-02-10 * "Boston" "Allocated" ^N1
  Assets:Receivable:Boston  1200.00 USD
  Assets:Receivable:Boston  -1200.00 USD
    settles: "N1"
"""
PAID_N2 = '2026-02-15 * "Boston" "Paid" ^N2\n  Assets:Bank  {} EUR\n  Assets:Receivable:Boston  {}\n'
PAID_N1 = """2026-02-15 * "Boston" "Paid" ^N1
  Assets:Bank  1140.00 EUR
  Assets:Receivable:Boston  -1200.00 USD @ 0.95 EUR
"""
GIVEN_BACK = """2026-02-20 * "Boston" "A part of what it paid too much"
  Assets:Bank  -0.16 EUR
  Assets:Receivable:Boston  0.20 USD @ 0.80 EUR
"""
ROUND = """2026-01-08 * "Boston Inc" "Round" ^N4
  invoice: "N4"
  Assets:Receivable:Boston  100.00 USD @ 0.92 {0}
  Income:Services  -92.00 {0}
    text: "Round"
    tax: "REVERSE"
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (UNNAMED.format("1104.00") + PAID_N2.format("316.66", "-333.33 USD @@ 316.66 EUR"), ["gain of 12.10 EUR"]),
        # what it paid too much is worth what was paid for it; what of it went back at another price was won
        (
            UNNAMED.format("1104.00") + PAID_N2.format("317.18", "-333.87 USD @ 0.95 EUR") + GIVEN_BACK,
            ["gain of 0.03 EUR", "gain of 12.10 EUR"],
        ),
        (
            UNNAMED.format("92.01").replace("1200", "100").replace("N1", "N4") + ROUND.format("EUR"),
            ["gain of 0.01 EUR"],
        ),
        (PAID_N1 + ROUND.format("GBP"), []),  # prices in two currencies
        (PAID_N1 + ROUND.format("USD").replace("92.00", "100.00").replace(" @ 0.92 USD", ""), []),  # and none
    ],
)
def test_what_is_told_of_the_difference_on_an_account(tmp_path: Path, more: str, expected: list[str]) -> None:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + EXACT + more + 'plugin "beancount_invoicing"\n', encoding="utf-8")
    found = differences(file)
    assert [re.findall(r"(?:gain|loss) of \S+ EUR", finding.message) for finding in found] == [
        [one] for one in expected
    ]
    assert follow(file) == []
