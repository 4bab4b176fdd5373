"""Settlements that are rare: each case a small ledger, and what is open, due or worth after it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.checks import check
from beancount_invoicing.receivables import allocate, positions
from beancount_invoicing.receivables.bad_debts import NoBadDebt, bad_debt
from beancount_invoicing.receivables.bank_orders import bank_orders, order_under_way
from beancount_invoicing.receivables.direct_debit import collection_days
from beancount_invoicing.receivables.invoiced_taxes import claim_and_invoiced_taxes
from beancount_invoicing.receivables.tax_currency import vat_in_tax_currency
from beancount_invoicing.rules.steps import recompute
from tests.documents import document
from tests.ledgers import sound_book

D = Decimal
DAY = date(2026, 12, 31)
INVOICE = document("N1", "100.00", day="2026-01-05")
NOTE = document("A1", "-50.00", day="2026-01-20", keys='corrects: "N1"')
PAID = '2026-01-15 * "Paid" ^N1\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme  -120.00 EUR\n'


def left(text: str, day: date = DAY) -> tuple[dict[str, str], list[str]]:
    """What is open of each document, and what lies on the accounts."""
    book = sound_book(text)
    return (
        {position.invoice.number: str(position.open) for position in positions(book, day)},
        [f"{one.payment.account.rpartition(':')[2]} {one.amount}" for one in allocate(book, day).unallocated],
    )


def test_a_credit_that_moves_to_another_account_is_open_there() -> None:
    """40.00 of the paid invoice's credit of 60.00 go to the other account."""
    moved = """2026-02-01 * "To the other account"
  Assets:Receivable:Acme  40.00 EUR
    settles: "A1"
  Assets:Receivable:Acme:Doubtful  -40.00 EUR
"""
    assert left(INVOICE + PAID + NOTE) == ({"N1": "0.00", "A1": "-60.00"}, [])
    book = sound_book(INVOICE + PAID + NOTE + moved)
    found = [(item.account.rpartition(":")[2], str(item.open)) for item in allocate(book, DAY).open_items if item.open]
    assert found == [("Acme", "-20.00"), ("Doubtful", "-40.00")]


def test_money_and_credit_that_come_back_in_one_entry_find_what_they_were_for() -> None:
    """A refund of the credit note that bounces on the next day leaves the credit as it was."""
    refund = '2026-02-01 * "Refund" ^A1\n  Assets:Bank  -60.00 EUR\n  Assets:Receivable:Acme  60.00 EUR\n'
    bounced = '2026-02-02 * "Bounced" ^A1\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme  -60.00 EUR\n'
    assert left(INVOICE + PAID + NOTE + refund) == ({"N1": "0.00", "A1": "0.00"}, [])
    assert left(INVOICE + PAID + NOTE + refund + bounced) == ({"N1": "0.00", "A1": "-60.00"}, [])


def test_a_refund_that_bounces_in_part_leaves_that_part_of_the_credit() -> None:
    refund = '2026-02-01 * "Refund" ^A1\n  Assets:Bank  -60.00 EUR\n  Assets:Receivable:Acme  60.00 EUR\n'
    bounced = '2026-02-02 * "Bounced" ^A1\n  Assets:Bank  20.00 EUR\n  Assets:Receivable:Acme  -20.00 EUR\n'
    assert left(INVOICE + PAID + NOTE + refund + bounced) == ({"N1": "0.00", "A1": "-20.00"}, [])


def allotted(amount: str, giver: str, taker: str, links: str = "") -> str:
    """An entry of its own on the account: what `giver` has goes to `taker`."""
    names = [f'    settles: "{number}"\n' if number else "" for number in (giver, taker)]
    legs = f"  Assets:Receivable:Acme  {amount} EUR\n{names[0]}  Assets:Receivable:Acme  -{amount} EUR\n{names[1]}"
    return f'2026-03-01 * "Allocated" {links}\n{legs}'


def test_a_credit_of_some_cents_can_be_allocated() -> None:
    credit = document("A1", "-0.50", day="2026-01-20")
    small = document("N2", "0.50", day="2026-01-25")
    assert left(credit + small + allotted("0.60", "A1", "N2")) == ({"A1": "0.00", "N2": "0.00"}, [])


def test_a_loss_on_the_invoice_that_gives_up_its_money_is_no_money() -> None:
    """Of 120.00 60.00 were paid and 60.00 lost: only what was paid can go to the other invoice."""
    half = PAID.replace("120.00", "60.00")
    lost = '2026-02-01 * "Lost" ^N1 #write-off\n  Assets:Receivable:Acme  -60.00 EUR\n  Expenses:BadDebt\n'
    other = document("N2", "100.00", day="2026-01-25")
    open_, _lying = left(INVOICE + half + lost + other + allotted("120.00", "N1", "N2"))
    assert open_ == {"N1": "60.00", "N2": "60.00"}


def test_a_link_to_anything_else_does_not_stop_an_allocation() -> None:
    other = document("N2", "100.00", day="2026-01-25")
    draft = document("draft-1", "10.00", day="2026-01-26").replace(" * ", " ! ")
    allocated = allotted("60.00", "", "", "^A1 ^N2 ^PO-7 ^draft-1")
    open_, lying = left(INVOICE + PAID + NOTE + other + draft + allocated)
    assert {number: open_[number] for number in ("N1", "A1", "N2")} == {"N1": "0.00", "A1": "0.00", "N2": "60.00"}
    assert lying == []


def test_money_that_waits_takes_what_is_open_again_on_the_day_on_which_a_debit_bounces() -> None:
    oldest = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    money = "".join(
        f'{day} * "Paid"\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme  -120.00 EUR\n'
        for day in ("2026-02-01", "2026-02-02")
    )
    bounced = '2026-02-10 * "Bounced" ^N1\n  Assets:Receivable:Acme  120.00 EUR\n  Assets:Bank\n'
    assert left(oldest + INVOICE + money) == ({"N1": "0.00"}, ["Acme -120.00"])
    assert left(oldest + INVOICE + money + bounced) == ({"N1": "0.00"}, [])


def test_a_loss_that_later_money_takes_back_is_told_once() -> None:
    """Among the revived losses, and not as a loss that found nothing to settle."""
    lost = '2026-02-01 * "Lost" ^N1 #write-off\n  Assets:Receivable:Acme  -120.00 EUR\n  Expenses:BadDebt\n'
    paid = PAID.replace("2026-01-15", "2026-03-01")
    result = allocate(sound_book(INVOICE + lost + paid), DAY)
    assert [str(recovery.amount) for recovery in result.recoveries] == ["120.00"]
    assert result.notices == ()


# what is lost ------------------------------------------------------------------------------------------------------------


def test_without_a_loss_there_is_no_bad_debt() -> None:
    (position,) = positions(sound_book(INVOICE), DAY)
    with pytest.raises(NoBadDebt, match="nothing of N1 is written off by 2026-12-31"):
        bad_debt(position)


# the tax in a claim ------------------------------------------------------------------------------------------------------

DEPOSIT = """
2026-01-05 * "Acme SAS" "Deposit" ^F1
  invoice: "F1"
  kind: "deposit"
  Assets:Receivable:Acme  360.00 EUR
  Liabilities:Deposits  -300.00 EUR
    text: "Deposit"
    tax: "FR20"
  Liabilities:VAT  -60.00 EUR
    tax: "FR20"
2026-01-06 * "Acme SAS" "The rest" ^F2
  invoice: "F2"
  Assets:Receivable:Acme  840.00 EUR
  Income:Services  -1000.00 EUR
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
  Liabilities:Deposits  300.00 EUR
    deposit: "F1"
  Liabilities:VAT  60.00 EUR
    deposit: "F1"
    tax: "FR20"
"""


def test_the_tax_of_a_claim_is_without_that_of_the_deposits_that_it_deducts() -> None:
    """1200.00 less the deposit of 360.00 are 840.00, and 200.00 less 60.00 are 140.00."""
    book = sound_book(DEPOSIT)
    claim, taxes = claim_and_invoiced_taxes(book.invoices[1], ())
    assert (str(claim), {place: str(amount) for place, amount in taxes.items()}) == (
        "840.00",
        {("FR20", "Liabilities:VAT"): "140.00"},
    )


def test_a_credit_note_takes_its_part_of_claim_and_tax() -> None:
    """240.00 of it come off the 840.00: 40.00 of the tax."""
    note = document("A1", "-200.00", day="2026-01-20", keys='corrects: "F2"')
    book = sound_book(DEPOSIT + note)
    own = [allocation for allocation in allocate(book, DAY).allocations if allocation.invoice.number == "F2"]
    claim, taxes = claim_and_invoiced_taxes(book.invoices[1], own)
    assert (str(claim), str(taxes["FR20", "Liabilities:VAT"])) == ("600.00", "100.00")


def test_a_loss_after_a_deposit_is_a_part_of_the_tax_that_is_left() -> None:
    """84.00 of 840.00: a tenth of 140.00, and 70.00 net."""
    lost = '2026-03-01 * "Lost" ^F2 #write-off\n  Assets:Receivable:Acme  -84.00 EUR\n  Expenses:BadDebt\n'
    (found,) = [
        bad_debt(position) for position in positions(sound_book(DEPOSIT + lost), DAY) if position.invoice.number == "F2"
    ]
    assert (str(found.net), str(found.tax), str(found.amount)) == ("70.00", "14.00", "84.00")
    assert all(recompute(step) == step.result for step in found.steps)


@pytest.mark.parametrize(("tax", "warned"), [("14.00", False), ("14.02", True), ("13.98", True), ("20.00", True)])
def test_a_loss_after_a_deposit_takes_back_a_part_of_the_tax_that_is_left(tax: str, warned: bool) -> None:
    """84.00 of 840.00 are lost: a tenth of 140.00."""
    lost = f"""2026-03-01 * "Lost" ^F2 #write-off
  Assets:Receivable:Acme  -84.00 EUR
  Liabilities:VAT  {tax} EUR
    tax: "FR20"
  Expenses:BadDebt
"""
    paid = '2026-02-01 * "Paid" ^F1\n  Assets:Bank  360.00 EUR\n  Assets:Receivable:Acme  -360.00 EUR\n'
    paid += '2026-02-02 * "Paid" ^F2\n  Assets:Bank  756.00 EUR\n  Assets:Receivable:Acme  -756.00 EUR\n'
    found = [finding.message for finding in check(sound_book(DEPOSIT + paid + lost)) if finding.rule == "write-off-tax"]
    assert bool(found) is warned, found


# the currency of the tax -------------------------------------------------------------------------------------------------

WITHHELD = """
2025-01-01 open Assets:Withheld
2025-01-01 custom "invoice-tax" "WH" "Withheld 10 %" Assets:Withheld
  rate: 10
  withholding: TRUE
2026-01-05 price USD 0.90 EUR
2026-01-05 * "Acme" "Abroad" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  110.00 USD
  Income:Services  -100.00 USD
    tax: "FR20"
  Liabilities:VAT  -20.00 USD
    tax: "FR20"
  Assets:Withheld  10.00 USD
    tax: "WH"
"""


@pytest.mark.parametrize("code", ["WH", "AA"])
def test_what_is_withheld_is_no_vat_in_the_seller_s_currency(code: str) -> None:
    book = sound_book(WITHHELD.replace('"WH"', f'"{code}"'))
    found = vat_in_tax_currency(book, book.invoices[0])
    assert found is not None
    assert found.taxes is not None
    assert [(tax.tax.tax.code, str(tax.amount)) for tax in found.taxes] == [("FR20", "18.00")]
    assert (found.currency, str(found.total)) == ("EUR", "18.00")


def test_without_a_rate_nobody_knows_the_tax_in_the_seller_s_currency() -> None:
    book = sound_book(WITHHELD.replace("2026-01-05 price", "2026-01-06 price"))
    found = vat_in_tax_currency(book, book.invoices[0])
    assert found is not None
    assert (found.taxes, found.total) == (None, None)


# what a payment meant that names nothing known ------------------------------------------------------------------------------


def test_a_link_to_nothing_is_told_with_the_document_that_its_money_went_to() -> None:
    """The oldest was settled because nothing else was named: it is what was meant, by its amount and its digits."""
    oldest = '2025-01-01 custom "invoice-option" "allocate" "oldest"\n'
    first, second = (
        document("F2026-0001", "100.00", day="2026-01-05"),
        document("F2026-0002", "50.00", day="2026-01-06"),
    )
    paid = '2026-02-01 * "Paid" ^F2026-0010\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme  -60.00 EUR\n'
    (finding,) = [found for found in check(sound_book(oldest + first + second + paid)) if found.rule == "unknown-link"]
    assert "F2026-0002" in finding.message
    paid = paid.replace("60.00", "120.00")
    (finding,) = [found for found in check(sound_book(oldest + first + second + paid)) if found.rule == "unknown-link"]
    assert "F2026-0001" in finding.message


# orders to the bank --------------------------------------------------------------------------------------------------------

HANDED_IN = """
2026-02-01 note Assets:Receivable:Acme "To be collected" ^N1
  event: "collected"
{amount}  mandate: "M-1"
  end-to-end-id: "N1"
  collection-date: 2026-02-05
"""


@pytest.mark.parametrize(
    ("said", "money", "state"),
    [
        ("  amount: 120.00\n", [], "under-way"),
        ("  amount: 120.00\n", [("2026-02-05", "120.00")], "done"),
        ("  amount: 120.00\n", [("2026-02-05", "119.99")], "under-way"),
        ("  amount: 120.00\n", [("2026-02-01", "120.00")], "under-way"),  # on the day itself it was something else
        ("  amount: 120.00\n", [("2026-02-02", "120.00")], "done"),
        ("  amount: 120.00\n", [("2026-02-05", "120.00"), ("2026-02-09", "-120.00")], "returned"),
    ],
)
def test_what_became_of_an_order(said: str, money: list[tuple[str, str]], state: str) -> None:
    booked = "".join(
        f'{day} * "Bank" ^N1\n  Assets:Bank  {amount} EUR\n  Assets:Receivable:Acme\n' for day, amount in money
    )
    book = sound_book(INVOICE + HANDED_IN.format(amount=said) + booked)
    (position,) = positions(book, DAY)
    (order,) = bank_orders(position, 1)
    assert order.state == state
    assert (order.returned_on == date(2026, 2, 9)) is (state == "returned")
    assert (order_under_way(position, 1) is not None) is (state == "under-way")
    assert bank_orders(position, 2) == () or order.event.instalment is None


@pytest.mark.parametrize(("amount", "state"), [("60.00", "done"), ("59.99", "under-way")])
def test_what_is_paid_out_is_done_once_it_left_the_bank(amount: str, state: str) -> None:
    order = '2026-02-01 note Assets:Receivable:Acme "Paid out" ^A1\n  event: "paid-out"\n  amount: 60.00\n'
    left_bank = f'2026-02-03 * "Bank" ^A1\n  Assets:Bank  -{amount} EUR\n  Assets:Receivable:Acme\n'
    note = document("A1", "-50.00", day="2026-01-20")
    (position,) = positions(sound_book(note + order + left_bank), DAY)
    assert [found.state for found in bank_orders(position, 1)] == [state]


@pytest.mark.parametrize(
    ("text", "day", "last"),
    [
        (HANDED_IN, "2026-01-31", None),
        (HANDED_IN, "2026-02-01", "2026-02-05"),
        (HANDED_IN.replace("  collection-date: 2026-02-05\n", ""), "2026-02-01", "2026-02-01"),
        (HANDED_IN.replace('  mandate: "M-1"\n', ""), "2026-02-01", None),
        (HANDED_IN.replace('"collected"', '"not-collected"'), "2026-02-01", None),
        (HANDED_IN + HANDED_IN.replace("2026-02-0", "2026-03-0"), "2026-12-31", "2026-03-05"),
        (HANDED_IN.replace("2026-02-0", "2026-03-0") + HANDED_IN, "2026-12-31", "2026-03-05"),
    ],
)
def test_the_last_collection_under_a_mandate(text: str, day: str, last: str | None) -> None:
    days = collection_days(sound_book(INVOICE + text.format(amount="")), date.fromisoformat(day))
    assert days == ({("Assets:Receivable:Acme", "M-1"): date.fromisoformat(last)} if last else {})


@pytest.mark.parametrize(("paid", "taken"), [("100.00", "100.00"), ("20.00", "20.00"), ("120.00", "120.00")])
def test_a_payment_on_the_day_of_the_loss_counts_as_paid_after_all(paid: str, taken: str) -> None:
    """All 120.00 are written off on the day on which a part of them came: the loss is too large by that part."""
    day = "2026-02-01"
    came = f'{day} * "Paid" ^N1\n  Assets:Bank  {paid} EUR\n  Assets:Receivable:Acme\n'
    lost = f'{day} * "Lost" ^N1 #write-off\n  Assets:Receivable:Acme  -120.00 EUR\n  Expenses:BadDebt\n'
    book = sound_book(INVOICE + came + lost)
    assert [str(recovery.amount) for recovery in allocate(book, DAY).recoveries] == [taken]


def test_a_draft_s_link_to_nothing_is_not_told() -> None:
    number = '2025-01-01 custom "invoice-option" "number" "F{year}-{seq:04}"\n'
    note = document("A2026-0001", "-50.00", day="2026-01-20").replace("^A2026-0001", "^F2026-0099")
    draft = note.replace('invoice: "A2026-0001"', 'invoice: "draft-1"').replace(" * ", " ! ")
    for text, told in ((note, True), (draft, False)):
        rules = [finding.rule for finding in check(sound_book(number + document("F2026-0001", "100.00") + text))]
        assert ("unknown-link" in rules) is told
