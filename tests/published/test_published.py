"""Our figures against those that others published (figures.toml names each source)."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader

from beancount_invoicing import law
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import positions, tax_due
from beancount_invoicing.rules import interest, payment_terms, tax
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import gross_split
from tests.ledgers import PRELUDE, book_of

D = Decimal
DATA: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("figures.toml").read_text(encoding="utf-8")
)


def _name(entry: dict[str, Any]) -> str:
    """The last part of a source's address, to name a test by."""
    return str(entry["source"]).rstrip("/").rpartition("/")[2][-40:]


def figures(kind: str) -> list[Any]:
    """Each published figure of a kind, as a parameter of a test that is named by its source."""
    return [
        pytest.param(*values, id=f"{_name(entry)}-{'-'.join(map(str, values))}")
        for entry in DATA[kind]
        for values in entry["figures"]
    ]


@pytest.mark.parametrize(("quantity", "price", "net"), figures("lines"))
def test_line(quantity: str, price: str, net: str) -> None:
    assert tax.line_net(D(quantity), D(price), None, 2).value == D(net)


@pytest.mark.parametrize(("gross", "percent", "net"), figures("discounts"))
def test_discount(gross: str, percent: str, net: str) -> None:
    assert tax.line_net(D(1), D(gross), D(percent), 2).value == D(net)


@pytest.mark.parametrize(("base", "rate", "expected"), figures("taxes"))
def test_tax(base: str, rate: str, expected: str) -> None:
    assert tax.tax_on(D(base), D(rate), 2).value == D(expected)


@pytest.mark.parametrize(("gross", "rate", "net", "contained"), figures("gross"))
def test_price_with_tax(gross: str, rate: str, net: str, contained: str) -> None:
    found = tax.gross_split(D(gross), D(rate), 2)
    assert (found[0].value, found[1].value) == (D(net), D(contained))


@pytest.mark.parametrize(("net", "rate", "kept", "vat", "withheld", "payable"), figures("withholding"))
def test_withholding(net: str, rate: str, kept: str, vat: str, withheld: str, payable: str) -> None:
    book = book_of(
        f'\n2025-01-01 custom "invoice-tax" "VAT" "VAT" Liabilities:VAT\n  rate: {rate}\n'
        f'2025-01-01 custom "invoice-tax" "KEPT" "Withheld" Assets:Withheld\n  rate: {kept}\n  withholding: TRUE\n'
        "2025-01-01 open Assets:Withheld\n"
        f'2026-01-05 * "Published" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  {payable} EUR\n'
        f'  Income:Services  -{net} EUR\n    text: "X"\n    tax: "VAT"\n  Liabilities:VAT  -{vat} EUR\n    tax: "VAT"\n'
        f'  Assets:Withheld  {withheld} EUR\n    tax: "KEPT"\n'
    )
    assert [finding for finding in check(book) if finding.severity == "error"] == []
    invoice = book.invoice("F2026-0001")
    assert invoice is not None
    assert (invoice.net, invoice.tax, invoice.withheld) == (D(net), D(vat), D(withheld))
    assert (invoice.total, invoice.payable) == (D(net) + D(vat), D(payable))


@pytest.mark.parametrize(("net", "rates", "compound", "amounts", "total"), figures("two_taxes"))
def test_two_taxes(net: str, rates: list[str], compound: bool, amounts: list[str], total: str) -> None:
    codes = [f"T{number}" for number, _rate in enumerate(rates, 1)]
    text = "".join(
        f'2025-01-01 open Liabilities:{code}\n2025-01-01 custom "invoice-tax" "{code}" "{code}" Liabilities:{code}\n'
        f"  rate: {rate}\n"
        for code, rate in zip(codes, rates, strict=True)
    )
    text += f'2025-01-01 custom "invoice-tax" "ALL" "All"\n  parts: "{" ".join(codes)}"\n'
    text += "  compound: TRUE\n" if compound else ""
    text += (
        f'2026-01-05 * "Published" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  {total} EUR\n'
        f'  Income:Services  -{net} EUR\n    text: "X"\n    tax: "ALL"\n'
    )
    text += "".join(f"  Liabilities:{code}  -{amount} EUR\n" for code, amount in zip(codes, amounts, strict=True))
    book = book_of("\n" + text)
    assert [finding for finding in check(book) if finding.severity == "error"] == []
    invoice = book.invoice("F2026-0001")
    assert invoice is not None
    assert [amount.figure and amount.figure.value for amount in invoice.taxes] == [D(amount) for amount in amounts]
    assert invoice.total == D(total)


@pytest.mark.parametrize(("day", "text", "due"), figures("terms"))
def test_due_date(day: str, text: str, due: str) -> None:
    (found,) = payment_terms.schedule(payment_terms.parse_terms(text), date.fromisoformat(day), D("1.00"), 2)
    assert found.date == date.fromisoformat(due)


@pytest.mark.parametrize(("net", "total", "text", "paid"), figures("cash_discounts"))
def test_cash_discount(net: str, total: str, text: str, paid: str) -> None:
    discount = payment_terms.parse_cash_discount(text)
    assert payment_terms.apply_cash_discount(discount, date(2026, 1, 1), D(net), D(total), 2).amount == D(paid)


@pytest.mark.parametrize(("day", "text", "last"), figures("discount_days"))
def test_last_day_of_a_cash_discount(day: str, text: str, last: str) -> None:
    discount = payment_terms.parse_cash_discount(text)
    assert payment_terms.apply_cash_discount(
        discount, date.fromisoformat(day), D(1), D(1), 2
    ).date == date.fromisoformat(last)


@pytest.mark.parametrize(("day", "total", "text", "dates", "amounts"), figures("instalments"))
def test_instalments(day: str, total: str, text: str, dates: list[str], amounts: list[str]) -> None:
    found = payment_terms.schedule(payment_terms.parse_terms(text), date.fromisoformat(day), D(total), 2)
    assert [due.date.isoformat() for due in found] == dates
    assert [due.amount for due, amount in zip(found, amounts, strict=True) if amount] == [D(a) for a in amounts if a]
    assert sum(due.amount for due in found) == D(total)


@pytest.mark.parametrize(("principal", "rate", "days", "expected"), figures("interest"))
def test_interest(principal: str, rate: str, days: int, expected: str) -> None:
    due = date(2025, 1, 1)
    found = interest.late_interest(D(principal), [], due, due + timedelta(days=days), D(rate), 2)
    assert found.amount == D(expected)


@pytest.mark.parametrize(("due", "paid", "days"), figures("days"))
def test_days_late(due: str, paid: str, days: int) -> None:
    found = interest.late_interest(D(100), [], date.fromisoformat(due), date.fromisoformat(paid), D(5), 2)
    assert sum(segment.days for segment in found.segments) == days


@pytest.mark.parametrize(("day", "rate"), figures("lowest_rates"))
def test_lowest_contract_rate(day: str, rate: str) -> None:
    assert law.lowest_contract_rate("FR", date.fromisoformat(day)) == D(rate)


@pytest.mark.parametrize(("day", "rate"), figures("legal_rates"))
def test_rate_by_law(day: str, rate: str) -> None:
    found = law.late_interest_law("FR", "business")
    assert found is not None
    assert dict(found.rates)[date.fromisoformat(day)] + found.margin == D(rate)


# what happens after the invoice --------------------------------------------------------------------------------------

DAY = date(2026, 12, 31)
MORE = """
2025-01-01 custom "invoice-tax" "VAT" "VAT" Liabilities:VAT
  rate: {rate}
2025-01-01 custom "invoice-tax" "PAID" "VAT" Liabilities:VAT
  rate: {rate}
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 custom "invoice-tax" "NONE" "Exempt"
  category: "E"
2025-01-01 open Liabilities:Pending
2025-01-01 open Expenses:Exchange
"""


def sound(text: str) -> Book:
    """The Book of a ledger that balances, and that `check` finds no error in."""
    _entries, errors, _options = loader.load_string(PRELUDE + text)
    assert [error.message for error in errors] == []
    book = book_of(text)
    assert [finding.message for finding in check(book) if finding.severity == "error"] == []
    return book


def invoice(number: str, day: str, total: str, net: str, tax: str, *more: str) -> str:
    """An invoice with one line under VAT; `more`: further keys of it."""
    keys = "".join(f"  {each}\n" for each in more)
    return (
        f'\n{day} * "Published" ^{number}\n  invoice: "{number}"\n{keys}  Assets:Receivable:Acme  {total} EUR\n'
        f'  Income:Services  -{net} EUR\n    text: "X"\n    tax: "VAT"\n  Liabilities:VAT  -{tax} EUR\n    tax: "VAT"\n'
    )


def standing(book: Book) -> dict[str, tuple[Decimal, str]]:
    """What is open of each document, and its status."""
    return {position.invoice.number: (position.open, position.status) for position in positions(book, DAY)}


@pytest.mark.parametrize(("net", "rate", "total", "text", "paid", "off", "tax"), figures("discounts_taken"))
def test_a_cash_discount_that_is_taken(
    net: str, rate: str, total: str, text: str, paid: str, off: str, tax: str
) -> None:
    assert payment_terms.apply_cash_discount(
        payment_terms.parse_cash_discount(text), DAY, D(net), D(total), 2
    ).amount == D(paid)
    split = gross_split(D(total) - D(paid), D(rate), 2)
    assert (split[0].value, split[1].value) == (D(off), D(tax))
    book = sound(
        MORE.format(rate=rate)
        + invoice("F2026-0001", "2026-01-05", total, net, str(D(total) - D(net)), f'cash-discount: "{text}"')
        + f'\n2026-01-08 * "Paid" ^F2026-0001\n  Assets:Bank  {paid} EUR\n  Income:Discounts  {off} EUR\n'
        f'  Liabilities:VAT  {tax} EUR\n    tax: "VAT"\n  Assets:Receivable:Acme  -{total} EUR\n'
    )
    assert standing(book) == {"F2026-0001": (D(0), "settled")}


@pytest.mark.parametrize("entry", DATA["deposits"], ids=_name)
def test_deposits(entry: dict[str, Any]) -> None:
    net, rate, tax, total = entry["whole"]
    ledger = MORE.format(rate=rate)
    last = f"F2026-000{len(entry['parts']) + 1}"
    final = invoice(last, "2026-10-15", entry["payable"], net, tax)
    for number, (part, its_tax, its_total, is_paid) in enumerate(entry["parts"], 1):
        name = f"F2026-000{number}"
        deposit = invoice(name, f"2026-0{number}-05", its_total, part, its_tax, 'kind: "deposit"')
        ledger += deposit.replace("Income:Services", "Liabilities:Deposits")
        if is_paid:
            ledger += (
                f'\n2026-0{number}-20 * "Paid" ^{name}\n  Assets:Bank\n  Assets:Receivable:Acme  -{its_total} EUR\n'
            )
        final += f'  Liabilities:Deposits  {part} EUR\n    deposit: "{name}"\n'
        final += f'  Liabilities:VAT  {its_tax} EUR\n    deposit: "{name}"\n    tax: "VAT"\n'
    book = sound(ledger + final)
    found = book.invoice(last)
    assert found is not None
    assert (found.net, found.tax, found.total) == (D(net), D(tax), D(total))
    assert found.payable == D(entry["payable"])
    assert sum(open_ for open_, _status in standing(book).values()) == D(entry["owed"])


@pytest.mark.parametrize(("net", "rate", "tax", "untaxed", "paid", "due"), figures("taxes_on_payment"))
def test_tax_on_payment(net: str, rate: str, tax: str, untaxed: str, paid: list[str], due: list[str]) -> None:
    total = D(net) + D(tax) + D(untaxed)
    document = invoice("F2026-0001", "2026-01-05", str(total), net, tax)
    ledger = document.replace('"VAT"', '"PAID"').replace("Liabilities:VAT", "Liabilities:Pending")
    if D(untaxed):
        ledger += f'  Income:Services  -{untaxed} EUR\n    text: "Y"\n    tax: "NONE"\n'
    for number, amount in enumerate(paid, 2):
        ledger += (
            f'\n2026-{number:02}-01 * "Paid" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme  -{amount} EUR\n'
        )
    shares = tax_due(sound(MORE.format(rate=rate) + ledger), DAY).tax_shares
    assert [share.amount for share in shares] == [D(each) for each in due]


@pytest.mark.parametrize(("net", "rate", "total", "paid", "lost", "off", "tax"), figures("bad_debts"))
def test_a_bad_debt(net: str, rate: str, total: str, paid: str, lost: str, off: str, tax: str) -> None:
    split = gross_split(D(lost), D(rate), 2)
    assert (split[0].value, split[1].value) == (D(off), D(tax))
    ledger = MORE.format(rate=rate) + invoice("F2026-0001", "2026-01-05", total, net, str(D(total) - D(net)))
    ledger += (
        f'\n2026-05-01 * "Doubtful" ^F2026-0001\n  Assets:Receivable:Acme:Doubtful  {total} EUR\n'
        f"  Assets:Receivable:Acme  -{total} EUR\n"
    )
    if D(paid):
        ledger += f'\n2026-06-01 * "Paid" ^F2026-0001\n  Assets:Bank\n  Assets:Receivable:Acme:Doubtful  -{paid} EUR\n'
    assert standing(sound(ledger))["F2026-0001"][0] == D(lost)
    ledger += (
        f'\n2026-09-01 * "Lost" ^F2026-0001 #write-off\n  Expenses:BadDebt  {off} EUR\n  Liabilities:VAT  {tax} EUR\n'
        f'    tax: "VAT"\n  Assets:Receivable:Acme:Doubtful  -{lost} EUR\n'
    )
    assert standing(sound(ledger)) == {"F2026-0001": (D(0), "written-off")}


@pytest.mark.parametrize(("claim", "at", "worth", "paid", "then", "received", "gain"), figures("exchange"))
def test_another_currency(claim: str, at: str, worth: str, paid: str, then: str, received: str, gain: str) -> None:
    amount, currency = claim.split()
    book = sound(
        MORE.format(rate=20)
        + f'\n2026-01-05 * "Published" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  {claim} @ {at} EUR\n'
        f'  Income:Services  -{worth} EUR\n    text: "X"\n    tax: "NONE"\n'
        f'\n2026-02-05 * "Paid" ^F2026-0001\n  Assets:Bank  {paid} @ {then} EUR\n  Expenses:Exchange  {-D(gain)} EUR\n'
        f"  Assets:Receivable:Acme  -{claim} @ {at} EUR\n"
    )
    found = book.invoice("F2026-0001")
    assert found is not None
    assert (found.net, found.currency) == (D(amount), currency)
    assert round_to(D(paid.split()[0]) * D(then), 2) == D(received) == D(worth) + D(gain)
    assert standing(book) == {"F2026-0001": (D(0), "settled")}


# whole documents ----------------------------------------------------------------------------------------------------


def ledger(document: dict[str, Any]) -> str:
    """A published document as a ledger that says its amounts, as published."""
    nets: defaultdict[str, Decimal] = defaultdict(D)
    body = []
    for quantity, price, rate in document["lines"]:
        net = (D(quantity) * D(price)).quantize(D("0.01"), "ROUND_HALF_UP")
        nets[rate] += net
        body.append(
            f'  Income:Services  {-net} EUR\n    text: "X"\n    quantity: {quantity}\n    price: {price}\n    tax: "R{rate}"'
        )
    for amount, rate in document.get("adjustments", ()):
        nets[rate] += D(amount)
        kind = "charge" if D(amount) > 0 else "allowance"
        body.append(f'  Income:Discounts  {-D(amount)} EUR\n    {kind}: "X"\n    tax: "R{rate}"')
    for rate, base in nets.items():
        if D(rate):
            due = (base * D(rate) / 100).quantize(D("0.01"), "ROUND_HALF_UP")
            body.append(f'  Liabilities:VAT  {-due} EUR\n    tax: "R{rate}"')
    codes = "".join(
        f'\n2025-01-01 custom "invoice-tax" "R{rate}" "{rate} %" Liabilities:VAT\n  rate: {rate}\n' if D(rate)
        else f'\n2025-01-01 custom "invoice-tax" "R{rate}" "Exempt"\n  category: "E"\n'
        for rate in nets
    )  # fmt: skip
    if "prepaid" in document:
        body.append(f"  Assets:Receivable:Acme  -{document['prepaid']} EUR\n  Assets:Bank  {document['prepaid']} EUR")
    head = f'\n2026-01-05 * "Published" ^F2026-0001\n  invoice: "F2026-0001"\n  Assets:Receivable:Acme  {document["total"]} EUR\n'
    return codes + head + "\n".join(body) + "\n"


@pytest.mark.parametrize("document", DATA["documents"], ids=lambda document: document["source"].rpartition("/")[2])
def test_document(document: dict[str, Any]) -> None:
    book = book_of(ledger(document))
    assert [finding for finding in check(book) if finding.severity == "error"] == []
    invoice = book.invoice("F2026-0001")
    assert invoice is not None
    assert (invoice.net, invoice.tax, invoice.total) == (D(document["net"]), D(document["tax"]), D(document["total"]))
    prepaid = sum((payment.amount for payment in book.payments), D(0))
    if "payable" in document:
        assert invoice.payable + prepaid == D(document["payable"])


def test_how_many_there_are() -> None:
    """One for each row of figures, each document and each final invoice."""
    assert sum(len(entry.get("figures", (entry,))) for entries in DATA.values() for entry in entries) >= 150


def test_each_has_its_address() -> None:
    for entries in DATA.values():
        for entry in entries:
            assert entry["source"].startswith(("https://", "http://"))
