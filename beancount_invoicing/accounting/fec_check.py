"""What is wrong in a fichier des écritures comptables (FEC), whoever made it: livre des procédures fiscales (LPF), art. A47 A-1.

Amounts may be as Debit and Credit or as Montant and Sens; columns are the 18 of a commercial accounting or the 21 or 22 of a
cash accounting (VIII), which need not use journals, account numbers and days of validation. Lines are counted from 1, the titles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from babel.numbers import is_currency

from beancount_invoicing.accounting.fec_findings import FecFinding, FecFindings
from beancount_invoicing.accounting.fec_reading import FecTable, read_flat
from beancount_invoicing.accounting.fec_xml import is_xml, read_xml
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules import identifiers

_REQUIRED = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "PieceRef", "PieceDate", "EcritureLib",
    "ValidDate",
)  # fmt: skip
_UNUSED_BY_CASH = {"JournalCode", "JournalLib", "CompteNum", "ValidDate"}
"""What a cash accounting leaves empty if it does not use it (VIII)."""
_DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate", "DateRglt")
_TOGETHER = (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise"))
_NAME = re.compile(r"([0-9]{9})FEC([0-9]{8})", re.IGNORECASE)
_AMOUNT = re.compile(r"[+-]?[0-9]{1,30}(,[0-9]{0,30})?|[0-9]{1,30}(,[0-9]{0,30})?[+-]", re.ASCII)
"""The sign is first or last (XII, 2°)."""


_PLAIN_AMOUNT = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{3}", re.ASCII)
_LAST_DIGITS = re.compile(r"([0-9]{1,18})[^0-9]*\Z", re.ASCII)
_BLANKS = re.compile(r"\s")
_DAY = re.compile(r"[0-9]{8}", re.ASCII)


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


def check_fec(content: bytes, name: str = "") -> FecSummary:
    """Checks the bytes of a file; `name` is its name, which has a SIREN and a closing day in it. Raises nothing."""
    findings = FecFindings()
    table = read_xml(content, findings) if is_xml(content) else read_flat(content, findings)
    lines = [_line(number, fields, findings) for number, fields in table.lines]
    if table.titles and not lines:
        findings.error(0, "no-entries", _("the file has titles alone, and no entry"))
    closing = _closing_day(name, table, findings)
    _check_entries(lines, findings)
    _check_labels(lines, findings)
    if not table.is_xml:  # there, lines stand by their journals
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


# each line by itself -----------------------------------------------------------------------------------------------------


def _line(number: int, fields: dict[str, str], findings: FecFindings) -> _Line:
    is_cash = "DateRglt" in fields
    for title in (title for title in _REQUIRED if not fields[title] and not (is_cash and title in _UNUSED_BY_CASH)):
        findings.error(number, "empty", _("{title} is empty", title=title))
    days = {title: _day(title, number, fields[title], findings) for title in _DATES if fields.get(title)}
    account = fields["CompteNum"]
    if account and not _ACCOUNT.match(account):
        message = _("CompteNum is {account}: its first three characters must be digits", account=account)
        findings.error(number, "account", message)
    for first, second in _TOGETHER:
        if bool(fields[first]) != bool(fields[second]):
            message = _("{first} and {second} must both be filled, or both be empty", first=first, second=second)
            findings.warning(number, "together", message)
    _amount("Montantdevise", number, fields, findings)
    if (currency := fields["Idevise"]) and not is_currency(currency):
        message = _("Idevise is {currency}: a currency is written in three letters, such as USD", currency=currency)
        findings.warning(number, "currency", message)
    debit, credit = _sides(number, fields, findings)
    day, valid = days.get("EcritureDate"), days.get("ValidDate")
    if day and valid and valid < day:
        findings.warning(
            number, "valid-date", _("ValidDate {valid} is before EcritureDate {day}", valid=valid, day=day)
        )
    return _Line(number, fields, debit, credit, day)


def _day(title: str, number: int, text: str, findings: FecFindings) -> date | None:
    day = _plain_day(text)
    if day is None:
        findings.error(number, "date", _("{title} is {text}: a day is written YYYYMMDD", title=title, text=text))
    return day


def _amount(title: str, number: int, fields: dict[str, str], findings: FecFindings) -> Decimal:
    """An amount; 0 if the field is empty, or no number."""
    text = fields[title]
    if not text or text == "0,00":
        return ZERO
    if not _AMOUNT.fullmatch(text):
        message = _("{title} is {text}: write a decimal comma, and no separator of thousands", title=title, text=text)
        findings.error(number, "amount", message)
    plain = _BLANKS.sub("", text).replace(",", ".")
    plain = f"{plain[-1]}{plain[:-1]}" if plain.endswith(("+", "-")) else plain
    return Decimal(plain) if _PLAIN_AMOUNT.fullmatch(plain) else ZERO


def _sides(number: int, fields: dict[str, str], findings: FecFindings) -> tuple[Decimal, Decimal]:
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


def _check_entries(lines: Sequence[_Line], findings: FecFindings) -> None:
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


def _check_labels(lines: Sequence[_Line], findings: FecFindings) -> None:
    """An account has one label, and a journal has one name."""
    for code, label, rule in (("CompteNum", "CompteLib", "label"), ("JournalCode", "JournalLib", "journal-name")):
        labels: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for line in lines:
            labels[line.fields[code]].setdefault(line.fields[label], line.number)
        for text, places in labels.items():
            if text and len(places) > 1:
                message = _(
                    "{title} {code} has several labels: {labels}", title=code, code=text, labels=", ".join(places)
                )
                findings.warning(list(places.values())[1], rule, message)


def _check_order(lines: Sequence[_Line], findings: FecFindings) -> None:
    """Lines are in the order in which they were validated (VII)."""
    latest = ""
    for line in lines:
        valid = line.fields["ValidDate"]
        if valid < latest:
            message = _(
                "ValidDate {valid} comes after {latest}, but lines must be in the order of validation",
                valid=valid,
                latest=latest,
            )
            findings.warning(line.number, "order", message)
        latest = max(latest, valid)


def _check_numbers(lines: Sequence[_Line], findings: FecFindings) -> None:
    """Entries are numbered without a gap: in the whole file, or in each journal."""
    by_journal: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for line in lines:
        if digits := _LAST_DIGITS.search(line.fields["EcritureNum"]):
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


def _check_year(lines: Sequence[_Line], closing: date | None, findings: FecFindings) -> None:
    """Entries are of the financial year that ends on the day in the file's name; a year has at most 24 months."""
    for line in lines:
        if closing and line.day and not 0 <= (closing - line.day).days <= 731:
            message = _(
                "EcritureDate {day} is not in the year that ends on {closing}, as the file's name says",
                day=line.day,
                closing=closing,
            )
            findings.error(line.number, "year", message)


def _check_lettering(lines: Sequence[_Line], findings: FecFindings) -> None:
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


def _closing_day(name: str, table: FecTable, findings: FecFindings) -> date | None:
    """The closing day that the file's name says; XML says it itself as well."""
    if not name:
        return _plain_day(table.closing_day)
    match = _NAME.match(name)
    closing = _plain_day(match[2]) if match else None
    if match and closing:
        if problem := identifiers.problem("siren", match[1]):
            message = _(
                "the file's name begins with {siren}, which is not a SIREN: {problem}", siren=match[1], problem=problem
            )
            findings.warning(0, "siren", message)
        inside = _plain_day(table.closing_day)
        if inside and inside != closing:
            message = _("DateCloture is {inside}, but the file's name says {closing}", inside=inside, closing=closing)
            findings.error(0, "year", message)
        return closing
    message = _(
        "the file is called {name}, but must be called by SIREN and closing day: 123456782FEC20261231.txt", name=name
    )
    findings.error(0, "name", message)
    return None


@lru_cache(maxsize=10_000)
def _plain_day(text: str) -> date | None:
    """A day as YYYYMMDD; None if it is none."""
    try:
        return None if not _DAY.fullmatch(text) else date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
