"""Money of the ledger that settles nothing gets to know what it pays: only if that is certain, and all around it stays."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_match import BankMatch, match_ledger
from beancount_invoicing.actions.take_back import take_back_bank
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import aging, tax_due
from beancount_invoicing.writing.changes import WriteOptions
from beancount_invoicing.writing.settled_text import SettledText, settled_text

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "V" "VAT" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2026-01-01 custom "invoice-option" "default-tax" "V"
2026-01-01 custom "invoice-option" "suspense-account" "Assets:Suspense Equity:Unknown"
2026-01-01 custom "invoice-bank" Assets:Bank
2026-01-01 open Assets:Bank
2026-01-01 open Assets:Suspense
2026-01-01 open Equity:Unknown
2026-01-01 open Liabilities:VAT
2026-01-01 open Liabilities:Pending
2026-01-01 open Income:Work
2026-01-01 open Expenses:Fees
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
  payer-iban: "FR1420041010050500013M02606"
2026-01-01 open Assets:Clients:Other
  customer: "Other"

2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   120.00 EUR
  Income:Work          -100.00 EUR
  Liabilities:Pending   -20.00 EUR

2026-01-11 * "Acme" "Work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:Acme   240.00 EUR
  Income:Work          -200.00 EUR
  Liabilities:Pending   -40.00 EUR

2026-01-12 * "Other" "Work" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Clients:Other  600.00 EUR
  Income:Work          -500.00 EUR
  Liabilities:Pending  -100.00 EUR

"""
PLUGIN = '\nplugin "beancount_invoicing"\n'


def matched(folder: Path, money: str, *, write: bool = True) -> tuple[BankMatch, str]:
    """What is made of a ledger with this money, and what stands in the place of it then."""
    file = folder / "main.beancount"
    file.write_text(LEDGER + money + PLUGIN, encoding="utf-8")
    done = match_ledger(file, None, None, WriteOptions(write=write))
    text = file.read_text(encoding="utf-8")
    assert text.startswith(LEDGER)
    assert text.endswith(PLUGIN)
    return done, text.removeprefix(LEDGER).removesuffix(PLUGIN)


def squeezed(text: str) -> str:
    """The text, wherever its amounts stand: new ones go where most of the file's do."""
    return re.sub(r"(?<=\S) {2,}", "  ", text)


SUSPENSE = """; waiting
2026-02-03 ! "ACME LTD" "VIR F2026-0001" #import ; from the bank
  source: "csv"
  Assets:Bank            120.00 EUR ; checked
  Equity:Unknown        -120.00 EUR ; what is it?
    memo: "x"
  ; end
"""
FROM_SUSPENSE = """; waiting
2026-02-03 * "ACME LTD" "VIR F2026-0001" #import ^F2026-0001 ; from the bank
  source: "csv"
  Assets:Bank            120.00 EUR ; checked
  Assets:Clients:Acme   -120.00 EUR ; what is it?
    memo: "x"
  ; end
  Liabilities:Pending     20.00 EUR
    tax: "V"
  Liabilities:VAT        -20.00 EUR
    tax: "V"
"""
ON_ACCOUNT = """2026-02-04 ! "Acme" "VIR F2026-0001 F2026-0002"
  Assets:Bank            360.00 EUR
  Assets:Clients:Acme
    memo: "seen"
"""
FROM_ACCOUNT = """2026-02-04 ! "Acme" "VIR F2026-0001 F2026-0002" ^F2026-0001 ^F2026-0002
  Assets:Bank            360.00 EUR
  Assets:Clients:Acme   -120.00 EUR
    settles: "F2026-0001"
    memo: "seen"
  Assets:Clients:Acme   -240.00 EUR
    settles: "F2026-0002"
  Liabilities:Pending     60.00 EUR
    tax: "V"
  Liabilities:VAT        -60.00 EUR
    tax: "V"
"""
OF_PAYER = """2026-02-04 * "Somebody" "thanks"
  payer-iban: "FR14 2004 1010 0505 0001 3M02 606"
  Assets:Bank            240.00 EUR
  Assets:Suspense
"""
FROM_PAYER = """2026-02-04 * "Somebody" "thanks" ^F2026-0002
  payer-iban: "FR14 2004 1010 0505 0001 3M02 606"
  Assets:Bank            240.00 EUR
  Assets:Clients:Acme   -240.00 EUR
  Liabilities:Pending     40.00 EUR
    tax: "V"
  Liabilities:VAT        -40.00 EUR
    tax: "V"
"""


@pytest.mark.parametrize(
    ("money", "expected"), [(SUSPENSE, FROM_SUSPENSE), (ON_ACCOUNT, FROM_ACCOUNT), (OF_PAYER, FROM_PAYER)]
)
def test_what_is_certain_is_written_into_the_entry(tmp_path: Path, money: str, expected: str) -> None:
    done, text = matched(tmp_path, money)
    assert squeezed(text) == squeezed(expected)
    assert [found.new_text for found in done.found] == [text.strip("\n").removeprefix("; waiting\n")]
    book = open_ledger(tmp_path / "main.beancount").book
    assert not aging(book, date(2026, 12, 31)).unreconciled()
    assert tax_due(book, date(2026, 12, 31)).missing == ()


def test_an_entry_with_one_posting_is_written_although_it_does_not_balance_yet(tmp_path: Path) -> None:
    other = '2026-02-09 ! "Somebody" "rent"\n  Assets:Bank  -7.00 EUR\n'
    done, text = matched(tmp_path, f"{ONE_LEGGED}\n\n{other}")
    assert "^F2026-0001\n  Assets:Bank  120.00 EUR\n  Assets:Clients:Acme" in text
    assert text.endswith(other), "it is no customer's, and stays as it is"
    assert [found.booked.proposal.action for found in done.found] == ["book", "not-ours"]


def test_done_again_it_changes_nothing_and_it_can_be_taken_back(tmp_path: Path) -> None:
    _done, text = matched(tmp_path, SUSPENSE + "\n" + ON_ACCOUNT.replace("F2026-0001 ", "").replace("360", "240"))
    file = tmp_path / "main.beancount"
    again = match_ledger(file, None, None, WriteOptions(write=True))
    assert again.found == ()
    assert file.read_text(encoding="utf-8") == LEDGER + text + PLUGIN
    take_back_bank(file, None, WriteOptions(write=True))
    assert SUSPENSE in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (
            '2026-02-05 * "OTHER" "thanks"\n  Assets:Bank  600.00 EUR\n  Assets:Suspense\n',
            "the payer's account is not known",
        ),
        (
            '2026-02-06 * "OTHER" "F2026-0003"\n  Assets:Bank  600.00 EUR\n  Assets:Clients:Acme\n',
            "it lies on the account of Acme, not of Other",
        ),
        (
            '2026-02-06 * "OTHER" "F2026-0003"\n  Assets:Bank  598.00 EUR\n  Expenses:Fees  2.00 EUR\n'
            "  Assets:Clients:Other  -600.00 EUR\n",
            "the entry has other postings",
        ),
        (
            '2026-02-06 * "ACME" "F2026-0001"\n  Assets:Bank  130.00 EUR\n  Assets:Suspense\n',
            "more than is open of F2026-0001",
        ),
        ('2026-01-02 * "ACME" "F2026-0001"\n  Assets:Bank  120.00 EUR\n  Assets:Suspense\n', "after the payment"),
    ],
)
def test_what_is_not_certain_is_shown_and_left(tmp_path: Path, money: str, said: str) -> None:
    done, text = matched(tmp_path, money)
    assert text == money
    (found,) = done.found
    assert found.booked.proposal.action == "propose"
    assert any(said in against for against in found.booked.proposal.against), found.booked.proposal.against


@pytest.mark.parametrize(
    "money",
    [
        '2026-02-05 * "Acme" "F2026-0001" ^F2026-0001\n  Assets:Bank  100.00 EUR\n  Assets:Clients:Acme\n',
        '2026-02-05 * "Acme" "F2026-0001"\n  Assets:Bank  100.00 EUR\n  Assets:Clients:Acme\n    settles: "F2026-0001"\n',
        '2026-02-05 * "Rent" "F2026-0001"\n  Assets:Bank  -100.00 EUR\n  Expenses:Fees\n',
        '2026-02-05 * "Moved" "F2026-0001"\n  Assets:Suspense  -100.00 EUR\n  Equity:Unknown\n',
    ],
)
def test_what_settles_something_or_is_no_money_that_waits_is_not_looked_at(tmp_path: Path, money: str) -> None:
    done, text = matched(tmp_path, money)
    assert done.found == ()
    assert text == money


def test_only_days_that_are_asked_for(tmp_path: Path) -> None:
    matched(tmp_path, SUSPENSE, write=False)
    file = tmp_path / "main.beancount"
    assert match_ledger(file, date(2026, 2, 4), None, WriteOptions()).found == ()
    assert match_ledger(file, None, date(2026, 2, 2), WriteOptions()).found == ()
    assert len(match_ledger(file, date(2026, 2, 3), date(2026, 2, 3), WriteOptions()).found) == 1


ONE_LEGGED = '2026-02-03 ! "ACME; LTD" "VIR\nF2026-0001"\n  Assets:Bank  120.00 EUR'


def test_an_entry_with_one_posting_becomes_whole() -> None:
    wanted = SettledText(7, (9,), None, ("  Assets:Clients:Acme  -120.00 EUR",), ("F2026-0001",), is_complete=True)
    assert settled_text(ONE_LEGGED, wanted) == (
        '2026-02-03 * "ACME; LTD" "VIR\nF2026-0001" ^F2026-0001\n'
        "  Assets:Bank  120.00 EUR\n  Assets:Clients:Acme  -120.00 EUR"
    )
    assert settled_text(ONE_LEGGED, wanted._replace(postings=(40,))) is None


def test_a_link_that_stands_there_is_written_once() -> None:
    entry = '2026-02-03 * "A" "B" ^F2026-0001 ^x\n  Assets:Bank  120.00 EUR\n  Assets:Suspense'
    wanted = SettledText(
        1, (2, 3), 3, ("  Assets:Clients:Acme  -120.00 EUR",), ("F2026-0001", "F2026-0002"), is_complete=False
    )
    assert settled_text(entry, wanted) == (
        '2026-02-03 * "A" "B" ^F2026-0001 ^x ^F2026-0002\n  Assets:Bank  120.00 EUR\n  Assets:Clients:Acme  -120.00 EUR'
    )
