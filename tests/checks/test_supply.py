"""Where things are supplied: which documents are told that another state's tax is owed, and which are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount import loader

from beancount_invoicing import law
from beancount_invoicing.checks.consumers import check_destination_rates, check_distance_sales
from beancount_invoicing.checks.supply import check_services_abroad
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import Book, Finding

BOOKS = """
option "operating_currency" "EUR"
2005-01-01 custom "invoice-seller" "Atelier"
  country: "{seller}"
2005-01-01 custom "invoice-option" "default-tax" "SMALL"
2005-01-01 custom "invoice-tax" "FR20" "TVA" Liabilities:VAT
  category: "S"
  rate: 20
2005-01-01 custom "invoice-tax" "PAID" "TVA" Liabilities:VAT
  category: "S"
  rate: 20
  due-on: "payment"
  pending: Liabilities:VAT:Pending
2005-01-01 custom "invoice-tax" "GOODS" "TVA" Liabilities:VAT
  category: "S"
  rate: 20
  nature: "goods"
2005-01-01 custom "invoice-tax" "UNION" "VAT" Liabilities:VAT
  category: "S"
  rate: 20
  sold-to: "union"
2005-01-01 custom "invoice-tax" "GERMANY" "VAT" Liabilities:VAT
  category: "S"
  rate: 20
  sold-to: "DE"
2005-01-01 custom "invoice-tax" "OUTSIDE" "VAT" Liabilities:VAT
  category: "S"
  rate: 20
  sold-to: "outside"
2005-01-01 custom "invoice-tax" "LAND" "VAT" Liabilities:VAT
  category: "S"
  rate: 20
  sold-to: "anyone"
2005-01-01 custom "invoice-tax" "ZERO" "Books"
  category: "Z"
  rate: 0
2005-01-01 custom "invoice-tax" "NIL" "At no rate"
  category: "S"
  rate: 0
2005-01-01 custom "invoice-tax" "SCHOOL" "Exempt"
  category: "E"
  reason: "VATEX-EU-132"
2005-01-01 custom "invoice-tax" "SMALL" "No VAT"
  category: "E"
  reason: "A small firm"
2005-01-01 custom "invoice-tax" "FRANCHISE" "No VAT"
  category: "E"
  reason: "VATEX-FR-FRANCHISE"
2005-01-01 custom "invoice-tax" "NET" "TVA" Liabilities:VAT
  category: "S"
  rate: 20
  nature: "electronic"
2005-01-01 custom "invoice-tax" "HELD" "Withheld" Assets:Held
  category: "S"
  rate: 20
  withholding: TRUE
2005-01-01 open Assets:Receivable:Customer
  customer: "Customer"
  country: "{country}"
{customer}
2005-01-01 open Income:Sales
2005-01-01 open Liabilities:VAT
2005-01-01 open Liabilities:VAT:Pending
2005-01-01 open Assets:Held
"""


def sale(number: str, *lines: str, day: str = "2026-03-01", more: str = "") -> str:
    """A document of lines, each a code, its amount and keys; without the postings of its taxes, which nothing here reads."""
    total = sum(int(line.split()[1]) for line in lines)
    text = f'{day} * "Sale" ^{number}\n  invoice: "{number}"\n{more}  Assets:Receivable:Customer  {total} EUR\n'
    for line in lines:
        code, amount, *keys = line.split()
        text += f'  Income:Sales  {-int(amount)} EUR\n    text: "This"\n    tax: "{code}"\n'
        text += "".join(f"    {key.replace('=', ': ')}\n" for key in keys)
    return text


def told(
    check: Callable[[Book], Iterator[Finding]],
    *sales: str,
    seller: str = "FR",
    country: str = "DE",
    customer: str = '  vat-id: "DE136695976"',
    codes: bool = True,
) -> list[str]:
    """What one of both checks says; without `codes` none of the books is for customers abroad."""
    books = BOOKS.format(seller=seller, country=country, customer=customer)
    if not codes:
        books = re.sub(r'  sold-to: "(union|DE|outside)"\n', "", books)
    entries, errors, options = loader.load_string(books + "".join(sales))
    assert errors == []
    return [finding.message for finding in check(read_book(entries, options))]


SERVICES = 'nature="services"'
GOODS = 'nature="goods"'


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (f"FR20 100 {SERVICES}", ["FR20"]),
        ("FR20 100", ["FR20"]),  # what it is, is not said: services, with how to say that it is goods
        (f"FR20 100 {GOODS}", []),
        ("GOODS 100", []),
        (f"GOODS 100 {SERVICES}", ["GOODS"]),  # the line says more than the code
        ("PAID 100", ["PAID"]),
        ("LAND 100", []),  # where it takes place
        ("UNION 100", []),  # a code for such customers
        ("GERMANY 100", []),
        ("OUTSIDE 100", ["OUTSIDE"]),
        ("SMALL 100", ["SMALL"]),  # the exemption of the whole firm: the default code
        ("FRANCHISE 100", ["FRANCHISE"]),
        ("SCHOOL 100", []),  # an exemption of what is sold
        ("ZERO 100", []),
        ("NIL 100", []),
        ("HELD 100", []),
    ],
)
def test_services_to_a_business_abroad_bear_no_tax_of_here(line: str, found: list[str]) -> None:
    said = told(check_services_abroad, sale("F1", line))
    assert [one.split()[1] for one in said] == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"country": "FR"}, 0),
        ({"customer": '  buyer: "consumer"'}, 0),
        ({"customer": '  buyer: "public"'}, 0),  # without a VAT id it is taxed as a consumer
        ({"customer": '  buyer: "public"\n  vat-id: "DE136695976"'}, 1),
        ({"country": "", "customer": '  vat-id: "DE136695976"'}, 1),  # the VAT id says where it is
        ({"seller": "BR"}, 0),  # a state whose law is not known here
    ],
)
def test_it_goes_by_who_sells_and_who_buys(changes: dict[str, str], found: int) -> None:
    asked = {"country": "DE", "customer": '  vat-id: "DE136695976"', "seller": "FR"} | changes
    said = told(
        check_services_abroad,
        sale("F1", "FR20 100"),
        seller=asked["seller"],
        country=asked["country"],
        customer=asked["customer"],
    )
    assert len(said) == found


def test_nothing_is_asked_of_what_is_no_new_invoice_nor_of_before_the_law() -> None:
    assert told(check_services_abroad, sale("F1", "FR20 100", day="2009-12-31")) == []
    assert len(told(check_services_abroad, sale("F1", "FR20 100", day="2010-01-01"))) == 1
    assert told(check_services_abroad, sale("F1", "FR20 100", more='  kind: "opening"\n')) == []
    back = sale("C1", "FR20 -100", more='  kind: "credit-note"\n  corrects: "F1"\n')
    assert [one[:2] for one in told(check_services_abroad, sale("F1", "FR20 100"), back)] == ["F1"]


def test_each_code_of_a_document_is_told_once() -> None:
    two = sale("F1", "FR20 100", "LAND 5", "FR20 200", "PAID 300")
    assert [one.split()[:2] for one in told(check_services_abroad, two)] == [["F1:", "FR20"], ["F1:", "PAID"]]


@pytest.mark.parametrize(
    ("country", "customer", "says"),
    [
        ("DE", "", 'write its VAT id, vat-id: "DE…", on Assets:Receivable:Customer, or buyer: "consumer" if it is '
        'not a business'),
        ("GR", "", 'write its VAT id, vat-id: "EL…", on'),
        (
            "DE",
            '  vat-id: "DE136695976"',
            'define custom "invoice-tax" "REVERSE" "Reverse charge" with category: "AE", reason: "VATEX-EU-AE", '
            'nature: "services"'
            ' and sold-to: "union business", write tax: "REVERSE" on the line; what is taxed',
        ),
        (
            "CH",
            "",
            'category: "O", reason: "VATEX-EU-O", nature: "services" and sold-to: "outside business", write tax: '
            '"OUTSIDE"',
        ),
    ],
)  # fmt: skip
def test_what_to_write_is_said(country: str, customer: str, says: str) -> None:
    """Where the books have no code that such customers get by default."""
    (text,) = told(
        check_services_abroad, sale("F1", f"FR20 100 {SERVICES}"), country=country, customer=customer, codes=False
    )
    assert says in text
    assert "if it is goods" not in text


CONSUMER = '  buyer: "consumer"'
ELECTRONIC = 'nature="electronic"'


@pytest.mark.parametrize(
    ("line", "country", "found"),
    [
        (f"FR20 100 {ELECTRONIC}", "CH", ["FR20"]),
        ("NET 100", "CH", ["NET"]),
        ("NET 100", "DE", []),  # within the Union up to a threshold: distance_sales
        ("NET 100", "FR", []),
        ("NET 100", "GF", []),  # no law is known
        (f"NET 100 {SERVICES}", "CH", []),  # other services are supplied where the seller is (art. 45)
        ("PAID 100", "CH", []),
        (f"OUTSIDE 100 {ELECTRONIC}", "CH", []),
        (f"LAND 100 {ELECTRONIC}", "CH", []),
        (f"SMALL 100 {ELECTRONIC}", "CH", ["SMALL"]),
        (f"SCHOOL 100 {ELECTRONIC}", "CH", []),
    ],
)
def test_electronic_services_to_consumers_outside_bear_no_tax(line: str, country: str, found: list[str]) -> None:
    said = told(check_services_abroad, sale("F1", line), country=country, customer=CONSUMER)
    assert [one.split()[1] for one in said] == found


def test_electronic_services_to_consumers_went_by_the_seller_before_2015() -> None:
    assert told(check_services_abroad, sale("F1", "NET 9", day="2014-12-31"), country="CH", customer=CONSUMER) == []
    assert told(check_services_abroad, sale("F1", "NET 9", day="2015-01-01"), country="CH", customer=CONSUMER)


def test_what_to_write_for_electronic_services_outside_is_said() -> None:
    (text,) = told(check_services_abroad, sale("F1", "NET 100"), country="CH", customer=CONSUMER, codes=False)
    assert text == (
        "F1: NET charges 20 % on electronic services to Customer, a consumer in CH, where they count as "
        "supplied: they bear no tax of FR"
        ' (directive 2006/112/EC, art. 58): define custom "invoice-tax" "ONLINE" "Outside the scope of VAT" '
        'with category: "O",'
        ' reason: "VATEX-EU-O", nature: "electronic" and sold-to: "outside consumer", write tax: "ONLINE" on the line'
    )


def test_a_seller_outside_the_union_owes_the_tax_of_a_consumers_state() -> None:
    (text,) = told(check_services_abroad, sale("F1", "NET 100"), seller="GB", customer=CONSUMER, codes=False)
    assert "they bear no tax of GB (VAT Act 1994, sch. 4A, para. 15): the tax of DE is owed: define" in text
    assert (
        'custom "invoice-tax" "OSS-DE-ELECTRONIC" "VAT 19 %" Liabilities:VAT:OSS (open that account) with rate: 19,'
        ' nature: "electronic", sold-to: "DE consumer", write tax: "OSS-DE-ELECTRONIC" on the line'
    ) in text
    assert 'write tax: "ONLINE"' in told(
        check_services_abroad, sale("F1", "NET 100"), seller="CH", country="US", customer=CONSUMER, codes=False
    )[0]  # fmt: skip


def consumer(*sales: str, country: str = "DE") -> list[str]:
    """The documents that are told of goods to consumers in other states."""
    return [one.split(":")[0] for one in told(check_distance_sales, *sales, country=country, customer=CONSUMER)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("GOODS 10001", ["F1"]),
        ("GOODS 10000", []),
        (f"FR20 10001 {GOODS}", ["F1"]),
        ("FR20 10001", []),  # services, or nobody knows
        (f"GOODS 10001 {SERVICES}", []),
        ("NET 10001", ["F1"]),
        ("NET 10000", []),
        (f"FR20 10001 {ELECTRONIC}", ["F1"]),
        (f"NET 10001 {SERVICES}", []),
        (f"GERMANY 10001 {GOODS}", []),  # the code of that state already
        (f"NIL 10001 {GOODS}", []),
        (f"SCHOOL 10001 {GOODS}", []),
    ],
)
def test_more_than_ten_thousand_euros_of_goods_to_consumers_bear_their_states_tax(line: str, found: list[str]) -> None:
    assert consumer(sale("F1", line)) == found


def test_without_a_seller_nobody_is_in_another_state() -> None:
    nobody = BOOKS.format(seller="FR", country="DE", customer=CONSUMER).replace(
        'custom "invoice-seller"', 'custom "nobody"'
    )
    entries, _errors, options = loader.load_string(nobody + sale("F1", "GOODS 10001"))
    assert list(check_distance_sales(read_book(entries, options))) == []


def test_goods_and_electronic_services_count_together() -> None:
    assert consumer(sale("F1", "GOODS 5000"), sale("F2", "NET 5000"), sale("F3", "NET 1")) == ["F3"]
    assert consumer(sale("F1", "GOODS 5000", "NET 5001", "GOODS 1")) == ["F1", "F1"]  # one code for each
    assert consumer(sale("F1", f"FR20 5 {SERVICES}", "GOODS 10001")) == ["F1"]  # beside something else


def test_what_comes_first_counts_first_in_whatever_order_it_is_read() -> None:
    def turned(book: Book) -> Iterator[Finding]:
        return check_distance_sales(replace(book, invoices=book.invoices[::-1]))

    for day in ("2026-02-28", "2026-03-01"):  # on one day by where it stands
        both = (sale("F1", "GOODS 10000", day=day), sale("F2", "GOODS 1", day="2026-03-01"))
        (one,) = told(turned, *both, customer=CONSUMER)
        assert one.startswith("F2: ")


def test_a_public_body_without_a_vat_id_is_no_business() -> None:
    assert told(check_distance_sales, sale("F1", "GOODS 10001"), customer='  buyer: "public"')
    assert not told(
        check_distance_sales, sale("F1", "GOODS 10001"), customer='  buyer: "public"\n  vat-id: "DE136695976"'
    )


def test_it_goes_by_the_year_and_the_one_before() -> None:
    first = sale("F1", "GOODS 10001", day="2023-12-31")
    assert consumer(first, sale("F2", "GOODS 1", day="2024-12-31")) == ["F1", "F2"]
    assert consumer(first, sale("F2", "GOODS 1", day="2025-01-01")) == ["F1"]
    assert consumer(sale("F1", "GOODS 6000", day="2023-12-31"), sale("F2", "GOODS 6000", day="2024-01-01")) == []


def test_each_document_is_told_once_and_a_correction_not_at_all() -> None:
    back = sale("C1", "GOODS -1", day="2026-03-02", more='  kind: "credit-note"\n  corrects: "F1"\n')
    assert consumer(sale("F1", "GOODS 10001", "GOODS 5"), back) == ["F1"]
    assert consumer(sale("F1", "ZERO 10", "GOODS 10001", "GOODS 5"), back) == ["F1"]


def test_goods_go_to_consumers_of_the_union() -> None:
    assert consumer(sale("F1", "GOODS 10001"), country="FR") == []
    assert consumer(sale("F1", "GOODS 10001"), country="CH") == []
    assert told(check_distance_sales, sale("F1", "GOODS 10001")) == []  # a business
    assert consumer(sale("F1", "GOODS 10001", day="2021-06-30")) == []
    assert consumer(sale("F1", "GOODS 10001", day="2021-07-01")) == ["F1"]


def test_what_is_in_another_currency_counts_by_what_it_was_booked_as() -> None:
    kronor = """2026-03-01 * "Sale" ^F1
  invoice: "F1"
  Assets:Receivable:Customer  {0} SEK @ 0.10 EUR
  Income:Sales  -{1} EUR
    text: "Desk"
    tax: "GOODS"
"""
    assert consumer(kronor.format(100_010, 10_001), country="SE") == ["F1"]
    assert consumer(kronor.format(100_000, 10_000), country="SE") == []


def test_the_figures_and_the_code_to_write_are_said() -> None:
    (text,) = told(check_distance_sales, sale("F1", "GOODS 10001"), customer=CONSUMER, codes=False)
    assert "came to 10001.00 EUR in 2026, more than 10000.00 EUR: the tax of DE is owed on them, not GOODS" in text
    assert (
        'custom "invoice-tax" "OSS-DE" "VAT 19 %" Liabilities:VAT:OSS (open that account) with rate: 19, '
        'nature: "goods",'
        ' sold-to: "DE consumer"'
    ) in text
    assert "7 %" not in text
    (text,) = told(check_distance_sales, sale("F1", "NET 10001"), customer=CONSUMER, codes=False)
    assert "the tax of DE is owed on these services, not NET" in text
    assert '"OSS-DE-ELECTRONIC" "VAT 19 %"' in text


MORE = """
2005-01-01 custom "invoice-tax" "FR55" "TVA" Liabilities:VAT
  rate: 5.5
  nature: "goods"
2005-01-01 custom "invoice-tax" "OSS" "VAT" Liabilities:VAT:OSS
  rate: {rate}
  nature: "goods"
  sold-to: "{state} consumer"
2005-01-01 open Liabilities:VAT:OSS
2005-01-01 custom "invoice-item" "BOOK" "Book" Income:Sales
  price: 1
  tax: "FR55"
2005-01-01 custom "invoice-item" "PEN" "Pen" Income:Sales
  price: 1
  nature: "goods"
"""


def rates(rate: str, state: str, *sales: str, more: str = "") -> list[str]:
    """What is said of the rates of a code for consumers in a state."""
    books = MORE.format(rate=rate, state=state) + more
    return told(check_destination_rates, books, *sales, country=state, customer=CONSUMER)


def test_the_code_that_the_books_have_is_said() -> None:
    books = MORE.format(rate=19, state="DE")
    (text,) = told(check_distance_sales, books, sale("F1", "GOODS 10001"), customer=CONSUMER)
    assert 'bill them again with tax: "OSS"' in text


def test_the_reduced_rates_of_the_state_are_said_where_the_seller_charged_one() -> None:
    (text,) = told(
        check_distance_sales, MORE.format(rate=25, state="SE"), sale("F1", "FR55 10001"), customer=CONSUMER, codes=False
    )
    assert text.endswith("; DE also has 7 %: if one of these rates applies here, write it instead")


@pytest.mark.parametrize(
    ("rate", "state", "day", "found"),
    [
        ("19", "RO", "2025-07-31", False),
        ("19", "RO", "2025-08-01", True),
        ("21", "RO", "2025-08-01", False),
        ("11", "RO", "2025-08-01", False),
        ("24", "FI", "2026-03-01", True),
        ("22", "EE", "2025-07-01", True),  # neither its first nor its present one
        ("16", "LU", "2024-01-01", True),
        ("17", "LU", "2023-12-31", True),
        ("17", "LU", "2024-01-01", False),  # has it again
        ("20", "DE", "2026-03-01", False),  # never was, and what else there is may not be known
    ],
)
def test_a_rate_that_a_state_has_left_is_told(rate: str, state: str, day: str, found: bool) -> None:
    assert bool(rates(rate, state, sale("F1", "OSS 10", day=day))) == found


def test_a_former_standard_rate_may_be_a_reduced_one_now(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rates("19", "RO", sale("F1", "OSS 10", day="2026-03-01"))
    monkeypatch.setattr(law, "reduced_rates", lambda _state, _day: (Decimal(19),))
    assert rates("19", "RO", sale("F1", "OSS 10", day="2026-03-01")) == []


def test_what_to_write_for_a_rate_that_has_changed_is_said() -> None:
    assert rates("19", "RO", sale("F1", "OSS 10", "OSS 5", day="2025-09-01")) == [
        "F1: OSS charges 19 %, but the standard rate of RO has been 21 % since 2025-08-01: write an "
        "amendment of that day,"
        ' 2025-08-01 custom "invoice-tax" "OSS" with rate: 21'
    ]


BOOK_SOLD = sale("F1", 'OSS 10 item="BOOK"')


def test_what_has_a_reduced_rate_at_home_may_have_one_there() -> None:
    assert rates("19", "DE", BOOK_SOLD) == [
        "F1: BOOK is taxed with FR55, 5.5 %, at home, and here with OSS, 19 %; DE also has 7 %: find out "
        "which rate applies to"
        ' it there, and define custom "invoice-tax" "OSS-DE-7" "VAT 7 %" Liabilities:VAT:OSS with rate: 7, '
        'nature: "goods",'
        ' sold-to: "DE consumer", instead-of: "FR55" (with that rate)'
    ]
    assert rates("19", "DE", sale("F1", 'OSS 10 item="PEN"')) == []
    assert rates("7", "DE", BOOK_SOLD) == []
    assert rates("25", "DK", BOOK_SOLD) == []  # has none


def test_what_is_said_to_stand_for_the_reduced_rate_is_right() -> None:
    text = (
        '2005-01-01 custom "invoice-tax" "OSSB" "VAT" Liabilities:VAT:OSS\n  rate: 19\n  nature: "goods"\n'
        '  sold-to: "DE consumer"\n  instead-of: "FR55"\n'
    )
    assert rates("19", "DE", BOOK_SOLD.replace('"OSS"', '"OSSB"'), more=text) == []
    by_default = BOOK_SOLD.replace('    tax: "OSS"\n', "")
    assert rates("19", "DE", by_default, more=text) == []
    assert rates("19", "DE", by_default)
