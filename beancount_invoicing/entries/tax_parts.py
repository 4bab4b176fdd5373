"""Tax codes that consist of parts: GST and QST, VAT and an equivalence surcharge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Dated, Source, Tax
from beancount_invoicing.rules.tax import rate_of_parts

_OF_PARTS = {
    "rate": _("a rate"),
    "=account": _("an account"),
    "pending": _("a pending account"),
    "due-on": _("a due-on"),
    "category": _("a category"),
    "reason": _("a reason"),
    "withholding": _("a withholding"),
}
"""Keys of each part, which the combined code does not have."""

Parts = Mapping[Source, tuple[str, ...]]
"""The codes of the parts, by the directive that names them."""


def combined_tax(
    code: str, values: Mapping[str, Any], parts: tuple[str, ...], source: Source, findings: FindingCollector
) -> Tax:
    """A combined code, as its directives define it, still without its parts."""
    own = [part_name for key, part_name in _OF_PARTS.items() if key in values]
    if own:
        findings.error(
            "tax-parts",
            _(
                "{code} consists of {parts}, and also has {own} of its own: take that out, as each part has its own",
                code=code,
                parts=joined(_(" and "), parts),
                own=joined(_(" and "), own),
            ),
            source,
        )
    return Tax(
        code=code,
        label=values.get("=label", code),
        account=None,
        source=source,
        nature=values.get("nature", ""),
        compound=bool(values.get("compound")),
    )


def with_parts(taxes: Mapping[str, Dated[Tax]], parts: Parts, findings: FindingCollector) -> dict[str, Dated[Tax]]:
    """The taxes; combined codes with their parts, in a version from each day on which they or a part change.

    A combined code with impossible parts has none: an error says why.
    """
    codes = {code for code, dated in taxes.items() if any(tax.source in parts for _day, tax in dated.versions)}
    return {
        code: _with_parts(dated, parts, taxes, codes, findings) if code in codes else dated
        for code, dated in taxes.items()
    }


def _with_parts(
    dated: Dated[Tax], parts: Parts, taxes: Mapping[str, Dated[Tax]], combined: set[str], findings: FindingCollector
) -> Dated[Tax]:
    good: dict[Source, tuple[str, ...]] = {}
    days: set[date] = set()
    for day, tax in dated.versions:
        named = parts.get(tax.source, ())
        problems = [problem for name in dict.fromkeys(named) if (problem := _problem(tax.code, name, taxes, combined))]
        if not problems and tax.source in parts and (len(named) < 2 or len(set(named)) < len(named)):
            problems = [_('it needs two codes or more, each named once: parts: "GST QST"')]
        for problem in problems:
            findings.error("tax-parts", _("{tax}: {problem}", tax=tax.code, problem=problem), tax.source)
        good[tax.source] = () if problems else named
        days |= {day, *(other for name in good[tax.source] for other, _part in taxes[name].versions)}

    def at(day: date) -> Tax:
        tax = dated.at(day)
        return _joined(tax, [taxes[name].at(day) for name in good[tax.source]])

    return Dated(tuple((day, at(day)) for day in sorted(days)))


def _joined(tax: Tax, parts: list[Tax]) -> Tax:
    if not parts:
        return tax
    natures = {part.nature for part in parts}
    return tax._replace(
        parts=tuple(parts),
        rate=rate_of_parts([part.rate for part in parts], tax.compound),
        nature=tax.nature or (natures.pop() if len(natures) == 1 else ""),
        on_payment=all(part.on_payment for part in parts),
    )


def _problem(code: str, name: str, taxes: Mapping[str, Dated[Tax]], combined: set[str]) -> str:
    """Why a code cannot be a part; "" if it can."""
    if name == code:
        return _("it cannot be part of itself: name the codes that it consists of instead of {name}", name=name)
    if name not in taxes:
        near = get_close_matches(name, taxes, cutoff=0.5)
        hint = (
            _('did you mean "{near}"?', near=near[0])
            if near
            else _('define it, custom "invoice-tax" "{name}" "…" Liabilities:…', name=name)
        )
        return _('its part "{name}" is not known: {hint}', name=name, hint=hint)
    if name in combined:
        return _("its part {name} itself consists of parts: name those instead of {name}", name=name)
    versions = [version for _day, version in taxes[name].versions]
    if any(version.withholding for version in versions):
        return _(
            "its part {name} is withheld, not a tax that is charged: take it out, and book it separately", name=name
        )
    if not all(version.account for version in versions) or not any(version.rate for version in versions):
        return _("its part {name} is not a tax that is due: give it a rate and an account, or take it out", name=name)
    return ""
