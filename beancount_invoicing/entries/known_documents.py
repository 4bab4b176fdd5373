"""The documents of transactions that were read before: an unchanged transaction yields the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beancount_invoicing.entries.documents.context import TransactionDocuments
from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.model import Finding


class KnownDocuments:
    """The documents that transactions yielded, under the same directives."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, TransactionDocuments, tuple[Finding, ...]]] = {}

    def of(self, transaction: Any, position: int, findings: FindingCollector) -> TransactionDocuments | None:
        """The earlier result of a transaction, now at `position`; its findings are noted again."""
        entry, written, found = self._known.get(id(transaction), (None, None, ()))
        if written is None or entry is not transaction:
            return None
        findings.found += found
        return _moved(written, position)

    def keep(self, transaction: Any, written: TransactionDocuments, found: Sequence[Finding]) -> None:
        """Stores the result of a transaction."""
        self._known[id(transaction)] = (transaction, written, tuple(found))


def _moved(written: TransactionDocuments, position: int) -> TransactionDocuments:
    """The same, for a transaction at another place among the entries."""
    if all(instalment.posting[0] == position for invoice in written.invoices for instalment in invoice.instalments):
        return written
    invoices = [
        invoice._replace(
            instalments=tuple(
                instalment._replace(posting=(position, instalment.posting[1])) for instalment in invoice.instalments
            )
        )
        for invoice in written.invoices
    ]
    return written._replace(invoices=invoices)
