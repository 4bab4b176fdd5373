"""Money, discount, set-off or loss: what a posting on a customer's account stands for follows from those beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.documents import document
from tests.ledgers import sound_book

D = Decimal
OPENED = """
2025-01-01 open Expenses:Fees
2025-01-01 open Liabilities:Supplier
2025-01-01 open Income:Interest
2025-01-01 custom "invoice-tax" "GST" "GST" Liabilities:VAT
  rate: 5
2025-01-01 custom "invoice-tax" "QST" "QST" Liabilities:VAT
  rate: 9.975
2025-01-01 custom "invoice-tax" "BOTH" "GST and QST" Liabilities:VAT
  parts: "GST QST"
"""
INVOICE = document("N1", "100.00", day="2026-01-05", keys='cash-discount: "2% within 30 days"')


def means(*postings: str, tag: str = "") -> dict[str, Decimal]:
    text = f'2026-01-20 * "Acme" "Paid" ^N1{tag}\n' + "".join(
        f"  {posting.replace('|', chr(10) + '    ')}\n" for posting in postings
    )
    result: dict[str, Decimal] = {}
    for payment in sound_book(OPENED + INVOICE + text).payments:
        result[payment.means] = result.get(payment.means, D()) + payment.amount
    return result


A = "Assets:Receivable:Acme"


@pytest.mark.parametrize(
    ("postings", "expected"),
    [
        ([f"{A} -120.00 EUR", "Assets:Bank 120.00 EUR"], {"money": "-120.00"}),
        ([f"{A} -120.00 EUR", "Assets:Bank 118.00 EUR", "Expenses:Fees 2.00 EUR"], {"money": "-120.00"}),
        ([f"{A} -122.00 EUR", "Assets:Bank 122.00 EUR"], {"money": "-122.00"}),
        # the cash discount that the invoice offers, with its tax or without
        (
            [f"{A} -120.00 EUR", "Assets:Bank 117.60 EUR", "Income:Discounts 2.40 EUR"],
            {"money": "-117.60", "discount": "-2.40"},
        ),
        (
            [f"{A} -120.00 EUR", "Assets:Bank 117.61 EUR", "Income:Discounts 2.39 EUR"],
            {"money": "-117.61", "discount": "-2.39"},
        ),
        ([f"{A} -120.00 EUR", "Assets:Bank 117.62 EUR", "Income:Discounts 2.38 EUR"], {"money": "-120.00"}),
        ([f"{A} -120.00 EUR", "Assets:Bank 117.58 EUR", "Income:Discounts 2.42 EUR"], {"money": "-120.00"}),
        (
            [
                f"{A} -120.00 EUR",
                "Assets:Bank 117.60 EUR",
                "Income:Discounts 2.00 EUR",
                'Liabilities:VAT 0.40 EUR|tax: "FR20"',
            ],
            {"money": "-117.60", "discount": "-2.40"},
        ),
        (  # any discount that takes its tax with it
            [
                f"{A} -120.00 EUR",
                "Assets:Bank 108.00 EUR",
                "Income:Discounts 10.00 EUR",
                'Liabilities:VAT 2.00 EUR|tax: "FR20"',
            ],
            {"money": "-108.00", "discount": "-12.00"},
        ),
        (  # a fee beside it was paid by the customer
            [
                f"{A} -120.00 EUR",
                "Assets:Bank 105.00 EUR",
                "Expenses:Fees 3.00 EUR",
                "Income:Discounts 10.00 EUR",
                'Liabilities:VAT 2.00 EUR|tax: "FR20"',
            ],
            {"money": "-108.00", "discount": "-12.00"},
        ),
        (  # what is earned beside it lowers no discount
            [
                f"{A} -120.00 EUR",
                "Assets:Bank 108.50 EUR",
                "Income:Discounts 10.00 EUR",
                'Liabilities:VAT 2.00 EUR|tax: "FR20"',
                "Income:Interest -0.50 EUR",
            ],
            {"money": "-108.00", "discount": "-12.00"},
        ),
        (  # 5 and 9.975 % of the same 40.00; the fee was paid by the customer
            [
                f"{A} -120.00 EUR",
                "Assets:Bank 71.01 EUR",
                "Expenses:Fees 3.00 EUR",
                "Income:Discounts 40.00 EUR",
                'Liabilities:VAT 2.00 EUR|tax: "GST"',
                'Liabilities:VAT 3.99 EUR|tax: "QST"',
            ],
            {"money": "-74.01", "discount": "-45.99"},
        ),
        (  # tax that only goes to another account lowers nothing
            [
                f"{A} -120.00 EUR",
                "Assets:Bank 110.00 EUR",
                "Income:Discounts 10.00 EUR",
                'Liabilities:VAT 2.00 EUR|tax: "FR20"',
                "Liabilities:Supplier -2.00 EUR",
            ],
            {"money": "-120.00"},
        ),
        ([f"{A} -120.00 EUR", "Liabilities:Supplier 120.00 EUR"], {"set-off": "-120.00"}),
        (
            [f"{A} -120.00 EUR", "Liabilities:Supplier 50.00 EUR", "Assets:Bank 70.00 EUR"],
            {"set-off": "-50.00", "money": "-70.00"},
        ),
        ([f"{A} -120.00 EUR", "Expenses:Fees 120.00 EUR"], {"set-off": "-120.00"}),
        ([f"{A} 120.00 EUR", "Assets:Bank -120.00 EUR"], {"money": "120.00"}),
        ([f"{A} 120.00 EUR", "Assets:Bank -123.00 EUR", "Expenses:Fees 3.00 EUR"], {"money": "120.00"}),
    ],
)
def test_a_payment(postings: list[str], expected: dict[str, str]) -> None:
    assert means(*postings) == {name: D(amount) for name, amount in expected.items()}


@pytest.mark.parametrize(
    ("postings", "expected"),
    [
        (
            [f"{A} -120.00 EUR", "Expenses:BadDebt 100.00 EUR", 'Liabilities:VAT 20.00 EUR|tax: "FR20"'],
            {"write-off": "-120.00"},
        ),
        (
            [f"{A} -120.00 EUR", "Expenses:BadDebt 90.00 EUR", "Assets:Bank 30.00 EUR"],
            {"write-off": "-90.00", "money": "-30.00"},
        ),
        # what the bank took beyond the claim is interest
        (
            [f"{A} -120.00 EUR", "Expenses:BadDebt 100.00 EUR", "Assets:Bank 30.00 EUR", "Income:Interest -10.00 EUR"],
            {"write-off": "-100.00", "money": "-20.00"},
        ),
        ([f"{A} -120.00 EUR", "Assets:Bank 130.00 EUR", "Income:Interest -10.00 EUR"], {"money": "-120.00"}),
        ([f"{A} 20.00 EUR", "Expenses:BadDebt -20.00 EUR"], {"write-off": "20.00"}),
        # the money is for what was still owed: of the loss nothing is paid
        ([f"{A} -120.00 EUR", f"{A} 20.00 EUR", "Assets:Bank 100.00 EUR"], {"money": "-100.00", "write-off": "0.00"}),
    ],
)
def test_a_loss(postings: list[str], expected: dict[str, str]) -> None:
    assert means(*postings, tag=" #write-off") == {name: D(amount) for name, amount in expected.items()}


def test_each_part_of_a_loss_knows_what_is_booked_beside_it() -> None:
    text = f"""2026-01-20 * "Acme" "Lost" ^N1 #write-off
  {A}  -60.00 EUR
  {A}  -60.00 EUR
  Expenses:BadDebt  80.00 EUR
  Assets:Bank  24.00 EUR
  Liabilities:VAT  16.00 EUR
    tax: "FR20"
"""
    lost = [payment for payment in sound_book(OPENED + INVOICE + text).payments if payment.means == "write-off"]
    assert sum(payment.amount for payment in lost) == D("-96.00")
    totals = {
        account: sum(
            posting.amount for payment in lost for posting in payment.counter_postings if posting.account == account
        )
        for account in ("Expenses:BadDebt", "Liabilities:VAT")
    }
    assert totals == {"Expenses:BadDebt": D("80.00"), "Liabilities:VAT": D("16.00")}
    assert {posting.tax for payment in lost for posting in payment.counter_postings} == {"", "FR20"}


ON_PAYMENT = """
2025-01-01 open Liabilities:VAT:Pending
2025-01-01 custom "invoice-tax" "ENC" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2026-01-05 * "Acme" "Abroad" ^N1
  invoice: "N1"
  cash-discount: "2% within 30 days"
  Assets:Receivable:Acme  1200.00 USD @ 0.90 EUR
  Income:Services  -1000.00 USD @ 0.90 EUR
    tax: "ENC"
  Liabilities:VAT:Pending  -200.00 USD @ 0.90 EUR
    tax: "ENC"
"""


def test_a_discount_is_worth_nothing_and_the_money_beside_it_the_more() -> None:
    """1,058.40 EUR came for 1,200.00 USD, of which 24.00 were given up: 0.90 for each of the others."""
    paid = """
2026-01-20 * "Acme" "Less 2 %" ^N1
  Assets:Receivable:Acme  -1200.00 USD @ 0.90 EUR
  Assets:Bank  1058.40 EUR
  Income:Discounts  18.00 EUR
  Liabilities:VAT:Pending  3.60 EUR
    tax: "ENC"
"""
    payments = sound_book(ON_PAYMENT + paid).payments
    assert [(payment.means, payment.amount) for payment in payments] == [
        ("money", D("-1176.00")),
        ("discount", D("-24.00")),
    ]
    assert {payment.exchange_rate.by_money for payment in payments if payment.exchange_rate} == {D("0.9")}
    assert all(payment.exchange_rate for payment in payments)


SECOND = document("N2", "50.00", day="2026-01-06")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (  # 9.00 off the second alone, with its tax
            'Income:Discounts 7.50 EUR|settles: "N2"\nLiabilities:VAT 1.50 EUR|tax: "FR20"|settles: "N2"',
            [("N1", "money", "-120.00"), ("N2", "money", "-51.00"), ("N2", "discount", "-9.00")],
        ),
        (  # the same without tax in it
            'Income:Discounts 9.00 EUR|settles: "N2"',
            [("N1", "money", "-120.00"), ("N2", "money", "-51.00"), ("N2", "discount", "-9.00")],
        ),
        (  # in two postings
            'Income:Discounts 4.00 EUR|settles: "N1"\nIncome:Discounts 3.00 EUR|settles: "N1"\n'
            'Income:Discounts 2.00 EUR|settles: "N2"',
            [("N1", "money", "-113.00"), ("N1", "discount", "-7.00"), ("N2", "money", "-58.00"), ("N2", "discount", "-2.00")],
        ),
    ],
)  # fmt: skip
def test_a_discount_on_one_of_two_documents_is_named(more: str, expected: list[tuple[str, str, str]]) -> None:
    postings = f'{A} -120.00 EUR|settles: "N1"\n{A} -60.00 EUR|settles: "N2"\nAssets:Bank 171.00 EUR\n{more}'
    text = '2026-01-20 * "Acme" "Paid"\n' + "".join(
        f"  {posting.replace('|', chr(10) + '    ')}\n" for posting in postings.splitlines()
    )
    found = [
        (payment.settles[0], payment.means, str(payment.amount))
        for payment in sound_book(OPENED + INVOICE + SECOND + text).payments
    ]
    assert found == expected


def test_a_named_discount_takes_its_own_tax_beside_it() -> None:
    text = f"""2026-01-20 * "Acme" "Paid"
  {A}  -120.00 EUR
    settles: "N1"
  {A}  -60.00 EUR
    settles: "N2"
  Assets:Bank  168.00 EUR
  Income:Discounts  2.50 EUR
    settles: "N1"
  Liabilities:VAT  0.50 EUR
    tax: "FR20"
    settles: "N1"
  Income:Discounts  7.50 EUR
    settles: "N2"
  Liabilities:VAT  1.50 EUR
    tax: "FR20"
    settles: "N2"
"""
    given = [
        payment for payment in sound_book(OPENED + INVOICE + SECOND + text).payments if payment.means == "discount"
    ]
    assert [(payment.settles[0], str(payment.amount)) for payment in given] == [("N1", "-3.00"), ("N2", "-9.00")]
    assert [[(beside.account, str(beside.amount)) for beside in payment.counter_postings] for payment in given] == [
        [("Liabilities:VAT", "0.50")],
        [("Liabilities:VAT", "1.50")],
    ]
