"""New ledger text, parsed, booked and checked together with a loaded ledger, before any of it is on the disk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from beancount.core import data
from beancount.ops import balance, validation
from beancount.parser import booking, parser

from beancount_invoicing.entries import roots
from beancount_invoicing.entries.reader import read_book
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import joined
from beancount_invoicing.model import Book, Source
from beancount_invoicing.writing.opens import opens_account
from beancount_invoicing.writing.writer import Plan

_ON_NEW = (
    validation.validate_active_accounts,
    validation.validate_currency_constraints,
    validation.validate_check_transaction_balances,
)
_AUTO = {"beancount.plugins.auto_accounts", "beancount.plugins.auto"}


class Trial(NamedTuple):
    """The resulting Book, the sources of its new entries, and Beancount's errors about them."""

    book: Book
    sources: frozenset[Source]
    errors: tuple[tuple[Source, str], ...]


def try_plan(loading: Loading, plan: Plan) -> Trial:
    """The result of carrying out a plan on the loaded ledger, which itself does not change."""
    entries, options = loading.entries, loading.options
    new: list[Any] = []
    problems: list[Any] = []
    for parsed, errors in _parsed(plan):
        booked, more = booking.book(parsed, options)
        new += booked
        problems += [*errors, *more]
    together = _together(entries, plan, new)
    after = (
        together if loading.entries_after_plugins is entries else _together(loading.entries_after_plugins, plan, new)
    )
    # what transactions yield depends on the directives: only where these are the same is it known
    gone = [entry for entry in entries if _place(entry) in plan.replaced] if plan.replaced else []
    same = all(isinstance(entry, (data.Transaction, data.Note, data.Document)) for entry in (*new, *gone))
    opens = [entry for entry in together if isinstance(entry, (data.Open, data.Close, data.Commodity))]
    if after is not together:  # what other plugins open besides, after ours
        known = {entry.account for entry in opens if isinstance(entry, data.Open)}
        opens += [entry for entry in after if isinstance(entry, data.Open) and entry.account not in known]
    some = sorted(
        [*opens, *(entry for entry in new if not isinstance(entry, (data.Open, data.Close)))], key=data.entry_sortkey
    )
    plugins = {name for name, _config in options.get("plugin", ())}
    for rule in _ON_NEW:
        if rule is not validation.validate_active_accounts or not _AUTO & plugins:
            problems += rule(some, options)  # type: ignore[no-untyped-call] # Beancount's rules have no types
    if any(isinstance(entry, data.Open) for entry in new):
        problems += validation.validate_open_close(opens, options)
    problems += _balances(after, [*new, *gone], options)
    return Trial(
        read_book(together, options, loading.checked, loading.documents if same else None),
        frozenset(Source(*_place(entry)) for entry in new),
        tuple(
            (Source(*_place(error, "source")), roots.explain_missing_options(_message(error), options))
            for error in problems
        ),
    )


def _together(entries: Sequence[Any], plan: Plan, new: Sequence[Any]) -> list[Any]:
    """The entries, but for those that are replaced, with the new ones, as Beancount sorts them."""
    untouched = [entry for entry in entries if not plan.replaced or _place(entry) not in plan.replaced]
    opened = {entry.account for entry in new if isinstance(entry, data.Open)}
    if opened:  # what a plugin opened for want of a line it will not open where there is one
        untouched = [
            entry
            for entry in untouched
            if not (isinstance(entry, data.Open) and entry.account in opened and not opens_account(entry))
        ]
    together = untouched + sorted(new, key=data.entry_sortkey)
    together.sort(key=data.entry_sortkey)
    return together


def _parsed(plan: Plan) -> Iterator[tuple[list[Any], list[Any]]]:
    """What Beancount reads of each piece where it will be, by the options of its own file, and what is wrong with it."""
    after = {file.file: file.new_bytes for file in plan.files}
    for piece in plan.pieces:
        text = piece.text.rstrip("\n")
        above, below = roots.surrounding_options(after.get(piece.file, b""), piece.line, piece.line + text.count("\n"))
        parsed, errors, _options = parser.parse_string(
            joined("\n", [*above, text, *below]) + "\n",
            report_filename=str(piece.file),
            report_firstline=piece.line - len(above),
        )
        yield parsed, errors


def unreadable(plan: Plan) -> str:
    """Why Beancount's parser would not read the text that a plan adds to its files; "" if it would."""
    return next((_message(error) for _new, errors in _parsed(plan) for error in errors), "")


def _message(error: Any) -> str:
    return " ".join(str(error.message).split())


def _place(entry: Any, name: str = "meta") -> tuple[str, int]:
    meta = getattr(entry, name, None) or {}
    return str(meta.get("filename", "<unknown>")), int(meta.get("lineno", 0) or 0)


def _balances(together: list[Any], moved: list[Any], options: Mapping[str, Any]) -> list[Any]:
    """The balance assertions that hold now and would not any more, where these entries come or go."""
    touched: dict[str, Any] = {}
    for entry in moved:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                first = touched.get(posting.account)
                touched[posting.account] = min(first, entry.date) if first else entry.date
    if not touched:
        return []
    from_day = min(touched.values())
    later = together[bisect_right(together, from_day, key=lambda entry: entry.date) :]
    padded = {entry.account for entry in later if isinstance(entry, data.Pad)}
    asserted = {
        entry.account
        for entry in later
        if isinstance(entry, data.Balance)
        and entry.diff_amount is None
        and entry.account not in padded
        and any(
            account == entry.account or account.startswith(entry.account + ":")
            for account, day in touched.items()
            if day < entry.date
        )
    }
    if not asserted:
        return []

    def inside(account: str) -> bool:
        return account in asserted or any(account.startswith(parent + ":") for parent in asserted)

    balances = [
        entry
        for entry in together
        if (isinstance(entry, data.Transaction) and any(inside(posting.account) for posting in entry.postings))
        or (isinstance(entry, data.Open) and inside(entry.account))
        or (isinstance(entry, data.Balance) and entry.account in asserted and entry.diff_amount is None)
    ]
    return list(balance.check(balances, options)[1])
