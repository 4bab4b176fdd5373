"""A payment typed with another day than the bank's is not booked again; equal payments that follow each other are booked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.actions.bank_backtest import rematched_payments
from beancount_invoicing.actions.bank_import import import_statements
from beancount_invoicing.actions.bank_match import match_ledger
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.statements import AccountStatement, Statement, StatementLine
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.loading.loader import load
from beancount_invoicing.model import Source
from beancount_invoicing.writing.changes import WriteOptions

LEDGER = """option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Exemple Ltd"
  country: "IE"
2026-01-01 custom "invoice-tax" "Z" "0 %"
  category: "Z"
  rate: 0
2026-01-01 custom "invoice-option" "default-tax" "Z"
2026-01-01 custom "invoice-bank" Assets:Bank
2026-01-01 open Assets:Bank
2026-01-01 open Income:Work
2026-01-01 open Assets:Clients:Acme
  customer: "Acme"
  payer-iban: "FR1420041010050500013M02606"
2026-01-01 open Assets:Clients:Other
  customer: "Other"

2026-01-10 * "Acme" "January" ^F1
  invoice: "F1"
  Assets:Clients:Acme  100.00 EUR
  Income:Work

2026-02-01 * "Acme" "February" ^F2
  invoice: "F2"
  Assets:Clients:Acme  100.00 EUR
  Income:Work

2026-02-02 * "Other" "In parts" ^F3
  invoice: "F3"
  Assets:Clients:Other  300.00 EUR
  Income:Work

"""
PLUGIN = 'plugin "beancount_invoicing"\n'
ACME = "FR1420041010050500013M02606"
FEBRUARY = date(2026, 2, 1), date(2026, 2, 28)
MARCH = date(2026, 3, 1), date(2026, 3, 31)


def typed(day: str, number: str, customer: str = "Acme", bank_id: str = "") -> str:
    tied = f'\n  bank-id: "{bank_id}"' if bank_id else ""
    return f"""{day} * "{customer}" "typed"{f" ^{number}" if number else ""}{tied}
  Assets:Bank  100.00 EUR
  Assets:Clients:{customer}

"""


def line(bank_id: str, day: str, text: str = "", iban: str = "", amount: str = "100.00") -> StatementLine:
    place = Source("statement.xml", 1)
    payer = "ACME" if iban else "OTHER"
    return StatementLine(
        bank_id, date.fromisoformat(day), Decimal(amount), "EUR", place, payer=payer, payer_iban=iban, text=text
    )


def imported(
    folder: Path, entries: str, *lines: StatementLine, days: tuple[date, date] = FEBRUARY, table: bool = False
) -> tuple[BookedLine, ...]:
    """What a statement of these days (a `table` does not say them) becomes, in a ledger with these entries; it is written."""
    file = folder / "main.beancount"
    folder.mkdir(exist_ok=True)
    if not file.exists():
        file.write_text(LEDGER + entries + PLUGIN, encoding="utf-8")
    since, until = (lines[0].date, lines[-1].date) if table else days
    found = AccountStatement(
        "Assets:Bank",
        Statement(Source("statement.xml", 1), "EUR", lines, since=since, until=until, has_period=not table),
    )
    done = import_statements(file, lambda _book: [found], WriteOptions(write=True))
    assert open_ledger(str(file)).errors == ()
    return done.lines


def test_an_entry_for_another_document_than_the_line_names_is_not_tied_to_it(tmp_path: Path) -> None:
    """The same amount, a day apart: but Acme's F1 is typed, and the line names Other's F3."""
    (found,) = imported(tmp_path, typed("2026-02-14", "F1"), line("B~1", "2026-02-15", "F3"))
    assert (found.known, found.is_booked) == (None, False)
    assert "an entry of 2026-02-14 also moves 100.00 EUR" in found.proposal.against[0]
    assert "bank-id" not in (tmp_path / "main.beancount").read_text(encoding="utf-8")


def test_entries_are_tied_to_the_lines_that_name_their_documents_not_to_the_nearest(tmp_path: Path) -> None:
    entries = typed("2026-02-14", "F1") + typed("2026-02-16", "F3", "Other")
    lines = imported(tmp_path, entries, line("B~3", "2026-02-14", "F3"), line("B~1", "2026-02-16", "F1"))
    assert [found.proposal.action for found in lines] == ["known", "known"]
    text = (tmp_path / "main.beancount").read_text(encoding="utf-8")
    assert '"typed" ^F1\n  bank-id: "B~1"' in text
    assert '"typed" ^F3\n  bank-id: "B~3"' in text


def test_an_entry_of_another_customer_than_the_one_whose_account_pays_is_not_tied(tmp_path: Path) -> None:
    (found,) = imported(tmp_path, typed("2026-02-14", "", "Other"), line("B~1", "2026-02-15", iban=ACME))
    assert (found.known, found.is_booked) == (None, False)
    (found,) = imported(tmp_path / "own", typed("2026-02-14", ""), line("B~1", "2026-02-15", iban=ACME))
    assert found.proposal.action == "known"


def test_a_payment_that_was_typed_a_week_early_is_not_booked_again(tmp_path: Path) -> None:
    (booked,) = imported(tmp_path, typed("2026-02-14", "F3", "Other"), line("B21~1", "2026-02-21", "F3"))
    assert not booked.is_booked
    assert booked.entry is not None, "it can be accepted"
    assert booked.proposal.against == (
        f"{tmp_path}/main.beancount:32: an entry of 2026-02-14 books 100.00 EUR for F3 already. If it is this line, write"
        ' bank-id: "B21~1" below its first line, or change its day to 2026-02-21; if it is another payment, accept the line',
    )


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ('2026-02-14 * "Other" "typed" ^F3\n', '2026-02-14 * "Other" "typed" ^F3\n  bank-id: "B21~1"\n'),
        ('2026-02-14 * "Other" "typed"', '2026-02-21 * "Other" "typed"'),
    ],
    ids=["its bank-id", "its day"],
)
def test_what_the_sentence_advises_ties_the_entry_to_the_line(tmp_path: Path, written: str, instead: str) -> None:
    imported(tmp_path, typed("2026-02-14", "F3", "Other"), line("B21~1", "2026-02-21", "F3"))
    file = tmp_path / "main.beancount"
    file.write_text(file.read_text(encoding="utf-8").replace(written, instead), encoding="utf-8")
    (booked,) = imported(tmp_path, "", line("B21~1", "2026-02-21", "F3"))
    assert booked.proposal.action == "known"
    assert file.read_text(encoding="utf-8").count('bank-id: "B21~1"') == 1


@pytest.mark.parametrize("day", ["2026-02-01", "2026-02-12", "2026-02-24", "2026-03-17"])
def test_the_wrong_day_may_be_earlier_or_later(tmp_path: Path, day: str) -> None:
    (booked,) = imported(tmp_path, typed(day, "F3", "Other"), line("B~1", "2026-02-18", "F3"))
    assert not booked.is_booked


def test_beyond_thirty_days_it_is_another_payment(tmp_path: Path) -> None:
    (booked,) = imported(tmp_path, typed("2026-02-02", "F3", "Other"), line("B~1", "2026-03-05", "F3"), days=MARCH)
    assert booked.is_booked


def test_money_on_account_may_be_the_line_as_well(tmp_path: Path) -> None:
    (booked,) = imported(tmp_path, typed("2026-02-14", "", "Other"), line("B~1", "2026-02-21", "F3"))
    assert "for Other already" in booked.proposal.against[0]


def test_a_known_payer_is_not_booked_for_the_next_invoice_of_the_amount(tmp_path: Path) -> None:
    """January was typed as paid on 14 February, but the statement of February has no line of about that day."""
    (booked,) = imported(tmp_path, typed("2026-02-14", "F1"), line("B~1", "2026-02-23", iban=ACME))
    assert not booked.is_booked
    assert "for F1 already" in booked.proposal.against[0]


def test_a_line_that_names_a_paid_document_says_where_it_was_paid(tmp_path: Path) -> None:
    (booked,) = imported(tmp_path, typed("2026-02-03", "F1"), line("B~1", "2026-02-23", "F1"))
    assert booked.proposal.against[0].startswith(
        f"{tmp_path}/main.beancount:32: an entry of 2026-02-03 books 100.00 EUR"
    )
    assert "F1 is settled" in booked.proposal.against


def test_equal_payments_each_with_a_line_of_its_own_are_booked(tmp_path: Path) -> None:
    """January's was typed, and is tied to its line; February's, of the same amount, is booked."""
    entries = typed("2026-02-03", "F1")
    first, second = imported(tmp_path, entries, line("B~1", "2026-02-04", "F1"), line("B~2", "2026-02-24", iban=ACME))
    assert first.proposal.action == "known"
    assert second.is_booked


def test_the_month_before_was_typed_and_its_statement_was_never_imported(tmp_path: Path) -> None:
    (booked,) = imported(tmp_path, typed("2026-02-14", "F1"), line("B~1", "2026-03-12", iban=ACME), days=MARCH)
    assert booked.is_booked, "no statement says that the entry of February has no line"


@pytest.mark.parametrize(("day", "is_booked"), [("2026-02-16", False), ("2026-03-02", False), ("2026-01-30", True)])
def test_a_table_may_cover_the_days_before_its_first_line_and_after_its_last(
    tmp_path: Path, day: str, is_booked: bool
) -> None:
    """Nobody knows whether the typed entry has a line. On 30 January F2 was not there yet: that entry is for another invoice."""
    entries = typed(day, "F1")
    (booked,) = imported(tmp_path, entries, line("B~1", "2026-02-23", iban=ACME), table=True)
    assert booked.is_booked is is_booked


def test_a_table_covers_nothing_of_which_other_statements_are_there(tmp_path: Path) -> None:
    """The entry of 14 February has no line though the lines around it were imported: as it is told of any statement."""
    around = [line("B~1", "2026-02-10", "F3", amount="10.00"), line("B~2", "2026-02-18", "F3", amount="20.00")]
    imported(tmp_path, typed("2026-02-14", "F1"), *around)
    (booked,) = imported(tmp_path, "", line("B~3", "2026-03-10", iban=ACME), table=True)
    assert not booked.is_booked


def test_instalments_that_earlier_statements_brought_are_booked(tmp_path: Path) -> None:
    for bank_id, other in (("B~1", "B~2"), ("~0123456789abcdef", "~fedcba9876543210")):
        folder = tmp_path / bank_id
        folder.mkdir()
        (booked,) = imported(folder, "", line(bank_id, "2026-02-20", "F3"))
        assert booked.is_booked
        (booked,) = imported(folder, "", line(other, "2026-03-10", "F3"), days=MARCH)
        assert booked.is_booked


def test_an_entry_tied_to_a_line_far_away_is_that_line_in_another_format(tmp_path: Path) -> None:
    entries = typed("2026-02-14", "F3", "Other", bank_id="B21~1")
    (booked,) = imported(tmp_path, entries, line("~0123456789abcdef", "2026-02-21", "F3"))
    assert not booked.is_booked
    assert "has the bank-id of another line" in booked.proposal.against[0]
    (booked,) = imported(tmp_path, entries, line("B22~1", "2026-02-22", "F3"))
    assert booked.is_booked, "two references in the bank's own form are two movements"


def test_earlier_statements_may_show_that_an_entry_has_no_line(tmp_path: Path) -> None:
    """The statement of the first half of February was imported: nothing of it is the entry of the 9th."""
    imported(
        tmp_path,
        typed("2026-02-09", "F1"),
        line("B~1", "2026-02-02", "F3", amount="50.00"),
        line("B~2", "2026-02-13", "F3", amount="60.00"),
        days=(date(2026, 2, 1), date(2026, 2, 15)),
    )
    (booked,) = imported(
        tmp_path, "", line("B~3", "2026-02-23", iban=ACME), days=(date(2026, 2, 16), date(2026, 2, 28))
    )
    assert not booked.is_booked


def test_match_asks_too_where_another_entry_has_the_money(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    extracted = '2026-02-21 ! "OTHER" "VIR F3"\n  Assets:Bank  100.00 EUR\n\n'
    file.write_text(LEDGER + typed("2026-02-14", "F3", "Other") + extracted + PLUGIN, encoding="utf-8")
    (money,) = match_ledger(file, None, None, WriteOptions(write=True)).found
    assert not money.booked.is_booked
    assert money.booked.proposal.against == (
        f"{file}:32: an entry of 2026-02-14 books 100.00 EUR for F3 already. If both are the same money, take one of them"
        " out; if not, write here what it settles",
    )


def test_the_backtest_weighs_earlier_receipts_as_an_import_does(tmp_path: Path) -> None:
    """Two equal parts of F3 within thirty days: the second would have been a proposal, as the first was typed."""
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER + typed("2026-02-10", "F3", "Other") + typed("2026-02-20", "F3", "Other") + PLUGIN)
    first, second = rematched_payments(load(str(file), fresh=True))
    assert (first.is_booked, second.is_booked) == (False, False), "their text names nothing"
    text = file.read_text(encoding="utf-8").replace('"typed" ^F3', '"F3" ^F3')
    file.write_text(text, encoding="utf-8")
    first, second = rematched_payments(load(str(file), fresh=True))
    assert (first.is_booked, second.is_booked) == (True, False)
    assert "an entry of 2026-02-10 books 100.00 EUR for F3 already" in second.proposal.against[0]
