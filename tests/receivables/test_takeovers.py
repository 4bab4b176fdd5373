"""Claims that another customer takes over: who owes what, on which day, and what goes along."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations, product

import pytest
from beancount import loader
from beancount.core.data import Transaction

from beancount_invoicing.checks import check
from beancount_invoicing.dunning import interest_on, propose
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import aging, allocate, lapsing, positions, statements
from beancount_invoicing.receivables.debtors import events_by_number, events_of
from tests.ledgers import PRELUDE, book_of

D = Decimal
DAY = date(2026, 6, 30)
ACME, KIEFER = "Assets:Receivable:Acme", "Assets:Receivable:Kiefer"
GAMMA = "Assets:Receivable:Gamma"
OPEN = f'\n2025-01-01 open {GAMMA}\n  customer: "Gamma SA"\n2025-01-01 open {KIEFER}:Doubtful\n'
OPEN += '2025-01-01 custom "invoice-option" "late-interest" "12"\n'


def invoice(number: str, amount: str, customer: str = ACME, day: str = "2026-01-10", more: str = "") -> str:
    """A document of one line without tax."""
    return (
        f'\n{day} * "Work" ^{number}\n  invoice: "{number}"\n{more}  {customer}  {amount} EUR\n'
        f'  Income:Services\n    text: "Work"\n    tax: "REVERSE"\n'
    )


def moves(day: str, *legs: tuple[str, str], links: str = "") -> str:
    """A transaction between customers."""
    return f'\n{day} * "Taken over" {links}\n' + "".join(f"  {account}  {amount} EUR\n" for account, amount in legs)


def paid(day: str, customer: str, amount: str, links: str = "^N1") -> str:
    """A payment that links."""
    return f'\n{day} * "Paid" {links}\n  Assets:Bank  {amount} EUR\n  {customer}  -{amount} EUR\n'


def owed(book: Book, day: date = DAY) -> dict[str, dict[str, str]]:
    """What is open of each document, by who owes it."""
    result: dict[str, dict[str, str]] = {}
    for position in positions(book, day, by_debtor=True):
        if position.open and position.debtor:
            result.setdefault(position.invoice.number, {})[position.debtor.account] = str(position.open)
    return result


def rules(book: Book) -> list[str]:
    """The findings about payments and transfers."""
    ours = {"transfer-names-none", "settles-elsewhere", "settles-beyond-open", "other-customer"}
    return [finding.rule for finding in check(book) if finding.rule in ours]


ONE = OPEN + invoice("N1", "300.00")
WHOLE = ONE + moves("2026-03-01", (KIEFER, "300.00"), (ACME, "-300.00"), links="^N1")


def test_a_loss_is_taken_over_by_nobody() -> None:
    book = book_of(ONE + moves("2026-03-01", (KIEFER, "300.00"), (ACME, "-300.00"), links="^N1 #write-off"))
    assert owed(book).get("N1", {}) == {}


def test_entries_of_other_plugins_may_have_no_tags_at_all() -> None:
    entries, errors, options = loader.load_string(PRELUDE + WHOLE)
    assert errors == []
    bare = [
        entry._replace(tags=None) if isinstance(entry, Transaction) else entry  # type: ignore[arg-type] # as plugins do
        for entry in entries
    ]
    assert owed(read_book(bare, options)) == {"N1": {KIEFER: "300.00"}}


def test_from_the_day_on_the_other_customer_owes_it_and_not_before() -> None:
    book = book_of(WHOLE)
    assert owed(book, date(2026, 2, 28)) == {"N1": {ACME: "300.00"}}
    assert owed(book, date(2026, 3, 1)) == {"N1": {KIEFER: "300.00"}}
    (position,) = positions(book, DAY)
    assert (position.invoice.customer.account if position.invoice.customer else "", str(position.due)) == (
        ACME,
        "2026-02-09",
    )
    assert [row.account for row in aging(book, DAY).rows] == [KIEFER]
    assert rules(book) == []


def test_its_payments_settle_it_by_link_or_by_name() -> None:
    book = book_of(WHOLE + paid("2026-03-01", KIEFER, "100.00"))
    assert owed(book) == {"N1": {KIEFER: "200.00"}}
    named = paid("2026-03-01", KIEFER, "200.00", "").rstrip("\n") + '\n    settles: "N1"\n'
    assert owed(book_of(WHOLE + paid("2026-03-01", KIEFER, "100.00") + named)) == {}
    assert rules(book) == []


def test_a_payment_by_it_before_that_day_is_refused_with_the_day() -> None:
    (found,) = [
        finding
        for finding in check(book_of(WHOLE + paid("2026-02-28", KIEFER, "100.00")))
        if finding.severity == "error"
    ]
    assert "before it is taken over on 2026-03-01" in found.message


def test_a_payment_by_the_old_customer_says_what_to_do_and_each_advice_leads_out() -> None:
    late = paid("2026-03-05", ACME, "300.00")
    assert rules(book_of(WHOLE + late)) == ["settles-elsewhere"]
    back = moves("2026-03-05", (ACME, "300.00"), (KIEFER, "-300.00"), links="^N1")
    assert (owed(book_of(WHOLE + back + late)), rules(book_of(WHOLE + back + late))) == ({}, [])
    assert rules(book_of(WHOLE + late.replace("^N1", ""))) == []
    assert rules(book_of(WHOLE + late.replace(ACME, KIEFER))) == []


def test_of_a_part_each_owes_its_share_and_pays_it() -> None:
    part = ONE + paid("2026-02-01", ACME, "40.00")
    part += moves("2026-03-01", (KIEFER, "100.00"), (ACME, "-100.00"), links="^N1")
    assert owed(book_of(part)) == {"N1": {KIEFER: "100.00", ACME: "160.00"}}
    book = book_of(part + paid("2026-04-01", KIEFER, "30.00") + paid("2026-04-02", ACME, "60.00"))
    assert owed(book) == {"N1": {KIEFER: "70.00", ACME: "100.00"}}
    shares = positions(book, DAY, by_debtor=True)
    assert [(str(share.payable), str(share.settled)) for share in shares] == [("100.00", "30.00"), ("200.00", "100.00")]
    (whole,) = positions(book, DAY)
    assert (whole.payable, whole.open, [debtor.account for debtor in whole.debtors]) == (D(300), D(170), [KIEFER, ACME])


def test_interest_of_the_shares_is_that_of_the_whole_and_the_indemnity_comes_once() -> None:
    book = book_of(ONE + moves("2026-03-01", (KIEFER, "100.00"), (ACME, "-100.00"), links="^N1"))
    interests = [interest_on(book, position, DAY) for position in positions(book, DAY, by_debtor=True)]
    (whole,) = [interest_on(book, position, DAY) for position in positions(book_of(ONE), DAY)]
    assert whole and sum(interest.amount for interest in interests if interest and interest.amount) == whole.amount
    assert [interest.indemnity if interest else None for interest in interests] == [D("40.00"), None]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_it_goes_on_from_hand_to_hand_on_one_day_in_whatever_order(order: tuple[int, ...]) -> None:
    texts = [
        moves("2026-03-01", (KIEFER, "300.00"), (ACME, "-300.00"), links="^N1"),
        moves("2026-03-01", (GAMMA, "300.00"), (KIEFER, "-300.00"), links="^N1"),
        paid("2026-03-01", GAMMA, "120.00"),
    ]
    book = book_of(ONE + "".join(texts[place] for place in order))
    assert (owed(book), rules(book)) == ({"N1": {GAMMA: "180.00"}}, [])


def test_several_documents_a_credit_note_and_sub_accounts_each_to_their_like() -> None:
    kept = invoice("N2", "95.00", more="").replace(
        f"  {ACME}  95.00 EUR\n", f"  {ACME}  95.00 EUR\n  {ACME}:Doubtful  5.00 EUR\n"
    )
    text = ONE + kept + invoice("A1", "-20.00")
    text += moves(
        "2026-03-01", (KIEFER, "395.00"), (ACME, "-395.00"), (ACME + ":Doubtful", "-5.00"), (KIEFER + ":Doubtful", "5.00"),
        links="^N1 ^N2",
    )  # fmt: skip
    text += moves("2026-03-01", (KIEFER, "-20.00"), (ACME, "20.00"), links="^A1")
    book = book_of(text)
    assert owed(book) == {"N1": {KIEFER: "300.00"}, "N2": {KIEFER: "100.00"}, "A1": {KIEFER: "-20.00"}}
    assert {(item.account, str(item.open)) for item in allocate(book, DAY).open_items if item.open} == {
        (KIEFER, "300.00"),
        (KIEFER, "95.00"),
        (KIEFER + ":Doubtful", "5.00"),
        (KIEFER, "-20.00"),
    }
    assert rules(book) == []


def test_each_takes_over_no_more_than_its_share_and_nothing_goes_twice() -> None:
    """Of 300.00 and 100.00 the one takes 300.00, the other 50.00; 50.00 stay."""
    text = ONE + invoice("N2", "100.00") + moves(
        "2026-03-01", (ACME, "-350.00"), (KIEFER, "300.00"), (GAMMA, "50.00"), links="^N1 ^N2"
    )  # fmt: skip
    book = book_of(text)
    assert owed(book) == {"N1": {KIEFER: "300.00"}, "N2": {ACME: "50.00", GAMMA: "50.00"}}
    assert [(move.invoice.number, move.account, str(move.amount)) for move in allocate(book, DAY).moves] == [
        ("N1", KIEFER, "300.00"), ("N2", GAMMA, "50.00"),
    ]  # fmt: skip


def test_settles_says_which_document_goes_to_whom() -> None:
    text = ONE + invoice("N2", "300.00")
    text += f'\n2026-03-01 * "To two" ^N1 ^N2\n  {ACME}  -600.00 EUR\n'
    text += f'  {KIEFER}  300.00 EUR\n    settles: "N2"\n  {GAMMA}  300.00 EUR\n    settles: "N1"\n'
    assert owed(book_of(text)) == {"N1": {GAMMA: "300.00"}, "N2": {KIEFER: "300.00"}}


def test_reminders_and_disputes_go_along_a_hold_of_the_customer_does_not() -> None:
    notes = f'\n2026-02-15 note {ACME} "first" ^N1\n  event: "reminder"\n  level: 1\n'
    notes += f'2026-02-16 note {ACME} "wrong" ^N1\n  event: "dispute"\n  amount: 50.00\n'
    notes += f'2026-02-17 note {ACME} "wait"\n  event: "hold"\n'
    book = book_of(WHOLE + notes)
    (position,) = positions(book, DAY)
    assert ([event.kind for event in position.events], position.disputed) == (["reminder", "dispute"], D("50.00"))
    assert [(proposal.customer.account, proposal.level) for proposal in propose(book, DAY)] == [(KIEFER, 2)]
    assert propose(book, date(2026, 2, 28))[0].held[0].reason.startswith("on hold")
    kiefers = book_of(WHOLE + notes + f'2026-04-01 note {KIEFER} "wait"\n  event: "hold"\n')
    assert propose(kiefers, DAY)[0].held[0].reason.startswith("on hold")
    (row,) = aging(book, DAY).rows
    assert (row.account, row.disputed) == (KIEFER, D("50.00"))


def test_a_dispute_of_one_who_owes_a_share_is_not_the_others() -> None:
    text = ONE + moves("2026-03-01", (KIEFER, "100.00"), (ACME, "-100.00"), links="^N1")
    book = book_of(text + f'2026-04-01 note {KIEFER} "wrong" ^N1\n  event: "dispute"\n')
    assert {
        position.debtor.account: position.disputed
        for position in positions(book, DAY, by_debtor=True)
        if position.debtor
    } == {
        KIEFER: D("100.00"),
        ACME: D(0),
    }


def test_both_statements_show_it_and_meet_the_ledger() -> None:
    book = book_of(WHOLE)
    kiefer, acme = sorted(
        statements(book, DAY, customers={ACME, KIEFER}), key=lambda statement: statement.customer.name
    )[::-1]
    (old,), (new,) = acme.currencies, kiefer.currencies
    assert [(entry.kind, entry.other_customer, str(entry.amount)) for entry in old.entries][1:] == [
        ("handed-over", "Kiefer GmbH", "-300.00")
    ]
    assert [(entry.kind, entry.other_customer, str(entry.amount), entry.settles) for entry in new.entries] == [
        ("taken-over", "Acme SAS", "300.00", ("N1",))
    ]
    assert (old.closing, new.closing, [item.number for item in new.open]) == (D(0), D(300), ["N1"])
    assert old.unreconciled() is None is new.unreconciled()
    (before,) = statements(book, date(2026, 2, 28), customers={ACME})[0].currencies
    assert [entry.kind for entry in before.entries] == ["invoice"]


def test_it_lapses_for_who_owes_it() -> None:
    late = date(2031, 1, 1)
    assert [(lapse.debtor, lapse.open) for lapse in lapsing(book_of(WHOLE), allocate(book_of(WHOLE), late), late)] == [
        (KIEFER, D("300.00"))
    ]


def test_a_payment_booked_on_the_wrong_customer_is_corrected_as_ever() -> None:
    text = ONE + invoice("N2", "300.00", KIEFER) + paid("2026-02-01", KIEFER, "300.00", "^N2")
    book = book_of(text + moves("2026-03-01", (KIEFER, "300.00"), (ACME, "-300.00"), links="^N1 ^N2"))
    assert (owed(book), rules(book)) == ({"N2": {KIEFER: "300.00"}}, [])


def test_money_on_account_goes_to_the_other_customer() -> None:
    text = ONE + paid("2026-02-01", ACME, "330.00") + moves("2026-03-01", (KIEFER, "-30.00"), (ACME, "30.00"))
    book = book_of(text)
    left = [(unallocated.payment.account, str(unallocated.amount)) for unallocated in allocate(book, DAY).unallocated]
    assert (left, rules(book)) == ([(KIEFER, "-30.00")], [])


@pytest.mark.parametrize(("lies_there", "paid_by_it"), [("330.00", True), ("310.00", False)])
def test_it_is_money_like_any_other_there_once_all_of_it_lay_here(lies_there: str, paid_by_it: bool) -> None:
    """30.00 go to the other customer, where as much is open; of what only 10.00 lie here it is not known what it is."""
    text = '\n2025-01-01 custom "invoice-option" "allocate" "oldest"\n' + ONE + invoice("N2", "30.00", KIEFER)
    text += paid("2026-02-01", ACME, lies_there) + moves("2026-03-01", (KIEFER, "-30.00"), (ACME, "30.00"))
    book = book_of(text)
    assert owed(book) == ({} if paid_by_it else {"N2": {KIEFER: "30.00"}})
    given, taken = (statements(book, DAY, customers={main})[0].currencies[0].entries[-1] for main in (ACME, KIEFER))
    assert [(entry.kind, entry.other_customer) for entry in (given, taken)] == [
        ("handed-over", "Kiefer GmbH"), ("taken-over", "Acme SAS"),
    ]  # fmt: skip


def test_money_of_a_third_customer_does_not_go_along() -> None:
    text = ONE + paid("2026-02-01", GAMMA, "500.00", "") + paid("2026-02-01", ACME, "330.00")
    book = book_of(text + moves("2026-03-01", (KIEFER, "-30.00"), (ACME, "30.00")))
    left = [(unallocated.payment.account, str(unallocated.amount)) for unallocated in allocate(book, DAY).unallocated]
    assert sorted(left) == [(GAMMA, "-500.00"), (KIEFER, "-30.00")]


def test_what_is_moved_to_several_is_told_as_one_amount() -> None:
    legs = ((KIEFER, "100.00"), (GAMMA, "200.00"), (ACME, "-300.00"))
    (found,) = [finding for finding in check(book_of(ONE + moves("2026-03-01", *legs))) if "names-none" in finding.rule]
    assert found.message.startswith("this moves 300.00 EUR between customers")


def test_what_names_nothing_is_told_with_the_link_to_write() -> None:
    text = ONE + invoice("N2", "70.00") + moves("2026-03-01", (KIEFER, "70.00"), (ACME, "-70.00"))
    (found,) = [finding for finding in check(book_of(text)) if finding.rule == "transfer-names-none"]
    assert found.message.endswith(": ^N2")


def test_more_than_is_open_is_told_once() -> None:
    book = book_of(ONE + moves("2026-03-01", (KIEFER, "310.00"), (ACME, "-310.00"), links="^N1"))
    assert rules(book) == ["settles-beyond-open"]


def test_money_in_it_makes_it_payments_of_both() -> None:
    text = ONE + invoice("N2", "100.00", KIEFER)
    text += f'\n2026-03-01 * "One transfer for both" ^N1 ^N2\n  Assets:Bank  400.00 EUR\n  {ACME}  -300.00 EUR\n'
    text += f"  {KIEFER}  -100.00 EUR\n"
    book = book_of(text)
    assert (owed(book), book.transfers, book.takeovers) == ({}, (), {})


def test_what_was_said_on_the_day_itself_goes_along() -> None:
    note = f'\n2026-03-01 note {ACME} "wrong" ^N1\n  event: "dispute"\n  amount: 50.00\n'
    (position,) = positions(book_of(WHOLE + note), DAY)
    assert (position.disputed, [event.kind for event in position.events]) == (D("50.00"), ["dispute"])


def said(day: str, account: str) -> str:
    return f'\n{day} note {account} "Said"\n  event: "acknowledged"\n'


ON = moves("2026-04-01", (GAMMA, "300.00"), (KIEFER, "-300.00"), links="^N1")
BACK = moves("2026-05-01", (ACME, "300.00"), (KIEFER, "-300.00"), links="^N1")
AGAIN = moves("2026-06-01", (KIEFER, "300.00"), (ACME, "-300.00"), links="^N1")
ROUND = ON + moves("2026-05-01", (ACME, "300.00"), (GAMMA, "-300.00"), links="^N1")


@pytest.mark.parametrize(
    ("more", "event", "customer", "of_it"),
    [
        ("", said("2026-02-28", KIEFER), KIEFER, False),  # it did not owe that yet
        ("", said("2026-03-01", KIEFER), KIEFER, True),
        ("", said("2026-02-28", ACME), KIEFER, True),
        ("", said("2026-02-28", ACME), ACME, True),
        (ON, said("2026-02-28", KIEFER), GAMMA, False),
        (ON.replace("2026-04-01", "2026-03-01"), said("2026-02-28", KIEFER), KIEFER, False),
        (ON, said("2026-03-31", KIEFER), GAMMA, True),
        (BACK, said("2026-02-28", ACME), ACME, True),  # which has it back
        (BACK, said("2026-04-15", KIEFER), ACME, True),
        (ROUND, said("2026-02-28", ACME), ACME, True),
        (BACK + AGAIN, said("2026-02-28", KIEFER), KIEFER, False),
        (BACK + AGAIN, said("2026-04-15", KIEFER), KIEFER, True),
        ("", said("2026-02-28", ACME).replace("acknowledged", "hold"), KIEFER, False),  # of the customer itself
        ("", said("2026-02-28", ACME).replace('"Said"', '"Said" ^N1').replace("acknowledged", "hold"), KIEFER, True),
    ],
)
def test_what_one_says_of_all_that_it_owes_is_of_what_it_owes_then(
    more: str, event: str, customer: str, of_it: bool
) -> None:
    events = events_by_number(book_of(WHOLE + more + event), DAY)
    assert bool(events_of(events, customer, "N1")) == of_it
    another = f'\n2026-06-01 note {customer} "More" ^N1\n  event: "reminder"\n  level: 1\n'
    events = events_by_number(book_of(WHOLE + more + event + another), DAY)
    assert len(events_of(events, customer, "N1")) == 1 + of_it, "whatever else is said"


def test_a_claim_goes_to_another_account_and_to_no_leg_for_another_document() -> None:
    own = moves("2026-03-01", (ACME, "-300.00"), (ACME, "100.00"), (KIEFER, "200.00"), links="^N1")
    found = allocate(book_of(ONE + own), DAY)
    assert [(one.account, str(one.amount)) for one in found.moves] == [(KIEFER, "200.00")]
    two = OPEN + invoice("N1", "100.00") + invoice("N2", "100.00")
    for first, second in ((KIEFER, GAMMA), (GAMMA, KIEFER)):
        legs = [(ACME, "-100.00", "N1"), (ACME, "-100.00", "N2"), (first, "100.00", "N1"), (second, "100.00", "N2")]
        text = '\n2026-03-01 * "To two"\n' + "".join(
            f'  {account}  {amount} EUR\n    settles: "{number}"\n' for account, amount, number in legs
        )
        assert owed(book_of(two + text)) == {"N1": {first: "100.00"}, "N2": {second: "100.00"}}


@pytest.mark.parametrize("turned", list(product((False, True), repeat=3)))
def test_what_is_allocated_on_one_day_goes_the_same_way_in_whatever_order_it_is_written(
    turned: tuple[bool, ...],
) -> None:
    """150.00 lie there, and two entries allocate 100.00 each."""
    two = OPEN + invoice("N1", "100.00") + invoice("N2", "100.00") + paid("2026-02-01", ACME, "150.00", "")
    entries = []
    for number, swapped in zip(("N1", "N2"), turned, strict=False):
        legs = [f"  {ACME}  100.00 EUR\n", f'  {ACME}  -100.00 EUR\n    settles: "{number}"\n']
        entries.append('\n2026-03-01 * "Allocated"\n' + "".join(legs[::-1] if swapped else legs))
    text = "".join(entries[::-1] if turned[2] else entries)
    assert owed(book_of(two + text)) == {"N2": {ACME: "50.00"}}


def test_a_document_as_a_whole_has_the_history_of_who_took_it_over_last_and_a_void_number_none() -> None:
    part = ONE + moves("2026-03-01", (KIEFER, "100.00"), (ACME, "-100.00"), links="^N1")
    note = f'\n2026-03-02 note {KIEFER} "first" ^N1\n  event: "reminder"\n  level: 1\n'
    void = '\n2026-01-09 * "gone"\n  invoice: "N0"\n  kind: "void"\n'
    found = {one.invoice.number: one for one in positions(book_of(part + note + void), DAY)}
    assert [event.kind for event in found["N1"].events] == ["reminder"]
    assert (found["N0"].status, found["N0"].debtors, found["N0"].events) == ("void", (), ())


@pytest.mark.parametrize("amount", ["300.00", "0.40"])
def test_statements_tell_who_hands_over_whatever_the_amount_and_a_credit_note_the_other_way(amount: str) -> None:
    text = ONE + moves("2026-03-01", (KIEFER, amount), (ACME, f"-{amount}"), links="^N1")
    text += invoice("A1", f"-{amount}", day="2026-01-11") + moves(
        "2026-03-02", (KIEFER, f"-{amount}"), (ACME, amount), links="^A1"
    )  # fmt: skip
    found = {one.customer.name: one.currencies[0] for one in statements(book_of(text), DAY, customers={ACME, KIEFER})}
    told = {
        name: [(one.kind, one.other_customer) for one in account.entries if one.settles and one.date.month == 3]
        for name, account in found.items()
    }
    assert told == {
        "Acme SAS": [("handed-over", "Kiefer GmbH")] * 2,
        "Kiefer GmbH": [("taken-over", "Acme SAS")] * 2,
    }


@pytest.mark.parametrize(
    ("more", "payment", "expected"),
    [
        ("", paid("2026-03-05", ACME, "300.00"), "which Kiefer GmbH took over on 2026-03-01"),
        (ON, paid("2026-04-15", ACME, "300.00"), "which Kiefer GmbH took over on 2026-03-01"),  # from it
        (ON, paid("2026-04-15", KIEFER, "300.00"), "which Gamma SA took over on 2026-04-01"),
        (
            moves("2026-03-02", (GAMMA, "300.00"), (ACME, "-300.00"), links="^N2"),
            paid("2026-03-05", ACME, "300.00"),
            "names N1, which Kiefer GmbH took over on 2026-03-01",
        ),
    ],
)
def test_money_for_what_another_took_over_is_told_by_whom_then(more: str, payment: str, expected: str) -> None:
    (found,) = [
        one.message
        for one in check(book_of(WHOLE + invoice("N2", "300.00") + more + payment))
        if one.rule == "settles-elsewhere"
    ]
    assert expected in found


def test_who_takes_a_part_over_later_is_not_told_of_what_was_paid_before() -> None:
    part = ONE + moves("2026-03-01", (KIEFER, "100.00"), (ACME, "-100.00"), links="^N1")
    later = moves("2026-04-01", (GAMMA, "50.00"), (ACME, "-50.00"), links="^N1")
    pays = paid("2026-03-10", ACME, "150.00") + paid("2026-03-15", ACME, "80.00")
    (found,) = [one.message for one in check(book_of(part + pays + later)) if one.rule == "settles-elsewhere"]
    assert "which Kiefer GmbH took over on 2026-03-01: 30.00 stays unallocated" in found


def test_money_on_another_account_of_the_same_customer_is_told_where_the_claim_stands() -> None:
    below = [f"{KIEFER}:{name}" for name in ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")]
    opened = "".join(f"2025-01-01 open {account}\n" for account in below)
    text = invoice("N1", "300.00", KIEFER).replace(
        f"  {KIEFER}  300.00 EUR\n", "".join(f"  {account}  60.00 EUR\n" for account in below)
    )
    inside = moves("2026-03-01", (below[0], "-60.00"), (KIEFER + ":Doubtful", "60.00"), links="^N1")
    pays = paid("2026-03-05", KIEFER, "300.00")
    (found,) = [
        one.message for one in check(book_of(OPEN + opened + text + inside + pays)) if one.rule == "settles-elsewhere"
    ]
    stands = ", ".join(f"{account} in EUR" for account in sorted([*below[1:], KIEFER + ":Doubtful"]))
    assert f"which is on {stands}: it stays" in found, found
