"""What could not be done while payments were allocated: told word for word, with what to do."""

from __future__ import annotations

import pytest

from beancount_invoicing.receivables import allocate
from tests.ledgers import book_of
from tests.receivables import test_takeovers as takeovers
from tests.receivables.test_allocation import BACK, DAY, ONE, TWO, allotted, payment

RECEIVABLE = "Assets:Receivable"
RETURNED = f'\n2026-02-10 * "Returned" ^N1\n  {RECEIVABLE}:Acme  60.00 EUR\n  Assets:Bank\n'
TAKEN = (
    "-300.00 EUR on Assets:Receivable:Acme names N1, which Kiefer GmbH took over on 2026-03-01: 300.00 "
    "stays unallocated;"
    " if Kiefer GmbH paid, book it on Assets:Receivable:Kiefer; if Acme SAS pays after all, move "
    "the claim back by"
    " then, with the opposite entry; otherwise take the name out of the payment, which is then money on account"
)


def doubtful(amount: str, link: str = "") -> str:
    return f'\n2026-03-01 * "Doubtful" {link}\n  {RECEIVABLE}:Acme:Doubtful  {amount} EUR\n  {RECEIVABLE}:Acme\n'


@pytest.mark.parametrize(
    ("ledger", "rule", "message"),
    [
        pytest.param(
            ONE + TWO + doubtful("200.00"),
            "transfer-names-none",
            "this moves 200.00 EUR between accounts of one customer, but does not name an invoice: write "
            'settles: "…" on its'
            " postings, or link it, so that the claim moves too: ^N2",
            id="moves no claim",
        ),
        pytest.param(
            ONE + TWO + doubtful("150.00"),
            "transfer-names-none",
            "this moves 150.00 EUR between accounts of one customer, but does not name an invoice: write "
            'settles: "…" on its'
            " postings, or link it, so that the claim moves too: ^N1",
            id="nothing is just as much: the oldest",
        ),
        pytest.param(
            takeovers.ONE + takeovers.moves("2026-03-01", (takeovers.KIEFER, "70.00"), (takeovers.ACME, "-70.00")),
            "transfer-names-none",
            'this moves 70.00 EUR between customers, but does not name an invoice: write settles: "…" on its '
            "postings, or link it,"
            " so that the other customer owes it from then on: ^N1",
            id="nobody takes it over",
        ),
        pytest.param(
            ONE + allotted("2026-05-05", "50.00", "N1", "N1").replace('    settles: "N1"\n', ""),
            "transfer-names-none",
            "this takes 100.00 EUR off Assets:Receivable:Acme and puts it back there, but does not name an "
            'invoice: below the negative amount, write which invoice it pays, settles: "…"',
            id="allocates to nothing",
        ),
        pytest.param(
            ONE + payment("2026-01-20", "30.00") + allotted("2026-05-05", "100.00", "N1"),
            "allocates-beyond",
            "70.00 EUR of what this allocates was neither available on Assets:Receivable:Acme nor open on what "
            "it names: lower both amounts by that, or correct what is named",
            id="allocates what is missing",
        ),
        pytest.param(
            ONE + doubtful("120.00", "^N1"),
            "settles-beyond-open",
            "-120.00 EUR names N1, but only 100.00 was open there: 20.00 stays unallocated; do not move more than that",
            id="moves more than is open",
        ),
        pytest.param(
            ONE + payment("2026-02-01", "130.00", "N1"),
            "settles-beyond-open",
            "-130.00 EUR names N1, but only 100.00 was open there: 30.00 stays unallocated",
            id="pays more than is open",
        ),
        pytest.param(
            ONE + payment("2026-02-01", "20.00", "N1") + RETURNED,
            "settles-beyond-open",
            "60.00 EUR names N1, but only 20.00 was settled there: 40.00 stays unallocated",
            id="more bounces than was paid",
        ),
        pytest.param(
            ONE + BACK.format(day="2026-09-01"),
            "settles-beyond-open",
            "40.00 EUR names N1, but only 0.00 was written off there: 40.00 stays unallocated",
            id="no loss to take back",
        ),
        pytest.param(
            ONE + payment("2026-02-01", "100.00", "N1", account="Acme:Doubtful"),
            "settles-elsewhere",
            "-100.00 EUR on Assets:Receivable:Acme:Doubtful names N1, which is on Assets:Receivable:Acme in EUR: "
            "it stays"
            " unallocated; book it on that account",
            id="on another account",
        ),
        pytest.param(
            ONE + payment("2026-02-01", "100.00", "N1").replace("EUR", "USD"),
            "settles-elsewhere",
            "-100.00 USD on Assets:Receivable:Acme names N1, which is on Assets:Receivable:Acme in EUR: it stays "
            "unallocated;"
            " book what it is worth in EUR on that account, with its price at the bank: … USD @ … EUR",
            id="in another currency",
        ),
        pytest.param(
            takeovers.WHOLE + takeovers.paid("2026-03-01", takeovers.ACME, "300.00"),
            "settles-elsewhere",
            TAKEN,
            id="who owed it pays on the day on which it was taken over",
        ),
        pytest.param(
            takeovers.WHOLE + takeovers.paid("2026-02-28", takeovers.ACME, "300.00"),
            "settles-beyond-open",
            "-300.00 EUR names N1, but only 0.00 was open there: 300.00 stays unallocated; do not move more than that",
            id="who owed it had paid the day before",
        ),
    ],
)
def test_what_could_not_be_done_is_told_with_what_to_do(ledger: str, rule: str, message: str) -> None:
    (found,) = allocate(book_of(ledger), DAY).notices
    assert (found.severity, found.rule, found.message) == ("warning", rule, message)


@pytest.mark.parametrize("numbers", [("N9",), ("N1", "N9")], ids=["alone", "beside one that is there"])
def test_what_names_a_document_that_is_not_there_is_told_by_another_rule(numbers: tuple[str, ...]) -> None:
    assert allocate(book_of(ONE + payment("2026-02-01", "50.00", *numbers)), DAY).notices == ()


def test_what_waits_for_a_document_of_a_later_day_is_not_told() -> None:
    book = book_of(ONE + payment("2026-01-05", "130.00", "N1", "N2") + TWO)
    assert [len(allocate(book, DAY.replace(month=1, day=day)).notices) for day in (5, 9, 19)] == [0, 0, 0]
