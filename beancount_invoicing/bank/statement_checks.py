"""Whether statements add up, and whether one is missing between two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from beancount_invoicing.bank.statements import Statement, TotalRow
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Finding


def check_statements(statements: Sequence[Statement]) -> tuple[Finding, ...]:
    """What is wrong (errors: the statement is not to be booked) or doubtful (warnings) in statements, by account and period.

    - `statement-sum`: the opening balance and the lines do not make the closing balance;
    - `statement-currency`: a line is in another currency than its statement;
    - `statement-duplicate`: the bank gives one reference to several lines of one day and amount;
    - `statement-total`: a row of a table that is a sum or a balance, and was left out; or a sum that is not that of the lines;
    - `statement-gap`: between two statements of an account, the balance changes: one is missing.
    """
    findings: list[Finding] = []
    accounts: defaultdict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in statements:
        findings += _within(statement)
        accounts[statement.iban or statement.account_name, statement.currency].append(statement)
    for account, of_account in accounts.items():
        if account[0]:
            findings += _between(of_account)
    return tuple(findings)


def adds_up(statement: Statement) -> bool | None:
    """Whether opening balance and lines give the closing balance; None if the statement lacks one of the balances."""
    if statement.opening is None or statement.closing is None:
        return None
    return statement.opening + sum((line.amount for line in statement.lines), ZERO) == statement.closing


def _within(statement: Statement) -> list[Finding]:
    findings = []
    if adds_up(statement) is False:
        assert statement.opening is not None and statement.closing is not None
        total = sum((line.amount for line in statement.lines), ZERO)
        reached = statement.opening + total
        message = _(
            "{opening} and {count} lines of {total} make {reached} {currency}, but the closing balance is "
            "{closing}: {other_closing} is missing. Download the statement again; if the difference stays, ask "
            "the bank",
            opening=statement.opening,
            count=len(statement.lines),
            total=total,
            reached=reached,
            currency=statement.currency,
            closing=statement.closing,
            other_closing=statement.closing - reached,
        )
        findings.append(Finding("error", "statement-sum", message, statement.source))
    findings += [
        Finding(
            "error",
            "statement-currency",
            _(
                "the line is in {currency}, but its statement is in {statement_currency}",
                currency=line.currency,
                statement_currency=statement.currency,
            ),
            line.source,
        )
        for line in statement.lines
        if line.currency != statement.currency
    ]
    findings += [
        Finding(
            "warning",
            "statement-duplicate",
            _(
                "the bank's reference {bank_id} is already there, with {amount} {currency} on {day}: check whether "
                "the movement happened twice",
                bank_id=line.bank_id.partition("~")[0],
                amount=line.amount,
                currency=line.currency,
                day=line.date,
            ),
            line.source,
        )
        for line in statement.lines
        if line.bank_id.count("~") > 1 and not line.bank_id.startswith("~")
    ]
    findings += [_total_row(statement, row) for row in statement.total_rows]
    return findings


def _total_row(statement: Statement, row: TotalRow) -> Finding:
    total = sum((line.amount for line in statement.lines), ZERO)
    if row.total is not None and row.total != total:
        message = _(
            "“{words}” says {stated} {currency}, but the lines come to {total}: check whether a line is missing",
            words=row.words,
            stated=row.total,
            currency=statement.currency,
            total=total,
        )
    else:
        message = _("“{words}” is a sum or a balance, no movement: the row is left out", words=row.words)
    return Finding("warning", "statement-total", message, row.source)


def _between(statements: Sequence[Statement]) -> list[Finding]:
    """Gaps between statements that follow each other; periods that overlap have none."""
    findings = []
    dated = [statement for statement in statements if statement.since and statement.until]
    dated.sort(key=lambda statement: (statement.since, statement.until))
    for earlier, later in pairwise(dated):
        assert earlier.until and later.since
        if earlier.closing is None or later.opening is None or earlier.closing == later.opening:
            continue
        if later.since <= earlier.until:
            continue
        findings.append(
            Finding(
                "warning",
                "statement-gap",
                _(
                    "the statement until {until} ends with {closing} {currency}, but this one begins with {opening}: "
                    "a statement between {until} and {since} is missing, with {other_opening} {later_currency} in all",
                    until=earlier.until,
                    closing=earlier.closing,
                    currency=earlier.currency,
                    opening=later.opening,
                    since=later.since,
                    other_opening=later.opening - earlier.closing,
                    later_currency=later.currency,
                ),
                later.source,
            )
        )
    return findings
