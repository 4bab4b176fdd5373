"""`bean-invoice accounting`: the group."""

from __future__ import annotations

import click

from beancount_invoicing.cli.common import examples
from beancount_invoicing.cli.lazy_commands import LazyCommands

_COMMANDS = {
    "aging": "accounting_aging",
    "balance": "accounting_balance",
    "check-fec": "accounting_check_fec",
    "close": "accounting_close",
    "confirmations": "accounting_confirmations",
    "datev": "accounting_datev",
    "export": "accounting_export",
    "fec": "accounting_fec",
    "journal": "accounting_journal",
    "ledger": "accounting_ledger",
    "lettering": "accounting_lettering",
    "lock": "accounting_lock",
    "micro": "accounting_micro",
    "numbering": "accounting_numbering",
    "open-items": "accounting_open_items",
    "pack": "accounting_pack",
    "post-closing": "accounting_post_closing",
    "receipts": "accounting_receipts",
    "sales-list": "accounting_sales_list",
    "table": "accounting_table",
    "vat": "accounting_vat",
}
"""The module of each command."""


@click.group(
    "accounting",
    cls=LazyCommands,
    modules=_COMMANDS,
    epilog=examples("accounting balance 2026 -o balance.xlsx", "accounting fec 2026"),
)
def accounting_group() -> None:
    """The books for the accountant and the tax office: journals, balances, lettering, the FEC, VAT, closing."""
