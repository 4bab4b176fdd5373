"""Statements of account: what a customer finds on them, line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from beancount_invoicing import rendering
from beancount_invoicing.model import Book, SettlementMeans
from beancount_invoicing.receivables import Statement, StatementInCurrency, StatementPeriodError, statements
from tests.ledgers import book_of

ACME = "Assets:Receivable:Acme"


def invoice(day: str, number: str, amount: str, more: str = "", account: str = ACME) -> str:
    """An invoice of one line without tax."""
    return (
        f'\n{day} * "{number}" ^{number}\n  invoice: "{number}"\n{more}  {account}  {amount}\n  Income:Services\n'
        '    text: "Work"\n    tax: "REVERSE"\n'
    )


def moved(day: str, amount: str, link: str = "") -> str:
    """A posting on the customer's account, from or to the bank."""
    return f'\n{day} * "Bank"{f" ^{link}" if link else ""}\n  {ACME}  {amount}\n  Assets:Bank\n'


def statement(book: Book, as_of: str, since: str | None = None, customer: str = ACME) -> Statement:
    (found,) = statements(book, date.fromisoformat(as_of), date.fromisoformat(since) if since else None, {customer})
    return found


def euros(book: Book, as_of: str, since: str | None = None) -> StatementInCurrency:
    (found,) = statement(book, as_of, since).currencies
    return found


def said(account: StatementInCurrency) -> list[str]:
    return [
        f"{entry.date} {entry.kind} {entry.number or '/'.join(entry.settles)} {entry.amount} {entry.balance}"
        for entry in account.entries
    ]


YEAR = (
    invoice("2026-01-10", "F1", "100.00 EUR")
    + invoice("2026-02-10", "F2", "200.00 EUR")
    + moved("2026-02-20", "-100.00 EUR", "F1")
    + invoice("2026-03-10", "A1", "-50.00 EUR", '  corrects: "F2"\n')
    + moved("2026-04-01", "-150.00 EUR", "F2")
    + moved("2026-04-05", "150.00 EUR", "F2")
)


def test_every_movement_stands_on_its_day_with_the_balance_after_it() -> None:
    account = euros(book_of(YEAR), "2026-12-31")
    assert f"{account.opening} {account.closing}" == "0 150.00"
    assert said(account) == [
        "2026-01-10 invoice F1 100.00 100.00",
        "2026-02-10 invoice F2 200.00 300.00",
        "2026-02-20 payment F1 -100.00 200.00",
        "2026-03-10 credit-note A1 -50.00 150.00",
        "2026-04-01 payment F2 -150.00 0.00",
        "2026-04-05 reversal F2 150.00 150.00",
    ]
    assert [f"{entry.debit} {entry.credit}" for entry in account.entries[:3:2]] == ["100.00 None", "None 100.00"]


def test_what_came_before_the_first_day_is_the_opening_balance() -> None:
    """Both days are inclusive."""
    account = euros(book_of(YEAR), "2026-04-01", "2026-02-20")
    assert account.opening == 300
    assert [entry.date.isoformat() for entry in account.entries] == ["2026-02-20", "2026-03-10", "2026-04-01"]
    assert account.closing == 0


def test_a_later_entry_changes_no_earlier_statement() -> None:
    later = YEAR + moved("2026-12-31", "-150.00 EUR", "F2")
    assert said(euros(book_of(later), "2026-12-30")) == said(euros(book_of(YEAR), "2026-12-30"))


def test_what_is_open_is_named_with_due_dates_days_late_and_what_is_contested() -> None:
    book = book_of(
        invoice("2026-01-10", "F1", "100.00 EUR", '  terms: "30% on receipt; 70% 60 days"\n')
        + moved("2026-01-12", "-20.00 EUR")
        + f'\n2026-02-01 note {ACME} "Half of it" ^F1\n  event: "dispute"\n  amount: 40.00\n'
    )
    account = euros(book, "2026-02-10")
    assert [
        f"{i.kind} {i.number} {i.due} {i.amount}, {i.open} open, {i.disputed} disputed, {i.days_late}"
        for i in account.open
    ] == [
        "invoice F1 2026-01-10 30.00, 30.00 open, 30.00 disputed, 31",
        "invoice F1 2026-03-11 70.00, 70.00 open, 10.00 disputed, 0",
        "payment  None -20.00, -20.00 open, 0 disputed, 0",
    ]
    assert f"{account.overdue} {account.closing}" == "30.00 80.00"
    ages = account.aging
    assert f"{ages.not_due} {[*map(str, ages.buckets)]} {ages.unallocated}" == "70.00 ['0', '30.00', '0', '0'] -20.00"


def test_accounts_of_one_customer_belong_together() -> None:
    doubtful = f"{ACME}:Doubtful"
    book = book_of(
        invoice("2026-01-10", "F1", "100.00 EUR")
        + f'\n2026-03-01 * "Doubtful" ^F1\n  {ACME}  -100.00 EUR\n  {doubtful}  100.00 EUR\n'
        + f'\n2026-04-01 * "Half" ^F1 #write-off\n  {doubtful}  -60.00 EUR\n  Expenses:BadDebt\n'
    )
    account = euros(book, "2026-12-31")
    assert said(account)[1:] == [
        "2026-03-01 transfer F1 -100.00 0.00",
        "2026-03-01 transfer F1 100.00 100.00",
        "2026-04-01 write-off F1 -60.00 40.00",
    ]
    assert [f"{balance.account} {balance.balance}" for balance in account.ledger] == [f"{doubtful} 40.00"]
    assert len(said(euros(book, "2026-03-01"))) == 3, "on its own day"
    assert len(said(euros(book, "2026-02-28"))) == 1
    assert [f"{item.number} {item.open}" for item in account.open] == ["F1 40.00"]


def test_what_was_paid_at_once_stands_on_both_sides() -> None:
    book = book_of(
        '\n2026-01-10 * "Shop" ^F1\n  invoice: "F1"\n  Assets:Receivable:Acme  40.00 EUR\n  Assets:Bank  60.00 EUR\n'
        '    settles: "F1"\n  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    )
    assert said(euros(book, "2026-12-31")) == [
        "2026-01-10 invoice F1 100.00 100.00",
        "2026-01-10 payment F1 -60.00 40.00",
    ]


def test_currencies_stand_apart_and_drafts_are_left_out() -> None:
    book = book_of(
        invoice("2026-01-10", "F1", "100.00 EUR")
        + invoice("2026-01-11", "F2", "90.00 USD")
        + invoice("2026-01-12", "draft-1", "70.00 EUR").replace(" * ", " ! ")
    )
    found = statement(book, "2026-12-31").currencies
    assert [f"{currency.closing} {currency.currency}, drafts {currency.drafts}" for currency in found] == [
        "100.00 EUR, drafts 70.00",
        "90.00 USD, drafts 0",
    ]
    assert [sum(balance.balance for balance in currency.ledger) for currency in found] == [170, 90]


def test_on_one_day_what_is_asked_for_comes_before_what_is_given_back_and_money_last() -> None:
    """Whatever the numbers are, and wherever they stand."""
    book = book_of(
        moved("2026-02-10", "-30.00 EUR", "Z1")
        + invoice("2026-02-10", "A1", "-50.00 EUR")
        + invoice("2026-02-10", "Z1", "100.00 EUR")
    )
    account = euros(book, "2026-12-31")
    assert [f"{entry.kind} {entry.amount} {entry.balance}" for entry in account.entries] == [
        "invoice 100.00 100.00", "credit-note -50.00 50.00", "payment -30.00 20.00",
    ]  # fmt: skip


def test_a_refund_of_a_credit_note_and_a_debit_of_nothing() -> None:
    book = book_of(
        invoice("2026-01-10", "A1", "-50.00 EUR")
        + moved("2026-02-01", "50.00 EUR", "A1")
        + moved("2026-02-02", "3.00 EUR")
    )
    account = euros(book, "2026-12-31")
    assert [f"{entry.kind} {entry.amount}" for entry in account.entries[1:]] == ["refund 50.00", "debit 3.00"]
    assert [f"{item.kind} {item.open}" for item in account.open] == ["debit 3.00"]


def test_a_refund_that_names_the_invoice_as_well_and_what_of_it_is_sent_back() -> None:
    book = book_of(
        invoice("2026-01-10", "F1", "100.00 EUR")
        + moved("2026-01-20", "-100.00 EUR", "F1")
        + invoice("2026-02-01", "A1", "-40.00 EUR", '  corrects: "F1"\n')
        + moved("2026-02-10", "60.00 EUR", "F1 ^A1")
        + moved("2026-02-12", "-20.00 EUR", "A1")
    )
    assert [f"{entry.kind} {entry.amount}" for entry in euros(book, "2026-12-31").entries] == [
        "invoice 100.00", "payment -100.00", "credit-note -40.00", "refund 60.00", "payment -20.00",
    ]  # fmt: skip


@pytest.mark.parametrize("means", ["discount", "set-off", "write-off"])
def test_what_lowers_the_claim_without_money_is_named(means: SettlementMeans) -> None:
    book = book_of(invoice("2026-01-10", "F1", "100.00 EUR") + moved("2026-01-20", "-10.00 EUR", "F1"))
    payments = tuple(payment._replace(means=means) for payment in book.payments)
    assert [entry.kind for entry in euros(replace(book, payments=payments), "2026-12-31").entries] == ["invoice", means]
    nothing = tuple(payment._replace(links=()) for payment in payments)
    account = euros(replace(book, payments=nothing), "2026-12-31")
    assert [f"{item.kind} {item.open}" for item in account.open] == ["invoice 100.00", f"{means} -10.00"]


def test_what_is_only_allocated_anew_is_no_payment() -> None:
    again = f'\n2026-05-05 * "That was for F1"\n  {ACME}  100.00 EUR\n  {ACME}  -100.00 EUR\n    settles: "F1"\n'
    book = book_of(invoice("2026-01-10", "F1", "100.00 EUR") + moved("2026-02-20", "-100.00 EUR") + again)
    assert [f"{entry.date} {entry.kind} {entry.amount}" for entry in euros(book, "2026-12-31").entries] == [
        "2026-01-10 invoice 100.00",
        "2026-02-20 payment -100.00",
        "2026-05-05 transfer -100.00",
        "2026-05-05 transfer 100.00",
    ]
    where = rendering.folders(book)
    view = rendering.statement_view(book, statement(book, "2026-12-31"), where)
    (movements,) = view.sections
    assert len(movements.table.rows) == 2, "the letter leaves it out"


def test_what_is_open_on_both_sides_is_told_though_it_cancels_out() -> None:
    book = book_of(invoice("2026-01-10", "F1", "100.00 EUR") + moved("2026-02-20", "-100.00 EUR"))
    (found,) = statements(book, date(2026, 12, 31), date(2026, 12, 1))
    assert (found.has_balance, found.has_open_items, found.moved) == (False, True, False)
    assert [f"{item.kind} {item.open} {item.days_late}" for item in found.currencies[0].open] == [
        "invoice 100.00 325", "payment -100.00 0",
    ]  # fmt: skip


def test_all_customers_that_have_anything_by_name() -> None:
    book = book_of(YEAR + invoice("2026-01-10", "F9", "10.00 EUR", account="Assets:Receivable:Kiefer"))
    assert [statement.customer.name for statement in statements(book, date(2026, 12, 31))] == [
        "Acme SAS",
        "Kiefer GmbH",
    ]
    assert [statement.customer.name for statement in statements(book, date(2025, 12, 31))] == []
    settled = statement(book, "2026-04-01")
    assert not settled.has_balance
    assert statement(book, "2025-12-31").currencies == (), "a customer that is named gets an empty one"


def test_it_cannot_end_before_it_begins() -> None:
    with pytest.raises(StatementPeriodError, match="cannot begin on 2026-02-01, after its last day, 2026-01-31"):
        statement(book_of(YEAR), "2026-01-31", "2026-02-01")


def test_what_was_paid_back_at_once_is_a_refund() -> None:
    book = book_of(
        invoice("2026-01-10", "F1", "100.00 EUR")
        + '\n2026-02-10 * "Back" ^A1\n  invoice: "A1"\n  corrects: "F1"\n  Assets:Receivable:Acme  -10.00 EUR\n'
        '  Assets:Bank  -30.00 EUR\n    settles: "A1"\n  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    )
    assert said(euros(book, "2026-12-31"))[1:] == [
        "2026-02-10 credit-note A1 -40.00 60.00",
        "2026-02-10 refund A1 30.00 90.00",
    ]


def test_some_cents_that_were_paid_at_once_are_a_payment() -> None:
    book = book_of(
        '\n2026-02-10 * "Work" ^F1\n  invoice: "F1"\n  Assets:Receivable:Acme  10.00 EUR\n'
        '  Assets:Bank  0.50 EUR\n    settles: "F1"\n  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    )
    assert said(euros(book, "2026-12-31")) == ["2026-02-10 invoice F1 10.50 10.50", "2026-02-10 payment F1 -0.50 10.00"]


def test_what_is_due_first_stands_first_and_is_contested_first_however_the_invoice_was_written() -> None:
    text = '\n2026-01-10 * "F1" ^F1\n  invoice: "F1"\n'
    text += "".join(
        f"  {ACME}  {amount} EUR\n    due: {due}\n"
        for due, amount in (("2026-04-10", "60.00"), ("2026-02-10", "40.00"))
    )
    text += '  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    text += f'\n2026-02-01 note {ACME} "Half of it" ^F1\n  event: "dispute"\n  amount: 50.00\n'
    assert [f"{item.due} {item.open} {item.disputed}" for item in euros(book_of(text), "2026-05-01").open] == [
        "2026-02-10 40.00 40.00",
        "2026-04-10 60.00 10.00",
    ]
