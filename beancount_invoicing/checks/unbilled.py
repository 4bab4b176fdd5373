"""Checks of what billing leaves out, in its own words; and of time accounts that two contracts use at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations

from beancount_invoicing.billing.in_force import versions
from beancount_invoicing.billing.unbilled import left_out_notices
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Contract, Finding, Source


def check_unbilled(book: Book) -> Iterator[Finding]:
    """Billing leaves nothing out, as of the ledger's end, until somebody decides."""
    for notice in left_out_notices(book, book.last_date):
        if notice.rule != "contract":  # what contracts lack is said of them
            contract = _("contract {contract}: ", contract=notice.contract) if notice.contract else ""
            yield Finding("warning", notice.rule, contract + notice.with_advice, notice.source or Source(book.file, 0))


def check_shared_time_accounts(book: Book) -> Iterator[Finding]:
    """On each day, a time account belongs to one contract, because the account alone tells to which contract time
    belongs.
    """
    spells: defaultdict[str, list[tuple[date, date, Contract]]] = defaultdict(list)
    for dated in book.contracts.values():
        for contract, first, last in versions(dated):
            if dated.first.mode == "time" and contract.time:
                spells[contract.time].append((first, last or date.max, contract))
    for account, of_account in sorted(spells.items()):
        found: set[frozenset[str]] = set()
        for (first, last, code), (other_first, other_last, other) in combinations(sorted(of_account, key=_order), 2):
            pair = frozenset({code.code, other.code})
            if len(pair) == 2 and first <= other_last and other_first <= last and pair not in found:
                found.add(pair)
                yield Finding(
                    "error", "contract",
                    _("contract {other}: from {first} on, {account} is also the time account of {entry} ({place}), "
                    "so nobody can tell whose time it is: give one of them an account of its own, or until: the day "
                    "before", other=other.code, account=account, entry=code.code, place=code.source, first=max(first, other_first)),
                    other.source,
                )  # fmt: skip


def _order(spell: tuple[date, date, Contract]) -> tuple[date, str, date]:
    first, last, contract = spell
    return first, contract.code, last


CHECKS = (check_unbilled, check_shared_time_accounts)
