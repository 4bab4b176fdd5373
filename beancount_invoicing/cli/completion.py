"""What the shell completes: customers, items, contracts, numbers, drafts of the ledger."""

from __future__ import annotations

import os
from pathlib import Path

import click

from beancount_invoicing import actions
from beancount_invoicing.model import Book


def _book(ctx: click.Context) -> Book | None:
    """The Book; None where it cannot be read."""
    root = ctx.find_root()
    try:
        file = actions.find_ledger(root.params.get("named"), os.environ.get("BEANCOUNT_FILE"), Path.cwd())
        return actions.open_ledger(file).book
    except (OSError, ValueError):
        return None


def complete_customers(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Customers, by the last part of their account."""
    book = _book(ctx)
    names = [account.split(":")[-1] for account in book.customers] if book else []
    return sorted(name for name in names if name.casefold().startswith(incomplete.casefold()))


def complete_items(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Codes of items."""
    book = _book(ctx)
    return sorted(code for code in book.items if code.casefold().startswith(incomplete.casefold())) if book else []


def complete_contracts(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Codes of contracts."""
    book = _book(ctx)
    return sorted(code for code in book.contracts if code.casefold().startswith(incomplete.casefold())) if book else []


def complete_numbers(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Numbers of documents."""
    book = _book(ctx)
    return sorted(one.number for one in book.invoices if one.number.startswith(incomplete)) if book else []


def complete_drafts(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of drafts."""
    book = _book(ctx)
    return (
        sorted(one.number for one in book.invoices if one.draft and one.number.startswith(incomplete)) if book else []
    )
