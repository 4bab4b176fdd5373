"""The contracts, their milestones and the acceptances of works."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.directives.amendments import DirectiveValues, amended
from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.messages import _
from beancount_invoicing.model import Acceptance, Contract, Dated, Milestone, Source


class ContractDirectives:
    """The directives of contracts, milestones and acceptances."""

    def __init__(self, findings: FindingCollector) -> None:
        self.findings = findings
        self._contracts: defaultdict[str, list[DirectiveValues]] = defaultdict(list)
        self._milestones: defaultdict[str, list[Milestone]] = defaultdict(list)
        self._milestone_sources: list[tuple[str, Source]] = []
        self._acceptances: list[Acceptance] = []

    def add(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A contract, or what amends it."""
        if len(values) < 2 or not all(isinstance(value, str) for value in values) or len(values) > 3:
            self.findings.error(
                "directive",
                _("a contract has three values: the customer's account, its code and its mode"),
                directive.source,
            )
            return
        if len(values) == 3 and values[2] not in {"subscription", "fixed", "time"}:
            self.findings.error(
                "contract-mode",
                _(
                    'the mode of contract {value} is "{values_value}", but must be "subscription", "fixed" or "time"',
                    value=values[1],
                    values_value=values[2],
                ),
                directive.source,
            )
            return
        directive.values["=account"] = values[0]
        if len(values) == 3:
            directive.values["=mode"] = values[2]
        self._contracts[values[1]].append(directive)

    def add_milestone(self, directive: DirectiveValues, values: list[Any]) -> None:
        """A milestone of a contract."""
        if len(values) != 2 or not all(isinstance(value, str) for value in values):
            self.findings.error(
                "directive", _("a milestone has two values: its contract's code and its name"), directive.source
            )
            return
        values_of_keys = directive.values
        self._milestone_sources.append((values[0], directive.source))
        self._milestones[values[0]].append(
            Milestone(
                date=directive.date,
                name=values[1],
                source=directive.source,
                percent=values_of_keys.get("percent"),
                cumulative=values_of_keys.get("cumulative"),
                price=values_of_keys.get("price"),
                deposit=bool(values_of_keys.get("deposit")),
                change_order=values_of_keys.get("change-order"),
            )
        )

    def add_acceptance(self, directive: DirectiveValues, values: list[Any]) -> None:
        """The day on which works were accepted."""
        match values:
            case [str(code)] if code.strip():
                self._acceptances.append(Acceptance(code.strip(), directive.date, directive.source))
            case _:
                self.findings.error(
                    "directive",
                    _(
                        "an acceptance of works has one value, its contract's code, and the day of acceptance as "
                        'its date: {day} custom "invoice-accepted" "CODE"',
                        day=directive.date,
                    ),
                    directive.source,
                )

    def with_milestones(self) -> tuple[dict[str, Dated[Contract]], dict[str, tuple[Milestone, ...]]]:
        """The contracts by code, and their milestones in the order of their dates."""
        result: dict[str, Dated[Contract]] = {}
        for code in sorted(self._contracts):
            start = min(values.date for values in self._contracts[code])

            def build(values: dict[str, Any], source: Source, code: str = code, start: date = start) -> Contract | None:
                if "=mode" not in values:
                    self.findings.error(
                        "contract-mode",
                        _(
                            'contract {code} has no mode: its first directive needs "subscription", "fixed" or "time"',
                            code=code,
                        ),
                        source,
                    )
                    return None
                fields = {
                    name.replace("-", "_"): value
                    for name, value in values.items()
                    if name in keys.BY_PLACE[keys.CONTRACT_DIRECTIVE] and value is not None
                }
                payer, own = fields.pop("payer", values["=account"]), values["=account"]
                return Contract(
                    code=code,
                    customer=payer,
                    recipient=own if payer != own else "",
                    mode=values["=mode"],
                    start=start,
                    source=source,
                    **fields,
                )

            dated = amended(self._contracts[code], _("contract {code}", code=code), build, self.findings)
            if dated:
                result[code] = dated
        for code, source in self._milestone_sources:
            if code not in result:
                self.findings.error(
                    "unknown-contract",
                    _("milestone of contract {code}, which is not opened by any invoice-contract", code=code),
                    source,
                )
        milestones = {
            code: tuple(sorted(milestones, key=lambda milestone: (milestone.date, milestone.name)))
            for code, milestones in sorted(self._milestones.items())
        }
        return result, milestones

    def acceptances(self) -> tuple[Acceptance, ...]:
        """The acceptances of works, by contract and date."""
        return tuple(sorted(self._acceptances))
