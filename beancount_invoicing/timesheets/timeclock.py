"""Timeclock files, as ledger and hledger read them."""

from __future__ import annotations

import re
from datetime import datetime, time

from beancount_invoicing.messages import _
from beancount_invoicing.timesheets.records import (
    ClockSession,
    TimeRecord,
    TimesheetError,
    day_of,
    in_days,
    split_lines,
)

COMMENT_MARKS = ";#*%|"
START = re.compile(r"[iIoObh]\s+\d", re.ASCII)
_LINE = re.compile(
    r"(?P<code>[iIoO])\s+(?P<date>\S+)\s+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:[+-]\d{4})?(?P<rest>\s.*)?",
    re.ASCII,
)
_TAG = re.compile(r"([^\s,:;]+):([^,]*)")


def parse_timeclock(text: str, skip_open: bool = False) -> list[TimeRecord]:
    """The sessions of a timeclock file, as ledger and hledger read it.

    `i DATE TIME ACCOUNT DESCRIPTION ; COMMENT` begins a session. `o DATE TIME [ACCOUNT]` ends the session of that
    account, or else the one begun last. `I` and `O` are the same. If the text after `o` is not the account of an open
    session and has no colon, it is the description, as in timeclock.el. `b` and `h` lines, comments and time zones are
    skipped. Time past midnight becomes one record per day. An account is read as client:project:task; two parts are
    client:project, a single part is a project. The tags are those of hledger in the comment of `i`.

    https://hackage-content.haskell.org/package/hledger-lib-1.50.1/docs/Hledger-Read-TimeclockReader.html,
    https://github.com/ledger/ledger/blob/04655576ed785e8ff858f8e1f1179c1282f461c5/src/timelog.cc
    """
    sessions: list[ClockSession] = []
    records: list[TimeRecord] = []
    for number, line in enumerate(split_lines(text.removeprefix("\ufeff")), 1):
        if not line.strip() or line[0] in COMMENT_MARKS or line.lstrip()[0] == ";" or re.match(r"[bh]\s", line):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise TimesheetError(
                number,
                _(
                    '"{line}" is not a line of a timeclock file: expected something like i 2026-03-30 09:00:00 account',
                    line=f"{line:.40}",
                ),
            )
        when = _clocked(number, found)
        account, description, tags = _said(found["rest"] or "")
        if found["code"] in "iI":
            if any(session.account == account for session in sessions):
                raise TimesheetError(
                    number, _('"{account}" is already clocked in: expected an `o` line before', account=account)
                )
            sessions.append(ClockSession(number, when, account, description, tags))
            continue
        session = _ended(number, sessions, account)
        if not session.description:
            session = session._replace(description=description or (account if account != session.account else ""))
        records += in_days(session, when, number)
    if sessions and not skip_open:
        first = sessions[0]
        raise TimesheetError(
            first.line,
            _(
                'the session of "{account}" has no end: add its `o` line, or leave running ones out (--skip-open)',
                account=first.account,
            ),
        )
    return sorted(records, key=lambda record: record.line)


def _clocked(line: int, found: re.Match[str]) -> datetime:
    day = day_of(found["date"], "ymd", order_is_known=True)
    try:
        if day is None:
            raise ValueError
        return datetime.combine(day, time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0)))
    except ValueError:
        raise TimesheetError(
            line,
            _(
                '"{day} {hour}:{minute}" is not a point in time: expected something like 2026-03-30 09:00:00',
                day=found["date"],
                hour=found["hour"],
                minute=found["minute"],
            ),
        ) from None


def _said(rest: str) -> tuple[str, str, tuple[str, ...]]:
    """Account, description and tags of a timeclock line."""
    text, *comment = re.split(r"(?:^|\s);", rest, maxsplit=1)
    account, *description = re.split(r"\s{2,}|\t", text.strip(), maxsplit=1)
    tags = [f"{name}:{value.strip()}" if value.strip() else name for name, value in _TAG.findall("".join(comment))]
    return account, "".join(description), tuple(tags)


def _ended(line: int, sessions: list[ClockSession], account: str) -> ClockSession:
    """Takes the session that an `o` line ends out of those that are open."""
    if not sessions:
        raise TimesheetError(line, _("nothing is clocked in: expected an `i` line before"))
    named = [place for place, session in enumerate(sessions) if session.account == account]
    if account and not named and (":" in account or len(sessions) > 1):
        opened = ", ".join(f'"{session.account}"' for session in sessions)
        raise TimesheetError(
            line,
            _(
                '"{account}" is not clocked in: expected the name of an account that is ({opened}), or none',
                account=account,
                opened=opened,
            ),
        )
    return sessions.pop(named[0] if named else -1)
