"""A plugin of the tests, as there are some: what settles each other on an account is moved to another one, in place."""

from __future__ import annotations

from typing import Any

from beancount.core import data

__plugins__ = ("move",)


def move(entries: list[Any], _options: dict[str, Any], config: str) -> tuple[list[Any], list[Any]]:
    """Moves postings that add up to nothing from the account that `config` names to one beside it, which it opens."""
    target = f"{config}-Matched"
    there = [
        (entry.postings, posting)
        for entry in entries
        if isinstance(entry, data.Transaction)
        for posting in entry.postings
        if posting.account == config
    ]
    for postings, posting in there:
        if any(other.units and posting.units == -other.units for _postings, other in there):
            postings.remove(posting)
            postings.append(posting._replace(account=target))
    return [data.Open(data.new_metadata("<moving>", 0), entries[0].date, target, [], None), *entries], []
