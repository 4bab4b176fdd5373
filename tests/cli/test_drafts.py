"""Drafts are changed where they stand, and taken out: what follows from their lines follows, and nothing else moves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from tests.ledgers import PRELUDE

HOURS = """
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOURS" "time"
  item: "DEV"
  time: Assets:Time
2026-01-05 * "Acme" "Work" #time
  Assets:Time   10 HOUR
  Equity:Time  -10 HOUR
2026-02-05 * "Acme" "Later work" #time
  Assets:Time   2 HOUR
  Equity:Time  -2 HOUR
"""
DRAFT = """2026-01-31 ! "Acme SAS" "January" ^draft-a
  invoice: "draft-a"
  Assets:Receivable:Acme     1194.00 EUR ; to be paid
  Income:Services            -950.00 EUR
    item: "DEV"
    quantity: 10 ; as told on the phone
    ; not yet agreed
    my-own-key: "kept"
    price: 95.00
    contract: "HOURS"
    from: 2026-01-05
    to: 2026-01-05
  Income:Services             -45.00 EUR
    text: "Travel"
    quantity: 1
    price: 45.00
  Liabilities:VAT            -199.00 EUR
    tax: "FR20"
  Assets:Time                    -10 HOUR
    item: "DEV"
  Equity:Time                     10 HOUR
"""
END = '\n; what comes after\nplugin "beancount_invoicing"\n'


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Ten hours of January on a draft with a line beside them, and two more of February that wait."""
    file = tmp_path / "main.beancount"
    file.write_text(f"{PRELUDE}{HOURS}\n{DRAFT}{END}", encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    """What `bean-invoice` prints, errors too."""
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def entry(ledger: Path) -> str:
    """The draft as it stands in the ledger, which has no error; all around it is as it was."""
    text = ledger.read_text(encoding="utf-8")
    before, after = f"{PRELUDE}{HOURS}\n", END
    assert text.startswith(before)
    assert text.endswith(after)
    assert [str(error) for error in open_ledger(ledger).errors] == []
    return text[len(before) : -len(after)]


def waits(ledger: Path, day: str) -> str:
    """The hours that wait on a day."""
    rows = json.loads(run(ledger, "unbilled", "--as-of", day, "--format", "json"))
    return " ".join(row["quantity"] for row in rows)


def test_fewer_hours_are_billed_and_the_others_wait(ledger: Path) -> None:
    assert "1134.00 EUR" in run(
        ledger, "draft", "edit", "draft-a", "--line", "1", "--quantity", "7,5", "--write"
    ).replace("909.00", "1134.00")
    expected = (
        DRAFT.replace(" 1194.00", "  909.00").replace("-950.00", "-712.50").replace("quantity: 10", "quantity: 7.5")
    ).replace("-199.00", "-151.50")
    expected = expected.replace("  -10 HOUR", " -7.5 HOUR").replace("   10 HOUR", "  7.5 HOUR")
    assert entry(ledger) == expected
    assert waits(ledger, "2026-01-31") == "2.5"


def test_without_write_it_is_only_shown(ledger: Path) -> None:
    before = ledger.read_bytes()
    assert "quantity: 7 ; as told on the phone" in run(
        ledger, "draft", "edit", "draft-a", "--line", "1", "--quantity", "7"
    )
    assert ledger.read_bytes() == before


def test_hours_are_given_away_where_it_is_said(ledger: Path) -> None:
    run(ledger, "draft", "edit", "draft-a", "--line", "1", "--quantity", "7", "--write-down", "--write")
    assert entry(ledger).endswith(
        '    item: "DEV"\n  Equity:Time                      7 HOUR\n'
        '  Assets:Time                     -3 HOUR\n    item: "DEV"\n    written-down: TRUE\n'
        "  Equity:Time                      3 HOUR\n"
    )
    assert waits(ledger, "2026-01-31") == ""


def test_more_hours_are_taken_from_what_waits_and_no_more_than_that(ledger: Path) -> None:
    text = run(ledger, "draft", "edit", "draft-a", "--line", "1", "--quantity", "11", "--write", code=1)
    assert "would bill 11 HOUR of DEV, but it takes 10 from Assets:Time, where 0 more are waiting on 2026-01-31" in text
    late = '2026-01-30 * "Acme" "Also" #time\n  Assets:Time   1 HOUR\n  Equity:Time  -1 HOUR\n'
    ledger.write_text(ledger.read_text(encoding="utf-8").replace(END, f"\n{late}{END}"), encoding="utf-8")
    run(ledger, "draft", "edit", "draft-a", "--line", "1", "--quantity", "11", "--write")
    assert waits(ledger, "2026-01-31") == ""
    assert waits(ledger, "2026-02-28") == "2"


def test_a_line_is_dropped_with_its_time_and_one_is_added_with_its_tax(ledger: Path) -> None:
    run(ledger, "draft", "edit", "draft-a", "--drop", "1", "--add", "2 Folder @ 10 [FR10]", "--write")
    assert entry(ledger) == (
        '2026-01-31 ! "Acme SAS" "January" ^draft-a\n  invoice: "draft-a"\n'
        "  Assets:Receivable:Acme       76.00 EUR ; to be paid\n"
        '  Income:Services             -45.00 EUR\n    text: "Travel"\n    quantity: 1\n    price: 45.00\n'
        '  Income:Services             -20.00 EUR\n    text: "Folder"\n    quantity: 2\n    price: 10.00\n   '
        ' tax: "FR10"\n'
        '  Liabilities:VAT              -9.00 EUR\n    tax: "FR20"\n  Liabilities:VAT              -2.00 '
        'EUR\n    tax: "FR10"\n'
    )
    assert waits(ledger, "2026-01-31") == "10"


def test_price_words_and_discount(ledger: Path) -> None:
    run(
        ledger,
        "draft",
        "edit",
        "draft-a",
        "--line",
        "2",
        "--price",
        "50",
        "--text",
        'Travel, "return"',
        "--discount",
        "10",
        "--write",
    )
    assert (
        '  Income:Services             -45.00 EUR\n    text: "Travel, \\"return\\""\n    quantity: 1\n    '
        "price: 50.00\n"
        "    discount: 10\n" in entry(ledger)
    )


def test_the_draft_is_dropped_and_its_time_waits_again(ledger: Path) -> None:
    shown = run(ledger, "draft", "drop", "draft-a")
    assert "draft-a  Acme SAS  1194.00 EUR" in shown
    assert "1 document: 1194.00 EUR; nothing is taken out without --write." in shown
    run(ledger, "draft", "drop", "draft-a", "--write")
    assert ledger.read_text(encoding="utf-8") == f"{PRELUDE}{HOURS}{END}"
    assert waits(ledger, "2026-01-31") == "10"


def test_a_draft_that_others_name_is_not_dropped(ledger: Path) -> None:
    paid = '2026-02-01 * "Acme" "Pro forma" ^draft-a\n  Assets:Bank   1 EUR\n  Assets:Receivable:Acme  -1 EUR\n'
    ledger.write_text(ledger.read_text(encoding="utf-8").replace(END, f"\n{paid}{END}"), encoding="utf-8")
    assert "this entry names ^draft-a, which would be taken out" in run(ledger, "draft", "drop", "draft-a", code=1)


def test_what_bill_drafts_is_edited_with_its_deposit_and_what_is_kept_back(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    site = """
2025-01-01 open Assets:Receivable:Acme:Kept EUR
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "SITE" "fixed"
  text: "Website"
  account: Income:Services
  price: 10000.00
  retention: 5
  retention-account: Assets:Receivable:Acme:Kept
2026-01-01 custom "invoice-milestone" "SITE" "Order"
  percent: 30
  deposit: TRUE
2026-01-31 custom "invoice-milestone" "SITE" "Half"
  percent: 50
"""
    file.write_text(f'{PRELUDE}{HOURS}{site}\nplugin "beancount_invoicing"\n', encoding="utf-8")
    text = run(file, "bill", "--until", "2026-01-31", "--contract", "SITE", "--draft", "--write")
    assert "number them: bean-invoice issue --all" in text
    name = "draft-2026-01-31-2"
    run(file, "draft", "edit", name, "--line", "1", "--price", "2000", "--write")
    invoice = open_ledger(file).book.invoice(name)
    assert invoice
    assert [str(deduction.amount) for deduction in invoice.deductions] == ["2000.00", "400.00"]
    run(file, "draft", "edit", name, "--price", "4000", "--write")
    invoice = open_ledger(file).book.invoice(name)
    assert invoice
    assert [str(deduction.amount) for deduction in invoice.deductions] == ["3000.00", "600.00"]
    assert [(instalment.retention_contract, str(instalment.amount)) for instalment in invoice.instalments] == [
        ("", "960.00"),
        ("SITE", "240.00"),
    ]
    assert [str(error) for error in open_ledger(file).errors] == []


@pytest.mark.parametrize(
    ("arguments", "said", "code"),
    [
        (("--line", "3", "--price", "1"), "draft-a has 2 lines: there is no line 3", 1),
        (("--price", "1"), "draft-a has 2 lines: say which one, --line 1", 2),
        (("--line", "1"), "say what changes on the line: --quantity, --price, --text or", 2),
        ((), "what changes", 2),
        (("--drop", "1", "--drop", "2"), "draft-a would have no line: take it out, bean-invoice draft drop draft-a", 1),
        (("--line", "1", "--price", "1", "--drop", "1"), "line 1 is both changed and dropped", 1),
        (("--line", "1", "--price", "-1"), ": a price cannot be negative; to give something back, write a", 1),
        (("--line", "1", "--quantity", "10"), "Nothing to do", 0),
    ],
)
def test_what_cannot_be_changed_is_said(ledger: Path, arguments: tuple[str, ...], said: str, code: int) -> None:
    before = ledger.read_bytes()
    assert said in run(ledger, "draft", "edit", "draft-a", *arguments, "--write", code=code)
    assert ledger.read_bytes() == before


def test_the_lines_are_listed_by_their_places(ledger: Path) -> None:
    assert " draft-a" in run(ledger, "draft", "list")
    assert [line["text"] for line in json.loads(run(ledger, "draft", "list", "--format", "json"))[0]["lines"]] == [
        "Développement",
        "Travel",
    ]


def test_a_new_line_has_the_tax_and_account_of_the_others_where_nothing_says_them(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8").replace('2025-01-01 custom "invoice-option" "default-tax" "FR20"\n', "")
    ledger.write_text(text.replace("    price: 45.00\n", '    price: 45.00\n    tax: "FR20"\n'), encoding="utf-8")
    shown = run(ledger, "draft", "edit", "draft-a", "--add", "1 Stay @ 80")
    assert (
        '  Income:Services             -80.00 EUR\n    text: "Stay"\n    quantity: 1\n    price: 80.00\n    '
        'tax: "FR20"\n' in shown
    )


def test_the_preview_has_a_row_for_each_line_tax_and_total(ledger: Path) -> None:
    rows = [line.split() for line in run(ledger, "bill", "--until", "2026-02-28").splitlines()]
    assert ["Acme", "SAS", "HOURS", "Développement", "2026-02-05", "2026-02-05", "2", "100.00", "200.00", "EUR"] in rows
    assert ["Total", "240.00", "EUR"] in rows
    (document,) = json.loads(run(ledger, "bill", "--until", "2026-02-28", "--format", "json"))
    (line,) = document["lines"]
    assert [line[key] for key in ("contract", "milestone", "from", "to", "purchase_order")] == [
        "HOURS", None, "2026-02-05", "2026-02-05", None,
    ]  # fmt: skip
    assert line["net"] == "200.00"


def test_drafts_are_in_the_order_of_their_counts(ledger: Path) -> None:
    for _ in range(11):
        run(ledger, "new", "Acme", "1 DEV", "--date", "2026-02-01", "--draft", "--write")
    rows = run(ledger, "draft", "list", "--format", "csv").splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["draft-a", *(f"draft-2026-02-01-{count}" for count in range(1, 12))]
