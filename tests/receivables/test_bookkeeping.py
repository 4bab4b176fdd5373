"""What a bookkeeper meets: fees, exchange differences, bad debts with their VAT, retention, deposits of every kind.

Each case is a ledger that `check` has nothing to say about, and the figures that follow, worked out by hand.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.answers.receivables import aging_json
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import aging, positions, statements
from tests.ledgers import book_of

DAY = date(2026, 12, 31)
MORE = """
2025-01-01 open Expenses:BankFees
2025-01-01 open Expenses:Exchange
2025-01-01 open Income:Exchange
2025-01-01 open Assets:Receivable:Acme:Retention
"""


def sound(ledger: str) -> Book:
    """The Book of a ledger without any error or warning but those on the prelude's own parties."""
    book = book_of(MORE + ledger)
    found = [
        finding
        for finding in check(book)
        if finding.rule not in {"iban", "number-not-in-series"} and not finding.rule.startswith("mention")
    ]
    assert found == []
    report = aging(book, DAY)
    for row, books in zip(report.rows, report.ledger, strict=True):
        assert row.total + row.drafts == books.balance
    return book


def open_on(book: Book, day: date = DAY) -> dict[str, str]:
    """What is open of each document."""
    return {
        position.invoice.number: f"{position.open:.2f} {position.invoice.currency}" for position in positions(book, day)
    }


def status(book: Book, day: date = DAY) -> dict[str, str]:
    return {position.invoice.number: position.status for position in positions(book, day)}


INVOICE = """
2026-01-10 * "Work" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -100.00 EUR
    text: "Work"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
"""


def test_a_bank_keeps_its_fee() -> None:
    paid = (
        '\n2026-02-01 * "Paid" ^F2026-0001\n  Assets:Bank  118.50 EUR\n  Expenses:BankFees  1.50 EUR\n'
        "  Assets:Receivable:Acme  -120.00 EUR\n"
    )
    assert open_on(sound(INVOICE + paid)) == {"F2026-0001": "0.00 EUR"}


DOLLARS = """
2026-01-10 * "Audit" ^F2026-0001
  invoice: "F2026-0001"
  customer: Assets:Receivable:Acme
  tax: "REVERSE"
  Assets:Receivable:Acme  1000.00 USD @ 0.92 EUR
  Income:Services  -920.00 EUR
    text: "Audit"
    quantity: 10
    price: 100.00
    tax: "REVERSE"
"""


def test_an_invoice_in_dollars_paid_at_another_rate() -> None:
    paid = (
        '\n2026-02-01 * "Paid" ^F2026-0001\n  Assets:Bank  900.00 EUR\n  Expenses:Exchange  20.00 EUR\n'
        "  Assets:Receivable:Acme  -1000.00 USD @ 0.92 EUR\n"
    )
    assert open_on(sound(DOLLARS + paid)) == {"F2026-0001": "0.00 USD"}


def test_an_invoice_in_dollars_with_the_tax_in_euros() -> None:
    """200 dollars of tax are 184 euros in the books: `amount` says what stands on the document."""
    ledger = (
        '\n2026-01-10 * "Audit" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  1200.00 USD '
        "@ 0.92 EUR\n"
        '  Income:Services  -920.00 EUR\n    text: "Audit"\n    quantity: 10\n    price: 100.00\n    tax: "FR20"\n'
        '  Liabilities:VAT  -184.00 EUR\n    tax: "FR20"\n    amount: 200.00\n'
    )
    invoice = sound(ledger).invoice("F2026-0001")
    assert invoice is not None
    assert (str(invoice.net), str(invoice.tax), str(invoice.payable)) == ("1000.00", "200.00", "1200.00")
    assert invoice.booking_rate == Decimal("0.92")


def test_an_invoice_in_euros_paid_in_dollars() -> None:
    """By the posting's price 130 dollars are 119.60 euros; the missing 40 cents are an exchange loss."""
    paid = (
        '\n2026-02-01 * "Paid in dollars" ^F2026-0001\n  Assets:Bank  130.00 USD @ 0.92 EUR\n'
        "  Expenses:Exchange  0.40 EUR\n  Assets:Receivable:Acme  -120.00 EUR\n"
    )
    assert open_on(sound(INVOICE + paid)) == {"F2026-0001": "0.00 EUR"}


def test_what_allowances_and_charges_make_of_a_document() -> None:
    """By its net with them it is an invoice or a credit note."""

    def kind(line: str, key: str, amount: str) -> str:
        total = Decimal(line) + Decimal(amount)
        book = book_of(
            f"""
2026-05-04 * "Acme" "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  {total} EUR
  Income:Services  {-Decimal(line)} EUR
    text: "Work"
    tax: "REVERSE"
  Income:Discounts  {-Decimal(amount)} EUR
    {key}: "Something"
    tax: "REVERSE"
"""
        )
        (invoice,) = book.invoices
        assert invoice.net == total
        return invoice.kind

    assert kind("100.00", "allowance", "-30.00") == "invoice"
    assert kind("100.00", "allowance", "-130.00") == "credit-note"
    assert kind("-100.00", "charge", "130.00") == "invoice"
    assert kind("-100.00", "charge", "30.00") == "credit-note"


def test_or_a_part_of_it() -> None:
    paid = (
        '\n2026-02-01 * "Paid in dollars" ^F2026-0001\n  Assets:Bank  100.00 USD @ 0.92 EUR\n'
        "  Assets:Receivable:Acme  -92.00 EUR\n"
    )
    assert open_on(sound(INVOICE + paid)) == {"F2026-0001": "28.00 EUR"}


def test_a_write_off_recovers_the_tax() -> None:
    lost = (
        '\n2026-09-01 * "Lost" ^F2026-0001 #write-off\n  Expenses:BadDebt  100.00 EUR\n  Liabilities:VAT  20.00 EUR\n'
        '    tax: "FR20"\n'
        "  Assets:Receivable:Acme  -120.00 EUR\n"
    )
    book = sound(INVOICE + lost)
    assert open_on(book) == {"F2026-0001": "0.00 EUR"}
    assert status(book) == {"F2026-0001": "written-off"}


def test_what_was_written_off_is_paid_after_all() -> None:
    """The write-off is taken back, then the payment settles."""
    lost = '\n2026-09-01 * "Lost" ^F2026-0001 #write-off\n  Expenses:BadDebt\n  Assets:Receivable:Acme  -120.00 EUR\n'
    back = '\n2026-10-01 * "Not lost" ^F2026-0001\n  Expenses:BadDebt\n  Assets:Receivable:Acme  120.00 EUR\n'
    paid = '\n2026-10-02 * "Paid" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme  -120.00 EUR\n'
    book = sound(INVOICE + lost + back + paid)
    assert status(book) == {"F2026-0001": "settled"}
    assert status(book, date(2026, 9, 30)) == {"F2026-0001": "written-off"}


def test_to_doubtful_and_back() -> None:
    there = '\n2026-05-01 * "Doubtful" ^F2026-0001\n  Assets:Receivable:Acme:Doubtful  120.00 EUR\n  Assets:Receivable:Acme\n'
    back = '\n2026-06-01 * "Not any more" ^F2026-0001\n  Assets:Receivable:Acme  120.00 EUR\n  Assets:Receivable:Acme:Doubtful\n'
    book = sound(INVOICE + there + back)
    (position,) = positions(book, date(2026, 5, 31))
    assert position.accounts == ("Assets:Receivable:Acme:Doubtful",)
    (position,) = positions(book, DAY)
    assert (position.accounts, str(position.open)) == (("Assets:Receivable:Acme",), "120.00")


def test_an_invoice_that_a_credit_note_cancels() -> None:
    note = (
        '\n2026-02-01 * "Cancelled" ^A2026-0001\n  invoice: "A2026-0001"\n  corrects: "F2026-0001"\n'
        "  Assets:Receivable:Acme  -120.00 EUR\n"
        '  Income:Services  100.00 EUR\n    text: "Work"\n    tax: "FR20"\n  Liabilities:VAT  20.00 EUR\n    '
        'tax: "FR20"\n'
    )
    assert status(sound(INVOICE + note)) == {"F2026-0001": "settled", "A2026-0001": "settled"}


def test_a_retention_falls_due_a_year_later() -> None:
    works = (
        '\n2026-01-10 * "Works" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  114.00 EUR\n '
        "   due: 2026-02-09\n"
        "  Assets:Receivable:Acme:Retention  6.00 EUR\n    due: 2027-01-10\n"
        '  Income:Services  -100.00 EUR\n    text: "Works"\n    tax: "FR20"\n  Liabilities:VAT  -20.00 EUR\n '
        '   tax: "FR20"\n'
    )
    paid = '\n2026-02-01 * "Paid" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme  -114.00 EUR\n'
    released = '\n2027-01-10 * "Released" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme:Retention  -6.00 EUR\n'
    book = sound(works + paid + released)
    (then,) = positions(book, date(2026, 2, 28))
    assert (str(then.open), then.due, then.accounts) == (
        "6.00",
        date(2027, 1, 10),
        ("Assets:Receivable:Acme:Retention",),
    )
    assert open_on(book) == {"F2026-0001": "6.00 EUR"}
    assert status(book) == {"F2026-0001": "partly-paid"}, "it is not late before its own date"
    assert open_on(book, date(2027, 1, 10)) == {"F2026-0001": "0.00 EUR"}


WITHHELD = """
2025-01-01 custom "invoice-tax" "KEPT" "Retenue 15 %" Assets:Withheld
  rate: 15
  withholding: TRUE
2025-01-01 open Assets:Withheld
"""


def test_what_is_withheld_of_a_price_that_includes_the_tax() -> None:
    """15 percent of the net of 100.00, not of the price of 120.00."""
    work = (
        '\n2026-01-10 * "Work" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  105.00 EUR\n'
        '  Income:Services  -100.00 EUR\n    text: "Work"\n    price-with-tax: 120.00\n    tax: "FR20"\n'
        '  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"\n  Assets:Withheld  15.00 EUR\n    tax: "KEPT"\n'
    )
    assert open_on(sound(WITHHELD + work)) == {"F2026-0001": "105.00 EUR"}


# deposits -----------------------------------------------------------------------------------------------------------


def deposit(number: str, day: str, net: str, tax: str, total: str, code: str = "FR20") -> str:
    return (
        f'\n{day} * "Deposit" ^{number}\n  invoice: "{number}"\n  kind: "deposit"\n  Assets:Receivable:Acme  {total} EUR\n'
        f'  Liabilities:Deposits  -{net} EUR\n    text: "Deposit"\n    tax: "{code}"\n'
        f'  Liabilities:VAT  -{tax} EUR\n    tax: "{code}"\n'
    )


def paid(number: str, day: str, amount: str) -> str:
    return f'\n{day} * "Paid" ^{number}\n  Assets:Bank\n  Assets:Receivable:Acme  -{amount} EUR\n'


def final(
    number: str, day: str, to_pay: str, *lines: tuple[str, str, str], deducted: tuple[tuple[str, str, str, str], ...]
) -> str:
    """A final invoice; lines: (net, tax, code), deducted: (number, net, tax, code)."""
    text = f'\n{day} * "Final" ^{number}\n  invoice: "{number}"\n  Assets:Receivable:Acme  {to_pay} EUR\n'
    for net, tax, code in lines:
        text += f'  Income:Services  -{net} EUR\n    text: "The whole"\n    tax: "{code}"\n'
        text += f'  Liabilities:VAT  -{tax} EUR\n    tax: "{code}"\n'
    for name, net, tax, code in deducted:
        text += f'  Liabilities:Deposits  {net} EUR\n    deposit: "{name}"\n'
        text += f'  Liabilities:VAT  {tax} EUR\n    deposit: "{name}"\n    tax: "{code}"\n'
    return text


D1 = deposit("F2026-0001", "2026-01-05", "300.00", "60.00", "360.00")
D2 = deposit("F2026-0002", "2026-02-05", "200.00", "40.00", "240.00")
R1 = ("F2026-0001", "300.00", "60.00", "FR20")
R2 = ("F2026-0002", "200.00", "40.00", "FR20")


def test_several_deposits_are_deducted() -> None:
    whole = final("F2026-0003", "2026-03-05", "600.00", ("1000.00", "200.00", "FR20"), deducted=(R1, R2))
    book = sound(
        D1 + D2 + paid("F2026-0001", "2026-01-20", "360.00") + paid("F2026-0002", "2026-02-20", "240.00") + whole
    )
    invoice = book.invoice("F2026-0003")
    assert invoice is not None
    assert (str(invoice.total), str(invoice.prepaid), str(invoice.payable)) == ("1200.00", "600.00", "600.00")


def test_several_rates() -> None:
    ten = deposit("F2026-0002", "2026-02-05", "100.00", "10.00", "110.00", "FR10")
    whole = final(
        "F2026-0003", "2026-03-05", "730.00", ("800.00", "160.00", "FR20"), ("218.18", "21.82", "FR10"),
        deducted=(R1, ("F2026-0002", "100.00", "10.00", "FR10")),
    )  # fmt: skip
    invoice = sound(D1 + ten + whole).invoice("F2026-0003")
    assert invoice is not None
    assert (str(invoice.total), str(invoice.prepaid)) == ("1200.00", "470.00")


def test_a_deposit_that_is_not_paid_yet_stays_owed_beside_the_final_invoice() -> None:
    whole = final("F2026-0002", "2026-03-05", "840.00", ("1000.00", "200.00", "FR20"), deducted=(R1,))
    assert open_on(sound(D1 + whole)) == {"F2026-0001": "360.00 EUR", "F2026-0002": "840.00 EUR"}


def test_a_deposit_larger_than_the_final_invoice_gives_money_back() -> None:
    whole = final("F2026-0002", "2026-03-05", "-120.00", ("200.00", "40.00", "FR20"), deducted=(R1,))
    book = sound(D1 + paid("F2026-0001", "2026-01-20", "360.00") + whole)
    at = {position.invoice.number: position for position in positions(book, DAY)}
    assert at["F2026-0002"].invoice.kind == "invoice", "by the lines' sign, not by what is to be paid"
    assert (str(at["F2026-0002"].open), at["F2026-0002"].status) == ("-120.00", "open")
    back = '\n2026-04-01 * "Back" ^F2026-0002\n  Assets:Bank\n  Assets:Receivable:Acme  120.00 EUR\n'
    book = sound(D1 + paid("F2026-0001", "2026-01-20", "360.00") + whole + back)
    assert open_on(book) == {"F2026-0001": "0.00 EUR", "F2026-0002": "0.00 EUR"}


def test_a_credited_deposit_cannot_be_deducted() -> None:
    note = (
        '\n2026-02-01 * "Given up" ^A2026-0001\n  invoice: "A2026-0001"\n  corrects: "F2026-0001"\n'
        "  Assets:Receivable:Acme  -360.00 EUR\n"
        '  Liabilities:Deposits  300.00 EUR\n    text: "Deposit"\n    tax: "FR20"\n  Liabilities:VAT  60.00 '
        'EUR\n    tax: "FR20"\n'
    )
    assert status(sound(D1 + note)) == {"F2026-0001": "settled", "A2026-0001": "settled"}
    whole = final("F2026-0002", "2026-03-05", "840.00", ("1000.00", "200.00", "FR20"), deducted=(R1,))
    assert "deposit-beyond" in {finding.rule for finding in check(book_of(MORE + D1 + note + whole))}


@pytest.mark.parametrize("net", ["300.01", "400.00"])
def test_more_than_the_deposit_brought_cannot_be_deducted(net: str) -> None:
    whole = final(
        "F2026-0002",
        "2026-03-05",
        "840.00",
        ("1000.00", "200.00", "FR20"),
        deducted=(("F2026-0001", net, "60.00", "FR20"),),
    )
    assert "deposit-beyond" in {finding.rule for finding in check(book_of(MORE + D1 + whole))}


def test_nor_twice() -> None:
    once = final("F2026-0002", "2026-03-05", "840.00", ("1000.00", "200.00", "FR20"), deducted=(R1,))
    again = final("F2026-0003", "2026-04-05", "840.00", ("1000.00", "200.00", "FR20"), deducted=(R1,))
    assert "deposit-beyond" in {finding.rule for finding in check(book_of(MORE + D1 + once + again))}


def test_a_deposit_on_goods() -> None:
    """Since 2023 the tax on goods is owed with the deposit too: 150.00 of 450.00, each with 20 percent."""
    goods = deposit("F2026-0001", "2026-03-15", "150.00", "30.00", "180.00").replace(
        'text: "Deposit"', 'text: "Deposit on a desk"\n    nature: "goods"'
    )
    whole = final(
        "F2026-0002", "2026-04-20", "360.00", ("450.00", "90.00", "FR20"),
        deducted=(("F2026-0001", "150.00", "30.00", "FR20"),),
    )  # fmt: skip
    book = sound(
        goods + paid("F2026-0001", "2026-03-15", "180.00") + whole + paid("F2026-0002", "2026-05-15", "360.00")
    )
    assert status(book) == {"F2026-0001": "settled", "F2026-0002": "settled"}
    invoice = book.invoice("F2026-0002")
    assert invoice is not None
    assert (str(invoice.total), str(invoice.prepaid), str(invoice.payable)) == ("540.00", "180.00", "360.00")


def test_a_deposit_of_which_half_is_credited_is_deducted_by_the_other_half() -> None:
    note = (
        '\n2026-02-01 * "Half is given up" ^A2026-0001\n  invoice: "A2026-0001"\n  corrects: "F2026-0001"\n'
        '  Assets:Receivable:Acme  -180.00 EUR\n  Liabilities:Deposits  150.00 EUR\n    text: "Deposit"\n    '
        'tax: "FR20"\n'
        '  Liabilities:VAT  30.00 EUR\n    tax: "FR20"\n'
    )
    half = ("F2026-0001", "150.00", "30.00", "FR20")
    whole = final("F2026-0002", "2026-03-05", "1020.00", ("1000.00", "200.00", "FR20"), deducted=(half,))
    assert open_on(sound(D1 + note + whole)) == {
        "F2026-0001": "180.00 EUR",
        "A2026-0001": "0.00 EUR",
        "F2026-0002": "1020.00 EUR",
    }
    more = final("F2026-0002", "2026-03-05", "840.00", ("1000.00", "200.00", "FR20"), deducted=(R1,))
    beyond = [
        finding.message for finding in check(book_of(MORE + D1 + note + more)) if finding.rule == "deposit-beyond"
    ]
    assert "less its credit notes, that deposit is only 150.00 EUR: deduct at most 150.00 EUR" in beyond[0]


def test_a_write_off_of_a_part_and_the_payment_of_the_rest() -> None:
    """Half is lost, with its tax, on the doubtful account; the other half is paid."""
    there = '\n2026-05-01 * "Doubtful" ^F2026-0001\n  Assets:Receivable:Acme:Doubtful  120.00 EUR\n  Assets:Receivable:Acme\n'
    lost = (
        '\n2026-09-01 * "Lost" ^F2026-0001 #write-off\n  Expenses:BadDebt  50.00 EUR\n  Liabilities:VAT  10.00 EUR\n'
        '    tax: "FR20"\n  Assets:Receivable:Acme:Doubtful  -60.00 EUR\n'
    )
    rest = '\n2026-10-01 * "Rest" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme:Doubtful  -60.00 EUR\n'
    book = sound(INVOICE + there + lost + rest)
    (position,) = positions(book, date(2026, 9, 30))
    assert (str(position.open), position.status, position.due) == ("60.00", "overdue", date(2026, 2, 9))
    assert open_on(book) == {"F2026-0001": "0.00 EUR"}


def test_a_payment_booked_in_another_currency_on_the_account_settles_nothing() -> None:
    wrong = '\n2026-02-01 * "Paid in dollars" ^F2026-0001\n  Assets:Bank  130.00 USD\n  Assets:Receivable:Acme  -130.00 USD\n'
    book = book_of(MORE + INVOICE + wrong)
    (found,) = [finding.message for finding in check(book) if finding.rule == "settles-elsewhere"]
    assert "book what it is worth in EUR on that account, with its price at the bank: … USD @ … EUR" in found
    assert open_on(book) == {"F2026-0001": "120.00 EUR"}


def test_a_bounced_debit_with_the_bank_s_fee_on_top() -> None:
    """The fee of 15.00 is no part of the invoice: it stays an unallocated debit."""
    paid_once = paid("F2026-0001", "2026-02-01", "120.00")
    back = '\n2026-02-05 * "Returned" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme  135.00 EUR\n'
    book = book_of(MORE + INVOICE + paid_once + back)
    (found,) = [finding.message for finding in check(book) if finding.rule == "settles-beyond-open"]
    assert "but only 120.00 was settled there: 15.00 stays unallocated" in found
    assert open_on(book) == {"F2026-0001": "120.00 EUR"}


def test_two_invoices_with_their_cash_discounts_in_one_transfer() -> None:
    """2 × 120.00 less 2 percent are 235.20; the discount of 4.80 contains 0.80 of tax."""
    both = (
        '\n2026-01-15 * "Both"\n  Assets:Bank  235.20 EUR\n  Income:Discounts  4.00 EUR\n  Liabilities:VAT  0.80 EUR\n'
        '    tax: "FR20"\n  Assets:Receivable:Acme  -120.00 EUR\n    settles: "F2026-0001"\n'
        '  Assets:Receivable:Acme  -120.00 EUR\n    settles: "F2026-0002"\n'
    )
    book = sound(INVOICE + INVOICE.replace("F2026-0001", "F2026-0002") + both)
    assert status(book) == {"F2026-0001": "settled", "F2026-0002": "settled"}


def test_a_cash_discount_that_is_not_booked_leaves_the_rest_open() -> None:
    less = paid("F2026-0001", "2026-01-15", "117.60")
    book = sound(INVOICE.replace('"F2026-0001"\n', '"F2026-0001"\n  cash-discount: "2% within 7 days"\n') + less)
    assert open_on(book) == {"F2026-0001": "2.40 EUR"}
    assert status(book) == {"F2026-0001": "overdue"}


def test_a_deposit_in_dollars_is_deducted_at_its_own_rate() -> None:
    """300 + 60 dollars at 0.92, deducted when a dollar is worth 0.95: the books take off what they booked."""
    advance = (
        '\n2026-01-05 * "Deposit" ^F2026-0001\n  invoice: "F2026-0001"\n  kind: "deposit"\n'
        "  Assets:Receivable:Acme  360.00 USD @ 0.92 EUR\n"
        '  Liabilities:Deposits  -300.00 USD @ 0.92 EUR\n    text: "Deposit"\n    tax: "FR20"\n'
        '  Liabilities:VAT  -55.20 EUR\n    tax: "FR20"\n    amount: 60.00\n'
        '\n2026-01-20 * "Paid" ^F2026-0001\n  Assets:Bank  331.20 EUR\n  Assets:Receivable:Acme  -360.00 USD '
        "@ 0.92 EUR\n"
    )
    whole = (
        '\n2026-03-05 * "Final" ^F2026-0002\n  invoice: "F2026-0002"\n  Assets:Receivable:Acme  840.00 USD @ 0.95 EUR\n'
        '  Income:Services  -1000.00 USD @ 0.95 EUR\n    text: "The whole"\n    tax: "FR20"\n'
        '  Liabilities:VAT  -190.00 EUR\n    tax: "FR20"\n    amount: 200.00\n'
        '  Liabilities:Deposits  300.00 USD @ 0.92 EUR\n    deposit: "F2026-0001"\n'
        '  Liabilities:VAT  55.20 EUR\n    deposit: "F2026-0001"\n    tax: "FR20"\n    amount: 60.00\n'
        "  Expenses:Exchange  10.80 EUR\n"
    )
    invoice = sound(advance + whole).invoice("F2026-0002")
    assert invoice is not None
    assert (str(invoice.total), str(invoice.prepaid), str(invoice.payable)) == ("1200.00", "360.00", "840.00")


def test_the_cents_beside_a_figure_of_thirty_digits_are_kept() -> None:
    """Decimal's own sums have 28 digits: 10^29 - 4.49 would lose its cents, and the report would not meet the books."""
    book = book_of(
        INVOICE.replace("120.00", "100000000000000000000000000000.00")
        + """
2026-02-10 * "Paid" ^F2026-0001
  Assets:Receivable:Acme  -4.49 EUR
  Assets:Bank  4.49 EUR
"""
    )
    report = aging(book, DAY)
    assert report.unreconciled() == ()
    assert aging_json(report, explain=False)["rows"][0]["total"] == "99999999999999999999999999995.51"
    (statement,) = statements(book, DAY)
    assert statement.currencies[0].unreconciled() is None
    assert statement.currencies[0].closing == report.rows[0].total
