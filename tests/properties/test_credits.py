"""What must always hold of credits in parts: they add up to what they correct, whatever it is made of and however it is cut."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from beancount.core.data import Transaction
from beancount.ops import validation
from beancount.parser import booking, parser
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.billing import ExchangeRate
from beancount_invoicing.billing.credit_notes import CannotCredit, CreditLine, CreditRequest, credit_note
from beancount_invoicing.checks import check
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.receivables import allocate, left_to_credit
from beancount_invoicing.rules import currencies
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.rules.tax import gross_nets, line_net, tax_of_booked
from beancount_invoicing.writing import text
from tests.ledgers import PRELUDE

START = date(2026, 1, 1)
TAXES = """
2025-01-01 custom "invoice-tax" "LOW" "TVA 5,5 %" Liabilities:VAT
  rate: 5.5
2025-01-01 custom "invoice-tax" "IRPF" "Retenue 15 %" Assets:Withheld
  rate: 15
  withholding: TRUE
2025-01-01 open Assets:Withheld
2025-01-01 open Assets:Receivable:Acme:Retention
"""
RATES = {"FR20": Decimal(20), "FR10": Decimal(10), "LOW": Decimal("5.5"), "REVERSE": ZERO}
prices = st.integers(min_value=50, max_value=20000)


@dataclass(frozen=True)
class Sold:
    """A line of the generated invoice."""

    quantity: Decimal
    price: Decimal
    tax: str
    with_tax: bool
    discount: Decimal | None
    account: str


@dataclass(frozen=True)
class Case:
    """A generated invoice, as text, and the books' currency where that is another one."""

    text: str
    exchange: ExchangeRate | None


@st.composite
def sold(draw: st.DrawFn, places: int) -> Sold:
    tax = draw(st.sampled_from(("FR20", "FR20", "FR10", "LOW", "REVERSE")))
    return Sold(
        Decimal(draw(st.sampled_from((1, 1, 2, 3, 7, 10, 12)))) / draw(st.sampled_from((1, 1, 2, 4))),
        Decimal(draw(prices)).scaleb(-places),
        tax,
        draw(st.booleans()) and tax != "REVERSE",
        draw(st.sampled_from((None, None, None, Decimal(10), Decimal(15), Decimal("3.5")))),
        draw(st.sampled_from(("Income:Services", "Income:Services", "Income:Goods"))),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """An invoice of one to four lines, perhaps with an allowance, a withholding, a rounding, a retention, or abroad."""
    currency = draw(st.sampled_from(("EUR", "EUR", "EUR", "JPY", "USD")))
    places = currencies.currency_decimals(currency)
    per_line = draw(st.booleans())
    lines = draw(st.lists(sold(places), min_size=1, max_size=4))
    exchange = (
        ExchangeRate("EUR", draw(st.sampled_from((Decimal("0.92"), Decimal("0.8713")))), 2)
        if currency == "USD"
        else None
    )
    posted: list[tuple[str, Decimal, Decimal | None, list[str]]] = []
    """Account, net, gross (where the price says it), keys."""
    grosses: defaultdict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(lines):
        net = line_net(one.quantity, one.price, one.discount, places).value
        keys = [f'text: "Line {number % 2}"', f"quantity: {one.quantity}", f'tax: "{one.tax}"']
        keys.append(f"price{'-with-tax' * one.with_tax}: {one.price}")
        if one.discount:
            keys.append(f"discount: {one.discount}")
        if one.with_tax:
            grosses[one.tax].append(len(posted))
        posted.append((one.account, net, net if one.with_tax else None, keys))
    for code, those in grosses.items():
        nets = gross_nets([posted[place][1] for place in those], RATES[code], places, per_line)
        for place, net in zip(those, nets, strict=True):
            posted[place] = (posted[place][0], net, posted[place][2], posted[place][3])
    codes = [line.tax for line in lines]
    if draw(st.booleans()):
        off = round_to(posted[0][1] * draw(st.integers(1, 60)) / 100, places)
        if off:
            posted.append(("Income:Discounts", -off, None, ['allowance: "Loyal"', f'tax: "{codes[0]}"']))
            codes.append(codes[0])
    taxes: list[tuple[str, str, Decimal]] = []
    for code in sorted(set(codes)):
        parts = [(net, gross) for (_a, net, gross, _k), one in zip(posted, codes, strict=True) if one == code]
        if amount := tax_of_booked(parts, RATES[code], places, per_line):
            taxes.append((code, "Liabilities:VAT", amount))
    net = sum((one[1] for one in posted), ZERO)
    if draw(st.integers(0, 3)) == 0:
        every: list[tuple[Decimal, Decimal | None]] = [(one[1], None) for one in posted]
        if amount := tax_of_booked(every, Decimal(-15), places, per_line):
            taxes.append(("IRPF", "Assets:Withheld", amount))
    total = net + sum((amount for _code, _account, amount in taxes), ZERO)
    rounding = ZERO
    if places and draw(st.integers(0, 3)) == 0:
        rounding = round_to(total * 20, 0) / 20 - total
    kept = round_to(total / 20, places) if draw(st.integers(0, 3)) == 0 else ZERO
    priced = f" @ {exchange.rate} EUR" if exchange else ""
    said = ['2026-01-02 * "Acme SAS" "Sold" ^F2026-0001', '  invoice: "F2026-0001"']
    said.append(f"  Assets:Receivable:Acme  {total + rounding - kept} {currency}{priced}\n    due: 2026-02-01")
    if kept:
        said.append(f"  Assets:Receivable:Acme:Retention  {kept} {currency}{priced}\n    due: 2027-01-02")
    if rounding:
        posted.append(("Income:Discounts", rounding, None, ["rounding: TRUE"]))
    amounts = [one[1] for one in posted] + [amount for _code, _account, amount in taxes]
    booked = amounts
    if exchange:
        booked = [round_to(amount * exchange.rate, 2) for amount in amounts]
        booked[0] += round_to((total + rounding) * exchange.rate, 2) - sum(booked, ZERO)
    units = "EUR" if exchange else currency
    for (account, net, _gross, keys), amount in zip(posted, booked[: len(posted)], strict=True):
        own = [f"    amount: {abs(net)}"] * bool(exchange)
        said += [f"  {account}  {-amount} {units}", *(f"    {key}" for key in keys), *own]
    for (code, account, due), amount in zip(taxes, booked[len(posted) :], strict=True):
        own = [f"    amount: {abs(due)}"] * bool(exchange)
        said += [f"  {account}  {-amount} {units}", f'    tax: "{code}"', *own]
    option = '2025-01-01 custom "invoice-option" "tax-rounding" "line"\n' if per_line else ""
    return Case(option + TAXES + "2025-01-01 open Income:Goods\n" + "\n".join(said) + "\n", exchange)


def loaded(source: str) -> Book:
    """The Book of a ledger that balances."""
    entries, errors, options = parser.parse_string(PRELUDE + source)
    booked, more = booking.book(entries, options)
    assert not errors
    assert not more
    assert not validation.validate_check_transaction_balances(booked, options), source
    assert any(isinstance(entry, Transaction) for entry in booked)
    return read_book(sorted(booked, key=lambda entry: entry.date), options)


def piece(draw: st.DrawFn, book: Book, invoice: Invoice, last: bool) -> CreditRequest:
    """A part of what is left: some units of some lines, a sum, a price difference, or all of it."""
    left = left_to_credit(book, invoice)
    open_ = [index for index, credit in enumerate(left.lines, 1) if credit.quantity]
    what = (
        "all" if last or not open_ else draw(st.sampled_from(("units", "units", "units", "line", "sum", "less", "all")))
    )
    number = invoice.number
    if what == "sum":
        places = currencies.currency_decimals(invoice.currency)
        share = round_to(abs(sum(left.nets.values(), ZERO)) * draw(st.integers(1, 100)) / 100, places)
        return CreditRequest(number, note="Too late", amount=share)
    if what == "all":
        return CreditRequest(number)
    index = draw(st.sampled_from(open_))
    quantity = abs(left.lines[index - 1].quantity)
    if what == "line":
        return CreditRequest(number, (CreditLine(index),))
    if what == "less":
        return CreditRequest(number, (CreditLine(index, None, Decimal(draw(prices)).scaleb(-2)),))
    part = min(quantity, Decimal(draw(st.sampled_from(("0.25", "0.5", "1", "1", "1", "2", "5")))))
    return CreditRequest(number, (CreditLine(index, part),))


def credited(book: Book, wanted: CreditRequest, day: date, exchange: ExchangeRate | None, number: str) -> str:
    """What the command writes."""
    invoice = book.invoice(wanted.number)
    assert invoice
    claims = [item for item in allocate(book, day).open_items if item.invoice is invoice]
    draft, _notices = credit_note(book, invoice, claims, wanted, day, exchange)
    return "\n" + text.document_transaction(draft._replace(number=number))


def sums(invoices: Sequence[Invoice]) -> dict[str, Decimal]:
    """What documents come to in all: net under each code, each tax, and what is payable."""
    result: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for invoice in invoices:
        for line in invoice.lines:
            result[f"net {line.tax}"] += line.net
        for adjustment in invoice.adjustments:
            result[f"net {adjustment.tax}"] += adjustment.net
        for amount in invoice.taxes:
            result[f"tax {amount.tax.code}"] += amount.amount
            result[f"tax {amount.tax.code} {amount.booked_currency}"] += amount.booked
        result["rounding"] += invoice.rounding
        result["payable"] += invoice.payable
    return dict(result)


@given(cases(), st.data())
def test_parts_add_up_to_the_whole(case: Case, data: st.DataObject) -> None:
    source = case.text
    book = loaded(source)
    (invoice,) = book.invoices
    assert [finding for finding in check(book) if finding.severity == "error"] == [], source
    cent = Decimal(1).scaleb(-currencies.currency_decimals(invoice.currency))
    most = data.draw(st.integers(1, 7))
    for step in range(1, 2 * most + 2):
        day = START + timedelta(days=10 + step)
        wanted = data.draw(st.composite(piece)(book, invoice, step > most))
        try:
            entry = credited(book, wanted, day, case.exchange, f"A2026-{len(book.invoices):04}")
        except CannotCredit as refused:
            if str(refused).startswith("nothing is left"):
                break
            continue
        source += entry
        book = loaded(source)
        found = [
            finding.message
            for finding in check(book)
            if finding.severity == "error" or finding.rule.startswith("credit-note")
        ]
        assert found == [], f"{found}\n{source}"
    assert {name: amount for name, amount in sums(book.invoices).items() if amount} == {}, source
    assert {
        item.account: item.open for item in allocate(book, START + timedelta(days=99)).open_items if item.open
    } == {}, source
    for note in book.invoices[1:]:
        for amount in note.taxes:
            rated = amount.base * amount.tax.rate / 100 * (-1 if amount.tax.withholding else 1)
            assert abs(amount.amount - rated) < 4 * cent, source
