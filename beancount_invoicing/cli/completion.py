"""Completion in the shell: the words in a ledger. A ledger that cannot be read has none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from beancount_invoicing import ledger
from beancount_invoicing.model import Book, Dated

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Completing = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _book(ctx: click.Context) -> Book | None:
    """The Book; None if it cannot be read."""
    root = ctx.find_root()
    try:
        file = ledger.find_ledger(root.params.get("named"), os.environ.get("BEANCOUNT_FILE"), Path.cwd())
        return ledger.open_ledger(file).book
    except (OSError, ValueError):
        return None


def _from(words: Callable[[Book], Iterable[tuple[str, str]]]) -> Completing:
    """What completes words of a Book, each with what it means (zsh and fish show that); letter case does not matter."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        del param
        book = _book(ctx)
        text = incomplete.casefold()
        known = {word: meaning for word, meaning in words(book) if word.casefold().startswith(text)} if book else {}
        return [CompletionItem(word, help=known[word] or None) for word in sorted(known)]

    return complete


def _customers(book: Book) -> Iterable[tuple[str, str]]:
    return ((account.split(":")[-1], dated.latest.name) for account, dated in book.customers.items())


def _contracts(book: Book, mode: str = "") -> Iterable[tuple[str, str]]:
    for code, dated in book.contracts.items():
        if not mode or dated.first.mode == mode:
            whose = book.customers.get(dated.latest.customer)
            yield code, whose.latest.name if whose else ""


def _documents(book: Book, wanted: Callable[[str, bool], bool]) -> Iterable[tuple[str, str]]:
    for invoice in book.invoices:
        if wanted(invoice.kind, invoice.draft):
            yield (
                invoice.number,
                f"{invoice.customer.name if invoice.customer else ''} {invoice.payable} {invoice.currency}".strip(),
            )


def _income(book: Book) -> Iterable[tuple[str, str]]:
    """The accounts that items and lines go to; every account where there are none yet."""
    items = {item.account for dated in book.items.values() for _day, item in dated.versions}
    lines = {line.account for invoice in book.invoices for line in invoice.lines}
    return ((account, "") for account in (items | lines) or book.opened_accounts if account)


complete_customers = _from(_customers)
"""Customers, by the last part of their account."""

complete_items = _from(lambda book: ((code, dated.latest.name) for code, dated in book.items.items()))
"""Codes of items."""

complete_contracts = _from(_contracts)
"""Codes of contracts."""

complete_time_contracts = _from(lambda book: _contracts(book, "time"))
"""Codes of the contracts on which time is written down."""

complete_contracts_or_customers = _from(lambda book: (*_contracts(book), *_customers(book)))
"""Codes of contracts, and customers."""

complete_numbers = _from(lambda book: _documents(book, lambda kind, _draft: kind != "void"))
"""Numbers of documents, and names of drafts."""

complete_invoices = _from(
    lambda book: _documents(book, lambda kind, draft: kind in {"invoice", "corrective"} and not draft)
)
"""Numbers of invoices that may be corrected."""

complete_drafts = _from(lambda book: _documents(book, lambda _kind, draft: draft))
"""Names of drafts."""

complete_deposits = _from(lambda book: _documents(book, lambda kind, draft: kind == "deposit" and not draft))
"""Numbers of deposit invoices."""

complete_received = _from(
    lambda book: (
        (record.number or record.name, record.supplier) for record in book.received if record.kind == "received"
    )
)
"""Numbers of suppliers' invoices."""

complete_accounts = _from(lambda book: ((account, "") for account in book.opened_accounts))
"""All accounts."""

complete_income = _from(_income)
"""Income accounts."""

complete_taxes = _from(lambda book: ((code, f"{dated.latest.rate:f} %") for code, dated in book.taxes.items()))
"""Tax codes."""

complete_persons = _from(lambda book: ((work.person, "") for work in book.work if work.person))
"""Persons who worked."""


def complete_known_values(key: str) -> Completing:
    """Values that contracts and customers already have under a key."""
    name = key.replace("-", "_")

    def values_of(book: Book) -> Iterable[tuple[str, str]]:
        agreed: list[Dated[Any]] = [*book.contracts.values(), *book.customers.values()]
        for dated in agreed:
            for _day, version in dated.versions:
                if isinstance(value := getattr(version, name, None), str) and value:
                    yield value, ""

    return _from(values_of)


complete_policies = _from(lambda book: ((name, "") for name in ("none", "standard", *book.policies)))
"""Reminder policies."""

complete_indexes = _from(lambda book: ((name, "") for name in book.indexes))
"""Names of price indexes."""

complete_time_entries = _from(
    lambda book: (
        (
            f"{Path(work.source.file).name}:{work.source.line}",
            f"{work.date} {work.quantity} {work.commodity} {work.task}",
        )
        for work in book.work
        if work.quantity > 0 and not work.document
    )
)
"""Places of entries of time."""

complete_tasks = _from(lambda book: ((work.task, "") for work in book.work if work.task))
"""Tasks worked on."""

complete_units = _from(
    lambda book: ((item.unit, "") for dated in book.items.values() for _day, item in dated.versions if item.unit)
)
"""Units of items."""

complete_currencies = _from(
    lambda book: (
        (currency, "") for currency in {book.currency, *(invoice.currency for invoice in book.invoices)} if currency
    )
)
"""Currencies of the books and of documents."""


def complete_list(*words: str) -> Completing:
    """Completes a list of words separated by commas, each once."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        del ctx, param
        before, comma, last = incomplete.rpartition(",")
        taken = before.split(",")
        return [CompletionItem(before + comma + word) for word in words if word.startswith(last) and word not in taken]

    return complete


def complete_timezones(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of time zones."""
    from zoneinfo import available_timezones

    from click.shell_completion import CompletionItem

    del ctx, param
    return [
        CompletionItem(zone)
        for zone in sorted(available_timezones())
        if zone.casefold().startswith(incomplete.casefold())
    ]


def complete_documents_or_customers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Customers, and numbers of documents."""
    return [*complete_customers(ctx, param, incomplete), *complete_numbers(ctx, param, incomplete)]
