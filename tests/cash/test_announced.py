"""What the life cycle of an e-invoice moves in the forecast: a payment that was sent comes soon; an approval ends a dispute."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.cash.forecast import forecast
from beancount_invoicing.receivables import allocate
from tests.cash.test_forecast import OPEN, foreseen, past
from tests.cash.test_metrics import ACME, invoice, paid
from tests.ledgers import book_of

D = Decimal
NUMBER = "F2026-0900"


def status(day: str, code: str, more: str = "", flow: str = "flow-1") -> str:
    return (
        f'\n{day} note {ACME} "Status" ^{NUMBER}\n  event: "status"\n  status: "{code}"\n  flow: "{flow}"\n'
        f'  status-flow: "{flow}-{code}-{day}"\n  updated: "{day}T09:00:00Z"\n{more}'
    )


def found(more: str, as_of: date = date(2026, 7, 1)) -> list[tuple[str, int, int | None, str]]:
    """Kind, amount, the week in which all of it comes (None: a share in each), and why."""
    return [
        (
            str(item.kind), int(item.amount), item.shares.index(D(1)) + 1 if D(1) in item.shares else None,
            str(item.because),
        )
        for item in foreseen(past() + OPEN + more, as_of=as_of).items
    ]  # fmt: skip


SO_FAR = ("open", 1000, None, "as the customer has paid so far")


@pytest.mark.parametrize(
    ("more", "as_of", "expected"),
    [
        # sent on Tuesday, 30 June: on the account on 1 July
        (status("2026-06-30", "211"), "2026-07-01", [("announced", 1000, 1, "payment sent, as told on 2026-06-30")]),
        # waited for until 8 July
        (status("2026-06-30", "211"), "2026-07-08", [("announced", 1000, 1, "payment sent, as told on 2026-06-30")]),
        (status("2026-06-30", "211"), "2026-07-09", [SO_FAR]),
        # with the day and the amount of the payment: Friday, so that it comes on Monday, 13 July
        (
            status("2026-06-30", "211", "  amount: 400\n  until: 2026-07-10\n"),
            "2026-07-01",
            [("announced", 400, 2, "payment sent, as told on 2026-06-30"), ("open", 600, None, SO_FAR[3])],
        ),
        # not known yet
        (status("2026-07-02", "211"), "2026-07-01", [SO_FAR]),
        # it ends a dispute; the latest status counts
        (
            status("2026-06-20", "207") + status("2026-06-30", "211"),
            "2026-07-01",
            [("announced", 1000, 1, "payment sent, as told on 2026-06-30")],
        ),
        (status("2026-06-20", "207"), "2026-07-01", [("not expected", 1000, None, "in dispute")]),
        # money came for it since: it was that payment
        (
            status("2026-06-29", "211") + paid("2026-06-30", "400", NUMBER),
            "2026-07-01",
            [("open", 600, None, SO_FAR[3])],
        ),
        (
            paid("2026-06-28", "400", NUMBER) + status("2026-06-29", "211"),
            "2026-07-01",
            [("announced", 600, 1, "payment sent, as told on 2026-06-29")],
        ),
        # an approval opens no other day
        (
            status("2026-06-20", "207") + status("2026-06-25", "205"),
            "2026-07-01",
            [("open", 1000, None, "approved on 2026-06-25; as the customer has paid so far")],
        ),
        (status("2026-06-25", "203"), "2026-07-01", [SO_FAR]),
        # a promise holds for what was not sent
        (
            status("2026-06-30", "211", "  amount: 400\n")
            + f'\n2026-06-20 note {ACME} "Said" ^{NUMBER}\n  event: "promise"\n  until: 2026-07-20\n',
            "2026-07-01",
            [
                ("announced", 400, 1, "payment sent, as told on 2026-06-30"),
                ("promised", 600, 3, "promised until 2026-07-20"),
            ],
        ),
    ],
)
def test_statuses_move_what_is_expected(
    more: str, as_of: str, expected: list[tuple[str, int, int | None, str]]
) -> None:
    assert found(more, date.fromisoformat(as_of)) == expected


def test_an_amount_that_was_sent_is_taken_up_by_instalments_in_their_order() -> None:
    text = invoice(NUMBER, "2026-06-10", "1000").replace(
        f"  {ACME}  1000 EUR\n", f"  {ACME}  300 EUR\n    due: 2026-07-10\n  {ACME}  700 EUR\n    due: 2026-08-10\n"
    )
    book = book_of(text + status("2026-06-30", "211", "  amount: 500\n"))
    items = forecast(book, date(2026, 7, 1), allocate(book, date(2026, 7, 1))).items
    assert [(item.kind, int(item.amount), item.due and item.due.month) for item in items] == [
        ("announced", 300, 7),
        ("announced", 200, 8),
        ("open", 500, 8),
    ]
