"""Every transaction of a ledger, and the accounts with their numbers, for the accountant's reports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import convert
from beancount.core.data import Open, Posting, Transaction

from beancount_invoicing.entries.metadata import source_of
from beancount_invoicing.model import ZERO, Source
from beancount_invoicing.model.general_ledger import (
    GeneralLedger,
    LedgerAccount,
    LedgerEntry,
    LedgerPosting,
    RootAccounts,
)


def read_general_ledger(
    entries: Sequence[Any],
    options: Mapping[str, Any],
    number_key: str,
    documents: Mapping[Source, str],
    openings: Collection[Source] = (),
) -> GeneralLedger:
    """All transactions and accounts of a ledger's booked entries (Beancount's, sorted); `options` are Beancount's.

    `number_key`: the metadata key on `open` with an account's number in the chart of accounts. `documents`: the number of each
    document by the file and line of its transaction. `openings`: the transactions that take open items over.
    """
    accounts: dict[str, LedgerAccount] = {}
    read: list[LedgerEntry] = []
    for entry in entries:
        if isinstance(entry, Open):
            accounts[entry.account] = _account(entry, number_key)
        elif isinstance(entry, Transaction):
            read.append(_entry(entry, documents, openings))
    return GeneralLedger(
        accounts,
        tuple(read),
        frozenset({options["name_income"], options["name_expenses"]}),
        RootAccounts(options["name_assets"], options["name_liabilities"], options["name_expenses"]),
    )


def _account(entry: Open, number_key: str) -> LedgerAccount:
    number, label, closing = entry.meta.get(number_key), entry.meta.get("label"), entry.meta.get("closing")
    has_label = isinstance(label, str) and bool(label.strip())
    _root, *parts = entry.account.split(":")
    return LedgerAccount(
        entry.account,
        f"{number:f}" if isinstance(number, Decimal) else str(number or "").strip(),
        str(label).strip() if has_label else " ".join(parts),
        source_of(entry.meta),
        has_label,
        closing.strip() if isinstance(closing, str) else "",
    )


def _entry(entry: Transaction, documents: Mapping[Source, str], openings: Collection[Source]) -> LedgerEntry:
    source = source_of(entry.meta)
    number = documents.get(source, "")
    journal = entry.meta.get("journal")
    return LedgerEntry(
        date=entry.date,
        text=" – ".join(text for text in (entry.payee, entry.narration) if text),
        reference=number or _bank_id(entry) or min(entry.links, default=""),
        journal=journal.strip() if isinstance(journal, str) else "",
        is_document=bool(number) and source not in openings,
        is_opening=source in openings,
        tags=frozenset(entry.tags),
        postings=tuple(_posting(posting, source) for posting in entry.postings),
        source=source,
        links=frozenset(entry.links),
    )


def _bank_id(entry: Transaction) -> str:
    """The bank's own id of the statement's line that the transaction books; "" without one."""
    for meta in (entry.meta, *(posting.meta for posting in entry.postings)):
        bank_id = (meta or {}).get("bank-id")
        if isinstance(bank_id, str) and bank_id:
            return bank_id
    return ""


def _posting(posting: Posting, of_entry: Source) -> LedgerPosting:
    weight = convert.get_weight(posting)
    assert posting.units is not None  # of a booked entry
    source = source_of(posting.meta) if posting.meta and "lineno" in posting.meta else of_entry
    tax = (posting.meta or {}).get("tax")
    return LedgerPosting(
        posting.account,
        posting.units.number if posting.units.number is not None else ZERO,
        posting.units.currency,
        weight.number if weight.number is not None else ZERO,
        weight.currency,
        source,
        tax if isinstance(tax, str) else "",
    )
