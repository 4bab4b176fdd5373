"""Tax that is owed only once paid: part payments, credit notes, write-offs, bounced debits; and that parts add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import TaxDue, allocate, tax_due
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of, sound_book

DAY = date(2026, 12, 31)
TAXES = """
2025-01-01 custom "invoice-tax" "FR20E" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 open Liabilities:Pending
"""
INVOICE = """
2026-01-10 * "Work" ^{number}
  invoice: "{number}"
  Assets:Receivable:Acme  {total} EUR
  Income:Services  {net} EUR
    text: "Work"
    tax: "FR20E"
  Liabilities:Pending  {tax} EUR
    tax: "FR20E"
"""


def invoice(number: str, total: str, net: str, tax: str) -> str:
    return INVOICE.format(number=number, total=total, net=f"-{net}".replace("--", ""), tax=f"-{tax}".replace("--", ""))


def paid(day: str, amount: str, number: str, moved: str = "0.00", tag: str = "", account: str = "Assets:Bank") -> str:
    """A payment, and what its transaction moves of the tax."""
    text = f'\n{day} * "Paid" ^{number} {tag}\n  {account}\n  Assets:Receivable:Acme  -{amount} EUR\n'.replace("--", "")
    if Decimal(moved):
        text += (
            f'  Liabilities:Pending  {moved} EUR\n    tax: "FR20E"\n  Liabilities:VAT  -{moved} EUR\n    tax: "FR20E"\n'
        )
    return text.replace("--", "")


def due(ledger: str, day: date = DAY) -> TaxDue:
    return tax_due(book_of(TAXES + ledger), day)


def shares(ledger: str) -> list[tuple[str, str]]:
    return [(share.number, str(share.amount)) for share in due(ledger).tax_shares]


WORK = invoice("F2026-0001", "1200.00", "1000.00", "200.00")


def test_half_is_paid_half_is_due() -> None:
    assert shares(WORK + paid("2026-07-12", "600.00", "F2026-0001")) == [("F2026-0001", "100.00")]


def test_nothing_is_due_before_payment() -> None:
    assert due(WORK + paid("2026-07-12", "600.00", "F2026-0001"), date(2026, 7, 11)).tax_shares == ()


def test_thirds_add_up_to_the_cent() -> None:
    ledger = invoice("F2026-0001", "100.00", "83.33", "16.67")
    for day in ("2026-02-01", "2026-03-01", "2026-04-01"):
        ledger += paid(day, "33.33", "F2026-0001")
    ledger += paid("2026-05-01", "0.01", "F2026-0001")
    assert [amount for _number, amount in shares(ledger)] == ["5.56", "5.55", "5.56"]
    assert sum(Decimal(amount) for _number, amount in shares(ledger)) == Decimal("16.67")


def test_what_the_books_moved_is_compared() -> None:
    (total,) = due(WORK + paid("2026-07-12", "600.00", "F2026-0001", moved="90.00")).totals
    assert (str(total.booked), str(total.due), str(total.moved), str(total.to_move)) == (
        "200.00",
        "100.00",
        "90.00",
        "10.00",
    )


def test_check_warns_where_it_was_not_moved_and_only_there() -> None:
    def rules(ledger: str) -> set[str]:
        return {finding.rule for finding in check(book_of(TAXES + ledger)) if finding.rule.startswith("tax")}

    assert rules(WORK + paid("2026-07-12", "600.00", "F2026-0001")) == {"tax-due"}
    assert rules(WORK + paid("2026-07-12", "600.00", "F2026-0001", moved="100.00")) == set()
    assert rules(WORK) == set()


def test_a_bounced_debit_takes_it_back() -> None:
    bounced = '\n2026-08-01 * "Returned" ^F2026-0001\n  Assets:Receivable:Acme  1200.00 EUR\n  Assets:Bank\n'
    ledger = WORK + paid("2026-07-12", "1200.00", "F2026-0001") + bounced
    assert shares(ledger) == [("F2026-0001", "200.00"), ("F2026-0001", "-200.00")]


def test_what_is_written_off_is_cancelled_and_never_due() -> None:
    ledger = WORK + paid("2026-07-12", "600.00", "F2026-0001", moved="100.00")
    ledger += paid("2026-09-01", "600.00", "F2026-0001", tag="#write-off", account="Expenses:BadDebt")
    (total,) = due(ledger).totals
    assert (str(total.due), str(total.cancelled), str(total.to_cancel)) == ("100.00", "100.00", "100.00")
    assert [share.is_written_off for share in due(ledger).tax_shares] == [False, True]


NOTE = invoice("A2026-0001", "-240.00", "-200.00", "-40.00").replace(
    'invoice: "A2026-0001"\n', 'invoice: "A2026-0001"\n  corrects: "F2026-0001"\n'
)


def test_a_credit_note_lowers_what_payment_makes_due() -> None:
    (total,) = due(WORK + NOTE + paid("2026-07-12", "960.00", "F2026-0001")).totals
    assert (str(total.booked), str(total.due)) == ("160.00", "160.00")


def test_a_credit_note_under_another_tax_makes_nothing_due() -> None:
    """Goods are credited: the tax on the services waits for its payment as before."""
    mixed = WORK.replace("1200.00", "1320.00") + (
        '  Income:Services  -100.00 EUR\n    text: "Goods"\n    tax: "FR20"\n  Liabilities:VAT  -20.00 EUR\n '
        '   tax: "FR20"\n'
    )
    note = (
        '\n2026-02-10 * "Goods back" ^A2026-0001\n  invoice: "A2026-0001"\n  corrects: "F2026-0001"\n'
        "  Assets:Receivable:Acme  -120.00 EUR\n  Income:Services  100.00 EUR\n"
        '    text: "Goods"\n    tax: "FR20"\n  Liabilities:VAT  20.00 EUR\n    tax: "FR20"\n'
    )
    assert shares(mixed + note) == []
    assert shares(mixed + note + paid("2026-07-12", "600.00", "F2026-0001")) == [("F2026-0001", "100.00")]


def test_a_credit_note_that_is_paid_out() -> None:
    out = '\n2026-03-01 * "Refund" ^A2026-0001\n  Assets:Receivable:Acme  240.00 EUR\n  Assets:Bank\n'
    ledger = WORK + paid("2026-01-20", "1200.00", "F2026-0001") + NOTE.replace('  corrects: "F2026-0001"\n', "") + out
    assert shares(ledger) == [("F2026-0001", "200.00"), ("A2026-0001", "-40.00")]


def test_a_credit_note_that_is_set_off_in_part_owes_the_tax_of_the_rest_once_that_is_paid_out() -> None:
    """Of 240.00 (tax 40.00) 180.00 are set off against another invoice; 60.00 are paid out."""
    note = NOTE.replace('  corrects: "F2026-0001"\n', "").replace("2026-01-10", "2026-01-05")
    other = invoice("F2026-0002", "180.00", "150.00", "30.00").replace("2026-01-10", "2026-01-12")
    off = '\n2026-02-01 * "Set off"\n  Assets:Receivable:Acme  180.00 EUR\n    settles: "A2026-0001"\n'
    off += '  Assets:Receivable:Acme  -180.00 EUR\n    settles: "F2026-0002"\n'
    out = '\n2026-03-01 * "Refund" ^A2026-0001\n  Assets:Receivable:Acme  60.00 EUR\n  Assets:Bank\n'
    assert shares(note + other + off + out) == [("A2026-0001", "-10.00")]


def test_what_was_paid_of_a_replaced_invoice_becomes_due_of_the_other_on_the_day_of_the_correction() -> None:
    """Its own was declared for January; what is too much of it is no longer owed from March on."""
    dated = '2026-03-01 * "Replaced" ^{number} ^F2026-0001\n  invoice: "{number}"\n  kind: "{kind}"\n  corrects: "F2026-0001"'

    def as_of_march(number: str, kind: str, *amounts: str) -> str:
        head = f'2026-01-10 * "Work" ^{number}\n  invoice: "{number}"'
        return invoice(number, *amounts).replace(head, dated.format(number=number, kind=kind))

    ledger = WORK + paid("2026-01-20", "1200.00", "F2026-0001", moved="200.00")
    ledger += as_of_march("X2026-0001", "cancellation", "-1200.00", "-1000.00", "-200.00")
    ledger += as_of_march("F2026-0002", "corrective", "900.00", "750.00", "150.00")
    assert [(str(share.date), share.number, str(share.amount)) for share in due(ledger).tax_shares] == [
        ("2026-01-20", "F2026-0001", "200.00"),
        ("2026-03-01", "F2026-0002", "150.00"),
        ("2026-03-01", "X2026-0001", "-150.00"),
    ]


def test_what_was_paid_of_a_replaced_invoice_in_dollars_keeps_the_rate_at_which_it_came() -> None:
    """A third was paid at 0.94: what becomes due of the corrective invoice is worth that, not the 0.92 of the invoice."""
    in_dollars = """
{day} * "Audit" ^{number}{links}
  invoice: "{number}"
{keys}  Assets:Receivable:Acme  {sign}1200.00 USD @ 0.92 EUR
  Income:Services  {back}920.00 EUR
    text: "Audit"
    tax: "FR20E"
  Liabilities:Pending  {back}184.00 EUR
    tax: "FR20E"
    amount: {sign}200.00
"""
    paid_in_part = """
2026-02-10 * "A third" ^F2026-0001
  Assets:Bank  376.00 EUR
  Assets:Receivable:Acme  -400.00 USD @ 0.94 EUR
"""
    ledger = (
        in_dollars.format(day="2026-01-10", number="F2026-0001", links="", keys="", sign="", back="-") + paid_in_part
    )
    for number, kind, sign, back in (("X2026-0001", "cancellation", "-", ""), ("F2026-0002", "corrective", "", "-")):
        keys = f'  kind: "{kind}"\n  corrects: "F2026-0001"\n'
        ledger += in_dollars.format(
            day="2026-03-01", number=number, links=" ^F2026-0001", keys=keys, sign=sign, back=back
        )
    assert shares(ledger) == [("F2026-0001", "62.67"), ("F2026-0002", "62.67"), ("X2026-0001", "-62.67")]


DISCOUNTED = """
2026-01-20 * "Less two percent" ^F2026-0001
  Assets:Bank  {bank} EUR
  Expenses:Discounts  {discount} EUR
  Liabilities:Pending  {pending} EUR
    tax: "FR20E"
  Liabilities:VAT  {owed} EUR
    tax: "FR20E"
  Assets:Receivable:Acme  {claim} EUR
2025-01-01 open Expenses:Discounts
"""
TAKEN = DISCOUNTED.format(bank="1176.00", discount="20.00", pending="200.00", owed="-196.00", claim="-1200.00")


def totals(ledger: str, day: date = DAY) -> tuple[str, ...]:
    """What should be due and was moved, should be cancelled and was taken off."""
    (total,) = due(ledger, day).totals
    return tuple(str(each) for each in (total.due, total.moved, total.cancelled, total.taken_off))


def test_the_tax_on_a_cash_discount_never_becomes_due() -> None:
    """1176.00 of 1200.00 are paid; of the tax of 200.00 the 4.00 on the discount of 20.00 are taken off."""
    result = due(WORK + TAKEN)
    assert [(str(share.amount), share.is_discount) for share in result.tax_shares] == [
        ("196.00", False),
        ("4.00", True),
    ]
    assert totals(WORK + TAKEN) == ("196.00", "196.00", "4.00", "4.00")
    assert all(recompute(step) == step.result for share in result.tax_shares for step in share.steps)


def test_a_discount_s_tax_is_taken_off_by_the_payment_and_the_rest_moved_by_another_entry() -> None:
    """The payment's entry takes 4.00 off; what is due stays until the month's entry moves it."""
    alone = DISCOUNTED.format(bank="1176.00", discount="20.00", pending="4.00", owed="0.00", claim="-1200.00")
    assert totals(WORK + alone) == ("196.00", "0.00", "4.00", "4.00")


def test_a_cash_discount_on_lines_with_and_without_tax_is_one_discount() -> None:
    """2 % of 2200.00 are given up: the 20.00 on the line without tax are no money either."""
    ledger = (
        WORK.replace("1200.00", "2200.00").replace(
            "  Liabilities:Pending",
            '  Income:Services  -1000.00 EUR\n    text: "Training"\n    tax: "NONE"\n  Liabilities:Pending',
        )
        + '2025-01-01 custom "invoice-tax" "NONE" "Exempt"\n  category: "E"\n  reason: "Training"\n'
        + '2025-01-01 custom "invoice-customer" Assets:Receivable:Acme\n  cash-discount: "2% within 30 days"\n'
    )
    taken = DISCOUNTED.format(bank="2156.00", discount="40.00", pending="200.00", owed="-196.00", claim="-2200.00")
    assert totals(ledger + taken) == ("196.00", "196.00", "4.00", "4.00")


def test_a_cash_discount_is_at_the_rate_of_its_invoice() -> None:
    assert totals(WORK + TAKEN + '2026-01-15 custom "invoice-tax" "FR20E"\n  rate: 10\n') == (
        "196.00",
        "196.00",
        "4.00",
        "4.00",
    )


def test_a_cash_discount_that_bounces_comes_back_whole() -> None:
    back = DISCOUNTED.format(bank="-1176.00", discount="-20.00", pending="-200.00", owed="196.00", claim="1200.00")
    ledger = WORK + TAKEN + back.replace("2026-01-20", "2026-02-01").replace("2025-01-01 open Expenses:Discounts", "")
    assert totals(ledger) == ("0.00", "0.00", "0.00", "0.00")


def test_a_cash_discount_that_bounces_and_comes_back_in_part_is_still_half_taken_off() -> None:
    back = DISCOUNTED.format(bank="-1176.00", discount="-22.00", pending="-198.00", owed="196.00", claim="1200.00")
    ledger = WORK + TAKEN + back.replace("2026-01-20", "2026-02-01").replace("2025-01-01 open Expenses:Discounts", "")
    assert totals(ledger) == ("0.00", "0.00", "0.00", "2.00")


def test_money_on_account_is_told_of_the_customers_that_are_asked_for() -> None:
    lying = '2026-02-01 * "Ahead"\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme  -60.00 EUR\n'
    found = due('2025-01-02 custom "invoice-option" "default-tax" "FR20E"\n' + lying)
    assert [str(advance.amount) for advance in found.on_account] == ["60.00"]
    assert found.for_documents((), {"Assets:Receivable:Acme"}).on_account == found.on_account
    assert found.for_documents((), {"Assets:Receivable:Kiefer"}).on_account == ()


@pytest.mark.parametrize("amount", ["20.00", "0.50"])
def test_tax_taken_over_without_its_item_is_told(amount: str) -> None:
    """Of two open items, whose is it?"""
    older = (
        '\n2026-01-01 * "Taken over"\n  kind: "opening"\n'
        '  Assets:Receivable:Acme  120.00 EUR\n    invoice: "OLD-1"\n'
        '  Assets:Receivable:Acme  120.00 EUR\n    invoice: "OLD-2"\n'
        f'  Liabilities:Pending  -{amount} EUR\n    tax: "FR20E"\n  Equity:Opening\n'
    )
    assert [str(movement.amount) for movement in due(older).unassigned] == [f"-{amount}"]


def test_a_discount_without_its_tax_leaves_the_whole_tax_due() -> None:
    """Only the ledger's own correction lowers the tax."""
    ledger = WORK + TAKEN.replace("20.00 EUR", "24.00 EUR", 1).replace("-196.00", "-200.00")
    assert totals(ledger) == ("200.00", "200.00", "0", "0")


@pytest.mark.parametrize(
    ("pending", "owed", "moved"),
    [("200.00", "-198.00", "198.00"), ("2.00", "0.00", "0.00")],
)
def test_a_discount_with_half_of_its_tax_leaves_the_other_half_due(pending: str, owed: str, moved: str) -> None:
    """24.00 are given up, with 2.00 of tax instead of 4.00: as a credit note "net of tax" does, the rest lowers no tax, and 198.00
    are due (CGI, art. 272, 1). `check` warns with both figures.
    """
    ledger = WORK + DISCOUNTED.format(bank="1176.00", discount="22.00", pending=pending, owed=owed, claim="-1200.00")
    assert totals(ledger) == ("198.00", moved, "2.00", "2.00")


def test_a_bank_s_fee_is_no_discount_on_the_tax() -> None:
    """The tax goes to an account of another name: it is moved, and not taken off."""
    ledger = WORK + TAKEN.replace("1176.00", "1198.50").replace("20.00 EUR", "1.50 EUR", 1).replace(
        '  Liabilities:VAT  -196.00 EUR\n    tax: "FR20E"\n', "  Liabilities:VAT:January  -200.00 EUR\n"
    )
    assert totals(ledger + "2025-01-01 open Liabilities:VAT:January\n") == ("200.00", "200.00", "0", "0")


def test_one_transfer_takes_the_discounts_of_two_invoices() -> None:
    """Each tax posting says whose it is; 1176 + 117.60 are paid."""
    second = invoice("F2026-0002", "120.00", "100.00", "20.00")
    both = (
        '\n2026-01-20 * "Both"\n  Assets:Bank  1293.60 EUR\n  Expenses:Discounts  22.00 EUR\n'
        '  Liabilities:Pending  20.00 EUR\n    tax: "FR20E"\n    settles: "F2026-0002"\n'
        '  Liabilities:Pending  200.00 EUR\n    tax: "FR20E"\n    settles: "F2026-0001"\n'
        '  Liabilities:VAT  -215.60 EUR\n    tax: "FR20E"\n'
        '  Assets:Receivable:Acme  -1200.00 EUR\n    settles: "F2026-0001"\n'
        '  Assets:Receivable:Acme  -120.00 EUR\n    settles: "F2026-0002"\n2025-01-01 open Expenses:Discounts\n'
    )
    assert totals(WORK + second + both) == ("215.60", "215.60", "4.40", "4.40")


AT_ONCE = """
2026-01-10 * "Work" ^F2026-0001
  invoice: "F2026-0001"
{paid}
  Income:Services  -1000.00 EUR
    text: "Work"
    tax: "FR20E"
  Liabilities:Pending  -{pending} EUR
    tax: "FR20E"
{owed}"""
BY_BANK = '  Assets:Receivable:Acme  600.00 EUR\n  Assets:Bank  600.00 EUR\n    settles: "F2026-0001"'
ON_ACCOUNT = "  Assets:Receivable:Acme  1200.00 EUR\n  Assets:Receivable:Acme  -600.00 EUR\n  Assets:Bank  600.00 EUR"
OWED = '  Liabilities:VAT  -100.00 EUR\n    tax: "FR20E"\n'


@pytest.mark.parametrize("how", [BY_BANK, ON_ACCOUNT], ids=["beside the account", "on the account"])
def test_what_is_paid_at_once_is_due_at_once(how: str) -> None:
    """Half of 1200.00 is paid on the invoice: half of the tax is due, unless the invoice books it so itself."""
    waits = AT_ONCE.format(paid=how, pending="200.00", owed="")
    assert shares(waits) == [("F2026-0001", "100.00")]
    owed = AT_ONCE.format(paid=how, pending="100.00", owed=OWED)
    assert shares(owed) == []
    rest = paid("2026-02-10", "300.00", "F2026-0001")
    assert shares(waits + rest) == [("F2026-0001", "100.00"), ("F2026-0001", "50.00")]
    assert shares(owed + rest) == [("F2026-0001", "50.00")]


DEPOSIT = """
2026-01-05 * "Deposit" ^F2026-0001
  invoice: "F2026-0001"
  kind: "deposit"
  Assets:Receivable:Acme  360.00 EUR
  Liabilities:Deposits  -300.00 EUR
    text: "Deposit"
    tax: "FR20E"
  Liabilities:Pending  -60.00 EUR
    tax: "FR20E"
"""
FINAL = """
2026-03-05 * "Final" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  840.00 EUR
  Income:Services  -1000.00 EUR
    text: "Work"
    tax: "FR20E"
  Liabilities:Pending  -200.00 EUR
    tax: "FR20E"
  Liabilities:Deposits  300.00 EUR
    deposit: "F2026-0001"
  Liabilities:Pending  60.00 EUR
    deposit: "F2026-0001"
    tax: "FR20E"
"""


def test_a_deposit_is_due_when_it_is_paid_and_the_rest_with_the_rest() -> None:
    whole = DEPOSIT + paid("2026-01-20", "360.00", "F2026-0001") + FINAL + paid("2026-04-01", "840.00", "F2026-0002")
    assert shares(whole) == [("F2026-0001", "60.00"), ("F2026-0002", "140.00")]
    assert [str(share.base) for share in due(whole).tax_shares] == ["300.00", "700.00"]
    assert str(due(whole, date(2026, 3, 31)).totals[0].booked) == "200.00"


def test_a_deposit_that_is_paid_after_the_final_invoice() -> None:
    whole = DEPOSIT + FINAL + paid("2026-04-01", "420.00", "F2026-0002") + paid("2026-04-02", "360.00", "F2026-0001")
    assert shares(whole) == [("F2026-0002", "70.00"), ("F2026-0001", "60.00")]


def test_a_deposit_s_tax_that_is_taken_off_what_is_owed_too_early_comes_back_with_the_first_payment() -> None:
    """The final invoice takes 60.00 off the tax owed, not off what waits: half of it paid, 60 + 70 are to be owed."""
    early = FINAL.replace("Liabilities:Pending  60.00", "Liabilities:VAT  60.00")
    whole = DEPOSIT + paid("2026-01-20", "360.00", "F2026-0001") + early + paid("2026-04-01", "420.00", "F2026-0002")
    assert shares(whole) == [("F2026-0001", "60.00"), ("F2026-0002", "130.00")]


def test_a_third_of_an_invoice_in_dollars_makes_a_third_of_its_tax_in_euros_due() -> None:
    ledger = (
        '\n2026-01-10 * "Audit" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  1200.00 USD '
        "@ 0.92 EUR\n"
        '  Income:Services  -920.00 EUR\n    text: "Audit"\n    quantity: 10\n    price: 100.00\n    tax: "FR20E"\n'
        '  Liabilities:Pending  -184.00 EUR\n    tax: "FR20E"\n    amount: 200.00\n'
        '\n2026-02-10 * "A third" ^F2026-0001\n  Assets:Bank  376.00 EUR\n'
        "  Assets:Receivable:Acme  -400.00 USD @ 0.92 EUR\n  Expenses:BadDebt  -8.00 EUR\n"
    )
    assert shares(ledger) == [("F2026-0001", "62.67")]  # at 0.94, what the bank paid for them


def test_drafts_and_open_items_taken_over_are_left_alone() -> None:
    draft = WORK.replace("2026-01-10 *", "2026-01-10 !").replace('"F2026-0001"', '"draft-1"')
    opening = (
        '\n2026-01-01 * "Taken over"\n  kind: "opening"\n  Assets:Receivable:Acme  120.00 EUR\n    invoice: "OLD-1"\n'
        "  Liabilities:Pending  -20.00 EUR\n  Equity:Opening  -100.00 EUR\n"
    )
    ledger = draft + opening + paid("2026-02-01", "120.00", "OLD-1", moved="20.00")
    assert all(total.to_move == 0 for total in due(ledger).totals)


@given(st.lists(st.integers(1, 40000), min_size=1, max_size=6), st.integers(1, 200000))
def test_parts_always_add_up(payments: list[int], net: int) -> None:
    tax = (Decimal(net) / 100 * 20 / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    total = Decimal(net) / 100 + tax
    ledger = invoice("F2026-0001", f"{total:.2f}", f"{Decimal(net) / 100:.2f}", f"{tax:.2f}")
    for month, cents in enumerate(payments):
        ledger += paid(f"2026-{month + 2:02}-01", f"{Decimal(cents) / 100:.2f}", "F2026-0001")
    result = due(ledger)
    share = min(sum(payments), int(total * 100))
    exact = tax * share / (total * 100)
    assert abs(sum((share.amount for share in result.tax_shares), Decimal(0)) - exact) <= Decimal("0.005")
    if share == total * 100:
        assert sum((share.amount for share in result.tax_shares), Decimal(0)) == tax
    for one in result.tax_shares:
        assert one.amount > 0
        assert all(recompute(step) == step.result for step in one.steps)
        assert one.steps[-1].result == one.amount


@pytest.fixture(scope="module")
def book() -> Book:
    from beancount_invoicing.ledger import open_ledger
    from tests.ledgers import EXAMPLE

    return open_ledger(EXAMPLE).book


@pytest.mark.parametrize("day", [date(2025, 3, 31), date(2025, 12, 31), date(2026, 6, 30), date(2026, 11, 30)], ids=str)
def test_the_example_s_books_moved_every_cent(book: Book, day: date) -> None:
    result = tax_due(book, day)
    assert len(result.totals) >= 1
    for total in result.totals:
        assert total.to_move == total.to_cancel == 0, total


@pytest.mark.parametrize("key", ["kind: 12.00 EUR", "tax: 12.00 EUR"])
def test_an_amount_where_a_text_belongs_is_no_end(key: str) -> None:
    where = "" if key.startswith("kind") else "  "
    before, after = (f"  {key}\n", "") if not where else ("", f"    {key}\n")
    book = book_of(
        TAXES
        + f"""
2026-01-10 * "Work"
{before}  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20E"
  Liabilities:Pending  -20.00 EUR
{after}"""
        + f"""
2026-01-11 * "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20E"
  Liabilities:Pending  -20.00 EUR
{after}"""
    )
    assert any(finding.severity == "error" for finding in check(book))


def test_what_reaches_the_tax_owed_beyond_what_waited_is_the_last_code_s() -> None:
    codes = "".join(
        f'2025-01-01 open Liabilities:Pending:{code}\n2025-01-01 custom "invoice-tax" "{code}" "TVA" Liabilities:VAT\n'
        f'  rate: {rate}\n  due-on: "payment"\n  pending: Liabilities:Pending:{code}\n'
        for code, rate in (("E10", 10), ("E20", 20))
    )
    entry = """2026-03-01 * "Due now"
  Liabilities:Pending:E20  20.00 EUR
  Liabilities:Pending:E10  10.00 EUR
  Liabilities:VAT  -31.00 EUR
  Expenses:Office  1.00 EUR
"""
    reached = {moved.code: moved.reached_due_account for moved in sound_book(codes + entry).tax_movements}
    assert reached == {"E10": Decimal("10.00"), "E20": Decimal("21.00")}


def test_tax_that_left_without_its_code_hides_none_that_is_still_to_be_moved() -> None:
    ledger = """2025-01-01 open Liabilities:Pending
2025-01-01 custom "invoice-tax" "E10" "TVA 10 %" Liabilities:VAT
  rate: 10
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 custom "invoice-tax" "E20" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2026-01-10 * "Acme SAS" "Work" ^F1
  invoice: "F1"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    tax: "E20"
  Liabilities:Pending  -20.00 EUR
    tax: "E20"
2026-02-01 * "Acme SAS" "Paid" ^F1
  Assets:Bank  120.00 EUR
  Assets:Receivable:Acme  -120.00 EUR
2026-02-02 * "Moved, of which tax nobody knows"
  Liabilities:Pending  5.00 EUR
  Liabilities:VAT  -5.00 EUR
"""
    found = [finding.rule for finding in check(sound_book(ledger)) if finding.rule.startswith("tax-")]
    assert sorted(found) == ["tax-code", "tax-due"]


def test_an_exchange_difference_beside_a_tax_that_is_moved_is_in_the_tax_s_own_currency() -> None:
    """18.00 EUR left, 18.40 are owed: 0.40 are a loss by the rate, the bank's fee of 5.00 USD is none."""
    moved = """
2026-03-01 * "Tax of dollars, and a fee"
  Liabilities:Pending  18.00 EUR
    tax: "FR20E"
  Liabilities:VAT  -18.40 EUR
    tax: "FR20E"
  Expenses:Office  0.40 EUR
  Expenses:Office  5.00 USD
  Assets:Bank  -5.00 USD
"""
    (movement,) = sound_book(TAXES + moved).tax_movements
    assert (movement.amount, movement.reached_due_account) == (Decimal("18.00"), Decimal("18.40"))


def test_the_tax_of_a_document_waits_though_its_entry_has_the_tag_of_a_loss() -> None:
    tagged = WORK.replace("^F2026-0001", "^F2026-0001 #write-off")
    (movement,) = book_of(TAXES + tagged).tax_movements
    assert (movement.number, movement.amount, movement.write_off) == ("F2026-0001", Decimal("-200.00"), False)


def test_what_was_worked_out_before_is_only_used_for_the_same_ledger() -> None:
    """Asked again, asked in turn, and asked about another day: always as if nobody had asked before."""
    one, other = (book_of(TAXES + WORK + paid("2026-02-01", amount, "F2026-0001")) for amount in ("600.00", "1200.00"))
    for _time in range(2):
        for book, amounts in ((one, ["100.00"]), (other, ["200.00"])):
            allocated = allocate(book, book.last_date)
            for day in (book.last_date, DAY, date(2026, 1, 31)):
                found = tax_due(book, day, allocated if day >= book.last_date else None)
                assert [str(share.amount) for share in found.tax_shares] == (amounts if day >= book.last_date else [])
                assert found.as_of == day
        paid_later = allocate(one, date(2026, 1, 31))
        assert tax_due(one, DAY, paid_later).tax_shares == (), "another allocation of the same ledger"
