"""Late interest and indemnity of a document: by which law or contract, on which part of it, and only once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beancount_invoicing import law
from beancount_invoicing.checks import check
from beancount_invoicing.dunning import Claimed, InterestUnknown, claimed, formal_notice, interest_on, propose
from beancount_invoicing.dunning.claims import _joined, credited_of, same_customer
from beancount_invoicing.dunning.levels import days_later
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import Position, positions
from beancount_invoicing.rules.interest import Interest, uncharged_stretches
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of

pytestmark = pytest.mark.usefixtures("rates_until_june_2026")

D = Decimal
FRANCE = '\n2025-01-01 custom "invoice-option" "late-interest" "FR"\n'
TWELVE = '\n2025-01-01 custom "invoice-option" "late-interest" "12"\n'
CONSUMER = '\n2025-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "consumer"\n'
DAY = date(2026, 3, 31)


def invoice(day: str = "2026-01-10", more: str = "", account: str = "Assets:Receivable:Acme") -> str:
    """An invoice of 1200.00 with a due date 30 days later (2026-02-09, if not said)."""
    return f"""
{day} * "Work" ^N1
  invoice: "N1"
{more}  {account}  1200.00 EUR
  Income:Services  -1000.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
"""


def event(day: str, kind: str, more: str = "") -> str:
    return f'\n{day} note Assets:Receivable:Acme "Said" ^N1\n  event: "{kind}"\n{more}'


def paid(day: str, amount: str) -> str:
    return f'\n{day} * "Paid" ^N1\n  Assets:Bank  {amount} EUR\n  Assets:Receivable:Acme\n'


def a_claim(lines: str, day: str = "2026-02-28", flag: str = "*") -> str:
    return f"""
{day} {flag} "Late interest" ^C1 ^N1
  invoice: "C1"
  kind: "claim"
  claims: "N1"
  Assets:Receivable:Acme
{lines}"""


INTEREST_TO_FEBRUARY = """  Income:Services  -7.59 EUR
    text: "Interest"
    from: 2026-02-10
    to: 2026-02-28
"""
INDEMNITY = '  Income:Services  -40.00 EUR\n    text: "Recovery costs"\n'


def of(ledger: str, day: date = DAY) -> tuple[Book, Position]:
    book = book_of(ledger)
    return book, next(position for position in positions(book, day) if position.invoice.number == "N1")


def on(ledger: str, day: date = DAY) -> Interest | None:
    return interest_on(*of(ledger, day), day)


def figures(ledger: str, day: date = DAY) -> tuple[str, str | None]:
    found = on(ledger, day)
    assert found is not None
    assert all(recompute(step) == step.result for step in found.steps)
    return str(found.amount), None if found.indemnity is None else str(found.indemnity)


def test_by_the_option_the_customer_and_the_document() -> None:
    assert on(invoice()) is None, "nothing is claimed where nothing says so"
    assert figures(FRANCE + invoice()) == ("19.97", "40.00"), "1200 × 12.15 % × 50 / 365"
    assert figures(TWELVE + invoice()) == ("19.73", "40.00"), "1200 × 12 % × 50 / 365"
    of_customer = '\n2025-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  late-interest: "10"\n'
    assert figures(FRANCE + of_customer + invoice()) == ("16.44", "40.00")
    assert figures(FRANCE + of_customer + invoice(more="  late-interest: 15\n")) == ("24.66", "40.00")
    assert on(FRANCE + of_customer + invoice(more='  late-interest: "none"\n')) is None
    waived = of_customer + '\n2026-03-01 custom "invoice-customer" Assets:Receivable:Acme\n  late-interest: "none"\n'
    assert on(FRANCE + waived + invoice()) is None, "what is waived later is not claimed either"


def test_what_is_contested_bears_no_claim_and_the_steps_say_so() -> None:
    contested = FRANCE + invoice() + event("2026-02-20", "dispute", "  amount: 200.00\n")
    found = on(contested)
    assert found is not None
    assert str(found.amount) == "16.64", "1000 × 12.15 % × 50 / 365"
    assert found.steps[0].because == "no claim is made on what is contested"
    assert found.steps[0].inputs == (D("1200.00"), D("200.00"))
    assert on(FRANCE + invoice() + event("2026-02-20", "dispute")) is None, (
        "all of it is contested: no indemnity either"
    )
    settled = contested + event("2026-03-01", "dispute-settled")
    assert figures(settled) == ("19.97", "40.00")


def test_a_part_that_was_paid_late_bears_interest_though_the_rest_is_contested() -> None:
    ledger = FRANCE + invoice() + paid("2026-02-19", "1000") + event("2026-02-20", "dispute")
    assert figures(ledger) == ("3.33", "40.00"), "1000 × 12.15 % × 10 / 365"


def test_the_contested_part_is_taken_from_what_is_oldest() -> None:
    by_halves = '\n2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  terms: "50% 30 days; 50% 60 days"\n'
    ledger = FRANCE + by_halves + invoice() + event("2026-02-20", "dispute", "  amount: 700.00\n")
    assert figures(ledger) == ("3.33", "40.00"), "500 × 12.15 % × 20 / 365: late since 11 March"


def test_a_debit_of_the_due_date_that_bounced_is_late() -> None:
    bounced = '\n2026-02-20 * "Bounced" ^N1\n  Assets:Receivable:Acme  1200.00 EUR\n  Assets:Bank\n'
    ledger = FRANCE + invoice() + paid("2026-02-09", "1200.00") + bounced
    assert figures(ledger) == ("15.58", "40.00"), "1200 × 12.15 % × 39 / 365, from the day after it came back"
    assert on(ledger, date(2026, 2, 20)) is None, "on the day itself the money was there"
    settled = ledger + paid("2026-02-21", "1200.00")
    assert figures(settled) == ("0.40", "40.00"), "one day"


def credit(day: str, number: str, net: str, tax: str, total: str, corrects: str = "N1") -> str:
    return f"""
{day} * "Credit note" ^{number}
  invoice: "{number}"
  corrects: "{corrects}"
  Assets:Receivable:Acme  -{total} EUR
  Income:Services  {net} EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  {tax} EUR
    tax: "FR20"
"""


def test_what_is_credited_was_never_owed() -> None:
    half = FRANCE + invoice() + credit("2026-03-01", "K1", "500.00", "100.00", "600.00")
    assert figures(half) == ("9.99", "40.00"), "600 × 12.15 % × 50 / 365"
    found = on(half)
    assert found is not None
    assert (found.steps[0].because, found.steps[0].inputs) == (
        "what was credited was never owed",
        (D("1200.00"), D("600.00")),
    )
    assert figures(half, date(2026, 2, 28)) == ("7.59", "40.00"), "nothing later changes what was asked before"
    assert on(FRANCE + invoice() + credit("2026-03-01", "K1", "1000.00", "200.00", "1200.00")) is None
    both = half + event("2026-03-02", "dispute", "  amount: 200.00\n")
    assert figures(both) == ("6.66", "40.00"), "400 × 12.15 % × 50 / 365"


def test_a_credit_note_of_something_else_that_is_set_off_pays_on_its_day() -> None:
    other = invoice("2026-01-05").replace("N1", "N0")
    before = '\n2026-01-06 * "Paid" ^N0\n  Assets:Bank  1200.00 EUR\n  Assets:Receivable:Acme\n'
    note = credit("2026-02-12", "K0", "500.00", "100.00", "600.00", "N0")
    off = '\n2026-02-19 * "Set off, and the rest" ^N1 ^K0\n  Assets:Bank  600.00 EUR\n  Assets:Receivable:Acme\n'
    assert figures(FRANCE + other + before + note + invoice() + off) == ("3.99", "40.00"), "1200 × 12.15 % × 10 / 365"


MISSING = (
    "the ECB refinancing rate for 2026-07-01 (second half of 2026) is not known: add it to the ledger, "
    "in percent for RATE:"
    ' 2026-07-01 custom "invoice-rate" "ECB" RATE'
)
SECOND_HALF = '\n2026-07-01 custom "invoice-rate" "ECB" 2.40\n'


def until_known(ledger: str, day: date) -> tuple[str, Interest | None]:
    """What is said, and what is claimed, where a rate is missing."""
    with pytest.raises(InterestUnknown) as error:
        on(ledger, day)
    claim = error.value.claim
    assert claim is None or all(recompute(step) == step.result for step in claim.steps)
    return str(error.value), claim


def test_an_unknown_rate_of_the_first_day_stops_the_interest_but_not_the_indemnity() -> None:
    text, claim = until_known(FRANCE + invoice("2026-06-01"), date(2026, 7, 31))
    assert text == f"N1: no interest is claimed from 2026-07-02 on: {MISSING}"
    assert claim is not None
    assert (claim.indemnity, claim.total, claim.known) == (D("40.00"), D("40.00"), False)
    assert figures(FRANCE + SECOND_HALF + invoice("2026-06-01"), date(2026, 7, 31)) == ("12.23", "40.00")


def test_an_unknown_rate_of_a_later_day_leaves_the_days_before() -> None:
    text, claim = until_known(FRANCE + invoice(), date(2026, 9, 30))
    assert text == f"N1: no interest is claimed from 2026-07-01 on: {MISSING}"
    assert claim is not None
    assert (str(claim.amount), claim.indemnity, claim.known, claim.until) == (
        "56.32", D("40.00"), True, date(2026, 6, 30),
    ), "1200 × 12.15 % × 141 / 365"  # fmt: skip
    step = next(step for step in claim.steps if step.figure == "interest until")
    assert (step.result, step.because) == (date(2026, 6, 30), f"none from 2026-07-01 on: {MISSING}")
    assert (str(claim.amount), str(claim.indemnity)) == figures(FRANCE + invoice(), date(2026, 6, 30))
    assert figures(FRANCE + SECOND_HALF + invoice(), date(2026, 9, 30)) == ("93.83", "40.00")


def test_all_instalments_stop_on_one_day_so_that_later_days_can_be_claimed_once() -> None:
    """The first instalment of a public buyer keeps its rate; the second began in a half-year whose rate is not known."""
    public = (
        '\n2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "public"\n'
        '  terms: "50% 30 days; 50% 60 days"\n'
    )
    ledger = FRANCE + public + invoice("2026-05-20")
    text, claim = until_known(ledger, date(2026, 9, 30))
    assert text.startswith("N1: no interest is claimed from 2026-07-20 on: ")
    assert claim is not None
    assert [(segment.start, segment.end) for segment in claim.segments] == [(date(2026, 6, 20), date(2026, 7, 19))]
    lines = f'  Income:Services  -{claim.amount} EUR\n    text: "Interest"\n    from: 2026-06-20\n    to: 2026-07-19\n'
    rest = on(ledger + SECOND_HALF + a_claim(lines + INDEMNITY, "2026-09-30"), date(2026, 10, 31))
    assert rest is not None
    assert [(str(segment.base), segment.start, segment.end) for segment in rest.segments] == [
        ("600.00", date(2026, 7, 20), date(2026, 10, 31)),
        ("600.00", date(2026, 7, 20), date(2026, 10, 31)),
    ]


@pytest.mark.parametrize("terms", ["50% 30 days; 50% 60 days", "50% 60 days; 50% 30 days"])
def test_what_stops_first_stops_all(terms: str) -> None:
    by_halves = (
        f'\n2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  buyer: "public"\n  terms: "{terms}"\n'
    )
    text, claim = until_known(FRANCE + by_halves + invoice("2026-06-10"), date(2026, 9, 30))
    assert text.startswith("N1: no interest is claimed from 2026-07-11 on: ")
    assert claim is not None
    assert (claim.segments, claim.total) == ((), D("40.00"))


def test_what_is_charged_until_a_rate_is_missing_is_not_charged_again_once_it_is_known() -> None:
    text, claim = until_known(FRANCE + invoice(), date(2026, 9, 30))
    assert claim is not None
    lines = (
        f'  Income:Services  -{claim.amount} EUR\n    text: "Interest"\n    from: 2026-02-10\n    to: {claim.until}\n'
    )
    charged = FRANCE + invoice() + a_claim(lines + INDEMNITY, "2026-09-30")
    assert until_known(charged, date(2026, 9, 30)) == (text, None), "nothing more is known"
    assert figures(charged + SECOND_HALF, date(2026, 9, 30)) == ("37.51", None), "1200 × 12.40 % × 92 / 365"


def test_what_a_payment_brought_without_a_claim_counts_as_claimed_from_its_day_on() -> None:
    brought = """
2025-01-01 custom "invoice-option" "claim-account" "Income:Services"
2026-03-10 * "Paid, with interest" ^N1
  Assets:Bank  1251.90 EUR
  Assets:Receivable:Acme  -1200.00 EUR
  Income:Services  -11.90 EUR
    claims: "N1"
    from: 2026-02-10
    to: 2026-03-10
  Income:Services  -40.00 EUR
    claims: "N1"
"""
    book = book_of(FRANCE + invoice() + brought)
    (document,) = book.invoices
    assert claimed(book, document, date(2026, 3, 9)) == Claimed((), indemnity=False)
    days = ((date(2026, 2, 10), date(2026, 3, 10)),)
    assert claimed(book, document, date(2026, 3, 10)) == Claimed(days, indemnity=True)


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30), date(2027, 3, 31)])
def test_a_later_letter_never_asks_for_less_because_a_rate_is_missing(day: date) -> None:
    sent = event("2026-02-20", "reminder", "  level: 1\n") + event("2026-03-10", "reminder", "  level: 2\n")
    ledger = FRANCE + invoice() + sent
    (letter,) = propose(book_of(ledger), day)
    (late,) = letter.invoices
    assert (letter.level, str(late.interest), late.indemnity) == (3, "56.32", D("40.00"))
    said = (f"N1: no interest is claimed from 2026-07-01 on: {MISSING}",) if day > date(2026, 6, 30) else ()
    assert letter.notices == said


def test_the_letter_asks_for_the_indemnity_and_says_which_rate_to_add() -> None:
    sent = event("2026-07-15", "reminder", "  level: 1\n")
    (letter,) = propose(book_of(FRANCE + invoice("2026-06-01") + sent), date(2026, 7, 31))
    (late,) = letter.invoices
    assert (late.interest, late.indemnity) == (None, D("40.00"))
    assert "is not known" in letter.notices[0]


def test_nothing_is_owed_for_what_was_paid_in_time() -> None:
    assert on(FRANCE + invoice() + paid("2026-02-09", "1200")) is None
    assert figures(FRANCE + invoice() + paid("2026-02-10", "1200")) == ("0.40", "40.00"), "one day late"


def test_an_unknown_rate_is_no_matter_where_nothing_is_late() -> None:
    assert on(FRANCE + invoice("2026-06-01") + paid("2026-06-20", "1200"), date(2026, 8, 31)) is None


def test_french_consumers_pay_the_legal_rate_from_a_formal_notice_on() -> None:
    ledger = FRANCE + CONSUMER + invoice()
    assert on(ledger) is None
    assert on(ledger + event("2026-02-20", "reminder", "  level: 1\n")) is None, "a reminder is no formal notice"
    notice = event("2026-03-01", "reminder", '  level: 3\n  tone: "final"\n')
    assert figures(ledger + notice) == ("2.58", None), "1200 × 2.62 % × 30 / 365, from 2 March on; no indemnity"
    early = event("2026-01-20", "reminder", '  level: 1\n  tone: "final"\n')
    assert on(ledger + early) is None, "what is not due yet cannot be demanded"
    assert formal_notice(*of(ledger + early + notice), date(2026, 2, 9)) == date(2026, 3, 1)


def test_a_formal_notice_is_none_for_what_falls_due_later() -> None:
    by_halves = '\n2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  terms: "50% 30 days; 50% 60 days"\n'
    notice = event("2026-02-20", "reminder", '  level: 3\n  tone: "final"\n')
    ledger = FRANCE + CONSUMER + by_halves + invoice() + notice
    assert figures(ledger) == ("1.68", None), "600 × 2.62 % × 39 / 365: the second half is due on 11 March"
    again = ledger + event("2026-03-21", "reminder", '  level: 3\n  tone: "final"\n')
    assert figures(again) == ("2.11", None), "and 600 × 2.62 % × 10 / 365 from the second notice on"


def test_a_level_of_the_policy_is_a_formal_notice_by_its_tone() -> None:
    policy = """
2025-01-01 custom "invoice-policy" "standard" 1
  days: 5
  tone: "friendly"
2025-01-01 custom "invoice-policy" "standard" 2
  days: 15
  tone: "final"
"""
    first = event("2026-02-20", "reminder", "  level: 1\n")
    second = event("2026-03-01", "reminder", "  level: 2\n")
    assert on(FRANCE + CONSUMER + policy + invoice() + first) is None
    assert figures(FRANCE + CONSUMER + policy + invoice() + first + second) == ("2.58", None)
    friendly = second.replace("level: 2", 'level: 2\n  tone: "friendly"')
    assert on(FRANCE + CONSUMER + policy + invoice() + friendly) is None, "what the event says itself wins"


def test_a_consumer_pays_a_contract_s_rate_without_the_indemnity() -> None:
    assert figures(TWELVE + CONSUMER + invoice()) == ("19.73", None)


GERMANY = """
2025-06-01 custom "invoice-seller" "Atelier Test"
  country: "DE"
2025-01-01 custom "invoice-option" "late-interest" "DE"
2026-07-01 custom "invoice-rate" "BBK" 1.27
2027-01-01 custom "invoice-rate" "BBK" 1.27
2027-07-01 custom "invoice-rate" "BBK" 1.27
"""


def test_german_consumers_are_in_default_from_a_reminder_not_from_a_day_that_the_invoice_names() -> None:
    ledger = GERMANY + CONSUMER + invoice("2026-07-25").replace("1200.00", "1469.06").replace("1000.00", "1224.22")
    ledger = ledger.replace("-200.00", "-244.84")
    day = date(2026, 11, 27)
    assert on(ledger, day) is None, "due on 24 August; no reminder, and the invoice says nothing of default"
    mahnung = event("2026-09-05", "reminder", "  level: 1\n")
    found = on(ledger + mahnung, day)
    assert found is not None
    assert [(part.start, part.end) for part in found.segments] == [(date(2026, 9, 6), day)]
    assert figures(ledger + mahnung, day) == ("20.95", None), "1469.06 × 6.27 % × 83 / 365; from 25 August: 23.97"
    early = event("2026-08-20", "reminder", "  level: 1\n")
    assert on(ledger + early, day) is None, "before the due date a reminder puts nobody in default"


def test_german_consumers_are_in_default_after_thirty_days_if_the_invoice_says_so() -> None:
    said = '  note: "Verzug nach 30 Tagen, § 286 Abs. 3 BGB"\n'
    ledger, day = GERMANY + CONSUMER + invoice("2026-07-25", said), date(2026, 11, 27)
    found = on(ledger, day)
    assert found is not None
    assert found.segments[0].start == date(2026, 9, 24), "due on 24 August; 30 days later is 23 September"
    reminded = on(ledger + event("2026-09-05", "reminder", "  level: 1\n"), day)
    assert reminded is not None
    assert reminded.segments[0].start == date(2026, 9, 6), "a reminder is earlier"
    later = on(ledger + event("2026-10-05", "reminder", "  level: 1\n"), day)
    assert later is not None
    assert later.segments[0].start == date(2026, 9, 24)
    printed = on(GERMANY + CONSUMER + invoice("2027-01-10"), date(2027, 6, 30))
    assert printed is not None
    assert printed.segments[0].start == date(2027, 3, 12), "the page says it since 1 December 2026"


def test_german_businesses_owe_interest_from_the_due_date() -> None:
    found = on(GERMANY + invoice("2026-07-25"), date(2026, 11, 27))
    assert found is not None
    assert (found.segments[0].start, found.indemnity) == (date(2026, 8, 25), D("40.00"))


def test_belgian_sellers_may_not_ask_consumers_for_more_than_the_cap() -> None:
    belgian = '\n2025-06-01 custom "invoice-seller" "Atelier Test"\n  country: "BE"\n' + CONSUMER
    ten = '\n2025-01-01 custom "invoice-option" "late-interest" "10"\n'
    assert figures(belgian + ten + invoice()) == ("16.44", None)
    with pytest.raises(InterestUnknown, match=r"12 % is more than the 10\.50 % that may be asked from a consumer"):
        on(belgian + TWELVE + invoice())
    with pytest.raises(InterestUnknown, match=r'custom "invoice-rate" "BE" RATE'):
        on(belgian + ten + invoice("2026-07-10"), date(2026, 9, 30))
    assert on(belgian + TWELVE + invoice(), date(2026, 2, 9)) is None, "nothing is late on the day it is due"


def test_the_law_itself_is_under_no_cap() -> None:
    """A seller in Belgium whose consumers pay by French law."""
    belgian = '\n2025-06-01 custom "invoice-seller" "Atelier Test"\n  country: "BE"\n' + CONSUMER
    notice = event("2026-02-20", "reminder", '  level: 2\n  tone: "final"\n')
    assert figures(belgian + FRANCE + invoice() + notice) == figures(CONSUMER + FRANCE + invoice() + notice)


def test_british_debts_keep_their_rate_and_their_size_decides_the_indemnity() -> None:
    british = '\n2025-06-01 custom "invoice-seller" "Atelier Test"\n  country: "GB"\n'
    option = '\n2025-01-01 custom "invoice-option" "late-interest" "GB"\n'
    ledger = british + option + invoice("2026-05-01").replace("EUR", "GBP")
    assert figures(ledger, date(2026, 9, 30)) == ("47.13", "70.00"), "1200 × 11.75 % × 122 / 365"
    assert figures(british + option + invoice("2026-05-01"), date(2026, 9, 30)) == ("47.13", None), (
        "the sum is in pounds"
    )


def test_what_a_claim_charged_is_not_claimed_again() -> None:
    ledger = FRANCE + invoice() + a_claim(INTEREST_TO_FEBRUARY + INDEMNITY)
    book, position = of(ledger)
    assert claimed(book, position.invoice, DAY) == Claimed(((date(2026, 2, 10), date(2026, 2, 28)),), True)
    found = interest_on(book, position, DAY)
    assert found is not None
    assert (found.segments[0].start, str(found.amount), found.indemnity) == (date(2026, 3, 1), "12.38", None)
    assert found.steps[0].because == "the days from 2026-02-10 on are charged already"
    assert on(ledger, date(2026, 2, 28)) is None
    assert figures(ledger, date(2026, 2, 27)) == ("7.19", "40.00"), "the claim was not yet there"


def test_a_claim_of_the_interest_alone_leaves_the_indemnity_and_the_other_way_round() -> None:
    assert figures(FRANCE + invoice() + a_claim(INTEREST_TO_FEBRUARY)) == ("12.38", "40.00")
    assert figures(FRANCE + invoice() + a_claim(INDEMNITY)) == ("19.97", None)


def test_a_draft_of_a_claim_counts() -> None:
    draft = a_claim(INTEREST_TO_FEBRUARY + INDEMNITY, flag="!").replace('"C1"', '"draft-1"').replace("^C1", "^draft-1")
    assert figures(FRANCE + invoice() + draft) == ("12.38", None)


def test_the_letter_asks_for_the_claim_once() -> None:
    sent = event("2026-02-20", "reminder", "  level: 1\n")
    ledger = FRANCE + invoice() + sent + a_claim(INTEREST_TO_FEBRUARY + INDEMNITY) + "  ; due on receipt\n"
    second, first = propose(book_of(ledger), date(2026, 4, 30))
    (late,), (claim,) = second.invoices, first.invoices
    assert late.indemnity is None
    assert str(late.interest) == "24.37", "1200 × 12.15 % × 61 / 365: March and April only"
    assert (claim.position.invoice.number, claim.interest, str(claim.open)) == ("C1", None, "47.59")


def charging(start: str, end: str, amount: str) -> str:
    return f'  Income:Services  -{amount} EUR\n    text: "Interest"\n    from: {start}\n    to: {end}\n'


def given_back(lines: str, day: str = "2026-03-05", number: str = "K1", corrects: str = "C1", flag: str = "*") -> str:
    """A credit note on a claim: what `lines` charged comes back."""
    return f"""
{day} {flag} "Credit note" ^{number} ^{corrects}
  invoice: "{number}"
  kind: "claim"
  corrects: "{corrects}"
  Assets:Receivable:Acme
{lines.replace("  -", "  ")}"""


CHARGED = FRANCE + invoice() + a_claim(INTEREST_TO_FEBRUARY + INDEMNITY)
BACK = INTEREST_TO_FEBRUARY + INDEMNITY


def test_a_claim_that_is_given_back_whole_may_be_made_again_from_that_day_on() -> None:
    ledger = CHARGED + given_back(BACK)
    assert figures(ledger) == ("19.97", "40.00"), "all days, as if it had never been claimed"
    assert figures(ledger, date(2026, 3, 5)) == ("9.59", "40.00"), "1200 × 12.15 % × 24 / 365"
    before = on(ledger, date(2026, 3, 4))
    assert before is not None
    assert (before.segments[0].start, before.indemnity) == (date(2026, 3, 1), None), "on the day before it still stands"
    again = a_claim(charging("2026-02-10", "2026-03-31", "19.97") + INDEMNITY, "2026-03-31").replace("C1", "C2")
    assert on(ledger + again) is None
    assert [finding for finding in check(book_of(ledger + again)) if finding.rule == "claimed-twice"] == []


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        (given_back(INDEMNITY), "a part: the fixed sum"),
        (given_back(INTEREST_TO_FEBRUARY), "a part: the interest"),
        (given_back(BACK.replace("7.59", "7.58")), "a cent is left"),
        (given_back(BACK, flag="!", number="draft-K1"), "a draft gives nothing back yet"),
        (given_back(BACK, "2026-04-01"), "not yet"),
    ],
)
def test_a_claim_that_is_not_given_back_whole_stays_charged(notes: str, why: str) -> None:
    assert figures(CHARGED + notes) == ("12.38", None), why


def test_several_credit_notes_give_a_claim_back_together() -> None:
    ledger = CHARGED + given_back(INDEMNITY) + given_back(INTEREST_TO_FEBRUARY, "2026-03-10", "K2")
    assert figures(ledger) == ("19.97", "40.00")
    before = on(ledger, date(2026, 3, 9))
    assert before is not None
    assert before.indemnity is None


def test_what_another_claim_charges_stays_charged() -> None:
    """The first claim is given back: its days lie before those of the second, which stands."""
    second = a_claim(charging("2026-03-01", "2026-03-31", "12.38"), "2026-03-31").replace("C1", "C2")
    ledger = CHARGED + second + given_back(BACK, "2026-04-01")
    book, position = of(ledger, date(2026, 4, 30))
    assert claimed(book, position.invoice, date(2026, 4, 30)).charged_periods == (
        (date(2026, 3, 1), date(2026, 3, 31)),
    )
    found = interest_on(book, position, date(2026, 4, 30))
    assert found is not None
    assert [(segment.start, segment.end) for segment in found.segments] == [
        (date(2026, 2, 10), date(2026, 2, 28)),
        (date(2026, 4, 1), date(2026, 4, 30)),
    ]
    assert (str(found.amount), found.indemnity) == ("19.57", D("40.00")), "1200 × 12.15 % × 49 / 365"


def test_a_fixed_sum_that_is_given_back_is_claimed_again_though_all_days_are_charged() -> None:
    ledger = FRANCE + invoice() + a_claim(INDEMNITY) + given_back(INDEMNITY)
    ledger += a_claim(charging("2026-02-10", "2026-03-31", "19.97"), "2026-03-31").replace("C1", "C2")
    assert figures(ledger) == ("0.00", "40.00")


def test_a_claim_that_is_to_be_made_meets_no_other_that_stands_on_its_day() -> None:
    """Given back on 5 March: a new claim that is dated 1 March would stand beside it until then."""
    ledger = CHARGED + given_back(BACK)
    book, position = of(ledger)
    assert claimed(book, position.invoice, DAY, date(2026, 3, 1)).indemnity
    assert claimed(book, position.invoice, DAY, date(2026, 3, 5)) == Claimed((), False)
    again = a_claim(BACK, "2026-03-01").replace("C1", "C2")
    said = [finding.message for finding in check(book_of(ledger + again)) if finding.rule == "claimed-twice"]
    assert len(said) == 2
    assert "the interest from 2026-02-10 to 2026-02-28 of N1 is already" in said[0]


def test_drafts_and_claims_bear_no_interest() -> None:
    draft = invoice().replace("* ", "! ", 1).replace('"N1"', '"draft-N1"')
    book = book_of(FRANCE + draft + a_claim(INDEMNITY, "2026-01-10"))
    assert [interest_on(book, position, DAY) for position in positions(book, DAY)] == [None, None]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=4), st.integers(1, 300), st.sampled_from(["0", "400", "1200"])
)
def test_claims_with_and_then_without_a_missing_rate_charge_each_day_once(
    days: list[int], payment: int, amount: str
) -> None:
    """The rate of the second half of 2026 is added to the ledger before the last claim."""
    ledger, due = _paid_in_part(payment, amount)
    whole = on(ledger + SECOND_HALF, due + timedelta(days=max(days)))
    assert whole is not None
    charged: list[date] = []
    indemnities = 0
    for number, late in enumerate(sorted([*days, max(days)])):
        day = due + timedelta(days=late)
        found = _claimed_of(ledger + (SECOND_HALF if number == len(days) else ""), day)
        if found is None:
            continue
        charged += [segment.start + timedelta(days=at) for segment in found.segments for at in range(segment.days)]
        indemnities += found.indemnity is not None
        lines = INDEMNITY if found.indemnity else ""
        if found.segments:
            lines += f'  Income:Services  -{found.amount} EUR\n    text: "Interest"\n'
            lines += f"    from: {found.segments[0].start}\n    to: {found.segments[-1].end}\n"
        ledger += a_claim(lines, day.isoformat()).replace('"C1"', f'"C{number}"').replace("^C1", f"^C{number}")
    assert charged == [segment.start + timedelta(days=at) for segment in whole.segments for at in range(segment.days)]
    assert indemnities == 1


def _paid_in_part(payment: int, amount: str) -> tuple[str, date]:
    """An invoice of which an amount ("0": nothing) came so many days after it was due; and that day."""
    due = date(2026, 2, 9)
    came = (due + timedelta(days=payment)).isoformat()
    return FRANCE + invoice() + (paid(came, amount) if D(amount) else ""), due


def _claimed_of(ledger: str, day: date) -> Interest | None:
    try:
        return on(ledger, day)
    except InterestUnknown as error:
        return error.claim


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 140), min_size=1, max_size=4), st.integers(1, 140), st.sampled_from(["0", "400", "1200"])
)
def test_claims_in_any_pieces_charge_each_day_once_and_the_indemnity_once(
    days: list[int], payment: int, amount: str
) -> None:
    ledger, due = _paid_in_part(payment, amount)
    whole = on(ledger, due + timedelta(days=max(days)))
    claims: list[Interest] = []
    for number, late in enumerate(sorted(days)):
        day = due + timedelta(days=late)
        found = on(ledger, day)
        if found is None:
            continue
        claims.append(found)
        lines = f'  Income:Services  -{found.amount} EUR\n    text: "Interest"\n'
        lines += f"    from: {found.segments[0].start}\n    to: {found.segments[-1].end}\n"
        lines += INDEMNITY if found.indemnity else ""
        ledger += a_claim(lines, day.isoformat()).replace('"C1"', f'"C{number}"').replace("^C1", f"^C{number}")
    assert whole is not None
    charged = [
        segment.start + timedelta(days=at)
        for claim in claims
        for segment in claim.segments
        for at in range(segment.days)
    ]
    expected = [segment.start + timedelta(days=at) for segment in whole.segments for at in range(segment.days)]
    assert charged == expected
    assert [claim.indemnity for claim in claims] == [D("40.00"), *[None] * (len(claims) - 1)]
    cent = D("0.01") * len(claims)
    assert abs(sum((claim.amount for claim in claims), D(0)) - whole.amount) <= cent


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 100), st.sampled_from(["claim", "claim", "back"])), min_size=2, max_size=7))
def test_however_claims_are_made_and_given_back_nothing_is_charged_twice_at_a_time(
    steps: list[tuple[int, str]],
) -> None:
    """Each claim is booked as `interest --book` does; the latest that stands is given back whole."""
    due = date(2026, 2, 9)
    ledger = FRANCE + invoice()
    stands: list[tuple[str, str]] = []
    for number, (late, what) in enumerate([*sorted(steps), (110, "claim")]):
        day = due + timedelta(days=late)
        if what == "back":
            if stands:
                claim, lines = stands.pop(0)
                ledger += given_back(lines, day.isoformat(), f"K{number}", claim)
        else:
            book, position = of(ledger, day)
            found = interest_on(book, position, day, day)
            if found is None:
                continue
            before = claimed(book, position.invoice, day, day)
            lines = INDEMNITY if found.indemnity else ""
            for start, end, net in uncharged_stretches(found, before.charged_periods, 2):
                lines += charging(start.isoformat(), end.isoformat(), str(net))
            ledger += a_claim(lines, day.isoformat()).replace("C1", f"C{number}")
            stands.append((f"C{number}", lines))
        book = book_of(ledger)
        assert not [finding for finding in check(book) if finding.rule in {"claimed-twice", "credit-note-beyond"}]
        position = next(position for position in positions(book, day) if position.invoice.number == "N1")
        charged = [
            line
            for claim in book.interest_invoices.get("N1", ())
            if claim.number in dict(stands)
            for line in claim.lines
        ]
        days = [
            line.start + timedelta(days=at)
            for line in charged
            if line.start and line.end
            for at in range((line.end - line.start).days + 1)
        ]
        assert len(days) == len(set(days))
        assert sum(line.end is None for line in charged) <= 1
    assert sorted(days) == [due + timedelta(days=at) for at in range(1, 111)], "the last claim took all that was left"
    assert sum(line.end is None for line in charged) == 1
    whole = on(FRANCE + invoice(), due + timedelta(days=110))
    assert whole is not None
    assert abs(sum((line.net for line in charged), D(0)) - whole.total) <= D("0.01") * len(stands)


def test_days_within_the_days_of_another_claim_are_charged_once() -> None:
    """The second claim is for a part of what the first one charged: what comes next begins after the first."""
    within = INTEREST_TO_FEBRUARY.replace("2026-02-10", "2026-02-12").replace("to: 2026-02-28", "to: 2026-02-15")
    ledger = FRANCE + invoice() + a_claim(INTEREST_TO_FEBRUARY)
    both = ledger + a_claim(within, "2026-03-01").replace("C1", "C2")
    found, position = of(both)
    assert claimed(found, position.invoice, DAY).charged_periods == ((date(2026, 2, 10), date(2026, 2, 28)),)
    assert figures(both) == figures(ledger)


def test_stretches_of_days_that_claims_charge_stay_apart_where_days_lie_between() -> None:
    stretches = (("2026-02-10", "2026-02-12"), ("2026-02-15", "2026-02-18"), ("2026-02-17", "2026-02-20"))
    lines = "".join(charging(start, end, "1.00") for start, end in (*stretches[1:], stretches[0]))
    found, position = of(FRANCE + invoice() + a_claim(lines))
    assert claimed(found, position.invoice, DAY).charged_periods == (
        (date(2026, 2, 10), date(2026, 2, 12)), (date(2026, 2, 15), date(2026, 2, 20)),
    )  # fmt: skip


# who was charged, and what was never owed --------------------------------------------------------------------------------


def test_a_claim_on_one_debtor_is_not_anothers_who_had_taken_a_share_over_before() -> None:
    """Kiefer takes a share, Acme is charged, then Gamma takes one: Gamma takes over what was charged by then, Kiefer does not."""
    gamma = '\n2025-01-01 open Assets:Receivable:Gamma\n  customer: "Gamma SA"\n'
    taken = "".join(
        f'\n{day} * "Taken over" ^N1\n  Assets:Receivable:Acme  -{amount} EUR\n  Assets:Receivable:{who}  {amount} EUR\n'
        for day, who, amount in (("2026-02-15", "Kiefer", "300.00"), ("2026-03-10", "Gamma", "200.00"))
    )
    charge = a_claim("  Income:Services  -40.00 EUR\n")
    book = book_of(TWELVE + gamma + invoice() + taken + charge)
    charged = {
        position.debtor.name: claimed(book, position.invoice, DAY, position=position).indemnity
        for position in positions(book, DAY, by_debtor=True)
        if position.debtor and position.invoice.number == "N1"
    }
    assert charged == {"Acme SAS": True, "Kiefer GmbH": False, "Gamma SA": True}


def test_what_is_credited_after_it_was_paid_was_never_owed_the_oldest_first() -> None:
    """Of 480.00 and 720.00 all is paid but 360.00 of the first: 600.00 are credited, of which 480.00 were the first."""
    terms = '  terms: "40% 10 days; 60% 30 days"\n'
    pays = "".join(
        f'\n2026-01-25 * "Paid"\n  Assets:Bank\n  Assets:Receivable:Acme  -{amount} EUR\n    settles: "N1"\n'
        f"    instalment: {place}\n"
        for place, amount in ((1, "120.00"), (2, "720.00"))
    )
    note = """
2026-02-20 * "Back" ^A1
  invoice: "A1"
  corrects: "N1"
  Assets:Receivable:Acme  -600.00 EUR
  Income:Services  500.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  100.00 EUR
    tax: "FR20"
"""
    book = book_of(TWELVE + invoice(more=terms) + pays + note)
    (position,) = (position for position in positions(book, DAY) if position.invoice.number == "N1")
    assert credited_of(book, position, DAY) == {1: D("480.00"), 2: D("120.00")}
    assert credited_of(book, position, date(2026, 2, 19)) == {1: D(0), 2: D(0)}


def test_a_part_that_is_not_late_yet_has_no_step() -> None:
    """Of 600.00 that are late 300.00 were paid after 11 days; 400.00 are contested, 100.00 of them of what is not late."""
    terms = '  terms: "50% 30 days; 50% 60 days"\n'
    ledger = FRANCE + invoice(more=terms) + paid("2026-02-20", "300.00")
    found = on(ledger + event("2026-02-21", "dispute", "  amount: 400.00\n"), date(2026, 3, 1))
    assert found is not None
    assert str(found.amount) == "1.10", "300 × 12.15 % × 11 / 365"
    contested = [step.inputs for step in found.steps if step.because == "no claim is made on what is contested"]
    assert contested == [(D("600.00"), D("300.00"))]


def test_a_credit_note_for_two_documents_credits_each_only_with_what_it_settles() -> None:
    """1440.00 for both: 1200.00 settle the first, 240.00 the second, on which 960.00 are owed as before."""
    other = invoice().replace("N1", "N2").replace("2026-01-10", "2026-01-05")
    note = credit("2026-03-01", "A1", "1200.00", "240.00", "1440.00").replace('corrects: "N1"', 'corrects: "N2 N1"')
    book = book_of(TWELVE + other + invoice() + note)
    off = {position.invoice.number: credited_of(book, position, DAY) for position in positions(book, DAY)}
    assert (off["N2"], off["N1"]) == ({1: D("1200.00")}, {1: D("240.00")})


def test_what_is_credited_to_one_debtor_was_owed_by_another_all_the_same() -> None:
    """Acme owes 200.00 and Kiefer 250.00 of it when Acme is credited 120.00."""
    taken = """
2026-02-15 * "Taken over" ^N1
  Assets:Receivable:Acme  -300.00 EUR
  Assets:Receivable:Kiefer  300.00 EUR
2026-02-20 * "Paid" ^N1
  Assets:Bank  700.00 EUR
  Assets:Receivable:Acme
2026-02-20 * "Paid" ^N1
  Assets:Bank  50.00 EUR
  Assets:Receivable:Kiefer
"""
    note = credit("2026-03-01", "K1", "100.00", "20.00", "120.00")
    book = book_of(TWELVE + invoice() + taken + note)
    off = {
        one.debtor.name: credited_of(book, one, DAY)
        for one in positions(book, DAY, by_debtor=True)
        if one.debtor and one.invoice.number == "N1"
    }
    assert off == {"Acme SAS": {1: D("120.00")}, "Kiefer GmbH": {1: D(0)}}


def test_each_document_is_for_its_customer_and_a_void_number_for_nobody() -> None:
    void = '\n2026-01-09 * "gone"\n  invoice: "N0"\n  kind: "void"\n'
    other = invoice(account="Assets:Receivable:Kiefer").replace("N1", "N2")
    book, position = of(void + invoice() + other)
    assert not same_customer(position.invoice, next(one for one in book.invoices if one.number == "N2"))
    gone = next(one for one in book.invoices if one.number == "N0")
    pairs = ((position.invoice, position.invoice), (gone, position.invoice), (position.invoice, gone), (gone, gone))
    assert [same_customer(*pair) for pair in pairs] == [True, False, False, False]


def test_the_steps_of_a_part_say_what_is_contested_of_it_and_nothing_of_the_others() -> None:
    """700.00 of 600.00 and 600.00 are contested: 600.00 of the first, 100.00 of the second."""
    by_halves = '\n2025-02-01 custom "invoice-customer" Assets:Receivable:Acme\n  terms: "50% 30 days; 50% 60 days"\n'
    found, position = of(FRANCE + by_halves + invoice() + event("2026-02-20", "dispute", "  amount: 700.00\n"))
    for instalments, inputs in (
        (None, [(D("600.00"), D("600.00")), (D("600.00"), D("100.00"))]),
        ({2}, [(D("600.00"), D("100.00"))]),
    ):
        claim = interest_on(found, position, DAY, instalments=instalments)
        assert claim is not None
        contested = [step.inputs for step in claim.steps if step.because == "no claim is made on what is contested"]
        assert contested == inputs


def test_stretches_that_overlap_or_touch_are_one() -> None:
    first, second, third, fourth, last = (date(2026, 2, day) for day in (1, 10, 11, 20, 22))
    assert _joined([(third, fourth), (first, second)]) == ((first, fourth),)
    assert _joined([(first, second), (date(2026, 2, 12), fourth)]) == ((first, second), (date(2026, 2, 12), fourth))
    assert _joined([(first, fourth), (second, third), (last, last)]) == ((first, fourth), (last, last))
    assert _joined([(first, date.max), (last, last)]) == ((first, date.max),)
    assert _joined([]) == ()
    assert Claimed(_joined([(first, second), (last, last)]), indemnity=False).charged_until == last
    assert Claimed((), indemnity=True).charged_until is None


BELGIUM = '\n2025-02-01 custom "invoice-seller" "Atelier"\n  country: "BE"\n'


def test_a_consumer_in_belgium_is_asked_for_no_more_than_the_law_allows() -> None:
    """Code de droit économique, art. XIX.4: the reference rate of the half-year and 8 points; a business may agree on more."""
    cap = law.contract_cap("BE", "consumer")
    assert cap is not None
    most = dict(cap.rates)[date(2026, 1, 1)] + cap.margin
    for rate, allowed in ((most, True), (most + D("0.01"), False)):
        agreed = f'\n2025-01-01 custom "invoice-option" "late-interest" "{rate}"\n'
        if allowed:
            assert on(BELGIUM + CONSUMER + agreed + invoice()) is not None
        else:
            with pytest.raises(InterestUnknown, match="more than the"):
                on(BELGIUM + CONSUMER + agreed + invoice())
        assert on(BELGIUM + agreed + invoice()) is not None
    due = date(2026, 2, 9)
    beyond = f'\n2025-01-01 custom "invoice-option" "late-interest" "{most + 1}"\n'
    assert on(BELGIUM + CONSUMER + beyond + invoice(), due) is None, "what is not late is asked for nothing"


def test_a_day_past_the_calendar_is_its_last() -> None:
    assert days_later(date(2026, 1, 31), 1) == date(2026, 2, 1)
    assert days_later(date(2026, 3, 1), -1) == date(2026, 2, 28)
    assert days_later(date.max, 1) == days_later(date(9999, 1, 1), 9999) == date.max
    assert days_later(date.min, -1) == date.min
    assert days_later(date.max, 0) == date.max
