"""Our figures against those that others published (figures.toml names each source)."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from beancount_invoicing import law
from beancount_invoicing.checks import check
from beancount_invoicing.rules import interest, tax, terms
from tests.ledgers import book_of

D = Decimal
DATA: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("figures.toml").read_text(encoding="utf-8")
)


def figures(kind: str) -> list[Any]:
    """Each published figure of a kind, as a parameter of a test that is named by its source."""
    return [
        pytest.param(*values, id=f"{entry['source'].rstrip('/').rpartition('/')[2][-40:]}-{'-'.join(map(str, values))}")
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
    assert [one for one in check(book) if one.severity == "error"] == []
    invoice = book.invoice("F2026-0001")
    assert invoice is not None
    assert (invoice.net, invoice.tax, invoice.payable) == (D(net), D(vat) - D(withheld), D(payable))


@pytest.mark.parametrize(("day", "text", "due"), figures("terms"))
def test_due_date(day: str, text: str, due: str) -> None:
    (found,) = terms.schedule(terms.parse(text), date.fromisoformat(day), D("1.00"), 2)
    assert found.date == date.fromisoformat(due)


@pytest.mark.parametrize(("net", "total", "text", "paid"), figures("cash_discounts"))
def test_cash_discount(net: str, total: str, text: str, paid: str) -> None:
    discount = terms.parse_cash_discount(text)
    assert terms.discounted(discount, date(2026, 1, 1), D(net), D(total), 2).amount == D(paid)


@pytest.mark.parametrize(("principal", "rate", "days", "expected"), figures("interest"))
def test_interest(principal: str, rate: str, days: int, expected: str) -> None:
    due = date(2025, 1, 1)
    found = interest.late_interest(D(principal), [], due, due + timedelta(days=days), D(rate), 2)
    assert found.interest == D(expected)


@pytest.mark.parametrize(("due", "paid", "days"), figures("days"))
def test_days_late(due: str, paid: str, days: int) -> None:
    found = interest.late_interest(D(100), [], date.fromisoformat(due), date.fromisoformat(paid), D(5), 2)
    assert sum(segment.days for segment in found.segments) == days


@pytest.mark.parametrize(("day", "rate"), figures("lowest_rates"))
def test_lowest_contract_rate(day: str, rate: str) -> None:
    assert law.lowest_contract_rate("FR", date.fromisoformat(day)) == D(rate)


@pytest.mark.parametrize(("day", "rate"), figures("legal_rates"))
def test_rate_by_law(day: str, rate: str) -> None:
    found = law.late_interest("FR", "business")
    assert found is not None
    assert dict(found.rates)[date.fromisoformat(day)] + found.margin == D(rate)


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
    assert [one for one in check(book) if one.severity == "error"] == []
    invoice = book.invoice("F2026-0001")
    assert invoice is not None
    assert (invoice.net, invoice.tax, invoice.total) == (D(document["net"]), D(document["tax"]), D(document["total"]))
    prepaid = sum((payment.amount for payment in book.payments), D(0))
    if "payable" in document:
        assert invoice.payable + prepaid == D(document["payable"])


def test_how_many_there_are() -> None:
    results = {"gross": 2, "withholding": 3}
    singles = sum(
        len(entry["figures"]) * results.get(kind, 1)
        for kind, entries in DATA.items()
        if kind != "documents"
        for entry in entries
    )
    totals = sum(len({"net", "tax", "total", "prepaid", "payable"} & set(document)) for document in DATA["documents"])
    assert singles + totals >= 150
