"""What is collected by direct debit, or paid out, on a day; and what is said of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.dunning.collecting import (
    DueOrders,
    due_collections,
    due_payments_out,
    orders_without_money,
    why_not_asked_for,
)
from beancount_invoicing.receivables import positions
from beancount_invoicing.receivables.direct_debit import collection_days
from tests.ledgers import sound_book

DAY = date(2026, 11, 27)
SELLER = """
2025-01-02 custom "invoice-seller" "Atelier Test"
  iban: "FR7630006000011234567890189"
  creditor-id: "FR46ZZZ005002"
"""
MANDATE = """
2025-01-02 custom "invoice-customer" Assets:Receivable:Acme
  mandate: "M-1"
  mandate-date: 2025-01-05
  debtor-iban: "FR14 2004 1010 0505 0001 3M02 606"
"""


def document(
    number: str, amount: str = "100.00 EUR", due: str = "2026-12-05", keys: str = "", who: str = "Acme"
) -> str:
    """A document of one line; a negative amount is a credit note."""
    sign = "" if amount.startswith("-") else "-"
    return (
        f'2026-11-02 * "{who}" "Work" ^{number}\n  invoice: "{number}"\n{keys}'
        f"  Assets:Receivable:{who}  {amount}\n    due: {due}\n"
        f'  Income:Services  {sign}{amount.lstrip("-")}\n    tax: "REVERSE"\n'
    )


def collected(text: str, named: Sequence[str] = (), day: date = DAY, mandate: str = MANDATE) -> DueOrders:
    return due_collections(sound_book(SELLER + mandate + text), day, named=named)


def paid_out(text: str, named: Sequence[str] = (), day: date = DAY, mandate: str = MANDATE) -> DueOrders:
    return due_payments_out(sound_book(SELLER + mandate + text), day, named=named)


def numbers(found: DueOrders) -> list[str]:
    return [order.invoice.number for order in found.orders]


def reasons(found: DueOrders) -> list[str]:
    assert found.orders == ()
    return [str(held.reason) for held in found.held]


def test_what_is_due_by_the_first_day_that_banks_take_it_for() -> None:
    found = collected(document("F1", due="2026-12-11") + document("F2", due="2026-12-12"))
    assert [(order.invoice.number, order.amount, order.sequence) for order in found.orders] == [
        ("F1", Decimal(100), "FRST")
    ]
    assert found.held == ()


@pytest.mark.parametrize(
    ("invoice", "mandate", "expected"),
    [
        (document("F1", "100.00 USD"), MANDATE, "is in USD: SEPA direct debits are in euros"),
        (
            document("F1", keys="  direct-debit: FALSE\n"),
            MANDATE,
            "is not to be collected (direct-debit: FALSE)",
        ),
        (document("F1", keys='  kind: "claim"\n'), MANDATE, "is a claim for late interest"),
        (
            document("F1"),
            MANDATE.replace("2025-01-05", "2026-11-28"),
            "mandate M-1 is signed on 2026-11-28 only",
        ),
        (
            document("F1"),
            MANDATE.replace("  mandate-date: 2025-01-05\n", ""),
            "mandate M-1 has no mandate-date, or no debtor-iban: write it",
        ),
        (
            document("F1"),
            MANDATE.replace("2025-01-05", "2023-11-26"),
            "mandate M-1 was last used on 2023-11-26, and has lapsed: have a new one signed; if it was used "
            "since, write"
            " mandate-used: with the day",
        ),
        (
            document("F1", "1000000000.00 EUR"),
            MANDATE,
            "1000000000.00 EUR is more than a SEPA payment may be",
        ),
    ],
)
def test_why_an_invoice_is_not_collected(invoice: str, mandate: str, expected: str) -> None:
    assert reasons(collected(invoice, mandate=mandate)) == [expected]


def test_the_largest_amount_is_collected_and_a_mandate_on_its_own_day() -> None:
    assert numbers(collected(document("F1", "999999999.99 EUR"))) == ["F1"]
    assert numbers(collected(document("F1"), mandate=MANDATE.replace("2025-01-05", "2026-11-27"))) == ["F1"]
    assert numbers(collected(document("F1"), mandate=MANDATE.replace("2025-01-05", "2023-11-27"))) == ["F1"]


def test_who_has_no_mandate_is_only_spoken_of_by_name() -> None:
    text = document("F1", who="Kiefer")
    assert collected(text) == DueOrders((), ())
    assert reasons(collected(text, named=["F1"])) == [
        "Kiefer GmbH has no mandate: write mandate, mandate-date and debtor-iban"
    ]


ONE_OFF = MANDATE + '  mandate-sequence: "one-off"\n'
FINAL = MANDATE + '  mandate-sequence: "final"\n'
HANDED_IN = """
2026-11-10 note Assets:Receivable:Acme "To be collected" ^F0
  event: "collected"
  amount: 100.00
  mandate: "M-1"
  end-to-end-id: "F0"
  collection-date: 2026-11-12
"""
EARLIER = document("F0", due="2026-11-12") + HANDED_IN


def test_a_mandate_for_one_collection_is_used_once() -> None:
    both = document("F1") + document("F2", due="2026-12-06")
    found = collected(both, mandate=ONE_OFF)
    assert [(order.invoice.number, order.sequence) for order in found.orders] == [("F1", "OOFF")]
    assert [(held.number, held.reason) for held in found.held] == [("F2", "mandate M-1 is for one collection only")]
    used = collected(EARLIER + document("F1"), named=["F1"], mandate=ONE_OFF)
    assert reasons(used) == ["mandate M-1 is for one collection only"]


def test_the_last_collection_under_a_mandate_is_said_to_be_the_last() -> None:
    both = document("F1") + document("F2", due="2026-12-06")
    found = collected(both, mandate=FINAL)
    assert [(order.invoice.number, order.sequence) for order in found.orders] == [("F1", "FRST"), ("F2", "FNAL")]


WITHDRAWN = """
2026-11-11 note Assets:Receivable:Acme "Not handed in" ^F0
  event: "not-collected"
  end-to-end-id: "F0"
"""


@pytest.mark.parametrize(("more", "sequence"), [("", "RCUR"), (WITHDRAWN, "FRST")])
def test_a_mandate_was_used_by_what_was_handed_in_and_not_withdrawn(more: str, sequence: str) -> None:
    found = collected(EARLIER + more + document("F1"), named=["F1"])
    assert [order.sequence for order in found.orders] == [sequence]


def test_the_customer_s_new_account_is_told_to_the_bank_once() -> None:
    moved = (
        '2026-11-20 custom "invoice-customer" Assets:Receivable:Acme\n  debtor-iban: "DE89 3704 0044 0532 0130 00"\n'
    )
    found = collected(EARLIER + moved + document("F1") + document("F2", due="2026-12-06"), named=["F1", "F2"])
    assert [(order.other_account, order.account_changed) for order in found.orders] == [
        ("DE89370400440532013000", True),
        ("DE89370400440532013000", False),
    ]
    unmoved = collected(EARLIER + document("F1"), named=["F1"])
    assert [order.account_changed for order in unmoved.orders] == [False]


NOTE = document("A1", "-50.00 EUR", due="2026-11-27")


def test_only_what_is_due_until_a_day_is_collected_if_that_is_asked_for() -> None:
    book = sound_book(SELLER + MANDATE + document("F1", due="2026-12-05") + document("F2", due="2026-12-06"))
    assert numbers(due_collections(book, DAY, due_until=date(2026, 12, 5))) == ["F1"]
    assert numbers(due_collections(book, DAY, due_until=date(2027, 12, 31))) == ["F1", "F2"]


def test_a_credit_note_of_cents_is_owed_to_the_customer_not_by_it() -> None:
    assert [order.amount for order in paid_out(document("A1", "-0.50 EUR", due="2026-11-27")).orders] == [
        Decimal("0.50")
    ]


def test_a_credit_note_is_paid_out_once_it_is_due_or_named() -> None:
    (order,) = paid_out(NOTE).orders
    assert (order.amount, order.due, order.execution_date) == (Decimal(50), DAY, date(2026, 11, 27))
    assert paid_out(NOTE, day=date(2026, 11, 26)) == DueOrders((), ())
    assert numbers(paid_out(NOTE, named=["A1"], day=date(2026, 11, 26))) == ["A1"]


@pytest.mark.parametrize(
    ("text", "mandate", "expected"),
    [
        (document("A1", "-50.00 USD", due="2026-11-27"), MANDATE, "is in USD: SEPA credit transfers are in euros"),
        (
            NOTE.replace(
                "  Income", "  Assets:Receivable:Acme  -20.00 EUR\n    due: 2026-12-27\n  Income", 1
            ).replace("Services  50", "Services  70"),
            MANDATE,
            "has several due dates: pay it by hand",
        ),
        (NOTE, "", 'Acme SAS has no account to pay to: write debtor-iban: "…"'),
        (
            NOTE + document("F1", "20.00 EUR", due="2027-01-05", keys='  settles: "none"\n'),
            MANDATE,
            "Acme SAS owes other documents: set it against them, or name it: bean-invoice pay-out A1 --write",
        ),
        (
            document("A1", "-1000000000.00 EUR", due="2026-11-27"),
            MANDATE,
            "1000000000.00 EUR is more than a SEPA payment may be",
        ),
    ],
)  # fmt: skip
def test_why_a_credit_note_is_not_paid_out(text: str, mandate: str, expected: str) -> None:
    assert reasons(paid_out(text, mandate=mandate)) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (document("F1"), "is to be collected under mandate M-1: bean-invoice collect"),
        (document("F1", keys="  direct-debit: FALSE\n"), ""),
        (
            document("F1")
            + '2026-11-26 * "Acme" "Paid" ^F1\n  Assets:Bank  100.00 EUR\n  Assets:Receivable:Acme  -100.00 EUR\n',
            "",
        ),
        (
            (EARLIER + document("F1")).replace("F1", "F9").replace("F0", "F1"),
            "",  # 12 November and five TARGET days are over
        ),
        ((EARLIER + WITHDRAWN + document("F1")).replace("F1", "F9").replace("F0", "F1"), ""),
    ],
)
def test_no_letter_asks_for_what_will_be_or_is_being_collected(text: str, expected: str) -> None:
    book = sound_book(SELLER + MANDATE + text)
    (position,) = (found for found in positions(book, DAY) if found.invoice.number == "F1")
    assert why_not_asked_for(book, position, DAY, collection_days(book, DAY)) == expected


def test_a_letter_may_ask_for_the_instalment_that_is_not_collected() -> None:
    """Both are late; the order is for the first one alone."""
    first, second = (f"  Assets:Receivable:Acme  50.00 EUR\n    due: 2026-11-{day}\n" for day in ("10", "12"))
    text = document("F1").replace("  Assets:Receivable:Acme  100.00 EUR\n    due: 2026-12-05\n", first + second)
    order = """
2026-11-26 note Assets:Receivable:Acme "Handed in" ^F1
  event: "collected"
  instalment: 1
  amount: 50.00
  mandate: "M-1"
  collection-date: 2026-12-01
"""
    both = order + order.replace("instalment: 1", "instalment: 2")
    for orders, expected in ((order, ""), (both, "is being collected: handed in on 2026-11-26 for 2026-12-01")):
        book = sound_book(SELLER + MANDATE + text + orders)
        (position,) = positions(book, DAY)
        assert why_not_asked_for(book, position, DAY, collection_days(book, DAY)) == expected


def test_no_draft_is_collected() -> None:
    draft = document("draft-1", due="2026-11-30").replace("2026-11-02 *", "2026-11-02 !").replace(" ^draft-1", "")
    assert collected(draft) == DueOrders((), ())


def test_what_is_paid_out_again_has_a_name_of_its_own() -> None:
    order = '2026-11-20 note Assets:Receivable:Acme "Paid out" ^A1\n  event: "paid-out"\n  amount: 50.00\n'
    book = sound_book(SELLER + MANDATE + NOTE + order)
    (again,) = due_payments_out(book, DAY, again=[("A1", 1)]).orders
    assert again.end_to_end_id == "A1+2"


@pytest.mark.parametrize(
    ("day", "bank", "waits"),
    [
        (date(2026, 11, 19), "", True),  # the fifth TARGET day after 12 November
        (date(2026, 11, 20), "", False),
        (date(2026, 11, 27), "2026-11-19", True),  # what came on the 19th may be on a statement that is not there yet
        (date(2026, 11, 27), "2026-11-20", False),
    ],
)
def test_a_letter_waits_for_a_collection_as_long_as_its_money_may_come(day: date, bank: str, waits: bool) -> None:
    text = (EARLIER + document("F1")).replace("F1", "F9").replace("F0", "F1")
    if bank:
        text += '2026-01-02 custom "invoice-option" "bank-accounts" "Assets:Bank"\n'
        text += f'{bank} * "Rent"\n  Assets:Bank  -1.00 EUR\n  Equity:Opening  1.00 EUR\n'
    book = sound_book(SELLER + MANDATE + text)
    (position,) = (found for found in positions(book, day) if found.invoice.number == "F1")
    assert bool(why_not_asked_for(book, position, day, collection_days(book, day))) is waits
    if not bank:
        assert bool(list(orders_without_money([position], day))) is not waits


def test_each_time_that_it_is_collected_has_a_name_of_its_own() -> None:
    (first,) = collected(document("F1")).orders
    assert first.end_to_end_id == "F1"
    back = """
2026-11-12 * "Acme" "Collected" ^F0
  Assets:Bank  100.00 EUR
  Assets:Receivable:Acme  -100.00 EUR
2026-11-16 * "Acme" "Returned" ^F0
  Assets:Bank  -100.00 EUR
  Assets:Receivable:Acme  100.00 EUR
"""
    (again,) = collected(EARLIER + back, named=["F0"]).orders
    assert again.end_to_end_id == "F0+2"
    (out,) = paid_out(NOTE).orders
    assert out.end_to_end_id == "A1"


@pytest.mark.parametrize(
    ("known", "paid_to"),
    [
        ("DE89370400440532013000", "DE89370400440532013000"),
        ("DE89370400440532013000,FR1420041010050500013M02606", None),  # which of the two, nobody knows
    ],
)
def test_who_has_no_mandate_is_paid_on_the_only_account_that_it_pays_from(known: str, paid_to: str | None) -> None:
    payer = f'2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n  payer-iban: "{known}"\n'
    found = paid_out(NOTE, mandate=payer)
    assert [order.other_account for order in found.orders] == ([paid_to] if paid_to else [])
    assert [held.reason for held in found.held] == (
        [] if paid_to else ['Acme SAS has no account to pay to: write debtor-iban: "…"']
    )


def test_a_mandate_of_its_own_comes_before_the_account_that_it_paid_from() -> None:
    (order,) = paid_out(NOTE, mandate=MANDATE + '  payer-iban: "DE89370400440532013000"\n').orders
    assert order.other_account == "FR1420041010050500013M02606"


TRACKED = '2026-11-01 custom "invoice-option" "send-from" 2026-11-01\n'
SENT = '2026-11-03 note Assets:Receivable:Acme "Sent" ^F1\n  event: "sent"\n'


def test_what_nothing_says_was_sent_is_not_collected() -> None:
    assert reasons(collected(TRACKED + document("F1"))) == [
        "the ledger does not record that it was sent, and the customer must know first"
    ]
    assert numbers(collected(TRACKED + SENT + document("F1"))) == ["F1"]
    assert numbers(collected(TRACKED.replace("2026-11-01\n", "2026-11-03\n") + document("F1"))) == ["F1"], (
        "of what is dated before that day the ledger does not tell"
    )
    held = collected(TRACKED + document("F2") + SENT + document("F1"))
    assert (numbers(held), [order.number for order in held.held]) == (["F1"], ["F2"])
