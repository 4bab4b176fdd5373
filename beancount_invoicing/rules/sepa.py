"""Rules of SEPA payments: TARGET days, the characters that all banks accept, references of at most 35 of them.

Sources: European Payments Council, SDD Core (EPC016-06) and B2B (EPC222-07) rulebooks, sections 4.3 and 4.8; implementation
guidelines EPC130-08 and EPC132-08, section 1.4 (characters); holidays of TARGET: ECB, guideline ECB/2012/27.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256

from beancount_invoicing.rules.accents import without_accents
from beancount_invoicing.rules.steps import plus_months

__all__ = [
    "COUNTRIES_OUTSIDE_THE_UNION",
    "EARLIEST_HAND_IN_DAYS",
    "LAPSE_MONTHS",
    "collection_day",
    "end_to_end_id",
    "identifier",
    "is_mandate_reference",
    "last_hand_in_day",
    "mandate_lapses_on",
    "sepa_text",
    "target_day",
    "target_days_later",
]

EARLIEST_HAND_IN_DAYS = 14
"""How many calendar days before the collection day banks accept a collection at the earliest."""
COUNTRIES_OUTSIDE_THE_UNION = frozenset(
    {"AD", "AL", "CH", "GB", "GG", "GI", "IM", "IS", "JE", "LI", "MC", "MD", "ME", "MK", "NO", "RS", "SM", "VA"}
)
"""Where banks take SEPA transfers, beside the European Union: the rest of the EEA, eleven other countries, and the territories
Gibraltar, Guernsey, Jersey and the Isle of Man (EPC409-09, version 8.0 of 24 December 2025, section 5)."""
LAPSE_MONTHS = 36
"""Months without a collection after which a mandate may no longer be used."""
_LONGEST_ID = 35
_DIGEST = 8
_MANDATE = re.compile(r"(?! )[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<! )\Z")
_OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_PLAIN = re.compile(r"[A-Za-z0-9.\-]+(?:/[A-Za-z0-9.\-]+)*\Z")
_LETTERS = str.maketrans(
    {"ß": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d",
     "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th", "ı": "i", "&": "+", "’": "'", "‘": "'", "–": "-", "—": "-", "«": "", "»": "",
     '"': "", "“": "", "”": "", "€": "EUR", "@": "(at)", "_": "-", "\N{FRACTION SLASH}": "/"}
)  # fmt: skip


def sepa_text(text: str, length: int) -> str:
    """`text` in the characters of SEPA, at most `length` of them, without blanks at its ends: é becomes e, & becomes +, and a
    character without such a form becomes a full stop (EPC217-08).
    """
    plain = without_accents(text.translate(_LETTERS))
    return " ".join(_OUTSIDE.sub(".", " ".join(plain.split())).split())[:length].strip()


def is_mandate_reference(text: str) -> bool:
    """Whether a text may be a mandate's reference (AT-01): 1 to 35 characters of SEPA, without blanks or a slash at its ends,
    and without two slashes in a row.
    """
    return bool(_MANDATE.match(text)) and not text.startswith("/") and not text.endswith("/") and "//" not in text


def identifier(text: str, suffix: str = "") -> str:
    """`text` as an identifier of at most 35 characters, with `suffix` at its end.

    A text that fits and has only letters, digits, ".", "-" and single "/" inside stays as it is. Any other one is rewritten, and
    gets a digest in parentheses, so that two texts never have the same identifier.
    """
    if _PLAIN.match(text) and len(text) + len(suffix) <= _LONGEST_ID:
        return text + suffix
    digest = f"({sha256(text.encode()).hexdigest()[:_DIGEST]})"
    core = re.sub(r"[^A-Za-z0-9.\-]", "-", sepa_text(text, _LONGEST_ID))
    return core[: _LONGEST_ID - len(digest) - len(suffix)] + digest + suffix


def end_to_end_id(number: str, instalment: int, instalments: int, attempt: int, debtor: str = "") -> str:
    """The EndToEndId of an instalment: the document's number, with ":2" for the second of several instalments and "+2"
    for the second attempt to collect it. `debtor`: the customer's account, if several customers owe parts of the
    document.
    """
    suffix = f":{instalment}" if instalments > 1 else ""
    suffix += f":{sha256(debtor.encode()).hexdigest()[:4]}" if debtor else ""
    suffix += f"+{attempt}" if attempt > 1 else ""
    return identifier(number, suffix)


def mandate_lapses_on(last_used: date) -> date:
    """The last day on which a mandate may be used whose latest use was on `last_used`.

    36 months from the latest collection presented, even if it was rejected, returned or refunded (EPC016-06 and EPC222-07, section
    4.1; Banque de France, FAQ on SEPA direct debits, which counts from its due date).
    """
    return plus_months(last_used, LAPSE_MONTHS)


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    from holidays import financial_holidays

    return frozenset(financial_holidays("ECB", years=year))


def target_day(day: date) -> date:
    """`day`, or the next day on which TARGET is open: not a Saturday, Sunday or holiday of the ECB's calendar."""
    while day.weekday() >= 5 or day in _holidays(day.year):
        day += timedelta(days=1)
    return day


def target_days_later(day: date, count: int) -> date:
    """The TARGET day that is `count` (0 or more) TARGET days after `day`; if `day` is not a TARGET day, after the next
    one.
    """
    day = target_day(day)
    for _ in range(count):
        day = target_day(day + timedelta(days=1))
    return day


def collection_day(due: date, handed_in: date, lead: int) -> date:
    """The collection day for an amount due on `due` and handed in on `handed_in`, `lead` TARGET days ahead; not before
    either of these days.
    """
    return max(target_day(due), target_days_later(handed_in, lead))


def last_hand_in_day(due: date, lead: int) -> date:
    """The last day (a TARGET day) to hand in a collection for its due date, `lead` TARGET days ahead."""
    day = target_day(due)
    for _ in range(lead):
        day -= timedelta(days=1)
        while target_day(day) != day:
            day -= timedelta(days=1)
    return day
