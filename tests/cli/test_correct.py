"""An issued invoice is cancelled and replaced by a corrective one: both entries, and what the reports make of them."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing import einvoice, receivables
from beancount_invoicing.billing import ContractFilter, contract_statuses
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import Ledger, open_ledger
from beancount_invoicing.model import Book
from tests.ledgers import PRELUDE

LEDGER = (
    PRELUDE
    + """
2025-01-01 custom "invoice-option" "claim-account" Income:Services
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-tax" "PAID" "TVA sur encaissement" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 open Liabilities:Pending
2025-01-01 open Assets:Time:Study HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 open Assets:Receivable:Quai
  customer: "Quai SARL"
  address: "2 quai Sud"
  city: "Brest"
  country: "FR"
  siren: "503128464"
  terms: "30 days"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  text: "Maintenance"
  account: Income:Services
  price: 100.00
  every: "month"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "STUDY" "time"
  text: "Study"
  account: Income:Services
  time: Assets:Time:Study
  price: 80.00
2026-01-10 * "Acme" "Plans" #time
  Assets:Time:Study  6 HOUR
  Equity:Time
2026-02-02 * "Acme SAS" "Workshop" ^F2026-0001
  invoice: "F2026-0001"
  purchase-order: "PO-1"
  note: "Thank you"
  Assets:Receivable:Acme  732.00 EUR
  Income:Services  -600.00 EUR
    text: "Workshop"
    quantity: 3
    price: 200.00
    tax: "PAID"
    nature: "services"
  Income:Discounts  50.00 EUR
    allowance: "Welcome"
    tax: "PAID"
  Income:Services  -60.00 EUR
    text: "Travel"
    quantity: 1
    price: 60.00
    tax: "PAID"
    nature: "services"
  Liabilities:Pending  -122.00 EUR
    tax: "PAID"
2026-02-10 * "Acme" "A part" ^F2026-0001
  Assets:Bank  366.00 EUR
  Assets:Receivable:Acme  -366.00 EUR

plugin "beancount_invoicing"
"""
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An invoice of two lines and an allowance, half of it paid; a subscription, and time that waits."""
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What `bean-invoice` prints, errors too."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def correct(ledger: Path, *arguments: str) -> Ledger:
    """The ledger once F2026-0001 is corrected on 1 March."""
    run(ledger, "correct", "F2026-0001", "Agreed price", "--date", "2026-03-01", "--write", *arguments)
    opened = open_ledger(ledger)
    assert not opened.errors
    return opened


def balances(book: Book, day: date) -> dict[str, Decimal]:
    """What is open of each document on a day, where something is."""
    return {position.invoice.number: position.open for position in receivables.positions(book, day) if position.open}


def answer(ledger: Path, *arguments: str) -> Any:
    """What it prints as JSON; notices stand apart."""
    return json.loads(CliRunner().invoke(main, ["-f", str(ledger), *arguments, "--format", "json"]).stdout)


def test_both_entries_are_shown_before_they_are_written(ledger: Path) -> None:
    before = ledger.read_bytes()
    shown = run(
        ledger, "correct", "F2026-0001", "Agreed price", "--line", "1", "--price", "180", "--date", "2026-03-01"
    )
    assert ledger.read_bytes() == before
    assert re.search(r'kind: "cancellation"\n  corrects: "F2026-0001"\n  Assets:Receivable:Acme +-732\.00 EUR', shown)
    assert 'kind: "corrective"\n  corrects: "F2026-0001"\n  purchase-order: "PO-1"\n  delivered: 2026-02-02\n' in shown
    assert '  note: "Agreed price\\nThank you"\n' in shown
    assert 'allowance: "Welcome"' in shown
    assert "1 document: 660.00 EUR; nothing is written without --write." in shown


def test_what_was_paid_pays_the_corrective_invoice(ledger: Path) -> None:
    """A price of 180 instead of 200 for 3: 732 − 72 = 660; 366 are paid."""
    book = correct(ledger, "--line", "1", "--price", "180").book
    new = book.invoice("F2026-0002")
    assert new is not None
    assert (new.kind, new.corrects, new.net, new.tax, new.payable) == (
        "corrective", ("F2026-0001",), Decimal("550.00"), Decimal("110.00"), Decimal("660.00"),
    )  # fmt: skip
    assert [(instalment.due, instalment.amount) for instalment in new.instalments] == [
        (date(2026, 3, 31), Decimal("660.00"))
    ]
    assert balances(book, date(2026, 2, 28)) == {"F2026-0001": Decimal("366.00")}
    assert balances(book, date(2026, 3, 1)) == {"F2026-0002": Decimal("294.00")}
    (whole,) = receivables.positions(book, date(2026, 3, 1), only_invoices=[new])
    assert [(allocation.how, allocation.amount) for allocation in whole.allocations] == [
        ("replacement", Decimal("366.00"))
    ]


@pytest.mark.parametrize(
    ("price", "is_open"),
    [
        ("200", {}),
        ("220", {"F2026-0002": Decimal("72.00")}),
        ("180", {"F2026-0001-cancelled": Decimal("-72.00")}),
    ],
    ids=["as much", "more", "less"],
)
def test_one_that_is_paid_is_corrected_too(ledger: Path, price: str, is_open: dict[str, Decimal]) -> None:
    """All 732 are paid: they pay the new one, the rest of it is asked for, or what is too much lies on the account."""
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-02-11 * "x" ^F2026-0001\n  Assets:Bank  366 EUR\n  Assets:Receivable:Acme\n')
    book = correct(ledger, "--line", "1", "--price", price).book
    assert balances(book, date(2026, 2, 28)) == {}
    assert balances(book, date(2026, 3, 1)) == is_open


def test_tax_on_payments_follows_the_money_to_the_cent(ledger: Path) -> None:
    book = correct(ledger, "--line", "1", "--price", "180").book
    due = receivables.tax_due(book, date(2026, 3, 1))
    assert [(share.date, share.number, share.amount) for share in due.tax_shares] == [
        (date(2026, 2, 10), "F2026-0001", Decimal("61.00")),
        (date(2026, 3, 1), "F2026-0001-cancelled", Decimal("-61.00")),
        (date(2026, 3, 1), "F2026-0002", Decimal("61.00")),
    ]
    (total,) = due.totals
    assert (total.booked, total.due) == (Decimal("110.00"), Decimal("61.00"))
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-04-01 * "Acme" ^F2026-0002\n  Assets:Bank  294 EUR\n  Assets:Receivable:Acme\n')
    (total,) = receivables.tax_due(open_ledger(ledger).book, date(2026, 4, 1)).totals
    assert total.due == Decimal("110.00")


def test_tax_that_is_no_longer_owed_on_payment_is_owed_no_more(ledger: Path) -> None:
    """Under a tax that is due once invoiced the tax that became due by the payment comes back."""
    book = correct(ledger, "--tax", "FR20").book
    (total,) = receivables.tax_due(book, date(2026, 3, 1)).totals
    assert (total.booked, total.due) == (Decimal(0), Decimal(0))
    new = book.invoice("F2026-0002")
    assert new and [(tax.tax.code, tax.amount) for tax in new.taxes] == [("FR20", Decimal("122.00"))]


def test_money_that_comes_under_the_old_number_pays_the_new_one(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-04-01 * "Acme" ^F2026-0001\n  Assets:Bank  294 EUR\n  Assets:Receivable:Acme\n')
    opened = open_ledger(ledger)
    assert balances(opened.book, date(2026, 4, 1)) == {}
    assert not any(finding.rule == "settles-beyond-open" for finding in opened.findings)


def test_money_that_bounces_was_the_new_one_s_by_then(ledger: Path) -> None:
    """366 paid of 732, corrected to 660, and the 366 bounce: all 660 are open, and nothing of what was replaced."""
    correct(ledger, "--line", "1", "--price", "180")
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-03-05 * "Bounced" ^F2026-0001\n  Assets:Receivable:Acme  366 EUR\n  Assets:Bank\n')
    book = open_ledger(ledger).book
    assert balances(book, date(2026, 3, 4)) == {"F2026-0002": Decimal("294.00")}
    assert balances(book, date(2026, 3, 5)) == {"F2026-0002": Decimal("660.00")}


def test_a_corrective_invoice_is_corrected_in_its_turn(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    run(ledger, "correct", "F2026-0002", "Two days", "--line", "1", "--quantity", "2", "--date", "2026-03-05", "-w")
    opened = open_ledger(ledger)
    assert not opened.errors
    assert balances(opened.book, date(2026, 3, 5)) == {"F2026-0003": Decimal("78.00")}


def test_whom_it_should_have_gone_to(ledger: Path) -> None:
    """What the wrong one paid stays on its account, and is said."""
    text = run(ledger, "correct", "F2026-0001", "Addressee", "--customer", "Quai", "--date", "2026-03-01", "--write")
    assert "366.00 EUR that Acme SAS paid on F2026-0001 stays on its account" in text
    opened = open_ledger(ledger)
    assert not opened.errors
    assert balances(opened.book, date(2026, 3, 1)) == {
        "F2026-0001-cancelled": Decimal("-366.00"),
        "F2026-0002": Decimal("732.00"),
    }
    new = opened.book.invoice("F2026-0002")
    assert new and new.customer and new.customer.name == "Quai SARL"


def test_lines_more_and_less_another_order_terms_and_days(ledger: Path) -> None:
    book = correct(
        ledger, "--drop", "2", "--add", "2 DEV", "--purchase-order", "PO-9", "--terms", "10 days", "--delivered", "2026-01-31"
    ).book  # fmt: skip
    new = book.invoice("F2026-0002")
    assert new and new.customer
    assert [(line.text, line.net) for line in new.lines] == [
        ("Workshop", Decimal("600.00")),
        ("Développement", Decimal("200.00")),
    ]
    assert (new.customer.purchase_order, new.supplied_on, new.instalments[0].due) == (
        "PO-9", date(2026, 1, 31), date(2026, 3, 11),
    )  # fmt: skip


def test_what_was_billed_of_contracts_stays_billed_once(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    book = open_ledger(ledger).book
    before = {
        status.contract.code: status.billed for status in contract_statuses(book, date(2026, 2, 28), ContractFilter())
    }
    study = next(place for place, line in enumerate(book.invoices[-1].lines, 1) if line.contract == "STUDY")
    run(
        ledger, "correct", "F2026-0002", "Four hours", "--line", str(study), "--quantity", "4", "--date", "2026-03-01", "-w",
    )  # fmt: skip
    opened = open_ledger(ledger)
    assert {finding.rule for finding in opened.findings} == {"tax-due"}, "of what was paid in February"
    after = {
        status.contract.code: status.billed
        for status in contract_statuses(opened.book, date(2026, 3, 1), ContractFilter())
    }
    assert (before["CARE"], after["CARE"]) == (Decimal("200.00"), Decimal("200.00"))
    assert (before["STUDY"], after["STUDY"]) == (Decimal("480.00"), Decimal("320.00"))
    waits = run(ledger, "unbilled", "--as-of", "2026-03-01", "--contract", "STUDY")
    assert "160.00" in waits, "two hours wait again"
    assert "CARE" not in run(ledger, "bill", "--until", "2026-02-28")


@pytest.mark.parametrize(
    ("more", "arguments", "said"),
    [
        ("", ("F2026-0009", "x"), "F2026-0009"),
        (
            '2026-02-11 * "x" ^F2026-0001 #write-off\n  Expenses:BadDebt  66 EUR\n  Assets:Receivable:Acme\n',
            ("F2026-0001", "x"), "F2026-0001 is written off in part",
        ),
        (
            '2026-02-11 ! "Acme SAS" "Plans"\n  invoice: "draft-1"\n  Assets:Receivable:Acme  12 EUR\n  '
            'Income:Services  -10 EUR\n'
            "  Liabilities:VAT  -2 EUR\n    tax: \"FR20\"\n",
            ("draft-1", "x"), "draft-1 is a draft: change it, bean-invoice draft edit draft-1",
        ),
        (
            '2026-02-11 * "Acme SAS" "x"\n  invoice: "F2026-0002"\n  kind: "deposit"\n  Assets:Receivable:Acme  '
            '12 EUR\n'
            "  Liabilities:Deposits  -10 EUR\n    text: \"Deposit\"\n    tax: \"FR20\"\n"
            "  Liabilities:VAT  -2 EUR\n    tax: \"FR20\"\n",
            ("F2026-0002", "x"), "F2026-0002 is a deposit: credit it, bean-invoice credit F2026-0002",
        ),
        ("", ("F2026-0001", "x", "--date", "2026-02-01"), "F2026-0001 is dated 2026-02-02"),
        ("", ("F2026-0001", "x", "--drop", "1", "--drop", "2"), "F2026-0001 would have no line: credit all of it"),
        ("", ("F2026-0001", "x", "--line", "9", "--price", "1"), "F2026-0001 has 2 lines: there is no line 9"),
        ("", ("F2026-0001", "x", "--line", "1", "--quantity", "-5"), "F2026-0001 would come to"),
        ("", ("F2026-0001", "x", "--customer", "Nobody"), "Nobody"),
    ],
)  # fmt: skip
def test_what_cannot_be_corrected_is_refused_with_what_to_do(
    ledger: Path, more: str, arguments: tuple[str, ...], said: str
) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(more)
    before = ledger.read_bytes()
    assert said in run(ledger, "correct", "--date", "2026-03-01", *arguments, "--write", code=1)
    assert ledger.read_bytes() == before


def test_what_is_credited_or_replaced_already_is_refused(ledger: Path) -> None:
    run(ledger, "credit", "F2026-0001", "--lines", "2", "--date", "2026-02-20", "--write")
    text = run(ledger, "correct", "F2026-0001", "x", "--date", "2026-03-01", code=1)
    assert "F2026-0001 is credited by A2026-0001" in text
    assert "credit the rest, bean-invoice credit F2026-0001, and bill again" in text
    assert "A2026-0001 is a credit note: take it back" in run(
        ledger, "correct", "A2026-0001", "x", "--date", "2026-03-01", code=1
    )


def test_of_a_replaced_invoice_its_replacement_is_corrected(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    text = run(ledger, "correct", "F2026-0001", "x", "--date", "2026-03-02", code=1)
    assert "F2026-0001 is already replaced by F2026-0002" in text
    assert "bean-invoice correct F2026-0002" in text
    text = run(ledger, "correct", "F2026-0001-cancelled", "x", "--date", "2026-03-02", code=1)
    assert "is a cancellation: correct the corrective invoice" in text


def test_it_says_what_it_is_asked_to_change(ledger: Path) -> None:
    for arguments, text in (
        (("F2026-0001", "x", "--price", "1"), "F2026-0001 has 2 lines: say which one, --line 1"),
        (("F2026-0001", "x", "--line", "1"), "say what was wrong with the line: --quantity, --price, --text,"),
        (("F2026-0001", " "), "Agreed price"),
    ):
        assert text in run(ledger, "correct", *arguments, code=2)


def test_both_are_taken_back_together(ledger: Path) -> None:
    before = ledger.read_bytes()
    for number in ("F2026-0002", "F2026-0001-cancelled"):
        correct(ledger, "--line", "1", "--price", "180")
        run(ledger, "undo", number, "--write")
        assert ledger.read_bytes().rstrip() == before.rstrip()


def test_nobody_gets_the_cancellation(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    for command in ("render", "send", "seal", "einvoice"):
        text = CliRunner().invoke(main, ["-f", str(ledger), command, "F2026-0001-cancelled"]).output
        assert "a cancellation, which its corrective invoice mentions" in text, command
    assert "F2026-0001-cancelled" not in run(ledger, "render", "Acme", "-o", str(ledger.parent / "out"))


def test_the_page_and_the_e_invoice_say_what_it_replaces(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    out = ledger.parent / "out"
    run(ledger, "render", "F2026-0002", "--to", "text", "-o", str(out))
    page = " ".join((out / "F2026-0002.txt").read_text(encoding="utf-8").split())
    assert "Facture rectificative" in page
    assert "Cette facture annule et remplace la facture n° F2026-0001 du 2 février 2026." in page
    assert "Agreed price" in page
    run(ledger, "einvoice", "F2026-0002", "-o", str(out))
    xml = einvoice.extract((out / "F2026-0002.pdf").read_bytes()).decode()
    assert ">384<" in xml
    assert "<ram:IssuerAssignedID>F2026-0001</ram:IssuerAssignedID>" in xml
    assert "annule et remplace la facture n° F2026-0001 du 02/02/2026" in xml


def test_a_statement_says_what_became_of_the_invoice(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    rows = answer(ledger, "statement", "Acme", "--as-of", "2026-03-01")
    assert rows
    out = ledger.parent / "out"
    run(ledger, "statement", "Acme", "--as-of", "2026-03-01", "--to", "text", "-o", str(out))
    (page,) = out.glob("*.txt")
    text = page.read_text(encoding="utf-8")
    assert "Annulation de F2026-0001" in text
    assert "cancelled" not in text


def test_one_that_was_moved_to_another_account_is_moved_back_first(ledger: Path) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write(
            '2026-02-12 * "Doubtful" ^F2026-0001\n  Assets:Receivable:Acme  -366 EUR\n  '
            "Assets:Receivable:Acme:Doubtful  366 EUR\n"
        )
    text = run(
        ledger, "correct", "F2026-0001", "Price", "--line", "1", "--price", "180", "--date", "2026-03-01", code=1
    )
    assert "F2026-0001 was moved to Assets:Receivable:Acme:Doubtful: move what is open back" in text


SITUATIONS = """
2026-01-01 custom "invoice-option" "number" "{number}"
2026-01-01 custom "invoice-option" "corrective-number" "{corrective}"
2026-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOUSE" "fixed"
  text: "House"
  account: Income:Services
  price: 10000.00
2026-01-05 custom "invoice-milestone" "HOUSE" "Deposit"
  percent: 30
  deposit: TRUE
2026-01-31 custom "invoice-milestone" "HOUSE" "Walls"
  cumulative: 40
2026-02-28 custom "invoice-milestone" "HOUSE" "Roof"
  cumulative: 70
"""


@pytest.mark.parametrize(
    ("number", "corrective"),
    [("H{seq:04}", "H{seq:04}"), ("H{seq}", "H{seq}"), ("H{seq:04}", "A{seq:04}"), ("H{seq:04}", "Z{seq:04}")],
)
def test_whatever_the_series_the_replaced_one_is_out_of_the_books_first(
    ledger: Path, number: str, corrective: str
) -> None:
    """40 % of 10 000, replaced: nothing was billed before it, and its deposit is deducted once. Then 30 % more."""
    text = ledger.read_text(encoding="utf-8") + SITUATIONS.format(number=number, corrective=corrective)
    ledger.write_text(text, encoding="utf-8")
    for day in ("2026-01-05", "2026-01-31"):
        run(ledger, "bill", "--until", day, "--contract", "HOUSE", "--write")
    walls = next(row for row in answer(ledger, "list", "--as-of", "2026-02-01") if row["date"] == "2026-01-31")[
        "number"
    ]
    run(ledger, "correct", walls, "Name of the street", "--purchase-order", "BC 9", "--date", "2026-02-10", "--write")
    run(ledger, "bill", "--until", "2026-02-28", "--contract", "HOUSE", "--write")
    listed = {row["date"]: row["number"] for row in answer(ledger, "list", "--as-of", "2026-03-01")}
    out = ledger.parent / "out"
    run(ledger, "render", walls, listed["2026-02-28"], "--to", "text", "-o", str(out))
    new = open_ledger(ledger).book.replacement_of(walls)
    assert new
    run(ledger, "render", new.number, "--to", "text", "-o", str(out))
    said = {
        name: (out / f"{name}.txt").read_text(encoding="utf-8") for name in (walls, new.number, listed["2026-02-28"])
    }
    before = {name: re.search(r"Facturé auparavant +([\d\s]+,\d\d)", page) for name, page in said.items()}
    assert [found and " ".join(found[1].split()) for found in before.values()] == ["0,00", "0,00", "4 000,00"]


def test_what_is_replaced_before_it_left_does_not_leave(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    assert "F2026-0001 " not in run(ledger, "send", "--since", "2026-01-01", "--date", "2026-03-01")
    text = run(ledger, "send", "F2026-0001", "--date", "2026-03-01", code=1)
    assert "is replaced by F2026-0002: that is the invoice the customer gets, bean-invoice send F2026-0002" in text


def test_money_that_names_the_old_number_is_likely_for_the_new_one(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-03-10 * "Acme" "VIR F2026-0001"\n  Assets:Bank  290 EUR\n  Assets:Receivable:Acme\n')
    text = run(ledger, "remind", "--as-of", "2026-05-20")
    assert 'names F2026-0001, which F2026-0002 replaces: if it is for F2026-0002, write settles: "F2026-0002"' in text


def test_a_receipt_says_when_the_money_came_and_the_replaced_one_has_none(ledger: Path) -> None:
    correct(ledger, "--line", "1", "--price", "180")
    (receipt,) = answer(ledger, "receipt", "F2026-0002", "--until", "2026-03-31")
    assert [(one["date"], one["what"], one["amount"]) for one in receipt["entries"]] == [
        ("2026-02-10", "payment", "366.00")
    ]
    text = run(ledger, "receipt", "F2026-0001", "--until", "2026-03-31", code=1)
    assert "is replaced by F2026-0002, so there is no receipt for it: the receipt of the new" in text
    before = answer(ledger, "receipt", "F2026-0001", "--until", "2026-02-28")
    assert before[0]["received"] == "366.00", "before the day of the correction nobody knows of it"


def test_what_is_left_of_the_cancellation_is_money_of_its_day(ledger: Path) -> None:
    """732 paid in two parts, 660 asked for: 72 of the later money go to another invoice, as money and not as a credit."""
    with ledger.open("a", encoding="utf-8") as file:
        file.write(
            """
2026-02-15 * "The rest" ^F2026-0001
  Assets:Bank  366 EUR
  Assets:Receivable:Acme
2026-02-20 * "Acme SAS" "Visit" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Visit"
    tax: "PAID"
    nature: "services"
  Liabilities:Pending  -20.00 EUR
    tax: "PAID"
"""
        )
    correct(ledger, "--line", "1", "--price", "180")
    text = run(ledger, "allocate", "F2026-0002", "--date", "2026-03-10", code=1)
    assert "72.00 EUR is left of F2026-0001-cancelled: take it from there, bean-invoice allocate F2026-0002 --from F2026-0001-cancelled" in text  # fmt: skip  # noqa: E501
    run(ledger, "allocate", "F2026-0002", "--from", "F2026-0001-cancelled", "--date", "2026-03-10", "--write")
    new, other = answer(ledger, "receipt", "F2026-0003", "F2026-0002", "--until", "2026-04-01")
    assert [(one["date"], one["amount"]) for one in new["entries"]] == [
        ("2026-02-10", "366.00"),
        ("2026-02-15", "294.00"),
    ]
    assert [(one["date"], one["what"], one["amount"]) for one in other["entries"]] == [
        ("2026-02-15", "payment", "72.00")
    ]
    due = receivables.tax_due(open_ledger(ledger).book, date(2026, 4, 1))
    by_month = {day.month: Decimal(0) for day in (share.date for share in due.tax_shares)}
    for share in due.tax_shares:
        by_month[share.date.month] += share.amount
    assert by_month == {2: Decimal("122.00"), 3: Decimal("0.00")}


def test_the_right_customer_may_pay_under_the_old_number(ledger: Path) -> None:
    correct(ledger, "--customer", "Quai")
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-04-01 * "Quai" ^F2026-0001\n  Assets:Bank  700 EUR\n  Assets:Receivable:Quai\n')
        file.write('2026-04-02 * "Quai"\n  Assets:Bank  32 EUR\n  Assets:Receivable:Quai\n    settles: "F2026-0001"\n')
    opened = open_ledger(ledger)
    assert not opened.errors
    assert balances(opened.book, date(2026, 4, 2)) == {"F2026-0001-cancelled": Decimal("-366.00")}


def test_nobody_else_may(ledger: Path) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-04-01 * "Quai" ^F2026-0001\n  Assets:Bank  700 EUR\n  Assets:Receivable:Quai\n')
    assert {error.rule for error in open_ledger(ledger).errors} == {"other-customer"}


def test_what_was_assumed_to_pay_it_stays_in_its_month(ledger: Path) -> None:
    """Money without a word, for the oldest due: what it made due in February is not taken back there, but in March."""
    text = ledger.read_text(encoding="utf-8").replace('"A part" ^F2026-0001', '"A part"')
    option = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    ledger.write_text(option + text, encoding="utf-8")
    book = correct(ledger, "--tax", "FR20").book
    assert [
        (share.date, share.number, share.amount) for share in receivables.tax_due(book, date(2026, 3, 31)).tax_shares
    ] == [
        (date(2026, 2, 10), "F2026-0001", Decimal("61.00")),
        (date(2026, 3, 1), "F2026-0001-cancelled", Decimal("-61.00")),
    ]
    assert balances(book, date(2026, 3, 1)) == {"F2026-0002": Decimal("366.00")}


def test_what_was_assumed_for_an_older_one_stays_there(ledger: Path) -> None:
    """400 of February: 300 for what is due first, of January, and 100 for the one that is replaced; 40 of April for the new one."""
    text = ledger.read_text(encoding="utf-8")
    text = re.sub(r'2026-02-10 \* "Acme" "A part".*?\n\n', "", text, flags=re.DOTALL)
    more = """
2025-01-01 custom "invoice-option" "allocate" "oldest"
2026-01-02 * "Acme SAS" "Old" ^F2026-0000
  invoice: "F2026-0000"
  Assets:Receivable:Acme  300.00 EUR
  Income:Services  -250.00 EUR
    text: "Old"
    tax: "PAID"
    nature: "services"
  Liabilities:Pending  -50.00 EUR
    tax: "PAID"
2026-02-10 * "Acme" "400"
  Assets:Bank  400.00 EUR
  Assets:Receivable:Acme
2026-04-01 * "Acme" "40"
  Assets:Bank  40.00 EUR
  Assets:Receivable:Acme
"""
    ledger.write_text(text + more, encoding="utf-8")
    book = correct(ledger).book
    found = {
        position.invoice.number: [
            (allocation.how, allocation.received_on, allocation.amount) for allocation in position.allocations
        ]
        for position in receivables.positions(book, date(2026, 4, 1))
    }
    assert found["F2026-0000"] == [("oldest", date(2026, 2, 10), Decimal("300.00"))]
    assert found["F2026-0002"] == [
        ("replacement", date(2026, 2, 10), Decimal("100.00")),
        ("oldest", date(2026, 4, 1), Decimal("40.00")),
    ]


ABROAD = """
2025-01-01 open Assets:Receivable:Ohio USD
  customer: "Ohio Inc"
  address: "1 Main Street"
  city: "Columbus"
  country: "US"
  terms: "30 days"
2026-02-02 * "Ohio Inc" "Visit" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Ohio  1200.00 USD @ 0.90 EUR
  Income:Services  -900.00 EUR
    text: "Visit"
    quantity: 1
    price: 1000.00
    tax: "PAID"
    nature: "services"
  Liabilities:Pending  -180.00 EUR
    tax: "PAID"
    amount: 200.00
2026-02-10 price USD 0.80 EUR
2026-02-10 * "Ohio" "VIR" ^F2026-0002
  Assets:Bank  480.00 EUR
  Assets:Receivable:Ohio  -600.00 USD @ 0.80 EUR
  Income:Services
2026-03-01 price USD 0.50 EUR
"""


def test_tax_in_another_currency_comes_back_at_the_rate_at_which_it_was_counted(ledger: Path) -> None:
    """600 of 1 200 USD at 0.80: half of 200 USD is 80 EUR; a price of 0.50 on the day of the correction changes nothing."""
    with ledger.open("a", encoding="utf-8") as file:
        file.write(ABROAD)
    run(ledger, "correct", "F2026-0002", "Reference", "--purchase-order", "X", "--date", "2026-03-01", "--write")
    shares = [
        share
        for share in receivables.tax_due(open_ledger(ledger).book, date(2026, 3, 31)).tax_shares
        if "Ohio" in share.customer
    ]
    assert [(share.date, share.number, share.amount, share.exchange_rate) for share in shares] == [
        (date(2026, 2, 10), "F2026-0002", Decimal("80.00"), Decimal("0.80")),
        (date(2026, 3, 1), "F2026-0002-cancelled", Decimal("-80.00"), Decimal("0.80")),
        (date(2026, 3, 1), "F2026-0003", Decimal("80.00"), Decimal("0.80")),
    ]


@pytest.mark.parametrize(
    ("paid", "on", "interest"),
    [("0", "660.00", "8.13"), ("366", "294.00", "3.62"), ("660", "", ""), ("732", "", "")],
    ids=["nothing", "a part", "as much as is right", "all"],
)
def test_what_both_ask_for_was_late_whatever_was_paid(ledger: Path, paid: str, on: str, interest: str) -> None:
    """660 of 732 are right, paid in part before they were due on 4 March: late until the correction of 10 April, 37 days."""
    text = ledger.read_text(encoding="utf-8")
    text = '2025-01-01 custom "invoice-option" "late-interest" "FR"\n' + text.replace("366.00 EUR", f"{paid} EUR")
    ledger.write_text(text, encoding="utf-8")
    run(ledger, "correct", "F2026-0001", "Price", "--line", "1", "--price", "180", "--date", "2026-04-10", "--write")
    told = answer(ledger, "interest", "F2026-0001", "--as-of", "2026-04-30")
    assert [(one["from"], one["to"], one["base"]) for one in told["segments"]] == (
        [("2026-03-05", "2026-04-10", on)] if on else []
    )
    assert (told["interest"] or "") == interest


def claim_before(ledger: Path, *arguments: str) -> Ledger:
    """732 of which nothing is paid, claimed for until 31 March (40 + 6.58), and corrected on 10 April."""
    text = re.sub(r'2026-02-10 \* "Acme" "A part".*?\n\n', "", ledger.read_text(encoding="utf-8"), flags=re.DOTALL)
    ledger.write_text('2025-01-01 custom "invoice-option" "late-interest" "FR"\n' + text, encoding="utf-8")
    run(ledger, "interest", "F2026-0001", "--as-of", "2026-03-31", "--book", "--date", "2026-03-31", "--write")
    said = run(ledger, "correct", "F2026-0001", "Price", *arguments, "--date", "2026-04-10", "--write")
    assert "F2026-0002 claims interest because F2026-0001 was late: if it was not, credit the" in said
    opened = open_ledger(ledger)
    assert not opened.errors
    return opened


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--purchase-order", "X"], None),
        (["--line", "1", "--price", "220"], None),
        (["--line", "1", "--price", "180"], "0.65 of the 46.58 EUR was never owed"),
        (["--customer", "Quai"], "the 46.58 EUR was never owed"),
    ],
    ids=["as much", "more", "less", "another customer"],
)
def test_a_claim_for_what_is_replaced_stands_as_far_as_that_was_owed(
    ledger: Path, arguments: list[str], words: str | None
) -> None:
    found = [finding.message for finding in claim_before(ledger, *arguments).findings if finding.rule == "claim-unowed"]
    if words is None:
        assert not found
    else:
        assert len(found) == 1 and f"F2026-0002: F2026-0003 replaces F2026-0001: {words}" in found[0]


def test_both_invoices_bear_one_fixed_sum_and_no_day_twice(ledger: Path) -> None:
    claim_before(ledger, "--line", "1", "--price", "180", "--due", "2026-03-04")
    old, new = answer(ledger, "interest", "F2026-0001", "F2026-0003", "--as-of", "2026-04-30")
    assert [(one["from"], one["to"]) for one in old["segments"]] == [("2026-04-01", "2026-04-10")]
    assert [(one["from"], one["to"]) for one in new["segments"]] == [("2026-04-11", "2026-04-30")]
    assert (old["indemnity"], new["indemnity"]) == (None, None)


def test_the_fixed_sum_is_of_the_replaced_one_if_that_was_late_else_of_the_new_one(ledger: Path) -> None:
    text = '2025-01-01 custom "invoice-option" "late-interest" "FR"\n' + ledger.read_text(encoding="utf-8")
    for day, sums in (("2026-03-01", [None, "40.00"]), ("2026-04-10", ["40.00", None])):
        ledger.write_text(text, encoding="utf-8")
        run(ledger, "correct", "F2026-0001", "Price", "--line", "1", "--price", "180", "--date", day, "--write")
        told = answer(ledger, "interest", "F2026-0001", "F2026-0002", "--as-of", "2026-06-30")
        assert [one["indemnity"] for one in told] == sums, day


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["undo", "F2026-0001"],
            "take back F2026-0002 first, or correct F2026-0002 again, bean-invoice correct F2026-0002",
        ),
        (["credit", "F2026-0001"], "F2026-0001 is what F2026-0002 replaces"),
        (
            ["credit", "F2026-0001-cancelled"],
            "F2026-0001-cancelled only takes out of the books what F2026-0002 replaces",
        ),
        (["allocate", "F2026-0001"], "F2026-0001 is replaced by F2026-0002: that is what is to be paid"),
    ],
)
def test_of_a_replaced_one_the_corrective_invoice_is_named(ledger: Path, arguments: list[str], words: str) -> None:
    correct(ledger)
    assert words in run(ledger, *arguments, code=1)


def test_one_that_somebody_knows_of_is_corrected_anew(ledger: Path) -> None:
    correct(ledger)
    with ledger.open("a", encoding="utf-8") as file:
        file.write('2026-03-02 note Assets:Receivable:Acme "Sent" ^F2026-0002\n  event: "sent"\n')
    text = run(ledger, "undo", "F2026-0002", code=1)
    assert (
        "correct it again, bean-invoice correct F2026-0002, or credit it instead, bean-invoice credit F2026-0002"
        in text
    )


def test_what_is_paid_back_of_it_was_worth_what_it_was_counted_at(ledger: Path) -> None:
    """600 USD of 1 200 at 0.80, of which 360 are right: 240 go back on a day of 0.50, and 40 USD of tax at 0.80."""
    with ledger.open("a", encoding="utf-8") as file:
        file.write(ABROAD)
    run(ledger, "correct", "F2026-0002", "Price", "--price", "300", "--date", "2026-03-01", "--write")
    with ledger.open("a", encoding="utf-8") as file:
        file.write(
            """
2026-04-01 * "Ohio" "Back" ^F2026-0002-cancelled
  Assets:Receivable:Ohio  240.00 USD @ 0.90 EUR
  Assets:Bank
"""
        )
    book = open_ledger(ledger).book
    assert not balances(book, date(2026, 4, 1)).keys() & {"F2026-0002-cancelled", "F2026-0003"}
    shares = [share for share in receivables.tax_due(book, date(2026, 4, 1)).tax_shares if "Ohio" in share.customer]
    assert [(share.date, share.number, share.amount) for share in shares][-1] == (
        date(2026, 4, 1), "F2026-0002-cancelled", Decimal("-32.00"),
    )  # fmt: skip


PEPPOL = """
2025-01-01 custom "invoice-option" "e-invoice-form" "peppol"
"""


def test_by_peppol_it_is_a_credit_note_and_a_new_invoice(ledger: Path) -> None:
    """Peppol takes no 384: both that it takes are written, and what was paid goes to the new one."""
    text = ledger.read_text(encoding="utf-8").replace(
        '  terms: "30 days"', '  terms: "30 days"\n  channel: "e-invoice"'
    )
    ledger.write_text(text + PEPPOL, encoding="utf-8")
    arguments = ("correct", "F2026-0001", "Agreed price", "--line", "1", "--price", "180", "--date", "2026-03-01")
    shown = run(ledger, *arguments)
    assert "Acme SAS receives e-invoices through Peppol, which does not accept corrective invoices" in shown
    assert "366.00 EUR was paid on F2026-0001: from 2026-03-01 on it pays the new invoice" in shown
    run(ledger, *arguments, "--write")
    opened = open_ledger(ledger)
    assert not opened.errors and {finding.rule for finding in opened.findings} == {"tax-due"}, (
        "of what was paid in February"
    )
    back, new = opened.book.invoices[-2:]
    assert (back.number, back.kind, back.corrects, back.payable) == (
        "A2026-0001", "credit-note", ("F2026-0001",), Decimal("-732.00"),
    )  # fmt: skip
    assert (new.number, new.kind, new.corrects, new.payable) == ("F2026-0002", "invoice", (), Decimal("660.00"))
    assert balances(opened.book, date(2026, 3, 1)) == {"F2026-0002": Decimal("294.00")}
    (total,) = receivables.tax_due(opened.book, date(2026, 3, 1)).totals
    assert (total.booked, total.due) == (Decimal("110.00"), Decimal("61.00"))


@pytest.mark.parametrize("paid", ["0", "732"])
def test_no_more_of_what_was_paid_goes_to_the_new_one_than_it_asks_for(ledger: Path, paid: str) -> None:
    text = ledger.read_text(encoding="utf-8").replace("366.00 EUR", f"{paid}.00 EUR")
    ledger.write_text(text, encoding="utf-8")
    book = correct(ledger, "--line", "1", "--price", "180", "--credit-note").book
    left = {"0": {"F2026-0002": Decimal("660.00")}, "732": {"A2026-0001": Decimal("-72.00")}}
    assert balances(book, date(2026, 3, 1)) == left[paid]


def test_what_another_customer_gets_takes_no_money_of_the_first(ledger: Path) -> None:
    book = correct(ledger, "--customer", "Quai", "--credit-note").book
    assert balances(book, date(2026, 3, 1)) == {"A2026-0001": Decimal("-366.00"), "F2026-0002": Decimal("732.00")}


@pytest.mark.parametrize(
    ("channel", "form", "arguments", "kinds"),
    [
        ("e-invoice", "peppol", [], {"credit-note", "invoice"}),
        ("e-invoice", "peppol", ["--corrective"], {"cancellation", "corrective"}),
        ("email", "peppol", [], {"cancellation", "corrective"}),
        ("e-invoice", "ubl", [], {"cancellation", "corrective"}),
        ("email", "ubl", ["--credit-note"], {"credit-note", "invoice"}),
    ],
)
def test_which_of_both_ways(ledger: Path, channel: str, form: str, arguments: list[str], kinds: set[str]) -> None:
    """It goes by the customer who gets it."""
    text = ledger.read_text(encoding="utf-8")
    text = text.replace('  siren: "503128464"\n', f'  siren: "503128464"\n  channel: "{channel}"\n')
    ledger.write_text(text + PEPPOL.replace("peppol", form), encoding="utf-8")
    book = correct(ledger, "--customer", "Quai", *arguments).book
    assert {invoice.kind for invoice in book.invoices[-2:]} == kinds


@pytest.mark.parametrize("series", ["A{year}-{seq:04}", "Z{year}-{seq:04}"])
def test_contracts_stay_billed_once_by_a_credit_note_too(ledger: Path, series: str) -> None:
    text = ledger.read_text(encoding="utf-8").replace("A{year}-{seq:04}", series)
    ledger.write_text(text, encoding="utf-8")
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    run(
        ledger, "correct", "F2026-0002", "Order", "--purchase-order", "X", "--date", "2026-03-01", "--credit-note", "-w"
    )
    opened = open_ledger(ledger)
    assert {finding.rule for finding in opened.findings} == {"tax-due"}
    after = {
        status.contract.code: status.billed
        for status in contract_statuses(opened.book, date(2026, 3, 1), ContractFilter())
    }
    assert after == {"CARE": Decimal("200.00"), "STUDY": Decimal("480.00")}


def test_what_was_kept_back_on_an_account_of_its_own_is_said(ledger: Path) -> None:
    """How much of the new sum is kept back nobody knows: it is not left out without a word."""
    text = ledger.read_text(encoding="utf-8").replace(
        "  Assets:Receivable:Acme  732.00 EUR\n",
        "  Assets:Receivable:Acme  672.00 EUR\n  Assets:Receivable:Acme:Kept  60.00 EUR\n    due: 2027-02-02\n",
    )
    ledger.write_text(text + "2025-01-01 open Assets:Receivable:Acme:Kept\n", encoding="utf-8")
    said = run(ledger, "correct", "F2026-0001", "Price", "--line", "1", "--price", "180", "--date", "2026-03-01", "-w")
    assert "60.00 EUR of F2026-0001 was on Assets:Receivable:Acme:Kept until 2027-02-02, but all of F2026-0002" in said
    ledger.write_text(text + "2025-01-01 open Assets:Receivable:Acme:Kept\n", encoding="utf-8")
    said = run(ledger, "correct", "F2026-0001", "Addressee", "--customer", "Quai", "--date", "2026-03-01")
    assert "was on Assets" not in said, "the right customer has no such account"


def test_on_the_day_of_the_invoice_itself(ledger: Path) -> None:
    run(ledger, "correct", "F2026-0001", "Order", "--purchase-order", "X", "--date", "2026-02-02", "--write")
    book = open_ledger(ledger).book
    assert balances(book, date(2026, 2, 2)) == {"F2026-0002": Decimal("732.00")}
    assert balances(book, date(2026, 2, 10)) == {"F2026-0002": Decimal("366.00")}


@pytest.mark.parametrize(("customer", "due"), [("", date(2026, 3, 11)), ("Quai", date(2026, 3, 31))])
def test_terms_of_its_own_are_those_of_the_same_customer_only(ledger: Path, customer: str, due: date) -> None:
    text = ledger.read_text(encoding="utf-8").replace('"Thank you"\n', '"Thank you"\n  terms: "10 days"\n')
    ledger.write_text(text, encoding="utf-8")
    book = correct(ledger, "--customer", customer or "Acme").book
    assert [instalment.due for instalment in book.invoices[-1].instalments] == [due]


def test_what_else_it_says_of_itself_holds_for_the_new_one(ledger: Path) -> None:
    """But what is worked out anew, or is no more so: its day of delivery, its note, its order."""
    text = ledger.read_text(encoding="utf-8").replace(
        '"Thank you"\n', '"Thank you"\n  late-interest: 12\n  language: "en"\n'
    )
    ledger.write_text(text, encoding="utf-8")
    new = correct(ledger).book.invoices[-1]
    assert new.customer
    assert (new.customer.late_interest, new.customer.language) == ("12", "en")


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ([], [(date(2026, 1, 5), date(2026, 1, 20)), (date(2026, 1, 5), date(2026, 1, 20))]),
        (["--line", "2"], [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 1, 5), date(2026, 1, 20))]),
    ],
    ids=["all lines that have one", "one line"],
)
def test_other_days_of_periods(ledger: Path, line: list[str], days: list[tuple[date, date]]) -> None:
    text = ledger.read_text(encoding="utf-8").replace(
        '    nature: "services"\n', '    nature: "services"\n    from: 2026-01-01\n    to: 2026-01-31\n'
    )
    ledger.write_text(text, encoding="utf-8")
    new = correct(ledger, *line, "--from", "2026-01-05", "--to", "2026-01-20", "--add", "1 DEV").book.invoices[-1]
    assert [(line.start, line.end) for line in new.lines] == [*days, (None, None)]


def test_the_tax_of_one_line_or_of_all(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8")
    new = correct(ledger, "--line", "1", "--tax", "FR20").book.invoices[-1]
    assert [line.tax for line in new.lines] + [adjustment.tax for adjustment in new.adjustments] == [
        "FR20",
        "PAID",
        "PAID",
    ]
    ledger.write_text(text, encoding="utf-8")
    new = correct(ledger, "--tax", "FR20").book.invoices[-1]
    assert [line.tax for line in new.lines] + [adjustment.tax for adjustment in new.adjustments] == [
        "FR20",
        "FR20",
        "FR20",
    ]


def test_one_that_is_credited_whole_is_billed_anew(ledger: Path) -> None:
    run(ledger, "credit", "F2026-0001", "--date", "2026-02-20", "--write")
    text = run(ledger, "correct", "F2026-0001", "x", "--date", "2026-03-01", code=1)
    assert re.search(r"is credited by A2026-0001 \(.*\): bill it again, bean-invoice new", text)


def test_what_a_contract_bills_is_handed_over_first(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-02-28", "--write")
    text = run(ledger, "correct", "F2026-0002", "x", "--customer", "Quai", "--date", "2026-03-01", code=1)
    assert "F2026-0002 bills CARE, a contract of Acme SAS: hand the contract over from a" in text
    assert "F2026-0003" in run(ledger, "correct", "F2026-0002", "x", "--customer", "Acme", "--date", "2026-03-01", "-w")


def test_a_claim_that_was_given_back_is_not_named(ledger: Path) -> None:
    ledger.write_text(
        '2025-01-01 custom "invoice-option" "late-interest" "FR"\n' + ledger.read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    run(ledger, "interest", "F2026-0001", "--as-of", "2026-03-31", "--book", "--date", "2026-03-31", "--write")
    assert "because F2026-0001 was late" in run(ledger, "correct", "F2026-0001", "x", "--date", "2026-04-10")
    run(ledger, "credit", "F2026-0002", "--date", "2026-04-01", "--write")
    assert "claims interest on" not in run(ledger, "correct", "F2026-0001", "x", "--date", "2026-04-10")


@pytest.mark.parametrize(
    ("posting", "what"),
    [
        ('  Income:Discounts  10 EUR\n  Liabilities:Pending  2 EUR\n    tax: "PAID"\n', "discounted"),
        ("  Liabilities:Owed  10 EUR\n", "set off"),
    ],
)
def test_what_is_settled_by_something_else_than_money_is_not_corrected(ledger: Path, posting: str, what: str) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write("2025-01-01 open Liabilities:Owed\n")
        file.write(f'2026-02-11 * "x" ^F2026-0001\n  Assets:Bank  2 EUR\n{posting}  Assets:Receivable:Acme\n')
    text = run(ledger, "correct", "F2026-0001", "x", "--date", "2026-03-01", code=1)
    assert f"F2026-0001 is {what} in part" in text


def test_a_line_without_a_period_gets_none(ledger: Path) -> None:
    period = '    nature: "services"\n    from: 2026-01-01\n    to: 2026-01-31\n'
    text = ledger.read_text(encoding="utf-8").replace('    nature: "services"\n', period, 1)
    ledger.write_text(text, encoding="utf-8")
    new = correct(ledger, "--from", "2026-01-05", "--to", "2026-01-20").book.invoices[-1]
    assert [(line.start, line.end) for line in new.lines] == [(date(2026, 1, 5), date(2026, 1, 20)), (None, None)]
