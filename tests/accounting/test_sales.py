"""What was sold in a period, as entries book it; the amounts are worked out by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.accounting.entries import valued_entries
from beancount_invoicing.accounting.sales import Sale, sales, shared_out
from beancount_invoicing.actions.accounting import accounting_books
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.model import ZERO
from tests.accounting.books import invoice, read
from tests.ledgers import EXAMPLE, month_ends

CODES = """
2025-01-01 custom "invoice-tax" "N10" "TVA" Liabilities:TVA
  rate: 10
2025-01-01 custom "invoice-tax" "REC" "Recargo" Liabilities:TVA
  rate: 5
2025-01-01 custom "invoice-tax" "N20REC" "TVA et recargo"
  parts: "N20 REC"
2025-01-01 custom "invoice-tax" "E20" "TVA" Liabilities:TVA
  rate: 20
  due-on: "payment"
  pending: Liabilities:Attente
2025-01-01 custom "invoice-tax" "INTRA" "Livraison intracommunautaire"
  category: "K"
  nature: "goods"
2025-01-01 open Liabilities:Attente
2025-01-01 open Liabilities:Acomptes
2025-01-01 open Income:Rabais
2025-01-01 open Assets:Clients:Berg
  customer: "Berg GmbH"
  country: "DE"
  vat-id: "DE123456788"
"""


def sold(ledger: str, since: str = "2026-01-01", until: str = "2026-12-31") -> tuple[Sale, ...]:
    """The sales of a period in a ledger after the firm's accounts and the codes above."""
    general_ledger, book = read(CODES + ledger)
    valued, _moneyless = valued_entries(general_ledger, book, date.fromisoformat(until))
    return sales(valued, book, date.fromisoformat(since), date.fromisoformat(until))


def told(ledger: str) -> list[tuple[str, str, str, str]]:
    """Number, code, base and taxes of each sale."""
    return [(sale.number, sale.tax.code, str(sale.base), str(sale.tax_amount)) for sale in sold(ledger)]


def test_only_documents_of_the_period_are_sales() -> None:
    ledger = invoice("2025-12-31", "F1") + invoice("2026-01-01", "F2") + invoice("2027-01-01", "F3")
    loan = '\n2026-02-01 * "Prime"\n  Assets:Banque  50.00 EUR\n  Income:Conseil  -50.00 EUR\n'
    assert told(ledger + loan) == [("F2", "N20", "100.00", "20.00")]


def test_each_code_has_its_base_and_an_allowance_lowers_that_of_its_code() -> None:
    assert told("""
2026-01-05 * "Dupont SARL" "Deux taux" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  332.00 EUR
  Income:Conseil  -200.00 EUR
    tax: "N20"
  Income:Conseil  -100.00 EUR
    tax: "N10"
  Income:Rabais  15.00 EUR
    allowance: "Remise"
    tax: "N20"
  Liabilities:TVA  -37.00 EUR
    tax: "N20"
  Liabilities:TVA  -10.00 EUR
    tax: "N10"
""") == [("F1", "N20", "185.00", "37.00"), ("F1", "N10", "100.00", "10.00")]


def test_a_combined_code_counts_its_base_once_and_names_each_part() -> None:
    combined, alone = sold("""
2026-01-05 * "Dupont SARL" "Parts" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  185.00 EUR
  Income:Conseil  -100.00 EUR
    tax: "N20REC"
  Income:Conseil  -50.00 EUR
    tax: "N20"
  Liabilities:TVA  -30.00 EUR
    tax: "N20"
  Liabilities:TVA  -5.00 EUR
    tax: "REC"
""")
    assert (combined.base, alone.base) == (Decimal(100), Decimal(50))
    assert [(charged.tax.code, f"{charged.amount}") for charged in combined.taxes] == [
        ("N20", "20.00"),
        ("REC", "5.00"),
    ]
    assert [(charged.tax.code, f"{charged.amount}") for charged in alone.taxes] == [("N20", "10.00")]


def test_goods_to_another_state_say_place_nature_and_vat_id() -> None:
    (sale,) = sold("""
2026-01-05 * "Berg GmbH" "Machine" ^F1
  invoice: "F1"
  Assets:Clients:Berg  1000.00 EUR
  Income:Conseil  -1000.00 EUR
    tax: "INTRA"
""")
    assert (sale.place, sale.nature, sale.tax.category, sale.customer.vat_id) == ("DE", "goods", "K", "DE123456788")
    assert (sale.base, sale.taxes) == (Decimal(1000), ())


def test_a_foreign_invoice_is_worth_what_its_entry_books() -> None:
    assert told("""
2026-01-05 * "Dupont SARL" "En dollars" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  1200.00 USD @ 0.92 EUR
  Income:Conseil  -920.00 EUR
    quantity: 10
    price: 100.00
    tax: "E20"
  Liabilities:Attente  -184.00 EUR
    tax: "E20"
    amount: 200.00
2026-01-06 price USD 0.91 EUR
2026-01-06 * "Dupont SARL" "En dollars seulement" ^F2
  invoice: "F2"
  Assets:Clients:Dupont  1200.00 USD
  Income:Conseil  -1000.00 USD
    tax: "N20"
  Liabilities:TVA  -200.00 USD
    tax: "N20"
""") == [("F1", "E20", "920.00", "184.00"), ("F2", "N20", "910.00", "182.00")]


def test_a_deposit_is_a_sale_and_the_final_invoice_takes_it_off() -> None:
    final = sold("""
2026-01-05 * "Dupont SARL" "Acompte" ^D1
  invoice: "D1"
  kind: "deposit"
  Assets:Clients:Dupont  115.00 EUR
  Liabilities:Acomptes  -50.00 EUR
    text: "Acompte"
    tax: "N20"
  Liabilities:Acomptes  -50.00 EUR
    text: "Acompte"
    tax: "N10"
  Liabilities:TVA  -10.00 EUR
    tax: "N20"
  Liabilities:TVA  -5.00 EUR
    tax: "N10"
2026-02-05 * "Dupont SARL" "Solde" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  115.00 EUR
  Income:Conseil  -100.00 EUR
    tax: "N20"
  Income:Conseil  -100.00 EUR
    tax: "N10"
  Liabilities:TVA  -20.00 EUR
    tax: "N20"
  Liabilities:TVA  -10.00 EUR
    tax: "N10"
  Liabilities:Acomptes  100.00 EUR
    deposit: "D1"
  Liabilities:TVA  10.00 EUR
    deposit: "D1"
    tax: "N20"
  Liabilities:TVA  5.00 EUR
    deposit: "D1"
    tax: "N10"
""")
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for sale in final:
        sums[sale.number, sale.tax.code] += sale.base
        assert (sale.deposit == "D1") == (sale.number == "F1" and sale.base < 0)
        assert sale.tax_amount == sale.base * sale.tax.rate / 100
    assert sums == {("D1", "N10"): 50, ("D1", "N20"): 50, ("F1", "N10"): 50, ("F1", "N20"): 50}


def test_what_a_deposit_asked_for_without_tax_is_taken_off_there() -> None:
    """Half of the deposit bore tax; its deduction names 100.00 and 10.00 of tax."""
    exempt = '2025-01-01 custom "invoice-tax" "EXO" "Exonéré"\n  category: "E"\n  reason: "art. 261 du CGI"\n'
    final = sold(
        exempt
        + """
2026-01-05 * "Dupont SARL" "Acompte" ^D1
  invoice: "D1"
  kind: "deposit"
  Assets:Clients:Dupont  110.00 EUR
  Liabilities:Acomptes  -50.00 EUR
    text: "Acompte"
    tax: "N20"
  Liabilities:Acomptes  -50.00 EUR
    text: "Acompte"
    tax: "EXO"
  Liabilities:TVA  -10.00 EUR
    tax: "N20"
2026-02-05 * "Dupont SARL" "Solde" ^F1
  invoice: "F1"
  Assets:Clients:Dupont  110.00 EUR
  Income:Conseil  -100.00 EUR
    tax: "N20"
  Income:Conseil  -100.00 EUR
    tax: "EXO"
  Liabilities:TVA  -20.00 EUR
    tax: "N20"
  Liabilities:Acomptes  100.00 EUR
    deposit: "D1"
  Liabilities:TVA  10.00 EUR
    deposit: "D1"
    tax: "N20"
"""
    )
    taken_off = {(sale.tax.code, f"{sale.base:.2f}", f"{sale.tax_amount:.2f}") for sale in final if sale.deposit}
    assert taken_off == {("N20", "-50.00", "-10.00"), ("EXO", "-50.00", "0.00")}


def test_in_the_example_the_bases_are_what_documents_book_on_income_and_deposits_at_every_month_end() -> None:
    books = accounting_books(LedgerLoader(EXAMPLE))
    book = books.ledger.book
    valued, _moneyless = valued_entries(books.general_ledger, book, date(2026, 12, 31))
    whole = sales(valued, book, date(2025, 1, 1), date(2026, 12, 31))
    months = [
        sale
        for day in month_ends(date(2025, 1, 1), date(2026, 12, 31))
        for sale in sales(valued, book, day.replace(day=1), day)
    ]
    assert months == list(whole)
    numbers = {sale.number for sale in whole}
    # the example's deposits stand on one account
    booked = sum(
        -value
        for dated in valued
        if dated.entry.is_document and dated.entry.reference in numbers
        for posting, value in dated.postings
        if posting.account.startswith(("Income", "Liabilities:Acomptes"))
    )
    assert sum(sale.base for sale in whole) == booked
    assert {sale.nature for sale in whole} <= {"goods", "services", "electronic", ""}


@given(
    st.integers(-10_000, 10_000).map(lambda cents: Decimal(cents) / 100),
    st.lists(st.integers(-500, 500).map(Decimal), min_size=1, max_size=5),
)
def test_what_is_shared_out_is_all_there(amount: Decimal, weights: list[Decimal]) -> None:
    assert sum(shared_out(amount, weights, 2)) == amount
