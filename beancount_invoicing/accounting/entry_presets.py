"""The entries of a period in the formats of French accounting programs: a line for each debit or credit, in their order.

- QuadraCOMPTA (Cegid Quadra), "ASCII": records M of fixed width. Positions as in the description of the format's publisher, which
  Dolibarr (`exportQuadratus`) and CAERP carry.
- Ciel and Sage 50, "XIMPORT": fixed width, version 2003. Lengths as in Dolibarr (`exportCiel`) and OpenFlyers' description.
- EBP, separated by commas. Fields as in Dolibarr (`exportEbp`) and OpenFlyers' description.

What is too long is cut, account numbers excepted: a cut account is another account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from beancount_invoicing.accounting.charsets import in_charset
from beancount_invoicing.accounting.entries import AccountingEntries, AccountingEntry, AccountingLine
from beancount_invoicing.messages import _
from beancount_invoicing.model import Finding


class Preset(NamedTuple):
    """A program's format: how a line is written, in which encoding, and how many characters an account and a journal may have."""

    line: Callable[[AccountingEntry, AccountingLine], str]
    encoding: str
    account_length: int
    journal_length: int


def preset_bytes(entries: AccountingEntries, preset: Preset) -> bytes:
    """The file; lines end with CR LF. What the encoding lacks is written as a similar character, or else as a question mark."""
    text = "".join(f"{preset.line(entry, line)}\r\n" for entry in entries.entries for line in entry.lines)
    return text.encode(preset.encoding, errors="replace")


def preset_findings(entries: AccountingEntries, preset: Preset) -> Iterator[Finding]:
    """Accounts and journals whose codes are too long, each once."""
    told: set[str] = set()
    for entry in entries.entries:
        for line in entry.lines:
            for code, most in ((_account(line), preset.account_length), (entry.journal.code, preset.journal_length)):
                if len(code) > most and code not in told:
                    told.add(code)
                    message = _(
                        "{code} has {length} characters, and this format takes {most}: shorten the number or the name of the "
                        "account, or the code of the journal",
                        code=code,
                        length=len(code),
                        most=most,
                    )
                    yield Finding("error", "preset", message, line.source)


def _account(line: AccountingLine) -> str:
    return line.auxiliary.code if line.auxiliary else line.number


def _reference(entry: AccountingEntry, line: AccountingLine) -> str:
    return line.reference or entry.reference


def _side(line: AccountingLine) -> str:
    return "D" if line.amount > 0 else "C"


def _cut(text: str, length: int, encoding: str) -> str:
    """A text on one line, of this many characters of the encoding, filled with blanks."""
    return in_charset(" ".join(text.split()), encoding)[:length].ljust(length)


def _quadra(entry: AccountingEntry, line: AccountingLine) -> str:
    encoding = "cp1252"
    cents = int(abs(line.amount) * 100)
    reference, text = _reference(entry, line), entry.text or entry.journal.name
    letter = line.letter.code if line.letter and len(line.letter.code) <= 2 else ""
    return "".join(
        (
            "M",  # 1: a general entry
            _cut(_account(line), 8, encoding),  # 2
            _cut(entry.journal.code, 2, encoding),  # 10
            "000",  # 12: folio
            f"{entry.date:%d%m%y}",  # 15
            " ",  # 21: code of a text
            _cut(text, 20, encoding),  # 22
            _side(line),  # 42
            f"+{cents:012}",  # 43: sign and cents
            " " * 8,  # 56: counterpart
            "000000",  # 64: due date
            _cut(letter, 2, encoding),  # 70
            " " * 3,  # 72: statistics
            _cut(reference[-5:], 5, encoding),  # 75
            " " * 20,  # 80: case, quantity
            _cut(reference[-8:], 8, encoding),  # 100
            "EUR",  # 108
            _cut(entry.journal.code, 3, encoding),  # 111
            " " * 3,  # 114: VAT
            _cut(text, 30, encoding),  # 117
            " " * 2,  # 147: VAT
            _cut(reference[-10:], 10, encoding),  # 149
            " " * 73,  # 159: reserved, another currency, attachment
        )
    )


def _ximport(entry: AccountingEntry, line: AccountingLine) -> str:
    encoding = "cp850"
    return "".join(
        (
            f"{entry.number % 100000:>5}",
            _cut(entry.journal.code, 2, encoding),
            f"{entry.date:%Y%m%d}",
            " " * 8,  # due date
            _cut(_reference(entry, line), 12, encoding),
            _cut(_account(line), 11, encoding),
            _cut(entry.text or entry.journal.name, 25, encoding),
            f"{abs(line.amount):13.2f}",
            _side(line),
            " " * 18,  # reconciliation, analytic code
            _cut(line.auxiliary.name if line.auxiliary else line.label, 34, encoding),
            "O2003",
        )
    )


def _ebp(entry: AccountingEntry, line: AccountingLine) -> str:
    encoding = "cp850"

    def quoted(text: str, length: int) -> str:
        return f'"{_cut(text.replace(chr(34), " "), length, encoding).rstrip()}"'

    day = f"{entry.date:%d%m%Y}"
    return ",".join(
        (
            str(entry.number), day, entry.journal.code, _account(line).replace(",", ""), "",
            quoted(entry.text or entry.journal.name, 40), quoted(_reference(entry, line), 15), f"{abs(line.amount):.2f}",
            _side(line), day, "",
        )
    )  # fmt: skip


PRESETS = {
    "quadra": Preset(_quadra, "cp1252", 8, 2),
    "ciel": Preset(_ximport, "cp850", 11, 2),
    "sage50": Preset(_ximport, "cp850", 11, 2),
    "ebp": Preset(_ebp, "cp850", 15, 4),
}
"""By the names that a user writes."""
