"""The lines of a flat FEC that anybody made, from its bytes: LPF, art. A47 A-1.

It is read as widely as the article allows, and further, so that what is wrong can be named: ASCII, ISO 8859-15 or EBCDIC; lines
ended by CR, LF or both; tabs or vertical bars between the fields.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from beancount_invoicing.accounting.fec import COLUMNS
from beancount_invoicing.accounting.fec_findings import FecFindings
from beancount_invoicing.messages import _

CASH_COLUMNS = ("DateRglt", "ModeRglt", "NatOp", "IdClient")
"""The further columns of a cash accounting (VIII, 5° and 7°)."""
_VARIANTS = {"compteauxnum": "CompAuxNum", "compteauxlib": "CompAuxLib"}
"""Names of columns that the tax office's own schemas use as well."""
_SEPARATORS = ("\t", "|", ";", ",")
_EBCDIC = ("cp500", "cp1140", "cp273")
"""EBCDIC: international, with the euro, German; they differ in the vertical bar and in accents."""
_FIRST_TITLE = "journalcode"


class FecTable(NamedTuple):
    """The columns by the article's names, and each line with its number (from 1, the titles); no titles: it cannot be read."""

    titles: Sequence[str]
    lines: Sequence[tuple[int, dict[str, str]]]
    is_xml: bool = False
    closing_day: str = ""
    """Of XML: the year's last day, YYYYMMDD."""


def read_flat(content: bytes, findings: FecFindings) -> FecTable:
    """Reads a flat file; what hinders it, or what the article does not allow, goes into `findings`."""
    return _flat(_decoded(content, findings), findings)


def _decoded(content: bytes, findings: FecFindings) -> str:
    for code in _EBCDIC:
        head = content[:2000].decode(code)
        if head.casefold().lstrip().startswith(_FIRST_TITLE) and any(separator in head for separator in ("\t", "|")):
            return content.decode(code).replace("\x85", "\n")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        message = _(
            "the file is in UTF-16, but the article names ASCII, ISO 8859-15 and EBCDIC (III, 1°): save it in one of them"
        )
        findings.error(0, "encoding", message)
        return content.decode("utf-16", errors="replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if re.search(rb"[\x80-\x9f]", content):
            message = _("the file is in Windows-1252, but the article names ASCII, ISO 8859-15 and EBCDIC (III, 1°)")
            findings.warning(0, "encoding", message)
            return content.decode("cp1252", errors="replace")
        return content.decode("iso-8859-15")
    if not text.isascii():
        message = _("the file is in UTF-8, but the article names ASCII, ISO 8859-15 and EBCDIC (III, 1°)")
        findings.warning(0, "encoding", message)
    return text


def _flat(text: str, findings: FecFindings) -> FecTable:
    head, *rest = re.split(r"\r\n|\r|\n", text)
    separator = max(
        _SEPARATORS, key=lambda character: (len(_known(_cells(head, character))), -_SEPARATORS.index(character))
    )
    titles = _cells(head, separator)
    wanted = list(COLUMNS)
    if "montant" in (title.casefold() for title in titles):
        wanted[11:13] = ["Montant", "Sens"]
    if not _known(titles):
        findings.error(1, "titles", _no_titles(head))
        return FecTable((), ())
    _check_form(head, separator, findings)
    titles = _named(titles, wanted)
    if not _check_titles(titles, wanted, findings):
        return FecTable((), ())
    lines = ((number, _cells(line, separator)) for number, line in enumerate(rest, 2) if line.strip())
    return FecTable(titles, list(_whole(titles, lines, findings)))


def _cells(line: str, separator: str) -> list[str]:
    """The fields of a line; quotes around fields are taken off."""
    if line.startswith('"'):
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    return [cell.strip() for cell in line.split(separator)]


def _known(titles: Sequence[str]) -> list[str]:
    """Those that are names of columns."""
    known = {title.casefold() for title in (*COLUMNS, *CASH_COLUMNS, "Montant", "Sens")}
    return [title for title in titles if title.casefold() in known]


def _named(titles: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The titles as the article writes them."""
    known = {**_VARIANTS, **{title.casefold(): title for title in (*wanted, *CASH_COLUMNS)}}
    return [known.get(title.casefold(), title) for title in titles]


def _no_titles(head: str) -> str:
    start = head[:60].replace("\t", " ").strip()
    if not start:
        return _("the first line is empty: it must name the 18 columns of art. A47 A-1")
    return _(
        'the first line is "{start}…": it must name the 18 columns of art. A47 A-1, from JournalCode to Idevise, and the '
        "entries begin below it",
        start=start,
    )


def _check_form(head: str, separator: str, findings: FecFindings) -> None:
    """Fields are separated by a tab or a vertical bar, and not in quotes (VI, 1°)."""
    if separator not in "\t|":
        message = _(
            "fields are separated by {separator}, but must be by a tab or a vertical bar | (VI, 1°)",
            separator=separator,
        )
        findings.error(1, "separator", message)
    if head.startswith('"'):
        findings.error(1, "quotes", _("fields are in quotes, which the article does not allow: write them without"))


def _check_titles(titles: Sequence[str], wanted: Sequence[str], findings: FecFindings) -> bool:
    """All columns are there, once; in the article's order."""
    missing = [title for title in wanted if title not in titles]
    doubled = sorted({title for title in wanted if titles.count(title) > 1})
    others = [title for title in titles if title and title not in wanted and title not in CASH_COLUMNS]
    if missing and others:
        message = _(
            "{missing} is missing, and {others} is not a column of the article: the first line must name the 18 columns of art. "
            "A47 A-1",
            missing=", ".join(missing),
            others=", ".join(others),
        )
        findings.error(1, "columns", message)
    elif missing:
        message = _(
            "{missing} is missing: the first line must name the 18 columns of art. A47 A-1", missing=", ".join(missing)
        )
        findings.error(1, "columns", message)
    if doubled:
        findings.error(1, "columns", _("{titles} is twice in the first line", titles=", ".join(doubled)))
    if missing or doubled:
        return False
    if list(titles[: len(wanted)]) != list(wanted):
        findings.warning(1, "column-order", _("the columns are not in the order of art. A47 A-1, VII"))
    return True


def _whole(
    titles: Sequence[str], lines: Iterator[tuple[int, list[str]]], findings: FecFindings
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines that have a field for each title."""
    for number, cells in lines:
        if len(cells) == len(titles):
            yield number, dict(zip(titles, cells, strict=True))
        else:
            message = _("{count} fields instead of {wanted}", count=len(cells), wanted=len(titles))
            findings.error(number, "fields", message)
