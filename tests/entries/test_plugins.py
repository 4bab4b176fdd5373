"""Other plugins: below ours they change nothing of what we say; above it, what cannot hold is said once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from beancount import loader

from beancount_invoicing import InvoicingError
from tests.cli.test_commands import call
from tests.fava_ext.test_receivables import client, home, page, rows
from tests.ledgers import PRELUDE

INVOICES = """
2025-06-01 custom "invoice-customer" Assets:Receivable:Kiefer
  vat-id: "DE136695976"
2026-01-05 * "Kiefer GmbH" "Audit" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Kiefer  1000.00 USD @ 0.90 EUR
  Income:Services  -900.00 EUR
    text: "Audit"
    tax: "REVERSE"
2026-01-06 * "Acme SAS" "Travaux" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Travaux"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
2026-01-20 * "Acme SAS" "Paid" ^F2026-0002
  Assets:Bank  120.00 EUR
  Assets:Receivable:Acme  -120.00 EUR
2026-01-31 pad Assets:Cash Equity:Opening
2026-02-01 balance Assets:Cash 10.00 EUR
2026-02-01 balance Assets:Receivable:Acme 0 EUR
"""
OURS = 'plugin "beancount_invoicing"\n'
CURRENCIES = 'plugin "beancount.plugins.currency_accounts" "Equity:Currencies"\n'
MOVING = 'plugin "tests.moving" "Assets:Receivable:Acme"\n'


def written(folder: Path, plugins: str) -> Path:
    file = folder / "main.beancount"
    file.write_text(PRELUDE + INVOICES + plugins, encoding="utf-8")
    return file


def given(file: Path) -> list[tuple[str, str]]:
    """The rules and messages of the errors that `bean-check` shows."""
    return [
        (error.rule if isinstance(error, InvoicingError) else "", error.message)
        for error in loader.load_file(str(file))[1]
    ]


def standing(file: Path) -> list[tuple[str, str, str]]:
    rows = json.loads(call("list", "--as-of", "2026-02-28", "--format", "json", ledger=file).stdout)
    return [(row["number"], row["payable"], row["open"]) for row in rows]


@pytest.mark.parametrize("below", ["", CURRENCIES, MOVING, CURRENCIES + MOVING])
def test_plugins_below_ours_change_nothing_of_what_we_say(
    below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "PICKLE_CACHE_THRESHOLD", 0.0)  # the second command takes what Beancount has kept
    file = written(tmp_path, OURS + below)
    assert given(file) == []
    for _time in range(2):
        assert "2 documents, 0 errors" in call("check", ledger=file).stdout
        assert standing(file) == [("F2026-0001", "1000.00", "1000.00"), ("F2026-0002", "120.00", "0.00")]


@pytest.mark.parametrize("below", [CURRENCIES, MOVING])
def test_what_is_written_is_tried_with_what_we_have_read(below: str, tmp_path: Path) -> None:
    file = written(tmp_path, OURS + below)
    call("credit", "F2026-0002", "--date", "2026-02-10", "--write", ledger=file)
    call("credit", "F2026-0001", "--date", "2026-02-10", "--write", ledger=file)
    assert file.read_text("utf-8").endswith(f'    tax: "REVERSE"\n\n{OURS}{below}')
    assert given(file) == []
    notes = [("A2026-0001", "-120.00", "-120.00"), ("A2026-0002", "-1000.00", "0.00")]
    assert [one for one in standing(file) if one[0][0] == "A"] == notes


@pytest.mark.parametrize(
    ("above", "line"),
    [(CURRENCIES, "currency_accounts"), (MOVING, "moving"), (MOVING + CURRENCIES, "moving")],
)
def test_what_plugins_above_ours_spoil_is_said_once_with_the_line_to_move(
    above: str, line: str, tmp_path: Path
) -> None:
    file = written(tmp_path, above + OURS)
    number = next(i for i, text in enumerate(file.read_text("utf-8").splitlines(), 1) if line in text)
    errors = given(file)
    assert [rule for rule, _message in errors] == ["plugin-order"] * above.count("\n")
    assert f'{line}" changes transactions before beancount_invoicing reads them' in errors[0][1]
    result = call("check", ledger=file, code=1)
    assert f'{file}:{number}: "' in result.stderr
    assert result.stderr.count("error") <= 2 * len(errors), "as often as bean-check"
    assert "move this line below" in call("new", "Acme", "1 DEV", "--date", "2026-02-15", ledger=file, code=1).stderr
    # the advice, to the letter
    file.write_text(PRELUDE + INVOICES + OURS + above, encoding="utf-8")
    assert given(file) == []


def test_what_is_wrong_itself_stays_an_error_beside_it(tmp_path: Path) -> None:
    file = written(tmp_path, CURRENCIES + OURS)
    file.write_text(file.read_text("utf-8").replace('"Travaux"\n    tax', '"Travaux"\n    price: 70\n    tax'), "utf-8")
    assert [rule for rule, _message in given(file)] == ["line-net", "plugin-order"]


def test_a_plugin_above_that_only_adds_entries_is_no_matter(tmp_path: Path) -> None:
    file = written(tmp_path, 'plugin "beancount.plugins.auto_accounts"\n' + OURS)
    assert given(file) == []


@pytest.mark.parametrize("name", ["tests.nowhere", "tests.conftest.nowhere"])
def test_a_plugin_that_is_not_there(name: str, tmp_path: Path) -> None:
    file = written(tmp_path, OURS + f'plugin "{name}"\n')
    number = file.read_text("utf-8").count("\n")
    text = f'{file}:{number}: plugin "{name}" cannot be imported (ModuleNotFoundError: No module named'
    assert text in call("check", ledger=file, code=1).stderr


def test_fava_shows_the_same(tmp_path: Path) -> None:
    file = written(tmp_path, OURS + MOVING + CURRENCIES)
    text = file.read_text("utf-8") + '2025-01-01 custom "fava-extension" "beancount_invoicing.fava_ext"\n'
    file.write_text(text, encoding="utf-8")
    browser = client(file)
    shown = page(browser, "page=documents&status=open&time=2026-02-28")
    assert [row[0] for row in rows(shown, "invoices")] == ["F2026-0001"]
    (link,) = shown.xpath("//table[contains(@class, 'invoices')]//a[starts-with(@href, '#context-')]/@href")
    assert "Audit" in browser.get(f"{home(browser).removesuffix('/')}/api/context?entry_hash={link[9:]}").text
