"""The arithmetic of lines and taxes: nets per line, tax once per code, prices that include tax, codes that consist of parts."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.messages import _, _p
from beancount_invoicing.model import ZERO, CalculationStep, Dated, Figure, Line, Tax
from beancount_invoicing.rules.steps import round_to, share_out

__all__ = [
    "CodeTax",
    "TaxableAmount",
    "code_of_name",
    "gross_nets",
    "gross_split",
    "line_amount",
    "line_net",
    "name_at_rate",
    "net_of_line",
    "normalized_code_name",
    "rate_ever_changed",
    "rate_of_parts",
    "rates_of",
    "summed",
    "tax_of_booked",
    "tax_of_lines",
    "tax_on",
    "tax_point_of_line",
    "taxes_by_code_and_day",
    "taxes_due",
]


def line_net(quantity: Decimal, price: Decimal, discount: Decimal | None, decimals: int) -> Figure:
    """quantity × price × (1 − discount/100), rounded once to `decimals`, half away from zero (EN 16931 BT-131).

    `discount` is in percent, None for none. The result is in the price's currency, excluding tax if the price does.
    """
    value = line_amount(quantity, price, discount, decimals)
    return Figure(value, _line_steps, (quantity, price, discount, decimals, value))


def line_amount(quantity: Decimal, price: Decimal, discount: Decimal | None, decimals: int) -> Decimal:
    """The amount of `line_net`, without its steps."""
    return round_to(_reduced(quantity * price, discount) if discount else quantity * price, decimals)


def net_of_line(line: Line, decimals: int) -> Figure | None:
    """`line_net` of a line of a document, in a currency with so many decimals; None if the line has no quantity and
    price.
    """
    price = line.price if line.price is not None else line.price_with_tax
    if line.quantity is None or price is None:
        return None
    return line_net(line.quantity, price, line.discount, decimals)


def _reduced(product: Decimal, discount: Decimal) -> Decimal:
    return product * (100 - discount) / 100


def _line_steps(
    quantity: Decimal, price: Decimal, discount: Decimal | None, decimals: int, value: Decimal
) -> tuple[CalculationStep, ...]:
    product = quantity * price
    steps = [CalculationStep(_("line"), "product", (quantity, price), product, _("quantity × price"))]
    if discount:
        reduced = _reduced(product, discount)
        steps.append(
            CalculationStep(
                _("line"), "less percent", (product, discount), reduced, _p("line of a document", "discount")
            )
        )
        product = reduced
    steps.append(
        CalculationStep(
            _("line"), "rounded", (product, decimals), value, _("each line to the cent, half away from zero")
        )
    )
    return tuple(steps)


def tax_on(base: Decimal, rate: Decimal, decimals: int) -> Figure:
    """`rate` percent of `base`, rounded half away from zero to `decimals` (EN 16931 BR-CO-17)."""
    value = round_to(base * rate / 100, decimals)
    return Figure(value, _tax_steps, (base, rate, decimals, value))


def _tax_steps(base: Decimal, rate: Decimal, decimals: int, value: Decimal) -> tuple[CalculationStep, ...]:
    exact = base * rate / 100
    return (
        CalculationStep(_("tax"), "percent of", (rate, base), exact, _("rate of the sum of the nets")),
        CalculationStep(_("tax"), "rounded", (exact, decimals), value, _("once per tax code, half away from zero")),
    )


def gross_split(gross: Decimal, rate: Decimal, decimals: int) -> tuple[Figure, Figure]:
    """The net and the tax that `gross` contains: net = round(gross / (1 + rate)), tax = gross − net.

    They add up to `gross` exactly; the tax is at most a cent from net × rate.
    """
    net = round_to(gross * 100 / (100 + rate), decimals)
    inputs = (gross, rate, decimals, net)
    return Figure(net, _net_steps, inputs), Figure(gross - net, _contained_steps, inputs)


def _net_steps(gross: Decimal, rate: Decimal, decimals: int, net: Decimal) -> tuple[CalculationStep, ...]:
    exact = gross * 100 / (100 + rate)
    return (
        CalculationStep(_("net"), "without percent", (gross, rate), exact, _("the price includes tax")),
        CalculationStep(_("net"), "rounded", (exact, decimals), net, _("half away from zero")),
    )


def _contained_steps(gross: Decimal, rate: Decimal, decimals: int, net: Decimal) -> tuple[CalculationStep, ...]:
    last = CalculationStep(_("tax"), "difference", (gross, net), gross - net, _("gross − net"))
    return (*_net_steps(gross, rate, decimals, net), last)


def summed(figures: Sequence[Figure], because: str) -> Figure:
    """The sum of figures, with the steps of all of them."""
    value = sum((figure.value for figure in figures), Decimal(0))
    return Figure(value, _sum_steps, (tuple(figures), because, value))


def _sum_steps(figures: tuple[Figure, ...], because: str, value: Decimal) -> tuple[CalculationStep, ...]:
    steps = [step for figure in figures for step in figure.steps]
    return (*steps, CalculationStep(_("tax"), "sum", tuple(figure.value for figure in figures), value, because))


def tax_of_lines(
    nets: Sequence[Decimal], grosses: Sequence[Decimal], rate: Decimal, decimals: int, per_line: bool = False
) -> Figure:
    """The tax of one code: `rate` percent of the sum of `nets`, plus the tax contained in the sum of `grosses`; with
    `per_line`, line by line.

    `nets` are amounts without tax; `grosses` those of lines whose price includes it.
    """
    if per_line:
        contained = [gross_split(gross, rate, decimals)[1] for gross in grosses]
        return summed([*contained, *(tax_on(net, rate, decimals) for net in nets)], _("rounded per line"))
    if grosses:
        within = gross_split(sum(grosses, Decimal(0)), rate, decimals)[1]
        if not nets:
            return within
        on_rest = tax_on(sum(nets, Decimal(0)), rate, decimals)
        return summed([within, on_rest], _("prices including tax, and the rest"))
    return tax_on(sum(nets, Decimal(0)), rate, decimals)


def gross_nets(grosses: Sequence[Decimal], rate: Decimal, decimals: int, per_line: bool = False) -> list[Decimal]:
    """The net of each line whose price includes tax.

    They add up to the net of the sum (the largest lines take a cent each), unless tax is rounded `per_line`.
    """
    nets = [gross_split(gross, rate, decimals)[0].value for gross in grosses]
    if per_line:
        return nets
    whole = gross_split(sum(grosses, Decimal(0)), rate, decimals)[0].value
    return share_out(nets, whole - sum(nets, Decimal(0)), decimals)


_AT_RATE = re.compile(r"(.*\S) (\d+(?:\.\d+)?) ?%")


def tax_point_of_line(document: date, supply: date | None) -> date:
    """The day whose rate applies to a line: the day of its supply, or that of the document if it is billed earlier
    (`document`: its date).

    The rate is that of the chargeable event (directive 2006/112/EC, art. 93): the supply (art. 63), which for a period
    is its last day (art. 64 (1)). A payment on account before it has the rate of its own time (art. 65). None: the day
    of supply is unknown.
    """
    return document if supply is None else min(document, supply)


def name_at_rate(code: str, rate: Decimal) -> str:
    """The name of a code at another rate, in a document with several rates of it: "VAT 20%" for VAT; `rate` in percent."""
    return f"{code} {rate.normalize():f}%"


def code_of_name(name: str, known: Container[str]) -> str:
    """The code in a name that may include a rate, "VAT 20%"; the name itself if no such code is known."""
    if name in known:
        return name
    match = _AT_RATE.fullmatch(name)
    return match[1] if match and match[1] in known else name


def normalized_code_name(name: str, known: Container[str]) -> str:
    """A name with a rate in the form of `name_at_rate`, "VAT 20%" for "VAT 20.0 %"; a name that is a code, or has no
    rate, is unchanged.
    """
    match = None if name in known else _AT_RATE.fullmatch(name)
    return name_at_rate(match[1], Decimal(match[2])) if match else name


def rate_ever_changed(versions: Dated[Tax]) -> bool:
    """Whether the rate of a code, or of one of its parts, has ever changed."""
    return len({rates_of(version) for _day, version in versions.versions}) > 1


def rates_of(version: Tax) -> tuple[tuple[str, Decimal], ...]:
    """The rates of a code, or of its parts, in percent."""
    return tuple((part.code, part.rate) for part in version.parts or (version,))


def taxes_by_code_and_day(
    versions: Mapping[tuple[str, date], Tax], corrected: Mapping[tuple[str, date], Tax]
) -> dict[tuple[str, date], Tax]:
    """The taxes of the lines of one document, by code and day, with a name for each rate.

    The newest rate of a code keeps the code's name. An older rate is part of the name ("VAT 20%"), also for codes that
    consist of it. A document that corrects others uses their names: `corrected` are these documents' taxes.
    """
    newest: dict[str, tuple[date, Decimal]] = {}
    for taxes in (corrected, versions):
        known = frozenset(newest)
        for (_code, day), version in taxes.items():
            for code, rate in rates_of(version):
                if code not in known:
                    newest[code] = max(newest.get(code, (day, rate)), (day, rate))

    def named(tax: Tax) -> Tax:
        return tax if newest[tax.code][1] == tax.rate else tax._replace(code=name_at_rate(tax.code, tax.rate))

    by_name: dict[str, Tax] = {}
    names: dict[tuple[str, date], str] = {}
    for place in sorted(versions, key=lambda place: place[1]):
        version = versions[place]
        parts = tuple(map(named, version.parts))
        whole = version if parts else named(version)
        if parts != version.parts:
            whole = version._replace(code=name_at_rate(version.code, version.rate), parts=parts)
        by_name[whole.code] = whole
        names[place] = whole.code
    return {place: by_name[name] for place, name in names.items()}


class TaxableAmount(NamedTuple):
    """The taxable amount of a line, allowance or charge: its code, its net, and, if its price includes tax, its amount
    with tax.
    """

    tax: Tax
    net: Decimal
    gross: Decimal | None = None


class CodeTax(NamedTuple):
    """The tax of one code: the taxable amount and the tax."""

    tax: Tax
    base: Decimal
    figure: Figure


class _Bases:
    """What one code is due on: nets, amounts that contain it, and what is known to be contained in others."""

    __slots__ = ("base", "contained", "grosses", "nets", "tax")

    def __init__(self, tax: Tax) -> None:
        self.tax = tax
        self.base = ZERO
        self.nets: list[Decimal] = []
        self.grosses: list[Decimal] = []
        self.contained: list[Figure] = []


def taxes_due(charged: Sequence[TaxableAmount], decimals: int, per_line: bool = False) -> dict[str, CodeTax]:
    """The tax of each code, sorted by code: `tax_of_lines` of its lines. If a code consists of parts, the tax of each
    part.

    Each part is due on the net; if the code is compound, on the net plus the parts before it, as rounded. Prices that
    include tax contain all parts: net = round(gross / (1 + all rates)). The last part takes the remainder, so that net
    and parts add up to the gross.
    """
    by_code: dict[str, list[TaxableAmount]] = {}
    for amount in charged:
        by_code.setdefault(amount.tax.code, []).append(amount)
    if not any(amounts[0].tax.parts for amounts in by_code.values()):  # as most documents are
        return {code: _due_alone(by_code[code], decimals, per_line) for code in sorted(by_code)}
    bases: dict[str, _Bases] = {}
    for group in by_code.values():
        tax = group[0].tax
        nets = [taxable.net for taxable in group if taxable.gross is None]
        grosses = [taxable.gross for taxable in group if taxable.gross is not None]
        net = sum([taxable.net for taxable in group], ZERO)
        if not tax.parts:
            own = bases.setdefault(tax.code, _Bases(tax))
            own.base += net
            own.nets += nets
            own.grosses += grosses
            continue
        if nets and not per_line:
            nets = [sum(nets, ZERO)]
        if grosses and not per_line:
            grosses = [sum(grosses, ZERO)]
        within = [_contained(gross, tax, decimals) for gross in grosses]
        for index, part in enumerate(tax.parts):
            own = bases.setdefault(part.code, _Bases(part))
            contained = [figures[index] for figures in within]
            own.base += net
            own.nets += nets
            own.contained += contained
            if tax.compound:
                earlier = [tax_on(amount, part.rate, decimals).value for amount in nets]
                net += sum((figure.value for figure in contained), sum(earlier, ZERO))
                nets = [amount + more for amount, more in zip(nets, earlier, strict=True)]
    return {
        code: CodeTax(bases[code].tax, bases[code].base, _due(bases[code], decimals, per_line))
        for code in sorted(bases)
    }


def _due_alone(amounts: Sequence[TaxableAmount], decimals: int, per_line: bool) -> CodeTax:
    """The tax of a code that has no parts."""
    tax = amounts[0].tax
    nets = [amount.net for amount in amounts if amount.gross is None]
    grosses = [amount.gross for amount in amounts if amount.gross is not None]
    base = sum([amount.net for amount in amounts], ZERO)
    return CodeTax(tax, base, tax_of_lines(nets, grosses, tax.rate, decimals, per_line))


def _due(bases: _Bases, decimals: int, per_line: bool) -> Figure:
    own = tax_of_lines(bases.nets, bases.grosses, bases.tax.rate, decimals, per_line)
    if not bases.contained:
        return own
    rest = [own] if bases.nets or bases.grosses else []
    if not rest and len(bases.contained) == 1:
        (only,) = bases.contained
        return only
    return summed(
        [*bases.contained, *rest], _("prices including tax, and the rest") if rest else _("prices including tax")
    )


def _contained(gross: Decimal, tax: Tax, decimals: int) -> list[Figure]:
    """What `gross` contains of each part of a code."""
    net = round_to(gross * 100 / (100 + tax.rate), decimals)
    base = net
    values: list[Decimal] = []
    figures = []
    for part in tax.parts:
        last = part is tax.parts[-1]
        value = gross - net - sum(values, ZERO) if last else round_to(base * part.rate / 100, decimals)
        inputs = (gross, tax.rate, decimals, net, part.rate, base, tuple(values) if last else None, value)
        figures.append(Figure(value, _part_steps, inputs))
        values.append(value)
        if tax.compound:
            base += value
    return figures


def _part_steps(
    gross: Decimal,
    whole: Decimal,
    decimals: int,
    net: Decimal,
    rate: Decimal,
    base: Decimal,
    others: tuple[Decimal, ...] | None,
    value: Decimal,
) -> tuple[CalculationStep, ...]:
    steps = _net_steps(gross, whole, decimals, net)
    if others is None:
        return (*steps, *_tax_steps(base, rate, decimals, value))
    return (
        *steps,
        CalculationStep(_("tax"), "difference", (gross, net, *others), value, _("gross − net − the parts before it")),
    )


def rate_of_parts(rates: Sequence[Decimal], compound: bool) -> Decimal:
    """Several rates together, as a percentage of the net: their sum, or more if each applies to the net and the parts
    before it.
    """
    if not compound:
        return sum(rates, ZERO)
    whole = Decimal(1)
    for rate in rates:
        whole *= 1 + rate / 100
    return (whole - 1) * 100


def tax_of_booked(
    lines: Sequence[tuple[Decimal, Decimal | None]], rate: Decimal, decimals: int, per_line: bool = False
) -> Decimal:
    """The tax of one code on lines with given nets: `rate` percent of them, or the tax that prices with tax contain in
    addition.

    Each line is its net, and its amount with tax if its price includes it (otherwise None).
    """
    nets = [net for net, gross in lines if gross is None]
    within = sum((gross - net for net, gross in lines if gross is not None), Decimal(0))
    return within + tax_of_lines(nets, [], rate, decimals, per_line).value
