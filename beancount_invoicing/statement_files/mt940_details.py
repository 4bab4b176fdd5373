"""The content of field :86: of an MT940 movement: banks of each country have their own form.

- Germany, Austria, Poland: subfields `?00` to `?99` after a code of three digits; words such as `EREF+` and `SVWZ+` in `?20` to
  `?29` and `?60` to `?63`. Source: Deutsche Kreditwirtschaft, DFÜ-Abkommen, annex 3.
- The Netherlands, Belgium, France, Nordic banks: words between slashes, `/EREF/…/NAME/…/REMI/…`. Source: SWIFT's common rules.
- All others: text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from beancount_invoicing.statement_files.values import compact, iban_in, one_line, real_reference

_SUBFIELDS = re.compile(r"(?P<code>\d{3})(?P<separator>[?<>~^@])(?=\d\d)", re.ASCII)
_SEPA_WORD = re.compile(
    r"(?:^|(?<=[\s?])|(?<=\S))(EREF|KREF|MREF|BREF|RREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|CMPS|MDAT)\+"
)
_SLASH_WORD = re.compile(
    r"/(TRTP|TRCD|EREF|MARF|PREF|CREF|KREF|SVCL|CSID|IBAN|BIC|NAME|BENM|ORDP|REMI|ADDR|RTRN|ULTB|ULTD|ULTC|PURP|OCMT|CHGS|EXCH|ACCT"
    r"|ID|USTD|STRD|CITY|COMM)(?=/)"
)
_SUBFIELD_LENGTH = 27
"""A name of this length goes on in the next subfield without a space."""
_MONEY = re.compile(r"([A-Z]{3})\s?(\d{1,15}(?:,\d{0,5})?)|(\d{1,15}(?:,\d{0,5})?)\s?([A-Z]{3})?", re.ASCII)
_REASON = re.compile(r"\b([A-Z]{2}\d{2})\b")


class StatementDetails(NamedTuple):
    """The content of a field :86:; amounts are texts with a decimal comma and their currency."""

    text: str = ""
    name: str = ""
    iban: str = ""
    end_to_end_id: str = ""
    mandate: str = ""
    references: tuple[str, ...] = ()
    return_reason: str = ""
    business_code: str = ""
    ultimate: str = ""
    ordered: tuple[str, str] | None = None
    charges: tuple[str, str] | None = None


def read_details(content: str) -> StatementDetails:
    """The content of a field :86:, in any of the forms; anything in an unknown form is text."""
    joined = content.replace("\r", "")
    if found := _SUBFIELDS.match(joined):
        return _subfields(joined, found["code"], found["separator"])
    if _SLASH_WORD.search(joined.replace("\n", "")):
        return _slashes(joined.replace("\n", ""))
    return StatementDetails(text=one_line(joined))


def _subfields(content: str, code: str, separator: str) -> StatementDetails:
    """Subfields; the lines of the file are cut anywhere, and so are the subfields of the text."""
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for part in content.replace("\n", "").split(separator)[1:]:
        if part[:2].isdigit():
            parts[part[:2]].append(part[2:])
    text = "".join("".join(parts[key]) for key in sorted(parts) if "20" <= key <= "29" or "60" <= key <= "63")
    words = _words(text)
    first, second = "".join(parts["32"]), "".join(parts["33"])
    name = one_line(first + second) if len(first) == _SUBFIELD_LENGTH else one_line(first, second)
    return StatementDetails(
        text=one_line(words.get("SVWZ", "" if words else _with_spaces(parts))) or one_line(words.get("", "")),
        name=name,
        iban=iban_in("".join(parts["31"])) or iban_in(words.get("IBAN", "")),
        end_to_end_id=real_reference(words.get("EREF", "")) or real_reference(words.get("KREF", "")),
        mandate=real_reference(words.get("MREF", "")),
        return_reason=_returned(words.get("SVWZ", text)) if parts.get("34") or "RETOURE" in text.upper() else "",
        business_code=code,
        ultimate=one_line(words.get("ABWA", "")) or one_line(words.get("ABWE", "")),
        ordered=_money(words.get("OAMT", "")),
        charges=_money(words.get("COAM", "")),
    )


def _with_spaces(parts: Mapping[str, list[str]]) -> str:
    """The text without any of the words of SEPA: each subfield is a line."""
    return " ".join(" ".join(parts[key]) for key in sorted(parts) if "20" <= key <= "29" or "60" <= key <= "63")


def _words(text: str) -> dict[str, str]:
    """What follows each of the words of SEPA (EREF+ …); "" is what is before the first of several, nothing if none is."""
    marks = list(_SEPA_WORD.finditer(text))
    if not marks:
        return {}
    words = {"": text[: marks[0].start()]}
    for place, tag in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        words.setdefault(tag[1], text[tag.end() : end].strip())
    return words


def _returned(text: str) -> str:
    """The ISO code of a return's reason where the text names one, such as AM04."""
    found = _REASON.search(text)
    return found[1] if found else ""


def _slashes(content: str) -> StatementDetails:
    """Words between slashes; `/BENM//NAME/…` and `/REMI/USTD//…` nest, and the last word before a text holds it."""
    marks = list(_SLASH_WORD.finditer(content))
    words: dict[str, str] = {}
    group = ""
    for place, tag in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(content)
        value = content[tag.end() : end].strip("/ ")
        word = tag[1]
        if word in {"BENM", "ORDP", "ULTB", "ULTD", "ULTC", "REMI"}:
            group = word
        elif word not in {"NAME", "ID", "USTD", "STRD", "ADDR", "CITY", "ACCT", "IBAN", "BIC"}:
            group = ""
        words.setdefault(f"{group}.{word}" if group and group != word else word, value)
    structured = words.get("REMI.STRD", "")
    references = tuple(compact(part) for part in re.split(r"CUR/|ISO/|/", structured) if part.strip())[-1:]
    ultimate = next(
        (words[key] for key in ("ULTD.NAME", "ULTD", "ULTC.NAME", "ULTC", "ULTB.NAME", "ULTB") if words.get(key)), ""
    )
    return StatementDetails(
        text=one_line(words.get("REMI.USTD", "") or words.get("REMI", "") or words.get("OCMT", "")),
        name=one_line(
            words.get("NAME")
            or words.get("ORDP.NAME")
            or words.get("BENM.NAME")
            or words.get("ORDP")
            or words.get("BENM")
            or ""
        ),
        iban=next(
            (iban for key, value in words.items() if key.endswith(("IBAN", "ACCT")) and (iban := iban_in(value))), ""
        ),
        end_to_end_id=real_reference(words.get("EREF", "")),
        mandate=real_reference(words.get("MARF", "")),
        references=references,
        return_reason=_returned(words.get("RTRN", "")),
        ultimate=one_line(ultimate),
        ordered=_money(words.get("OCMT", "")),
        charges=_money(words.get("CHGS", "")),
    )


def _money(text: str) -> tuple[str, str] | None:
    """The amount and currency of a text such as EUR12,50; None if it is none."""
    found = _MONEY.match(text.strip().lstrip("/"))
    if not found:
        return None
    return (found[2] or found[3], found[1] or found[4] or "")
