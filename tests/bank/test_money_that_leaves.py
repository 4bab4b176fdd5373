"""Money that leaves: a refund, a payment that came back, or nothing of ours; and which documents add up to a sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.bank.open_documents import OpenDocument, OpenPart
from beancount_invoicing.bank.payment_options import PaymentOption, payment_options
from beancount_invoicing.bank.sums import MOST_DOCUMENTS, choices, choices_above
from tests.bank.test_matching import CREDITS as KNOWN_PAYER
from tests.bank.test_matching import KIEFER_IBAN, line, match, one, summary

# refunds ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "action"), [(12, "book"), (11, "book"), (10, "propose")])
def test_money_does_not_leave_for_a_credit_note_of_a_later_day(day: int, action: str) -> None:
    """A2026-0001 is of 11 January; the payer's account is known, and the amount is its own."""
    refund = line("-80.00", payer_iban=KIEFER_IBAN, date=date(2026, 1, day))
    (proposal,) = match(refund, more=KNOWN_PAYER)
    assert summary(proposal) == (action, "C", [("A2026-0001", "-80.00")])
    assert proposal.against == (() if action == "book" else ("A2026-0001 is of 2026-01-11",))


@pytest.mark.parametrize(
    ("amount", "fee", "expected"),
    [
        ("-80.00", "0", ("book", "B", [("A2026-0001", "-80.00")])),
        ("-82.00", "2.00", ("book", "B", [("A2026-0001", "-80.00")])),  # the bank's fee is not the customer's
        ("-79.99", "0", ("book", "B", [("A2026-0001", "-79.99")])),  # a part of it
    ],
)
def test_a_refund_is_of_what_the_customer_got(amount: str, fee: str, expected: object) -> None:
    assert one(amount, "A2026-0001", fee=Decimal(fee)) == expected


def test_more_than_its_credit_is_no_refund_of_it() -> None:
    assert one("-80.01", "A2026-0001")[0] == "propose"
    assert one("-80.01", "A2026-0001")[2] == []


@pytest.mark.parametrize(("amount", "action"), [("0.00", "not-ours"), ("-33.00", "not-ours")])
def test_what_moves_no_money_of_a_customer_is_not_ours(amount: str, action: str) -> None:
    assert one(amount) == (action, "", [])


@pytest.mark.parametrize(("day", "action"), [(20, "return"), (19, "propose")])
def test_a_return_comes_after_what_it_reverses(day: int, action: str) -> None:
    """F2026-0004 was paid on 20 January."""
    assert one("-60.00", "F2026-0004", is_return=True, date=date(2026, 1, day))[0] == action


def test_without_the_bank_s_word_a_return_is_for_a_person() -> None:
    (proposal,) = match(line("-60.00", "F2026-0004"))
    assert summary(proposal) == ("propose", "B", [("F2026-0004", "-60.00")])
    assert proposal.against == ("the bank does not mark it as a return",)


# sums -------------------------------------------------------------------------------------------------------------------


def whole(**amounts: str) -> dict[str, list[PaymentOption]]:
    return {number: [PaymentOption(Decimal(amount), Decimal(amount))] for number, amount in amounts.items()}


def numbers(found: Sequence[tuple[tuple[str, PaymentOption], ...]]) -> list[str]:
    return ["".join(number for number, _option in choice) for choice in found]


def test_documents_that_add_up_to_the_money() -> None:
    options = whole(a="10", b="20", c="30", d="-5")
    assert sorted(numbers(choices(options, Decimal(30)))) == ["ab", "c"]
    assert numbers(choices(options, Decimal(60))) == ["abc"]
    assert sorted(numbers(choices(options, Decimal(25)))) == ["abd", "cd"]
    assert numbers(choices(options, Decimal(61))) == []
    assert numbers(choices(options, Decimal(-5))) == ["d"]
    assert numbers(choices(options, Decimal(0))) == [], "no document is no choice"


def test_of_choices_no_more_than_asked_for() -> None:
    options = whole(a="10", b="10", c="10", d="10")
    for most in (1, 2, 3, 4):
        assert len(choices(options, Decimal(10), most=most)) == most
    assert len(choices(options, Decimal(10), most=5)) == 4
    assert len(choices(options, Decimal(20), most=9)) == 6


def test_where_every_document_takes_part_each_has_one_of_its_amounts() -> None:
    options = {
        "a": [PaymentOption(Decimal(10), Decimal(10)), PaymentOption(Decimal(9), Decimal(10), Decimal(1), "discount")],
        "b": [PaymentOption(Decimal(20), Decimal(20))],
    }
    (choice,) = choices(options, Decimal(29), every=True)
    assert [(number, str(option.money)) for number, option in choice] == [("a", "9"), ("b", "20")]
    assert choices(options, Decimal(20), every=True) == ()
    assert numbers(choices(options, Decimal(20))) == ["b"]


def test_many_documents_are_added_up_in_no_time() -> None:
    many = whole(**{f"n{place}": str(2**place) for place in range(2 * MOST_DOCUMENTS)})
    (choice,) = choices(many, Decimal(2**24 - 1))
    assert len(choice) == 24


def test_a_little_more_than_the_money_is_a_fee() -> None:
    options = {number: found[0] for number, found in whole(a="10", b="20", c="30").items()}
    assert numbers(choices_above(options, Decimal(29), Decimal(1))) == ["ab", "c"]
    assert numbers(choices_above(options, Decimal("28.99"), Decimal(1))) == []
    assert numbers(choices_above(options, Decimal(30), Decimal(1))) == [], "exactly the money is not more"
    assert numbers(choices_above(options, Decimal("59.50"), Decimal("0.50"))) == ["abc"]
    assert numbers(choices_above(options, Decimal(29), Decimal(1), most=1)) == ["ab"]


# what somebody may mean to pay ------------------------------------------------------------------------------------------


def of_parts(*parts: tuple[str, bool]) -> OpenDocument:
    """A document of which these parts are open, each with whether it is kept back."""
    open_ = [
        OpenPart("Assets:A", date(2026, 1, place), Decimal(amount), place, retained)
        for place, (amount, retained) in enumerate(parts, 1)
    ]
    total = sum((part.open for part in open_), Decimal(0))
    return OpenDocument("F1", "Assets:A", "Acme", "EUR", date(2026, 1, 1), total, tuple(open_))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("100", False)], [("100", "all")]),
        ([("30", False), ("70", False)], [("100", "all"), ("30", "instalments")]),
        ([("30", False), ("30", False), ("40", False)], [("100", "all"), ("30", "instalments"), ("60", "instalments")]),
        ([("95", False), ("5", True)], [("100", "all"), ("95", "without retention")]),
        ([("60", False), ("35", False), ("5", True)], [("100", "all"), ("95", "without retention"), ("60", "instalments")]),
        ([("4", True), ("5", True)], [("9", "all")]),
    ],
)  # fmt: skip
def test_a_document_in_parts_may_be_paid_in_some_of_them(
    parts: list[tuple[str, bool]], expected: list[tuple[str, str]]
) -> None:
    document = of_parts(*parts)
    found = payment_options(document, document.open, date(2026, 2, 1))
    assert [(str(option.money), option.means) for option in found] == expected
    rest = payment_options(document, document.open - 1, date(2026, 2, 1))
    assert [option.money for option in rest] == [document.open - 1], "of what is paid in part only the rest"
