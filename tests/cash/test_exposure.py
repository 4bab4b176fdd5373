"""What customers owe and will owe, beside their credit limits: by hand, and the balance of the ledger again on drawn ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash import Exposure, exposures
from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import aging
from tests.cash.test_metrics import ACME, KIEFER, invoice, paid
from tests.ledgers import book_of, sound_book
from tests.properties.test_ledgers import Part, ledgers

D = Decimal
AS_OF = date(2026, 7, 1)
OPEN = "2026-01-01 open {} EUR\n"


def exposure(book: Book, as_of: date = AS_OF, customer: str = ACME) -> Exposure:
    return exposures(book, as_of, (customer,))[customer]


def parts(text: str, as_of: date = AS_OF) -> tuple[Decimal, ...]:
    """Owed, drafts, unbilled, ordered, paid ahead."""
    (part,) = exposure(book_of(text), as_of).parts
    return part[1:6]


def fixed(more: str = "", price: str = "1000") -> str:
    return (
        f'\n2026-02-01 custom "invoice-contract" {ACME} "SITE" "fixed"\n  text: "Website"\n  price: {price}\n'
        f'  account: Income:Services\n  tax: "FR20"\n  deposit-account: Liabilities:Deposits\n{more}'
    )


def milestone(day: str, percent: int) -> str:
    return f'\n{day} custom "invoice-milestone" "SITE" "Stage {day}"\n  percent: {percent}\n'


DEPOSIT = (
    f'\n2026-02-02 * "Deposit" ^F2026-0001\n  invoice: "F2026-0001"\n  kind: "deposit"\n  {ACME}  360.00 EUR\n'
    '  Liabilities:Deposits  -300.00 EUR\n    text: "Deposit"\n    contract: "SITE"\n    tax: "FR20"\n'
    '  Liabilities:VAT  -60.00 EUR\n    tax: "FR20"\n'
)


def test_what_is_owed_is_the_balance() -> None:
    text = invoice("F2026-0001", "2026-01-10", "300") + paid("2026-02-01", "100") + paid("2026-07-02", "50")
    assert parts(text) == (D(200), ZERO, ZERO, ZERO, ZERO)
    assert exposure(sound_book(paid("2026-02-01", "100"))).total == -100


def test_drafts_count_by_themselves() -> None:
    text = invoice("F2026-0001", "2026-01-10", "300")
    text += invoice("draft-1", "2026-02-10", "70").replace('* "Work"', '! "Work"')
    assert parts(text) == (D(300), D(70), ZERO, ZERO, ZERO)
    assert parts(text, date(2026, 2, 9)) == (D(300), ZERO, ZERO, ZERO, ZERO)


def test_a_fixed_price_is_owed_from_the_order_on_and_each_part_once() -> None:
    """1000 without tax: 250 may be billed on 1 June, the rest on 1 October."""
    text = fixed() + milestone("2026-06-01", 25) + milestone("2026-10-01", 75)
    assert exposure(book_of(text), date(2026, 1, 31)).parts == ()
    assert parts(text, date(2026, 5, 31)) == (ZERO, ZERO, ZERO, D(1200), ZERO)
    assert parts(text) == (ZERO, ZERO, D(300), D(900), ZERO)
    billed = invoice("F2026-0009", "2026-06-02", "250").replace(
        'text: "Work"', 'text: "Stage"\n    contract: "SITE"\n    milestone: "Stage 2026-06-01"'
    )
    assert parts(text + billed) == (D(250), ZERO, ZERO, D(900), ZERO)


def test_deposits_are_taken_off_their_order_and_nothing_else() -> None:
    assert parts(fixed() + DEPOSIT) == (D(360), ZERO, ZERO, D(1200), D(360))
    assert exposure(book_of(fixed() + DEPOSIT)).total == 1200
    paid_ahead = fixed() + DEPOSIT + paid("2026-02-10", "360", "F2026-0001")
    assert exposure(book_of(paid_ahead)).total == 840
    small = fixed(price="100") + DEPOSIT + paid("2026-02-10", "360", "F2026-0001")
    assert parts(small + invoice("F2026-0002", "2026-03-01", "500")) == (D(500), ZERO, ZERO, D(120), D(120))


@pytest.mark.parametrize(
    ("more", "ordered"),
    [("  until: 2026-06-30\n", 0), ("  until: 2026-07-01\n", 1200), ("  start: 2026-09-01\n", 1200)],
)
def test_an_order_that_has_ended_is_none(more: str, ordered: int) -> None:
    (part,) = (exposure(book_of(fixed(more) + invoice("F2026-0001", "2026-01-10", "1")))).parts
    assert part.ordered == ordered


def test_what_was_worked_and_what_has_run_counts_and_what_can_be_stopped_does_not() -> None:
    text = (
        "2025-01-01 open Assets:Time HOUR\n2025-01-01 open Equity:Time\n"
        f'2026-01-01 custom "invoice-contract" {ACME} "HOURS" "time"\n  item: "DEV"\n  time: Assets:Time\n  cap: 9000\n'
        '2026-06-20 * "Two hours"\n  Assets:Time  2 HOUR\n  Equity:Time\n'
        f'2026-07-01 custom "invoice-contract" {ACME} "CARE" "subscription"\n  text: "Care"\n  account: Income:Services\n'
        '  price: 310\n  tax: "FR20"\n  every: "month"\n'
    )
    # 200 of work; of July at 310, one day of 31
    assert parts(text) == (ZERO, ZERO, D("252.00"), ZERO, ZERO)


def test_the_limit_is_in_the_currency_of_the_account_or_of_the_books() -> None:
    text = invoice("F2026-0001", "2026-01-10", "300") + invoice("F2026-0002", "2026-01-12", "100", "", ACME, "USD")
    text += f'\n2026-03-01 custom "invoice-customer" {ACME}\n  credit-limit: 379.99\n'
    priced = exposure(book_of(text + "\n2026-01-05 price USD 0.80 EUR\n"))
    assert (priced.currency, priced.total, priced.excess, priced.without_rate) == ("EUR", D("380.00"), D("0.01"), ())
    bare = exposure(book_of(text))
    assert (bare.total, bare.excess, bare.without_rate) == (D(300), ZERO, ("USD",))
    own = '\n2026-01-01 open Assets:Receivable:Only CHF\n  customer: "Only AG"\n'
    assert exposure(book_of(own), customer="Assets:Receivable:Only").currency == "CHF"
    assert exposure(book_of(text), date(2026, 2, 28)).limit is None


def test_up_to_the_limit_is_not_above_it() -> None:
    limited = Exposure(ACME, "EUR", D(300), exposure(book_of(invoice("F2026-0001", "2026-01-10", "300"))).parts)
    assert limited.excess == 0
    assert limited._replace(limit=D("299.99")).excess == D("0.01")
    assert limited._replace(limit=None).excess == 0


@given(ledgers(), st.integers(0, 150))
def test_owed_and_drafts_are_those_of_the_aged_balance(parts: tuple[Part, ...], offset: int) -> None:
    book, day = book_of("\n\n".join(part.text for part in parts)), date(2026, 1, 1) + timedelta(days=offset)
    found = exposures(book, day, list(book.customers))
    for customer in (ACME, KIEFER):
        rows = [row for row in aging(book, day).rows if row.main_account == customer]
        owed = {part.currency: (part.owed, part.drafts) for part in found[customer].parts if part.owed or part.drafts}
        wanted: dict[str, tuple[Decimal, Decimal]] = {}
        for row in rows:
            total, drafts = wanted.get(row.currency, (ZERO, ZERO))
            wanted[row.currency] = total + row.total, drafts + row.drafts
        assert owed == {currency: amounts for currency, amounts in wanted.items() if any(amounts)}
