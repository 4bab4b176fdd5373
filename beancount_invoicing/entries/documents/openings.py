"""Open items taken over from other books."""

from __future__ import annotations

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.documents.context import ReadingContext, TransactionDocuments
from beancount_invoicing.entries.documents.instalments import as_written
from beancount_invoicing.entries.metadata import FindingCollector, read_metadata, source_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import NOT_YET, Instalment, Invoice, NumberUse
from beancount_invoicing.rules import numbering


def read_opening(
    entry: Transaction, position: int, context: ReadingContext, findings: FindingCollector
) -> TransactionDocuments:
    """Open items taken over from other books: each receivable posting is an invoice of its own."""
    source = source_of(entry.meta)
    read_metadata(entry.meta, keys.OPENING_TRANSACTION, source, findings)
    invoices, handled = [], set()
    for index, posting in enumerate(entry.postings):
        main = context.owner(posting.account)
        if main is None or posting.units is None or posting.units.number is None:
            if posting.account in context.tax_accounts:
                read_metadata(posting.meta, keys.OPENING_TAX, source_of(posting.meta), findings)
            continue
        invoice = _open_item(entry, posting, (position, index), main, context, findings)
        if invoice is not None:
            handled.add(index)
            invoices.append(invoice)
    numbers = [NumberUse(invoice.number, "opening", invoice.date, invoice.source) for invoice in invoices]
    return TransactionDocuments(invoices, [], numbers, frozenset(handled))


def _open_item(
    entry: Transaction,
    posting: Posting,
    place: tuple[int, int],
    main: str,
    context: ReadingContext,
    findings: FindingCollector,
) -> Invoice | None:
    """The invoice that a posting takes over; None if it has no number. `main`: its customer's main account."""
    source = source_of(posting.meta)
    metadata = read_metadata(posting.meta, keys.OPENING_ITEM, source, findings)
    number = metadata.get("invoice")
    if not number:
        findings.error(
            "opening-item",
            _(
                '{account}: an open item needs its number: write invoice: "…" below this posting',
                account=posting.account,
            ),
            source,
        )
        return None
    assert posting.units is not None
    assert posting.units.number is not None
    day = metadata.get("date") or entry.date
    retained = metadata.get("retained") or ""
    due = metadata.get("due") or (NOT_YET if retained else day)
    steps = () if due == NOT_YET else (as_written(due),)
    return Invoice(
        number=number,
        kind="opening",
        draft=False,
        date=day,
        currency=posting.units.currency,
        customer=context.customers[main].at(day),
        source=source,
        narration=entry.narration or "",
        booked_on=entry.date,
        booking_rate=posting.price.number if posting.price is not None else None,
        links=frozenset({numbering.link(number)}),
        instalments=(Instalment(1, posting.account, posting.units.number, due, source, place, steps, retained),),
    )
