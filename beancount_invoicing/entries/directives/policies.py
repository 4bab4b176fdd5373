"""The reminder policies and their levels."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import partial
from typing import Any

from beancount_invoicing.entries.directives.amendments import DirectiveValues, amended
from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.messages import _
from beancount_invoicing.model import Dated, Policy, ReminderLevel, Source, Tone


class PolicyDirectives:
    """The directives of reminder policies and of their levels."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._policies: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._level_sources: dict[tuple[str, int], Source] = {}

    def add(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A policy or one of its levels, or what amends it."""
        match values:
            case [str(name)] if name.strip():
                self._policies[name.strip()].append(directive)
            case [str(name), Decimal() as level] if name.strip() and level in range(100):
                keyed = {
                    _("level {level} {key}", level=int(level), key=key): value
                    for key, value in directive.values.items()
                }
                self._policies[name.strip()].append(directive._replace(values=keyed))
                place = name.strip(), int(level)
                self._level_sources[place] = min(directive.source, self._level_sources.get(place, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _(
                        'a reminder policy has a name, and for a level also a whole number: custom "invoice-policy" '
                        '"standard", or custom "invoice-policy" "standard" 1'
                    ),
                    directive.source,
                )

    def versions(self) -> dict[str, Dated[Policy]]:
        """The reminder policies by name. A level exists as long as it has `days`."""
        result: dict[str, Dated[Policy]] = {}
        for name in sorted(self._policies):
            dated = amended(
                self._policies[name], _("policy {name}", name=name), partial(self._policy_version, name), self.findings
            )  # fmt: skip
            if dated:
                result[name] = dated
            with_days = {key for values in self._policies[name] for key in values.values if key.endswith(" days")}
            for directive in self._policies[name]:
                for level in sorted({key.rpartition(" ")[0] for key in directive.values if key.startswith("level ")}):
                    if f"{level} days" not in with_days:
                        self.findings.error(
                            "policy-days",
                            _(
                                "{level} of policy {name} has no days: give the number of days after the due date, "
                                "such as days: 15",
                                level=level,
                                name=name,
                            ),
                            directive.source,
                        )
        return result

    def _policy_version(self, name: str, values: dict[str, Any], source: Source) -> Policy:
        levels: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        own: dict[str, Any] = {}
        for key, value in values.items():
            if key.startswith("level "):
                _word, level, key_name = key.split(" ")
                levels[int(level)][key_name.replace("-", "_")] = value
            else:
                own[key.replace("-", "_")] = value
        usual: dict[int, Tone] = {0: "courtesy", 1: "friendly"}
        return Policy(
            name=name,
            source=source,
            levels=tuple(
                ReminderLevel(
                    level=level,
                    source=self._level_sources[name, level],
                    **({"tone": usual.get(level, "firm")} | level_values),
                )
                for level, level_values in sorted(levels.items())
                if "days" in level_values
            ),
            **own,
        )
