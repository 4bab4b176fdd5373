"""The options."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from functools import partial
from typing import Any

from beancount.core.data import Custom

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.directives.amendments import DirectiveValues, amended
from beancount_invoicing.entries.metadata import FindingCollector, read_value
from beancount_invoicing.messages import _
from beancount_invoicing.model import Dated, OptionValue, Source


def _option_value(name: str, values: dict[str, Any], _source: Source) -> OptionValue | None:
    value: OptionValue | None = values.get(name)
    return value


class OptionDirectives:
    """The directives of options."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._options: defaultdict[str, list[DirectiveValues]] = defaultdict(list)

    def add(self, entry: Custom, values: list[Any], source: Source) -> None:
        """An option and its value."""
        if len(values) != 2 or not isinstance(values[0], str):
            self.findings.error("option", _('an option has two values: "key" and its value'), source)
            return
        name, value = values
        if name not in keys.OPTIONS:
            if "password" in name.lower():
                self.findings.error(
                    "option",
                    _("a password does not belong in a ledger: take it out, change it, and see docs/sending.md"),
                    source,
                )
                return
            near = get_close_matches(name, sorted(keys.OPTIONS), cutoff=0.6)
            hint = (
                _('did you mean "{near}"?', near=near[0])
                if near
                else _("the options are {options}", options=", ".join(sorted(keys.OPTIONS)))
            )
            self.findings.error(
                "option", _('"{name}" is not an option of this plugin: {hint}', name=name, hint=hint), source
            )
            return
        read_in = read_value(
            keys.Key(name, keys.OPTIONS[name][0], frozenset(), ""), value, source, self.findings
        )  # fmt: skip
        if read_in is not None:
            self._options[name].append(DirectiveValues(entry.date, source, {name: read_in}))

    def versions(self) -> dict[str, Dated[OptionValue]]:
        """The options by key."""
        result: dict[str, Dated[OptionValue]] = {}
        for name in sorted(self._options):
            dated: Dated[OptionValue] | None = amended(
                self._options[name], _("option {name}", name=name), partial(_option_value, name), self.findings
            )  # fmt: skip
            if dated:
                result[name] = dated
        return result

    def sources(self) -> dict[str, Source]:
        """Where each option is first set."""
        return {
            name: min(given, key=lambda values: (values.date, values.source)).source
            for name, given in self._options.items()
        }
