"""The books as the accountant gets them."""

from __future__ import annotations

from typing import NamedTuple

from beancount_invoicing.ledger import Ledger, LedgerLoader
from beancount_invoicing.model.general_ledger import GeneralLedger


class AccountingBooks(NamedTuple):
    """A ledger, and all of its transactions."""

    ledger: Ledger
    general_ledger: GeneralLedger


def accounting_books(loader: LedgerLoader) -> AccountingBooks:
    """Reads the ledger and every transaction of it. Raises what `LedgerLoader.load` raises."""
    from beancount_invoicing.entries.general_ledger import read_general_ledger

    ledger, loading = loader.ledger_and_loading(fresh=False)
    book = ledger.book
    number_key = book.option("account-number-key", book.last_date, "pcg")
    documents = {invoice.source: invoice.number for invoice in book.invoices}
    return AccountingBooks(
        ledger, read_general_ledger(loading.entries_after_plugins, loading.options, number_key, documents)
    )
