"""What credit notes leave of a document: of its lines, its nets and its taxes; and to which line a credit belongs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from beancount_invoicing.model import Line, Source
from beancount_invoicing.receivables import is_for_late_interest
from beancount_invoicing.receivables.credit_notes import (
    LeftToCredit,
    LineLeftToCredit,
    _count,
    _price,
    _share,
    _within,
    bears_tax,
    credit_note_effect,
    creditable,
    interest_given_back,
    left_to_credit,
    net_of_units,
    nothing_credited,
    tax_of_part,
    within_share,
)
from tests.ledgers import book_of

D = Decimal
CENT = D("0.01")


@pytest.mark.parametrize(
    ("natural", "left", "fair", "slack", "taken"),
    [
        ("3.33", "10.00", "6.67", 1, "3.33"),
        ("3.30", "10.00", "6.67", 1, "3.33"),  # what stays would be 3 cents too much
        ("3.36", "10.00", "6.67", 1, "3.33"),  # or too little
        ("3.33", "10.00", "6.665", 1, "3.33"),  # half a cent is none
        ("3.33", "10.00", "6.66", 1, "3.34"),
        ("3.33", "10.00", "6.66", 2, "3.33"),
        ("3.33", "10.00", "6.65", 2, "3.34"),
        ("3.35", "10.00", "6.67", 2, "3.34"),
        ("-3.30", "-10.00", "-6.67", 1, "-3.33"),
        ("10.01", "10.00", "0.00", 2, "10.00"),  # never more than is left
        ("0.00", "10.00", "10.00", 1, "0.00"),
    ],
)
def test_a_part_takes_what_follows_from_it_as_long_as_the_parts_keep_together(
    natural: str, left: str, fair: str, slack: int, taken: str
) -> None:
    assert within_share(D(natural), D(left), D(fair), CENT, slack) == D(taken)


def document(number: str, day: str, *lines: str, more: str = "", tax: str = "") -> str:
    """A document; each line is its net and its keys, `100.00 | text: "Work"`; `tax`: the FR20 on it."""
    text = f'\n{day} * "Test" ^{number}\n  invoice: "{number}"\n{more}  Assets:Receivable:Acme\n'
    for line in lines:
        net, *keys = (part.strip() for part in line.split("|"))
        net, code = (net.removesuffix(" FR20"), "FR20") if net.endswith(" FR20") else (net, "REVERSE")
        text += f"  Income:Services  {-D(net)} EUR\n" + "".join(f"    {key}\n" for key in keys)
        text += f'    tax: "{code}"\n'
    return text + (f'  Liabilities:VAT  {-D(tax)} EUR\n    tax: "FR20"\n' if tax else "")


def note(*lines: str, number: str = "A1", of: str = "N1", day: str = "2026-02-01", tax: str = "") -> str:
    return document(number, day, *lines, more=f'  corrects: "{of}"\n', tax=tax)


def left(ledger: str, number: str = "N1") -> LeftToCredit:
    book = book_of(ledger)
    invoice = book.invoice(number)
    assert invoice is not None
    return left_to_credit(book, invoice)


def lines(ledger: str, number: str = "N1") -> list[tuple[str, str, str]]:
    """Of each line: how many units are left, their net at its price, and what has been taken off that."""
    return [(str(line.quantity), str(line.net_at_price), str(line.taken_off)) for line in left(ledger, number).lines]


DAYS = '500.00 | text: "Days" | quantity: 5 | price: 100.00'
PENS = '30.00 | text: "Pens" | quantity: 20 | price: 1.50'
TWO = document("N1", "2026-01-10", DAYS, PENS)


def test_units_of_a_line() -> None:
    back = note('-200.00 | text: "Days" | quantity: -2 | price: 100.00')
    assert lines(TWO + back) == [("3", "300.00", "0"), ("20", "30.00", "0")]
    found = left(TWO + back)
    assert [line.net for line in found.lines] == [300, 30]
    assert (found.payable, found.net("REVERSE"), found.taxes) == (D(330), D(330), {"REVERSE": D(0)})


def test_the_last_units_take_the_rest_of_the_line() -> None:
    """12.5 % off 3 × 3.33 are 8.74; one alone is 2.91, and three times that is a cent less."""
    one = document("N1", "2026-01-10", '8.74 | text: "Pens" | quantity: 3 | price: 3.33 | discount: 12.5')
    single = '-2.91 | text: "Pens" | quantity: -1 | price: 3.33 | discount: 12.5'
    assert lines(one + note(single)) == [("2", "5.83", "0")]
    found = left(one + note(single) + note(single, number="A2", day="2026-02-02")).lines[0]
    assert net_of_units(found, D(1), D("2.91"), 2) == D("2.92")
    assert net_of_units(found, D("0.5"), D("1.46"), 2) == D("1.46")


@pytest.mark.parametrize(
    ("back", "left"),
    [
        # another price, more than there is, the same sign, another account or tax: a sum beside the lines
        ('-180.00 | text: "Days" | quantity: -2 | price: 90.00', [("5", "500.00", "-180.00"), ("20", "30.00", "0")]),
        ('-600.00 | text: "Other" | quantity: -6 | price: 100.00', [("5", "500.00", "0"), ("20", "30.00", "0")]),
        ('-500.00 | text: "Other" | quantity: -5 | price: 100.00', [("0", "0.00", "0"), ("20", "30.00", "0")]),
        ('-30.00 | text: "Other words" | quantity: -20 | price: 1.50', [("5", "500.00", "0"), ("0", "0.00", "0")]),
        ('-30.00 | text: "A sum"', [("5", "500.00", "0"), ("20", "30.00", "0")]),
        ('-30.00 FR20 | text: "Pens" | quantity: -20 | price: 1.50', [("5", "500.00", "0"), ("20", "30.00", "0")]),
        ('-3.00 | text: "Pens, dried up"', [("5", "500.00", "0"), ("20", "30.00", "0")]),
    ],
)
def test_to_which_line_a_credit_belongs(back: str, left: list[tuple[str, str, str]]) -> None:
    ledger = TWO + note(back)
    assert lines(ledger) == left


def test_the_line_that_is_named_comes_before_the_one_that_says_the_same() -> None:
    twice = document("N1", "2026-01-10", DAYS, DAYS, PENS)
    day = '-100.00 | text: "Days" | quantity: -1 | price: 100.00'
    assert [line.quantity for line in left(twice + note(day)).lines] == [4, 5, 20]
    assert [line.quantity for line in left(twice + note(day + " | line: 2")).lines] == [5, 4, 20]
    other = '-100.00 | text: "Something" | quantity: -1 | price: 100.00 | line: 2'
    assert [line.quantity for line in left(twice + note(other)).lines] == [5, 4, 20]
    apart = document("N1", "2026-01-10", DAYS.replace("Days", "Nights"), DAYS)
    assert [line.quantity for line in left(apart + note(day)).lines] == [5, 4]
    unknown = day.replace("Days", "Hours")
    assert [line.quantity for line in left(apart + note(unknown)).lines] == [4, 5]


JANUARY = '310.00 | text: "Hosting" | from: 2026-01-01 | to: 2026-01-31'
FEBRUARY = '310.00 | text: "Hosting" | from: 2026-02-01 | to: 2026-02-28'


def test_a_line_of_the_same_period_comes_before_another() -> None:
    both = document("N1", "2026-03-01", JANUARY, FEBRUARY)
    back = note("-" + FEBRUARY, day="2026-03-10")
    assert lines(both + back) == [("1", "310.00", "0"), ("0", "0.00", "0")]


def test_the_same_words_come_before_the_same_price_and_the_same_period_before_both() -> None:
    day = "quantity: 5 | price: 62.00"
    spring = f'310.00 | text: "Support" | {day} | from: 2026-03-01 | to: 2026-03-31'
    other, same = f'310.00 | text: "Advice" | {day}', f'310.00 | text: "Support" | {day}'
    back = note('-62.00 | text: "Support" | quantity: -1 | price: 62.00', day="2026-04-10")
    assert [line.quantity for line in left(document("N1", "2026-04-01", other, spring) + back).lines] == [5, 4]
    assert [line.quantity for line in left(document("N1", "2026-04-01", spring, same) + back).lines] == [5, 4]


def test_of_an_open_item_that_was_taken_over_all_can_be_given_back() -> None:
    opening = (
        '\n2026-01-10 * "Taken over" ^N1\n  invoice: "N1"\n  kind: "opening"\n  Assets:Receivable:Acme  120.00 EUR\n'
        "  Equity:Opening\n"
    )
    (invoice,) = book_of(opening).invoices
    assert (creditable(invoice), nothing_credited(invoice).payable) == (D(120), D(120))


def test_days_of_a_period_are_taken_off_it() -> None:
    both = document("N1", "2026-03-01", JANUARY, FEBRUARY)
    back = note('-50.00 | text: "Hosting" | from: 2026-02-10 | to: 2026-02-14', day="2026-03-10")
    found = left(both + back)
    assert [(line.net, line.taken_off, line.days) for line in found.lines] == [
        (D(310), D(0), ()),
        (D(260), D(-50), ((date(2026, 2, 10), date(2026, 2, 14)),)),
    ]
    outside = note('-50.00 | text: "Hosting" | from: 2026-02-25 | to: 2026-03-02', day="2026-03-10")
    assert [line.taken_off for line in left(both + outside).lines] == [0, 0]
    all_of_it = note('-50.00 | text: "Hosting" | from: 2026-02-01 | to: 2026-02-28', day="2026-03-10")
    assert [line.taken_off for line in left(both + all_of_it).lines] == [0, -50]


def test_a_price_difference_and_what_takes_it_back() -> None:
    less = note('-50.00 | text: "Days" | quantity: -5 | price: 10.00')
    assert lines(TWO + less)[0] == ("5", "500.00", "-50.00")
    again = document("B1", "2026-03-01", '50.00 | text: "Days" | quantity: 5 | price: 10.00', more='  corrects: "A1"\n')
    assert lines(TWO + less + again, "A1")[0] == ("0", "0.00", "0")
    assert left(TWO + less + again, "A1").payable == 0


def test_what_is_asked_for_again_in_a_credit_note_is_no_unit_more() -> None:
    both = note(
        '-500.00 | text: "Days" | quantity: -5 | price: 100.00', '100.00 | text: "Days" | quantity: 1 | price: 100.00'
    )
    assert lines(TWO + both)[0] == ("0", "0.00", "0")
    turned = note('100.00 | text: "Days" | quantity: 1 | price: 100.00', '-300.00 | text: "Goodwill"')
    assert lines(TWO + turned)[0] == ("5", "500.00", "100.00")


def test_units_whose_price_includes_the_tax() -> None:
    """3 × 10.00 are 25.00 and 5.00; a third of it is 8.33 as one unit is, though 8.34 would do as well."""
    three = document("N1", "2026-01-10", '25.00 FR20 | text: "Kit" | quantity: 3 | price-with-tax: 10.00', tax="5.00")
    book = book_of(three + note('-8.33 FR20 | text: "Kit" | quantity: -1 | price-with-tax: 10.00', tax="-1.67"))
    invoice = book.invoice("A1")
    assert invoice is not None
    found = credit_note_effect(book, invoice)
    assert found is not None
    assert found.shares == {0: D("-8.33")}
    assert [(line.quantity, line.net_at_price) for line in found.after[0].lines] == [(D(2), D("16.67"))]


TAXED = document("N1", "2026-01-10", DAYS.replace("500.00", "500.00 FR20"), PENS, tax="100.00")


def test_taxes_go_with_their_nets() -> None:
    back = note('-100.00 FR20 | text: "Days" | quantity: -1 | price: 100.00', tax="-20.00")
    found = left(TAXED + back)
    assert (found.taxes, found.payable) == ({"FR20": D(80), "REVERSE": D(0)}, D(510))
    assert (found.net("FR20"), found.net("REVERSE")) == (D(400), D(30))
    assert found.codes == {"FR20", "REVERSE"}
    assert found.texts == {}
    assert [invoice.number for invoice in found.notes] == ["A1"]


def test_which_lines_bear_a_tax() -> None:
    """Their own, one that theirs consists of, one that is withheld of all; a code that is not known bears nothing else."""
    parts = (
        '2025-01-01 custom "invoice-tax" "A" "A" Liabilities:VAT\n  rate: 10\n'
        '2025-01-01 custom "invoice-tax" "AB" "Both" Liabilities:VAT\n  parts: "A FR20"\n'
        '2025-01-01 custom "invoice-tax" "KEPT" "Withheld" Liabilities:VAT\n  rate: 5\n  withholding: TRUE\n'
    )
    book = book_of(parts + document("N1", "2026-01-10", DAYS).replace('"REVERSE"', '"AB"'))
    invoice = book.invoice("N1")
    assert invoice is not None
    taxes = {code: book.taxes[code].at(invoice.date) for code in ("A", "FR20", "FR10", "KEPT")}
    found = {line: [code for code, tax in taxes.items() if bears_tax(invoice, line, tax)] for line in ("AB", "A", "NO")}
    assert found == {"AB": ["A", "FR20", "KEPT"], "A": ["A", "KEPT"], "NO": ["KEPT"]}


def test_a_sum_stands_beside_the_lines() -> None:
    found = left(TAXED + note('-40.00 FR20 | text: "Goodwill"', tax="-8.00"))
    place = "FR20", "Income:Services"
    assert found.net_off_lines(place) == -40
    assert found.texts == {place: ("Goodwill",)}
    assert [line.net for line in found.lines] == [500, 30]


@pytest.mark.parametrize(
    ("net", "natural", "slack", "tax"),
    [
        ("250.00", "50.00", 1, "50.00"),
        ("250.00", "49.97", 1, "50.00"),
        ("250.00", "50.02", 2, "50.01"),
        ("500.00", "99.00", 1, "100.00"),  # the rest of the net takes the rest of the tax
        ("125.02", "25.00", 1, "25.00"),
    ],
)
def test_the_tax_of_a_part(net: str, natural: str, slack: int, tax: str) -> None:
    invoice = book_of(TAXED).invoice("N1")
    assert invoice is not None
    assert tax_of_part([nothing_credited(invoice)], "FR20", D(net), D(natural), 2, slack) == D(tax)


def test_a_note_on_two_documents_takes_the_first_one_first_and_the_rest_of_the_last() -> None:
    one = document("N1", "2026-01-10", '100.00 | text: "Work"')
    other = document("N2", "2026-01-20", '300.00 | text: "More work"')
    both = one + other + note('-250.00 | text: "Both"', of="N1 N2")
    assert (left(both).payable, left(both, "N2").payable) == (D(0), D(150))
    assert (left(both).net("REVERSE"), left(both, "N2").net("REVERSE")) == (D(0), D(150))
    small = one + other + note('-60.00 | text: "Both"', of="N1 N2")
    assert (left(small).payable, left(small, "N2").payable) == (D(40), D(300))
    turned = one + other + note('-250.00 | text: "Both"', of="N2 N1")
    assert (left(turned).payable, left(turned, "N2").payable) == (D(100), D(50))
    too_much = one + other + note('-450.00 | text: "Both"', of="N1 N2")
    assert (left(too_much).payable, left(too_much, "N2").payable) == (D(0), D(-50))


def test_notes_of_others_are_not_its_own() -> None:
    ledger = TWO + document("N2", "2026-01-11", DAYS) + note("-" + DAYS.replace("5 |", "-5 |"), of="N2")
    assert lines(ledger) == [("5", "500.00", "0"), ("20", "30.00", "0")]
    book = book_of(ledger)
    invoice, other = book.invoice("A1"), book.invoice("N1")
    assert invoice is not None
    assert other is not None
    found = credit_note_effect(book, invoice)
    assert found is not None
    assert (found.note, [left.payable for left in found.before], [left.payable for left in found.after]) == (
        invoice, [D(500)], [D(0)],
    )  # fmt: skip
    assert found.shares == {0: D("-500.00")}
    assert credit_note_effect(book, other) is None


# claims for late interest -------------------------------------------------------------------------------------------------


def claim(number: str, amount: str, more: str = "", day: str = "2026-03-01") -> str:
    return (
        f'\n{day} * "Late" ^{number}\n  invoice: "{number}"\n{more}  Assets:Receivable:Acme\n'
        f'  Income:Services  {-D(amount)} EUR\n    text: "Recovery costs"\n'
    )


C1 = claim("C1", "40.00", '  kind: "claim"\n  claims: "N1"\n')
OF_C1 = '  corrects: "C1"\n  kind: "claim"\n'


def test_a_claim_is_given_back_whole_or_not_at_all() -> None:
    whole_one = book_of(TWO + C1 + claim("G1", "-40.00", OF_C1, "2026-04-01"))
    assert interest_given_back(whole_one) == {"C1": date(2026, 4, 1)}
    part = claim("G1", "-10.00", OF_C1, "2026-04-01")
    assert interest_given_back(book_of(TWO + C1 + part)) == {}
    rest = claim("G2", "-30.00", OF_C1, "2026-04-20")
    assert interest_given_back(book_of(TWO + C1 + part + rest)) == {"C1": date(2026, 4, 20)}
    draft = claim("draft-1", "-40.00", OF_C1, "2026-04-01").replace("* ", "! ")
    assert interest_given_back(book_of(TWO + C1 + draft)) == {}


def test_what_stands_outside_tax_for_late_payment() -> None:
    book = book_of(TWO + C1 + claim("G1", "-40.00", OF_C1, "2026-04-01") + note('-30.00 | text: "Sum"'))
    assert {invoice.number: is_for_late_interest(book, invoice) for invoice in book.invoices} == {
        "N1": False, "C1": True, "G1": True, "A1": False,
    }  # fmt: skip


def test_what_gives_back_a_supply_beside_a_claim_is_no_matter_of_late_payment() -> None:
    both = claim("G1", "-70.00", '  kind: "claim"\n  corrects: "C1 N1"\n', "2026-04-01")
    two = claim("G2", "-70.00", '  kind: "claim"\n  corrects: "C1 C2"\n', "2026-04-02")
    taxed = note('-30.00 | text: "Sum"', number="G3", of="C1")
    book = book_of(TWO + C1 + C1.replace("C1", "C2") + both + two + taxed)
    assert {one.number: (one.corrects, is_for_late_interest(book, one)) for one in book.invoices if one.number[0] == "G"} == {
        "G1": (("C1", "N1"), False), "G2": (("C1", "C2"), True), "G3": (("C1",), False),
    }  # fmt: skip


def test_a_rounding_is_given_back_as_well() -> None:
    def rounded(amount: str) -> str:
        return f"  Income:Services  {amount} EUR\n    rounding: TRUE\n"

    one = TWO + rounded("-0.02")
    assert (left(one).rounding, left(one).payable) == (D("0.02"), D("530.02"))
    part = one + note(PENS.replace("30.00", "-30.00").replace("20", "-20")) + rounded("0.01")
    assert (left(part).rounding, left(part).payable) == (D("0.01"), D("500.01"))


# of what a line consists --------------------------------------------------------------------------------------------------


def a_line(net: str, **said: Any) -> Line:
    """A line of a net, with what it says beside."""
    return Line("Work", D(net), "Income:Services", Source("x", 1), D(net), "EUR", **said)


@pytest.mark.parametrize(
    ("line", "count", "price"),
    [
        (a_line("30.00", quantity=D(3), price=D(10)), 3, (D(10), False, D(0))),
        (a_line("-30.00", quantity=D(-3), price=D(10)), -3, (D(10), False, D(0))),
        (a_line("27.00", quantity=D(3), price=D(10), discount=D(10)), 3, (D(10), False, D(10))),
        (a_line("25.00", quantity=D(3), price_with_tax=D(10)), 3, (D(10), True, D(0))),
        (a_line("0.00", quantity=D(3), price=D(0)), 3, (D(0), False, D(0))),
        # no price of a unit: it is one sum
        (a_line("30.00", quantity=D(3)), 1, (D(30), False, D(0))),
        (a_line("30.00", price=D(30)), 1, (D(30), False, D(0))),
        (a_line("30.00", price_with_tax=D(36)), 1, (D(30), False, D(0))),
        (a_line("30.00"), 1, (D(30), False, D(0))),
        (a_line("-30.00"), -1, (D(30), False, D(0))),
    ],
)
def test_units_and_their_price(line: Line, count: int, price: tuple[Decimal, bool, Decimal]) -> None:
    assert _count(line) == count
    assert _price(line) == price
    assert all(part is not None for part in _price(line))


BEGIN, MIDDLE, END = date(2026, 1, 1), date(2026, 1, 11), date(2026, 2, 28)


@pytest.mark.parametrize(
    ("part", "whole", "inside"),
    [
        ((MIDDLE, MIDDLE), (BEGIN, END), True),
        ((BEGIN, END), (BEGIN, END), True),
        ((BEGIN, MIDDLE), (MIDDLE, END), False),
        ((MIDDLE, END), (BEGIN, MIDDLE), False),
        ((None, MIDDLE), (BEGIN, END), False),
        ((MIDDLE, None), (BEGIN, END), False),
        ((MIDDLE, MIDDLE), (None, END), False),
        ((MIDDLE, MIDDLE), (BEGIN, None), False),
        ((None, None), (None, None), False),
    ],
)
def test_a_period_within_another(
    part: tuple[date | None, date | None], whole: tuple[date | None, date | None], inside: bool
) -> None:
    back = a_line("-1.00", start=part[0], end=part[1])
    assert _within(back, a_line("10.00", start=whole[0], end=whole[1])) is inside


@pytest.mark.parametrize(
    ("net", "quantity", "count", "natural", "decimals", "taken"),
    [
        ("10.00", "3", "1", "3.33", 2, "3.33"),
        ("10.00", "3", "1", "3.30", 2, "3.33"),
        ("1000", "3", "1", "330", 0, "333"),  # yen: a unit is 1
        ("1000", "3", "1", "333", 0, "333"),
        ("10.000", "3", "1", "3.330", 3, "3.333"),  # dinars
        ("10.00", "3", "3", "3.00", 2, "10.00"),  # the last ones take the rest
        ("-10.00", "-3", "-1", "-3.30", 2, "-3.33"),
    ],
)
def test_units_take_their_share_in_digits_of_the_currency(
    net: str, quantity: str, count: str, natural: str, decimals: int, taken: str
) -> None:
    line = a_line(net, quantity=D(quantity), price=D(1))
    whole = LineLeftToCredit(line, D(quantity), D(net))
    assert net_of_units(whole, D(count), D(natural), decimals) == D(taken)


def test_units_take_their_share_of_what_is_left() -> None:
    """One of three is gone for 3.33: of the 6.67 that are left, one takes a half within a cent."""
    left = LineLeftToCredit(a_line("10.00", quantity=D(3), price=D(1)), D(2), D("6.67"))
    assert net_of_units(left, D(1), D("3.20"), 2) == D("3.33")


@pytest.mark.parametrize(
    ("amount", "left", "last", "given"),
    [
        ("-5.00", "3.00", True, "-5.00"),
        ("-5.00", "3.00", False, "-3.00"),
        ("-2.00", "3.00", False, "-2.00"),
        ("2.00", "-3.00", False, "2.00"),
        ("2.00", "3.00", False, "0"),
        ("-2.00", "-3.00", False, "0"),
    ],
)
def test_how_much_of_an_amount_goes_to_a_document(amount: str, left: str, last: bool, given: str) -> None:
    assert _share(D(amount), D(left), last) == D(given)
