"""A FEC in XML (LPF, art. A47 A-1, VI, 2°), as the lines of a flat one.

Its structure is that of the tax office's schemas formatA47A-I-VII-1.xsd, VIII-3, VIII-5 and VIII-7: comptabilite, exercice,
journal, ecriture, ligne. What they call for is checked here, so that an error has its line and says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from beancount_invoicing.accounting.fec import COLUMNS
from beancount_invoicing.accounting.fec_findings import FecFindings
from beancount_invoicing.accounting.fec_reading import CASH_COLUMNS, FecTable
from beancount_invoicing.messages import _

if TYPE_CHECKING:
    from lxml.etree import _Element


class _Part(NamedTuple):
    """An element's children: those that it must have, and all that it may have before any others, in their order."""

    required: tuple[str, ...]
    order: tuple[str, ...]


_EXERCISE = _Part(("DateCloture", "journal"), ("DateCloture", "journal"))
_JOURNAL = _Part((), ("JournalCode", "JournalLib", "ecriture"))
_ENTRY_ORDER = (
    "EcritureNum", "EcritureDate", "EcritureLib", "PieceRef", "PieceDate", "EcritureLet", "DateLet", "ValidDate", *CASH_COLUMNS,
    "ligne",
)  # fmt: skip
_ENTRY = _Part(
    ("EcritureNum", "EcritureDate", "EcritureLib", "PieceRef", "PieceDate", "ValidDate", "ligne"), _ENTRY_ORDER
)
_LINE = _Part(
    ("CompteLib",),
    (
        "CompteNum", "CompteLib", "CompAuxNum", "CompteAuxNum", "CompAuxLib", "CompteAuxLib", "Montantdevise", "Idevise", "Debit",
        "Credit", "Montant", "Sens",
    ),
)  # fmt: skip
_MANY = {"journal", "ecriture", "ligne"}
_AMOUNTS = {("Debit",), ("Credit",), ("Montant", "Sens")}
_DATES = {"EcritureDate", "PieceDate", "DateLet", "ValidDate", "DateRglt"}


def is_xml(content: bytes) -> bool:
    """Whether a file's first character is that of XML."""
    return re.match(rb"(\xef\xbb\xbf)?\s*<", content) is not None


def read_xml(content: bytes, findings: FecFindings) -> FecTable:
    """The lines of a file, numbered by the line of their `ligne` in it."""
    root = _root(content, findings)
    if root is None:
        return FecTable((), ())
    if _tag(root) != "comptabilite":
        message = _("the root is {tag}, but must be comptabilite (formatA47A-I-VII-1.xsd)", tag=_tag(root))
        findings.error(_at(root), "structure", message)
        return FecTable((), ())
    years = [child for child in root if _tag(child) == "exercice"]
    if len(years) != 1:
        message = _("comptabilite has {count} exercice, but must have 1", count=len(years))
        findings.error(_at(root), "structure", message)
    lines = [line for year in years for line in _year_lines(year, findings)]
    closing = _day(_text(years[0], "DateCloture")) if years else ""
    is_cash = any("DateRglt" in fields for _number, fields in lines)
    titles = (*COLUMNS, *CASH_COLUMNS) if is_cash else COLUMNS
    whole = [(number, {**dict.fromkeys(titles, ""), **fields}) for number, fields in lines]
    return FecTable(titles, whole, is_xml=True, closing_day=closing)


def _root(content: bytes, findings: FecFindings) -> _Element | None:
    """The root of XML that declares no entities; nothing is fetched or expanded."""
    from lxml import etree

    if found := re.search(rb"<!(?:DOCTYPE|ENTITY)", content):
        line = content.count(b"\n", 0, found.start()) + 1
        findings.error(line, "structure", _("the XML declares a document type: the schemas of the article have none"))
        return None
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 0) or 0
        findings.error(line, "structure", _("the XML cannot be read: {error}", error=error))
        return None


def _year_lines(year: _Element, findings: FecFindings) -> Iterator[tuple[int, dict[str, str]]]:
    _check(year, _EXERCISE, findings)
    if (text := _text(year, "DateCloture")) and not _day(text):
        findings.error(_at(year), "date", _not_a_day("DateCloture", text))
    for journal in year.iterchildren("journal"):
        _check(journal, _JOURNAL, findings)
        for entry in journal.iterchildren("ecriture"):
            _check(entry, _ENTRY, findings)
            if sum(1 for _child in entry.iterchildren("ligne")) < 2:
                number = _text(entry, "EcritureNum")
                message = _("entry {number} has fewer than two lines", number=number)
                findings.error(_at(entry), "structure", message)
            head = {
                **{title: _text(journal, title) for title in ("JournalCode", "JournalLib")},
                **_entry_fields(entry, findings),
            }
            for line in entry.iterchildren("ligne"):
                _check(line, _LINE, findings)
                yield _at(line), {**head, **_line_fields(line, findings)}


def _entry_fields(entry: _Element, findings: FecFindings) -> dict[str, str]:
    """What an entry says of all of its lines. Its letter is not among them: it does not say of which lines it is."""
    fields = {title: _text(entry, title) for title in _ENTRY_ORDER[:-1] if entry.find(title) is not None}
    for title in _DATES & fields.keys():
        if fields[title] and not _day(fields[title]):
            findings.error(_at(entry), "date", _not_a_day(title, fields[title]))
        fields[title] = _day(fields[title])
    if bool(fields.pop("EcritureLet", "")) != bool(fields.pop("DateLet", "")):
        message = _("{first} and {second} must both be filled, or both be empty", first="EcritureLet", second="DateLet")
        findings.warning(_at(entry), "together", message)
    return fields


def _line_fields(line: _Element, findings: FecFindings) -> dict[str, str]:
    amounts = tuple(title for title in ("Debit", "Credit", "Montant", "Sens") if line.find(title) is not None)
    if amounts not in _AMOUNTS:
        message = _("the line has {amounts}, but must have Debit, Credit, or Montant and Sens", amounts=_list(amounts))
        findings.error(_at(line), "structure", message)
    fields = {title: _text(line, title) for title in ("CompteNum", "CompteLib", "Montantdevise", "Idevise")}
    for title in ("CompAuxNum", "CompAuxLib"):
        fields[title] = _text(line, title) or _text(line, title.replace("Comp", "Compte"))
    for title in ("Debit", "Credit", "Montant"):
        if line.find(title) is not None:
            fields[title] = _comma(title, _text(line, title), line, findings)
    fields["Montantdevise"] = fields["Montantdevise"].replace(".", ",")
    if "Montant" in fields:
        is_credit = _text(line, "Sens").upper() in {"C", "-1"}
        if _text(line, "Sens").upper() not in {"C", "D", "-1", "+1"}:
            message = _('Sens is "{side}": it must be D or C, or +1 or -1', side=_text(line, "Sens"))
            findings.error(_at(line), "side", message)
        fields["Credit" if is_credit else "Debit"] = fields.pop("Montant")
    return fields


def _comma(title: str, text: str, line: _Element, findings: FecFindings) -> str:
    """An amount as a flat file writes it; XML writes a decimal point (xs:float)."""
    if re.fullmatch(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?([eE][+-]?[0-9])?", text, re.ASCII):
        return f"{Decimal(text):f}".replace(".", ",")
    message = _("{title} is {text}: write a decimal point, and no separator of thousands", title=title, text=text)
    findings.error(_at(line), "amount", message)
    return ""


def _check(element: _Element, part: _Part, findings: FecFindings) -> None:
    """An element has the children that it must have, in their order."""
    tags = [_tag(child) for child in element if _tag(child)]
    if missing := [title for title in part.required if title not in tags]:
        message = _("{tag} has no {missing}", tag=_tag(element), missing=_list(missing))
        findings.error(_at(element), "structure", message)
    unknown = [tag for tag in tags if tag not in part.order and part is not _LINE]  # a line may have further elements
    doubled = [tag for tag in dict.fromkeys(tags) if tags.count(tag) > 1 and tag in part.order and tag not in _MANY]
    if unknown or doubled:
        message = _("{tag} must not have {others} here", tag=_tag(element), others=_list([*unknown, *doubled]))
        findings.error(_at(element), "structure", message)
    if text := "".join([element.text or "", *(child.tail or "" for child in element)]).strip():
        message = _('{tag} has the text "{text}" between its elements', tag=_tag(element), text=text[:40])
        findings.error(_at(element), "structure", message)
    places = [part.order.index(tag) for tag in tags if tag in part.order]
    if places != sorted(places):
        message = _("{tag}: its elements must be in the order {order}", tag=_tag(element), order=", ".join(part.order))
        findings.error(_at(element), "structure", message)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "–"


def _not_a_day(title: str, text: str) -> str:
    return _("{title} is {text}: in XML, a day is written YYYY-MM-DD", title=title, text=text)


def _day(text: str) -> str:
    """A day, or a day with a time, as YYYYMMDD; "" if it is none."""
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+)?(Z|[+-][0-9:]+)?", text, re.ASCII)
    try:
        return f"{date.fromisoformat(found[1]):%Y%m%d}" if found else ""
    except ValueError:
        return ""


def _tag(element: _Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _text(element: _Element, title: str) -> str:
    return " ".join((element.findtext(title) or "").split())


def _at(element: _Element) -> int:
    return element.sourceline or 0
