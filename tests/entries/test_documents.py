"""Which posting of an invoice's transaction is what, and what the invoice is then."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.model import Invoice
from tests.documents import document
from tests.ledgers import sound_book

D = Decimal


def one_of(text: str) -> Invoice:
    """The only document, of a ledger without a finding of the reader."""
    book = sound_book(text)
    assert [finding.message for finding in book.findings] == []
    (invoice,) = book.invoices
    return invoice


def told(text: str) -> list[str]:
    """Severity, rule and message of what the reader finds."""
    return [f"{finding.severity} {finding.rule}: {finding.message}" for finding in sound_book(text).findings]


PLACES = """
2025-01-01 open Income:Refunds
2025-01-01 open Expenses:Rounding
2025-01-01 open Assets:Float
2026-01-31 * "Acme" "Work" ^N1
  invoice: "N1"
  Assets:Receivable:Acme  107.99 EUR
  Assets:Cash  {cash} EUR
    settles: "N1"
  Income:Services  -100.00 EUR
  Expenses:Office  -20.00 EUR
    text: "Passed on"
  Income:Discounts  10.00 EUR
    allowance: "Loyal"
  Income:Refunds  -5.00 EUR
    charge: "Small order"
  Liabilities:VAT  -23.00 EUR
    tax: "FR20"
  Liabilities:Deposits  20.00 EUR
    deposit: "D1"
  Expenses:Rounding  0.01 EUR
    rounding: TRUE
  Expenses:Office  3.00 EUR
  Assets:Bank  -3.00 EUR
"""


def test_each_posting_is_what_its_keys_and_its_account_say() -> None:
    tax = '2025-01-02 custom "invoice-option" "default-tax" "FR20"\n'
    invoice = one_of(tax + PLACES.format(cash="10.00"))
    assert [(line.account, line.net, line.text) for line in invoice.lines] == [
        ("Income:Services", D("100.00"), "Work"),
        ("Expenses:Office", D("20.00"), "Passed on"),
    ]
    assert [
        (adjustment.reason, adjustment.net, adjustment.charge, adjustment.tax) for adjustment in invoice.adjustments
    ] == [
        ("Loyal", D("-10.00"), False, "FR20"),
        ("Small order", D("5.00"), True, "FR20"),
    ]
    assert [(tax.tax.code, tax.base, tax.amount) for tax in invoice.taxes] == [("FR20", D("115.00"), D("23.00"))]
    assert [(deduction.number, deduction.amount) for deduction in invoice.deductions] == [("D1", D("20.00"))]
    assert [(payment.account, payment.amount) for payment in invoice.immediate_payments] == [
        ("Assets:Cash", D("10.00"))
    ]
    assert (invoice.rounding, invoice.rounding_account) == (D("-0.01"), "Expenses:Rounding")
    assert (invoice.net, invoice.payable) == (D("115.00"), D("117.99"))
    assert invoice.kind == "invoice"


def test_what_a_line_says_and_what_its_item_says() -> None:
    line = one_of(document("N1", '200.00 | item: "DEV" | quantity: 2')).lines[0]
    assert (line.text, line.unit, line.price, line.computed) == ("Développement", "hour", D("100.00"), D("200.00"))
    own = '180.00 | item: "DEV" | quantity: 2 | price: 100.00 | unit: "day" | text: "Own" | discount: 10 | nature: "goods"'
    line = one_of(document("N1", own)).lines[0]
    assert (line.text, line.unit, line.computed, line.discount, line.nature) == ("Own", "day", D(180), D(10), "goods")
    line = one_of(document("N1", "50.00 | price: 50.00")).lines[0]
    assert (line.quantity, line.computed) == (D(1), D("50.00"))
    line = one_of(document("G1", "-50.00 | price: 50.00")).lines[0]
    assert (line.quantity, line.computed) == (D(-1), D("-50.00"))
    line = one_of(document("G1", "-50.00 | price: -50.00")).lines[0]
    assert (line.quantity, line.computed) == (D(1), D("-50.00"))
    line = one_of(document("N1", "100.00 | price-with-tax: 120.00")).lines[0]
    assert (line.quantity, line.computed, line.price) == (D(1), D("120.00"), None)
    line = one_of(document("N1", '0.00 | text: "Free" | price: 5.00 | discount: 100', "10.00")).lines[0]
    assert (line.quantity, line.net) == (D(1), D(0))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("100.00 | discount: 0 | quantity: 1 | price: 100.00", ""),
        ("0.00 | discount: 100 | quantity: 1 | price: 100.00", ""),
        (
            "0.00 | discount: 101 | quantity: 1 | price: 100.00",
            "error discount: N1: a discount of 101 % must be between 0 and 100",
        ),
        ("0.00 | discount: -1 | quantity: 1 | price: 100.00", "error discount: N1: a discount of -1 % must be"),
        ('100.00 | item: "DEVV"', 'error unknown-item: N1: item "DEVV" is not known: did you mean "DEV"?'),
        ('100.00 | item: "XYZ"', 'error unknown-item: N1: item "XYZ" is not known: known are DEV'),
        (
            "100.00 | price: 100.00 | price-with-tax: 120.00",
            "error line-price: N1: a line has a price and a price-with-tax",
        ),
        ('100.00 | tax: "FR2O"', 'error unknown-tax: N1: tax "FR2O" is not known: did you mean "FR20"?'),
        (
            '100.00 | tax: "FR20 FR10"',
            'error unknown-tax: N1: tax "FR20 FR10" is not known: a line has only one code: define one',
        ),
    ],
)
def test_what_is_wrong_with_a_line(line: str, expected: str) -> None:
    text = document("N1", line)
    if " tax:" in line:  # the line says one code
        text = text.replace('    tax: "FR20"\n', "", 1)
    found = told(text)
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


BARE = '2026-01-31 * "Acme" "Work" ^N1\n  invoice: "N1"\n  {}\n  Income:Services  -100.00 EUR\n{}'


def test_whose_the_tax_of_a_line_is() -> None:
    text = BARE.format("Assets:Receivable:Kiefer  100.00 EUR", "")
    assert one_of(text).lines[0].tax == "REVERSE"
    assert one_of(text + '    tax: "FR20"\n').lines[0].tax == "FR20"
    assert one_of(text + '    item: "DEV"\n').lines[0].tax == "REVERSE"  # the customer's before the item's
    of_item = BARE.format("Assets:Receivable:Acme  100.00 EUR", '    item: "DEV"\n')
    default = '2025-01-02 custom "invoice-option" "default-tax" "FR10"\n'
    assert one_of(default + of_item).lines[0].tax == "FR20"
    assert one_of(default + of_item.replace('    item: "DEV"\n', "")).lines[0].tax == "FR10"
    said = told(BARE.format("Assets:Receivable:Acme  100.00 EUR", ""))
    assert said == [
        'error no-tax: N1: no tax code: write tax: "…" on the line, its item or its customer, or set custom '
        '"invoice-option"'
        ' "default-tax" "…" ("none", if you charge no tax at all)'
    ]
    own = text.replace('"N1"\n', '"N1"\n  tax: "FR10"\n', 1)
    assert one_of(own).lines[0].tax == "FR10"


def test_an_allowance_has_the_tax_of_the_lines_where_they_have_one() -> None:
    text = document("N1", "100.00", more='  Income:Discounts  12.00 EUR\n    allowance: "Loyal"')
    text = text.replace("120.00 EUR", "108.00 EUR")
    assert one_of(text).adjustments[0].tax == "FR20"
    two = text.replace(
        "  Income:Services  -100.00 EUR\n",
        '  Income:Services  -50.00 EUR\n    tax: "FR10"\n  Income:Services  -50.00 EUR\n',
    )
    assert [one.partition(":")[0] for one in told(two)] == ["error no-tax"]


ABROAD = """
2025-01-01 open Assets:Receivable:Boston
  customer: "Boston Inc"
2026-01-05 * "Boston Inc" "Audit" ^N1
  invoice: "N1"
  Assets:Receivable:Boston  {usd} USD @ 0.92 EUR
  Income:Services  {booked} EUR
    quantity: {quantity}
    price: 100.00
    tax: "FR20"
  Liabilities:VAT  {vat} EUR
    tax: "FR20"
    amount: {tax}
  Equity:Opening
"""


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("off", "sound"), [("0.00", True), ("0.01", True), ("-0.01", True), ("0.02", False), ("-0.02", False)]
)
def test_what_is_booked_in_another_currency_is_right_to_a_cent_on_both_sides(sign: int, off: str, sound: bool) -> None:
    """10 × 100.00 USD at 0.92 are 920.00 EUR, and 200.00 USD of tax 184.00 EUR."""
    keys = {
        "usd": sign * 1200,
        "quantity": sign * 10,
        "tax": 200,
        "vat": -sign * D("184.00"),
        "booked": -sign * (920 + D(off)),
    }
    invoice = one_of(ABROAD.format(**keys))
    assert (invoice.lines[0].net == sign * 1000) is sound
    assert (invoice.taxes[0].amount, invoice.taxes[0].booked) == (D(sign * 200), sign * D("184.00"))
    keys |= {"booked": -sign * D("920.00"), "vat": -sign * (184 + D(off))}
    found = told(ABROAD.format(**keys))
    assert len(found) == (not sound), found
    if not sound:
        assert found[0].startswith(
            f"warning tax-amount: N1: the tax FR20 of {sign * 200} USD is {sign * D('184.00')} EUR at 0.92"
        )


def test_a_tax_in_another_currency_says_its_amount() -> None:
    text = ABROAD.format(usd=1200, booked=-920, quantity=10, vat="-184.00", tax=200)
    (found,) = told(text.replace("    amount: 200\n", ""))
    assert found.startswith(
        "error tax-amount: N1: Liabilities:VAT is booked in EUR, but the document is in USD: write the tax in the"
    )
    assert found.endswith("amount: 200.00")
    (found,) = told(text.replace(" @ 0.92 EUR", ""))
    assert found.startswith(
        "error exchange-rate: N1 is in USD, but Income:Services is booked in EUR: give the receivable a price, …"
    )


@pytest.mark.parametrize(
    ("number", "kind", "more"),
    [
        ("G1", "credit-note", '  Income:Discounts  10.00 EUR\n    allowance: "Sorry"\n    tax: "FR20"\n'),
        ("N1", "invoice", '  Income:Discounts  -10.00 EUR\n    charge: "More"\n    tax: "FR20"\n'),
    ],
)
def test_a_document_of_adjustments_alone_goes_the_way_of_its_net(number: str, kind: str, more: str) -> None:
    sign = 1 if kind == "invoice" else -1
    text = f'2026-01-31 * "Acme" "Kept" ^{number}\n  invoice: "{number}"\n  Assets:Receivable:Acme  {sign * D("12.00")} EUR\n{more}'
    invoice = one_of(text + f'  Liabilities:VAT  {-sign * D("2.00")} EUR\n    tax: "FR20"\n')
    assert (invoice.kind, invoice.net, invoice.tax, invoice.payable) == (kind, D(sign * 10), D(sign * 2), D(sign * 12))
    due = invoice.instalments[0].due
    assert due == (date(2026, 3, 2) if sign > 0 else date(2026, 1, 31))  # what is paid back is due at once


def test_what_is_against_the_documents_direction_is_paid_at_once() -> None:
    text = document("N1", "100.00", more="  Assets:Receivable:Acme  -20.00 EUR\n  Assets:Bank  20.00 EUR")
    book = sound_book(text)
    assert [instalment.amount for instalment in book.invoices[0].instalments] == [D("120.00")]
    (payment,) = book.payments
    assert (payment.amount, payment.settles, payment.at_once) == (D("-20.00"), ("N1",), True)
    assert payment.narration == book.invoices[0].narration != ""
    back = document("G1", "-100.00", more="  Assets:Receivable:Acme  20.00 EUR\n  Assets:Bank  -20.00 EUR")
    book = sound_book(back)
    assert [instalment.amount for instalment in book.invoices[0].instalments] == [D("-120.00")]
    assert [payment.amount for payment in book.payments] == [D("20.00")]


def test_instalments_by_terms_by_postings_and_by_dates() -> None:
    parts = one_of(document("N1", "100.00", keys='terms: "50% on receipt; 50% 30 days"'))
    assert [(instalment.amount, instalment.due, instalment.index) for instalment in parts.instalments] == [
        (D("60.00"), date(2026, 1, 31), 1),
        (D("60.00"), date(2026, 3, 2), 2),
    ]
    two = "  Assets:Receivable:Acme  60.00 EUR\n  Assets:Receivable:Acme  60.00 EUR\n"
    split = document("N1", "100.00", keys='terms: "50% on receipt; 50% 30 days"').replace(
        "  Assets:Receivable:Acme  120.00 EUR\n", two
    )
    assert [(instalment.amount, instalment.due) for instalment in one_of(split).instalments] == [
        (D("60.00"), date(2026, 1, 31)),
        (D("60.00"), date(2026, 3, 2)),
    ]
    wrong = split.replace("60.00 EUR", "70.00 EUR", 1).replace("60.00 EUR", "50.00 EUR", 1)
    assert [one.partition(", but")[0] for one in told(wrong)] == [
        "error instalments: N1: this instalment is 70.00",
        "error instalments: N1: this instalment is 50.00",
    ]
    three = split.replace('terms: "50% on receipt; 50% 30 days"', 'terms: "30% on receipt; 30% 30 days; 40% 60 days"')
    (found,) = told(three)
    assert found.startswith("error instalments: N1 has 2 receivable postings, but its terms (30% on receipt")
    dated = split.replace('  terms: "50% on receipt; 50% 30 days"\n', "").replace(
        "60.00 EUR\n", "60.00 EUR\n    due: 2026-05-05\n", 1
    )
    assert [instalment.due for instalment in one_of(dated).instalments] == [date(2026, 5, 5), date(2026, 3, 2)]
    whole = one_of(document("N1", "100.00", keys="due: 2026-04-04"))
    assert [(instalment.due, instalment.amount) for instalment in whole.instalments] == [
        (date(2026, 4, 4), D("120.00"))
    ]
    assert whole.terms == ""  # other terms hold no more
    assert one_of(document("N1", "100.00", keys="due: 2026-03-02")).terms == "30 days"
    unread = document("N1", "100.00", keys='terms: "when it suits"')
    assert [one.partition(":")[0] for one in told(unread)] == ["error terms"]
    assert told(unread.replace('"when it suits"\n', '"when it suits"\n  due: 2026-04-04\n')) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            document("draft-1", "100.00"),
            "error draft: draft-1 is a draft, but its flag is *: write ! or give it its number",
        ),
        (document("draft-1", "100.00").replace(" * ", " ! ", 1), ""),
        (
            '2026-01-05 * "x"\n  invoice: "N1"\n  kind: "void"\n  Assets:Bank  1.00 EUR\n  Equity:Opening  -1.00 EUR\n',
            "error void: N1 is void, but 1.00 EUR",
        ),
        ('2026-01-05 * "x"\n  invoice: "N1"\n  kind: "void"\n  Assets:Bank  0.00 EUR\n', ""),
        (
            '2026-01-05 * "x"\n  invoice: "N1"\n  kind: "void"\n  customer: Assets:Bank\n',
            "error no-customer: customer: Assets:Bank is not a customer's",
        ),
        (
            document("N1", "100.00").replace("Receivable:Acme", "Bank"),
            "error no-customer: N1 has no customer: book it on an account",
        ),
        (
            document("N1", "100.00", more="  Assets:Receivable:Kiefer  1.00 EUR\n  Equity:Opening  -1.00 EUR"),
            "error two-customers: N1 is booked on two customers, Assets:Receivable:Acme and Assets:Receivable:Kiefer",
        ),
        (
            document("N1", "100.00", more="  Assets:Receivable:Acme  1.00 USD\n  Equity:Opening  -1.00 USD"),
            "error two-currencies: N1 is booked on the customer's account in EUR and USD",
        ),
        (
            document("N1", "100.00", more='  Assets:Cash  1.00 EUR\n    settles: "N2"\n  Equity:Opening  -1.00 EUR'),
            "error settles-in-invoice: N1: a posting of this invoice settles N2: it can only settle N1 itself",
        ),
        (
            document("N1", "100.00", keys='corrects: "N0"'),
            'error unknown-invoice: N1: corrects "N0", but there is no such invoice',
        ),
        (
            document("N1", "100.00")
            .replace('"FR20"\n  Liab', '"FR20"\n  Liab')
            .replace(
                'EUR\n    tax: "FR20"\n  Liabilities:VAT  -20.00 EUR\n    tax: "FR20"',
                'EUR\n    tax: "FR20"\n  Liabilities:VAT  -20.00 EUR',
            ),
            'error tax-code: N1: Liabilities:VAT serves FR10, FR20: write which of them it is, tax: "FR20"',
        ),
    ],
)
def test_what_is_wrong_with_a_document(text: str, expected: str) -> None:
    found = told(text)
    assert len(found) == (2 if " void: " in expected else bool(expected)), found  # each posting of a void number
    assert "".join(found).startswith(expected)


def test_a_credit_note_of_a_number_that_is_not_there_is_told_the_likely_one() -> None:
    invoices = document("F2026-0001", "100.00") + document("F2026-0002", "50.00")
    note = document("A1", "-100.00", day="2026-02-01", keys='corrects: "F2026-0003"')
    (found,) = told(invoices + note)
    assert found.endswith("there is no such invoice: did you mean F2026-0001?")
    half = document("A1", "-50.00", day="2026-02-01", keys='corrects: "F2026-0003"')
    (found,) = told(invoices + half)
    assert found.endswith("did you mean F2026-0002?")
    (found,) = told(invoices + note.replace("F2026-0003", "Q9"))
    assert found.endswith("there is no such invoice")
    other = document("F2026-0003", "100.00", customer="Kiefer")
    (found,) = told(other + note)
    assert found.startswith(
        "error other-customer: A1 of Acme SAS corrects F2026-0003, which is an invoice of Kiefer GmbH"
    )
    assert sound_book(invoices + note.replace("F2026-0003", "F2026-0001 F2026-0002")).invoices[-1].corrects == (
        "F2026-0001",
        "F2026-0002",
    )


OPENING = """
2026-01-01 * "Taken over"
  kind: "opening"
  Assets:Receivable:Acme  240.00 EUR
    invoice: "OLD1"
    date: 2025-11-03
    due: 2025-12-03
  Assets:Receivable:Kiefer  -50.00 EUR
    invoice: "OLD2"
  Equity:Opening
"""


def test_open_items_are_documents_of_their_own() -> None:
    first, second = sound_book(OPENING).invoices
    assert (first.number, first.date, first.instalments[0].due, first.payable) == (
        "OLD1",
        date(2025, 11, 3),
        date(2025, 12, 3),
        D("240.00"),
    )
    assert (second.number, second.date, second.instalments[0].due, second.payable) == (
        "OLD2",
        date(2026, 1, 1),
        date(2026, 1, 1),
        D("-50.00"),
    )
    assert [[str(step.result) for step in invoice.instalments[0].steps] for invoice in (first, second)] == [
        ["2025-12-03"],
        ["2026-01-01"],
    ]
    assert {invoice.kind for invoice in (first, second)} == {"opening"}
    assert {invoice.booked_on for invoice in (first, second)} == {date(2026, 1, 1)}
    (found,) = told(OPENING.replace('    invoice: "OLD2"\n', ""))
    assert found.startswith("error opening-item: Assets:Receivable:Kiefer: an open item needs its number")


def test_a_document_keeps_the_rate_of_what_it_corrects_and_of_the_day_of_supply() -> None:
    raised = '2026-02-01 custom "invoice-tax" "FR20" "TVA 22 %" Liabilities:VAT\n  rate: 22\n'
    first = document("N1", "100.00")
    note = document("G1", "-100.00", day="2026-02-10", keys='corrects: "N1"')
    late = document("N2", "100.00", day="2026-02-10", keys="delivered: 2026-01-30")
    book = sound_book(raised + first + note + late)
    assert [finding.message for finding in book.findings] == []
    assert {invoice.number: [tax.tax.rate for tax in invoice.taxes] for invoice in book.invoices} == {
        "N1": [20],
        "G1": [20],
        "N2": [20],
    }
    new = document("N3", "100.00", day="2026-02-10").replace("120.00", "122.00").replace("-20.00", "-22.00")
    assert [tax.tax.rate for tax in sound_book(raised + new).invoices[0].taxes] == [22]


@pytest.mark.parametrize("kind", ["corrective", "cancellation"])
def test_a_kind_that_is_said_stays_though_it_gives_back(kind: str) -> None:
    first = document("N0", "-50.00")
    note = document("N1", "-50.00", day="2026-02-01", keys=f'kind: "{kind}" | corrects: "N0"')
    assert sound_book(first + note).invoices[-1].kind == kind


def test_a_free_line_and_one_that_gives_back_say_how_many_they_are() -> None:
    free = one_of(document("N1", "100.00", '0.00 | text: "Free" | price: 0.00'))
    assert (free.lines[1].quantity, free.lines[1].price) == (D(1), D(0))
    less = one_of(document("N1", "100.00", '-10.00 | text: "Returned" | price-with-tax: 12.00'))
    assert less.lines[1].quantity == D(-1)


def test_a_due_date_is_explained_and_an_amount_where_the_terms_made_it() -> None:
    parts = 'terms: "50% on receipt; 50% 30 days"'
    by_terms = one_of(document("N1", "100.00", keys=parts))
    assert [[step.figure for step in instalment.steps] for instalment in by_terms.instalments] == [
        ["due date", "amount", "amount"],
        ["due date", "amount"],
    ]
    other = document("N1", "100.00", keys='terms: "100% 30 days"').replace(
        "  Assets:Receivable:Acme  120.00 EUR\n",
        "  Assets:Receivable:Acme  70.00 EUR\n  Assets:Receivable:Acme  50.00 EUR\n",
    )
    assert [[step.figure for step in instalment.steps] for instalment in one_of(other).instalments] == [
        ["due date"],
        ["due date"],
    ]


def test_a_tax_that_says_a_rate_means_one_of_the_lines_under_its_code() -> None:
    two = document("N1", "100.00", "50.00").replace('"FR20"', '"FR10"', 1)
    raised = '2026-01-01 custom "invoice-tax" "FR20" "TVA"\n  rate: 21\n'
    said = told(raised + two.replace('-30.00 EUR\n    tax: "FR20"', '-30.00 EUR\n    tax: "FR20 19%"'))
    assert said[0] == (
        'error tax-code: N1: FR20 19%: its lines under FR20 have 21 %: write tax: "FR20", or write on the '
        "line the day of"
        " supply, delivered: …"
    )


def test_what_hangs_on_a_document_is_found_by_its_number() -> None:
    first, other = document("N1", "100.00"), document("N2", "50.00")
    note = document("G1", "-10.00", day="2026-02-10", keys='corrects: "N1"')
    claim = (
        '2026-05-01 * "Acme" "Late interest" ^C1\n  invoice: "C1"\n  kind: "claim"\n  claims: "N2"\n'
        '  Assets:Receivable:Acme  40.00 EUR\n  Income:Services  -40.00 EUR\n    tax: "REVERSE"\n'
    )
    book = sound_book(first + other + note + claim)
    assert {
        number: [invoice.number for invoice in invoices] for number, invoices in book.interest_invoices.items()
    } == {"N2": ["C1"]}
    assert {number: [invoice.number for invoice in invoices] for number, invoices in book.corrections.items()} == {
        "N1": ["G1"]
    }


def test_a_document_of_another_customer_or_a_credit_note_is_not_the_likely_one() -> None:
    note = document("A1", "-100.00", day="2026-02-01", keys='corrects: "F2026-0003"')
    for known in (
        document("F2026-0002", "100.00", customer="Kiefer"),
        document("F2026-0002", "-100.00", keys='corrects: "F2025-0900"'),
    ):
        found = [text for text in told(known + note) if "A1" in text and "F2026-0003" in text]
        assert [text.endswith("there is no such invoice") for text in found] == [True], found
