"""What is wrong in a fichier des écritures comptables (FEC), whoever made it: livre des procédures fiscales (LPF), art. A47 A-1.

The file is read as widely as the article allows: tabs or vertical bars between fields, amounts as Debit and Credit or as Montant
and Sens, the 18 columns of a commercial accounting or the 22 of a cash accounting (VIII). Lines are counted from 1, the titles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from beancount_invoicing.accounting.fec import COLUMNS
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Severity

CASH_COLUMNS = ("DateRglt", "ModeRglt", "NatOp", "IdClient")
"""The further columns of a cash accounting (VIII, 3° and 5°)."""
_REQUIRED = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "PieceRef", "PieceDate", "EcritureLib",
    "ValidDate",
)  # fmt: skip
_DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate")
_TOGETHER = (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise"))
_NAME = re.compile(r"([0-9]{9})FEC([0-9]{8})", re.IGNORECASE)
_AMOUNT = re.compile(r"[+-]?[0-9]+(,[0-9]*)?")


class FecFinding(NamedTuple):
    """Something wrong (`error`) or doubtful (`warning`) in the file; `line` 0: in the file as a whole."""

    line: int
    severity: Severity
    rule: str
    message: str


class FecSummary(NamedTuple):
    """What a file holds, and what is wrong in it."""

    lines: int
    entries: int
    debit: Decimal
    credit: Decimal
    first: date | None
    last: date | None
    findings: tuple[FecFinding, ...]

    @property
    def is_valid(self) -> bool:
        """Whether nothing in it is an error."""
        return not any(finding.severity == "error" for finding in self.findings)


class _Line(NamedTuple):
    number: int
    fields: dict[str, str]
    debit: Decimal
    credit: Decimal
    day: date | None


class _Findings:
    """What was found so far."""

    def __init__(self) -> None:
        self.found: list[FecFinding] = []

    def error(self, line: int, rule: str, message: str) -> None:
        """Notes an error."""
        self.found.append(FecFinding(line, "error", rule, message))

    def warning(self, line: int, rule: str, message: str) -> None:
        """Notes a warning."""
        self.found.append(FecFinding(line, "warning", rule, message))


def check_fec(content: bytes, name: str = "") -> FecSummary:
    """Checks the bytes of a file; `name` is its name, which has a SIREN and a closing day in it. Raises nothing."""
    findings = _Findings()
    titles, rows = _rows(_decoded(content, findings), findings)
    lines = list(_lines(titles, rows, findings)) if titles else []
    closing = _closing_day(name, findings)
    _check_entries(lines, findings)
    _check_labels(lines, findings)
    _check_order(lines, findings)
    _check_numbers(lines, findings)
    _check_year(lines, closing, findings)
    _check_lettering(lines, findings)
    days = [line.day for line in lines if line.day]
    return FecSummary(
        lines=len(lines),
        entries=len({(line.fields["JournalCode"], line.fields["EcritureNum"]) for line in lines}),
        debit=sum((line.debit for line in lines), ZERO),
        credit=sum((line.credit for line in lines), ZERO),
        first=min(days, default=None),
        last=max(days, default=None),
        findings=tuple(sorted(findings.found)),
    )


# reading -----------------------------------------------------------------------------------------------------------------


def _decoded(content: bytes, findings: _Findings) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("iso-8859-15")
    if not text.isascii():
        message = _("the file is in UTF-8, but the article names ASCII, ISO 8859-15 and EBCDIC (III, 1°)")
        findings.warning(0, "encoding", message)
    return text


def _rows(text: str, findings: _Findings) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The titles, and the lines with their numbers; no titles if they are not those of the article."""
    head, *lines = text.split("\n")
    separator = "\t" if "\t" in head else "|"
    titles = [title.strip() for title in head.split(separator)]
    wanted = list(COLUMNS)
    if "montant" in (title.casefold() for title in titles):
        wanted[11:13] = ["Montant", "Sens"]
    known = {title.casefold(): title for title in (*wanted, *CASH_COLUMNS)}
    titles = [known.get(title.casefold(), title) for title in titles]
    if missing := [title for title in wanted if title not in titles]:
        message = _(
            "{missing} is missing: the first line must name the 18 columns of art. A47 A-1", missing=", ".join(missing)
        )
        findings.error(1, "columns", message)
        return [], []
    if titles[: len(wanted)] != wanted:
        findings.warning(1, "column-order", _("the columns stand in another order than in art. A47 A-1, VII"))
    return titles, [
        (number, line.rstrip("\r").split(separator)) for number, line in enumerate(lines, 2) if line.strip()
    ]


def _lines(titles: Sequence[str], rows: Sequence[tuple[int, list[str]]], findings: _Findings) -> Iterator[_Line]:
    """The lines, each checked by itself."""
    for number, cells in rows:
        if len(cells) == len(titles):
            yield _line(number, dict(zip(titles, (cell.strip() for cell in cells), strict=True)), findings)
        else:
            message = _("{count} fields instead of {wanted}", count=len(cells), wanted=len(titles))
            findings.error(number, "fields", message)


def _line(number: int, fields: dict[str, str], findings: _Findings) -> _Line:
    for title in (title for title in _REQUIRED if not fields[title]):
        findings.error(number, "empty", _("{title} is empty", title=title))
    days = {title: _day(title, number, fields[title], findings) for title in _DATES if fields[title]}
    account = fields["CompteNum"]
    if account and not re.match(r"[0-9]{3}", account):
        message = _("CompteNum is {account}: its first three characters must be digits", account=account)
        findings.error(number, "account", message)
    for first, second in _TOGETHER:
        if bool(fields[first]) != bool(fields[second]):
            message = _("{first} and {second} must both be filled, or both be empty", first=first, second=second)
            findings.error(number, "together", message)
    _amount("Montantdevise", number, fields, findings)
    debit, credit = _sides(number, fields, findings)
    day, valid = days.get("EcritureDate"), days.get("ValidDate")
    if day and valid and valid < day:
        findings.warning(
            number, "valid-date", _("ValidDate {valid} is before EcritureDate {day}", valid=valid, day=day)
        )
    return _Line(number, fields, debit, credit, day)


def _day(title: str, number: int, text: str, findings: _Findings) -> date | None:
    try:
        if re.fullmatch(r"[0-9]{8}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    findings.error(number, "date", _("{title} is {text}: a day is written YYYYMMDD", title=title, text=text))
    return None


def _amount(title: str, number: int, fields: dict[str, str], findings: _Findings) -> Decimal:
    """An amount; 0 if the field is empty, or no number."""
    text = fields[title]
    if text and not _AMOUNT.fullmatch(text):
        message = _("{title} is {text}: write a decimal comma, and no separator of thousands", title=title, text=text)
        findings.error(number, "amount", message)
    plain = re.sub(r"\s", "", text).replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", plain) else ZERO


def _sides(number: int, fields: dict[str, str], findings: _Findings) -> tuple[Decimal, Decimal]:
    """Debit and credit of a line."""
    if "Montant" in fields:
        amount = _amount("Montant", number, fields, findings)
        side = fields["Sens"].upper()
        if side not in {"D", "C", "+1", "-1", "1"}:
            findings.error(number, "side", _('Sens is "{side}": it must be D or C, or +1 or -1', side=side))
        return (ZERO, amount) if side in {"C", "-1"} else (amount, ZERO)
    debit, credit = _amount("Debit", number, fields, findings), _amount("Credit", number, fields, findings)
    if debit and credit:
        message = _("Debit {debit} and Credit {credit} on one line: one must be 0", debit=debit, credit=credit)
        findings.error(number, "both-sides", message)
    elif not debit and not credit:
        findings.warning(number, "no-amount", _("neither Debit nor Credit has an amount"))
    return debit, credit


# what lines say together -------------------------------------------------------------------------------------------------


def _check_entries(lines: Sequence[_Line], findings: _Findings) -> None:
    """Each entry balances, and has one date."""
    entries: defaultdict[tuple[str, str], list[_Line]] = defaultdict(list)
    for line in lines:
        entries[line.fields["JournalCode"], line.fields["EcritureNum"]].append(line)
    for (journal, entry), members in entries.items():
        debit, credit = sum((line.debit for line in members), ZERO), sum((line.credit for line in members), ZERO)
        if debit != credit:
            message = _(
                "entry {entry} of journal {journal} does not balance: debit {debit}, credit {credit}",
                entry=entry,
                journal=journal,
                debit=debit,
                credit=credit,
            )
            findings.error(members[0].number, "balance", message)
        if len({line.fields["EcritureDate"] for line in members}) > 1:
            message = _("entry {entry} of journal {journal} has several dates", entry=entry, journal=journal)
            findings.error(members[0].number, "entry-date", message)


def _check_labels(lines: Sequence[_Line], findings: _Findings) -> None:
    """An account has one label."""
    labels: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for line in lines:
        labels[line.fields["CompteNum"]].setdefault(line.fields["CompteLib"], line.number)
    for account, places in labels.items():
        if len(places) > 1:
            message = _("CompteNum {account} has several labels: {labels}", account=account, labels=", ".join(places))
            findings.warning(list(places.values())[1], "label", message)


def _check_order(lines: Sequence[_Line], findings: _Findings) -> None:
    """Lines stand in the order in which they were validated (VII)."""
    latest = ""
    for line in lines:
        valid = line.fields["ValidDate"]
        if valid < latest:
            message = _(
                "ValidDate {valid} stands after {latest}: lines are in the order of validation",
                valid=valid,
                latest=latest,
            )
            findings.warning(line.number, "order", message)
        latest = max(latest, valid)


def _check_numbers(lines: Sequence[_Line], findings: _Findings) -> None:
    """Entries are numbered without a gap: in the whole file, or in each journal."""
    by_journal: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for line in lines:
        if digits := re.search(r"([0-9]{1,18})[^0-9]*\Z", line.fields["EcritureNum"]):
            by_journal[line.fields["JournalCode"]].setdefault(int(digits[1]), line.number)
    if not _gaps({number for numbers in by_journal.values() for number in numbers}):
        return
    for journal, numbers in by_journal.items():
        for before, after in _gaps(numbers):
            message = _(
                "journal {journal}: entry {after} follows {before}", journal=journal, after=after, before=before
            )
            findings.warning(numbers[after], "gap", message)


def _gaps(numbers: set[int] | dict[int, int]) -> list[tuple[int, int]]:
    return [(before, after) for before, after in pairwise(sorted(numbers)) if after != before + 1]


def _check_year(lines: Sequence[_Line], closing: date | None, findings: _Findings) -> None:
    """Entries are of the financial year that ends on the day in the file's name; a year has at most 24 months."""
    for line in lines:
        if closing and line.day and not 0 <= (closing - line.day).days <= 731:
            message = _(
                "EcritureDate {day} is not in the year that ends on {closing}, as the file's name says",
                day=line.day,
                closing=closing,
            )
            findings.error(line.number, "year", message)


def _check_lettering(lines: Sequence[_Line], findings: _Findings) -> None:
    """The lines of a code on an account add up to zero."""
    sets: defaultdict[tuple[str, str, str], list[_Line]] = defaultdict(list)
    for line in lines:
        if line.fields["EcritureLet"]:
            sets[line.fields["CompteNum"], line.fields["CompAuxNum"], line.fields["EcritureLet"]].append(line)
    for (account, auxiliary, code), members in sets.items():
        if left := sum((line.debit - line.credit for line in members), ZERO):
            message = _(
                "{account}: what is lettered {code} adds up to {left}, not to 0",
                account=f"{account} {auxiliary}".strip(),
                code=code,
                left=left,
            )
            findings.warning(members[0].number, "letter-balance", message)


def _closing_day(name: str, findings: _Findings) -> date | None:
    """The closing day that the file's name says."""
    if not name:
        return None
    match = _NAME.match(name)
    if match:
        try:
            return date(int(match[2][:4]), int(match[2][4:6]), int(match[2][6:]))
        except ValueError:
            pass
    message = _(
        "the file is called {name}, but must be called by SIREN and closing day: 123456782FEC20261231.txt", name=name
    )
    findings.error(0, "name", message)
    return None
