"""Why no VAT is charged, in words: the sentence of each code of the list VATEX, and of small businesses."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from beancount_invoicing.law.country import small_business_words
from beancount_invoicing.law.data import load_data, row_in_force

_FILE = "exemptions.toml"
_VATEX = re.compile(r"VATEX-[A-Z0-9-]+\Z")
_OF_DIRECTIVE = re.compile(r"VATEX-EU-(\d+)(?:-(\d+)?([A-Z]+)?)?\Z")
_OF_FRANCE = re.compile(r"VATEX-FR-CGI(\d+)([A-Z]?)(?:-(\d+)(BIS)?)?\Z")
_FRANCHISE = "VATEX-FR-FRANCHISE"
USUAL_VATEX = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
"""The VATEX code of each category that has one of its own."""


def is_vatex(reason: str) -> bool:
    """Whether a reason is a code, known or unknown, and not a text."""
    return bool(_VATEX.match(reason))


@cache
def exemption(code: str, language: str, day: date) -> str | None:
    """The sentence of a VATEX code on an invoice of `day`, in `language` or else in English; None for an unknown code.

    It names the exempting article, as directive 2006/112/EC, art. 226 (11), requires. The mentions of (11a), (13) and
    (14) have the directive's own words.
    """
    if code == _FRANCHISE:
        rows = [row for row in load_data("mentions.toml")["FR"] if row["key"] == "franchise"]
        row = row_in_force(rows, day)
        return _in(row, language) if row else None
    data = load_data(_FILE)
    own = next((rows for rows in data.values() if code in rows.get("codes", ())), None)
    if found := _OF_DIRECTIVE.match(code):
        parts = dict(
            zip(("number", "paragraph", "point"), (group and group.lower() for group in found.groups()), strict=True)
        )
        forms: list[str] = _in(data["reference"], language)
        article = "".join(
            form.format(**parts)
            for form, name in zip(forms, ("number", "paragraph", "point", "number"), strict=True)
            if parts[name]
        )
        return str(_in(own or data["exempt"], language)).format(article=article)
    if found := _OF_FRANCE.match(code):
        number, letter, paragraph, bis = found.groups()
        article = f"art.\u00a0{number}" + (f"\u00a0{letter}" if letter else "")
        if paragraph:  # "261, 4" but "261 C, 1°": as each article counts
            article += f",\u00a0{paragraph}" + ("°" if letter else "") + ("\u00a0bis" if bis else "")
        return str(_in(own or data["exempt-FR"], language)).format(article=f"{article} du CGI")
    return str(_in(own, language)) if own else None


def why_untaxed(category: str, reason: str, label: str, language: str, day: date, home: str = "") -> tuple[str, str]:
    """Why no VAT is charged under a tax code (BT-120), and the code of the list VATEX (BT-121, "" for none).

    If `reason` is a VATEX code, its sentence; a text stays as it is. Without a reason, the usual words for reverse
    charge and for supplies to another member state, else the tax's own `label`. ("", "") if VAT is charged (S, Z, L,
    M). `home`: the country in which both seller and customer are; its law may prescribe its own words for reverse
    charge.
    """
    if category in {"S", "Z", "L", "M"}:
        return "", ""
    if (
        category == "AE"
        and (not reason or reason == USUAL_VATEX["AE"])
        and (own := _reverse_charge_in(home, language, day))
    ):
        return own, USUAL_VATEX["AE"]
    if is_vatex(reason):
        return exemption(reason, language, day) or label, reason
    code = USUAL_VATEX.get(category, "")
    if not reason and category in {"AE", "K"}:
        return exemption(code, language, day) or label, code
    return reason or label, code


def small_business(country: str, language: str) -> str:
    """The sentence of a small business of a member state that charges no VAT, in `language`: the country's own words,
    else article 284 of the directive. "" outside the Union and in Spain, where no sentence is required, and in France,
    which has a VATEX code for it.
    """
    if own := small_business_words(country, language):
        return own
    general = load_data(_FILE)["small-business-directive"]
    return str(_in(general, language)) if country in general["countries"] else ""


def _reverse_charge_in(country: str, language: str, day: date) -> str:
    """What a country's own reverse charge says on invoices of `day`, in `language` or else the first of its law; "" for none."""
    row = load_data(_FILE)["reverse-charge-at-home"].get(country)
    if row is None or day < row["from"]:
        return ""
    texts = [text for key, text in row.items() if key != "from"]
    return str(row.get(language, texts[0]))


def _in(texts: dict[str, Any], language: str) -> Any:
    return texts.get(language, texts["en"])
