from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.model import Dated, Figure, Line, Source, Tax
from beancount_invoicing.rules.steps import recompute
from beancount_invoicing.rules.tax import (
    TaxableAmount,
    code_of_name,
    gross_nets,
    gross_split,
    line_net,
    net_of_line,
    normalized_code_name,
    rate_ever_changed,
    rate_of_parts,
    summed,
    tax_of_booked,
    tax_of_lines,
    tax_on,
    taxes_by_code_and_day,
    taxes_due,
)

D = Decimal
AMOUNT = st.decimals(-(10**7), 10**7, places=2)
RATE = st.decimals(0, 100, places=2)


def follows(figure: Figure) -> bool:
    return figure.steps[-1].result == figure.value and all(recompute(step) == step.result for step in figure.steps)


def half_away(exact: Fraction, decimals: int) -> Fraction:
    scaled = abs(exact) * 10**decimals
    whole = scaled.numerator // scaled.denominator
    rounded = whole + (1 if scaled - whole >= Fraction(1, 2) else 0)
    return Fraction(rounded if exact >= 0 else -rounded, 10**decimals)


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "decimals", "expected"),
    [
        ("6.5", "98.00", None, 2, "637.00"),
        ("3", "0.335", None, 2, "1.01"),
        ("-3", "0.335", None, 2, "-1.01"),
        ("3", "0.335", None, 3, "1.005"),
        ("1", "99.99", "5", 2, "94.99"),
        ("2", "50.00", "100", 2, "0.00"),
        ("10", "12.345", "33.33", 2, "82.30"),
        ("3", "33.5", None, 0, "101"),
        ("1", "1.23456", None, 3, "1.235"),
    ],
)
def test_line(quantity: str, price: str, discount: str | None, decimals: int, expected: str) -> None:
    figure = line_net(D(quantity), D(price), D(discount) if discount else None, decimals)
    assert str(figure.value) == expected
    assert follows(figure)


def test_a_discount_is_a_step_of_its_own() -> None:
    """2 × 50.00 = 100.00, less 5 % = 95.00."""
    steps = line_net(D(2), D("50.00"), D(5), 2).steps
    assert [(step.operation, step.inputs) for step in steps] == [
        ("product", (D(2), D("50.00"))),
        ("less percent", (D("100.00"), D(5))),
        ("rounded", (D("95.00"), 2)),
    ]


@pytest.mark.parametrize(
    ("name", "normalized", "code"),
    [
        ("VAT", "VAT", "VAT"),
        ("VAT 20.0 %", "VAT 20%", "VAT"),
        ("VAT 5.50%", "VAT 5.5%", "VAT"),
        ("GST 10%", "GST 10%", "GST 10%"),  # a code's own name
        ("SALES 7.0%", "SALES 7%", "SALES 7.0%"),  # no such code
        ("VAT 20", "VAT 20", "VAT 20"),
    ],
)
def test_a_code_in_a_name_with_a_rate(name: str, normalized: str, code: str) -> None:
    known = {"VAT", "GST 10%"}
    assert (normalized_code_name(name, known), code_of_name(name, known)) == (normalized, code)


@pytest.mark.parametrize(
    ("base", "rate", "decimals", "expected"),
    [
        ("786.00", "20", 2, "157.20"),
        ("0.125", "20", 2, "0.03"),
        ("1.50", "5.5", 2, "0.08"),
        ("10.00", "5.25", 2, "0.53"),
        ("-10.00", "5.25", 2, "-0.53"),
        ("105", "10", 0, "11"),
        ("100.00", "0", 2, "0.00"),
    ],
)
def test_tax(base: str, rate: str, decimals: int, expected: str) -> None:
    figure = tax_on(D(base), D(rate), decimals)
    assert str(figure.value) == expected
    assert follows(figure)


@pytest.mark.parametrize(
    ("gross", "rate", "net", "tax"),
    [
        ("120.00", "20", "100.00", "20.00"),
        ("9.99", "20", "8.33", "1.66"),
        ("-9.99", "20", "-8.33", "-1.66"),
        ("10.55", "5.5", "10.00", "0.55"),
        ("50.00", "0", "50.00", "0.00"),
    ],
)
def test_a_price_that_includes_tax(gross: str, rate: str, net: str, tax: str) -> None:
    found = gross_split(D(gross), D(rate), 2)
    assert [str(figure.value) for figure in found] == [net, tax]
    assert all(follows(figure) for figure in found)


def test_nine_ninety_nine_cannot_be_reached_from_a_net() -> None:
    assert tax_on(D("8.33"), D(20), 2).value == D("1.67")
    assert gross_split(D("9.99"), D(20), 2)[1].value == D("1.66")


def test_a_line_is_its_quantity_at_its_price_with_or_without_tax() -> None:
    line = Line("Work", D("20.00"), "Income:Services", Source("books.beancount", 1), D(0), "")
    assert net_of_line(line._replace(quantity=D(2), price=D("10.00")), 2) == line_net(D(2), D("10.00"), None, 2)
    with_tax = line._replace(quantity=D(2), price_with_tax=D("12.00"), discount=D(10))
    assert net_of_line(with_tax, 2) == line_net(D(2), D("12.00"), D(10), 2)
    assert net_of_line(line._replace(price=D("10.00")), 2) is None
    assert net_of_line(line._replace(quantity=D(2)), 2) is None


def test_tax_rounded_per_line_is_the_sum_of_the_lines() -> None:
    lines = [tax_on(D("0.13"), D(20), 2) for _ in range(3)]
    figure = summed(lines, "rounded per line")
    assert figure.value == D("0.09")
    assert tax_on(D("0.39"), D(20), 2).value == D("0.08")
    assert follows(figure)


def test_numbers_of_any_length() -> None:
    long = D("123456789" * 10)
    assert line_net(long, D(1), None, 2).value > 0
    assert tax_on(long, D(20), 2).value > 0
    assert len(gross_split(long, D(20), 2)) == 2


@given(st.decimals(-(10**4), 10**4, places=3), st.decimals(-(10**4), 10**4, places=4), st.none() | RATE)
def test_line_is_rounded_once_half_away_from_zero(quantity: Decimal, price: Decimal, discount: Decimal | None) -> None:
    figure = line_net(quantity, price, discount, 2)
    exact = Fraction(quantity) * Fraction(price) * (100 - Fraction(discount or 0)) / 100
    assert Fraction(figure.value) == half_away(exact, 2)
    assert follows(figure)
    assert line_net(-quantity, price, discount, 2).value == -figure.value


@given(AMOUNT, RATE, st.sampled_from([0, 2, 3]))
def test_tax_is_rounded_half_away_from_zero(base: Decimal, rate: Decimal, decimals: int) -> None:
    figure = tax_on(base, rate, decimals)
    assert Fraction(figure.value) == half_away(Fraction(base) * Fraction(rate) / 100, decimals)
    assert follows(figure)
    assert tax_on(-base, rate, decimals).value == -figure.value


@given(AMOUNT, RATE)
def test_net_and_tax_are_the_gross_and_a_cent_from_the_rate(gross: Decimal, rate: Decimal) -> None:
    net, tax = gross_split(gross, rate, 2)
    assert net.value + tax.value == gross
    assert Fraction(net.value) == half_away(Fraction(gross) * 100 / (100 + Fraction(rate)), 2)
    assert abs(tax.value - tax_on(net.value, rate, 2).value) <= D("0.01")
    assert follows(net)
    assert follows(tax)
    assert [figure.value for figure in gross_split(-gross, rate, 2)] == [-net.value, -tax.value]


@pytest.mark.parametrize(
    ("per_line", "nets", "tax"), [(False, ["0.82", "0.83", "0.83"], "0.49"), (True, ["0.83"] * 3, "0.48")]
)
def test_three_prices_of_99_cents_together_or_line_by_line(per_line: bool, nets: list[str], tax: str) -> None:
    """2.97 with 20 percent are 2.48 + 0.49; each 0.99 is 0.83 + 0.16."""
    grosses = [D("0.99")] * 3
    assert sorted(gross_nets(grosses, D(20), 2, per_line)) == [D(net) for net in nets]
    figure = tax_of_lines([], grosses, D(20), 2, per_line)
    assert figure.value == D(tax)
    assert all(recompute(step) == step.result for step in figure.steps)
    assert sum(gross_nets(grosses, D(20), 2, per_line)) + figure.value == D("2.97")


def test_many_equal_prices_with_tax_share_the_cents() -> None:
    """9.99 is 8.325 without its 20 %: four are 33.30, not four times 8.33."""
    assert gross_nets([D("9.99")] * 4, D(20), 2) == [D("8.32"), D("8.32"), D("8.33"), D("8.33")]


@given(st.lists(AMOUNT, min_size=1, max_size=30), RATE)
def test_no_price_with_tax_is_more_than_a_cent_off(grosses: list[Decimal], rate: Decimal) -> None:
    nets = gross_nets(grosses, rate, 2)
    assert sum(nets) == gross_split(sum(grosses, D(0)), rate, 2)[0].value
    assert all(
        abs(net - gross_split(gross, rate, 2)[0].value) <= D("0.01") for net, gross in zip(nets, grosses, strict=True)
    )


def test_prices_with_and_without_tax_line_by_line() -> None:
    """0.21 on 1.03, and 0.16 in 0.99."""
    for per_line in (True, False):
        assert tax_of_lines([D("1.03")], [D("0.99")], D(20), 2, per_line).value == D("0.37")


def test_the_tax_of_lines_whose_nets_are_booked() -> None:
    """20 % of 100.00 + 0.03 (20.006), and 9.99 − 8.32, as booked."""
    lines = [(D("100.00"), None), (D("0.03"), None), (D("8.32"), D("9.99"))]
    assert tax_of_booked(lines, D(20), 2) == D("21.68")
    assert tax_of_booked([(D("0.13"), None)] * 3, D(20), 2) == D("0.08")
    assert tax_of_booked([(D("0.13"), None)] * 3, D(20), 2, per_line=True) == D("0.09")


# codes that consist of parts ------------------------------------------------------------------------------------------------


def tax(code: str, rate: str, parts: tuple[Tax, ...] = (), compound: bool = False) -> Tax:
    whole = rate_of_parts([part.rate for part in parts], compound) if parts else D(rate)
    return Tax(
        code, code, None if parts else f"Liabilities:{code}", Source("", 0), rate=whole, parts=parts, compound=compound
    )


GST, QST = tax("GST", "5"), tax("QST", "9.975")
BOTH = tax("BOTH", "", (GST, QST))
ON_TOP = tax("ON-TOP", "", (GST, QST), compound=True)


def amounts(charged: list[TaxableAmount], per_line: bool = False) -> dict[str, tuple[str, str]]:
    """By code, the base and the tax."""
    due = taxes_due(charged, 2, per_line)
    assert all(follows(code_tax.figure) for code_tax in due.values())
    return {code: (str(code_tax.base), str(code_tax.figure.value)) for code, code_tax in due.items()}


@pytest.mark.parametrize(
    ("charged", "expected"),
    [
        ([(BOTH, "1034.63", None)], {"GST": ("1034.63", "51.73"), "QST": ("1034.63", "103.20")}),
        ([(ON_TOP, "100.00", None)], {"GST": ("100.00", "5.00"), "QST": ("105.00", "10.47")}),
        ([(BOTH, "9.10", None), (GST, "9.50", None)], {"GST": ("18.60", "0.93"), "QST": ("9.10", "0.91")}),
        ([(BOTH, "8.69", "9.99")], {"GST": ("8.69", "0.43"), "QST": ("8.69", "0.87")}),
        ([(ON_TOP, "8.65", "9.99")], {"GST": ("8.65", "0.43"), "QST": ("9.08", "0.91")}),
        (
            [(BOTH, "100.00", None), (BOTH, "17.38", "19.98"), (GST, "30.00", None)],
            {"GST": ("147.38", "7.37"), "QST": ("117.38", "11.71")},
        ),
        (  # 5 % of 100.00, and 9.99 − 9.51
            [(BOTH, "100.00", None), (GST, "9.51", "9.99")],
            {"GST": ("109.51", "5.48"), "QST": ("100.00", "9.98")},
        ),
        (  # 0.43 in the one price, 0.48 in the other
            [(BOTH, "8.69", "9.99"), (GST, "9.51", "9.99")],
            {"GST": ("18.20", "0.91"), "QST": ("8.69", "0.87")},
        ),
        ([(BOTH, "-8.69", "-9.99")], {"GST": ("-8.69", "-0.43"), "QST": ("-8.69", "-0.87")}),
    ],
)
def test_each_part_is_due_apart(
    charged: list[tuple[Tax, str, str | None]], expected: dict[str, tuple[str, str]]
) -> None:
    assert (
        amounts([TaxableAmount(code, D(net), D(gross) if gross else None) for code, net, gross in charged]) == expected
    )


def test_the_steps_say_what_is_summed() -> None:
    both = taxes_due([TaxableAmount(BOTH, D("8.69"), D("9.99")), TaxableAmount(GST, D("30.00"))], 2)
    assert both["GST"].figure.steps[-1].because == "prices including tax, and the rest"
    twice = taxes_due([TaxableAmount(BOTH, D("8.69"), D("9.99"))] * 2, 2, per_line=True)
    assert twice["GST"].figure.steps[-1].because == "prices including tax"
    (line,) = taxes_due([TaxableAmount(GST, D("8.69"))] * 2, 2, per_line=True).values()
    assert line.figure.steps[-1].because == "rounded per line"


def test_parts_rounded_per_line_are_the_sums_of_the_lines() -> None:
    three = [TaxableAmount(ON_TOP, D("0.33"))] * 3
    assert amounts(three) == {"GST": ("0.99", "0.05"), "QST": ("1.04", "0.10")}
    assert amounts(three, per_line=True) == {"GST": ("0.99", "0.06"), "QST": ("1.05", "0.09")}


@given(gross=AMOUNT, rates=st.lists(RATE, min_size=2, max_size=3), compound=st.booleans())
def test_what_a_price_contains_adds_up_to_it(gross: Decimal, rates: list[Decimal], compound: bool) -> None:
    parts = tuple(tax(f"T{number}", str(rate)) for number, rate in enumerate(rates))
    whole = tax("ALL", "", parts, compound)
    (net,) = gross_nets([gross], whole.rate, 2)
    due = taxes_due([TaxableAmount(whole, net, gross)], 2)
    assert net + sum(code_tax.figure.value for code_tax in due.values()) == gross
    assert all(follows(code_tax.figure) for code_tax in due.values())
    for each in due.values():
        exact = Fraction(each.base) * Fraction(each.tax.rate) / 100
        assert abs(Fraction(each.figure.value) - exact) <= Fraction(len(parts) * 3, 100)


@pytest.mark.parametrize(("rates", "other"), [(["20"], False), (["20", "20"], False), (["19.6", "20"], True)])
def test_whether_a_code_ever_had_another_rate(rates: list[str], other: bool) -> None:
    versions = [
        (date(2014 + place, 1, 1), Tax("T", "T", "Liabilities:VAT", Source("", 0), rate=D(rate)))
        for place, rate in enumerate(rates)
    ]
    assert rate_ever_changed(Dated(tuple(versions))) == other


def test_codes_are_in_the_order_of_their_names() -> None:
    other_way_round = tax("BOTH", "", (QST, GST))
    assert list(amounts([TaxableAmount(other_way_round, D("100.00"))])) == ["GST", "QST"]
    assert list(amounts([TaxableAmount(QST, D("1.00")), TaxableAmount(GST, D("1.00"))])) == ["GST", "QST"]


# rates that change -----------------------------------------------------------------------------------------------------------

IN_2013, IN_2014 = date(2013, 12, 31), date(2014, 1, 1)
OLD, NEW = tax("VAT", "19.6"), tax("VAT", "20")


def test_an_older_rate_is_part_of_the_name() -> None:
    found = taxes_by_code_and_day({("VAT", IN_2014): NEW, ("VAT", IN_2013): OLD, ("GST", IN_2013): GST}, {})
    assert {place: (each.code, each.rate) for place, each in found.items()} == {
        ("VAT", IN_2013): ("VAT 19.6%", D("19.6")),
        ("VAT", IN_2014): ("VAT", D("20")),
        ("GST", IN_2013): ("GST", D("5")),
    }


def test_a_correction_names_rates_as_the_document_that_it_corrects() -> None:
    """It was of 2013, when 19.6 % was the only rate."""
    versions = {("VAT", IN_2013): OLD, ("VAT", IN_2014): NEW, ("GST", IN_2014): GST}
    found = taxes_by_code_and_day(versions, {("VAT", IN_2013): OLD})
    assert [each.code for each in found.values()] == ["VAT", "VAT 20%", "GST"]


def test_one_name_is_one_tax_as_it_was_last() -> None:
    worded = NEW._replace(label="TVA au taux normal")
    found = taxes_by_code_and_day({("VAT", date(2026, 1, 1)): worded, ("VAT", IN_2014): NEW}, {})
    assert set(found.values()) == {worded}


def test_a_code_that_consists_of_an_older_rate_has_a_name_of_its_own() -> None:
    """QST was 9.5 % before it was 9.975 %: together with 5 % GST, 14.5 and 14.975 %."""
    before = tax("BOTH", "", (GST, tax("QST", "9.5")))
    found = taxes_by_code_and_day({("BOTH", IN_2013): before, ("BOTH", IN_2014): BOTH}, {})
    assert [(each.code, [part.code for part in each.parts]) for each in found.values()] == [
        ("BOTH 14.5%", ["GST", "QST 9.5%"]),
        ("BOTH", ["GST", "QST"]),
    ]
