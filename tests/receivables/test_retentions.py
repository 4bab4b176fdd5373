"""What is kept back until works are accepted: when it is due, before and after, however it was written."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from beancount_invoicing.checks import check
from beancount_invoicing.cli import main
from beancount_invoicing.model import NOT_YET
from beancount_invoicing.receivables import aging, positions, statements
from tests.ledgers import PRELUDE, book_of

D = Decimal
WORKS = """
2025-01-01 open Assets:Receivable:Acme:Kept
2025-01-01 custom "invoice-option" "late-interest" "FR"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"
  text: "Roof"
  account: Income:Services
  tax: "FR20"
  price: 10000.00
  retention: 5
  retention-account: Assets:Receivable:Acme:Kept
2026-01-31 custom "invoice-milestone" "ROOF" "First"
  cumulative: 50
2026-02-28 custom "invoice-milestone" "ROOF" "Second"
  cumulative: 100
"""
ACCEPTED = '2026-03-15 custom "invoice-accepted" "ROOF"\n'


def situation(number: str, day: str, milestone: str, keys: str) -> str:
    """An invoice of half the works, of whose 6 000.00 the customer keeps back 300.00."""
    return f"""
{day} * "Acme" "Roof" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme       5700.00 EUR
    due: {day.replace("2026-02", "2026-03").replace("2026-01", "2026-02")}
  Assets:Receivable:Acme:Kept   300.00 EUR
    {keys}
  Income:Services             -5000.00 EUR
    tax: "FR20"
    contract: "ROOF"
    milestone: "{milestone}"
  Liabilities:VAT             -1000.00 EUR
    tax: "FR20"
"""


NOW = situation("F2026-0001", "2026-01-31", "First", 'retained: "ROOF"').replace("2026-02-31", "2026-02-28")
NOW += situation("F2026-0002", "2026-02-28", "Second", 'retained: "ROOF"')
ONCE = NOW.replace('retained: "ROOF"', "due: 2027-01-31", 1).replace('retained: "ROOF"', "due: 2027-02-28")


def kept(text: str, day: str) -> list[tuple[date | None, int]]:
    """When what is kept back is due, as known on a day; and for how many days it is late in the statement."""
    as_of = date.fromisoformat(day)
    (account,) = statements(book_of(WORKS + text), as_of)
    return [
        (item.due, item.days_late)
        for currency in account.currencies
        for item in currency.open
        if item.amount == D("300.00")
    ]


@pytest.mark.parametrize("written", [NOW, ONCE], ids=["retained", "due, as bill once wrote it"])
def test_all_that_is_kept_back_is_due_a_year_after_the_works_were_accepted(written: str) -> None:
    for text in (written, ACCEPTED + written):
        assert kept(text, "2026-03-14") == [(None, 0)] * 2
    assert kept(ACCEPTED + written, "2026-03-15") == [(date(2027, 3, 15), 0)] * 2
    assert kept(ACCEPTED + written, "2027-03-15") == [(date(2027, 3, 15), 0)] * 2
    assert kept(ACCEPTED + written, "2027-03-16") == [(date(2027, 3, 15), 1)] * 2
    assert kept(written, "2030-01-01") == [(None, 0)] * 2


@pytest.mark.parametrize("written", [NOW, ONCE])
def test_before_the_acceptance_it_is_not_due_in_the_aged_balance(written: str) -> None:
    rows = {row.account: row for row in aging(book_of(WORKS + written), date(2028, 1, 1)).rows}
    assert rows["Assets:Receivable:Acme:Kept"].not_due == D("600.00")
    assert rows["Assets:Receivable:Acme"].not_due == 0
    rows = {row.account: row for row in aging(book_of(WORKS + ACCEPTED + written), date(2027, 4, 14)).rows}
    assert rows["Assets:Receivable:Acme:Kept"].buckets == (D("600.00"), D(0), D(0), D(0))


def test_a_due_date_that_is_meant_holds() -> None:
    text = ONCE.replace("due: 2027-01-31", "due: 2026-12-01") + ACCEPTED
    assert kept(text, "2026-06-01") == [(date(2026, 12, 1), 0), (date(2027, 3, 15), 0)]
    both = NOW.replace('retained: "ROOF"', 'retained: "ROOF"\n    due: 2027-01-31', 1) + ACCEPTED
    assert kept(both, "2026-06-01") == [(date(2027, 1, 31), 0), (date(2027, 3, 15), 0)]


def test_two_contracts_of_one_invoice_keep_back_on_one_account() -> None:
    other = WORKS.replace('"ROOF"', '"WALL"').split("custom", 1)[1].split("\n", 1)[1]
    other = other[other.index("2026-01-01 custom") :].replace(
        "retention: 5", 'retention: 5\n  retention-terms: "6 months"'
    )
    invoice = """
2026-01-31 * "Acme" "Both" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme       5400.00 EUR
    due: 2026-02-28
  Assets:Receivable:Acme:Kept   300.00 EUR
    due: 2026-07-31
  Assets:Receivable:Acme:Kept   300.00 EUR
    due: 2027-01-31
  Income:Services             -2500.00 EUR
    tax: "FR20"
    contract: "ROOF"
  Income:Services             -2500.00 EUR
    tax: "FR20"
    contract: "WALL"
  Liabilities:VAT             -1000.00 EUR
    tax: "FR20"
"""
    text = other + invoice + ACCEPTED + ACCEPTED.replace("ROOF", "WALL")
    assert kept(text, "2026-04-01") == [(date(2026, 9, 15), 0), (date(2027, 3, 15), 0)]


def test_a_later_acceptance_changes_no_earlier_report() -> None:
    day = date(2026, 3, 14)
    before, after = book_of(WORKS + NOW), book_of(WORKS + ACCEPTED + NOW)
    assert [(position.due, position.status, position.instalments) for position in positions(before, day)] == [
        (position.due, position.status, position.instalments) for position in positions(after, day)
    ]
    assert before.invoices[0].instalments[1].due == NOT_YET


def test_payments_that_name_nothing_settle_what_is_kept_back_last() -> None:
    option = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    paid = '2027-06-01 * "Acme" "On account"\n  Assets:Bank  5700.00 EUR\n  Assets:Receivable:Acme  -5700.00 EUR\n'
    (first, second) = positions(book_of(option + WORKS + ACCEPTED + NOW + paid), date(2027, 7, 1))
    assert [instalment.open for instalment in first.instalments] == [0, D("300.00")]
    assert [instalment.open for instalment in second.instalments] == [D("5700.00"), D("300.00")]


def test_what_is_kept_back_of_other_books_hangs_on_the_acceptance_too() -> None:
    taken = """
2026-01-01 * "Opening"
  kind: "opening"
  Assets:Receivable:Acme:Kept  300.00 EUR
    invoice: "2025-17"
    date: 2025-11-30
    retained: "ROOF"
  Equity:Opening
"""
    assert kept(taken, "2026-02-01") == [(None, 0)]
    assert kept(taken + ACCEPTED, "2027-03-16") == [(date(2027, 3, 15), 1)]


def test_what_is_kept_back_under_no_contract_is_an_error() -> None:
    said = [
        finding.message for finding in check(book_of(WORKS + NOW.replace('"ROOF"\n  Income', '"ROOFF"\n  Income', 1)))
    ]
    assert 'F2026-0001: retained: "ROOFF" is not a contract: correct it, or add it' in said


# by the command line ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with the works, billed by `bill`, and paid but for what is kept back."""
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + WORKS + '\nplugin "beancount_invoicing"\n', encoding="utf-8")
    run(file, "bill", "--until", "2026-01-31", "--write")
    run(file, "bill", "--until", "2026-02-28", "--write")
    paid = "".join(
        f'2026-03-01 * "Acme" "Paid" ^F2026-000{number}\n  Assets:Bank  5700.00 EUR\n  Assets:Receivable:Acme  -5700.00 EUR\n'
        for number in (1, 2)
    )
    file.write_text(file.read_text(encoding="utf-8") + paid, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str) -> str:
    """What `bean-invoice` prints."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code in {0, 1}, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def data(ledger: Path, *arguments: str) -> list[dict[str, Any]]:
    """What it gives as JSON."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments, "--format", "json"])
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def accept(ledger: Path) -> None:
    ledger.write_text(ledger.read_text(encoding="utf-8") + ACCEPTED, encoding="utf-8")


def test_bill_writes_no_due_date_of_what_is_kept_back(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8")
    assert text.count('    retained: "ROOF"\n') == 2
    assert "2027-" not in text
    assert "0 errors, 0 warnings" in run(ledger, "check")


def test_nothing_is_claimed_before_the_acceptance_and_a_year(ledger: Path) -> None:
    for day in ("2027-03-15", "2029-01-01"):
        assert data(ledger, "remind", "--as-of", day) == []
        assert "F2026-0001: it was paid in time" in run(ledger, "interest", "F2026-0001", "--as-of", day)
    accept(ledger)
    assert data(ledger, "remind", "--as-of", "2027-03-15") == []
    (letter,) = data(ledger, "remind", "--as-of", "2027-04-30")
    assert letter["total"] == "600.00"
    assert "from 2027-03-16 on" in run(ledger, "interest", "F2026-0001", "--as-of", "2027-06-30")


def test_today_and_contracts_name_what_waits_for_an_acceptance(ledger: Path) -> None:
    (task,) = (one for one in data(ledger, "today", "--as-of", "2026-03-02") if one["kind"] == "acceptance")
    assert (task["amount"], task["customer"]) == ("600.00", "Acme SAS")
    assert 'custom "invoice-accepted" "ROOF"' in task["text"]
    (row,) = data(ledger, "contracts", "--as-of", "2026-03-02")
    assert (row["retained"], row["accepted"]) == ("600.00", None)
    assert "ROOF: 600.00 EUR is kept back, its works are not accepted yet" in run(ledger, "contracts")
    accept(ledger)
    (row,) = data(ledger, "contracts", "--as-of", "2026-03-15")
    assert (row["retained"], row["accepted"]) == ("600.00", "2026-03-15")
    assert "acceptance" not in {one["kind"] for one in data(ledger, "today", "--as-of", "2026-03-15")}
    assert "acceptance" in {one["kind"] for one in data(ledger, "today", "--as-of", "2026-03-14")}


@pytest.mark.parametrize(
    ("language", "said", "part"),
    [
        ("fr", "Retenue de garantie, 1 an après la réception des travaux", "dont retenue de garantie"),
        ("en", "Retention, 1 year after the acceptance of the works", "of which retention"),
        ("de", "Sicherheitseinbehalt, 1 Jahr nach der Abnahme", "davon Sicherheitseinbehalt"),
        ("es", "Retención de garantía, 1 año después de la recepción de las obras", "de ello, retención de garantía"),
        ("it", "Ritenuta a garanzia, 1 anno dopo il collaudo dei lavori", "di cui ritenuta a garanzia"),
        ("nl", "Garantie-inhouding, 1 jaar na de oplevering", "waarvan garantie-inhouding"),
        ("pt", "Retenção de garantia, 1 ano após a receção da obra", "dos quais retenção de garantia"),
    ],
)
def test_the_page_says_what_is_kept_back(ledger: Path, tmp_path: Path, language: str, said: str, part: str) -> None:
    accept(ledger)  # later than the page: it says nothing of it
    buyer = f'2025-06-01 custom "invoice-customer" Assets:Receivable:Acme\n  language: "{language}"\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + buyer, encoding="utf-8")
    run(ledger, "render", "F2026-0002", "--to", "text", "-o", str(tmp_path / "pages"))
    text = (tmp_path / "pages" / "F2026-0002.txt").read_text(encoding="utf-8")
    assert said in text
    assert part in text
    assert "2027" not in text


def test_nothing_is_kept_back_of_what_is_billed_when_the_year_is_over(ledger: Path) -> None:
    accept(ledger)
    more = (
        '2027-01-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF"\n  price: 11000.00\n'
        '2027-03-16 custom "invoice-milestone" "ROOF" "Third"\n  price: 1000.00\n'
    )
    ledger.write_text(ledger.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert "Assets:Receivable:Acme:Kept" in run(
        ledger, "bill", "--until", "2027-03-16", "--date", "2027-03-14", "--entries"
    )
    assert "Assets:Receivable:Acme:Kept" not in run(ledger, "bill", "--until", "2027-03-16", "--entries")
