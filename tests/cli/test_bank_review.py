"""`bank review`, its answers given at once: what each of them does, and that nothing ends it but the person."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.receivables import positions

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 custom "invoice-bank" Assets:Bank
  columns: "date = Date; amount = Amount; text = Text; payer = Payer; payer-iban = IBAN; fee = Fee; balance = Balance"
  currency: "EUR"
2026-01-01 open Assets:Bank EUR
2026-01-01 open Assets:Till EUR
2026-01-01 open Income:Work
2026-01-01 open Income:Other EUR
2026-01-01 open Expenses:Charges
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
2026-01-01 open Assets:Clients:Other EUR
  customer: "Other"
2026-01-01 open Assets:Clients:Dollar USD
  customer: "Dollar Inc"
2026-03-01 open Assets:Clients:Late
  customer: "Late"

2026-01-10 * "Acme" "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Clients:Acme   100.00 EUR
  Income:Work

2026-01-11 * "Other" "Work" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Clients:Other   250.00 EUR
  Income:Work

2026-01-12 * "Dollar Inc" "Work" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Clients:Dollar   100.00 USD
  Income:Work

plugin "beancount_invoicing"
"""
IBAN = "FR1420041010050500013M02606"
TITLES = "Date;Amount;Text;Payer;IBAN;Fee;Balance\n"
THANKS = "2026-02-05;120.00;merci;ACME;;;\n"
OF_IBAN = f"2026-02-05;100.00;merci;ACME;{IBAN};;\n"
CHARGE = "2026-02-07;-30.00;frais;BANQUE;;;\n"
CERTAIN = "2026-02-06;250.00;F2026-0002;OTHER;;;\n"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "beancount_invoicing.cli.bank_review.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    )
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    return file


def reviewed(ledger: Path, rows: str, answers: str, *arguments: str) -> Result:
    """A review of a table with these rows, in which these answers are typed, separated by spaces; `_` is an empty one.

    Whatever is answered, the ledger has no errors then.
    """
    (ledger.parent / "bank.csv").write_text(TITLES + rows, encoding="utf-8")
    typed = "".join("\n" if answer == "_" else f"{answer}\n" for answer in answers.split(" "))
    done = CliRunner().invoke(main, ["-f", str(ledger), "bank", "review", "bank.csv", *arguments], input=typed)
    assert open_ledger(ledger).errors == ()
    assert "Traceback" not in done.output
    return done


def written(ledger: Path) -> str:
    """What the review added to the ledger, with single spaces."""
    text = ledger.read_text(encoding="utf-8")
    assert text.startswith(LEDGER.removesuffix('plugin "beancount_invoicing"\n'))
    new = text.removeprefix(LEDGER.removesuffix('plugin "beancount_invoicing"\n')).removesuffix(
        'plugin "beancount_invoicing"\n'
    )
    return "\n".join(" ".join(row.split()) for row in new.splitlines() if "bank-id" not in row).strip()


def open_amounts(ledger: Path) -> dict[str, str]:
    book = open_ledger(ledger).book
    return {position.invoice.number: str(position.open) for position in positions(book, book.last_date)}


def test_accept_writes_the_entry_that_is_shown(ledger: Path) -> None:
    done = reviewed(ledger, OF_IBAN, "a n")
    assert done.exit_code == 0
    assert "1 of 1:  2026-02-05  100.00 EUR  ACME\n  merci\n" in done.stdout
    assert "  for: 100.00 EUR is what is open of F2026-0001\n" in done.stdout
    assert "  against: the payer's account is not known as this customer's\n" in done.stdout
    assert f"The payer's account {IBAN} is not known. If you note it as Acme's" in done.output
    assert "1 line booked; 0 lines left to decide." in done.stderr
    assert (
        written(ledger)
        == '2026-02-05 * "ACME" "merci" ^F2026-0001\nAssets:Bank 100.00 EUR\nAssets:Clients:Acme -100.00 EUR'
    )


def test_a_payer_is_known_once_a_person_says_so(ledger: Path) -> None:
    again = OF_IBAN.replace("100.00", "5.00")
    done = reviewed(ledger, OF_IBAN + again, "a y a")
    assert done.output.count("Does Acme pay from it?") == 1
    assert open_ledger(ledger).book.customers["Assets:Clients:Acme"].latest.payer_iban == IBAN


def test_a_payer_who_was_declined_is_not_asked_about_again(ledger: Path) -> None:
    again = OF_IBAN.replace("100.00", "5.00")
    done = reviewed(ledger, OF_IBAN + again, "a n a")
    assert done.output.count("Does Acme pay from it?") == 1
    assert "2 lines booked" in done.stderr


def test_a_wrong_letter_is_asked_again(ledger: Path) -> None:
    done = reviewed(ledger, OF_IBAN, "x _ A n")
    assert "Type one of the letters a, c, s, o, l, q." in done.output
    assert "1 line booked" in done.stderr


@pytest.mark.parametrize("answers", ["q", "l"])
def test_later_and_quit_write_nothing(ledger: Path, answers: str) -> None:
    done = reviewed(ledger, THANKS, answers)
    assert done.exit_code == 0
    assert "0 lines booked; 1 line left to decide." in done.stderr
    assert written(ledger) == ""


def test_later_goes_on_with_the_next_line(ledger: Path) -> None:
    done = reviewed(ledger, THANKS + OF_IBAN.replace("ACME", "OTHER"), "l q")
    assert "1 of 2:" in done.stdout
    assert "2 of 2:" in done.stdout


@pytest.mark.parametrize(
    "answers", ["c _ q", "s _ q", "o _ q", "c F2026-0001=0 _ q", "s 0.5.5 _ q", "s F2026-0001=100 _ q"]
)
def test_back_leads_to_the_same_question(ledger: Path, answers: str) -> None:
    done = reviewed(ledger, THANKS, answers)
    assert done.output.count("[a]ccept") == 2
    assert written(ledger) == ""


def test_documents_are_chosen_by_their_numbers_and_a_name_takes_the_rest(ledger: Path) -> None:
    done = reviewed(ledger, THANKS, "c Income:Other nobody F2026-0009 2026-0001")
    assert "Income:Other is not a document: go back, and choose other account or split" in done.output
    assert 'there is no customer "nobody"' in done.output
    assert "there is no F2026-0009" in done.output
    assert "120.00 EUR is more than is to be paid on F2026-0001: 100.00 EUR" in done.output
    (ledger.parent / "bank.csv").write_text(TITLES + THANKS, encoding="utf-8")
    typed = "c\nF2026-0001 Acme\na\n"
    assert CliRunner().invoke(main, ["-f", str(ledger), "bank", "review", "bank.csv"], input=typed).exit_code == 0
    assert open_amounts(ledger)["F2026-0001"] == "0.00"
    assert "Assets:Clients:Acme -20.00 EUR" in written(ledger)


def test_a_split_names_one_part_after_the_other(ledger: Path) -> None:
    done = reviewed(ledger, THANKS, "s F2026-0001=130 F2026-0001=100 Income:Other a")
    assert "the parts come to 130 EUR, but the line is of 120.00: 10.00 too much" in done.output
    assert "20.00 EUR left (empty: back)" in done.output
    assert "Assets:Clients:Acme -100.00 EUR\nIncome:Other -20.00 EUR" in written(ledger)


def test_another_account_is_one_that_is_no_customers(ledger: Path) -> None:
    done = reviewed(ledger, CHARGE, "o Assets:Clients:Acme Expenses:Nothing Expenses:Charges a", "--all")
    assert "Assets:Clients:Acme is a customer's account: choose documents, or split" in done.output
    assert "Expenses:Nothing is not an open account" in done.output
    assert "Expenses:Charges 30.00 EUR" in written(ledger)


def test_lines_that_are_not_a_customers_money_are_left_out_and_counted(ledger: Path) -> None:
    assert "1 line is not a customer's payment" in reviewed(ledger, CHARGE, "q").stderr
    assert "0 lines left to decide" in reviewed(ledger, CHARGE, "q", "--all").stderr


@pytest.mark.parametrize(("answer", "count"), [("n", 1), ("y", 2)])
def test_what_is_certain_may_be_booked_first(ledger: Path, answer: str, count: int) -> None:
    done = reviewed(ledger, THANKS + CERTAIN, f"{answer} a")
    assert "1 line is certain, and not booked yet. Book it first?" in done.output
    assert open_amounts(ledger)["F2026-0002"] == ("250.00" if answer == "n" else "0.00")
    assert written(ledger).count("Assets:Bank") == count


def test_the_end_of_the_answers_leaves_what_was_accepted(ledger: Path) -> None:
    done = reviewed(ledger, THANKS + OF_IBAN.replace("ACME", "OTHER"), "a")
    assert done.exit_code == 1
    assert "What you accepted is written; the rest waits for the next review." in done.stderr
    assert written(ledger).count("Assets:Bank") == 1


def test_ctrl_c_leaves_what_was_accepted(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter(["a"])

    def interrupted(_question: str, _choices: object, **_settings: object) -> str:
        if answer := next(said, ""):
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr("beancount_invoicing.cli.bank_review.ask", interrupted)
    done = reviewed(ledger, THANKS + OF_IBAN.replace("ACME", "OTHER"), "_")
    assert done.exit_code == 1
    assert "What you accepted is written; the rest waits for the next review." in done.stderr
    assert written(ledger).count("Assets:Bank") == 1


def test_a_ledger_with_errors_is_not_reviewed(ledger: Path) -> None:
    ledger.write_text(LEDGER + '2026-02-01 * "x"\n  Assets:Nothing  1 EUR\n  Assets:Bank\n', encoding="utf-8")
    (ledger.parent / "bank.csv").write_text(TITLES + THANKS, encoding="utf-8")
    done = CliRunner().invoke(main, ["-f", str(ledger), "bank", "review", "bank.csv"])
    assert done.exit_code == 1
    assert "1 of 1" not in done.output
    assert "Assets:Nothing" in done.stderr


def test_a_file_that_cannot_be_read_is_an_error(ledger: Path) -> None:
    done = reviewed(ledger, "2026-02-05;many;merci;ACME;;;\n", "q")
    assert done.exit_code == 1
    assert 'bank.csv:2: "many" is not an amount of this table' in done.stderr


def test_many_open_documents_are_not_listed(ledger: Path) -> None:
    more = "".join(
        f'2026-01-13 * "Acme" "Work" ^F2026-{number:04}\n  invoice: "F2026-{number:04}"\n'
        "  Assets:Clients:Acme  7.00 EUR\n  Income:Work\n\n"
        for number in range(4, 30)
    )
    ledger.write_text(LEDGER.replace("plugin", f"{more}plugin"), encoding="utf-8")
    done = reviewed(ledger, "2026-02-05;9.00;merci;ACME;;;\n", "c _ q")
    assert "27 documents are open: bean-invoice list --open shows them" in done.output


# --- what cannot be written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer", "advice"),
    [
        (
            "DOLLAR INC",
            "Assets:Clients:Dollar is open for USD, not for EUR: choose another account, or add the currency to its open "
            "directive: 2026-01-01 open Assets:Clients:Dollar USD,EUR",
        ),
        (
            "LATE",
            "Assets:Clients:Late is only open from 2026-03-01, after 2026-02-05: date its open directive 2026-02-05, or "
            "choose another account",
        ),
    ],
)
def test_what_an_account_does_not_take_is_not_proposed_and_why_is_said(ledger: Path, payer: str, advice: str) -> None:
    done = reviewed(ledger, THANKS.replace("ACME", payer) + OF_IBAN, "a l a n")
    assert f"  against: {advice}\n" in done.stdout
    assert "Type one of the letters c, s, o, l, q." in done.output
    assert "1 line booked; 1 line left to decide." in done.stderr


def test_the_advice_about_an_account_leads_out(ledger: Path) -> None:
    text = LEDGER.replace("open Assets:Clients:Dollar USD\n", "open Assets:Clients:Dollar USD,EUR\n")
    ledger.write_text(text.replace("2026-03-01 open Assets:Clients:Late", "2026-02-05 open Assets:Clients:Late"))
    rows = THANKS.replace("ACME", "DOLLAR INC") + THANKS.replace("ACME", "LATE")
    assert "2 lines booked" in reviewed(ledger, rows, "a a").stderr


def test_a_closed_account_is_named(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace("plugin", "2026-02-01 close Income:Other\n\nplugin"), encoding="utf-8")
    done = reviewed(ledger, THANKS, "s F2026-0001=100 Income:Other q")
    assert "Income:Other is closed since 2026-02-01, before 2026-02-05: take its close directive out" in done.output


def test_money_of_another_currency_than_the_account_is_not_booked_there(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace("open Income:Other EUR", "open Income:Other USD"), encoding="utf-8")
    done = reviewed(ledger, THANKS, "o Income:Other q")
    assert "Income:Other is open for USD, not for EUR" in done.output


def test_a_fee_without_an_account_is_said_and_the_review_goes_on(ledger: Path) -> None:
    done = reviewed(ledger, "2026-02-05;98.00;F2026-0001;ACME;;2.00;\n" + THANKS, "c F2026-0001 l a")
    assert "the account of the bank's fees is not known: write" in done.output
    assert "1 line booked; 1 line left to decide." in done.stderr


def test_a_balance_that_would_no_longer_hold_keeps_the_line_open(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace("plugin", "2026-03-01 balance Assets:Bank  0 EUR\n\nplugin"), encoding="utf-8")
    before = ledger.read_bytes()
    done = reviewed(ledger, THANKS, "a l")
    assert "this cannot be written: the ledger would then have errors" in done.stderr
    assert "Balance failed for 'Assets:Bank'" in done.stderr
    assert "Nothing was written of it: correct that and accept it again, or decide otherwise." in done.stderr
    assert done.stdout.count("1 of 1:") == 2, "it is shown again"
    assert (done.exit_code, ledger.read_bytes()) == (0, before)


def test_what_is_certain_but_cannot_be_written_does_not_end_the_review(ledger: Path) -> None:
    ledger.write_text(LEDGER.replace("plugin", "2026-03-01 balance Assets:Bank  0 EUR\n\nplugin"), encoding="utf-8")
    done = reviewed(ledger, THANKS + CERTAIN, "y q")
    assert "Balance failed for 'Assets:Bank'" in done.stderr
    assert "1 of 1:" in done.stdout


def test_a_file_that_cannot_be_written_keeps_the_line_open(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device", "main.beancount")

    monkeypatch.setattr("beancount_invoicing.writing.writer.prepared", full)
    done = reviewed(ledger, THANKS, "a l")
    assert "main.beancount: No space left on device: nothing more was written" in done.stderr
    assert "0 lines booked; 1 line left to decide." in done.stderr
