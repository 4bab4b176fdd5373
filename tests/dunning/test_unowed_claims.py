"""Claims for late interest that turn out not to be owed, and money on the account that stops interest."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.checks import check
from beancount_invoicing.dunning import Unowed, interest_on, propose, unowed
from beancount_invoicing.dunning.claims import claim_rule
from beancount_invoicing.dunning.unowed_claims import _beyond, _indemnity
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.receivables import OnAccount, Position, positions
from tests.dunning.test_claims import (
    FRANCE,
    INDEMNITY,
    INTEREST_TO_FEBRUARY,
    a_claim,
    charging,
    credit,
    figures,
    given_back,
    invoice,
    paid,
)
from tests.ledgers import book_of
from tests.receivables.test_corrections import replaced

D = Decimal
DAY = date(2026, 6, 30)
CLAIM = a_claim(INTEREST_TO_FEBRUARY + INDEMNITY)
"""Of 47.59, the interest of 10 to 28 February on 1200.00 and the fixed sum."""


def at(ledger: str, day: date = date(2026, 6, 30)) -> tuple[Book, Position]:
    book = book_of(ledger)
    return book, next(position for position in positions(book, day) if position.invoice.number == "N1")


def beyond(ledger: str, day: date = date(2026, 6, 30)) -> Unowed | None:
    book, position = at(ledger, day)
    (claim,) = book.interest_invoices["N1"]
    return unowed(book, position, claim)


def warned(ledger: str) -> list[str]:
    return [finding.message for finding in check(book_of(ledger)) if finding.rule == "claim-unowed"]


def test_a_claim_is_owed_as_long_as_its_invoice_is() -> None:
    assert beyond(FRANCE + invoice() + CLAIM) is None
    assert beyond(FRANCE + invoice() + CLAIM + paid("2026-04-01", "1200.00")) is None
    paid_late = FRANCE + invoice() + paid("2026-02-28", "1200.00") + CLAIM
    assert beyond(paid_late) is None


def test_a_claim_for_another_invoice_and_what_is_none_tell_nothing() -> None:
    other = invoice().replace("N1", "N2")
    book, position = at(FRANCE + invoice() + other + CLAIM + credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00"))
    (claim,) = book.interest_invoices["N1"]
    assert unowed(book, position, claim) is not None
    assert (
        unowed(book, next(position for position in positions(book, DAY) if position.invoice.number == "N2"), claim)
        is None
    )
    assert unowed(book, position, replace_kind(claim)) is None


def replace_kind(claim: Invoice) -> Invoice:
    """The claim, were it an invoice."""
    return claim._replace(kind="invoice")


def test_what_is_credited_takes_its_claim_with_it() -> None:
    ledger = FRANCE + invoice() + CLAIM + credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00")
    found = beyond(ledger)
    assert found is not None
    assert (found.amount, found.is_whole) == (D("47.59"), True)
    text = "C1: K1 credits N1: the 47.59 EUR was never owed; credit the claim: bean-invoice credit C1 --write"
    assert warned(ledger) == [text]
    assert beyond(ledger, date(2026, 3, 9)) is None, "nothing later changes what was asked before"


def test_a_part_that_is_credited_takes_its_share_of_the_interest_but_not_the_fixed_sum() -> None:
    ledger = FRANCE + invoice() + CLAIM + credit("2026-03-10", "K1", "500.00", "100.00", "600.00")
    found = beyond(ledger)
    assert found is not None
    assert (str(found.amount), found.is_whole) == ("3.79", False), "half of 7.59, what is left of it rounded"
    assert warned(ledger)[0].endswith("then bean-invoice interest N1 --book --write")
    back = credit("2026-03-12", "K2", "47.59", "0.00", "47.59", "C1").replace('    tax: "FR20"\n', "")
    assert warned(ledger + back) == [], "it was followed"


def test_what_was_credited_before_the_claim_is_reckoned_with() -> None:
    before = FRANCE + invoice() + credit("2026-02-20", "K1", "500.00", "100.00", "600.00")
    claim = a_claim(INTEREST_TO_FEBRUARY.replace("7.59", "3.79") + INDEMNITY)
    assert beyond(before + claim) is None
    all_of_it = FRANCE + invoice() + credit("2026-02-20", "K1", "1000.00", "200.00", "1200.00")
    found = beyond(all_of_it + CLAIM)
    assert found is not None
    assert found.is_whole, "claimed though nothing of it was owed any more"


def test_what_is_credited_after_it_was_paid_late_was_never_owed_either() -> None:
    late = FRANCE + invoice() + paid("2026-02-28", "1200.00")
    credited = credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00")
    assert figures(late) == ("7.59", "40.00")
    book, position = at(late + credited)
    assert interest_on(book, position, position.as_of) is None
    found = beyond(late + CLAIM + credited)
    assert found is not None
    assert found.is_whole


def test_a_claim_at_a_contract_s_lower_rate_is_measured_by_what_it_charges() -> None:
    claim = a_claim(INTEREST_TO_FEBRUARY.replace("7.59", "7.00"))
    found = beyond(FRANCE + invoice() + claim + credit("2026-03-10", "K1", "500.00", "100.00", "600.00"))
    assert found is not None
    assert str(found.amount) == "3.50"
    low = a_claim(INTEREST_TO_FEBRUARY.replace("7.59", "2.00"))
    assert beyond(FRANCE + invoice() + low + credit("2026-03-10", "K1", "500.00", "100.00", "600.00")) is None


def test_a_draft_is_taken_out() -> None:
    draft = a_claim(INTEREST_TO_FEBRUARY, flag="!").replace('"C1"', '"draft-c"').replace("^C1", "^draft-c")
    found = beyond(FRANCE + invoice() + draft + credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00"))
    assert found is not None
    assert found.advice().endswith("; take the draft out")


def test_what_a_credit_note_gave_back_of_the_claim_is_no_matter_a_draft_or_a_later_one_does_not_count() -> None:
    ledger = FRANCE + invoice() + CLAIM + credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00")

    def left(day: str, flag: str) -> str:
        found = beyond(ledger + given_back(INDEMNITY, day, "K2" if flag == "*" else "draft-2", flag=flag))
        return str(found.amount) if found else ""

    assert (left("2026-03-12", "*"), left("2026-03-12", "!"), left("2026-07-01", "*")) == ("7.59", "47.59", "47.59")


def test_what_was_charged_for_the_whole_is_not_told_of_a_share_and_what_is_given_back_not_at_all() -> None:
    ledger = FRANCE + invoice() + CLAIM + credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00")
    assert beyond(ledger + given_back(INTEREST_TO_FEBRUARY + INDEMNITY, "2026-03-12", "K2")) is None
    taken = "\n".join(
        (
            '2026-03-01 * "Taken over" ^N1',
            "  Assets:Receivable:Acme  -300.00 EUR",
            "  Assets:Receivable:Kiefer  300.00 EUR\n",
        )
    )
    part = credit("2026-03-10", "K1", "500.00", "100.00", "600.00")
    book = book_of(FRANCE + invoice() + CLAIM + taken + part)
    (claim,) = book.interest_invoices["N1"]
    shares = [position for position in positions(book, DAY, by_debtor=True) if position.invoice.number == "N1"]
    assert [(share.debtor_share, unowed(book, share, claim)) for share in shares] == [(1, None), (2, None)]


def test_what_was_paid_of_one_instalment_or_credited_in_time_leaves_the_claim_for_the_rest() -> None:
    """Half of it is late in both cases: 600.00 × 12.15 % × 19 / 365."""
    half = FRANCE + a_claim(charging("2026-02-10", "2026-02-28", "3.79"))
    first = '\n2026-01-20 * "Paid"\n  Assets:Bank  600.00 EUR\n  Assets:Receivable:Acme\n    settles: "N1"\n    instalment: 1\n'
    assert beyond(half + invoice(more='  terms: "50% 10 days; 50% 30 days"\n') + first) is None
    assert beyond(half + invoice() + credit("2026-01-20", "K1", "500.00", "100.00", "600.00")) is None


def test_a_claim_that_is_written_off_is_no_matter() -> None:
    off = '\n2026-03-12 * "Let off" ^C1 #write-off\n  Expenses:BadDebt  47.59 EUR\n  Assets:Receivable:Acme\n'
    note = credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00")
    assert warned(FRANCE + invoice() + CLAIM + note + off) == []


def test_no_letter_asks_for_it() -> None:
    ledger = FRANCE + invoice() + CLAIM
    note = credit("2026-03-10", "K1", "1000.00", "200.00", "1200.00")
    (letter,) = propose(book_of(ledger), date(2026, 5, 30))
    assert [late.position.invoice.number for late in letter.invoices] == ["N1", "C1"]
    (held,) = propose(book_of(ledger + note), date(2026, 5, 30))
    assert held.level is None
    assert [(invoice.number, invoice.reason) for invoice in held.held] == [
        ("C1", "K1 credits N1: the 47.59 EUR was never owed; credit the claim: bean-invoice credit C1 --write")
    ]


def allocated_later(position: Position, day: date) -> Position:
    """The position as if all that settles it had come earlier, and lain on the account until an entry said so."""
    return position._replace(allocations=tuple(allocation._replace(paid_on=day) for allocation in position.allocations))


def test_money_that_is_allocated_later_counts_from_the_day_on_which_it_came() -> None:
    book, position = at(FRANCE + invoice() + paid("2026-05-05", "1200.00"))
    assert interest_on(book, position, position.as_of) is not None
    assert interest_on(book, allocated_later(position, date(2026, 1, 2)), position.as_of) is None, "no fixed sum either"
    ten_days = interest_on(book, allocated_later(position, date(2026, 2, 19)), position.as_of)
    assert ten_days is not None
    assert (str(ten_days.amount), str(ten_days.indemnity)) == ("3.99", "40.00")


def test_a_claim_for_what_had_come_in_time_is_warned_of_once_that_is_said() -> None:
    book, position = at(FRANCE + invoice() + CLAIM + paid("2026-05-05", "1200.00"))
    (claim,) = book.interest_invoices["N1"]
    found = unowed(book, allocated_later(position, date(2026, 1, 2)), claim)
    assert found is not None
    assert found.is_whole
    assert found.reason.startswith("what settles N1 came on 2026-01-02 (")
    late = unowed(book, allocated_later(position, date(2026, 2, 19)), claim)
    assert late is not None
    assert str(late.amount) == "3.60", "9 of 19 days"
    assert unowed(book, allocated_later(position, date(2026, 3, 1)), claim) is None, "after the days that it charges"


def said_later(day: str, amount: str) -> str:
    """An entry that says that money on the account was for N1."""
    return f"""
{day} * "That was for N1"
  Assets:Receivable:Acme   {amount} EUR
  Assets:Receivable:Acme  -{amount} EUR
    settles: "N1"
"""


def test_an_entry_that_allocates_money_later_makes_the_day_of_the_money_count() -> None:
    early = on_account("2026-01-02", "1200.00") + said_later("2026-05-05", "1200.00")
    book, position = at(FRANCE + invoice() + early)
    assert interest_on(book, position, position.as_of) is None, "it was there before the invoice"
    assert warned(FRANCE + invoice() + CLAIM + early)[0].startswith("C1: what settles N1 came on 2026-01-02 (")
    halves = on_account("2026-01-02", "600.00") + on_account("2026-01-03", "600.00")
    halves += said_later("2026-05-05", "600.00") * 2
    assert warned(FRANCE + invoice() + CLAIM + halves)[0].startswith("C1: what settles N1 came on 2026-01-02 (")
    ledger = FRANCE + invoice() + CLAIM + early
    back = credit("2026-05-06", "K2", "47.59", "0.00", "47.59", "C1").replace('    tax: "FR20"\n', "")
    assert warned(ledger + back) == []
    half = on_account("2026-01-02", "600.00") + said_later("2026-05-05", "600.00")
    found = beyond(FRANCE + invoice() + CLAIM + half)
    assert found is not None
    assert str(found.amount) == "3.79"


def test_a_claim_that_reckoned_with_what_lay_there_is_owed_once_it_is_allocated() -> None:
    there = on_account("2026-02-19", "600.00")
    claim = a_claim(INTEREST_TO_FEBRUARY.replace("7.59", "5.79") + INDEMNITY)  # 10 days on 1200.00, 9 on 600.00
    assert warned(FRANCE + invoice() + there + claim + said_later("2026-05-05", "600.00")) == []


def test_money_that_was_for_another_document_never_was_for_this_one() -> None:
    second = invoice("2026-01-11").replace("N1", "N2")
    moved = said_later("2026-03-05", "1200.00").replace('    settles: "N1"', '    settles: "N2"')
    moved = moved.replace("  1200.00 EUR\n", '  1200.00 EUR\n    settles: "N1"\n', 1)
    book = book_of(FRANCE + invoice() + second + paid("2026-01-20", "1200.00") + moved)
    first, other = (
        position for position in positions(book, date(2026, 3, 31)) if position.invoice.number in {"N1", "N2"}
    )
    assert interest_on(book, other, other.as_of) is None
    late = interest_on(book, first, first.as_of)
    assert late is not None
    assert str(late.amount) == "19.97", "from its due date on, not from the day on which that was said"


@pytest.mark.parametrize(("until", "kept"), [("2026-03-15", True), ("2026-03-05", False)])
def test_a_promise_is_kept_by_money_that_came_by_its_day(until: str, kept: bool) -> None:
    promise = (
        f'\n2026-03-01 note Assets:Receivable:Acme "Said" ^N1\n  event: "promise"\n  until: {until}\n  amount: 600.00\n'
    )
    ledger = invoice() + promise + on_account("2026-03-10", "600.00") + said_later("2026-04-20", "600.00")
    (letter,) = propose(book_of(ledger), date(2026, 5, 30))
    (reason,) = letter.reasons
    assert ("was broken" not in reason.reason) is kept


# money on the account


def on_account(day: str, amount: str, more: str = "") -> str:
    return f'\n{day} * "A transfer, no reference"\n  Assets:Bank  {amount} EUR\n  Assets:Receivable:Acme\n{more}'


def test_money_on_the_account_stops_interest_from_its_day_on() -> None:
    def of(ledger: str) -> tuple[str, str | None] | None:
        book, position = at(ledger, date(2026, 3, 31))
        found = interest_on(book, position, position.as_of)
        return None if found is None else (str(found.amount), None if found.indemnity is None else str(found.indemnity))

    assert of(FRANCE + invoice() + on_account("2026-02-09", "1200.00")) is None, "there on the due date"
    assert of(FRANCE + invoice() + on_account("2026-02-19", "1200.00")) == ("3.99", "40.00")
    assert of(FRANCE + invoice() + on_account("2026-02-19", "600.00")) == ("11.98", "40.00")
    back = '\n2026-03-01 * "It bounced"\n  Assets:Receivable:Acme  1200.00 EUR\n  Assets:Bank\n'
    assert of(FRANCE + invoice() + on_account("2026-02-19", "1200.00") + back) == ("15.98", "40.00"), "10 + 30 days"
    dollars = on_account("2026-02-09", "1200.00").replace("EUR", "USD")
    assert of(FRANCE + invoice() + dollars) == ("19.97", "40.00"), "of another currency"


def test_no_letter_asks_for_a_claim_whose_invoice_that_money_may_have_paid() -> None:
    (held,) = propose(book_of(FRANCE + invoice() + CLAIM + on_account("2026-01-20", "1200.00")), date(2026, 5, 30))
    assert held.level is None
    (invoiced, claim) = held.held
    assert (invoiced.number, "is exactly what is open of N1" in invoiced.reason) == ("N1", True)
    assert (claim.number, claim.reason) == (
        "C1", "1200.00 EUR on the account may be for N1: write what it settles, or pay it back",
    )  # fmt: skip
    assert warned(FRANCE + invoice() + CLAIM + on_account("2026-01-20", "1200.00")) == [], "nobody has said so yet"


def test_the_steps_say_what_counts_as_paid() -> None:
    book, position = at(FRANCE + invoice() + on_account("2026-02-19", "600.00"), date(2026, 3, 31))
    found = interest_on(book, position, position.as_of)
    assert found is not None
    step = found.steps[0]
    assert (step.figure, step.result) == ("paid", D("600.00"))
    assert step.because.endswith(": on the account, not allocated; counts as paid")
    assert step.because.startswith("2026-02-19, ")


def test_it_covers_what_was_due_first() -> None:
    second = invoice("2026-01-20").replace("N1", "N2")
    book = book_of(FRANCE + invoice() + second + on_account("2026-02-09", "1500.00"))
    covered = {
        position.invoice.number: [account.amount for account in position.on_account]
        for position in positions(book, date(2026, 3, 31))
    }
    assert covered == {"N1": [D("1200.00")], "N2": [D("300.00")]}


def test_what_goes_back_is_what_came_last() -> None:
    ledger = FRANCE + invoice() + on_account("2026-02-09", "700.00") + on_account("2026-02-12", "400.00")
    ledger += '\n2026-03-01 * "Sent back"\n  Assets:Receivable:Acme  500.00 EUR\n  Assets:Bank\n'
    _book, position = at(ledger, date(2026, 3, 31))
    assert [(str(account.date), str(account.amount)) for account in position.on_account] == [
        ("2026-02-09", "700.00"),
        ("2026-02-12", "400.00"),
        ("2026-03-01", "-400.00"),
        ("2026-03-01", "-100.00"),
    ]
    assert isinstance(position.on_account[0], OnAccount)


@pytest.mark.parametrize(("amount", "notice"), [("600.00", True), ("0.00", False)])
def test_the_letter_says_that_it_claims_nothing_for_what_is_there(amount: str, notice: bool) -> None:
    reminders = "\n".join(
        f'{day} note Assets:Receivable:Acme "Sent" ^N1\n  event: "reminder"\n  level: {level}'
        for level, day in ((1, "2026-02-20"), (2, "2026-03-05"))
    )
    money = on_account("2026-02-19", amount) if notice else ""
    (letter,) = propose(book_of(FRANCE + invoice() + money + f"\n{reminders}\n"), date(2026, 3, 31))
    assert letter.level == 3
    assert str(letter.interest) == ("11.98" if notice else "19.97")
    said = [text for text in letter.notices if "which claims no interest for what it covers" in text]
    assert bool(said) is notice


def test_the_fixed_sum_is_the_laws_or_as_much_as_was_charged_and_of_nothing_none() -> None:
    book = book_of(FRANCE + invoice())
    rule = claim_rule(book, book.invoices[0], DAY)
    assert [_indemnity(rule, D(debt), "EUR", D("35.00")) for debt in ("0.50", "0.00", "-1.00")] == [D(40), D(0), D(0)]
    assert _indemnity(rule, D("0.50"), "USD", D("35.00")) == D("35.00")
    assert _indemnity(None, D("0.50"), "EUR", D("35.00")) == D("35.00")


def test_a_draft_of_a_credit_note_is_no_reason_and_each_note_is_named_once() -> None:
    notes = credit("2026-03-10", "K1", "500.00", "100.00", "600.00")
    draft = credit("2026-03-11", "draft-2", "50.00", "10.00", "60.00").replace("2026-03-11 *", "2026-03-11 !")
    assert warned(FRANCE + invoice() + CLAIM + notes + draft)[0].startswith("C1: K1 credits N1: ")


def test_the_reason_is_what_was_known_by_then() -> None:
    ledger = FRANCE + invoice() + paid("2026-02-28", "1200.00") + CLAIM
    notes = credit("2026-03-10", "K1", "900.00", "180.00", "1080.00")
    later = credit("2026-07-01", "K2", "50.00", "10.00", "60.00")
    draft = credit("2026-03-11", "draft-3", "10.00", "2.00", "12.00").replace("2026-03-11 *", "2026-03-11 !")
    found = beyond(ledger + notes + later + draft)
    assert found is not None
    assert found.reason == "K1 credits N1"
    last = beyond(ledger + notes + later, date(2026, 7, 1))
    assert last is not None
    assert last.reason == "K1, K2 credits N1"
    replacing = beyond(FRANCE + invoice() + CLAIM + replaced("N1", "N5", "2026-03-10", "1200.00", "600.00"))
    assert replacing is not None
    assert replacing.reason == "N5 replaces N1"


@pytest.mark.parametrize(
    ("reckoned", "expected"),
    [
        (("7.59", "7.59", "7.59"), "0"),  # full, then, now
        (("7.59", "7.59", "3.795"), "5.00"),  # in proportion
        (("7.59", "7.59", "0.50"), "9.34"),
        (("20.00", "20.00", "9.99"), "0"),  # a cent more than all of it is rounding
        (("20.00", "20.00", "9.98"), "5.01"),
        (("7.59", "7.59", "0"), "10.00"),
        (("0.50", "0", "0"), "10.00"),  # nothing was owed even then
        (("0", "0", "0"), "0"),  # late by no reckoning of ours: another one made it
    ],
)
def test_what_is_owed_of_a_line_goes_by_what_would_have_been_claimed(
    reckoned: tuple[str, str, str], expected: str
) -> None:
    full, then, now = map(D, reckoned)
    assert _beyond(D("10.00"), full, then, now, 2) == D(expected)


def test_a_line_that_gives_back_hides_none_that_charges() -> None:
    """A rebate of 1.00 stands first on the claim; the invoice was credited whole before it was late: none of it was owed."""
    rebate = '  Income:Services  1.00 EUR\n    text: "Rebate"\n'
    claim = a_claim(rebate + INTEREST_TO_FEBRUARY + INDEMNITY)
    found = beyond(FRANCE + invoice() + claim + credit("2026-03-15", "A1", "1000.00", "200.00", "1200.00"))
    assert found is not None
    assert str(found.amount) == "47.59"
