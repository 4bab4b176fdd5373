"""Generated documents – every category, kind, currency and rounding – keep all rules in every syntax, or say why not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from beancount import loader
from hypothesis import assume, example, given
from hypothesis import strategies as st

from beancount_invoicing.checks import check as ledger_check
from beancount_invoicing.documents.as_issued import paid_on_its_date
from beancount_invoicing.einvoice import business_terms, checks, layers, mapping, syntax
from beancount_invoicing.einvoice.checks_peppol import check_peppol
from beancount_invoicing.entries import read_book
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to
from tests.einvoice.documents import TEXT

PARTIES = TEXT[: TEXT.index("; goods and services, two rates")] + "2026-01-01 price JPY 0.0061 EUR\n"
RATES = {"FR20": 20, "FR10": 10, "FR20E": 20}
TAXES = {"FR20": "Liabilities:VAT", "FR10": "Liabilities:VAT", "FR20E": "Liabilities:VAT:Pending"}
ALONE = {"REVERSE": "Kiefer", "INTRA": "Kiefer", "EXPORT": "Birch", "OUTSIDE": "Town"}
"""Categories that a document has alone, and who buys so."""


@dataclass
class Document:
    """A document being written: its net and gross amounts by tax code, and its postings."""

    currency: str
    sign: int
    nets: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    grosses: dict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    postings: list[str] = field(default_factory=list)

    @property
    def places(self) -> int:
        return currency_decimals(self.currency)

    def post(self, account: str, amount: Decimal, *keys: str) -> None:
        self.postings.append(f"  {account}  {amount * self.sign} {self.currency}")
        self.postings += [f"    {key}" for key in keys]


def number(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


@st.composite
def ledgers(draw: st.DrawFn) -> str:
    """A ledger with one document, `X1`, and what it refers to."""
    alone = draw(st.sampled_from(("", "", "", "", *ALONE)))
    buyer = ALONE.get(alone) or draw(st.sampled_from(("Acme", "Town", "Claire")))
    kind = draw(st.sampled_from(("invoice", "invoice", "credit-note", "deposit", "corrective", "final")))
    document = Document(draw(st.sampled_from(("EUR", "EUR", "EUR", "GBP", "JPY"))), -1 if kind == "credit-note" else 1)
    if kind == "final":
        document.currency = "EUR"
    codes = st.just(alone) if alone else st.sampled_from(("FR20", "FR10", "FR20E", "ZERO", "EXEMPT"))
    for index in range(draw(st.integers(1, 4))):
        _line(draw, document, index, draw(codes))
    if draw(st.booleans()):
        amount = round_to(draw(number("0.01", "5", 2)), document.places)
        code = draw(codes)
        sign, what = draw(st.sampled_from(((1, "allowance"), (-1, "charge"))))
        document.post("Income:Discounts", sign * amount, f'{what}: "Generated"', f'tax: "{code}"')
        document.nets[code] -= sign * amount
    total = sum(document.nets.values(), ZERO)
    assume(total > 0)
    for code, rate in RATES.items():
        if code in document.nets:
            tax = round_to(document.nets[code] * rate / 100, document.places)
            if tax:
                document.post(TAXES[code], -tax, f'tax: "{code}"')
            total += tax
    lines = ["", '2026-10-05 * "Generated" ^X1', '  invoice: "X1"']
    before = ""
    if kind in {"deposit", "corrective"}:
        lines.append(f'  kind: "{kind}"')
    if kind in {"credit-note", "corrective"}:
        before = _corrected("X0", buyer, document, kind == "corrective")
        lines.append('  corrects: "X0"')
    if kind == "final":
        before = _simple("X0", buyer, "EUR", '  kind: "deposit"\n', Decimal(10))
        document.post("Liabilities:Deposits", Decimal("10.00"), 'deposit: "X0"')
        total -= 10
    if draw(st.booleans()):
        rounding = round_to(draw(number("-0.04", "0.04", 2)), document.places)
        if rounding:
            document.post("Income:Rounding", -rounding, "rounding: TRUE")
            total += rounding
    paid = draw(st.sampled_from(("open", "open", "at once", "in part")))
    if paid == "at once" and kind != "final":
        lines.append(f"  customer: Assets:Receivable:{buyer}")
        document.post("Assets:Bank", total)
    else:
        document.post(f"Assets:Receivable:{buyer}", total)
        if paid == "in part" and total > 1:
            document.post(f"Assets:Receivable:{buyer}", Decimal(-1))
            document.post("Assets:Bank", Decimal(1))
    return before + "\n".join([*lines, *document.postings, ""])


def _line(draw: st.DrawFn, document: Document, index: int, code: str) -> None:
    quantity = draw(number("0.0001", "20", 4)) * draw(st.sampled_from((1, 1, 1, 1, -1) if index else (1,)))
    price = draw(number("0.01", "900", draw(st.integers(0, 4))))
    discount = draw(st.one_of(st.none(), st.none(), number("0.5", "100", 2)))
    exact = quantity * price * (100 - (discount or ZERO)) / 100
    net = round_to(exact, document.places)
    keys = [f'text: "Line {index}"', f"quantity: {quantity * document.sign}", f"price: {price}", f'tax: "{code}"']
    if discount is not None:
        keys.append(f"discount: {discount}")
    keys.append(f'nature: "{draw(st.sampled_from(("goods", "services")))}"')
    if draw(st.booleans()):
        keys += ["from: 2026-09-01", "to: 2026-09-30", f'unit: "{draw(st.sampled_from(("hour", "m²", "sack")))}"']
    document.post("Income:Services", -net, *keys)
    document.nets[code] += net


def _corrected(number: str, buyer: str, document: Document, cancelled: bool) -> str:
    """An invoice that has all that the document gives back: a large net, and its tax, under each of its codes. `cancelled`: and
    what takes it out of the books on the document's day."""
    head = f'\n2026-10-01 * "Before" ^{number}\n  invoice: "{number}"\n'
    text = head + _of_all_codes(buyer, document, Decimal(100000))
    if cancelled:
        text += (
            f'\n2026-10-05 * "Before" ^{number}-cancelled\n  invoice: "{number}-cancelled"\n  kind: "cancellation"\n'
        )
        text += f'  corrects: "{number}"\n' + _of_all_codes(buyer, document, Decimal(-100000))
    return text


def _of_all_codes(buyer: str, document: Document, net: Decimal) -> str:
    total, postings = Decimal(0), ""
    for code in sorted(document.nets):
        tax = net * RATES.get(code, 0) / 100
        total += net + tax
        postings += f'  Income:Services  {-net} {document.currency}\n    text: "Before"\n    tax: "{code}"\n    nature: "goods"\n'
        postings += f'  {TAXES[code]}  {-tax} {document.currency}\n    tax: "{code}"\n' if tax else ""
    return f"  Assets:Receivable:{buyer}  {total} {document.currency}\n{postings}"


def _simple(number: str, buyer: str, currency: str, kind: str, amount: Decimal) -> str:
    account = "Liabilities:Deposits" if kind else "Income:Services"
    return (
        f'\n2026-10-01 * "Before" ^{number}\n  invoice: "{number}"\n{kind}  Assets:Receivable:{buyer}  {amount} {currency}\n'
        f'  {account}  -{amount} {currency}\n    text: "Before"\n    tax: "ZERO"\n    nature: "goods"\n'
    )


def made(text: str) -> tuple[business_terms.EInvoice | None, Decimal, Decimal]:
    """The document of a generated ledger in business terms, its total and what is due of it in the Book."""
    entries, errors, options = loader.load_string(PARTIES + text)
    assert not errors, errors
    book = read_book(entries, options)
    invoice = book.invoice("X1")
    assert invoice is not None
    wrong = [finding for finding in (*book.findings, *ledger_check(book)) if finding.severity == "error"]
    assert not wrong, wrong
    paid = paid_on_its_date(book)(invoice)
    try:
        return mapping.e_invoice(book, invoice, paid, "fr"), invoice.total, invoice.payable - paid
    except mapping.NoEInvoice:
        return None, invoice.total, invoice.payable - paid


YEN = """
2026-10-05 * "Generated" ^X1
  invoice: "X1"
  Income:Services  -19 JPY
    text: "A discount in a currency without cents"
    quantity: 19.9800
    price: 1
    tax: "REVERSE"
    discount: 2.41
    nature: "goods"
  Assets:Receivable:Kiefer  19 JPY
"""


@given(ledgers())
@example(YEN)
def test_generated_documents_keep_all_rules(text: str) -> None:
    invoice, total, due = made(text)
    assert invoice is not None
    assert checks.check_business_terms(invoice) == ()
    sign = -1 if invoice.credit_note else 1
    syntaxes: tuple[syntax.Syntax, ...] = ("cii", "ubl", "peppol")
    for name in syntaxes:
        if name == "peppol" and check_peppol(invoice):
            continue
        xml = syntax.to_xml(invoice, name)
        for layer in layers.validate(xml):
            assert layer.passed, (name, layer)
            assert not layer.problems, (name, layer)
        back = syntax.read_e_invoice(xml)
        assert (back.totals.gross * sign, back.totals.due * sign) == (total, due)
        if name != "peppol":
            assert back == invoice
