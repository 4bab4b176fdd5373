"""Reports beside the aged balance: what lapses, what is kept back, what another currency is worth, what money lies there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

import pytest

from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book, PaymentExchangeRate
from beancount_invoicing.receivables import Basis, aging, allocate, lapsing, positions
from beancount_invoicing.receivables.advances import advances, tax_contained
from beancount_invoicing.receivables.aging import needed_for_aging
from beancount_invoicing.receivables.exchange import day_rate
from beancount_invoicing.receivables.lapsing import last_day_to_sue
from beancount_invoicing.receivables.retentions import open_retentions
from tests.ledgers import EXAMPLE, book_of

D = Decimal
ACME = "Assets:Receivable:Acme"


def invoice(number: str, day: str, amount: str, more: str = "", account: str = ACME) -> str:
    return (
        f'\n{day} * "Work" ^{number}\n  invoice: "{number}"\n{more}  {account}  {amount} EUR\n'
        '  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    )


def moved(day: str, amount: str, links: str = "", account: str = ACME) -> str:
    return f'\n{day} * "Moved" {links}\n  {account}  {amount} EUR\n  Assets:Bank\n'


# what another currency is worth -----------------------------------------------------------------------------------------

PRICES = """
2026-01-05 price USD 0.90 EUR
2026-02-05 price USD 0.95 EUR
2026-02-20 price EUR 1.25 USD
2026-03-01 price USD 0.97 EUR
2026-03-01 price EUR 1.25 USD
"""


@pytest.mark.parametrize(
    ("day", "rate", "because"),
    [
        ("2026-01-04", "0.99", "the invoice's rate: no price of that day is known"),
        ("2026-01-05", "0.90", "price of 2026-01-05"),
        ("2026-02-04", "0.90", "price of 2026-01-05"),
        ("2026-02-19", "0.95", "price of 2026-02-05"),
        ("2026-02-20", "0.8", "price of 2026-02-20"),
        ("2026-03-01", "0.97", "price of 2026-03-01"),  # of both ways on one day the straight one
    ],
)
def test_the_latest_price_up_to_the_day(day: str, rate: str, because: str) -> None:
    found = day_rate(book_of(PRICES), ("USD", "EUR"), date.fromisoformat(day), D("0.99"), None)
    assert (str(found.rate), found.because) == (rate, because)


@pytest.mark.parametrize(
    ("worth", "rate"),
    [
        (PaymentExchangeRate("EUR", D("0.93"), D("0.92")), "0.93"),  # the payment's own price
        (
            PaymentExchangeRate("EUR", D("0.99"), D("0.92")),
            "0.92",
        ),  # the invoice's rate says nothing new: the money that came
        (PaymentExchangeRate("EUR", None, D("0.92")), "0.92"),
        (
            PaymentExchangeRate("EUR", None, D("0.92"), without_fee=False),
            "0.90",
        ),  # a fee was taken off it: the ledger's price is better
        (PaymentExchangeRate("GBP", D("0.93"), D("0.92")), "0.90"),  # of another currency
        (PaymentExchangeRate("EUR", None, None), "0.90"),
    ],
)
def test_what_the_payment_itself_says_comes_first(worth: PaymentExchangeRate, rate: str) -> None:
    assert str(day_rate(book_of(PRICES), ("USD", "EUR"), date(2026, 1, 10), D("0.99"), worth).rate) == rate


def test_money_less_a_fee_is_better_than_no_price() -> None:
    worth = PaymentExchangeRate("EUR", None, D("0.92"), without_fee=False)
    assert str(day_rate(book_of(""), ("USD", "EUR"), date(2026, 1, 10), D("0.99"), worth).rate) == "0.92"


# what lapses --------------------------------------------------------------------------------------------------------------

OLD = invoice("N1", "2021-03-01", "100.00")  # due on 2021-03-31, five years to sue


def acknowledged(day: str) -> str:
    return f'\n{day} note {ACME} "The debt is acknowledged" ^N1\n  event: "acknowledged"\n'


def lapses(ledger: str, day: str) -> list[tuple[str, str, str]]:
    book, as_of = book_of("2020-01-01 open Assets:Receivable:Old\n" + early(ledger)), date.fromisoformat(day)
    return [
        (lapse.invoice.number, str(lapse.open), str(lapse.last_day))
        for lapse in lapsing(book, allocate(book, as_of), as_of)
    ]


def early(ledger: str) -> str:
    """The golden ledgers' accounts are opened in 2025: five years later."""
    return ledger.replace("2021-", "2025-").replace("2023-", "2027-").replace("2024-", "2028-")


@pytest.mark.parametrize(("day", "told"), [("2029-10-01", True), ("2029-09-30", False), ("2030-03-31", True)])
def test_it_is_told_half_a_year_before(day: str, told: bool) -> None:
    assert lapses(OLD, day) == ([("N1", "100.00", "2030-03-31")] if told else [])


def test_the_last_acknowledgement_counts_and_none_from_before_the_due_date() -> None:
    assert lapses(OLD + acknowledged("2021-03-30"), "2030-01-01") == [("N1", "100.00", "2030-03-31")]
    twice = OLD + acknowledged("2023-05-02") + acknowledged("2024-06-03")
    assert lapses(twice, "2030-01-01") == []
    assert lapses(twice, "2033-01-01") == [("N1", "100.00", "2033-06-03")]
    on_the_day = OLD + acknowledged("2021-03-31")
    assert lapses(on_the_day, "2030-01-01") == [("N1", "100.00", "2030-03-31")]


def test_what_is_paid_or_not_due_does_not_lapse() -> None:
    assert lapses(OLD + moved("2021-04-01", "-100.00", "^N1"), "2030-01-01") == []
    assert lapses(OLD + moved("2021-04-01", "-99.50", "^N1"), "2030-01-01") == [("N1", "0.50", "2030-03-31")]
    two = invoice("N1", "2021-03-01", "100.00", '  terms: "50% 30 days; 50% 90 days"\n')
    assert lapses(two, "2030-01-01") == [("N1", "100.00", "2030-03-31")], "both will within half a year"
    assert lapses(two, "2029-10-01") == [("N1", "50.00", "2030-03-31")]


def test_the_words_say_whether_it_is_too_late() -> None:
    book = book_of(early(OLD))
    for day, text in ((date(2030, 3, 31), "lapses after"), (date(2030, 4, 1), "lapsed after")):
        (one,) = lapsing(book, allocate(book, day), day)
        assert f"100.00 EUR {text} 2030-03-31" in one.message(day)


def test_without_a_known_law_nothing_lapses() -> None:
    nowhere = '\n2025-01-02 custom "invoice-seller" "Atelier Test"\n  country: "XX"\n'
    book = book_of(nowhere + early(OLD))
    one = book.invoice("N1")
    assert one is not None
    assert last_day_to_sue(book, one, date(2025, 3, 31), (), date(2030, 1, 1)) is None


# what is kept back --------------------------------------------------------------------------------------------------------

KEPT = """
2025-01-01 open Assets:Receivable:Acme:Kept
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"
  text: "Roof"
  account: Income:Services
  tax: "REVERSE"
  price: 10000.00
  retention: 5
  retention-account: Assets:Receivable:Acme:Kept
"""


def situation(number: str, day: str, due: str) -> str:
    return f"""
{day} * "Acme" "Roof" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme       950.00 EUR
  Assets:Receivable:Acme:Kept   50.00 EUR
    due: {due}
  Income:Services            -1000.00 EUR
    text: "Roof"
    tax: "REVERSE"
    contract: "ROOF"
"""


def test_what_is_kept_back_by_contract_and_the_first_day_that_was_printed() -> None:
    ledger = KEPT + situation("N1", "2026-02-10", "2027-02-10") + situation("N2", "2026-01-31", "2027-01-31")
    book = book_of(ledger)
    (retention,) = open_retentions(book, allocate(book, date(2026, 3, 31)))
    assert (retention.contract, str(retention.open), retention.accepted, retention.due, retention.printed_due) == (
        "ROOF", "100.00", None, None, date(2027, 1, 31),
    )  # fmt: skip
    taken = ledger + '\n2026-04-15 custom "invoice-accepted" "ROOF"\n'
    book = book_of(taken)
    (retention,) = open_retentions(book, allocate(book, date(2026, 4, 15)))
    assert (retention.accepted, retention.due) == (date(2026, 4, 15), date(2027, 4, 15))
    (retention,) = open_retentions(book, allocate(book, date(2026, 4, 14)))
    assert (retention.accepted, retention.due) == (None, None)
    paid = book_of(taken + moved("2027-04-15", "-50.00", "^N1", f"{ACME}:Kept"))
    (retention,) = open_retentions(paid, allocate(paid, date(2027, 4, 15)))
    assert str(retention.open) == "50.00"


# money that lies on the account --------------------------------------------------------------------------------------------


def covers(ledger: str, day: str = "2026-12-31") -> dict[str, list[tuple[str, str]]]:
    return {
        position.invoice.number: [(str(account.date), str(account.amount)) for account in position.on_account]
        for position in positions(book_of(ledger), date.fromisoformat(day))
    }


TWO = invoice("N1", "2026-01-10", "100.00") + invoice("N2", "2026-01-20", "200.00")


def test_money_that_nobody_spoke_of_covers_the_oldest_first() -> None:
    assert covers(TWO + moved("2026-02-01", "-150.00")) == {
        "N1": [("2026-02-01", "100.00")], "N2": [("2026-02-01", "50.00")],
    }  # fmt: skip
    twice = TWO + moved("2026-02-01", "-60.00") + moved("2026-02-05", "-60.00")
    assert covers(twice) == {"N1": [("2026-02-01", "60.00"), ("2026-02-05", "40.00")], "N2": [("2026-02-05", "20.00")]}


def test_what_went_back_is_taken_from_what_came_last() -> None:
    ledger = TWO + moved("2026-02-01", "-150.00") + moved("2026-02-07", "70.00")
    assert covers(ledger) == {
        "N1": [("2026-02-01", "100.00"), ("2026-02-07", "-20.00")],
        "N2": [("2026-02-01", "50.00"), ("2026-02-07", "-50.00")],
    }
    more = TWO + moved("2026-02-01", "-320.00") + moved("2026-02-07", "30.00")
    assert covers(more)["N2"] == [("2026-02-01", "200.00"), ("2026-02-07", "-10.00")], "20.00 covered nothing"
    little = TWO + moved("2026-02-01", "-300.50") + moved("2026-02-07", "0.50")
    assert covers(little) == covers(TWO + moved("2026-02-01", "-300.00")), "0.50 covered nothing"
    again = ledger + moved("2026-02-09", "-20.00")
    assert covers(again)["N1"][-1] == ("2026-02-09", "20.00")
    assert covers(TWO + moved("2026-02-07", "70.00")) == {"N1": [], "N2": []}


def test_no_credit_note_and_no_other_account_is_covered() -> None:
    note = invoice("A1", "2026-01-25", "-40.00")
    assert covers(TWO + note + moved("2026-02-01", "-150.00"))["A1"] == []
    elsewhere = moved("2026-02-01", "-150.00", account=f"{ACME}:Doubtful")
    assert covers(TWO + elsewhere) == {"N1": [], "N2": []}


SERVICES = """
2025-01-01 custom "invoice-tax" "PAY" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 open Liabilities:Pending
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2025-01-01 custom "invoice-item" "CARE" "Care" Income:Services
  price: 100.00
  tax: "PAY"
"""


def contract(keys: str, customer: str = "Acme") -> str:
    text = "".join(f"  {key.strip()}\n" for key in keys.split(";"))
    return f'2026-01-01 custom "invoice-contract" Assets:Receivable:{customer} "K-{customer}" "subscription"\n{text}'


def lying(ledger: str) -> list[tuple[str, str | None, list[str]]]:
    """What may be taxed of money on account: how much, the tax in it, the codes that it may be under."""
    book: Book = book_of(SERVICES + ledger)
    return [
        (str(advance.amount), None if advance.tax is None else str(advance.tax), [tax.code for tax in advance.taxes])
        for advance in advances(book, allocate(book, date(2026, 12, 31)))
    ]


MONEY = moved("2026-02-01", "-60.00")


@pytest.mark.parametrize(
    ("ledger", "codes"),
    [
        ("", []),  # the default is due on invoice
        (contract('item: "CARE"; every: "month"'), ["PAY"]),
        (contract('item: "CARE"; every: "month"; tax: "FR20"'), []),  # the contract's own word wins
        (contract('text: "Care"; account: Income:Services; price: 10; every: "month"; tax: "PAY"'), ["PAY"]),
        (contract('item: "CARE"; every: "month"', "Kiefer"), []),  # another customer's
        ('2026-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  tax: "PAY"\n', ["PAY"]),
        (
            '2026-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  tax: "FR20"\n'
            + contract('item: "CARE"; every: "month"'),
            [],
        ),
        ('2026-01-02 custom "invoice-option" "default-tax" "PAY"\n', ["PAY"]),
    ],
)
def test_under_which_tax_money_on_account_may_be(ledger: str, codes: list[str]) -> None:
    assert lying(ledger + MONEY) == [("60.00", "10.00", codes)] * bool(codes)


def test_debits_of_nothing_take_the_oldest_of_it_first() -> None:
    care = contract('item: "CARE"; every: "month"')
    two = care + moved("2026-02-01", "-60.00") + moved("2026-02-05", "-36.00")
    assert [amount for amount, _tax, _codes in lying(two)] == ["60.00", "36.00"]
    assert [amount for amount, _tax, _codes in lying(two + moved("2026-02-08", "72.00"))] == ["24.00"]
    assert lying(two + moved("2026-02-08", "96.00")) == []
    assert lying(two + moved("2026-02-08", "97.00")) == []


def test_a_debit_of_some_cents_takes_no_more_than_that() -> None:
    care = contract('item: "CARE"; every: "month"')
    assert lying(care + moved("2026-01-15", "0.50") + MONEY) == [("59.50", "9.92", ["PAY"])]


def test_money_on_the_accounts_of_several_customers_is_told_by_its_days() -> None:
    kiefer = "Assets:Receivable:Kiefer"
    care = "".join(f'2026-01-01 custom "invoice-customer" {account}\n  tax: "PAY"\n' for account in (ACME, kiefer))
    ledger = (
        care
        + moved("2026-02-03", "-12.00")
        + moved("2026-02-02", "-24.00", account=kiefer)
        + moved("2026-02-01", "-36.00")
    )
    assert [amount for amount, _tax, _codes in lying(ledger)] == ["36.00", "24.00", "12.00"]


def test_a_cent_contains_no_tax() -> None:
    tax = book_of(SERVICES).taxes["PAY"].at(date(2026, 1, 1))
    assert tax_contained(D("0.01"), tax, 2) == ()
    assert [(each.code, str(amount)) for each, amount in tax_contained(D("0.05"), tax, 2)] == [("PAY", "0.01")]


def test_of_a_tax_in_parts_those_count_that_are_due_once_paid() -> None:
    parts = """
2025-01-01 custom "invoice-tax" "STATE" "State tax" Liabilities:VAT
  rate: 10
2025-01-01 custom "invoice-tax" "BOTH" "Both taxes" Liabilities:VAT
  parts: "STATE PAY"
2026-01-01 custom "invoice-customer" Assets:Receivable:Acme
  tax: "BOTH"
"""
    assert lying(parts + moved("2026-02-01", "-130.00")) == [("130.00", "20.00", ["BOTH"])]


def test_of_several_codes_the_tax_is_not_guessed() -> None:
    other = '2025-01-01 custom "invoice-tax" "PAY10" "TVA 10 %" Liabilities:VAT\n  rate: 10\n  due-on: "payment"\n'
    both = other + "  pending: Liabilities:Pending\n" + contract('item: "CARE"; every: "month"')
    both += contract('text: "Care"; account: Income:Services; price: 10; every: "month"; tax: "PAY10"').replace(
        "K-Acme", "K2"
    )
    assert lying(both + MONEY) == [("60.00", None, ["PAY", "PAY10"])]


# the aged balance of what is still open ---------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", get_args(Basis))
@pytest.mark.parametrize("days", [0, 1, 400])
def test_the_aged_balance_needs_only_what_is_open(days: int, basis: Basis) -> None:
    ledger = open_ledger(EXAMPLE)
    day = ledger.book.last_date + timedelta(days=days)
    whole = aging(ledger.book, day, basis=basis, allocated=ledger.allocated)
    assert any(row.disputed for row in whole.rows)
    assert any(row.drafts for row in whole.rows)
    assert any(row.unallocated for row in whole.rows)
    book, allocated = needed_for_aging(ledger.book, ledger.allocated)
    assert repr(aging(book, day, basis=basis, allocated=allocated)) == repr(whole)
    assert len(book.invoices) < len(ledger.book.invoices)


def test_what_is_invoiced_later_says_nothing_of_an_advance() -> None:
    later = """
2026-03-10 * "Acme SAS" "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  110.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "LATE10"
  Liabilities:Pending10  -10.00 EUR
    tax: "LATE10"
"""
    code = """
2025-01-01 open Liabilities:Pending10
2025-01-01 custom "invoice-tax" "LATE10" "TVA 10 %" Liabilities:VAT
  rate: 10
  due-on: "payment"
  pending: Liabilities:Pending10
"""
    book = book_of(SERVICES + code + MONEY + later)
    before, after = (advances(book, allocate(book, date(2026, month, 28))) for month in (2, 3))
    assert [len(advance.taxes) for advance in before] != [1]
    assert [[tax.code for tax in advance.taxes] for advance in after] == [["LATE10"]]
