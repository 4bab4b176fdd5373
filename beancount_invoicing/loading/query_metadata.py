"""Facts that the plugin writes into metadata for queries; nothing of ours reads them back."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from beancount_invoicing.model import NOT_YET, ZERO, Book, Instalment, Invoice
from beancount_invoicing.receivables import Allocated
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.steps import round_to


def write_query_metadata(entries: list[Any], book: Book, allocated: Allocated) -> None:
    """Writes the facts as of the allocation's day into the entries' own metadata.

    A posting may share its metadata with others, so each gets a copy of its own, inside its transaction's list.
    """
    open_by: defaultdict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for claim in allocated.open_items:
        open_by[id(claim.invoice), claim.instalment.index] += claim.open
    settled: dict[int, date] = {}
    for allocation in allocated.allocations:
        since = settled.get(id(allocation.invoice), allocation.invoice.booked_from)
        settled[id(allocation.invoice)] = max(allocation.received_on, since)
    for invoice in book.invoices:
        if invoice.draft:
            continue
        for (position, index), instalments in _by_posting(invoice).items():
            entry = entries[position]
            posting = entry.postings[index]
            places = currency_decimals(invoice.currency)
            still = [instalment for instalment in instalments if open_by[id(invoice), instalment.index]]
            left = sum((open_by[id(invoice), instalment.index] for instalment in instalments), ZERO)
            facts: dict[str, Any] = {
                "invoice-due": min(instalment.due for instalment in still)
                if still
                else max(instalment.due for instalment in instalments),
                "invoice-open": round_to(left, places),
            }
            if facts["invoice-due"] == NOT_YET:  # kept back until works are accepted
                del facts["invoice-due"]
            if not left:
                facts["invoice-settled-on"] = settled.get(id(invoice), invoice.booked_from)
            entry.postings[index] = posting._replace(meta={**(posting.meta or {}), **facts})
            if invoice.kind != "opening":
                entry.meta["invoice-total"] = round_to(invoice.total, places)


def _by_posting(invoice: Invoice) -> dict[tuple[int, int], list[Instalment]]:
    result: defaultdict[tuple[int, int], list[Instalment]] = defaultdict(list)
    for instalment in invoice.instalments:
        result[instalment.posting].append(instalment)
    return result
