from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.rules import payment_terms
from beancount_invoicing.rules.payment_terms import (
    CashDiscount,
    TermsError,
    parse_terms,
    schedule,
    terms_in_words,
    terms_match,
)
from beancount_invoicing.rules.steps import recompute
from beancount_invoicing.rules.terms_words import WORDS
from tests.ledgers import book_of

D = Decimal


def due(text: str, start: str) -> str:
    (only,) = schedule(parse_terms(text), date.fromisoformat(start), D("100.00"), 2)
    assert only.amount == D("100.00")
    return only.date.isoformat()


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("30 days", "2026-01-20", "2026-02-19"),
        ("30 days", "2024-02-01", "2024-03-02"),
        ("60 days", "2026-05-15", "2026-07-14"),
        ("0 days", "2026-01-20", "2026-01-20"),
        ("1 day", "2026-12-31", "2027-01-01"),
        ("6 weeks", "2026-01-20", "2026-03-03"),
        ("2 months", "2026-01-31", "2026-03-31"),
        ("1 month", "2026-01-31", "2026-02-28"),
        ("1 month", "2024-01-31", "2024-02-29"),
        ("12 months", "2026-11-30", "2027-11-30"),
        ("1 year", "2024-02-29", "2025-02-28"),
        ("on receipt", "2026-01-20", "2026-01-20"),
        ("end of month", "2026-02-10", "2026-02-28"),
        ("end of month", "2026-02-28", "2026-02-28"),
        ("45 days, end of month", "2026-01-20", "2026-03-31"),
        ("end of month, 45 days", "2026-01-20", "2026-03-17"),
        ("end of month, 1 month", "2026-02-10", "2026-03-28"),
        ("30 days, end of month, day 15", "2026-01-20", "2026-03-15"),
        ("30 days, end of month, day 15", "2026-11-20", "2027-01-15"),
        ("30 days, end of month, day 31", "2026-03-15", "2026-05-31"),
        ("30 days, end of month, day 31", "2026-04-20", "2026-06-30"),
        ("31 days, day 15", "2026-01-20", "2026-03-15"),
        ("31 days, day 15", "2026-01-15", "2026-02-15"),
        ("31 days, day 15", "2026-01-10", "2026-02-15"),
        ("day 31", "2026-02-10", "2026-02-28"),
        ("day 31", "2026-02-28", "2026-02-28"),
        ("31 days, day 30", "2026-01-31", "2026-03-30"),
        ("end of month, 45 days, day 10", "2026-01-20", "2026-04-10"),
    ],
)
def test_due_date(text: str, start: str, expected: str) -> None:
    assert due(text, start) == expected


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("30", "30 days"),
        ("net 30", "30 days"),
        ("  30   DAYS. ", "30 days"),
        ("30 days net", "30 days"),
        ("30\u00a0jours", "30 days"),
        ("30 jours nets", "30 days"),
        ("30 jours date de facture", "30 days"),
        ("60 jours à compter de la date de facture", "60 days"),
        ("60 jours après la date d'émission de la facture", "60 days"),
        ("45 jours de la date d’émission de la facture, fin de mois", "45 days, end of month"),
        ("45 jours, fin de mois", "45 days, end of month"),
        ("45 jours, à la fin du mois", "45 days, end of month"),
        ("fin de mois, 45 jours", "end of month, 45 days"),
        ("30 jours, fin de mois, le 15", "30 days, end of month, day 15"),
        ("le 1er", "day 1"),
        ("on the 15th", "day 15"),
        ("2 mois", "2 months"),
        ("6 semaines", "6 weeks"),
        ("1 an", "12 months"),
        ("à réception", "on receipt"),
        ("A\u0300 re\u0301ception de facture", "on receipt"),
        ("Due upon receipt", "on receipt"),
        ("comptant", "on receipt"),
        ("30 % à réception; 70 % 60 jours", "30% on receipt; 70% 60 days"),
        ("30\u202f% à réception ;70\u00a0% 60\u00a0jours;", "30% on receipt; 70% 60 days"),
        ("33,5 % à réception; 66,5 % 2 mois, fin de mois", "33.5% on receipt; 66.5% 2 months, end of month"),
        ("30% on receipt, 70% 60 days", "30% on receipt; 70% 60 days"),
        ("Net 30", "30 days"),
        ("COD", "on receipt"),
        ("the 15th of the following month", "end of month, day 15"),
        ("30 days after end of month", "end of month, 30 days"),
        ("45 jours date de facture fin de mois le 10", "45 days, end of month, day 10"),
        ("30 jours après la fin du mois", "end of month, 30 days"),
        ("le 10 du mois suivant", "end of month, day 10"),
        ("au comptant", "on receipt"),
        ("14 Tage netto", "14 days"),
        ("netto 30 Tage", "30 days"),
        ("netto 30", "30 days"),
        ("zahlbar innerhalb von 14 Tagen ohne Abzug", "14 days"),
        ("30 Tage ab Rechnungsdatum", "30 days"),
        ("sofort", "on receipt"),
        ("Sofort fällig", "on receipt"),
        ("zahlbar sofort nach Erhalt der Rechnung", "on receipt"),
        ("30 Tage nach Monatsende", "end of month, 30 days"),
        ("30 Tage, zum Monatsende", "30 days, end of month"),
        ("am 15. des Folgemonats", "end of month, day 15"),
        ("30 % sofort, 70 % nach 2 Wochen", "30% on receipt; 70% 14 days"),
        ("30 dagen", "30 days"),
        ("betaling binnen 30 dagen na factuurdatum", "30 days"),
        ("30 dagen na het einde van de maand", "end of month, 30 days"),
        ("per omgaande", "on receipt"),
        ("30 giorni data fattura fine mese", "30 days, end of month"),
        ("30 gg DFFM", "30 days, end of month"),
        ("a 60 gg d.f.", "60 days"),
        ("a vista", "on receipt"),
        ("30 días fecha factura", "30 days"),
        ("pago a 60 días desde la fecha de la factura", "60 days"),
        ("60 dias", "60 days"),
        ("al contado", "on receipt"),
        ("a 30 dias", "30 days"),
        ("30 dias após a data da fatura", "30 days"),
        ("pronto pagamento", "on receipt"),
    ],
)
def test_ways_to_say_it(text: str, same_as: str) -> None:
    assert parse_terms(text).parts == parse_terms(same_as).parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "45 days end of month",
            '"45 days end of month" can be read in two ways: write "45 days, end of month" (for 2026-01-20: due '
            "2026-03-31)"
            ' or "end of month, 45 days" (for 2026-01-20: due 2026-03-17)',
        ),
        (
            "45 jours fin de mois",
            '"45 jours fin de mois" can be read in two ways: write "45 jours, fin de mois" (for 2026-01-20: due '
            "2026-03-31)"
            ' or "fin de mois, 45 jours" (for 2026-01-20: due 2026-03-17)',
        ),
        (
            "Fin de mois 45 jours",
            '"Fin de mois 45 jours" can be read in two ways: write "45 jours, Fin de mois" (for 2026-01-20: due '
            "2026-03-31)"
            ' or "Fin de mois, 45 jours" (for 2026-01-20: due 2026-03-17)',
        ),
        (
            "30% on receipt; 70% 30 days end of month, day 10",
            'write "30% on receipt; 70% 30 days, end of month, day 10" (for 2026-01-20: due 2026-03-10)'
            ' or "30% on receipt; 70% end of month, 30 days, day 10" (for 2026-01-20: due 2026-03-10)',
        ),
        ("30 jours fin de mois le 15", 'write "30 jours, fin de mois, le 15"'),
    ],
)
def test_ambiguous_terms_offer_both_readings(text: str, message: str) -> None:
    with pytest.raises(TermsError) as error:
        parse_terms(text, date(2026, 1, 20))
    assert message in str(error.value)


def test_ambiguous_terms_without_an_example() -> None:
    with pytest.raises(TermsError, match=r'write "45 days, end of month" or "end of month, 45 days"$'):
        parse_terms("45 days end of month")
    with pytest.raises(TermsError, match=r'write "45 days, end of month" or "end of month, 45 days"$'):
        parse_terms("45 days end of month", date(9999, 12, 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "are empty"),
        (" ; ", "cannot be read"),
        ("soon", 'cannot be read at "soon"'),
        ("30 days,", 'cannot be read at ""'),
        ("-30 days", 'cannot be read at "-30 days"'),
        ("30.5", 'cannot be read at "30.5"'),
        ("²", "cannot be read"),
        ("9" * 5000, "cannot be read"),
        ("3661 days", "more than ten years"),
        ("999999999 weeks", "more than ten years"),
        ("121 months", "more than ten years"),
        ("day 0", "no month has a day 0"),
        ("day 32", "no month has a day 32"),
        ("on receipt, 30 days", '"on receipt" must be'),
        ("30 jours à réception de facture", 'must be on its own: write "à réception de facture" or "30 jours"'),
        ("comptant à réception", 'must be on its own: write "comptant" or "à réception"'),
        ("end of month day 15", 'separate the steps with commas: write "end of month, day 15"'),
        ("45 jours, fin de mois le 15", 'write "45 jours, fin de mois, le 15"'),
        ("30% on receipt", "add up to 30 %"),
        ("30% on receipt; 60% 30 days", "add up to 90 %"),
        ("0% on receipt; 100% 30 days", "leave it out"),
        ("30% on receipt; 30 days", '"30 days" has no percentage'),
        ("30%; 70%", "no percentage, or no date"),
    ],
)
def test_terms_that_cannot_be_read_say_what_to_write(text: str, message: str) -> None:
    with pytest.raises(TermsError) as error:
        parse_terms(text, date(2026, 1, 20))
    assert message in str(error.value)


def test_no_date_past_the_calendar() -> None:
    for text in ("30 days", "1 month", "end of month, day 5", "10 years", "31 days, day 1"):
        with pytest.raises(TermsError, match="past the end of the calendar"):
            schedule(parse_terms(text), date(9999, 12, 31), D(1), 2)


@pytest.mark.parametrize(
    ("text", "total", "decimals", "amounts"),
    [
        ("30% on receipt; 70% 60 days", "1000.00", 2, ["300.00", "700.00"]),
        ("33.33% on receipt; 33.33% 30 days; 33.34% 60 days", "100.01", 2, ["33.33", "33.33", "33.35"]),
        ("50% on receipt; 50% 30 days", "0.01", 2, ["0.01", "0.00"]),
        ("50% on receipt; 50% 30 days", "-0.25", 2, ["-0.13", "-0.12"]),
        ("25% 1 day; 25% 2 days; 25% 3 days; 25% 4 days", "-0.02", 2, ["-0.01", "-0.01", "0.00", "0.00"]),
        ("30% on receipt; 70% 30 days", "1005", 0, ["302", "703"]),
        ("12.5% on receipt; 87.5% 30 days", "1.004", 3, ["0.126", "0.878"]),
        ("25% 1 day; 25% 2 days; 25% 3 days; 25% 4 days", "0.02", 2, ["0.01", "0.01", "0.00", "0.00"]),
    ],
)
def test_instalments(text: str, total: str, decimals: int, amounts: list[str]) -> None:
    assert [str(due.amount) for due in schedule(parse_terms(text), date(2026, 1, 20), D(total), decimals)] == amounts


@pytest.mark.parametrize(
    ("text", "written", "moves", "same"),
    [
        ("30 days", [("2026-02-09", "40.00"), ("2026-02-09", "60.00")], False, True),  # on two accounts
        ("30 days", [("2026-02-09", "40.00"), ("2026-02-10", "60.00")], False, False),
        ("30 days", [("2026-02-10", "100.00")], False, False),
        ("30 days", [("2026-02-23", "100.00")], True, True),
        ("30 days", [("2026-02-24", "100.00")], True, False),
        ("30 days", [("2026-02-08", "100.00")], True, False),
        ("40% 30 days; 60% 60 days", [("2026-02-09", "40.00"), ("2026-03-11", "60.00")], False, True),
        ("40% 30 days; 60% 60 days", [("2026-02-09", "60.00"), ("2026-03-11", "40.00")], False, False),
        ("40% 30 days; 60% 60 days", [("2026-03-11", "40.00"), ("2026-02-09", "60.00")], False, False),
        ("40% 30 days; 60% 60 days", [("2026-02-09", "40.00"), ("2026-03-13", "60.00")], True, True),
        ("40% 30 days; 60% 60 days", [("2026-02-09", "40.00")], False, False),
    ],
)
def test_whether_terms_come_to_what_is_written(
    text: str, written: list[tuple[str, str]], moves: bool, same: bool
) -> None:
    made = schedule(parse_terms(text), date(2026, 1, 10), Decimal("100.00"), 2)
    assert terms_match(made, [(date.fromisoformat(day), Decimal(amount)) for day, amount in written], moves) is same


def test_instalments_have_their_dates() -> None:
    first, second = schedule(
        parse_terms("30% on receipt; 70% 45 days, end of month"), date(2026, 1, 20), D("943.20"), 2
    )
    assert (first.date, first.amount) == (date(2026, 1, 20), D("282.96"))
    assert (second.date, second.amount) == (date(2026, 3, 31), D("660.24"))


def test_an_instalment_is_cut_only_where_it_is_more_than_what_is_left() -> None:
    """0.004 and 0.02 in quarters: 0.00 and 0.01 each, so that the second takes what is left and the third finds nothing."""
    found = schedule(parse_terms("25% 1 day; 25% 2 days; 25% 3 days; 25% 4 days"), date(2026, 1, 20), D("0.02"), 2)
    cuts = ["nearest to zero of" in [step.operation for step in due.steps] for due in found]
    assert cuts == [False, False, True, False]


def test_the_steps_tell_the_whole_way() -> None:
    (only,) = schedule(parse_terms("30 days, end of month, day 15"), date(2026, 1, 20), D(1), 2)
    assert [(step.operation, step.result) for step in only.steps] == [
        ("plus days", date(2026, 2, 19)),
        ("end of month", date(2026, 2, 28)),
        ("day of following month", date(2026, 3, 15)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2% within 7 days", CashDiscount(D(2), 7)),
        ("2 % sous 7 jours", CashDiscount(D(2), 7)),
        ("2,5\u00a0% sous 2 semaines", CashDiscount(D("2.5"), 14)),
        ("0.5% if paid within 10 days", CashDiscount(D("0.5"), 10)),
        ("2% of net within 7 days", CashDiscount(D(2), 7, on_net=True)),
        ("2% of the net within 7 days", CashDiscount(D(2), 7, on_net=True)),
        ("2 % du HT sous 7 jours", CashDiscount(D(2), 7, on_net=True)),
    ],
)
def test_cash_discount(text: str, expected: CashDiscount) -> None:
    assert payment_terms.parse_cash_discount(text) == expected


@pytest.mark.parametrize("text", ["", "2%", "7 days", "2% within 2 months", "0% within 7 days", "200% within 7 days"])
def test_cash_discount_that_cannot_be_read(text: str) -> None:
    with pytest.raises(TermsError, match="cash discount"):
        payment_terms.parse_cash_discount(text)


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("30", "30 days", "30 jours"),
        ("1 day", "1 day", "1 jour"),
        ("0 days", "0 days", "0 jour"),
        ("à réception", "on receipt", "à réception"),
        ("1 year", "12 months", "12 mois"),
        ("30 jours, fin de mois, le 15", "30 days, end of month, day 15", "30 jours, fin de mois, le 15"),
        (
            "33.5% on receipt; 66.5% 30 days",
            "33.5% on receipt; 66.5% 30 days",
            "33,5\xa0% à réception; 66,5\xa0% 30 jours",
        ),
        ("100% on receipt", "100% on receipt", "100\xa0% à réception"),
    ],
)
def test_words(text: str, english: str, french: str) -> None:
    assert terms_in_words(parse_terms(text), "en") == english
    assert terms_in_words(parse_terms(text), "fr") == terms_in_words(parse_terms(text), "fr_FR") == french
    assert terms_in_words(parse_terms(text), "sv") == english, "a language without words of its own"


@pytest.mark.parametrize(
    ("text", "net", "total", "left", "day"),
    [
        ("2% within 8 days", "516.00", "619.20", "606.82", date(2026, 8, 9)),
        ("2% of net within 8 days", "516.00", "619.20", "608.88", date(2026, 8, 9)),
        ("2.5% within 2 weeks", "0.10", "0.10", "0.10", date(2026, 8, 15)),
    ],
)
def test_what_is_paid_with_a_cash_discount(text: str, net: str, total: str, left: str, day: date) -> None:
    """By hand: 619.20 − round(12.384) = 606.82; 619.20 − round(10.32) = 608.88."""
    found = payment_terms.apply_cash_discount(
        payment_terms.parse_cash_discount(text), date(2026, 8, 1), D(net), D(total), 2
    )
    assert (found.amount, found.date) == (D(left), day)
    assert all(recompute(step) == step.result for step in found.steps)


@pytest.mark.parametrize(
    ("cents", "kind", "paid", "left"),
    [
        ("100.00", "", "0", "98.00"),
        ("1.00", "", "0", "0.98"),
        ("0.50", "", "0", "0.49"),
        ("100.00", "", "50.00", "49.00"),  # what was paid at once gets no discount
        ("100.00", "", "99.50", "0.49"),
        ("100.00", "", "100.00", None),
        ("-100.00", "", "0", None),
        ("100.00", "claim", "0", None),
        ("100.00", "opening", "0", None),
    ],
)
def test_a_cash_discount_is_on_what_is_left_to_be_paid(cents: str, kind: str, paid: str, left: str | None) -> None:
    head = f'  kind: "{kind}"\n' if kind else ""
    ledger = (
        '2025-01-02 custom "invoice-customer" Assets:Receivable:Acme\n  cash-discount: "2% within 7 days"\n'
        f'2026-01-10 * "Work" ^N1\n  invoice: "N1"\n{head}  Assets:Receivable:Acme  {cents} EUR\n  Income:Services\n'
        '    text: "Work"\n    tax: "REVERSE"\n'
    )
    (invoice,) = book_of(ledger).invoices
    found = payment_terms.discounted_rest(invoice, D(paid), 2)
    assert (None if found is None else str(found.amount)) == left
    assert found is None or found.date == date(2026, 1, 17)


@pytest.mark.parametrize(
    ("start", "calendar", "moved"),
    [
        (date(2026, 3, 31), "FR", date(2026, 4, 30)),  # a Thursday stays
        (date(2026, 4, 1), "FR", date(2026, 5, 4)),  # 1 May, then a week-end
        (date(2026, 4, 16), "FR", date(2026, 5, 18)),  # a Saturday
        (date(2026, 6, 14), "FR", date(2026, 7, 15)),  # 14 July
        (date(2026, 6, 14), "GB", date(2026, 7, 14)),
        (date(2025, 12, 7), "DE-BY", date(2026, 1, 7)),  # Epiphany is a holiday in Bavaria
        (date(2025, 12, 7), "DE", date(2026, 1, 6)),
    ],
)
def test_due_dates_move_off_week_ends_and_holidays(start: date, calendar: str, moved: date) -> None:
    (due,) = schedule(parse_terms("30 days"), start, D("10.00"), 2)
    found = payment_terms.moved_to_business_day(due, calendar)
    assert found.date == moved
    assert all(recompute(step) == step.result for step in found.steps)


def test_a_calendar_that_is_not_known() -> None:
    (due,) = schedule(parse_terms("30 days"), date(2026, 1, 1), D("10.00"), 2)
    with pytest.raises(TermsError, match='no public holidays are known for "XX"'):
        payment_terms.moved_to_business_day(due, "XX")


def test_words_of_a_cash_discount() -> None:
    of_net = CashDiscount(D(2), 7, on_net=True)
    for language in ("en", "fr"):
        assert payment_terms.parse_cash_discount(payment_terms.discount_in_words(of_net, language)) == of_net
    discount = CashDiscount(D("2.50"), 7)
    assert payment_terms.discount_in_words(discount, "en") == "2.5% within 7 days"
    assert payment_terms.discount_in_words(discount, "fr") == "2,5\xa0% sous 7 jours"


STEP = st.one_of(
    st.integers(0, 400).map(lambda number: f"{number} days"),
    st.integers(0, 60).map(lambda number: f"{number} weeks"),
    st.integers(0, 24).map(lambda number: f"{number} months"),
    st.integers(0, 5).map(lambda number: f"{number} ans"),
    st.just("end of month"),
    st.integers(1, 31).map(lambda number: f"day {number}"),
)
WAY = st.one_of(st.just("on receipt"), st.lists(STEP, min_size=1, max_size=4).map(", ".join))
CUTS = st.lists(st.integers(1, 9999), max_size=5, unique=True).map(lambda cuts: [0, *sorted(cuts), 10000])


@st.composite
def texts(draw: st.DrawFn) -> str:
    cuts = draw(CUTS)
    if len(cuts) == 2:
        return draw(WAY)
    shares = [D(to - start) / 100 for start, to in pairwise(cuts)]
    return "; ".join(f"{share}% {draw(WAY)}" for share in shares)


START = st.dates(date(1900, 1, 1), date(2100, 12, 31))
TOTAL = st.decimals(-(10**9), 10**9, places=2)


@given(texts(), START, TOTAL)
def test_instalments_add_up_and_have_the_sign_of_the_total(text: str, start: date, total: Decimal) -> None:
    dues = schedule(parse_terms(text), start, total, 2)
    assert sum(due.amount for due in dues) == total
    assert all(due.amount * total >= 0 for due in dues)
    assert all(start <= due.date <= start + timedelta(days=9000) for due in dues)


@given(texts(), START, TOTAL)
def test_dates_and_amounts_follow_from_their_steps(text: str, start: date, total: Decimal) -> None:
    for each in schedule(parse_terms(text), start, total, 2):
        assert all(recompute(step) == step.result for step in each.steps)
        ends = {step.figure: step.result for step in each.steps}
        assert ends["due date"] == each.date
        assert ends.get("amount", total) == each.amount


DISCOUNT = st.builds(
    CashDiscount,
    st.integers(1, 9900).map(lambda hundredths: D(hundredths) / 100),
    st.integers(0, 3660),
    st.booleans(),
)


@given(texts(), START, TOTAL, st.sampled_from(payment_terms.TERMS_LANGUAGES))
def test_words_are_read_back_the_same(text: str, start: date, total: Decimal, language: str) -> None:
    once = parse_terms(text)
    again = parse_terms(terms_in_words(once, language))
    assert again.parts == once.parts
    assert [due[:2] for due in schedule(again, start, total, 2)] == [due[:2] for due in schedule(once, start, total, 2)]
    assert parse_terms(payment_terms.sentence(once, language)).parts == once.parts


@given(DISCOUNT, st.sampled_from(payment_terms.TERMS_LANGUAGES))
def test_a_cash_discount_is_read_back_the_same(discount: CashDiscount, language: str) -> None:
    assert payment_terms.parse_cash_discount(payment_terms.discount_in_words(discount, language)) == discount


@given(WAY, DISCOUNT, st.sampled_from(payment_terms.TERMS_LANGUAGES), st.sampled_from([", ", "; "]), st.booleans())
def test_terms_with_a_cash_discount_are_read_back_the_same(
    text: str, discount: CashDiscount, language: str, between: str, discount_first: bool
) -> None:
    terms = parse_terms(text)
    discount = discount._replace(percent=discount.percent % 5 or D(1))  # without a word that names it
    printed = [terms_in_words(terms, language), payment_terms.discount_in_words(discount, language)]
    again = parse_terms(between.join(reversed(printed) if discount_first else printed))
    assert (again.parts, again.discount) == (terms.parts, discount)


FRAGMENTS = ["30", "45", "days", "end of month", "jours", "fin de mois", ",", ";", "%", "le 15", "on receipt", ""]


@given(st.text() | st.lists(st.sampled_from(FRAGMENTS)).map(" ".join))
def test_any_text_gives_terms_or_a_terms_error(text: str) -> None:
    try:
        schedule(parse_terms(text, date(2026, 1, 20)), date(2026, 1, 20), D("100.00"), 2)
    except TermsError as error:
        assert str(error)  # noqa: PT017 -- most texts are no terms, some are


@pytest.mark.parametrize("longest", ["3660 days", "522 weeks", "120 months", "10 years"])
def test_ten_years_are_the_most(longest: str) -> None:
    number, unit = longest.split()
    assert parse_terms(longest).parts[0].rules[0][1] in {3660, 3654, 120}
    with pytest.raises(TermsError, match="more than ten years"):
        parse_terms(f"{int(number) + 1} {unit}")


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("on receipt", "On receipt", "À réception"),
        ("30 days", "30 days", "30 jours"),
        ("30% on receipt; 70% 45 days", "30% on receipt, 70% after 45 days", "30 % à réception, 70 % à 45 jours"),
        (
            "50% 30 days, end of month; 50% 60 days",
            "50% after 30 days, end of month; 50% after 60 days",
            "50 % à 30 jours, fin de mois ; 50 % à 60 jours",
        ),
    ],
)
def test_the_sentence_of_a_page(text: str, english: str, french: str) -> None:
    parsed = payment_terms.parse_terms(text)
    said = [payment_terms.sentence(parsed, language).replace("\xa0", " ") for language in ("en", "fr-FR", "xx")]
    assert said == [english, french, english]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "30% after 30 days; 70% after 1 month, end of month, day 15"),
        ("fr", "30 % à 30 jours ; 70 % à 1 mois, fin de mois, le 15"),
        ("de", "30 % nach 30 Tagen; 70 % nach 1 Monat, Monatsende, am 15."),
        ("es", "30 % a 30 días; 70 % a 1 mes, fin de mes, día 15"),
        ("it", "30% a 30 giorni; 70% a 1 mese, fine mese, giorno 15"),
        ("nl", "30% na 30 dagen; 70% na 1 maand, einde maand, de 15e"),
        ("pt", "30% a 30 dias; 70% a 1 mês, fim de mês, dia 15"),
    ],
)
def test_the_sentence_of_a_page_in_seven_languages(language: str, said: str) -> None:
    parsed = payment_terms.parse_terms("30% 30 days; 70% 1 month, end of month, day 15")
    assert payment_terms.sentence(parsed, language).replace("\xa0", " ") == said


@pytest.mark.parametrize(
    ("text", "same_as", "discount"),
    [
        ("2% within 10 days, 30 days net", "30 days", "2% within 10 days"),
        ("30 days, 2% within 10 days", "30 days", "2% within 10 days"),
        ("2/10 net 30", "30 days", "2% within 10 days"),
        ("2/10, n/30", "30 days", "2% within 10 days"),
        ("2% 10, Net 30", "30 days", "2% within 10 days"),
        ("2% 10 net 30", "30 days", "2% within 10 days"),
        ("1.5% discount if paid within 10 days, otherwise 30 days", "30 days", "1.5% within 10 days"),
        ("14 Tage netto, 2 % Skonto 7 Tage", "14 days", "2% within 7 days"),
        ("7 Tage 2 % Skonto, 30 Tage netto", "30 days", "2% within 7 days"),
        ("7 Tage 2 % / 30 Tage netto", "30 days", "2% within 7 days"),
        ("2,5 % Skonto 7 Tage; 30 Tage", "30 days", "2.5% within 7 days"),
        ("Bei Zahlung innerhalb von 10 Tagen 2 % Skonto, sonst 30 Tage netto", "30 days", "2% within 10 days"),
        ("8 Tage abzüglich 10 % Skonto, 30 Tage ohne Abzug", "30 days", "10% within 8 days"),
        ("2 % vom Netto innerhalb 1 Woche, 30 Tage", "30 days", "2% of net within 7 days"),
        ("2 % d’escompte sous 8 jours, 45 jours, fin de mois", "45 days, end of month", "2% within 8 days"),
        ("2% korting bij betaling binnen 8 dagen, 30 dagen", "30 days", "2% within 8 days"),
        ("2% sconto 7 giorni, 30 giorni data fattura", "30 days", "2% within 7 days"),
        ("descuento del 2 % por pronto pago en 7 días, 30 días", "30 days", "2% within 7 days"),
        ("2% de desconto a 7 dias, 30 dias", "30 days", "2% within 7 days"),
    ],
)
def test_a_cash_discount_among_the_terms(text: str, same_as: str, discount: str) -> None:
    found = parse_terms(text)
    assert found.parts == parse_terms(same_as).parts
    assert found.discount == payment_terms.parse_cash_discount(discount)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2 % sous 10 jours", 'not when the whole is due: write both, such as "2 % sous 10 jours, 30 jours", or'),
        ("3 % 7 Tage, 2 % 14 Tage, 30 Tage netto", 'has two cash discounts, "3 % 7 Tage" and "2 % 14 Tage"'),
        (
            "30 Tage 2 % Skonto 7 Tage",
            'can be read in two ways: write "7 Tage, 30 Tage 2 % Skonto" or "30 Tage, 2 % Skonto 7 Tage"',
        ),
        ("2% within 2 months, 90 days", "cannot be read"),
        ("0 % Skonto 7 Tage, 30 Tage", "has no effect"),
        ("2 % Skonto 7 Tage, 30 Tage Monatsende", '"30 Tage, Monatsende, 2 % Skonto 7 Tage" (for 2026-01-20: due'),
    ],
)
def test_a_cash_discount_that_cannot_be_read_among_the_terms(text: str, message: str) -> None:
    with pytest.raises(TermsError) as error:
        parse_terms(text, date(2026, 1, 20))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("30 Tage Monatsende", "30 Tage, Monatsende", "Monatsende, 30 Tage"),
        ("30 dagen einde maand", "30 dagen, einde maand", "einde maand, 30 dagen"),
        ("30 giorni fine mese", "30 giorni, fine mese", "fine mese, 30 giorni"),
        ("30 gg FM", "30 gg, FM", "FM, 30 gg"),
        ("30 días fin de mes", "30 días, fin de mes", "fin de mes, 30 días"),
        ("30 dias fim do mês", "30 dias, fim do mês", "fim do mês, 30 dias"),
        ("45 jours fin de mois le 10", "45 jours, fin de mois, le 10", "fin de mois, 45 jours, le 10"),
        ("Net 30 EOM", "Net 30, EOM", "EOM, Net 30"),
    ],
)
def test_two_readings_in_each_language(text: str, first: str, second: str) -> None:
    with pytest.raises(TermsError) as error:
        parse_terms(text, date(2026, 1, 20))
    assert f'"{text}" can be read in two ways: write "{first}" (for 2026-01-20: due ' in str(error.value)
    assert f' or "{second}" (for 2026-01-20: due ' in str(error.value)
    assert parse_terms(first).parts != parse_terms(second).parts


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("dreißig Tage", '"14 Tage netto"'),
        ("dertig dagen", '"30 dagen netto"'),
        ("trente jours", '"30 jours"'),
        ("trenta giorni", '"30 giorni data fattura fine mese"'),
        ("treinta días", '"30 días fecha factura"'),
        ("trinta dias", '"30 dias", "45 dias, fim de mês"'),
        ("thirty days", '"2/10 net 30"'),
        ("soon", '"2/10 net 30"'),
    ],
)
def test_samples_are_in_the_language_of_what_was_written(text: str, samples: str) -> None:
    with pytest.raises(TermsError) as error:
        parse_terms(text)
    assert samples in str(error.value)


@pytest.mark.parametrize(
    ("language", "samples"), [("de", '"14 Tage netto"'), ("nl", '"30 dagen netto"'), ("sv", '"30 days"')]
)
def test_samples_are_in_the_language_asked_in_where_the_words_tell_none(language: str, samples: str) -> None:
    with pytest.raises(TermsError) as error:
        parse_terms("bald", language=language)
    assert samples in str(error.value)


@pytest.mark.parametrize("language", payment_terms.TERMS_LANGUAGES)
def test_the_samples_can_be_read(language: str) -> None:
    for sample in WORDS[language].samples.strip('"').split('", "'):
        assert parse_terms(sample).parts is not None
