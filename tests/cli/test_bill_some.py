"""Only some of what waits is billed, or looked at as a page: what is left out waits on."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import PRELUDE

WORK = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 custom "invoice-item" "DRIVE" "Journey" Income:Services
  unit: "hour"
  price: 40.00
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS" "time"
  item: "DEV"
  time: Assets:Time
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  text: "Care"
  account: Income:Services
  price: 80.00
  every: "month"
2026-01-05 * "Acme" "Plan" #time
  Assets:Time   3 HOUR
    person: "Anna"
  Equity:Time  -3 HOUR
2026-01-05 * "Acme" "Plan" #time
  Assets:Time   5 HOUR
    person: "Bob"
  Equity:Time  -5 HOUR
2026-01-20 * "Acme" "Build" #time
  Assets:Time   2 HOUR
    person: "Bob"
    item: "DRIVE"
  Equity:Time  -2 HOUR
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Two people on one day, one of them on a later one, and a subscription."""
    file = tmp_path / "main.beancount"
    file.write_text(f'{PRELUDE}{WORK}\nplugin "beancount_invoicing"\n', encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What `bean-invoice` prints, errors too."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def lines(ledger: Path, *arguments: str) -> list[tuple[str, str, str]]:
    """Item or text, quantity and net of what would be billed."""
    text = run(ledger, "bill", "--until", "2026-01-31", *arguments, "--format", "json")
    rows = json.loads(text) if text.startswith("[") else []
    return [(line["item"] or line["text"], line["quantity"], line["net"]) for row in rows for line in row["lines"]]


ALL = [("Care", "1", "80.00"), ("DEV", "8", "800.00"), ("DRIVE", "2", "80.00")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ALL),
        (("--person", "anna"), [("DEV", "3", "300.00")]),
        (("--person", "Bob"), [("DEV", "5", "500.00"), ("DRIVE", "2", "80.00")]),
        (("--person", "Bob", "--task", "plan"), [("DEV", "5", "500.00")]),
        (("--since", "2026-01-06"), [("DRIVE", "2", "80.00")]),
        (("--only-item", "DEV"), [("DEV", "8", "800.00")]),
    ],
)
def test_only_what_is_asked_for_is_billed_and_the_rest_waits(
    ledger: Path, arguments: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    assert lines(ledger, *arguments) == expected
    run(ledger, "bill", "--until", "2026-01-31", *arguments, "--write")
    assert [str(error) for error in open_ledger(ledger).errors] == []
    billed = {(what, net) for what, _quantity, net in expected}
    rest = lines(ledger)
    assert sum(Decimal(net) for _w, _q, net in [*rest, *expected]) == sum(Decimal(net) for _w, _q, net in ALL)
    assert all((what, net) not in billed for what, _q, net in rest)


def test_the_time_of_the_person_who_is_billed_leaves_the_account(ledger: Path) -> None:
    run(ledger, "bill", "--until", "2026-01-31", "--person", "Bob", "--write")
    assert '    item: "DEV"\n    person: "Bob"\n' in ledger.read_text(encoding="utf-8")
    assert lines(ledger, "--person", "Bob") == []
    assert lines(ledger, "--person", "Anna") == [("DEV", "3", "300.00")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--person", "Bobb"), 'there is no time of "Bobb": did you mean Bob?'),
        (("--task", "Biuld"), 'there is no task "Biuld": did you mean Build?'),
        (("--only-item", "DEW"), 'there is no item "DEW": did you mean DEV?'),
    ],
)
def test_a_name_that_there_is_not_is_said(ledger: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in run(ledger, "bill", *arguments, code=1)


def test_what_would_be_billed_is_a_page_that_says_it_is_a_draft_and_the_ledger_stays(
    ledger: Path, tmp_path: Path
) -> None:
    before = ledger.read_bytes()
    folder = tmp_path / "look"
    run(ledger, "bill", "--until", "2026-01-31", "--to", "text,html", "-o", str(folder))
    assert sorted(file.name for file in folder.iterdir()) == ["draft-2026-01-31-1.html", "draft-2026-01-31-1.txt"]
    assert "Brouillon" in (folder / "draft-2026-01-31-1.txt").read_text(encoding="utf-8")
    assert ledger.read_bytes() == before
    run(ledger, "bill", "--until", "2026-01-31", "-o", str(folder))
    assert (folder / "draft-2026-01-31-1.pdf").read_bytes().startswith(b"%PDF")
    asked = ("bill", "--until", "2026-01-31", "--to", "text", "-o", str(folder))
    assert "draft-2026-01-31-1.txt" in run(ledger, *asked)
    answer = CliRunner().invoke(main, ["-f", str(ledger), *asked, "--format", "json"])
    assert json.loads(answer.stdout), "which is JSON and nothing else"
    assert answer.stderr.splitlines()[-1] == str(folder / "draft-2026-01-31-1.txt")
    assert "the folder" in run(ledger, "bill", "--to", "pdf", code=2)
    assert "bean-invoice render NUMBER" in run(ledger, "bill", "-o", str(folder), "--write", code=2)


def test_files_go_into_no_folder_of_the_name_of_the_output(ledger: Path, tmp_path: Path) -> None:
    assert "files go into a folder, not to the output" in run(ledger, "bill", "-o", "-", code=2)
    assert not (tmp_path / "-").exists()


def test_a_period_at_no_price_has_no_line(ledger: Path) -> None:
    free = '2026-02-01 custom "invoice-contract" Assets:Receivable:Acme "CARE"\n  price: 0\n'
    ledger.write_text(ledger.read_text(encoding="utf-8") + free, encoding="utf-8")
    assert lines(ledger) == ALL
    assert "2026-02-01" not in run(ledger, "bill", "--until", "2026-02-28")


def test_each_line_is_explained_by_its_days_and_by_its_entries(ledger: Path) -> None:
    more = (
        '2026-01-21 custom "invoice-contract" Assets:Receivable:Acme "CARE"\n  price: 100.00\n  prorate: TRUE\n'
        '2026-01-22 * "Acme" "Mend" #time\n  Assets:Time   1 HOUR\n    non-billable: TRUE\n  Equity:Time  -1 HOUR\n'
        '2026-01-23 * "Rail" "Train"\n  Expenses:Travel  44.00 EUR\n    billable: "HOURS"\n  Assets:Bank\n'
        "2025-01-01 open Expenses:Travel\n"
    )
    text = ledger.read_text(encoding="utf-8").replace('  every: "month"\n', '  every: "month"\n  prorate: TRUE\n')
    ledger.write_text(text + more, encoding="utf-8")
    said = run(ledger, "bill", "--until", "2026-01-31", "--explain")
    assert "80.00 × 20 / 31 = 51.6" in said
    places = dict(enumerate(ledger.read_text(encoding="utf-8").splitlines(), 1))
    (anna,) = (line for line in said.splitlines() if "Anna" in line)
    assert anna.startswith("    2026-01-05, Anna: 3 HOUR, Plan (")
    assert places[int(anna.rstrip(")").rsplit(":", 1)[1])].split() == ["Assets:Time", "3", "HOUR"]
    assert "2026-01-22: 1 HOUR, Mend, not billed (non-billable)" in said
    rows = json.loads(run(ledger, "bill", "--until", "2026-01-31", "--explain", "--format", "json"))
    lines_ = {line["item"] or line["text"]: line for row in rows for line in row["lines"]}
    assert [(one["person"], one["quantity"]) for one in lines_["DEV"]["work"]] == [("Anna", "3"), ("Bob", "5")]
    (train,) = (line for text, line in lines_.items() if text.startswith("Train"))
    assert places[int(train["source"].rsplit(":", 1)[1])].split() == ["Expenses:Travel", "44.00", "EUR"]
