"""Money for an invoice with the interest and the indemnity that only a reminder asked for: the whole entry is proposed, and
nothing asks for them again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_review import LineReview, book_line, review_lines
from beancount_invoicing.actions.claim_interest import late_claims
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.loading.loader import load
from beancount_invoicing.model import Book, Source
from beancount_invoicing.receivables import positions
from beancount_invoicing.writing.payment_text import payment_transaction

LEDGER = """option "operating_currency" "EUR"
2025-01-01 custom "invoice-seller" "Lumen SARL"
  country: "FR"
2025-01-01 custom "invoice-option" "late-interest" "FR"
2025-01-01 custom "invoice-option" "claim-account" Income:LateInterest
2025-01-01 custom "invoice-tax" "FR20" "TVA 20 %" Liabilities:VAT
  rate: 20
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-policy" "standard" 1
  days: 15
  interest: TRUE
2025-01-01 open Assets:Bank
2025-01-01 open Income:Work
2025-01-01 open Income:LateInterest
2025-01-01 open Liabilities:VAT
2025-01-01 open Assets:Clients:Acme
  customer: "Acme SAS"
  terms: "30 days"
  payer-iban: "BE68 5390 0754 7034"

2025-05-02 * "Acme SAS" "Website" ^F2025-0001
  invoice: "F2025-0001"
  Assets:Clients:Acme  1200.00 EUR
  Income:Work         -1000.00 EUR
    text: "Website"
  Liabilities:VAT      -200.00 EUR
    tax: "FR20"
2025-07-01 note Assets:Clients:Acme "Reminder" ^F2025-0001
  event: "reminder"
  level: 1
"""
PLUGIN = '\nplugin "beancount_invoicing"\n'


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER + PLUGIN, encoding="utf-8")
    return file


def statements(amount: str, text: str = "F2025-0001", iban: str = "", payer: str = "ACME") -> list[AccountStatement]:
    line = StatementLine(
        "a~1",
        date(2025, 7, 10),
        Decimal(amount),
        "EUR",
        Source("statement.xml", 3),
        text=text,
        payer=payer,
        payer_iban=iban,
    )
    return [AccountStatement("Assets:Bank", Statement(Source("statement.xml", 1), "EUR", (line,)))]


def reviewed(ledger: Path, read: list[AccountStatement]) -> LineReview:
    return review_lines(load(str(ledger), fresh=True), read)


def book(ledger: Path) -> Book:
    opened = open_ledger(ledger, fresh=True)
    assert opened.errors == ()
    return opened.book


# 1200.00 × 13.15 % × 29 days + 12.15 % × 1 day (the day of the letter), a year has 365
INTEREST = Decimal("12.94")


def test_the_whole_entry_is_proposed_with_what_the_letter_asked_for(ledger: Path) -> None:
    read = statements("1252.94")
    (line,) = reviewed(ledger, read).undecided
    assert line.proposal.action == "propose"
    assert line.proposal.evidence[-1] == (
        "1200.00 EUR is what is open of F2025-0001; 52.94 EUR beside it is 12.94 of interest on F2025-0001 until 2025-07-01, "
        "asked for on 2025-07-01 + 40.00 of indemnity for F2025-0001, asked for on 2025-07-01"
    )
    assert line.proposal.against == (
        "no claim is booked for it: accept the entry, which books it as income, or book the claim first, bean-invoice "
        "interest F2025-0001 --book",
    )
    assert line.entry
    assert [row.split() for row in payment_transaction(line.entry).splitlines()[2:]] == [
        ["Assets:Bank", "1252.94", "EUR"],
        ["Assets:Clients:Acme", "-1200.00", "EUR"],
        ["Income:LateInterest", "-12.94", "EUR"],
        ["claims:", '"F2025-0001"'],
        ["from:", "2025-06-02"],
        ["to:", "2025-07-01"],
        ["Income:LateInterest", "-40.00", "EUR"],
        ["claims:", '"F2025-0001"'],
    ]


def test_once_it_is_booked_only_the_days_after_the_letter_may_be_claimed(ledger: Path) -> None:
    read = statements("1252.94")
    (line,) = reviewed(ledger, read).undecided
    book_line(ledger, lambda _book: read, line, ())
    after = book(ledger)
    (position,) = positions(after, after.last_date)
    assert position.open == 0
    (claim,) = late_claims(after, date(2025, 7, 31), ["F2025-0001"])
    assert claim.interest
    assert (claim.interest.indemnity, claim.interest.segments[0].start) == (None, date(2025, 7, 2))
    assert reviewed(ledger, read).undecided == ()


@pytest.mark.parametrize(("amount", "charges"), [("1240.00", ["40.00"]), ("1212.94", ["12.94"])])
def test_only_the_indemnity_or_only_the_interest_is_recognised(ledger: Path, amount: str, charges: list[str]) -> None:
    (line,) = reviewed(ledger, statements(amount)).undecided
    assert [str(charge.amount) for charge in line.proposal.charges] == charges
    assert line.entry


@pytest.mark.parametrize(
    ("payer", "iban", "tier"), [("M OU MME X", "BE68539007547034", "C"), ("ACME", "", "D"), ("SOMEBODY", "", None)]
)
def test_it_is_recognised_by_the_payer_too(ledger: Path, payer: str, iban: str, tier: str | None) -> None:
    review = reviewed(ledger, statements("1240.00", "VIR", iban, payer))
    charged = [line for line in review.undecided if line.proposal.charges]
    assert [line.proposal.tier for line in charged] == ([tier] if tier else [])
    assert all(line.entry for line in charged)


def test_another_amount_is_more_than_is_open(ledger: Path) -> None:
    (line,) = reviewed(ledger, statements("1241.00")).undecided
    assert not line.proposal.charges
    assert "1241.00 EUR is 41.00 more than is open of F2025-0001" in line.proposal.against[0]


def test_without_the_account_of_claims_the_reason_says_what_to_write(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace('2025-01-01 custom "invoice-option" "claim-account" Income:LateInterest\n', ""))
    (line,) = reviewed(ledger, statements("1240.00")).undecided
    assert line.entry is None
    assert 'write custom "invoice-option" "claim-account" Income:…' in line.proposal.against[-1]


def test_a_level_that_claims_no_interest_asked_for_none(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(text.replace("  interest: TRUE\n", ""), encoding="utf-8")
    (line,) = reviewed(ledger, statements("1240.00")).undecided
    assert not line.proposal.charges


def test_charges_of_an_invoice_that_does_not_exist_are_an_error(ledger: Path) -> None:
    entry = """
2025-07-10 * "Acme SAS" "all" ^F2025-0001
  Assets:Bank           1240.00 EUR
  Assets:Clients:Acme  -1200.00 EUR
  Income:LateInterest    -40.00 EUR
    claims: "F2025-0009"
"""
    ledger.write_text(LEDGER + entry + PLUGIN, encoding="utf-8")
    (finding,) = open_ledger(ledger, fresh=True).errors
    assert (finding.rule, finding.message) == ("claims", 'claims "F2025-0009": there is no such invoice')
