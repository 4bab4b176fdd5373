"""Which line of a statement pays what: automatic only by evidence that nothing contradicts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.matching import match_lines
from beancount_invoicing.bank.open_documents import Receivables, receivables
from beancount_invoicing.bank.payments import SettledDocument
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Source
from beancount_invoicing.rules.references import (
    belgian_reference,
    creditor_reference,
    qr_reference,
    reference_on_page,
)
from tests.ledgers import sound_book

DAY = date(2026, 3, 10)
ACME_IBAN = "FR7630006000011234567890189"
KIEFER_IBAN = "DE89370400440532013000"

LEDGER = """
2026-01-01 custom "invoice-customer" Assets:Receivable:Acme
  payer-iban: "FR76 3000 6000 0112 3456 7890 189"
2026-01-05 * "Acme SAS" "One" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  100.00 EUR
  Income:Services
2026-01-06 * "Acme SAS" "Two" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  250.00 EUR
  Income:Services
2026-01-07 * "Kiefer GmbH" "Three" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Kiefer  480.00 EUR
  Income:Services
2026-01-08 * "Kiefer GmbH" "Four, paid" ^F2026-0004
  invoice: "F2026-0004"
  Assets:Receivable:Kiefer  60.00 EUR
  Income:Services
2026-01-20 * "Kiefer" "F2026-0004" ^F2026-0004
  Assets:Bank  60.00 EUR
  Assets:Receivable:Kiefer
2026-01-09 * "Acme SAS" "Five, in two parts" ^F2026-0005
  invoice: "F2026-0005"
  Assets:Receivable:Acme  300.00 EUR
    due: 2026-02-01
  Assets:Receivable:Acme  700.00 EUR
    due: 2026-06-01
  Income:Services
2026-01-10 * "Acme SAS" "Six, with a discount" ^F2026-0006
  invoice: "F2026-0006"
  cash-discount: "2% within 90 days"
  Assets:Receivable:Acme  1000.00 EUR
  Income:Services
2026-01-11 * "Kiefer GmbH" "Given back" ^A2026-0001
  invoice: "A2026-0001"
  Assets:Receivable:Kiefer  -80.00 EUR
  Income:Services
2026-01-12 ! "Kiefer GmbH" "Seven, a draft" ^draft-kiefer-7
  invoice: "draft-kiefer-7"
  Assets:Receivable:Kiefer  77.00 EUR
  Income:Services
2026-04-01 * "Kiefer GmbH" "Eight, later" ^F2026-0007
  invoice: "F2026-0007"
  Assets:Receivable:Kiefer  480.00 EUR
  Income:Services
"""


@cache
def known(more: str = "") -> Receivables:
    return receivables(sound_book(LEDGER + more), date(2026, 12, 31))


def line(amount: str, text: str = "", **values: Any) -> StatementLine:
    values.setdefault("date", DAY)
    values.setdefault("bank_id", "1")
    return StatementLine(amount=Decimal(amount), currency="EUR", source=Source("statement.xml", 1), text=text, **values)


def match(*lines: StatementLine, more: str = "") -> tuple[Proposal, ...]:
    return match_lines(known(more), lines)


def summary(proposal: Proposal) -> tuple[str, str, list[tuple[str, str]]]:
    return proposal.action, proposal.tier, [(settled.number, str(settled.amount)) for settled in proposal.settlements]


def one(amount: str, text: str = "", **values: Any) -> tuple[str, str, list[tuple[str, str]]]:
    return summary(match(line(amount, text, **values))[0])


def test_a_creditor_reference_with_right_check_digits_is_booked() -> None:
    assert one("100.00", references=(creditor_reference("F2026-0001"),)) == ("book", "A", [("F2026-0001", "100.00")])


def test_a_reference_with_wrong_check_digits_is_not() -> None:
    (proposal,) = match(line("100.00", references=("RF26F20260001",)))
    assert proposal.action != "book"
    assert "the check digits of the reference RF26F20260001 are wrong" in proposal.against


def test_a_swiss_or_belgian_reference_stands_for_the_number_with_its_digits() -> None:
    from stdnum.ch import esr

    digits = "20260003".zfill(26)
    assert one("480.00", references=(digits + esr.calc_check_digit(digits),)) == (
        "book",
        "A",
        [("F2026-0003", "480.00")],
    )
    belgian = "0020260003"
    check = int(belgian) % 97 or 97
    written = f"+++{belgian[:3]}/{belgian[3:7]}/{belgian[7:]}{check:02}+++"
    assert one("480.00", written) == ("book", "A", [("F2026-0003", "480.00")])


@pytest.mark.parametrize("reference", [qr_reference("F2026-0001"), belgian_reference("F2026-0001")])
def test_our_own_references_tell_series_apart(reference: str) -> None:
    """A2026-0001 has the same digits, but not the same letter."""
    wanted = ("book", "A", [("F2026-0001", "60.00")])
    assert one("60.00", references=(reference,)) == wanted
    assert one("60.00", f"Paiement {reference_on_page(reference)}") == wanted


def test_a_reminder_for_two_that_quotes_the_first_and_names_both_is_booked_for_both() -> None:
    both = [("F2026-0001", "100.00"), ("F2026-0002", "250.00")]
    paid = one("350.00", "Relance F2026-0001, F2026-0002", references=(qr_reference("F2026-0001"),))
    assert paid[0::2] == ("book", both)


def test_a_number_is_booked_whole_or_in_part() -> None:
    assert one("480.00", "RE f2026 0003") == ("book", "B", [("F2026-0003", "480.00")])
    assert one("479.99", "F2026-0003") == ("book", "B", [("F2026-0003", "479.99")])


def test_more_than_is_open_is_proposed_and_the_rest_lies_on_the_account() -> None:
    (proposal,) = match(line("480.01", "F2026-0003"))
    assert summary(proposal) == ("propose", "B", [("F2026-0003", "480.00")])
    assert proposal.against == ("480.01 EUR is 0.01 more than is open of F2026-0003",)


def test_several_numbers_are_booked_where_they_add_up() -> None:
    both = [("F2026-0001", "100.00"), ("F2026-0002", "250.00")]
    assert one("350.00", "F2026-0001 + F2026-0002") == ("book", "B", both)
    assert one("350.00", "F2026-0002/F2026-0001") == ("book", "B", both[::-1])
    assert one("349.00", "F2026-0001 F2026-0002") == (
        "propose",
        "B",
        [("F2026-0001", "100.00"), ("F2026-0002", "249.00")],
    )
    less_credit = [("F2026-0003", "480.00"), ("A2026-0001", "-80.00")]
    assert one("400.00", "F2026-0003 moins A2026-0001") == ("book", "B", less_credit)


FEES = """
2025-01-01 custom "invoice-option" "fee-account" Expenses:Office
2025-01-01 custom "invoice-option" "unstated-fee" 25.00
2025-01-01 open Assets:Receivable:Zurich
  customer: "Zurich AG"
  country: "CH"
  payer-iban: "CH93 0076 2011 6238 5295 7"
2026-01-14 * "Zurich AG" "Abroad" ^F2026-0008
  invoice: "F2026-0008"
  Assets:Receivable:Zurich  900.00 EUR
  Income:Services
2026-01-15 * "Zurich AG" "Abroad" ^F2026-0009
  invoice: "F2026-0009"
  Assets:Receivable:Zurich  500.00 EUR
  Income:Services
"""


def test_what_banks_abroad_kept_back_is_a_fee_up_to_what_the_firm_says() -> None:
    (proposal,) = match(line("882.00", "F2026-0008"), more=FEES)
    assert summary(proposal) == ("book", "B", [("F2026-0008", "900.00")])
    assert proposal.unstated_fee == Decimal("18.00")
    assert proposal.evidence[-1] == "882.00 EUR is what is open of F2026-0008 less 18.00 that a bank may have kept back"
    (part,) = match(line("874.99", "F2026-0008"), more=FEES)
    assert (summary(part), part.unstated_fee) == (("book", "B", [("F2026-0008", "874.99")]), Decimal(0))


def test_within_the_eea_a_payment_arrives_whole_so_that_a_person_says_what_is_missing() -> None:
    (proposal,) = match(line("470.00", "F2026-0003"), more=FEES)
    assert summary(proposal) == ("propose", "B", [("F2026-0003", "470.00")])
    assert proposal.against == ("470.00 EUR is what is open of F2026-0003 less 10.00 that a bank may have kept back",)


@pytest.mark.parametrize(
    ("amount", "action", "numbers"),
    [
        ("485.00", "book", ["F2026-0009"]),
        ("1390.00", "book", ["F2026-0008", "F2026-0009"]),
        ("400.00", "propose", []),
    ],
)
def test_a_known_payer_less_a_fee(amount: str, action: str, numbers: list[str]) -> None:
    (proposal,) = match(line(amount, "thanks", payer_iban="CH9300762011623852957"), more=FEES)
    assert (proposal.action, proposal.tier) == (action, "C")
    assert [settled.number for settled in proposal.settlements] == numbers


def test_a_claim_for_interest_may_be_paid_with_the_invoice_that_is_named() -> None:
    claim = """
2026-03-01 * "Kiefer GmbH" "Interest" ^P2026-0001
  invoice: "P2026-0001"
  kind: "claim"
  claims: "F2026-0003"
  Assets:Receivable:Kiefer  45.60 EUR
  Income:Services
"""
    both = [("F2026-0003", "480.00"), ("P2026-0001", "45.60")]
    assert summary(match(line("525.60", "F2026-0003"), more=claim)[0]) == ("book", "B", both)
    assert summary(match(line("480.00", "F2026-0003"), more=claim)[0]) == ("book", "B", both[:1])
    assert summary(match(line("525.61", "F2026-0003"), more=claim)[0])[0] == "propose"


def test_one_payer_for_several_customers() -> None:
    two = [("F2026-0001", "100.00"), ("F2026-0003", "480.00")]
    assert one("580.00", "F2026-0001 F2026-0003") == ("book", "B", two)


def test_a_cash_discount_that_may_still_be_taken_settles_the_whole() -> None:
    (proposal,) = match(line("980.00", "F2026-0006"))
    assert (proposal.action, proposal.settlements) == (
        "book",
        (SettledDocument("F2026-0006", Decimal(1000), Decimal(20)),),
    )
    (late,) = match(line("980.00", "F2026-0006", date=date(2026, 4, 11)))
    assert late.settlements == (SettledDocument("F2026-0006", Decimal(980)),)


def test_the_fee_that_was_taken_off_was_paid() -> None:
    assert one("478.50", "F2026-0003", fee=Decimal("1.50")) == ("book", "B", [("F2026-0003", "480.00")])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("F2026-0004", "F2026-0004 is settled"),
        ("draft-kiefer-7", "draft-kiefer-7 is a draft"),
        ("F2026-0007", "F2026-0007 is of 2026-04-01, after the payment"),
        ("F2026-0099", "“F2026-0099” looks like one of your numbers, but no document has it"),
    ],
)
def test_what_is_settled_a_draft_or_later_is_never_matched(text: str, reason: str) -> None:
    (proposal,) = match(line("480.00", text, payer="Kiefer GmbH"))
    assert proposal.action == "propose"
    assert reason in proposal.against
    assert text not in [settlement.number for settlement in proposal.settlements]


def test_digits_in_an_iban_are_no_number() -> None:
    assert one("33.00", "VIR FR76 3000 2026 0001 3456 7890 189")[0] == "not-ours"


def test_a_known_payer_s_only_choice_is_booked() -> None:
    assert one("250.00", payer_iban=ACME_IBAN) == ("book", "C", [("F2026-0002", "250.00")])
    assert one("350.00", payer_iban=ACME_IBAN) == ("book", "C", [("F2026-0001", "100.00"), ("F2026-0002", "250.00")])
    assert one("300.00", payer_iban=ACME_IBAN) == ("book", "C", [("F2026-0005", "300.00")])  # its first instalment
    assert one("980.00", payer_iban=ACME_IBAN) == ("book", "C", [("F2026-0006", "1000.00")])


def test_a_known_payer_s_amount_that_two_choices_make_is_proposed() -> None:
    (proposal,) = match(line("1000.00", payer_iban=ACME_IBAN))
    assert summary(proposal)[:2] == ("propose", "C")
    assert proposal.against == ("so is F2026-0006",)


def test_a_known_payer_who_names_something_else_is_proposed() -> None:
    assert one("250.00", "F2026-0004", payer_iban=ACME_IBAN)[0] == "propose"
    assert one("250.00", "F2026-0077", payer_iban=ACME_IBAN)[0] == "propose"


def test_the_account_of_another_customer_speaks_against_a_part_payment_only() -> None:
    assert one("480.00", "F2026-0003", payer_iban=ACME_IBAN)[0] == "book"
    (proposal,) = match(line("100.00", "F2026-0003", payer_iban=ACME_IBAN))
    assert proposal.action == "propose"
    assert proposal.against == ("it was paid from the account of Acme SAS, not of Kiefer GmbH",)


def test_names_and_amounts_are_only_proposed() -> None:
    assert one("480.00", payer="Kiefer GmbH Berlin") == ("propose", "D", [("F2026-0003", "480.00")])
    assert one("480.00", payer="Somebody") == ("propose", "D", [("F2026-0003", "480.00")])
    assert one("481.00", payer="Kiefer") == ("propose", "D", [])
    assert one("12.34", payer="Somebody") == ("not-ours", "", [])


def test_what_names_a_document_comes_before_what_is_guessed() -> None:
    guessed = line("250.00", bank_id="1", date=date(2026, 3, 1), payer_iban=ACME_IBAN)
    names_it = line("250.00", "F2026-0002", bank_id="2", date=date(2026, 3, 5))
    first, second = match(guessed, names_it)
    assert summary(second) == ("book", "B", [("F2026-0002", "250.00")])
    assert first.action == "propose"
    assert first.settlements == ()


def test_several_payments_for_one_invoice_until_it_is_settled() -> None:
    found = match(*(line("240.00", "F2026-0003", bank_id=str(at)) for at in range(3)))
    assert [proposal.action for proposal in found] == ["book", "book", "propose"]
    assert "F2026-0003 is settled by another line" in found[2].against


def test_the_order_of_lines_plays_no_part() -> None:
    lines = [
        line("240.00", "F2026-0003", bank_id="1"),
        line("250.00", payer_iban=ACME_IBAN, bank_id="2"),
        line("250.00", "F2026-0002", bank_id="3", date=date(2026, 3, 11)),
        line("480.00", payer="Kiefer GmbH", bank_id="4"),
    ]
    there = {proposal.line.bank_id: proposal for proposal in match(*lines)}
    back = {proposal.line.bank_id: proposal for proposal in match(*reversed(lines))}
    assert there == back


def test_a_return_reverses_the_payment_that_it_names() -> None:
    (proposal,) = match(line("-60.00", "F2026-0004", is_return=True, return_reason="AM04"))
    assert summary(proposal) == ("return", "B", [("F2026-0004", "-60.00")])
    assert proposal.evidence[-1] == "returned: AM04, insufficient funds"
    assert one("-60.00", is_return=True) == ("propose", "D", [("F2026-0004", "-60.00")])
    assert one("-59.00", "F2026-0004", is_return=True)[0] == "propose"
    assert one("-60.00", "F2026-0004")[0] == "propose"


def test_a_payment_of_the_same_statement_comes_back_with_a_fee() -> None:
    paid = line("480.00", "F2026-0003", bank_id="1")
    back = line("-492.50", "F2026-0003", bank_id="2", date=date(2026, 3, 16), is_return=True, fee=Decimal("12.50"))
    found = match(paid, back, back._replace(bank_id="3"))
    assert [proposal.action for proposal in found] == ["book", "return", "propose"]
    assert found[1].settlements == (SettledDocument("F2026-0003", Decimal("-480.00")),)


def test_a_refund_pays_a_credit_note() -> None:
    assert one("-80.00", "A2026-0001") == ("book", "B", [("A2026-0001", "-80.00")])
    assert one("-81.00", "A2026-0001")[0] == "propose"
    assert one("-80.00", "LOYER")[0] == "not-ours"


def test_a_return_with_the_fee_in_its_amount_is_proposed() -> None:
    (proposal,) = match(line("-63.00", "F2026-0004", is_return=True, return_reason="AM04"))
    assert summary(proposal) == ("propose", "B", [("F2026-0004", "-60.00")])
    assert proposal.unstated_fee == Decimal("3.00")
    assert proposal.evidence[1:] == (
        "F2026-0004 received 60.00 on 2026-01-20",
        "63.00 EUR for that payment, and 3.00 as the fee of the bank for the return",
        "returned: AM04, insufficient funds",
    )
    assert proposal.against == (
        "F2026-0004 received no payment of 63.00 EUR that is still there",
        "no statement states this fee of 3.00 EUR",
    )
    (unmarked,) = match(line("-63.00", "F2026-0004"))
    assert unmarked.against[2:] == ("the bank does not mark it as a return",)
    assert one("-90.01", "F2026-0004", is_return=True)[2] == [], "no bank takes 30.01 for a return"
    assert one("-57.00", "F2026-0004", is_return=True)[2] == [], "a fee makes the amount larger, not smaller"
    assert one("-63.00", "F2026-0004", is_return=True, fee=Decimal("1.00"))[2] == [], "this fee is stated"


def test_a_return_that_names_nothing_and_has_the_fee_in_its_amount_is_proposed() -> None:
    (proposal,) = match(line("-63.00", "REJET PRLV", is_return=True, return_reason="AM04", payer="Kiefer GmbH"))
    assert summary(proposal) == ("propose", "D", [("F2026-0004", "-60.00")])
    assert proposal.unstated_fee == Decimal("3.00")
    assert proposal.evidence == (
        "F2026-0004 received 60.00 on 2026-01-20; the other 3.00 may be the fee of the bank for the return",
        "returned: AM04, insufficient funds",
    )
    assert proposal.against == ("no statement states this fee of 3.00 EUR", "nothing names it")
    assert one("-63.00", is_return=True)[2] == [("F2026-0004", "-60.00")], "nobody is named: the only one"
    assert one("-63.00", is_return=True, payer="Acme SAS")[2] == [], "Acme paid nothing"
    assert one("-90.01", is_return=True)[2] == []
    assert one("-63.00", is_return=True, date=date(2027, 3, 10))[2] == [], "more than thirteen months later"


def test_of_several_payments_that_may_have_come_back_with_a_fee_none_is_chosen() -> None:
    other = """
2026-02-20 * "Acme" "F2026-0001" ^F2026-0001
  Assets:Bank  55.00 EUR
  Assets:Receivable:Acme
"""
    (proposal,) = match(line("-63.00", is_return=True), more=other)
    assert summary(proposal) == ("propose", "", [])
    assert [sentence.split()[0] for sentence in proposal.evidence] == ["F2026-0004", "F2026-0001"]
    assert proposal.against == ("several payments may be the one that came back: choose it",)


def test_another_currency_is_proposed() -> None:
    dollars = """
2026-01-15 * "Kiefer GmbH" "In dollars" ^F2026-0008
  invoice: "F2026-0008"
  Assets:Receivable:Kiefer  500.00 USD
  Income:Services
"""
    (proposal,) = match(line("460.00", "F2026-0008"), more=dollars)
    assert proposal.action == "propose"
    assert proposal.against[0] == (
        "460.00 EUR was paid, but what is owed is 500.00 USD of F2026-0008: the currencies differ"
    )
    (equal,) = match(line("500.00", "F2026-0008"), more=dollars)
    assert equal.evidence == ("“F2026-0008” names F2026-0008",), "equal figures in two currencies are no evidence"
    assert equal.against == (
        "500.00 EUR was paid, but what is owed is 500.00 USD of F2026-0008: the currencies differ",
    )
    assert equal.settlements == ()
    ordered = {"ordered_amount": Decimal(500), "ordered_currency": "USD"}
    (proposal,) = match(line("460.00", "F2026-0008", **ordered), more=dollars)
    assert summary(proposal) == ("propose", "B", [("F2026-0008", "500.00")])


def reference_of(digits: str) -> str:
    """A Swiss reference that stands for digits."""
    from stdnum.ch import esr

    written = digits.zfill(26)
    return str(written + esr.calc_check_digit(written))


def test_digits_that_two_numbers_share_are_told_apart_by_the_amount_only() -> None:
    shared = reference_of("20260001")  # F2026-0001 and A2026-0001
    assert one("100.00", references=(shared,)) == ("book", "A", [("F2026-0001", "100.00")])
    (proposal,) = match(line("480.00", "F2026-0003", references=(shared,)))
    assert summary(proposal) == ("propose", "B", [("F2026-0003", "480.00")])
    (reason,) = proposal.against
    assert reason.endswith("belongs to F2026-0001 or A2026-0001: nothing decides which")


def test_digits_that_could_be_anything_need_the_whole_amount() -> None:
    shared = reference_of("20260001")
    credit_is_used = line("-80.00", "A2026-0001", bank_id="0")
    _refund, proposal = match(credit_is_used, line("60.00", references=(shared,)))
    assert summary(proposal) == ("propose", "A", [("F2026-0001", "60.00")])
    assert proposal.against == ("60.00 EUR is not what is open of F2026-0001: 100.00",)


def test_an_account_from_which_several_customers_pay_books_nothing() -> None:
    both = f"""
2026-01-02 custom "invoice-customer" Assets:Receivable:Kiefer
  payer-iban: "{ACME_IBAN}"
"""
    (proposal,) = match(line("250.00", payer_iban=ACME_IBAN), more=both)
    assert summary(proposal) == ("propose", "C", [("F2026-0002", "250.00")])
    assert proposal.evidence[0] == f"{ACME_IBAN} is known as the account of Acme SAS and Kiefer GmbH"
    assert proposal.against == ("several customers pay from it",)


def test_dollars_of_a_known_payer_that_arrived_as_euros_leave_an_exchange_difference_to_a_person() -> None:
    dollars = """
2026-01-15 * "Acme SAS" "In dollars" ^F2026-0008
  invoice: "F2026-0008"
  Assets:Receivable:Acme  500.00 USD
  Income:Services
"""
    ordered: dict[str, Any] = {"ordered_amount": Decimal(500), "ordered_currency": "USD", "payer_iban": ACME_IBAN}
    (proposal,) = match(line("460.00", **ordered), more=dollars)
    assert summary(proposal) == ("propose", "C", [("F2026-0008", "500.00")])
    assert proposal.against == ("500 USD arrived as 460.00 EUR: the exchange difference must be booked",)
    (nothing,) = match(line("460.00", payer_iban=ACME_IBAN, ordered_amount=Decimal(5), ordered_currency="CHF"))
    assert nothing.against == ("nothing is open in CHF",)


def test_what_a_known_payer_owes_in_the_eea_may_be_a_part_payment_as_well_as_less_a_fee() -> None:
    (proposal,) = match(line("240.00", payer_iban=ACME_IBAN), more=FEES)
    assert summary(proposal) == ("propose", "C", [("F2026-0002", "250.00")])
    assert proposal.against == ("it may be a part payment as well",)


def test_so_many_documents_are_open_that_the_amount_tells_nothing() -> None:
    many = "".join(
        f"""
2026-02-01 * "Acme SAS" "Many" ^F2026-01{at:02}
  invoice: "F2026-01{at:02}"
  Assets:Receivable:Acme  {at + 1}.00 EUR
  Income:Services
"""
        for at in range(12)
    )
    (proposal,) = match(line("250.00", payer_iban=ACME_IBAN), more=many)
    assert summary(proposal) == ("propose", "C", [])
    assert proposal.against == ("more than 12 documents are open: too many to decide by the amount",)


def test_two_customers_of_one_name_are_left_to_a_person() -> None:
    second = """
2026-01-01 open Assets:Receivable:Kiefer2
  customer: "Kiefer GmbH"
  country: "DE"
"""
    (proposal,) = match(line("480.00", payer="Kiefer GmbH"), more=second)
    assert summary(proposal) == ("propose", "D", [("F2026-0003", "480.00")])
    assert proposal.against == ("2 customers have this name", "the payer's account is not known as this customer's")


def test_a_payment_of_yours_that_came_back_is_for_no_invoice() -> None:
    (proposal,) = match(line("480.00", "F2026-0003", is_return=True))
    assert summary(proposal) == ("propose", "", [])
    assert proposal.against == ("a payment of yours came back: give the invoice or account it goes to instead",)


def test_a_line_of_nothing_is_not_yours() -> None:
    (proposal,) = match(line("0.00", "F2026-0003"))
    assert (proposal.action, proposal.against) == ("not-ours", ("it moves no money",))


CREDITS = f"""
2026-01-02 custom "invoice-customer" Assets:Receivable:Kiefer
  payer-iban: "{KIEFER_IBAN}"
"""
SAME_CREDIT = """
2026-01-12 * "Kiefer GmbH" "Given back, too" ^A2026-0002
  invoice: "A2026-0002"
  Assets:Receivable:Kiefer  -80.00 EUR
  Income:Services
"""


def test_a_refund_to_a_known_account_pays_its_only_credit_note_of_that_amount() -> None:
    (proposal,) = match(line("-80.00", payer_iban=KIEFER_IBAN), more=CREDITS)
    assert summary(proposal) == ("book", "C", [("A2026-0001", "-80.00")])
    assert proposal.customer == "Assets:Receivable:Kiefer"
    assert proposal.evidence == (
        f"{KIEFER_IBAN} is known as the account of Kiefer GmbH",
        "80.00 EUR is the credit of A2026-0001",
    )
    (other,) = match(line("-79.00", payer_iban=KIEFER_IBAN), more=CREDITS)
    assert (other.action, other.against) == ("not-ours", ("money goes out without naming a document",))


def test_a_refund_that_may_be_of_two_credit_notes_is_for_a_person() -> None:
    (proposal,) = match(line("-80.00", payer_iban=KIEFER_IBAN), more=CREDITS + SAME_CREDIT)
    assert summary(proposal) == ("propose", "C", [("A2026-0001", "-80.00")])
    assert proposal.against == ("so is A2026-0002",)


def test_a_part_of_a_credit_note_says_both_figures_and_a_later_one_is_for_a_person() -> None:
    (part,) = match(line("-30.00", "A2026-0001"))
    assert summary(part) == ("book", "B", [("A2026-0001", "-30.00")])
    assert part.evidence[-1] == "30.00 EUR is a part of its credit of 80.00"
    (early,) = match(line("-80.00", "A2026-0001", date=date(2026, 1, 10)))
    assert (early.action, early.against) == ("propose", ("A2026-0001 is of 2026-01-11",))


KEPT_BACK = """
2025-01-01 open Assets:Receivable:Acme:Kept
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "WORKS" "fixed"
  text: "Works"
  account: Income:Services
  price: 1000.00
  retention: 5
  retention-account: Assets:Receivable:Acme:Kept
2026-01-16 * "Acme SAS" "Works" ^F2026-0010
  invoice: "F2026-0010"
  contract: "WORKS"
  Assets:Receivable:Acme       570.00 EUR
  Assets:Receivable:Acme:Kept   30.00 EUR
    retained: "WORKS"
  Income:Services
"""


def test_what_is_due_without_what_is_kept_back_is_a_known_sum() -> None:
    (proposal,) = match(line("570.00", "F2026-0010"), more=KEPT_BACK)
    assert summary(proposal) == ("book", "B", [("F2026-0010", "570.00")])
    assert proposal.evidence[-1] == "570.00 EUR is what is open of F2026-0010 less the retention"


def test_a_payment_of_two_instalments_comes_back_as_one() -> None:
    both = """
2026-01-20 * "Acme SAS" "Both parts" ^F2026-0005
  Assets:Bank  1000.00 EUR
  Assets:Receivable:Acme
"""
    (proposal,) = match(line("-1000.00", "F2026-0005", is_return=True), more=both)
    assert summary(proposal) == ("return", "B", [("F2026-0005", "-1000.00")])
    assert proposal.evidence[-1] == "F2026-0005 received 1000.00 on 2026-01-20"


def test_of_a_payment_a_part_of_which_came_back_the_rest_is_there() -> None:
    part_back = """
2026-01-25 * "Kiefer GmbH" "A part came back" ^F2026-0004
  Assets:Bank  -20.00 EUR
  Assets:Receivable:Kiefer
"""
    assert one("-60.00", "F2026-0004", is_return=True)[0] == "return"
    (whole, rest) = match(
        line("-60.00", "F2026-0004", is_return=True),
        line("-40.00", "F2026-0004", is_return=True, bank_id="2"),
        more=part_back,
    )
    assert whole.action == "propose"
    assert "F2026-0004 received no payment of 60.00 EUR that is still there" in whole.against
    assert summary(rest) == ("return", "B", [("F2026-0004", "-40.00")])


def test_what_is_void_or_replaced_is_named_in_vain_and_says_why() -> None:
    more = """
2026-01-17 * "void"
  invoice: "F2026-0011"
  kind: "void"
2026-01-18 * "Kiefer GmbH" "The third is cancelled" ^F2026-0003-cancelled ^F2026-0003
  invoice: "F2026-0003-cancelled"
  kind: "cancellation"
  corrects: "F2026-0003"
  Assets:Receivable:Kiefer  -480.00 EUR
  Income:Services
2026-01-18 * "Kiefer GmbH" "The third again" ^F2026-0012 ^F2026-0003
  invoice: "F2026-0012"
  kind: "corrective"
  corrects: "F2026-0003"
  Assets:Receivable:Kiefer  470.00 EUR
  Income:Services
"""
    void, replaced = match(line("33.00", "F2026-0011"), line("480.00", "F2026-0003", bank_id="2"), more=more)
    assert void.against == ("F2026-0011 is void",)
    assert "F2026-0003 was replaced by F2026-0012" in replaced.against


def test_a_line_says_whether_its_fee_is_told_so_that_none_is_guessed() -> None:
    (proposal,) = match(line("870.00", "F2026-0008", fee=Decimal("12.00")), more=FEES)
    assert summary(proposal) == ("book", "B", [("F2026-0008", "882.00")])
    assert proposal.unstated_fee == 0


def test_dollars_that_are_missing_are_no_fee() -> None:
    dollars = """
2026-01-15 * "Zurich AG" "In dollars" ^F2026-0013
  invoice: "F2026-0013"
  Assets:Receivable:Zurich  500.00 USD
  Income:Services
"""
    (proposal,) = match(line("490.00", "F2026-0013"), more=FEES + dollars)
    assert proposal.action == "propose"
    assert proposal.unstated_fee == 0
    assert proposal.settlements == ()


def test_a_payment_of_something_else_is_left_with_what_it_names() -> None:
    (proposal,) = match(line("33.00", "F2026-0004"))
    assert summary(proposal) == ("propose", "", [])
    assert proposal.against == ("F2026-0004 is settled",)


def test_money_out_that_names_what_received_nothing_is_left_to_a_person() -> None:
    (proposal,) = match(line("-33.00", "F2026-0004"))
    assert summary(proposal) == ("propose", "", [])
    assert proposal.against == ("F2026-0004 received no payment of 33.00 EUR that is still there",)
    (unknown,) = match(line("-33.00", is_return=True, return_reason="XX99"))
    assert unknown.evidence == ("returned: XX99",)
    assert unknown.against == ("no payment of 33.00 EUR, or more than one, can be given back",)


def test_a_reference_of_no_document_here_is_said() -> None:
    unknown = creditor_reference("F2026-0777")
    (proposal,) = match(line("100.00", payer_iban=ACME_IBAN, references=(unknown,)))
    assert summary(proposal) == ("propose", "C", [("F2026-0001", "100.00")])
    assert proposal.against == (f"the reference {unknown} belongs to no document here",)


def test_of_several_choices_less_a_fee_none_is_booked() -> None:
    same = """
2026-01-16 * "Zurich AG" "Abroad" ^F2026-0014
  invoice: "F2026-0014"
  Assets:Receivable:Zurich  500.00 EUR
  Income:Services
"""
    (proposal,) = match(line("485.00", payer_iban="CH9300762011623852957"), more=FEES + same)
    assert summary(proposal)[:2] == ("propose", "C")
    assert proposal.against == ("so is F2026-0014",)
