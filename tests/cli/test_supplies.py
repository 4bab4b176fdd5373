"""When a thing was supplied, and of which invoice something is taken back, said by `new`, `bill` and `issue`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Invoice
from tests.ledgers import PRELUDE
from tests.rendering.test_documents import view_of

END = 'plugin "beancount_invoicing"\n'
MILESTONE = """
2026-01-01 custom "invoice-option" "default-tax" "FR20"
2026-09-01 custom "invoice-contract" Assets:Receivable:Acme "SITE" "fixed"
  text: "Site"
  account: Income:Services
  price: 5000.00
2026-09-30 custom "invoice-milestone" "SITE" "All"
  percent: 100
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + END, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return result.output


def written(ledger: Path, number: str) -> Invoice:
    opened = open_ledger(ledger)
    assert not opened.errors
    found = opened.book.invoice(number)
    assert found
    return found


def facts(ledger: Path, number: str) -> dict[str, str]:
    return {pair.label: pair.value for pair in view_of(open_ledger(ledger).book, number).facts}


def test_new_says_when_it_was_delivered_and_what_its_line_was(ledger: Path) -> None:
    run(ledger, "new", "Acme", "2 DEV Atelier du 12 janvier", "--date", "2026-01-31", "--delivered", "2026-01-12", "-w")
    invoice = written(ledger, "F2026-0001")
    assert (invoice.supplied_on, invoice.lines[0].item, invoice.lines[0].text) == (
        date(2026, 1, 12), "DEV", "Atelier du 12 janvier",
    )  # fmt: skip
    assert invoice.net == 200
    assert facts(ledger, "F2026-0001")["Date de livraison ou de prestation"] == "12 janvier 2026"


def test_new_bills_a_period(ledger: Path) -> None:
    run(ledger, "new", "Acme", "2 DEV", "--date", "2026-03-02", "--from", "2026-02-01", "--to", "2026-02-28", "-w")
    invoice = written(ledger, "F2026-0001")
    assert (invoice.lines[0].start, invoice.lines[0].end) == (date(2026, 2, 1), date(2026, 2, 28))
    assert invoice.supplied_on == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (("--from", "2026-02-01"), "--from and --to"),
        (("--from", "2026-02-02", "--to", "2026-02-01"), "--to 2026-02-01 is before --from 2026-02-02"),
    ],
)
def test_half_a_period_is_none(ledger: Path, said: tuple[str, ...], why: str) -> None:
    assert why in run(ledger, "new", "Acme", "2 DEV", *said, code=1)


def test_the_rate_is_that_of_the_day_of_delivery(ledger: Path) -> None:
    later = '2026-02-01 custom "invoice-tax" "FR20"\n  rate: 21\n'
    ledger.write_text(PRELUDE + later + END, encoding="utf-8")
    run(ledger, "new", "Acme", "1 DEV", "--date", "2026-02-10", "--delivered", "2026-01-20", "-w")
    assert written(ledger, "F2026-0001").tax == 20


def test_what_takes_back_names_its_invoice(ledger: Path) -> None:
    run(ledger, "new", "Acme", "2 DEV", "--date", "2026-01-31", "-w")
    refused = run(ledger, "new", "Acme", "--date", "2026-02-01", "-w", "--", "-2 DEV @ 5", code=1)
    assert "--corrects NUMBER" in refused
    assert "bean-invoice credit NUMBER" in refused
    run(ledger, "new", "Acme", "--date", "2026-02-01", "--corrects", "F2026-0001", "-w", "--", "-2 DEV @ 5")
    note = written(ledger, "A2026-0001")
    assert note.corrects == ("F2026-0001",)
    assert note.payable == -12
    assert facts(ledger, "A2026-0001")["Facture rectifiée"] == "F2026-0001 du 31 janvier 2026"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            ("Acme", "--corrects", "F2026-0002", "--", "-1 DEV"),
            'there is no invoice "F2026-0002": did you mean F2026-0001?',
        ),
        (("Kiefer", "--corrects", "F2026-0001", "--", "-1 DEV"), "F2026-0001 is an invoice of Acme SAS"),
        (("Acme", "--corrects", "F2026-0001", "--", "1 DEV"), "these lines come to 100.00 EUR: leave it out"),
    ],
)
def test_what_it_names_is_an_invoice_of_that_customer(ledger: Path, said: tuple[str, ...], why: str) -> None:
    run(ledger, "new", "Acme", "2 DEV", "--date", "2026-01-31", "-w")
    customer, *rest = said
    assert why in run(ledger, "new", customer, "--date", "2026-02-01", *rest, code=1)


def test_a_milestone_that_is_billed_later_says_its_own_day(ledger: Path) -> None:
    ledger.write_text(PRELUDE + MILESTONE + END, encoding="utf-8")
    run(ledger, "bill", "--until", "2026-11-27", "-w")
    assert written(ledger, "F2026-0001").supplied_on == date(2026, 9, 30)
    assert "    delivered:" not in ledger.read_text(encoding="utf-8")


def test_a_draft_of_a_milestone_says_its_day_once_it_is_issued_later(ledger: Path) -> None:
    ledger.write_text(PRELUDE + MILESTONE + END, encoding="utf-8")
    run(ledger, "bill", "--until", "2026-09-30", "-w", "--draft")
    run(ledger, "issue", "--all", "--date", "2026-11-27", "-w")
    assert written(ledger, "F2026-0001").supplied_on == date(2026, 9, 30)


def test_deposits_and_credit_notes_supply_nothing(ledger: Path) -> None:
    extra = '2026-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits\n'
    ledger.write_text(PRELUDE + MILESTONE + extra + END, encoding="utf-8")
    run(ledger, "deposit", "SITE", "30%", "--date", "2026-09-02", "-w")
    run(ledger, "credit", "F2026-0001", "--date", "2026-09-03", "-w")
    for number in ("F2026-0001", "A2026-0001"):
        assert "Date de livraison ou de prestation" not in facts(ledger, number)
