"""What a customer answers is noted by a command, and reminders follow it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from tests.ledgers import PRELUDE

LEDGER = f"""{PRELUDE}
plugin "beancount_invoicing"
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 open Assets:Receivable:Quai
  customer: "Quai SARL"
  terms: "30 days"
2026-01-05 * "Acme SAS" "Audit" ^F1
  invoice: "F1"
  Assets:Receivable:Acme  600.00 EUR
  Income:Services        -500.00 EUR
  Liabilities:VAT        -100.00 EUR
    tax: "FR20"
2026-01-06 * "Acme SAS" "Advice" ^F2
  invoice: "F2"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services        -100.00 EUR
  Liabilities:VAT         -20.00 EUR
    tax: "FR20"
2026-01-07 * "Quai SARL" "Report" ^F3
  invoice: "F3"
  Assets:Receivable:Quai  240.00 EUR
  Income:Services        -200.00 EUR
  Liabilities:VAT         -40.00 EUR
    tax: "FR20"
2026-02-10 * "Acme SAS" "Paid" ^F2
  Assets:Bank             120.00 EUR
  Assets:Receivable:Acme -120.00 EUR
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def note(ledger: Path, *arguments: str, code: int = 0) -> str:
    return run(ledger, "note", *arguments, "--date", "2026-03-02", code=code)


def written(ledger: Path) -> str:
    """What came after the entries of `LEDGER`."""
    text = ledger.read_text(encoding="utf-8")
    assert text.startswith(LEDGER.rstrip("\n"))
    return text[len(LEDGER) :].strip()


def held_back(ledger: Path, day: str) -> list[str]:
    return [line for line in run(ledger, "remind", "--as-of", day).splitlines() if line.startswith("held back")]


def test_a_promise_holds_the_reminder_back_until_its_day(ledger: Path) -> None:
    assert "1 note; nothing is written without --write." in note(ledger, "promise", "F1", "--until", "2026-03-20")
    assert written(ledger) == ""
    note(ledger, "promise", "F1", "--until", "2026-03-20", "--text", "Will pay on the 20th", "--write")
    assert written(ledger) == (
        '2026-03-02 note Assets:Receivable:Acme "Will pay on the 20th" ^F1\n  event: "promise"\n  until: 2026-03-20'
    )
    assert held_back(ledger, "2026-03-20") == ["held back: F1 of Acme SAS: promised until 2026-03-20"]
    assert held_back(ledger, "2026-03-21") == []


def test_a_payment_plan_is_a_note_for_each_part(ledger: Path) -> None:
    note(ledger, "promise", "F1", "--part", "400=2026-03-15", "--part", "200.00=2026-04-15", "--write")
    assert written(ledger).split("\n\n") == [
        f'2026-03-02 note Assets:Receivable:Acme "Paiement promis" ^F1\n'
        f'  event: "promise"\n  amount: {amount}\n  until: {until}'
        for amount, until in (("400.00", "2026-03-15"), ("200.00", "2026-04-15"))
    ]
    assert held_back(ledger, "2026-03-10") == ["held back: F1 of Acme SAS: 400.00 promised until 2026-03-15"]
    assert held_back(ledger, "2026-03-16") == [], "the first part did not come"


def test_documents_of_two_customers_get_a_note_each(ledger: Path) -> None:
    note(ledger, "dispute", "F3", "F1", "F2", "--write")
    assert written(ledger) == (
        '2026-03-02 note Assets:Receivable:Quai "Facture contestée" ^F3\n  event: "dispute"\n\n'
        '2026-03-02 note Assets:Receivable:Acme "Facture contestée" ^F1 ^F2\n  event: "dispute"'
    )
    note(ledger, "dispute-settled", "F1", "--write")
    assert held_back(ledger, "2026-03-10") == ["held back: F3 of Quai SARL: in dispute since 2026-03-02"]
    assert "F1 is not in dispute on 2026-03-02: nothing is settled" in note(ledger, "dispute-settled", "F1", code=1)
    assert "nothing is open of F2 on 2026-03-02" in note(ledger, "dispute", "F2")


def test_a_customer_on_hold_and_resumed(ledger: Path) -> None:
    note(ledger, "hold", "Acme", "--write")
    assert held_back(ledger, "2026-06-01") == ["held back: F1 of Acme SAS: on hold since 2026-03-02"]
    note(ledger, "resume", "Acme", "--write")
    assert held_back(ledger, "2026-06-01") == []
    assert "no hold, promise or insolvency of Quai SARL is noted until 2026-03-02" in note(
        ledger, "resume", "Quai", code=1
    )


def test_an_insolvency_is_of_the_customer_and_then_declared(ledger: Path) -> None:
    assert "name the customer, Assets:Receivable:Acme, instead of F1" in note(ledger, "insolvency", "F1", code=1)
    assert "no insolvency of Acme SAS is noted until 2026-03-02" in note(ledger, "declared", "Acme", code=1)
    note(ledger, "insolvency", "Acme", "--until", "2026-05-02", "--write")
    assert "declare" in run(ledger, "today", "--as-of", "2026-03-10")
    note(ledger, "declared", "Acme", "--write")
    assert held_back(ledger, "2026-03-10") == ["held back: F1 of Acme SAS: insolvency since 2026-03-02"]


def test_the_last_note_is_taken_back_and_the_one_before_it(ledger: Path) -> None:
    note(ledger, "promise", "F1", "--part", "400=2026-03-15", "--part", "200=2026-04-15", "--write")
    plan = ledger.read_bytes()
    note(ledger, "hold", "Quai", "--write")
    run(ledger, "undo", "--write")
    assert ledger.read_bytes() == plan
    assert "2 entries" in run(ledger, "undo", "--write")
    assert written(ledger) == ""


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("promise", "F1"), "a promise needs its last day: --until DATE", 2),
        (("promise", "F1", "--until", "2026-03-01"), "2026-03-01 is before 2026-03-02, the day of the note", 1),
        (("promise", "F1", "--until", "2026-03-09", "--part", "1=2026-03-09"), "--part says amounts and days", 2),
        (("promise", "F1", "--part", "1"), "1: write an amount and its last day, such as 600.00=2026-02-28", 2),
        (("promise", "F1", "--part", "0=2026-03-09"), "0=2026-03-09: the amount must be above 0", 2),
        (
            ("promise", "F1", "--part", "400=2026-03-09", "--part", "201=2026-04-09"),
            "601 EUR is more than what is open of F1 on 2026-03-02: 600.00 EUR",
            1,
        ),
        (("promise", "F2", "--until", "2026-03-09"), "nothing is open of F2 on 2026-03-02", 1),
        (("promise", "F1", "F3", "--until", "2026-03-09", "--amount", "5"), "--amount is of one document", 1),
        (("dispute", "F1", "--amount", "-1"), "--amount must be above 0", 2),
        (("dispute", "F1", "--until", "2026-03-09"), "--until has no meaning for dispute", 2),
        (("hold", "F1", "--amount", "5"), "--amount has no meaning for hold", 2),
        (("hold", "F9"), "there is no F9", 1),
        (("hold", "Nobody"), 'there is no customer "Nobody"', 1),
        (("disput", "F1"), "dispute", 2),
    ],
)
def test_what_would_mean_nothing_is_refused(ledger: Path, arguments: tuple[str, ...], message: str, code: int) -> None:
    before = ledger.read_bytes()
    assert message in note(ledger, *arguments, "--write", code=code)
    assert ledger.read_bytes() == before
