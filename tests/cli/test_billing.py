"""The commands that bill: what they write, and what they say where they cannot."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing.actions.init import usual_language
from beancount_invoicing.actions.init_words import DEFAULT_ACCOUNTS
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import Ledger, open_ledger
from beancount_invoicing.model import NOT_YET, Invoice
from beancount_invoicing.receivables import positions
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.steps import round_to
from tests.ledgers import EXAMPLE, PRELUDE

D = Decimal
MORE = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 custom "invoice-item" "BOX" "Box" Income:Services
  price-with-tax: 9.99
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "SITE" "fixed"
  text: "Website"
  account: Income:Services
  price: 1000.00
2026-01-31 custom "invoice-milestone" "SITE" "All"
  percent: 100
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS" "time"
  item: "DEV"
  time: Assets:Time
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with two contracts."""
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + MORE + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What `bean-invoice` prints, errors too."""
    result: Result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def opened(ledger: Path) -> Ledger:
    """The ledger; nothing may be wrong with it."""
    found = open_ledger(ledger)
    assert [str(error) for error in found.errors] == []
    return found


def invoice(ledger: Path, number: str) -> Invoice:
    found = opened(ledger).book.invoice(number)
    assert found, number
    return found


# bill ---------------------------------------------------------------------------------------------------------------------


def test_bill_shows_and_json_has_no_numbers(ledger: Path) -> None:
    before = ledger.read_bytes()
    assert 'milestone: "All"' in run(ledger, "bill", "--until", "2026-01-31", "--entries")
    assert "Website, All" in run(ledger, "bill", "--until", "2026-01-31")
    (row,) = json.loads(run(ledger, "bill", "--until", "2026-01-31", "--format", "json").split("\n1 document")[0])
    assert (row["number"], row["status"], row["payable"]) == (None, "draft", "1200.00")
    assert row["lines"][0]["text"] == "Website, All"
    assert ledger.read_bytes() == before


def test_bill_after_bill_is_empty_for_drafts_too(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-01-31", "--write", "--draft")
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-01-31", "--write")
    assert [invoice.number for invoice in opened(ledger).book.invoices] == ["draft-2026-01-31-1"]


def test_bill_explains(ledger: Path) -> None:
    text = run(ledger, "bill", "--until", "2026-01-31", "--explain")
    assert "the last one takes the remainder" in text
    assert "as written" in text


def test_the_example_has_been_billed(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE.parent, tmp_path / "ledger")
    copy = tmp_path / "ledger" / "main.beancount"
    assert "Nothing to do." in run(copy, "bill", "--until", "2026-11-30", "--write")
    run(copy, "bill", "--until", "2026-12-31", "--write")
    assert [invoice.number for invoice in opened(copy).book.invoices][-3:] == ["F2026-0079", "F2026-0080", "F2026-0081"]


@pytest.mark.parametrize("command", ["bill", "contracts", "unbilled"])
def test_a_whole_name_is_of_one_customer_and_a_part_of_all_that_have_it(ledger: Path, command: str) -> None:
    other = """
2026-01-01 open Assets:Receivable:AcmeSud
  customer: "Acme Sud"
2026-01-01 custom "invoice-contract" Assets:Receivable:AcmeSud "SUD" "subscription"
  text: "Hosting"
  account: Income:Services
  price: 77.00
  every: "month"
"""
    ledger.write_text(ledger.read_text(encoding="utf-8") + other, encoding="utf-8")
    day = ("--until" if command == "bill" else "--as-of", "2026-01-31")
    assert "Acme Sud" not in (text := run(ledger, command, *day, "--customer", "Acme", code=0))
    assert "77.00" not in text
    assert "1000.00" in text.replace(" ", "")
    assert "77.00" in run(ledger, command, *day, "--customer", "acm")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--contract", "SITTE"], 'there is no contract "SITTE": did you mean SITE?'),
        (["--contract", "site"], 'there is no contract "site": did you mean SITE?'),
        (["--customer", "Àcne"], 'there is no customer "Àcne": did you mean Acme?'),
        (["--customer", "Acne"], 'there is no customer "Acne": did you mean Acme?'),
    ],
)
def test_bill_knows_contracts_and_customers(ledger: Path, arguments: list[str], said: str) -> None:
    assert said in run(ledger, "bill", *arguments, code=1)


def test_numbers_never_run_backwards(ledger: Path) -> None:
    run(ledger, "new", "Acme", "1 DEV", "--date", "2026-03-01", "--write")
    text = run(ledger, "bill", "--until", "2026-01-31", "--write", code=1)
    assert (
        "F2026-0001 is dated 2026-03-01: the number after it cannot be dated 2026-01-31; use --date 2026-03-01" in text
    )
    run(ledger, "bill", "--until", "2026-01-31", "--date", "2026-03-01", "--write")
    assert invoice(ledger, "F2026-0002").date == date(2026, 3, 1)


def test_without_a_pattern_nothing_is_numbered(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    text = PRELUDE.replace('2025-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"\n', "")
    file.write_text(text + MORE, encoding="utf-8")
    assert "no number pattern is set: write" in run(file, "bill", "--until", "2026-01-31", "--write", code=1)


# new ----------------------------------------------------------------------------------------------------------------------


def test_new_of_items_free_words_discounts_and_tax_codes(ledger: Path) -> None:
    lines = ["6.5 DEV", "2 x Audit sur place @ 120 -10% [FR10]", "3 BOX", "-1 Remise @ 50"]
    run(
        ledger,
        "new",
        "acme",
        "--account",
        "Income:Services",
        "--date",
        "2026-02-01",
        "--due",
        "2026-02-20",
        "--write",
        "--",
        *lines,
    )
    made = invoice(ledger, "F2026-0001")
    assert [(line.text, line.quantity, line.net, line.tax) for line in made.lines] == [
        ("Développement", D("6.5"), D("650.00"), "FR20"),
        ("Audit sur place", D(2), D("216.00"), "FR10"),
        ("Box", D(3), D("24.98"), "FR20"),  # 29.97 with tax
        ("Remise", D(-1), D("-50.00"), "FR20"),
    ]
    assert made.instalments[0].due == date(2026, 2, 20)
    assert made.total == D("650.00") + D("216.00") + D("29.97") - D("50.00") + D("21.60") + D("120.00")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2 DEVV", "is not an item: did you mean DEV?"),
        ("1 Audit @ 100", "income account"),
        ("1 DEV @ 100 [FR21]", 'tax "FR21" is not known'),
        ("1 DEV @@ 3", "is not a line"),
        ("", "is not a line"),
    ],
)
def test_new_says_what_is_wrong_with_a_line(ledger: Path, line: str, said: str) -> None:
    assert said in run(ledger, "new", "Acme", line, "--date", "2026-02-01", code=1)


def test_a_code_may_begin_with_a_digit(ledger: Path) -> None:
    more = '2025-01-01 custom "invoice-item" "3D" "Print" Income:Services\n  price: 10.00\n'
    ledger.write_text(more + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    run(ledger, "new", "Acme", "3D", "2 3D", "3D @ 12 [FR10]", "3DEV", "--date", "2026-02-01", "--write")
    made = [(line.item, line.quantity, line.price) for line in invoice(ledger, "F2026-0001").lines]
    assert made == [
        ("3D", D(1), D("10.00")),
        ("3D", D(2), D("10.00")),
        ("3D", D(1), D("12.00")),
        ("DEV", D(3), D("100.00")),
    ]


def test_new_asks_for_what_is_not_said_only_on_a_terminal(ledger: Path) -> None:
    assert "the customer and the lines" in run(ledger, "new", code=2)


def test_into_and_commit_say_nothing_without_write(ledger: Path) -> None:
    assert "has no meaning without --write" in run(ledger, "bill", "--commit", code=2)


def test_many_lines_of_one_price_with_tax(ledger: Path) -> None:
    run(ledger, "new", "Acme", *["1 BOX"] * 9, "--date", "2026-02-01", "--write")
    made = invoice(ledger, "F2026-0001")
    assert (made.net, made.tax, made.payable) == (D("74.93"), D("14.98"), D("89.91"))


@pytest.mark.parametrize(("currency", "rate"), [("AUD", "0.55"), ("JPY", "0.0061"), ("KWD", "3.01")])
def test_prices_with_tax_in_another_currency_are_what_is_paid(ledger: Path, currency: str, rate: str) -> None:
    """Booked in euros a cent is more, or less, than the currency's own: nets are those of the prices, not of the bookings."""
    text = ledger.read_text().replace("open Income:Services\n", "open Income:Services EUR\n")
    more = (
        f'2025-01-01 price {currency} {rate} EUR\n2025-01-01 open Assets:Receivable:Far {currency}\n  customer: "Far"\n'
    )
    dear = '2025-01-01 custom "invoice-item" "BIN" "Bin" Income:Services\n  price-with-tax: 34.95\n'
    ledger.write_text(text + more + dear)
    for boxes in range(1, 6):
        run(ledger, "new", "Far", f"{boxes} BOX", f"{3 * boxes} BIN", "--date", "2026-02-01", "--write")
        decimals = currencies.currency_decimals(currency)
        paid = round_to(boxes * D("9.99"), decimals) + round_to(3 * boxes * D("34.95"), decimals)
        made = invoice(ledger, f"F2026-000{boxes}")
        assert (made.net, made.payable) == (round_to(paid / D("1.2"), decimals), paid)


# issue --------------------------------------------------------------------------------------------------------------------


def test_issue_numbers_dates_and_links_and_changes_no_other_byte(ledger: Path) -> None:
    draft = '2026-01-15 ! "Acme SAS" "Work; \\"quoted\\"" #tag ; a comment\n  invoice: "draft-a"  ; mine\n'
    draft += "  Assets:Receivable:Acme     120.00 EUR\n  ; between\n"
    draft += "  Income:Services  -100.00 EUR\n    quantity: 1\n    price: 100.00\n"
    draft += '  Liabilities:VAT   -20.00 EUR\n    tax: "FR20"\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + draft, encoding="utf-8")
    before = ledger.read_text(encoding="utf-8")
    run(ledger, "issue", "draft-a", "--date", "2026-02-02", "--write")
    expected = before.replace(
        '2026-01-15 ! "Acme SAS" "Work; \\"quoted\\"" #tag ; a comment',
        '2026-02-02 * "Acme SAS" "Work; \\"quoted\\"" #tag ^F2026-0001  ; a comment',
    ).replace('invoice: "draft-a"  ; mine', 'invoice: "F2026-0001"  ; mine\n  due: 2026-03-04')
    assert ledger.read_text(encoding="utf-8") == expected
    assert invoice(ledger, "F2026-0001").date == date(2026, 2, 2)


def test_issue_gives_a_deposit_its_number_where_others_deduct_it(ledger: Path) -> None:
    run(ledger, "deposit", "SITE", "30%", "--date", "2026-01-10", "--write", "--draft")
    run(ledger, "bill", "--until", "2026-01-31", "--write", "--draft")
    run(ledger, "issue", "--all", "--date", "2026-02-01", "--write")
    final = invoice(ledger, "F2026-0002")
    assert {deduction.number for deduction in final.deductions} == {"F2026-0001"}
    assert (final.prepaid, final.payable) == (D("360.00"), D("840.00"))


def test_issue_moves_the_due_dates_that_follow_from_the_date(ledger: Path) -> None:
    kept = "  price: 1000.00\n  retention: 5\n  retention-account: Assets:Receivable:Acme:Doubtful\n"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("  price: 1000.00\n", kept), encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--write", "--draft")
    once = ledger.read_text(encoding="utf-8").replace('retained: "SITE"', "due: 2027-01-31")  # as bill wrote it
    ledger.write_text(once, encoding="utf-8")
    run(ledger, "issue", "--all", "--date", "2026-03-10", "--write")
    assert "due: 2027-03-10" in ledger.read_text(encoding="utf-8")
    assert [instalment.due for instalment in invoice(ledger, "F2026-0001").instalments] == [date(2026, 4, 9), NOT_YET]


def test_issue_keeps_a_due_date_that_was_agreed(ledger: Path) -> None:
    run(ledger, "new", "Acme", "1 DEV", "--date", "2026-01-31", "--due", "2026-04-20", "--draft", "--write")
    run(ledger, "issue", "--all", "--date", "2026-03-10", "--write")
    assert [str(instalment.due) for instalment in invoice(ledger, "F2026-0001").instalments] == ["2026-04-20"]


def test_issue_of_a_draft_that_is_not_there(ledger: Path) -> None:
    assert "there is no draft draft-x" in run(ledger, "issue", "draft-x", "--write", code=1)
    assert "name the drafts, or give --all" in run(ledger, "issue", code=2)


# credit and deposit -------------------------------------------------------------------------------------------------------


def test_a_credit_note_of_all_settles_the_invoice(ledger: Path) -> None:
    run(ledger, "new", "Acme", "2 DEV", "1 BOX", "--date", "2026-02-01", "--write")
    run(ledger, "credit", "F2026-0001", "--date", "2026-02-10", "--note", "Geste commercial", "--write")
    stand = {position.invoice.number: position for position in positions(opened(ledger).book, date(2026, 2, 28))}
    assert [stand[name].status for name in ("F2026-0001", "A2026-0001")] == ["settled", "settled"]
    assert stand["A2026-0001"].payable == -stand["F2026-0001"].payable


def test_a_credit_note_of_some_lines_and_a_part_of_them(ledger: Path) -> None:
    run(ledger, "new", "Acme", "2 DEV", "3 BOX", "--date", "2026-02-01", "--write")
    run(ledger, "credit", "F2026-0001", "--lines", "2x1", "--date", "2026-02-10", "--write")
    made = invoice(ledger, "A2026-0001")
    assert [(line.quantity, line.net) for line in made.lines] == [(D(-1), D("-8.33"))]
    assert made.payable == D("-9.99")
    for number, text in (
        ("F2026-0001", "has 2 lines: there is no line 3"),
        ("A2026-0001", "has 1 line: there is no line 3"),
    ):
        assert text in run(ledger, "credit", number, "--lines", "3", "--date", "2026-02-10", code=1)
    assert "cannot be credited" in run(ledger, "credit", "F2026-0001", "--lines", "1x9", "--date", "2026-02-10", code=1)


def test_documents_are_numbered_as_what_they_are(ledger: Path) -> None:
    """What takes a credit note back is an invoice, and so is what is paid back only because of its tax."""
    run(ledger, "new", "Acme", "2 DEV", "--date", "2026-02-01", "--write")
    run(ledger, "credit", "F2026-0001", "--lines", "1x1", "--date", "2026-02-10", "--write")
    run(ledger, "credit", "A2026-0001", "--date", "2026-02-11", "--write")
    lines = ["1 Time @ 100 [REVERSE]", "--account", "Income:Services", "--", "-1 Time @ 95 [FR20]"]
    run(ledger, "new", "Acme", *lines[:3], "--date", "2026-02-12", "--write", *lines[3:])
    run(ledger, "credit", "F2026-0001", "--lines", "1x1", "--date", "2026-02-12", "--write")
    kinds = {invoice.number: (invoice.kind, invoice.payable) for invoice in opened(ledger).book.invoices}
    assert kinds == {
        "F2026-0001": ("invoice", D("240.00")),
        "A2026-0001": ("credit-note", D("-120.00")),
        "F2026-0002": ("invoice", D("120.00")),
        "F2026-0003": ("invoice", D("-14.00")),
        "A2026-0002": ("credit-note", D("-120.00")),
    }
    assert all(finding.rule != "number-not-in-series" for finding in opened(ledger).findings)


def test_a_credit_note_has_the_rate_of_what_it_corrects(ledger: Path) -> None:
    with ledger.open("a") as file:
        file.write('2026-02-05 custom "invoice-tax" "FR20"\n  rate: 21\n')
    run(ledger, "new", "Acme", "2 DEV", "1 BOX", "--date", "2026-02-01", "--write")
    run(ledger, "credit", "F2026-0001", "--lines", "1x1", "--date", "2026-02-10", "--write")
    run(ledger, "credit", "F2026-0001", "--lines", "1x1,2", "--date", "2026-02-11", "--write")
    made = [invoice(ledger, number) for number in ("A2026-0001", "A2026-0002")]
    assert [(invoice.net, invoice.tax) for invoice in made] == [
        (D("-100.00"), D("-20.00")),
        (D("-108.33"), D("-21.66")),
    ]
    run(ledger, "new", "Acme", "1 DEV", "--date", "2026-02-11", "--write")
    assert invoice(ledger, "F2026-0002").tax == D("21.00")


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_a_credit_note_of_all_takes_its_rounding_back(ledger: Path, currency: str) -> None:
    rate = " @ 0.92 EUR" if currency == "USD" else ""
    net, tax, rounding = ("-100.43", "-20.09", "-0.01") if rate else ("-109.16", "-21.83", "-0.01")
    with ledger.open("a") as file:
        file.write(
            f"""
2026-01-01 price USD 0.92 EUR
2026-02-01 * "Acme SAS" "Rounded" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme   131.00 {currency}{rate}
  Income:Services         {net} EUR
    text: "Work"
    quantity: 1
    price: 109.16
    tax: "FR20"
  Liabilities:VAT          {tax} EUR
    tax: "FR20"
    amount: 21.83
  Income:Discounts         {rounding} EUR
    rounding: TRUE
"""
        )
    if rate:
        text = ledger.read_text().replace("open Income:Services\n", "open Income:Services EUR\n")
        ledger.write_text(text.replace("-100.43 EUR", "-100.42 EUR"))
    run(ledger, "credit", "F2026-0001", "--date", "2026-02-10", "--write")
    stand = {position.invoice.number: position for position in positions(opened(ledger).book, date(2026, 2, 28))}
    assert [(stand[name].status, stand[name].open) for name in ("F2026-0001", "A2026-0001")] == [
        ("settled", D("0.00"))
    ] * 2
    assert invoice(ledger, "A2026-0001").payable == D("-131.00")


def test_a_credit_note_gives_back_what_was_withheld(ledger: Path) -> None:
    with ledger.open("a") as file:
        file.write(
            """
2026-01-01 open Assets:Withheld
2026-01-01 custom "invoice-tax" "IRPF" "Withholding 15%" Assets:Withheld
  rate: 15
  withholding: TRUE
2026-02-01 * "Acme SAS" "Consulting" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme   210.00 EUR
  Income:Services         -200.00 EUR
    item: "DEV"
    quantity: 2
  Liabilities:VAT          -40.00 EUR
    tax: "FR20"
  Assets:Withheld           30.00 EUR
    tax: "IRPF"
"""
        )
    run(ledger, "credit", "F2026-0001", "--lines", "1x0.5", "--date", "2026-02-10", "--write")
    note = invoice(ledger, "A2026-0001")
    assert (note.tax, note.total, note.withheld) == (D("-10.00"), D("-60.00"), D("-7.50"))
    assert note.payable == D("-52.50")
    run(ledger, "credit", "F2026-0001", "--lines", "1x1.5", "--date", "2026-02-10", "--write")
    stand = {position.invoice.number: position for position in positions(opened(ledger).book, date(2026, 2, 28))}
    assert [stand[name].status for name in ("F2026-0001", "A2026-0001", "A2026-0002")] == ["settled"] * 3


def test_a_final_invoice_is_credited_with_what_it_deducted(ledger: Path) -> None:
    run(ledger, "deposit", "SITE", "300", "--date", "2026-01-10", "--write")
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    run(ledger, "credit", "F2026-0002", "--reopen", "--date", "2026-02-10", "--write")
    assert invoice(ledger, "A2026-0001").payable == D("-840.00")
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    again = invoice(ledger, "F2026-0003")
    assert (again.total, again.prepaid) == (D("1200.00"), D("360.00"))


def test_what_cannot_be_credited(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-01-31", "--write", "--draft")
    assert "a draft" in run(ledger, "credit", "draft-2026-01-31-1", "--date", "2026-02-10", code=1)
    assert "there is no F2026-0009" in run(ledger, "credit", "F2026-0009", code=1)


def test_a_deposit_of_a_customer_is_deducted_by_its_number(ledger: Path) -> None:
    run(ledger, "deposit", "Acme", "500", "--text", "Advance", "--date", "2026-01-10", "--write")
    run(ledger, "new", "Acme", "10 DEV", "--deduct", "F2026-0001", "--date", "2026-02-01", "--write")
    assert invoice(ledger, "F2026-0002").payable == D("600.00")
    assert "is left to deduct" in run(ledger, "new", "Acme", "1 DEV", "--deduct", "F2026-0001", code=1)


def test_a_deposit_is_deducted_in_its_own_currency_only(ledger: Path) -> None:
    run(ledger, "deposit", "Acme", "100", "--text", "Ahead", "--date", "2026-01-05", "--write")
    dollars = ["new", "Acme", "5 DEV", "--currency", "USD", "--deduct", "F2026-0001", "--date", "2026-01-10"]
    assert "F2026-0001 is a deposit in EUR: it cannot be deducted in USD" in run(ledger, *dollars, code=1)


def test_a_deposit_in_yen_is_deducted_to_the_yen_by_books_kept_in_euros(ledger: Path) -> None:
    """777 yen at 0.0061 are 4.74 EUR, which would be 777.05 yen; their tax of 155 is 0.95 EUR, which would be 155.74."""
    text = ledger.read_text().replace("open Liabilities:Deposits\n", "open Liabilities:Deposits EUR\n")
    text = text.replace("open Liabilities:VAT\n", "open Liabilities:VAT EUR\n")
    more = '2025-01-01 price JPY 0.0061 EUR\n2025-01-01 open Assets:Receivable:Yen JPY\n  customer: "Yen KK"\n'
    ledger.write_text(text + more)
    run(ledger, "deposit", "Yen", "777", "--text", "Ahead", "--date", "2026-01-05", "--write")
    lines = ["--account", "Income:Services", "--deduct", "F2026-0001"]
    run(ledger, "new", "Yen", "1 Travail @ 33333", *lines, "--date", "2026-01-10", "--write")
    final = invoice(ledger, "F2026-0002")
    assert (final.total, final.prepaid, final.payable) == (D(40000), D(932), D(39068))
    run(ledger, "credit", "F2026-0002", "--date", "2026-01-11", "--write")
    assert invoice(ledger, "A2026-0001").payable == D(-39068)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Acme", "30%", "--text", "x"], "of what?"),
        (["SITE", "much"], "is not an amount: write 30% or"),
        (["Acme", "30"], "what the deposit is for"),
    ],
)
def test_deposits_that_cannot_be(ledger: Path, arguments: list[str], said: str) -> None:
    assert said in run(ledger, "deposit", *arguments, code=1)


# time ---------------------------------------------------------------------------------------------------------------------


def test_time_is_added_listed_and_billed(ledger: Path) -> None:
    run(ledger, "time", "add", "HOURS", "1:30", "Workshop", "--date", "2026-02-02", "--person", "Anna", "--write")
    run(ledger, "time", "add", "HOURS", "0.5", "Call", "--date", "2026-02-03", "--non-billable", "--write")
    rows = json.loads(run(ledger, "time", "list", "--as-of", "2026-02-28", "--format", "json"))
    assert [(row["quantity"], row["person"], row["billable"]) for row in rows] == [
        ("1.50", "Anna", True),
        ("0.5", None, False),
    ]
    run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS", "--write")
    assert invoice(ledger, "F2026-0001").net == D("150.00")
    assert "No time is waiting to be billed on" in run(ledger, "time", "list", "--as-of", "2026-02-28")
    assert len(json.loads(run(ledger, "time", "list", "--all", "--as-of", "2026-02-28", "--format", "json"))) == 2


def test_time_import_takes_each_record_once(ledger: Path, tmp_path: Path) -> None:
    clock = tmp_path / "work.timeclock"
    clock.write_text("i 2026-02-05 09:00:00 Acme:Import  Parsing\no 2026-02-05 10:15:00\n", encoding="utf-8")
    run(ledger, "time", "import", str(clock), "--map", "Import=HOURS", "--write")
    clock.write_text(
        clock.read_text(encoding="utf-8") + "i 2026-02-06 09:00:00 Acme:Import  Parsing\no 2026-02-06 10:00:00\n",
        encoding="utf-8",
    )
    text = run(ledger, "time", "import", str(clock), "--map", "Import=HOURS", "--write")
    assert "1 of 2 records are already in the ledger" in text
    assert [work.quantity for work in opened(ledger).book.work] == [D("1.25"), D("1.00")]


def test_time_is_kept_to_the_second_and_rounded_where_it_is_billed(ledger: Path) -> None:
    for day in ("01", "02", "03"):
        run(ledger, "time", "add", "HOURS", "0:20", "Call", "--date", f"2026-02-{day}", "--write")
    run(ledger, "time", "add", "HOURS", "1:30:00", "Call", "--date", "2026-02-04", "--write")
    assert [work.quantity for work in opened(ledger).book.work] == [D("0.3333")] * 3 + [D("1.50")]
    listed = run(ledger, "time", "list", "--as-of", "2026-02-28")
    assert "2.50" in listed.splitlines()[-2]
    run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS", "--write")
    (line,) = invoice(ledger, "F2026-0001").lines
    assert (line.quantity, line.net) == (D("2.50"), D("250.00"))
    assert sum(work.quantity for work in opened(ledger).book.work) == 0
    run(ledger, "credit", "F2026-0001", "--reopen", "--date", "2026-03-01", "--write")
    run(ledger, "bill", "--until", "2026-03-01", "--contract", "HOURS", "--write")
    assert invoice(ledger, "F2026-0002").net == D("250.00")
    assert sum(work.quantity for work in opened(ledger).book.work) == 0
    assert "0 errors, 0 warnings" in run(ledger, "check")


def test_time_that_was_imported_in_hundredths_is_not_imported_again(ledger: Path, tmp_path: Path) -> None:
    clock = tmp_path / "work.timeclock"
    clock.write_text("i 2026-02-05 09:00:00 Acme:Import  Parsing\no 2026-02-05 09:20:00\n", encoding="utf-8")
    older = '2026-02-05 * "Acme" "Parsing" #time\n  Assets:Time  0.33 HOUR\n  Equity:Time  -0.33 HOUR\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + older, encoding="utf-8")
    text = run(ledger, "time", "import", str(clock), "--map", "Import=HOURS", "--write")
    assert "1 of 1 records are already in the ledger" in text
    clock.write_text(
        "i 2026-02-05 08:00:00 Acme:Import  Parsing\no 2026-02-05 08:20:10\n" + clock.read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    run(ledger, "time", "import", str(clock), "--map", "Import=HOURS", "--write")
    assert [work.quantity for work in opened(ledger).book.work] == [D("0.33"), D("0.3361")]


def test_time_import_takes_each_record_once_whatever_it_says(ledger: Path, tmp_path: Path) -> None:
    silent = '{"start": "20260301T080000Z", "end": "20260301T093000Z", "tags": ["HOURS"]}'
    odd = '{"start": "20260302T080000Z", "end": "20260302T093000Z", "tags": ["HOURS"], "annotation": "a\\tb \\"c\\""}'
    sheet = tmp_path / "time.json"
    sheet.write_text(f"[{silent},\n{odd}]\n", encoding="utf-8")
    run(ledger, "time", "import", str(sheet), "--write")
    assert "2 of 2 records are already in the ledger" in run(ledger, "time", "import", str(sheet), "--write")
    assert len(opened(ledger).book.work) == 2


def test_time_stands_against_an_account_that_is_no_time_of_another(ledger: Path) -> None:
    more = "2025-01-01 open Assets:ATime HOUR\n"
    ledger.write_text(more + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    assert "Equity:Time " in run(ledger, "time", "add", "HOURS", "1", "Call", "--date", "2026-02-03")


@pytest.mark.parametrize("commodity", ["DAY", "JOUR"])
def test_time_kept_in_days(ledger: Path, tmp_path: Path, commodity: str) -> None:
    days = ledger.read_text(encoding="utf-8").replace(" HOUR", f" {commodity}")
    ledger.write_text(days.replace('  unit: "hour"\n', '  unit: "day"\n'), encoding="utf-8")
    run(ledger, "time", "add", "HOURS", "6:00", "Workshop", "--date", "2026-02-02", "--write")
    run(ledger, "time", "add", "HOURS", "0.5", "Call", "--date", "2026-02-03", "--write")
    clock = tmp_path / "work.timeclock"
    clock.write_text("i 2026-02-05 09:00:00 HOURS\no 2026-02-05 13:00:00\n", encoding="utf-8")
    run(ledger, "time", "import", str(clock), "--write")
    assert [str(work.quantity) for work in opened(ledger).book.work] == ["0.75", "0.5", "0.50"]
    run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS", "--write")
    assert invoice(ledger, "F2026-0001").lines[0].quantity == D("1.75")


def test_days_are_not_billed_at_the_price_of_an_hour(ledger: Path) -> None:
    ledger.write_text(ledger.read_text(encoding="utf-8").replace(" HOUR", " DAY"), encoding="utf-8")
    run(ledger, "time", "add", "HOURS", "2", "Workshop", "--date", "2026-02-02", "--write")
    text = run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS", "--write", code=1)
    assert "2 DAY of DEV is not billed, because its price is for one hour" in text
    assert opened(ledger).book.invoices == ()


def test_time_import_says_which_projects_belong_to_nothing(ledger: Path, tmp_path: Path) -> None:
    clock = tmp_path / "work.timeclock"
    clock.write_text("i 2026-02-05 09:00:00 Elsewhere\no 2026-02-05 10:15:00\n", encoding="utf-8")
    text = run(ledger, "time", "import", str(clock), code=1)
    assert (
        'no contract is known for Elsewhere: give --map "Elsewhere=CODE" or --contract CODE, with one of HOURS' in text
    )
    clock.write_text("nonsense\n", encoding="utf-8")
    assert f"{clock}:1: this is not a file of a known time tracker" in run(ledger, "time", "import", str(clock), code=1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["SITE", "1"], 1, "with a time account"),
        (["HOURS", "0"], 1, "more than 0"),
        (["HOURS", "1h"], 2, "is not a quantity: write 6"),
        (["HOURS", "1", "x", "--item", "DEVV"], 1, "did you mean DEV?"),
    ],
)
def test_time_that_cannot_be(ledger: Path, arguments: list[str], code: int, said: str) -> None:
    assert said in run(ledger, "time", "add", *arguments, code=code)


# contracts and unbilled ---------------------------------------------------------------------------------------------------


def test_unbilled_warns_of_what_has_waited_long(ledger: Path) -> None:
    run(ledger, "time", "add", "HOURS", "2", "Work", "--date", "2026-02-02", "--write")
    rows = json.loads(run(ledger, "unbilled", "--as-of", "2026-02-28", "--format", "json"))
    assert [(row["contract"], row["days"], row["net"]) for row in rows] == [
        ("HOURS", 26, "200.00"),
        ("SITE", 28, "1000.00"),
    ]
    assert "waiting for 63 days, more than 60" in run(ledger, "unbilled", "--as-of", "2026-04-06")
    assert "Nothing waits" in run(ledger, "unbilled", "--as-of", "2026-01-01")


def test_contracts_as_data(ledger: Path) -> None:
    rows = json.loads(run(ledger, "contracts", "--as-of", "2026-01-15", "--format", "json"))
    assert [(row["code"], row["left"], row["next_due"]) for row in rows] == [
        ("HOURS", None, None),
        ("SITE", "1000.00", "2026-01-31"),
    ]


# what is credited may be billed again; retentions; rebates ------------------------------------------------------------------


def test_reopened_time_is_unbilled_again_at_its_own_price(ledger: Path) -> None:
    raise_price = '2026-02-01 custom "invoice-item" "DEV"\n  price: 110.00\n'
    ledger.write_text(raise_price + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    run(ledger, "time", "add", "HOURS", "2", "January", "--date", "2026-01-12", "--write")
    run(ledger, "time", "add", "HOURS", "3", "February", "--date", "2026-02-12", "--write")
    run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS", "--write")
    run(ledger, "credit", "F2026-0001", "--lines", "1x1.5", "--date", "2026-03-01", "--reopen", "--write")
    (row,) = json.loads(run(ledger, "unbilled", "--contract", "HOURS", "--as-of", "2026-03-01", "--format", "json"))
    assert (row["quantity"], row["price"], row["net"]) == ("1.5", "100.00", "150.00")
    assert len(json.loads(run(ledger, "time", "list", "--all", "--as-of", "2026-03-01", "--format", "json"))) == 2
    run(ledger, "bill", "--until", "2026-03-01", "--contract", "HOURS", "--write")
    assert invoice(ledger, "F2026-0002").net == D("150.00")
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-03-01", "--contract", "HOURS", "--write")


def test_time_of_several_prices_and_contracts_is_reopened_and_billed_once(ledger: Path) -> None:
    more = (
        '2026-02-01 custom "invoice-item" "DEV"\n  price: 110.00\n2025-01-01 open Assets:ATime HOUR\n'
        '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "A" "time"\n  item: "DEV"\n  time: Assets:ATime\n'
    )
    ledger.write_text(more + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    for contract, day in (("A", "2026-01-12"), ("HOURS", "2026-01-12"), ("HOURS", "2026-02-12")):
        run(ledger, "time", "add", contract, "2", "Work", "--date", day, "--write")
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    run(ledger, "credit", "F2026-0001", "--reopen", "--date", "2026-03-01", "--write")
    against = {(work.account, work.counter_account) for work in opened(ledger).book.work}
    assert against == {("Assets:ATime", "Equity:Time"), ("Assets:Time", "Equity:Time")}
    run(ledger, "bill", "--until", "2026-03-01", "--write")
    assert invoice(ledger, "F2026-0002").net == invoice(ledger, "F2026-0001").net
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-03-01", "--write")


def test_time_that_moved_to_another_contract_is_billed_there(ledger: Path) -> None:
    more = (
        "2025-01-01 open Assets:ATime HOUR\n"
        '2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "A" "time"\n  item: "DEV"\n  time: Assets:ATime\n'
        '2026-01-15 * "Moved"\n  Assets:Time  -2 HOUR\n  Assets:ATime  2 HOUR\n'
    )
    ledger.write_text(more + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    assert "it is not booked against any account" in run(
        ledger, "bill", "--until", "2026-01-20", "--contract", "A", code=1
    )
    run(ledger, "time", "add", "HOURS", "5", "Work", "--date", "2026-01-12", "--write")
    run(ledger, "bill", "--until", "2026-01-20", "--contract", "A", "--write")
    waits = json.loads(run(ledger, "unbilled", "--as-of", "2026-01-20", "--format", "json"))
    assert [(row["contract"], row["quantity"]) for row in waits] == [("HOURS", "3")]


def test_what_is_credited_and_not_reopened_stays_billed(ledger: Path) -> None:
    run(ledger, "time", "add", "HOURS", "2", "Work", "--date", "2026-01-12", "--write")
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    run(ledger, "credit", "F2026-0001", "--date", "2026-03-01", "--write")
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-03-01", "--write")


SUBSCRIBED = """
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "SEATS" "subscription"
  text: "Seats"
  account: Income:Services
  price: 10.00
  quantity: 3
  every: "month"
"""


def test_a_part_of_a_period_is_not_reopened(ledger: Path) -> None:
    ledger.write_text(SUBSCRIBED + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--contract", "SEATS", "--write")
    some = ("credit", "F2026-0001", "--lines", "1x1", "--date", "2026-02-01")
    assert '"Seats": 1 of 3 cannot be billed again' in run(ledger, *some, "--reopen", code=1)
    run(ledger, *some, "--write")
    assert invoice(ledger, "A2026-0001").net == D("-10.00")


def test_a_period_is_not_reopened_twice(ledger: Path) -> None:
    ledger.write_text(SUBSCRIBED + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--write")  # the website too
    credit = ("credit", "F2026-0001", "--lines", "1", "--reopen", "--date", "2026-02-01", "--write")
    assert "line 1 is named twice" in run(ledger, "credit", "F2026-0001", "--lines", "1,1", code=1)
    run(ledger, *credit)
    assert '"Seats" of F2026-0001 is already given back by A2026-0001: leave' in run(ledger, *credit, code=1)
    run(ledger, "bill", "--until", "2026-01-31", "--date", "2026-02-02", "--write")
    assert invoice(ledger, "F2026-0002").net == D("30.00")
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-01-31", "--write")


def test_a_rebate_of_a_fixed_price_is_billed_once(ledger: Path) -> None:
    milestones = ledger.read_text(encoding="utf-8").replace("  percent: 100\n", "  price: 1200.00\n")
    rebate = '2026-01-31 custom "invoice-milestone" "SITE" "Rebate"\n  price: -200.00\n'
    ledger.write_text(rebate + milestones, encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    assert invoice(ledger, "F2026-0001").net == D("1000.00")
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-01-31", "--write")


def test_a_credit_note_gives_back_what_is_retained_where_it_stands(ledger: Path) -> None:
    kept = "  price: 1000.00\n  retention: 5\n  retention-account: Assets:Receivable:Acme:Doubtful\n"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("  price: 1000.00\n", kept), encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    run(ledger, "credit", "F2026-0001", "--date", "2026-02-10", "--write")
    assert {instalment.account: instalment.amount for instalment in invoice(ledger, "A2026-0001").instalments} == {
        "Assets:Receivable:Acme": D("-1140.00"),
        "Assets:Receivable:Acme:Doubtful": D("-60.00"),
    }
    stand = {position.invoice.number: position for position in positions(opened(ledger).book, date(2026, 2, 28))}
    assert [stand[name].status for name in ("F2026-0001", "A2026-0001")] == ["settled", "settled"]


# credits in parts -----------------------------------------------------------------------------------------------------------


def sold(ledger: Path, *lines: str) -> None:
    """Adds an invoice F2026-0001 of 2026-02-01: its postings."""
    with ledger.open("a") as file:
        file.write('\n2026-02-01 * "Acme SAS" "Sold" ^F2026-0001\n  invoice: "F2026-0001"\n' + "\n".join(lines) + "\n")


def in_parts(ledger: Path, *parts: tuple[str, ...]) -> list[Decimal]:
    """Credits F2026-0001 part by part; what each credit note comes to. All of it must add up, and nothing may stay open."""
    for day, part in enumerate(parts, 1):
        run(ledger, "credit", "F2026-0001", *part, "--date", f"2026-03-{day:02}", "--write")
    book = opened(ledger).book
    assert sum((invoice.net for invoice in book.invoices), D(0)) == 0
    codes = {tax.tax.code for invoice in book.invoices for tax in invoice.taxes}
    for code in codes:
        assert (
            sum((tax.amount for invoice in book.invoices for tax in invoice.taxes if tax.tax.code == code), D(0)) == 0
        )
    assert {position.open for position in positions(book, date(2026, 4, 1))} == {D("0.00")}
    return [-invoice.payable for invoice in book.invoices[1:]]


@pytest.mark.parametrize(
    ("price", "tax", "total", "parts"),
    [
        ("29.99", "17.99", "107.96", ["35.99", "35.99", "35.98"]),
        ("33.31", "19.99", "119.92", ["39.97", "39.97", "39.98"]),
        ("0.33", "0.20", "1.19", ["0.40", "0.40", "0.39"]),
        ("10.02", "6.01", "36.07", ["12.02", "12.02", "12.03"]),
    ],
)
def test_the_last_of_three_takes_what_is_left(ledger: Path, price: str, tax: str, total: str, parts: list[str]) -> None:
    sold(
        ledger, f"  Assets:Receivable:Acme  {total} EUR", f"  Income:Services  -{D(price) * 3} EUR", '    text: "Licence"',
        "    quantity: 3", f"    price: {price}", '    tax: "FR20"', f"  Liabilities:VAT  -{tax} EUR", '    tax: "FR20"',
    )  # fmt: skip
    assert in_parts(ledger, *[("--lines", "1x1")] * 3) == [D(part) for part in parts]
    text = run(ledger, "credit", "F2026-0001", "--date", "2026-03-09", code=1)
    assert f"nothing of F2026-0001 is left to credit: {total} of {total} EUR is credited by A2026-0001" in text


def test_the_rest_of_a_line_with_a_discount_is_what_is_left_of_its_net(ledger: Path) -> None:
    sold(
        ledger, "  Assets:Receivable:Acme  841.50 EUR", "  Income:Services  -701.25 EUR", '    text: "Probe"',
        "    quantity: 10", "    price: 82.50", "    discount: 15", '    tax: "FR20"',
        "  Liabilities:VAT  -140.25 EUR", '    tax: "FR20"',
    )  # fmt: skip
    assert in_parts(ledger, ("--lines", "1x3"), ("--lines", "1x7")) == [D("252.46"), D("589.04")]


def test_all_after_a_part_is_what_is_left_with_its_allowance(ledger: Path) -> None:
    sold(
        ledger, "  Assets:Receivable:Acme  1140.00 EUR", "  Income:Services  -1000.00 EUR", '    text: "Work"',
        "    quantity: 10", "    price: 100.00", '    tax: "FR20"', "  Income:Discounts  50.00 EUR",
        '    allowance: "Loyal"', '    tax: "FR20"', "  Liabilities:VAT  -190.00 EUR", '    tax: "FR20"',
    )  # fmt: skip
    shown = run(ledger, "credit", "F2026-0001", "--lines", "1x4", "--date", "2026-02-10", "--write")
    assert "-456.00" in shown
    assert [(line.text, line.net) for line in invoice(ledger, "A2026-0001").lines] == [
        ("Work", D(-400)),
        ("Loyal", D(20)),
    ]
    shown = run(ledger, "credit", "F2026-0001", "--date", "2026-02-11")
    assert "F2026-0001: 456.00 of 1140.00 EUR is credited by A2026-0001" in shown
    assert "quantity: -6" in shown
    assert "6 are left, as 456.00" in run(
        ledger, "credit", "F2026-0001", "--lines", "1x7", "--date", "2026-02-11", code=1
    )
    assert in_parts(ledger, ()) == [D("456.00"), D("684.00")]


def test_sums_and_price_differences(ledger: Path) -> None:
    sold(
        ledger, "  Assets:Receivable:Acme  560.00 EUR", "  Income:Services  -300.00 EUR", '    text: "Work"',
        "    quantity: 3", "    price: 100.00", '    tax: "FR20"', "  Income:Services  -200.00 EUR", '    text: "Books"',
        "    quantity: 2", "    price: 100.00", '    tax: "FR10"', "  Liabilities:VAT  -20.00 EUR", '    tax: "FR10"',
        "  Liabilities:VAT  -60.00 EUR", '    tax: "FR20"', "  Income:Discounts  20.00 EUR", "    rounding: TRUE",
    )  # fmt: skip
    for arguments, text in (
        (("--amount", "501", "Late"), "501 EUR of F2026-0001 cannot be credited: 500.00 without tax is left"),
        (("--amount", "50"), "what the sum is for"),
        (("--amount", "50", "Late", "--tax", "X"), "has no lines under X: its codes are FR10, FR20"),
        (("--amount", "1.005", "Late"), "has 2 decimals"),
        (("--lines", "1@-101"), "101.00 less for each of 3 is 303.00 EUR without tax, but only 300.00 is left of it"),
    ):
        assert text in run(ledger, "credit", "F2026-0001", *arguments, "--date", "2026-02-10", code=1)
    parts = [
        ("--amount", "50", "Late"),
        ("--amount", "10", "Late", "--tax", "FR10"),
        ("--lines", "1@-5"),
        ("--lines", "1x1"),
        (),
    ]
    assert in_parts(ledger, *parts)[:3] == [D("58.00"), D("11.00"), D("18.00")]
    late, *_others = opened(ledger).book.invoices[1:]
    assert [(line.text, line.tax, line.net) for line in late.lines] == [
        ("Late", "FR10", D(-20)),
        ("Late", "FR20", D(-30)),
    ]
    assert late.corrects == ("F2026-0001",)


def test_days_of_a_period(ledger: Path) -> None:
    prorated = SUBSCRIBED.replace('every: "month"', 'every: "month"\n  prorate: TRUE')
    ledger.write_text(prorated + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--contract", "SEATS", "--write")
    days = ("credit", "F2026-0001", "--from", "2026-01-22", "--to", "2026-01-25", "--date", "2026-02-01")
    wrong = ("--from", "2026-01-05", "--to", "2026-01-01")
    assert "is before --from" in run(ledger, "credit", "F2026-0001", *wrong, code=1)
    run(ledger, *days, "--reopen", "--write")
    (line,) = invoice(ledger, "A2026-0001").lines
    assert (line.net, line.start, line.end) == (D("-3.87"), date(2026, 1, 22), date(2026, 1, 25))  # 30.00 × 4 / 31
    assert "from 2026-01-22 to 2026-01-25 is left" in run(ledger, *days, code=1)
    waits = json.loads(run(ledger, "unbilled", "--as-of", "2026-02-01", "--contract", "SEATS", "--format", "json"))
    assert [(row["from"], row["to"]) for row in waits if row["to"] < "2026-02-01"] == [("2026-01-22", "2026-01-25")]
    assert in_parts(ledger, ("--from", "2026-01-20"), ())[1] == D("9.29")  # 26.13 × 8 / 27 days are 7.74, and the tax


def test_days_of_what_is_billed_whole_are_not_reopened(ledger: Path) -> None:
    ledger.write_text(SUBSCRIBED + ledger.read_text(encoding="utf-8"), encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--contract", "SEATS", "--write")
    days = ("credit", "F2026-0001", "--from", "2026-01-22", "--date", "2026-02-01")
    assert "give the contract prorate: TRUE" in run(ledger, *days, "--reopen", code=1)
    assert in_parts(ledger, ("--from", "2026-01-22"), ()) == [D("11.62"), D("24.38")]


@pytest.mark.parametrize(
    ("postings", "expected"),
    [
        (
            '  Assets:Receivable:Acme  1200.00 USD @ 0.92 EUR\n  Income:Services  -920.00 EUR\n    text: "Work"\n'
            '    quantity: 10\n    price: 100.00\n    tax: "FR20"\n  Liabilities:VAT  -184.00 EUR\n    tax: "FR20"\n'
            "    amount: 200.00",
            {"Assets:Receivable:Acme": "-600.00 USD", "Income:Services": "460.00 EUR", "Liabilities:VAT": "92.00 EUR"},
        ),
        (
            "  Assets:Receivable:Acme  1200.00 USD @ 0.92 EUR\n  Income:Services  -1000.00 USD @ 0.92 EUR\n"
            '    text: "Work"\n    quantity: 10\n    price: 100.00\n    tax: "FR20"\n  Liabilities:VAT  -184.00 EUR\n'
            '    tax: "FR20"\n    amount: 200.00',
            {"Assets:Receivable:Acme": "-600.00 USD", "Income:Services": "500.00 USD", "Liabilities:VAT": "92.00 EUR"},
        ),
        (
            '  Assets:Receivable:Acme  1200.00 USD\n  Income:Services  -920.00 EUR @@ 1000.00 USD\n    text: "Work"\n'
            '    quantity: 10\n    price: 100.00\n    tax: "FR20"\n  Liabilities:VAT  -184.00 EUR @@ 200.00 USD\n'
            '    tax: "FR20"\n    amount: 200.00',
            {"Assets:Receivable:Acme": "-600.00 USD", "Income:Services": "460.00 EUR", "Liabilities:VAT": "92.00 EUR"},
        ),
    ],
)
def test_a_credit_note_is_booked_as_its_invoice_is(ledger: Path, postings: str, expected: dict[str, str]) -> None:
    """At its rate, whatever the price is by now, and where no price directive says one."""
    with ledger.open("a") as file:
        file.write("2026-02-20 price USD 0.99 EUR\n")
    sold(ledger, postings)
    shown = run(ledger, "credit", "F2026-0001", "--lines", "1x5", "--date", "2026-02-21")
    found = dict(re.findall(r"^  (\S+)\s+(-?[\d.]+ [A-Z]+)", shown, re.M))
    assert found == expected
    assert "0.99" not in shown
    assert in_parts(ledger, ("--lines", "1x5"), ()) == [D("600.00")] * 2
    assert sum(tax.booked for invoice in opened(ledger).book.invoices for tax in invoice.taxes) == 0


@pytest.mark.parametrize(("paid", "main", "kept"), [("0", "-228.00", "-12.00"), ("1140.00", "-180.00", "-60.00")])
def test_a_retention_goes_back_in_proportion_as_far_as_it_is_open(
    ledger: Path, paid: str, main: str, kept: str
) -> None:
    sold(
        ledger, "  Assets:Receivable:Acme  1140.00 EUR", "    due: 2026-03-03", "  Assets:Receivable:Acme:Doubtful  "
        "60.00 EUR",
        "    due: 2027-02-01", "  Income:Services  -1000.00 EUR", '    text: "Works"', "    quantity: 10", "    price: 100.00",
        '    tax: "FR20"', "  Liabilities:VAT  -200.00 EUR", '    tax: "FR20"',
        '2026-02-04 * "Acme" "Paid" ^F2026-0001', f"  Assets:Bank  {paid} EUR", f"  Assets:Receivable:Acme  -{paid} EUR",
    )  # fmt: skip
    run(ledger, "credit", "F2026-0001", "--lines", "1x2", "--date", "2026-03-10", "--write")
    assert {instalment.account: instalment.amount for instalment in invoice(ledger, "A2026-0001").instalments} == {
        "Assets:Receivable:Acme": D(main),
        "Assets:Receivable:Acme:Doubtful": D(kept),
    }


def test_what_is_shown_of_a_ledger_with_errors_says_them(ledger: Path) -> None:
    run(ledger, "new", "Acme", "3 DEV", "--date", "2026-02-01", "--write")
    run(ledger, "deposit", "Acme", "50", "--text", "Ahead", "--date", "2026-02-02", "--write", "--draft")
    with ledger.open("a") as file:
        file.write('2026-02-02 custom "invoice-item" "DEV" Income:Services\n  prize: 3\n')
    for command in (
        ("bill", "--until", "2026-01-31", "--entries"),
        ("new", "Acme", "1 DEV", "--date", "2026-02-03"),
        ("credit", "F2026-0001", "--lines", "1x1", "--date", "2026-02-03"),
        ("deposit", "Acme", "50", "--text", "Ahead", "--date", "2026-02-03"),
        ("issue", "--all", "--date", "2026-02-03"),
    ):
        shown = run(ledger, *command, code=1)
        assert "invoice:" in shown
        assert "prize" in shown.split("nothing is written without --write")[1]
        assert "--write writes nothing until it is" in shown
        assert "nothing is written into it until they are" in run(ledger, *command, "--write", code=1)


# starting -----------------------------------------------------------------------------------------------------------------

SELLER = (
    "--name",
    "Lumen",
    "--siren",
    "812345676",
    "--date",
    "2026-01-01",
    "--city",
    "Rennes",
    "--register",
    "RCS Rennes 812 345 676",
)
COMMANDS = ("check", "list", "aging", "remind", "contracts", "unbilled", "tax-due", "time list", "bill", "render --all")


def test_a_german_seller_speaks_german(tmp_path: Path) -> None:
    said = ("--name", "Müller Beratung", "--country", "DE", "--date", "2026-01-01")
    run(tmp_path, "init", str(tmp_path / "a"), *said, "--rate", "19", "--regime", "invoices")
    run(tmp_path, "init", str(tmp_path / "b"), *said, "--regime", "exempt")
    taxed, exempt = (opened(tmp_path / name / "main.beancount").book for name in "ab")
    assert taxed.option("language", date(2026, 1, 1)) == "de"
    assert taxed.taxes["DE19"].latest.label == "USt 19 %"
    assert exempt.taxes["EXEMPT"].latest.reason == "Steuerfrei nach §\N{NO-BREAK SPACE}19 UStG (Kleinunternehmer)"


def test_git_leaves_alone_what_is_made_anew(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    (books / ".gitignore").write_text("scans/\n/outbox/", encoding="utf-8")
    run(tmp_path, "init", str(books), *SELLER, "--country", "FR")
    said = (books / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert said[:2] == ["scans/", "/outbox/"]
    assert len(said) == len(set(said))
    git = shutil.which("git") or "git"
    subprocess.run([git, "init", "-q", str(books)], check=True)
    made = (".main.beancount.picklecache", "outbox/post-2026-11-30.pdf", ".2026.beancount-x7_kq0ab", ".bean-invoice-sending",
            "documents/2026/.F2026-0001.pdf.waiting", "documents/2026/..F2026-0001.pdf.waiting-0a1b2c3d")  # fmt: skip
    kept = ("main.beancount", "sent-2026.beancount", "documents/2026/F2026-0001.pdf", ".gitignore")
    done = subprocess.run([git, "-C", books, "check-ignore", *made, *kept], capture_output=True, text=True, check=True)
    assert done.stdout.split() == list(made)


def test_init_proposes_no_rates_of_another_country(tmp_path: Path) -> None:
    text = run(tmp_path, "init", str(tmp_path / "a"), "--name", "Acme Inc", "--country", "US", code=2)
    assert "give the rates of tax in US, the usual one first: --rate NUMBER, once for each" in text


@pytest.mark.parametrize("regime", ["invoices", "payments", "exempt"])
@pytest.mark.parametrize("country", ["FR", "DE"])
def test_init_writes_a_ledger_that_every_command_works_on(
    tmp_path: Path, regime: str, country: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rates = [] if country == "FR" or regime == "exempt" else ["--rate", "19"]
    result = CliRunner().invoke(main, ["init", "books", *SELLER, "--regime", regime, "--country", country, *rates])
    assert result.exit_code == 0, result.output
    ledger = tmp_path / "books" / "main.beancount"
    for command in COMMANDS:
        run(ledger, *command.split())
    run(ledger, "customer", "add", "Menuiserie Kerbrat SAS", "--siren", "503128464", "--date", "2026-01-01", "--write")
    names = DEFAULT_ACCOUNTS[usual_language(country)]
    sales = names.sales
    run(
        ledger,
        "item",
        "add",
        "DEV",
        "Development",
        "--price",
        "98",
        "--unit",
        "hour",
        "--account",
        sales,
        "--date",
        "2026-01-01",
        "--write",
    )
    run(ledger, "new", "kerbrat", "2 DEV", "--date", "2026-02-01", "--write")
    number = "R2026-0001" if country == "DE" else "F2026-0001"
    made = invoice(ledger, number)
    assert made.net == D("196.00")
    assert made.source.file == str(ledger.parent / "2026.beancount")
    asked = run(ledger, "remind", "--as-of", "2026-04-30")
    assert "nothing is booked until 2026-04-30; book the bank first" in asked  # although nobody has paid yet
    assert "To send: bean-invoice send" in run(
        ledger, "today", "--as-of", "2026-02-02"
    )  # although nothing was sent yet
    assert f"held back: {number}" in asked
    run(ledger, "interest", number, "--as-of", "2026-06-30", "--book", "--write")
    claim = invoice(ledger, "P2026-0001")
    assert {line.account for line in claim.lines} == {names.late_interest}
    assert open_ledger(ledger).errors == ()
    refused = run(ledger, "init", "books", *SELLER, "--country", "FR", code=1)
    assert "settings.beancount already exists" in refused
    assert refused.endswith("init --from books/main.beancount\n")
    for command in COMMANDS:
        run(ledger, *command.split())


@pytest.mark.parametrize(("number", "claims"), [("F{year}-{seq:04}", "P2026-0001"), ("P{year}-{seq:03}", "P2026-002")])
def test_claims_of_new_books_never_share_a_number_with_an_invoice(tmp_path: Path, number: str, claims: str) -> None:
    books = tmp_path / "books"
    result = CliRunner().invoke(main, ["init", str(books), *SELLER, "--country", "FR", "--number", number])
    assert result.exit_code == 0, result.output
    ledger = books / "main.beancount"
    run(ledger, "customer", "add", "Acme", "--date", "2026-01-01", "--write")
    run(
        ledger, "item", "add", "DEV", "Development", "--price", "98", "--account", "Income:Prestations", "--date",
        "2026-01-01", "--write",
    )  # fmt: skip
    run(ledger, "new", "Acme", "2 DEV", "--date", "2026-02-01", "--write")
    (first,) = open_ledger(ledger).book.invoices
    run(ledger, "interest", first.number, "--as-of", "2026-06-30", "--book", "--write")
    assert [invoice.number for invoice in open_ledger(ledger).book.invoices] == [first.number, claims]


def test_wrong_ids_are_refused_with_the_reason(tmp_path: Path, ledger: Path) -> None:
    text = run(ledger, "init", str(tmp_path / "new"), "--name", "X", "--siren", "812345678", code=2)
    assert "its check digits do not match" in text
    assert "it is 812345676" in text
    assert "its check digits do not match" in run(ledger, "customer", "add", "X", "--vat-id", "DE136695977", code=2)
    assert "--rate NUMBER" in run(
        ledger, "init", str(tmp_path / "new"), "--name", "X", "--country", "US", "--regime", "invoices", code=2
    )
    assert not (tmp_path / "new").exists()


def test_items_and_customers_that_are_there_already(ledger: Path) -> None:
    assert "DEV already" in run(ledger, "item", "add", "DEV", "x", code=1)
    assert "already belongs to Acme SAS" in run(
        ledger, "customer", "add", "Acme", "--account", "Assets:Receivable:Acme", code=1
    )
    assert "Assets:Receivable:Acme2" in run(ledger, "customer", "add", "Acme GmbH", "--date", "2026-01-01")


def test_a_customer_has_a_name_and_another_of_the_same_name_is_asked_for(ledger: Path) -> None:
    assert "a customer needs a name: give one" in run(ledger, "customer", "add", " ", "--write", code=1)
    before = ledger.read_bytes()
    text = run(ledger, "customer", "add", "acme sas", "--date", "2026-01-01", "--write", code=1)
    assert "Assets:Receivable:Acme is a customer of the same name" in text
    assert "this is another customer, give --another" in text
    assert ledger.read_bytes() == before
    assert "open Assets:Receivable:AcmeSas" in run(ledger, "customer", "add", "acme sas", "--another", "-w")


OLD = """option "operating_currency" "EUR"
2025-01-01 open Assets:Receivable:Acme EUR ; the first one
2025-01-01 open Assets:Receivable:BirchAndSons EUR
2025-01-01 open Assets:Bank EUR
2025-01-01 open Income:Sales EUR
2025-01-01 open Liabilities:VAT EUR
2025-01-01 open Equity:Opening-Balances EUR
2025-11-03 * "Acme Industrie SAS" "Facture 2025-031" ^2025-031
  Assets:Receivable:Acme  1200.00 EUR
  Income:Sales  -1000.00 EUR
  Liabilities:VAT  -200.00 EUR
2025-12-01 * "Acme Industrie SAS" "Facture 2025-040"
  Assets:Receivable:Acme  600.00 EUR
  Income:Sales  -500.00 EUR
  Liabilities:VAT  -100.00 EUR
2025-12-20 * "Acme Industrie SAS" "Virement"
  Assets:Bank  1500.00 EUR
  Assets:Receivable:Acme
"""


def test_older_books_are_taken_over_with_their_open_items(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(OLD, encoding="utf-8")
    arguments = (
        "init",
        "--from",
        str(ledger),
        *SELLER,
        "--country",
        "FR",
        "--regime",
        "invoices",
        "--as-of",
        "2026-01-01",
    )
    shown = run(ledger, *arguments)
    assert ledger.read_text(encoding="utf-8") == OLD
    assert '  customer: "Acme Industrie SAS"' in shown
    run(ledger, *arguments, "--write")
    found = opened(ledger)
    assert [(dated.latest.name) for dated in found.book.customers.values()] == [
        "Acme Industrie SAS",
        "Birch And Sons",
    ]
    (item,) = [position for position in positions(found.book, date(2026, 1, 1)) if position.open]
    assert (item.invoice.number, item.open, item.due) == ("2025-040", D("300.00"), date(2025, 12, 31))
    rows = json.loads(run(ledger, "aging", "--as-of", "2026-01-15", "--format", "json"))["rows"]
    assert [(row["account"], row["unallocated"], row["total"]) for row in rows] == [
        ("Assets:Receivable:Acme", "0.00", "300.00")
    ]
    run(ledger, "new", "Acme", "1 Audit @ 100", "--account", "Income:Sales", "--date", "2026-01-20", "--write")
    assert invoice(ledger, "F2026-0001").total == D("120.00")


ROOTS = {"Assets": "Actifs", "Liabilities": "Dettes", "Equity": "Capital", "Income": "Produits", "Expenses": "Charges"}


def renamed(text: str) -> str:
    """A ledger whose accounts begin in French."""
    for name, own in ROOTS.items():
        text = f'option "name_{name.lower()}" "{own}"\n' + text.replace(f"{name}:", f"{own}:")
    return text


def test_ledgers_whose_accounts_begin_otherwise_are_written_too(ledger: Path) -> None:
    ledger.write_text(renamed(ledger.read_text(encoding="utf-8")), encoding="utf-8")
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    assert invoice(ledger, "F2026-0001").lines[0].account == "Produits:Services"
    text = run(ledger, "new", "Acme", "1 DEV", "1 Audit @ 5", "--account", "Nowhere:At", "--date", "2026-02-01", code=1)
    first = ledger.read_text(encoding="utf-8")[: ledger.read_text(encoding="utf-8").index("plugin")].count("\n") + 1
    assert f"{ledger}:{first + 8}: Invalid account name: Nowhere:At" in text
    assert "open Actifs:Receivable:Zo" in run(ledger, "customer", "add", "Zoé", "--date", "2026-01-01")


def test_older_books_whose_accounts_begin_otherwise_are_taken_over(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(renamed(OLD.replace("Equity:Opening-Balances", "Equity:Ouverture")), encoding="utf-8")
    arguments = ("--country", "FR", "--regime", "payments", "--as-of", "2026-01-01", "--write")
    run(ledger, "init", "--from", str(ledger), *SELLER, *arguments)
    (item,) = [position for position in positions(opened(ledger).book, date(2026, 1, 1)) if position.open]
    assert (item.invoice.number, item.open) == ("2025-040", D("300.00"))
    assert opened(ledger).book.taxes["FR20"].latest.account == "Dettes:VAT"


def test_older_books_without_an_account_of_equity_get_one(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(OLD.replace("2025-01-01 open Equity:Opening-Balances EUR\n", ""), encoding="utf-8")
    arguments = ("--country", "FR", "--regime", "invoices", "--as-of", "2026-01-01", "--write")
    assert "open Equity:Opening-Balances" in run(ledger, "init", "--from", str(ledger), *SELLER, *arguments)
    (item,) = [position for position in positions(opened(ledger).book, date(2026, 1, 1)) if position.open]
    assert (item.invoice.number, item.open) == ("2025-040", D("300.00"))


def test_older_books_in_german_have_their_debtors_found(tmp_path: Path) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(OLD.replace("Assets:Receivable:Acme", "Assets:Debitoren"), encoding="utf-8")
    arguments = ("--country", "DE", "--rate", "19", "--regime", "invoices", "--as-of", "2026-01-01", "--write")
    run(ledger, "init", "--from", str(ledger), *SELLER, *arguments)
    assert "Assets:Debitoren" in opened(ledger).book.customers


# the shell ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [("bean-invoice bill --contract S", "SITE"), ("bean-invoice new A", "Acme"), ("bean-invoice time add H", "HOURS")],
)
def test_the_shell_completes_customers_contracts_items(ledger: Path, words: str, said: str) -> None:
    count = len(words.split()) - 1
    command = [str(Path(sys.executable).with_name("bean-invoice"))]
    asked = {"_BEAN_INVOICE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    environment = {**asked, "BEANCOUNT_FILE": str(ledger), "PATH": os.environ["PATH"]}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert said in result.stdout


ORPHAN = """
2025-01-01 open Assets:Lost HOUR
2026-02-03 * "Found on no contract" #time
  Assets:Lost   4 HOUR
  Equity:Time  -4 HOUR
"""


def test_no_money_is_left_out_without_a_word_in_the_exit_code(ledger: Path) -> None:
    run(ledger, "time", "add", "HOURS", "2", "Workshop", "--date", "2026-02-02", "--write")
    ledger.write_text(ledger.read_text(encoding="utf-8") + ORPHAN, encoding="utf-8")
    bill = ("bill", "--until", "2026-02-28", "--write", "--draft")
    # asking for a contract asks for nothing of others
    assert "Assets:Lost" not in run(ledger, *bill[:3], "--contract", "HOURS")
    text = run(ledger, *bill, code=1)
    assert "4 HOUR of 2026-02-03 are not billed, as no contract names that account" in text
    assert "written to" in text  # all the rest is billed
    assert "--leave-out" in text
    assert "1 thing is left out" in run(ledger, *bill, code=1)
    assert "1 thing is left out" not in run(ledger, *bill, "--leave-out")
    assert "no contract names that account" in run(ledger, "unbilled", "--as-of", "2026-02-28")
    assert "[time-without-contract]" in run(ledger, "check", "--strict", code=1)
    (found,) = [one for one in json.loads(run(ledger, "today", "--as-of", "2026-02-28", "--format", "json"))
                if one["kind"] == "decide"]  # fmt: skip
    assert (found["day"], found["customer"], found["amount"]) == ("2026-02-03", None, None)
    # the advice leads out
    for mended in (
        ORPHAN.replace("open Assets:Lost HOUR", "open Assets:Lost HOUR\n  non-billable: TRUE"),
        ORPHAN.replace("  4 HOUR\n", "  4 HOUR\n    non-billable: TRUE\n"),
    ):
        other = ledger.with_name("mended.beancount")
        other.write_text(ledger.read_text(encoding="utf-8").replace(ORPHAN, mended), encoding="utf-8")
        assert "Assets:Lost" not in run(other, *bill)
        assert "time-without-contract" not in run(other, "check")


def test_nothing_to_do_says_when_the_next_is_due(ledger: Path) -> None:
    assert "Nothing to do. The next billing is due on 2026-01-31 (SITE)." in run(
        ledger, "bill", "--until", "2026-01-15"
    )
    run(ledger, "bill", "--until", "2026-01-31", "--write")
    assert "Nothing to do.\n" in run(ledger, "bill", "--until", "2026-01-31", "--write")


def test_a_new_invoice_speaks_of_the_hours_that_wait(ledger: Path) -> None:
    run(ledger, "time", "add", "HOURS", "10", "Workshop", "--date", "2026-02-02", "--write")
    text = run(ledger, "new", "Acme SAS", "10 DEV", "--date", "2026-02-28")
    assert "10 HOUR of contract HOURS (1000.00 EUR without tax) is waiting to be billed" in text
    assert "bean-invoice bill --contract HOURS --until 2026-02-28 bills it" in text
    assert "to be billed" not in run(ledger, "new", "Acme SAS", "10 DEV", "--date", "2026-02-01")


def test_time_that_was_billed_as_one_sum_comes_back_whole(ledger: Path) -> None:
    capped = ledger.read_text(encoding="utf-8").replace(
        "  time: Assets:Time\n", "  time: Assets:Time\n  cap: 1000.00\n"
    )
    ledger.write_text(capped.replace("price: 100.00\n  tax", "price: 1234.56\n  tax"), encoding="utf-8")
    run(ledger, "time", "add", "HOURS", "8", "Workshop", "--date", "2026-02-02", "--write")
    run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS", "--write", "--leave-out")
    (line,) = open_ledger(ledger).book.invoices[0].lines
    assert (line.unit, line.quantity) == ("LS", D(1))
    run(ledger, "credit", "F2026-0001", "--reopen", "--date", "2026-03-01", "--write")
    listed = json.loads(run(ledger, "time", "list", "--as-of", "2026-03-31", "--format", "json"))
    assert sum(D(one["quantity"]) for one in listed) == D(8)
    assert "[hours]" not in run(ledger, "check")


def test_what_is_said_to_write_down_leads_out(ledger: Path) -> None:
    capped = ledger.read_text(encoding="utf-8").replace("  time: Assets:Time\n", "  time: Assets:Time\n  cap: 500.00\n")
    ledger.write_text(capped, encoding="utf-8")
    run(ledger, "time", "add", "HOURS", "8", "Workshop", "--date", "2026-02-02", "--write")
    text = run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS", "--write", code=1)
    assert "write -3.00 HOUR on Assets:Time with written-down: TRUE" in text
    down = (
        '2026-02-28 * "Given away"\n  Assets:Time  -3.00 HOUR\n    item: "DEV"\n    written-down: TRUE\n  Equity:Time\n'
    )
    ledger.write_text(ledger.read_text(encoding="utf-8") + down, encoding="utf-8")
    assert "over-cap" not in run(ledger, "check", "--strict")
    assert "Nothing to do." in run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOURS")
