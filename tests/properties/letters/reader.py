"""A simple reader of letters in French, English and German: what each sentence states, by regular expressions alone.

It knows nothing of the program. A sentence that it does not know is a failure: nothing may go unread.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
TITLES = {
    "fr": ("Rappel", "Relance", "Mise en demeure"),
    "en": ("Reminder", "Urgent reminder", "Final notice"),
    "de": ("Zahlungserinnerung", "Mahnung", "Letzte Mahnung"),
}
PLACES = {"day": r"\d{1,2}(?:\.|er)? [^\W\d]+ \d{4}", "sum": r"€?[\d., ]*\d\.?\d*(?: €)?"}


def _sentences_known() -> dict[str, dict[str, str]]:
    def pattern(text: str) -> str:
        return re.sub(r"<(day|sum):(\w+)>", lambda found: f"(?P<{found[2]}>{PLACES[found[1]]})", text)

    table = tomllib.loads((Path(__file__).with_name("sentences.toml")).read_text(encoding="utf-8"))
    return {language: {kind: pattern(text) for kind, text in those.items()} for language, those in table.items()}


SENTENCES = _sentences_known()
ROW = re.compile(r"^(F2026-\d{4})\s+(\S+)\s+(\S+)\s+(.*?)\s+(\d+) (?:jours?|days?|Tage?)$")


LEFT_OUT = {
    "separate": (
        "dont traité par un courrier distinct|of which dealt with in a separate letter"
        "|davon in einem gesonderten Schreiben behandelt"
    ),
    "not-asked": (
        "dont non réclamé par ce courrier|of which not claimed in this letter|davon mit diesem Schreiben nicht verlangt"
    ),
    "not-due": "dont pas encore échu|of which not due yet|davon noch nicht fällig",
}
VOICES = {
    "fr": (r"nous|notre|nos", r"je|mon|ma|mes|me|moi|m’\w+|j’\w+"),
    "en": (r"we|our|us", r"I|my|me"),
    "de": (r"wir|uns|unser\w*", r"ich|mein\w*|mir|mich"),
}
"""The words of a firm that speaks as "we", and as "I"."""


class UnreadError(Exception):
    """A sentence that the reader does not know."""


@dataclass
class Letter:
    """What a letter states."""

    level: int
    day: date
    rows: list[tuple[str, date, date, list[Decimal], int]] = field(default_factory=list)
    """Number, date, due date, the sums (amount, received if any, asked for), days late."""
    left_out: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    """By number: what of it is not asked for, and why: "separate", "not-asked", "not-due"."""
    fee: Decimal | None = None
    reminded: date | None = None
    reminders: bool = False
    partly: bool = False
    whole: bool = False
    claimed: list[Decimal] = field(default_factory=list)
    deadline: date | None = None
    apart: list[tuple[str, Decimal, int, date]] = field(default_factory=list)
    """Number, sum, the level of the last letter about it, its date."""
    unknown: Decimal | None = None
    until: date | None = None
    totals: list[Decimal] = field(default_factory=list)


def day_of(text: str, language: str) -> date:
    number, month, year = text.replace(".", "").split()
    return date(int(year), MONTHS[language].split().index(month) + 1, int(number.removesuffix("er")))


def sum_of(text: str, language: str) -> Decimal:
    bare = text.replace("€", "").replace(" ", "")
    return Decimal(bare.replace(",", "") if language == "en" else bare.replace(".", "").replace(",", "."))


def _short(text: str) -> date:
    day, month, year = re.split(r"[./]", text)
    return date(int(year), int(month), int(day))


def other_voice(text: str, language: str, alone: bool) -> list[str]:
    """The words of a letter in which the seller speaks as "we" though it is `alone`, or as "I" though it is not."""
    pattern = VOICES[language][0 if alone else 1]
    flags = re.NOFLAG if language == "en" else re.IGNORECASE
    return re.findall(rf"\b(?:{pattern})\b", text, flags)


def read(text: str, language: str) -> Letter:
    """Reads a letter's plain text. Raises UnreadError."""
    plain = text.replace("\xa0", " ").replace("\u202f", " ").replace("\u2212", "-")
    head, _, rest = plain.partition("\n\n" + re.findall(SENTENCES[language]["neutral"].split("|")[-1], plain)[0])
    level = next(place for place, title in enumerate(TITLES[language], 1) if f"\n{title}\n" in f"\n{head}\n")
    (dated,) = re.findall(r"^(?:Date|Datum) ?: (.*)$", head, re.MULTILINE)
    letter = Letter(level, day_of(dated, language))
    if set_ := re.findall(r"^(?:À régler au plus tard le|Please pay by|Zu zahlen bis) ?: (.*)$", head, re.MULTILINE):
        letter.deadline = day_of(set_[0], language)
    body, _, below = rest.partition(
        "\n\n" + next(one for one in rest.split("\n\n") if any(map(ROW.match, one.splitlines())))
    )
    table = rest[len(body) : len(rest) - len(below)]
    for line in table.splitlines():
        for kind, said in LEFT_OUT.items():
            if found := re.fullmatch(rf"(?:{said}) ?: (.*)", line.strip()):
                letter.left_out.setdefault(letter.rows[-1][0], {})[kind] = sum_of(found[1], language)
        if found := ROW.match(line.strip()):
            sums = [sum_of(one, language) for one in re.split(r"\s{2,}", found[4])]
            letter.rows.append((found[1], _short(found[2]), _short(found[3]), sums, int(found[5])))
    letter.totals = [
        sum_of(one, language)
        for one in re.findall(r"^[^:\n]+ ?: (€?[\d., ]+ ?€?)$", below.strip().split("\n\n")[0], re.MULTILINE)
    ]
    _sentences(" ".join(body.split()), language, letter)
    return letter


def _sentences(words: str, language: str, letter: Letter) -> None:
    rest = words
    while rest:
        for kind, pattern in SENTENCES[language].items():
            if found := re.match(pattern, rest):
                _state(kind, {key: value for key, value in found.groupdict().items() if value}, language, letter)
                rest = rest[found.end() :].strip()
                break
        else:
            raise UnreadError(rest)


def _state(kind: str, said: dict[str, str], language: str, letter: Letter) -> None:
    if kind in {"unpaid", "demand"}:
        letter.reminded = day_of(said["reminded"], language) if "reminded" in said else None
        letter.reminders = "reminders" in said
    if kind == "unpaid":
        letter.partly, letter.whole = "partly" in said or "partly2" in said, "whole" in said
    if sum_ := said.get("claimed") or said.get("claimed2"):
        letter.claimed.append(sum_of(sum_, language))
    if "deadline" in said:
        assert letter.deadline == day_of(said["deadline"], language), "two deadlines"
    if kind == "fee":
        letter.fee = sum_of(said["fee"], language)
    if kind == "until":
        letter.until = day_of(said["until"], language)
    if kind == "unknown":
        letter.unknown = sum_of(said["unknown"], language)
    for one in re.split(r" ?; ", said.get("apart", "")) if kind == "apart" else ():
        found = re.fullmatch(r"(F2026-\d{4}), (.*?) \((.*) (?:du|of|vom) " + f"(?P<day>{PLACES['day']})" + r"\)", one)
        if found is None:
            raise UnreadError(one)
        titles = [title.lower() for title in TITLES[language]]
        letter.apart.append(
            (found[1], sum_of(found[2], language), titles.index(found[3].lower()) + 1, day_of(found["day"], language))
        )
