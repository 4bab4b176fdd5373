"""Reference rates and indexes: figures that hold from a day on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from beancount_invoicing.entries.directives.amendments import DirectiveValues
from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.messages import _
from beancount_invoicing.model import IndexValue, ReferenceRate

_Figure = TypeVar("_Figure", ReferenceRate, IndexValue)


class FigureDirectives:
    """The directives of reference rates and of the values of indexes."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._rates: defaultdict[str, list[ReferenceRate]] = defaultdict(list)
        self._indexes: defaultdict[str, list[IndexValue]] = defaultdict(list)

    def add_rate(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A reference rate, in percent a year."""
        match values:
            case [str(code), Decimal() as rate] if rate.is_finite() and code.strip():
                self._rates[code.strip()].append(ReferenceRate(directive.date, rate, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _(
                        "a reference rate has two values, its code and the percentage per year: custom "
                        '"invoice-rate" "ECB" 2.15'
                    ),
                    directive.source,
                )

    def add_index(self, directive: DirectiveValues, values: list[Any]) -> None:
        """The value of an index."""
        match values:
            case [str(name), Decimal() as value] if value.is_finite() and value > 0:
                self._indexes[name.strip()].append(IndexValue(directive.date, value, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _('an index has two values, its name and a number above 0: custom "invoice-index" "SYNTEC" 318.4'),
                    directive.source,
                )

    def reference_rates(self) -> dict[str, tuple[ReferenceRate, ...]]:
        """The reference rates by code, by date; two for one day are an error, and the smaller one is taken."""

        def twice(code: str, first: ReferenceRate, second: ReferenceRate) -> str:
            return _(
                "rate {code} is {rate} (line {line}) and {other_rate} on {day}: keep one of them",
                code=code,
                rate=first.rate,
                line=first.source.line,
                other_rate=second.rate,
                day=second.date,
            )

        return self._by_day(self._rates, lambda rate: rate.rate, twice)

    def indexes(self) -> dict[str, tuple[IndexValue, ...]]:
        """The values of each index, by date; two for one day are an error, and the smaller one is taken."""

        def twice(name: str, first: IndexValue, second: IndexValue) -> str:
            return _(
                "index {name} is {first} (line {line}) and {value} on {day}: keep one of them",
                name=name,
                first=first.value,
                line=first.source.line,
                value=second.value,
                day=second.date,
            )

        return self._by_day(self._indexes, lambda index: index.value, twice)

    def _by_day(
        self,
        figures: dict[str, list[_Figure]],
        number: Callable[[_Figure], Decimal],
        twice: Callable[[str, _Figure, _Figure], str],
    ) -> dict[str, tuple[_Figure, ...]]:
        """The figures of each name, a day each. `twice` says that two of a day differ."""
        result: dict[str, tuple[_Figure, ...]] = {}
        for name, of_name in sorted(figures.items()):
            by_day: dict[date, _Figure] = {}
            for figure in sorted(of_name):
                first = by_day.setdefault(figure.date, figure)
                if number(first) != number(figure):
                    self.findings.error("amended-twice", twice(name, first, figure), figure.source)
            result[name] = tuple(by_day.values())
        return result
