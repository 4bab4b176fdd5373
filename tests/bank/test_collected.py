"""Money of our own direct debits: tied to what was handed in, one by one or as a whole file, and given back the same way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from beancount_invoicing.bank.evidence import Proposal
from beancount_invoicing.bank.matching import match_lines
from beancount_invoicing.bank.open_documents import Receivables, receivables
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Source
from tests.ledgers import sound_book

FILE = "COL-20260227-0123456789ab"
LEDGER = f"""
2026-01-05 * "Acme SAS" "One" ^F1
  invoice: "F1"
  Assets:Receivable:Acme  100.00 EUR
    due: 2026-03-02
  Income:Services
2026-01-06 * "Kiefer GmbH" "Two, in two parts" ^F2
  invoice: "F2"
  Assets:Receivable:Kiefer  300.00 EUR
    due: 2026-03-02
  Assets:Receivable:Kiefer  300.00 EUR
    due: 2026-03-10
  Income:Services
2026-01-07 * "Acme SAS" "Twelve" ^F12
  invoice: "F12"
  Assets:Receivable:Acme  300.00 EUR
  Income:Services
2026-01-08 * "Kiefer GmbH" "Given back" ^A1
  invoice: "A1"
  Assets:Receivable:Kiefer  -70.00 EUR
  Income:Services
2026-02-27 note Assets:Receivable:Acme "To be collected" ^F1
  event: "collected"
  amount: 100.00
  mandate: "M-1"
  end-to-end-id: "F1+2"
  collection-date: 2026-03-02
  message-id: "{FILE}"
2026-02-27 note Assets:Receivable:Kiefer "To be collected" ^F2
  event: "collected"
  instalment: 2
  amount: 300.00
  mandate: "M-2"
  end-to-end-id: "F2:2"
  collection-date: 2026-03-10
  message-id: "{FILE}"
2026-02-27 note Assets:Receivable:Kiefer "To be collected" ^F2
  event: "collected"
  instalment: 1
  amount: 300.00
  mandate: "M-2"
  end-to-end-id: "F2:1"
  collection-date: 2026-03-02
  message-id: "{FILE}"
2026-02-28 note Assets:Receivable:Kiefer "To be paid out" ^A1
  event: "paid-out"
  amount: 70.00
  end-to-end-id: "A1"
  collection-date: 2026-03-02
  message-id: "PAY-20260228-0123456789ab"
"""
WITHDRAWN = """
2026-03-01 note Assets:Receivable:Acme "It was not handed in" ^F1
  event: "not-collected"
  end-to-end-id: "F1+2"
"""


@cache
def known(more: str = "") -> Receivables:
    return receivables(sound_book(LEDGER + more), date(2026, 12, 31))


def line(amount: str, text: str = "", day: int = 12, **values: Any) -> StatementLine:
    return StatementLine(
        values.pop("bank_id", "1"), date(2026, 3, day), Decimal(amount), "EUR", Source("s.xml", 1), text=text, **values
    )


def match(*lines: StatementLine, more: str = "") -> tuple[Proposal, ...]:
    return match_lines(known(more), lines)


def summary(proposal: Proposal) -> tuple[str, str, list[tuple[str, str, int | None]]]:
    settled = [(one.number, str(one.amount), one.instalment) for one in proposal.settlements]
    return proposal.action, proposal.tier, settled


def test_the_second_attempt_is_no_other_document() -> None:
    (proposal,) = match(line("100.00", end_to_end_id="F1+2", mandate="M-1"))
    assert summary(proposal) == ("book", "A", [("F1", "100.00", None)])
    assert proposal.evidence == (
        "it is the direct debit F1+2, handed in on 2026-02-27",
        "100.00 EUR is what was to be collected of F1",
    )


def test_the_instalment_that_was_collected_is_settled() -> None:
    (proposal,) = match(line("300.00", end_to_end_id="F2:2", mandate="M-2"))
    assert summary(proposal) == ("book", "A", [("F2", "300.00", 2)])


def test_without_the_mandate_the_very_amount_tells() -> None:
    assert summary(match(line("300.00", end_to_end_id="f2:2"))[0]) == ("book", "A", [("F2", "300.00", 2)])


def test_a_form_of_ours_whose_order_is_not_in_the_ledger_names_its_number_only() -> None:
    (proposal,) = match(line("100.00", end_to_end_id="F1:2+3", mandate="M-1"))
    assert summary(proposal) == ("book", "A", [("F1", "100.00", None)])


def test_another_amount_than_was_handed_in_is_for_a_person() -> None:
    (proposal,) = match(line("90.00", end_to_end_id="F1+2", mandate="M-1"))
    assert summary(proposal) == ("propose", "A", [("F1", "90.00", None)])
    assert proposal.against == ("90.00 EUR came, but 100.00 were to be collected of F1",)


def test_what_was_withdrawn_is_no_order_any_more() -> None:
    (proposal,) = match(line("100.00", end_to_end_id="F1+2", mandate="M-1"), more=WITHDRAWN)
    assert proposal.evidence[0] == "it is the direct debit F1+2 under the mandate M-1"


@pytest.mark.parametrize("values", [{"batch": f"{FILE}-1"}, {"text": f"PRLV SEPA {FILE.lower()}"}])
def test_a_whole_file_is_one_movement_of_the_bank(values: dict[str, Any]) -> None:
    (proposal,) = match(line("700.00", **values))
    assert summary(proposal) == (
        "book",
        "A",
        [("F1", "100.00", None), ("F2", "300.00", 1), ("F2", "300.00", 2)],
    )
    assert proposal.evidence == (
        f"it is the file {FILE} of direct debits, handed in on 2026-02-27",
        "700.00 EUR is what its 3 direct debits of 2026-03-02, 2026-03-10 add up to",
    )


def test_of_a_file_each_day_may_be_a_movement() -> None:
    first, second = match(line("400.00", batch=FILE, day=2), line("300.00", batch=FILE, bank_id="2"))
    assert summary(first) == ("book", "A", [("F1", "100.00", None), ("F2", "300.00", 1)])
    assert summary(second) == ("book", "A", [("F2", "300.00", 2)])


def test_a_file_that_brings_another_sum_is_for_a_person() -> None:
    (proposal,) = match(line("650.00", batch=FILE))
    assert summary(proposal) == ("propose", "A", [])
    assert proposal.against == ("650.00 EUR is not what its 3 direct debits add up to: 700.00",)


def test_a_file_of_which_something_is_paid_already_is_for_a_person() -> None:
    (_paid, proposal) = match(line("100.00", "F1", day=2), line("700.00", batch=FILE, bank_id="2"))
    assert summary(proposal) == ("propose", "A", [])
    assert "less is open of F1 than was to be collected" in proposal.against


def test_a_sum_that_nothing_names_is_a_proposal() -> None:
    (proposal,) = match(line("700.00", "REMISE PRLV"))
    assert proposal.action == "propose"
    assert proposal.tier == "D"
    assert len(proposal.settlements) == 3
    assert proposal.against == ("nothing names the file",)


def test_what_comes_back_opens_the_instalment_that_was_collected() -> None:
    back: dict[str, Any] = {"is_return": True, "return_reason": "AM04", "end_to_end_id": "F2:2", "mandate": "M-2"}
    _money, proposal = match(line("700.00", batch=FILE, day=11), line("-300.00", bank_id="2", **back))
    assert summary(proposal) == ("return", "A", [("F2", "-300.00", 2)])


def test_a_payment_out_pays_its_credit_note() -> None:
    (proposal,) = match(line("-70.00", end_to_end_id="A1"))
    assert summary(proposal) == ("book", "A", [("A1", "-70.00", None)])


def test_a_direct_debit_of_a_document_that_is_paid_by_now_settles_nothing() -> None:
    debit = line("100.00", end_to_end_id="F1+2", mandate="M-1", bank_id="2")
    _paid, proposal = match(line("100.00", "F1", day=2), debit)
    assert summary(proposal) == ("propose", "A", [])
    assert proposal.against == ("less is open of F1 than was to be collected",)
    before = '2026-02-26 * "Acme SAS" "Paid" ^F1\n  Assets:Bank  100.00 EUR\n  Assets:Receivable:Acme\n'
    (proposal,) = match(debit, more=before)
    assert summary(proposal) == ("propose", "A", [])
    assert proposal.against == ("F1 is settled",)


def test_a_direct_debit_that_brings_more_than_is_open_by_now_says_by_how_much() -> None:
    debit = line("100.00", end_to_end_id="F1+2", mandate="M-1", bank_id="2")
    _paid, proposal = match(line("40.00", "F1", day=2), debit)
    assert summary(proposal) == ("propose", "A", [("F1", "60.00", None)])
    assert proposal.against == ("100.00 EUR is 40.00 more than is open of F1",)


def test_another_currency_is_no_direct_debit_of_ours() -> None:
    (proposal,) = match(line("700.00", batch=FILE)._replace(currency="CHF"))
    assert proposal.action == "not-ours"


def test_of_two_days_of_a_file_that_add_up_to_the_same_nobody_can_tell_which() -> None:
    orders = "".join(
        f"""
2026-01-09 * "Acme SAS" "Of two days" ^F2{at}
  invoice: "F2{at}"
  Assets:Receivable:Acme  55.00 EUR
  Income:Services
2026-02-27 note Assets:Receivable:Acme "To be collected" ^F2{at}
  event: "collected"
  amount: 55.00
  mandate: "M-1"
  end-to-end-id: "F2{at}"
  collection-date: 2026-03-0{at}
  message-id: "COL-20260227-ba9876543210"
"""
        for at in (2, 3)
    )
    (proposal,) = match(line("55.00", batch="COL-20260227-ba9876543210"), more=orders)
    assert summary(proposal) == ("propose", "A", [("F22", "55.00", None)])
    assert proposal.against == ("those of 2026-03-02 and 2026-03-03 add up to the same: nobody can tell which",)


def test_a_document_dated_after_the_line_is_not_called_settled() -> None:
    early = line("100.00", end_to_end_id="F1+2", mandate="M-1")._replace(date=date(2026, 1, 2))
    (proposal,) = match(early)
    assert proposal.action == "propose"
    assert proposal.against[-1] == "F1 is of 2026-01-05, after the payment"
