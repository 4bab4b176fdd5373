"""The tax code of a line, and which of its rates: from its own data, its customer, its item and its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from beancount_invoicing.entries.documents.context import DocumentHeader
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Adjustment, Customer, Dated, Line, Source, Tax
from beancount_invoicing.rules import tax

CodeAndDay = tuple[str, date]


def rate_day(document: DocumentHeader, supplied_on: date | None) -> date:
    """The day whose rate applies to a line, or allowance, supplied on a day; None: the document's day."""
    return tax.tax_point_of_line(document.tax_day, supplied_on or document.metadata.get("delivered"))


def tax_code(
    document: DocumentHeader,
    written: str | None,
    of_item: str,
    source: Source,
    day: date,
    fallback: str = "",
    nature: str = "",
) -> str:
    """The code for something supplied on a day: its own, else the customer's, that of customers in its place, the item's, the
    default, as they were then.
    """
    if document.kind == "claim":
        return ""
    customer: Customer = document.customer
    if day != document.day and "tax" not in document.metadata:
        customer = document.context.customers[customer.account].at(day)
    code = written or customer.tax
    if not code:
        home = of_item or fallback or document.context.option("default-tax", day)
        abroad = document.context.codes_abroad and not fallback
        code = (document.context.tax_abroad(customer, nature, home, day) if abroad else "") or home
    if not code:
        document.findings.error(
            "no-tax",
            _(
                '{number}: no tax code: write tax: "…" on the line, its item or its customer, or set custom '
                '"invoice-option" "default-tax" "…" ("none", if you charge no tax at all)',
                number=document.number,
            ),
            source,
        )
    elif code not in document.context.taxes:
        document.findings.error(
            "unknown-tax",
            _(
                '{number}: tax "{code}" is not known: {nearest_tax}',
                number=document.number,
                code=code,
                nearest_tax=nearest_tax(code, document.context.taxes),
            ),
            source,
        )
        return ""
    return code


def nearest(code: str, known: Mapping[str, object]) -> str:
    """What to write instead of an unknown code: the nearest one, else the list of all."""
    from difflib import get_close_matches

    near = get_close_matches(code, known, cutoff=0.5)
    if near:
        return _('did you mean "{near}"?', near=near[0])
    return _("known are {known}", known=", ".join(known)) if known else _("none is defined")


def nearest_tax(code: str, known: Mapping[str, Dated[Tax]]) -> str:
    """What to write instead of an unknown tax code. If a text contains several codes, a code that consists of them is
    meant.
    """
    codes = code.split()
    if len(codes) < 2 or not all(code in known for code in codes):
        return nearest(code, known)
    for name, dated in known.items():
        if {part.code for part in dated.latest.parts} == set(codes):
            return _('a line has only one code: write tax: "{name}", which consists of these', name=name)
    return _(
        'a line has only one code: define one that consists of these, custom "invoice-tax" "{codes}" "…" '
        'with parts: "{code}"',
        codes="-".join(codes),
        code=code,
    )


class TaxedAtRates(NamedTuple):
    """The lines and adjustments of a document with the names of their taxes, and these taxes by name."""

    lines: list[Line]
    adjustments: list[Adjustment]
    taxes_by_name: Mapping[str, Tax]


def taxed_at_rates(document: DocumentHeader, lines: Sequence[Line], adjustments: Sequence[Adjustment]) -> TaxedAtRates:
    """Both with the names of their taxes; if a code has had several rates, these are told apart.

    A document that corrects another uses the other's names of taxes. Its lines have the newest of these rates if they
    give neither their day nor the line to which they belong. An allowance without a day has the latest rate of its
    code's lines.
    """
    of_corrected = _versions_of_corrected(document)
    latest: dict[str, date] = {}
    for code, day in of_corrected:
        latest[code] = max(latest.get(code, day), day)
    versions: dict[CodeAndDay, Tax] = {}
    of_lines = [_version(document, line.tax, _rate_day_of_line(document, line, latest), versions) for line in lines]
    of_adjustments = []
    for adjustment in adjustments:
        days = [version[1] for version in of_lines if version and version[0] == adjustment.tax]
        supplied_on = adjustment.supplied_on
        day = rate_day(document, supplied_on) if supplied_on else max(days, default=rate_day(document, None))
        of_adjustments.append(_version(document, adjustment.tax, day, versions))
    named = tax.taxes_by_code_and_day(versions, of_corrected)
    return TaxedAtRates(
        [
            line
            if version is None
            else line._replace(
                tax=named[version].code, tax_point=None if version[1] == document.tax_day else version[1]
            )
            for line, version in zip(lines, of_lines, strict=True)
        ],
        [
            adjustment if version is None else adjustment._replace(tax=named[version].code)
            for adjustment, version in zip(adjustments, of_adjustments, strict=True)
        ],
        {tax.code: tax for whole in named.values() for tax in (whole, *whole.parts)},
    )


def _versions_of_corrected(document: DocumentHeader) -> dict[CodeAndDay, Tax]:
    """The taxes of the documents that it corrects, under codes that have had several rates."""
    taxes = document.context.taxes
    result: dict[CodeAndDay, Tax] = {}
    for invoice in document.corrected:
        for line in invoice.lines:
            code, day = tax.code_of_name(line.tax, taxes), line.tax_point or document.tax_day
            if code in document.context.codes_with_several_rates:
                result[code, day] = taxes[code].at(day)
    return result


def _rate_day_of_line(document: DocumentHeader, line: Line, latest: Mapping[str, date]) -> date:
    """The day whose rate a line has; `latest`: that of each code in the documents that it corrects."""
    supplied_on = line.supplied_on or line.end or line.expense_date
    if supplied_on or not document.corrected:
        return rate_day(document, supplied_on)
    if line.corrects_line and len(document.corrected) == 1:
        corrected_lines = document.corrected[0].lines[line.corrects_line - 1 : line.corrects_line]
        if corrected_lines:
            return corrected_lines[0].tax_point or document.tax_day
    return latest.get(line.tax) or rate_day(document, None)


def _version(document: DocumentHeader, code: str, day: date, versions: dict[CodeAndDay, Tax]) -> CodeAndDay | None:
    """The version of a code that applies on a day, added to `versions`: as on the document's day if its rates are the same;
    None for a code that has had one rate.
    """
    if code not in document.context.codes_with_several_rates:
        return None
    dated = document.context.taxes[code]
    if tax.rates_of(dated.at(day)) == tax.rates_of(dated.at(document.tax_day)):
        day = document.tax_day
    versions[code, day] = dated.at(day)
    return code, day


def named_tax(document: DocumentHeader, name: str, source: Source) -> str:
    """The tax that a tax posting means; its name may include a rate: "VAT 20%"."""
    taxes = document.context.taxes
    code = tax.code_of_name(name, taxes)
    if code == name:
        return name
    name = tax.normalized_code_name(name, taxes)
    if name in document.taxes_by_name:
        return name
    versions = [version for version in document.taxes_by_name.values() if tax.code_of_name(version.code, taxes) == code]
    meant = next((version.code for version in versions if tax.name_at_rate(code, version.rate) == name), "")
    found = joined(_(" and "), (f"{version.rate} %" for version in versions))
    remedy = _('write tax: "{meant}"', meant=meant or (versions[0].code if versions else code))
    if not meant:
        remedy += _(", or write on the line the day of supply, delivered: …")
    document.findings.error(
        "tax-code",
        _(
            "{number}: {name}: {versions}: {remedy}",
            number=document.number,
            name=name,
            versions=(
                _("its lines under {code} have {found}", code=code, found=found)
                if versions
                else _("no line is under {code}", code=code)
            ),
            remedy=remedy,
        ),
        source,
    )
    return meant or (versions[0].code if versions else code)
