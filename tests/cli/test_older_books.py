"""`init --from`: older books come over as they are, and what customers owe stays the same to the cent."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Transaction
from click.testing import CliRunner

from beancount_invoicing.cli import main

ACCOUNTS = """option "operating_currency" "EUR"
2025-01-01 open Assets:Bank
2025-01-01 open Assets:Receivable:Orme EUR
2025-01-01 open Income:Work
2025-01-01 open Equity:Opening-Balances
"""
SOLD = """2025-{day} * "Orme SA" "{text}"{links}
  Assets:Receivable:Orme  {amount} EUR
  Income:Work
"""
PAID = """2025-{day} * "Orme SA" "{text}"{links}
  Assets:Bank  {amount} EUR
  Assets:Receivable:Orme
"""


def sold(day: str, amount: str, text: str = "Work", links: str = "") -> str:
    return SOLD.format(day=day, amount=amount, text=text, links=links and f" {links}")


def paid(day: str, amount: str, text: str = "Transfer", links: str = "") -> str:
    return PAID.format(day=day, amount=amount, text=text, links=links and f" {links}")


class Books:
    """A ledger in a folder, and what commands say of it."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "main.beancount"
        self.file.write_text(text, encoding="utf-8")

    def run(self, *arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["-f", str(self.file), *arguments])
        assert result.exit_code == code, result.output
        return result.output

    def json(self, *arguments: str) -> Any:
        result = CliRunner().invoke(main, ["-f", str(self.file), *arguments, "--format", "json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def init(self, *more: str, write: bool = True, as_of: str = "2025-12-31") -> str:
        said = ("--name", "Lumen", "--country", "FR", "--as-of", as_of, "--date", "2026-01-01", *more)
        return self.run("init", "--from", str(self.file), *said, *(["--write"] if write else []))

    def open(self, day: str = "2026-01-31") -> dict[str, str]:
        return {row["number"]: row["open"] for row in self.json("list", "--as-of", day) if row["open"] != "0.00"}

    def unallocated(self, day: str = "2026-01-31") -> int:
        """To the unit; nothing here has less."""
        return int(sum((Decimal(row["unallocated"]) for row in self.json("aging", "--as-of", day)["rows"]), Decimal(0)))

    def balance(self, account: str) -> Decimal:
        """What stands on an account and those below it."""
        entries, errors, _options = loader.load_file(str(self.file))
        assert not errors
        whole = Decimal(0)
        for entry in entries:
            for posting in entry.postings if isinstance(entry, Transaction) else ():
                if f"{posting.account}:".startswith(f"{account}:") and posting.units is not None:
                    whole += posting.units.number or Decimal(0)
        return whole

    def add(self, text: str) -> None:
        self.file.write_text(self.file.read_text(encoding="utf-8") + text, encoding="utf-8")


def books(folder: Path, *entries: str, accounts: str = ACCOUNTS) -> Books:
    return Books(folder, accounts + "".join(entries))


# payments that name an invoice ----------------------------------------------------------------------------------------


def test_a_part_payment_that_has_the_invoices_link_is_taken_off_once(tmp_path: Path) -> None:
    older = books(tmp_path, sold("03-02", "1000", links="^A-17"), paid("04-03", "400", links="^A-17"))
    older.init("--regime", "exempt")
    assert (older.open(), older.unallocated()) == ({"A-17": "600.00"}, 0)
    assert "0 errors, 0 warnings" in older.run("check")
    older.add('2026-02-01 * "Orme SA" "the rest" ^A-17\n  Assets:Bank  600 EUR\n  Assets:Receivable:Orme\n')
    assert (older.open("2026-02-28"), older.unallocated("2026-02-28")) == ({}, 0)


def test_links_win_over_the_oldest_first(tmp_path: Path) -> None:
    older = books(
        tmp_path, sold("03-02", "1000", links="^A-17"), sold("04-02", "500", links="^A-18"), paid("05-03", "500", links="^A-18")
    )  # fmt: skip
    older.init("--regime", "exempt")
    assert (older.open(), older.unallocated()) == ({"A-17": "1000.00"}, 0)
    assert "0 errors, 0 warnings" in older.run("check")


def test_a_number_in_the_text_of_a_payment_is_a_name_too(tmp_path: Path) -> None:
    older = books(
        tmp_path, sold("03-02", "1000", "Invoice A-17"), sold("04-02", "500", "Invoice A-18"), paid("05-03", "500", "For A-18")
    )  # fmt: skip
    older.init("--regime", "exempt")
    assert older.open() == {"A-17": "1000.00"}


def test_what_names_nothing_settles_the_oldest(tmp_path: Path) -> None:
    older = books(
        tmp_path, sold("03-02", "300", "Invoice 501"), sold("04-02", "500", "Invoice 502"), paid("05-03", "450")
    )
    older.init("--regime", "exempt")
    assert (older.open(), older.unallocated()) == ({"502": "350.00"}, 0)


def test_what_is_paid_beyond_what_it_names_stays_on_the_account(tmp_path: Path) -> None:
    older = books(
        tmp_path, sold("03-02", "1000", links="^A-17"), sold("04-02", "500", links="^A-18"), paid("05-03", "550", links="^A-18")
    )  # fmt: skip
    assert "50 EUR was paid that settles nothing open there" in older.init("--regime", "exempt")
    assert (older.open(), older.unallocated()) == ({"A-17": "1000.00"}, -50)


def test_what_is_paid_on_the_day_itself_settles_it_in_the_books(tmp_path: Path) -> None:
    older = books(tmp_path, sold("03-02", "1000", links="^A-17"), paid("12-31", "400", links="^A-17"))
    older.init("--regime", "exempt")
    assert (older.open(), older.unallocated()) == ({"A-17": "600.00"}, 0)


def test_older_payments_settle_none_of_them_by_allocation_either(tmp_path: Path) -> None:
    older = books(
        tmp_path, sold("03-02", "1000", links="^A-17"), paid("04-03", "400", links="^A-17"), sold("05-02", "300"),
    )  # fmt: skip
    older.init("--regime", "exempt")
    older.add('2025-01-01 custom "invoice-option" "allocate" "oldest"\n')
    assert older.open() == {"A-17": "600.00", "OPEN-2025-05-02": "300.00"}


# accounts that are guessed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "account",
    ["CreditCard:Gold-Trust", "VAT:Input"],
)
def test_a_card_or_a_loan_is_never_the_account_of_tax(tmp_path: Path, account: str) -> None:
    older = books(tmp_path, f"2025-01-01 open Liabilities:{account}\n", sold("03-02", "10"))
    text = older.init("--regime", "invoices", write=False)
    assert '"FR20" "TVA 20 %" Liabilities:TVA\n' in text
    assert "is taken as the account for the tax" not in text


@pytest.mark.parametrize(
    "account",
    ["VATPayable", "Moms"],
)
def test_the_account_of_tax_is_known_by_whole_words_and_said(tmp_path: Path, account: str) -> None:
    older = books(tmp_path, f"2025-01-01 open Liabilities:{account}\n", sold("03-02", "10"))
    text = older.init("--regime", "invoices", write=False)
    assert f'"FR20" "TVA 20 %" Liabilities:{account}\n' in text
    assert f"Liabilities:{account} is taken as the account for the tax on sales, by its name" in text


def test_dividends_do_not_wait_as_tax_and_a_tenants_bond_is_no_deposit(tmp_path: Path) -> None:
    opens = "2025-01-01 open Liabilities:Dividends:Pending\n2025-01-01 open Liabilities:Security-Deposits-Owed:3-Hill-Street\n"
    older = books(tmp_path, opens, sold("03-02", "10"))
    text = older.init("--regime", "payments", write=False)
    assert "pending: Liabilities:TVA:Pending" in text
    assert '"deposit-account" Liabilities:Acomptes' in text


def test_an_account_that_is_closed_or_for_another_currency_is_not_taken(tmp_path: Path) -> None:
    opens = "2025-01-01 open Liabilities:VAT:Old\n2025-06-01 close Liabilities:VAT:Old\n2025-01-01 open Liabilities:VAT:US USD\n"
    older = books(tmp_path, opens, sold("03-02", "10"))
    assert '"FR20" "TVA 20 %" Liabilities:TVA\n' in older.init("--regime", "invoices", write=False)


def test_the_account_of_opening_balances_takes_the_currencies(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("Orme EUR", "Orme").replace("Opening-Balances", "Opening-Balances USD")
    older = books(tmp_path, sold("03-02", "10"), accounts=accounts)
    older.init("--regime", "exempt")
    assert list(older.open().values()) == ["10.00"]


# customers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "account",
    ["AccountsReceivable", "Kundfordringar", "1122-应收账款"],
)
def test_accounts_of_customers_are_known_in_many_languages(tmp_path: Path, account: str) -> None:
    accounts = ACCOUNTS.replace("Receivable:Orme EUR", account)
    older = books(tmp_path, sold("03-02", "10").replace("Receivable:Orme", account), accounts=accounts)
    assert f'open Assets:{account}\n  customer: "Orme SA"' in older.init("--regime", "exempt")
    assert list(older.open().values()) == ["10.00"]


def test_an_account_that_says_its_customer_later_has_its_items_taken_over(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("Receivable:Orme EUR", "Reskontra")
    entries = [
        one.replace("Receivable:Orme", "Reskontra") for one in (sold("03-02", "10", "Invoice 77"), paid("04-02", "4"))
    ]
    older = books(tmp_path, *entries, accounts=accounts)
    said = older.init("--regime", "exempt")
    assert "no customer account is recognised by its name" in said
    assert "0 errors, 0 warnings" in older.run("check")
    text = older.file.read_text(encoding="utf-8")
    older.file.write_text(
        text.replace("open Assets:Reskontra\n", 'open Assets:Reskontra\n  customer: "Orme SA"\n'), encoding="utf-8"
    )
    older.init("--regime", "exempt")
    assert (older.open(), older.unallocated()) == ({"77": "6.00"}, 0)
    assert "Nothing is missing" in older.init("--regime", "exempt")
    assert older.open() == {"77": "6.00"}


def test_books_without_customers_get_seller_and_options_and_then_a_customer(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("2025-01-01 open Assets:Receivable:Orme EUR\n", "")
    older = books(tmp_path, accounts=accounts)
    older.init("--regime", "invoices", "--siren", "812345676")
    assert "open Assets:Receivable:KieferBau" in older.run(
        "customer", "add", "Kiefer Bau", "--date", "2026-01-01", "--write"
    )
    assert "0 errors" in older.run("check")


def test_a_customer_is_called_as_the_only_payee_of_its_claims(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("Receivable:Orme", "Receivable:US")
    older = books(tmp_path, sold("03-02", "10").replace("Receivable:Orme", "Receivable:US"), accounts=accounts)
    assert 'customer: "Orme SA"' in older.init("--regime", "exempt", write=False)


POOL = """option "operating_currency" "EUR"
2025-01-01 open Assets:Bank
2025-01-01 open Assets:AccountsReceivable EUR
2025-01-01 open Income:Work
2025-03-02 * "Orme SA" "Invoice 101" ^A-101
  Assets:AccountsReceivable  1000 EUR
  Income:Work
2025-03-03 * "Tilia AG" "Invoice 102" ^A-102
  Assets:AccountsReceivable  500 EUR
  Income:Work
2025-04-03 * "Tilia AG" "paid"
  Assets:Bank  200 EUR
  Assets:AccountsReceivable
2026-02-01 balance Assets:AccountsReceivable  1300 EUR
"""


def test_one_account_for_all_gets_an_account_for_each_below_it(tmp_path: Path) -> None:
    older = Books(tmp_path, POOL)
    assert "Assets:AccountsReceivable: several customers owe on it" in older.init("--regime", "exempt")
    rows = {row["number"]: (row["customer"], row["open"]) for row in older.json("list", "--as-of", "2026-01-31")}
    assert rows == {"A-101": ("Orme SA", "1000.00"), "A-102": ("Tilia AG", "300.00")}
    assert older.balance("Assets:AccountsReceivable") == 1300
    assert "0 errors, 0 warnings" in older.run("check")
    assert "open Assets:AccountsReceivable:Kiefer" in older.run("customer", "add", "Kiefer", "--date", "2026-01-01")
    assert "Nothing is missing" in older.init("--regime", "exempt")  # again


def test_an_earlier_day_takes_no_items_of_a_common_account_over_twice(tmp_path: Path) -> None:
    older = Books(tmp_path, POOL)
    older.init("--regime", "exempt")
    before = older.file.read_bytes()
    text = older.init("--regime", "exempt", as_of="2025-03-31")
    assert "what was open on it was taken over on 2025-12-31: nothing is taken over as of 2025-03-31" in text
    assert older.file.read_bytes() == before


def test_what_git_is_to_leave_alone_is_added(tmp_path: Path) -> None:
    ignoring = tmp_path / ".gitignore"
    ignoring.write_text("/outbox/\n*.log", encoding="utf-8")
    older = Books(tmp_path, POOL)
    older.init("--regime", "exempt", write=False)
    assert ignoring.read_text(encoding="utf-8") == "/outbox/\n*.log"
    older.init("--regime", "exempt")
    lines = ignoring.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["/outbox/", "*.log"]
    assert ".*.picklecache" in lines
    assert lines.count("/outbox/") == 1


def test_what_is_booked_on_it_later_is_said(tmp_path: Path) -> None:
    later = '2026-01-15 * "Orme SA" "paid"\n  Assets:Bank  1000 EUR\n  Assets:AccountsReceivable\n'
    older = Books(tmp_path, POOL.partition("2026-02-01")[0] + later)
    text = older.init("--regime", "exempt")
    assert "Assets:AccountsReceivable: 1 transaction after 2025-12-31 stay" in text


@pytest.mark.parametrize("account", ["VATReceivable", "Receivable:Employees"])
def test_taxes_employees_and_banks_are_no_customers(tmp_path: Path, account: str) -> None:
    older = books(tmp_path, f"2025-01-01 open Assets:{account}\n", sold("03-02", "10"))
    assert "customer:" not in older.init("--regime", "exempt", write=False).partition(account)[2].partition("\n2")[0]


def test_a_bank_may_be_a_customer(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("Receivable:Orme", "Receivable:OrmeBank")
    older = books(tmp_path, sold("03-02", "10").replace("Receivable:Orme", "Receivable:OrmeBank"), accounts=accounts)
    assert 'customer: "Orme SA"' in older.init("--regime", "exempt", write=False)


def test_an_account_named_by_a_number_is_one_customers(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("Receivable:Orme", "Receivable:1007")
    entries = (sold("03-02", "10"), sold("03-03", "10").replace("Orme SA", "Orme's bank"))
    older = books(
        tmp_path, *(entry.replace("Receivable:Orme", "Receivable:1007") for entry in entries), accounts=accounts
    )
    assert 'customer: "1007"' in older.init("--regime", "exempt", write=False)


def test_a_new_customer_stands_below_no_other_and_not_beside_the_bank(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("Receivable:Orme EUR", "Debtors")
    older = books(tmp_path, sold("03-02", "10").replace("Receivable:Orme", "Debtors"), accounts=accounts)
    older.init("--regime", "exempt")
    assert "open Assets:Receivable:Kiefer " in older.run("customer", "add", "Kiefer", "--date", "2026-01-01")
    tenants = ACCOUNTS.replace("Receivable:Orme", "Receivable:Tenants:Orme:3-Hill-Street")
    entry = sold("03-02", "10").replace("Receivable:Orme", "Receivable:Tenants:Orme:3-Hill-Street")
    older = books(tmp_path, entry, accounts=tenants)
    older.init("--regime", "exempt")
    assert "open Assets:Receivable:Kiefer " in older.run("customer", "add", "Kiefer", "--date", "2026-01-01")


def test_accounts_that_a_plugin_opens_are_opened_by_a_line(tmp_path: Path) -> None:
    accounts = 'option "operating_currency" "EUR"\nplugin "beancount.plugins.auto_accounts"\n'
    older = books(tmp_path, sold("03-02", "10", "Invoice 77"), accounts=accounts)
    assert '2025-03-02 open Assets:Receivable:Orme\n  customer: "Orme SA"' in older.init("--regime", "exempt")
    assert older.open() == {"77": "10.00"}
    assert "0 errors, 0 warnings" in older.run("check")


# amounts and numbers --------------------------------------------------------------------------------------------------


def test_amounts_have_the_decimals_of_their_currency(tmp_path: Path) -> None:
    entry = """2025-05-13 * "Orme SA" "paid our domain"
  Expenses:Domain   185.96 USD @@ 133.9 EUR
  Assets:Receivable:Orme
"""
    older = books(tmp_path, "2025-01-01 open Expenses:Domain\n", sold("05-02", "1500"), entry)
    text = older.init("--regime", "exempt")
    assert "  1366.10 EUR" in text
    assert "1366.100" not in text


@pytest.mark.parametrize(
    ("text", "links", "number"),
    [
        ("Consulting May 2025, invoice #18", "^orme-project", "18"),
        ("Work", "^A-17", "A-17"),
        ("Consulting in 2025", "", "OPEN-2025-03-02"),
    ],
)
def test_numbers_are_guessed_well_or_not_at_all(tmp_path: Path, text: str, links: str, number: str) -> None:
    older = books(tmp_path, sold("03-02", "10", text, links))
    older.init("--regime", "exempt")
    assert list(older.open()) == [number]


def test_a_link_of_several_claims_is_no_number(tmp_path: Path) -> None:
    older = books(tmp_path, sold("03-02", "10", links="^job-7"), sold("04-02", "20", links="^job-7"))
    older.init("--regime", "exempt")
    assert list(older.open()) == ["OPEN-2025-03-02", "OPEN-2025-04-02"]


def test_what_is_padded_has_the_number_of_its_day(tmp_path: Path) -> None:
    pad = "2025-06-01 pad Assets:Receivable:Orme Equity:Opening-Balances\n2025-06-02 balance Assets:Receivable:Orme  750 EUR\n"
    older = books(tmp_path, pad)
    older.init("--regime", "exempt")
    assert older.open() == {"OPEN-2025-06-01": "750.00"}


def test_tax_that_waits_of_what_is_paid_in_part_has_the_invoices_rate(tmp_path: Path) -> None:
    """Half of 200.00 waits: that is 20 % of half the base, not 10 % of all of it."""
    invoice = """2025-03-02 * "Orme SA" "Invoice 2025-7" ^2025-7
  Assets:Receivable:Orme  1200 EUR
  Income:Work  -1000 EUR
  Liabilities:VAT:Pending  -200 EUR
"""
    moved = '2025-04-02 * "due"\n  Liabilities:VAT:Pending  100 EUR\n  Liabilities:VAT  -100 EUR\n'
    opens = "2025-01-01 open Liabilities:VAT\n2025-01-01 open Liabilities:VAT:Pending\n"
    older = books(tmp_path, opens, invoice, paid("04-02", "600", links="^2025-7"), moved)
    text = older.init("--regime", "payments")
    assert '-100.00 EUR\n    tax: "FR20"\n    settles: "2025-7"' in text
    assert "0 errors, 0 warnings" in older.run("check")


def test_a_key_that_means_something_else_here_is_said(tmp_path: Path) -> None:
    entry = sold("03-02", "10").replace('Work"\n', 'Work"\n  invoice: "scan-1.pdf"\n', 1)
    older = books(tmp_path, entry, entry)
    result = CliRunner().invoke(
        main, ["init", "--from", str(older.file), "--name", "Lumen", "--regime", "exempt", "--write"]
    )
    assert result.exit_code == 1
    assert "2 of its entries say invoice:, which is the key of documents here" in result.output
