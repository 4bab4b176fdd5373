"""`bean-invoice pay`: what a person says of money, and the entry that the ledger gets."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.checks import check
from beancount_invoicing.cli import common, main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import aging, positions, tax_due
from tests.bank.payments import ACCOUNTS, words
from tests.ledgers import PRELUDE

LEDGER = """
plugin "beancount_invoicing"
2025-01-01 custom "invoice-option" "fee-account" Expenses:BankFees
2025-01-01 custom "invoice-option" "discount-account" Expenses:CashDiscounts
2026-01-05 * "Acme SAS" "Advice" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme   120.00 EUR
  Income:Services         -100.00 EUR
    tax: "PAY"
  Liabilities:VAT:Pending  -20.00 EUR
    tax: "PAY"
2026-01-06 * "Acme SAS" "Goods" ^F2026-0002
  invoice: "F2026-0002"
  cash-discount: "2% within 10 days"
  Assets:Receivable:Acme   240.00 EUR
  Income:Services         -200.00 EUR
    tax: "FR20"
  Liabilities:VAT          -40.00 EUR
    tax: "FR20"
2026-01-07 * "Kiefer GmbH" "Study" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Kiefer  600.00 EUR
  Income:Services          -500.00 EUR
    tax: "FR20"
  Liabilities:VAT          -100.00 EUR
    tax: "FR20"
2026-01-08 * "Acme SAS" "A part of the goods goes back" ^A2026-0001
  invoice: "A2026-0001"
  corrects: "F2025-0001"
  Assets:Receivable:Acme   -60.00 EUR
  Income:Services           50.00 EUR
    tax: "FR20"
  Liabilities:VAT           10.00 EUR
    tax: "FR20"
2025-12-20 * "Acme SAS" "Goods of last year" ^F2025-0001
  invoice: "F2025-0001"
  Assets:Receivable:Acme    60.00 EUR
  Income:Services          -50.00 EUR
    tax: "FR20"
  Liabilities:VAT          -10.00 EUR
    tax: "FR20"
2025-12-21 * "Acme SAS" "Paid" ^F2025-0001
  Assets:Bank               60.00 EUR
  Assets:Receivable:Acme   -60.00 EUR
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Three invoices, a credit note, and a payment by which it is known which account is the bank's."""
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + ACCOUNTS + LEDGER, encoding="utf-8")
    return file


def pay(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What `bean-invoice pay` prints, errors too."""
    result = CliRunner().invoke(main, ["-f", str(ledger), "pay", *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def paid(ledger: Path, *arguments: str) -> list[str]:
    """The lines that are written; the ledger is sound with them, and no tax is missing."""
    before = ledger.read_text(encoding="utf-8")
    pay(ledger, *arguments, "--write")
    after = ledger.read_text(encoding="utf-8")
    assert after.startswith(before)
    book = open_ledger(ledger).book
    assert [finding for finding in check(book) if finding.severity == "error"] == []
    assert tax_due(book, book.last_date).missing == ()
    assert aging(book, book.last_date).unreconciled() == ()
    return words(after[len(before) :])


def open_of(ledger: Path, number: str) -> str:
    """What is open of a document on the ledger's last day."""
    book = open_ledger(ledger).book
    return next(str(place.open) for place in positions(book, book.last_date) if place.invoice.number == number)


def test_a_payment_is_shown_with_where_its_figures_come_from_and_written_when_asked(ledger: Path) -> None:
    before = ledger.read_bytes()
    shown = pay(ledger, "F2026-0001", "--date", "2026-02-01")
    assert ledger.read_bytes() == before
    assert "; Liabilities:VAT  -20.00 EUR: PAY of F2026-0001 is owed from now on" in shown
    assert "Assets:Bank: 1 payment used it, more than any other account" in shown
    assert paid(ledger, "F2026-0001", "--date", "2026-02-01") == words("""
2026-02-01 * "Acme SAS" "Règlement de F2026-0001" ^F2026-0001
  Assets:Bank                                        120.00 EUR
  Assets:Receivable:Acme                            -120.00 EUR
  Liabilities:VAT:Pending                             20.00 EUR
    tax: "PAY"
  Liabilities:VAT                                    -20.00 EUR
    tax: "PAY"
""")


def test_the_money_goes_to_the_documents_in_the_order_in_which_they_are_named(ledger: Path) -> None:
    written = paid(ledger, "F2026-0001", "F2026-0002", "--amount", "198", "--fee", "2", "--date", "2026-02-01")
    assert written[1:7] == words("""
  Assets:Bank            198.00 EUR
  Expenses:BankFees        2.00 EUR
  Assets:Receivable:Acme -120.00 EUR
    settles: "F2026-0001"
  Assets:Receivable:Acme -80.00 EUR
    settles: "F2026-0002"
""")
    assert open_of(ledger, "F2026-0002") == "160.00"


def test_an_amount_beside_a_number_is_how_much_of_it(ledger: Path) -> None:
    paid(ledger, "F2026-0001=20", "F2026-0002=40.50", "--date", "2026-02-01")
    assert (open_of(ledger, "F2026-0001"), open_of(ledger, "F2026-0002")) == ("100.00", "199.50")


def test_a_narration_is_in_the_language_of_the_books_whoever_writes_it(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    english = pay(ledger, "F2026-0001", "--date", "2026-02-01", "--format", "json")
    monkeypatch.setenv("LANGUAGE", "fr")
    assert pay(ledger, "F2026-0001", "--date", "2026-02-01", "--format", "json") == english
    assert json.loads(english)["narration"] == "Règlement de F2026-0001"
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-02-02 custom "invoice-option" "language" "nl"\n')
    assert "Betaling van F2026-0001" in pay(ledger, "F2026-0001", "--date", "2026-02-02")


def test_a_payment_after_today_is_written_only_where_that_is_meant(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "_calendar", lambda: date(2026, 3, 31))
    before = ledger.read_bytes()
    problem = "the payment is dated 2027-02-01, but today is 2026-03-31: only money that has moved is booked."
    assert problem in pay(ledger, "F2026-0001", "--date", "2027-02-01")
    assert f"nothing is written: {problem}" in pay(ledger, "F2026-0001", "--date", "2027-02-01", "--write", code=1)
    assert ledger.read_bytes() == before
    assert "today" not in pay(ledger, "F2026-0001", "--date", "2026-03-31")
    pay(ledger, "F2026-0001", "--date", "2027-02-01", "--yes", "--write")
    assert open_of(ledger, "F2026-0001") == "0.00"


def test_a_payment_dated_before_its_document_is_put_on_account_first(ledger: Path) -> None:
    text = pay(ledger, "F2026-0001", "--date", "2026-01-02", code=1)
    assert "F2026-0001 is dated 2026-01-05, the payment 2026-01-02" in text
    assert 'bean-invoice pay --on-account "Acme SAS" --date 2026-01-02 --amount' in text
    pay(ledger, "--on-account", "Acme SAS", "--date", "2026-01-02", "--amount", "120", "--write")
    pay(ledger, "--allocate", "F2026-0001", "--date", "2026-01-05", "--write")
    assert open_of(ledger, "F2026-0001") == "0.00"


DOLLAR_ACCOUNT = """
2025-01-01 open Assets:Giro  EUR
2025-01-01 open Assets:Dollars  USD
2026-01-09 * "Acme SAS" "In dollars" ^F2026-0004
  invoice: "F2026-0004"
  Assets:Receivable:Acme   1000.00 USD @ 0.90 EUR
  Income:Services          -900.00 EUR
    tax: "REVERSE"
"""


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ["--account", "Assets:Giro"],
            "1000.00 USD is open on F2026-0004, but Assets:Giro is open for EUR: give the amount that moved there, "
            "--amount … --currency EUR, or another account, --account",
        ),
        (
            ["--account", "Assets:Giro", "--amount", "920"],
            "1000.00 USD is open on F2026-0004, but Assets:Giro is open for EUR: if 920.00 EUR moved there, add "
            "--currency EUR; if it was 920.00 USD, give the account on which it moved, --account",
        ),
        (
            ["--account", "Assets:Giro", "--amount", "800", "--currency", "GBP"],
            "Assets:Giro is open for EUR, not for GBP: give the amount that moved there, --amount … --currency EUR, or "
            "another account, --account",
        ),
        (
            ["--account", "Assets:Dollars", "--amount", "920", "--currency", "EUR"],
            "Assets:Dollars is open for USD, not for EUR: give the amount that moved there, --amount … --currency USD, "
            "or another account, --account",
        ),
        (["--account", "Assets:Giro", "--amount", "920", "--currency", "EUR"], ""),
        (["--account", "Assets:Dollars"], ""),
        (["--account", "Assets:Dollars", "--amount", "1000"], ""),
    ],
    ids=["nothing said", "amount", "pounds", "euros on dollars", "euros", "dollars", "dollars, said"],
)
def test_money_in_another_currency_than_that_of_its_account_is_asked_for(
    ledger: Path, arguments: list[str], problem: str
) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(DOLLAR_ACCOUNT)
    text = pay(ledger, "F2026-0004", "--date", "2026-02-01", *arguments, "--write", code=1 if problem else 0)
    assert problem in " ".join(text.split())
    assert (open_of(ledger, "F2026-0004") == "0.00") is not bool(problem)


@pytest.mark.parametrize(
    ("reason", "written"),
    [
        ("AM04", "AM04"),
        ("am04", "AM04"),
        ("provision insuffisante", "provision insuffisante"),
        ("refused by the payer", "refused by the payer"),
    ],
)
def test_a_return_has_a_reason_of_the_banks_or_words(ledger: Path, reason: str, written: str) -> None:
    pay(ledger, "F2026-0001", "--date", "2026-02-01", "--write")
    shown = pay(ledger, "--return", "F2026-0001", "--date", "2026-02-10", "--reason", reason)
    assert f'return-reason: "{written}"' in shown


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("AM14", "AM14 is not a reason for a return (ISO 20022): did you mean AM04, insufficient funds?"),
        ("XYZ", "XYZ is not a reason for a return (ISO 20022), such as AC01, AC04"),
    ],
)
def test_a_return_with_a_code_that_does_not_exist_is_not_booked(ledger: Path, reason: str, problem: str) -> None:
    pay(ledger, "F2026-0001", "--date", "2026-02-01", "--write")
    before = ledger.read_bytes()
    text = pay(ledger, "--return", "F2026-0001", "--date", "2026-02-10", "--reason", reason, "--write", code=1)
    assert problem in " ".join(text.split())
    assert ledger.read_bytes() == before


def test_a_number_that_is_like_no_other_says_where_the_numbers_are(ledger: Path) -> None:
    assert "there is no L9: bean-invoice list shows all documents" in pay(ledger, "L9", code=1)


def test_a_discount_is_taken_where_the_money_is_just_what_it_leaves_in_time(ledger: Path) -> None:
    written = paid(ledger, "F2026-0002", "--amount", "235.20", "--date", "2026-01-16")
    assert written == words("""
2026-01-16 * "Acme SAS" "Règlement de F2026-0002" ^F2026-0002
  Assets:Bank                                        235.20 EUR
  Expenses:CashDiscounts                               4.00 EUR
  Liabilities:VAT                                      0.80 EUR
    tax: "FR20"
  Assets:Receivable:Acme                            -240.00 EUR
""")


def test_a_day_late_the_discount_is_not_taken_unless_it_is_granted(ledger: Path) -> None:
    refused = pay(ledger, "F2026-0002", "--discount", "--date", "2026-01-17", code=1)
    assert "that of F2026-0002 could be taken until 2026-01-16, 1 day earlier" in refused
    assert "--discount-amount" in refused
    paid(ledger, "F2026-0002", "--amount", "235.20", "--date", "2026-01-17")
    assert open_of(ledger, "F2026-0002") == "4.80"


def test_what_may_still_be_taken_off_is_said_and_not_assumed(ledger: Path) -> None:
    shown = pay(ledger, "F2026-0002", "--date", "2026-01-16")
    assert "a cash discount may still be taken (F2026-0002: 4.80 less), but is not: give --discount if it was" in shown
    assert "Assets:Bank 240.00 EUR" in words(shown)
    taken = pay(ledger, "F2026-0002", "--discount", "--date", "2026-01-16")
    assert "Assets:Bank 235.20 EUR" in words(taken)


def test_a_debit_that_bounced_opens_the_invoices_again_and_moves_the_tax_back(ledger: Path) -> None:
    paid(ledger, "F2026-0001", "F2026-0002", "--date", "2026-02-01")
    shown = pay(ledger, "--return", "F2026-0001", "--reason", "AM04", "--fee", "5", "--date", "2026-02-10")
    assert "the payment that came back had also settled F2026-0002: it is open again" in shown
    written = paid(ledger, "--return", "F2026-0001", "--reason", "AM04", "--fee", "5", "--date", "2026-02-10")
    assert written == words("""
2026-02-10 * "Acme SAS" "Rejeté par la banque : F2026-0001, F2026-0002" ^F2026-0001 ^F2026-0002
  return-reason: "AM04"
  Assets:Bank                                       -365.00 EUR
  Expenses:BankFees                                    5.00 EUR
  Assets:Receivable:Acme                             120.00 EUR
    settles: "F2026-0001"
  Assets:Receivable:Acme                             240.00 EUR
    settles: "F2026-0002"
  Liabilities:VAT:Pending                            -20.00 EUR
    tax: "PAY"
  Liabilities:VAT                                     20.00 EUR
    tax: "PAY"
""")
    assert open_of(ledger, "F2026-0001") == "120.00"
    refused = pay(ledger, "--return", "F2026-0001", "--date", "2026-02-11", code=1)
    assert "nothing was paid on F2026-0001 by 2026-02-11" in refused


def test_a_payment_with_a_discount_that_bounced_takes_the_discount_back_too(ledger: Path) -> None:
    paid(ledger, "F2026-0002", "--discount", "--date", "2026-01-16")
    written = paid(ledger, "--return", "F2026-0002", "--date", "2026-01-20")
    assert written == words("""
2026-01-20 * "Acme SAS" "Rejeté par la banque : F2026-0002" ^F2026-0002
  Assets:Bank                                       -235.20 EUR
  Expenses:CashDiscounts                              -4.00 EUR
  Liabilities:VAT                                     -0.80 EUR
    tax: "FR20"
  Assets:Receivable:Acme                             240.00 EUR
""")
    assert open_of(ledger, "F2026-0002") == "240.00"


def test_an_invoice_that_is_paid_twice_keeps_the_second_payment_on_account_until_it_is_paid_back(ledger: Path) -> None:
    paid(ledger, "F2026-0001", "--date", "2026-02-01")
    refused = pay(ledger, "F2026-0001", "--date", "2026-02-03", code=1)
    assert "F2026-0001 is settled since 2026-02-01" in refused
    assert 'bean-invoice pay --on-account "Acme SAS" --amount …' in refused
    paid(ledger, "--on-account", "Acme", "--amount", "120", "--date", "2026-02-03")
    written = paid(ledger, "--refund", "--on-account", "Acme", "--amount", "120", "--date", "2026-02-05")
    assert written == words("""
2026-02-05 * "Acme SAS" "Remboursement"
  Assets:Bank                                       -120.00 EUR
  Assets:Receivable:Acme                             120.00 EUR
""")


def test_a_credit_note_is_paid_back_and_used_in_a_payment(ledger: Path) -> None:
    written = paid(ledger, "A2026-0001", "F2026-0001", "--date", "2026-02-01")
    assert "Assets:Bank 60.00 EUR" in written
    assert open_of(ledger, "A2026-0001") == "0.00"
    refused = pay(ledger, "--refund", "A2026-0001", "--date", "2026-02-02", code=1)
    assert "nothing of A2026-0001 can be paid back" in refused


def test_money_on_account_is_given_to_an_invoice_with_the_day_on_which_it_came(ledger: Path) -> None:
    shown = pay(ledger, "--on-account", "Acme", "--amount", "120", "--date", "2026-02-03")
    assert "20.00 EUR of PAY is due on them today" in shown
    paid(ledger, "--on-account", "Acme", "--amount", "120", "--date", "2026-02-03")
    written = paid(ledger, "--allocate", "F2026-0001", "--date", "2026-03-02")
    assert written == words("""
2026-03-02 * "Acme SAS" "Affectation : F2026-0001" ^F2026-0001
  Assets:Receivable:Acme                             120.00 EUR
  Assets:Receivable:Acme                            -120.00 EUR
    settles: "F2026-0001"

2026-03-02 * "Taxe exigible sur encaissements : F2026-0001"
  Liabilities:VAT:Pending                             20.00 EUR
    tax: "PAY"
  Liabilities:VAT                                    -20.00 EUR
    tax: "PAY"
""")


def test_tax_on_an_advance_is_moved_when_it_is_said_and_back_when_the_money_is_paid_back(ledger: Path) -> None:
    written = paid(ledger, "--on-account", "Acme", "--amount", "60", "--tax", "PAY", "--date", "2026-02-03")
    assert written[1:] == words("""
  Assets:Bank                                         60.00 EUR
  Assets:Receivable:Acme                             -60.00 EUR
  Liabilities:VAT:Pending                             10.00 EUR
    tax: "PAY"
  Liabilities:VAT                                    -10.00 EUR
    tax: "PAY"
""")
    back = paid(ledger, "--refund", "--on-account", "Acme", "--amount", "60", "--date", "2026-02-05")
    assert back[3:] == words("""
  Liabilities:VAT:Pending                            -10.00 EUR
    tax: "PAY"
  Liabilities:VAT                                     10.00 EUR
    tax: "PAY"
""")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["F2026-0011"], "F2026-0001"),
        (["F2026-0001", "F2026-0003"], "they are owed by several customers"),
        (["F2026-0001", "--amount", "150"], "150.00 EUR is more than is to be paid on F2026-0001: 120.00 EUR"),
        (["F2026-0001=150"], "150.00 EUR is more than is open on F2026-0001: 120.00"),
        (
            ["F2026-0001", "--account", "Assets:Bnk"],
            "there is no account Assets:Bnk: did you mean Assets:Bank? If not, write 2026-02-01 open Assets:Bnk",
        ),
        (["F2026-0001", "--account", "Assets:Receivable:Acme"], "is a customer's account"),
        (["F2026-0001", "--currency", "USD"], "give how much was received in USD, --amount"),
        (["--on-account", "Acme"], "give the amount: --amount"),
        (["--refund", "F2026-0001"], "nothing of F2026-0001 can be paid back"),
        (["F2026-0001", "F2026-0001"], "F2026-0001 is named twice"),
        (["F2026-0001", "--instalment", "2"], "nothing is open of instalment 2 of F2026-0001"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_what_to_do(ledger: Path, arguments: list[str], message: str) -> None:
    before = ledger.read_bytes()
    assert message in pay(ledger, *arguments, "--date", "2026-02-01", "--write", code=1)
    assert ledger.read_bytes() == before


def test_a_payment_before_its_invoice_stays_on_account_first(ledger: Path) -> None:
    refused = pay(ledger, "F2026-0001", "--date", "2026-01-02", code=1)
    assert "F2026-0001 is dated 2026-01-05, the payment 2026-01-02" in refused
    paid(ledger, "--on-account", "Acme SAS", "--date", "2026-01-02", "--amount", "120")
    paid(ledger, "--allocate", "F2026-0001", "--date", "2026-01-05")
    assert open_of(ledger, "F2026-0001") == "0.00"


def test_programs_get_the_entry_with_where_each_figure_comes_from(ledger: Path) -> None:
    result = CliRunner().invoke(
        main, ["-f", str(ledger), "pay", "F2026-0001", "--date", "2026-02-01", "--format", "json"]
    )
    answer: dict[str, Any] = json.loads(result.stdout)
    assert answer["settles"] == [{"number": "F2026-0001", "amount": "120.00", "discount": "0.00", "instalment": None}]
    assert [posting["amount"] for posting in answer["postings"]] == ["120.00", "-120.00", "20.00", "-20.00"]
    assert answer["written"] is False
    assert answer["entry"].startswith('2026-02-01 * "Acme SAS" "Règlement de F2026-0001" ^F2026-0001\n')


def test_the_first_payment_comes_to_the_bank_that_the_ledger_names(ledger: Path) -> None:
    ledger.write_text((PRELUDE + ACCOUNTS + LEDGER).partition('2025-12-21 * "Acme SAS" "Paid"')[0], encoding="utf-8")
    text = pay(ledger, "F2026-0003", code=1)
    assert "no payment is booked yet, so it is not known which account is the bank's: give --account" in text
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2025-01-01 custom "invoice-option" "bank-accounts" "Assets:Bank"\n')
    assert "Assets:Bank  600.00 EUR" in " ".join(pay(ledger, "F2026-0003").replace("               ", " ").split("\n"))
    assert paid(ledger, "F2026-0003")[-2:] == ["Assets:Bank 600.00 EUR", "Assets:Receivable:Kiefer -600.00 EUR"]


DOLLARS = """
2025-06-01 custom "invoice-customer" Assets:Receivable:Kiefer
  vat-id: "DE129273398"
2026-01-09 * "Kiefer GmbH" "Study, booked at 0.92" ^F2026-0004
  invoice: "F2026-0004"
  Assets:Receivable:Kiefer  1000.00 USD @ 0.92 EUR
  Income:Services           -920.00 EUR
    tax: "REVERSE"
"""


@pytest.mark.parametrize(
    ("documents", "came", "settled", "difference"),
    [
        ("F2026-0004", "900.00", "-1000.00", "20.00"),  # 1000 at 0.92 is 920: 20 are lost
        ("F2026-0004", "950.00", "-1000.00", "-30.00"),  # 950 came for 920: 30 are gained
        ("F2026-0004=500", "450.00", "-500.00", "10.00"),  # half of it is 460
        ("F2026-0004=333.33", "310.00", "-333.33", "-3.34"),  # 333.33 at 0.92 is 306.6636
    ],
)
def test_dollars_that_came_as_euros_leave_an_exchange_difference(
    ledger: Path, documents: str, came: str, settled: str, difference: str
) -> None:
    ledger.write_text(ledger.read_text(encoding="utf-8") + DOLLARS, encoding="utf-8")
    written = paid(ledger, documents, "--amount", came, "--currency", "EUR", "--date", "2026-02-12")
    assert words(f"Assets:Bank {came} EUR")[0] in written
    account = "Income:Exchange" if difference.startswith("-") else "Expenses:Exchange"
    assert words(f"{account} {difference} EUR")[0] in written
    assert words(f"Assets:Receivable:Kiefer {settled} USD @ 0.92 EUR")[0] in written


def test_dollars_that_came_as_dollars_leave_no_exchange_difference(ledger: Path) -> None:
    ledger.write_text(ledger.read_text(encoding="utf-8") + DOLLARS, encoding="utf-8")
    written = paid(ledger, "F2026-0004", "--date", "2026-02-12")
    assert words("Assets:Receivable:Kiefer -1000.00 USD @ 0.92 EUR")[0] in written
    assert not any("Exchange" in line for line in written)
    assert open_of(ledger, "F2026-0004") == "0.00"
