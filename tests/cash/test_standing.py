"""How customers stand: by hand on small ledgers, and against a second, simple model on drawn ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.cash import Standing, delay_words, next_time, standings
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import allocate
from tests.cash.test_forecast import note
from tests.cash.test_metrics import ACME, KIEFER, invoice, paid
from tests.ledgers import book_of, sound_book

D = Decimal
AS_OF = date(2026, 7, 1)


def stands(book: Book, as_of: date = AS_OF, customer: str = ACME) -> Standing:
    (standing,) = standings(book, as_of, allocate(book, as_of), (customer,))
    return standing


def bill(
    place: int, due: str, late: int | None, amount: str = "100", account: str = ACME, currency: str = "EUR"
) -> str:
    """An invoice of the month before it is due, paid so many days late; None: not at all."""
    number, day = f"F2026-{place:04}", date.fromisoformat(due)
    issued, came = day - timedelta(days=30), day + timedelta(days=late or 0)
    text = invoice(number, issued.isoformat(), amount, due, account, currency)
    return text + (paid(came.isoformat(), amount, number, account, currency) if late is not None else "")


def bills(*lates: int | None) -> str:
    """Invoices due at the starts of the months of 2026, and how late each was paid."""
    return "".join(bill(place, f"2026-{place:02}-01", late) for place, late in enumerate(lates, 1))


def test_half_of_the_money_comes_within_the_usual_delay() -> None:
    text = bill(1, "2026-01-01", 2, "500") + bill(2, "2026-02-01", 40, "100") + bill(3, "2026-03-01", 7, "300")
    standing = stands(sound_book(text))
    assert standing.usual == (2, False, 3)  # 500 of 900; the mean would be 7.9
    assert standing.longest and (standing.longest.days, standing.longest.invoice.number) == (40, "F2026-0002")


def test_an_instalment_paid_in_parts_counts_part_by_part() -> None:
    text = invoice("F2026-0009", "2026-02-01", "300", "2026-03-03")
    text += paid("2026-03-03", "100", "F2026-0009") + paid("2026-03-13", "200", "F2026-0009")
    standing = stands(sound_book(text + bills(0, 0)))
    assert [(delay.amount, delay.days) for delay in standing.delays if delay.amount != 100] == [(D(200), 10)]
    assert standing.usual == (0, False, 3)  # 300 of 500 came on the day
    assert standing.instalments == 3


def test_what_is_open_and_late_counts_with_its_days_so_far() -> None:
    standing = stands(sound_book(bills(3, 5, None)))  # due 1 March: 122 days
    assert standing.usual == (5, False, 3)
    assert standing.longest and standing.longest[3:6] == (122, AS_OF, True)
    standing = stands(sound_book(bills(30, None, None)), date(2026, 3, 11))  # 38 and 10 days late so far
    assert standing.usual == (30, True, 3)  # the 10 days can only become more
    assert next_time(standing).evidence == ("F2026-0002 has been open for 38 days after its due date",)


@pytest.mark.parametrize(
    ("more", "open_days"),
    [
        ("", [30]),
        (note("2026-06-20", "dispute", "  amount: 40\n"), [30]),
        (note("2026-06-20", "dispute", ""), []),
        (paid("2026-06-20", "100"), []),  # on the account, for nothing in particular
        (paid("2026-06-20", "60"), [30]),
    ],
)
def test_what_is_contested_or_lies_on_the_account_is_not_late(more: str, open_days: list[int]) -> None:
    text = invoice("F2026-0900", "2026-05-02", "100", "2026-06-01") + more
    text += '\n2025-01-01 custom "invoice-option" "allocate" "named"\n'
    standing = stands(sound_book(text))
    assert [delay.days for delay in standing.delays if delay.is_open] == open_days


def test_two_years_count_and_not_a_day_more() -> None:
    text = bill(1, "2024-07-01", 99) + bill(2, "2024-07-02", 1)
    text += note("2024-07-01", "promise", "  until: 2024-07-05\n").replace("0900", "0001")
    assert [delay.days for delay in stands(book_of(text)).delays] == [1]
    assert stands(book_of(text)).promises == ()


@pytest.mark.parametrize(
    ("lates", "word", "newer", "older"),
    [
        ((1, 2, 3, 6, 7, 8), "slower", 7, 2),
        ((1, 2, 3, 6, 6, 6), "steady", 6, 2),
        ((9, 9, 8, 1, 1, 1), "faster", 1, 9),
        ((0, 0, 0, None, None, 0), "slower", 61, 0),  # open for 91 and 61 days so far
    ],
)
def test_the_newer_half_against_the_older(lates: tuple[int | None, ...], word: str, newer: int, older: int) -> None:
    trend = stands(sound_book(bills(*lates))).trend
    assert trend and (trend.word, trend.newer.days, trend.older.days) == (word, newer, older)


def test_the_odd_one_is_among_the_older() -> None:
    trend = stands(sound_book(bills(0, 0, 0, 0, 9, 9) + bill(7, "2026-06-15", 9))).trend
    assert trend and (trend.newer.instalments, trend.older.instalments) == (3, 4)


def test_too_little_is_known() -> None:
    standing = stands(sound_book(bills(9, 9)))
    assert (standing.usual, standing.trend) == (None, None)
    assert next_time(standing) == (
        "not known",
        ("only 2 instalments were due or paid in two years: 3 are needed",),
        0,
    )
    assert next_time(stands(sound_book(""))) == ("not known", ("nothing was due or paid in two years",), 0)
    assert stands(sound_book(bills(9, 9, 9, 9, 9))).trend is None


@pytest.mark.parametrize(
    ("text", "agreement", "days", "evidence"),
    [
        (bills(4, 4, 4), "nothing", 0, "usually pays 4 days late"),
        (bills(5, 5, 5), "shorter terms", 5, "usually pays 5 days late"),
        (bills(-9, -9, -9, 0, 0, 0), "nothing", 0, "usually pays 9 days early"),
        (bills(-9, -9, -9, 1, 1, 1), "shorter terms", 1, "slower: 1 day late lately, 9 days early before"),
        (bills(30, 30, 30), "shorter terms", 30, "usually pays 30 days late"),
        (bills(31, 31, 31), "deposit", 0, "usually pays 31 days late"),
        (bills(0, 0, 0, 0, 0, None), "nothing", 0, "usually pays on time"),  # 30 days late
        (bills(0, 0, 0, 0, None), "deposit", 0, "F2026-0005 has been open for 61 days after its due date"),
        (bills(0, 0, 0) + note("2026-06-20", "insolvency", "").replace("0900", "0001"), "payment in advance", 0,
         "insolvency since 2026-06-20"),
        (bills(0, 0, 0) + f'\n2026-01-01 custom "invoice-customer" {ACME}\n  credit-limit: 99\n' + bill(4, "2026-07-20", None),
         "deposit", 0, "the exposure of 100.00 EUR is 1.00 EUR above the credit limit of 99.00 EUR"),
    ],
)  # fmt: skip
def test_what_to_agree_next_time(text: str, agreement: str, days: int, evidence: str) -> None:
    found = next_time(stands(book_of(text)))
    assert (found.agreement, found.days_sooner, found.evidence[-1]) == (agreement, days, evidence)


def test_a_public_body_s_terms_are_the_law_s() -> None:
    book = book_of(bills(9, 9, 9) + f'\n2025-02-01 custom "invoice-customer" {ACME}\n  buyer: "public"\n')
    found = next_time(stands(book))
    assert found.agreement == "nothing"
    assert found.evidence[-1] == "a public body's terms are set by law: claim late interest"


def promise(day: str, until: str, amount: str = "", number: str = "F2026-0900") -> str:
    text = note(day, "promise", f"  until: {until}\n" + (f"  amount: {amount}\n" if amount else ""))
    return text.replace("F2026-0900", number)


LATE = invoice("F2026-0900", "2026-05-02", "100", "2026-05-20")


@pytest.mark.parametrize(
    ("more", "outcomes"),
    [
        (promise("2026-06-01", "2026-06-10") + paid("2026-06-10", "100", "F2026-0900"), ["kept"]),
        (promise("2026-06-01", "2026-06-10") + paid("2026-06-11", "100", "F2026-0900"), ["broken"]),
        (promise("2026-06-01", "2026-07-01"), ["to come"]),
        (promise("2026-06-01", "2026-06-30"), ["broken"]),
        (promise("2026-06-01", "2026-06-10", "40") + paid("2026-06-09", "40", "F2026-0900"), ["kept"]),
        (promise("2026-06-01", "2026-06-10", "40") + promise("2026-06-01", "2026-06-20", "60")
         + paid("2026-06-09", "40", "F2026-0900"), ["kept", "broken"]),
        (promise("2026-06-01", "2026-06-10") + promise("2026-06-09", "2026-06-20"), ["replaced", "broken"]),
        (promise("2026-06-01", "2026-06-10") + promise("2026-06-11", "2026-07-20"), ["broken", "to come"]),
        (promise("2026-06-01", "2026-06-10") + note("2026-06-05", "resume", ""), ["withdrawn"]),
        (promise("2026-06-01", "2026-06-10").replace(" ^F2026-0900", ""), ["broken"]),  # everything due
        (promise("2026-06-01", "2026-06-10").replace(" ^F2026-0900", "") + paid("2026-06-10", "100", "F2026-0900")
         + invoice("F2026-0901", "2026-05-25", "100", "2026-06-25"), ["kept"]),
    ],
)  # fmt: skip
def test_what_became_of_promises(more: str, outcomes: list[str]) -> None:
    standing = stands(book_of(LATE + more))
    assert [kept.outcome for kept in standing.promises] == outcomes
    kept, broken = standing.promised("kept"), standing.promised("broken")
    assert (f"{broken} promise broken, {kept} kept" in next_time(standing).evidence) is (broken > 0)


def test_one_promise_broken_of_three_is_no_reason() -> None:
    text = "".join(
        invoice(f"F2026-000{place}", "2026-05-02", "100", "2026-05-20")
        + promise("2026-06-01", "2026-06-10", "", f"F2026-000{place}")
        + (
            paid("2026-06-10", "100", f"F2026-000{place}")
            if place < 3
            else paid("2026-06-12", "100", f"F2026-000{place}")
        )
        for place in (1, 2, 3)
    )
    standing = stands(book_of(text))
    assert (standing.promised("kept"), standing.promised("broken")) == (2, 1)
    assert next_time(standing).agreement == "shorter terms"


def test_disputes_are_counted_once_each() -> None:
    text = LATE + note("2026-06-02", "dispute", "") + note("2026-06-05", "dispute-settled", "")
    text += note("2026-06-20", "dispute", "") + note("2026-07-02", "dispute", "")
    assert [event.date.day for event in stands(book_of(text)).disputes] == [2, 20]


def test_currencies_weigh_by_their_price_or_all_the_same() -> None:
    text = bill(1, "2026-01-01", 1, "100") + bill(2, "2026-02-01", 2, "100", ACME, "USD")
    text += bill(3, "2026-03-01", 3, "100", ACME, "USD")
    assert stands(book_of(text + "\n2026-01-01 price USD 2 EUR\n")).usual == (2, False, 3)
    assert stands(book_of(text + "\n2026-01-01 price USD 0.1 EUR\n")).usual == (1, False, 3)
    assert stands(book_of(text)).usual == (2, False, 3)


def test_all_customers_stand_by_name_and_know_nothing_later() -> None:
    book = book_of(bills(9, 9, 9) + bill(9, "2026-06-01", 40, "100", KIEFER))
    found = standings(book, AS_OF, allocate(book, AS_OF))
    assert [standing.customer.name for standing in found] == ["Acme SAS", "Kiefer GmbH"]
    assert [delay.days for delay in found[1].delays] == [30]  # still open on that day
    assert standings(book, date(1, 1, 2), allocate(book, date(1, 1, 2)))[0].delays == ()


def test_delays_in_words() -> None:
    assert [delay_words(days) for days in (-1, 0, 1)] == ["1 day early", "on time", "1 day late"]
    assert [delay_words(days, True) for days in (0, 2)] == ["on time at best", "at least 2 days late"]


# drawn ledgers -------------------------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.integers(0, 120), st.integers(1, 500), st.none() | st.integers(-20, 90)), min_size=1, max_size=9
    )
)
def test_a_second_model_counts_euro_by_euro(drawn: list[tuple[int, int, int | None]]) -> None:
    """Every euro has its own delay; the usual one is that of the euro in the middle."""
    text, facts = "", []
    for place, (day, amount, late) in enumerate(drawn, 1):
        due = date(2026, 2, 1) + timedelta(days=day)
        text += bill(place, due.isoformat(), late, str(amount))
        came = late is not None and due + timedelta(days=late) <= AS_OF
        days = late if came and late is not None else (AS_OF - due).days
        if came or days > 0:
            facts.append((due, f"F2026-{place:04}", days, amount, not came))
    facts.sort()
    standing = stands(book_of(text))

    def middle(part: list[tuple[date, str, int, int, bool]]) -> tuple[int, bool, int]:
        euros = sorted(days for _due, _number, days, amount, _open in part for _euro in range(amount))
        days = euros[(len(euros) - 1) // 2]
        return days, any(open_ and late <= days for _due, _number, late, _amount, open_ in part), len(part)

    assert standing.usual == (middle(facts) if len(facts) >= 3 else None)
    half = len(facts) // 2
    if half >= 3:
        assert standing.trend and standing.trend[1:] == (middle(facts[-half:]), middle(facts[:-half]))
    else:
        assert standing.trend is None
    assert (standing.longest.days if standing.longest else None) == max((fact[2] for fact in facts), default=None)
