"""Late interest by law: the reference rates, and each country's rules for each kind of buyer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from beancount_invoicing.law.country import countries, country_data
from beancount_invoicing.law.data import load_data, row_in_force
from beancount_invoicing.law.places import law_of
from beancount_invoicing.messages import _

_FILE = "late_interest.toml"
_SAME = {"UK": "GB"}
DatedRates = Iterable[tuple[date, Decimal]]
"""Reference rates in a ledger: the day, and percent a year from that day on."""


class LateInterestLaw(NamedTuple):
    """The late interest that a seller in `country` may claim from one kind of buyer: a reference rate plus `margin`
    points.
    """

    country: str
    base: str
    """Code of the reference rate, as a ledger's `invoice-rate` names it; "" if the margin is the whole rate."""
    base_name: str
    margin: Decimal
    rates: tuple[tuple[date, Decimal], ...]
    """(first day of a half-year, percent a year): the reference rate in that half-year."""
    fixed_at_start: bool
    """Whether the rate of the half-year in which interest began to run applies until payment. If not, each half-year
    has its own rate.
    """
    starts_after: Literal["due", "notice", "reminder"]
    """Interest runs from the day after the due date; or only from the day after a formal notice to pay; or from the day after any
    reminder, and at the latest 30 days after the due date if the invoice says so (BGB § 286).
    """
    year_days: int
    indemnities: tuple[tuple[Decimal, Decimal], ...]
    """(from this amount of the debt on, fixed compensation for recovery costs), in `currency`; empty if none is due
    (consumers).
    """
    currency: str
    source: str
    address: str
    """The web address of the law."""

    def indemnity(self, debt: Decimal) -> Decimal | None:
        """The fixed compensation for recovery costs for a debt of that amount; None if none is due."""
        return next((fixed for least, fixed in reversed(self.indemnities) if debt >= least), None)


def half_year_start(day: date) -> date:
    """The first day of the half-year of `day`."""
    return date(day.year, 1 if day.month < 7 else 7, 1)


def _next_half_year(day: date) -> date:
    """The first day of the half-year that `day` begins, or else of the next one. OverflowError past the calendar."""
    half = half_year_start(day)
    if day == half:
        return half
    if half.month == 1:
        return date(day.year, 7, 1)
    if day.year == date.max.year:
        raise OverflowError("no such year")
    return date(day.year + 1, 1, 1)


def by_half_years(ledger_rates: DatedRates) -> dict[date, Decimal]:
    """Rates "from this day on", as rates by half-year. A half-year has the last rate dated on its first day or within
    the six months before.

    A rate counts for one half-year only. The next one must be given, even if nothing changed, and is never guessed.
    """
    halves: dict[date, Decimal] = {}
    for day, rate in sorted(ledger_rates):
        try:
            halves[_next_half_year(day)] = rate
        except OverflowError:
            continue
    return halves


@cache
def reference_rates() -> Mapping[str, tuple[str, Mapping[date, Decimal]]]:
    """The known reference rates: by code, the name, and percent a year by the first day of each half-year."""
    return MappingProxyType(
        {
            code: (
                table["name"],
                MappingProxyType({row["from"]: Decimal(row["rate"]) for row in table["halves"]}),
            )
            for code, table in load_data(_FILE)["rates"].items()
        }
    )


def _rates(code: str) -> tuple[tuple[date, Decimal], ...]:
    return tuple(reference_rates()[code][1].items()) if code else ()


def _law(code: str) -> dict[str, Any]:
    """The law of late interest of a country, from its table, or of the Union ("EU"); {} if none is known."""
    law: dict[str, Any] = country_data(code).get("late-interest") or load_data(_FILE)["laws"].get(code, {})
    return law


@cache
def late_interest_law(country: str, buyer: str, day: date | None = None) -> LateInterestLaw | None:
    """The late interest that a seller in `country` ("EU": any member state) may claim by law from a `buyer` of that kind.

    The rules are those in force on `day`, or the latest ones if no day is given. None if no law is known that gives
    such a claim.
    """
    code = _SAME.get(law_of(country), law_of(country))
    law = _law(code)
    rule = row_in_force((row for row in law.get("rules", ()) if buyer in row["buyers"]), day)
    if rule is None:
        return None
    base = rule.get("base", "")
    return LateInterestLaw(
        country=code,
        base=base,
        base_name=reference_rates()[base][0] if base else "",
        margin=Decimal(rule["margin"]),
        rates=_rates(base),
        fixed_at_start=rule["changes"] == "fixed",
        starts_after=rule["start"],
        year_days=rule["year"],
        indemnities=tuple((Decimal(least), Decimal(fixed)) for least, fixed in rule.get("indemnity", ())),
        currency=law["currency"],
        source=rule["source"],
        address=rule["address"],
    )


def with_ledger_rates(law: LateInterestLaw, ledger_rates: DatedRates) -> LateInterestLaw:
    """The law with the ledger's own reference rates for its base, which replace the shipped ones."""
    return law._replace(rates=tuple(sorted({**dict(law.rates), **by_half_years(ledger_rates)}.items())))


def lowest_contract_rate(country: str, day: date, ledger_rates: DatedRates = ()) -> Decimal | None:
    """The lowest yearly rate, in percent, that a contract between businesses may set; None if it is unknown.

    France: three times the legal rate of the half-year (Code de commerce, art. L441-10 II). `ledger_rates`: the legal rates that a
    ledger adds.
    """
    contract = _law(law_of(country)).get("contract")
    if contract is None:
        return None
    rate = {**reference_rates()[contract["base"]][1], **by_half_years(ledger_rates)}.get(half_year_start(day))
    return None if rate is None else rate * Decimal(contract["times"])


def interest_option(text: str) -> str | Decimal:
    """The value of `late-interest`: a country whose law is known (or "EU"), a contract's yearly rate in percent, or
    "none".

    Raises ValueError, whose message says what to write, for any other value.
    """
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
    code = _SAME.get(plain.upper(), plain.upper())
    if _law(code):
        return code
    if plain.lower() == "none":
        return "none"
    try:
        rate = Decimal(plain)
    except ArithmeticError:
        known = sorted({*load_data(_FILE)["laws"], *(country for country in countries() if _law(country))})
        raise ValueError(
            _(
                '"{text}" is neither a known law ({countries}), nor a yearly rate such as 12, nor "none"',
                text=text,
                countries=", ".join(f'"{country}"' for country in known),
            )
        ) from None
    if not rate.is_finite() or not 0 <= rate <= 100:
        raise ValueError(_("{text} is not a yearly rate in percent: write 12, for example", text=text))
    return rate


@cache
def contract_cap(country: str, buyer: str) -> LateInterestLaw | None:
    """The highest rate that a contract of a seller in `country` may charge a `buyer` of that kind, as a rate and a
    margin.

    None if no such cap is known. Belgium: consumers pay at most the rate between businesses (Code de droit économique,
    art. XIX.4).
    """
    cap: dict[str, Any] | None = _law(law_of(country)).get("cap")
    if cap is None or buyer not in cap["buyers"]:
        return None
    law = late_interest_law(country, cap["as_from"])
    return law._replace(source=cap["source"], address=cap["address"], indemnities=()) if law else None
