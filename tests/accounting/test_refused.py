"""What a report says where it cannot be made, or not all of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing.cli.main import main
from tests.accounting.books import ACCOUNTS, invoice, payment

PLUGIN = 'plugin "beancount_invoicing"\n'
SELLER = '2025-01-01 custom "invoice-seller" "Atelier Essai"\n  siren: "123456782"\n  country: "FR"\n'
DOLLARS = """
2026-02-01 open Assets:Dollars USD
2026-02-02 * "Change" "Dollars"
  Assets:Dollars   10 USD
  Equity:Capital  -10 USD
"""
PLAIN = ACCOUNTS + PLUGIN + invoice("2026-02-01", "F1") + payment("2026-02-10", "120.00", "F1")
BOOKS = {
    "plain": PLAIN,
    "belgian": PLAIN.replace('country: "FR"', 'country: "BE"').replace('siren: "123456782"', 'vat-id: "BE0403170701"'),
    "erroneous": PLAIN + invoice("2026-02-01", "F1"),
    "no seller": ACCOUNTS.replace(SELLER, "") + PLUGIN,
    "unnumbered": PLAIN.replace('  pcg: "706"\n', ""),
    "unpriced": PLAIN + DOLLARS,
}
UNPRICED = "10 USD on Assets:Dollars has no value in EUR: write a price on the posting, or 2026-02-02 price USD … EUR"
TABLE = "--columns columns.toml -o table.csv"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the description of a table."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "columns.toml").write_text('[columns]\nCompte = "account"\n', encoding="utf-8")
    return tmp_path


def run(books: str, command: str) -> tuple[int, str]:
    """The exit code and the output."""
    Path("main.beancount").write_text(BOOKS[books], encoding="utf-8")
    result = CliRunner().invoke(main, ["-f", "main.beancount", "accounting", *command.split()])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("books", "command", "message"),
    [
        ("plain", "aging -c Nobody", 'there is no customer "Nobody"'),
        ("plain", "confirmations 2026 -c Nobody", 'there is no customer "Nobody"'),
        ("unpriced", "aging --as-of 2026-12-31", UNPRICED),
        ("unpriced", "vat 2026", UNPRICED),
        ("unpriced", "vat --close 2026-02", UNPRICED),
        ("unpriced", "sales-list 2026-Q1", UNPRICED),
        ("unpriced", f"table 2026 {TABLE}", UNPRICED),
        ("no seller", "sales-list 2026-Q1", 'the ledger has no seller: write custom "invoice-seller"'),
        ("erroneous", f"table 2026 {TABLE}", "nothing is written: correct the errors first"),
        ("unnumbered", f"table 2026 {TABLE}", "Income:Conseil has no number of the chart of accounts"),
        ("plain", "datev 2026 -o datev", "main.beancount: option datev-consultant is missing"),
        (
            "plain",
            "journal 2026 -o main.beancount/journal.csv",
            "main.beancount/journal.csv: cannot be written or read",
        ),
        ("belgian", "fec 2026", "the FEC is for the French tax office, but the seller is in BE"),
    ],
)
def test_what_cannot_be_made_says_why(books: str, command: str, message: str) -> None:
    code, output = run(books, command)
    assert (code, message in output) == (1, True), output
    assert sorted(path.name for path in Path().glob("[!.]*")) == ["columns.toml", "main.beancount"], (
        "nothing is written"
    )


@pytest.mark.parametrize(
    ("books", "command", "message"),
    [
        ("plain", "sales-list 2026 --declaration des.xml", "a DES is of one month"),
        ("belgian", "sales-list 2026-Q1 --list customers --declaration clients.xml", "of a calendar year"),
        (
            "plain",
            "sales-list 2026 --list customers --declaration clients.xml",
            "this list has no file for the tax office",
        ),
    ],
)
def test_a_declaration_has_the_period_and_the_country_of_its_form(books: str, command: str, message: str) -> None:
    code, output = run(books, command)
    assert (code, message in output) == (2, True), output


@pytest.mark.parametrize(
    ("command", "element"),
    [
        ("sales-list 2026-Q1 --declaration out.xml", b"IntraConsignment"),
        ("sales-list 2026 --list customers --declaration out.xml", b"ClientListingConsignment"),
    ],
)
def test_a_belgian_seller_gets_the_files_of_intervat(command: str, element: bytes) -> None:
    code, _output = run("belgian", command)
    assert code == 0
    assert element in Path("out.xml").read_bytes()
