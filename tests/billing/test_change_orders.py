"""Fixed prices whose price or progress changes: change orders kept apart, situations below the last one, final accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing import billing
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from tests.documents import document
from tests.ledgers import book_of

D = Decimal
SITE = """
2026-01-02 custom "invoice-contract" Assets:Receivable:Acme "S" "fixed"
  text: "Roof"
  account: Income:Services
  tax: "FR20"
  price: 8000.00
"""
HALVES = [("2026-02-02", "Frame", "percent: 50"), ("2026-03-02", "Cover", "percent: 50")]


def priced(day: str, price: str) -> str:
    return f'{day} custom "invoice-contract" Assets:Receivable:Acme "S"\n  price: {price}\n'


def milestones(those: Iterable[tuple[str, str, str]]) -> str:
    return "".join(
        f'{day} custom "invoice-milestone" "S" "{name}"\n' + "".join(f"  {key.strip()}\n" for key in keys.split(";"))
        for day, name, keys in those
    )


def sound(text: str) -> Book:
    book = book_of(text)
    assert not [finding.message for finding in check(book) if finding.severity == "error"]
    return book


def due(text: str, until: str) -> list[tuple[str, str]]:
    """Milestone and net of what waits on a day."""
    waiting, _notices = billing.unbilled_lines(sound(text), date.fromisoformat(until))
    return [(line.line.milestone, str(line.line.net)) for line in waiting]


def warnings(text: str) -> list[str]:
    return [finding.message for finding in check(sound(text)) if finding.rule == "contract"]


def test_a_change_order_is_left_out_from_its_day_on_until_all_of_the_price_is_billed() -> None:
    text = SITE + milestones(HALVES) + priced("2026-04-01", "9500.00")

    def left_out(text: str, until: str) -> list[str]:
        _waiting, notices = billing.unbilled_lines(sound(text), date.fromisoformat(until))
        return [notice.message.partition(" bills ")[0] for notice in notices]

    assert left_out(text, "2026-03-31") == []
    assert left_out(text, "2026-04-01") == ["no milestone"]
    by_hand = '{} | text: "All of it" | contract: "S"'
    assert left_out(text + document("N1", by_hand.format("9500.00"), day="2026-04-02"), "2026-12-31") == []
    assert left_out(text + document("N1", by_hand.format("9499.99"), day="2026-04-02"), "2026-12-31") == [
        "no milestone"
    ]


def test_the_price_is_worked_out_from_the_first_one_and_each_change_order() -> None:
    text = SITE + priced("2026-04-01", "9500.00") + priced("2026-05-01", "9200.00")
    (status,) = billing.contract_statuses(sound(text), date(2026, 12, 31), billing.ContractFilter())
    assert [(step.inputs, step.result) for step in status.steps] == [
        ((D("8000.00"), D("1500.00")), D("9500.00")),
        ((D("9500.00"), D("-300.00")), D("9200.00")),
    ]
    assert status.price == D("9200.00")
    (status,) = billing.contract_statuses(sound(text), date(2026, 4, 30), billing.ContractFilter())
    assert [step.result for step in status.steps] == [D("9500.00")]


def test_a_milestone_is_a_part_of_the_price_of_its_day() -> None:
    text = SITE + milestones(HALVES) + priced("2026-04-01", "9500.00")
    assert due(text, "2026-03-31") == due(text, "2026-12-31") == [("Frame", "4000.00"), ("Cover", "4000.00")]


@pytest.mark.parametrize(("price", "done"), [("9500.00", "1500.00"), ("7200.00", "-800.00")])
def test_a_change_order_after_the_last_milestone_is_a_line_of_its_own(price: str, done: str) -> None:
    text = SITE + milestones(HALVES) + priced("2026-04-01", price)
    assert ["write when it is done" in warning for warning in warnings(text)] == [True]
    text += milestones([("2026-05-15", "Order 1", "percent: 100")])
    assert due(text, "2026-05-14") == [("Frame", "4000.00"), ("Cover", "4000.00")]
    assert due(text, "2026-05-15")[2:] == [("Order 1", done)]
    assert warnings(text) == []


def test_a_change_order_before_the_last_milestone_is_a_part_of_it() -> None:
    text = SITE + milestones(HALVES) + priced("2026-02-20", "9500.00")
    assert due(text, "2026-12-31") == [("Frame", "4000.00"), ("Cover", "5500.00")]
    assert warnings(text) == []


@pytest.mark.parametrize("named", ["", "; change-order: 2026-02-20"])
def test_unless_it_has_milestones_of_its_own(named: str) -> None:
    later = [("2026-05-15", "Order 1", f"price: 1500.00{named}")]
    text = SITE + milestones(HALVES + later) + priced("2026-02-20", "9500.00")
    assert due(text, "2026-12-31") == [("Frame", "4000.00"), ("Cover", "4000.00"), ("Order 1", "1500.00")]
    assert warnings(text) == []


def test_several_orders_each_in_parts() -> None:
    text = SITE + milestones(HALVES) + priced("2026-02-20", "9500.01") + priced("2026-04-01", "9000.01")
    text += milestones(
        [
            ("2026-02-25", "Window, start", "change-order: 2026-02-20; percent: 33.33"),
            ("2026-06-01", "Window, end", "change-order: 2026-02-20; percent: 66.67"),
            ("2026-06-02", "No gutter", "percent: 100"),
        ]
    )
    assert due(text, "2026-12-31") == [
        ("Frame", "4000.00"),
        ("Window, start", "499.95"),
        ("Cover", "4000.00"),
        ("Window, end", "1000.06"),
        ("No gutter", "-500.00"),
    ]
    assert warnings(text) == []


def test_progress_of_a_price_that_changed() -> None:
    steps = [
        ("2026-02-02", "S1", "30"),
        ("2026-03-02", "S2", "60"),
        ("2026-04-02", "S3", "50"),
        ("2026-05-02", "S4", "100"),
    ]
    text = SITE + priced("2026-02-20", "10000.00")
    text += milestones((day, name, f"cumulative: {percent}") for day, name, percent in steps)
    assert [net for _name, net in due(text, "2026-12-31")] == ["2400.00", "3600.00", "-1000.00", "5000.00"]
    assert warnings(text) == []


def test_no_milestone_is_worth_more_than_the_price() -> None:
    text = SITE + milestones([*HALVES, ("2026-04-02", "More", "price: 100.00")])
    assert [finding.message for finding in check(book_of(text)) if finding.severity == "error"] == [
        "S: its milestones add up to 8100, but its price is 8000.00: lower one"
    ]


# money given back ------------------------------------------------------------------------------------------------------


BILLED = """
{day} * "Acme SAS" "Roof, {name}" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme  {total} EUR
  Income:Services  -{net} EUR
    text: "Roof, {name}"
    quantity: 1
    price: {net}
    tax: "FR20"
    contract: "S"
    milestone: "{name}"
  Liabilities:VAT  -{tax} EUR
    tax: "FR20"
"""


def billed(day: str, number: str, name: str, net: str) -> str:
    tax = D(net) / 5
    return BILLED.format(day=day, number=number, name=name, net=net, tax=f"{tax:.2f}", total=f"{D(net) + tax:.2f}")


def documents(text: str, day: str) -> list[billing.Draft]:
    book, last = sound(text), date.fromisoformat(day)
    waiting, notices = billing.unbilled_lines(book, last)
    drafts, more = billing.compose_drafts(book, waiting, last, billing.next_draft_names(book))
    assert not [*notices, *more]
    return drafts


SITUATIONS = SITE + milestones(
    [
        ("2026-02-02", "S1", "cumulative: 60"),
        ("2026-03-02", "S2", "cumulative: 50"),
        ("2026-04-02", "S3", "cumulative: 100"),
    ]
)


def test_a_situation_below_the_last_one_is_a_credit_note_on_it() -> None:
    text = SITUATIONS + billed("2026-02-02", "F2026-0001", "S1", "4800.00")
    (draft,) = documents(text, "2026-03-02")
    assert (draft.kind, draft.corrects, draft.net, draft.payable) == (
        "credit-note",
        "F2026-0001",
        D("-800.00"),
        D("-960.00"),
    )
    assert [(line.quantity, line.price) for line in draft.lines] == [(D(-1), D("800.00"))]


def test_in_one_run_it_is_a_line_below_zero() -> None:
    (draft,) = documents(SITUATIONS, "2026-03-31")
    assert (draft.kind, [line.net for line in draft.lines]) == ("invoice", [D("4800.00"), D("-800.00")])


def test_other_contracts_are_billed_beside_the_credit_note() -> None:
    other = SITE.replace('"S"', '"Z"').replace("8000.00", "500.00")
    other += '2026-03-02 custom "invoice-milestone" "Z" "All"\n  percent: 100\n'
    text = SITUATIONS + other + billed("2026-02-02", "F2026-0001", "S1", "4800.00")
    assert [(draft.kind, draft.net) for draft in documents(text, "2026-03-02")] == [
        ("invoice", D("500.00")),
        ("credit-note", D("-800.00")),
    ]


def test_a_final_account_below_what_is_billed_corrects_as_many_invoices_as_it_needs() -> None:
    text = SITE + milestones(HALVES) + priced("2026-04-01", "3000.00")
    text += milestones([("2026-05-15", "Final account", "percent: 100")])
    text += billed("2026-02-02", "F2026-0001", "Frame", "4000.00")
    text += billed("2026-03-02", "F2026-0002", "Cover", "4000.00")
    (draft,) = documents(text, "2026-05-15")
    assert (draft.corrects, draft.net) == ("F2026-0002 F2026-0001", D("-5000.00"))


def test_what_is_given_back_takes_its_retention_with_it() -> None:
    kept = "  retention: 5\n  retention-account: Assets:Receivable:Acme:Kept\n"
    accounts = "2025-01-01 open Assets:Receivable:Acme:Kept\n  customer: Assets:Receivable:Acme\n"
    text = accounts + SITUATIONS.replace("  price: 8000.00\n", "  price: 8000.00\n" + kept)
    (draft,) = documents(text + billed("2026-02-02", "F2026-0001", "S1", "4800.00"), "2026-03-02")
    assert [
        (receivable.account.rpartition(":")[2], receivable.amount, receivable.retained)
        for receivable in draft.receivables
    ] == [
        ("Acme", D("-912.00"), ""),
        ("Kept", D("-48.00"), "S"),
    ]


@given(
    changes=st.lists(
        st.tuples(st.integers(1, 11), st.integers(-300_000, 300_000)), max_size=4, unique_by=lambda one: one[0]
    ),
    parts=st.lists(st.integers(1, 99), min_size=1, max_size=4),
    apart=st.booleans(),
)
def test_milestones_and_change_orders_add_up_to_the_price(
    changes: list[tuple[int, int]], parts: list[int], apart: bool
) -> None:
    """Whenever the price changes: once all is done, its milestones and those of its orders come to the last price."""
    text = SITE
    price = D("8000.00")
    for month, cents in sorted(changes):
        if cents:
            price += D(cents) / 100
            text += priced(f"2026-{month:02}-15", f"{price:.2f}")
    shares = [100 * part // sum(parts) for part in parts]
    shares[-1] += 100 - sum(shares)
    text += milestones(
        (f"2026-{place + 2:02}-01", f"M{place}", f"percent: {each}") for place, each in enumerate(shares)
    )
    orders = [month for month, cents in sorted(changes) if cents and (apart or month > len(shares))]
    text += milestones(
        (f"2027-{month:02}-01", f"O{month}", f"change-order: 2026-{month:02}-15; percent: 100") for month in orders
    )
    assert sum(D(net) for _name, net in due(text, "2027-12-31")) == price
