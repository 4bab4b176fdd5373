"""What holds letters back and what they count on: promises, retentions, money that went back, letters to a former debtor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.dunning import late_instalments, propose, state_on_sending
from beancount_invoicing.dunning.levels import letters_sent_before
from beancount_invoicing.dunning.pauses import Insolvency, insolvency, late_amount, pause, sending_tracked_from
from beancount_invoicing.dunning.policies import policy
from beancount_invoicing.dunning.unallocated import unallocated_credits
from beancount_invoicing.receivables import allocate, positions
from tests.dunning.test_proposals import INVOICE, event, letters, reminder
from tests.ledgers import book_of

D = Decimal
ACME, KIEFER = "Assets:Receivable:Acme", "Assets:Receivable:Kiefer"


def test_of_two_promises_the_one_that_comes_first_holds_whichever_was_made_first() -> None:
    made = event(date(2026, 2, 12), "promise", "  until: 2026-03-20\n")
    made += event(date(2026, 2, 13), "promise", "  until: 2026-03-01\n")
    (letter,) = letters(INVOICE + made, date(2026, 2, 20))
    assert [invoice.reason for invoice in letter.held] == ["promised until 2026-03-01"]


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_plan_the_part_that_is_due_first_holds_in_whatever_order_it_was_written(turned: bool) -> None:
    parts = [
        event(date(2026, 2, 12), "promise", f"  until: {until}\n  amount: 60.00\n")
        for until in ("2026-02-28", "2026-03-31")
    ]
    (letter,) = letters(INVOICE + "".join(reversed(parts) if turned else parts), date(2026, 2, 20))
    assert [invoice.reason for invoice in letter.held] == ["60.00 promised until 2026-02-28"]


def test_a_promise_counts_what_is_paid_of_all_that_it_names_and_of_nothing_else() -> None:
    """One euro of each is promised together; what is paid of N3 is none of it."""
    small = INVOICE.replace("120.00", "1.20").replace("100.00", "1.00").replace("-20.00", "-0.20")
    ledger = "".join(small.replace("N1", number) for number in ("N1", "N2", "N3"))
    ledger += event(date(2026, 2, 12), "promise", "  until: 2026-02-28\n  amount: 2.40\n", "^N1 ^N2")
    paid = '\n2026-02-20 * "Paid" ^{}\n  Assets:Bank  1.20 EUR\n  Assets:Receivable:Acme\n'

    def broken(*numbers: str) -> list[str]:
        book, day = book_of(ledger + "".join(map(paid.format, numbers))), date(2026, 3, 10)
        of_customer = {position.invoice.number: position for position in positions(book, day)}
        paused = pause(of_customer["N1"], of_customer, day)
        return [paused.reason] if paused else []

    assert broken("N1", "N2") == []
    assert broken("N1", "N3") == ["the promise to pay 2.40 until 2026-02-28 was broken: only 1.20 was received"]
    for first, counts in (("2026-02-12", True), ("2026-02-11", False)):  # the day of the promise is in it
        paid = f'\n{first} * "Paid" ^{{}}\n  Assets:Bank  1.20 EUR\n  Assets:Receivable:Acme\n'
        assert bool(broken("N1")) is True
        assert ("only 1.20 was" in broken("N1")[0]) is counts


OPENED = event(date(2026, 2, 12), "insolvency", "  until: 2026-04-12\n", "")
DECLARED = event(date(2026, 2, 20), "declared", "", "")
RESUMED = event(date(2026, 3, 1), "resume", "", "")


@pytest.mark.parametrize(
    ("ledger", "found"),
    [
        ("", None),
        (DECLARED, None),
        (OPENED, Insolvency(date(2026, 2, 12), date(2026, 4, 12), False)),
        (OPENED + DECLARED, Insolvency(date(2026, 2, 12), date(2026, 4, 12), True)),
        (OPENED + DECLARED + RESUMED, None),
        (
            OPENED + DECLARED + RESUMED + OPENED.replace("02-12", "03-05"),
            Insolvency(date(2026, 3, 5), date(2026, 4, 12), False),
        ),
        (
            OPENED + OPENED.replace("02-12", "02-15").replace("04-12", "04-15"),
            Insolvency(date(2026, 2, 12), date(2026, 4, 15), False),
        ),
        (OPENED + RESUMED.replace('"Said" ', '"Said" ^N1'), Insolvency(date(2026, 2, 12), date(2026, 4, 12), False)),
        (OPENED.replace('"Said" ', '"Said" ^N1') + RESUMED.replace('"Said" ', '"Said" ^N1'), None),
        (
            INVOICE.replace("N1", "N2")
            + OPENED.replace('"Said" ', '"Said" ^N1')
            + RESUMED.replace('"Said" ', '"Said" ^N1 ^N2'),
            None,
        ),
        (
            INVOICE.replace("N1", "N2")
            + OPENED.replace('"Said" ', '"Said" ^N1 ^N2')
            + RESUMED.replace('"Said" ', '"Said" ^N1'),
            Insolvency(date(2026, 2, 12), date(2026, 4, 12), False),
        ),
    ],
)
def test_insolvency_proceedings_and_whether_what_is_owed_is_declared(ledger: str, found: Insolvency | None) -> None:
    assert insolvency(book_of(INVOICE + ledger).events) == found


def test_sending_is_followed_from_the_day_of_the_first_note_on() -> None:
    book = book_of(INVOICE + event(date(2026, 1, 12), "sent") + event(date(2026, 1, 15), "sent"))
    assert [sending_tracked_from(book, date(2026, 1, day)) for day in (11, 12, 20)] == [
        None, date(2026, 1, 12), date(2026, 1, 12),
    ]  # fmt: skip


def test_what_is_too_much_is_left_of_the_first_document_that_its_payment_names() -> None:
    paid = '\n2026-02-20 * "Paid" ^N1 ^N2\n  Assets:Bank  300.00 EUR\n  Assets:Receivable:Acme\n'
    day = date(2026, 3, 1)
    (credit,) = unallocated_credits(allocate(book_of(INVOICE + INVOICE.replace("N1", "N2") + paid), day), ())[
        ACME, "EUR"
    ]
    assert (credit.number, str(credit.amount)) == ("N1", "60.00")


def test_what_is_kept_back_without_a_day_is_not_late() -> None:
    kept = """
2025-01-01 open Assets:Receivable:Acme:Retention
2025-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "fixed"
  text: "House"
  account: Income:Services
  price: 100.00
  retention: 5
  retention-account: Assets:Receivable:Acme:Retention
2026-01-10 * "House" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  114.00 EUR
  Assets:Receivable:Acme:Retention  6.00 EUR
    retained: "K"
  Income:Services  -100.00 EUR
    text: "House"
    tax: "FR20"
    contract: "K"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""
    (position,) = positions(book_of(kept), date(2026, 12, 31))
    assert [instalment.due for instalment in position.instalments] == [date(2026, 2, 9), None]
    assert late_amount(position, date(2026, 2, 9)) == 0
    assert late_amount(position, date(2026, 2, 10)) == D("114.00")
    (late,) = late_instalments(position, date(2026, 12, 31))
    assert (late.due, str(late.open), sorted(late.indices)) == (date(2026, 2, 9), "114.00", [1, 2])


@pytest.mark.parametrize(
    ("moved", "left"),
    [
        (("-100.00",), ["100.00"]),
        (("-0.50",), ["0.50"]),
        (("-100.00", "30.00"), ["70.00"]),
        (("-100.00", "100.00"), []),
        (("-100.00", "-40.00", "70.00"), ["70.00"]),  # 40.00 and 30.00 went back: what came last first
    ],
)
def test_what_went_back_is_taken_from_what_came_last(moved: tuple[str, ...], left: list[str]) -> None:
    ledger = "".join(
        f'\n2026-03-0{day} * "Bank"\n  {ACME}  {amount} EUR\n  Assets:Bank\n' for day, amount in enumerate(moved, 1)
    )
    found = unallocated_credits(allocate(book_of(ledger), date(2026, 3, 31)), ())
    assert [str(credit.amount) for credit in found.get((ACME, "EUR"), ())] == left


def test_no_letter_is_counted_that_went_to_who_owed_it_before() -> None:
    taken = f'\n2026-03-01 * "Taken over" ^N1\n  {ACME}  -120.00 EUR\n  {KIEFER}  120.00 EUR\n'
    book = book_of(INVOICE + reminder(date(2026, 2, 20), 1) + taken)

    def said(day: date) -> list[str]:
        (position,) = (position for position in positions(book, day, by_debtor=True) if position.open)
        (late,) = late_instalments(position, day)
        return [str(letter.date) for letter in letters_sent_before(book, late)]

    assert (said(date(2026, 2, 28)), said(date(2026, 3, 31))) == (["2026-02-20"], [])


def test_letters_come_in_the_order_of_the_customers_accounts() -> None:
    kiefers = INVOICE.replace("N1", "N2").replace("Acme", "Kiefer").replace("2026-01-10", "2026-01-05")
    assert [proposal.customer.account for proposal in propose(book_of(kiefers + INVOICE), date(2026, 3, 1))] == [
        ACME,
        KIEFER,
    ]


def test_a_policy_that_nobody_wrote_is_none_but_the_usual_one() -> None:
    book = book_of(INVOICE)
    usual = policy(book, "standard", date(2026, 3, 1))
    assert usual is not None and [level.level for level in usual.levels] == [1, 2, 3]
    assert policy(book, "strict", date(2026, 3, 1)) is None


def test_an_e_mail_asks_for_nothing_that_its_page_says_is_paid() -> None:
    book = book_of(INVOICE)
    day = date(2026, 1, 10)
    allocated = allocate(book, day)
    (invoice,) = book.invoices
    assert [
        state_on_sending(book, invoice, D(paid), day, allocated).payment_state for paid in ("119.99", "120.00")
    ] == [
        "to-pay",
        "nothing",
    ]


def test_what_is_settled_or_not_due_yet_goes_with_the_oldest_level_alone() -> None:
    """Of four instalments the first is paid, the second had its letter, the third fell due since, the fourth will."""
    four = INVOICE.replace(
        '  invoice: "N1"\n', '  invoice: "N1"\n  terms: "25% 10 days; 25% 30 days; 25% 50 days; 25% 300 days"\n'
    )
    paid = '\n2026-01-20 * "Paid" ^N1\n  Assets:Bank  30.00 EUR\n  Assets:Receivable:Acme\n'
    day = date(2026, 3, 20)
    (position,) = positions(book_of(four + paid + reminder(date(2026, 2, 20), 1)), day)
    assert [
        (instalment.due, sorted(instalment.indices), str(instalment.open))
        for instalment in late_instalments(position, day)
    ] == [
        (date(2026, 2, 9), [1, 2, 4], "30.00"), (date(2026, 3, 1), [3], "30.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("contested", "due"), [("0.00", "2026-02-04"), ("39.99", "2026-02-04"), ("60.00", "2026-03-06")]
)
def test_what_is_late_first_is_contested_first_however_the_invoice_was_written(contested: str, due: str) -> None:
    found = book_of(
        '2026-01-05 * "Acme SAS" "Work" ^N1\n  invoice: "N1"\n'
        "  Assets:Receivable:Acme  60.00 EUR\n    due: 2026-03-06\n  Assets:Receivable:Acme  40.00 EUR\n    "
        "due: 2026-02-04\n"
        '  Income:Services  -100.00 EUR\n    tax: "REVERSE"\n'
        f'2026-01-20 note Assets:Receivable:Acme "Contested" ^N1\n  event: "dispute"\n  amount: {contested}\n'
    )
    day = date(2026, 3, 7)
    (position,) = positions(found, day)
    (late,) = late_instalments(position, day)
    assert (str(late.due), str(late.open), str(late.contested)) == (due, "100.00", contested)


def test_what_is_wholly_contested_makes_the_rest_no_older() -> None:
    """Half is due on 4 February and contested, half on 6 March: on the 7th what is asked for is a day late."""
    found = book_of(
        '2026-01-05 * "Acme SAS" "Work" ^F2026-0001\n  invoice: "F2026-0001"\n'
        "  Assets:Receivable:Acme  500.00 EUR\n    due: 2026-02-04\n  Assets:Receivable:Acme  500.00 EUR\n   "
        " due: 2026-03-06\n"
        '  Income:Services  -1000.00 EUR\n    tax: "REVERSE"\n'
        '2026-02-05 note Assets:Receivable:Acme "Contested" ^F2026-0001\n  event: "dispute"\n  amount: 500.00\n'
    )
    day = date(2026, 3, 7)
    (position,) = positions(found, day)
    (late,) = late_instalments(position, day)
    assert (late.due, late.days_overdue, late.asked_amount) == (date(2026, 3, 6), 1, Decimal(500))
    invoice = position.invoice
    stands = state_on_sending(found, invoice, Decimal(0), day, allocate(found, day))
    assert (stands.due, stands.asked_amount, stands.contested) == (date(2026, 3, 6), Decimal(500), Decimal(500))
