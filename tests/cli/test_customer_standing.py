"""`customer list` and `customer show`: how customers pay, what they may owe, what to agree; and what warns above a credit limit."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from tests.cash.test_metrics import ACME, KIEFER, invoice
from tests.cash.test_standing import LATE, bill, bills, promise
from tests.cli.test_commands import call
from tests.ledgers import PRELUDE, TESTS

ON = ("--as-of", "2026-07-01")
LIMIT = f'\n2026-01-01 custom "invoice-customer" {ACME}\n  credit-limit: 100\n'


def run(ledger: Path, *words: str) -> Result:
    """A report; the small ledgers have gaps in their numbers, which it also tells."""
    result = CliRunner().invoke(main, ["-f", str(ledger), "customer", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def ledger(same_folder: Path) -> Path:
    """Acme pays later and later and broke a promise; Kiefer owes USD; Aster has never bought."""
    file = same_folder / "main.beancount"
    text = bills(0, 0, 0, 9, 9, 9) + LATE + promise("2026-06-01", "2026-06-10") + LIMIT
    text += invoice("F2026-0800", "2026-06-01", "50", "2026-07-20", KIEFER, "USD")
    text += '\n2025-01-01 open Assets:Receivable:Aster EUR\n  customer: "Aster SARL"\n  city: "Brest"\n  email: "a@aster.example"\n'
    file.write_text(
        PRELUDE + text + invoice("F2026-0801", "2026-06-20", "5") + '\nplugin "beancount_invoicing"\n', "utf-8"
    )
    return file


def test_the_list_says_how_each_customer_stands(ledger: Path) -> None:
    result = run(ledger, "list", *ON)
    lines = [re.split(r"  +", line.strip()) for line in result.stdout.splitlines() if "Assets:" in line]
    assert lines == [
        ["Assets:Receivable:Acme", "Acme SAS", "30 days", "9", "slower", "42", "105.00", "100.00", "EUR", "deposit"],
        ["Assets:Receivable:Aster", "Aster SARL", "?", "–", "EUR", "not known"],
        ["Assets:Receivable:Kiefer", "Kiefer GmbH", "?", "–", "EUR", "not known"],
    ]
    assert "USD has no price in the currency of the limit" in result.stderr
    assert "2026-07-01 price USD … EUR" in result.stderr


@pytest.mark.parametrize(
    ("by", "first"),
    [("name", "Acme"), ("late", "Kiefer"), ("longest", "Kiefer"), ("exposure", "Kiefer"), ("above-limit", "Acme")],
)
def test_the_list_is_sorted(ledger: Path, by: str, first: str) -> None:
    more = "".join(bill(place, "2026-05-01", 40, "90", KIEFER) for place in (20, 21, 22))
    more += invoice("F2026-0900", "2026-06-01", "110", "2026-07-20", KIEFER)
    ledger.write_text(PRELUDE + bills(0, 0, 0) + LIMIT + bill(9, "2026-07-20", None, "105") + more, "utf-8")
    rows = json.loads(run(ledger, "list", *ON, "--sort", by, "--format", "json").stdout)
    assert rows[0]["account"].rpartition(":")[2] == first


def test_the_list_as_data(ledger: Path) -> None:
    (row,) = json.loads(run(ledger, "list", "Acme", *ON, "--format", "json").stdout)
    assert row["terms"] == "30 days"
    standing = {name: row[name] for name in list(row)[list(row).index("source") + 1 :]}
    assert standing == {
        "instalments": 7, "usual_days_late": 9, "at_least": False, "trend": "slower", "newer_days_late": 9,
        "older_days_late": 0, "longest_days_late": 42, "longest_number": "F2026-0900", "longest_is_open": True,
        "promises_kept": 0, "promises_broken": 1, "disputes": 0, "currency": "EUR", "exposure": "105.00",
        "credit_limit": "100.00", "above_limit": "5.00", "next_time": "deposit", "days_sooner": None,
    }  # fmt: skip
    text = run(ledger, "list", *ON, "--format", "csv").stdout
    assert [line["above_limit"] for line in csv.DictReader(io.StringIO(text))] == ["5.00", "", ""]
    assert json.loads(run(ledger, "list", "--as-of", "2025-12-31", "--format", "json").stdout)[0][
        "instalments"
    ] == 0  # fmt: skip


def test_one_customer_in_full(ledger: Path) -> None:
    text = run(ledger, "show", "Acme", *ON, "--explain").stdout
    for line in (
        "12 quai de la Loire",
        "usual: 9 days late, 7 instalments in two years",
        "trend: slower: 9 days late in the newer 3, on time in the 4 before",
        "longest: 42 days late, F2026-0900, still open",
        "2026-06-01: F2026-0900 until 2026-06-10: broken",
        "credit limit 100.00 EUR",
        "above it 5.00 EUR",
        "Next time: deposit",
        "the exposure of 105.00 EUR is 5.00 EUR above the credit limit of 100.00 EUR",
        "1 promise broken, 0 kept",
        "100.00 EUR of F2026-0900, due 2026-05-20, open on 2026-07-01: 42 days late",
    ):
        assert line in re.sub(r"(?<=\S) +", " ", text), line
    (answer,) = json.loads(run(ledger, "show", "Acme", *ON, "--format", "json").stdout)
    assert len(answer["evidence"]) == 3
    assert answer["exposure_parts"] == [
        {"currency": "EUR", "owed": "105.00", "drafts": "0.00", "unbilled": "0.00", "ordered": "0.00", "paid_ahead": "0.00",
         "total": "105.00", "rate": "1"}
    ]  # fmt: skip
    assert [(kept["outcome"], kept["until"]) for kept in answer["promises"]] == [("broken", "2026-06-10")]
    assert answer["counted"][-2] | {"source": ""} == {
        "number": "F2026-0900", "instalment": 1, "due": "2026-05-20", "amount": "100.00", "currency": "EUR",
        "date": "2026-07-01", "days_late": 42, "is_open": True, "source": "",
    }  # fmt: skip


def test_a_customer_of_whom_nothing_is_known(ledger: Path) -> None:
    text = run(ledger, "show", "Aster", *ON).stdout
    assert "usual: too little is known, 0 instalments in two years" in text
    assert "no credit-limit: nothing is compared" in text
    assert "Next time: not known" in text
    assert "USD is not in the total" in run(ledger, "show", "Kiefer", *ON).stdout
    assert run(ledger, "show", "Nobody", *ON).exit_code == 1
    both = run(ledger, "show", "A", *ON)
    assert "Acme SAS" in both.stdout
    assert "Aster SARL" in both.stdout


def test_shorter_terms_by_so_many_days(ledger: Path) -> None:
    text = bills(9, 9, 9) + f'\n2026-07-01 note {ACME} "Wrong" ^F2026-0001\n  event: "dispute"\n'
    ledger.write_text(PRELUDE + text, "utf-8")
    shown = run(ledger, "show", "Acme", *ON).stdout
    assert "Next time: shorter terms, 9 days sooner" in shown
    assert "disputes: 1" in shown


# above the limit ------------------------------------------------------------------------------------------------------------


def limited(ledger: Path, more: str = "") -> Path:
    ledger.write_text(PRELUDE + LIMIT + more + '\nplugin "beancount_invoicing"\n', "utf-8")
    return ledger


def test_new_says_that_an_invoice_is_above_the_limit(ledger: Path) -> None:
    limited(ledger)
    fits = call(
        "new", "Acme", "1 Work @ 83.33 [FR20]", "--account", "Income:Services", "--date", "2026-07-01", ledger=ledger
    )
    assert "credit" not in fits.stderr  # 99.996: 100.00
    result = call(
        "new", "Acme", "1 Work @ 83.34 [FR20]", "--account", "Income:Services", "--date", "2026-07-01", ledger=ledger
    )
    assert "the exposure of 100.01 EUR is 0.01 EUR above the credit limit of 100.00 EUR" in result.stderr


def test_bill_and_issue_say_it_too(ledger: Path) -> None:
    limited(
        ledger,
        f'\n2026-06-01 custom "invoice-contract" {ACME} "CARE" "subscription"\n  text: "Care"\n  account: Income:Services\n'
        '  price: 100\n  tax: "FR20"\n  every: "month"\n',
    )
    billed = call("bill", "--until", "2026-06-30", "--date", "2026-06-30", "--draft", "--write", ledger=ledger)
    assert "the exposure of 120.00 EUR is 20.00 EUR above" in billed.stderr
    (draft,) = json.loads(call("draft", "list", "--format", "json", ledger=ledger).stdout)
    issued = call("issue", draft["number"], "--date", "2026-06-30", ledger=ledger)
    assert "the exposure of 120.00 EUR is 20.00 EUR above" in issued.stderr


def test_the_advice_leads_out(same_folder: Path) -> None:
    """Each command that `check` names, as it stands; also where the limit changed later than anything happened."""
    golden = TESTS / "golden" / "credit-limit.beancount"
    ledger = same_folder / golden.name
    for file in (golden, golden.with_name("prelude.beancount")):
        (same_folder / file.name).write_text(
            file.read_text("utf-8").replace("credit-limit: 1200\n", "credit-limit: 1100\n"), "utf-8"
        )
    advice = re.findall(r"bean-invoice (customer change .*--write)", call("check", ledger=ledger).stdout)
    assert len(advice) == 5
    for command in advice:
        call(*shlex.split(command), ledger=ledger)
    assert "credit-limit" not in call("check", ledger=ledger).stdout
