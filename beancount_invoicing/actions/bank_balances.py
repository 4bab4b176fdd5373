"""The closing balances of statements: asserted where the ledger reaches them, else what the difference consists of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from beancount_invoicing.actions.bank_entries import AccountBalances, movements_on
from beancount_invoicing.bank.bookable import account_problem
from beancount_invoicing.bank.booking import BookedLine
from beancount_invoicing.bank.known_lines import LedgerMovement
from beancount_invoicing.bank.statements import AccountStatement, Statement
from beancount_invoicing.entries import account_words
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules.narrations import narration
from beancount_invoicing.writing import text
from beancount_invoicing.writing.changes import NewDirective

_PLACES = 3
"""So many entries of the ledger are named."""


class _Start(NamedTuple):
    """The first day of an account's statements, and its balance that morning."""

    day: date
    balance: Decimal


class _Missing(NamedTuple):
    """A closing balance that the ledger does not reach."""

    account: str
    currency: str
    day: date
    closing: Decimal
    in_books: Decimal


def closing_balances(
    loading: Loading,
    statements: Sequence[AccountStatement],
    lines: Sequence[BookedLine],
    files: Mapping[tuple[str, int], str],
) -> tuple[list[NewDirective], list[str]]:
    """The assertions of closing balances that the ledger reaches with `lines`, and sentences about the others: what of the
    difference are lines that are not booked, a balance from before the statements, and entries that no line is.

    `lines`: all of the statements. `files`: where an account's directives of a year are.
    """
    directives: dict[tuple[str, str, date], NewDirective] = {}
    notices: list[str] = []
    accounts = {account for account, _statement in statements}
    totals = AccountBalances(loading.entries, accounts)
    for booked in lines:
        if booked.is_booked:
            line = booked.proposal.line
            totals.add(booked.account, line.currency, line.date, line.amount)
    movements = movements_on(loading, accounts)
    told: defaultdict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for account, statement in sorted(statements, key=lambda found: _until(found.statement) or date.min):
        day, currency, closing = _until(statement), statement.currency, statement.closing
        if closing is None or day is None or told[account, currency].get(day) == closing:
            continue  # two files may end on the same balance
        told[account, currency][day] = closing
        ids[account] |= {line.bank_id for line in statement.lines}
        morning = day + timedelta(days=1)
        in_books = totals.at(account, currency, day)
        if in_books == closing:
            if not totals.is_asserted(account, currency, morning):
                directives[account, currency, morning] = NewDirective(
                    morning,
                    partial(text.balance_directive, morning, account, closing, currency),
                    files.get((account, day.year), ""),
                )
            continue
        own = [
            line
            for line in lines
            if line.account == account
            and line.proposal.line.currency == currency
            and line.proposal.line.bank_id in ids[account]
        ]
        others = [movement for movement in movements.get(account, ()) if movement.currency == currency]
        start = _start(statements, account, currency)
        notices += _difference(loading, own, others, start, totals, _Missing(account, currency, day, closing, in_books))
    return list(directives.values()), notices


def _until(statement: Statement) -> date | None:
    return statement.until or max((line.date for line in statement.lines), default=None)


def _difference(
    loading: Loading,
    lines: Sequence[BookedLine],
    movements: Sequence[LedgerMovement],
    start: _Start,
    totals: AccountBalances,
    missing: _Missing,
) -> list[str]:
    """Sentences about a closing balance that is not reached, from `lines` and `movements` of its account."""
    known = {line.known.source for line in lines if line.known}
    unknown = [movement for movement in movements if movement.source not in known]
    shifted = sum((move.amount for move in movements if move.source in known and move.date < start.day), ZERO)
    before = totals.at(missing.account, missing.currency, start.day - timedelta(days=1)) - shifted
    earlier = start.balance - before
    not_booked = sum((line.proposal.line.amount for line in lines if line.known is None and not line.is_booked), ZERO)
    others = missing.closing - missing.in_books - not_booked - earlier
    reasons = [_("{amount} of lines are not booked here", amount=not_booked)] if not_booked else []
    if earlier:
        reasons.append(_earlier(unknown, start, earlier))
    if others:
        reasons.append(_others([move for move in unknown if start.day <= move.date <= missing.day], others))
    sentence = _(
        "{account}: {there} {currency} on {day}, but {closing} by the statement. {reasons}. Its balance is "
        "asserted once nothing is missing",
        account=missing.account,
        there=missing.in_books,
        currency=missing.currency,
        day=missing.day,
        closing=missing.closing,
        reasons=joined("; ", reasons),
    )
    return (
        [sentence, _opening_text(loading, missing.account, missing.currency, start, earlier)] if earlier else [sentence]
    )


def _start(statements: Sequence[AccountStatement], account: str, currency: str) -> _Start:
    """The earliest of an account's statements with a closing balance: where no opening one is given, its lines tell it."""
    starts = []
    for other, statement in statements:
        day = statement.since or min((line.date for line in statement.lines), default=_until(statement))
        if other != account or statement.currency != currency or day is None:
            continue
        if statement.opening is not None:
            starts.append(_Start(day, statement.opening))
        elif statement.closing is not None:
            starts.append(_Start(day, statement.closing - sum((line.amount for line in statement.lines), ZERO)))
    return min(starts)


def _earlier(unknown: Sequence[LedgerMovement], start: _Start, difference: Decimal) -> str:
    if any(movement.date < start.day for movement in unknown):
        return _(
            "{difference} is from before {day}: import the earlier statements, or, if there are none, write the "
            "opening balance below",
            difference=difference,
            day=start.day,
        )
    return _(
        "{difference} is the opening balance of {day}, which the ledger lacks: write the lines below into it",
        difference=difference,
        day=start.day,
    )


def _others(unknown: Sequence[LedgerMovement], difference: Decimal) -> str:
    places = [f"{movement.source} ({movement.amount})" for movement in unknown]
    if not places:
        return _("{difference} is in none of the lines: a statement is missing between them", difference=difference)
    more = ["…"] if len(places) > _PLACES else []
    return _(
        "{difference} is in entries that no line is: {places}",
        difference=difference,
        places=joined(", ", [*places[:_PLACES], *more]),
    )


def _opening_text(loading: Loading, account: str, currency: str, start: _Start, difference: Decimal) -> str:
    """What to paste, so that the account begins with the statement's balance."""
    book, equity = loading.book, str(loading.options["name_equity"])
    day = max(start.day - timedelta(days=1), book.opened_accounts.get(account, date.min))
    known = [
        name
        for name in book.opened_accounts
        if name.startswith(f"{equity}:")
        and account_words.of_opening(name)
        and not account_problem(book, name, day, currency)
    ]
    against = min(known, default=f"{equity}:Opening-Balances")
    legs = [text.NewPosting(account, difference, currency), text.NewPosting(against, -difference, currency)]
    words = narration(book.books_language(day), "opening-balance")
    entry = text.transaction(day, "*", "", words, legs, column=0)
    return ("" if known else text.open_directive(day, against)) + entry.rstrip("\n")
