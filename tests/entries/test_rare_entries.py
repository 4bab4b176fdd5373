"""Entries that are rare: each case a small ledger, and what is read of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader

from beancount_invoicing.entries import keys, read_book
from beancount_invoicing.entries.known_documents import KnownDocuments
from beancount_invoicing.entries.plugins import plugin_line
from beancount_invoicing.receivables import allocate
from tests.documents import document
from tests.ledgers import PRELUDE, book_of, sound_book

D = Decimal
ACME, KIEFER = "Assets:Receivable:Acme", "Assets:Receivable:Kiefer"

# time that a document takes off its account ------------------------------------------------------------------------------

TIME = """
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "K" "time"
  text: "Work"
  account: Income:Services
  tax: "FR20"
  price: 100.00
  time: Assets:Time
"""
ITEM_LATER = '2026-02-01 custom "invoice-contract" Assets:Receivable:Acme "K"\n  item: "DEV"\n'
TAKEN_OFF = "  Assets:Time  -2 HOUR\n  Equity:Time  2 HOUR"
OWN, OF_ITEM = '100.00 | contract: "K"', '100.00 | contract: "K" | item: "DEV"'
SPENT = '30.00 | contract: "K" | expense: 2026-02-03'


@pytest.mark.parametrize(
    ("amended", "lines", "item"),
    [
        ("", [OWN], ""),
        (ITEM_LATER, [OWN], ""),  # the time of January, when the contract had none
        (ITEM_LATER, [OF_ITEM], "DEV"),
        (ITEM_LATER, [OF_ITEM, OWN], ""),
        (ITEM_LATER, [OF_ITEM, SPENT], "DEV"),  # an expense tells nothing of time
        (ITEM_LATER, [OF_ITEM, "5.00"], "DEV"),  # nor does a line of no contract
        (ITEM_LATER, ["5.00"], "DEV"),
    ],
)
def test_time_taken_off_is_of_the_item_that_the_lines_bill(amended: str, lines: list[str], item: str) -> None:
    text = TIME + amended + document("N1", *lines, day="2026-02-28", more=TAKEN_OFF)
    assert [work.item for work in sound_book(text).work] == [item]


def test_time_of_a_contract_that_always_had_its_item_is_of_it() -> None:
    text = TIME.replace('  text: "Work"\n', '  item: "DEV"\n') + document("N1", OWN, day="2026-02-28", more=TAKEN_OFF)
    assert [work.item for work in sound_book(text).work] == ["DEV"]


# deposits and documents without accounts ---------------------------------------------------------------------------------

DEPOSIT = """
2026-01-05 * "Acme SAS" "Deposit" ^F1
  invoice: "F1"
  kind: "deposit"
  Assets:Receivable:Acme  120.00 EUR
  Liabilities:Deposits  -100.00 EUR
    text: "Deposit"
    tax: "FR20"
  Liabilities:VAT  -20.00 EUR
    tax: "FR20"
2026-01-06 * "Acme SAS" "The rest" ^F2
  invoice: "F2"
  Assets:Receivable:Acme  120.00 EUR
  Income:Services  -200.00 EUR
    tax: "FR20"
  Liabilities:VAT  -40.00 EUR
    tax: "FR20"
  Liabilities:Deposits  100.00 EUR
    deposit: "F1"
  Liabilities:VAT  20.00 EUR
    deposit: "F1"
"""


def test_a_deposit_s_tax_without_its_code_may_be_any_that_the_account_serves() -> None:
    book = sound_book(DEPOSIT)
    assert [(deduction.tax, str(deduction.amount)) for deduction in book.invoices[1].deductions] == [
        ("", "100.00"),
        ("FR20", "20.00"),
    ]
    (finding,) = book.findings
    assert finding.message == 'F2: Liabilities:VAT serves FR10, FR20: write which of them it is, tax: "FR20"'
    led_out = DEPOSIT.removesuffix('    deposit: "F1"\n') + '    deposit: "F1"\n    tax: "FR20"\n'
    assert sound_book(led_out).findings == ()


def test_a_deposit_s_tax_without_its_code_on_an_account_of_its_own() -> None:
    alone = '2025-01-01 open Liabilities:Six\n2025-01-01 custom "invoice-tax" "SIX" "6 %" Liabilities:Six\n  rate: 6\n'
    text = DEPOSIT.replace("Liabilities:VAT", "Liabilities:Six").replace('"FR20"', '"SIX"')
    (finding,) = sound_book(alone + text).findings
    assert finding.message == 'F2: the deposit\'s tax deducted on Liabilities:Six needs its code: tax: "SIX"'


def test_a_retention_whose_length_cannot_be_read_stays_where_it_is() -> None:
    works = """
2025-01-01 open Assets:Receivable:Acme:Kept
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"
  text: "Roof"
  account: Income:Services
  price: 1000.00
  retention: 5
  retention-terms: "soon"
  retention-account: Assets:Receivable:Acme:Kept
"""
    kept = '  Assets:Receivable:Acme:Kept  6.00 EUR\n    retained: "ROOF"\n  Equity:Opening  -6.00 EUR'
    book = book_of(works + document("N1", '95.00 | contract: "ROOF"', more=kept))
    assert [str(instalment.amount) for instalment in book.invoices[0].instalments] == ["114.00", "6.00"]


# what one customer takes over from another --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("legs", "links", "taken"),
    [
        ([(ACME, "-120.00"), (KIEFER, "120.00")], "^N1", True),
        ([(ACME, "120.00"), (KIEFER, "-120.00")], "^N1", False),  # who owes it, owes more of it
        ([(ACME, "-120.00"), (KIEFER, "120.00")], "^N2", False),  # both owe nothing of it: it is not theirs
        ([(ACME, "-120.00"), (KIEFER, "120.00")], "", False),
    ],
)
def test_a_document_is_taken_over_from_who_owes_it(legs: list[tuple[str, str]], links: str, taken: bool) -> None:
    other = '2025-01-01 open Assets:Receivable:Gamma\n  customer: "Gamma"\n'
    documents = document("N1", "100.00", day="2026-01-05") + document(
        "N2", "100.00", day="2026-01-05", customer="Gamma"
    )
    moved = f'2026-02-01 * "Moved" {links}\n' + "".join(f"  {account}  {amount} EUR\n" for account, amount in legs)
    book = sound_book(other + documents + moved)
    assert {number: [over.customer for over in overs] for number, overs in book.takeovers.items()} == (
        {"N1": [KIEFER]} if taken else {}
    )


# what a payment in another currency is worth -------------------------------------------------------------------------------

ABROAD = """
2025-01-01 open Expenses:Fees
2025-01-01 open Income:Exchange
2025-01-01 open Liabilities:VAT:Pending
2025-01-01 custom "invoice-option" "exchange-account" "Income:Exchange"
2025-01-01 custom "invoice-tax" "ENC" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2026-01-05 * "Acme" "Abroad" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  120.00 USD @ 0.90 EUR
  Income:Services  -100.00 USD @ 0.90 EUR
    tax: "ENC"
  Liabilities:VAT:Pending  -20.00 USD @ 0.90 EUR
    tax: "ENC"
"""


@pytest.mark.parametrize(
    ("postings", "rate"),
    [
        (["Assets:Bank 102.00 EUR", "Income:Exchange 6.00 EUR"], "0.85"),
        (["Assets:Bank 100.00 EUR", "Expenses:Fees 2.00 EUR", "Income:Exchange 6.00 EUR"], "0.85"),
        # 2.50 USD at 0.80 are 2.00 EUR
        (["Assets:Bank 100.00 EUR", "Expenses:Fees 2.50 USD @ 0.80 EUR", "Income:Exchange 6.00 EUR"], "0.85"),
        (["Income:Exchange 0.00 EUR", "Assets:Bank 102.00 EUR", "Income:Exchange 6.00 EUR"], "0.85"),
        (["Assets:Bank 127.50 CHF @ 0.80 EUR", "Income:Exchange 6.00 EUR"], "0.85"),
    ],
)
def test_the_fee_that_the_bank_kept_counts_as_money(postings: list[str], rate: str) -> None:
    paid = '2026-02-01 * "Acme" "Paid" ^N1\n  Assets:Receivable:Acme  -120.00 USD @ 0.90 EUR\n'
    (payment,) = sound_book(ABROAD + paid + "".join(f"  {posting}\n" for posting in postings)).payments
    assert payment.exchange_rate is not None
    assert payment.exchange_rate.by_money == D(rate)


# discounts ---------------------------------------------------------------------------------------------------------------


def test_a_discount_that_cannot_be_read_hides_none_that_can() -> None:
    documents = document("N1", "100.00", day="2026-01-05", keys='cash-discount: "soon"')
    documents += document("N2", "100.00", day="2026-01-05", keys='cash-discount: "2% within 30 days"')
    paid = """
2026-01-20 * "Acme" "Paid" ^N1 ^N2
  Assets:Receivable:Acme  -240.00 EUR
  Assets:Bank  237.60 EUR
  Income:Discounts  2.40 EUR
"""
    found = {payment.means: str(payment.amount) for payment in sound_book(documents + paid).payments}
    assert found == {"money": "-237.60", "discount": "-2.40"}


PARTS = """
2025-01-01 open Liabilities:GST
2025-01-01 open Liabilities:QST
2025-01-01 custom "invoice-tax" "GST" "GST" Liabilities:GST
  rate: 5
2025-01-01 custom "invoice-tax" "QST" "QST" Liabilities:QST
  rate: 9.975
2025-01-01 custom "invoice-tax" "GSTQST" "GST + QST"
  parts: "GST QST"
2026-01-05 * "Acme SAS" "Advice" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  1149.75 EUR
  Income:Services  -1000.00 EUR
    text: "Advice"
    tax: "GSTQST"
  Liabilities:GST  -50.00 EUR
  Liabilities:QST  -99.75 EUR
2026-01-20 * "Acme" "Paid" ^N1
  Assets:Receivable:Acme  -1149.75 EUR
  Assets:Bank  1034.78 EUR
  Income:Discounts  100.00 EUR
  Liabilities:GST  5.00 EUR
    tax: "GST"
  Liabilities:QST  9.97 EUR
    tax: "QST"
"""


def test_a_discount_takes_both_taxes_of_one_amount_with_it() -> None:
    """5 % and 9.975 % of 100.00, once: with 14.97 of tax it is 114.97 and not twice as much."""
    found = {payment.means: str(payment.amount) for payment in sound_book(PARTS).payments}
    assert found == {"money": "-1034.78", "discount": "-114.97"}


# the smallest things -----------------------------------------------------------------------------------------------------


def test_the_line_of_a_plugin(tmp_path: Path) -> None:
    file = tmp_path / "main.beancount"
    file.write_text('option "title" "Books"\nplugin   "ours"\nplugin "theirs"\n', encoding="utf-8")
    assert [plugin_line(name, str(file)) for name in ("ours", "theirs", "nobody.s")] == [2, 3, 0]
    assert plugin_line("ours", str(tmp_path / "nowhere")) == 0


def test_a_key_of_one_place_and_of_several() -> None:
    assert keys._key("a", "text", keys.LINE, "").places == {keys.LINE}
    assert keys._key("a", "text", (keys.LINE, keys.WORK), "").places == {keys.LINE, keys.WORK}
    assert {place for key in keys.KEYS.values() for place in key.places} >= {keys.LINE, keys.WORK}


# the accounts that payments use -------------------------------------------------------------------------------------------

PAYMENT = '2026-02-01 * "Acme" "Paid" ^N1\n'


@pytest.mark.parametrize(
    ("postings", "fees", "discounts"),
    [
        ([f"{ACME} -120.00 EUR", "Assets:Bank 118.00 EUR", "Expenses:Fees 2.00 EUR"], ["Expenses:Fees"], []),
        ([f"{ACME} -120.00 EUR", "Assets:Bank 120.00 EUR"], [], []),
        (  # two beside the money: which of them is the fee?
            [f"{ACME} -120.00 EUR", "Assets:Bank 117.00 EUR", "Expenses:Fees 2.00 EUR", "Expenses:Office 1.00 EUR"],
            [],
            [],
        ),
        (  # in two currencies, or at a price, what is beside the money may be a difference of exchange
            [f"{ACME} -120.00 EUR", "Assets:Bank 118.00 EUR", "Expenses:Fees 2.50 USD @@ 2.00 EUR"],
            [],
            [],
        ),
        ([f"{ACME} -120.00 EUR @ 1.10 USD", "Assets:Bank 130.00 USD", "Expenses:Fees 2.00 USD"], [], []),
        (
            [f"{ACME} -120.00 EUR", "Assets:Bank 108.00 EUR", "Income:Discounts 10.00 EUR", "Liabilities:VAT 2.00 EUR"],
            [],
            ["Income:Discounts"],
        ),
    ],
)
def test_which_accounts_take_fees_and_discounts(postings: list[str], fees: list[str], discounts: list[str]) -> None:
    text = "2025-01-01 open Expenses:Fees\n" + document("N1", "100.00", day="2026-01-05") + PAYMENT
    used = sound_book(text + "".join(f"  {posting}\n" for posting in postings)).payment_accounts
    assert [use.account for use in used.fees] == fees
    assert [use.account for use in used.discounts] == discounts
    assert [(use.account, use.payments) for use in used.money] == [("Assets:Bank", 1)]


def test_the_accounts_that_are_used_most_come_first() -> None:
    paid = "".join(
        f'2026-02-0{day} * "Acme" "Paid" ^N1\n  {ACME}  -1.00 EUR\n  {account}\n'
        for day, account in ((1, "Assets:Bank"), (2, "Assets:Cash"), (3, "Assets:Cash"))
    )
    used = sound_book(document("N1", "100.00", day="2026-01-05") + paid).payment_accounts
    assert [(use.account, use.payments) for use in used.money] == [("Assets:Cash", 2), ("Assets:Bank", 1)]


# open items of earlier books -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "settles"), [("2025-12-31", False), ("2026-01-01", True), ("2026-01-02", True)])
def test_an_earlier_payment_is_not_for_what_was_still_open_later(day: str, settles: bool) -> None:
    opening = """
2026-01-01 * "Opening"
  kind: "opening"
  Assets:Receivable:Acme  100.00 EUR
    invoice: "OLD-1"
  Equity:Opening  -100.00 EUR
"""
    paid = f'{day} * "Paid" ^OLD-1\n  {ACME}  -40.00 EUR\n  Assets:Bank  40.00 EUR\n'
    book = sound_book(opening + paid)
    found = {item.invoice.number: str(item.open) for item in allocate(book, book.last_date).open_items}
    assert found == {"OLD-1": "60.00" if settles else "100.00"}


# documents that were read before -----------------------------------------------------------------------------------------------


def test_a_document_at_another_place_among_the_entries_moves_with_its_entry() -> None:
    """Nothing of it changed, but an entry stands before it now: the places of its postings follow."""
    entries, _errors, options = loader.load_string(PRELUDE + document("N1", "100.00", day="2026-01-05"))
    known = KnownDocuments()
    first = read_book(entries, options, known=known)
    more, _errors, _options = loader.load_string("2024-01-01 open Assets:Other")
    again = read_book([*more, *entries], options, known=known)
    places = [book.invoices[0].instalments[0].posting for book in (first, again)]
    assert places[1] == (places[0][0] + 1, places[0][1])
    anew = read_book([*more, *entries], options)
    assert again.invoices == anew.invoices


@pytest.mark.parametrize(
    ("keys_of_it", "channel"),
    [
        ('country: "FR"', "e-invoice"),
        ('vat-id: "FR11123456782"', "e-invoice"),  # where it is follows from its VAT id
        ('siren: "123456782"', "e-invoice"),
        ("", "post"),
        ('country: "FR"\n  channel: "email"\n  email: "a@example.org"', "email"),
    ],
)
def test_public_buyers_in_france_get_e_invoices(keys_of_it: str, channel: str) -> None:
    """CGI, art. 289 bis; ordonnance 2014-697: public buyers have taken nothing else since 2020."""
    account = f'2025-01-01 open Assets:Receivable:Town\n  customer: "Town"\n  buyer: "public"\n  {keys_of_it}\n'
    book = sound_book(account.replace("\n  \n", "\n"))
    assert book.customers["Assets:Receivable:Town"].first.channel == channel
