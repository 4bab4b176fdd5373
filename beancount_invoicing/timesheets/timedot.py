"""Timedot files, as hledger reads them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from beancount_invoicing.messages import _
from beancount_invoicing.model import Day
from beancount_invoicing.timesheets.records import TimeRecord, TimesheetError, day_of, parts_of, split_lines

_QUARTER = 900
_DAY = re.compile(r"(?:\*+\s+)?(\d{4}([-/.])\d{1,2}\2\d{1,2})(?:\s+(?P<said>.*))?", re.ASCII)
_ITEM = re.compile(r"\s*(?:\*+\s+)?(?P<account>\S(?:[^\s]|\s(?!\s))*?)(?:\s{2,}|\t)\s*(?P<amount>.*)")
_NUMBER = re.compile(r"(\d{1,5}(?:[.,]\d{1,9})?)\s*([smhdw]?)", re.ASCII)
_UNITS = {"s": 1, "m": 60, "": 3600, "h": 3600, "d": 86400, "w": 604800}


def parse_timedot(text: str) -> list[TimeRecord]:
    """The items of a timedot file: below each date, ACCOUNT, two spaces or more, and a quantity.

    The quantity is dots, each a quarter of an hour, with spaces between them ignored; or a number of hours, or of `s`,
    `m`, `h`, `d` (24 hours) or `w`. The text after the date, or after a semicolon, is the description. Skipped are
    lines that begin with # or ;, lines without two spaces (notes), anything before the first date, and the stars of Org
    headings.

    https://manpages.ubuntu.com/manpages/jammy/man5/hledger_timedot.5.html
    """
    day: Day | None = None
    told = ""
    records: list[TimeRecord] = []
    for number, whole in enumerate(split_lines(text.removeprefix("\ufeff")), 1):
        line, _semicolon, comment = whole.partition(";")
        if not line.strip() or line.lstrip()[0] == "#":
            continue
        if found := _DAY.fullmatch(line.rstrip()):
            day, told = day_of(found[1], "ymd", order_is_known=True), (found["said"] or "").strip()
            if day is None:
                raise TimesheetError(
                    number, _('"{found}" is not a day: expected something like 2026-03-30', found=found[1])
                )
            continue
        if day is None:
            continue
        item = _ITEM.fullmatch(line.rstrip())
        if item is None:
            continue
        seconds = _seconds(item["amount"])
        if seconds is None:
            raise TimesheetError(
                number,
                _(
                    '"{amount}" is not a time: expected dots or hours after the two spaces, such as acme:web  .... ..',
                    amount=f"{item['amount']:.40}",
                ),
            )
        client, project, task = parts_of(item["account"])
        records.append(
            TimeRecord(
                day, None, seconds, client=client, project=project, task=task, description=comment.strip() or told,
                line=number,
            )
        )  # fmt: skip
    return records


def _seconds(text: str) -> int | None:
    """The seconds of an item; None if it is not a quantity."""
    signs = "".join(text.split())
    if signs and set(signs) == {"."}:
        return len(signs) * _QUARTER
    if found := _NUMBER.fullmatch(text):
        exact = Decimal(found[1].replace(",", ".")) * _UNITS[found[2]]
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return None


def looks_like(text: str) -> bool:
    """Whether a text has a day with an item below it."""
    day = False
    for line in split_lines(text):
        plain = line.partition(";")[0].rstrip()
        if _DAY.fullmatch(plain):
            day = True
        elif day and (item := _ITEM.fullmatch(plain)):
            return _seconds(item["amount"]) is not None
    return False
